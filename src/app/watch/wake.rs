//! When a source is polled next: at its tick, or because its platform said that something has happened.
//!
//! Owns: that however much is pushed, it leads to one poll in [`PUSHED_APART`]. Survives: a push that is lost; the tick comes
//! all the same, and what is pushed carries no numbers.

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::super::rounds::rest_until;
use crate::time::{Bell, Held, Woken};

/// The least time between two polls that were pushed. One order is several events within seconds, and each poll costs
/// quota.
pub const PUSHED_APART: SignedDuration = SignedDuration::from_secs(30);

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The poll of the schedule.
    Tick,
    /// A poll besides.
    Pushed,
    /// The end.
    End,
}

/// Who may wake a poll, and how often.
#[derive(Debug)]
pub(super) struct Wake {
    bell: Option<Bell>,
    not_before: Timestamp,
}

impl Wake {
    pub fn new(bell: Option<Bell>) -> Self {
        Self { bell, not_before: Timestamp::MIN }
    }

    /// Waits for the tick at `at`, for a push, or for the end. What is pushed too soon after the last waits its turn, and a
    /// tick before that serves it.
    pub async fn next(&mut self, held: &mut Held, at: Timestamp, stop: &CancellationToken) -> Next {
        let Some(bell) = &self.bell else {
            return if rest_until(held, at, stop).await { Next::Tick } else { Next::End };
        };
        let mut turn = None;
        loop {
            let until = turn.map_or(at, |turn| std::cmp::min(turn, at));
            let woken = tokio::select! {
                biased;
                () = stop.cancelled() => return Next::End,
                woken = held.wait(bell, Some(until)) => woken,
            };
            match woken {
                Woken::Due => break,
                // What is pushed while the turn is waited for is served by it.
                Woken::Rung => {
                    turn.get_or_insert(std::cmp::max(held.clock().now(), self.not_before));
                }
            }
        }
        match turn {
            Some(turn) if turn < at => {
                self.not_before = turn.checked_add(PUSHED_APART).unwrap_or(Timestamp::MAX);
                Next::Pushed
            }
            Some(_) | None => Next::Tick,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::time::Clock;

    /// Rings at these seconds, and says when polls come until the fifth tick of a minute each.
    async fn polls(rings: &[i64], with_bell: bool) -> Vec<(i64, Next)> {
        let (clock, mut driver) = Clock::simulated(Timestamp::UNIX_EPOCH);
        let bell = clock.bell();
        let at = |secs: i64| Timestamp::from_second(secs).expect("in range");
        let stop = CancellationToken::new();
        let told = Arc::new(Mutex::new(Vec::new()));
        let (theirs, ours, end) = (Arc::clone(&told), bell.clone(), stop.clone());
        let task = clock.spawn("poll", move |mut held| async move {
            let mut wake = Wake::new(with_bell.then_some(ours));
            let mut tick = 60;
            loop {
                let next = wake.next(&mut held, at(tick), &end).await;
                theirs.lock().expect("whole").push((held.clock().now().as_second(), next));
                match next {
                    Next::Tick => tick += 60,
                    Next::Pushed => {}
                    Next::End => return,
                }
            }
        });
        let rings = rings.to_vec();
        let ringer = clock.spawn("ring", move |mut held| async move {
            for secs in rings {
                held.sleep_until(at(secs)).await;
                bell.ring();
            }
        });
        driver.run_until(at(190)).await.expect("quiet");
        stop.cancel();
        driver.run_until(at(191)).await.expect("quiet");
        task.await.expect("ends");
        ringer.await.expect("ends");
        std::mem::take(&mut *told.lock().expect("whole"))
    }

    #[track_caller]
    fn check(got: &[(i64, Next)], want: &[(i64, Next)]) {
        let (last, polls) = got.split_last().expect("an end");
        assert_eq!((polls, last.1), (want, Next::End));
    }

    const TICKS: [(i64, Next); 3] = [(60, Next::Tick), (120, Next::Tick), (180, Next::Tick)];

    #[tokio::test(flavor = "multi_thread")]
    async fn without_a_push_only_the_schedule_polls() {
        check(&polls(&[], true).await, &TICKS);
        check(&polls(&[10, 20], false).await, &TICKS);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_push_polls_at_once_and_many_poll_every_half_minute() {
        let [one, two, three] = TICKS;
        check(&polls(&[7], true).await, &[(7, Next::Pushed), one, two, three]);
        let many: Vec<i64> = (1..=25).collect();
        check(&polls(&many, true).await, &[(1, Next::Pushed), (31, Next::Pushed), one, two, three]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_tick_serves_what_was_pushed_too_soon() {
        let [one, two, three] = TICKS;
        check(&polls(&[40, 41], true).await, &[(40, Next::Pushed), one, two, three]);
    }
}
