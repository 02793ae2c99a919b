//! Copies a database while it works, and makes one from a copy.
//!
//! A copy is everything that is read page by page, then everything that was committed meanwhile, in the order of commits.
//! Whoever commits while it is read notes what changed in a file beside the copy. Where that fails, the copy fails; no
//! commit does. The beginning and the end of noting wait for commits under way, nothing else does.
//!
//! Restoring fills a folder of another name and gives it its own once every record was read back.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::open::Open;
use super::{Options, Shared, sums};
use crate::domain::num::u64_of_len;
use crate::store::backup::{self, BackedUp, Entry, PAGE, Restored, Writer};
use crate::store::limits::KEY_MAX;
use crate::store::{Kept, Key, StoreError, Table};

/// How often somebody is told how far it is, in entries.
const TELL_EVERY: u64 = 20_000;

/// What was changed while the store was read.
#[derive(Debug)]
pub struct Notes(Mutex<Noted>);

#[derive(Debug)]
struct Noted {
    path: PathBuf,
    file: File,
    /// Where the changes of each commit are: offset and length.
    places: BTreeMap<u64, (u64, u64)>,
    end: u64,
    /// Why the copy cannot be made any more.
    broken: Option<io::Error>,
}

impl Notes {
    fn begin(path: PathBuf) -> io::Result<Self> {
        let mut options = File::options();
        let file = options.read(true).write(true).create(true).truncate(true).open(&path)?;
        Ok(Self(Mutex::new(Noted { path, file, places: BTreeMap::new(), end: 0, broken: None })))
    }

    /// Notes what a commit has changed.
    pub fn note(&self, commit: u64, changes: &[Entry]) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if changes.is_empty() || noted.broken.is_some() {
            return;
        }
        let mut bytes = Vec::new();
        let written = changes.iter().try_for_each(|change| backup::write_entry(&mut bytes, change));
        match written.and_then(|()| noted.file.write_all(&bytes)) {
            Ok(()) => {
                let place = (noted.end, u64_of_len(bytes.len()));
                noted.end = noted.end.saturating_add(place.1);
                noted.places.insert(commit, place);
            }
            Err(error) => noted.broken = Some(error),
        }
    }

    /// Adds everything to a copy, in the order of commits.
    fn add_to(self, writer: &mut Writer) -> Result<(), StoreError> {
        const DEED: &str = "read what changed meanwhile";
        let mut noted = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let removed = std::fs::remove_file(&noted.path);
        if let Some(error) = noted.broken {
            return Err(StoreError::failed("note what changed meanwhile", error));
        }
        removed.map_err(|error| StoreError::failed(DEED, error))?;
        for (place, length) in noted.places.into_values() {
            noted.file.seek(SeekFrom::Start(place)).map_err(|error| StoreError::failed(DEED, error))?;
            let mut changes = BufReader::new((&noted.file).take(length));
            backup::each(&mut changes, |entry| writer.add(&entry))?;
        }
        Ok(())
    }
}

/// Does something with the open database.
fn with<T>(shared: &Shared, work: impl FnOnce(&Open) -> Result<T, StoreError>) -> Result<T, StoreError> {
    match &*shared.open.read().unwrap_or_else(PoisonError::into_inner) {
        Some(open) => work(open),
        None => Err(StoreError::failed("back up", "the store is closed")),
    }
}

/// Copies a store into a file.
pub fn backup(shared: &Shared, path: &Path, done: &AtomicU64) -> Result<BackedUp, StoreError> {
    let mut writer = Writer::begin(path)?;
    with(shared, |open| {
        let mut watched = open.watched.write().unwrap_or_else(PoisonError::into_inner);
        if watched.is_some() {
            return Err(StoreError::failed("back up", "another backup is being made; wait for its end"));
        }
        let notes = Notes::begin(path.with_extension("changes"));
        *watched = Some(notes.map_err(|error| StoreError::failed("begin the backup", error))?);
        Ok(())
    })?;
    let copied = Table::ALL.into_iter().try_for_each(|table| copy_table(shared, table, &mut writer, done));
    // Noting ends, whatever came of it. Nobody commits between the last note and the counting.
    let ended = with(shared, |open| {
        let mut watched = open.watched.write().unwrap_or_else(PoisonError::into_inner);
        let notes = watched.take();
        Ok((notes, open.counts()?))
    });
    let added = copied.and_then(|()| {
        let (notes, counts) = ended?;
        if let Some(notes) = notes {
            notes.add_to(&mut writer)?;
        }
        counts.into_iter().try_for_each(|(key, value)| writer.add(&Entry::Counter { key, value }))
    });
    if let Err(error) = added {
        // Half a copy must not take the room that is left; that it could not be removed is less than why.
        writer.give_up();
        drop(std::fs::remove_file(path.with_extension("changes")));
        return Err(error);
    }
    writer.finish()
}

