//! Ending and resuming coupons at the emulated `WooCommerce`, over real HTTP.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::actions::coin::{Made, Mint as _, NewCode};
use plimsoll::actions::webhook::{Fate, SetState};
use plimsoll::actions::woocommerce::WooCoupons;
use plimsoll::actions::{ActionError, Hand};
use plimsoll::domain::written::Percent;
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::woocommerce::{NewCoupon, WooConfig, WooSim, WooWorld};
use plimsoll::sources::woocommerce::{self, WoocommerceSettings as Settings};
use plimsoll::time::{Clock, Driver};

fn start() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("an instant")
}

fn later() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().expect("an instant")
}

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: WooSim,
    coupons: WooCoupons,
}

/// `ahead`: the hours that the shop's zone is ahead of GMT.
async fn stage_as(config: WooConfig, ahead: i8, key: &str) -> Stage {
    let (clock, driver) = Clock::simulated(start());
    let world = WooWorld::new("SEK", ahead);
    let began = start() - SignedDuration::from_hours(240);
    world.add_coupon(NewCoupon::new("ALMA10", 10, began));
    world.add_coupon(NewCoupon { ends_at: Some(later()), ..NewCoupon::new("BO15", 15, began) });
    world.add_coupon(NewCoupon { ends_at: Some(start()), ..NewCoupon::new("OVER", 15, began) });
    let sim = WooSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let base = sim.base_url();
    let text =
        format!("base_url = \"{base}\"\nconsumer_key = \"{key}\"\nconsumer_secret = \"cs_sim\"\ncurrency = \"SEK\"\n");
    let settings: Settings = toml::from_str(&text).expect("settings");
    let coupons = WooCoupons::new(woocommerce::client(&settings).expect("a client"));
    Stage { clock, driver, sim, coupons }
}

async fn stage() -> Stage {
    stage_as(WooConfig::default(), 2, "ck_sim").await
}

impl Stage {
    async fn set(&self, code: &str, desired: &str) -> Result<(), ActionError> {
        let wanted = SetState {
            id: "proposal-1".to_owned(),
            subject: "partnership/spring/alma".parse().expect("a subject"),
            object: code.to_owned(),
            desired: desired.to_owned(),
        };
        self.coupons.set(&wanted, self.clock.now()).await
    }

    async fn read(&self, code: &str) -> Result<String, ActionError> {
        self.coupons.read(code, self.clock.now()).await
    }

    fn takes(&self, code: &str) -> bool {
        self.sim.world().takes(code, self.clock.now())
    }

    fn writes(&self) -> usize {
        self.sim.seen().iter().filter(|seen| seen.method != "GET").count()
    }
}

