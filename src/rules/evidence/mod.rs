//! Evidence: whether what was seen is more than bad luck, at any number of looks.
//!
//! A threshold alone stops nearly half of the creators who beat it (`examples/evidence_table.rs` measures it): orders are
//! few, they come in posts, and a rule looks again and again. Evidence replaces the one tested comparison of a rule by a
//! statement with a known error rate. Two kinds of it:
//!
//! * **Anytime** ([`Weighed::Anytime`]): an e-value. A creator who meets the limit is *ever* stopped with a chance of at
//!   most `1 − level`, however often it is looked at and whenever one stops looking.
//! * **Posterior** ([`Weighed::Posterior`]): the chance that the limit is missed, with a prior learned from the brand's
//!   earlier partnerships. Of what it stops at most `1 − level` would have met the limit, as long as new creators resemble
//!   earlier ones.
//!
//! [`counts`] weighs counts against exposure (orders against spend: cpa, cpe, cpc, roas by way of the average order value;
//! engagements against views: `er_*`), [`shares`] weighs successes among tries (ctr, cvr), [`luck`] estimates how much posts
//! differ from each other. Pure: the same numbers give the same bits; exp and ln come from the `libm` crate.
//!
//! Owns: the statements, their derivation and their numerics. Refuses: what spend has had time to sell, whose limit is in
//! force, where numbers come from. Survives: nothing to keep; every value is worked out from the whole deal.

mod bounds;
pub mod counts;
mod curve;
pub mod luck;
pub mod pool;
pub mod shares;
pub mod tested;

use libm::log;

use super::rule::{Evidence, Method, Preset};

/// How much luck varies between posts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Luck {
    /// Not at all: one rate for the whole partnership. The limit of a large shape, in closed form.
    Alike,
    /// Each post has a luck of its own, Gamma with this shape and mean 1 (variance `1/k`) for counts, Beta with this
    /// concentration for shares ([`tested::of_shares`] makes one of the other).
    Varied {
        /// The shape; above 0.
        k: f64,
    },
}

/// What is known of the true value before a deal begins: `Gamma(a, b)` for rates, `Beta(a, b)` for shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// The first parameter; above 0.
    pub a: f64,
    /// The second; above 0.
    pub b: f64,
}

impl Prior {
    /// Until enough partnerships of the brand are known: a rate around the limit, within a factor of about four.
    pub const UNLEARNED: Self = Self { a: 2.0, b: 2.0 };
}

/// How a statement is weighed, and how sure it must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Which kind of evidence.
    pub method: Method,
    /// Above 0 and below 1.
    pub level: f64,
}

/// What the presets stand for.
const PRESETS: [(Preset, Demand); 3] = [
    (Preset::Strict, Demand { method: Method::Anytime, level: 0.95 }),
    (Preset::Balanced, Demand { method: Method::Anytime, level: 0.80 }),
    (Preset::Fast, Demand { method: Method::Posterior, level: 0.90 }),
];

impl Demand {
    /// The preset that it is, if it is one.
    #[must_use]
    pub fn preset(self) -> Option<Preset> {
        PRESETS.iter().find(|row| row.1 == self).map(|row| row.0)
    }
}

impl From<&Evidence> for Demand {
    fn from(evidence: &Evidence) -> Self {
        match evidence {
            Evidence::Custom(custom) => Self { method: custom.method, level: custom.level },
            Evidence::Preset(preset) => {
                let strict = Self { method: Method::Anytime, level: 0.95 };
                PRESETS.iter().find(|row| row.0 == *preset).map_or(strict, |row| row.1)
            }
        }
    }
}

/// What the data say about "it meets its limit".
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weighed {
    /// The natural logarithm of the e-value against it.
    Anytime {
        /// `ln E`.
        ln_e: f64,
    },
    /// The chance that it does not.
    Posterior {
        /// From 0 to 1.
        chance: f64,
    },
}

impl Weighed {
    /// Whether that is enough: `E ≥ 1/(1 − level)`, or a chance of at least `level`.
    #[must_use]
    pub fn holds(self, demand: Demand) -> bool {
        match self {
            Self::Anytime { ln_e } => -log(1.0 - demand.level) <= ln_e,
            Self::Posterior { chance } => demand.level <= chance,
        }
    }

    /// "At most 1 time in so many would a creator who meets the limit ever look this bad": the e-value, at least 1. `None`
    /// for a posterior, which does not say that.
    #[must_use]
    pub fn one_in(self) -> Option<f64> {
        match self {
            Self::Anytime { ln_e } => Some(libm::exp(f64::max(ln_e, 0.0))),
            Self::Posterior { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_what_the_documentation_says() {
        for (preset, method, level) in [
            (Preset::Strict, Method::Anytime, 0.95),
            (Preset::Balanced, Method::Anytime, 0.80),
            (Preset::Fast, Method::Posterior, 0.90),
        ] {
            assert_eq!(Demand::from(&Evidence::Preset(preset)), Demand { method, level });
        }
    }

    #[test]
    fn the_line_is_one_over_what_is_left_of_the_level() {
        let demand = Demand { method: Method::Anytime, level: 0.95 };
        assert!(Weighed::Anytime { ln_e: log(20.0) + 1e-12 }.holds(demand));
        assert!(!Weighed::Anytime { ln_e: log(19.999) }.holds(demand));
        let demand = Demand { method: Method::Posterior, level: 0.9 };
        assert!(Weighed::Posterior { chance: 0.9 }.holds(demand));
        assert!(!Weighed::Posterior { chance: 0.899 }.holds(demand));
        assert_eq!(Weighed::Anytime { ln_e: -3.0 }.one_in(), Some(1.0));
    }
}
