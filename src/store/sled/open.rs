//! An open database: the three operations, blocking.

use std::collections::BTreeMap;
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use ::sled::transaction::{
    ConflictableTransactionError, TransactionError, Transactional as _, TransactionalTree, UnabortableTransactionError,
};
use ::sled::{Db, Tree};

use super::copy::Notes;
use super::disk::Disk;
use super::mark::{self, Mark};
use super::opening::{
    blame_disk, cannot_open, cannot_read, damaged, lock_folder, make_private, open_patiently, sync_folder, with_remedy,
};
use super::sums::Changes;
use super::value::{self, Payload, Prepared};
use super::{Options, schema};
use crate::store::backup::Entry;
use crate::store::{Committed, Kept, Key, StoreError, Table, Transaction, Write, limits};

/// How often a reader starts again because its record changed between row and chunks. Each time somebody else committed;
/// a hundred in the time of a few reads is not a race any more.
const REREADS_MAX: u32 = 100;

/// The counter of commits; the counters of tables are called by their number, one byte.
const COMMITS: &[u8] = b"commits";

/// See the module.
pub struct Open {
    db: Db,
    tables: BTreeMap<Table, Tree>,
    /// The last number given, by table number, and how many commits there were.
    pub(super) counters: Tree,
    /// Bytes too long for a row.
    chunks: Tree,
    disk: Disk,
    /// Where changes are noted while the store is copied. Whoever commits holds it for reading.
    pub(super) watched: RwLock<Option<Notes>>,
    /// Why nothing is done any more: what is in memory may not be on the disk.
    broken: tokio::sync::watch::Sender<Option<String>>,
    folder: PathBuf,
    /// Keeps everybody else out of the folder, also while a store in it is put in another's place.
    lock: Option<File>,
}

/// Why the closure of a transaction gave up.
pub enum Refused {
    Conflict { table: Table, key: Key },
    Damaged { table: Table, key: Key },
}

/// What a step inside a transaction comes to.
pub type InTransaction<T> = Result<T, ConflictableTransactionError<Refused>>;

impl Open {
    /// Opens, or makes, the database in `folder`.
    pub fn new(folder: &Path, options: &Options) -> Result<Self, StoreError> {
        make_private(folder).map_err(|cause| blame_disk(folder, StoreError::failed("make the data folder", cause)))?;
        let lock = lock_folder(folder).map_err(|error| blame_disk(folder, error))?;
        let mut open = Self::locked(folder, options)?;
        open.lock = Some(lock);
        Ok(open)
    }

    /// The same for somebody who holds [`lock_folder`].
    pub fn locked(folder: &Path, options: &Options) -> Result<Self, StoreError> {
        Self::try_open(folder, options).map_err(|error| match error {
            StoreError::Damaged { what } => StoreError::Damaged { what: with_remedy(folder, &what) },
            error => blame_disk(folder, error),
        })
    }

