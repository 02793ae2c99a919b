//! HTML parse mode, byte for byte as the server reads it.
//!
//! Owns: the tags of <https://core.telegram.org/bots/api#html-style>, the four named and all numeric character
//! references, and errors that name the byte offset (tdlib, `MessageEntity.cpp`, `parse_html`).
//! Refuses: every other tag. An `a` whose address is no address loses its link, as on the server.

use serde_json::json;

use super::entities::{Entity, Formatted, sort};

const TAGS: [&str; 16] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "span",
    "pre",
    "code",
    "blockquote",
];

struct Open {
    tag: String,
    argument: String,
    offset: usize,
    begins: usize,
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    out: Vec<u8>,
    units: usize,
    open: Vec<Open>,
    entities: Vec<Entity>,
}

/// Parses `html`; the error is what stands after `can't parse entities: `.
pub(super) fn parse(html: &str) -> Result<Formatted, String> {
    let mut parser =
        Parser { text: html.as_bytes(), at: 0, out: Vec::new(), units: 0, open: Vec::new(), entities: Vec::new() };
    while parser.at < parser.text.len() {
        parser.step()?;
    }
    if let Some(open) = parser.open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag));
    }
    for entity in parser.entities.iter_mut().filter(|entity| entity.kind == "code") {
        entity.extra.shift_remove("language");
    }
    sort(&mut parser.entities);
    let text = String::from_utf8(parser.out).map_err(|_| {
        "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
            .to_owned()
    })?;
    Ok(Formatted { text, entities: parser.entities })
}

/// The server's idea of a space includes the end of the text.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x0b)
}

