//! Ending and resuming discount codes at the emulated shop, over real HTTP.

use std::sync::Arc;

use jiff::Timestamp;
use plimsoll::actions::coin::{Made, Mint as _, NewCode};
use plimsoll::actions::shopify::ShopifyCodes;
use plimsoll::actions::webhook::{Fate, SetState};
use plimsoll::actions::{ActionError, Hand};
use plimsoll::domain::written::Percent;
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::shopify::{Kind, NewDiscount, Placed, ShopConfig, ShopSim, ShopWorld, Status};
use plimsoll::sources::shopify::{self, ShopifySettings as Settings};
use plimsoll::time::Clock;

fn start() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("an instant")
}

struct Stage {
    clock: Clock,
    sim: ShopSim,
    codes: ShopifyCodes,
}

async fn stage_as(token: &str) -> Stage {
    let (clock, _driver) = Clock::simulated(start());
    let world = ShopWorld::new("SEK");
    let began: Timestamp = "2026-02-01T00:00:00Z".parse().expect("an instant");
    world.add_discount(NewDiscount::basic("ALMA10", 10, began));
    let several = vec!["TEAM1".to_owned(), "TEAM2".to_owned()];
    world.add_discount(NewDiscount { codes: several, ..NewDiscount::basic("TEAM", 10, began) });
    world.add_discount(NewDiscount { kind: Kind::App, ..NewDiscount::basic("APP", 10, began) });
    world.add_discount(NewDiscount { kind: Kind::FreeShipping, ..NewDiscount::basic("SHIP", 0, began) });
    let later: Timestamp = "2026-04-01T00:00:00Z".parse().expect("an instant");
    world.add_discount(NewDiscount::basic("LATER", 10, later));
    let sim = ShopSim::start(&clock, ShopConfig::default(), Arc::new(world)).await.expect("a free port");
    let text = format!("base_url = \"{}\"\ntoken = \"{token}\"\n", sim.base_url());
    let settings: Settings = toml::from_str(&text).expect("settings");
    let codes = ShopifyCodes::new(shopify::client(&settings).expect("a client"));
    Stage { clock, sim, codes }
}

async fn stage() -> Stage {
    stage_as("shpat_sim").await
}

impl Stage {
    async fn set(&self, code: &str, desired: &str) -> Result<(), ActionError> {
        let wanted = SetState {
            id: "proposal-1".to_owned(),
            subject: "partnership/spring/alma".parse().expect("a subject"),
            object: code.to_owned(),
            desired: desired.to_owned(),
        };
        self.codes.set(&wanted, self.clock.now()).await
    }

    async fn read(&self, code: &str) -> Result<String, ActionError> {
        self.codes.read(code, self.clock.now()).await
    }

    fn status(&self, code: &str) -> Option<Status> {
        self.sim.world().discount(code, self.clock.now())
    }

    fn mutations(&self) -> usize {
        self.sim.seen().iter().filter(|seen| seen.query.starts_with("mutation")).count()
    }
}

