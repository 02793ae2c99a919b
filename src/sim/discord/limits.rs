//! Counts requests as Discord does and says when to wait.
//!
//! Owns: the buckets of each route and major id, the bot's 50 a second, the ration of edits to old messages, and the
//! edge's patience with invalid requests. Written for the emulator alone: the client's limiter is what it checks.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::config::BucketRule;
use super::ids::Snowflake;

/// A window that is being filled.
#[derive(Debug, Clone, Copy)]
struct Window {
    end: Timestamp,
    used: u32,
}

impl Window {
    fn starting(now: Timestamp, rule: BucketRule) -> Self {
        Self { end: now.saturating_add(rule.window).unwrap_or(Timestamp::MAX), used: 0 }
    }

    /// Counts one more, in a new window if this one is over. `false`: it is full.
    fn count(&mut self, rule: BucketRule, now: Timestamp) -> bool {
        if self.end <= now {
            *self = Self::starting(now, rule);
        }
        let fits = self.used < rule.limit;
        if fits {
            self.used += 1;
        }
        fits
    }
}

/// A bucket after a request was counted, or refused.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    pub id: String,
    pub limit: u32,
    pub remaining: u32,
    pub reset: Timestamp,
    pub reset_after_ms: i64,
}

impl Bucket {
    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        let ms = self.reset.as_millisecond();
        vec![
            ("x-ratelimit-limit", self.limit.to_string()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
            ("x-ratelimit-reset", format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000))),
            ("x-ratelimit-reset-after", format!("{}.{:03}", self.reset_after_ms / 1000, self.reset_after_ms % 1000)),
            ("x-ratelimit-bucket", self.id.clone()),
        ]
    }
}

/// All the counts.
#[derive(Debug, Default)]
pub(super) struct Limits {
    buckets: BTreeMap<String, Window>,
    global: Option<Window>,
    invalid: VecDeque<Timestamp>,
    banned_until: Option<Timestamp>,
    shared: BTreeMap<Snowflake, Timestamp>,
    old_edits: BTreeMap<Snowflake, Window>,
}

/// Past this many buckets the expired ones are forgotten: interaction tokens make a bucket each.
const BUCKETS_MAX: usize = 10_000;

impl Limits {
    /// Counts a request in the bucket `name`, where each major id has a count of its own. `Err`: it is full.
    pub(super) fn take(&mut self, name: &str, major: &str, rule: BucketRule, now: Timestamp) -> Result<Bucket, Bucket> {
        if self.buckets.len() > BUCKETS_MAX {
            self.buckets.retain(|_, window| now < window.end);
        }
        let window = self.buckets.entry(format!("{name} {major}")).or_insert_with(|| Window::starting(now, rule));
        let taken = window.count(rule, now);
        let reset = window.end;
        let bucket = Bucket {
            id: format!("{:08x}", crc32fast::hash(name.as_bytes())),
            limit: rule.limit,
            remaining: rule.limit.saturating_sub(window.used),
            reset,
            reset_after_ms: ms_until(now, reset),
        };
        if taken { Ok(bucket) } else { Err(bucket) }
    }

    /// Counts a request of the bot. `Err`: milliseconds to wait.
    pub(super) fn take_global(&mut self, rule: BucketRule, now: Timestamp) -> Result<(), i64> {
        let window = self.global.get_or_insert_with(|| Window::starting(now, rule));
        if window.count(rule, now) { Ok(()) } else { Err(ms_until(now, window.end)) }
    }

    /// Counts an edit of an old message of `channel`. `Err`: milliseconds to wait.
    pub(super) fn take_old_edit(&mut self, channel: Snowflake, rule: BucketRule, now: Timestamp) -> Result<(), i64> {
        let window = self.old_edits.entry(channel).or_insert_with(|| Window::starting(now, rule));
        if window.count(rule, now) { Ok(()) } else { Err(ms_until(now, window.end)) }
    }

    /// Makes others use up a channel's shared limit until `until`.
    pub(super) fn exhaust_shared(&mut self, channel: Snowflake, until: Timestamp) {
        self.shared.insert(channel, until);
    }

