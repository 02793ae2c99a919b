//! Chats as the bot asks about them: access, members, the command menu, actions, pins, files, identity.
//!
//! Owns: which chat a request means and whether the bot may use it (the 403 texts), and the small methods.
//! Refuses: public usernames of chats; nobody here has one.

use serde_json::{Value, json};

use super::model::{ANONYMOUS_BOT, Chat, ChatKind, MEMBER_RIGHTS, Standing, put};
use super::params::Params;
use super::people::CallbackAnswer;
use super::refusal::{Answered, Refusal};
use super::updates::CALLBACK_KEPT;
use super::world::World;
use super::{entities, media};

/// Commands of one menu.
const COMMANDS_MAX: usize = 100;
/// UTF-16 units of the answer to a pressed button.
const ANSWER_MAX: i64 = 200;

const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

impl World {
    /// The chat a request means, whoever may use it.
    fn chat_of(&self, params: &Params) -> Result<&Chat, Refusal> {
        let given = params.text("chat_id").trim();
        if given.is_empty() {
            return Err(Refusal::bad("chat_id is empty"));
        }
        let not_found = || Refusal::bad("chat not found");
        let id: i64 = given.parse().map_err(|_| not_found())?;
        if id == ANONYMOUS_BOT || id == self.bot.id {
            return Err(Refusal::forbidden("bot can't send messages to bots"));
        }
        let chat = self.chats.get(&id).filter(|chat| chat.known).ok_or_else(not_found)?;
        if let Some(to) = chat.migrated_to {
            return Err(Refusal::migrated(to));
        }
        Ok(chat)
    }

    /// A chat that the bot can look into.
    fn chat_to_read(&self, params: &Params) -> Result<&Chat, Refusal> {
        let chat = self.chat_of(params)?;
        if chat.kind == ChatKind::Private {
            let started = self.users.get(&chat.id).is_some_and(|user| user.started);
            return if started { Ok(chat) } else { Err(Refusal::bad("chat not found")) };
        }
        let word = chat.kind.word();
        match chat.bot {
            _ if chat.deleted => Err(Refusal::forbidden("the group chat was deleted")),
            Standing::Kicked => Err(Refusal::forbidden(&format!("bot was kicked from the {word} chat"))),
            Standing::Left => Err(Refusal::forbidden(&format!("bot is not a member of the {word} chat"))),
            Standing::Owner
            | Standing::Administrator
            | Standing::AnonymousAdministrator
            | Standing::Member
            | Standing::Restricted => Ok(chat),
        }
    }

    /// A chat that the bot can write to.
    pub(super) fn chat_to_write(&self, params: &Params) -> Result<i64, Refusal> {
        let chat = self.chat_of(params)?;
        if chat.kind != ChatKind::Private {
            return self.chat_to_read(params).map(|chat| chat.id);
        }
        match self.users.get(&chat.id) {
            None => Err(Refusal::bad("chat not found")),
            Some(user) if user.deactivated => Err(Refusal::forbidden("user is deactivated")),
            Some(user) if user.blocked_bot => Err(Refusal::forbidden("bot was blocked by the user")),
            Some(user) if !user.started => Err(Refusal::forbidden("bot can't initiate conversation with a user")),
            Some(_) => Ok(chat.id),
        }
    }

    pub(super) fn get_me(&self) -> Value {
        let mut me = self.bot.json();
        for (key, value) in [
            ("can_join_groups", true),
            ("can_read_all_group_messages", !self.config.privacy_mode),
            ("supports_inline_queries", false),
            ("can_connect_to_business", false),
            ("has_main_web_app", false),
            ("has_topics_enabled", false),
        ] {
            put(&mut me, key, Some(value));
        }
        me
    }

    pub(super) fn get_chat(&self, params: &Params) -> Answered {
        let chat = self.chat_to_read(params)?;
        let mut info = self.chat_json(chat);
        if chat.kind != ChatKind::Private {
            let mut rights = json!({});
            for right in MEMBER_RIGHTS {
                put(&mut rights, right, Some(true));
            }
            put(&mut info, "permissions", Some(rights));
        }
        let pinned = chat.pinned.and_then(|id| chat.messages.get(&id));
        put(&mut info, "pinned_message", pinned.map(|message| self.message_json(chat, message)));
        put(&mut info, "accent_color_id", Some(0));
        put(&mut info, "max_reaction_count", Some(11));
        let gift = chat.kind == ChatKind::Private;
        put(
            &mut info,
            "accepted_gift_types",
            Some(json!({
                "unlimited_gifts": gift,
                "limited_gifts": gift,
                "unique_gifts": gift,
                "premium_subscription": gift,
                "gifts_from_channels": gift,
            })),
        );
        Ok(info)
    }

