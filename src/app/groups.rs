//! Many incidents of one cause told as one message while a room is busy.

use serde_json::json;

use super::core::Core;
use crate::domain::person::Room;
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::grouping::Group;
use crate::outbox::incident::IncidentId;
use crate::outbox::notice::{About, Notice, Urgency, Wording};
use crate::store::records::load;
use crate::store::{StoreError, Table, Transaction, Write, keys};

/// Makes the group's own notice and delivery, and marks its members as told with it. Answers what the group is about.
///
/// A crash after this commit leaves the group due like any other delivery.
pub async fn collapse(core: &Core, room: &Room, group: &Group) -> Result<About, StoreError> {
    let now = core.clock.now();
    let counters = core.counters().await?;
    let mut after = counters.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
    let id = IncidentId::nth(after.incident);
    after.incident += 1;
    let about = About::Group(id.clone());
    let mut transaction = Transaction::new();
    transaction.set(counters.as_ref(), &after)?;
    let mut members = Vec::new();
    let mut urgency = Urgency::Informational;
    let mut expires_at = now;
    for member in &group.members {
        let Some(kept) = load::<Delivery>(&*core.store, &keys::delivery(member, &room.id)).await? else { continue };
        urgency = std::cmp::min(urgency, kept.value.urgency);
        expires_at = std::cmp::max(expires_at, kept.value.expires_at);
        let told = Delivery { state: Stand::Grouped { group: id.as_str().to_owned() }, ..kept.value.clone() };
        transaction.set(Some(&kept), &told)?;
        members.push(member.to_string());
    }
    let wording = Wording { key: "group".to_owned(), args: [("members".to_owned(), json!(members))].into() };
    transaction.create(&Notice {
        about: about.clone(),
        revision: 1,
        urgency,
        cause: group.cause.clone(),
        at: now,
        expires_at,
        wording: Some(wording),
    })?;
    transaction.create(&Delivery {
        about: about.clone(),
        room: room.id.clone(),
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
    })?;
    let detail = json!({ "room": room.id, "cause": group.cause, "members": members });
    transaction.append_journal(&core.line("grouped", &about, detail))?;
    core.store.commit(transaction).await?;
    Ok(about)
}

/// The incidents of a group, as its notice lists them.
#[must_use]
pub fn members(notice: &Notice) -> Vec<IncidentId> {
    let listed =
        notice.wording.as_ref().and_then(|wording| wording.args.get("members")).and_then(|list| list.as_array());
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
    let after = crate::outbox::retry::want(kept.value.clone(), notice.value.revision, core.clock.now());
    transaction.update(&notice)?;
    transaction.set(Some(&kept), &after)?;
    Ok(())
}
