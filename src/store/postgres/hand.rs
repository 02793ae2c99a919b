//! The hand that writes: the one task of a store that commits, keeps the lease and gives it back.
//!
//! What waits is committed together, in the order it came, as one transaction of the database with one sync of its disk.
//! It is serializable by construction: every commit holds the lease's row from its first statement to its end, so they come
//! one after the other, also those of a process that should not be there any more. What the database calls off (40001, 40P01)
//! or what was cut off before its COMMIT is done again, for a bounded time; what was cut off at its COMMIT is found out
//! first ([`lease::what_became`]). After a failure that does not pass, nothing is done until the next start.

use std::time::Duration;

use sqlx::{ConnectOptions as _, PgConnection, Row as _};
use tokio::sync::{mpsc, oneshot, watch};

use super::address::Address;
use super::lease::{self, Became, Ours};
use super::plan::{self, Changes, Outcome, Picture};
use super::statements as sql;
use super::trouble::{self, Trouble};
use super::{DEED, Options, daily, table_of};
use crate::store::{Committed, Key, StoreError, Table, Transaction, Write, limits};

/// Transactions committed together. More would make the first wait for the last.
const TOGETHER_MAX: usize = 256;

/// Waits before trying again: the first, doubled each time up to the last.
pub(super) const WAIT_FIRST: Duration = Duration::from_millis(10);
pub(super) const WAIT_LAST: Duration = Duration::from_secs(1);

/// How often what the database calls off is done again. With one process at a time only its own housekeeping is in the way.
const CALLED_OFF_MAX: u32 = 20;

/// What the hand is asked for.
pub enum Job {
    /// To commit.
    Commit {
        /// What.
        transaction: Transaction,
        /// Who asked.
        reply: oneshot::Sender<Result<Committed, StoreError>>,
    },
    /// To end.
    Close {
        /// Who asked.
        reply: oneshot::Sender<Result<(), StoreError>>,
    },
}

/// See the module.
pub struct Hand {
    pub(super) address: Address,
    pub(super) options: Options,
    pub(super) token: i64,
    pub(super) connection: Option<PgConnection>,
    pub(super) stopped: watch::Sender<Option<String>>,
    pub(super) ours: Ours,
}

/// One that asked, and what for.
type Asked = (Transaction, oneshot::Sender<Result<Committed, StoreError>>);

/// How one try to commit ended.
enum Tried {
    /// Each transaction's outcome; what they wrote is on disk.
    Settled(Vec<Outcome>),
    /// COMMIT was sent, and no answer came: the outcomes if it was done, and its number.
    Unanswered(Vec<Outcome>, i64),
    /// Nothing was done.
    Failed(Trouble),
}

impl Hand {
    /// Works until everybody is gone or somebody says so.
    pub async fn work(mut self, mut jobs: mpsc::Receiver<Job>) {
        let renew_every = self.options.lease / 3;
        let mut left_over = None;
        loop {
            let next = if let Some(job) = left_over.take() {
                Some(job)
            } else if let Some(next) = within(renew_every, jobs.recv()).await {
                next
            } else {
                self.renew().await;
                continue;
            };
            match next {
                None => {
                    self.leave().await;
                    return;
                }
                Some(Job::Close { reply }) => {
                    jobs.close();
                    self.leave().await;
                    // Whoever asked may have stopped waiting.
                    drop(reply.send(Ok(())));
                    return;
                }
                Some(Job::Commit { transaction, reply }) => {
                    let (batch, next) = gather((transaction, reply), &mut jobs);
                    left_over = next;
                    self.commit(batch).await;
                }
            }
        }
    }

