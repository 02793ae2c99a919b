//! The store in a PostgreSQL database: one process commits at a time, its data on another machine if you like; others may
//! work for it (`crew`).
//!
//! Owns: the promise that a commit which has returned is on the database's disk; that nobody else commits meanwhile
//! (`lease`); that a lost answer to a commit is found out and not guessed (`hand`). Refuses: a server that confirms what
//! it has not written, a newer schema, a database that another process works on, and, once a failure did not pass, everything
//! until the next start. Survives: a restart of the database and cut connections, as long as they pass within the time that
//! [`Options::hangs_after`] gives; whoever reads or commits waits meanwhile.
//!
//! All statements are in one list (`statements`); keys are bytes and compared as such.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use secrecy::SecretString;
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool, Row as _};
use tokio::sync::{mpsc, oneshot, watch};

use super::backup::{BackedUp, Restored};
use super::{BookLine, Committed, Kept, Key, Store, StoreError, Table, Transaction, limits};
use address::Address;
use crew::Crew;
use hand::{Hand, Job, WAIT_FIRST, WAIT_LAST, pause, within};
use lease::{Ours, Taken};
use schema::NotLifted;
use trouble::Trouble;

mod address;
mod books;
mod copy;
pub mod crew;
mod daily;
mod hand;
mod lease;
mod plan;
mod schema;
mod statements;
mod trouble;

#[cfg(test)]
pub(super) mod server;
#[cfg(test)]
mod tests;

pub use address::{fault, is_in_the_open, password, shown};
use statements as sql;

/// What a commit is called in errors.
const DEED: &str = "commit";

/// Transactions that wait for the hand. Whoever comes later waits to wait.
const WAITING_MAX: usize = 1_024;

/// The oldest server that has what is used here, as it counts itself: 11, which `YugabyteDB` 2 still says.
const OLDEST_SERVER: u32 = 110_000;

/// What can be chosen about a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Connections for reading. One more writes.
    pub connections: u32,
    /// So long the database may be away before the store stops.
    pub hangs_after: Duration,
    /// So long the database stays ours when this process says nothing any more. It renews it three times as often.
    pub lease: Duration,
}

impl Default for Options {
    /// Eight connections: a query takes a millisecond on a near server, and a server gives a hundred by default. A minute: a
    /// restart of a server takes seconds. A lease of 15 seconds: so long the next start waits after a crash.
    fn default() -> Self {
        Self { connections: 8, hangs_after: Duration::from_mins(1), lease: Duration::from_secs(15) }
    }
}

/// A store in a database.
pub struct PgStore {
    address: Address,
    pool: PgPool,
    token: i64,
    lease: Duration,
    ours: Ours,
    jobs: mpsc::Sender<Job>,
    stopped: watch::Receiver<Option<String>>,
    stop: watch::Sender<Option<String>>,
    hangs_after: Duration,
}

impl fmt::Debug for PgStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PgStore({})", self.address)
    }
}

/// The table of a number, where this program knows it.
fn table_of(number: i16) -> Option<Table> {
    Table::ALL.into_iter().find(|table| i16::from(table.number()) == number)
}

fn hangs(patience: Duration) -> String {
    format!(
        "the database did not answer for {} seconds (does it run, and is the network there?); nothing is done until the program \
         is started again",
        patience.as_secs()
    )
}

fn stopped_because(stopped: Option<&str>) -> String {
    format!("the store stopped earlier: {}; restart", stopped.unwrap_or("it was closed"))
}

/// A connection that can be worked on.
struct Ready {
    address: Address,
    connection: PgConnection,
}

impl Ready {
    /// Connects, looks the server over and lifts the schema.
    async fn connect(url: &SecretString) -> Result<Self, StoreError> {
        const OPEN: &str = "open the store";
        let address = Address::read(url)?;
        let failed = |error: sqlx::Error| trouble::of(OPEN, &address, error).into_error();
        let mut connection = address.options().connect().await.map_err(failed)?;
        let row = sqlx::query(sql::SERVER).fetch_one(&mut connection).await.map_err(failed)?;
        let field = |at: usize| row.try_get::<String, _>(at).map_err(failed);
        look_over(&address, &field(0)?, &field(1)?, &field(2)?).map_err(|why| StoreError::failed(OPEN, why))?;
        match schema::lift(&mut connection).await {
            Ok(()) => {}
            Err(NotLifted::Refused(error)) => return Err(failed(error)),
            Err(NotLifted::Newer(error)) => return Err(error),
        }
        if address.is_in_the_open() {
            tracing::warn!(store = %address, "nothing asks for TLS: add ?sslmode=verify-full to store.url");
        }
        Ok(Self { address, connection })
    }

