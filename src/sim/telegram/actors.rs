//! What people of the emulated world do: write, press, join, block, leave, upgrade a group.
//!
//! Owns: the updates that each deed gives the bot, and privacy mode, which decides whether it gives any
//! (<https://core.telegram.org/bots/features#privacy-mode>).
//! Refuses: deeds that the app would not offer: writing where one is not, pressing what is not there.

use axum::body::Bytes;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::entities::{self, Formatted};
use super::markup;
use super::model::{ANONYMOUS_BOT, Chat, ChatKind, Content, Message, Person, Standing, Topic};
use super::people::{ChatId, NewUser, Press, UserId};
use super::world::{Callback, World};
use super::{SimError, TelegramSim};

fn one(key: &str, value: Value) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert(key.to_owned(), value);
    members
}

/// How long the answer to a pressed button can be looked up.
const CALLBACKS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What a link can carry: <https://core.telegram.org/bots/features#deep-linking>.
fn check_payload(payload: Option<&str>) -> Result<(), SimError> {
    let fits = |payload: &str| {
        let letters = payload.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        letters && (1..=64).contains(&payload.len())
    };
    match payload {
        Some(payload) if !fits(payload) => Err(SimError::BadPayload(payload.to_owned())),
        Some(_) | None => Ok(()),
    }
}

/// A message that a person is about to send.
struct Draft {
    chat: ChatId,
    user: UserId,
    thread: Option<i64>,
    reply_to: Option<i64>,
    forwarded: Option<serde_json::Value>,
    content: Content,
}

fn plain(text: &str) -> Formatted {
    let mut words = entities::trim(Formatted { text: text.to_owned(), entities: Vec::new() });
    entities::find(&mut words);
    words
}

impl World {
    fn chat_mut(&mut self, chat: ChatId) -> Result<&mut Chat, SimError> {
        self.chats.get_mut(&chat.0).ok_or(SimError::NoChat(chat.0))
    }

    fn user_mut(&mut self, user: UserId) -> Result<&mut Person, SimError> {
        self.users.get_mut(&user.0).ok_or(SimError::NoUser(user.0))
    }

    /// What a person is in a chat, if they are in it.
    fn standing_of(&self, chat: ChatId, user: UserId) -> Result<Standing, SimError> {
        let not_there = SimError::NotThere { user: user.0, chat: chat.0 };
        let found = self.chats.get(&chat.0).ok_or(SimError::NoChat(chat.0))?;
        let person = self.users.get(&user.0).ok_or(SimError::NoUser(user.0))?;
        let standing = found.members.get(&user.0).copied().unwrap_or(Standing::Left);
        let gone = person.deactivated || (found.kind == ChatKind::Private && person.blocked_bot);
        if !standing.is_in() || gone || found.deleted || found.migrated_to.is_some() {
            return Err(not_there);
        }
        Ok(standing)
    }

    /// Whether the bot gets to see a message of a person.
    fn bot_sees(&self, chat: &Chat, message: &Message) -> bool {
        if chat.kind == ChatKind::Private || !self.config.privacy_mode || chat.bot.is_admin() {
            return true;
        }
        let answered = message.reply_to.and_then(|id| chat.messages.get(&id));
        if answered.is_some_and(|answered| answered.from == self.bot.id) {
            return true;
        }
        let Some(words) = message.content.words() else {
            return true;
        };
        let first = words.entities.iter().find(|entity| entity.kind == "bot_command" && entity.offset == 0);
        let command = first.map_or("", |entity| entities::slice(&words.text, entity));
        match command.split_once('@') {
            Some((_, bot)) => bot.eq_ignore_ascii_case(&self.config.bot_username),
            None => !command.is_empty() && !chat.another_bot_spoke_last,
        }
    }

    fn post(&mut self, draft: Draft) -> Result<i64, SimError> {
        let standing = self.standing_of(draft.chat, draft.user)?;
        let missing = |message| SimError::NoMessage { chat: draft.chat.0, message };
        let chat = self.chat_mut(draft.chat)?;
        if let Some(topic) = draft.thread
            && chat.topics.get(&topic).is_none_or(|topic| topic.deleted)
        {
            return Err(missing(topic));
        }
        let mut thread = draft.thread;
        if let Some(id) = draft.reply_to {
            thread = thread.or(chat.messages.get(&id).ok_or_else(|| missing(id))?.thread);
        }
        let anonymous = standing == Standing::AnonymousAdministrator;
        let id = self.take_message_id(draft.chat.0);
        let from = if anonymous { ANONYMOUS_BOT } else { draft.user.0 };
        self.revision += 1;
        let mut message = Message::new(id, from, self.clock.now(), draft.content);
        message.sender_chat = anonymous.then_some(draft.chat.0);
        message.thread = thread;
        message.reply_to = draft.reply_to;
        message.forwarded = draft.forwarded;
        let chat = self.chat_mut(draft.chat)?;
        chat.messages.insert(id, message.clone());
        if self.chats.get(&draft.chat.0).is_some_and(|chat| self.bot_sees(chat, &message)) {
            self.tell_bot(draft.chat.0, id, "message");
        }
        Ok(id)
    }