fn copy_table(shared: &Shared, table: Table, writer: &mut Writer, done: &AtomicU64) -> Result<(), StoreError> {
    let scan = |from: &[u8], until: &[u8]| with(shared, |open| open.scan(table, from, until, PAGE));
    pages(scan, |page| {
        done.fetch_add(u64_of_len(page.len()), Ordering::Relaxed);
        let mut entries = page.into_iter().map(|(key, kept)| {
            let (version, bytes) = (kept.version, kept.bytes);
            Entry::Put { table, key, version, bytes }
        });
        entries.try_for_each(|entry| writer.add(&entry))
    })
}

/// Makes a store from a copy.
pub fn restore(folder: &Path, from: &Path, tell: &dyn Fn(u64, u64)) -> Result<Restored, StoreError> {
    const DEED: &str = "restore into the data folder";
    if folder.join("sled").exists() {
        let line = format!("`{}` has a store; move it away first, or name another folder", folder.display());
        return Err(StoreError::failed(DEED, line));
    }
    let entries = backup::check(from)?;
    let io = |cause| StoreError::failed(DEED, cause);
    let unfinished = folder.with_extension("restoring");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished).map_err(io)?;
    }
    let open = Open::new(&unfinished, &Options::default())?;
    let filled = fill(&open, from, &|done| tell(done, entries)).and_then(|restored| open.close().map(|()| restored));
    let restored = match filled {
        Ok(restored) => restored,
        Err(error) => {
            // What is half there is of no use; that it could not be removed is less than why.
            drop(std::fs::remove_dir_all(&unfinished));
            return Err(error);
        }
    };
    std::fs::create_dir_all(folder).map_err(io)?;
    for name in ["sled.mark", "sled"] {
        std::fs::rename(unfinished.join(name), folder.join(name)).map_err(io)?;
    }
    std::fs::remove_dir_all(&unfinished).map_err(io)?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
    Ok(restored)
}

fn fill(open: &Open, from: &Path, tell: &dyn Fn(u64)) -> Result<Restored, StoreError> {
    // What a new store has by itself, the number of its schema, is taken over like the rest.
    let mut wanted: BTreeMap<Table, u64> = records(open.read_through()?);
    open.forget_sums()?;
    let mut done: u64 = 0;
    let mut has_sums = false;
    backup::read(from, |entry| {
        let (table, is) = match &entry {
            Entry::Put { table, .. } => (Some(*table), true),
            Entry::Delete { table, .. } => (Some(*table), false),
            Entry::Counter { key, .. } => {
                has_sums |= sums::is_sum(key);
                (None, false)
            }
        };
        let was = open.restore(entry)?;
        if let Some(records) = table.map(|table| wanted.entry(table).or_default()) {
            *records = records.saturating_add(u64::from(is)).saturating_sub(u64::from(was));
        }
        done += 1;
        if done.is_multiple_of(TELL_EVERY) {
            tell(done);
        }
        Ok(())
    })?;
    open.settle_restored()?;
    // Every record's checksum is looked at as it is read. A backup of schema 1 has no sums; they are made when it is lifted.
    let records = records(if has_sums { open.check_sums()? } else { open.read_through()? });
    match wanted.iter().find(|(table, wanted)| records.get(table) != Some(wanted)) {
        None => Ok(Restored { records }),
        Some((table, wanted)) => {
            let found = records.get(table).copied().unwrap_or(0);
            let what = format!("{found} records of {wanted} can be read back in {table:?}; restore again");
            Err(StoreError::Damaged { what })
        }
    }
}

/// How many records each table has.
fn records(sums: BTreeMap<Table, sums::Sum>) -> BTreeMap<Table, u64> {
    sums.into_iter().map(|(table, sum)| (table, sum.records)).collect()
}

/// Reads a table page by page.
fn pages(
    scan: impl Fn(&[u8], &[u8]) -> Result<Vec<(Key, Kept)>, StoreError>,
    mut visit: impl FnMut(Vec<(Key, Kept)>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let until = vec![u8::MAX; KEY_MAX + 1];
    let mut from = Vec::new();
    loop {
        let page = scan(&from, &until)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        // The next key there can be.
        from.clone_from(last);
        from.push(0);
        let is_last = page.len() < PAGE;
        visit(page)?;
        if is_last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests;
