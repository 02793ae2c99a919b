//! The deliverer: claims what is due, sends it under the room's limits, records the attempt and the message id.
//!
//! One per chat platform, so that a platform that is down delays only its own, and as many requests at once as the settings
//! allow, one per room, so that a slow answer delays only its room. Owns: the order of claim, send, record.
//! Survives: a kill after the claim (the lease runs out and the attempt counts as lost) and after the send (Discord's
//! nonce finds the message, Telegram's next text says that it may be a repeat).

use serde_json::json;

use super::core::Core;
use super::vitals::tally;
use super::{cycle, habits, render, trouble};
use crate::chat::error::SendError;
use crate::chat::{Chats, Edited, SendOptions};
use crate::domain::ids::RoomId;
use crate::domain::person::{Address, Chat, Room};
use crate::outbox::claim::{Claim, Claimed, How, claim};
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::notice::About;
use crate::outbox::retry::{self, Outcome};
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Transaction, keys};
use crate::words::incident;
use crate::words::trouble::Trouble;

mod desk;
#[cfg(test)]
mod tests;

pub use desk::run;

/// What came of a turn of one delivery: as it is kept now, and how the platform answered if it was asked.
struct Went {
    after: Option<Delivery>,
    outcome: Option<Outcome>,
}

impl Went {
    fn quiet(after: Delivery) -> Self {
        Self { after: Some(after), outcome: None }
    }
}

/// Where messages go, and who is about to send how much.
struct Way<'a> {
    core: &'a Core,
    chats: &'a Chats,
    chat: Chat,
    /// Given up when the request leaves and the limits count it.
    slot: Option<desk::Slot>,
}

/// Has one delivery's turn, if it is still to be told on this platform.
async fn turn(mut way: Way<'_>, key: &[u8]) -> Result<Went, StoreError> {
    let core = way.core;
    let Some(kept) = load::<Delivery>(&*core.store, key).await? else { return Ok(Went { after: None, outcome: None }) };
    let room = core.state.lock().await.catalog.heard_as(&kept.value.room);
    let Some((room, address)) = room.and_then(|room| room.address.clone().map(|address| (room, address))) else {
        return nowhere(core, kept).await;
    };
    if address.chat != way.chat {
        return Ok(Went { after: None, outcome: None });
    }
    one(&mut way, &room, &address, kept).await
}

/// Its room is in no chat any more: once it is no news, its end is written down.
async fn nowhere(core: &Core, kept: Loaded<Delivery>) -> Result<Went, StoreError> {
    let now = core.clock.now();
    if now < kept.value.expires_at || retry::due_at(&kept.value).is_none() {
        return Ok(Went::quiet(kept.value));
    }
    let reason = "its room is in no chat any more".to_owned();
    let line = core.line("delivery_expired", &kept.value.about, json!({ "room": kept.value.room, "reason": reason }));
    let after = Delivery { state: Stand::Expired { reason, at: now }, ..kept.value.clone() };
    put(core, &kept, after, Some(line)).await
}

/// Claims, sends and records one delivery.
async fn one(way: &mut Way<'_>, room: &Room, address: &Address, kept: Loaded<Delivery>) -> Result<Went, StoreError> {
    let core = way.core;
    if habits::hold_back(core, room, &kept).await? {
        return look_again(core, &kept.value).await;
    }
    match claim(kept.value.clone(), address.chat, core.clock.now(), core.config.delivery.lease.0) {
        Claim::NotDue { .. } | Claim::HeldBy { .. } => Ok(Went::quiet(kept.value)),
        Claim::NothingToTell => {
            // Nothing is left to tell: off the list of what is due.
            let after = Delivery { state: Stand::Sent, ..kept.value.clone() };
            if after.state == kept.value.state { Ok(Went::quiet(after)) } else { put(core, &kept, after, None).await }
        }
        Claim::Parked(after) => put(core, &kept, after, None).await,
        Claim::Expired(after) => expire(core, room, &kept, after).await,
        Claim::Ours(claimed) if claimed.how == How::PointOn => point_on(way, room, address, kept, *claimed).await,
        Claim::Ours(claimed) => send(way, room, address, kept, *claimed).await,
    }
}

