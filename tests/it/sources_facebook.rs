//! The source of Facebook Pages against the emulated Graph, over real HTTP.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form};
use plimsoll::http::tokens::{Accounts, TokenKeeper, TokenSet};
use plimsoll::sim::facebook::{PagePost, PagesConfig, PagesSim, PagesWorld};
use plimsoll::sim::loopback::Fault;
use plimsoll::sources::facebook::{self, CALLS, Facebook, FacebookSettings};
use plimsoll::sources::{Fate, Fetched, Outside, Request, Settings as _, SourceError, Target};
use plimsoll::time::{Clock, Driver};
use secrecy::{ExposeSecret as _, SecretString};

use super::polled::{self, at, said};

/// Accounts that were connected: each has a token of its own.
#[derive(Debug, Default, Clone)]
struct Connected(Arc<Mutex<BTreeMap<String, String>>>);

#[derive(Debug)]
struct Keeper {
    page: String,
    all: Connected,
}

#[async_trait]
impl Accounts for Connected {
    async fn keeper(&self, account: &str) -> std::io::Result<Option<Arc<dyn TokenKeeper>>> {
        let has = self.0.lock().expect("whole").contains_key(account);
        let keeper = Keeper { page: account.to_owned(), all: self.clone() };
        Ok(has.then(|| Arc::new(keeper) as Arc<dyn TokenKeeper>))
    }
}

#[async_trait]
impl TokenKeeper for Keeper {
    async fn load(&self) -> std::io::Result<TokenSet> {
        let token = self.all.0.lock().expect("whole")[&self.page].clone();
        let access_until = Some(at("2026-08-30T00:00:00Z"));
        Ok(TokenSet { access: Some(SecretString::from(token)), access_until, ..TokenSet::default() })
    }

    async fn keep(&self, tokens: &TokenSet) -> std::io::Result<()> {
        let token = tokens.access.as_ref().expect("a token").expose_secret().to_owned();
        self.all.0.lock().expect("whole").insert(self.page.clone(), token);
        Ok(())
    }
}

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: PagesSim,
    connected: Connected,
    source: Arc<Facebook>,
}

fn a_post(at: Timestamp) -> PagePost {
    PagePost { text: "hello".to_owned(), at, counts: [125, 13, 3], seen: Some((9000, 7000)) }
}

async fn stage_with(config: PagesConfig, more: &str) -> Stage {
    let (clock, driver) = Clock::simulated(at("2026-07-01T12:00:00Z"));
    let world = PagesWorld::default();
    world.page("101", 5000);
    world.page("102", 70);
    world.token("system", None);
    world.token("bo-CANARY", Some("102"));
    world.post("101_1", a_post(at("2026-06-30T10:00:00Z")));
    let quiet = PagePost { counts: [0, 0, 0], seen: None, ..a_post(at("2026-06-29T10:00:00Z")) };
    world.post("102_7", quiet);
    let sim = PagesSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let app = "client_id = \"sim-app\"\nclient_secret = \"sim-secret\"";
    let text = format!("base_url = \"{}\"\n{app}\n{more}\n", sim.base_url());
    let settings: FacebookSettings = toml::from_str(&text).expect("settings");
    let connected = Connected::default();
    let outside = Outside { clock: clock.clone(), accounts: Arc::new(connected.clone()) };
    let source = Arc::new(facebook::source(&settings, &outside).expect("a source"));
    Stage { clock, driver, sim, connected, source }
}

const TOKEN: &str = "token = \"system\"";

async fn stage() -> Stage {
    stage_with(PagesConfig::default(), TOKEN).await
}

fn account(page: &str) -> Target {
    Target::Account { subject: format!("creator/p{page}").parse().expect("a subject"), id: page.to_owned() }
}

fn post(id: &str) -> Target {
    let subject = format!("post/facebook/{id}").parse().expect("a subject");
    Target::Post { subject, id: id.to_owned(), creator: Some("alma".parse().expect("an id")) }
}

