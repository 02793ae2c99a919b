//! What every surface of Meta's Graph shares: the error envelope, what it says about its limits, and the way to the next page.
//!
//! Owns: which code means what ([`Fault`]), how full the allowances are ([`Usage`]), and where the next page begins
//! ([`next_page`]).
//! Refuses: messages as a ground to decide on, with one exception that has no code of its own (the privacy threshold);
//! `paging.next` as an address, for it holds the token; waiting, and the meaning of what was answered.
//! Survives: any body at all.
//!
//! The token travels as `Authorization: Bearer …` ([`Signed::bearer`]), never in the query, where logs would keep it. Facts:
//! <https://developers.facebook.com/docs/graph-api/guides/error-handling> and
//! <https://developers.facebook.com/docs/graph-api/overview/rate-limiting>.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::Answer;
use super::signed::{Question, Signed, SignedError};

/// From this share of an allowance on, what can wait waits. The platform's own advice.
pub const SLOW_AT: u32 = 75;

/// From this share on nothing is asked: whoever is throttled and keeps asking is blocked for longer.
pub const STOP_AT: u32 = 90;

/// The longest wait that is believed: the allowances roll over an hour, those of Instagram over a day.
const WAIT_MAX: Duration = Duration::from_hours(24);

/// The longest cursor that is sent back. Real ones are under 300 bytes.
const CURSOR_MAX: usize = 2_000;

/// What an error of the Graph means. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 190, 102: the token is expired, taken back or otherwise no good. Somebody must connect again.
    Token,
    /// 10, 200 to 299: the token is good and lacks a right.
    Permission,
    /// 10 with the message of the privacy threshold: the number exists and is too small to be told.
    TooFew,
    /// 100/33, 803: the object does not exist, or not for this token.
    Gone,
    /// 100 otherwise: a field, a metric or a value that it does not know.
    Bad,
    /// 100/1487534, or 1 with status 500 and no word on why: too much was asked for at once. The second may be a passing
    /// failure too; whoever can ask for less does, and whoever cannot asks again later.
    TooMuch,
    /// 1, 2, `is_transient`: it failed, and says that it passes.
    Transient,
    /// 4, 17, 32, 341, 613, 80000 to 80099: an allowance is used up. Asking on makes the block longer.
    Throttled,
    /// 368: blocked for a policy.
    Blocked,
    /// Any other code.
    Other,
}

/// An error as the Graph wrote it, without its prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    /// What it means.
    pub fault: Fault,
    /// The HTTP status: usually 400, whatever happened.
    pub status: u16,
    /// `code`; 0 where there is none.
    pub code: i64,
    /// `error_subcode`.
    pub subcode: Option<i64>,
    /// `fbtrace_id`: what Meta's support asks for.
    pub trace: Option<String>,
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code {}", self.code)?;
        if let Some(subcode) = self.subcode {
            write!(f, ", subcode {subcode}")?;
        }
        match &self.trace {
            Some(trace) => write!(f, ", trace {trace}"),
            None => Ok(()),
        }
    }
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum GraphTrouble {
    /// No answer, or no token to ask with.
    #[error(transparent)]
    Unanswered(#[from] SignedError),
    /// An error of the Graph.
    #[error("answered with {0}")]
    Said(GraphError),
    /// A failure without the envelope: something before the Graph answered.
    #[error("status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// Success, and no document.
    #[error("the answer is not a JSON document from {place} on")]
    Garbled {
        /// Where it stops being one.
        place: String,
    },
}

/// The document of an answer, or the error in it.
pub fn document(answer: &Answer) -> Result<Value, GraphTrouble> {
    of_parts(answer.status, &answer.body)
}

/// The same for one item of a batch, which has a status and a body of its own.
pub fn of_parts(status: u16, body: &[u8]) -> Result<Value, GraphTrouble> {
    let success = (200..300).contains(&status);
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => match error_in(status, &value) {
            Some(error) => Err(GraphTrouble::Said(error)),
            None if success => Ok(value),
            None => Err(GraphTrouble::Status { status }),
        },
        Err(error) if success => {
            Err(GraphTrouble::Garbled { place: format!("line {} column {}", error.line(), error.column()) })
        }
        Err(_) => Err(GraphTrouble::Status { status }),
    }
}

