//! The deliverer: claims what is due, sends it under the room's limits, records the attempt and the message id.
//!
//! One per chat platform, so that a platform that is down delays only its own. Owns: the order of claim, send, record.
//! Survives: a kill after the claim (the lease runs out and the attempt counts as lost) and after the send (Discord's
//! nonce finds the message, Telegram's next text says that it may be a repeat).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::core::Core;
use super::habits::{self, Sifted};
use super::service::rest;
use super::{groups, render, trouble};
use crate::chat::error::SendError;
use crate::chat::limits::{OLD_MESSAGE, Route};
use crate::chat::{Chats, Edited, SendOptions};
use crate::domain::ids::RoomId;
use crate::domain::person::{Address, Chat, Room};
use crate::outbox::claim::{Claim, Claimed, How, claim};
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::grouping;
use crate::outbox::notice::About;
use crate::outbox::retry::{self, Outcome};
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Table, Transaction, keys};
use crate::time::{Bell, Held};
use crate::words::trouble::Trouble;
use tokio_util::sync::CancellationToken;

/// After a failure of the store itself; everything is still due then.
const STORE_WAIT: SignedDuration = SignedDuration::from_secs(5);

/// Rows of the due index read at once.
const DUE_MAX: usize = 4_000;

/// Delivers on one platform, for ever.
pub async fn run(core: Arc<Core>, chats: Arc<Chats>, chat: Chat, mut held: Held, stop: CancellationToken) {
    let bell = bell_of(&core, chat);
    loop {
        let wake = match round(&core, &chats, chat).await {
            Ok(wake) => wake,
            Err(error) => {
                tracing::error!(
                    chat = chat.as_str(),
                    error = &error as &dyn std::error::Error,
                    "could not deliver; trying again"
                );
                core.clock.now().checked_add(STORE_WAIT).ok()
            }
        };
        if !rest(&mut held, &bell, wake, &stop).await {
            return;
        }
    }
}

fn bell_of(core: &Core, chat: Chat) -> Bell {
    match chat {
        Chat::Discord => core.bells.deliver_discord.clone(),
        Chat::Telegram => core.bells.deliver_telegram.clone(),
    }
}

/// Delivers what may go now; answers when to look again.
pub async fn round(core: &Core, chats: &Chats, chat: Chat) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let now = core.clock.now();
        let (by_room, next) = due(core, chat, now).await?;
        let mut wake = next;
        let mut told = 0u32;
        for (room, deliveries) in by_room {
            match of_room(core, chats, &room, deliveries).await? {
                Went { until: Some(until), told: count } => {
                    wake = Some(wake.map_or(until, |wake| std::cmp::min(wake, until)));
                    told += count;
                }
                Went { until: None, told: count } => told += count,
            }
        }
        if told == 0 {
            return Ok(wake);
        }
    }
}

/// The due deliveries of one platform by room, the most urgent room first, and when the next one after now is due.
async fn due(
    core: &Core,
    chat: Chat,
    now: Timestamp,
) -> Result<(Vec<(Room, Vec<Delivery>)>, Option<Timestamp>), StoreError> {
    let (from, until) = keys::all();
    let rows = core.store.scan(Table::DueDeliveries, &from, &until, DUE_MAX).await?;
    let rooms: BTreeMap<RoomId, Room> = core.state.lock().await.catalog.places();
    let mut by_room: BTreeMap<RoomId, Vec<Delivery>> = BTreeMap::new();
    let mut next = None;
    for (key, _) in &rows {
        let (at, delivery_key) = keys::read_due(key)?;
        let Some(delivery) = load::<Delivery>(&*core.store, &delivery_key).await? else { continue };
        let Some(room) = rooms.get(&delivery.value.room) else { continue };
        if room.address.as_ref().is_none_or(|address| address.chat != chat) {
            continue;
        }
        if now < at {
            next = Some(at);
            break;
        }
        by_room.entry(delivery.value.room.clone()).or_default().push(delivery.value);
    }
    let mut found: Vec<(Room, Vec<Delivery>)> =
        by_room.into_iter().filter_map(|(id, deliveries)| Some((rooms.get(&id)?.clone(), deliveries))).collect();
    found.sort_by_key(|(_, deliveries)| deliveries.iter().map(|one| one.urgency).min());
    Ok((found, next))
}

struct Went {
    /// The room takes nothing more before then.
    until: Option<Timestamp>,
    told: u32,
}

async fn of_room(core: &Core, chats: &Chats, room: &Room, due: Vec<Delivery>) -> Result<Went, StoreError> {
    let Some(address) = room.address.clone() else { return Ok(Went { until: None, told: 0 }) };
    let Sifted { due, until: held } = habits::sift(core, room, due).await?;
    let went = |until: Option<Timestamp>, told| Went { until: [until, held].into_iter().flatten().min(), told };
    let plan = grouping::plan(&due, core.clock.now());
    let mut order: Vec<About> = Vec::new();
    for group in plan.groups {
        order.push(groups::collapse(core, room, &group).await?);
    }
    order.extend(plan.single);
    let mut told = 0;
    for about in order {
        let Some(kept) = load::<Delivery>(&*core.store, &keys::delivery(&about, &room.id)).await? else { continue };
        let route = match &kept.value.message {
            Some(at) if OLD_MESSAGE <= core.clock.now().duration_since(at.sent_at) => Route::OldEdit,
            Some(_) => Route::Edit,
            None => Route::Send,
        };
        if let Err(until) = chats.may_send(&address, route, core.clock.now()) {
            return Ok(went(Some(until), told));
        }
        told += u32::from(one(core, chats, room, &address, kept).await?);
    }
    Ok(went(None, told))
}

