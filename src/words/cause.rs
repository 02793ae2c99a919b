//! What lies with a brand, as the team and its creators are told: which time does not count, whom that spares, and a
//! person's word on it.
//!
//! Owns: these sentences and the buttons under them. Refuses: names of the team and of other creators in what a creator
//! reads (invariant 10).

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed};
use super::message::{Line, Look, Message};
use super::number;
use super::phrase::{block, line};
use super::view::{CauseView, ExcusedView, IncidentView};
use super::wording::{Reader, say};
use crate::domain::ids::Subject;
use crate::outbox::incident::Stage;

/// Names in a list; the rest are counted.
const NAMES_MAX: usize = 40;

impl ExcusedView {
    /// `from 08:26 to 14:26`, or `since 08:26`.
    fn span(&self, reader: &Reader, now: Timestamp) -> String {
        let words = reader.words();
        let from = number::time(reader, self.from, now);
        match self.until {
            Some(until) => say!(words, "excused-span", from = from, until = number::time(reader, until, now)),
            None => say!(words, "excused-since", from = from),
        }
    }

    /// `Nordbo's shop did not sell`.
    fn what(&self, reader: &Reader) -> String {
        say!(reader.words(), "excused-what", cause = self.cause.as_str(), brand = self.brand.as_str())
    }

    /// For the team: `Not judged against the creator: Nordbo's shop did not sell from 08:26 to 14:26.`
    pub(crate) fn for_team(&self, reader: &Reader, now: Timestamp) -> String {
        let text = say!(reader.words(), "excused-team", what = self.what(reader), span = self.span(reader, now));
        match self.until {
            Some(_) => text,
            None => format!("{text} {}", say!(reader.words(), "excused-lasts")),
        }
    }

    /// For the creator: `Not counted: from 08:26 to 14:26, when Nordbo's shop did not sell.`
    pub(crate) fn for_creator(&self, reader: &Reader, now: Timestamp) -> String {
        say!(reader.words(), "excused-creator", what = self.what(reader), span = self.span(reader, now))
    }
}

/// The first line of an alert that was closed because it lies with the brand.
pub(crate) fn closed_headline(who: String, closed_by: &ExcusedView, reader: &Reader) -> String {
    say!(reader.words(), "excused-headline", who = who, what = closed_by.what(reader))
}

/// What an alert says about it: whom a brand's own trouble spares, or which time was left out here.
pub(crate) fn lines(view: &IncidentView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(cause) = &view.cause {
        lines.extend(spares(cause, reader, now));
    }
    let closed = view.closed_by.iter();
    let left_out = view.excused.iter().filter(|one| view.closed_by.as_ref() != Some(*one));
    lines.extend(closed.chain(left_out).map(|one| line(one.for_team(reader, now))));
    lines
}

fn spares(cause: &CauseView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let span = cause.span.span(reader, now);
    let creators = cause.creators.len();
    let mut text = match cause.span.until {
        None => say!(words, "cause-spares", creators = creators, span = span),
        Some(_) => say!(words, "cause-spared", creators = creators, span = span),
    };
    if 0 < cause.closed {
        text = format!("{text} {}", say!(words, "cause-closed", closed = cause.closed));
    }
    vec![line(text)]
}

/// The names behind the count, for Why.
pub(crate) fn names(view: &IncidentView, reader: &Reader) -> Vec<Line> {
    let Some(cause) = view.cause.as_ref().filter(|cause| !cause.creators.is_empty()) else { return Vec::new() };
    let words = reader.words();
    let mut names = cause.creators.iter().take(NAMES_MAX).cloned().collect::<Vec<_>>().join(", ");
    let rest = cause.creators.len().saturating_sub(NAMES_MAX);
    if 0 < rest {
        names = format!("{names} {}", say!(words, "cause-more", rest = rest));
    }
    vec![line(say!(words, "cause-names", names = names))]
}

/// A person's own word on an alert of a brand or a campaign.
pub(crate) fn buttons(view: &IncidentView, composed: &mut Composed, reader: &Reader) {
    if !matches!(view.incident.subject, Subject::Brand(_) | Subject::Campaign(_)) {
        return;
    }
    let words = reader.words();
    let id = view.incident.id.as_str();
    let said = |command: String, label: String| (ButtonPurpose::Ask { command }, label, Look::Plain);
    match (&view.cause, view.incident.stage) {
        (Some(_), _) => composed.row([said(format!("unexcuse {id}"), say!(words, "button-not-us"))]),
        (None, Stage::Firing | Stage::Recovering) => {
            composed.row([said(format!("excuse {id}"), say!(words, "button-our-doing"))]);
        }
        (None, Stage::Resolved) => {}
    }
}

/// What a person is answered. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum CauseReply {
    /// Only a brand or a campaign can be in the way.
    NotABrand,
    /// Nothing has that name; whoever knows all names says which was meant.
    Unknown,
    /// No span of time, or one that cannot be.
    NoSpan,
    /// It does not count from now on.
    Declared { span: ExcusedView },
    /// It counts again.
    Lifted { span: ExcusedView },
    /// Nothing is excused there.
    NothingToLift,
}

impl CauseReply {
    /// As a message in the reader's language.
    #[must_use]
    pub fn say(&self, reader: &Reader, now: Timestamp) -> Message {
        let words = reader.words();
        let text = match self {
            Self::NotABrand | Self::Unknown => say!(words, "cause-not-a-brand"),
            Self::NoSpan => say!(words, "cause-no-span"),
            Self::Declared { span } => {
                say!(words, "cause-declared", brand = span.brand.as_str(), span = span.span(reader, now))
            }
            Self::Lifted { span } => {
                say!(words, "cause-lifted", brand = span.brand.as_str(), span = span.span(reader, now))
            }
            Self::NothingToLift => say!(words, "cause-nothing-to-lift"),
        };
        Message { headline: text, silent: true, ..Message::default() }
    }
}

/// Are you sure that it lies with the brand.
#[must_use]
pub fn confirm_declare(span: &ExcusedView, creators: u32, typed: &str, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let (brand, what) = (span.brand.as_str(), span.span(reader, now));
    let headline = say!(words, "cause-confirm", brand = brand, creators = creators, span = what);
    sure(headline, say!(words, "cause-confirm-means"), say!(words, "button-yes-excuse"), typed, reader)
}

/// Are you sure that it does not.
#[must_use]
pub fn confirm_lift(span: &ExcusedView, typed: &str, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let headline = say!(words, "cause-confirm-lift", brand = span.brand.as_str(), span = span.span(reader, now));
    sure(headline, say!(words, "cause-confirm-lift-means"), say!(words, "button-yes-count"), typed, reader)
}

fn sure(headline: String, means: String, yes: String, typed: &str, reader: &Reader) -> Composed {
    let mut message = Message { headline, silent: true, ..Message::default() };
    message.blocks.extend(block(0, vec![line(means)]));
    let mut composed = Composed::plain(message);
    composed.row([
        (ButtonPurpose::Confirm { command: typed.to_owned() }, yes, Look::Primary),
        (ButtonPurpose::Cancel, say!(reader.words(), "button-no"), Look::Plain),
    ]);
    composed
}
