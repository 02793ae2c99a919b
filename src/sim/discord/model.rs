//! What exists on the emulated Discord: users, guilds, channels, messages, interactions. Facts only, no behaviour.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::ids::Snowflake;

/// Permission to do everything.
pub const ADMINISTRATOR: u64 = 1 << 3;

/// A user, the bot included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id.
    pub id: Snowflake,
    /// The user name.
    pub name: String,
    /// The language of this person's client, such as `sv-SE`.
    pub locale: String,
    /// Whether it is a program.
    pub bot: bool,
    /// Whether the bot may write to them (50007 otherwise).
    pub accepts_dms: bool,
}

/// A role of a guild. `@everyone` has the guild's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The id.
    pub id: Snowflake,
    /// The name.
    pub name: String,
    /// The permission bits.
    pub permissions: u64,
}

/// Someone in a guild.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Roles beside `@everyone`.
    pub roles: Vec<Snowflake>,
    /// When they came.
    pub joined: Timestamp,
}

/// A guild ("server").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guild {
    /// The id.
    pub id: Snowflake,
    /// The name.
    pub name: String,
    /// Its preferred language.
    pub locale: String,
    /// Who owns it.
    pub owner: Snowflake,
    /// Roles by id.
    pub roles: BTreeMap<Snowflake, Role>,
    /// Members by user id, the bot among them.
    pub members: BTreeMap<Snowflake, Member>,
}

/// What kind of channel it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelKind {
    /// A text channel of a guild.
    Text {
        /// Its guild.
        guild: Snowflake,
    },
    /// A thread under a text channel.
    Thread {
        /// Its guild.
        guild: Snowflake,
        /// The channel it hangs under.
        parent: Snowflake,
    },
    /// The bot and one user.
    Dm {
        /// The other side.
        user: Snowflake,
    },
}

/// Switches that decide what the bot may do in a channel.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own; a test sets the one it is about")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChannelState {
    /// It is gone (10003).
    pub deleted: bool,
    /// The bot cannot see it (50001).
    pub hidden: bool,
    /// The bot may not write here (50013).
    pub read_only: bool,
    /// An archived thread: edits fail (50083), a new message opens it again.
    pub archived: bool,
    /// A locked thread: nothing may be sent (160005).
    pub locked: bool,
    /// Seconds between two messages of the bot (20016); 0 for none.
    pub slowmode_s: u32,
}

/// A place where messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// The id.
    pub id: Snowflake,
    /// The name; empty for direct messages.
    pub name: String,
    /// Text, thread or direct messages.
    pub kind: ChannelKind,
    /// Its switches.
    pub state: ChannelState,
    /// Messages in the order they were written, deleted and ephemeral ones included.
    pub messages: Vec<Snowflake>,
}

impl Channel {
    /// The guild it belongs to.
    #[must_use]
    pub fn guild(&self) -> Option<Snowflake> {
        match self.kind {
            ChannelKind::Text { guild } | ChannelKind::Thread { guild, .. } => Some(guild),
            ChannelKind::Dm { .. } => None,
        }
    }
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The id.
    pub id: Snowflake,
    /// The file name.
    pub filename: String,
    /// The alternative text.
    pub description: Option<String>,
    /// The media type.
    pub content_type: Option<String>,
    /// The file itself.
    pub bytes: Arc<[u8]>,
}

/// Whom a message made a sound for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pings {
    /// Users mentioned and allowed.
    pub users: BTreeSet<Snowflake>,
    /// Roles mentioned and allowed.
    pub roles: BTreeSet<Snowflake>,
    /// `@everyone` or `@here`, allowed.
    pub everyone: bool,
}

/// How a message looked before an edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// When it was changed.
    pub at: Timestamp,
    /// The text until then.
    pub content: String,
    /// The embeds until then.
    pub embeds: Vec<Value>,
    /// The components until then.
    pub components: Vec<Value>,
}

/// A message as people see it, with its history.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The id.
    pub id: Snowflake,
    /// Where it is.
    pub channel: Snowflake,
    /// Who wrote it.
    pub author: Snowflake,
    /// The text.
    pub content: String,
    /// Embeds as JSON.
    pub embeds: Vec<Value>,
    /// Action rows as JSON.
    pub components: Vec<Value>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The nonce it was sent with, as JSON (text or number).
    pub nonce: Option<Value>,
    /// The flag bits.
    pub flags: u64,
    /// Whom it pinged when it was written.
    pub pings: Pings,
    /// The message it answers.
    pub reply_to: Option<Snowflake>,
    /// The interaction it answers.
    pub interaction: Option<Snowflake>,
    /// When it was written.
    pub created: Timestamp,
    /// Earlier versions, oldest first.
    pub edits: Vec<Edit>,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// The only person who sees it, if it is ephemeral.
    pub ephemeral_for: Option<Snowflake>,
}

