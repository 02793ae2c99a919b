//! Pausing, resuming and budgets of campaigns and ad groups at the emulated `TikTok`, over real HTTP.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use plimsoll::actions::tiktok_ads::TiktokAdsHand;
use plimsoll::actions::webhook::{Fate, SetState};
use plimsoll::actions::{ActionError, Hand};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::tiktok_ads::{
    AdsWorld, Automation, DayNow, Level, Mode, Status, Thing, TiktokAdsConfig as SimConfig, TiktokAdsSim,
};
use plimsoll::sources::tiktok_ads::{self, TiktokAdsSettings};
use plimsoll::time::Clock;

const ADVERTISER: &str = "7000000000000000001";
const CAMPAIGN: &str = "100001";
const SMART: &str = "100002";
const OLD_SMART: &str = "100003";
const DAILY: &str = "100004";
const SPREADING: &str = "100005";
const GROUP: &str = "adgroup:200001";
const SMART_GROUP: &str = "adgroup:200002";
const SPREAD_GROUP: &str = "adgroup:200005";

struct Stage {
    clock: Clock,
    sim: TiktokAdsSim,
    hand: TiktokAdsHand,
}

fn world() -> AdsWorld {
    let world = AdsWorld::new(ADVERTISER, "EUR".parse().expect("a currency"), "Europe/Stockholm");
    let total = |above| Thing::running(above).with_budget(Mode::Total, 600_000);
    world.add(Level::Campaign, CAMPAIGN, total(None));
    world.add(Level::Campaign, SMART, Thing { automation: Automation::Upgraded, ..total(None) });
    world.add(Level::Campaign, OLD_SMART, Thing { automation: Automation::Legacy, ..total(None) });
    world.add(Level::Campaign, DAILY, Thing::running(None).with_budget(Mode::Day, 10_000));
    world.add(Level::Campaign, SPREADING, Thing { spreads: true, ..total(None) });
    world.add(Level::AdGroup, "200001", total(Some(CAMPAIGN)));
    world.add(Level::AdGroup, "200002", total(Some(SMART)));
    world.add(Level::AdGroup, "200005", Thing::running(Some(SPREADING)));
    world.add(Level::Ad, "300001", Thing::running(Some("200001")));
    world
}

async fn stage_as(token: &str) -> Stage {
    let start: Timestamp = "2026-08-14T12:00:00Z".parse().expect("an instant");
    let (clock, _driver) = Clock::simulated(start);
    let config = SimConfig { per_second: 1_000, ..SimConfig::default() };
    let sim = TiktokAdsSim::start(&clock, config, Arc::new(world())).await.expect("a free port");
    let url = sim.base_url();
    let text = format!("base_url = \"{url}\"\nadvertiser_id = \"{ADVERTISER}\"\ntoken = \"{token}\"\n");
    let settings: TiktokAdsSettings = toml::from_str(&text).expect("settings");
    let client = tiktok_ads::client(&settings).expect("a client");
    let hand = TiktokAdsHand::new(client, tiktok_ads::level(&settings).expect("a level"));
    Stage { clock, sim, hand }
}

async fn stage() -> Stage {
    stage_as("sim-token").await
}

impl Stage {
    async fn set(&self, object: &str, desired: &str) -> Result<(), ActionError> {
        let wanted = SetState {
            id: "proposal-1".to_owned(),
            subject: "partnership/spring/alma".parse().expect("a subject"),
            object: object.to_owned(),
            desired: desired.to_owned(),
        };
        self.hand.set(&wanted, self.clock.now()).await
    }

    async fn read(&self, object: &str) -> Result<String, ActionError> {
        self.hand.read(object, self.clock.now()).await
    }

    async fn budget(&self, object: &str) -> Result<Option<String>, ActionError> {
        self.hand.read_budget(object, self.clock.now()).await
    }

    /// What requests changed: the method and what it was set to.
    fn changes(&self) -> Vec<(String, String)> {
        self.sim.world().changes().into_iter().map(|change| (change.by, change.to)).collect()
    }

    fn writes(&self) -> usize {
        self.sim.seen().iter().filter(|seen| !seen.body.is_null()).count()
    }
}

fn change(by: &str, to: &str) -> (String, String) {
    (by.to_owned(), to.to_owned())
}

