//! What every store does: one suite, run on each. The store in memory is the model of the others.

use std::sync::Arc;

use proptest::prelude::*;
use secrecy::SecretString;

use super::memory::MemoryStore;
use super::postgres::server::Server;
use super::postgres::{self, PgStore};
use super::sled::{Options, SledStore};
use super::{Expect, Fate, Key, Store, StoreError, Table, Transaction, Write, keys, limits};
use crate::time::Clock;

const TABLES: [Table; 3] = [Table::Documents, Table::Deliveries, Table::Journal];

/// A transaction whose expectations are made when it runs.
#[derive(Debug, Clone)]
struct Draft {
    expect: Vec<(Table, Key, Hope)>,
    writes: Vec<Write>,
}

#[derive(Debug, Clone, Copy)]
enum Hope {
    /// Whatever is there.
    AsItIs,
    /// This, true or not.
    Exactly(Expect),
}

fn any_table() -> impl Strategy<Value = Table> {
    proptest::sample::select(TABLES.to_vec())
}

/// Few keys, so that transactions meet; the ends of the alphabet, so that order is tested.
fn any_key() -> impl Strategy<Value = Key> {
    proptest::collection::vec(proptest::sample::select(vec![0u8, 1, b'a', 255]), 0..3)
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let sizes = prop_oneof![6 => 0usize..40, 1 => 4_090usize..4_100, 1 => 8_000usize..20_000];
    (sizes, any::<u8>()).prop_map(|(size, seed)| (0..size).map(|n| seed.wrapping_add(n.to_le_bytes()[0])).collect())
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let hope = prop_oneof![
        6 => Just(Hope::AsItIs),
        1 => Just(Hope::Exactly(Expect::Absent)),
        1 => (1u64..4).prop_map(|version| Hope::Exactly(Expect::Version(version))),
    ];
    let write = prop_oneof![
        4 => (any_table(), any_key(), any_bytes()).prop_map(|(table, key, bytes)| Write::Put { table, key, bytes }),
        2 => (any_table(), any_key()).prop_map(|(table, key)| Write::Delete { table, key }),
        1 => (any_table(), any_bytes()).prop_map(|(table, bytes)| Write::Append { table, bytes }),
    ];
    (proptest::collection::vec((any_table(), any_key(), hope), 0..3), proptest::collection::vec(write, 0..6))
        .prop_map(|(expect, writes)| Draft { expect, writes })
}

impl Draft {
    async fn transaction(self, model: &MemoryStore) -> Transaction {
        let mut expect = Vec::new();
        for (table, key, hope) in self.expect {
            let wanted = match hope {
                Hope::Exactly(wanted) => wanted,
                Hope::AsItIs => match model.get(table, &key).await.expect("reads") {
                    None => Expect::Absent,
                    Some(kept) => Expect::Version(kept.version),
                },
            };
            expect.push((table, key, wanted));
        }
        Transaction { expect, writes: self.writes }
    }
}

/// What a commit came to, in a form that compares.
async fn outcome(store: &dyn Store, transaction: Transaction) -> Result<Vec<u64>, (Table, Key)> {
    match store.commit(transaction).await {
        Ok(committed) => Ok(committed.numbers),
        Err(StoreError::Conflict { table, key }) => Err((table, key)),
        Err(other) => panic!("{other}"),
    }
}

