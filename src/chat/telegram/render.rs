//! A message as Telegram takes it: HTML of three escapes, lengths in UTF-16 units after the markup is parsed.

use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup};

use crate::chat::layout::{fit, harmless, head, more_line, text_of, utf16};
use crate::words::message::{Block, Message, Run};

/// Text of a message, after entities are parsed. <https://core.telegram.org/bots/api#sendmessage>
pub const TEXT_MAX: usize = 4096;

/// Caption of a picture, after entities are parsed. <https://core.telegram.org/bots/api#sendphoto>
pub const CAPTION_MAX: usize = 1024;

/// The headline and the footer are never moved out, so each is held to what leaves a caption room for the rest.
const HEADLINE_MAX: usize = 300;
const FOOTER_MAX: usize = 250;
const MORE_MAX: usize = 100;

/// Telegram documents none; longer ones are not readable on a phone.
const LABEL_MAX: usize = 64;

/// What a message looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// For `parse_mode = HTML`.
    pub html: String,
    /// Its length as Telegram counts it.
    pub length: usize,
    /// Lines that went behind Why.
    pub moved_lines: usize,
}

/// Renders a message into at most `most` UTF-16 units. `more` is the line that says how many lines went, with `{count}`.
#[must_use]
pub fn render(message: &Message, most: usize, more: &str) -> Rendered {
    let headline = Piece::of(&head(&calm(&message.headline), HEADLINE_MAX, utf16), Some("b"));
    let footer = Piece::of(&head(&calm(&message.footer), FOOTER_MAX, utf16), None);
    let blocks: Vec<Piece> = message.blocks.iter().map(block).collect();
    let lengths: Vec<usize> = blocks.iter().map(|piece| piece.length + 2).collect();
    let fixed = headline.length + if footer.length == 0 { 0 } else { footer.length + 2 };
    let tail = |lines: usize| utf16(&more_text(more, lines)) + 2;
    let room = most.saturating_sub(fixed);
    let fit = fit(&message.blocks, &lengths, room, tail);
    let mut pieces = vec![headline];
    pieces.extend(blocks.into_iter().zip(&fit.stays).filter(|(_, stays)| **stays).map(|(piece, _)| piece));
    if 0 < fit.moved_lines {
        pieces.push(Piece::of(&more_text(more, fit.moved_lines), None));
    }
    pieces.push(footer);
    let mut whole = Piece::default();
    for piece in pieces.into_iter().filter(|piece| 0 < piece.length) {
        if 0 < whole.length {
            whole.html.push_str("\n\n");
            whole.length += 2;
        }
        whole.html.push_str(&piece.html);
        whole.length += piece.length;
    }
    Rendered { html: whole.html, length: whole.length, moved_lines: fit.moved_lines }
}

fn more_text(more: &str, lines: usize) -> String {
    head(&calm(&more_line(more, lines)), MORE_MAX, utf16)
}

/// The buttons, as rows; `None` without any, which removes a keyboard on edit.
#[must_use]
pub fn keyboard(message: &Message) -> Option<InlineKeyboardMarkup> {
    let rows: Vec<Vec<InlineKeyboardButton>> = message
        .buttons
        .iter()
        .filter(|row| !row.is_empty())
        .map(|row| {
            row.iter()
                .map(|button| {
                    let label = head(&calm(&button.label), LABEL_MAX, utf16);
                    InlineKeyboardButton::callback(label, button.token.clone())
                })
                .collect()
        })
        .collect();
    (!rows.is_empty()).then(|| InlineKeyboardMarkup::new(rows))
}

#[derive(Debug, Default)]
struct Piece {
    html: String,
    length: usize,
}

impl Piece {
    /// Calm text, escaped, in a tag if one is given.
    fn of(text: &str, tag: Option<&str>) -> Self {
        let html = escape(text);
        let html = match tag {
            Some(tag) if !text.is_empty() => format!("<{tag}>{html}</{tag}>"),
            _ => html,
        };
        Self { html, length: utf16(text) }
    }
}

fn block(block: &Block) -> Piece {
    let mut whole = Piece::default();
    for (line, at) in block.lines.iter().zip(0..) {
        if 0 < at {
            whole.html.push('\n');
            whole.length += 1;
        }
        for run in line {
            let tag = match run {
                Run::Plain(_) => None,
                Run::Bold(_) => Some("b"),
                Run::Code(_) => Some("code"),
            };
            let piece = Piece::of(&calm(text_of(run)), tag);
            whole.html.push_str(&piece.html);
            whole.length += piece.length;
        }
    }
    whole
}

/// Harmless, and calling nobody: a word joiner after `@` at the start of a name keeps it from becoming a mention.
fn calm(text: &str) -> String {
    let mut calm = String::with_capacity(text.len());
    let mut before = ' ';
    let harmless = harmless(text);
    let mut chars = harmless.chars().peekable();
    while let Some(c) = chars.next() {
        calm.push(c);
        let calls = c == '@' && !before.is_alphanumeric() && chars.peek().is_some_and(|next| next.is_alphanumeric());
        if calls {
            calm.push('\u{2060}');
        }
        before = c;
    }
    calm
}

