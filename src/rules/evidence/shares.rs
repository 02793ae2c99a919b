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

use libm::{exp, log, log1p};
use statrs::function::beta::{checked_beta_reg, ln_beta};

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

fn total(posts: &[Post]) -> (f64, f64) {
    posts.iter().fold((0.0, 0.0), |sum, post| (sum.0 + post.tries, sum.1 + post.hits))
}

fn logit(share: f64) -> f64 {
    log(share) - log1p(-share)
}

/// The logarithm of how likely all posts are at a share.
fn ln_at(posts: &[Post], k: f64, share: f64) -> f64 {
    let (a, b) = (f64::max(k * share, f64::MIN_POSITIVE), f64::max(k * (1.0 - share), f64::MIN_POSITIVE));
    posts.iter().map(|post| ln_beta(a + post.hits, b + post.tries - post.hits) - ln_beta(a, b)).sum()
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
            self.posts.iter().map(|post| ln_beta(a + post.hits, b + post.tries - post.hits) - ln_beta(a, b)).sum();
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

#[cfg(test)]
mod tests {
    use super::*;
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
}
