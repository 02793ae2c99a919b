//! `YouTube` Analytics against the emulated API, and its requests against the published description of the real one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, ToSpan as _};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::Absence;
use plimsoll::sim::google::{GoogleConfig, GoogleSim, GoogleWorld, Watched};
use plimsoll::sim::loopback::Fault;
use plimsoll::sources::youtube_analytics::{QUERIES, YoutubeAnalyticsSettings};
use plimsoll::sources::{Fate, Fetched, Request, Source, SourceError, Target};
use plimsoll::time::{Clock, Driver};

use super::google::{APP, Connected, account, at, build, chain, date, days, samples, why};

const ALMA: &str = "creator/alma";
const BO: &str = "creator/bo";

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: GoogleSim,
    source: Arc<dyn Source>,
}

fn config() -> GoogleConfig {
    let refresh = BTreeMap::from([
        ("1//alma".to_owned(), vec!["UCalma".to_owned()]),
        ("1//bo".to_owned(), vec!["UCbo".to_owned()]),
    ]);
    GoogleConfig { refresh, ..GoogleConfig::default() }
}

async fn stage_with(config: GoogleConfig) -> Stage {
    let (clock, driver) = Clock::simulated(at("2026-03-20T16:00:00Z"));
    let sim = GoogleSim::start(&clock, config, Arc::new(GoogleWorld::new())).await.expect("a free port");
    let text = format!("base_url = \"{0}/v2\"\ntoken_url = \"{0}/token\"\n{APP}", sim.base_url());
    let settings: YoutubeAnalyticsSettings = toml::from_str(&text).expect("settings");
    let connected = Connected::new(&[("UCalma", "1//alma"), ("UCbo", "1//bo")]);
    let source = build(&settings, &clock, connected).expect("a source");
    let stage = Stage { clock, driver, sim, source };
    for day in 1..=20_i8 {
        let day = date("2026-03-01").checked_add(i64::from(day - 1).days()).expect("a date");
        for channel in ["UCalma", "UCbo"] {
            stage.watch(channel, None, &day.to_string(), i64::from(day.day()), 10);
        }
    }
    stage
}

fn post(id: &str, creator: &str) -> Target {
    let subject = format!("post/youtube/{id}").parse().expect("a subject");
    Target::Post { subject, id: id.to_owned(), creator: Some(creator.parse().expect("an id")) }
}

fn both() -> Vec<Target> {
    vec![account(ALMA, "UCalma"), account(BO, "UCbo")]
}

impl Stage {
    fn watch(&self, channel: &str, video: Option<&str>, day: &str, shares: i64, minutes: i64) {
        let watched = Watched { shares, minutes, hundredths: 0 };
        self.sim.world().watch(channel, video, date(day), watched);
    }

    async fn fetch(&self, targets: Vec<Target>) -> Fetched {
        self.source.fetch(&Request { targets, now: self.clock.now() }).await.expect("asked")
    }

