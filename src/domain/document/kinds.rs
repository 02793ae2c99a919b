//! What each kind of document says: brands, campaigns, creators, deals and their pieces, programmes, rooms.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Running, Targets};
use crate::domain::books::Books;
use crate::domain::consent::{Quorum, Release};
use crate::domain::credit::Credit;
use crate::domain::deal::DeliverableState;
use crate::domain::effort::Effort;
use crate::domain::emv::Emv;
use crate::domain::habits::{DayTime, QuietHours, Relay};
use crate::domain::ids::{
    BoostId, BrandId, CampaignId, CreatorId, DeliverableId, GroupId, Platform, PostRef, ProgramId, RoomId, SourceId,
    Subject,
};
use crate::domain::link::Page;
use crate::domain::margin::Margin;
use crate::domain::money::{self, Currency, Money};
use crate::domain::person::Audience;
use crate::domain::written::{Day, Moment, Percent, Zone, parse_length};

/// Who pays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// Its id.
    pub id: BrandId,
    /// Its name.
    pub name: String,
    /// Its zone: days of its campaigns are days here.
    pub zone: Zone,
    /// What its books are in.
    pub currency: Currency,
    /// The language of its rooms, where they do not say.
    #[serde(default = "english")]
    pub locale: String,
    /// What one order leaves, net of discount, VAT, returns, goods and shipping.
    #[serde(default, with = "money::text::option")]
    pub margin_per_order: Option<Money>,
    /// What becomes of an order's price, part by part; where it says enough, it is what an order leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<Margin>,
    /// What one of each is worth as earned media, and who says so. Without it there is no such value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emv: Option<Emv>,
    /// Its own places by platform: the shop whose orders are all its orders, the site whose visits are all its visits.
    #[serde(default)]
    pub accounts: BTreeMap<Platform, String>,
    /// Whose word counts first where several claim an order; code, link, survey, platform where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Credit>,
    /// Where tracking links lead whose product is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Page>,
    /// When alerts are shown in the client's rooms, where a rule does not say.
    #[serde(default, skip_serializing_if = "Release::is_by_hand")]
    pub release: Release,
    /// How many have to agree to what concerns much money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum: Option<Quorum>,
    /// Whoever agrees to more than this is asked once more, with the amount.
    #[serde(default, with = "money::text::option", skip_serializing_if = "Option::is_none")]
    pub confirm_above: Option<Money>,
    /// Whether it runs.
    #[serde(default)]
    pub state: Running,
}

fn english() -> String {
    "en".to_owned()
}

/// What is paid for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// Its name; the id where it has none.
    #[serde(default)]
    pub name: Option<String>,
    /// Whose.
    pub brand: BrandId,
    /// What it is for.
    #[serde(default)]
    pub goal: Option<Goal>,
    /// Its first day.
    pub starts: Day,
    /// Its last day.
    pub ends: Day,
    /// The page that its tracking links lead to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landing: Option<Page>,
    /// How long after a post an order may be counted, in days.
    #[serde(default, rename = "attribution")]
    pub attribution: Option<String>,
    /// What it should reach.
    #[serde(default)]
    pub target: Targets,
    /// Whose word counts first where several claim an order; the brand's where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Credit>,
    /// What becomes of an order's price in this campaign; the brand's where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<Margin>,
    /// What the bookkeeping wants to know of its costs, where a deal does not say.
    #[serde(default, skip_serializing_if = "Books::is_empty")]
    pub books: Books,
    /// What it was planned to take, for the comparison after it.
    #[serde(default, skip_serializing_if = "Effort::is_empty")]
    pub plan: Effort,
    /// Whether it runs.
    #[serde(default)]
    pub state: Running,
}

/// What a campaign is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of the vocabulary")]
pub enum Goal {
    Awareness,
    NewAudiences,
    BrandStrength,
    Leads,
    Sales,
    Reputation,
}

/// Who makes the posts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Creator {
    /// Their id.
    pub id: CreatorId,
    /// Their name; the id where they have none.
    #[serde(default)]
    pub name: Option<String>,
    /// Their zone.
    #[serde(default = "Zone::utc")]
    pub zone: Zone,
    /// What to speak to them.
    #[serde(default = "english")]
    pub locale: String,
    /// Account ids by platform.
    #[serde(default)]
    pub accounts: BTreeMap<Platform, String>,
    /// The talent manager who answers for them.
    #[serde(default)]
    pub managed_by: Option<String>,
    /// Whether they are followed.
    #[serde(default)]
    pub state: Running,
}

/// `CAMPAIGN/CREATOR`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartnershipRef {
    /// The campaign.
    pub campaign: CampaignId,
    /// The creator.
    pub creator: CreatorId,
}

impl PartnershipRef {
    /// As a subject.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject::Partnership(self.campaign.clone(), self.creator.clone())
    }
}

impl std::fmt::Display for PartnershipRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.campaign, self.creator)
    }
}

