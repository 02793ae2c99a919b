//! Every recorded body beside the checkout against the translation, and the same body damaged.
//!
//! The recorded report is by the hour of an ad; this source asks for days. It is put where a report of days would have it,
//! with nothing changed but the name of the time and, in its second row, which day it is: an hour's row and a day's are alike.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::json::{Garbled, parse};
use super::super::recorded_bodies::{self as recorded, damaged};
use super::report::{self, CLAIMS, Column, DELIVERY, Rows};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::http::tiktok_business::Level;

/// What each body gives for the two days it is read for: spend in minor units, impressions, clicks, orders, revenue.
const BODIES: &[(&str, [i64; 5])] = &[("airbyte_ads_reports_hourly.json", [2_000, 5_830, 69, 0, 0])];

const AD: &str = "11111111";
const DAYS: (Date, Date) = (date(2024, 1, 1), date(2024, 1, 2));
const METRICS: [Metric; 5] = [Metric::Spend, Metric::Impressions, Metric::Clicks, Metric::Orders, Metric::Revenue];

fn columns() -> Vec<Column> {
    DELIVERY.into_iter().chain(CLAIMS).collect()
}

fn dollars() -> Currency {
    "USD".parse().expect("a currency")
}

fn read(file: &str) -> Option<Value> {
    let bytes = std::fs::read(recorded::folder("tiktok_ads")?.join(file)).expect(file);
    Some(parse(&bytes).expect(file))
}

/// The rows of an hourly report as those of a daily one, two days of it.
fn by_day(hourly: &Value) -> Value {
    let mut body = hourly.clone();
    let list = body["data"]["list"].as_array_mut().expect("rows");
    list.truncate(2);
    for (at, row) in list.iter_mut().enumerate() {
        let dimensions = row["dimensions"].as_object_mut().expect("dimensions");
        let hour = dimensions.remove("stat_time_hour").expect("an hour");
        let day = if at == 0 { hour } else { json!("2024-01-02") };
        dimensions.insert("stat_time_day".to_owned(), day);
    }
    body["data"]["page_info"] = json!({"page": 1, "page_size": 1000, "total_number": 2, "total_page": 1});
    body
}

fn translate(body: &Value) -> Result<(Rows, i64), Garbled> {
    let mut rows = Rows::default();
    let ids = BTreeSet::from([AD]);
    let pages = report::page(body, Level::Ad, &ids, DAYS, &columns(), dollars(), &mut rows)?;
    Ok((rows, pages))
}

/// Every number that was read.
fn told(rows: &Rows) -> BTreeSet<(Date, Metric, i64)> {
    let days = rows.days.get(AD).into_iter().flatten();
    days.flat_map(|(date, day)| day.values.iter().map(|(metric, value)| (*date, *metric, *value))).collect()
}

#[test]
fn every_recorded_body_gives_its_samples_or_its_absence() {
    for (file, want) in BODIES {
        let Some(hourly) = read(file) else { return };
        let path = translate(&hourly).err().map(|garbled| garbled.path);
        assert!(path.is_some_and(|path| path.starts_with("data.")), "{file}: hours are not taken for days");
        let (rows, pages) = translate(&by_day(&hourly)).expect(file);
        let want: BTreeSet<_> = [DAYS.0, DAYS.1]
            .iter()
            .flat_map(|day| METRICS.iter().zip(want).map(|(metric, value)| (*day, *metric, *value)))
            .collect();
        assert_eq!((told(&rows), pages), (want, 1), "{file}");
        assert!(rows.faults.is_empty(), "{file}: {:?}", rows.faults);
        let stands = hourly.pointer("/data/list/0/metrics/spend").and_then(Value::as_str);
        assert_eq!(stands, Some("20.00"), "{file}");
    }
}

#[test]
fn no_recorded_body_is_left_out() {
    recorded::all_are_listed("tiktok_ads", BODIES.iter().map(|row| row.0));
}

/// A report as the documentation describes it.
fn documented() -> Value {
    let row = |day: &str| {
        json!({"dimensions": {"ad_id": AD, "stat_time_day": day},
               "metrics": {"spend": "123.45", "impressions": "50000", "clicks": "1200", "conversion": "18",
                           "complete_payment": "17", "total_complete_payment_rate": "285.17", "reach": "40000",
                           "purchase": "0", "total_purchase_value": "0.00"}})
    };
    json!({"code": 0, "message": "OK", "request_id": "2026", "data": {
        "list": [row("2024-01-01 00:00:00"), row("2024-01-02")],
        "page_info": {"page": 1, "page_size": 1000, "total_number": 2, "total_page": 1}}})
}

