//! Discord and Telegram: limits, sending, receiving.
//!
//! Owns: the two bots, what their platforms' answers mean, how a neutral [`Message`] looks there, and the box that
//! updates and interactions are put in before they are confirmed. Refuses: deciding what is said, to whom, and when it is
//! tried again. Survives: lost replies, waits, refusing rooms, second pollers; each is a [`SendError`] with one fate.
//!
//! Nobody here waits for a limit: [`Chats::may_send`] says when, and a send that comes too early is refused with
//! [`SendError::SlowDown`] before anything leaves.

pub mod discord;
pub mod error;
#[cfg(test)]
mod fake;
pub mod hearing;
pub mod inbound;
pub mod layout;
pub mod limits;
pub mod telegram;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use self::discord::{DiscordBot, Found};
use self::error::SendError;
use self::hearing::Heard;
use self::inbound::Answerable;
use self::limits::Route;
use self::telegram::TelegramBot;
use crate::domain::person::{Address, Chat, Identity};
use crate::outbox::delivery::MessageRef;
use crate::outbox::retry::Outcome;
use crate::words::message::Message;

/// What a send needs beside the message.
#[derive(Debug, Clone, Copy)]
pub struct SendOptions<'a> {
    /// The line that says how many lines went behind Why, with `{count}` where the number goes, in the reader's language.
    pub more: &'a str,
    /// The delivery's key; with the revision it names the send where a platform can recognise a repeat.
    pub key: &'a str,
    /// [`crate::outbox::claim::Claimed::nonce_revision`].
    pub revision: u32,
}

/// What an edit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// The message shows it now.
    Changed,
    /// It showed it already.
    Unchanged,
}

/// Both chats, as far as they are configured. Whoever sends does not need to know which is which.
#[derive(Debug, Clone, Default)]
pub struct Chats {
    /// The bot on Telegram.
    pub telegram: Option<Arc<TelegramBot>>,
    /// The bot on Discord.
    pub discord: Option<Arc<DiscordBot>>,
}

impl Chats {
    /// Whether a message may go to a room now, or when. `Timestamp::MAX`: not before an operator has acted.
    pub fn may_send(&self, to: &Address, route: Route, now: Timestamp) -> Result<(), Timestamp> {
        match to.chat {
            Chat::Telegram => {
                self.telegram.as_ref().map_or(Err(Timestamp::MAX), |bot| bot.may_send(&to.place, route, now))
            }
            Chat::Discord => {
                self.discord.as_ref().map_or(Err(Timestamp::MAX), |bot| bot.may_send(&to.place, route, now))
            }
        }
    }

    /// Whether any message may go on a platform now while `others` are about to, or when.
    pub fn may_any(&self, chat: Chat, others: usize, now: Timestamp) -> Result<(), Timestamp> {
        match chat {
            Chat::Telegram => self.telegram.as_ref().map_or(Err(Timestamp::MAX), |bot| bot.may_any(others, now)),
            Chat::Discord => self.discord.as_ref().map_or(Err(Timestamp::MAX), |bot| bot.may_any(others, now)),
        }
    }

    /// How the receivers of the configured chats stand.
    #[must_use]
    pub fn heard(&self) -> Vec<(Chat, Heard)> {
        let discord = self.discord.iter().map(|bot| (Chat::Discord, bot.hearing.now()));
        discord.chain(self.telegram.iter().map(|bot| (Chat::Telegram, bot.hearing.now()))).collect()
    }

    /// The clock was set back. See [`limits::Limits::set_back`].
    pub fn set_back(&self, chat: Chat, by: SignedDuration) {
        match chat {
            Chat::Telegram => self.telegram.iter().for_each(|bot| bot.set_back(by)),
            Chat::Discord => self.discord.iter().for_each(|bot| bot.set_back(by)),
        }
    }

    /// The bot can speak in a room again: forget that it refused.
    pub fn reopen(&self, room: &Address) {
        match room.chat {
            Chat::Telegram => self.telegram.iter().for_each(|bot| bot.reopen(&room.place)),
            Chat::Discord => self.discord.iter().for_each(|bot| bot.reopen(&room.place)),
        }
    }

    /// Sends a new message.
    ///
    /// A crash before the answer was stored leaves an attempt of unknown outcome; see [`crate::outbox::claim`].
    pub async fn send(
        &self,
        message: &Message,
        to: &Address,
        options: &SendOptions<'_>,
    ) -> Result<MessageRef, SendError> {
        match to.chat {
            Chat::Telegram => self.telegram()?.send(message, to, options).await,
            Chat::Discord => self.discord()?.send(message, to, options).await,
        }
    }

    /// An answer as the messages that it takes on a platform. Nothing of an answer may go behind Why, because it is what is
    /// behind it: where its text does not fit under its picture, the picture follows alone.
    #[must_use]
    pub fn whole(chat: Chat, message: Message) -> Vec<Message> {
        let fits = match chat {
            Chat::Discord => true,
            Chat::Telegram => telegram::fits_as_caption(&message),
        };
        if fits || message.picture.is_none() {
            return vec![message];
        }
        let picture = message.picture.clone();
        let alone = Message { headline: message.headline.clone(), picture, silent: true, ..Message::default() };
        vec![Message { picture: None, ..message }, alone]
    }

