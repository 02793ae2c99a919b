//! Why a number about money moved: which step between money spent and money earned explains how much of it.
//!
//! Owns: the steps, which of them can be told apart with what is known, and the shares, which add up to the change to the
//! last unit. Refuses: naming a cause. Fewer people buying after the click is a fact; a broken checkout would be a cause.
//!
//! A result is a product of steps: revenue = reach × engagements per view × clicks per engagement × orders per click ×
//! value per order, and cost per order is the cost of reach divided by the three in the middle. What each step
//! contributes is its Shapley value (L. S. Shapley, "A value for n-person games", 1953): the change it makes, averaged
//! over every order in which the steps could have changed. It adds up exactly, treats all steps alike, and needs no
//! logarithm, so that a step that fell to nothing, or revenue below nothing after refunds, is divided like any other.
//! In whole units the shares are rounded by largest remainder, so that what people read adds up too.
//!
//! A step that cannot be known on one side (nobody clicked, so nobody could buy after a click) has not been seen to
//! change, and takes nothing.

use serde::{Deserialize, Serialize};

use crate::domain::num;

/// What is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Revenue, in minor units of money.
    Revenue,
    /// Orders, in hundredths.
    Orders,
    /// Cost per order, in minor units of money.
    Cpa,
    /// Revenue per spend, in ten thousandths.
    Roas,
    /// Margin less spend, per spend, in ten thousandths. [`Counts::worth`] is margin then.
    Roi,
}

/// A step between money spent and money earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// What was spent; per view where [`Scale::PerReach`] is asked.
    Cost,
    /// How many views.
    Reach,
    /// How many of them led to an engagement.
    Engagement,
    /// How many clicked.
    Click,
    /// How many bought.
    Conversion,
    /// What an order is worth.
    OrderValue,
}

/// What a number is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Yardstick {
    /// What was planned: the deal's targets.
    Plan,
    /// The middle of comparable others.
    Peers,
    /// The same subject, as long before.
    Before,
}

impl Yardstick {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Plan, Self::Peers, Self::Before];

    /// The name in commands and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Peers => "peers",
            Self::Before => "before",
        }
    }

    /// What somebody typed, in any case, in English or Swedish.
    #[must_use]
    pub fn named(given: &str) -> Option<Self> {
        match given.to_lowercase().as_str() {
            "plan" | "target" | "planen" | "mål" => Some(Self::Plan),
            "peers" | "others" | "similar" | "andra" | "liknande" => Some(Self::Peers),
            "before" | "earlier" | "innan" | "tidigare" => Some(Self::Before),
            _ => None,
        }
    }
}

/// Whether more money for more reach is one step or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Cost and reach each for itself: the same subject at another time, or its plan.
    Absolute,
    /// The cost of reach as one step: subjects of other sizes.
    PerReach,
}

/// What was counted on one side. `None`: not known, which is not 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    /// Money spent, in minor units.
    pub spend: Option<f64>,
    /// Views.
    pub views: Option<f64>,
    /// Likes, comments, shares and saves.
    pub engagements: Option<f64>,
    /// Link clicks.
    pub clicks: Option<f64>,
    /// Orders.
    pub orders: Option<f64>,
    /// Revenue, or margin for [`Target::Roi`], in minor units.
    pub worth: Option<f64>,
}

/// What one step explains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which.
    pub step: Step,
    /// The step whose outcome it is counted per; `None` for a number of its own.
    pub per: Option<Step>,
    /// Its value on the side compared with. `None`: it cannot be known there.
    pub before: Option<f64>,
    /// Its value now.
    pub now: Option<f64>,
    /// What it explains of the change, in units of the target.
    pub units: i64,
}

/// A change and what it is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decomposition {
    /// What was taken apart.
    pub target: Target,
    /// The value compared with, in units of the target.
    pub before: i64,
    /// The value now.
    pub now: i64,
    /// In the order of the steps. Their units add up to `now - before`.
    pub parts: Vec<Part>,
}

/// Why there is nothing to take apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undecomposed {
    /// The target itself is not known on one side.
    #[error("the number itself is not known on both sides")]
    Unknown,
    /// It is more than can be counted in whole units.
    #[error("the number is too large to be counted in whole units")]
    TooLarge,
}

/// The largest size at which a double still holds every whole number: 2^53.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// A factor of the product on both sides.
#[derive(Debug, Clone, Copy)]
struct Factor {
    step: Step,
    per: Option<Step>,
    before: Option<f64>,
    now: Option<f64>,
    /// It divides.
    under: bool,
}

