//! Everything the emulated server knows, behind one lock.
//!
//! Owns: the maps, the counters that hand out ids, and the JSON of what needs more than one of them.
//! Refuses: waiting, and any order that is not by id: every map here is ordered, so that two runs give the same bytes.

use std::collections::{BTreeMap, VecDeque};

use axum::body::Bytes;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::TelegramConfig;
use super::faults::Faults;
use super::limits::{Flood, FloodCount};
use super::model::{ANONYMOUS_BOT, Chat, ChatKind, Content, Message, Person, Standing, StoredFile, entities_json, put};
use super::people::CallbackAnswer;
use super::server::Request;
use super::updates::Queue;
use crate::time::{Bell, Clock};

/// A pressed button.
#[derive(Debug, Clone)]
pub(super) struct Callback {
    pub pressed_at: jiff::Timestamp,
    pub answer: Option<CallbackAnswer>,
}

/// The state of the server.
pub(super) struct World {
    pub clock: Clock,
    pub config: TelegramConfig,
    pub bot: Person,
    pub users: BTreeMap<i64, Person>,
    pub chats: BTreeMap<i64, Chat>,
    pub files: BTreeMap<String, StoredFile>,
    pub callbacks: BTreeMap<String, Callback>,
    /// By scope and language.
    pub commands: BTreeMap<(String, String), Value>,
    pub queue: Queue,
    pub flood: Flood,
    pub faults: Faults,
    pub log: VecDeque<Request>,
    pub requests_seen: u64,
    /// Counts changes, the people's included.
    pub revision: u64,
    /// Requests that are kept waiting.
    pub waiting: usize,
    pub subscribers: Vec<Bell>,
    next_user: i64,
    next_group: i64,
    next_supergroup: i64,
    next_file: u64,
    next_callback: u64,
    /// Private chats and small groups share one sequence of message ids, as for a real account.
    next_common_message: i64,
}

impl World {
    pub fn new(clock: Clock, config: TelegramConfig) -> Self {
        let bot_id = config.bot_id();
        let bot = Person {
            id: bot_id,
            is_bot: true,
            first_name: config.bot_name.clone(),
            last_name: None,
            username: Some(config.bot_username.clone()),
            language_code: None,
            started: true,
            blocked_bot: false,
            deactivated: false,
        };
        let queue = Queue::new(config.first_update_id);
        let (flood, faults) = (Flood::new(config.flood), Faults::new(config.seed));
        Self {
            clock,
            config,
            bot,
            users: BTreeMap::new(),
            chats: BTreeMap::new(),
            files: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            commands: BTreeMap::new(),
            queue,
            flood,
            faults,
            log: VecDeque::new(),
            requests_seen: 0,
            revision: 0,
            waiting: 0,
            subscribers: Vec::new(),
            next_user: 500_000_001,
            next_group: -4_000_000_001,
            next_supergroup: -1_002_000_000_001,
            next_file: 1,
            next_callback: 1,
            next_common_message: 1,
        }
    }

    /// Tells everybody who watches.
    pub fn changed(&mut self) {
        self.revision += 1;
        for bell in &self.subscribers {
            bell.ring();
        }
    }

    pub fn flood_count(&self) -> FloodCount {
        self.flood.count.clone()
    }

    pub fn take_user_id(&mut self) -> i64 {
        self.next_user += 1;
        self.next_user - 1
    }

    pub fn take_chat_id(&mut self, kind: ChatKind) -> i64 {
        let next = match kind {
            ChatKind::Supergroup => &mut self.next_supergroup,
            ChatKind::Group | ChatKind::Private => &mut self.next_group,
        };
        *next -= 1;
        *next + 1
    }

    pub fn take_callback_id(&mut self) -> String {
        let id = format!("{}{:010}", self.bot.id, self.next_callback);
        self.next_callback += 1;
        id
    }

    pub fn take_message_id(&mut self, chat: i64) -> i64 {
        match self.chats.get_mut(&chat) {
            Some(chat) if chat.kind == ChatKind::Supergroup => {
                chat.next_message += 1;
                chat.next_message - 1
            }
            _ => {
                self.next_common_message += 1;
                self.next_common_message - 1
            }
        }
    }

    /// Keeps a file; its ids say nothing and are the same in every run.
    pub fn store_file(&mut self, photo: Option<(u32, u32)>, name: &str, mime: &str, bytes: Bytes) -> String {
        let number = self.next_file;
        self.next_file += 1;
        let digest = Sha256::digest(format!("{} {number}", self.bot.id));
        let code = BASE64URL_NOPAD.encode(&digest);
        let id = format!("{}{code}", if photo.is_some() { "AgACAgQ" } else { "BQACAgQ" });
        let unique: String = code.chars().rev().take(15).collect();
        let end = if mime == "image/png" { "png" } else { "jpg" };
        let path = match photo {
            Some(_) => format!("photos/file_{number}.{end}"),
            None => format!("documents/file_{number}"),
        };
        let (width, height) = photo.unwrap_or((0, 0));
        let file = StoredFile {
            id: id.clone(),
            unique,
            path,
            name: name.to_owned(),
            mime: mime.to_owned(),
            width,
            height,
            bytes,
        };
        self.files.insert(id.clone(), file);
        id
    }

