//! The one translation of a report of the Data API. Columns go by their names; every value is text; rows and `rowCount` are
//! left out of a report that is empty.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

use super::super::json::{Field, Garbled};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;

/// Rows a page. The API gives at most 250,000; an answer of 10,000 stays under 4 MiB.
pub(super) const ROWS_MAX: i64 = 10_000;

/// A metric of the report, and what it is to us.
#[derive(Debug, Clone)]
pub(super) struct Count {
    /// `sessions`, `keyEvents:generate_lead`, `purchaseRevenue`.
    pub name: String,
    pub metric: Metric,
}

/// The rules of the property that an answer carries.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub zone: TimeZone,
    pub currency: Option<Currency>,
    /// Rows may be left out because they are about too few people, or are lumped together under `(other)`.
    pub hides_rows: bool,
}

/// What is left of the property's budgets, as far as it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Quota {
    pub consumed: Option<u32>,
    pub day_left: Option<i64>,
    pub hour_left: Option<i64>,
}

/// A page of a report.
#[derive(Debug)]
pub(super) struct Page {
    pub about: About,
    pub rows: Vec<Row>,
    /// How many rows there are in all.
    pub of: i64,
}

/// One row: where its visits came from, and its numbers.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub day: Date,
    pub source: String,
    pub campaign: String,
    pub content: String,
    pub values: BTreeMap<Metric, Result<i64, Garbled>>,
}

/// What a page was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub counts: &'a [Count],
    pub by_link: bool,
    pub days: (Date, Date),
    pub offset: i64,
}

/// The dimensions of a report by link: `utm_source`, `utm_campaign` and `utm_content` of the visit
/// (<https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema>).
const BY_LINK: [&str; 3] = ["sessionSource", "sessionCampaignName", "sessionManualAdContent"];

/// The question. `filter` only where it is by link.
pub(super) fn question(asked: Asked<'_>, filter: Option<&Value>) -> Value {
    let named = |names: &[&str]| names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>();
    let dimensions =
        if asked.by_link { named(&["date", BY_LINK[0], BY_LINK[1], BY_LINK[2]]) } else { named(&["date"]) };
    let metrics: Vec<Value> = asked.counts.iter().map(|count| json!({"name": count.name})).collect();
    let mut body = json!({
        "dateRanges": [{"startDate": asked.days.0.to_string(), "endDate": asked.days.1.to_string()}],
        "dimensions": dimensions,
        "metrics": metrics,
        // A fixed order: pages of a list in no order could leave a row out.
        "orderBys": dimensions.iter().map(|one| json!({"dimension": {"dimensionName": one["name"]}})).collect::<Vec<_>>(),
        "limit": ROWS_MAX.to_string(),
        "offset": asked.offset.to_string(),
        "keepEmptyRows": false,
        "returnPropertyQuota": true,
    });
    if let (Some(filter), Some(body)) = (filter, body.as_object_mut()) {
        body.insert("dimensionFilter".to_owned(), filter.clone());
    }
    body
}

/// The question that only asks for the property's zone.
pub(super) fn zone_question() -> Value {
    json!({
        "dateRanges": [{"startDate": "yesterday", "endDate": "yesterday"}],
        "metrics": [{"name": "sessions"}],
        "limit": "1",
        "returnPropertyQuota": true,
    })
}

/// The filter of these links: by their `utm_content`, or as our own redirector marks them.
pub(super) fn filter(contents: &[&str], sources: &[&str], campaigns: &[&str]) -> Value {
    let list = |name: &str, values: &[&str]| json!({"filter": {"fieldName": name, "inListFilter": {"values": values, "caseSensitive": false}}});
    let content = list(BY_LINK[2], contents);
    if sources.is_empty() {
        return content;
    }
    let ours = json!({"andGroup": {"expressions": [list(BY_LINK[0], sources), list(BY_LINK[1], campaigns)]}});
    json!({"orGroup": {"expressions": [content, ours]}})
}

/// What every report says of its property.
pub(super) fn about(body: &Value) -> Result<About, Garbled> {
    let root = Field::root(body);
    let kind = root.need("kind", "analyticsData#runReport")?;
    if kind.text()? != "analyticsData#runReport" {
        return Err(kind.garbled("analyticsData#runReport"));
    }
    let metadata = root.need("metadata", "the rules of the property")?;
    let zone = metadata.need("timeZone", "the zone of the property")?;
    let rules = TimeZone::get(zone.text()?).map_err(|_| zone.garbled("an IANA time zone"))?;
    let currency = metadata.get("currencyCode")?;
    let currency = currency.map(|code| code.text()?.parse().map_err(|_| code.garbled("a currency"))).transpose()?;
    let mut hides_rows = false;
    for flag in ["subjectToThresholding", "dataLossFromOtherRow"] {
        hides_rows |= metadata.get(flag)?.map(|flag| flag.flag()).transpose()?.unwrap_or(false);
    }
    Ok(About { zone: rules, currency, hides_rows })
}