/// It is told never, and the journal says why.
async fn expire(core: &Core, room: &Room, kept: &Loaded<Delivery>, after: Delivery) -> Result<Went, StoreError> {
    let reason = match &after.state {
        Stand::Expired { reason, .. } => reason.clone(),
        _ => String::new(),
    };
    let line = core.line("delivery_expired", &after.about, json!({ "room": room.id, "reason": reason }));
    let went = put(core, kept, after, Some(line)).await?;
    if let Some(address) = &room.address {
        core.count(|counts| *counts.tally.deliveries.entry((address.chat, tally::EXPIRED)).or_default() += 1);
    }
    Ok(went)
}

async fn put(
    core: &Core,
    before: &Loaded<Delivery>,
    after: Delivery,
    entry: Option<crate::domain::journal::JournalEntry>,
) -> Result<Went, StoreError> {
    let mut transaction = Transaction::new();
    transaction.set(Some(before), &after)?;
    if let Some(entry) = entry {
        transaction.append_journal(&entry)?;
    }
    match core.store.commit(transaction).await {
        Ok(_) => Ok(Went::quiet(after)),
        Err(StoreError::Conflict { .. }) => look_again(core, &after).await,
        Err(error) => Err(error),
    }
}

/// Somebody asked for a newer revision meanwhile: what is kept now takes its turn again.
async fn look_again(core: &Core, delivery: &Delivery) -> Result<Went, StoreError> {
    let kept = load::<Delivery>(&*core.store, &keys::delivery(&delivery.about, &delivery.room)).await?;
    Ok(Went { after: kept.map(|kept| kept.value), outcome: None })
}

async fn send(
    way: &mut Way<'_>,
    room: &Room,
    address: &Address,
    before: Loaded<Delivery>,
    mut claimed: Claimed,
) -> Result<Went, StoreError> {
    let core = way.core;
    let Some(mut rendered) = render::render(core, room, &claimed.delivery).await? else {
        let reason = "there is nothing in it that this room may be told".to_owned();
        let state = Stand::Expired { reason, at: core.clock.now() };
        let after = Delivery { state, ..before.value.clone() };
        return expire(core, room, &before, after).await;
    };
    // What takes an old message's place is a change like any other: nobody's phone rings for it.
    rendered.message.silent |= 0 < claimed.delivery.generation;
    rendered.message.silent |= habits::is_silent(core, room, &claimed.delivery.about, core.clock.now()).await?;
    let marker = claimed.marked(std::mem::take(&mut rendered.marker));
    let mut transaction = Transaction::new();
    transaction.set(Some(&before), &claimed.delivery)?;
    transaction.and(std::mem::take(&mut rendered.buttons));
    match core.store.commit(transaction).await {
        Ok(_) => {}
        Err(StoreError::Conflict { .. }) => return look_again(core, &before.value).await,
        Err(error) => return Err(error),
    }
    if claimed.how != How::LookUp {
        rendered.draw(room, &core.gallery);
    }
    let key = format!("{}@{}", claimed.delivery.about, room.id);
    let options = SendOptions { more: &rendered.more, key: &key, revision: claimed.nonce_revision() };
    core.still_ours("send a message")?;
    // From here on the limits count it themselves.
    drop(way.slot.take());
    let (outcome, refusal) = attempt(way.chats, address, &claimed, &rendered.message, &options, &marker).await;
    let after = record(core, room, address, claimed, outcome.clone(), refusal).await?;
    Ok(Went { after, outcome: Some(outcome) })
}

