//! The one translation of what `searchStream` answers: a list of batches of rows. Whole numbers are text, conversions and
//! their value are numbers with decimals, money is in millionths.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value;

use super::super::json::{Field, Garbled};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;

/// What a boost is at Google Ads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Campaign,
    AdGroup,
}

impl Level {
    /// Its name in GAQL.
    pub fn resource(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::AdGroup => "ad_group",
        }
    }

    /// Its name in answers.
    fn field(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::AdGroup => "adGroup",
        }
    }
}

/// The rules of a customer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Customer {
    pub zone: TimeZone,
    pub currency: Currency,
}

/// A day of a boost.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub id: &'a str,
    pub day: Date,
    metrics: Field<'a>,
}

/// The rows of every batch. One that is an error instead (a stream that broke off) is answered as it stands.
pub(super) fn results(body: &Value) -> Result<Result<Vec<Field<'_>>, Value>, Garbled> {
    let mut all = Vec::new();
    for batch in Field::root(body).items()? {
        if batch.get("error")?.is_some() {
            return Ok(Err(batch.value().clone()));
        }
        if let Some(results) = batch.get("results")? {
            all.extend(results.items()?);
        }
    }
    Ok(Ok(all))
}

fn id_of<'a>(row: &Field<'a>, level: Level, asked: &[&str]) -> Result<&'a str, Garbled> {
    let id = row.need(level.field(), "what the row is about")?.need("id", "an id that was asked for")?;
    let text = id.text()?;
    if asked.contains(&text) { Ok(text) } else { Err(id.garbled("an id that was asked for")) }
}

/// Which of the asked there are, and the customer's rules (`None` where there is no row to say them).
pub(super) fn standing<'a>(
    rows: &[Field<'a>],
    level: Level,
    asked: &[&str],
) -> Result<(Vec<&'a str>, Option<Customer>), Garbled> {
    let mut ids = Vec::new();
    let mut customer = None;
    for row in rows {
        ids.push(id_of(row, level, asked)?);
        let said = row.need("customer", "the customer")?;
        let zone = said.need("timeZone", "the customer's zone")?;
        let currency = said.need("currencyCode", "the customer's currency")?;
        customer = Some(Customer {
            zone: TimeZone::get(zone.text()?).map_err(|_| zone.garbled("an IANA time zone"))?,
            currency: currency.text()?.parse().map_err(|_| currency.garbled("a currency"))?,
        });
    }
    Ok((ids, customer))
}

/// A row of a report by day.
pub(super) fn day<'a>(
    row: &Field<'a>,
    level: Level,
    asked: &[&str],
    (from, until): (Date, Date),
) -> Result<Row<'a>, Garbled> {
    let id = id_of(row, level, asked)?;
    let date = row.need("segments", "the day")?.need("date", "a date")?;
    let day: Date = date.text()?.parse().map_err(|_| date.garbled("a date"))?;
    if day < from || until < day {
        return Err(date.garbled("a date inside the days that were asked for"));
    }
    Ok(Row { id, day, metrics: row.need("metrics", "the numbers that were asked for")? })
}

impl Row<'_> {
    /// A number of the row. Spend is rounded to the minor unit of the currency, halves to even: Google counts in
    /// millionths. Conversions that are shared among clicks come in fractions and are rounded to whole ones in the same
    /// way, day by day.
    pub fn value(&self, metric: Metric, currency: Currency) -> Result<i64, Garbled> {
        let need = |key: &str| self.metrics.need(key, "a number that was asked for");
        match metric {
            Metric::Spend => {
                let micros = need("costMicros")?;
                let micros = Decimal::from(micros.count()?);
                minor(micros / Decimal::from(1_000_000), currency).ok_or_else(|| self.metrics.garbled("an amount"))
            }
            Metric::Clicks => need("clicks")?.count(),
            Metric::Impressions => need("impressions")?.count(),
            Metric::Revenue => {
                let field = need("conversionsValue")?;
                // Conversions that are taken back make it less than none.
                decimal(&field).and_then(|value| minor(value, currency)).ok_or_else(|| field.garbled("an amount"))
            }
            _ => {
                let field = need("conversions")?;
                let whole = decimal(&field).map(|value| value.round()).filter(|value| !value.is_sign_negative());
                whole.and_then(|value| value.to_i64()).ok_or_else(|| field.garbled("a number of 0 or more"))
            }
        }
    }
}

fn minor(major: Decimal, currency: Currency) -> Option<i64> {
    major.checked_mul(Decimal::from(10_i64.pow(currency.exponent())))?.round().to_i64()
}

fn decimal(field: &Field<'_>) -> Option<Decimal> {
    let Value::Number(number) = field.value() else { return None };
    let text = number.to_string();
    text.parse().or_else(|_| Decimal::from_scientific(&text)).ok()
}
