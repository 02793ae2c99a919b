//! Damaged files of a store: whatever is cut, flipped, zeroed, swapped with an older one or gone, opening says so and how to
//! restore, or everything that was committed is there. Never less in silence, and never a panic.

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt as _;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Kept, Key, Store as _, StoreError, Table, Transaction, Write, keys};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::store_crash::transaction;

/// Damaged copies for each way.
const SEEDS: u64 = 6;

/// Everything that is kept.
type Rows = BTreeMap<(Table, Key), Kept>;

async fn rows(store: &SledStore) -> Result<Rows, StoreError> {
    let (from, until) = keys::all();
    let mut rows = Rows::new();
    for table in Table::ALL {
        for (key, kept) in store.scan(table, &from, &until, usize::MAX).await? {
            rows.insert((table, key), kept);
        }
    }
    Ok(rows)
}

/// Records of several tables, some changed, some removed, some in chunks.
async fn work(store: &SledStore, from: u64, until: u64) {
    for n in from..until {
        store.commit(transaction(n)).await.expect("commits");
        let change = |n: u64| Write::Put { table: Table::Samples, key: keys::number(n % 40), bytes: keys::number(n) };
        let mut writes = vec![change(n), change(n * 7)];
        if n % 5 == 0 && n > 10 {
            writes.push(Write::Delete { table: Table::Notices, key: keys::number(n - 10) });
        }
        store.commit(Transaction { expect: Vec::new(), writes }).await.expect("commits");
    }
}

fn copy(from: &Path, into: &Path) {
    std::fs::create_dir_all(into).expect("made");
    for entry in std::fs::read_dir(from).expect("is there").flatten() {
        let target = into.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// The files of a store, each by its name below the data folder; the snapshot goes by one name.
fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    for (name, folder) in [("", folder.to_path_buf()), ("sled/", folder.join("sled"))] {
        for entry in std::fs::read_dir(folder).expect("is there").flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().expect("a type").is_file() {
                let file = if file.starts_with("snap.") { "snap".to_owned() } else { file };
                files.insert(format!("{name}{file}"), entry.path());
            }
        }
    }
    files
}

/// One way to damage a file.
type Damage = fn(&Path, Option<&Path>, &mut ChaCha8Rng);

fn open(path: &Path) -> (std::fs::File, u64) {
    let file = std::fs::File::options().read(true).write(true).open(path).expect("is there");
    let length = file.metadata().expect("is there").len();
    (file, length)
}

const WAYS: [(&str, Damage); 6] = [
    ("cut off", |path, _, chance| {
        let (file, length) = open(path);
        file.set_len(chance.random_range(0..std::cmp::max(length, 1))).expect("cut");
    }),
    ("64 bytes flipped", |path, _, chance| {
        let (file, length) = open(path);
        let at = chance.random_range(0..std::cmp::max(length, 1));
        let mut bytes = [0; 64];
        let read = file.read_at(&mut bytes, at).expect("read");
        let flipped: Vec<u8> = bytes[..read].iter().map(|byte| !byte).collect();
        file.write_all_at(&flipped, at).expect("written");
    }),
    ("one bit flipped", |path, _, chance| {
        let (file, length) = open(path);
        let at = chance.random_range(0..std::cmp::max(length, 1));
        let mut byte = [0];
        if file.read_at(&mut byte, at).expect("read") == 1 {
            file.write_all_at(&[byte[0] ^ (1 << chance.random_range(0..8))], at).expect("written");
        }
    }),
    ("a page zeroed", |path, _, chance| {
        let (file, length) = open(path);
        let at = chance.random_range(0..=length / 4096) * 4096;
        let count = usize::try_from(std::cmp::min(4096, length.saturating_sub(at))).expect("small");
        file.write_all_at(&vec![0; count], at).expect("written");
    }),
    ("an older one in its place", |path, older, _| {
        if let Some(older) = older {
            std::fs::copy(older, path).expect("copied");
        }
    }),
    ("gone", |path, _, _| std::fs::remove_file(path).expect("removed")),
];

/// What came of opening a damaged store.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    /// Refused, with this.
    Refused(String),
    /// Opened, with everything.
    Whole,
    /// Opened, with something else.
    Other,
}