/// `<`, `>` and `&`; quotes only matter inside attributes, and no attribute holds outside text.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::words::message::{Button, Look};

    const MORE: &str = "… {count} more behind Why";

    fn message(headline: &str, lines: &[(u8, &str)]) -> Message {
        Message {
            headline: headline.to_owned(),
            blocks: lines
                .iter()
                .map(|(weight, text)| Block { weight: *weight, lines: vec![vec![Run::Plain((*text).to_owned())]] })
                .collect(),
            footer: "cpa-stop v3 · #A7K2".to_owned(),
            ..Message::default()
        }
    }

    #[test]
    fn a_message_reads_as_written() {
        let mut given = message("🔴 Alma & Bo: <€160>", &[(0, "Seen: 4 orders"), (1, "1 < 2")]);
        given.blocks[0].lines.push(vec![
            Run::Bold("Sure".to_owned()),
            Run::Plain(": ".to_owned()),
            Run::Code("/why A7K2".to_owned()),
        ]);
        let rendered = render(&given, CAPTION_MAX, MORE);
        insta::assert_snapshot!(rendered.html, @r"
        <b>🔴 Alma &amp; Bo: &lt;€160&gt;</b>

        Seen: 4 orders
        <b>Sure</b>: <code>/why A7K2</code>

        1 &lt; 2

        cpa-stop v3 · #A7K2
        ");
        assert_eq!(rendered.length, utf16(&parsed(&rendered.html)));
    }

    #[test]
    fn what_does_not_fit_goes_whole_and_is_counted() {
        let long = "x".repeat(500);
        let given = message("h", &[(0, &long), (2, &long), (1, &long), (3, "short")]);
        let rendered = render(&given, CAPTION_MAX, MORE);
        assert_eq!(rendered.moved_lines, 3);
        assert!(rendered.html.contains("… 3 more behind Why"), "{}", rendered.html);
        assert!(rendered.length <= CAPTION_MAX);
        assert_eq!(render(&given, TEXT_MAX, MORE).moved_lines, 0);
    }

    #[test]
    fn buttons_carry_their_token_and_none_is_no_keyboard() {
        let mut given = message("h", &[]);
        assert_eq!(keyboard(&given), None);
        given.buttons =
            vec![vec![Button {
                label: "Stop boost −€86".to_owned(), token: "p1-abc".to_owned(), look: Look::Danger
            }]];
        let json = serde_json::to_string(&keyboard(&given)).expect("writes");
        assert_eq!(json, r#"{"inline_keyboard":[[{"text":"Stop boost −€86","callback_data":"p1-abc"}]]}"#);
    }

    /// What is left when Telegram's own rules are applied: only our tags, only the known entities, properly closed.
    #[track_caller]
    fn parsed(html: &str) -> String {
        let mut text = String::new();
        let mut open: Option<String> = None;
        let mut rest = html;
        while let Some(c) = rest.chars().next() {
            if let Some(tail) = rest.strip_prefix('<') {
                let (tag, after) = tail.split_once('>').expect("a closed tag");
                if let Some(name) = tag.strip_prefix('/') {
                    assert_eq!(open.take().as_deref(), Some(name));
                } else {
                    assert!(matches!(tag, "b" | "code"), "{tag}");
                    assert_eq!(open.replace(tag.to_owned()), None, "nested");
                }
                rest = after;
            } else if let Some(tail) = rest.strip_prefix('&') {
                let (name, after) = tail.split_once(';').expect("a closed entity");
                text.push(match name {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    other => panic!("&{other};"),
                });
                rest = after;
            } else {
                text.push(c);
                rest = rest.split_at(c.len_utf8()).1;
            }
        }
        assert_eq!(open, None);
        text
    }

    fn hostile() -> impl Strategy<Value = String> {
        let spice = prop_oneof![
            Just("<b>"),
            Just("</b>"),
            Just("&lt;"),
            Just("&"),
            Just("@everyone"),
            Just("@durov"),
            Just("\u{202e}"),
            Just("\u{200b}"),
            Just("🔴"),
            Just("👩\u{200d}🚀"),
            Just("שלום"),
            Just("\n"),
            Just("`"),
            Just("<a href=\"x\">"),
            Just("<tg-spoiler>"),
            Just("&amp;lt;"),
            Just("&#60;"),
            Just("<@1>"),
            Just("<t:1772366400>"),
            Just("\u{ad}"),
            Just("\u{2062}"),
            Just("e\u{301}"),
        ];
        (proptest::collection::vec(prop_oneof![spice.prop_map(str::to_owned), any::<String>()], 0..12), 1_usize..60)
            .prop_map(|(parts, times)| parts.concat().repeat(times))
    }

    proptest! {
        #[test]
        fn hostile_text_stays_text_and_fits(
            headline in hostile(), lines in proptest::collection::vec((0_u8..4, hostile()), 0..8), footer in hostile(),
            picture: bool,
        ) {
            let mut given = message(&headline, &[]);
            given.blocks = lines.into_iter().map(|(weight, text)| Block {
                weight,
                lines: vec![vec![Run::Bold(text.clone()), Run::Code(text)]],
            }).collect();
            given.footer = footer;
            let most = if picture { CAPTION_MAX } else { TEXT_MAX };
            let rendered = render(&given, most, MORE);
            let text = parsed(&rendered.html);
            prop_assert_eq!(utf16(&text), rendered.length);
            prop_assert!(rendered.length <= most);
            prop_assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{ad}', '\u{2062}']), "hidden characters");
            let calls = text.match_indices("@durov").any(|(at, _)| {
                !text.split_at(at).0.chars().next_back().is_some_and(char::is_alphanumeric)
            });
            prop_assert!(!calls, "{}", text);
        }
    }

    #[test]
    fn ten_thousand_characters_fit_and_nobody_is_called() {
        let given = message(&"@all ".repeat(2000), &[(0, &"🔴".repeat(5000))]);
        let rendered = render(&given, CAPTION_MAX, MORE);
        assert!(rendered.length <= CAPTION_MAX);
        assert!(!rendered.html.contains("@all"));
        assert!(render(&message("maja@agency.com", &[]), TEXT_MAX, MORE).html.contains("maja@agency.com"));
    }
}