/// The error of a body that has one, whatever its status.
#[must_use]
pub fn error_in(status: u16, body: &Value) -> Option<GraphError> {
    let error = body.get("error").filter(|error| error.is_object())?;
    let number = |key: &str| match error.get(key) {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let (code, subcode) = (number("code").unwrap_or_default(), number("error_subcode"));
    let transient = error.get("is_transient").and_then(Value::as_bool).unwrap_or_default();
    let few = || error.get("message").and_then(Value::as_str).is_some_and(too_few);
    let trace = error.get("fbtrace_id").and_then(Value::as_str).filter(|word| is_trace(word)).map(str::to_owned);
    Some(GraphError { fault: sort(status, code, subcode, transient, few), status, code, subcode, trace })
}

/// The one table. A code that says more than `is_transient` does outranks it: throttles are marked transient too.
fn sort(status: u16, code: i64, subcode: Option<i64>, transient: bool, few: impl Fn() -> bool) -> Fault {
    match (code, subcode) {
        (190 | 102, _) => Fault::Token,
        (4 | 17 | 32 | 341 | 613 | 80_000..=80_099, _) => Fault::Throttled,
        (368, _) => Fault::Blocked,
        (10, _) if few() => Fault::TooFew,
        (10 | 200..=299, _) => Fault::Permission,
        (100, Some(33)) | (803, _) => Fault::Gone,
        (100, Some(1_487_534)) => Fault::TooMuch,
        _ if transient => Fault::Transient,
        (100, _) => Fault::Bad,
        (1, None) if status == 500 => Fault::TooMuch,
        (1 | 2, _) => Fault::Transient,
        _ if 500 <= status => Fault::Transient,
        _ => Fault::Other,
    }
}

/// "(#10) Not enough viewers for the media to show insights": the only message that is looked at, because code 10 alone
/// says both this and a missing right.
fn too_few(message: &str) -> bool {
    message.to_ascii_lowercase().contains("not enough viewers")
}

/// A trace id is a short word; nothing else is repeated.
fn is_trace(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=60).contains(&word.len()) && word.bytes().all(fits)
}

/// Whether an answer refuses the token: what [`Signed::ask`] wants to know.
#[must_use]
pub fn refuses_token(answer: &Answer) -> bool {
    !answer.is_success()
        && serde_json::from_slice::<Value>(&answer.body)
            .ok()
            .and_then(|body| error_in(answer.status, &body))
            .is_some_and(|error| error.fault == Fault::Token)
}

/// How full the allowances are, as the headers of an answer say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// The fullest of them, in whole per cent; `None` where no header speaks of any.
    pub percent: Option<u32>,
    /// How long until it may be asked again, where the platform says so.
    pub wait: Option<Duration>,
}

