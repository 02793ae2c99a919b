//! Messages: write, read, change, delete, and whom they ping.

use jiff::Timestamp;
use serde_json::Value;

use super::call::Call;
use super::draft::{AllowedMentions, Draft, Field, Upload};
use super::ids::Snowflake;
use super::model::{Attachment, ChannelKind, EPHEMERAL, Edit, LOADING, Message, Pings};
use super::reply::{
    EMPTY_MESSAGE, FormErrors, MISSING_PERMISSIONS, NO_DMS, NOT_YOUR_MESSAGE, OLD_EDITS, Refused, Reply, SLOWMODE,
    THREAD_ARCHIVED, THREAD_LOCKED, TOO_MANY_FILES, UNKNOWN_MESSAGE,
};
use super::world::World;

impl World {
    /// A message that people can still see.
    pub(super) fn live_message(&self, channel: Snowflake, id: Snowflake) -> Option<&Message> {
        self.messages.get(&id).filter(|message| message.channel == channel && message.deleted.is_none())
    }

    pub(super) fn get_message(&self, channel: Snowflake, id: Snowflake) -> Result<Reply, Refused> {
        self.visible_channel(channel)?;
        let message = self.live_message(channel, id).filter(|message| message.ephemeral_for.is_none());
        message.map(|message| Reply::json(self.message_json(message))).ok_or(UNKNOWN_MESSAGE)
    }

    /// The newest first. One of `before`, `after`, `around`; 1 to 100, 50 if not said.
    pub(super) fn list_messages(&self, channel: Snowflake, call: &Call) -> Result<Reply, Refused> {
        let ids = &self.visible_channel(channel)?.messages;
        let limit = match call.query("limit").map(str::parse::<usize>) {
            None => 50,
            Some(Ok(limit)) if (1..=100).contains(&limit) => limit,
            Some(_) => {
                let mut errors = FormErrors::default();
                errors.add("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.");
                errors.finish()?;
                50
            }
        };
        let cursor = |key: &str| call.query(key).and_then(|id| id.parse::<Snowflake>().ok());
        let seen: Vec<&Message> = ids
            .iter()
            .filter_map(|id| self.live_message(channel, *id))
            .filter(|message| message.ephemeral_for.is_none())
            .collect();
        let page: Vec<&Message> = if let Some(after) = cursor("after") {
            let mut page: Vec<_> = seen.into_iter().filter(|message| after < message.id).take(limit).collect();
            page.reverse();
            page
        } else if let Some(around) = cursor("around") {
            let mut page: Vec<_> = seen.iter().copied().filter(|message| around < message.id).take(limit / 2).collect();
            page.reverse();
            let older = seen.iter().rev().copied().filter(|message| message.id <= around);
            page.into_iter().chain(older).take(limit).collect()
        } else {
            let before = cursor("before");
            let older = seen.into_iter().rev().filter(|message| before.is_none_or(|before| message.id < before));
            older.take(limit).collect()
        };
        Ok(Reply::json(page.into_iter().map(|message| self.message_json(message)).collect()))
    }

    /// Refuses what the channel does not allow, before anything is read.
    fn may_send(&mut self, channel: Snowflake) -> Result<(), Refused> {
        let place = self.visible_channel(channel)?;
        if let ChannelKind::Dm { user } = place.kind
            && self.users.get(&user).is_none_or(|user| !user.accepts_dms)
        {
            return Err(NO_DMS);
        }
        if place.state.read_only {
            return Err(MISSING_PERMISSIONS);
        }
        if place.state.locked {
            return Err(THREAD_LOCKED);
        }
        let wait_ms = i64::from(place.state.slowmode_s) * 1000;
        let last =
            place.messages.iter().rev().filter_map(|id| self.messages.get(id)).find(|one| one.author == self.bot);
        if let Some(last) = last {
            let passed = self.now().as_millisecond() - last.created.as_millisecond();
            if passed < wait_ms {
                return Err(Refused { retry_ms: Some(wait_ms - passed), ..SLOWMODE });
            }
        }
        Ok(())
    }

