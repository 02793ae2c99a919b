//! Benchmarks that come from the subject's own past.
//!
//! Owns: which earlier windows count, and the median of what they say.
//! Refuses: peers, targets and packs; they need more than one subject's readings.

use jiff::{SignedDuration, Timestamp};

use crate::domain::ids::Subject;
use crate::domain::num::{f64_of_len, quantile_at};
use crate::domain::sample::{Absence, Reading};

use super::readings::{Readings, Seen, Span, Want};
use super::window::{Frame, Window};

/// The median of values that are all numbers; the mean of the two in the middle where their count is even.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (lower, weight) = quantile_at(values.len(), 0.5)?;
    let low = *values.get(lower)?;
    if weight == 0.0 {
        return Some(low);
    }
    let high = *values.get(lower.checked_add(1)?)?;
    Some(f64::midpoint(low, high))
}

/// The mean of values, in their order; `None` of none.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some(values.iter().sum::<f64>() / f64_of_len(values.len()))
}

/// Where the `length` before `first` begins: so many calendar days for windows of days, so many hours for others.
fn past(window: Window, length: SignedDuration, first: Span, frame: &Frame) -> Option<Timestamp> {
    let length = match window {
        Window::Days(_) => Window::Days(u32::try_from(length.as_hours() / 24).ok()?),
        Window::Hours(_) => Window::Hours(u32::try_from(length.as_hours()).ok()?),
        Window::LastPosts(_) | Window::Deal => return None,
    };
    length.ending(first.from, frame).map(|span| span.from)
}

/// `own(x)`: the median of `want` over the subject's own windows within `length` before `first`.
///
/// The windows do not overlap, and none of them reaches into `first`. The whole of `length` must lie inside the
/// subject's history of the metric, so that a newcomer is not measured against its first day. Absent windows are
/// skipped and at least one must be left; `n` says how many were.
///
/// Where there is no benchmark the reading is [`Absence::NotYet`]: there is not enough of a past yet.
#[must_use]
pub fn own(
    readings: &dyn Readings,
    subject: &Subject,
    want: Want,
    window: Window,
    length: SignedDuration,
    first: Span,
    frame: &Frame,
) -> Seen {
    let none = Seen { reading: Reading::Absent(Absence::NotYet), n: 0, newest: None };
    let Some(past) = past(window, length, first, frame) else {
        return none;
    };
    if readings.begins(subject, want).is_none_or(|begins| past < begins) {
        return none;
    }
    let mut values = Vec::new();
    let mut newest = None;
    let mut earlier = window.back(first, 1, frame);
    while let Some(span) = earlier.filter(|span| past <= span.from) {
        let seen = readings.over(subject, want, span);
        if let Reading::Value(value) = seen.reading {
            values.push(value);
            newest = std::cmp::max(newest, seen.newest);
        }
        earlier = window.back(span, 1, frame);
    }
    let n = u32::try_from(values.len()).unwrap_or(u32::MAX);
    median(&mut values).map_or(none, |value| Seen { reading: Reading::Value(value), n, newest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_count_is_between_the_two_in_the_middle() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [7.0]), Some(7.0));
        assert_eq!(median(&mut [9.0, 1.0, 4.0]), Some(4.0));
        assert_eq!(median(&mut [9.0, 1.0, 4.0, 5.0]), Some(4.5));
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[1.0, 2.0, 6.0]), Some(3.0));
    }
}
