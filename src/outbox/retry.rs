//! What a finished attempt means for its delivery: one table, fed with the time and the dice.
//!
//! Owns: the waits, what becomes of a lost reply, and when a delivery is looked at again. Refuses: knowing platforms'
//! error texts; the chats translate those into an [`Outcome`]. Survives: any outcome in any state; a wanted revision
//! that was not told always has either a next time ([`due_at`]) or a recorded end.

use jiff::{SignedDuration, Timestamp};
use rand::RngCore;

use super::claim::{Claimed, How};
use super::delivery::{ATTEMPTS_MAX, Attempt, Delivery, MessageRef, State};
use super::notice::{About, Urgency};
use crate::domain::person::Chat;

const fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

/// Waits before tries 2, 3, 4 … of one telling; when the list runs out the delivery fails.
///
/// 5 s + 15 s + 45 s + 2 min + 5 min + 15 min + 30 min + 1 h + 2 h + 2 h = 5 h 53 min 5 s, a platform's worst afternoon.
pub const WAITS: [SignedDuration; 10] = [
    seconds(5),
    seconds(15),
    seconds(45),
    seconds(120),
    seconds(300),
    seconds(900),
    seconds(1800),
    seconds(3600),
    seconds(7200),
    seconds(7200),
];

/// How long Discord is trusted to recognise a nonce. It documents "the past few minutes"; two is the least that means.
/// <https://discord.com/developers/docs/resources/message#create-message>
pub const NONCE_WINDOW: SignedDuration = seconds(120);

/// How long a room that refused is left alone before it is tried again. Refusals that look permanent can be the
/// platform's own fault for hours, so a room is probed, never forgotten.
pub const DEAD_WAIT: SignedDuration = seconds(3600);

/// How long everything waits when the platform refused the bot itself. An operator has to act; until then one try per
/// quarter of an hour is enough to notice that they did.
pub const STOPPED_WAIT: SignedDuration = seconds(900);

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A message is there now, and this is it. Also: looked up in the history and found.
    Sent(MessageRef),
    /// The message shows what it should.
    Edited,
    /// The message showed it already.
    Unchanged,
    /// Looked up in the history, which reaches back far enough, and not there.
    NotFound,
    /// The request did not arrive: nothing happened.
    NeverLeft {
        /// Why.
        reason: String,
    },
    /// The request may have arrived, its answer did not.
    Lost {
        /// Why.
        reason: String,
    },
    /// Not before then: the platform's word, or our own limiter's.
    SlowDown {
        /// The earliest next try.
        until: Timestamp,
    },
    /// The room refuses or is gone.
    TargetDead {
        /// What the platform says.
        reason: String,
    },
    /// The room has another place now; messages there are new ones.
    TargetMoved {
        /// Where.
        place: String,
    },
    /// Somebody deleted the message: a new one is wanted.
    MessageGone,
    /// The platform refuses the bot itself.
    Stopped {
        /// What the platform says.
        reason: String,
    },
    /// The platform refuses this message, and would again.
    Refused {
        /// What the platform says.
        reason: String,
    },
}

/// When a delivery is to be looked at next; `None` when nothing is to be done with it.
///
/// [`Timestamp::MIN`] means at once. A parked unknown (its repeat waits for the next change) comes up when it expires,
/// to record its end.
#[must_use]
pub fn due_at(delivery: &Delivery) -> Option<Timestamp> {
    match &delivery.state {
        State::Due { not_before } => Some(*not_before),
        State::Sending { until, .. } => Some(*until),
        State::Sent => {
            let more = delivery.told_revision < delivery.wanted_revision || delivery.points_on();
            more.then_some(Timestamp::MIN)
        }
        State::Unknown { since, .. } if delivery.maybe_repeat => Some(std::cmp::max(delivery.expires_at, *since)),
        State::Unknown { since, .. } => {
            let last = delivery.attempts.last().map_or(*since, |attempt| attempt.at);
            Some(later(last, wait_after(delivery.tries)))
        }
        State::Failed { .. } | State::Expired { .. } | State::Grouped { .. } => None,
    }
}

/// The same, by a clock that may have been set back: what may have arrived at a time still to come is looked at at once, for
/// how long ago that was nobody knows.
#[must_use]
pub fn due_by(delivery: &Delivery, now: Timestamp) -> Option<Timestamp> {
    let ahead = matches!(&delivery.state, State::Unknown { since, .. } if now < *since && !delivery.maybe_repeat);
    if ahead { Some(Timestamp::MIN) } else { due_at(delivery) }
}

