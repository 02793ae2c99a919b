//! Sending, editing and deleting messages.
//!
//! Owns: lengths after parsing (4,096 and 1,024 UTF-16 units), the three ways to format, replies, topics, what an
//! edit may change, and the texts of refusal (<https://core.telegram.org/bots/api#sendmessage>,
//! <https://core.telegram.org/bots/api#updating-messages>).
//! Refuses: Markdown, with a 400 that says so; albums; messages on behalf of a business.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::entities::{self, Formatted};
use super::html;
use super::markup::{self, Markup};
use super::model::{Before, ChatKind, Content, Message, Standing};
use super::params::{Params, flag_of};
use super::refusal::{Answered, Refusal};
use super::world::World;

/// UTF-16 units of a text.
const TEXT_MAX: i64 = 4_096;
/// UTF-16 units of a caption.
const CAPTION_MAX: i64 = 1_024;
/// Bots may delete messages younger than this.
const DELETABLE: SignedDuration = SignedDuration::from_hours(48);

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly the \
                            same as a current content and reply markup of the message";

/// Which parameters hold a formatted text, and what is said when it is too long.
#[derive(Clone, Copy)]
struct Field {
    text: &'static str,
    entities: &'static str,
    max: i64,
    too_long: &'static str,
}

const TEXT: Field = Field { text: "text", entities: "entities", max: TEXT_MAX, too_long: "message is too long" };
const CAPTION: Field =
    Field { text: "caption", entities: "caption_entities", max: CAPTION_MAX, too_long: "message caption is too long" };

/// What an edit does to the link preview.
enum Preview {
    Kept,
    Set(Option<Value>),
}

/// Parses a text by its mode or its entities.
fn formatted(text: &str, mode: &str, explicit: Option<&Value>) -> Result<Formatted, Refusal> {
    let parsed = match mode.to_ascii_lowercase().as_str() {
        "" => Formatted {
            text: text.to_owned(),
            entities: explicit.map_or(Ok(Vec::new()), |given| entities::explicit(text, given))?,
        },
        "html" => html::parse(text).map_err(|error| Refusal::bad(&format!("can't parse entities: {error}")))?,
        "markdown" | "markdownv2" => {
            return Err(Refusal::bad(
                "can't parse entities: this server speaks HTML and explicit entities, not Markdown",
            ));
        }
        _ => return Err(Refusal::bad("unsupported parse_mode")),
    };
    let mut trimmed = entities::trim(parsed);
    entities::find(&mut trimmed);
    Ok(trimmed)
}

fn check_length(words: &Formatted, field: Field) -> Result<(), Refusal> {
    if field.max < entities::units(&words.text) {
        return Err(Refusal::bad(field.too_long));
    }
    Ok(())
}

fn words_of(params: &Params, field: Field) -> Result<Formatted, Refusal> {
    let explicit = params.json(field.entities, "can't parse entities JSON object")?;
    let words = formatted(params.text(field.text), params.text("parse_mode"), explicit.as_ref())?;
    check_length(&words, field)?;
    Ok(words)
}

fn text_of(params: &Params) -> Result<Formatted, Refusal> {
    if params.text("text").is_empty() {
        return Err(Refusal::bad("message text is empty"));
    }
    let words = words_of(params, TEXT)?;
    if words.text.is_empty() {
        return Err(Refusal::bad("text must be non-empty"));
    }
    Ok(words)
}

fn link_preview(params: &Params) -> Result<Option<Value>, Refusal> {
    if let Some(given) = params.json("link_preview_options", "can't parse link preview options JSON object")? {
        if !given.is_object() {
            return Err(Refusal::bad("object expected as link preview options"));
        }
        return Ok(Some(given));
    }
    Ok(params.flag("disable_web_page_preview").then(|| json!({ "is_disabled": true })))
}

impl World {
    pub(super) fn send_message(&mut self, params: &Params) -> Answered {
        let chat = self.chat_to_write(params)?;
        let words = text_of(params)?;
        self.send(chat, params, Content::Text(words), "text messages")
    }

    pub(super) fn send_photo(&mut self, params: &Params) -> Answered {
        let chat = self.chat_to_write(params)?;
        let caption = words_of(params, CAPTION)?;
        let file = self.photo_of(params.text("photo"), params.upload("photo"))?;
        self.send(chat, params, Content::Photo(file, caption), "photos")
    }

    pub(super) fn send_document(&mut self, params: &Params) -> Answered {
        let chat = self.chat_to_write(params)?;
        let caption = words_of(params, CAPTION)?;
        let file = self.document_of(params)?;
        self.send(chat, params, Content::Document(file, caption), "documents")
    }

