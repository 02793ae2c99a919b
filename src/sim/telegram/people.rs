//! What people of the emulated world see, and the switches of whoever directs them.
//!
//! Owns: snapshots of messages as a person would see them, what is unread, the answer to a pressed button, the log,
//! and the orders for faults.
//! Refuses: acting; `actors` does.

use std::collections::BTreeMap;

use axum::body::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use super::entities::{Entity, to_html};
use super::faults::{Fault, Scope};
use super::limits::{FloodConfig, FloodCount};
use super::markup;
use super::model::{Chat, ChatKind, Content, Message, Standing};
use super::server::Request;
use super::world::World;
use super::{SimError, TelegramSim};
use crate::time::Bell;

/// A person's id; also the id of their private chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// A chat's id: positive for private chats, negative for groups, below -10^12 for supergroups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChatId(pub i64);

/// A person to be added.
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    /// First name; may not be empty on the real platform.
    pub first_name: String,
    /// Last name.
    pub last_name: Option<String>,
    /// Without `@`.
    pub username: Option<String>,
    /// IETF tag of the app's language, such as `sv`.
    pub language_code: Option<String>,
}

impl NewUser {
    /// Somebody with a name and a language.
    #[must_use]
    pub fn named(first_name: &str, language_code: &str) -> Self {
        Self { first_name: first_name.to_owned(), language_code: Some(language_code.to_owned()), ..Self::default() }
    }
}

/// A chat in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatCard {
    /// Its id.
    pub id: ChatId,
    /// What kind.
    pub kind: ChatKind,
    /// The title, or the person's first name.
    pub title: String,
    /// Who is in it, besides the bot.
    pub members: Vec<UserId>,
    /// What the bot is in it.
    pub bot: Standing,
}

/// A button that was pressed; see [`TelegramSim::answer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// The id of the callback query.
    pub callback_id: String,
    /// The `callback_data` that was sent.
    pub data: String,
}

/// What the bot answered to a pressed button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackAnswer {
    /// The text; empty when only the spinner was stopped.
    pub text: String,
    /// Shown as a dialogue instead of a passing line.
    pub show_alert: bool,
    /// A page to open.
    pub url: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// An earlier form of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// When an edit replaced it.
    pub until: Timestamp,
    /// Its text or caption.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Button labels, row by row.
    pub buttons: Vec<Vec<String>>,
    /// Whether it had a picture.
    pub has_photo: bool,
}

/// A message as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Where.
    pub chat: ChatId,
    /// Its id in that chat.
    pub message_id: i64,
    /// Who wrote it; the account of anonymous administrators for those.
    pub from: UserId,
    /// Whether our bot wrote it.
    pub from_bot: bool,
    /// Text or caption.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Its entities.
    pub entities: Vec<Entity>,
    /// Button labels, row by row.
    pub buttons: Vec<Vec<String>>,
    /// The picture, as it was uploaded.
    pub photo: Option<Bytes>,
    /// Name and content of an attached file.
    pub document: Option<(String, Bytes)>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was last marked as edited.
    pub edited_at: Option<Timestamp>,
    /// Earlier forms, oldest first.
    pub history: Vec<Version>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// The message it answers.
    pub reply_to: Option<i64>,
    /// The topic it is in.
    pub thread: Option<i64>,
    /// Sent without a sound.
    pub silent: bool,
    /// May not be forwarded.
    pub protected: bool,
    /// `link_preview_options`, as given.
    pub link_preview: Option<Value>,
    /// The members of a service message.
    pub service: Option<Value>,
}

