//! The one translation of report rows into the numbers of a day.
//!
//! Every value is text, some are numbers; `-` and what is not there are absent. Money is in major units, to be read exactly.
//! Fields nobody asked about are not looked at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;

use super::super::json::{Field, Garbled};
use crate::domain::metric::{Metric, Unit};
use crate::domain::money::{Currency, Money};
use crate::http::tiktok_business::Level;

/// A metric of a report, and what it is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub key: &'static str,
    pub metric: Metric,
}

/// What every boost is asked for. Reach is left out: people reached on two days may be the same ones, so days of it cannot
/// be added up. So are plays, likes and comments: those of an advertised post are in the post's own totals.
pub(super) const DELIVERY: [Column; 3] = [
    Column { key: "spend", metric: Metric::Spend },
    Column { key: "impressions", metric: Metric::Impressions },
    Column { key: "clicks", metric: Metric::Clicks },
];

/// What `TikTok` claims for itself. `purchase` and `total_purchase_value` would be those of apps, and read 0 for a web shop.
///
/// Revenue is `total_complete_payment_rate`: in spite of its name the total value of the purchases, in the advertiser's
/// currency and exact to its minor unit. `value_per_complete_payment` × count and spend × `complete_payment_roas` are the same
/// sum after a division that was rounded to two decimals: off by up to half a cent for each order, or by half a hundredth of
/// the spend.
pub(super) const CLAIMS: [Column; 2] = [
    Column { key: "complete_payment", metric: Metric::Orders },
    Column { key: "total_complete_payment_rate", metric: Metric::Revenue },
];

/// What one object did on one day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Day {
    /// By metric; what is not in it was not told.
    pub values: BTreeMap<Metric, i64>,
}

/// What was read of the objects of one level.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// By id and day.
    pub days: BTreeMap<String, BTreeMap<Date, Day>>,
    /// Numbers that stand there and cannot be understood, by id.
    pub faults: BTreeMap<String, BTreeMap<Metric, Garbled>>,
}

/// Adds the rows of a page; answers how many pages there are. A row that does not say whose or when it is makes the page
/// unbelievable: it might be anybody's spend.
pub(super) fn page(
    body: &Value,
    level: Level,
    asked: &BTreeSet<&str>,
    span: (Date, Date),
    columns: &[Column],
    currency: Currency,
    rows: &mut Rows,
) -> Result<i64, Garbled> {
    let root = Field::root(body);
    let data = root.need("data", "the data that was asked for")?;
    let list = data.need("list", "a list of rows")?.items()?;
    let pages = data.need("page_info", "which page it is")?.need("total_page", "a number of pages")?.count()?;
    let mut read = Vec::with_capacity(list.len());
    for row in &list {
        let (id, date) = whose(row, level, asked, span)?;
        read.push((id, date, row.need("metrics", "the metrics that were asked for")?));
    }
    for (id, date, metrics) in read {
        // The same row again, because a page moved while it was read: the later one stands.
        let mut day = Day::default();
        for column in columns {
            match value(&metrics, *column, currency) {
                Ok(Some(value)) => drop(day.values.insert(column.metric, value)),
                Ok(None) => {}
                Err(fault) => {
                    rows.faults.entry(id.clone()).or_default().insert(column.metric, fault);
                }
            }
        }
        rows.days.entry(id).or_default().insert(date, day);
    }
    Ok(pages)
}

fn whose(row: &Field<'_>, level: Level, asked: &BTreeSet<&str>, span: (Date, Date)) -> Result<(String, Date), Garbled> {
    let dimensions = row.need("dimensions", "the dimensions that were asked for")?;
    let id = dimensions.need(level.id(), "an id that was asked for")?;
    let text = match id.value() {
        Value::Number(number) => number.to_string(),
        _ => id.text()?.to_owned(),
    };
    if !asked.contains(text.as_str()) {
        return Err(id.garbled("an id that was asked for"));
    }
    let expected = "a day that was asked for";
    let day = dimensions.need("stat_time_day", expected)?;
    // `2026-08-14` or `2026-08-14 00:00:00`.
    let date = day.text()?.get(..10).and_then(|text| text.parse::<Date>().ok());
    match date.filter(|date| span.0 <= *date && *date <= span.1) {
        Some(date) => Ok((text, date)),
        None => Err(day.garbled(expected)),
    }
}

fn value(metrics: &Field<'_>, column: Column, currency: Currency) -> Result<Option<i64>, Garbled> {
    let Some(field) = metrics.get(column.key)? else {
        return Ok(None);
    };
    if matches!(field.value(), Value::String(text) if text == "-") {
        return Ok(None);
    }
    if column.metric.unit() == Unit::Money { money(&field, currency).map(Some) } else { count(&field).map(Some) }
}

/// A count; `18` and, where the report writes it so, `18.00`.
fn count(field: &Field<'_>) -> Result<i64, Garbled> {
    let expected = "a count of 0 or more";
    let whole = decimal(field).filter(|value| value.fract().is_zero() && !value.is_sign_negative());
    whole.and_then(|value| i64::try_from(value).ok()).ok_or_else(|| field.garbled(expected))
}

/// Money in minor units; finer than that is not understood, and never rounded away.
fn money(field: &Field<'_>, currency: Currency) -> Result<i64, Garbled> {
    let expected = "an amount of money of 0 or more";
    let amount = decimal(field).and_then(|major| Money::from_major(major, currency).ok());
    amount.map(|money| money.minor).filter(|minor| 0 <= *minor).ok_or_else(|| field.garbled(expected))
}

/// The digits as they stand. A JSON number has gone through a double, whose shortest text is what was sent.
fn decimal(field: &Field<'_>) -> Option<Decimal> {
    match field.value() {
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')) => {
            text.parse().ok()
        }
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// Whether an object may have delivered without its numbers having come yet, by id. What is not in the list does not exist
/// any more.
pub(super) fn delivering(body: &Value, level: Level, out: &mut BTreeMap<String, bool>) -> Result<i64, Garbled> {
    let root = Field::root(body);
    let data = root.need("data", "the data that was asked for")?;
    for row in data.need("list", "a list of objects")?.items()? {
        let id = row.need(level.id(), "an id")?.text()?.to_owned();
        let on = row.need("operation_status", "ENABLE or DISABLE")?.text()? == "ENABLE";
        let state = row.get("secondary_status")?.map(|state| state.text()).transpose()?.unwrap_or_default();
        // In their words: switched off here or above, ended, not begun, or kept back by a review.
        let still = ["DISABLE", "DELETE", "TIME_DONE", "NOT_START", "AUDIT", "DENY"];
        out.insert(id, on && !still.iter().any(|word| state.contains(word)));
    }
    data.need("page_info", "which page it is")?.need("total_page", "a number of pages")?.count()
}
