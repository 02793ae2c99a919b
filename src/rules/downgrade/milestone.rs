//! The steps of a case, as messages and lines of a history name them.

use serde::{Deserialize, Serialize};

/// What happened to a case, as a message of its own or a line of its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The creator was told.
    Told,
    /// They were reminded, having asked for it.
    Reminded,
    /// They objected.
    Appealed,
    /// A person stood by the notice.
    StoodBy,
    /// The level stays.
    Kept,
    /// There was nothing left to decide.
    Withdrawn,
    /// The level changed.
    Lowered,
    /// The team is asked to give it back.
    Offered,
    /// It was given back.
    Restored,
    /// It was not.
    Closed,
    /// Time that lies with the brand was added.
    Extended,
    /// One side asked to talk about another way.
    Mediating,
    /// One side suggested a way.
    Suggested,
    /// The other agreed, and that binds both.
    Agreed,
    /// They did not agree in time.
    Unagreed,
}

impl Milestone {
    /// The name in JSON, keys and the key of its sentence.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Reminded => "reminded",
            Self::Appealed => "appealed",
            Self::StoodBy => "stood_by",
            Self::Kept => "kept",
            Self::Withdrawn => "withdrawn",
            Self::Lowered => "lowered",
            Self::Offered => "offered",
            Self::Restored => "restored",
            Self::Closed => "closed",
            Self::Extended => "extended",
            Self::Mediating => "mediating",
            Self::Suggested => "suggested",
            Self::Agreed => "agreed",
            Self::Unagreed => "unagreed",
        }
    }
}