    fn add_chat(&mut self, kind: ChatKind, title: &str, owner: UserId) -> Result<ChatId, SimError> {
        self.user_mut(owner)?;
        let id = self.take_chat_id(kind);
        let mut chat = Chat::new(id, kind, title);
        chat.members.insert(owner.0, Standing::Owner);
        self.chats.insert(id, chat);
        Ok(ChatId(id))
    }

    fn set_bot_standing(&mut self, chat: ChatId, by: UserId, new: Standing) -> Result<(), SimError> {
        let (bot, found) = (self.bot.json(), self.chat_mut(chat)?);
        let old = std::mem::replace(&mut found.bot, new);
        found.known = true;
        let small = found.kind == ChatKind::Group;
        if old == new {
            return Ok(());
        }
        self.tell_standing(chat.0, by.0, old, new);
        if !old.is_in() && new.is_in() {
            self.add_service(chat.0, by.0, one("new_chat_members", json!([bot])));
        } else if old.is_in() && !new.is_in() && small {
            // A small group still shows the bot that it was removed.
            let id = self.add_service(chat.0, by.0, one("left_chat_member", bot));
            if let Some(found) = self.chats.get(&chat.0)
                && let Some(message) = found.messages.get(&id)
            {
                let body = self.message_json(found, message);
                let now = self.clock.now();
                self.queue.push("message", body, now);
            }
        }
        Ok(())
    }
}

/// People and chats.
impl TelegramSim {
    /// Somebody gets an account. They have not started the bot yet.
    #[must_use]
    pub fn add_user(&self, user: NewUser) -> UserId {
        let mut world = self.shared.lock();
        let id = world.take_user_id();
        let mut chat = Chat::new(id, ChatKind::Private, "");
        chat.bot = Standing::Member;
        chat.members.insert(id, Standing::Member);
        world.chats.insert(id, chat);
        let person = Person {
            id,
            is_bot: false,
            first_name: user.first_name,
            last_name: user.last_name,
            username: user.username,
            language_code: user.language_code,
            started: false,
            blocked_bot: false,
            deactivated: false,
        };
        world.users.insert(id, person);
        UserId(id)
    }

    /// The chat of a person with the bot.
    #[must_use]
    pub fn private_chat(&self, user: UserId) -> ChatId {
        ChatId(user.0)
    }

    /// A small group without the bot.
    pub fn add_group(&self, title: &str, owner: UserId) -> Result<ChatId, SimError> {
        self.shared.lock().add_chat(ChatKind::Group, title, owner)
    }

    /// A supergroup without the bot, with topics if `forum`.
    pub fn add_supergroup(&self, title: &str, owner: UserId, forum: bool) -> Result<ChatId, SimError> {
        let mut world = self.shared.lock();
        let id = world.add_chat(ChatKind::Supergroup, title, owner)?;
        world.chat_mut(id)?.is_forum = forum;
        Ok(id)
    }

    /// Makes a person what they are to be in a group: member, administrator, gone.
    pub fn set_standing(&self, chat: ChatId, user: UserId, standing: Standing) -> Result<(), SimError> {
        let mut world = self.shared.lock();
        world.user_mut(user)?;
        let found = world.chat_mut(chat)?;
        if found.kind == ChatKind::Private {
            return Err(SimError::WrongKind { chat: chat.0, wanted: "group" });
        }
        let old = found.members.insert(user.0, standing).unwrap_or(Standing::Left);
        let watched = found.bot.is_admin();
        let who = world.user_json(user.0);
        // Only administrators hear of others, and only if they ask for it by name.
        if watched && old != standing {
            world.tell_member("chat_member", chat.0, user.0, user.0, (old, standing));
        }
        if !old.is_in() && standing.is_in() {
            world.add_service(chat.0, user.0, one("new_chat_members", json!([who])));
        } else if old.is_in() && !standing.is_in() {
            world.add_service(chat.0, user.0, one("left_chat_member", who));
        }
        Ok(())
    }

