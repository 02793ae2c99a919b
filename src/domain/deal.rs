//! A deal is a set of deliverables in states, each with a fee, a due date and a last moment it can be cancelled.

use serde::{Deserialize, Serialize};

/// How far a deliverable is: agreed → briefed → draft n → approved → live → proof → invoiced → paid, or held, or cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliverableState {
    /// Both sides want it.
    #[default]
    Agreed,
    /// The creator knows what to make.
    Briefed,
    /// A draft is there.
    Draft,
    /// The draft may go out.
    Approved,
    /// It is out: its fee is spend from here on.
    Live,
    /// The creator has shown that it is out.
    Proof,
    /// The bill is there.
    Invoiced,
    /// The bill is paid.
    Paid,
    /// Not to be made for now.
    Held,
    /// Never to be made.
    Cancelled,
}

impl DeliverableState {
    /// Whether its post has gone out.
    #[must_use]
    pub fn is_out(self) -> bool {
        match self {
            Self::Live | Self::Proof | Self::Invoiced | Self::Paid => true,
            Self::Agreed | Self::Briefed | Self::Draft | Self::Approved | Self::Held | Self::Cancelled => false,
        }
    }
}
