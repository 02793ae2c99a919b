//! The tested comparison of an evidence rule: from the parts of its metric, post by post, to what is weighed.
//!
//! Owns: which metrics can be weighed and as what. A cost is things against spend, a return is orders against spend at the
//! average order value, a rate of engagement is engagements against views, ctr and cvr are shares. Refuses: reading.

use serde::{Deserialize, Serialize};

use super::{Demand, Luck, Prior, Weighed, counts, shares};
use crate::domain::metric::Metric;
use crate::domain::num::six_digits;
use crate::rules::lower::Op;
use crate::rules::readings::Want;
use crate::rules::rule::Method;

/// What is tested, and how sure it must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// The metric.
    pub want: Want,
    /// It stands on the left.
    pub on_left: bool,
    /// How it is weighed.
    pub demand: Demand,
}

/// How a metric is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Things bought: the limit is what one may cost.
    Cost,
    /// Revenue per spend: the limit is the least that comes back.
    Return,
    /// Engagements per view.
    Rate,
    /// Successes among tries.
    Share,
}

/// The metrics whose luck can be weighed.
const TESTED: [(Metric, Family); 10] = [
    (Metric::Cpa, Family::Cost),
    (Metric::Cpe, Family::Cost),
    (Metric::Cpc, Family::Cost),
    (Metric::Cpl, Family::Cost),
    (Metric::Roas, Family::Return),
    (Metric::Ctr, Family::Share),
    (Metric::Cvr, Family::Share),
    (Metric::ErViews, Family::Rate),
    (Metric::ErReach, Family::Rate),
    (Metric::ErFollowers, Family::Rate),
];

fn family(metric: Metric) -> Option<Family> {
    TESTED.iter().find(|row| row.0 == metric).map(|row| row.1)
}

/// Whether luck in this metric can be weighed.
#[must_use]
pub fn is_weighable(metric: Metric) -> bool {
    family(metric).is_some()
}

/// The comparison, as seen `op` limit, that says a limit is missed: costs above it, everything else below.
#[must_use]
pub fn missing_op(metric: Metric) -> Option<Op> {
    family(metric).map(|family| match family {
        Family::Cost => Op::Greater,
        Family::Return | Family::Rate | Family::Share => Op::Less,
    })
}

/// The parts that are read for each post: those of the metric, and orders where a return is weighed.
#[must_use]
pub fn parts(metric: Metric) -> Vec<Metric> {
    let mut parts = metric.parts();
    if family(metric) == Some(Family::Return) {
        parts.push(Metric::Orders);
    }
    parts
}

/// The thing of which more would help, where there is one: the rates of engagement count several.
#[must_use]
pub fn things(metric: Metric) -> Option<Metric> {
    match metric {
        Metric::Cpa | Metric::Cvr | Metric::Roas => Some(Metric::Orders),
        Metric::Cpc | Metric::Ctr => Some(Metric::Clicks),
        Metric::Cpl => Some(Metric::Leads),
        _ => None,
    }
}

/// What was weighed, as a receipt shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// How.
    pub method: Method,
    /// How sure it must be.
    pub level: f64,
    /// The e-value, or the chance that the limit is missed.
    pub value: f64,
    /// From where on it is enough: `1/(1 − level)`, or the level.
    pub line: f64,
    /// What would have come at the limit.
    pub expected: f64,
    /// What came.
    pub seen: f64,
    /// In how many posts.
    pub posts: u32,
    /// The shape of the luck between posts; none where posts are taken to be alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub k: Option<f64>,
    /// The prior, where one is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<[f64; 2]>,
}

/// What came of weighing.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The metric is on the wrong side of its limit at all.
    pub plain: bool,
    /// And that is more than bad luck.
    pub holds: bool,
    /// For the receipt.
    pub weight: Weight,
}

