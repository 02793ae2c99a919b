//! What a column may say: the fields of brands, campaigns, creators, deals and deliverables, and their names in a
//! mapping file.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use super::fold;
use super::words::{Format, format_of_word, platform_of_word};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is the field of the document it is named for")]
pub enum Field {
    Brand,
    Campaign,
    Creator,
    Handle,
    Account(Platform),
    Platform,
    Format,
    Fee,
    Billed,
    Currency,
    Due,
    DraftDue,
    ProofDue,
    ReportDue,
    CancelBy,
    KillFee,
    State,
    Post,
    LiveAt,
    Codes,
    Link,
    Commission,
    PerThousandViews,
    Target(Metric),
    UsageUntil,
    DealStarts,
    DealState,
    ManagedBy,
    CreatorZone,
    CreatorLocale,
    CreatorState,
    Goal,
    CampaignStarts,
    CampaignEnds,
    Attribution,
    CampaignTarget(Metric),
    CampaignState,
    BrandZone,
    BrandCurrency,
    BrandLocale,
    MarginPerOrder,
    BrandState,
    BrandId,
    CampaignId,
    CreatorId,
    DeliverableId,
    CostAccount,
    Po,
    Invoice,
    InvoicedOn,
    Vat,
    PaidOn,
    RefundedOn,
    Deliverable,
}

/// Every field without a parameter, with its name in mapping files.
const NAMES: [(Field, &str); 50] = [
    (Field::Brand, "brand"),
    (Field::Campaign, "campaign"),
    (Field::Creator, "creator"),
    (Field::Handle, "handle"),
    (Field::Platform, "platform"),
    (Field::Format, "format"),
    (Field::Fee, "fee"),
    (Field::Billed, "billed"),
    (Field::Currency, "currency"),
    (Field::Due, "due"),
    (Field::DraftDue, "draft_due"),
    (Field::ProofDue, "proof_due"),
    (Field::ReportDue, "report_due"),
    (Field::CancelBy, "cancel_by"),
    (Field::KillFee, "kill_fee"),
    (Field::State, "state"),
    (Field::Post, "post"),
    (Field::LiveAt, "live_at"),
    (Field::Codes, "codes"),
    (Field::Link, "link"),
    (Field::Commission, "commission"),
    (Field::PerThousandViews, "per_thousand_views"),
    (Field::UsageUntil, "usage_until"),
    (Field::DealStarts, "deal_starts"),
    (Field::DealState, "deal_state"),
    (Field::ManagedBy, "managed_by"),
    (Field::CreatorZone, "creator_zone"),
    (Field::CreatorLocale, "creator_locale"),
    (Field::CreatorState, "creator_state"),
    (Field::Goal, "goal"),
    (Field::CampaignStarts, "campaign_starts"),
    (Field::CampaignEnds, "campaign_ends"),
    (Field::Attribution, "attribution"),
    (Field::CampaignState, "campaign_state"),
    (Field::BrandZone, "brand_zone"),
    (Field::BrandCurrency, "brand_currency"),
    (Field::BrandLocale, "brand_locale"),
    (Field::MarginPerOrder, "margin_per_order"),
    (Field::BrandState, "brand_state"),
    (Field::BrandId, "brand_id"),
    (Field::CampaignId, "campaign_id"),
    (Field::CreatorId, "creator_id"),
    (Field::DeliverableId, "deliverable_id"),
    (Field::CostAccount, "cost_account"),
    (Field::Po, "po"),
    (Field::Invoice, "invoice"),
    (Field::InvoicedOn, "invoiced_on"),
    (Field::Vat, "vat"),
    (Field::PaidOn, "paid_on"),
    (Field::RefundedOn, "refunded_on"),
];

/// The name of the field that has none of the shapes above.
const DELIVERABLE: &str = "deliverable";

impl Field {
    /// Whether it belongs to one deliverable, so that several columns of it may stand side by side in groups.
    #[must_use]
    pub fn is_of_deliverable(self) -> bool {
        matches!(
            self,
            Self::Platform
                | Self::Format
                | Self::Fee
                | Self::Billed
                | Self::Currency
                | Self::Due
                | Self::DraftDue
                | Self::ProofDue
                | Self::ReportDue
                | Self::CancelBy
                | Self::KillFee
                | Self::State
                | Self::Post
                | Self::LiveAt
                | Self::DeliverableId
                | Self::CostAccount
                | Self::Po
                | Self::Invoice
                | Self::InvoicedOn
                | Self::Vat
                | Self::PaidOn
                | Self::RefundedOn
                | Self::Deliverable
        )
    }

