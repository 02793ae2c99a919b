//! Waits until the first person and the first rooms are there, and until somebody has pressed the sample's button.
//!
//! Owns: which one-time codes are needed, each made anew when it has lapsed. Survives: a kill anywhere. Who is there is read
//! from the store, so the next run asks only for what is missing.

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::sample;
use crate::app::core::Core;
use crate::app::people::make_code;
use crate::app::records::Gift;
use crate::app::rounds::rest_until;
use crate::domain::ids::{PersonId, RoomId};
use crate::domain::person::{Chat, Reach, Role};
use crate::store::StoreError;
use crate::time::Held;

/// How often it is looked whether somebody came: a person does not notice half a second.
const LOOK_EVERY: SignedDuration = SignedDuration::from_millis(500);

/// Somebody or something that is still missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Whoever sets this up, in a direct message to the bot.
    Person(Chat),
    /// A room, in the group or channel it is to be.
    Room(RoomId, Chat),
}

impl Step {
    /// In which chat.
    #[must_use]
    pub fn chat(&self) -> Chat {
        match self {
            Self::Person(chat) | Self::Room(_, chat) => *chat,
        }
    }
}

/// What happens meanwhile, for whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A code to be sent.
    Code {
        /// For what.
        step: Step,
        /// The code.
        code: String,
        /// It works until then.
        until: Timestamp,
        /// An earlier one has lapsed.
        again: bool,
    },
    /// It is there.
    There(Step),
    /// The sample is in every room.
    Shown,
    /// Somebody pressed its button.
    Pressed {
        /// Who.
        by: String,
    },
}

/// How the waiting ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Everything is there.
    Done,
    /// The end of the program was asked for.
    Stopped,
    /// It took too long; this is missing.
    TooLate(Vec<Step>),
}

struct Waiting {
    step: Step,
    /// Until when the code works that was made last.
    code: Option<Timestamp>,
    there: bool,
}

/// The person who sets this up, as far as they are known in a chat: whoever may decide.
async fn person(core: &Core, chat: Chat) -> Option<PersonId> {
    let state = core.state.lock().await;
    let decides = |id: &PersonId| {
        let mut grants = state.catalog.grants.iter().filter(|grant| grant.person == *id);
        grants.any(|grant| matches!(grant.role, Role::Agency | Role::ClientOwner))
    };
    let mut people = state.catalog.people.values();
    let found = people.find(|one| one.identities.iter().any(|who| who.chat == chat) && decides(&one.id));
    found.map(|one| one.id.clone())
}

async fn is_there(core: &Core, step: &Step) -> bool {
    match step {
        Step::Person(chat) => person(core, *chat).await.is_some(),
        Step::Room(room, _) => {
            core.state.lock().await.catalog.rooms.get(room).is_some_and(|room| room.address.is_some())
        }
    }
}

/// What a code for a step gives. `None`: it cannot be asked for yet. Somebody who is known in one chat is joined to
/// themselves in the other, so that they are one person.
async fn gift(core: &Core, step: &Step, steps: &[Step]) -> Option<Gift> {
    let chat = match step {
        Step::Room(room, _) => return Some(Gift::Room { room: room.clone() }),
        Step::Person(chat) => *chat,
    };
    for other in steps {
        match other {
            Step::Person(one) if *one != chat => match person(core, *one).await {
                Some(person) => return Some(Gift::Identity { person }),
                // The first in the list comes first.
                None if steps.first() != Some(step) => return None,
                None => {}
            },
            Step::Person(_) | Step::Room(..) => {}
        }
    }
    Some(Gift::Role { role: Role::Agency, reach: Reach::All, name: None, creator: None })
}

/// Waits until every step is done.
pub async fn meet(
    core: &Core,
    held: &mut Held,
    steps: &[Step],
    (deadline, stop): (Timestamp, &CancellationToken),
    tell: &(dyn Fn(Event) + Send + Sync),
) -> Result<End, StoreError> {
    let waiting = |step: &Step| Waiting { step: step.clone(), code: None, there: false };
    let mut all: Vec<Waiting> = steps.iter().map(waiting).collect();
    loop {
        let now = core.clock.now();
        for one in all.iter_mut().filter(|one| !one.there) {
            if is_there(core, &one.step).await {
                one.there = true;
                tell(Event::There(one.step.clone()));
            } else if one.code.is_none_or(|until| until <= now)
                && let Some(gift) = gift(core, &one.step, steps).await
            {
                let again = one.code.is_some();
                let (code, until) = make_code(core, gift, "plimsoll init").await?;
                one.code = Some(until);
                tell(Event::Code { step: one.step.clone(), code, until, again });
            }
        }
        if all.iter().all(|one| one.there) {
            return Ok(End::Done);
        }
        if deadline <= now {
            return Ok(End::TooLate(all.into_iter().filter(|one| !one.there).map(|one| one.step).collect()));
        }
        if !rest_until(held, now.checked_add(LOOK_EVERY).unwrap_or(deadline), stop).await {
            return Ok(End::Stopped);
        }
    }
}

/// Shows the sample in these rooms and waits until somebody has pressed “I've got it”.
pub async fn show(
    core: &Core,
    held: &mut Held,
    rooms: &[RoomId],
    (deadline, stop): (Timestamp, &CancellationToken),
    tell: &(dyn Fn(Event) + Send + Sync),
) -> Result<End, StoreError> {
    sample::give(core, rooms).await?;
    let mut shown = false;
    loop {
        let stand = sample::stand(core).await?;
        if !shown && stand.told {
            shown = true;
            tell(Event::Shown);
        }
        // The other rooms show it too before anybody is told that it is done.
        if let Some(by) = stand.by.filter(|_| stand.told) {
            tell(Event::Pressed { by });
            return Ok(End::Done);
        }
        let now = core.clock.now();
        if deadline <= now {
            return Ok(End::TooLate(Vec::new()));
        }
        if !rest_until(held, now.checked_add(LOOK_EVERY).unwrap_or(deadline), stop).await {
            return Ok(End::Stopped);
        }
    }
}