    /// Takes the lease. Waits for one that nobody renews to run out, and refuses where somebody does.
    async fn take(&mut self, length: Duration) -> Result<i64, StoreError> {
        const STEP: Duration = Duration::from_millis(200);
        let failed = |address: &Address, error| trouble::of("take the lease", address, error);
        let mut seen: Option<String> = None;
        // The lease of another program may be longer than ours; one that does not move runs out.
        let taking = async {
            loop {
                let taken = match lease::take(&mut self.connection, length).await {
                    Ok(taken) => taken,
                    Err(error) => match failed(&self.address, error) {
                        // Somebody else takes it in the same instant.
                        Trouble::Again(_) => {
                            drop(sqlx::raw_sql(sql::ROLLBACK).execute(&mut self.connection).await);
                            pause(STEP).await;
                            continue;
                        }
                        other => return Err(other.into_error()),
                    },
                };
                match taken {
                    Taken::Ours(token) => return Ok(token),
                    Taken::Held(lease) if seen.get_or_insert_with(|| lease.until.clone()) != &lease.until => {
                        return Err(self.in_use(&lease.holder));
                    }
                    Taken::Held(_) => pause(STEP).await,
                }
            }
        };
        let patience = length.saturating_mul(4);
        match within(patience, taking).await {
            Some(taken) => taken,
            None => Err(self.in_use("somebody whose lease has not run out")),
        }
    }

    fn in_use(&self, holder: &str) -> StoreError {
        StoreError::InUse { folder: format!("{}, which {holder} works on", self.address) }
    }
}

/// Refuses a server that cannot keep what is promised.
fn look_over(address: &Address, version: &str, read_only: &str, synchronous: &str) -> Result<(), String> {
    let server = address.server();
    if version.parse::<u32>().is_ok_and(|version| version < OLDEST_SERVER) {
        return Err(format!("`{server}` is PostgreSQL {}; version 13 or newer is needed", version_name(version)));
    }
    if read_only == "on" {
        return Err(format!("`{server}` can only be read: it is a replica, or set so; name the primary in store.url"));
    }
    if synchronous == "off" {
        return Err(format!(
            "`{server}` confirms what it has not written (synchronous_commit = off), and an alert could be lost; say: ALTER \
             DATABASE {} SET synchronous_commit = on",
            address.database()
        ));
    }
    Ok(())
}

/// `90624` is 9.6.24, and `100023` is 10.23.
fn version_name(number: &str) -> String {
    let number: u32 = number.parse().unwrap_or_default();
    match number {
        100_000.. => format!("{}.{}", number / 10_000, number % 10_000),
        _ => format!("{}.{}.{}", number / 10_000, number / 100 % 100, number % 100),
    }
}

impl PgStore {
    /// Opens the store in a database, and makes its tables where there are none. Waits for the lease of a process that is gone
    /// to run out.
    ///
    /// # Errors
    ///
    /// The address, the server or the password is wrong, a restore was broken off in it, or another process works on it.
    pub async fn open(url: &SecretString, options: &Options) -> Result<Self, StoreError> {
        let mut ready = Ready::connect(url).await?;
        if copy::is_filling(&mut ready).await? {
            return Err(StoreError::Damaged {
                what: format!(
                    "a restore or migration into `{}` was broken off; begin it again, or name another database in store.url",
                    ready.address
                ),
            });
        }
        let asked = lease::this_instant();
        let token = ready.take(options.lease).await?;
        Ok(Self::on(ready, (token, asked), options))
    }

    /// Fills an empty database with a backup, and makes sure that all of it is there. `tell` hears how far it is: entries done,
    /// and in all. Broken off, it leaves a database that nothing opens, and that the next restore empties and fills.
    ///
    /// # Errors
    ///
    /// The backup is not whole, the database has a store already, or it cannot be reached.
    pub async fn restore(
        url: &SecretString,
        options: &Options,
        from: &Path,
        tell: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Restored, StoreError> {
        copy::restore(Ready::connect(url).await?, options, from, tell).await
    }

    /// Whether there is a store in a database. Makes nothing, and takes no lease.
    ///
    /// # Errors
    ///
    /// The address, the server or the password is wrong.
    pub async fn is_there(url: &SecretString) -> Result<bool, StoreError> {
        let address = Address::read(url)?;
        let asked = async {
            let mut connection = address.options().connect().await?;
            let there = sqlx::query(sql::OUR_TABLES).fetch_optional(&mut connection).await?.is_some();
            connection.close().await.map(|()| there)
        };
        asked.await.map_err(|error| trouble::of("open the store", &address, error).into_error())
    }

    fn on(ready: Ready, (token, asked): (i64, Instant), options: &Options) -> Self {
        let Ready { address, connection } = ready;
        let pool = PgPoolOptions::new()
            .max_connections(options.connections)
            .acquire_timeout(std::cmp::min(options.hangs_after, Duration::from_secs(5)))
            .connect_lazy_with(address.options().clone());
        let (jobs, waiting) = mpsc::channel(WAITING_MAX);
        let (stop, stopped) = watch::channel(None);
        let ours = Ours::until(asked + options.lease);
        let hand = Hand {
            address: address.clone(),
            options: options.clone(),
            token,
            connection: Some(connection),
            stopped: stop.clone(),
            ours: ours.clone(),
        };
        #[expect(clippy::disallowed_methods, reason = "it works in real time and lives as long as the store")]
        drop(tokio::spawn(hand.work(waiting)));
        let (lease, hangs_after) = (options.lease, options.hangs_after);
        Self { address, pool, token, lease, ours, jobs, stopped, stop, hangs_after }
    }

    /// Returns once the store has stopped after a failure, with why. Never returns while it works, nor once it was closed in
    /// order.
    pub async fn stopped(&self) -> String {
        let mut stopped = self.stopped.clone();
        match stopped.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_default(),
            Err(_closed) => std::future::pending().await,
        }
    }

