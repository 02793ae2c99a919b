//! Thirty days of hourly numbers, eight metrics of a thousand creators: how fast they are kept, how much room they take at
//! rest, how soon a program that is started again is ready, and how long a week of one rule over everybody takes.
//!
//! `cargo bench --bench series` prints bytes and times beside the number of samples. Where `victoria-metrics` is installed (a
//! package of Debian) it is given the same samples in the same run, and it fails where ours take more than 0.8 of its bytes. The
//! numbers grow as counters do, by a seed, a poll at each hour with seconds of delay.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a program of its own that measures and prints"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::config::Config;
use plimsoll::app::core::Core;
use plimsoll::domain::ids::{Platform, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::num::f64_of;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::domain::verdict::Verdict;
use plimsoll::rules::eval::Scratch;
use plimsoll::rules::file::parse_rules;
use plimsoll::rules::judge::Context;
use plimsoll::store::Store;
use plimsoll::store::samples::{self, seal_before};
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::time::Clock;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const CREATORS: u32 = 1_000;
const HOURS: i64 = 720;
const SEED: u64 = 20_261_123;
const METRICS: [(Metric, i64); 8] = [
    (Metric::Views, 400),
    (Metric::Likes, 24),
    (Metric::Comments, 3),
    (Metric::Shares, 2),
    (Metric::Clicks, 6),
    (Metric::Orders, 1),
    (Metric::Revenue, 2_400),
    (Metric::Spend, 600),
];

fn subject(number: u32) -> Subject {
    format!("creator/c{number:06}").parse().expect("a subject")
}

/// What one poll says of everybody; the counters go on.
fn poll(counters: &mut [[i64; 8]], subjects: &[Subject], at: Timestamp, chance: &mut ChaCha8Rng) -> Vec<Sample> {
    let mut said = Vec::with_capacity(subjects.len() * METRICS.len());
    for (counter, subject) in counters.iter_mut().zip(subjects) {
        let observed = at + SignedDuration::from_secs(chance.random_range(0..60));
        for (value, (metric, by)) in counter.iter_mut().zip(METRICS) {
            *value += chance.random_range(0..=by);
            let money = matches!(metric, Metric::Revenue | Metric::Spend);
            said.push(Sample {
                series: SeriesKey { subject: subject.clone(), metric, platform: Platform::Instagram },
                value: *value,
                currency: money.then(|| "EUR".parse().expect("a currency")),
                form: Form::Total { at: observed },
                known_at: at + SignedDuration::from_secs(61),
                provisional: false,
                self_reported: false,
            });
        }
    }
    said
}

fn size(folder: &Path) -> i64 {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let meta = entry.metadata().expect("a file");
        bytes += if meta.is_dir() { size(&entry.path()) } else { i64::try_from(meta.len()).expect("fits") };
    }
    bytes
}

/// The other store, with data of its own; it ends with this.
struct Peer {
    child: std::process::Child,
    folder: tempfile::TempDir,
    url: String,
    client: reqwest::Client,
}

