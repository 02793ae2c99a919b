//! What is learned from history: how posts differ, how deals went, how views fade and how late orders come.
//!
//! In reading order: [`spread`] learns half-lives from things that grow (a post's views, a day's orders as they are stated
//! again) and from clicks with the orders after them; [`posts`] the shape of the luck between posts; [`prior`] what is known
//! of a rate before a deal begins; [`facts`] brings a brand's past to all of them. [`Learned`] is one of these as it is kept, [`Book`] all of them.
//!
//! Owns: the estimators, their fallbacks and their versions. A learned thing has a name ([`Name`]), a version, the instant
//! it was known at, what it rests on and how much. Versions are only added, never changed, so what was known at any instant
//! stays answerable ([`Book::newest`], [`Book::as_of`]): a verdict of last week can be worked out again with what had been
//! learned by then. Refuses: reading numbers and clocks; facts are handed in. Survives: too little history. Everything here
//! is pulled towards what it falls back on ([`Book::luck`]: format, platform, brand, settings), and where there is hardly
//! anything nothing is learned at all.
//!
//! An estimate never stands still, and a version for every breath of it would say nothing. A new version is made only where
//! a value moved by [`MOVED`] or more ([`Value::moved_from`]).

pub mod facts;
pub mod posts;
pub mod prior;
pub mod spread;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use libm::log;
use serde::{Deserialize, Serialize};

use super::evidence::Prior;
use crate::domain::ids::{BrandId, Platform};
use crate::domain::metric::Metric;
use crate::domain::num::six_digits;

/// How far a value must move before it is a new version: a tenth. Thirty posts tell a shape or a half-life to about a
/// third, so less than this is noise; more would let the old value be wrong by what a rule could notice.
pub const MOVED: f64 = 0.1;

/// What can be learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// How much luck varies between posts: the shape `k`.
    Luck,
    /// How earlier deals went, in units of their limit (of shares: as such).
    Prior,
    /// How views of a post fade.
    Decay,
    /// How orders follow clicks.
    Lag,
}

/// The words of names, in the order of [`Thing`].
const THINGS: [(Thing, &str); 4] =
    [(Thing::Luck, "luck"), (Thing::Prior, "prior"), (Thing::Decay, "decay"), (Thing::Lag, "lag")];

/// Which learned thing: `luck/nordbo/instagram/reel`, `prior/nordbo/cpa`, `decay/nordbo/youtube`, `lag/nordbo`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name {
    /// What.
    pub thing: Thing,
    /// From whose history.
    pub brand: BrandId,
    /// Of which metric; priors only.
    pub metric: Option<Metric>,
    /// From this platform alone.
    pub platform: Option<Platform>,
    /// From this format on it alone.
    pub format: Option<String>,
}

impl Name {
    /// How posts differ, of a whole brand.
    #[must_use]
    pub fn luck(brand: &BrandId) -> Self {
        Self { thing: Thing::Luck, brand: brand.clone(), metric: None, platform: None, format: None }
    }

    /// How a brand's deals went by a metric.
    #[must_use]
    pub fn prior(brand: &BrandId, metric: Metric) -> Self {
        Self { thing: Thing::Prior, metric: Some(metric), ..Self::luck(brand) }
    }

    /// How views fade on a platform.
    #[must_use]
    pub fn decay(brand: &BrandId, platform: Platform) -> Self {
        Self { thing: Thing::Decay, ..Self::luck(brand).on(platform) }
    }

    /// How orders follow clicks at a brand.
    #[must_use]
    pub fn lag(brand: &BrandId) -> Self {
        Self { thing: Thing::Lag, ..Self::luck(brand) }
    }

    /// The same of one platform.
    #[must_use]
    pub fn on(self, platform: Platform) -> Self {
        Self { platform: Some(platform), ..self }
    }

    /// The same of one format.
    #[must_use]
    pub fn of(self, format: &str) -> Self {
        Self { format: Some(format.to_owned()), ..self }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thing = THINGS.iter().find(|row| row.0 == self.thing).map_or("", |row| row.1);
        write!(f, "{thing}/{}", self.brand)?;
        if let Some(metric) = self.metric {
            write!(f, "/{}", metric.as_str())?;
        }
        if let Some(platform) = self.platform {
            write!(f, "/{platform}")?;
        }
        if let Some(format) = &self.format {
            write!(f, "/{format}")?;
        }
        Ok(())
    }
}

