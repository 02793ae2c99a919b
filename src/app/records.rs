//! What the program keeps beside the records of the inner rooms.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chat::inbound::Inbound;
use crate::domain::action::{Proposal, ProposalStage};
use crate::domain::document::Document;
use crate::domain::ids::{CreatorId, PersonId, ProgramId, RoomId, RuleId, SourceId, Subject};
use crate::domain::offer::Offer;
use crate::domain::person::{Chat, Reach, Role};
use crate::outbox::incident::IncidentId;
use crate::outbox::notice::About;
use crate::rules::downgrade::Case;
use crate::rules::learn::Learned;
use crate::rules::lifecycle::Memory;
use crate::rules::rule::Rule;
use crate::store::records::{IndexRow, Record};
use crate::store::{Key, Table, keys};
use crate::words::buttons::ButtonPurpose;
use crate::words::promotion::{Answer, Tally};

mod account;
mod excuse;
mod post;

pub use account::{AccountRecord, Refused};
pub use excuse::{EXCUSE_VERSIONS_MAX, ExcuseRecord, ExcuseVersion, SPARED_MAX};
pub use post::{EarlierPost, PostRecord};

/// A document in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentRecord {
    /// The document.
    pub document: Document,
    /// Counts its changes.
    pub version: u32,
    /// Who applied this version.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// When the program took it in, as [`Core::stamp`](super::core::Core::stamp) counts; when it was applied where that
    /// was not noted.
    #[serde(default)]
    pub known: Option<Timestamp>,
}

impl DocumentRecord {
    /// From when on it counts.
    #[must_use]
    pub fn known_at(&self) -> Timestamp {
        self.known.unwrap_or(self.at)
    }
}

impl Record for DocumentRecord {
    const TABLE: Table = Table::Documents;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::document(self.document.kind(), &self.document.id())
    }
}

/// A rule in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleRecord {
    /// The rule as written.
    pub rule: Rule,
    /// Counts its changes.
    pub version: u32,
    /// Who applied this version.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// When the program took it in, as [`Core::stamp`](super::core::Core::stamp) counts; when it was applied where that
    /// was not noted.
    #[serde(default)]
    pub known: Option<Timestamp>,
}

impl RuleRecord {
    /// From when on it counts.
    #[must_use]
    pub fn known_at(&self) -> Timestamp {
        self.known.unwrap_or(self.at)
    }
}

impl Record for RuleRecord {
    const TABLE: Table = Table::Rules;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::rule(&self.rule.id)
    }
}

/// An earlier version of a document or a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryRecord {
    /// `rule`, or the document's kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Which version this was.
    pub version: u32,
    /// The version, as JSON.
    pub body: serde_json::Value,
    /// Who had applied it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// When the program had taken it in.
    #[serde(default)]
    pub known: Option<Timestamp>,
}

impl HistoryRecord {
    /// From when on it counted.
    #[must_use]
    pub fn known_at(&self) -> Timestamp {
        self.known.unwrap_or(self.at)
    }
}

impl Record for HistoryRecord {
    const TABLE: Table = Table::History;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::history(&self.kind, &self.id, u64::from(self.version))
    }
}

/// What a rule remembers of a subject; kept only while it is not quiet, or has fired today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemoryRecord {
    /// The rule.
    pub rule: RuleId,
    /// The subject.
    pub subject: Subject,
    /// What it remembers.
    pub memory: Memory,
}

impl Record for MemoryRecord {
    const TABLE: Table = Table::Memory;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::rule_and_subject(&self.rule, &self.subject)
    }
}

impl Record for Proposal {
    const TABLE: Table = Table::Proposals;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::number(self.number)
    }

    fn index(&self) -> Vec<IndexRow> {
        due_at(self)
            .map(|at| IndexRow { table: Table::DueProposals, key: keys::due(at, &self.key()), bytes: Vec::new() })
            .into_iter()
            .collect()
    }
}

