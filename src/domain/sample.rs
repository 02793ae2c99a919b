//! Samples: what a source said, when it was so and when we knew; and readings: what can be made of them.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{Platform, Subject};
use super::metric::Metric;
use super::money::Currency;

/// What kind of statement a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Form {
    /// The running total at an instant. It may fall.
    Total {
        /// When it was so.
        at: Timestamp,
    },
    /// A level at an instant.
    Gauge {
        /// When it was so.
        at: Timestamp,
    },
    /// What was added within `[from, until)`.
    Amount {
        /// The first instant of the span.
        from: Timestamp,
        /// The first instant after it.
        until: Timestamp,
    },
}

impl Form {
    /// The instant that orders statements of one series: when it was so, or the end of the span.
    #[must_use]
    pub fn observed_at(self) -> Timestamp {
        match self {
            Self::Total { at } | Self::Gauge { at } => at,
            Self::Amount { until, .. } => until,
        }
    }

    /// The name in files: `total`, `gauge` or `amount`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Total { .. } => "total",
            Self::Gauge { .. } => "gauge",
            Self::Amount { .. } => "amount",
        }
    }
}

/// One line of numbers: whose, which, where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesKey {
    /// Whose.
    pub subject: Subject,
    /// Which. Never a derived metric: those are worked out, not stored.
    pub metric: Metric,
    /// The platform that counts it.
    pub platform: Platform,
}

/// One statement of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Whose, which, where.
    #[serde(flatten)]
    pub series: SeriesKey,
    /// The value: a count, seconds, or money in minor units of `currency`.
    pub value: i64,
    /// The currency, exactly when the metric is money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Total, gauge or amount, and when.
    #[serde(flatten)]
    pub form: Form,
    /// When we knew. Equal times of observation: the newest of these wins.
    pub known_at: Timestamp,
    /// The source says that it may still change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
    /// The creator typed it in; never the only ground of an automatic action.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub self_reported: bool,
}

/// Why there is no value. Never a zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Absence {
    /// The platform has not published this span yet, or the window is not complete.
    NotYet,
    /// Its owner hides it.
    Hidden,
    /// Below a privacy threshold.
    TooFew,
    /// The account, post or object does not exist any more.
    Gone,
    /// The last statement is too old, or the source stands still.
    Stale {
        /// How old the last statement is, in seconds.
        age_secs: i64,
    },
    /// The token is refused.
    Unauthorized,
    /// The platform's quota is used up.
    QuotaSpent,
    /// The platform did not answer.
    Unreachable,
    /// It answered something that cannot be understood.
    Garbled,
}

impl Absence {
    /// Stale by so much.
    #[must_use]
    pub fn stale(age: Duration) -> Self {
        Self::Stale { age_secs: i64::try_from(age.as_secs()).unwrap_or(i64::MAX) }
    }

    /// The name in JSON and in the words of `on_absent`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::Hidden => "hidden",
            Self::TooFew => "too_few",
            Self::Gone => "gone",
            Self::Stale { .. } => "stale",
            Self::Unauthorized => "unauthorized",
            Self::QuotaSpent => "quota_spent",
            Self::Unreachable => "unreachable",
            Self::Garbled => "garbled",
        }
    }
}

/// A source's statement that there is no value, stored beside the samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Whose, which, where.
    #[serde(flatten)]
    pub series: SeriesKey,
    /// Why.
    #[serde(flatten)]
    pub why: Absence,
    /// When it was so.
    pub at: Timestamp,
}

/// A value over a window, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// The value; money in minor units.
    Value(f64),
    /// None, and why.
    Absent(Absence),
}

impl Reading {
    /// The value, if there is one.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent(_) => None,
        }
    }
}
