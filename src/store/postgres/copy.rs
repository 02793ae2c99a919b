//! Copies a database into a backup while it works, and fills an empty one from a backup.
//!
//! A copy is one REPEATABLE READ transaction: everything as it is at one instant, and nobody waits for it.
//!
//! Filling marks the database first; it is opened by nobody until all of it was read back and is what the backup says:
//! records by table, and a sum of what they are. Broken off, the mark stays, and the next attempt begins anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use sqlx::{ConnectOptions as _, PgConnection, Row as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::address::Address;
use super::plan::Changes;
use super::statements as sql;
use super::{Options, Ready, hand, lease, table_of, trouble};
use crate::domain::num::{i64_of_len, u64_of_len};
use crate::store::backup::{self, BackedUp, Entry, PAGE, Restored, SCHEMA_KEY, SCHEMA_WITHOUT_SUMS, Writer};
use crate::store::{Key, StoreError, Table, keys};

/// Bytes written in one transaction while a database is filled.
const BATCH_BYTES: usize = 4 << 20;

/// Records in one.
const BATCH_RECORDS: usize = 5_000;

/// Batches read ahead.
const AHEAD: usize = 2;

const RESTORE: &str = "restore into the database";

async fn joined<T>(work: JoinHandle<Result<T, StoreError>>, deed: &'static str) -> Result<T, StoreError> {
    work.await.unwrap_or_else(|stopped| Err(StoreError::failed(deed, stopped)))
}

/// One page of a table.
async fn page(
    connection: &mut PgConnection,
    table: Table,
    from: &[u8],
) -> Result<Vec<(Key, u64, Vec<u8>)>, sqlx::Error> {
    let until = keys::all().1;
    let query = sqlx::query(sql::SCAN).bind(i16::from(table.number())).bind(from).bind(until).bind(i64_of_len(PAGE));
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)?.cast_unsigned(), row.try_get(2)?))).collect()
}

async fn counters(connection: &mut PgConnection) -> Result<BTreeMap<Table, u64>, sqlx::Error> {
    let rows = sqlx::query(sql::COUNTERS).fetch_all(connection).await?;
    let read = |row: &sqlx::postgres::PgRow| -> Result<Option<(Table, u64)>, sqlx::Error> {
        let (table, last) = (table_of(row.try_get(0)?), row.try_get::<i64, _>(1)?.cast_unsigned());
        Ok(table.map(|table| (table, last)))
    };
    rows.iter().filter_map(|row| read(row).transpose()).collect()
}

/// Copies everything into a file.
pub async fn backup(address: &Address, path: &Path, done: &Arc<AtomicU64>) -> Result<BackedUp, StoreError> {
    const DEED: &str = "back up";
    let (entries, writing) = writer(path.to_owned());
    let failed = |error| trouble::of(DEED, address, error).into_error();
    let copied = async {
        let mut connection = address.options().connect().await?;
        sqlx::raw_sql(sql::BEGIN_COPY).execute(&mut connection).await?;
        sqlx::raw_sql(sql::COPY_PATIENCE).execute(&mut connection).await?;
        copy_all(&mut connection, &entries, done).await?;
        sqlx::raw_sql(sql::COMMIT).execute(&mut connection).await.map(drop)
    };
    let copied = copied.await.map_err(failed);
    if copied.is_ok() {
        // The end of what is sent alone would also be the end of a copy that broke off.
        drop(entries.send(None).await);
    }
    drop(entries);
    let written = joined(writing, DEED).await;
    copied?;
    written
}

