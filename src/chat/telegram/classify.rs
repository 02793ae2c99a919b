//! What Telegram's answers mean, by `error_code` and the part of the text that has stayed the same over the years.
//!
//! The server writes "Bad Request: …", "Forbidden: …" and so on; texts change their wording now and then
//! (<https://github.com/TelegramBotAPI/errors>), so each row matches the least that tells it from the others, without
//! regard to case.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::chat::error::{SendError, tidy};
use crate::chat::limits::{Scope, Seen};
use crate::domain::person::Chat;

/// Every answer of the Bot API. <https://core.telegram.org/bots/api#making-requests>
#[derive(Debug, Default, Deserialize)]
struct Envelope {
    #[serde(default)]
    ok: bool,
    #[serde(default)]
    result: serde_json::Value,
    #[serde(default)]
    error_code: Option<u16>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Debug, Default, Deserialize)]
struct Parameters {
    #[serde(default)]
    retry_after: Option<i64>,
    #[serde(default)]
    migrate_to_chat_id: Option<i64>,
}

/// An answer, sorted.
#[derive(Debug)]
pub enum Sorted {
    /// It was done; this is the result.
    Done(serde_json::Value),
    /// The message showed it already.
    Unchanged,
    /// It was done, or not.
    Failed(SendError),
}

/// Texts that mean that the room refuses or is gone, though the code is 400.
const DEAD: [&str; 16] = [
    "chat not found",
    "thread not found",
    "topic_closed",
    "topic_deleted",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_admin_required",
    "peer_id_invalid",
    "group chat was deactivated",
    "group chat was deleted",
    "user is deactivated",
    "user not found",
    "channel_private",
];

/// Texts that mean that a message can no longer be changed.
const GONE: [&str; 4] =
    ["message to edit not found", "message can't be edited", "message_id_invalid", "message not found"];

const TOO_LONG: [&str; 4] =
    ["message is too long", "caption is too long", "message_too_long", "request entity too large"];

const TOO_LATE: [&str; 3] = ["query is too old", "query id is invalid", "query_id_invalid"];

/// Texts that mean that only the picture was refused; the same message goes as text.
const PICTURE: [&str; 8] = [
    "photo_",
    "image_process_failed",
    "rights to send photos",
    "send_photos_forbidden",
    "wrong file",
    "wrong type of the web page",
    "failed to get http url content",
    "file is too big",
];

/// Sorts an answer to any method. `secret` must not appear in any reason.
#[must_use]
pub fn sort(status: u16, body: &[u8], now: Timestamp, secret: &str) -> Sorted {
    let chat = Chat::Telegram;
    let Ok(envelope) = serde_json::from_slice::<Envelope>(body) else {
        return unreadable(status, body);
    };
    if envelope.ok {
        return Sorted::Done(envelope.result);
    }
    let code = envelope.error_code.unwrap_or(status);
    let reason = tidy(&envelope.description, secret);
    let text = reason.to_lowercase();
    let has = |list: &[&str]| list.iter().any(|part| text.contains(part));
    if let Some(to) = envelope.parameters.migrate_to_chat_id {
        let place = to.to_string();
        return Sorted::Failed(SendError::TargetMoved { chat, place });
    }
    if let Some(seconds) = envelope.parameters.retry_after {
        return Sorted::Failed(slow_down(seconds, now));
    }
    Sorted::Failed(match code {
        // Without its parameter: a minute is what the server's own flood guard asks for.
        429 => slow_down(60, now),
        401 => SendError::BadToken { chat, reason },
        // An unknown method is a fault of ours; a token of the wrong shape gives the same answer.
        404 if text == "not found" => SendError::BadToken { chat, reason },
        409 => SendError::OtherPoller { chat, reason },
        403 => SendError::TargetDead { chat, reason },
        400 | 404 | 413 if text.contains("message is not modified") => return Sorted::Unchanged,
        _ if text.starts_with("forbidden:") => SendError::TargetDead { chat, reason },
        400 | 404 | 413 if has(&PICTURE) => SendError::Refused { chat, reason },
        400 | 404 if has(&DEAD) => SendError::TargetDead { chat, reason },
        400 | 404 if has(&GONE) => SendError::MessageGone { chat },
        400 | 404 if has(&TOO_LATE) => SendError::TooLate { chat, reason },
        413 => SendError::TooLong { chat, reason },
        400 if has(&TOO_LONG) => SendError::TooLong { chat, reason },
        500.. => SendError::Lost { chat, what: reason },
        _ => SendError::Refused { chat, reason },
    })
}

