//! What a backup is: one file that holds every record of a store as it was at one instant.
//!
//! Owns: the file, its checksum, and what must be true of it before anything is restored. Refuses: half a file. Survives: a
//! crash while it is written; the file gets its name once it is whole.
//!
//! ```text
//! gzip of  "plimsoll backup 1\n"   entry*   end
//! entry    kind (1)  table (1)  version (8)  length of the key (4)  length of the bytes (4)  key  bytes
//! end      kind `E`, then the number of entries (8) and the SHA-256 of all that is before it
//! ```
//!
//! Kinds: `P` a record is this, `D` it is gone, `C` a counter stands there. A later entry of the same key goes over an earlier
//! one: while a store is read, it goes on changing, and its changes are added behind. Numbers are big-endian.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::{Key, StoreError, Table, limits};

/// Under which key of [`Table::Meta`] the number of the embedded store's schema is, eight bytes big-endian. Other stores keep
/// none, and write [`SCHEMA_WITHOUT_SUMS`] into their backups.
pub const SCHEMA_KEY: &[u8] = b"schema";

/// The schema of a backup in which no table has sums.
pub const SCHEMA_WITHOUT_SUMS: u64 = 1;

const MAGIC: &[u8] = b"plimsoll backup 1\n";

/// Kind, table, version, two lengths.
const HEAD: usize = 18;

/// The longest key or value that is read back: a damaged length must not ask for all the memory there is.
const LONGEST: usize = limits::VALUE_MAX;

const BUFFER: usize = 1 << 20;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A record, in its version.
    Put {
        /// Where.
        table: Table,
        /// Under which key.
        key: Key,
        /// Its version.
        version: u64,
        /// What it is.
        bytes: Vec<u8>,
    },
    /// A record that is gone.
    Delete {
        /// Where it was.
        table: Table,
        /// Under which key.
        key: Key,
    },
    /// How far the store has counted under a name.
    Counter {
        /// The name.
        key: Key,
        /// So far.
        value: u64,
    },
}

/// What a backup came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackedUp {
    /// Records, those that changed meanwhile counted again.
    pub entries: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// What a restored store has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Records, by table, that were read back.
    pub records: BTreeMap<Table, u64>,
}

impl Restored {
    /// Records in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.records.values().sum()
    }
}

fn failed(deed: &'static str) -> impl FnOnce(io::Error) -> StoreError {
    move |cause| StoreError::failed(deed, cause)
}

fn damaged(path: &Path, why: &str) -> StoreError {
    StoreError::Damaged { what: format!("the backup `{}` {why}; take another one", path.display()) }
}

/// Sums up what goes through.
struct Summed<W> {
    inner: W,
    sum: Sha256,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sum.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A backup that is being written.
pub struct Writer {
    path: PathBuf,
    unfinished: PathBuf,
    out: Summed<GzEncoder<BufWriter<Steady>>>,
    entries: u64,
}

/// A file that is synced as it grows.
struct Steady {
    file: File,
    unsynced: usize,
}

/// So much is written before it is synced. Whoever syncs a small commit beside it waits for what is not: a file system
/// with ordered data (ext4's default) writes this file's before it takes a commit of any other.
const SYNC_EVERY: usize = 512 << 10;

/// What is handed to it at once.
const WRITE_BUFFER: usize = 128 << 10;

impl Write for Steady {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unsynced += written;
        if SYNC_EVERY <= self.unsynced {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Writer {
    /// Begins a file beside the one it will be. What is there already stays as it is until the new one is whole.
    ///
    /// # Errors
    ///
    /// The folder cannot be written to.
    pub fn begin(path: &Path) -> Result<Self, StoreError> {
        const DEED: &str = "begin the backup";
        let unfinished = path.with_extension("unfinished");
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished);
        let file = Steady { file: file.map_err(failed(DEED))?, unsynced: 0 };
        let file = BufWriter::with_capacity(WRITE_BUFFER, file);
        let mut out = Summed { inner: GzEncoder::new(file, Compression::fast()), sum: Sha256::new() };
        out.write_all(MAGIC).map_err(failed(DEED))?;
        Ok(Self { path: path.to_owned(), unfinished, out, entries: 0 })
    }

    /// Adds an entry.
    ///
    /// # Errors
    ///
    /// The disk is full, or broken.
    pub fn add(&mut self, entry: &Entry) -> Result<(), StoreError> {
        write_entry(&mut self.out, entry).map_err(failed("write the backup"))?;
        self.entries += 1;
        Ok(())
    }

    /// Ends the file, makes it durable, and gives it its name.
    ///
    /// # Errors
    ///
    /// The disk is full, or broken; whatever had the name before still has it.
    pub fn finish(self) -> Result<BackedUp, StoreError> {
        const DEED: &str = "finish the backup";
        let Self { path, unfinished, mut out, entries } = self;
        let finish = || -> io::Result<u64> {
            out.write_all(b"E")?;
            out.write_all(&entries.to_be_bytes())?;
            let sum = out.sum.clone().finalize();
            out.inner.write_all(&sum)?;
            let file = out.inner.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.file;
            file.sync_all()?;
            let bytes = file.metadata()?.len();
            std::fs::rename(&unfinished, &path)?;
            match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all()?,
                _ => File::open(".")?.sync_all()?,
            }
            Ok(bytes)
        };
        let bytes = finish().map_err(|error| {
            drop(std::fs::remove_file(&unfinished));
            StoreError::failed(DEED, error)
        })?;
        Ok(BackedUp { entries, bytes })
    }

