//! What Discord's answers mean, by `code` in the body rather than by status, and what their headers say about limits.
//!
//! Codes: <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::chat::error::{SendError, tidy};
use crate::chat::limits::{BucketSeen, Scope, Seen};
use crate::domain::num::round_i64;
use crate::domain::person::Chat;
use crate::http::Answer;

#[derive(Debug, Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    retry_after: Option<f64>,
    #[serde(default)]
    global: bool,
    #[serde(default)]
    errors: serde_json::Value,
}

/// Without a word about it: what Discord's Cloudflare front is known to need.
const WAIT_UNSAID: i64 = 600;

/// Codes of a room that refuses or is gone.
const DEAD: [i64; 12] = [
    10003,   // Unknown Channel
    10004,   // Unknown Guild
    10013,   // Unknown User
    50001,   // Missing Access
    50007,   // Cannot send messages to this user
    50013,   // Missing Permissions
    50083,   // Thread is archived
    50278,   // No mutual guilds
    160_005, // Thread is locked
    40003,   // Opening direct messages too fast
    50009,   // Channel verification level too high
    50024,   // Cannot execute on this channel type
];

/// Codes of an interaction that can no longer be answered.
const TOO_LATE: [i64; 3] = [
    10015, // Unknown Webhook
    10062, // Unknown interaction
    50027, // Invalid Webhook Token
];

/// Codes that ask to wait without being a 429.
const SLOW: [i64; 4] = [
    20016, // Slowmode
    20028, // Write limit of the channel
    20029, // Write limit of the server
    30046, // Edits of old messages
];

/// Reads an answer: its JSON when it was done, else why not. `secret` must not appear in any reason.
pub fn sort(answer: &Answer, now: Timestamp, secret: &str) -> Result<serde_json::Value, SendError> {
    let chat = Chat::Discord;
    if answer.status == 204 {
        return Ok(serde_json::Value::Null);
    }
    if answer.is_success() {
        return serde_json::from_slice(&answer.body).map_err(|_| SendError::Lost {
            chat,
            what: format!("an answer with status {} that is not JSON", answer.status),
        });
    }
    let refusal: Option<Refusal> = serde_json::from_slice(&answer.body).ok();
    let json = refusal.is_some();
    let refusal = refusal.unwrap_or_default();
    if answer.status == 429 {
        return Err(slow_down(wait_of(answer, &refusal), now));
    }
    Err(of_code(answer.status, refusal.code, json, &reason(&refusal, secret), now))
}

/// The fate of a refusal. Also for what serenity reports, which has status and code but no headers.
#[must_use]
pub fn of_code(status: u16, code: i64, json: bool, reason: &str, now: Timestamp) -> SendError {
    let chat = Chat::Discord;
    let reason = reason.to_owned();
    match (status, code) {
        (_, code) if TOO_LATE.contains(&code) => SendError::TooLate { chat, reason },
        (429, _) => slow_down(SignedDuration::from_secs(WAIT_UNSAID), now),
        (_, code) if SLOW.contains(&code) => slow_down(SignedDuration::from_secs(60), now),
        (_, 10008) => SendError::MessageGone { chat },
        (_, code) if DEAD.contains(&code) => SendError::TargetDead { chat, reason },
        (_, 40005) | (413, _) => SendError::TooLong { chat, reason },
        (401, _) => SendError::BadToken { chat, reason },
        // Cloudflare's own pages: the address is barred, not the bot or the room.
        (403, _) if !json => slow_down(SignedDuration::from_secs(WAIT_UNSAID), now),
        // AutoMod and harmful links refuse the text, not the bot.
        (403, 200_000 | 200_001 | 240_000) => SendError::Refused { chat, reason },
        (403, _) => SendError::TargetDead { chat, reason },
        (500.., _) | (_, 130_000) => SendError::Lost { chat, what: reason },
        _ => SendError::Refused { chat, reason },
    }
}

