//! Counts against exposure: orders against spend, engagements against views.
//!
//! # The statement
//!
//! Exposure is measured in units of the limit: spend divided by what one order may cost (each slice by the limit in force
//! that day), or views times the rate that is asked for. A deal exactly at its limit then brings one per unit. Let `θ` be its
//! true rate; a rule `cpa > limit`, like `er_views < limit`, says `θ < 1`.
//!
//! # The model
//!
//! What one post brings comes as a Poisson process of rate `θ·g`, where `g` is the post's own luck: Gamma with shape `k`
//! and mean 1, drawn once a post. The marginal of `N` in `s` units is negative binomial, and the likelihood of a post's
//! whole path at `θ` against the path at the limit depends on where it ends alone (a Pólya process):
//!
//! ```text
//! ln L(θ)/L(1) = N·ln θ + (k + N)·(ln(k + s) − ln(k + θ·s))
//! ```
//!
//! For `k → ∞` that is the Poisson `N·ln θ + (1 − θ)·s`.
//!
//! # Anytime
//!
//! `E = ∫₀¹ a·θ^(a−1) ∏ L(θ)/L(1) dθ` with `a = 1`, over all rates worse than allowed. At `θ = 1` each ratio is a
//! martingale with mean 1 in the exposure; at a true rate above 1 a supermartingale, because the ratio falls in `N` and
//! more comes. So is their mixture. By Ville's inequality the chance that `E` *ever* reaches `1/(1 − level)` for a deal
//! that meets its limit is at most `1 − level`. For `k → ∞` it has a closed form, `E = a·e^s·γ(a + N, s)/s^(a + N)` with the
//! lower incomplete gamma function.
//!
//! * J. Ville (1939), Étude critique de la notion de collectif, Gauthier-Villars.
//! * H. Robbins (1970), Statistical methods related to the law of the iterated logarithm,
//!   <https://doi.org/10.1214/aoms/1177696786> (mixtures of likelihood ratios).
//! * A. Ramdas, P. Grünwald, V. Vovk, G. Shafer (2023), Game-theoretic statistics and safe anytime-valid inference,
//!   <https://doi.org/10.1214/23-STS894>.
//!
//! # Posterior
//!
//! The chance of `θ < 1` given everything, with a `Gamma(a, b)` prior on `θ`; for `k → ∞` it is the regularised
//! `P(a + N, b + s)`.
//!
//! # What is assumed
//!
//! That the exposure is what has had time to bring something (maturity), that the limit was fixed beforehand, and that
//! posts' luck is independent with the shape given. The published table shows what happens where luck is lognormal instead
//! of Gamma, and where `k` is estimated.

use libm::{exp, log};
use statrs::function::gamma::{checked_gamma_lr, ln_gamma};

use super::bounds;
use super::curve::ln_integral;
use super::{Demand, Luck, Prior, Weighed};
use crate::rules::rule::Method;

/// What one post brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Post {
    /// Exposure in units of the limit: what a post at the limit would have brought by now. At least 0.
    pub expected: f64,
    /// What it brought. At least 0.
    pub seen: f64,
}

/// The exponent of the mixture over rates: 1 weighs all rates worse than allowed alike.
const A: f64 = 1.0;

/// How far `ln θ` is followed: rates from 1e-304 to 1e304 of the limit.
const FAR: f64 = 700.0;

/// Weighs whether the rate is below the limit's.
#[must_use]
pub fn weigh(posts: &[Post], luck: Luck, prior: Prior, demand: Demand) -> Weighed {
    match demand.method {
        Method::Anytime => Weighed::Anytime { ln_e: ln_e(posts, luck) },
        Method::Posterior => Weighed::Posterior { chance: chance_below(posts, luck, prior) },
    }
}

/// The logarithm of the e-value against "the rate is at least the limit's". 0 where nothing is known.
#[must_use]
pub fn ln_e(posts: &[Post], luck: Luck) -> f64 {
    match luck {
        Luck::Alike => {
            let all = total(posts);
            closed(all.expected, all.seen)
        }
        Luck::Varied { k } => {
            // θ^(a−1) dθ is e^(a·u) du.
            let curve = Curve { posts, k, lift: A, fall: 0.0 };
            log(A) + ln_integral(|u| curve.at(u), |u| curve.slope(u), -FAR, 0.0)
        }
    }
}

