//! The high-water mark: how many commits were on the disk, kept beside the database.
//!
//! sled takes a damaged place in its log for the torn end of a crash: it drops everything behind it and says nothing (64
//! bytes flipped anywhere in a used file lost commits in 8 of 40 tries). Every transaction therefore counts itself inside
//! the database, and the count is noted here once it is durable. A database that counts fewer at the next start has lost
//! some. (This sees nearly all such damage, not all of it: a page of another table may fall back alone, which `sums.rs`
//! sees. What can be read is always whole and as it was written.)
//!
//! The note is written after the sync and is not synced itself, so it never runs ahead of the database; after a lost
//! power supply it may be older, and then it only sees less. Two places take turns, so that one torn write leaves the
//! other.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

/// The name of the file in the data folder.
pub const NAME: &str = "sled.mark";

/// A place is a disk block of its own.
const PLACE: u64 = 4096;

/// The mark's file.
#[derive(Debug)]
pub struct Mark(File);

impl Mark {
    /// Opens the mark of a data folder, or makes an empty one.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        options.open(folder.join(NAME)).map(Self)
    }

    /// How many commits were noted; 0 when none ever was.
    pub fn read(&self) -> io::Result<u64> {
        let mut highest = 0;
        for place in [0, PLACE] {
            let mut note = [0; 12];
            match self.0.read_exact_at(&mut note, place) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => continue,
                Err(error) => return Err(error),
            }
            let Some((count, crc)) = note.split_first_chunk::<8>() else {
                continue;
            };
            if *crc == crc32fast::hash(count).to_be_bytes() {
                highest = std::cmp::max(highest, u64::from_be_bytes(*count));
            }
        }
        Ok(highest)
    }

    /// Notes that so many commits are on the disk.
    pub fn note(&self, commits: u64) -> io::Result<()> {
        let mut note = commits.to_be_bytes().to_vec();
        note.extend_from_slice(&crc32fast::hash(&note).to_be_bytes());
        self.0.write_all_at(&note, commits % 2 * PLACE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_torn_note_leaves_the_one_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let mark = Mark::open(folder.path()).expect("opens");
        assert_eq!(mark.read().expect("reads"), 0);
        for commits in 1..=7 {
            mark.note(commits).expect("notes");
            assert_eq!(Mark::open(folder.path()).expect("opens").read().expect("reads"), commits);
        }
        mark.0.write_all_at(b"torn", PLACE).expect("writes");
        assert_eq!(mark.read().expect("reads"), 6);
    }
}
