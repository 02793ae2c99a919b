//! The emulated Telegram: a Bot API server on loopback, and the people who use it.
//!
//! Owns: a real HTTP server that answers as <https://core.telegram.org/bots/api> and the public server source say,
//! its limits, its faults on order, and typed handles with which tests, the demonstration and story people act and
//! look. Everything that depends on time depends on the [`Clock`]; ids and dates repeat with it.
//! Refuses: sharing a line with the client under test. Markdown, albums, inline mode, payments, channels and webhook
//! deliveries are not emulated; each is refused, none is pretended.
//! Survives: clients that vanish while they wait, and any order of requests.
//!
//! ```text
//! people ──▶ World ──▶ update queue ──▶ getUpdates ──▶ the bot
//!    ▲          ▲                                        │
//!    └─ look ───┴──────── sendMessage, edit…, answer… ◀──┘
//! ```

mod actors;
mod chats;
mod entities;
mod faults;
mod html;
mod limits;
mod markup;
mod media;
mod messages;
mod model;
mod params;
mod people;
mod refusal;
pub mod schema;
mod server;
mod updates;
mod world;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use entities::{Entity, utf16_len};
pub use faults::{Fault, Scope};
pub use limits::{FloodConfig, FloodCount};
pub use media::blank_png;
pub use model::{ChatKind, Standing};
pub use params::Encoding;
pub use people::{CallbackAnswer, ChatCard, ChatId, NewUser, Press, Shown, UserId, Version};
pub use server::{Outcome, Request};

use crate::time::Clock;
use server::Shared;
use world::World;

/// What may be wrong with the emulator or with what its people were asked to do.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The server could not be started.
    #[error("could not listen on loopback")]
    Listen(#[source] std::io::Error),
    /// The token has no bot id before its colon.
    #[error("the bot's token is not of the form `123456:letters`")]
    BadToken,
    /// No such person.
    #[error("there is no user `{0}`")]
    NoUser(i64),
    /// No such chat.
    #[error("there is no chat `{0}`")]
    NoChat(i64),
    /// No such message, or it was deleted.
    #[error("there is no message `{message}` in chat `{chat}`")]
    NoMessage {
        /// The chat.
        chat: i64,
        /// The message.
        message: i64,
    },
    /// The person is not in the chat.
    #[error("user `{user}` is not in chat `{chat}`")]
    NotThere {
        /// The person.
        user: i64,
        /// The chat.
        chat: i64,
    },
    /// The message has no such button.
    #[error("message `{message}` has no button `{wanted}`; it has: {offered}")]
    NoButton {
        /// The message.
        message: i64,
        /// Label or data asked for.
        wanted: String,
        /// The labels there are.
        offered: String,
    },
    /// The button opens a page; pressing it tells the bot nothing.
    #[error("the button `{0}` opens a page")]
    OpensPage(String),
    /// A payload that no link can carry.
    #[error("`{0}` is no payload: expected 1 to 64 letters, digits, `_` and `-`")]
    BadPayload(String),
    /// No message fits an expectation.
    #[error("chat `{chat}` has no unread message with `{wanted}`; unread: {unread}")]
    NotSeen {
        /// The chat.
        chat: i64,
        /// What was looked for.
        wanted: String,
        /// The texts there are.
        unread: String,
    },
    /// A picture that the server would not take as a photo.
    #[error("the picture is no photo that Telegram takes")]
    NoPhoto,
    /// A chat of another kind is needed.
    #[error("chat `{chat}` is no {wanted}")]
    WrongKind {
        /// The chat.
        chat: i64,
        /// What would do.
        wanted: &'static str,
    },
}

/// How the emulated server is set up.
#[derive(Debug, Clone)]
pub struct TelegramConfig {
    /// The bot's token; the digits before the colon are its id.
    pub token: SecretString,
    /// The bot's display name.
    pub bot_name: String,
    /// The bot's username, without `@`.
    pub bot_username: String,
    /// Whether the bot sees only what is meant for it in groups.
    pub privacy_mode: bool,
    /// The id of the first update.
    pub first_update_id: i64,
    /// Flood limits.
    pub flood: FloodConfig,
    /// Seed of the chance faults.
    pub seed: u64,
    /// Requests that the log keeps; older ones are pushed out. 100,000 covers half a year of empty polls.
    pub log_max: usize,
}

impl Default for TelegramConfig {
    fn default() -> Self {
        Self {
            token: SecretString::from("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
            bot_name: "Plimsoll".to_owned(),
            bot_username: "plimsoll_bot".to_owned(),
            privacy_mode: true,
            first_update_id: 700_000_001,
            flood: FloodConfig::default(),
            seed: 1,
            log_max: 100_000,
        }
    }
}

impl TelegramConfig {
    fn bot_id(&self) -> i64 {
        let token = self.token.expose_secret();
        token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(0)
    }

    fn is_token(&self, given: &str) -> bool {
        self.token.expose_secret() == given
    }
}

/// The emulated Telegram. Cheap to clone; every clone is the same server.
#[derive(Clone)]
pub struct TelegramSim {
    shared: Arc<Shared>,
    address: SocketAddr,
    server: Arc<Mutex<Option<JoinHandle<std::io::Result<()>>>>>,
}

impl std::fmt::Debug for TelegramSim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TelegramSim({})", self.address)
    }
}

impl TelegramSim {
    /// Listens on a free port of loopback and serves until [`TelegramSim::shutdown`].
    pub async fn start(clock: Clock, config: TelegramConfig) -> Result<Self, SimError> {
        if config.bot_id() <= 0 {
            return Err(SimError::BadToken);
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(SimError::Listen)?;
        let address = listener.local_addr().map_err(SimError::Listen)?;
        let shared = Arc::new(Shared {
            world: Mutex::new(World::new(clock.clone(), config)),
            closing: CancellationToken::new(),
            left: Notify::new(),
            clock,
        });
        let router = Router::new().fallback(server::serve).with_state(Arc::clone(&shared));
        let closing = shared.closing.clone();
        let server = shared.clock.spawn("telegram listener", |held| {
            // Listening is not being at work; each request takes its own token.
            drop(held);
            axum::serve(listener, router).with_graceful_shutdown(async move { closing.cancelled().await }).into_future()
        });
        Ok(Self { shared, address, server: Arc::new(Mutex::new(Some(server))) })
    }

    /// `http://127.0.0.1:PORT`, to be used as the Bot API's address.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends when no request is kept waiting any more.
    ///
    /// A client that was stopped while it polled is noticed by the server a moment later, in real time. Until then
    /// the server still gives back a token for it; a simulation that stops its bot waits here before it goes on.
    pub async fn nobody_waits(&self) {
        while self.shared.lock().waiting > 0 {
            self.shared.left.notified().await;
        }
        // Another who waits for the same must hear of it too.
        self.shared.left.notify_one();
    }

    /// Cuts what waits, answers what is being answered, and stops listening.
    pub async fn shutdown(&self) {
        self.shared.closing.cancel();
        let server = self.server.lock().ok().and_then(|mut server| server.take());
        if let Some(server) = server
            && let Err(cause) = server.await
        {
            tracing::warn!(%cause, "the emulated Telegram did not stop cleanly");
        }
    }
}
