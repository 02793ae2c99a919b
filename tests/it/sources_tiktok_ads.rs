//! The `TikTok` Ads source against the emulated API for Business, over real HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::tiktok_ads::{AdsWorld, DayNow, Level, Status, Thing, TiktokAdsConfig as SimConfig, TiktokAdsSim};
use plimsoll::sources::tiktok_ads::{self, CALLS, TiktokAds, TiktokAdsSettings};
use plimsoll::sources::{Fate, Fetched, Request, Settings as _, Source, SourceError, Target};
use plimsoll::time::{Clock, Driver};

use super::polled::{self, failure, reasons, target, want};

const ADVERTISER: &str = "7000000000000000001";
const REEL: &str = "1852272277112002";
const OTHER: &str = "1852272277112003";
const ALMA: &str = "partnership/spring/alma";
const BO: &str = "partnership/spring/bo";

/// 15:00 in Los Angeles on 14 August.
fn start() -> Timestamp {
    "2026-08-14T22:00:00Z".parse().expect("an instant")
}

const TODAY: Date = date(2026, 8, 14);

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: TiktokAdsSim,
    settings: TiktokAdsSettings,
    source: Arc<TiktokAds>,
}

async fn stage_with(config: SimConfig, more: &str) -> Stage {
    let (clock, driver) = Clock::simulated(start());
    let world = AdsWorld::new(ADVERTISER, "USD".parse().expect("a currency"), "America/Los_Angeles");
    for id in [REEL, OTHER] {
        world.add(Level::Campaign, id, Thing::running(None));
    }
    let sim = TiktokAdsSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let url = sim.base_url();
    let token = if more.contains("token") { "" } else { "token = \"sim-token\"" };
    let text = format!("base_url = \"{url}\"\nadvertiser_id = \"{ADVERTISER}\"\n{token}\n{more}\n");
    let settings: TiktokAdsSettings = toml::from_str(&text).expect("settings");
    let source = Arc::new(tiktok_ads::source(&settings, &clock).expect("a source"));
    Stage { clock, driver, sim, settings, source }
}

async fn stage() -> Stage {
    stage_with(SimConfig::default(), "orders = true").await
}

fn day(spend: i64) -> DayNow {
    DayNow { spend, impressions: spend * 4, clicks: spend / 10, purchases: Some(3), value: 10_000 }
}

fn ago(days: i64) -> Date {
    TODAY.checked_sub(days.days()).expect("a day")
}

impl Stage {
    fn world(&self) -> &AdsWorld {
        self.sim.world()
    }

    fn spend(&self, id: &str, days_ago: i64, minor: i64) {
        self.world().set_day(Level::Campaign, id, ago(days_ago), Some(day(minor)));
    }

    /// Polls while simulated time may move.
    async fn poll(&mut self, targets: Vec<Target>) -> Fetched {
        let request = Request { targets, now: self.clock.now() };
        polled::poll(&self.source, request, (&self.clock, &mut self.driver), 60).await
    }

    async fn go(&mut self, days: i64) {
        self.driver.run_for(SignedDuration::from_hours(24 * days)).await.expect("quiet");
    }

    fn reports(&self) -> Vec<(String, String)> {
        let reports = self.sim.seen().into_iter().filter(|seen| seen.path == "report/integrated/get/");
        let word = |seen: &plimsoll::sim::tiktok_ads::Seen, name| seen.get(name).unwrap_or_default().to_owned();
        reports.map(|seen| (word(&seen, "start_date"), word(&seen, "end_date"))).collect()
    }
}

