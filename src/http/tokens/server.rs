//! One question to a token server, in its dialect, and what its answer says.
//!
//! Owns: the forms such answers have (RFC 6749 §5, the Graph's errors, `TikTok`'s envelope for businesses) and that a reason
//! is one word that is safe to repeat. Refuses: retries, and keeping what came.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::{Form, TokenError};
use crate::http::{Api, Body, is_word};

/// The word of RFC 6749 §5.2 for a grant that is over. What platforms say instead is turned into it.
pub const GRANT_OVER: &str = "invalid_grant";

/// The Graph's code for a token that is no good any more.
const GRAPH_TOKEN: i64 = 190;

/// What a token server gave.
#[derive(Default)]
pub struct Given {
    /// The access token.
    pub access: Option<SecretString>,
    /// Seconds it lives.
    pub access_secs: Option<i64>,
    /// A refresh token.
    pub refresh: Option<SecretString>,
    /// Seconds that one lives.
    pub refresh_secs: Option<i64>,
    /// The rights, with spaces between them.
    pub scope: Option<String>,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given(…)")
    }
}

/// The end of something that lives so many seconds.
#[must_use]
pub fn end_of(secs: Option<i64>, now: Timestamp) -> Option<Timestamp> {
    secs.map(|secs| now.saturating_add(SignedDuration::from_secs(secs)).unwrap_or(Timestamp::MAX))
}

/// Asks a token server. `app` travels in the `Authorization` header where the form wants it there ([`Form::Basic`]);
/// everywhere else it is among the fields already.
pub async fn ask(
    api: &Api,
    path: &str,
    form: Form,
    fields: &Map<String, Value>,
    app: Option<(&str, &SecretString)>,
) -> Result<Given, TokenError> {
    let pairs = || fields.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let owned = || pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let sent = match form {
        Form::Json => {
            let bytes = Value::Object(fields.clone()).to_string().into_bytes();
            api.send(Method::POST, path, &[], &[], Body::Json(bytes)).await
        }
        Form::UrlEncoded => api.send(Method::POST, path, &[], &[], Body::Form(owned())).await,
        Form::Basic => {
            let header = app.and_then(|(id, secret)| basic(id, secret)).map(|value| (AUTHORIZATION, value));
            api.send(Method::POST, path, &[], header.as_slice(), Body::Form(owned())).await
        }
        Form::Query => {
            let pairs: Vec<(&str, &str)> = pairs().collect();
            api.send(Method::GET, path, &pairs, &[], Body::Empty).await
        }
    };
    let answer = sent.map_err(|cause| TokenError::Unreachable { cause })?;
    let garbled = || TokenError::Garbled { field: "access_token" };
    match answer.status {
        200..300 => read(&serde_json::from_slice(&answer.body).map_err(|_| garbled())?),
        429 => Err(TokenError::SlowDown),
        status @ 500.. => Err(TokenError::Broken { status }),
        status => {
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            Err(TokenError::Refused { reason: reason(&body).unwrap_or_else(|| format!("status {status}")) })
        }
    }
}