fn uploads(page: &str) -> Target {
    let since = Some(at("2026-01-01T00:00:00Z"));
    Target::Uploads { creator: "alma".parse().expect("an id"), id: page.to_owned(), since }
}

impl Stage {
    async fn poll(&mut self, targets: Vec<Target>) -> Fetched {
        let request = Request { targets, now: self.clock.now() };
        let fetched = polled::poll(&self.source, request, (&self.clock, &mut self.driver), 60).await;
        assert!(!format!("{fetched:?}").contains("CANARY"));
        fetched
    }

    async fn go_to(&mut self, when: &str) {
        self.driver.run_until(at(when)).await.expect("quiet");
    }
}

fn of(fetched: &Fetched, subject: &str, metric: Metric) -> Result<i64, Absence> {
    said(fetched)[&(subject.to_owned(), metric)]
}

const POST: &str = "post/facebook/101_1";

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_posts_come_and_what_is_not_said_is_absent() {
    let mut stage = stage().await;
    let fetched = stage.poll(vec![account("101"), account("102"), account("999"), post("101_1"), post("102_7")]).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(of(&fetched, "creator/p101", Metric::Followers), Ok(5000));
    assert_eq!(of(&fetched, "creator/p999", Metric::Followers), Err(Absence::Gone));
    for (metric, want, quiet) in [
        (Metric::Likes, 125, Ok(0)),
        (Metric::Comments, 13, Ok(0)),
        (Metric::Shares, 3, Err(Absence::Hidden)),
        (Metric::Views, 9000, Err(Absence::NotYet)),
        (Metric::Reach, 7000, Err(Absence::NotYet)),
    ] {
        assert_eq!(of(&fetched, POST, metric), Ok(want), "{metric}");
        assert_eq!(of(&fetched, "post/facebook/102_7", metric), quiet, "{metric}");
    }
    let now = at("2026-07-01T12:00:00Z");
    for sample in &fetched.samples {
        let gauge = sample.series.metric == Metric::Followers;
        assert_eq!(sample.form, if gauge { Form::Gauge { at: now } } else { Form::Total { at: now } });
    }
    assert_eq!(fetched.posts.len(), 2);
    assert_eq!(fetched.posts[0].published_at, at("2026-06-30T10:00:00Z"));
    assert_eq!(fetched.units, [(CALLS.to_owned(), 5)], "three pages, and the posts of two");
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_go_in_batches_of_fifty_and_one_that_is_gone_hides_no_other() {
    let mut stage = stage().await;
    for n in 0..120 {
        stage.sim.world().post(&format!("101_{}", 1000 + n), a_post(at("2026-06-01T00:00:00Z")));
    }
    let all = || (0..120).map(|n| post(&format!("101_{}", 1000 + n))).collect::<Vec<_>>();
    let fetched = stage.poll(all()).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?}", fetched.partial);
    assert_eq!((fetched.samples.len(), &fetched.units), (600, &vec![(CALLS.to_owned(), 3)]));
    stage.sim.world().delete("101_1007");
    let fetched = stage.poll(all()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(fetched.samples.len(), 595);
    let gone: Vec<_> = said(&fetched).into_iter().filter(|(_, value)| value.is_err()).collect();
    assert!(gone.iter().all(|((of, _), why)| of == "post/facebook/101_1007" && *why == Err(Absence::Gone)), "{gone:?}");
    assert!(fetched.units[0].1 < 20, "halves, not one by one: {:?}", fetched.units);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_insight_that_is_dropped_takes_no_other_number_away() {
    let dropped = PagesConfig { dropped: Some("post_media_view"), ..PagesConfig::default() };
    let no_right = PagesConfig { reads_insights: false, ..PagesConfig::default() };
    for (config, why, fate) in
        [(dropped, Absence::Garbled, Fate::TellOwner), (no_right, Absence::Unauthorized, Fate::TellOwner)]
    {
        let mut stage = stage_with(config, TOKEN).await;
        let fetched = stage.poll(vec![account("101"), post("101_1")]).await;
        assert_eq!(fetched.partial.as_ref().map(SourceError::fate), Some(fate));
        assert_eq!(of(&fetched, POST, Metric::Likes), Ok(125));
        assert_eq!(of(&fetched, POST, Metric::Views), Err(why));
        assert_eq!(of(&fetched, POST, Metric::Reach), Err(why));
        assert_eq!(of(&fetched, "creator/p101", Metric::Followers), Ok(5000));
    }
    let mut stage = stage_with(PagesConfig::default(), &format!("{TOKEN}\ninsights = false")).await;
    let fetched = stage.poll(vec![post("101_1")]).await;
    assert!(fetched.partial.is_none() && stage.sim.seen().iter().all(|seen| !format!("{seen:?}").contains("insights")));
}

#[tokio::test(flavor = "multi_thread")]
async fn published_posts_are_listed_page_by_page_by_cursor() {
    let mut stage = stage().await;
    for n in 0..250 {
        let at = at("2026-06-20T00:00:00Z") - SignedDuration::from_hours(n);
        stage.sim.world().post(&format!("101_{}", 1000 + n), a_post(at));
    }
    let found = stage.poll(vec![uploads("101")]).await;
    assert!(found.partial.is_none() && found.samples.is_empty(), "{:?}", found.partial);
    assert_eq!(found.posts.len(), 200, "two pages, as configured");
    assert_eq!((found.posts[0].post.as_str(), found.posts[1].post.as_str()), ("101_1", "101_1000"));
    let told: Vec<_> =
        stage.sim.seen().iter().map(|seen| seen.query.iter().map(|pair| pair.0.clone()).collect::<Vec<_>>()).collect();
    assert_eq!(told, [vec!["fields", "limit", "since"], vec!["fields", "limit", "since", "after"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_connected_is_asked_about_with_their_own_token() {
    let mut stage = stage_with(PagesConfig::default(), "").await;
    stage.connected.0.lock().expect("whole").insert("102".to_owned(), "bo-CANARY".to_owned());
    let fetched = stage.poll(vec![account("101"), account("102"), post("101_1"), post("102_7")]).await;
    assert!(fetched.partial.is_none(), "not connected is no outage: {:?}", fetched.partial);
    assert_eq!(of(&fetched, "creator/p101", Metric::Followers), Err(Absence::Unauthorized));
    assert_eq!(of(&fetched, POST, Metric::Likes), Err(Absence::Unauthorized));
    assert_eq!(of(&fetched, "creator/p102", Metric::Followers), Ok(70));
    assert_eq!(of(&fetched, "post/facebook/102_7", Metric::Likes), Ok(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_mid_poll_is_exchanged_and_kept() {
    let mut stage = stage_with(PagesConfig::default(), "").await;
    stage.connected.0.lock().expect("whole").insert("102".to_owned(), "bo-CANARY".to_owned());
    assert!(stage.poll(vec![account("102")]).await.partial.is_none());
    stage.sim.world().end_token("bo-CANARY");
    let fetched = stage.poll(vec![account("102"), post("102_7")]).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(of(&fetched, "creator/p102", Metric::Followers), Ok(70));
    assert_eq!(stage.connected.0.lock().expect("whole")["102"], "bo-CANARY-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_broken_is_told_and_stops_that_page_alone() {
    let mut stage = stage().await;
    stage.connected.0.lock().expect("whole").insert("102".to_owned(), "revoked".to_owned());
    let fetched = stage.poll(vec![account("102"), post("102_7"), account("101")]).await;
    let error = fetched.partial.as_ref().expect("broken");
    assert_eq!((error.fate(), error.absence()), (Fate::TellOwner, Absence::Unauthorized));
    assert_eq!(of(&fetched, "creator/p102", Metric::Followers), Err(Absence::Unauthorized));
    assert_eq!(of(&fetched, "post/facebook/102_7", Metric::Views), Err(Absence::Unauthorized));
    assert_eq!(of(&fetched, "creator/p101", Metric::Followers), Ok(5000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_rests_before_its_allowance_is_used_up_and_no_longer_than_it_must() {
    let mut stage = stage_with(PagesConfig { calls_an_hour: 10, ..PagesConfig::default() }, TOKEN).await;
    for _ in 0..9 {
        assert!(stage.poll(vec![account("101")]).await.partial.is_none());
    }
    let fetched = stage.poll(vec![account("101"), post("101_1")]).await;
    assert!(matches!(fetched.partial, Some(SourceError::SlowDown { .. })), "{:?}", fetched.partial);
    assert!(said(&fetched).values().all(|one| *one == Err(Absence::Unreachable)));
    assert_eq!((stage.sim.seen().len(), stage.sim.throttled()), (9, 0), "at 90 % nobody asks");
    stage.go_to("2026-07-01T13:30:00Z").await;
    assert!(stage.poll(vec![account("101")]).await.partial.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttle_is_not_asked_against() {
    let mut stage = stage().await;
    let body = r#"{"error":{"message":"(#32) Page request limit reached","type":"OAuthException","code":32}}"#;
    stage.sim.faults().next_for("GET", Fault::Answer { status: 400, body: body.to_owned() });
    let fetched = stage.poll(vec![account("101"), post("101_1")]).await;
    assert!(matches!(fetched.partial, Some(SourceError::SlowDown { .. })), "{:?}", fetched.partial);
    let asked = stage.sim.seen().len();
    stage.poll(vec![account("101")]).await;
    assert_eq!(stage.sim.seen().len(), asked, "not before it has rested");
    stage.go_to("2026-07-01T12:20:00Z").await;
    assert!(stage.poll(vec![account("101")]).await.partial.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_once_is_said_and_no_number_is_made_up() {
    let answer = |status: u16, body: &str| Fault::Answer { status, body: body.to_owned() };
    let transient = r#"{"error":{"message":"x","code":2,"is_transient":true}}"#;
    for (fault, why, fate) in [
        (answer(503, "{}"), Absence::Unreachable, Fate::Retry),
        (answer(500, transient), Absence::Unreachable, Fate::Retry),
        (answer(403, r#"{"error":{"message":"x","code":200}}"#), Absence::Unauthorized, Fate::TellOwner),
        (answer(400, r#"{"error":{"message":"x","code":100}}"#), Absence::Garbled, Fate::TellOwner),
        (Fault::LoseReply, Absence::Unreachable, Fate::Retry),
        (Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        (answer(200, "{}"), Absence::Garbled, Fate::Diagnose),
        (answer(200, r#"{"id":"666","followers_count":1}"#), Absence::Garbled, Fate::Diagnose),
    ] {
        let mut stage = stage().await;
        stage.sim.faults().next_for("GET", fault.clone());
        let fetched = stage.poll(vec![account("101")]).await;
        let error = fetched.partial.as_ref().unwrap_or_else(|| panic!("{fault:?} is a failure"));
        assert_eq!(error.fate(), fate, "{fault:?}: {error}");
        assert_eq!(of(&fetched, "creator/p101", Metric::Followers), Err(why), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_hangs_counts_when_it_comes() {
    let mut stage = stage().await;
    stage.sim.faults().next_for("GET", Fault::Hang(SignedDuration::from_secs(20)));
    let fetched = stage.poll(vec![account("101")]).await;
    assert_eq!(of(&fetched, "creator/p101", Metric::Followers), Ok(5000));
}

#[test]
fn settings_that_cannot_work_are_said_before_anything_runs() {
    let (clock, _) = Clock::simulated(Timestamp::UNIX_EPOCH);
    let settings: FacebookSettings = toml::from_str("api_version = \"../v1\"").expect("settings");
    let error = settings.build(&Outside::alone(clock)).err().expect("refused");
    assert_eq!(error.to_string(), "`../v1` does not work as `api_version`: a version is written like `v25.0`");
}
