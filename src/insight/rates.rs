//! How a rate of one creator compares with those of others, when posts differ from each other and creators too.
//!
//! Owns: the over-dispersion of posts, the level of a creator with its uncertainty, and the comparison with what another
//! comparable creator would have. Refuses: saying why.
//!
//! * **Posts** of a creator differ by more than counting does. The successes of one post are Beta-binomial; the correlation
//!   `ρ` within a post is estimated over all creators by analysis of variance (M. Ridout, C. Demétrio, D. Firth 1999,
//!   <https://doi.org/10.1111/j.0006-341X.1999.00137.x>), and a post of `n` tries then weighs `n/(1 + (n − 1)ρ)` (J. Kleinman
//!   1973, <https://doi.org/10.1080/01621459.1973.10481332>): ten million views of one video are one video.
//! * **Creators** differ by `τ²` around a common level on the logit scale (R. `DerSimonian`, N. Laird 1986,
//!   <https://doi.org/10.1016/0197-2456(86)90046-2>). A creator is held against where one more comparable creator would be,
//!   not against the mean (J. Higgins, S. Thompson, D. Spiegelhalter 2009,
//!   <https://doi.org/10.1111/j.1467-985X.2008.00552.x>), by Student's t whose degrees of freedom count what is known of
//!   `τ²` (F. Satterthwaite 1946, <https://doi.org/10.2307/3002019>).

use libm::{exp, log, sqrt};
use statrs::distribution::{ContinuousCDF as _, StudentsT};
use statrs::function::beta::ln_beta;
use statrs::function::gamma::ln_gamma;

use crate::domain::num;

/// Comparable creators below which nothing is compared: the spread of fewer says nothing.
pub const PEERS_MIN: usize = 4;

/// What one post was tried for and brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tried {
    /// Tries; at least 0.
    pub tries: f64,
    /// Successes; at most as many.
    pub hits: f64,
}

/// Where a creator stands on a scale that has no ends, and how well that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The place: a logit or a logarithm.
    pub at: f64,
    /// Its variance.
    pub var: f64,
}

/// A creator against where one more comparable creator would be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beside {
    /// The middle of the comparable ones.
    pub usual: f64,
    /// The creator less that.
    pub apart: f64,
    /// The standard deviation of that difference for a creator like the others.
    pub sd: f64,
    /// The standard deviation of another creator around the middle, this one's own uncertainty left out.
    pub spread: f64,
    /// Degrees of freedom.
    pub df: f64,
}

/// About how much creators differ, known from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The variance between them.
    pub var: f64,
    /// How many creators that knowledge is worth.
    pub worth: f64,
}

impl Beside {
    /// The chance that a creator like the others is at least so far below.
    #[must_use]
    pub fn chance_below(&self) -> f64 {
        t_below(self.apart / self.sd, self.df)
    }

    /// The chance that a creator like the others is at least so far above.
    #[must_use]
    pub fn chance_above(&self) -> f64 {
        t_below(-self.apart / self.sd, self.df)
    }

    /// Where 95 of 100 comparable creators are.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let wide = t_975(self.df) * self.spread;
        (self.usual - wide, self.usual + wide)
    }
}

/// The probability that Student's t is at most `t`. 1 where it cannot be worked out, which never speaks against anybody.
#[must_use]
pub fn t_below(t: f64, df: f64) -> f64 {
    StudentsT::new(0.0, 1.0, df).map_or(1.0, |student| student.cdf(t))
}

fn t_975(df: f64) -> f64 {
    StudentsT::new(0.0, 1.0, df).map_or(f64::INFINITY, |student| student.inverse_cdf(0.975))
}

/// The logit of a share.
#[must_use]
pub fn logit(share: f64) -> f64 {
    log(share / (1.0 - share))
}

/// The share of a logit.
#[must_use]
pub fn share(logit: f64) -> f64 {
    1.0 / (1.0 + exp(-logit))
}

/// What of given posts can be used.
fn usable(post: &Tried) -> bool {
    1.0 <= post.tries && 0.0 <= post.hits && post.hits <= post.tries && post.tries.is_finite()
}

