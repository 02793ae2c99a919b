//! Campaigns and ad groups of Google Ads: whether they run, and what a campaign may spend in all.
//!
//! Owns: the states `active` and `paused`, and the whole budget of a campaign.
//! Refuses: removing (there is no way back), a budget that several campaigns share (all would be cut with one), and a budget by
//! the day: a boost's budget is what it may spend in all, and turning one into the other would be a guess. Google Ads has
//! budgets in all for campaigns with a total budget and an end date (`CUSTOM_PERIOD`).
//! Survives: repetition. The state is read first; what is so already is left alone.
//!
//! Facts: <https://developers.google.com/google-ads/api/rest/common/mutate>,
//! <https://developers.google.com/google-ads/api/reference/rpc/v26/CampaignBudget>.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::failure::Failure;
use super::webhook::SetState;
use super::{ActionError, Hand};
use crate::domain::action::{ACTIVE, PAUSED, budget_in};
use crate::domain::money::{Currency, Money};
use crate::http::google::{AdsAccount, Meaning, Refusal};

/// What people call it.
const TITLE: &str = "Google Ads";

/// Why a budget by the day is left alone.
const BY_THE_DAY: &str =
    "its budget is by the day, a boost's is in all; give the campaign a total budget in Google Ads";

/// Why a shared budget is left alone.
const SHARED: &str = "other campaigns spend from the same budget and would be cut with it; give it one of its own";

/// The boosts of one customer.
pub struct GoogleAdsBoosts {
    account: Arc<AdsAccount>,
}

impl fmt::Debug for GoogleAdsBoosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GoogleAdsBoosts({:?})", self.account)
    }
}

/// What a boost is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Campaign,
    AdGroup,
}

/// A boost by its number.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    object: &'a str,
    level: Level,
    id: &'a str,
}

impl<'a> Place<'a> {
    /// `123`, `campaigns/123`, `adGroups/456`, with or without `customers/1/` before it.
    fn read(object: &'a str) -> Result<Self, Failure> {
        let parts: Vec<&str> = object.trim().split('/').collect();
        let (level, id) = match parts.as_slice() {
            [id] | ["campaigns", id] | ["customers", _, "campaigns", id] => (Level::Campaign, *id),
            ["adGroups", id] | ["customers", _, "adGroups", id] => (Level::AdGroup, *id),
            _ => (Level::Campaign, ""),
        };
        if (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self { object, level, id })
        } else {
            Err(Failure::NoSuchObject { platform: TITLE, object: object.to_owned() })
        }
    }

    /// Its name in GAQL, in answers, and in addresses.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self.level {
            Level::Campaign => ("campaign", "campaign", "campaigns"),
            Level::AdGroup => ("ad_group", "adGroup", "adGroups"),
        }
    }

    fn garbled(self, place: &str) -> Failure {
        Failure::Garbled { platform: TITLE, object: self.object.to_owned(), place: place.to_owned() }
    }

    fn not_ours(self, why: &'static str) -> Failure {
        Failure::NotOurs { platform: TITLE, object: self.object.to_owned(), why }
    }

    fn text(self, row: &Value, path: &str) -> Result<String, Failure> {
        row.pointer(path).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| self.garbled(path))
    }
}

/// Whether something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Enabled,
    Paused,
    Removed,
}

/// The budget of a campaign.
struct Budget {
    name: String,
    currency: Currency,
    /// In all; `None` where it is by the day.
    total: Option<Money>,
    shared: bool,
}

impl GoogleAdsBoosts {
    /// The boosts of this customer.
    #[must_use]
    pub fn new(account: Arc<AdsAccount>) -> Self {
        Self { account }
    }

