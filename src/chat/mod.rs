//! Discord and Telegram: limits, sending, receiving.
//!
//! Owns: the two bots, what their platforms' answers mean, how a neutral [`Message`] looks there, and the box that
//! updates and interactions are put in before they are confirmed. Refuses: deciding what is said, to whom, and when it is
//! tried again. Survives: lost replies, waits, refusing rooms, second pollers; each is a [`SendError`] with one fate.
//!
//! Nobody here waits for a limit: [`Chats::may_send`] says when, and a send that comes too early is refused with
//! [`SendError::SlowDown`] before anything leaves.

pub mod error;
pub mod inbound;
pub mod layout;
pub mod limits;
pub mod telegram;

use std::sync::Arc;

use jiff::Timestamp;

use self::error::SendError;
use self::limits::Route;
use self::telegram::TelegramBot;
use crate::domain::person::{Address, Chat};
use crate::outbox::delivery::MessageRef;
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