impl Serialize for PartnershipRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PartnershipRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = text
            .split_once('/')
            .and_then(|(campaign, creator)| Some((CampaignId::new(campaign).ok()?, CreatorId::new(creator).ok()?)));
        match parsed {
            Some((campaign, creator)) => Ok(Self { campaign, creator }),
            None => Err(D::Error::custom(format!("`{text}` is not a partnership: write it `CAMPAIGN/CREATOR`"))),
        }
    }
}

/// One creator in one campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partnership {
    /// The campaign.
    pub campaign: CampaignId,
    /// The creator.
    pub creator: CreatorId,
    /// Their discount codes.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Their tracking link.
    #[serde(default)]
    pub link: Option<String>,
    /// The page that it leads to; the campaign's where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landing: Option<Page>,
    /// Their share of each order.
    #[serde(default)]
    pub commission: Option<Percent>,
    /// Pay per thousand views.
    #[serde(default, with = "money::text::option")]
    pub per_thousand_views: Option<Money>,
    /// What the product sent to them is declared at.
    #[serde(default, with = "money::text::option", skip_serializing_if = "Option::is_none")]
    pub product_cost: Option<Money>,
    /// The day it was sent: from then on it is spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped: Option<Day>,
    /// What it should reach; the campaign's where it does not say.
    #[serde(default)]
    pub target: Targets,
    /// When it started; the campaign's first day where it does not say.
    #[serde(default)]
    pub starts: Option<Day>,
    /// What the brand may do with the creator's posts beside looking at them, and until when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rights: Vec<Right>,
    /// Whom the creator may not work for meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusivity: Option<Exclusivity>,
    /// Words of which one must stand in each post; where none is given, those that are usual in the creator's language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disclosure: Vec<String>,
    /// What the bookkeeping wants to know of its costs; the campaign's where it does not say.
    #[serde(default, skip_serializing_if = "Books::is_empty")]
    pub books: Books,
    /// Whether it runs.
    #[serde(default)]
    pub state: Running,
}

/// What a right lets the brand do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RightKind {
    /// Use the content in ads of its own.
    Usage,
    /// Run ads in the creator's name on Instagram and Facebook: a permission that the creator gives in the app.
    PartnershipAd,
    /// Run the creator's `TikTok` post as an ad: a code that the creator makes for 7, 30, 60 or 365 days.
    SparkCode,
}

impl RightKind {
    /// The name in files, JSON and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::PartnershipAd => "partnership_ad",
            Self::SparkCode => "spark_code",
        }
    }
}

/// A right and how long it lasts. Its days are whole days of the campaign's zone, the last one included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    /// What it allows.
    pub kind: RightKind,
    /// Its first day; from the beginning where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// Its last day.
    pub until: Day,
    /// For which pieces; all of the deal where it does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<DeliverableId>,
}

impl Right {
    /// To use everything of a deal in ads until this day.
    #[must_use]
    pub fn usage(until: Day) -> Self {
        Self { kind: RightKind::Usage, from: None, until, posts: Vec::new() }
    }

    /// Whether it is to use everything of a deal, from the beginning: what a sheet has one column for.
    #[must_use]
    pub fn is_plain_usage(&self) -> bool {
        self.kind == RightKind::Usage && self.from.is_none() && self.posts.is_empty()
    }
}

/// Whom a creator may not work for, and how long. Whole days of the campaign's zone, the last one included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusivity {
    /// Names as they stand in posts: `Acme`, `@acme`.
    pub against: Vec<String>,
    /// The first day; the deal's where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day.
    pub until: Day,
}

/// What a person looked for in a post with their own eyes, and found right whatever the text we know says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// The deal's link.
    Link,
    /// The deal's code.
    Code,
    /// That it says advertising.
    Disclosure,
}

/// One promised piece.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deliverable {
    /// Of which partnership.
    pub partnership: PartnershipRef,
    /// Its id inside it.
    pub id: DeliverableId,
    /// Where it will be posted.
    pub platform: Platform,
    /// What it is: `reel`, `story`, `video`, …
    pub format: String,
    /// What it costs.
    #[serde(with = "money::text")]
    pub fee: Money,
    /// What the client is billed for it: the only amount of it that a client's room is shown.
    #[serde(default, with = "money::text::option", skip_serializing_if = "Option::is_none")]
    pub billed: Option<Money>,
    /// When its draft is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft_due: Option<Day>,
    /// When it is due.
    pub due: Day,
    /// When the proof that it is out is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_due: Option<Day>,
    /// When its numbers are due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_due: Option<Day>,
    /// The last moment it can be cancelled.
    #[serde(default)]
    pub cancel_by: Option<Moment>,
    /// What is owed when it is cancelled, by the state it is in then.
    #[serde(default)]
    pub kill_fee: BTreeMap<DeliverableState, Percent>,
    /// How far it is.
    #[serde(default)]
    pub state: DeliverableState,
    /// The post it became.
    #[serde(default)]
    pub post: Option<PostRef>,
    /// When it went live.
    #[serde(default)]
    pub live_at: Option<jiff::Timestamp>,
    /// When its numbers were handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<jiff::Timestamp>,
    /// What somebody has looked for in its post and found right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checked: Vec<Checked>,
    /// What the bookkeeping wants to know of it; the deal's where it does not say.
    #[serde(default, skip_serializing_if = "Books::is_empty")]
    pub books: Books,
}

