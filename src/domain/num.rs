//! Every conversion between kinds of numbers, each with what it loses.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "this module is where the conversions live; each function says what it loses"
)]

/// A count as a double. Exact up to 2^53; beyond that the nearest double (a counter of 9 quadrillion is off by one).
#[must_use]
pub fn f64_of(count: i64) -> f64 {
    count as f64
}

/// A size as a double, under the same reservation.
#[must_use]
pub fn f64_of_len(len: usize) -> f64 {
    len as f64
}

/// The nearest whole number, halves away from zero; saturates at the ends, and `None` for what is not a number.
#[must_use]
pub fn round_i64(value: f64) -> Option<i64> {
    if value.is_nan() { None } else { Some(value.round() as i64) }
}

/// A size as a signed count; saturates, which no size in memory reaches.
#[must_use]
pub fn i64_of_len(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

/// A size as a 64-bit count.
#[must_use]
pub fn u64_of_len(len: usize) -> u64 {
    len as u64
}

/// A count as a size, where a negative one is an error of the caller and gives `None`.
#[must_use]
pub fn len_of(count: i64) -> Option<usize> {
    usize::try_from(count).ok()
}

/// A value as people and receipts see it: six significant digits, so that the last bits of a floating-point sum never
/// show. `-0` is `0`; what is not finite stays as it is.
#[must_use]
pub fn six_digits(value: f64) -> f64 {
    if !value.is_finite() || value == 0.0 {
        return if value == 0.0 { 0.0 } else { value };
    }
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// The index of a quantile's lower neighbour and the weight of the upper one, by linear interpolation between closest
/// ranks (Hyndman and Fan 1996, type 7: what R and numpy do by default). `None` for an empty sample.
#[must_use]
pub fn quantile_at(len: usize, q: f64) -> Option<(usize, f64)> {
    let last = len.checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * last as f64;
    let lower = place.floor();
    Some((lower as usize, place - lower))
}

/// A pixel coordinate, saturating at the picture's limits.
#[must_use]
pub fn pixel(value: f64) -> i32 {
    value.round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_shown_and_no_more() {
        for (given, want) in
            [(0.1 + 0.2, 0.3), (1_234_567.0, 1_234_570.0), (-0.0, 0.0), (1.0e-9, 1.0e-9), (160.0, 160.0)]
        {
            assert_eq!(six_digits(given).to_bits(), f64::to_bits(want), "{given}");
        }
        assert!(six_digits(f64::NAN).is_nan());
    }

    #[test]
    fn quantiles_interpolate_between_neighbours() {
        assert_eq!(quantile_at(0, 0.5), None);
        assert_eq!(quantile_at(1, 0.9), Some((0, 0.0)));
        assert_eq!(quantile_at(4, 0.5), Some((1, 0.5)));
        assert_eq!(quantile_at(5, 1.0), Some((4, 0.0)));
    }
}
