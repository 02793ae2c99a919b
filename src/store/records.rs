//! Records: what the program keeps, as its own types.
//!
//! Owns: the form of a record (two bytes of version, then JSON), and the index rows that follow from it. A record says
//! which index rows it needs ([`Record::index`]); every transaction made here writes the difference, so a record and its
//! index never disagree. Refuses: records of a newer program, and changes that were not made from what is kept.

mod remembered;

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Expect, Kept, Key, Store, StoreError, Table, Transaction, Write, keys};
use crate::domain::journal::JournalEntry;
use crate::domain::person::{Grant, Person, Room};
use crate::domain::written::repeated;
use crate::outbox::delivery::Delivery;
use crate::outbox::incident::{Incident, Stage};
use crate::outbox::notice::Notice;
use crate::outbox::retry::due_at;

pub use remembered::Remembered;

/// Records read at once by a scan: at a few KiB each, a few MiB.
const PAGE: usize = 500;

/// Something kept in a table under its own key.
pub trait Record: Serialize + DeserializeOwned {
    /// Where.
    const TABLE: Table;
    /// Counts the forms its JSON has had. A field with a default is no new form.
    const VERSION: u16;

    /// Under which key. It never changes.
    fn key(&self) -> Key;

    /// The rows of other tables that lead to it. A row that is new must not be there yet: that is how an identity belongs
    /// to one person and a rule has one open incident on a subject.
    fn index(&self) -> Vec<IndexRow> {
        Vec::new()
    }
}

/// A row that leads to a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRow {
    /// Where.
    pub table: Table,
    /// Under which key.
    pub key: Key,
    /// What it says.
    pub bytes: Vec<u8>,
}

impl Record for Incident {
    const TABLE: Table = Table::Incidents;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::incident(&self.id)
    }

    fn index(&self) -> Vec<IndexRow> {
        let mut rows = match self.stage {
            Stage::Firing | Stage::Recovering => vec![IndexRow {
                table: Table::OpenIncidents,
                key: keys::rule_and_subject(&self.rule, &self.subject),
                bytes: self.key(),
            }],
            Stage::Resolved => Vec::new(),
        };
        rows.extend(self.next_rung_at().map(|at| IndexRow {
            table: Table::DueRungs,
            key: keys::due(at, &self.key()),
            bytes: Vec::new(),
        }));
        rows.extend(self.next_escalation_at().map(|at| IndexRow {
            table: Table::DueEscalations,
            key: keys::due(at, &self.key()),
            bytes: Vec::new(),
        }));
        rows.extend(self.resolved_at.filter(|_| self.stage == Stage::Resolved).map(|at| IndexRow {
            table: Table::EndedIncidents,
            key: keys::due(at, &self.key()),
            bytes: Vec::new(),
        }));
        rows
    }
}

impl Record for Notice {
    const TABLE: Table = Table::Notices;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::notice(&self.about)
    }
}

impl Record for Delivery {
    const TABLE: Table = Table::Deliveries;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::delivery(&self.about, &self.room)
    }

    fn index(&self) -> Vec<IndexRow> {
        due_at(self)
            .map(|at| IndexRow { table: Table::DueDeliveries, key: keys::due(at, &self.key()), bytes: Vec::new() })
            .into_iter()
            .collect()
    }
}

impl Record for Person {
    const TABLE: Table = Table::People;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::person(&self.id)
    }

    fn index(&self) -> Vec<IndexRow> {
        let rows = self.identities.iter().map(|identity| IndexRow {
            table: Table::Identities,
            key: keys::identity(identity),
            bytes: self.key(),
        });
        rows.collect()
    }
}

impl Record for Grant {
    const TABLE: Table = Table::Grants;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::grant(&self.person, self.role, &self.reach)
    }
}

impl Record for Room {
    const TABLE: Table = Table::Rooms;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::room(&self.id)
    }
}

/// What the index of due deliveries needs when `before` becomes `after`. [`Transaction::create`] and
/// [`Transaction::update`] do this by themselves.
#[must_use]
pub fn due_writes(before: Option<&Delivery>, after: &Delivery) -> Vec<Write> {
    index_writes(&before.map(Record::index).unwrap_or_default(), &after.index())
}

/// Removes what is no longer right and puts what is new; what stays is not touched.
fn index_writes(before: &[IndexRow], after: &[IndexRow]) -> Vec<Write> {
    let gone = before
        .iter()
        .filter(|row| !after.contains(row))
        .map(|row| Write::Delete { table: row.table, key: row.key.clone() });
    let new = after.iter().filter(|row| !before.contains(row)).map(|row| Write::Put {
        table: row.table,
        key: row.key.clone(),
        bytes: row.bytes.clone(),
    });
    gone.chain(new).collect()
}

/// A record as it was read. Change `value` and hand it to [`Transaction::update`].
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<T> {
    /// The record.
    pub value: T,
    /// Which write of it this is.
    pub version: u64,
    key: Key,
    index: Vec<IndexRow>,
}

impl<T: Record> Loaded<T> {
    fn read(key: Key, kept: &Kept) -> Result<Self, StoreError> {
        let value: T = decode(T::TABLE, T::VERSION, &key, &kept.bytes)?;
        let index = value.index();
        Ok(Self { value, version: kept.version, key, index })
    }

