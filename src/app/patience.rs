//! How much one person may ask for: commands and presses, whoever they are and whatever they may.
//!
//! Owns: two buckets a person, one for everything and one for what is about money after the first is empty: who stops money
//! is never sent away because they asked for much else before. What was said while nobody listened arrives at once and is
//! counted as it was said, in buckets of its own. Refuses: knowing what is about money, and answering. Survives: a restart,
//! with full buckets; a clock that jumps, by which nobody waits longer than a bucket takes to fill; a crowd, by forgetting
//! whoever has been quiet.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::domain::person::Identity;

/// People remembered at once, those with full buckets left out. Ten times the people of a large agency; who comes beyond it
/// takes the place of whoever asked for least.
const PEOPLE_MAX: usize = 10_000;

/// What arrives so long after it was said was waiting for this program to be there. Longer than an update ever takes, and than
/// clocks differ that are kept right.
const LATE: SignedDuration = SignedDuration::from_secs(60);

/// Nanoseconds of a minute.
const MINUTE: i64 = 60_000_000_000;

/// What a person may ask for. See `config/default.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonLimit {
    /// At once.
    pub burst: NonZeroU32,
    /// A minute, after that.
    pub per_minute: NonZeroU32,
    /// About money, at once and a minute, beyond the rest.
    pub money_per_minute: NonZeroU32,
}

/// What becomes of something that a person asked beyond their buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// They are told, once, and listened to again in so many seconds.
    Told(u32),
    /// They have been told; nothing is answered or kept.
    Dropped,
}

/// When something was said, as it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    at: Timestamp,
    /// Long before it arrived.
    late: bool,
}

impl Moment {
    /// Of something that was said then, where the platform says when, and has arrived now.
    #[must_use]
    pub fn of(said_at: Option<Timestamp>, now: Timestamp) -> Self {
        match said_at {
            Some(at) if LATE < now.duration_since(at) => Self { at, late: true },
            Some(_) | None => Self { at: now, late: false },
        }
    }
}

/// So many at once, and so many a minute.
#[derive(Debug, Clone, Copy)]
struct Size {
    step: SignedDuration,
    whole: SignedDuration,
}

impl Size {
    fn new(burst: NonZeroU32, per_minute: NonZeroU32) -> Self {
        let step = MINUTE / i64::from(per_minute.get());
        let whole = step.saturating_mul(i64::from(burst.get()));
        Self { step: SignedDuration::from_nanos(step), whole: SignedDuration::from_nanos(whole) }
    }
}

/// One bucket, as the instant at which it is full again: <https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm>.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    full_at: Timestamp,
}

