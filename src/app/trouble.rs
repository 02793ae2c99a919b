//! The program's own troubles, told to operators once each, and that they are over.
//!
//! Owns: that a trouble that lasts is told once until it is over, also across a restart: what is kept says what is open. Its end
//! is a new revision of the same notice, so every room's message changes where it stands and nobody's phone rings for good
//! news. Survives: a kill at any point; both are whole transactions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};

use super::core::Core;
use super::cycle;
use crate::domain::ids::SourceId;
use crate::domain::person::Room;
use crate::outbox::delivery::Delivery;
use crate::outbox::notice::{About, Notice, Urgency};
use crate::outbox::retry;
use crate::sources::{Fate, SourceError};
use crate::store::records::{Loaded, load, scan_range};
use crate::store::{StoreError, Transaction, keys};
use crate::words::trouble::{Trouble, ended};

/// How often an end is written anew because a deliverer recorded an attempt meanwhile.
const TRIES_MAX: u32 = 10;

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

/// Tells of a trouble that lasts, unless it is open already.
pub async fn begin(core: &Core, trouble: &Trouble) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    if !open(core, &trouble.thing()).await?.is_empty() {
        return Ok(());
    }
    let now = core.clock.now().to_string();
    let mut transaction = Transaction::new();
    if !add(core, &mut transaction, trouble, Some(&now)).await? {
        return Ok(());
    }
    core.store.commit(transaction).await?;
    cycle::ring_deliverers(core);
    Ok(())
}

/// A thing is well again: whatever was told of it and is open is told as over. Answers whether there was anything.
pub async fn end(core: &Core, thing: &str) -> Result<bool, StoreError> {
    for _ in 0..TRIES_MAX {
        let _pen = core.pen.lock().await;
        let open = open(core, thing).await?;
        if open.is_empty() {
            return Ok(false);
        }
        let mut transaction = Transaction::new();
        for notice in open {
            add_end(core, &mut transaction, notice).await?;
        }
        match core.store.commit(transaction).await {
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
            Ok(_) => {
                cycle::ring_deliverers(core);
                return Ok(true);
            }
        }
    }
    // It stays open, and the next end finds it.
    Ok(false)
}

async fn add_end(core: &Core, transaction: &mut Transaction, mut notice: Loaded<Notice>) -> Result<(), StoreError> {
    let now = core.clock.now();
    let wording = notice.value.wording.as_ref().and_then(|wording| ended(wording, notice.value.at, now));
    let Some(wording) = wording else { return Ok(()) };
    let detail = json!({ "wording": wording.key, "since": notice.value.at });
    notice.value.wording = Some(wording);
    notice.value.revision = notice.value.revision.saturating_add(1);
    transaction.update(&notice)?;
    // Where it was told, and nowhere else: who never heard of it has nothing to be told.
    let about = &notice.value.about;
    let mut own = keys::notice(about);
    own.push(0);
    let (from, until) = keys::beginning_with(&own);
    for kept in scan_range::<Delivery>(&*core.store, &from, &until).await? {
        let after = retry::want(kept.value.clone(), notice.value.revision, now);
        transaction.set(Some(&kept), &after)?;
    }
    transaction.append_journal(&core.line("trouble_over", about, detail))?;
    Ok(())
}

/// Which troubles may last, by the thing. All that do are among them: whoever asks looks at what is kept of each, so that
/// nobody reads every trouble there ever was.
#[derive(Debug, Default)]
pub struct Lasting(Mutex<Option<ByThing>>);

/// What each thing was told under.
type ByThing = BTreeMap<String, BTreeSet<String>>;

impl Lasting {
    /// Reads what is kept, the first time.
    async fn read(core: &Core) -> Result<MutexGuard<'_, Option<ByThing>>, StoreError> {
        let mut known = core.lasting.0.lock().await;
        if known.is_none() {
            let (from, until) = keys::beginning_with(&keys::notice(&About::Trouble(String::new())));
            let mut all = ByThing::new();
            for kept in scan_range::<Notice>(&*core.store, &from, &until).await? {
                if let (true, Some((thing, identity))) = (is_open(&kept.value), named(&kept.value.about)) {
                    all.entry(thing).or_default().insert(identity);
                }
            }
            *known = Some(all);
        }
        Ok(known)
    }

    /// Notes what is about to be told.
    async fn note(core: &Core, notice: &Notice) -> Result<(), StoreError> {
        let Some((thing, identity)) = named(&notice.about).filter(|_| is_open(notice)) else { return Ok(()) };
        let mut known = Self::read(core).await?;
        known.get_or_insert_default().entry(thing).or_default().insert(identity);
        Ok(())
    }
}

