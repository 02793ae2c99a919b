//! What is counted for `/metrics` alone, since the start: by source, chat and outcome.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::app::planner::breaker::Outcome as Polled;
use crate::domain::ids::SourceId;
use crate::domain::person::Chat;
use crate::outbox::retry::Outcome as Told;
use crate::sources::Fetched;

/// What may come of a poll.
pub const POLLS: [&str; 5] = ["answered", "failed", "slowed", "refused", NO_QUOTA];

/// A poll that was not made, because its quota was short.
pub const NO_QUOTA: &str = "no_quota";

/// What may come of a try to deliver.
pub const DELIVERIES: [&str; 7] = ["sent", "edited", "slowed", "failed", "unknown", "refused", EXPIRED];

/// A message that is old news.
pub const EXPIRED: &str = "expired";

/// What may come of a heartbeat.
pub const BEATS: [&str; 2] = ["sent", "failed"];

/// Counted so far. Its size is bounded by the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Polls.
    pub polls: BTreeMap<(SourceId, &'static str), u64>,
    /// When a source last answered with numbers.
    pub answered: BTreeMap<SourceId, Timestamp>,
    /// How long after its moment the last poll was kept and judged.
    pub lag: BTreeMap<SourceId, SignedDuration>,
    /// Tries to deliver.
    pub deliveries: BTreeMap<(Chat, &'static str), u64>,
    /// Waits for a limit.
    pub waits: BTreeMap<Chat, u64>,
    /// Heartbeats.
    pub beats: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// A poll has been kept and judged, so long after its moment.
    pub fn polled(&mut self, source: &SourceId, what: &'static str, now: Timestamp, lag: SignedDuration) {
        *self.polls.entry((source.clone(), what)).or_default() += 1;
        self.lag.insert(source.clone(), lag);
        if what == "answered" {
            self.answered.insert(source.clone(), now);
        }
    }

    /// A delivery has been tried.
    pub fn told(&mut self, chat: Chat, outcome: &Told) {
        if let Some(word) = word_of(outcome) {
            *self.deliveries.entry((chat, word)).or_default() += 1;
        }
    }
}

/// What came of a poll. One that says nothing but why has not answered, whatever is done about it.
#[must_use]
pub fn of_poll(outcome: Polled, fetched: &Fetched) -> &'static str {
    let silent = fetched.partial.is_some() && fetched.samples.is_empty() && fetched.posts.is_empty();
    match outcome {
        Polled::Answered if silent => "failed",
        Polled::Answered => "answered",
        Polled::Failed => "failed",
        Polled::Slower(_) => "slowed",
        Polled::Refused => "refused",
    }
}

fn word_of(outcome: &Told) -> Option<&'static str> {
    match outcome {
        Told::Sent(_) => Some("sent"),
        Told::Edited | Told::Unchanged => Some("edited"),
        Told::SlowDown { .. } => Some("slowed"),
        Told::NeverLeft { .. } => Some("failed"),
        Told::Lost { .. } => Some("unknown"),
        Told::TargetDead { .. }
        | Told::TargetMoved { .. }
        | Told::MessageGone
        | Told::Stopped { .. }
        | Told::Refused { .. } => Some("refused"),
        // A look, and no try.
        Told::NotFound => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::SourceError;

    fn reason() -> String {
        "so".to_owned()
    }

    #[test]
    fn every_outcome_is_one_of_the_words() {
        let words = [
            (Told::Edited, Some("edited")),
            (Told::Unchanged, Some("edited")),
            (Told::SlowDown { until: Timestamp::MAX }, Some("slowed")),
            (Told::NeverLeft { reason: reason() }, Some("failed")),
            (Told::Lost { reason: reason() }, Some("unknown")),
            (Told::Refused { reason: reason() }, Some("refused")),
            (Told::Stopped { reason: reason() }, Some("refused")),
            (Told::NotFound, None),
        ];
        for (outcome, word) in words {
            assert_eq!(word_of(&outcome), word, "{outcome:?}");
            assert!(word.is_none_or(|word| DELIVERIES.contains(&word)));
        }
    }

    #[test]
    fn a_poll_that_brings_nothing_but_an_error_is_no_answer() {
        let error = SourceError::QuotaSpent { bucket: reason(), until: Timestamp::MAX };
        let silent = Fetched { partial: Some(error), ..Fetched::default() };
        assert_eq!(of_poll(Polled::Answered, &silent), "failed");
        assert_eq!(of_poll(Polled::Answered, &Fetched::default()), "answered", "with nobody to ask about");
        let source = SourceId::new("shop").expect("an id");
        let (mut tally, lag) = (Tally::default(), SignedDuration::from_secs(3));
        tally.polled(&source, "failed", Timestamp::UNIX_EPOCH, lag);
        assert!(tally.answered.is_empty());
        tally.polled(&source, "answered", Timestamp::UNIX_EPOCH, lag);
        assert_eq!(tally.answered.get(&source), Some(&Timestamp::UNIX_EPOCH));
        assert_eq!(tally.lag.get(&source), Some(&lag));
    }
}
