//! How much the store takes at once, the same for every implementation, so that what fits one fits all.

use super::{Key, StoreError, Table, Transaction, Write};

/// The longest key in bytes. The longest there is (a delivery: notice, room) stays under 300; sled's index pages hold up
/// to 256 keys and should stay under 128 KiB.
pub const KEY_MAX: usize = 384;

/// The longest value in bytes. A receipt and a chat update stay under 32 KiB, a document under 64 KiB; what is larger is
/// a file, not a record.
pub const VALUE_MAX: usize = 256 * 1024;

/// The largest transaction in bytes, counting [`CHANGE_COST`] for every change and expectation. A cycle of 2,000
/// subjects with 4 KiB each fits; it is held in memory twice while it is written.
pub const TRANSACTION_MAX: usize = 8 * 1024 * 1024;

/// What one change costs besides its key and bytes.
pub const CHANGE_COST: usize = 64;

/// Subjects in one transaction (DESIGN §3): a larger poll is several cycles, so that a claim never waits long for one.
pub const CYCLE_SUBJECTS_MAX: usize = 2_000;

/// Refuses what is larger than the limits.
pub fn check(transaction: &Transaction) -> Result<(), StoreError> {
    for (key, bytes) in changes(transaction) {
        at_most("a key", key.len(), KEY_MAX)?;
        at_most("a value", bytes, VALUE_MAX)?;
    }
    at_most("a transaction", size_of(transaction), TRANSACTION_MAX)
}

/// How large a transaction is, as [`TRANSACTION_MAX`] counts.
#[must_use]
pub fn size_of(transaction: &Transaction) -> usize {
    let cost = |(key, bytes): (&[u8], usize)| key.len().saturating_add(bytes).saturating_add(CHANGE_COST);
    changes(transaction).map(cost).fold(0, usize::saturating_add)
}

/// The key and the bytes of every change and expectation.
fn changes(transaction: &Transaction) -> impl Iterator<Item = (&[u8], usize)> {
    fn written(write: &Write) -> (&[u8], usize) {
        match write {
            Write::Put { key, bytes, .. } => (key, bytes.len()),
            Write::Delete { key, .. } => (key, 0),
            Write::Append { bytes, .. } => (&[], bytes.len()),
        }
    }
    let expected = transaction.expect.iter().map(|(_, key, _)| (key.as_slice(), 0));
    expected.chain(transaction.writes.iter().map(written))
}

fn at_most(what: &'static str, size: usize, max: usize) -> Result<(), StoreError> {
    if size <= max { Ok(()) } else { Err(StoreError::TooLarge { what, size, max }) }
}

/// The first expectation that is not met, given the version under each key.
pub(super) fn first_unmet<E>(
    expect: &[(Table, Key, super::Expect)],
    mut version_of: impl FnMut(Table, &[u8]) -> Result<Option<u64>, E>,
) -> Result<Option<(Table, Key)>, E> {
    for (table, key, expected) in expect {
        let found = version_of(*table, key)?;
        let wanted = match expected {
            super::Expect::Absent => None,
            super::Expect::Version(version) => Some(*version),
        };
        if found != wanted {
            return Ok(Some((*table, key.clone())));
        }
    }
    Ok(None)
}

/// Splits the work of a cycle into parts of at most [`CYCLE_SUBJECTS_MAX`] subjects. Everything of one subject stays in
/// one part, and the order within a part is the order given.
#[must_use]
pub fn split_cycle<T, S: Ord>(items: Vec<T>, subject_of: impl Fn(&T) -> S) -> Vec<Vec<T>> {
    let mut part_of = std::collections::BTreeMap::new();
    let mut parts: Vec<Vec<T>> = Vec::new();
    for item in items {
        let known = part_of.len();
        let part = *part_of.entry(subject_of(&item)).or_insert(known / CYCLE_SUBJECTS_MAX);
        match parts.get_mut(part) {
            Some(part) => part.push(item),
            // Parts fill up in order, so a missing one is the next one.
            None => parts.push(vec![item]),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_split_by_subjects_and_never_through_one() {
        let items: Vec<(usize, usize)> = (0..2).flat_map(|turn| (0..4_500).map(move |n| (n, turn))).collect();
        let parts = split_cycle(items, |item| item.0);
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [4_000, 4_000, 1_000]);
        assert_eq!(parts[1][0], (2_000, 0));
        assert_eq!(parts[1][2_000], (2_000, 1));
        assert!(split_cycle(Vec::<u8>::new(), |n| *n).is_empty());
    }
}