impl Usage {
    /// What the headers of an answer say: `X-App-Usage`, `X-Business-Use-Case-Usage` (its
    /// `estimated_time_to_regain_access` is in minutes), `X-Ad-Account-Usage` (its `reset_time_duration` is in seconds, and
    /// a wait only once there is hardly anything left) and `X-FB-Ads-Insights-Throttle`.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        let mut all = Self::default();
        for name in ["x-app-usage", "x-ad-account-usage", "x-fb-ads-insights-throttle", "x-business-use-case-usage"] {
            let read = answer.header(name).and_then(|text| serde_json::from_str::<Value>(text).ok());
            if let Some(value) = read {
                all = all.and(Self::one(&value));
            }
        }
        all
    }

    /// The fuller of both, and the longer wait.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { percent: std::cmp::max(self.percent, other.percent), wait: std::cmp::max(self.wait, other.wait) }
    }

    /// Whether what can wait should.
    #[must_use]
    pub fn is_high(self) -> bool {
        self.percent.is_some_and(|percent| SLOW_AT <= percent)
    }

    /// Whether nothing more should be asked for now.
    #[must_use]
    pub fn is_spent(self) -> bool {
        self.percent.is_some_and(|percent| STOP_AT <= percent)
    }

    /// One header: an object of numbers, or an object of lists of such.
    fn one(value: &Value) -> Self {
        let Value::Object(members) = value else { return Self::default() };
        let lists = members.values().filter_map(Value::as_array).flatten();
        lists.map(Self::of_numbers).fold(Self::of_numbers(value), Self::and)
    }

    fn of_numbers(value: &Value) -> Self {
        const SHARES: [&str; 5] = ["call_count", "total_time", "total_cputime", "acc_id_util_pct", "app_id_util_pct"];
        let percent = SHARES.iter().filter_map(|key| whole(value.get(*key)?)).max();
        let minutes =
            value.get("estimated_time_to_regain_access").and_then(whole).map(|minutes| u64::from(minutes) * 60);
        let full = percent.is_some_and(|percent| STOP_AT <= percent);
        let reset = value.get("reset_time_duration").and_then(whole).map(u64::from).filter(|_| full);
        let wait = std::cmp::max(minutes, reset).filter(|secs| *secs != 0);
        Self { percent, wait: wait.map(|secs| std::cmp::min(Duration::from_secs(secs), WAIT_MAX)) }
    }
}

/// A share or a time as a whole number, its fraction cut off: `89.7` is not 90 yet.
fn whole(value: &Value) -> Option<u32> {
    let text = value.as_number()?.to_string();
    let digits = text.split('.').next()?;
    digits.parse().ok()
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// Nowhere: that was all.
    Last,
    /// Ask the same again with this as `after`.
    After(String),
    /// It goes on, and says only in an address how; that address holds the token and is not used.
    Nowhere,
}

/// Where a list goes on: there is more exactly where `paging.next` stands, and it begins at `paging.cursors.after`.
#[must_use]
pub fn next_page(body: &Value) -> Page {
    if body.pointer("/paging/next").is_none_or(Value::is_null) {
        return Page::Last;
    }
    match body.pointer("/paging/cursors/after").and_then(Value::as_str) {
        Some(after) if !after.is_empty() && after.len() <= CURSOR_MAX => Page::After(after.to_owned()),
        Some(_) | None => Page::Nowhere,
    }
}

/// Whether text is a version as the path has it: `v25.0`. Without one the oldest would answer that the app may use.
#[must_use]
pub fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix('v').and_then(|rest| rest.split_once('.')).is_some_and(|(one, two)| number(one) && number(two))
}

/// Whether text is an id of the Graph: digits, as it may stand in a path.
#[must_use]
pub fn is_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The Graph as one account sees it.
#[derive(Debug, Clone)]
pub struct Graph {
    signed: Signed,
    version: String,
}

/// What one question came to.
#[derive(Debug)]
pub struct Asked {
    /// The document.
    pub document: Result<Value, GraphTrouble>,
    /// What the answer says about the allowances.
    pub usage: Usage,
    /// Requests that it took: each counts against them.
    pub requests: u32,
}

impl Graph {
    /// What `signed` reaches, in one version.
    #[must_use]
    pub fn new(signed: Signed, version: &str) -> Self {
        Self { signed, version: version.to_owned() }
    }

    /// The version in front of a path: `v25.0/me`.
    #[must_use]
    pub fn path(&self, rest: &str) -> String {
        format!("{}/{rest}", self.version)
    }

    /// Asks; a token that is refused is renewed once, where it can be.
    pub async fn ask(&self, question: Question<'_>, now: Timestamp) -> Asked {
        let (answer, requests) = self.signed.ask(question, now, refuses_token).await;
        match answer {
            Ok(answer) => Asked { document: document(&answer), usage: Usage::of(&answer), requests },
            Err(error) => Asked { document: Err(error.into()), usage: Usage::default(), requests },
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
    use serde_json::json;

    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"));
        }
        Answer { status, headers: map, body: body.as_bytes().to_vec() }
    }

