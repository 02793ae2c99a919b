//! `runReport` of the Data API v1beta: dates, the dimensions of links, filters by list, pages, tokens and thresholds.
//!
//! Every value is text. A report that is empty has neither `rows` nor `rowCount`. The words of the 429 answer are unverified.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::world::{Property, Visit};
use super::{Call, Inner, Said, refuse};

const DIMENSIONS: [&str; 4] = ["date", "sessionSource", "sessionCampaignName", "sessionManualAdContent"];

/// Rows that are asked for at most.
const LIMIT_MAX: usize = 250_000;

fn invalid(message: &str) -> Said {
    refuse(400, "INVALID_ARGUMENT", message)
}

fn names<'a>(body: &'a Value, key: &str) -> Vec<&'a str> {
    let list = body.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|one| one.get("name").and_then(Value::as_str)).collect()
}

fn dimension(visit: &Visit, name: &str) -> String {
    match name {
        "date" => visit.date.strftime("%Y%m%d").to_string(),
        "sessionSource" => visit.source.clone(),
        "sessionCampaignName" => visit.campaign.clone(),
        _ => visit.content.clone(),
    }
}

fn metric(visit: &Visit, name: &str) -> Decimal {
    let text = match name {
        "sessions" => return visit.sessions.into(),
        "ecommercePurchases" => return visit.purchases.into(),
        "purchaseRevenue" => visit.revenue.as_str(),
        _ => name.strip_prefix("keyEvents:").and_then(|event| visit.events.get(event)).map_or("0", String::as_str),
    };
    text.parse().unwrap_or_default()
}

/// Whether a visit passes a filter; `None` for a filter that is not understood.
fn passes(filter: &Value, visit: &Visit) -> Option<bool> {
    let all = |group: &Value| -> Option<Vec<bool>> {
        group.get("expressions")?.as_array()?.iter().map(|one| passes(one, visit)).collect()
    };
    if let Some(group) = filter.get("orGroup") {
        return Some(all(group)?.contains(&true));
    }
    if let Some(group) = filter.get("andGroup") {
        return Some(!all(group)?.contains(&false));
    }
    let filter = filter.get("filter")?;
    let name = filter.get("fieldName")?.as_str().filter(|name| DIMENSIONS.contains(name))?;
    let list = filter.get("inListFilter")?;
    let sensitive = list.get("caseSensitive").and_then(Value::as_bool).unwrap_or(false);
    let fold = |text: &str| if sensitive { text.to_owned() } else { text.to_lowercase() };
    let given = fold(&dimension(visit, name));
    let mut values = list.get("values")?.as_array()?.iter().filter_map(Value::as_str);
    Some(values.any(|value| fold(value) == given))
}

/// `2026-03-01`, `today`, `yesterday`, `7daysAgo`.
fn date(given: Option<&Value>, today: Date) -> Option<Date> {
    let given = given?.as_str()?;
    let ago = match given {
        "today" => 0,
        "yesterday" => 1,
        _ => match given.strip_suffix("daysAgo") {
            Some(days) => days.parse().ok()?,
            None => return given.parse().ok(),
        },
    };
    today.checked_sub(i64::days(ago)).ok()
}

