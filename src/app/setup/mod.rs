//! From nothing to a first alert in both chats: what `plimsoll init` writes, checks, waits for and shows.
//!
//! Owns: looking a bot over ([`telegram`], [`discord`]), the files of a new installation ([`files`]), waiting until people and
//! rooms are there ([`meeting`]), and the sample that shows what an alert looks like ([`sample`]). Refuses: questions and
//! printing, which belong to `cli`. Survives: a kill anywhere. What is written stays, and the next run goes on from there.

pub mod discord;
pub mod files;
pub mod meeting;
pub mod sample;
pub mod telegram;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::{Api, Body, HttpError, Limits};

/// How long one question to a chat may take: a person waits for it.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// How something that was looked at stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// As it should be.
    Ok,
    /// It works; worth a look.
    Warn,
    /// It does not work.
    Bad,
}

impl Stand {
    /// The word in listings and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What it belongs to: `telegram`, `room/nordbo-team`, `source/shop`.
    pub about: String,
    /// How it stands.
    pub stand: Stand,
    /// What was seen.
    pub what: String,
    /// What to do about it; empty where there is nothing to do.
    pub remedy: String,
}

impl Finding {
    /// As it should be.
    pub fn ok(about: impl Into<String>, what: impl Into<String>) -> Self {
        Self { about: about.into(), stand: Stand::Ok, what: what.into(), remedy: String::new() }
    }

    /// Worth a look, and what to do.
    pub fn warn(about: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { about: about.into(), stand: Stand::Warn, what: what.into(), remedy: remedy.into() }
    }

    /// It does not work, and what to do.
    pub fn bad(about: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { about: about.into(), stand: Stand::Bad, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<4}  {}: {}", self.stand.as_str(), self.about, self.what)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "; {}", self.remedy) }
    }
}

/// What a platform answered.
#[derive(Debug, Clone)]
pub(in crate::app) struct Said {
    /// The HTTP status.
    pub status: u16,
    /// The document; null where it is none.
    pub body: Value,
    /// What time it was there.
    pub date: Option<Timestamp>,
}

impl Said {
    /// A text of the document.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer).and_then(Value::as_str)
    }

    /// Whether a switch of the document is on.
    pub fn flag(&self, pointer: &str) -> Option<bool> {
        self.body.pointer(pointer).and_then(Value::as_bool)
    }
}

/// A client that waits as long as a person would.
pub(in crate::app) fn api(base: &str) -> Result<Api, HttpError> {
    Api::new(base, Limits { total: ANSWER_MAX, ..Limits::default() })
}

/// Asks once. The path may hold a token, so no error shows it.
pub(in crate::app) async fn call(
    api: &Api,
    method: Method,
    path: &str,
    headers: &[(HeaderName, HeaderValue)],
    body: Option<&Value>,
) -> Result<Said, HttpError> {
    let body = body.map_or(Body::Empty, |body| Body::Json(body.to_string().into_bytes()));
    let answer = api.send(method, path, &[], headers, body).await?;
    let date = answer.header("date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|at| at.timestamp());
    let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    Ok(Said { status: answer.status, body, date })
}

/// No answer, and what to do about it. The setting is where its address stands.
pub(in crate::app) fn unreachable(about: &str, error: &HttpError, setting: &str) -> Finding {
    let remedy = if error.never_left() {
        format!("look at this machine's network and name service, and at `{setting}`")
    } else {
        format!("it did not answer within {} s; try again, and look at the network", ANSWER_MAX.as_secs())
    };
    Finding::bad(about, error.to_string(), remedy)
}

/// What a platform says that it is not, in its own words, cut short and without line breaks.
pub(in crate::app) fn quoted(said: &str) -> String {
    const QUOTE_MAX: usize = 120;
    said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTE_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_with_its_remedy() {
        assert_eq!(Finding::ok("telegram", "@plimsoll_bot").to_string(), "ok    telegram: @plimsoll_bot");
        let bad = Finding::bad("store", "it is full", "make room");
        assert_eq!(bad.to_string(), "bad   store: it is full; make room");
        assert!(Stand::Ok < Stand::Warn && Stand::Warn < Stand::Bad);
    }

    #[test]
    fn what_others_say_stays_on_one_line() {
        assert_eq!(quoted("a\nb"), "a b");
        assert_eq!(quoted(&"x".repeat(500)).len(), 120);
    }
}
