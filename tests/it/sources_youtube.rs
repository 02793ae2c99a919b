//! The `YouTube` source against the emulated API, and its requests against the published description of the real one.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::Absence;
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::world::LivingWorld;
use plimsoll::sim::youtube::{BATCH_STATS, GENERAL, YoutubeConfig as SimConfig, YoutubeSim, YoutubeWorld};
use plimsoll::sources::youtube::{Youtube, YoutubeConfig};
use plimsoll::sources::{Fate, Fetched, Request, Source, SourceError, Target};
use plimsoll::time::Clock;
use secrecy::SecretString;

fn start() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("an instant")
}

struct Stage {
    clock: Clock,
    world: Arc<LivingWorld>,
    sim: YoutubeSim,
    source: Arc<Youtube>,
}

async fn stage_with(clock: &Clock, config: SimConfig, key: &str) -> Stage {
    let world = Arc::new(LivingWorld::new(7, start(), 60));
    let shown: Arc<dyn YoutubeWorld> = Arc::clone(&world) as Arc<dyn YoutubeWorld>;
    let sim = YoutubeSim::start(clock, config, shown).await.expect("a free port");
    let source =
        Youtube::new(YoutubeConfig { base_url: sim.base_url(), key: SecretString::from(key.to_owned()), pages_max: 3 });
    Stage { clock: clock.clone(), world, sim, source: Arc::new(source.expect("a client")) }
}

async fn stage(config: SimConfig) -> Stage {
    let (clock, _driver) = Clock::simulated(start());
    stage_with(&clock, config, "sim-key").await
}

impl Stage {
    fn account(&self, creator: usize) -> Target {
        let life = &self.world.creators()[creator];
        let subject = format!("creator/{}", life.id).parse().expect("a subject");
        Target::Account { subject, id: life.channel.clone() }
    }

    fn post(&self, creator: usize, newest: usize) -> Target {
        let life = &self.world.creators()[creator];
        let id = self.world.uploads(&life.channel, self.clock.now())[newest].clone();
        let subject = format!("post/youtube/{id}").parse().expect("a subject");
        Target::Post { subject, id, creator: Some(life.id.parse().expect("an id")) }
    }

    async fn fetch(&self, targets: Vec<Target>) -> Fetched {
        self.source.fetch(&Request { targets, now: self.clock.now() }).await.expect("asked")
    }
}

fn value(fetched: &Fetched, subject: &str, metric: Metric) -> Option<i64> {
    let of =
        |series: &plimsoll::domain::sample::SeriesKey| series.subject.to_string() == subject && series.metric == metric;
    fetched.samples.iter().find(|sample| of(&sample.series)).map(|sample| sample.value)
}

fn reasons(fetched: &Fetched) -> BTreeSet<Absence> {
    fetched.missing.iter().map(|missing| missing.why).collect()
}

