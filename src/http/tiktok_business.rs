//! The `TikTok` API for Business, as reading and acting both speak to it: its envelope, what its codes mean, and how a boost
//! names one of its objects.
//!
//! Owns: that an answer is a success only where its `code` is 0 (the HTTP status is 200 for failures as well).
//! Refuses: samples, states, and retrying.
//!
//! Facts: <https://business-api.tiktok.com/portal/docs?id=1740302848100353> and its appendix "Return Codes".

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Answer;
use super::signed::{Question, Signed, SignedError};

/// Where version 1.3 lives under the base address.
const PREFIX: &str = "/open_api/v1.3";

/// Ids of objects have 13 to 19 digits; more than a signed 64-bit number holds is none of theirs.
const ID_DIGITS_MAX: usize = 19;

/// What level of an advertiser's tree an object is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A campaign.
    Campaign,
    /// An ad group of a campaign.
    AdGroup,
    /// An ad of an ad group.
    Ad,
}

impl Level {
    /// Every level, from the top.
    pub const ALL: [Self; 3] = [Self::Campaign, Self::AdGroup, Self::Ad];

    /// The word before the colon of a reference, and the folder of its methods.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::AdGroup => "adgroup",
            Self::Ad => "ad",
        }
    }

    /// The field that holds its id.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Campaign => "campaign_id",
            Self::AdGroup => "adgroup_id",
            Self::Ad => "ad_id",
        }
    }

    /// The field that holds a list of its ids.
    #[must_use]
    pub fn ids(self) -> &'static str {
        match self {
            Self::Campaign => "campaign_ids",
            Self::AdGroup => "adgroup_ids",
            Self::Ad => "ad_ids",
        }
    }

    /// The level that a word names.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }
}

/// The object that a boost's `ref` names: `campaign:ID`, `adgroup:ID`, `ad:ID`, or a bare id on the `usual` level.
#[must_use]
pub fn object(reference: &str, usual: Level) -> Option<(Level, &str)> {
    let (level, id) = match reference.split_once(':') {
        Some((word, id)) => (Level::named(word)?, id),
        None => (usual, reference),
    };
    let digits = (1..=ID_DIGITS_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some((level, id))
}

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Asked too often: by the app, for this field, or by the advertiser.
    Hurry,
    /// The token ended, is none, or is not known.
    Token,
    /// The token may not do this.
    Denied,
    /// There is no such object.
    Gone,
    /// `TikTok`'s own fault.
    Broken,
    /// Our question is wrong.
    Wrong,
}

/// Codes with a meaning of their own; those from 50000 on are `TikTok`'s own faults, any other says that we asked wrongly.
const CODES: &[(i64, Meaning)] = &[
    (40_100, Meaning::Hurry),
    (40_016, Meaning::Hurry),
    (40_132, Meaning::Hurry),
    (40_133, Meaning::Hurry),
    (40_102, Meaning::Token),
    (40_104, Meaning::Token),
    (40_105, Meaning::Token),
    (40_001, Meaning::Denied),
    (40_007, Meaning::Gone),
];

/// What a code that is not 0 means.
#[must_use]
pub fn meaning(code: i64) -> Meaning {
    match CODES.iter().find(|row| row.0 == code) {
        Some(row) => row.1,
        None if 50_000 <= code => Meaning::Broken,
        None => Meaning::Wrong,
    }
}

/// Why there is no `data`.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There was no token, or no answer.
    #[error(transparent)]
    Signed(#[from] SignedError),
    /// A status that is not 2xx, and nothing that explains it.
    #[error("status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The wait it asked for.
        wait: Option<Duration>,
    },
    /// A code that is not 0.
    #[error("code {code}")]
    Code {
        /// The code.
        code: i64,
    },
    /// Not the envelope.
    #[error("no answer at `{place}`")]
    Garbled {
        /// Where.
        place: String,
        /// What should have stood there.
        expected: &'static str,
    },
}

/// What money and days of an advertiser are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The ISO 4217 code of its currency.
    pub currency: String,
    /// Names of its time zone, the better one first.
    pub zones: Vec<String>,
}

/// One advertiser.
#[derive(Clone)]
pub struct Business {
    signed: Signed,
    advertiser: String,
}

impl fmt::Debug for Business {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Business({}, {:?})", self.advertiser, self.signed)
    }
}

impl Business {
    /// The advertiser with this id. `signed` sends the token as `Access-Token`.
    #[must_use]
    pub fn new(signed: Signed, advertiser: &str) -> Self {
        Self { signed, advertiser: advertiser.to_owned() }
    }

    /// Its id.
    #[must_use]
    pub fn advertiser(&self) -> &str {
        &self.advertiser
    }

    /// Asks a `GET` method, such as `campaign/get/`; answers the whole body, and how many requests that took.
    pub async fn get(&self, method: &str, query: &[(&str, &str)], now: Timestamp) -> (Result<Value, AskError>, u32) {
        let path = format!("{PREFIX}/{method}");
        self.ask(Question::get(&path, query), now).await
    }

