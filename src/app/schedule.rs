//! When a source is polled: cron expressions in IANA zones, with daylight saving done right.
//!
//! The `cron` crate knows no zones that can be trusted with gaps and folds: it skips what falls into a gap and fires twice
//! in a fold. So it is run on wall time dressed as UTC, and jiff maps its answers to instants: what falls into a gap
//! happens at the first instant after it. What falls into a fold happens once, at the first of the two, where the hour is
//! named (`30 2 * * *`); where it is not (`*/15 * * * *`, `0 */6 * * *`) both of the hours have their ticks, or polls would
//! have a hole.
//!
//! Refuses: waiting, and catching up: see [`watch`](super::watch) for ticks that were missed.

use std::str::FromStr as _;

use chrono::{Datelike as _, Timelike as _};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::written::repeated;

/// A cron expression in a zone.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: cron::Schedule,
    zone: TimeZone,
    /// Whether its hours are counted rather than named.
    of_any_hour: bool,
}

/// A change of the clock is far away when it is further than this; no fold or gap is as long.
const NEAR: SignedDuration = SignedDuration::from_hours(26);

/// A schedule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is not a schedule: {why}; write five fields (minute hour day month weekday) like `0 * * * *`, weekdays by name"
)]
pub struct ScheduleError {
    /// What was given.
    pub given: String,
    /// Why not.
    pub why: String,
}

impl Schedule {
    /// Reads five fields, or six with seconds first. Weekdays are written by name: their numbers mean different days to
    /// different programs (0 or 1 for Sunday), so numbers are refused.
    pub fn new(given: &str, zone: TimeZone) -> Result<Self, ScheduleError> {
        let bad = |why: &str| ScheduleError { given: repeated(given), why: repeated(why) };
        let fields: Vec<&str> = given.split_whitespace().collect();
        let (text, weekday) = match fields.as_slice() {
            [.., weekday] if fields.len() == 5 => (format!("0 {}", fields.join(" ")), *weekday),
            [.., weekday] if fields.len() == 6 => (fields.join(" "), *weekday),
            _ => return Err(bad("it has neither five nor six fields")),
        };
        if weekday.chars().any(|c| c.is_ascii_digit()) {
            return Err(bad("its weekday is a number"));
        }
        let cron = cron::Schedule::from_str(&text).map_err(|error| bad(&error.to_string().replace('\n', " ")))?;
        let of_any_hour = fields.iter().rev().nth(3).is_some_and(|hour| hour.starts_with('*'));
        Ok(Self { cron, zone, of_any_hour })
    }

    /// The first tick after `now`, or `None` when there is none in this era.
    #[must_use]
    pub fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        let wall = now.to_zoned(self.zone.clone()).datetime();
        let changes = self.changes_near(now);
        // Near a change of the clock it starts a day early on the wall: a fold repeats up to a few hours, and a tick in it
        // must not be missed or doubled.
        let start = if changes { wall.checked_sub(jiff::Span::new().days(1)).unwrap_or(wall) } else { wall };
        let dressed = chrono::NaiveDate::from_ymd_opt(start.year().into(), month(start), day(start))?
            .and_hms_opt(hour(start), minute(start), second(start))?
            .and_utc();
        let once = self.cron.after(&dressed).filter_map(|tick| self.undress(tick).map(|at| at.0)).find(|at| now < *at);
        if !(changes && self.of_any_hour) {
            return once;
        }
        let soon = dressed.checked_add_days(chrono::Days::new(3))?;
        let ticks = self.cron.after(&dressed).take_while(|tick| *tick < soon);
        let again = ticks.filter_map(|tick| self.undress(tick)?.1).find(|at| now < *at);
        [once, again].into_iter().flatten().min()
    }

    fn changes_near(&self, now: Timestamp) -> bool {
        let later = now.checked_add(NEAR).unwrap_or(Timestamp::MAX);
        let before = self.zone.preceding(later).next();
        before.is_some_and(|change| now.duration_since(change.timestamp()) < NEAR)
    }

    /// When the wall shows it: in a fold, twice.
    fn undress(&self, tick: chrono::DateTime<chrono::Utc>) -> Option<(Timestamp, Option<Timestamp>)> {
        let date = jiff::civil::Date::new(
            i16::try_from(tick.year()).ok()?,
            i8::try_from(tick.month()).ok()?,
            i8::try_from(tick.day()).ok()?,
        )
        .ok()?;
        let time = jiff::civil::Time::new(
            i8::try_from(tick.hour()).ok()?,
            i8::try_from(tick.minute()).ok()?,
            i8::try_from(tick.second()).ok()?,
            0,
        )
        .ok()?;
        let ambiguous = self.zone.to_ambiguous_timestamp(date.to_datetime(time));
        match ambiguous.offset() {
            // "The first instant after the gap" is where the clock jumps to, not the wall time shifted by the gap.
            jiff::tz::AmbiguousOffset::Gap { .. } => {
                let inside = ambiguous.later().ok()?;
                // What falls on the first instant of a gap is shifted to its very end: "before" must include that.
                let after = inside.checked_add(SignedDuration::from_nanos(1)).unwrap_or(inside);
                let after = self.zone.preceding(after).next().map(|transition| transition.timestamp());
                Some((after.unwrap_or(inside), None))
            }
            jiff::tz::AmbiguousOffset::Unambiguous { .. } => Some((ambiguous.compatible().ok()?, None)),
            jiff::tz::AmbiguousOffset::Fold { .. } => {
                let again = ambiguous.later().ok();
                Some((ambiguous.compatible().ok()?, again))
            }
        }
    }
}

