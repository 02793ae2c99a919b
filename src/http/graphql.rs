//! GraphQL over HTTP as Shopify speaks it: one POST, `data` and `errors` in one body, and a bucket of points.
//!
//! Owns: the envelope, the token header, one more try with a new token where the old one is refused, and what the answer
//! says about the bucket. A body with `errors` is a failure even where it has `data` too: a part of an answer is not an
//! answer. Refuses: waiting, paging and the meaning of `data`. Facts:
//! <https://shopify.dev/docs/api/usage/limits#rate-limits> and <https://shopify.dev/docs/api/usage/response-codes>.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::tokens::{Token, TokenError, Tokens};
use super::{Answer, Api, Body, HttpError, is_word};

/// The longest wait that is believed. A full bucket of the smallest plan takes 20 s.
const WAIT_MAX_SECS: f64 = 600.0;

/// Where documents are sent, and as whom.
pub struct GraphQl {
    api: Api,
    path: String,
    header: HeaderName,
    tokens: Tokens,
}

impl fmt::Debug for GraphQl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GraphQl({:?}{})", self.api, self.path)
    }
}

/// What one question came to.
#[derive(Debug)]
pub struct Asked {
    /// `data`, where there are no errors beside it.
    pub data: Result<Value, AskError>,
    /// What it cost, where the answer says so.
    pub cost: Option<Cost>,
    /// The version that answered, where the answer says so: not always the one that was asked.
    pub version: Option<String>,
}

/// What a question cost, and what is left in the bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Points it might have cost, which must be there before it is answered.
    pub requested: f64,
    /// Points it cost.
    pub actual: Option<f64>,
    /// Points in the bucket now.
    pub available: f64,
    /// Points in a full bucket.
    pub maximum: f64,
    /// Points a second that flow in.
    pub restore: f64,
}

impl Cost {
    /// How long until `points` are there: at least a second where they are not. `None` where they never will be.
    #[must_use]
    pub fn wait_for(&self, points: f64) -> Option<Duration> {
        let lacking = points - self.available;
        if lacking <= 0.0 {
            return Some(Duration::ZERO);
        }
        if self.maximum < points || self.restore <= 0.0 {
            return None;
        }
        let secs = (lacking / self.restore).clamp(1.0, WAIT_MAX_SECS);
        Duration::try_from_secs_f64(secs).ok()
    }

    fn read(body: &Value) -> Option<Self> {
        let cost = body.pointer("/extensions/cost")?;
        let number = |value: &Value, key: &str| value.get(key).and_then(Value::as_f64).filter(|points| 0.0 <= *points);
        let status = cost.get("throttleStatus")?;
        Some(Self {
            requested: number(cost, "requestedQueryCost")?,
            actual: number(cost, "actualQueryCost"),
            available: number(status, "currentlyAvailable")?,
            maximum: number(status, "maximumAvailable")?,
            restore: number(status, "restoreRate")?,
        })
    }
}

