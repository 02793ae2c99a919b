//! What the emulated Discord answers: bodies, error codes and their texts.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};

/// A whole answer before it is on the wire.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub status: u16,
    pub content: Content,
    pub headers: Vec<(&'static str, String)>,
    pub code: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Empty,
    Json(Value),
    Raw { media: &'static str, bytes: Vec<u8> },
}

impl Reply {
    pub(super) fn json(body: Value) -> Self {
        Self { status: 200, content: Content::Json(body), headers: Vec::new(), code: None }
    }

    pub(super) fn created(body: Value) -> Self {
        Self { status: 201, ..Self::json(body) }
    }

    pub(super) fn empty() -> Self {
        Self { status: 204, content: Content::Empty, headers: Vec::new(), code: None }
    }

    pub(super) fn raw(status: u16, media: &'static str, bytes: Vec<u8>) -> Self {
        Self { status, content: Content::Raw { media, bytes }, headers: Vec::new(), code: None }
    }

    pub(super) fn into_response(self) -> Response {
        let (media, body) = match self.content {
            Content::Empty => (None, Body::empty()),
            Content::Json(value) => (Some("application/json"), Body::from(value.to_string())),
            Content::Raw { media, bytes } => (Some(media), Body::from(bytes)),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        if let Some(media) = media {
            headers.insert("content-type", HeaderValue::from_static(media));
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// A refusal with Discord's own code.
/// <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refused {
    pub status: u16,
    pub code: i64,
    pub message: &'static str,
    pub errors: Option<Value>,
    /// Milliseconds, for the refusals that ask to wait.
    pub retry_ms: Option<i64>,
}

impl Refused {
    pub(super) const fn new(status: u16, code: i64, message: &'static str) -> Self {
        Self { status, code, message, errors: None, retry_ms: None }
    }

    pub(super) fn form(errors: Value) -> Self {
        Self { errors: Some(errors), ..Self::new(400, 50035, "Invalid Form Body") }
    }

    pub(super) fn into_reply(self) -> Reply {
        let mut body = Map::new();
        body.insert("message".to_owned(), json!(self.message));
        if let Some(ms) = self.retry_ms {
            body.insert("retry_after".to_owned(), json!(secs(ms)));
            body.insert("global".to_owned(), json!(false));
        }
        body.insert("code".to_owned(), json!(self.code));
        if let Some(errors) = self.errors {
            body.insert("errors".to_owned(), errors);
        }
        let mut reply = Reply { status: self.status, code: Some(self.code), ..Reply::json(Value::Object(body)) };
        if let Some(ms) = self.retry_ms {
            reply.headers.push(("retry-after", whole_secs(ms)));
            reply.headers.push(("x-ratelimit-scope", "user".to_owned()));
        }
        reply
    }
}

/// Milliseconds as seconds with decimals, the form of `retry_after`.
pub(super) fn secs(ms: i64) -> f64 {
    crate::domain::num::f64_of(ms) / 1000.0
}

/// Milliseconds as whole seconds, rounded up, the form of `Retry-After`.
pub(super) fn whole_secs(ms: i64) -> String {
    ((ms + 999) / 1000).to_string()
}

pub(super) const UNAUTHORIZED: Refused = Refused::new(401, 0, "401: Unauthorized");
pub(super) const NOT_FOUND: Refused = Refused::new(404, 0, "404: Not Found");
pub(super) const METHOD_NOT_ALLOWED: Refused = Refused::new(405, 0, "405: Method Not Allowed");
pub(super) const UNKNOWN_APPLICATION: Refused = Refused::new(404, 10002, "Unknown Application");
pub(super) const UNKNOWN_CHANNEL: Refused = Refused::new(404, 10003, "Unknown Channel");
pub(super) const UNKNOWN_GUILD: Refused = Refused::new(404, 10004, "Unknown Guild");
pub(super) const UNKNOWN_MEMBER: Refused = Refused::new(404, 10007, "Unknown Member");
pub(super) const UNKNOWN_MESSAGE: Refused = Refused::new(404, 10008, "Unknown Message");
pub(super) const UNKNOWN_USER: Refused = Refused::new(404, 10013, "Unknown User");
pub(super) const UNKNOWN_WEBHOOK: Refused = Refused::new(404, 10015, "Unknown Webhook");
pub(super) const UNKNOWN_INTERACTION: Refused = Refused::new(404, 10062, "Unknown interaction");
pub(super) const UNKNOWN_COMMAND: Refused = Refused::new(404, 10063, "Unknown application command");
pub(super) const SLOWMODE: Refused =
    Refused::new(429, 20016, "This action cannot be performed due to slowmode rate limit.");
pub(super) const TOO_MANY_CREATES: Refused =
    Refused::new(400, 30034, "Max number of daily application command creates has been reached (200)");
pub(super) const OLD_EDITS: Refused =
    Refused::new(429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later.");
pub(super) const TOO_MANY_FILES: Refused =
    Refused::new(400, 30015, "Maximum number of attachments in a message reached (10)");
pub(super) const TOO_LARGE: Refused = Refused::new(413, 40005, "Request entity too large");
pub(super) const ALREADY_ACKNOWLEDGED: Refused = Refused::new(400, 40060, "Interaction has already been acknowledged.");
pub(super) const MISSING_ACCESS: Refused = Refused::new(403, 50001, "Missing Access");
pub(super) const NOT_YOUR_MESSAGE: Refused = Refused::new(403, 50005, "Cannot edit a message authored by another user");
pub(super) const EMPTY_MESSAGE: Refused = Refused::new(400, 50006, "Cannot send an empty message");
pub(super) const NO_DMS: Refused = Refused::new(403, 50007, "Cannot send messages to this user");
pub(super) const MISSING_PERMISSIONS: Refused = Refused::new(403, 50013, "Missing Permissions");
pub(super) const INVALID_WEBHOOK_TOKEN: Refused = Refused::new(401, 50027, "Invalid Webhook Token");
pub(super) const THREAD_ARCHIVED: Refused = Refused::new(400, 50083, "Thread is archived");
pub(super) const BAD_JSON: Refused = Refused::new(400, 50109, "The request body contains invalid JSON.");
pub(super) const THREAD_EXISTS: Refused =
    Refused::new(400, 160_004, "A thread has already been created for this message");
pub(super) const THREAD_LOCKED: Refused = Refused::new(400, 160_005, "Thread is locked");

/// The nested errors of 50035, built path by path.
#[derive(Debug, Default)]
pub(super) struct FormErrors(Map<String, Value>);

impl FormErrors {
    /// Adds one error at `path`, its steps divided by dots; an empty path is the whole body.
    pub(super) fn add(&mut self, path: &str, code: &str, message: &str) {
        let mut node = &mut self.0;
        for step in path.split('.').filter(|step| !step.is_empty()) {
            let next = node.entry(step.to_owned()).or_insert_with(|| json!({}));
            let Value::Object(next) = next else { return };
            node = next;
        }
        let list = node.entry("_errors".to_owned()).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(json!({ "code": code, "message": message }));
        }
    }

    /// Says that a text is too long.
    pub(super) fn too_long(&mut self, path: &str, max: usize) {
        self.add(path, "BASE_TYPE_MAX_LENGTH", &format!("Must be {max} or fewer in length."));
    }

    /// Says that something must be between two lengths.
    pub(super) fn bad_length(&mut self, path: &str, low: usize, high: usize) {
        self.add(path, "BASE_TYPE_BAD_LENGTH", &format!("Must be between {low} and {high} in length."));
    }

    /// Says that something must be there.
    pub(super) fn required(&mut self, path: &str) {
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required");
    }

    /// Says that a value is none of those allowed.
    pub(super) fn choices(&mut self, path: &str, allowed: &str) {
        self.add(path, "BASE_TYPE_CHOICES", &format!("Value must be one of ({allowed})."));
    }

    /// A refusal, if anything was added.
    pub(super) fn finish(self) -> Result<(), Refused> {
        if self.0.is_empty() { Ok(()) } else { Err(Refused::form(Value::Object(self.0))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_nest_as_discord_nests_them() {
        let mut errors = FormErrors::default();
        errors.too_long("embeds.0.fields.2.value", 1024);
        let refused = errors.finish().expect_err("one error");
        assert_eq!(
            refused.into_reply().content_json(),
            json!({"message": "Invalid Form Body", "code": 50035, "errors": {"embeds": {"0": {"fields": {"2": {"value":
                {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 1024 or fewer in length."}]}}}}}}})
        );
        let mut whole = FormErrors::default();
        whole.add("", "APPLICATION_COMMAND_TOO_LARGE", "too large");
        assert!(whole.finish().expect_err("one error").errors.expect("errors")["_errors"].is_array());
    }

    impl Reply {
        fn content_json(&self) -> Value {
            match &self.content {
                Content::Json(value) => value.clone(),
                Content::Empty | Content::Raw { .. } => Value::Null,
            }
        }
    }
}
