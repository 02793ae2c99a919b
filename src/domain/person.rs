//! People, what they may do, and the rooms they are in.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::habits::{DayTime, Habits, Loudness, QuietHours, Topic};
use super::ids::{BrandId, CampaignId, CreatorId, PersonId, RoomId};

/// A chat platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "proper names")]
pub enum Chat {
    Discord,
    Telegram,
}

impl Chat {
    /// The name in ids and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discord => "discord",
            Self::Telegram => "telegram",
        }
    }

    /// The name people use.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Discord => "Discord",
            Self::Telegram => "Telegram",
        }
    }
}

/// What somebody may do. Least first; the order itself grants nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees their own numbers and answers about them.
    Creator,
    /// Answers for several creators.
    TalentManager,
    /// Sees, does not act.
    Analyst,
    /// Pauses, approves, adjusts.
    Manager,
    /// The paying client: everything for their brand, never the agency's cost.
    ClientOwner,
    /// Runs campaigns for brands: everything for them.
    Agency,
    /// Runs the program; no say over money.
    Operator,
}

/// Every role with its name.
const ROLES: [(Role, &str); 7] = [
    (Role::Creator, "creator"),
    (Role::TalentManager, "talent_manager"),
    (Role::Analyst, "analyst"),
    (Role::Manager, "manager"),
    (Role::ClientOwner, "client_owner"),
    (Role::Agency, "agency"),
    (Role::Operator, "operator"),
];

impl Role {
    /// The name in ids, files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ROLES.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Every role.
    pub fn all() -> impl Iterator<Item = Self> {
        ROLES.iter().map(|row| row.0)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No role has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a role: expected one of {}", ROLES.map(|row| row.1).join(", "))]
pub struct UnknownRole {
    /// What was given.
    pub given: String,
}

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(given: &str) -> Result<Self, UnknownRole> {
        let wanted = given.replace('-', "_").to_lowercase();
        ROLES.iter().find(|row| row.1 == wanted).map(|row| row.0).ok_or_else(|| UnknownRole { given: given.to_owned() })
    }
}

/// Somebody on one chat platform. At most one person has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Where.
    pub chat: Chat,
    /// The platform's user id, decimal.
    pub user: String,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.chat.as_str(), self.user)
    }
}

/// A human being who may speak to the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// What to call them.
    pub name: String,
    /// At most one per platform.
    pub identities: Vec<Identity>,
    /// The creator they are, if they are one.
    #[serde(default)]
    pub creator: Option<CreatorId>,
    /// BCP 47 tag of the language to speak to them, where they said one.
    #[serde(default)]
    pub locale: Option<String>,
}

/// What a grant reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Everything of one brand.
    Brand(BrandId),
    /// One campaign.
    Campaign(CampaignId),
    /// The whole installation: operators, and agencies that run all of it.
    All,
}

/// Person, role, brand or campaign, by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Who may.
    pub person: PersonId,
    /// What.
    pub role: Role,
    /// Where.
    pub reach: Reach,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Who reads a room; it decides what is said there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The team: sees all.
    Internal,
    /// The client: billed prices and released incidents.
    Client,
    /// A creator: only themselves.
    Creator,
    /// Who runs the program: its own troubles.
    Operator,
}

impl Audience {
    /// The name in ids, files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Client => "client",
            Self::Creator => "creator",
            Self::Operator => "operator",
        }
    }
}

/// Where on a chat platform a room is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address {
    /// Which platform.
    pub chat: Chat,
    /// The channel or chat id as the platform writes it (Telegram groups are negative).
    pub place: String,
    /// Telegram topic (`message_thread_id`); Discord threads are places of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<i32>,
    /// The Discord guild, where the place is in one: membership is asked there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild: Option<String>,
}

/// A room: where, for whom, in which language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// Where it is; `None` until it has been bound with a code.
    #[serde(default)]
    pub address: Option<Address>,
    /// Who reads it.
    pub audience: Audience,
    /// The brand it belongs to; an operator room may have none.
    #[serde(default)]
    pub brand: Option<BrandId>,
    /// Only this campaign's messages, where it is set.
    #[serde(default)]
    pub campaign: Option<CampaignId>,
    /// The creator whose direct message this is.
    #[serde(default)]
    pub creator: Option<CreatorId>,
    /// BCP 47 tag of what is spoken here.
    pub locale: String,
    /// The IANA zone in which times are shown.
    pub zone: String,
    /// Quiet hours as `22:00-07:00` in that zone.
    #[serde(default)]
    pub quiet: Option<String>,
    /// Deleted, blocked or forbidden since; deliveries wait. Cleared by the next success.
    #[serde(default)]
    pub closed: Option<String>,
    /// Since when it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// Whose direct message this is, for everybody but creators: they are told in it what they asked to be told, as far as
    /// they may hear it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// How it wants to be told.
    #[serde(default)]
    pub habits: Habits,
}

impl Room {
    /// The rules of its zone; UTC where the name is unknown.
    #[must_use]
    pub fn rules(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// Its quiet hours; what cannot be read keeps nobody quiet (`apply` refuses it).
    #[must_use]
    pub fn quiet_hours(&self) -> Option<QuietHours> {
        self.quiet.as_ref().and_then(|quiet| quiet.parse().ok())
    }

    /// When the quiet hours end that an instant is in; `None` outside of them.
    #[must_use]
    pub fn quiet_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.quiet_hours()?.end(now, &self.rules())
    }

    /// How a topic is told here. A person's direct message is silent about everything they did not ask for, and no room has
    /// a digest that nobody asked for.
    #[must_use]
    pub fn loudness(&self, topic: Topic) -> Loudness {
        let chosen = self.habits.told.get(&topic).copied();
        chosen.unwrap_or(match topic {
            Topic::Digest if self.habits.digest.is_none() => Loudness::Off,
            _ if self.person.is_some() => Loudness::Off,
            _ => Loudness::On,
        })
    }

    /// When its digest comes, if it has one.
    #[must_use]
    pub fn digest_at(&self) -> Option<DayTime> {
        (self.loudness(Topic::Digest) != Loudness::Off).then(|| self.habits.digest.unwrap_or(DayTime::MORNING))
    }
}
