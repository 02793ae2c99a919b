//! Writes a store anew without what its log still holds of records that are gone, and puts it in the place of the old one.
//!
//! sled never gives room back: it writes over segments whose pages have all moved on, and its file stays as long as it
//! once was. So everything is copied out and a fresh database is filled with it, read back, and verified against the same
//! sums. The old one goes last. Survives: a crash at any step; whoever opens the store next puts back what was moved, or
//! goes on with what was put there. Both are whole at every moment.
//!
//! ```text
//! compact/all.backup    everything, while it is copied
//! compact/new/          the new store, while it is filled
//! compact/old/          the old one, from the moment it is moved until the new one has been opened
//! ```

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError};

use super::open::Open;
use super::opening::{blame_disk, lock_folder, make_private};
use super::{Options, Shared, copy, mark};
use crate::store::StoreError;

/// What a store is made of.
const PARTS: [&str; 2] = ["sled", mark::NAME];

/// What compacting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compacted {
    /// Records, all of them read back.
    pub records: u64,
    /// Bytes of the files before.
    pub before: u64,
    /// And after.
    pub after: u64,
}

struct Places {
    folder: PathBuf,
    work: PathBuf,
}

impl Places {
    fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), work: folder.join("compact") }
    }

    fn old(&self, part: &str) -> PathBuf {
        self.work.join("old").join(part)
    }

    fn fresh(&self, part: &str) -> PathBuf {
        self.work.join("new").join(part)
    }

    /// Puts right what a crash left half-way. Each step can be done again.
    fn settle(&self) -> io::Result<()> {
        if !self.work.exists() {
            return Ok(());
        }
        let [database, note] = PARTS;
        let at = |part: &str| self.folder.join(part);
        if !at(database).exists() && self.old(database).exists() {
            std::fs::rename(self.old(database), at(database))?;
            if self.old(note).exists() {
                std::fs::rename(self.old(note), at(note))?;
            }
        } else if !at(note).exists() && self.fresh(note).exists() {
            // The new database is in its place; its mark was about to follow.
            std::fs::rename(self.fresh(note), at(note))?;
        }
        sync(&self.folder)
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Puts right what compacting left half-way when it was broken off.
pub fn settle(folder: &Path) -> io::Result<()> {
    Places::of(folder).settle()
}

/// Bytes of the files in a folder and below.
fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        bytes += if meta.is_dir() { size(&entry.path())? } else { meta.len() };
    }
    Ok(bytes)
}