    pub(super) fn create_message(&mut self, channel: Snowflake, call: &Call) -> Result<Reply, Refused> {
        self.may_send(channel)?;
        let draft = Draft::read(&call.body, &call.files, self.config.file_max)?;
        if draft.flags & EPHEMERAL != 0 {
            let mut errors = FormErrors::default();
            errors.add("flags", "BITFIELD_TYPE_UNKNOWN", "Only interaction responses can be ephemeral.");
            errors.finish()?;
        }
        if let Some(known) = self.known_nonce(channel, &draft) {
            let message = self.live_message(channel, known).ok_or(UNKNOWN_MESSAGE)?;
            return Ok(Reply::json(self.message_json(message)));
        }
        let message = self.write(channel, self.bot, &draft)?;
        if let Some(nonce) = &draft.nonce {
            let at = message.created;
            self.nonces.insert((channel, nonce_key(nonce)), (message.id, at));
        }
        let shown = self.message_json(&message);
        if let Some(place) = self.channels.get_mut(&channel) {
            place.state.archived = false;
        }
        self.add_message(message);
        Ok(Reply::json(shown))
    }

    /// The message that was sent with the same nonce a short while ago, if the draft asks for that.
    fn known_nonce(&mut self, channel: Snowflake, draft: &Draft) -> Option<Snowflake> {
        let (now, window) = (self.now(), self.config.nonce_window);
        self.nonces.retain(|_, (_, at)| now.duration_since(*at) < window);
        let nonce = draft.nonce.as_ref().filter(|_| draft.enforce_nonce)?;
        self.nonces.get(&(channel, nonce_key(nonce))).map(|(id, _)| *id)
    }

    /// Makes a message of a draft. It is not in the world yet.
    pub(super) fn write(&mut self, channel: Snowflake, author: Snowflake, draft: &Draft) -> Result<Message, Refused> {
        let id = self.new_id();
        let mut message = Message {
            id,
            channel,
            author,
            content: text_of(&draft.content).unwrap_or_default(),
            embeds: list_of(&draft.embeds).unwrap_or_default(),
            components: list_of(&draft.components).unwrap_or_default(),
            attachments: Vec::new(),
            nonce: draft.nonce.clone(),
            flags: draft.flags,
            pings: Pings::default(),
            reply_to: draft.reply_to,
            interaction: None,
            created: self.now(),
            edits: Vec::new(),
            deleted: None,
            ephemeral_for: None,
        };
        for file in &draft.files {
            let file = self.attach(file, draft);
            message.attachments.push(file);
        }
        if is_empty(&message) {
            return Err(EMPTY_MESSAGE);
        }
        if let Some(reply) = draft.reply_to
            && self.live_message(channel, reply).is_none()
        {
            let mut errors = FormErrors::default();
            errors.add("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
            errors.finish()?;
        }
        message.pings = self.pings(&message.content, draft.allowed.as_ref());
        Ok(message)
    }

    /// A file with what `attachments` says about it.
    fn attach(&mut self, file: &Upload, draft: &Draft) -> Attachment {
        let meta = match &draft.attachments {
            Field::Set(list) => list.iter().find(|meta| meta.id == file.n),
            Field::Absent | Field::Clear => None,
        };
        Attachment {
            id: self.new_id(),
            filename: meta
                .and_then(|meta| meta.filename.as_deref())
                .map_or_else(|| file.filename.clone(), super::call::safe_name),
            description: meta.and_then(|meta| meta.description.clone()),
            content_type: file.content_type.clone(),
            bytes: file.bytes.clone(),
        }
    }

    /// Whom a text pings, within what is allowed.
    pub(super) fn pings(&self, content: &str, allowed: Option<&AllowedMentions>) -> Pings {
        let mut pings = Pings::default();
        for part in content.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(inside, _)| inside) {
            let Some(inside) = part.strip_prefix('@') else { continue };
            if let Some(role) = inside.strip_prefix('&').and_then(|id| id.parse::<Snowflake>().ok()) {
                if allowed.is_none_or(|allowed| allowed.all_roles || allowed.roles.contains(&role)) {
                    pings.roles.insert(role);
                }
            } else if let Ok(user) = inside.trim_start_matches('!').parse::<Snowflake>()
                && self.users.contains_key(&user)
                && allowed.is_none_or(|allowed| allowed.all_users || allowed.users.contains(&user))
            {
                pings.users.insert(user);
            }
        }
        let called = content.contains("@everyone") || content.contains("@here");
        pings.everyone = called && allowed.is_none_or(|allowed| allowed.everyone);
        pings
    }

