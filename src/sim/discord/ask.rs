//! People ask: slash commands, suggestions, buttons, menus and forms, checked the way Discord's client checks them.
//!
//! Owns: what a client lets a person send, and the `INTERACTION_CREATE` that comes of it.
//! Refuses: answers; those are in `answers`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::SimError;
use super::answers::wire_key;
use super::ids::Snowflake;
use super::model::{Answer, Asked, Attachment, Channel, Command, Interaction, Modal, parts};
use super::world::World;

/// A value that a person gives to an option.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Words.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A user.
    User(Snowflake),
    /// A channel.
    Channel(Snowflake),
    /// A role.
    Role(Snowflake),
    /// A file.
    File {
        /// Its name.
        filename: String,
        /// Its media type.
        content_type: String,
        /// The file.
        bytes: Arc<[u8]>,
    },
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// What is asked, before it has an id.
struct Question {
    asked: Asked,
    kind: u64,
    user: Snowflake,
    channel: Snowflake,
    source: Option<Snowflake>,
    data: Value,
}

fn refuse<T>(reason: impl Into<String>) -> Result<T, SimError> {
    Err(SimError::ClientRefused { reason: reason.into() })
}

fn list<'a>(node: &'a Value, key: &str) -> &'a [Value] {
    node[key].as_array().map_or(&[][..], Vec::as_slice)
}

fn named<'a>(options: &'a [Value], name: &str) -> Option<&'a Value> {
    options.iter().find(|option| option["name"] == name)
}

impl World {
    /// A slash command, or with `focused` a question for suggestions. `path` is the name with its subcommands.
    pub(super) fn ask_command(
        &mut self,
        user: Snowflake,
        channel: Snowflake,
        path: &str,
        given: &[(&str, Given)],
        focused: Option<&str>,
    ) -> Result<Snowflake, SimError> {
        let mut words = path.trim_start_matches('/').split_whitespace();
        let name = words.next().unwrap_or_default();
        let command = self.usable_command(user, channel, name)?;
        let mut node = &command.definition;
        let mut chain = Vec::new();
        for word in words {
            let Some(next) =
                named(list(node, "options"), word).filter(|next| matches!(next["type"].as_u64(), Some(1 | 2)))
            else {
                return refuse(format!("`/{name}` has no subcommand `{word}`"));
            };
            chain.push((word.to_owned(), next["type"].clone()));
            node = next;
        }
        let specs = list(node, "options").to_vec();
        if specs.iter().any(|spec| matches!(spec["type"].as_u64(), Some(1 | 2))) {
            return refuse(format!("`/{path}` needs a subcommand"));
        }
        let mut resolved = Map::new();
        let mut options = self.fill_options(&specs, given, focused, channel, &mut resolved)?;
        for (word, kind) in chain.into_iter().rev() {
            options = vec![json!({"name": word, "type": kind, "options": options})];
        }
        let mut data = json!({"id": command.id, "name": command.name, "type": 1, "options": options});
        if !resolved.is_empty() {
            data["resolved"] = Value::Object(resolved);
        }
        if let Some(guild) = command.guild {
            data["guild_id"] = json!(guild);
        }
        let (asked, kind) = if focused.is_some() { (Asked::Autocomplete, 4) } else { (Asked::Command, 2) };
        Ok(self.ask(&Question { asked, kind, user, channel, source: None, data }))
    }

    /// The command that a client would offer under this name, guild commands first.
    fn usable_command(&self, user: Snowflake, channel: Snowflake, name: &str) -> Result<Command, SimError> {
        let place = self.place_of(user, channel)?;
        let guild = place.guild();
        let in_scope = |scope: Option<Snowflake>| {
            let commands = self.commands.get(&scope).map_or(&[][..], Vec::as_slice);
            commands.iter().find(|one| one.name == name && one.definition["type"].as_u64().unwrap_or(1) == 1)
        };
        let command = guild.and_then(|guild| in_scope(Some(guild))).or_else(|| in_scope(None));
        let Some(command) = command else {
            return refuse(format!("there is no command `/{name}` here"));
        };
        let context = i64::from(guild.is_none());
        if let Some(contexts) = command.definition["contexts"].as_array()
            && !contexts.iter().any(|one| *one == context)
        {
            return refuse(format!("`/{name}` is not offered here"));
        }
        let needed =
            command.definition["default_member_permissions"].as_str().and_then(|bits| bits.parse::<u64>().ok());
        if let (Some(needed), Some(guild)) = (needed, guild) {
            let has = self.permissions_of(guild, user);
            let admin = has & super::model::ADMINISTRATOR != 0;
            if !admin && (needed == 0 || has & needed != needed) {
                return refuse(format!("`/{name}` is not offered to this person"));
            }
        }
        Ok(command.clone())
    }

