//! A member of a group message that gets a message of its own, and buttons of messages that were replaced.

use crate::app::core::Core;
use crate::app::cycle;
use crate::app::records::ButtonRecord;
use crate::domain::person::Room;
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::incident::Incident;
use crate::outbox::notice::About;
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Transaction, keys};

/// The button, unless a newer message has taken the place of the one it hangs on.
pub(super) async fn hanging(
    core: &Core,
    button: Option<Loaded<ButtonRecord>>,
) -> Result<Option<Loaded<ButtonRecord>>, StoreError> {
    let Some(button) = button else { return Ok(None) };
    let key = keys::delivery(&button.value.about, &button.value.room);
    let generation = load::<Delivery>(&*core.store, &key).await?.map_or(0, |kept| kept.value.generation);
    Ok(Some(button).filter(|button| generation <= button.value.generation))
}

/// Gives a member of a group its own message in this room.
pub(super) async fn open_here(
    core: &Core,
    room: Option<&Room>,
    id: &crate::outbox::incident::IncidentId,
) -> Result<(), StoreError> {
    let Some(room) = room else { return Ok(()) };
    let Some(incident) = load::<Incident>(&*core.store, &keys::incident(id)).await? else { return Ok(()) };
    // It was told here as itself, or passed on to here.
    let steps = incident.value.escalation.map_or(0, |escalation| escalation.step);
    let passed_on = (1..=steps).map(|step| About::Escalation(id.clone(), step));
    let mut kept = None;
    for about in std::iter::once(About::Incident(id.clone())).chain(passed_on) {
        kept = load::<Delivery>(&*core.store, &keys::delivery(&about, &room.id)).await?;
        if kept.is_some() {
            break;
        }
    }
    let Some(kept) = kept else { return Ok(()) };
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