    /// Opens a topic in a forum and gives its id.
    pub fn add_topic(&self, chat: ChatId, user: UserId, name: &str) -> Result<i64, SimError> {
        let mut world = self.shared.lock();
        world.standing_of(chat, user)?;
        let found = world.chat_mut(chat)?;
        if !found.is_forum {
            return Err(SimError::WrongKind { chat: chat.0, wanted: "forum" });
        }
        let created = json!({ "name": name, "icon_color": 7_322_096 });
        let id = world.take_message_id(chat.0);
        let mut message =
            Message::new(id, user.0, world.clock.now(), Content::Service(one("forum_topic_created", created)));
        message.thread = Some(id);
        let topic = Topic { closed: false, deleted: false };
        let found = world.chat_mut(chat)?;
        found.messages.insert(id, message);
        found.topics.insert(id, topic);
        world.tell_bot(chat.0, id, "message");
        Ok(id)
    }

    /// Closes or reopens a topic.
    pub fn close_topic(&self, chat: ChatId, topic: i64, closed: bool) -> Result<(), SimError> {
        self.with_topic(chat, topic, |topic| topic.closed = closed)
    }

    /// Deletes a topic.
    pub fn delete_topic(&self, chat: ChatId, topic: i64) -> Result<(), SimError> {
        self.with_topic(chat, topic, |topic| topic.deleted = true)
    }

    fn with_topic(&self, chat: ChatId, topic: i64, change: impl FnOnce(&mut Topic)) -> Result<(), SimError> {
        let mut world = self.shared.lock();
        let found = world.chat_mut(chat)?.topics.get_mut(&topic);
        change(found.ok_or(SimError::NoMessage { chat: chat.0, message: topic })?);
        Ok(())
    }
}

/// What happens to the bot.
impl TelegramSim {
    /// Somebody adds the bot to a group.
    pub fn add_bot(&self, chat: ChatId, by: UserId) -> Result<(), SimError> {
        self.shared.lock().set_bot_standing(chat, by, Standing::Member)
    }

    /// Somebody follows `?startgroup=payload`: the bot is added and greeted with `/start@bot payload`.
    pub fn add_bot_with(&self, chat: ChatId, by: UserId, payload: &str) -> Result<i64, SimError> {
        check_payload(Some(payload))?;
        self.add_bot(chat, by)?;
        let name = self.shared.lock().config.bot_username.clone();
        self.user_sends(chat, by, &format!("/start@{name} {payload}"))
    }

    /// Somebody changes what the bot is in a group: administrator, restricted, member.
    pub fn set_bot_standing(&self, chat: ChatId, by: UserId, standing: Standing) -> Result<(), SimError> {
        self.shared.lock().set_bot_standing(chat, by, standing)
    }

    /// Somebody bans the bot from a group.
    pub fn kick_bot(&self, chat: ChatId, by: UserId) -> Result<(), SimError> {
        self.set_bot_standing(chat, by, Standing::Kicked)
    }

    /// The group is deleted.
    pub fn delete_group(&self, chat: ChatId) -> Result<(), SimError> {
        self.shared.lock().chat_mut(chat)?.deleted = true;
        Ok(())
    }

    /// The small group becomes a supergroup with another id; messages do not come along.
    pub fn upgrade_group(&self, chat: ChatId) -> Result<ChatId, SimError> {
        let mut world = self.shared.lock();
        let old = world.chat_mut(chat)?.clone();
        if old.kind != ChatKind::Group {
            return Err(SimError::WrongKind { chat: chat.0, wanted: "small group" });
        }
        let id = world.take_chat_id(ChatKind::Supergroup);
        let mut new = Chat::new(id, ChatKind::Supergroup, &old.title);
        new.members.clone_from(&old.members);
        new.bot = old.bot;
        new.known = old.known;
        world.chats.insert(id, new);
        let owner = old.members.iter().find(|(_, standing)| **standing == Standing::Owner);
        let owner = owner.map_or(ANONYMOUS_BOT, |(user, _)| *user);
        world.add_service(chat.0, owner, one("migrate_to_chat_id", json!(id)));
        world.add_service(id, owner, one("migrate_from_chat_id", json!(chat.0)));
        world.chat_mut(chat)?.migrated_to = Some(id);
        Ok(ChatId(id))
    }

