//! A notice: what must be told, however many rooms it goes to.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::incident::IncidentId;
use crate::domain::ids::{RoomId, RuleId};
use crate::rules::downgrade::Milestone;

/// What a notice is about. Its text form is the first half of a delivery's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// An incident; its message is edited as it lives.
    Incident(IncidentId),
    /// Many incidents of one cause, told as one while a room was busy; edited as its members change.
    Group(IncidentId),
    /// A step in the life of a level that may be lost: a message of its own beside its incident's, because an edit rings
    /// nobody's phone.
    Level(IncidentId, Milestone),
    /// A trouble of the program itself, for operators: `standstill/youtube/views/2026-06-23`, `room_closed/nordbo-team`.
    /// The text is its identity: the same trouble is told once.
    Trouble(String),
    /// A question to a creator, by the number of its proposal; edited as it is answered.
    Ask(u64),
    /// What came of what somebody asked for without any alert, by the number of its proposal.
    Deed(u64),
    /// An offer to change a deal, by its number; edited as it is answered.
    Offer(u64),
    /// How an offer ended: a message of its own beside it, because an edit rings nobody's phone.
    OfferOver(u64),
    /// Something a person of the team should know or do that is no alert, by its name; told once.
    Word(String),
    /// Whether a version of a rule that has watched long enough may propose; edited as it is answered.
    Promotion(RuleId, u32),
    /// The sample that a new installation shows; edited as somebody takes it.
    Sample,
    /// An incident that nobody has taken, told to the next who should know; counts from 1. Edited as the incident lives.
    Escalation(IncidentId, u32),
    /// The summary of a morning in a room, by its day there.
    Digest(RoomId, Date),
    /// Stops judged again, told to a room of the team in the month that begins on this day there.
    Regret(RoomId, Date),
    /// Whether something that a person set has worked, by the name of its follow-up.
    FollowUp(String),
    /// A plain message to one room, by journal number (the answer to a command that outlived its interaction).
    Reply(u64),
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incident(id) => write!(f, "incident/{}", id.as_str()),
            Self::Group(id) => write!(f, "group/{}", id.as_str()),
            Self::Level(id, step) => write!(f, "level/{}/{}", id.as_str(), step.as_str()),
            Self::Trouble(what) => write!(f, "trouble/{what}"),
            Self::Ask(n) => write!(f, "ask/{n}"),
            Self::Deed(n) => write!(f, "deed/{n}"),
            Self::Offer(n) => write!(f, "offer/{n}"),
            Self::OfferOver(n) => write!(f, "offer_over/{n}"),
            Self::Word(name) => write!(f, "word/{name}"),
            Self::Promotion(rule, version) => write!(f, "promotion/{rule}/{version}"),
            Self::Sample => write!(f, "sample"),
            Self::Escalation(id, step) => write!(f, "escalation/{}/{step}", id.as_str()),
            Self::Digest(room, day) => write!(f, "digest/{room}/{day}"),
            Self::Regret(room, month) => write!(f, "regret/{room}/{month}"),
            Self::FollowUp(name) => write!(f, "follow_up/{name}"),
            Self::Reply(n) => write!(f, "reply/{n}"),
        }
    }
}

/// What goes first when a room is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Money is being lost.
    Critical,
    /// Good to know.
    Informational,
}

/// What must be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// About what.
    pub about: About,
    /// Counts its changes; deliveries catch up with it.
    pub revision: u32,
    /// What goes first.
    pub urgency: Urgency,
    /// Notices of one cause may be told as one message while a room is busy: the rule, or the trouble.
    pub cause: String,
    /// When it was made.
    pub at: Timestamp,
    /// From then on it is old news: it expires with a reason instead of flooding a room after an outage.
    pub expires_at: Timestamp,
    /// For troubles and replies: the sentence's key in the wording files and its arguments. Incidents are composed
    /// from their own record.
    pub wording: Option<Wording>,
}

/// A sentence by key, with its arguments; the reader's language is applied when it is rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wording {
    /// The key in the Fluent files.
    pub key: String,
    /// Arguments by name. Text is shown as text, whatever it contains.
    pub args: std::collections::BTreeMap<String, serde_json::Value>,
}
