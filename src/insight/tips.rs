//! Tips as data: which, on what evidence, in which words; what became of those that were given, and which are worth giving.
//!
//! Owns: the list of tips there are, and their order. Refuses: giving one without evidence; whoever makes a tip has the numbers
//! in hand.
//!
//! **Order.** What a tip promises, times how often tips of its kind have helped whoever took them, at most [`MOST`]. How often is
//! counted in each brand and drawn towards one in two: `(helped + 2) / (taken + 4)`, a Beta prior worth four tips. A kind
//! that never helps so sinks below every other of the same promise: after ten that did not help it counts for a seventh. It
//! is not left out, because the only tip there is may still be the one.
//!
//! **Came of it.** A tip is taken when the data say so: half of the posts since went out at the hours it named; the code
//! stands in the post now. It helped when the number that it was about rose: posts at those hours by at least half of what
//! was promised, redemptions at all. Where nothing was posted, or nobody has seen the post's text, that is not known.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::own_ways::{Better, Pause};
use super::posting_time::{OwnPost, PostingTip};
use crate::domain::metric::Metric;
use crate::domain::num::f64_of_len;

/// Tips given at once: more than three are none.
pub const MOST: usize = 3;

/// How much what is believed of a kind of tip before any was taken weighs, in tips, and the share of them that helps.
const BELIEVED: (f64, f64) = (4.0, 0.5);

/// The keys of the tips' sentences in the wording files.
pub const KEYS: &[&str] = &["tip-posting-time", "tip-format", "tip-pause", "tip-link-target", "tip-code-missing"];

/// One thing to try, with what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tip", rename_all = "snake_case")]
pub enum Tip {
    /// The creator's own posts do better at other hours.
    PostingTime(PostingTip),
    /// The creator's own posts of one format do better.
    Format {
        /// What the values are.
        metric: Metric,
        /// Which format, and by how much.
        better: Better<String>,
    },
    /// The creator's own posts do better after a pause of some length.
    Pause {
        /// What the values are.
        metric: Metric,
        /// Which pause, and by how much.
        better: Better<Pause>,
    },
    /// The tracking link opens the wrong page.
    LinkTarget {
        /// What it opens.
        opens: String,
        /// What it should open.
        should_open: String,
    },
    /// A post does not show the code.
    CodeMissing {
        /// The code.
        code: String,
        /// The post, as people call it.
        post: String,
    },
}

impl Tip {
    /// The id under which it is followed up.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::PostingTime(_) => "posting-time",
            Self::Format { .. } => "format",
            Self::Pause { .. } => "pause",
            Self::LinkTarget { .. } => "link-target",
            Self::CodeMissing { .. } => "code-missing",
        }
    }

    /// What it is about beside its kind: of two tips of one kind about different things each is followed up.
    #[must_use]
    pub fn about(&self) -> &str {
        match self {
            Self::PostingTime(_) | Self::Format { .. } | Self::Pause { .. } | Self::LinkTarget { .. } => "",
            Self::CodeMissing { post, .. } => post,
        }
    }

    /// What it promises, as a share of what is: 0.2 is a fifth more. What is missing altogether promises all of it again.
    #[must_use]
    pub fn promises(&self) -> f64 {
        match self {
            Self::PostingTime(tip) => tip.gain,
            Self::Format { better, .. } => better.gain,
            Self::Pause { better, .. } => better.gain,
            Self::LinkTarget { .. } | Self::CodeMissing { .. } => 1.0,
        }
    }
}

/// How tips of one kind have done in a brand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// How many were taken, and the number could be told.
    pub taken: u32,
    /// How many of these helped.
    pub helped: u32,
}

impl Track {
    /// The share that helps, drawn towards what is believed before any was taken.
    #[must_use]
    pub fn chance(self) -> f64 {
        let (worth, share) = BELIEVED;
        (f64::from(self.helped) + worth * share) / (f64::from(self.taken) + worth)
    }

