//! What an answer means that is not the shop's own.
//!
//! A `WordPress` shop stands behind a host, a firewall and caches, and all of them answer in its name: a page of HTML with
//! status 403 says nothing about the keys. Only a refusal in the shop's own words is one.

use serde_json::Value;

use super::super::SourceError;
use super::super::failure::retry_after;
use super::super::json::Garbled;
use super::{TITLE, garbled};
use crate::http::{Answer, is_word};

/// The document, or why there is none.
pub(super) fn sort(answer: &Answer) -> Result<Value, SourceError> {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    // `{"code":"woocommerce_rest_cannot_view","message":…,"data":{"status":401}}`
    let told =
        body.as_ref().and_then(|body| body.get("code")?.as_str()).filter(|word| is_word(word)).map(str::to_owned);
    let wait = retry_after(answer);
    match (answer.status, told) {
        (200..=299, _) => body.ok_or_else(|| {
            let expected = "JSON, not a page: look which firewall or cache stands before the shop";
            garbled(Garbled { path: "the whole body".to_owned(), expected })
        }),
        (429, _) => Err(SourceError::SlowDown { platform: TITLE, wait }),
        (503, _) if wait.is_some() => Err(SourceError::SlowDown { platform: TITLE, wait }),
        (401, told) => Err(SourceError::Unauthorized { platform: TITLE, reason: told.unwrap_or("401".to_owned()) }),
        (403, Some(reason)) => Err(SourceError::Unauthorized { platform: TITLE, reason }),
        // A firewall: it lets us through again when it likes.
        (status @ (403 | 500..), _) => Err(SourceError::Broken { platform: TITLE, status }),
        (status @ 300..=399, _) => {
            Err(SourceError::Refused { platform: TITLE, status, reason: "it moved; correct base_url".to_owned() })
        }
        (status, told) => {
            let reason = told.unwrap_or("no word of WooCommerce".to_owned());
            Err(SourceError::Refused { platform: TITLE, status, reason })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;
    use crate::sources::Fate;

    #[track_caller]
    fn check(status: u16, wait: Option<&'static str>, body: &str, want: &str, fate: Fate) {
        let mut headers = HeaderMap::new();
        if let Some(wait) = wait {
            headers.insert("retry-after", HeaderValue::from_static(wait));
        }
        let error = sort(&Answer { status, headers, body: body.as_bytes().to_vec() }).expect_err("a failure");
        assert_eq!((error.to_string().as_str(), error.fate()), (want, fate));
    }

    const PAGE: &str = "<html><title>Attention Required! | Cloudflare</title></html>";

    #[test]
    fn a_refusal_in_the_shops_own_words_is_told() {
        let body = r#"{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot list resources.","data":{"status":401}}"#;
        let refused = "WooCommerce refused our credentials: `woocommerce_rest_cannot_view`";
        check(401, None, body, refused, Fate::TellOwner);
        check(403, None, body, refused, Fate::TellOwner);
        check(401, None, PAGE, "WooCommerce refused our credentials: `401`", Fate::TellOwner);
        let route = r#"{"code":"rest_no_route","message":"No route was found","data":{"status":404}}"#;
        let text = "WooCommerce did not accept the request: status 404, `rest_no_route`";
        check(404, None, route, text, Fate::TellOwner);
        let text = "WooCommerce did not accept the request: status 404, `no word of WooCommerce`";
        check(404, None, PAGE, text, Fate::TellOwner);
        let text = "WooCommerce did not accept the request: status 301, `it moved; correct base_url`";
        check(301, None, "", text, Fate::TellOwner);
    }

    #[test]
    fn what_a_firewall_or_a_host_says_is_not_about_the_keys() {
        check(403, None, PAGE, "WooCommerce failed with status 403", Fate::Retry);
        check(503, None, PAGE, "WooCommerce failed with status 503", Fate::Retry);
        let slow = "WooCommerce asked us to slow down";
        check(503, Some("30"), PAGE, slow, Fate::SlowDown(Some(Duration::from_secs(30))));
        check(429, Some("Wed, 21 Oct 2026 07:28:00 GMT"), PAGE, slow, Fate::SlowDown(None));
        check(429, Some("99999"), PAGE, slow, Fate::SlowDown(Some(Duration::from_mins(10))));
        let text = "the answer of WooCommerce cannot be understood at `the whole body`: expected JSON, not a page: look \
                    which firewall or cache stands before the shop";
        check(200, None, PAGE, text, Fate::Diagnose);
    }
}