#[track_caller]
fn check<T: std::fmt::Debug>(got: Result<T, ActionError>, fate: Fate, want: &str) {
    let error = got.expect_err("refused");
    assert_eq!((error.fate(), error.to_string().as_str()), (fate, want));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_ended_read_back_and_resumed() {
    let stage = stage().await;
    assert_eq!(stage.read("alma10").await.expect("told"), "active");
    stage.set("alma10", "ended").await.expect("done");
    assert_eq!(stage.read("ALMA10").await.expect("told"), "ended");
    let now = stage.clock.now();
    let sold = stage.sim.world().place_order(now, &["ALMA10"], 10_000);
    assert!(
        matches!(sold, Placed::Sold { codes, minor: 10_000, .. } if codes.is_empty()),
        "an ended code takes nothing off"
    );
    stage.set("ALMA10", "active").await.expect("done");
    assert_eq!((stage.read("ALMA10").await.expect("told").as_str(), stage.mutations()), ("active", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_already_is_left_alone() {
    let stage = stage().await;
    stage.set("ALMA10", "active").await.expect("so already");
    assert_eq!(stage.mutations(), 0);
    for _ in 0..3 {
        stage.set("ALMA10", "ended").await.expect("done, or so already");
    }
    assert_eq!(stage.mutations(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_deed_is_read_back() {
    let stage = stage().await;
    for fault in [Fault::LoseReply, Fault::Garbage] {
        stage.set("ALMA10", "active").await.expect("a fresh start");
        stage.sim.faults().next_for("mutation", fault);
        let error = stage.set("ALMA10", "ended").await.expect_err("lost");
        assert_eq!(error.fate(), Fate::ReadBack, "{error}");
        assert_eq!(stage.read("ALMA10").await.expect("told"), "ended");
        let before = stage.mutations();
        stage.set("ALMA10", "ended").await.expect("done again is done once");
        assert_eq!(stage.mutations(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_end_more_than_was_meant_is_refused() {
    let stage = stage().await;
    let shared = "`team1` shares its discount with other codes, which would end with it; give it a discount of its own";
    check(stage.set("team1", "ended").await, Fate::GiveUp, shared);
    let app = "`APP` belongs to a `DiscountCodeApp`, which is not ended from here; end it in the shop";
    check(stage.set("APP", "ended").await, Fate::GiveUp, app);
    check(stage.set("LATER", "active").await, Fate::GiveUp, "`LATER` has not begun yet; change its dates in the shop");
    check(stage.set("NONE", "ended").await, Fate::GiveUp, "the shop has no discount code `NONE`");
    check(stage.read("NONE").await, Fate::GiveUp, "the shop has no discount code `NONE`");
    let paused = "a discount code cannot be `paused`; it is `active` or `ended`";
    check(stage.set("ALMA10", "paused").await, Fate::GiveUp, paused);
    assert_eq!(stage.mutations(), 0);
    for code in ["TEAM1", "APP", "ALMA10"] {
        assert_eq!(stage.status(code), Some(Status::Active), "{code}");
    }
    assert_eq!(stage.read("LATER").await.expect("told"), "ended", "what has not begun takes nothing off");
    stage.set("SHIP", "ended").await.expect("every kind of the shop's own can be ended");
    assert_eq!(stage.status("SHIP"), Some(Status::Expired));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_fate_and_changes_nothing() {
    let stage = stage().await;
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let throttled = r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}"#;
    let user = r#"{"data":{"discountCodeDeactivate":{"codeDiscountNode":null,"userErrors":[{"field":["id"],"code":"INTERNAL_ERROR","message":"secret words"}]}}}"#;
    for (fault, fate, text) in [
        (answer(200, throttled), Fate::Retry, "the shop asked us to slow down"),
        (answer(429, ""), Fate::Retry, "the shop asked us to slow down"),
        (answer(503, ""), Fate::ReadBack, "the shop failed with status 503"),
        (answer(404, ""), Fate::GiveUp, "the shop did not accept the request: `status 404, no reason given`"),
        (answer(200, "{}"), Fate::ReadBack, "the shop's answer about `ALMA10` cannot be understood at `data`"),
        (answer(200, user), Fate::GiveUp, "the shop did not change `ALMA10`: `INTERNAL_ERROR`"),
    ] {
        stage.sim.faults().next_for("mutation", fault);
        check(stage.set("ALMA10", "ended").await, fate, text);
    }
    assert_eq!((stage.status("ALMA10"), stage.sim.faults().waiting()), (Some(Status::Active), 0));
    stage.sim.set_scopes(&["read_orders", "read_discounts"]);
    check(stage.set("ALMA10", "ended").await, Fate::GiveUp, "the shop refused our credentials: `ACCESS_DENIED`");
    stage.sim.faults().down(true);
    check(stage.set("ALMA10", "ended").await, Fate::ReadBack, "the shop was asked, but its answer was lost");

    let stage = stage_as("shpat_CANARY").await;
    let error = stage.set("ALMA10", "ended").await.expect_err("refused");
    assert_eq!(error.to_string(), "the shop refused our credentials: `invalid_token`");
    assert!(!format!("{error:?} {:?}", stage.codes).contains("CANARY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_code_takes_off_is_set_as_a_share_and_read_back() {
    let stage = stage().await;
    let value = async |code: &str| stage.codes.read_value(code, stage.clock.now()).await.expect("told");
    assert_eq!(value("alma10").await.as_deref(), Some("value 10 %"));
    for _ in 0..2 {
        stage.set("ALMA10", "value 7 %").await.expect("done, or so already");
    }
    assert_eq!((value("ALMA10").await.as_deref(), stage.mutations()), (Some("value 7 %"), 1));
    let sold = stage.sim.world().place_order(stage.clock.now(), &["ALMA10"], 10_000);
    assert!(matches!(sold, Placed::Sold { minor: 9300, .. }), "{sold:?}");
    stage.sim.faults().next_for("mutation", Fault::LoseReply);
    assert_eq!(stage.set("ALMA10", "value 10 %").await.expect_err("lost").fate(), Fate::ReadBack);
    assert_eq!(value("ALMA10").await.as_deref(), Some("value 10 %"), "done all the same");
    let shared = "`team1` shares its discount with other codes, which would end with it; give it a discount of its own";
    check(stage.set("team1", "value 5 %").await, Fate::GiveUp, shared);
    let share = "`SHIP` at Shopify is not set from here: only a discount that is a share of the price can be given another \
                 share, above 0";
    check(stage.set("SHIP", "value 5 %").await, Fate::GiveUp, share);
    assert_eq!(stage.read("ALMA10").await.expect("told"), "active", "whether it works is another thing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_made_once_and_never_over_another() {
    let stage = stage().await;
    let now = stage.clock.now();
    let new = NewCode {
        id: "make-1".into(),
        code: "CLEO20".into(),
        percent: Percent(20.into()),
        starts_at: now,
        ends_at: Some(now + jiff::SignedDuration::from_hours(24)),
    };
    stage.sim.faults().next_for("mutation", Fault::LoseReply);
    assert_eq!(stage.codes.make(&new, now).await.expect_err("lost").fate(), Fate::ReadBack);
    assert_eq!(stage.codes.make(&new, now).await.expect("there"), Made::Already);
    let dora = NewCode { code: "DORA20".into(), ..new.clone() };
    assert_eq!(stage.codes.make(&dora, now).await.expect("made"), Made::New);
    let sold = stage.sim.world().place_order(now, &["dora20"], 10_000);
    assert!(matches!(sold, Placed::Sold { minor: 8000, .. }), "{sold:?}");
    let taken = "`ALMA10` at Shopify is not set from here: it is there already and takes off something else; choose another \
                 text";
    check(stage.codes.make(&NewCode { code: "ALMA10".into(), ..new }, now).await, Fate::GiveUp, taken);
}