/// Whether the file alone is too large; the same message goes without it.
#[must_use]
pub fn is_about_picture(error: &SendError) -> bool {
    matches!(error, SendError::TooLong { .. })
}

/// What an answer means for the limits.
#[must_use]
pub fn seen(answer: &Answer, outcome: &Result<serde_json::Value, SendError>, now: Timestamp) -> Seen {
    let wait = match outcome {
        Err(SendError::SlowDown { until, .. }) => Some((scope_of(answer), until.duration_since(now))),
        Ok(_) | Err(_) => None,
    };
    Seen {
        status: answer.status,
        wait,
        bucket: bucket_of(answer),
        closes: answer.status == 403 && matches!(outcome, Err(SendError::TargetDead { .. })),
        stops: matches!(outcome, Err(SendError::BadToken { .. })),
    }
}

fn scope_of(answer: &Answer) -> Scope {
    let global = answer.header("x-ratelimit-global").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let refusal: Option<Refusal> = serde_json::from_slice(&answer.body).ok();
    match answer.header("x-ratelimit-scope") {
        Some("shared") => Scope::Shared,
        Some("global") => Scope::Global,
        _ if global || refusal.as_ref().is_some_and(|refusal| refusal.global) => Scope::Global,
        // Not Discord's own words: Cloudflare bars the address.
        _ if refusal.is_none() => Scope::Global,
        _ => Scope::User,
    }
}

fn bucket_of(answer: &Answer) -> Option<BucketSeen> {
    Some(BucketSeen {
        name: answer.header("x-ratelimit-bucket")?.to_owned(),
        limit: answer.header("x-ratelimit-limit")?.parse().ok()?,
        remaining: answer.header("x-ratelimit-remaining")?.parse().ok()?,
        reset_after: seconds(answer.header("x-ratelimit-reset-after")?.parse().ok()?)?,
    })
}

/// The longer of what the body and the header say.
fn wait_of(answer: &Answer, refusal: &Refusal) -> SignedDuration {
    let header = answer.header("retry-after").and_then(|text| text.parse().ok()).and_then(seconds);
    let body = refusal.retry_after.and_then(seconds);
    match (header, body) {
        (Some(header), Some(body)) => std::cmp::max(header, body),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => SignedDuration::from_secs(WAIT_UNSAID),
    }
}

/// Seconds with decimals, rounded up to a millisecond; at most a day, so that a wild number does not silence a bot.
fn seconds(given: f64) -> Option<SignedDuration> {
    let ms = round_i64((given.clamp(0.0, 86_400.0) * 1000.0).ceil())?;
    Some(SignedDuration::from_millis(ms))
}

fn slow_down(wait: SignedDuration, now: Timestamp) -> SendError {
    SendError::SlowDown { chat: Chat::Discord, until: now.checked_add(wait).unwrap_or(Timestamp::MAX), ours: false }
}

/// Code, message and the first place of a form error (`embeds.0.description: Must be 4096 or fewer in length.`).
fn reason(refusal: &Refusal, secret: &str) -> String {
    let mut text = format!("{} {}", refusal.code, refusal.message);
    if let Some(place) = first_error(&refusal.errors, &mut Vec::new()) {
        text.push_str(" at ");
        text.push_str(&place);
    }
    tidy(text.trim(), secret)
}