/// When somebody has to look at a proposal again.
#[must_use]
pub fn due_at(proposal: &Proposal) -> Option<Timestamp> {
    match &proposal.stage {
        ProposalStage::Proposed { until } => Some(*until),
        ProposalStage::Approved { at, .. } => Some(*at),
        ProposalStage::Doing { not_before, .. } | ProposalStage::Done { not_before, .. } => Some(*not_before),
        ProposalStage::Verified { .. }
        | ProposalStage::Failed { .. }
        | ProposalStage::Rejected { .. }
        | ProposalStage::Expired { .. }
        | ProposalStage::Refused { .. } => None,
    }
}

impl Record for Offer {
    const TABLE: Table = Table::Offers;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::number(self.number)
    }

    fn index(&self) -> Vec<IndexRow> {
        let row = |at| IndexRow { table: Table::DueOffers, key: keys::due(at, &self.key()), bytes: Vec::new() };
        self.due().map(row).into_iter().collect()
    }
}

/// A level that may be lost, or was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelCase {
    /// The rule.
    pub rule: RuleId,
    /// The creator, as the rule's subject.
    pub subject: Subject,
    /// Who that is.
    pub creator: CreatorId,
    /// In which programme.
    pub program: ProgramId,
    /// The incident whose messages show it.
    pub incident: IncidentId,
    /// Where it stands.
    pub case: Case,
}

impl Record for LevelCase {
    const TABLE: Table = Table::LevelCases;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::rule_and_subject(&self.rule, &self.subject)
    }

    fn index(&self) -> Vec<IndexRow> {
        let bytes = self.case.stage.as_str().as_bytes().to_vec();
        let row = |at| IndexRow { table: Table::DueLevels, key: keys::due(at, &self.key()), bytes };
        self.case.due().map(row).into_iter().collect()
    }
}

/// What a rule in shadow would have told; nobody is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShadowFire {
    /// The rule.
    pub rule: RuleId,
    /// Its version.
    pub version: u32,
    /// About whom.
    pub subject: Subject,
    /// When.
    pub at: Timestamp,
    /// The receipt of the verdict, canonical JSON.
    pub receipt: serde_json::Value,
    /// What it was worth, worked out when the team was asked about the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<ShadowWorth>,
}

/// What heeding a rule in shadow would have been worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowWorth {
    /// Whether it was right; `None`: it cannot be said yet.
    pub right: Option<bool>,
    /// What stopping would have saved; below nothing, what it would have lost.
    #[serde(default)]
    pub saved: Option<crate::domain::money::Money>,
}

impl Record for ShadowFire {
    const TABLE: Table = Table::ShadowFires;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::shadow_fire(&self.rule, self.at, &self.subject)
    }
}

/// The question whether a version of a rule that has watched long enough may propose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromotionRecord {
    /// The rule.
    pub rule: RuleId,
    /// The version that watched.
    pub version: u32,
    /// Since when.
    pub since: Timestamp,
    /// When the team was asked.
    pub asked_at: Timestamp,
    /// What it had seen by then.
    pub tally: Tally,
    /// What a person said.
    pub answer: Option<Answer>,
}

impl Record for PromotionRecord {
    const TABLE: Table = Table::Promotions;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::promotion(&self.rule, self.version)
    }
}

/// What one poll asked and got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PollRecord {
    /// The source.
    pub source: SourceId,
    /// When.
    pub at: Timestamp,
    /// Targets asked about.
    pub targets: usize,
    /// Samples answered.
    pub samples: usize,
    /// Series without a value.
    pub missing: usize,
    /// What was charged, by bucket.
    pub units: BTreeMap<String, u32>,
    /// The first failure, without secrets.
    pub failure: Option<String>,
}

impl Record for PollRecord {
    const TABLE: Table = Table::Polls;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::poll(&self.source, self.at)
    }
}

