//! How the server says no: status, description and parameters, worded by its own rules.
//!
//! Owns: the prefix and first-letter rule of descriptions
//! (<https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp>, `fail_query_with_error`).
//! Refuses: deciding when to refuse.

use serde_json::{Value, json};

/// What a method ends in.
pub(super) type Answered = Result<Value, Refusal>;

/// One refusal, as it goes over the wire.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    /// HTTP status and `error_code`: the server sends the same number in both.
    pub code: u16,
    /// The `description`.
    pub description: String,
    /// `parameters`, where the method has them.
    pub parameters: Option<Value>,
}

impl Refusal {
    fn prefixed(code: u16, prefix: &str, message: &str) -> Self {
        Self { code, description: format!("{prefix}: {}", first_letter_lowered(message)), parameters: None }
    }

    /// 400 with the server's wording.
    pub fn bad(message: &str) -> Self {
        Self::prefixed(400, "Bad Request", message)
    }

    /// 403 with the server's wording.
    pub fn forbidden(message: &str) -> Self {
        Self::prefixed(403, "Forbidden", message)
    }

    /// 409; both texts that exist are given whole.
    pub fn conflict(message: &str) -> Self {
        Self::prefixed(409, "Conflict", message)
    }

    /// 429 with the wait in seconds.
    pub fn flood(retry_after_secs: i64) -> Self {
        Self {
            code: 429,
            description: format!("Too Many Requests: retry after {retry_after_secs}"),
            parameters: Some(json!({ "retry_after": retry_after_secs })),
        }
    }

    /// A group that became a supergroup.
    pub fn migrated(to: i64) -> Self {
        Self {
            parameters: Some(json!({ "migrate_to_chat_id": to })),
            ..Self::bad("group chat was upgraded to a supergroup chat")
        }
    }

    /// A refusal whose description is exactly this.
    pub fn exactly(code: u16, description: &str) -> Self {
        Self { code, description: description.to_owned(), parameters: None }
    }

    /// The JSON document that is sent.
    pub fn body(&self) -> Value {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let (Some(parameters), Some(body)) = (&self.parameters, body.as_object_mut()) {
            body.insert("parameters".to_owned(), parameters.clone());
        }
        body
    }
}

/// The first letter is lowered unless the text looks like `UPPER_CASE`.
fn first_letter_lowered(message: &str) -> String {
    let mut letters = message.chars();
    let (Some(first), second) = (letters.next(), letters.clone().next()) else {
        return String::new();
    };
    if second.is_some_and(|second| second == '_' || second.is_ascii_uppercase()) {
        return message.to_owned();
    }
    format!("{}{}", first.to_ascii_lowercase(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stay_upper_case_and_sentences_start_lower() {
        for (given, want) in [
            ("Message text is empty", "Bad Request: message text is empty"),
            ("BUTTON_DATA_INVALID", "Bad Request: BUTTON_DATA_INVALID"),
            ("chat not found", "Bad Request: chat not found"),
        ] {
            assert_eq!(Refusal::bad(given).description, want);
        }
    }

    #[test]
    fn parameters_are_sent_only_where_they_exist() {
        insta::assert_snapshot!(Refusal::flood(35).body(), @r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}"#);
        insta::assert_snapshot!(Refusal::exactly(401, "Unauthorized").body(), @r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#);
    }
}
