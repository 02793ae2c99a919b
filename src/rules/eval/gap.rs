//! Why a side of a comparison has no value: the source's reasons, and the rule's own.

use serde::{Deserialize, Serialize};

use crate::domain::sample::Absence;

/// Why a side of a comparison has no value. The first nine are the source's ([`Absence`]), the rest the rule's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the first nine are documented at `Absence`")]
pub enum Gap {
    NotYet,
    Hidden,
    TooFew,
    Gone,
    Stale {
        age_secs: i64,
    },
    Unauthorized,
    QuotaSpent,
    Unreachable,
    Garbled,
    /// The line is divided by zero.
    DividedByZero,
    /// The result is larger than can be kept.
    TooLarge,
    /// The deal names no such target.
    NoTarget,
    /// No earlier window lies inside the subject's history.
    NoHistory,
    /// There is no such window here: no deal, or no complete one yet.
    NoWindow,
    /// Fewer posts than the window asks for.
    TooFewPosts,
    /// It lies with the brand, and does not count.
    Excused,
    /// The rule is written in another currency than the subject is kept in.
    OtherCurrency,
    /// There is nobody comparable: its audience or its campaign is not known, or nobody is like it.
    NoGroup,
    /// Too few comparable others have a number.
    TooFewPeers,
    /// No published figure fits its platform and size.
    NoFigure,
}

impl From<Absence> for Gap {
    fn from(why: Absence) -> Self {
        match why {
            Absence::NotYet => Self::NotYet,
            Absence::Hidden => Self::Hidden,
            Absence::TooFew => Self::TooFew,
            Absence::Gone => Self::Gone,
            Absence::Stale { age_secs } => Self::Stale { age_secs },
            Absence::Unauthorized => Self::Unauthorized,
            Absence::QuotaSpent => Self::QuotaSpent,
            Absence::Unreachable => Self::Unreachable,
            Absence::Garbled => Self::Garbled,
        }
    }
}

impl Gap {
    /// What a reader is told who knows only what sources say: what the rule lacks is not there yet.
    #[must_use]
    pub fn absence(self) -> Absence {
        match self {
            Self::Hidden => Absence::Hidden,
            Self::TooFew => Absence::TooFew,
            Self::Gone => Absence::Gone,
            Self::Stale { age_secs } => Absence::Stale { age_secs },
            Self::Unauthorized => Absence::Unauthorized,
            Self::QuotaSpent => Absence::QuotaSpent,
            Self::Unreachable => Absence::Unreachable,
            Self::Garbled | Self::TooLarge | Self::OtherCurrency => Absence::Garbled,
            Self::NotYet
            | Self::DividedByZero
            | Self::NoTarget
            | Self::NoHistory
            | Self::NoWindow
            | Self::NoGroup
            | Self::TooFewPeers
            | Self::NoFigure
            | Self::Excused
            | Self::TooFewPosts => Absence::NotYet,
        }
    }

    /// The name in JSON and the key of its sentence.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::Hidden => "hidden",
            Self::TooFew => "too_few",
            Self::Gone => "gone",
            Self::Stale { .. } => "stale",
            Self::Unauthorized => "unauthorized",
            Self::QuotaSpent => "quota_spent",
            Self::Unreachable => "unreachable",
            Self::Garbled => "garbled",
            Self::DividedByZero => "divided_by_zero",
            Self::TooLarge => "too_large",
            Self::NoTarget => "no_target",
            Self::NoHistory => "no_history",
            Self::NoWindow => "no_window",
            Self::TooFewPosts => "too_few_posts",
            Self::Excused => "excused",
            Self::OtherCurrency => "other_currency",
            Self::NoGroup => "no_group",
            Self::TooFewPeers => "too_few_peers",
            Self::NoFigure => "no_figure",
        }
    }
}
