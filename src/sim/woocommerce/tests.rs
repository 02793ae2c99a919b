//! What the emulated `WooCommerce` promises of itself.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use secrecy::SecretString;

use super::*;
use crate::http::signed::{Question, Signed};
use crate::http::{Answer, Api, Limits};

fn start() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("an instant")
}

async fn stage() -> (WooSim, Signed) {
    let (clock, _driver) = Clock::simulated(start());
    let world = WooWorld::new("SEK", 2);
    world.add_coupon(NewCoupon::new("ALMA10", 10, start()));
    for n in 0..12 {
        world.sell(start() + SignedDuration::from_secs(n), &["ALMA10"], 1000);
    }
    let sim = WooSim::start(&clock, WooConfig::default(), Arc::new(world)).await.expect("a free port");
    let api = Api::new(&sim.base_url(), Limits::default()).expect("a client");
    let word = |text: &str| SecretString::from(text.to_owned());
    (sim, Signed::basic(api, &word("ck_sim"), &word("cs_sim")))
}

async fn get(client: &Signed, path: &str, query: &[(&str, &str)]) -> (Answer, Value) {
    let path = format!("/wp-json/wc/v3/{path}");
    let (answer, _) = client.ask(Question::get(&path, query), start(), |_| false).await;
    let answer = answer.expect("an answer");
    let body = serde_json::from_slice(&answer.body).expect("json");
    (answer, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_counted_and_dates_leave_their_own_second_out() {
    let (_sim, client) = stage().await;
    let (answer, body) = get(&client, "orders", &[("_fields", "id")]).await;
    assert_eq!((answer.header("x-wp-total"), answer.header("x-wp-totalpages")), (Some("12"), Some("2")));
    assert_eq!((body.as_array().map(Vec::len), &body[0]), (Some(10), &json!({"id": 713})), "ten a page, newest first");
    let query = [("after", "2026-03-02T12:00:00"), ("before", "2026-03-02T12:00:03"), ("dates_are_gmt", "true")];
    let (_, body) = get(&client, "orders", &query).await;
    assert_eq!(body.as_array().map(Vec::len), Some(2));
    let local = [("after", "2026-03-02T14:00:00"), ("before", "2026-03-02T14:00:03")];
    assert_eq!(get(&client, "orders", &local).await.1, body, "without a word, dates are the shop's own");
    assert_eq!(body[0]["date_created"], "2026-03-02T14:00:02");
    for wrong in [("per_page", "101"), ("page", "0"), ("after", "yesterday")] {
        assert_eq!(get(&client, "orders", &[wrong]).await.0.status, 400, "{wrong:?}");
    }
    let (answer, body) = get(&client, "customers", &[]).await;
    assert_eq!((answer.status, body["code"].as_str()), (404, Some("rest_no_route")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_ends_by_its_date_in_the_shops_zone() {
    let (sim, client) = stage().await;
    let put = |body: &'static str| {
        let client = &client;
        async move {
            let question =
                Question { method: &Method::PUT, ..Question::put_json("/wp-json/wc/v3/coupons/701", body.as_bytes()) };
            client.ask(question, start(), |_| false).await.0.expect("an answer").status
        }
    };
    assert_eq!(put(r#"{"date_expires":"2026-03-02T14:00:01"}"#).await, 200);
    assert!(sim.world().takes("alma10", start()));
    assert_eq!(put(r#"{"date_expires":"2026-03-02T14:00:00"}"#).await, 200);
    assert!(!sim.world().takes("alma10", start()));
    assert_eq!(put(r#"{"date_expires_gmt":null}"#).await, 200);
    assert!(!sim.world().takes("alma10", start()), "the one in GMT is only read");
    assert_eq!(put(r#"{"date_expires":null,"status":"draft"}"#).await, 200);
    assert!(!sim.world().takes("alma10", start()));
    assert_eq!(get(&client, "coupons", &[("code", "alma10")]).await.1, json!([]), "a draft is not found by its code");
}
