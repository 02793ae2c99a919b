//! The store in memory: the model the others are compared with, and the store of tests that restart the program but not
//! the disk.
//!
//! Owns: the simplest thing that keeps the contract, and faults on demand at numbered commit points. Survives: nothing
//! but what its `Arc` survives; a "crash" is a store that refuses everything until [`MemoryStore::revive`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Committed, Kept, Key, Store, StoreError, Table, Transaction, Write, limits};

/// What goes wrong at a commit point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This commit is refused, nothing is changed, and the store goes on.
    Refuse,
    /// The machine stops before the commit: nothing is changed, and nothing works until it is revived.
    CrashBefore,
    /// The machine stops after the commit: it is kept, but the caller never hears of it.
    CrashAfter,
}

type Hook = Box<dyn FnMut(u64, &Transaction) -> Option<Fault> + Send>;

/// See the module.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rows: BTreeMap<(Table, Key), Kept>,
    /// The last number given, by table.
    counters: BTreeMap<Table, u64>,
    /// Commit points so far, the failed ones included.
    commits: u64,
    crashed: bool,
    hook: Option<Hook>,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        write!(f, "MemoryStore({} rows, {} commits)", state.rows.len(), state.commits)
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Commit points so far. The first is number 1.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.lock().commits
    }

    /// Asks `hook` at every commit point, with its number, what goes wrong there. Expectations are checked first: a
    /// conflict is no commit point. The hook runs inside the commit and must not use the store.
    pub fn on_commit(&self, hook: impl FnMut(u64, &Transaction) -> Option<Fault> + Send + 'static) {
        self.lock().hook = Some(Box::new(hook));
    }

    /// Lets the `n`th commit point fail with `fault`, once.
    pub fn fail_commit(&self, n: u64, fault: Fault) {
        self.on_commit(move |number, _| (number == n).then_some(fault));
    }

    /// Starts the machine again: what was kept is there, and nothing goes wrong any more.
    pub fn revive(&self) {
        let mut state = self.lock();
        state.crashed = false;
        state.hook = None;
    }

    /// Every row, in order: what a test compares.
    #[must_use]
    pub fn dump(&self) -> Vec<(Table, Key, Kept)> {
        let state = self.lock();
        state.rows.iter().map(|((table, key), kept)| (*table, key.clone(), kept.clone())).collect()
    }

    /// Another store with the same rows: what happens to one does not happen to the other. Faults are not copied.
    #[must_use]
    pub fn copy(&self) -> Self {
        let state = self.lock();
        let (rows, counters) = (state.rows.clone(), state.counters.clone());
        Self { state: Mutex::new(State { rows, counters, ..State::default() }) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic of one test thread must not hide its message behind a poisoned store.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self, deed: &'static str) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.lock();
        if state.crashed { Err(StoreError::failed(deed, "the machine has stopped")) } else { Ok(state) }
    }
}

impl State {
    fn apply(&mut self, writes: Vec<Write>) -> Committed {
        let mut numbers = Vec::new();
        for write in writes {
            match write {
                Write::Put { table, key, bytes } => self.put(table, key, bytes),
                Write::Delete { table, key } => {
                    self.rows.remove(&(table, key));
                }
                Write::Append { table, bytes } => {
                    let counter = self.counters.entry(table).or_insert(0);
                    *counter += 1;
                    let number = *counter;
                    numbers.push(number);
                    self.put(table, number.to_be_bytes().to_vec(), bytes);
                }
            }
        }
        Committed { numbers }
    }

    fn put(&mut self, table: Table, key: Key, bytes: Vec<u8>) {
        let row = self.rows.entry((table, key)).or_insert(Kept { version: 0, bytes: Vec::new() });
        row.version += 1;
        row.bytes = bytes;
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        let state = self.running("read a record")?;
        Ok(state.rows.get(&(table, key.to_vec())).cloned())
    }

    async fn scan(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Kept)>, StoreError> {
        let state = self.running("read records")?;
        if until <= from {
            return Ok(Vec::new());
        }
        let range = (table, from.to_vec())..(table, until.to_vec());
        Ok(state.rows.range(range).take(limit).map(|((_, key), kept)| (key.clone(), kept.clone())).collect())
    }

    async fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError> {
        const DEED: &str = "commit";
        limits::check(&transaction)?;
        let mut state = self.running(DEED)?;
        let unmet = limits::first_unmet(&transaction.expect, |table, key| {
            Ok::<_, StoreError>(state.rows.get(&(table, key.to_vec())).map(|kept| kept.version))
        })?;
        if let Some((table, key)) = unmet {
            return Err(StoreError::Conflict { table, key });
        }
        state.commits += 1;
        let number = state.commits;
        let fault = state.hook.as_mut().and_then(|hook| hook(number, &transaction));
        match fault {
            None => Ok(state.apply(transaction.writes)),
            Some(Fault::Refuse) => Err(StoreError::failed(DEED, "a fault was asked for")),
            Some(Fault::CrashBefore) => {
                state.crashed = true;
                Err(StoreError::failed(DEED, "the machine has stopped"))
            }
            Some(Fault::CrashAfter) => {
                state.apply(transaction.writes);
                state.crashed = true;
                Err(StoreError::failed(DEED, "the machine has stopped"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(text: &str) -> Transaction {
        Transaction {
            expect: Vec::new(),
            writes: vec![Write::Append { table: Table::Journal, bytes: text.as_bytes().to_vec() }],
        }
    }

    #[tokio::test]
    async fn each_fault_leaves_what_it_says() {
        for (fault, rows_after, goes_on) in
            [(Fault::Refuse, 1, true), (Fault::CrashBefore, 1, false), (Fault::CrashAfter, 2, false)]
        {
            let store = MemoryStore::new();
            store.fail_commit(2, fault);
            assert_eq!(store.commit(append("one")).await.expect("commits").numbers, [1]);
            assert!(store.commit(append("two")).await.is_err(), "{fault:?}");
            assert_eq!(store.dump().len(), rows_after, "{fault:?}");
            assert_eq!(store.commit(append("three")).await.is_ok(), goes_on, "{fault:?}");
            store.revive();
            let numbers = store.commit(append("four")).await.expect("commits").numbers;
            assert_eq!(numbers, [u64::try_from(store.dump().len()).expect("few")], "{fault:?}");
        }
    }
}
