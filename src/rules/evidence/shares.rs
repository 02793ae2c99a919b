//! Successes among tries: clicks among impressions (ctr), orders among clicks (cvr).
//!
//! The counterpart of [`super::counts`]: each post has a share of its own, Beta with mean `p` and concentration `k`; what
//! it brings is Beta-binomial, and the likelihood of its path depends on where it ends alone (a Pólya urn):
//!
//! ```text
//! ln L(p)/L(q) = ln B(k·p + N, k·(1−p) + n − N) − ln B(k·p, k·(1−p)) − the same at q
//! ```
//!
//! with `q` the share that is asked for; for `k → ∞` it is binomial. *Anytime:* the mixture over all shares worse than
//! allowed, uniform on `(0, q)`, which is a supermartingale for every true share of at least `q` for the same reasons as
//! there. Closed form for `k → ∞`: `E = B(N+1, n−N+1)·I_q(N+1, n−N+1) / (q · q^N·(1−q)^(n−N))` with the regularised
//! incomplete beta function. *Posterior:* the chance of `p < q` with a `Beta(a, b)` prior, `I_q(a + N, b + n − N)` for
//! `k → ∞`.

use libm::{exp, log, log1p, sqrt};
use statrs::function::beta::{checked_beta_reg, ln_beta};
use statrs::function::gamma::digamma;

use super::bounds;
use super::curve::ln_integral;
use super::{Demand, Luck, Prior, Weighed};
use crate::rules::rule::Method;

/// What one post brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Post {
    /// How many tries. At least 0.
    pub tries: f64,
    /// How many of them succeeded; at most [`Post::tries`].
    pub hits: f64,
}

/// How far the logit of a share is followed.
const FAR: f64 = 700.0;

/// The half width of the difference that stands for a derivative, in units of the logit.
const TINY: f64 = 1e-5;

/// Weighs whether the share is below `limit` (above 0, below 1).
#[must_use]
pub fn weigh(posts: &[Post], limit: f64, luck: Luck, prior: Prior, demand: Demand) -> Weighed {
    match demand.method {
        Method::Anytime => Weighed::Anytime { ln_e: ln_e(posts, limit, luck) },
        Method::Posterior => Weighed::Posterior { chance: chance_below(posts, limit, luck, prior) },
    }
}

/// The logarithm of the e-value against "the share is at least the limit".
#[must_use]
pub fn ln_e(posts: &[Post], limit: f64, luck: Luck) -> f64 {
    match luck {
        Luck::Alike => {
            let (tries, hits) = total(posts);
            let (a, b) = (hits + 1.0, tries - hits + 1.0);
            match checked_beta_reg(a, b, limit) {
                Ok(share) if 0.0 < share => {
                    ln_beta(a, b) + log(share) - (hits + 1.0) * log(limit) - (tries - hits) * log1p(-limit)
                }
                Ok(_) | Err(_) => f64::NEG_INFINITY,
            }
        }
        Luck::Varied { k } => {
            // Uniform on (0, q): dp = p·(1−p) dv in the logit v.
            let curve = Curve { posts, k, a: 1.0, b: 1.0, base: ln_at(posts, k, limit) };
            curve.ln_integral(-FAR, logit(limit)) - log(limit)
        }
    }
}

/// The chance that the share is below the limit.
#[must_use]
pub fn chance_below(posts: &[Post], limit: f64, luck: Luck, prior: Prior) -> f64 {
    match luck {
        Luck::Alike => {
            let (tries, hits) = total(posts);
            checked_beta_reg(prior.a + hits, prior.b + tries - hits, limit).unwrap_or(0.0)
        }
        Luck::Varied { k } => {
            let curve = Curve { posts, k, a: prior.a, b: prior.b, base: ln_at(posts, k, limit) };
            let (below, above) = (curve.ln_integral(-FAR, logit(limit)), curve.ln_integral(logit(limit), FAR));
            1.0 / (1.0 + exp(above - below))
        }
    }
}

