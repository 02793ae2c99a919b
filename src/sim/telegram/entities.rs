//! Formatted text: entities in UTF-16 units, given, found or rendered back.
//!
//! Owns: lengths as the platform counts them, explicit entities and their checks, the entities that the server finds
//! by itself (commands, mentions, hashtags, links with a scheme), trimming, and HTML for people who read the snapshot.
//! Refuses: bare domains, e-mail addresses, phone and card numbers; the real server finds those too.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use crate::domain::num::{i64_of_len, len_of};

/// A stretch of text with a meaning. Offsets and lengths are UTF-16 code units.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// `bold`, `text_link`, `bot_command` and so on.
    pub kind: String,
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
    /// What else the entity carries: `url`, `language`, `user`, `custom_emoji_id`.
    pub extra: Map<String, Value>,
}

impl Entity {
    pub(super) fn new(kind: &str, offset: usize, length: usize) -> Self {
        Self { kind: kind.to_owned(), offset, length, extra: Map::new() }
    }

    pub(super) fn with(kind: &str, offset: usize, length: usize, key: &str, value: Value) -> Self {
        let mut entity = Self::new(kind, offset, length);
        entity.extra.insert(key.to_owned(), value);
        entity
    }

    pub(super) fn end(&self) -> usize {
        self.offset + self.length
    }

    pub(super) fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("offset".to_owned(), json!(self.offset));
        object.insert("length".to_owned(), json!(self.length));
        object.insert("type".to_owned(), json!(self.kind));
        for (key, value) in &self.extra {
            object.insert(key.clone(), value.clone());
        }
        Value::Object(object)
    }

    /// Nothing is looked for inside these.
    fn is_closed(&self) -> bool {
        matches!(self.kind.as_str(), "code" | "pre" | "text_link" | "text_mention" | "custom_emoji")
    }
}

/// A text and its entities, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Formatted {
    pub text: String,
    pub entities: Vec<Entity>,
}

/// Length as Telegram counts it.
#[must_use]
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The text of an entity.
pub(super) fn slice<'a>(text: &'a str, entity: &Entity) -> &'a str {
    let (Some(from), Some(to)) = (byte_at(text, entity.offset), byte_at(text, entity.end())) else {
        return "";
    };
    text.get(from..to).unwrap_or("")
}

/// The byte where a UTF-16 offset lies, if it lies between characters.
fn byte_at(text: &str, utf16: usize) -> Option<usize> {
    let mut units = 0;
    for (byte, letter) in text.char_indices() {
        if units == utf16 {
            return Some(byte);
        }
        if utf16 < units {
            return None;
        }
        units += letter.len_utf16();
    }
    (units == utf16).then_some(text.len())
}

/// Outer entities first.
pub(super) fn sort(entities: &mut [Entity]) {
    entities.sort_by(|a, b| a.offset.cmp(&b.offset).then(b.length.cmp(&a.length)));
}

/// Reads `entities` or `caption_entities` and checks each against the text.
pub(super) fn explicit(text: &str, given: &Value) -> Result<Vec<Entity>, Refusal> {
    let wrong = |what: &str| Refusal::bad(&format!("can't parse MessageEntity: {what}"));
    let Some(list) = given.as_array() else {
        return Err(Refusal::bad("can't parse entities JSON object"));
    };
    let mut entities = Vec::new();
    for item in list {
        let object = item.as_object().ok_or_else(|| wrong("expected an Object"))?;
        let number = |name: &str| {
            object.get(name).and_then(Value::as_i64).ok_or_else(|| wrong(&format!("Can't find field \"{name}\"")))
        };
        let (offset, length) = (number("offset")?, number("length")?);
        let kind = object.get("type").and_then(Value::as_str).ok_or_else(|| wrong("Can't find field \"type\""))?;
        let (Some(offset), Some(length)) = (len_of(offset), len_of(length)) else {
            return Err(Refusal::bad("entity has a negative offset or length"));
        };
        if length == 0 || FOUND_BY_SERVER.contains(&kind) {
            continue;
        }
        check_place(text, offset, length)?;
        let mut entity = Entity::new(kind, offset, length);
        for key in ["url", "user", "language", "custom_emoji_id"] {
            if let Some(value) = object.get(key).filter(|value| !value.is_null()) {
                entity.extra.insert(key.to_owned(), value.clone());
            }
        }
        entities.push(entity);
    }
    sort(&mut entities);
    Ok(entities)
}

/// What bots may name and the server then looks for itself.
const FOUND_BY_SERVER: [&str; 8] =
    ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"];

fn check_place(text: &str, offset: usize, length: usize) -> Result<(), Refusal> {
    let all = utf16_len(text);
    if all < offset {
        return Err(Refusal::bad(&format!("entity begins after the end of the text at UTF-16 offset {all}")));
    }
    if all < offset + length {
        return Err(Refusal::bad(&format!(
            "entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {all}"
        )));
    }
    if byte_at(text, offset).is_none() {
        return Err(Refusal::bad(&format!("entity begins in a middle of a UTF-16 symbol at UTF-16 offset {offset}")));
    }
    if byte_at(text, offset + length).is_none() {
        return Err(Refusal::bad(&format!(
            "entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol"
        )));
    }
    Ok(())
}

