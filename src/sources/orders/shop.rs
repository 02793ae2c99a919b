//! What `discover` and `preflight` ask of any shop: its codes, and where recent orders came from.

use async_trait::async_trait;
use jiff::Timestamp;

use super::super::SourceError;
use super::fold;

/// A discount and the codes that unlock it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The shop's id of it: `gid://shopify/DiscountCodeNode/…`, `promo_…`, a number.
    pub id: String,
    /// The shop's own word for its kind: `DiscountCodeBasic`, `promotion_code`, `percent`.
    pub kind: String,
    /// What the shop calls it.
    pub title: String,
    /// `ACTIVE`, `EXPIRED` or `SCHEDULED`, in every shop.
    pub status: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends, if it does.
    pub ends_at: Option<Timestamp>,
    /// How often it was used, by the shop's own late count.
    pub used: i64,
    /// Its codes, at most ten.
    pub codes: Vec<String>,
}

impl Code {
    /// Whether several codes hang on it: ending one ends all.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        1 < self.codes.len()
    }
}

/// All discounts with codes, or as many as are listed.
#[derive(Debug, Default)]
pub struct Listed {
    /// The discounts.
    pub codes: Vec<Code>,
    /// Whether there are more than were read.
    pub cut: bool,
}

/// Where an order came from, as the shop says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visit {
    /// Its codes, as they were typed.
    pub codes: Vec<String>,
    /// The page that sent it, where the shop tells.
    pub referrer: Option<String>,
    /// The page it began on.
    pub landing: Option<String>,
    /// `utm_source`.
    pub source: Option<String>,
    /// `utm_medium`.
    pub medium: Option<String>,
    /// `utm_campaign`.
    pub campaign: Option<String>,
    /// `utm_content`.
    pub content: Option<String>,
}

/// A shop that can be looked over.
#[async_trait]
pub trait Shop: Send + Sync {
    /// One discount by one of its codes; `None` where the shop has none.
    async fn code(&self, code: &str) -> Result<Option<Code>, SourceError>;

    /// Every discount with codes.
    async fn codes(&self) -> Result<Listed, SourceError>;

    /// Where the orders since `since` came from; `None` where the shop does not know that of any order. Orders the shop
    /// has not worked it out for are left out.
    async fn visits(&self, since: Timestamp) -> Result<Option<Vec<Visit>>, SourceError>;
}

/// Whether two codes are the same to a shop.
#[must_use]
pub fn same_code(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}
