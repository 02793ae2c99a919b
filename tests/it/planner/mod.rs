//! Budgets, restarts, missed ticks, sources that fail, and what a plan says against what the platforms counted.
//!
//! `agrees` plans a day and makes it at an emulator; `platforms` has a row for every kind of source.

mod agrees;
mod platforms;
mod public;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::config::{Config, SourceConfig};
use plimsoll::app::core::Core;
use plimsoll::app::planner::kept::{self, Begun, SourceRecord};
use plimsoll::app::planner::plan::{self, Size, Terms};
use plimsoll::app::records::PollRecord;
use plimsoll::app::service::Service;
use plimsoll::app::{apply, watch};
use plimsoll::domain::document::Documents;
use plimsoll::domain::ids::{SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::youtube::{BATCH_STATS, GENERAL, YoutubeConfig, YoutubeSim};
use plimsoll::sources::{Assumed, Outside};
use plimsoll::store::memory::MemoryStore;
use plimsoll::store::records::{read_journal, scan_all};
use plimsoll::store::samples::{Row, load_history};
use plimsoll::store::{Store, Transaction};
use plimsoll::time::{Clock, Driver};

use agrees::World;
use public::Uploads;

/// A Pacific midnight.
fn midnight() -> Timestamp {
    "2026-03-03T08:00:00Z".parse().expect("an instant")
}

fn source() -> SourceId {
    "yt".parse().expect("an id")
}

fn config_of(text: &str) -> SourceConfig {
    toml::from_str(text).expect("a source")
}

const TERMS: Terms = Terms { seed: 7, reserve: 20, assumed: Assumed { orders: 240 } };

#[test]
fn a_thousand_creators_cost_a_fortieth_of_a_call_a_video_and_discovery_is_counted_apart() {
    let size = Size { creators: 1_000, posts: 20 };
    let config = config_of("kind = \"youtube\"\nschedule = \"0 * * * *\"\nunits_per_day = 12000");
    let catalog = plan::made_up(&source(), &config, size, midnight()).expect("a world");
    let bill = plan::bill(&source(), &config, &catalog, TERMS, midnight());
    let units = |bucket: &str| bill.buckets.iter().find(|one| one.bucket == bucket).expect("a bucket").units;
    assert!(units(BATCH_STATS) * 40 <= 1_000 * 20 * 24, "{}", units(BATCH_STATS));
    assert!((4_000..=5_000).contains(&units(GENERAL)), "{} units for 1,000 creators", units(GENERAL));
    assert!(bill.fits(), "{:?}", bill.short);
    // With what a project has by itself, and a fifth of it kept for people, it does not.
    let config = config_of("kind = \"youtube\"\nschedule = \"0 * * * *\"");
    let bill = plan::bill(&source(), &config, &catalog, TERMS, midnight());
    assert!(!bill.fits());
    let part = bill.part_that_fits(20);
    assert!((0.8..0.9).contains(&part), "{part}");
}

#[test]
fn the_plan_of_the_terminal_says_what_does_not_fit_and_what_would() {
    let run = |words: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let ran = command.arg("plan").args(words).env_clear().output().expect("runs");
        (ran.status.code(), String::from_utf8(ran.stdout).expect("text"), String::from_utf8(ran.stderr).expect("text"))
    };
    let small = r#"sources.yt={kind="youtube", key="k", schedule="0 * * * *", units_per_day=1000}"#;
    let (code, out, _) = run(&["--creators", "100", "--json", "--set", small]);
    let said: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &said["fits"]), (Some(0), &false.into()));
    assert_eq!((&said["creators"], &said["posts"]), (&100.into(), &20.into()));
    let youtube = &said["sources"][0];
    assert_eq!((&youtube["source"], &youtube["polls"]), (&"yt".into(), &24.into()));
    let [general, stats] = [0, 1].map(|n| youtube["units"][n].clone());
    assert_eq!((&general["bucket"], &stats["bucket"]), (&GENERAL.into(), &BATCH_STATS.into()));
    assert_eq!((&stats["units"], &stats["budget"], &stats["share"]), (&960.into(), &1_000.into(), &0.96.into()));
    assert!(general["per_creator"].as_f64().expect("a number") <= 5.0, "{general}");
    assert_eq!(youtube["money"], serde_json::Value::Null);
    assert!(0 < youtube["short"]["polls"].as_u64().expect("a number"), "{youtube}");
    assert_eq!(youtube["remedy"], r#"cadence = "adaptive" under [sources.yt] fits"#);
    let (code, out, _) = run(&["--creators", "100", "--posts", "10", "--kind", "youtube"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(out.trim_end(), @"
    100 creators with 10 posts each, a day:
    ok    youtube: 24 polls, 952 calls
          general: 472 units, 4.72 a creator; at most 4.7 % of 10000 a day, Pacific time
          videos.batchGetStats: 480 units, 4.80 a creator; at most 4.8 % of 10000 a day, Pacific time
    ");
    let (code, _, err) = run(&["--creators", "5"]);
    let want = "plimsoll: no source is configured; add one, config/default.toml shows how, or name one: --kind youtube";
    assert_eq!((code, err.trim_end()), (Some(2), want));
    let (code, _, err) = run(&["--creators", "5", "--kind", "generic"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("`--kind generic` cannot be planned without settings"), "{err}");
}

/// The program on a store, with one source and no chat.
struct Stage {
    clock: Clock,
    driver: Driver,
    sim: YoutubeSim,
    store: Arc<dyn Store>,
    config: Config,
    service: Option<Service>,
}

const DOCUMENTS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "UTC"
currency = "EUR"
[[creator]]
id = "alma"
accounts = { youtube = "1000000000" }
[[creator]]
id = "bo"
accounts = { youtube = "1000000001" }
"#;

impl Stage {
    async fn begin(more: &str) -> Self {
        let (clock, driver) = Clock::simulated(midnight());
        let size = Size { creators: 2, posts: 20 };
        let planned = config_of("kind = \"youtube\"\nschedule = \"0 * * * *\"");
        let catalog = plan::made_up(&source(), &planned, size, midnight()).expect("a world");
        let world = Arc::new(Uploads::new(&World::of(&catalog)));
        let sim = YoutubeSim::start(&clock, YoutubeConfig::default(), world).await.expect("a free port");
        let url = sim.base_url();
        let set = format!("sources.yt={{ kind = \"youtube\", base_url = \"{url}\", key = \"sim-key\", {more} }}");
        let config = Config::load(None, &[set]).expect("a configuration");
        let mut stage = Self { clock, driver, sim, store: Arc::new(MemoryStore::new()), config, service: None };
        let held = stage.clock.hold("setting up");
        let core = stage.open().await;
        let documents = Documents::from_toml(DOCUMENTS).expect("documents").into_list();
        let documents = documents.map(|one| (PathBuf::from("stage.toml"), one)).collect();
        let given = apply::Given { documents, rules: Vec::new() };
        apply::apply(&core, given, "terminal:test", false).await.expect("applied");
        stage.service = Some(Service::start(&core).expect("starts"));
        drop(held);
        stage
    }

    async fn open(&self) -> Arc<Core> {
        Core::open(self.clock.clone(), Arc::clone(&self.store), self.config.clone(), 7).await.expect("opens")
    }

    async fn stop(&mut self) {
        self.service.take().expect("runs").stop().await;
    }

    async fn start(&mut self) {
        let held = self.clock.hold("starting");
        let core = self.open().await;
        self.service = Some(Service::start(&core).expect("starts"));
        drop(held);
    }

    async fn wait(&mut self, mins: i64) {
        self.driver.run_for(SignedDuration::from_mins(mins)).await.expect("quiet");
    }

    async fn polls(&self) -> Vec<PollRecord> {
        scan_all::<PollRecord>(&*self.store).await.expect("polls").into_iter().map(|kept| kept.value).collect()
    }

    async fn kept(&self) -> SourceRecord {
        scan_all::<SourceRecord>(&*self.store).await.expect("sources").remove(0).value
    }

    async fn deeds(&self, of: &str) -> usize {
        let lines = read_journal(&*self.store, 0, 10_000).await.expect("journal");
        lines.iter().filter(|(_, line)| line.deed == of).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_spent_is_known_after_a_restart_and_nothing_is_asked_beyond_it() {
    let mut stage = Stage::begin("schedule = \"0 * * * *\", units_per_day = 10").await;
    stage.wait(3 * 60 + 5).await;
    let spent = |stage: &Stage| (stage.sim.units(GENERAL), stage.sim.units(BATCH_STATS));
    let before = spent(&stage);
    assert!(0 < before.0 && 0 < before.1);
    let kept = stage.kept().await.buckets;
    let now = stage.clock.now();
    assert_eq!((kept.spent(GENERAL, now), kept.spent(BATCH_STATS, now)), before);
    stage.stop().await;
    stage.start().await;
    stage.wait(15 * 60).await;
    // A fifth of ten is kept for people.
    let after = spent(&stage);
    assert!(after.0 <= 8 && after.1 <= 8 && (after.0 == 8 || after.1 == 8), "{after:?}");
    let polls = stage.polls().await;
    let refused = polls.iter().filter(|poll| poll.failure.as_ref().is_some_and(|why| why.contains("used up")));
    assert!(0 < refused.count(), "{polls:?}");
    // A person may have it.
    let core = Arc::clone(&stage.service.as_ref().expect("runs").core);
    let config = &stage.config.sources[&source()];
    let client = config.kind.settings().build(&Outside::alone(stage.clock.clone())).expect("a client");
    let held = stage.clock.hold("by hand");
    watch::poll(&core, &source(), config, &*client).await.expect("kept");
    drop(held);
    let asked = spent(&stage);
    assert!(after.0 + after.1 < asked.0 + asked.1, "{asked:?}");
    // The next Pacific day begins anew.
    stage.wait(7 * 60).await;
    assert!(stage.polls().await.last().expect("a poll").failure.is_none());
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_that_a_kill_has_ended_counts_as_made() {
    let stage = Stage::begin("schedule = \"0 0 1 1 *\"").await;
    let cost = vec![(BATCH_STATS.to_owned(), 3)];
    let core = stage.open().await;
    let mut record = core.state.lock().await.planned[&source()].record.clone();
    record.begun = Some(Begun { at: stage.clock.now(), cost });
    let mut transaction = Transaction::new();
    transaction.create(&record).expect("written");
    stage.store.commit(transaction).await.expect("kept");
    let core = stage.open().await;
    let record = core.state.lock().await.planned[&source()].record.clone();
    assert_eq!((record.buckets.spent(BATCH_STATS, stage.clock.now()), record.begun), (3, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn ticks_that_were_missed_are_made_up_for_by_one_poll() {
    let mut stage = Stage::begin("schedule = \"0 * * * *\"").await;
    stage.wait(2 * 60 + 5).await;
    assert_eq!(stage.polls().await.len(), 2);
    stage.stop().await;
    stage.start().await;
    stage.wait(5).await;
    assert_eq!(stage.polls().await.len(), 2, "nothing was missed");
    stage.stop().await;
    stage.wait(10 * 60 + 30).await;
    let back = stage.clock.now();
    stage.start().await;
    stage.wait(1).await;
    let polls = stage.polls().await;
    assert_eq!((polls.len(), polls[2].at), (3, back), "exactly one, at once");
    stage.wait(60).await;
    assert_eq!(stage.polls().await.len(), 4, "and then by the schedule");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fails_is_left_in_peace_until_one_poll_is_answered() {
    let mut stage = Stage::begin("schedule = \"*/5 * * * *\"").await;
    stage.wait(11).await;
    let before = stage.polls().await.len();
    stage.sim.faults().down(true);
    stage.wait(12 * 60).await;
    let failed = stage.polls().await.len() - before;
    // Three in a row, rests of two, four, eight ticks, then one an hour: not 144.
    assert!((12..=20).contains(&failed), "{failed} polls in 12 hours");
    assert!(stage.deeds("source_rests").await == failed - 2);
    assert_eq!(stage.deeds("trouble_told").await, 1, "told once");
    stage.stop().await;
    stage.start().await;
    let kept = stage.kept().await.breaker;
    assert!(kept.resting(stage.clock.now()).is_some(), "a restart is no reason to ask again");
    stage.sim.faults().down(false);
    stage.wait(60).await;
    let closed = stage.kept().await.breaker;
    assert_eq!((closed.failures(), closed.resting(stage.clock.now())), (0, None));
    let at = stage.polls().await.len();
    stage.wait(30).await;
    assert_eq!(stage.polls().await.len(), at + 6, "every tick again");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_refuses_us_is_asked_once_a_day_after_a_restart_and_when_reconnected() {
    let mut stage = Stage::begin("schedule = \"0 * * * *\"").await;
    let body = r#"{"error":{"code":403,"message":"no","errors":[{"reason":"forbidden","domain":"x","message":"no"}]}}"#;
    for _ in 0..100 {
        stage.sim.faults().next(Fault::Answer { status: 403, body: body.to_owned() });
    }
    stage.wait(24 * 60 - 5).await;
    assert_eq!(stage.polls().await.len(), 1);
    stage.wait(2 * 60).await;
    assert_eq!(stage.polls().await.len(), 2, "a probe after a day");
    stage.stop().await;
    stage.start().await;
    stage.wait(4 * 60).await;
    assert_eq!(stage.polls().await.len(), 3, "one after a restart");
    let core = Arc::clone(&stage.service.as_ref().expect("runs").core);
    kept::reopen(&core, &source()).await;
    stage.wait(2 * 60).await;
    assert_eq!(stage.polls().await.len(), 4, "one when somebody has connected the account again");
    assert_eq!(stage.deeds("trouble_told").await, 1, "once until it is let in, however often the program starts");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platforms_wait_is_honoured() {
    let mut stage = Stage::begin("schedule = \"*/5 * * * *\"").await;
    let body = r#"{"error":{"code":429,"message":"slow","errors":[{"reason":"rateLimitExceeded"}]}}"#;
    stage.sim.faults().next(Fault::Answer { status: 429, body: body.to_owned() });
    stage.wait(5).await;
    assert_eq!(stage.polls().await.len(), 1);
    stage.wait(5).await;
    assert_eq!(stage.polls().await.len(), 1, "one tick is left out");
    stage.wait(5).await;
    assert_eq!(stage.polls().await.len(), 2);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_asked_at_a_tick_is_not_missing_and_never_older_than_a_day() {
    let mut stage = Stage::begin("schedule = \"*/15 * * * *\", cadence = \"adaptive\", jitter = \"2m\"").await;
    stage.wait(3 * 24 * 60 + 5).await;
    let (mut views, mut missing) = (BTreeMap::<Subject, BTreeSet<Timestamp>>::new(), BTreeSet::new());
    let mut take = |_, row| match row {
        Row::Samples(samples) => {
            for one in samples.into_iter().filter(|one| one.series.metric == Metric::Views) {
                views.entry(one.series.subject).or_default().insert(one.form.observed_at());
            }
        }
        Row::Missing(absent) => missing.extend(absent.into_iter().map(|one| one.series.metric)),
    };
    load_history(&*stage.store, midnight(), &mut take).await.expect("read");
    // Comments are off on every video, and that is said.
    assert_eq!(missing, BTreeSet::from([Metric::Comments]));
    let posts: Vec<_> = views.iter().filter(|(subject, _)| matches!(subject, Subject::Post(..))).collect();
    assert_eq!(posts.len(), 40);
    let asked: usize = posts.iter().map(|(_, at)| at.len()).sum();
    assert!((40 * 3..40 * 3 * 30).contains(&asked), "{asked} askings of 40 posts in 3 days");
    for (series, at) in views {
        let at: Vec<Timestamp> = at.into_iter().collect();
        let gaps = at.windows(2).map(|two| two[1].duration_since(two[0]).as_secs());
        assert!(gaps.max().unwrap_or(0) <= 86_400, "{series}: {at:?}");
    }
    stage.stop().await;
}
