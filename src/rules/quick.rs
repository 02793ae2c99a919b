//! A hash map for small keys of our own making: instants, metrics, windows. Replays look up tens of millions of them.
//!
//! Multiply and rotate, as the compiler's own tables do it (<https://github.com/rust-lang/rustc-hash>). Refuses: keys that
//! somebody outside chooses; for those the standard map resists floods.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map that hashes quickly.
pub type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// An odd number with its bits well spread.
const SPREAD: u64 = 0xf135_7aea_2e62_a9c5;

/// The hasher.
#[derive(Debug, Default, Clone, Copy)]
pub struct Quick(u64);

impl Quick {
    fn add(&mut self, word: u64) {
        self.0 = self.0.wrapping_add(word).wrapping_mul(SPREAD);
    }
}

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.add(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.add(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.add(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.add(n);
    }

    fn write_i32(&mut self, n: i32) {
        self.add(i64::from(n).cast_unsigned());
    }

    fn write_i64(&mut self, n: i64) {
        self.add(n.cast_unsigned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_one_after_another_do_not_meet() {
        let mut map: QuickMap<(i64, i32, u8), usize> = QuickMap::default();
        for day in 0..10_000_i64 {
            map.insert((day * 86_400, 0, 3), 1);
        }
        assert_eq!(map.len(), 10_000);
        let hashes: std::collections::HashSet<u64> = (0..10_000_i64)
            .map(|day| {
                let mut hasher = Quick::default();
                hasher.write_i64(day * 86_400);
                hasher.write_i32(0);
                // Seven bits on top and the low bits both choose the place.
                hasher.finish() & 0x3fff | (hasher.finish() >> 57) << 14
            })
            .collect();
        assert!(9_900 < hashes.len(), "{} of 10000 places", hashes.len());
    }
}
