//! What the rooms look like now: plain data, the same shape for both platforms.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;

use super::{Room, Seats};
use crate::sim::discord::{Message, Snowflake};
use crate::sim::telegram::{ChatId, Shown, UserId};

/// Messages shown of a room: more than anybody scrolls back through, and few enough to send whole.
const SHOWN_MAX: usize = 60;

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that the page draws or does not")]
pub(super) struct Bubble {
    pub id: String,
    /// Who wrote it.
    pub by: String,
    pub bot: bool,
    /// The visitor wrote it.
    pub mine: bool,
    pub day: String,
    pub time: String,
    pub edited: bool,
    /// Only the visitor sees it, and can dismiss it.
    pub only_you: bool,
    /// "is thinking…"
    pub thinking: bool,
    /// What it answers: who asked, and what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
    /// Something happened in the chat; nobody said it.
    pub service: bool,
    pub text: String,
    /// Telegram's formatting; Discord's is in the text itself.
    pub marks: Vec<Mark>,
    pub embeds: Vec<Embed>,
    pub files: Vec<File>,
    pub buttons: Vec<Vec<Key>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Answers {
    pub by: String,
    pub what: Option<String>,
}

/// A stretch of text, in UTF-16 units, as browsers count too.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Mark {
    pub kind: String,
    pub from: usize,
    pub length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Embed {
    pub title: String,
    pub text: String,
    pub footer: String,
    pub fields: Vec<(String, String)>,
    pub colour: Option<u64>,
    pub picture: Option<File>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct File {
    pub url: String,
    pub name: String,
    /// Of a picture, in pixels, so that its place is kept before it has come.
    pub size: Option<(u32, u32)>,
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Key {
    pub label: String,
    /// `primary`, `secondary`, `success`, `danger` or `link`.
    pub look: &'static str,
    /// What is sent to press it.
    pub press: String,
    pub url: Option<String>,
    pub off: bool,
}

/// The messages of a room, oldest first, as its seat sees them.
pub(super) fn bubbles(seats: &Seats, room: Room) -> Vec<Bubble> {
    match room {
        Room::Discord => {
            let seen = seats.discord.messages_seen_by(seats.channel, seats.member);
            let from = seen.len().saturating_sub(SHOWN_MAX);
            seen.iter().skip(from).map(|message| on_discord(seats, message)).collect()
        }
        Room::Telegram => on_telegram(seats, seats.group, seats.manager),
        Room::Direct => on_telegram(seats, seats.telegram.private_chat(seats.creator), seats.creator),
    }
}

/// Day and time of day of an instant, as people say them.
pub(super) fn when(at: Timestamp, zone: &TimeZone) -> (String, String) {
    let there = at.to_zoned(zone.clone());
    (there.strftime("%A, %-d %B").to_string(), there.strftime("%H:%M").to_string())
}

fn on_discord(seats: &Seats, message: &Message) -> Bubble {
    let name = |id: Snowflake| seats.discord.user(id).map(|user| user.name).unwrap_or_default();
    let (day, time) = when(message.created, &seats.zone);
    let author = seats.discord.user(message.author);
    let answers = message.interaction.and_then(|id| seats.discord.question(id));
    let files: Vec<File> = message
        .attachments
        .iter()
        .map(|file| File {
            url: format!("/file/discord/{}/{}", message.id, file.id),
            name: file.filename.clone(),
            size: png_size(&file.bytes),
            words: file.description.clone().unwrap_or_default(),
        })
        .collect();
    let embeds: Vec<Embed> = message.embeds.iter().map(|embed| on_embed(embed, &files)).collect();
    let used = |file: &File| embeds.iter().any(|embed| embed.picture.as_ref() == Some(file));
    Bubble {
        id: message.id.to_string(),
        by: author.as_ref().map(|user| user.name.clone()).unwrap_or_default(),
        bot: author.is_some_and(|user| user.bot),
        mine: message.author == seats.member,
        day,
        time,
        edited: message.edits.iter().any(|edit| !is_placeholder(&edit.content, &edit.embeds)),
        only_you: message.ephemeral_for.is_some(),
        thinking: message.is_loading(),
        answers: answers.map(|(who, what)| Answers { by: name(who), what }),
        service: false,
        text: message.content.clone(),
        marks: Vec::new(),
        files: files.iter().filter(|file| !used(file)).cloned().collect(),
        buttons: discord_rows(&message.components),
        embeds,
    }
}

/// The first words of a deferred reply are no edit.
fn is_placeholder(content: &str, embeds: &[Value]) -> bool {
    content.is_empty() && embeds.is_empty()
}

fn on_embed(embed: &Value, files: &[File]) -> Embed {
    let text = |path: &str| embed.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let picture = text("/image/url");
    let fields = embed.get("fields").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let part = |field: &Value, key: &str| field.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Embed {
        title: text("/title"),
        text: text("/description"),
        footer: text("/footer/text"),
        fields: fields.iter().map(|field| (part(field, "name"), part(field, "value"))).collect(),
        colour: embed.get("color").and_then(Value::as_u64),
        picture: picture
            .strip_prefix("attachment://")
            .and_then(|name| files.iter().find(|file| file.name == name))
            .cloned(),
    }
}

fn discord_rows(rows: &[Value]) -> Vec<Vec<Key>> {
    let parts = rows.iter().filter_map(|row| row.get("components").and_then(Value::as_array));
    let rows = parts.map(|parts| {
        let buttons = parts.iter().filter(|part| part.get("type").and_then(Value::as_u64) == Some(2));
        buttons.map(discord_key).collect()
    });
    rows.filter(|row: &Vec<Key>| !row.is_empty()).collect()
}

fn discord_key(part: &Value) -> Key {
    let text = |key: &str| part.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Key {
        label: text("label"),
        look: match part.get("style").and_then(Value::as_u64) {
            Some(1) => "primary",
            Some(3) => "success",
            Some(4) => "danger",
            Some(5) => "link",
            _ => "secondary",
        },
        press: text("custom_id"),
        url: Some(text("url")).filter(|url| is_web(url)),
        off: part.get("disabled").and_then(Value::as_bool).unwrap_or(false),
    }
}

/// Addresses of other kinds are never made into links.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn on_telegram(seats: &Seats, chat: ChatId, seat: UserId) -> Vec<Bubble> {
    let all = seats.telegram.messages(chat);
    let seen: Vec<&Shown> = all.iter().filter(|shown| shown.deleted_at.is_none()).collect();
    let from = seen.len().saturating_sub(SHOWN_MAX);
    seen.into_iter().skip(from).map(|shown| of_telegram(seats, shown, seat)).collect()
}

fn of_telegram(seats: &Seats, shown: &Shown, seat: UserId) -> Bubble {
    let (day, time) = when(shown.sent_at, &seats.zone);
    let name = |id: UserId| seats.telegram.name(id).unwrap_or_default();
    let by = name(shown.from);
    // An edit may bring another picture under the same id.
    let version = shown.history.len();
    let url = format!("/file/telegram/{}/{}/{version}", shown.chat.0, shown.message_id);
    let picture = shown.photo.as_ref().map(|bytes| File {
        url: url.clone(),
        name: "photo".to_owned(),
        size: png_size(bytes),
        words: String::new(),
    });
    let document =
        shown.document.as_ref().map(|(name, _)| File { url, name: name.clone(), size: None, words: String::new() });
    let mark = |entity: &crate::sim::telegram::Entity| Mark {
        kind: entity.kind.clone(),
        from: entity.offset,
        length: entity.length,
        url: entity.extra.get("url").and_then(Value::as_str).filter(|url| is_web(url)).map(str::to_owned),
    };
    let key =
        |label: &String| Key { label: label.clone(), look: "secondary", press: label.clone(), url: None, off: false };
    Bubble {
        id: shown.message_id.to_string(),
        bot: shown.from_bot,
        mine: shown.from == seat,
        day,
        time,
        edited: shown.edited_at.is_some(),
        only_you: false,
        thinking: false,
        answers: None,
        service: shown.service.is_some(),
        text: shown.service.as_ref().map_or_else(|| shown.text.clone(), |what| happened(&by, what, &name)),
        by,
        marks: shown.entities.iter().map(mark).collect(),
        embeds: Vec::new(),
        files: picture.into_iter().chain(document).collect(),
        buttons: shown.buttons.iter().map(|row| row.iter().map(key).collect()).collect(),
    }
}

/// A service message in the words of the app.
fn happened(by: &str, what: &Value, name: &dyn Fn(UserId) -> String) -> String {
    let who = |user: &Value| user.get("id").and_then(Value::as_i64).map(|id| name(UserId(id))).unwrap_or_default();
    if let Some(new) = what.get("new_chat_members").and_then(Value::as_array) {
        let names: Vec<String> = new.iter().map(who).filter(|name| !name.is_empty()).collect();
        return if names == [by] {
            format!("{by} joined the group")
        } else {
            format!("{by} added {}", names.join(", "))
        };
    }
    if let Some(left) = what.get("left_chat_member") {
        return format!("{} left the group", who(left));
    }
    let kind = what.as_object().and_then(|members| members.keys().next()).map(|key| key.replace('_', " "));
    kind.unwrap_or_default()
}

/// Width and height of a PNG, from its header: <https://www.w3.org/TR/png/#11IHDR>.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")?;
    let (width, rest) = head.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_size_of_a_picture_is_in_its_header() {
        assert_eq!(png_size(&crate::sim::telegram::blank_png(320, 180)), Some((320, 180)));
        assert_eq!(png_size(b"\x89PNG"), None);
    }

    #[test]
    fn a_picture_that_an_embed_shows_is_found_by_its_name() {
        let file = File { url: "/x".into(), name: "chart.png".into(), size: None, words: String::new() };
        let embed = json!({"description": "d", "image": {"url": "attachment://chart.png"}, "footer": {"text": "f"}});
        let shown = on_embed(&embed, std::slice::from_ref(&file));
        assert_eq!((shown.picture, shown.text.as_str(), shown.footer.as_str()), (Some(file), "d", "f"));
        assert_eq!(on_embed(&json!({"image": {"url": "https://elsewhere/x.png"}}), &[]).picture, None);
    }

    #[test]
    fn buttons_keep_their_looks_and_only_web_addresses_are_links() {
        let rows = json!([{"type": 1, "components": [
            {"type": 2, "style": 4, "label": "Stop", "custom_id": "a"},
            {"type": 2, "style": 5, "label": "Go", "url": "javascript:alert(1)"},
            {"type": 2, "style": 5, "label": "Go", "url": "https://x.example", "disabled": true},
        ]}]);
        let rows = discord_rows(rows.as_array().expect("rows"));
        let shown: Vec<_> = rows.iter().flatten().map(|key| (key.look, key.url.as_deref(), key.off)).collect();
        assert_eq!(shown, [("danger", None, false), ("link", None, false), ("link", Some("https://x.example"), true)]);
    }

    #[test]
    fn service_messages_are_said_as_the_app_says_them() {
        let name = |id: UserId| if id.0 == 1 { "Maja".to_owned() } else { "Plimsoll".to_owned() };
        for (by, what, want) in [
            ("Maja", json!({"new_chat_members": [{"id": 2}]}), "Maja added Plimsoll"),
            ("Maja", json!({"new_chat_members": [{"id": 1}]}), "Maja joined the group"),
            ("Maja", json!({"left_chat_member": {"id": 1}}), "Maja left the group"),
            ("Maja", json!({"pinned_message": {}}), "pinned message"),
        ] {
            assert_eq!(happened(by, &what, &name), want);
        }
    }
}
