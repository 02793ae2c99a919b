//! The X source against the emulated API v2, over real HTTP.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::x::{Account, Post, XConfig, XSim, XWorld};
use plimsoll::sources::x::{self, CENTS, X, XSettings};
use plimsoll::sources::{Fate, Fetched, Outside, Request, Settings as _, SourceError, Target};
use plimsoll::time::{Clock, Driver};

use super::polled::{self, at, said};

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: XSim,
    settings: XSettings,
    source: Arc<X>,
}

const NUMBERS: [i64; 6] = [5432, 234, 12, 50, 5, 8];

async fn stage_with(config: XConfig, more: &str) -> Stage {
    let (clock, driver) = Clock::simulated(at("2026-07-01T12:00:00Z"));
    let world = XWorld::default();
    for (name, id, followers, protected) in
        [("almalind", "11", 5_000, false), ("bo", "12", 70, false), ("cleo", "13", 9, true)]
    {
        world.account(name, Account { id: id.to_owned(), followers, protected });
    }
    for n in 0..30_i64 {
        let by = if n == 29 { "cleo" } else { "almalind" };
        let when = at("2026-07-01T00:00:00Z") - SignedDuration::from_hours(24 * (29 - n));
        let text = format!("post {n}");
        world.post(&(1000 + n).to_string(), Post { by: by.to_owned(), text, at: when, numbers: NUMBERS });
    }
    let sim = XSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let text = format!("base_url = \"{}\"\n{more}\n", sim.base_url());
    let settings: XSettings = toml::from_str(&text).expect("settings");
    let source = Arc::new(x::source(&settings).expect("a source"));
    Stage { clock, driver, sim, settings, source }
}

const TOKEN: &str = "token = \"sim-token\"";

async fn stage() -> Stage {
    stage_with(XConfig::default(), TOKEN).await
}

fn account(name: &str) -> Target {
    let subject = format!("creator/{}", name.trim_start_matches('@').to_lowercase());
    Target::Account { subject: subject.parse().expect("a subject"), id: name.to_owned() }
}

fn post(id: &str) -> Target {
    let subject = format!("post/x/{id}").parse().expect("a subject");
    Target::Post { subject, id: id.to_owned(), creator: Some("alma".parse().expect("an id")) }
}

fn uploads(name: &str) -> Target {
    let since = Some(at("2026-06-25T00:00:00.5Z"));
    Target::Uploads { creator: "alma".parse().expect("an id"), id: name.to_owned(), since }
}

impl Stage {
    async fn poll(&mut self, targets: Vec<Target>) -> Fetched {
        let request = Request { targets, now: self.clock.now() };
        let planned = self.settings.money(std::slice::from_ref(&request)).expect("a price").minor;
        let fetched = polled::poll(&self.source, request, (&self.clock, &mut self.driver), 60).await;
        assert!(i64::from(cents(&fetched)) <= planned, "{} cents were planned, {} spent", planned, cents(&fetched));
        fetched
    }

    async fn go_to(&mut self, when: &str) {
        self.driver.run_until(at(when)).await.expect("quiet");
    }

    fn calls(&self, path: &str) -> Vec<Vec<(String, String)>> {
        let of = self.sim.seen().into_iter().filter(|seen| seen.path == format!("/2/{path}"));
        of.map(|seen| seen.query).collect()
    }
}

fn cents(fetched: &Fetched) -> u32 {
    fetched.units.iter().filter(|row| row.0 == CENTS).map(|row| row.1).sum()
}

