//! Whom to work with next time, from what each brought for what each cost: keep the best, end the worst, try new ones.
//!
//! Owns: how likely each earns its money, and where money of one would do better with another. Refuses: a verdict from luck;
//! whoever is neither likely enough to earn it nor unlikely enough is told as not sure.
//!
//! What a deal brings (orders, or whatever the campaign counts) is taken as a count around a rate for each unit of money.
//! Rates differ between creators as a gamma distribution around the rate of all of them; how much they differ is estimated
//! from the spread of the deals, less what counting and posts explain, by the method of moments (C. Morris 1983,
//! <https://doi.org/10.1080/01621459.1983.10477920>). Counts vary by post as the rest of the program has it: a deal of `n`
//! posts with `m` expected has the variance `m + m²/(k·n)`, so its count weighs `1/(1 + m/(k·n))` of a plain one. A deal's
//! posterior is then a gamma again, widened by how badly what it is drawn towards is known itself: few orders or few posts
//! are drawn towards the others. What one of the count is worth
//! comes from outside: what an order leaves, or the price that the plan allows for one.
//!
//! A share of 1 is money back. What it says holds for money spent as it was spent so far; more of the same with one
//! creator often brings less, and nothing here knows how much less.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF as _, Gamma};
use statrs::function::beta::checked_beta_reg;

use crate::domain::ids::CreatorId;
use crate::domain::num;
use crate::domain::split::by_weight;

/// The chance of earning its money from which a creator is kept.
pub const KEEP: f64 = 0.8;
/// The chance below which a creator is not asked again.
pub const END: f64 = 0.2;
/// The chance from which money is said to do better elsewhere.
pub const SHIFT: f64 = 0.8;
/// The ends of the range that is told: four of five lie in it.
const RANGE: (f64, f64) = (0.1, 0.9);
/// The shape of the spread between creators while fewer than [`SHAPE_FROM`] are there: the same as the rules begin with.
const SHAPE: f64 = 2.0;
/// Deals from which their spread is estimated.
const SHAPE_FROM: usize = 4;
/// How many creators that beginning is worth: a handful of deals tells little of their spread, and by chance that there is
/// none.
const SHAPE_WORTH: f64 = 4.0;
/// Where creators differ less than this it is not told apart from none.
const SHAPE_MAX: f64 = 50.0;
/// Where they differ more, the smallest would say nothing of the others.
const SHAPE_MIN: f64 = 0.5;

/// What a deal brought for what it cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Brought {
    /// Whose.
    pub creator: CreatorId,
    /// What it cost, in minor units; above 0.
    pub cost: f64,
    /// How many of what is counted.
    pub count: f64,
    /// What one of them is worth, in minor units.
    pub each: f64,
    /// Posts that are out; at least 1.
    pub posts: u32,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// It earns its money, likely enough.
    Keep,
    /// Nobody can say yet.
    Unsure,
    /// It does not, likely enough.
    End,
}

impl Choice {
    /// The end of its key in the wording files, and its name in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Unsure => "unsure",
            Self::End => "end",
        }
    }
}

/// Where a creator stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Who.
    pub creator: CreatorId,
    /// What it rests on.
    pub count: f64,
    /// Posts behind it.
    pub posts: u32,
    /// What came back for each unit of money, drawn towards the others: 1 is money back.
    pub share: f64,
    /// Four of five lie between these.
    pub range: (f64, f64),
    /// The chance that it is more than 1.
    pub chance: f64,
    /// What follows.
    pub choice: Choice,
    /// The gamma posterior of the share: shape, and rate for each unit of it.
    #[serde(skip)]
    posterior: (f64, f64),
}

/// The whole of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Portfolio {
    /// Everybody who can be told, the best first.
    pub standings: Vec<Standing>,
    /// The chance that somebody new earns their money, if they are like these.
    pub new: f64,
    /// How much creators differ: the shape of the gamma distribution of their rates; large is little.
    pub shape: f64,
}

/// Money that would do better elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Whose it is now.
    pub from: CreatorId,
    /// Who would get it.
    pub to: CreatorId,
    /// How much, in minor units.
    pub minor: i64,
    /// The chance that it does better there.
    pub chance: f64,
    /// What it would bring more, in minor units: as expected, and the range that holds it four times of five.
    pub gain: (i64, i64, i64),
}

