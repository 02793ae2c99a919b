//! How a storm ended.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::promises::Seen;
use crate::app::core::Counts;
use crate::time::Stuck;

/// Why a storm ended badly.
#[derive(Debug, thiserror::Error)]
pub enum StormError {
    /// Something did not hold.
    #[error(
        "seed {seed}: `{}` does not hold at step {step}, {at}: {}; replay it with plimsoll storm --seed {seed} --days {days}",
        seen.invariant, seen.what
    )]
    Broken {
        /// Which storm.
        seed: u64,
        /// How long it was to be.
        days: i64,
        /// Steps of the clock since its beginning.
        step: u64,
        /// What the clock said.
        at: Timestamp,
        /// What did not hold.
        seen: Seen,
    },
    /// The program never came to rest.
    #[error("seed {seed}: the program hangs at step {step}; replay it with plimsoll storm --seed {seed} --days {days}")]
    Stuck {
        /// Which storm.
        seed: u64,
        /// How long it was to be.
        days: i64,
        /// Steps of the clock since its beginning.
        step: u64,
        /// Who was at work.
        #[source]
        cause: Stuck,
    },
    /// It could not begin.
    #[error("the storm could not begin")]
    Setup(#[source] anyhow::Error),
}

/// What a storm was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named for what it counts")]
pub struct Outcome {
    pub seed: u64,
    pub days: i64,
    pub counts: Counts,
    pub faults: BTreeMap<&'static str, u64>,
    pub lives: u64,
    pub steps: u64,
    pub checks: u64,
    pub commits: u64,
    pub lost: usize,
    /// Of the journal and of all that was said.
    pub digest: String,
}

impl Outcome {
    /// As JSON.
    #[must_use]
    pub fn document(&self) -> Value {
        let counts = &self.counts;
        json!({
            "seed": self.seed,
            "days": self.days,
            "polls": counts.polls,
            "samples": counts.samples,
            "evaluations": counts.evaluations,
            "incidents": { "fired": counts.fired, "resolved": counts.resolved },
            "deliveries": {
                "telegram": counts.telegram, "discord": counts.discord, "edited": counts.edited, "failed": counts.failed,
            },
            "actions": {
                "proposed": counts.proposed, "approved": counts.approved, "done": counts.done, "verified": counts.verified,
            },
            "faults": self.faults,
            "lives": self.lives,
            "steps": self.steps,
            "checks": self.checks,
            "commits": self.commits,
            "lost": self.lost,
            "digest": self.digest,
        })
    }
}

/// Adds what one life of the program has counted.
pub(super) fn add(sum: &mut Counts, more: &Counts) {
    let Counts {
        polls,
        samples,
        evaluations,
        fired,
        resolved,
        telegram,
        discord,
        edited,
        failed,
        proposed,
        approved,
        done,
        verified,
        tally: _,
    } = more;
    sum.polls += polls;
    sum.samples += samples;
    sum.evaluations += evaluations;
    sum.fired += fired;
    sum.resolved += resolved;
    sum.telegram += telegram;
    sum.discord += discord;
    sum.edited += edited;
    sum.failed += failed;
    sum.proposed += proposed;
    sum.approved += approved;
    sum.done += done;
    sum.verified += verified;
}
