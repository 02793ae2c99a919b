//! Offers as both sides read them: a change to a deal, who wants it, how long it waits, and what came of it.
//!
//! Refuses: numbers of anybody else, margins and the names of the team in a creator's message; clients and operators are
//! told nothing.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::buttons::{ButtonPurpose, Composed, OfferAnswer};
use super::letter::{Letter, forms, unmarked};
use super::message::{Block, Line, Look, Message};
use super::number;
use super::phrase::{self, block, line};
use super::view::Names;
use super::wording::{Locale, Reader, say};
use crate::domain::deal::title_of;
use crate::domain::document::PartnershipRef;
use crate::domain::ids::DeliverableId;
use crate::domain::offer::{Nod, Offer, Side, Stage, Term, Value};
use crate::domain::person::Audience;
use crate::domain::written::Day;
use rust_decimal::prelude::ToPrimitive as _;

/// An offer and what is known around it.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferView {
    /// The offer.
    pub offer: Offer,
    /// Who and what it concerns.
    pub names: Names,
    /// The language of its creator.
    pub locale: String,
    /// Days that hang on the due day move with it.
    pub moves: bool,
}

/// A calendar day as its reader writes it.
pub(crate) fn day(reader: &Reader, day: Day, now: Timestamp) -> String {
    // Noon, so that a reader some hours away still sees the same day.
    let noon = day.0.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).map_or(now, |at| at.timestamp());
    number::day(reader, noon, now)
}

fn value(reader: &Reader, value: &Value, now: Timestamp) -> String {
    match value {
        Value::None => say!(reader.words(), "offer-nothing"),
        Value::Money(money) => number::money(reader.locale, *money),
        Value::Day(given) => day(reader, *given, now),
        Value::Share(share) => number::percent(reader.locale, share.fraction().to_f64().unwrap_or(0.0)),
        Value::Word(word) => word.clone(),
        Value::Days(days) => number::span(reader, i64::from(*days).saturating_mul(86_400)),
    }
}

/// What would change: `Reel 2: fee €3,500 instead of €4,000`.
#[must_use]
pub fn change(term: &Term, was: &Value, reader: &Reader, now: Timestamp) -> String {
    let words = reader.words();
    let piece = term.piece().map(title_of).unwrap_or_default();
    if let Term::Piece { platform, format, fee, due, .. } = term {
        let (platform, format) = (number::platform(reader, *platform), format.as_str());
        let (fee, due) = (number::money(reader.locale, *fee), day(reader, *due, now));
        return say!(words, "offer-piece", piece = piece, platform = platform, format = format, fee = fee, day = due);
    }
    let (to, was) = (value(reader, &term.value(), now), value(reader, was, now));
    say!(words, "offer-change", term = term.as_str(), piece = piece, to = to, was = was)
}

impl OfferView {
    fn brand(&self) -> String {
        self.names.brand.clone().unwrap_or_default()
    }

    fn of(&self) -> String {
        phrase::first_name(self.names.creator.as_deref().unwrap_or_default())
    }

    /// What would change, in the reader's words.
    #[must_use]
    pub fn change(&self, reader: &Reader, now: Timestamp) -> String {
        change(&self.offer.term, &self.offer.was, reader, now)
    }
}

/// The message for one room. `over`: it is the news of how it ended, told beside the first message because an edit rings
/// nobody's phone. `None`: this audience is not told.
#[must_use]
pub fn compose(view: &OfferView, over: bool, reader: &Reader, audience: Audience, now: Timestamp) -> Option<Composed> {
    let mut composed = match audience {
        Audience::Creator => to_creator(view, reader, now)?,
        Audience::Internal => to_team(view, reader, now),
        Audience::Client | Audience::Operator => return None,
    };
    composed.message.silent = view.offer.stage.is_over() && !over;
    Some(composed)
}