    #[track_caller]
    fn check(status: u16, error: &Value, want: Fault) {
        let got = error_in(status, &json!({"error": error})).expect("an error").fault;
        assert_eq!(got, want, "{status} {error}");
        let refused = answer(status, &[], &json!({"error": error}).to_string());
        assert_eq!(refuses_token(&refused), want == Fault::Token, "{error}");
    }

    #[test]
    fn codes_decide_what_an_error_means() {
        for (code, subcode, want) in [
            (190, Some(463), Fault::Token),
            (190, Some(467), Fault::Token),
            (190, None, Fault::Token),
            (102, None, Fault::Token),
            (10, None, Fault::Permission),
            (200, None, Fault::Permission),
            (294, None, Fault::Permission),
            (300, None, Fault::Other),
            (100, Some(33), Fault::Gone),
            (803, None, Fault::Gone),
            (100, None, Fault::Bad),
            (100, Some(1_487_534), Fault::TooMuch),
            (1, None, Fault::Transient),
            (2, None, Fault::Transient),
            (4, None, Fault::Throttled),
            (4, Some(1_504_022), Fault::Throttled),
            (17, Some(2_446_079), Fault::Throttled),
            (32, None, Fault::Throttled),
            (341, None, Fault::Throttled),
            (613, Some(1_487_632), Fault::Throttled),
            (80_000, Some(2_446_079), Fault::Throttled),
            (80_004, None, Fault::Throttled),
            (80_014, None, Fault::Throttled),
            (80_100, None, Fault::Other),
            (368, None, Fault::Blocked),
            (2_635, None, Fault::Other),
        ] {
            let mut error = json!({"message": "any words", "type": "OAuthException", "code": code});
            if let Some(subcode) = subcode {
                error["error_subcode"] = json!(subcode);
            }
            check(400, &error, want);
        }
    }

    #[test]
    fn messages_decide_nothing_but_the_privacy_threshold() {
        let few = "(#10) Not enough viewers for the media to show insights";
        check(400, &json!({"code": 10, "message": few}), Fault::TooFew);
        check(400, &json!({"code": 10, "message": "(#10) Application does not have permission"}), Fault::Permission);
        check(400, &json!({"code": 100, "message": few}), Fault::Bad);
        check(400, &json!({"code": 100, "message": "Error validating access token: Session has expired"}), Fault::Bad);
        check(400, &json!({"code": 3, "message": "User request limit reached"}), Fault::Other);
    }

    #[test]
    fn what_passes_says_so_or_is_a_failure_of_the_server() {
        check(400, &json!({"code": 3, "is_transient": true}), Fault::Transient);
        check(400, &json!({"code": 100, "is_transient": true}), Fault::Transient);
        check(400, &json!({"code": 4, "is_transient": true}), Fault::Throttled);
        check(400, &json!({"code": 190, "is_transient": true}), Fault::Token);
        check(500, &json!({"code": 1}), Fault::TooMuch);
        check(500, &json!({"code": 1, "error_subcode": 99}), Fault::Transient);
        check(500, &json!({"code": 1, "is_transient": true}), Fault::Transient);
        check(503, &json!({"code": 3}), Fault::Transient);
        check(400, &json!({}), Fault::Other);
        check(400, &json!({"code": "190"}), Fault::Token);
    }

