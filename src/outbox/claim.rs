//! Whether a delivery may be attempted now, by us, and as what.
//!
//! Owns: the lease and what a stale one means. Refuses: limits of a room; those are asked before. Survives: a process that
//! died between its claim and its answer, whose attempt is then of unknown outcome.

use jiff::{SignedDuration, Timestamp};

use super::delivery::{Delivery, State};
use super::retry::{NONCE_WINDOW, due_by, unresolved};
use crate::domain::person::Chat;

/// What a claimed attempt does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Sends a new message. Its nonce is made of the delivery's key and [`Claimed::nonce_revision`].
    Send {
        /// An earlier send may have arrived: the same nonce finds it.
        repeat: bool,
    },
    /// Changes the message that is there.
    Edit,
    /// Looks for the message in the room's history; nothing is sent.
    LookUp,
    /// Changes the earlier message: it says where it went on, and has no buttons.
    PointOn,
}

/// A delivery whose state is `Sending` in our name, once it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// As it is to be stored before the request leaves.
    pub delivery: Delivery,
    /// What to do.
    pub how: How,
}

impl Claimed {
    /// Notes by what the message can be found again, and answers by what to look for: the first send that may have arrived
    /// says it, whatever the text is by now.
    pub fn marked(&mut self, marker: String) -> String {
        let kept = &mut self.delivery.marker;
        match self.how {
            How::Send { repeat: false } => kept.insert(marker).clone(),
            How::Send { repeat: true } | How::LookUp => kept.get_or_insert(marker).clone(),
            How::Edit | How::PointOn => marker,
        }
    }

    /// The revision that names the send. While an earlier send may have arrived it stays that one's.
    #[must_use]
    pub fn nonce_revision(&self) -> u32 {
        match self.delivery.state {
            State::Sending { revision, .. } => revision,
            _ => self.delivery.wanted_revision,
        }
    }
}

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Store it, then do it.
    Ours(Box<Claimed>),
    /// Later.
    NotDue {
        /// When.
        until: Timestamp,
    },
    /// Somebody is at it.
    HeldBy {
        /// Until their lease ends.
        until: Timestamp,
    },
    /// Too old to be told; store it with its reason.
    Expired(Delivery),
    /// A lost notice that is told anew only with its next change; store it, nothing is sent.
    Parked(Delivery),
    /// Everything wanted has been told, or its end is recorded.
    NothingToTell,
}

/// Claims a delivery for `lease`.
///
/// A crash after the claim was stored leaves `Sending`; whoever claims it when the lease is over treats the attempt as
/// lost: Discord's nonce or history tells, on Telegram the next text says that it may be a repeat.
#[must_use]
pub fn claim(delivery: Delivery, chat: Chat, now: Timestamp, lease: SignedDuration) -> Claim {
    let Some(due) = due_by(&delivery, now) else {
        return Claim::NothingToTell;
    };
    if now < due {
        return match delivery.state {
            State::Sending { .. } => Claim::HeldBy { until: due },
            _ => Claim::NotDue { until: due },
        };
    }
    match delivery.state {
        State::Due { .. } if delivery.wanted_revision <= delivery.told_revision && !delivery.points_on() => {
            Claim::NothingToTell
        }
        State::Due { .. } | State::Sent => fresh(delivery, chat, now, lease),
        State::Sending { .. } if delivery.message.is_some() => fresh(tried(delivery), chat, now, lease),
        State::Sending { revision, since, .. } => stale(tried(delivery), chat, (revision, since), now, lease),
        State::Unknown { .. } if delivery.maybe_repeat => {
            Claim::Expired(expired(delivery, "the platform's answer was lost and nothing newer came", now))
        }
        State::Unknown { revision, since } => stale(delivery, chat, (revision, since), now, lease),
        State::Failed { .. } | State::Expired { .. } | State::Grouped { .. } => Claim::NothingToTell,
    }
}

fn tried(mut delivery: Delivery) -> Delivery {
    delivery.tries = delivery.tries.saturating_add(1);
    delivery
}

