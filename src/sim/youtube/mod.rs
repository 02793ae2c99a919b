//! The emulated `YouTube` Data API v3: the four methods the program uses, with their limits and error bodies.
//!
//! Owns: keys, units by bucket and Pacific day, 50 ids a call, pages, rounding, and dropping what does not exist.
//! Refuses: having numbers of its own. They are a [`YoutubeWorld`]'s.

mod answers;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::Method;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::loopback::{Faults, Server};
use crate::time::Clock;

/// The bucket that every method but one is charged to.
pub const GENERAL: &str = "general";
/// The bucket of `videos:batchGetStats`.
pub const BATCH_STATS: &str = "videos.batchGetStats";

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 256;

/// The numbers that the API shows. All answers are for the given instant.
pub trait YoutubeWorld: Send + Sync {
    /// A channel, if it exists.
    fn channel(&self, id: &str, now: Timestamp) -> Option<ChannelNow>;
    /// A public video, if it exists.
    fn video(&self, id: &str, now: Timestamp) -> Option<VideoNow>;
    /// The public videos of a channel, newest first.
    fn uploads(&self, channel: &str, now: Timestamp) -> Vec<String>;
}

/// A channel as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelNow {
    /// Its name.
    pub title: String,
    /// When it was made.
    pub published_at: Timestamp,
    /// Views of all its videos; `None` leaves the field out.
    pub views: Option<i64>,
    /// Subscribers, exact: the API rounds.
    pub subscribers: Subscribers,
    /// Public videos; `None` leaves the field out.
    pub videos: Option<i64>,
}

/// What a channel lets be known about its subscribers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscribers {
    /// How many.
    Count(i64),
    /// Hidden by the owner.
    Hidden,
    /// The field is left out.
    NotReported,
}

/// A video as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoNow {
    /// The channel it belongs to.
    pub channel: String,
    /// Its title.
    pub title: String,
    /// Its text.
    pub description: String,
    /// When it became public.
    pub published_at: Timestamp,
    /// How long it plays, in seconds.
    pub length_secs: i64,
    /// Views.
    pub views: i64,
    /// Likes; `None` where ratings are hidden.
    pub likes: Option<i64>,
    /// Comments; `None` where comments are off.
    pub comments: Option<i64>,
}

/// How the API behaves.
#[derive(Debug, Clone)]
pub struct YoutubeConfig {
    /// Keys that are accepted.
    pub keys: Vec<String>,
    /// Units a Pacific day in each bucket.
    pub units_per_day: u32,
    /// Whether `videos:batchGetStats` exists; if not it answers 404.
    pub batch_get_stats: bool,
}

impl Default for YoutubeConfig {
    fn default() -> Self {
        Self { keys: vec!["sim-key".to_owned()], units_per_day: 10_000, batch_get_stats: true }
    }
}

/// A request as it came, without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The path, from the root.
    pub path: String,
    /// The query in order, decoded.
    pub query: Vec<(String, String)>,
}

/// The running server.
pub struct YoutubeSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: YoutubeConfig,
    world: Arc<dyn YoutubeWorld>,
    faults: Faults,
    count: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    day: Option<Date>,
    units: BTreeMap<&'static str, u32>,
    total: u64,
    seen: VecDeque<Seen>,
}

impl YoutubeSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: YoutubeConfig, world: Arc<dyn YoutubeWorld>) -> io::Result<Self> {
        let inner =
            Arc::new(Inner { clock: clock.clone(), config, world, faults: Faults::default(), count: Mutex::default() });
        let server = Server::answering(clock, "youtube-sim", &inner, |inner, asked| async move {
            inner.handle(&asked.method, asked.uri.path(), asked.query).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// What to configure as the API's base address.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/youtube/v3", self.server.url())
    }

    /// What goes wrong next.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Units charged to a bucket in the present Pacific day.
    #[must_use]
    pub fn units(&self, bucket: &str) -> u32 {
        let mut count = self.inner.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.turn(self.inner.clock.now());
        count.units.get(bucket).copied().unwrap_or(0)
    }

    /// Requests since the start.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.inner.count.lock().unwrap_or_else(PoisonError::into_inner).total
    }

    /// The newest requests, oldest first; at most 256 are kept.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.count.lock().unwrap_or_else(PoisonError::into_inner).seen.iter().cloned().collect()
    }
}

