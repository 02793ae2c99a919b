//! Pages of a group message, and a member of it that gets a message of its own.

use super::ANSWER_TRIES;
use crate::app::commands::Asked;
use crate::app::core::Core;
use crate::app::{cycle, digests, render, views};
use crate::chat::{Chats, SendOptions};
use crate::domain::person::Room;
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::incident::Incident;
use crate::outbox::notice::{About, Notice};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};
use crate::time::Held;
use crate::words::group;

/// Shows another page of a group message: an edit of the message that is there.
pub(super) async fn turn_page(
    core: &Core,
    chats: &Chats,
    asked: &Asked,
    room: Option<&Room>,
    about: &About,
    page: u32,
    held: &mut Held,
) -> Result<(), StoreError> {
    let Some(room) = room else { return Ok(()) };
    let Some(notice) = load::<Notice>(&*core.store, &keys::notice(about)).await? else { return Ok(()) };
    let Some(kept) = load::<Delivery>(&*core.store, &keys::delivery(about, &room.id)).await? else { return Ok(()) };
    let composed = if matches!(about, About::Digest(..)) {
        digests::compose(core, room, notice.value.at, (about, page)).await?
    } else {
        let view = views::group(core, &notice.value, page).await?;
        view.map(|view| group::compose_group(&view, &asked.reader, core.clock.now()))
    };
    let Some(composed) = composed else { return Ok(()) };
    let (message, buttons) = render::with_buttons(core, room, about, composed).await?;
    core.store.commit(buttons).await?;
    let (Some(at), Some(address)) = (&kept.value.message, &room.address) else { return Ok(()) };
    let more = render::more_line(&asked.reader);
    let options = SendOptions { more: &more, key: "page", revision: page };
    for _ in 0..ANSWER_TRIES {
        match chats.edit(address.chat, at, &message, &options).await {
            Ok(_) => return Ok(()),
            Err(crate::chat::error::SendError::SlowDown { until, .. }) => held.sleep_until(until).await,
            Err(error) => {
                tracing::info!(room.id = %room.id, error = &error as &dyn std::error::Error, "could not turn a page");
                return Ok(());
            }
        }
    }
    Ok(())
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
