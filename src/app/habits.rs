//! What becomes of a delivery where a room sleeps, or does not want to hear of it.
//!
//! Owns: that informational first tellings wait for the end of quiet hours and critical ones go silently, that what is off
//! ends as expired with its reason in the journal, and that what must be heard is told somewhere whatever was switched off.
//! Refuses: edits; a message that is there is kept up to date. Survives: a kill at any point; what waits is kept with the
//! instant it waits for.

use jiff::Timestamp;
use serde_json::json;

use super::apply::room_version;
use super::core::{Core, State};
use super::cycle::ring_deliverers;
use super::groups;
use crate::domain::document::{Document, RoomDocument};
use crate::domain::habits::{Loudness, Topic};
use crate::domain::ids::RoomId;
use crate::domain::person::Room;
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::incident::{Incident, IncidentId};
use crate::outbox::notice::{About, Notice, Urgency};
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Table, Transaction, keys};

/// How often a change of a room is made anew because the deliverer was quicker.
const TRIES_MAX: u32 = 10;

/// Deliveries looked at when quiet hours change. The index holds what is due; a room has a few hundred at most.
const HELD_MAX: usize = 20_000;

/// What becomes of a first telling.
enum Gate {
    Open,
    Later(Timestamp),
    Never(Topic),
}

/// The topic of a rule's incidents.
#[must_use]
pub fn topic_of(state: &State, incident: &Incident) -> Option<Topic> {
    let of_brand = state.rules.get(&incident.rule).is_some_and(|ruled| ruled.rule.rule().cause.is_some());
    if of_brand { Some(Topic::Cause) } else { Topic::named(&incident.kind) }
}

/// What a notice is about; `None` for answers, which nobody can switch off.
async fn topic(core: &Core, about: &About) -> Result<Option<Topic>, StoreError> {
    let of = async |id: &IncidentId| -> Result<Option<Topic>, StoreError> {
        let kept = load::<Incident>(&*core.store, &keys::incident(id)).await?;
        let state = core.state.lock().await;
        Ok(kept.and_then(|kept| topic_of(&state, &kept.value)))
    };
    Ok(match about {
        About::Incident(id) => of(id).await?,
        About::Group(_) => {
            let notice = load::<Notice>(&*core.store, &keys::notice(about)).await?;
            // All of one rule: the first says what they are.
            match notice.and_then(|kept| groups::members(&kept.value).into_iter().next()) {
                Some(id) => of(&id).await?,
                None => None,
            }
        }
        About::Level(..) => Some(Topic::Downgrade),
        About::Ask(_) => Some(Topic::Ask),
        About::Promotion(..) | About::Regret(..) => Some(Topic::Rule),
        About::Trouble(_) => Some(Topic::Trouble),
        About::Digest(..) => Some(Topic::Digest),
        About::Deed(_)
        | About::FollowUp(_)
        | About::Reply(_)
        | About::Escalation(..)
        | About::Offer(_)
        | About::OfferOver(_)
        | About::Word(_)
        | About::Sample => None,
    })
}

/// Whether a word that nobody can switch off waits for the morning all the same: nobody asked for it, and nothing hangs on it.
fn can_wait(about: &About) -> bool {
    matches!(about, About::Word(name) if ["questions/", "tip_helped/"].iter().any(|kind| name.starts_with(kind)))
}

/// Whether nothing of it was told, and no lost attempt may have.
fn is_first(delivery: &Delivery) -> bool {
    matches!(delivery.state, Stand::Due { .. })
        && delivery.message.is_none()
        && delivery.told_revision == 0
        && !delivery.maybe_repeat
}

async fn gate(core: &Core, room: &Room, delivery: &Delivery, now: Timestamp) -> Result<Gate, StoreError> {
    if !is_first(delivery) {
        return Ok(Gate::Open);
    }
    let quiet = room.quiet_until(now).filter(|_| delivery.urgency == Urgency::Informational);
    let choosy = !room.habits.told.is_empty() || room.person.is_some();
    if quiet.is_none() && !choosy && !matches!(delivery.about, About::Digest(..)) {
        return Ok(Gate::Open);
    }
    let Some(topic) = topic(core, &delivery.about).await? else {
        return Ok(quiet.filter(|_| can_wait(&delivery.about)).map_or(Gate::Open, Gate::Later));
    };
    if room.loudness(topic) == Loudness::Off {
        let must = topic.must_be_heard() && delivery.urgency == Urgency::Critical && room.person.is_none();
        // The room that kept it may have closed since: then it is told here after all.
        let unheard = must && core.state.lock().await.catalog.heard_elsewhere(room, topic).is_err();
        return Ok(if unheard { Gate::Open } else { Gate::Never(topic) });
    }
    match quiet {
        // Whoever names an hour for a digest means that hour.
        Some(until) if topic != Topic::Digest => Ok(Gate::Later(until)),
        Some(_) | None => Ok(Gate::Open),
    }
}

