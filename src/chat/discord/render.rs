//! A message as Discord takes it: the first line in the content, the rest in one embed, buttons in rows.
//!
//! Discord counts Unicode code points of the text as sent, escapes included.

use serenity::all::{
    ButtonStyle, CreateActionRow, CreateAllowedMentions, CreateButton, CreateEmbed, CreateEmbedFooter, CreateMessage,
    EditMessage, MessageFlags, Nonce,
};

use crate::chat::layout::{fit, harmless, head, more_line, points, text_of};
use crate::words::message::{Block, Button, Look, Message, Run};

/// Content of a message. <https://discord.com/developers/docs/resources/message#create-message>
pub const CONTENT_MAX: usize = 2000;

/// Description of an embed. <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>
pub const DESCRIPTION_MAX: usize = 4096;

/// Our footers are one short line; Discord would take 2,048 of the 6,000 that all parts of the embeds have together.
const FOOTER_MAX: usize = 300;

const MORE_MAX: usize = 100;
const LABEL_MAX: usize = 80;
const ROW_MAX: usize = 5;
const ROWS_MAX: usize = 5;

/// The picture's name in the request; the embed refers to it.
pub const PICTURE: &str = "chart.png";

/// What a message looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The first line.
    pub content: String,
    /// The rest.
    pub description: String,
    /// The last line, without markup.
    pub footer: String,
    /// Lines that went behind Why.
    pub moved_lines: usize,
}

/// Renders a message within Discord's limits. `more` is the line that says how many lines went, with `{count}`.
#[must_use]
pub fn render(message: &Message, more: &str) -> Rendered {
    let blocks: Vec<String> = message.blocks.iter().map(block).collect();
    let lengths: Vec<usize> = blocks.iter().map(|block| points(block) + 2).collect();
    let tail = |lines: usize| points(&more_text(more, lines)) + 2;
    let fit = fit(&message.blocks, &lengths, DESCRIPTION_MAX, tail);
    let mut parts: Vec<String> = blocks
        .into_iter()
        .zip(&fit.stays)
        .filter(|(text, stays)| **stays && !text.is_empty())
        .map(|(text, _)| text)
        .collect();
    if 0 < fit.moved_lines {
        parts.push(more_text(more, fit.moved_lines));
    }
    Rendered {
        content: first_line(&message.headline),
        description: parts.join("\n\n"),
        footer: head(&harmless(&message.footer), FOOTER_MAX, points),
        moved_lines: fit.moved_lines,
    }
}

/// A first line as the content takes it.
#[must_use]
pub fn first_line(text: &str) -> String {
    escaped_head(text, CONTENT_MAX)
}

fn more_text(more: &str, lines: usize) -> String {
    escaped_head(&more_line(more, lines), MORE_MAX)
}

fn block(block: &Block) -> String {
    let lines: Vec<String> = block.lines.iter().map(|line| line.iter().map(run).collect::<String>()).collect();
    lines.join("\n")
}

fn run(run: &Run) -> String {
    let text = harmless(text_of(run));
    if text.trim().is_empty() {
        return text;
    }
    match run {
        Run::Plain(_) => escape(&text),
        Run::Bold(_) => format!("**{}**", escape(&text)),
        // Nothing can be escaped inside code, so its own mark is replaced by one that looks like it.
        Run::Code(_) => format!("`{}`", calm(&text).replace('`', "ˋ")),
    }
}

/// Markup characters get a backslash; a word joiner after `@` and `<` keeps names and numbers from becoming mentions even
/// for a reader that ignores the backslash.
///
/// Addresses are left as they are: a backslash inside would become part of them.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let address = address_len(rest);
        if let Some((address, after)) = rest.split_at_checked(address).filter(|(address, _)| !address.is_empty()) {
            escaped.push_str(address);
            rest = after;
            continue;
        }
        let marks = match c {
            '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '#' => true,
            // Lists begin a line with these.
            '-' | '+' => escaped.is_empty(),
            _ => false,
        };
        if marks {
            escaped.push('\\');
        }
        escaped.push(c);
        if matches!(c, '@' | '<') {
            escaped.push('\u{2060}');
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    escaped
}

/// Bytes of a web address at the start of the text: only characters that an address has and that do not end one.
fn address_len(text: &str) -> usize {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return 0;
    }
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b":/?&=._%+-#".contains(byte)).count()
}

fn calm(text: &str) -> String {
    text.replace('@', "@\u{2060}").replace('<', "<\u{2060}")
}