/// What came of it, as the creator reads it.
fn ended_for_creator(view: &OfferView, reader: &Reader, now: Timestamp) -> Option<String> {
    let words = reader.words();
    let (brand, change) = (view.brand(), view.change(reader, now));
    let side = view.offer.side.as_str();
    Some(match &view.offer.stage {
        Stage::Draft | Stage::Waits | Stage::Open => return None,
        Stage::Accepted { .. } => say!(words, "offer-agreed", brand = brand, change = change),
        Stage::Declined { .. } => say!(words, "offer-declined", side = side, brand = brand, change = change),
        Stage::Withdrawn { .. } => say!(words, "offer-withdrawn", side = side, brand = brand, change = change),
        Stage::Superseded { .. } => say!(words, "offer-superseded", change = change),
        Stage::Expired { .. } => say!(words, "offer-expired", change = change),
        Stage::Overtaken { .. } => say!(words, "offer-overtaken", change = change),
    })
}

/// Who agreed and when; for a creator only themselves and the brand.
fn signed(view: &OfferView, creator: bool, reader: &Reader, now: Timestamp) -> Option<Line> {
    let Stage::Accepted { by } = &view.offer.stage else { return None };
    let words = reader.words();
    let of = view.of();
    let call = |nod: &Nod, side: Side| match (side, creator) {
        (Side::Creator, true) => say!(words, "offer-you"),
        (Side::Creator, false) => of.clone(),
        (Side::Brand, true) => view.brand(),
        (Side::Brand, false) => nod.name.clone(),
    };
    let other = if view.offer.side == Side::Brand { Side::Creator } else { Side::Brand };
    let time = |at| number::time(reader, at, now);
    let (one, one_at) = (call(&view.offer.by, view.offer.side), time(view.offer.by.at));
    let (two, two_at) = (call(by, other), time(by.at));
    Some(line(say!(words, "offer-signed", one = one, one_at = one_at, two = two, two_at = two_at)))
}

/// What the creator must know before they answer.
fn terms_of_answer(view: &OfferView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let mut lines = Vec::new();
    lines.extend(view.offer.note.as_ref().map(|note| line(say!(words, "offer-note", text = note.as_str()))));
    lines.extend(view.moves.then(|| line(say!(words, "offer-moves"))));
    lines.push(line(say!(words, "offer-binds")));
    lines.extend(
        view.offer.until.map(|until| line(say!(words, "offer-until", time = number::time(reader, until, now)))),
    );
    lines
}

fn to_creator(view: &OfferView, reader: &Reader, now: Timestamp) -> Option<Composed> {
    let words = reader.words();
    let offer = &view.offer;
    let mut message = Message::default();
    if let Some(headline) = ended_for_creator(view, reader, now) {
        message.headline = headline;
        let signed = signed(view, true, reader, now);
        let rest = signed.unwrap_or_else(|| line(say!(words, "offer-stays")));
        message.blocks.extend(block(0, vec![rest]));
        return Some(Composed::plain(message));
    }
    let campaign = view.names.campaign.clone().unwrap_or_default();
    let (brand, change) = (view.brand(), view.change(reader, now));
    if matches!(offer.stage, Stage::Draft | Stage::Waits) {
        return None;
    }
    let mut composed;
    if offer.side == Side::Brand {
        message.headline = say!(words, "offer-theirs", brand = brand, campaign = campaign, change = change);
        message.blocks.extend(block(0, terms_of_answer(view, reader, now)));
        message.blocks.extend(block(0, vec![line(say!(words, "offer-no-harm"))]));
        composed = Composed::plain(message);
        composed.row([
            (typed(format!("accept {}", offer.number)), say!(words, "button-offer-accept"), Look::Primary),
            (typed(format!("decline {}", offer.number)), say!(words, "button-offer-decline"), Look::Plain),
        ]);
        composed.row([another(offer, words)]);
    } else {
        message.headline = say!(words, "offer-yours", brand = brand, campaign = campaign, change = change);
        message.blocks.extend(block(0, terms_of_answer(view, reader, now)));
        composed = Composed::plain(message);
        composed.row([back(offer, words)]);
    }
    composed.message.footer = say!(words, "offer-footer", number = offer.number.to_string());
    Some(composed)
}

