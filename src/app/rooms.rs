//! `rooms`, `quiet` and `subscribe`: where things are told, when a place sleeps, and what it wants to hear.
//!
//! Owns: which place is meant (the room it is said in, or one's own direct message) and that what must be heard stays on
//! somewhere. Refuses: telling; what becomes of a delivery is for [`super::habits`].

use jiff::Timestamp;
use serde_json::json;

use super::catalog::Catalog;
use super::commands::{Asked, visible_brands};
use super::core::Core;
use super::habits;
use super::listen::refuse;
use crate::domain::document::RoomDocument;
use crate::domain::habits::{Habits, Loudness, Topic};
use crate::domain::ids::{BrandId, RoomId};
use crate::domain::person::{Audience, Role, Room};
use crate::store::StoreError;
use crate::words::buttons::Composed;
use crate::words::command::QuietWish;
use crate::words::message::Message;
use crate::words::permission::Reason;
use crate::words::rooms::{self, Kept, QuietView, RoomLine, SubscriptionsView};

/// The place that somebody speaks of without naming it: the room they are in, or their own direct message.
async fn here(core: &Core, asked: &Asked) -> Result<Option<Room>, StoreError> {
    let at = &asked.speaker.address;
    let state = core.state.lock().await;
    if let Some(room) = state.catalog.room_at(at.chat, &at.place, at.topic) {
        return Ok(Some(room.clone()));
    }
    let Some(person) = asked.person.as_ref().filter(|_| asked.speaker.direct) else { return Ok(None) };
    if let Some(room) = state.catalog.directs_of(&person.id).into_iter().next() {
        return Ok(Some(room.clone()));
    }
    drop(state);
    // Linked before direct messages were rooms. Somebody at a terminal has no place that could be written to.
    let real =
        person.identities.contains(&asked.speaker.identity) && at.place.bytes().all(|byte| byte.is_ascii_digit());
    let id = RoomId::new(&format!("dm-{}-{}", asked.speaker.identity.chat.as_str(), asked.speaker.identity.user));
    let Some(id) = id.ok().filter(|_| real) else { return Ok(None) };
    let room = Room {
        id,
        address: Some(at.clone()),
        audience: asked.audience,
        brand: None,
        campaign: None,
        creator: person.creator.clone(),
        locale: asked.reader.locale.code().to_owned(),
        zone: asked.reader.zone.iana_name().unwrap_or("UTC").to_owned(),
        quiet: None,
        closed: None,
        closed_at: None,
        person: Some(person.id.clone()).filter(|_| person.creator.is_none()),
        habits: Habits::default(),
    };
    habits::direct_room(core, &room).await?;
    Ok(Some(room))
}

/// The rooms that somebody may see, as far as the place may be told of them.
pub async fn list(core: &Core, asked: &Asked, page: u32, now: Timestamp) -> Result<Composed, StoreError> {
    let state = core.state.lock().await;
    let reach = visible_brands(&state, asked);
    let catalog = &state.catalog;
    let at = &asked.speaker.address;
    let place = catalog.room_at(at.chat, &at.place, at.topic).filter(|_| !asked.speaker.direct);
    let operator = asked
        .person
        .as_ref()
        .is_some_and(|person| catalog.grants_of(&person.id).any(|grant| grant.role == Role::Operator));
    let sees = |brand: Option<&BrandId>| match brand {
        Some(id) => reach.as_ref().is_none_or(|reach| reach.contains(id)),
        None => reach.is_none(),
    };
    // What is said in a room is read by all of it: its own brand's rooms, and to clients only theirs.
    let fits = |room: &Room, brand: Option<&BrandId>| match place {
        Some(place) => {
            (place.brand.is_none() || place.brand.as_ref() == brand)
                && (place.audience != Audience::Client || room.audience == Audience::Client)
        }
        None => true,
    };
    let mut lines = Vec::new();
    for room in catalog.rooms.values() {
        if let Some(creator) = &room.creator {
            // A creator's direct message is their own; it is the team's business when nothing arrives there any more.
            let brand = catalog.brands_of(creator).find(|brand| sees(Some(brand)) && fits(room, Some(brand)));
            if room.closed.is_some() && brand.is_some() {
                lines.push(RoomLine { of: Some(catalog.creator_name(creator)), ..line(catalog, room) });
            }
            continue;
        }
        let own = room.audience == Audience::Operator && operator;
        if (own || sees(room.brand.as_ref())) && fits(room, room.brand.as_ref()) {
            lines.push(line(catalog, room));
        }
    }
    // What needs somebody comes first.
    lines.sort_by_key(|room| (room.closed.is_none(), room.chat.is_some(), room.id.clone()));
    Ok(rooms::rooms(&lines, page.saturating_sub(1), &asked.reader, now))
}

fn line(catalog: &Catalog, room: &Room) -> RoomLine {
    let of_campaign = room.campaign.as_ref().map(|id| catalog.campaign_name(id));
    RoomLine {
        id: room.id.to_string(),
        chat: room.address.as_ref().map(|address| address.chat.title()),
        in_topic: room.address.as_ref().is_some_and(|address| address.topic.is_some()),
        audience: room.audience,
        of: of_campaign.or_else(|| room.brand.as_ref().map(|id| catalog.brand_name(id))),
        locale: room.locale.clone(),
        zone: room.zone.clone(),
        quiet: room.quiet.clone(),
        digest: room.digest_at().map(|at| at.to_string()),
        told: room.habits.told.iter().map(|(topic, loudness)| (*topic, *loudness)).collect(),
        escalate_to: room.habits.escalate_to.iter().map(ToString::to_string).collect(),
        closed: room.closed.clone().map(|reason| (room.closed_at, reason)),
    }
}

