//! Numbers that are no longer new are kept sealed: weeks of a series in one record, about a ninth of the room.
//!
//! Owns: when that is done, and of what. Refuses: losing anything; what is sealed comes back as it was. Survives: a kill at any point.

use super::core::Core;
use crate::store::StoreError;
use crate::store::samples::{Sealing, seal_before};

/// Seals what is older than the settings say, of every series in which a week of it has gathered.
pub async fn round(core: &Core) -> Result<Sealing, StoreError> {
    let Some(before) = core.config.retention.sealed_after.0.and_then(|after| core.clock.now().checked_sub(after).ok())
    else {
        return Ok(Sealing::default());
    };
    let sealing = seal_before(&*core.store, before).await?;
    if sealing != Sealing::default() {
        tracing::info!(?sealing, "sealed older numbers; `plimsoll compact` gives the room back");
    }
    Ok(sealing)
}
