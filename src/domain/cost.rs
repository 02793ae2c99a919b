//! What a partnership costs, from its deal and what has happened: the one function behind rules, ledger and ROI.
//!
//! A deliverable's fee becomes *spend* when its post is live; fees that can no longer be avoided are *owed*; the rest is
//! *avoidable*. What is on hold is set apart: saved as long as it stays so. Boosting is spent with the ad report, commission
//! with its order, pay per thousand views with its views, the product at its declared cost on the day it is sent.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::deal::DeliverableState;
use super::document::{Boost, Deliverable, Partnership, Running};
use super::money::{Currency, Money, MoneyError};

/// What has happened in a partnership, as far as money goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Boost spend reported so far, in minor units of the brand's currency.
    pub boosted_minor: i64,
    /// Revenue credited so far, in the same.
    pub revenue_minor: i64,
    /// Views so far.
    pub views: i64,
}

/// Where the money of a partnership stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accrued {
    /// Spent: for posts that are out, boosts that ran, orders that came.
    pub spent: Money,
    /// Not spent yet, and can no longer be avoided.
    pub owed: Money,
    /// Not spent yet, and can still be saved.
    pub avoidable: Money,
    /// Of [`Accrued::avoidable`], what is left of running boosts.
    pub avoidable_boost: Money,
    /// Saved as long as what is on hold stays so.
    pub held: Money,
}

/// Adds up one partnership at `now`. `zone` is where its cancel-by moments are read.
///
/// Errors when two currencies meet: amounts of a deal are in the brand's currency, or converted before they come here.
pub fn accrue(
    partnership: &Partnership,
    deliverables: &[Deliverable],
    boosts: &[Boost],
    facts: Facts,
    (currency, zone): (Currency, &TimeZone),
    now: Timestamp,
) -> Result<Accrued, MoneyError> {
    let zero = Money::zero(currency);
    let mut sum = Accrued { spent: zero, owed: zero, avoidable: zero, avoidable_boost: zero, held: zero };
    for deliverable in deliverables {
        let part = part_of(deliverable, zone, now)?;
        sum.spent = sum.spent.checked_add(part.spent)?;
        sum.owed = sum.owed.checked_add(part.owed)?;
        sum.avoidable = sum.avoidable.checked_add(part.avoidable)?;
        sum.held = sum.held.checked_add(part.held)?;
    }
    let boosted = Money::new(facts.boosted_minor, currency);
    sum.spent = sum.spent.checked_add(boosted)?;
    let mut budget = zero;
    for boost in boosts.iter().filter(|boost| boost.state == Running::Active) {
        budget = budget.checked_add(boost.budget)?;
    }
    let left = budget.checked_sub(boosted)?;
    if zero.minor < left.minor {
        sum.avoidable_boost = left;
        sum.avoidable = sum.avoidable.checked_add(left)?;
    }
    sum.spent = sum.spent.checked_add(earned(partnership, facts, currency)?)?;
    if let Some(product) = partnership.product_cost {
        if shipped_at(partnership, zone).is_some_and(|at| at <= now) {
            sum.spent = sum.spent.checked_add(product)?;
        } else {
            sum.avoidable = sum.avoidable.checked_add(product)?;
        }
    }
    Ok(sum)
}

/// What a creator has earned beside fees: their share of the revenue and their pay per thousand views.
///
/// Errors when two currencies meet.
pub fn earned(partnership: &Partnership, facts: Facts, currency: Currency) -> Result<Money, MoneyError> {
    let mut sum = Money::zero(currency);
    if let Some(share) = partnership.commission {
        sum = sum.checked_add(Money::new(facts.revenue_minor, currency).share(share.fraction())?)?;
    }
    if let Some(rate) = partnership.per_thousand_views {
        sum = sum.checked_add(rate.share(Decimal::from(facts.views) / Decimal::ONE_THOUSAND)?)?;
    }
    Ok(sum)
}

/// The instant from which the product is spent: the first of the day it was sent, in the zone of its campaign.
#[must_use]
pub fn shipped_at(partnership: &Partnership, zone: &TimeZone) -> Option<Timestamp> {
    let day = partnership.shipped?;
    day.0.to_zoned(zone.clone()).ok().map(|midnight| midnight.timestamp())
}