/// Keeps back what may not go now: what waits is put off to the end of the quiet hours, what is off ends with its reason.
/// Answers whether it did.
pub async fn hold_back(core: &Core, room: &Room, kept: &Loaded<Delivery>) -> Result<bool, StoreError> {
    let now = core.clock.now();
    let mut transaction = Transaction::new();
    match gate(core, room, &kept.value, now).await? {
        Gate::Open => return Ok(false),
        Gate::Later(until) => {
            // What waited through the night is no old news in the morning.
            let fresh = until.checked_add(core.config.delivery.expires.0).unwrap_or(until);
            let expires_at = std::cmp::max(kept.value.expires_at, fresh);
            let after = Delivery { state: Stand::Due { not_before: until }, expires_at, ..kept.value.clone() };
            transaction.set(Some(kept), &after)?;
        }
        Gate::Never(topic) => {
            let reason = format!("`{}` is off in this room", topic.as_str());
            let after = Delivery { state: Stand::Expired { reason: reason.clone(), at: now }, ..kept.value.clone() };
            transaction.set(Some(kept), &after)?;
            let detail = json!({ "room": room.id, "reason": reason, "topic": topic });
            transaction.append_journal(&core.line("delivery_expired", &kept.value.about, detail))?;
        }
    }
    unless_quicker(core, transaction).await?;
    Ok(true)
}

/// Commits; where somebody was quicker, the next round looks again.
async fn unless_quicker(core: &Core, transaction: Transaction) -> Result<(), StoreError> {
    match core.store.commit(transaction).await {
        Err(StoreError::Conflict { .. }) | Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether something is told without a sound: because the room wants it so, or because it sleeps. Whoever is called because
/// nobody else answered is called aloud.
pub async fn is_silent(core: &Core, room: &Room, about: &About, now: Timestamp) -> Result<bool, StoreError> {
    if matches!(about, About::Escalation(..)) {
        return Ok(false);
    }
    if room.quiet_until(now).is_some() && !room.habits.loud {
        return Ok(true);
    }
    if room.habits.told.values().all(|loudness| *loudness != Loudness::Silent) {
        return Ok(false);
    }
    let topic = topic(core, about).await?;
    Ok(topic.is_some_and(|topic| room.loudness(topic) == Loudness::Silent))
}

/// Changes how a room is told, as a person wants it: the room, a new version of its document where a document says so, and a
/// line in the journal, in one transaction. `None`: there is no such room.
pub async fn change(
    core: &Core,
    id: &RoomId,
    (actor, deed, detail): (&str, &str, serde_json::Value),
    edit: impl Fn(&mut Room) + Send + Sync,
    of_document: Option<&(dyn Fn(&mut RoomDocument) + Sync)>,
) -> Result<Option<Room>, StoreError> {
    for _ in 0..TRIES_MAX {
        let _pen = core.pen.lock().await;
        let Some(mut kept) = load::<Room>(&*core.store, &keys::room(id)).await? else { return Ok(None) };
        let before = kept.value.clone();
        edit(&mut kept.value);
        let mut transaction = Transaction::new();
        transaction.update(&kept)?;
        let version = match of_document {
            Some(edit) => room_version(core, &mut transaction, id, actor, edit).await?,
            None => None,
        };
        transaction.append_journal(&core.line_by(actor, deed, format!("room/{id}"), detail.clone()))?;
        match core.store.commit(transaction).await {
            Err(StoreError::Conflict { .. }) => continue,
            done => drop(done?),
        }
        core.state.lock().await.catalog.put_room(kept.value.clone());
        if let Some(document) = version {
            core.take_document(Document::Room(document)).await;
        }
        release(core, &before).await?;
        core.bells.digests.ring();
        ring_deliverers(core);
        return Ok(Some(kept.value));
    }
    Ok(None)
}

/// What waits for the end of the quiet hours as they were is looked at again.
async fn release(core: &Core, before: &Room) -> Result<(), StoreError> {
    let now = core.clock.now();
    let Some(end) = before.quiet_until(now) else { return Ok(()) };
    let (from, until) = keys::beginning_with(&keys::time(end));
    for (key, _) in core.store.scan(Table::DueDeliveries, &from, &until, HELD_MAX).await? {
        let (_, key) = keys::read_due(&key)?;
        let Some(kept) = load::<Delivery>(&*core.store, &key).await? else { continue };
        if kept.value.room != before.id || !is_first(&kept.value) {
            continue;
        }
        let after = Delivery { state: Stand::Due { not_before: now }, ..kept.value.clone() };
        let mut transaction = Transaction::new();
        transaction.set(Some(&kept), &after)?;
        unless_quicker(core, transaction).await?;
    }
    Ok(())
}

/// Direct messages that were linked before they were rooms become rooms with the first thing that is settled in them.
pub async fn direct_room(core: &Core, room: &Room) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    if load::<Room>(&*core.store, &keys::room(&room.id)).await?.is_some() {
        return Ok(());
    }
    let mut transaction = Transaction::new();
    transaction.create(room)?;
    core.store.commit(transaction).await?;
    core.state.lock().await.catalog.put_room(room.clone());
    Ok(())
}