#[track_caller]
fn check(key: &str, given: &Value, want: Result<Option<i64>, &str>) {
    let mut body = documented();
    body["data"]["list"][0]["metrics"][key] = given.clone();
    let (rows, _) = translate(&body).expect("a report");
    let column = columns().into_iter().find(|column| column.key == key).expect("one of ours");
    let fault = rows.faults.get(AD).and_then(|faults| faults.get(&column.metric));
    let got = match fault {
        Some(fault) => Err(fault.expected),
        None => Ok(rows.days[AD][&DAYS.0].values.get(&column.metric).copied()),
    };
    assert_eq!(got, want, "{key} {given}");
}

#[test]
fn values_are_text_or_numbers_exact_or_absent() {
    let (count, money) = ("a count of 0 or more", "an amount of money of 0 or more");
    check("clicks", &json!("1200"), Ok(Some(1200)));
    check("clicks", &json!(1200), Ok(Some(1200)));
    check("clicks", &json!("1200.00"), Ok(Some(1200)));
    check("clicks", &json!("-"), Ok(None));
    check("clicks", &Value::Null, Ok(None));
    check("clicks", &json!("1.5"), Err(count));
    check("clicks", &json!("-3"), Err(count));
    check("clicks", &json!(""), Err(count));
    check("clicks", &json!([]), Err(count));
    check("spend", &json!("0.00"), Ok(Some(0)));
    check("spend", &json!("1234567890.10"), Ok(Some(123_456_789_010)));
    check("spend", &json!(0.1), Ok(Some(10)));
    check("spend", &json!("0.105"), Err(money));
    check("spend", &json!("-0.01"), Err(money));
    check("spend", &json!("1e3"), Err(money));
    check("total_complete_payment_rate", &json!("-"), Ok(None));
    check("total_complete_payment_rate", &json!("285.17"), Ok(Some(28_517)));
}

#[test]
fn a_row_of_somebody_else_or_of_another_day_makes_the_page_unbelievable() {
    for (way, value, path) in [
        ("ad_id", json!("222"), "data.list[1].dimensions.ad_id"),
        ("ad_id", Value::Null, "data.list[1].dimensions.ad_id"),
        ("stat_time_day", json!("2024-01-03"), "data.list[1].dimensions.stat_time_day"),
        ("stat_time_day", json!("yesterday"), "data.list[1].dimensions.stat_time_day"),
    ] {
        let mut body = documented();
        body["data"]["list"][1]["dimensions"][way] = value;
        assert_eq!(translate(&body).err().map(|garbled| garbled.path).as_deref(), Some(path));
    }
}

#[test]
fn a_state_says_whether_a_missing_row_may_still_come() {
    for (switch, state, runs) in [
        ("ENABLE", "AD_STATUS_DELIVERY_OK", true),
        ("ENABLE", "SOMETHING_NEW", true),
        ("ENABLE", "AD_STATUS_CAMPAIGN_DISABLE", false),
        ("ENABLE", "AD_STATUS_ADGROUP_TIME_DONE", false),
        ("ENABLE", "AD_STATUS_AUDIT_DENY", false),
        ("DISABLE", "AD_STATUS_DISABLE", false),
    ] {
        let row = json!({"ad_id": AD, "operation_status": switch, "secondary_status": state});
        let body = json!({"data": {"list": [row], "page_info": {"total_page": 1}}});
        let mut states = BTreeMap::new();
        report::delivering(&body, Level::Ad, &mut states).expect("a list");
        assert_eq!(states, BTreeMap::from([(AD.to_owned(), runs)]), "{switch} {state}");
    }
}

proptest! {
    #[test]
    fn a_damaged_body_invents_nothing_and_says_where(
        real in any::<bool>(),
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let body = if real { read(BODIES[0].0).map(|hourly| by_day(&hourly)) } else { Some(documented()) };
        let Some(mut body) = body else { return Ok(()) };
        let whole = told(&translate(&body).expect("whole").0);
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with);
        let paths: Vec<String> = match translate(&body) {
            Ok((rows, _)) => {
                let new: Vec<_> = told(&rows).difference(&whole).copied().collect();
                // Text that is a number where a number stood is a number: nothing can be told from it alone.
                let number = |value: i64| [0, 1, -1].contains(&value) || value == 150;
                prop_assert!(new.iter().all(|row| number(row.2)), "{way:?} invents {new:?}");
                rows.faults.values().flatten().map(|(_, fault)| fault.path.clone()).collect()
            }
            Err(garbled) => vec![garbled.path],
        };
        let way = damaged::written(&way);
        for path in paths {
            prop_assert!(way.starts_with(&path) || path.starts_with(&way), "{path} is not {way}");
        }
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(body) = parse(&bytes) {
            prop_assert!(translate(&body).is_err());
        }
    }
}
