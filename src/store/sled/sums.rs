//! How many records each table has, and a sum of what they are: kept beside them, commit by commit.
//!
//! sled finds a page that was overwritten, and takes a damaged place in its log for the torn end of a crash. What falls back
//! to an earlier state alone (a page of one table, a segment that is skipped) still reads well. So every commit adds
//! to and takes from two counters a table, in the same transaction, and whoever reads a table through knows whether it is
//! all that was committed. The order of commits does not matter, and a commit reads nothing more for it than it did.
//!
//! Rejected: a hash tree over the keys. It would name the damaged place, and writes a path for every record.

use std::collections::BTreeMap;

use ::sled::transaction::TransactionalTree;

use super::open::{InTransaction, Open, refuse_damaged};
use super::opening::{cannot_read, damaged};
use super::value::{self, Payload};
use crate::store::{Key, StoreError, Table};

/// Records, and the sum of [`value::Row::stamp`] over them; both wrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many.
    pub records: u64,
    stamps: u64,
}

impl Sum {
    fn add(&mut self, stamp: u64) {
        self.records = self.records.wrapping_add(1);
        self.stamps = self.stamps.wrapping_add(stamp);
    }

    fn take(&mut self, stamp: u64) {
        self.records = self.records.wrapping_sub(1);
        self.stamps = self.stamps.wrapping_sub(stamp);
    }
}

/// The names of the two counters. The counter of appended rows is the number alone.
fn counters(table: Table) -> [Key; 2] {
    [b'n', b's'].map(|kind| vec![table.number(), kind])
}

/// Whether a counter is one of these.
pub fn is_sum(counter: &[u8]) -> bool {
    Table::ALL.into_iter().any(|table| counters(table).iter().any(|name| name == counter))
}

/// What one transaction adds and takes.
#[derive(Debug, Default)]
pub struct Changes(BTreeMap<Table, Sum>);

impl Changes {
    /// A record was put.
    pub fn put(&mut self, table: Table, stamp: u64) {
        self.0.entry(table).or_default().add(stamp);
    }

    /// A record went.
    pub fn removed(&mut self, table: Table, stamp: u64) {
        self.0.entry(table).or_default().take(stamp);
    }

    /// Writes the new sums.
    pub fn write(self, tree: &TransactionalTree) -> InTransaction<()> {
        for (table, change) in self.0 {
            for (counter, by) in counters(table).into_iter().zip([change.records, change.stamps]) {
                let before = tree.get(&counter)?;
                let Some(before) = read(before.as_deref()) else { return Err(refuse_damaged(Table::Meta, &counter)) };
                tree.insert(counter, before.wrapping_add(by).to_be_bytes().as_slice())?;
            }
        }
        Ok(())
    }
}

fn read(counter: Option<&[u8]>) -> Option<u64> {
    counter.map_or(Some(0), |bytes| bytes.try_into().ok().map(u64::from_be_bytes))
}

impl Open {
    /// Reads every record of every table, and sums them up.
    pub fn read_through(&self) -> Result<BTreeMap<Table, Sum>, StoreError> {
        let mut sums = BTreeMap::new();
        for table in Table::ALL {
            let mut sum = Sum::default();
            for row in self.table(table)? {
                let (key, row) = row.map_err(cannot_read)?;
                let head = value::read(&row).ok_or_else(|| damaged(table, &key))?;
                let is_whole = match head.payload {
                    Payload::Inline(bytes) => head.is_of(table, &key, bytes),
                    Payload::Chunked(length) => self
                        .gather(&head, table, &key, length)?
                        .is_some_and(|bytes| bytes.len() == length && head.is_of(table, &key, &bytes)),
                };
                if !is_whole {
                    return Err(damaged(table, &key));
                }
                sum.add(head.stamp());
            }
            sums.insert(table, sum);
        }
        Ok(sums)
    }

    /// Refuses a store that has other records than those that were committed. Nobody may commit meanwhile.
    pub fn check_sums(&self) -> Result<BTreeMap<Table, Sum>, StoreError> {
        let found = self.read_through()?;
        for (table, found) in &found {
            let [records, stamps] = counters(*table);
            let kept = |name: &Key| -> Result<u64, StoreError> {
                let counter = self.counters.get(name).map_err(cannot_read)?;
                read(counter.as_deref()).ok_or_else(|| damaged(Table::Meta, name))
            };
            let wanted = Sum { records: kept(&records)?, stamps: kept(&stamps)? };
            if *found != wanted {
                let (has, of) = (found.records, wanted.records);
                let what = if has == of {
                    format!(
                        "some of the {of} records in {table:?} are not the newest that were committed; restore a backup"
                    )
                } else {
                    format!("{has} records of {of} are in {table:?}; restore a backup")
                };
                return Err(StoreError::Damaged { what });
            }
        }
        Ok(found)
    }

    /// Writes the sums of what is there: for a store of schema 1, which has none.
    pub fn sum_up(&self) -> Result<(), StoreError> {
        const DEED: &str = "sum the tables up";
        for (table, sum) in self.read_through()? {
            for (counter, value) in counters(table).into_iter().zip([sum.records, sum.stamps]) {
                let written = self.counters.insert(counter, value.to_be_bytes().as_slice());
                written.map_err(|cause| StoreError::failed(DEED, cause))?;
            }
        }
        Ok(())
    }

    /// Forgets all sums, before others are taken over with the records they are of.
    pub fn forget_sums(&self) -> Result<(), StoreError> {
        for counter in Table::ALL.into_iter().flat_map(counters) {
            self.counters.remove(counter).map_err(|cause| StoreError::failed("restore a record", cause))?;
        }
        Ok(())
    }
}