    /// Where it is, without the password.
    #[must_use]
    pub fn place(&self) -> String {
        self.address.to_string()
    }

    /// Waits for what is being done and lets go of the database; everything asked for later fails.
    pub async fn close(&self) -> Result<(), StoreError> {
        const CLOSE: &str = "close the store";
        let (reply, closed) = oneshot::channel();
        if self.jobs.send(Job::Close { reply }).await.is_ok() {
            // The hand may have been told to end twice: then it has.
            drop(
                within(self.hangs_after, closed)
                    .await
                    .ok_or_else(|| StoreError::failed(CLOSE, hangs(self.hangs_after)))?,
            );
        }
        self.pool.close().await;
        Ok(())
    }

    fn usable(&self, deed: &'static str) -> Result<(), StoreError> {
        let stopped = self.stopped.borrow();
        if stopped.is_none() && !self.pool.is_closed() {
            return Ok(());
        }
        Err(StoreError::failed(deed, stopped_because(stopped.as_deref())))
    }

    /// Reads, again and again while the database is away, up to the end of all patience.
    async fn reading<T, F>(&self, deed: &'static str, read: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, sqlx::Error>> + Send,
    {
        let mut last = None;
        let trying = async {
            let mut wait = WAIT_FIRST;
            loop {
                self.usable(deed)?;
                match read().await.map_err(|error| trouble::of(deed, &self.address, error)) {
                    Ok(found) => return Ok(found),
                    Err(Trouble::Final(error)) => return Err(error),
                    Err(passing) => last = Some(passing.into_error()),
                }
                pause(wait).await;
                wait = std::cmp::min(wait * 2, WAIT_LAST);
            }
        };
        let read = within(self.hangs_after, trying).await;
        read.unwrap_or_else(|| {
            let why = hangs(self.hangs_after);
            self.stop.send_if_modified(|stopped| {
                let is_first = stopped.is_none();
                stopped.get_or_insert_with(|| why.clone());
                is_first
            });
            Err(last.unwrap_or_else(|| StoreError::failed(deed, why)))
        })
    }
}

fn kept_of(row: &sqlx::postgres::PgRow, at: usize) -> Result<Kept, sqlx::Error> {
    Ok(Kept { version: row.try_get::<i64, _>(at)?.cast_unsigned(), bytes: row.try_get(at + 1)? })
}

#[async_trait]
impl Store for PgStore {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        let table = i16::from(table.number());
        self.reading("read a record", || async {
            let row = sqlx::query(sql::GET).bind(table).bind(key).fetch_optional(&self.pool).await?;
            row.map(|row| kept_of(&row, 0)).transpose()
        })
        .await
    }

    async fn scan(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Kept)>, StoreError> {
        let (table, limit) = (i16::from(table.number()), i64::try_from(limit).unwrap_or(i64::MAX));
        self.reading("read records", || async {
            let rows =
                sqlx::query(sql::SCAN).bind(table).bind(from).bind(until).bind(limit).fetch_all(&self.pool).await?;
            rows.iter().map(|row| Ok((row.try_get(0)?, kept_of(row, 1)?))).collect()
        })
        .await
    }

    async fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError> {
        limits::check(&transaction)?;
        self.usable(DEED)?;
        let (reply, answer) = oneshot::channel();
        let gone = || StoreError::failed(DEED, stopped_because(self.stopped.borrow().as_deref()));
        self.jobs.send(Job::Commit { transaction, reply }).await.map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    async fn backup(&self, path: &Path, done: &Arc<AtomicU64>) -> Result<BackedUp, StoreError> {
        self.usable("back up")?;
        copy::backup(&self.address, path, done).await
    }

    fn crew(&self) -> Option<(Crew, i64)> {
        let options = Options { hangs_after: self.hangs_after, ..Options::default() };
        Some((Crew::at(self.address.clone(), &options), self.token))
    }

    fn is_ours(&self) -> bool {
        self.ours.now() && self.stopped.borrow().is_none()
    }

    fn shows_books(&self) -> bool {
        true
    }

    async fn show_books(&self, lines: Vec<BookLine>) -> Result<(), StoreError> {
        self.reading("show the books", || async {
            let mut connection = self.pool.acquire().await?;
            let shown = books::show(&mut connection, self.token, self.lease, &lines).await;
            if shown.is_err() {
                // It may be in the middle of a transaction.
                drop(connection.close().await);
            }
            shown
        })
        .await
    }
}