fn stranger() -> Target {
    Target::Account { subject: "creator/nobody".parse().expect("a subject"), id: "UCnobody".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_come_as_the_platform_shows_them_in_the_fewest_calls() {
    let stage = stage(SimConfig::default()).await;
    let mut targets: Vec<Target> = (0..60).map(|creator| stage.account(creator)).collect();
    targets.extend([stranger(), stage.post(0, 0), stage.post(3, 0)]);
    let fetched = stage.fetch(targets).await;
    let now = stage.clock.now();
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(value(&fetched, "creator/alma", Metric::Views), Some(stage.world.views_total(0, now)));
    let followers = value(&fetched, "creator/alma", Metric::Followers).expect("followers");
    let exact = stage.world.followers(0, now);
    assert!(followers <= exact && exact - followers < exact / 100 + 1, "{followers} is {exact} cut to three figures");
    let why = |subject: &str, metric| {
        let of = |series: &plimsoll::domain::sample::SeriesKey| {
            series.subject.to_string() == subject && series.metric == metric
        };
        fetched.missing.iter().find(|missing| of(&missing.series)).map(|missing| missing.why)
    };
    assert_eq!(why("creator/faye", Metric::Followers), Some(Absence::Hidden));
    assert_eq!(why("creator/nobody", Metric::Views), Some(Absence::Gone));
    assert_eq!(fetched.samples.len() + fetched.missing.len(), 63 * 3, "each series is answered once");
    assert!(fetched.samples.iter().all(|sample| sample.form.observed_at() == now && sample.known_at == now));
    assert_eq!(fetched.units, [(GENERAL.to_owned(), 2), (BATCH_STATS.to_owned(), 1)]);
    assert_eq!((stage.sim.units(GENERAL), stage.sim.units(BATCH_STATS)), (2, 1));
    assert!(fetched.posts.iter().all(|post| post.duration.is_some()) && fetched.posts.len() == 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_found_page_by_page_and_no_further_than_asked() {
    let (clock, mut driver) = Clock::simulated(start());
    let stage = stage_with(&clock, SimConfig::default(), "sim-key").await;
    driver.run_for(SignedDuration::from_hours(200 * 24)).await.expect("quiet");
    let life = &stage.world.creators()[1];
    let uploads = |since| Target::Uploads { creator: "bo".parse().expect("an id"), id: life.channel.clone(), since };
    let whole = stage.fetch(vec![uploads(None)]).await;
    let there = stage.world.uploads(&life.channel, clock.now());
    assert!(50 < there.len() && there.len() <= 150, "{} posts", there.len());
    let found: Vec<&str> = whole.posts.iter().map(|post| post.post.as_str()).collect();
    assert_eq!(found, there.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(whole.posts[0].title.is_some() && whole.posts[0].description.is_some());
    assert!(whole.samples.is_empty() && whole.missing.is_empty() && whole.partial.is_none());
    let recent = stage.fetch(vec![uploads(Some(whole.posts[10].published_at))]).await;
    assert_eq!(recent.posts.len(), 50, "the first page reaches back far enough");
    assert_eq!(recent.units, [(GENERAL.to_owned(), 2)], "one for the channel, one for the page");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fallback_is_for_a_method_that_does_not_exist_and_for_nothing_else() {
    let old = stage(SimConfig { batch_get_stats: false, ..SimConfig::default() }).await;
    let fetched = old.fetch(vec![old.post(0, 0)]).await;
    assert_eq!((fetched.samples.len(), fetched.partial.is_none()), (3, true));
    assert_eq!(fetched.units, [(BATCH_STATS.to_owned(), 1), (GENERAL.to_owned(), 1)]);

    let new = stage(SimConfig::default()).await;
    new.sim.faults().next(Fault::Answer { status: 501, body: String::new() });
    assert_eq!(new.fetch(vec![new.post(0, 0)]).await.samples.len(), 3);

    let spent = r#"{"error":{"code":403,"errors":[{"domain":"youtube.quota","reason":"quotaExceeded"}]}}"#;
    for (status, body) in [(403, spent), (429, ""), (500, ""), (403, ""), (400, "")] {
        let before = new.sim.requests();
        new.sim.faults().next(Fault::Answer { status, body: body.to_owned() });
        let fetched = new.fetch(vec![new.post(0, 0)]).await;
        assert_eq!((fetched.samples.len(), fetched.missing.len()), (0, 3), "{status}");
        assert_eq!(new.sim.requests() - before, 1, "{status} is not tried elsewhere");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_bucket_is_absent_until_pacific_midnight_and_stops_no_other_bucket() {
    let (clock, mut driver) = Clock::simulated(start());
    let config = SimConfig { units_per_day: 1, ..SimConfig::default() };
    let stage = stage_with(&clock, config, "sim-key").await;
    let ask = || (0..60).map(|creator| stage.account(creator)).chain([stage.post(0, 0)]).collect::<Vec<_>>();
    let fetched = stage.fetch(ask()).await;
    assert_eq!(fetched.samples.iter().filter(|sample| sample.series.metric == Metric::Likes).count(), 1);
    assert_eq!(fetched.missing.iter().filter(|missing| missing.why == Absence::QuotaSpent).count(), 10 * 3);
    let error = fetched.partial.expect("the second batch was refused");
    let midnight: Timestamp = "2026-03-03T08:00:00Z".parse().expect("an instant");
    assert_eq!(error.fate(), Fate::WaitUntil(midnight));
    driver.run_until(midnight).await.expect("quiet");
    assert_eq!(stage.sim.units(GENERAL), 0);
    assert!(!stage.fetch(vec![stage.account(0)]).await.samples.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_is_a_typed_absence() {
    let stage = stage(SimConfig::default()).await;
    let faults = stage.sim.faults();
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    for (fault, why, fate) in [
        (Fault::LoseReply, Absence::Unreachable, Fate::Retry),
        (Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        (answer(200, "{}"), Absence::Garbled, Fate::Diagnose),
        (answer(429, ""), Absence::Unreachable, Fate::SlowDown(None)),
        (answer(503, "busy"), Absence::Unreachable, Fate::Retry),
        (answer(401, ""), Absence::Unauthorized, Fate::TellOwner),
        (answer(404, "<html>"), Absence::Garbled, Fate::TellOwner),
    ] {
        let shown = format!("{fault:?}");
        faults.next(fault);
        let fetched = stage.fetch(vec![stage.account(0)]).await;
        assert_eq!(reasons(&fetched), BTreeSet::from([why]), "{shown}");
        assert_eq!(fetched.partial.map(|error| error.fate()), Some(fate), "{shown}");
        assert!(fetched.samples.is_empty() && fetched.units == [(GENERAL.to_owned(), 1)], "{shown}");
    }
    faults.down(true);
    assert_eq!(reasons(&stage.fetch(vec![stage.account(0)]).await), BTreeSet::from([Absence::Unreachable]));
    faults.down(false);
    assert_eq!((stage.fetch(vec![stage.account(0)]).await.samples.len(), faults.waiting()), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_stops_the_round_and_is_shown_nowhere() {
    let (clock, _driver) = Clock::simulated(start());
    let stage = stage_with(&clock, SimConfig::default(), "AIzaSECRET").await;
    let targets = (0..60).map(|creator| stage.account(creator)).chain([stage.post(0, 0)]).collect();
    let fetched = stage.fetch(targets).await;
    assert_eq!(stage.sim.requests(), 1, "the second call would be refused as well");
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unauthorized]));
    assert_eq!(fetched.missing.len(), 61 * 3);
    let error = fetched.partial.expect("refused");
    assert_eq!(error.to_string(), "YouTube refused our credentials: `API_KEY_INVALID`");
    stage.sim.faults().down(true);
    let lost = stage.fetch(vec![stage.account(0)]).await.partial.expect("lost");
    let mut text = format!("{error} {error:?} {lost} {lost:?} {:?}", stage.source);
    let mut cause = std::error::Error::source(&lost);
    while let Some(error) = cause {
        text = format!("{text} {error} {error:?}");
        cause = error.source();
    }
    assert!(!text.contains("AIza") && !text.contains("key="), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_hangs_costs_simulated_time_only() {
    let (clock, mut driver) = Clock::simulated(start());
    let stage = stage_with(&clock, SimConfig::default(), "sim-key").await;
    stage.sim.faults().next(Fault::Hang(SignedDuration::from_secs(90)));
    let request = Request { targets: vec![stage.account(0)], now: clock.now() };
    let source = Arc::clone(&stage.source);
    let task = clock.spawn("poll", |held| async move {
        let fetched = source.fetch(&request).await.expect("asked");
        (fetched.samples.len(), held.clock().now())
    });
    driver.run_for(SignedDuration::from_secs(600)).await.expect("quiet");
    assert_eq!(task.await.expect("ends"), (3, start() + SignedDuration::from_secs(90)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_cannot_be_asked_is_refused_before_any_call() {
    let stage = stage(SimConfig::default()).await;
    let target = Target::Account { subject: "creator/x".parse().expect("a subject"), id: "a,b".to_owned() };
    let request = Request { targets: vec![stage.account(0), target], now: start() };
    let error = stage.source.fetch(&request).await.expect_err("refused");
    assert!(matches!(error, SourceError::BadTarget { .. }));
    assert_eq!(stage.sim.requests(), 0);
}

/// Checks a request against the published description: the method is there, every parameter is one of its own, those it
/// requires are given, and numbers are inside their bounds.
fn check_request(description: &serde_json::Value, path: &str, query: &[(String, String)]) {
    let methods = description["resources"]
        .as_object()
        .expect("resources")
        .values()
        .flat_map(|resource| resource["methods"].as_object().into_iter().flat_map(|methods| methods.values()));
    let method = methods
        .filter(|method| method["httpMethod"] == "GET")
        .find(|method| method["path"].as_str() == path.strip_prefix('/'))
        .unwrap_or_else(|| panic!("{path} is not a method of the published API"));
    let known = method["parameters"].as_object().expect("parameters");
    for (name, given) in query {
        let parameter = known.get(name).unwrap_or_else(|| panic!("{path} has no parameter `{name}`"));
        assert_eq!(parameter["location"], "query", "{path} {name}");
        if let Some(most) = parameter["maximum"].as_str() {
            let (given, most): (i64, i64) = (given.parse().expect(name), most.parse().expect(name));
            assert!(given <= most, "{path} {name}={given}");
        }
        if name == "id" {
            assert!(given.split(',').count() <= 50, "{path}: more than 50 ids");
        }
    }
    for (name, parameter) in known {
        let required = parameter["required"] == true
            || parameter["description"].as_str().is_some_and(|text| text.starts_with("Required."));
        assert!(!required || query.iter().any(|row| row.0 == *name), "{path} needs `{name}`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_one_of_the_published_api() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/specs/youtube.v3.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: no published description at ../shared/reference/specs/youtube.v3.json");
        return;
    };
    let description: serde_json::Value = serde_json::from_str(&text).expect("a discovery document");
    let (clock, mut driver) = Clock::simulated(start());
    let stage = stage_with(&clock, SimConfig::default(), "sim-key").await;
    driver.run_for(SignedDuration::from_hours(200 * 24)).await.expect("quiet");
    let life = &stage.world.creators()[1];
    let uploads = Target::Uploads { creator: "bo".parse().expect("an id"), id: life.channel.clone(), since: None };
    let targets: Vec<Target> =
        (0..60).map(|creator| stage.account(creator)).chain([uploads, stage.post(0, 0)]).collect();
    stage.fetch(targets).await;
    stage.sim.faults().next(Fault::Answer { status: 404, body: String::new() });
    stage.fetch(vec![stage.post(0, 0)]).await;
    let seen = stage.sim.seen();
    let paths: BTreeSet<&str> = seen.iter().map(|request| request.path.as_str()).collect();
    let all = ["channels", "playlistItems", "videos", "videos:batchGetStats"];
    assert_eq!(paths, all.map(|name| format!("/youtube/v3/{name}")).iter().map(String::as_str).collect());
    for request in &seen {
        check_request(&description, &request.path, &request.query);
    }
    assert!(seen.iter().any(|request| request.query.iter().any(|row| row.0 == "pageToken")));
}