/// Where the money of one deliverable stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its post is out.
    pub spent: Money,
    /// Not out, and to be paid whatever is done.
    pub owed: Money,
    /// Not out, and saved if it is not made.
    pub avoidable: Money,
    /// Saved as long as it is on hold.
    pub held: Money,
}

/// Where the money of one deliverable stands at `now`; the four parts are its fee, except that what was cancelled is gone.
pub fn part_of(one: &Deliverable, zone: &TimeZone, now: Timestamp) -> Result<Part, MoneyError> {
    let zero = Money::zero(one.fee.currency);
    let none = Part { spent: zero, owed: zero, avoidable: zero, held: zero };
    if one.state.is_out() {
        return Ok(Part { spent: one.fee, ..none });
    }
    let owed = one.fee.share(one.owed_share(zone, now).fraction())?;
    let rest = one.fee.checked_sub(owed)?;
    Ok(match one.state {
        DeliverableState::Cancelled => Part { owed, ..none },
        DeliverableState::Held => Part { owed, held: rest, ..none },
        _ => Part { owed, avoidable: rest, ..none },
    })
}

#[cfg(test)]
mod adds_up;
#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::Documents;

    #[test]
    fn what_is_out_is_spent_what_is_past_cancelling_is_owed_the_rest_is_avoidable() {
        let documents = Documents::from_toml(
            r#"
            [[partnership]]
            campaign = "spring"
            creator = "alma"
            commission = "10 %"
            [[deliverable]]
            partnership = "spring/alma"
            id = "reel-1"
            platform = "instagram"
            format = "reel"
            fee = "640.00 EUR"
            due = 2026-03-05
            state = "live"
            [[deliverable]]
            partnership = "spring/alma"
            id = "reel-2"
            platform = "instagram"
            format = "reel"
            fee = "200.00 EUR"
            due = 2026-03-20
            cancel_by = 2026-03-01T18:00:00
            [[deliverable]]
            partnership = "spring/alma"
            id = "story"
            platform = "instagram"
            format = "story"
            fee = "400.00 EUR"
            due = 2026-03-25
            cancel_by = 2026-03-20T18:00:00
            state = "approved"
            kill_fee = { approved = "50 %" }
            [[boost]]
            id = "b"
            partnership = "spring/alma"
            source = "meta_ads"
            ref = "1"
            budget = "260.00 EUR"
            "#,
        )
        .expect("documents");
        let eur: Currency = "EUR".parse().expect("EUR");
        let facts = Facts { boosted_minor: 17_400, revenue_minor: 20_000, views: 0 };
        let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
        let [partnership] = documents.partnership.as_slice() else { panic!("one partnership") };
        let got = accrue(partnership, &documents.deliverable, &documents.boost, facts, (eur, &TimeZone::UTC), now)
            .expect("adds up");
        assert_eq!(got.spent.to_string(), "834.00 EUR"); // 640 + 174 boosted + 10 % of 200
        assert_eq!(got.owed.to_string(), "400.00 EUR"); // reel-2 past cancelling, half of the story
        assert_eq!(got.avoidable.to_string(), "286.00 EUR"); // the other half, 86 of the boost
        assert_eq!(got.avoidable_boost.to_string(), "86.00 EUR");
    }

    #[test]
    fn what_is_earned_and_what_is_sent_is_spent_when_it_is() {
        let text = r#"
            [[partnership]]
            campaign = "spring"
            creator = "alma"
            commission = "12.5 %"
            per_thousand_views = "3.00 EUR"
            product_cost = "89.00 EUR"
            shipped = 2026-03-02
        "#;
        let partnership = Documents::from_toml(text).expect("documents").partnership.remove(0);
        let eur: Currency = "EUR".parse().expect("EUR");
        let facts = Facts { boosted_minor: 0, revenue_minor: 19_999, views: 12_345 };
        let stockholm = TimeZone::get("Europe/Stockholm").expect("a zone");
        let at = |text: &str| {
            let now = text.parse().expect("an instant");
            let got = accrue(&partnership, &[], &[], facts, (eur, &stockholm), now).expect("adds up");
            [got.spent.to_string(), got.avoidable.to_string()]
        };
        // 24.999 of commission and 37.035 of views, each rounded once.
        assert_eq!(at("2026-03-01T22:59:59Z"), ["62.04 EUR", "89.00 EUR"]);
        assert_eq!(at("2026-03-01T23:00:00Z"), ["151.04 EUR", "0.00 EUR"]);
    }

    fn piece() -> Deliverable {
        let text = r#"
            [[deliverable]]
            partnership = "spring/alma"
            id = "story-set"
            platform = "instagram"
            format = "story"
            fee = "400.00 EUR"
            due = 2026-03-25
            cancel_by = 2026-03-20T18:00:00
            state = "approved"
            kill_fee = { approved = "25 %" }
        "#;
        Documents::from_toml(text).expect("documents").deliverable.remove(0)
    }

    #[track_caller]
    fn check(one: &Deliverable, day: i64, want: [&str; 4]) {
        let now = jiff::Timestamp::from_second(1_772_323_200 + day * 86_400).expect("in March 2026");
        let part = part_of(one, &TimeZone::UTC, now).expect("adds up");
        let got = [part.spent, part.owed, part.avoidable, part.held].map(|money| money.to_string());
        assert_eq!(got, want.map(|amount| format!("{amount} EUR")));
    }

    #[test]
    fn what_is_stopped_owes_what_it_owed_when_it_was_stopped() {
        let (early, late) = ("2026-03-10T12:00:00Z", "2026-03-22T12:00:00Z");
        let [early, late] = [early, late].map(|at| at.parse::<Timestamp>().expect("an instant"));
        let zone = TimeZone::UTC;
        check(&piece(), 9, ["0.00", "100.00", "300.00", "0.00"]);
        check(&piece(), 25, ["0.00", "400.00", "0.00", "0.00"]);
        // Held in time: nothing more falls due however long it lasts; held too late: all of it stays owed.
        check(&piece().held(&zone, early), 25, ["0.00", "100.00", "0.00", "300.00"]);
        check(&piece().held(&zone, late), 25, ["0.00", "400.00", "0.00", "0.00"]);
        check(&piece().cancelled(&zone, early), 25, ["0.00", "100.00", "0.00", "0.00"]);
        check(&piece().held(&zone, early).cancelled(&zone, late), 25, ["0.00", "100.00", "0.00", "0.00"]);
        let back = piece().held(&zone, early).released(Some(&piece()));
        assert_eq!(back, piece());
        let out = piece().gone_live(early, crate::domain::ids::PostRef::new("C1").expect("an id"));
        check(&out, 9, ["400.00", "0.00", "0.00", "0.00"]);
    }

    proptest::proptest! {
        /// Time moves money from avoidable to owed; none comes and none goes.
        #[test]
        fn time_alone_changes_no_sum(fee in 0_i64..1_000_000, kill in 0_i64..=100, days in 0_i64..60, held in proptest::bool::ANY) {
            let mut one = piece();
            one.fee = Money::new(fee, one.fee.currency);
            one.kill_fee.insert(DeliverableState::Approved, crate::domain::written::Percent(Decimal::from(kill)));
            let start: Timestamp = "2026-03-01T00:00:00Z".parse().expect("an instant");
            if held {
                one = one.held(&TimeZone::UTC, start);
            }
            let now = start + jiff::SignedDuration::from_hours(24 * days);
            let part = part_of(&one, &TimeZone::UTC, now).expect("adds up");
            let sum = part.spent.minor + part.owed.minor + part.avoidable.minor + part.held.minor;
            proptest::prop_assert_eq!(sum, fee);
            let later = part_of(&one, &TimeZone::UTC, now + jiff::SignedDuration::from_hours(24)).expect("adds up");
            proptest::prop_assert!(part.owed.minor <= later.owed.minor, "what is owed is not forgotten");
            proptest::prop_assert!(0 <= part.avoidable.minor);
        }
    }
}
