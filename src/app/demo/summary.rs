//! What a headless run prints: the contract's JSON.

use serde_json::{Value, json};

use super::World;
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::store::StoreError;
use crate::store::records::scan_all;

/// `lost` counts committed notices that were neither told, superseded by a group, nor expired with a reason.
pub async fn summary(world: &World, days: i64) -> Result<Value, StoreError> {
    let counts = world.core().counted();
    let deliveries = scan_all::<Delivery>(&*world.core().store).await?;
    let lost = deliveries.iter().filter(|kept| is_lost(&kept.value)).count();
    Ok(json!({
        "days": days,
        "polls": counts.polls,
        "samples": counts.samples,
        "evaluations": counts.evaluations,
        "incidents": { "fired": counts.fired, "resolved": counts.resolved },
        "deliveries": {
            "telegram": counts.telegram, "discord": counts.discord, "edited": counts.edited, "failed": counts.failed,
        },
        "actions": {
            "proposed": counts.proposed, "approved": counts.approved, "done": counts.done, "verified": counts.verified,
        },
        "lost": lost,
    }))
}

fn is_lost(delivery: &Delivery) -> bool {
    match &delivery.state {
        Stand::Sent => delivery.told_revision < delivery.wanted_revision,
        Stand::Grouped { .. } | Stand::Expired { .. } => false,
        Stand::Due { .. } | Stand::Sending { .. } | Stand::Unknown { .. } | Stand::Failed { .. } => true,
    }
}
