//! What the emulated Business API answers to `GET`: the advertiser, lists of objects, and reports.
//!
//! Lists and objects in a query are JSON as text, and what a filter compares with is JSON as text once more.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};

use super::{Automation, DayNow, Inner, Level, Refusal, Status, Thing};
use crate::domain::money::Money;

/// The most rows of a page.
const PAGE_MAX: usize = 1_000;

/// Days of a report by day.
const DAYS_MAX: i32 = 30;

/// Metrics that are served; a report that asks for another is refused.
const METRICS: [&str; 10] = [
    "spend",
    "impressions",
    "clicks",
    "reach",
    "complete_payment",
    "value_per_complete_payment",
    "total_complete_payment_rate",
    "complete_payment_roas",
    "purchase",
    "total_purchase_value",
];

type Query = BTreeMap<String, String>;

fn text<'a>(query: &'a Query, name: &str) -> Result<&'a str, Refusal> {
    let given = query.get(name).map(String::as_str).filter(|text| !text.is_empty());
    given.ok_or_else(|| Refusal::wrong(&format!("{name}: Missing data for required field.")))
}

/// A list of words, written as JSON.
fn words(query: &Query, name: &str) -> Result<Vec<String>, Refusal> {
    serde_json::from_str(text(query, name)?).map_err(|_| Refusal::wrong(&format!("{name}: Not a valid list.")))
}

fn number(query: &Query, name: &str, usual: usize) -> Result<usize, Refusal> {
    match query.get(name) {
        None => Ok(usual),
        Some(given) => given.parse().ok().filter(|given| 1 <= *given).ok_or_else(|| Refusal::wrong(name)),
    }
}

fn paged(rows: &[Value], query: &Query) -> Result<Value, Refusal> {
    let (page, size) = (number(query, "page", 1)?, number(query, "page_size", 10)?);
    if PAGE_MAX < size {
        return Err(Refusal::wrong("page_size: Must be between 1 and 1000."));
    }
    let list: Vec<&Value> = rows.iter().skip((page - 1) * size).take(size).collect();
    let info = json!({
        "page": page, "page_size": size, "total_number": rows.len(), "total_page": rows.len().div_ceil(size),
    });
    Ok(json!({"list": list, "page_info": info}))
}

fn names(level: Level) -> (&'static str, &'static str, &'static str) {
    match level {
        Level::Campaign => ("campaign_id", "campaign_ids", "AUCTION_CAMPAIGN"),
        Level::AdGroup => ("adgroup_id", "adgroup_ids", "AUCTION_ADGROUP"),
        Level::Ad => ("ad_id", "ad_ids", "AUCTION_AD"),
    }
}

impl Inner {
    pub(super) fn read(&self, path: &str, query: &Query, now: Timestamp) -> Result<Value, Refusal> {
        if path == "advertiser/info/" {
            return self.info(query);
        }
        if text(query, "advertiser_id")? != self.world.advertiser {
            return Err(Refusal(40_001, "No permission to operate the advertiser.".to_owned()));
        }
        match path {
            "report/integrated/get/" => self.report(query, now),
            "campaign/get/" => self.list(Level::Campaign, query),
            "adgroup/get/" => self.list(Level::AdGroup, query),
            "ad/get/" => self.list(Level::Ad, query),
            _ => Err(Refusal(40_006, "The API does not exist.".to_owned())),
        }
    }

    fn info(&self, query: &Query) -> Result<Value, Refusal> {
        let ids = words(query, "advertiser_ids")?;
        if ids.iter().any(|id| *id != self.world.advertiser) {
            return Err(Refusal(40_001, "No permission to operate the advertiser.".to_owned()));
        }
        let world = &self.world;
        let row = json!({
            "advertiser_id": world.advertiser, "currency": world.currency.code(), "timezone": "Etc/GMT",
            "display_timezone": world.zone, "status": "STATUS_ENABLE",
        });
        Ok(json!({"list": [row]}))
    }