fn typed(command: String) -> ButtonPurpose {
    ButtonPurpose::Ask { command }
}

fn another(offer: &Offer, words: &super::wording::Words) -> (ButtonPurpose, String, Look) {
    let purpose = ButtonPurpose::Offer { offer: offer.number, answer: OfferAnswer::Another };
    (purpose, say!(words, "button-offer-another"), Look::Plain)
}

fn back(offer: &Offer, words: &super::wording::Words) -> (ButtonPurpose, String, Look) {
    (typed(format!("decline {}", offer.number)), say!(words, "button-offer-back"), Look::Plain)
}

fn team_headline(view: &OfferView, reader: &Reader, now: Timestamp) -> String {
    let words = reader.words();
    let offer = &view.offer;
    let (who, of, change) = (phrase::who(&view.names, ""), view.of(), view.change(reader, now));
    let by = offer.by.name.clone();
    let side = offer.side.as_str();
    match &offer.stage {
        Stage::Draft => say!(words, "offer-team-draft", who = who, change = change),
        Stage::Waits => say!(words, "offer-team-waits", who = who, by = by, change = change),
        Stage::Open if offer.side == Side::Creator => {
            say!(words, "offer-team-theirs", who = who, of = of, change = change)
        }
        Stage::Open if !offer.is_sent() => say!(words, "offer-team-tell", who = who, of = of, change = change),
        Stage::Open => say!(words, "offer-team-ours", who = who, of = of, change = change),
        Stage::Accepted { .. } => say!(words, "offer-team-agreed", who = who, change = change),
        Stage::Declined { by } => {
            let by = if offer.side == Side::Brand { of } else { by.name.clone() };
            say!(words, "offer-team-declined", who = who, by = by, change = change)
        }
        Stage::Withdrawn { by } => {
            let by = if offer.side == Side::Creator { of } else { by.name.clone() };
            say!(words, "offer-team-withdrawn", who = who, by = by, change = change)
        }
        Stage::Superseded { .. } => say!(words, "offer-team-superseded", who = who, side = side, change = change),
        Stage::Expired { .. } => say!(words, "offer-team-expired", who = who, change = change),
        Stage::Overtaken { .. } => say!(words, "offer-team-overtaken", who = who, change = change),
    }
}

fn team_lines(view: &OfferView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let offer = &view.offer;
    let mut lines = Vec::new();
    let time = |at| number::time(reader, at, now);
    if let Some(signed) = signed(view, false, reader, now) {
        lines.push(signed);
        let noted = offer.noted_by.as_ref();
        lines.extend(noted.map(|nod| line(say!(words, "offer-noted", by = nod.name.as_str(), time = time(nod.at)))));
        lines.push(line(say!(words, "offer-in-deal")));
        return lines;
    }
    if offer.stage.is_over() {
        return vec![line(say!(words, "offer-stays"))];
    }
    lines.extend(offer.note.as_ref().map(|note| line(say!(words, "offer-note", text = note.as_str()))));
    lines.extend(offer.rule.as_ref().map(|rule| line(say!(words, "offer-by-rule", rule = rule.as_str()))));
    lines.extend(view.moves.then(|| line(say!(words, "offer-moves"))));
    lines.push(line(say!(words, "offer-binds")));
    if 1 < offer.needs && 0 < offer.missing() {
        let agreed: Vec<&str> = offer.nods.iter().map(|nod| nod.name.as_str()).collect();
        let agreed = if agreed.is_empty() { say!(words, "offer-nobody") } else { agreed.join(", ") };
        lines.push(line(say!(words, "offer-nods", names = agreed, count = offer.missing())));
    }
    lines.extend(
        offer
            .told
            .as_ref()
            .map(|nod| line(say!(words, "offer-told", by = nod.name.as_str(), of = view.of(), time = time(nod.at)))),
    );
    lines.push(line(match offer.until {
        Some(until) => say!(words, "offer-until-team", time = time(until)),
        None => say!(words, "offer-clock-waits", of = view.of()),
    }));
    lines
}