    /// The one row about a boost.
    async fn look(&self, place: Place<'_>, fields: &str, now: Timestamp) -> Result<Value, Failure> {
        let (of, field, _) = place.names();
        let query = format!("SELECT {of}.id, {fields} FROM {of} WHERE {of}.id = {}", place.id);
        let (answer, _) = self.account.search(&query, now).await;
        let answer = answer.map_err(|error| Failure::unanswered(TITLE, place.object, error))?;
        if !answer.is_success() {
            return Err(sort(Refusal::of(&answer), place));
        }
        let body: Value = serde_json::from_slice(&answer.body).map_err(|_| place.garbled("the whole body"))?;
        let batches = body.as_array().ok_or_else(|| place.garbled("the whole body"))?;
        if let Some(broken) = batches.iter().find(|batch| batch.get("error").is_some()) {
            return Err(sort(Refusal::read(500, None, broken.to_string().as_bytes()), place));
        }
        let rows = batches.iter().filter_map(|batch| batch.get("results").and_then(Value::as_array)).flatten();
        let about = |row: &&Value| row.pointer(&format!("/{field}/id")).and_then(Value::as_str) == Some(place.id);
        let none = || Failure::NoSuchObject { platform: TITLE, object: place.object.to_owned() };
        rows.into_iter().find(about).cloned().ok_or_else(none)
    }

    async fn status(&self, place: Place<'_>, now: Timestamp) -> Result<Status, Failure> {
        let (of, field, _) = place.names();
        let row = self.look(place, &format!("{of}.status"), now).await?;
        let path = format!("/{field}/status");
        match place.text(&row, &path)?.as_str() {
            "ENABLED" => Ok(Status::Enabled),
            "PAUSED" => Ok(Status::Paused),
            "REMOVED" => Ok(Status::Removed),
            _ => Err(place.garbled(&path)),
        }
    }

    async fn budget(&self, place: Place<'_>, now: Timestamp) -> Result<Budget, Failure> {
        if place.level == Level::AdGroup {
            return Err(place.not_ours("an ad group has no budget of its own; name its campaign as the boost's `ref`"));
        }
        let fields = "customer.currency_code, campaign_budget.resource_name, campaign_budget.period, \
                      campaign_budget.total_amount_micros, campaign_budget.explicitly_shared, \
                      campaign_budget.reference_count";
        let row = self.look(place, fields, now).await?;
        let path = "/customer/currencyCode";
        let currency: Currency = place.text(&row, path)?.parse().map_err(|_| place.garbled(path))?;
        let budget = row.get("campaignBudget").ok_or_else(|| place.garbled("campaignBudget"))?;
        let path = "/campaignBudget/explicitlyShared";
        // A flag that is not set may be left out.
        let flag = budget.get("explicitlyShared").map_or(Some(false), Value::as_bool);
        let several = budget.get("referenceCount").map_or(Some(1), whole).ok_or_else(|| place.garbled(path))?;
        let shared = flag.ok_or_else(|| place.garbled(path))? || 1 < several;
        let total = match (place.text(&row, "/campaignBudget/period")?.as_str(), budget.get("totalAmountMicros")) {
            ("CUSTOM_PERIOD", Some(micros)) => {
                let money = whole(micros).and_then(|micros| of_micros(micros, currency));
                Some(money.ok_or_else(|| place.garbled("/campaignBudget/totalAmountMicros"))?)
            }
            ("CUSTOM_PERIOD", None) => return Err(place.garbled("/campaignBudget/totalAmountMicros")),
            ("DAILY", _) => None,
            _ => return Err(place.garbled("/campaignBudget/period")),
        };
        Ok(Budget { name: place.text(&row, "/campaignBudget/resourceName")?, currency, total, shared })
    }

    /// Sets one field of one resource to one value.
    async fn mutate(
        &self,
        (method, resource, field, mask): (&str, &str, &str, &str),
        value: &Value,
        place: Place<'_>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let update = json!({"resourceName": resource, field: value});
        let body = json!({"operations": [{"update": update, "updateMask": mask}], "partialFailure": false});
        let (answer, _) = self.account.ask(&format!("{method}:mutate"), &body, now).await;
        let answer = answer.map_err(|error| Failure::unanswered(TITLE, place.object, error))?;
        if !answer.is_success() {
            return Err(sort(Refusal::of(&answer), place));
        }
        let body: Value = serde_json::from_slice(&answer.body).map_err(|_| place.garbled("the whole body"))?;
        let path = "/results/0/resourceName";
        if body.pointer(path).and_then(Value::as_str) == Some(resource) { Ok(()) } else { Err(place.garbled(path)) }
    }

