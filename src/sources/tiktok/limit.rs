//! Keeping below the requests that an app has in a minute, counted in a sliding window for each method.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::time::Clock;

/// The window (<https://developers.tiktok.com/doc/tiktok-api-v2-rate-limit>).
const WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// When each method was asked, as far back as the window reaches.
#[derive(Debug)]
pub(super) struct Window {
    max: usize,
    asked: BTreeMap<&'static str, VecDeque<Timestamp>>,
}

impl Window {
    /// So many requests a minute and method; none at all counts as one.
    pub fn new(max: u32) -> Self {
        Self { max: std::cmp::max(1, usize::try_from(max).unwrap_or(usize::MAX)), asked: BTreeMap::new() }
    }

    /// How long until the method may be asked.
    pub fn wait(&mut self, method: &'static str, now: Timestamp) -> Duration {
        let asked = self.asked.entry(method).or_default();
        while asked.front().is_some_and(|at| at.saturating_add(WINDOW).is_ok_and(|free| free <= now)) {
            asked.pop_front();
        }
        let oldest = asked.len().checked_sub(self.max).and_then(|over| asked.get(over));
        let free = oldest.and_then(|at| at.checked_add(WINDOW).ok());
        free.map_or(Duration::ZERO, |free| Duration::try_from(free.duration_since(now)).unwrap_or(Duration::ZERO))
    }

    /// The method was asked so often.
    pub fn note(&mut self, method: &'static str, times: u32, now: Timestamp) {
        let asked = self.asked.entry(method).or_default();
        asked.extend((0..times).map(|_| now));
    }
}

/// Waits for so long. Whoever asked us holds a token that it cannot give back while it waits for us; this does it for them.
pub(in crate::sources) async fn rest(clock: &Clock, name: &'static str, wait: Duration) {
    if wait.is_zero() {
        return;
    }
    let span = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    let mut held = clock.hold(name);
    let parked = clock.park();
    held.sleep_until(clock.now().saturating_add(span).unwrap_or(Timestamp::MAX)).await;
    drop(parked);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(secs).expect("in range")
    }

    #[test]
    fn the_window_slides_and_methods_do_not_share_it() {
        let mut window = Window::new(2);
        window.note("a", 1, at(0));
        assert_eq!(window.wait("a", at(10)), Duration::ZERO);
        window.note("a", 1, at(10));
        assert_eq!(window.wait("a", at(20)), Duration::from_secs(40), "until the first is a minute old");
        assert_eq!(window.wait("b", at(20)), Duration::ZERO);
        assert_eq!(window.wait("a", at(60)), Duration::ZERO);
        window.note("a", 1, at(60));
        assert_eq!(window.wait("a", at(60)), Duration::from_secs(10));
    }
}
