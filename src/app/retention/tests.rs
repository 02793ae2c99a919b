//! What is removed, what is spared, and what is refused afterwards.

use std::sync::Arc;

use super::*;
use crate::app::apply::{Given, apply};
use crate::app::config::Config;
use crate::app::past::{self, PastError};
use crate::domain::document::Documents;
use crate::domain::ids::{CreatorId, Platform, RuleId, SourceId, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::rules::file::parse_rules;
use crate::store::memory::{Fault, MemoryStore};
use crate::time::Clock;

/// Days of numbers.
const DAYS: i64 = 1_000;

const RULE: &str = "[[rule]]\nid = \"views-low\"\nkind = \"stop_loss\"\nscope = \"creator\"\nwhen = \"views < 100\"\nwindow = \"1d\"\n\
                    mode = \"propose\"\n";

fn now() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().expect("an instant")
}

fn back(days: i64) -> Timestamp {
    now().checked_sub(DAY * i32::try_from(days).expect("small")).expect("in range")
}

fn sample(creator: &str, days: i64) -> Sample {
    let subject = Subject::Creator(CreatorId::new(creator).expect("an id"));
    Sample {
        series: SeriesKey { subject, metric: Metric::Views, platform: Platform::Youtube },
        value: 500,
        currency: None,
        form: Form::Amount { from: back(days + 1), until: back(days) },
        known_at: back(days),
        provisional: false,
        self_reported: false,
    }
}

async fn fill(store: &dyn Store) {
    for creator in ["alma", "bo"] {
        let all: Vec<Sample> = (0..DAYS).map(|days| sample(creator, days)).collect();
        store.commit(samples::writes_of(&all, &[])).await.expect("commits");
    }
    // Nothing has come of her for years.
    store.commit(samples::writes_of(&[sample("cleo", 900)], &[])).await.expect("commits");
    let mut transaction = Transaction::new();
    for source in ["shop", "youtube"] {
        for days in 0..DAYS {
            let at = back(days);
            let source = SourceId::new(source).expect("an id");
            let poll = crate::app::records::PollRecord {
                source,
                at,
                targets: 1,
                samples: 1,
                missing: 0,
                units: std::collections::BTreeMap::new(),
                failure: None,
            };
            transaction.create(&poll).expect("a record");
        }
    }
    store.commit(transaction).await.expect("commits");
}

async fn open(store: &Arc<MemoryStore>, sets: &[&str]) -> Arc<Core> {
    let (clock, _) = Clock::simulated(now());
    let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    let config = Config::load(None, &sets).expect("loads");
    Core::open(clock, Arc::clone(store) as Arc<dyn Store>, config, 1).await.expect("opens")
}

