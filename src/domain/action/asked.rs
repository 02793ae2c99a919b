//! How a creator was asked, and who told them where the program could not.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a creator was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedOf {
    /// Here, in a direct message; else somebody had to tell them.
    pub direct: bool,
    /// Who noted the answer, where the creator did not give it here.
    pub noted_by: Option<String>,
    /// Who told the creator, where the program could not, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<ToldBy>,
}

/// A person's word that they have told a creator something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldBy {
    /// What to call them.
    pub name: String,
    /// When.
    pub at: Timestamp,
}
