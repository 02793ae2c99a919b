//! Checks requests against Discord's published `OpenAPI` document.

use std::path::PathBuf;

use serde_json::{Value, json};

/// The document, or `None` with one line that says so.
pub fn spec() -> Option<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/specs/discord-openapi.json");
    let Ok(text) = std::fs::read(&path) else {
        eprintln!("skipped: the OpenAPI document of Discord is not beside the checkout");
        return None;
    };
    Some(serde_json::from_slice(&text).expect("the document is JSON"))
}

/// Checks a request's JSON body against the schema of its operation. `path` is below `/api/vN`.
///
/// `Err` says what is wrong: no such operation, a body where none belongs, or the places that do not fit.
pub fn validate_request(spec: &Value, method: &str, path: &str, body: &Value) -> Result<(), String> {
    let (template, item) = find_path(spec, path).ok_or_else(|| format!("no path for {path}"))?;
    let operation = &item[method.to_lowercase()];
    if operation.is_null() {
        return Err(format!("{method} is not defined for {template}"));
    }
    let content = &operation["requestBody"]["content"];
    let schema = &content["application/json"]["schema"];
    if schema.is_null() {
        return if body.is_null() { Ok(()) } else { Err(format!("{method} {template} takes no JSON body")) };
    }
    if body.is_null() {
        let required = operation["requestBody"]["required"] == true;
        return if required { Err(format!("{method} {template} needs a body")) } else { Ok(()) };
    }
    check(spec, schema, &lenient(body)).map_err(|faults| format!("{method} {template}: {faults}"))
}

/// Checks an answer's JSON body against the schema of its operation and status.
pub fn validate_response(spec: &Value, method: &str, path: &str, status: u16, body: &Value) -> Result<(), String> {
    let (template, item) = find_path(spec, path).ok_or_else(|| format!("no path for {path}"))?;
    let answers = &item[method.to_lowercase()]["responses"];
    let exact = &answers[status.to_string()];
    let answer = if exact.is_null() { &answers[format!("{}XX", status / 100)] } else { exact };
    if answer.is_null() {
        return Err(format!("{method} {template} does not answer {status}"));
    }
    // Shared answers (`4XX`) are references.
    let answer = answer["$ref"].as_str().and_then(|at| spec.pointer(at.trim_start_matches('#'))).unwrap_or(answer);
    let schema = &answer["content"]["application/json"]["schema"];
    match (schema.is_null(), body.is_null()) {
        (true, true) => Ok(()),
        (true, false) => Err(format!("{method} {template} {status} has no body")),
        (false, _) => check(spec, schema, &without_known_slips(status, body))
            .map_err(|faults| format!("{method} {template} {status}: {faults}")),
    }
}

/// Two places where the document says other than Discord's documentation and Discord itself: the errors of single
/// fields have codes in words, and a rate limit needs no `code`.
fn without_known_slips(status: u16, body: &Value) -> Value {
    let mut body = body.clone();
    if let (400..=499, Some(map)) = (status, body.as_object_mut()) {
        map.remove("errors");
        if status == 429 {
            map.entry("code").or_insert(json!(0));
        }
    }
    body
}

/// The places of `body` that do not fit, in one line.
fn check(spec: &Value, schema: &Value, body: &Value) -> Result<(), String> {
    // `$ref`s in the document point to its `components`, so the schema is checked beside them.
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": spec["components"],
    });
    let validator = jsonschema::draft202012::new(&whole).map_err(|error| format!("the schema is broken: {error}"))?;
    let faults: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path)).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

/// Discord takes the ids of new attachments as numbers too, although the document says text.
fn lenient(body: &Value) -> Value {
    let mut body = body.clone();
    for at in ["/attachments", "/data/attachments"] {
        for entry in body.pointer_mut(at).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(id) = entry["id"].as_u64() {
                entry["id"] = json!(id.to_string());
            }
        }
    }
    body
}

/// The path template that fits; of several the one with the fewest parameters.
fn find_path<'a>(spec: &'a Value, path: &str) -> Option<(&'a str, &'a Value)> {
    let wanted: Vec<&str> = path.trim_matches('/').split('/').collect();
    let is_parameter = |part: &str| part.starts_with('{');
    let fits = |template: &str| {
        let parts: Vec<&str> = template.trim_matches('/').split('/').collect();
        parts.len() == wanted.len()
            && parts.iter().zip(&wanted).all(|(part, given)| is_parameter(part) || part == given)
    };
    let all = spec["paths"].as_object()?.iter();
    all.filter(|(template, _)| fits(template))
        .min_by_key(|(template, _)| template.matches('{').count())
        .map(|(template, item)| (template.as_str(), item))
}

#[test]
fn requests_fit_the_document_or_are_told_why_not() {
    let Some(spec) = spec() else { return };
    let button = json!({"type": 2, "style": 4, "custom_id": "v1:stop", "label": "Stop"});
    let row = json!([{"type": 1, "components": [button]}]);
    for (method, path, body) in [
        ("POST", "/channels/1/messages", json!({"content": "hi", "nonce": "a", "enforce_nonce": true})),
        ("POST", "/channels/1/messages", json!({"embeds": [{"title": "t", "fields": []}], "components": row})),
        ("POST", "/channels/1/messages", json!({"attachments": [{"id": 0, "filename": "c.png"}]})),
        ("PATCH", "/channels/1/messages/2", json!({"content": null, "components": []})),
        ("POST", "/users/@me/channels", json!({"recipient_id": "5"})),
        ("POST", "/interactions/1/token/callback", json!({"type": 5, "data": {"flags": 64}})),
        ("POST", "/interactions/1/token/callback", json!({"type": 6})),
        ("PATCH", "/webhooks/1/token/messages/@original", json!({"content": "done"})),
        ("PUT", "/applications/1/commands", json!([{"name": "pause", "description": "d", "type": 1}])),
        ("GET", "/users/@me", Value::Null),
    ] {
        assert_eq!(validate_request(&spec, method, path, &body), Ok(()), "{method} {path} {body}");
    }
    for (method, path, body, says) in [
        ("POST", "/channels/1/messages", json!({"content": 5}), "/content"),
        ("POST", "/channels/1/messages", json!({"embeds": [{"title": "t".repeat(257)}]}), "/embeds/0/title"),
        ("POST", "/channels/1/messages", json!({"nonce": "n".repeat(26)}), "/nonce"),
        ("POST", "/users/@me/channels", json!({"recipient_id": 5}), "/recipient_id"),
        ("PUT", "/applications/1/commands", json!([{"description": "d"}]), "name"),
        ("POST", "/interactions/1/token/callback", json!({"type": 77}), "callback"),
        ("GET", "/users/@me", json!({"x": 1}), "takes no JSON body"),
        ("PUT", "/users/@me", Value::Null, "not defined"),
        ("GET", "/nowhere", Value::Null, "no path"),
    ] {
        let told = validate_request(&spec, method, path, &body).expect_err("a fault");
        assert!(told.contains(says), "{told}");
    }
}