fn first_error(errors: &serde_json::Value, path: &mut Vec<String>) -> Option<String> {
    // Deeper than any form of Discord's: a body from elsewhere must not exhaust the stack.
    if 16 < path.len() {
        return None;
    }
    for (key, value) in errors.as_object()? {
        if key == "_errors" {
            let message = value.get(0)?.get("message")?.as_str()?;
            return Some(format!("{}: {message}", path.join(".")));
        }
        path.push(key.clone());
        if let Some(found) = first_error(value, path) {
            return Some(found);
        }
        path.pop();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_780_000_000).expect("an instant")
    }

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
        let mut map = reqwest::header::HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, reqwest::header::HeaderValue::from_static(value));
        }
        Answer { status, headers: map, body: body.as_bytes().to_vec() }
    }

    #[track_caller]
    fn check(status: u16, code: i64, want: &str) {
        let body = serde_json::json!({"code": code, "message": "m"}).to_string();
        let error = sort(&answer(status, &[], &body), now(), "").expect_err("refused");
        let name = format!("{error:?}").split(' ').next().unwrap_or_default().to_owned();
        assert_eq!(name, want, "{status} {code}");
    }

    #[test]
    fn every_code_has_its_fate() {
        for (status, code, want) in [
            (401, 0, "BadToken"),
            (403, 50001, "TargetDead"),
            (403, 50013, "TargetDead"),
            (403, 50007, "TargetDead"),
            (403, 50278, "TargetDead"),
            (403, 40003, "TargetDead"),
            (404, 10003, "TargetDead"),
            (404, 10004, "TargetDead"),
            (404, 10008, "MessageGone"),
            (404, 10062, "TooLate"),
            (404, 10015, "TooLate"),
            (401, 50027, "TooLate"),
            (400, 50035, "Refused"),
            (400, 50006, "Refused"),
            (400, 40060, "Refused"),
            (403, 200_000, "Refused"),
            (413, 40005, "TooLong"),
            (400, 40005, "TooLong"),
            (403, 20016, "SlowDown"),
            (400, 30046, "SlowDown"),
            (503, 130_000, "Lost"),
            (500, 0, "Lost"),
        ] {
            check(status, code, want);
        }
    }

    #[test]
    fn a_form_error_says_where() {
        let body = r#"{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"description":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be 4096 or fewer in length."}]}}}}}"#;
        let error = sort(&answer(400, &[], body), now(), "").expect_err("refused");
        assert_eq!(
            error.to_string(),
            "Discord refused: 50035 Invalid Form Body at embeds.0.description: Must be 4096 or fewer in length."
        );
    }

    #[test]
    fn waits_are_the_servers_and_know_for_whom() {
        let body = r#"{"message":"You are being rate limited.","retry_after":64.57,"global":false}"#;
        for (headers, body, want_ms, want) in [
            (&[("retry-after", "65")][..], body, 65_000, Scope::User),
            (&[("x-ratelimit-scope", "shared")][..], body, 64_570, Scope::Shared),
            (&[("x-ratelimit-global", "true")][..], body, 64_570, Scope::Global),
            (&[("retry-after", "900")][..], "<html>error code: 1015</html>", 900_000, Scope::Global),
            (&[][..], "<html>error code: 1015</html>", 600_000, Scope::Global),
        ] {
            let answer = answer(429, headers, body);
            let outcome = sort(&answer, now(), "");
            let (scope, wait) = seen(&answer, &outcome, now()).wait.expect("a wait");
            assert_eq!((wait.as_millis(), scope), (want_ms, want), "{headers:?}");
        }
    }

    #[test]
    fn headers_teach_the_bucket() {
        let answer = answer(
            200,
            &[
                ("x-ratelimit-bucket", "abc"),
                ("x-ratelimit-limit", "5"),
                ("x-ratelimit-remaining", "4"),
                ("x-ratelimit-reset-after", "0.3333"),
            ],
            "{}",
        );
        let outcome = sort(&answer, now(), "");
        let bucket = seen(&answer, &outcome, now()).bucket.expect("a bucket");
        assert_eq!((bucket.limit, bucket.remaining, bucket.reset_after.as_millis()), (5, 4, 334));
    }

    #[test]
    fn a_page_from_elsewhere_does_not_close_a_room() {
        let answer = answer(403, &[], "<html>error code: 1015</html>");
        let outcome = sort(&answer, now(), "");
        assert!(matches!(outcome, Err(SendError::SlowDown { .. })));
        assert!(!seen(&answer, &outcome, now()).closes);
    }
}
