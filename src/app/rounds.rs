//! Parts of the program that work in rounds: do what is due, then rest until the next is due or a bell rings, for ever.
//!
//! Owns: the loop, and what happens when a round fails. Refuses: state of its own; a round reads what is due from the store.
//! Survives: a store that fails; the round is tried again.

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::store::StoreError;
use crate::time::{Bell, Clock, Held};

/// After a failure of the store itself; it doubles each time …
const STORE_WAIT: SignedDuration = SignedDuration::from_secs(5);

/// … up to this: each try does the whole work again up to the write that fails.
const STORE_WAIT_MAX: SignedDuration = SignedDuration::from_secs(30);

/// How long to wait after so many failures in a row, at least one.
#[must_use]
pub fn wait_after(failures: u32) -> SignedDuration {
    doubled(STORE_WAIT, failures, STORE_WAIT_MAX)
}

/// A wait that doubles with each failure in a row after the first, up to the longest.
#[must_use]
pub fn doubled(first: SignedDuration, failures: u32, longest: SignedDuration) -> SignedDuration {
    let times = 2_i32.saturating_pow(std::cmp::min(failures.saturating_sub(1), 20));
    std::cmp::min(first.saturating_mul(times), longest)
}

/// A part of the program.
pub struct Part {
    /// What it is called in logs, as `levels`.
    pub name: &'static str,
    /// Rung when there may be something to do before it is due.
    pub bell: Bell,
    /// Its time.
    pub clock: Clock,
}

impl Part {
    /// Works in rounds until the end. A round answers when the next is due; `None`: not before the bell rings.
    pub async fn run<R>(self, mut held: Held, stop: CancellationToken, mut round: impl FnMut() -> R)
    where
        R: Future<Output = Result<Option<Timestamp>, StoreError>>,
    {
        let mut failures = 0_u32;
        loop {
            let wake = match round().await {
                Ok(wake) => {
                    failures = 0;
                    wake
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    let cause = &error as &dyn std::error::Error;
                    tracing::error!(part = self.name, error = cause, "could not do what is due; trying again");
                    self.clock.now().checked_add(wait_after(failures)).ok()
                }
            };
            if !rest(&mut held, &self.bell, wake, &stop).await {
                return;
            }
        }
    }
}

/// Waits for a bell, an instant, or the end. `false`: the end has come.
pub async fn rest(held: &mut Held, bell: &Bell, wake: Option<Timestamp>, stop: &CancellationToken) -> bool {
    tokio::select! {
        biased;
        () = stop.cancelled() => false,
        _ = held.wait(bell, wake) => true,
    }
}

/// Waits for an instant or the end. `false`: the end has come.
pub async fn rest_until(held: &mut Held, at: Timestamp, stop: &CancellationToken) -> bool {
    tokio::select! {
        biased;
        () = stop.cancelled() => false,
        () = held.sleep_until(at) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_goes_on_failing_is_asked_less_and_less() {
        let waits = (1..=7).map(|failures| wait_after(failures).as_secs());
        assert_eq!(waits.collect::<Vec<_>>(), [5, 10, 20, 30, 30, 30, 30]);
        assert_eq!(wait_after(u32::MAX), STORE_WAIT_MAX);
    }
}
