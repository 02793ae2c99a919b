//! What is kept of each source, so that a restart forgets nothing: what was spent, when it was polled, why it rests.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Asked;
use super::breaker::Breaker;
use crate::app::config::Config;
use crate::app::core::Core;
use crate::app::schedule::Schedule;
use crate::domain::ids::SourceId;
use crate::sources::Budget;
use crate::sources::quota::Buckets;
use crate::store::records::{Record, load, scan_all};
use crate::store::{Key, Store, StoreError, Table, Transaction, keys};

/// A poll that has begun. It is kept before anything is asked, so that a kill in the middle of it loses no count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// When.
    pub at: Timestamp,
    /// What it costs at least, by bucket.
    pub cost: Vec<(String, u32)>,
}

/// A source as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// Which.
    pub source: SourceId,
    /// What was spent of its budgets.
    #[serde(default)]
    pub buckets: Buckets,
    /// Whether it is left in peace.
    #[serde(default)]
    pub breaker: Breaker,
    /// When it was last polled.
    #[serde(default)]
    pub polled: Option<Timestamp>,
    /// A poll that has begun and not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
}

impl Record for SourceRecord {
    const TABLE: Table = Table::Quota;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::source(&self.source)
    }
}

/// A source as it is planned.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What is kept.
    pub record: SourceRecord,
    /// What was asked since the start.
    pub asked: Asked,
}

impl Planned {
    /// A source of which nothing is kept yet.
    #[must_use]
    pub fn new(source: &SourceId, budgets: Vec<Budget>) -> Self {
        let record = SourceRecord {
            source: source.clone(),
            buckets: Buckets::new(budgets),
            breaker: Breaker::default(),
            polled: None,
            begun: None,
        };
        Self { record, asked: Asked::default() }
    }

    /// Takes up what was kept. What a poll would have cost that a kill ended is taken as spent.
    fn resume(&mut self, kept: SourceRecord, budgets: Vec<Budget>) {
        self.record = kept;
        self.record.buckets.set_budgets(budgets);
        self.record.breaker.restarted();
        if let Some(begun) = self.record.begun.take() {
            for (bucket, units) in &begun.cost {
                self.record.buckets.spend(bucket, *units, begun.at);
            }
        }
    }
}

/// Every source of the configuration, with what is kept of it.
pub async fn read(store: &dyn Store, config: &Config) -> Result<BTreeMap<SourceId, Planned>, StoreError> {
    let mut planned: BTreeMap<SourceId, Planned> = BTreeMap::new();
    for (id, source) in &config.sources {
        planned.insert(id.clone(), Planned::new(id, source.kind.settings().budgets()));
    }
    for kept in scan_all::<SourceRecord>(store).await? {
        let Some(source) = config.sources.get(&kept.value.source) else { continue };
        if let Some(one) = planned.get_mut(&kept.value.source) {
            one.resume(kept.value, source.kind.settings().budgets());
        }
    }
    Ok(planned)
}

/// Writes into a transaction what is known of a source now.
pub async fn put(core: &Core, id: &SourceId, transaction: &mut Transaction) -> Result<(), StoreError> {
    let record = core.state.lock().await.planned.get(id).map(|planned| planned.record.clone());
    if let Some(record) = record {
        let before = load::<SourceRecord>(&*core.store, &record.key()).await?;
        transaction.set(before.as_ref(), &record)?;
    }
    Ok(())
}

/// The first tick that nothing was polled at since the last poll, if there was one: the program was stopped.
pub async fn missed(core: &Core, id: &SourceId, schedule: &Schedule) -> Option<Timestamp> {
    let polled = core.state.lock().await.planned.get(id)?.record.polled?;
    schedule.next_after(polled).filter(|tick| *tick <= core.clock.now())
}

/// Lets a source that refused us be asked at its next tick: an account was connected again.
pub async fn reopen(core: &Core, id: &SourceId) {
    if let Some(planned) = core.state.lock().await.planned.get_mut(id) {
        planned.record.breaker.restarted();
    }
}
