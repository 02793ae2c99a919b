//! The pulse of a part: whether its token is at work or waits, and since when.
//!
//! Owns: one beat. A token that has a pulse ([`Held::beating`](super::Held::beating)) notes one whenever it begins to wait and
//! whenever it wakes, so that nobody has to remember to. Refuses: judging how long is too long.
//! Survives: a panic of the holder. The token is then left here, so that simulated time stands until somebody takes it up.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// What the holder of a token does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Doing {
    /// It is at work: it has not waited since its last beat.
    Working,
    /// It waits on purpose, for an instant or a bell.
    Waiting,
    /// It has given its token up: it serves others, or has ended.
    #[default]
    Away,
}

/// One beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beat {
    /// When; `None`: never yet.
    pub at: Option<Timestamp>,
    /// What it has done since.
    pub doing: Doing,
}

/// See the head of this module. Shared by a token and whoever watches over it.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    beat: Beat,
    orphan: Option<u64>,
}

impl Pulse {
    /// The last beat.
    #[must_use]
    pub fn beat(&self) -> Beat {
        self.lock().beat
    }

    pub(super) fn note(&self, doing: Doing, at: Timestamp) {
        self.lock().beat = Beat { at: Some(at), doing };
    }

    /// Keeps the token of a holder that panicked.
    pub(super) fn leave(&self, token: u64) {
        self.lock().orphan = Some(token);
    }

    pub(super) fn take_up(&self) -> Option<u64> {
        self.lock().orphan.take()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;
    use std::sync::Arc;

    use futures_util::FutureExt as _;

    use super::*;
    use crate::time::{Clock, Kind};

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(secs).expect("in range")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_token_beats_when_it_begins_to_wait_and_when_it_wakes() {
        let (clock, mut driver) = Clock::simulated(at(0));
        let pulse = Arc::new(Pulse::default());
        let theirs = Arc::clone(&pulse);
        clock.spawn("part", |held| async move {
            let mut held = held.beating(&theirs);
            assert_eq!(theirs.beat(), Beat { at: Some(at(0)), doing: Doing::Working });
            held.sleep_until(at(10)).await;
            assert_eq!(theirs.beat(), Beat { at: Some(at(10)), doing: Doing::Working });
            held.sleep_until(at(20)).await;
        });
        driver.run_until(at(15)).await.expect("quiet");
        assert_eq!(pulse.beat(), Beat { at: Some(at(10)), doing: Doing::Waiting });
        driver.run_until(at(30)).await.expect("quiet");
        assert_eq!(pulse.beat().doing, Doing::Away);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn time_stands_after_a_panic_until_the_token_is_taken_up() {
        let (clock, mut driver) = Clock::simulated(at(0));
        let pulse = Arc::new(Pulse::default());
        let held = clock.hold("part").beating(&pulse);
        let work = AssertUnwindSafe(async move {
            let _held = held;
            panic!("on purpose");
        });
        assert!(work.catch_unwind().await.is_err());
        let Kind::Simulated(sim) = &*clock.0 else { panic!("it is simulated") };
        assert_eq!(sim.lock().held.len(), 1);
        drop(clock.hold_again("part", &pulse));
        assert_eq!(sim.lock().held.len(), 0);
        driver.run_until(at(5)).await.expect("quiet");
    }
}
