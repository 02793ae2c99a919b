//! Every recorded body beside the checkout against the translation, and the same bodies damaged.
//!
//! The bodies were recorded by others and flattened by their tools: an order stands alone. It is put where the endpoint
//! puts it, as the only node of a page. What a body leaves out that this source asks for is garbled, never a default.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::Fetched;
use super::super::json::{Field, Garbled, parse};
use super::super::orders::{Asked, Memory, hour_of};
use super::super::recorded_bodies::{self as recorded, damaged};
use super::{garbled, orders};
use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;

/// What the source makes of a body.
#[derive(Debug, Clone, Copy)]
enum Meets {
    /// An order, worth so much in minor units, refunded or not.
    Order { minor: i64, refunded: bool },
    /// A part of an order without what is asked of orders: absent, the first fault there.
    Part(&'static str),
    /// It never asks for such a body, and would not take it for one of its own.
    Never(&'static str),
}

const REST: &str = "the REST interface is not spoken to; its bodies have no `data`";
const STOCK: &str = "stock is not asked for, and has no place in a list of orders";

const BODIES: &[(&str, Meets)] = &[
    ("gosh_customer.json", Meets::Never(REST)),
    ("gosh_order.json", Meets::Never(REST)),
    ("gosh_orders.json", Meets::Never(REST)),
    ("gosh_payments_transactions.json", Meets::Never(REST)),
    ("gosh_price_rule_get.json", Meets::Never(REST)),
    ("gosh_price_rule_list.json", Meets::Never(REST)),
    ("gosh_transactions.json", Meets::Never(REST)),
    ("graphql_fulfillment_orders.json", Meets::Part("data.orders.nodes[0].cancelledAt")),
    ("graphql_inventory_levels.json", Meets::Never(STOCK)),
    ("graphql_order_metafields.json", Meets::Part("data.orders.nodes[0].cancelledAt")),
    ("graphql_order_refunds.json", Meets::Part("data.orders.nodes[0].cancelledAt")),
    ("graphql_order_returns.json", Meets::Part("data.orders.nodes[0].cancelledAt")),
    ("graphql_order_risks.json", Meets::Part("data.orders.nodes[0].cancelledAt")),
    ("graphql_order_transactions.json", Meets::Part("data.orders.nodes[0].cancelledAt")),
    ("graphql_orders.json", Meets::Order { minor: 60_421_445, refunded: true }),
    ("spy_checkouts.json", Meets::Never(REST)),
    ("spy_discount_code.json", Meets::Never(REST)),
    ("spy_order.json", Meets::Never(REST)),
    ("spy_payouts.json", Meets::Never(REST)),
    ("spy_payouts_transactions.json", Meets::Never(REST)),
    ("spy_price_rules.json", Meets::Never(REST)),
    ("spy_products.json", Meets::Never(REST)),
    ("spy_shop.json", Meets::Never(REST)),
    ("spy_transactions.json", Meets::Never(REST)),
];

fn read(file: &str) -> Option<Value> {
    let bytes = std::fs::read(recorded::folder("shopify")?.join(file)).expect(file);
    Some(parse(&bytes).expect(file))
}

/// The order where the endpoint puts it.
fn page_of(order: &Value) -> Value {
    json!({"data": {
        "shop": {"currencyCode": "USD"},
        "orders": {"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": [order]},
    }})
}

fn subject(text: &str) -> Subject {
    text.parse().expect("a subject")
}

/// The brand of the shop, and a partnership with a code of its own.
fn asked() -> Asked {
    Asked {
        whole: vec![subject("brand/nordbo")],
        codes: BTreeMap::from([("alma10".to_owned(), vec![subject("partnership/spring/alma")])]),
        ..Asked::default()
    }
}

/// The hour all recorded orders were placed in.
fn placed() -> Timestamp {
    "2026-06-11T17:33:51Z".parse().expect("an instant")
}

fn now() -> Timestamp {
    "2026-06-11T19:00:00Z".parse().expect("an instant")
}

/// The translation of one page, as the source carries it out for the hour of the order.
fn translate(body: &Value) -> Result<Fetched, Garbled> {
    let hour = hour_of(placed());
    let data = Field::root(body).need("data", "data")?;
    let page = orders::page(data.value(), hour, hour + 1)?;
    let mut memory = Memory { currency: Some(page.currency), ..Memory::default() };
    memory.owed.insert(hour);
    let mut rows = page.rows;
    memory.keep(hour, hour + 1, &mut rows);
    let mut out = Fetched::default();
    if let Some(fault) = memory.tell(&asked(), &BTreeSet::new(), now(), &mut out) {
        assert_eq!(memory.owed, BTreeSet::from([hour]), "an hour with a fault stays owed");
        out.fail(garbled(fault));
    }
    Ok(out)
}

fn values(out: &Fetched, of: &str) -> BTreeMap<Metric, i64> {
    let of = out.samples.iter().filter(|sample| sample.series.subject == subject(of));
    of.map(|sample| (sample.series.metric, sample.value)).collect()
}

#[test]
fn every_recorded_body_gives_its_samples_or_its_absence() {
    if recorded::folder("shopify").is_none() {
        return;
    }
    for (file, meets) in BODIES {
        let body = read(file).expect(file);
        match *meets {
            Meets::Order { minor, refunded } => {
                let out = translate(&page_of(&body)).expect(file);
                assert!(out.missing.is_empty() && out.partial.is_none(), "{file}: {:?}", out.partial);
                let want = [(Metric::Orders, 1), (Metric::Revenue, minor), (Metric::Refunds, i64::from(refunded))];
                assert_eq!(values(&out, "brand/nordbo"), BTreeMap::from(want), "{file}");
                assert!(values(&out, "partnership/spring/alma").values().all(|value| *value == 0), "{file}: no code");
                let stands = body.pointer("/currentTotalPriceSet/shopMoney/amount").and_then(Value::as_str);
                assert_eq!(stands.map(|text| text.replace('.', "")), Some(minor.to_string()), "{file}");
                assert!(out.samples.iter().all(|sample| !sample.provisional), "{file}: its hour is over");
            }
            Meets::Part(path) => {
                let out = translate(&page_of(&body)).expect(file);
                assert_eq!((out.samples.len(), out.missing.len()), (0, 7), "{file}: each series once");
                assert!(out.missing.iter().all(|missing| missing.why == Absence::Garbled), "{file}");
                let error = out.partial.expect(file).to_string();
                assert!(error.contains(&format!("`{path}`")), "{file}: {error}");
            }
            Meets::Never(why) => {
                let path = translate(&body).expect_err(file).path;
                assert!(["data", "the whole body"].contains(&path.as_str()), "{file}: {why}: {path}");
                let path = translate(&page_of(&body)).expect_err(file).path;
                // A list of goods is no object at all; nothing else says when it was placed.
                let ways = ["data.orders.nodes[0].createdAt", "data.orders.nodes[0]"];
                assert!(ways.contains(&path.as_str()), "{file}: {why}: {path}");
            }
        }
    }
}

#[test]
fn no_recorded_body_is_left_out() {
    recorded::all_are_listed("shopify", BODIES.iter().map(|row| row.0));
}

/// An order as the endpoint answers it, with a code.
fn order() -> Value {
    json!({
        "id": "gid://shopify/Order/1", "createdAt": placed(), "cancelledAt": null, "test": false,
        "discountCodes": ["Alma10"], "displayFinancialStatus": "PARTIALLY_REFUNDED",
        "currentTotalPriceSet": {"shopMoney": {"amount": "376.0", "currencyCode": "USD"}},
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut order = order();
    order[key] = value;
    order
}

#[test]
fn a_fault_spoils_only_the_numbers_that_need_it() {
    let money = |amount: Value, currency: &str| json!({"shopMoney": {"amount": amount, "currencyCode": currency}});
    for (order, garbled) in [
        (order(), 0),
        (with("cancelledAt", json!("yesterday")), 7),
        (with("test", json!("no")), 7),
        (with("discountCodes", json!("ALMA10")), 4),
        (with("discountCodes", json!([7])), 4),
        (with("displayFinancialStatus", json!("LOST")), 2),
        (with("displayFinancialStatus", Value::Null), 0),
        (with("currentTotalPriceSet", Value::Null), 2),
        (with("currentTotalPriceSet", money(json!(376.0), "USD")), 2),
        (with("currentTotalPriceSet", money(json!("376.001"), "USD")), 2),
        (with("currentTotalPriceSet", money(json!("-1"), "USD")), 2),
        (with("currentTotalPriceSet", money(json!("376.0"), "EUR")), 2),
    ] {
        let out = translate(&page_of(&order)).expect("a page");
        assert_eq!((out.missing.len(), out.samples.len()), (garbled, 7 - garbled), "{order}");
        assert_eq!(out.partial.is_some(), garbled != 0, "{order}");
    }
}

#[test]
fn an_order_outside_the_hours_that_were_asked_for_makes_the_answer_unbelievable() {
    let body = page_of(&with("createdAt", json!("2026-06-10T17:33:51Z")));
    let error = translate(&body).expect_err("outside");
    assert_eq!(error.path, "data.orders.nodes[0].createdAt");
    assert_eq!(error.expected, "an instant inside the hours that were asked for");
}

proptest! {
    #[test]
    fn a_damaged_body_invents_nothing_and_says_where(
        real in any::<bool>(),
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let node = if real { read("graphql_orders.json") } else { Some(order()) };
        let Some(node) = node else { return Ok(()) };
        let mut body = page_of(&node);
        let whole = translate(&body).expect("a page");
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with);
        let failed = match translate(&body) {
            Ok(out) => {
                prop_assert_eq!(out.samples.len() + out.missing.len(), 7, "each series once");
                for sample in &out.samples {
                    let before = whole.samples.iter().find(|other| other.series == sample.series).expect("a series");
                    // An order may be taken away (a test, cancelled, another code); nothing else may come.
                    prop_assert!([0, before.value].contains(&sample.value), "{way:?} invents {sample:?}");
                }
                let garbled = out.missing.iter().any(|missing| missing.why == Absence::Garbled);
                prop_assert_eq!(garbled, out.partial.is_some());
                match out.partial {
                    Some(super::SourceError::Garbled { path, .. }) => Some(path),
                    _ => None,
                }
            }
            Err(garbled) => Some(garbled.path),
        };
        if let Some(path) = failed {
            let way = damaged::written(&way).replace("hasNextPage", "endCursor");
            let path = path.replace("hasNextPage", "endCursor");
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