fn stale(
    delivery: Delivery,
    chat: Chat,
    (revision, since): (u32, Timestamp),
    now: Timestamp,
    lease: SignedDuration,
) -> Claim {
    match chat {
        Chat::Discord if (SignedDuration::ZERO..NONCE_WINDOW).contains(&now.duration_since(since)) => {
            ours(delivery, How::Send { repeat: true }, (revision, since), now, lease)
        }
        // Too long ago, or nobody knows how long, for the clock was set back: it stays too long ago until it is found or not.
        Chat::Discord => {
            let at_least = now.checked_sub(NONCE_WINDOW).unwrap_or(Timestamp::MIN);
            ours(delivery, How::LookUp, (revision, std::cmp::min(since, at_least)), now, lease)
        }
        Chat::Telegram => {
            let delivery = unresolved(delivery, revision, since, now);
            match delivery.state {
                State::Due { .. } => fresh(delivery, chat, now, lease),
                // Not an incident: parked until its next change or its end, which may be now.
                _ if delivery.expires_at <= now => {
                    Claim::Expired(expired(delivery, "the platform's answer was lost and nothing newer came", now))
                }
                _ => Claim::Parked(delivery),
            }
        }
    }
}

fn fresh(mut delivery: Delivery, chat: Chat, now: Timestamp, lease: SignedDuration) -> Claim {
    if delivery.points_on() {
        let revision = delivery.told_revision;
        return ours(delivery, How::PointOn, (revision, now), now, lease);
    }
    if delivery.rolls(chat, now) {
        // Kept with the claim: whoever finds it after a crash looks for the new message, and knows the old one.
        delivery.earlier = delivery.message.take();
        delivery.generation = delivery.generation.saturating_add(1);
    }
    if delivery.message.is_some() {
        let revision = delivery.wanted_revision;
        return ours(delivery, How::Edit, (revision, now), now, lease);
    }
    // What was told before stays news for as long as it changes.
    if delivery.expires_at <= now && delivery.generation == 0 {
        return Claim::Expired(expired(delivery, "it could not be told while it was news", now));
    }
    let revision = delivery.wanted_revision;
    ours(delivery, How::Send { repeat: false }, (revision, now), now, lease)
}

fn ours(
    mut delivery: Delivery,
    how: How,
    (revision, since): (u32, Timestamp),
    now: Timestamp,
    lease: SignedDuration,
) -> Claim {
    delivery.state = State::Sending { revision, since, until: now.checked_add(lease).unwrap_or(Timestamp::MAX) };
    Claim::Ours(Box::new(Claimed { delivery, how }))
}

fn expired(mut delivery: Delivery, reason: &str, now: Timestamp) -> Delivery {
    delivery.state = State::Expired { reason: reason.to_owned(), at: now };
    delivery
}

#[cfg(test)]
mod tests {
    use super::super::notice::{About, Urgency};
    use super::*;
    use crate::domain::ids::RoomId;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + second).expect("an instant")
    }

    fn delivery(state: State) -> Delivery {
        Delivery {
            about: About::Trouble("t".to_owned()),
            room: RoomId::new("team").expect("an id"),
            urgency: Urgency::Informational,
            cause: "t".to_owned(),
            wanted_revision: 1,
            told_revision: 0,
            state,
            message: None,
            maybe_repeat: false,
            expires_at: at(1000),
            tries: 0,
            attempts: Vec::new(),
            generation: 0,
            earlier: None,
            marker: None,
        }
    }

    #[track_caller]
    fn check(state: State, second: i64, want: &str) {
        let got = match claim(delivery(state), Chat::Telegram, at(second), SignedDuration::from_secs(60)) {
            Claim::Ours(claimed) => format!("ours {:?}", claimed.how),
            Claim::NotDue { .. } => "not due".to_owned(),
            Claim::HeldBy { .. } => "held".to_owned(),
            Claim::Expired(delivery) => match delivery.state {
                State::Expired { reason, .. } => reason,
                other => format!("{other:?}"),
            },
            Claim::Parked(_) => "parked".to_owned(),
            Claim::NothingToTell => "nothing".to_owned(),
        };
        assert_eq!(got, want);
    }

    #[test]
    fn only_what_is_due_and_free_is_claimed() {
        check(State::Due { not_before: at(5) }, 4, "not due");
        check(State::Due { not_before: at(5) }, 5, "ours Send { repeat: false }");
        check(State::Due { not_before: at(5) }, 1000, "it could not be told while it was news");
        check(State::Grouped { group: "g".to_owned() }, 5, "nothing");
        check(State::Failed { reason: "r".to_owned(), at: at(0) }, 5, "nothing");
        let sending = State::Sending { revision: 1, since: at(0), until: at(60) };
        check(sending.clone(), 59, "held");
        check(sending, 60, "parked");
    }
}
