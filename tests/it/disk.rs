//! A disk that is full, read-only or broken in the middle of work: what was confirmed is kept, nothing is there in part, the
//! operator is told what to do, and once it is done the work goes on.
//!
//! `tests/c/refuse.c` refuses writes of the store from any one on, with any error; a tmpfs is really full. The tmpfs is
//! mounted in a mount namespace of its own, in which this very binary is started again; where none can be had, that part
//! says so and is left out, and the refused writes still are not.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use plimsoll::app::clicks::ClickHour;
use plimsoll::store::records::scan_all;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Store as _, StoreError, Table};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::store_crash::{check, told, transaction};

const FOLDER: &str = "PLIMSOLL_DISK_TEST_FOLDER";
const FIRST: &str = "PLIMSOLL_DISK_TEST_FIRST";
const COUNT: &str = "PLIMSOLL_DISK_TEST_COUNT";
const STAGE: &str = "PLIMSOLL_DISK_TEST_STAGE";

/// A commit takes milliseconds.
const HANGS_AFTER: Duration = Duration::from_secs(20);

/// What is said of a commit that does not come back: sled 0.34 can wait for ever for a write that failed on another of its
/// threads.
const HANGS: &str = "the disk or the database does not answer any more";

/// Numbers of errors on Linux.
const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;

/// The library that refuses, built once.
fn shim() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refuse.so");
        let status = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([&built, &root.join("tests/c/refuse.c")])
            .arg("-ldl")
            .status()
            .expect("`cc`, which Rust links with, is there");
        assert!(status.success(), "tests/c/refuse.c does not build");
        built
    })
}

/// Writes a line past libtest's capture.
fn say(line: &str) {
    std::io::stdout().write_all(format!("{line}\n").as_bytes()).expect("the parent listens");
}

/// An error with what it came from.
fn whole(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {}", whole(cause)))
}

/// The child's part; on its own it is a test that has nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn child_commits_until_the_disk_refuses() {
    let Some(folder) = told(FOLDER) else { return };
    let number = |name| told(name).and_then(|text| text.parse::<u64>().ok()).expect("a number");
    let options = Options { hangs_after: HANGS_AFTER, ..Options::default() };
    let store = match SledStore::open(Path::new(&folder), &options) {
        Ok(store) => store,
        Err(error) => return say(&format!("unopened {}", whole(&error))),
    };
    for n in number(FIRST)..number(FIRST) + number(COUNT) {
        match store.commit(transaction(n)).await {
            Ok(_) => say(&format!("committed {n}")),
            Err(error) => {
                say(&format!("refused {}", whole(&error)));
                say(&format!("stopped {}", store.stopped().await));
                let read = store.get(Table::Meta, b"schema").await.map(drop);
                say(&format!("after that {}", whole(&read.expect_err("nothing is done any more"))));
                // The end of a test waits for every thread, and one that hangs never ends.
                std::process::exit(0);
            }
        }
    }
    match store.close().await {
        Ok(()) => say("closed"),
        Err(error) => say(&format!("refused {}", whole(&error))),
    }
}

/// What a child came to.
#[derive(Debug, Default)]
struct Went {
    committed: BTreeSet<u64>,
    /// Why it could not open, or commit.
    refused: Option<String>,
    stopped: Option<String>,
    after: Option<String>,
    closed: bool,
}

/// Runs the child.
fn commits(folder: &Path, first: u64, count: u64, disk: impl FnOnce(&mut Command)) -> Went {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", "disk::child_commits_until_the_disk_refuses", "--nocapture", "--test-threads=1"])
        .envs([(FIRST, first.to_string()), (COUNT, count.to_string())])
        .env(FOLDER, folder);
    disk(&mut command);
    let output = command.output().expect("starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut went = Went::default();
    for line in text.lines() {
        // libtest does not end its own line before the first of ours.
        let after = |word: &str| line.split_once(word).map(|(_, rest)| rest.to_owned());
        if let Some(n) = after("committed ") {
            went.committed.insert(n.parse().expect("a whole line"));
        } else if let Some(why) = after("unopened ").or_else(|| after("refused ")) {
            went.refused = Some(why);
        } else if let Some(why) = after("stopped ").filter(|_| !line.contains("after that")) {
            went.stopped = Some(why);
        } else if let Some(why) = after("after that ") {
            went.after = Some(why);
        }
        went.closed |= line.ends_with("closed");
    }
    assert!(output.status.success(), "a child never panics: {text}\n{}", String::from_utf8_lossy(&output.stderr));
    went
}

/// What is said where the disk refuses with an error.
fn wanted(error: i32) -> &'static [&'static str] {
    match error {
        ENOSPC => &["the disk under `", "is full: make room, then start again; everything that was confirmed is kept"],
        EROFS => &["the disk under `", "can only be read: look into the system's log why, mount it for writing"],
        _ => &["could not "],
    }
}

