//! What goes with an alert, and what keeps it.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::app::config::Config;
use crate::app::records::ButtonRecord;
use crate::domain::ids::RoomId;
use crate::outbox::incident::Stage;
use crate::outbox::notice::{Urgency, Wording};
use crate::rules::downgrade::Milestone;
use crate::store::memory::{Fault, MemoryStore};
use crate::time::Clock;

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().expect("an instant")
}

fn back(days: i32) -> Timestamp {
    now().checked_sub(DAY * days).expect("in range")
}

/// One that ended so many days ago; `None`: it fires.
fn incident(n: u64, ended: Option<i32>) -> Incident {
    let mut one: Incident = serde_json::from_value(json!({
        "id": IncidentId::nth(n), "rule": "cpa", "rule_version": 1, "kind": "stop_loss", "subject": "creator/alma",
        "stage": "firing", "revision": 1, "opened_at": back(900), "receipt": {"value": 1}, "events": [],
    }))
    .expect("an incident");
    if let Some(days) = ended {
        one.stage = Stage::Resolved;
        one.resolved_at = Some(back(days));
    }
    one
}

fn notice(about: About, at: Timestamp, members: &[&str]) -> Notice {
    let wording = Wording { key: "group".to_owned(), args: [("members".to_owned(), json!(members))].into() };
    Notice {
        about,
        revision: 1,
        urgency: Urgency::Critical,
        cause: "cpa".to_owned(),
        at,
        expires_at: at,
        wording: Some(wording),
    }
}

fn delivery(about: &About, state: &State) -> Delivery {
    serde_json::from_value(json!({
        "about": about, "room": "team", "urgency": "critical", "cause": "cpa", "wanted_revision": 1, "told_revision": 1,
        "state": state, "message": null, "maybe_repeat": false, "expires_at": now(), "tries": 0, "attempts": [],
    }))
    .expect("a delivery")
}

fn button(token: &str, expires_at: Timestamp) -> ButtonRecord {
    serde_json::from_value(json!({
        "token": token, "room": "team", "about": About::Sample, "purpose": {"does": "ack", "incident": IncidentId::nth(1)},
        "expires_at": expires_at,
    }))
    .expect("a button")
}

async fn open(store: &Arc<MemoryStore>, sets: &[&str]) -> Arc<Core> {
    let (clock, _) = Clock::simulated(now());
    let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    let config = Config::load(None, &sets).expect("loads");
    Core::open(clock, Arc::clone(store) as Arc<dyn Store>, config, 1).await.expect("opens")
}

async fn put(store: &MemoryStore, incidents: &[Incident], told: &[(About, Timestamp, State)]) {
    let mut transaction = Transaction::new();
    for one in incidents {
        transaction.create(one).expect("a record");
    }
    for (about, at, state) in told {
        transaction.create(&notice(about.clone(), *at, &[])).expect("a record");
        transaction.create(&delivery(about, state)).expect("a record");
    }
    store.commit(transaction).await.expect("commits");
}

fn left(store: &MemoryStore, table: Table) -> Vec<String> {
    store.dump().iter().filter(|row| row.0 == table).map(|row| String::from_utf8_lossy(&row.1).into_owned()).collect()
}

fn named(kind: &str, n: u64) -> String {
    format!("{kind}/{}", IncidentId::nth(n).as_str())
}

#[tokio::test]
async fn an_alert_that_is_long_over_goes_with_all_that_was_told_of_it_and_no_other() {
    let store = Arc::new(MemoryStore::new());
    let of = IncidentId::nth;
    let due = State::Due { not_before: now() };
    put(
        &store,
        &[incident(1, Some(500)), incident(2, Some(300)), incident(3, None), incident(4, Some(500))],
        &[
            (About::Incident(of(1)), back(900), State::Sent),
            (About::Level(of(1), Milestone::Told), back(900), State::Sent),
            (About::Escalation(of(1), 1), back(900), State::Failed { reason: "gone".to_owned(), at: back(900) }),
            (About::Incident(of(2)), back(900), State::Sent),
            (About::Incident(of(3)), back(900), State::Sent),
            // Its end has not been told everywhere: the room is away.
            (About::Incident(of(4)), back(900), due),
        ],
    )
    .await;
    let core = open(&store, &["retention.alerts=400d"]).await;
    let removed = crate::app::retention::round(&core).await.expect("removed");
    assert_eq!((removed.alerts, removed.messages), (1, 0), "{removed:?}");
    let mut kept: Vec<String> = [2, 3, 4].map(|n| of(n).as_str().to_owned()).to_vec();
    kept.sort();
    assert_eq!(left(&store, Table::Incidents), kept);
    let mut told: Vec<String> = [2, 3, 4].map(|n| named("incident", n)).to_vec();
    told.sort();
    assert_eq!(left(&store, Table::Notices), told);
    assert_eq!(left(&store, Table::Deliveries), told.iter().map(|one| format!("{one}\0team")).collect::<Vec<_>>());
    assert_eq!(left(&store, Table::EndedIncidents).len(), 2, "no row leads to what is gone");
    assert_eq!(crate::app::retention::round(&core).await.expect("done").alerts, 0);
}

