//! Campaigns and ad groups of an advertiser at `TikTok`: whether they run, and what they may spend in all.
//!
//! Owns: the two states `active` and `paused`, budgets for the whole time, and which methods a Smart+ campaign takes.
//! Refuses: ads (their ad group is what is paused), budgets by the day (a boost has one budget in all), an ad group's budget
//! where the campaign spreads its own, and deleting, which nobody can take back.
//! Survives: repetition. The state is read first; what is so already is left alone. `TikTok` knows no idempotency key.
//!
//! A campaign says itself whether it is one of Smart+; those are changed by methods of their own with the same
//! bodies. Facts: <https://business-api.tiktok.com/portal/docs?id=1739315828649986> (campaign/get),
//! <https://business-api.tiktok.com/portal/docs?id=1843312888885314> (Smart+).

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::failure::Failure;
use super::webhook::SetState;
use super::{ActionError, Hand};
use crate::domain::action::{ACTIVE, PAUSED, budget_in};
use crate::domain::money::{Currency, Money};
use crate::http::tiktok_business::{AskError, Business, Level, Meaning, meaning, object};

/// What people call it.
const TITLE: &str = "TikTok Ads";

/// How the automation of a campaign is called where it is one of Smart+: `SMART_PLUS`, `UPGRADED_SMART_PLUS`.
const SMART: &str = "SMART_PLUS";

/// A budget for the whole time; others are by the day, or none.
const TOTAL: &str = "BUDGET_MODE_TOTAL";

/// No budget of its own.
const INFINITE: &str = "BUDGET_MODE_INFINITE";

const AN_AD: &str =
    "it is a single ad; give the boost the id of its ad group or campaign as `ref`, such as `adgroup:1714125049901106`";
const BY_THE_DAY: &str = "its budget is by the day, and a boost's budget is what it may spend in all; give it a lifetime \
                          budget in TikTok Ads Manager, or pause it instead";
const NO_BUDGET: &str = "it has no budget of its own; give the boost the ad group or campaign that has one as `ref`";
const SPREAD: &str =
    "its campaign spreads one budget over its ad groups; give the boost the id of the campaign as `ref`";
const OTHER_MONEY: &str = "the advertiser's budgets are in another currency; write the boost's budget in that one";
const ABOVE_IS_OFF: &str =
    "its campaign is paused, so it would not run; start the campaign in TikTok Ads Manager first";

/// The objects of one advertiser.
#[derive(Debug)]
pub struct TiktokAdsHand {
    business: Arc<Business>,
    usual: Level,
    currency: Mutex<Option<Currency>>,
}

/// An object as `TikTok` has it.
#[derive(Debug)]
struct Standing {
    on: bool,
    mode: String,
    budget: Option<Decimal>,
    /// Whether it is changed by the methods of Smart+.
    smart: bool,
    /// A campaign that spreads its budget over its ad groups.
    spreads: bool,
    /// The campaign of an ad group.
    above: String,
}

/// The object a boost names.
struct Named<'a> {
    whole: &'a str,
    level: Level,
    id: &'a str,
}

impl Named<'_> {
    fn garbled(&self, place: &str) -> Failure {
        Failure::Garbled { platform: TITLE, object: self.whole.to_owned(), place: place.to_owned() }
    }

    fn not_ours(&self, why: &'static str) -> Failure {
        Failure::NotOurs { platform: TITLE, object: self.whole.to_owned(), why }
    }

    fn gone(&self) -> Failure {
        Failure::NoSuchObject { platform: TITLE, object: self.whole.to_owned() }
    }
}

impl TiktokAdsHand {
    /// The objects of the advertiser behind `business`; a bare `ref` is on the `usual` level.
    #[must_use]
    pub fn new(business: Arc<Business>, usual: Level) -> Self {
        Self { business, usual, currency: Mutex::default() }
    }