    fn send(&mut self, chat_id: i64, params: &Params, content: Content, what: &str) -> Answered {
        let markup = markup::read(params)?;
        let preview = link_preview(params)?;
        if self.chats.get(&chat_id).is_some_and(|chat| chat.bot == Standing::Restricted) {
            return Err(Refusal::bad(&format!("not enough rights to send {what} to the chat")));
        }
        let reply_to = self.reply_of(chat_id, params)?;
        let thread = self.thread_of(chat_id, params, reply_to)?;
        self.take_flood(chat_id)?;
        let id = self.take_message_id(chat_id);
        let mut message = Message::new(id, self.bot.id, self.clock.now(), content);
        message.markup = markup.inline();
        message.reply_to = reply_to;
        message.thread = thread;
        message.link_preview = preview.filter(|_| matches!(message.content, Content::Text(_)));
        message.silent = params.flag("disable_notification");
        message.protected = params.flag("protect_content");
        let picture = matches!(message.content, Content::Photo(..));
        message.caption_above = picture && params.flag("show_caption_above_media");
        message.spoiler = picture && params.flag("has_spoiler");
        if let Some(chat) = self.chats.get_mut(&chat_id) {
            chat.messages.insert(id, message);
            chat.another_bot_spoke_last = false;
            chat.unread.push(id);
        }
        self.changed();
        self.shown(chat_id, id)
    }

    /// Counts against the limits.
    fn take_flood(&mut self, chat_id: i64) -> Result<(), Refusal> {
        let private = self.chats.get(&chat_id).is_some_and(|chat| chat.kind == ChatKind::Private);
        self.flood.take(chat_id, private, self.clock.now()).map_err(Refusal::flood)
    }

    fn shown(&self, chat_id: i64, message_id: i64) -> Answered {
        self.chats
            .get(&chat_id)
            .and_then(|chat| chat.messages.get(&message_id).map(|message| self.message_json(chat, message)))
            .ok_or_else(|| Refusal::bad("message not found"))
    }

    fn reply_of(&self, chat_id: i64, params: &Params) -> Result<Option<i64>, Refusal> {
        let given = params.json("reply_parameters", "can't parse reply parameters JSON object")?;
        let (id, optional) = match &given {
            Some(reply) if !reply.is_object() => return Err(Refusal::bad("object expected as reply parameters")),
            Some(reply) => (
                reply.get("message_id").and_then(Value::as_i64).unwrap_or(0),
                flag_of(reply.get("allow_sending_without_reply")),
            ),
            None => (params.int("reply_to_message_id"), params.flag("allow_sending_without_reply")),
        };
        if id == 0 {
            return Ok(None);
        }
        let found = self
            .chats
            .get(&chat_id)
            .and_then(|chat| chat.messages.get(&id))
            .is_some_and(|message| message.deleted.is_none());
        match (found, optional) {
            (true, _) => Ok(Some(id)),
            (false, true) => Ok(None),
            (false, false) => Err(Refusal::bad("message to be replied not found")),
        }
    }

    /// The topic a message goes to. General has id 1 and must not be named.
    fn thread_of(&self, chat_id: i64, params: &Params, reply_to: Option<i64>) -> Result<Option<i64>, Refusal> {
        let not_found = || Refusal::bad("message thread not found");
        let Some(chat) = self.chats.get(&chat_id) else {
            return Err(not_found());
        };
        let given = params.int("message_thread_id");
        let thread = if given == 0 {
            match reply_to.and_then(|id| chat.messages.get(&id)).and_then(|message| message.thread) {
                Some(thread) => thread,
                None => return Ok(None),
            }
        } else {
            given
        };
        match chat.topics.get(&thread) {
            Some(topic) if topic.deleted => Err(not_found()),
            Some(topic) if topic.closed && !chat.bot.is_admin() => Err(Refusal::bad("TOPIC_CLOSED")),
            Some(_) => Ok(Some(thread)),
            None => Err(not_found()),
        }
    }

    /// Chat and id of the message that an edit means, if the bot may edit it.
    fn to_edit(&self, params: &Params) -> Result<(i64, i64), Refusal> {
        if !params.text("inline_message_id").is_empty() {
            return Err(Refusal::bad("MESSAGE_ID_INVALID"));
        }
        if params.text("chat_id").is_empty() && params.text("message_id").is_empty() {
            return Err(Refusal::bad("message identifier is not specified"));
        }
        let chat_id = self.chat_to_write(params)?;
        let id = params.int("message_id");
        if id <= 0 {
            return Err(Refusal::bad("message identifier is not specified"));
        }
        let message = self
            .chats
            .get(&chat_id)
            .and_then(|chat| chat.messages.get(&id))
            .filter(|message| message.deleted.is_none())
            .ok_or_else(|| Refusal::bad("message to edit not found"))?;
        if message.from != self.bot.id || matches!(message.content, Content::Service(_)) {
            return Err(Refusal::bad("message can't be edited"));
        }
        Ok((chat_id, id))
    }

    fn content_of(&self, chat_id: i64, id: i64) -> Option<&Content> {
        self.chats.get(&chat_id).and_then(|chat| chat.messages.get(&id)).map(|message| &message.content)
    }

    pub(super) fn edit_text(&mut self, params: &Params) -> Answered {
        let (chat_id, id) = self.to_edit(params)?;
        let words = text_of(params)?;
        if !matches!(self.content_of(chat_id, id), Some(Content::Text(_))) {
            return Err(Refusal::bad("there is no text in the message to edit"));
        }
        let preview = link_preview(params)?;
        self.edit(chat_id, id, Some(Content::Text(words)), Preview::Set(preview), params)
    }

