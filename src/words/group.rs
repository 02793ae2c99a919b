//! Many incidents of one cause as one message: counts, the worst five, pages, and a way to open each.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::answers::member_text;
use super::buttons::{ButtonPurpose, Composed};
use super::message::{Look, Message};
use super::number;
use super::phrase::{self, block, line};
use super::view::{GroupView, Member};
use super::wording::{Reader, say};
use crate::domain::money::Money;
use crate::outbox::incident::Stage;

/// Members on a page: the worst five first.
pub const PAGE: usize = 5;

/// Pages that one press can skip: a thousand members are two hundred pages.
const JUMP: usize = 10;

/// The group's message. Edited as its members change; the order is by what can be saved, then by name, so that it does not
/// jump about.
#[must_use]
pub fn compose_group(view: &GroupView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let mut members: Vec<&Member> = view.members.iter().collect();
    members.sort_by_key(|member| (rank(member.stage), Reverse(weight(member)), member.name.clone()));
    let count = |stage| view.members.iter().filter(|member| member.stage == stage).count();
    let (firing, recovering, resolved) = (count(Stage::Firing), count(Stage::Recovering), count(Stage::Resolved));
    let pages = std::cmp::max(members.len().div_ceil(PAGE), 1);
    let page = std::cmp::min(usize::try_from(view.page).unwrap_or(0), pages - 1);
    let shown: Vec<&Member> = members.iter().copied().skip(page * PAGE).take(PAGE).collect();

    let mut blocks = Vec::new();
    blocks.extend(block(
        0,
        vec![line(say!(words, "group-counts", firing = firing, recovering = recovering, resolved = resolved))],
    ));
    blocks.extend(block(0, shown.iter().map(|member| line(member_text(member, reader))).collect()));
    let hidden = members.len().saturating_sub(shown.len());
    if 0 < hidden {
        blocks.extend(block(0, vec![line(say!(words, "group-more", count = hidden))]));
    }
    let mut footer = vec![view.rule.to_string()];
    if let Some(at) = view.data_at {
        footer.push(say!(words, "data-at", time = number::time(reader, at, now)));
    }
    footer.push(format!("#{}", view.id));
    let mut composed = Composed::plain(Message {
        headline: headline(view, firing, reader),
        blocks,
        footer: footer.join(" · "),
        silent: firing == 0,
        ..Message::default()
    });
    composed.row(shown.iter().map(|member| {
        let purpose = ButtonPurpose::Open { incident: member.incident.clone() };
        (purpose, phrase::short_name(&member.name), Look::Plain)
    }));
    composed.row(pager(view, page, pages, reader));
    composed
}

/// The neighbours, and ten pages on where there are so many.
fn pager(view: &GroupView, page: usize, pages: usize, reader: &Reader) -> Vec<(ButtonPurpose, String, Look)> {
    let words = reader.words();
    let turn = |to: usize| ButtonPurpose::Page { group: view.id.clone(), page: u32::try_from(to).unwrap_or(0) };
    let mut row = Vec::new();
    for before in [JUMP, 1].into_iter().filter_map(|step| page.checked_sub(step)) {
        row.push((turn(before), say!(words, "button-worse", page = before + 1, pages = pages), Look::Plain));
    }
    for after in [1, JUMP].into_iter().map(|step| page + step).filter(|after| *after < pages) {
        row.push((turn(after), say!(words, "button-further", page = after + 1, pages = pages), Look::Plain));
    }
    row
}

fn headline(view: &GroupView, firing: usize, reader: &Reader) -> String {
    let words = reader.words();
    let brand = view.brand.as_deref().map(|brand| format!("{}: ", phrase::short_name(brand))).unwrap_or_default();
    let rule = view.rule.as_str();
    let all = view.members.len();
    match (firing, total(view)) {
        (0, _) => say!(words, "group-over", brand = brand, count = all, rule = rule),
        (_, Some(saved)) => {
            let saved = number::money(reader.locale, saved);
            say!(words, "group-firing-money", brand = brand, count = firing, rule = rule, saved = saved)
        }
        (_, None) => say!(words, "group-firing", brand = brand, count = firing, rule = rule),
    }
}

/// What can still be saved in all, if it is in one currency.
fn total(view: &GroupView) -> Option<Money> {
    let open = view.members.iter().filter(|member| member.stage == Stage::Firing);
    let mut amounts = open.filter_map(|member| member.avoidable);
    let first = amounts.next()?;
    amounts.try_fold(first, |sum, money| sum.checked_add(money).ok()).filter(|sum| 0 < sum.minor)
}

fn rank(stage: Stage) -> u8 {
    match stage {
        Stage::Firing => 0,
        Stage::Recovering => 1,
        Stage::Resolved => 2,
    }
}

fn weight(member: &Member) -> i64 {
    member.avoidable.map_or(0, |money| money.minor)
}
