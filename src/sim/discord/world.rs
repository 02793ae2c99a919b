//! The state of the emulated Discord behind its one lock, and what everything in it needs: ids, time, bells, events.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde_json::Value;

use super::config::DiscordConfig;
use super::faults::Faults;
use super::gateway::Gateway;
use super::ids::{Mint, Snowflake};
use super::limits::{Limits, Sliding};
use super::model::{Attachment, Channel, ChannelKind, Command, Guild, Interaction, Message, RequestSeen, User};
use crate::time::{Bell, Clock};

/// How often requests were refused, by status and code.
pub type Refusals = BTreeMap<(u16, i64), u64>;

/// Everything there is.
#[derive(Debug)]
pub(super) struct World {
    pub config: DiscordConfig,
    pub clock: Clock,
    /// `http://127.0.0.1:PORT`, for links to files.
    pub base: String,
    /// The bot's user id, which is its application id too.
    pub bot: Snowflake,
    pub users: BTreeMap<Snowflake, User>,
    pub guilds: BTreeMap<Snowflake, Guild>,
    pub channels: BTreeMap<Snowflake, Channel>,
    pub messages: BTreeMap<Snowflake, Message>,
    pub interactions: BTreeMap<Snowflake, Interaction>,
    pub commands: BTreeMap<Option<Snowflake>, Vec<Command>>,
    pub creates: BTreeMap<Option<Snowflake>, Sliding>,
    /// Nonces by channel, with the message and when it was written. Only the bot sends them.
    pub nonces: BTreeMap<(Snowflake, String), (Snowflake, Timestamp)>,
    pub limits: Limits,
    pub faults: Faults,
    pub gateway: Gateway,
    pub log: VecDeque<RequestSeen>,
    pub refusals: Refusals,
    pub bells: Vec<Bell>,
    /// Counts changes, for [`super::DiscordSim::revision`].
    pub revision: AtomicU64,
    /// Files that people gave to a command.
    pub uploads: BTreeMap<Snowflake, Attachment>,
    /// Rung to let hung requests go.
    pub hung: Vec<Bell>,
    mint: Mint,
}

impl World {
    pub(super) fn new(clock: Clock, config: DiscordConfig, base: String) -> Self {
        let mut mint = Mint::default();
        let bot = mint.next(clock.now());
        let user =
            User { id: bot, name: config.bot_name.clone(), locale: "en-US".to_owned(), bot: true, accepts_dms: false };
        Self {
            config,
            clock,
            base,
            bot,
            users: BTreeMap::from([(bot, user)]),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            messages: BTreeMap::new(),
            interactions: BTreeMap::new(),
            commands: BTreeMap::new(),
            creates: BTreeMap::new(),
            nonces: BTreeMap::new(),
            limits: Limits::default(),
            faults: Faults::default(),
            gateway: Gateway::default(),
            log: VecDeque::new(),
            refusals: Refusals::new(),
            bells: Vec::new(),
            revision: AtomicU64::new(0),
            uploads: BTreeMap::new(),
            hung: Vec::new(),
            mint,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn new_id(&mut self) -> Snowflake {
        self.mint.next(self.clock.now())
    }

    /// Tells everyone who listens that something changed.
    pub(super) fn ring(&self) {
        self.revision.fetch_add(1, Ordering::Relaxed);
        for bell in &self.bells {
            bell.ring();
        }
    }

    pub(super) fn note(&mut self, seen: RequestSeen) {
        if seen.status >= 400 {
            *self.refusals.entry((seen.status, seen.code.unwrap_or(0))).or_default() += 1;
        }
        while self.log.len() >= self.config.requests_kept {
            self.log.pop_front();
        }
        self.log.push_back(seen);
    }

    /// The channel of the bot and one user; it is opened when there is none.
    pub(super) fn dm_with(&mut self, user: Snowflake) -> Snowflake {
        let open = self.channels.values().find(|channel| channel.kind == ChannelKind::Dm { user });
        if let Some(channel) = open {
            return channel.id;
        }
        self.add_channel(String::new(), ChannelKind::Dm { user })
    }

    pub(super) fn add_channel(&mut self, name: String, kind: ChannelKind) -> Snowflake {
        let id = self.new_id();
        self.add_channel_as(id, name, kind);
        id
    }

    pub(super) fn add_channel_as(&mut self, id: Snowflake, name: String, kind: ChannelKind) {
        let channel = Channel { id, name, kind, state: super::model::ChannelState::default(), messages: Vec::new() };
        self.channels.insert(id, channel);
        let thread = matches!(self.channels.get(&id).map(|channel| &channel.kind), Some(ChannelKind::Thread { .. }));
        if self.channels.get(&id).and_then(Channel::guild).is_some() {
            let event = if thread { "THREAD_CREATE" } else { "CHANNEL_CREATE" };
            let data = self.channel_json(id);
            self.dispatch(event, &data, super::gateway::GUILDS);
        }
    }

    /// Puts a message where it belongs and tells the gateway about it, unless only one person sees it.
    pub(super) fn add_message(&mut self, message: Message) {
        let (id, channel, hidden) = (message.id, message.channel, message.ephemeral_for.is_some());
        self.messages.insert(id, message);
        if let Some(channel) = self.channels.get_mut(&channel) {
            channel.messages.push(id);
        }
        if !hidden {
            self.dispatch_message("MESSAGE_CREATE", id);
        }
        self.ring();
    }

    /// Sends a message event to those who have the intent for it.
    pub(super) fn dispatch_message(&mut self, event: &'static str, id: Snowflake) {
        let Some(message) = self.messages.get(&id) else { return };
        let guild = self.channels.get(&message.channel).and_then(Channel::guild);
        let mut data = self.message_json(message);
        if let (Some(guild), Some(data)) = (guild, data.as_object_mut()) {
            data.insert("guild_id".to_owned(), serde_json::json!(guild));
            let member = self.member_json(guild, message.author, false);
            data.insert("member".to_owned(), member);
        }
        let intent = if guild.is_some() { super::gateway::GUILD_MESSAGES } else { super::gateway::DIRECT_MESSAGES };
        self.dispatch(event, &data, intent);
    }

    /// Sends an event to every session that has one of the intents; 0 needs none.
    pub(super) fn dispatch(&mut self, event: &'static str, data: &Value, intents: u64) {
        self.gateway.dispatch(&self.clock, self.bot, event, data, intents, None);
    }

    /// The permission bits of a member; everything for owners and administrators.
    pub(super) fn permissions_of(&self, guild: Snowflake, user: Snowflake) -> u64 {
        let Some(guild) = self.guilds.get(&guild) else { return 0 };
        if guild.owner == user {
            return u64::MAX >> 13;
        }
        let Some(member) = guild.members.get(&user) else {
            return 0;
        };
        let bits = std::iter::once(&guild.id)
            .chain(&member.roles)
            .filter_map(|role| guild.roles.get(role))
            .fold(0, |bits, role| bits | role.permissions);
        if bits & super::model::ADMINISTRATOR == 0 { bits } else { u64::MAX >> 13 }
    }
}
