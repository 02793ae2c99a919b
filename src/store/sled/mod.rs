//! The store on sled: one folder, one process.
//!
//! Owns: the promise that a commit which has returned survives a killed process and a lost power supply. It is kept by
//! `flush()` inside the transaction (without it an abort of the process loses commits) and an `fdatasync` after it (see
//! `disk.rs`). Refuses: a second process, damaged and newer files, and, once a write or sync has failed, everything until
//! the next start: nobody may act on what is only in memory; whoever runs on it hears of it ([`SledStore::stopped`]). So it is
//! with work that does not come back: sled 0.34 can wait for ever for a write that failed on another of its threads, and a
//! disk behind a network that is gone answers nothing. Survives: a crash at any point; recovery drops the torn end of the
//! log, in which no commit had returned.
//!
//! sled does blocking work, so every operation runs on the blocking threads of tokio while its caller waits.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::backup::BackedUp;
pub use super::backup::Restored;
use super::{Committed, Kept, Key, Store, StoreError, Table, Transaction};

mod compact;
mod copy;
mod disk;
mod mark;
mod open;
mod opening;
mod schema;
mod sums;
mod value;

#[cfg(test)]
mod tests;

pub use compact::Compacted;
use open::Open;

/// Operations at once. More would only wait inside sled, each on a thread of its own.
const AT_ONCE_MAX: usize = 64;

/// Why nothing is done any more where something never ended.
const HANGS: &str = "the disk or the database does not answer any more (is the disk there, and not full?); nothing is done until \
                     the program is started again";

/// What can be chosen about a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Bytes of pages kept in memory.
    pub cache_bytes: u64,
    /// Read every record at the start and compare with what was committed.
    pub verify: bool,
    /// After this long an operation does not come back any more, and the store stops.
    pub hangs_after: Duration,
}

impl Default for Options {
    /// 64 MiB: the working set of 20,000 creators (open incidents, deliveries, a day of samples); sled's own default is
    /// 1 GiB. A minute: a commit takes milliseconds, and seconds on a disk that is busy with other things.
    fn default() -> Self {
        Self { cache_bytes: 64 * 1024 * 1024, verify: true, hangs_after: Duration::from_mins(1) }
    }
}

/// A store in a folder.
pub struct SledStore {
    shared: Arc<Shared>,
    gate: Arc<Semaphore>,
    stopped: tokio::sync::watch::Receiver<Option<String>>,
    hangs_after: Duration,
}

struct Shared {
    folder: PathBuf,
    /// `None` once it is closed.
    open: RwLock<Option<Open>>,
    /// Something in it does not come back, and holds `open` for ever.
    hangs: AtomicBool,
}

impl Shared {
    fn new(folder: &Path, open: Open) -> Self {
        Self { folder: folder.to_owned(), open: RwLock::new(Some(open)), hangs: AtomicBool::new(false) }
    }
}

impl fmt::Debug for SledStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SledStore({})", self.shared.folder.display())
    }
}

impl SledStore {
    /// Opens the store in a data folder, or makes both; they are readable by their owner only. Blocks while it recovers.
    pub fn open(folder: &Path, options: &Options) -> Result<Self, StoreError> {
        let open = Open::new(folder, options)?;
        let stopped = open.stopped();
        Ok(Self {
            shared: Arc::new(Shared::new(folder, open)),
            gate: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            stopped,
            hangs_after: options.hangs_after,
        })
    }