    /// Commits what was gathered and answers each.
    async fn commit(&mut self, batch: Vec<Asked>) {
        let transactions: Vec<&Transaction> = batch.iter().map(|one| &one.0).collect();
        let done = match &*self.stopped.borrow() {
            Some(why) => Err(format!("the store stopped earlier: {why}; restart")),
            None => Ok(()),
        };
        let done = match done {
            Ok(()) => self.within_patience(&transactions).await,
            Err(why) => Err(StoreError::failed(DEED, why)),
        };
        let replies = batch.into_iter().map(|one| one.1);
        match done {
            Ok(outcomes) => {
                for (reply, outcome) in replies.zip(outcomes) {
                    drop(reply.send(outcome.map_err(|(table, key)| StoreError::Conflict { table, key })));
                }
            }
            Err(error) => {
                let mut first = Some(error);
                for reply in replies {
                    let again = || StoreError::failed(DEED, super::stopped_because(self.stopped.borrow().as_deref()));
                    drop(reply.send(Err(first.take().unwrap_or_else(again))));
                }
            }
        }
    }

    async fn within_patience(&mut self, transactions: &[&Transaction]) -> Result<Vec<Outcome>, StoreError> {
        let patience = self.options.hangs_after;
        let mut last = None;
        let done = within(patience, self.until_settled(transactions, &mut last))
            .await
            .unwrap_or_else(|| Err(last.take().unwrap_or_else(|| StoreError::failed(DEED, super::hangs(patience)))));
        if let Err(error) = &done {
            // What was under way may be half sent.
            self.connection = None;
            self.stop(error);
        }
        done
    }

    /// Tries until it is known what came of it. `last` is why it has not come to an end yet.
    async fn until_settled(
        &mut self,
        transactions: &[&Transaction],
        last: &mut Option<StoreError>,
    ) -> Result<Vec<Outcome>, StoreError> {
        let (mut wait, mut called_off) = (WAIT_FIRST, 0);
        loop {
            let trouble = match self.attempt(transactions).await {
                Tried::Settled(outcomes) => return Ok(outcomes),
                Tried::Failed(trouble) => trouble,
                Tried::Unanswered(outcomes, number) => match self.find_out(number, last).await? {
                    Became::Done => return Ok(outcomes),
                    // Once more, from the beginning: it was not done, and cannot be any more.
                    Became::Nothing => continue,
                    Became::Unknown => {
                        return Err(StoreError::failed(
                            DEED,
                            "the connection broke, and others have worked on the database since: whether it was done is not known",
                        ));
                    }
                },
            };
            match trouble {
                Trouble::Final(error) => return Err(error),
                Trouble::Again(error) => {
                    called_off += 1;
                    if CALLED_OFF_MAX < called_off {
                        return Err(error);
                    }
                    *last = Some(error);
                }
                Trouble::Away(error) => {
                    self.connection = None;
                    *last = Some(error);
                }
            }
            pause(wait).await;
            wait = std::cmp::min(wait * 2, WAIT_LAST);
        }
    }

    /// Finds out what became of a commit without an answer, however long the database is away.
    async fn find_out(&mut self, number: i64, last: &mut Option<StoreError>) -> Result<Became, StoreError> {
        let mut wait = WAIT_FIRST;
        loop {
            // The old connection may still be at it: a new one waits behind it.
            self.connection = None;
            let (token, address) = (self.token, self.address.clone());
            let asked = match self.connected().await {
                Ok(connection) => lease::what_became(connection, token, number)
                    .await
                    .map_err(|error| trouble::of("find out what became of a commit", &address, error)),
                Err(trouble) => Err(trouble),
            };
            match asked {
                Ok(became) => return Ok(became),
                Err(trouble) if trouble.passes() => *last = Some(trouble.into_error()),
                Err(trouble) => return Err(trouble.into_error()),
            }
            pause(wait).await;
            wait = std::cmp::min(wait * 2, WAIT_LAST);
        }
    }

    async fn connected(&mut self) -> Result<&mut PgConnection, Trouble> {
        let connection = if let Some(connection) = self.connection.take() {
            connection
        } else {
            let connecting = self.address.options().connect().await;
            connecting.map_err(|error| trouble::of("reach the database", &self.address, error))?
        };
        Ok(self.connection.insert(connection))
    }

