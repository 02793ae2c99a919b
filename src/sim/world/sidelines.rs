//! What a creator brings to another shop of the same house: a few visits by their link and orders with their code, beside
//! the visits and orders that nobody brings.
//!
//! Owns: those visits and orders, drawn step by step as in [`super::trade`]. Refuses: keeping orders and codes; the shop does.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::chance::Chance;
use super::trade::{HOURS, STEP_SECS, Till, Way, per_step};
use crate::domain::num::f64_of;
use crate::sim::google::{GoogleWorld, Property, Visit};

/// Visits a day by the link.
const VISITS: f64 = 90.0;
/// Visits a day that nobody brings.
const OWN_VISITS: f64 = 150.0;
/// Orders for each of both.
const ORDERS_PER_VISIT: (f64, f64) = (0.12, 0.04);
/// The share of them that still buys when the code takes nothing off.
const BUYS_WITHOUT_CODE: f64 = 0.6;
/// The price of an order, in cents.
const PRICE_MINOR: i64 = 4_900;

/// A sideline.
pub struct Sideline {
    code: String,
    seed: u64,
    start: Timestamp,
    zone: TimeZone,
    till: Box<dyn Till>,
    days: Mutex<BTreeMap<Date, Visits>>,
}

/// The visits of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Visits {
    /// By the link.
    pub by_link: i64,
    /// All others.
    pub others: i64,
}

impl std::fmt::Debug for Sideline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sideline({})", self.code)
    }
}

impl Sideline {
    /// The sideline of a code in a shop, from `start`, a midnight of `zone`, on.
    #[must_use]
    pub fn new(code: &str, seed: u64, start: Timestamp, zone: TimeZone, till: Box<dyn Till>) -> Self {
        Self { code: code.to_owned(), seed, start, zone, till, days: Mutex::default() }
    }

    /// What happens in the step that ends at `now`. Answers the visits of it.
    pub fn step(&self, now: Timestamp) -> Visits {
        let number = now.duration_since(self.start).as_secs().div_euclid(STEP_SECS) - 1;
        let from = now.checked_sub(SignedDuration::from_secs(STEP_SECS)).unwrap_or(now);
        let there = from.to_zoned(self.zone.clone());
        let busy = usize::try_from(there.hour()).ok().and_then(|hour| HOURS.get(hour)).copied().unwrap_or(1.0);
        let mut chance = Chance::new(self.seed, u64::try_from(number).unwrap_or(0));
        let visits = Visits {
            by_link: chance.events(per_step(VISITS, busy)),
            others: chance.events(per_step(OWN_VISITS, busy)),
        };
        let buys = if self.till.takes(&self.code, from) { 1.0 } else { BUYS_WITHOUT_CODE };
        let by_link = chance.events(f64_of(visits.by_link) * ORDERS_PER_VISIT.0 * buys);
        let others = chance.events(f64_of(visits.others) * ORDERS_PER_VISIT.1);
        (0..by_link).for_each(|_| self.till.sell(from, Some(&self.code), PRICE_MINOR, Way::Typed));
        (0..others).for_each(|_| self.till.sell(from, None, PRICE_MINOR, Way::Typed));
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        let day = days.entry(there.date()).or_default();
        day.by_link += visits.by_link;
        day.others += visits.others;
        visits
    }

    /// Says the visits of every day to the site's property: those by the link under its name.
    pub fn tell(&self, google: &GoogleWorld, property: &str, (campaign, link): (&str, &str)) {
        let days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = days.iter().flat_map(|(date, visits)| {
            let by_link = Visit::of(*date, ("youtube", campaign, link), visits.by_link);
            [by_link, Visit::of(*date, ("google", "(organic)", "(not set)"), visits.others)]
        });
        let rows: Vec<Visit> = rows.collect();
        google.with_property(property, |property| property.visits = rows);
    }

    /// A property that has counted nothing yet.
    #[must_use]
    pub fn property(&self) -> Property {
        Property {
            zone: self.zone.iana_name().unwrap_or("UTC").to_owned(),
            currency: "EUR".to_owned(),
            threshold: 0,
            key_events: Vec::new(),
            visits: Vec::new(),
        }
    }
}