#[track_caller]
fn says(text: &str, error: i32, about: &str) {
    for part in wanted(error) {
        assert!(text.contains(part), "{about}: `{text}` says `{part}`");
    }
}

#[tokio::test]
async fn whichever_write_is_refused_what_was_confirmed_is_kept_and_the_remedy_is_said() {
    let (mut unopened, mut stopped) = (0, 0);
    for seed in 0..48_u64 {
        let folder = tempfile::tempdir().expect("a folder");
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut acknowledged = BTreeSet::new();
        let mut last = 0;
        // The disk is put right in between: two of the three lives begin on a store that was broken off.
        for life in 0..3 {
            let error = [ENOSPC, EROFS, EIO][usize::try_from((seed + life) % 3).expect("small")];
            let at: u64 = if seed < 12 { 1 + seed * 2 + life } else { chance.random_range(1..220) };
            let half = chance.random_bool(0.5);
            let about = format!("seed {seed}, life {life}, error {error} from write {at} on, half {half}");
            let went = commits(folder.path(), last + 1, 60, |command| {
                command.env("LD_PRELOAD", shim()).env("REFUSE_FOLDER", folder.path().canonicalize().expect("a path"));
                command.envs([("REFUSE_AT", at.to_string()), ("REFUSE_WITH", error.to_string())]);
                if half {
                    command.env("REFUSE_HALF", "yes");
                }
            });
            acknowledged.extend(&went.committed);
            if let Some(why) = &went.refused {
                let hung = why.contains(HANGS);
                if !hung && !why.starts_with("could not close the store: the disk refused its last write") {
                    says(why, error, &about);
                }
                match (&went.stopped, &went.after) {
                    (Some(why), Some(after)) => {
                        stopped += 1;
                        if error != EIO && !hung {
                            says(why, error, &about);
                        }
                        assert!(after.contains("the store stopped earlier: "), "{about}: {after}");
                    }
                    _ => unopened += 1,
                }
            } else {
                assert!(went.closed && went.committed.len() == 60, "{about}: {went:?}");
            }
            last = check(folder.path(), &acknowledged, &about).await;
        }
    }
    assert!(unopened > 3 && stopped > 30, "both were tried: {unopened} at the start, {stopped} at work");
}