    /// With one more.
    #[must_use]
    pub fn and(self, came: &Came) -> Self {
        match (came.taken, came.helped) {
            (Taken::Yes, Some(helped)) => {
                Self { taken: self.taken.saturating_add(1), helped: self.helped.saturating_add(u32::from(helped)) }
            }
            (_, _) => self,
        }
    }
}

/// The tips worth giving, the best first. Of equal ones the order stays.
#[must_use]
pub fn ranked(mut tips: Vec<Tip>, track: impl Fn(&Tip) -> Track) -> Vec<Tip> {
    let worth = |tip: &Tip| tip.promises() * track(tip).chance();
    tips.sort_by(|one, other| worth(other).total_cmp(&worth(one)));
    tips.truncate(MOST);
    tips
}

/// Whether a tip was taken, as far as data tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the doc above says it")]
pub enum Taken {
    Yes,
    No,
    Unknown,
}

/// What came of a tip.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Came {
    /// Whether it was taken.
    pub taken: Taken,
    /// The number before.
    pub before: Option<f64>,
    /// And after, where the tip was taken.
    pub after: Option<f64>,
    /// Posts or redemptions that the number after rests on.
    pub n: u32,
    /// Whether it helped; not known where it was not taken, or there is no number.
    pub helped: Option<bool>,
}

/// What came of better hours, from the posts since that have had time to be seen.
#[must_use]
pub fn came_of_hours(tip: &PostingTip, since: &[OwnPost], zone: &TimeZone) -> Came {
    let there: Vec<f64> = since.iter().filter(|post| tip.best.holds(post, zone)).map(|post| post.value).collect();
    came_of_posts((tip.overall, tip.gain), since.len(), &there)
}

/// What came of posting as a tip says: the mean of all posts before and the gain that was promised, how many posts there
/// were since, and the values of those that went out as it says.
#[must_use]
pub fn came_of_posts((overall, gain): (f64, f64), since: usize, there: &[f64]) -> Came {
    let taken = match (since, there.len()) {
        (0, _) => Taken::Unknown,
        (all, there) if all <= 2 * there => Taken::Yes,
        (_, _) => Taken::No,
    };
    let after = (taken == Taken::Yes).then(|| there.iter().sum::<f64>() / f64_of_len(there.len()));
    Came {
        taken,
        before: Some(overall),
        after,
        n: u32::try_from(there.len()).unwrap_or(u32::MAX),
        helped: after.map(|after| overall * (1.0 + gain / 2.0) <= after),
    }
}

