//! What is known of a rate before a deal begins, from how a brand's earlier deals went.
//!
//! True rates of a brand's partnerships, in units of their limit, are taken to be `Gamma(a, b)`; shares `Beta(a, b)`. What
//! a partnership brought says how likely each rate is, with the luck of its posts (their shape `k`) in it:
//!
//! ```text
//! L(θ) = ∏ NB(N; θ·s, k)          (of shares: Beta-binomial with mean p and concentration k)
//! m(a, b) = ∫ L(θ) · Gamma(θ; a, b) dθ
//! ```
//!
//! and the prior is where `Σ ln m(a, b)` over the partnerships is highest: empirical Bayes by maximum marginal likelihood,
//! for `k → ∞` the negative binomial marginal in closed form (H. Robbins 1956; B. Efron and C. Morris 1975,
//! <https://doi.org/10.2307/2285814>; for rates of rare events
//! <https://doi.org/10.1080/00031305.1999.10474456>). A prior that described the spread of what was *seen* would count the
//! luck of posts twice and be too wide.
//!
//! Ten partnerships say little about the shape of a distribution, so two safeguards: `ln a` has a normal prior around the
//! `a` that stands until anything is learned, and rates the logarithm of whose mean lies far from the limit are a little
//! less likely. With fewer than [`PARTNERSHIPS_MIN`] nothing is learned.
//!
//! The integral is a sum over a fixed grid of `ln θ` (of shares: of the logit), so that the likelihoods are worked out once
//! and each `(a, b)` that is tried costs a sum of products.

use libm::{exp, log, log1p};
use statrs::function::beta::ln_beta;
use statrs::function::gamma::ln_gamma;

use crate::domain::num::f64_of;
use crate::rules::evidence::luck::highest_in;
use crate::rules::evidence::{Luck, Prior, counts, shares, tested};

/// Partnerships that must be known before a prior is learned: a mean from ten is known to a third of the spread.
pub const PARTNERSHIPS_MIN: usize = 10;

/// The grid of `ln θ`: rates from a four-hundredth of the limit to four hundred times it, in steps of a twentieth.
const STEPS_EACH_WAY: i64 = 120;
const STEP: f64 = 0.05;

/// Golden-section steps in each direction: 28 shrink a stretch by 1e-6.
const SEARCH: u32 = 28;

/// Where `ln a` and the logarithm of the mean are looked for.
const LN_A: (f64, f64) = (-1.5, 4.5);
const LN_MEAN: (f64, f64) = (-3.0, 3.0);

/// The standard deviations of their priors: a factor of 2.7 of `a` either way, hardly anything of the mean.
const A_SD: f64 = 1.0;
const MEAN_SD: f64 = 2.0;

/// What each partnership says of each place of the grid, as a share of its highest.
struct Grid {
    /// `ln θ`, or the logit of a share.
    places: Vec<f64>,
    /// One row a partnership.
    likelihoods: Vec<Vec<f64>>,
}

impl Grid {
    fn new<T>(partnerships: &[Vec<T>], middle: f64, ln_at: impl Fn(&[T], f64) -> f64) -> Self {
        let places: Vec<f64> = (-STEPS_EACH_WAY..=STEPS_EACH_WAY).map(|step| middle + STEP * f64_of(step)).collect();
        let row = |posts: &Vec<T>| {
            let ln: Vec<f64> = places.iter().map(|place| ln_at(posts, *place)).collect();
            let top = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            ln.into_iter().map(|one| exp(one - top)).collect()
        };
        let likelihoods = partnerships.iter().map(row).collect();
        Self { places, likelihoods }
    }

    /// The logarithm of how likely all partnerships are under a density, up to a constant. What of the density lies beyond
    /// the grid is left out of it.
    fn ln_marginal(&self, ln_density: impl Fn(f64) -> f64) -> f64 {
        let density: Vec<f64> = self.places.iter().map(|place| exp(ln_density(*place))).collect();
        let all: f64 = density.iter().sum();
        let of = |row: &Vec<f64>| {
            let sum: f64 = row.iter().zip(&density).map(|(likelihood, weight)| likelihood * weight).sum();
            log(f64::max(sum, f64::MIN_POSITIVE) / f64::max(all, f64::MIN_POSITIVE))
        };
        self.likelihoods.iter().map(of).sum()
    }
}