/// What is left of the budgets; what cannot be read is not known.
pub(super) fn quota(body: &Value) -> Quota {
    let number = |path: &str| {
        let value = body.pointer(path)?;
        Field::at(value, String::new()).count().ok()
    };
    let hours = ["/propertyQuota/tokensPerHour/remaining", "/propertyQuota/tokensPerProjectPerHour/remaining"];
    Quota {
        consumed: number("/propertyQuota/tokensPerDay/consumed").and_then(|tokens| u32::try_from(tokens).ok()),
        day_left: number("/propertyQuota/tokensPerDay/remaining"),
        hour_left: hours.into_iter().filter_map(number).min(),
    }
}

/// The names of columns, and where each is.
fn columns<'a>(root: &Field<'a>, key: &str) -> Result<Vec<&'a str>, Garbled> {
    let mut names = Vec::new();
    for header in root.need(key, "the names of the columns")?.items()? {
        names.push(header.need("name", "the name of a column")?.text()?);
    }
    Ok(names)
}

fn place(names: &[&str], name: &str, path: &str) -> Result<usize, Garbled> {
    let missing = || Garbled { path: path.to_owned(), expected: "a column for all that was asked for" };
    names.iter().position(|other| *other == name).ok_or_else(missing)
}

/// The values of a row under a key.
fn cells<'a>(row: &Field<'a>, key: &str, wanted: usize) -> Result<Vec<Field<'a>>, Garbled> {
    let list = row.need(key, "the values of the row")?;
    let all = list.items()?;
    if all.len() != wanted {
        return Err(list.garbled("a value for each column"));
    }
    all.iter().map(|cell| cell.need("value", "a value as text")).collect()
}

/// A page of rows. A row that does not say what it is about, or is about a day that was not asked for, makes the page
/// unbelievable; a value that is no number spoils itself.
pub(super) fn page(body: &Value, asked: Asked<'_>) -> Result<Page, Garbled> {
    let about = about(body)?;
    let root = Field::root(body);
    let dimensions = columns(&root, "dimensionHeaders")?;
    let metrics = columns(&root, "metricHeaders")?;
    let date = place(&dimensions, "date", "dimensionHeaders")?;
    let links = if asked.by_link {
        let [source, campaign, content] = BY_LINK.map(|name| place(&dimensions, name, "dimensionHeaders"));
        Some([source?, campaign?, content?])
    } else {
        None
    };
    let mut places = Vec::new();
    for count in asked.counts {
        places.push((count, place(&metrics, &count.name, "metricHeaders")?));
    }
    let of = root.get("rowCount")?.map(|field| field.count()).transpose()?;
    let Some(list) = root.get("rows")? else {
        return match of {
            None | Some(0) => Ok(Page { about, rows: Vec::new(), of: 0 }),
            Some(_) => Err(Garbled { path: "rows".to_owned(), expected: "as many rows as the answer counts" }),
        };
    };
    let items = list.items()?;
    let expected = "as many rows as the answer counts";
    let of = of.ok_or(Garbled { path: "rowCount".to_owned(), expected })?;
    let here = std::cmp::min(ROWS_MAX, of.saturating_sub(asked.offset));
    if i64::try_from(items.len()) != Ok(here) {
        return Err(list.garbled(expected));
    }
    let mut rows = Vec::with_capacity(items.len());
    for row in &items {
        let names = cells(row, "dimensionValues", dimensions.len())?;
        let numbers = cells(row, "metricValues", metrics.len())?;
        let word = |place: usize| names.get(place).map_or(Ok(""), Field::text).map(str::to_lowercase);
        let [source, campaign, content] = match links {
            Some([source, campaign, content]) => [word(source)?, word(campaign)?, word(content)?],
            None => [String::new(), String::new(), String::new()],
        };
        let day = names.get(date).ok_or_else(|| row.garbled("a date"))?;
        let values = places.iter().filter_map(|(count, place)| {
            let value = numbers.get(*place)?;
            Some((count.metric, number(value, count.metric, about.currency)))
        });
        rows.push(Row { day: day_of(day, asked.days)?, source, campaign, content, values: values.collect() });
    }
    Ok(Page { about, rows, of })
}

/// `20260814`.
fn day_of(field: &Field<'_>, (from, until): (Date, Date)) -> Result<Date, Garbled> {
    let date = Date::strptime("%Y%m%d", field.text()?).map_err(|_| field.garbled("a date as `20260814`"))?;
    let inside = from <= date && date <= until;
    if inside { Ok(date) } else { Err(field.garbled("a date inside the days that were asked for")) }
}

/// A value. Visits are whole; money is rounded to the minor unit and a share of an event to whole ones, halves to even:
/// credit that is divided comes in fractions.
fn number(field: &Field<'_>, metric: Metric, currency: Option<Currency>) -> Result<i64, Garbled> {
    let wrong = || field.garbled("a number of 0 or more");
    let read: Decimal = field.text()?.parse().map_err(|_| wrong())?;
    let scaled = match metric {
        Metric::Revenue => {
            let currency = currency.ok_or_else(|| field.garbled("an amount whose currency is known"))?;
            read.checked_mul(Decimal::from(10_i64.pow(currency.exponent()))).ok_or_else(wrong)?.round()
        }
        Metric::Sessions => read,
        _ => read.round(),
    };
    // Refunds can make a day's revenue negative; nothing else is ever less than none.
    let fits = scaled.fract().is_zero() && (metric == Metric::Revenue || !scaled.is_sign_negative());
    if fits { scaled.to_i64().ok_or_else(wrong) } else { Err(wrong()) }
}
