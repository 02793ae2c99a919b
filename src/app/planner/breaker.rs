//! When a source is left in peace: it fails, it asks us to, or it refuses us.
//!
//! Owns: how long. Refuses: a clock and dice; both are handed in. What is due meanwhile is not asked, and everything that
//! was due is asked once when the rest is over: that poll is the probe. If it is answered the breaker closes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::app::config::PollingConfig;
use crate::sources::{Fate, Fetched, SourceError};

/// The longest rest that a platform's own word brings about. Every limit of theirs is forgotten within a day; a wild header
/// must not silence a source for ever, which a restart would not end.
const ASKED_MAX: SignedDuration = SignedDuration::from_hours(24);

/// What a poll came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Something was answered.
    Answered,
    /// Nothing was, and asking again may help.
    Failed,
    /// The platform asked us to slow down.
    Slower(Option<Duration>),
    /// The platform refused us altogether.
    Refused,
}

impl Outcome {
    /// What a fetch came to. Where one account of many is refused, the source as a whole is not.
    #[must_use]
    pub fn of(fetched: &Fetched) -> Self {
        let Some(error) = &fetched.partial else { return Self::Answered };
        let silent = fetched.samples.is_empty() && fetched.posts.is_empty();
        match error.fate() {
            Fate::SlowDown(wait) => Self::Slower(wait),
            Fate::Retry if silent => Self::Failed,
            Fate::TellOwner if silent && matches!(error, SourceError::Unauthorized { .. }) => Self::Refused,
            Fate::Retry | Fate::TellOwner | Fate::WaitUntil(_) | Fate::Forget | Fate::Diagnose => Self::Answered,
        }
    }
}

/// Why a source is left in peace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It failed several times in a row.
    Failing,
    /// It asked us to slow down.
    Asked,
    /// It refuses our key or token.
    Refused,
}

/// A rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// Until then it is not polled.
    pub until: Timestamp,
    /// Why.
    pub why: Why,
}

/// The breaker of one source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    /// Polls in a row that failed.
    #[serde(default)]
    failures: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rest: Option<Rest>,
}

impl Breaker {
    /// The rest that it is in.
    #[must_use]
    pub fn resting(&self, now: Timestamp) -> Option<Rest> {
        self.rest.filter(|rest| now < rest.until)
    }

    /// Polls in a row that failed.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// What a start of the program changes: a token may have been put right meanwhile, so a refusal is asked again once.
    pub fn restarted(&mut self) {
        if self.rest.is_some_and(|rest| rest.why == Why::Refused) {
            self.rest = None;
        }
    }

    /// Takes in what a poll came to. `gap` is the time between two ticks, `dice` a number from 0 to 1. Answers a rest that
    /// begins.
    pub fn heard(
        &mut self,
        outcome: Outcome,
        (gap, dice): (SignedDuration, f64),
        settings: &PollingConfig,
        now: Timestamp,
    ) -> Option<Rest> {
        let rest = match outcome {
            Outcome::Answered => {
                *self = Self::default();
                return None;
            }
            Outcome::Failed => {
                self.failures = self.failures.saturating_add(1);
                let beyond = self.failures.checked_sub(std::cmp::max(settings.failures, 1))?;
                // The first rest leaves one tick out, the next three, and so on.
                let doubled = 2_i32.saturating_pow(std::cmp::min(beyond, 20).saturating_add(1));
                let wait = std::cmp::min(gap.saturating_mul(doubled), settings.backoff_max.0);
                (shortened(wait, dice), Why::Failing)
            }
            Outcome::Slower(Some(wait)) => {
                // The platform's word is taken as it is: never less, up to where it cannot be meant.
                let wait = SignedDuration::try_from(wait).unwrap_or(ASKED_MAX);
                (std::cmp::min(wait, ASKED_MAX), Why::Asked)
            }
            Outcome::Slower(None) => {
                (shortened(std::cmp::min(gap.saturating_mul(2), settings.backoff_max.0), dice), Why::Asked)
            }
            Outcome::Refused => (settings.refused_again.0, Why::Refused),
        };
        let (wait, why) = rest;
        let until = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        // Somebody who asks meanwhile does not shorten it.
        let rest = Rest { until: self.resting(now).map_or(until, |rest| std::cmp::max(rest.until, until)), why };
        self.rest = Some(rest);
        Some(rest)
    }
}

