//! A copy is the store as it was at one instant, whatever goes on beside it, and a store made from it has all of that.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::store::backup::{self, Entry};
use crate::store::sled::{Options, SledStore};
use crate::store::{Expect, Kept, Key, Store as _, StoreError, Table, Transaction, Write};
use crate::time::Clock;

fn open(folder: &std::path::Path) -> SledStore {
    SledStore::open(folder, &Options::default()).expect("opens")
}

fn put(table: Table, key: &[u8], bytes: Vec<u8>) -> Write {
    Write::Put { table, key: key.to_vec(), bytes }
}

async fn write(store: &SledStore, writes: Vec<Write>) {
    store.commit(Transaction { expect: Vec::new(), writes }).await.expect("kept");
}

async fn all(store: &SledStore) -> Vec<(Table, Key, Kept)> {
    let mut found = Vec::new();
    for table in Table::ALL {
        let rows = store.scan(table, &[], &[u8::MAX; 400], usize::MAX).await.expect("read");
        found.extend(rows.into_iter().map(|(key, kept)| (table, key, kept)));
    }
    found
}

async fn back_up(store: &SledStore, path: &std::path::Path) -> backup::BackedUp {
    store.backup(path, &Arc::new(AtomicU64::new(0))).await.expect("backed up")
}

/// Two accounts that are changed together, and a line in the journal each time: whoever sees one of them changed sees all.
async fn transfer(store: &SledStore, number: u64) {
    let bytes = number.to_be_bytes().to_vec();
    // Longer than a row, so that it lies in chunks.
    let long = bytes.repeat(2_000);
    let writes = vec![
        put(Table::Documents, b"first", bytes.clone()),
        put(Table::Samples, b"z-last", long),
        Write::Append { table: Table::Journal, bytes: bytes.clone() },
        if number.is_multiple_of(2) {
            put(Table::Rules, b"even", bytes)
        } else {
            Write::Delete { table: Table::Rules, key: b"even".to_vec() }
        },
    ];
    write(store, writes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_amid_commits_is_the_store_at_one_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Arc::new(open(&folder.path().join("data")));
    let fill: Vec<Write> = (0..5_000_u32).map(|n| put(Table::Posts, &n.to_be_bytes(), vec![7; 40])).collect();
    write(&store, fill).await;
    let clock = Clock::system();
    let (writing, stop) = (Arc::clone(&store), Arc::new(std::sync::atomic::AtomicBool::new(false)));
    let stopped = Arc::clone(&stop);
    let others = clock.spawn("others", |held| async move {
        drop(held);
        let mut number = 0;
        while !stopped.load(std::sync::atomic::Ordering::SeqCst) {
            number += 1;
            transfer(&writing, number).await;
        }
        number
    });
    for round in 0..5 {
        let file = folder.path().join(format!("{round}.backup"));
        let made = back_up(&store, &file).await;
        assert!(5_000 < made.entries, "{made:?}");
        let into = folder.path().join(format!("restored-{round}"));
        let restored = SledStore::restore(&into, &file, &|_, _| {}).expect("restored");
        let copy = open(&into);
        let found = all(&copy).await;
        assert_eq!(u64::try_from(found.len()).expect("small"), restored.total());
        let of = |table, key: &[u8]| found.iter().find(|row| row.0 == table && row.1 == key).map(|row| row.2.clone());
        let lines = found.iter().filter(|row| row.0 == Table::Journal).count();
        let number = u64::try_from(lines).expect("small");
        if 0 < number {
            let bytes = number.to_be_bytes().to_vec();
            assert_eq!(of(Table::Documents, b"first"), Some(Kept { version: number, bytes: bytes.clone() }));
            assert_eq!(of(Table::Samples, b"z-last"), Some(Kept { version: number, bytes: bytes.repeat(2_000) }));
            assert_eq!(of(Table::Rules, b"even").is_some(), number.is_multiple_of(2));
        }
        // It goes on where the copy ended.
        let next = copy.commit(Transaction {
            expect: vec![(Table::Posts, 7_u32.to_be_bytes().to_vec(), Expect::Version(1))],
            writes: vec![Write::Append { table: Table::Journal, bytes: vec![1] }],
        });
        assert_eq!(next.await.expect("kept").numbers, [number + 1]);
        copy.close().await.expect("closed");
        let again = open(&into);
        assert_eq!(all(&again).await.len(), found.len() + 1);
        again.close().await.expect("closed");
    }
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(5 < others.await.expect("no panic"), "others went on");
}

#[tokio::test]
async fn half_a_copy_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder.path().join("data"));
    transfer(&store, 1).await;
    let file = folder.path().join("a.backup");
    back_up(&store, &file).await;
    let whole = std::fs::read(&file).expect("bytes");
    let into = folder.path().join("restored");
    for cut in [0, 1, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        std::fs::write(&file, &whole[..cut]).expect("written");
        let refused = SledStore::restore(&into, &file, &|_, _| {});
        assert!(matches!(refused, Err(StoreError::Damaged { .. })), "{cut}: {refused:?}");
    }
    for place in (0..whole.len()).step_by(7) {
        let mut flipped = whole.clone();
        flipped[place] ^= 0x10;
        std::fs::write(&file, &flipped).expect("written");
        // The head of a gzip file has fields without meaning; whatever comes through is what was written.
        if SledStore::restore(&into, &file, &|_, _| {}).is_ok() {
            let copy = open(&into);
            assert_eq!(all(&copy).await, all(&store).await, "at {place}");
            copy.close().await.expect("closed");
            std::fs::remove_dir_all(&into).expect("removed");
        }
        assert!(!into.join("sled").exists());
        assert!(!folder.path().join("restored.restoring").exists());
    }
}

#[tokio::test]
async fn a_store_that_is_there_is_not_restored_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder.path().join("data"));
    transfer(&store, 1).await;
    let file = folder.path().join("a.backup");
    back_up(&store, &file).await;
    let before = all(&store).await;
    store.close().await.expect("closed");
    let refused = SledStore::restore(&folder.path().join("data"), &file, &|_, _| {}).expect_err("refused");
    assert!(format!("{refused:?}").contains("move it away first"), "{refused:?}");
    assert_eq!(all(&open(&folder.path().join("data"))).await, before);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_fails_the_copy_and_no_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder.path().join("data"));
    let nowhere = folder.path().join("nowhere/a.backup");
    assert!(store.backup(&nowhere, &Arc::new(AtomicU64::new(0))).await.is_err());
    transfer(&store, 1).await;
    back_up(&store, &folder.path().join("a.backup")).await;
    let left: Vec<String> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(left.len(), 2, "nothing is left over: {left:?}");
}

#[test]
fn an_entry_is_read_back_as_it_was_written() {
    let entries = [
        Entry::Put { table: Table::Journal, key: vec![1, 2], version: 3, bytes: vec![9; 70_000] },
        Entry::Put { table: Table::Meta, key: Vec::new(), version: u64::MAX, bytes: Vec::new() },
        Entry::Delete { table: Table::Rules, key: b"gone".to_vec() },
        Entry::Counter { key: b"commits".to_vec(), value: 17 },
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.backup");
    let mut writer = backup::Writer::begin(&file).expect("begun");
    for entry in &entries {
        writer.add(entry).expect("written");
    }
    assert!(!file.exists(), "it has its name when it is whole");
    assert_eq!(writer.finish().expect("whole").entries, 4);
    let mut read = Vec::new();
    let count = backup::read(&file, |entry| {
        read.push(entry);
        Ok(())
    });
    assert_eq!((count.expect("whole"), read.as_slice()), (4, entries.as_slice()));
}
