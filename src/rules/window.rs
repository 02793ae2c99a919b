//! Windows: what a rule says about time, and the spans that come of it.
//!
//! Owns: the words `7d`, `24h`, `last 3 posts` and `deal`, and the calendar. All spans are half-open.
//! Refuses: reading anything. `last N posts` has no span of its own: it goes by publish time, see
//! [`super::readings::Readings::newest_posts`].
//!
//! A window of `Nd` ends at every midnight, so its end moves by one day each day; the windows that `prev`, `own` and
//! `for` step back to do not overlap: [`Window::back`] steps `k × N` days. In a zone with daylight saving a day has 23
//! or 25 hours where the clocks change, and starts at the first instant of its date.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::readings::Span;

/// Days in a window. A year and a day: the longest attribution anyone declares, with room for a leap year.
const DAYS_MAX: u32 = 366;
/// Hours in a window. A month: what is longer is meant in days.
const HOURS_MAX: u32 = 744;
/// Posts in a window. More than a creator makes in a season.
const POSTS_MAX: u32 = 100;

/// A day where clocks do not change.
const DAY_SECS: i64 = 86_400;

/// No clock is put back by more: a midnight without a change so long before it comes once.
const CALM: SignedDuration = SignedDuration::from_hours(25);

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Window {
    /// So many whole calendar days in the campaign's zone, whose source lag has passed.
    Days(u32),
    /// So many hours up to the last poll.
    Hours(u32),
    /// The newest posts by publish time.
    LastPosts(u32),
    /// From the start of the deal.
    Deal,
}

/// What a window needs to know about its subject to become a span.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Whose midnight ends a day: the campaign's zone, UTC for a creator without one.
    pub zone: TimeZone,
    /// How long after the fact the source's numbers are complete.
    pub lag: SignedDuration,
    /// From the start of the deal to the instant after its last.
    pub deal: Option<Span>,
}

impl Frame {
    /// Days in UTC, no lag, no deal.
    #[must_use]
    pub fn utc() -> Self {
        Self { zone: TimeZone::UTC, lag: SignedDuration::ZERO, deal: None }
    }

    /// Midnight of the day that is `days` after the day `at` falls in.
    fn midnight(&self, at: Timestamp, days: i64) -> Option<Timestamp> {
        // A zone whose clocks never change, UTC above all, needs no calendar: replays ask this millions of times.
        if let Ok(offset) = self.zone.to_fixed_offset() {
            let ahead = i64::from(offset.seconds());
            let day = at.as_second().checked_add(ahead)?.div_euclid(DAY_SECS).checked_add(days)?;
            return Timestamp::from_second(day.checked_mul(DAY_SECS)?.checked_sub(ahead)?).ok();
        }
        if let Some(midnight) = self.calm_midnight(at, days) {
            return Some(midnight);
        }
        let day = at.to_zoned(self.zone.clone()).start_of_day().ok()?;
        if days == 0 {
            return Some(day.timestamp());
        }
        let moved = day.checked_add(days.days()).ok()?;
        Some(moved.start_of_day().ok()?.timestamp())
    }

    /// The same by arithmetic, where the clocks do not change around that midnight: nearly always.
    fn calm_midnight(&self, at: Timestamp, days: i64) -> Option<Timestamp> {
        let here = self.zone.to_offset(at).seconds();
        let day = at.as_second().checked_add(i64::from(here))?.div_euclid(DAY_SECS).checked_add(days)?;
        let mut offset = here;
        // Where summer time lies between, the second guess has its offset.
        for _ in 0..2 {
            let guess = Timestamp::from_second(day.checked_mul(DAY_SECS)?.checked_sub(i64::from(offset))?).ok()?;
            let before = guess.checked_sub(CALM).ok()?;
            let there = self.zone.to_offset(guess).seconds();
            if there == offset && self.zone.to_offset(before).seconds() == offset {
                return Some(guess);
            }
            offset = there;
        }
        None
    }
}

