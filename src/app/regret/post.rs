//! What is told of stops judged again: once a month in every room of the team, and to whoever asks.
//!
//! Owns: when a month is told. The first tick of the schedule in a month tells the month before, in the room's zone; its name
//! is the room and the month, so that a month is told once whatever starts anew. A month in which no window closed is not
//! told. What the message says is worked out when it is sent. Survives: a kill anywhere, and a start some days late.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Case, Found, Wanted, found};
use crate::app::commands::{Asked, unknown};
use crate::app::core::{Core, State};
use crate::app::resolve::{Meant, resolve};
use crate::app::schedule::Schedule;
use crate::app::terms::sees_costs;
use crate::app::{cycle, render};
use crate::domain::ids::{BrandId, CampaignId, Subject};
use crate::domain::person::{Audience, Room};
use crate::insight::regret::{Call, Judged, by_rule, scorecard};
use crate::outbox::notice::{About, Notice, Urgency};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};
use crate::words::buttons::Composed;
use crate::words::phrase;
use crate::words::regret::{self, RegretView, WrongCall};

/// A month is told so late at most: after two weeks the next is nearer.
const FRESH: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Months looked ahead for the next tick: a schedule of one day a year has one.
const AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Tells the month before in every room of the team that was not told it; answers when the next one is due.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    let rooms: Vec<Room> = {
        let state = core.state.lock().await;
        let ours = |room: &&Room| room.audience == Audience::Internal && room.address.is_some();
        state.catalog.rooms.values().filter(ours).cloned().collect()
    };
    let now = core.clock.now();
    let mut next: Option<Timestamp> = None;
    for room in &rooms {
        let Some(schedule) = schedule(core, room) else { continue };
        let month = month_of(now, room);
        if let Some(tick) = first_tick(&schedule, month, room) {
            if now < tick {
                next = [next, Some(tick)].into_iter().flatten().min();
                continue;
            }
            if now.duration_since(tick) < FRESH {
                tell(core, room, month).await?;
            }
        }
        let later = month.checked_add(jiff::Span::new().months(1)).ok();
        let tick = later.and_then(|month| first_tick(&schedule, month, room));
        next = [next, tick].into_iter().flatten().min();
    }
    Ok(next)
}

fn schedule(core: &Core, room: &Room) -> Option<Schedule> {
    let post = core.config.regret.post.trim();
    // It was read at the start; an empty one is never.
    if post.is_empty() { None } else { Schedule::new(post, room.rules()).ok() }
}

/// The first day of the month that an instant is in, in the room's zone.
fn month_of(at: Timestamp, room: &Room) -> Date {
    at.to_zoned(room.rules()).date().first_of_month()
}

fn midnight(day: Date, room: &Room) -> Option<Timestamp> {
    day.to_zoned(room.rules()).ok().map(|at| at.timestamp())
}

/// The first tick of a schedule in a month, where it has one soon.
fn first_tick(schedule: &Schedule, month: Date, room: &Room) -> Option<Timestamp> {
    let begins = midnight(month, room)?;
    let just_before = begins.checked_sub(SignedDuration::from_nanos(1)).ok()?;
    let tick = schedule.next_after(just_before)?;
    (tick.duration_since(begins) < AHEAD && month_of(tick, room) == month).then_some(tick)
}

/// The month before a month: what closed in it, for a room.
async fn of_month(core: &Core, room: &Room, month: Date) -> Result<Option<(Found, Date)>, StoreError> {
    let before = month.checked_sub(jiff::Span::new().months(1)).ok();
    let Some((before, from, until)) =
        before.and_then(|before| Some((before, midnight(before, room)?, midnight(month, room)?)))
    else {
        return Ok(None);
    };
    let fits = |brand: Option<&BrandId>, campaign: Option<&CampaignId>| is_told(room, brand, campaign);
    // A window that closed at midnight belongs to the day that ended.
    let found = found(core, &Wanted { fits: &fits, after: Some(from), until }).await?;
    Ok(Some((found, before)))
}

/// Whether a room of the team is told of a call.
fn is_told(room: &Room, brand: Option<&BrandId>, campaign: Option<&CampaignId>) -> bool {
    (room.brand.is_none() || room.brand.as_ref() == brand)
        && (room.campaign.is_none() || room.campaign.as_ref() == campaign)
}

async fn tell(core: &Core, room: &Room, month: Date) -> Result<(), StoreError> {
    let about = About::Regret(room.id.clone(), month);
    if load::<Notice>(&*core.store, &keys::notice(&about)).await?.is_some() {
        return Ok(());
    }
    let Some((found, _)) = of_month(core, room, month).await? else { return Ok(()) };
    if found.cases.is_empty() {
        return Ok(());
    }
    let _pen = core.pen.lock().await;
    let now = core.clock.now();
    let notice = Notice {
        about,
        revision: 1,
        urgency: Urgency::Informational,
        cause: "regret".to_owned(),
        at: now,
        expires_at: now.checked_add(FRESH).unwrap_or(now),
        wording: None,
    };
    let mut transaction = Transaction::new();
    transaction.create(&notice)?;
    cycle::deliver_to(core, &mut transaction, &notice, &[room]).await?;
    let detail = json!({ "room": room.id, "month": month, "calls": found.cases.len() });
    transaction.append_journal(&core.line("regret_told", &notice.about, detail))?;
    match core.store.commit(transaction).await {
        // Somebody was quicker: it is told.
        Err(StoreError::Conflict { .. }) => Ok(()),
        done => {
            done?;
            cycle::ring_deliverers(core);
            Ok(())
        }
    }
}