    async fn attempt(&mut self, transactions: &[&Transaction]) -> Tried {
        let (token, length, address) = (self.token, self.options.lease, self.address.clone());
        let connection = match self.connected().await {
            Ok(connection) => connection,
            Err(trouble) => return Tried::Failed(trouble),
        };
        let asked = lease::this_instant();
        let written = match prepare(connection, token, length, transactions).await {
            Ok(Some(written)) => Ok(written),
            Ok(None) => return Tried::Failed(Trouble::Final(lost(&address))),
            Err(error) => Err(trouble::of(DEED, &address, error)),
        };
        match written {
            Err(trouble) => {
                // A connection that cannot even do that is of no use any more.
                if sqlx::raw_sql(sql::ROLLBACK).execute(connection).await.is_err() {
                    self.connection = None;
                }
                Tried::Failed(trouble)
            }
            Ok((outcomes, None)) => match sqlx::raw_sql(sql::ROLLBACK).execute(connection).await {
                Ok(_) => Tried::Settled(outcomes),
                Err(error) => {
                    self.connection = None;
                    Tried::Failed(trouble::of(DEED, &address, error))
                }
            },
            Ok((outcomes, Some(number))) => match sqlx::raw_sql(sql::COMMIT).execute(connection).await {
                Ok(_) => {
                    self.ours.renewed(asked + length);
                    Tried::Settled(outcomes)
                }
                Err(_) => Tried::Unanswered(outcomes, number),
            },
        }
    }

    /// Keeps the lease. A database that is away is waited for at the next commit; a lease that is lost ends everything.
    async fn renew(&mut self) {
        if self.stopped.borrow().is_some() {
            return;
        }
        let (token, length) = (self.token, self.options.lease);
        let renewing = async {
            let ours = self.ours.clone();
            let connection = self.connected().await?;
            let asked = lease::this_instant();
            let kept = lease::renew(connection, token, length).await;
            if let Ok(true) = &kept {
                ours.renewed(asked + length);
            }
            kept.map_err(|error| trouble::of("keep the lease", &self.address, error))
        };
        let kept = within(length, renewing).await;
        match kept {
            Some(Ok(true)) => {}
            Some(Ok(false)) => {
                let lost = lost(&self.address);
                self.stop(&lost);
            }
            Some(Err(trouble)) if !trouble.passes() => {
                let error = trouble.into_error();
                self.connection = None;
                self.stop(&error);
            }
            Some(Err(_)) | None => self.connection = None,
        }
    }

    async fn leave(&mut self) {
        let (token, length) = (self.token, self.options.lease);
        let leaving = async {
            let connection = self.connected().await?;
            lease::leave(connection, token).await.map_err(|error| trouble::of("leave", &self.address, error))
        };
        // Where it cannot be given back it runs out.
        drop(within(length, leaving).await);
        if let Some(connection) = self.connection.take() {
            drop(within(length, sqlx::Connection::close(connection)).await);
        }
    }

    /// Nothing is done from now on, because of this.
    fn stop(&self, error: &StoreError) {
        let mut why = error.to_string();
        if let Some(cause) = std::error::Error::source(error) {
            why = format!("{why}: {cause}");
        }
        self.stopped.send_if_modified(|stopped| {
            let is_first = stopped.is_none();
            stopped.get_or_insert(why);
            is_first
        });
    }
}

pub(super) fn lost(address: &Address) -> StoreError {
    StoreError::failed(
        "go on",
        format!(
            "another process has taken the database `{address}` over, because this one did not answer for too long"
        ),
    )
}

/// What waits, as far as it is committed together with the first; what came after that is handed back.
fn gather(first: Asked, jobs: &mut mpsc::Receiver<Job>) -> (Vec<Asked>, Option<Job>) {
    let mut size = size_of(&first.0);
    let mut batch = vec![first];
    while batch.len() < TOGETHER_MAX {
        match jobs.try_recv() {
            Ok(Job::Commit { transaction, reply }) => {
                size = size.saturating_add(size_of(&transaction));
                if limits::TRANSACTION_MAX < size {
                    return (batch, Some(Job::Commit { transaction, reply }));
                }
                batch.push((transaction, reply));
            }
            Ok(job @ Job::Close { .. }) => return (batch, Some(job)),
            Err(_) => break,
        }
    }
    (batch, None)
}

