//! Records and their index rows.

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::person::{Chat, Identity, Reach, Role};
use crate::outbox::delivery::State;
use crate::outbox::incident::IncidentId;
use crate::outbox::notice::{About, Urgency};
use crate::store::Fate;
use crate::store::memory::MemoryStore;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("in range")
}

fn delivery(room: &str, state: State) -> Delivery {
    Delivery {
        about: About::Incident(IncidentId::nth(7)),
        room: room.parse().expect("a room"),
        urgency: Urgency::Critical,
        cause: "stop".to_owned(),
        wanted_revision: 1,
        told_revision: 0,
        state,
        message: None,
        maybe_repeat: false,
        expires_at: at(900),
        tries: 0,
        attempts: Vec::new(),
        generation: 0,
        earlier: None,
        marker: None,
    }
}

fn person(id: &str, users: &[&str]) -> Person {
    Person {
        id: id.parse().expect("a person"),
        name: id.to_owned(),
        identities: users.iter().map(|user| Identity { chat: Chat::Telegram, user: (*user).to_owned() }).collect(),
        creator: None,
        locale: None,
    }
}

fn incident(n: u64) -> Incident {
    Incident {
        id: IncidentId::nth(n),
        rule: "stop".parse().expect("a rule"),
        rule_version: 1,
        kind: "stop_loss".to_owned(),
        subject: "creator/alma".parse().expect("a subject"),
        brand: None,
        campaign: None,
        creator: None,
        stage: Stage::Firing,
        revision: 1,
        opened_at: at(5),
        resolved_at: None,
        acknowledged_by: None,
        snoozed_until: None,
        released: false,
        receipt: json!({"seen": 0.1, "allowed": [1, 2]}),
        avoidable: None,
        options: Vec::new(),
        rungs: Vec::new(),
        escalation: None,
        events: Vec::new(),
    }
}

async fn index(store: &MemoryStore, table: Table) -> Vec<(Key, Vec<u8>)> {
    let (from, until) = keys::all();
    let rows = store.scan(table, &from, &until, 1_000).await.expect("reads");
    rows.into_iter().map(|(key, kept)| (key, kept.bytes)).collect()
}