impl Peer {
    /// `None`: it is not installed.
    async fn start() -> Option<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let child = std::process::Command::new("victoria-metrics")
            .arg(format!("-storageDataPath={}", folder.path().display()))
            .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
            .args(["-retentionPeriod=12", "-loggerLevel=ERROR"])
            .spawn()
            .ok()?;
        let peer = Self { child, folder, url: format!("http://127.0.0.1:{port}"), client: reqwest::Client::new() };
        let mut tries = 0;
        while peer.client.get(format!("{}/health", peer.url)).send().await.is_err() {
            tries += 1;
            assert!(tries < 200, "victoria-metrics does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(peer)
    }

    async fn take(&self, said: &[Sample]) {
        let lines: String = said.iter().fold(String::new(), |mut lines, one| {
            let (metric, at) = (one.series.metric.as_str(), one.form.observed_at().as_millisecond());
            let _ = writeln!(lines, "creator_{metric}{{creator=\"{}\"}} {} {at}", one.series.subject, one.value);
            lines
        });
        let url = format!("{}/api/v1/import/prometheus", self.url);
        self.client.post(url).body(lines).send().await.expect("answered").error_for_status().expect("taken");
    }

    /// Its bytes at rest, everything counted: merged, and stopped in order.
    async fn at_rest(mut self) -> i64 {
        for deed in ["force_flush", "force_merge"] {
            let url = format!("{}/internal/{deed}", self.url);
            self.client.get(url).send().await.expect("answered").error_for_status().expect("done");
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
        let pid = self.child.id().to_string();
        let told = std::process::Command::new("kill").args(["-TERM", pid.as_str()]).status().expect("kill");
        assert!(told.success(), "told to stop");
        self.child.wait().expect("ends");
        size(self.folder.path())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // After its end in order there is nothing left to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn middle(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let store = Arc::new(SledStore::open(folder.path(), &Options::default()).expect("opens"));
    let subjects: Vec<Subject> = (0..CREATORS).map(subject).collect();
    let mut counters = vec![[0_i64; 8]; subjects.len()];
    let mut chance = ChaCha8Rng::seed_from_u64(SEED);
    let start = Timestamp::now() - SignedDuration::from_hours(HOURS + 1);
    let (mut count, mut keeping) = (0_i64, Duration::ZERO);
    let peer = Peer::start().await;
    for hour in 0..HOURS {
        let at = start + SignedDuration::from_hours(hour);
        let said = poll(&mut counters, &subjects, at, &mut chance);
        count += i64::try_from(said.len()).expect("fits");
        let begun = Instant::now();
        for part in samples::writes_of_heard(&said, &[], at + SignedDuration::from_secs(61)).expect("packed") {
            store.commit(part).await.expect("kept");
        }
        keeping += begun.elapsed();
        if let Some(peer) = &peer {
            peer.take(&said).await;
        }
    }
    let per = |bytes: i64| f64_of(bytes) / f64_of(count);
    println!(
        "{count} samples as heard in {HOURS} polls, each synced: {:.0} a second, {:.1} bytes each on the disk",
        f64_of(count) / keeping.as_secs_f64(),
        per(size(folder.path()))
    );
    let begun = Instant::now();
    let sealing = seal_before(&*store, Timestamp::now()).await.expect("sealed");
    println!("sealed {} rows as {} records in {:.1?}", sealing.rows, sealing.seals, begun.elapsed());
    store.close().await.expect("closes");
    drop(store);
    SledStore::compact(folder.path(), &|_, _| {}).expect("compacted");
    let ours = size(folder.path());
    println!("at rest, sealed and compacted: {:.2} bytes a sample, everything counted", per(ours));
    if let Some(peer) = peer {
        let theirs = peer.at_rest().await;
        let ratio = f64_of(ours) / f64_of(theirs);
        println!("VictoriaMetrics with the same samples: {:.2} bytes; ours are {ratio:.2} of them", per(theirs));
        assert!(ratio <= 0.8, "{ratio:.2} of VictoriaMetrics' bytes");
    } else {
        println!("victoria-metrics is not installed: nothing to stand beside");
    }

    for verify in [true, false] {
        let begun = Instant::now();
        let options = Options { verify, ..Options::default() };
        let store = Arc::new(SledStore::open(folder.path(), &options).expect("opens"));
        let opened = begun.elapsed();
        let config = Config::load(None, &[]).expect("the defaults");
        let shared = Arc::clone(&store) as Arc<dyn Store>;
        let core = Core::open(Clock::system(), shared, config, 1).await.expect("opens");
        let how = if verify { "verified" } else { "not verified" };
        println!("opened again, {how}: the store {opened:.0?}, ready {:.0?}", begun.elapsed());
        if !verify {
            week(&core, &subjects).await;
        }
        drop(core);
        store.close().await.expect("closes");
    }
}

/// A week of one rule over everybody.
async fn week(core: &Core, subjects: &[Subject]) {
    let text = "[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"creator\"\nwhen = \"likes / views < 0.001\"\nwindow = \"7d\"\nmode = \"propose\"\n";
    let checked = parse_rules(text, None).check().expect("a good rule");
    let rule = checked.first().expect("one");
    let state = core.state.lock().await;
    let (view, now, context) = (state.history.view(), core.clock.now(), Context::default());
    let mut scratch = Scratch::default();
    let mut once = || {
        let begun = Instant::now();
        let verdicts = subjects.iter().map(|one| rule.verdict_only(one, &context, &view, now, &mut scratch));
        let known = verdicts.filter(|verdict| *verdict == Verdict::DoesNotHold).count();
        assert_eq!(known, subjects.len(), "every one is known");
        begun.elapsed()
    };
    let cold = once();
    let warm = middle((0..20).map(|_| once()).collect());
    println!("a week of one rule over {} creators: {warm:.1?} warm, {cold:.1?} the first time", subjects.len());
}