    pub(super) fn get_chat_member(&self, params: &Params) -> Answered {
        let chat = self.chat_to_read(params)?;
        let user = params.int("user_id");
        if user <= 0 {
            return Err(Refusal::bad("invalid user_id specified"));
        }
        if user != self.bot.id && !self.users.contains_key(&user) {
            return Err(Refusal::bad("PARTICIPANT_ID_INVALID"));
        }
        if chat.kind == ChatKind::Private {
            let standing = if user == chat.id || user == self.bot.id {
                Standing::Member
            } else {
                return Err(Refusal::bad("PARTICIPANT_ID_INVALID"));
            };
            return Ok(standing.json(&self.user_json(user)));
        }
        Ok(self.member_json(chat, user))
    }

    pub(super) fn get_administrators(&self, params: &Params) -> Answered {
        let chat = self.chat_to_read(params)?;
        if chat.kind == ChatKind::Private {
            return Err(Refusal::bad("there are no administrators in the private chat"));
        }
        let mut list: Vec<Value> = chat
            .members
            .iter()
            .filter(|(_, standing)| standing.is_admin())
            .map(|(user, _)| self.member_json(chat, *user))
            .collect();
        if chat.bot.is_admin() {
            list.push(self.member_json(chat, self.bot.id));
        }
        Ok(Value::Array(list))
    }

    pub(super) fn get_member_count(&self, params: &Params) -> Answered {
        let chat = self.chat_to_read(params)?;
        let people = chat.members.values().filter(|standing| standing.is_in()).count();
        Ok(json!(people + 1))
    }

    pub(super) fn send_action(&self, params: &Params) -> Answered {
        let chat_id = self.chat_to_write(params)?;
        if !ACTIONS.contains(&params.text("action")) {
            return Err(Refusal::bad("wrong parameter action in request"));
        }
        let thread = params.int("message_thread_id");
        let known = self.chats.get(&chat_id).is_some_and(|chat| {
            thread == 0
                || (thread == 1 && chat.is_forum)
                || chat.topics.get(&thread).is_some_and(|topic| !topic.deleted)
        });
        if !known {
            return Err(Refusal::bad("message thread not found"));
        }
        Ok(json!(true))
    }

    pub(super) fn pin(&mut self, params: &Params) -> Answered {
        let chat_id = self.chat_to_write(params)?;
        let id = params.int("message_id");
        let bot = self.bot.id;
        let Some(chat) = self.chats.get_mut(&chat_id) else {
            return Err(Refusal::bad("chat not found"));
        };
        if chat.kind != ChatKind::Private && !chat.bot.is_admin() {
            return Err(Refusal::bad("not enough rights to manage pinned messages in the chat"));
        }
        if chat.messages.get(&id).is_none_or(|message| message.deleted.is_some()) {
            return Err(Refusal::bad("message to pin not found"));
        }
        chat.pinned = Some(id);
        let Some(chat) = self.chats.get(&chat_id) else {
            return Ok(json!(true));
        };
        let pinned = chat.messages.get(&id).map(|message| self.message_json(chat, message));
        let mut members = json!({});
        put(&mut members, "pinned_message", pinned);
        if let Value::Object(members) = members {
            self.add_service(chat_id, bot, members);
        }
        self.changed();
        Ok(json!(true))
    }

    pub(super) fn unpin(&mut self, params: &Params) -> Answered {
        let chat_id = self.chat_to_write(params)?;
        let Some(chat) = self.chats.get_mut(&chat_id) else {
            return Err(Refusal::bad("chat not found"));
        };
        if chat.kind != ChatKind::Private && !chat.bot.is_admin() {
            return Err(Refusal::bad("not enough rights to manage pinned messages in the chat"));
        }
        chat.pinned = None;
        self.changed();
        Ok(json!(true))
    }

    pub(super) fn leave(&mut self, params: &Params) -> Answered {
        let (id, kind, old) = {
            let chat = self.chat_to_read(params)?;
            (chat.id, chat.kind, chat.bot)
        };
        if kind == ChatKind::Private {
            return Err(Refusal::bad("chat member status can't be changed in private chats"));
        }
        if let Some(chat) = self.chats.get_mut(&id) {
            chat.bot = Standing::Left;
        }
        let bot = self.bot.id;
        self.tell_standing(id, bot, old, Standing::Left);
        self.changed();
        Ok(json!(true))
    }

    pub(super) fn get_file(&self, params: &Params) -> Answered {
        let id = params.text("file_id");
        if id.is_empty() {
            return Err(Refusal::bad("file_id not specified"));
        }
        let file =
            self.files.get(id).ok_or_else(|| Refusal::bad("wrong file_id or the file is temporarily unavailable"))?;
        if media::DOWNLOAD_MAX < file.bytes.len() {
            return Err(Refusal::bad("file is too big"));
        }
        Ok(file.file_json())
    }

