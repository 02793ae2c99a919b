//! The signed webhook against the emulated ad platform.

use jiff::{SignedDuration, Timestamp};
use plimsoll::actions::webhook::{Fate, SetState, Webhook};
use plimsoll::sim::adhook::AdHookSim;
use plimsoll::sim::loopback::Fault;
use plimsoll::time::Clock;
use secrecy::SecretString;

fn start() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("an instant")
}

struct Stage {
    clock: Clock,
    sim: AdHookSim,
}

async fn stage() -> Stage {
    let (clock, _driver) = Clock::simulated(start());
    let objects = [("boost-alma".to_owned(), "running".to_owned())];
    let sim = AdHookSim::start(&clock, "whsec-1", &objects).await.expect("a free port");
    Stage { clock, sim }
}

impl Stage {
    fn hook(&self, secret: &str) -> Webhook {
        let allowed = ["127.0.0.1".to_owned()];
        Webhook::new(&self.sim.url(), SecretString::from(secret.to_owned()), &allowed, false).expect("a client")
    }

    /// The states the object has had since the start.
    fn states(&self) -> Vec<String> {
        self.sim.board().history("boost-alma").into_iter().map(|change| change.state).collect()
    }
}

fn order(id: &str, desired: &str) -> SetState {
    SetState {
        id: id.to_owned(),
        subject: "partnership/spring/alma".parse().expect("a subject"),
        object: "boost-alma".to_owned(),
        desired: desired.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_set_read_back_and_restored() {
    let stage = stage().await;
    let hook = stage.hook("whsec-1");
    let now = stage.clock.now();
    assert_eq!(hook.read_back("boost-alma", now).await.expect("told").state, "running");
    hook.set_state(&order("a1", "stopped"), now).await.expect("accepted");
    assert_eq!(hook.read_back("boost-alma", now).await.expect("told").state, "stopped");
    hook.set_state(&order("a2", "running"), now).await.expect("accepted");
    assert_eq!(stage.states(), ["running", "stopped", "running"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_is_set_beside_the_state_and_read_back_where_it_is_told() {
    let stage = stage().await;
    let hook = stage.hook("whsec-1");
    let now = stage.clock.now();
    assert_eq!(hook.read_back("boost-alma", now).await.expect("told").budget, None);
    assert!(stage.sim.board().give_budget("boost-alma", "6000.00 EUR", now));
    hook.set_state(&order("a1", "budget 3620.00 EUR"), now).await.expect("accepted");
    let told = hook.read_back("boost-alma", now).await.expect("told");
    assert_eq!((told.state.as_str(), told.budget.as_deref()), ("running", Some("3620.00 EUR")));
    hook.set_state(&order("a2", "stopped"), now).await.expect("accepted");
    let told = hook.read_back("boost-alma", now).await.expect("told");
    assert_eq!((told.state.as_str(), told.budget.as_deref()), ("stopped", Some("3620.00 EUR")));
    let refused = hook.set_state(&order("a3", "budget lots"), now).await.expect_err("not a budget");
    assert_eq!(refused.fate(), Fate::GiveUp);
    hook.set_state(&order("a1", "budget 3620.00 EUR"), now).await.expect("the same again");
    assert_eq!(stage.sim.board().budgets("boost-alma").len(), 2, "done once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_sent_twice_is_done_once() {
    let stage = stage().await;
    let hook = stage.hook("whsec-1");
    let now = stage.clock.now();
    hook.set_state(&order("a1", "stopped"), now).await.expect("accepted");
    hook.set_state(&order("a2", "running"), now).await.expect("accepted");
    hook.set_state(&order("a1", "stopped"), now).await.expect("accepted again");
    assert_eq!(stage.states(), ["running", "stopped", "running"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_deed_is_unknown_and_reading_back_tells() {
    let stage = stage().await;
    let hook = stage.hook("whsec-1");
    let now = stage.clock.now();
    stage.sim.faults().next_for("POST", Fault::LoseReply);
    let error = hook.set_state(&order("a1", "stopped"), now).await.expect_err("lost");
    assert_eq!(error.fate(), Fate::ReadBack, "{error}");
    assert_eq!(hook.read_back("boost-alma", now).await.expect("told").state, "stopped");
    hook.set_state(&order("a1", "stopped"), now).await.expect("the same again");
    assert_eq!(stage.states(), ["running", "stopped"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_is_not_done_and_reading_back_tells() {
    let stage = stage().await;
    let hook = stage.hook("whsec-1");
    let now = stage.clock.now();
    stage.sim.deaf_for(1);
    hook.set_state(&order("a1", "stopped"), now).await.expect("accepted");
    assert_eq!(hook.read_back("boost-alma", now).await.expect("told").state, "running");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_has_its_fate_and_a_refusal_changes_nothing() {
    let stage = stage().await;
    let hook = stage.hook("whsec-1");
    let now = stage.clock.now();
    for (status, fate, text) in [
        (400, Fate::GiveUp, "the webhook refused with status 400"),
        (403, Fate::GiveUp, "the webhook refused with status 403"),
        (302, Fate::GiveUp, "the webhook refused with status 302"),
        (429, Fate::Retry, "the webhook asked us to slow down"),
        (503, Fate::ReadBack, "the webhook failed with status 503"),
    ] {
        stage.sim.faults().next(Fault::Answer { status, body: String::new() });
        let error = hook.set_state(&order("a1", "stopped"), now).await.expect_err("refused");
        assert_eq!((error.fate(), error.to_string().as_str()), (fate, text));
    }
    stage.sim.faults().next(Fault::Garbage);
    let error = hook.read_back("boost-alma", now).await.expect_err("garbled");
    assert_eq!(error.to_string(), "the webhook's answer about `boost-alma` is not `{\"object\",\"state\"}`");
    let other = r#"{"object":"boost-bo","state":"stopped"}"#.to_owned();
    stage.sim.faults().next(Fault::Answer { status: 200, body: other });
    let error = hook.read_back("boost-alma", now).await.expect_err("another object");
    assert_eq!(error.fate(), Fate::GiveUp, "{error}");
    stage.sim.faults().down(true);
    let error = hook.set_state(&order("a1", "stopped"), now).await.expect_err("down");
    assert_eq!(error.fate(), Fate::ReadBack, "a connection that broke may have carried it");
    assert_eq!(stage.states(), ["running"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_wrong_or_old_is_refused() {
    let stage = stage().await;
    let now = stage.clock.now();
    let minutes = |minutes| now + SignedDuration::from_mins(minutes);
    let refused = |result: Result<(), plimsoll::actions::webhook::WebhookError>| {
        result.expect_err("refused").to_string() == "the webhook refused with status 401"
    };
    assert!(refused(stage.hook("whsec-2").set_state(&order("a1", "stopped"), now).await));
    assert!(refused(stage.hook("whsec-1").set_state(&order("a1", "stopped"), minutes(-6)).await));
    assert!(refused(stage.hook("whsec-1").set_state(&order("a1", "stopped"), minutes(6)).await));
    assert_eq!((stage.states(), stage.sim.requests()), (vec!["running".to_owned()], 0));
    stage.hook("whsec-1").set_state(&order("a1", "stopped"), minutes(-5)).await.expect("just in time");
    assert!(stage.hook("whsec-2").read_back("boost-alma", now).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_with_a_difficult_name_is_signed_as_it_is() {
    let (clock, _driver) = Clock::simulated(start());
    let name = "boost/ä & b?=1";
    let sim = AdHookSim::start(&clock, "whsec-1", &[(name.to_owned(), "running".to_owned())]).await.expect("a port");
    let hook = Webhook::new(&sim.url(), SecretString::from("whsec-1".to_owned()), &["127.0.0.1".to_owned()], false);
    let told = hook.expect("a client").read_back(name, clock.now()).await.expect("told");
    assert_eq!((told.object.as_str(), told.state.as_str()), (name, "running"));
}