/// Asks for a newer revision to be seen. What was given up or parked gets a new chance with it; what expired or was
/// told as part of a group stays so.
#[must_use]
pub fn want(delivery: Delivery, revision: u32, now: Timestamp) -> Delivery {
    if revision <= delivery.wanted_revision {
        return delivery;
    }
    let state = match delivery.state {
        State::Sent | State::Failed { .. } => State::Due { not_before: now },
        State::Unknown { .. } if delivery.maybe_repeat => State::Due { not_before: now },
        kept @ (State::Unknown { .. }
        | State::Due { .. }
        | State::Sending { .. }
        | State::Expired { .. }
        | State::Grouped { .. }) => kept,
    };
    let tries = if matches!(state, State::Due { not_before } if not_before == now) { 0 } else { delivery.tries };
    Delivery { wanted_revision: revision, state, tries, ..delivery }
}

/// Gives a delivery another urgency. It then waits anew, behind those of that urgency that waited before.
#[must_use]
pub fn at_urgency(mut delivery: Delivery, urgency: Urgency, now: Timestamp) -> Delivery {
    if delivery.urgency != urgency {
        delivery.urgency = urgency;
        if let State::Due { not_before } = &mut delivery.state {
            *not_before = std::cmp::max(*not_before, now);
        }
    }
    delivery
}

/// The platform is back: a try that it had put off comes now. What waits for another reason is left as it is.
#[must_use]
pub fn resume(mut delivery: Delivery, now: Timestamp) -> Delivery {
    match &mut delivery.state {
        State::Due { not_before } if 0 < delivery.tries && now < *not_before => {
            *not_before = now;
            delivery.tries = 1;
        }
        // Its next look counts from the last attempt by its tries: the shortest wait of the schedule.
        State::Unknown { .. } if !delivery.maybe_repeat && 1 < delivery.tries => delivery.tries = 1,
        _ => {}
    }
    delivery
}

/// The clock was set back by so much: a delivery waits no longer for that, and what may have arrived is as old as before.
#[must_use]
pub fn set_back(mut delivery: Delivery, by: SignedDuration, now: Timestamp) -> Delivery {
    let sooner = |at: Timestamp| at.checked_sub(by).unwrap_or(at);
    match &mut delivery.state {
        State::Due { not_before } if now < *not_before => *not_before = sooner(*not_before),
        State::Unknown { since, .. } => {
            *since = sooner(*since);
            if let Some(last) = delivery.attempts.last_mut() {
                last.at = sooner(last.at);
            }
        }
        State::Sending { since, until, .. } => {
            *since = sooner(*since);
            *until = sooner(*until);
        }
        State::Due { .. } | State::Sent | State::Failed { .. } | State::Expired { .. } | State::Grouped { .. } => {}
    }
    delivery
}

/// The delivery after a claimed attempt has ended.
///
/// `dice` spreads retries by up to a quarter; they only ever lengthen a wait, so a server's own wait is never cut short.
#[must_use]
pub fn after_attempt(
    claimed: Claimed,
    chat: Chat,
    outcome: Outcome,
    now: Timestamp,
    dice: &mut dyn RngCore,
) -> Delivery {
    let Claimed { mut delivery, how } = claimed;
    let (revision, since) = match delivery.state {
        State::Sending { revision, since, .. } => (revision, since),
        _ => (delivery.wanted_revision, now),
    };
    note(&mut delivery, now, revision, &outcome, how);
    if how == How::PointOn {
        return pointed_on(delivery, &outcome, now, dice);
    }
    match outcome {
        Outcome::Sent(message) => {
            delivery.message = Some(message);
            told(delivery, revision, now)
        }
        Outcome::Edited | Outcome::Unchanged => told(delivery, revision, now),
        Outcome::NotFound => due(delivery, now),
        Outcome::NeverLeft { reason } => {
            delivery.tries = delivery.tries.saturating_add(1);
            again_or(delivery, how, (revision, since), reason, now, dice)
        }
        Outcome::Lost { reason } => lost(delivery, chat, how, (revision, since), reason, now, dice),
        Outcome::SlowDown { until } => {
            let at = jittered(std::cmp::max(until, now), SignedDuration::ZERO, dice);
            postponed(delivery, how, (revision, since), at)
        }
        Outcome::TargetDead { .. } | Outcome::Refused { .. } if how == How::LookUp => {
            unresolved(delivery, revision, since, now)
        }
        Outcome::TargetDead { .. } => {
            let at = jittered(now, DEAD_WAIT, dice);
            postponed(delivery, how, (revision, since), at)
        }
        Outcome::TargetMoved { .. } | Outcome::MessageGone => {
            if delivery.message.take().is_some() {
                delivery.generation = delivery.generation.saturating_add(1);
            }
            delivery.earlier = None;
            delivery.told_revision = 0;
            delivery.tries = delivery.tries.saturating_add(1);
            again_or(
                delivery,
                How::Send { repeat: false },
                (revision, since),
                "the message is gone".to_owned(),
                now,
                dice,
            )
        }
        Outcome::Stopped { .. } => {
            let at = jittered(now, STOPPED_WAIT, dice);
            postponed(delivery, how, (revision, since), at)
        }
        Outcome::Refused { reason } => failed(delivery, reason, now),
    }
}