    /// The channel, if this person can be in it.
    pub(super) fn place_of(&self, user: Snowflake, channel: Snowflake) -> Result<&Channel, SimError> {
        let unknown = |what, id| SimError::Unknown { what, id };
        if !self.users.contains_key(&user) {
            return Err(unknown("user", user));
        }
        let place = self.channels.get(&channel).filter(|place| !place.state.deleted);
        let place = place.ok_or_else(|| unknown("channel", channel))?;
        let inside = match place.guild() {
            Some(guild) => self.guilds.get(&guild).is_some_and(|guild| guild.members.contains_key(&user)),
            None => place.kind == super::model::ChannelKind::Dm { user },
        };
        if inside { Ok(place) } else { refuse(format!("user {user} is not in channel {channel}")) }
    }

    fn fill_options(
        &mut self,
        specs: &[Value],
        given: &[(&str, Given)],
        focused: Option<&str>,
        channel: Snowflake,
        resolved: &mut Map<String, Value>,
    ) -> Result<Vec<Value>, SimError> {
        if let Some((name, _)) = given.iter().find(|(name, _)| named(specs, name).is_none()) {
            return refuse(format!("there is no option `{name}`"));
        }
        let mut out = Vec::new();
        for (name, value) in given {
            let Some(spec) = named(specs, name) else { continue };
            let mut option = json!({"name": name, "type": spec["type"]});
            if focused == Some(*name) {
                if spec["autocomplete"] != true {
                    return refuse(format!("option `{name}` has no suggestions"));
                }
                let Given::Text(text) = value else {
                    return refuse("suggestions are asked for with text");
                };
                option["value"] = json!(text);
                option["focused"] = json!(true);
            } else {
                check_value(spec, value)?;
                option["value"] = self.resolve(value, channel, resolved)?;
            }
            out.push(option);
        }
        let missing = specs
            .iter()
            .filter(|spec| spec["required"] == true)
            .filter_map(|spec| spec["name"].as_str())
            .find(|name| !given.iter().any(|(given, _)| given == name));
        match missing {
            Some(name) if focused.is_none() => refuse(format!("option `{name}` is required")),
            _ => Ok(out),
        }
    }

    /// The value as it is sent, with the objects that it names.
    fn resolve(
        &mut self,
        value: &Given,
        channel: Snowflake,
        resolved: &mut Map<String, Value>,
    ) -> Result<Value, SimError> {
        let guild = self.channels.get(&channel).and_then(Channel::guild);
        let mut put = |key: &str, id: Snowflake, object: Value| {
            let map = resolved.entry(key.to_owned()).or_insert_with(|| json!({}));
            map[id.to_string()] = object;
        };
        match value {
            Given::Text(text) => Ok(json!(text)),
            Given::Integer(number) => Ok(json!(number)),
            Given::Number(number) => Ok(json!(number)),
            Given::Flag(flag) => Ok(json!(flag)),
            Given::User(id) => {
                if !self.users.contains_key(id) {
                    return Err(SimError::Unknown { what: "user", id: *id });
                }
                put("users", *id, self.user_json(*id));
                if let Some(guild) = guild.filter(|guild| self.is_member(*guild, *id)) {
                    let mut member = self.member_json(guild, *id, false);
                    member["permissions"] = json!(self.permissions_of(guild, *id).to_string());
                    put("members", *id, member);
                }
                Ok(json!(id))
            }
            Given::Channel(id) => {
                let object = self.interaction_channel(*id);
                if object.is_null() {
                    return Err(SimError::Unknown { what: "channel", id: *id });
                }
                put("channels", *id, object);
                Ok(json!(id))
            }
            Given::Role(id) => {
                let role = guild.and_then(|guild| self.guilds.get(&guild)).and_then(|guild| guild.roles.get(id));
                let Some(role) = role else {
                    return Err(SimError::Unknown { what: "role", id: *id });
                };
                put("roles", *id, Self::role_json(role, 0));
                Ok(json!(id))
            }
            Given::File { filename, content_type, bytes } => {
                let file = Attachment {
                    id: self.new_id(),
                    filename: super::call::safe_name(filename),
                    description: None,
                    content_type: Some(content_type.clone()),
                    bytes: Arc::clone(bytes),
                };
                let mut object = self.attachment_json(channel, &file);
                object["ephemeral"] = json!(true);
                put("attachments", file.id, object);
                let id = file.id;
                self.uploads.insert(id, file);
                Ok(json!(id))
            }
        }
    }