    fn try_open(folder: &Path, options: &Options) -> Result<Self, StoreError> {
        let inner = folder.join("sled");
        let io = |cause| StoreError::failed("make the data folder", cause);
        super::compact::settle(folder).map_err(io)?;
        make_private(&inner).map_err(io)?;
        std::fs::set_permissions(&inner, Permissions::from_mode(0o700)).map_err(io)?;
        let mark = Mark::open(folder).map_err(io)?;
        let noted = mark.read().map_err(io)?;
        if 0 < noted && !inner.join("db").exists() {
            return Err(StoreError::Damaged {
                what: format!("`{}` is gone; restore a backup", inner.join("db").display()),
            });
        }

        let config = ::sled::Config::new().path(&inner).cache_capacity(options.cache_bytes).flush_every_ms(Some(500));
        let open = || -> Result<Self, StoreError> {
            let db = open_patiently(&inner, &config).map_err(|cause| cannot_open(folder, cause))?;
            let guard = db.clone();
            let opened = Self::on(db, folder, (&inner, mark, noted), options);
            if matches!(opened, Err(StoreError::Failed { .. })) {
                leave_alone(guard);
            }
            opened
        };
        // sled asserts where it finds what it cannot have written.
        let open = catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|_| {
            Err(StoreError::Damaged { what: format!("`{}` makes no sense; restore a backup", inner.display()) })
        })?;
        sync_folder(folder).map_err(io)?;
        Ok(open)
    }

    /// Opens what is in a database.
    fn on(
        db: Db,
        folder: &Path,
        (inner, mark, noted): (&Path, Mark, u64),
        options: &Options,
    ) -> Result<Self, StoreError> {
        let tree = |name: String| db.open_tree(name).map_err(|cause| cannot_open(folder, cause));
        let mut tables = BTreeMap::new();
        for table in Table::ALL {
            tables.insert(table, tree(format!("table-{}", table.number()))?);
        }
        let (counters, chunks) = (tree("counters".to_owned())?, tree("chunks".to_owned())?);
        db.flush().map_err(|cause| cannot_open(folder, cause))?;
        let disk = Disk::open(inner, mark).map_err(|cause| StoreError::failed("sync the store", cause))?;
        let (watched, broken) = (RwLock::default(), tokio::sync::watch::Sender::default());
        let folder = folder.to_owned();
        let open = Self { db, tables, counters, chunks, disk, watched, broken, folder, lock: None };
        open.check_complete(noted)?;
        schema::settle(&open, noted == 0, schema::MIGRATIONS)?;
        if options.verify {
            open.check_sums()?;
        }
        Ok(open)
    }

    /// Refuses a database that has lost commits since they were noted, or the newest line of its journal.
    fn check_complete(&self, noted: u64) -> Result<(), StoreError> {
        let count = |counter: &[u8]| -> Result<u64, StoreError> {
            let count = self.counters.get(counter).map_err(cannot_read)?;
            count.as_deref().map_or(Some(0), read_count).ok_or_else(|| damaged(Table::Meta, counter))
        };
        let found = count(COMMITS)?;
        if found < noted {
            return Err(StoreError::Damaged {
                what: format!(
                    "it holds {found} of at least {noted} commits; restore a backup, or delete `{}` to go on without \
                     the rest",
                    mark::NAME
                ),
            });
        }
        let newest = count(&[Table::Journal.number()])?;
        if 0 < newest && self.get(Table::Journal, &newest.to_be_bytes())?.is_none() {
            return Err(damaged(Table::Journal, &newest.to_be_bytes()));
        }
        Ok(())
    }

    fn usable(&self, deed: &'static str) -> Result<(), StoreError> {
        match &*self.broken.borrow() {
            None => Ok(()),
            Some(why) => Err(StoreError::failed(deed, format!("the store stopped earlier: {why}; restart"))),
        }
    }

    /// Nothing is done from now on. What sled holds in memory may not be on the disk, and nobody may act on it.
    pub fn give_up(&self, why: &str) {
        self.broken.send_if_modified(|broken| {
            let is_first = broken.is_none();
            broken.get_or_insert_with(|| why.to_owned());
            is_first
        });
    }

    /// Hears when, and why, nothing is done any more.
    pub fn stopped(&self) -> tokio::sync::watch::Receiver<Option<String>> {
        self.broken.subscribe()
    }

    /// Nothing is done from now on, because of this.
    fn stop(&self, error: StoreError) -> StoreError {
        let error = blame_disk(&self.folder, error);
        let mut why = error.to_string();
        if let Some(cause) = std::error::Error::source(&error) {
            why = format!("{why}: {cause}");
        }
        self.give_up(&why);
        error
    }

    pub(super) fn table(&self, table: Table) -> Result<&Tree, StoreError> {
        self.tables.get(&table).ok_or_else(|| StoreError::failed("find a table", format!("{table:?} was not opened")))
    }

    /// The record under a key.
    pub fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        self.usable("read a record")?;
        let row = self.table(table)?.get(key).map_err(cannot_read)?;
        match row {
            None => Ok(None),
            Some(row) => self.whole(table, key, row),
        }
    }

    /// Records in order.
    pub fn scan(&self, table: Table, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Kept)>, StoreError> {
        self.usable("read records")?;
        if until <= from {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        let mut rows = self.table(table)?.range(from..until);
        while found.len() < limit {
            let Some(row) = rows.next() else { break };
            let (key, row) = row.map_err(cannot_read)?;
            if let Some(kept) = self.whole(table, &key, row)? {
                found.push((key.to_vec(), kept));
            }
        }
        Ok(found)
    }

    /// The record of a row, with its chunks. `None` when it was deleted in the meantime.
    fn whole(&self, table: Table, key: &[u8], mut row: ::sled::IVec) -> Result<Option<Kept>, StoreError> {
        for _ in 0..REREADS_MAX {
            let head = value::read(&row).ok_or_else(|| damaged(table, key))?;
            let bytes = match head.payload {
                Payload::Inline(bytes) => Some(bytes.to_vec()),
                Payload::Chunked(length) => self.gather(&head, table, key, length)?,
            };
            if let Some(bytes) = bytes.filter(|bytes| head.is_of(table, key, bytes)) {
                return Ok(Some(Kept { version: head.version, bytes }));
            }
            // Either it changed since the row was read, or it is damaged.
            match self.table(table)?.get(key).map_err(cannot_read)? {
                None => return Ok(None),
                Some(again) if again == row => return Err(damaged(table, key)),
                Some(again) => row = again,
            }
        }
        Err(StoreError::failed("read a record", "it changes faster than it can be read"))
    }

    pub(super) fn gather(
        &self,
        head: &value::Row<'_>,
        table: Table,
        key: &[u8],
        length: usize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        if limits::VALUE_MAX < length {
            return Err(damaged(table, key));
        }
        let mut bytes = Vec::with_capacity(length);
        for chunk in head.chunk_keys(table, key) {
            match self.chunks.get(chunk).map_err(cannot_read)? {
                Some(chunk) => bytes.extend_from_slice(&chunk),
                None => return Ok(None),
            }
        }
        Ok(Some(bytes))
    }

    /// Does it all or nothing, and returns once it is on disk.
    pub fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError> {
        const DEED: &str = "commit";
        self.usable(DEED)?;
        limits::check(&transaction)?;
        let plan = Plan::new(transaction);
        let mut trees = vec![self.counters.clone(), self.chunks.clone()];
        for table in &plan.tables {
            trees.push(self.table(*table)?.clone());
        }
        let watched = self.watched.read().unwrap_or_else(PoisonError::into_inner);
        let outcome = trees.as_slice().transaction(|trees| plan.run(trees));
        let done = match outcome {
            Ok(done) => done,
            Err(TransactionError::Abort(Refused::Conflict { table, key })) => {
                return Err(StoreError::Conflict { table, key });
            }
            Err(TransactionError::Abort(Refused::Damaged { table, key })) => return Err(damaged(table, &key)),
            Err(TransactionError::Storage(cause)) => return Err(self.stop(StoreError::failed(DEED, cause))),
        };
        if let Some(notes) = &*watched {
            notes.note(done.commits, &plan.changes(&done));
        }
        drop(watched);
        self.disk.sync(done.commits).map_err(|cause| self.stop(StoreError::failed("sync a commit", cause)))?;
        Ok(Committed { numbers: done.numbers })
    }

    /// How far it has counted, by name.
    pub fn counts(&self) -> Result<Vec<(Key, u64)>, StoreError> {
        let read = |row: Result<(::sled::IVec, ::sled::IVec), ::sled::Error>| {
            let (key, count) = row.map_err(cannot_read)?;
            Ok((key.to_vec(), read_count(&count).ok_or_else(|| damaged(Table::Meta, &key))?))
        };
        self.counters.iter().map(read).collect()
    }

    /// Takes an entry of a backup over, whatever is there. Answers whether a record was there before. Nothing is durable
    /// before [`Self::settle_restored`].
    pub fn restore(&self, entry: Entry) -> Result<bool, StoreError> {
        const DEED: &str = "restore a record";
        let failed = |cause| StoreError::failed(DEED, cause);
        let forget = |table, key: &[u8], row: Option<::sled::IVec>| -> Result<bool, StoreError> {
            let Some(row) = row else { return Ok(false) };
            let head = value::read(&row).ok_or_else(|| damaged(table, key))?;
            for chunk in head.chunk_keys(table, key) {
                self.chunks.remove(chunk).map_err(failed)?;
            }
            Ok(true)
        };
        match entry {
            Entry::Put { table, key, version, bytes } => {
                let bytes = Prepared::new(table, &key, bytes);
                let before = self.table(table)?.insert(&key, bytes.row(version)).map_err(failed)?;
                let was = forget(table, &key, before)?;
                for (at, chunk) in bytes.chunks().enumerate() {
                    self.chunks.insert(value::chunk_key(table, &key, version, at), chunk).map_err(failed)?;
                }
                Ok(was)
            }
            Entry::Delete { table, key } => {
                let before = self.table(table)?.remove(&key).map_err(failed)?;
                forget(table, &key, before)
            }
            Entry::Counter { key, value } => {
                self.counters.insert(key, value.to_be_bytes().as_slice()).map_err(failed)?;
                Ok(false)
            }
        }
    }

    /// Makes what was restored durable.
    pub fn settle_restored(&self) -> Result<(), StoreError> {
        const DEED: &str = "sync what was restored";
        self.db.flush().map_err(|cause| StoreError::failed(DEED, cause))?;
        let commits = self.counters.get(COMMITS).map_err(cannot_read)?;
        let commits = commits.as_deref().and_then(read_count).unwrap_or(0);
        self.disk.sync(commits).map_err(|cause| StoreError::failed(DEED, cause))
    }

    /// Writes what is left and lets go of the files. What was confirmed is safe, whatever this answers.
    pub fn close(self) -> Result<(), StoreError> {
        const DEED: &str = "close the store";
        self.usable(DEED)?;
        self.db.flush().map_err(|cause| self.stop(StoreError::failed(DEED, cause)))?;
        self.disk.sync(0).map_err(|cause| self.stop(StoreError::failed(DEED, cause)))?;
        // sled writes and syncs once more as it goes, and panics where the disk refuses that.
        let gone = catch_unwind(AssertUnwindSafe(move || drop(self)));
        gone.map_err(|_| {
            StoreError::failed(DEED, "the disk refused its last write; everything that was confirmed is kept")
        })
    }
}

