//! Every recorded record of Google Ads beside the checkout against the translation, and an answer of our own damaged.
//!
//! A connector took the answers apart and wrote a record for each row, with flat names and numbers of its own making. Each
//! record is put together again as the endpoint has it: nested, in camel case, whole numbers as text.

use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::json::{Field, Garbled, parse};
use super::super::recorded_bodies::{self as recorded, damaged};
use super::wire::{self, Level};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;

/// What the rows of a file add up to.
#[derive(Debug, Clone, Copy)]
enum Meets {
    /// Rows; spend in cents, clicks, impressions; conversions where they were asked for.
    Sums(Level, usize, [i64; 3], Option<i64>),
    /// Not numbers of a boost: the first fault there.
    Never(&'static str),
}

const BODIES: &[(&str, Meets)] = &[
    ("airbyte_ad_group_ad_report.json", Meets::Sums(Level::AdGroup, 5, [7, 1, 144], Some(0))),
    ("airbyte_campaign_labels.json", Meets::Never("[0].results[0].campaign.id")),
    ("airbyte_campaigns.json", Meets::Sums(Level::Campaign, 5, [7, 1, 12], Some(0))),
    // 10,012 millionths of a dollar are a cent.
    ("airbyte_display_keyword_performance_report.json", Meets::Sums(Level::Campaign, 1, [1, 0, 1], Some(0))),
    ("airbyte_keyword_report.json", Meets::Sums(Level::AdGroup, 10, [0, 0, 0], None)),
];

fn camel(text: &str) -> String {
    let mut parts = text.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (head, tail) = part.split_at(1);
        text + &head.to_uppercase() + tail
    })
}

/// A record as the row it came from.
fn row_of(record: &Value) -> Value {
    let mut row = Map::new();
    for (name, value) in record.as_object().expect("a record") {
        let counts = ["metrics.cost_micros", "metrics.clicks", "metrics.impressions"].contains(&name.as_str());
        let value = match value.as_f64() {
            Some(number) if counts || name.rsplit('.').next() == Some("id") => json!(format!("{number:.0}")),
            _ => value.clone(),
        };
        let mut steps: Vec<String> = name.split('.').map(camel).collect();
        let last = steps.pop().expect("a name");
        let place = steps.into_iter().fold(&mut row, |place, step| {
            place.entry(step).or_insert_with(|| json!({})).as_object_mut().expect("an object")
        });
        place.insert(last, value);
    }
    Value::Object(row)
}

fn body_of(file: &str) -> Option<Value> {
    let bytes = std::fs::read(recorded::folder("google_ads")?.join(file)).expect(file);
    let records = parse(&bytes).expect(file);
    let rows: Vec<Value> = records.as_array().expect("records").iter().map(row_of).collect();
    Some(json!([{"results": rows, "fieldMask": "…", "requestId": "…"}]))
}

fn dollar() -> Currency {
    "USD".parse().expect("a currency")
}

/// A row by its id and day, and each of its metrics or why not.
type Told = (String, Vec<Result<i64, Garbled>>);

/// The rows of an answer: their ids and days, and each metric or why not.
fn translate(body: &Value, level: Level, days: (Date, Date)) -> Result<Vec<Told>, Garbled> {
    let rows = wire::results(body)?.map_err(|_| Garbled { path: "error".to_owned(), expected: "rows" })?;
    let field = if level == Level::Campaign { "campaign" } else { "adGroup" };
    let ids: Vec<&str> = rows.iter().filter_map(|row| row.value().pointer(&format!("/{field}/id"))?.as_str()).collect();
    rows.iter().map(|row| read(row, level, &ids, days)).collect()
}

const METRICS: [Metric; 5] = [Metric::Spend, Metric::Clicks, Metric::Impressions, Metric::Orders, Metric::Revenue];

fn read(row: &Field<'_>, level: Level, ids: &[&str], days: (Date, Date)) -> Result<Told, Garbled> {
    let row = wire::day(row, level, ids, days)?;
    Ok((format!("{} {}", row.id, row.day), METRICS.iter().map(|metric| row.value(*metric, dollar())).collect()))
}

fn year() -> (Date, Date) {
    ("2022-01-01".parse().expect("a date"), "2022-12-31".parse().expect("a date"))
}

