//! How much posts differ from each other: the shape `k` of the random effect, from earlier posts.
//!
//! The likelihood of each post is negative binomial around its creator's own rate; `ln k` has a normal prior around the
//! cautious default, so that a handful of posts hardly moves it and thirty do. The estimate is where the product is
//! highest. Too large a `k` stops fair creators, too small a one only stops later: until [`POSTS_MIN`] posts are known the
//! default stands.

use libm::{exp, log};
use statrs::function::gamma::ln_gamma;

use super::counts::{Post, total};

/// Posts that must be known before the default is left.
pub const POSTS_MIN: usize = 30;

/// The default shape: the variance between posts of a lognormal luck with a standard deviation of 0.8, as
/// `1/(e^(0.8²) − 1)`.
pub const K_DEFAULT: f64 = 1.1;

/// The standard deviation of the prior of `ln k`: a factor of 1.6 either way.
const PRIOR_SD: f64 = 0.5;

/// Between these `ln k` is looked for: shapes from 0.05 to 1,100.
const LN_K: (f64, f64) = (-3.0, 7.0);

/// Golden-section steps: 60 shrink the stretch by 3e-13.
const STEPS: u32 = 60;

/// The shape of the luck between posts, from the posts of earlier partnerships, one list a partnership.
#[must_use]
pub fn shape(partnerships: &[Vec<Post>]) -> f64 {
    if partnerships.iter().map(Vec::len).sum::<usize>() < POSTS_MIN {
        return K_DEFAULT;
    }
    let height = |ln_k: f64| -> f64 {
        let away = (ln_k - log(K_DEFAULT)) / PRIOR_SD;
        let k = exp(ln_k);
        partnerships.iter().map(|posts| ln_likelihood(posts, k)).sum::<f64>() - 0.5 * away * away
    };
    exp(highest(height, LN_K.0, LN_K.1))
}

/// The logarithm of how likely a partnership's posts are at a shape, at their own mean rate.
fn ln_likelihood(posts: &[Post], k: f64) -> f64 {
    let all = total(posts);
    if all.expected <= 0.0 {
        return 0.0;
    }
    // Half an order more, so that a partnership without orders still has a rate.
    let rate = (all.seen + 0.5) / all.expected;
    posts.iter().filter(|post| 0.0 < post.expected).fold(0.0, |sum, post| {
        let mean = rate * post.expected;
        sum + ln_gamma(k + post.seen) - ln_gamma(k) + k * log(k / (k + mean)) + post.seen * log(mean / (k + mean))
    })
}

/// Where a function with one peak is highest (golden-section search; Kiefer 1953).
fn highest(f: impl Fn(f64) -> f64, from: f64, until: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (mut low, mut high) = (from, until);
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_left, mut at_right) = (f(left), f(right));
    for _ in 0..STEPS {
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