    fn named<'a>(&self, whole: &'a str) -> Result<Named<'a>, Failure> {
        let Some((level, id)) = object(whole, self.usual) else {
            return Err(Failure::NoSuchObject { platform: TITLE, object: whole.to_owned() });
        };
        let named = Named { whole, level, id };
        if level == Level::Ad { Err(named.not_ours(AN_AD)) } else { Ok(named) }
    }

    /// One object by its id.
    async fn look(&self, named: &Named<'_>, level: Level, id: &str, now: Timestamp) -> Result<Standing, Failure> {
        let common = ["operation_status", "budget", "budget_mode", "campaign_id"];
        let own: &[&str] = match level {
            Level::Campaign => &["budget_optimize_on", "campaign_automation_type", "is_smart_performance_campaign"],
            Level::AdGroup | Level::Ad => &["adgroup_id"],
        };
        let fields: Vec<&str> = common.iter().chain(own).copied().collect();
        let (fields, filter) = (json!(fields).to_string(), json!({level.ids(): [id]}).to_string());
        let query = [
            ("advertiser_id", self.business.advertiser()),
            ("filtering", filter.as_str()),
            ("fields", fields.as_str()),
            ("page_size", "10"),
        ];
        let (read, _) = self.business.get(&format!("{}/get/", level.word()), &query, now).await;
        let body = read.map_err(|error| sort(error, named, ""))?;
        let list = body.pointer("/data/list").and_then(Value::as_array).ok_or_else(|| named.garbled("data.list"))?;
        let mine = |row: &&Value| row.get(level.id()).and_then(Value::as_str) == Some(id);
        let row = list.iter().find(mine).ok_or_else(|| named.gone())?;
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let flag = |key: &str| row.get(key).and_then(Value::as_bool).unwrap_or(false);
        let on = match text("operation_status").as_str() {
            "ENABLE" => true,
            "DISABLE" => false,
            "DELETE" => return Err(named.gone()),
            _ => return Err(named.garbled("data.list[0].operation_status")),
        };
        Ok(Standing {
            on,
            mode: text("budget_mode"),
            budget: row.get("budget").and_then(decimal),
            smart: text("campaign_automation_type").contains(SMART) || flag("is_smart_performance_campaign"),
            spreads: flag("budget_optimize_on"),
            above: text("campaign_id"),
        })
    }

    /// The object, and the campaign it is in or is.
    async fn look_up(&self, named: &Named<'_>, now: Timestamp) -> Result<(Standing, Standing), Failure> {
        let own = self.look(named, named.level, named.id, now).await?;
        let campaign = match named.level {
            Level::Campaign => named.id,
            Level::AdGroup | Level::Ad => own.above.as_str(),
        };
        if campaign.is_empty() {
            return Err(named.garbled("data.list[0].campaign_id"));
        }
        let above = self.look(named, Level::Campaign, campaign, now).await?;
        Ok((own, above))
    }

    async fn currency(&self, named: &Named<'_>, now: Timestamp) -> Result<Currency, Failure> {
        let mut known = self.currency.lock().await;
        if let Some(currency) = *known {
            return Ok(currency);
        }
        let (read, _) = self.business.account(now).await;
        let account = read.map_err(|error| sort(error, named, ""))?;
        let currency = account.currency.parse().map_err(|_| named.garbled("data.list[0].currency"))?;
        *known = Some(currency);
        Ok(currency)
    }

    /// The budget in all, and whether it is changed by the methods of Smart+.
    async fn budget(&self, named: &Named<'_>, now: Timestamp) -> Result<(Money, bool), Failure> {
        let (own, above) = self.look_up(named, now).await?;
        if named.level == Level::AdGroup && above.spreads {
            return Err(named.not_ours(SPREAD));
        }
        if own.mode != TOTAL {
            return Err(named.not_ours(if own.mode == INFINITE { NO_BUDGET } else { BY_THE_DAY }));
        }
        let currency = self.currency(named, now).await?;
        let money = own.budget.and_then(|major| Money::from_major(major, currency).ok());
        Ok((money.ok_or_else(|| named.garbled("data.list[0].budget"))?, above.smart))
    }

    async fn set_status(&self, named: &Named<'_>, on: bool, now: Timestamp) -> Result<(), Failure> {
        let (own, above) = self.look_up(named, now).await?;
        if on && named.level == Level::AdGroup && !above.on {
            return Err(named.not_ours(ABOVE_IS_OFF));
        }
        if own.on == on {
            return Ok(());
        }
        let method = method(named.level, above.smart, "status/update/");
        let mut asked = json!({
            "advertiser_id": self.business.advertiser(),
            named.level.ids(): [named.id],
            "operation_status": if on { "ENABLE" } else { "DISABLE" },
        });
        if let (Level::AdGroup, false, Some(asked)) = (named.level, above.smart, asked.as_object_mut()) {
            asked.insert("allow_partial_success".to_owned(), json!(false));
        }
        let (read, _) = self.business.post(&method, &asked.to_string(), now).await;
        done(&read.map_err(|error| sort(error, named, ""))?, named)
    }

    async fn set_budget(&self, named: &Named<'_>, wanted: Money, now: Timestamp) -> Result<(), Failure> {
        let (has, smart) = self.budget(named, now).await?;
        if has.currency != wanted.currency {
            return Err(named.not_ours(OTHER_MONEY));
        }
        if has == wanted {
            return Ok(());
        }
        // Written by hand: the amount is a JSON number in major units, and no double touches it.
        let (advertiser, id, amount) = (self.business.advertiser(), named.id, wanted.to_major());
        let (method, asked) = match named.level {
            Level::Campaign => {
                let asked = format!(r#"{{"advertiser_id":"{advertiser}","campaign_id":"{id}","budget":{amount}}}"#);
                (method(Level::Campaign, smart, "update/"), asked)
            }
            Level::AdGroup | Level::Ad => {
                let one = format!(r#"{{"adgroup_id":"{id}","budget":{amount}}}"#);
                let asked = format!(r#"{{"advertiser_id":"{advertiser}","budget":[{one}]}}"#);
                (method(Level::AdGroup, smart, "budget/update/"), asked)
            }
        };
        let (read, _) = self.business.post(&method, &asked, now).await;
        let hint = "; a budget below TikTok's minimum, or below 105 % of what was spent, is not taken";
        done(&read.map_err(|error| sort(error, named, hint))?, named)
    }
}

/// `campaign/status/update/`, and of Smart+ `smart_plus/campaign/status/update/`.
fn method(level: Level, smart: bool, rest: &str) -> String {
    format!("{}{}/{rest}", if smart { "smart_plus/" } else { "" }, level.word())
}

/// A success may be one for others only: then the object is in a list of errors beside it.
fn done(body: &Value, named: &Named<'_>) -> Result<(), Failure> {
    let errors = body.pointer("/data/error_list").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if errors.is_empty() {
        return Ok(());
    }
    let reason = format!("TikTok accepted it and left `{}` as it was", named.whole);
    Err(Failure::Refused { platform: TITLE, reason })
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::String(text) => text.parse().ok(),
        // It has gone through a double, whose shortest text is what was sent.
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// What it means that there is no data; `hint` says what a wrong question may have been wrong about.
fn sort(error: AskError, named: &Named<'_>, hint: &str) -> Failure {
    match error {
        AskError::Signed(error) => Failure::unanswered(TITLE, named.whole, error),
        AskError::Garbled { place, .. } => named.garbled(&place),
        AskError::Status { status: 429, .. } => Failure::SlowDown { platform: TITLE },
        AskError::Status { status, .. } => match status {
            401 | 403 => Failure::Unauthorized { platform: TITLE, reason: format!("status {status}") },
            500.. => Failure::Broken { platform: TITLE, status },
            _ => Failure::Refused { platform: TITLE, reason: format!("status {status}") },
        },
        AskError::Code { code } => match meaning(code) {
            Meaning::Hurry => Failure::SlowDown { platform: TITLE },
            Meaning::Token | Meaning::Denied => Failure::Unauthorized { platform: TITLE, reason: code.to_string() },
            Meaning::Gone => named.gone(),
            Meaning::Broken => Failure::Broken { platform: TITLE, status: 200 },
            Meaning::Wrong => Failure::Refused { platform: TITLE, reason: format!("code {code}{hint}") },
        },
    }
}

#[async_trait]
impl Hand for TiktokAdsHand {
    /// `active` or `paused`, by the object's own switch (`operation_status`). Whether it delivers is another question: an ad
    /// group may be on in a campaign that is off, or kept back by a review.
    async fn read(&self, object: &str, now: Timestamp) -> Result<String, ActionError> {
        let named = self.named(object)?;
        let standing = self.look(&named, named.level, named.id, now).await?;
        Ok(if standing.on { ACTIVE } else { PAUSED }.to_owned())
    }

    /// The budget of an object that has one for its whole time; of any other the reason, which says what to do about it.
    async fn read_budget(&self, object: &str, now: Timestamp) -> Result<Option<String>, ActionError> {
        let named = self.named(object)?;
        Ok(Some(self.budget(&named, now).await?.0.to_string()))
    }

    async fn set(&self, wanted: &SetState, now: Timestamp) -> Result<(), ActionError> {
        let named = self.named(&wanted.object)?;
        match wanted.desired.as_str() {
            ACTIVE => self.set_status(&named, true, now).await?,
            PAUSED => self.set_status(&named, false, now).await?,
            desired => {
                let Some(money) = budget_in(desired) else {
                    let (object, wanted) = (wanted.object.clone(), desired.to_owned());
                    return Err(Failure::NoSuchState { platform: TITLE, object, wanted }.into());
                };
                self.set_budget(&named, money, now).await?;
            }
        }
        Ok(())
    }
}
