//! Checks a request against the published description of the Bot API.
//!
//! Owns: names, required parameters and types of one request, nested objects included. The document is handed in
//! (<https://github.com/PaulSonOfLars/telegram-bot-api-spec>); nothing here knows where it lies.
//! Refuses: meaning. What the server would say to a well-formed request is the server's business.

use serde_json::{Map, Value};

/// Deeper nesting than any request has (`reply_markup` → rows → buttons → `web_app`): 5, and a margin.
const DEPTH_MAX: usize = 12;

/// Whether `params` are what `method` takes. The method's name may be in any case.
///
/// A text stands for a number, a boolean or an object when it parses as one: that is how forms send them.
pub fn validate_request(spec: &Value, method: &str, params: &Value) -> Result<(), String> {
    let methods = spec.get("methods").and_then(Value::as_object).ok_or("the description has no `methods`")?;
    let (name, described) = methods
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(method))
        .ok_or_else(|| format!("`{method}` is not a method"))?;
    let params = params.as_object().ok_or_else(|| format!("`{name}`: parameters are no object"))?;
    check_fields(spec, name, described, params, 0)
}

fn check_fields(
    spec: &Value,
    place: &str,
    described: &Value,
    given: &Map<String, Value>,
    depth: usize,
) -> Result<(), String> {
    if DEPTH_MAX < depth {
        return Err(format!("`{place}` is nested too deep"));
    }
    let fields: &[Value] = described.get("fields").and_then(Value::as_array).map_or(&[], Vec::as_slice);
    let name_of = |field: &Value| field.get("name").and_then(Value::as_str).unwrap_or("").to_owned();
    for field in fields {
        let required = field.get("required").and_then(Value::as_bool).unwrap_or(false);
        if required && !given.contains_key(&name_of(field)) {
            return Err(format!("`{place}` lacks `{}`", name_of(field)));
        }
    }
    for (name, value) in given {
        let field =
            fields.iter().find(|field| name_of(field) == *name).ok_or_else(|| format!("`{place}` has no `{name}`"))?;
        if let Some(fixed) = fixed_value(name, field)
            && value.as_str().is_some_and(|given| given != fixed)
        {
            return Err(format!("`{place}.{name}` is not `{fixed}`: {value}"));
        }
        let types: Vec<&str> = field
            .get("types")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let place = format!("{place}.{name}");
        let mut reasons = Vec::new();
        for kind in &types {
            match check_type(spec, &place, kind, value, depth) {
                Ok(()) => {
                    reasons.clear();
                    break;
                }
                Err(reason) => reasons.push(reason),
            }
        }
        if let Some(reason) = reasons.first() {
            return Err(if reasons.len() == 1 {
                reason.clone()
            } else {
                format!("`{place}` is none of {}: {}", types.join(", "), reasons.join("; "))
            });
        }
    }
    Ok(())
}

/// What tells a subtype from the others stands only in the description: `…, must be photo`, `…, always "creator"`.
fn fixed_value<'a>(name: &str, field: &'a Value) -> Option<&'a str> {
    if !matches!(name, "type" | "status" | "source") {
        return None;
    }
    let described = field.get("description").and_then(Value::as_str)?;
    let (_, fixed) = described.split_once(", must be ").or_else(|| described.split_once(", always "))?;
    let fixed = fixed.trim_matches(['"', '.', '\u{201c}', '\u{201d}']);
    (!fixed.contains(' ')).then_some(fixed)
}

fn check_type(spec: &Value, place: &str, kind: &str, value: &Value, depth: usize) -> Result<(), String> {
    let wrong = || Err(format!("`{place}` is not of type {kind}: {value}"));
    let parsed = match value {
        Value::String(text) if !matches!(kind, "String" | "InputFile") => serde_json::from_str::<Value>(text).ok(),
        _ => None,
    };
    let value = parsed.as_ref().unwrap_or(value);
    if let Some(item) = kind.strip_prefix("Array of ") {
        let Some(items) = value.as_array() else {
            return wrong();
        };
        return items
            .iter()
            .enumerate()
            .try_for_each(|(at, value)| check_type(spec, &format!("{place}[{at}]"), item, value, depth + 1));
    }
    let fits = match kind {
        "Integer" => value.is_i64() || value.is_u64(),
        "Float" => value.is_number(),
        "Boolean" => value.is_boolean(),
        "String" | "InputFile" => value.is_string(),
        _ => return check_object(spec, place, kind, value, depth),
    };
    if fits { Ok(()) } else { wrong() }
}

