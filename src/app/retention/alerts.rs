//! Alerts that have been over for long, and what hung on them.
//!
//! Owns: that an alert goes whole, in one transaction: its receipt, what had to be told about it, where that was told. Refuses:
//! one that something still has to be told about, and one that the loss of a level hangs on. What was proposed and done stays:
//! it says how things stand on the platforms.

use jiff::{SignedDuration, Timestamp};

use super::AT_ONCE;
use crate::app::core::Core;
use crate::app::groups;
use crate::app::records::{ButtonRecord, LevelCase};
use crate::domain::num::u64_of_len;
use crate::outbox::delivery::{Delivery, State};
use crate::outbox::incident::{Incident, IncidentId};
use crate::outbox::notice::{About, Notice};
use crate::outbox::retry::due_at;
use crate::store::records::{Loaded, load, scan, scan_range};
use crate::store::{Store, StoreError, Table, Transaction, keys};

/// How long a button is kept that means nothing any more: who presses it is told the same as where there is none.
const BUTTONS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Removes alerts that have been over since before then.
pub(super) async fn cut_alerts(core: &Core, cut: Timestamp) -> Result<u64, StoreError> {
    let store: &dyn Store = &*core.store;
    let (mut from, until) = keys::due_until(cut);
    let mut removed = 0;
    loop {
        let rows = store.scan(Table::EndedIncidents, &from, &until, AT_ONCE).await?;
        for (key, _) in &rows {
            let (_, id) = keys::read_due(key)?;
            let Some(incident) = load::<Incident>(store, &id).await? else { continue };
            removed += u64::from(remove(store, &incident).await?);
        }
        match rows.last() {
            Some((last, _)) if AT_ONCE <= rows.len() => from = keys::after(last),
            _ => return Ok(removed),
        }
        tokio::task::yield_now().await;
    }
}

/// Removes one alert, if nothing waits for it.
async fn remove(store: &dyn Store, incident: &Loaded<Incident>) -> Result<bool, StoreError> {
    let of_level = keys::rule_and_subject(&incident.value.rule, &incident.value.subject);
    if load::<LevelCase>(store, &of_level).await?.is_some_and(|case| case.value.incident == incident.value.id) {
        return Ok(false);
    }
    let mut transaction = Transaction::new();
    let mut in_groups = Vec::new();
    let id = incident.value.id.as_str();
    for kind in ["incident", "level", "escalation"] {
        for notice in told(store, &format!("{kind}/{id}")).await? {
            let Some(deliveries) = unless_due(store, &notice.value.about).await? else { return Ok(false) };
            in_groups.extend(deliveries.iter().filter_map(|one| match &one.value.state {
                State::Grouped { group } => Some(format!("group/{group}")),
                _ => None,
            }));
            remove_told(&mut transaction, &notice, &deliveries);
        }
    }
    in_groups.sort_unstable();
    in_groups.dedup();
    for group in in_groups {
        for notice in told(store, &group).await? {
            // The last of its members takes it along.
            let members = groups::members(&notice.value);
            if is_any_left(store, members.iter().filter(|member| **member != incident.value.id)).await? {
                continue;
            }
            let Some(deliveries) = unless_due(store, &notice.value.about).await? else { return Ok(false) };
            remove_told(&mut transaction, &notice, &deliveries);
        }
    }
    transaction.delete(incident);
    committed(store, transaction).await
}

async fn is_any_left(store: &dyn Store, members: impl Iterator<Item = &IncidentId>) -> Result<bool, StoreError> {
    for member in members {
        if store.get(Table::Incidents, &keys::incident(member)).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Removes the summaries of mornings, and the answers that outlived their question, of before then.
pub(super) async fn cut_messages(core: &Core, cut: Timestamp) -> Result<u64, StoreError> {
    let store: &dyn Store = &*core.store;
    let mut removed = 0;
    for kind in ["digest/", "reply/"] {
        let (from, until) = keys::beginning_with(kind.as_bytes());
        let old = scan_range::<Notice>(store, &from, &until).await?;
        for notice in old.iter().filter(|notice| notice.value.at < cut) {
            let Some(deliveries) = unless_due(store, &notice.value.about).await? else { continue };
            let mut transaction = Transaction::new();
            remove_told(&mut transaction, notice, &deliveries);
            removed += u64::from(committed(store, transaction).await?);
        }
    }
    Ok(removed)
}

/// Removes buttons whose time has passed.
pub(super) async fn cut_buttons(core: &Core, now: Timestamp) -> Result<u64, StoreError> {
    let store: &dyn Store = &*core.store;
    let cut = now.checked_sub(BUTTONS_KEPT).unwrap_or(Timestamp::MIN);
    let (mut from, until) = keys::all();
    let mut removed = 0;
    loop {
        let page = scan::<ButtonRecord>(store, &from, &until, AT_ONCE).await?;
        let mut transaction = Transaction::new();
        for button in page.iter().filter(|button| button.value.expires_at < cut) {
            transaction.delete(button);
        }
        let gone = u64_of_len(transaction.writes.len());
        if 0 < gone && committed(store, transaction).await? {
            removed += gone;
        }
        match page.last() {
            Some(last) if AT_ONCE <= page.len() => from = keys::after(last.key()),
            _ => return Ok(removed),
        }
        tokio::task::yield_now().await;
    }
}

/// What had to be told of one thing, with its steps (`level/A7K2/grace`).
async fn told(store: &dyn Store, name: &str) -> Result<Vec<Loaded<Notice>>, StoreError> {
    let (from, until) = keys::beginning_with(name.as_bytes());
    let mut found = scan_range::<Notice>(store, &from, &until).await?;
    found.retain(|notice| matches!(notice.key().get(name.len()), None | Some(b'/')));
    Ok(found)
}

/// Where something was told; `None` while it still has to be, somewhere.
async fn unless_due(store: &dyn Store, about: &About) -> Result<Option<Vec<Loaded<Delivery>>>, StoreError> {
    let (from, until) = keys::deliveries_of(about);
    let found = scan_range::<Delivery>(store, &from, &until).await?;
    Ok(found.iter().all(|one| due_at(&one.value).is_none()).then_some(found))
}

fn remove_told(transaction: &mut Transaction, notice: &Loaded<Notice>, deliveries: &[Loaded<Delivery>]) {
    transaction.delete(notice);
    for delivery in deliveries {
        transaction.delete(delivery);
    }
}

/// Whether it was done; what has changed meanwhile is left for the next round.
async fn committed(store: &dyn Store, transaction: Transaction) -> Result<bool, StoreError> {
    match store.commit(transaction).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
