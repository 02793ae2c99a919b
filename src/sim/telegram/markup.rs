//! Inline keyboards: what the server accepts and what it keeps of them.
//!
//! Owns: the checks of <https://core.telegram.org/bots/api#inlinekeyboardbutton>, `callback_data` of 1 to 64 bytes
//! above all.
//! Refuses: reply keyboards beyond their shape; they are accepted and not shown.

use serde_json::{Map, Value, json};

use super::html::checked_link;
use super::params::Params;
use super::refusal::Refusal;

/// Bytes of `callback_data`.
const DATA_MAX: usize = 64;
/// Buttons of one keyboard.
const BUTTONS_MAX: usize = 100;

/// What `reply_markup` of a request means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Markup {
    None,
    /// The keyboard as the server keeps it.
    Inline(Value),
    /// A reply keyboard, its removal, or a forced reply: a matter of the client.
    Client,
}

impl Markup {
    pub fn inline(self) -> Option<Value> {
        match self {
            Self::Inline(keyboard) => Some(keyboard),
            Self::None | Self::Client => None,
        }
    }
}

/// Reads `reply_markup`.
pub(super) fn read(params: &Params) -> Result<Markup, Refusal> {
    let Some(given) = params.json("reply_markup", "can't parse reply keyboard markup JSON object")? else {
        return Ok(Markup::None);
    };
    let object = given.as_object().ok_or_else(|| Refusal::bad("object expected as reply markup"))?;
    let Some(rows) = object.get("inline_keyboard") else {
        let known = ["keyboard", "remove_keyboard", "force_reply"];
        return if known.iter().any(|key| object.contains_key(*key)) { Ok(Markup::Client) } else { Ok(Markup::None) };
    };
    let wrong = |what: &str| Refusal::bad(&format!("can't parse inline keyboard: {what}"));
    let rows = rows.as_array().ok_or_else(|| Refusal::bad("field \"inline_keyboard\" must be of type Array"))?;
    let mut kept = Vec::new();
    let mut count = 0;
    for row in rows {
        let row = row.as_array().ok_or_else(|| wrong("expected an Array"))?;
        let buttons = row.iter().map(button).collect::<Result<Vec<_>, _>>()?;
        count += buttons.len();
        if !buttons.is_empty() {
            kept.push(Value::Array(buttons));
        }
    }
    if BUTTONS_MAX < count {
        return Err(Refusal::bad("reply markup is too long"));
    }
    if kept.is_empty() {
        return Ok(Markup::None);
    }
    Ok(Markup::Inline(json!({ "inline_keyboard": kept })))
}

fn button(given: &Value) -> Result<Value, Refusal> {
    let wrong = |what: &str| Refusal::bad(&format!("can't parse inline keyboard button: {what}"));
    let object = given.as_object().ok_or_else(|| wrong("InlineKeyboardButton must be an Object"))?;
    let text_of = |key: &str| object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let text = text_of("text").ok_or_else(|| wrong("Can't find field \"text\""))?;
    let mut kept = Map::new();
    kept.insert("text".to_owned(), json!(text));
    if let Some(style) = text_of("style") {
        if !["danger", "success", "primary"].contains(&style) {
            return Err(wrong("invalid button style specified"));
        }
        kept.insert("style".to_owned(), json!(style));
    }
    if let Some(url) = text_of("url") {
        let checked = checked_link(url)
            .ok_or_else(|| Refusal::bad(&format!("inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")))?;
        kept.insert("url".to_owned(), json!(checked));
    } else if let Some(data) = text_of("callback_data") {
        if DATA_MAX < data.len() {
            return Err(Refusal::bad("BUTTON_DATA_INVALID"));
        }
        kept.insert("callback_data".to_owned(), json!(data));
    } else if let Some((key, value)) = OTHER_KINDS.iter().find_map(|key| object.get_key_value(*key)) {
        kept.insert(key.clone(), value.clone());
    } else {
        return Err(wrong("Text buttons are unallowed in the inline keyboard"));
    }
    Ok(Value::Object(kept))
}

const OTHER_KINDS: [&str; 8] = [
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

/// The labels of a keyboard, row by row.
pub(super) fn labels(markup: Option<&Value>) -> Vec<Vec<String>> {
    rows(markup)
        .iter()
        .map(|row| {
            let buttons = row.as_array().map_or(&[][..], Vec::as_slice);
            buttons.iter().map(|button| text(button, "text").to_owned()).collect()
        })
        .collect()
}

/// The button with this label or this `callback_data`.
pub(super) fn find<'a>(markup: Option<&'a Value>, wanted: &str) -> Option<&'a Value> {
    let buttons = || rows(markup).iter().filter_map(Value::as_array).flatten();
    buttons()
        .find(|button| text(button, "text") == wanted)
        .or_else(|| buttons().find(|button| text(button, "callback_data") == wanted))
}

fn rows(markup: Option<&Value>) -> &[Value] {
    markup.and_then(|markup| markup.get("inline_keyboard")).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text member of a button; empty when it has none.
pub(super) fn text<'a>(button: &'a Value, key: &str) -> &'a str {
    button.get(key).and_then(Value::as_str).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;

    async fn outcome(markup: &Value) -> String {
        let body = Bytes::from(json!({ "reply_markup": markup }).to_string());
        let params = Params::read("", "application/json", body).await.expect("reads");
        match read(&params) {
            Ok(Markup::Inline(kept)) => kept.to_string(),
            Ok(other) => format!("{other:?}"),
            Err(refusal) => refusal.description,
        }
    }

    #[tokio::test]
    async fn buttons_are_checked_as_the_server_does() {
        let button = |button: Value| json!({ "inline_keyboard": [[button]] });
        for (given, want) in [
            (
                button(json!({"text": "Why", "callback_data": "x".repeat(64)})),
                format!(r#"{{"inline_keyboard":[[{{"text":"Why","callback_data":"{}"}}]]}}"#, "x".repeat(64)),
            ),
            (
                button(json!({"text": "Why", "callback_data": "x".repeat(65)})),
                "Bad Request: BUTTON_DATA_INVALID".to_owned(),
            ),
            (
                button(json!({"text": "Why", "callback_data": "ä".repeat(33)})),
                "Bad Request: BUTTON_DATA_INVALID".to_owned(),
            ),
            (
                button(json!({"text": "Why", "callback_data": ""})),
                "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
                    .to_owned(),
            ),
            (
                button(json!({"callback_data": "x"})),
                "Bad Request: can't parse inline keyboard button: Can't find field \"text\"".to_owned(),
            ),
            (
                button(json!({"text": "x", "url": "http://localhost/"})),
                "Bad Request: inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL".to_owned(),
            ),
            (json!({"inline_keyboard": []}), "None".to_owned()),
            (json!({"force_reply": true}), "Client".to_owned()),
            (json!([]), "Bad Request: object expected as reply markup".to_owned()),
        ] {
            assert_eq!(outcome(&given).await, want, "{given}");
        }
    }
}