/// Weighs posts against a limit. `posts` hold the values of [`parts`] in their order, money in minor units; `extra` more
/// things are added to the newest of them, for "what would flip it". `None`: the numbers make no statement (no order value
/// is known yet, or the limit is not above 0).
#[must_use]
pub fn weigh(
    tested: &Tested,
    posts: &[Vec<f64>],
    limit: f64,
    extra: f64,
    (luck, prior): (Luck, Prior),
) -> Option<Outcome> {
    let metric = tested.want.metric;
    let family = family(metric)?;
    let mut pairs = pairs(family, posts, limit)?;
    if let Some(newest) = pairs.last_mut() {
        newest.1 += extra;
    }
    let (expected, seen) = sums(family, &pairs, limit);
    let weighed = match family {
        Family::Cost | Family::Return | Family::Rate => counts::weigh(&as_counts(&pairs), luck, prior, tested.demand),
        Family::Share => shares::weigh(&as_shares(&pairs), limit, luck, prior, tested.demand),
    };
    let plain = seen < expected;
    let (value, line) = match weighed {
        Weighed::Anytime { ln_e } => (libm::exp(f64::min(ln_e, 700.0)), 1.0 / (1.0 - tested.demand.level)),
        Weighed::Posterior { chance } => (chance, tested.demand.level),
    };
    Some(Outcome {
        plain,
        holds: plain && weighed.holds(tested.demand),
        weight: Weight {
            method: tested.demand.method,
            level: tested.demand.level,
            value: six_digits(value),
            line: six_digits(line),
            expected: six_digits(expected),
            seen: six_digits(seen),
            posts: u32::try_from(pairs.len()).unwrap_or(u32::MAX),
            k: match luck {
                Luck::Alike => None,
                Luck::Varied { k } => Some(six_digits(k)),
            },
            prior: (tested.demand.method == Method::Posterior).then_some([prior.a, prior.b]),
        },
    })
}

/// Whether [`weigh`] says that it holds; the evidence is not worked out where it cannot be enough.
#[must_use]
pub fn is_enough(tested: &Tested, posts: &[Vec<f64>], limit: f64, (luck, prior): (Luck, Prior)) -> Option<bool> {
    let family = family(tested.want.metric)?;
    let pairs = pairs(family, posts, limit)?;
    let (expected, seen) = sums(family, &pairs, limit);
    if expected <= seen {
        return Some(false);
    }
    let weighed = match family {
        Family::Cost | Family::Return | Family::Rate => {
            let posts = as_counts(&pairs);
            if let Some(decided) = counts::decided(&posts, luck, prior, tested.demand) {
                return Some(decided);
            }
            counts::weigh(&posts, luck, prior, tested.demand)
        }
        Family::Share => shares::weigh(&as_shares(&pairs), limit, luck, prior, tested.demand),
    };
    // A sum that is not a number is no evidence.
    Some(seen < expected && weighed.holds(tested.demand))
}

/// Every post's pair; `None` where the limit makes no statement.
fn pairs(family: Family, posts: &[Vec<f64>], limit: f64) -> Option<Vec<(f64, f64)>> {
    if limit.is_nan() || limit <= 0.0 || (family == Family::Share && 1.0 <= limit) {
        return None;
    }
    posts.iter().map(|values| pair(family, values, posts, limit)).collect()
}

/// What would have come at the limit, and what came.
fn sums(family: Family, pairs: &[(f64, f64)], limit: f64) -> (f64, f64) {
    let (all, seen) = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    match family {
        Family::Cost | Family::Return | Family::Rate => (all, seen),
        Family::Share => (all * limit, seen),
    }
}

fn as_counts(pairs: &[(f64, f64)]) -> Vec<counts::Post> {
    pairs.iter().map(|pair| counts::Post { expected: pair.0, seen: pair.1 }).collect()
}

/// More clicks than views is a platform's way of counting; it is not worse than all of them.
fn as_shares(pairs: &[(f64, f64)]) -> Vec<shares::Post> {
    pairs.iter().map(|pair| shares::Post { tries: pair.0, hits: f64::min(pair.0, pair.1) }).collect()
}

