//! A store of 100,000 creators: how long it takes to be opened, backed up while the program judges, and restored.
//!
//! `cargo bench --bench backup` makes the store from a generator (one number a day and creator, 30 days; the number of days may
//! be given: `-- 90`), opens the program on it and takes in today's numbers, fifty creators at a time, each time judged
//! and committed: first alone, then while a backup is written. It prints how long the steps take in both, and fails where
//! the longest beside the backup takes more than 100 ms longer than one usually takes, where restoring takes two minutes, or
//! where the receipts of the restored store are not the same bytes.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a program of its own that measures and prints"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::config::Config;
use plimsoll::app::core::Core;
use plimsoll::app::past;
use plimsoll::app::records::DocumentRecord;
use plimsoll::app::watch::take_in;
use plimsoll::domain::document::Documents;
use plimsoll::domain::ids::{CreatorId, Platform, RuleId, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::rules::file::parse_rules;
use plimsoll::sources::Fetched;
use plimsoll::store::backup::{Entry, Writer};
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Store, Table, Transaction, Write, samples};
use plimsoll::time::Clock;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const CREATORS: u32 = 100_000;
const DAYS: i64 = 30;
const SEED: u64 = 20_261_122;
/// Creators in one step of the loop.
const STEP: u32 = 50;
/// Steps that are measured without a backup.
const ALONE: u32 = 400;
const PAUSE_MAX: Duration = Duration::from_millis(100);
const RESTORE_MAX: Duration = Duration::from_mins(2);
/// Receipts that are compared.
const RECEIPTS: u32 = 12;

const RULE: &str = "[[rule]]\nid = \"views-low\"\nkind = \"stop_loss\"\nscope = \"creator\"\nwhen = \"views < 100\"\nwindow = \"1d\"\n\
                    mode = \"propose\"\n";

fn name(number: u32) -> CreatorId {
    CreatorId::new(&format!("c{number:06}")).expect("an id")
}

fn day(today: Timestamp, back: i64) -> Timestamp {
    today.checked_sub(SignedDuration::from_hours(24 * back)).expect("in range")
}

/// The views of one day.
fn sample(number: u32, value: i64, (from, until): (Timestamp, Timestamp), known_at: Timestamp) -> Sample {
    Sample {
        series: SeriesKey {
            subject: Subject::Creator(name(number)),
            metric: Metric::Views,
            platform: Platform::Youtube,
        },
        value,
        currency: None,
        form: Form::Amount { from, until },
        known_at,
        provisional: false,
        self_reported: false,
    }
}

/// Writes the store as a backup of schema 1, as a program before the sums would have.
fn generate(path: &Path, days: i64, today: Timestamp) -> u64 {
    let mut writer = Writer::begin(path).expect("begun");
    let mut put = |table, key, bytes| {
        writer.add(&Entry::Put { table, key, version: 1, bytes }).expect("written");
    };
    put(Table::Meta, b"schema".to_vec(), 1_u64.to_be_bytes().to_vec());
    for part in 0..CREATORS / 1_000 {
        let mut text = String::new();
        for number in part * 1_000..(part + 1) * 1_000 {
            writeln!(text, "[[creator]]\nid = \"{}\"\nname = \"Creator {number}\"\nzone = \"UTC\"", name(number))
                .expect("text");
        }
        for document in Documents::from_toml(&text).expect("documents").into_list() {
            let at = day(today, days + 1);
            let record = DocumentRecord { document, version: 1, by: "bench".to_owned(), at, known: None };
            let mut transaction = Transaction::new();
            transaction.create(&record).expect("a record");
            for write in transaction.writes {
                if let Write::Put { table, key, bytes } = write {
                    put(table, key, bytes);
                }
            }
        }
    }
    let mut chance = ChaCha8Rng::seed_from_u64(SEED);
    for number in 0..CREATORS {
        let usual: i64 = chance.random_range(200..40_000);
        let numbers: Vec<Sample> = (2..=days)
            .rev()
            .map(|back| {
                let value = usual * chance.random_range(50..150) / 100;
                let until = day(today, back - 1);
                sample(number, value, (day(today, back), until), until)
            })
            .collect();
        for (key, bytes) in samples::rows_of(&numbers) {
            put(Table::Samples, key, bytes);
        }
    }
    writer.finish().expect("finished").entries
}

async fn open(folder: &Path) -> (Arc<SledStore>, Arc<Core>) {
    let store = Arc::new(SledStore::open(folder, &Options::default()).expect("opens"));
    let shared = Arc::clone(&store) as Arc<dyn Store>;
    let config = Config::load(None, &[]).expect("the defaults");
    (store, Core::open(Clock::system(), shared, config, 1).await.expect("the program opens"))
}

/// One step of the loop: yesterday's numbers of some creators are kept, judged, and what follows is committed.
async fn step(core: &Core, at: u32, today: Timestamp, chance: &mut ChaCha8Rng) -> Duration {
    let first = at * STEP % CREATORS;
    let span = (day(today, 1), today);
    let samples = (first..first + STEP)
        // One in some thousand falls below the line.
        .map(|number| sample(number, if chance.random_ratio(1, 4_000) { 10 } else { 5_000 }, span, today))
        .collect();
    let fetched = Fetched { samples, ..Fetched::default() };
    let source = SourceId::new("youtube").expect("an id");
    let targets = usize::try_from(STEP).expect("small");
    let begun = Instant::now();
    take_in(core, &source, targets, fetched, core.clock.now()).await.expect("taken in");
    begun.elapsed()
}