    /// Returns once the store has stopped after a failure, with why: the disk is full, or broken. Whoever runs on it has to end
    /// then, and say so. Never returns while it works, nor once it was closed in order.
    pub async fn stopped(&self) -> String {
        let mut stopped = self.stopped.clone();
        match stopped.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_default(),
            Err(_closed) => std::future::pending().await,
        }
    }

    /// Makes a store in a folder from a backup, and makes sure that all of it is there. The folder must not have one.
    /// `tell` hears how far it is: entries done, and in all. Blocks.
    ///
    /// # Errors
    ///
    /// The backup is not whole, the folder has a store, or the disk is full; then nothing is left in the folder.
    pub fn restore(folder: &Path, from: &Path, tell: &dyn Fn(u64, u64)) -> Result<Restored, StoreError> {
        copy::restore(folder, from, tell)
    }

    /// Writes a store that nobody has open anew, without the room that records which are gone still take, and puts it in the
    /// place of the old one once all of it was read back. `tell` hears how far it is: entries done, and in all. Blocks.
    ///
    /// # Errors
    ///
    /// It is in use or damaged, or the disk has no room for a second one beside it; then it is as it was.
    pub fn compact(folder: &Path, tell: &dyn Fn(u64, u64)) -> Result<Compacted, StoreError> {
        compact::compact(folder, tell)
    }

    /// Waits for what is being done, writes what is left and lets go of the folder; everything asked for later fails. What does
    /// not come back is not waited for: it holds the folder until the process ends.
    pub async fn close(&self) -> Result<(), StoreError> {
        const DEED: &str = "close the store";
        if self.shared.hangs.load(Ordering::SeqCst) {
            return Err(StoreError::failed(DEED, HANGS));
        }
        let shared = Arc::clone(&self.shared);
        let closing = tokio::task::spawn_blocking(move || {
            let open = shared.open.write().unwrap_or_else(PoisonError::into_inner).take();
            open.map_or(Ok(()), Open::close)
        });
        match self.within(closing).await {
            Some(closed) => closed.unwrap_or_else(|stopped| Err(StoreError::failed(DEED, stopped))),
            None => Err(StoreError::failed(DEED, HANGS)),
        }
    }

    /// What blocking work comes to, `None` where it does not come back: the store has stopped then.
    async fn within<T>(&self, work: tokio::task::JoinHandle<T>) -> Option<Result<T, tokio::task::JoinError>> {
        #[expect(clippy::disallowed_methods, reason = "a disk that hangs hangs in real time, whatever the clock says")]
        let done = tokio::time::timeout(self.hangs_after, work).await.ok();
        if done.is_none() {
            self.shared.hangs.store(true, Ordering::SeqCst);
            // Whoever closes waits for the lock, and a reader would wait behind: then there is nobody to tell either.
            if let Ok(Some(open)) = self.shared.open.try_read().as_deref() {
                open.give_up(&format!("{HANGS}, after {} seconds", self.hangs_after.as_secs()));
            }
        }
        done
    }

    async fn blocking<T: Send + 'static>(
        &self,
        deed: &'static str,
        work: impl FnOnce(&Open) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.gate).acquire_owned().await.map_err(|closed| StoreError::failed(deed, closed))?;
        let shared = Arc::clone(&self.shared);
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            match &*shared.open.read().unwrap_or_else(PoisonError::into_inner) {
                Some(open) => work(open),
                None => Err(StoreError::failed(deed, "the store is closed")),
            }
        });
        match self.within(done).await {
            None => Err(StoreError::failed(deed, HANGS)),
            Some(Ok(outcome)) => outcome,
            Some(Err(stopped)) => {
                // sled asserts its invariants: after a panic in it nothing it holds can be trusted.
                if let Some(open) = &*self.shared.open.read().unwrap_or_else(PoisonError::into_inner) {
                    open.give_up("the database stopped at a broken invariant");
                }
                Err(StoreError::failed(deed, stopped))
            }
        }
    }
}

#[async_trait]
impl Store for SledStore {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        let key = key.to_vec();
        self.blocking("read a record", move |open| open.get(table, &key)).await
    }

    async fn scan(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Kept)>, StoreError> {
        let (from, until) = (from.to_vec(), until.to_vec());
        self.blocking("read records", move |open| open.scan(table, &from, &until, limit)).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError> {
        self.blocking("commit", move |open| open.commit(transaction)).await
    }

    async fn backup(&self, path: &Path, done: &Arc<AtomicU64>) -> Result<BackedUp, StoreError> {
        const DEED: &str = "back up";
        // On a thread of its own, and a page at a time: nobody waits for it.
        let (shared, path, done) = (Arc::clone(&self.shared), path.to_owned(), Arc::clone(done));
        let copying = tokio::task::spawn_blocking(move || copy::backup(&shared, &path, &done));
        copying.await.unwrap_or_else(|stopped| Err(StoreError::failed(DEED, stopped)))
    }
}
