//! Budgets: how many units a platform lets us spend a day, per bucket.
//!
//! Owns: the sum of a day, when the day ends, and cutting ids into batches.
//! Refuses: sending, storing, reading a clock. The state serialises, so a restart does not forget what was spent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Pacific time, where `YouTube`'s day ends at midnight (platform-wide since the Data API exists). Written as the rule
/// that has been law since 2007, so that no zone file is needed and both sides of a test cannot share a mistake in one.
const PACIFIC: &str = "PST8PDT,M3.2.0,M11.1.0";

/// Whether units may be spent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// They fit into what is left of the day.
    Spend,
    /// They do not; the next day begins then.
    WaitUntil(Timestamp),
    /// They never will: more than a whole day's budget, or no such bucket.
    Never,
}

/// What was spent today, against what may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buckets {
    /// Units a day, by bucket.
    budgets: BTreeMap<String, u32>,
    /// The Pacific day that `spent` counts.
    day: Option<Date>,
    /// Units spent on that day, by bucket.
    spent: BTreeMap<String, u32>,
}

impl Buckets {
    /// Budgets a day, nothing spent.
    #[must_use]
    pub fn new(budgets: impl IntoIterator<Item = (String, u32)>) -> Self {
        Self { budgets: budgets.into_iter().collect(), day: None, spent: BTreeMap::new() }
    }

    /// Takes new budgets and keeps what was spent.
    pub fn set_budgets(&mut self, budgets: impl IntoIterator<Item = (String, u32)>) {
        self.budgets = budgets.into_iter().collect();
    }

    /// Units left of the day of `now`; 0 for a bucket that does not exist.
    #[must_use]
    pub fn left(&self, bucket: &str, now: Timestamp) -> u32 {
        let budget = self.budgets.get(bucket).copied().unwrap_or(0);
        let spent = if self.day == Some(day_of(now)) { self.spent.get(bucket).copied().unwrap_or(0) } else { 0 };
        budget.saturating_sub(spent)
    }

    /// Whether `units` of `bucket` may be spent at `now`.
    #[must_use]
    pub fn may_spend(&self, bucket: &str, units: u32, now: Timestamp) -> May {
        match self.budgets.get(bucket) {
            Some(budget) if units <= *budget => {
                if units <= self.left(bucket, now) {
                    May::Spend
                } else {
                    May::WaitUntil(next_midnight(now))
                }
            }
            Some(_) | None => May::Never,
        }
    }

    /// Whether a whole poll fits: the first bucket that does not decides.
    #[must_use]
    pub fn may_spend_all(&self, cost: &[(String, u32)], now: Timestamp) -> May {
        cost.iter()
            .map(|(bucket, units)| self.may_spend(bucket, *units, now))
            .find(|may| *may != May::Spend)
            .unwrap_or(May::Spend)
    }

    /// Writes down what was charged. More than the budget is written down too: the platform counts, not we.
    pub fn spend(&mut self, bucket: &str, units: u32, now: Timestamp) {
        self.turn(now);
        let spent = self.spent.entry(bucket.to_owned()).or_insert(0);
        *spent = spent.saturating_add(units);
    }

    /// The platform says that the bucket is empty, whatever we counted: nothing more until the day ends.
    pub fn exhaust(&mut self, bucket: &str, now: Timestamp) {
        self.turn(now);
        let budget = self.budgets.get(bucket).copied().unwrap_or(0);
        let spent = self.spent.entry(bucket.to_owned()).or_insert(0);
        *spent = std::cmp::max(*spent, budget);
    }

    fn turn(&mut self, now: Timestamp) {
        let today = day_of(now);
        if self.day != Some(today) {
            self.day = Some(today);
            self.spent.clear();
        }
    }
}

/// The zone of that day.
pub(super) fn pacific() -> TimeZone {
    // The rule above parses; UTC would only make the day end eight hours early.
    TimeZone::posix(PACIFIC).unwrap_or(TimeZone::UTC)
}

fn day_of(now: Timestamp) -> Date {
    now.to_zoned(pacific()).date()
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
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn buckets() -> Buckets {
        Buckets::new([("general".to_owned(), 10), ("stats".to_owned(), 3)])
    }

    #[test]
    fn the_day_ends_at_pacific_midnight_in_summer_and_winter() {
        for (now, want) in [
            ("2026-07-01T06:59:59Z", "2026-07-01T07:00:00Z"),
            ("2026-07-01T07:00:00Z", "2026-07-02T07:00:00Z"),
            ("2026-01-01T07:59:59Z", "2026-01-01T08:00:00Z"),
            // The clocks go forward on 8 March and back on 1 November 2026.
            ("2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"),
            ("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z"),
        ] {
            assert_eq!(next_midnight(at(now)), at(want), "{now}");
        }
    }

    #[test]
    fn a_spent_bucket_waits_for_its_midnight_and_no_other_bucket_waits_with_it() {
        let mut buckets = buckets();
        let now = at("2026-07-01T06:00:00Z");
        buckets.spend("stats", 2, now);
        assert_eq!(buckets.may_spend("stats", 1, now), May::Spend);
        assert_eq!(buckets.may_spend("stats", 2, now), May::WaitUntil(at("2026-07-01T07:00:00Z")));
        assert_eq!(buckets.may_spend("general", 10, now), May::Spend);
        assert_eq!(buckets.may_spend("stats", 3, at("2026-07-01T07:00:00Z")), May::Spend);
        assert_eq!(
            buckets.may_spend_all(&[("general".into(), 1), ("stats".into(), 2)], now),
            May::WaitUntil(at("2026-07-01T07:00:00Z"))
        );
    }

    #[test]
    fn a_new_day_counts_its_own_spending_only() {
        let mut buckets = buckets();
        buckets.spend("stats", 2, at("2026-07-01T06:00:00Z"));
        let next = at("2026-07-01T07:00:00Z");
        buckets.spend("stats", 1, next);
        assert_eq!((buckets.left("stats", next), buckets.left("general", next)), (2, 10));
    }

    #[test]
    fn what_never_fits_is_not_waited_for() {
        let buckets = buckets();
        let now = at("2026-07-01T06:00:00Z");
        assert_eq!(buckets.may_spend("stats", 4, now), May::Never);
        assert_eq!(buckets.may_spend("search", 1, now), May::Never);
    }

    #[test]
    fn the_platform_has_the_last_word_and_a_restart_forgets_nothing() {
        let mut buckets = buckets();
        let now = at("2026-07-01T12:00:00Z");
        buckets.exhaust("general", now);
        let kept: Buckets = serde_json::from_value(serde_json::to_value(&buckets).expect("json")).expect("buckets");
        assert_eq!(kept, buckets);
        assert_eq!(kept.left("general", now), 0);
        assert_eq!(kept.left("general", at("2026-07-02T12:00:00Z")), 10);
    }

    #[test]
    fn ids_go_in_the_fewest_calls() {
        let ids: Vec<u32> = (0..101).collect();
        let sizes: Vec<usize> = batches(&ids, 50).map(<[u32]>::len).collect();
        assert_eq!(sizes, [50, 50, 1]);
        assert_eq!((calls(0, 50), calls(50, 50), calls(101, 50)), (0, 1, 3));
    }
}