/// Spaces and newlines at the end go, and those at the start up to the first entity.
pub(super) fn trim(given: Formatted) -> Formatted {
    let Formatted { text, mut entities } = given;
    let text = text.trim_end_matches([' ', '\n']).to_owned();
    let end = utf16_len(&text);
    entities.retain_mut(|entity| {
        entity.length = std::cmp::min(entity.length, end.saturating_sub(entity.offset));
        entity.length > 0
    });
    let first = entities.iter().map(|entity| entity.offset).min().unwrap_or(end);
    let lead = text.chars().take(first).take_while(|c| matches!(c, ' ' | '\n')).count();
    for entity in &mut entities {
        entity.offset -= lead;
    }
    // Both kinds of white space that are cut here are one byte and one unit each.
    Formatted { text: text.get(lead..).unwrap_or("").to_owned(), entities }
}

/// Adds what the server finds by itself outside code and links.
pub(super) fn find(formatted: &mut Formatted) {
    let letters: Vec<char> = formatted.text.chars().collect();
    let mut units = Vec::with_capacity(letters.len() + 1);
    let mut so_far = 0;
    for letter in &letters {
        units.push(so_far);
        so_far += letter.len_utf16();
    }
    units.push(so_far);
    let mut at = 0;
    while at < letters.len() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let rest = letters.get(at..).unwrap_or(&[]);
        let Some((kind, count)) = found_here(before, rest) else {
            at += 1;
            continue;
        };
        let (from, to) = (units.get(at).copied().unwrap_or(so_far), units.get(at + count).copied().unwrap_or(so_far));
        let clashes =
            formatted.entities.iter().any(|entity| entity.is_closed() && entity.offset < to && from < entity.end());
        if !clashes {
            formatted.entities.push(Entity::new(kind, from, to - from));
        }
        at += count;
    }
    sort(&mut formatted.entities);
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The entity that begins with the first letter of `rest`, and its length in characters.
fn found_here(before: Option<char>, rest: &[char]) -> Option<(&'static str, usize)> {
    let fresh = before.is_none_or(|letter| !is_word(letter) && !matches!(letter, '/' | '@' | '#' | '<' | '>'));
    if !fresh {
        return None;
    }
    match rest.first()? {
        '/' => {
            let name = rest.iter().skip(1).take_while(|c| is_name(**c)).count();
            let mut whole = 1 + name;
            if rest.get(whole) == Some(&'@') {
                let bot = rest.iter().skip(whole + 1).take_while(|c| is_name(**c)).count();
                if (3..=32).contains(&bot) {
                    whole += 1 + bot;
                }
            }
            let cut = rest.get(whole).is_some_and(|next| is_word(*next) || matches!(next, '/' | '<' | '>'));
            ((1..=64).contains(&name) && !cut).then_some(("bot_command", whole))
        }
        '@' => {
            let name = rest.iter().skip(1).take_while(|c| is_name(**c)).count();
            let starts = rest.get(1).is_some_and(char::is_ascii_alphabetic);
            ((4..=32).contains(&name) && starts).then_some(("mention", 1 + name))
        }
        '#' => {
            let name = rest.iter().skip(1).take_while(|c| is_word(**c)).count();
            let lettered = rest.iter().skip(1).take(name).any(|c| c.is_alphabetic());
            ((1..=256).contains(&name) && lettered).then_some(("hashtag", 1 + name))
        }
        'h' | 'H' => link_here(rest).map(|count| ("url", count)),
        _ => None,
    }
}

fn link_here(rest: &[char]) -> Option<usize> {
    let head: String = rest.iter().take(8).collect::<String>().to_ascii_lowercase();
    let scheme = if head.starts_with("https://") {
        8
    } else if head.starts_with("http://") {
        7
    } else {
        return None;
    };
    let mut count = rest.iter().take_while(|c| !c.is_whitespace() && !matches!(c, '<' | '>' | '"')).count();
    while count > scheme && rest.get(count - 1).is_some_and(|c| ".,:;!?)'".contains(*c)) {
        count -= 1;
    }
    let host: String = rest.iter().skip(scheme).take(count - scheme).take_while(|c| !"/?#".contains(**c)).collect();
    (host.contains('.') && count > scheme).then_some(count)
}

