//! Rolling windows of calls, as percentages of what is allowed.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// Calls by whom they are counted for.
#[derive(Debug, Default)]
pub(super) struct Meter(BTreeMap<String, VecDeque<Timestamp>>);

/// How far an allowance is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Used {
    /// Percent of the allowance, this call among it.
    pub percent: u64,
    /// Minutes until there is room again; 0 while there is.
    pub regain_minutes: i64,
}

impl Used {
    pub fn is_over(self) -> bool {
        100 < self.percent
    }
}

impl Meter {
    /// Counts `times` calls; a call that is refused counts too, so that asking on makes the wait longer.
    pub fn count(&mut self, whose: &str, times: u32, allowed: u32, window: SignedDuration, now: Timestamp) -> Used {
        let calls = self.0.entry(whose.to_owned()).or_default();
        while calls.front().is_some_and(|first| window <= now.duration_since(*first)) {
            calls.pop_front();
        }
        calls.extend((0..times).map(|_| now));
        let counted = u64::try_from(calls.len()).unwrap_or(u64::MAX);
        let allowed = u64::from(std::cmp::max(allowed, 1));
        let over = usize::try_from(counted.saturating_sub(allowed)).unwrap_or(usize::MAX);
        let frees = calls.get(over).filter(|_| 0 < over).map(|call| call.saturating_add(window).unwrap_or(now));
        let regain_minutes = frees.map_or(0, |at| at.duration_since(now).as_secs() / 60 + 1);
        Used { percent: (counted * 100).div_ceil(allowed), regain_minutes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_leaves_the_window_and_makes_room() {
        let hour = SignedDuration::from_hours(1);
        let at = |minutes: i64| Timestamp::from_second(minutes * 60).expect("an instant");
        let mut meter = Meter::default();
        assert_eq!(meter.count("a", 3, 4, hour, at(0)), Used { percent: 75, regain_minutes: 0 });
        assert_eq!(meter.count("a", 1, 4, hour, at(30)), Used { percent: 100, regain_minutes: 0 });
        let over = meter.count("a", 1, 4, hour, at(40));
        assert!(over.is_over() && over.regain_minutes == 21, "{over:?}");
        assert_eq!(meter.count("a", 1, 4, hour, at(61)), Used { percent: 75, regain_minutes: 0 });
        assert_eq!(meter.count("b", 1, 4, hour, at(61)).percent, 25);
    }
}
