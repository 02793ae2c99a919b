//! The program's own troubles, told to operators once each.

use serde_json::json;

use super::core::Core;
use super::cycle;
use crate::domain::ids::SourceId;
use crate::domain::person::Room;
use crate::outbox::notice::{About, Notice, Urgency};
use crate::sources::{Fate, SourceError};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};
use crate::words::trouble::Trouble;

/// Tells operators of a trouble, unless the same one was told before.
pub async fn tell(core: &Core, trouble: &Trouble) -> Result<(), StoreError> {
    tell_once(core, trouble, None).await
}

/// The same for a trouble that may come back: `when` tells one time from another.
pub async fn tell_once(core: &Core, trouble: &Trouble, when: Option<&str>) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let mut transaction = Transaction::new();
    if !add(core, &mut transaction, trouble, when).await? {
        return Ok(());
    }
    core.store.commit(transaction).await?;
    cycle::ring_deliverers(core);
    Ok(())
}

/// Puts a trouble into the transaction that it comes from, by whoever holds the pen: neither is kept without the other.
/// Answers whether there is anything new to tell.
pub async fn add(
    core: &Core,
    transaction: &mut Transaction,
    trouble: &Trouble,
    when: Option<&str>,
) -> Result<bool, StoreError> {
    let state = core.state.lock().await;
    let rooms: Vec<Room> = state.catalog.operator_rooms().into_iter().cloned().collect();
    drop(state);
    add_to(core, transaction, trouble, when, &rooms).await
}

/// The same for other rooms than the operators': what somebody has to know or do about it.
pub async fn add_to(
    core: &Core,
    transaction: &mut Transaction,
    trouble: &Trouble,
    when: Option<&str>,
    rooms: &[Room],
) -> Result<bool, StoreError> {
    let identity = match when {
        Some(when) => format!("{}/{when}", trouble.identity()),
        None => trouble.identity(),
    };
    let about = About::Trouble(identity);
    if load::<Notice>(&*core.store, &keys::notice(&about)).await?.is_some() {
        return Ok(false);
    }
    let now = core.clock.now();
    let wording = trouble.wording();
    let notice = Notice {
        about: about.clone(),
        revision: 1,
        urgency: Urgency::Informational,
        cause: wording.key.clone(),
        at: now,
        expires_at: now.checked_add(core.config.delivery.expires.0).unwrap_or(now),
        wording: Some(wording),
    };
    transaction.create(&notice)?;
    cycle::deliver_to(core, transaction, &notice, &rooms.iter().collect::<Vec<_>>()).await?;
    transaction.append_journal(&core.line("trouble_told", &about, json!({ "wording": notice.cause })))?;
    Ok(true)
}

/// Tells of a source that failed, once until it answers again.
pub async fn of_source(core: &Core, source: &SourceId, failure: Option<&SourceError>) -> Result<(), StoreError> {
    let now = core.clock.now();
    let mut state = core.state.lock().await;
    let Some(error) = failure else {
        if state.failing.remove(source).is_some() {
            drop(state);
            return core.journal(core.line("source_back", format!("source/{source}"), json!({}))).await;
        }
        return Ok(());
    };
    if state.failing.contains_key(source) {
        return Ok(());
    }
    state.failing.insert(source.clone(), now);
    drop(state);
    let name = source.to_string();
    let trouble = match error.fate() {
        Fate::WaitUntil(until) => {
            Trouble::QuotaSpent { source: name, until: until.to_string(), day: now.strftime("%Y-%m-%d").to_string() }
        }
        Fate::TellOwner if matches!(error, SourceError::Unauthorized { .. }) => {
            return tell_once(core, &Trouble::TokenRefused { source: name }, Some(&now.to_string())).await;
        }
        Fate::TellOwner | Fate::SlowDown(_) | Fate::Retry | Fate::Forget | Fate::Diagnose => {
            Trouble::SourceDown { source: name, reason: error.to_string(), since: now.to_string() }
        }
    };
    tell(core, &trouble).await
}