fn size_of(transaction: &Transaction) -> usize {
    let bytes = transaction.writes.iter().map(|write| match write {
        Write::Put { bytes, .. } | Write::Append { bytes, .. } => bytes.len(),
        Write::Delete { .. } => 0,
    });
    bytes.fold(0, usize::saturating_add)
}

/// What a transaction came to, and the number of the commit where there is one to make.
type Prepared = (Vec<Outcome>, Option<i64>);

/// Does everything up to COMMIT. `None`: the lease is not ours any more.
async fn prepare(
    connection: &mut PgConnection,
    token: i64,
    length: Duration,
    transactions: &[&Transaction],
) -> Result<Option<Prepared>, sqlx::Error> {
    sqlx::raw_sql(sql::BEGIN_WRITE).execute(&mut *connection).await?;
    let Some(number) = lease::fence(&mut *connection, token, length).await? else {
        return Ok(None);
    };
    let picture = look(&mut *connection, transactions).await?;
    let (outcomes, changes) = plan::settle(transactions, picture);
    if changes.is_empty() {
        return Ok(Some((outcomes, None)));
    }
    write(connection, &changes).await?;
    Ok(Some((outcomes, Some(number))))
}

/// What is there of what some transactions touch.
async fn look(connection: &mut PgConnection, transactions: &[&Transaction]) -> Result<Picture, sqlx::Error> {
    let mut picture = Picture::default();
    if plan::any_appends(transactions) {
        for row in sqlx::query(sql::COUNTERS).fetch_all(&mut *connection).await? {
            if let Some(table) = table_of(row.try_get(0)?) {
                picture.counters.insert(table, row.try_get::<i64, _>(1)?.cast_unsigned());
            }
        }
    }
    let touched = plan::touched(transactions, &picture.counters);
    let (tables, keys): (Vec<i16>, Vec<&[u8]>) =
        touched.iter().map(|(table, key)| (i16::from(table.number()), key.as_slice())).unzip();
    for row in sqlx::query(sql::VERSIONS).bind(tables).bind(keys).fetch_all(connection).await? {
        if let Some(table) = table_of(row.try_get(0)?) {
            picture.versions.insert((table, row.try_get(1)?), row.try_get::<i64, _>(2)?.cast_unsigned());
        }
    }
    Ok(picture)
}

/// Writes what has to be written, a statement for each kind of change.
pub(super) async fn write(connection: &mut PgConnection, changes: &Changes<'_>) -> Result<(), sqlx::Error> {
    let (mut tables, mut keys, mut versions, mut values) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut tables_gone, mut keys_gone) = (Vec::new(), Vec::new());
    for ((table, key), record) in &changes.records {
        let table = i16::from(table.number());
        if let Some((version, bytes)) = record {
            tables.push(table);
            keys.push(key.as_slice());
            versions.push(version.cast_signed());
            values.push(*bytes);
        } else {
            tables_gone.push(table);
            keys_gone.push(key.as_slice());
        }
    }
    if !tables_gone.is_empty() {
        sqlx::query(sql::DELETE).bind(tables_gone).bind(keys_gone).execute(&mut *connection).await?;
    }
    if !tables.is_empty() {
        let putting = sqlx::query(sql::PUT).bind(tables).bind(keys).bind(versions).bind(values);
        putting.execute(&mut *connection).await?;
    }
    if !changes.counters.is_empty() {
        let (tables, last): (Vec<i16>, Vec<i64>) =
            changes.counters.iter().map(|(table, last)| (i16::from(table.number()), last.cast_signed())).unzip();
        sqlx::query(sql::COUNT).bind(tables).bind(last).execute(&mut *connection).await?;
    }
    let samples = (Table::Samples, Key::new())..(Table::Posts, Key::new());
    let seals_and_heard = (Table::Sealed, Key::new())..;
    daily::write(connection, changes.records.range(samples).chain(changes.records.range(seals_and_heard))).await
}

#[expect(clippy::disallowed_methods, reason = "a database that is away is away in real time, whatever the clock says")]
pub(super) async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, work).await.ok()
}

#[expect(clippy::disallowed_methods, reason = "a database that is away is away in real time, whatever the clock says")]
pub(super) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
