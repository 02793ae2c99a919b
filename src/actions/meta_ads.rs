//! Boosts of an ad account at Meta: whether one runs, and what it may spend in all.
//!
//! Owns: the two states of a campaign, ad set or ad (`active`, `paused`), its lifetime budget, and what an answer of the
//! platform means for them.
//! Refuses: what belongs to another account; what is archived or deleted (neither has a way back, and neither is ever set
//! from here); a budget that is counted by the day, and one that stands somewhere else; a fifth change of a budget within
//! an hour, before the platform does and blocks the ad set for another.
//! Survives: repetition. The state is read first; what has it already is left alone. There is no key for requests at this
//! platform, so only absolute values are sent.
//!
//! **Status.** `status` is what was set on the object itself, and that is what is read back: `effective_status` also says
//! that a parent is paused (`CAMPAIGN_PAUSED`) or that it waits for review. So a boost that reads `active` delivers nothing
//! while its campaign is paused; resuming it does not resume the campaign, which may hold other people's ads.
//!
//! **Budgets.** A boost's budget is what it may spend in all: `lifetime_budget`. It stands on the ad set, or on the campaign
//! where the campaign shares its budget out, never on an ad. A daily budget is another thing, and Meta does not turn one
//! into the other in place. Amounts travel in the platform's own unit, a hundredth for most currencies and a whole for
//! eleven (`OFFSET_ONE`), which is not always what ISO 4217 says (forint, Taiwan dollar).
//!
//! Facts: <https://developers.facebook.com/docs/marketing-api/reference/ad-campaign>,
//! <https://developers.facebook.com/docs/marketing-api/overview/rate-limiting>,
//! <https://developers.facebook.com/docs/marketing-api/currencies>.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::Value;

use super::failure::Failure;
use super::webhook::SetState;
use super::{ActionError, Hand};
use crate::domain::action::{ACTIVE, PAUSED, budget_in, budget_state};
use crate::domain::money::{Currency, Money};
use crate::http::graph::{self, Fault, Graph, GraphTrouble};
use crate::http::signed::Question;

/// What people call it.
const TITLE: &str = "Meta Ads";

/// Changes of one budget within [`HOUR`]. The platform counts those of other people too, which only it knows.
const CHANGES_MAX: usize = 4;

/// In which they count, and how long a block lasts.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The subcode that says that a budget was changed too often.
const CHANGED_TOO_OFTEN: i64 = 1_487_632;

/// Currencies whose amounts are whole; all others are in hundredths.
const OFFSET_ONE: [&str; 11] = ["CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND"];

const ELSEWHERE: &str =
    "it belongs to another ad account than the one of this source; give the boost the source of its account";
const OVER: &str = "it is archived or deleted, which has no way back";
const DAILY: &str = "its budget is counted by the day, and a boost's budget is what it may spend in all; pause it, or give \
                     it a lifetime budget at the platform";
const NO_BUDGET: &str = "it has no budget of its own: where the campaign shares its budget out it stands on the campaign, \
                         else on each ad set; name that one as the boost's ref";
const CURRENCY: &str = "the account pays in another currency; write the boost's budget in that";
const TOO_FINE: &str = "the amount is finer than the platform counts in this currency; round it to a whole";

/// The boosts of one ad account.
pub struct MetaAds {
    graph: Arc<Graph>,
    account: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    currency: Option<Currency>,
    /// When each budget was changed from here.
    changes: BTreeMap<String, VecDeque<Timestamp>>,
    /// Budgets that the platform blocked.
    blocked: BTreeMap<String, Timestamp>,
}

impl State {
    /// When a budget may be changed again; `None` where it may be now.
    fn closed(&mut self, object: &str, now: Timestamp) -> Option<Timestamp> {
        self.blocked.retain(|_, until| now < *until);
        let hour_ago = now.saturating_sub(HOUR).unwrap_or(Timestamp::MIN);
        self.changes.retain(|_, times| {
            times.retain(|at| hour_ago < *at);
            !times.is_empty()
        });
        let full = self.changes.get(object).filter(|times| CHANGES_MAX <= times.len());
        let again = full.and_then(|times| times.front()).and_then(|first| first.checked_add(HOUR).ok());
        std::cmp::max(again, self.blocked.get(object).copied())
    }
}

impl fmt::Debug for MetaAds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MetaAds({:?})", self.graph)
    }
}

/// What a budget is at the platform, in its own unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Budget {
    Lifetime(i64),
    Daily,
    Elsewhere,
}

