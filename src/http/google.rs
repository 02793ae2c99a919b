//! What every API of Google has in common: its error bodies, and how an account signs in.
//!
//! Owns: what a refusal means ([`Refusal`], a closed list) and the tokens of each account ([`Logins`]).
//! Refuses: Google's prose. What is repeated of a body is a short word.
//!
//! The reason decides before the status: 403 is a spent quota, a hurry, a lacking right or a refused key. Facts:
//! <https://developers.google.com/youtube/v3/docs/errors>, <https://google.aip.dev/193>,
//! <https://developers.google.com/google-ads/api/docs/best-practices/understand-api-errors>.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::signed::{Question, Signed, SignedError};
use super::tokens::{Accounts, Dialect, Grant, TokenError, TokenKeeper, Tokens};
use super::{Answer, Api, is_word};

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A budget of the day is used up.
    Quota,
    /// Too many requests in a short time.
    Rate,
    /// The key or token is not accepted.
    Auth,
    /// It is accepted, and may not do this.
    Permission,
    /// What was asked about does not exist.
    NotFound,
    /// The request is wrong.
    BadRequest,
    /// Google failed; the same request may succeed later.
    Transient,
}

/// An answer that is not 2xx, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What it means.
    pub meaning: Meaning,
    /// Google's own word for it, or `no reason given`.
    pub reason: String,
    /// The HTTP status.
    pub status: u16,
    /// How long to wait, where it says so.
    pub wait: Option<Duration>,
}

/// Words with a meaning of their own; any other is judged by its status.
const WORDS: &[(&str, Meaning)] = &[
    ("quotaExceeded", Meaning::Quota),
    ("dailyLimitExceeded", Meaning::Quota),
    ("rateLimitExceeded", Meaning::Rate),
    ("userRateLimitExceeded", Meaning::Rate),
    ("RATE_LIMIT_EXCEEDED", Meaning::Rate),
    ("keyInvalid", Meaning::Auth),
    ("keyExpired", Meaning::Auth),
    ("API_KEY_INVALID", Meaning::Auth),
    ("authError", Meaning::Auth),
    ("invalid_grant", Meaning::Auth),
    ("accessNotConfigured", Meaning::Permission),
    ("SERVICE_DISABLED", Meaning::Permission),
    ("forbidden", Meaning::Permission),
    ("accountDelegationForbidden", Meaning::Permission),
    ("authenticatedUserAccountClosed", Meaning::Permission),
    ("authenticatedUserAccountSuspended", Meaning::Permission),
    ("channelNotFound", Meaning::NotFound),
    ("playlistNotFound", Meaning::NotFound),
    ("playlistItemsNotAccessible", Meaning::NotFound),
    ("videoNotFound", Meaning::NotFound),
    ("backendError", Meaning::Transient),
    ("internalError", Meaning::Transient),
];

/// A word of a body, with what it means where it has a meaning of its own.
struct Word {
    text: String,
    meaning: Option<Meaning>,
}

impl Word {
    fn plain(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        let meaning = WORDS.iter().find(|row| row.0 == text).map(|row| row.1);
        Some(Self { text: text.to_owned(), meaning })
    }

    /// `{"quotaError":"RESOURCE_EXHAUSTED"}` of Google Ads: the kind of error decides, and for quotas its word.
    fn of_ads((kind, value): (&String, &Value)) -> Option<Self> {
        let text = value.as_str()?;
        let meaning = match (kind.as_str(), text) {
            ("quotaError", "RESOURCE_EXHAUSTED") => Meaning::Quota,
            ("quotaError", _) => Meaning::Rate,
            ("authenticationError", _) => Meaning::Auth,
            ("authorizationError", _) => Meaning::Permission,
            ("internalError", _) => Meaning::Transient,
            (_, "RESOURCE_NOT_FOUND") => Meaning::NotFound,
            _ => Meaning::BadRequest,
        };
        Some(Self { text: text.to_owned(), meaning: Some(meaning) })
    }
}

impl Refusal {
    /// What an answer that is not 2xx means.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        Self::read(answer.status, answer.header("retry-after"), &answer.body)
    }

    /// The same from its parts; `wait` is the `Retry-After` header.
    #[must_use]
    pub fn read(status: u16, wait: Option<&str>, body: &[u8]) -> Self {
        let error = error_of(body);
        let words = error.as_ref().map(words).unwrap_or_default();
        let known = words.iter().find(|word| word.meaning.is_some());
        let said = known.filter(|word| is_word(&word.text)).or_else(|| words.iter().find(|word| is_word(&word.text)));
        let meaning = known.and_then(|word| word.meaning).unwrap_or(match status {
            401 => Meaning::Auth,
            403 => Meaning::Permission,
            429 => Meaning::Rate,
            500.. => Meaning::Transient,
            _ => Meaning::BadRequest,
        });
        let header = wait.and_then(|secs| secs.trim().parse().ok()).map(Duration::from_secs);
        Self {
            meaning,
            reason: said.map_or_else(|| "no reason given".to_owned(), |word| word.text.clone()),
            status,
            wait: header.or_else(|| error.as_ref().and_then(delay)),
        }
    }

    /// The same as words for an error: of a request that is wrong, the status too.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("status {}, {}", self.status, self.reason)
    }
}