/// Text that names nothing that is learned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` names nothing that is learned: write it like `luck/BRAND` or `decay/BRAND/PLATFORM/FORMAT`")]
pub struct NameError {
    given: String,
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(given: &str) -> Result<Self, NameError> {
        let read = || {
            let (thing, rest) = given.split_once('/')?;
            let thing = THINGS.iter().find(|row| row.1 == thing)?.0;
            let (brand, rest) = rest.split_once('/').map_or((rest, None), |(brand, rest)| (brand, Some(rest)));
            let whole = Self { thing, ..Self::luck(&BrandId::new(brand).ok()?) };
            let Some(rest) = rest else { return Some(whole) };
            if thing == Thing::Prior {
                return Some(Self { metric: Some(rest.parse().ok()?), ..whole });
            }
            // What a format is called is the owner's to say; it may hold a slash.
            let (platform, format) =
                rest.split_once('/').map_or((rest, None), |(platform, format)| (platform, Some(format)));
            Some(Self { platform: Some(platform.parse().ok()?), format: format.map(str::to_owned), ..whole })
        };
        read().ok_or_else(|| NameError { given: given.to_owned() })
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(given: String) -> Result<Self, NameError> {
        given.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.to_string()
    }
}

/// What was learned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Value {
    /// The shape of the luck between posts: the variance between them is `1/k`.
    Shape {
        /// Above 0.
        k: f64,
    },
    /// `Gamma(a, b)` of a rate in units of its limit, or `Beta(a, b)` of a share.
    Prior {
        /// Above 0.
        a: f64,
        /// Above 0.
        b: f64,
    },
    /// Half is there by then, half of the rest by twice that.
    HalfLife {
        /// In hours; above 0.
        hours: f64,
    },
}

impl Value {
    /// A half-life as a length of time.
    #[must_use]
    pub fn half(self) -> Option<SignedDuration> {
        match self {
            Self::HalfLife { hours } => SignedDuration::try_from_secs_f64(hours * 3_600.0).ok(),
            Self::Shape { .. } | Self::Prior { .. } => None,
        }
    }

    /// A prior as the evidence takes it.
    #[must_use]
    pub fn prior(self) -> Option<Prior> {
        match self {
            Self::Prior { a, b } => Some(Prior { a, b }),
            Self::Shape { .. } | Self::HalfLife { .. } => None,
        }
    }

    /// As it is kept and shown: six significant digits.
    #[must_use]
    pub fn rounded(self) -> Self {
        match self {
            Self::Shape { k } => Self::Shape { k: six_digits(k) },
            Self::Prior { a, b } => Self::Prior { a: six_digits(a), b: six_digits(b) },
            Self::HalfLife { hours } => Self::HalfLife { hours: six_digits(hours) },
        }
    }

    /// Whether it differs from an earlier value by [`MOVED`] or more, as a share of it.
    #[must_use]
    pub fn moved_from(self, before: Self) -> bool {
        let moved = |now: f64, then: f64| log(1.0 + MOVED) <= log(now / then).abs();
        match (self, before) {
            (Self::Shape { k: now }, Self::Shape { k: then })
            | (Self::HalfLife { hours: now }, Self::HalfLife { hours: then }) => moved(now, then),
            (Self::Prior { a, b }, Self::Prior { a: a_then, b: b_then }) => moved(a, a_then) || moved(b, b_then),
            (Self::Shape { .. } | Self::Prior { .. } | Self::HalfLife { .. }, _) => true,
        }
    }
}

/// One learned thing in one version, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// Which.
    pub name: Name,
    /// Counts from 1; earlier ones stay.
    pub version: u32,
    /// From then on it is used.
    pub known_at: Timestamp,
    /// What was learned.
    pub value: Value,
    /// From how many: posts, partnerships, or orders.
    pub n: u32,
    /// The earliest instant that took part.
    pub from: Timestamp,
    /// The instant after the last that did.
    pub until: Timestamp,
}

/// What an estimator came to, before it is compared with what is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Of what.
    pub name: Name,
    /// The value.
    pub value: Value,
    /// From how many.
    pub n: u32,
    /// The earliest instant that took part.
    pub from: Timestamp,
    /// The instant after the last that did.
    pub until: Timestamp,
}

