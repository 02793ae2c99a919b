//! What people do: join with codes, bind rooms, press what they are shown, type commands, twice if need be.
//!
//! Owns: that the program sees what it would see of anybody. On Telegram an update waits until it is asked for; on Discord an
//! interaction is acknowledged once it is kept, or the person sees that it failed.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use super::faults::Kind;
use super::sea::Sea;
use super::setup::{GUILD, Person};
use super::{Running, discord, telegram};
use crate::chat::inbound::{Ack, Answerable, Inbound, Inbox as _, PlaceKind, What, Who};
use crate::domain::person::{Address, Chat, Identity};

/// How long an interaction may be answered, a little less than the 15 minutes that it lives.
const ANSWER_FOR: SignedDuration = SignedDuration::from_secs(15 * 60 - 10);

/// What the team types.
const COMMANDS: [&str; 12] = [
    "status",
    "desk",
    "coverage",
    "rooms",
    "rules",
    "pause spring",
    "help",
    "audit",
    "status harvest",
    "why cpa-stop",
    "digest",
    "criteria",
];

/// What creators type.
const OWN: [&str; 5] = ["me", "tips", "criteria", "help", "status"];

/// One deed of a person.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Says { place: String, text: String },
    Presses { place: String, message: String, data: String },
}

impl Deed {
    /// Where it is done.
    pub fn place(&self) -> &str {
        match self {
            Self::Says { place, .. } | Self::Presses { place, .. } => place,
        }
    }
}

/// What can be pressed in a place: message, label, what is sent.
fn buttons(sea: &Sea, chat: Chat, place: &str) -> Vec<(String, String, String)> {
    match chat {
        Chat::Telegram => sea.lock().telegram.rooms.buttons(place),
        Chat::Discord => sea.lock().discord.rooms.buttons(place),
    }
}

fn is_yes(label: &str) -> bool {
    label == "Ja" || ["Yes", "Ja,", "Ja:"].iter().any(|start| label.starts_with(start))
}

/// The yes of somebody who was asked whether they are sure; `None`: nobody asks. Who leaves thinks about it longer.
pub(super) fn sure(sea: &Sea, who: &Person, place: &str) -> Option<Deed> {
    let shown = buttons(sea, who.chat, place);
    let yes = |label: &str| is_yes(label) && !["Yes, leave", "Ja, lämna"].contains(&label);
    let (message, _, data) = shown.into_iter().rev().find(|(_, label, _)| yes(label))?;
    Some(Deed::Presses { place: place.to_owned(), message, data })
}

/// Chooses what somebody does in one of their places; `None`: there is nothing to press.
pub(super) fn choose(dice: &mut ChaCha8Rng, sea: &Sea, who: &Person, press: bool) -> Option<Deed> {
    let mut places: Vec<String> = who.places.iter().map(|place| (*place).to_owned()).collect();
    if places.is_empty() || dice.random_bool(0.2) {
        places.push(who.direct());
    }
    let place = places.choose(dice)?.clone();
    if !press {
        let text = if who.creator.is_some() { OWN.choose(dice) } else { COMMANDS.choose(dice) };
        let mut text = (*text?).to_owned();
        let stopped = sea.lock().numbers.stopped();
        // What stands still is started again by somebody, sooner or later.
        if who.creator.is_none()
            && dice.random_bool(0.4)
            && let Some(boost) = stopped.choose(dice)
        {
            text = format!("resume {boost}");
        }
        return Some(Deed::Says { place, text });
    }
    let shown = buttons(sea, who.chat, &place);
    let yes: Vec<_> = shown.iter().rev().take(4).filter(|(_, label, _)| is_yes(label)).collect();
    let money = ["Stop", "Undo", "Ask", "Yes", "Fixed", "Stoppa", "Ångra", "Be ", "Ja,"];
    let about_money: Vec<_> =
        shown.iter().filter(|(_, label, _)| money.iter().any(|start| label.starts_with(start))).collect();
    let chosen = if !yes.is_empty() && dice.random_bool(0.8) {
        yes.choose(dice).copied()
    } else if dice.random_bool(0.6) {
        about_money.choose(dice).copied()
    } else {
        None
    };
    let (message, _, data) = chosen.or_else(|| shown.choose(dice))?.clone();
    Some(Deed::Presses { place, message, data })
}

/// Has somebody do something, and what may go wrong with it.
pub(super) async fn act(sea: &Arc<Sea>, running: Option<&Running>, who: &Person, deed: &Deed, flavour: Option<Kind>) {
    let times = if flavour == Some(Kind::PressedTwice) { 2 } else { 1 };
    match who.chat {
        Chat::Telegram => on_telegram(sea, who, deed, times, flavour == Some(Kind::Reordering)),
        Chat::Discord => {
            let Some(running) = running else { return };
            let mut made: Vec<_> = (0..times).map(|_| interaction(sea, who, deed)).collect();
            match flavour {
                Some(Kind::Duplicate) => made.extend(made.first().cloned()),
                Some(Kind::Reordering) => made.reverse(),
                _ => {}
            }
            for (id, inbound) in made {
                bring(sea, running, &id, &inbound).await;
            }
        }
    }
}

/// Something arrives on Discord: it is kept, then acknowledged, then worked on.
async fn bring(sea: &Sea, running: &Running, id: &str, inbound: &Inbound) {
    let kept = running.ears.keep(Chat::Discord, discord::APPLICATION, id, b"{}", inbound).await;
    if kept.is_ok() {
        sea.lock().promises.confirmed(Chat::Discord, id);
        running.ears.wake();
    }
}

fn on_telegram(sea: &Sea, who: &Person, deed: &Deed, times: usize, swapped: bool) {
    let mut world = sea.lock();
    let world = &mut *world;
    let now = world.clock.now();
    for _ in 0..times {
        let id = world.telegram.number();
        let update = match deed {
            Deed::Says { place, text } => {
                telegram::written(id, (place, &who.user, &who.name), &format!("/{text}"), now)
            }
            Deed::Presses { place, message, data } => {
                telegram::pressed(id, (place, &who.user, &who.name), (message, data), now)
            }
        };
        world.telegram.push(id, update);
    }
    if swapped {
        world.telegram.swap_last();
    }
}

fn interaction(sea: &Sea, who: &Person, deed: &Deed) -> (String, Inbound) {
    let mut world = sea.lock();
    let now = world.clock.now();
    let place = deed.place().to_owned();
    let (id, token) = world.discord.interaction(&place);
    drop(world);
    let direct = place == who.direct();
    let (what, ack) = match deed {
        Deed::Says { text, .. } => {
            let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
            (What::Command { name: name.to_owned(), rest: rest.to_owned(), args: Vec::new() }, Ack::Private)
        }
        Deed::Presses { data, .. } => (What::Press { token: data.clone(), message: None }, Ack::Silent),
    };
    let until = now.checked_add(ANSWER_FOR).unwrap_or(Timestamp::MAX);
    let inbound = Inbound {
        at: now,
        done_at: None,
        from: Some(Who {
            identity: Identity { chat: Chat::Discord, user: who.user.clone() },
            name: who.name.clone(),
            locale: Some("en-GB".to_owned()),
            anonymous: false,
            bot: false,
        }),
        address: Some(Address { chat: Chat::Discord, place, topic: None, guild: (!direct).then(|| GUILD.to_owned()) }),
        place: Some(if direct { PlaceKind::Private } else { PlaceKind::Group }),
        what,
        file: None,
        answer: Some(Answerable::Interaction { application: discord::APPLICATION.to_owned(), token, until, ack }),
    };
    (id, inbound)
}