async fn copy_all(
    connection: &mut PgConnection,
    entries: &mpsc::Sender<Coming>,
    done: &AtomicU64,
) -> Result<(), sqlx::Error> {
    let schema = SCHEMA_WITHOUT_SUMS.to_be_bytes().to_vec();
    let schema = Entry::Put { table: Table::Meta, key: SCHEMA_KEY.to_vec(), version: 1, bytes: schema };
    // Where nobody writes any more the writer has an error, which is told in the place of this.
    drop(entries.send(Some(vec![schema])).await);
    for table in Table::ALL {
        let mut from = Key::new();
        loop {
            let rows = page(connection, table, &from).await?;
            let Some((last, ..)) = rows.last() else { break };
            from = keys::after(last);
            let is_last = rows.len() < PAGE;
            done.fetch_add(u64_of_len(rows.len()), Ordering::Relaxed);
            let put = |(key, version, bytes)| Entry::Put { table, key, version, bytes };
            if entries.send(Some(rows.into_iter().map(put).collect())).await.is_err() {
                return Ok(());
            }
            if is_last {
                break;
            }
        }
    }
    let counters = counters(connection).await?;
    let counters = counters.into_iter().map(|(table, value)| Entry::Counter { key: vec![table.number()], value });
    drop(entries.send(Some(counters.collect())).await);
    Ok(())
}

/// Some entries, or `None`: they were all.
type Coming = Option<Vec<Entry>>;

/// Writes the file on a thread of its own.
fn writer(path: PathBuf) -> (mpsc::Sender<Coming>, JoinHandle<Result<BackedUp, StoreError>>) {
    let (entries, mut coming) = mpsc::channel::<Coming>(AHEAD);
    let writing = tokio::task::spawn_blocking(move || {
        let mut writer = Writer::begin(&path)?;
        while let Some(next) = coming.blocking_recv() {
            let Some(some) = next else { return writer.finish() };
            if let Err(error) = some.iter().try_for_each(|entry| writer.add(entry)) {
                writer.give_up();
                return Err(error);
            }
        }
        writer.give_up();
        Err(StoreError::failed("back up", "the copy was broken off"))
    });
    (entries, writing)
}

/// What records come to: how many there are by table, and the sum of what they are. Their order does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sum {
    records: BTreeMap<Table, u64>,
    digests: u128,
}

impl Sum {
    fn add(&mut self, table: Table, digest: u128) {
        let records = self.records.entry(table).or_default();
        *records = records.saturating_add(1);
        self.digests = self.digests.wrapping_add(digest);
    }
}

fn digest(table: Table, key: &[u8], version: u64, bytes: &[u8]) -> u128 {
    let mut hash = Sha256::new();
    hash.update([table.number()]);
    hash.update(u64_of_len(key.len()).to_be_bytes());
    hash.update(key);
    hash.update(version.to_be_bytes());
    hash.update(bytes);
    let hash = hash.finalize();
    hash.first_chunk::<16>().map_or(0, |half| u128::from_be_bytes(*half))
}

/// What a backup says must be there in the end.
#[derive(Debug, Default)]
struct Wanted {
    entries: u64,
    sum: Sum,
    counters: BTreeMap<Table, u64>,
}

/// Where a table stands in a backup.
fn position(table: Table) -> usize {
    Table::ALL.iter().position(|one| *one == table).unwrap_or(usize::MAX)
}

/// The table of a counter that every store has; what others count for themselves is not taken over.
fn counted(key: &[u8]) -> Option<Table> {
    <[u8; 1]>::try_from(key).ok().and_then(|[number]| table_of(i16::from(number)))
}

fn is_own(table: Table, key: &[u8]) -> bool {
    table == Table::Meta && key == SCHEMA_KEY
}

/// Reads a backup through and works out what must be there in the end. Its first part is in order, each key once; what follows
/// is what changed meanwhile, and goes over it.
fn wanted(from: &Path) -> Result<Wanted, StoreError> {
    let mut wanted = Wanted::default();
    let mut last: Option<(usize, Key)> = None;
    let mut changed: BTreeSet<(Table, Key)> = BTreeSet::new();
    let mut in_order = true;
    wanted.entries = backup::read(from, |entry| {
        match entry {
            Entry::Put { table, key, version, bytes } if !is_own(table, &key) => {
                let at = (position(table), key);
                in_order &= last.as_ref().is_none_or(|last| *last < at);
                if !in_order {
                    changed.insert((table, at.1));
                    return Ok(());
                }
                wanted.sum.add(table, digest(table, &at.1, version, &bytes));
                last = Some(at);
            }
            Entry::Delete { table, key } if !is_own(table, &key) => {
                in_order = false;
                changed.insert((table, key));
            }
            Entry::Counter { key, value } => {
                if let Some(table) = counted(&key) {
                    wanted.counters.insert(table, value);
                }
            }
            Entry::Put { .. } | Entry::Delete { .. } => {}
        }
        Ok(())
    })?;
    if !changed.is_empty() {
        wanted.sum = with_changes(from, &changed)?;
    }
    Ok(wanted)
}

