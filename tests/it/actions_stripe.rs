//! Ending and resuming promotion codes at the emulated Stripe, over real HTTP.

use std::sync::Arc;

use jiff::Timestamp;
use plimsoll::actions::coin::{Made, Mint as _, NewCode};
use plimsoll::actions::stripe::StripeCodes;
use plimsoll::actions::webhook::{Fate, SetState};
use plimsoll::actions::{ActionError, Hand};
use plimsoll::domain::written::Percent;
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::stripe::{NewPromo, StripeConfig, StripeSim, StripeWorld};
use plimsoll::sources::stripe::{self, StripeSettings as Settings};
use plimsoll::time::Clock;

fn start() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("an instant")
}

fn began() -> Timestamp {
    "2026-02-01T00:00:00Z".parse().expect("an instant")
}

struct Stage {
    clock: Clock,
    sim: StripeSim,
    codes: StripeCodes,
    alma: String,
}

async fn stage_as(config: StripeConfig, key: &str) -> Stage {
    stage_of(config, key, "2025-09-30.clover").await
}

async fn stage_of(config: StripeConfig, key: &str, version: &str) -> Stage {
    let (clock, _driver) = Clock::simulated(start());
    let world = StripeWorld::new("SEK");
    let alma = world.add_promo(NewPromo::new("ALMA10", 10, began()));
    world.add_promo(NewPromo { ends_at: Some(start()), ..NewPromo::new("OVER", 10, began()) });
    for customer in ["cus_1", "cus_2"] {
        world.add_promo(NewPromo { customer: Some(customer.to_owned()), ..NewPromo::new("VIP", 10, began()) });
    }
    let sim = StripeSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let base = sim.base_url();
    let text = format!("base_url = \"{base}\"\ncurrency = \"SEK\"\nkey = \"{key}\"\napi_version = \"{version}\"\n");
    let settings: Settings = toml::from_str(&text).expect("settings");
    let codes = StripeCodes::new(stripe::client(&settings).expect("a client"), settings.is_nested());
    Stage { clock, sim, codes, alma }
}

async fn stage() -> Stage {
    stage_as(StripeConfig::default(), "rk_live_sim").await
}

/// The key of a request, and its fields.
type Write = (Option<String>, Vec<(String, String)>);

impl Stage {
    async fn set_as(&self, id: &str, code: &str, desired: &str) -> Result<(), ActionError> {
        let wanted = SetState {
            id: id.to_owned(),
            subject: "partnership/spring/alma".parse().expect("a subject"),
            object: code.to_owned(),
            desired: desired.to_owned(),
        };
        self.codes.set(&wanted, self.clock.now()).await
    }

    async fn set(&self, code: &str, desired: &str) -> Result<(), ActionError> {
        self.set_as("proposal-1", code, desired).await
    }

    async fn read(&self, code: &str) -> Result<String, ActionError> {
        self.codes.read(code, self.clock.now()).await
    }

    fn takes(&self, code: &str) -> bool {
        self.sim.world().takes(code, self.clock.now())
    }

    fn writes(&self) -> Vec<Write> {
        let writes = self.sim.seen().into_iter().filter(|seen| seen.method == "POST");
        writes.map(|seen| (seen.key, seen.fields)).collect()
    }
}

