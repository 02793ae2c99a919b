//! Whether the time of day was put back while somebody waited.
//!
//! Owns: one comparison of the time of day with a clock that nobody sets. Refuses: forward steps; to whoever waits they look as
//! if time had passed, and a machine that slept looks the same.

use jiff::{SignedDuration, Timestamp};

use super::Clock;

/// Less than this is a clock that is kept right, not one that is set.
const SET_FROM: SignedDuration = SignedDuration::from_secs(1);

/// The time of day as it was last looked at, and how long the clock had been running then.
#[derive(Debug)]
pub struct Steady {
    wall: Timestamp,
    running: SignedDuration,
}

impl Steady {
    /// From now on.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self { wall: clock.now(), running: clock.running() }
    }

    /// By how much the time of day was put back since the last look; `None` where it was not.
    pub fn set_back(&mut self, clock: &Clock) -> Option<SignedDuration> {
        let now = Self::new(clock);
        let passed = now.running.saturating_sub(self.running);
        let back = passed.saturating_sub(now.wall.duration_since(self.wall));
        *self = now;
        (SET_FROM <= back).then_some(back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_clock_that_is_put_back_is_noticed_and_once() {
        let (clock, mut driver) = Clock::simulated(Timestamp::from_second(1_780_000_000).expect("an instant"));
        let mut steady = Steady::new(&clock);
        for (passes, jumps, want) in
            [(60, 0, None), (5, -7_200, Some(7_200)), (7_300, 0, None), (60, -30, Some(30)), (0, 3_600, None)]
        {
            driver.run_for(SignedDuration::from_secs(passes)).await.expect("quiet");
            driver.jump(SignedDuration::from_secs(jumps)).await.expect("quiet");
            assert_eq!(steady.set_back(&clock), want.map(SignedDuration::from_secs), "{passes} {jumps}");
        }
    }
}
