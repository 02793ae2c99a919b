//! Half-lives: how views of a post fade, and how late orders come.
//!
//! # Things that grow
//!
//! A post's views, or the orders of a day as they are stated again, are known at some ages `t₁ < t₂ < … < T`. With the
//! half-life `h` the share that is there by age `t` is `F(t) = 1 − 2^(−t/h)`. Of what was seen by the last age `T`, the
//! part between two ages is
//!
//! ```text
//! p(t₁, t₂) = (F(t₂) − F(t₁)) / F(T)
//! ```
//!
//! Dividing by `F(T)` is the correction for right truncation: a post that is two days old has not shown what comes on the
//! third, and without it every young post says that everything comes within two days (S. Lagakos, L. Barraj,
//! V. De Gruttola 1988, Nonparametric analysis of truncated survival data, <https://doi.org/10.1093/biomet/75.3.515>; the
//! same in the run-off triangles of T. Mack 1993, <https://doi.org/10.2143/AST.23.2.2005092>). What is learned is the `h`
//! where `Σ w · share · ln p`, with a normal prior of `ln h` around the fallback, is highest.
//!
//! Views do not come independently of each other, so they are not counted one by one: a whole post weighs as much as three
//! views drawn from the curve ([`POST`]). Views of real videos fade faster at first and slower later than any half-life
//! says; the highest likelihood then lies above the age by which half was seen, so that what is matured is rather too little
//! than too much (`tests/it/learned_views.rs` has both). That age itself was tried instead and called the rest of the first
//! week ripe too soon.
//!
//! # Clicks, and the orders after them
//!
//! Where days are not stated again, the orders of a day are those of earlier clicks: with clicks spread evenly over their
//! day, a click is followed by an order `d` days later in proportion to `w₀ = 1 − (1 − e^(−r))/r` and
//! `w_d = e^(−r(d−1))·(1 − e^(−r))²/r` with `r = ln 2/h`. Day `t` then expects orders in proportion to `Σ clicks_u · w_{t−u}`,
//! and given how many there were until the last day known, on which days they came is multinomial: the same correction for
//! right truncation. An order is one draw, but a partnership counts as [`ORDERS_MAX`] orders at most, because how well its
//! clicks sell changes from post to post. Assumed: that this does not go with time since the deal began.

use libm::{exp, expm1, log};

use crate::rules::evidence::luck::highest;

/// Posts that must be known before a half-life is learned: with fewer the prior would say most of it.
pub const POSTS_MIN: usize = 5;

/// Orders that must be known before a lag is learned.
pub const ORDERS_MIN: f64 = 30.0;

/// How many orders a partnership, or a day that is stated again, counts as at most.
pub const ORDERS_MAX: f64 = 20.0;

/// How many draws from the curve a whole post is worth: three, as posts are whose half-lives spread by a factor of
/// `e^(1/√3)`, about 1.8, around each other.
pub const POST: f64 = 3.0;

/// The standard deviation of the prior of `ln h` around the settings: a factor of 2.7 either way, as platforms and audiences
/// differ. Five whole posts weigh fifteen times as much.
pub const AROUND_SETTINGS: f64 = 1.0;

/// The same of a format around its platform: a factor of 1.6 either way.
pub const AROUND_PLATFORM: f64 = 0.5;

/// Half-lives are looked for between a quarter of an hour and two years, in hours.
const HOURS: (f64, f64) = (0.25, 17_520.0);

/// What counts as no time at all in the middle of a prior, in hours.
const AT_ONCE: f64 = 1.0;

/// Something that grows after a moment: what it had come to by which age.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// Age in hours, and the total by then; ages grow. A total that falls is taken as standing still.
    pub points: Vec<(f64, f64)>,
    /// How many independent draws from the curve it is worth.
    pub weight: f64,
}

/// A [`Growth`] as what came between ages.
struct Steps {
    /// From which age until which, and which share of what was seen.
    shares: Vec<(f64, f64, f64)>,
    /// The last age: nothing later can have been seen.
    until: f64,
    weight: f64,
}

impl Steps {
    fn of(growth: &Growth) -> Option<Self> {
        let (mut from, mut total) = (0.0, 0.0);
        let mut shares = Vec::with_capacity(growth.points.len());
        for (age, value) in &growth.points {
            if *age <= from {
                continue;
            }
            let more = f64::max(value - total, 0.0);
            shares.push((from, *age, more));
            (from, total) = (*age, f64::max(total, *value));
        }
        // One stretch says nothing of when inside it things came.
        if total <= 0.0 || shares.len() < 2 {
            return None;
        }
        for share in &mut shares {
            share.2 /= total;
        }
        Some(Self { shares, until: from, weight: growth.weight })
    }