async fn given(core: &Core, documents: &str) {
    let file = std::path::PathBuf::from("it.toml");
    let documents = Documents::from_toml(documents).expect("documents").into_list();
    let documents = documents.map(|one| (file.clone(), one)).collect();
    let rules = parse_rules(RULE, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(core, Given { documents, rules }, "test", false).await.expect("applied");
}

const CREATORS: &str = "[[creator]]\nid = \"alma\"\n[[creator]]\nid = \"bo\"\n";

fn count(store: &MemoryStore, table: Table) -> usize {
    store.dump().iter().filter(|row| row.0 == table).count()
}

async fn answered(core: &Core, days: i64) -> Result<String, PastError> {
    let rule = RuleId::new("views-low").expect("an id");
    let alma = Subject::Creator(CreatorId::new("alma").expect("an id"));
    past::judged(core, &rule, &alma, back(days)).await.map(|then| then.judgement.receipt.canonical())
}

#[tokio::test]
async fn what_is_older_goes_and_no_receipt_is_made_from_what_is_left() {
    let store = Arc::new(MemoryStore::new());
    fill(&*store).await;
    let core = open(&store, &[]).await;
    given(&core, CREATORS).await;
    let before = answered(&core, 30).await.expect("answered");
    let removed = round(&core).await.expect("removed");
    assert_eq!((removed.samples, removed.polls), (2 * 599 + 1, 2 * 909), "{removed:?}");
    assert_eq!(count(&store, Table::Samples), 2 * 401);
    assert_eq!(count(&store, Table::Polls), 2 * 91);
    assert_eq!(round(&core).await.expect("removed"), Removed::default(), "once is enough");
    // Today's receipts are the same; those that need what is gone are refused, before and after a restart.
    for core in [core, open(&store, &[]).await] {
        assert_eq!(answered(&core, 30).await.expect("answered"), before);
        let refused = answered(&core, 420).await.expect_err("gone").to_string();
        assert!(refused.contains("they are kept from ") && refused.contains("this rule can be answered"), "{refused}");
    }
}

#[tokio::test]
async fn forever_keeps_everything() {
    let store = Arc::new(MemoryStore::new());
    fill(&*store).await;
    let before = store.dump().len();
    let core = open(&store, &["retention.samples=forever", "retention.polls=forever"]).await;
    assert_eq!(round(&core).await.expect("done"), Removed::default());
    assert_eq!(store.dump().len(), before);
}

#[tokio::test]
async fn a_campaign_keeps_its_numbers_until_it_has_been_over_for_as_long() {
    for (ends, kept) in [("2025-10-25", 401 + 328 + 60), ("2025-10-10", 401)] {
        let store = Arc::new(MemoryStore::new());
        fill(&*store).await;
        let core = open(&store, &[]).await;
        let campaign = format!(
            "{CREATORS}[[brand]]\nid = \"nordbo\"\nname = \"Nordbo\"\nzone = \"UTC\"\ncurrency = \"EUR\"\n[[campaign]]\nid = \
             \"long\"\nbrand = \"nordbo\"\nstarts = \"2024-11-25\"\nends = \"{ends}\"\n"
        );
        given(&core, &campaign).await;
        round(&core).await.expect("removed");
        let left = count(&store, Table::Samples);
        // Those of both creators, and of Cleo none: they are older than its beginning.
        assert!(left.abs_diff(2 * kept) <= 4, "ends {ends}: {left} of about {}", 2 * kept);
    }
}

#[tokio::test]
async fn the_journal_is_cut_with_a_sum_of_what_went_and_counts_on() {
    let store = Arc::new(MemoryStore::new());
    let core = open(&store, &["retention.journal=300d", "retention.samples=forever"]).await;
    for days in (0..DAYS).rev() {
        let mut line = core.line("noted", "store", serde_json::json!({ "day": days }));
        line.at = back(days);
        core.journal(line).await.expect("journalled");
    }
    let all = read_journal(&*store, 1, 2_000).await.expect("read");
    assert_eq!(round(&core).await.expect("cut").lines, 699);
    let left = read_journal(&*store, 1, 2_000).await.expect("read");
    assert_eq!(left.first().map(|row| row.0), Some(700));
    assert_eq!(left, all.get(699..).expect("so many"));
    // Whoever has a copy of what went can hold it against the sum.
    let cut = retained(&*store).await.expect("read").expect("is there").value.journal.expect("cut");
    let mut sha256 = String::new();
    for page in all.get(..699).expect("so many").chunks(499) {
        let mut sum = Sha256::new();
        sum.update(&sha256);
        for (_, line) in page {
            sum.update(serde_json::to_vec(line).expect("JSON"));
        }
        sha256 = data_encoding::HEXLOWER.encode(&sum.finalize());
    }
    assert_eq!((cut.first, cut.sha256, cut.until), (700, sha256, back(301)));
    core.journal(core.line("noted", "store", serde_json::Value::Null)).await.expect("journalled");
    assert_eq!(crate::store::records::last_journal(&*store).await.expect("read"), 1_001);
}

#[tokio::test]
async fn however_short_the_journal_is_kept_its_newest_line_stays() {
    let store = Arc::new(MemoryStore::new());
    let core = open(&store, &["retention.journal=0s", "retention.samples=forever"]).await;
    for days in [30, 20, 10] {
        let mut line = core.line("noted", "store", serde_json::Value::Null);
        line.at = back(days);
        core.journal(line).await.expect("journalled");
    }
    assert_eq!(round(&core).await.expect("cut").lines, 2);
    assert_eq!(count(&store, Table::Journal), 1, "the store counts on from it");
}

/// Nothing is left that is older than what memory holds, once the old is gone: only what is written down tells.
async fn fill_with_a_gap(store: &dyn Store) {
    for creator in ["alma", "bo"] {
        let all: Vec<Sample> = (0..300).chain(450..DAYS).map(|days| sample(creator, days)).collect();
        store.commit(samples::writes_of(&all, &[])).await.expect("commits");
    }
}

#[tokio::test]
async fn broken_off_anywhere_no_receipt_is_made_without_its_numbers_and_the_next_round_goes_on() {
    let commits = {
        let store = Arc::new(MemoryStore::new());
        fill_with_a_gap(&*store).await;
        let core = open(&store, &[]).await;
        given(&core, CREATORS).await;
        let before = store.commits();
        round(&core).await.expect("removed");
        store.commits() - before
    };
    assert!(3 <= commits, "a round is more than one commit: {commits}");
    for commit in 1..=commits {
        let store = Arc::new(MemoryStore::new());
        fill_with_a_gap(&*store).await;
        let core = open(&store, &[]).await;
        given(&core, CREATORS).await;
        let fault = if commit % 2 == 0 { Fault::CrashBefore } else { Fault::CrashAfter };
        store.fail_commit(store.commits() + commit, fault);
        round(&core).await.expect_err("the machine stopped");
        store.revive();
        for rest in [false, true] {
            let core = open(&store, &[]).await;
            if rest {
                round(&core).await.expect("goes on");
                assert_eq!(count(&store, Table::Samples), 600, "commit {commit}");
            }
            let core = if rest { open(&store, &[]).await } else { core };
            let then = answered(&core, 500).await;
            assert!(matches!(then, Err(PastError::NotKept { .. })), "commit {commit}: {then:?}");
            answered(&core, 30).await.expect("what is kept is answered");
        }
    }
}

#[tokio::test]
async fn memory_stays_flat_over_the_years() {
    let store = Arc::new(MemoryStore::new());
    let core = open(&store, &[]).await;
    let mut state = core.state.lock().await;
    let mut sizes = Vec::new();
    for days in (0..DAYS).rev() {
        let numbers: Vec<Sample> = ["alma", "bo"].map(|creator| sample(creator, days)).to_vec();
        state.history.append_poll(&numbers, &[], back(days));
        forget(&mut state, back(days));
        sizes.push(state.history.size());
    }
    let (second_year, third_year) = (sizes.get(450).copied(), sizes.last().copied());
    assert_eq!(second_year, third_year, "as much after {DAYS} days as after 450");
    assert!(sizes.get(100) < sizes.get(300), "and it does hold what was told");
    // What is gone from memory is not made up: receipts that would need it are refused.
    assert!(state.kept.older && back(368) <= state.kept.since, "{:?}", state.kept);
}
