//! `/hooks/SOURCE`: a platform says that something has happened.
//!
//! Owns: who may say so (the signature, over the bytes as they came), how much they may say, and that it is kept before it is
//! answered: a 2xx ends the platform's own retrying.
//! Refuses: numbers. What is pushed may be lost, late or out of order, so it only wakes the poll that reads them.
//! Survives: repetition, which every platform promises, and anybody at all: who cannot sign learns nothing but that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Hook, HookKept, Shared, Signer};
use crate::http::signature::{Scheme, same};

/// Bytes of a body. An order of a thousand lines stays under it; Shopify ends a subscription that is refused eight times,
/// so it is far above what is sent.
pub(super) const BODY_MAX: usize = 1 << 20;

/// The least time between two lines in the log about refusals of one source.
const LINES_APART: SignedDuration = SignedDuration::from_mins(1);

/// The longest id or topic that is kept as it is; a longer one is kept as its hash.
const WORD_MAX: usize = 100;

pub(super) async fn take(
    State(shared): State<Arc<Shared>>,
    Path(source): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    // Read before anybody is refused, up to the cap: who still sends does not hear an answer.
    let body = Bytes::from_request(request, &()).await;
    let Some(signer) = shared.hooks.signer(&source) else { return said(StatusCode::NOT_FOUND) };
    let body = match body {
        Ok(body) => body,
        Err(refused) => return said(refused.status()),
    };
    let at = shared.clock.now();
    if is_test(signer.scheme, &headers, &body) {
        return said(StatusCode::OK);
    }
    let made = match signer.scheme.check(&signer.secret, &headers, &body, at) {
        Ok(made) => made,
        Err(why) => {
            // Anybody may send; a log has an end.
            if shared.refusals.is_worth_a_line(&source, at) {
                tracing::warn!(source.id = source, %why, "a hook was refused; is its secret the platform's?");
            }
            return said(StatusCode::UNAUTHORIZED);
        }
    };
    let hook = describe(source, signer.scheme, &headers, &body, (at, made));
    match shared.hooks.keep(hook).await {
        HookKept::New | HookKept::Known => said(StatusCode::OK),
        // So that the platform sends it again.
        HookKept::Failed => said(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// How Meta asks whether an address is ours: it must be told its own challenge back, by whoever knows the word that was
/// agreed (<https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests>).
pub(super) async fn verify(
    State(shared): State<Arc<Shared>>,
    Path(source): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let signer = match shared.hooks.signer(&source) {
        None => return said(StatusCode::NOT_FOUND),
        Some(signer) if signer.scheme != Scheme::Meta => {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
        }
        Some(signer) => signer,
    };
    let of = |name: &str| query.iter().find(|pair| pair.0 == name).map_or("", |pair| pair.1.as_str());
    let challenge = of("hub.challenge");
    let plain = (1..=WORD_MAX).contains(&challenge.len()) && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if of("hub.mode") == "subscribe" && plain && is_agreed(&signer, of("hub.verify_token")) {
        return (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain")], challenge.to_owned()).into_response();
    }
    said(StatusCode::FORBIDDEN)
}

/// When a refusal was last said, by source: there are as many as take hooks.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<BTreeMap<String, Timestamp>>);

impl Refusals {
    fn is_worth_a_line(&self, source: &str, now: Timestamp) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = said.get(source).is_some_and(|last| now.duration_since(*last) < LINES_APART);
        if !fresh {
            said.insert(source.to_owned(), now);
        }
        !fresh
    }
}

fn is_agreed(signer: &Signer, token: &str) -> bool {
    same(&signer.verify_token, token)
}

/// `WooCommerce` tries an address out with `webhook_id=7`, unsigned, and wants a 200 before it sends anything. Nothing is
/// kept of it.
fn is_test(scheme: Scheme, headers: &HeaderMap, body: &[u8]) -> bool {
    let id = body.strip_prefix(b"webhook_id=").unwrap_or_default();
    scheme == Scheme::Woocommerce
        && !headers.contains_key("x-wc-webhook-signature")
        && (1..=20).contains(&id.len())
        && id.iter().all(u8::is_ascii_digit)
}

fn said(status: StatusCode) -> Response {
    let text = match status {
        StatusCode::OK => "kept\n",
        StatusCode::NOT_FOUND => "There is no such hook.\n",
        StatusCode::UNAUTHORIZED => "This is not signed as agreed.\n",
        StatusCode::PAYLOAD_TOO_LARGE => "This is too large.\n",
        StatusCode::SERVICE_UNAVAILABLE => "This could not be kept; send it again.\n",
        _ => "This cannot be taken.\n",
    };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// What a request says of itself, where its platform puts it. Ids in headers are not signed: whoever heard a request could
/// send it again under another id, so what has no date is also known by its body.
fn describe(
    source: String,
    scheme: Scheme,
    headers: &HeaderMap,
    body: &[u8],
    (at, made): (Timestamp, Option<Timestamp>),
) -> Hook {
    let header = |names: &[&str]| {
        let found = names.iter().find_map(|name| headers.get(*name)?.to_str().ok());
        found.map(str::to_owned).unwrap_or_default()
    };
    let digest = hex(&[body]);
    let parsed = || serde_json::from_slice::<Value>(body).unwrap_or_default();
    let member = |parsed: &Value, name: &str| parsed.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (event, topic) = match scheme {
        Scheme::Shopify => (
            header(&["x-shopify-event-id", "shopify-event-id", "x-shopify-webhook-id", "shopify-webhook-id"]),
            header(&["x-shopify-topic", "shopify-topic"]),
        ),
        Scheme::Woocommerce => (header(&["x-wc-webhook-delivery-id"]), header(&["x-wc-webhook-topic"])),
        Scheme::Stripe | Scheme::Plimsoll => {
            let parsed = parsed();
            (member(&parsed, "id"), member(&parsed, "type"))
        }
        Scheme::Meta => (String::new(), member(&parsed(), "object")),
    };
    let event = match (event.is_empty(), made) {
        (false, _) => event,
        // The same words signed at another time are another event.
        (true, Some(made)) => hex(&[made.to_string().as_bytes(), body]),
        (true, None) => digest.clone(),
    };
    Hook {
        source,
        event: word(event),
        topic: word(topic),
        at,
        body_digest: digest,
        undated: !scheme.is_dated(),
        body: body.to_vec(),
    }
}

fn hex(parts: &[&[u8]]) -> String {
    let digest = parts.iter().fold(Sha256::new(), sha2::Digest::chain_update).finalize();
    data_encoding::HEXLOWER.encode(&digest)
}

/// An id or a topic as a key can hold it.
fn word(given: String) -> String {
    let fits = given.len() <= WORD_MAX && given.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { given } else { hex(&[given.as_bytes()]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn described(scheme: Scheme, headers: &[(&str, &str)], body: &str) -> (String, String) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(value).expect("a value"));
        }
        let made = scheme.is_dated().then_some(Timestamp::UNIX_EPOCH);
        let hook = describe("shop".to_owned(), scheme, &map, body.as_bytes(), (Timestamp::MAX, made));
        (hook.event, hook.topic)
    }

    #[track_caller]
    fn check(scheme: Scheme, headers: &[(&str, &str)], body: &str, event: &str, topic: &str) {
        assert_eq!(described(scheme, headers, body), (event.to_owned(), topic.to_owned()), "{body}");
    }

    #[test]
    fn an_event_is_named_where_its_platform_names_it() {
        let topic = ("x-shopify-topic", "orders/create");
        let (event, delivery) = (("x-shopify-event-id", "e-1"), ("x-shopify-webhook-id", "w-1"));
        check(Scheme::Shopify, &[topic, event, delivery], "{}", "e-1", "orders/create");
        check(Scheme::Shopify, &[topic, delivery], "{}", "w-1", "orders/create");
        check(Scheme::Shopify, &[("shopify-event-id", "e-2")], "{}", "e-2", "");
        let woo = [("x-wc-webhook-delivery-id", "d1"), ("x-wc-webhook-topic", "order.updated")];
        check(Scheme::Woocommerce, &woo, "{}", "d1", "order.updated");
        let stripe = r#"{"id":"evt_1","type":"charge.refunded"}"#;
        check(Scheme::Stripe, &[], stripe, "evt_1", "charge.refunded");
        check(Scheme::Plimsoll, &[], stripe, "evt_1", "charge.refunded");
        let (event, topic) = described(Scheme::Meta, &[], r#"{"object":"page"}"#);
        assert_eq!((event.len(), topic.as_str()), (64, "page"));
    }

    #[test]
    fn what_names_no_event_is_known_by_its_body() {
        for scheme in [Scheme::Shopify, Scheme::Woocommerce, Scheme::Meta, Scheme::Stripe, Scheme::Plimsoll] {
            let one = described(scheme, &[], "not json").0;
            assert_eq!(one.len(), 64, "{scheme:?}");
            assert_ne!(one, described(scheme, &[], "not json either").0, "{scheme:?}");
        }
    }

    #[test]
    fn a_name_that_no_key_can_hold_is_kept_as_its_hash() {
        for odd in ["a b", &"x".repeat(101), "a\u{e9}"] {
            assert_eq!(word(odd.to_owned()).len(), 64, "{odd}");
        }
        assert_eq!(word("gid://shopify/Order/1".to_owned()), "gid://shopify/Order/1");
    }

    #[test]
    fn refusals_are_said_once_a_minute_for_each_source() {
        let refusals = Refusals::default();
        let at = |secs| Timestamp::from_second(secs).expect("in range");
        let said = [("a", 0), ("a", 59), ("b", 59), ("a", 60), ("a", 61)];
        assert_eq!(said.map(|(of, secs)| refusals.is_worth_a_line(of, at(secs))), [true, false, true, true, false]);
    }

    #[test]
    fn only_a_shop_that_tries_the_address_out_may_come_unsigned() {
        let none = HeaderMap::new();
        assert!(is_test(Scheme::Woocommerce, &none, b"webhook_id=12"));
        for body in ["webhook_id=", "webhook_id=1&x=2", "webhook_id=x", "", "{}", "webhook_id=111111111111111111111"] {
            assert!(!is_test(Scheme::Woocommerce, &none, body.as_bytes()), "{body}");
        }
        assert!(!is_test(Scheme::Shopify, &none, b"webhook_id=12"));
        let mut signed = HeaderMap::new();
        signed.insert("x-wc-webhook-signature", HeaderValue::from_static("x"));
        assert!(!is_test(Scheme::Woocommerce, &signed, b"webhook_id=12"));
    }
}