/// How alike the tries of one post are, 0 to below 1, over creators of any level.
#[must_use]
pub fn likeness(creators: &[Vec<Tried>]) -> f64 {
    let (mut between, mut within, mut posts, mut tries, mut size) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for creator in creators {
        let used: Vec<Tried> = creator.iter().copied().filter(usable).collect();
        let (all, hits) = used.iter().fold((0.0, 0.0), |sum, post| (sum.0 + post.tries, sum.1 + post.hits));
        if used.len() < 2 || all == 0.0 {
            continue;
        }
        let whole = hits / all;
        for post in &used {
            let rate = post.hits / post.tries;
            between += post.tries * (rate - whole) * (rate - whole);
            within += post.tries * rate * (1.0 - rate);
            tries += post.tries - 1.0;
        }
        posts += num::f64_of_len(used.len() - 1);
        size += all - used.iter().map(|post| post.tries * post.tries).sum::<f64>() / all;
    }
    if posts == 0.0 || tries <= 0.0 {
        return 0.0;
    }
    let (between, within, size) = (between / posts, within / tries, size / posts);
    let found = (between - within) / (between + (size - 1.0) * within);
    if found.is_finite() { found.clamp(0.0, 0.99) } else { 0.0 }
}

/// The level of a creator on the logit scale, from their posts. `None` where nothing was tried.
#[must_use]
pub fn level(posts: &[Tried], likeness: f64) -> Option<Level> {
    let weighed = posts.iter().filter(|post| usable(post)).map(|post| {
        let weight = post.tries / (1.0 + (post.tries - 1.0) * likeness);
        (weight, weight * post.hits / post.tries)
    });
    let (tries, hits) = weighed.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    if tries <= 0.0 {
        return None;
    }
    // Half a success and half a failure more (J. Haldane 1956; J. Gart 1966): no logit is infinite.
    let (hit, missed) = (hits + 0.5, tries - hits + 0.5);
    Some(Level { at: log(hit / missed), var: 1.0 / hit + 1.0 / missed })
}

/// The level of a creator as the mean of numbers of their posts. `var` is how much posts differ, over all creators.
#[must_use]
pub fn mean_level(values: &[f64], var: f64) -> Option<Level> {
    let count = num::f64_of_len(values.len());
    (0.0 < count).then(|| Level { at: values.iter().sum::<f64>() / count, var: var / count })
}

/// How much posts of one creator differ: the pooled variance, and its degrees of freedom.
#[must_use]
pub fn pooled_var(creators: &[Vec<f64>]) -> Option<(f64, f64)> {
    let (mut squares, mut df) = (0.0, 0.0);
    for values in creators.iter().filter(|values| 1 < values.len()) {
        let mean = values.iter().sum::<f64>() / num::f64_of_len(values.len());
        squares += values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
        df += num::f64_of_len(values.len() - 1);
    }
    // Posts that are alike to the last digit are no proof that all are.
    (0.0 < df).then(|| (f64::max(squares / df, VAR_MIN), df))
}

/// The least variance between posts of one creator: a thousandth of what it is worth.
const VAR_MIN: f64 = 1e-6;

/// A creator beside others. `None` with fewer than [`PEERS_MIN`] of them.
#[must_use]
pub fn beside(own: Level, others: &[Level]) -> Option<Beside> {
    beside_around(own, others, None)
}

/// The same where it is known about how much creators differ: a handful of them tells little of it, and by chance that they
/// do not differ at all.
#[must_use]
pub fn beside_around(own: Level, others: &[Level], known: Option<Spread>) -> Option<Beside> {
    if others.len() < PEERS_MIN {
        return None;
    }
    let count = num::f64_of_len(others.len());
    let sums = |extra: f64| {
        others.iter().fold((0.0, 0.0, 0.0), |sum, one| {
            let weight = 1.0 / (one.var + extra);
            (sum.0 + weight, sum.1 + weight * one.at, sum.2 + weight * weight)
        })
    };
    let (weights, places, squares) = sums(0.0);
    let fixed = places / weights;
    let q: f64 = others.iter().map(|one| (one.at - fixed) * (one.at - fixed) / one.var).sum();
    let tau2 = f64::max(0.0, (q - (count - 1.0)) / (weights - squares / weights));
    let worth = count - 1.0;
    let tau2 = known.map_or(tau2, |known| (known.var * known.worth + tau2 * worth) / (known.worth + worth));
    let worth = worth + known.map_or(0.0, |known| known.worth);
    let (weights, places, _) = sums(tau2);
    let usual = places / weights;
    let (of_mean, own_var) = (1.0 / weights, own.var);
    let var = tau2 + of_mean + own_var;
    // What is estimated from a handful of creators has their degrees of freedom; what comes of many posts has many.
    let known_badly = tau2 + of_mean;
    let df = if 0.0 < known_badly { worth * var * var / (known_badly * known_badly) } else { 1e6 };
    let sd = sqrt(var);
    let found = Beside { usual, apart: own.at - usual, sd, spread: sqrt(known_badly), df: f64::min(df, 1e6) };
    (0.0 < sd && found.apart.is_finite()).then_some(found)
}