fn month(at: jiff::civil::DateTime) -> u32 {
    u32::from(at.month().unsigned_abs())
}
fn day(at: jiff::civil::DateTime) -> u32 {
    u32::from(at.day().unsigned_abs())
}
fn hour(at: jiff::civil::DateTime) -> u32 {
    u32::from(at.hour().unsigned_abs())
}
fn minute(at: jiff::civil::DateTime) -> u32 {
    u32::from(at.minute().unsigned_abs())
}
fn second(at: jiff::civil::DateTime) -> u32 {
    u32::from(at.second().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, zone: &str, from: &str, want: &[&str]) {
        let schedule = Schedule::new(expression, TimeZone::get(zone).expect("a zone")).expect("a schedule");
        let mut now: Timestamp = from.parse().expect("an instant");
        for want in want {
            now = schedule.next_after(now).expect("a tick");
            assert_eq!(now.to_string(), *want, "{expression} in {zone}");
        }
    }

    #[test]
    fn ticks_follow_the_wall_through_daylight_saving() {
        // Stockholm springs forward on 2026-03-29 at 01:00 UTC and falls back on 2026-10-25 at 01:00 UTC.
        check(
            "0 9 * * *",
            "Europe/Stockholm",
            "2026-03-28T12:00:00Z",
            &["2026-03-29T07:00:00Z", "2026-03-30T07:00:00Z"],
        );
        // 02:30 does not exist on the 29th: it happens once, when the clock has jumped.
        check(
            "30 2 * * *",
            "Europe/Stockholm",
            "2026-03-28T12:00:00Z",
            &["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
        );
        // 02:30 exists twice on the 25th: it happens once, the first time.
        check(
            "30 2 * * *",
            "Europe/Stockholm",
            "2026-10-24T12:00:00Z",
            &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
        );
        check("0 2 * * *", "Europe/Stockholm", "2026-03-28T12:00:00Z", &["2026-03-29T01:00:00Z"]);
        check("30 */2 * * * *", "UTC", "2026-01-01T00:00:00Z", &["2026-01-01T00:00:30Z", "2026-01-01T00:02:30Z"]);
        check("0 8 * * Mon-Fri", "UTC", "2026-11-20T08:00:00Z", &["2026-11-23T08:00:00Z"]);
        check("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", &["2028-02-29T00:00:00Z"]);
    }

    #[test]
    fn every_tick_is_after_the_one_before_even_where_the_clock_goes_back() {
        let schedule =
            Schedule::new("*/15 * * * *", TimeZone::get("Europe/Stockholm").expect("zone")).expect("schedule");
        let mut now: Timestamp = "2026-10-24T23:50:00Z".parse().expect("instant");
        for _ in 0..20 {
            let next = schedule.next_after(now).expect("a tick");
            assert!(now < next);
            now = next;
        }
    }

    #[test]
    fn a_gap_of_half_an_hour_and_one_at_midnight_are_gaps_too() {
        // Lord Howe goes from 02:00 to 02:30 on 2026-10-04 (15:30 UTC of the 3rd) and from 02:00 to 01:30 on 2026-04-05
        // (15:00 UTC of the 4th).
        check(
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-02T20:00:00Z",
            &["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"],
        );
        check(
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-03T20:00:00Z",
            &["2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"],
        );
        // In Beirut 2026-03-29 begins at 01:00, in Cairo 2026-04-24 does.
        check("0 0 * * *", "Asia/Beirut", "2026-03-28T00:00:00Z", &["2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"]);
        check("30 0 * * *", "Africa/Cairo", "2026-04-23T00:00:00Z", &["2026-04-23T22:00:00Z", "2026-04-24T21:30:00Z"]);
    }

    #[test]
    fn polls_of_any_hour_have_no_hole_where_an_hour_comes_twice() {
        check(
            "30 * * * *",
            "Europe/Stockholm",
            "2026-10-24T23:00:00Z",
            &["2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"],
        );
        // The half-hour of Lord Howe comes twice: 01:30 to 02:00.
        check(
            "*/15 * * * *",
            "Australia/Lord_Howe",
            "2026-04-04T14:20:00Z",
            &[
                "2026-04-04T14:30:00Z",
                "2026-04-04T14:45:00Z",
                "2026-04-04T15:00:00Z",
                "2026-04-04T15:15:00Z",
                "2026-04-04T15:30:00Z",
            ],
        );
        // What is skipped is not made up for: the clock jumps from 02:00 to 03:00.
        check(
            "30 * * * *",
            "Europe/Stockholm",
            "2026-03-29T00:00:00Z",
            &["2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"],
        );
    }

    #[test]
    fn numbers_for_weekdays_are_refused() {
        for given in ["0 8 * * 1", "* * *", "", "61 * * * *", "0 8 * * Mo-Xx"] {
            let error = Schedule::new(given, TimeZone::UTC).expect_err("is refused").to_string();
            assert!(error.contains("write five fields"), "{error}");
        }
    }
}