/// `error` of a body; a stream of Google Ads answers a list with one such body in it.
fn error_of(body: &[u8]) -> Option<Value> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let body = match body {
        Value::Array(list) => list.into_iter().next()?,
        other => other,
    };
    body.get("error").cloned()
}

fn rows<'a>(error: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    error.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The words of an error, most specific first: Google Ads' `details[].errors[].errorCode`, `errors[].reason` (both
/// generations), `details[].reason` and `status` (the newer one), the error itself (the token server).
fn words(error: &Value) -> Vec<Word> {
    let ads = rows(error, "details").flat_map(|detail| rows(detail, "errors"));
    let ads = ads.filter_map(|row| row.get("errorCode").and_then(Value::as_object)).flatten().filter_map(Word::of_ads);
    let reasons = rows(error, "errors").chain(rows(error, "details")).filter_map(|row| row.get("reason"));
    let plain = reasons.chain(error.get("status")).chain(std::iter::once(error)).filter_map(Word::plain);
    ads.chain(plain).collect()
}

/// How long the body says to wait: `google.rpc.RetryInfo`, or Google Ads' `quotaErrorDetails`.
fn delay(error: &Value) -> Option<Duration> {
    let ads = rows(error, "details").flat_map(|detail| rows(detail, "errors"));
    let ads = ads.filter_map(|row| row.pointer("/details/quotaErrorDetails/retryDelay"));
    let plain = rows(error, "details").filter_map(|detail| detail.get("retryDelay"));
    plain.chain(ads).find_map(|value| seconds(value.as_str()?))
}

/// `37s`, or with decimals, which are rounded up.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.strip_suffix('s')?;
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let whole: u64 = whole.parse().ok()?;
    Some(Duration::from_secs(whole.saturating_add(u64::from(rest.bytes().any(|byte| byte != b'0')))))
}

/// Whether an answer says that its token is no good.
#[must_use]
pub fn refuses_token(answer: &Answer) -> bool {
    answer.status == 401
}

/// An app at Google, and the accounts that let it in. Tokens: <https://developers.google.com/identity/protocols/oauth2>.
pub struct Logins {
    api: Api,
    server: Api,
    path: String,
    id: String,
    secret: SecretString,
    always: Vec<(HeaderName, HeaderValue)>,
    /// The one account whose refresh token is in a file.
    own: Option<Arc<dyn TokenKeeper>>,
    /// Those that people have connected.
    connected: OnceLock<Arc<dyn Accounts>>,
    held: Mutex<BTreeMap<String, Signed>>,
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logins({:?})", self.api)
    }
}

impl Logins {
    /// The accounts of an app at `api`, whose tokens come from `path` at `server`.
    #[must_use]
    pub fn new(api: Api, (server, path): (Api, &str), (id, secret): (&str, &SecretString)) -> Self {
        Self {
            api,
            server,
            path: path.to_owned(),
            id: id.to_owned(),
            secret: secret.clone(),
            always: Vec::new(),
            own: None,
            connected: OnceLock::new(),
            held: Mutex::default(),
        }
    }

    /// Also sends this with every request.
    #[must_use]
    pub fn always(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.always.push((name, value));
        self
    }

    /// Every account is this one.
    #[must_use]
    pub fn with_own(mut self, keeper: Option<Arc<dyn TokenKeeper>>) -> Self {
        self.own = keeper;
        self
    }

    /// Where accounts that people connect are found; what was said first stands.
    pub fn connect(&self, accounts: &Arc<dyn Accounts>) {
        // Said twice is the same accounts twice.
        drop(self.connected.set(Arc::clone(accounts)));
    }

    /// One account, to ask with. One that nobody has connected is refused.
    pub async fn of(&self, account: &str) -> Result<Signed, TokenError> {
        let mut held = self.held.lock().await;
        if let Some(signed) = held.get(account) {
            return Ok(signed.clone());
        }
        let keeper = match (&self.own, self.connected.get()) {
            (Some(own), _) => Some(Arc::clone(own)),
            (None, Some(accounts)) => accounts.keeper(account).await.map_err(|cause| TokenError::Keeper { cause })?,
            (None, None) => None,
        };
        let keeper = keeper.ok_or_else(|| TokenError::Refused { reason: "not_connected".to_owned() })?;
        let grant = Grant::Account { id: self.id.clone(), secret: self.secret.clone(), keeper };
        let tokens = Arc::new(Tokens::new(self.server.clone(), &self.path, Dialect::GOOGLE, grant));
        let mut signed = Signed::bearer(self.api.clone(), tokens);
        for (name, value) in &self.always {
            signed = signed.always(name.clone(), value.clone());
        }
        held.insert(account.to_owned(), signed.clone());
        Ok(signed)
    }
}

