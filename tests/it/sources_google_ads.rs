//! Google Ads against the emulated API, over real HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::Absence;
use plimsoll::sim::google::{Campaign, Customer, GoogleConfig, GoogleSim, GoogleWorld, Run, Stats};
use plimsoll::sim::loopback::Fault;
use plimsoll::sources::google_ads::{GoogleAdsSettings, OPERATIONS};
use plimsoll::sources::{Fate, Fetched, Request, Source, SourceError, Target};
use plimsoll::time::{Clock, Driver};

use super::google::{APP, Connected, account, at, build, chain, date, days, samples, why};

const ALMA: &str = "partnership/spring/alma";
const BO: &str = "partnership/spring/bo";

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: GoogleSim,
    source: Arc<dyn Source>,
}

fn config() -> GoogleConfig {
    let refresh = BTreeMap::from([("1//ads".to_owned(), vec!["1234567890".to_owned()])]);
    GoogleConfig { refresh, ..GoogleConfig::default() }
}

fn settings(sim: &GoogleSim, more: &str) -> GoogleAdsSettings {
    let address = format!("base_url = \"{0}\"\ntoken_url = \"{0}/token\"\n", sim.base_url());
    let ours = "customer_id = \"123-456-7890\"\nlogin_customer_id = \"999-888-7777\"\n";
    let developer = if more.contains("developer_token") { "" } else { "developer_token = \"sim-developer\"\n" };
    toml::from_str(&format!("{address}{ours}{developer}{APP}{more}")).expect("settings")
}

fn source_of(sim: &GoogleSim, clock: &Clock, more: &str) -> Arc<dyn Source> {
    build(&settings(sim, more), clock, Connected::new(&[("1234567890", "1//ads")])).expect("a source")
}

fn stats(micros: i64, clicks: i64) -> Stats {
    Stats { micros, clicks, impressions: clicks * 100, ..Stats::default() }
}

async fn stage_with(config: GoogleConfig, more: &str) -> Stage {
    // 10:00 in New York on the 20th.
    let (clock, driver) = Clock::simulated(at("2026-03-20T14:00:00Z"));
    let world = GoogleWorld::new();
    let campaign = |budget| Campaign { run: Run::Enabled, budget };
    let customer = Customer {
        zone: "America/New_York".to_owned(),
        currency: "USD".to_owned(),
        campaigns: BTreeMap::from([(1, campaign(11)), (2, campaign(12)), (3, campaign(13))]),
        ad_groups: BTreeMap::from([(31, campaign(13))]),
        ..Customer::default()
    };
    world.put_customer("1234567890", customer);
    let sim = GoogleSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let source = source_of(&sim, &clock, more);
    Stage { clock, driver, sim, source }
}

async fn stage() -> Stage {
    stage_with(config(), "").await
}

impl Stage {
    fn run(&self, id: u64, day: &str, stats: Stats) {
        self.sim.world().with_customer("1234567890", |customer| {
            customer.stats.insert((id, date(day)), stats);
        });
    }

    async fn fetch(&self, targets: Vec<Target>) -> Fetched {
        self.source.fetch(&Request { targets, now: self.clock.now() }).await.expect("asked")
    }

    async fn pass(&mut self, hours: i64) {
        self.driver.run_for(SignedDuration::from_hours(hours)).await.expect("quiet");
    }
}

fn told(fetched: &Fetched, subject: &str, metric: Metric) -> Vec<(String, i64)> {
    days(fetched, subject, metric).into_iter().filter(|day| day.1 != 0).collect()
}