/// The earlier message says where it went on, or cannot be made to: either way the new one stands.
fn pointed_on(mut delivery: Delivery, outcome: &Outcome, now: Timestamp, dice: &mut dyn RngCore) -> Delivery {
    let again = match outcome {
        Outcome::SlowDown { until } => Some(jittered(std::cmp::max(*until, now), SignedDuration::ZERO, dice)),
        Outcome::Stopped { .. } => Some(jittered(now, STOPPED_WAIT, dice)),
        // Repeating it is safe: it sets what is shown.
        Outcome::NeverLeft { .. } | Outcome::Lost { .. } => {
            delivery.tries = delivery.tries.saturating_add(1);
            next_wait(delivery.tries).map(|wait| jittered(now, wait, dice))
        }
        Outcome::Sent(_)
        | Outcome::Edited
        | Outcome::Unchanged
        | Outcome::NotFound
        | Outcome::TargetDead { .. }
        | Outcome::TargetMoved { .. }
        | Outcome::MessageGone
        | Outcome::Refused { .. } => None,
    };
    if let Some(at) = again {
        // A change that is wanted meanwhile does not wait for this.
        let at = if delivery.told_revision < delivery.wanted_revision { now } else { at };
        return due(delivery, at);
    }
    delivery.earlier = None;
    let revision = delivery.told_revision;
    told(delivery, revision, now)
}

fn told(mut delivery: Delivery, revision: u32, now: Timestamp) -> Delivery {
    delivery.told_revision = std::cmp::max(delivery.told_revision, revision);
    delivery.tries = 0;
    delivery.maybe_repeat = false;
    delivery.marker = None;
    delivery.state =
        if delivery.told_revision < delivery.wanted_revision { State::Due { not_before: now } } else { State::Sent };
    delivery
}

fn due(mut delivery: Delivery, at: Timestamp) -> Delivery {
    delivery.state = State::Due { not_before: at };
    delivery
}

fn failed(mut delivery: Delivery, reason: String, now: Timestamp) -> Delivery {
    delivery.state = State::Failed { reason, at: now };
    delivery
}

/// Another try after the schedule's wait, or the end of it.
fn again_or(
    delivery: Delivery,
    how: How,
    sending: (u32, Timestamp),
    reason: String,
    now: Timestamp,
    dice: &mut dyn RngCore,
) -> Delivery {
    match next_wait(delivery.tries) {
        Some(wait) => {
            let at = jittered(now, wait, dice);
            postponed(delivery, how, sending, at)
        }
        None => failed(delivery, reason, now),
    }
}

/// Back to where it was before the claim: an earlier loss still stands until something resolves it.
fn postponed(mut delivery: Delivery, how: How, (revision, since): (u32, Timestamp), at: Timestamp) -> Delivery {
    match how {
        How::LookUp | How::Send { repeat: true } if delivery.message.is_none() => {
            delivery.state = State::Unknown { revision, since };
            // `due_at` counts from the last attempt, so the wait is written down there.
            let behind = later(at, -wait_after(delivery.tries));
            if let Some(last) = delivery.attempts.last_mut()
                && last.at < behind
            {
                last.at = behind;
            }
            delivery
        }
        How::LookUp | How::Send { .. } | How::Edit | How::PointOn => due(delivery, at),
    }
}

