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
use crate::insight::causes::{Claim, Kind};
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
}

impl FoundCause {
    /// The lines: what it is, what speaks for it, how likely luck is.
    pub(crate) fn lines(&self, reader: &Reader, now: Timestamp) -> Vec<Line> {
        let (words, kind) = (reader.words(), key(self.claim.kind));
        let of = f64::min(OF_MAX, (1.0 / f64::max(self.claim.chance, 1.0 / OF_MAX)).floor());
        let since = self.since.map_or_else(String::new, |since| number::day(reader, since, now));
        let because = say!(
            words,
            "found-because",
            kind = kind,
            since = since,
            seen = self.amount(self.claim.seen, reader),
            usual = self.amount(self.claim.usual, reader),
            n = number::brief(reader.locale, self.claim.n.round()),
        );
        let luck = say!(words, "found-luck", of = number::count(reader.locale, num::round_i64(of).unwrap_or(1)));
        vec![bold(say!(words, "found-head", kind = kind)), line(because), line(luck)]
    }

    /// `seen` and `usual` as their sentence shows them.
    fn amount(&self, value: f64, reader: &Reader) -> String {
        match self.claim.kind {
            Kind::Brand(_) | Kind::LinkDead | Kind::LinkElsewhere | Kind::Landing | Kind::CodeMissing { .. } => {
                number::brief(reader.locale, value.round())
            }
            Kind::CodeLeaked | Kind::WrongAudience | Kind::WeakContent | Kind::PostingHour => {
                number::percent(reader.locale, value)
            }
            Kind::FakeFollowers => number::decimal(reader.locale, value, 2),
        }
    }
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