    pub(super) fn edit_message(&mut self, channel: Snowflake, id: Snowflake, call: &Call) -> Result<Reply, Refused> {
        let place = self.visible_channel(channel)?;
        if place.state.archived {
            return Err(THREAD_ARCHIVED);
        }
        let message =
            self.live_message(channel, id).filter(|one| one.ephemeral_for.is_none()).ok_or(UNKNOWN_MESSAGE)?;
        if message.author != self.bot {
            return Err(NOT_YOUR_MESSAGE);
        }
        let (created, now) = (message.created, self.now());
        if self.config.old_message <= now.duration_since(created) {
            let rule = self.config.old_edit;
            let taken = self.limits.take_old_edit(channel, rule, now);
            taken.map_err(|ms| Refused { retry_ms: Some(ms), ..OLD_EDITS })?;
        }
        let draft = Draft::read(&call.body, &call.files, self.config.file_max)?;
        self.revise(id, &draft)
    }

    /// Changes a message; what the draft does not mention stays.
    pub(super) fn revise(&mut self, id: Snowflake, draft: &Draft) -> Result<Reply, Refused> {
        let new_files: Vec<Attachment> = draft.files.iter().map(|file| self.attach(file, draft)).collect();
        let now = self.now();
        let old = self.messages.get(&id).ok_or(UNKNOWN_MESSAGE)?;
        let mut message = old.clone();
        message.content = text_of(&draft.content).unwrap_or(message.content);
        message.embeds = list_of(&draft.embeds).unwrap_or(message.embeds);
        message.components = list_of(&draft.components).unwrap_or(message.components);
        match &draft.attachments {
            Field::Absent => {}
            Field::Clear => message.attachments.clear(),
            Field::Set(kept) => {
                message.attachments.retain(|file| kept.iter().any(|meta| meta.id == file.id.get()));
            }
        }
        message.attachments.extend(new_files);
        if message.attachments.len() > 10 {
            return Err(TOO_MANY_FILES);
        }
        if is_empty(&message) {
            return Err(EMPTY_MESSAGE);
        }
        if message.flags & LOADING == 0 {
            message.edits.push(edit_of(old, now));
        } else {
            // The first words of a deferred reply are no edit: they ping like a new message.
            message.flags &= !LOADING;
            message.pings = self.pings(&message.content, draft.allowed.as_ref());
        }
        let hidden = message.ephemeral_for.is_some();
        let shown = self.message_json(&message);
        self.messages.insert(id, message);
        if !hidden {
            self.dispatch_message("MESSAGE_UPDATE", id);
        }
        self.ring();
        Ok(Reply::json(shown))
    }

    pub(super) fn delete_message(&mut self, channel: Snowflake, id: Snowflake) -> Result<Reply, Refused> {
        self.visible_channel(channel)?;
        let message =
            self.live_message(channel, id).filter(|one| one.ephemeral_for.is_none()).ok_or(UNKNOWN_MESSAGE)?;
        if message.author != self.bot {
            return Err(MISSING_PERMISSIONS);
        }
        self.remove_message(id);
        Ok(Reply::empty())
    }

    /// Takes a message away from everyone's eyes. It stays in the history.
    pub(super) fn remove_message(&mut self, id: Snowflake) {
        let now = self.now();
        let Some(message) = self.messages.get_mut(&id) else {
            return;
        };
        message.deleted = Some(now);
        let (channel, hidden) = (message.channel, message.ephemeral_for.is_some());
        if !hidden {
            let place = self.channels.get(&channel);
            let guild = place.and_then(super::model::Channel::guild);
            let intent = if guild.is_some() { super::gateway::GUILD_MESSAGES } else { super::gateway::DIRECT_MESSAGES };
            let mut data = serde_json::json!({"id": id, "channel_id": channel});
            if let Some(guild) = guild {
                data["guild_id"] = serde_json::json!(guild);
            }
            self.dispatch("MESSAGE_DELETE", &data, intent);
        }
        self.ring();
    }
}

fn nonce_key(nonce: &Value) -> String {
    nonce.as_str().map_or_else(|| nonce.to_string(), str::to_owned)
}

fn text_of(field: &Field<String>) -> Option<String> {
    match field {
        Field::Absent => None,
        Field::Clear => Some(String::new()),
        Field::Set(text) => Some(text.clone()),
    }
}

fn list_of(field: &Field<Vec<Value>>) -> Option<Vec<Value>> {
    match field {
        Field::Absent => None,
        Field::Clear => Some(Vec::new()),
        Field::Set(list) => Some(list.clone()),
    }
}

/// Components alone are no message.
fn is_empty(message: &Message) -> bool {
    message.content.trim().is_empty() && message.embeds.is_empty() && message.attachments.is_empty()
}

fn edit_of(old: &Message, at: Timestamp) -> Edit {
    Edit { at, content: old.content.clone(), embeds: old.embeds.clone(), components: old.components.clone() }
}
