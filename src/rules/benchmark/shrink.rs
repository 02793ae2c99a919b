//! How a small sample of a subject's own past is drawn towards comparable others.
//!
//! Owns: the weight. A subject's own windows are so many draws from around its own level, and the levels of comparable
//! subjects are draws from around a common one. The best linear guess of the subject's level from `n` windows gives its
//! own sample the weight `Z = n / (n + k)` and the rest to the group, with `k` = the variance within subjects over the
//! variance between them (Bühlmann 1967; the estimators are the usual unbiased ones of empirical Bayes credibility:
//! <https://en.wikipedia.org/wiki/B%C3%BChlmann_model>). Where others differ much from each other and each varies little,
//! as channels do in views, `k` is near 0 and next to nothing is drawn; where a rate jumps about and all are alike, the
//! group says more than three windows do.
//! Refuses: other people's mean. What is weighed are medians, as `own()` is one; only the weight comes from variances.

use crate::domain::num::f64_of_len;

use super::{mean, median};

/// What is known of one comparable subject's own windows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Past {
    /// Windows with a value; two at least.
    pub n: u32,
    /// Their mean.
    pub mean: f64,
    /// Their median.
    pub median: f64,
    /// The sum of their squared distances from the mean.
    pub squares: f64,
}

impl Past {
    /// Of a subject's windows; `None` where there are not two to tell how much it varies.
    #[must_use]
    pub fn of(values: &mut [f64]) -> Option<Self> {
        if values.len() < 2 {
            return None;
        }
        let mean = mean(values)?;
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Some(Self { n: u32::try_from(values.len()).ok()?, mean, median: median(values)?, squares })
    }
}

/// What a small sample becomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    /// The value that is used.
    pub value: f64,
    /// The median of the others' medians.
    pub toward: f64,
    /// The weight of the own sample, 0 to 1.
    pub weight: f64,
}

/// Draws the median of `n` own windows towards those of others. `None` where there are not two others to tell how much
/// they differ.
#[must_use]
pub fn drawn(own: f64, n: u32, others: &[Past]) -> Option<Drawn> {
    if others.len() < 2 {
        return None;
    }
    let freedom: f64 = others.iter().map(|one| f64::from(one.n.saturating_sub(1))).sum();
    let within = others.iter().map(|one| one.squares).sum::<f64>() / freedom;
    let means: Vec<f64> = others.iter().map(|one| one.mean).collect();
    let middle = mean(&means)?;
    let spread = means.iter().map(|one| (one - middle) * (one - middle)).sum::<f64>() / (f64_of_len(means.len()) - 1.0);
    let noise = within * mean(&others.iter().map(|one| 1.0 / f64::from(one.n)).collect::<Vec<f64>>())?;
    let between = f64::max(spread - noise, 0.0);
    let weight = if within == 0.0 {
        // Nobody varies: the own sample is exact, however small.
        1.0
    } else {
        // n / (n + within / between), written so that no difference between others is no division by 0.
        f64::from(n) * between / (f64::from(n) * between + within)
    };
    let toward = median(&mut others.iter().map(|one| one.median).collect::<Vec<f64>>())?;
    let value = weight * own + (1.0 - weight) * toward;
    value.is_finite().then_some(Drawn { value, toward, weight })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(values: &[f64]) -> Past {
        Past::of(&mut values.to_vec()).expect("a past")
    }

    #[test]
    fn others_that_differ_much_and_vary_little_leave_the_own_sample_alone() {
        let others = [past(&[10.0, 11.0, 12.0]), past(&[100.0, 101.0, 102.0]), past(&[1000.0, 1001.0, 1002.0])];
        let drawn = drawn(50.0, 3, &others).expect("a group");
        assert!(0.999 < drawn.weight && (drawn.value - 50.0).abs() < 0.1, "{drawn:?}");
    }

    #[test]
    fn others_that_are_all_alike_and_jump_about_say_it_all() {
        let others = [past(&[1.0, 3.0]), past(&[3.0, 1.0]), past(&[1.0, 3.0])];
        assert_eq!(drawn(9.0, 3, &others), Some(Drawn { value: 2.0, toward: 2.0, weight: 0.0 }));
    }

    #[test]
    fn the_weight_is_n_over_n_plus_k() {
        // Within: squares 2 + 2 + 2 over 3 degrees of freedom = 2. Means 2, 4, 6: variance 4, less noise 2 / 2 = 3.
        // k = 2/3, and of four windows the own sample has 4 / (4 + 2/3) = 6/7.
        let others = [past(&[1.0, 3.0]), past(&[3.0, 5.0]), past(&[5.0, 7.0])];
        let drawn = drawn(11.0, 4, &others).expect("a group");
        assert!((drawn.weight - 6.0 / 7.0).abs() < 1e-12, "{drawn:?}");
        assert!((drawn.value - (6.0 / 7.0 * 11.0 + 4.0 / 7.0)).abs() < 1e-12, "{drawn:?}");
    }

    #[test]
    fn more_windows_of_ones_own_always_weigh_more() {
        let others = [past(&[1.0, 3.0]), past(&[3.0, 5.0]), past(&[5.0, 7.0])];
        let weight = |n| drawn(11.0, n, &others).expect("a group").weight;
        assert!((1..20).all(|n| weight(n) < weight(n + 1)));
    }

    #[test]
    fn one_other_is_no_group_and_one_window_no_past() {
        assert_eq!(Past::of(&mut [1.0]), None);
        assert_eq!(drawn(9.0, 3, &[past(&[1.0, 3.0])]), None);
        assert_eq!(drawn(9.0, 3, &[past(&[1.0, 1.0]), past(&[4.0, 4.0])]).map(|one| one.value), Some(9.0));
    }
}
