//! Stores of every released version, kept under `tests/data`: the program of today opens them, lifts them, and says of them
//! what was said then. A store of a newer version is refused as it is.
//!
//! `store-v1.backup` is of schema 1: some days of `plimsoll demo --headless --seed 7`, killed at work, then `plimsoll backup`,
//! compressed once more with `gzip -9n`. `store-v1.tar.gz` has the files themselves: `plimsoll apply config/example`,
//! `plimsoll import` of one number, `plimsoll code --role agency --brand nordbo`, then
//! `tar -c sled sled.mark | gzip -9n`. A released program makes such a pair before its schema changes, under the
//! number of its schema.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use plimsoll::app::config::Config;
use plimsoll::app::control::verify;
use plimsoll::app::core::Core;
use plimsoll::outbox::incident::Incident;
use plimsoll::store::records::{last_journal, scan_all};
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Store, StoreError, Table, Transaction, Write, keys};
use plimsoll::time::Clock;
use sha2::{Digest as _, Sha256};

/// The schema of today.
const SCHEMA: u64 = 4;

/// What the stores under `tests/data` have no record of. Whoever adds a table adds it to a store there, or says here why not.
const NOT_IN_IT: [(Table, &str); 24] = [
    (Table::OpenIncidents, "leads to an incident while it is open; none was at the end"),
    (Table::DueDeliveries, "leads to a delivery while it waits"),
    (Table::DueProposals, "leads to a proposal while it waits"),
    (Table::Unanswered, "leads to something in the inbox until it is answered"),
    (Table::LevelCases, "no level was lost in so few days"),
    (Table::DueLevels, "leads to a level case"),
    (Table::DueRungs, "leads to an incident of a rule with steps"),
    (Table::DueEscalations, "leads to an incident that nobody takes"),
    (Table::ShadowFires, "no rule of the demo is in shadow"),
    (Table::Promotions, "no rule of the demo is in shadow"),
    (Table::CutLinks, "no link was cut"),
    (Table::Hooks, "no platform of the demo pushes"),
    (Table::Offers, "no deal was changed"),
    (Table::DueOffers, "leads to an offer"),
    (Table::FollowUps, "nothing was set"),
    (Table::DueFollowUps, "leads to what was set"),
    (Table::TipsGiven, "younger than schema 1: tips were not written down"),
    (Table::DueTips, "leads to a tip"),
    (Table::Answers, "younger than schema 1: nobody was asked about a campaign"),
    (Table::Asked, "younger than schema 1"),
    (Table::Steps, "younger than schema 1: no step was written down"),
    (Table::OpenSteps, "leads to a step"),
    (Table::Sealed, "younger than schema 1: nothing was sealed"),
    (Table::Heard, "younger than schema 1: polls were kept as rows"),
];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

async fn open(folder: &Path) -> Result<Arc<SledStore>, StoreError> {
    let folder = folder.to_owned();
    let opening = tokio::task::spawn_blocking(move || SledStore::open(&folder, &Options::default()));
    opening.await.expect("opening never panics").map(Arc::new)
}

async fn schema(store: &dyn Store) -> Vec<u8> {
    store.get(Table::Meta, b"schema").await.expect("reads").expect("is there").bytes
}

async fn counts(store: &dyn Store) -> BTreeMap<String, usize> {
    let (from, until) = keys::all();
    let mut counts = BTreeMap::new();
    for table in Table::ALL {
        let rows = store.scan(table, &from, &until, usize::MAX).await.expect("every record can be read");
        if !rows.is_empty() {
            counts.insert(format!("{table:?}"), rows.len());
        }
    }
    counts
}

