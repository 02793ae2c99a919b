//! Which route does what, and the small routes themselves.

use serde_json::{Value, json};

use super::call::{Call, Route};
use super::ids::Snowflake;
use super::model::{Channel, ChannelKind};
use super::reply::{
    FormErrors, METHOD_NOT_ALLOWED, MISSING_ACCESS, NOT_FOUND, Refused, Reply, THREAD_EXISTS, UNKNOWN_APPLICATION,
    UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MEMBER, UNKNOWN_MESSAGE, UNKNOWN_USER,
};
use super::world::World;

impl World {
    /// Does what a request asks.
    pub(super) fn serve(&mut self, route: &Route, call: &Call) -> Result<Reply, Refused> {
        match (call.method.as_str(), route) {
            ("GET", Route::Gateway) => Ok(Reply::json(json!({"url": self.gateway_url()}))),
            ("GET", Route::GatewayBot) => Ok(self.gateway_bot()),
            ("GET", Route::Me) => Ok(Reply::json(self.me_json())),
            ("GET", Route::Application) => Ok(Reply::json(self.application_json())),
            ("POST", Route::OpenDm) => self.open_dm(&call.body),
            ("GET", Route::Channel(id)) => {
                self.visible_channel(*id)?;
                Ok(Reply::json(self.channel_json(*id)))
            }
            ("POST", Route::Typing(id)) => self.visible_channel(*id).map(|_| Reply::empty()),
            ("GET", Route::Messages(channel)) => self.list_messages(*channel, call),
            ("POST", Route::Messages(channel)) => self.create_message(*channel, call),
            ("GET", Route::Message(channel, id)) => self.get_message(*channel, *id),
            ("PATCH", Route::Message(channel, id)) => self.edit_message(*channel, *id, call),
            ("DELETE", Route::Message(channel, id)) => self.delete_message(*channel, *id),
            ("POST", Route::Threads(channel, message)) => self.start_thread(*channel, *message, &call.body),
            ("GET", Route::Guild(id)) => {
                self.joined_guild(*id)?;
                Ok(Reply::json(self.guild_json(*id)))
            }
            ("GET", Route::Member(guild, user)) => self.get_member(*guild, *user),
            ("GET", Route::Roles(id)) => {
                self.joined_guild(*id)?;
                Ok(Reply::json(self.roles_json(*id)))
            }
            ("GET", Route::GuildChannels(id)) => {
                self.joined_guild(*id)?;
                Ok(Reply::json(self.guild_channels(*id, false)))
            }
            (_, Route::Commands(app, guild) | Route::Command(app, guild, _)) => {
                if *app != self.bot {
                    return Err(UNKNOWN_APPLICATION);
                }
                if let Some(guild) = guild {
                    self.joined_guild(*guild)?;
                }
                self.serve_commands(route, call)
            }
            ("POST", Route::Callback(id, token)) => self.callback(*id, token, call),
            (_, Route::Followups(app, _) | Route::Followup(app, ..)) if *app != self.bot => {
                Err(super::reply::UNKNOWN_WEBHOOK)
            }
            ("POST", Route::Followups(_, token)) => self.followup(token, call),
            (method @ ("GET" | "PATCH" | "DELETE"), Route::Followup(_, token, id)) => {
                self.serve_followup(method, token, *id, call)
            }
            _ => Err(METHOD_NOT_ALLOWED),
        }
    }

    fn serve_commands(&mut self, route: &Route, call: &Call) -> Result<Reply, Refused> {
        match (call.method.as_str(), route) {
            ("GET", Route::Commands(_, guild)) => Ok(self.list_commands(*guild)),
            ("PUT", Route::Commands(_, guild)) => self.overwrite_commands(*guild, &call.body),
            ("POST", Route::Commands(_, guild)) => self.upsert_command(*guild, &call.body),
            ("GET", Route::Command(_, guild, id)) => self.get_command(*guild, *id),
            ("DELETE", Route::Command(_, guild, id)) => self.delete_command(*guild, *id),
            _ => Err(METHOD_NOT_ALLOWED),
        }
    }

    fn gateway_url(&self) -> String {
        self.base.replacen("http://", "ws://", 1)
    }