async fn assert_same(model: &MemoryStore, store: &dyn Store, bounds: &[(Key, Key, usize)]) {
    let (from, until) = keys::all();
    for table in TABLES {
        let want = model.scan(table, &from, &until, usize::MAX).await.expect("reads");
        let have = store.scan(table, &from, &until, usize::MAX).await.expect("reads");
        assert_eq!(have, want, "{table:?}");
        for (key, kept) in want {
            assert_eq!(store.get(table, &key).await.expect("reads"), Some(kept));
        }
        for (from, until, limit) in bounds {
            let want = model.scan(table, from, until, *limit).await.expect("reads");
            let have = store.scan(table, from, until, *limit).await.expect("reads");
            assert_eq!(have, want, "{table:?} {from:?} .. {until:?}, {limit}");
        }
    }
    assert_eq!(store.get(Table::Meta, b"nowhere").await.expect("reads"), None);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A fresh database, and its address.
fn database() -> SecretString {
    let server = Server::shared();
    SecretString::from(server.url(&server.database()))
}

async fn in_database(url: &SecretString) -> PgStore {
    PgStore::open(url, &postgres::Options::default()).await.expect("opens")
}

proptest! {
    // Each case opens a store three times and syncs the disk at every commit.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn sled_does_what_the_model_does(
        drafts in proptest::collection::vec(any_draft(), 1..24),
        bounds in proptest::collection::vec((any_key(), any_key(), 0usize..4), 6),
        reopen_after in 0usize..24,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        runtime().block_on(async {
            let model = MemoryStore::new();
            let mut store = SledStore::open(folder.path(), &Options::default()).expect("opens");
            for (at, draft) in drafts.into_iter().enumerate() {
                let transaction = draft.transaction(&model).await;
                let want = outcome(&model, transaction.clone()).await;
                assert_eq!(outcome(&store, transaction).await, want);
                if at == reopen_after {
                    store.close().await.expect("closes");
                    store = SledStore::open(folder.path(), &Options::default()).expect("opens again");
                }
            }
            assert_same(&model, &store, &bounds).await;
            store.close().await.expect("closes");
            let store = SledStore::open(folder.path(), &Options::default()).expect("opens again");
            assert_same(&model, &store, &bounds).await;
        });
    }
}

proptest! {
    // Each case makes a database.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn postgres_does_what_the_model_does(
        drafts in proptest::collection::vec(any_draft(), 1..24),
        bounds in proptest::collection::vec((any_key(), any_key(), 0usize..4), 6),
        together in 0usize..24,
    ) {
        let url = database();
        runtime().block_on(async {
            let model = MemoryStore::new();
            let store = in_database(&url).await;
            let (alone, at_once) = drafts.split_at(std::cmp::min(together, drafts.len()));
            for draft in alone {
                let transaction = draft.clone().transaction(&model).await;
                let want = outcome(&model, transaction.clone()).await;
                assert_eq!(outcome(&store, transaction).await, want);
            }
            // What waits is committed together, and comes to the same as one after the other.
            let mut wanted = Vec::new();
            let mut commits = Vec::new();
            for draft in at_once {
                let transaction = draft.clone().transaction(&model).await;
                wanted.push(outcome(&model, transaction.clone()).await);
                commits.push(outcome(&store, transaction));
            }
            assert_eq!(futures_util::future::join_all(commits).await, wanted);
            assert_same(&model, &store, &bounds).await;
            store.close().await.expect("closes");
            assert_same(&model, &in_database(&url).await, &bounds).await;
        });
    }
}

/// Runs `check` on a fresh store of each kind.
async fn on_each<F: Future<Output = ()>>(check: impl Fn(Arc<dyn Store>) -> F) {
    check(Arc::new(MemoryStore::new())).await;
    let folder = tempfile::tempdir().expect("a folder");
    check(Arc::new(SledStore::open(folder.path(), &Options::default()).expect("opens"))).await;
    check(Arc::new(in_database(&database()).await)).await;
}

