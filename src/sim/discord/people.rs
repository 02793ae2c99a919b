//! The people's side: who and what exists, what they do, what they see.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;

use super::ids::Snowflake;
use super::model::{
    Answer, Asked, Channel, ChannelKind, ChannelState, Choice, Guild, Member, Message, Outcome, Pings, RequestSeen,
    Role, User,
};
use super::{DiscordSim, Given, SimError};
use crate::time::Bell;

/// What a new member of a guild may do: use application commands, write, read.
const EVERYONE: u64 = (1 << 31) | (1 << 11) | (1 << 10) | (1 << 16);

impl DiscordSim {
    /// A new person. `locale` is the language of their client, such as `sv-SE`.
    #[must_use]
    pub fn create_user(&self, name: &str, locale: &str) -> Snowflake {
        let mut world = self.shared.world();
        let id = world.new_id();
        let user = User { id, name: name.to_owned(), locale: locale.to_owned(), bot: false, accepts_dms: true };
        world.users.insert(id, user);
        id
    }

    /// A new guild owned by `owner`, with the bot in it.
    #[must_use]
    pub fn create_guild(&self, name: &str, locale: &str, owner: Snowflake) -> Snowflake {
        let mut world = self.shared.world();
        let (id, joined) = (world.new_id(), world.now());
        let everyone = Role { id, name: "@everyone".to_owned(), permissions: EVERYONE };
        let member = || Member { roles: Vec::new(), joined };
        let guild = Guild {
            id,
            name: name.to_owned(),
            locale: locale.to_owned(),
            owner,
            roles: BTreeMap::from([(id, everyone)]),
            members: BTreeMap::from([(owner, member()), (world.bot, member())]),
        };
        world.guilds.insert(id, guild);
        let event = world.guild_event(id);
        world.dispatch("GUILD_CREATE", &event, super::gateway::GUILDS);
        id
    }

    /// A new role. `permissions` are Discord's bits.
    pub fn create_role(&self, guild: Snowflake, name: &str, permissions: u64) -> Result<Snowflake, SimError> {
        let mut world = self.shared.world();
        let id = world.new_id();
        let guild = world.guilds.get_mut(&guild).ok_or(SimError::Unknown { what: "guild", id: guild })?;
        guild.roles.insert(id, Role { id, name: name.to_owned(), permissions });
        Ok(id)
    }

    /// Lets a user (or the bot) into a guild with these roles; again: changes the roles.
    pub fn add_member(&self, guild: Snowflake, user: Snowflake, roles: &[Snowflake]) -> Result<(), SimError> {
        let mut world = self.shared.world();
        let joined = world.now();
        let place = world.guilds.get_mut(&guild).ok_or(SimError::Unknown { what: "guild", id: guild })?;
        let member = place.members.entry(user).or_insert(Member { roles: Vec::new(), joined });
        member.roles = roles.to_vec();
        let mut event = world.member_json(guild, user, true);
        event["guild_id"] = serde_json::json!(guild);
        world.dispatch("GUILD_MEMBER_ADD", &event, super::gateway::GUILD_MEMBERS);
        Ok(())
    }

    /// Takes a user (or the bot) out of a guild.
    pub fn remove_member(&self, guild: Snowflake, user: Snowflake) -> Result<(), SimError> {
        let mut world = self.shared.world();
        let place = world.guilds.get_mut(&guild).ok_or(SimError::Unknown { what: "guild", id: guild })?;
        place.members.remove(&user);
        let event = serde_json::json!({"guild_id": guild, "user": world.user_json(user)});
        world.dispatch("GUILD_MEMBER_REMOVE", &event, super::gateway::GUILD_MEMBERS);
        Ok(())
    }

    /// A new text channel.
    #[must_use]
    pub fn create_channel(&self, guild: Snowflake, name: &str) -> Snowflake {
        self.shared.world().add_channel(name.to_owned(), ChannelKind::Text { guild })
    }

    /// A new thread under a text channel.
    pub fn create_thread(&self, parent: Snowflake, name: &str) -> Result<Snowflake, SimError> {
        let mut world = self.shared.world();
        let guild = world.channels.get(&parent).and_then(Channel::guild);
        let guild = guild.ok_or(SimError::Unknown { what: "channel", id: parent })?;
        Ok(world.add_channel(name.to_owned(), ChannelKind::Thread { guild, parent }))
    }

    /// The direct messages between the bot and a user; the same every time.
    #[must_use]
    pub fn dm(&self, user: Snowflake) -> Snowflake {
        self.shared.world().dm_with(user)
    }

    /// Whether the bot may write to this user (otherwise 50007).
    pub fn accept_dms(&self, user: Snowflake, accepts: bool) {
        if let Some(user) = self.shared.world().users.get_mut(&user) {
            user.accepts_dms = accepts;
        }
    }

