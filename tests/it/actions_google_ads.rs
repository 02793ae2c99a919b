//! Pausing campaigns and cutting their budgets at the emulated Google Ads, over real HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll::actions::google_ads::GoogleAdsBoosts;
use plimsoll::actions::webhook::{Fate, SetState};
use plimsoll::actions::{ActionError, Hand};
use plimsoll::sim::google::{Budget, Campaign, Customer, GoogleConfig, GoogleSim, GoogleWorld, Run};
use plimsoll::sim::loopback::Fault;
use plimsoll::sources::google_ads::{self, GoogleAdsSettings};
use plimsoll::time::Clock;

use super::google::{APP, Connected, at, build, chain};

struct Stage {
    clock: Clock,
    sim: GoogleSim,
    hand: GoogleAdsBoosts,
}

const ID: &str = "1234567890";

async fn stage() -> Stage {
    let (clock, _driver) = Clock::simulated(at("2026-03-20T14:00:00Z"));
    let world = GoogleWorld::new();
    let campaign = |run, budget| Campaign { run, budget };
    let total = |micros| Budget { daily: None, total: Some(micros), shared: false };
    let daily = |shared| Budget { daily: Some(20_000_000), total: None, shared };
    let customer = Customer {
        zone: "Europe/Stockholm".to_owned(),
        currency: "EUR".to_owned(),
        campaigns: BTreeMap::from([
            (1, campaign(Run::Enabled, 11)),
            (2, campaign(Run::Paused, 12)),
            (3, campaign(Run::Enabled, 13)),
            (4, campaign(Run::Removed, 14)),
            (5, campaign(Run::Enabled, 15)),
            (6, campaign(Run::Enabled, 15)),
        ]),
        ad_groups: BTreeMap::from([(31, campaign(Run::Enabled, 11))]),
        budgets: BTreeMap::from([
            (11, total(6_000_000_000)),
            (12, daily(false)),
            (13, Budget { shared: true, ..total(1_000_000_000) }),
            (14, daily(false)),
            (15, total(500_000_000)),
        ]),
        ..Customer::default()
    };
    world.put_customer(ID, customer);
    let refresh = BTreeMap::from([("1//ads".to_owned(), vec![ID.to_owned()])]);
    let config = GoogleConfig { refresh, ..GoogleConfig::default() };
    let sim = GoogleSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let address = format!("base_url = \"{0}\"\ntoken_url = \"{0}/token\"\n", sim.base_url());
    let ours = "customer_id = \"123-456-7890\"\ndeveloper_token = \"sim-developer\"\n";
    let settings: GoogleAdsSettings = toml::from_str(&format!("{address}{ours}{APP}")).expect("settings");
    // Reading and acting share one account: what connects one connects the other.
    build(&settings, &clock, Connected::new(&[(ID, "1//ads")])).expect("a source");
    let hand = GoogleAdsBoosts::new(google_ads::account(&settings).expect("an account"));
    Stage { clock, sim, hand }
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

    fn customer(&self) -> Customer {
        self.sim.world().customer(ID).expect("there")
    }

    fn mutations(&self) -> usize {
        self.sim.count("mutate")
    }
}

