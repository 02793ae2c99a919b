//! The summary of the morning, in every room that wants one, at its hour in its zone.
//!
//! Owns: when the next one comes. It is committed before its hour like any other delivery, due at that instant, so that a
//! crash neither loses nor doubles it; its name is the room and the day there, so a day has one whatever the clocks do. What
//! it says is read from the store when it is sent. Refuses: an old morning; what could not be told for some hours expires
//! with its reason. Survives: a kill anywhere, and a change of the hour.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::catalog::About as Known;
use super::core::{Core, State};
use super::desk::{self, Deciding};
use super::{commands, cycle, render, views};
use crate::domain::habits::DayTime;
use crate::domain::person::Room;
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::incident::{Incident, Stage};
use crate::outbox::notice::{About, Notice, Urgency};
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Table, Transaction, keys};
use crate::words::buttons::Composed;
use crate::words::digest::{self, DigestView, Ended};

/// A morning is over after this: what was not told by then is told with the next.
const FRESH: SignedDuration = SignedDuration::from_hours(6);

/// What a digest looks back over, and ahead.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Incidents that ended in a day, at most; a fleet of ten thousand creators ends some hundreds.
const ENDED_MAX: usize = 10_000;

/// Deliveries of a room that wait for the next digest, at most.
const PARKED_MAX: usize = 20_000;

/// Plans the next digest of every room; answers when the first of them comes.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    let rooms = core.state.lock().await.catalog.places();
    let mut first: Option<Timestamp> = None;
    let mut planned = false;
    for room in rooms.values().filter(|room| room.address.is_some()) {
        let Some(hour) = room.digest_at() else { continue };
        let (at, new) = plan(core, room, hour).await?;
        planned |= new;
        first = [first, at].into_iter().flatten().min();
    }
    if planned {
        // Deliverers know when the next delivery is due from what is kept.
        cycle::ring_deliverers(core);
    }
    Ok(first)
}

/// The next digest of a room, kept as due at its hour. Answers when that is, and whether anything was written.
async fn plan(core: &Core, room: &Room, hour: DayTime) -> Result<(Option<Timestamp>, bool), StoreError> {
    let _pen = core.pen.lock().await;
    let now = core.clock.now();
    let zone = room.rules();
    let mut day: Option<Date> = Some(now.to_zoned(zone.clone()).date());
    // Today's, or where that is over or told already tomorrow's; a third day for a zone that skips one.
    for _ in 0..3 {
        let Some(this) = day else { break };
        day = this.tomorrow().ok();
        let Some(at) = hour.on(this, &zone).filter(|at| now < *at) else { continue };
        let about = About::Digest(room.id.clone(), this);
        let key = keys::delivery(&about, &room.id);
        let Some(kept) = load::<Delivery>(&*core.store, &key).await? else {
            create(core, room, about, at).await?;
            return Ok((Some(at), true));
        };
        match kept.value.state {
            Stand::Due { not_before } if kept.value.told_revision == 0 => {
                if not_before != at {
                    moved(core, kept, about, at).await?;
                }
                return Ok((Some(at), not_before != at));
            }
            // Told today, or it ended: the next one is tomorrow's.
            _ => {}
        }
    }
    Ok((None, false))
}

fn notice_of(about: About, at: Timestamp) -> Notice {
    Notice {
        about,
        revision: 1,
        urgency: Urgency::Informational,
        cause: "digest".to_owned(),
        at,
        expires_at: at.checked_add(FRESH).unwrap_or(at),
        wording: None,
    }
}

async fn create(core: &Core, room: &Room, about: About, at: Timestamp) -> Result<(), StoreError> {
    let notice = notice_of(about, at);
    let mut transaction = Transaction::new();
    transaction.create(&notice)?;
    cycle::deliver_to(core, &mut transaction, &notice, &[room]).await?;
    transaction.append_journal(&core.line("digest_planned", &notice.about, json!({ "at": at })))?;
    core.store.commit(transaction).await.map(drop)
}