/// What came of a missing code: whether it stands in the post now, where its text was seen, and redemptions a day before and
/// after with how many came after.
#[must_use]
pub fn came_of_code(missing: Option<bool>, before: Option<f64>, after: Option<(f64, u32)>) -> Came {
    let taken = match missing {
        None => Taken::Unknown,
        Some(true) => Taken::No,
        Some(false) => Taken::Yes,
    };
    let after = after.filter(|_| taken == Taken::Yes);
    Came {
        taken,
        before,
        after: after.map(|one| one.0),
        n: after.map_or(0, |one| one.1),
        helped: before.zip(after).map(|(before, after)| before < after.0),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan as _};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::metric::Metric;
    use crate::insight::posting_time::{Cell, Days};

    fn code(post: &str) -> Tip {
        Tip::CodeMissing { code: "ALMA10".into(), post: post.into() }
    }

    /// Sunday to Thursday from 18 to 21, where 100 is usual.
    fn hours(gain: f64) -> PostingTip {
        let mean = 100.0 * (1.0 + gain);
        let best = Cell { days: Days::SunThu, from_hour: 18, until_hour: 21, n: 5, mean, shrunk: mean };
        PostingTip { metric: Metric::Views, best, latest: None, overall: 100.0, posts: 12, gain }
    }

    /// Posts on Mondays at an hour of UTC, which is the zone here.
    fn posts(hour: i64, values: &[f64]) -> Vec<OwnPost> {
        let monday: Timestamp = "2026-06-01T00:00:00Z".parse().expect("instant");
        let weeks = (0_i64..).zip(values);
        weeks
            .map(|(week, value)| OwnPost { published_at: monday + (hour + 168 * week).hours(), value: *value })
            .collect()
    }

    #[test]
    fn every_tip_has_a_sentence() {
        let tips = [
            Tip::LinkTarget { opens: String::new(), should_open: String::new() },
            code("reel-1"),
            Tip::PostingTime(hours(0.2)),
        ];
        for tip in tips {
            assert!(KEYS.contains(&format!("tip-{}", tip.id()).as_str()));
        }
    }

    #[test]
    fn hours_that_were_kept_are_taken_and_help_by_half_of_the_promise() {
        let came = |posts: &[OwnPost]| came_of_hours(&hours(0.2), posts, &TimeZone::UTC);
        assert_eq!(came(&[]).taken, Taken::Unknown);
        let kept = came(&[posts(19, &[115.0, 125.0]), posts(9, &[80.0])].concat());
        assert_eq!((kept.taken, kept.after, kept.n, kept.helped), (Taken::Yes, Some(120.0), 2, Some(true)));
        assert_eq!(came(&posts(19, &[109.0])).helped, Some(false), "nine of twenty is less than half");
        let not = came(&[posts(19, &[300.0]), posts(9, &[80.0, 90.0])].concat());
        assert_eq!((not.taken, not.after, not.helped), (Taken::No, None, None), "one of three");
    }

    #[test]
    fn a_code_that_stands_there_now_is_taken() {
        let came = came_of_code(Some(false), Some(1.0), Some((2.5, 20)));
        assert_eq!((came.taken, came.helped, came.n), (Taken::Yes, Some(true), 20));
        assert_eq!(came_of_code(Some(false), Some(1.0), Some((0.5, 4))).helped, Some(false));
        assert_eq!(came_of_code(Some(true), Some(1.0), Some((2.5, 20))).helped, None);
        assert_eq!(came_of_code(None, None, None).taken, Taken::Unknown);
    }

    #[test]
    fn a_tip_that_never_helps_sinks() {
        let tips = || vec![code("reel-1"), Tip::PostingTime(hours(0.3))];
        let none = |_: &Tip| Track::default();
        assert_eq!(ranked(tips(), none).first().map(Tip::id), Some("code-missing"));
        let failed = came_of_code(Some(false), Some(1.0), Some((0.5, 4)));
        let mut track = Track::default();
        let mut sunk = None;
        for n in 1..=30 {
            track = track.and(&failed);
            let order = ranked(tips(), |tip| if tip.id() == "code-missing" { track } else { Track::default() });
            if sunk.is_none() && order.first().map(Tip::id) == Some("posting-time") {
                sunk = Some(n);
            }
        }
        // 1.0 × 2 / (10 + 4) is less than 0.3 × 1 / 2; after nine it is not.
        assert_eq!((sunk, track), (Some(10), Track { taken: 30, helped: 0 }));
        // What was not taken says nothing about it.
        let ignored = Came { taken: Taken::No, ..failed };
        assert_eq!(Track::default().and(&ignored), Track::default());
        let four = vec![code("a"), code("b"), code("c"), code("d")];
        assert_eq!(ranked(four, none).len(), MOST);
    }

    proptest! {
        #[test]
        fn more_help_never_sinks_a_tip(taken in 0_u32..500, helped in 0_u32..500) {
            let helped = std::cmp::min(taken, helped);
            let now = Track { taken, helped };
            let yes = Came { taken: Taken::Yes, before: None, after: None, n: 1, helped: Some(true) };
            let no = Came { helped: Some(false), ..yes };
            prop_assert!(now.and(&no).chance() < now.chance() && now.chance() < now.and(&yes).chance());
            prop_assert!(0.0 < now.chance() && now.chance() < 1.0);
        }
    }
}
