//! Error bodies of the Data API, both generations, and what each means; see [`crate::http::google`].

use jiff::Timestamp;

use super::super::{SourceError, google};
use super::TITLE;
use crate::http::google::Refusal;

/// What an answer that is not 2xx means. `wait` is the `Retry-After` header.
pub(super) fn sort(status: u16, wait: Option<&str>, body: &[u8], bucket: &str, now: Timestamp) -> SourceError {
    google::sort(TITLE, Refusal::read(status, wait, body), bucket, now)
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
