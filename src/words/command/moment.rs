//! A moment as people type it: `2026-03-04T10:00`, `2026-03-04`, `14:00`, `now`.

use jiff::civil;

/// A moment whose zone is not known yet: it is the zone of what it is said about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Now.
    Now,
    /// A whole day.
    Day(civil::Date),
    /// A day and a time.
    At(civil::DateTime),
    /// A time of today.
    Clock(civil::Time),
}

/// Reads a moment.
#[must_use]
pub fn read(text: &str) -> Option<Moment> {
    let text = text.trim();
    if ["now", "nu"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Some(Moment::Now);
    }
    let digits = text.bytes().next().is_some_and(|first| first.is_ascii_digit());
    // Years of other calendars, signs and zones are not what anybody types in a chat.
    if !digits || text.len() > 19 {
        return None;
    }
    match (text.contains(['T', ' ']), text.contains(':')) {
        (true, _) => text.parse().ok().map(Moment::At),
        (false, true) => text.parse().ok().map(Moment::Clock),
        (false, false) => text.parse().ok().map(Moment::Day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_typed() {
        let day = civil::date(2026, 3, 4);
        for (text, want) in [
            ("now", Some(Moment::Now)),
            ("NU", Some(Moment::Now)),
            ("2026-03-04", Some(Moment::Day(day))),
            ("2026-03-04T10:00", Some(Moment::At(day.at(10, 0, 0, 0)))),
            ("2026-03-04 10:00:30", Some(Moment::At(day.at(10, 0, 30, 0)))),
            ("14:05", Some(Moment::Clock(civil::time(14, 5, 0, 0)))),
            ("", None),
            ("yesterday", None),
            ("2026-13-04", None),
            ("25:00", None),
            ("-2026-03-04", None),
            ("2026-03-04T10:00+01:00[Europe/Stockholm]", None),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
    }
}
