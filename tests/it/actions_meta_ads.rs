//! Pausing, resuming and cutting boosts at the emulated Marketing API, over real HTTP.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::actions::meta_ads::MetaAds;
use plimsoll::actions::webhook::{Fate, SetState};
use plimsoll::actions::{ActionError, Hand};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::meta::{MetaConfig, MetaSim, MetaWorld};
use plimsoll::sources::meta_ads::{self, MetaAdsSettings as Settings};
use plimsoll::time::{Clock, Driver};

fn start() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("an instant")
}

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: MetaSim,
    boosts: MetaAds,
}

/// Campaign 10 with a lifetime budget on its ad set 11 (ad 12), campaign 20 that shares its own budget out (ad set 21),
/// campaign 30 with a daily budget on its ad set 31, and a campaign of another account.
fn world(currency: &str) -> MetaWorld {
    let world = MetaWorld::default();
    world.add_account("66782684", "Europe/Stockholm", currency);
    world.add_account("99", "UTC", "USD");
    for (campaign, ad_set, ad) in [("10", "11", "12"), ("20", "21", "22"), ("30", "31", "32")] {
        world.add_campaign("66782684", campaign);
        world.add_ad_set(campaign, ad_set);
        world.add_ad(ad_set, ad);
    }
    world.add_campaign("99", "90");
    world.change("11", |thing| thing.lifetime_budget = 600_000);
    world.change("20", |thing| thing.lifetime_budget = 900_000);
    world.change("31", |thing| thing.daily_budget = 5_000);
    world
}

async fn stage_with(config: MetaConfig, currency: &str, token: &str) -> Stage {
    let (clock, driver) = Clock::simulated(start());
    let sim = MetaSim::start(&clock, config, Arc::new(world(currency))).await.expect("a free port");
    let text = format!("base_url = \"{}\"\naccount = \"act_66782684\"\ntoken = \"{token}\"", sim.base_url());
    let settings: Settings = toml::from_str(&text).expect("settings");
    let account = meta_ads::account(&settings).expect("an account");
    let boosts = MetaAds::new(meta_ads::client(&settings).expect("a client"), account);
    Stage { clock, driver, sim, boosts }
}

async fn stage() -> Stage {
    stage_with(MetaConfig::default(), "SEK", "EAABsim").await
}

impl Stage {
    async fn set(&self, object: &str, desired: &str) -> Result<(), ActionError> {
        let wanted = SetState {
            id: "proposal-1".to_owned(),
            subject: "partnership/spring/alma".parse().expect("a subject"),
            object: object.to_owned(),
            desired: desired.to_owned(),
        };
        self.boosts.set(&wanted, self.clock.now()).await
    }

    async fn read(&self, object: &str) -> Result<String, ActionError> {
        self.boosts.read(object, self.clock.now()).await
    }

    async fn budget(&self, object: &str) -> Result<Option<String>, ActionError> {
        self.boosts.read_budget(object, self.clock.now()).await
    }

    fn changes(&self) -> usize {
        self.sim.seen().iter().filter(|seen| seen.method == "POST").count()
    }

    fn lifetime(&self, object: &str) -> u64 {
        self.sim.world().thing(object).expect("there").lifetime_budget
    }
}

