//! The number of the file's schema, and the way from an older one.
//!
//! A store says which schema it has under `schema` in [`Table::Meta`]. A program lifts an older store step by step, each
//! step one transaction with the new number in it, so a crash in between repeats a step or skips to the next; it refuses
//! a newer store.

use super::Open;
use crate::domain::num::u64_of_len;
use crate::store::{Expect, StoreError, Table, Transaction, Write};

/// A step: reads what it needs and answers what must be written.
pub type Migration = fn(&Open) -> Result<Transaction, StoreError>;

/// The steps. The first lifts schema 1 to schema 2.
///
/// Since schema 3 samples may be sealed, since schema 4 polls are kept as they were heard. Nothing has to be done for either; a
/// program that knows nothing of them would take numbers for gone.
pub const MIGRATIONS: &[Migration] = &[keep_sums, |_| Ok(Transaction::default()), |_| Ok(Transaction::default())];

/// Schema 2 keeps the sum of each table. A crash in between sums up again: nobody commits before the number is raised.
fn keep_sums(open: &Open) -> Result<Transaction, StoreError> {
    open.sum_up()?;
    Ok(Transaction::default())
}

/// Under which key of [`Table::Meta`] the number is.
const KEY: &[u8] = crate::store::backup::SCHEMA_KEY;

/// Brings a store to the newest schema; `fresh` when it may be empty because it was never used.
pub fn settle(open: &Open, fresh: bool, migrations: &[Migration]) -> Result<(), StoreError> {
    let newest = u64_of_len(migrations.len()) + 1;
    loop {
        let kept = open.get(Table::Meta, KEY)?;
        let Some(kept) = kept else {
            if !fresh {
                return Err(StoreError::Damaged {
                    what: "it has been used but says nothing about its schema; restore a backup".to_owned(),
                });
            }
            open.commit(with_number(Transaction::default(), Expect::Absent, newest))?;
            return Ok(());
        };
        let found = <[u8; 8]>::try_from(kept.bytes.as_slice()).map_or(0, u64::from_be_bytes);
        if found == newest {
            return Ok(());
        }
        let step =
            found.checked_sub(1).and_then(|place| usize::try_from(place).ok()).and_then(|place| migrations.get(place));
        let Some(step) = step else {
            return Err(StoreError::Damaged {
                what: format!(
                    "it has schema {found} and this program knows schemas 1 to {newest}; run the newer program, or \
                     restore a backup made by this one"
                ),
            });
        };
        let lifted = with_number(step(open)?, Expect::Version(kept.version), found + 1);
        open.commit(lifted)?;
    }
}

fn with_number(mut transaction: Transaction, expect: Expect, number: u64) -> Transaction {
    transaction.expect.push((Table::Meta, KEY.to_vec(), expect));
    transaction.writes.push(Write::Put { table: Table::Meta, key: KEY.to_vec(), bytes: number.to_be_bytes().to_vec() });
    transaction
}
