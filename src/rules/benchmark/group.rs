//! Who is compared with whom.
//!
//! Owns: a group of comparable subjects, each with all that is needed to read it as its own rule would: its zone, its
//! deal, how its spend matures. A subject is a member of its own group; whoever reads a group leaves out everything of the
//! subject's own creator, so `peers(x)` is always about others.
//! Refuses: choosing. What makes two subjects comparable is said in the program's catalogue of documents.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{CampaignId, CreatorId, GroupId, Platform, Subject};
use crate::rules::judge::Context;
use crate::rules::rule::{Kind, Size};

/// Fewer other creators with a number than this are no group: the lower quarter of two is the lower of them.
pub const PEERS_MIN: u32 = 3;

/// Fewer other creators than this are not shown to a creator, who could work out who has what.
pub const SHOWN_MIN: u32 = 5;

/// Fewer earlier windows than this are a small sample of the subject's own past.
pub const OWN_SMALL: u32 = 5;

/// What makes the members of a group comparable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum MadeBy {
    /// They share all of this.
    Alike {
        /// The campaign, for partnerships and posts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<CampaignId>,
        /// The platform.
        platform: Platform,
        /// The format of posts and of most of a deal's money; none for creators, and for deals without pieces.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        format: Option<String>,
        /// The size of the audience on that platform.
        size: Size,
    },
    /// Somebody named them.
    Named {
        /// The document that does.
        id: GroupId,
    },
}

/// One of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Who.
    pub subject: Subject,
    /// Whose that is.
    pub creator: CreatorId,
    /// What its own windows are measured in, and all else that reading it needs; without a group of its own.
    pub context: Context,
}

/// Comparable subjects, the judged one among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// What makes it one.
    pub made_by: MadeBy,
    /// Everybody in it, in the order of their subjects.
    pub members: Vec<Member>,
    /// With fewer other creators that have a number nothing is compared.
    pub least: u32,
    /// Fewer earlier windows than this are drawn towards the group; 0 for never.
    pub small: u32,
}

impl Group {
    /// The fewest other creators that a rule of a kind is compared with. The numbers of a downgrade are told to a creator,
    /// so they never rest on fewer than may be shown to one.
    #[must_use]
    pub fn least_for(&self, kind: Kind) -> u32 {
        match kind {
            Kind::Downgrade => std::cmp::max(self.least, SHOWN_MIN),
            Kind::StopLoss | Kind::Late | Kind::Rights | Kind::Opportunity => self.least,
        }
    }
}

/// A group that many subjects share.
pub type Shared = Arc<Group>;
