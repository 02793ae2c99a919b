//! What a partnership costs, from its deal and what has happened: the one function behind rules, ledger and ROI.
//!
//! A deliverable's fee becomes *spend* when its post is live; fees that can no longer be avoided are *owed*; the rest is
//! *avoidable*. Boosting is spent with the ad report, commission with its order.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::deal::DeliverableState;
use super::document::{Boost, Deliverable, Partnership, Running};
use super::money::{Currency, Money, MoneyError};
use super::written::Percent;

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
    let mut sum = Accrued { spent: zero, owed: zero, avoidable: zero, avoidable_boost: zero };
    for deliverable in deliverables {
        let part = of_deliverable(deliverable, zone, now)?;
        sum.spent = sum.spent.checked_add(part.0)?;
        sum.owed = sum.owed.checked_add(part.1)?;
        sum.avoidable = sum.avoidable.checked_add(part.2)?;
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
    if let Some(share) = partnership.commission {
        sum.spent = sum.spent.checked_add(Money::new(facts.revenue_minor, currency).share(share.fraction())?)?;
    }
    if let Some(rate) = partnership.per_thousand_views {
        sum.spent = sum.spent.checked_add(rate.share(Decimal::from(facts.views) / Decimal::ONE_THOUSAND)?)?;
    }
    Ok(sum)
}

/// Spent, owed and avoidable money of one deliverable.
fn of_deliverable(one: &Deliverable, zone: &TimeZone, now: Timestamp) -> Result<(Money, Money, Money), MoneyError> {
    let zero = Money::zero(one.fee.currency);
    let kill =
        |state| one.kill_fee.get(&state).copied().map_or(Ok(zero), |share: Percent| one.fee.share(share.fraction()));
    if one.state.is_out() {
        return Ok((one.fee, zero, zero));
    }
    if one.state == DeliverableState::Cancelled {
        return Ok((zero, kill(DeliverableState::Cancelled)?, zero));
    }
    // A moment inside a gap of the clock is the first instant after it; inside a fold, the first of the two.
    let cancellable = one
        .cancel_by
        .and_then(|moment| zone.to_ambiguous_timestamp(moment.0).compatible().ok())
        .is_none_or(|until| now < until);
    if !cancellable {
        return Ok((zero, one.fee, zero));
    }
    let owed = kill(one.state)?;
    Ok((zero, owed, one.fee.checked_sub(owed)?))
}

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
}