/// Shows or sets the quiet hours of a place.
pub async fn quiet(core: &Core, asked: &Asked, wish: &QuietWish, now: Timestamp) -> Result<Message, StoreError> {
    let unbound = || refuse(core, asked, "command/quiet", Reason::Unbound);
    let Some(room) = here(core, asked).await? else { return unbound().await };
    let hours = match wish {
        QuietWish::Show => return Ok(rooms::quiet(&quiet_view(&room, false, now), &asked.reader, now)),
        QuietWish::Off => None,
        QuietWish::Hours(hours) => Some(hours.to_string()),
    };
    let detail = json!({ "from": room.quiet, "to": hours });
    let edit = |room: &mut Room| room.quiet.clone_from(&hours);
    let of_document = |document: &mut RoomDocument| document.quiet.clone_from(&hours);
    let done = habits::change(core, &room.id, (&asked.actor(), "quiet_set", detail), edit, Some(&of_document)).await?;
    Ok(match done {
        Some(room) => rooms::quiet(&quiet_view(&room, true, now), &asked.reader, now),
        None => unbound().await?,
    })
}

fn quiet_view(room: &Room, changed: bool, now: Timestamp) -> QuietView {
    QuietView {
        hours: room.quiet_hours().map(|hours| (hours.to_string(), room.zone.clone())),
        until: room.quiet_until(now),
        loud: room.habits.loud,
        changed,
    }
}

/// What is told in a place at all.
fn topics(catalog: &Catalog, room: &Room) -> Vec<Topic> {
    let told = |topic: Topic| match (room.audience, room.person.is_some(), topic) {
        (Audience::Creator, _, topic) => matches!(topic, Topic::Downgrade | Topic::Ask),
        (_, true, topic) => !matches!(topic, Topic::Ask | Topic::Rule | Topic::Trouble),
        (_, false, Topic::Trouble) => catalog.operator_rooms().iter().any(|one| one.id == room.id),
        (Audience::Internal, false, topic) => topic != Topic::Ask,
        (Audience::Client | Audience::Operator, false, _) => false,
    };
    Topic::ALL.into_iter().filter(|topic| told(*topic)).collect()
}

fn subscriptions_view(catalog: &Catalog, room: &Room, changed: Option<(Topic, Loudness)>) -> SubscriptionsView {
    SubscriptionsView {
        own: room.person.is_some() || room.creator.is_some(),
        topics: topics(catalog, room).into_iter().map(|topic| (topic, room.loudness(topic))).collect(),
        digest: room.digest_at().map(|at| at.to_string()),
        changed,
    }
}

/// Shows what is told in a place, or sets how one topic is.
pub async fn subscribe(
    core: &Core,
    asked: &Asked,
    topic: Option<Topic>,
    loudness: Option<Loudness>,
) -> Result<Message, StoreError> {
    let unbound = || refuse(core, asked, "command/subscribe", Reason::Unbound);
    let Some(room) = here(core, asked).await? else { return unbound().await };
    let (Some(topic), Some(loudness)) = (topic, loudness) else {
        let state = core.state.lock().await;
        return Ok(rooms::subscriptions(&subscriptions_view(&state.catalog, &room, None), &asked.reader));
    };
    if let Some(kept) = stays(&core.state.lock().await.catalog, &room, topic, loudness) {
        let reason = match kept {
            Kept::Unheard { .. } => "unheard",
            Kept::Owed { .. } => "owed",
            Kept::Elsewhere { .. } => "elsewhere",
            Kept::NoRole => "no_role",
        };
        let detail = json!({ "topic": topic, "to": loudness, "reason": reason });
        core.journal(core.line_by(&asked.actor(), "subscription_kept", format!("room/{}", room.id), detail)).await?;
        return Ok(rooms::kept(&kept, &asked.reader));
    }
    let detail = json!({ "topic": topic, "from": room.loudness(topic), "to": loudness });
    let edit = |room: &mut Room| {
        room.habits.told.insert(topic, loudness);
    };
    let done = habits::change(core, &room.id, (&asked.actor(), "subscription_set", detail), edit, None).await?;
    let Some(room) = done else { return unbound().await };
    let state = core.state.lock().await;
    let view = subscriptions_view(&state.catalog, &room, Some((topic, loudness)));
    Ok(rooms::subscriptions(&view, &asked.reader))
}

/// Why a topic stays as it is in a room.
fn stays(catalog: &Catalog, room: &Room, topic: Topic, loudness: Loudness) -> Option<Kept> {
    let topics = topics(catalog, room);
    if !topics.contains(&topic) {
        return Some(Kept::Elsewhere { topic, topics });
    }
    if let Some(person) = room.person.as_ref().filter(|_| loudness != Loudness::Off) {
        let hears =
            catalog.grants_of(person).any(|grant| matches!(grant.role, Role::Analyst | Role::Manager | Role::Agency));
        return (!hears).then_some(Kept::NoRole);
    }
    if loudness != Loudness::Off || room.person.is_some() {
        return None;
    }
    if room.creator.is_some() {
        return Some(Kept::Owed { topic });
    }
    let heard = if topic.must_be_heard() { catalog.heard_elsewhere(room, topic) } else { Ok(()) };
    heard.err().map(|brand| Kept::Unheard { topic, brand: brand.map(|id| catalog.brand_name(&id)) })
}