/// Whether [`weigh`] says enough, where bounds tell: an e-value is a mean of likelihood ratios over rates below the limit,
/// so it is at most the largest of them; both kinds of evidence are masses under a concave exponent. `None` where only the
/// weight itself can say it.
#[must_use]
pub fn decided(posts: &[Post], luck: Luck, prior: Prior, demand: Demand) -> Option<bool> {
    let Luck::Varied { k } = luck else { return None };
    let (low, high) = match demand.method {
        Method::Anytime => {
            if !(Weighed::Anytime { ln_e: largest_ratio(posts, k) }).holds(demand) {
                return Some(false);
            }
            let curve = Curve { posts, k, lift: A, fall: 0.0 };
            let (top, below, _) = bounds::masses(|u| curve.at(u), |u| curve.slope(u), FAR, 0.0);
            let (low, high) = bounds::ln(top, below);
            (Weighed::Anytime { ln_e: low + log(A) }, Weighed::Anytime { ln_e: high + log(A) })
        }
        Method::Posterior => {
            let curve = Curve { posts, k, lift: prior.a, fall: prior.b };
            let (_, below, above) = bounds::masses(|u| curve.at(u), |u| curve.slope(u), FAR, FAR);
            let low = below.low / (below.low + above.high);
            let high = below.high / (below.high + above.low);
            (Weighed::Posterior { chance: low }, Weighed::Posterior { chance: high })
        }
    };
    match (low.holds(demand), high.holds(demand)) {
        (true, true) => Some(true),
        (false, false) => Some(false),
        (_, _) => None,
    }
}

/// An upper bound of the largest `ln L(θ)/L(1)` for `θ ≤ 1`: where the tangents on both sides of the peak meet.
fn largest_ratio(posts: &[Post], k: f64) -> f64 {
    let curve = Curve { posts, k, lift: 0.0, fall: 0.0 };
    if 0.0 <= curve.slope(0.0) {
        return 0.0;
    }
    let (mut low, mut high) = (-FAR, 0.0);
    // Where nothing came, the ratio is largest at a rate of nothing.
    if curve.slope(low) <= 0.0 {
        return curve.at(low);
    }
    // Most deals are near the limit.
    if 0.0 < curve.slope(NEAR) {
        low = NEAR;
    } else {
        high = NEAR;
    }
    for _ in 0..BOUND_STEPS {
        let middle = 0.5 * (low + high);
        if 0.0 < curve.slope(middle) { low = middle } else { high = middle }
    }
    let (at_low, at_high) = (curve.at(low), curve.at(high));
    let (up, down) = (curve.slope(low), curve.slope(high));
    let meet = (at_high - at_low + up * low - down * high) / (up - down);
    if meet.is_finite() { at_low + up * (meet - low) } else { f64::INFINITY }
}

/// Halvings of the stretch in which the peak lies.
const BOUND_STEPS: u32 = 12;
/// Where the search begins: a twentieth of the limit's rate.
const NEAR: f64 = -3.0;

fn closed(s: f64, n: f64) -> f64 {
    if s <= 0.0 {
        return 0.0;
    }
    match checked_gamma_lr(A + n, s) {
        Ok(share) if 0.0 < share => s + ln_gamma(A + n) + log(share) + log(A) - (A + n) * log(s),
        // So much more came than expected that the share is below the smallest double.
        Ok(_) | Err(_) => f64::NEG_INFINITY,
    }
}

/// The chance that the rate is below the limit's.
#[must_use]
pub fn chance_below(posts: &[Post], luck: Luck, prior: Prior) -> f64 {
    match luck {
        Luck::Alike => {
            let all = total(posts);
            checked_gamma_lr(prior.a + all.seen, prior.b + all.expected).unwrap_or(0.0)
        }
        Luck::Varied { k } => {
            let curve = Curve { posts, k, lift: prior.a, fall: prior.b };
            let part = |from, until| ln_integral(|u| curve.at(u), |u| curve.slope(u), from, until);
            1.0 / (1.0 + exp(part(0.0, FAR) - part(-FAR, 0.0)))
        }
    }
}