/// RFC 7617. No log shows it.
fn basic(id: &str, secret: &SecretString) -> Option<HeaderValue> {
    let pair = data_encoding::BASE64.encode(format!("{id}:{}", secret.expose_secret()).as_bytes());
    let mut value = HeaderValue::from_str(&format!("Basic {pair}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A success. Some servers refuse with status 200 as well, and some put what they give into an envelope.
fn read(body: &Value) -> Result<Given, TokenError> {
    let code = body.get("code").and_then(Value::as_i64);
    if let Some(code) = code.filter(|code| *code != 0) {
        return Err(TokenError::Refused { reason: format!("code_{code}") });
    }
    let given = match body.get("data") {
        Some(Value::Array(rows)) => rows.first().unwrap_or(body),
        Some(inner @ Value::Object(_)) => inner,
        _ => body,
    };
    let text = |name: &str| given.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let secret = |name: &str| text(name).map(|text| SecretString::from(text.to_owned()));
    if text("access_token").is_none()
        && let Some(reason) = reason(body)
    {
        return Err(TokenError::Refused { reason });
    }
    let secs = |name: &str| match given.get(name) {
        // Facebook writes 0 for what has no end.
        Some(value) => value.as_i64().or_else(|| value.as_str()?.parse().ok()).filter(|secs| 0 < *secs),
        None => None,
    };
    Ok(Given {
        access: secret("access_token"),
        access_secs: secs("expires_in"),
        refresh: secret("refresh_token"),
        refresh_secs: secs("refresh_expires_in").or_else(|| secs("refresh_token_expires_in")),
        scope: given.get("scope").or_else(|| given.get("permissions")).and_then(rights),
    })
}

/// Rights as text with spaces (RFC 6749), as text with commas (`TikTok`, Shopify, Meta), as a list of words (Twitch) or of
/// numbers (`TikTok` for Business).
fn rights(value: &Value) -> Option<String> {
    let words: Vec<String> = match value {
        Value::String(text) => text.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        Value::Array(list) => {
            let word = |one: &Value| one.as_str().map(str::to_owned).or_else(|| one.as_i64().map(|n| n.to_string()));
            list.iter().filter_map(word).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    (!words.is_empty()).then(|| words.join(" "))
}

/// Why not, as one word that is safe to repeat. What says that the grant is over becomes [`GRANT_OVER`], whatever the
/// platform calls it:
///
/// - the Graph: `{"error":{"type":"OAuthException","code":190}}`
/// - Twitch: `{"status":400,"message":"Invalid refresh token"}` (<https://dev.twitch.tv/docs/authentication/refresh-tokens/>)
/// - X: `{"error":"invalid_request","error_description":"Value passed for the token was invalid."}` (seen in public reports)
fn reason(body: &Value) -> Option<String> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("message").eq_ignore_ascii_case("invalid refresh token")
        || (text("error") == "invalid_request" && text("error_description").contains("the token was invalid"))
    {
        return Some(GRANT_OVER.to_owned());
    }
    match body.get("error")? {
        Value::String(word) if is_word(word) => Some(word.clone()),
        Value::Object(error) => match error.get("code").and_then(Value::as_i64)? {
            GRAPH_TOKEN => Some(GRANT_OVER.to_owned()),
            code => Some(format!("code_{code}")),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Access token, seconds, refresh token, seconds, rights.
    type Plain = (String, Option<i64>, Option<String>, Option<i64>, Option<String>);

    type Want<'a> = (&'a str, Option<i64>, Option<&'a str>, Option<i64>, Option<&'a str>);

    #[track_caller]
    fn check(body: &Value, want: Result<Want<'_>, &str>) {
        let shown = |secret: &SecretString| secret.expose_secret().to_owned();
        let got: Result<Plain, String> = match read(body) {
            Ok(given) => Ok((
                given.access.as_ref().map(shown).unwrap_or_default(),
                given.access_secs,
                given.refresh.as_ref().map(shown),
                given.refresh_secs,
                given.scope,
            )),
            Err(error) => Err(error.to_string()),
        };
        let want: Result<Plain, String> = want
            .map(|(a, b, c, d, e)| (a.to_owned(), b, c.map(str::to_owned), d, e.map(str::to_owned)))
            .map_err(str::to_owned);
        assert_eq!(got, want, "{body}");
    }

    #[test]
    fn every_form_of_an_answer_is_read() {
        let google = json!({"access_token": "a", "expires_in": 3599, "scope": "x y", "token_type": "Bearer"});
        check(&google, Ok(("a", Some(3599), None, None, Some("x y"))));
        let testing =
            json!({"access_token": "a", "expires_in": 3599, "refresh_token": "r", "refresh_token_expires_in": 604_799});
        check(&testing, Ok(("a", Some(3599), Some("r"), Some(604_799), None)));
        let tiktok = json!({"access_token": "a", "expires_in": 7200, "refresh_token": "r", "refresh_expires_in": 15_552_000,
            "scope": "user.info.basic,video.list"});
        check(&tiktok, Ok(("a", Some(7200), Some("r"), Some(15_552_000), Some("user.info.basic video.list"))));
        let twitch =
            json!({"access_token": "a", "expires_in": 14_124, "refresh_token": "r", "scope": ["user:read:email"]});
        check(&twitch, Ok(("a", Some(14_124), Some("r"), None, Some("user:read:email"))));
        let business = json!({"code": 0, "message": "OK", "data": {"access_token": "a", "advertiser_ids": ["1"], "scope": [4, 5]}});
        check(&business, Ok(("a", None, None, None, Some("4 5"))));
        let instagram = json!({"data": [{"access_token": "a", "user_id": "1", "permissions": "x,y"}]});
        check(&instagram, Ok(("a", None, None, None, Some("x y"))));
        let endless = json!({"access_token": "a", "token_type": "bearer", "expires_in": 0});
        check(&endless, Ok(("a", None, None, None, None)));
    }

    #[test]
    fn a_refusal_with_status_200_is_a_refusal() {
        check(&json!({"error": "invalid_grant", "log_id": "1"}), Err("no access token was given: `invalid_grant`"));
        check(
            &json!({"code": 40_002, "message": "CANARY", "data": {}}),
            Err("no access token was given: `code_40002`"),
        );
    }

    #[test]
    fn a_grant_that_is_over_has_one_word() {
        let over = |body: Value| assert_eq!(reason(&body).as_deref(), Some(GRANT_OVER), "{body}");
        over(json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}));
        over(json!({"error": {"message": "Session has expired", "type": "OAuthException", "code": 190}}));
        over(json!({"error": "Bad Request", "status": 400, "message": "Invalid refresh token"}));
        over(json!({"error": "invalid_request", "error_description": "Value passed for the token was invalid."}));
        let other = |body: Value, want: Option<&str>| assert_eq!(reason(&body).as_deref(), want, "{body}");
        other(json!({"error": "invalid_client"}), Some("invalid_client"));
        other(json!({"error": "invalid_request", "error_description": "Missing parameter"}), Some("invalid_request"));
        other(json!({"error": {"code": 101}}), Some("code_101"));
        other(json!({"error": "a sentence with a CANARY"}), None);
        other(json!([]), None);
    }
}