#[track_caller]
fn check<T: std::fmt::Debug>(got: Result<T, ActionError>, fate: Fate, want: &str) {
    let error = got.expect_err("refused");
    assert_eq!((error.fate(), error.to_string().as_str()), (fate, want));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_ended_read_back_and_resumed_by_its_text_or_its_id() {
    let stage = stage().await;
    for object in ["alma10", stage.alma.as_str()] {
        assert_eq!(stage.read(object).await.expect("told"), "active");
        stage.set_as(&format!("end-{object}"), object, "ended").await.expect("done");
        assert_eq!((stage.read("ALMA10").await.expect("told").as_str(), stage.takes("ALMA10")), ("ended", false));
        stage.set_as(&format!("resume-{object}"), object, "active").await.expect("done");
        assert_eq!((stage.read(object).await.expect("told").as_str(), stage.takes("ALMA10")), ("active", true));
    }
    assert!(stage.takes("VIP"), "no other code ends with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_stands_for_one_state_and_sent_twice_is_done_once() {
    let stage = stage().await;
    for (id, fault) in [("proposal-1", Fault::LoseReply), ("proposal-12", Fault::Garbage)] {
        stage.sim.faults().next_for("write", fault);
        let error = stage.set_as(id, "ALMA10", "ended").await.expect_err("lost");
        assert_eq!(error.fate(), Fate::ReadBack, "{error}");
        assert_eq!(stage.read("ALMA10").await.expect("told"), "ended");
        let before = stage.writes().len();
        stage.set_as(id, "ALMA10", "ended").await.expect("done again is done once");
        assert_eq!(stage.writes().len(), before);
        stage.set_as(id, "ALMA10", "active").await.expect("the other way under another key");
    }
    // Somebody let it work again behind our back: the key is known, and its answer is only a memory.
    stage.set("ALMA10", "ended").await.expect("done");
    assert!(!stage.takes("ALMA10"), "a replay is not taken for a deed");
    let mut meaning = std::collections::BTreeMap::new();
    for (key, fields) in stage.writes() {
        let fields = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().concat();
        assert_eq!(meaning.entry(key.expect("a key")).or_insert_with(|| fields.clone()), &fields);
    }
    let keys: Vec<&String> = meaning.keys().collect();
    assert!(keys.iter().all(|key| key.starts_with("plimsoll-proposal-1") && key.contains(&stage.alma)), "{keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_is_kept_under_its_key_does_not_last_for_ever() {
    let stage = stage().await;
    stage.sim.break_write();
    check(stage.set("ALMA10", "ended").await, Fate::ReadBack, "Stripe failed with status 500");
    assert!(stage.takes("ALMA10"));
    stage.set("ALMA10", "ended").await.expect("under the next key");
    assert!(!stage.takes("ALMA10"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_one_code_or_cannot_be_set_is_refused() {
    let stage = stage().await;
    let shared = "`VIP` at Stripe is shared: several customers have a code of their own under this text; name the one that \
                  is meant by its id, `promo_…`";
    check(stage.set("VIP", "ended").await, Fate::GiveUp, shared);
    let over = "`OVER` at Stripe is not set from here: its own end has passed, which cannot be changed there; make a new \
                promotion code";
    check(stage.set("OVER", "active").await, Fate::GiveUp, over);
    stage.set("OVER", "ended").await.expect("so already");
    check(stage.set("NONE", "ended").await, Fate::GiveUp, "Stripe does not have `NONE`");
    check(stage.read("promo_9").await, Fate::GiveUp, "Stripe does not have `promo_9`");
    check(stage.set("ALMA10", "paused").await, Fate::GiveUp, "`ALMA10` at Stripe cannot be `paused`");
    assert!(stage.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_with_one_text_the_newest_is_resumed() {
    let stage = stage().await;
    stage.sim.world().set_active(&stage.alma, false);
    let newer = stage.sim.world().add_promo(NewPromo::new("ALMA10", 15, start()));
    stage.set("ALMA10", "ended").await.expect("the one that works");
    stage.set_as("proposal-2", "ALMA10", "active").await.expect("done");
    let paths: Vec<String> =
        stage.sim.seen().into_iter().filter(|one| one.method == "POST").map(|one| one.path).collect();
    assert_eq!(paths, vec![format!("/v1/promotion_codes/{newer}"); 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_fate_and_changes_nothing() {
    let stage = stage().await;
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let card = r#"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"CANARY"}}"#;
    for (fault, fate, text) in [
        (answer(429, ""), Fate::Retry, "Stripe asked us to slow down"),
        (answer(503, ""), Fate::ReadBack, "Stripe failed with status 503"),
        (answer(409, ""), Fate::ReadBack, "Stripe failed with status 409"),
        (answer(400, card), Fate::GiveUp, "Stripe did not accept the request: `resource_missing`"),
        (answer(400, "<html>"), Fate::GiveUp, "Stripe did not accept the request: `status_400`"),
        (answer(200, "{}"), Fate::ReadBack, "the answer of Stripe about `ALMA10` cannot be understood at `id`"),
    ] {
        stage.sim.faults().next_for("write", fault);
        check(stage.set("ALMA10", "ended").await, fate, text);
    }
    assert!(stage.takes("ALMA10") && stage.sim.faults().waiting() == 0);
    stage.sim.faults().down(true);
    check(stage.set("ALMA10", "ended").await, Fate::ReadBack, "Stripe was asked, but its answer was lost");

    let reads = StripeConfig { rights: vec!["promotion_codes".into()], ..StripeConfig::default() };
    let stage = stage_as(reads, "rk_live_sim").await;
    let refused = "Stripe refused our credentials: `more_permissions_required`";
    check(stage.set("ALMA10", "ended").await, Fate::GiveUp, refused);
    let stage = stage_as(StripeConfig::default(), "rk_live_CANARY").await;
    let error = stage.set("ALMA10", "ended").await.expect_err("refused");
    assert!(!format!("{error} {error:?} {:?}", stage.codes).contains("CANARY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_made_once_in_every_version_and_never_over_another() {
    for version in ["2024-06-20", "2025-09-30.clover"] {
        let stage = stage_of(StripeConfig::default(), "rk_live_sim", version).await;
        let now = stage.clock.now();
        let ends_at = Some(now + jiff::SignedDuration::from_hours(24));
        let percent = Percent(20.into());
        let new = NewCode { id: "make-1".into(), code: "CLEO20".into(), percent, starts_at: now, ends_at };
        stage.sim.faults().next_for("write", Fault::LoseReply);
        assert_eq!(stage.codes.make(&new, now).await.expect_err("lost").fate(), Fate::ReadBack, "{version}");
        assert_eq!(stage.codes.make(&new, now).await.expect("made"), Made::New, "{version}");
        assert_eq!(stage.codes.make(&new, now).await.expect("there"), Made::Already, "{version}");
        assert_eq!(stage.sim.world().sell(now, &["cleo20"], 1000).1, 800);
        let taken = "`ALMA10` at Stripe is not set from here: it is there already and takes off something else; choose \
                     another text";
        let other = NewCode { id: "make-2".into(), code: "ALMA10".into(), ..new.clone() };
        check(stage.codes.make(&other, now).await, Fate::GiveUp, taken);
        let later = NewCode { starts_at: now + jiff::SignedDuration::from_hours(1), ..new.clone() };
        let begins = "`CLEO20` at Stripe is not set from here: codes begin at once there; make it when it is to begin";
        check(stage.codes.make(&later, now).await, Fate::GiveUp, begins);
        let odd = NewCode { code: "CLEO 20".into(), ..new };
        let letters =
            "`CLEO 20` at Stripe is not set from here: a code has letters, digits, `-` and `_` only, at most 64";
        check(stage.codes.make(&odd, now).await, Fate::GiveUp, letters);
    }
}
