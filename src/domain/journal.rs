//! The journal: who did what, when, why. Append only; its numbers have no gaps.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// When.
    pub at: Timestamp,
    /// Who: a person id, `terminal:USER`, or `plimsoll` for the program itself.
    pub actor: String,
    /// What was done, in `snake_case`: `incident_fired`, `action_approved`, `grant_given`, … The list grows, so a reader
    /// passes over what it does not know.
    pub deed: String,
    /// To what: a subject (`partnership/spring/alma`), or `room/ID`, `person/ID`, `rule/ID`.
    pub subject: String,
    /// What else belongs to it, why included. Never a secret.
    pub detail: serde_json::Value,
}
