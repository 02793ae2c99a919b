//! What more money would probably bring, and where a campaign would end: always a range, never a point.
//!
//! # The model
//!
//! Exposure is in units of what one thing may cost (as in [`super::evidence::counts`]). With `N` things on `s` units behind
//! and a `Gamma(a, b)` prior the rate is `Gamma(a + N, b + s)`. What `u` more units bring is Poisson at that rate times the
//! luck of a post, Gamma with mean 1 and shape `k`. The product of the two is taken as the Gamma with its mean and variance
//! (relative variance `(1 + 1/(a + N))·(1 + 1/k) − 1`), which makes the things to come negative binomial; its quantiles come
//! from the regularised incomplete beta function (NIST DLMF §8.17, <https://dlmf.nist.gov/8.17>).
//!
//! The range runs from the 10 % to the 90 % quantile: four times in five it ends inside. The middle that decisions rest on
//! is the mean.
//!
//! Owns: the arithmetic. Refuses: reading; and saying anything where too little is known ([`to_the_end`] answers `None`).

use serde::{Deserialize, Serialize};
use statrs::function::beta::checked_beta_reg;

use super::evidence::{Luck, Prior};

/// Where a number will probably be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// One time in ten it is less.
    pub low: f64,
    /// On average; what decisions rest on.
    pub mid: f64,
    /// One time in ten it is more.
    pub high: f64,
}

impl Range {
    /// Each of the three.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { low: f(self.low), mid: f(self.mid), high: f(self.high) }
    }
}

/// The share of cases below, and above, a range.
const TAIL: f64 = 0.1;

/// The largest count that is looked for.
const COUNT_MAX: f64 = 1e12;

/// What `ahead` units of exposure will bring, after `seen` things on `exposure` units.
#[must_use]
pub fn to_come(seen: f64, exposure: f64, ahead: f64, luck: Luck, prior: Prior) -> Range {
    let (a, b) = (prior.a + f64::max(seen, 0.0), prior.b + f64::max(exposure, 0.0));
    let mean = a / b * f64::max(ahead, 0.0);
    let of_luck = match luck {
        Luck::Alike => 0.0,
        Luck::Varied { k } => 1.0 / k,
    };
    let variance = (1.0 + 1.0 / a) * (1.0 + of_luck) - 1.0;
    let shape = 1.0 / variance;
    let (low, high) = (quantile(TAIL, shape, mean), quantile(1.0 - TAIL, shape, mean));
    // A very uneven law can have its mean beyond a quantile; a range still holds its middle.
    Range { low: f64::min(low, mean), mid: mean, high: f64::max(high, mean) }
}

/// The smallest count that a negative binomial with this shape and mean does not exceed with a chance of `q`.
fn quantile(q: f64, shape: f64, mean: f64) -> f64 {
    if mean <= 0.0 {
        return 0.0;
    }
    let p = shape / (shape + mean);
    let up_to = |n: f64| checked_beta_reg(shape, n + 1.0, p).unwrap_or(1.0);
    if q <= up_to(0.0) {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, f64::max(1.0, mean.ceil()));
    while up_to(high) < q && high < COUNT_MAX {
        (low, high) = (high, 2.0 * high);
    }
    while 1.0 < high - low {
        let middle = (0.5 * (low + high)).floor();
        if up_to(middle) < q { low = middle } else { high = middle }
    }
    high
}

/// Where a deal or a campaign stands, and what is still to be spent. Money in minor units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Things so far.
    pub things: f64,
    /// Spend so far.
    pub spend: f64,
    /// Revenue so far, where it is known.
    pub revenue: Option<f64>,
    /// Things of the last week.
    pub week_things: f64,
    /// Spend of the last week.
    pub week_spend: f64,
    /// Spend that has had no time to sell yet.
    pub fresh: f64,
    /// What one thing may cost.
    pub limit: f64,
    /// What boosts will still spend until the end at the pace of the last week, and at that of the whole deal.
    pub boosts_ahead: [f64; 2],
    /// Fees that fall due until the end, as agreed.
    pub fees_ahead: f64,
}

/// Where it will probably stand at the end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// Things in all.
    pub things: Range,
    /// Spend in all; between the pace of the last week and that of the whole deal.
    pub spend: Range,
    /// Spend per thing: more things, less each.
    pub cost: Range,
    /// Revenue per spend, at the average value of an order so far; `None` where revenue is not known.
    pub roas: Option<Range>,
}

/// Things that must have come, and in the last week, before anything is said of the end.
const THINGS_MIN: f64 = 5.0;
const WEEK_THINGS_MIN: f64 = 1.0;

