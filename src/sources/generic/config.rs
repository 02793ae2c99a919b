//! The description of a feed, and what in it cannot work.

use jiff::Span;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json_path::JsonPath;

use super::super::SourceError;
use super::bad;
use crate::domain::ids::Platform;
use crate::domain::metric::{Metric, Unit};
use crate::domain::money::Currency;
use crate::domain::sample::Absence;

/// Where the feed is and how to read it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenericConfig {
    /// `https://host[:port]`, without path.
    pub base_url: String,
    /// Hosts that may be asked: `host`, or `host:port` for exactly that port. `base_url` must name one of them.
    pub allowed_hosts: Vec<String>,
    /// Whether the name may be of an address that is not public.
    #[serde(default)]
    pub private_addresses: bool,
    /// The path of the document, such as `/v1/followers.json`.
    pub path: String,
    /// Sent as `Authorization: Bearer …`.
    #[serde(default)]
    pub token: Option<SecretString>,
    /// The platform whose numbers these are.
    pub platform: Platform,
    /// The rows, from the document: `$.rows[*]`.
    pub rows: JsonPath,
    /// The account's id, from a row: `$.login`. Text or a whole number.
    pub id: JsonPath,
    /// When the numbers were so, from a row: RFC 3339 or seconds since 1970. Without it: when we asked.
    #[serde(default)]
    pub time: Option<JsonPath>,
    /// What it means that an account has no row.
    #[serde(default = "gone")]
    pub no_row: AbsentWord,
    /// The numbers of a row.
    pub fields: Vec<FieldConfig>,
}

/// One number of a row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldConfig {
    /// Which metric it is. Not a derived one.
    pub metric: Metric,
    /// Where it stands, from a row: `$.followers`. Whole number or text; money as a decimal in major units.
    pub path: JsonPath,
    /// Running total, level, or amount over a span that starts at `time`.
    pub form: FeedForm,
    /// The length of an amount's span as ISO 8601 writes it: `P1D`.
    #[serde(default)]
    pub span: Option<Span>,
    /// The currency, exactly when the metric is money.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// What it means that the number is null or not in the row.
    #[serde(default = "not_yet")]
    pub no_value: AbsentWord,
    /// What it means that the number is -1.
    #[serde(default = "hidden")]
    pub minus_one: AbsentWord,
}

fn gone() -> AbsentWord {
    AbsentWord::Gone
}
fn not_yet() -> AbsentWord {
    AbsentWord::NotYet
}
fn hidden() -> AbsentWord {
    AbsentWord::Hidden
}

/// What a missing number may be declared to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentWord {
    /// Not published yet.
    NotYet,
    /// The owner hides it.
    Hidden,
    /// Below a privacy threshold.
    TooFew,
    /// It does not exist any more.
    Gone,
}

impl From<AbsentWord> for Absence {
    fn from(word: AbsentWord) -> Self {
        match word {
            AbsentWord::NotYet => Self::NotYet,
            AbsentWord::Hidden => Self::Hidden,
            AbsentWord::TooFew => Self::TooFew,
            AbsentWord::Gone => Self::Gone,
        }
    }
}

/// What kind of statement a feed's number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedForm {
    /// The running total.
    Total,
    /// A level.
    Gauge,
    /// What was added within a span.
    Amount,
}

impl FieldConfig {
    /// Whether numbers of this field can become samples.
    pub(super) fn check(&self, has_time: bool) -> Result<(), SourceError> {
        let metric = self.metric.as_str();
        let money = self.metric.unit() == Unit::Money;
        let fault = if self.metric.parts() != [self.metric] {
            Some("a derived metric is worked out, not read")
        } else if self.metric.is_of_deal() {
            Some("a fact of a deal comes from its documents, not from a source")
        } else if money != self.currency.is_some() {
            Some("money needs `currency`, and nothing else has one")
        } else if (self.form == FeedForm::Amount) != self.span.is_some() {
            Some("an amount needs `span`, and nothing else has one")
        } else if self.form == FeedForm::Amount && !has_time {
            Some("an amount needs `time`, the start of its span")
        } else {
            None
        };
        fault.map_or(Ok(()), |why| Err(bad("fields.metric", metric, why)))
    }
}
