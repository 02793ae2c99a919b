//! From times and values to pixels, and what stands on the axes.

use jiff::{Timestamp, ToSpan as _};

use super::{Chart, PLOT, TITLE_LINE};
use crate::domain::metric::Kind;
use crate::domain::num;
use crate::words::number;
use crate::words::wording::Reader;

/// From time and value to pixels.
pub(super) struct Scale {
    pub(super) from: f64,
    pub(super) until: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Scale {
    pub(super) fn of(chart: &Chart, values: &[(Timestamp, f64)]) -> Option<Self> {
        let times = || values.iter().map(|point| point.0).chain(chart.fired_at).map(seconds);
        let limits = chart.limit.iter().map(|point| point.1);
        let band = chart.band.iter().flat_map(|band| [band.low, band.high]);
        let all =
            || values.iter().map(|point| point.1).chain(limits.clone()).chain(band.clone()).filter(|v| v.is_finite());
        let (min, max) = (all().min_by(f64::total_cmp)?, all().max_by(f64::total_cmp)?);
        // A level such as followers hardly moves against zero; a count is honest only from zero.
        let low = if matches!(chart.metric.kind(), Kind::Gauge) && 0.5 * max < min {
            min - 0.3 * (max - min)
        } else {
            f64::min(min, 0.0)
        };
        let high = if low < max { low + (max - low) * 1.12 } else { low + 1.0 };
        let (from, until) = (times().min_by(f64::total_cmp)?, times().max_by(f64::total_cmp)?);
        (from < until).then_some(Self { from, until, low, high })
    }

    pub(super) fn x(&self, at: Timestamp) -> f64 {
        PLOT.0 + (seconds(at) - self.from) / (self.until - self.from) * (PLOT.2 - PLOT.0)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        PLOT.3 - (value - self.low) / (self.high - self.low) * (PLOT.3 - PLOT.1)
    }

    pub(super) fn at(&self, at: Timestamp, value: f64) -> (i32, i32) {
        (num::pixel(self.x(at)), num::pixel(self.y(value)))
    }
}

fn seconds(at: Timestamp) -> f64 {
    num::f64_of(at.as_second())
}

/// At most two lines, broken between words; what is longer ends in `…`.
pub(super) fn wrap(title: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in title.split_whitespace() {
        let is_first = lines.len() < 2;
        let fits = |line: &String| line.chars().count() + 1 + word.chars().count() <= TITLE_LINE;
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if fits(line) => {
                line.push(' ');
                line.push_str(word);
            }
            _ if is_first => lines.push(word.to_owned()),
            Some(line) => {
                line.push('…');
                break;
            }
            None => break,
        }
    }
    lines
}

/// 1, 2 or 5 times a power of ten, at least `rough`.
pub(super) fn nice_step(rough: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(f64::max(rough, 1e-9))));
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| rough <= times * power);
    times.unwrap_or(10.0) * power
}

/// Local midnights when the picture spans two days or more, else full hours; at most six, and none at the very edge.
pub(super) fn ticks(scale: &Scale, reader: &Reader) -> Vec<(Timestamp, String)> {
    let at = |secs: f64| Timestamp::from_second(num::round_i64(secs).unwrap_or(0)).unwrap_or_default();
    let (from, until) = (at(scale.from), at(scale.until));
    let hours = (scale.until - scale.from) / 3600.0;
    let by_day = 48.0 <= hours;
    let step = if by_day { libm::ceil(hours / 24.0 / 6.0) } else { clock_step(hours / 6.0) };
    let step = num::round_i64(f64::max(step, 1.0)).unwrap_or(1);
    let local = from.to_zoned(reader.zone.clone());
    let Ok(mut next) = local.start_of_day() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    // Sixty steps reach from a midnight over any picture: six ticks, each at most a tenth of the way further.
    for _ in 0..60 {
        if until < next.timestamp() {
            break;
        }
        let x = scale.x(next.timestamp());
        if from <= next.timestamp() && PLOT.0 <= x && x <= PLOT.2 - 20.0 {
            let label = if by_day {
                number::day(reader, next.timestamp(), until)
            } else {
                number::clock_of(reader, next.timestamp())
            };
            found.push((next.timestamp(), label));
        }
        let span = if by_day { step.days() } else { step.hours() };
        match next.checked_add(span) {
            Ok(later) => next = later,
            Err(_) => break,
        }
    }
    found
}

/// A line as dashes of 18 px with gaps of 12.
pub(super) fn dashes(line: &[(f64, f64)]) -> Vec<Vec<(i32, i32)>> {
    let (on, off) = (18.0, 12.0);
    let mut all = Vec::new();
    for pair in line.windows(2) {
        let [(x0, y0), (x1, y1)] = pair else { continue };
        let length = libm::hypot(x1 - x0, y1 - y0);
        let point = |at: f64| {
            let share = f64::min(at, length) / length;
            (num::pixel(x0 + (x1 - x0) * share), num::pixel(y0 + (y1 - y0) * share))
        };
        let mut at = 0.0;
        while at < length {
            all.push(vec![point(at), point(at + on)]);
            at += on + off;
        }
    }
    all
}

/// Hours between ticks that a clock face knows: 1, 2, 3, 6, 12.
fn clock_step(rough: f64) -> f64 {
    [1.0, 2.0, 3.0, 6.0].into_iter().find(|step| rough <= *step).unwrap_or(12.0)
}

/// Which side of the plot a label may stand on, so that the line of values does not run through it: the one where the
/// values stay further away from `y`. A label is about a quarter of the plot wide.
pub(super) fn is_freer_right(values: &[(Timestamp, f64)], scale: &Scale, y: f64) -> bool {
    let quarter = (PLOT.2 - PLOT.0) / 4.0;
    let nearest = |from: f64, until: f64| {
        let inside = values.iter().filter(|point| (from..=until).contains(&scale.x(point.0)));
        inside.map(|point| (scale.y(point.1) - y).abs()).fold(f64::INFINITY, f64::min)
    };
    nearest(PLOT.0, PLOT.0 + quarter) <= nearest(PLOT.2 - quarter, PLOT.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (rough, want) in [(0.9, 1.0), (1.1, 2.0), (2.1, 5.0), (5.1, 10.0), (480.0, 500.0), (0.03, 0.05)] {
            assert!((nice_step(rough) - want).abs() < 1e-12, "{rough}");
        }
        assert!((clock_step(4.5) - 6.0).abs() < 1e-12);
    }

    #[test]
    fn titles_are_broken_between_words_and_never_run_out() {
        assert_eq!(wrap("short"), ["short"]);
        let long = wrap(&"Alma Lind sells very little ".repeat(9));
        assert_eq!(long.len(), 2);
        assert!(long.iter().all(|line| line.chars().count() <= TITLE_LINE + 1));
        assert!(long[1].ends_with('…'));
    }
}
