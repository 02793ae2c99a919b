//! A deal as somebody may see it: its pieces, what is paid beside them, what may be done with them, and who changed what.
//!
//! Refuses: to a creator anything but what they promised and what they are paid; to a client any price but the billed one,
//! and who changed what. Whoever fills the view leaves out what is not for its reader; what is left is worded here.

use jiff::Timestamp;
use rust_decimal::prelude::ToPrimitive as _;

use super::buttons::{ButtonPurpose, Composed};
use super::message::{Block, Line, Look, Message};
use super::number;
use super::offer::{OfferView, day};
use super::phrase::{self, block, bold, line};
use super::view::Names;
use super::wording::{Reader, say};
use crate::domain::deal::DeliverableState;
use crate::domain::document::RightKind;
use crate::domain::ids::Platform;
use crate::domain::money::Money;
use crate::domain::written::{Day, Percent};

/// Changes that are told at once; older ones are counted.
pub const CHANGES_MAX: usize = 6;

/// Who looks at a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// The team: all of it.
    Team,
    /// The creator: what they promised and are paid.
    Creator,
    /// The client: billed prices only.
    Client,
}

impl Seat {
    fn key(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Creator => "creator",
            Self::Client => "client",
        }
    }
}

/// One promised piece.
#[derive(Debug, Clone, PartialEq)]
pub struct PieceLine {
    /// What people call it.
    pub title: String,
    /// Where.
    pub platform: Platform,
    /// What it is.
    pub format: String,
    /// How far it is.
    pub state: DeliverableState,
    /// What its reader may know of its price.
    pub price: Option<Money>,
    /// When it is due.
    pub due: Day,
    /// It is still to be made.
    pub ahead: bool,
    /// Until when it can be cancelled without pay.
    pub free_until: Option<Timestamp>,
    /// What of its fee is paid if it is cancelled now.
    pub owed: Option<Percent>,
}

/// Who changed what, when.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeLine {
    /// When.
    pub at: Timestamp,
    /// By whom, in words for its reader.
    pub by: String,
    /// Which piece; the deal itself where there is none.
    pub piece: Option<String>,
    /// It was written down for the first time.
    pub first: bool,
    /// What of it: the field's name, what it was and is.
    pub fields: Vec<(String, String, String)>,
}

/// A deal, as far as its reader may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct DealView {
    /// Who and what.
    pub names: Names,
    /// For whom.
    pub seat: Seat,
    /// It has ended.
    pub ended: bool,
    /// The pieces, by the day they are due.
    pub pieces: Vec<PieceLine>,
    /// The creator's share of each order.
    pub commission: Option<Percent>,
    /// Pay per thousand views.
    pub per_thousand: Option<Money>,
    /// What the product sent is declared at.
    pub product: Option<Money>,
    /// Boosts that run: what each is called, and its budget where its reader may know it.
    pub boosts: Vec<(String, Option<Money>)>,
    /// Discount codes.
    pub codes: Vec<String>,
    /// The tracking link.
    pub link: Option<String>,
    /// What may be done with the posts, until when.
    pub rights: Vec<(RightKind, Day)>,
    /// For whom the creator may not work, until when.
    pub exclusivity: Option<(Vec<String>, Day)>,
    /// Offers that wait for an answer.
    pub offers: Vec<OfferView>,
    /// Changes, the newest first; and how many older ones there are.
    pub changes: (Vec<ChangeLine>, usize),
}

/// Codes on one line: a line is never cut, so it must fit a message.
const CODES_A_LINE: usize = 20;

fn share(reader: &Reader, share: Percent) -> String {
    number::percent(reader.locale, share.fraction().to_f64().unwrap_or(0.0))
}

fn sum(view: &DealView) -> Option<Money> {
    let kept = view.pieces.iter().filter(|one| one.state != DeliverableState::Cancelled);
    let mut prices = kept.filter_map(|one| one.price);
    let first = prices.next()?;
    prices.try_fold(first, Money::checked_add).ok()
}

