//! Seeded chance: the same draws on every machine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::domain::num::f64_of;

/// A stream of draws.
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of one creator: others do not move it, so a larger world keeps the smaller one inside it.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Evenly between two bounds, the upper one left out.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        // 53 bits, the most a double holds: no draw depends on how a library maps bits to doubles.
        let bits = i64::try_from(self.0.next_u64_top(53)).unwrap_or(0);
        low + (high - low) * f64_of(bits) / f64_of(1 << 53)
    }

    /// A whole number between two bounds, both possible.
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// How many of many independent events happened when `mean` were expected (Knuth 1969); means beyond 30 are drawn in
    /// parts, because the product underflows.
    pub fn events(&mut self, mean: f64) -> i64 {
        let mut left = mean;
        let mut count = 0;
        while 0.0 < left {
            let part = if left < 30.0 { left } else { 30.0 };
            left -= part;
            let floor = libm::exp(-part);
            let mut product = self.between(0.0, 1.0);
            while floor < product {
                count += 1;
                product *= self.between(0.0, 1.0);
            }
        }
        count
    }
}

/// The upper bits of a draw.
trait TopBits {
    fn next_u64_top(&mut self, bits: u32) -> u64;
}

impl TopBits for ChaCha8Rng {
    fn next_u64_top(&mut self, bits: u32) -> u64 {
        self.random::<u64>() >> (64 - bits)
    }
}