async fn came(folder: &Path, verify: bool, wanted: &Rows) -> Came {
    let options = Options { verify, ..Options::default() };
    let path = folder.to_path_buf();
    let opened = tokio::task::spawn_blocking(move || {
        std::panic::catch_unwind(AssertUnwindSafe(|| SledStore::open(&path, &options))).expect("opening never panics")
    });
    let store = match opened.await.expect("opening never panics") {
        Ok(store) => store,
        Err(StoreError::Damaged { what }) => return Came::Refused(what),
        Err(other) => return Came::Refused(format!("{other:?}")),
    };
    let found = rows(&store).await;
    drop(store.close().await);
    match found {
        Ok(found) if found == *wanted => Came::Whole,
        Ok(_) => Came::Other,
        Err(error) => Came::Refused(format!("only when read: {error}")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_damaged_is_found_at_the_start_or_does_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let store = SledStore::open(&at("good"), &Options::default()).expect("opens");
    work(&store, 1, 60).await;
    store.close().await.expect("closes");
    drop(store);
    copy(&at("good"), &at("older"));
    let store = SledStore::open(&at("good"), &Options::default()).expect("opens");
    work(&store, 60, 160).await;
    let wanted = rows(&store).await.expect("read");
    store.close().await.expect("closes");
    drop(store);
    let (names, older) = (files(&at("good")), files(&at("older")));
    assert!(
        ["sled.mark", "sled/conf", "sled/db", "sled/snap"].iter().all(|name| names.contains_key(*name)),
        "{names:?}"
    );

    let mut table: BTreeMap<String, (u32, u32, u32)> = BTreeMap::new();
    let mut unseen = Vec::new();
    for name in names.keys() {
        for (way, damage) in WAYS {
            // A way without chance in it is tried once.
            let seeds = if matches!(way, "gone" | "an older one in its place") { 1 } else { SEEDS };
            // Most of the store is in one file.
            let seeds = if name == "sled/db" { seeds * 3 } else { seeds };
            for seed in 0..seeds {
                let about = format!("`{name}`, {way}, seed {seed}");
                let chance = ChaCha8Rng::seed_from_u64(seed);
                let mut damaged = Vec::new();
                for copied in ["verified", "unverified"] {
                    let copied = at(copied);
                    drop(std::fs::remove_dir_all(&copied));
                    copy(&at("good"), &copied);
                    damage(&files(&copied)[name], older.get(name).map(PathBuf::as_path), &mut chance.clone());
                    damaged.push(copied);
                }
                let row = table.entry(format!("{name}: {way}")).or_default();
                match came(&damaged[0], true, &wanted).await {
                    Came::Refused(what) => {
                        row.0 += 1;
                        for word in ["sled", "restore"] {
                            assert!(what.contains(word), "{about}: `{what}` says `{word}`");
                        }
                        assert!(!what.starts_with("only when read"), "{about}: {what}");
                    }
                    Came::Whole => row.1 += 1,
                    Came::Other => unseen.push(about),
                }
                // Without the sums some of it is opened with less in it: that is what they are for.
                if came(&damaged[1], false, &wanted).await == Came::Other {
                    row.2 += 1;
                }
            }
        }
    }
    for (way, (refused, whole, silent)) in &table {
        eprintln!("{way}: {refused} refused, {whole} harmless; {silent} opened with less where nothing is verified");
    }
    assert!(unseen.is_empty(), "opened with less and nothing said: {unseen:#?}");
    let refused: u32 = table.values().map(|row| row.0).sum();
    assert!(refused > 60, "{refused}");
}

/// What the sums are for, without the luck of a damaged place: one record falls back alone, and another is gone.
#[tokio::test]
async fn a_backup_that_lost_a_record_or_has_an_older_one_is_not_restored() {
    use plimsoll::store::backup::{Entry, Writer, read};
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let store = SledStore::open(&at("data"), &Options::default()).expect("opens");
    work(&store, 1, 30).await;
    store.backup(&at("good"), &std::sync::Arc::default()).await.expect("backed up");
    store.close().await.expect("closes");
    let restore = |from: &Path, into: &str| SledStore::restore(&at(into), from, &|_, _| {});
    restore(&at("good"), "restored").expect("restores");
    for (name, older) in [("less", false), ("older", true)] {
        let mut writer = Writer::begin(&at(name)).expect("begins");
        read(&at("good"), |entry| match entry {
            Entry::Put { table: Table::Samples, key, .. } if key == keys::number(7) && !older => Ok(()),
            Entry::Put { table: Table::Samples, key, version, .. } if key == keys::number(7) => {
                writer.add(&Entry::Put { table: Table::Samples, key, version: version - 1, bytes: keys::number(7) })
            }
            entry => writer.add(&entry),
        })
        .expect("read");
        writer.finish().expect("finished");
        let Err(StoreError::Damaged { what }) = restore(&at(name), name) else {
            panic!("`{name}` must be refused");
        };
        assert!(what.contains("in Samples") && what.contains("restore"), "{what}");
        assert!(!at(name).join("sled").exists() || at(name).is_file(), "nothing is left");
    }
}