/// The message.
#[must_use]
pub fn compose(view: &DealView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let who = match view.seat {
        Seat::Creator => {
            let parts = [&view.names.brand, &view.names.campaign];
            parts.into_iter().flatten().map(|name| phrase::short_name(name)).collect::<Vec<_>>().join(" · ")
        }
        Seat::Team | Seat::Client => phrase::who(&view.names, ""),
    };
    let open = view.pieces.iter().filter(|one| one.ahead).count();
    let total = sum(view).map_or_else(|| "none".to_owned(), |sum| number::money(reader.locale, sum));
    let seat = view.seat.key();
    let count = view.pieces.len();
    let state = if view.ended { "ended" } else { "runs" };
    let headline = say!(words, "deal-headline", who = who, state = state, count = count, open = open, sum = total);
    let mut blocks: Vec<Block> = Vec::new();
    let pieces: Vec<Line> = view.pieces.iter().flat_map(|one| piece_lines(one, view.seat, reader, now)).collect();
    blocks.extend(block(0, pieces));
    blocks.extend(block(0, beside(view, reader, now)));
    let offers: Vec<Line> = view
        .offers
        .iter()
        .map(|one| {
            let side = one.offer.side.as_str();
            let (change, number) = (one.change(reader, now), one.offer.number.to_string());
            line(say!(words, "deal-offer", side = side, change = change, number = number))
        })
        .collect();
    blocks.extend(block(0, offers));
    blocks.extend(block(2, changes(view, reader, now)));
    blocks.extend(block(1, vec![line(say!(words, "deal-foot", seat = seat))]));
    Composed::plain(Message { headline, blocks, silent: true, ..Message::default() })
}

fn piece_lines(one: &PieceLine, seat: Seat, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let price = one.price.map_or_else(|| "none".to_owned(), |price| number::money(reader.locale, price));
    let first = say!(
        words,
        "deal-piece",
        piece = one.title.as_str(),
        format = one.format.as_str(),
        platform = number::platform(reader, one.platform),
        state = state(one.state, reader),
        price = price,
        day = day(reader, one.due, now)
    );
    let mut lines = vec![line(first)];
    if seat == Seat::Client {
        return lines;
    }
    let seat = seat.key();
    let owed = one.owed.filter(|owed| !owed.0.is_zero());
    let second = match (one.ahead, one.free_until, owed) {
        (true, Some(until), _) => Some(say!(words, "deal-free", seat = seat, time = number::time(reader, until, now))),
        (true, None, Some(owed)) => Some(say!(words, "deal-owed", seat = seat, share = share(reader, owed))),
        (false, _, Some(owed)) if matches!(one.state, DeliverableState::Held | DeliverableState::Cancelled) => {
            Some(say!(words, "deal-kept", seat = seat, share = share(reader, owed)))
        }
        (_, _, _) => None,
    };
    lines.extend(second.map(|text| line(format!("   {text}"))));
    lines
}

/// How far a piece is, in words.
pub(crate) fn state(state: DeliverableState, reader: &Reader) -> String {
    let key = match state {
        DeliverableState::Agreed => "agreed",
        DeliverableState::Briefed => "briefed",
        DeliverableState::Draft => "draft",
        DeliverableState::Approved => "approved",
        DeliverableState::Live => "live",
        DeliverableState::Proof => "proof",
        DeliverableState::Invoiced => "invoiced",
        DeliverableState::Paid => "paid",
        DeliverableState::Held => "held",
        DeliverableState::Cancelled => "cancelled",
    };
    say!(reader.words(), "deal-state", state = key)
}