/// Runs one test of this binary in a mount namespace of its own, where it may mount. `false`: there is none to be had.
fn in_a_namespace(test: &str) -> bool {
    for flags in ["-m", "-rm"] {
        let may = Command::new("unshare").args([flags, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
        if !may.is_ok_and(|output| output.status.success()) {
            continue;
        }
        let output = Command::new("unshare")
            .arg(flags)
            .arg(std::env::current_exe().expect("this program"))
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(STAGE, "yes")
            .output()
            .expect("starts");
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{text}");
        return true;
    }
    let line = "skipped: no file system may be mounted here, so none was really full; refused writes were tried all the same\n";
    // Past the capture of libtest.
    std::io::stderr().write_all(line.as_bytes()).expect("said");
    false
}

fn mount(options: &str, folder: &Path) {
    let status = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder).status();
    assert!(status.expect("mount runs").success(), "mount -o {options}");
}

fn remount(options: &str, folder: &Path) {
    let status = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(folder).status();
    assert!(status.expect("mount runs").success(), "mount -o remount,{options}");
}

#[tokio::test]
async fn on_a_disk_that_is_really_full_the_same_holds_and_room_is_all_that_is_needed() {
    if told(STAGE).is_none() {
        in_a_namespace("disk::on_a_disk_that_is_really_full_the_same_holds_and_room_is_all_that_is_needed");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for size in [1_500_u64, 2_500, 3_300, 4_700] {
        mount(&format!("size={size}k"), folder.path());
        let data = folder.path().join("data");
        let went = commits(&data, 1, 20_000, |_| {});
        let about = format!("{size} KiB");
        says(went.refused.as_deref().unwrap_or_default(), ENOSPC, &about);
        let mut acknowledged = went.committed;
        // As long as there is no room it either says so or works in what is left; it never calls the store damaged.
        for _ in 0..3 {
            let again = commits(&data, 30_000, 1, |_| {});
            if let Some(why) = &again.refused {
                says(why, ENOSPC, &about);
            }
            acknowledged.extend(again.committed);
        }
        remount("size=64m", folder.path());
        let last = check(&data, &acknowledged, &about).await;
        let went = commits(&data, last + 1, 50, |_| {});
        assert!(went.closed && went.committed.len() == 50, "{about}: {went:?}");
        acknowledged.extend(went.committed);
        check(&data, &acknowledged, &about).await;
        remount("ro", folder.path());
        let read_only = commits(&data, 60_000, 1, |_| {});
        says(read_only.refused.as_deref().unwrap_or_default(), EROFS, &about);
        assert!(Command::new("umount").arg(folder.path()).status().expect("umount runs").success());
    }
}

const DOCUMENTS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "UTC"
currency = "EUR"
[[campaign]]
id = "spring"
brand = "nordbo"
starts = "2026-03-01"
ends = "2036-03-01"
landing = "https://shop.example/p"
[[creator]]
id = "alma"
[[partnership]]
campaign = "spring"
creator = "alma"
link = "alma-spring"
"#;

const FEED: &str = r#"sources.feed={kind="generic", schedule="0 0 1 1 *", feed={base_url="http://127.0.0.1:9", allowed_hosts=["127.0.0.1:9"], path="/", platform="twitch", rows="$[*]", id="$.id", fields=[]}}"#;

/// Starts the service on a disk that is as `disk` says as long as a file is there. Answers it with where it listens.
fn run(folder: &Path, disk: (&str, &str), when: &Path) -> (Child, String, BufReader<std::process::ChildStderr>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["run", "--set", "web.listen=127.0.0.1:0", "--set", "web.check_pages=0s", "--set", "log.filter=info"])
        .args(["--set", FEED, "--set", "store.hangs_after=5s"])
        .current_dir(folder)
        .env("LD_PRELOAD", shim())
        .env("REFUSE_FOLDER", folder.join("data").canonicalize().expect("a path"))
        .env("REFUSE_WHEN", when)
        .env(disk.0, disk.1)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while stderr.read_line(&mut line).expect("text") > 0 {
        if let Some(rest) = line.split("web.address=").nth(1) {
            let address = rest.split_whitespace().next().unwrap_or_default().to_owned();
            return (child, address, stderr);
        }
        line.clear();
    }
    // Its stderr has ended, so it has.
    let ended = child.wait();
    panic!("it says where it listens: {ended:?}");
}

/// Follows the tracking link and answers the first line.
fn click(address: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    let request = "GET /go/alma-spring HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0 (Linux; Android 16) \
                   AppleWebKit/537.36 Chrome/140.0 Mobile\r\nAccept: text/html\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.lines().next().map(str::to_owned)
}

async fn clicks_kept(folder: &Path) -> i64 {
    let store = SledStore::open(&folder.join("data"), &Options::default()).expect("opens");
    let kept = scan_all::<ClickHour>(&store).await.expect("read").iter().map(|one| one.value.people).sum();
    store.close().await.expect("closes");
    kept
}

fn plimsoll(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).current_dir(folder).output().expect("it runs")
}