fn to_team(view: &OfferView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let offer = &view.offer;
    let headline = team_headline(view, reader, now);
    let mut blocks: Vec<Block> = block(0, team_lines(view, reader, now)).into_iter().collect();
    let by_hand = offer.stage == Stage::Open && offer.side == Side::Brand && !offer.direct;
    if by_hand && offer.told.is_none() {
        let theirs = theirs(view, reader);
        let text = letter(view, &theirs, now).short(&theirs, super::letter::WHATSAPP_MAX);
        let head = line(say!(words, "copy-ready", of = view.of()));
        blocks.extend(block(0, vec![head, vec![super::message::Run::Code(text)]]));
    }
    let footer = say!(words, "offer-footer", number = offer.number.to_string());
    let mut composed = Composed::plain(Message { headline, blocks, footer, ..Message::default() });
    let yes = |label: String| (typed(format!("accept {}", offer.number)), label, Look::Primary);
    let no = |label: String| (typed(format!("decline {}", offer.number)), label, Look::Plain);
    match (&offer.stage, offer.side) {
        (Stage::Draft, _) => {
            composed.row([yes(say!(words, "button-offer-send")), no(say!(words, "button-offer-drop"))]);
            composed.row([another(offer, words)]);
        }
        (Stage::Waits, _) => {
            composed.row([yes(say!(words, "button-offer-agree")), no(say!(words, "button-offer-back"))]);
        }
        (Stage::Open, Side::Creator) => {
            composed.row([yes(say!(words, "button-offer-accept")), no(say!(words, "button-offer-decline"))]);
            composed.row([another(offer, words)]);
        }
        (Stage::Open, Side::Brand) if by_hand => {
            by_hand_buttons(view, &mut composed, reader);
            composed.row([back(offer, words)]);
        }
        (Stage::Open, Side::Brand) => composed.row([back(offer, words)]),
        (_, _) => {}
    }
    composed
}

fn by_hand_buttons(view: &OfferView, composed: &mut Composed, reader: &Reader) {
    let words = reader.words();
    let of = view.of();
    let press = |answer| ButtonPurpose::Offer { offer: view.offer.number, answer };
    let mut first = vec![(press(OfferAnswer::Text), say!(words, "button-offer-text"), Look::Plain)];
    if view.offer.told.is_none() {
        first.insert(0, (press(OfferAnswer::Told), say!(words, "button-offer-told", of = of.as_str()), Look::Primary));
    }
    composed.row(first);
    composed.row([
        (press(OfferAnswer::TheyAccept), say!(words, "button-offer-they-accept", of = of.as_str()), Look::Plain),
        (press(OfferAnswer::TheyDecline), say!(words, "button-offer-they-decline", of = of.as_str()), Look::Plain),
    ]);
}

/// The creator's own language, in the zone of who asks: they read it there.
fn theirs(view: &OfferView, reader: &Reader) -> Reader {
    Reader { locale: Locale::of(&view.locale), zone: reader.zone.clone() }
}

fn letter(view: &OfferView, theirs: &Reader, now: Timestamp) -> Letter {
    let words = theirs.words();
    let campaign = view.names.campaign.clone().unwrap_or_default();
    let headline =
        say!(words, "offer-theirs", brand = view.brand(), campaign = campaign, change = view.change(theirs, now));
    let mut lines: Vec<String> = terms_of_answer(view, theirs, now).iter().map(phrase::text_of).collect();
    lines.push(say!(words, "offer-no-harm"));
    Letter {
        name: view.of(),
        from: view.brand(),
        first: unmarked(&headline),
        lines,
        answer: say!(words, "offer-letter-answer"),
    }
}