#[tokio::test]
async fn a_group_stays_as_long_as_one_of_its_members() {
    let store = Arc::new(MemoryStore::new());
    let group = IncidentId::nth(9);
    let grouped = State::Grouped { group: group.as_str().to_owned() };
    let told = [1, 2].map(|n| (About::Incident(IncidentId::nth(n)), back(900), grouped.clone()));
    put(&store, &[incident(1, Some(500)), incident(2, Some(390))], &told).await;
    let mut transaction = Transaction::new();
    let members = [named("incident", 1), named("incident", 2)];
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    transaction.create(&notice(About::Group(group.clone()), back(900), &members)).expect("a record");
    transaction.create(&delivery(&About::Group(group.clone()), &State::Sent)).expect("a record");
    store.commit(transaction).await.expect("commits");
    let of_group = |store: &MemoryStore| left(store, Table::Notices).contains(&named("group", 9));
    let core = open(&store, &["retention.alerts=400d"]).await;
    assert_eq!(cut_alerts(&core, back(400)).await.expect("removed"), 1);
    assert!(of_group(&store), "the second is shown in it still");
    assert_eq!(cut_alerts(&core, back(380)).await.expect("removed"), 1);
    assert!(!of_group(&store) && left(&store, Table::Deliveries).is_empty());
}

#[tokio::test]
async fn the_alert_that_a_level_hangs_on_stays() {
    let store = Arc::new(MemoryStore::new());
    put(&store, &[incident(1, Some(500))], &[]).await;
    let mut transaction = Transaction::new();
    let case: LevelCase = serde_json::from_value(json!({
        "rule": "cpa", "subject": "creator/alma", "creator": "alma", "program": "stars", "incident": IncidentId::nth(1),
        "case": {"from": "gold", "to": "silver", "opened_at": back(500), "grace": "PT336H", "stays_until": back(400),
                 "stage": "kept", "at": back(500), "by": null},
    }))
    .expect("a case");
    transaction.create(&case).expect("a record");
    store.commit(transaction).await.expect("commits");
    let core = open(&store, &["retention.alerts=400d"]).await;
    assert_eq!(cut_alerts(&core, back(400)).await.expect("done"), 0);
}

#[tokio::test]
async fn summaries_and_late_answers_go_and_what_may_be_told_once_only_stays() {
    let store = Arc::new(MemoryStore::new());
    let room = RoomId::new("team").expect("an id");
    let told = [
        (About::Digest(room.clone(), "2025-01-02".parse().expect("a day")), back(500), State::Sent),
        (About::Digest(room, "2026-11-02".parse().expect("a day")), back(20), State::Sent),
        (About::Reply(7), back(500), State::Sent),
        (About::Word("welcome/alma".to_owned()), back(500), State::Sent),
        (About::Trouble("room_closed/team".to_owned()), back(500), State::Sent),
    ];
    put(&store, &[], &told).await;
    let core = open(&store, &["retention.alerts=400d"]).await;
    assert_eq!(cut_messages(&core, back(400)).await.expect("removed"), 2);
    assert_eq!(
        left(&store, Table::Notices),
        ["digest/team/2026-11-02", "trouble/room_closed/team", "word/welcome/alma"]
    );
}

#[tokio::test]
async fn buttons_go_a_day_after_their_time_whatever_is_kept() {
    let store = Arc::new(MemoryStore::new());
    let mut transaction = Transaction::new();
    let hours = |hours: i64| now().checked_add(SignedDuration::from_hours(hours)).expect("in range");
    for (token, expires) in [("old", hours(-25)), ("just", hours(-23)), ("live", hours(1))] {
        transaction.create(&button(token, expires)).expect("a record");
    }
    store.commit(transaction).await.expect("commits");
    let core = open(&store, &["retention.samples=forever", "retention.polls=forever"]).await;
    assert_eq!(crate::app::retention::round(&core).await.expect("removed").buttons, 1);
    assert_eq!(left(&store, Table::Buttons), ["just", "live"]);
}

#[tokio::test]
async fn an_alert_goes_whole_or_not_at_all() {
    for fault in [Fault::CrashBefore, Fault::CrashAfter] {
        let store = Arc::new(MemoryStore::new());
        let told = [(About::Incident(IncidentId::nth(1)), back(900), State::Sent)];
        put(&store, &[incident(1, Some(500))], &told).await;
        let core = open(&store, &["retention.alerts=400d"]).await;
        store.fail_commit(store.commits() + 1, fault);
        cut_alerts(&core, back(400)).await.expect_err("the machine stopped");
        store.revive();
        let rows = [Table::Incidents, Table::Notices, Table::Deliveries].map(|table| left(&store, table).len());
        assert!(rows == [1; 3] || rows == [0; 3], "{fault:?}: {rows:?}");
        let core = open(&store, &["retention.alerts=400d"]).await;
        cut_alerts(&core, back(400)).await.expect("goes on");
        assert!(left(&store, Table::Incidents).is_empty());
    }
}