    /// Changes a message. Repeating it is safe.
    pub async fn edit(
        &self,
        chat: Chat,
        at: &MessageRef,
        message: &Message,
        options: &SendOptions<'_>,
    ) -> Result<Edited, SendError> {
        match chat {
            Chat::Telegram => self.telegram()?.edit(at, message, options).await,
            Chat::Discord => self.discord()?.edit(at, message, options).await,
        }
    }

    /// Makes an earlier message say where it went on, in place of its first line, without buttons. On Telegram, where a message
    /// never grows too old for a change, only its buttons go. Repeating it is safe.
    pub async fn point_on(&self, chat: Chat, at: &MessageRef, text: &str) -> Result<Edited, SendError> {
        match chat {
            Chat::Telegram => self.telegram()?.remove_buttons(at).await,
            Chat::Discord => self.discord()?.point_on(at, text).await,
        }
    }

    /// Where a message of a server can be looked at; a direct message has no address that all of its readers share.
    #[must_use]
    pub fn link_to(room: &Address, at: &MessageRef) -> Option<String> {
        let guild = room.guild.as_ref().filter(|_| room.chat == Chat::Discord)?;
        Some(format!("https://discord.com/channels/{guild}/{}/{}", at.place, at.message))
    }

    /// Takes the buttons off a message.
    pub async fn remove_buttons(&self, chat: Chat, at: &MessageRef) -> Result<Edited, SendError> {
        match chat {
            Chat::Telegram => self.telegram()?.remove_buttons(at).await,
            Chat::Discord => self.discord()?.remove_buttons(at).await,
        }
    }

    /// Looks what became of a send whose answer was lost: `Sent`, `NotFound`, or an outcome that says why nobody knows.
    /// `marker` is what only this message shows, such as `#A7K2`.
    pub async fn look_up(&self, to: &Address, marker: &str, since: Timestamp) -> Outcome {
        let refused = |reason: &str| Outcome::Refused { reason: reason.to_owned() };
        let found = match (to.chat, &self.discord) {
            (Chat::Telegram, _) => return refused("Telegram has no history for bots"),
            (Chat::Discord, None) => return absent(Chat::Discord).fate(),
            (Chat::Discord, Some(bot)) => bot.find_by_marker(&to.place, marker, since).await,
        };
        match found {
            Ok(Found::There(message)) => Outcome::Sent(message),
            Ok(Found::Not) => Outcome::NotFound,
            Ok(Found::TooFarBack) => refused("too much was said since to find it"),
            Err(error) => error.fate(),
        }
    }

    /// The room in which one person is spoken to alone.
    pub async fn private_room(&self, who: &Identity) -> Result<Address, SendError> {
        match who.chat {
            // A private chat has its person's own id; whether they let the bot in shows with the first message.
            Chat::Telegram => Ok(Address { chat: Chat::Telegram, place: who.user.clone(), topic: None, guild: None }),
            Chat::Discord => self.discord()?.open_dm(&who.user).await,
        }
    }

    /// Answers in place what can be answered: a Telegram callback gets the headline (200 characters, as a box when
    /// `alert`), a Discord interaction the whole message. [`SendError::TooLate`]: send it as a message instead.
    pub async fn answer(
        &self,
        to: &Answerable,
        message: &Message,
        alert: bool,
        options: &SendOptions<'_>,
    ) -> Result<(), SendError> {
        match to {
            Answerable::Callback { id, until } => {
                let bot = self.telegram()?;
                let text = Some(message.headline.as_str()).filter(|text| !text.is_empty());
                bot.answer_in_time(id, *until, text, alert).await
            }
            Answerable::Interaction { .. } => self.discord()?.answer(to, message, options).await,
        }
    }

    /// Whether a person is in a room's guild or group now. A direct message has no membership: `true`.
    pub async fn is_member(&self, room: &Address, user: &str) -> Result<bool, SendError> {
        match (room.chat, &room.guild) {
            (Chat::Discord, Some(guild)) => self.discord()?.is_member(guild, user).await,
            (Chat::Discord, None) => Ok(true),
            // A private chat has its person's own id.
            (Chat::Telegram, _) if !room.place.starts_with('-') => Ok(room.place == user),
            (Chat::Telegram, _) => self.telegram()?.is_member(&room.place, user).await,
        }
    }

    fn telegram(&self) -> Result<&TelegramBot, SendError> {
        self.telegram.as_deref().ok_or_else(|| absent(Chat::Telegram))
    }

    fn discord(&self) -> Result<&DiscordBot, SendError> {
        self.discord.as_deref().ok_or_else(|| absent(Chat::Discord))
    }
}

fn absent(chat: Chat) -> SendError {
    SendError::BadToken { chat, reason: "no bot is configured there".to_owned() }
}