    /// Milliseconds until a channel's shared limit is free again.
    pub(super) fn shared_wait(&self, channel: Option<Snowflake>, now: Timestamp) -> Option<i64> {
        let until = *self.shared.get(&channel?)?;
        (now < until).then(|| ms_until(now, until))
    }

    /// Counts a 401, 403 or 429; too many shut the door.
    pub(super) fn count_invalid(&mut self, rule: BucketRule, ban: SignedDuration, now: Timestamp) {
        self.invalid.push_back(now);
        while self.invalid.front().is_some_and(|first| rule.window <= now.duration_since(*first)) {
            self.invalid.pop_front();
        }
        if self.invalid.len() >= usize::try_from(rule.limit).unwrap_or(usize::MAX) {
            self.invalid.clear();
            self.banned_until = Some(now.saturating_add(ban).unwrap_or(Timestamp::MAX));
        }
    }

    /// Until when the edge refuses everything.
    pub(super) fn ban(&self, now: Timestamp) -> Option<Timestamp> {
        self.banned_until.filter(|until| now < *until)
    }

    /// Invalid requests that still count.
    pub(super) fn invalid_count(&self) -> usize {
        self.invalid.len()
    }
}

/// Whole milliseconds, rounded up, so that waiting that long is always enough.
fn ms_until(now: Timestamp, end: Timestamp) -> i64 {
    let ns = end.duration_since(now).as_nanos();
    i64::try_from((ns + 999_999) / 1_000_000).unwrap_or(i64::MAX)
}

/// Remembers in a sliding window how often something was done.
#[derive(Debug, Default)]
pub(super) struct Sliding(VecDeque<Timestamp>);

impl Sliding {
    /// Counts `n` more, unless that would be too many.
    pub(super) fn take(&mut self, n: usize, rule: BucketRule, now: Timestamp) -> bool {
        while self.0.front().is_some_and(|first| rule.window <= now.duration_since(*first)) {
            self.0.pop_front();
        }
        let fits = self.0.len() + n <= usize::try_from(rule.limit).unwrap_or(usize::MAX);
        if fits {
            self.0.extend(std::iter::repeat_n(now, n));
        }
        fits
    }

    /// How many are left in the window.
    pub(super) fn left(&self, rule: BucketRule, now: Timestamp) -> usize {
        let used = self.0.iter().filter(|at| now.duration_since(**at) < rule.window).count();
        usize::try_from(rule.limit).unwrap_or(usize::MAX).saturating_sub(used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).expect("in range")
    }

    #[test]
    fn the_sixth_message_in_five_seconds_waits_for_the_window() {
        let mut limits = Limits::default();
        let rule = BucketRule::per_secs(5, 5);
        for n in 0..5 {
            let bucket = limits.take("k", "1", rule, at(n * 1000)).expect("fits");
            assert_eq!(i64::from(bucket.remaining), 4 - n);
        }
        let full = limits.take("k", "1", rule, at(4_500)).expect_err("full");
        assert_eq!((full.remaining, full.reset_after_ms), (0, 500));
        assert!(full.headers().contains(&("x-ratelimit-reset-after", "0.500".to_owned())));
        assert!(limits.take("k", "2", rule, at(4_500)).expect("another channel").id == full.id);
        assert!(limits.take("k", "1", rule, at(5_000)).is_ok());
    }

    #[test]
    fn too_many_invalid_requests_shut_the_door_for_an_hour() {
        let mut limits = Limits::default();
        let rule = BucketRule::per_secs(3, 600);
        let ban = SignedDuration::from_hours(1);
        for ms in [0, 1, 700_000, 700_001] {
            limits.count_invalid(rule, ban, at(ms));
        }
        assert_eq!(limits.ban(at(700_002)), None);
        limits.count_invalid(rule, ban, at(700_002));
        assert!(limits.ban(at(700_003)).is_some());
        assert_eq!(limits.ban(at(700_002 + 3_600_000)), None);
    }
}
