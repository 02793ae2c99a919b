//! How much posts differ from each other: the shape `k` of the random effect, from earlier posts.
//!
//! The likelihood of each post is negative binomial around its partnership's own rate `θ`. That rate is not known, and
//! putting its best guess in its place makes posts look more alike than they are: with two posts a partnership, twice as
//! alike (J. Neyman and E. Scott 1948, <https://doi.org/10.2307/1914288>). So it is integrated out, flat in `ln θ`
//! (J. Berger, B. Liseo, R. Wolpert 1999, <https://doi.org/10.1214/ss/1009211804>):
//!
//! ```text
//! Σ ln ∫ ∏ NB(N; θ·s, k) d ln θ
//! ```
//!
//! A partnership with one post then says exactly nothing about `k`, as it should. `ln k` has a normal prior around the
//! cautious default, so that a handful of posts hardly moves it and thirty do. Too large a `k` stops fair creators, too
//! small a one only stops later: until [`POSTS_MIN`] posts are known the default stands. (The adjusted profile likelihood
//! of Cox and Reid is quicker and was tried first; at few orders and wild luck its `k` is a third too large.)

use libm::{exp, log};
use statrs::function::gamma::ln_gamma;

use super::counts::{Post, total};

/// Posts that must be known before the default is left.
pub const POSTS_MIN: usize = 30;

/// The default shape: the variance between posts of a lognormal luck with a standard deviation of 0.8, as
/// `1/(e^(0.8²) − 1)`.
pub const K_DEFAULT: f64 = 1.1;

/// The standard deviation of the prior of `ln k` around the default: a factor of 1.6 either way.
pub const AROUND_DEFAULT: f64 = 0.5;

/// Between these `ln k` is looked for: shapes from 0.05 to 1,100.
const LN_K: (f64, f64) = (-3.0, 7.0);

/// Golden-section steps: 60 shrink the stretch by 3e-13.
const STEPS: u32 = 60;

/// Newton steps to a rate: it is concave and begins near, so a few are enough.
const RATE_STEPS: u32 = 25;

/// Steps of the sum over rates; the integrand is smooth and gone at both ends, where the trapezoid rule is at its best.
const SUM_STEPS: u32 = 64;

/// What is below `e^−20` of the peak no longer counts.
const NEGLIGIBLE: f64 = 20.0;

/// The shape of the luck between posts, from the posts of earlier partnerships, one list a partnership; the default where
/// there are fewer than [`POSTS_MIN`].
#[must_use]
pub fn shape(partnerships: &[Vec<Post>]) -> f64 {
    if partnerships.iter().map(Vec::len).sum::<usize>() < POSTS_MIN {
        return K_DEFAULT;
    }
    shape_around(partnerships, K_DEFAULT, AROUND_DEFAULT)
}

/// The shape of the luck between posts however many there are; with few it stays near `around`, which `ln k` lies within
/// `sd` of.
#[must_use]
pub fn shape_around(partnerships: &[Vec<Post>], around: f64, sd: f64) -> f64 {
    let told: Vec<Vec<Post>> = partnerships.iter().map(|posts| spent(posts)).filter(|posts| tells(posts)).collect();
    let height = |ln_k: f64| -> f64 {
        let away = (ln_k - log(around)) / sd;
        let k = exp(ln_k);
        told.iter().map(|posts| ln_likelihood(posts, k)).sum::<f64>() - 0.5 * away * away
    };
    exp(highest(height, LN_K.0, LN_K.1))
}

/// Posts that could bring something.
fn spent(posts: &[Post]) -> Vec<Post> {
    posts.iter().filter(|post| 0.0 < post.expected).copied().collect()
}

/// One post has nothing to differ from, and where nothing came nothing differs.
fn tells(posts: &[Post]) -> bool {
    1 < posts.len() && 0.0 < total(posts).seen
}

/// The logarithm of how likely a partnership's posts are at a shape, whatever its rate.
fn ln_likelihood(posts: &[Post], k: f64) -> f64 {
    let (middle, known) = best_rate(posts, k);
    let (count, seen) = posts.iter().fold((0.0, 0.0), |sum, post| (sum.0 + 1.0, sum.1 + post.seen));
    // Below the best rate it falls as fast as orders came, above it as fast as bad luck explains that they did not.
    let wide = 4.0 / known.sqrt();
    let (from, until) = (middle - NEGLIGIBLE / seen - wide, middle + NEGLIGIBLE / (k * count) + wide);
    let step = (until - from) / f64::from(SUM_STEPS);
    let at = |u: f64| {
        posts.iter().fold(0.0, |sum, post| {
            let mean = exp(u) * post.expected;
            sum + post.seen * (u - middle) - (k + post.seen) * log(k + mean)
        })
    };
    let top = at(middle);
    let area: f64 = (0..=SUM_STEPS).map(|n| exp(at(from + step * f64::from(n)) - top)).sum();
    let shape: f64 = posts.iter().map(|post| ln_gamma(k + post.seen) - ln_gamma(k) + k * log(k)).sum();
    // What was taken out of the sum for its size, and does not depend on the shape, is left out: N·ln(expected) − ln N!.
    shape + top + seen * middle + log(area * step)
}

/// The logarithm of the rate at which a partnership's posts are likeliest at a shape, where `Σ (N − μ)·k/(k + μ)` passes
/// zero, and how sharply: the curvature there.
fn best_rate(posts: &[Post], k: f64) -> (f64, f64) {
    let all = total(posts);
    let mut u = log(all.seen / all.expected);
    let mut slope = 1.0;
    for _ in 0..RATE_STEPS {
        let (score, curvature) = posts.iter().fold((0.0, 0.0), |sum, post| {
            let mean = exp(u) * post.expected;
            let bends = mean * k * (k + post.seen) / ((k + mean) * (k + mean));
            (sum.0 + (post.seen - mean) * k / (k + mean), sum.1 + bends)
        });
        slope = curvature;
        // Never more than a factor of e at once: far from the top the curve is flatter than it looks.
        let step = (score / slope).clamp(-1.0, 1.0);
        u += step;
        if step.abs() < 1e-10 {
            break;
        }
    }
    (u, slope)
}

/// Where a function with one peak is highest (golden-section search; Kiefer 1953).
pub(in crate::rules) fn highest(f: impl Fn(f64) -> f64, from: f64, until: f64) -> f64 {
    highest_in(STEPS, f, from, until)
}

/// The same in so many steps; each shrinks the stretch by 0.62.
pub(in crate::rules) fn highest_in(steps: u32, f: impl Fn(f64) -> f64, from: f64, until: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (mut low, mut high) = (from, until);
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_left, mut at_right) = (f(left), f(right));
    for _ in 0..steps {
        if at_left < at_right {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = f(right);
        } else {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = f(left);
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_posts_leave_the_default_and_many_speak() {
        let post = |seen: f64| Post { expected: 5.0, seen };
        assert_eq!(shape(&[vec![post(5.0); POSTS_MIN - 1]]).to_bits(), K_DEFAULT.to_bits());
        // Posts that hardly differ: much larger than the default. Posts of all or nothing: smaller.
        let alike = shape(&[vec![post(5.0); 40], vec![post(4.0); 40]]);
        let wild: Vec<Post> = (0..80).map(|n| post(if n % 8 == 0 { 40.0 } else { 0.0 })).collect();
        assert!(2.0 * K_DEFAULT < alike, "{alike}");
        assert!(shape(std::slice::from_ref(&wild)) < 0.6 * K_DEFAULT, "{}", shape(&[wild]));
    }
}
