//! Bounds of the integrals behind a weight: chords lie below a concave exponent and tangents above it, so sixteen pieces a
//! side say for nearly every deal on which side of the line it is. The exact integral is worked out where they do not.

use libm::{exp, log};

/// Pieces of each stretch: half a standard deviation of a bell each, which leaves two or three parts in a hundred open.
const PIECES: u32 = 16;
/// What is below this much of its peak is bounded by its tangent.
const NEGLIGIBLE: f64 = 30.0;
/// Doublings of a stretch, from a sixteenth: 2^14 of those is beyond every axis used here.
const DOUBLINGS_MAX: u32 = 14;
/// Halvings of the search for the peak. It need not be exact.
const STEPS: u32 = 14;
/// What rounding may have cost.
const SLACK: f64 = 1e-9;

/// A mass in units of `e^top`, from below and from above.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mass {
    pub low: f64,
    pub high: f64,
}

/// Bounds of `∫ e^g` below 0 and from 0 to `until` (0: nothing is asked of it), and the `top` they are relative to. `g` is
/// concave, and `slope` its derivative.
pub(super) fn masses(g: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64, far: f64, until: f64) -> (f64, Mass, Mass) {
    let peak = f64::max(peak(&slope, until), -far);
    let top = g(peak);
    let line = Exponent { g: &g, slope: &slope, top };
    let (left, right) = (edge(&line, peak, -far), edge(&line, peak, until));
    let mut below = line.over(left, f64::min(peak, 0.0));
    let mut above = Mass { low: 0.0, high: 0.0 };
    if peak < 0.0 {
        below = sum(below, line.over(peak, f64::min(right, 0.0)));
        above = sum(above, line.over(0.0, right));
    } else {
        above = sum(line.over(f64::max(left, 0.0), peak), line.over(peak, right));
    }
    // What is beyond the edges, whichever side of 0 they are on.
    if -far < left {
        let tail = line.tail(left, 1.0);
        below.high += tail;
        above.high += if 0.0 < left { tail } else { 0.0 };
    }
    if right < until {
        let tail = line.tail(right, -1.0);
        above.high += tail;
        below.high += if right < 0.0 { tail } else { 0.0 };
    }
    (top, below, above)
}

fn sum(one: Mass, other: Mass) -> Mass {
    Mass { low: one.low + other.low, high: one.high + other.high }
}

/// About where the slope passes zero, at most `until`.
fn peak(slope: &impl Fn(f64) -> f64, until: f64) -> f64 {
    if 0.0 <= slope(until) {
        return until;
    }
    let (mut low, mut high) = (-1.0, until);
    for _ in 0..DOUBLINGS_MAX {
        if 0.0 < slope(low) {
            break;
        }
        (low, high) = (2.0 * low, low);
    }
    for step in 0..STEPS {
        // An axis without an end is first cut to what posts are worth.
        let middle = if step == 0 && low < 1.0 && 4.0 < high { 1.0 } else { 0.5 * (low + high) };
        if 0.0 < slope(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Where what counts ends, on the side of `end`.
fn edge<G: Fn(f64) -> f64, S: Fn(f64) -> f64>(line: &Exponent<'_, G, S>, peak: f64, end: f64) -> f64 {
    let side = if end < peak { -1.0 } else { 1.0 };
    let mut width = 1.0 / 16.0;
    for _ in 0..DOUBLINGS_MAX {
        if (end - peak).abs() <= width {
            return end;
        }
        if (line.g)(peak + side * width) - line.top < -NEGLIGIBLE {
            // Half way back there may be much less to cut into pieces.
            let nearer = peak + side * 0.75 * width;
            return if (line.g)(nearer) - line.top < -NEGLIGIBLE { nearer } else { peak + side * width };
        }
        width *= 2.0;
    }
    end
}

struct Exponent<'a, G, S> {
    g: &'a G,
    slope: &'a S,
    top: f64,
}

impl<G: Fn(f64) -> f64, S: Fn(f64) -> f64> Exponent<'_, G, S> {
    fn over(&self, from: f64, until: f64) -> Mass {
        let mut mass = Mass { low: 0.0, high: 0.0 };
        if until <= from {
            return mass;
        }
        let wide = (until - from) / f64::from(PIECES);
        let at = |u: f64| ((self.g)(u) - self.top, (self.slope)(u));
        let mut left = at(from);
        for piece in 1..=PIECES {
            let right = at(from + wide * f64::from(piece));
            mass.low += wide * between(left.0, right.0);
            mass.high += under_tangents(left, right, wide);
            left = right;
        }
        Mass { low: mass.low * (1.0 - SLACK), high: mass.high * (1.0 + SLACK) }
    }

    /// What is beyond a point, away from the peak; `side` is where the peak is.
    fn tail(&self, at: f64, side: f64) -> f64 {
        let slope = side * (self.slope)(at);
        let height = exp((self.g)(at) - self.top);
        if 0.0 < slope { height / slope } else { f64::INFINITY }
    }
}

/// The mean of `e^x` between two exponents, on a straight line.
fn between(one: f64, other: f64) -> f64 {
    let apart = other - one;
    if apart.abs() < 1e-5 {
        return exp(0.5 * (one + other));
    }
    (exp(other) - exp(one)) / apart
}

/// The mass under the tangents at both ends of a piece.
fn under_tangents(left: (f64, f64), right: (f64, f64), wide: f64) -> f64 {
    let bend = left.1 - right.1;
    let meet = (right.0 - left.0 - right.1 * wide) / bend;
    let meet = if meet.is_finite() && (0.0..=wide).contains(&meet) { meet } else { 0.5 * wide };
    let height = f64::max(left.0 + left.1 * meet, right.0 - right.1 * (wide - meet));
    meet * between(left.0, height) + (wide - meet) * between(height, right.0)
}

/// `ln` of both bounds of a mass below its top.
pub(super) fn ln(top: f64, mass: Mass) -> (f64, f64) {
    (top + log(mass.low), top + log(mass.high))
}
