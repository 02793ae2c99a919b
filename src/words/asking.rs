//! What is done with people: the question to a creator, how it stands for the team, and what is said around it.
//!
//! Refuses: numbers of anybody else in a creator's message, and sending. Where a creator has no chat with us, the same
//! question is a text to copy, in the creator's language.

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed};
use super::incident::{avoidable_part, deed_label};
use super::letter::{Letter, forms, unmarked};
use super::message::{Block, Line, Look, Message, Run};
use super::number;
use super::phrase::{self, block, line};
use super::view::{AskStand, AskView, OptionView};
use super::wording::{Locale, Reader, say};
use crate::domain::action::{Deed, Fix};
use crate::domain::money::Money;
use crate::domain::person::Audience;
use crate::words::consent::Consented;

/// Choices in one answer, at most: four rows of two, and one that leaves it.
pub const CHOICES_MAX: usize = 8;

/// How the wording files call what is asked.
fn form(deed: &Deed) -> &'static str {
    match deed {
        Deed::AskFix { what: Fix::Check, .. } => "fix_check",
        Deed::AskFix { what: Fix::Link, .. } => "fix_link",
        Deed::AskFix { what: Fix::Code, .. } => "fix_code",
        Deed::AskFix { what: Fix::MakeGood, .. } => "make_good",
        Deed::AskFix { what: Fix::Disclosure, .. } => "fix_mark",
        Deed::AskFix { what: Fix::Draft, .. } => "late_draft",
        Deed::AskFix { what: Fix::Post, .. } => "late_post",
        Deed::AskFix { what: Fix::Proof, .. } => "late_proof",
        Deed::AskFix { what: Fix::Report, .. } => "late_report",
        Deed::AskFix { what: Fix::MoreTime, .. } => "more_time",
        Deed::AskFix { what: Fix::Rights, .. } => "extend_right",
        other => other.as_str(),
    }
}

/// What a creator is called in a sentence.
fn first_name(view: &AskView) -> String {
    phrase::first_name(view.names.creator.as_deref().unwrap_or_default())
}

fn amount(reader: &Reader, money: Option<Money>) -> String {
    match money.filter(|money| 0 < money.minor) {
        Some(money) => number::money(reader.locale, money),
        None => "none".to_owned(),
    }
}

/// The message for one room. `None`: this audience is not told.
#[must_use]
pub fn compose(view: &AskView, reader: &Reader, audience: Audience, now: Timestamp) -> Option<Composed> {
    match audience {
        Audience::Creator => Some(to_creator(view, reader, now)),
        Audience::Internal => Some(to_team(view, reader, now)),
        Audience::Client | Audience::Operator => None,
    }
}

/// The lines of the question itself.
fn question(view: &AskView, reader: &Reader, now: Timestamp) -> (String, Vec<Line>) {
    let words = reader.words();
    let place: Vec<&str> =
        [&view.names.brand, &view.names.campaign].into_iter().flatten().map(String::as_str).collect();
    let place = place.join(" · ");
    let what = view.what.as_str();
    let headline =
        say!(words, "ask-headline", ask = form(&view.deed), name = first_name(view), what = what, place = place);
    let due = view.due.map_or_else(|| "none".to_owned(), |due| number::day(reader, due, now));
    let body = say!(
        words,
        "ask-body",
        ask = form(&view.deed),
        fee = amount(reader, view.fee),
        owed = amount(reader, view.owed),
        due = due
    );
    let mut lines = vec![line(body), line(say!(words, "ask-stays"))];
    if let AskStand::Waiting { until: Some(until) } = &view.stand {
        lines.push(line(say!(words, "ask-answer-by", time = number::time(reader, *until, now))));
    }
    (headline, lines)
}

fn to_creator(view: &AskView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let ask = form(&view.deed);
    let what = view.what.as_str();
    let time = |at: Timestamp| number::time(reader, at, now);
    let done = |headline: String, text: String| {
        let blocks = block(0, vec![line(text)]).into_iter().collect();
        Composed::plain(Message { headline, blocks, silent: true, ..Message::default() })
    };
    match &view.stand {
        AskStand::Waiting { .. } => {
            let (headline, lines) = question(view, reader, now);
            let blocks = block(0, lines).into_iter().collect();
            let mut composed = Composed::plain(Message { headline, blocks, ..Message::default() });
            let answer = |yes| ButtonPurpose::Answer { proposal: view.proposal, yes };
            composed.row([
                (answer(true), say!(words, "ask-yes", ask = ask), Look::Primary),
                (answer(false), say!(words, "ask-no", ask = ask), Look::Plain),
            ]);
            composed
        }
        AskStand::Confirmed { at, .. } => done(
            say!(words, "ask-done", ask = ask, what = what, time = time(*at)),
            say!(words, "ask-done-text", ask = ask, owed = amount(reader, view.owed)),
        ),
        AskStand::Declined { at, .. } => {
            done(say!(words, "ask-declined", what = what, time = time(*at)), say!(words, "ask-declined-text"))
        }
        AskStand::Withdrawn => done(say!(words, "ask-withdrawn", what = what), say!(words, "ask-over-text", ask = ask)),
        AskStand::Late => done(say!(words, "ask-late", what = what), say!(words, "ask-over-text", ask = ask)),
    }
}