    /// The key it was read from.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        &self.key
    }
}

fn encode<T: Serialize>(version: u16, value: &T) -> Result<Vec<u8>, StoreError> {
    let mut bytes = version.to_be_bytes().to_vec();
    serde_json::to_writer(&mut bytes, value).map_err(|cause| StoreError::failed("write a record down", cause))?;
    Ok(bytes)
}

fn decode<T: DeserializeOwned>(table: Table, version: u16, key: &[u8], bytes: &[u8]) -> Result<T, StoreError> {
    let damaged = |why: &dyn fmt::Display| StoreError::Damaged {
        what: format!("the record `{}` in {table:?} {why}", key.escape_ascii()),
    };
    let Some((found, json)) = bytes.split_first_chunk::<2>() else {
        return Err(damaged(&"is empty; restore a backup"));
    };
    let found = u16::from_be_bytes(*found);
    if found != version {
        let why = format!("has version {found}, expected {version}; run the program that wrote it");
        return Err(damaged(&why));
    }
    serde_json::from_slice(json)
        .map_err(|cause| damaged(&format!("cannot be understood ({}); restore a backup", repeated(&cause.to_string()))))
}

/// A record as it stands in a write or a row, for who looks on.
pub fn read_bytes<T: Record>(key: &[u8], bytes: &[u8]) -> Result<T, StoreError> {
    decode(T::TABLE, T::VERSION, key, bytes)
}

/// Reads the bytes of a record as the store does, works out where it lies, and answers the bytes it would be kept as.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn again<T: Record>(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let kept = Kept { version: 1, bytes: bytes.to_vec() };
    let read = Loaded::<T>::read(Key::new(), &kept)?;
    let mut transaction = Transaction::new();
    transaction.create(&read.value)?;
    encode(T::VERSION, &read.value)
}

/// The same of a line of the journal.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn journal_again(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    encode(JOURNAL_VERSION, &decode::<JournalEntry>(Table::Journal, JOURNAL_VERSION, b"fuzz", bytes)?)
}

impl Transaction {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a record that must not be there yet.
    pub fn create<T: Record>(&mut self, record: &T) -> Result<&mut Self, StoreError> {
        self.expect.push((T::TABLE, record.key(), Expect::Absent));
        self.put_indexed(record, &[])
    }

    /// Puts a changed record over the one it was read from.
    pub fn update<T: Record>(&mut self, changed: &Loaded<T>) -> Result<&mut Self, StoreError> {
        if changed.value.key() != changed.key {
            return Err(StoreError::failed("write a record down", "its key must not change"));
        }
        self.expect_unchanged(changed);
        self.put_indexed(&changed.value, &changed.index)
    }

    /// Puts a record over the one that was read, if there was one: [`Transaction::update`] or [`Transaction::create`].
    pub fn set<T: Record>(&mut self, before: Option<&Loaded<T>>, after: &T) -> Result<&mut Self, StoreError> {
        let Some(before) = before else {
            return self.create(after);
        };
        if after.key() != before.key {
            return Err(StoreError::failed("write a record down", "its key must not change"));
        }
        self.expect_unchanged(before);
        self.put_indexed(after, &before.index)
    }

    /// Removes a record with its index rows.
    pub fn delete<T: Record>(&mut self, read: &Loaded<T>) -> &mut Self {
        self.expect_unchanged(read);
        self.writes.push(Write::Delete { table: T::TABLE, key: read.key.clone() });
        self.writes.extend(index_writes(&read.index, &[]));
        self
    }

    /// Takes part only if a record that was read, and is not written, is still the same.
    pub fn expect_unchanged<T: Record>(&mut self, read: &Loaded<T>) -> &mut Self {
        self.expect.push((T::TABLE, read.key.clone(), Expect::Version(read.version)));
        self
    }

    /// Adds a line to the journal. Its number is in the answer to the commit.
    pub fn append_journal(&mut self, entry: &JournalEntry) -> Result<&mut Self, StoreError> {
        self.writes.push(Write::Append { table: Table::Journal, bytes: encode(JOURNAL_VERSION, entry)? });
        Ok(self)
    }

    /// Adds everything of another transaction behind what is here.
    pub fn and(&mut self, other: Self) -> &mut Self {
        self.expect.extend(other.expect);
        self.writes.extend(other.writes);
        self
    }

    fn put_indexed<T: Record>(&mut self, record: &T, before: &[IndexRow]) -> Result<&mut Self, StoreError> {
        let put = Write::Put { table: T::TABLE, key: record.key(), bytes: encode(T::VERSION, record)? };
        let index = index_writes(before, &record.index());
        for write in &index {
            if let Write::Put { table, key, .. } = write
                && !before.iter().any(|row| row.table == *table && row.key == *key)
                && !self.deletes(*table, key)
            {
                self.expect.push((*table, key.clone(), Expect::Absent));
            }
        }
        self.writes.push(put);
        self.writes.extend(index);
        Ok(self)
    }