/// Compacts the store in a folder, which nobody has open. `tell` hears how far it is: entries done, and in all.
pub fn compact(folder: &Path, tell: &dyn Fn(u64, u64)) -> Result<Compacted, StoreError> {
    const DEED: &str = "compact the store";
    let io = |cause| blame_disk(folder, StoreError::failed(DEED, cause));
    let options = Options { verify: true, ..Options::default() };
    let places = Places::of(folder);
    if !folder.is_dir() {
        return Err(io(io::Error::from(io::ErrorKind::NotFound)));
    }
    // Held to the end: nobody may open what is about to be moved.
    let _lock = lock_folder(folder)?;
    let shared = Shared::new(folder, Open::locked(folder, &options)?);
    if places.work.exists() {
        std::fs::remove_dir_all(&places.work).map_err(io)?;
    }
    make_private(&places.work).map_err(io)?;
    let all = places.work.join("all.backup");
    let copied = copy::backup(&shared, &all, &Arc::new(AtomicU64::new(0)));
    let open = shared.open.write().unwrap_or_else(PoisonError::into_inner).take();
    let closed = open.map_or(Ok(()), Open::close);
    let filled = copied.and(closed).and_then(|()| copy::restore(&places.work.join("new"), &all, tell));
    let restored = match filled {
        Ok(restored) => restored,
        Err(error) => {
            // The store is as it was; half a copy must not take the room that is left.
            drop(std::fs::remove_dir_all(&places.work));
            return Err(blame_disk(folder, error));
        }
    };
    let before = size(&folder.join("sled")).map_err(io)?;
    std::fs::create_dir(places.work.join("old")).map_err(io)?;
    let swap = || -> io::Result<()> {
        for part in PARTS {
            std::fs::rename(folder.join(part), places.old(part))?;
        }
        for part in PARTS {
            std::fs::rename(places.fresh(part), folder.join(part))?;
        }
        sync(&places.work.join("old"))?;
        sync(folder)
    };
    if let Err(error) = swap() {
        places.settle().map_err(io)?;
        return Err(io(error));
    }
    let opened = Open::locked(folder, &options).and_then(Open::close);
    if let Err(error) = opened {
        for part in PARTS {
            std::fs::rename(folder.join(part), places.fresh(part)).map_err(io)?;
            std::fs::rename(places.old(part), folder.join(part)).map_err(io)?;
        }
        return Err(error);
    }
    let after = size(&folder.join("sled")).map_err(io)?;
    std::fs::remove_dir_all(&places.work).map_err(io)?;
    sync(folder).map_err(io)?;
    Ok(Compacted { records: restored.total(), before, after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sled::SledStore;
    use crate::store::{Store as _, Table, Transaction, Write, keys};

    async fn filled(folder: &Path) {
        let store = SledStore::open(folder, &Options::default()).expect("opens");
        for round in 0..6_u8 {
            for n in 0..150 {
                let write = Write::Put { table: Table::Samples, key: keys::number(n), bytes: vec![round; 3_000] };
                let line = Write::Append { table: Table::Journal, bytes: vec![round] };
                let transaction = Transaction { expect: Vec::new(), writes: vec![write, line] };
                store.commit(transaction).await.expect("commits");
            }
        }
        let delete = |n| Write::Delete { table: Table::Samples, key: keys::number(n) };
        let gone = Transaction { expect: Vec::new(), writes: (0..140).map(delete).collect() };
        store.commit(gone).await.expect("commits");
        store.close().await.expect("closes");
    }

    async fn dump(folder: &Path) -> Vec<(crate::store::Key, crate::store::Kept)> {
        let store = SledStore::open(folder, &Options::default()).expect("opens");
        let (from, until) = keys::all();
        let mut rows = Vec::new();
        for table in Table::ALL {
            rows.extend(store.scan(table, &from, &until, usize::MAX).await.expect("reads"));
        }
        let line = Write::Append { table: Table::Journal, bytes: Vec::new() };
        let next = store.commit(Transaction { expect: Vec::new(), writes: vec![line] }).await.expect("commits");
        rows.push((
            keys::number(next.numbers.first().copied().unwrap_or(0)),
            crate::store::Kept { version: 0, bytes: Vec::new() },
        ));
        store.close().await.expect("closes");
        rows
    }

    #[tokio::test]
    async fn a_compacted_store_has_the_same_records_and_counts_on_in_less_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, other) = (folder.path().join("data"), folder.path().join("other"));
        filled(&data).await;
        filled(&other).await;
        let came = compact(&data, &|_, _| {}).expect("compacts");
        assert!(came.after < came.before / 2, "{came:?}");
        assert_eq!(came.records, 10 + 900 + 1, "records, lines, and the number of the schema");
        assert!(!data.join("compact").exists());
        assert_eq!(dump(&data).await, dump(&other).await);
    }

    #[tokio::test]
    async fn broken_off_at_any_step_it_leaves_a_whole_store() {
        for step in 0..=4 {
            let folder = tempfile::tempdir().expect("a folder");
            let (data, whole) = (folder.path().join("data"), folder.path().join("whole"));
            filled(&data).await;
            filled(&whole).await;
            let places = Places::of(&data);
            std::fs::create_dir_all(places.work.join("old")).expect("made");
            let all = folder.path().join("all.backup");
            let store = SledStore::open(&data, &Options::default()).expect("opens");
            store.backup(&all, &Arc::default()).await.expect("copied");
            store.close().await.expect("closes");
            drop(store);
            SledStore::restore(&places.work.join("new"), &all, &|_, _| {}).expect("filled");
            let moves = PARTS.map(|part| (data.join(part), places.old(part))).into_iter();
            let moves = moves.chain(PARTS.map(|part| (places.fresh(part), data.join(part))));
            for (from, to) in moves.take(step) {
                std::fs::rename(from, to).expect("moved");
            }
            assert_eq!(dump(&data).await, dump(&whole).await, "after {step} moves");
            assert!(data.join(mark::NAME).exists(), "after {step} moves");
        }
    }
}