/// A learned thing as a verdict used it; a receipt writes it down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// Which.
    pub name: Name,
    /// In which version.
    pub version: u32,
    /// When that was learned.
    pub known_at: Timestamp,
    /// The value.
    pub value: Value,
    /// From how many: posts, partnerships, or orders.
    pub n: u32,
}

impl From<&Learned> for Lesson {
    fn from(one: &Learned) -> Self {
        Self { name: one.name.clone(), version: one.version, known_at: one.known_at, value: one.value, n: one.n }
    }
}

/// Everything that was ever learned, every version of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Book {
    /// By name, the oldest version first.
    things: BTreeMap<Name, Vec<Learned>>,
}

impl Book {
    /// Takes a version in, in any order.
    pub fn take(&mut self, one: Learned) {
        let versions = self.things.entry(one.name.clone()).or_default();
        let place = versions.partition_point(|other| other.version < one.version);
        versions.insert(place, one);
    }

    /// The version of a thing that was known at an instant.
    #[must_use]
    pub fn newest(&self, name: &Name, at: Timestamp) -> Option<&Learned> {
        self.things.get(name)?.iter().rev().find(|one| one.known_at <= at)
    }

    /// When the newest of all versions became known.
    #[must_use]
    pub fn newest_word(&self) -> Option<Timestamp> {
        self.things.values().flatten().map(|one| one.known_at).max()
    }

    /// Only what was known at an instant.
    #[must_use]
    pub fn as_of(&self, at: Timestamp) -> Self {
        let known = |versions: &Vec<Learned>| -> Vec<Learned> {
            versions.iter().filter(|one| one.known_at <= at).cloned().collect()
        };
        let things = self.things.iter().map(|(name, versions)| (name.clone(), known(versions)));
        Self { things: things.filter(|(_, versions)| !versions.is_empty()).collect() }
    }

    /// Everything about a brand, each in the version that was known at an instant.
    pub fn of_brand<'a>(&'a self, brand: &'a BrandId, at: Timestamp) -> impl Iterator<Item = &'a Learned> {
        self.things.keys().filter(move |name| name.brand == *brand).filter_map(move |name| self.newest(name, at))
    }

    /// How posts of these platforms and formats differ: each by the closest that is known (format, platform, brand), of
    /// them the smallest shape, because too small a shape only waits longer.
    #[must_use]
    pub fn luck(&self, brand: &BrandId, cells: &[(Platform, &str)], at: Timestamp) -> Option<&Learned> {
        let whole = Name::luck(brand);
        let closest = |(platform, format): &(Platform, &str)| {
            let on = whole.clone().on(*platform);
            self.newest(&on.clone().of(format), at).or_else(|| self.newest(&on, at))
        };
        let of_brand = self.newest(&whole, at);
        let shape = |one: &&Learned| match one.value {
            Value::Shape { k } => k,
            Value::Prior { .. } | Value::HalfLife { .. } => f64::INFINITY,
        };
        let known = cells.iter().filter_map(|cell| closest(cell).or(of_brand));
        known.min_by(|one, other| shape(one).total_cmp(&shape(other))).or(of_brand)
    }

    /// How views of a format fade: its own, else its platform's.
    #[must_use]
    pub fn decay(&self, brand: &BrandId, platform: Platform, format: &str, at: Timestamp) -> Option<&Learned> {
        let on = Name::decay(brand, platform);
        self.newest(&on.clone().of(format), at).or_else(|| self.newest(&on, at))
    }

    /// The versions that are new against what is known: of what is not known yet, or has moved.
    #[must_use]
    pub fn news(&self, estimates: Vec<Estimate>, now: Timestamp) -> Vec<Learned> {
        let new = |one: Estimate| {
            let last = self.things.get(&one.name).and_then(|versions| versions.last());
            let value = one.value.rounded();
            last.is_none_or(|last| value.moved_from(last.value)).then(|| Learned {
                version: last.map_or(1, |last| last.version.saturating_add(1)),
                known_at: now,
                value,
                n: one.n,
                from: one.from,
                until: one.until,
                name: one.name,
            })
        };
        estimates.into_iter().filter_map(new).collect()
    }
}

#[cfg(test)]
mod tests;
