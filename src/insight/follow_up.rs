//! Whether a change worked: a rate after it against the rate before, and whether luck explains the difference.
//!
//! Things (orders, clicks) are counted per something (a day, a unit of money). Given how many there were in both spans
//! together, how many fell into the later one is binomial, with a chance that depends on the ratio of the two rates alone
//! (J. Przyborowski, H. Wilenski 1940, <https://doi.org/10.1093/biomet/31.3-4.313>); its interval is
//! [`super::regret::share`]'s. Where the interval of the ratio holds 1, luck is explanation enough and nothing is claimed.
//!
//! It counts luck among single orders. Posts differ by more than that, so a change that comes with a new post may look like
//! the change's doing; who reads the verdict is told both numbers and both counts.

use serde::{Deserialize, Serialize};

use super::regret::share;
use crate::domain::num::len_of;
use crate::domain::num::round_i64;

/// Things, and what they are counted per.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// How many.
    pub n: f64,
    /// Per so much: days, or minor units of money; above 0.
    pub per: f64,
}

/// What became of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Went {
    /// Up, by more than luck.
    Up,
    /// Down, by more than luck.
    Down,
    /// Luck explains the difference.
    Same,
}

/// A rate before and after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// Before.
    pub before: Counted,
    /// After.
    pub after: Counted,
    /// After divided by before; `None` where there was nothing before.
    pub ratio: Option<f64>,
    /// The lowest that it may be by 95 of 100.
    pub low: f64,
    /// The highest; `None` without bounds.
    pub high: Option<f64>,
    /// What became of it.
    pub went: Went,
}

/// Compares two spans. `None` where nothing was counted in either, or nothing to count it per.
#[must_use]
pub fn compare(before: Counted, after: Counted) -> Option<Moved> {
    let whole = |counted: Counted| round_i64(counted.n).and_then(len_of).filter(|_| 0.0 < counted.per);
    let (first, second) = (whole(before)?, whole(after)?);
    let told = share(second, first.checked_add(second)?)?;
    let per = before.per / after.per;
    let odds = |share: f64| (share < 1.0).then(|| share / (1.0 - share) * per);
    let (low, high) = (odds(told.low).unwrap_or(f64::MAX), odds(told.high));
    let went = match high {
        _ if 1.0 < low => Went::Up,
        Some(high) if high < 1.0 => Went::Down,
        Some(_) | None => Went::Same,
    };
    Some(Moved { before, after, ratio: odds(told.share), low, high, went })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(n: f64, per: f64) -> Counted {
        Counted { n, per }
    }

    #[test]
    fn a_large_difference_is_no_luck_and_a_small_one_may_be() {
        let went = |before, after| compare(before, after).expect("something").went;
        assert_eq!(went(counted(20.0, 7.0), counted(60.0, 7.0)), Went::Up);
        assert_eq!(went(counted(60.0, 7.0), counted(20.0, 7.0)), Went::Down);
        assert_eq!(went(counted(20.0, 7.0), counted(24.0, 7.0)), Went::Same);
        // Twice the orders for twice the money is the same rate.
        assert_eq!(went(counted(40.0, 100.0), counted(80.0, 200.0)), Went::Same);
        // No order at all for a week's money where there had been twenty.
        assert_eq!(went(counted(20.0, 100.0), counted(0.0, 100.0)), Went::Down);
        assert_eq!(compare(counted(0.0, 1.0), counted(0.0, 1.0)), None);
        assert_eq!(compare(counted(5.0, 0.0), counted(5.0, 1.0)), None);
        let fresh = compare(counted(0.0, 7.0), counted(9.0, 7.0)).expect("something");
        assert_eq!((fresh.ratio, fresh.high, fresh.went), (None, None, Went::Up));
    }

    proptest! {
        #[test]
        fn before_and_after_turned_round_say_the_opposite(n in 1..400_i32, m in 1..400_i32, per in 1.0..1e6_f64, other in 1.0..1e6_f64) {
            let (one, two) = (counted(f64::from(n), per), counted(f64::from(m), other));
            let (there, back) = (compare(one, two).expect("there"), compare(two, one).expect("back"));
            let turned = match back.went { Went::Up => Went::Down, Went::Down => Went::Up, Went::Same => Went::Same };
            prop_assert_eq!(there.went, turned);
            let ratio = there.ratio.expect("a ratio");
            prop_assert!(there.low <= ratio && there.high.is_none_or(|high| ratio <= high));
            prop_assert!((ratio * back.ratio.expect("a ratio") - 1.0).abs() < 1e-9);
        }
    }
}