/// The hour was changed.
async fn moved(core: &Core, kept: Loaded<Delivery>, about: About, at: Timestamp) -> Result<(), StoreError> {
    let notice = notice_of(about, at);
    let before = load::<Notice>(&*core.store, &keys::notice(&notice.about)).await?;
    let mut transaction = Transaction::new();
    transaction.set(before.as_ref(), &notice)?;
    let state = Stand::Due { not_before: at };
    let after = Delivery { state, expires_at: notice.expires_at, ..kept.value.clone() };
    transaction.set(Some(&kept), &after)?;
    transaction.append_journal(&core.line("digest_planned", &notice.about, json!({ "at": at })))?;
    match core.store.commit(transaction).await {
        Err(StoreError::Conflict { .. }) | Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A page of a digest: what is open and was when it was due, what ended in the day before, what has to be decided.
pub async fn compose(
    core: &Core,
    room: &Room,
    at: Timestamp,
    (about, page): (&About, u32),
) -> Result<Option<Composed>, StoreError> {
    if room.digest_at().is_none() {
        return Ok(None);
    }
    let now = core.clock.now();
    let before = at.checked_sub(DAY).unwrap_or(at);
    let mut shown: Vec<Incident> =
        commands::open_incidents(core, None).await?.into_iter().map(|kept| kept.value).collect();
    // What ended since it was told is still on its pages.
    let ended = ended_between(core, before, now).await?;
    let (over, since): (Vec<Incident>, Vec<Incident>) =
        ended.into_iter().partition(|one| one.resolved_at.is_some_and(|end| end <= at));
    shown.extend(since);
    shown.retain(|one| one.opened_at <= at);
    let mut state = core.state.lock().await;
    shown.retain(|one| hears(&state, room, one));
    let ended = over.iter().filter(|one| hears(&state, room, one)).map(|one| ended_line(&state, one)).collect();
    let members = shown.iter().map(|one| views::member_of(one, &views::names(&state, &one.subject))).collect();
    let of = room.campaign.as_ref().map(|id| state.catalog.campaign_name(id));
    let of = of.or_else(|| room.brand.as_ref().map(|id| state.catalog.brand_name(id)));
    drop(state);
    let mut decisions: Vec<Deciding> = Vec::new();
    let today = std::cmp::max(at, now).checked_add(DAY).unwrap_or(at);
    for incident in shown.iter().filter(|one| one.stage == Stage::Firing) {
        let proposals = desk::waiting(core, incident).await?;
        state = core.state.lock().await;
        let found = desk::decisions(core, &state, incident, &proposals, (room.audience, now));
        drop(state);
        decisions.extend(found.into_iter().filter(|one| one.until.is_some_and(|until| until <= today)));
    }
    desk::in_order(&mut decisions);
    let view = DigestView { id: about.to_string(), of, members, ended, decisions, page };
    Ok(Some(digest::compose(&view, &render::reader(room), now)))
}

/// Whether a room is told of an incident.
fn hears(state: &State, room: &Room, incident: &Incident) -> bool {
    let known = Known {
        brand: incident.brand.clone(),
        campaign: incident.campaign.clone(),
        creator: incident.creator.clone(),
        ..Known::default()
    };
    state.catalog.follows(room, &known)
}

fn ended_line(state: &State, incident: &Incident) -> Ended {
    let member = views::member_of(incident, &views::names(state, &incident.subject));
    let end = incident.resolved_at.unwrap_or(incident.opened_at);
    let lasted_secs = end.as_second().saturating_sub(incident.opened_at.as_second());
    Ended { incident: member.incident, name: member.name, lasted_secs }
}

/// Incidents that ended after one instant and up to another, in that order.
async fn ended_between(core: &Core, after: Timestamp, until: Timestamp) -> Result<Vec<Incident>, StoreError> {
    let (_, from) = keys::due_until(after);
    let (_, until) = keys::due_until(until);
    let mut found = Vec::new();
    for (key, _) in core.store.scan(Table::EndedIncidents, &from, &until, ENDED_MAX).await? {
        let (_, key) = keys::read_due(&key)?;
        found.extend(load::<Incident>(&*core.store, &key).await?.map(|kept| kept.value));
    }
    Ok(found)
}

/// What nobody knows whether it arrived is told anew, marked, with the digest of its room.
pub async fn tell_parked(core: &Core, room: &Room) -> Result<(), StoreError> {
    let now = core.clock.now();
    let (from, until) = keys::all();
    let mut told = false;
    for (key, _) in core.store.scan(Table::DueDeliveries, &from, &until, PARKED_MAX).await? {
        let (_, key) = keys::read_due(&key)?;
        let Some(kept) = load::<Delivery>(&*core.store, &key).await? else { continue };
        let parked = matches!(kept.value.state, Stand::Unknown { .. }) && kept.value.maybe_repeat;
        // Yesterday's digest is not told after today's.
        if !parked || kept.value.room != room.id || matches!(kept.value.about, About::Digest(..)) {
            continue;
        }
        let after = Delivery { state: Stand::Due { not_before: now }, ..kept.value.clone() };
        let mut transaction = Transaction::new();
        transaction.set(Some(&kept), &after)?;
        match core.store.commit(transaction).await {
            Err(StoreError::Conflict { .. }) => {}
            done => {
                done?;
                told = true;
            }
        }
    }
    if told {
        cycle::ring_deliverers(core);
    }
    Ok(())
}