/// The logarithm of how likely posts are at the share whose logit is `v`, up to a constant.
#[must_use]
pub fn ln_likelihood(posts: &[Post], luck: Luck, v: f64) -> f64 {
    match luck {
        Luck::Alike => {
            let (tries, hits) = total(posts);
            -hits * log1p(exp(-v)) - (tries - hits) * log1p(exp(v))
        }
        Luck::Varied { k } => ln_at(posts, k, 1.0 / (1.0 + exp(-v))),
    }
}

/// Whether [`weigh`] says enough, where bounds tell. The likelihood is a sum of logarithms of `k·p + i` and `k·(1−p) + j`, so
/// it is concave in the share itself (not in its logit), and so is a Beta density whose `a` and `b` are at least 1. `None`
/// where only the weight itself can say it.
#[must_use]
pub fn decided(posts: &[Post], limit: f64, luck: Luck, prior: Prior, demand: Demand) -> Option<bool> {
    let Luck::Varied { k } = luck else { return None };
    let (low, high) = match demand.method {
        Method::Anytime => {
            let line = Line::new(posts, k, limit, (1.0, 1.0));
            // Never likelier below the limit than at it: the mean of such ratios is at most 1.
            if 0.0 <= line.slope(0.0) && !(Weighed::Anytime { ln_e: 0.0 }).holds(demand) {
                return Some(false);
            }
            let (top, below, _) = bounds::masses(|x| line.at(x), |x| line.slope(x), line.down, 0.0);
            let (low, high) = bounds::ln(top + log(line.unit / limit), below);
            (Weighed::Anytime { ln_e: low }, Weighed::Anytime { ln_e: high })
        }
        Method::Posterior if 1.0 <= prior.a && 1.0 <= prior.b => {
            let line = Line::new(posts, k, limit, (prior.a, prior.b));
            let (_, below, above) = bounds::masses(|x| line.at(x), |x| line.slope(x), line.down, line.up);
            let low = below.low / (below.low + above.high);
            let high = below.high / (below.high + above.low);
            (Weighed::Posterior { chance: low }, Weighed::Posterior { chance: high })
        }
        Method::Posterior => return None,
    };
    match (low.holds(demand), high.holds(demand)) {
        (true, true) => Some(true),
        (false, false) => Some(false),
        (_, _) => None,
    }
}

fn total(posts: &[Post]) -> (f64, f64) {
    posts.iter().fold((0.0, 0.0), |sum, post| (sum.0 + post.tries, sum.1 + post.hits))
}

fn logit(share: f64) -> f64 {
    log(share) - log1p(-share)
}

/// The logarithm of how likely all posts are at a share.
fn ln_at(posts: &[Post], k: f64, share: f64) -> f64 {
    let (a, b) = (f64::max(k * share, f64::MIN_POSITIVE), f64::max(k * (1.0 - share), f64::MIN_POSITIVE));
    posts.iter().map(|post| ln_beta(a + post.hits, b + (post.tries - post.hits)) - ln_beta(a, b)).sum()
}

/// The likelihood against the limit's, times a Beta density, over the logit of the share.
struct Curve<'a> {
    posts: &'a [Post],
    k: f64,
    a: f64,
    b: f64,
    base: f64,
}

impl Curve<'_> {
    fn at(&self, v: f64) -> f64 {
        // Both sides exact: 1 − p is worked out as such.
        let (yes, no) = (1.0 / (1.0 + exp(-v)), 1.0 / (1.0 + exp(v)));
        if yes <= 0.0 || no <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let (a, b) = (f64::max(self.k * yes, f64::MIN_POSITIVE), f64::max(self.k * no, f64::MIN_POSITIVE));
        let seen: f64 =
            self.posts.iter().map(|post| ln_beta(a + post.hits, b + (post.tries - post.hits)) - ln_beta(a, b)).sum();
        self.a * log(yes) + self.b * log(no) + seen - self.base
    }

    fn ln_integral(&self, from: f64, until: f64) -> f64 {
        let slope = |v: f64| {
            let difference = self.at(v + TINY) - self.at(v - TINY);
            // Off the end of what a double can say: towards the middle.
            if difference.is_nan() { -v } else { difference }
        };
        ln_integral(|v| self.at(v), slope, f64::max(from, -500.0), f64::min(until, 30.0))
    }
}