/// `Gamma(a, b)` of the true rates of earlier partnerships, one list of posts each. `None` while there are too few.
#[must_use]
pub fn rates(partnerships: &[Vec<counts::Post>], luck: Luck) -> Option<Prior> {
    let told: Vec<Vec<counts::Post>> =
        partnerships.iter().filter(|posts| 0.0 < counts::total(posts).expected).cloned().collect();
    if told.len() < PARTNERSHIPS_MIN {
        return None;
    }
    let grid = Grid::new(&told, 0.0, |posts, u| counts::ln_likelihood(posts, luck, u));
    // θ^(a−1)·e^(−bθ) dθ is e^(a·u − b·e^u) du.
    let height = |a: f64, mean: f64| {
        let b = a / mean;
        let scale = a * log(b) - ln_gamma(a);
        grid.ln_marginal(|u| scale + a * u - b * exp(u))
    };
    let (a, mean) = search(height, 0.0);
    Some(Prior { a, b: a / mean })
}

/// `Beta(a, b)` of the true shares of earlier partnerships, one list of posts each; `luck` as for counts. `None` while there are too few, or
/// where nothing ever came of anything.
#[must_use]
pub fn shares(partnerships: &[Vec<shares::Post>], luck: Luck) -> Option<Prior> {
    let tries = |posts: &[shares::Post]| posts.iter().map(|post| post.tries).sum::<f64>();
    let told: Vec<Vec<shares::Post>> = partnerships.iter().filter(|posts| 0.0 < tries(posts)).cloned().collect();
    let hits: f64 = told.iter().flatten().map(|post| post.hits).sum();
    let all: f64 = told.iter().map(|posts| tries(posts)).sum();
    let usual = hits / all;
    if told.len() < PARTNERSHIPS_MIN || usual.is_nan() || usual <= 0.0 || 1.0 <= usual {
        return None;
    }
    let (middle, luck) = (log(usual) - log1p(-usual), tested::of_shares(luck, usual));
    let grid = Grid::new(&told, middle, |posts, v| shares::ln_likelihood(posts, luck, v));
    let height = |a: f64, mean: f64| {
        let b = a * (1.0 - mean) / mean;
        let scale = -ln_beta(a, b);
        // p^(a−1)·(1−p)^(b−1) dp is p^a·(1−p)^b dv in the logit v.
        grid.ln_marginal(|v| scale - a * log1p(exp(-v)) - b * log1p(exp(v)))
    };
    let (a, mean) = search(|a, mean| if mean < 1.0 { height(a, mean) } else { f64::NEG_INFINITY }, log(usual));
    Some(Prior { a, b: a * (1.0 - mean) / mean })
}

/// The `a` and the mean where a height with its safeguards is highest; `around` is the logarithm of the usual mean.
fn search(height: impl Fn(f64, f64) -> f64, around: f64) -> (f64, f64) {
    let with = |ln_a: f64, ln_mean: f64| {
        let (a_off, mean_off) = ((ln_a - log(Prior::UNLEARNED.a)) / A_SD, (ln_mean - around) / MEAN_SD);
        height(exp(ln_a), exp(ln_mean)) - 0.5 * (a_off * a_off + mean_off * mean_off)
    };
    // A share is below 1, whose logarithm is 0.
    let until = if around < 0.0 { f64::min(around + LN_MEAN.1, -1e-3) } else { around + LN_MEAN.1 };
    let mean_at = |ln_a: f64| highest_in(SEARCH, |ln_mean| with(ln_a, ln_mean), around + LN_MEAN.0, until);
    let ln_a = highest_in(SEARCH, |ln_a| with(ln_a, mean_at(ln_a)), LN_A.0, LN_A.1);
    (exp(ln_a), exp(mean_at(ln_a)))
}

#[cfg(test)]
mod tests;