/// Takes the change of a target from `before` to `now` apart.
///
/// Steps whose counts are not known on both sides are read together with the next: without clicks, `Conversion` is orders
/// per view.
///
/// # Errors
///
/// [`Undecomposed`]: the target is not known on both sides.
pub fn decompose(target: Target, before: &Counts, now: &Counts, scale: Scale) -> Result<Decomposition, Undecomposed> {
    let factors = factors(target, before, now, scale);
    let (from, to) = (of(target, before), of(target, now));
    let (Some(from), Some(to)) = (from, to) else { return Err(Undecomposed::Unknown) };
    let units = target.units();
    let whole = |value: f64| {
        let scaled = value * units;
        (scaled.is_finite() && scaled.abs() < WHOLE_MAX).then(|| num::round_i64(scaled)).flatten()
    };
    let (Some(from), Some(to)) = (whole(from), whole(to)) else { return Err(Undecomposed::TooLarge) };
    let shares: Vec<f64> = shapley(&factors).into_iter().map(|share| share * units).collect();
    if shares.iter().any(|share| !share.is_finite() || WHOLE_MAX <= share.abs()) {
        return Err(Undecomposed::TooLarge);
    }
    let parts = factors.iter().zip(rounded(&shares, to - from)).map(|(factor, units)| Part {
        step: factor.step,
        per: factor.per,
        before: factor.before,
        now: factor.now,
        units,
    });
    Ok(Decomposition { target, before: from, now: to, parts: parts.collect() })
}

impl Target {
    /// Units in one.
    fn units(self) -> f64 {
        match self {
            Self::Revenue | Self::Cpa => 1.0,
            Self::Orders => 100.0,
            Self::Roas | Self::Roi => 10_000.0,
        }
    }

    /// Whether reach and what follows stand under the line.
    fn is_cost(self) -> bool {
        self == Self::Cpa
    }

    fn has_worth(self) -> bool {
        matches!(self, Self::Revenue | Self::Roas | Self::Roi)
    }

    fn has_cost(self) -> bool {
        matches!(self, Self::Cpa | Self::Roas | Self::Roi)
    }
}

/// The target itself.
fn of(target: Target, counts: &Counts) -> Option<f64> {
    let ratio = |over: Option<f64>, under: Option<f64>| Some(over? / under.filter(|under| *under != 0.0)?);
    let value = match target {
        Target::Revenue => counts.worth?,
        Target::Orders => counts.orders?,
        Target::Cpa => ratio(counts.spend, counts.orders)?,
        Target::Roas => ratio(counts.worth, counts.spend)?,
        Target::Roi => ratio(counts.worth, counts.spend)? - 1.0,
    };
    value.is_finite().then_some(value)
}

/// The counts that stand between reach and the target, in that order, with the step each ends.
fn chain(target: Target, counts: &Counts) -> Vec<(Step, Option<f64>)> {
    let mut chain = vec![
        (Step::Reach, counts.views),
        (Step::Engagement, counts.engagements),
        (Step::Click, counts.clicks),
        (Step::Conversion, counts.orders),
    ];
    if target.has_worth() {
        chain.push((Step::OrderValue, counts.worth));
    }
    chain
}