async fn count_up(store: &dyn Store) {
    loop {
        let before = store.get(Table::Meta, b"count").await.expect("reads");
        let (expect, count) = match &before {
            None => (Expect::Absent, 0),
            Some(kept) => (Expect::Version(kept.version), keys::read_number(&kept.bytes).expect("a number")),
        };
        let transaction = Transaction {
            expect: vec![(Table::Meta, b"count".to_vec(), expect)],
            writes: vec![
                Write::Put { table: Table::Meta, key: b"count".to_vec(), bytes: keys::number(count + 1) },
                Write::Append { table: Table::Journal, bytes: keys::number(count + 1) },
            ],
        };
        match store.commit(transaction).await {
            Ok(committed) => {
                assert_eq!(committed.numbers, [count + 1], "the two tables move together");
                return;
            }
            Err(error) => assert_eq!(error.fate(), Fate::ReadAgain, "{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_count_at_once_nobody_is_lost() {
    on_each(|store| async move {
        let clock = Clock::system();
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let store = Arc::clone(&store);
                clock.spawn(format!("counter {n}"), |_held| async move {
                    for _ in 0..25 {
                        count_up(&*store).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("counts");
        }
        let count = store.get(Table::Meta, b"count").await.expect("reads").expect("is there");
        assert_eq!((count.version, count.bytes), (200, keys::number(200)));
        let (from, until) = keys::all();
        let lines = store.scan(Table::Journal, &from, &until, 1_000).await.expect("reads");
        let numbers: Vec<u64> = lines.iter().map(|(key, _)| keys::read_number(key).expect("a number")).collect();
        assert_eq!(numbers, (1..=200).collect::<Vec<u64>>(), "numbers without gaps");
        assert!(lines.iter().all(|(key, kept)| *key == kept.bytes && kept.version == 1));
    })
    .await;
}

fn put(key: Key, bytes: Vec<u8>) -> Write {
    Write::Put { table: Table::Documents, key, bytes }
}

#[tokio::test]
async fn what_is_too_large_is_refused_whole_and_what_just_fits_is_kept() {
    on_each(|store| async move {
        let largest = put(vec![255; limits::KEY_MAX], vec![7; limits::VALUE_MAX]);
        let third = limits::TRANSACTION_MAX / limits::VALUE_MAX;
        let too_large = [
            vec![put(vec![1; limits::KEY_MAX + 1], Vec::new())],
            vec![put(vec![1], vec![1; limits::VALUE_MAX + 1])],
            (0..=third).map(|n| put(n.to_be_bytes().to_vec(), vec![1; limits::VALUE_MAX])).collect(),
        ];
        for extra in too_large {
            let transaction =
                Transaction { expect: Vec::new(), writes: std::iter::once(largest.clone()).chain(extra).collect() };
            let error = store.commit(transaction).await.expect_err("too large");
            assert_eq!(error.fate(), Fate::AskForLess, "{error}");
        }
        let (from, until) = keys::all();
        assert_eq!(store.scan(Table::Documents, &from, &until, 9).await.expect("reads"), []);

        let full = Transaction {
            expect: Vec::new(),
            writes: (2..third)
                .map(|n| put(n.to_be_bytes().to_vec(), vec![1; limits::VALUE_MAX]))
                .chain([largest])
                .collect(),
        };
        store.commit(full).await.expect("fits");
        let all = store.scan(Table::Documents, &from, &until, 1_000).await.expect("reads");
        assert_eq!(all.len(), third - 1);
        assert!(all.iter().all(|(_, kept)| kept.bytes.len() == limits::VALUE_MAX));
        assert_eq!(all.last().expect("some").0.len(), limits::KEY_MAX, "`all` holds the last key there can be");
    })
    .await;
}

#[tokio::test]
async fn a_refused_transaction_changes_nothing_and_uses_no_number() {
    on_each(|store| async move {
        let append = |expect: Vec<(Table, Key, Expect)>| Transaction {
            expect,
            writes: vec![
                put(b"a".to_vec(), b"new".to_vec()),
                Write::Append { table: Table::Journal, bytes: Vec::new() },
            ],
        };
        let unmet =
            vec![(Table::Documents, b"a".to_vec(), Expect::Absent), (Table::Rooms, b"r".to_vec(), Expect::Version(1))];
        let refused = outcome(&*store, append(unmet)).await;
        assert_eq!(refused, Err((Table::Rooms, b"r".to_vec())));
        assert_eq!(store.get(Table::Documents, b"a").await.expect("reads"), None);
        assert_eq!(outcome(&*store, append(Vec::new())).await, Ok(vec![1]));
    })
    .await;
}