impl Parser<'_> {
    fn byte(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn between(&self, from: usize, to: usize) -> String {
        String::from_utf8_lossy(self.text.get(from..to).unwrap_or(&[])).into_owned()
    }

    fn skip_spaces(&mut self) {
        while self.byte() != 0 && is_space(self.byte()) {
            self.at += 1;
        }
    }

    fn step(&mut self) -> Result<(), String> {
        let byte = self.byte();
        if byte == b'&'
            && let Some((code, next)) = decode(self.text, self.at)
        {
            self.units += if code > 0xffff { 2 } else { 1 };
            push_code(&mut self.out, code);
            self.at = next;
            return Ok(());
        }
        if byte != b'<' {
            if byte & 0xc0 != 0x80 {
                self.units += if byte >= 0xf0 { 2 } else { 1 };
            }
            self.out.push(byte);
            self.at += 1;
            return Ok(());
        }
        let begins = self.at;
        self.at += 1;
        if self.byte() == b'/' {
            self.end_tag(begins)?;
        } else {
            self.start_tag(begins)?;
        }
        self.at += 1;
        Ok(())
    }

    fn start_tag(&mut self, begins: usize) -> Result<(), String> {
        while !is_space(self.byte()) && self.byte() != b'>' {
            self.at += 1;
        }
        if self.byte() == 0 {
            return Err(format!("Unclosed start tag at byte offset {begins}"));
        }
        let tag = self.between(begins + 1, self.at).to_ascii_lowercase();
        if !TAGS.contains(&tag.as_str()) {
            return Err(format!("Unsupported start tag \"{tag}\" at byte offset {begins}"));
        }
        let mut argument = String::new();
        while self.byte() != b'>' {
            self.skip_spaces();
            if self.byte() == b'>' {
                break;
            }
            let (name, value) = self.attribute(&tag, begins)?;
            match (tag.as_str(), name.as_str(), value) {
                ("a", "href", Some(value)) | ("tg-emoji", "emoji-id", Some(value)) => argument = value,
                ("code", "class", Some(value)) => {
                    if let Some(language) = value.strip_prefix("language-") {
                        language.clone_into(&mut argument);
                    }
                }
                ("span", "class", Some(value)) => {
                    if let Some(class) = value.strip_prefix("tg-") {
                        class.clone_into(&mut argument);
                    }
                }
                ("blockquote", "expandable", _) => "1".clone_into(&mut argument),
                _ => {}
            }
        }
        if tag == "span" && argument != "spoiler" {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begins}"));
        }
        self.open.push(Open { tag, argument, offset: self.units, begins: self.out.len() });
        Ok(())
    }

    /// One attribute; one without `=` has no value.
    fn attribute(&mut self, tag: &str, begins: usize) -> Result<(String, Option<String>), String> {
        let from = self.at;
        while !is_space(self.byte()) && !matches!(self.byte(), b'=' | b'>' | b'/' | b'"' | b'\'') {
            self.at += 1;
        }
        let name = self.between(from, self.at);
        if name.is_empty() {
            return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begins}"));
        }
        self.skip_spaces();
        if self.byte() != b'=' {
            if self.byte() == 0 {
                return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begins}"));
            }
            return Ok((name, None));
        }
        self.at += 1;
        self.skip_spaces();
        if self.byte() == 0 {
            return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begins}"));
        }
        let value = if matches!(self.byte(), b'\'' | b'"') { self.quoted() } else { self.token()? };
        if self.byte() == 0 {
            return Err(format!("Unclosed start tag at byte offset {begins}"));
        }
        Ok((name, Some(value)))
    }

    fn token(&mut self) -> Result<String, String> {
        let from = self.at;
        while self.byte().is_ascii_alphanumeric() || matches!(self.byte(), b'.' | b'-') {
            self.at += 1;
        }
        if !is_space(self.byte()) && self.byte() != b'>' {
            return Err(format!("Unexpected end of name token at byte offset {from}"));
        }
        Ok(self.between(from, self.at).to_ascii_lowercase())
    }

    fn quoted(&mut self) -> String {
        let quote = self.byte();
        self.at += 1;
        let mut value = Vec::new();
        while self.byte() != quote && self.byte() != 0 {
            if self.byte() == b'&'
                && let Some((code, next)) = decode(self.text, self.at)
            {
                push_code(&mut value, code);
                self.at = next;
                continue;
            }
            value.push(self.byte());
            self.at += 1;
        }
        if self.byte() == quote {
            self.at += 1;
        }
        String::from_utf8_lossy(&value).into_owned()
    }

    fn end_tag(&mut self, begins: usize) -> Result<(), String> {
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begins}"));
        };
        while !is_space(self.byte()) && self.byte() != b'>' {
            self.at += 1;
        }
        let found = self.between(begins + 2, self.at).to_ascii_lowercase();
        self.skip_spaces();
        if self.byte() != b'>' {
            return Err(format!("Unclosed end tag at byte offset {begins}"));
        }
        if !found.is_empty() && found != open.tag {
            return Err(format!(
                "Unmatched end tag at byte offset {begins}, expected \"</{}>\", found \"</{found}>\"",
                open.tag
            ));
        }
        if open.offset < self.units {
            self.close(&open)?;
        }
        Ok(())
    }

    fn close(&mut self, open: &Open) -> Result<(), String> {
        let (offset, length) = (open.offset, self.units - open.offset);
        let same = self.entities.last_mut().filter(|last| last.offset == offset && last.length == length);
        let entity = match open.tag.as_str() {
            "i" | "em" => Entity::new("italic", offset, length),
            "b" | "strong" => Entity::new("bold", offset, length),
            "s" | "strike" | "del" => Entity::new("strikethrough", offset, length),
            "u" | "ins" => Entity::new("underline", offset, length),
            "tg-spoiler" | "span" => Entity::new("spoiler", offset, length),
            "tg-emoji" => {
                if open.argument.parse::<i64>().unwrap_or(0) == 0 {
                    return Err("Invalid custom emoji identifier specified".to_owned());
                }
                Entity::with("custom_emoji", offset, length, "custom_emoji_id", json!(open.argument))
            }
            "a" => match self.link(open, length) {
                Some(entity) => entity,
                None => return Ok(()),
            },
            "pre" => match same {
                Some(last) if last.kind == "code" && last.extra.contains_key("language") => {
                    "pre".clone_into(&mut last.kind);
                    return Ok(());
                }
                _ => Entity::new("pre", offset, length),
            },
            "code" => match same {
                Some(last) if last.kind == "pre" && !open.argument.is_empty() => {
                    last.extra.insert("language".to_owned(), json!(open.argument));
                    return Ok(());
                }
                _ if open.argument.is_empty() => Entity::new("code", offset, length),
                // The language counts only if `pre` closes around it; the end of the parse drops it otherwise.
                _ => Entity::with("code", offset, length, "language", json!(open.argument)),
            },
            _ if open.argument.is_empty() => Entity::new("blockquote", offset, length),
            _ => Entity::new("expandable_blockquote", offset, length),
        };
        self.entities.push(entity);
        Ok(())
    }

    fn link(&self, open: &Open, length: usize) -> Option<Entity> {
        let url = if open.argument.is_empty() {
            String::from_utf8_lossy(self.out.get(open.begins..).unwrap_or(&[])).into_owned()
        } else {
            open.argument.clone()
        };
        if let Some(id) = url.strip_prefix("tg://user?id=").and_then(|id| id.parse::<i64>().ok()) {
            return Some(Entity::with(
                "text_mention",
                open.offset,
                length,
                "user",
                json!({ "id": id, "is_bot": false, "first_name": "" }),
            ));
        }
        let url = checked_link(&url)?;
        Some(Entity::with("text_link", open.offset, length, "url", json!(url)))
    }
}

/// An address as the server keeps it; `None` for what it drops: no host with a dot, an unknown scheme.
pub(super) fn checked_link(given: &str) -> Option<String> {
    if given.starts_with("tg://") || given.starts_with("ton://") {
        return Some(given.to_owned());
    }
    let whole = if given.contains("://") { given.to_owned() } else { format!("http://{given}") };
    let url = reqwest::Url::parse(&whole).ok()?;
    let known = matches!(url.scheme(), "http" | "https");
    let placed = url.host_str().is_some_and(|host| host.contains('.') || host.contains(':'));
    (known && placed).then(|| url.to_string())
}