/// The logarithm of how likely posts are at the rate `e^u`, against the limit's.
#[must_use]
pub fn ln_likelihood(posts: &[Post], luck: Luck, u: f64) -> f64 {
    match luck {
        Luck::Alike => {
            let all = total(posts);
            all.seen * u + (1.0 - exp(u)) * all.expected
        }
        Luck::Varied { k } => Curve { posts, k, lift: 0.0, fall: 0.0 }.at(u),
    }
}

/// Everything as one post.
#[must_use]
pub fn total(posts: &[Post]) -> Post {
    posts.iter().fold(Post { expected: 0.0, seen: 0.0 }, |sum, post| Post {
        expected: sum.expected + post.expected,
        seen: sum.seen + post.seen,
    })
}

/// `lift·u − fall·(e^u − 1) + Σ N·u + (k + N)·(ln(k + s) − ln(k + e^u·s))`: concave in `u = ln θ`.
struct Curve<'a> {
    posts: &'a [Post],
    k: f64,
    lift: f64,
    fall: f64,
}

impl Curve<'_> {
    fn at(&self, u: f64) -> f64 {
        let rate = exp(u);
        self.posts.iter().fold(self.lift * u - self.fall * (rate - 1.0), |sum, post| {
            let ratio = (self.k + post.expected) / (self.k + rate * post.expected);
            sum + post.seen * u + (self.k + post.seen) * log(ratio)
        })
    }

    fn slope(&self, u: f64) -> f64 {
        let rate = exp(u);
        self.posts.iter().fold(self.lift - self.fall * rate, |sum, post| {
            let share = rate * post.expected / (self.k + rate * post.expected);
            // ∞/∞ far out on the axis: all of it.
            let share = if share.is_nan() { 1.0 } else { share };
            sum + post.seen - (self.k + post.seen) * share
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::function::gamma::gamma_lr;

    fn one(expected: f64, seen: f64) -> Vec<Post> {
        vec![Post { expected, seen }]
    }

    #[track_caller]
    fn close(got: f64, want: f64, by: f64) {
        assert!((got - want).abs() <= by * f64::max(1.0, want.abs()), "{got} for {want}");
    }

    #[test]
    fn nothing_known_is_no_evidence() {
        close(ln_e(&[], Luck::Alike), 0.0, 0.0);
        close(ln_e(&[], Luck::Varied { k: 1.1 }), 0.0, 1e-9);
        close(
            chance_below(&[], Luck::Varied { k: 1.1 }, Prior::UNLEARNED),
            gamma_lr(Prior::UNLEARNED.a, Prior::UNLEARNED.b),
            1e-9,
        );
    }

    #[test]
    fn the_closed_form_is_the_formula() {
        // Worked by hand for no orders: E = (e^s − 1)/s.
        close(ln_e(&one(3.0, 0.0), Luck::Alike), log((exp(3.0) - 1.0) / 3.0), 1e-12);
        // One order: E = (e^s − 1 − s)/s².
        close(ln_e(&one(6.0, 1.0), Luck::Alike), log((exp(6.0) - 7.0) / 36.0), 1e-12);
        close(chance_below(&one(1.0, 0.0), Luck::Alike, Prior { a: 1.0, b: 1.0 }), 1.0 - exp(-2.0), 1e-12);
    }

    #[test]
    fn alike_posts_are_the_limit_of_varied_ones() {
        for (expected, seen) in [(0.5, 0.0), (3.0, 0.0), (10.0, 3.0), (40.0, 20.0), (200.0, 150.0), (5.0, 12.0)] {
            let halves = [Post { expected: expected / 2.0, seen: seen / 2.0 }; 2];
            let luck = Luck::Varied { k: 1e9 };
            close(ln_e(&halves, luck), ln_e(&one(expected, seen), Luck::Alike), 1e-5);
            let alike = chance_below(&one(expected, seen), Luck::Alike, Prior::UNLEARNED);
            close(chance_below(&halves, luck, Prior::UNLEARNED), alike, 1e-6);
        }
    }

    #[test]
    fn much_data_neither_overflows_nor_blurs() {
        for luck in [Luck::Alike, Luck::Varied { k: 5.0 }] {
            let worse: Vec<Post> = (0..500).map(|_| Post { expected: 2_000.0, seen: 1_000.0 }).collect();
            let better: Vec<Post> = (0..500).map(|_| Post { expected: 2_000.0, seen: 4_000.0 }).collect();
            let (for_, against) = (ln_e(&worse, luck), ln_e(&better, luck));
            assert!(100.0 < for_ && for_.is_finite(), "{luck:?} {for_}");
            assert!(against < -5.0, "{luck:?} {against}");
        }
    }

    proptest! {
        #[test]
        fn more_orders_never_speak_against_a_creator(
            posts in proptest::collection::vec((0.0..30.0_f64, 0_u32..40), 1..8),
            which in 0_usize..8,
            k in 0.2..50.0_f64,
        ) {
            let posts: Vec<Post> =
                posts.iter().map(|post| Post { expected: post.0, seen: f64::from(post.1) }).collect();
            let mut more = posts.clone();
            let place = which % more.len();
            more[place].seen += 1.0;
            for luck in [Luck::Alike, Luck::Varied { k }] {
                prop_assert!(ln_e(&more, luck) <= ln_e(&posts, luck) + 1e-7);
                let chance = |posts: &[Post]| chance_below(posts, luck, Prior::UNLEARNED);
                prop_assert!(chance(&more) <= chance(&posts) + 1e-7);
                prop_assert!((0.0..=1.0).contains(&chance(&posts)));
            }
        }

        #[test]
        fn bounds_never_say_other_than_the_weight(
            posts in proptest::collection::vec((0.0..60.0_f64, 0_u32..40), 1..8),
            k in 0.2..50.0_f64,
        ) {
            let posts: Vec<Post> =
                posts.iter().map(|post| Post { expected: post.0, seen: f64::from(post.1) }).collect();
            let luck = Luck::Varied { k };
            let exact = ln_e(&posts, luck);
            let at_most = largest_ratio(&posts, k);
            prop_assert!(exact <= at_most + 1e-9, "{} above {}", exact, at_most);
            let curve = Curve { posts: &posts, k, lift: A, fall: 0.0 };
            let (top, below, _) = bounds::masses(|u| curve.at(u), |u| curve.slope(u), FAR, 0.0);
            let (low, high) = bounds::ln(top, below);
            prop_assert!(low <= exact + 1e-7 && exact - 1e-7 <= high, "{} in {} to {}", exact, low, high);
            // Mostly within a tenth; whatever lies between is weighed exactly.
            prop_assert!(high - low < 0.5, "{} to {} decides little", low, high);
            let chance = chance_below(&posts, luck, Prior::UNLEARNED);
            for level in [0.5, 0.8, 0.9, 0.95] {
                for (method, weighed) in [
                    (Method::Anytime, Weighed::Anytime { ln_e: exact }),
                    (Method::Posterior, Weighed::Posterior { chance }),
                ] {
                    let demand = Demand { method, level };
                    if let Some(said) = decided(&posts, luck, Prior::UNLEARNED, demand) {
                        prop_assert_eq!(said, weighed.holds(demand), "{:?} at {}", weighed, level);
                    }
                }
            }
        }

        #[test]
        fn the_mean_of_an_e_value_at_the_limit_is_one(expected in 0.5..12.0_f64, k in 0.5..20.0_f64) {
            // E over every outcome of one post at the limit, weighed by its chance (negative binomial with mean `expected`).
            let mut mean = 0.0;
            for n in 0..400_u32 {
                let n = f64::from(n);
                let ln_chance = ln_gamma(k + n) - ln_gamma(k) - ln_gamma(n + 1.0)
                    + k * log(k / (k + expected)) + n * log(expected / (k + expected));
                mean += exp(ln_chance + ln_e(&one(expected, n), Luck::Varied { k }));
            }
            prop_assert!((mean - 1.0).abs() < 1e-3, "{mean}");
        }
    }
}