/// Judges deals of one campaign or brand. `k`: how alike posts are, the shape of their random effect. `None`: there is
/// nothing to judge, because nobody has cost and a count, or together they brought nothing.
#[must_use]
pub fn judge(deals: &[Brought], k: f64) -> Option<Portfolio> {
    let used: Vec<&Brought> = deals.iter().filter(|one| is_usable(one)).collect();
    let cost: f64 = used.iter().map(|one| one.cost).sum();
    let count: f64 = used.iter().map(|one| one.count).sum();
    if used.is_empty() || cost <= 0.0 || count <= 0.0 || k <= 0.0 {
        return None;
    }
    let rate = count / cost;
    let shape = shape(&used, rate, k);
    // How badly the rate of all of them is known, over its square: each deal's own variance, by its part of the money.
    let unsure: f64 = used
        .iter()
        .map(|one| (one.cost / cost) * (one.cost / cost) * (1.0 / shape + 1.0 / (rate * one.cost) + of_posts(one, k)))
        .sum();
    let around = Around { rate, shape, unsure, k };
    let mut standings: Vec<Standing> = used.iter().filter_map(|one| standing(one, &around)).collect();
    standings.sort_by(|one, other| other.share.total_cmp(&one.share).then_with(|| one.creator.cmp(&other.creator)));
    let worth = used.iter().map(|one| one.each * one.count).sum::<f64>() / count;
    let new = chance_above(1.0 / (rate * worth), (shape, shape))?;
    Some(Portfolio { standings, new, shape })
}

fn is_usable(one: &Brought) -> bool {
    [one.cost, one.count, one.each].into_iter().all(f64::is_finite)
        && 0.0 < one.cost
        && 0.0 <= one.count
        && 0.0 < one.each
}

/// The variance that a count of `expected` has beside that of counting, over its square: what its posts differ.
fn of_posts(one: &Brought, k: f64) -> f64 {
    1.0 / (k * f64::max(f64::from(one.posts), 1.0))
}

/// How much creators differ, as the shape of their gamma distribution.
fn shape(deals: &[&Brought], rate: f64, k: f64) -> f64 {
    if deals.len() < SHAPE_FROM {
        return SHAPE;
    }
    let (mut weights, mut spread) = (0.0, 0.0);
    for one in deals {
        let expected = rate * one.cost;
        let apart = one.count / expected - 1.0;
        let explained = 1.0 / expected + of_posts(one, k);
        // A deal that says little by itself says little of the spread.
        let weight = 1.0 / (explained * explained);
        weights += weight;
        spread += weight * (apart * apart - explained);
    }
    let count = num::f64_of_len(deals.len());
    let between = spread / weights * count / (count - 1.0);
    let between = if between.is_finite() { f64::max(between, 0.0) } else { 0.0 };
    let drawn = (between * count + SHAPE_WORTH / SHAPE) / (count + SHAPE_WORTH);
    (1.0 / drawn).clamp(SHAPE_MIN, SHAPE_MAX)
}

/// What creators are drawn towards.
struct Around {
    /// How many of what is counted a unit of money brings.
    rate: f64,
    /// How much creators differ.
    shape: f64,
    /// The variance of the rate, over its square.
    unsure: f64,
    /// How alike posts are.
    k: f64,
}

fn standing(one: &Brought, around: &Around) -> Option<Standing> {
    let &Around { rate, shape, unsure, k } = around;
    let expected = rate * one.cost;
    let weight = 1.0 / (1.0 + expected * of_posts(one, k));
    // The posterior of the rate against that of all.
    let (alpha, beta) = (shape + weight * one.count, shape + weight * expected);
    let mean = alpha / beta;
    // What it is drawn towards is an estimate too, and counts as much as it weighs; the gamma of that mean and variance.
    let var = alpha / (beta * beta) + (shape / beta) * (shape / beta) * unsure;
    let (alpha, beta) = (mean * mean / var, mean / var);
    // A share of money is that times what one is worth.
    let unit = rate * one.each;
    let posterior = (alpha, beta / unit);
    let gamma = Gamma::new(posterior.0, posterior.1).ok()?;
    let chance = 1.0 - gamma.cdf(1.0);
    Some(Standing {
        creator: one.creator.clone(),
        count: one.count,
        posts: one.posts,
        share: mean * unit,
        range: (gamma.inverse_cdf(RANGE.0), gamma.inverse_cdf(RANGE.1)),
        chance,
        choice: if KEEP <= chance {
            Choice::Keep
        } else if chance <= END {
            Choice::End
        } else {
            Choice::Unsure
        },
        posterior,
    })
}

