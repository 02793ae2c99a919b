//! The Twitch source against the emulated Helix, over real HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::twitch::{Channel, TwitchConfig, TwitchSim, TwitchWorld, Video};
use plimsoll::sources::twitch::{self, POINTS, Twitch, TwitchSettings};
use plimsoll::sources::{Fate, Fetched, Outside, Request, SourceError, Target};
use plimsoll::time::{Clock, Driver};

use super::polled::{self, at, said};

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: TwitchSim,
    source: Arc<Twitch>,
}

async fn stage_with(config: TwitchConfig, more: &str) -> Stage {
    let (clock, driver) = Clock::simulated(at("2026-07-01T12:00:00Z"));
    let world = TwitchWorld::default();
    for (login, id, followers, viewers) in
        [("alma", "101", 5_000, Some(321)), ("bo", "102", 70, None), ("cleo", "103", 0, Some(0))]
    {
        world.channel(login, Channel { id: id.to_owned(), followers, viewers });
    }
    let sim = TwitchSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let text = format!(
        "base_url = \"{}\"\ntoken_url = \"{}\"\nclient_id = \"sim-app\"\n{more}\n",
        sim.base_url(),
        sim.token_url()
    );
    let settings: TwitchSettings = toml::from_str(&text).expect("settings");
    let source = twitch::source(&settings, &Outside::alone(clock.clone())).expect("a source");
    Stage { clock, driver, sim, source: Arc::new(source) }
}

const SECRET: &str = "client_secret = \"sim-secret\"";

async fn stage() -> Stage {
    stage_with(TwitchConfig::default(), SECRET).await
}

fn account(login: &str) -> Target {
    Target::Account {
        subject: format!("creator/{}", login.to_lowercase()).parse().expect("a subject"),
        id: login.to_owned(),
    }
}

fn post(id: &str, creator: Option<&str>) -> Target {
    Target::Post {
        subject: format!("post/twitch/{id}").parse().expect("a subject"),
        id: id.to_owned(),
        creator: creator.map(|creator| creator.parse().expect("an id")),
    }
}

fn uploads(login: &str, since: &str) -> Target {
    Target::Uploads { creator: "alma".parse().expect("an id"), id: login.to_owned(), since: Some(at(since)) }
}

impl Stage {
    /// Polls while simulated time may move, for at most so long.
    async fn poll_for(&mut self, targets: Vec<Target>, secs: i64) -> Fetched {
        let request = Request { targets, now: self.clock.now() };
        polled::poll(&self.source, request, (&self.clock, &mut self.driver), secs).await
    }

    async fn poll(&mut self, targets: Vec<Target>) -> Fetched {
        self.poll_for(targets, 200).await
    }

    fn paths(&self) -> Vec<String> {
        self.sim.seen().into_iter().map(|seen| seen.path.replace("/helix/", "")).collect()
    }
}

#[track_caller]
fn check(fetched: &Fetched, want: &[(&str, Metric, Result<i64, Absence>)]) {
    let want: BTreeMap<_, _> = want.iter().map(|(of, metric, value)| (((*of).to_owned(), *metric), *value)).collect();
    assert_eq!(said(fetched), want);
}

const ALMA: &str = "creator/alma";
const BO: &str = "creator/bo";