fn want(days: &[(&str, i64)]) -> Vec<(String, i64)> {
    days.iter().map(|(day, value)| ((*day).to_owned(), *value)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn boosts_come_by_days_of_the_customers_zone() {
    let stage = stage().await;
    stage.run(1, "2026-03-07", stats(12_340_000, 12));
    stage.run(1, "2026-03-20", stats(1_005_000, 3));
    stage.run(31, "2026-03-19", stats(70_000, 1));
    let targets = vec![account(ALMA, "1"), account(BO, "adGroups/31")];
    let fetched = stage.fetch(targets).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?} {:?}", fetched.partial, fetched.missing);
    // Clocks go forward in New York on the 8th. A millionth of a dollar is not kept: 1.005 is 1.00, halves go to even.
    let spend = [("2026-03-07T05:00:00Z", 1_234), ("2026-03-20T04:00:00Z", 100)];
    assert_eq!(told(&fetched, ALMA, Metric::Spend), want(&spend));
    assert_eq!(told(&fetched, ALMA, Metric::Clicks).len(), 2);
    assert_eq!(told(&fetched, ALMA, Metric::Impressions)[0].1, 1_200);
    assert_eq!(told(&fetched, BO, Metric::Spend), want(&[("2026-03-19T04:00:00Z", 7)]));
    let all = samples(&fetched, ALMA, Metric::Spend);
    assert_eq!(all.len(), 30, "a day without a row that is over is 0");
    assert!(all.iter().all(|one| one.currency.is_some_and(|currency| currency.code() == "USD")));
    assert_eq!(all.iter().filter(|one| one.provisional).count(), 4, "today and the days that are still corrected");
    assert_eq!(samples(&fetched, BO, Metric::Spend).len(), 29, "today nothing is known yet");
    assert_eq!(fetched.units, [(OPERATIONS.to_owned(), 4)]);
    assert!(fetched.samples.iter().all(|one| one.series.metric != Metric::Orders), "conversions are not orders");
}

#[tokio::test(flavor = "multi_thread")]
async fn boosts_of_one_partnership_add_up_and_a_missing_one_leaves_a_hole() {
    let stage = stage().await;
    stage.run(1, "2026-03-18", stats(1_000_000, 1));
    stage.run(2, "2026-03-18", stats(2_000_000, 2));
    stage.run(2, "2026-03-19", stats(4_000_000, 4));
    let fetched = stage.fetch(vec![account(ALMA, "1"), account(ALMA, "campaigns/2")]).await;
    let spend = [("2026-03-18T04:00:00Z", 300), ("2026-03-19T04:00:00Z", 400)];
    assert_eq!(told(&fetched, ALMA, Metric::Spend), want(&spend));
    let fetched = stage.fetch(vec![account(ALMA, "1"), account(ALMA, "404"), account(BO, "2")]).await;
    assert_eq!(why(&fetched, ALMA, Metric::Spend), Some(Absence::Gone));
    assert!(samples(&fetched, ALMA, Metric::Spend).is_empty(), "half a sum is no sum");
    assert_eq!(told(&fetched, BO, Metric::Clicks).len(), 2);
    let fetched = stage.fetch(vec![account(BO, "404")]).await;
    assert_eq!((fetched.samples.len(), why(&fetched, BO, Metric::Clicks)), (0, Some(Absence::Gone)));
}

#[tokio::test(flavor = "multi_thread")]
async fn conversions_are_what_the_settings_say_they_are() {
    let stage = stage_with(config(), "conversions = \"orders\"\n").await;
    let day = Stats { conversions: 250, value: 5_990, ..stats(1_000_000, 9) };
    stage.run(1, "2026-03-10", day);
    stage.run(1, "2026-03-11", Stats { conversions: 350, value: -100, ..day });
    let fetched = stage.fetch(vec![account(ALMA, "1")]).await;
    let days = ["2026-03-10T04:00:00Z", "2026-03-11T04:00:00Z"];
    assert_eq!(told(&fetched, ALMA, Metric::Orders), want(&[(days[0], 2), (days[1], 4)]), "halves go to even");
    assert_eq!(told(&fetched, ALMA, Metric::Revenue), want(&[(days[0], 5_990), (days[1], -100)]));
    assert!(samples(&fetched, ALMA, Metric::Orders).iter().all(|one| one.provisional), "credit comes for weeks");
    let leads = source_of(&stage.sim, &stage.clock, "conversions = \"leads\"\n");
    let request = Request { targets: vec![account(ALMA, "1")], now: stage.clock.now() };
    let fetched = leads.fetch(&request).await.expect("asked");
    assert_eq!(told(&fetched, ALMA, Metric::Leads).len(), 2);
    assert!(fetched.samples.iter().all(|one| one.series.metric != Metric::Revenue));
}

#[tokio::test(flavor = "multi_thread")]
async fn restated_days_are_told_again_and_the_rest_is_not() {
    let mut stage = stage().await;
    for day in ["2026-03-01", "2026-03-10", "2026-03-19"] {
        stage.run(1, day, stats(1_000_000, 1));
    }
    stage.fetch(vec![account(ALMA, "1")]).await;
    stage.run(1, "2026-03-10", stats(2_000_000, 1));
    stage.pass(1).await;
    let fetched = stage.fetch(vec![account(ALMA, "1")]).await;
    let spend = [("2026-03-10T04:00:00Z", 200), ("2026-03-19T04:00:00Z", 100)];
    assert_eq!(told(&fetched, ALMA, Metric::Spend), want(&spend));
    stage.sim.world().with_customer("1234567890", |customer| {
        customer.stats.remove(&(1, date("2026-03-10")));
    });
    let fetched = stage.fetch(vec![account(ALMA, "1")]).await;
    let of = days(&fetched, ALMA, Metric::Spend);
    assert!(of.contains(&("2026-03-10T04:00:00Z".to_owned(), 0)), "taken back whole: {of:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_in_the_hours_google_takes_for_it_is_not_zero() {
    let mut stage = stage().await;
    // 01:00 in New York on the 21st.
    stage.pass(15).await;
    let fetched = stage.fetch(vec![account(ALMA, "1")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend).last().map(|day| day.0.as_str()), Some("2026-03-19T04:00:00Z"));
    stage.pass(2).await;
    let fetched = stage.fetch(vec![account(ALMA, "1")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend).last(), Some(&("2026-03-20T04:00:00Z".to_owned(), 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_boosts_are_several_questions_and_answers_of_many_batches() {
    let stage = stage().await;
    stage.sim.world().with_customer("1234567890", |customer| {
        for id in 5_000..6_100_u64 {
            customer.campaigns.insert(id, Campaign { run: Run::Paused, budget: 1 });
            customer.stats.insert((id, date("2026-03-15")), stats(10_000, 1));
        }
    });
    let targets: Vec<Target> =
        (5_000..6_100).map(|id| account(&format!("partnership/spring/c{id}"), &id.to_string())).collect();
    let fetched = stage.fetch(targets).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?}", fetched.partial);
    for id in [5_000, 5_999, 6_000, 6_099] {
        assert_eq!(told(&fetched, &format!("partnership/spring/c{id}"), Metric::Spend)[0].1, 1, "{id}");
    }
    assert_eq!(fetched.units, [(OPERATIONS.to_owned(), 4)], "1,000 numbers a question");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_quota_is_told_from_a_hurry() {
    let stage = stage_with(GoogleConfig { operations_per_day: 3, ..config() }, "").await;
    let fetched = stage.fetch(vec![account(ALMA, "1"), account(BO, "adGroups/31")]).await;
    assert!(!samples(&fetched, ALMA, Metric::Spend).is_empty());
    assert_eq!(why(&fetched, BO, Metric::Spend), Some(Absence::QuotaSpent));
    assert_eq!(fetched.partial.expect("spent").fate(), Fate::WaitUntil(at("2026-03-21T07:00:00Z")));
    let body = |code: &str, more: &str| {
        format!(
            r#"[{{"error":{{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{{"errors":[{{"errorCode":{{"quotaError":"{code}"}}{more}}}]}}]}}}}]"#
        )
    };
    let delay = r#","details":{"quotaErrorDetails":{"rateScope":"DEVELOPER","retryDelay":"7200s"}}"#;
    for (body, fate) in [
        (body("RESOURCE_EXHAUSTED", delay), Fate::WaitUntil(at("2026-03-20T16:00:00Z"))),
        (body("RESOURCE_TEMPORARILY_EXHAUSTED", ""), Fate::SlowDown(None)),
        (body("EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION", delay), Fate::SlowDown(Some(Duration::from_hours(2)))),
    ] {
        stage.sim.faults().next_for("search", Fault::Answer { status: 429, body });
        let fetched = stage.fetch(vec![account(ALMA, "1")]).await;
        assert_eq!(fetched.partial.map(|error| error.fate()), Some(fate));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_renewed_once_and_each_has_its_word() {
    let stage = stage().await;
    stage.fetch(vec![account(ALMA, "1")]).await;
    stage.sim.end_tokens();
    let fetched = stage.fetch(vec![account(ALMA, "1")]).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(fetched.units, [(OPERATIONS.to_owned(), 3)], "the question that met the ended token was asked again");
    let developer = source_of(&stage.sim, &stage.clock, "developer_token = \"CANARY\"\n");
    let request = Request { targets: vec![account(ALMA, "1")], now: stage.clock.now() };
    let error = developer.fetch(&request).await.expect("asked").partial.expect("refused");
    assert_eq!(error.to_string(), "Google Ads refused our credentials: `DEVELOPER_TOKEN_INVALID`");
    assert!(!chain(&error).contains("CANARY"));
    let address = format!("base_url = \"{0}\"\ntoken_url = \"{0}/token\"\n", stage.sim.base_url());
    let text = format!("{address}customer_id = \"55\"\ndeveloper_token = \"sim-developer\"\n{APP}");
    let other: GoogleAdsSettings = toml::from_str(&text).expect("settings");
    assert!(!format!("{other:?}").contains("sim-developer"));
    let other = build(&other, &stage.clock, Connected::new(&[("55", "1//ads")])).expect("a source");
    let error = other.fetch(&request).await.expect("asked").partial.expect("refused");
    assert_eq!(error.to_string(), "Google Ads refused our credentials: `USER_PERMISSION_DENIED`");
    let old = source_of(&stage.sim, &stage.clock, "api_version = \"v18\"\n");
    let error = old.fetch(&request).await.expect("asked").partial.expect("refused");
    assert_eq!(error.to_string(), "Google Ads did not accept the request: status 404, `no reason given`");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_is_a_typed_absence() {
    let stage = stage().await;
    let faults = stage.sim.faults();
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let broken = r#"[{"results":[]},{"error":{"code":503,"status":"UNAVAILABLE"}}]"#;
    for (fault, why_not, fate) in [
        (Fault::LoseReply, Absence::Unreachable, Fate::Retry),
        (Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        (answer(200, "{}"), Absence::Garbled, Fate::Diagnose),
        (answer(200, broken), Absence::Unreachable, Fate::Retry),
        (answer(503, ""), Absence::Unreachable, Fate::Retry),
        (answer(400, "[]"), Absence::Garbled, Fate::TellOwner),
    ] {
        let shown = format!("{fault:?}");
        faults.next_for("search", fault);
        let fetched = stage.fetch(vec![account(ALMA, "1"), account(BO, "2")]).await;
        assert_eq!((fetched.samples.len(), fetched.missing.len()), (0, 6), "{shown}");
        assert!(fetched.missing.iter().all(|one| one.why == why_not), "{shown}");
        assert_eq!(fetched.partial.map(|error| error.fate()), Some(fate), "{shown}");
    }
    // An empty answer says that there is no such campaign, never that it spent nothing.
    faults.next_for("search", answer(200, "[]"));
    assert_eq!(why(&stage.fetch(vec![account(ALMA, "1")]).await, ALMA, Metric::Spend), Some(Absence::Gone));
    assert_eq!(faults.waiting(), 0);
    let error = stage.source.fetch(&Request { targets: vec![account(ALMA, "1) OR (1")], now: stage.clock.now() }).await;
    assert!(matches!(error, Err(SourceError::BadTarget { .. })));
}