    /// Whether an earlier change of this transaction makes room under a key (a resolved incident, before a new one).
    fn deletes(&self, wanted: Table, under: &[u8]) -> bool {
        let delete = |write: &Write| matches!(write, Write::Delete { table, key } if *table == wanted && key == under);
        self.writes.iter().any(delete)
    }
}

/// Counts the forms a line of the journal has had.
const JOURNAL_VERSION: u16 = 1;

/// The record under a key, if there is one.
pub async fn load<T: Record>(store: &dyn Store, key: &[u8]) -> Result<Option<Loaded<T>>, StoreError> {
    let kept = store.get(T::TABLE, key).await?;
    kept.map(|kept| Loaded::read(key.to_vec(), &kept)).transpose()
}

/// The first `limit` records with `from <= key < until`.
pub async fn scan<T: Record>(
    store: &dyn Store,
    from: &[u8],
    until: &[u8],
    limit: usize,
) -> Result<Vec<Loaded<T>>, StoreError> {
    let rows = store.scan(T::TABLE, from, until, limit).await?;
    rows.into_iter().map(|(key, kept)| Loaded::read(key, &kept)).collect()
}

/// Every record with `from <= key < until`, in key order, read page by page: what changes meanwhile may be seen or not.
pub async fn scan_range<T: Record>(store: &dyn Store, from: &[u8], until: &[u8]) -> Result<Vec<Loaded<T>>, StoreError> {
    let mut found: Vec<Loaded<T>> = Vec::new();
    let mut from = from.to_vec();
    loop {
        let page = scan::<T>(store, &from, until, PAGE).await?;
        let full = PAGE <= page.len();
        found.extend(page);
        match found.last() {
            Some(last) if full => from = keys::after(&last.key),
            _ => return Ok(found),
        }
    }
}

/// Every record of a table. For tables that fit into memory: people, grants, rooms, open work.
pub async fn scan_all<T: Record>(store: &dyn Store) -> Result<Vec<Loaded<T>>, StoreError> {
    let (from, until) = keys::all();
    scan_range(store, &from, &until).await
}

/// Which deliveries are due at `now`, the oldest first, at most `limit`: when, and the delivery's key.
pub async fn due_deliveries(
    store: &dyn Store,
    now: jiff::Timestamp,
    limit: usize,
) -> Result<Vec<(jiff::Timestamp, Key)>, StoreError> {
    let (from, until) = keys::due_until(now);
    let rows = store.scan(Table::DueDeliveries, &from, &until, limit).await?;
    rows.iter().map(|(key, _)| keys::read_due(key)).collect()
}

/// When the next delivery is due, if any is.
pub async fn next_due_delivery(store: &dyn Store) -> Result<Option<jiff::Timestamp>, StoreError> {
    let (from, until) = keys::all();
    let rows = store.scan(Table::DueDeliveries, &from, &until, 1).await?;
    rows.first().map(|(key, _)| keys::read_due(key).map(|due| due.0)).transpose()
}

/// What stands first in a table of what is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstDue {
    /// It is due now; the key that the row leads to.
    Now(Key),
    /// Nothing is due before this; `None`: nothing waits.
    Not(Option<jiff::Timestamp>),
}

/// The first row of a table whose keys begin with when something is due.
pub async fn first_due(store: &dyn Store, table: Table, now: jiff::Timestamp) -> Result<FirstDue, StoreError> {
    let (from, until) = keys::all();
    let rows = store.scan(table, &from, &until, 1).await?;
    let first = rows.first().map(|(row, _)| keys::read_due(row)).transpose()?;
    Ok(match first {
        Some((at, key)) if at <= now => FirstDue::Now(key),
        waiting => FirstDue::Not(waiting.map(|(at, _)| at)),
    })
}

/// Lines of the journal from number `from` on, at most `limit`.
pub async fn read_journal(store: &dyn Store, from: u64, limit: usize) -> Result<Vec<(u64, JournalEntry)>, StoreError> {
    let until = keys::all().1;
    let rows = store.scan(Table::Journal, &keys::number(from), &until, limit).await?;
    let entry = |(key, kept): (Key, Kept)| -> Result<_, StoreError> {
        let entry = decode(Table::Journal, JOURNAL_VERSION, &key, &kept.bytes)?;
        Ok((keys::read_number(&key)?, entry))
    };
    rows.into_iter().map(entry).collect()
}

/// The number of the newest line of the journal; 0 where it is empty. Its numbers have no gaps, so the end is found by
/// halving.
pub async fn last_journal(store: &dyn Store) -> Result<u64, StoreError> {
    let end = keys::all().1;
    let is_there = async |n: u64| -> Result<bool, StoreError> {
        Ok(!store.scan(Table::Journal, &keys::number(n), &end, 1).await?.is_empty())
    };
    let (mut there, mut beyond) = (0, 1_u64);
    while is_there(beyond).await? {
        there = beyond;
        beyond = beyond.saturating_mul(2);
    }
    while 1 < beyond - there {
        let middle = there + (beyond - there) / 2;
        if is_there(middle).await? {
            there = middle;
        } else {
            beyond = middle;
        }
    }
    Ok(there)
}

#[cfg(test)]
mod tests;
