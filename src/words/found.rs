//! What caused an alert, where the numbers carry it: one sentence that names it, what speaks for it, and how often luck would.
//!
//! Owns: these sentences, for the team. Refuses: the search ([`crate::insight::causes`]), and telling a creator or a client: a
//! suspicion is no message.

use jiff::Timestamp;

use super::message::Line;
use super::number;
use super::phrase::{bold, line};
use super::wording::{Reader, say};
use crate::domain::num;
use crate::insight::causes::case::Origins;
use crate::insight::causes::{Claim, Kind, Spill};
use crate::rules::excuse::Cause as BrandCause;

/// Rarer than one in so many is not counted further.
const OF_MAX: f64 = 1_000.0;

/// A cause and since when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundCause {
    /// What.
    pub claim: Claim,
    /// Since when, where it began on a day.
    pub since: Option<Timestamp>,
    /// How those came who used the code, over all the days, where that is known.
    pub came: Option<Origins>,
}

impl FoundCause {
    /// The lines: what it is, what speaks for it, how likely luck is.
    pub(crate) fn lines(&self, reader: &Reader, now: Timestamp) -> Vec<Line> {
        let (words, kind) = (reader.words(), key(self.claim.kind));
        let of = f64::min(OF_MAX, (1.0 / f64::max(self.claim.chance, 1.0 / OF_MAX)).floor());
        let since = self.since.map_or_else(String::new, |since| number::day(reader, since, now));
        let came = self.came.unwrap_or_default();
        let count = |value: f64| number::brief(reader.locale, value.round());
        let because = say!(
            words,
            "found-because",
            kind = kind,
            since = since,
            seen = self.amount(self.claim.seen, reader),
            usual = self.amount(self.claim.usual, reader),
            n = count(self.claim.n),
            listed = count(came.coupon),
            typed = count(came.typed),
        );
        let luck = say!(words, "found-luck", of = number::count(reader.locale, num::round_i64(of).unwrap_or(1)));
        let mut lines = vec![bold(say!(words, "found-head", kind = kind)), line(because)];
        if self.claim.kind == Kind::CodeLeaked {
            lines.push(line(say!(words, "found-leaked-next")));
        }
        lines.push(line(luck));
        lines
    }

    /// `seen` and `usual` as their sentence shows them.
    fn amount(&self, value: f64, reader: &Reader) -> String {
        match self.claim.kind {
            Kind::Brand(_) | Kind::LinkDead | Kind::LinkElsewhere | Kind::Landing | Kind::CodeMissing { .. } => {
                number::brief(reader.locale, value.round())
            }
            Kind::CodeLeaked => number::brief(reader.locale, (value * self.claim.n).round()),
            Kind::WrongAudience | Kind::WeakContent | Kind::PostingHour => number::percent(reader.locale, value),
            Kind::FakeFollowers => number::decimal(reader.locale, value, 2),
        }
    }
}

/// A code that found buyers in a new place: good news, told where somebody might end the code.
pub(crate) fn spill_lines(spill: &Spill, reader: &Reader) -> Vec<Line> {
    let words = reader.words();
    let count = |value: f64| number::brief(reader.locale, value.round());
    let seen = say!(
        words,
        "found-spill",
        n = count(spill.n),
        seen = count(spill.seen * spill.n),
        usual = count(spill.usual * spill.n),
    );
    vec![bold(say!(words, "found-spill-head")), line(seen)]
}

fn key(kind: Kind) -> &'static str {
    match kind {
        Kind::Brand(BrandCause::Shop | BrandCause::Other) => "shop",
        Kind::Brand(BrandCause::Stock) => "stock",
        Kind::Brand(BrandCause::Price) => "price",
        Kind::Brand(BrandCause::Pixel) => "pixel",
        Kind::LinkDead => "link-dead",
        Kind::LinkElsewhere => "link-elsewhere",
        Kind::Landing => "landing",
        Kind::CodeMissing { .. } => "code-missing",
        Kind::CodeLeaked => "code-leaked",
        Kind::WrongAudience => "audience",
        Kind::WeakContent => "content",
        Kind::PostingHour => "hour",
        Kind::FakeFollowers => "followers",
    }
}