/// An earlier message says where it went on. Repeating it is safe.
async fn point_on(
    way: &mut Way<'_>,
    room: &Room,
    address: &Address,
    before: Loaded<Delivery>,
    claimed: Claimed,
) -> Result<Went, StoreError> {
    let core = way.core;
    let (Some(earlier), Some(now_at)) = (claimed.delivery.earlier.clone(), claimed.delivery.message.clone()) else {
        return Ok(Went::quiet(before.value));
    };
    let mut transaction = Transaction::new();
    transaction.set(Some(&before), &claimed.delivery)?;
    match core.store.commit(transaction).await {
        Ok(_) => {}
        Err(StoreError::Conflict { .. }) => return look_again(core, &before.value).await,
        Err(error) => return Err(error),
    }
    let id = match &claimed.delivery.about {
        About::Incident(id) | About::Group(id) => id.to_string(),
        _ => String::new(),
    };
    let text = incident::went_on(&id, Chats::link_to(address, &now_at).as_deref(), &render::reader(room));
    drop(way.slot.take());
    let (outcome, refusal) = match way.chats.point_on(address.chat, &earlier, &text).await {
        Ok(_) => (Outcome::Edited, None),
        Err(error) => (error.fate(), Some(error)),
    };
    let after = record(core, room, address, claimed, outcome.clone(), refusal).await?;
    Ok(Went { after, outcome: Some(outcome) })
}

async fn attempt(
    chats: &Chats,
    address: &Address,
    claimed: &Claimed,
    message: &crate::words::message::Message,
    options: &SendOptions<'_>,
    marker: &str,
) -> (Outcome, Option<SendError>) {
    let done = match (claimed.how, &claimed.delivery.message) {
        (How::Edit, Some(at)) => chats.edit(address.chat, at, message, options).await.map(|edited| match edited {
            Edited::Changed => Outcome::Edited,
            Edited::Unchanged => Outcome::Unchanged,
        }),
        (How::LookUp, _) => {
            let since = match &claimed.delivery.state {
                Stand::Sending { since, .. } => *since,
                _ => claimed.delivery.expires_at,
            };
            Ok(chats.look_up(address, marker, since).await)
        }
        (How::Edit | How::PointOn | How::Send { .. }, _) => {
            chats.send(message, address, options).await.map(Outcome::Sent)
        }
    };
    match done {
        Ok(outcome) => (outcome, None),
        Err(error) => (error.fate(), Some(error)),
    }
}

