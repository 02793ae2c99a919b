//! Budgets: how many units a platform lets us spend and when they come back, per bucket.
//!
//! Owns: what may be spent now ([`Buckets`]), when each kind of bucket is filled again ([`Reset`]), the part that is kept for
//! people, and cutting ids into batches.
//! Refuses: sending, storing, reading a clock. The state serialises, so a restart does not forget what was spent.

mod reset;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Budget;
use reset::Tally;

pub use reset::Reset;

/// Pacific time, where `YouTube`'s day ends at midnight (platform-wide since the Data API exists). Written as the rule
/// that has been law since 2007, so that no zone file is needed and both sides of a test cannot share a mistake in one.
const PACIFIC: &str = "PST8PDT,M3.2.0,M11.1.0";

/// Whether units may be spent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// They fit into what is left.
    Spend,
    /// They do not; there is room for them then.
    WaitUntil(Timestamp),
    /// They never will: more than the whole budget, or no such bucket.
    Never,
}

/// What a platform says about a bucket in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The bucket.
    pub bucket: String,
    /// Units left in it.
    pub left: u32,
    /// Units in it when it is full, where it says so.
    pub most: Option<u32>,
    /// Units that come back each second, where it says so.
    pub per_second: Option<u32>,
}

/// One bucket: its budget and what was spent of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Bucket {
    units: u32,
    reset: Reset,
    #[serde(default)]
    tally: Tally,
}

/// What was spent, against what may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Buckets(BTreeMap<String, Bucket>);

impl Buckets {
    /// Budgets, nothing spent.
    #[must_use]
    pub fn new(budgets: impl IntoIterator<Item = Budget>) -> Self {
        let mut buckets = Self::default();
        buckets.set_budgets(budgets);
        buckets
    }

    /// Takes new budgets and keeps what was spent; where a bucket is now counted in another way that means nothing any
    /// more.
    pub fn set_budgets(&mut self, budgets: impl IntoIterator<Item = Budget>) {
        let mut before = std::mem::take(&mut self.0);
        let bucket = |Budget { bucket, units, reset }| {
            let kept = before.remove(&bucket).filter(|kept| same_way(kept.reset, reset));
            (bucket, Bucket { units, reset, tally: kept.map(|kept| kept.tally).unwrap_or_default() })
        };
        self.0 = budgets.into_iter().map(bucket).collect();
    }

    /// Whether nothing is counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the buckets are called: those of the budgets, whatever a platform says.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Units in it when nothing was spent; 0 for a bucket that does not exist.
    #[must_use]
    pub fn most(&self, bucket: &str) -> u32 {
        self.0.get(bucket).map_or(0, |bucket| bucket.units)
    }

    /// Units left at `now`; 0 for a bucket that does not exist.
    #[must_use]
    pub fn left(&self, bucket: &str, now: Timestamp) -> u32 {
        let Some(Bucket { units, reset, tally }) = self.0.get(bucket) else { return 0 };
        if tally.shut(now).is_some() { 0 } else { units.saturating_sub(tally.spent(*reset, now)) }
    }

    /// Units of `bucket` that count as spent at `now`.
    #[must_use]
    pub fn spent(&self, bucket: &str, now: Timestamp) -> u32 {
        self.0.get(bucket).map_or(0, |bucket| bucket.tally.spent(bucket.reset, now))
    }

    /// The budgets that are given anew all at once: name, units, what was spent, and the window that `now` is in.
    pub fn windows(&self, now: Timestamp) -> impl Iterator<Item = (&str, u32, u32, (Timestamp, Timestamp))> {
        self.0.iter().filter_map(move |(name, bucket)| {
            let window = bucket.reset.window(now)?;
            Some((name.as_str(), bucket.units, bucket.tally.spent(bucket.reset, now), window))
        })
    }

    /// Whether `units` of `bucket` may be spent at `now`.
    #[must_use]
    pub fn may_spend(&self, bucket: &str, units: u32, now: Timestamp) -> May {
        self.may_spend_keeping(bucket, units, 0, now)
    }

