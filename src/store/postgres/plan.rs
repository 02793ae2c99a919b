//! Several transactions as one: what each comes to, in the order they came, and what is then written.
//!
//! Pure: it is told what is there. Each transaction is held against what is there after those before it, so their outcome is
//! the same as if each had been committed alone.

use std::collections::BTreeMap;

use crate::store::{Committed, Key, StoreError, Table, Transaction, Write, keys, limits};

/// What is there, as far as it is touched.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// The version under each key that is there.
    pub versions: BTreeMap<(Table, Key), u64>,
    /// The last number given, by table.
    pub counters: BTreeMap<Table, u64>,
}

/// A record as it is to be: its version and bytes. `None`: gone.
pub type NewRecord<'a> = Option<(u64, &'a [u8])>;

/// What has to be written.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    /// Records.
    pub records: BTreeMap<(Table, Key), NewRecord<'a>>,
    /// Counters that moved.
    pub counters: BTreeMap<Table, u64>,
}

impl Changes<'_> {
    /// Whether nothing has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.counters.is_empty()
    }
}

/// What one transaction came to.
pub type Outcome = Result<Committed, (Table, Key)>;

/// The keys that some transactions look at or write, given how far the tables have counted.
pub fn touched(transactions: &[&Transaction], counters: &BTreeMap<Table, u64>) -> Vec<(Table, Key)> {
    let mut next = counters.clone();
    let mut touched = Vec::new();
    for transaction in transactions {
        touched.extend(transaction.expect.iter().map(|(table, key, _)| (*table, key.clone())));
        for write in &transaction.writes {
            touched.push(match write {
                Write::Put { table, key, .. } | Write::Delete { table, key } => (*table, key.clone()),
                Write::Append { table, .. } => (*table, keys::number(count_up(&mut next, *table))),
            });
        }
    }
    touched.sort_unstable();
    touched.dedup();
    touched
}

fn count_up(counters: &mut BTreeMap<Table, u64>, table: Table) -> u64 {
    let counter = counters.entry(table).or_default();
    *counter = counter.saturating_add(1);
    *counter
}

/// Whether any of them asks for a number.
pub fn any_appends(transactions: &[&Transaction]) -> bool {
    transactions.iter().flat_map(|one| &one.writes).any(|write| matches!(write, Write::Append { .. }))
}

/// Works out what each transaction comes to.
pub fn settle<'a>(transactions: &[&'a Transaction], mut picture: Picture) -> (Vec<Outcome>, Changes<'a>) {
    let mut changes = Changes::default();
    let outcomes = transactions
        .iter()
        .map(|transaction| {
            let unmet = limits::first_unmet(&transaction.expect, |table, key| {
                Ok::<_, StoreError>(picture.versions.get(&(table, key.to_vec())).copied())
            });
            if let Ok(Some(at)) = unmet {
                return Err(at);
            }
            let mut numbers = Vec::new();
            for write in &transaction.writes {
                match write {
                    Write::Put { table, key, bytes } => put(&mut picture, &mut changes, (*table, key.clone()), bytes),
                    Write::Delete { table, key } => {
                        let at = (*table, key.clone());
                        if picture.versions.remove(&at).is_some() {
                            changes.records.insert(at, None);
                        }
                    }
                    Write::Append { table, bytes } => {
                        let number = count_up(&mut picture.counters, *table);
                        changes.counters.insert(*table, number);
                        numbers.push(number);
                        put(&mut picture, &mut changes, (*table, keys::number(number)), bytes);
                    }
                }
            }
            Ok(Committed { numbers })
        })
        .collect();
    (outcomes, changes)
}

fn put<'a>(picture: &mut Picture, changes: &mut Changes<'a>, at: (Table, Key), bytes: &'a [u8]) {
    let version = picture.versions.entry(at.clone()).or_default();
    *version = version.saturating_add(1);
    changes.records.insert(at, Some((*version, bytes)));
}
