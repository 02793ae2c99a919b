//! The sample: an alert that shows what alerts look like, and whose buttons explain themselves.
//!
//! Refuses: doing anything. It is no incident: nobody was judged, it counts nowhere, and no button of it reaches a platform.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::app::commands::Asked;
use crate::app::core::Core;
use crate::app::cycle;
use crate::domain::ids::RoomId;
use crate::domain::money::Money;
use crate::domain::person::Room;
use crate::outbox::delivery::{Delivery, State};
use crate::outbox::notice::{About, Notice, Urgency, Wording};
use crate::outbox::retry;
use crate::store::records::{Loaded, load, scan_range};
use crate::store::{StoreError, Transaction, keys};
use crate::words::buttons::{Composed, SampleButton};
use crate::words::sample::{self, SampleView};
use crate::words::wording::Reader;

/// How often a press is written anew because a deliverer recorded an attempt meanwhile.
const TRIES_MAX: u32 = 10;

/// What its wording is called where it is kept.
const KEY: &str = "sample";

/// How the sample stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// Every room that it goes to shows it as it stands now, and there is one.
    pub told: bool,
    /// Who has pressed “I've got it”.
    pub by: Option<String>,
}

async fn kept(core: &Core) -> Result<Option<Loaded<Notice>>, StoreError> {
    load::<Notice>(&*core.store, &keys::notice(&About::Sample)).await
}

/// Sends the sample to rooms that have not had it.
pub async fn give(core: &Core, rooms: &[RoomId]) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let now = core.clock.now();
    let rooms: Vec<Room> = {
        let state = core.state.lock().await;
        rooms.iter().filter_map(|id| state.catalog.rooms.get(id).cloned()).collect()
    };
    let mut transaction = Transaction::new();
    let notice = if let Some(kept) = kept(core).await? {
        kept.value
    } else {
        let notice = Notice {
            about: About::Sample,
            revision: 1,
            urgency: Urgency::Critical,
            cause: KEY.to_owned(),
            at: now,
            expires_at: now.checked_add(core.config.delivery.expires.0).unwrap_or(now),
            wording: Some(Wording { key: KEY.to_owned(), args: BTreeMap::new() }),
        };
        transaction.create(&notice)?;
        notice
    };
    let mut new = Vec::new();
    for room in &rooms {
        if load::<Delivery>(&*core.store, &keys::delivery(&About::Sample, &room.id)).await?.is_none() {
            new.push(room);
        }
    }
    if new.is_empty() && transaction.writes.is_empty() {
        return Ok(());
    }
    cycle::deliver_to(core, &mut transaction, &notice, &new).await?;
    let told: Vec<&str> = new.iter().map(|room| room.id.as_str()).collect();
    transaction.append_journal(&core.line("sample_shown", "sample", json!({ "rooms": told })))?;
    core.store.commit(transaction).await?;
    cycle::ring_deliverers(core);
    Ok(())
}

/// How it stands.
pub async fn stand(core: &Core) -> Result<Stands, StoreError> {
    let Some(notice) = kept(core).await? else { return Ok(Stands { told: false, by: None }) };
    let (from, until) = keys::deliveries_of(&About::Sample);
    let deliveries = scan_range::<Delivery>(&*core.store, &from, &until).await?;
    let revision = notice.value.revision;
    let told = !deliveries.is_empty() && deliveries.iter().all(|one| revision <= one.value.told_revision);
    Ok(Stands { told, by: view(&notice.value).by })
}

fn view(notice: &Notice) -> SampleView {
    let by = notice.wording.as_ref().and_then(|wording| wording.args.get("by")).and_then(Value::as_str);
    SampleView { by: by.map(str::to_owned), at: notice.at }
}

/// The sample as a room is told it.
pub async fn render(core: &Core, room: &Room, reader: &Reader) -> Result<Option<Composed>, StoreError> {
    let Some(notice) = kept(core).await? else { return Ok(None) };
    let state = core.state.lock().await;
    let brands = &state.catalog.brands;
    let brand = room.brand.as_ref().and_then(|id| brands.get(id)).or_else(|| brands.values().next());
    let Some(currency) = brand.map(|brand| brand.currency) else { return Ok(None) };
    drop(state);
    let money = |units: i64| Money::new(units.saturating_mul(10_i64.saturating_pow(currency.exponent())), currency);
    Ok(Some(sample::compose(&view(&notice.value), [61, 45, 3_680].map(money), reader, core.clock.now())))
}

/// What a button of it does: it says what it would have done; “I've got it” shows in every room who has.
pub async fn press(core: &Core, asked: &Asked, button: SampleButton) -> Result<Composed, StoreError> {
    if button == SampleButton::Mine {
        for _ in 0..TRIES_MAX {
            match take(core, asked).await {
                Err(StoreError::Conflict { .. }) => {}
                done => {
                    done?;
                    break;
                }
            }
        }
        cycle::ring_deliverers(core);
    }
    Ok(Composed::plain(sample::pressed(button, &asked.reader)))
}

async fn take(core: &Core, asked: &Asked) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let now = core.clock.now();
    let Some(mut notice) = kept(core).await? else { return Ok(()) };
    let revision = notice.value.revision.saturating_add(1);
    let Some(wording) = notice.value.wording.as_mut().filter(|wording| !wording.args.contains_key("by")) else {
        return Ok(());
    };
    wording.args.insert("by".to_owned(), json!(asked.name()));
    notice.value.revision = revision;
    notice.value.at = now;
    let mut transaction = Transaction::new();
    transaction.update(&notice)?;
    transaction.append_journal(&core.line_by(&asked.actor(), "sample_pressed", "sample", json!({})))?;
    let (from, until) = keys::deliveries_of(&About::Sample);
    for delivery in scan_range::<Delivery>(&*core.store, &from, &until).await? {
        if !matches!(delivery.value.state, State::Failed { .. } | State::Expired { .. }) {
            let after = retry::want(delivery.value.clone(), revision, now);
            transaction.set(Some(&delivery), &after)?;
        }
    }
    core.store.commit(transaction).await.map(drop)
}
