//! How what was spent is forgotten: each way that platforms have, with its own arithmetic.
//!
//! Owns: what of the spending counts at an instant, and when there is room again ([`Tally`]).
//! Refuses: a clock; an instant is handed in. Whatever is counted in steps is counted to the careful side: never forgotten
//! earlier than the platform would.

use std::collections::VecDeque;
use std::fmt;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{next_midnight, pacific};

/// Parts of a rolling span that spending is added up in, so that a tally stays small.
const PARTS: u32 = 60;

/// A refusal without a sensible end is believed for this long.
const SHUT_LEAST: SignedDuration = SignedDuration::from_secs(60);

/// Steps of a unit that refilling is counted in.
const FINE: u64 = 1_000;

/// When spending is forgotten. A closed list: a platform that counts in another way gets another row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    /// All at midnight in Los Angeles: `YouTube`, GA4 (<https://developers.google.com/youtube/v3/determine_quota_cost>).
    PacificDay,
    /// All at midnight UTC: what X charges for (<https://docs.x.com/x-api/fundamentals/rate-limits>).
    UtcDay,
    /// All at the end of each span, counted from 1970: limits a minute, 15 minutes, an hour.
    Every {
        /// The span, in seconds.
        secs: u32,
    },
    /// Each unit when it is so old: Meta's hour, Instagram's and Google Ads' 24 hours
    /// (<https://developers.facebook.com/docs/graph-api/overview/rate-limiting>).
    Rolling {
        /// The age, in seconds.
        secs: u32,
    },
    /// So many units come back each second until the bucket is full: Shopify, Twitch
    /// (<https://shopify.dev/docs/api/usage/limits>).
    Refill {
        /// Units a second; what the platform says goes first.
        per_second: u32,
    },
    /// Each point when it is so old; a full score shuts the door for a while: Meta's score of an ad account
    /// (<https://developers.facebook.com/docs/marketing-api/overview/rate-limiting>).
    Decay {
        /// The age, in seconds.
        secs: u32,
        /// How long a full score shuts the door, in seconds.
        block_secs: u32,
    },
}

impl fmt::Display for Reset {
    /// For the operator, after a number of units: `a day, Pacific time`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = |secs: u32| SignedDuration::from_secs(i64::from(secs));
        match *self {
            Self::PacificDay => f.write_str("a day, Pacific time"),
            Self::UtcDay => f.write_str("a day, UTC"),
            Self::Every { secs } => write!(f, "each {:#}", span(secs)),
            Self::Rolling { secs } => write!(f, "in any {:#}", span(secs)),
            Self::Refill { per_second } => write!(f, "at once, {per_second} back a second"),
            Self::Decay { secs, .. } => write!(f, "in any {:#}, or it blocks", span(secs)),
        }
    }
}

impl Reset {
    /// By the minute.
    pub const MINUTE: Self = Self::Every { secs: 60 };
    /// By the quarter of an hour.
    pub const QUARTER: Self = Self::Every { secs: 900 };
    /// By the minute that ends now.
    pub const ROLLING_MINUTE: Self = Self::Rolling { secs: 60 };
    /// By the hour that ends now.
    pub const ROLLING_HOUR: Self = Self::Rolling { secs: 3_600 };
    /// By the 24 hours that end now.
    pub const ROLLING_DAY: Self = Self::Rolling { secs: 86_400 };

    /// The window that `now` is in, where all is forgotten at once.
    pub(super) fn window(self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::PacificDay => {
                let start = now.to_zoned(pacific()).start_of_day().map_or(Timestamp::MIN, |start| start.timestamp());
                Some((start, next_midnight(now)))
            }
            Self::UtcDay => {
                let day = now.to_zoned(TimeZone::UTC).date();
                let at = |day: jiff::civil::Date| day.to_zoned(TimeZone::UTC).map(|midnight| midnight.timestamp());
                let end = day.tomorrow().and_then(at).unwrap_or(Timestamp::MAX);
                Some((at(day).unwrap_or(Timestamp::MIN), end))
            }
            Self::Every { secs } => {
                let secs = i64::from(std::cmp::max(secs, 1));
                let start = now.as_second().div_euclid(secs).saturating_mul(secs);
                let at = |second| Timestamp::from_second(second).ok();
                Some((at(start).unwrap_or(Timestamp::MIN), at(start.saturating_add(secs)).unwrap_or(Timestamp::MAX)))
            }
            Self::Rolling { .. } | Self::Refill { .. } | Self::Decay { .. } => None,
        }
    }
}

/// A part of what was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    /// From when on it ages.
    at: Timestamp,
    /// Units; thousandths of them where the bucket refills.
    amount: u64,
}

/// What was spent of one bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    /// Oldest first.
    rows: VecDeque<Row>,
    /// Nothing may be spent before, whatever was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shut: Option<Timestamp>,
}

impl Tally {
    /// Units that count at `now`, rounded up.
    pub(super) fn spent(&self, reset: Reset, now: Timestamp) -> u32 {
        let sum = match reset {
            Reset::PacificDay | Reset::UtcDay | Reset::Every { .. } => {
                let start = reset.window(now).map_or(now, |window| window.0);
                self.sum(|row| start <= row.at)
            }
            Reset::Rolling { secs } | Reset::Decay { secs, .. } => self.sum(|row| now < later(row.at, secs)),
            Reset::Refill { per_second } => self.owed(per_second, now).div_ceil(FINE),
        };
        u32::try_from(sum).unwrap_or(u32::MAX)
    }

