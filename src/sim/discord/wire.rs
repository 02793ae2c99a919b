//! How things look in Discord's JSON. Objects: <https://discord.com/developers/docs/resources>.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::ids::Snowflake;
use super::model::{Attachment, Channel, ChannelKind, Member, Message, Role};
use super::world::World;

/// Six decimals and an offset, as Discord writes instants.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

impl World {
    pub(super) fn user_json(&self, id: Snowflake) -> Value {
        let user = self.users.get(&id);
        let name = user.map_or("deleted_user", |user| &user.name);
        json!({
            "id": id, "username": name, "discriminator": "0", "global_name": user.filter(|user| !user.bot).map(|_| name),
            "avatar": null, "bot": user.is_some_and(|user| user.bot), "system": false, "public_flags": 0, "flags": 0,
            "avatar_decoration_data": null, "banner": null, "accent_color": null, "primary_guild": null,
        })
    }

    /// The bot as it sees itself.
    pub(super) fn me_json(&self) -> Value {
        let mut me = self.user_json(self.bot);
        me["verified"] = json!(true);
        me["mfa_enabled"] = json!(true);
        me["email"] = Value::Null;
        me["locale"] = json!("en-US");
        me
    }

    pub(super) fn application_json(&self) -> Value {
        json!({
            "id": self.bot, "name": self.config.bot_name, "icon": null, "description": "", "summary": "",
            "type": null, "bot_public": false, "bot_require_code_grant": false, "flags": 0, "hook": true,
            "verify_key": "0".repeat(64), "owner": self.user_json(self.bot), "team": null, "rpc_origins": [],
            "redirect_uris": [], "interactions_endpoint_url": null, "tags": [], "bot": self.me_json(),
            "approximate_guild_count": self.guilds.len(), "approximate_user_install_count": 0,
            "integration_types_config": {"0": {}}, "flags_new": "0", "role_connections_verification_url": null,
            "approximate_user_authorization_count": 0, "explicit_content_filter": 0, "eligible_oauth2_scopes": [],
        })
    }

    pub(super) fn role_json(role: &Role, position: usize) -> Value {
        json!({
            "id": role.id, "name": role.name, "color": 0, "hoist": false, "icon": null, "unicode_emoji": null,
            "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null},
            "position": position, "permissions": role.permissions.to_string(), "managed": false,
            "mentionable": true, "flags": 0, "description": null,
        })
    }

    pub(super) fn roles_json(&self, guild: Snowflake) -> Value {
        let roles = self.guilds.get(&guild).map(|guild| &guild.roles);
        roles.into_iter().flatten().enumerate().map(|(n, (_, role))| Self::role_json(role, n)).collect()
    }

    /// A member; `whole` adds the user object, which message events leave out.
    pub(super) fn member_json(&self, guild: Snowflake, user: Snowflake, whole: bool) -> Value {
        let member = self.guilds.get(&guild).and_then(|guild| guild.members.get(&user));
        let empty = Member { roles: Vec::new(), joined: self.now() };
        let member = member.unwrap_or(&empty);
        let mut out = json!({
            "nick": null, "avatar": null, "banner": null, "roles": member.roles, "joined_at": stamp(member.joined),
            "premium_since": null, "deaf": false, "mute": false, "flags": 0, "pending": false,
            "communication_disabled_until": null, "avatar_decoration_data": null,
        });
        if whole {
            out["user"] = self.user_json(user);
        }
        out
    }

    pub(super) fn guild_json(&self, id: Snowflake) -> Value {
        let Some(guild) = self.guilds.get(&id) else {
            return Value::Null;
        };
        json!({
            "id": id, "name": guild.name, "icon": null, "icon_hash": null, "splash": null, "discovery_splash": null,
            "owner_id": guild.owner, "afk_channel_id": null, "afk_timeout": 300, "widget_enabled": false,
            "widget_channel_id": null, "verification_level": 0, "default_message_notifications": 0,
            "explicit_content_filter": 0, "roles": self.roles_json(id), "emojis": [], "features": [], "mfa_level": 0,
            "application_id": null, "system_channel_id": null, "system_channel_flags": 0, "rules_channel_id": null,
            "max_presences": null, "max_members": 500_000, "vanity_url_code": null, "description": null,
            "banner": null, "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": guild.locale,
            "public_updates_channel_id": null, "max_video_channel_users": 25, "max_stage_video_channel_users": 50,
            "nsfw": false, "nsfw_level": 0, "stickers": [], "premium_progress_bar_enabled": false, "region": "deprecated",
            "safety_alerts_channel_id": null, "incidents_data": null, "home_header": null,
        })
    }