    /// Removes what was written so far.
    pub fn give_up(self) {
        // Nothing is lost with it but room.
        drop(std::fs::remove_file(&self.unfinished));
    }
}

/// Writes one entry, as in the file.
pub(crate) fn write_entry(out: &mut impl Write, entry: &Entry) -> io::Result<()> {
    let (kind, table, version, key, bytes): (u8, u8, u64, &[u8], &[u8]) = match entry {
        Entry::Put { table, key, version, bytes } => (b'P', table.number(), *version, key, bytes),
        Entry::Delete { table, key } => (b'D', table.number(), 0, key, &[]),
        Entry::Counter { key, value } => (b'C', 0, *value, key, &[]),
    };
    let mut head = Vec::with_capacity(HEAD);
    head.extend_from_slice(&[kind, table]);
    head.extend_from_slice(&version.to_be_bytes());
    for part in [key, bytes] {
        let length = u32::try_from(part.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        head.extend_from_slice(&length.to_be_bytes());
    }
    out.write_all(&head)?;
    out.write_all(key)?;
    out.write_all(bytes)
}

/// What comes next in a file.
enum Next {
    Entry(Entry),
    End { entries: u64 },
}

/// Reads one entry.
fn read_entry(from: &mut impl Read) -> io::Result<Next> {
    let wrong = || io::Error::from(io::ErrorKind::InvalidData);
    let mut kind = [0];
    from.read_exact(&mut kind)?;
    if kind == [b'E'] {
        let mut entries = [0; 8];
        from.read_exact(&mut entries)?;
        return Ok(Next::End { entries: u64::from_be_bytes(entries) });
    }
    let mut head = [0; HEAD - 1];
    from.read_exact(&mut head)?;
    let (table, rest) = head.split_first().ok_or_else(wrong)?;
    let (version, rest) = rest.split_first_chunk::<8>().ok_or_else(wrong)?;
    let (key, bytes) = rest.split_first_chunk::<4>().ok_or_else(wrong)?;
    let bytes = <[u8; 4]>::try_from(bytes).map_err(|_| wrong())?;
    let mut part = |length: [u8; 4]| -> io::Result<Vec<u8>> {
        let length = usize::try_from(u32::from_be_bytes(length)).ok().filter(|length| *length <= LONGEST);
        let mut part = vec![0; length.ok_or_else(wrong)?];
        from.read_exact(&mut part)?;
        Ok(part)
    };
    let (key, bytes) = (part(*key)?, part(bytes)?);
    let version = u64::from_be_bytes(*version);
    let named = || Table::ALL.into_iter().find(|one| one.number() == *table).ok_or_else(wrong);
    Ok(Next::Entry(match kind {
        [b'P'] => Entry::Put { table: named()?, key, version, bytes },
        [b'D'] => Entry::Delete { table: named()?, key },
        [b'C'] => Entry::Counter { key, value: version },
        _ => return Err(wrong()),
    }))
}

/// The entries of a file of entries without head and end, as changes are kept while a store is read.
pub(super) fn each(
    from: &mut impl Read,
    mut visit: impl FnMut(Entry) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    loop {
        match read_entry(from) {
            Ok(Next::Entry(entry)) => visit(entry)?,
            Ok(Next::End { .. }) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(StoreError::failed("read what changed meanwhile", error)),
        }
    }
}

/// Reads a backup from its beginning to its end, in order. Whoever wants to be sure that it is whole reads it once without
/// doing anything: only its end says so.
///
/// # Errors
///
/// It is not there, not ours, of another version, or not whole.
pub fn read(path: &Path, visit: impl FnMut(Entry) -> Result<(), StoreError>) -> Result<u64, StoreError> {
    let file = File::open(path).map_err(failed("open the backup"))?;
    let file = BufReader::with_capacity(BUFFER, file);
    read_unzipped(path, BufReader::with_capacity(BUFFER, GzDecoder::new(file)), visit)
}

/// The same of what the file unpacks to. `path` is for errors.
pub(crate) fn read_unzipped(
    path: &Path,
    unzipped: impl Read,
    mut visit: impl FnMut(Entry) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    struct Hashed<R> {
        inner: R,
        sum: Sha256,
    }
    impl<R: Read> Read for Hashed<R> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.inner.read(into)?;
            self.sum.update(into.get(..count).unwrap_or_default());
            Ok(count)
        }
    }
    let mut from = Hashed { inner: unzipped, sum: Sha256::new() };
    let torn = |_: io::Error| damaged(path, "is cut off or damaged");
    let mut magic = vec![0; MAGIC.len()];
    from.read_exact(&mut magic).map_err(|_| damaged(path, "is none of ours"))?;
    if magic != MAGIC {
        return Err(damaged(path, "is none of ours, or of a newer program"));
    }
    let mut count: u64 = 0;
    loop {
        match read_entry(&mut from).map_err(torn)? {
            Next::Entry(entry) => {
                count += 1;
                visit(entry)?;
            }
            Next::End { entries } => {
                let ours = from.sum.clone().finalize();
                let mut theirs = [0; 32];
                from.inner.read_exact(&mut theirs).map_err(torn)?;
                let more = from.inner.read(&mut [0]).map_err(torn)?;
                if entries != count || ours.as_slice() != theirs || more != 0 {
                    return Err(damaged(path, "is not what was written"));
                }
                return Ok(count);
            }
        }
    }
}

/// Records read at once while the store works on.
pub(super) const PAGE: usize = 500;

/// Entries of a file that is whole, counted.
///
/// # Errors
///
/// As [`read`].
pub fn check(path: &Path) -> Result<u64, StoreError> {
    read(path, |_| Ok(()))
}