fn beside(view: &DealView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let money = |money: Money| number::money(reader.locale, money);
    let seat = view.seat.key();
    let mut lines = Vec::new();
    if let Some(of) = view.commission {
        lines.push(say!(words, "deal-commission", seat = seat, share = share(reader, of)));
    }
    if let Some(pay) = view.per_thousand {
        lines.push(say!(words, "deal-per-thousand", seat = seat, pay = money(pay)));
    }
    if let Some(product) = view.product {
        lines.push(say!(words, "deal-product", amount = money(product)));
    }
    for (name, budget) in &view.boosts {
        let budget = budget.map_or_else(|| "none".to_owned(), money);
        lines.push(say!(words, "deal-boost", seat = seat, name = name.as_str(), budget = budget));
    }
    for (at, codes) in view.codes.chunks(CODES_A_LINE).enumerate() {
        let codes = codes.join(", ");
        lines.push(if at == 0 { say!(words, "deal-codes", count = view.codes.len(), codes = codes) } else { codes });
    }
    if let Some(link) = &view.link {
        lines.push(say!(words, "deal-link", link = link.as_str()));
    }
    for (kind, until) in &view.rights {
        lines.push(say!(words, "deal-right", seat = seat, kind = kind.as_str(), day = day(reader, *until, now)));
    }
    if let Some((against, until)) = &view.exclusivity {
        let (names, day) = (against.join(", "), day(reader, *until, now));
        lines.push(say!(words, "deal-exclusive", seat = seat, names = names, day = day));
    }
    lines.into_iter().map(line).collect()
}

/// Fields whose names have words of their own; others are told by the name that documents have.
const FIELDS: [&str; 16] = [
    "fee",
    "due",
    "format",
    "state",
    "commission",
    "per_thousand_views",
    "rights",
    "codes",
    "link",
    "cancel_by",
    "kill_fee",
    "draft_due",
    "post",
    "live_at",
    "exclusivity",
    "billed",
];

fn changes(view: &DealView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let (newest, older) = &view.changes;
    if newest.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![bold(say!(words, "deal-changes"))];
    for one in newest {
        let of = one.piece.clone().unwrap_or_else(|| say!(words, "deal-itself"));
        let time = number::time(reader, one.at, now);
        let by = one.by.as_str();
        if one.first {
            lines.push(line(say!(words, "deal-first", time = time, by = by, of = of)));
            continue;
        }
        let told: Vec<String> = one.fields.iter().map(|field| field_text(field, reader)).collect();
        lines.push(line(say!(words, "deal-changed", time = time, by = by, of = of, what = told.join("; "))));
    }
    if 0 < *older {
        lines.push(line(say!(words, "deal-older", count = *older)));
    }
    lines
}

fn field_text((name, from, to): &(String, String, String), reader: &Reader) -> String {
    let words = reader.words();
    let field = if FIELDS.contains(&name.as_str()) {
        say!(words, "deal-field", field = name.as_str())
    } else {
        name.replace('_', " ")
    };
    match (from.is_empty(), to.is_empty()) {
        (true, false) => say!(words, "deal-field-new", field = field, to = to.as_str()),
        (false, true) => say!(words, "deal-field-gone", field = field, from = from.as_str()),
        (_, _) => say!(words, "deal-field-changed", field = field, from = from.as_str(), to = to.as_str()),
    }
}

/// Which of several deals is meant, one button each; none at all is said.
#[must_use]
pub fn which(given: &str, deals: &[(String, String)], reader: &Reader) -> Composed {
    let words = reader.words();
    let headline = match (deals.is_empty(), given.is_empty()) {
        (true, true) => say!(words, "deal-none-own"),
        (true, false) => say!(words, "deal-none", given = phrase::short_name(given)),
        (false, _) => say!(words, "deal-which"),
    };
    let mut composed = Composed::plain(Message { headline, silent: true, ..Message::default() });
    let more = deals.len().saturating_sub(super::asking::CHOICES_MAX);
    if let (true, Some((_, last))) = (0 < more, deals.last()) {
        let text = say!(words, "which-more", count = more, example = format!("deal {last}"));
        composed.message.blocks.extend(block(0, vec![line(text)]));
    }
    for (label, id) in deals.iter().take(super::asking::CHOICES_MAX) {
        composed.row([(ButtonPurpose::Ask { command: format!("deal {id}") }, label.clone(), Look::Plain)]);
    }
    composed
}
