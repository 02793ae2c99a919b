//! A copy is everything at one instant; a database is filled whole or opened by nobody.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{append, open, secret, short, spawn, told};
use crate::store::backup::{self, Entry};
use crate::store::postgres::PgStore;
use crate::store::postgres::server::Server;
use crate::store::sled::{Options as InFolder, SledStore};
use crate::store::{Kept, Key, Store, StoreError, Table, Transaction, Write, keys};

fn put(key: &[u8], bytes: Vec<u8>) -> Write {
    Write::Put { table: Table::Documents, key: key.to_vec(), bytes }
}

async fn fill(store: &dyn Store) {
    for n in 0..700_u64 {
        let bytes = vec![7; usize::try_from(n * 13 % 6_000).expect("small")];
        let writes =
            vec![put(&keys::number(n % 650), bytes), Write::Append { table: Table::Journal, bytes: keys::number(n) }];
        store.commit(Transaction { expect: Vec::new(), writes }).await.expect("commits");
    }
    let gone = Write::Delete { table: Table::Documents, key: keys::number(3) };
    store.commit(Transaction { expect: Vec::new(), writes: vec![gone] }).await.expect("commits");
}

/// Everything but what a store says of its own form.
async fn everything(store: &dyn Store) -> Vec<(Table, Key, Kept)> {
    let (from, until) = keys::all();
    let mut all = Vec::new();
    for table in Table::ALL {
        let rows = store.scan(table, &from, &until, usize::MAX).await.expect("reads");
        all.extend(rows.into_iter().map(|(key, kept)| (table, key, kept)));
    }
    all.retain(|(table, key, _)| !(*table == Table::Meta && key == backup::SCHEMA_KEY));
    all
}

async fn restore(url: &str, from: &Path) -> Result<backup::Restored, StoreError> {
    PgStore::restore(&secret(url.to_owned()), &short(), from, &|_, _| {}).await
}

#[tokio::test]
async fn a_store_goes_to_a_database_and_back_and_is_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let (server, done) = (Server::shared(), Arc::new(AtomicU64::new(0)));
    let embedded = SledStore::open(&at("data"), &InFolder::default()).expect("opens");
    fill(&embedded).await;
    embedded.backup(&at("one.backup"), &done).await.expect("is written");
    let wanted = everything(&embedded).await;

    let url = server.url(&server.database());
    let steps = AtomicU64::new(0);
    let tell = |done, of| {
        assert!(done <= of);
        steps.fetch_add(1, Ordering::SeqCst);
    };
    let came = PgStore::restore(&secret(url.clone()), &short(), &at("one.backup"), &tell).await.expect("restores");
    assert!(0 < steps.load(Ordering::SeqCst));
    let store = open(&url).await.expect("opens");
    assert_eq!(everything(&store).await, wanted);
    assert_eq!(came.total(), u64::try_from(wanted.len()).expect("few"));
    assert_eq!(store.commit(append("next")).await.expect("commits").numbers, [701], "it goes on counting");
    let wanted = everything(&store).await;
    done.store(0, Ordering::SeqCst);
    store.backup(&at("two.backup"), &done).await.expect("is written");
    assert_eq!(done.load(Ordering::SeqCst), u64::try_from(wanted.len()).expect("few"));

    SledStore::restore(&at("back"), &at("two.backup"), &|_, _| {}).expect("restores");
    let back = SledStore::open(&at("back"), &InFolder::default()).expect("opens, and finds its sums right");
    assert_eq!(everything(&back).await, wanted);
    assert_eq!(back.commit(append("next")).await.expect("commits").numbers, [702]);
}

#[tokio::test]
async fn a_copy_is_of_one_instant_while_others_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.backup");
    let server = Server::shared();
    let store = Arc::new(open(&server.url(&server.database())).await.expect("opens"));
    fill(&*store).await;
    let (writer, ended) = (Arc::clone(&store), Arc::new(AtomicU64::new(0)));
    let stop = Arc::clone(&ended);
    let writing = spawn(async move {
        let mut n = 1_000_u64;
        while stop.load(Ordering::SeqCst) == 0 {
            // The two move together, so a copy has both or none.
            let writes = vec![
                put(b"pair", keys::number(n)),
                Write::Put { table: Table::Rooms, key: b"pair".to_vec(), bytes: keys::number(n) },
            ];
            writer.commit(Transaction { expect: Vec::new(), writes }).await.expect("commits");
            n += 1;
        }
        n
    });
    store.backup(&path, &Arc::new(AtomicU64::new(0))).await.expect("is written");
    ended.store(1, Ordering::SeqCst);
    assert!(1_000 < writing.await.expect("no panic"));
    let mut pairs = Vec::new();
    backup::read(&path, |entry| {
        if let Entry::Put { key, bytes, .. } = entry
            && key == b"pair"
        {
            pairs.push(bytes);
        }
        Ok(())
    })
    .expect("is whole");
    assert!(pairs.is_empty() || pairs.len() == 2 && pairs[0] == pairs[1], "{pairs:?}");
}

#[tokio::test]
async fn a_database_with_a_store_and_a_backup_that_is_not_whole_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.backup");
    let server = Server::shared();
    let (full, empty) = (server.url(&server.database()), server.url(&server.database()));
    let store = open(&full).await.expect("opens");
    fill(&store).await;
    store.backup(&path, &Arc::new(AtomicU64::new(0))).await.expect("is written");
    assert!(matches!(restore(&full, &path).await, Err(StoreError::InUse { .. })));
    store.close().await.expect("closes");
    let refused = told(&restore(&full, &path).await.expect_err("is not empty"));
    assert!(refused.contains("has a store already; name an empty database"), "{refused}");
    let whole = std::fs::read(&path).expect("reads");
    std::fs::write(&path, &whole[..whole.len() / 2]).expect("cuts");
    assert!(matches!(restore(&empty, &path).await, Err(StoreError::Damaged { .. })));
    open(&empty).await.expect("is still an empty one").close().await.expect("closes");
}

#[tokio::test]
async fn what_was_broken_off_is_opened_by_nobody_and_begun_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.backup");
    let server = Server::shared();
    let (from, into) = (server.database(), server.database());
    let store = open(&server.url(&from)).await.expect("opens");
    fill(&store).await;
    store.backup(&path, &Arc::new(AtomicU64::new(0))).await.expect("is written");
    let wanted = everything(&store).await;
    open(&server.url(&into)).await.expect("opens").close().await.expect("closes");
    // What a crash in the middle leaves: the mark, and some of the records.
    server.say(
        &into,
        "UPDATE plimsoll_schema SET filling = TRUE; INSERT INTO plimsoll_counters VALUES (0, 17, 5); INSERT INTO plimsoll_records \
         SELECT 0, 2, decode(lpad(to_hex(n), 8, '0'), 'hex'), 1, 'half' FROM generate_series(1, 12000) AS n",
    );
    let half = told(&open(&server.url(&into)).await.expect_err("is half there"));
    assert!(half.contains("was broken off; begin it again"), "{half}");
    restore(&server.url(&into), &path).await.expect("begins anew");
    let restored = open(&server.url(&into)).await.expect("opens");
    assert_eq!(everything(&restored).await, wanted);
    assert_eq!(restored.commit(append("next")).await.expect("commits").numbers, [701], "it goes on counting");
}
