//! Many incidents of one cause told as one message while a room is busy.

use serde_json::json;

use super::core::Core;
use super::cycle;
use crate::domain::ids::RoomId;
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::grouping::{GROUP_OVER, may_collapse};
use crate::outbox::incident::IncidentId;
use crate::outbox::notice::{About, Notice, Urgency, Wording};
use crate::outbox::queue::Item;
use crate::outbox::retry::want;
use crate::store::records::load;
use crate::store::{StoreError, Table, Transaction, Write, keys};

/// Arguments of a group's notice.
const MEMBERS: &str = "members";
const PAGE: &str = "page";

/// How often a group is made anew because somebody was quicker.
const TRIES_MAX: u32 = 10;

/// Makes the group's own notice and delivery, and marks its members as told with it. Answers the group's delivery; `None`:
/// they have changed meanwhile and are too few, or change too fast.
///
/// A crash after this commit leaves the group due like any other delivery.
pub async fn collapse(core: &Core, members: &[Item]) -> Result<Option<Delivery>, StoreError> {
    for _ in 0..TRIES_MAX {
        match collapse_once(core, members).await {
            Err(StoreError::Conflict { .. }) => {}
            done => return done,
        }
    }
    Ok(None)
}

async fn collapse_once(core: &Core, members: &[Item]) -> Result<Option<Delivery>, StoreError> {
    let Some(first) = members.first() else { return Ok(None) };
    let now = core.clock.now();
    let counters = core.counters().await?;
    let mut after = counters.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
    let id = IncidentId::nth(after.incident);
    after.incident += 1;
    let about = About::Group(id.clone());
    let mut transaction = Transaction::new();
    transaction.set(counters.as_ref(), &after)?;
    let mut listed = Vec::new();
    let mut urgency = Urgency::Informational;
    let mut expires_at = now;
    for member in members {
        let Some(kept) = load::<Delivery>(&*core.store, &member.key).await? else { continue };
        if !may_collapse(&kept.value) {
            continue;
        }
        urgency = std::cmp::min(urgency, kept.value.urgency);
        expires_at = std::cmp::max(expires_at, kept.value.expires_at);
        let told = Delivery { state: Stand::Grouped { group: id.as_str().to_owned() }, ..kept.value.clone() };
        transaction.set(Some(&kept), &told)?;
        listed.push(kept.value.about.to_string());
    }
    if listed.len() <= GROUP_OVER {
        return Ok(None);
    }
    let wording = Wording { key: "group".to_owned(), args: [(MEMBERS.to_owned(), json!(listed))].into() };
    transaction.create(&Notice {
        about: about.clone(),
        revision: 1,
        urgency,
        cause: first.cause.clone(),
        at: now,
        expires_at,
        wording: Some(wording),
    })?;
    let delivery = Delivery {
        about: about.clone(),
        room: first.room.clone(),
        urgency,
        cause: format!("group/{}", id.as_str()),
        wanted_revision: 1,
        told_revision: 0,
        state: Stand::Due { not_before: now },
        message: None,
        maybe_repeat: false,
        expires_at,
        tries: 0,
        attempts: Vec::new(),
        generation: 0,
        earlier: None,
        marker: None,
    };
    transaction.create(&delivery)?;
    let detail = json!({ "room": first.room, "cause": first.cause, "members": listed });
    transaction.append_journal(&core.line("grouped", &about, detail))?;
    core.store.commit(transaction).await?;
    Ok(Some(delivery))
}

/// The incidents of a group, as its notice lists them.
#[must_use]
pub fn members(notice: &Notice) -> Vec<IncidentId> {
    let listed = notice.wording.as_ref().and_then(|wording| wording.args.get(MEMBERS)).and_then(|list| list.as_array());
    listed
        .into_iter()
        .flatten()
        .filter_map(|member| {
            // `incident/A7K2`, or `escalation/A7K2/1` where it was passed on.
            let (kind, rest) = member.as_str()?.split_once('/')?;
            let id = rest.split('/').next().filter(|_| matches!(kind, "incident" | "escalation"));
            id.and_then(IncidentId::typed)
        })
        .collect()
}

/// The page of a group that its room looks at, from 0.
#[must_use]
pub fn page(notice: &Notice, room: &RoomId) -> u32 {
    let of_room = page_of(room);
    let turned = notice.wording.as_ref().and_then(|wording| wording.args.get(&of_room)?.as_u64());
    turned.and_then(|page| u32::try_from(page).ok()).unwrap_or(0)
}

/// Every room has turned to a page of its own.
fn page_of(room: &RoomId) -> String {
    format!("{PAGE}/{room}")
}

/// Turns to a page of a message. The page is kept and the message shown anew like after any change, under the limits of its
/// room; a crash after this commit leaves that to be done.
pub async fn turn_to(core: &Core, about: &About, room: &RoomId, page: u32) -> Result<(), StoreError> {
    for _ in 0..TRIES_MAX {
        let Some(mut notice) = load::<Notice>(&*core.store, &keys::notice(about)).await? else { return Ok(()) };
        let Some(kept) = load::<Delivery>(&*core.store, &keys::delivery(about, room)).await? else { return Ok(()) };
        let paged = || Wording { key: PAGE.to_owned(), args: [].into() };
        let wording = notice.value.wording.get_or_insert_with(paged);
        wording.args.insert(page_of(room), json!(page));
        notice.value.revision = notice.value.revision.saturating_add(1);
        let after = want(kept.value.clone(), notice.value.revision, core.clock.now());
        let mut transaction = Transaction::new();
        transaction.update(&notice)?;
        transaction.set(Some(&kept), &after)?;
        match core.store.commit(transaction).await {
            Ok(_) => {
                cycle::ring_deliverers(core);
                return Ok(());
            }
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Asks the group that a delivery was told in to be shown anew.
pub async fn tell_again(core: &Core, transaction: &mut Transaction, delivery: &Delivery) -> Result<(), StoreError> {
    let Stand::Grouped { group } = &delivery.state else { return Ok(()) };
    let Some(id) = IncidentId::typed(group) else { return Ok(()) };
    let about = About::Group(id);
    let key = keys::notice(&about);
    // Of many members that change in one transaction the first has asked already.
    let asked = |write: &Write| matches!(write, Write::Put { table: Table::Notices, key: put, .. } if *put == key);
    if transaction.writes.iter().any(asked) {
        return Ok(());
    }
    let Some(mut notice) = load::<Notice>(&*core.store, &key).await? else { return Ok(()) };
    let Some(kept) = load::<Delivery>(&*core.store, &keys::delivery(&about, &delivery.room)).await? else {
        return Ok(());
    };
    notice.value.revision = notice.value.revision.saturating_add(1);
    let after = want(kept.value.clone(), notice.value.revision, core.clock.now());
    transaction.update(&notice)?;
    transaction.set(Some(&kept), &after)?;
    Ok(())
}