    /// The same where `reserve` percent of the bucket are kept for what people ask for themselves. A need that is larger
    /// than the rest may be met from a bucket that is full: kept back it would wait for ever.
    #[must_use]
    pub fn may_spend_keeping(&self, bucket: &str, units: u32, reserve: u32, now: Timestamp) -> May {
        let Some(Bucket { units: most, reset, tally }) = self.0.get(bucket) else { return May::Never };
        if *most < units {
            return May::Never;
        }
        let kept = u64::from(*most) * u64::from(std::cmp::min(reserve, 100)) / 100;
        let kept = u32::try_from(kept).unwrap_or(*most);
        let wanted = units.saturating_add(std::cmp::min(kept, *most - units));
        match tally.room_at(*reset, *most, wanted, now) {
            Some(at) if at <= now => May::Spend,
            Some(at) => May::WaitUntil(at),
            None => May::Never,
        }
    }

    /// Whether a whole poll fits: the first bucket that does not decides, and is named.
    #[must_use]
    pub fn may_spend_all(&self, cost: &[(String, u32)], reserve: u32, now: Timestamp) -> (May, Option<&str>) {
        for (bucket, units) in cost {
            let may = self.may_spend_keeping(bucket, *units, reserve, now);
            if may != May::Spend {
                return (may, self.0.get_key_value(bucket).map(|(name, _)| name.as_str()));
            }
        }
        (May::Spend, None)
    }

    /// Writes down what was charged. More than the budget is written down too: the platform counts, not we.
    pub fn spend(&mut self, bucket: &str, units: u32, now: Timestamp) {
        if let Some(Bucket { units: most, reset, tally }) = self.0.get_mut(bucket) {
            tally.spend(*reset, *most, units, now);
        }
    }

    /// The platform says that the bucket is empty, whatever we counted: nothing more before `until`.
    pub fn exhaust(&mut self, bucket: &str, until: Timestamp, now: Timestamp) {
        if let Some(Bucket { units: most, reset, tally }) = self.0.get_mut(bucket) {
            tally.exhaust(*reset, *most, until, now);
        }
    }

    /// Takes the platform's word for what is left, how much it gives and how fast that comes back.
    pub fn told(&mut self, told: &Told, now: Timestamp) {
        let Some(bucket) = self.0.get_mut(&told.bucket) else { return };
        bucket.units = told.most.unwrap_or(bucket.units);
        if let (Reset::Refill { per_second }, Some(said)) = (&mut bucket.reset, told.per_second) {
            *per_second = said;
        }
        bucket.tally.told(bucket.reset, bucket.units, told.left, now);
    }
}

/// Whether what was counted for the one means the same for the other.
fn same_way(one: Reset, other: Reset) -> bool {
    one == other || matches!((one, other), (Reset::Refill { .. }, Reset::Refill { .. }))
}

/// The zone of that day.
pub(super) fn pacific() -> TimeZone {
    // The rule above parses; UTC would only make the day end eight hours early.
    TimeZone::posix(PACIFIC).unwrap_or(TimeZone::UTC)
}

/// When the Pacific day of `now` ends.
#[must_use]
pub fn next_midnight(now: Timestamp) -> Timestamp {
    let zone = pacific();
    now.to_zoned(zone.clone())
        .date()
        .tomorrow()
        .and_then(|tomorrow| tomorrow.to_zoned(zone))
        .map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

/// Ids in the fewest calls: batches of at most `max`, in order. A `max` of 0 counts as 1.
pub fn batches<T>(ids: &[T], max: usize) -> impl Iterator<Item = &[T]> {
    ids.chunks(std::cmp::max(max, 1))
}

/// How many calls that takes.
#[must_use]
pub fn calls(ids: usize, max: usize) -> u32 {
    u32::try_from(ids.div_ceil(std::cmp::max(max, 1))).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