fn of(fetched: &Fetched, subject: &str, metric: Metric) -> Option<Result<i64, Absence>> {
    said(fetched).get(&(subject.to_owned(), metric)).copied()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_posts_come_with_what_is_missing_beside_them() {
    let mut stage = stage().await;
    let targets = vec![account("@AlmaLind"), account("bo"), account("nobody"), post("1000"), post("1029"), post("7")];
    let fetched = stage.poll(targets).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(of(&fetched, "creator/almalind", Metric::Followers), Some(Ok(5000)));
    assert_eq!(of(&fetched, "creator/nobody", Metric::Followers), Some(Err(Absence::Gone)));
    for (metric, want) in
        [(Metric::Views, 5432), (Metric::Likes, 234), (Metric::Comments, 12), (Metric::Shares, 55), (Metric::Saves, 8)]
    {
        assert_eq!(of(&fetched, "post/x/1000", metric), Some(Ok(want)), "{metric}");
        assert_eq!(of(&fetched, "post/x/1029", metric), Some(Err(Absence::Hidden)), "a protected account");
        assert_eq!(of(&fetched, "post/x/7", metric), Some(Err(Absence::Gone)));
    }
    assert_eq!(fetched.samples.len() + fetched.missing.len(), 3 + 3 * 5);
    let now = at("2026-07-01T12:00:00Z");
    for sample in &fetched.samples {
        let gauge = sample.series.metric == Metric::Followers;
        assert_eq!(sample.form, if gauge { Form::Gauge { at: now } } else { Form::Total { at: now } });
    }
    assert_eq!(fetched.posts.len(), 1);
    assert_eq!(fetched.posts[0].description.as_deref(), Some("post 0"));
    // Two accounts and one post: two cents and a half.
    assert_eq!((cents(&fetched), stage.sim.mills()), (3, 25));
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_go_in_batches_of_a_hundred() {
    let mut stage = stage().await;
    let targets = (0..201).map(|n| post(&(5000 + n).to_string())).collect();
    let fetched = stage.poll(targets).await;
    assert!(fetched.partial.is_none() && fetched.samples.is_empty(), "{:?}", fetched.partial);
    let sizes: Vec<usize> = stage.calls("tweets").iter().map(|query| query[0].1.split(',').count()).collect();
    assert_eq!(sizes, [100, 100, 1]);
    assert_eq!((cents(&fetched), stage.sim.mills()), (0, 0), "what is not there costs nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_paid_for_once_a_utc_day() {
    let mut stage = stage().await;
    let targets = || vec![account("bo"), post("1000"), post("1001")];
    assert_eq!(cents(&stage.poll(targets()).await), 2);
    stage.go_to("2026-07-01T23:30:00Z").await;
    assert_eq!(cents(&stage.poll(targets()).await), 0);
    assert_eq!(stage.sim.mills(), 20);
    stage.go_to("2026-07-02T00:00:01Z").await;
    assert_eq!(cents(&stage.poll(targets()).await), 2);
    assert_eq!(stage.sim.mills(), 40, "our bill is theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_cost_more_than_the_day_may_waits_and_the_rest_does_not() {
    let mut stage = stage_with(XConfig::default(), &format!("{TOKEN}\ncents_per_day = 2")).await;
    let first = stage.poll(vec![post("1000"), post("1001")]).await;
    assert!(first.partial.is_none(), "{:?}", first.partial);
    let more = vec![account("bo"), account("almalind"), post("1000"), post("1001")];
    let fetched = stage.poll(more.clone()).await;
    let error = fetched.partial.as_ref().expect("over the cap");
    assert_eq!(error.fate(), Fate::WaitUntil(at("2026-07-02T00:00:00Z")));
    assert_eq!(of(&fetched, "creator/bo", Metric::Followers), Some(Err(Absence::QuotaSpent)));
    assert_eq!(of(&fetched, "post/x/1000", Metric::Views), Some(Ok(5432)), "paid for already");
    assert_eq!(stage.sim.mills(), 10, "nothing was asked that costs more");
    stage.go_to("2026-07-02T00:00:01Z").await;
    let fetched = stage.poll(vec![account("bo"), account("almalind")]).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_first_look_only_newer_posts_are_listed() {
    let mut stage = stage_with(XConfig::default(), &format!("{TOKEN}\nuploads_max = 5")).await;
    let found = stage.poll(vec![uploads("almalind")]).await;
    assert!(found.partial.is_none() && found.samples.is_empty(), "{:?}", found.partial);
    let ids: Vec<&str> = found.posts.iter().map(|post| post.post.as_str()).collect();
    assert_eq!(ids, ["1028", "1027", "1026", "1025", "1024"], "the newest");
    let when = at("2026-07-01T11:00:00Z");
    let text = "new".to_owned();
    stage.sim.world().post("1100", Post { by: "almalind".to_owned(), text, at: when, numbers: NUMBERS });
    let found = stage.poll(vec![uploads("almalind")]).await;
    assert_eq!(found.posts.iter().map(|post| post.post.as_str()).collect::<Vec<_>>(), ["1100"]);
    assert!(stage.poll(vec![uploads("almalind")]).await.posts.is_empty());
    let lists = stage.calls("users/11/tweets");
    let told =
        |query: &[(String, String)], name: &str| query.iter().find(|pair| pair.0 == name).map(|pair| pair.1.clone());
    assert_eq!(told(&lists[0], "start_time").as_deref(), Some("2026-06-25T00:00:00Z"));
    let since: Vec<_> = lists.iter().map(|query| told(query, "since_id")).collect();
    assert_eq!(since, [None, Some("1028".to_owned()), Some("1100".to_owned())]);
    assert_eq!(stage.sim.mills(), 10 + 6 * 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_used_up_is_not_asked_before_its_reset() {
    let mut stage = stage_with(XConfig { limits: [1, 3500, 9], ..XConfig::default() }, TOKEN).await;
    let targets = || vec![account("bo"), post("1000")];
    assert!(stage.poll(targets()).await.partial.is_none());
    let fetched = stage.poll(targets()).await;
    assert!(matches!(fetched.partial, Some(SourceError::SlowDown { wait: Some(_), .. })), "{:?}", fetched.partial);
    assert_eq!(of(&fetched, "creator/bo", Metric::Followers), Some(Err(Absence::Unreachable)));
    assert_eq!(of(&fetched, "post/x/1000", Metric::Views), Some(Ok(5432)), "another endpoint has its own limit");
    assert_eq!(stage.calls("users/by").len(), 1, "the platform had said that none is left");
    stage.go_to("2026-07-01T12:15:00Z").await;
    assert!(stage.poll(targets()).await.partial.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_told_to_its_owner() {
    let mut stage = stage_with(XConfig::default(), "token = \"wrong-CANARY\"").await;
    let fetched = stage.poll(vec![account("bo"), post("1000")]).await;
    let error = fetched.partial.as_ref().expect("refused");
    assert_eq!((error.fate(), error.absence()), (Fate::TellOwner, Absence::Unauthorized));
    assert!(said(&fetched).values().all(|one| *one == Err(Absence::Unauthorized)));
    assert!(!format!("{error:?} {:?}", stage.settings).contains("CANARY"));
    assert_eq!(stage.sim.seen().len(), 1, "nothing more is asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_credits_are_used_up_it_waits_for_the_next_day() {
    let mut stage = stage_with(XConfig { credits: 10, ..XConfig::default() }, TOKEN).await;
    assert!(stage.poll(vec![account("bo")]).await.partial.is_none());
    let fetched = stage.poll(vec![account("almalind")]).await;
    let error = fetched.partial.expect("no credits");
    assert_eq!(error.to_string(), "the quota `credits` is used up until 2026-07-02T00:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_once_is_said_and_no_number_is_made_up() {
    let answer = |status: u16, body: &str| Fault::Answer { status, body: body.to_owned() };
    let capped = r#"{"title":"UsageCapExceeded","type":"https://api.x.com/2/problems/usage-capped","status":429}"#;
    let until = at("2026-07-02T00:00:00Z");
    for (fault, why, fate) in [
        (answer(503, "{}"), Absence::Unreachable, Fate::Retry),
        (answer(429, capped), Absence::QuotaSpent, Fate::WaitUntil(until)),
        (answer(403, "{}"), Absence::Unauthorized, Fate::TellOwner),
        (answer(400, "{}"), Absence::Garbled, Fate::TellOwner),
        (Fault::LoseReply, Absence::Unreachable, Fate::Retry),
        (Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        (answer(200, "{}"), Absence::Garbled, Fate::Diagnose),
        (answer(200, r#"{"data":[]}"#), Absence::Garbled, Fate::Diagnose),
    ] {
        let mut stage = stage().await;
        stage.sim.faults().next_for("GET", fault.clone());
        let fetched = stage.poll(vec![account("bo")]).await;
        let error = fetched.partial.as_ref().unwrap_or_else(|| panic!("{fault:?} is a failure"));
        assert_eq!(error.fate(), fate, "{fault:?}: {error}");
        assert_eq!(of(&fetched, "creator/bo", Metric::Followers), Some(Err(why)), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_is_on_the_bill() {
    let mut stage = stage().await;
    stage.sim.faults().next_for("GET", Fault::LoseReply);
    let fetched = stage.poll(vec![account("bo")]).await;
    assert_eq!((cents(&fetched), stage.sim.mills()), (1, 10));
    let fetched = stage.poll(vec![account("bo")]).await;
    assert_eq!((cents(&fetched), stage.sim.mills()), (0, 10));
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_hangs_counts_when_it_comes() {
    let mut stage = stage().await;
    stage.sim.faults().next_for("GET", Fault::Hang(SignedDuration::from_secs(20)));
    let fetched = stage.poll(vec![account("bo")]).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
}

#[test]
fn settings_that_cannot_work_are_said_before_anything_runs() {
    let (clock, _) = Clock::simulated(Timestamp::UNIX_EPOCH);
    for (text, want) in [
        ("", "`` does not work as `token_file`: give the bearer token of your app"),
        ("token = \"t\"\nuploads_max = 4", "`4` does not work as `uploads_max`: X lists 5 to 100 posts at once"),
        ("token = \"t\"\nbase_url = \"x\"", "`x` does not work as `base_url`: `x` is not an http or https address"),
    ] {
        let settings: XSettings = toml::from_str(text).expect("settings");
        let error = settings.build(&Outside::alone(clock.clone())).err().expect("refused");
        assert_eq!(error.to_string(), want);
    }
}
