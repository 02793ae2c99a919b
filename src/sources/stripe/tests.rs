//! The translation of Stripe's lists, from the shapes of the reference: old and new ones, and the same damaged.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::Fetched;
use super::super::json::{Field, Garbled, parse};
use super::super::orders::{Asked, Memory, hour_of};
use super::super::recorded_bodies::damaged;
use super::wire::{self, Books, minor_of};
use super::{Promos, garbled};
use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::sample::Absence;

fn currency(code: &str) -> Currency {
    code.parse().expect("a currency")
}

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

fn promos() -> Promos {
    Promos { ids: BTreeMap::from([("promo_1".to_owned(), "alma10".to_owned())]), ..Promos::default() }
}

/// A session as the list has it with what was expanded.
fn session() -> Value {
    json!({
        "id": "cs_live_1", "object": "checkout.session", "created": placed().as_second(), "livemode": true,
        "status": "complete", "mode": "payment", "payment_status": "paid", "currency": "eur", "amount_total": 9000,
        "discounts": [{"coupon": null, "promotion_code": "promo_1"}],
        "total_details": {"amount_discount": 1000, "amount_shipping": 0, "amount_tax": 0, "breakdown": {
            "discounts": [{"amount": 1000, "discount": {
                "id": "di_1", "promotion_code": "promo_1", "source": {"coupon": "Z4OV52SU", "type": "coupon"},
            }}], "taxes": [],
        }},
        "payment_intent": {"id": "pi_1", "latest_charge": {
            "id": "ch_1", "amount": 9000, "amount_refunded": 2500, "currency": "eur",
        }},
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut session = session();
    *session.pointer_mut(pointer).expect(pointer) = value;
    session
}

fn page_of(session: &Value) -> Value {
    json!({"object": "list", "url": "/v1/checkout/sessions", "has_more": false, "data": [session]})
}

fn translate_in(body: &Value, books: Books) -> Result<Fetched, Garbled> {
    let hour = hour_of(placed());
    let (nodes, _) = wire::list(&Field::root(body))?;
    let read = |node: &Field<'_>| wire::session(node, (hour, hour + 1), books, &promos()).map(|read| read.row);
    let mut rows = nodes.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut memory = Memory { currency: Some(books.currency), ..Memory::default() };
    memory.owed.insert(hour);
    memory.keep(hour, hour + 1, &mut rows);
    let mut out = Fetched::default();
    if let Some(fault) = memory.tell(&asked(), &BTreeSet::new(), placed(), &mut out) {
        out.fail(garbled(fault));
    }
    Ok(out)
}

fn translate(body: &Value) -> Result<Fetched, Garbled> {
    translate_in(body, Books { currency: currency("EUR"), test: false })
}

fn values(out: &Fetched, of: &str) -> [Option<i64>; 3] {
    [Metric::Orders, Metric::Revenue, Metric::Refunds].map(|metric| {
        let mut of = out.samples.iter().filter(|one| one.series.subject == subject(of) && one.series.metric == metric);
        of.next().map(|sample| sample.value)
    })
}

#[track_caller]
fn check(session: &Value, alma: [i64; 3], brand: [i64; 3]) {
    let out = translate(&page_of(session)).expect("a page");
    assert!(out.partial.is_none(), "{:?}", out.partial);
    assert_eq!(values(&out, "partnership/spring/alma"), alma.map(Some), "{session}");
    assert_eq!(values(&out, "brand/nordbo"), brand.map(Some), "{session}");
}

#[test]
fn a_paid_session_is_an_order_less_what_was_refunded() {
    let sold = [1, 6500, 1];
    check(&session(), sold, sold);
    check(&with("/livemode", json!(false)), [0; 3], [0; 3]);
    check(&with("/payment_status", json!("unpaid")), [0; 3], [0; 3]);
    check(&with("/mode", json!("setup")), [0; 3], [0; 3]);
    check(&with("/status", json!("expired")), [0; 3], [0; 3]);
    let mut subscription = with("/payment_intent", Value::Null);
    subscription["mode"] = json!("subscription");
    check(&subscription, [1, 9000, 0], [1, 9000, 0]);
}

#[test]
fn the_code_is_found_in_every_shape_there_has_been() {
    let sold = [1, 6500, 1];
    let expanded = json!([{"coupon": null, "promotion_code": {"id": "promo_9", "code": "Alma10"}}]);
    check(&with("/discounts", expanded), sold, sold);
    // Before `discounts`: the breakdown alone, with a coupon in line.
    let mut old = with(
        "/total_details/breakdown/discounts/0/discount",
        json!({
            "id": "di_1", "promotion_code": "promo_1", "coupon": {"id": "Z4OV52SU", "percent_off": 10.0},
        }),
    );
    old["discounts"] = Value::Null;
    check(&old, sold, sold);
    check(&with("/discounts", json!([{"coupon": "Z4OV52SU", "promotion_code": null}])), [0; 3], sold);
    check(&with("/discounts", json!([])), [0; 3], sold);
    check(&with("/discounts", json!([{"coupon": null, "promotion_code": "promo_2"}])), [0; 3], sold);
    for (shape, want) in [
        (json!({"promotion": {"type": "coupon", "coupon": "A"}}), Some("A")),
        (json!({"coupon": {"id": "A", "name": "Ten"}}), Some("A")),
        (json!({"source": {"type": "coupon", "coupon": {"id": "A"}}}), Some("A")),
        (json!({"coupon": "A"}), Some("A")),
        (json!({"coupon": null}), None),
    ] {
        let found = wire::coupon(&Field::root(&shape)).expect("a coupon");
        assert_eq!(found.map(|found| found.0).as_deref(), want, "{shape}");
    }
}

#[test]
fn amounts_are_counted_as_stripe_counts_them() {
    for (code, amount, want) in [
        ("EUR", 1050, Some(1050)),
        ("JPY", 500, Some(500)),
        ("KWD", 1230, Some(1230)),
        // Stripe has no decimals where ISO 4217 has two, and two (always 00) where it has none.
        ("MGA", 7, Some(700)),
        ("UGX", 500_000, Some(5000)),
        ("UGX", 500_050, None),
        ("ISK", 12_300, Some(123)),
        ("MGA", i64::MAX, None),
    ] {
        assert_eq!(minor_of(amount, currency(code)), want, "{code} {amount}");
    }
}

#[test]
fn another_currency_is_never_added() {
    let mut abroad = with("/currency", json!("usd"));
    let out = translate(&page_of(&abroad)).expect("a page");
    assert_eq!(values(&out, "brand/nordbo"), [Some(1), None, None], "the order is one, what it is worth is not known");
    let error = out.partial.expect("told").to_string();
    assert!(error.contains("`data[0].currency`"), "{error}");
    abroad["payment_intent"]["latest_charge"]["balance_transaction"] =
        json!({"id": "txn_1", "amount": 8000, "currency": "eur", "exchange_rate": 0.889});
    // 2500 of 9000 were given back: 8000 less the same share, 2222.
    check(&abroad, [1, 5778, 1], [1, 5778, 1]);
    let mut converted = with("/currency", json!("usd"));
    converted["currency_conversion"] = json!({"source_currency": "eur", "amount_total": 8100, "fx_rate": "1.11"});
    check(&converted, [1, 5850, 1], [1, 5850, 1]);
}

#[test]
fn a_fault_spoils_only_the_numbers_that_need_it() {
    for (session, garbled) in [
        (with("/payment_status", json!("maybe")), 7),
        (with("/mode", json!("rent")), 7),
        (with("/livemode", Value::Null), 7),
        (with("/discounts", json!("x")), 4),
        (with("/discounts", json!([{"promotion_code": 7}])), 4),
        (with("/amount_total", json!(-1)), 4),
        (with("/payment_intent", json!("pi_1")), 4),
        (with("/payment_intent", Value::Null), 4),
        (with("/payment_intent/latest_charge", Value::Null), 4),
        (with("/payment_intent/latest_charge/amount_refunded", json!(9001)), 4),
    ] {
        let out = translate(&page_of(&session)).expect("a page");
        assert_eq!((out.missing.len(), out.samples.len()), (garbled, 7 - garbled), "{session}");
        assert!(out.missing.iter().all(|missing| missing.why == Absence::Garbled));
        assert!(out.partial.is_some());
    }
    let error = translate(&page_of(&with("/created", json!(placed().as_second() - 86_400)))).expect_err("outside");
    assert_eq!(error.path, "data[0].created");
}

proptest! {
    #[test]
    fn a_damaged_body_invents_nothing_and_says_where(
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let mut body = page_of(&session());
        let whole = translate(&body).expect("a page");
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with);
        let failed = match translate(&body) {
            Ok(out) => {
                prop_assert_eq!(out.samples.len() + out.missing.len(), 7, "each series once");
                for sample in &out.samples {
                    let before = whole.samples.iter().find(|other| other.series == sample.series).expect("a series");
                    // An order may be taken away; nothing else may come.
                    prop_assert!([0, before.value].contains(&sample.value), "{way:?} invents {sample:?}");
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
            let about_money = path.ends_with("amount_total") && way.contains("amount");
            prop_assert!(way.starts_with(&path) || path.starts_with(&way) || about_money
                || path.contains("total_details") && way.contains("discounts")
                || path == "data[0].id" && way.contains("has_more") || path.contains("has_more"),
                "{path} is not {way}");
        }
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(body) = parse(&bytes) {
            prop_assert!(translate(&body).is_err());
        }
    }
}