impl Bucket {
    fn take(&mut self, size: Size, now: Timestamp) -> bool {
        // A clock that was set back must not make anybody wait for it.
        let latest = now.checked_add(size.whole).unwrap_or(Timestamp::MAX);
        self.full_at = std::cmp::min(std::cmp::max(self.full_at, now), latest);
        match self.full_at.checked_add(size.step) {
            Ok(after) if after <= latest => {
                self.full_at = after;
                true
            }
            Ok(_) | Err(_) => false,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Heard {
    all: Bucket,
    money: Bucket,
    /// Told that it is too much; until then they are not listened to.
    silent_until: Timestamp,
}

impl Heard {
    fn new(now: Timestamp) -> Self {
        let full = Bucket { full_at: now };
        Self { all: full, money: full, silent_until: Timestamp::MIN }
    }

    fn is_quiet(&self, now: Timestamp) -> bool {
        self.all.full_at <= now && self.money.full_at <= now && self.silent_until <= now
    }
}

/// Everybody's buckets.
#[derive(Debug)]
pub struct Patience {
    all: Size,
    money: Size,
    /// By person, and by whether it arrived long after it was said.
    heard: BTreeMap<(Identity, bool), Heard>,
}

impl Patience {
    /// Full buckets for everybody.
    #[must_use]
    pub fn new(limit: PersonLimit) -> Self {
        Self {
            all: Size::new(limit.burst, limit.per_minute),
            money: Size::new(limit.money_per_minute, limit.money_per_minute),
            heard: BTreeMap::new(),
        }
    }

    /// Whether a person may ask for one thing more.
    pub fn take(&mut self, who: &Identity, when: Moment) -> bool {
        let (size, heard) = (self.all, self.heard(who, when));
        let silent = when.at < heard.silent_until && heard.silent_until.duration_since(when.at) <= size.whole;
        !silent && heard.all.take(size, when.at)
    }

    /// Whether they may ask for one thing more about money, when [`Self::take`] said no.
    pub fn take_money(&mut self, who: &Identity, when: Moment) -> bool {
        let size = self.money;
        self.heard(who, when).money.take(size, when.at)
    }

    /// What becomes of what they may not.
    pub fn beyond(&mut self, who: &Identity, when: Moment) -> Beyond {
        let (size, heard) = (self.all, self.heard(who, when));
        if when.at < heard.silent_until {
            return Beyond::Dropped;
        }
        // Until half of the bucket is there again: who goes on at once is not told at every second word.
        let wait = std::cmp::max(size.whole / 2, size.step);
        heard.silent_until = when.at.checked_add(wait).unwrap_or(Timestamp::MAX);
        let secs = wait.as_secs().saturating_add(i64::from(wait.subsec_nanos() != 0));
        Beyond::Told(u32::try_from(secs).unwrap_or(u32::MAX))
    }

    fn heard(&mut self, who: &Identity, when: Moment) -> &mut Heard {
        let key = (who.clone(), when.late);
        if !self.heard.contains_key(&key) && PEOPLE_MAX <= self.heard.len() {
            self.heard.retain(|_, heard| !heard.is_quiet(when.at));
            let least = self.heard.iter().min_by_key(|(_, heard)| heard.all.full_at).map(|(key, _)| key.clone());
            if let Some(least) = least.filter(|_| PEOPLE_MAX <= self.heard.len()) {
                self.heard.remove(&least);
            }
        }
        self.heard.entry(key).or_insert_with(|| Heard::new(when.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::person::Chat;

    fn limit(burst: u32, per_minute: u32, money: u32) -> PersonLimit {
        let some = |n| NonZeroU32::new(n).expect("above 0");
        PersonLimit { burst: some(burst), per_minute: some(per_minute), money_per_minute: some(money) }
    }

    fn somebody(user: usize) -> Identity {
        Identity { chat: Chat::Telegram, user: user.to_string() }
    }

    fn at(secs: i64) -> Moment {
        Moment::of(None, instant(secs))
    }

    fn instant(secs: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + secs).expect("in range")
    }

    #[test]
    fn what_was_said_over_hours_and_arrives_at_once_is_no_flood() {
        let mut patience = Patience::new(limit(20, 30, 60));
        let (anna, now) = (somebody(1), 12 * 3600);
        let late = |secs| Moment::of(Some(instant(secs)), instant(now));
        assert!((0..100).all(|n| patience.take(&anna, late(n * 300))), "one in five minutes");
        assert!(patience.take(&anna, at(now)), "and what is said now has its own bucket");
        let flood = (0..100).filter(|_| patience.take(&anna, late(10 * 3600))).count();
        assert_eq!(flood, 20, "a hundred in one second were one when they were typed");
        let soon =
            (0..100).filter(|n| patience.take(&anna, Moment::of(Some(instant(now - n % 60)), instant(now)))).count();
        assert_eq!(soon, 19, "a minute is how long it may take to arrive");
    }

    #[test]
    fn a_burst_then_so_many_a_minute() {
        let mut patience = Patience::new(limit(20, 30, 60));
        let anna = somebody(1);
        let took = |patience: &mut Patience, now| (0..100).filter(|_| patience.take(&anna, now)).count();
        assert_eq!(took(&mut patience, at(0)), 20);
        assert_eq!(took(&mut patience, at(1)), 0, "one comes back every two seconds");
        assert_eq!(took(&mut patience, at(2)), 1);
        let minute: usize = (3..63).map(|secs| took(&mut patience, at(secs))).sum();
        assert_eq!(minute, 30);
        assert_eq!(took(&mut patience, at(600)), 20, "it fills, and not beyond its size");
        assert!(patience.take(&somebody(2), at(600)), "another person has buckets of their own");
    }

    #[test]
    fn too_much_is_told_once_and_then_dropped_until_it_ends() {
        let mut patience = Patience::new(limit(20, 30, 60));
        let anna = somebody(1);
        while patience.take(&anna, at(0)) {}
        assert_eq!(patience.beyond(&anna, at(0)), Beyond::Told(20));
        for secs in 0..20 {
            assert!(!patience.take(&anna, at(secs)), "not before the twenty seconds are over");
            assert_eq!(patience.beyond(&anna, at(secs)), Beyond::Dropped);
        }
        assert!(patience.take(&anna, at(20)));
    }

    #[test]
    fn who_stops_money_is_heard_after_everything_else() {
        let mut patience = Patience::new(limit(20, 30, 60));
        let anna = somebody(1);
        while patience.take(&anna, at(0)) {}
        patience.beyond(&anna, at(0));
        let heard = (0..100).filter(|_| patience.take_money(&anna, at(0))).count();
        assert_eq!(heard, 60, "also while the rest is dropped, up to a bound of its own");
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_waiting() {
        let mut patience = Patience::new(limit(20, 30, 60));
        let anna = somebody(1);
        while patience.take(&anna, at(86_400)) {}
        patience.beyond(&anna, at(86_400));
        let waited = (0..100).find(|&secs| patience.take(&anna, at(secs)));
        assert_eq!(waited, Some(2), "a day earlier: as if the bucket were empty, no more");
    }

    #[test]
    fn a_crowd_has_an_end_and_pushes_out_whoever_asked_for_least() {
        let mut patience = Patience::new(limit(20, 30, 60));
        let anna = somebody(0);
        while patience.take(&anna, at(0)) {}
        for user in 1..PEOPLE_MAX + 500 {
            assert!(patience.take(&somebody(user), at(0)));
            assert!(patience.heard.len() <= PEOPLE_MAX);
        }
        assert!(!patience.take(&anna, at(0)), "a crowd does not make anybody's bucket full again");
        patience.take(&somebody(PEOPLE_MAX * 2), at(3600));
        assert_eq!(patience.heard.len(), 1, "whoever was quiet is forgotten");
    }
}