    /// Another bot of the group spoke: plain commands are no longer ours until our bot speaks again.
    pub fn another_bot_speaks(&self, chat: ChatId) -> Result<(), SimError> {
        self.shared.lock().chat_mut(chat)?.another_bot_spoke_last = true;
        Ok(())
    }
}

/// What a person does.
impl TelegramSim {
    /// Presses Start, with the payload of the link if they came by one; ends a block.
    pub fn user_starts(&self, user: UserId, payload: Option<&str>) -> Result<i64, SimError> {
        check_payload(payload)?;
        self.user_unblocks_bot(user)?;
        self.shared.lock().user_mut(user)?.started = true;
        let text = payload.map_or_else(|| "/start".to_owned(), |payload| format!("/start {payload}"));
        self.user_sends(self.private_chat(user), user, &text)
    }

    /// Blocks the bot.
    pub fn user_blocks_bot(&self, user: UserId) -> Result<(), SimError> {
        self.set_blocked(user, true)
    }

    /// Takes the block back.
    pub fn user_unblocks_bot(&self, user: UserId) -> Result<(), SimError> {
        self.set_blocked(user, false)
    }

    fn set_blocked(&self, user: UserId, blocked: bool) -> Result<(), SimError> {
        let mut world = self.shared.lock();
        let person = world.user_mut(user)?;
        if std::mem::replace(&mut person.blocked_bot, blocked) == blocked {
            return Ok(());
        }
        let (old, new) =
            if blocked { (Standing::Member, Standing::Kicked) } else { (Standing::Kicked, Standing::Member) };
        world.tell_standing(user.0, user.0, old, new);
        Ok(())
    }

    /// Deletes their account.
    pub fn deactivate(&self, user: UserId) -> Result<(), SimError> {
        self.shared.lock().user_mut(user)?.deactivated = true;
        Ok(())
    }

    /// Changes the language of their app.
    pub fn set_language(&self, user: UserId, language_code: &str) -> Result<(), SimError> {
        self.shared.lock().user_mut(user)?.language_code = Some(language_code.to_owned());
        Ok(())
    }

    /// Writes a message and gives its id. Writing in private starts the bot.
    pub fn user_sends(&self, chat: ChatId, user: UserId, text: &str) -> Result<i64, SimError> {
        self.post(chat, user, None, None, Content::Text(plain(text)))
    }

    /// Writes in a topic.
    pub fn user_sends_in(&self, chat: ChatId, topic: i64, user: UserId, text: &str) -> Result<i64, SimError> {
        self.post(chat, user, Some(topic), None, Content::Text(plain(text)))
    }

    /// Answers a message.
    pub fn user_replies(&self, chat: ChatId, user: UserId, to: i64, text: &str) -> Result<i64, SimError> {
        self.post(chat, user, None, Some(to), Content::Text(plain(text)))
    }

    /// Sends a picture.
    pub fn user_sends_photo(
        &self,
        chat: ChatId,
        user: UserId,
        picture: impl Into<Bytes>,
        caption: &str,
    ) -> Result<i64, SimError> {
        let file = self.shared.lock().store_picture(picture.into()).ok_or(SimError::NoPhoto)?;
        self.post(chat, user, None, None, Content::Photo(file, plain(caption)))
    }

    fn post(
        &self,
        chat: ChatId,
        user: UserId,
        thread: Option<i64>,
        reply_to: Option<i64>,
        content: Content,
    ) -> Result<i64, SimError> {
        let mut world = self.shared.lock();
        if chat.0 == user.0 {
            world.user_mut(user)?.started = true;
        }
        world.post(Draft { chat, user, thread, reply_to, forwarded: None, content })
    }

    /// Changes the text of an own message.
    pub fn user_edits(&self, chat: ChatId, user: UserId, message: i64, text: &str) -> Result<(), SimError> {
        let mut world = self.shared.lock();
        world.standing_of(chat, user)?;
        let now = world.clock.now();
        let found = world.chat_mut(chat)?.messages.get_mut(&message);
        let found = found
            .filter(|found| found.from == user.0 && matches!(found.content, Content::Text(_)))
            .ok_or(SimError::NoMessage { chat: chat.0, message })?;
        found.content = Content::Text(plain(text));
        found.edited = Some(now);
        let seen = world
            .chats
            .get(&chat.0)
            .is_some_and(|chat| chat.messages.get(&message).is_some_and(|message| world.bot_sees(chat, message)));
        world.revision += 1;
        if seen {
            world.tell_bot(chat.0, message, "edited_message");
        }
        Ok(())
    }