/// The longest head whose escaped form fits.
fn escaped_head(text: &str, most: usize) -> String {
    let text = harmless(text);
    let mut keep = std::cmp::min(points(&text), most);
    loop {
        let escaped = escape(&head(&text, keep, points));
        let over = points(&escaped).saturating_sub(most);
        if over == 0 || keep == 0 {
            return escaped;
        }
        // Each character becomes at most three, so a third of the excess can go at once.
        keep = keep.saturating_sub(std::cmp::max(over / 3, 1));
    }
}

/// The buttons as rows of at most five; an empty list removes those that were there.
#[must_use]
pub fn rows(message: &Message) -> Vec<CreateActionRow> {
    message
        .buttons
        .iter()
        .flat_map(|row| row.chunks(ROW_MAX))
        .filter(|row| !row.is_empty())
        .take(ROWS_MAX)
        .map(|row| CreateActionRow::Buttons(row.iter().map(button).collect()))
        .collect()
}

fn button(button: &Button) -> CreateButton {
    let style = match button.look {
        Look::Danger => ButtonStyle::Danger,
        Look::Primary => ButtonStyle::Primary,
        Look::Plain => ButtonStyle::Secondary,
    };
    CreateButton::new(button.token.clone()).label(head(&harmless(&button.label), LABEL_MAX, points)).style(style)
}

/// The one embed; `None` when all is in the first line.
fn embed(rendered: &Rendered, picture: bool) -> Option<CreateEmbed> {
    if rendered.description.is_empty() && rendered.footer.is_empty() && !picture {
        return None;
    }
    let mut embed = CreateEmbed::new();
    if !rendered.description.is_empty() {
        embed = embed.description(rendered.description.clone());
    }
    if !rendered.footer.is_empty() {
        embed = embed.footer(CreateEmbedFooter::new(rendered.footer.clone()));
    }
    if picture {
        embed = embed.attachment(PICTURE);
    }
    Some(embed)
}

/// A new message. With a nonce it is recognised for some minutes.
pub fn create(message: &Message, more: &str, picture: bool, nonce: Option<String>) -> CreateMessage {
    let rendered = render(message, more);
    let mut create =
        CreateMessage::new().content(rendered.content.clone()).allowed_mentions(CreateAllowedMentions::new());
    if let Some(embed) = embed(&rendered, picture) {
        create = create.embed(embed);
    }
    let rows = rows(message);
    if !rows.is_empty() {
        create = create.components(rows);
    }
    if message.silent {
        create = create.flags(MessageFlags::SUPPRESS_NOTIFICATIONS);
    }
    match nonce {
        Some(nonce) => create.nonce(Nonce::String(nonce)).enforce_nonce(true),
        None => create,
    }
}

