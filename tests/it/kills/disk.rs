//! The disk under the program: `tests/c/power_cut.c` notes what is written and synced, and here the files are put back to
//! what had surely reached the disk when the power went.

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// The library that goes between the program and the C library, built once.
pub fn shim() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("power_cut.so");
        let status = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-o"])
            .arg(&built)
            .arg(root.join("tests/c/power_cut.c"))
            .arg("-ldl")
            .status()
            .expect("`cc`, which Rust links with, is there");
        assert!(status.success(), "tests/c/power_cut.c does not build");
        built
    })
}

/// A change that was noted.
struct Change {
    number: u64,
    kind: u8,
    path: String,
    place: u64,
    size_before: u64,
    old: Vec<u8>,
    new: Vec<u8>,
}

impl Change {
    fn is_name(&self) -> bool {
        matches!(self.kind, b'R' | b'U')
    }

    /// What has to be synced to make it safe: the file, or the folder that the name is in.
    fn synced_with(&self) -> &str {
        if self.is_name() { self.path.rsplit_once('/').map_or("", |(folder, _)| folder) } else { &self.path }
    }

    fn new_name(&self) -> &str {
        std::str::from_utf8(&self.new).expect("text")
    }
}

/// What a cut took away.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// Changes that had not been synced.
    pub unsynced: usize,
    /// Of those, how many reached the disk all the same.
    pub survived: usize,
}

/// The changes in their order, and for each path the number below which its changes are safe.
fn read(notes: &Path) -> (Vec<Change>, BTreeMap<String, u64>) {
    let bytes = std::fs::read(notes).expect("notes");
    let (mut changes, mut safe) = (Vec::new(), BTreeMap::new());
    let (mut rest, mut number) = (bytes.as_slice(), 0);
    while let Some((kind, after)) = rest.split_first() {
        // The last note may have been cut off with the process; its change was not made.
        let Some((head, after)) = after.split_at_checked(40) else { break };
        let field = |n: usize| u64::from_ne_bytes(head[n * 8..][..8].try_into().expect("eight bytes"));
        let length = |n| usize::try_from(field(n)).expect("small");
        let (place, size_before) = (field(1), field(2));
        let Some((path, after)) = after.split_at_checked(length(0)) else { break };
        let Some((old, after)) = after.split_at_checked(length(3)) else { break };
        let Some((new, after)) = after.split_at_checked(length(4)) else { break };
        rest = after;
        let path = String::from_utf8(path.to_vec()).expect("text");
        if *kind == b'S' {
            let before = safe.entry(path).or_insert(0);
            *before = std::cmp::max(*before, place);
        } else {
            let (old, new) = (old.to_vec(), new.to_vec());
            changes.push(Change { number, kind: *kind, path, place, size_before, old, new });
            number += 1;
        }
    }
    (changes, safe)
}

/// Puts the files in `folder` back to what was on the disk. With `chance`, each write that had not been synced survives
/// with one chance in two, whole or torn at a sector: disks write in any order. Names survive in their order, as a
/// journal of the file system keeps them.
pub fn cut(folder: &Path, notes: &Path, chance: Option<&mut ChaCha8Rng>) -> Lost {
    let (changes, safe) = read(notes);
    let is_safe = |change: &Change| safe.get(change.synced_with()).is_some_and(|until| change.number < *until);
    let unsynced: Vec<&Change> = changes.iter().filter(|change| !is_safe(change)).collect();
    let mut survivors: BTreeMap<u64, usize> = BTreeMap::new();
    if let Some(chance) = chance {
        let names: Vec<&&Change> = unsynced.iter().filter(|change| change.is_name()).collect();
        let kept = chance.random_range(0..=names.len());
        survivors.extend(names.iter().take(kept).map(|change| (change.number, 0)));
        for change in unsynced.iter().filter(|change| !change.is_name()) {
            let sectors = change.new.len().div_ceil(SECTOR);
            let torn = sectors > 1 && chance.random_bool(0.25);
            let kept = if torn { chance.random_range(1..sectors) * SECTOR } else { change.new.len() };
            if chance.random_bool(0.5) {
                survivors.insert(change.number, kept);
            }
        }
    }
    // Names that stay as they are: what was written before under the old one is now under the new.
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut redo: Vec<(&Change, String, usize)> = Vec::new();
    for change in changes.iter().rev() {
        let survives = survivors.get(&change.number).copied();
        let stays = is_safe(change) || (survives.is_some() && change.is_name());
        let path = names.get(change.path.as_str()).copied().unwrap_or(&change.path);
        match (change.kind, stays) {
            (b'R', true) => drop(names.insert(&change.path, change.new_name())),
            // What died before it changed the name, or removed it, has nothing to take back.
            (b'R', false) => drop(std::fs::rename(folder.join(change.new_name()), folder.join(path))),
            (b'U', false) => drop(std::fs::hard_link(change.new_name(), folder.join(path))),
            (_, true) => {}
            (_, false) => {
                // A file that is gone for good has no content to put back.
                let Ok(file) = std::fs::OpenOptions::new().write(true).open(folder.join(path)) else { continue };
                file.write_all_at(&change.old, change.place).expect("put back");
                file.set_len(change.size_before).expect("put back");
                redo.extend(survives.map(|kept| (change, path.to_owned(), kept)));
            }
        }
    }
    for (change, path, kept) in redo.into_iter().rev() {
        let Ok(file) = std::fs::OpenOptions::new().write(true).open(folder.join(path)) else { continue };
        match change.kind {
            b'T' => file.set_len(change.place).expect("truncated"),
            _ => file.write_all_at(&change.new[..kept], change.place).expect("written"),
        }
    }
    for change in changes.iter().filter(|change| change.kind == b'U') {
        drop(std::fs::remove_file(change.new_name()));
    }
    std::fs::remove_file(notes).expect("the notes are used up");
    Lost { unsynced: unsynced.len(), survived: survivors.len() }
}