/// A database on a disk that refuses is not closed: sled would write the rest of its log, and it panics where that fails.
fn leave_alone(db: Db) {
    std::mem::forget(db);
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.broken.borrow().is_some() {
            leave_alone(self.db.clone());
        }
    }
}

/// A transaction made ready: its closure may run several times and only looks up versions and writes prepared bytes.
struct Plan {
    expect: Vec<(Table, Key, crate::store::Expect)>,
    writes: Vec<Change>,
    /// Tables that take part, in order.
    tables: Vec<Table>,
}

/// What a transaction came to.
struct Done {
    /// How many commits there are with it; 0 when it changed nothing.
    commits: u64,
    /// Numbers given to appended rows.
    numbers: Vec<u64>,
    /// Versions given to rows that were put, in order.
    versions: Vec<u64>,
}

enum Change {
    Put { table: Table, key: Key, bytes: Prepared },
    Delete { table: Table, key: Key },
    // The checksum covers the key, which is not known yet; appended rows are small.
    Append { table: Table, bytes: Vec<u8> },
}

/// The trees of a running transaction: counters, chunks, then the tables of the plan.
struct Trees<'a> {
    counters: &'a TransactionalTree,
    chunks: &'a TransactionalTree,
    tables: BTreeMap<Table, &'a TransactionalTree>,
}