fn check_object(spec: &Value, place: &str, kind: &str, value: &Value, depth: usize) -> Result<(), String> {
    let Some(object) = value.as_object() else {
        return Err(format!("`{place}` is not a {kind}: {value}"));
    };
    let described = spec
        .get("types")
        .and_then(|types| types.get(kind))
        .ok_or_else(|| format!("`{place}`: the description has no type {kind}"))?;
    let subtypes: Vec<&str> = described
        .get("subtypes")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter_map(Value::as_str)
        .collect();
    if subtypes.is_empty() {
        return check_fields(spec, place, described, object, depth + 1);
    }
    let mut last = String::new();
    for subtype in subtypes {
        match check_object(spec, place, subtype, value, depth + 1) {
            Ok(()) => return Ok(()),
            Err(reason) => last = reason,
        }
    }
    Err(format!("`{place}` is no {kind}; the last attempt said: {last}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    #[expect(clippy::print_stdout, reason = "a skip must be seen")]
    fn requests_are_judged_by_the_published_description() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/specs/telegram-bot-api.json");
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: {path} is missing");
            return;
        };
        let spec: Value = serde_json::from_str(&text).expect("the description is JSON");
        let keyboard = json!({"inline_keyboard": [[{"text": "Why", "callback_data": "w1"}]]});
        for (method, params, want) in [
            ("getMe", json!({}), None),
            ("GetUpdates", json!({"offset": -1, "timeout": 50, "allowed_updates": ["message"]}), None),
            ("sendMessage", json!({"chat_id": 1, "text": "x", "reply_markup": keyboard}), None),
            ("sendMessage", json!({"chat_id": "1", "text": "x", "reply_markup": keyboard.to_string()}), None),
            ("sendMessage", json!({"text": "x"}), Some("`sendMessage` lacks `chat_id`")),
            ("sendMessage", json!({"chat_id": 1, "text": 5}), Some("`sendMessage.text` is not of type String: 5")),
            ("sendMessage", json!({"chat_id": 1, "text": "x", "silent": true}), Some("`sendMessage` has no `silent`")),
            (
                "getUpdates",
                json!({"allowed_updates": "message"}),
                Some("`getUpdates.allowed_updates` is not of type Array of String: \"message\""),
            ),
            (
                "editMessageReplyMarkup",
                json!({"chat_id": 1, "message_id": 2, "reply_markup": {"inline_keyboard": [[{"txt": "x"}]]}}),
                Some("`editMessageReplyMarkup.reply_markup.inline_keyboard[0][0]` lacks `text`"),
            ),
            (
                "setMyCommands",
                json!({"commands": [{"command": "a", "description": "b"}], "scope": {"type": "default"}}),
                None,
            ),
            (
                "editMessageMedia",
                json!({"chat_id": 1, "message_id": 2, "media": {"type": "photo", "media": "attach://f"}}),
                None,
            ),
            ("sendPhoto", json!({"chat_id": 1, "photo": "attach://photo"}), None),
            ("setMyCommands", json!({"commands": [], "scope": {"type": "chat", "chat_id": -5}}), None),
            (
                "setMyCommands",
                json!({"commands": [], "scope": {"type": "all"}}),
                Some(
                    "`setMyCommands.scope` is no BotCommandScope; the last attempt said: `setMyCommands.scope` lacks `chat_id`",
                ),
            ),
            ("sendPigeon", json!({}), Some("`sendPigeon` is not a method")),
        ] {
            assert_eq!(validate_request(&spec, method, &params).err().as_deref(), want, "{method} {params}");
        }
    }
}
