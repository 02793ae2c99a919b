//! Reads the body of a message and checks it against Discord's limits.
//!
//! Owns: what a well-formed message is. Limits: <https://discord.com/developers/docs/resources/message>.
//! Refuses: whether it may be sent; that is decided where the channel is known.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::ids::Snowflake;
use super::model::parts;
use super::reply::{FormErrors, Refused, TOO_LARGE, TOO_MANY_FILES};

/// A field of a PATCH body.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Field<T> {
    /// Not mentioned: stays as it is.
    #[default]
    Absent,
    /// Null: emptied.
    Clear,
    Set(T),
}

/// A file that came with the request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Upload {
    /// The number in `files[n]`.
    pub n: u64,
    pub filename: String,
    pub content_type: Option<String>,
    pub bytes: Arc<[u8]>,
}

/// An entry of `attachments`: metadata of a new file, or an old one to keep.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Meta {
    pub id: u64,
    pub filename: Option<String>,
    pub description: Option<String>,
}

/// Whom a message may ping. `None` anywhere means: not restricted.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct AllowedMentions {
    pub all_users: bool,
    pub all_roles: bool,
    pub everyone: bool,
    pub users: BTreeSet<Snowflake>,
    pub roles: BTreeSet<Snowflake>,
}

/// The body of a new message or of an edit.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Draft {
    pub content: Field<String>,
    pub embeds: Field<Vec<Value>>,
    pub components: Field<Vec<Value>>,
    pub attachments: Field<Vec<Meta>>,
    pub files: Vec<Upload>,
    pub flags: u64,
    /// `None`: everything that is mentioned pings.
    pub allowed: Option<AllowedMentions>,
    pub nonce: Option<Value>,
    pub enforce_nonce: bool,
    pub reply_to: Option<Snowflake>,
}

/// The flags a bot may set: suppress embeds, ephemeral (interactions), suppress notifications.
const FLAGS_ALLOWED: u64 = (1 << 2) | (1 << 6) | (1 << 12);

impl Draft {
    /// Reads and checks a body.
    pub(super) fn read(body: &Value, files: &[Upload], file_max: u32) -> Result<Self, Refused> {
        if files.len() > 10 {
            return Err(TOO_MANY_FILES);
        }
        let file_max = usize::try_from(file_max).unwrap_or(usize::MAX);
        if files.iter().any(|file| file.bytes.len() > file_max) {
            return Err(TOO_LARGE);
        }
        let mut errors = FormErrors::default();
        let draft = Self {
            content: read_content(body, &mut errors),
            embeds: read_embeds(body, &mut errors),
            components: read_components(body, &mut errors),
            attachments: read_attachments(body, files, &mut errors),
            files: files.to_vec(),
            flags: read_flags(body, &mut errors),
            allowed: read_allowed(body, &mut errors),
            nonce: read_nonce(body, &mut errors),
            enforce_nonce: body["enforce_nonce"].as_bool().unwrap_or(false),
            reply_to: Snowflake::read(&body["message_reference"]["message_id"]),
        };
        errors.finish()?;
        Ok(draft)
    }
}

const NOT_AN_OBJECT: &str = "Only dictionaries may be used in a DictType";

fn chars(text: &str) -> usize {
    text.chars().count()
}

fn read_content(body: &Value, errors: &mut FormErrors) -> Field<String> {
    match &body["content"] {
        Value::Null if body.get("content").is_none() => Field::Absent,
        Value::Null => Field::Clear,
        Value::String(text) => {
            if chars(text) > 2000 {
                errors.too_long("content", 2000);
            }
            Field::Set(text.clone())
        }
        Value::Number(number) => Field::Set(number.to_string()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            errors.add("content", "STRING_TYPE_CONVERT", "Could not interpret value as string.");
            Field::Absent
        }
    }
}

fn read_list<'a>(body: &'a Value, key: &str, max: usize, errors: &mut FormErrors) -> Field<&'a Vec<Value>> {
    match body.get(key) {
        None => Field::Absent,
        Some(Value::Null) => Field::Clear,
        Some(Value::Array(list)) => {
            if list.len() > max {
                errors.too_long(key, max);
            }
            Field::Set(list)
        }
        Some(_) => {
            errors.add(key, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
            Field::Absent
        }
    }
}

