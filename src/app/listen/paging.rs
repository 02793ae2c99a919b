//! A member of a group message that gets a message of its own.

use crate::app::core::Core;
use crate::app::cycle;
use crate::domain::person::Room;
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::incident::Incident;
use crate::outbox::notice::About;
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};

/// Gives a member of a group its own message in this room.
pub(super) async fn open_here(
    core: &Core,
    room: Option<&Room>,
    id: &crate::outbox::incident::IncidentId,
) -> Result<(), StoreError> {
    let Some(room) = room else { return Ok(()) };
    let about = About::Incident(id.clone());
    let Some(incident) = load::<Incident>(&*core.store, &keys::incident(id)).await? else { return Ok(()) };
    let Some(kept) = load::<Delivery>(&*core.store, &keys::delivery(&about, &room.id)).await? else { return Ok(()) };
    if !matches!(kept.value.state, Stand::Grouped { .. }) {
        return Ok(());
    }
    let now = core.clock.now();
    let expires_at = now.checked_add(core.config.delivery.expires.0).unwrap_or(now);
    let state = Stand::Due { not_before: now };
    // A cause of its own, so that it is not collapsed again.
    let cause = format!("opened/{}", id.as_str());
    let after = Delivery { state, cause, wanted_revision: incident.value.revision, expires_at, ..kept.value.clone() };
    let mut transaction = Transaction::new();
    transaction.set(Some(&kept), &after)?;
    core.store.commit(transaction).await?;
    cycle::ring_deliverers(core);
    Ok(())
}