/// The chance of at most `hits` successes in `tries`, where the share of another creator would be `mean` and vary with the
/// correlation `likeness` (Beta-binomial).
#[must_use]
pub fn chance_at_most(hits: f64, tries: f64, mean: f64, likeness: f64) -> f64 {
    let (hits, tries) = (hits.floor(), tries.floor());
    if tries <= hits || !(0.0..1.0).contains(&mean) || mean == 0.0 {
        return 1.0;
    }
    let sure = 1.0 / likeness.clamp(LIKENESS_MIN, LIKENESS_MAX) - 1.0;
    let (a, b) = (mean * sure, (1.0 - mean) * sure);
    // Term by term from the likeliest number of successes that is asked about downwards; it falls fast.
    let ln_term = |k: f64| {
        ln_gamma(tries + 1.0) - ln_gamma(k + 1.0) - ln_gamma(tries - k + 1.0) + ln_beta(a + k, b + tries - k)
            - ln_beta(a, b)
    };
    let mut term = exp(ln_term(hits));
    let (mut sum, mut k) = (0.0, hits);
    for _ in 0..TERMS_MAX {
        sum += term;
        if k < 1.0 || (term < sum * 1e-12 && k < mean * tries) {
            break;
        }
        // P(k − 1)/P(k).
        term *= k / (tries - k + 1.0) * (b + tries - k) / (a + k - 1.0);
        k -= 1.0;
    }
    sum.clamp(0.0, 1.0)
}

/// The chance of at least `hits`.
#[must_use]
pub fn chance_at_least(hits: f64, tries: f64, mean: f64, likeness: f64) -> f64 {
    chance_at_most((tries - hits.ceil()).floor(), tries, 1.0 - mean, likeness)
}

/// Below this a Beta-binomial is a binomial for any number of tries met here.
const LIKENESS_MIN: f64 = 1e-6;

/// Above this everything of a creator ends alike, and one look is all there is.
const LIKENESS_MAX: f64 = 0.9;

/// Terms of a tail. A campaign with more clicks than this in one comparison is decided long before.
const TERMS_MAX: u32 = 200_000;

/// The chance of several independent chances together (R. Fisher 1925, §21.1): the tail of χ² with two degrees of freedom
/// each, in closed form `c·Σ (−ln c)^i/i!` with `c` their product.
#[must_use]
pub fn together(chances: &[f64]) -> f64 {
    let product = f64::max(chances.iter().product(), f64::MIN_POSITIVE);
    let mut term = product;
    let mut sum = 0.0;
    for (i, _) in chances.iter().enumerate() {
        sum += term;
        term *= -log(product) / num::f64_of_len(i + 1);
    }
    f64::min(1.0, sum)
}

/// Values pulled in to within `wide` robust standard deviations of their median: a post that went viral is one post (P. Huber
/// 1964, <https://doi.org/10.1214/aoms/1177703732>).
#[must_use]
pub fn pulled_in(values: &[f64], wide: f64) -> Vec<f64> {
    let Some(middle) = median(values) else { return Vec::new() };
    let away: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    // 1.4826 makes the median deviation of a normal sample its standard deviation.
    let reach = median(&away).unwrap_or(0.0) * 1.4826 * wide;
    values.iter().map(|value| value.clamp(middle - reach, middle + reach)).collect()
}