fn owned<T: Clone>(field: &Field<&Vec<T>>) -> Field<Vec<T>> {
    match field {
        Field::Absent => Field::Absent,
        Field::Clear => Field::Clear,
        Field::Set(list) => Field::Set((*list).clone()),
    }
}

fn read_embeds(body: &Value, errors: &mut FormErrors) -> Field<Vec<Value>> {
    let list = read_list(body, "embeds", 10, errors);
    if let Field::Set(embeds) = &list {
        let mut sum = 0;
        for (n, embed) in embeds.iter().enumerate() {
            sum += check_embed(embed, &format!("embeds.{n}"), errors);
        }
        if sum > 6000 {
            let end = embeds.len().saturating_sub(1);
            errors.add(&format!("embeds.{end}"), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
        }
    }
    owned(&list)
}

/// Checks one embed and answers how much it adds to the sum of 6000.
fn check_embed(embed: &Value, at: &str, errors: &mut FormErrors) -> usize {
    if !embed.is_object() {
        errors.add(at, "DICT_TYPE_CONVERT", NOT_AN_OBJECT);
        return 0;
    }
    let mut sum = 0;
    for (path, value, max) in [
        ("title", &embed["title"], 256),
        ("description", &embed["description"], 4096),
        ("footer.text", &embed["footer"]["text"], 2048),
        ("author.name", &embed["author"]["name"], 256),
    ] {
        sum += check_text(value, &format!("{at}.{path}"), max, errors);
    }
    if let Some(fields) = embed["fields"].as_array() {
        if fields.len() > 25 {
            errors.too_long(&format!("{at}.fields"), 25);
        }
        for (n, field) in fields.iter().enumerate() {
            if !field.is_object() {
                errors.add(&format!("{at}.fields.{n}"), "DICT_TYPE_CONVERT", NOT_AN_OBJECT);
                continue;
            }
            for (key, max) in [("name", 256), ("value", 1024)] {
                let path = format!("{at}.fields.{n}.{key}");
                if field[key].as_str().is_none_or(|text| text.trim().is_empty()) {
                    errors.required(&path);
                }
                sum += check_text(&field[key], &path, max, errors);
            }
        }
    }
    for (path, value) in [
        ("url", &embed["url"]),
        ("image.url", &embed["image"]["url"]),
        ("thumbnail.url", &embed["thumbnail"]["url"]),
        ("author.url", &embed["author"]["url"]),
    ] {
        if let Some(url) = value.as_str() {
            check_url(url, &format!("{at}.{path}"), path != "url", errors);
        }
    }
    if let Some(stamp) = embed["timestamp"].as_str()
        && stamp.parse::<jiff::Timestamp>().is_err()
    {
        errors.add(&format!("{at}.timestamp"), "DATE_TIME_TYPE_PARSE", "Could not parse the date.");
    }
    sum
}

/// Lengths are counted without white space at either end.
fn check_text(value: &Value, at: &str, max: usize, errors: &mut FormErrors) -> usize {
    let length = value.as_str().map_or(0, |text| chars(text.trim()));
    if length > max {
        errors.too_long(at, max);
    }
    length
}

fn check_url(url: &str, at: &str, may_attach: bool, errors: &mut FormErrors) {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    let known = matches!(scheme, "http" | "https" | "discord") || (may_attach && scheme == "attachment");
    if !known {
        errors.add(
            at,
            "URL_TYPE_INVALID_SCHEME",
            &format!("Scheme \"{scheme}\" is not supported. Scheme must be one of ('http', 'https')."),
        );
    } else if url.contains(char::is_whitespace) || url.ends_with("://") {
        errors.add(at, "URL_TYPE_INVALID_URL", "Not a well formed URL.");
    } else if chars(url) > 2048 {
        errors.too_long(at, 2048);
    }
}

fn read_components(body: &Value, errors: &mut FormErrors) -> Field<Vec<Value>> {
    let list = read_list(body, "components", 5, errors);
    if let Field::Set(rows) = &list {
        for (n, row) in rows.iter().enumerate() {
            check_row(row, &format!("components.{n}"), false, errors);
        }
        check_unique_ids(rows, errors);
    }
    owned(&list)
}

/// Checks an action row of a message, or of a modal.
pub(super) fn check_row(row: &Value, at: &str, modal: bool, errors: &mut FormErrors) {
    if row["type"] != 1 {
        errors.choices(&format!("{at}.type"), "1,");
        return;
    }
    let Some(list) = row["components"].as_array() else {
        errors.required(&format!("{at}.components"));
        return;
    };
    let buttons = list.iter().filter(|part| part["type"] == 2).count();
    let max = if buttons == list.len() && !modal { 5 } else { 1 };
    if list.is_empty() || list.len() > max {
        errors.bad_length(&format!("{at}.components"), 1, max);
    }
    for (n, part) in list.iter().enumerate() {
        let at = format!("{at}.components.{n}");
        match (part["type"].as_u64(), modal) {
            (Some(2), false) => check_button(part, &at, errors),
            (Some(3 | 5..=8), false) => check_select(part, &at, errors),
            (Some(4), true) => check_input(part, &at, errors),
            (_, true) => errors.choices(&format!("{at}.type"), "4,"),
            (_, false) => errors.choices(&format!("{at}.type"), "2, 3, 5, 6, 7, 8"),
        }
    }
}

fn check_custom_id(part: &Value, at: &str, errors: &mut FormErrors) {
    match part["custom_id"].as_str() {
        None => errors.required(&format!("{at}.custom_id")),
        Some(id) if !(1..=100).contains(&chars(id)) => errors.bad_length(&format!("{at}.custom_id"), 1, 100),
        Some(_) => {}
    }
}

fn check_button(part: &Value, at: &str, errors: &mut FormErrors) {
    match part["style"].as_u64() {
        Some(1..=4) => {
            check_custom_id(part, at, errors);
            if part.get("url").is_some_and(|url| !url.is_null()) {
                errors.add(
                    at,
                    "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                    "A custom id and url cannot both be specified",
                );
            }
        }
        Some(5) => match part["url"].as_str() {
            None => errors.required(&format!("{at}.url")),
            Some(url) if chars(url) > 512 => errors.too_long(&format!("{at}.url"), 512),
            Some(url) => check_url(url, &format!("{at}.url"), false, errors),
        },
        _ => errors.choices(&format!("{at}.style"), "1, 2, 3, 4, 5"),
    }
    let label = part["label"].as_str().unwrap_or_default();
    if chars(label) > 80 {
        errors.too_long(&format!("{at}.label"), 80);
    }
    if label.is_empty() && !part["emoji"].is_object() {
        errors.add(at, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or emoji");
    }
}

fn check_select(part: &Value, at: &str, errors: &mut FormErrors) {
    check_custom_id(part, at, errors);
    if part["placeholder"].as_str().is_some_and(|text| chars(text) > 150) {
        errors.too_long(&format!("{at}.placeholder"), 150);
    }
    if part["type"] != 3 {
        return;
    }
    let options = part["options"].as_array().map_or(&[][..], Vec::as_slice);
    if !(1..=25).contains(&options.len()) {
        errors.bad_length(&format!("{at}.options"), 1, 25);
    }
    let mut seen = BTreeSet::new();
    for (n, option) in options.iter().enumerate() {
        for (key, needed) in [("label", true), ("value", true), ("description", false)] {
            let path = format!("{at}.options.{n}.{key}");
            match option[key].as_str() {
                None if needed => errors.required(&path),
                Some(text) if chars(text) > 100 => errors.too_long(&path, 100),
                _ => {}
            }
        }
        if !seen.insert(option["value"].as_str()) {
            errors.add(
                &format!("{at}.options.{n}.value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            );
        }
    }
}

fn check_input(part: &Value, at: &str, errors: &mut FormErrors) {
    check_custom_id(part, at, errors);
    if !matches!(part["style"].as_u64(), Some(1 | 2)) {
        errors.choices(&format!("{at}.style"), "1, 2");
    }
    match part["label"].as_str() {
        None => errors.required(&format!("{at}.label")),
        Some(label) if !(1..=45).contains(&chars(label)) => errors.bad_length(&format!("{at}.label"), 1, 45),
        Some(_) => {}
    }
    if part["value"].as_str().is_some_and(|text| chars(text) > 4000) {
        errors.too_long(&format!("{at}.value"), 4000);
    }
    if part["placeholder"].as_str().is_some_and(|text| chars(text) > 100) {
        errors.too_long(&format!("{at}.placeholder"), 100);
    }
}

fn check_unique_ids(rows: &[Value], errors: &mut FormErrors) {
    let mut seen = BTreeSet::new();
    for (r, row) in rows.iter().enumerate() {
        for (n, part) in parts(std::slice::from_ref(row)).enumerate() {
            if let Some(id) = part["custom_id"].as_str()
                && !seen.insert(id)
            {
                errors.add(
                    &format!("components.{r}.components.{n}.custom_id"),
                    "COMPONENT_CUSTOM_ID_DUPLICATED",
                    "Component custom id cannot be duplicated",
                );
            }
        }
    }
}

fn read_attachments(body: &Value, files: &[Upload], errors: &mut FormErrors) -> Field<Vec<Meta>> {
    let list = match read_list(body, "attachments", 10, errors) {
        Field::Absent => return Field::Absent,
        Field::Clear => return Field::Clear,
        Field::Set(list) => list,
    };
    let mut out = Vec::new();
    for (n, entry) in list.iter().enumerate() {
        let id = entry["id"].as_u64().or_else(|| entry["id"].as_str().and_then(|id| id.parse().ok()));
        let Some(id) = id else {
            errors.required(&format!("attachments.{n}.id"));
            continue;
        };
        let description = entry["description"].as_str().map(str::to_owned);
        if description.as_deref().is_some_and(|text| chars(text) > 1024) {
            errors.too_long(&format!("attachments.{n}.description"), 1024);
        }
        // Small numbers name files of this request; anything else is the id of a file that exists.
        if id < 10 && !files.iter().any(|file| file.n == id) {
            errors.add(
                &format!("attachments.{n}.id"),
                "ATTACHMENT_NOT_FOUND",
                &format!("The attachment with id {id} was not found"),
            );
        }
        out.push(Meta { id, filename: entry["filename"].as_str().map(str::to_owned), description });
    }
    Field::Set(out)
}

fn read_flags(body: &Value, errors: &mut FormErrors) -> u64 {
    let flags = body["flags"].as_u64().unwrap_or(0);
    if flags & !FLAGS_ALLOWED != 0 {
        errors.add("flags", "BITFIELD_TYPE_UNKNOWN", &format!("Flags {flags} are not supported here."));
    }
    flags
}

fn read_nonce(body: &Value, errors: &mut FormErrors) -> Option<Value> {
    match &body["nonce"] {
        Value::String(text) => {
            if chars(text) > 25 {
                errors.add("nonce", "NONCE_TYPE_TOO_LONG", "Nonce must be 25 or fewer in length.");
            }
            Some(Value::String(text.clone()))
        }
        Value::Number(number) => Some(Value::Number(number.clone())),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn read_allowed(body: &Value, errors: &mut FormErrors) -> Option<AllowedMentions> {
    let given = body.get("allowed_mentions").filter(|given| given.is_object())?;
    let mut out = AllowedMentions::default();
    for (n, kind) in given["parse"].as_array().map_or(&[][..], Vec::as_slice).iter().enumerate() {
        match kind.as_str() {
            Some("users") => out.all_users = true,
            Some("roles") => out.all_roles = true,
            Some("everyone") => out.everyone = true,
            _ => errors.choices(&format!("allowed_mentions.parse.{n}"), "'users', 'everyone', 'roles'"),
        }
    }
    for (key, all, set) in [("users", out.all_users, &mut out.users), ("roles", out.all_roles, &mut out.roles)] {
        let list = given[key].as_array().map_or(&[][..], Vec::as_slice);
        if list.len() > 100 {
            errors.too_long(&format!("allowed_mentions.{key}"), 100);
        }
        if all && !list.is_empty() {
            errors.add(
                "allowed_mentions",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                &format!("parse:[\"{key}\"] and {key}: [ids...] are mutually exclusive."),
            );
        }
        set.extend(list.iter().filter_map(Snowflake::read));
    }
    Some(out)
}
