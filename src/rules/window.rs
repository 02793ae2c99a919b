//! Windows: which span of time a bare metric is read over.
//!
//! Owns: how a window is written and which spans it means at an instant (DESIGN §5). Refuses: readings.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::readings::Span;

/// A window of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Window {
    /// So many whole calendar days in the zone of the frame whose source lag has passed.
    Days(u32),
    /// So many hours, ending now.
    Hours(u32),
    /// The newest so many posts.
    LastPosts(u32),
    /// Since the deal began.
    Deal,
}

/// What windows are measured in.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Whose days.
    pub zone: TimeZone,
    /// How long after a day's end its numbers are complete.
    pub lag: SignedDuration,
    /// When the deal runs.
    pub deal: Option<Span>,
}

impl Window {
    /// The newest complete span at `now`; `None` for posts, and for a deal that there is not.
    #[must_use]
    pub fn latest(self, now: Timestamp, frame: &Frame) -> Option<Span> {
        match self {
            Self::Days(days) => {
                let known = now.checked_sub(frame.lag).ok()?;
                let until = known.to_zoned(frame.zone.clone()).start_of_day().ok()?.timestamp();
                Some(Span {
                    from: days_before(until, days, frame)?,
                    until,
                })
            }
            Self::Hours(hours) => Some(Span {
                from: now.checked_sub(SignedDuration::from_hours(i64::from(hours))).ok()?,
                until: now,
            }),
            Self::LastPosts(_) => None,
            Self::Deal => frame.deal.filter(|deal| deal.from < now).map(|deal| Span {
                from: deal.from,
                until: std::cmp::min(deal.until, now),
            }),
        }
    }

    /// The span `k` windows before `span`.
    #[must_use]
    pub fn back(self, span: Span, k: u32, frame: &Frame) -> Option<Span> {
        match self {
            Self::Days(days) => {
                let until = days_before(span.until, days.checked_mul(k)?, frame)?;
                Some(Span {
                    from: days_before(until, days, frame)?,
                    until,
                })
            }
            Self::Hours(hours) => {
                let shift = SignedDuration::from_hours(i64::from(hours).checked_mul(i64::from(k))?);
                Some(Span {
                    from: span.from.checked_sub(shift).ok()?,
                    until: span.until.checked_sub(shift).ok()?,
                })
            }
            Self::LastPosts(_) | Self::Deal => None,
        }
    }
}

fn days_before(at: Timestamp, days: u32, frame: &Frame) -> Option<Timestamp> {
    let date = at
        .to_zoned(frame.zone.clone())
        .date()
        .checked_sub(i64::from(days).days())
        .ok()?;
    frame
        .zone
        .to_ambiguous_timestamp(date.to_datetime(Time::midnight()))
        .compatible()
        .ok()
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::Hours(hours) => write!(f, "{hours}h"),
            Self::LastPosts(posts) => write!(f, "last {posts} posts"),
            Self::Deal => f.write_str("deal"),
        }
    }
}

/// Text that is not a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a window: write `7d`, `24h`, `last 3 posts` or `deal`")]
pub struct WindowError {
    /// What was given.
    pub given: String,
}

impl FromStr for Window {
    type Err = WindowError;
    fn from_str(given: &str) -> Result<Self, WindowError> {
        let bad = || WindowError {
            given: given.to_owned(),
        };
        let count = |text: &str| text.parse::<u32>().ok().filter(|count| *count > 0).ok_or_else(bad);
        let words: Vec<&str> = given.split_whitespace().collect();
        match words.as_slice() {
            ["deal"] => Ok(Self::Deal),
            ["last", posts, "posts" | "post"] => count(posts).map(Self::LastPosts),
            [one] => match (one.strip_suffix('d'), one.strip_suffix('h')) {
                (Some(days), _) => count(days).map(Self::Days),
                (None, Some(hours)) => count(hours).map(Self::Hours),
                (None, None) => Err(bad()),
            },
            _ => Err(bad()),
        }
    }
}

impl TryFrom<String> for Window {
    type Error = WindowError;
    fn try_from(given: String) -> Result<Self, WindowError> {
        given.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}