/// The same for the team, where no alert tells it.
fn to_team(view: &AskView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let who = phrase::who(&view.names, "");
    let of = first_name(view);
    let deed = view.deed.as_str();
    let name = view.what.as_str();
    let time = |at: Timestamp| number::time(reader, at, now);
    let to = say!(words, "deed-ask", deed = deed, name = name);
    let left = say!(words, "deed-left", deed = deed, name = name);
    let done = say!(words, "deed-done", deed = deed, name = name);
    let mut blocks: Vec<Block> = Vec::new();
    let headline = match &view.stand {
        AskStand::Waiting { until } => {
            let mut lines = vec![line(say!(words, "ask-team-by", by = view.by.as_str()))];
            if let Some(until) = until {
                let stays = say!(words, "deed-stays", deed = deed);
                lines.push(line(say!(words, "answer-by", time = time(*until), stays = stays)));
            }
            blocks.extend(block(0, lines));
            blocks.extend(copy_ready(view, reader, now));
            if view.direct || view.told.is_some() {
                say!(words, "ask-team-waiting", who = who, of = of, what = to)
            } else {
                say!(words, "ask-team-tell", who = who, of = of, what = to)
            }
        }
        AskStand::Confirmed { at, by: None } => {
            say!(words, "ask-team-confirmed", who = who, what = done, of = of, time = time(*at))
        }
        AskStand::Confirmed { at, by: Some(by) } => {
            say!(words, "ask-team-confirmed-by", who = who, what = done, of = of, by = by.as_str(), time = time(*at))
        }
        AskStand::Declined { at, .. } => {
            blocks.extend(block(0, vec![line(say!(words, "ask-team-declined-text", of = of.as_str()))]));
            say!(words, "ask-team-declined", who = who, of = of, time = time(*at), what = left)
        }
        AskStand::Withdrawn => say!(words, "ask-team-withdrawn", who = who, what = left),
        AskStand::Late => say!(words, "ask-team-late", who = who, of = of, what = left),
    };
    let silent = !matches!(view.stand, AskStand::Declined { .. } | AskStand::Late);
    let mut composed = Composed::plain(Message { headline, blocks, silent, ..Message::default() });
    composed.row(record_buttons(view, reader));
    composed.row(text_button(view, reader));
    composed
}

/// For the team: what a creator answered elsewhere. Nothing once it is answered.
pub(crate) fn record_buttons(view: &AskView, reader: &Reader) -> Vec<(ButtonPurpose, String, Look)> {
    if !matches!(view.stand, AskStand::Waiting { .. }) {
        return Vec::new();
    }
    let words = reader.words();
    let of = first_name(view);
    let record = |yes| ButtonPurpose::Record { proposal: view.proposal, yes };
    let mut buttons = Vec::new();
    let by_hand = !view.direct && view.told.is_none();
    if by_hand {
        let told = ButtonPurpose::Tell { proposal: view.proposal, told: true };
        buttons.push((told, say!(words, "button-offer-told", of = of.as_str()), Look::Primary));
    }
    let look = if by_hand { Look::Plain } else { Look::Primary };
    buttons.push((record(true), say!(words, "button-has-confirmed", of = of.as_str()), look));
    buttons.push((record(false), say!(words, "button-has-declined", of = of.as_str()), Look::Plain));
    buttons
}

/// Texts in the forms of a mail, Instagram and `WhatsApp`, while somebody has still to be told.
fn text_button(view: &AskView, reader: &Reader) -> Option<(ButtonPurpose, String, Look)> {
    let waits = matches!(view.stand, AskStand::Waiting { .. }) && !view.direct && view.told.is_none();
    let texts = ButtonPurpose::Tell { proposal: view.proposal, told: false };
    waits.then(|| (texts, say!(reader.words(), "button-offer-text"), Look::Plain))
}