    /// Asks a `POST` method with a JSON document.
    pub async fn post(&self, method: &str, document: &str, now: Timestamp) -> (Result<Value, AskError>, u32) {
        let path = format!("{PREFIX}/{method}");
        self.ask(Question::post_json(&path, &[], document.as_bytes()), now).await
    }

    async fn ask(&self, question: Question<'_>, now: Timestamp) -> (Result<Value, AskError>, u32) {
        let (answer, sent) = self.signed.ask(question, now, refuses_the_token).await;
        (answer.map_err(AskError::Signed).and_then(|answer| read(&answer)), sent)
    }

    /// What its money and its days are in.
    pub async fn account(&self, now: Timestamp) -> (Result<Account, AskError>, u32) {
        let ids = json!([self.advertiser]).to_string();
        let fields = json!(["advertiser_id", "currency", "timezone", "display_timezone"]).to_string();
        let query = [("advertiser_ids", ids.as_str()), ("fields", fields.as_str())];
        let (body, sent) = self.get("advertiser/info/", &query, now).await;
        (body.and_then(|body| self.account_in(&body)), sent)
    }

    fn account_in(&self, body: &Value) -> Result<Account, AskError> {
        let garbled = |place: &str, expected| AskError::Garbled { place: place.to_owned(), expected };
        let list = body.pointer("/data/list").and_then(Value::as_array);
        let list = list.ok_or_else(|| garbled("data.list", "a list"))?;
        let mine = |row: &&Value| row.get("advertiser_id").and_then(Value::as_str) == Some(self.advertiser.as_str());
        let row = list.iter().find(mine).ok_or_else(|| garbled("data.list", "the advertiser that was asked for"))?;
        let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
        let currency = text("currency").ok_or_else(|| garbled("data.list[0].currency", "text"))?;
        // `timezone` may be a fixed difference (`Etc/GMT+8`) where `display_timezone` is the zone itself, summers included.
        let zones = ["display_timezone", "timezone"].into_iter().filter_map(text).collect();
        Ok(Account { currency, zones })
    }
}

fn code_in(body: &Value) -> Option<i64> {
    body.get("code").and_then(Value::as_i64)
}

fn refuses_the_token(answer: &Answer) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    code_in(&body).is_some_and(|code| meaning(code) == Meaning::Token)
}

/// The body of a success. The code decides before the status.
fn read(answer: &Answer) -> Result<Value, AskError> {
    let body = serde_json::from_slice::<Value>(&answer.body);
    match body.as_ref().map(code_in) {
        Ok(Some(0)) if answer.is_success() => {}
        Ok(Some(code)) if code != 0 => return Err(AskError::Code { code }),
        _ if !answer.is_success() => {
            let wait = answer.header("retry-after").and_then(|secs| secs.trim().parse().ok());
            return Err(AskError::Status { status: answer.status, wait: wait.map(Duration::from_secs) });
        }
        Ok(_) => return Err(AskError::Garbled { place: "code".to_owned(), expected: "a code" }),
        Err(error) => {
            let place = format!("line {} column {}", error.line(), error.column());
            return Err(AskError::Garbled { place, expected: "a JSON document" });
        }
    }
    body.map_err(|_| AskError::Garbled { place: "the whole body".to_owned(), expected: "a JSON document" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_its_level_or_means_the_usual_one() {
        let campaign = |id| Some((Level::Campaign, id));
        for (given, want) in [
            ("campaign:1852272277112002", campaign("1852272277112002")),
            ("adgroup:1714125049901106", Some((Level::AdGroup, "1714125049901106"))),
            ("ad:11111111", Some((Level::Ad, "11111111"))),
            ("1852272277112002", campaign("1852272277112002")),
            ("Campaign:1", None),
            ("set:1", None),
            ("campaign:", None),
            ("campaign:12a", None),
            ("campaign:12345678901234567890", None),
            ("1\"]}", None),
            ("", None),
        ] {
            assert_eq!(object(given, Level::Campaign), want, "{given}");
        }
    }

    #[track_caller]
    fn check(status: u16, body: &str, want: &str) {
        let answer = Answer { status, headers: reqwest::header::HeaderMap::new(), body: body.as_bytes().to_vec() };
        let got = match read(&answer) {
            Ok(body) => body.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, want, "{status} {body}");
    }

    #[test]
    fn the_code_decides_before_the_status() {
        check(200, r#"{"code":0,"data":{}}"#, r#"{"code":0,"data":{}}"#);
        check(200, r#"{"code":40100,"message":"Too many requests"}"#, "code 40100");
        check(500, r#"{"code":50000}"#, "code 50000");
        check(502, "<html>", "status 502");
        check(502, r#"{"code":0,"data":{}}"#, "status 502");
        check(200, "{}", "no answer at `code`");
        check(200, "<html>", "no answer at `line 1 column 1`");
        check(200, r#"{"code":"0"}"#, "no answer at `code`");
    }

    #[test]
    fn every_code_has_one_meaning() {
        for (code, want) in [
            (40_002, Meaning::Wrong),
            (40_105, Meaning::Token),
            (40_133, Meaning::Hurry),
            (50_002, Meaning::Broken),
            (51_010, Meaning::Broken),
            (-1, Meaning::Wrong),
        ] {
            assert_eq!(meaning(code), want, "{code}");
        }
    }
}
