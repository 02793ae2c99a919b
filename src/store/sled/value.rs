//! How a record lies in a sled tree.
//!
//! A row is `format (1) · version (8) · crc32 (4) · payload`. The checksum covers table, key and bytes, so a row that got
//! under another key is found too. Bytes up to [`INLINE_MAX`] are the payload; longer ones lie as chunks in a tree of
//! their own and the payload is their length.
//!
//! Rejected: one row however long. A leaf of sled holds 16 rows and more while leaves merge; over 128 KiB it becomes a
//! file of its own that is written anew at each change and that sled never syncs.

use crate::store::{Key, Table};

/// The longest bytes inside a row. 28 rows with the longest keys still fit the 128 KiB of a page; a leaf is split at 17
/// and merging adds 3 at a time.
pub const INLINE_MAX: usize = 4 * 1024;

const HEAD: usize = 13;
const INLINE: u8 = 1;
const CHUNKED: u8 = 2;

/// A row read: what it says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// Counts the writes of the key.
    pub version: u64,
    crc: u32,
    /// Where the bytes are.
    pub payload: Payload<'a>,
}

/// Where the bytes of a row are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Here.
    Inline(&'a [u8]),
    /// In chunks, so many bytes in all.
    Chunked(usize),
}

/// Bytes made ready to be written, before it is known which version they will be.
#[derive(Debug)]
pub struct Prepared {
    bytes: Vec<u8>,
    crc: u32,
}

impl Prepared {
    /// Makes `bytes` ready for `key`.
    pub fn new(table: Table, key: &[u8], bytes: Vec<u8>) -> Self {
        let crc = checksum(table, key, &bytes);
        Self { bytes, crc }
    }

    /// The row.
    pub fn row(&self, version: u64) -> Vec<u8> {
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
        let (format, payload) =
            if self.is_inline() { (INLINE, self.bytes.as_slice()) } else { (CHUNKED, length.as_slice()) };
        let mut row = Vec::with_capacity(HEAD + payload.len());
        row.push(format);
        row.extend_from_slice(&version.to_be_bytes());
        row.extend_from_slice(&self.crc.to_be_bytes());
        row.extend_from_slice(payload);
        row
    }

    /// The chunks that go with the row; none when it holds everything itself.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        let outside = if self.is_inline() { &[] } else { self.bytes.as_slice() };
        outside.chunks(INLINE_MAX)
    }

    /// What stands for the record in the sum of its table.
    pub fn stamp(&self, version: u64) -> u64 {
        stamp(self.crc, version)
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn is_inline(&self) -> bool {
        self.bytes.len() <= INLINE_MAX
    }
}

/// Reads a row. `None` when it is not one.
pub fn read(row: &[u8]) -> Option<Row<'_>> {
    let (format, rest) = row.split_first()?;
    let (version, rest) = rest.split_first_chunk::<8>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let payload = match *format {
        INLINE => Payload::Inline(rest),
        CHUNKED => Payload::Chunked(usize::try_from(u32::from_be_bytes(rest.try_into().ok()?)).ok()?),
        _ => return None,
    };
    Some(Row { version: u64::from_be_bytes(*version), crc: u32::from_be_bytes(*crc), payload })
}

impl Row<'_> {
    /// Whether these are the bytes that were put under this key.
    pub fn is_of(&self, table: Table, key: &[u8], bytes: &[u8]) -> bool {
        self.crc == checksum(table, key, bytes)
    }

    /// What stands for the record in the sum of its table.
    pub fn stamp(&self) -> u64 {
        stamp(self.crc, self.version)
    }

    /// Under which keys the chunks of this row lie; none when it holds everything itself.
    pub fn chunk_keys(&self, table: Table, key: &[u8]) -> impl Iterator<Item = Key> {
        let count = match self.payload {
            Payload::Inline(_) => 0,
            Payload::Chunked(length) => length.div_ceil(INLINE_MAX),
        };
        let version = self.version;
        (0..count).map(move |at| chunk_key(table, key, version, at))
    }
}

/// Where a chunk lies: table, key, version, place. The end has a fixed length, so no two keys make the same one; the
/// version keeps a reader from mixing chunks of two writes.
pub fn chunk_key(table: Table, key: &[u8], version: u64, at: usize) -> Key {
    let mut chunk = Vec::with_capacity(key.len() + 13);
    chunk.push(table.number());
    chunk.extend_from_slice(key);
    chunk.extend_from_slice(&version.to_be_bytes());
    chunk.extend_from_slice(&u32::try_from(at).unwrap_or(u32::MAX).to_be_bytes());
    chunk
}

/// Checksum and version, mixed so that sums of many tell which they are of
/// ([the finish of SplitMix64](https://doi.org/10.1145/2660193.2660195)).
fn stamp(crc: u32, version: u64) -> u64 {
    let mut mixed = ((u64::from(crc) << 32) ^ version).wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn checksum(table: Table, key: &[u8], bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[table.number()]);
    hasher.update(&crate::domain::num::u64_of_len(key.len()).to_be_bytes());
    hasher.update(key);
    hasher.update(bytes);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn rows_come_back_and_garbage_never_panics(
            bytes in proptest::collection::vec(any::<u8>(), 0..3 * INLINE_MAX),
            key in proptest::collection::vec(any::<u8>(), 0..9),
            version: u64,
        ) {
            let prepared = Prepared::new(Table::Meta, &key, bytes.clone());
            let written = prepared.row(version);
            let row = read(&written).expect("a row");
            let whole = match row.payload {
                Payload::Inline(inline) => inline.to_vec(),
                Payload::Chunked(length) => {
                    prop_assert_eq!(length, bytes.len());
                    prepared.chunks().flatten().copied().collect()
                }
            };
            prop_assert_eq!(row.version, version);
            prop_assert_eq!(row.chunk_keys(Table::Meta, &key).count(), prepared.chunks().count());
            prop_assert_eq!(&whole, &bytes);
            prop_assert!(row.is_of(Table::Meta, &key, &whole));
            prop_assert!(!row.is_of(Table::Rules, &key, &whole));
            let _ = read(&bytes);
        }
    }
}