/// Claims, sends and records one delivery. Answers whether anything happened.
async fn one(
    core: &Core,
    chats: &Chats,
    room: &Room,
    address: &Address,
    kept: Loaded<Delivery>,
) -> Result<bool, StoreError> {
    let now = core.clock.now();
    match claim(kept.value.clone(), address.chat, now, core.config.delivery.lease.0) {
        Claim::NotDue { .. } | Claim::HeldBy { .. } => Ok(false),
        Claim::NothingToTell => settle(core, &kept).await,
        Claim::Parked(after) => {
            put(core, &kept, &after, None).await?;
            Ok(true)
        }
        Claim::Expired(after) => {
            let reason = match &after.state {
                Stand::Expired { reason, .. } => reason.clone(),
                _ => String::new(),
            };
            let detail = json!({ "room": room.id, "reason": reason });
            put(core, &kept, &after, Some(core.line("delivery_expired", &after.about, detail))).await?;
            Ok(true)
        }
        Claim::Ours(claimed) => {
            send(core, chats, room, address, kept, *claimed).await?;
            Ok(true)
        }
    }
}

/// Nothing is left to tell: takes it off the list of what is due.
async fn settle(core: &Core, kept: &Loaded<Delivery>) -> Result<bool, StoreError> {
    let after = Delivery { state: Stand::Sent, ..kept.value.clone() };
    if after.state == kept.value.state {
        return Ok(false);
    }
    put(core, kept, &after, None).await?;
    Ok(true)
}

async fn put(
    core: &Core,
    before: &Loaded<Delivery>,
    after: &Delivery,
    entry: Option<crate::domain::journal::JournalEntry>,
) -> Result<(), StoreError> {
    let mut transaction = Transaction::new();
    transaction.set(Some(before), after)?;
    if let Some(entry) = entry {
        transaction.append_journal(&entry)?;
    }
    match core.store.commit(transaction).await {
        // Somebody asked for a newer revision meanwhile: what is kept now is looked at in the next round.
        Err(StoreError::Conflict { .. }) | Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn send(
    core: &Core,
    chats: &Chats,
    room: &Room,
    address: &Address,
    before: Loaded<Delivery>,
    claimed: Claimed,
) -> Result<(), StoreError> {
    let now = core.clock.now();
    let rendered = render::render(core, room, &claimed.delivery).await?;
    let Some(mut rendered) = rendered else {
        let reason = "there is nothing in it that this room may be told".to_owned();
        let after = Delivery { state: Stand::Expired { reason, at: now }, ..before.value.clone() };
        return put(core, &before, &after, None).await;
    };
    rendered.message.silent |= habits::is_silent(core, room, &claimed.delivery.about, now).await?;
    let mut transaction = Transaction::new();
    transaction.set(Some(&before), &claimed.delivery)?;
    transaction.and(rendered.buttons);
    match core.store.commit(transaction).await {
        Ok(_) => {}
        Err(StoreError::Conflict { .. }) => return Ok(()),
        Err(error) => return Err(error),
    }
    let key = format!("{}@{}", claimed.delivery.about, room.id);
    let options = SendOptions { more: &rendered.more, key: &key, revision: claimed.nonce_revision() };
    let (outcome, refusal) = attempt(chats, address, &claimed, &rendered.message, &options, &rendered.marker).await;
    record(core, room, address, claimed, outcome, refusal).await
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
        (How::Edit | How::Send { .. }, _) => chats.send(message, address, options).await.map(Outcome::Sent),
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
) -> Result<(), StoreError> {
    let key = keys::delivery(&claimed.delivery.about, &claimed.delivery.room);
    let claimed_about = claimed.delivery.about.clone();
    count(core, address.chat, &outcome);
    loop {
        let Some(kept) = load::<Delivery>(&*core.store, &key).await? else { return Ok(()) };
        let now = core.clock.now();
        let mut mine = claimed.clone();
        mine.delivery.wanted_revision = std::cmp::max(mine.delivery.wanted_revision, kept.value.wanted_revision);
        let after = core.roll(|dice| retry::after_attempt(mine, address.chat, outcome.clone(), now, dice));
        let mut transaction = Transaction::new();
        transaction.set(Some(&kept), &after)?;
        let detail = json!({ "room": room.id, "chat": address.chat, "revision": after.told_revision, "outcome": after.attempts.last() });
        transaction.append_journal(&core.line("delivery_attempted", &after.about, detail))?;
        match core.store.commit(transaction).await {
            Ok(_) => break,
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
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
            let day = core.clock.now().strftime("%Y-%m-%d").to_string();
            trouble::tell_once(core, &Trouble::TokenRefused { source: address.chat.title().to_owned() }, Some(&day))
                .await
        }
        _ => Ok(()),
    }
}

fn count(core: &Core, chat: Chat, outcome: &Outcome) {
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
        _ => Ok(()),
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
    Ok(())
}
