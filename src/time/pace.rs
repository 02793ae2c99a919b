//! Simulated time at a pace that people can follow: the same driver, a slice of time for every tick of a real clock.
//!
//! Owns: how fast, and when it goes slower than wished. Refuses: why; whoever shows the world to people decides that.
//! Survives: work that takes long. Real time in which something is in flight is not caught up with.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;

use super::driver::{Driver, Stuck};

/// The real time between two slices: 25 a second look smooth, and cost little while nothing happens.
pub const TICK: Duration = Duration::from_millis(40);

/// The fastest pace: a simulated day in a real second. Beyond it the machine, not the pace, says how fast it goes.
pub const RATE_MAX: f64 = 86_400.0;

/// The pace at which people read and press: a clock on the wall.
pub const REAL: f64 = 1.0;

/// How fast simulated time goes against real time. Cheap to clone; every clone is the same pace.
#[derive(Debug, Clone)]
pub struct Pace(Arc<Mutex<Wish>>);

#[derive(Debug)]
struct Wish {
    /// Simulated seconds for one real second; 0 stands.
    rate: f64,
    /// Somebody is waited for: no faster than a clock on the wall.
    held: bool,
    /// So long (real time) it goes like a clock on the wall, whatever was wished.
    slow: Duration,
}

impl Pace {
    /// So many simulated seconds for every real one.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        Self(Arc::new(Mutex::new(Wish { rate: rate.clamp(0.0, RATE_MAX), held: false, slow: Duration::ZERO })))
    }

    /// Changes it from the next timer on. 0 stands still; what is more than [`RATE_MAX`] is that.
    pub fn set_rate(&self, rate: f64) {
        self.lock().rate = rate.clamp(0.0, RATE_MAX);
    }

    /// While somebody is waited for, time goes no faster than a clock on the wall.
    pub fn hold(&self, held: bool) {
        self.lock().held = held;
    }

    /// Whether somebody is waited for.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.lock().held
    }

    /// Goes like a clock on the wall for so long (real time): somebody reads, or waits for an answer to what they did.
    /// It moves a time that stands, too; several do not add up.
    pub fn slow_for(&self, span: Duration) {
        let mut wish = self.lock();
        wish.slow = std::cmp::max(wish.slow, span);
    }

    /// Ends [`Pace::slow_for`] early.
    pub fn hurry(&self) {
        self.lock().slow = Duration::ZERO;
    }

    /// Simulated seconds for one real second, now.
    #[must_use]
    pub fn rate(&self) -> f64 {
        let wish = self.lock();
        if !wish.slow.is_zero() || (wish.held && REAL < wish.rate) { REAL } else { wish.rate }
    }

    fn spend(&self, span: Duration) {
        let mut wish = self.lock();
        wish.slow = wish.slow.saturating_sub(span);
    }

    fn lock(&self) -> MutexGuard<'_, Wish> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Driver {
    /// Waits for one real [`TICK`] and runs the slice of simulated time that belongs to it, one timer at a time, each
    /// only when nothing is in flight. What is due at once runs even while time stands.
    ///
    /// `look` is called after every timer, when its work is done. Where it slows the pace down the rest of the slice is
    /// left, so that time stands where the reason was seen.
    pub async fn run_tick(&mut self, pace: &Pace, mut look: impl FnMut()) -> Result<(), Stuck> {
        let rate = pace.rate();
        real_wait(TICK).await;
        pace.spend(TICK);
        let span = SignedDuration::try_from_secs_f64(TICK.as_secs_f64() * rate).unwrap_or(SignedDuration::ZERO);
        let end = self.clock().now().saturating_add(span).unwrap_or(self.clock().now());
        while self.step(end).await? {
            self.settle().await?;
            look();
            if pace.rate() < rate {
                break;
            }
        }
        Ok(())
    }
}

/// Waits in real time. For what faces people only (a page, a pace): it decides no result.
pub async fn real_wait(span: Duration) {
    #[expect(clippy::disallowed_methods, reason = "people live in real time, and nothing the program does waits here")]
    tokio::time::sleep(span).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Clock;
    use jiff::Timestamp;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(secs).expect("in range")
    }

    #[test]
    fn the_pace_is_the_slowest_that_is_asked_for() {
        let pace = Pace::new(7_200.0);
        let shown = |pace: &Pace| format!("{}", pace.rate());
        assert_eq!(shown(&pace), "7200");
        pace.hold(true);
        assert_eq!(shown(&pace), "1", "somebody is waited for");
        pace.set_rate(0.0);
        assert_eq!(shown(&pace), "0", "a hold does not move a time that stands");
        pace.slow_for(Duration::from_millis(60));
        assert_eq!(shown(&pace), "1", "an answer comes even while time stands");
        pace.spend(TICK);
        pace.spend(TICK);
        assert_eq!(shown(&pace), "0");
        pace.hold(false);
        pace.set_rate(1e9);
        assert_eq!(shown(&pace), "86400");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_tick_runs_its_slice_and_stops_where_the_pace_drops() {
        let (clock, mut driver) = Clock::simulated(at(0));
        for name in ["a", "b"] {
            clock.spawn(name, |mut held| async move {
                held.sleep_until(at(if name == "a" { 10 } else { 20 })).await;
            });
        }
        let pace = Pace::new(1_000.0);
        // 40 ms at this pace are 40 s: both timers are in the slice, and the first of them slows it down.
        driver.run_tick(&pace, || pace.slow_for(TICK)).await.expect("quiet");
        assert_eq!(clock.now(), at(10));
        driver.run_tick(&pace, || {}).await.expect("quiet");
        assert_eq!(clock.now(), at(10).checked_add(SignedDuration::from_millis(40)).expect("in range"));
        driver.run_tick(&pace, || {}).await.expect("quiet");
        assert_eq!(clock.now(), at(50).checked_add(SignedDuration::from_millis(40)).expect("in range"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_bell_is_heard_while_time_stands() {
        let (clock, mut driver) = Clock::simulated(at(5));
        let bell = clock.bell();
        let theirs = bell.clone();
        let heard = clock.spawn("listener", |mut held| async move { held.wait(&theirs, None).await });
        let pace = Pace::new(0.0);
        driver.run_tick(&pace, || {}).await.expect("quiet");
        bell.ring();
        driver.run_tick(&pace, || {}).await.expect("quiet");
        assert_eq!(heard.await.expect("ends"), crate::time::Woken::Rung);
        assert_eq!(clock.now(), at(5));
    }
}
