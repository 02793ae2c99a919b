//! The committed corpus through every target, then a bounded number of mutations of it, the same on every machine.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rand::seq::IndexedRandom as _;
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::*;

/// Mutations of each target.
const MUTATIONS: usize = 2_000;

/// Bytes of the whole corpus: what is in a checkout is read by people and programs.
const CORPUS_MAX: usize = 2 << 20;

fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let entries = std::fs::read_dir(&folder).expect("a folder of the corpus");
    let mut seeds: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(path).expect("a seed"))
        })
        .collect();
    seeds.sort();
    seeds
}

/// Words that parsers look for.
fn dictionary() -> Vec<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/words.dict");
    let text = std::fs::read_to_string(path).expect("the dictionary");
    let words = text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    words.map(unescaped).collect()
}

/// A word as libFuzzer's dictionaries write it: `\\`, `\"` and `\xNN`.
fn unescaped(word: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = word.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next().expect("something behind a backslash") {
                b'x' => {
                    let digits: Vec<u8> = rest.by_ref().take(2).collect();
                    data_encoding::HEXUPPER.decode(&digits).expect("two digits")[0]
                }
                other => other,
            },
            plain => plain,
        });
    }
    bytes
}

#[test]
fn each_target_has_seeds_and_takes_those_that_are_right() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let entries = std::fs::read_dir(folder).expect("the corpus");
    let folders: BTreeSet<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(folders, TARGETS.iter().map(|target| target.name.to_owned()).collect());
    let (mut size, mut refused, mut few) = (0, Vec::new(), Vec::new());
    for target in TARGETS {
        let seeds = corpus(target.name);
        let mut right = 0;
        for (name, bytes) in &seeds {
            size += bytes.len();
            let became = (target.run)(bytes);
            assert_eq!((target.run)(bytes), became, "{}/{name}: the same bytes are the same", target.name);
            match (name.starts_with("ok-"), became) {
                (true, Became::Taken) => right += 1,
                (true, Became::Refused) => refused.push(format!("{}/{name}", target.name)),
                (false, _) => {}
            }
        }
        if right < 2 {
            few.push(target.name);
        }
    }
    assert_eq!(refused, [] as [String; 0], "what is right is taken");
    assert_eq!(few, [] as [&str; 0], "a target that refuses everything proves nothing");
    assert!(size <= CORPUS_MAX, "the corpus has {size} bytes");
}

#[test]
fn nothing_that_is_a_little_different_breaks_a_promise() {
    let words = dictionary();
    assert!(words.len() > 50);
    std::thread::scope(|scope| {
        for (at, target) in (0_u64..).zip(TARGETS) {
            let words = &words;
            scope.spawn(move || mutate(target, words, at, MUTATIONS));
        }
    });
}

/// Runs mutations; says which input it was where one breaks a promise.
fn mutate(target: Target, words: &[Vec<u8>], seed: u64, count: usize) {
    struct Told<'a>(&'a str, Vec<u8>);
    impl Drop for Told<'_> {
        #[expect(clippy::print_stderr, reason = "whoever looks for it needs the input")]
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("{}: {}", self.0, self.1.escape_ascii());
            }
        }
    }
    let seeds = corpus(target.name);
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..count {
        let mut told = Told(target.name, seeds.choose(&mut chance).expect("a seed").1.clone());
        for _ in 0..chance.random_range(1..5) {
            mutated(&mut told.1, &seeds, words, &mut chance);
        }
        (target.run)(&told.1);
    }
}

fn mutated(bytes: &mut Vec<u8>, seeds: &[(String, Vec<u8>)], words: &[Vec<u8>], chance: &mut ChaCha8Rng) {
    let at = chance.random_range(0..=bytes.len());
    let end = std::cmp::min(at + chance.random_range(0..16), bytes.len());
    match chance.random_range(0..7) {
        0 => drop(bytes.get_mut(at).map(|byte| *byte ^= 1 << (chance.next_u32() % 8))),
        1 => drop(bytes.splice(at..end, words.choose(chance).expect("a word").iter().copied())),
        2 => drop(bytes.drain(at..end)),
        3 => bytes.truncate(at),
        4 => {
            let other = &seeds.choose(chance).expect("a seed").1;
            let from = chance.random_range(0..=other.len());
            let until = std::cmp::min(from + chance.random_range(0..64), other.len());
            drop(bytes.splice(at..at, other[from..until].iter().copied()));
        }
        5 => {
            let piece = bytes[at..end].to_vec();
            let to = chance.random_range(0..=bytes.len());
            drop(bytes.splice(to..to, piece));
        }
        _ => bytes.insert(at, chance.next_u32().to_le_bytes()[0]),
    }
}