/// What is left out at either end of the axis of shares, as a part of that end: less than rounding costs.
const END: f64 = 1e-13;

/// The likelihood against the limit's, times a Beta density, over the share itself: 0 is the limit, and one unit is about
/// the standard deviation that so many tries leave.
struct Line<'a> {
    posts: &'a [Post],
    k: f64,
    limit: f64,
    a: f64,
    b: f64,
    base: f64,
    unit: f64,
    /// How far down the axis goes, in units.
    down: f64,
    /// How far up.
    up: f64,
}

impl<'a> Line<'a> {
    fn new(posts: &'a [Post], k: f64, limit: f64, (a, b): (f64, f64)) -> Self {
        // A post's hits vary as those of n·(k+1)/(n+k) tries alike would.
        let alike: f64 = posts.iter().map(|post| post.tries * (k + 1.0) / (post.tries + k)).sum();
        let unit = sqrt(limit * (1.0 - limit) / (alike + a + b));
        let (down, up) = (limit / unit * (1.0 - END), (1.0 - limit) / unit * (1.0 - END));
        Line { posts, k, limit, a, b, base: ln_at(posts, k, limit), unit, down, up }
    }

    fn at(&self, x: f64) -> f64 {
        let share = self.limit + x * self.unit;
        let density = (self.a - 1.0) * log(share) + (self.b - 1.0) * log1p(-share);
        density + ln_at(self.posts, self.k, share) - self.base
    }

    fn slope(&self, x: f64) -> f64 {
        if x < -self.down {
            return f64::INFINITY;
        }
        let share = self.limit + x * self.unit;
        let (a, b) = (self.k * share, self.k * (1.0 - share));
        let seen: f64 = self.posts.iter().map(|post| rise(a, post.hits) - rise(b, post.tries - post.hits)).sum();
        self.unit * ((self.a - 1.0) / share - (self.b - 1.0) / (1.0 - share) + self.k * seen)
    }
}