fn any_state() -> impl Strategy<Value = State> {
    (0u8..7, 0i64..6).prop_map(|(kind, second)| match kind {
        0 | 1 => State::Due { not_before: at(second) },
        2 => State::Sending { revision: 1, since: at(0), until: at(second) },
        3 => State::Sent,
        4 => State::Unknown { revision: 1, since: at(second) },
        5 => State::Failed { reason: String::new(), at: at(second) },
        _ => State::Grouped { group: String::new() },
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_due_index_is_always_what_the_deliveries_say(
        steps in proptest::collection::vec((0usize..3, proptest::option::weighted(0.9, any_state())), 1..30),
        now in 0i64..6,
    ) {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(async {
            let store = MemoryStore::new();
            for (room, state) in steps {
                let room = ["a", "b", "c"][room];
                let fresh = delivery(room, State::Sent);
                let loaded = load::<Delivery>(&store, &fresh.key()).await.expect("loads");
                let mut change = Transaction::new();
                match (loaded, state) {
                    (Some(mut loaded), Some(state)) => {
                        loaded.value.state = state;
                        change.update(&loaded).expect("writes");
                    }
                    (before, Some(state)) => {
                        change.set(before.as_ref(), &delivery(room, state)).expect("writes");
                    }
                    (Some(loaded), None) => {
                        change.delete(&loaded);
                    }
                    (None, None) => {}
                }
                store.commit(change).await.expect("nobody was quicker");
                let mut want: Vec<(Timestamp, Key)> = scan_all::<Delivery>(&store)
                    .await
                    .expect("scans")
                    .iter()
                    .filter_map(|loaded| Some((due_at(&loaded.value)?, loaded.key().to_vec())))
                    .collect();
                want.sort();
                assert_eq!(next_due_delivery(&store).await.expect("reads"), want.first().map(|due| due.0));
                assert_eq!(index(&store, Table::DueDeliveries).await.len(), want.len());
                want.retain(|due| due.0 <= at(now));
                assert_eq!(due_deliveries(&store, at(now), 10).await.expect("reads"), want);
            }
        });
    }
}

#[test]
fn a_delivery_that_stays_due_at_the_same_time_writes_no_index() {
    let due = |second| delivery("a", State::Due { not_before: at(second) });
    assert_eq!(due_writes(None, &due(1)).len(), 1);
    assert_eq!(due_writes(Some(&due(1)), &due(1)), []);
    assert_eq!(due_writes(Some(&due(1)), &due(2)).len(), 2);
    let told = delivery("a", State::Sent);
    let told = Delivery { told_revision: told.wanted_revision, ..told };
    assert_eq!(due_writes(Some(&due(1)), &told).len(), 1);
}

#[tokio::test]
async fn an_identity_has_one_person_and_a_rule_one_open_incident_on_a_subject() {
    let store = MemoryStore::new();
    let commit = async |change: &Transaction| store.commit(change.clone()).await.map_err(|error| error.fate());
    let created = |record: &Person| Transaction::new().create(record).expect("writes").clone();
    commit(&created(&person("alma", &["1", "2"]))).await.expect("commits");
    assert_eq!(commit(&created(&person("bo", &["2"]))).await, Err(Fate::ReadAgain));
    assert_eq!(index(&store, Table::People).await.len(), 1);
    let mut alma = load::<Person>(&store, b"alma").await.expect("loads").expect("is there");
    alma.value.identities.pop();
    commit(Transaction::new().update(&alma).expect("writes")).await.expect("commits");
    commit(&created(&person("bo", &["2"]))).await.expect("commits");
    let owners = index(&store, Table::Identities).await;
    assert_eq!(owners, [(b"telegram:1".to_vec(), b"alma".to_vec()), (b"telegram:2".to_vec(), b"bo".to_vec())]);

    let mut open = Transaction::new();
    commit(open.create(&incident(1)).expect("writes")).await.expect("commits");
    let mut second = Transaction::new();
    second.create(&incident(2)).expect("writes");
    assert_eq!(commit(&second).await, Err(Fate::ReadAgain));
    let key = keys::incident(&IncidentId::nth(1));
    let mut first = load::<Incident>(&store, &key).await.expect("loads").expect("is there");
    assert_eq!(first.value, incident(1));
    first.value.stage = Stage::Resolved;
    // Resolved and fired again in one cycle.
    let mut both = Transaction::new();
    both.update(&first).expect("writes").create(&incident(2)).expect("writes");
    commit(&both).await.expect("commits");
    let open = index(&store, Table::OpenIncidents).await;
    assert_eq!(open, [(b"stop\0creator/alma".to_vec(), keys::incident(&IncidentId::nth(2)))]);
}

#[tokio::test]
async fn whoever_read_earlier_is_told_to_read_again() {
    let store = MemoryStore::new();
    let mut change = Transaction::new();
    let room = |quiet: Option<&str>| Room {
        id: "team".parse().expect("a room"),
        address: None,
        audience: crate::domain::person::Audience::Internal,
        brand: None,
        campaign: None,
        creator: None,
        locale: "en".to_owned(),
        zone: "UTC".to_owned(),
        quiet: quiet.map(str::to_owned),
        closed: None,
        closed_at: None,
        person: None,
        habits: crate::domain::habits::Habits::default(),
    };
    store.commit(change.create(&room(None)).expect("writes").clone()).await.expect("commits");
    let mut mine = load::<Room>(&store, b"team").await.expect("loads").expect("is there");
    let theirs = mine.clone();
    mine.value = room(Some("22:00-07:00"));
    let mut change = Transaction::new();
    store.commit(change.update(&mine).expect("writes").clone()).await.expect("commits");
    for stale in [
        Transaction::new().delete(&theirs).clone(),
        Transaction::new().update(&theirs).expect("writes").clone(),
        Transaction::new().expect_unchanged(&theirs).clone(),
    ] {
        let refused = store.commit(stale).await.expect_err("somebody was quicker");
        assert_eq!(refused.fate(), Fate::ReadAgain);
    }
    mine.value.id = "other".parse().expect("a room");
    assert!(Transaction::new().update(&mine).is_err(), "a key must not change");
}

#[tokio::test]
async fn a_scan_reads_every_page_and_grants_are_found_by_person() {
    let store = MemoryStore::new();
    for part in 0..3u32 {
        let mut change = Transaction::new();
        for n in 0..400u32 {
            let n = part * 400 + n;
            let grant = Grant {
                person: ["alma", "alma2", "bo"][usize::try_from(n % 3).expect("small")].parse().expect("a person"),
                role: Role::Manager,
                reach: Reach::Brand(format!("b{n}").parse().expect("a brand")),
                by: "terminal:root".to_owned(),
                at: at(0),
            };
            change.create(&grant).expect("writes");
        }
        store.commit(change).await.expect("commits");
    }
    assert_eq!(scan_all::<Grant>(&store).await.expect("scans").len(), 1_200);
    let (from, until) = keys::grants_of(&"alma".parse().expect("a person"));
    let grants = scan_range::<Grant>(&store, &from, &until).await.expect("scans");
    assert_eq!(grants.len(), 400);
    assert!(grants.iter().all(|grant| grant.value.person.as_str() == "alma"));
}

#[tokio::test]
async fn the_journal_is_numbered_and_read_from_any_line() {
    let store = MemoryStore::new();
    let entry = |n: i64| JournalEntry {
        at: at(n),
        actor: "terminal:root".to_owned(),
        deed: "grant_given".to_owned(),
        subject: "person/alma".to_owned(),
        detail: json!({"n": n, "share": 0.1}),
    };
    for n in 1..=3 {
        let mut change = Transaction::new();
        let committed = store.commit(change.append_journal(&entry(n)).expect("writes").clone()).await;
        assert_eq!(committed.expect("commits").numbers, [n.cast_unsigned()]);
    }
    let lines = read_journal(&store, 2, 10).await.expect("reads");
    assert_eq!(lines, [(2, entry(2)), (3, entry(3))]);
    assert_eq!(read_journal(&store, 1, 1).await.expect("reads"), [(1, entry(1))]);
}

#[tokio::test]
async fn a_record_of_a_newer_program_and_one_that_makes_no_sense_are_refused() {
    for (bytes, want) in [
        (&b"\x00\x02{}"[..], "has version 2, expected 1; run the program that wrote it"),
        (b"\x00\x01{", "cannot be understood"),
        (b"\x01", "is empty; restore a backup"),
    ] {
        let store = MemoryStore::new();
        let write = Write::Put { table: Table::Rooms, key: b"team".to_vec(), bytes: bytes.to_vec() };
        let transaction = Transaction { expect: Vec::new(), writes: vec![write] };
        store.commit(transaction).await.expect("commits");
        let refused = load::<Room>(&store, b"team").await.expect_err("refused").to_string();
        assert!(refused.contains("the record `team` in Rooms") && refused.contains(want), "{refused}");
    }
}

#[tokio::test]
async fn what_is_remembered_is_what_a_reading_of_everything_finds() {
    let store = MemoryStore::new();
    let remembered = Remembered::<Person>::default();
    let same = async || {
        let read: Vec<Loaded<Person>> = scan_all(&store).await.expect("read");
        let known = remembered.all(&store).await.expect("read");
        assert_eq!(known.iter().map(|one| &**one).collect::<Vec<_>>(), read.iter().collect::<Vec<_>>());
        known
    };
    let commit =
        async |change: &mut Transaction| store.commit(std::mem::take(change)).await.map(drop).expect("commits");
    assert!(same().await.is_empty());
    // More than a page.
    let ids: Vec<String> = (0..=PAGE).map(|n| format!("p{n:04}")).collect();
    for id in &ids {
        commit(Transaction::new().create(&person(id, &[id])).expect("writes")).await;
    }
    let before = same().await;
    let mut alma = load::<Person>(&store, before.first().expect("one").key()).await.expect("read").expect("is there");
    alma.value.name = "Alma".to_owned();
    commit(Transaction::new().update(&alma).expect("writes")).await;
    let after = same().await;
    let kept = before.iter().zip(&after).filter(|(one, other)| Arc::ptr_eq(one, other)).count();
    assert_eq!((before.len(), kept), (PAGE + 1, PAGE), "only what changed is read anew");
    // A key that comes again starts again at its first version.
    let last = load::<Person>(&store, after.last().expect("one").key()).await.expect("read").expect("is there");
    commit(Transaction::new().delete(&last)).await;
    let again = Person { name: "somebody else".to_owned(), ..last.value.clone() };
    commit(Transaction::new().create(&again).expect("writes")).await;
    assert_eq!(same().await.last().map(|one| one.value.name.clone()).as_deref(), Some("somebody else"));
    commit(Transaction::new().delete(&load::<Person>(&store, last.key()).await.expect("read").expect("is there")))
        .await;
    assert_eq!(same().await.len(), PAGE);
}
