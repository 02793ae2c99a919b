//! A platform that does not answer is asked now and then, not once for every message that waits.
//!
//! Owns: when a platform counts as away, and how often it is tried. Refuses: the fate of the single delivery; that is
//! [`super::retry`]'s.

use jiff::{SignedDuration, Timestamp};

use super::retry::Outcome;

/// So many failures with no success between mean that it is the platform, not a room or a line.
const AWAY_AFTER: u32 = 3;

/// The wait before the first try of an outage; it doubles up to [`WAIT_MAX`].
const WAIT: SignedDuration = SignedDuration::from_secs(5);

/// The longest wait: a platform that is back is noticed within a minute.
const WAIT_MAX: SignedDuration = SignedDuration::from_secs(60);

/// How a platform has answered lately.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outage {
    failures: u32,
    until: Option<Timestamp>,
}

impl Outage {
    /// Notes an outcome. `true`: an outage has just ended.
    pub fn note(&mut self, outcome: &Outcome, now: Timestamp) -> bool {
        match outcome {
            Outcome::NeverLeft { .. } | Outcome::Lost { .. } => {
                self.failures = self.failures.saturating_add(1);
                if let Some(over) = self.failures.checked_sub(AWAY_AFTER) {
                    let wait = WAIT.checked_mul(1 << std::cmp::min(over, 10)).unwrap_or(WAIT_MAX);
                    self.until = now.checked_add(std::cmp::min(wait, WAIT_MAX)).ok();
                }
                false
            }
            // It has answered, whatever it said.
            Outcome::Sent(_)
            | Outcome::Edited
            | Outcome::Unchanged
            | Outcome::NotFound
            | Outcome::TargetDead { .. }
            | Outcome::TargetMoved { .. }
            | Outcome::MessageGone
            | Outcome::Refused { .. } => {
                let ended = self.is_on();
                *self = Self::default();
                ended
            }
            Outcome::SlowDown { .. } | Outcome::Stopped { .. } => false,
        }
    }

    /// Whether the platform counts as away. Then one thing at a time is tried.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.until.is_some()
    }

    /// The clock was set back: nothing waits longer for that.
    pub fn set_back(&mut self, by: SignedDuration) {
        self.until = self.until.map(|until| until.checked_sub(by).unwrap_or(until));
    }

    /// Nothing is tried before then.
    #[must_use]
    pub fn rests_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(secs).expect("an instant")
    }

    #[test]
    fn three_failures_in_a_row_are_an_outage_and_one_answer_ends_it() {
        let lost = Outcome::Lost { reason: "502".to_owned() };
        let mut outage = Outage::default();
        assert!(!outage.note(&lost, at(0)) && !outage.note(&lost, at(0)));
        assert!(!outage.is_on());
        assert!(!outage.note(&Outcome::Edited, at(0)), "there was none");
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..9 {
            outage.note(&lost, at(now));
            if let Some(until) = outage.rests_until(at(now)) {
                waits.push(until.as_second() - now);
                now = until.as_second();
            }
        }
        assert_eq!(waits, [5, 10, 20, 40, 60, 60, 60]);
        assert!(outage.is_on() && outage.rests_until(at(now)).is_none());
        assert!(outage.note(&Outcome::Unchanged, at(now)));
        assert_eq!(outage, Outage::default());
    }
}