/// The amounts of a series, by the day in Los Angeles.
fn days(fetched: &Fetched, of: &str, metric: Metric) -> BTreeMap<String, i64> {
    let zone = jiff::tz::TimeZone::get("America/Los_Angeles").expect("a zone");
    let of = fetched.samples.iter().filter(|one| one.series.subject.to_string() == of && one.series.metric == metric);
    of.map(|sample| match sample.form {
        Form::Amount { from, until } => {
            let (from, until) = (from.to_zoned(zone.clone()), until.to_zoned(zone.clone()));
            assert_eq!(from.date().tomorrow().expect("a day"), until.date(), "a whole day");
            assert_eq!((from.hour(), until.hour()), (0, 0), "from midnight to midnight");
            (from.strftime("%m-%d").to_string(), sample.value)
        }
        other => panic!("{other:?} is not an amount"),
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn days_are_the_advertisers_and_money_is_exact() {
    let mut stage = stage().await;
    stage.spend(REEL, 0, 1_234);
    stage.spend(REEL, 1, 12_345);
    stage.spend(REEL, 2, 700);
    stage.spend(REEL, 3, 500);
    let fetched = stage.poll(vec![target(ALMA, REEL), target(ALMA, REEL)]).await;
    assert_eq!((failure(&fetched).as_str(), fetched.missing.len()), ("", 0));
    let spend = days(&fetched, ALMA, Metric::Spend);
    assert_eq!(spend.get("08-14"), Some(&1_234), "the same target twice is answered once");
    assert_eq!((spend.get("08-13"), spend.get("08-11")), (Some(&12_345), Some(&500)));
    assert_eq!(days(&fetched, ALMA, Metric::Clicks).get("08-13"), Some(&1_234));
    // Three purchases of 100.00 together: the value of one is told as 33.33, and three of those are not 100.00.
    assert_eq!(days(&fetched, ALMA, Metric::Revenue).get("08-13"), Some(&10_000));
    assert_eq!(days(&fetched, ALMA, Metric::Orders).get("08-13"), Some(&3), "not the family of apps, which reads 0");
    let money = fetched.samples.iter().filter(|one| one.currency.is_some());
    assert!(money.clone().all(|one| matches!(one.series.metric, Metric::Spend | Metric::Revenue)));
    assert!(money.clone().all(|one| one.currency.is_some_and(|currency| currency.code() == "USD")));
    assert!(fetched.samples.iter().all(|one| one.series.metric != Metric::Reach), "days of reach do not add up");
    let open: BTreeSet<String> =
        fetched.samples.iter().filter(|one| one.provisional).map(|one| one.form.observed_at().to_string()).collect();
    let ends = ["2026-08-13T07:00:00Z", "2026-08-14T07:00:00Z", "2026-08-15T07:00:00Z"];
    assert_eq!(open, ends.map(str::to_owned).into(), "48 hours after its end a day is settled");
    let seen = stage.sim.seen();
    let filter = seen.iter().find_map(|seen| seen.get("filtering")).expect("a filter");
    let text = r#"[{"field_name":"campaign_ids","filter_type":"IN","filter_value":"[\"1852272277112002\"]"}]"#;
    assert_eq!(filter, text, "JSON in JSON");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restated_day_is_read_again_for_a_week_and_a_gap_is_read_in_full() {
    let mut stage = stage().await;
    for back in 0..30 {
        stage.spend(REEL, back, 1_000);
    }
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend).len(), 30);
    stage.spend(REEL, 7, 1_700);
    stage.spend(REEL, 8, 1_800);
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    let spend = days(&fetched, ALMA, Metric::Spend);
    assert_eq!((spend.len(), spend.get("08-07"), spend.get("08-06")), (8, Some(&1_700), None));
    stage.go(10).await;
    stage.poll(vec![target(ALMA, REEL), target(BO, OTHER)]).await;
    let reports = stage.reports();
    let span = |from: &str, until: &str| (from.to_owned(), until.to_owned());
    assert_eq!(reports[0], span("2026-07-16", "2026-08-14"), "thirty days");
    assert_eq!(reports[1], span("2026-08-07", "2026-08-14"), "eight");
    let last: BTreeSet<_> = reports[2..].iter().cloned().collect();
    assert_eq!(last, BTreeSet::from([span("2026-08-07", "2026-08-24"), span("2026-07-26", "2026-08-24")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_spans_take_several_questions_and_many_rows_several_pages() {
    let mut stage = stage_with(SimConfig { per_second: 100, ..SimConfig::default() }, "back = \"65d\"").await;
    let ids: Vec<String> = (0..40).map(|number| format!("18522722771120{number:02}")).collect();
    for id in &ids {
        stage.world().add(Level::Campaign, id, Thing::running(None));
        for back in 0..65 {
            stage.spend(id, back, 1_000 + back);
        }
    }
    let targets: Vec<Target> = ids.iter().map(|id| target(&format!("partnership/spring/c{id}"), id)).collect();
    let fetched = stage.poll(targets).await;
    assert_eq!((failure(&fetched).as_str(), fetched.missing.len()), ("", 0));
    assert_eq!(fetched.samples.len(), 40 * 65 * 3);
    assert_eq!(stage.reports().len(), 2 + 2 + 1, "30 + 30 + 5 days of 40 campaigns, a thousand rows a page");
    let pages: Vec<String> =
        stage.sim.seen().iter().filter_map(|seen| seen.get("page_size").map(str::to_owned)).collect();
    assert!(pages.iter().all(|size| size == "1000"), "{pages:?}");
    assert_eq!(fetched.units, [(CALLS.to_owned(), 6)], "and one for the zone and the currency");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_report_says_nothing() {
    let mut stage = stage_with(SimConfig::default(), "back = \"60d\"").await;
    stage.spend(REEL, 0, 1_000);
    stage.spend(REEL, 40, 1_000);
    stage.sim.faults().next_for("report", Fault::Hang(SignedDuration::ZERO));
    stage.sim.faults().next_for("report", Fault::LoseReply);
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    assert_eq!((fetched.samples.len(), fetched.missing.len()), (0, 3));
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unreachable]));
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    let spend = days(&fetched, ALMA, Metric::Spend);
    assert_eq!((spend.get("07-05"), spend.get("08-14")), (Some(&1_000), Some(&1_000)), "what was owed is read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_a_row_is_zero_only_where_it_is_known_to_be() {
    let mut stage = stage_with(SimConfig { per_second: 100, ..SimConfig::default() }, "back = \"6d\"").await;
    stage.spend(REEL, 5, 1_000);
    stage.spend(REEL, 3, 1_000);
    // It runs, and its last days have no row: they may still come.
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend), want(&[("08-09", 1_000), ("08-10", 0), ("08-11", 1_000)]));
    // It is off: nothing comes any more.
    stage.world().change(Level::Campaign, REEL, |thing| thing.status = Status::Disable);
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    let spend = days(&fetched, ALMA, Metric::Spend);
    let last: Vec<_> = ["08-12", "08-13", "08-14"].iter().map(|day| spend.get(*day).copied()).collect();
    assert_eq!(last, [Some(0); 3]);
    let open = fetched.samples.iter().filter(|one| one.provisional && one.series.metric == Metric::Spend).count();
    assert_eq!(open, 3, "and still provisional");
    // Nothing was ever delivered: while it runs nobody knows, while a review keeps it back it is nothing.
    let fetched = stage.poll(vec![target(BO, OTHER)]).await;
    assert_eq!((fetched.samples.len(), reasons(&fetched)), (0, BTreeSet::from([Absence::NotYet])));
    stage.world().change(Level::Campaign, OTHER, |thing| thing.secondary = "CAMPAIGN_STATUS_AUDIT");
    let fetched = stage.poll(vec![target(BO, OTHER)]).await;
    assert_eq!(fetched.missing.len(), 0);
    assert!(fetched.samples.iter().all(|one| one.value == 0) && !fetched.samples.is_empty());
    // What is not there any more is gone, and what it did before stays told.
    let fetched = stage.poll(vec![target(BO, "1852272277119999")]).await;
    assert_eq!((fetched.samples.len(), reasons(&fetched)), (0, BTreeSet::from([Absence::Gone])));
    stage.world().change(Level::Campaign, REEL, |thing| thing.status = Status::Delete);
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    assert_eq!((days(&fetched, ALMA, Metric::Spend).get("08-11"), fetched.missing.len()), (Some(&1_000), 0));
    // Where the state cannot be learned nothing is taken for a zero.
    stage.world().change(Level::Campaign, REEL, |thing| thing.status = Status::Disable);
    stage.sim.faults().next_for("get", Fault::LoseReply);
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend).get("08-14"), None);
    assert_eq!(failure(&fetched), "could not reach TikTok Ads");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dash_is_no_number() {
    let mut stage = stage().await;
    for back in 0..30 {
        stage.world().set_day(Level::Campaign, REEL, ago(back), Some(DayNow { purchases: None, ..day(1_000) }));
    }
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend).len(), 30);
    let absent: BTreeSet<(Metric, Absence)> = fetched.missing.iter().map(|one| (one.series.metric, one.why)).collect();
    let not_yet = |metric| (metric, Absence::NotYet);
    assert_eq!(absent, BTreeSet::from([not_yet(Metric::Orders), not_yet(Metric::Revenue)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_cannot_be_understood_is_owed_until_it_can() {
    let mut stage = stage_with(SimConfig::default(), "").await;
    for back in 0..30 {
        stage.spend(REEL, back, 1_000);
    }
    let row = |spend: &str| {
        let metrics = format!(r#"{{"spend":"{spend}","impressions":"5","clicks":"1"}}"#);
        let dimensions = format!(r#"{{"campaign_id":"{REEL}","stat_time_day":"2026-07-20"}}"#);
        format!(r#"{{"dimensions":{dimensions},"metrics":{metrics}}}"#)
    };
    let list = row("12.345");
    let body = format!(r#"{{"code":0,"data":{{"list":[{list}],"page_info":{{"total_page":1}}}}}}"#);
    stage.sim.faults().next_for("report", Fault::Answer { status: 200, body });
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    let absent: Vec<_> = fetched.missing.iter().map(|one| (one.series.metric, one.why)).collect();
    assert_eq!(absent, [(Metric::Spend, Absence::Garbled)], "the other numbers of the row are told");
    let text = "the answer of TikTok Ads cannot be understood at `data.list[0].metrics.spend`: expected an amount of money \
                of 0 or more";
    assert_eq!(failure(&fetched), text);
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend).len(), 30, "all thirty days are read again");
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_are_told_only_where_they_are_wanted() {
    let mut stage = stage_with(SimConfig::default(), "").await;
    stage.spend(REEL, 0, 1_000);
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    let metrics: BTreeSet<Metric> = fetched.samples.iter().map(|one| one.series.metric).collect();
    let want = [Metric::Spend, Metric::Impressions, Metric::Clicks];
    assert_eq!((metrics, stage.settings.metrics()), (want.into(), want.to_vec()));
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_is_waited_for_and_then_told() {
    let mut stage = stage_with(SimConfig { per_second: 1, ..SimConfig::default() }, "").await;
    for back in 0..30 {
        stage.spend(REEL, back, 1_000);
    }
    let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
    assert_eq!((failure(&fetched).as_str(), stage.sim.throttled()), ("", 1));
    for code in [40_100, 40_016, 40_132, 40_133] {
        let before = stage.sim.requests();
        for _ in 0..5 {
            let body = format!(r#"{{"code":{code},"message":"Too many requests","data":{{}}}}"#);
            stage.sim.faults().next_for("report", Fault::Answer { status: 200, body });
        }
        let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
        assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unreachable]), "{code}");
        assert_eq!(fetched.partial.map(|error| error.fate()), Some(Fate::SlowDown(None)), "{code}");
        assert_eq!((stage.sim.requests() - before, stage.sim.faults().waiting()), (5, 0), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_stops_the_round_and_is_shown_nowhere() {
    let mut stage = stage_with(SimConfig::default(), "token = \"CANARY\"").await;
    let targets = vec![target(ALMA, REEL), target(BO, &format!("adgroup:{OTHER}"))];
    let fetched = stage.poll(targets.clone()).await;
    assert_eq!((stage.sim.requests(), fetched.missing.len()), (1, 6));
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unauthorized]));
    let error = fetched.partial.expect("told");
    assert_eq!(error.to_string(), "TikTok Ads refused our credentials: `40105`");
    assert!(!format!("{error:?} {:?} {:?}", stage.source, stage.settings).contains("CANARY"));

    let mut stage = self::stage().await;
    stage.spend(REEL, 0, 1_000);
    assert_eq!(failure(&stage.poll(vec![target(ALMA, REEL)]).await), "");
    stage.sim.revoke();
    let fetched = stage.poll(targets).await;
    assert_eq!(failure(&fetched), "TikTok Ads refused our credentials: `40105`", "taken back in mid-life");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_is_a_typed_absence() {
    let mut stage = stage().await;
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let no_rows = r#"{"code":0,"data":{"page_info":{"total_page":1}}}"#;
    let endless = r#"{"code":0,"data":{"list":[],"page_info":{"total_page":9999}}}"#;
    for (kind, fault, why, fate) in [
        ("info", answer(200, r#"{"code":0,"data":{"list":[]}}"#), Absence::Garbled, Fate::Diagnose),
        ("info", Fault::LoseReply, Absence::Unreachable, Fate::Retry),
        ("report", Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        ("report", answer(200, "{}"), Absence::Garbled, Fate::Diagnose),
        ("report", answer(200, no_rows), Absence::Garbled, Fate::Diagnose),
        ("report", answer(200, endless), Absence::Garbled, Fate::Diagnose),
        ("report", answer(503, "busy"), Absence::Unreachable, Fate::Retry),
        ("report", answer(200, r#"{"code":50002}"#), Absence::Unreachable, Fate::Retry),
        ("report", answer(200, r#"{"code":40002}"#), Absence::Garbled, Fate::TellOwner),
        ("report", answer(200, r#"{"code":40001}"#), Absence::Unauthorized, Fate::TellOwner),
    ] {
        let shown = format!("{fault:?}");
        stage.sim.faults().next_for(kind, fault);
        let fetched = stage.poll(vec![target(ALMA, REEL)]).await;
        assert_eq!((fetched.samples.len(), fetched.missing.len()), (0, 5), "{shown}");
        assert_eq!(reasons(&fetched), BTreeSet::from([why]), "{shown}");
        assert_eq!(fetched.partial.map(|error| error.fate()), Some(fate), "{shown}");
    }
    assert_eq!(stage.sim.faults().waiting(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boost_names_its_object_and_each_level_has_its_own_report() {
    let mut stage = stage_with(SimConfig::default(), "refs = \"adgroup\"\nback = \"1d\"").await;
    let (group, ad) = ("1714125049901106", "1714125049901107");
    stage.world().add(Level::AdGroup, group, Thing::running(Some(REEL)));
    stage.world().add(Level::Ad, ad, Thing::running(Some(group)));
    stage.spend(REEL, 0, 3_000);
    stage.world().set_day(Level::AdGroup, group, TODAY, Some(day(2_000)));
    stage.world().set_day(Level::Ad, ad, TODAY, Some(day(1_000)));
    let campaign = format!("campaign:{REEL}");
    let ad = format!("ad:{ad}");
    let fetched =
        stage.poll(vec![target(ALMA, &campaign), target(BO, group), target("partnership/spring/cleo", &ad)]).await;
    let spend = |of| days(&fetched, of, Metric::Spend).get("08-14").copied();
    assert_eq!((spend(ALMA), spend(BO), spend("partnership/spring/cleo")), (Some(3_000), Some(2_000), Some(1_000)));
    for wrong in ["set:1", "alma", "campaign:", "1852272277112002\"]"] {
        let request = Request { targets: vec![target(ALMA, wrong)], now: stage.clock.now() };
        let error = stage.source.fetch(&request).await.expect_err(wrong);
        assert!(matches!(error, SourceError::BadTarget { .. }), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_is_what_is_asked() {
    let mut stage = stage_with(SimConfig { per_second: 100, ..SimConfig::default() }, "").await;
    let ids: Vec<String> = (0..130).map(|number| format!("1852272277112{number:03}")).collect();
    for id in &ids {
        stage.world().add(Level::Campaign, id, Thing::running(None));
        for back in 0..30 {
            stage.spend(id, back, 1_000);
        }
    }
    let targets: Vec<Target> = ids.iter().map(|id| target(&format!("partnership/spring/c{id}"), id)).collect();
    stage.poll(targets.clone()).await;
    let before = stage.sim.requests();
    let fetched = stage.poll(targets.clone()).await;
    let planned = stage.settings.cost(&Request { targets, now: stage.clock.now() });
    assert_eq!((planned.as_slice(), &fetched.units), (fetched.units.as_slice(), &vec![(CALLS.to_owned(), 2)]));
    assert_eq!(stage.sim.requests() - before, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_work_are_said() {
    let check = |text: &str, want: &str| {
        let settings: TiktokAdsSettings = toml::from_str(text).expect("settings");
        let (clock, _driver) = Clock::simulated(start());
        let error = tiktok_ads::source(&settings, &clock).expect_err("wrong").to_string();
        assert!(error.starts_with(want), "{error}");
    };
    check("token = \"x\"", "`` does not work as `advertiser_id`");
    check("advertiser_id = \"12\"", "`` does not work as `token_file`");
    check("advertiser_id = \"12\"\ntoken = \"x\"\nrefs = \"set\"", "`set` does not work as `refs`");
    check("advertiser_id = \"12\"\ntoken = \"x\"\nback = \"1h\"", "`1h` does not work as `back`");
}

/// An advertiser's token, as somebody connected it.
#[derive(Debug)]
struct Kept;

#[async_trait::async_trait]
impl plimsoll::http::tokens::TokenKeeper for Kept {
    async fn load(&self) -> std::io::Result<plimsoll::http::tokens::TokenSet> {
        let access = Some(secrecy::SecretString::from("sim-token".to_owned()));
        Ok(plimsoll::http::tokens::TokenSet { access, ..Default::default() })
    }

    async fn keep(&self, _: &plimsoll::http::tokens::TokenSet) -> std::io::Result<()> {
        Ok(())
    }
}

/// The accounts that people have connected: this advertiser, or nobody.
#[derive(Debug)]
struct Vault(bool);

#[async_trait::async_trait]
impl plimsoll::http::tokens::Accounts for Vault {
    async fn keeper(&self, account: &str) -> std::io::Result<Option<Arc<dyn plimsoll::http::tokens::TokenKeeper>>> {
        Ok((self.0 && account == ADVERTISER).then(|| Arc::new(Kept) as _))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_and_acting_use_the_token_of_whoever_connected_the_advertiser() {
    for connected in [true, false] {
        let (clock, mut driver) = Clock::simulated(start());
        let world = AdsWorld::new(ADVERTISER, "USD".parse().expect("a currency"), "America/Los_Angeles");
        world.add(Level::Campaign, REEL, Thing::running(None));
        let sim = TiktokAdsSim::start(&clock, SimConfig::default(), Arc::new(world)).await.expect("a free port");
        let text = format!(
            "base_url = \"{}\"\nadvertiser_id = \"{ADVERTISER}\"\nclient_id = \"app\"\nclient_secret = \"secret\"\n",
            sim.base_url()
        );
        let settings: TiktokAdsSettings = toml::from_str(&text).expect("settings");
        // Made before the program says where accounts are kept, as hands are.
        let client = tiktok_ads::client(&settings).expect("a client");
        let outside = plimsoll::sources::Outside { clock: clock.clone(), accounts: Arc::new(Vault(connected)) };
        let source = settings.clone().build(&outside).expect("a source");
        let request = Request { targets: vec![target(ALMA, REEL)], now: clock.now() };
        let hand =
            plimsoll::actions::tiktok_ads::TiktokAdsHand::new(client, tiktok_ads::level(&settings).expect("a level"));
        let now = clock.now();
        let task = clock.spawn("ask", |held| async move {
            let fetched = source.fetch(&request).await;
            let state = plimsoll::actions::Hand::read(&hand, REEL, now).await;
            drop(held);
            (fetched, state)
        });
        driver.run_for(SignedDuration::from_secs(120)).await.expect("quiet");
        let (fetched, state) = task.await.expect("ends");
        assert_eq!(state.is_ok(), connected, "{state:?}");
        if !connected {
            let fetched = fetched.expect("an answer");
            assert!(fetched.samples.is_empty(), "{fetched:?}");
            assert!(matches!(fetched.partial, Some(SourceError::Unauthorized { .. })), "{fetched:?}");
        }
    }
}