    /// Until when the platform, or a full score, has shut it.
    pub(super) fn shut(&self, now: Timestamp) -> Option<Timestamp> {
        self.shut.filter(|until| now < *until)
    }

    /// The first instant from `now` on at which `wanted` of `most` units fit, if ever.
    pub(super) fn room_at(&self, reset: Reset, most: u32, wanted: u32, now: Timestamp) -> Option<Timestamp> {
        let spare = most.checked_sub(wanted)?;
        let from = self.shut(now).unwrap_or(now);
        if self.spent(reset, from) <= spare {
            return Some(from);
        }
        match reset {
            Reset::PacificDay | Reset::UtcDay | Reset::Every { .. } => reset.window(from).map(|window| window.1),
            Reset::Rolling { secs } | Reset::Decay { secs, .. } => {
                let ends = self.rows.iter().map(|row| later(row.at, secs)).filter(|end| from < *end);
                ends.into_iter().find(|end| self.spent(reset, *end) <= spare)
            }
            Reset::Refill { per_second } => {
                let over = self.owed(per_second, from).saturating_sub(u64::from(spare).saturating_mul(FINE));
                let rate = u64::from(per_second);
                (0 < rate).then(|| later(from, u32::try_from(over.div_ceil(rate * FINE)).unwrap_or(u32::MAX)))
            }
        }
    }

    /// Writes down what was charged at `now`.
    pub(super) fn spend(&mut self, reset: Reset, most: u32, units: u32, now: Timestamp) {
        self.forget(reset, now);
        match reset {
            Reset::PacificDay | Reset::UtcDay | Reset::Every { .. } => {
                self.add(reset.window(now).map_or(now, |window| window.0), u64::from(units));
            }
            Reset::Rolling { secs } => self.add(end_of_part(now, secs), u64::from(units)),
            Reset::Decay { secs, block_secs } => {
                self.add(end_of_part(now, secs), u64::from(units));
                if most <= self.spent(reset, now) {
                    self.close(later(now, block_secs));
                }
            }
            Reset::Refill { per_second } => {
                let owed = self.owed(per_second, now).saturating_add(u64::from(units).saturating_mul(FINE));
                self.owe(owed, most, now);
            }
        }
    }

    /// The platform says that it is empty, and until when: it has the last word.
    pub(super) fn exhaust(&mut self, reset: Reset, most: u32, until: Timestamp, now: Timestamp) {
        self.close(std::cmp::max(until, now.checked_add(SHUT_LEAST).unwrap_or(now)));
        let missing = most.saturating_sub(self.spent(reset, now));
        if reset.window(now).is_some() && 0 < missing {
            self.spend(reset, most, missing, now);
        }
    }

    /// The platform says how much is left.
    pub(super) fn told(&mut self, reset: Reset, most: u32, left: u32, now: Timestamp) {
        let said = most.saturating_sub(left);
        match reset {
            Reset::Refill { .. } => self.owe(u64::from(said).saturating_mul(FINE), most, now),
            Reset::PacificDay | Reset::UtcDay | Reset::Every { .. } | Reset::Rolling { .. } | Reset::Decay { .. } => {
                // What others spend from the same bucket is only seen here. That it says less is rounding, or late.
                let more = said.saturating_sub(self.spent(reset, now));
                if 0 < more {
                    self.spend(reset, most, more, now);
                }
            }
        }
    }

    fn sum(&self, counts: impl Fn(&Row) -> bool) -> u64 {
        self.rows.iter().filter(|row| counts(row)).fold(0, |sum, row| sum.saturating_add(row.amount))
    }

    /// What is missing of a bucket that refills, in thousandths.
    fn owed(&self, per_second: u32, now: Timestamp) -> u64 {
        let Some(row) = self.rows.back() else { return 0 };
        let millis = u64::try_from(now.duration_since(row.at).as_millis()).unwrap_or(0);
        // A thousandth of a unit comes back each millisecond for each unit a second.
        row.amount.saturating_sub(millis.saturating_mul(u64::from(per_second)))
    }

    fn owe(&mut self, amount: u64, most: u32, now: Timestamp) {
        let full = u64::from(most).saturating_mul(FINE);
        self.rows = VecDeque::from([Row { at: now, amount: std::cmp::min(amount, full) }]);
    }

    fn add(&mut self, at: Timestamp, amount: u64) {
        match self.rows.back_mut() {
            Some(row) if at <= row.at => row.amount = row.amount.saturating_add(amount),
            _ => self.rows.push_back(Row { at, amount }),
        }
    }

    fn close(&mut self, until: Timestamp) {
        self.shut = Some(self.shut.map_or(until, |shut| std::cmp::max(shut, until)));
    }

    fn forget(&mut self, reset: Reset, now: Timestamp) {
        match reset {
            Reset::PacificDay | Reset::UtcDay | Reset::Every { .. } => {
                let start = reset.window(now).map_or(now, |window| window.0);
                self.rows.retain(|row| start <= row.at);
            }
            Reset::Rolling { secs } | Reset::Decay { secs, .. } => self.rows.retain(|row| now < later(row.at, secs)),
            Reset::Refill { .. } => {}
        }
        self.shut = self.shut(now);
    }
}

fn later(at: Timestamp, secs: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(i64::from(secs))).unwrap_or(Timestamp::MAX)
}

/// The end of the part of a span that `now` is in.
fn end_of_part(now: Timestamp, secs: u32) -> Timestamp {
    let part = Reset::Every { secs: std::cmp::max(secs / PARTS, 1) };
    part.window(now).map_or(now, |window| window.1)
}
