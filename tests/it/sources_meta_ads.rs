//! The Meta Ads source against the emulated Marketing API, over real HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::ToSpan as _;
use jiff::civil::Date;
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form, Sample};
use plimsoll::http::tokens::{Accounts, TokenKeeper, TokenSet};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::meta::{AdDay, MetaConfig, MetaSim, MetaWorld, Seen};
use plimsoll::sources::meta_ads::{self, METRICS, MetaAds, MetaAdsSettings as Settings, READS};
use plimsoll::sources::{Fate, Fetched, Outside, Request, Source, SourceError, Target};
use plimsoll::time::{Clock, Driver};
use secrecy::{ExposeSecret as _, SecretString};

use super::polled::{at, target, want};

const ALMA: &str = "partnership/spring/alma";
const BO: &str = "partnership/spring/bo";
const ACCOUNT: &str = "66782684";

fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: MetaSim,
    source: MetaAds,
}

/// Campaign 10 with ad set 11 and ad 12, and campaign 20 with ad set 21 and ad 22.
fn world(zone: &str, currency: &str) -> MetaWorld {
    let world = MetaWorld::default();
    world.add_account(ACCOUNT, zone, currency);
    for (campaign, ad_set, ad) in [("10", "11", "12"), ("20", "21", "22")] {
        world.add_campaign(ACCOUNT, campaign);
        world.add_ad_set(campaign, ad_set);
        world.add_ad(ad_set, ad);
    }
    world
}

const FIXED: &str = "token = \"EAABsim\"";

async fn stage_of(config: MetaConfig, world: MetaWorld, sign_in: &str) -> Stage {
    // Monday afternoon in Stockholm, Monday morning in Los Angeles.
    let (clock, driver) = Clock::simulated(at("2026-03-02T12:20:00Z"));
    let sim = MetaSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let text = format!("base_url = \"{}\"\naccount = \"act_{ACCOUNT}\"\n{sign_in}", sim.base_url());
    let settings: Settings = toml::from_str(&text).expect("settings");
    let source = meta_ads::source(&settings, &Outside::alone(clock.clone())).expect("a source");
    Stage { clock, driver, sim, source }
}

async fn stage() -> Stage {
    stage_of(MetaConfig::default(), world("America/Los_Angeles", "USD"), FIXED).await
}

/// A day on which things were bought.
fn sold() -> AdDay {
    AdDay {
        impressions: 1_000,
        reach: 800,
        clicks: 40,
        spend_hundredths: 5_339,
        plays: 300,
        bought_after_click: 3,
        bought_after_view: 1,
        value_hundredths: Some(20_000),
    }
}

/// A day on which nobody bought, clicked or watched.
fn shown() -> AdDay {
    AdDay { impressions: 500, reach: 400, spend_hundredths: 2_000, ..AdDay::default() }
}

impl Stage {
    fn world(&self) -> &MetaWorld {
        self.sim.world()
    }

    async fn poll(&self, targets: &[Target]) -> Fetched {
        let request = Request { targets: targets.to_vec(), now: self.clock.now() };
        self.source.fetch(&request).await.expect("asked")
    }

    async fn go_to(&mut self, when: &str) {
        self.driver.run_until(at(when)).await.expect("quiet");
    }

    /// Questions for insights by day so far.
    fn day_questions(&self) -> Vec<Seen> {
        self.sim.seen().into_iter().filter(|seen| seen.field("time_increment") == "1").collect()
    }

    fn requests(&self) -> usize {
        self.sim.seen().len()
    }
}

fn of<'a>(fetched: &'a Fetched, subject: &str, metric: Metric) -> Vec<&'a Sample> {
    let mine = |sample: &&Sample| sample.series.subject.to_string() == subject && sample.series.metric == metric;
    fetched.samples.iter().filter(mine).collect()
}

/// The amounts by the day they begin on in Los Angeles.
fn days(fetched: &Fetched, subject: &str, metric: Metric) -> BTreeMap<String, i64> {
    let day = |sample: &&Sample| match sample.form {
        Form::Amount { from, .. } => {
            (from.in_tz("America/Los_Angeles").expect("a zone").date().to_string(), sample.value)
        }
        other => panic!("{other:?} is not an amount"),
    };
    of(fetched, subject, metric).iter().map(day).collect()
}