impl MetaAds {
    /// The boosts of the account with these digits.
    #[must_use]
    pub fn new(graph: Arc<Graph>, account: &str) -> Self {
        Self { graph, account: account.to_owned(), state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn get(&self, object: &str, fields: &str, now: Timestamp) -> Result<Value, GraphTrouble> {
        let path = self.graph.path(object);
        self.graph.ask(Question::get(&path, &[("fields", fields)]), now).await.document
    }

    /// An object of this account, with more fields.
    async fn look(&self, object: &str, fields: &str, now: Timestamp) -> Result<Value, Failure> {
        if !graph::is_id(object) {
            return Err(Failure::NoSuchObject { platform: TITLE, object: object.to_owned() });
        }
        let fields = format!("id,account_id,{fields}");
        let body = self.get(object, &fields, now).await.map_err(|trouble| Failure::of_graph(TITLE, object, trouble))?;
        if text(&body, "id", object)? != object {
            return Err(garbled(object, "id"));
        }
        if text(&body, "account_id", object)? != self.account {
            return Err(not_ours(object, ELSEWHERE));
        }
        Ok(body)
    }

    async fn status(&self, object: &str, now: Timestamp) -> Result<String, Failure> {
        let body = self.look(object, "status,effective_status", now).await?;
        Ok(match text(&body, "status", object)? {
            "ACTIVE" => ACTIVE.to_owned(),
            "PAUSED" => PAUSED.to_owned(),
            "ARCHIVED" => "archived".to_owned(),
            "DELETED" => "deleted".to_owned(),
            _ => return Err(garbled(object, "status")),
        })
    }

    /// The currency of the account; it never changes, so it is asked for once.
    async fn currency(&self, now: Timestamp) -> Result<Currency, Failure> {
        if let Some(currency) = self.lock().currency {
            return Ok(currency);
        }
        let account = format!("act_{}", self.account);
        let body = self.get(&account, "account_id,currency", now).await;
        let body = body.map_err(|trouble| Failure::of_graph(TITLE, &account, trouble))?;
        let currency = text(&body, "currency", &account)?.parse().map_err(|_| garbled(&account, "currency"))?;
        self.lock().currency = Some(currency);
        Ok(currency)
    }

    async fn budget(&self, object: &str, now: Timestamp) -> Result<Budget, Failure> {
        let body = match self.look(object, "lifetime_budget,daily_budget", now).await {
            Ok(body) => body,
            // An ad does not know the fields. That it is there, and ours, is asked without them.
            Err(Failure::Refused { .. }) => {
                self.look(object, "status", now).await?;
                return Ok(Budget::Elsewhere);
            }
            Err(failure) => return Err(failure),
        };
        let (lifetime, daily) = (units(&body, "lifetime_budget", object)?, units(&body, "daily_budget", object)?);
        Ok(match (lifetime, daily) {
            (0, 0) => Budget::Elsewhere,
            (0, _) => Budget::Daily,
            (lifetime, _) => Budget::Lifetime(lifetime),
        })
    }

    /// The lifetime budget, or why there is none to set.
    async fn lifetime(&self, object: &str, now: Timestamp) -> Result<(i64, Currency), Failure> {
        match self.budget(object, now).await? {
            Budget::Lifetime(units) => Ok((units, self.currency(now).await?)),
            Budget::Daily => Err(not_ours(object, DAILY)),
            Budget::Elsewhere => Err(not_ours(object, NO_BUDGET)),
        }
    }

    async fn set_status(&self, wanted: &SetState, word: &str, now: Timestamp) -> Result<(), Failure> {
        let object = wanted.object.as_str();
        match self.status(object, now).await?.as_str() {
            state if state == wanted.desired => Ok(()),
            ACTIVE | PAUSED => self.post(object, "status", word, now).await.map_err(|(failure, _)| failure),
            _ => Err(not_ours(object, OVER)),
        }
    }

    async fn set_budget(&self, object: &str, amount: Money, now: Timestamp) -> Result<(), Failure> {
        let (stands, currency) = self.lifetime(object, now).await?;
        if amount.currency != currency {
            return Err(not_ours(object, CURRENCY));
        }
        let Some(units) = to_units(amount) else { return Err(not_ours(object, TOO_FINE)) };
        if units <= 0 {
            let wanted = budget_state(amount);
            return Err(Failure::NoSuchState { platform: TITLE, object: object.to_owned(), wanted });
        }
        if units == stands {
            return Ok(());
        }
        {
            let mut state = self.lock();
            if let Some(until) = state.closed(object, now) {
                return Err(Failure::TooOften { platform: TITLE, object: object.to_owned(), until });
            }
            // Counted before it is sent: of one whose answer is lost nobody knows.
            state.changes.entry(object.to_owned()).or_default().push_back(now);
        }
        match self.post(object, "lifetime_budget", &units.to_string(), now).await {
            Ok(()) => Ok(()),
            Err((failure, subcode)) if subcode == Some(CHANGED_TOO_OFTEN) => {
                let until = now.saturating_add(HOUR).unwrap_or(Timestamp::MAX);
                self.lock().blocked.insert(object.to_owned(), until);
                tracing::warn!(object, error = %failure, "the platform blocks changes of a budget for an hour");
                Err(Failure::TooOften { platform: TITLE, object: object.to_owned(), until })
            }
            Err((failure, _)) => Err(failure),
        }
    }

    /// Sets one field to a value. Answers the subcode beside a failure.
    async fn post(&self, object: &str, field: &str, value: &str, now: Timestamp) -> Result<(), (Failure, Option<i64>)> {
        let path = self.graph.path(object);
        let form = [(field.to_owned(), value.to_owned())];
        let asked = self.graph.ask(Question::post_form(&path, &form), now).await;
        match asked.document {
            Ok(body) if body.get("success") == Some(&Value::Bool(true)) => Ok(()),
            Ok(_) => Err((garbled(object, "success"), None)),
            Err(trouble) => {
                let subcode = match &trouble {
                    GraphTrouble::Said(error) if error.fault == Fault::Throttled => error.subcode,
                    _ => None,
                };
                Err((Failure::of_graph(TITLE, object, trouble), subcode))
            }
        }
    }
}

#[async_trait]
impl Hand for MetaAds {
    /// `active` or `paused` as it is set on the object itself; `archived` and `deleted` are told and never set.
    async fn read(&self, object: &str, now: Timestamp) -> Result<String, ActionError> {
        Ok(self.status(object, now).await?)
    }

    /// The lifetime budget. Where there is none, the failure says where to look for it.
    async fn read_budget(&self, object: &str, now: Timestamp) -> Result<Option<String>, ActionError> {
        let (units, currency) = self.lifetime(object, now).await?;
        let amount = of_units(units, currency).ok_or_else(|| garbled(object, "lifetime_budget"))?;
        Ok(Some(amount.to_string()))
    }

    async fn set(&self, wanted: &SetState, now: Timestamp) -> Result<(), ActionError> {
        let done = match (wanted.desired.as_str(), budget_in(&wanted.desired)) {
            (ACTIVE, _) => self.set_status(wanted, "ACTIVE", now).await,
            (PAUSED, _) => self.set_status(wanted, "PAUSED", now).await,
            (_, Some(amount)) => self.set_budget(&wanted.object, amount, now).await,
            (_, None) => Err(Failure::NoSuchState {
                platform: TITLE,
                object: wanted.object.clone(),
                wanted: wanted.desired.clone(),
            }),
        };
        Ok(done?)
    }
}

fn garbled(object: &str, place: &str) -> Failure {
    Failure::Garbled { platform: TITLE, object: object.to_owned(), place: place.to_owned() }
}

fn not_ours(object: &str, why: &'static str) -> Failure {
    Failure::NotOurs { platform: TITLE, object: object.to_owned(), why }
}

fn text<'a>(body: &'a Value, key: &str, object: &str) -> Result<&'a str, Failure> {
    body.get(key).and_then(Value::as_str).ok_or_else(|| garbled(object, key))
}

