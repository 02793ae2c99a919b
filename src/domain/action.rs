//! Actions: proposal → approval → action → verification. Every action sets an absolute state, never a difference.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{BoostId, SourceId, Subject};
use super::money::Money;

/// What can be done to something outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Deed {
    /// Set a boost to paused.
    StopBoost {
        /// Which.
        boost: BoostId,
    },
    /// Set a boost to active.
    ResumeBoost {
        /// Which.
        boost: BoostId,
    },
}

/// The state of a boost, as its platform says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoostState {
    /// It spends.
    Active,
    /// It does not.
    Paused,
}

impl BoostState {
    /// The word that platforms and messages use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
        }
    }
}

impl Deed {
    /// The state that this sets.
    #[must_use]
    pub fn desired(&self) -> BoostState {
        match self {
            Self::StopBoost { .. } => BoostState::Paused,
            Self::ResumeBoost { .. } => BoostState::Active,
        }
    }

    /// The boost it is about.
    #[must_use]
    pub fn boost(&self) -> &BoostId {
        match self {
            Self::StopBoost { boost } | Self::ResumeBoost { boost } => boost,
        }
    }
}

/// How far a proposal is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum ProposalStage {
    /// Waits for somebody's yes, until it expires.
    Proposed { until: Timestamp },
    /// Agreed; to be done.
    Approved { by: String, at: Timestamp },
    /// A request may have left; done again with the same key if nothing more is known.
    Doing { since: Timestamp, tries: u32, not_before: Timestamp },
    /// The platform accepted; to be read back.
    Done { at: Timestamp, tries: u32, not_before: Timestamp },
    /// The platform says it is so.
    Verified { at: Timestamp, state: String },
    /// Not done, and why.
    Failed { at: Timestamp, reason: String },
    /// Somebody said no.
    Rejected { by: String, at: Timestamp },
    /// Nobody answered.
    Expired { at: Timestamp },
    /// The guard said no.
    Refused { at: Timestamp, reason: String },
}

impl ProposalStage {
    /// Whether nothing more will happen to it by itself.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match self {
            Self::Proposed { .. } | Self::Approved { .. } | Self::Doing { .. } | Self::Done { .. } => false,
            Self::Verified { .. }
            | Self::Failed { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Refused { .. } => true,
        }
    }
}

/// A wish to act, with everything needed to decide on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its number.
    pub number: u64,
    /// The incident it answers, if one does.
    pub incident: Option<String>,
    /// What it is about.
    pub subject: Subject,
    /// What is to be done.
    #[serde(flatten)]
    pub deed: Deed,
    /// Where it is done.
    pub source: SourceId,
    /// What the object is called there.
    pub object: String,
    /// Money it saves, where that is known.
    pub saves: Option<Money>,
    /// The state before, as read just before acting: what Undo restores.
    pub before: Option<String>,
    /// Who, or which rule, asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// When the data it rests on were read; `None` when a person asked without data.
    pub data_at: Option<Timestamp>,
    /// This takes back another one.
    pub undoes: Option<u64>,
    /// How far it is.
    #[serde(flatten)]
    pub stage: ProposalStage,
}