/// The question as texts that a person sends where the program cannot. `None`: it is over, or the program has asked itself.
#[must_use]
pub fn text_to_send(view: &AskView, reader: &Reader, now: Timestamp) -> Option<Message> {
    if view.direct || !matches!(view.stand, AskStand::Waiting { .. }) {
        return None;
    }
    let theirs = Reader { locale: Locale::of(&view.locale), zone: reader.zone.clone() };
    let words = theirs.words();
    let (headline, lines) = question(view, &theirs, now);
    // The question greets them itself, and so does a letter.
    let hello = say!(words, "letter-hello", name = first_name(view));
    let first = unmarked(&headline);
    let letter = Letter {
        name: first_name(view),
        from: view.names.brand.clone().unwrap_or_default(),
        first: first.strip_prefix(&hello).map_or(first.clone(), |rest| rest.trim_start().to_owned()),
        lines: lines.iter().map(phrase::text_of).collect(),
        answer: say!(words, "ask-letter-answer"),
    };
    let headline = say!(reader.words(), "offer-text-headline", of = first_name(view));
    Some(Message { headline, blocks: forms(&letter, &theirs, reader), silent: true, ..Message::default() })
}

/// The question as a text to copy, where its creator has no chat with us.
pub(crate) fn copy_ready(view: &AskView, reader: &Reader, now: Timestamp) -> Option<Block> {
    if view.direct || !matches!(view.stand, AskStand::Waiting { .. }) {
        return None;
    }
    if let Some(told) = &view.told {
        let time = number::time(reader, told.at, now);
        let text = say!(reader.words(), "ask-told", by = told.name.as_str(), of = first_name(view), time = time);
        return block(0, vec![line(text)]);
    }
    let theirs = Reader { locale: Locale::of(&view.locale), zone: reader.zone.clone() };
    let (headline, lines) = question(view, &theirs, now);
    // The mark in front is ours; a letter does without it.
    let first = headline.split_once(' ').map_or(headline.as_str(), |(_, rest)| rest).to_owned();
    let body: Vec<String> = lines.iter().map(phrase::text_of).collect();
    let text = format!("{first}. {}", body.join(" "));
    let lines = vec![line(say!(reader.words(), "copy-ready", of = first_name(view))), vec![Run::Code(text)]];
    block(0, lines)
}

/// What a person is asked before a creator is: what it saves, what it does not do, and whether there is a way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SureView {
    /// What the creator would be asked.
    pub ask: AskView,
    /// What it saves.
    pub saves: Option<Money>,
    /// The way without a way back, where there is one.
    pub cancel: Option<Deed>,
}

/// Are you sure.
#[must_use]
pub fn sure(view: &SureView, reader: &Reader) -> Composed {
    let words = reader.words();
    let AskView { deed, what, .. } = &view.ask;
    let of = first_name(&view.ask);
    let key = deed.as_str();
    let saves = match view.saves.filter(|saves| 0 < saves.minor) {
        Some(saves) => format!(" {}", say!(words, "sure-saves", saves = number::money_exact(reader.locale, saves))),
        None => String::new(),
    };
    let headline = say!(words, "sure-headline", deed = key, of = of.as_str(), name = what.as_str(), saves = saves);
    let owed = amount(reader, view.ask.owed);
    let mut lines = vec![line(say!(words, "sure-stays", deed = key, of = of.as_str(), owed = owed))];
    if !view.ask.direct {
        lines.push(line(say!(words, "sure-not-direct", of = of.as_str())));
    }
    let blocks = block(0, lines).into_iter().collect();
    let mut composed = Composed::plain(Message { headline, blocks, silent: true, ..Message::default() });
    let look = if deed.stops() { Look::Danger } else { Look::Primary };
    let yes = say!(words, "sure-yes", deed = key, of = of.as_str());
    composed.row([(ButtonPurpose::Sure { deed: deed.clone() }, yes, look)]);
    if let Some(cancel) = &view.cancel {
        let label = say!(words, "sure-cancel-instead");
        composed.row([(ButtonPurpose::Choose { deed: cancel.clone() }, label, Look::Plain)]);
    }
    composed.row([(ButtonPurpose::Cancel, say!(words, "button-no"), Look::Plain)]);
    composed
}

/// What can be stopped in something, and the money of each.
#[must_use]
pub fn choices(name: &str, options: &[OptionView], owed: Option<Money>, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let mut lines: Vec<Line> = Vec::new();
    for option in options {
        let text = avoidable_part(option, reader, now)
            .unwrap_or_else(|| say!(words, "choice-plain", deed = option.deed.as_str(), name = option.name.as_str()));
        lines.push(line(format!("• {text}")));
    }
    if let Some(owed) = owed.filter(|owed| 0 < owed.minor) {
        lines.push(line(say!(words, "owed", amount = number::money(reader.locale, owed))));
    }
    lines.push(line(say!(words, "choices-stay")));
    let headline = say!(words, "choices-headline", name = name);
    let blocks = block(0, lines).into_iter().collect();
    let mut composed = Composed::plain(Message { headline, blocks, silent: true, ..Message::default() });
    for pair in options.chunks(2) {
        composed.row(pair.iter().map(|option| {
            let label = deed_label(&option.deed, Some(option), option.avoidable, true, reader);
            (ButtonPurpose::Choose { deed: option.deed.clone() }, label, Look::Danger)
        }));
    }
    composed.row([(ButtonPurpose::Cancel, say!(words, "button-no"), Look::Plain)]);
    composed
}