/// A budget in the platform's unit; 0 where it is not set, which is also how the platform may write that.
fn units(body: &Value, key: &str, object: &str) -> Result<i64, Failure> {
    let read = match body.get(key) {
        None | Some(Value::Null) => Some(0),
        Some(Value::String(text)) => text.parse().ok(),
        Some(Value::Number(number)) => number.as_i64(),
        Some(_) => None,
    };
    read.filter(|units| 0 <= *units).ok_or_else(|| garbled(object, key))
}

/// Units of the platform in one whole of a currency.
fn offset(currency: Currency) -> i64 {
    if OFFSET_ONE.contains(&currency.code()) { 1 } else { 100 }
}

fn to_units(amount: Money) -> Option<i64> {
    let units = amount.to_major().checked_mul(Decimal::from(offset(amount.currency)))?;
    if units.fract().is_zero() { i64::try_from(units).ok() } else { None }
}

fn of_units(units: i64, currency: Currency) -> Option<Money> {
    let major = Decimal::from(units).checked_div(Decimal::from(offset(currency)))?;
    Money::from_major(major, currency).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_unit_is_its_own() {
        for (money, units) in [
            ("20.00 USD", Some(2_000)),
            ("5000 JPY", Some(5_000)),
            ("5000.00 HUF", Some(5_000)),
            ("5000.50 HUF", None),
            ("900.00 TWD", Some(900)),
            ("12.340 BHD", Some(1_234)),
            ("12.345 BHD", None),
        ] {
            let amount: Money = money.parse().expect("money");
            assert_eq!(to_units(amount), units, "{money}");
            if let Some(units) = units {
                assert_eq!(of_units(units, amount.currency), Some(amount), "{money}");
            }
        }
    }

    #[test]
    fn the_fifth_change_within_an_hour_waits_for_the_first_to_pass() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).expect("an instant");
        let mut state = State::default();
        for (minute, want) in
            [(0, None), (10, None), (20, None), (30, None), (40, Some(at(60))), (59, Some(at(60))), (60, None)]
        {
            assert_eq!(state.closed("7", at(minute)), want, "minute {minute}");
            if want.is_none() {
                state.changes.entry("7".to_owned()).or_default().push_back(at(minute));
            }
        }
        assert_eq!(state.closed("8", at(40)), None, "each budget has its own");
        state.blocked.insert("8".to_owned(), at(100));
        assert_eq!((state.closed("8", at(99)), state.closed("8", at(100))), (Some(at(100)), None));
    }
}