/// Records the attempt on whatever the delivery has become meanwhile: a newer wanted revision is kept.
async fn record(
    core: &Core,
    room: &Room,
    address: &Address,
    claimed: Claimed,
    outcome: Outcome,
    refusal: Option<SendError>,
) -> Result<Option<Delivery>, StoreError> {
    let key = keys::delivery(&claimed.delivery.about, &claimed.delivery.room);
    let claimed_about = claimed.delivery.about.clone();
    count(core, address.chat, &outcome);
    let after = loop {
        let Some(kept) = load::<Delivery>(&*core.store, &key).await? else { return Ok(None) };
        let now = core.clock.now();
        let mut mine = claimed.clone();
        mine.delivery.wanted_revision = std::cmp::max(mine.delivery.wanted_revision, kept.value.wanted_revision);
        let after = core.roll(|dice| retry::after_attempt(mine, address.chat, outcome.clone(), now, dice));
        let mut transaction = Transaction::new();
        transaction.set(Some(&kept), &after)?;
        let detail = json!({ "room": room.id, "chat": address.chat, "revision": after.told_revision, "outcome": after.attempts.last() });
        transaction.append_journal(&core.line("delivery_attempted", &after.about, detail))?;
        match core.store.commit(transaction).await {
            Ok(_) => break after,
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    };
    if matches!(outcome, Outcome::Sent(_) | Outcome::Edited | Outcome::Unchanged) {
        core.parts.told(&room.id);
    }
    if matches!(outcome, Outcome::Sent(_)) && room.creator.is_some() {
        core.bells.levels.ring();
    }
    if matches!((&outcome, &claimed_about), (Outcome::Sent(_), About::Digest(..))) {
        super::digests::tell_parked(core, room).await?;
    }
    match (&outcome, refusal) {
        (Outcome::TargetMoved { place }, _) => moved(core, address, place).await,
        (Outcome::TargetDead { .. }, Some(error)) => closed(core, room, Some(error.to_string())).await,
        (Outcome::Sent(_) | Outcome::Edited, _) if room.closed.is_some() => closed(core, room, None).await,
        (Outcome::Stopped { reason }, _) => {
            tracing::error!(chat = address.chat.as_str(), reason, "the bot is refused");
            trouble::begin(core, &Trouble::TokenRefused { source: address.chat.title().to_owned() }).await
        }
        _ => Ok(()),
    }?;
    Ok(Some(after))
}

fn count(core: &Core, chat: Chat, outcome: &Outcome) {
    core.count(|counts| counts.tally.told(chat, outcome));
    core.count(|counts| match (outcome, chat) {
        (Outcome::Sent(_), Chat::Telegram) => counts.telegram += 1,
        (Outcome::Sent(_), Chat::Discord) => counts.discord += 1,
        (Outcome::Edited, _) => counts.edited += 1,
        (Outcome::Unchanged | Outcome::SlowDown { .. } | Outcome::NotFound, _) => {}
        _ => counts.failed += 1,
    });
}

/// A room refuses, or takes messages again: noted with the room, and its owner told once.
async fn closed(core: &Core, room: &Room, reason: Option<String>) -> Result<(), StoreError> {
    let pen = core.pen.lock().await;
    let Some(mut kept) = load::<Room>(&*core.store, &keys::room(&room.id)).await? else { return Ok(()) };
    if kept.value.closed == reason {
        return Ok(());
    }
    let began = kept.value.closed.is_none();
    kept.value.closed.clone_from(&reason);
    kept.value.closed_at = match (&reason, kept.value.closed_at) {
        (Some(_), None) => Some(core.clock.now()),
        (Some(_), since) => since,
        (None, _) => None,
    };
    let mut transaction = Transaction::new();
    transaction.update(&kept)?;
    let deed = if reason.is_some() { "room_closed" } else { "room_open_again" };
    transaction.append_journal(&core.line(deed, format!("room/{}", room.id), json!({ "reason": reason })))?;
    core.store.commit(transaction).await?;
    core.state.lock().await.catalog.put_room(kept.value);
    drop(pen);
    match reason {
        Some(reason) if began => {
            let chat = room.address.as_ref().map_or("", |address| address.chat.title());
            let trouble = Trouble::RoomClosed { room: room.id.to_string(), chat, reason };
            trouble::tell_once(core, &trouble, Some(&core.clock.now().to_string())).await
        }
        None => trouble::end(core, &format!("room_closed/{}", room.id)).await.map(drop),
        Some(_) => Ok(()),
    }
}

/// A Telegram group became a supergroup: every room in it moves along, in one transaction.
pub async fn moved(core: &Core, address: &Address, place: &str) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let mut transaction = Transaction::new();
    let mut changed = Vec::new();
    let rooms: Vec<RoomId> = core.state.lock().await.catalog.rooms.keys().cloned().collect();
    for id in rooms {
        let Some(mut kept) = load::<Room>(&*core.store, &keys::room(&id)).await? else { continue };
        let Some(at) = kept.value.address.as_mut().filter(|at| at.chat == address.chat && at.place == address.place)
        else {
            continue;
        };
        place.clone_into(&mut at.place);
        transaction.update(&kept)?;
        let detail = json!({ "from": address.place, "to": place });
        transaction.append_journal(&core.line("room_moved", format!("room/{id}"), detail))?;
        changed.push(kept.value);
    }
    if changed.is_empty() {
        return Ok(());
    }
    core.store.commit(transaction).await?;
    let mut state = core.state.lock().await;
    for room in changed {
        state.catalog.put_room(room);
    }
    drop(state);
    cycle::ring_deliverers(core);
    Ok(())
}