/// The sum of a backup in which some keys come more than once: of those the last counts.
fn with_changes(from: &Path, changed: &BTreeSet<(Table, Key)>) -> Result<Sum, StoreError> {
    let mut sum = Sum::default();
    let mut newest: BTreeMap<(Table, Key), u128> = BTreeMap::new();
    backup::read(from, |entry| {
        match entry {
            Entry::Put { table, key, version, bytes } if !is_own(table, &key) => {
                let digest = digest(table, &key, version, &bytes);
                let at = (table, key);
                if changed.contains(&at) {
                    newest.insert(at, digest);
                } else {
                    sum.add(table, digest);
                }
            }
            Entry::Delete { table, key } => {
                newest.remove(&(table, key));
            }
            Entry::Put { .. } | Entry::Counter { .. } => {}
        }
        Ok(())
    })?;
    for ((table, _), digest) in newest {
        sum.add(table, digest);
    }
    Ok(sum)
}

/// A record of a backup, its version and bytes. `None`: it is gone.
type Record = Option<(u64, Vec<u8>)>;

/// Some entries as they are written together: of each key the last.
#[derive(Default)]
struct Batch {
    records: BTreeMap<(Table, Key), Record>,
    entries: u64,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, entry: Entry) {
        self.entries = self.entries.saturating_add(1);
        match entry {
            Entry::Put { table, key, version, bytes } if !is_own(table, &key) => {
                self.bytes = self.bytes.saturating_add(bytes.len());
                self.records.insert((table, key), Some((version, bytes)));
            }
            Entry::Delete { table, key } => {
                self.records.insert((table, key), None);
            }
            Entry::Put { .. } | Entry::Counter { .. } => {}
        }
    }

    fn is_full(&self) -> bool {
        BATCH_BYTES <= self.bytes || BATCH_RECORDS <= self.records.len()
    }
}

/// Whether a restore was broken off.
pub async fn is_filling(ready: &mut Ready) -> Result<bool, StoreError> {
    let asked = sqlx::query(sql::IS_FILLING).fetch_one(&mut ready.connection).await.and_then(|row| row.try_get(0));
    asked.map_err(|error| trouble::of("open the store", &ready.address, error).into_error())
}

/// Fills an empty database.
pub async fn restore(
    mut ready: Ready,
    options: &Options,
    from: &Path,
    tell: &(dyn Fn(u64, u64) + Sync),
) -> Result<Restored, StoreError> {
    let file = from.to_owned();
    let wanted = joined(tokio::task::spawn_blocking(move || wanted(&file)), RESTORE).await?;
    let token = ready.take(options.lease).await?;
    let Ready { address, mut connection } = ready;
    let mut filling = Filling { connection: &mut connection, address: &address, token, options };
    let filled = filling.fill(from, &wanted, tell).await;
    // Where it cannot be given back it runs out.
    drop(lease::leave(&mut connection, token).await);
    filled
}

struct Filling<'a> {
    connection: &'a mut PgConnection,
    address: &'a Address,
    token: i64,
    options: &'a Options,
}