fn absent(fetched: &Fetched, subject: &str) -> BTreeMap<Metric, Absence> {
    let mine = fetched.missing.iter().filter(|missing| missing.series.subject.to_string() == subject);
    mine.map(|missing| (missing.series.metric, missing.why)).collect()
}

#[track_caller]
fn all_absent(fetched: &Fetched, subject: &str, why: Absence) {
    let absent = absent(fetched, subject);
    assert_eq!(absent, METRICS.map(|metric| (metric, why)).into_iter().collect());
    assert!(fetched.samples.iter().all(|sample| sample.series.subject.to_string() != subject));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_one_of_the_accounts_zone_and_says_each_thing_once() {
    let stage = stage().await;
    stage.world().set_day("12", day("2026-03-01"), sold());
    stage.world().set_day("12", day("2026-02-28"), shown());
    stage.world().change("12", |ad| ad.reached = 1_100);
    for ad_level in ["10", "11", "12"] {
        let stage_fetched = stage.poll(&[target(ALMA, ad_level)]).await;
        assert!(stage_fetched.partial.is_none(), "{ad_level}: {:?}", stage_fetched.partial);
        let days = |metric| days(&stage_fetched, ALMA, metric);
        assert_eq!(days(Metric::Impressions), want(&[("2026-02-28", 500), ("2026-03-01", 1_000)]), "{ad_level}");
        assert_eq!(days(Metric::Spend), want(&[("2026-02-28", 2_000), ("2026-03-01", 5_339)]));
        assert_eq!(days(Metric::Orders), want(&[("2026-02-28", 0), ("2026-03-01", 4)]), "counted once, and counted");
        assert_eq!(days(Metric::Revenue), want(&[("2026-02-28", 0), ("2026-03-01", 20_000)]));
        assert_eq!(days(Metric::Clicks), want(&[("2026-03-01", 40)]), "a number that a row does not name is not 0");
        assert_eq!(days(Metric::Views), want(&[("2026-03-01", 300)]));
        let reach = of(&stage_fetched, ALMA, Metric::Reach);
        assert_eq!(reach.len(), 1, "everybody so far, not a sum of days");
        assert_eq!((reach[0].value, reach[0].form), (1_100, Form::Total { at: stage.clock.now() }));
        assert!(absent(&stage_fetched, ALMA).is_empty());
        let spend = of(&stage_fetched, ALMA, Metric::Spend);
        let last = spend.iter().max_by_key(|sample| sample.form.observed_at()).expect("one");
        let form = Form::Amount { from: at("2026-03-01T08:00:00Z"), until: at("2026-03-02T08:00:00Z") };
        assert_eq!((last.form, last.provisional, last.currency), (form, true, "USD".parse().ok()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_a_row_is_absent_and_so_is_a_boost_without_any() {
    let stage = stage().await;
    stage.world().set_day("12", day("2026-02-27"), sold());
    stage.world().set_day("12", day("2026-03-01"), sold());
    let fetched = stage.poll(&[target(ALMA, "10"), target(BO, "20")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend), want(&[("2026-02-27", 5_339), ("2026-03-01", 5_339)]));
    all_absent(&fetched, BO, Absence::NotYet);
    assert!(fetched.partial.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_0_only_where_the_account_is_known_to_count_them() {
    let stage = stage().await;
    stage.world().set_day("12", day("2026-03-01"), shown());
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend), want(&[("2026-03-01", 2_000)]));
    for metric in [Metric::Orders, Metric::Revenue] {
        assert!(of(&fetched, ALMA, metric).is_empty());
        assert_eq!(absent(&fetched, ALMA).get(&metric), Some(&Absence::NotYet), "nobody knows if the pixel works");
    }
    // Another ad of the account, which nobody asks about, sells something.
    let mut stage = stage;
    stage.world().set_day("22", day("2026-03-01"), sold());
    stage.go_to("2026-03-03T12:00:00Z").await;
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-01", 0)]));
    assert_eq!(days(&fetched, ALMA, Metric::Revenue), want(&[("2026-03-01", 0)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_without_a_value_leave_the_days_revenue_unknown() {
    let stage = stage().await;
    stage.world().set_day("12", day("2026-03-01"), AdDay { value_hundredths: None, ..sold() });
    stage.world().set_day("22", day("2026-03-01"), sold());
    let fetched = stage.poll(&[target(ALMA, "10"), target(BO, "10"), target(BO, "20")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-01", 4)]));
    assert_eq!(absent(&fetched, ALMA).get(&Metric::Revenue), Some(&Absence::NotYet));
    assert_eq!(days(&fetched, BO, Metric::Orders), want(&[("2026-03-01", 8)]));
    assert_eq!(absent(&fetched, BO).get(&Metric::Revenue), Some(&Absence::NotYet), "a part is no sum");
}

#[tokio::test(flavor = "multi_thread")]
async fn boosts_of_a_partnership_are_added_and_one_inside_another_counts_once() {
    let stage = stage().await;
    stage.world().set_day("12", day("2026-03-01"), sold());
    stage.world().set_day("22", day("2026-03-01"), shown());
    let inside = [target(ALMA, "10"), target(ALMA, "11"), target(ALMA, "12"), target(ALMA, "22"), target(BO, "12")];
    let fetched = stage.poll(&inside).await;
    assert_eq!(days(&fetched, ALMA, Metric::Impressions), want(&[("2026-03-01", 1_500)]));
    assert_eq!(days(&fetched, ALMA, Metric::Spend), want(&[("2026-03-01", 7_339)]));
    assert_eq!(days(&fetched, BO, Metric::Impressions), want(&[("2026-03-01", 1_000)]));
    let reach = absent(&fetched, ALMA).get(&Metric::Reach).copied();
    assert_eq!(reach, Some(Absence::Hidden), "two boosts reach the same people");
    assert_eq!(days(&fetched, ALMA, Metric::Clicks), want(&[]), "one of them does not say");
}

#[tokio::test(flavor = "multi_thread")]
async fn restated_days_are_read_again_once_a_day_and_the_last_three_each_time() {
    let mut stage = stage().await;
    let old = day("2026-02-10");
    stage.world().set_day("12", old, sold());
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-02-10", 4)]));
    stage.world().set_day("12", old, AdDay { bought_after_click: 9, ..sold() });
    stage.world().set_day("12", day("2026-03-01"), sold());
    stage.go_to("2026-03-02T13:20:00Z").await;
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-01", 4)]), "the last three days");
    stage.go_to("2026-03-03T13:20:00Z").await;
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-02-10", 10), ("2026-03-01", 4)]));
    assert!(of(&fetched, ALMA, Metric::Orders).iter().all(|sample| sample.provisional));
    stage.go_to("2026-03-12T13:20:00Z").await;
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-01", 4)]), "what is settled is not read again");
    let spans: BTreeSet<String> =
        stage.day_questions().iter().map(|seen| seen.field("time_range").to_owned()).collect();
    assert!(spans.contains(r#"{"since":"2026-02-27","until":"2026-03-02"}"#), "{spans:?}");
    assert!(spans.contains(r#"{"since":"2026-02-12","until":"2026-03-12"}"#), "{spans:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_boost_is_read_whole_while_the_others_are_not() {
    let mut stage = stage().await;
    stage.world().set_day("22", day("2026-02-10"), sold());
    stage.poll(&[target(ALMA, "10")]).await;
    stage.go_to("2026-03-02T13:20:00Z").await;
    let fetched = stage.poll(&[target(ALMA, "10"), target(BO, "20")]).await;
    assert_eq!(days(&fetched, BO, Metric::Orders), want(&[("2026-02-10", 4)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_followed_by_their_cursor_and_the_token_stays_in_its_header() {
    let config = MetaConfig { page_max: 3, ..MetaConfig::default() };
    let stage = stage_of(config, world("America/Los_Angeles", "USD"), FIXED).await;
    for ago in 0..20 {
        let then = day("2026-03-02").checked_sub(ago.days()).expect("a date");
        stage.world().set_day("12", then, sold());
    }
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(days(&fetched, ALMA, Metric::Orders).len(), 20);
    let cursors: Vec<String> = stage.day_questions().iter().map(|seen| seen.field("after").to_owned()).collect();
    assert_eq!(cursors, ["", "QVFI3", "QVFI6", "QVFI9", "QVFI12", "QVFI15", "QVFI18"]);
    for seen in stage.sim.seen() {
        assert!(!format!("{seen:?}").contains("EAAB") && !seen.fields.contains_key("access_token"), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_boosts_are_asked_for_fifty_at_a_time() {
    let world = world("America/Los_Angeles", "USD");
    let ids: Vec<String> = (0..120).map(|n| format!("5{n:03}")).collect();
    for id in &ids {
        world.add_campaign(ACCOUNT, id);
        world.add_ad_set(id, &format!("6{id}"));
        world.add_ad(&format!("6{id}"), &format!("7{id}"));
        world.set_day(&format!("7{id}"), day("2026-03-01"), sold());
    }
    let stage = stage_of(MetaConfig::default(), world, FIXED).await;
    let targets: Vec<Target> = ids.iter().map(|id| target(&format!("partnership/spring/c{id}"), id)).collect();
    let fetched = stage.poll(&targets).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?}", fetched.partial);
    assert_eq!(fetched.samples.len(), 120 * METRICS.len());
    let sizes: Vec<usize> =
        stage.day_questions().iter().map(|seen| seen.field("filtering").matches("\"5").count()).collect();
    assert_eq!(sizes, [50, 50, 20]);
    let requests = u32::try_from(stage.requests()).expect("few");
    assert_eq!(fetched.units, [(READS.to_owned(), requests)]);
    assert_eq!(requests, 1 + 3 + 3 + 3, "the account; what the ids are; days; reach");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_at_once_is_asked_for_in_halves() {
    let config = MetaConfig { rows_max: 3, ..MetaConfig::default() };
    let stage = stage_of(config, world("America/Los_Angeles", "USD"), FIXED).await;
    for ago in 0..20 {
        let then = day("2026-03-02").checked_sub(ago.days()).expect("a date");
        stage.world().set_day("12", then, sold());
        stage.world().set_day("22", then, shown());
    }
    let fetched = stage.poll(&[target(ALMA, "10"), target(BO, "20")]).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(days(&fetched, ALMA, Metric::Orders).len(), 20);
    assert_eq!(days(&fetched, BO, Metric::Orders).len(), 20);
    let smaller = MetaConfig { rows_max: 0, ..MetaConfig::default() };
    let stage = stage_of(smaller, world("America/Los_Angeles", "USD"), FIXED).await;
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    all_absent(&fetched, ALMA, Absence::Unreachable);
    assert!(matches!(fetched.partial, Some(SourceError::Broken { status: 500, .. })), "less cannot be asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttle_is_waited_out_without_another_question() {
    let config = MetaConfig { points_max: 60.0, block_secs: 300, ..MetaConfig::default() };
    let mut stage = stage_of(config, world("America/Los_Angeles", "USD"), FIXED).await;
    stage.world().set_day("12", day("2026-03-01"), sold());
    stage.sim.spend_points(ACCOUNT, 60.0);
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    all_absent(&fetched, ALMA, Absence::Unreachable);
    let fate = fetched.partial.as_ref().map(SourceError::fate);
    assert_eq!(fate, Some(Fate::SlowDown(Some(Duration::from_mins(5)))));
    let asked = stage.requests();
    stage.go_to("2026-03-02T12:24:00Z").await;
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    let fate = fetched.partial.as_ref().map(SourceError::fate);
    assert_eq!(fate, Some(Fate::SlowDown(Some(Duration::from_mins(1)))), "a minute is left");
    assert_eq!((stage.requests(), fetched.units.len()), (asked, 0));
    stage.go_to("2026-03-02T12:26:00Z").await;
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-01", 4)]), "{:?}", fetched.partial);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hourly_allowance_of_insights_says_in_how_many_minutes() {
    let config = MetaConfig { insights_an_hour: 2, ..MetaConfig::default() };
    let world = MetaWorld::default();
    world.add_account(ACCOUNT, "America/Los_Angeles", "USD");
    world.add_campaign(ACCOUNT, "10");
    let stage = stage_of(config, world, FIXED).await;
    // No ad runs, so that the allowance is two an hour: days, and whether purchases are counted.
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(absent(&fetched, ALMA).get(&Metric::Reach), Some(&Absence::QuotaSpent), "a third would be too many");
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    let fate = fetched.partial.as_ref().map(SourceError::fate);
    assert_eq!(fate, Some(Fate::SlowDown(Some(Duration::from_hours(1)))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fuller_allowance_leaves_out_what_can_wait() {
    let mut stage = stage().await;
    stage.world().set_day("12", day("2026-02-10"), sold());
    stage.world().set_day("12", day("2026-03-02"), sold());
    stage.world().change("12", |ad| ad.reached = 5);
    stage.poll(&[target(ALMA, "10")]).await;
    stage.go_to("2026-03-03T12:20:00Z").await;
    stage.sim.spend_points(ACCOUNT, 7_200.0);
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-02", 4)]), "the restated days wait");
    assert_eq!(absent(&fetched, ALMA), BTreeMap::from([(Metric::Reach, Absence::QuotaSpent)]));
    assert!(fetched.partial.is_none());
    stage.go_to("2026-03-03T13:20:00Z").await;
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders).len(), 2, "an hour later there is room");
    assert_eq!(of(&fetched, ALMA, Metric::Reach).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_mid_poll_leaves_what_was_read() {
    let stage = stage().await;
    stage.world().set_day("12", day("2026-03-01"), sold());
    stage.world().set_day("22", day("2026-03-01"), sold());
    let ended = r#"{"error":{"message":"Session has expired","type":"OAuthException","code":190,"error_subcode":463}}"#;
    // The campaign's days are read; the ad's are not.
    let read = r#"{"data":[{"campaign_id":"10","date_start":"2026-03-01","date_stop":"2026-03-01","spend":"1.50"}]}"#;
    stage.sim.faults().next_for("insights", Fault::Answer { status: 200, body: read.to_owned() });
    stage.sim.faults().next_for("insights", Fault::Answer { status: 400, body: ended.to_owned() });
    let fetched = stage.poll(&[target(ALMA, "10"), target(BO, "22")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend), want(&[("2026-03-01", 150)]));
    assert_eq!(
        absent(&fetched, ALMA).get(&Metric::Orders),
        Some(&Absence::Unauthorized),
        "nobody could ask if they count"
    );
    all_absent(&fetched, BO, Absence::Unauthorized);
    let error = fetched.partial.expect("said");
    assert_eq!(error.to_string(), "Meta Ads refused our credentials: `code 190, subcode 463`");
    assert_eq!(error.fate(), Fate::TellOwner);
    stage.sim.expire_tokens();
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    all_absent(&fetched, ALMA, Absence::Unauthorized);
}

/// One account that somebody connected.
#[derive(Debug, Clone)]
struct Kept(Arc<Mutex<TokenSet>>);

#[async_trait]
impl TokenKeeper for Kept {
    async fn load(&self) -> io::Result<TokenSet> {
        Ok(self.0.lock().expect("kept").clone())
    }

    async fn keep(&self, tokens: &TokenSet) -> io::Result<()> {
        *self.0.lock().expect("kept") = tokens.clone();
        Ok(())
    }
}

#[async_trait]
impl Accounts for Kept {
    async fn keeper(&self, account: &str) -> io::Result<Option<Arc<dyn TokenKeeper>>> {
        Ok((account == "act_66782684").then(|| Arc::new(self.clone()) as Arc<dyn TokenKeeper>))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_a_connected_account_is_exchanged_and_kept() {
    let app = "client_id = \"sim-app\"\nclient_secret = \"sim-secret\"";
    let stage = stage_of(MetaConfig::default(), world("America/Los_Angeles", "USD"), app).await;
    stage.world().set_day("12", day("2026-03-01"), sold());
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    all_absent(&fetched, ALMA, Absence::Unauthorized);
    assert_eq!(fetched.units, [], "without a token nothing is asked");

    let access = Some(SecretString::from("EAABsim".to_owned()));
    let access_until = Some(stage.clock.now() + jiff::SignedDuration::from_secs(30));
    let kept = Kept(Arc::new(Mutex::new(TokenSet { access, access_until, ..TokenSet::default() })));
    let text = format!("base_url = \"{}\"\naccount = \"act_{ACCOUNT}\"\n{app}", stage.sim.base_url());
    let settings: Settings = toml::from_str(&text).expect("settings");
    let outside = Outside { clock: stage.clock.clone(), accounts: Arc::new(kept.clone()) };
    let source = meta_ads::source(&settings, &outside).expect("a source");
    let request = Request { targets: vec![target(ALMA, "10")], now: stage.clock.now() };
    let fetched = source.fetch(&request).await.expect("asked");
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-01", 4)]), "{:?}", fetched.partial);
    let access = kept.0.lock().expect("kept").access.clone().expect("one");
    assert_eq!(access.expose_secret(), "EAABlong1", "the longer one is kept before it is used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_ref_is_that_boosts_trouble_alone() {
    let stage = stage().await;
    stage.world().set_day("12", day("2026-03-01"), sold());
    let targets = [target(ALMA, "10"), target(BO, "https://facebook.com/ads"), target("partnership/spring/cy", "777")];
    let fetched = stage.poll(&targets).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-01", 4)]));
    all_absent(&fetched, BO, Absence::Garbled);
    all_absent(&fetched, "partnership/spring/cy", Absence::Gone);
    let want = "`https://facebook.com/ads` cannot be asked of Meta Ads: a campaign, ad set or ad has an id of digits";
    assert_eq!(fetched.partial.expect("said").to_string(), want);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_boost_keeps_its_numbers_and_a_deleted_one_is_gone() {
    let stage = stage().await;
    stage.world().set_day("12", day("2026-03-01"), sold());
    stage.world().set_day("22", day("2026-03-01"), sold());
    stage.world().change("12", |ad| ad.status = "ARCHIVED".to_owned());
    stage.world().change("22", |ad| ad.status = "DELETED".to_owned());
    let fetched = stage.poll(&[target(ALMA, "12"), target(BO, "22")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-01", 4)]));
    all_absent(&fetched, BO, Absence::Gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_currencies_and_short_days_come_out_exactly() {
    let (mut world_day, zone) = (sold(), "Europe/Stockholm");
    world_day.spend_hundredths = 533_900;
    let world = world(zone, "JPY");
    // The clocks go forward on this day.
    world.set_day("12", day("2026-03-29"), world_day);
    let mut stage = stage_of(MetaConfig::default(), world, FIXED).await;
    stage.go_to("2026-03-30T12:00:00Z").await;
    let fetched = stage.poll(&[target(ALMA, "12")]).await;
    let spend = of(&fetched, ALMA, Metric::Spend);
    assert_eq!(spend.len(), 1);
    assert_eq!((spend[0].value, spend[0].currency), (5_339, "JPY".parse().ok()));
    let form = Form::Amount { from: at("2026-03-28T23:00:00Z"), until: at("2026-03-29T22:00:00Z") };
    assert_eq!(spend[0].form, form, "23 hours");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_leaves_each_series_with_its_reason() {
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let transient = r#"{"error":{"message":"x","code":2,"is_transient":true}}"#;
    let endless = r#"{"data":[],"paging":{"next":"http://x/?access_token=EAABsim"}}"#;
    let other = r#"{"data":[{"campaign_id":"999","date_start":"2026-03-01","date_stop":"2026-03-01"}]}"#;
    let later = r#"{"data":[{"campaign_id":"10","date_start":"2027-03-01","date_stop":"2027-03-01"}]}"#;
    for (fault, why, fate) in [
        (answer(500, transient), Absence::Unreachable, Fate::Retry),
        (answer(502, "<html>"), Absence::Unreachable, Fate::Retry),
        (answer(403, r#"{"error":{"code":200}}"#), Absence::Unauthorized, Fate::TellOwner),
        (answer(400, r#"{"error":{"code":100}}"#), Absence::Garbled, Fate::TellOwner),
        (answer(200, "[]"), Absence::Garbled, Fate::Diagnose),
        (answer(200, r#"{"data":{}}"#), Absence::Garbled, Fate::Diagnose),
        (answer(200, endless), Absence::Garbled, Fate::Diagnose),
        (answer(200, other), Absence::Garbled, Fate::Diagnose),
        (answer(200, later), Absence::Garbled, Fate::Diagnose),
        (Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        (Fault::LoseReply, Absence::Unreachable, Fate::Retry),
    ] {
        let stage = stage().await;
        stage.world().set_day("12", day("2026-03-01"), sold());
        let name = format!("{fault:?}");
        stage.sim.faults().next_for("insights", fault);
        let fetched = stage.poll(&[target(ALMA, "10")]).await;
        all_absent(&fetched, ALMA, why);
        let error = fetched.partial.expect("said");
        assert_eq!(error.fate(), fate, "{name}: {error}");
        assert!(!format!("{error:?}").contains("EAABsim"), "{name}: {error:?}");
        let fetched = stage.poll(&[target(ALMA, "10")]).await;
        assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-01", 4)]), "{name}: the next poll");
    }
    let stage = stage().await;
    stage.sim.faults().down(true);
    all_absent(&stage.poll(&[target(ALMA, "10")]).await, ALMA, Absence::Unreachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_nobody_knows_are_ignored_and_a_broken_number_spoils_only_itself() {
    let stage = stage().await;
    let body = r#"{"data":[{"campaign_id":"10","date_start":"2026-03-01","date_stop":"2026-03-01","new_field":{"x":[1]},
        "impressions":"lots","spend":"1.50","account_currency":"USD"}],"summary":{}}"#;
    stage.sim.faults().next_for("insights", Fault::Answer { status: 200, body: body.to_owned() });
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    assert_eq!(days(&fetched, ALMA, Metric::Spend), want(&[("2026-03-01", 150)]));
    assert_eq!(absent(&fetched, ALMA).get(&Metric::Impressions), Some(&Absence::Garbled));
    let error = fetched.partial.expect("said").to_string();
    let want = "the answer of Meta Ads cannot be understood at `data[0].impressions`: expected a count of 0 or more";
    assert_eq!(error, want);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_waited_for() {
    let mut stage = stage().await;
    stage.world().set_day("12", day("2026-03-01"), sold());
    stage.sim.faults().next_for("insights", Fault::Hang(jiff::SignedDuration::from_secs(20)));
    let request = Request { targets: vec![target(ALMA, "10")], now: stage.clock.now() };
    let Stage { clock, driver, sim, source } = &mut stage;
    let source = std::mem::replace(source, other_source(sim, clock));
    let task = clock.spawn("poll", |held| async move {
        let fetched = source.fetch(&request).await;
        drop(held);
        fetched
    });
    driver.run_for(jiff::SignedDuration::from_mins(1)).await.expect("quiet");
    let fetched = task.await.expect("ends").expect("asked");
    assert_eq!(days(&fetched, ALMA, Metric::Orders), want(&[("2026-03-01", 4)]));
}

fn other_source(sim: &MetaSim, clock: &Clock) -> MetaAds {
    let text = format!("base_url = \"{}\"\naccount = \"act_{ACCOUNT}\"\n{FIXED}", sim.base_url());
    let settings: Settings = toml::from_str(&text).expect("settings");
    meta_ads::source(&settings, &Outside::alone(clock.clone())).expect("a source")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_version_is_refused_and_said_so() {
    let stage =
        stage_of(MetaConfig::default(), world("UTC", "USD"), "token = \"EAABsim\"\napi_version = \"v1.0\"").await;
    let fetched = stage.poll(&[target(ALMA, "10")]).await;
    all_absent(&fetched, ALMA, Absence::Garbled);
    let want = "Meta Ads did not accept the request: status 400, `code 2635, trace AQsimTrace1`";
    assert_eq!(fetched.partial.expect("said").to_string(), want);
}
