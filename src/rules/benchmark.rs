//! What a number is compared with: the subject's own past, comparable others, published figures.
//!
//! Owns: which earlier windows count and the median of what they say; in [`group`] who is comparable, in [`size`] how
//! large an audience is, in [`shrink`] how a small sample is drawn towards others, in [`pack`] published figures.
//! Refuses: reading others (`eval` does, with a rule's window) and finding out who is comparable (the program does, from
//! its documents).

pub mod group;
pub mod pack;
pub mod shrink;
pub mod size;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::ids::Subject;
use crate::domain::num::{f64_of_len, quantile_at, round_i64};
use crate::domain::sample::{Absence, Reading};

use super::readings::{Readings, Seen, Span, Want};
use super::window::{Frame, Window};

/// A share of a sample that lies below: 0.25 is the lower quarter. Kept in millionths, so that rules can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Quantile(u32);

impl Quantile {
    /// The median.
    pub const MIDDLE: Self = Self(500_000);

    /// A share from 0 to 1, both included; `None` for anything else.
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        if !(0.0..=1.0).contains(&share) {
            return None;
        }
        round_i64(share * 1e6).and_then(|parts| u32::try_from(parts).ok()).map(Self)
    }

    /// As a share.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

impl TryFrom<f64> for Quantile {
    type Error = String;
    fn try_from(share: f64) -> Result<Self, String> {
        Self::new(share).ok_or_else(|| format!("`{share}` is not a quantile: expected 0 to 1"))
    }
}

impl From<Quantile> for f64 {
    fn from(quantile: Quantile) -> Self {
        quantile.share()
    }
}

/// A quantile of values in rising order, between the two closest where it falls between them (type 7 of Hyndman and Fan
/// 1996); `None` of none.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let (lower, weight) = quantile_at(sorted.len(), share)?;
    let low = *sorted.get(lower)?;
    if weight == 0.0 {
        return Some(low);
    }
    let high = *sorted.get(lower.checked_add(1)?)?;
    Some(low + weight * (high - low))
}

/// The median of values that are all numbers; the mean of the two in the middle where their count is even.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
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
pub(super) fn past(window: Window, length: SignedDuration, first: Span, frame: &Frame) -> Option<Timestamp> {
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

    #[test]
    fn quantiles_are_those_of_numpy_and_r() {
        // numpy.quantile([1, 2, 4, 8, 16], q)
        let values = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (share, want) in [(0.0, 1.0), (0.25, 2.0), (0.3, 2.4), (0.5, 4.0), (0.9, 12.8), (1.0, 16.0)] {
            let got = quantile(&values, share).expect("a sample");
            assert!((got - want).abs() < 1e-12, "{share}: {got}, not {want}");
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[7.0], 0.9), Some(7.0));
    }

    #[test]
    fn a_quantile_is_a_share_and_is_written_as_one() {
        for wrong in [-0.01, 1.01, f64::NAN, 25.0] {
            assert_eq!(Quantile::new(wrong), None, "{wrong}");
        }
        let quarter = Quantile::new(0.25).expect("a quantile");
        assert_eq!(serde_json::to_string(&quarter).expect("json"), "0.25");
        assert_eq!(serde_json::from_str::<Quantile>("0.5").expect("reads"), Quantile::MIDDLE);
        assert!(serde_json::from_str::<Quantile>("2").is_err());
    }
}
