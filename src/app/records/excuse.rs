//! Time that lies with a brand, in every version.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{RuleId, Subject};
use crate::outbox::incident::IncidentId;
use crate::rules::excuse::{Cause, Excuse};
use crate::store::records::Record;
use crate::store::{Key, Table, keys};

/// Time that lies with a brand, in every version that was ever believed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExcuseRecord {
    /// Its number.
    pub id: u64,
    /// The brand or campaign it lies with.
    pub scope: Subject,
    /// What it is.
    pub cause: Cause,
    /// The rule that found it, or whose incident a person says it of: it ends when that rule has recovered.
    #[serde(default)]
    pub rule: Option<RuleId>,
    /// In a person's words.
    #[serde(default)]
    pub reason: Option<String>,
    /// Oldest first; at most [`EXCUSE_VERSIONS_MAX`].
    pub versions: Vec<ExcuseVersion>,
    /// Alerts about creators that were closed by it; at most [`SPARED_MAX`].
    #[serde(default)]
    pub spared: Vec<IncidentId>,
}

/// One version of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExcuseVersion {
    /// Since when it was believed.
    pub known_at: Timestamp,
    /// Since when it was so.
    pub from: Timestamp,
    /// Until when; `None` while it lasts.
    pub until: Option<Timestamp>,
    /// It was no such time after all.
    #[serde(default)]
    pub lifted: bool,
    /// Who says so, as the journal writes it.
    pub by: String,
}

/// Versions of one excuse: opened, closed, lifted by a person; more than a few is people pressing buttons for fun.
pub const EXCUSE_VERSIONS_MAX: usize = 32;

/// Alerts that one excuse names: as many as one cycle may judge.
pub const SPARED_MAX: usize = 2_000;

impl ExcuseRecord {
    /// What was believed at an instant, or is now; `None` where nothing was, or it had been lifted.
    #[must_use]
    pub fn excuse(&self, known: Option<Timestamp>) -> Option<Excuse> {
        let version = self.versions.iter().rfind(|one| known.is_none_or(|at| one.known_at <= at))?;
        (!version.lifted).then(|| Excuse {
            id: self.id,
            from: version.from,
            until: version.until,
            cause: self.cause,
            by: version.by.clone(),
        })
    }

    /// Whether it is believed and lasts.
    #[must_use]
    pub fn lasts(&self) -> bool {
        self.versions.last().is_some_and(|one| !one.lifted && one.until.is_none())
    }
}

impl Record for ExcuseRecord {
    const TABLE: Table = Table::Excuses;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::number(self.id)
    }
}