    fn ln_likelihood(&self, rate: f64) -> f64 {
        let seen = ln_by(rate * self.until);
        let some = self.shares.iter().filter(|step| 0.0 < step.2);
        let sum: f64 =
            some.map(|(from, until, share)| share * (ln_by(rate * (until - from)) - rate * from - seen)).sum();
        self.weight * sum
    }
}

/// `ln(1 − e^(−x))`, exact for small `x`.
fn ln_by(x: f64) -> f64 {
    log(-expm1(-x))
}

/// How many of these say something about a half-life.
#[must_use]
pub fn telling(growths: &[Growth]) -> usize {
    growths.iter().filter(|one| Steps::of(one).is_some()).count()
}

/// The half-life of things that grow, in hours; it falls back on the middle of `around`, a half-life in hours and the
/// standard deviation of its logarithm. `None` where nothing grows.
#[must_use]
pub fn half_life(growths: &[Growth], around: (f64, f64)) -> Option<f64> {
    let steps: Vec<Steps> = growths.iter().filter_map(Steps::of).collect();
    (!steps.is_empty()).then(|| fit(|rate| steps.iter().map(|one| one.ln_likelihood(rate)).sum(), around))
}

/// Clicks and orders of one partnership, day by day, from its first day to the last that both are known of.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// Clicks of each day.
    pub clicks: Vec<f64>,
    /// Orders of the same days.
    pub orders: Vec<f64>,
}

impl Flow {
    /// The logarithm of how likely it is that its orders came when they did.
    fn ln_likelihood(&self, rate: f64) -> f64 {
        let stays = exp(-rate);
        let same_day = 1.0 - (1.0 - stays) / rate;
        let next_days = (1.0 - stays) * (1.0 - stays) / rate;
        let (mut waiting, mut expected_in_all, mut sum, mut orders) = (0.0, 0.0, 0.0, 0.0);
        for (clicks, came) in self.clicks.iter().zip(&self.orders) {
            let expected = clicks * same_day + waiting * next_days;
            waiting = waiting * stays + clicks;
            // What came before any click came some other way.
            if 0.0 < expected {
                expected_in_all += expected;
                if 0.0 < *came {
                    sum += came * log(expected);
                    orders += came;
                }
            }
        }
        if orders <= 0.0 {
            return 0.0;
        }
        (sum - orders * log(expected_in_all)) * f64::min(1.0, ORDERS_MAX / orders)
    }

    /// Orders that can have followed a click.
    fn orders_after_clicks(&self) -> f64 {
        let first = self.clicks.iter().position(|clicks| 0.0 < *clicks).unwrap_or(self.clicks.len());
        self.orders.iter().skip(first).sum()
    }
}

/// The orders that a [`lag`] would rest on.
#[must_use]
pub fn orders_in(flows: &[Flow]) -> f64 {
    flows.iter().map(Flow::orders_after_clicks).sum()
}

/// The half-life of the wait between a click and its order, in hours; `around` as for [`half_life`]. `None` where there
/// are fewer than [`ORDERS_MIN`] orders.
#[must_use]
pub fn lag(flows: &[Flow], around: (f64, f64)) -> Option<f64> {
    // Rates are per hour everywhere else, days are what is stated.
    let likelihood = |rate: f64| flows.iter().map(|flow| flow.ln_likelihood(24.0 * rate)).sum();
    (ORDERS_MIN <= orders_in(flows)).then(|| fit(likelihood, around))
}

/// The half-life where a likelihood of the rate, with the prior, is highest.
fn fit(ln_likelihood: impl Fn(f64) -> f64, (around, sd): (f64, f64)) -> f64 {
    let middle = log(f64::max(around, AT_ONCE));
    let height = |ln_half: f64| {
        let away = (ln_half - middle) / sd;
        ln_likelihood(std::f64::consts::LN_2 / exp(ln_half)) - 0.5 * away * away
    };
    exp(highest(height, log(HOURS.0), log(HOURS.1)))
}

/// What a day's orders, as they were stated again and again, are worth: one draw an order, at most [`ORDERS_MAX`].
#[must_use]
pub fn worth_of(orders: f64) -> f64 {
    f64::min(orders, ORDERS_MAX)
}

/// How many draws things that grow are worth together, of those that say something.
#[must_use]
pub fn worth_in(growths: &[Growth]) -> f64 {
    growths.iter().filter(|one| Steps::of(one).is_some()).map(|one| one.weight).sum()
}

#[cfg(test)]
mod tests;
