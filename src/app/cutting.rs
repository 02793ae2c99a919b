//! Cutting a boost: which budget it is set to, and what that saves.
//!
//! Owns: the amount. It is worked out when the cut is proposed and stated from then on: what has been spent so far and half of
//! what is left, rounded up to whole units, so that it is never below what has been spent. Refuses: a cut of less than one
//! unit, and one that would lose more margin than it saves.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::core::State;
use super::proposing::{self, Stake};
use crate::domain::action::{Deed, Object};
use crate::domain::document::Boost;
use crate::domain::money::Money;

/// What a boost is cut to, and what that saves. `None`: its spend is not known, nothing is left to cut, or the cut would lose
/// more than it saves.
#[must_use]
pub fn cut(state: &State, boost: &Boost, now: Timestamp) -> Option<(Deed, Money)> {
    let whole = proposing::stake(state, boost, now)?;
    let budget = lowered(boost.budget, whole.saves)?;
    let deed = Deed::CutBoost { boost: boost.id.clone(), budget, was: boost.budget };
    let stake = part_of(whole, boost.budget, budget)?;
    (!stake.is_losing()).then_some((deed, stake.saves))
}

/// The budget that keeps half of what is `left`, in whole units. `None` where that is no less than there is.
fn lowered(budget: Money, left: Money) -> Option<Money> {
    let unit = 10_i64.checked_pow(budget.currency.exponent())?;
    let spent = budget.checked_sub(left).ok()?;
    let wanted = spent.minor.checked_add(left.minor / 2)?;
    let whole = wanted.div_euclid(unit).checked_add(i64::from(wanted.rem_euclid(unit) != 0))?;
    let lowered = Money::new(whole.checked_mul(unit)?, budget.currency);
    (lowered.minor < budget.minor).then_some(lowered)
}

/// The part of a stake that a cut touches: the money it takes away, and as much of what that money would bring.
fn part_of(whole: Stake, from: Money, to: Money) -> Option<Stake> {
    let saves = from.checked_sub(to).ok().filter(|saves| 0 < saves.minor && 0 < whole.saves.minor)?;
    let share = Decimal::from(saves.minor).checked_div(Decimal::from(whole.saves.minor))?;
    Some(Stake { saves, loses: whole.loses.and_then(|loses| loses.part(share)) })
}

/// What a deed saves and loses, a cut among them.
#[must_use]
pub fn stake_of(state: &State, deed: &Deed, now: Timestamp) -> Option<Stake> {
    match (deed, deed.object()) {
        (Deed::CutBoost { budget, .. } | Deed::SetBudget { budget, .. }, Object::Boost(id)) => {
            let boost = state.catalog.boosts.get(id)?;
            part_of(proposing::stake(state, boost, now)?, boost.budget, *budget)
        }
        (Deed::RaiseBoost { .. }, _) => None,
        (_, _) => proposing::stake_of(state, deed, now),
    }
}

/// Whether a boost has meanwhile spent more than a cut would leave it: a platform refuses such a budget, or stops at once.
#[must_use]
pub fn is_overspent(state: &State, deed: &Deed, now: Timestamp) -> bool {
    let (Deed::CutBoost { budget, .. } | Deed::SetBudget { budget, .. }, Object::Boost(id)) = (deed, deed.object())
    else {
        return false;
    };
    let Some(boost) = state.catalog.boosts.get(id) else { return false };
    let left = proposing::stake(state, boost, now).map(|stake| stake.saves);
    left.and_then(|left| boost.budget.checked_sub(left).ok()).is_some_and(|spent| budget.minor < spent.minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(budget: &str, left: &str, want: Option<&str>) {
        let money = |text: &str| text.parse::<Money>().expect("money");
        assert_eq!(lowered(money(budget), money(left)), want.map(money), "{left} left of {budget}");
    }

    #[test]
    fn a_cut_keeps_what_was_spent_and_half_of_the_rest_in_whole_units() {
        check("6000.00 EUR", "2640.00 EUR", Some("4680.00 EUR"));
        check("6000.00 EUR", "6000.00 EUR", Some("3000.00 EUR"));
        check("6000.00 EUR", "2641.01 EUR", Some("4680.00 EUR"));
        check("6000.00 EUR", "2640.99 EUR", Some("4680.00 EUR"));
        check("6000 JPY", "2641 JPY", Some("4679 JPY"));
    }

    #[test]
    fn a_cut_is_never_below_what_was_spent_and_never_no_cut() {
        check("100.00 EUR", "1.00 EUR", None);
        check("100.00 EUR", "2.50 EUR", Some("99.00 EUR"));
        check("100.50 EUR", "0.40 EUR", None);
        let money = |minor| Money::new(minor, "EUR".parse().expect("a currency"));
        for left in 1..3_000 {
            let Some(lowered) = lowered(money(10_000), money(left)) else { continue };
            assert!(10_000 - left <= lowered.minor && lowered.minor < 10_000, "{left} left: {lowered}");
        }
    }

    #[test]
    fn a_cut_saves_and_loses_its_part() {
        let money = |text: &str| text.parse::<Money>().expect("money");
        let gain =
            |low: &str, mid: &str, high: &str| proposing::Gain { low: money(low), mid: money(mid), high: money(high) };
        let loses = Some(gain("100.00 EUR", "500.00 EUR", "900.00 EUR"));
        let whole = Stake { saves: money("2000.00 EUR"), loses };
        let part = part_of(whole, money("6000.00 EUR"), money("5000.00 EUR")).expect("a stake");
        assert_eq!(
            (part.saves, part.loses),
            (money("1000.00 EUR"), Some(gain("50.00 EUR", "250.00 EUR", "450.00 EUR")))
        );
        assert!(part_of(whole, money("5000.00 EUR"), money("6000.00 EUR")).is_none());
    }
}
