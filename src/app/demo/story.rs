//! The guided story of the demo: what happens, in which order, and how far it is.
//!
//! Every beat is read from what the program keeps; nothing is told that did not happen.

use super::World;
use crate::domain::action::{Proposal, ProposalStage};
use crate::outbox::incident::{Incident, Stage};
use crate::store::records::scan_all;

/// How far a beat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has not happened yet.
    Waiting,
    /// It happens, and somebody may do something about it.
    Now,
    /// It is over.
    Done,
}

/// A beat of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// A short name, such as `first-alert`.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// What happened, and what it teaches: a sentence or two.
    pub happened: String,
    /// What to press or type now; empty for nothing.
    pub try_next: String,
    /// How far it is.
    pub state: State,
}

/// The beats in their order. What cannot be read from the store has not happened.
pub async fn beats(world: &World) -> Vec<Beat> {
    let store = &*world.core().store;
    let incidents: Vec<Incident> =
        scan_all::<Incident>(store).await.unwrap_or_default().into_iter().map(|kept| kept.value).collect();
    let proposals: Vec<Proposal> =
        scan_all::<Proposal>(store).await.unwrap_or_default().into_iter().map(|kept| kept.value).collect();
    let fired = proposals.iter().any(|one| one.undoes.is_none());
    let answered = proposals.iter().any(|one| !matches!(one.stage, ProposalStage::Proposed { .. }));
    let verified = proposals.iter().any(|one| matches!(one.stage, ProposalStage::Verified { .. }));
    let resolved = incidents.iter().any(|one| one.stage == Stage::Resolved);
    vec![
        Beat {
            id: "first-alert",
            title: "A boost stops selling".to_owned(),
            happened:
                "The same alert is in Discord and in Telegram: what was seen, what was allowed, and the money that \
                       can still be saved. Nothing stops until one of you says so."
                    .to_owned(),
            try_next: "Press Stop boost in Telegram and watch Discord.".to_owned(),
            state: state(fired, answered),
        },
        Beat {
            id: "read-back",
            title: "The platform's own word".to_owned(),
            happened:
                "Plimsoll asks the ad platform for the state it set and tells both rooms what it really says now. \
                       Undo is there while it lasts."
                    .to_owned(),
            try_next: String::new(),
            state: state(proposals.iter().any(|one| matches!(one.stage, ProposalStage::Approved { .. })), verified),
        },
        Beat {
            id: "resolved",
            title: "It is over".to_owned(),
            happened:
                "When the rule no longer holds the alert itself says so: one message that lives, not a new one for \
                       every change."
                    .to_owned(),
            try_next: String::new(),
            state: state(resolved, resolved),
        },
    ]
}

fn state(begun: bool, over: bool) -> State {
    match (begun, over) {
        (_, true) => State::Done,
        (true, false) => State::Now,
        (false, false) => State::Waiting,
    }
}