#[tokio::test(flavor = "multi_thread")]
async fn followers_and_who_watches_come_for_everybody() {
    let mut stage = stage().await;
    let fetched = stage.poll(["Alma", "bo", "cleo", "nobody"].map(account).to_vec()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    check(
        &fetched,
        &[
            (ALMA, Metric::Followers, Ok(5000)),
            (ALMA, Metric::LiveViewers, Ok(321)),
            (BO, Metric::Followers, Ok(70)),
            (BO, Metric::LiveViewers, Err(Absence::NotYet)),
            ("creator/cleo", Metric::Followers, Ok(0)),
            ("creator/cleo", Metric::LiveViewers, Ok(0)),
            ("creator/nobody", Metric::Followers, Err(Absence::Gone)),
            ("creator/nobody", Metric::LiveViewers, Err(Absence::Gone)),
        ],
    );
    assert!(fetched.samples.iter().all(|one| one.form == Form::Gauge { at: at("2026-07-01T12:00:00Z") }));
    assert_eq!(fetched.units, [(POINTS.to_owned(), 5)], "names, streams, three channels");
    assert_eq!(stage.paths().len(), 6, "and the token: {:?}", stage.paths());
}

#[tokio::test(flavor = "multi_thread")]
async fn names_go_in_batches_of_a_hundred() {
    let mut stage = stage_with(TwitchConfig::default(), &format!("{SECRET}\nlive = false")).await;
    let logins: Vec<String> = (0..201).map(|n| format!("user{n:03}")).collect();
    for (n, login) in logins.iter().enumerate() {
        let followers = i64::try_from(n).expect("small");
        stage.sim.world().channel(login, Channel { id: format!("9{n}"), followers, viewers: None });
    }
    let fetched = stage.poll(logins.iter().map(|login| account(login)).collect()).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?}", fetched.partial);
    assert_eq!(fetched.samples.len(), 201);
    let sizes: Vec<usize> =
        stage.sim.seen().iter().filter(|seen| seen.path == "/helix/users").map(|seen| seen.query.len()).collect();
    assert_eq!(sizes, [100, 100, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn followers_that_are_not_told_are_no_outage() {
    let mut stage = stage_with(TwitchConfig { tells_followers: false, ..TwitchConfig::default() }, SECRET).await;
    let fetched = stage.poll(["alma", "bo"].map(account).to_vec()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    check(
        &fetched,
        &[
            (ALMA, Metric::Followers, Err(Absence::Unauthorized)),
            (ALMA, Metric::LiveViewers, Ok(321)),
            (BO, Metric::Followers, Err(Absence::Unauthorized)),
            (BO, Metric::LiveViewers, Err(Absence::NotYet)),
        ],
    );
    let asked = stage.paths().iter().filter(|path| *path == "channels/followers").count();
    assert_eq!(asked, 1, "who is refused once does not ask for everybody");
    assert_eq!(stage.paths().iter().filter(|path| *path == "/oauth2/token").count(), 1, "nor for another token");
}

fn add_videos(stage: &Stage, count: i64) {
    for n in 0..count {
        let published_at = at("2026-06-30T00:00:00Z") - SignedDuration::from_hours(6 * n);
        let title = format!("Stream {n}");
        let id = (1000 + n).to_string();
        stage.sim.world().video(&id, Video { login: "alma".to_owned(), title, published_at, views: 10 * n });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn videos_are_listed_page_by_page_and_their_views_read() {
    let mut stage = stage().await;
    add_videos(&stage, 230);
    let found = stage.poll(vec![uploads("alma", "2026-05-25T00:00:00Z")]).await;
    assert!(found.partial.is_none() && found.samples.is_empty(), "{:?}", found.partial);
    // Two pages of 100, as configured; the second reaches behind the day that was asked for.
    assert_eq!(found.posts.len(), 200);
    let first = &found.posts[0];
    assert_eq!((first.post.as_str(), first.title.as_deref()), ("1000", Some("Stream 0")));
    assert_eq!(first.duration, Some(SignedDuration::from_secs(3723)));
    let near = stage.poll(vec![uploads("alma", "2026-06-29T00:00:00Z")]).await;
    assert_eq!(near.posts.len(), 100, "older pages are not read");

    let mut targets: Vec<Target> = (0..120).map(|n| post(&(1000 + n).to_string(), None)).collect();
    targets.push(post("5", None));
    targets[3] = post("1003", Some("alma"));
    let fetched = stage.poll(targets).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(said(&fetched).len(), 121);
    assert_eq!(said(&fetched)[&("post/twitch/1003".to_owned(), Metric::Views)], Ok(30));
    assert_eq!(said(&fetched)[&("post/twitch/5".to_owned(), Metric::Views)], Err(Absence::Gone));
    assert_eq!(fetched.posts.len(), 1, "whose maker is known says what it is");
    assert_eq!(fetched.units, [(POINTS.to_owned(), 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_none_of_a_list_is_there_each_is_gone() {
    let mut stage = stage().await;
    let fetched = stage.poll(["1", "2", "3"].map(|id| post(id, None)).to_vec()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(said(&fetched).values().collect::<Vec<_>>(), [&Err(Absence::Gone); 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_mid_poll_is_fetched_anew() {
    let mut stage = stage().await;
    stage.poll(vec![account("alma")]).await;
    stage.sim.revoke_tokens();
    let fetched = stage.poll(["alma", "bo"].map(account).to_vec()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(fetched.units, [(POINTS.to_owned(), 5)], "the refused call is charged too");
    assert_eq!(stage.paths().iter().filter(|path| *path == "/oauth2/token").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_refused_is_told_to_its_owner() {
    let mut stage = stage_with(TwitchConfig::default(), "client_secret = \"wrong-CANARY\"").await;
    let fetched = stage.poll(vec![account("alma")]).await;
    let error = fetched.partial.as_ref().expect("refused");
    assert_eq!((error.fate(), error.absence()), (Fate::TellOwner, Absence::Unauthorized));
    assert!(!format!("{error:?}").contains("CANARY"));
    check(
        &fetched,
        &[
            (ALMA, Metric::Followers, Err(Absence::Unauthorized)),
            (ALMA, Metric::LiveViewers, Err(Absence::Unauthorized)),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_bucket_is_waited_for_until_its_reset() {
    let mut stage = stage_with(TwitchConfig { points: 60.0, ..TwitchConfig::default() }, SECRET).await;
    let logins: Vec<String> = (0..100).map(|n| format!("user{n:03}")).collect();
    for login in &logins {
        stage
            .sim
            .world()
            .channel(login, Channel { id: login.chars().skip(4).chain(['7']).collect(), followers: 1, viewers: None });
    }
    let targets: Vec<Target> = logins.iter().map(|login| account(login)).collect();
    let fetched = stage.poll_for(targets.clone(), 600).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!((fetched.samples.len(), stage.sim.refused()), (100, 0), "nobody asks an empty bucket");
    // Twice as many do not fit into the longest wait of one poll: what came is kept, the rest says why.
    let more: Vec<String> = (0..400).map(|n| format!("more{n:03}")).collect();
    for login in &more {
        stage
            .sim
            .world()
            .channel(login, Channel { id: login.chars().skip(4).chain(['8']).collect(), followers: 1, viewers: None });
    }
    let fetched = stage.poll_for(more.iter().map(|login| account(login)).collect(), 600).await;
    assert!(matches!(fetched.partial, Some(SourceError::SlowDown { wait: Some(_), .. })), "{:?}", fetched.partial);
    let absent = fetched.missing.iter().filter(|one| one.series.metric == Metric::Followers);
    assert_eq!(fetched.samples.len() + absent.count(), 400);
    assert!(100 < fetched.samples.len() && fetched.samples.len() < 300, "{}", fetched.samples.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_429_is_waited_for_and_asked_again() {
    let mut stage = stage().await;
    stage.sim.faults().next_for("GET", Fault::Answer { status: 429, body: "{}".to_owned() });
    let began = stage.clock.now();
    let fetched = stage.poll(vec![account("bo")]).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(said(&fetched)[&(BO.to_owned(), Metric::Followers)], Ok(70));
    assert!(SignedDuration::from_secs(60) <= stage.clock.now().duration_since(began));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_once_is_said_and_no_number_is_made_up() {
    let answer = |status: u16, body: &str| Fault::Answer { status, body: body.to_owned() };
    for (fault, why, fate) in [
        (answer(503, "{}"), Absence::Unreachable, Fate::Retry),
        (Fault::LoseReply, Absence::Unreachable, Fate::Retry),
        (Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        (answer(200, "{}"), Absence::Garbled, Fate::Diagnose),
        (answer(200, r#"{"data":[{"id":"101"}]}"#), Absence::Garbled, Fate::Diagnose),
        (answer(400, r#"{"error":"Bad Request","status":400}"#), Absence::Garbled, Fate::TellOwner),
    ] {
        let mut stage = stage().await;
        stage.sim.faults().next_for("GET", fault.clone());
        let fetched = stage.poll(vec![account("alma")]).await;
        let error = fetched.partial.as_ref().unwrap_or_else(|| panic!("{fault:?} is a failure"));
        assert_eq!(error.fate(), fate, "{fault:?}: {error}");
        check(&fetched, &[(ALMA, Metric::Followers, Err(why)), (ALMA, Metric::LiveViewers, Err(why))]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_hangs_is_waited_for_and_counts_when_it_comes() {
    let mut stage = stage().await;
    stage.sim.faults().next_for("GET", Fault::Hang(SignedDuration::from_secs(20)));
    let fetched = stage.poll(vec![account("alma")]).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(said(&fetched)[&(ALMA.to_owned(), Metric::Followers)], Ok(5000));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_work_are_said_before_anything_runs() {
    let (clock, _) = Clock::simulated(Timestamp::UNIX_EPOCH);
    for (text, want) in [
        (
            "client_id = \"a\"",
            "`` does not work as `client_secret_file`: an app needs client_id and client_secret_file",
        ),
        (
            "client_id = \"\"\nclient_secret = \"s\"",
            "`` does not work as `client_id`: write the id of your app at dev.twitch.tv",
        ),
    ] {
        let settings: TwitchSettings = toml::from_str(text).expect("settings");
        let error = twitch::source(&settings, &Outside::alone(clock.clone())).expect_err("refused");
        assert_eq!(error.to_string(), want);
    }
}
