//! A process that commits is killed, or aborts, at any moment: what it was told is committed must be there, and no
//! transaction may be there in part.
//!
//! The parent starts this very test binary again as its child. Several tasks of the child commit at once; each
//! transaction puts rows into three tables (one of them in chunks) and a line into the journal, and its number is printed
//! once the commit has returned.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Store as _, Table, Transaction, Write, keys};
use plimsoll::time::Clock;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const FOLDER: &str = "PLIMSOLL_CRASH_TEST_FOLDER";
const ABORT_AFTER: &str = "PLIMSOLL_CRASH_TEST_ABORT_AFTER";
const FIRST: &str = "PLIMSOLL_CRASH_TEST_FIRST";

/// Crashes, half by SIGKILL and half by abort, three on each store.
const RUNS: u64 = 30;
const TASKS: u64 = 4;

pub fn transaction(n: u64) -> Transaction {
    let row = |table, size: u64| Write::Put {
        table,
        key: keys::number(n),
        bytes: n.to_be_bytes().repeat(usize::try_from(size).expect("small")),
    };
    Transaction {
        expect: Vec::new(),
        writes: vec![
            row(Table::Incidents, 1 + n % 300),
            row(Table::Notices, 1_000),
            row(Table::Deliveries, 3),
            Write::Append { table: Table::Journal, bytes: keys::number(n) },
        ],
    }
}

#[expect(clippy::disallowed_methods, reason = "the environment is how a test tells its child what to do")]
pub fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The child's part; on its own it is a test that has nothing to do.
#[test]
fn child_commits_until_it_is_stopped() {
    let Some(folder) = told(FOLDER) else { return };
    let number = |name| told(name).and_then(|text| text.parse::<u64>().ok());
    let first = number(FIRST).expect("where to begin");
    let abort_after = number(ABORT_AFTER);
    let store = Arc::new(SledStore::open(Path::new(&folder), &Options::default()).expect("opens"));
    let acknowledged = Arc::new(AtomicU64::new(0));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let clock = Clock::system();
        let tasks = (0..TASKS).map(|task| {
            let (store, acknowledged) = (Arc::clone(&store), Arc::clone(&acknowledged));
            clock.spawn(format!("committer {task}"), move |_held| async move {
                // Far more than the parent lets happen.
                for n in (first + task..).step_by(usize::try_from(TASKS).expect("small")).take(100_000) {
                    store.commit(transaction(n)).await.expect("commits");
                    // Past libtest's capture, and one write a line, so that lines do not mix.
                    std::io::stdout().write_all(format!("committed {n}\n").as_bytes()).expect("the parent listens");
                    let count = acknowledged.fetch_add(1, Ordering::SeqCst) + 1;
                    if abort_after.is_some_and(|limit| limit <= count) {
                        std::process::abort();
                    }
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.expect("commits");
        }
    });
}

/// Runs the child once and answers the numbers it was told are committed.
fn crash(folder: &Path, first: u64, by_abort: bool, after: u64) -> BTreeSet<u64> {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", "store_crash::child_commits_until_it_is_stopped", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if by_abort {
        command.env(ABORT_AFTER, after.to_string());
    }
    let mut child = command.spawn().expect("starts");
    let mut numbers = BTreeSet::new();
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).split(b'\n');
    // After the crash the pipe still holds what was printed before it; all of that counts.
    while let Some(Ok(line)) = lines.next() {
        let line = String::from_utf8_lossy(&line).into_owned();
        if let Some((_, number)) = line.split_once("committed ") {
            numbers.insert(number.parse().expect("a whole line"));
        }
        if !by_abort && numbers.len() >= usize::try_from(after).expect("small") {
            child.kill().expect("is killed");
        }
    }
    assert!(!child.wait().expect("ends").success(), "it was stopped, not done");
    numbers
}

/// Every acknowledged transaction is there, and what is there is whole.
pub async fn check(folder: &Path, acknowledged: &BTreeSet<u64>, seed: &str) -> u64 {
    let store = SledStore::open(folder, &Options::default()).expect("opens after a crash");
    let (from, until) = keys::all();
    let mut tables = Vec::new();
    for table in [Table::Incidents, Table::Notices, Table::Deliveries] {
        let rows = store.scan(table, &from, &until, usize::MAX).await.expect("every row can be read");
        for (key, kept) in &rows {
            assert!(kept.bytes.chunks(8).all(|part| part == key), "{seed}: a row holds what was put");
        }
        tables.push(rows.into_iter().map(|row| row.0).collect::<BTreeSet<_>>());
    }
    let journal = store.scan(Table::Journal, &from, &until, usize::MAX).await.expect("every line can be read");
    for (line, (key, _)) in (1u64..).zip(&journal) {
        assert_eq!(*key, keys::number(line), "{seed}: the journal has no gaps");
    }
    tables.push(journal.into_iter().map(|(_, kept)| kept.bytes).collect());
    for table in &tables {
        assert_eq!(Some(table), tables.first(), "{seed}: transactions are whole");
    }
    let kept = tables.swap_remove(0);
    for number in acknowledged {
        assert!(kept.contains(&keys::number(*number)), "{seed}: {number} was acknowledged and is lost");
    }
    store.close().await.expect("closes");
    kept.iter().map(|key| keys::read_number(key).expect("a number")).max().unwrap_or(0)
}

#[tokio::test]
async fn no_acknowledged_commit_is_lost_and_none_is_there_in_part() {
    let mut folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = BTreeSet::new();
    let mut last = 0;
    for run in 0..RUNS {
        if run % 3 == 0 {
            folder = tempfile::tempdir().expect("a folder");
            acknowledged.clear();
            last = 0;
        }
        let mut chance = ChaCha8Rng::seed_from_u64(run);
        let after = chance.random_range(1..120);
        let by_abort = chance.random_bool(0.5);
        let seed = format!("seed {run} ({}, after {after})", if by_abort { "abort" } else { "kill" });
        let told = crash(folder.path(), last + 1, by_abort, after);
        assert!(u64::try_from(told.len()).expect("small") >= after, "{seed}: the child was at work");
        acknowledged.extend(told);
        last = check(folder.path(), &acknowledged, &seed).await;
    }
}