/// What one post could have brought (in units of the limit, or tries) and what it brought.
fn pair(family: Family, values: &[f64], posts: &[Vec<f64>], limit: f64) -> Option<(f64, f64)> {
    match family {
        Family::Cost => {
            let (spend, things) = values.split_first()?;
            Some((spend / limit, things.iter().sum()))
        }
        Family::Return => {
            let [_, spend, orders] = values else { return None };
            Some((spend * limit / order_value(posts)?, *orders))
        }
        Family::Rate => {
            let (under, over) = values.split_last()?;
            Some((under * limit, over.iter().sum()))
        }
        Family::Share => {
            let (under, over) = values.split_last()?;
            Some((*under, over.iter().sum()))
        }
    }
}

/// Revenue per order over all posts: a return is judged as orders at this value.
fn order_value(posts: &[Vec<f64>]) -> Option<f64> {
    let sum = |at: usize| posts.iter().filter_map(|values| values.get(at)).sum::<f64>();
    let (revenue, orders) = (sum(0), sum(2));
    (0.0 < orders && 0.0 < revenue).then(|| revenue / orders)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested(metric: Metric, level: f64) -> Tested {
        let want = Want { metric, platform: None };
        Tested { want, on_left: true, demand: Demand { method: Method::Anytime, level } }
    }

    #[track_caller]
    fn check(metric: Metric, posts: &[&[f64]], limit: f64, want: Option<(f64, f64, bool)>) {
        let posts: Vec<Vec<f64>> = posts.iter().map(|values| values.to_vec()).collect();
        let luck = (Luck::Alike, Prior::UNLEARNED);
        let got = weigh(&tested(metric, 0.95), &posts, limit, 0.0, luck);
        assert_eq!(got.map(|one| (one.weight.expected, one.weight.seen, one.plain)), want, "{metric}");
    }

    #[test]
    fn each_family_is_counted_in_units_of_its_limit() {
        check(Metric::Cpa, &[&[27_000.0, 1.0]], 4_500.0, Some((6.0, 1.0, true)));
        check(Metric::Cpa, &[&[27_000.0, 9.0]], 4_500.0, Some((6.0, 9.0, false)));
        check(Metric::Cpe, &[&[1_000.0, 3.0, 1.0, 0.0, 0.0]], 100.0, Some((10.0, 4.0, true)));
        // 2,000 spent, 3 asked back for 1, 500 an order: 12 orders.
        check(Metric::Roas, &[&[1_000.0, 2_000.0, 2.0]], 3.0, Some((12.0, 2.0, true)));
        check(Metric::Roas, &[&[0.0, 2_000.0, 0.0]], 3.0, None);
        check(Metric::ErViews, &[&[3.0, 1.0, 0.0, 0.0, 1_000.0]], 0.02, Some((20.0, 4.0, true)));
        check(Metric::Ctr, &[&[5.0, 1_000.0], &[5.0, 1_000.0]], 0.01, Some((20.0, 10.0, true)));
        check(Metric::Ctr, &[&[5.0, 1_000.0]], 1.5, None);
        check(Metric::Cpa, &[&[27_000.0, 1.0]], 0.0, None);
    }

    #[test]
    fn one_order_on_six_times_its_price_is_more_than_bad_luck_and_on_three_is_not() {
        let luck = (Luck::Alike, Prior::UNLEARNED);
        let at = |spend: f64, level| weigh(&tested(Metric::Cpa, level), &[vec![spend, 1.0]], 4_500.0, 0.0, luck);
        assert!(at(27_000.0, 0.80).is_some_and(|one| one.holds));
        assert!(at(13_500.0, 0.80).is_some_and(|one| one.plain && !one.holds));
        // And with more orders it no longer is.
        let more = weigh(&tested(Metric::Cpa, 0.80), &[vec![27_000.0, 1.0]], 4_500.0, 3.0, luck);
        assert!(more.is_some_and(|one| !one.holds));
    }
}