/// Why there is no `data`.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No answer.
    #[error("no answer came")]
    Http(#[from] HttpError),
    /// No token to ask with.
    #[error("there is no token to ask with")]
    Token(#[from] TokenError),
    /// A status other than success. `reason` is a short word of the body, where it has one.
    #[error("status {status}, `{reason}`")]
    Status {
        /// The HTTP status.
        status: u16,
        /// `Retry-After`.
        wait: Option<Duration>,
        /// A short word.
        reason: String,
    },
    /// The bucket is empty.
    #[error("the bucket is empty")]
    Throttled {
        /// Until there is enough in it, where the answer lets one work that out.
        wait: Option<Duration>,
    },
    /// Errors, without or beside `data`.
    #[error("answered with the error `{code}`")]
    Errors {
        /// `extensions.code` of the first; a word of ours where it has none.
        code: String,
        /// Where it happened, by its `path`.
        at: String,
    },
    /// Not a body of this protocol.
    #[error("not a GraphQL answer at `{place}`")]
    Garbled {
        /// Where it stops being one.
        place: String,
    },
}

impl GraphQl {
    /// Documents go to `path` at `api`, the token in `header`.
    #[must_use]
    pub fn new(api: Api, path: &str, header: HeaderName, tokens: Tokens) -> Self {
        Self { api, path: path.to_owned(), header, tokens }
    }

    /// Asks once. Where the token is refused, once more with a new one; a refused request has done nothing.
    pub async fn ask(&self, document: &str, variables: &Value, now: Timestamp) -> Asked {
        let failed = |error: AskError| Asked { data: Err(error), cost: None, version: None };
        let token = match self.tokens.get(now).await {
            Ok(token) => token,
            Err(error) => return failed(error.into()),
        };
        let body = json!({"query": document, "variables": variables}).to_string().into_bytes();
        let first = match self.send(&token, body.clone()).await {
            Ok(answer) => answer,
            Err(error) => return failed(error.into()),
        };
        if first.status != 401 {
            return read(&first);
        }
        let token = match self.tokens.renew(&token, now).await {
            Ok(token) => token,
            // A fixed token has no successor: the refusal itself is the news.
            Err(TokenError::Refused { .. }) => return read(&first),
            Err(error) => return failed(error.into()),
        };
        match self.send(&token, body).await {
            Ok(answer) => read(&answer),
            Err(error) => failed(error.into()),
        }
    }

    async fn send(&self, token: &Token, body: Vec<u8>) -> Result<Answer, HttpError> {
        let value = HeaderValue::from_str(token.secret.expose_secret()).map(|mut value| {
            value.set_sensitive(true);
            value
        });
        // A token that no header can carry is sent as none, and refused by the server in its own words.
        let value = value.unwrap_or_else(|_| HeaderValue::from_static(""));
        self.api.send(Method::POST, &self.path, &[], &[(self.header.clone(), value)], Body::Json(body)).await
    }
}

fn read(answer: &Answer) -> Asked {
    let version = answer.header("x-shopify-api-version").filter(|text| text.len() <= 16).map(str::to_owned);
    let body = serde_json::from_slice::<Value>(&answer.body);
    let cost = body.as_ref().ok().and_then(Cost::read);
    let data = match body {
        _ if !answer.is_success() => Err(AskError::Status {
            status: answer.status,
            wait: answer.header("retry-after").and_then(seconds),
            reason: body.ok().and_then(|body| word_of(&body)).unwrap_or_else(|| "no reason given".to_owned()),
        }),
        Ok(body) => sort(body, cost.as_ref()),
        Err(error) => Err(AskError::Garbled { place: format!("line {} column {}", error.line(), error.column()) }),
    };
    Asked { data, cost, version }
}

/// `Retry-After` in seconds; Shopify writes `2.0`.
fn seconds(text: &str) -> Option<Duration> {
    let secs: f64 = text.trim().parse().ok()?;
    if (0.0..=WAIT_MAX_SECS).contains(&secs) { Duration::try_from_secs_f64(secs).ok() } else { None }
}

fn sort(mut body: Value, cost: Option<&Cost>) -> Result<Value, AskError> {
    let garbled = |place: &str| AskError::Garbled { place: place.to_owned() };
    let object = body.as_object_mut().ok_or_else(|| garbled("the whole body"))?;
    match object.get("errors") {
        None | Some(Value::Null) => {}
        Some(Value::Array(errors)) if errors.is_empty() => {}
        Some(Value::Array(errors)) => return Err(first_of(errors, cost)),
        // Shopify writes some failures of a whole request as text or as a table.
        Some(_) => return Err(AskError::Errors { code: "unexplained".to_owned(), at: "errors".to_owned() }),
    }
    match object.remove("data") {
        Some(data @ Value::Object(_)) => Ok(data),
        Some(_) | None => Err(garbled("data")),
    }
}

/// Being throttled decides: everything else in such an answer follows from it.
fn first_of(errors: &[Value], cost: Option<&Cost>) -> AskError {
    let code = |error: &Value| error.pointer("/extensions/code").and_then(Value::as_str).map(str::to_owned);
    if errors.iter().any(|error| code(error).as_deref() == Some("THROTTLED")) {
        let wait = cost.and_then(|cost| cost.wait_for(cost.requested));
        return AskError::Throttled { wait };
    }
    let first = errors.first();
    let code = first.and_then(code).filter(|word| is_word(word)).unwrap_or_else(|| "unexplained".to_owned());
    let path = first.and_then(|error| error.get("path")).and_then(Value::as_array).map(Vec::as_slice);
    let steps = path.unwrap_or_default().iter().map(|step| match step {
        Value::String(name) if is_word(name) => name.clone(),
        Value::Number(place) => place.to_string(),
        _ => "…".to_owned(),
    });
    let at: Vec<String> = steps.take(16).collect();
    AskError::Errors { code, at: at.join(".") }
}

/// A short word in a refusal: `error`, or the beginning of Shopify's bracketed sentence without anything of ours in it.
fn word_of(body: &Value) -> Option<String> {
    let errors = body.get("errors")?;
    let code = errors.pointer("/0/extensions/code").and_then(Value::as_str);
    let known = errors.as_str().map(|text| match text {
        text if text.contains("Invalid API key or access token") => "invalid_token",
        text if text.contains("Not Found") => "not_found",
        text if text.contains("Unavailable Shop") => "unavailable_shop",
        _ => "unexplained",
    });
    code.filter(|word| is_word(word)).or(known).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    #[track_caller]
    fn check(status: u16, body: &str, want: Result<&str, &str>) {
        let asked = read(&answer(status, body));
        let got = asked.data.map(|data| data.to_string()).map_err(|error| error.to_string());
        assert_eq!(got, want.map(str::to_owned).map_err(str::to_owned), "{status} {body}");
    }

    #[test]
    fn errors_beside_data_are_a_failure() {
        check(200, r#"{"data":{"a":1}}"#, Ok(r#"{"a":1}"#));
        check(200, r#"{"data":{"a":1},"errors":[]}"#, Ok(r#"{"a":1}"#));
        let denied =
            r#"{"data":{"a":null},"errors":[{"message":"m","path":["a",0],"extensions":{"code":"ACCESS_DENIED"}}]}"#;
        check(200, denied, Err("answered with the error `ACCESS_DENIED`"));
        check(200, r#"{"errors":"[API] m"}"#, Err("answered with the error `unexplained`"));
        check(
            200,
            r#"{"errors":[{"message":"token=SECRET","extensions":{"code":"a b"}}]}"#,
            Err("answered with the error `unexplained`"),
        );
    }

    #[test]
    fn what_is_not_an_answer_names_its_place() {
        check(200, "<html>", Err("not a GraphQL answer at `line 1 column 1`"));
        check(200, "[]", Err("not a GraphQL answer at `the whole body`"));
        check(200, r#"{"data":null}"#, Err("not a GraphQL answer at `data`"));
        check(200, "{}", Err("not a GraphQL answer at `data`"));
    }

    #[test]
    fn a_refusal_keeps_a_word_and_no_sentence() {
        let invalid = r#"{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}"#;
        check(401, invalid, Err("status 401, `invalid_token`"));
        check(404, r#"{"errors":"Not Found"}"#, Err("status 404, `not_found`"));
        check(500, "oops", Err("status 500, `no reason given`"));
    }

    #[test]
    fn an_empty_bucket_says_how_long_it_takes() {
        let cost = |requested: u32, left: u32| {
            format!(
                r#""extensions":{{"cost":{{"requestedQueryCost":{requested},"actualQueryCost":null,"throttleStatus":{{"maximumAvailable":2000.0,"currentlyAvailable":{left},"restoreRate":100.0}}}}}}"#
            )
        };
        let throttled = r#""errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]"#;
        for (requested, left, want) in [(405, 5, Some(4)), (405, 400, Some(1)), (2001, 5, None)] {
            let body = format!("{{{throttled},{}}}", cost(requested, left));
            let Err(AskError::Throttled { wait }) = read(&answer(200, &body)).data else { panic!("{body}") };
            assert_eq!(wait.map(|wait| wait.as_secs()), want, "{body}");
        }
        let Err(AskError::Throttled { wait: None }) = read(&answer(200, &format!("{{{throttled}}}"))).data else {
            panic!("without a cost nothing is worked out");
        };
    }
}