impl Inner {
    async fn handle(&self, method: &Method, path: &str, mut query: Vec<(String, String)>) -> Response {
        let key = query.iter().position(|(name, _)| name == "key").map(|place| query.remove(place).1);
        self.remember(path, &query);
        let work = |now| match self.admit(method, path, key.as_deref(), now) {
            Ok(()) => answers::answer(&*self.world, path, &query, now),
            Err(refusal) => refusal.into(),
        };
        self.faults.around(&self.clock, "youtube-sim", method.as_str(), work).await
    }

    fn remember(&self, path: &str, query: &[(String, String)]) {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.total += 1;
        if count.seen.len() == SEEN_MAX {
            count.seen.pop_front();
        }
        count.seen.push_back(Seen { path: path.to_owned(), query: query.to_vec() });
    }

    /// Whether a request is let in: method, key, quota. Every request with a key of ours costs a unit.
    fn admit(&self, method: &Method, path: &str, key: Option<&str>, now: Timestamp) -> Result<(), answers::Refusal> {
        let bucket = match path {
            answers::BATCH_GET_STATS if !self.config.batch_get_stats => return Err(answers::no_such_method()),
            answers::BATCH_GET_STATS => BATCH_STATS,
            answers::CHANNELS | answers::PLAYLIST_ITEMS | answers::VIDEOS => GENERAL,
            _ => return Err(answers::no_such_method()),
        };
        if method != Method::GET {
            return Err(answers::no_such_method());
        }
        match key {
            None => return Err(answers::key_missing()),
            Some(key) if !self.config.keys.iter().any(|ours| ours == key) => return Err(answers::key_invalid()),
            Some(_) => {}
        }
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.turn(now);
        let units = count.units.entry(bucket).or_insert(0);
        if self.config.units_per_day <= *units {
            return Err(answers::quota_exceeded());
        }
        *units += 1;
        Ok(())
    }
}

impl Counted {
    fn turn(&mut self, now: Timestamp) {
        let today = pacific_day(now);
        if self.day != Some(today) {
            self.day = Some(today);
            self.units.clear();
        }
    }
}

/// The day in Los Angeles, by the law in force since 2007: daylight time from 02:00 on the second Sunday of March to
/// 02:00 on the first Sunday of November. Worked out here, so that this server and its client do not share the rule.
fn pacific_day(now: Timestamp) -> Date {
    let in_zone = |hours: i8| now.to_zoned(TimeZone::fixed(Offset::constant(hours)));
    let standard = in_zone(-8);
    let date = standard.date();
    // Both changes are read on the standard clock: 02:00 in March, and 01:00 in November, when daylight time shows 02:00.
    let summer = match date.month() {
        4..=10 => true,
        3 => passed_sunday(date, 2, i64::from(standard.hour()), 2),
        11 => !passed_sunday(date, 1, i64::from(standard.hour()), 1),
        _ => false,
    };
    if summer { in_zone(-7).date() } else { date }
}

/// Whether the `nth` Sunday of the month, at `hour`, has passed.
fn passed_sunday(date: Date, nth: i8, hour_now: i64, hour: i64) -> bool {
    let first = date.first_of_month().weekday().to_sunday_zero_offset();
    let sunday = (7 - first) % 7 + 1 + 7 * (nth - 1);
    sunday < date.day() || (sunday == date.day() && hour <= hour_now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pacific_day_changes_at_its_midnight() {
        for (now, want) in [
            ("2026-07-01T06:59:59Z", "2026-06-30"),
            ("2026-07-01T07:00:00Z", "2026-07-01"),
            ("2026-01-01T07:59:59Z", "2025-12-31"),
            ("2026-03-08T08:00:00Z", "2026-03-08"),
            ("2026-03-09T06:59:59Z", "2026-03-08"),
            ("2026-03-09T07:00:00Z", "2026-03-09"),
            ("2026-11-01T06:59:59Z", "2026-10-31"),
            ("2026-11-02T07:59:59Z", "2026-11-01"),
            ("2026-11-02T08:00:00Z", "2026-11-02"),
        ] {
            let got = pacific_day(now.parse().expect("an instant"));
            assert_eq!(got.to_string(), want, "{now}");
        }
    }
}