/// Something from a chat, kept before it was confirmed to the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboxRecord {
    /// The platform.
    pub chat: Chat,
    /// Which bot got it.
    pub bot: String,
    /// The platform's id of it.
    pub id: String,
    /// What it says; `None` once it has been answered: the row stays a while so that a repeat is recognised.
    pub inbound: Option<Inbound>,
    /// When it came.
    pub at: Timestamp,
    /// Too much was asked at once: it is not done, and its person is told for how many seconds they are not listened to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_much: Option<u32>,
}

/// How long the row of something answered is kept. Telegram repeats for 24 hours; a week is beyond doubt.
pub const INBOX_KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);

impl Record for InboxRecord {
    const TABLE: Table = Table::Inbox;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        inbox_key(self.chat, &self.bot, &self.id)
    }

    fn index(&self) -> Vec<IndexRow> {
        if self.inbound.is_none() {
            return Vec::new();
        }
        vec![IndexRow { table: Table::Unanswered, key: keys::due(self.at, &self.key()), bytes: Vec::new() }]
    }
}

/// The key of something from a chat.
#[must_use]
pub fn inbox_key(chat: Chat, bot: &str, id: &str) -> Key {
    keys::inbox(chat, bot, id.parse().unwrap_or(0))
}

/// What a one-time code gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gives", rename_all = "snake_case")]
pub enum Gift {
    /// A role, to whoever sends it; they become a person with that name if they are not one yet.
    Role {
        /// Which.
        role: Role,
        /// Where.
        reach: Reach,
        /// What to call them.
        name: Option<String>,
        /// The creator they are, for the role of creator.
        creator: Option<CreatorId>,
    },
    /// Another identity of a person.
    Identity {
        /// Whose.
        person: PersonId,
    },
    /// The place it is said in becomes this room.
    Room {
        /// Which.
        room: RoomId,
    },
}

/// A one-time code, by the hash of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRecord {
    /// SHA-256 of the code, hex.
    pub hash: String,
    /// What it gives.
    pub gift: Gift,
    /// Who made it.
    pub by: String,
    /// From then on it is worth nothing.
    pub expires_at: Timestamp,
    /// Who used it, and when; it works once.
    pub used: Option<(String, Timestamp)>,
}

impl Record for CodeRecord {
    const TABLE: Table = Table::Codes;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        self.hash.clone().into_bytes()
    }
}

/// What a button means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ButtonRecord {
    /// What the platform carries.
    pub token: String,
    /// The room it hangs in.
    pub room: RoomId,
    /// What it is about.
    pub about: About,
    /// What it does.
    pub purpose: ButtonPurpose,
    /// Whose it is alone, as `CHAT:USER`, where only one person may press it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// Which of the messages of its delivery it hangs on: [`generation`](crate::outbox::delivery::Delivery::generation).
    #[serde(default)]
    pub generation: u32,
    /// From then on it is stale.
    pub expires_at: Timestamp,
}

impl Record for ButtonRecord {
    const TABLE: Table = Table::Buttons;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        self.token.clone().into_bytes()
    }
}

/// Counters that must not repeat: the next incident, the next proposal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// The number of the next incident.
    pub incident: u64,
    /// The number of the next proposal.
    pub proposal: u64,
    /// The number of the next offer, less one: people count from 1.
    #[serde(default)]
    pub offer: u64,
    /// The number of the next step after a campaign, less one: people count from 1.
    #[serde(default)]
    pub step: u64,
}

impl Record for Counters {
    const TABLE: Table = Table::Meta;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        COUNTERS.to_vec()
    }
}

impl Record for Learned {
    const TABLE: Table = Table::Learned;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::learned(&self.name.to_string(), self.version)
    }
}

/// When history was last learned from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearningRecord {
    /// Then.
    pub at: Timestamp,
}

impl Record for LearningRecord {
    const TABLE: Table = Table::Meta;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        LEARNING.to_vec()
    }
}

/// The key of [`LearningRecord`].
pub const LEARNING: &[u8] = b"learning";

/// The key of [`Counters`].
pub const COUNTERS: &[u8] = b"counters";