    /// Changes the language of a person's client.
    pub fn set_locale(&self, user: Snowflake, locale: &str) {
        if let Some(user) = self.shared.world().users.get_mut(&user) {
            locale.clone_into(&mut user.locale);
        }
    }

    /// The switches of a channel.
    #[must_use]
    pub fn channel_state(&self, channel: Snowflake) -> Option<ChannelState> {
        self.shared.world().channels.get(&channel).map(|channel| channel.state)
    }

    /// Sets the switches of a channel: deleted, hidden, read-only, archived, locked, slow.
    pub fn set_channel_state(&self, channel: Snowflake, state: ChannelState) {
        if let Some(channel) = self.shared.world().channels.get_mut(&channel) {
            channel.state = state;
        }
    }

    /// A person writes. Refused when they are not in the channel's guild.
    pub fn post(&self, user: Snowflake, channel: Snowflake, text: &str) -> Result<Snowflake, SimError> {
        let mut world = self.shared.world();
        world.place_of(user, channel)?;
        let pings: Pings = world.pings(text, None);
        let message = Message {
            id: world.new_id(),
            channel,
            author: user,
            content: text.to_owned(),
            embeds: Vec::new(),
            components: Vec::new(),
            attachments: Vec::new(),
            nonce: None,
            flags: 0,
            pings,
            reply_to: None,
            interaction: None,
            created: world.now(),
            edits: Vec::new(),
            deleted: None,
            ephemeral_for: None,
        };
        let id = message.id;
        world.add_message(message);
        Ok(id)
    }

    /// Somebody with the right to do so deletes a message.
    pub fn delete_message(&self, message: Snowflake) {
        self.shared.world().remove_message(message);
    }

    /// A person sends a slash command. `command` is its name, with subcommands after spaces.
    ///
    /// Refuses what the client would not send: unknown commands and options, missing or wrong values.
    pub fn slash(
        &self,
        user: Snowflake,
        channel: Snowflake,
        command: &str,
        options: &[(&str, Given)],
    ) -> Result<Snowflake, SimError> {
        let asked = self.shared.world().ask_command(user, channel, command, options, None);
        self.watch_deadline(asked)
    }

    /// A person types into the option `focused`, which must be among `options` as text.
    pub fn autocomplete(
        &self,
        user: Snowflake,
        channel: Snowflake,
        command: &str,
        options: &[(&str, Given)],
        focused: &str,
    ) -> Result<Snowflake, SimError> {
        let asked = self.shared.world().ask_command(user, channel, command, options, Some(focused));
        self.watch_deadline(asked)
    }

    /// A person presses a button, named by its id or by its words.
    pub fn press(&self, user: Snowflake, message: Snowflake, button: &str) -> Result<Snowflake, SimError> {
        let asked = self.shared.world().ask_component(user, message, button, None);
        self.watch_deadline(asked)
    }

    /// A person presses a button that the message does not have, or has no more: their client shows an old form of it, or
    /// what it sends was made by hand.
    pub fn press_copied(&self, user: Snowflake, message: Snowflake, custom_id: &str) -> Result<Snowflake, SimError> {
        let asked = self.shared.world().ask_copied(user, message, custom_id);
        self.watch_deadline(asked)
    }

    /// A person chooses from a menu.
    pub fn select(
        &self,
        user: Snowflake,
        message: Snowflake,
        menu: &str,
        values: &[&str],
    ) -> Result<Snowflake, SimError> {
        let asked = self.shared.world().ask_component(user, message, menu, Some(values));
        self.watch_deadline(asked)
    }

    /// A person sends the form that the interaction `opened_by` opened; fields by their ids.
    pub fn submit_modal(&self, opened_by: Snowflake, fields: &[(&str, &str)]) -> Result<Snowflake, SimError> {
        let asked = self.shared.world().ask_modal(opened_by, fields);
        self.watch_deadline(asked)
    }

    /// Rings at the deadline, so that whoever waits sees "The application did not respond".
    fn watch_deadline(&self, asked: Result<Snowflake, SimError>) -> Result<Snowflake, SimError> {
        let id = asked?;
        let world = self.shared.world();
        let deadline = world.interactions.get(&id).map(|interaction| world.deadline(interaction));
        let listened = !world.bells.is_empty();
        drop(world);
        if let Some(deadline) = deadline.filter(|_| listened) {
            let shared = Arc::downgrade(&self.shared);
            drop(self.shared.clock.spawn(format!("discord.deadline.{id}"), |mut held| async move {
                held.sleep_until(deadline).await;
                if let Some(shared) = shared.upgrade() {
                    shared.world().ring();
                }
            }));
        }
        Ok(id)
    }