/// Where it will stand at the end if the last week goes on. `None`: too little has come to say.
#[must_use]
pub fn to_the_end(at: &Standing, luck: Luck, prior: Prior) -> Option<Projection> {
    let known = THINGS_MIN <= at.things && WEEK_THINGS_MIN <= at.week_things && 0.0 < at.week_spend && 0.0 < at.limit;
    if !known {
        return None;
    }
    let [week, deal] = at.boosts_ahead;
    let committed = at.spend + at.fees_ahead;
    let spend =
        Range { low: committed + f64::min(week, deal), mid: committed + week, high: committed + f64::max(week, deal) };
    let ahead = (week + at.fees_ahead + at.fresh) / at.limit;
    let to_come = to_come(at.week_things, at.week_spend / at.limit, ahead, luck, prior);
    let things = to_come.map(|more| at.things + more);
    let cost = Range { low: spend.mid / things.high, mid: spend.mid / things.mid, high: spend.mid / things.low };
    let value = at.revenue.map(|revenue| revenue / at.things);
    let roas = value.filter(|_| 0.0 < spend.mid).map(|value| things.map(|things| things * value / spend.mid));
    Some(Projection { things, spend, cost, roas })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution as _, Gamma, Poisson};

    #[test]
    fn quantiles_are_those_of_the_negative_binomial() {
        // Shape 1 is geometric: P(X ≤ n) = 1 − (m/(1 + m))^(n + 1).
        for (q, mean) in [(0.1, 3.0), (0.5, 3.0), (0.9, 3.0), (0.9, 400.0)] {
            let ratio: f64 = mean / (1.0 + mean);
            let want = f64::max(((1.0_f64 - q).ln() / ratio.ln()).ceil() - 1.0, 0.0);
            assert_eq!(quantile(q, 1.0, mean).to_bits(), want.to_bits(), "{q} of {mean}");
        }
        // A large shape is Poisson: of mean 4, 1 − P(X ≤ 1) = 0.908.
        assert_eq!(quantile(0.1, 1e8, 4.0).to_bits(), 2.0_f64.to_bits());
        assert_eq!(quantile(0.9, 2.0, 0.0).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn four_times_in_five_the_end_is_inside_the_range() {
        let mut dice = ChaCha8Rng::seed_from_u64(11);
        let (prior, k, behind, ahead) = (Prior { a: 2.0, b: 2.0 }, 2.0, 8.0, 10.0);
        let rates = Gamma::new(prior.a, 1.0 / prior.b).expect("a law");
        let luck = Gamma::new(k, 1.0 / k).expect("a law");
        let (mut inside, all) = (0_u32, 4_000_u32);
        for _ in 0..all {
            let rate: f64 = rates.sample(&mut dice);
            let poisson = |mean: f64, dice: &mut ChaCha8Rng| Poisson::new(mean).map_or(0.0, |law| law.sample(dice));
            let seen = poisson(rate * behind, &mut dice);
            let came = poisson(rate * luck.sample(&mut dice) * ahead, &mut dice);
            let range = to_come(seen, behind, ahead, Luck::Varied { k }, prior);
            inside += u32::from(range.low <= came && came <= range.high);
        }
        let share = f64::from(inside) / f64::from(all);
        // Whole numbers: a range that must hold four in five holds a little more.
        assert!((0.80..0.90).contains(&share), "{share}");
    }

    fn standing() -> Standing {
        Standing {
            things: 40.0,
            spend: 200_000.0,
            revenue: Some(320_000.0),
            week_things: 10.0,
            week_spend: 60_000.0,
            fresh: 10_000.0,
            limit: 5_000.0,
            boosts_ahead: [30_000.0, 50_000.0],
            fees_ahead: 40_000.0,
        }
    }

    #[test]
    fn the_end_is_a_range_in_which_everything_adds_up() {
        let end = to_the_end(&standing(), Luck::Varied { k: 5.0 }, Prior::UNLEARNED).expect("enough is known");
        assert_eq!(end.spend, Range { low: 270_000.0, mid: 270_000.0, high: 290_000.0 });
        // 12 of 14 units, on 16 more units: 13.7 orders.
        assert!((end.things.mid - (40.0 + 12.0 / 14.0 * 16.0)).abs() < 1e-9, "{end:?}");
        assert!(end.things.low < end.things.mid && end.things.mid < end.things.high);
        assert!(end.cost.low < end.cost.mid && end.cost.mid < end.cost.high);
        let roas = end.roas.expect("revenue is known");
        assert!((roas.mid - end.things.mid * 8_000.0 / 270_000.0).abs() < 1e-9);
    }

    #[test]
    fn too_little_is_not_dressed_up_as_a_range() {
        let end = |at: Standing| to_the_end(&at, Luck::Alike, Prior::UNLEARNED);
        assert!(end(standing()).is_some());
        assert_eq!(end(Standing { things: 4.0, ..standing() }), None);
        assert_eq!(end(Standing { week_things: 0.0, ..standing() }), None);
        assert_eq!(end(Standing { week_spend: 0.0, ..standing() }), None);
    }

    proptest! {
        #[test]
        fn a_range_holds_its_middle_and_narrows_with_what_is_known(
            seen in 0_u32..200, exposure in 0.0..200.0_f64, ahead in 0.0..100.0_f64, k in 0.3..20.0_f64,
        ) {
            let of = |luck| to_come(f64::from(seen), exposure, ahead, luck, Prior::UNLEARNED);
            let (varied, alike) = (of(Luck::Varied { k }), of(Luck::Alike));
            for range in [varied, alike] {
                prop_assert!(0.0 <= range.low && range.low <= range.mid && range.mid <= range.high);
            }
            prop_assert_eq!(varied.mid.to_bits(), alike.mid.to_bits());
            prop_assert!(alike.low + 1e-9 >= varied.low);
            // Nothing ahead brings nothing.
            let nothing = to_come(f64::from(seen), exposure, 0.0, Luck::Varied { k }, Prior::UNLEARNED);
            prop_assert_eq!(nothing, Range { low: 0.0, mid: 0.0, high: 0.0 });
        }
    }
}