fn factors(target: Target, before: &Counts, now: &Counts, scale: Scale) -> Vec<Factor> {
    let (then, now_chain) = (chain(target, before), chain(target, now));
    let mut nodes: Vec<(Step, f64, f64)> = Vec::new();
    // From the end, because a count of nothing with something after it is no step that anybody took.
    let mut after = (false, false);
    for ((step, before), (_, now)) in then.into_iter().zip(now_chain).rev() {
        let (Some(before), Some(now)) = (before, now) else { continue };
        let is_last = nodes.is_empty();
        let counted = 0.0 <= before && 0.0 <= now;
        let broken = (before == 0.0 && after.0) || (now == 0.0 && after.1);
        if is_last || (counted && !broken) {
            nodes.push((step, before, now));
            after = (after.0 || before != 0.0, after.1 || now != 0.0);
        }
    }
    nodes.reverse();
    let ratio = |over: f64, under: f64| (under != 0.0).then(|| over / under);
    let costs = before.spend.zip(now.spend).filter(|_| target.has_cost());
    let mut factors = Vec::new();
    if let (Some(_), Scale::PerReach) = (costs, scale) {
        // Nothing costs so much per nothing.
        let empty = nodes.iter().take(nodes.len().saturating_sub(1));
        let empty = empty.take_while(|(_, before, now)| *before == 0.0 || *now == 0.0).count();
        nodes.drain(..empty);
    }
    let per = nodes.first().filter(|_| scale == Scale::PerReach && costs.is_some() && 1 < nodes.len()).copied();
    if let Some((spent, spends)) = costs {
        let (before, now) = match per {
            Some((_, before, now)) => (ratio(spent, before), ratio(spends, now)),
            None => (Some(spent), Some(spends)),
        };
        let per = per.map(|(step, ..)| step);
        factors.push(Factor { step: Step::Cost, per, before, now, under: !target.is_cost() });
    }
    if let (None, Some((step, before, now))) = (per, nodes.first()) {
        let (before, now) = (Some(*before), Some(*now));
        factors.push(Factor { step: *step, per: None, before, now, under: target.is_cost() });
    }
    factors.extend(nodes.iter().zip(nodes.iter().skip(1)).map(|(from, to)| Factor {
        step: to.0,
        per: Some(from.0),
        before: ratio(to.1, from.1),
        now: ratio(to.2, from.2),
        under: target.is_cost(),
    }));
    factors
}

/// Both sides of a factor as it stands in the product. What is not known on one side has not been seen to change.
fn sides(factor: &Factor) -> (f64, f64) {
    let as_multiplied = |value: Option<f64>| match value {
        Some(value) if factor.under => (value != 0.0).then(|| value.recip()),
        value => value,
    };
    match (as_multiplied(factor.before), as_multiplied(factor.now)) {
        (Some(before), Some(now)) => (before, now),
        (Some(one), None) | (None, Some(one)) => (one, one),
        (None, None) => (1.0, 1.0),
    }
}

/// The Shapley value of each factor of a product: at most six of them, so 32 subsets for each.
fn shapley(factors: &[Factor]) -> Vec<f64> {
    let sides: Vec<(f64, f64)> = factors.iter().map(sides).collect();
    let n = sides.len();
    let product = |set: usize| -> f64 {
        let pick = |(at, (before, now)): (usize, &(f64, f64))| if set >> at & 1 == 1 { *now } else { *before };
        sides.iter().enumerate().map(pick).product()
    };
    let mut weight = vec![0.0; n];
    for (size, place) in weight.iter_mut().enumerate() {
        // size! (n - size - 1)! / n!
        let ways = (0..size).fold(1.0, |ways, k| ways * num::f64_of_len(n - 1 - k) / num::f64_of_len(k + 1));
        *place = 1.0 / (num::f64_of_len(n) * ways);
    }
    (0..n)
        .map(|at| {
            let without = (0..1_usize << n).filter(|set| set >> at & 1 == 0);
            without
                .map(|set| {
                    let size = usize::try_from(set.count_ones()).unwrap_or(usize::MAX);
                    let weight = weight.get(size).copied().unwrap_or(0.0);
                    weight * (product(set | 1 << at) - product(set))
                })
                .sum()
        })
        .collect()
}

/// Whole shares that add up to `total`: each rounded down, what is left over to those that lost most by it.
fn rounded(shares: &[f64], total: i64) -> Vec<i64> {
    let mut whole: Vec<i64> = shares.iter().map(|share| num::round_i64(share.floor()).unwrap_or(0)).collect();
    let count = num::i64_of_len(whole.len());
    if count == 0 {
        return whole;
    }
    let left = whole.iter().fold(total, |left, one| left.saturating_sub(*one));
    // Sums of doubles are off by less than a unit; what is more, where numbers are huge, everybody gets.
    let each = left.div_euclid(count);
    for one in &mut whole {
        *one = one.saturating_add(each);
    }
    let mut lost: Vec<(usize, f64)> = shares.iter().map(|share| share - share.floor()).enumerate().collect();
    lost.sort_by(|(a, lost_a), (b, lost_b)| lost_b.total_cmp(lost_a).then(a.cmp(b)));
    for (at, _) in lost.into_iter().take(num::len_of(left.rem_euclid(count)).unwrap_or(0)) {
        if let Some(one) = whole.get_mut(at) {
            *one = one.saturating_add(1);
        }
    }
    whole
}

#[cfg(test)]
mod tests;