impl Plan {
    fn new(transaction: Transaction) -> Self {
        let mut tables = std::collections::BTreeSet::new();
        tables.extend(transaction.expect.iter().map(|(table, _, _)| *table));
        let writes = transaction
            .writes
            .into_iter()
            .map(|write| match write {
                Write::Put { table, key, bytes } => {
                    let bytes = Prepared::new(table, &key, bytes);
                    Change::Put { table, key, bytes }
                }
                Write::Delete { table, key } => Change::Delete { table, key },
                Write::Append { table, bytes } => Change::Append { table, bytes },
            })
            .inspect(|change| {
                tables.insert(match change {
                    Change::Put { table, .. } | Change::Delete { table, .. } | Change::Append { table, .. } => *table,
                });
            })
            .collect();
        Self { expect: transaction.expect, writes, tables: tables.into_iter().collect() }
    }

    fn run(&self, trees: &[TransactionalTree]) -> InTransaction<Done> {
        let [counters, chunks, tables @ ..] = trees else {
            return Ok(Done { commits: 0, numbers: Vec::new(), versions: Vec::new() });
        };
        let trees = Trees { counters, chunks, tables: self.tables.iter().copied().zip(tables).collect() };
        let unmet = limits::first_unmet(&self.expect, |table, key| trees.version(table, key))?;
        if let Some((table, key)) = unmet {
            return Err(ConflictableTransactionError::Abort(Refused::Conflict { table, key }));
        }
        let (mut numbers, mut versions) = (Vec::new(), Vec::new());
        let mut sums = Changes::default();
        for change in &self.writes {
            match change {
                Change::Put { table, key, bytes } => versions.push(trees.put(*table, key, bytes, &mut sums)?),
                Change::Delete { table, key } => {
                    trees.remove(*table, key, &mut sums)?;
                }
                Change::Append { table, bytes } => {
                    let number = trees.count_up(&[table.number()])?;
                    let key = number.to_be_bytes();
                    trees.put(*table, &key, &Prepared::new(*table, &key, bytes.clone()), &mut sums)?;
                    numbers.push(number);
                }
            }
        }
        sums.write(trees.counters)?;
        // Without this an abort of the process loses the commit.
        trees.counters.flush();
        let commits = if self.writes.is_empty() { 0 } else { trees.count_up(COMMITS)? };
        Ok(Done { commits, numbers, versions })
    }

