//! One row of insights: an object, a day of its account, and what the platform counted.
//!
//! Owns: which of several action types that name one purchase is counted, and by which attribution windows.
//! Refuses: filling in. A number that a row does not name is not 0; what is made of that is the caller's affair.
//!
//! **Purchases.** One purchase stands under five to eight action types (`omni_purchase`, `purchase`, `onsite_web_purchase`,
//! `offsite_conversion.fb_pixel_purchase` …). They are never added up: the first of `PURCHASES` that a row names is
//! counted, and its value is that of the same type.
//!
//! **Windows.** Reports are asked for with explicit windows. An action then carries a count for each window that has any,
//! and those are added: a purchase is credited to a click or to a view, not to both. `value` alone follows the setting of
//! each ad set, and is left out where several with different settings are in one row; it is used only where the action
//! names no window at all.

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use super::super::json::{Field, Garbled};
use super::level::Level;
use crate::domain::money::{Currency, Money};

/// What a purchase may be called, in the order of trust: everything that is known of, then narrower ones.
/// <https://developers.facebook.com/docs/marketing-api/reference/ads-action-stats/>.
const PURCHASES: [&str; 4] =
    ["omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase", "onsite_web_purchase"];

/// A video that played for 3 seconds, or whole where it is shorter.
const VIDEO_VIEW: &str = "video_view";

/// What is read of a row beside the object's id.
pub(super) const FIELDS: &str =
    "account_currency,date_start,date_stop,impressions,reach,spend,inline_link_clicks,actions,action_values";

/// A number that a row names, or does not.
pub(super) type Told = Result<Option<i64>, Garbled>;

/// What one object did on one day.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The object.
    pub id: String,
    /// The objects that it is a part of.
    pub parents: Vec<String>,
    /// The first day, in the account's zone; the only one where a row is a day.
    pub from: Date,
    /// The last.
    pub until: Date,
    /// Times it was shown.
    pub impressions: Told,
    /// People who saw it.
    pub reach: Told,
    /// Clicks that lead away to what is advertised.
    pub clicks: Told,
    /// Minor units of the account's currency.
    pub spend: Told,
    /// Videos played.
    pub views: Told,
    /// Purchases; `None` where no action type of the row is one.
    pub orders: Told,
    /// Their value in minor units; `None` where the row does not say it.
    pub revenue: Told,
}

/// How rows are read.
#[derive(Debug, Clone)]
pub(super) struct Reading<'a> {
    /// What the objects are.
    pub level: Level,
    /// What the account pays in.
    pub currency: Currency,
    /// Windows that count.
    pub windows: &'a [String],
}

impl Reading<'_> {
    /// The rows of a page. A row whose object or day cannot be read makes the page unbelievable; a fault elsewhere spoils
    /// its own number.
    pub fn rows(&self, body: &Value) -> Result<Vec<Row>, Garbled> {
        let data = Field::root(body).need("data", "a list")?;
        data.items()?.iter().map(|row| self.row(row)).collect()
    }

    fn row(&self, row: &Field<'_>) -> Result<Row, Garbled> {
        let id = id_of(row, self.level.id_field())?;
        let parents = self.level.parents().iter().map(|field| id_of(row, field)).collect::<Result<_, _>>()?;
        let currency = match row.get("account_currency")? {
            Some(field) if field.text()? != self.currency.code() => Err(field.garbled("the currency of the account")),
            _ => Ok(()),
        };
        let actions = Actions::of(row, "actions");
        let values = Actions::of(row, "action_values");
        let purchase = actions.as_ref().map(|actions| actions.first(&PURCHASES)).map_err(Clone::clone);
        let orders = match &purchase {
            Ok(Some(action)) => self.windowed(action).and_then(|sum| whole(action, sum)).map(Some),
            Ok(None) => Ok(None),
            Err(garbled) => Err(garbled.clone()),
        };
        let revenue = currency.clone().and_then(|()| self.revenue(&purchase, &values));
        let views = match actions.as_ref().map(|actions| actions.first(&[VIDEO_VIEW])) {
            Ok(Some(action)) => action.get("value").and_then(|value| value.map(|value| value.count()).transpose()),
            Ok(None) => Ok(None),
            Err(garbled) => Err(garbled.clone()),
        };
        let count = |key: &str| row.get(key)?.map(|field| field.count()).transpose();
        Ok(Row {
            id,
            parents,
            from: day_of(row, "date_start")?,
            until: day_of(row, "date_stop")?,
            impressions: count("impressions"),
            reach: count("reach"),
            clicks: count("inline_link_clicks"),
            spend: currency.and_then(|()| self.spend(row)),
            views,
            orders,
            revenue,
        })
    }

    fn spend(&self, row: &Field<'_>) -> Told {
        let Some(field) = row.get("spend")? else { return Ok(None) };
        let major = decimal(&field)?;
        let money = Money::from_major(major, self.currency).map_err(|_| field.garbled("an amount of the currency"))?;
        Ok(Some(money.minor))
    }

    /// The value of the action type that is counted. Shops report values with more decimals than money has: rounded once.
    fn revenue(&self, purchase: &Result<Option<Field<'_>>, Garbled>, values: &Result<Actions<'_>, Garbled>) -> Told {
        let Some(action) = purchase.clone()? else { return Ok(None) };
        let kind = action.need("action_type", "text")?;
        let kind = kind.text()?;
        let Some(value) = values.clone()?.first(&[kind]) else { return Ok(None) };
        let major = self.windowed(&value)?;
        let places = self.currency.exponent();
        let rounded = major.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
        let money =
            Money::from_major(rounded, self.currency).map_err(|_| value.garbled("an amount that can be kept"))?;
        Ok(Some(money.minor))
    }

    /// The sum over the windows that count; `value` where the action names no window.
    fn windowed(&self, action: &Field<'_>) -> Result<Decimal, Garbled> {
        let mut sum: Option<Decimal> = None;
        for window in self.windows {
            // A window that counted nothing is left out; one that is there and says nothing is no 0.
            if action.value().get(window).is_some() {
                let field = action.need(window, "a number")?;
                sum = Some(sum.unwrap_or_default().saturating_add(decimal(&field)?));
            }
        }
        match sum {
            Some(sum) => Ok(sum),
            None if has_windows(action) => Ok(Decimal::ZERO),
            None => decimal(&action.need("value", "a number")?),
        }
    }
}