/// Paid spend on a creator's post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boost {
    /// Its id.
    pub id: BoostId,
    /// Of which partnership.
    pub partnership: PartnershipRef,
    /// Where it runs.
    pub source: SourceId,
    /// What it is called there.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The piece it pays for; any of the deal where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<DeliverableId>,
    /// What it may spend in all.
    #[serde(with = "money::text")]
    pub budget: Money,
    /// What the client is billed for all of it: the only amount of it that a client's room is shown.
    #[serde(default, with = "money::text::option", skip_serializing_if = "Option::is_none")]
    pub billed: Option<Money>,
    /// Whether it runs.
    #[serde(default)]
    pub state: Running,
}

/// One rung of a programme's ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its name: `Gold`.
    pub name: String,
    /// The share of each order on it.
    #[serde(default)]
    pub commission: Option<Percent>,
}

/// A ladder of levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its id.
    pub id: ProgramId,
    /// Whose.
    pub brand: BrandId,
    /// Highest first.
    pub levels: Vec<Level>,
}

impl Program {
    /// The level below one of the ladder's; `None` where it is the lowest, or not on the ladder.
    #[must_use]
    pub fn below(&self, level: &str) -> Option<&Level> {
        let at = self.levels.iter().position(|one| one.name == level)?;
        self.levels.get(at + 1)
    }

    /// A level by its name.
    #[must_use]
    pub fn level(&self, name: &str) -> Option<&Level> {
        self.levels.iter().find(|one| one.name == name)
    }
}

/// A creator in a programme. What a file says is where they begin; from then on the level in force is kept here, and
/// changes by rule after notice and grace, or by a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Of which programme.
    pub program: ProgramId,
    /// Who.
    pub creator: CreatorId,
    /// Their level.
    pub level: String,
    /// Since when they have it.
    pub since: Day,
    /// When they agreed to the published criteria. Without it no rule takes a level away.
    #[serde(default)]
    pub acknowledged: Option<Day>,
    /// Whether they still are one.
    #[serde(default)]
    pub state: Running,
}

/// A rate between currencies on a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Its id.
    pub id: String,
    /// The day it holds from.
    pub date: Day,
    /// One of these …
    pub from: Currency,
    /// … is so many of these.
    pub to: Currency,
    /// How many.
    pub value: Decimal,
}

/// A room as documents declare it. Where it is, is bound from inside it with a code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomDocument {
    /// Its id.
    pub id: RoomId,
    /// Whose; an operator room may have none.
    #[serde(default)]
    pub brand: Option<BrandId>,
    /// Only this campaign's messages, where it says so.
    #[serde(default)]
    pub campaign: Option<CampaignId>,
    /// Who reads it.
    pub audience: Audience,
    /// What is spoken in it.
    #[serde(default = "english")]
    pub locale: String,
    /// The zone of the times shown in it.
    #[serde(default = "Zone::utc")]
    pub zone: Zone,
    /// Quiet hours as `22:00-07:00`.
    #[serde(default)]
    pub quiet: Option<String>,
    /// Critical alerts make a sound in quiet hours, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loud: bool,
    /// When a digest comes each morning, `08:00`; none where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<DayTime>,
    /// How long a critical alert may wait for somebody before the next is told, `30m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_after: Option<String>,
    /// Who is told then, one after the other: `room/ID` or `person/ID`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalate_to: Vec<Relay>,
}

impl RoomDocument {
    /// What is wrong with how it wants to be told, as a sentence.
    #[must_use]
    pub fn misfit(&self) -> Option<String> {
        if let Some(error) = self.quiet.as_ref().and_then(|quiet| quiet.parse::<QuietHours>().err()) {
            return Some(error.to_string());
        }
        let after = self.escalate_after.as_ref()?;
        let fits = parse_length(after).is_some_and(|length| ESCALATE_MIN <= length);
        (!fits)
            .then(|| format!("`{after}` is not how long an alert may wait: write it like `30m`, one minute at least"))
    }
}

/// Nobody can take an alert faster than they can read it.
const ESCALATE_MIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

/// Creators that somebody calls comparable, in place of campaign × platform × format × size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerGroup {
    /// Its id: rules name it with `group = "ID"`.
    pub id: GroupId,
    /// Its name; the id where it has none.
    #[serde(default)]
    pub name: Option<String>,
    /// Who is in it.
    pub members: Vec<CreatorId>,
    /// Whether it is in use.
    #[serde(default)]
    pub state: Running,
}
