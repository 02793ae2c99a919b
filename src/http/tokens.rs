//! Access tokens: a fixed one, one fetched with client credentials, or one of a rotating pair.
//!
//! Owns: when a token is old, and that however many requests find it old at once, one new one is fetched.
//! Refuses: reading a clock, storing (a [`TokenKeeper`] does), and retrying.
//! Survives: a stop between fetching and using a rotated refresh token: it is kept before it is used.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{Api, Body, HttpError};

/// A token this close to its end is not used any more: a request takes at most 30 s, and clocks differ.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// The longest reason that is repeated in an error.
const REASON_MAX: usize = 60;

/// How tokens are come by.
#[derive(Debug)]
pub enum Grant {
    /// It does not expire (a custom app's Admin API token).
    Fixed(SecretString),
    /// Fetched with the app's own credentials, as often as needed (`grant_type=client_credentials`).
    Client {
        /// The app.
        id: String,
        /// Its secret.
        secret: SecretString,
    },
    /// Fetched with a refresh token that changes each time (`grant_type=refresh_token`).
    Refresh {
        /// The app.
        id: String,
        /// Its secret.
        secret: SecretString,
        /// Where the refresh token is kept.
        keeper: Box<dyn TokenKeeper>,
    },
}

/// Keeps the refresh token of one account.
pub trait TokenKeeper: Send + Sync + fmt::Debug {
    /// The token as it was kept last.
    fn load(&self) -> std::io::Result<SecretString>;
    /// Keeps another; returns once it would survive a power cut.
    fn keep(&self, token: &SecretString) -> std::io::Result<()>;
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The token server says no, or a fixed token was refused.
    #[error("no access token was given: `{reason}`")]
    Refused {
        /// Its own word for it.
        reason: String,
    },
    /// The token server failed.
    #[error("the token server failed with status {status}")]
    Broken {
        /// The HTTP status.
        status: u16,
    },
    /// The token server asked us to slow down.
    #[error("the token server asked us to slow down")]
    SlowDown,
    /// Its answer cannot be understood.
    #[error("the token server's answer lacks `{field}`")]
    Garbled {
        /// What it lacks.
        field: &'static str,
    },
    /// No answer.
    #[error("could not reach the token server")]
    Unreachable {
        /// The cause.
        #[source]
        cause: HttpError,
    },
    /// The refresh token cannot be read or kept.
    #[error("could not keep the refresh token")]
    Keeper {
        /// The cause.
        #[source]
        cause: std::io::Error,
    },
}

/// The tokens of one account at one server.
#[derive(Debug)]
pub struct Tokens {
    api: Api,
    path: String,
    grant: Grant,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    live: Option<Live>,
    fetched: u64,
}

#[derive(Debug)]
struct Live {
    token: SecretString,
    until: Option<Timestamp>,
}

/// A token, and which it is: who finds it refused names it when asking for another.
#[derive(Debug, Clone)]
pub struct Token {
    /// The secret.
    pub secret: SecretString,
    number: u64,
}

#[derive(Deserialize)]
struct Given {
    access_token: Option<SecretString>,
    expires_in: Option<i64>,
    refresh_token: Option<SecretString>,
}

impl Tokens {
    /// Tokens from `path` at `api`.
    #[must_use]
    pub fn new(api: Api, path: &str, grant: Grant) -> Self {
        Self { api, path: path.to_owned(), grant, held: Mutex::default() }
    }

    /// A token that is good at `now`; fetched where none is.
    pub async fn get(&self, now: Timestamp) -> Result<Token, TokenError> {
        // Whoever comes while one is fetched waits here, and finds it.
        let mut held = self.held.lock().await;
        self.good(&mut held, now).await
    }

    /// Another token than the one that was refused, unless somebody has fetched another since.
    pub async fn renew(&self, refused: &Token, now: Timestamp) -> Result<Token, TokenError> {
        let mut held = self.held.lock().await;
        if held.fetched == refused.number {
            if matches!(self.grant, Grant::Fixed(_)) {
                return Err(TokenError::Refused { reason: "the token is not accepted".to_owned() });
            }
            held.live = None;
        }
        self.good(&mut held, now).await
    }

    async fn good(&self, held: &mut Held, now: Timestamp) -> Result<Token, TokenError> {
        let soon = now.saturating_add(MARGIN).unwrap_or(Timestamp::MAX);
        if let Some(live) = held.live.as_ref().filter(|live| live.until.is_none_or(|until| soon < until)) {
            return Ok(Token { secret: live.token.clone(), number: held.fetched });
        }
        let live = self.fetch(now).await?;
        let secret = live.token.clone();
        held.live = Some(live);
        held.fetched += 1;
        Ok(Token { secret, number: held.fetched })
    }

    async fn fetch(&self, now: Timestamp) -> Result<Live, TokenError> {
        let (body, keeper) = match &self.grant {
            Grant::Fixed(token) => return Ok(Live { token: token.clone(), until: None }),
            Grant::Client { id, secret } => {
                let secret = secret.expose_secret();
                (json!({"client_id": id, "client_secret": secret, "grant_type": "client_credentials"}), None)
            }
            Grant::Refresh { id, secret, keeper } => {
                let old = keeper.load().map_err(|cause| TokenError::Keeper { cause })?;
                let (secret, old) = (secret.expose_secret(), old.expose_secret());
                let body = json!({
                    "client_id": id, "client_secret": secret, "grant_type": "refresh_token", "refresh_token": old,
                });
                (body, Some(keeper))
            }
        };
        let given = self.ask(&body).await?;
        let token = given.access_token.ok_or(TokenError::Garbled { field: "access_token" })?;
        if let Some(keeper) = keeper {
            let next = given.refresh_token.ok_or(TokenError::Garbled { field: "refresh_token" })?;
            // The old one is dead from here on: nothing is done before the new one is safe.
            keeper.keep(&next).map_err(|cause| TokenError::Keeper { cause })?;
        }
        let life = given.expires_in.map(SignedDuration::from_secs);
        Ok(Live { token, until: life.map(|life| now.saturating_add(life).unwrap_or(Timestamp::MAX)) })
    }

    async fn ask(&self, body: &Value) -> Result<Given, TokenError> {
        let bytes = Body::Json(body.to_string().into_bytes());
        let sent = self.api.send(Method::POST, &self.path, &[], &[], bytes).await;
        let answer = sent.map_err(|cause| TokenError::Unreachable { cause })?;
        match answer.status {
            200..300 => serde_json::from_slice(&answer.body).map_err(|_| TokenError::Garbled { field: "access_token" }),
            429 => Err(TokenError::SlowDown),
            status @ 500.. => Err(TokenError::Broken { status }),
            status => Err(TokenError::Refused { reason: reason(&answer.body, status) }),
        }
    }
}

/// `{"error":"invalid_grant"}`: the word, if it is one.
fn reason(body: &[u8], status: u16) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    match body.get("error").and_then(Value::as_str).filter(|word| is_word(word)) {
        Some(word) => word.to_owned(),
        None => format!("status {status}"),
    }
}

/// Whether a reason from outside is safe to repeat: nothing but a short word.
pub(super) fn is_word(reason: &str) -> bool {
    (1..=REASON_MAX).contains(&reason.len()) && reason.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