    fn list(&self, level: Level, query: &Query) -> Result<Value, Refusal> {
        let (id_name, ids_name, _) = names(level);
        let filter: Value = match query.get("filtering") {
            None => json!({}),
            Some(given) => serde_json::from_str(given).map_err(|_| Refusal::wrong("filtering: Not valid JSON."))?,
        };
        let ids: Vec<&str> =
            filter.get(ids_name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        if 100 < ids.len() {
            return Err(Refusal::wrong(&format!("{ids_name}: Length must be between 1 and 100.")));
        }
        let fields = if query.contains_key("fields") { words(query, "fields")? } else { Vec::new() };
        let mut rows = Vec::new();
        for id in ids {
            // What was deleted is not listed unless it is asked for by its state.
            let Some(thing) = self.world.thing(level, id).filter(|thing| thing.status != Status::Delete) else {
                continue;
            };
            let mut row = self.shown(level, id, &thing);
            row.retain(|name, _| name == id_name || fields.is_empty() || fields.contains(name));
            rows.push(Value::Object(row));
        }
        paged(&rows, query)
    }

    fn shown(&self, level: Level, id: &str, thing: &Thing) -> Map<String, Value> {
        let above = thing.above.as_deref().unwrap_or_default();
        let campaign = match level {
            Level::Campaign => id.to_owned(),
            Level::AdGroup => above.to_owned(),
            Level::Ad => self.world.thing(Level::AdGroup, above).and_then(|group| group.above).unwrap_or_default(),
        };
        let automation = self.world.thing(Level::Campaign, &campaign).map(|campaign| campaign.automation);
        let word = match automation {
            Some(Automation::Upgraded) => "UPGRADED_SMART_PLUS",
            Some(Automation::Legacy) => "SMART_PLUS",
            Some(Automation::Manual) | None => "MANUAL",
        };
        let major = Money::new(thing.budget, self.world.currency).to_major().to_string();
        let budget: Value = serde_json::from_str(&major).unwrap_or_default();
        let mut row = json!({
            "advertiser_id": self.world.advertiser, "campaign_id": campaign,
            "operation_status": thing.status.as_str(), "secondary_status": self.secondary(level, thing),
            "budget": budget, "budget_mode": thing.mode.as_str(), "campaign_automation_type": word,
        });
        if let Some(row) = row.as_object_mut() {
            match level {
                Level::Campaign => {
                    row.insert("budget_optimize_on".to_owned(), json!(thing.spreads));
                    // The flag is that of the older kind; the newer one leaves it false.
                    let older = thing.automation == Automation::Legacy;
                    row.insert("is_smart_performance_campaign".to_owned(), json!(older));
                }
                Level::AdGroup => drop(row.insert("adgroup_id".to_owned(), json!(id))),
                Level::Ad => {
                    row.insert("ad_id".to_owned(), json!(id));
                    row.insert("adgroup_id".to_owned(), json!(above));
                }
            }
        }
        row.as_object().cloned().unwrap_or_default()
    }

    fn secondary(&self, level: Level, thing: &Thing) -> String {
        if !thing.secondary.is_empty() {
            return thing.secondary.to_owned();
        }
        let word = match level {
            Level::Campaign => "CAMPAIGN",
            Level::AdGroup => "ADGROUP",
            Level::Ad => "AD",
        };
        let above_is_off = thing.above.as_deref().is_some_and(|above| {
            let level = if level == Level::Ad { Level::AdGroup } else { Level::Campaign };
            self.world.thing(level, above).is_some_and(|above| above.status != Status::Enable)
        });
        match thing.status {
            Status::Enable if above_is_off => format!("{word}_STATUS_CAMPAIGN_DISABLE"),
            Status::Enable if level == Level::Campaign => format!("{word}_STATUS_ENABLE"),
            Status::Enable => format!("{word}_STATUS_DELIVERY_OK"),
            Status::Disable => format!("{word}_STATUS_DISABLE"),
            Status::Delete => format!("{word}_STATUS_DELETE"),
        }
    }

    fn report(&self, query: &Query, now: Timestamp) -> Result<Value, Refusal> {
        if text(query, "report_type")? != "BASIC" {
            return Err(Refusal::wrong("report_type: Only BASIC is served here."));
        }
        let data_level = text(query, "data_level")?;
        let levels = [Level::Campaign, Level::AdGroup, Level::Ad];
        let level = levels.into_iter().find(|level| names(*level).2 == data_level);
        let level = level.ok_or_else(|| Refusal::wrong("data_level: Not a valid choice."))?;
        let (id_name, ids_name, _) = names(level);
        let dimensions = words(query, "dimensions")?;
        if dimensions != [id_name, "stat_time_day"] {
            return Err(Refusal::wrong("dimensions: Not supported for this data level."));
        }
        let metrics = words(query, "metrics")?;
        if let Some(other) = metrics.iter().find(|metric| !METRICS.contains(&metric.as_str())) {
            return Err(Refusal::wrong(&format!("metrics: {other} is not supported.")));
        }
        let date = |name: &str| {
            let day = text(query, name)?;
            day.parse::<Date>().map_err(|_| Refusal::wrong(&format!("{name}: Not a valid date.")))
        };
        let (start, end) = (date("start_date")?, date("end_date")?);
        let days = (end - start).get_days();
        if !(0..DAYS_MAX).contains(&days) {
            return Err(Refusal::wrong("The time span exceeds 30 days."));
        }
        let mut rows = Vec::new();
        for id in filtered(query, ids_name)? {
            for day in start.series(1.day()).take_while(|day| *day <= end) {
                let Some(did) = self.world.day(level, &id, day, now) else { continue };
                let told: Map<String, Value> =
                    metrics.iter().map(|metric| (metric.clone(), json!(self.metric(metric, &did)))).collect();
                let dimensions = json!({id_name: id, "stat_time_day": format!("{day} 00:00:00")});
                rows.push(json!({"dimensions": dimensions, "metrics": told}));
            }
        }
        paged(&rows, query)
    }

    /// A metric of a day, as text. What an advertiser without a pixel has no number for is `-` (unverified).
    fn metric(&self, metric: &str, did: &DayNow) -> String {
        let money = |minor| Money::new(minor, self.world.currency).to_major().to_string();
        let purchases = did.purchases;
        match metric {
            "spend" => money(did.spend),
            "impressions" => did.impressions.to_string(),
            "clicks" => did.clicks.to_string(),
            "reach" => (did.impressions / 2).to_string(),
            "complete_payment" => purchases.map_or_else(|| "-".to_owned(), |count| count.to_string()),
            "total_complete_payment_rate" => purchases.map_or_else(|| "-".to_owned(), |_| money(did.value)),
            // Rounded to the minor unit, as the real one is: that is why nobody should multiply it again.
            "value_per_complete_payment" => match purchases {
                None => "-".to_owned(),
                Some(0) => money(0),
                Some(count) => money((did.value + count / 2) / count),
            },
            // The family of apps, which a web shop has nothing in.
            "purchase" => "0".to_owned(),
            _ => "0.00".to_owned(),
        }
    }
}

/// The ids of `[{"field_name":"campaign_ids","filter_type":"IN","filter_value":"[\"1\"]"}]`.
fn filtered(query: &Query, ids_name: &str) -> Result<Vec<String>, Refusal> {
    let bad = || Refusal::wrong("filtering: Not a valid filter.");
    let filters: Vec<Value> = serde_json::from_str(text(query, "filtering")?).map_err(|_| bad())?;
    let [filter] = filters.as_slice() else { return Err(bad()) };
    let word = |name: &str| filter.get(name).and_then(Value::as_str).unwrap_or_default();
    if word("field_name") != ids_name || word("filter_type") != "IN" {
        return Err(bad());
    }
    serde_json::from_str(word("filter_value")).map_err(|_| bad())
}