fn shown(world: &World, chat: &Chat, message: &Message) -> Shown {
    let words = message.content.words().cloned().unwrap_or_default();
    let file = message.content.file().and_then(|id| world.files.get(id));
    let (mut photo, mut document) = (None, None);
    match &message.content {
        Content::Photo(..) => photo = file.map(|file| file.bytes.clone()),
        Content::Document(..) => document = file.map(|file| (file.name.clone(), file.bytes.clone())),
        Content::Text(_) | Content::Service(_) => {}
    }
    let history = message.before.iter().map(|before| {
        let words = before.content.words().cloned().unwrap_or_default();
        Version {
            until: before.until,
            html: to_html(&words),
            text: words.text,
            buttons: markup::labels(before.markup.as_ref()),
            has_photo: matches!(before.content, Content::Photo(..)),
        }
    });
    Shown {
        chat: ChatId(chat.id),
        message_id: message.id,
        from: UserId(message.from),
        from_bot: message.from == world.bot.id,
        html: to_html(&words),
        text: words.text,
        entities: words.entities,
        buttons: markup::labels(message.markup.as_ref()),
        photo,
        document,
        sent_at: message.date,
        edited_at: message.edited,
        history: history.collect(),
        deleted_at: message.deleted,
        reply_to: message.reply_to,
        thread: message.thread,
        silent: message.silent,
        protected: message.protected,
        link_preview: message.link_preview.clone(),
        service: match &message.content {
            Content::Service(members) => Some(Value::Object(members.clone())),
            Content::Text(_) | Content::Photo(..) | Content::Document(..) => None,
        },
    }
}

/// Looking.
impl TelegramSim {
    /// Every chat in the order of its id, upgraded and deleted ones left out.
    #[must_use]
    pub fn chats(&self) -> Vec<ChatCard> {
        let world = self.shared.lock();
        let alive = world.chats.values().filter(|chat| !chat.deleted && chat.migrated_to.is_none());
        alive
            .map(|chat| ChatCard {
                id: ChatId(chat.id),
                kind: chat.kind,
                title: match world.users.get(&chat.id) {
                    Some(user) => user.first_name.clone(),
                    None => chat.title.clone(),
                },
                members: chat.members.iter().filter(|(_, is)| is.is_in()).map(|(id, _)| UserId(*id)).collect(),
                bot: chat.bot,
            })
            .collect()
    }