/// Which of several pieces is meant: each with the command, or the deed, that names it.
#[must_use]
pub fn which(pieces: Vec<(String, ButtonPurpose)>, reader: &Reader) -> Composed {
    let words = reader.words();
    let headline = say!(words, "which-piece");
    let mut composed = Composed::plain(Message { headline, silent: true, ..Message::default() });
    let more = pieces.len().saturating_sub(CHOICES_MAX);
    if let (true, Some((_, last))) = (0 < more, pieces.last()) {
        let example = match last {
            ButtonPurpose::Ask { command } => command.clone(),
            ButtonPurpose::Choose { deed } => format!("{} {}", deed.as_str(), deed.typed()),
            _ => String::new(),
        };
        let text = say!(words, "which-more", count = more, example = example);
        composed.message.blocks.extend(block(0, vec![line(text)]));
    }
    let mut pieces = pieces.into_iter().take(CHOICES_MAX).peekable();
    while pieces.peek().is_some() {
        composed.row(pieces.by_ref().take(2).map(|(label, purpose)| (purpose, label, Look::Plain)).collect::<Vec<_>>());
    }
    composed.row([(ButtonPurpose::Cancel, say!(words, "button-no"), Look::Plain)]);
    composed
}

/// A short answer about pieces, questions and notes. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum Told {
    /// The creator is being asked.
    Asked {
        of: String,
        direct: bool,
    },
    /// They were asked already, and have not answered.
    AlreadyAsked {
        of: String,
    },
    /// A post that is up is not paused.
    AlreadyOut {
        what: String,
    },
    /// It is as wanted already.
    AlreadySo {
        deed: Deed,
        what: String,
    },
    /// Nothing there that can be put on hold, or released.
    NothingToHold {
        name: String,
    },
    NothingToRelease {
        name: String,
    },
    /// There is no such piece.
    UnknownPiece {
        given: String,
    },
    /// The question is over, or was answered before.
    Over,
    /// A creator's yes, and a creator's no.
    Thanks,
    /// A creator's yes that a post is out: its address is still to come.
    ThanksSendAddress,
    TeamWrites,
    /// A person of the team has told them.
    ToldThem {
        of: String,
    },
    /// A person of the team noted an answer.
    Recorded {
        of: String,
    },
    /// No promised piece is open on this platform.
    NothingOpen {
        platform: String,
    },
    /// Its post is known now; `fee` became spend.
    Live {
        what: String,
        fee: Option<Money>,
    },
    /// More people have to agree.
    Consent(Consented),
    /// A remark was kept.
    Noted {
        name: String,
    },
}

impl Told {
    /// As a message in the reader's language.
    #[must_use]
    pub fn say(&self, reader: &Reader) -> Message {
        let words = reader.words();
        let headline = match self {
            Self::Asked { of, direct: true } => say!(words, "told-asked", of = of.as_str()),
            Self::Asked { of, direct: false } => say!(words, "told-tell-yourself", of = of.as_str()),
            Self::AlreadyAsked { of } => say!(words, "told-already-asked", of = of.as_str()),
            Self::AlreadyOut { what } => say!(words, "told-already-out", what = what.as_str()),
            Self::AlreadySo { deed, what } => {
                say!(
                    words,
                    "told-already-so",
                    what = say!(words, "deed-done", deed = deed.as_str(), name = what.as_str())
                )
            }
            Self::NothingToHold { name } => say!(words, "told-nothing-to-hold", name = name.as_str()),
            Self::NothingToRelease { name } => say!(words, "told-nothing-to-release", name = name.as_str()),
            Self::UnknownPiece { given } => say!(words, "told-unknown-piece", given = given.as_str()),
            Self::Over => say!(words, "told-over"),
            Self::Thanks => say!(words, "told-thanks"),
            Self::ThanksSendAddress => say!(words, "told-thanks-address"),
            Self::TeamWrites => say!(words, "told-team-writes"),
            Self::ToldThem { of } => say!(words, "offer-done-told", of = of.as_str()),
            Self::Recorded { of } => say!(words, "told-recorded", of = of.as_str()),
            Self::NothingOpen { platform } => say!(words, "told-nothing-open", platform = platform.as_str()),
            Self::Live { what, fee } => match fee {
                Some(fee) => {
                    say!(words, "told-live-fee", what = what.as_str(), fee = number::money(reader.locale, *fee))
                }
                None => say!(words, "told-live", what = what.as_str()),
            },
            Self::Consent(why) => why.text(reader),
            Self::Noted { name } => say!(words, "told-noted", name = name.as_str()),
        };
        Message { headline, silent: true, ..Message::default() }
    }
}