    fn gateway_bot(&self) -> Reply {
        let rule = self.config.identifies;
        Reply::json(json!({
            "url": self.gateway_url(), "shards": 1,
            "session_start_limit": {
                "total": rule.limit, "remaining": self.gateway.identifies.left(rule, self.now()),
                "reset_after": rule.window.as_secs() * 1000, "max_concurrency": 1,
            },
        }))
    }

    /// Idempotent: one channel a user.
    fn open_dm(&mut self, body: &Value) -> Result<Reply, Refused> {
        let mut errors = FormErrors::default();
        let Some(user) = Snowflake::read(&body["recipient_id"]) else {
            errors.required("recipient_id");
            errors.finish()?;
            return Err(UNKNOWN_USER);
        };
        match self.users.get(&user) {
            None => Err(UNKNOWN_USER),
            Some(user) if user.bot => Err(super::reply::NO_DMS),
            Some(_) => {
                let channel = self.dm_with(user);
                Ok(Reply::json(self.channel_json(channel)))
            }
        }
    }

    /// A channel that exists and that the bot can see.
    pub(super) fn visible_channel(&self, id: Snowflake) -> Result<&Channel, Refused> {
        let channel = self.channels.get(&id).filter(|channel| !channel.state.deleted).ok_or(UNKNOWN_CHANNEL)?;
        let joined = channel.guild().is_none_or(|guild| self.joined_guild(guild).is_ok());
        if channel.state.hidden || !joined { Err(MISSING_ACCESS) } else { Ok(channel) }
    }

    /// A guild that the bot is in.
    fn joined_guild(&self, id: Snowflake) -> Result<(), Refused> {
        match self.guilds.get(&id) {
            None => Err(UNKNOWN_GUILD),
            Some(guild) if !guild.members.contains_key(&self.bot) => Err(MISSING_ACCESS),
            Some(_) => Ok(()),
        }
    }

    fn get_member(&self, guild: Snowflake, user: Snowflake) -> Result<Reply, Refused> {
        self.joined_guild(guild)?;
        if !self.users.contains_key(&user) {
            return Err(UNKNOWN_USER);
        }
        let member = self.guilds.get(&guild).is_some_and(|guild| guild.members.contains_key(&user));
        if member { Ok(Reply::json(self.member_json(guild, user, true))) } else { Err(UNKNOWN_MEMBER) }
    }

    fn start_thread(&mut self, channel: Snowflake, message: Option<Snowflake>, body: &Value) -> Result<Reply, Refused> {
        let parent = self.visible_channel(channel)?;
        let ChannelKind::Text { guild } = parent.kind else {
            return Err(Refused::new(400, 50024, "Cannot execute action on this channel type"));
        };
        if parent.state.read_only {
            return Err(super::reply::MISSING_PERMISSIONS);
        }
        let mut errors = FormErrors::default();
        let name = body["name"].as_str().unwrap_or_default();
        if !(1..=100).contains(&name.chars().count()) {
            errors.bad_length("name", 1, 100);
        }
        errors.finish()?;
        let kind = ChannelKind::Thread { guild, parent: channel };
        let id = if let Some(message) = message {
            self.live_message(channel, message).ok_or(UNKNOWN_MESSAGE)?;
            if self.channels.contains_key(&message) {
                return Err(THREAD_EXISTS);
            }
            // A thread under a message has the message's id.
            self.add_channel_as(message, name.to_owned(), kind);
            message
        } else {
            self.add_channel(name.to_owned(), kind)
        };
        self.ring();
        Ok(Reply::created(self.channel_json(id)))
    }

    /// The file behind an attachment's link. `None`: it is not such a link.
    pub(super) fn download(&self, call: &Call) -> Option<Reply> {
        let rest = call.path.strip_prefix("/attachments/")?;
        let id = rest.split('/').nth(1).and_then(|id| id.parse::<Snowflake>().ok());
        let file = self
            .messages
            .values()
            .filter(|message| message.deleted.is_none())
            .flat_map(|message| &message.attachments)
            .chain(self.uploads.values())
            .find(|file| Some(file.id) == id);
        Some(match file {
            None => NOT_FOUND.into_reply(),
            Some(file) => Reply::raw(200, "application/octet-stream", file.bytes.to_vec()),
        })
    }
}
