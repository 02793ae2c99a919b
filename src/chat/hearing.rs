//! Whether a receiver hears its platform, and when it last did.
//!
//! Owns: what counts as connected. Refuses: receiving, and doing anything about it. A single failure of a receiver that was
//! connected is not a lost connection: it asks again within a second or two, and the second failure is one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// How a receiver stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Link {
    /// Nothing was heard yet.
    #[default]
    Starting,
    /// The platform answers.
    Connected,
    /// It does not, and why; the receiver goes on trying.
    Lost(String),
    /// It refuses the bot, and why; the receiver has stopped.
    Refused(String),
}

/// What is known of a receiver.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// How it stands.
    pub link: Link,
    /// When the platform was last heard.
    pub last: Option<Timestamp>,
    /// Failures in a row.
    failures: u32,
}

/// What a receiver writes down and others read.
#[derive(Debug, Default)]
pub struct Hearing(Mutex<Heard>);

impl Hearing {
    /// The platform was heard.
    pub fn heard(&self, now: Timestamp) {
        *self.lock() = Heard { link: Link::Connected, last: Some(now), failures: 0 };
    }

    /// It was asked and did not answer.
    pub fn missed(&self, reason: &str) {
        let mut heard = self.lock();
        heard.failures = heard.failures.saturating_add(1);
        if heard.link != Link::Connected || 1 < heard.failures {
            heard.link = Link::Lost(reason.to_owned());
        }
    }

    /// The connection is gone.
    pub fn lost(&self, reason: &str) {
        self.lock().link = Link::Lost(reason.to_owned());
    }

    /// The platform refuses the bot.
    pub fn refused(&self, reason: &str) {
        self.lock().link = Link::Refused(reason.to_owned());
    }

    /// How it stands now.
    #[must_use]
    pub fn now(&self) -> Heard {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_is_no_lost_connection_and_two_are() {
        let hearing = Hearing::default();
        assert_eq!(hearing.now().link, Link::Starting);
        hearing.missed("no line");
        assert_eq!(hearing.now().link, Link::Lost("no line".to_owned()), "it never was connected");
        hearing.heard(Timestamp::UNIX_EPOCH);
        hearing.missed("no line");
        assert_eq!(hearing.now().link, Link::Connected);
        hearing.missed("no line");
        assert_eq!(hearing.now().link, Link::Lost("no line".to_owned()));
        assert_eq!(hearing.now().last, Some(Timestamp::UNIX_EPOCH), "when it was last heard is still known");
        hearing.heard(Timestamp::UNIX_EPOCH);
        hearing.missed("again");
        assert_eq!(hearing.now().link, Link::Connected, "failures are counted in a row");
        hearing.refused("no such bot");
        assert_eq!(hearing.now().link, Link::Refused("no such bot".to_owned()));
    }
}