    /// A guild as `GUILD_CREATE` brings it.
    pub(super) fn guild_event(&self, id: Snowflake) -> Value {
        let mut out = self.guild_json(id);
        let Some(guild) = self.guilds.get(&id) else {
            return Value::Null;
        };
        let joined = guild.members.get(&self.bot).map_or_else(|| self.now(), |member| member.joined);
        let members: Vec<_> = guild.members.keys().map(|user| self.member_json(id, *user, true)).collect();
        out["joined_at"] = json!(stamp(joined));
        out["large"] = json!(false);
        out["unavailable"] = json!(false);
        out["member_count"] = json!(members.len());
        out["members"] = Value::Array(members);
        out["channels"] = self.guild_channels(id, false);
        out["threads"] = self.guild_channels(id, true);
        for key in ["voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"] {
            out[key] = json!([]);
        }
        out
    }

    pub(super) fn guild_channels(&self, guild: Snowflake, threads: bool) -> Value {
        self.channels
            .values()
            .filter(|channel| channel.guild() == Some(guild) && !channel.state.deleted && !channel.state.hidden)
            .filter(|channel| matches!(channel.kind, ChannelKind::Thread { .. }) == threads)
            .map(|channel| self.channel_json(channel.id))
            .collect()
    }

    pub(super) fn channel_json(&self, id: Snowflake) -> Value {
        let Some(channel) = self.channels.get(&id) else {
            return Value::Null;
        };
        let last = channel.messages.last();
        match channel.kind {
            ChannelKind::Dm { user } => json!({
                "id": id, "type": 1, "last_message_id": last, "flags": 0, "recipients": [self.user_json(user)],
            }),
            ChannelKind::Text { guild } => json!({
                "id": id, "type": 0, "guild_id": guild, "name": channel.name, "last_message_id": last, "position": 0,
                "permission_overwrites": [], "topic": null, "nsfw": false, "parent_id": null, "flags": 0,
                "rate_limit_per_user": channel.state.slowmode_s, "last_pin_timestamp": null,
            }),
            ChannelKind::Thread { guild, parent } => self.thread_json(channel, guild, parent),
        }
    }

    fn thread_json(&self, channel: &Channel, guild: Snowflake, parent: Snowflake) -> Value {
        let created = stamp(self.now());
        json!({
            "id": channel.id, "type": 11, "guild_id": guild, "name": channel.name, "parent_id": parent,
            "owner_id": self.bot, "last_message_id": channel.messages.last(), "message_count": channel.messages.len(),
            "member_count": 1, "total_message_sent": channel.messages.len(), "flags": 0,
            "rate_limit_per_user": channel.state.slowmode_s,
            "thread_metadata": {
                "archived": channel.state.archived, "auto_archive_duration": 1440, "locked": channel.state.locked,
                "archive_timestamp": created, "create_timestamp": created,
            },
        })
    }

    /// The channel inside an interaction.
    pub(super) fn interaction_channel(&self, id: Snowflake) -> Value {
        let mut out = self.channel_json(id);
        if self.channels.get(&id).and_then(Channel::guild).is_some() {
            out["permissions"] = json!((u64::MAX >> 13).to_string());
        }
        out
    }