    #[test]
    fn an_answer_is_a_document_or_says_why_not() {
        let sort = |status, body: &str| match of_parts(status, body.as_bytes()) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        };
        for (status, body, want) in [
            (200, r#"{"data":[]}"#, r#"{"data":[]}"#),
            (
                200,
                r#"{"error":{"code":190,"error_subcode":463,"fbtrace_id":"H2il2t5bn4e"}}"#,
                "answered with code 190, subcode 463, trace H2il2t5bn4e",
            ),
            (400, r#"{"error":{"code":100,"fbtrace_id":"no word"}}"#, "answered with code 100"),
            (400, r#"{"error":"invalid"}"#, "status 400"),
            (502, "<html>", "status 502"),
            (403, "{}", "status 403"),
            (200, "<html>", "the answer is not a JSON document from line 1 column 1 on"),
            (200, r#"{"data":[{"#, "the answer is not a JSON document from line 1 column 10 on"),
        ] {
            assert_eq!(sort(status, body), want, "{status} {body}");
        }
    }

    #[test]
    fn the_fullest_allowance_and_the_longest_wait_count() {
        let business = r#"{"17841":[{"type":"instagram","call_count":12,"total_cputime":5,"total_time":7,
            "estimated_time_to_regain_access":0}],"66782684":[{"type":"ads_management","call_count":95,"total_time":20,
            "estimated_time_to_regain_access":4},{"type":"ads_insights","call_count":1,
            "estimated_time_to_regain_access":9}]}"#
            .replace(['\n', ' '], "");
        let secs = |secs| Some(Duration::from_secs(secs));
        for (name, value, percent, wait) in [
            ("x-app-usage", r#"{"call_count":28,"total_time":25,"total_cputime":31}"#, Some(31), None),
            ("x-business-use-case-usage", business.as_str(), Some(95), secs(540)),
            ("x-ad-account-usage", r#"{"acc_id_util_pct":9.67,"reset_time_duration":100}"#, Some(9), None),
            ("x-ad-account-usage", r#"{"acc_id_util_pct":90,"reset_time_duration":100}"#, Some(90), secs(100)),
            ("x-fb-ads-insights-throttle", r#"{"app_id_util_pct":40,"acc_id_util_pct":80.9}"#, Some(80), None),
            ("x-app-usage", "nonsense", None, None),
            ("x-app-usage", r#"{"call_count":-5}"#, None, None),
            ("x-app-usage", "[]", None, None),
            ("x-other", r#"{"call_count":99}"#, None, None),
        ] {
            let usage = Usage::of(&answer(200, &[(name, value)], "{}"));
            assert_eq!((usage.percent, usage.wait), (percent, wait), "{name} {value}");
        }
        let both = [("x-app-usage", r#"{"call_count":76}"#), ("x-ad-account-usage", r#"{"acc_id_util_pct":3}"#)];
        let usage = Usage::of(&answer(200, &both, "{}"));
        assert!(usage.is_high() && !usage.is_spent());
        assert!(!Usage::default().is_high());
        assert!(Usage { percent: Some(90), wait: None }.is_spent());
    }

    #[test]
    fn a_page_follows_by_its_cursor_and_never_by_its_address() {
        let next = "https://graph.facebook.com/v25.0/act_1/insights?access_token=EAAB&after=MTAx";
        for (paging, want) in [
            (json!({"cursors": {"before": "a", "after": "MTAx"}, "next": next}), Page::After("MTAx".to_owned())),
            (json!({"cursors": {"before": "a", "after": "MTAx"}}), Page::Last),
            (json!({"next": next}), Page::Nowhere),
            (json!({"cursors": {"after": ""}, "next": next}), Page::Nowhere),
            (json!({"cursors": {"after": 7}, "next": next}), Page::Nowhere),
            (json!(null), Page::Last),
        ] {
            assert_eq!(next_page(&json!({"data": [], "paging": paging})), want, "{paging}");
        }
        assert_eq!(next_page(&json!([])), Page::Last);
    }

    #[test]
    fn versions_and_ids_are_safe_in_a_path() {
        for (text, want) in [("v25.0", true), ("v9.12", true), ("25.0", false), ("v25", false), ("v2/5.0", false)] {
            assert_eq!(is_version(text), want, "{text}");
        }
        for (text, want) in [("23846765228240398", true), ("act_1", false), ("", false), ("1/2", false), ("12?", false)]
        {
            assert_eq!(is_id(text), want, "{text}");
        }
    }
}