    pub(super) fn edit_caption(&mut self, params: &Params) -> Answered {
        let (chat_id, id) = self.to_edit(params)?;
        let caption = words_of(params, CAPTION)?;
        let content = match self.content_of(chat_id, id) {
            Some(Content::Photo(file, _)) => Content::Photo(file.clone(), caption),
            Some(Content::Document(file, _)) => Content::Document(file.clone(), caption),
            Some(Content::Text(_) | Content::Service(_)) | None => {
                return Err(Refusal::bad("there is no caption in the message to edit"));
            }
        };
        self.edit(chat_id, id, Some(content), Preview::Kept, params)
    }

    pub(super) fn edit_media(&mut self, params: &Params) -> Answered {
        let (chat_id, id) = self.to_edit(params)?;
        let media = params
            .json("media", "can't parse input media JSON object")?
            .ok_or_else(|| Refusal::bad("input media is not specified"))?;
        let text = |key: &str| media.get(key).and_then(Value::as_str).unwrap_or("");
        let caption = formatted(text("caption"), text("parse_mode"), media.get("caption_entities"))?;
        check_length(&caption, CAPTION)?;
        let address = text("media");
        let content = match text("type") {
            "photo" => Content::Photo(self.photo_of(address, params.attached(address))?, caption),
            "document" => {
                let upload = params.attached(address);
                let file = match upload {
                    Some(upload) => {
                        let mime = upload.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
                        self.store_file(None, &upload.name, &mime, upload.bytes.clone())
                    }
                    None if self.files.get(address).is_some_and(|file| file.width == 0) => address.to_owned(),
                    None => {
                        return Err(Refusal::bad("wrong file identifier/HTTP URL specified"));
                    }
                };
                Content::Document(file, caption)
            }
            _ => {
                return Err(Refusal::bad("can't parse InputMedia: type must be one of photo, document"));
            }
        };
        self.edit(chat_id, id, Some(content), Preview::Kept, params)
    }

    pub(super) fn edit_markup(&mut self, params: &Params) -> Answered {
        let (chat_id, id) = self.to_edit(params)?;
        self.edit(chat_id, id, None, Preview::Kept, params)
    }

    /// Replaces what is given; the keyboard is always replaced, by none if none is given.
    fn edit(&mut self, chat_id: i64, id: i64, content: Option<Content>, preview: Preview, params: &Params) -> Answered {
        let markup = match markup::read(params)? {
            Markup::Client => return Err(Refusal::bad("inline keyboard expected")),
            other => other.inline(),
        };
        let now = self.clock.now();
        let Some(message) = self.chats.get(&chat_id).and_then(|chat| chat.messages.get(&id)) else {
            return Err(Refusal::bad("message to edit not found"));
        };
        let content = content.unwrap_or_else(|| message.content.clone());
        let preview = match preview {
            Preview::Kept => message.link_preview.clone(),
            Preview::Set(preview) => preview,
        };
        if message.content == content && message.markup == markup && message.link_preview == preview {
            return Err(Refusal::bad(NOT_MODIFIED));
        }
        self.take_flood(chat_id)?;
        if let Some(chat) = self.chats.get_mut(&chat_id)
            && let Some(message) = chat.messages.get_mut(&id)
        {
            let text_changed = message.content != content;
            let before = Before {
                until: now,
                content: std::mem::replace(&mut message.content, content),
                markup: std::mem::replace(&mut message.markup, markup),
            };
            message.before.push(before);
            message.link_preview = preview;
            // A change of buttons alone does not mark a message as edited.
            if text_changed {
                message.edited = Some(now);
            }
            if !chat.unread.contains(&id) {
                chat.unread.push(id);
            }
        }
        self.changed();
        self.shown(chat_id, id)
    }

    pub(super) fn delete_message(&mut self, params: &Params) -> Answered {
        let chat_id = self.chat_to_write(params)?;
        let id = params.int("message_id");
        if id <= 0 {
            return Err(Refusal::bad("message identifier is not specified"));
        }
        let now = self.clock.now();
        let bot = self.bot.id;
        let Some(chat) = self.chats.get_mut(&chat_id) else {
            return Err(Refusal::bad("message to delete not found"));
        };
        let admin = chat.bot.is_admin();
        let private = chat.kind == ChatKind::Private;
        let message = chat
            .messages
            .get_mut(&id)
            .filter(|message| message.deleted.is_none())
            .ok_or_else(|| Refusal::bad("message to delete not found"))?;
        let old = now.duration_since(message.date) >= DELETABLE;
        let others = message.from != bot;
        if (old && !(admin && chat.kind == ChatKind::Supergroup)) || (others && !admin && !private) {
            return Err(Refusal::bad("message can't be deleted"));
        }
        message.deleted = Some(now);
        chat.unread.retain(|unread| *unread != id);
        self.changed();
        Ok(json!(true))
    }
}