/// The message of a month, for its room. `None` for a room that is not the team's any more.
pub async fn compose(core: &Core, room: &Room, month: Date) -> Result<Option<Composed>, StoreError> {
    if room.audience != Audience::Internal {
        return Ok(None);
    }
    let Some((found, before)) = of_month(core, room, month).await? else { return Ok(None) };
    let state = core.state.lock().await;
    let of = name_of(&state, room.brand.as_ref(), room.campaign.as_ref());
    let view = RegretView { month: Some((before.month(), before.year())), ..view(&found, of, room.campaign.clone()) };
    drop(state);
    Ok(Some(Composed::plain(regret::compose(&view, &render::reader(room), core.clock.now()))))
}

fn name_of(state: &State, brand: Option<&BrandId>, campaign: Option<&CampaignId>) -> Option<String> {
    let campaign = campaign.map(|id| state.catalog.campaign_name(id));
    campaign.or_else(|| brand.map(|id| state.catalog.brand_name(id)))
}

/// What is said of calls.
#[must_use]
pub fn view(found: &Found, of: Option<String>, campaign: Option<CampaignId>) -> RegretView {
    let judged: Vec<Judged> = found.cases.iter().map(Case::judged).collect();
    let mut wrong: Vec<&Case> = found.cases.iter().filter(|one| one.call == Call::Wrong && one.done).collect();
    wrong.sort_by_key(|one| (one.balance.map_or(0, |balance| balance.net.minor), one.at, one.proposal));
    let wrong = wrong.into_iter().map(|one| WrongCall {
        who: phrase::who(&one.names, &one.subject.to_string()),
        deed: one.deed.clone(),
        at: one.at,
        money: one.balance.ok().map(|balance| (balance.spend, balance.brings)),
    });
    let levels = found.cases.iter().filter(|one| one.deed.is_none()).count();
    RegretView {
        month: None,
        of,
        campaign,
        all: scorecard(&judged),
        rules: by_rule(&judged).into_iter().map(|(rule, card)| (rule.map(|id| id.to_string()), card)).collect(),
        wrong: wrong.collect(),
        levels: u64::try_from(levels).unwrap_or(u64::MAX),
        pending: (found.pending, found.next),
    }
}

/// Answers `report regret`, of one campaign where one is named: what the asker may see the costs of, as far as it belongs
/// into the room they ask in.
pub async fn say(core: &Core, asked: &Asked, campaign: Option<&str>, now: Timestamp) -> Result<Composed, StoreError> {
    let state = core.state.lock().await;
    let of = match campaign {
        None => None,
        Some(typed) => {
            let Some(Meant::Subject(Subject::Campaign(id))) = resolve(&state.catalog, typed) else {
                drop(state);
                return Ok(Composed::plain(unknown(core, asked, typed).await.say(&asked.reader, now)));
            };
            Some(id)
        }
    };
    let sees = |id: &CampaignId| asked.person.as_ref().is_some_and(|person| sees_costs(&state, person, id));
    let at = &asked.speaker.address;
    let room = state.catalog.room_at(at.chat, &at.place, at.topic).filter(|_| !asked.speaker.direct);
    let campaigns: Vec<(BrandId, CampaignId)> = state
        .catalog
        .campaigns
        .values()
        .filter(|one| of.as_ref().is_none_or(|of| *of == one.id) && sees(&one.id))
        .filter(|one| room.is_none_or(|room| is_told(room, Some(&one.brand), Some(&one.id))))
        .map(|one| (one.brand.clone(), one.id.clone()))
        .collect();
    let named = of.as_ref().or_else(|| room.and_then(|room| room.campaign.as_ref()));
    let name = name_of(&state, room.and_then(|room| room.brand.as_ref()), named);
    drop(state);
    let of_campaign = of.is_some();
    // A lowered level has no campaign: it is its brand's, for whoever sees what that spends.
    let fits = move |brand: Option<&BrandId>, campaign: Option<&CampaignId>| match (brand, campaign) {
        (_, Some(campaign)) => campaigns.iter().any(|one| one.1 == *campaign),
        (Some(brand), None) => !of_campaign && campaigns.iter().any(|one| one.0 == *brand),
        (None, None) => false,
    };
    let found = found(core, &Wanted { fits: &fits, after: None, until: now }).await?;
    Ok(Composed::plain(regret::compose(&view(&found, name, of), &asked.reader, now)))
}

/// What is asked for in the terminal: a campaign's, or everybody's. Whoever asks may see all of it.
pub async fn of_campaign(
    core: &Core,
    campaign: Option<&CampaignId>,
    now: Timestamp,
) -> Result<(Found, RegretView), StoreError> {
    let fits = |_: Option<&BrandId>, of: Option<&CampaignId>| campaign.is_none() || of == campaign;
    let found = found(core, &Wanted { fits: &fits, after: None, until: now }).await?;
    let state = core.state.lock().await;
    let name = name_of(&state, None, campaign);
    drop(state);
    let view = view(&found, name, campaign.cloned());
    Ok((found, view))
}