impl Inner {
    pub(super) fn ga4(&self, call: &Call<'_>) -> Said {
        let id = call.path.strip_prefix("/v1beta/properties/").and_then(|rest| rest.strip_suffix(":runReport"));
        let (Some(id), "POST") = (id, call.method.as_str()) else { return Said(404, json!("Not Found")) };
        let Some(accounts) = self.accounts(call.headers, call.now) else {
            return refuse(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
        };
        let things = self.world.lock();
        let property = things.properties.get(id).filter(|_| accounts.iter().any(|account| account == id));
        let Some(property) = property else {
            return refuse(403, "PERMISSION_DENIED", "User does not have sufficient permissions for this property.");
        };
        let cost = self.config.tokens_a_report;
        let hour = self.spend("ga4.hour", cost, self.config.tokens.1, 3600, call.now);
        let day = hour.and_then(|_| self.spend("ga4.day", cost, self.config.tokens.0, 86_400, call.now));
        let (Some((_, hour)), Some((_, day))) = (hour, day) else {
            return refuse(429, "RESOURCE_EXHAUSTED", "Exhausted property tokens.");
        };
        match report(property, call.body, call.now) {
            Ok(mut body) => {
                let quota = json!({
                    "tokensPerDay": {"consumed": cost, "remaining": day},
                    "tokensPerHour": {"consumed": cost, "remaining": hour},
                    "tokensPerProjectPerHour": {"consumed": cost, "remaining": hour},
                    "concurrentRequests": {"remaining": 10},
                });
                let wanted = call.body.get("returnPropertyQuota").and_then(Value::as_bool) == Some(true);
                if let (true, Some(members)) = (wanted, body.as_object_mut()) {
                    members.insert("propertyQuota".to_owned(), quota);
                }
                Said(200, body)
            }
            Err(said) => said,
        }
    }
}

fn report(property: &Property, body: &Value, now: Timestamp) -> Result<Value, Said> {
    let zone = TimeZone::get(&property.zone).unwrap_or(TimeZone::UTC);
    let today = now.to_zoned(zone).date();
    let range = |key: &str| date(body.pointer(&format!("/dateRanges/0/{key}")), today);
    let (Some(from), Some(until)) = (range("startDate"), range("endDate")) else {
        return Err(invalid("The dateRanges are not valid."));
    };
    let (dimensions, metrics) = (names(body, "dimensions"), names(body, "metrics"));
    let known = |name: &&str| {
        ["sessions", "ecommercePurchases", "purchaseRevenue"].contains(name)
            || name.strip_prefix("keyEvents:").is_some_and(|event| property.key_events.iter().any(|one| one == event))
    };
    if let Some(unknown) = metrics.iter().find(|name| !known(name)) {
        return Err(invalid(&format!("Field {unknown} is not a valid metric.")));
    }
    if let Some(unknown) = dimensions.iter().find(|name| !DIMENSIONS.contains(name)) {
        return Err(invalid(&format!("Field {unknown} is not a valid dimension.")));
    }
    let number = |key: &str, other: usize| match body.get(key) {
        None => Ok(other),
        // int64 travels as text.
        Some(value) => value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| invalid(key)),
    };
    let (limit, offset) = (number("limit", 10_000)?, number("offset", 0)?);
    if LIMIT_MAX < limit {
        return Err(invalid("limit"));
    }
    let mut sums: BTreeMap<Vec<String>, (i64, Vec<Decimal>)> = BTreeMap::new();
    for visit in property.visits.iter().filter(|visit| from <= visit.date && visit.date <= until) {
        let inside = body.get("dimensionFilter").map_or(Some(true), |filter| passes(filter, visit));
        if !inside.ok_or_else(|| invalid("dimensionFilter"))? {
            continue;
        }
        let key: Vec<String> = dimensions.iter().map(|name| dimension(visit, name)).collect();
        let sum = sums.entry(key).or_insert_with(|| (0, vec![Decimal::ZERO; metrics.len()]));
        sum.0 += visit.sessions;
        for (sum, name) in sum.1.iter_mut().zip(&metrics) {
            *sum += metric(visit, name);
        }
    }
    let before = sums.len();
    // Thresholds are about small groups; a report by day alone has none.
    sums.retain(|_, (sessions, _)| dimensions.len() < 2 || property.threshold <= *sessions);
    Ok(written(property, (&dimensions, &metrics), &sums, before != sums.len(), (offset, limit)))
}

fn written(
    property: &Property,
    (dimensions, metrics): (&[&str], &[&str]),
    sums: &BTreeMap<Vec<String>, (i64, Vec<Decimal>)>,
    hidden: bool,
    (offset, limit): (usize, usize),
) -> Value {
    let values = |list: Vec<String>| list.into_iter().map(|value| json!({"value": value})).collect::<Vec<_>>();
    let rows: Vec<Value> = sums
        .iter()
        .skip(offset)
        .take(limit)
        .map(|(key, (_, sums))| {
            let numbers = sums.iter().map(|sum| sum.normalize().to_string()).collect();
            json!({"dimensionValues": values(key.clone()), "metricValues": values(numbers)})
        })
        .collect();
    let mut metadata = json!({"currencyCode": property.currency, "timeZone": property.zone});
    if let (true, Some(members)) = (hidden, metadata.as_object_mut()) {
        members.insert("subjectToThresholding".to_owned(), json!(true));
    }
    let mut body = json!({
        "dimensionHeaders": dimensions.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
        "metricHeaders": metrics.iter().map(|name| json!({"name": name, "type": "TYPE_INTEGER"})).collect::<Vec<_>>(),
        "metadata": metadata,
        "kind": "analyticsData#runReport",
    });
    if let (false, Some(members)) = (sums.is_empty(), body.as_object_mut()) {
        members.insert("rows".to_owned(), Value::Array(rows));
        members.insert("rowCount".to_owned(), json!(sums.len()));
    }
    body
}