/// The text as HTML, for people who read a snapshot.
pub(super) fn to_html(formatted: &Formatted) -> String {
    let mut html = String::new();
    let mut open: Vec<(usize, &'static str)> = Vec::new();
    let mut waiting = formatted.entities.iter().peekable();
    let mut units = 0;
    for letter in formatted.text.chars().map(Some).chain([None]) {
        while let Some((_, tag)) = open.pop_if(|(end, _)| *end <= units) {
            html.push_str(tag);
        }
        let Some(letter) = letter else { break };
        while let Some(entity) = waiting.next_if(|entity| entity.offset <= units) {
            let (start, end) = tags(entity);
            html.push_str(&start);
            if !end.is_empty() {
                open.push((entity.end(), end));
            }
        }
        push_escaped(&mut html, letter);
        units += letter.len_utf16();
    }
    while let Some((_, tag)) = open.pop() {
        html.push_str(tag);
    }
    html
}

fn push_escaped(html: &mut String, letter: char) {
    match letter {
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '&' => html.push_str("&amp;"),
        '"' => html.push_str("&quot;"),
        other => html.push(other),
    }
}

fn tags(entity: &Entity) -> (String, &'static str) {
    let plain = |tag: &str, end: &'static str| (format!("<{tag}>"), end);
    let with = |key: &str| {
        let mut escaped = String::new();
        let value = entity.extra.get(key).and_then(Value::as_str).unwrap_or("");
        value.chars().for_each(|letter| push_escaped(&mut escaped, letter));
        escaped
    };
    match entity.kind.as_str() {
        "bold" => plain("b", "</b>"),
        "italic" => plain("i", "</i>"),
        "underline" => plain("u", "</u>"),
        "strikethrough" => plain("s", "</s>"),
        "spoiler" => plain("tg-spoiler", "</tg-spoiler>"),
        "code" => plain("code", "</code>"),
        "pre" => plain("pre", "</pre>"),
        "blockquote" => plain("blockquote", "</blockquote>"),
        "expandable_blockquote" => plain("blockquote expandable", "</blockquote>"),
        "text_link" => (format!("<a href=\"{}\">", with("url")), "</a>"),
        "text_mention" => {
            let id = entity.extra.get("user").and_then(|user| user.get("id")).and_then(Value::as_i64);
            (format!("<a href=\"tg://user?id={}\">", id.unwrap_or(0)), "</a>")
        }
        "custom_emoji" => (format!("<tg-emoji emoji-id=\"{}\">", with("custom_emoji_id")), "</tg-emoji>"),
        _ => (String::new(), ""),
    }
}

/// How long a text is, as a count for messages.
pub(super) fn units(text: &str) -> i64 {
    i64_of_len(utf16_len(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_found(text: &str, want: &[(&str, &str)]) {
        let mut formatted = Formatted { text: text.to_owned(), entities: Vec::new() };
        find(&mut formatted);
        let got: Vec<_> = formatted.entities.iter().map(|entity| (entity.kind.as_str(), slice(text, entity))).collect();
        assert_eq!(got, want, "{text}");
    }

    #[test]
    fn the_server_finds_commands_mentions_tags_and_links() {
        check_found("/start abc", &[("bot_command", "/start")]);
        check_found("😀 /why_not@plimsoll_bot x", &[("bot_command", "/why_not@plimsoll_bot")]);
        check_found("a/b /1 // /", &[("bot_command", "/1")]);
        check_found("/a/b", &[]);
        check_found("hi @alma_lind, @ab", &[("mention", "@alma_lind")]);
        check_found("#spring #1", &[("hashtag", "#spring")]);
        check_found("see https://x.example/a?b=1.", &[("url", "https://x.example/a?b=1")]);
        check_found("http://localhost", &[]);
    }

    #[test]
    fn lengths_count_an_emoji_as_two() {
        assert_eq!(utf16_len("a😀"), 3);
        assert_eq!(units("é"), 1);
    }

    #[test]
    fn explicit_entities_must_lie_inside_the_text_and_between_symbols() {
        for (given, want) in [
            (r#"[{"type":"bold","offset":0,"length":3}]"#, Ok(1)),
            (r#"[{"type":"bold","offset":0,"length":0}]"#, Ok(0)),
            (
                r#"[{"type":"bold","offset":1,"length":9}]"#,
                Err(
                    "Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 3",
                ),
            ),
            (
                r#"[{"type":"bold","offset":2,"length":1}]"#,
                Err("Bad Request: entity begins in a middle of a UTF-16 symbol at UTF-16 offset 2"),
            ),
            (r"{}", Err("Bad Request: can't parse entities JSON object")),
            (
                r#"[{"type":"bold","length":1}]"#,
                Err("Bad Request: can't parse MessageEntity: Can't find field \"offset\""),
            ),
        ] {
            let value: Value = serde_json::from_str(given).expect("test JSON");
            let got = explicit("a😀", &value);
            assert_eq!(got.as_ref().map(Vec::len).map_err(|refusal| refusal.description.as_str()), want, "{given}");
        }
    }

    #[test]
    fn trimming_moves_entities_with_the_text() {
        let trimmed = trim(Formatted { text: "\n  ab  \n".to_owned(), entities: vec![Entity::new("bold", 4, 4)] });
        assert_eq!(trimmed.text, "ab");
        assert_eq!(trimmed.entities, vec![Entity::new("bold", 1, 1)]);
    }

    #[test]
    fn html_comes_back_nested_and_escaped() {
        let formatted = Formatted {
            text: "a<b & c".to_owned(),
            entities: vec![
                Entity::new("bold", 0, 7),
                Entity::with("text_link", 2, 1, "url", json!("https://x.example/?a=\"1\"")),
            ],
        };
        insta::assert_snapshot!(to_html(&formatted), @r#"<b>a&lt;<a href="https://x.example/?a=&quot;1&quot;">b</a> &amp; c</b>"#);
    }
}