/// Prints the middle, the 99th of a hundred and the longest of some durations, and answers the middle and the longest.
fn told(what: &str, mut all: Vec<Duration>) -> (Duration, Duration) {
    all.sort_unstable();
    let (count, longest) = (all.len(), all[all.len() - 1]);
    let of = |percent: usize| all[(count * percent / 100).clamp(0, count - 1)];
    println!("{what}: {count} steps, median {:.2?}, p99 {:.2?}, longest {longest:.2?}", of(50), of(99));
    (of(50), longest)
}

async fn receipts(core: &Core, at: Timestamp) -> Vec<String> {
    let rule = RuleId::new("views-low").expect("an id");
    let mut all = Vec::new();
    for number in (0..CREATORS).step_by(usize::try_from(CREATORS / RECEIPTS).expect("small")) {
        let then = past::judged(core, &rule, &Subject::Creator(name(number)), at).await.expect("judged");
        all.push(then.judgement.receipt.canonical());
    }
    all
}

fn size(folder: &Path) -> u64 {
    std::fs::read_dir(folder).expect("a folder").flatten().map(|one| one.metadata().map_or(0, |meta| meta.len())).sum()
}

fn restore(folder: &Path, from: &Path) -> Duration {
    let begun = Instant::now();
    let restored = SledStore::restore(folder, from, &|_, _| {}).expect("restores");
    let took = begun.elapsed();
    println!(
        "restored {} records in {took:.1?}, {} MiB on the disk",
        restored.total(),
        size(&folder.join("sled")) >> 20
    );
    took
}

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let days = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(DAYS);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let today = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).start_of_day().expect("a day").timestamp();
    let begun = Instant::now();
    let entries = generate(&path("generated"), days, today);
    println!("generated {entries} records of {CREATORS} creators and {days} days in {:.1?}", begun.elapsed());
    restore(&path("data"), &path("generated"));
    let begun = Instant::now();
    // The first time it is lifted from schema 1, which sums it up.
    let store = SledStore::open(&path("data"), &Options::default()).expect("lifted");
    store.close().await.expect("closes");
    println!("lifted from schema 1 and verified in {:.1?}", begun.elapsed());
    drop(store);
    for verify in [false, true] {
        let begun = Instant::now();
        let options = Options { verify, ..Options::default() };
        SledStore::open(&path("data"), &options).expect("opens").close().await.expect("closes");
        println!("opened {} in {:.1?}", if verify { "and verified" } else { "unverified" }, begun.elapsed());
    }
    let begun = Instant::now();
    let (store, core) = open(&path("data")).await;
    println!("the program opened on it in {:.1?}", begun.elapsed());
    let file = PathBuf::from("rules.toml");
    let rules = parse_rules(RULE, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(&core, Given { documents: Vec::new(), rules }, "bench", false).await.expect("applied");

    let mut chance = ChaCha8Rng::seed_from_u64(!SEED);
    let mut at = 0;
    let mut alone = Vec::new();
    for _ in 0..ALONE {
        alone.push(step(&core, at, today, &mut chance).await);
        at += 1;
    }
    let (usual, _) = told("alone", alone);
    let (done, is_done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let begun = Instant::now();
    let backing_up = {
        let (store, path, done, is_done) = (Arc::clone(&store), path("it.backup"), done, Arc::clone(&is_done));
        tokio::spawn(async move {
            let made = store.backup(&path, &done).await.expect("backed up");
            is_done.store(true, Ordering::SeqCst);
            (made, begun.elapsed())
        })
    };
    let mut beside = Vec::new();
    while !is_done.load(Ordering::SeqCst) {
        beside.push(step(&core, at, today, &mut chance).await);
        at += 1;
    }
    let (made, took) = backing_up.await.expect("backed up");
    println!("backed up {} records in {took:.1?}, {} MiB", made.entries, made.bytes >> 20);
    let (_, longest) = told("beside the backup", beside);

    // What came after the backup is not in it: both are asked about an instant before the loop began.
    let then = day(core.clock.now(), 0).checked_sub(SignedDuration::from_hours(30)).expect("in range");
    let before = receipts(&core, then).await;
    drop(core);
    store.close().await.expect("closes");
    drop(store);
    let took = restore(&path("restored"), &path("it.backup"));
    let (store, core) = open(&path("restored")).await;
    let after = receipts(&core, then).await;
    drop(core);
    store.close().await.expect("closes");
    assert!(before.iter().all(|receipt| receipt.contains("views-low")), "{before:?}");
    assert_eq!(before, after, "the same receipts, byte for byte");
    println!("{} receipts are the same bytes", after.len());
    let pause = longest.saturating_sub(usual);
    println!("the longest pause beside the backup: {pause:.1?}; restored in {took:.1?}");
    assert!(pause <= PAUSE_MAX, "a pause of {pause:?} is more than {PAUSE_MAX:?}");
    assert!(took < RESTORE_MAX, "restoring took {took:?}, more than {RESTORE_MAX:?}");
}
