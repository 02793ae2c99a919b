//! `outbox`: what has not been told yet, and what to do about it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Answer, Refusal, Request, Seat, actor};
use crate::app::core::Core;
use crate::outbox::delivery::{Delivery, State};
use crate::outbox::notice::Notice;
use crate::store::records::{Loaded, load, scan_all};
use crate::store::{StoreError, Transaction, keys};

/// A delivery with when its notice was made.
struct Row {
    delivery: Delivery,
    since: Option<Timestamp>,
}

/// Lists what is due, on its way, failed or expired.
pub(super) async fn list(core: &Core) -> Result<Answer, Refusal> {
    let rows = rows(core).await?;
    let document: Vec<Value> = rows.iter().map(row_json).collect();
    Ok(Answer::done(&json!({ "deliveries": document }), table(&rows, core.clock.now())))
}

fn key_of(delivery: &Delivery) -> String {
    format!("{}@{}", delivery.about, delivery.room)
}

async fn rows(core: &Core) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    for kept in scan_all::<Delivery>(&*core.store).await? {
        if matches!(kept.value.state, State::Sent | State::Grouped { .. }) {
            continue;
        }
        let notice = load::<Notice>(&*core.store, &keys::notice(&kept.value.about)).await?;
        rows.push(Row { delivery: kept.value, since: notice.map(|notice| notice.value.at) });
    }
    rows.sort_by_key(|row| row.since);
    Ok(rows)
}

fn state_word(state: &State) -> &'static str {
    match state {
        State::Due { .. } => "due",
        State::Sending { .. } => "sending",
        State::Sent => "sent",
        State::Unknown { .. } => "unknown",
        State::Failed { .. } => "failed",
        State::Expired { .. } => "expired",
        State::Grouped { .. } => "grouped",
    }
}

fn last(delivery: &Delivery) -> Option<&str> {
    match &delivery.state {
        State::Failed { reason, .. } | State::Expired { reason, .. } => Some(reason.as_str()),
        State::Due { .. } | State::Sending { .. } | State::Sent | State::Unknown { .. } | State::Grouped { .. } => {
            delivery.attempts.last().map(|attempt| attempt.outcome.as_str())
        }
    }
}

fn row_json(row: &Row) -> Value {
    let one = &row.delivery;
    json!({
        "key": key_of(one), "state": state_word(&one.state), "since": row.since,
        "wanted_revision": one.wanted_revision, "told_revision": one.told_revision,
        "attempts": one.attempts.len(), "last": last(one),
    })
}

fn table(rows: &[Row], now: Timestamp) -> String {
    if rows.is_empty() {
        return "everything is told".to_owned();
    }
    let width = rows.iter().map(|row| key_of(&row.delivery).len()).fold("delivery".len(), std::cmp::max);
    let mut lines = vec![format!("{:<width$}  state    {:>8}  attempts  last", "delivery", "age")];
    lines.extend(rows.iter().map(|row| {
        let age = row.since.map_or("-".to_owned(), |since| age(now.duration_since(since).as_secs()));
        let (key, one) = (key_of(&row.delivery), &row.delivery);
        let (state, tries, last) = (state_word(&one.state), one.attempts.len(), last(one).unwrap_or("-"));
        format!("{key:<width$}  {state:<7}  {age:>8}  {tries:>8}  {last}")
    }));
    lines.join("\n")
}

fn age(secs: i64) -> String {
    match secs {
        ..60 => format!("{secs}s"),
        60..3_600 => format!("{}m", secs / 60),
        3_600..172_800 => format!("{}h", secs / 3_600),
        _ => format!("{}d", secs / 86_400),
    }
}

async fn find(core: &Core, seat: Seat, key: &str) -> Result<Loaded<Delivery>, Refusal> {
    let all = scan_all::<Delivery>(&*core.store).await?;
    let found = all.into_iter().find(|kept| key_of(&kept.value) == key);
    let found = found
        .ok_or_else(|| Refusal::input(format!("there is no delivery `{key}`; `plimsoll outbox list` has them")))?;
    match found.value.state {
        State::Sent | State::Grouped { .. } => {
            Err(Refusal::input(format!("`{key}` has been told; there is nothing to retry or drop")))
        }
        // Its request is out: what comes of it will be written down over whatever is changed here.
        State::Sending { until, .. } if seat == Seat::Service && core.clock.now() < until => Err(Refusal::Failed(
            format!("`{key}` is being sent right now; `plimsoll outbox list` says what comes of it"),
        )),
        State::Due { .. }
        | State::Sending { .. }
        | State::Unknown { .. }
        | State::Failed { .. }
        | State::Expired { .. } => Ok(found),
    }
}

/// Makes a delivery due again, with all its tries.
pub(super) async fn retry(core: &Core, seat: Seat, request: &Request, key: &str) -> Result<Answer, Refusal> {
    let actor = actor(core, request).await?;
    let mut kept = find(core, seat, key).await?;
    let now = core.clock.now();
    let before = state_word(&kept.value.state);
    // Something may have left before: the repeat says that it may be one.
    kept.value.maybe_repeat |= matches!(kept.value.state, State::Sending { .. } | State::Unknown { .. });
    kept.value.state = State::Due { not_before: now };
    kept.value.tries = 0;
    let fresh = now.checked_add(core.config.delivery.expires.0).unwrap_or(Timestamp::MAX);
    kept.value.expires_at = std::cmp::max(kept.value.expires_at, fresh);
    change(core, &kept, &actor, "delivery_retried", json!({ "was": before })).await?;
    Ok(Answer::done(&json!({ "key": key, "state": "due" }), format!("{key} is due now")))
}

/// Gives a delivery up; the journal keeps who and why.
pub(super) async fn give_up(
    core: &Core,
    seat: Seat,
    request: &Request,
    key: &str,
    reason: &str,
) -> Result<Answer, Refusal> {
    let actor = actor(core, request).await?;
    let mut kept = find(core, seat, key).await?;
    let before = state_word(&kept.value.state);
    kept.value.state = State::Expired { reason: reason.to_owned(), at: core.clock.now() };
    change(core, &kept, &actor, "delivery_dropped", json!({ "was": before, "reason": reason })).await?;
    Ok(Answer::done(&json!({ "key": key, "state": "expired" }), format!("{key} is dropped")))
}

async fn change(
    core: &Core,
    kept: &Loaded<Delivery>,
    actor: &str,
    deed: &str,
    detail: Value,
) -> Result<(), StoreError> {
    let mut transaction = Transaction::new();
    transaction.update(kept)?;
    transaction.append_journal(&core.line_by(actor, deed, format!("delivery/{}", key_of(&kept.value)), detail))?;
    core.store.commit(transaction).await.map(drop)
}