#[expect(clippy::disallowed_methods, reason = "an end that never comes must fail, and the process is a real one")]
fn ends(child: &mut Child) -> i32 {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("waited") {
            return status.code().unwrap_or(-1);
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "a service that can promise nothing ends");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn the_service_ends_with_the_remedy_when_the_disk_refuses_and_goes_on_once_it_is_put_right() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("documents.toml"), DOCUMENTS).expect("written");
    let applied = plimsoll(folder.path(), &["apply", "documents.toml"]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    let when = folder.path().join("refuse-now");
    let mut answered = 0;
    for error in [ENOSPC, EROFS, EIO] {
        let (mut child, address, mut stderr) = run(folder.path(), ("REFUSE_WITH", &error.to_string()), &when);
        for _ in 0..4 {
            assert_eq!(click(&address).as_deref(), Some("HTTP/1.1 302 Found"));
            answered += 1;
        }
        std::fs::write(&when, "").expect("written");
        // Who clicks is sent on even now; it is only not counted.
        assert_eq!(click(&address).as_deref(), Some("HTTP/1.1 302 Found"));
        let code = ends(&mut child);
        let mut said = String::new();
        stderr.read_to_string(&mut said).expect("text");
        assert_eq!(code, 1, "{said}");
        let last = said.lines().last().unwrap_or_default();
        assert!(last.starts_with("plimsoll: the service has ended, because "), "{said}");
        says(last, error, "the last line");
        assert!(said.contains("the store has stopped"), "and the log says so: {said}");
        // While the disk refuses, it does not start.
        let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["apply", "documents.toml"])
            .current_dir(folder.path())
            .env("LD_PRELOAD", shim())
            .env("REFUSE_FOLDER", folder.path().join("data").canonicalize().expect("a path"))
            .envs([("REFUSE_AT", "1".to_owned()), ("REFUSE_WITH", error.to_string())])
            .output()
            .expect("it runs");
        let line = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{line}");
        says(&line, error, "at the start");
        std::fs::remove_file(&when).expect("removed");
        let kept = clicks_kept(folder.path()).await;
        assert!(kept >= answered, "error {error}: {kept} of {answered} clicks that were answered are kept");
        // The one in between may have reached the disk before it was refused.
        answered = kept;
    }
}

#[tokio::test]
async fn the_service_ends_when_the_disk_does_not_answer_any_more() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("documents.toml"), DOCUMENTS).expect("written");
    let applied = plimsoll(folder.path(), &["apply", "documents.toml"]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    let when = folder.path().join("hang-now");
    let (mut child, address, mut stderr) = run(folder.path(), ("REFUSE_HANG", "yes"), &when);
    assert_eq!(click(&address).as_deref(), Some("HTTP/1.1 302 Found"));
    std::fs::write(&when, "").expect("written");
    assert_eq!(click(&address).as_deref(), Some("HTTP/1.1 302 Found"), "who clicks is sent on even now");
    let code = ends(&mut child);
    let mut said = String::new();
    stderr.read_to_string(&mut said).expect("text");
    let last = said.lines().last().unwrap_or_default();
    let wanted = format!("plimsoll: the service has ended, because {HANGS}");
    assert!(code == 1 && last.starts_with(&wanted) && last.contains("after 5 seconds"), "{code}: {said}");
    assert!(clicks_kept(folder.path()).await >= 1, "what was confirmed before is kept");
}

#[tokio::test]
async fn a_backup_onto_a_disk_without_room_fails_alone_and_leaves_nothing_there() {
    if told(STAGE).is_none() {
        in_a_namespace("disk::a_backup_onto_a_disk_without_room_fails_alone_and_leaves_nothing_there");
        return;
    }
    let (data, small) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    mount("size=64k", small.path());
    let store = SledStore::open(data.path(), &Options::default()).expect("opens");
    for n in 0..400 {
        store.commit(transaction(n)).await.expect("commits");
    }
    let path = small.path().join("it.backup");
    let error = store.backup(&path, &std::sync::Arc::default()).await.expect_err("there is no room");
    assert!(matches!(error, StoreError::Failed { .. }), "the store's own disk is well: {error}");
    assert_eq!(std::fs::read_dir(small.path()).expect("is there").count(), 0, "half a copy takes no room");
    store.commit(transaction(400)).await.expect("the store works on");
}
