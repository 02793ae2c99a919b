//! What an answer of Stripe means that is not a list. Facts: <https://docs.stripe.com/api/errors>.
//!
//! Refuses: Stripe's own prose, which repeats parts of keys. What is told of its words is a code, a type or a parameter.

use serde_json::Value;

use super::super::SourceError;
use super::super::failure::retry_after;
use super::super::json::parse;
use super::{TITLE, garbled};
use crate::http::{Answer, is_word};

/// The document, or why there is none.
pub(super) fn sort(answer: &Answer) -> Result<Value, SourceError> {
    match answer.status {
        200..300 => parse(&answer.body).map_err(garbled),
        429 => Err(SourceError::SlowDown { platform: TITLE, wait: retry_after(answer) }),
        401 | 403 => Err(SourceError::Unauthorized { platform: TITLE, reason: reason(answer) }),
        status @ 500.. => Err(SourceError::Broken { platform: TITLE, status }),
        status => Err(SourceError::Refused { platform: TITLE, status, reason: reason(answer) }),
    }
}

/// `resource_missing`, and where nothing so narrow is given, `invalid_request_error`.
fn reason(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let told = |key: &str| {
        let word = body.pointer(&format!("/error/{key}")).and_then(Value::as_str);
        word.filter(|word| is_word(word))
    };
    match told("code").or_else(|| told("type")) {
        Some(word) => word.to_owned(),
        None => format!("status {}", answer.status),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;
    use crate::sources::Fate;

    #[track_caller]
    fn check(status: u16, body: &str, want: &str, fate: Fate) {
        let answer = Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() };
        let error = sort(&answer).expect_err("a failure");
        assert_eq!((error.to_string().as_str(), error.fate()), (want, fate));
    }

    #[test]
    fn each_answer_that_is_no_list_has_its_fate() {
        let body = r#"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such promotion code: 'CANARY'","param":"promotion_code"}}"#;
        check(404, body, "Stripe did not accept the request: status 404, `resource_missing`", Fate::TellOwner);
        let key =
            r#"{"error":{"message":"Invalid API Key provided: rk_live_****CANARY","type":"invalid_request_error"}}"#;
        check(401, key, "Stripe refused our credentials: `invalid_request_error`", Fate::TellOwner);
        let right = r#"{"error":{"message":"The provided key 'rk_live_CANARY' does not have the required permissions for this endpoint","type":"invalid_request_error","code":"more_permissions_required"}}"#;
        check(403, right, "Stripe refused our credentials: `more_permissions_required`", Fate::TellOwner);
        check(500, r#"{"error":{"type":"api_error"}}"#, "Stripe failed with status 500", Fate::Retry);
        check(400, "<html>", "Stripe did not accept the request: status 400, `status 400`", Fate::TellOwner);
        check(
            200,
            "<html>",
            "the answer of Stripe cannot be understood at `line 1 column 1`: expected a JSON document",
            Fate::Diagnose,
        );
    }

    #[test]
    fn a_hurry_is_waited_for_as_long_as_stripe_says() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("7"));
        let answer = Answer { status: 429, headers, body: Vec::new() };
        let wait = Some(std::time::Duration::from_secs(7));
        assert_eq!(sort(&answer).expect_err("a failure").fate(), Fate::SlowDown(wait));
    }
}