/// Flag: "the application is thinking".
pub(super) const LOADING: u64 = 1 << 7;
/// Flag: only the person who asked sees it.
pub(super) const EPHEMERAL: u64 = 1 << 6;

/// A button of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// The words on it.
    pub label: String,
    /// Its id; `None` for links.
    pub custom_id: Option<String>,
    /// Its address, for links.
    pub url: Option<String>,
    /// 1 primary, 2 secondary, 3 success, 4 danger, 5 link.
    pub style: u64,
    /// Whether it can be pressed.
    pub disabled: bool,
}

impl Message {
    /// Whether it still waits for the first words of a deferred reply.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.flags & LOADING != 0
    }

    /// Its buttons in reading order.
    #[must_use]
    pub fn buttons(&self) -> Vec<Button> {
        parts(&self.components).filter(|part| part["type"] == 2).map(button).collect()
    }
}

fn button(part: &Value) -> Button {
    let text = |key: &str| part[key].as_str().map(str::to_owned);
    Button {
        label: text("label").unwrap_or_default(),
        custom_id: text("custom_id"),
        url: text("url"),
        style: part["style"].as_u64().unwrap_or(0),
        disabled: part["disabled"].as_bool().unwrap_or(false),
    }
}

/// Every component inside the rows.
pub(super) fn parts(rows: &[Value]) -> impl Iterator<Item = &Value> {
    rows.iter().filter_map(|row| row["components"].as_array()).flatten()
}

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A slash command.
    Command,
    /// A button or a menu.
    Component,
    /// A letter typed into an option.
    Autocomplete,
    /// A form.
    Modal,
}

/// The first response of the application.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    None,
    Message,
    Deferred,
    DeferredUpdate,
    Updated,
    Choices(Vec<Value>),
    Modal(Value),
}

/// An interaction.
#[derive(Debug, Clone)]
pub(super) struct Interaction {
    pub id: Snowflake,
    pub token: String,
    pub asked: Asked,
    pub user: Snowflake,
    pub channel: Snowflake,
    /// The message with the button.
    pub source: Option<Snowflake>,
    pub created: Timestamp,
    pub answer: Answer,
    /// When the first response came.
    pub answered: Option<Timestamp>,
    /// The message that `@original` means.
    pub original: Option<Snowflake>,
    pub followups: Vec<Snowflake>,
    /// What was sent over the gateway.
    pub wire: Value,
}

/// What the person sees after they asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing yet.
    Waiting,
    /// "The application did not respond", or "Loading options failed".
    Failed,
    /// "The application is thinking…".
    Thinking {
        /// The placeholder message.
        message: Snowflake,
    },
    /// A message of its own.
    Replied {
        /// The message.
        message: Snowflake,
    },
    /// The button stopped spinning; its message may be edited.
    Acknowledged,
    /// The message with the button was changed.
    Updated {
        /// That message.
        message: Snowflake,
    },
    /// Suggestions.
    Choices(Vec<Choice>),
    /// A form opened.
    Modal(Modal),
}

/// One suggestion: what is shown and what is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What is shown.
    pub name: String,
    /// What is sent.
    pub value: Value,
}

/// A form.
#[derive(Debug, Clone, PartialEq)]
pub struct Modal {
    /// Its id.
    pub custom_id: String,
    /// Its heading.
    pub title: String,
    /// Its rows as JSON.
    pub components: Vec<Value>,
}

/// A command that was registered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Command {
    pub id: Snowflake,
    pub guild: Option<Snowflake>,
    pub name: String,
    /// The definition as it was sent, with defaults filled in.
    pub definition: Value,
    pub version: Snowflake,
}

/// A request as it was seen and answered.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestSeen {
    /// When.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path below `/api/vN`, such as `/channels/1/messages`.
    pub path: String,
    /// The query as it was written, without a leading `?` or `&`.
    pub query: String,
    /// The JSON body, or null.
    pub body: Value,
    /// File names and sizes in bytes.
    pub files: Vec<(String, usize)>,
    /// The status it was answered with; 0 when the connection was cut before any work.
    pub status: u16,
    /// Discord's error code, if it was an error.
    pub code: Option<i64>,
    /// The fault that was injected.
    pub fault: Option<&'static str>,
}
