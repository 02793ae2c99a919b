//! What people do in chat, in words both platforms share, and the box it is put in before anyone is told that it was
//! received.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::person::{Address, Chat, Identity};
use crate::outbox::delivery::MessageRef;

/// What kind of place something was said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// One person and the bot.
    Private,
    /// Several people: a Telegram group or supergroup, a Discord server.
    Group,
    /// A Telegram channel: nobody in particular speaks there.
    Channel,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The platform and its user id.
    pub identity: Identity,
    /// What the platform calls them. Hostile text: it is escaped wherever it is shown.
    pub name: String,
    /// The language of their client, as a BCP 47 tag, where the platform says it.
    pub locale: Option<String>,
    /// They hide behind the group (an anonymous admin, or a channel): nobody can be asked for permission, so commands are
    /// refused with that explanation.
    pub anonymous: bool,
    /// It is a program.
    pub bot: bool,
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// A command: its name without slash or bot name, and the rest of the line as typed. Discord's options are joined by
    /// blanks in their order and stand beside it by name.
    Command {
        /// The name.
        name: String,
        /// The rest of the line.
        rest: String,
        /// Options by name, where the platform has names.
        args: Vec<(String, String)>,
    },
    /// Anything else somebody wrote to the bot.
    Text {
        /// What.
        text: String,
        /// The message it answers, where it answers one.
        answers: Option<String>,
    },
    /// A button was pressed.
    Press {
        /// The button's token.
        token: String,
        /// The message it hangs on. `sent_at` is the time of the press where the platform does not say.
        message: Option<MessageRef>,
    },
    /// The bot can, or can no longer, speak in a place. The person who did it stands in `from`.
    BotMembership {
        /// Whether it can.
        present: bool,
    },
    /// A person came or went.
    Member {
        /// Who.
        who: Identity,
        /// Whether they are there now.
        present: bool,
    },
    /// The place has another id now.
    Moved {
        /// The new id.
        to: String,
    },
    /// Something this program has no use for, or could not read. The raw bytes are kept.
    Unknown {
        /// Why, or what.
        what: String,
    },
}

/// How an interaction is acknowledged before anything else happens. It cannot be changed afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ack {
    /// "Thinking", seen by the person who asked; the answer takes its place.
    Private,
    /// "Thinking", seen by everybody; the answer takes its place.
    Public,
    /// Nothing is seen; an answer, if there is one, is a new private message. Only for buttons.
    Silent,
}

/// How something can be answered in its own place.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Answerable {
    /// A Telegram callback: a short line, once, within 150 seconds.
    Callback {
        /// Its id.
        id: String,
        /// From then on it is too late.
        until: Timestamp,
    },
    /// A Discord interaction that has been deferred: its answer is an edit of the original, within 15 minutes.
    Interaction {
        /// The application.
        application: String,
        /// The right to answer.
        token: String,
        /// From then on it is too late.
        until: Timestamp,
        /// How it was acknowledged.
        ack: Ack,
    },
}

impl fmt::Debug for Answerable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Callback { until, .. } => write!(f, "Callback(until {until})"),
            Self::Interaction { until, ack, .. } => write!(f, "Interaction(until {until}, {ack:?})"),
        }
    }
}

/// One thing that happened in chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbound {
    /// When it reached this program.
    pub at: Timestamp,
    /// When they did it, by the platform's clock; absent where it does not say, as for a press on Telegram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// Who did it, where somebody did.
    pub from: Option<Who>,
    /// Where; absent only for what could not be read.
    pub address: Option<Address>,
    /// What kind of place that is.
    pub place: Option<PlaceKind>,
    /// What.
    pub what: What,
    /// The platform's id (Telegram) or address (Discord) of a picture or document that came with it.
    pub file: Option<String>,
    /// How to answer it in place.
    pub answer: Option<Answerable>,
}

impl Inbound {
    /// The platform it came from, where it is known who or where.
    #[must_use]
    pub fn chat(&self) -> Option<Chat> {
        self.address.as_ref().map(|address| address.chat).or_else(|| self.from.as_ref().map(|who| who.identity.chat))
    }
}

/// Whether something kept is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is.
    New,
    /// It was kept before: the platform sent it again.
    Already,
    /// It is nothing for us, or more than one person may ask for: confirmed, not kept and not answered.
    Dropped,
}

/// The inbox could not keep it. It is not confirmed to the platform, which will send it again where it can.
#[derive(Debug, thiserror::Error)]
#[error("could not keep what came from {}", chat.title())]
pub struct InboxError {
    /// The platform.
    pub chat: Chat,
    /// The cause.
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}

/// Where updates and interactions are kept before they are confirmed.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Keeps one thing under (chat, bot, id), durably, and returns once it is. `raw` is what the platform sent.
    ///
    /// A crash before the return leaves it unconfirmed: Telegram sends it again, a Discord client shows the person that it
    /// failed.
    async fn keep(&self, chat: Chat, bot: &str, id: &str, raw: &[u8], inbound: &Inbound) -> Result<Kept, InboxError>;

    /// What was kept may be worked on now: the platform has been told that it was received. Must not wait.
    ///
    /// Work that starts before this call may find that Discord does not know of an answer yet.
    fn wake(&self);
}

/// Where somebody is typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its address.
    pub address: Address,
    /// A group, or the bot alone.
    pub kind: PlaceKind,
}

/// What Discord needs to be told while somebody is still typing, or within three seconds of a command.
#[async_trait]
pub trait Suggest: Send + Sync {
    /// Completions of an option: what is shown and what is typed, at most 25. It must answer from memory or one quick look
    /// into the store: a late one is not shown.
    async fn suggest(&self, from: &Who, at: &Place, command: &str, option: &str, typed: &str) -> Vec<(String, String)>;

    /// How to acknowledge it. Must not wait.
    fn acknowledge(&self, what: &What) -> Ack;
}

/// What the operators of a bot should hear about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm {
    /// Another program polls with the same token. Told once per time it begins.
    OtherPoller {
        /// Which platform.
        chat: Chat,
        /// What it says.
        reason: String,
    },
    /// The other program has stopped.
    OtherPollerGone {
        /// Which platform.
        chat: Chat,
    },
    /// The platform refuses the token: the adapter has stopped.
    BadToken {
        /// Which platform.
        chat: Chat,
        /// What it says.
        reason: String,
    },
    /// An update could not be read; it is kept raw.
    Unreadable {
        /// Which platform.
        chat: Chat,
        /// Its id.
        id: String,
        /// Why.
        reason: String,
    },
}

/// Who hears alarms.
pub trait Alarms: Send + Sync {
    /// Takes one; must not wait.
    fn raise(&self, alarm: Alarm);

    /// A chat was heard of: its connection stands, or it has answered, with news or without. Must not wait.
    fn heard(&self, chat: Chat);
}