/// Whether a refusal is about the picture alone.
#[must_use]
pub fn is_about_picture(error: &SendError) -> bool {
    match error {
        SendError::Refused { reason, .. } | SendError::TooLong { reason, .. } => {
            let text = reason.to_lowercase();
            PICTURE.iter().any(|part| text.contains(part)) || text.contains("entity too large")
        }
        _ => false,
    }
}

/// Whether an edit met a message of the other kind (text for a picture, or the reverse).
#[must_use]
pub fn is_other_kind(error: &SendError) -> bool {
    match error {
        SendError::Refused { reason, .. } => {
            let text = reason.to_lowercase();
            text.contains("there is no text in the message") || text.contains("there is no caption in the message")
        }
        _ => false,
    }
}

/// What an answer means for the limits.
#[must_use]
pub fn seen(status: u16, sorted: &Sorted, now: Timestamp) -> Seen {
    let Sorted::Failed(error) = sorted else {
        return Seen { status, ..Seen::default() };
    };
    let wait = match error {
        SendError::SlowDown { until, .. } => Some((Scope::User, until.duration_since(now))),
        _ => None,
    };
    Seen {
        status,
        wait,
        bucket: None,
        closes: matches!(error, SendError::TargetDead { .. }),
        stops: matches!(error, SendError::BadToken { .. }),
    }
}

/// At least a second and at most a day, so that a wild number does not silence a bot.
fn slow_down(seconds: i64, now: Timestamp) -> SendError {
    let until = now.checked_add(SignedDuration::from_secs(seconds.clamp(1, 86_400))).unwrap_or(Timestamp::MAX);
    SendError::SlowDown { chat: Chat::Telegram, until, ours: false }
}

