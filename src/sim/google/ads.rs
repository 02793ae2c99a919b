//! Google Ads: `searchStream`, and `mutate` of campaigns, ad groups and budgets.
//!
//! Answers of a stream are a list of batches, errors in it too. Whole numbers are text, conversions and values are numbers. A
//! report by day leaves out days on which everything is 0. The wording of the errors is unverified; their codes are published.

use jiff::civil::Date;
use serde_json::{Map, Number, Value, json};

use super::gaql::{self, Question};
use super::world::{Customer, Run, Stats};
use super::{Call, Inner, Said};

/// Rows in a batch; the real ones are larger (unverified: 10,000).
const BATCH: usize = 50;

fn refuse(status: u16, word: &str, kind: &str, code: &str) -> Said {
    let failure = json!({
        "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
        "errors": [{"errorCode": {kind: code}, "message": "what went wrong, in words"}],
        "requestId": "sim",
    });
    let error = json!({"code": status, "message": "The request failed.", "status": word, "details": [failure]});
    Said(status, json!({"error": error}))
}

fn run_word(run: Run) -> &'static str {
    match run {
        Run::Enabled => "ENABLED",
        Run::Paused => "PAUSED",
        Run::Removed => "REMOVED",
    }
}

impl Inner {
    pub(super) fn ads(&self, call: &Call<'_>) -> Said {
        let prefix = format!("/{}/customers/", self.config.ads_version);
        let rest = call.path.strip_prefix(&prefix).and_then(|rest| rest.split_once('/'));
        let (Some((id, method)), "POST") = (rest, call.method.as_str()) else { return Said(404, json!("Not Found")) };
        let stream = method == "googleAds:searchStream";
        let said = self.asked(id, method, call);
        // A stream says what is wrong in a list, too.
        if stream && said.0 != 200 { Said(said.0, json!([said.1])) } else { said }
    }

    fn asked(&self, id: &str, method: &str, call: &Call<'_>) -> Said {
        let Some(accounts) = self.accounts(call.headers, call.now) else {
            return refuse(401, "UNAUTHENTICATED", "authenticationError", "OAUTH_TOKEN_INVALID");
        };
        let developer = call.headers.get("developer-token").and_then(|value| value.to_str().ok());
        if developer != Some(self.config.developer_token.as_str()) {
            return refuse(401, "UNAUTHENTICATED", "authenticationError", "DEVELOPER_TOKEN_INVALID");
        }
        let mut things = self.world.lock();
        let customer = things.customers.get_mut(id).filter(|_| accounts.iter().any(|account| account == id));
        let Some(customer) = customer else {
            return refuse(403, "PERMISSION_DENIED", "authorizationError", "USER_PERMISSION_DENIED");
        };
        let of = i64::from(self.config.operations_per_day);
        if self.spend("ads", 1, of, 86_400, call.now).is_none() {
            return refuse(429, "RESOURCE_EXHAUSTED", "quotaError", "RESOURCE_EXHAUSTED");
        }
        match method {
            "googleAds:searchStream" => {
                let text = call.body.get("query").and_then(Value::as_str).unwrap_or_default();
                match gaql::read(text) {
                    Ok(question) => search(id, customer, &question),
                    Err(_) => refuse(400, "INVALID_ARGUMENT", "queryError", "UNEXPECTED_INPUT"),
                }
            }
            "campaigns:mutate" | "adGroups:mutate" | "campaignBudgets:mutate" => {
                mutate(id, customer, method, call.body)
            }
            _ => Said(404, json!("Not Found")),
        }
    }
}

fn search(id: &str, customer: &Customer, question: &Question<'_>) -> Said {
    let things = match question.resource {
        "campaign" => &customer.campaigns,
        "ad_group" => &customer.ad_groups,
        _ => return refuse(400, "INVALID_ARGUMENT", "queryError", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
    };
    let mut rows = Vec::new();
    for number in question.ids.iter().filter(|number| things.contains_key(number)) {
        let days: Vec<(Option<Date>, Stats)> = match question.days {
            None => vec![(None, Stats::default())],
            Some((from, until)) => {
                let days = customer.stats.range((*number, from)..=(*number, until));
                days.filter(|(_, stats)| **stats != Stats::default())
                    .map(|(key, stats)| (Some(key.1), *stats))
                    .collect()
            }
        };
        for (day, stats) in days {
            let mut row = Value::Object(Map::new());
            for field in &question.fields {
                let Some(value) = value(id, customer, question.resource, *number, field, (day, stats)) else {
                    return refuse(400, "INVALID_ARGUMENT", "queryError", "UNRECOGNIZED_FIELD");
                };
                put(&mut row, field, value);
            }
            rows.push(row);
        }
    }
    let mask = question.fields.join(",");
    let batch = |rows: &[Value]| json!({"results": rows, "fieldMask": mask, "requestId": "sim"});
    if rows.is_empty() {
        return Said(200, json!([{"fieldMask": mask, "requestId": "sim"}]));
    }
    Said(200, rows.chunks(BATCH).map(batch).collect())
}

/// `metrics.cost_micros` at `metrics.costMicros`; what is null is left out.
fn put(row: &mut Value, field: &str, value: Value) {
    if value.is_null() {
        return;
    }
    let camel = |word: &str| {
        let mut parts = word.split('_');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            let (head, tail) = part.split_at(std::cmp::min(1, part.len()));
            format!("{text}{}{tail}", head.to_uppercase())
        })
    };
    let Some((of, name)) = field.split_once('.') else { return };
    let Some(members) = row.as_object_mut() else { return };
    let inner = members.entry(camel(of)).or_insert_with(|| json!({}));
    if let Some(inner) = inner.as_object_mut() {
        inner.insert(camel(name), value);
    }
}

