//! How large an audience is: nano … mega, by followers.
//!
//! Owns: the edges and what lies between them. Where one size ends and the next begins is not standard (of four
//! publications no two agree), so the edges are a setting, and a pack of figures has its own.
//! Refuses: guessing. An audience that is not known, or is below the first edge, fits no size.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CreatorId, Platform, Subject};
use crate::domain::metric::Metric;
use crate::rules::readings::{Readings, Span, Want};
use crate::rules::rule::Size;

/// How old a statement of followers may be. An audience changes its size in months; after one without a word it is not
/// known any more.
const FOLLOWERS_AGE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many days are tried back from the newest statement, where a guard holds it back.
const DAYS_BACK_MAX: i64 = 7;

/// The fewest followers of each size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is the first number of followers of the size it is named for")]
pub struct Edges {
    pub nano: u64,
    pub micro: u64,
    pub mid: u64,
    #[serde(rename = "macro")]
    pub large: u64,
    pub mega: u64,
}

impl Default for Edges {
    /// What `config/default.toml` says, for places that read no settings: 1k, 10k, 100k, 500k, 1M
    /// (<https://organicmediabuying.com/blog/micro-vs-nano-vs-macro-influencers.html>).
    fn default() -> Self {
        Self { nano: 1_000, micro: 10_000, mid: 100_000, large: 500_000, mega: 1_000_000 }
    }
}

impl Edges {
    fn each(self) -> [(Size, u64); 5] {
        [
            (Size::Nano, self.nano),
            (Size::Micro, self.micro),
            (Size::Mid, self.mid),
            (Size::Macro, self.large),
            (Size::Mega, self.mega),
        ]
    }

    /// Whether each edge is above the one before it.
    #[must_use]
    pub fn rise(self) -> bool {
        self.each().windows(2).all(|pair| matches!(pair, [one, next] if one.1 < next.1))
    }

    /// The size of an audience; `None` below the first edge.
    #[must_use]
    pub fn size_of(self, followers: u64) -> Option<Size> {
        self.each().into_iter().rev().find(|(_, edge)| *edge <= followers).map(|(size, _)| size)
    }
}

/// The followers of a creator on one platform, and what size that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// Where they follow.
    pub platform: Platform,
    /// How many there are.
    pub followers: u64,
    /// When that was so.
    pub observed: Timestamp,
    /// The size by the edges in force.
    pub size: Option<Size>,
}

/// The followers of a creator on every platform where they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audiences {
    /// The platform that a comparison is about: a post's own, that of most of a deal's money, else the one with most
    /// followers.
    pub main: Option<Platform>,
    /// By platform.
    pub each: BTreeMap<Platform, Audience>,
}

impl Audiences {
    /// The audience on the main platform.
    #[must_use]
    pub fn of_main(&self) -> Option<Audience> {
        self.main.and_then(|platform| self.each.get(&platform)).copied()
    }

    /// The same creator, seen on a platform.
    #[must_use]
    pub fn on(&self, platform: Platform) -> Self {
        Self { main: Some(platform), each: self.each.clone() }
    }
}

/// Reads the audiences of a creator with accounts on these platforms, with what is known at `now`.
#[must_use]
pub fn measure(
    readings: &dyn Readings,
    creator: &CreatorId,
    platforms: impl Iterator<Item = Platform>,
    edges: Edges,
    now: Timestamp,
) -> Audiences {
    let subject = Subject::Creator(creator.clone());
    let mut accounts = Vec::new();
    let mut each = BTreeMap::new();
    for platform in platforms {
        accounts.push(platform);
        if let Some((followers, observed)) = followers(readings, &subject, platform, now) {
            each.insert(platform, Audience { platform, followers, observed, size: edges.size_of(followers) });
        }
    }
    let largest = each.values().max_by_key(|one| (one.followers, std::cmp::Reverse(one.platform)));
    let main = match (largest, accounts.as_slice()) {
        (Some(largest), _) => Some(largest.platform),
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    Audiences { main, each }
}

/// The last statement of a level that is not held back, and when it was so.
fn followers(
    readings: &dyn Readings,
    subject: &Subject,
    platform: Platform,
    now: Timestamp,
) -> Option<(u64, Timestamp)> {
    let want = Want { metric: Metric::Followers, platform: Some(platform) };
    let newest = readings.newest(subject, want, now)?;
    if FOLLOWERS_AGE_MAX < now.duration_since(newest) {
        return None;
    }
    (0..=DAYS_BACK_MAX).find_map(|days| {
        let at = newest.checked_sub(SignedDuration::from_hours(24 * days)).ok()?;
        let seen = readings.over(subject, want, Span { from: at, until: at });
        let count = crate::domain::num::round_i64(seen.reading.value()?)?;
        Some((u64::try_from(count).ok()?, seen.newest.unwrap_or(at)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_belongs_to_the_larger_size_and_below_the_first_there_is_none() {
        let edges = Edges::default();
        for (followers, want) in [
            (0, None),
            (999, None),
            (1_000, Some(Size::Nano)),
            (9_999, Some(Size::Nano)),
            (10_000, Some(Size::Micro)),
            (100_000, Some(Size::Mid)),
            (500_000, Some(Size::Macro)),
            (999_999, Some(Size::Macro)),
            (40_000_000, Some(Size::Mega)),
        ] {
            assert_eq!(edges.size_of(followers), want, "{followers}");
        }
    }

    #[test]
    fn edges_that_do_not_rise_are_found() {
        assert!(Edges::default().rise());
        assert!(!Edges { micro: 1_000, ..Edges::default() }.rise());
        assert!(!Edges { mega: 1, ..Edges::default() }.rise());
    }
}
