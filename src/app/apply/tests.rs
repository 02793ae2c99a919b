//! What is too much for one transaction.

use std::fmt::Write as _;
use std::sync::Arc;

use super::*;
use crate::store::Store;
use crate::store::memory::{Fault, MemoryStore};
use crate::time::Clock;

/// More than one transaction takes.
const CREATORS: u32 = 24_000;

fn town() -> Given {
    let mut text = String::new();
    for number in 0..CREATORS {
        writeln!(text, "[[creator]]\nid = \"c{number}\"").expect("text");
    }
    let documents = Documents::from_toml(&text).expect("documents").into_list();
    Given { documents: documents.map(|one| (PathBuf::from("town.toml"), one)).collect(), rules: Vec::new() }
}

#[tokio::test]
async fn a_town_is_applied_and_after_a_kill_between_its_parts_the_same_call_does_the_rest() {
    let store = Arc::new(MemoryStore::new());
    let (clock, _driver) = Clock::simulated(jiff::Timestamp::UNIX_EPOCH);
    let config = Config::load(None, &[]).expect("the defaults");
    let shared = Arc::clone(&store) as Arc<dyn Store>;
    let core = Core::open(clock, shared, config, 1).await.expect("opens");
    store.fail_commit(store.commits() + 2, Fault::Refuse);
    let refused = apply(&core, town(), "test", false).await;
    assert!(matches!(refused, Err(ApplyError::Store(_))), "the second part was refused");
    store.revive();
    let differences = apply(&core, town(), "test", false).await.expect("applied");
    let count = |change| differences.iter().filter(|one| one.change == change).count();
    let (same, added) = (count(Change::Same), count(Change::Added));
    assert!(0 < same && 0 < added && same + added == differences.len(), "{same} were there, {added} are new");
    assert_eq!(core.state.lock().await.catalog.creators.len(), differences.len());
}