    /// A person, the bot, or the account of anonymous administrators.
    pub fn user_json(&self, id: i64) -> Value {
        if id == self.bot.id {
            return self.bot.json();
        }
        if id == ANONYMOUS_BOT {
            return json!({ "id": id, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot" });
        }
        match self.users.get(&id) {
            Some(user) => user.json(),
            None => json!({ "id": id, "is_bot": false, "first_name": "" }),
        }
    }

    pub fn chat_json(&self, chat: &Chat) -> Value {
        let mut object = json!({ "id": chat.id });
        if chat.kind == ChatKind::Private {
            if let Some(user) = self.users.get(&chat.id) {
                put(&mut object, "first_name", Some(user.first_name.as_str()));
                put(&mut object, "last_name", user.last_name.as_deref());
                put(&mut object, "username", user.username.as_deref());
            }
        } else {
            put(&mut object, "title", Some(chat.title.as_str()));
        }
        put(&mut object, "is_forum", chat.is_forum.then_some(true));
        put(&mut object, "type", Some(chat.kind.word()));
        object
    }

    pub fn message_json(&self, chat: &Chat, message: &Message) -> Value {
        self.message_at_depth(chat, message, true)
    }

    fn message_at_depth(&self, chat: &Chat, message: &Message, with_reply: bool) -> Value {
        let mut object = json!({ "message_id": message.id, "from": self.user_json(message.from) });
        if message.sender_chat.is_some() {
            put(&mut object, "sender_chat", Some(self.chat_json(chat)));
        }
        put(&mut object, "chat", Some(self.chat_json(chat)));
        put(&mut object, "date", Some(message.date.as_second()));
        put(&mut object, "edit_date", message.edited.map(jiff::Timestamp::as_second));
        put(&mut object, "message_thread_id", message.thread);
        put(&mut object, "is_topic_message", message.thread.map(|_| true));
        let replied = message
            .reply_to
            .or(message.thread)
            .filter(|_| with_reply)
            .and_then(|id| chat.messages.get(&id))
            .filter(|replied| replied.id != message.id && replied.deleted.is_none());
        if let Some(replied) = replied {
            let replied = self.message_at_depth(chat, replied, false);
            put(&mut object, "reply_to_message", Some(replied));
        }
        put(&mut object, "forward_origin", message.forwarded.clone());
        put(&mut object, "has_protected_content", message.protected.then_some(true));
        self.put_content(&mut object, message);
        put(&mut object, "show_caption_above_media", message.caption_above.then_some(true));
        put(&mut object, "has_media_spoiler", message.spoiler.then_some(true));
        put(&mut object, "link_preview_options", message.link_preview.clone());
        put(&mut object, "reply_markup", message.markup.clone());
        object
    }

    fn put_content(&self, object: &mut Value, message: &Message) {
        let (words, text, entities) = match &message.content {
            Content::Service(members) => {
                if let Some(object) = object.as_object_mut() {
                    object.extend(members.clone());
                }
                return;
            }
            Content::Text(words) => (words, "text", "entities"),
            Content::Photo(file, words) => {
                let sizes: Vec<Value> = self.files.get(file).map(StoredFile::photo_json).into_iter().collect();
                put(object, "photo", Some(sizes));
                (words, "caption", "caption_entities")
            }
            Content::Document(file, words) => {
                put(object, "document", self.files.get(file).map(StoredFile::document_json));
                (words, "caption", "caption_entities")
            }
        };
        if !words.text.is_empty() {
            put(object, text, Some(words.text.as_str()));
        }
        if !words.entities.is_empty() {
            put(object, entities, Some(entities_json(&words.entities)));
        }
    }

    /// The `ChatMember` of anybody.
    pub fn member_json(&self, chat: &Chat, user: i64) -> Value {
        let standing =
            if user == self.bot.id { chat.bot } else { chat.members.get(&user).copied().unwrap_or(Standing::Left) };
        standing.json(&self.user_json(user))
    }

    /// Adds a service message and tells the bot if it is there to see it.
    pub fn add_service(&mut self, chat_id: i64, from: i64, members: Map<String, Value>) -> i64 {
        let id = self.take_message_id(chat_id);
        let message = Message::new(id, from, self.clock.now(), Content::Service(members));
        if let Some(chat) = self.chats.get_mut(&chat_id) {
            chat.messages.insert(id, message);
        }
        self.revision += 1;
        self.tell_bot(chat_id, id, "message");
        id
    }

    /// Puts a message into the update queue, when the bot is in the chat.
    pub fn tell_bot(&mut self, chat_id: i64, message_id: i64, kind: &str) {
        let Some(chat) = self.chats.get(&chat_id).filter(|chat| chat.bot.is_in()) else {
            return;
        };
        let Some(message) = chat.messages.get(&message_id) else {
            return;
        };
        let body = self.message_json(chat, message);
        self.queue.push(kind, body, self.clock.now());
    }

    /// Puts a `my_chat_member` into the update queue.
    pub fn tell_standing(&mut self, chat_id: i64, by: i64, old: Standing, new: Standing) {
        let bot = self.bot.id;
        self.tell_member("my_chat_member", chat_id, by, bot, (old, new));
    }

    /// Puts a change of somebody's standing into the update queue.
    pub fn tell_member(&mut self, kind: &str, chat_id: i64, by: i64, whose: i64, (old, new): (Standing, Standing)) {
        let Some(chat) = self.chats.get(&chat_id) else {
            return;
        };
        let user = self.user_json(whose);
        let body = json!({
            "chat": self.chat_json(chat),
            "from": self.user_json(by),
            "date": self.clock.now().as_second(),
            "old_chat_member": old.json(&user),
            "new_chat_member": new.json(&user),
        });
        self.queue.push(kind, body, self.clock.now());
    }
}