/// A character reference at `at`: its code and the place after it.
fn decode(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let byte = |at: usize| text.get(at).copied().unwrap_or(0);
    let mut end = at + 1;
    let code = if byte(end) == b'#' {
        end += 1;
        let radix = if byte(end) == b'x' {
            end += 1;
            16
        } else {
            10
        };
        let mut code: u32 = 0;
        while let Some(digit) = char::from(byte(end)).to_digit(radix) {
            code = code.wrapping_mul(radix).wrapping_add(digit);
            end += 1;
        }
        if code == 0 || code >= 0x10_ffff || end - at >= 10 {
            return None;
        }
        code
    } else {
        while byte(end).is_ascii_alphabetic() {
            end += 1;
        }
        match text.get(at + 1..end)? {
            b"lt" => 0x3c,
            b"gt" => 0x3e,
            b"amp" => 0x26,
            b"quot" => 0x22,
            _ => return None,
        }
    };
    Some((code, if byte(end) == b';' { end + 1 } else { end }))
}

/// Half of a surrogate pair becomes a byte that no text has, so that the whole is refused at the end.
fn push_code(out: &mut Vec<u8>, code: u32) {
    match char::from_u32(code) {
        Some(letter) => out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.push(0xff),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> String {
        match parse(html) {
            Ok(formatted) => {
                let entities: Vec<String> = formatted.entities.iter().map(|entity| entity.json().to_string()).collect();
                format!("{} {}", formatted.text, entities.join(" "))
            }
            Err(error) => format!("! {error}"),
        }
    }

    #[track_caller]
    fn check(html: &str, want: &str) {
        assert_eq!(shown(html).trim_end(), want, "{html}");
    }

    #[test]
    fn tags_become_entities_in_utf16_units() {
        check("<b>a</b>", r#"a {"offset":0,"length":1,"type":"bold"}"#);
        check("😀<em>b</em>", r#"😀b {"offset":2,"length":1,"type":"italic"}"#);
        check("<B>x</B>", r#"x {"offset":0,"length":1,"type":"bold"}"#);
        check("<b></b>x", "x");
        check("<s>x</>", r#"x {"offset":0,"length":1,"type":"strikethrough"}"#);
        check(
            "<b>a<i>b</i></b>",
            r#"ab {"offset":0,"length":2,"type":"bold"} {"offset":1,"length":1,"type":"italic"}"#,
        );
        check(r#"<span class="tg-spoiler">x</span>"#, r#"x {"offset":0,"length":1,"type":"spoiler"}"#);
        check(
            r#"<pre><code class="language-rust">x</code></pre>"#,
            r#"x {"offset":0,"length":1,"type":"pre","language":"rust"}"#,
        );
        check("<blockquote expandable>x</blockquote>", r#"x {"offset":0,"length":1,"type":"expandable_blockquote"}"#);
        check("<ins>x</ins>", r#"x {"offset":0,"length":1,"type":"underline"}"#);
    }

    #[test]
    fn links_are_checked_and_decoded() {
        check(
            r#"<a href="https://x.example?a=1&amp;b=2">x</a>"#,
            r#"x {"offset":0,"length":1,"type":"text_link","url":"https://x.example/?a=1&b=2"}"#,
        );
        check(r#"<a href="http://localhost">x</a>"#, "x");
        check(
            r#"<a href="tg://user?id=7">x</a>"#,
            r#"x {"offset":0,"length":1,"type":"text_mention","user":{"id":7,"is_bot":false,"first_name":""}}"#,
        );
    }

    #[test]
    fn character_references_are_four_names_and_numbers() {
        check("&lt;&gt;&amp;&quot;&#65;&#x42;", "<>&\"AB");
        check("&nbsp; &copy; & &#0;", "&nbsp; &copy; & &#0;");
        check("&lt", "<");
    }

    #[test]
    fn errors_name_the_byte_offset() {
        check("ä<foo>", "! Unsupported start tag \"foo\" at byte offset 2");
        check("a < b", "! Unsupported start tag \"\" at byte offset 2");
        check("<b", "! Unclosed start tag at byte offset 0");
        check("<b>x", "! Can't find end tag corresponding to start tag \"b\"");
        check("x</b>", "! Unexpected end tag at byte offset 1");
        check("<b>x</i>", "! Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"");
        check("<b>x</b", "! Unclosed end tag at byte offset 4");
        check("<span>x</span>", "! Tag \"span\" must have class \"tg-spoiler\" at byte offset 0");
        check("<a href=x!>x</a>", "! Unexpected end of name token at byte offset 8");
        check("<br/>", "! Unsupported start tag \"br/\" at byte offset 0");
        check("<tg-emoji emoji-id=\"x\">x</tg-emoji>", "! Invalid custom emoji identifier specified");
        check(
            "&#xd800;",
            "! Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code \
             units",
        );
    }
}