/// The offer as texts that a person sends where the program cannot.
#[must_use]
pub fn text_to_send(view: &OfferView, reader: &Reader, now: Timestamp) -> Message {
    let theirs = theirs(view, reader);
    let headline = say!(reader.words(), "offer-text-headline", of = view.of());
    let blocks = forms(&letter(view, &theirs, now), &theirs, reader);
    Message { headline, blocks, silent: true, ..Message::default() }
}

/// Are you sure: what binds from then on.
#[must_use]
pub fn sure(view: &OfferView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let headline = say!(words, "offer-sure", change = view.change(reader, now));
    let (key, yes) = match view.offer.stage {
        Stage::Draft | Stage::Waits => ("send", say!(words, "button-offer-send")),
        _ if view.offer.side == Side::Creator && 1 < view.offer.missing() => ("one", say!(words, "button-offer-agree")),
        _ => ("binds", say!(words, "button-offer-yes")),
    };
    let mut lines = vec![line(say!(words, "offer-sure-binds", what = key))];
    lines.extend(view.moves.then(|| line(say!(words, "offer-moves"))));
    let blocks = block(0, lines).into_iter().collect();
    let mut composed = Composed::plain(Message { headline, blocks, silent: true, ..Message::default() });
    composed.row([
        (ButtonPurpose::Confirm { command: format!("accept {}", view.offer.number) }, yes, Look::Primary),
        (ButtonPurpose::Cancel, say!(words, "button-no"), Look::Plain),
    ]);
    composed
}

/// How to suggest something else about the same deal: examples that can be pressed, and how to type any other.
#[must_use]
pub fn how_to(
    partnership: &PartnershipRef,
    pieces: &[(DeliverableId, Day)],
    ready: &[(Term, Value)],
    reader: &Reader,
    now: Timestamp,
) -> Composed {
    let words = reader.words();
    let mut lines: Vec<Line> = vec![line(say!(words, "offer-how"))];
    let piece = pieces.first().map_or_else(|| "reel-1".to_owned(), |(id, _)| id.to_string());
    let due = pieces.first().map_or_else(|| "2026-04-02".to_owned(), |(_, due)| due.0.to_string());
    for rest in [
        format!("{piece} fee 3500"),
        format!("{piece} due {due}"),
        format!("{piece} format story"),
        "commission 12 %".to_owned(),
        "extend 7d".to_owned(),
        format!("rights {due}"),
        format!("piece extra-1 instagram reel 2000 {due}"),
    ] {
        lines.push(vec![super::message::Run::Code(format!("offer {partnership} {rest}"))]);
    }
    let headline = say!(words, "offer-how-headline");
    let blocks = block(0, lines).into_iter().collect();
    let mut composed = Composed::plain(Message { headline, blocks, silent: true, ..Message::default() });
    for (term, was) in ready {
        let command = format!("offer {partnership} {}", term.typed());
        composed.row([(typed(command), change(term, was, reader, now), Look::Plain)]);
    }
    composed.row([(ButtonPurpose::Cancel, say!(words, "button-no"), Look::Plain)]);
    composed
}

/// Offers somebody may answer, one button each.
#[must_use]
pub fn which(verb: &str, views: &[OfferView], reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let headline = if views.is_empty() { say!(words, "offer-none-open") } else { say!(words, "offer-which") };
    let mut composed = Composed::plain(Message { headline, silent: true, ..Message::default() });
    for view in views.iter().take(super::asking::CHOICES_MAX) {
        let label = format!("{}: {}", phrase::who(&view.names, ""), view.change(reader, now));
        composed.row([(typed(format!("{verb} {}", view.offer.number)), label, Look::Plain)]);
    }
    composed
}
