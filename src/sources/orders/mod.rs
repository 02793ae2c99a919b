//! What every shop shares: which hours are owed, what was read of them, whom an order is credited to, and the samples.
//!
//! Owns: `Memory` and the telling, the sorting of a request into codes and whole shops, the wait that one poll has in
//! all, and what `discover` and `preflight` may ask of any shop ([`Shop`]).
//! Refuses: the wire of any shop, and what counts as an order there; each shop says it in its own `Row`s.

mod came;
mod expected;
mod hours;
mod pace;
mod shop;

use jiff::Timestamp;

use super::json::Garbled;
use super::{Request, SourceError, Target};
use crate::domain::ids::Subject;

pub use came::CodeSites;
pub(super) use came::{Came, Ways};
pub(super) use expected::{Expected, assumption, pages};
pub(super) use hours::{Asked, Memory};
pub use hours::{OF_CODES, OF_CODES_AND_WAYS};
pub(super) use pace::{Patience, QUESTIONS_MAX, WAIT_MAX};
pub use shop::{Code, Listed, Shop, Visit, same_code};

/// Seconds of an hour.
pub(super) const HOUR: i64 = 3600;

/// The most characters of a code: what Shopify takes, and more than anybody types.
const CODE_MAX: usize = 255;

/// The hour an instant lies in, counted from 1970 in UTC.
pub(super) fn hour_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(HOUR)
}

/// The first instant of an hour.
pub(super) fn start_of(hour: i64) -> Timestamp {
    Timestamp::from_second(hour.saturating_mul(HOUR)).unwrap_or(Timestamp::MAX)
}

/// The second an instant lies in: what shops filter by.
pub(super) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// One order. A part that cannot be read spoils only the numbers that need it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub id: String,
    /// When it was placed.
    pub hour: i64,
    /// Whether it is an order at all: neither a test nor cancelled.
    pub counts: Result<bool, Garbled>,
    /// The codes used, lower case, in the order of their use.
    pub codes: Result<Vec<String>, Garbled>,
    /// What it is worth now, net of discounts, edits, returns and refunds, with tax and shipping; minor units.
    pub revenue: Result<i64, Garbled>,
    /// Whether anything of it was refunded.
    pub refunded: Result<bool, Garbled>,
    /// How its buyer came.
    pub came: Result<Came, Garbled>,
}

impl Row {
    /// The first part that could not be read.
    pub fn fault(&self) -> Option<&Garbled> {
        let counts = self.counts.as_ref().err();
        let worth = self.revenue.as_ref().err().or(self.refunded.as_ref().err());
        counts.or(self.codes.as_ref().err()).or(worth).or(self.came.as_ref().err())
    }
}

/// A code as it is compared: no shop's codes know upper case from lower.
pub(super) fn fold(code: &str) -> String {
    code.trim().to_lowercase()
}

/// A failure of the shop for something that cannot be read.
pub(super) fn garbled(platform: &'static str, garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform, path: garbled.path, expected: garbled.expected }
}

/// A request, sorted into who wants the whole shop and who owns which code.
pub(super) fn sort(request: &Request, platform: &'static str) -> Result<Asked, SourceError> {
    let bad = |id: &str, why| SourceError::BadTarget { platform, id: id.to_owned(), why };
    let mut asked = Asked::default();
    for target in &request.targets {
        let Target::Account { subject, id } = target else {
            return Err(bad(target.id(), "a shop has codes only"));
        };
        let owners = if matches!(subject, Subject::Brand(_)) {
            &mut asked.whole
        } else {
            let code = fold(id);
            if !(1..=CODE_MAX).contains(&code.chars().count()) || code.chars().any(char::is_control) {
                return Err(bad(id, "a discount code has 1 to 255 characters"));
            }
            asked.codes.entry(code).or_default()
        };
        if !owners.contains(subject) {
            owners.push(subject.clone());
        }
    }
    Ok(asked)
}
