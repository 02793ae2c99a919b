//! Whether the quotas last: at the pace of the window so far, is what polls may spend used up before it is given anew?
//!
//! Only budgets that are given anew all at once, and not within the hour, are forecast: what comes back by and by is waited for by
//! the planner, and nobody has to do anything about it.

use jiff::{SignedDuration, Timestamp};

use crate::app::core::Core;
use crate::domain::ids::SourceId;

/// Shorter windows end before somebody has read about them.
const WINDOW_LEAST: SignedDuration = SignedDuration::from_hours(1);

/// How a budget stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Forecast {
    /// What polls at their ticks may spend in the window: the reserve is left out.
    most: u32,
    spent: u32,
    from: Timestamp,
    now: Timestamp,
    /// When it is given anew.
    pub until: Timestamp,
}

impl Forecast {
    /// Percent that are left of what polls may spend.
    pub fn percent_left(&self) -> u32 {
        let left = u64::from(self.most.saturating_sub(self.spent)) * 100;
        u32::try_from(left.checked_div(u64::from(self.most)).unwrap_or(0)).unwrap_or(100)
    }

    /// When it is used up, where little is left and that is before it is given anew. What was told stays until the window ends
    /// or the pace has slackened for good.
    pub fn low(&self, percent: u32, is_open: bool) -> Option<Timestamp> {
        if self.most <= self.spent {
            // It is told as used up; what was told before stays until it is given anew.
            return is_open.then_some(self.now);
        }
        let few = if is_open { percent.saturating_add(5) } else { percent };
        if self.spent == 0 || few <= self.percent_left() {
            return None;
        }
        let passed = i128::from(self.now.duration_since(self.from).as_secs());
        let left = i128::from(self.most.saturating_sub(self.spent));
        let lasts = i64::try_from(left.saturating_mul(passed) / i128::from(self.spent)).unwrap_or(i64::MAX);
        let empty = self.now.checked_add(SignedDuration::from_secs(lasts)).ok()?;
        (empty < self.until).then_some(empty)
    }
}

/// Every budget that can be forecast.
pub(super) async fn forecasts(core: &Core) -> Vec<(SourceId, String, Forecast)> {
    let now = core.clock.now();
    let reserve = u64::from(core.config.polling.reserve_percent);
    let state = core.state.lock().await;
    let mut found = Vec::new();
    for (source, planned) in &state.planned {
        for (bucket, most, spent, (from, until)) in planned.record.buckets.windows(now) {
            if until.duration_since(from) <= WINDOW_LEAST {
                continue;
            }
            let kept = u64::from(most) * std::cmp::min(reserve, 100) / 100;
            let most = u32::try_from(u64::from(most) - kept).unwrap_or(most);
            found.push((source.clone(), bucket.to_owned(), Forecast { most, spent, from, now, until }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3_600).expect("an instant")
    }

    #[track_caller]
    fn check(hour: i64, spent: u32, is_open: bool, want: Option<i64>) {
        let forecast = Forecast { most: 1_000, spent, from: at(0), now: at(hour), until: at(24) };
        assert_eq!(forecast.low(25, is_open).map(|empty| empty.as_second() / 3_600), want);
    }

    #[test]
    fn little_left_is_told_only_where_it_does_not_last() {
        check(12, 800, false, Some(15));
        check(23, 800, false, None);
        check(12, 700, false, None);
        check(12, 710, true, Some(16));
        check(12, 1_000, false, None);
        check(12, 1_000, true, Some(12));
        check(1, 0, false, None);
    }
}