#[track_caller]
fn check<T: std::fmt::Debug>(got: Result<T, ActionError>, fate: Fate, want: &str) {
    let error = got.expect_err("refused");
    assert_eq!((error.fate(), error.to_string().as_str()), (fate, want));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_is_ended_read_back_and_resumed_with_the_end_it_had_in_every_zone() {
    for ahead in [-12, 0, 14] {
        let stage = stage_as(WooConfig::default(), ahead, "ck_sim").await;
        for (code, end) in [("Alma10", None), ("BO15", Some(later()))] {
            assert_eq!(stage.read(code).await.expect("told"), "active");
            stage.set(code, "ended").await.expect("done");
            assert_eq!(
                (stage.read(code).await.expect("told").as_str(), stage.takes(code)),
                ("ended", false),
                "{ahead}"
            );
            stage.set(code, "active").await.expect("done");
            assert_eq!(
                (stage.read(code).await.expect("told").as_str(), stage.takes(code)),
                ("active", true),
                "{ahead}"
            );
            assert_eq!(stage.sim.world().end_of(code), end, "{ahead}: as it was before");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_already_is_left_alone_and_what_was_kept_is_not_overwritten() {
    let stage = stage().await;
    stage.set("BO15", "active").await.expect("so already");
    assert_eq!(stage.writes(), 0);
    for fault in [Fault::LoseReply, Fault::Garbage] {
        stage.sim.faults().next_for("write", fault);
        let error = stage.set("BO15", "ended").await.expect_err("lost");
        assert_eq!(error.fate(), Fate::ReadBack, "{error}");
        let before = stage.writes();
        stage.set("BO15", "ended").await.expect("so already");
        assert_eq!((stage.read("BO15").await.expect("told").as_str(), stage.writes()), ("ended", before));
        stage.set("BO15", "active").await.expect("done");
        assert_eq!(stage.sim.world().end_of("BO15"), Some(later()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_passed_meanwhile_is_not_taken_back_and_one_of_somebody_else_is() {
    let mut stage = stage().await;
    stage.set("BO15", "ended").await.expect("done");
    stage.driver.run_until(later()).await.expect("quiet");
    let passed = "`BO15` at WooCommerce is not set from here: the end it had has passed meanwhile; set a later date in the \
                  shop";
    check(stage.set("BO15", "active").await, Fate::GiveUp, passed);
    stage.set("OVER", "active").await.expect("done");
    assert_eq!((stage.takes("OVER"), stage.sim.world().end_of("OVER")), (true, None), "what it was is not known");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_a_state_is_refused() {
    let stage = stage().await;
    check(stage.set("NONE", "ended").await, Fate::GiveUp, "WooCommerce does not have `NONE`");
    check(stage.read("NONE").await, Fate::GiveUp, "WooCommerce does not have `NONE`");
    check(stage.set("BO15", "paused").await, Fate::GiveUp, "`BO15` at WooCommerce cannot be `paused`");
    assert_eq!(stage.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_fate_and_changes_nothing() {
    let stage = stage().await;
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let invalid = r#"{"code":"rest_invalid_param","message":"CANARY","data":{"status":400}}"#;
    let forbidden = r#"{"code":"woocommerce_rest_cannot_edit","message":"m","data":{"status":403}}"#;
    for (fault, fate, text) in [
        (answer(429, ""), Fate::Retry, "WooCommerce asked us to slow down"),
        (answer(503, "<html>"), Fate::ReadBack, "WooCommerce failed with status 503"),
        (answer(403, "<html>"), Fate::ReadBack, "WooCommerce failed with status 403"),
        (answer(403, forbidden), Fate::GiveUp, "WooCommerce refused our credentials: `woocommerce_rest_cannot_edit`"),
        (answer(400, invalid), Fate::GiveUp, "WooCommerce did not accept the request: `rest_invalid_param`"),
        (answer(404, "<html>"), Fate::GiveUp, "WooCommerce did not accept the request: `status_404`"),
        (
            answer(200, "{}"),
            Fate::ReadBack,
            "the answer of WooCommerce about `ALMA10` cannot be understood at `date_expires_gmt`",
        ),
    ] {
        stage.sim.faults().next_for("write", fault);
        check(stage.set("ALMA10", "ended").await, fate, text);
    }
    assert!(stage.takes("ALMA10") && stage.sim.faults().waiting() == 0);
    let stage = stage_as(WooConfig { writes: false, ..WooConfig::default() }, 2, "ck_sim").await;
    let refused = "WooCommerce refused our credentials: `woocommerce_rest_authentication_error`";
    check(stage.set("ALMA10", "ended").await, Fate::GiveUp, refused);
    let stage = stage_as(WooConfig::default(), 2, "ck_CANARY").await;
    let error = stage.set("ALMA10", "ended").await.expect_err("refused");
    assert!(!format!("{error} {error:?} {:?}", stage.coupons).contains("CANARY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_is_made_once_with_the_end_that_was_meant_in_every_zone() {
    for ahead in [-12, 0, 14] {
        let stage = stage_as(WooConfig::default(), ahead, "ck_sim").await;
        let now = stage.clock.now();
        let percent = Percent(20.into());
        let new =
            NewCode { id: "make-1".into(), code: "CLEO20".into(), percent, starts_at: now, ends_at: Some(later()) };
        stage.sim.faults().next_for("write", Fault::LoseReply);
        assert_eq!(stage.coupons.make(&new, now).await.expect_err("lost").fate(), Fate::ReadBack);
        // It was made and its end is a zone off: whoever tries again sees to it.
        assert_eq!(stage.coupons.make(&new, now).await.expect("there"), Made::Already);
        assert_eq!(stage.sim.world().end_of("cleo20"), Some(later()), "{ahead}");
        let endless = NewCode { id: "make-2".into(), code: "DORA20".into(), ends_at: None, ..new.clone() };
        assert_eq!(stage.coupons.make(&endless, now).await.expect("made"), Made::New);
        assert_eq!((stage.sim.world().sell(now, &["dora20"], 1000).1, stage.sim.world().end_of("dora20")), (800, None));
        let other = NewCode { code: "ALMA10".into(), ..new };
        let taken = "`ALMA10` at WooCommerce is not set from here: it is there already and takes off something else; choose \
                     another text";
        check(stage.coupons.make(&other, now).await, Fate::GiveUp, taken);
    }
}
