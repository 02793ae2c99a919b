//! What `me` tells beside one's own numbers: where they stand among others, what waits for an answer, what is due, and
//! what keeps or lifts a level. Never a name of anybody else.

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed};
use super::choices;
use super::deal::state;
use super::message::{Line, Look, Message};
use super::number;
use super::offer::{OfferView, day};
use super::phrase::{block, line};
use super::wording::{Reader, say};
use crate::domain::deal::DeliverableState;
use crate::domain::metric::Metric;
use crate::domain::written::Day;

/// Pieces that are told of; the rest is a number.
const PIECES_MAX: usize = 4;

/// Where one number stands among comparable others, of whom nobody can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// Which number.
    pub metric: Metric,
    /// How many of them have less.
    pub below: u32,
    /// How many they are.
    pub others: u32,
}

/// A piece that is still to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuePiece {
    /// What it is called.
    pub title: String,
    /// For which campaign.
    pub campaign: String,
    /// How far it is.
    pub state: DeliverableState,
    /// When it is due.
    pub due: Day,
    /// That day is over.
    pub late: bool,
}

/// All of it.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnView {
    /// Where their numbers stand.
    pub ranks: Vec<Rank>,
    /// Numbers that they told by hand.
    pub by_hand: Vec<Metric>,
    /// Offers that wait for their answer.
    pub offers: Vec<OfferView>,
    /// What is due, the nearest first.
    pub due: Vec<DuePiece>,
    /// What their levels ask for: the answer to `criteria`.
    pub criteria: Message,
    /// They have a level.
    pub has_levels: bool,
    /// How a command names them, where somebody else reads it: whoever answers for them.
    pub who: Option<String>,
}

/// Adds it to the answer of `me`.
#[must_use]
pub fn add(mut message: Message, view: &OwnView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let ranks = view.ranks.iter().map(|one| {
        let title = number::title(reader, one.metric, None);
        line(say!(words, "own-rank", title = title, below = one.below, others = one.others))
    });
    let mut first: Vec<Line> = ranks.collect();
    first.extend(super::reported::mark(&view.by_hand, super::reported::Whose::Yours, reader).map(line));
    let offers: Vec<Line> = view
        .offers
        .iter()
        .map(|one| {
            let until = one.offer.until.map_or_else(|| "none".to_owned(), |until| number::time(reader, until, now));
            line(say!(words, "own-offer", change = one.change(reader, now), until = until))
        })
        .collect();
    let mut due: Vec<Line> = view.due.iter().take(PIECES_MAX).map(|one| due_line(one, reader, now)).collect();
    let more = view.due.len().saturating_sub(PIECES_MAX);
    if 0 < more {
        due.push(line(say!(words, "own-due-more", count = more)));
    }
    let at = message.blocks.len().saturating_sub(1);
    let mut told: Vec<_> = block(0, first).into_iter().collect();
    told.extend(block(0, offers));
    told.extend(block(0, due));
    if view.has_levels {
        told.extend(view.criteria.blocks.iter().filter(|block| block.weight == 0).cloned());
    }
    // What is private stands last, as it did.
    let tail = message.blocks.split_off(at);
    message.blocks.extend(told);
    message.blocks.extend(tail);
    let mut composed = Composed::plain(message);
    let ask = |command: String| ButtonPurpose::Ask { command };
    for one in view.offers.iter().take(2) {
        let (yes, no) = (format!("accept {}", one.offer.number), format!("decline {}", one.offer.number));
        let what = super::phrase::short_name(&one.change(reader, now));
        composed.row([
            (ask(yes), say!(words, "button-own-yes", what = what.as_str()), Look::Primary),
            (ask(no), say!(words, "button-offer-decline"), Look::Plain),
        ]);
    }
    let of = |command: &str| ask(said_of(command, view.who.as_deref()));
    composed.row([
        (of("deal"), say!(words, "button-own-deal"), Look::Plain),
        (of("tips"), say!(words, "button-own-tips"), Look::Plain),
        (of("data"), say!(words, "button-own-data"), Look::Plain),
    ]);
    composed
}

/// A command, with the creator it is about where that is not whoever presses it.
pub(super) fn said_of(command: &str, who: Option<&str>) -> String {
    who.map_or_else(|| command.to_owned(), |who| format!("{command} {who}"))
}

/// Which of the creators that somebody answers for is meant: names, each with the command that names them.
#[must_use]
pub fn which_creator(each: Vec<(String, String)>, reader: &Reader) -> Composed {
    let headline = say!(reader.words(), "which-creator");
    let mut composed = Composed::plain(Message { headline, silent: true, ..Message::default() });
    choices::add(&mut composed, each, reader);
    composed
}

fn due_line(one: &DuePiece, reader: &Reader, now: Timestamp) -> Line {
    let late = if one.late { "late" } else { "no" };
    line(say!(
        reader.words(),
        "own-due",
        piece = one.title.as_str(),
        campaign = one.campaign.as_str(),
        state = state(one.state, reader),
        day = day(reader, one.due, now),
        late = late
    ))
}