    /// Whether it says when.
    #[must_use]
    pub fn is_date(self) -> bool {
        matches!(
            self,
            Self::Due
                | Self::DraftDue
                | Self::ProofDue
                | Self::ReportDue
                | Self::CancelBy
                | Self::LiveAt
                | Self::InvoicedOn
                | Self::PaidOn
                | Self::RefundedOn
                | Self::UsageUntil
                | Self::DealStarts
                | Self::CampaignStarts
                | Self::CampaignEnds
        )
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(platform) => write!(f, "account.{platform}"),
            Self::Target(metric) => write!(f, "target.{metric}"),
            Self::CampaignTarget(metric) => write!(f, "campaign_target.{metric}"),
            Self::Deliverable => f.write_str(DELIVERABLE),
            plain => f.write_str(NAMES.iter().find(|row| row.0 == *plain).map_or("", |row| row.1)),
        }
    }
}

impl FromStr for Field {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        let metric = |name: &str| name.parse::<Metric>().map_err(|error| error.to_string());
        if given == DELIVERABLE {
            return Ok(Self::Deliverable);
        }
        match given.split_once('.') {
            Some(("account", name)) => name.parse().map(Self::Account).map_err(|error| format!("{error}")),
            Some(("target", name)) => metric(name).map(Self::Target),
            Some(("campaign_target", name)) => metric(name).map(Self::CampaignTarget),
            _ => NAMES.iter().find(|row| row.1 == given).map(|row| row.0).ok_or_else(|| {
                let all: Vec<&str> = NAMES.iter().map(|row| row.1).collect();
                format!(
                    "`{given}` is not a field: expected one of {}, {DELIVERABLE}, account.PLATFORM, target.METRIC, \
                     campaign_target.METRIC, or - for a column that is not used",
                    all.join(", ")
                )
            }),
        }
    }
}

/// Columns that describe one deliverable of several in a row: `Reel 1 fee` and `Reel 1 date`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Group {
    /// What they have in common, as an id: `reel-1`. It becomes the id of the deliverable.
    pub name: String,
}

impl Group {
    /// The format in its name; the name without its number where no word of it is one.
    #[must_use]
    pub fn format(&self) -> Format {
        let words = fold::words(&self.name);
        if let Some(format) = words.iter().find_map(|word| format_of_word(word)) {
            return format;
        }
        let without: Vec<&str> = words.iter().map(String::as_str).filter(|word| word.parse::<u32>().is_err()).collect();
        match platform_of_word(without.first().copied().unwrap_or_default()) {
            Some(platform) if without.len() == 1 => Format { name: "post".to_owned(), platform: Some(platform) },
            _ => Format { name: without.join("-"), platform: None },
        }
    }

    /// The platform in its name.
    #[must_use]
    pub fn platform(&self) -> Option<Platform> {
        fold::words(&self.name).iter().find_map(|word| platform_of_word(word)).or_else(|| self.format().platform)
    }
}

/// What a column is used as: a field, in a group or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// The group, where several deliverables stand in one row.
    pub group: Option<Group>,
    /// The field.
    pub field: Field,
}

impl Slot {
    /// A field outside any group.
    #[must_use]
    pub fn of(field: Field) -> Self {
        Self { group: None, field }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.group {
            Some(group) => write!(f, "{}/{}", group.name, self.field),
            None => write!(f, "{}", self.field),
        }
    }
}

impl FromStr for Slot {
    type Err = String;
    fn from_str(given: &str) -> Result<Self, String> {
        let Some((group, field)) = given.rsplit_once('/') else { return given.parse().map(Self::of) };
        let field: Field = field.parse()?;
        let name = fold::slug(group, "group");
        if name != group || !field.is_of_deliverable() {
            return Err(format!("`{given}` is not a field of a group: write it like reel-1/fee"));
        }
        Ok(Self { group: Some(Group { name }), field })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_read_as_it_is_written() {
        let with =
            [Field::Account(Platform::Tiktok), Field::Target(Metric::Cpa), Field::CampaignTarget(Metric::Orders)];
        for field in NAMES.iter().map(|row| row.0).chain(with).chain([Field::Deliverable]) {
            assert_eq!(field.to_string().parse(), Ok(field));
        }
        for text in ["fee", "reel-1/fee", "story/due", "account.youtube"] {
            assert_eq!(text.parse::<Slot>().expect("a slot").to_string(), text);
        }
        for text in ["fees", "reel 1/fee", "reel-1/creator", "target.er", "account.myspace"] {
            assert!(text.parse::<Slot>().is_err(), "{text}");
        }
    }
}