/// `ψ(x + n) − ψ(x)`.
fn rise(x: f64, n: f64) -> f64 {
    if n <= 0.0 { 0.0 } else { digamma(x + n) - digamma(x) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::function::gamma::ln_gamma;

    #[track_caller]
    fn close(got: f64, want: f64, by: f64) {
        assert!((got - want).abs() <= by * f64::max(1.0, want.abs()), "{got} for {want}");
    }

    #[test]
    fn the_closed_form_is_the_formula() {
        // No hit in n tries at limit q: E = (1 − (1−q)^(n+1)) / ((n+1)·q·(1−q)^n).
        let (n, q) = (40.0, 0.05_f64);
        let want = (1.0 - (1.0 - q).powf(n + 1.0)) / ((n + 1.0) * q * (1.0 - q).powf(n));
        close(ln_e(&[Post { tries: n, hits: 0.0 }], q, Luck::Alike), log(want), 1e-10);
        close(ln_e(&[], 0.05, Luck::Alike), 0.0, 1e-12);
    }

    #[test]
    fn alike_posts_are_the_limit_of_varied_ones() {
        for (tries, hits, limit) in [(40.0, 0.0, 0.05), (1_000.0, 30.0, 0.05), (1_000.0, 80.0, 0.05), (90.0, 20.0, 0.5)]
        {
            let halves = [Post { tries: tries / 2.0, hits: hits / 2.0 }; 2];
            let whole = [Post { tries, hits }];
            close(ln_e(&halves, limit, Luck::Varied { k: 1e8 }), ln_e(&whole, limit, Luck::Alike), 1e-3);
            let prior = Prior { a: 2.0, b: 20.0 };
            let alike = chance_below(&whole, limit, Luck::Alike, prior);
            close(chance_below(&halves, limit, Luck::Varied { k: 1e8 }, prior), alike, 1e-3);
        }
    }

    #[test]
    fn the_mean_of_an_e_value_at_the_limit_is_one() {
        for (tries, limit, k) in [(30_u32, 0.1, 20.0), (60, 0.03, 50.0)] {
            let mut mean = 0.0;
            for hits in 0..=tries {
                let (n, hits) = (f64::from(tries), f64::from(hits));
                let ways = ln_gamma(n + 1.0) - ln_gamma(hits + 1.0) - ln_gamma(n - hits + 1.0);
                let post = [Post { tries: n, hits }];
                mean += exp(ways + ln_at(&post, k, limit) + ln_e(&post, limit, Luck::Varied { k }));
            }
            close(mean, 1.0, 1e-4);
        }
    }

    proptest! {
        #[test]
        fn bounds_never_say_other_than_the_weight(
            posts in proptest::collection::vec((0_u32..5_000, 0.0..1.0_f64), 1..8),
            limit in 0.002..0.6_f64,
            k in 0.2..20.0_f64,
            prior in (0.3..8.0_f64, 0.3..200.0_f64),
        ) {
            // Shares around the limit, where both answers come up.
            let post = |of: &(u32, f64)| {
                let tries = f64::from(of.0);
                Post { tries, hits: f64::min(tries, (tries * limit * 2.0 * of.1).round()) }
            };
            let posts: Vec<Post> = posts.iter().map(post).collect();
            let luck = super::super::tested::of_shares(Luck::Varied { k }, limit);
            let prior = Prior { a: prior.0, b: prior.1 };
            let exact = ln_e(&posts, limit, luck);
            let chance = chance_below(&posts, limit, luck, prior);
            for level in [0.5, 0.8, 0.9, 0.95] {
                for (method, weighed) in [
                    (Method::Anytime, Weighed::Anytime { ln_e: exact }),
                    (Method::Posterior, Weighed::Posterior { chance }),
                ] {
                    let demand = Demand { method, level };
                    if let Some(said) = decided(&posts, limit, luck, prior, demand) {
                        prop_assert_eq!(said, weighed.holds(demand), "{:?} at {}", weighed, level);
                    }
                }
            }
        }
    }

    #[test]
    fn a_deal_whose_every_try_hit_can_be_weighed() {
        let posts = [Post { tries: 2_048.0, hits: 2_048.0 }];
        let luck = Luck::Varied { k: 0.14 };
        assert!(ln_e(&posts, 0.6, luck) < 0.0);
        assert!(chance_below(&posts, 0.6, luck, Prior { a: 0.3, b: 0.3 }) < 0.5);
        close(ln_e(&[Post { tries: 40.0, hits: 40.0 }], 0.5, Luck::Alike), -log(41.0), 1e-9);
    }

    #[test]
    fn bounds_decide_nearly_every_deal() {
        let demand = Demand { method: Method::Anytime, level: 0.8 };
        let (mut told, mut all) = (0, 0);
        for tries in [50.0, 400.0, 3_000.0, 40_000.0] {
            for tenths in 0..20 {
                let hits = (tries * 0.01 * 0.1 * f64::from(tenths)).round();
                let posts = [Post { tries, hits }; 3];
                all += 1;
                told += i32::from(decided(&posts, 0.01, Luck::Varied { k: 110.0 }, Prior::UNLEARNED, demand).is_some());
            }
        }
        assert!(all * 95 <= told * 100, "{told} of {all}");
    }
}