/// Whether any row of a page has a purchase.
pub(super) fn has_purchases(body: &Value) -> Result<bool, Garbled> {
    for row in Field::root(body).need("data", "a list")?.items()? {
        if let Some(action) = Actions::of(&row, "actions")?.first(&PURCHASES) {
            // One counted by other windows than ours shows as well that purchases are counted.
            if has_windows(&action) || !decimal(&action.need("value", "a number")?)?.is_zero() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether an action is told by windows, if by others than those that count.
fn has_windows(action: &Field<'_>) -> bool {
    let window = |key: &String| key.ends_with("_click") || key.ends_with("_view") || key.ends_with("_ev");
    action.value().as_object().is_some_and(|members| members.keys().any(window))
}

/// The actions of a row; none where the list is left out.
#[derive(Debug, Clone)]
struct Actions<'a>(Vec<(&'a str, Field<'a>)>);

impl<'a> Actions<'a> {
    fn of(row: &Field<'a>, key: &str) -> Result<Self, Garbled> {
        let Some(list) = row.get(key)? else { return Ok(Self(Vec::new())) };
        let one = |field: Field<'a>| Ok((field.need("action_type", "text")?.text()?, field));
        list.items()?.into_iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    /// The first of these that there is.
    fn first(&self, kinds: &[&str]) -> Option<Field<'a>> {
        let of = |kind: &&str| self.0.iter().find(|(name, _)| name == kind).map(|(_, field)| field.clone());
        kinds.iter().find_map(of)
    }
}

fn whole(field: &Field<'_>, sum: Decimal) -> Result<i64, Garbled> {
    let sum = Some(sum).filter(|sum| sum.fract().is_zero() && !sum.is_sign_negative());
    sum.and_then(|sum| i64::try_from(sum).ok()).ok_or_else(|| field.garbled("a count of 0 or more"))
}

fn id_of(row: &Field<'_>, key: &str) -> Result<String, Garbled> {
    let field = row.need(key, "an id")?;
    Some(field.text()?)
        .filter(|id| crate::http::graph::is_id(id))
        .map(str::to_owned)
        .ok_or_else(|| field.garbled("an id"))
}

fn day_of(row: &Field<'_>, key: &str) -> Result<Date, Garbled> {
    let field = row.need(key, "a date")?;
    field.text()?.parse().map_err(|_| field.garbled("a date like 2026-03-01"))
}

/// A decimal, written as text or as a number, and never by way of a float. Not negative: a refund changes the day it is of.
fn decimal(field: &Field<'_>) -> Result<Decimal, Garbled> {
    let read = match field.value() {
        Value::String(text) if !text.starts_with('+') => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    };
    read.filter(|amount: &Decimal| !amount.is_sign_negative() || amount.is_zero())
        .ok_or_else(|| field.garbled("an amount of 0 or more"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(mut row: Value, currency: &str) -> Row {
        let windows = ["7d_click", "1d_view"].map(str::to_owned);
        let currency = currency.parse().expect("a currency");
        for (key, value) in [("campaign_id", "7"), ("date_start", "2026-03-01"), ("date_stop", "2026-03-01")] {
            row[key] = json!(value);
        }
        let reading = Reading { level: Level::Campaign, currency, windows: &windows };
        reading.rows(&json!({"data": [row]})).expect("a page").pop().expect("a row")
    }

    #[track_caller]
    fn check(actions: &Value, values: &Value, orders: Result<Option<i64>, &str>, revenue: Result<Option<i64>, &str>) {
        let row = read(json!({"actions": actions, "action_values": values}), "EUR");
        let told = |told: Told| told.map_err(|garbled| garbled.path);
        assert_eq!(told(row.orders), orders.map_err(str::to_owned), "{actions}");
        assert_eq!(told(row.revenue), revenue.map_err(str::to_owned), "{actions} {values}");
    }

    fn all(of: &str, value: &str) -> Value {
        json!({"action_type": of, "value": value})
    }

    #[test]
    fn a_purchase_under_many_names_is_one_purchase() {
        let kinds = ["onsite_web_purchase", "offsite_conversion.fb_pixel_purchase", "purchase", "omni_purchase"];
        let counts = ["58", "59", "60", "61"];
        let actions = |of: usize| kinds.iter().zip(counts).take(of).map(|(kind, n)| all(kind, n)).collect::<Value>();
        for (of, want) in [(4, 61), (3, 60), (2, 59), (1, 58)] {
            check(&actions(of), &json!([]), Ok(Some(want)), Ok(None));
        }
        check(&json!([all("link_click", "9"), all("add_to_cart", "3")]), &json!([]), Ok(None), Ok(None));
        check(&Value::Null, &Value::Null, Ok(None), Ok(None));
    }

    #[test]
    fn the_value_is_that_of_the_type_that_is_counted() {
        let actions = json!([all("purchase", "2"), all("omni_purchase", "3")]);
        check(&actions, &json!([all("purchase", "9.00"), all("omni_purchase", "31.20")]), Ok(Some(3)), Ok(Some(3120)));
        check(&actions, &json!([all("purchase", "9.00")]), Ok(Some(3)), Ok(None));
        check(&actions, &json!([all("omni_purchase", "31.204999999")]), Ok(Some(3)), Ok(Some(3120)));
        check(&actions, &json!([all("omni_purchase", "-1")]), Ok(Some(3)), Err("data[0].action_values[0].value"));
    }

    #[test]
    fn windows_that_count_are_added_and_others_are_not() {
        let with = |windows: &Value| {
            let mut action = json!({"action_type": "omni_purchase", "value": "9"});
            for (key, value) in windows.as_object().expect("an object") {
                action[key.as_str()] = value.clone();
            }
            json!([action])
        };
        check(&with(&json!({"7d_click": "4", "1d_view": "2", "28d_click": "8"})), &json!([]), Ok(Some(6)), Ok(None));
        check(&with(&json!({"7d_click": "4"})), &json!([]), Ok(Some(4)), Ok(None));
        check(&with(&json!({"28d_click": "8"})), &json!([]), Ok(Some(0)), Ok(None));
        check(&with(&json!({})), &json!([]), Ok(Some(9)), Ok(None));
        let none = json!([{"action_type": "omni_purchase"}]);
        check(&none, &json!([]), Err("data[0].actions[0].value"), Ok(None));
        check(&with(&json!({"7d_click": "1.5"})), &json!([]), Err("data[0].actions[0]"), Ok(None));
        check(
            &json!([{"value": "1"}]),
            &json!([]),
            Err("data[0].actions[0].action_type"),
            Err("data[0].actions[0].action_type"),
        );
    }

    #[test]
    fn spend_is_exact_in_the_currency_of_the_account() {
        for (spend, currency, want) in [
            (json!("533.95"), "USD", Ok(Some(53_395))),
            (json!(0.0), "USD", Ok(Some(0))),
            (json!("5339"), "JPY", Ok(Some(5_339))),
            (json!("5339"), "HUF", Ok(Some(533_900))),
            (Value::Null, "USD", Ok(None)),
            (json!("533.955"), "USD", Err("data[0].spend")),
            (json!("-1"), "USD", Err("data[0].spend")),
            (json!("x1"), "USD", Err("data[0].spend")),
            (json!(true), "USD", Err("data[0].spend")),
        ] {
            let row = read(json!({"spend": spend, "account_currency": currency}), currency);
            assert_eq!(row.spend.map_err(|garbled| garbled.path), want.map_err(str::to_owned), "{spend}");
        }
        let other = read(json!({"spend": "1.00", "impressions": "5", "account_currency": "EUR"}), "USD");
        assert_eq!(other.spend.map_err(|garbled| garbled.path), Err("data[0].account_currency".to_owned()));
        assert_eq!(other.impressions, Ok(Some(5)));
    }
}