/// An accepted send whose answer is cut or in a shape we do not know: the message is there, and its id often too.
fn unreadable(status: u16, body: &[u8]) -> Sorted {
    let text = String::from_utf8_lossy(body);
    let id = text.split_once("\"message_id\":").and_then(|(_, rest)| {
        let rest = rest.trim_start();
        // A cut number would be another message's id: only one that something follows is whole.
        let (end, _) = rest.char_indices().find(|(_, c)| !c.is_ascii_digit())?;
        rest.get(..end)?.parse::<i64>().ok()
    });
    match id {
        Some(id) if (200..300).contains(&status) => Sorted::Done(serde_json::json!({ "message_id": id })),
        _ => Sorted::Failed(SendError::Lost {
            chat: Chat::Telegram,
            what: format!("an answer with status {status} that is not JSON"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_780_000_000).expect("an instant")
    }

    #[track_caller]
    fn check(code: u16, text: &str, want: &str) {
        let body = serde_json::json!({"ok": false, "error_code": code, "description": text}).to_string();
        let got = match sort(code, body.as_bytes(), now(), "") {
            Sorted::Done(_) => "Done".to_owned(),
            Sorted::Unchanged => "Unchanged".to_owned(),
            Sorted::Failed(error) => format!("{error:?}").split(' ').next().unwrap_or_default().to_owned(),
        };
        assert_eq!(got, want, "{code} {text}");
    }

    #[test]
    fn every_text_has_its_fate() {
        for (code, text, want) in [
            (401, "Unauthorized", "BadToken"),
            (404, "Not Found", "BadToken"),
            (403, "Forbidden: bot was blocked by the user", "TargetDead"),
            (403, "Forbidden: user is deactivated", "TargetDead"),
            (403, "Forbidden: bot was kicked from the supergroup chat", "TargetDead"),
            (403, "Forbidden: bot can't initiate conversation with a user", "TargetDead"),
            (403, "Forbidden: the group chat was deleted", "TargetDead"),
            (400, "Bad Request: chat not found", "TargetDead"),
            (400, "Bad Request: message thread not found", "TargetDead"),
            (400, "Bad Request: TOPIC_CLOSED", "TargetDead"),
            (400, "Bad Request: not enough rights to send text messages to the chat", "TargetDead"),
            (400, "Bad Request: message to edit not found", "MessageGone"),
            (400, "Bad Request: message can't be edited", "MessageGone"),
            (400, "Bad Request: message is not modified: specified new message content and …", "Unchanged"),
            (400, "Bad Request: message is too long", "TooLong"),
            (400, "Bad Request: message caption is too long", "TooLong"),
            (413, "Request Entity Too Large", "TooLong"),
            (400, "Bad Request: query is too old and response timeout expired or query ID is invalid", "TooLate"),
            (400, "Bad Request: BUTTON_DATA_INVALID", "Refused"),
            (400, "Bad Request: can't parse entities: unsupported start tag", "Refused"),
            (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", "Refused"),
            (400, "Bad Request: not enough rights to send photos to the chat", "Refused"),
            (409, "Conflict: terminated by other getUpdates request", "OtherPoller"),
            (429, "Too Many Requests: retry after 35", "SlowDown"),
            (500, "Internal Server Error", "Lost"),
            (502, "Bad Gateway", "Lost"),
        ] {
            check(code, text, want);
        }
    }

    #[test]
    fn parameters_win_over_texts() {
        let moved = br#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001}}"#;
        let Sorted::Failed(error) = sort(400, moved, now(), "") else {
            panic!("refused");
        };
        assert_eq!(error.to_string(), "the room on Telegram has moved to -1001");
        let slow = br#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}"#;
        let Sorted::Failed(SendError::SlowDown { until, ours, .. }) = sort(429, slow, now(), "") else {
            panic!("refused");
        };
        assert_eq!((until.as_second(), ours), (1_780_000_035, false));
    }

    #[test]
    fn a_wild_number_does_not_silence_the_bot_for_ever() {
        for (given, want) in [("9223372036854775807", 86_400), ("-7", 1)] {
            let body = format!(r#"{{"ok":false,"error_code":429,"parameters":{{"retry_after":{given}}}}}"#);
            let Sorted::Failed(SendError::SlowDown { until, .. }) = sort(429, body.as_bytes(), now(), "") else {
                panic!("refused");
            };
            assert_eq!(until.as_second() - 1_780_000_000, want, "{given}");
        }
    }

    #[test]
    fn a_cut_answer_to_an_accepted_send_gives_its_id_where_it_is_whole() {
        let done = |body: &str| match sort(200, body.as_bytes(), now(), "") {
            Sorted::Done(result) => result.get("message_id").and_then(serde_json::Value::as_i64),
            Sorted::Unchanged | Sorted::Failed(_) => None,
        };
        assert_eq!(done(r#"{"ok":true,"result":{"message_id":77,"date":1"#), Some(77));
        assert_eq!(done(r#"{"ok":true,"result":{"message_id":77,"ch"#), Some(77));
        assert_eq!(done(r#"{"ok":true,"result":{"message_id":7"#), None);
        assert_eq!(done(""), None);
    }

    #[test]
    fn a_reason_never_holds_the_token() {
        let body = br#"{"ok":false,"error_code":400,"description":"bad url /bot12:SECRET/x"}"#;
        let Sorted::Failed(error) = sort(400, body, now(), "12:SECRET") else {
            panic!("refused");
        };
        assert_eq!(error.to_string(), "Telegram refused: bad url /bot…/x");
    }
}