    /// What the person who asked sees now.
    pub fn outcome(&self, interaction: Snowflake) -> Result<Outcome, SimError> {
        let world = self.shared.world();
        let unknown = || SimError::Unknown { what: "interaction", id: interaction };
        let found = world.interactions.get(&interaction).ok_or_else(unknown)?;
        let expired = world.config.token_life <= world.now().duration_since(found.created);
        Ok(match (&found.answer, found.original) {
            (Answer::None, _) if world.deadline(found) <= world.now() => Outcome::Failed,
            (Answer::None, _) => Outcome::Waiting,
            (Answer::Message, Some(message)) => Outcome::Replied { message },
            (Answer::Deferred, Some(message)) => {
                let loading = world.messages.get(&message).is_some_and(Message::is_loading);
                match (loading, expired) {
                    (true, true) => Outcome::Failed,
                    (true, false) => Outcome::Thinking { message },
                    (false, _) => Outcome::Replied { message },
                }
            }
            (Answer::Updated, Some(message)) => Outcome::Updated { message },
            (Answer::DeferredUpdate, Some(message)) => {
                let since = found.answered.unwrap_or(found.created);
                let edits = world.messages.get(&message).map_or(&[][..], |message| &message.edits);
                if edits.iter().any(|edit| since <= edit.at) {
                    Outcome::Updated { message }
                } else {
                    Outcome::Acknowledged
                }
            }
            (Answer::Message | Answer::Deferred | Answer::Updated | Answer::DeferredUpdate, None) => {
                Outcome::Acknowledged
            }
            (Answer::Choices(choices), _) => Outcome::Choices(choices.iter().map(choice).collect()),
            (Answer::Modal(_), _) => super::ask::modal_of(&found.answer).map_or(Outcome::Acknowledged, Outcome::Modal),
        })
    }

    /// The messages that an interaction led to beside its first reply.
    #[must_use]
    pub fn followups(&self, interaction: Snowflake) -> Vec<Message> {
        let world = self.shared.world();
        let found = world.interactions.get(&interaction);
        let ids = found.map_or(&[][..], |found| &found.followups);
        ids.iter().filter_map(|id| world.messages.get(id)).cloned().collect()
    }

    /// What kind of interaction it was.
    #[must_use]
    pub fn asked(&self, interaction: Snowflake) -> Option<Asked> {
        self.shared.world().interactions.get(&interaction).map(|found| found.asked)
    }

    /// One message, deleted or not.
    #[must_use]
    pub fn message(&self, id: Snowflake) -> Option<Message> {
        self.shared.world().messages.get(&id).cloned()
    }

    /// Every message of a channel in the order it was written, deleted and ephemeral ones included.
    #[must_use]
    pub fn messages(&self, channel: Snowflake) -> Vec<Message> {
        let world = self.shared.world();
        let ids = world.channels.get(&channel).map_or(&[][..], |channel| &channel.messages);
        ids.iter().filter_map(|id| world.messages.get(id)).cloned().collect()
    }

    /// What one person sees in a channel now.
    #[must_use]
    pub fn messages_seen_by(&self, channel: Snowflake, user: Snowflake) -> Vec<Message> {
        let seen =
            |message: &Message| message.deleted.is_none() && message.ephemeral_for.is_none_or(|only| only == user);
        self.messages(channel).into_iter().filter(seen).collect()
    }

    /// The channels that exist, the bot's direct messages among them, in the order they were made.
    #[must_use]
    pub fn channels(&self) -> Vec<Channel> {
        self.shared.world().channels.values().filter(|channel| !channel.state.deleted).cloned().collect()
    }

    /// A user.
    #[must_use]
    pub fn user(&self, id: Snowflake) -> Option<User> {
        self.shared.world().users.get(&id).cloned()
    }

    /// The registered commands, as they were defined: of a guild, or the global ones.
    #[must_use]
    pub fn commands(&self, guild: Option<Snowflake>) -> Vec<Value> {
        let world = self.shared.world();
        let commands = world.commands.get(&guild).map_or(&[][..], Vec::as_slice);
        commands.iter().map(|command| command.definition.clone()).collect()
    }

    /// The log of requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestSeen> {
        self.shared.world().log.iter().cloned().collect()
    }

    /// A number that grows with every change of a message or an interaction: a page asks again when it moved.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.shared.world().revision.load(Ordering::Relaxed)
    }

    /// Who asked, and for a slash command what: its name and what was given, as the client shows it above the answer.
    #[must_use]
    pub fn question(&self, interaction: Snowflake) -> Option<(Snowflake, Option<String>)> {
        let world = self.shared.world();
        let found = world.interactions.get(&interaction)?;
        let data = &found.wire["data"];
        let name = data["name"].as_str().filter(|_| found.asked == Asked::Command);
        Some((found.user, name.map(|name| format!("/{name}"))))
    }

    /// A bell that rings whenever a message or an interaction changes. One waiter a bell.
    #[must_use]
    pub fn subscribe(&self) -> Bell {
        let bell = self.shared.clock.bell();
        self.shared.world().bells.push(bell.clone());
        bell
    }
}

fn choice(value: &Value) -> Choice {
    Choice { name: value["name"].as_str().unwrap_or_default().to_owned(), value: value["value"].clone() }
}