impl Window {
    /// The newest complete window at `now`; for hours and deals `now` is when the last poll observed. `None` where there
    /// is none: no deal, a deal that has not begun, or a window of posts.
    #[must_use]
    pub fn latest(self, now: Timestamp, frame: &Frame) -> Option<Span> {
        match self {
            Self::Days(_) => {
                let settled = now.checked_sub(frame.lag).ok()?;
                self.ending(frame.midnight(settled, 0)?, frame)
            }
            Self::Hours(_) | Self::Deal => self.ending(now, frame),
            Self::LastPosts(_) => None,
        }
    }

    /// The window whose exclusive end is `until`; an end inside a day counts as that day's midnight.
    #[must_use]
    pub fn ending(self, until: Timestamp, frame: &Frame) -> Option<Span> {
        match self {
            Self::Days(days) => {
                Some(Span { from: frame.midnight(until, -i64::from(days))?, until: frame.midnight(until, 0)? })
            }
            Self::Hours(hours) => {
                Some(Span { from: until.checked_sub(SignedDuration::from_hours(i64::from(hours))).ok()?, until })
            }
            Self::Deal => {
                let deal = frame.deal?;
                let until = std::cmp::min(until, deal.until);
                (deal.from < until).then_some(Span { from: deal.from, until })
            }
            Self::LastPosts(_) => None,
        }
    }

    /// The `k`th window before `span`, without overlap: `k × N` days or hours earlier. `None` for windows that have no
    /// earlier ones.
    #[must_use]
    pub fn back(self, span: Span, k: u32, frame: &Frame) -> Option<Span> {
        self.step(span, -i64::from(k), frame)
    }

    /// The `k`th window after `span`, likewise.
    #[must_use]
    pub fn forth(self, span: Span, k: u32, frame: &Frame) -> Option<Span> {
        self.step(span, i64::from(k), frame)
    }

    fn step(self, span: Span, windows: i64, frame: &Frame) -> Option<Span> {
        match self {
            Self::Days(days) => {
                let moved = windows.checked_mul(i64::from(days))?;
                Some(Span { from: frame.midnight(span.from, moved)?, until: frame.midnight(span.until, moved)? })
            }
            Self::Hours(hours) => {
                let moved = SignedDuration::from_hours(windows.checked_mul(i64::from(hours))?);
                Some(Span { from: span.from.checked_add(moved).ok()?, until: span.until.checked_add(moved).ok()? })
            }
            Self::LastPosts(_) | Self::Deal => None,
        }
    }

    /// The window to judge at `now`, where there is something new to judge: it is another than the one judged last, or a
    /// statement about it came since. `observed` is when the statements that have come since were observed, the earliest
    /// of them. A rule over whole days is so judged once a day, and again only where a late statement changes a boundary.
    #[must_use]
    pub fn due(self, judged: Option<Span>, observed: Timestamp, now: Timestamp, frame: &Frame) -> Option<Span> {
        let span = self.latest(now, frame)?;
        (judged != Some(span) || observed <= span.until).then_some(span)
    }

    /// Whether it has earlier windows of the same kind, which `prev`, `own` and `for = "K windows"` need.
    #[must_use]
    pub fn slides(self) -> bool {
        match self {
            Self::Days(_) | Self::Hours(_) => true,
            Self::LastPosts(_) | Self::Deal => false,
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::Hours(hours) => write!(f, "{hours}h"),
            Self::LastPosts(posts) => write!(f, "last {posts} posts"),
            Self::Deal => f.write_str("deal"),
        }
    }
}

/// Text that is not a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields repeat the sentence")]
pub enum WindowError {
    #[error("`{given}` is not a window: write `7d`, `24h`, `last 3 posts` or `deal`")]
    Malformed { given: String },
    #[error(
        "`{given}` is a different length at every look: write `1d` for whole days, or `24h` for the last day to the last poll"
    )]
    Today { given: String },
    #[error("`{given}` is out of range: a window has 1 to {most} {what}")]
    OutOfRange { given: String, most: u32, what: &'static str },
}