/// The middle value.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (at, part) = num::quantile_at(sorted.len(), 0.5)?;
    let low = *sorted.get(at)?;
    let high = sorted.get(at + 1).copied().unwrap_or(low);
    Some(low + part * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, by: f64) {
        assert!((got - want).abs() <= by, "{got} for {want}");
    }

    #[test]
    fn posts_that_differ_by_counting_alone_are_not_alike_inside() {
        let post = |hits: f64| Tried { tries: 100.0, hits };
        assert!(likeness(&[vec![post(10.0), post(11.0), post(9.0), post(10.0)]]) < 0.01);
        // All or nothing: every try of a post ends like the others.
        close(likeness(&[vec![post(100.0), post(0.0), post(100.0), post(0.0)]]), 0.99, 1e-9);
        close(likeness(&[]), 0.0, 0.0);
        close(likeness(&[vec![post(3.0)]]), 0.0, 0.0);
    }

    #[test]
    fn a_large_post_weighs_little_more_than_a_small_one_when_posts_differ() {
        let posts = [Tried { tries: 1e7, hits: 1e6 }, Tried { tries: 100.0, hits: 30.0 }];
        let alone = level(&posts, 0.0).expect("a level");
        close(share(alone.at), 0.1, 1e-3);
        let varied = level(&posts, 0.5).expect("a level");
        // Two posts are worth four tries; the half success and half failure show.
        close(share(varied.at), 0.26, 0.01);
        assert!(100.0 * alone.var < varied.var);
        assert_eq!(level(&[Tried { tries: 0.0, hits: 0.0 }], 0.1), None);
    }

    #[test]
    fn a_creator_is_held_against_another_creator_not_against_the_mean() {
        let others: Vec<Level> = [-1.0, -0.5, 0.0, 0.5, 1.0].iter().map(|at| Level { at: *at, var: 1e-4 }).collect();
        let told = beside(Level { at: -1.2, var: 1e-4 }, &others).expect("enough");
        close(told.usual, 0.0, 1e-6);
        // The variance of the five is 0.625, and their mean is known to a fifth of that.
        close(told.sd, sqrt(0.625 * 1.2), 1e-3);
        close(told.df, 4.0, 0.01);
        assert!(0.1 < told.chance_below() && told.chance_below() < 0.2);
        close(told.chance_below() + told.chance_above(), 1.0, 1e-9);
        assert_eq!(beside(Level { at: 0.0, var: 1.0 }, &others[..3]), None);
    }

    #[test]
    fn tails_are_those_of_the_binomial_and_heavier_where_creators_differ() {
        // Of ten throws of a coin at most two heads: 56 of 1,024.
        close(chance_at_most(2.0, 10.0, 0.5, 0.0), 56.0 / 1024.0, 1e-4);
        close(chance_at_least(8.0, 10.0, 0.5, 0.0), 56.0 / 1024.0, 1e-4);
        // Uniform shares: every number of successes is as likely (a = b = 1 at a correlation of a third).
        close(chance_at_most(2.0, 10.0, 0.5, 1.0 / 3.0), 3.0 / 11.0, 1e-9);
        close(chance_at_most(10.0, 10.0, 0.5, 0.1), 1.0, 0.0);
        close(chance_at_most(0.0, 0.0, 0.5, 0.1), 1.0, 0.0);
        assert!(chance_at_most(100.0, 10_000.0, 0.8, 0.02) < 1e-12);
    }

    #[test]
    fn chances_together_are_those_of_fisher() {
        // χ² with 4 degrees of freedom: the tail at 2·(−ln 0.05²) is 0.0175.
        close(together(&[0.05, 0.05]), 0.0175, 1e-4);
        close(together(&[0.3]), 0.3, 1e-12);
        close(together(&[1.0, 1.0, 1.0]), 1.0, 0.0);
        assert!(together(&[0.0, 0.5]) < 1e-300);
    }

    #[test]
    fn one_viral_post_is_pulled_in() {
        let pulled = pulled_in(&[1.0, 1.1, 0.9, 1.05, 9.0], 3.0);
        assert!(pulled[4] < 1.6, "{pulled:?}");
        close(pulled[0], 1.0, 1e-12);
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0]), Some(2.0));
    }
}
