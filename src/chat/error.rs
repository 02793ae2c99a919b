//! Why a message did not go out, in words both platforms share, and the fate each word has.

use jiff::Timestamp;

use crate::domain::person::Chat;
use crate::outbox::retry::Outcome;

/// Why a chat did not do what was asked. Never shows a token or an address.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Nothing left this machine: trying again is safe.
    #[error("could not reach {}", chat.title())]
    NeverLeft {
        /// Which platform.
        chat: Chat,
        /// The cause, without its address.
        #[source]
        cause: crate::http::HttpError,
    },
    /// The request may have arrived: nobody knows whether it was done.
    #[error("{} did not say whether it was done: {what}", chat.title())]
    Lost {
        /// Which platform.
        chat: Chat,
        /// What happened instead of an answer.
        what: String,
    },
    /// Not before then. Nothing was done.
    #[error("{} asks to wait until {until}", chat.title())]
    SlowDown {
        /// Which platform.
        chat: Chat,
        /// The earliest next try: the platform's own wait, or our limiter's.
        until: Timestamp,
        /// It was our limiter: no request left.
        ours: bool,
    },
    /// The room refuses or is gone: blocked, kicked, deleted, no permission.
    #[error("the room on {} refuses: {reason}", chat.title())]
    TargetDead {
        /// Which platform.
        chat: Chat,
        /// What the platform says.
        reason: String,
    },
    /// The room has another place now.
    #[error("the room on {} has moved to {place}", chat.title())]
    TargetMoved {
        /// Which platform.
        chat: Chat,
        /// Where: the new chat id. Message ids of the old place do not carry over.
        place: String,
    },
    /// Somebody deleted the message.
    #[error("the message on {} is gone", chat.title())]
    MessageGone {
        /// Which platform.
        chat: Chat,
    },
    /// The interaction or callback can no longer be answered; the answer goes as a message instead.
    #[error("{} no longer takes an answer: {reason}", chat.title())]
    TooLate {
        /// Which platform.
        chat: Chat,
        /// What the platform says.
        reason: String,
    },
    /// Longer, or larger, than the platform takes: a fault of the renderer.
    #[error("{} says it is too long: {reason}", chat.title())]
    TooLong {
        /// Which platform.
        chat: Chat,
        /// What the platform says.
        reason: String,
    },
    /// The platform refuses the bot itself.
    #[error("{} refuses the bot's token: {reason}", chat.title())]
    BadToken {
        /// Which platform.
        chat: Chat,
        /// What the platform says.
        reason: String,
    },
    /// Somebody else uses the bot's token to receive.
    #[error("another program receives with this bot's token on {}: {reason}", chat.title())]
    OtherPoller {
        /// Which platform.
        chat: Chat,
        /// What the platform says.
        reason: String,
    },
    /// Refused, and would be again.
    #[error("{} refused: {reason}", chat.title())]
    Refused {
        /// Which platform.
        chat: Chat,
        /// What the platform says.
        reason: String,
    },
}

impl SendError {
    /// A request that our own limiter kept back until `until`.
    pub(super) fn kept_back(chat: Chat, until: Timestamp) -> Self {
        // "Never" is not a time to come back at: the platform has refused the bot, and a delivery must not be put off for ever.
        if until == Timestamp::MAX {
            return Self::BadToken {
                chat,
                reason: "it was refused before; nothing is sent until the program is started with a good one"
                    .to_owned(),
            };
        }
        Self::SlowDown { chat, until, ours: true }
    }

    /// What it means for a delivery.
    #[must_use]
    pub fn fate(&self) -> Outcome {
        let reason = self.to_string();
        match self {
            Self::NeverLeft { .. } => Outcome::NeverLeft { reason },
            Self::Lost { .. } => Outcome::Lost { reason },
            Self::SlowDown { until, .. } => Outcome::SlowDown { until: *until },
            Self::TargetDead { .. } => Outcome::TargetDead { reason },
            Self::TargetMoved { place, .. } => Outcome::TargetMoved { place: place.clone() },
            Self::MessageGone { .. } => Outcome::MessageGone,
            Self::BadToken { .. } | Self::OtherPoller { .. } => Outcome::Stopped { reason },
            Self::TooLate { .. } | Self::TooLong { .. } | Self::Refused { .. } => Outcome::Refused { reason },
        }
    }
}

/// A platform's text as it may be kept and shown: at most 300 characters on one line, without what must not be seen.
pub(super) fn tidy(text: &str, secret: &str) -> String {
    let plain = if secret.is_empty() { text.to_owned() } else { text.replace(secret, "…") };
    plain.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
