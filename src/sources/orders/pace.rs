//! How long a poll waits for a shop that is busy, and how often it asks, in all.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::super::SourceError;
use crate::time::Clock;

/// The longest a poll waits in all: on Shopify's smallest plan it then has read about 30 pages of 100 orders.
pub(in crate::sources) const WAIT_MAX: SignedDuration = SignedDuration::from_mins(1);

/// Questions a poll may ask. 300 pages are 30,000 orders; more than that in one poll is a mistake of ours.
pub(in crate::sources) const QUESTIONS_MAX: u32 = 300;

/// What one poll has waited and asked.
#[derive(Debug, Default)]
pub(in crate::sources) struct Patience {
    waited: Duration,
    questions: u32,
}

impl Patience {
    /// One more question; an error where there were too many.
    pub fn ask(&mut self, platform: &'static str) -> Result<(), SourceError> {
        if self.questions == QUESTIONS_MAX {
            return Err(SourceError::SlowDown { platform, wait: None });
        }
        self.questions += 1;
        Ok(())
    }

    /// Waits, within what a poll may wait in all. `name` holds the token on the clock.
    pub async fn rest(
        &mut self,
        clock: &Clock,
        platform: &'static str,
        name: &'static str,
        wait: Duration,
    ) -> Result<(), SourceError> {
        if wait.is_zero() {
            return Ok(());
        }
        self.waited = self.waited.saturating_add(wait);
        if WAIT_MAX.unsigned_abs() < self.waited {
            return Err(SourceError::SlowDown { platform, wait: Some(wait) });
        }
        let span = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let mut held = clock.hold(name);
        // Whoever asked us holds a token that it cannot give back while it waits for us.
        let parked = clock.park();
        held.sleep_until(clock.now().saturating_add(span).unwrap_or(Timestamp::MAX)).await;
        drop(parked);
        Ok(())
    }
}