/// The chance that a gamma variable is above `least`.
fn chance_above(least: f64, (shape, rate): (f64, f64)) -> Option<f64> {
    Gamma::new(shape, rate).ok().map(|gamma| 1.0 - gamma.cdf(least)).filter(|chance| chance.is_finite())
}

/// The chance that one gamma variable is above another: both over their sum are beta distributed.
fn chance_better((shape, rate): (f64, f64), (other_shape, other_rate): (f64, f64)) -> f64 {
    // X = G₁/r₁ > Y = G₂/r₂ just where G₂/(G₁ + G₂) < r₂/(r₁ + r₂), and that share is Beta(a₂, a₁).
    checked_beta_reg(other_shape, shape, other_rate / (rate + other_rate)).unwrap_or(0.5)
}

/// Where money that is not spent yet would do better: of each deal with `left` minor units, to whom it does better with a
/// chance of [`SHIFT`] at least, in proportion to what they cost so far. The surest first.
#[must_use]
pub fn shifts(portfolio: &Portfolio, deals: &[Brought], left: &[(CreatorId, i64)]) -> Vec<Shift> {
    let standing = |id: &CreatorId| portfolio.standings.iter().find(|one| one.creator == *id);
    let mut found = Vec::new();
    for (from, minor) in left.iter().filter(|(_, minor)| 0 < *minor) {
        let Some(worse) = standing(from).filter(|one| one.choice != Choice::Keep) else { continue };
        let better: Vec<(&Standing, f64)> = portfolio
            .standings
            .iter()
            .filter(|one| one.creator != *from && one.choice == Choice::Keep)
            .map(|one| (one, chance_better(one.posterior, worse.posterior)))
            .filter(|(_, chance)| SHIFT <= *chance)
            .collect();
        let weight = |id: &CreatorId| {
            let cost = deals.iter().find(|one| one.creator == *id).map_or(1.0, |one| one.cost);
            num::round_i64(cost).and_then(|cost| u64::try_from(cost).ok()).unwrap_or(1)
        };
        let weights: Vec<u64> = better.iter().map(|(one, _)| weight(&one.creator)).collect();
        for ((to, chance), part) in better.iter().zip(by_weight(*minor, &weights)).filter(|(_, part)| 0 < *part) {
            let gain = gain(to, worse, part);
            found.push(Shift { from: from.clone(), to: to.creator.clone(), minor: part, chance: *chance, gain });
        }
    }
    found.sort_by(|one, other| other.chance.total_cmp(&one.chance).then_with(|| one.to.cmp(&other.to)));
    found
}

/// Places at which each of two distributions is read for the range of their difference.
const STEPS: u32 = 40;

/// What an amount brings more with one than with another.
fn gain(to: &Standing, from: &Standing, minor: i64) -> (i64, i64, i64) {
    let of = |share: f64| num::round_i64(share * num::f64_of(minor)).unwrap_or(0);
    let places = |(shape, rate): (f64, f64)| -> Vec<f64> {
        let Ok(gamma) = Gamma::new(shape, rate) else { return Vec::new() };
        (0..STEPS).map(|step| gamma.inverse_cdf((f64::from(step) + 0.5) / f64::from(STEPS))).collect()
    };
    let (more, less) = (places(to.posterior), places(from.posterior));
    let mut apart: Vec<f64> = more.iter().flat_map(|one| less.iter().map(move |other| one - other)).collect();
    apart.sort_by(f64::total_cmp);
    let at = |q: f64| {
        let place = num::quantile_at(apart.len(), q).map_or(0, |(at, _)| at);
        apart.get(place).copied().unwrap_or(0.0)
    };
    (of(to.share - from.share), of(at(RANGE.0)), of(at(RANGE.1)))
}

#[cfg(test)]
mod tests;
