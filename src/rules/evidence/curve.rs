//! Integrals of `e^g(u)` where `g` rises to one peak and falls on both sides, in logarithms.
//!
//! The peak is found first and the integrand is divided by it, so that nothing overflows however much data there is; then
//! the stretch that counts is bracketed and integrated with the double exponential rule (Takahasi and Mori 1974), whose
//! error falls exponentially for analytic integrands and which does not mind where an integral is cut off.

use libm::{exp, log};
use quadrature::double_exponential;

/// What is below this much of its peak no longer counts: `e^−40` is 4e-18, below the last bit of the sum.
const NEGLIGIBLE: f64 = 40.0;

/// How exact the integral is, as a share of peak times width.
const EXACT: f64 = 1e-10;

/// Narrowing steps of the search for the peak: each at least halves the stretch, so 120 exhaust a double.
const STEPS_MAX: u32 = 120;

/// Doublings of the stretch that counts, from one thousandth: 2^40 of those is beyond every axis used here.
const DOUBLINGS_MAX: u32 = 40;

/// The logarithm of `∫ e^g(u) du` from `from` to `until` (both finite). `slope` is the derivative of `g`; it falls.
pub fn ln_integral(g: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64, from: f64, until: f64) -> f64 {
    if until <= from {
        return f64::NEG_INFINITY;
    }
    let peak = peak(slope, from, until);
    let top = g(peak);
    if !top.is_finite() {
        return f64::NEG_INFINITY;
    }
    let under = |low: f64, high: f64| {
        if low < high {
            double_exponential::integrate(|u| exp(g(u) - top), low, high, EXACT * (high - low)).integral
        } else {
            0.0
        }
    };
    let (left, right) = (edge(&g, peak, from, top), edge(&g, peak, until, top));
    top + log(under(left, peak) + under(peak, right))
}

/// Where `g` is highest: where its falling slope passes zero, or an end.
fn peak(slope: impl Fn(f64) -> f64, from: f64, until: f64) -> f64 {
    if 0.0 <= slope(until) {
        return until;
    }
    if slope(from) <= 0.0 {
        return from;
    }
    let (mut low, mut high) = (from, until);
    for _ in 0..STEPS_MAX {
        let middle = 0.5 * (low + high);
        if middle <= low || high <= middle {
            break;
        }
        if 0.0 < slope(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The end of what counts on one side of the peak, at most `end`.
fn edge(g: &impl Fn(f64) -> f64, peak: f64, end: f64, top: f64) -> f64 {
    let side = if end < peak { -1.0 } else { 1.0 };
    let counts = |width: f64| top - NEGLIGIBLE < g(peak + side * width);
    let mut width = 1e-3;
    for _ in 0..DOUBLINGS_MAX {
        if (end - peak).abs() <= width {
            return end;
        }
        if !counts(width) {
            return peak + side * width;
        }
        width *= 2.0;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(got: f64, want: f64) {
        assert!((got - want).abs() <= 1e-8 * f64::max(1.0, want.abs()), "{got} for {want}");
    }

    #[test]
    fn known_integrals_come_out_whatever_their_scale() {
        let normal = |sd: f64, mean: f64, height: f64| move |u: f64| height - (u - mean) * (u - mean) / (2.0 * sd * sd);
        for (sd, mean, height) in [(1.0, 0.0, 0.0), (1e-4, 0.3, 900.0), (20.0, -5.0, -2000.0)] {
            let whole = ln_integral(normal(sd, mean, height), |u| (mean - u) / (sd * sd), -700.0, 700.0);
            check(whole, height + log(sd) + 0.5 * log(2.0 * std::f64::consts::PI));
            let half = ln_integral(normal(sd, mean, height), |u| (mean - u) / (sd * sd), mean, 700.0);
            check(half, whole - log(2.0));
        }
        // Highest at an end: e^u up to 0.
        check(ln_integral(|u| u, |_| 1.0, -700.0, 0.0), 0.0);
        assert!(ln_integral(|u| u, |_| 1.0, 1.0, 0.0).is_infinite());
    }
}