fn lost(
    mut delivery: Delivery,
    chat: Chat,
    how: How,
    (revision, since): (u32, Timestamp),
    reason: String,
    now: Timestamp,
    dice: &mut dyn RngCore,
) -> Delivery {
    delivery.tries = delivery.tries.saturating_add(1);
    let Some(wait) = next_wait(delivery.tries) else {
        return match how {
            How::Edit | How::PointOn => failed(delivery, reason, now),
            How::Send { .. } | How::LookUp => failed(delivery, format!("{reason}; it may have been told"), now),
        };
    };
    match (how, chat) {
        // An edit may be repeated: it sets what is shown.
        (How::Edit | How::PointOn, _) => {
            let at = jittered(now, wait, dice);
            due(delivery, at)
        }
        (How::Send { .. } | How::LookUp, Chat::Discord) => {
            delivery.state = State::Unknown { revision, since };
            delivery
        }
        (How::Send { .. } | How::LookUp, Chat::Telegram) => {
            let at = jittered(now, wait, dice);
            unresolved(delivery, revision, since, at)
        }
    }
}

/// What nobody can find out: an incident is told again and says that it may be a repeat; anything else waits for its
/// next change.
pub(super) fn unresolved(mut delivery: Delivery, revision: u32, since: Timestamp, at: Timestamp) -> Delivery {
    delivery.maybe_repeat = true;
    let changed = revision < delivery.wanted_revision;
    delivery.state = match delivery.about {
        About::Trouble(_) | About::Digest(..) | About::Regret(..) | About::Reply(_) if !changed => {
            State::Unknown { revision, since }
        }
        About::Incident(_)
        | About::Level(..)
        | About::Group(_)
        | About::Ask(_)
        | About::Deed(_)
        | About::Offer(_)
        | About::OfferOver(_)
        | About::Word(_)
        | About::Promotion(..)
        | About::Sample
        | About::Escalation(..)
        | About::Digest(..)
        | About::Regret(..)
        | About::FollowUp(_)
        | About::Trouble(_)
        | About::Reply(_) => State::Due { not_before: at },
    };
    delivery
}

fn note(delivery: &mut Delivery, at: Timestamp, revision: u32, outcome: &Outcome, how: How) {
    let said = match outcome {
        Outcome::Sent(_) if how == How::LookUp => "found".to_owned(),
        Outcome::Sent(_) => "sent".to_owned(),
        Outcome::Edited if how == How::PointOn => "says where it went on".to_owned(),
        Outcome::Edited => "edited".to_owned(),
        Outcome::Unchanged => "unchanged".to_owned(),
        Outcome::NotFound => "not found in the history".to_owned(),
        Outcome::NeverLeft { reason } => format!("not sent: {reason}"),
        Outcome::Lost { reason } => format!("unknown: {reason}"),
        Outcome::SlowDown { until } => format!("told to wait until {until}"),
        Outcome::TargetDead { reason } => format!("the room refuses: {reason}"),
        Outcome::TargetMoved { place } => format!("the room moved to {place}"),
        Outcome::MessageGone => "the message is gone".to_owned(),
        Outcome::Stopped { reason } => format!("the bot is refused: {reason}"),
        Outcome::Refused { reason } => format!("refused: {reason}"),
    };
    delivery.attempts.push(Attempt { at, revision, outcome: said });
    if ATTEMPTS_MAX < delivery.attempts.len() {
        delivery.attempts.remove(0);
    }
}

/// The wait before the next try after `tries` that failed, none when the schedule has run out.
fn next_wait(tries: u32) -> Option<SignedDuration> {
    let at = usize::try_from(tries).ok()?.checked_sub(1)?;
    WAITS.get(at).copied()
}

fn wait_after(tries: u32) -> SignedDuration {
    next_wait(std::cmp::max(tries, 1)).unwrap_or(DEAD_WAIT)
}

/// `from` + `wait` + up to a quarter of the wait.
fn jittered(from: Timestamp, wait: SignedDuration, dice: &mut dyn RngCore) -> Timestamp {
    let quarter = wait.as_millis() / 4;
    let extra = (quarter * i128::from(dice.next_u32())) >> 32;
    let extra = i64::try_from(extra).unwrap_or(0);
    later(later(from, wait), SignedDuration::from_millis(extra))
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
