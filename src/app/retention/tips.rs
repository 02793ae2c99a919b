//! Tips that were followed up long ago.
//!
//! Owns: that how a kind of tip did outlives the tip: what came of it is added to a sum in the transaction that removes it.
//! Refuses: a tip that is still followed.

use jiff::Timestamp;

use super::AT_ONCE;
use crate::app::core::Core;
use crate::app::tipping::{GivenTip, TipSums};
use crate::domain::num::u64_of_len;
use crate::store::records::{load, scan};
use crate::store::{Store, StoreError, Transaction, keys};

/// Removes tips that were given before then and of which it is known what came.
pub(super) async fn cut(core: &Core, cut: Timestamp) -> Result<u64, StoreError> {
    let store: &dyn Store = &*core.store;
    let (mut from, until) = keys::all();
    let mut removed = 0_u64;
    loop {
        let page = scan::<GivenTip>(store, &from, &until, AT_ONCE).await?;
        let Some(last) = page.last() else { return Ok(removed) };
        let is_end = page.len() < AT_ONCE;
        from = keys::after(last.key());
        let old: Vec<_> = page.iter().filter(|kept| kept.value.at < cut && kept.value.came.is_some()).collect();
        if !old.is_empty() {
            let before = load::<TipSums>(store, TipSums::KEY).await?;
            let mut sums = before.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
            let mut transaction = Transaction::new();
            for kept in &old {
                sums.add(&kept.value);
                transaction.delete(*kept);
            }
            transaction.set(before.as_ref(), &sums)?;
            store.commit(transaction).await?;
            removed = removed.saturating_add(u64_of_len(old.len()));
        }
        if is_end {
            return Ok(removed);
        }
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::SignedDuration;

    use super::*;
    use crate::app::config::Config;
    use crate::app::tipping::tracks;
    use crate::domain::ids::{BrandId, CreatorId};
    use crate::insight::tips::{Came, Taken, Tip, Track};
    use crate::store::memory::MemoryStore;
    use crate::store::records::scan_all;
    use crate::time::Clock;

    fn now() -> Timestamp {
        "2026-11-22T00:00:00Z".parse().expect("an instant")
    }

    fn tip(creator: &str, days: i64, came: Option<bool>) -> GivenTip {
        let at = now() - SignedDuration::from_hours(24 * days);
        let came = came.map(|helped| Came {
            taken: Taken::Yes,
            helped: Some(helped),
            before: Some(2.0),
            after: Some(1.0),
            n: 4,
        });
        GivenTip {
            creator: CreatorId::new(creator).expect("an id"),
            brand: Some(BrandId::new("nordbo").expect("an id")),
            incident: None,
            tip: Tip::CodeMissing { code: "ALMA10".to_owned(), post: "p1".to_owned() },
            at,
            due: at + SignedDuration::from_hours(24 * 17),
            came,
        }
    }

    async fn open(store: &Arc<MemoryStore>) -> Arc<Core> {
        let (clock, _) = Clock::simulated(now());
        let config = Config::load(None, &[]).expect("the defaults");
        Core::open(clock, Arc::clone(store) as Arc<dyn Store>, config, 1).await.expect("opens")
    }

    #[tokio::test]
    async fn a_tip_that_never_helped_stays_below_when_it_is_long_gone() {
        let store = Arc::new(MemoryStore::new());
        let mut transaction = Transaction::new();
        // More than one page of old ones, none of which helped but the first.
        for n in 0..700 {
            transaction.create(&tip(&format!("c{n}"), 500, Some(n == 0))).expect("a record");
        }
        for one in [tip("alma", 300, Some(false)), tip("bo", 500, None)] {
            transaction.create(&one).expect("a record");
        }
        store.commit(transaction).await.expect("commits");
        let core = open(&store).await;
        let before = tracks(&*store).await.expect("tracks");
        assert_eq!(before.values().copied().collect::<Vec<_>>(), [Track { taken: 701, helped: 1 }]);
        let removed = crate::app::retention::round(&core).await.expect("removed");
        assert_eq!(removed.tips, 700);
        let left: Vec<String> = scan_all::<GivenTip>(&*store)
            .await
            .expect("tips")
            .into_iter()
            .map(|kept| kept.value.creator.to_string())
            .collect();
        assert_eq!(left, ["alma", "bo"], "a young one, and one that nobody has looked at yet");
        assert_eq!(tracks(&*store).await.expect("tracks"), before, "what is known of the kind is what it was");
        assert_eq!(open(&store).await.state.lock().await.tracks, before, "after a restart too");
        assert_eq!(crate::app::retention::round(&core).await.expect("done").tips, 0);
    }
}