async fn program(store: &Arc<SledStore>) -> Arc<Core> {
    let config = Config::load(None, &[]).expect("the defaults");
    let (clock, _) = Clock::simulated("2026-03-20T00:00:00Z".parse().expect("an instant"));
    Core::open(clock, Arc::clone(store) as Arc<dyn Store>, config, 1).await.expect("the program opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_schema_1_is_restored_lifted_and_says_what_it_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("data");
    SledStore::restore(&at, &data("store-v1.backup"), &|_, _| {}).expect("restores");
    let store = open(&at).await.expect("opens");
    assert_eq!(schema(&*store).await, SCHEMA.to_be_bytes());
    let core = program(&store).await;
    let incidents = scan_all::<Incident>(&*store).await.expect("incidents");
    let found = verify(&core).await.expect("verified");
    assert_eq!((usize::try_from(found.same).expect("small"), found.differ.len()), (incidents.len(), 0), "{found:?}");
    let mut sum = Sha256::new();
    for incident in &incidents {
        sum.update(incident.value.receipt.to_string());
    }
    let sum = data_encoding::HEXLOWER.encode(&sum.finalize());
    let line = last_journal(&*store).await.expect("a journal");
    insta::assert_snapshot!(format!("{} incidents, {line} lines, {sum}", incidents.len()), @"3 incidents, 140 lines, b301483ea21e6131e630bdd74f9cdd96eaf64fbb8cfd5a4c89fff23612957ea7");
    let had = counts(&*store).await;
    drop(core);
    store.close().await.expect("closes");
    drop(store);
    // It is lifted once; what was lifted is verified from then on.
    let store = open(&at).await.expect("opens again");
    assert_eq!(counts(&*store).await, had);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_schema_1_are_opened_and_lifted_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let status = Command::new("tar").arg("-xzf").arg(data("store-v1.tar.gz")).arg("-C").arg(folder.path()).status();
    assert!(status.expect("tar runs").success());
    let store = open(folder.path()).await.expect("opens");
    assert_eq!(schema(&*store).await, SCHEMA.to_be_bytes());
    insta::assert_snapshot!(format!("{:?}", counts(&*store).await), @r#"{"Codes": 1, "Documents": 12, "Journal": 15, "Meta": 1, "Rooms": 2, "Rules": 1, "Samples": 1}"#);
    drop(program(&store).await);
    store.close().await.expect("closes");
}

#[test]
fn every_kind_of_record_is_in_the_store_of_a_version_or_said_not_to_be() {
    let mut there = BTreeSet::new();
    plimsoll::store::backup::read(&data("store-v1.backup"), |entry| {
        if let plimsoll::store::backup::Entry::Put { table, .. } = entry {
            there.insert(table);
        }
        Ok(())
    })
    .expect("whole");
    let left_out: BTreeSet<Table> = NOT_IN_IT.iter().map(|row| row.0).collect();
    let all: BTreeSet<Table> = Table::ALL.into_iter().collect();
    let named: BTreeSet<Table> = there.union(&left_out).copied().collect();
    let unnamed: Vec<&Table> = all.difference(&named).collect();
    assert!(unnamed.is_empty(), "make a store with these in it (see the head of this file): {unnamed:?}");
    let both: Vec<&Table> = there.intersection(&left_out).collect();
    assert!(both.is_empty(), "these are in it: {both:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_newer_version_is_refused_as_often_as_it_is_opened_and_nothing_in_it_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (at, copied) = (folder.path().join("data"), folder.path().join("before.backup"));
    let set = |number: u64| Transaction {
        expect: Vec::new(),
        writes: vec![Write::Put { table: Table::Meta, key: b"schema".to_vec(), bytes: number.to_be_bytes().to_vec() }],
    };
    let store = open(&at).await.expect("opens");
    store.commit(super::store_crash::transaction(1)).await.expect("commits");
    store.commit(set(99)).await.expect("commits");
    store.backup(&copied, &Arc::default()).await.expect("copied");
    store.close().await.expect("closes");
    drop(store);
    let file = std::fs::read(at.join("sled.mark")).expect("is there");
    for _ in 0..3 {
        let error = open(&at).await.expect_err("is refused").to_string();
        let told = format!("it has schema 99 and this program knows schemas 1 to {SCHEMA}; run the newer program");
        assert!(error.contains(&told), "{error}");
        assert_eq!(std::fs::read(at.join("sled.mark")).expect("is there"), file, "no commit was made");
    }
    // A backup of it is refused as well, and leaves nothing.
    let restored = folder.path().join("restored");
    SledStore::restore(&restored, &copied, &|_, _| {}).expect("the records are taken over as they are");
    let error = open(&restored).await.expect_err("is refused").to_string();
    assert!(error.contains("it has schema 99"), "{error}");
}
