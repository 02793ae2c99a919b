//! The settings that a receipt depends on, version by version: they live in a file, so what they were is written down.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::app::config::{Config, MaturityConfig};
use crate::app::core::Core;
use crate::app::records::HistoryRecord;
use crate::domain::ids::Platform;
use crate::domain::written::Length;
use crate::rules::guards::Switches;
use crate::store::records::scan_range;
use crate::store::{Store, StoreError, Transaction, keys};

const KIND: &str = "settings";
const ID: &str = "judging";

/// What receipts depend on beside numbers, documents and rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judging {
    k: f64,
    guards: Switches,
    order_lag_secs: i64,
    attribution_secs: i64,
    post_half_life_secs: i64,
    post_half_life_by_platform_secs: BTreeMap<Platform, i64>,
}

impl Judging {
    /// What is in force now.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let maturity = &config.maturity;
        let by_platform = maturity.post_half_life_by_platform.iter();
        Self {
            k: config.evidence.k,
            guards: crate::app::core::switches(config),
            order_lag_secs: maturity.order_lag.0.as_secs(),
            attribution_secs: maturity.attribution.0.as_secs(),
            post_half_life_secs: maturity.post_half_life.0.as_secs(),
            post_half_life_by_platform_secs: by_platform.map(|(one, half)| (*one, half.0.as_secs())).collect(),
        }
    }

    /// The shape of the luck between posts, until it has been learned.
    #[must_use]
    pub fn k(&self) -> f64 {
        self.k
    }

    /// The guards.
    #[must_use]
    pub fn guards(&self) -> Switches {
        self.guards
    }

    /// How spend matures.
    #[must_use]
    pub fn maturity(&self) -> MaturityConfig {
        let length = |secs: i64| Length(SignedDuration::from_secs(secs));
        let by_platform = self.post_half_life_by_platform_secs.iter();
        MaturityConfig {
            order_lag: length(self.order_lag_secs),
            attribution: length(self.attribution_secs),
            post_half_life: length(self.post_half_life_secs),
            post_half_life_by_platform: by_platform.map(|(one, secs)| (*one, length(*secs))).collect(),
        }
    }
}

/// Adds what is in force to a transaction, where it differs from what was last in force. Hold [`Core::pen`].
pub async fn keep(core: &Core, transaction: &mut Transaction) -> Result<(), StoreError> {
    let now = Judging::of(&core.config);
    let kept = versions(&*core.store).await?;
    let body = serde_json::to_value(&now).map_err(|cause| StoreError::failed("write the settings down", cause))?;
    if kept.last().is_some_and(|last| last.body == body) {
        return Ok(());
    }
    let version = kept.last().map_or(1, |last| last.version.saturating_add(1));
    transaction.create(&HistoryRecord {
        kind: KIND.to_owned(),
        id: ID.to_owned(),
        version,
        body,
        by: "plimsoll".to_owned(),
        at: core.clock.now(),
        known: Some(core.stamp()),
    })?;
    Ok(())
}

async fn versions(store: &dyn Store) -> Result<Vec<HistoryRecord>, StoreError> {
    let (from, until) = keys::history_of(KIND, ID);
    Ok(scan_range::<HistoryRecord>(store, &from, &until).await?.into_iter().map(|kept| kept.value).collect())
}

/// What was in force at an instant; before anything was written down, the first that was; else what is in force now.
pub async fn then(core: &Core, until: Timestamp) -> Result<Judging, StoreError> {
    let versions = versions(&*core.store).await?;
    let kept = versions.iter().rev().find(|one| one.known_at() <= until).or_else(|| versions.first());
    Ok(kept.and_then(|one| serde_json::from_value(one.body.clone()).ok()).unwrap_or_else(|| Judging::of(&core.config)))
}