    async fn set_budget(&self, place: Place<'_>, wanted: Money, now: Timestamp) -> Result<(), Failure> {
        let budget = self.budget(place, now).await?;
        if budget.shared {
            return Err(shared(place));
        }
        let Some(total) = budget.total else { return Err(place.not_ours(BY_THE_DAY)) };
        if wanted.currency != budget.currency {
            return Err(place.not_ours("the account is in another currency; write the boost's budget in that one"));
        }
        if total == wanted {
            return Ok(());
        }
        let micros = to_micros(wanted).filter(|micros| 0 < *micros);
        let micros = micros.ok_or_else(|| no_such_state(place, &wanted.to_string()))?;
        let what = ("campaignBudgets", budget.name.as_str(), "totalAmountMicros", "total_amount_micros");
        self.mutate(what, &json!(micros.to_string()), place, now).await
    }
}

fn shared(place: Place<'_>) -> Failure {
    Failure::Shared { platform: TITLE, object: place.object.to_owned(), why: SHARED }
}

fn no_such_state(place: Place<'_>, wanted: &str) -> Failure {
    Failure::NoSuchState { platform: TITLE, object: place.object.to_owned(), wanted: wanted.to_owned() }
}

/// A whole number, as text or as a number.
fn whole(value: &Value) -> Option<i64> {
    value.as_str().map_or_else(|| value.as_i64(), |text| text.parse().ok())
}

/// Millionths in one minor unit: 10,000 where there are cents.
fn micros_a_unit(currency: Currency) -> Option<i64> {
    10_i64.checked_pow(6_u32.checked_sub(currency.exponent())?)
}

/// An amount in millionths; `None` where it is finer than the currency.
fn of_micros(micros: i64, currency: Currency) -> Option<Money> {
    let unit = micros_a_unit(currency)?;
    (micros % unit == 0).then(|| Money::new(micros / unit, currency))
}

fn to_micros(money: Money) -> Option<i64> {
    money.minor.checked_mul(micros_a_unit(money.currency)?)
}

fn sort(refusal: Refusal, place: Place<'_>) -> Failure {
    match refusal.meaning {
        Meaning::Quota | Meaning::Rate => Failure::SlowDown { platform: TITLE },
        Meaning::Auth | Meaning::Permission => Failure::Unauthorized { platform: TITLE, reason: refusal.reason },
        Meaning::NotFound => Failure::NoSuchObject { platform: TITLE, object: place.object.to_owned() },
        Meaning::BadRequest => Failure::Refused { platform: TITLE, reason: refusal.shown() },
        Meaning::Transient => Failure::Broken { platform: TITLE, status: refusal.status },
    }
}

#[async_trait]
impl Hand for GoogleAdsBoosts {
    /// `active` or `paused`. What was removed does not run either.
    async fn read(&self, object: &str, now: Timestamp) -> Result<String, ActionError> {
        let status = self.status(Place::read(object)?, now).await?;
        Ok(match status {
            Status::Enabled => ACTIVE,
            Status::Paused | Status::Removed => PAUSED,
        }
        .to_owned())
    }

    /// The budget in all; `None` where the campaign's is by the day.
    async fn read_budget(&self, object: &str, now: Timestamp) -> Result<Option<String>, ActionError> {
        let place = Place::read(object)?;
        let budget = self.budget(place, now).await?;
        if budget.shared {
            return Err(shared(place).into());
        }
        Ok(budget.total.map(|total| total.to_string()))
    }

    async fn set(&self, wanted: &SetState, now: Timestamp) -> Result<(), ActionError> {
        let place = Place::read(&wanted.object)?;
        if let Some(budget) = budget_in(&wanted.desired) {
            return Ok(self.set_budget(place, budget, now).await?);
        }
        let (word, wants) = match wanted.desired.as_str() {
            ACTIVE => ("ENABLED", Status::Enabled),
            PAUSED => ("PAUSED", Status::Paused),
            other => return Err(no_such_state(place, other).into()),
        };
        match (self.status(place, now).await?, wants) {
            (Status::Removed, Status::Enabled) => {
                Err(place.not_ours("it was removed there, for good; make a new one and name it in the boost").into())
            }
            (Status::Removed, _) => Ok(()),
            (has, wants) if has == wants => Ok(()),
            _ => {
                let (_, _, method) = place.names();
                let resource = format!("customers/{}/{method}/{}", self.account.customer, place.id);
                Ok(self.mutate((method, &resource, "status", "status"), &json!(word), place, now).await?)
            }
        }
    }
}