/// Hundredths as a number with decimals.
fn double(hundredths: i64) -> Value {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (hundredths.abs() / 100, hundredths.abs() % 100);
    format!("{sign}{whole}.{rest:02}").parse::<Number>().map_or(Value::Null, Value::Number)
}

fn value(
    id: &str,
    customer: &Customer,
    resource: &str,
    number: u64,
    field: &str,
    (day, stats): (Option<Date>, Stats),
) -> Option<Value> {
    let things = if resource == "campaign" { &customer.campaigns } else { &customer.ad_groups };
    let thing = things.get(&number)?;
    let budget = customer.budgets.get(&thing.budget);
    let text = |micros: Option<i64>| micros.map_or(Value::Null, |micros| json!(micros.to_string()));
    let campaigns = customer.campaigns.values().filter(|other| other.budget == thing.budget).count();
    Some(match field {
        "campaign.id" if resource == "campaign" => json!(number.to_string()),
        "ad_group.id" if resource == "ad_group" => json!(number.to_string()),
        "campaign.status" if resource == "campaign" => json!(run_word(thing.run)),
        "ad_group.status" if resource == "ad_group" => json!(run_word(thing.run)),
        "customer.currency_code" => json!(customer.currency),
        "customer.time_zone" => json!(customer.zone),
        "segments.date" => json!(day?.to_string()),
        "metrics.cost_micros" => json!(stats.micros.to_string()),
        "metrics.clicks" => json!(stats.clicks.to_string()),
        "metrics.impressions" => json!(stats.impressions.to_string()),
        "metrics.conversions" => double(stats.conversions),
        "metrics.conversions_value" => double(stats.value),
        "campaign_budget.resource_name" => json!(format!("customers/{id}/campaignBudgets/{}", thing.budget)),
        "campaign_budget.period" if budget?.total.is_some() => json!("CUSTOM_PERIOD"),
        "campaign_budget.period" => json!("DAILY"),
        "campaign_budget.amount_micros" => text(budget?.daily),
        "campaign_budget.total_amount_micros" => text(budget?.total),
        "campaign_budget.explicitly_shared" => json!(budget?.shared),
        "campaign_budget.reference_count" => json!(campaigns.to_string()),
        _ => return None,
    })
}

fn mutate(id: &str, customer: &mut Customer, method: &str, body: &Value) -> Said {
    let invalid = |kind: &str, code: &str| refuse(400, "INVALID_ARGUMENT", kind, code);
    let operations = body.get("operations").and_then(Value::as_array);
    let Some([operation]) = operations.map(Vec::as_slice) else {
        return invalid("requestError", "REQUIRED_FIELD_MISSING");
    };
    let update = operation.get("update").unwrap_or(&Value::Null);
    let name = update.get("resourceName").and_then(Value::as_str).unwrap_or_default();
    let collection = method.trim_end_matches(":mutate");
    let number =
        name.strip_prefix(&format!("customers/{id}/{collection}/")).and_then(|number| number.parse::<u64>().ok());
    let Some(number) = number else { return invalid("requestError", "INVALID_RESOURCE_NAME") };
    let mask = operation.get("updateMask").and_then(Value::as_str).unwrap_or_default();
    let done = match (collection, mask) {
        ("campaigns", "status") => set_run(customer.campaigns.get_mut(&number).map(|one| &mut one.run), update),
        ("adGroups", "status") => set_run(customer.ad_groups.get_mut(&number).map(|one| &mut one.run), update),
        ("campaignBudgets", "total_amount_micros") => {
            let micros = update.get("totalAmountMicros").and_then(Value::as_str).and_then(|text| text.parse().ok());
            match (customer.budgets.get_mut(&number), micros) {
                (None, _) => Err(("mutateError", "RESOURCE_NOT_FOUND")),
                (Some(budget), Some(micros)) if budget.total.is_some() && 0_i64 < micros => {
                    budget.total = Some(micros);
                    Ok(())
                }
                (Some(_), _) => Err(("campaignBudgetError", "MONEY_AMOUNT_LESS_THAN_CURRENCY_MINIMUM_CPC")),
            }
        }
        _ => Err(("fieldMaskError", "FIELD_NOT_FOUND")),
    };
    match done {
        Ok(()) => Said(200, json!({"results": [{"resourceName": name}]})),
        Err((kind, code)) => invalid(kind, code),
    }
}

fn set_run(run: Option<&mut Run>, update: &Value) -> Result<(), (&'static str, &'static str)> {
    let wanted = match update.get("status").and_then(Value::as_str) {
        Some("ENABLED") => Run::Enabled,
        Some("PAUSED") => Run::Paused,
        // Removing is another operation.
        _ => return Err(("enumError", "ENUM_VALUE_NOT_PERMITTED")),
    };
    match run {
        None => Err(("mutateError", "RESOURCE_NOT_FOUND")),
        Some(Run::Removed) => Err(("contextError", "OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE")),
        Some(run) => {
            *run = wanted;
            Ok(())
        }
    }
}