/// A change of a message: everything it shows. `picture` says whether one is there after the edit.
pub fn edit(message: &Message, more: &str, picture: bool) -> EditMessage {
    let rendered = render(message, more);
    EditMessage::new()
        .content(rendered.content.clone())
        .allowed_mentions(CreateAllowedMentions::new())
        .embeds(embed(&rendered, picture).into_iter().collect())
        .components(rows(message))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MORE: &str = "… {count} more behind Why";

    fn message(headline: &str, lines: Vec<(u8, Run)>) -> Message {
        Message {
            headline: headline.to_owned(),
            blocks: lines.into_iter().map(|(weight, run)| Block { weight, lines: vec![vec![run]] }).collect(),
            footer: "cpa-stop v3 · #A7K2".to_owned(),
            ..Message::default()
        }
    }

    #[test]
    fn a_message_reads_as_written() {
        let mut given = message("🔴 Alma *Lind*: €160", vec![(0, Run::Plain("Seen: 4 orders".to_owned()))]);
        given.buttons =
            vec![vec![Button {
                label: "Stop boost −€86".to_owned(), token: "p1-abc".to_owned(), look: Look::Danger
            }]];
        let json = serde_json::to_string_pretty(&create(&given, MORE, true, Some("n".to_owned()))).expect("writes");
        insta::assert_snapshot!(json, @r#"
        {
          "content": "🔴 Alma \\*Lind\\*: €160",
          "nonce": "n",
          "tts": false,
          "embeds": [
            {
              "type": "rich",
              "description": "Seen: 4 orders",
              "footer": {
                "text": "cpa-stop v3 · #A7K2"
              },
              "image": {
                "url": "attachment://chart.png",
                "proxy_url": null,
                "height": null,
                "width": null
              }
            }
          ],
          "allowed_mentions": {
            "parse": [],
            "users": [],
            "roles": []
          },
          "components": [
            {
              "type": 1,
              "components": [
                {
                  "type": 2,
                  "style": 4,
                  "custom_id": "p1-abc",
                  "label": "Stop boost −€86",
                  "disabled": false
                }
              ]
            }
          ],
          "sticker_ids": [],
          "attachments": [],
          "enforce_nonce": true
        }
        "#);
    }

    #[test]
    fn an_edit_without_buttons_takes_them_away() {
        let json = serde_json::to_value(edit(&message("h", Vec::new()), MORE, false)).expect("writes");
        assert_eq!(json["components"], serde_json::json!([]));
        assert_eq!(json["allowed_mentions"], serde_json::json!({"parse": [], "users": [], "roles": []}));
    }

    #[test]
    fn names_stay_names() {
        let shown = |text: &str| run(&Run::Plain(text.to_owned())).replace('\u{2060}', "");
        for (given, want) in [
            ("**x** _y_ ~~z~~", r"\*\*x\*\* \_y\_ \~\~z\~\~"),
            ("<@123> <#4> </a:5>", r"\<@123\> \<#4\> \</a:5\>".replace('#', r"\#").as_str()),
            ("[a](https://b)", r"\[a\](https://b)"),
            ("- list", r"\- list"),
            ("see https://t.me/b?start=a_b_c _x_", r"see https://t.me/b?start=a_b_c \_x\_"),
            ("||x|| `y`", r"\|\|x\|\| \`y\`"),
        ] {
            assert_eq!(shown(given), want);
        }
        assert!(!run(&Run::Plain("@everyone".to_owned())).contains("@everyone"));
        assert!(!run(&Run::Code("`@here`".to_owned())).trim_matches('`').contains(['`']));
    }

    fn hostile() -> impl Strategy<Value = String> {
        let spice = prop_oneof![
            Just("**"),
            Just("||"),
            Just("<@1>"),
            Just("<@&2>"),
            Just("@everyone"),
            Just("@here"),
            Just("```"),
            Just("\u{202e}"),
            Just("\u{200b}"),
            Just("👩\u{200d}🚀"),
            Just("שלום"),
            Just("\n# "),
            Just("[a](b)"),
            Just("<t:1772366400:R>"),
            Just("<:x:1>"),
            Just("</help:1>"),
            Just("&amp;"),
            Just("https://x.y/@here"),
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
        ) {
            let mut given = message(&headline, lines.iter().map(|(w, t)| (*w, Run::Bold(t.clone()))).collect());
            given.footer = footer;
            let rendered = render(&given, MORE);
            prop_assert!(points(&rendered.content) <= CONTENT_MAX);
            prop_assert!(points(&rendered.description) <= DESCRIPTION_MAX);
            prop_assert!(points(&rendered.description) + points(&rendered.footer) <= 6000);
            for text in [&rendered.content, &rendered.description] {
                prop_assert!(!text.contains("@everyone") && !text.contains("@here"), "{}", text);
                for tag in ["<@", "<t:", "<:", "</", "<#", "<a:"] {
                    prop_assert!(!text.contains(tag), "{}", text);
                }
                prop_assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{ad}', '\u{2062}']), "hidden characters");
            }
            given.buttons = vec![vec![Button { label: headline.clone(), token: "t".to_owned(), look: Look::Plain }]];
            let sent = serde_json::to_value(create(&given, MORE, false, None)).expect("writes");
            let nobody = serde_json::json!({"parse": [], "users": [], "roles": []});
            prop_assert_eq!(&sent["allowed_mentions"], &nobody);
            prop_assert_eq!(&serde_json::to_value(edit(&given, MORE, false)).expect("writes")["allowed_mentions"], &nobody);
            let label = sent["components"][0]["components"][0]["label"].as_str().unwrap_or_default();
            prop_assert!(points(label) <= LABEL_MAX, "{}", label);
            // Every mark of the headline has its backslash.
            let mut chars = rendered.content.chars();
            while let Some(c) = chars.next() {
                if c == '\\' {
                    prop_assert!(chars.next().is_some(), "a backslash that escapes nothing");
                } else {
                    prop_assert!(!"*_~`|<>[]#".contains(c), "{} in {}", c, rendered.content);
                }
            }
        }
    }
}