    pub(super) fn answer_callback(&mut self, params: &Params) -> Answered {
        let too_old = || Refusal::bad("query is too old and response timeout expired or query ID is invalid");
        let text = params.text("text");
        if ANSWER_MAX < entities::units(text) {
            return Err(Refusal::bad("MESSAGE_TOO_LONG"));
        }
        let now = self.clock.now();
        let callback = self
            .callbacks
            .get_mut(params.text("callback_query_id"))
            .filter(|callback| callback.answer.is_none())
            .filter(|callback| now.duration_since(callback.pressed_at) < CALLBACK_KEPT)
            .ok_or_else(too_old)?;
        callback.answer = Some(CallbackAnswer {
            text: text.to_owned(),
            show_alert: params.flag("show_alert"),
            url: Some(params.text("url").to_owned()).filter(|url| !url.is_empty()),
            at: now,
        });
        self.changed();
        Ok(json!(true))
    }

    pub(super) fn set_commands(&mut self, params: &Params) -> Answered {
        let key = self.commands_key(params)?;
        let wrong = "can't parse commands: expected an Array of BotCommand";
        let given = params.json("commands", wrong)?.ok_or_else(|| Refusal::bad("BOT_COMMANDS_EMPTY"));
        let given = given.or_else(|refusal| if params.has("commands") { Ok(json!([])) } else { Err(refusal) })?;
        let list = given.as_array().ok_or_else(|| Refusal::bad(wrong))?;
        if COMMANDS_MAX < list.len() {
            return Err(Refusal::bad("BOT_COMMANDS_TOO_MUCH"));
        }
        let mut kept = Vec::new();
        for command in list {
            let text = |key: &str| command.get(key).and_then(Value::as_str).unwrap_or("");
            let name = text("command").strip_prefix('/').unwrap_or(text("command"));
            let letters = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if !letters || !(1..=32).contains(&name.len()) {
                return Err(Refusal::bad("BOT_COMMAND_INVALID"));
            }
            let description = text("description");
            if !(1..=256).contains(&entities::units(description)) {
                return Err(Refusal::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
            }
            kept.push(json!({ "command": name, "description": description }));
        }
        if kept.is_empty() {
            self.commands.remove(&key);
        } else {
            self.commands.insert(key, Value::Array(kept));
        }
        self.changed();
        Ok(json!(true))
    }

    pub(super) fn get_commands(&self, params: &Params) -> Answered {
        let key = self.commands_key(params)?;
        Ok(self.commands.get(&key).cloned().unwrap_or_else(|| json!([])))
    }

    pub(super) fn delete_commands(&mut self, params: &Params) -> Answered {
        let key = self.commands_key(params)?;
        self.commands.remove(&key);
        self.changed();
        Ok(json!(true))
    }

    /// Scope and language, as the menu is kept by.
    fn commands_key(&self, params: &Params) -> Result<(String, String), Refusal> {
        let language = params.text("language_code");
        let two_letters = language.len() == 2 && language.chars().all(|c| c.is_ascii_lowercase());
        if !language.is_empty() && !two_letters {
            return Err(Refusal::bad("invalid language code specified"));
        }
        let scope = params.json("scope", "can't parse BotCommandScope JSON object")?;
        let kind = scope.as_ref().and_then(|scope| scope.get("type")).and_then(Value::as_str).unwrap_or("default");
        let number = |key: &str| {
            let value = scope.as_ref().and_then(|scope| scope.get(key));
            value
                .and_then(|value| value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok())))
                .unwrap_or(0)
        };
        let scope = match kind {
            "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" => kind.to_owned(),
            "chat" | "chat_administrators" | "chat_member" => {
                let chat = number("chat_id");
                if self.chats.get(&chat).is_none_or(|chat| !chat.known) {
                    return Err(Refusal::bad("chat not found"));
                }
                match kind {
                    "chat_member" => format!("{kind}/{chat}/{}", number("user_id")),
                    _ => format!("{kind}/{chat}"),
                }
            }
            _ => return Err(Refusal::bad("can't parse BotCommandScope: Unsupported type specified")),
        };
        Ok((scope, language.to_owned()))
    }

    /// The menu that a person sees in a chat: the narrowest scope first, in it the person's language first
    /// (<https://core.telegram.org/bots/api#determining-list-of-commands>).
    pub(super) fn menu(&self, chat: &Chat, user: i64) -> Option<&Value> {
        let id = chat.id;
        let admin = chat.members.get(&user).is_some_and(|standing| standing.is_admin());
        let mut scopes = Vec::new();
        if chat.kind == ChatKind::Private {
            scopes.extend([format!("chat/{id}"), "all_private_chats".to_owned()]);
        } else {
            scopes.push(format!("chat_member/{id}/{user}"));
            if admin {
                scopes.push(format!("chat_administrators/{id}"));
            }
            scopes.push(format!("chat/{id}"));
            if admin {
                scopes.push("all_chat_administrators".to_owned());
            }
            scopes.push("all_group_chats".to_owned());
        }
        scopes.push("default".to_owned());
        let language = self.users.get(&user).and_then(|user| user.language_code.clone());
        scopes.into_iter().find_map(|scope| {
            let spoken = language.clone().and_then(|language| self.commands.get(&(scope.clone(), language)));
            spoken.or_else(|| self.commands.get(&(scope, String::new())))
        })
    }
}