/// One customer of Google Ads, for whoever reads it and whoever acts on it.
#[derive(Debug)]
pub struct AdsAccount {
    /// Who may ask.
    pub logins: Logins,
    /// Digits only.
    pub customer: String,
    /// `v26`.
    pub version: String,
}

impl AdsAccount {
    /// Posts to a method of the customer, such as `googleAds:searchStream`; how many requests that took.
    pub async fn ask(&self, method: &str, body: &Value, now: Timestamp) -> (Result<Answer, SignedError>, u32) {
        let signed = match self.logins.of(&self.customer).await {
            Ok(signed) => signed,
            Err(error) => return (Err(error.into()), 0),
        };
        let path = format!("{}/customers/{}/{method}", self.version, self.customer);
        let bytes = body.to_string().into_bytes();
        signed.ask(Question::post_json(&path, &[], &bytes), now, refuses_token).await
    }

    /// Asks a question in GAQL.
    pub async fn search(&self, query: &str, now: Timestamp) -> (Result<Answer, SignedError>, u32) {
        self.ask("googleAds:searchStream", &json!({"query": query}), now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, body: &str, meaning: Meaning, reason: &str) {
        let refusal = Refusal::read(status, None, body.as_bytes());
        assert_eq!((refusal.meaning, refusal.reason.as_str()), (meaning, reason), "{status} {body}");
    }

    fn ads(kind: &str, word: &str) -> String {
        format!(
            r#"{{"error":{{"code":1,"status":"S","details":[{{"@type":"type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure","errors":[{{"errorCode":{{"{kind}":"{word}"}},"message":"m"}}],"requestId":"r"}}]}}}}"#
        )
    }

    #[test]
    fn the_reason_decides_before_the_status() {
        let old = r#"{"error":{"errors":[{"domain":"x","reason":"quotaExceeded"}],"code":403}}"#;
        check(403, old, Meaning::Quota, "quotaExceeded");
        let newer = r#"{"error":{"code":400,"errors":[{"reason":"badRequest"}],"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#;
        check(400, newer, Meaning::Auth, "API_KEY_INVALID");
        check(400, r#"{"error":"invalid_grant"}"#, Meaning::Auth, "invalid_grant");
        check(429, r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}"#, Meaning::Rate, "RESOURCE_EXHAUSTED");
        check(403, r#"{"error":{"code":403,"status":"PERMISSION_DENIED"}}"#, Meaning::Permission, "PERMISSION_DENIED");
        check(401, "<html>", Meaning::Auth, "no reason given");
        check(404, "", Meaning::BadRequest, "no reason given");
    }

    #[test]
    fn google_ads_says_the_kind_of_error_and_its_word() {
        check(429, &ads("quotaError", "RESOURCE_EXHAUSTED"), Meaning::Quota, "RESOURCE_EXHAUSTED");
        let soon = "RESOURCE_TEMPORARILY_EXHAUSTED";
        check(429, &ads("quotaError", soon), Meaning::Rate, soon);
        check(401, &ads("authenticationError", "OAUTH_TOKEN_REVOKED"), Meaning::Auth, "OAUTH_TOKEN_REVOKED");
        let denied = "USER_PERMISSION_DENIED";
        check(403, &format!("[{}]", ads("authorizationError", denied)), Meaning::Permission, denied);
        check(400, &ads("mutateError", "RESOURCE_NOT_FOUND"), Meaning::NotFound, "RESOURCE_NOT_FOUND");
        check(400, &ads("queryError", "UNRECOGNIZED_FIELD"), Meaning::BadRequest, "UNRECOGNIZED_FIELD");
        check(500, &ads("internalError", "INTERNAL_ERROR"), Meaning::Transient, "INTERNAL_ERROR");
    }

    #[test]
    fn a_wait_is_read_from_header_or_body() {
        let info = r#"{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"37.2s"}]}}"#;
        let wait = |header, body: &str| Refusal::read(429, header, body.as_bytes()).wait.map(|wait| wait.as_secs());
        assert_eq!(wait(Some("17"), info), Some(17));
        assert_eq!(wait(None, info), Some(38));
        let quota = r#"{"error":{"details":[{"errors":[{"errorCode":{"quotaError":"RESOURCE_EXHAUSTED"},"details":{"quotaErrorDetails":{"retryDelay":"900s"}}}]}]}}"#;
        assert_eq!(wait(None, quota), Some(900));
        assert_eq!(wait(Some("soon"), "{}"), None);
    }

    #[test]
    fn only_short_words_are_repeated() {
        let body = r#"{"error":{"errors":[{"reason":"<b>token=SECRET</b>"}]}}"#;
        check(400, body, Meaning::BadRequest, "no reason given");
        check(400, &ads("queryError", "token=SECRET and more"), Meaning::BadRequest, "S");
    }
}
