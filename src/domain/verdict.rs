//! Verdicts: holds, does not hold, or cannot be known. Kleene's strong three-valued logic.

use std::ops::Not;

use serde::{Deserialize, Serialize};

/// What became of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not hold.
    DoesNotHold,
    /// Something it needs is absent. Never fires anything.
    Unknown,
}

impl Verdict {
    /// From a comparison whose sides are both known.
    #[must_use]
    pub fn known(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::DoesNotHold }
    }

    /// Both: one that does not hold decides, whatever the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::DoesNotHold, _) | (_, Self::DoesNotHold) => Self::DoesNotHold,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Holds, Self::Holds) => Self::Holds,
        }
    }

    /// Either: one that holds decides, whatever the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        !((!self).and(!other))
    }
}

impl Not for Verdict {
    type Output = Self;
    fn not(self) -> Self {
        match self {
            Self::Holds => Self::DoesNotHold,
            Self::DoesNotHold => Self::Holds,
            Self::Unknown => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{DoesNotHold, Holds, Unknown};

    #[test]
    fn unknown_never_turns_into_holds() {
        assert_eq!(Unknown.and(DoesNotHold), DoesNotHold);
        assert_eq!(Unknown.and(Holds), Unknown);
        assert_eq!(Unknown.or(Holds), Holds);
        assert_eq!(Unknown.or(DoesNotHold), Unknown);
        assert_eq!(!Unknown, Unknown);
    }
}
