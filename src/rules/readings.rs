//! What a condition may ask about the world: the value of a metric over a span, and how well it is known.
//!
//! Owns: the question ([`Want`]), the answer ([`Seen`]) and the trait between the judge and whoever keeps the series.
//! Refuses: windows (they become spans before they get here) and any judgement.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::credit::Claim;
use crate::domain::ids::{Platform, PostRef, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::Reading;

/// A half-open span of time, `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

/// One metric, possibly of one platform only (`followers@twitch`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Want {
    /// Which; may be derived, its parts are then read over the same span.
    pub metric: Metric,
    /// Only as this platform counts it; `None` adds all platforms that count it.
    pub platform: Option<Platform>,
}

/// A reading with what a receipt says about it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The value, or why there is none.
    pub reading: Reading,
    /// Samples that took part.
    pub n: u32,
    /// When the newest of them was observed.
    pub newest: Option<Timestamp>,
}

/// What one of several who saw the same says of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    /// How it knows.
    pub claim: Claim,
    /// Who.
    pub platform: Platform,
    /// How much; money in minor units. `None` where it says nothing now.
    pub value: Option<f64>,
}

/// Whose word on a metric counts, and who else claims it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// Of what.
    pub metric: Metric,
    /// Whose word counts.
    pub counted: Vec<Claimed>,
    /// Who was seen as well, and not counted.
    pub also: Vec<Claimed>,
}

/// Whoever keeps the series. Answers never depend on anything but what was appended before.
pub trait Readings {
    /// The metric of a subject over a span (DESIGN §5 "Windows": increase of a total, last statement of a gauge, amounts
    /// by their midpoint), after the guards.
    fn over(&self, subject: &Subject, want: Want, span: Span) -> Seen;

    /// The metric summed over posts (for `last N posts`): each post's value over its whole life up to `until`.
    fn over_posts(&self, posts: &[(Platform, PostRef)], want: Want, until: Timestamp) -> Seen;

    /// The subject's newest `n` posts published before `until`, newest first.
    fn newest_posts(&self, subject: &Subject, until: Timestamp, n: usize) -> Vec<(Platform, PostRef)>;

    /// When the subject's history of this metric begins.
    fn begins(&self, subject: &Subject, want: Want) -> Option<Timestamp>;

    /// When the newest statement of this metric was observed, at or before `until`.
    fn newest(&self, subject: &Subject, want: Want, until: Timestamp) -> Option<Timestamp>;

    /// Who claims what the metric is made from, where several do and not all of them count.
    fn claims(&self, subject: &Subject, want: Want, span: Span) -> Vec<Claims> {
        let _ = (subject, want, span);
        Vec::new()
    }
}
