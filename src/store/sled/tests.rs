//! What only a store on files can do wrong.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Open, Options, SledStore, schema};
use crate::store::{Store, StoreError, Table, Transaction, Write, keys};

fn open(folder: &Path) -> Result<SledStore, StoreError> {
    SledStore::open(folder, &Options::default())
}

fn put(n: u64, bytes: Vec<u8>) -> Transaction {
    Transaction {
        expect: Vec::new(),
        writes: vec![Write::Put { table: Table::Documents, key: keys::number(n), bytes }],
    }
}

async fn filled(folder: &Path) {
    let store = open(folder).expect("opens");
    for n in 0..300 {
        store.commit(put(n, vec![7; 3_000])).await.expect("commits");
    }
    store.close().await.expect("closes");
}

#[tokio::test]
async fn one_process_owns_a_store_and_lets_go_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("new/data");
    let store = open(&folder).expect("opens");
    let second = open(&folder).expect_err("in use").to_string();
    assert!(second.starts_with("the store in `") && second.contains("is in use by another process"), "{second}");
    for private in [folder.clone(), folder.join("sled")] {
        let mode = std::fs::metadata(&private).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", private.display());
    }
    store.commit(put(1, b"kept".to_vec())).await.expect("commits");
    store.close().await.expect("closes");
    store.close().await.expect("closing twice is closing once");
    let closed = store.get(Table::Documents, &keys::number(1)).await.expect_err("closed");
    assert!(matches!(closed, StoreError::Failed { .. }), "{closed}");
    let again = open(&folder).expect("opens again");
    let kept = again.get(Table::Documents, &keys::number(1)).await.expect("reads");
    assert_eq!(kept.expect("is there").bytes, b"kept");
}

#[tokio::test]
async fn a_snapshot_that_was_never_finished_is_no_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path()).await;
    let unfinished = folder.path().join("sled/snap.7FFFFFFFFFFFFFFF.generating");
    std::fs::write(&unfinished, b"torn").expect("written");
    let store = open(folder.path()).expect("opens");
    assert!(!unfinished.exists());
    assert!(store.get(Table::Documents, &keys::number(299)).await.expect("reads").is_some());
    // An owner may be writing one: nobody else takes it away.
    std::fs::write(&unfinished, b"torn").expect("written");
    assert!(matches!(open(folder.path()), Err(StoreError::InUse { .. })));
    assert!(unfinished.exists());
}

#[tokio::test]
async fn a_store_that_was_dropped_can_be_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    for n in 0..5u64 {
        let store = open(folder.path()).expect("opens");
        let before = store.get(Table::Documents, &keys::number(n)).await.expect("reads");
        assert_eq!(before, None);
        store.commit(put(n + 1, Vec::new())).await.expect("commits");
        store.commit(put(0, Vec::new())).await.expect("commits");
        assert!(store.get(Table::Documents, &keys::number(n + 1)).await.expect("reads").is_some());
        store
            .commit(Transaction {
                expect: Vec::new(),
                writes: (0..=n + 1).map(|n| Write::Delete { table: Table::Documents, key: keys::number(n) }).collect(),
            })
            .await
            .expect("commits");
    }
}

/// Damages a store that was in use, and wants it refused with a remedy rather than opened with less in it.
async fn check_refused(damage: impl Fn(&Path)) {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path()).await;
    damage(&folder.path().join("sled"));
    let refused = open(folder.path()).expect_err("damaged");
    let StoreError::Damaged { what } = &refused else {
        panic!("{refused}");
    };
    assert!(what.contains("restore a backup") || what.contains("run the program"), "{what}");
}

#[tokio::test]
async fn damaged_files_are_refused_with_a_remedy() {
    check_refused(|sled| std::fs::remove_file(sled.join("db")).expect("is there")).await;
    check_refused(|sled| {
        for file in std::fs::read_dir(sled).expect("is there").flatten() {
            if file.file_type().expect("a type").is_file() && file.file_name() != "conf" {
                std::fs::write(file.path(), vec![b'x'; 4 << 20]).expect("writes");
            }
        }
    })
    .await;
    check_refused(|sled| {
        let db = std::fs::OpenOptions::new().write(true).open(sled.join("db")).expect("is there");
        let length = db.metadata().expect("is there").len();
        db.set_len(length / 2).expect("cuts");
    })
    .await;
    check_refused(|sled| {
        let conf = std::fs::read(sled.join("conf")).expect("is there");
        std::fs::write(sled.join("conf"), conf.repeat(2)).expect("writes");
    })
    .await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_an_older_one_is_lifted_step_by_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let open_raw = || Open::new(folder.path(), &Options::default());
    let noted = |n: u64| put(n, b"lifted".to_vec());
    let store = open_raw().expect("opens");
    let lift: [schema::Migration; 5] = [
        |_| panic!("the store has schema 4 already"),
        |_| panic!("the store has schema 4 already"),
        |_| panic!("the store has schema 4 already"),
        |_| Ok(put(1, b"lifted".to_vec())),
        |open| {
            assert!(open.get(Table::Documents, &keys::number(1))?.is_some(), "steps come in order");
            Ok(put(2, b"lifted".to_vec()))
        },
    ];
    schema::settle(&store, false, &lift).expect("lifts");
    schema::settle(&store, false, &lift).expect("stays");
    for n in [1, 2] {
        let kept = store.get(Table::Documents, &keys::number(n)).expect("reads").expect("is there");
        assert_eq!((kept.version, kept.bytes), (1, b"lifted".to_vec()), "each step once: {:?}", noted(n));
    }
    store.close().expect("closes");
    let Err(StoreError::Damaged { what }) = open_raw() else {
        panic!("a newer store must be refused");
    };
    let (what, _) = what.split_once(" (to restore: ").expect("how");
    insta::assert_snapshot!(what, @"it has schema 6 and this program knows schemas 1 to 4; run the newer program, or restore a backup made by this one");
}

#[tokio::test]
async fn after_a_failed_write_nothing_is_believed_any_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Open::new(folder.path(), &Options::default()).expect("opens");
    store.commit(put(1, Vec::new())).expect("commits");
    store.give_up("the disk is full");
    for refused in [
        store.commit(put(2, Vec::new())).map(|_| ()),
        store.get(Table::Documents, &keys::number(1)).map(|_| ()),
        store.scan(Table::Documents, b"", b"z", 1).map(|_| ()),
    ] {
        let StoreError::Failed { cause, .. } = refused.expect_err("has stopped") else {
            panic!("another error");
        };
        assert_eq!(cause.to_string(), "the store stopped earlier: the disk is full; restart");
    }
}

#[tokio::test]
async fn no_page_becomes_a_blob_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).expect("opens");
    for round in 0..6u64 {
        for n in 0..40u64 {
            let bytes = if round == 3 { Vec::new() } else { vec![7; 33_000] };
            store.commit(put(n * 7 % 40, bytes)).await.expect("commits");
        }
    }
    let long_keys = (0..200u8).map(|n| Write::Put {
        table: Table::Notices,
        key: std::iter::once(n).chain([255; 383]).collect(),
        bytes: vec![1; 4_096],
    });
    let transaction = Transaction { expect: Vec::new(), writes: long_keys.collect() };
    store.commit(transaction).await.expect("commits");
    store.close().await.expect("closes");
    assert_eq!(std::fs::read_dir(folder.path().join("sled/blobs")).expect("is there").count(), 0);
}
