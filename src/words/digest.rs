//! The summary of the morning: what has to be decided today, what is open, what ended, on pages, nothing left out.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::answers::member_text;
use super::buttons::{ButtonPurpose, Composed};
use super::desk::{Deciding, sums};
use super::message::{Line, Look, Message};
use super::number;
use super::phrase::{block, line, short_name};
use super::rooms::{heading, page_of};
use super::view::Member;
use super::wording::{Reader, say};
use crate::outbox::incident::{IncidentId, Stage};

/// Lines on a page: what a phone shows without scrolling.
const PAGE: usize = 10;

/// An alert that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Which.
    pub incident: IncidentId,
    /// Whom or what it was about.
    pub name: String,
    /// How long it lasted.
    pub lasted_secs: i64,
}

/// A digest.
#[derive(Debug, Clone, PartialEq)]
pub struct DigestView {
    /// What it is called in the store, for the buttons that turn its pages.
    pub id: String,
    /// The brand or campaign that the room is of; `None` for all of them.
    pub of: Option<String>,
    /// What is open, and what ended since it was told.
    pub members: Vec<Member>,
    /// What ended in the day before.
    pub ended: Vec<Ended>,
    /// What has to be decided today, the heaviest first.
    pub decisions: Vec<Deciding>,
    /// Which page, from 0.
    pub page: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Decide,
    Open,
    Ended,
}

/// The message. The order is by what can be saved, then by name, so that pages do not jump about.
#[must_use]
pub fn compose(view: &DigestView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let of = view.of.as_deref().map(|of| format!("{}: ", short_name(of))).unwrap_or_default();
    let firing: Vec<&Member> = view.members.iter().filter(|one| one.stage != Stage::Resolved).collect();
    let money = sums(firing.iter().filter_map(|one| one.avoidable), reader);
    let decisions = view.decisions.len();
    let headline = match (firing.len(), money) {
        (0, _) if view.ended.is_empty() => say!(words, "digest-nothing", of = of),
        (0, _) => say!(words, "digest-nothing-open", of = of, ended = view.ended.len()),
        (open, Some(money)) => {
            say!(words, "digest-money", of = of, money = money, open = open, decisions = decisions)
        }
        (open, None) => say!(words, "digest-open", of = of, open = open, decisions = decisions),
    };
    let lines = lines(view, reader, now);
    let (shown, at, pages) = page_of(&lines, view.page, PAGE);
    let mut message = Message { headline, silent: firing.is_empty(), ..Message::default() };
    for part in [Part::Decide, Part::Open, Part::Ended] {
        let of_part: Vec<&(Part, String)> = shown.iter().filter(|one| one.0 == part).collect();
        if of_part.is_empty() {
            continue;
        }
        let mut block_lines: Vec<Line> = vec![heading(match part {
            Part::Decide => say!(words, "digest-decide"),
            Part::Open => say!(words, "digest-open-part"),
            Part::Ended => say!(words, "digest-ended-part"),
        })];
        block_lines.extend(of_part.into_iter().map(|one| line(one.1.clone())));
        message.blocks.extend(block(0, block_lines));
    }
    if 1 < pages {
        message.footer = say!(words, "digest-page", page = at + 1, pages = pages);
    }
    let mut composed = Composed::plain(message);
    composed.row(turn(view, at, pages, reader));
    composed
}

fn lines(view: &DigestView, reader: &Reader, now: Timestamp) -> Vec<(Part, String)> {
    let words = reader.words();
    let mut lines: Vec<(Part, String)> =
        view.decisions.iter().map(|one| (Part::Decide, one.text(reader, now))).collect();
    let mut members: Vec<&Member> = view.members.iter().collect();
    let rank = |stage: Stage| match stage {
        Stage::Firing => 0_u8,
        Stage::Recovering => 1,
        Stage::Resolved => 2,
    };
    members.sort_by_key(|one| {
        let weight = one.avoidable.map_or(0, |money| money.minor);
        (rank(one.stage), Reverse(weight), one.name.clone(), one.incident.clone())
    });
    lines.extend(members.into_iter().map(|one| (Part::Open, member_text(one, reader))));
    lines.extend(view.ended.iter().map(|one| {
        let lasted = number::span(reader, one.lasted_secs);
        let name = short_name(&one.name);
        (Part::Ended, say!(words, "digest-ended", name = name, lasted = lasted, id = one.incident.to_string()))
    }));
    lines
}

fn turn(view: &DigestView, at: usize, pages: usize, reader: &Reader) -> Vec<(ButtonPurpose, String, Look)> {
    let words = reader.words();
    let to = |page: usize| ButtonPurpose::Page { group: view.id.clone(), page: u32::try_from(page).unwrap_or(0) };
    let mut row = Vec::new();
    if let Some(before) = at.checked_sub(1) {
        row.push((to(before), say!(words, "button-worse", page = at, pages = pages), Look::Plain));
    }
    if at + 1 < pages {
        row.push((to(at + 1), say!(words, "button-further", page = at + 2, pages = pages), Look::Plain));
    }
    row
}