#[test]
fn every_recorded_record_gives_its_numbers_or_its_fault() {
    for (file, meets) in BODIES {
        let Some(body) = body_of(file) else { return };
        match *meets {
            Meets::Sums(level, count, want, conversions) => {
                let rows = translate(&body, level, year()).expect(file);
                let sum = |place: usize| -> Option<i64> {
                    rows.iter().map(|(_, values)| values[place].as_ref().ok().copied()).sum()
                };
                assert_eq!(rows.len(), count, "{file}");
                assert_eq!([sum(0), sum(1), sum(2)], want.map(Some), "{file}");
                assert_eq!(sum(3), conversions, "{file}: what was not asked for is no 0");
            }
            Meets::Never(path) => {
                let fault = translate(&body, Level::Campaign, year()).expect_err(file);
                assert_eq!(fault.path, path, "{file}");
            }
        }
    }
}

#[test]
fn no_recorded_body_is_left_out() {
    recorded::all_are_listed("google_ads", BODIES.iter().map(|row| row.0));
}

fn answer() -> Value {
    json!([
        {"results": [
            {"campaign": {"id": "2"}, "segments": {"date": "2022-03-01"}, "metrics": {
                "costMicros": "12340000", "clicks": "12", "impressions": "900", "conversions": 1.5, "conversionsValue": 59.9}},
        ], "fieldMask": "…", "requestId": "r"},
        {"results": [
            {"campaign": {"id": "3"}, "segments": {"date": "2022-03-01"}, "metrics": {
                "costMicros": "15000", "clicks": "0", "impressions": "1", "conversions": 2.5, "conversionsValue": -1}},
        ], "requestId": "r", "new": {}},
        {"requestId": "r"},
    ])
}

fn told(body: &Value) -> Result<Vec<(String, i64)>, Garbled> {
    let rows = wire::results(body)?.map_err(|_| Garbled { path: String::new(), expected: "rows" })?;
    let rows: Result<Vec<_>, Garbled> =
        rows.iter().map(|row| read(row, Level::Campaign, &["2", "3"], year())).collect();
    let rows = rows?;
    let values = |(name, values): Told| {
        let all = values.into_iter().zip(METRICS);
        all.filter_map(|(value, metric)| Some((format!("{name} {metric}"), value.ok()?))).collect::<Vec<_>>()
    };
    Ok(rows.into_iter().flat_map(values).collect())
}

#[test]
fn money_and_shared_conversions_are_rounded_to_even() {
    let want = [
        ("2 2022-03-01 spend", 1234),
        ("2 2022-03-01 clicks", 12),
        ("2 2022-03-01 impressions", 900),
        ("2 2022-03-01 orders", 2),
        ("2 2022-03-01 revenue", 5990),
        ("3 2022-03-01 spend", 2),
        ("3 2022-03-01 clicks", 0),
        ("3 2022-03-01 impressions", 1),
        ("3 2022-03-01 orders", 2),
        ("3 2022-03-01 revenue", -100),
    ];
    assert_eq!(told(&answer()).expect("rows"), want.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn a_stream_that_breaks_off_is_no_list_of_rows() {
    let mut body = answer();
    body[2] = json!({"error": {"code": 500, "status": "INTERNAL"}});
    assert!(wire::results(&body).expect("a list").is_err());
}

proptest! {
    #[test]
    fn a_damaged_answer_invents_nothing_and_says_where(
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let mut body = answer();
        let whole = told(&body).expect("rows");
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with.clone());
        let number = with.as_ref().is_some_and(|with| with.is_number() || with.is_string());
        let in_cell = way.iter().any(|step| step == "metrics") && way.len() == 5;
        match told(&body) {
            Ok(rows) => {
                for row in rows {
                    // A number that stands in a cell is what the cell says from then on.
                    prop_assert!(number && in_cell || whole.contains(&row), "{way:?} invents {row:?}");
                }
            }
            Err(Garbled { path, .. }) => {
                let way = damaged::written(&way);
                prop_assert!(way.starts_with(&path) || path.starts_with(&way), "{path} is not {way}");
            }
        }
    }

    #[test]
    fn an_answer_cut_short_is_garbled(cut in any::<prop::sample::Index>()) {
        let text = answer().to_string();
        prop_assert!(parse(&text.as_bytes()[..cut.index(text.len())]).is_err());
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(body) = parse(&bytes)
            && let Ok(rows) = told(&body)
        {
            prop_assert!(rows.is_empty());
        }
    }
}
