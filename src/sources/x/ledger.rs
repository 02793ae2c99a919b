//! What reading X costs: money, per resource and UTC day.
//!
//! Owns: the prices, what was paid for today, and how much is left under the operator's cap.
//! Refuses: asking. Survives: not a restart: what was read before is then counted again, so the sum is too high, never too low
//! for what this process asked; the cap counts from the start.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What a poll is charged in: cents of a US dollar, rounded up over the day.
pub const CENTS: &str = "cents";

/// Tenths of a cent in a cent.
const MILLS: u32 = 10;

/// What is paid for (<https://docs.x.com/x-api/getting-started/pricing>, 2026): one of each a UTC day, however often it is
/// read; the platform calls that a soft guarantee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resource {
    /// $0.005.
    Post,
    /// $0.010.
    User,
}

impl Resource {
    /// Tenths of a cent.
    fn price(self) -> u32 {
        match self {
            Self::Post => 5,
            Self::User => 10,
        }
    }
}

/// What was paid for today. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger(Arc<Mutex<Day>>);

#[derive(Debug, Default)]
struct Day {
    date: Option<Date>,
    read: BTreeSet<(Resource, String)>,
    mills: u32,
}

impl Ledger {
    fn of(&self, now: Timestamp) -> MutexGuard<'_, Day> {
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let today = now.to_zoned(TimeZone::UTC).date();
        if day.date != Some(today) {
            *day = Day { date: Some(today), ..Day::default() };
        }
        day
    }

    /// Tenths of a cent that these would cost now.
    pub fn price<'a>(&self, kind: Resource, ids: impl Iterator<Item = &'a String>, now: Timestamp) -> u32 {
        let day = self.of(now);
        let new = ids.filter(|id| !day.read.contains(&(kind, (*id).clone()))).count();
        u32::try_from(new).unwrap_or(u32::MAX).saturating_mul(kind.price())
    }

    /// The price of so many of which nothing is known.
    pub fn price_of_any(kind: Resource, count: u32) -> u32 {
        count.saturating_mul(kind.price())
    }

    /// Whether so many tenths of a cent fit under the cap today.
    pub fn may_pay(&self, mills: u32, cents_per_day: u32, now: Timestamp) -> bool {
        self.of(now).mills.saturating_add(mills) <= cents_per_day.saturating_mul(MILLS)
    }

    /// Writes down what was read; answers the cents that are new on the bill.
    pub fn pay<'a>(&self, kind: Resource, ids: impl Iterator<Item = &'a String>, now: Timestamp) -> u32 {
        let mut day = self.of(now);
        let before = day.mills.div_ceil(MILLS);
        for id in ids {
            if day.read.insert((kind, id.clone())) {
                day.mills = day.mills.saturating_add(kind.price());
            }
        }
        day.mills.div_ceil(MILLS) - before
    }

    /// Cents from tenths of them, rounded up.
    pub fn cents(mills: u32) -> u32 {
        mills.div_ceil(MILLS)
    }
}

/// When the UTC day of `now` ends.
pub(super) fn next_midnight(now: Timestamp) -> Timestamp {
    let tomorrow = now.to_zoned(TimeZone::UTC).date().tomorrow();
    tomorrow.and_then(|day| day.to_zoned(TimeZone::UTC)).map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn ids(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn each_resource_is_paid_for_once_a_utc_day() {
        let ledger = Ledger::default();
        let now = at("2026-07-01T23:59:59Z");
        assert_eq!(ledger.pay(Resource::Post, ids(&["1", "2", "3"]).iter(), now), 2, "a cent and a half");
        assert_eq!(ledger.pay(Resource::Post, ids(&["1", "4"]).iter(), now), 0, "the other half");
        assert_eq!(ledger.pay(Resource::User, ids(&["1"]).iter(), now), 1, "a user is no post");
        assert_eq!(ledger.price(Resource::Post, ids(&["1", "5"]).iter(), now), 5);
        assert_eq!(next_midnight(now), at("2026-07-02T00:00:00Z"));
        assert_eq!(ledger.price(Resource::Post, ids(&["1", "5"]).iter(), next_midnight(now)), 10, "another day");
    }

    #[test]
    fn the_cap_holds_to_the_tenth_of_a_cent() {
        let ledger = Ledger::default();
        let now = at("2026-07-01T12:00:00Z");
        ledger.pay(Resource::Post, ids(&["1"]).iter(), now);
        assert!(ledger.may_pay(5, 1, now));
        assert!(!ledger.may_pay(6, 1, now));
        assert!(!ledger.may_pay(1, 0, now));
    }
}
