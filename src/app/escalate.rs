//! A critical alert that nobody takes is told to the next who should know.
//!
//! Owns: when, to whom, in which order, each once; that acknowledging, deciding, snoozing or the end of the alert stops it.
//! Quiet hours do not hold it. Refuses: places that may not hear of it (another brand's room, a person without a role), and
//! says so in the journal. Survives: a kill anywhere. A step, its notice and its line in the journal are one transaction.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::catalog::{About as Known, Catalog};
use super::core::{Core, State};
use super::cycle;
use crate::domain::habits::Relay;
use crate::domain::person::{Audience, Room};
use crate::outbox::incident::{Escalation, Event, Happened, Incident};
use crate::outbox::notice::{About, Notice, Urgency};
use crate::store::records::{FirstDue, first_due, load};
use crate::store::{StoreError, Table, Transaction};

/// How often a step is taken anew because somebody was quicker; past that the next round tries.
const TRIES_MAX: u32 = 10;

/// What a new incident starts with: nothing, where it can wait or nobody is named.
#[must_use]
pub fn first(core: &Core, state: &State, about: &Known, urgency: Urgency, now: Timestamp) -> Option<Escalation> {
    if urgency != Urgency::Critical || state.catalog.relays(about).is_empty() {
        return None;
    }
    Some(Escalation { step: 0, due: now.checked_add(after(core, &state.catalog, about)).ok() })
}

/// How long an alert may wait: the shortest that a room says which follows it.
fn after(core: &Core, catalog: &Catalog, about: &Known) -> SignedDuration {
    let rooms = catalog.followers(about);
    let naming = rooms.iter().filter(|room| !room.habits.escalate_to.is_empty());
    let shortest = naming.filter_map(|room| room.habits.escalate_after()).min();
    shortest.unwrap_or(core.config.delivery.escalate_after.0)
}

/// Passes on what is due; answers when the next is.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    let mut told = false;
    let next = loop {
        let key = match first_due(&*core.store, Table::DueEscalations, core.clock.now()).await? {
            FirstDue::Now(key) => key,
            FirstDue::Not(next) => break next,
        };
        let mut tries = 1;
        loop {
            match pass_on(core, &key).await {
                Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
                done => break done?,
            }
        }
        told = true;
    };
    if told {
        cycle::ring_deliverers(core);
    }
    Ok(next)
}

/// Where a relay can be told of something now; empty: nowhere.
fn places(catalog: &Catalog, relay: &Relay, about: &Known) -> Vec<Room> {
    let open = |room: &&Room| room.address.is_some() && room.closed.is_none();
    match relay {
        Relay::Room(id) => {
            let fits = |room: &&Room| {
                room.audience == Audience::Internal && (room.brand.is_none() || room.brand == about.brand)
            };
            catalog.rooms.get(id).filter(fits).filter(open).into_iter().cloned().collect()
        }
        Relay::Person(id) => {
            let directs = catalog.directs_of(id).into_iter().filter(|room| room.person.is_some());
            directs.filter(open).filter(|room| catalog.may_hear(room, about)).cloned().collect()
        }
    }
}

fn called(catalog: &Catalog, relay: &Relay) -> String {
    match relay {
        Relay::Room(id) => id.to_string(),
        Relay::Person(id) => catalog.people.get(id).map_or_else(|| id.to_string(), |one| one.name.clone()),
    }
}

async fn pass_on(core: &Core, key: &[u8]) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let now = core.clock.now();
    let Some(mut kept) = load::<Incident>(&*core.store, key).await? else { return Ok(()) };
    let Some(escalation) =
        kept.value.escalation.filter(|_| kept.value.next_escalation_at().is_some_and(|at| at <= now))
    else {
        return Ok(());
    };
    let at = usize::try_from(escalation.step).unwrap_or(usize::MAX);
    let state = core.state.lock().await;
    let about = state.catalog.about(&kept.value.subject);
    let relays = state.catalog.relays(&about);
    let relay = relays.get(at).cloned();
    let is_last = relays.len() <= at.saturating_add(1);
    let wait = after(core, &state.catalog, &about);
    let rooms = relay.as_ref().map(|relay| places(&state.catalog, relay, &about)).unwrap_or_default();
    let to = relay.as_ref().map(|relay| called(&state.catalog, relay));
    drop(state);
    let step = escalation.step.saturating_add(1);
    let mut transaction = Transaction::new();
    let (Some(relay), Some(to)) = (relay, to) else {
        // The list became shorter meanwhile.
        kept.value.escalation = Some(Escalation { due: None, ..escalation });
        transaction.update(&kept)?;
        return core.store.commit(transaction).await.map(drop);
    };
    let detail = json!({ "incident": kept.value.id.as_str(), "to": relay, "step": step });
    if rooms.is_empty() {
        // Nobody is kept waiting for somebody who cannot be told: the next is tried at once.
        kept.value.escalation = Some(Escalation { step, due: Some(now).filter(|_| !is_last) });
        transaction.append_journal(&core.line("escalation_failed", &kept.value.subject, detail))?;
        transaction.update(&kept)?;
        return core.store.commit(transaction).await.map(drop);
    }
    kept.value.escalation = Some(Escalation { step, due: now.checked_add(wait).ok().filter(|_| !is_last) });
    transaction.append_journal(&core.line("incident_escalated", &kept.value.subject, detail))?;
    let notice = Notice {
        about: About::Escalation(kept.value.id.clone(), step),
        // The event below raises it.
        revision: kept.value.revision.saturating_add(1),
        urgency: Urgency::Critical,
        cause: format!("escalation/{}", kept.value.rule),
        at: now,
        expires_at: now.checked_add(core.config.delivery.expires.0).unwrap_or(now),
        wording: None,
    };
    transaction.create(&notice)?;
    cycle::deliver_to(core, &mut transaction, &notice, &rooms.iter().collect::<Vec<_>>()).await?;
    cycle::note(core, &mut transaction, kept, Event { at: now, by: None, what: Happened::Escalated { to } }).await?;
    core.store.commit(transaction).await.map(drop)
}