#[track_caller]
fn check<T: std::fmt::Debug>(got: Result<T, ActionError>, fate: Fate, want: &str) {
    let error = got.expect_err("refused");
    assert_eq!((error.fate(), error.to_string().as_str()), (fate, want));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_an_ad_set_and_an_ad_are_paused_read_back_and_resumed() {
    let stage = stage().await;
    for object in ["10", "11", "12"] {
        assert_eq!(stage.read(object).await.expect("told"), "active");
        stage.set(object, "paused").await.expect("done");
        assert_eq!(stage.read(object).await.expect("told"), "paused", "{object}");
        stage.set(object, "paused").await.expect("so already");
        stage.set(object, "active").await.expect("done");
        assert_eq!(stage.read(object).await.expect("told"), "active", "{object}");
    }
    assert_eq!(stage.changes(), 6, "what is so already is left alone");
    let sent: Vec<_> = stage.sim.seen().into_iter().filter(|seen| seen.method == "POST").collect();
    assert_eq!((sent[0].path.as_str(), sent[0].field("status"), sent[0].fields.len()), ("10", "PAUSED", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_back_is_what_was_set_on_the_object_itself() {
    let stage = stage().await;
    stage.set("10", "paused").await.expect("done");
    assert_eq!(stage.read("12").await.expect("told"), "active", "its campaign is paused, it is not");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lifetime_budget_is_set_to_an_amount_and_read_back() {
    let stage = stage().await;
    assert_eq!(stage.budget("11").await.expect("told").as_deref(), Some("6000.00 SEK"));
    stage.set("11", "budget 3620.00 SEK").await.expect("done");
    assert_eq!(stage.lifetime("11"), 362_000);
    assert_eq!(stage.budget("11").await.expect("told").as_deref(), Some("3620.00 SEK"));
    assert_eq!(stage.read("11").await.expect("told"), "active", "its state is left alone");
    stage.set("11", "budget 3620 SEK").await.expect("so already");
    stage.set("20", "budget 100.50 SEK").await.expect("a campaign that shares its budget out");
    assert_eq!((stage.lifetime("20"), stage.changes()), (10_050, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn currencies_without_hundredths_are_sent_as_the_platform_counts_them() {
    let stage = stage_with(MetaConfig::default(), "HUF", "EAABsim").await;
    assert_eq!(stage.budget("11").await.expect("told").as_deref(), Some("600000.00 HUF"));
    stage.set("11", "budget 3620.00 HUF").await.expect("done");
    assert_eq!(stage.lifetime("11"), 3_620);
    let fine = "`11` at Meta Ads is not set from here: the amount is finer than the platform counts in this currency; \
                round it to a whole";
    check(stage.set("11", "budget 3620.50 HUF").await, Fate::GiveUp, fine);
    assert_eq!(stage.changes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_is_not_a_boosts_own_is_refused_with_the_way_out() {
    let stage = stage().await;
    let daily = "`31` at Meta Ads is not set from here: its budget is counted by the day, and a boost's budget is what \
                 it may spend in all; pause it, or give it a lifetime budget at the platform";
    check(stage.budget("31").await, Fate::GiveUp, daily);
    check(stage.set("31", "budget 10.00 SEK").await, Fate::GiveUp, daily);
    let none = |object: &str| {
        format!(
            "`{object}` at Meta Ads is not set from here: it has no budget of its own: where the campaign shares its \
             budget out it stands on the campaign, else on each ad set; name that one as the boost's ref"
        )
    };
    for object in ["21", "10", "12"] {
        check(stage.set(object, "budget 10.00 SEK").await, Fate::GiveUp, &none(object));
        check(stage.budget(object).await, Fate::GiveUp, &none(object));
    }
    let currency = "`11` at Meta Ads is not set from here: the account pays in another currency; write the boost's \
                    budget in that";
    check(stage.set("11", "budget 10.00 EUR").await, Fate::GiveUp, currency);
    check(stage.set("11", "budget 0.00 SEK").await, Fate::GiveUp, "`11` at Meta Ads cannot be `budget 0.00 SEK`");
    assert_eq!(stage.changes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_not_ours_or_over_is_left_alone() {
    let stage = stage().await;
    let other = "`90` at Meta Ads is not set from here: it belongs to another ad account than the one of this source; \
                 give the boost the source of its account";
    check(stage.set("90", "paused").await, Fate::GiveUp, other);
    for object in ["77", "act_66782684", "1/../2", ""] {
        check(stage.set(object, "paused").await, Fate::GiveUp, &format!("Meta Ads does not have `{object}`"));
    }
    stage.sim.world().change("12", |thing| thing.status = "ARCHIVED".to_owned());
    assert_eq!(stage.read("12").await.expect("told"), "archived");
    let over = "`12` at Meta Ads is not set from here: it is archived or deleted, which has no way back";
    check(stage.set("12", "active").await, Fate::GiveUp, over);
    for desired in ["ended", "archived", "deleted", "budget lots"] {
        let want = format!("`11` at Meta Ads cannot be `{desired}`");
        check(stage.set("11", desired).await, Fate::GiveUp, &want);
    }
    assert_eq!(stage.changes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_deed_is_read_back_and_done_once() {
    let stage = stage().await;
    for fault in [Fault::LoseReply, Fault::Garbage] {
        stage.set("11", "active").await.expect("a fresh start");
        let before = stage.changes();
        stage.sim.faults().next_for("change", fault);
        let error = stage.set("11", "paused").await.expect_err("lost");
        assert_eq!(error.fate(), Fate::ReadBack, "{error}");
        assert_eq!(stage.read("11").await.expect("told"), "paused", "it says what is so");
        stage.set("11", "paused").await.expect("done again is done once");
        assert_eq!(stage.changes(), before + 1);
    }
    stage.sim.faults().next_for("change", Fault::LoseReply);
    let error = stage.set("11", "budget 3620.00 SEK").await.expect_err("lost");
    assert_eq!(error.fate(), Fate::ReadBack);
    assert_eq!(stage.budget("11").await.expect("told").as_deref(), Some("3620.00 SEK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fifth_change_within_an_hour_is_not_even_sent() {
    let mut stage = stage().await;
    for amount in 1..=4 {
        stage.set("11", &format!("budget {amount}000.00 SEK")).await.expect("done");
    }
    let until = "`11` at Meta Ads was set as often as it may be within an hour; again from 2026-03-02T13:00:00Z on";
    check(stage.set("11", "budget 500.00 SEK").await, Fate::Retry, until);
    assert_eq!((stage.changes(), stage.lifetime("11")), (4, 400_000));
    stage.set("11", "paused").await.expect("pausing is no change of the budget");
    stage.set("20", "budget 500.00 SEK").await.expect("each budget has its own");
    stage.driver.run_for(SignedDuration::from_hours(1)).await.expect("quiet");
    stage.set("11", "budget 500.00 SEK").await.expect("an hour later");
    assert_eq!(stage.lifetime("11"), 50_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_by_others_count_and_the_block_is_waited_for() {
    let mut stage = stage().await;
    let blocked = r#"{"error":{"message":"any words","code":613,"error_subcode":1487632}}"#;
    stage.sim.faults().next_for("change", Fault::Answer { status: 400, body: blocked.to_owned() });
    let until = "`11` at Meta Ads was set as often as it may be within an hour; again from 2026-03-02T13:00:00Z on";
    for _ in 0..3 {
        check(stage.set("11", "budget 500.00 SEK").await, Fate::Retry, until);
    }
    assert_eq!(stage.changes(), 1, "asking on would make the block longer");
    stage.driver.run_for(SignedDuration::from_hours(1)).await.expect("quiet");
    stage.set("11", "budget 500.00 SEK").await.expect("an hour later");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_fate_and_changes_nothing() {
    let stage = stage().await;
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let code = |code: u32, sub: u32| {
        format!(r#"{{"error":{{"message":"EAABsim","code":{code},"error_subcode":{sub},"fbtrace_id":"AQx"}}}}"#)
    };
    for (fault, fate, text) in [
        (answer(400, &code(80_004, 2_446_079)), Fate::Retry, "Meta Ads asked us to slow down"),
        (answer(400, &code(17, 2_446_079)), Fate::Retry, "Meta Ads asked us to slow down"),
        (answer(429, ""), Fate::Retry, "Meta Ads asked us to slow down"),
        (answer(500, &code(2, 0)), Fate::ReadBack, "Meta Ads failed with status 500"),
        (answer(503, ""), Fate::ReadBack, "Meta Ads failed with status 503"),
        (
            answer(400, &code(100, 1_885_183)),
            Fate::GiveUp,
            "Meta Ads did not accept the request: `code 100, subcode 1885183, trace AQx`",
        ),
        (
            answer(400, &code(190, 463)),
            Fate::GiveUp,
            "Meta Ads refused our credentials: `code 190, subcode 463, trace AQx`",
        ),
        (answer(200, "{}"), Fate::ReadBack, "the answer of Meta Ads about `11` cannot be understood at `success`"),
        (
            answer(200, r#"{"success":false}"#),
            Fate::ReadBack,
            "the answer of Meta Ads about `11` cannot be understood at `success`",
        ),
    ] {
        stage.sim.faults().next_for("change", fault);
        check(stage.set("11", "paused").await, fate, text);
    }
    let status = stage.sim.world().thing("11").expect("there").status;
    assert_eq!((status.as_str(), stage.sim.faults().waiting()), ("ACTIVE", 0));
    stage.sim.faults().down(true);
    check(stage.set("11", "paused").await, Fate::ReadBack, "Meta Ads was asked, but its answer was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_only_read_or_has_ended_is_told_and_never_shown() {
    let reader = stage_with(MetaConfig { may_change: false, ..MetaConfig::default() }, "SEK", "EAABsim").await;
    let refused = "Meta Ads refused our credentials: `code 200, trace AQsimTrace1`";
    check(reader.set("11", "paused").await, Fate::GiveUp, refused);
    let ended = stage_with(MetaConfig::default(), "SEK", "EAABCANARY").await;
    let error = ended.set("11", "paused").await.expect_err("refused");
    assert_eq!(error.to_string(), "Meta Ads refused our credentials: `code 190, subcode 463, trace AQsimTrace1`");
    assert!(!format!("{error:?} {:?}", ended.boosts).contains("CANARY"));
    for seen in ended.sim.seen() {
        assert!(!format!("{seen:?}").contains("CANARY"), "the token travels in a header");
    }
}
