//! The translation of `WooCommerce`'s lists, from the shapes of the reference, and the same damaged.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::Fetched;
use super::super::json::{Field, Garbled, parse};
use super::super::orders::{Asked, Memory, Row, Visit, hour_of};
use super::super::recorded_bodies::damaged;
use super::{garbled, wire};
use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;

fn placed() -> Timestamp {
    "2026-06-11T17:33:51Z".parse().expect("an instant")
}

fn subject(text: &str) -> Subject {
    text.parse().expect("a subject")
}

fn asked() -> Asked {
    Asked {
        whole: vec![subject("brand/nordbo")],
        codes: BTreeMap::from([("alma10".to_owned(), vec![subject("partnership/spring/alma")])]),
        ..Asked::default()
    }
}

fn order() -> Value {
    json!({
        "id": 727, "status": "completed", "currency": "EUR", "total": "90.00", "discount_total": "10.00",
        "date_created": "2026-06-11T19:33:51", "date_created_gmt": "2026-06-11T17:33:51",
        "date_paid_gmt": "2026-06-11T17:34:00",
        "coupon_lines": [{"id": 1, "code": "alma10", "discount": "10.00", "discount_tax": "0.00", "meta_data": []}],
        "refunds": [{"id": 730, "reason": "", "total": "-25.00"}],
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut order = order();
    order[key] = value;
    order
}

fn translate(body: &Value) -> Result<Fetched, Garbled> {
    let hour = hour_of(placed());
    let books = "EUR".parse().expect("a currency");
    let nodes = Field::root(body).items()?;
    let read = |node: &Field<'_>| wire::order(node, (hour, hour + 1), books);
    let rows = nodes.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut rows: Vec<Row> = rows.into_iter().flatten().collect();
    let mut memory = Memory { currency: Some(books), ..Memory::default() };
    memory.owed.insert(hour);
    memory.keep(hour, hour + 1, &mut rows);
    let mut out = Fetched::default();
    if let Some(fault) = memory.tell(&asked(), &BTreeSet::new(), placed(), &mut out) {
        out.fail(garbled(fault));
    }
    Ok(out)
}

fn values(out: &Fetched, of: &str) -> [Option<i64>; 3] {
    [Metric::Orders, Metric::Revenue, Metric::Refunds].map(|metric| {
        let mut of = out.samples.iter().filter(|one| one.series.subject == subject(of) && one.series.metric == metric);
        of.next().map(|sample| sample.value)
    })
}

#[track_caller]
fn check(order: &Value, alma: [i64; 3], brand: [i64; 3]) {
    let out = translate(&json!([order])).expect("a page");
    assert!(out.partial.is_none(), "{:?}", out.partial);
    assert_eq!(values(&out, "partnership/spring/alma"), alma.map(Some), "{order}");
    assert_eq!(values(&out, "brand/nordbo"), brand.map(Some), "{order}");
}

#[test]
fn an_order_is_worth_its_total_less_its_refunds() {
    let sold = [1, 6500, 1];
    check(&order(), sold, sold);
    for status in ["processing", "on-hold", "refunded", "shipped"] {
        check(&with("status", json!(status)), sold, sold);
    }
    for status in ["pending", "cancelled", "failed", "trash", "checkout-draft"] {
        check(&with("status", json!(status)), [0; 3], [0; 3]);
    }
    let mut unpaid = with("status", json!("quote"));
    unpaid["date_paid_gmt"] = Value::Null;
    check(&unpaid, [0; 3], [0; 3]);
    check(&with("coupon_lines", json!([])), [0; 3], sold);
    check(&with("refunds", json!([])), [1, 9000, 0], [1, 9000, 0]);
    check(&with("date_created_gmt", Value::Null), [0; 3], [0; 3]);
}

#[test]
fn a_fault_spoils_only_the_numbers_that_need_it() {
    for (order, garbled) in [
        (with("status", json!(7)), 7),
        (with("coupon_lines", Value::Null), 4),
        (with("total", json!(90.0)), 4),
        (with("total", json!("90.001")), 4),
        (with("total", json!("20.00")), 4),
        (with("currency", json!("USD")), 4),
        (with("refunds", json!([{"id": 1, "total": "x"}])), 4),
    ] {
        let out = translate(&json!([order])).expect("a page");
        assert_eq!((out.missing.len(), out.samples.len()), (garbled, 7 - garbled), "{order}");
        assert!(out.missing.iter().all(|missing| missing.why == Absence::Garbled));
        assert!(out.partial.is_some());
    }
}

#[test]
fn an_answer_to_another_question_is_not_believed() {
    for (at, path) in
        [("2026-06-11T16:00:00", "[0].date_created_gmt"), ("2026-06-11T17:33:51Z", "[0].date_created_gmt")]
    {
        assert_eq!(translate(&json!([with("date_created_gmt", json!(at))])).expect_err("outside").path, path);
    }
    // A second outside the hours is the edge of the list, and not of them.
    for at in ["2026-06-11T16:59:59", "2026-06-11T18:00:00"] {
        check(&with("date_created_gmt", json!(at)), [0; 3], [0; 3]);
    }
    let changed =
        json!({"id": 1, "date_created_gmt": "2026-06-01T00:00:00", "date_modified_gmt": "2026-06-11T17:00:00"});
    assert!(wire::changed(&Field::root(&changed), placed()).is_err(), "a shop that does not know `modified_after`");
    let since = "2026-06-11T17:00:00Z".parse().expect("an instant");
    assert!(wire::changed(&Field::root(&changed), since).is_ok());
}

#[test]
fn a_visit_is_what_the_attribution_kept() {
    let meta = |pairs: &[(&str, &str)]| {
        let rows: Vec<Value> = pairs.iter().map(|(key, value)| json!({"id": 1, "key": key, "value": value})).collect();
        json!({"coupon_lines": [{"code": "alma10"}], "meta_data": rows})
    };
    let read = |body: &Value| wire::visit(&Field::root(body)).expect("a visit");
    let text = |text: &str| Some(text.to_owned());
    let kept = meta(&[
        ("_billing_vat", "1"),
        ("_wc_order_attribution_utm_source", "instagram"),
        ("_wc_order_attribution_utm_content", "alma"),
        ("_wc_order_attribution_session_entry", "https://shop.example/p"),
    ]);
    let visit = Visit {
        codes: vec!["alma10".to_owned()],
        landing: text("https://shop.example/p"),
        source: text("instagram"),
        content: text("alma"),
        ..Visit::default()
    };
    assert_eq!(read(&kept), Some(visit));
    assert_eq!(read(&meta(&[("_billing_vat", "1")])), None, "nothing was kept");
    let direct = read(&meta(&[("_wc_order_attribution_utm_source", "(direct)")])).expect("kept");
    assert_eq!(direct.source, None);
}

#[test]
fn a_coupon_works_until_its_end_and_while_it_is_published() {
    let coupon = |end: Value, status: Value| {
        json!({
            "id": 12, "code": "alma10", "amount": "10.00", "discount_type": "percent", "usage_count": 3,
            "date_created_gmt": "2026-01-01T00:00:00", "date_expires_gmt": end, "status": status,
        })
    };
    for (end, status, want) in [
        (Value::Null, Value::Null, "ACTIVE"),
        (json!("2026-06-11T17:33:52"), json!("publish"), "ACTIVE"),
        (json!("2026-06-11T17:33:51"), json!("publish"), "EXPIRED"),
        (Value::Null, json!("draft"), "EXPIRED"),
        (Value::Null, json!("future"), "SCHEDULED"),
    ] {
        let body = coupon(end, status);
        let read = wire::coupon(&Field::root(&body), placed()).expect("a coupon");
        assert_eq!((read.status.as_str(), read.is_shared(), read.title.as_str()), (want, false, "10.00 %"), "{body}");
    }
}

proptest! {
    #[test]
    fn a_damaged_body_invents_nothing_and_says_where(
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let mut body = json!([order()]);
        let whole = translate(&body).expect("a page");
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with);
        let failed = match translate(&body) {
            Ok(out) => {
                prop_assert_eq!(out.samples.len() + out.missing.len(), 7, "each series once");
                for sample in &out.samples {
                    let before = whole.samples.iter().find(|other| other.series == sample.series).expect("a series");
                    // A list of refunds may be emptied, and one may be worth 1.00; nothing else may come.
                    let may = [0, before.value, 9000, 8900];
                    prop_assert!(may.contains(&sample.value), "{way:?} invents {sample:?}");
                }
                match out.partial {
                    Some(super::SourceError::Garbled { path, .. }) => Some(path),
                    _ => None,
                }
            }
            Err(garbled) => Some(garbled.path),
        };
        if let Some(path) = failed {
            let way = damaged::written(&way);
            let about_money = path.ends_with("total") && way.contains("total");
            prop_assert!(way.starts_with(&path) || path.starts_with(&way) || about_money || path == "the whole body",
                "{path} is not {way}");
        }
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(body) = parse(&bytes) {
            let empty = body.as_array().is_some_and(Vec::is_empty);
            prop_assert!(translate(&body).is_err() != empty);
        }
    }
}
