//! Moves a simulated clock: one timer at a time, and only while nothing is in flight.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Clock, Kind};

/// How long the driver waits, in real time, for the world to become quiet before it gives up and names who holds it. One round
/// over millions of rows takes a slow machine a minute where the program is not optimised.
pub const QUIET_MAX: Duration = Duration::from_mins(3);

/// Nothing became quiet in time: who still held a token.
#[derive(Debug, thiserror::Error)]
#[error("simulated time cannot go on at {now}: still in flight after {} s: {}", QUIET_MAX.as_secs(), holders.join(", "))]
pub struct Stuck {
    /// Where simulated time stood.
    pub now: Timestamp,
    /// The names of the tokens.
    pub holders: Vec<String>,
}

/// Moves a simulated clock.
#[derive(Debug)]
pub struct Driver {
    pub(super) clock: Clock,
}

impl Driver {
    /// The clock this driver moves.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Runs every timer up to and including `end`, one by one, and leaves the clock there.
    pub async fn run_until(&mut self, end: Timestamp) -> Result<(), Stuck> {
        while self.step(end).await? {}
        Ok(())
    }

    /// Runs every timer within `span` from now.
    pub async fn run_for(&mut self, span: SignedDuration) -> Result<(), Stuck> {
        let end = self.clock.now().checked_add(span).unwrap_or(Timestamp::MAX);
        self.run_until(end).await
    }

    /// Waits for quiet, then runs the next timer no later than `end`; when there is none, moves the clock to `end`
    /// and answers `false`. A pacer calls this between its own waits.
    pub async fn step(&mut self, end: Timestamp) -> Result<bool, Stuck> {
        self.settle().await?;
        let Kind::Simulated(sim) = &*self.clock.0 else {
            return Ok(false);
        };
        let mut state = sim.lock();
        let stepped = state.step(end);
        if !stepped && state.now < end {
            state.now = end;
        }
        Ok(stepped)
    }

    /// Puts the clock forward, or back, as somebody does who sets it: who sleeps goes on sleeping for as long as they meant
    /// to, and wakes at another time of day than they asked for.
    pub async fn jump(&mut self, by: SignedDuration) -> Result<(), Stuck> {
        self.settle().await?;
        if let Kind::Simulated(sim) = &*self.clock.0 {
            sim.lock().jump(by);
        }
        Ok(())
    }

    /// When the next timer is due, if any: what a pacer has to wait for.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let Kind::Simulated(sim) = &*self.clock.0 else {
            return None;
        };
        sim.lock().timers.keys().next().map(|key| key.0)
    }

    /// Waits until nothing is in flight, without moving time.
    pub async fn settle(&mut self) -> Result<(), Stuck> {
        let Kind::Simulated(sim) = &*self.clock.0 else {
            return Ok(());
        };
        let quiet = async {
            loop {
                // Interest is registered before the look, so a change between the two is not missed.
                let changed = sim.quiet.notified();
                if sim.lock().is_quiet() {
                    return;
                }
                changed.await;
            }
        };
        #[expect(clippy::disallowed_methods, reason = "a stuck simulation must fail in real time")]
        let settled = tokio::time::timeout(QUIET_MAX, quiet).await;
        settled.map_err(|_| {
            let state = sim.lock();
            Stuck { now: state.now, holders: state.held.values().map(ToString::to_string).collect() }
        })
    }
}