#[track_caller]
fn check<T: std::fmt::Debug>(got: Result<T, ActionError>, fate: Fate, want: &str) {
    let error = got.expect_err("refused");
    assert_eq!((error.fate(), error.to_string().as_str()), (fate, want));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boost_is_paused_read_back_and_resumed_by_the_methods_of_its_kind() {
    for (object, method) in [
        (CAMPAIGN, "campaign/status/update/"),
        ("campaign:100001", "campaign/status/update/"),
        (SMART, "smart_plus/campaign/status/update/"),
        (OLD_SMART, "smart_plus/campaign/status/update/"),
        (GROUP, "adgroup/status/update/"),
        (SMART_GROUP, "smart_plus/adgroup/status/update/"),
    ] {
        let stage = stage().await;
        assert_eq!(stage.read(object).await.expect("told"), "active", "{object}");
        stage.set(object, "paused").await.expect(object);
        assert_eq!(stage.read(object).await.expect("told"), "paused", "{object}");
        stage.set(object, "active").await.expect(object);
        assert_eq!(stage.read(object).await.expect("told"), "active", "{object}");
        assert_eq!(stage.changes(), [change(method, "DISABLE"), change(method, "ENABLE")], "{object}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_already_is_left_alone() {
    let stage = stage().await;
    stage.set(CAMPAIGN, "active").await.expect("so already");
    stage.set(CAMPAIGN, "budget 6000.00 EUR").await.expect("so already");
    assert_eq!(stage.writes(), 0);
    for _ in 0..3 {
        stage.set(CAMPAIGN, "paused").await.expect("done, or so already");
    }
    assert_eq!(stage.writes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lifetime_budget_is_cut_read_back_and_given_back() {
    for (object, method) in [
        (CAMPAIGN, "campaign/update/"),
        (SMART, "smart_plus/campaign/update/"),
        (SPREADING, "campaign/update/"),
        (GROUP, "adgroup/budget/update/"),
        (SMART_GROUP, "smart_plus/adgroup/budget/update/"),
    ] {
        let stage = stage().await;
        assert_eq!(stage.budget(object).await.expect("told").as_deref(), Some("6000.00 EUR"), "{object}");
        stage.set(object, "budget 3620.07 EUR").await.expect(object);
        assert_eq!(stage.budget(object).await.expect("told").as_deref(), Some("3620.07 EUR"), "{object}");
        stage.set(object, "budget 6000.00 EUR").await.expect(object);
        let want = [change(method, "3620.07 EUR"), change(method, "6000.00 EUR")];
        assert_eq!((stage.changes(), stage.read(object).await.expect("told").as_str()), (want.to_vec(), "active"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_is_not_one_in_all_is_refused_with_what_to_do() {
    let stage = stage().await;
    let at = "at TikTok Ads is not set from here";
    let daily = format!(
        "`{DAILY}` {at}: its budget is by the day, and a boost's budget is what it may spend in all; give it a lifetime \
         budget in TikTok Ads Manager, or pause it instead"
    );
    check(stage.set(DAILY, "budget 100.00 EUR").await, Fate::GiveUp, &daily);
    check(stage.budget(DAILY).await, Fate::GiveUp, &daily);
    let spread = format!(
        "`{SPREAD_GROUP}` {at}: its campaign spreads one budget over its ad groups; give the boost the id of the campaign \
         as `ref`"
    );
    check(stage.set(SPREAD_GROUP, "budget 100.00 EUR").await, Fate::GiveUp, &spread);
    check(stage.budget(SPREAD_GROUP).await, Fate::GiveUp, &spread);
    stage.sim.world().change(Level::Campaign, CAMPAIGN, |thing| thing.mode = Mode::Infinite);
    let none = format!(
        "`{CAMPAIGN}` {at}: it has no budget of its own; give the boost the ad group or campaign that has one as `ref`"
    );
    check(stage.set(CAMPAIGN, "budget 100.00 EUR").await, Fate::GiveUp, &none);
    let money = format!(
        "`{SMART}` {at}: the advertiser's budgets are in another currency; write the boost's budget in that one"
    );
    check(stage.set(SMART, "budget 3620.00 SEK").await, Fate::GiveUp, &money);
    let code = "TikTok Ads did not accept the request: `code 40002; a budget below TikTok's minimum, or below 105 % of \
                what was spent, is not taken`";
    check(stage.set(SMART, "budget 49.99 EUR").await, Fate::GiveUp, code);
    let day = DayNow { spend: 400_000, impressions: 1, clicks: 1, purchases: None, value: 0 };
    stage.sim.world().set_day(Level::Campaign, SMART, date(2026, 8, 13), Some(day));
    check(stage.set(SMART, "budget 4000.00 EUR").await, Fate::GiveUp, code);
    assert_eq!(stage.changes(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_refused() {
    let stage = stage().await;
    let ad = "`ad:300001` at TikTok Ads is not set from here: it is a single ad; give the boost the id of its ad group or \
              campaign as `ref`, such as `adgroup:1714125049901106`";
    check(stage.set("ad:300001", "paused").await, Fate::GiveUp, ad);
    check(stage.read("ad:300001").await, Fate::GiveUp, ad);
    check(stage.set("999", "paused").await, Fate::GiveUp, "TikTok Ads does not have `999`");
    check(stage.read("alma-reel-1").await, Fate::GiveUp, "TikTok Ads does not have `alma-reel-1`");
    for never in ["deleted", "DELETE", "ended", "budget much"] {
        let want = format!("`{CAMPAIGN}` at TikTok Ads cannot be `{never}`");
        check(stage.set(CAMPAIGN, never).await, Fate::GiveUp, &want);
    }
    stage.sim.world().change(Level::Campaign, CAMPAIGN, |thing| thing.status = Status::Disable);
    stage.set(GROUP, "paused").await.expect("a switch of its own");
    let above = "`adgroup:200001` at TikTok Ads is not set from here: its campaign is paused, so it would not run; start \
                 the campaign in TikTok Ads Manager first";
    check(stage.set(GROUP, "active").await, Fate::GiveUp, above);
    stage.sim.world().change(Level::Campaign, SMART, |thing| thing.status = Status::Delete);
    check(stage.set(SMART, "active").await, Fate::GiveUp, "TikTok Ads does not have `100002`");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_ever_deleted() {
    let stage = stage().await;
    for object in [CAMPAIGN, SMART, GROUP, SMART_GROUP] {
        for desired in ["paused", "active", "budget 5000.00 EUR"] {
            stage.set(object, desired).await.expect(object);
        }
    }
    let asked: Vec<String> = stage.sim.seen().iter().map(|seen| seen.body.to_string()).collect();
    assert!(stage.writes() == 12 && asked.iter().all(|body| !body.contains("DELETE")), "{asked:?}");
    let partial = asked.iter().filter(|body| body.contains(r#""allow_partial_success":false"#)).count();
    assert_eq!(partial, 2, "all or nothing, where the method can be told so");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_success_without_ours_is_no_success() {
    let stage = stage().await;
    stage.sim.world().fail_quietly(SMART);
    let want = "TikTok Ads did not accept the request: `TikTok accepted it and left `100002` as it was`";
    check(stage.set(SMART, "paused").await, Fate::GiveUp, want);
    assert_eq!(stage.read(SMART).await.expect("told"), "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_deed_is_read_back_and_nothing_is_done_twice() {
    for fault in [Fault::LoseReply, Fault::Garbage] {
        let stage = stage().await;
        for (desired, says) in [("paused", "paused"), ("budget 3620.00 EUR", "3620.00 EUR")] {
            stage.sim.faults().next_for("update", fault.clone());
            let error = stage.set(CAMPAIGN, desired).await.expect_err("lost");
            assert_eq!(error.fate(), Fate::ReadBack, "{error}");
            let told = match desired {
                "paused" => stage.read(CAMPAIGN).await.expect("told"),
                _ => stage.budget(CAMPAIGN).await.expect("told").expect("a budget"),
            };
            assert_eq!(told, says);
            let before = stage.writes();
            stage.set(CAMPAIGN, desired).await.expect("done again is done once");
            assert_eq!(stage.writes(), before);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_before_the_request_leaves_nothing_done_and_a_change_meanwhile_is_seen() {
    let stage = stage().await;
    stage.sim.faults().down(true);
    let error = stage.set(CAMPAIGN, "paused").await.expect_err("down");
    assert_eq!(error.to_string(), "TikTok Ads was asked, but its answer was lost");
    stage.sim.faults().down(false);
    assert_eq!((stage.changes(), stage.read(CAMPAIGN).await.expect("told").as_str()), (Vec::new(), "active"));
    // A person pauses it by hand before it is tried again: nothing is left to do.
    stage.sim.world().change(Level::Campaign, CAMPAIGN, |thing| thing.status = Status::Disable);
    stage.set(CAMPAIGN, "paused").await.expect("so already");
    assert_eq!(stage.changes(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_fate_and_changes_nothing() {
    let stage = stage().await;
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let code = |code: i64| answer(200, &format!(r#"{{"code":{code},"message":"secret words","data":{{}}}}"#));
    for (fault, fate, text) in [
        (code(40_100), Fate::Retry, "TikTok Ads asked us to slow down"),
        (code(40_133), Fate::Retry, "TikTok Ads asked us to slow down"),
        (answer(429, ""), Fate::Retry, "TikTok Ads asked us to slow down"),
        (answer(503, ""), Fate::ReadBack, "TikTok Ads failed with status 503"),
        (code(50_002), Fate::ReadBack, "TikTok Ads failed with status 200"),
        (code(40_002), Fate::GiveUp, "TikTok Ads did not accept the request: `code 40002`"),
        (code(40_001), Fate::GiveUp, "TikTok Ads refused our credentials: `40001`"),
        (code(40_105), Fate::GiveUp, "TikTok Ads refused our credentials: `40105`"),
        (code(40_007), Fate::GiveUp, "TikTok Ads does not have `100001`"),
        (answer(200, "{}"), Fate::ReadBack, "the answer of TikTok Ads about `100001` cannot be understood at `code`"),
    ] {
        stage.sim.faults().next_for("update", fault);
        check(stage.set(CAMPAIGN, "paused").await, fate, text);
    }
    assert_eq!((stage.changes(), stage.sim.faults().waiting()), (Vec::new(), 0));
    let stage = stage_as("CANARY").await;
    let error = stage.set(CAMPAIGN, "paused").await.expect_err("refused");
    assert_eq!(error.to_string(), "TikTok Ads refused our credentials: `40105`");
    assert!(!format!("{error:?} {:?}", stage.hand).contains("CANARY"));
}