    pub(super) fn attachment_json(&self, channel: Snowflake, file: &Attachment) -> Value {
        let url = format!("{}/attachments/{channel}/{}/{}", self.base, file.id, file.filename);
        let mut out = Map::new();
        out.insert("id".to_owned(), json!(file.id));
        out.insert("filename".to_owned(), json!(file.filename));
        out.insert("size".to_owned(), json!(file.bytes.len()));
        out.insert("url".to_owned(), json!(url));
        out.insert("proxy_url".to_owned(), json!(url));
        if let Some(text) = &file.description {
            out.insert("description".to_owned(), json!(text));
        }
        if let Some(media) = &file.content_type {
            out.insert("content_type".to_owned(), json!(media));
        }
        if let Some((width, height)) = png_size(&file.bytes) {
            out.insert("width".to_owned(), json!(width));
            out.insert("height".to_owned(), json!(height));
        }
        Value::Object(out)
    }

    pub(super) fn message_json(&self, message: &Message) -> Value {
        let files: Vec<_> =
            message.attachments.iter().map(|file| self.attachment_json(message.channel, file)).collect();
        let embeds: Vec<_> = message.embeds.iter().map(|embed| linked(embed, &files)).collect();
        let mentions: Vec<_> = message.pings.users.iter().map(|user| self.user_json(*user)).collect();
        let mut out = json!({
            "id": message.id, "channel_id": message.channel, "author": self.user_json(message.author),
            "content": message.content, "timestamp": stamp(message.created),
            "edited_timestamp": message.edits.last().map(|edit| stamp(edit.at)), "tts": false,
            "mention_everyone": message.pings.everyone, "mentions": mentions, "mention_roles": message.pings.roles,
            "attachments": files, "embeds": embeds, "components": numbered(&message.components), "pinned": false,
            "flags": message.flags, "type": if message.reply_to.is_some() { 19 } else { 0 },
        });
        if let Some(nonce) = &message.nonce {
            out["nonce"] = nonce.clone();
        }
        if let Some(reply) = message.reply_to {
            out["message_reference"] = json!({"type": 0, "channel_id": message.channel, "message_id": reply});
        }
        if let Some(interaction) = message.interaction.and_then(|id| self.interactions.get(&id)) {
            let command = matches!(interaction.asked, super::model::Asked::Command);
            out["application_id"] = json!(self.bot);
            out["webhook_id"] = json!(self.bot);
            out["type"] = json!(if command { 20 } else { 0 });
            out["interaction_metadata"] = json!({
                "id": interaction.id, "type": interaction.wire["type"], "user": self.user_json(interaction.user),
                "authorizing_integration_owners": interaction.wire["authorizing_integration_owners"],
                "original_response_message_id": message.id,
            });
            if let Some(pressed) = interaction.source {
                out["interaction_metadata"]["interacted_message_id"] = json!(pressed);
            }
        }
        out
    }
}

/// Components as Discord gives them back: each with a numeric id.
fn numbered(rows: &[Value]) -> Value {
    let mut n = 0;
    let mut rows = rows.to_vec();
    for row in &mut rows {
        n += 1;
        row["id"] = json!(n);
        for part in row["components"].as_array_mut().into_iter().flatten() {
            n += 1;
            part["id"] = json!(n);
        }
    }
    Value::Array(rows)
}

/// An embed as Discord gives it back: with a type, every field with `inline`, links instead of `attachment://`.
fn linked(embed: &Value, files: &[Value]) -> Value {
    let mut embed = embed.clone();
    embed["type"] = json!("rich");
    for field in embed.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten() {
        field["inline"] = json!(field["inline"] == true);
    }
    for key in ["image", "thumbnail"] {
        let name = embed[key]["url"].as_str().and_then(|url| url.strip_prefix("attachment://"));
        let found = name.and_then(|name| files.iter().find(|file| file["filename"] == name));
        if let Some(file) = found {
            let mut picture = Map::new();
            for field in ["url", "proxy_url", "width", "height", "content_type"] {
                if let Some(value) = file.get(field) {
                    picture.insert(field.to_owned(), value.clone());
                }
            }
            embed[key] = Value::Object(picture);
        }
    }
    embed
}

/// Width and height from the header of a PNG.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let number = |from: usize| Some(u32::from_be_bytes(rest.get(from..from + 4)?.try_into().ok()?));
    Some((number(8)?, number(12)?))
}