/// A tenth to a fifth less, so that what failed together does not come back together; and not more, so that the tick at
/// its end is not missed.
fn shortened(wait: SignedDuration, dice: f64) -> SignedDuration {
    wait.mul_f64(0.9 - 0.1 * dice.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::written::Length;
    use crate::sources::FoundPost;
    use proptest::prelude::*;

    fn settings() -> PollingConfig {
        PollingConfig {
            in_flight: std::num::NonZeroUsize::MIN,
            reserve_percent: 20,
            failures: 3,
            backoff_max: Length(SignedDuration::from_hours(6)),
            refused_again: Length(SignedDuration::from_hours(24)),
        }
    }

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    fn fail(breaker: &mut Breaker, times: u32) -> Option<Rest> {
        let mut rest = None;
        for _ in 0..times {
            rest = breaker.heard(Outcome::Failed, (HOUR, 0.0), &settings(), Timestamp::UNIX_EPOCH);
        }
        rest
    }

    #[track_caller]
    fn check(failures: u32, want_mins: Option<i64>) {
        let rest = fail(&mut Breaker::default(), failures);
        let mins = rest.map(|rest| rest.until.duration_since(Timestamp::UNIX_EPOCH).as_mins());
        assert_eq!(mins, want_mins, "{failures} failures");
    }

    #[test]
    fn it_opens_after_several_failures_and_rests_twice_as_long_each_time_up_to_a_limit() {
        check(1, None);
        check(2, None);
        check(3, Some(108));
        check(4, Some(216));
        check(5, Some(324));
        check(40, Some(324));
    }

    #[test]
    fn one_answer_closes_it() {
        let mut breaker = Breaker::default();
        fail(&mut breaker, 9);
        assert!(breaker.resting(Timestamp::UNIX_EPOCH).is_some());
        assert_eq!(breaker.heard(Outcome::Answered, (HOUR, 0.0), &settings(), Timestamp::UNIX_EPOCH), None);
        assert_eq!(breaker, Breaker::default());
        assert_eq!(fail(&mut breaker, 2), None, "it counts from the beginning again");
    }

    #[test]
    fn the_platforms_own_wait_is_kept_to_the_second() {
        let mut breaker = Breaker::default();
        let wait = Outcome::Slower(Some(Duration::from_secs(7_777)));
        let rest = breaker.heard(wait, (HOUR, 0.9), &settings(), Timestamp::UNIX_EPOCH).expect("a rest");
        assert_eq!((rest.until.as_second(), rest.why), (7_777, Why::Asked));
        assert!(breaker.resting(Timestamp::from_second(7_776).expect("in range")).is_some());
        assert_eq!(breaker.resting(rest.until), None);
    }

    #[test]
    fn a_wild_header_does_not_silence_a_source_for_ever() {
        for secs in [99_999_999_999, u64::MAX] {
            let mut breaker = Breaker::default();
            let wait = Outcome::Slower(Some(Duration::from_secs(secs)));
            let rest = breaker.heard(wait, (HOUR, 0.9), &settings(), Timestamp::UNIX_EPOCH).expect("a rest");
            assert_eq!(rest.until.as_second(), 86_400, "{secs}");
        }
    }

    #[test]
    fn a_refusal_rests_for_a_day_or_until_a_start() {
        let mut breaker = Breaker::default();
        let rest = breaker.heard(Outcome::Refused, (HOUR, 0.5), &settings(), Timestamp::UNIX_EPOCH).expect("a rest");
        assert_eq!(rest.until.as_second(), 86_400);
        breaker.restarted();
        assert_eq!(breaker.resting(Timestamp::UNIX_EPOCH), None);
        fail(&mut breaker, 3);
        breaker.restarted();
        assert!(breaker.resting(Timestamp::UNIX_EPOCH).is_some(), "a platform that fails is not asked for a restart");
    }

    #[test]
    fn where_something_is_answered_the_source_is_not_broken() {
        let broken = || Some(SourceError::Broken { platform: "X", status: 503 });
        let refused = || Some(SourceError::Unauthorized { platform: "X", reason: "x".to_owned() });
        let post = FoundPost {
            platform: crate::domain::ids::Platform::X,
            post: "1".parse().expect("an id"),
            creator: "alma".parse().expect("an id"),
            published_at: Timestamp::UNIX_EPOCH,
            title: None,
            description: None,
            duration: None,
            format: None,
        };
        let silent = |partial| Outcome::of(&Fetched { partial, ..Fetched::default() });
        let partly = |partial| Outcome::of(&Fetched { partial, posts: vec![post.clone()], ..Fetched::default() });
        assert_eq!((silent(broken()), partly(broken())), (Outcome::Failed, Outcome::Answered));
        assert_eq!((silent(refused()), partly(refused())), (Outcome::Refused, Outcome::Answered));
        let slower = || Some(SourceError::SlowDown { platform: "X", wait: None });
        assert_eq!((silent(slower()), partly(slower())), (Outcome::Slower(None), Outcome::Slower(None)));
        assert_eq!(silent(None), Outcome::Answered);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_rest_is_longer_than_the_limit_or_shorter_than_the_one_before(dice in 0.0..=1.0_f64, gap in 1_i64..100_000) {
            let (mut breaker, gap) = (Breaker::default(), SignedDuration::from_secs(gap));
            let mut before = Timestamp::UNIX_EPOCH;
            for _ in 0..40 {
                if let Some(rest) = breaker.heard(Outcome::Failed, (gap, dice), &settings(), Timestamp::UNIX_EPOCH) {
                    prop_assert!(before <= rest.until && rest.until.as_second() <= 6 * 3_600);
                    before = rest.until;
                }
            }
            prop_assert!(Timestamp::UNIX_EPOCH < before);
        }
    }
}
