//! What was decided last is what the platform is left with, whichever answers were lost.

use std::path::Path;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;

use super::*;
use crate::actions::failure::Failure;
use crate::app::apply::{Given, apply};
use crate::app::config::Config;
use crate::domain::document::Documents;
use crate::domain::ids::{BoostId, Subject};
use crate::store::memory::MemoryStore;
use crate::time::Clock;

const WORLD: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "EUR"
[[campaign]]
id = "spring"
brand = "nordbo"
starts = 2026-03-01
ends = 2026-06-30
[[creator]]
id = "alma"
name = "Alma Lind"
[[partnership]]
campaign = "spring"
creator = "alma"
[[boost]]
id = "reel"
partnership = "spring/alma"
source = "meta_ads"
ref = "1"
budget = "5000.00 EUR"
"#;

/// A platform with one object, whose next answers can be lost.
struct Platform {
    state: Mutex<String>,
    set: Mutex<Vec<String>>,
    lost: Mutex<u32>,
}

#[async_trait]
impl Hand for Platform {
    async fn read(&self, _: &str, _: Timestamp) -> Result<String, ActionError> {
        Ok(self.state.lock().expect("whole").clone())
    }

    async fn set(&self, wanted: &SetState, _: Timestamp) -> Result<(), ActionError> {
        self.state.lock().expect("whole").clone_from(&wanted.desired);
        self.set.lock().expect("whole").push(wanted.desired.clone());
        let mut lost = self.lost.lock().expect("whole");
        if 0 < *lost {
            *lost -= 1;
            return Err(Failure::Broken { platform: "Meta", status: 500 }.into());
        }
        Ok(())
    }
}

fn proposal(number: u64, deed: Deed, now: Timestamp) -> Proposal {
    Proposal {
        number,
        incident: None,
        subject: "partnership/spring/alma".parse::<Subject>().expect("a subject"),
        deed,
        source: "meta_ads".parse().expect("an id"),
        object: "1".to_owned(),
        saves: None,
        before: None,
        asked_by: "maja".to_owned(),
        asked_at: now,
        data_at: Some(now),
        undoes: None,
        revives: None,
        asked: None,
        agreed: Vec::new(),
        begun_at: None,
        stage: ProposalStage::Approved { by: "maja".to_owned(), at: now },
    }
}

async fn keep(core: &Core, one: &Proposal) {
    let mut transaction = Transaction::new();
    transaction.create(one).expect("kept");
    core.store.commit(transaction).await.expect("kept");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_not_asked_for_again_over_what_was_decided_since() {
    let start: Timestamp = "2026-03-20T12:00:00Z".parse().expect("an instant");
    let (clock, mut driver) = Clock::simulated(start);
    let config = Config::load(None, &["guards.cool_off=0s".to_owned()]).expect("the defaults");
    let core = Core::open(clock, Arc::new(MemoryStore::new()), config, 1).await.expect("opens");
    let documents = Documents::from_toml(WORLD).expect("documents").into_list();
    let documents = documents.map(|one| (Path::new("world.toml").to_path_buf(), one)).collect();
    apply(&core, Given { documents, rules: Vec::new() }, "terminal:test", false).await.expect("applied");
    let platform =
        Arc::new(Platform { state: Mutex::new("active".to_owned()), set: Mutex::default(), lost: Mutex::new(1) });
    let hand: Arc<dyn Hand> = Arc::clone(&platform) as _;
    let hands = Hands { by_source: [("meta_ads".parse().expect("an id"), hand)].into(), ..Hands::default() };
    let boost: BoostId = "reel".parse().expect("an id");

    let stop = proposal(1, Deed::StopBoost { boost: boost.clone() }, start);
    let stage = ProposalStage::Doing { since: start, tries: 0, not_before: start };
    keep(&core, &Proposal { begun_at: Some(start), stage, ..stop }).await;
    let again = round(&core, &hands).await.expect("acts");
    assert_eq!(again, Some(start + SignedDuration::from_secs(5)), "the stop is to be tried again");
    keep(&core, &proposal(2, Deed::ResumeBoost { boost }, start)).await;
    round(&core, &hands).await.expect("acts");
    driver.run_for(SignedDuration::from_secs(6)).await.expect("nobody works");
    round(&core, &hands).await.expect("acts");

    assert_eq!(*platform.set.lock().expect("whole"), ["paused", "active"]);
    let all = core.all_proposals().await.expect("proposals");
    let stages: Vec<&ProposalStage> = all.iter().map(|kept| &kept.value.stage).collect();
    let [ProposalStage::Failed { reason, .. }, ProposalStage::Verified { state, .. }] = stages[..] else {
        panic!("{stages:?}");
    };
    assert_eq!((reason.as_str(), state.as_str()), (OVERTAKEN, "active"));
}