    fn is_member(&self, guild: Snowflake, user: Snowflake) -> bool {
        self.guilds.get(&guild).is_some_and(|guild| guild.members.contains_key(&user))
    }

    /// A button by its id or its words, or a menu by its id with `values`.
    pub(super) fn ask_component(
        &mut self,
        user: Snowflake,
        message: Snowflake,
        wanted: &str,
        values: Option<&[&str]>,
    ) -> Result<Snowflake, SimError> {
        let seen = self.messages.get(&message).filter(|seen| seen.deleted.is_none());
        let Some(seen) = seen else {
            return Err(SimError::Unknown { what: "message", id: message });
        };
        if seen.ephemeral_for.is_some_and(|only| only != user) {
            return refuse("this message is for somebody else");
        }
        let channel = seen.channel;
        self.place_of(user, channel)?;
        let by_id = parts(&seen.components).find(|part| part["custom_id"] == wanted);
        let part = by_id.or_else(|| parts(&seen.components).find(|part| part["label"] == wanted));
        let Some(part) = part else {
            return refuse(format!("there is no `{wanted}` on this message"));
        };
        if part["disabled"] == true {
            return refuse(format!("`{wanted}` is disabled"));
        }
        let kind = part["type"].as_u64().unwrap_or(0);
        let mut data = json!({"custom_id": part["custom_id"], "component_type": kind, "id": 1});
        match (kind, values) {
            (2, None) if part["custom_id"].is_string() => {}
            (2, None) => return refuse(format!("`{wanted}` is a link")),
            (3, Some(values)) => {
                let offered = list(part, "options");
                if let Some(odd) = values.iter().find(|value| !offered.iter().any(|one| one["value"] == **value)) {
                    return refuse(format!("`{odd}` is not in the menu"));
                }
                data["values"] = json!(values);
            }
            _ => return refuse(format!("`{wanted}` cannot be used that way")),
        }
        Ok(self.ask(&Question { asked: Asked::Component, kind: 3, user, channel, source: Some(message), data }))
    }

    /// A button that is not looked for on the message.
    pub(super) fn ask_copied(&mut self, user: Snowflake, message: Snowflake, id: &str) -> Result<Snowflake, SimError> {
        let seen = self.messages.get(&message).filter(|seen| seen.deleted.is_none());
        let channel = seen.ok_or(SimError::Unknown { what: "message", id: message })?.channel;
        self.place_of(user, channel)?;
        let data = json!({"custom_id": id, "component_type": 2, "id": 1});
        Ok(self.ask(&Question { asked: Asked::Component, kind: 3, user, channel, source: Some(message), data }))
    }

    /// Sends the form that an interaction opened.
    pub(super) fn ask_modal(&mut self, opened_by: Snowflake, fields: &[(&str, &str)]) -> Result<Snowflake, SimError> {
        let found = self.interactions.get(&opened_by);
        let Some(found) = found else {
            return Err(SimError::Unknown { what: "interaction", id: opened_by });
        };
        let Some(modal) = modal_of(&found.answer) else {
            return refuse("no form is open");
        };
        let (user, channel, source) = (found.user, found.channel, found.source);
        let mut rows = Vec::new();
        for input in parts(&modal.components) {
            let id = input["custom_id"].as_str().unwrap_or_default();
            let typed = fields.iter().find(|(name, _)| *name == id).map(|(_, text)| *text);
            let text = typed.or_else(|| input["value"].as_str()).unwrap_or_default();
            let length = text.chars().count();
            let bound = |key: &str| input[key].as_u64().and_then(|n| usize::try_from(n).ok());
            if text.is_empty() && input["required"] != false {
                return refuse(format!("`{id}` is required"));
            }
            if bound("min_length").is_some_and(|min| length < min && length > 0)
                || length > bound("max_length").unwrap_or(4000)
            {
                return refuse(format!("`{id}` has a length that the form does not take"));
            }
            rows.push(
                json!({"type": 1, "id": 1, "components": [{"type": 4, "id": 2, "custom_id": id, "value": text}]}),
            );
        }
        let data = json!({"custom_id": modal.custom_id, "components": rows});
        Ok(self.ask(&Question { asked: Asked::Modal, kind: 5, user, channel, source, data }))
    }