/// The thing that a trouble is about, and what it was told under.
fn named(about: &About) -> Option<(String, String)> {
    let About::Trouble(identity) = about else { return None };
    // What tells one time from another holds no stroke.
    identity.rsplit_once('/').map(|(thing, _)| (thing.to_owned(), identity.clone()))
}

/// What was told of a thing and is not over.
async fn open(core: &Core, thing: &str) -> Result<Vec<Loaded<Notice>>, StoreError> {
    let mut known = Lasting::read(core).await?;
    let Some(of_thing) = known.get_or_insert_default().get_mut(thing) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for identity in of_thing.clone() {
        match load::<Notice>(&*core.store, &keys::notice(&About::Trouble(identity.clone()))).await? {
            Some(kept) if is_open(&kept.value) => found.push(kept),
            Some(_) | None => {
                of_thing.remove(&identity);
            }
        }
    }
    Ok(found)
}

/// Whether a trouble lasts and is not over.
fn is_open(notice: &Notice) -> bool {
    notice.wording.as_ref().is_some_and(|wording| Trouble::over(&wording.key).is_some())
}

/// Every thing that was told of and is not over.
pub async fn all_open(core: &Core) -> Result<BTreeSet<String>, StoreError> {
    // What is noted and not yet committed is not there to be found.
    let _pen = core.pen.lock().await;
    let things: Vec<String> = Lasting::read(core).await?.iter().flatten().map(|(thing, _)| thing.clone()).collect();
    let mut all = BTreeSet::new();
    for thing in things {
        if !open(core, &thing).await?.is_empty() {
            all.insert(thing);
        }
    }
    Ok(all)
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
        Some(when) => format!("{}/{when}", trouble.thing()),
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
    Lasting::note(core, &notice).await?;
    cycle::deliver_to(core, transaction, &notice, &rooms.iter().collect::<Vec<_>>()).await?;
    transaction.append_journal(&core.line("trouble_told", &about, json!({ "wording": notice.cause })))?;
    Ok(true)
}

/// Tells of a source that failed, once until it answers again, and that it does.
pub async fn of_source(core: &Core, source: &SourceId, failure: Option<&SourceError>) -> Result<(), StoreError> {
    let now = core.clock.now();
    let mut state = core.state.lock().await;
    let Some(error) = failure else {
        let failed = state.failing.remove(source).is_some();
        // What was told before a restart is open as well.
        let news = state.well.insert(source.clone());
        drop(state);
        if failed {
            core.journal(core.line("source_back", format!("source/{source}"), json!({}))).await?;
        }
        if failed || news {
            for thing in ["source_down", "quota_spent", "token_refused"] {
                end(core, &format!("{thing}/{source}")).await?;
            }
        }
        return Ok(());
    };
    state.well.remove(source);
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
        Fate::TellOwner if matches!(error, SourceError::Unauthorized { .. }) => Trouble::TokenRefused { source: name },
        Fate::TellOwner | Fate::SlowDown(_) | Fate::Retry | Fate::Forget | Fate::Diagnose => {
            Trouble::SourceDown { source: name, reason: error.to_string(), since: now.to_string() }
        }
    };
    begin(core, &trouble).await
}

/// An account was connected again: what was told of it is over, to the operators and to whoever it belongs to.
pub async fn of_connected(core: &Core, source: &SourceId, account: &str) -> Result<(), StoreError> {
    let platform = core.config.sources.get(source).map(|source| source.kind.settings().platform());
    let platform = platform.map_or_else(|| source.to_string(), |platform| platform.title().to_owned());
    for thing in [
        format!("account_ends/{source}/{account}"),
        format!("account_refused/{source}/{account}"),
        format!("reconsent/{platform}/{account}"),
    ] {
        end(core, &thing).await?;
    }
    Ok(())
}
