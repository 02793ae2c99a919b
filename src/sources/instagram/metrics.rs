//! Which insights are asked for of which kind of thing, and what they are to us.
//!
//! The lists are the core sets: what the platform's page names for the kind and we have a metric for. Never asked are
//! `impressions` and the other names that died with it, metrics that work only for media shared to Facebook, and averages
//! (`ig_reels_avg_watch_time`): an average cannot be added up.
//! <https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights>

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::metric::Metric;

/// What has insights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A photo, a video or an album in the feed.
    Feed,
    /// A reel.
    Reels,
    /// A story, for 24 hours.
    Story,
    /// A day of an account.
    Day,
}

impl Kind {
    /// What deals call such a piece; a day is no piece, and one in the feed may be a photo, a video or an album.
    pub(super) fn format(self) -> Option<&'static str> {
        match self {
            Self::Feed => Some("post"),
            Self::Reels => Some("reel"),
            Self::Story => Some("story"),
            Self::Day => None,
        }
    }
}

/// One insight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Insight {
    /// Its name at the platform.
    pub name: &'static str,
    /// What it is to us.
    pub metric: Metric,
    /// What a value is divided by, cut off.
    pub per: i64,
}

const fn one(name: &'static str, metric: Metric) -> Insight {
    Insight { name, metric, per: 1 }
}

const VIEWS: Insight = one("views", Metric::Views);
const REACH: Insight = one("reach", Metric::Reach);
const SAVED: Insight = one("saved", Metric::Saves);
const SHARES: Insight = one("shares", Metric::Shares);
/// In milliseconds.
const WATCHED: Insight = Insight { name: "ig_reels_video_view_total_time", metric: Metric::WatchSeconds, per: 1_000 };
const LINK_TAPS: Insight = one("link_clicks", Metric::StoryLinkTaps);

const FEED: [Insight; 4] = [VIEWS, REACH, SAVED, SHARES];
const REELS: [Insight; 5] = [VIEWS, REACH, SAVED, SHARES, WATCHED];
const STORY: [Insight; 4] = [VIEWS, REACH, SHARES, LINK_TAPS];
const DAY: [Insight; 6] =
    [VIEWS, REACH, one("likes", Metric::Likes), one("comments", Metric::Comments), one("saves", Metric::Saves), SHARES];

impl Kind {
    /// What is asked for of it, unless some of it was found not to work.
    pub fn core(self) -> &'static [Insight] {
        match self {
            Self::Feed => &FEED,
            Self::Reels => &REELS,
            Self::Story => &STORY,
            Self::Day => &DAY,
        }
    }

    /// The metrics of a post of this kind whose fields tell likes and comments; stories have neither.
    pub fn fields(self) -> &'static [Metric] {
        match self {
            Self::Feed | Self::Reels => &[Metric::Likes, Metric::Comments],
            Self::Story | Self::Day => &[],
        }
    }
}

/// How long what was found not to work is believed: one odd piece of media must not silence a metric for good.
const BELIEVED: SignedDuration = SignedDuration::from_hours(24);

/// Which insights have been found to work, by kind. Learned where one name fails a whole call.
#[derive(Debug, Default)]
pub(super) struct Supported(BTreeMap<Kind, (Timestamp, Vec<Insight>)>);

impl Supported {
    /// What to ask for, and whether that was learned.
    pub fn of(&self, kind: Kind, now: Timestamp) -> (Vec<Insight>, bool) {
        match self.0.get(&kind) {
            Some((learned, names)) if now.duration_since(*learned) < BELIEVED => (names.clone(), true),
            Some(_) | None => (kind.core().to_vec(), false),
        }
    }

    /// Keeps what was found to work; nothing at all says that the thing that was asked about is odd, not the names.
    pub fn learn(&mut self, kind: Kind, names: Vec<Insight>, now: Timestamp) {
        if !names.is_empty() {
            self.0.insert(kind, (now, names));
        }
    }
}

/// Names as the parameter `metric` has them.
pub(super) fn join(names: &[Insight]) -> String {
    names.iter().map(|insight| insight.name).collect::<Vec<_>>().join(",")
}