    fn ask(&mut self, question: &Question) -> Snowflake {
        let id = self.new_id();
        let check = crc32fast::hash(&id.get().to_be_bytes());
        let token = format!("sim-{id}-{check:08x}");
        let wire = self.interaction_json(id, &token, question);
        let interaction = Interaction {
            id,
            token,
            asked: question.asked,
            user: question.user,
            channel: question.channel,
            source: question.source,
            created: self.now(),
            answer: Answer::None,
            answered: None,
            original: None,
            followups: Vec::new(),
            wire: wire.clone(),
        };
        self.interactions.insert(id, interaction);
        let (clock, bot) = (self.clock.clone(), self.bot);
        self.gateway.dispatch(&clock, bot, "INTERACTION_CREATE", &wire, 0, Some(&wire_key(id)));
        id
    }

    fn interaction_json(&self, id: Snowflake, token: &str, question: &Question) -> Value {
        let place = self.channels.get(&question.channel);
        let guild = place.and_then(Channel::guild);
        let locale = self.users.get(&question.user).map_or("en-US", |user| &user.locale);
        let mut out = json!({
            "id": id, "application_id": self.bot, "type": question.kind, "data": question.data, "token": token,
            "version": 1, "channel": self.interaction_channel(question.channel), "channel_id": question.channel,
            "app_permissions": (u64::MAX >> 13).to_string(), "locale": locale, "entitlements": [],
            "entitlement_sku_ids": [], "attachment_size_limit": self.config.file_max,
            "context": i64::from(guild.is_none()),
            "authorizing_integration_owners": {"0": guild.map_or_else(|| json!("0"), |guild| json!(guild))},
        });
        if let Some(guild) = guild {
            let mut member = self.member_json(guild, question.user, true);
            member["permissions"] = json!(self.permissions_of(guild, question.user).to_string());
            out["member"] = member;
            out["guild_id"] = json!(guild);
            let guild_locale = self.guilds.get(&guild).map_or("en-US", |guild| &guild.locale);
            out["guild_locale"] = json!(guild_locale);
            out["guild"] = json!({"id": guild, "locale": guild_locale, "features": []});
        } else {
            out["user"] = self.user_json(question.user);
        }
        if let Some(message) = question.source.and_then(|id| self.messages.get(&id)) {
            out["message"] = self.message_json(message);
        }
        out
    }
}

/// The form in an answer.
pub(super) fn modal_of(answer: &Answer) -> Option<Modal> {
    let Answer::Modal(data) = answer else { return None };
    let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
    Some(Modal { custom_id: text("custom_id"), title: text("title"), components: list(data, "components").to_vec() })
}

/// Whether the client would let this value through.
fn check_value(spec: &Value, value: &Given) -> Result<(), SimError> {
    let name = spec["name"].as_str().unwrap_or_default();
    let kind = spec["type"].as_u64().unwrap_or(0);
    let fits = match value {
        Given::Text(_) => kind == 3,
        Given::Integer(_) => matches!(kind, 4 | 10),
        Given::Flag(_) => kind == 5,
        Given::User(_) => matches!(kind, 6 | 9),
        Given::Channel(_) => kind == 7,
        Given::Role(_) => matches!(kind, 8 | 9),
        Given::Number(_) => kind == 10,
        Given::File { .. } => kind == 11,
    };
    if !fits {
        return refuse(format!("option `{name}` does not take this kind of value"));
    }
    if let Given::Text(text) = value {
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        let low = spec["min_length"].as_u64().unwrap_or(1);
        let high = spec["max_length"].as_u64().unwrap_or(6000);
        if !(low..=high).contains(&length) {
            return refuse(format!("option `{name}` takes {low} to {high} characters"));
        }
    }
    let number = match value {
        Given::Integer(number) => Some(crate::domain::num::f64_of(*number)),
        Given::Number(number) => Some(*number),
        _ => None,
    };
    if let Some(number) = number {
        let below = spec["min_value"].as_f64().is_some_and(|min| number < min);
        let above = spec["max_value"].as_f64().is_some_and(|max| max < number);
        if below || above {
            return refuse(format!("option `{name}` is out of its range"));
        }
    }
    let choices = list(spec, "choices");
    let sent = match value {
        Given::Text(text) => json!(text),
        Given::Integer(number) => json!(number),
        Given::Number(number) => json!(number),
        _ => return Ok(()),
    };
    if choices.is_empty() || choices.iter().any(|choice| choice["value"] == sent) {
        Ok(())
    } else {
        refuse(format!("option `{name}` has no such choice"))
    }
}