    /// A number that grows with every change of any chat, by people or by the bot: a page asks again when it moved.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.shared.lock().revision
    }

    /// Every message of a chat in the order of its ids, deleted and service messages included.
    #[must_use]
    pub fn messages(&self, chat: ChatId) -> Vec<Shown> {
        let world = self.shared.lock();
        let Some(chat) = world.chats.get(&chat.0) else {
            return Vec::new();
        };
        chat.messages.values().map(|message| shown(&world, chat, message)).collect()
    }

    /// One message.
    pub fn message(&self, chat: ChatId, message: i64) -> Result<Shown, SimError> {
        let world = self.shared.lock();
        let chat = world.chats.get(&chat.0).ok_or(SimError::NoChat(chat.0))?;
        let found = chat.messages.get(&message).ok_or(SimError::NoMessage { chat: chat.id, message })?;
        Ok(shown(&world, chat, found))
    }

    /// Messages of the bot that are new or changed since somebody looked, in the order in which they became so.
    #[must_use]
    pub fn unread(&self, chat: ChatId) -> Vec<Shown> {
        let world = self.shared.lock();
        let Some(chat) = world.chats.get(&chat.0) else {
            return Vec::new();
        };
        let found = chat.unread.iter().filter_map(|id| chat.messages.get(id));
        found.map(|message| shown(&world, chat, message)).collect()
    }

    /// Chats with unread messages and how many; a test that ends with any has not looked.
    #[must_use]
    pub fn unread_chats(&self) -> Vec<(ChatId, usize)> {
        let world = self.shared.lock();
        let chats = world.chats.values().filter(|chat| !chat.unread.is_empty());
        chats.map(|chat| (ChatId(chat.id), chat.unread.len())).collect()
    }

    /// Looks at everything in a chat.
    pub fn mark_read(&self, chat: ChatId) {
        if let Some(chat) = self.shared.lock().chats.get_mut(&chat.0) {
            chat.unread.clear();
        }
    }

    /// Looks at the first unread message that contains `wanted`; the error shows what there was instead.
    pub fn expect_unread(&self, chat: ChatId, wanted: &str) -> Result<Shown, SimError> {
        let unread = self.unread(chat);
        let Some(found) = unread.iter().find(|message| message.text.contains(wanted)) else {
            let texts: Vec<String> = unread.iter().map(|message| format!("{:?}", message.text)).collect();
            return Err(SimError::NotSeen {
                chat: chat.0,
                wanted: wanted.to_owned(),
                unread: if texts.is_empty() { "nothing".to_owned() } else { texts.join(", ") },
            });
        };
        if let Some(chat) = self.shared.lock().chats.get_mut(&chat.0) {
            chat.unread.retain(|id| *id != found.message_id);
        }
        Ok(found.clone())
    }

    /// What the bot answered to a pressed button, once it has.
    #[must_use]
    pub fn answer(&self, press: &Press) -> Option<CallbackAnswer> {
        let world = self.shared.lock();
        world.callbacks.get(&press.callback_id).and_then(|callback| callback.answer.clone())
    }

    /// The commands that a person is offered in a chat: name and description.
    #[must_use]
    pub fn menu(&self, chat: ChatId, user: UserId) -> Vec<(String, String)> {
        let world = self.shared.lock();
        let commands = world.chats.get(&chat.0).and_then(|chat| world.menu(chat, user.0));
        let list = commands.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        list.iter()
            .map(|item| {
                let name = markup::text(item, "command").to_owned();
                (name, markup::text(item, "description").to_owned())
            })
            .collect()
    }

    /// A bell that rings whenever a chat changes because of the bot, or a pressed button is answered. One waiter each.
    #[must_use]
    pub fn subscribe(&self) -> Bell {
        let bell = self.shared.clock.bell();
        self.shared.lock().subscribers.push(bell.clone());
        bell
    }

    /// The log: every request in the order in which they came, refused ones included.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().log.iter().cloned().collect()
    }

    /// How many updates wait to be fetched and confirmed.
    #[must_use]
    pub fn pending_updates(&self) -> usize {
        let now = self.shared.clock.now();
        self.shared.lock().queue.pending(now)
    }

    /// The updates that have been confirmed, by number: the server will not send them again.
    #[must_use]
    pub fn confirmed_updates(&self) -> std::ops::Range<i64> {
        let world = self.shared.lock();
        world.config.first_update_id..world.queue.confirmed_below()
    }

    /// Whether a client waits in `getUpdates` at this moment.
    #[must_use]
    pub fn is_polled(&self) -> bool {
        self.shared.lock().queue.is_polled()
    }

    /// What the flood limits refused so far.
    #[must_use]
    pub fn flood_refusals(&self) -> FloodCount {
        self.shared.lock().flood_count()
    }

    /// How often each method was called, in lower case.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        let mut calls = BTreeMap::new();
        for request in &self.shared.lock().log {
            *calls.entry(request.method.to_ascii_lowercase()).or_default() += 1;
        }
        calls
    }

    /// A person's first name, or the bot's.
    #[must_use]
    pub fn name(&self, user: UserId) -> Option<String> {
        let world = self.shared.lock();
        if user.0 == world.bot.id {
            return Some(world.bot.first_name.clone());
        }
        world.users.get(&user.0).map(|user| user.first_name.clone())
    }

    /// The bot's own id.
    #[must_use]
    pub fn bot_id(&self) -> UserId {
        UserId(self.shared.lock().bot.id)
    }
}

/// Directing.
impl TelegramSim {
    /// Refuses the next `times` requests of any method but `getUpdates` with this status and description.
    pub fn answer_next(&self, times: u32, status: u16, description: &str) {
        self.inject(
            Fault::Answer { status, description: description.to_owned(), parameters: None },
            Scope::calls(),
            times,
        );
    }

    /// Orders a fault for the next `times` requests that fit.
    pub fn inject(&self, fault: Fault, scope: Scope, times: u32) {
        self.shared.lock().faults.order(fault, scope, times);
    }

    /// From now on each request that fits meets the fault with this chance, by the seed of the configuration.
    pub fn chance(&self, fault: Fault, scope: Scope, per_mille: u32) {
        self.shared.lock().faults.chance(fault, scope, per_mille);
    }

    /// Takes back every order and chance.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
    }

    /// The whole platform answers 502, or does again what it should.
    pub fn down(&self, down: bool) {
        self.shared.lock().faults.down = down;
    }

    /// Changes the flood limits; what was counted stays counted.
    pub fn set_flood(&self, flood: FloodConfig) {
        self.shared.lock().flood.configure(flood);
    }
}
