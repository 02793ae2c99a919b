//! The envelope of the Display API, and what its codes mean.
//!
//! `error.code` decides before the status: some failures come with status 200. Facts:
//! <https://developers.tiktok.com/doc/tiktok-api-v2-error-handling>.

use std::time::Duration;

use serde_json::Value;

use super::super::SourceError;
use super::super::json::{self, Field, Garbled};
use super::{TITLE, garbled};
use crate::http::{Answer, is_word};

/// The window that 600 requests are counted in is a minute, and nothing says when it is free again.
const HURRY_MIN: Duration = Duration::from_mins(1);

/// The code of a refused token.
const TOKEN_REFUSED: &str = "access_token_invalid";

/// Codes that mean that a right was not given; a new token would not have it either.
const NO_RIGHT: [&str; 2] = ["scope_not_authorized", "scope_permission_missed"];

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Hurry,
    Refused,
    Broken,
    Wrong,
}

/// Codes with a meaning of their own; any other is judged by its status.
const CODES: &[(&str, Meaning)] = &[
    ("rate_limit_exceeded", Meaning::Hurry),
    (TOKEN_REFUSED, Meaning::Refused),
    ("scope_not_authorized", Meaning::Refused),
    ("scope_permission_missed", Meaning::Refused),
    ("internal_error", Meaning::Broken),
    ("invalid_params", Meaning::Wrong),
    ("invalid_file_upload", Meaning::Wrong),
];

/// Whether an answer says that the token is no good, so that a new one is worth a try.
pub(super) fn refuses_the_token(answer: &Answer) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body.pointer("/error/code").and_then(Value::as_str) == Some(TOKEN_REFUSED)
}

/// Whether an error is about a right that the creator did not give.
pub(super) fn is_no_right(error: &SourceError) -> bool {
    matches!(error, SourceError::Unauthorized { reason, .. } if NO_RIGHT.contains(&reason.as_str()))
}

/// The body of a success.
pub(super) fn read(answer: &Answer) -> Result<Value, SourceError> {
    match json::parse(&answer.body) {
        Ok(body) => match code_in(&body).map(str::to_owned) {
            Ok(code) if code == "ok" && answer.is_success() => Ok(body),
            Ok(code) => Err(sort(answer, &code)),
            Err(fault) if answer.is_success() => Err(garbled(fault)),
            Err(_) => Err(sort(answer, "")),
        },
        Err(fault) if answer.is_success() => Err(garbled(fault)),
        Err(_) => Err(sort(answer, "")),
    }
}

fn code_in(body: &Value) -> Result<&str, Garbled> {
    Field::root(body).need("error", "an error with a code")?.need("code", "a code")?.text()
}

fn sort(answer: &Answer, code: &str) -> SourceError {
    let status = answer.status;
    let known = CODES.iter().find(|row| row.0 == code);
    let word = known.map(|row| row.0).or_else(|| Some(code).filter(|code| is_word(code) && *code != "ok"));
    let reason = word.unwrap_or("no reason given").to_owned();
    let meaning = known.map_or(
        match status {
            401 | 403 => Meaning::Refused,
            429 => Meaning::Hurry,
            500.. => Meaning::Broken,
            _ => Meaning::Wrong,
        },
        |row| row.1,
    );
    match meaning {
        Meaning::Hurry => {
            let said = answer.header("retry-after").and_then(|secs| secs.trim().parse().ok()).map(Duration::from_secs);
            let wait = std::cmp::max(said.unwrap_or(HURRY_MIN), HURRY_MIN);
            SourceError::SlowDown { platform: TITLE, wait: Some(wait) }
        }
        Meaning::Refused => SourceError::Unauthorized { platform: TITLE, reason },
        Meaning::Broken => SourceError::Broken { platform: TITLE, status },
        Meaning::Wrong => SourceError::Refused { platform: TITLE, status, reason },
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    fn saying(code: &str) -> String {
        format!(r#"{{"data":{{}},"error":{{"code":"{code}","message":"m","log_id":"2026"}}}}"#)
    }

    #[track_caller]
    fn check(status: u16, body: &str, want: &str) {
        let got = match read(&answer(status, body)) {
            Ok(_) => "fine".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, want, "{status} {body}");
    }

    #[test]
    fn the_code_decides_before_the_status() {
        for status in [200, 401] {
            let refused = "TikTok refused our credentials: `access_token_invalid`";
            check(status, &saying("access_token_invalid"), refused);
            check(status, &saying("rate_limit_exceeded"), "TikTok asked us to slow down");
        }
        check(200, &saying("ok"), "fine");
        check(500, &saying("ok"), "TikTok failed with status 500");
        check(200, &saying("internal_error"), "TikTok failed with status 200");
        let refused = "TikTok refused our credentials: `scope_not_authorized`";
        check(200, &saying("scope_not_authorized"), refused);
        let wrong = "TikTok did not accept the request: status 400, `invalid_params`";
        check(400, &saying("invalid_params"), wrong);
        check(200, &saying("new_code"), "TikTok did not accept the request: status 200, `new_code`");
        let words = "TikTok did not accept the request: status 200, `no reason given`";
        check(200, &saying("<b>act.SECRET"), words);
    }

    #[test]
    fn a_body_that_says_nothing_is_judged_by_its_status() {
        for body in ["", "<html>", "{}", "[]", r#"{"error":"x"}"#] {
            check(401, body, "TikTok refused our credentials: `no reason given`");
            check(429, body, "TikTok asked us to slow down");
            check(503, body, "TikTok failed with status 503");
            check(404, body, "TikTok did not accept the request: status 404, `no reason given`");
            assert!(matches!(read(&answer(200, body)), Err(SourceError::Garbled { .. })), "{body}");
        }
    }

    #[test]
    fn a_hurry_lasts_a_minute_at_least() {
        for (header, want) in [(None, 60), (Some("5"), 60), (Some("90"), 90), (Some("soon"), 60)] {
            let mut answer = answer(429, "");
            if let Some(header) = header {
                answer.headers.insert(RETRY_AFTER, HeaderValue::from_static(header));
            }
            let Err(SourceError::SlowDown { wait, .. }) = read(&answer) else { panic!("429 is a hurry") };
            assert_eq!(wait.map(|wait| wait.as_secs()), Some(want), "{header:?}");
        }
    }
}