    async fn pass(&mut self, hours: i64) {
        self.driver.run_for(SignedDuration::from_hours(hours)).await.expect("quiet");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_data_api_does_not_tell_comes_by_pacific_days() {
    let stage = stage_with(config()).await;
    let fetched = stage.fetch(both()).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?} {:?}", fetched.partial, fetched.missing);
    let shares = days(&fetched, ALMA, Metric::Shares);
    assert_eq!(shares.len(), 17, "1 to 17 March: the last three days are not shown yet");
    // Clocks go forward in Los Angeles on the 8th.
    assert_eq!(shares.first(), Some(&("2026-03-01T08:00:00Z".to_owned(), 1)));
    assert_eq!(shares.last(), Some(&("2026-03-17T07:00:00Z".to_owned(), 17)));
    assert!(days(&fetched, ALMA, Metric::WatchSeconds).iter().all(|day| day.1 == 600), "minutes are seconds");
    assert_eq!(fetched.samples.len(), 2 * 2 * 17);
    let newest = samples(&fetched, ALMA, Metric::Shares);
    let provisional: Vec<bool> = newest.iter().map(|one| one.provisional).collect();
    assert_eq!(provisional.iter().filter(|one| **one).count(), 1, "the day that ended less than three days ago");
    assert_eq!(fetched.units, [(QUERIES.to_owned(), 2)]);
    assert_eq!(stage.sim.tokens_given(), 2, "each channel by its owner's token");
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_come_in_batches_and_page_by_page() {
    let stage = stage_with(config()).await;
    let posts: Vec<String> = (0..250).map(|number| format!("post{number:03}")).collect();
    for (number, id) in posts.iter().enumerate() {
        for day in ["2026-03-15", "2026-03-16", "2026-03-17"] {
            stage.watch("UCalma", Some(id), day, i64::try_from(number).expect("small"), 1);
        }
    }
    stage.sim.world().publish("UCalma", "nobody");
    let watched = Watched { shares: 1, minutes: 12, hundredths: 50 };
    stage.sim.world().watch("UCalma", Some("tenths"), date("2026-03-17"), watched);
    let mut targets = both();
    targets.extend(posts.iter().map(|id| post(id, "alma")));
    targets.extend([post("nobody", "alma"), post("tenths", "alma"), post("unknown", "carl")]);
    let fetched = stage.fetch(targets).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    for (number, id) in posts.iter().enumerate() {
        let told = days(&fetched, &format!("post/youtube/{id}"), Metric::Shares);
        let values: Vec<i64> = told.into_iter().map(|day| day.1).collect();
        assert_eq!(values, [i64::try_from(number).expect("small"); 3], "{id}");
    }
    // 252 posts are two batches; the first has one that nobody watched and 199 on three days, 597 rows on three pages.
    assert_eq!(stage.sim.count("report"), 2 + 3 + 1);
    let most = stage.sim.seen().into_iter().flat_map(|seen| seen.query).filter(|row| row.0 == "filters");
    assert!(most.map(|row| row.1.split(',').count()).all(|ids| ids <= 200));
    assert_eq!(why(&fetched, "post/youtube/nobody", Metric::Shares), Some(Absence::TooFew), "no row is not 0");
    assert_eq!(days(&fetched, "post/youtube/tenths", Metric::WatchSeconds)[0].1, 750);
    let unknown = why(&fetched, "post/youtube/unknown", Metric::Shares);
    assert_eq!(unknown, Some(Absence::Unauthorized), "its maker's channel is not connected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_without_rows_is_not_yet_and_a_late_one_says_so() {
    let mut stage = stage_with(config()).await;
    stage.sim.world().set_late_days(60);
    let fetched = stage.fetch(vec![account(ALMA, "UCalma"), post("a", "alma")]).await;
    assert!(fetched.samples.is_empty() && fetched.partial.is_none());
    let reasons: Vec<Absence> = fetched.missing.iter().map(|one| one.why).collect();
    assert_eq!(reasons, [Absence::NotYet; 4]);
    stage.sim.world().set_late_days(6);
    let fetched = stage.fetch(both()).await;
    assert_eq!(days(&fetched, ALMA, Metric::Shares).len(), 14);
    let word = fetched.missing.iter().find(|one| one.series.subject.to_string() == ALMA).expect("a word");
    assert_eq!((word.why, word.at), (Absence::NotYet, at("2026-03-16T07:00:00Z")), "the 15th should have been there");
    stage.sim.world().set_late_days(3);
    stage.pass(24).await;
    let fetched = stage.fetch(both()).await;
    assert_eq!(days(&fetched, ALMA, Metric::Shares).last().map(|day| day.1), Some(18), "and is read when it is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn restated_days_are_told_again_and_the_rest_is_not() {
    let mut stage = stage_with(config()).await;
    stage.fetch(both()).await;
    stage.watch("UCalma", None, "2026-03-14", 99, 10);
    stage.watch("UCalma", None, "2026-03-02", 99, 10);
    stage.pass(24).await;
    let fetched = stage.fetch(both()).await;
    let told = days(&fetched, ALMA, Metric::Shares);
    let want = [("2026-03-14T07:00:00Z", 99), ("2026-03-18T07:00:00Z", 18)];
    assert_eq!(told[0], (want[0].0.to_owned(), want[0].1), "corrected, and inside the week that is read again");
    assert_eq!(told.last(), Some(&(want[1].0.to_owned(), want[1].1)));
    assert!(told.iter().all(|day| day.1 != 2), "what did not change is not told again");
    assert!(!told.iter().any(|day| day.0.starts_with("2026-03-02")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_mid_poll_is_renewed() {
    let mut stage = stage_with(config()).await;
    stage.fetch(both()).await;
    stage.sim.end_tokens();
    let fetched = stage.fetch(both()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(fetched.units, [(QUERIES.to_owned(), 4)], "each was refused once and asked again");
    assert_eq!(stage.sim.tokens_given(), 4);
    stage.pass(2).await;
    stage.fetch(both()).await;
    assert_eq!(stage.sim.tokens_given(), 6, "an hour-old token is not even tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_owner_stands_alone() {
    let stage = stage_with(config()).await;
    stage.sim.revoke("1//bo");
    let mut targets = both();
    targets.push(account("creator/carl", "UCcarl"));
    let fetched = stage.fetch(targets).await;
    assert_eq!(days(&fetched, ALMA, Metric::Shares).len(), 17);
    assert_eq!(why(&fetched, BO, Metric::Shares), Some(Absence::Unauthorized));
    assert_eq!(why(&fetched, "creator/carl", Metric::Shares), Some(Absence::Unauthorized), "never connected");
    let error = fetched.partial.expect("bo took leave away");
    assert_eq!(error.to_string(), "YouTube Analytics refused our credentials: `invalid_grant`");
    let carl = stage.fetch(vec![account("creator/carl", "UCcarl")]).await;
    assert!(carl.partial.is_none(), "who never connected is nobody's failure");
    // A channel whose owner's token is not its own.
    let connected = Connected::new(&[("UCbo", "1//alma")]);
    let text = format!("base_url = \"{0}/v2\"\ntoken_url = \"{0}/token\"\n{APP}", stage.sim.base_url());
    let settings: YoutubeAnalyticsSettings = toml::from_str(&text).expect("settings");
    let source = build(&settings, &stage.clock, connected).expect("a source");
    let fetched = source.fetch(&Request { targets: both(), now: stage.clock.now() }).await.expect("asked");
    assert_eq!(
        fetched.partial.expect("forbidden").to_string(),
        "YouTube Analytics refused our credentials: `forbidden`"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_quota_waits_for_pacific_midnight() {
    let stage = stage_with(GoogleConfig { queries_per_day: 1, ..config() }).await;
    let fetched = stage.fetch(both()).await;
    assert_eq!(days(&fetched, ALMA, Metric::Shares).len(), 17);
    assert_eq!(why(&fetched, BO, Metric::Shares), Some(Absence::QuotaSpent));
    let error = fetched.partial.expect("refused");
    assert_eq!(error.fate(), Fate::WaitUntil(at("2026-03-21T07:00:00Z")));
    let fetched = stage.fetch(both()).await;
    assert_eq!((fetched.samples.len(), fetched.missing.len()), (0, 4));
    assert_eq!(fetched.units, [(QUERIES.to_owned(), 1)], "one answer speaks for all of them");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_is_a_typed_absence() {
    let stage = stage_with(config()).await;
    let faults = stage.sim.faults();
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    for (of, fault, why_not, fate) in [
        ("report", Fault::LoseReply, Absence::Unreachable, Fate::Retry),
        ("report", Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        ("report", answer(200, "{}"), Absence::Garbled, Fate::Diagnose),
        ("report", answer(429, ""), Absence::Unreachable, Fate::SlowDown(None)),
        ("report", answer(503, "busy"), Absence::Unreachable, Fate::Retry),
        ("report", answer(400, "{}"), Absence::Garbled, Fate::TellOwner),
        ("token", answer(500, ""), Absence::Unreachable, Fate::Retry),
        ("token", Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        ("token", Fault::LoseReply, Absence::Unreachable, Fate::Retry),
    ] {
        let shown = format!("{of} {fault:?}");
        stage.sim.end_tokens();
        let fresh = stage_source(&stage);
        faults.next_for(of, fault);
        let request = Request { targets: vec![account(ALMA, "UCalma")], now: stage.clock.now() };
        let fetched = fresh.fetch(&request).await.expect("asked");
        assert_eq!(why(&fetched, ALMA, Metric::Shares), Some(why_not), "{shown}");
        assert_eq!(fetched.partial.map(|error| error.fate()), Some(fate), "{shown}");
        assert!(fetched.samples.is_empty(), "{shown}");
    }
    assert_eq!(faults.waiting(), 0);
    faults.down(true);
    let error = stage.fetch(vec![account(ALMA, "UCalma")]).await.partial.expect("down");
    let text = format!("{} {:?}", chain(&error), stage.sim.seen().len());
    assert!(!text.contains("1//alma") && !text.contains("sim-secret") && !text.contains("ya29"), "{text}");
}

fn stage_source(stage: &Stage) -> Arc<dyn Source> {
    let text = format!("base_url = \"{0}/v2\"\ntoken_url = \"{0}/token\"\n{APP}", stage.sim.base_url());
    let settings: YoutubeAnalyticsSettings = toml::from_str(&text).expect("settings");
    build(&settings, &stage.clock, Connected::new(&[("UCalma", "1//alma")])).expect("a source")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_hangs_costs_simulated_time_only() {
    let mut stage = stage_with(config()).await;
    stage.sim.faults().next_for("report", Fault::Hang(SignedDuration::from_secs(90)));
    let request = Request { targets: both(), now: stage.clock.now() };
    let source = Arc::clone(&stage.source);
    let task = stage.clock.spawn("poll", |held| async move {
        let fetched = source.fetch(&request).await.expect("asked");
        (fetched.samples.len(), held.clock().now())
    });
    stage.driver.run_for(SignedDuration::from_secs(600)).await.expect("quiet");
    assert_eq!(task.await.expect("ends"), (68, at("2026-03-20T16:01:30Z")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_cannot_be_asked_is_refused_before_any_call() {
    let stage = stage_with(config()).await;
    let targets = vec![account(ALMA, "UCalma;country==US")];
    let error = stage.source.fetch(&Request { targets, now: stage.clock.now() }).await.expect_err("refused");
    assert!(matches!(error, SourceError::BadTarget { .. }));
    assert!(stage.sim.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_one_of_the_published_api() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/specs/youtubeAnalytics.v2.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: no published description at ../shared/reference/specs/youtubeAnalytics.v2.json");
        return;
    };
    let description: serde_json::Value = serde_json::from_str(&text).expect("a discovery document");
    let method = &description["resources"]["reports"]["methods"]["query"];
    let known = method["parameters"].as_object().expect("parameters");
    let stage = stage_with(config()).await;
    stage.fetch(vec![account(ALMA, "UCalma"), post("a", "alma")]).await;
    let reports: Vec<_> = stage.sim.seen().into_iter().filter(|seen| seen.kind == "report").collect();
    assert_eq!(reports.len(), 2);
    for seen in reports {
        assert_eq!(Some(seen.path.trim_start_matches('/')), method["path"].as_str());
        assert!(seen.query.iter().all(|(name, _)| known.contains_key(name)), "{:?}", seen.query);
        for (name, parameter) in known {
            let required = parameter["description"].as_str().is_some_and(|text| text.contains("required: true"));
            assert!(!required || seen.query.iter().any(|row| row.0 == *name), "needs {name}");
        }
    }
}
