//! How a database is opened, and what is said where it cannot be, or where the disk under it takes nothing more.

use std::fs::{DirBuilder, File, TryLockError};
use std::io::{Error as IoError, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::Duration;

use ::sled::Db;

use crate::store::{DiskTrouble, StoreError, Table};

/// How often, and how far apart, a lock is asked for: a second in all, far longer than a write that is left over.
const LOCK_TRIES_MAX: u32 = 50;
const LOCK_WAIT: Duration = Duration::from_millis(20);

/// Says beside what is wrong with a store how another one is put in its place.
pub fn with_remedy(folder: &Path, what: &str) -> String {
    let (inner, mark) = (folder.join("sled"), folder.join(super::mark::NAME));
    format!(
        "{what} (to restore: move `{}` and `{}` away, then `plimsoll restore FILE`)",
        inner.display(),
        mark.display()
    )
}

/// Names the disk where it is what a failure comes from: an operator has to do something about it, and knows what.
pub fn blame_disk(folder: &Path, error: StoreError) -> StoreError {
    let StoreError::Failed { cause, .. } = &error else { return error };
    let of_sled = || match cause.downcast_ref::<::sled::Error>() {
        Some(::sled::Error::Io(cause)) => Some(cause),
        _ => None,
    };
    let Some(cause) = cause.downcast_ref::<IoError>().or_else(of_sled) else { return error };
    let trouble = match cause.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => DiskTrouble::Full,
        ErrorKind::ReadOnlyFilesystem => DiskTrouble::ReadOnly,
        ErrorKind::PermissionDenied => DiskTrouble::Denied,
        _ => return error,
    };
    StoreError::Disk { folder: folder.display().to_string(), trouble }
}

pub fn damaged(table: Table, key: &[u8]) -> StoreError {
    StoreError::Damaged {
        what: format!("the record `{}` in {table:?} is not what was written; restore a backup", key.escape_ascii()),
    }
}

pub fn cannot_read(cause: ::sled::Error) -> StoreError {
    match cause {
        ::sled::Error::Corruption { .. } => {
            StoreError::Damaged { what: "a page is not what was written; restore a backup".to_owned() }
        }
        cause => StoreError::failed("read a record", cause),
    }
}

/// Opens the database. Writers of a database that was closed a moment ago may still hold its lock, in this process or
/// in one that is ending: a lock is refused after [`LOCK_TRIES_MAX`] tries.
pub fn open_patiently(inner: &Path, config: &::sled::Config) -> Result<Db, ::sled::Error> {
    for _ in 1..LOCK_TRIES_MAX {
        forget_unfinished(inner)?;
        match config.open() {
            Err(cause) if is_locked(&cause) => std::thread::park_timeout(LOCK_WAIT),
            other => return other,
        }
    }
    config.open()
}

/// Takes a data folder for as long as the answer lives. Waits a moment for who is just leaving.
pub fn lock_folder(folder: &Path) -> Result<File, StoreError> {
    let failed = |cause| StoreError::failed("lock the data folder", cause);
    let lock = File::open(folder).map_err(failed)?;
    for _ in 0..LOCK_TRIES_MAX {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => std::thread::park_timeout(LOCK_WAIT),
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
    }
    Err(StoreError::InUse { folder: folder.display().to_string() })
}

/// Removes the snapshot that a process was writing when it died. A snapshot repeats what the log says and gets its name
/// once it is whole; the one before it is there until then. But sled 0.34.7 takes an unfinished one for the newest (it
/// writes `.generating` and skips `.in___motion`) and calls the whole database corrupt. Done under the lock of the
/// database: its owner may be writing one at this moment.
fn forget_unfinished(inner: &Path) -> std::io::Result<()> {
    let db = match File::open(inner.join("db")) {
        Ok(db) => db,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if db.try_lock().is_err() {
        return Ok(());
    }
    for entry in std::fs::read_dir(inner)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// sled wraps the refused lock into text (its `config.rs`, `try_lock`).
fn is_locked(cause: &::sled::Error) -> bool {
    matches!(cause, ::sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

pub fn cannot_open(folder: &Path, cause: ::sled::Error) -> StoreError {
    match cause {
        cause if is_locked(&cause) => StoreError::InUse { folder: folder.display().to_string() },
        ::sled::Error::Corruption { .. } => {
            StoreError::Damaged { what: format!("`{}` is damaged; restore a backup", folder.display()) }
        }
        ::sled::Error::Unsupported(why) => StoreError::Damaged {
            what: format!(
                "`{}` is of another version of sled ({why}); run the program that wrote it",
                folder.display()
            ),
        },
        cause => StoreError::failed("open the store", cause),
    }
}

/// Makes the entries of a new folder durable, and its own in its parent.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()?;
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}

pub fn make_private(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
