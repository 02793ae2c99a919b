//! An amount in parts that add up to it: the largest remainder
//! (<https://en.wikipedia.org/wiki/Largest_remainders_method>).

/// Spreads whole units over weights. Each part is its exact share rounded down, and what is left goes, one unit each, to the
/// parts that lost most; of equal ones to the earlier. The parts add up to `total` exactly, whatever its sign. Where no
/// weight is above zero the first part gets all of it; without any weight there are no parts.
#[must_use]
pub fn by_weight(total: i64, weights: &[u64]) -> Vec<i64> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if sum == 0 {
        return weights.iter().enumerate().map(|(at, _)| if at == 0 { total } else { 0 }).collect();
    }
    let whole = u128::from(total.unsigned_abs());
    let mut parts: Vec<u64> = Vec::with_capacity(weights.len());
    let mut lost: Vec<(u128, usize)> = Vec::with_capacity(weights.len());
    let mut given: u64 = 0;
    for (at, weight) in weights.iter().enumerate() {
        // At most 2⁶³ × 2⁶⁴: it fits.
        let product = whole.saturating_mul(u128::from(*weight));
        let part = u64::try_from(product / sum).unwrap_or(u64::MAX);
        given = given.saturating_add(part);
        parts.push(part);
        lost.push((product % sum, at));
    }
    lost.sort_by_key(|(remainder, at)| (std::cmp::Reverse(*remainder), *at));
    let left = total.unsigned_abs().saturating_sub(given);
    let takers = usize::try_from(left).unwrap_or(usize::MAX);
    for (_, at) in lost.into_iter().take(takers) {
        if let Some(part) = parts.get_mut(at) {
            *part = part.saturating_add(1);
        }
    }
    let signed = |part: u64| {
        let part = i128::from(part);
        i64::try_from(if total < 0 { -part } else { part }).unwrap_or(total)
    };
    parts.into_iter().map(signed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_goes_to_those_that_lost_most() {
        for (total, weights, want) in [
            (100, &[1, 1, 1][..], &[34, 33, 33][..]),
            (-100, &[1, 1, 1], &[-34, -33, -33]),
            (5, &[3, 0, 1], &[4, 0, 1]),
            (7, &[0, 0], &[7, 0]),
            (i64::MIN, &[1, 1], &[i64::MIN / 2, i64::MIN / 2]),
            (0, &[5], &[0]),
            (9, &[], &[]),
        ] {
            assert_eq!(by_weight(total, weights), want, "{total} over {weights:?}");
        }
    }

    proptest! {
        #[test]
        fn parts_add_up_and_are_within_one_of_their_share(
            total in -1_000_000_000_000_i64..1_000_000_000_000,
            weights in proptest::collection::vec(0_u64..10_000_000, 1..60),
        ) {
            let parts = by_weight(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            let sum: u128 = weights.iter().map(|one| u128::from(*one)).sum();
            if sum > 0 {
                for (part, weight) in parts.iter().zip(&weights) {
                    let exact = i128::from(total) * i128::from(*weight);
                    let off = i128::from(*part) * i128::try_from(sum).expect("fits") - exact;
                    prop_assert!(off.unsigned_abs() < sum);
                }
            }
        }
    }
}