impl Filling<'_> {
    fn failed(&self) -> impl Fn(sqlx::Error) -> StoreError + use<> {
        let address = self.address.clone();
        move |error| trouble::of(RESTORE, &address, error).into_error()
    }

    async fn fill(
        &mut self,
        from: &Path,
        wanted: &Wanted,
        tell: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Restored, StoreError> {
        self.begin().await?;
        let (batches, mut coming) = mpsc::channel(AHEAD);
        let file = from.to_owned();
        let reading = tokio::task::spawn_blocking(move || read_batches(&file, &batches));
        let mut done = 0;
        while let Some(batch) = coming.recv().await {
            let batch: Batch = batch;
            let records = batch.records.iter();
            let records = records
                .map(|(at, record)| (at.clone(), record.as_ref().map(|(version, bytes)| (*version, bytes.as_slice()))));
            let changes = Changes { records: records.collect(), counters: BTreeMap::new() };
            self.write(&changes).await?;
            done += batch.entries;
            tell(done, wanted.entries);
        }
        joined(reading, RESTORE).await?;
        self.write(&Changes { records: BTreeMap::new(), counters: wanted.counters.clone() }).await?;
        self.check(wanted).await?;
        self.mark(false).await?;
        Ok(Restored { records: wanted.sum.records.clone() })
    }

    /// Refuses a database with a store in it, empties one with half a store, and marks it.
    async fn begin(&mut self) -> Result<(), StoreError> {
        let failed = self.failed();
        let broken_off: bool = {
            let row = sqlx::query(sql::IS_FILLING).fetch_one(&mut *self.connection).await.map_err(&failed)?;
            row.try_get(0).map_err(&failed)?
        };
        if broken_off {
            for statement in [sql::CLEAR_RECORDS, sql::CLEAR_COUNTERS, sql::CLEAR_DAILY] {
                while 0 < sqlx::query(statement).execute(&mut *self.connection).await.map_err(&failed)?.rows_affected()
                {
                    self.keep().await?;
                }
            }
        }
        for statement in [sql::ANY_RECORD, sql::ANY_COUNTER] {
            if sqlx::query(statement).fetch_optional(&mut *self.connection).await.map_err(&failed)?.is_some() {
                let line = format!(
                    "`{}` has a store already; name an empty database (CREATE DATABASE … OWNER {})",
                    self.address,
                    self.address.user()
                );
                return Err(StoreError::failed(RESTORE, line));
            }
        }
        self.mark(true).await
    }

    async fn mark(&mut self, filling: bool) -> Result<(), StoreError> {
        let marking = sqlx::query(sql::SET_FILLING).bind(filling).execute(&mut *self.connection).await;
        marking.map(drop).map_err(self.failed())
    }

    async fn keep(&mut self) -> Result<(), StoreError> {
        let kept = lease::renew(self.connection, self.token, self.options.lease).await.map_err(self.failed())?;
        if kept { Ok(()) } else { Err(hand::lost(self.address)) }
    }

    async fn write(&mut self, changes: &Changes<'_>) -> Result<(), StoreError> {
        let written = async {
            sqlx::raw_sql(sql::BEGIN_WRITE).execute(&mut *self.connection).await?;
            let fenced = lease::fence(self.connection, self.token, self.options.lease).await?;
            if fenced.is_some() {
                hand::write(self.connection, changes).await?;
            }
            sqlx::raw_sql(sql::COMMIT).execute(&mut *self.connection).await?;
            Ok(fenced.is_some())
        };
        if written.await.map_err(self.failed())? { Ok(()) } else { Err(hand::lost(self.address)) }
    }

    /// Reads everything back and compares.
    async fn check(&mut self, wanted: &Wanted) -> Result<(), StoreError> {
        let failed = self.failed();
        let mut found = Sum::default();
        for table in Table::ALL {
            let mut from = Key::new();
            loop {
                let rows = page(self.connection, table, &from).await.map_err(&failed)?;
                let Some((last, ..)) = rows.last() else { break };
                from = keys::after(last);
                for (key, version, bytes) in &rows {
                    found.add(table, digest(table, key, *version, bytes));
                }
                self.keep().await?;
            }
        }
        let counters = counters(self.connection).await.map_err(&failed)?;
        if found == wanted.sum && counters == wanted.counters {
            return Ok(());
        }
        let (has, of) = (found.records.values().sum::<u64>(), wanted.sum.records.values().sum::<u64>());
        Err(StoreError::Damaged {
            what: format!(
                "what can be read back from `{}` is not the backup ({has} records of {of}); restore again",
                self.address
            ),
        })
    }
}

/// Reads a backup in batches.
fn read_batches(from: &Path, batches: &mpsc::Sender<Batch>) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    let gone = |_| StoreError::failed(RESTORE, "it was broken off");
    backup::read(from, |entry| {
        batch.add(entry);
        if batch.is_full() { batches.blocking_send(std::mem::take(&mut batch)).map_err(gone) } else { Ok(()) }
    })?;
    batches.blocking_send(batch).map_err(gone)
}
