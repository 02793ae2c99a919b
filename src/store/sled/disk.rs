//! Makes sure that what sled wrote has reached the disk.
//!
//! sled 0.34.7 writes its log with `sync_file_range`, which neither waits for the disk's cache nor for the file's length,
//! and never syncs blob files ([the call](https://docs.rs/crate/sled/0.34.7/source/src/pagecache/iobuf.rs),
//! [its man page](https://man7.org/linux/man-pages/man2/sync_file_range.2.html)). So every commit is followed by an
//! `fdatasync` of the database file through a handle of our own. Commits that wait together share one.
//!
//! A sync that failed once is never tried again: the kernel may have dropped the pages it could not write, and a second
//! try would succeed without them.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

use super::mark::Mark;

/// The files of one sled database.
#[derive(Debug)]
pub struct Disk {
    file: File,
    blobs: PathBuf,
    /// Blob files that are safe. They never change once written.
    safe_blobs: Mutex<HashSet<OsString>>,
    mark: Mark,
    round: Mutex<Round>,
    turn: Condvar,
}

#[derive(Debug, Default)]
struct Round {
    /// Syncs asked for so far.
    asked: u64,
    /// Those up to here are done.
    done: u64,
    /// The highest number of a commit among those that asked.
    commits: u64,
    /// Somebody is syncing.
    busy: bool,
    /// Why none will ever be done again.
    broken: Option<(io::ErrorKind, String)>,
}

impl Disk {
    /// Takes handles of the database in `folder`, and makes its files and folders themselves durable.
    pub fn open(folder: &Path, mark: Mark) -> io::Result<Self> {
        let disk = Self {
            file: File::open(folder.join("db"))?,
            blobs: folder.join("blobs"),
            safe_blobs: Mutex::default(),
            mark,
            round: Mutex::default(),
            turn: Condvar::new(),
        };
        File::open(folder.join("conf"))?.sync_all()?;
        disk.file.sync_all()?;
        disk.sync_now()?;
        File::open(&disk.blobs)?.sync_all()?;
        File::open(folder)?.sync_all()?;
        Ok(disk)
    }

    /// Returns once everything that sled has written before this call is on the disk, commit number `commits` included.
    pub fn sync(&self, commits: u64) -> io::Result<()> {
        let mut round = self.round.lock().unwrap_or_else(PoisonError::into_inner);
        round.asked += 1;
        // A commit is written behind all earlier ones, so the highest number stands for them too.
        round.commits = std::cmp::max(round.commits, commits);
        let ours = round.asked;
        loop {
            if let Some((kind, why)) = &round.broken {
                return Err(io::Error::new(*kind, why.clone()));
            }
            if ours <= round.done {
                return Ok(());
            }
            if round.busy {
                round = self.turn.wait(round).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            round.busy = true;
            let (until, commits) = (round.asked, round.commits);
            drop(round);
            let outcome = self.sync_now().and_then(|()| self.mark.note(commits));
            round = self.round.lock().unwrap_or_else(PoisonError::into_inner);
            round.busy = false;
            match outcome {
                Ok(()) => round.done = until,
                Err(error) => round.broken = Some((error.kind(), error.to_string())),
            }
            self.turn.notify_all();
        }
    }

    fn sync_now(&self) -> io::Result<()> {
        self.sync_blobs()?;
        self.file.sync_data()
    }

    /// Values are kept small so that there are none; should mass deletion ever merge leaves into a page over 128 KiB, its
    /// file is synced before the log that names it.
    fn sync_blobs(&self) -> io::Result<()> {
        let mut safe = self.safe_blobs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fresh = false;
        for entry in std::fs::read_dir(&self.blobs)? {
            let entry = entry?;
            if safe.contains(&entry.file_name()) {
                continue;
            }
            match File::open(entry.path()) {
                Ok(file) => file.sync_all()?,
                // sled has removed it in the meantime: nothing names it any more.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            }
            safe.insert(entry.file_name());
            fresh = true;
        }
        if fresh {
            File::open(&self.blobs)?.sync_all()?;
        }
        Ok(())
    }
}
