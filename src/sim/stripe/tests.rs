//! What the emulated Stripe promises of itself.

use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::*;
use crate::http::{Answer, Api, Body, Limits};

fn start() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("an instant")
}

async fn stage() -> (StripeSim, Api) {
    let (clock, _driver) = Clock::simulated(start());
    let world = StripeWorld::new("SEK");
    world.add_promo(NewPromo::new("ALMA10", 10, start()));
    let sim = StripeSim::start(&clock, StripeConfig::default(), Arc::new(world)).await.expect("a free port");
    let api = Api::new(&sim.base_url(), Limits::default()).expect("a client");
    (sim, api)
}

async fn send(
    api: &Api,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
    form: &[(&str, &str)],
) -> Answer {
    let mut all = vec![("authorization", "Bearer rk_live_sim")];
    all.extend_from_slice(headers);
    let all: Vec<(HeaderName, HeaderValue)> = all
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value")))
        .collect();
    if method == Method::GET {
        return api.send(method, path, form, &all, Body::Empty).await.expect("an answer");
    }
    let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    api.send(method, path, &[], &all, Body::Form(form)).await.expect("an answer")
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).expect("json")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_answered_as_it_was_first_and_for_nothing_else() {
    let (sim, api) = stage().await;
    let path = "/v1/promotion_codes/promo_1001";
    let key = [("idempotency-key", "k1")];
    let first = send(&api, Method::POST, path, &key, &[("active", "false")]).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    sim.world().set_active("promo_1001", true);
    let again = send(&api, Method::POST, path, &key, &[("active", "false")]).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!((first.body, sim.world().takes("ALMA10", start())), (again.body, true), "a replay does nothing");
    let other = send(&api, Method::POST, path, &key, &[("active", "true")]).await;
    assert_eq!((other.status, json_of(&other)["error"]["type"].as_str()), (400, Some("idempotency_error")));
    sim.break_write();
    let key = [("idempotency-key", "k2")];
    for replayed in [None, Some("true")] {
        let failed = send(&api, Method::POST, path, &key, &[("active", "false")]).await;
        assert_eq!((failed.status, failed.header("idempotent-replayed")), (500, replayed), "failures are kept too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_decides_the_shape() {
    let (sim, api) = stage().await;
    sim.world().sell(start(), &["ALMA10"], 1000);
    let promo = |body: Value| body["data"][0].clone();
    let old = promo(json_of(&send(&api, Method::GET, "/v1/promotion_codes", &[], &[]).await));
    assert_eq!((old["coupon"]["id"].as_str(), old.get("promotion")), (Some("coupon_10"), None));
    let clover = [("stripe-version", "2025-09-30.clover")];
    let new = promo(json_of(&send(&api, Method::GET, "/v1/promotion_codes", &clover, &[]).await));
    assert_eq!((new["promotion"]["coupon"].as_str(), new.get("coupon")), (Some("coupon_10"), None));
    let query = [("expand[]", "data.total_details.breakdown")];
    for (headers, pointer) in [(&[][..], "/coupon/id"), (&clover[..], "/source/coupon")] {
        let body = json_of(&send(&api, Method::GET, "/v1/checkout/sessions", headers, &query).await);
        let discount = body.pointer("/data/0/total_details/breakdown/discounts/0/discount").expect("a discount");
        assert_eq!(discount.pointer(pointer).and_then(Value::as_str), Some("coupon_10"));
    }
    let plain = json_of(&send(&api, Method::GET, "/v1/checkout/sessions", &[], &[]).await);
    assert!(plain["data"][0]["total_details"].get("breakdown").is_none(), "only where it is asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_real_one_refuses_is_refused() {
    let (_sim, api) = stage().await;
    for (path, query, status) in [
        ("/v1/checkout/sessions", ("limit", "101"), 400),
        ("/v1/checkout/sessions", ("promotion_code", "promo_1001"), 400),
        ("/v1/checkout/sessions", ("expand[]", "data.a.b.c.d"), 400),
        ("/v1/checkout/sessions", ("starting_after", "cs_none"), 404),
        ("/v1/promotion_codes", ("expand[]", "data.promotion.coupon"), 400),
        ("/v1/charges", ("limit", "1"), 404),
    ] {
        let answer = send(&api, Method::GET, path, &[], &[query]).await;
        assert_eq!(answer.status, status, "{path} {query:?}");
    }
    for _ in 0..21 {
        assert_eq!(send(&api, Method::GET, "/v1/checkout/sessions", &[], &[]).await.status, 200);
    }
    assert_eq!(send(&api, Method::GET, "/v1/checkout/sessions", &[], &[]).await.status, 429, "25 a second");
    assert_eq!(send(&api, Method::GET, "/v1/refunds", &[], &[]).await.status, 200, "each endpoint for itself");
}