#[track_caller]
fn check<T: std::fmt::Debug>(got: Result<T, ActionError>, fate: Fate, want: &str) {
    let error = got.expect_err("refused");
    assert_eq!((error.fate(), error.to_string().as_str()), (fate, want));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_is_paused_read_back_and_resumed() {
    let stage = stage().await;
    assert_eq!(stage.read("1").await.expect("told"), "active");
    stage.set("1", "paused").await.expect("done");
    assert_eq!(stage.read("campaigns/1").await.expect("told"), "paused");
    assert_eq!(stage.customer().campaigns[&1].run, Run::Paused);
    stage.set("customers/1234567890/campaigns/1", "active").await.expect("done");
    stage.set("adGroups/31", "paused").await.expect("done");
    assert_eq!(stage.read("adGroups/31").await.expect("told"), "paused");
    assert_eq!((stage.customer().campaigns[&1].run, stage.mutations()), (Run::Enabled, 3));
    let asked = stage.sim.seen().into_iter().find(|seen| seen.kind == "mutate").expect("one").body;
    assert_eq!(asked["operations"][0]["updateMask"], "status");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_in_all_is_cut_and_nothing_else_changes() {
    let stage = stage().await;
    assert_eq!(stage.budget("1").await.expect("told").as_deref(), Some("6000.00 EUR"));
    stage.set("1", "budget 3620.00 EUR").await.expect("done");
    assert_eq!(stage.budget("1").await.expect("told").as_deref(), Some("3620.00 EUR"));
    assert_eq!(
        (stage.customer().budgets[&11].total, stage.customer().campaigns[&1].run),
        (Some(3_620_000_000), Run::Enabled)
    );
    stage.set("1", "budget 3620.00 EUR").await.expect("so already");
    assert_eq!(stage.mutations(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_already_is_left_alone() {
    let stage = stage().await;
    stage.set("1", "active").await.expect("so already");
    stage.set("2", "paused").await.expect("so already");
    stage.set("4", "paused").await.expect("what was removed does not run");
    assert_eq!((stage.mutations(), stage.read("4").await.expect("told").as_str()), (0, "paused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_or_not_ours_is_refused_with_what_to_do() {
    let stage = stage().await;
    let shared = |id: &str| {
        format!(
            "`{id}` at Google Ads is shared: other campaigns spend from the same budget and would be cut with it; give it one of its own"
        )
    };
    for id in ["3", "5"] {
        check(stage.budget(id).await, Fate::GiveUp, &shared(id));
        check(stage.set(id, "budget 100.00 EUR").await, Fate::GiveUp, &shared(id));
    }
    assert_eq!(stage.budget("2").await.expect("told"), None, "by the day is not in all");
    let daily = "`2` at Google Ads is not set from here: its budget is by the day, a boost's is in all; give the campaign a total budget in Google Ads";
    check(stage.set("2", "budget 100.00 EUR").await, Fate::GiveUp, daily);
    let group = "`adGroups/31` at Google Ads is not set from here: an ad group has no budget of its own; name its campaign as the boost's `ref`";
    check(stage.budget("adGroups/31").await, Fate::GiveUp, group);
    let money = "`1` at Google Ads is not set from here: the account is in another currency; write the boost's budget in that one";
    check(stage.set("1", "budget 100.00 SEK").await, Fate::GiveUp, money);
    let gone = "`4` at Google Ads is not set from here: it was removed there, for good; make a new one and name it in the boost";
    check(stage.set("4", "active").await, Fate::GiveUp, gone);
    check(stage.set("1", "ended").await, Fate::GiveUp, "`1` at Google Ads cannot be `ended`");
    check(stage.set("1", "budget 0.00 EUR").await, Fate::GiveUp, "`1` at Google Ads cannot be `0.00 EUR`");
    check(stage.read("404").await, Fate::GiveUp, "Google Ads does not have `404`");
    check(stage.read("1 OR 2").await, Fate::GiveUp, "Google Ads does not have `1 OR 2`");
    assert_eq!(stage.mutations(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_deed_is_read_back() {
    let stage = stage().await;
    for fault in [Fault::LoseReply, Fault::Garbage] {
        stage.set("1", "active").await.expect("a fresh start");
        stage.sim.faults().next_for("mutate", fault);
        let error = stage.set("1", "paused").await.expect_err("lost");
        assert_eq!(error.fate(), Fate::ReadBack, "{error}");
        assert_eq!(stage.read("1").await.expect("told"), "paused");
        let before = stage.mutations();
        stage.set("1", "paused").await.expect("done again is done once");
        assert_eq!(stage.mutations(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_fate_and_changes_nothing() {
    let stage = stage().await;
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let ads = |status: u16, kind: &str, code: &str| {
        let body = format!(
            r#"{{"error":{{"code":{status},"details":[{{"errors":[{{"errorCode":{{"{kind}":"{code}"}},"message":"secret words"}}]}}]}}}}"#
        );
        answer(status, &body)
    };
    let slow = "Google Ads asked us to slow down";
    for (fault, fate, text) in [
        (ads(429, "quotaError", "RESOURCE_EXHAUSTED"), Fate::Retry, slow),
        (answer(429, ""), Fate::Retry, slow),
        (answer(503, ""), Fate::ReadBack, "Google Ads failed with status 503"),
        (
            ads(400, "campaignError", "CANNOT_MODIFY"),
            Fate::GiveUp,
            "Google Ads did not accept the request: `status 400, CANNOT_MODIFY`",
        ),
        (
            ads(403, "authorizationError", "ACTION_NOT_PERMITTED"),
            Fate::GiveUp,
            "Google Ads refused our credentials: `ACTION_NOT_PERMITTED`",
        ),
        (
            answer(200, r#"{"results":[]}"#),
            Fate::ReadBack,
            "the answer of Google Ads about `1` cannot be understood at `/results/0/resourceName`",
        ),
    ] {
        stage.sim.faults().next_for("mutate", fault);
        check(stage.set("1", "paused").await, fate, text);
    }
    assert_eq!((stage.customer().campaigns[&1].run, stage.sim.faults().waiting()), (Run::Enabled, 0));
    stage.sim.end_tokens();
    stage.set("1", "paused").await.expect("the token is renewed");
    stage.sim.faults().down(true);
    assert_eq!(stage.set("1", "active").await.expect_err("down").fate(), Fate::ReadBack);
    stage.sim.faults().down(false);
    stage.sim.revoke("1//ads");
    let error = stage.set("1", "active").await.expect_err("refused");
    assert_eq!(error.to_string(), "Google Ads refused our credentials: `invalid_grant`");
    let text = format!("{} {:?}", chain(&error), stage.hand);
    assert!(!text.contains("1//ads") && !text.contains("ya29") && !text.contains("sim-developer"), "{text}");
}
