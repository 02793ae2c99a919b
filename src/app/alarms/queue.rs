//! Messages that wait though nothing they wait for is in the way.
//!
//! On purpose wait: a room that sleeps (its deliveries are put off to the morning, untried), a room that is closed (told as such),
//! a room behind its limit, which takes one message after the other meanwhile, and what may have arrived (it is told anew with
//! its next change).

use jiff::Timestamp;

use crate::app::core::Core;
use crate::domain::person::Chat;
use crate::outbox::delivery::{Delivery, State};
use crate::store::records::load;
use crate::store::{StoreError, Table, keys};

/// Rows that are looked at: enough to see that many wait.
const ROWS_MAX: usize = 5_000;

/// For each chat how many messages are old, and since when the oldest waits.
pub(super) async fn old(core: &Core) -> Result<[(Chat, Option<(u32, Timestamp)>); 2], StoreError> {
    let now = core.clock.now();
    let limit = core.config.alarms.queue_old.0;
    let since = now.checked_sub(limit).unwrap_or(Timestamp::MIN);
    let moving = core.parts.told_since(since);
    let mut found = [(Chat::Discord, None), (Chat::Telegram, None)];
    let (from, until) = keys::all();
    for (row, _) in core.store.scan(Table::DueDeliveries, &from, &until, ROWS_MAX).await? {
        let (due, key) = keys::read_due(&row)?;
        let Some(kept) = load::<Delivery>(&*core.store, &key).await? else { continue };
        let Some(waits) = waits_since(&kept.value, due, now).filter(|waits| *waits <= since) else { continue };
        if moving.contains(&kept.value.room) {
            continue;
        }
        let room = core.state.lock().await.catalog.heard_as(&kept.value.room);
        let Some(chat) = room.filter(|room| room.closed.is_none()).and_then(|room| room.address).map(|at| at.chat)
        else {
            continue;
        };
        for (of, old) in &mut found {
            if *of == chat {
                let (count, oldest) = old.unwrap_or((0_u32, waits));
                *old = Some((count.saturating_add(1), std::cmp::min(oldest, waits)));
            }
        }
    }
    Ok(found)
}

/// Since when a delivery waits that should have been told: since it was due, or since the first try that failed.
fn waits_since(delivery: &Delivery, due: Timestamp, now: Timestamp) -> Option<Timestamp> {
    match delivery.state {
        State::Due { .. } | State::Sending { .. } => {}
        State::Unknown { .. } if !delivery.maybe_repeat => {}
        State::Unknown { .. } | State::Sent | State::Failed { .. } | State::Expired { .. } | State::Grouped { .. } => {
            return None;
        }
    }
    if delivery.tries == 0 {
        return (due <= now).then_some(due);
    }
    let failed = |attempt: &&crate::outbox::delivery::Attempt| {
        !matches!(attempt.outcome.as_str(), "sent" | "found" | "edited" | "unchanged")
    };
    let first = delivery.attempts.iter().rev().take_while(failed).last();
    first.map_or_else(|| (due <= now).then_some(due), |attempt| Some(attempt.at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::delivery::Attempt;
    use crate::outbox::notice::{About, Urgency};

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(secs).expect("an instant")
    }

    fn delivery(due: i64, tries: u32, outcomes: &[(i64, &str)]) -> Delivery {
        let attempt =
            |(when, outcome): &(i64, &str)| Attempt { at: at(*when), revision: 1, outcome: (*outcome).to_owned() };
        Delivery {
            about: About::Trouble("t/1".to_owned()),
            room: "team".parse().expect("an id"),
            urgency: Urgency::Informational,
            cause: String::new(),
            wanted_revision: 1,
            told_revision: 0,
            state: State::Due { not_before: at(due) },
            message: None,
            maybe_repeat: false,
            expires_at: at(9_999),
            tries,
            attempts: outcomes.iter().map(attempt).collect(),
            generation: 0,
            earlier: None,
            marker: None,
        }
    }

    #[track_caller]
    fn check(due: i64, tries: u32, outcomes: &[(i64, &str)], want: Option<i64>) {
        assert_eq!(waits_since(&delivery(due, tries, outcomes), at(due), at(1_000)), want.map(at));
    }

    #[test]
    fn what_may_have_arrived_waits_for_its_next_change() {
        for (maybe_repeat, want) in [(true, None), (false, Some(at(500)))] {
            let lost = delivery(500, 1, &[(500, "lost")]);
            let delivery = Delivery { state: State::Unknown { revision: 1, since: at(500) }, maybe_repeat, ..lost };
            assert_eq!(waits_since(&delivery, at(500), at(1_000)), want, "{maybe_repeat}");
        }
    }

    #[test]
    fn what_is_put_off_to_the_morning_waits_for_nothing_and_what_failed_waits_since_its_first_try() {
        check(400, 0, &[], Some(400));
        check(2_000, 0, &[], None);
        check(2_000, 2, &[(100, "sent"), (500, "502"), (600, "502")], Some(500));
        check(900, 1, &[(100, "sent")], Some(900));
    }
}