    /// What it has changed, as a backup writes it.
    fn changes(self, done: &Done) -> Vec<Entry> {
        let (mut numbers, mut versions) = (done.numbers.iter(), done.versions.iter());
        let changes = self.writes.into_iter().map(|change| match change {
            Change::Put { table, key, bytes } => {
                let version = versions.next().copied().unwrap_or(1);
                Entry::Put { table, key, version, bytes: bytes.into_bytes() }
            }
            Change::Delete { table, key } => Entry::Delete { table, key },
            Change::Append { table, bytes } => {
                let key = numbers.next().copied().unwrap_or_default().to_be_bytes().to_vec();
                Entry::Put { table, key, version: 1, bytes }
            }
        });
        changes.collect()
    }
}

impl Trees<'_> {
    fn table(&self, table: Table) -> Result<&TransactionalTree, UnabortableTransactionError> {
        self.tables.get(&table).copied().ok_or_else(|| {
            let missing = format!("{table:?} takes no part in the transaction");
            UnabortableTransactionError::Storage(::sled::Error::ReportableBug(missing))
        })
    }

    fn version(&self, table: Table, key: &[u8]) -> InTransaction<Option<u64>> {
        match self.table(table)?.get(key)? {
            None => Ok(None),
            Some(row) => match value::read(&row) {
                Some(row) => Ok(Some(row.version)),
                None => Err(refuse_damaged(table, key)),
            },
        }
    }

    /// Removes a record with its chunks and answers the version it had, 0 for none.
    fn remove(&self, table: Table, key: &[u8], sums: &mut Changes) -> InTransaction<u64> {
        let Some(row) = self.table(table)?.remove(key)? else {
            return Ok(0);
        };
        let Some(row) = value::read(&row) else {
            return Err(refuse_damaged(table, key));
        };
        for chunk in row.chunk_keys(table, key) {
            self.chunks.remove(chunk)?;
        }
        sums.removed(table, row.stamp());
        Ok(row.version)
    }

    /// Puts a record and answers its version.
    fn put(&self, table: Table, key: &[u8], bytes: &Prepared, sums: &mut Changes) -> InTransaction<u64> {
        let version = self.remove(table, key, sums)? + 1;
        sums.put(table, bytes.stamp(version));
        self.table(table)?.insert(key, bytes.row(version))?;
        for (at, chunk) in bytes.chunks().enumerate() {
            self.chunks.insert(value::chunk_key(table, key, version, at), chunk)?;
        }
        Ok(version)
    }

    fn count_up(&self, counter: &[u8]) -> InTransaction<u64> {
        let last = self.counters.get(counter)?;
        let Some(last) = last.as_deref().map_or(Some(0), read_count) else {
            return Err(refuse_damaged(Table::Meta, counter));
        };
        let next = last + 1;
        self.counters.insert(counter, next.to_be_bytes().as_slice())?;
        Ok(next)
    }
}

fn read_count(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

/// A record inside a transaction is damaged.
pub fn refuse_damaged(table: Table, key: &[u8]) -> ConflictableTransactionError<Refused> {
    ConflictableTransactionError::Abort(Refused::Damaged { table, key: key.to_vec() })
}