    /// Forwards a message into another chat: a copy of its words and file, without its buttons, said by whoever forwards it.
    pub fn user_forwards(&self, from: (ChatId, i64), user: UserId, to: ChatId) -> Result<i64, SimError> {
        let mut world = self.shared.lock();
        let (chat, message) = from;
        world.standing_of(chat, user)?;
        let found = world.chat_mut(chat)?.messages.get(&message);
        let found = found
            .filter(|found| found.deleted.is_none() && !found.protected)
            .ok_or(SimError::NoMessage { chat: chat.0, message })?;
        let (content, author, date) = (found.content.clone(), found.from, found.date.as_second());
        let origin = json!({ "type": "user", "sender_user": world.user_json(author), "date": date });
        world.post(Draft { chat: to, user, thread: None, reply_to: None, forwarded: Some(origin), content })
    }

    /// Deletes a message, the bot's included, as an administrator or the partner of a private chat may.
    pub fn user_deletes(&self, chat: ChatId, user: UserId, message: i64) -> Result<(), SimError> {
        let mut world = self.shared.lock();
        let standing = world.standing_of(chat, user)?;
        let now = world.clock.now();
        let found = world.chat_mut(chat)?;
        let any = found.kind == ChatKind::Private || standing.is_admin();
        let gone = found
            .messages
            .get_mut(&message)
            .filter(|message| message.deleted.is_none() && (any || message.from == user.0))
            .ok_or(SimError::NoMessage { chat: chat.0, message })?;
        gone.deleted = Some(now);
        found.unread.retain(|unread| *unread != message);
        world.revision += 1;
        Ok(())
    }

    /// Presses a button, named by its label or its data.
    pub fn user_presses(&self, chat: ChatId, user: UserId, message: i64, wanted: &str) -> Result<Press, SimError> {
        let mut world = self.shared.lock();
        world.standing_of(chat, user)?;
        let found = world.chat_mut(chat)?;
        let shown = found
            .messages
            .get(&message)
            .filter(|message| message.deleted.is_none())
            .ok_or(SimError::NoMessage { chat: chat.0, message })?;
        let button = markup::find(shown.markup.as_ref(), wanted).ok_or_else(|| SimError::NoButton {
            message,
            wanted: wanted.to_owned(),
            offered: markup::labels(shown.markup.as_ref()).concat().join(", "),
        })?;
        let data = markup::text(button, "callback_data").to_owned();
        if data.is_empty() {
            return Err(SimError::OpensPage(wanted.to_owned()));
        }
        Ok(world.press(chat, user, message, data))
    }

    /// Presses a button that an app still shows although the bot has changed the message since.
    pub fn user_presses_stale(&self, chat: ChatId, user: UserId, message: i64, data: &str) -> Result<Press, SimError> {
        let mut world = self.shared.lock();
        world.standing_of(chat, user)?;
        if !world.chat_mut(chat)?.messages.contains_key(&message) {
            return Err(SimError::NoMessage { chat: chat.0, message });
        }
        Ok(world.press(chat, user, message, data.to_owned()))
    }
}

impl World {
    fn press(&mut self, chat: ChatId, user: UserId, message: i64, data: String) -> Press {
        let callback_id = self.take_callback_id();
        let now = self.clock.now();
        let mut body = json!({ "id": callback_id, "from": self.user_json(user.0) });
        if let Some(found) = self.chats.get(&chat.0)
            && let Some(shown) = found.messages.get(&message)
        {
            // Of a message that is gone only the place is told, with date 0.
            let shown = match shown.deleted {
                None => self.message_json(found, shown),
                Some(_) => json!({ "chat": self.chat_json(found), "message_id": message, "date": 0 }),
            };
            super::model::put(&mut body, "message", Some(shown));
        }
        super::model::put(&mut body, "chat_instance", Some(chat.0.to_string()));
        super::model::put(&mut body, "data", Some(data.as_str()));
        let callback = Callback { pressed_at: now, answer: None };
        // Nobody asks for an answer of yesterday; a year of pressed buttons need not be kept.
        self.callbacks.retain(|_, old| now.duration_since(old.pressed_at) < CALLBACKS_KEPT);
        self.callbacks.insert(callback_id.clone(), callback);
        self.queue.push("callback_query", body, now);
        Press { callback_id, data }
    }
}
