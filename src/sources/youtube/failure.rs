//! Error bodies of the Data API, both generations, and what each means.
//!
//! The reason decides before the status: 403 is a spent quota, a hurry, or a refused key. Facts:
//! <https://developers.google.com/youtube/v3/docs/errors>.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::super::SourceError;
use super::super::quota::next_midnight;
use super::TITLE;

/// What a reason means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Spent,
    Hurry,
    Refused,
    Gone,
    Broken,
}

/// Reasons with a meaning of their own; any other is judged by its status.
const REASONS: &[(&str, Meaning)] = &[
    ("quotaExceeded", Meaning::Spent),
    ("dailyLimitExceeded", Meaning::Spent),
    ("rateLimitExceeded", Meaning::Hurry),
    ("userRateLimitExceeded", Meaning::Hurry),
    ("RATE_LIMIT_EXCEEDED", Meaning::Hurry),
    ("keyInvalid", Meaning::Refused),
    ("keyExpired", Meaning::Refused),
    ("API_KEY_INVALID", Meaning::Refused),
    ("accessNotConfigured", Meaning::Refused),
    ("SERVICE_DISABLED", Meaning::Refused),
    ("forbidden", Meaning::Refused),
    ("accountDelegationForbidden", Meaning::Refused),
    ("authenticatedUserAccountClosed", Meaning::Refused),
    ("authenticatedUserAccountSuspended", Meaning::Refused),
    ("authError", Meaning::Refused),
    ("invalid_grant", Meaning::Refused),
    ("channelNotFound", Meaning::Gone),
    ("playlistNotFound", Meaning::Gone),
    ("playlistItemsNotAccessible", Meaning::Gone),
    ("videoNotFound", Meaning::Gone),
    ("backendError", Meaning::Broken),
    ("internalError", Meaning::Broken),
];

/// The longest reason that is repeated in an error.
const REASON_MAX: usize = 60;

/// What an answer that is not 2xx means. `wait` is the `Retry-After` header.
pub(super) fn sort(status: u16, wait: Option<&str>, body: &[u8], bucket: &str, now: Timestamp) -> SourceError {
    let reasons = reasons(body);
    let known = reasons.iter().find_map(|reason| REASONS.iter().find(|row| row.0 == reason.as_str()));
    let reason = known.map(|row| row.0).or_else(|| reasons.iter().map(String::as_str).find(|reason| is_word(reason)));
    let reason = reason.unwrap_or("no reason given").to_owned();
    let meaning = known.map(|row| row.1).or(match status {
        401 | 403 => Some(Meaning::Refused),
        429 => Some(Meaning::Hurry),
        500.. => Some(Meaning::Broken),
        _ => None,
    });
    match meaning {
        Some(Meaning::Spent) => SourceError::QuotaSpent { bucket: bucket.to_owned(), until: next_midnight(now) },
        Some(Meaning::Hurry) => SourceError::SlowDown {
            platform: TITLE,
            wait: wait.and_then(|secs| secs.trim().parse().ok()).map(Duration::from_secs),
        },
        Some(Meaning::Refused) => SourceError::Unauthorized { platform: TITLE, reason },
        Some(Meaning::Gone) => SourceError::Gone { platform: TITLE, reason },
        Some(Meaning::Broken) => SourceError::Broken { platform: TITLE, status },
        None => SourceError::Refused { platform: TITLE, status, reason },
    }
}

/// The reasons a body gives, most specific first: `error.errors[].reason` (both generations), `error.details[].reason`
/// and `error.status` (the newer one), `error` itself (the token server). A body that is none of these gives none.
fn reasons(body: &[u8]) -> Vec<String> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    let Some(error) = body.get("error") else {
        return Vec::new();
    };
    let listed = ["errors", "details"]
        .iter()
        .filter_map(|key| error.get(key).and_then(Value::as_array))
        .flatten()
        .filter_map(|row| row.get("reason"));
    listed
        .chain(error.get("status"))
        .chain(std::iter::once(error))
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Whether a reason from outside is safe to repeat: nothing but a short word.
fn is_word(reason: &str) -> bool {
    (1..=REASON_MAX).contains(&reason.len()) && reason.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, after: Option<&str>, body: &str, want: &str) {
        let now: Timestamp = "2026-07-01T12:00:00Z".parse().expect("an instant");
        assert_eq!(sort(status, after, body.as_bytes(), "general", now).to_string(), want, "{status} {body}");
    }

    fn old(reason: &str) -> String {
        format!(
            r#"{{"error":{{"errors":[{{"domain":"x","reason":"{reason}","message":"m"}}],"code":1,"message":"m"}}}}"#
        )
    }

    #[test]
    fn the_reason_decides_before_the_status() {
        check(403, None, &old("quotaExceeded"), "the quota `general` is used up until 2026-07-02T07:00:00Z");
        check(429, None, &old("quotaExceeded"), "the quota `general` is used up until 2026-07-02T07:00:00Z");
        check(403, None, &old("rateLimitExceeded"), "YouTube asked us to slow down");
        check(403, None, &old("userRateLimitExceeded"), "YouTube asked us to slow down");
        check(403, None, &old("forbidden"), "YouTube refused our credentials: `forbidden`");
        check(403, None, &old("accessNotConfigured"), "YouTube refused our credentials: `accessNotConfigured`");
        check(400, None, &old("keyInvalid"), "YouTube refused our credentials: `keyInvalid`");
        check(404, None, &old("playlistNotFound"), "YouTube does not have it: `playlistNotFound`");
        check(500, None, &old("backendError"), "YouTube failed with status 500");
        check(
            400,
            None,
            &old("invalidPageToken"),
            "YouTube did not accept the request: status 400, `invalidPageToken`",
        );
    }

    #[test]
    fn the_newer_envelope_and_the_token_server_are_understood() {
        check(
            400,
            None,
            r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","errors":[{"message":"m","domain":"global","reason":"badRequest"}],"status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}"#,
            "YouTube refused our credentials: `API_KEY_INVALID`",
        );
        check(400, None, r#"{"error":"invalid_grant"}"#, "YouTube refused our credentials: `invalid_grant`");
    }

    #[test]
    fn a_body_that_says_nothing_is_judged_by_its_status() {
        for (status, want) in [
            (401, "YouTube refused our credentials: `no reason given`"),
            (403, "YouTube refused our credentials: `no reason given`"),
            (404, "YouTube did not accept the request: status 404, `no reason given`"),
            (429, "YouTube asked us to slow down"),
            (501, "YouTube failed with status 501"),
            (302, "YouTube did not accept the request: status 302, `no reason given`"),
        ] {
            for body in ["", "<html>", "{}", "[]", r#"{"error":5}"#, r#"{"error":{"errors":"x"}}"#] {
                check(status, None, body, want);
            }
        }
    }

    #[test]
    fn a_reason_is_repeated_as_a_short_word_only() {
        check(
            400,
            None,
            &old("<b>key=SECRET</b> and more"),
            "YouTube did not accept the request: status 400, `no reason given`",
        );
    }

    #[test]
    fn the_servers_own_wait_is_kept() {
        let now = Timestamp::UNIX_EPOCH;
        for (header, want) in [(Some("17"), Some(17)), (Some("soon"), None), (None, None)] {
            let SourceError::SlowDown { wait, .. } = sort(429, header, b"", "general", now) else {
                panic!("429 is a hurry");
            };
            assert_eq!(wait.map(|wait| wait.as_secs()), want);
        }
    }
}