impl FromStr for Window {
    type Err = WindowError;
    fn from_str(given: &str) -> Result<Self, WindowError> {
        let malformed = || WindowError::Malformed { given: given.to_owned() };
        let words: Vec<&str> = given.split_whitespace().collect();
        let (digits, make, most, what): (&str, fn(u32) -> Self, u32, &'static str) = match words.as_slice() {
            ["deal"] => return Ok(Self::Deal),
            ["today" | "this" | "current", ..] => return Err(WindowError::Today { given: given.to_owned() }),
            ["last", count, "posts" | "post"] => (count, Self::LastPosts, POSTS_MAX, "posts"),
            [word] => match (word.strip_suffix('d'), word.strip_suffix('h')) {
                (Some(days), _) => (days, Self::Days, DAYS_MAX, "days"),
                (_, Some(hours)) => (hours, Self::Hours, HOURS_MAX, "hours"),
                (None, None) => return Err(malformed()),
            },
            _ => return Err(malformed()),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed());
        }
        match digits.parse() {
            Ok(count) if (1..=most).contains(&count) => Ok(make(count)),
            _ => Err(WindowError::OutOfRange { given: given.to_owned(), most, what }),
        }
    }
}

impl TryFrom<String> for Window {
    type Error = WindowError;
    fn try_from(given: String) -> Result<Self, WindowError> {
        given.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnights_by_arithmetic_are_those_of_the_calendar() {
        // Azores and Cuba put their clocks back at midnight or one, Lord Howe by half an hour, Apia skipped a day.
        for zone in ["Europe/Stockholm", "Atlantic/Azores", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia"] {
            let zone = TimeZone::get(zone).expect("a zone");
            let frame = Frame { zone: zone.clone(), ..Frame::utc() };
            for hour in 0..3_000_i64 {
                let at = Timestamp::from_second(1_301_000_000 + hour * 13_331).expect("an instant");
                for days in [0, -1, -7, 30] {
                    let day = at.to_zoned(zone.clone()).start_of_day().expect("a day");
                    let want = day.checked_add(days.days()).expect("a day").start_of_day().expect("a day").timestamp();
                    assert_eq!(frame.midnight(at, days), Some(want), "{at} {days} {zone:?}");
                }
            }
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn stockholm() -> Frame {
        Frame { zone: TimeZone::get("Europe/Stockholm").expect("a zone"), ..Frame::utc() }
    }

    #[track_caller]
    fn check(span: Option<Span>, want: Option<(&str, &str)>) {
        let want = want.map(|(from, until)| Span { from: at(from), until: at(until) });
        assert_eq!(span, want);
    }

    #[test]
    fn windows_are_written_as_they_are_read_and_errors_teach() {
        for text in ["7d", "24h", "last 3 posts", "deal"] {
            assert_eq!(text.parse::<Window>().expect("a window").to_string(), text);
        }
        let wrong = |text: &str| text.parse::<Window>().expect_err("not a window").to_string();
        insta::assert_snapshot!(wrong("7 days"), @"`7 days` is not a window: write `7d`, `24h`, `last 3 posts` or `deal`");
        insta::assert_snapshot!(wrong("0d"), @"`0d` is out of range: a window has 1 to 366 days");
        insta::assert_snapshot!(wrong("99999999999h"), @"`99999999999h` is out of range: a window has 1 to 744 hours");
        for text in ["", "d", "-1d", "+1d", "1.5h", "last posts", "last 3", "1d 2d", "١d"] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_whole_days_of_the_zone_even_where_the_clocks_change() {
        // 29 March 2026 has 23 hours in Stockholm, 25 October has 25.
        let frame = stockholm();
        check(
            Window::Days(1).latest(at("2026-03-30T10:00:00Z"), &frame),
            Some(("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")),
        );
        check(
            Window::Days(1).latest(at("2026-10-26T10:00:00Z"), &frame),
            Some(("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")),
        );
        check(
            Window::Days(7).latest(at("2026-03-30T10:00:00Z"), &frame),
            Some(("2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z")),
        );
    }

    #[test]
    fn a_fixed_offset_has_the_midnights_of_its_calendar() {
        let frame = Frame { zone: TimeZone::fixed(jiff::tz::offset(-3)), ..Frame::utc() };
        check(
            Window::Days(1).latest(at("2026-06-24T02:59:59.5Z"), &frame),
            Some(("2026-06-22T03:00:00Z", "2026-06-23T03:00:00Z")),
        );
        check(
            Window::Days(30).latest(at("1969-06-24T03:00:00Z"), &frame),
            Some(("1969-05-25T03:00:00Z", "1969-06-24T03:00:00Z")),
        );
    }

    #[test]
    fn a_day_counts_once_its_lag_has_passed() {
        let frame = Frame { lag: SignedDuration::from_hours(3), ..Frame::utc() };
        let day = Window::Days(1);
        check(day.latest(at("2026-06-24T02:59:59Z"), &frame), Some(("2026-06-22T00:00:00Z", "2026-06-23T00:00:00Z")));
        check(day.latest(at("2026-06-24T03:00:00Z"), &frame), Some(("2026-06-23T00:00:00Z", "2026-06-24T00:00:00Z")));
    }

    #[test]
    fn earlier_windows_do_not_overlap() {
        let frame = stockholm();
        let week = Window::Days(7).latest(at("2026-04-06T10:00:00Z"), &frame).expect("a week");
        check(Window::Days(7).back(week, 1, &frame), Some(("2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z")));
        assert_eq!(
            Window::Days(7).forth(Window::Days(7).back(week, 3, &frame).expect("a week"), 3, &frame),
            Some(week)
        );
        let hours = Window::Hours(6);
        let span = hours.latest(at("2026-06-24T01:30:00Z"), &frame).expect("six hours");
        check(hours.back(span, 2, &frame), Some(("2026-06-23T07:30:00Z", "2026-06-23T13:30:00Z")));
    }

    #[test]
    fn a_day_is_judged_once_unless_a_boundary_changes() {
        let (day, frame) = (Window::Days(1), Frame::utc());
        let (noon, evening) = (at("2026-06-24T12:00:00Z"), at("2026-06-24T18:00:00Z"));
        let judged = day.due(None, noon, noon, &frame);
        assert_eq!(judged.map(|span| span.until), Some(at("2026-06-24T00:00:00Z")));
        assert_eq!(day.due(judged, evening, evening, &frame), None);
        assert_eq!(day.due(judged, at("2026-06-23T23:59:00Z"), evening, &frame), judged);
        assert_ne!(day.due(judged, noon, at("2026-06-25T00:00:00Z"), &frame), None);
    }

    #[test]
    fn a_deal_runs_from_its_start_and_posts_have_no_span() {
        let deal = Span { from: at("2026-06-01T00:00:00Z"), until: at("2026-07-01T00:00:00Z") };
        let frame = Frame { deal: Some(deal), ..Frame::utc() };
        check(
            Window::Deal.latest(at("2026-06-10T12:00:00Z"), &frame),
            Some(("2026-06-01T00:00:00Z", "2026-06-10T12:00:00Z")),
        );
        assert_eq!(Window::Deal.latest(at("2026-08-01T00:00:00Z"), &frame), Some(deal));
        assert_eq!(Window::Deal.latest(at("2026-05-01T00:00:00Z"), &frame), None);
        assert_eq!(Window::Deal.latest(at("2026-06-10T12:00:00Z"), &Frame::utc()), None);
        assert_eq!(Window::LastPosts(3).latest(at("2026-06-10T12:00:00Z"), &frame), None);
    }
}
