//! Access tokens: a fixed one, one fetched with client credentials, or those of an account that somebody connected.
//!
//! Owns: when a token is old, that however many requests find it old at once, one new one is fetched, and how each
//! platform's token server is spoken to ([`Dialect`]).
//! Refuses: reading a clock, storing (a [`TokenKeeper`] does), and retrying.
//! Survives: a stop between fetching and using a rotated refresh token: it is kept before it is used.

use std::fmt;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Api, HttpError};

pub mod server;

use server::{GRANT_OVER, ask, end_of};

/// A token this close to its end is not used any more: a request takes at most 30 s, and clocks differ.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// How tokens are come by.
#[derive(Debug)]
pub enum Grant {
    /// It does not expire, or nobody can renew it (a custom app's token, a system user's).
    Fixed(SecretString),
    /// Fetched with the app's own credentials, as often as needed (`grant_type=client_credentials`).
    Client {
        /// The app.
        id: String,
        /// Its secret.
        secret: SecretString,
    },
    /// Those of an account that was connected: kept, and renewed when they are old.
    Account {
        /// The app.
        id: String,
        /// Its secret.
        secret: SecretString,
        /// Where they are kept.
        keeper: Arc<dyn TokenKeeper>,
    },
}

/// How a platform's token server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// How what is asked travels.
    pub form: Form,
    /// What it calls the app's id.
    pub id: &'static str,
    /// How an account's token is renewed.
    pub renewal: Renewal,
}

/// How a request to a token server travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `POST` of a JSON document.
    Json,
    /// `POST` of `application/x-www-form-urlencoded`, as RFC 6749 §4 has it.
    UrlEncoded,
    /// The same with the app's id and secret in the `Authorization` header (RFC 6749 §2.3.1).
    Basic,
    /// `GET` with a query.
    Query,
}

/// How an account's token is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// With a refresh token that lives on; one in the answer replaces it.
    Refresh,
    /// With a refresh token that dies as it is used; the answer must hold the next one.
    Rotate,
    /// The access token itself is handed in for one that lives longer: `grant_type=…`, and the name of its field.
    Exchange {
        /// `ig_refresh_token`, `fb_exchange_token`.
        grant: &'static str,
        /// The field that holds the old token.
        field: &'static str,
        /// Whether the app's id and secret go with it.
        app: bool,
    },
    /// Not at all: it lives until it is taken back.
    Never,
}

impl Dialect {
    /// <https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens>.
    pub const SHOPIFY: Self = Self { form: Form::Json, id: "client_id", renewal: Renewal::Rotate };
    /// <https://developers.google.com/identity/protocols/oauth2/web-server#offline>; also Twitch's client credentials.
    pub const GOOGLE: Self = Self { form: Form::UrlEncoded, id: "client_id", renewal: Renewal::Refresh };
    /// <https://developers.tiktok.com/doc/oauth-user-access-token-management>.
    pub const TIKTOK: Self = Self { form: Form::UrlEncoded, id: "client_key", renewal: Renewal::Rotate };
    /// <https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token>.
    pub const INSTAGRAM: Self = Self {
        form: Form::Query,
        id: "client_id",
        renewal: Renewal::Exchange { grant: "ig_refresh_token", field: "access_token", app: false },
    };
    /// <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived>.
    pub const FACEBOOK: Self = Self {
        form: Form::Query,
        id: "client_id",
        renewal: Renewal::Exchange { grant: "fb_exchange_token", field: "fb_exchange_token", app: true },
    };
    /// <https://business-api.tiktok.com/portal/docs?id=1738373164380162>: an advertiser's token has no end.
    pub const TIKTOK_ADS: Self = Self { form: Form::Json, id: "app_id", renewal: Renewal::Never };
    /// <https://dev.twitch.tv/docs/authentication/refresh-tokens/>: the refresh token may change.
    pub const TWITCH: Self = Self { form: Form::UrlEncoded, id: "client_id", renewal: Renewal::Refresh };
    /// <https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code>: a confidential client.
    pub const X: Self = Self { form: Form::Basic, id: "client_id", renewal: Renewal::Rotate };
}

/// What is kept of an account that was connected.
#[derive(Debug, Clone, Default)]
pub struct TokenSet {
    /// The access token as it was fetched last.
    pub access: Option<SecretString>,
    /// Until when that is good.
    pub access_until: Option<Timestamp>,
    /// The refresh token.
    pub refresh: Option<SecretString>,
    /// Until when that is good.
    pub refresh_until: Option<Timestamp>,
    /// The rights that were given, as the platform writes them.
    pub scope: Option<String>,
}

/// Keeps the tokens of one account.
#[async_trait]
pub trait TokenKeeper: Send + Sync + fmt::Debug {
    /// The tokens as they were kept last.
    async fn load(&self) -> std::io::Result<TokenSet>;
    /// Keeps others; returns once they would survive a power cut.
    async fn keep(&self, tokens: &TokenSet) -> std::io::Result<()>;
    /// Waits until nobody else renews this account's tokens. Who holds the turn reads what is kept anew: somebody may have
    /// renewed it meanwhile.
    async fn turn(&self) -> Turn {
        Turn::default()
    }
    /// The platform says that what is kept is no good any more, and only its owner can change that.
    async fn refused(&self, reason: &str) -> std::io::Result<()> {
        let _ = reason;
        Ok(())
    }
}

/// The right to renew an account's tokens, until it is dropped.
#[derive(Debug, Default)]
pub struct Turn(#[expect(dead_code, reason = "it is held, not looked at")] Option<OwnedMutexGuard<()>>);

impl From<OwnedMutexGuard<()>> for Turn {
    fn from(guard: OwnedMutexGuard<()>) -> Self {
        Self(Some(guard))
    }
}

/// The keeper of an account that may be connected later, looked up each time its tokens are read.
#[derive(Debug)]
pub struct Connected {
    accounts: Arc<dyn Accounts>,
    account: String,
    /// The one that was read from last: it knows what it read, and keeps others over that only.
    last: Mutex<Option<Arc<dyn TokenKeeper>>>,
}

impl Connected {
    /// One of a source's accounts.
    #[must_use]
    pub fn new(accounts: Arc<dyn Accounts>, account: String) -> Self {
        Self { accounts, account, last: Mutex::default() }
    }
}

#[async_trait]
impl TokenKeeper for Connected {
    async fn load(&self) -> std::io::Result<TokenSet> {
        let keeper = self.accounts.keeper(&self.account).await?;
        self.last.lock().await.clone_from(&keeper);
        match keeper {
            Some(keeper) => keeper.load().await,
            None => Ok(TokenSet::default()),
        }
    }

    async fn keep(&self, tokens: &TokenSet) -> std::io::Result<()> {
        match self.last.lock().await.clone() {
            Some(keeper) => keeper.keep(tokens).await,
            None => Err(std::io::Error::new(std::io::ErrorKind::NotFound, "the account is not connected any more")),
        }
    }

    async fn turn(&self) -> Turn {
        match self.accounts.keeper(&self.account).await {
            Ok(Some(keeper)) => keeper.turn().await,
            Ok(None) | Err(_) => Turn::default(),
        }
    }

    async fn refused(&self, reason: &str) -> std::io::Result<()> {
        match self.last.lock().await.clone() {
            Some(keeper) => keeper.refused(reason).await,
            None => Ok(()),
        }
    }
}

/// The accounts at one platform that people have connected, each with tokens of its own.
#[async_trait]
pub trait Accounts: Send + Sync + fmt::Debug {
    /// The keeper of one account's tokens, by the id that documents give the account; `None` where nobody connected it.
    /// The same keeper each time, and with it the same [`Tokens`], is the caller's affair.
    async fn keeper(&self, account: &str) -> std::io::Result<Option<Arc<dyn TokenKeeper>>>;
}

/// Nobody has connected anything.
#[derive(Debug, Clone, Copy)]
pub struct NoAccounts;

#[async_trait]
impl Accounts for NoAccounts {
    async fn keeper(&self, _account: &str) -> std::io::Result<Option<Arc<dyn TokenKeeper>>> {
        Ok(None)
    }
}

/// Accounts that are known once the program runs: what reads and what acts are made from the same settings, and share it.
#[derive(Debug, Clone, Default)]
pub struct Later(Arc<OnceLock<Arc<dyn Accounts>>>);

impl Later {
    /// Says where accounts are kept. Whoever was first to say it has said it: all clones belong to one program.
    pub fn connect(&self, accounts: &Arc<dyn Accounts>) {
        drop(self.0.set(Arc::clone(accounts)));
    }
}

#[async_trait]
impl Accounts for Later {
    async fn keeper(&self, account: &str) -> std::io::Result<Option<Arc<dyn TokenKeeper>>> {
        match self.0.get() {
            Some(accounts) => accounts.keeper(account).await,
            None => Ok(None),
        }
    }
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
    dialect: Dialect,
    grant: Grant,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    live: Option<Live>,
    /// The access token that was refused last: it is not taken from the keeper again.
    dead: Option<SecretString>,
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

impl Tokens {
    /// Tokens from `path` at `api`.
    #[must_use]
    pub fn new(api: Api, path: &str, dialect: Dialect, grant: Grant) -> Self {
        Self { api, path: path.to_owned(), dialect, grant, held: Mutex::default() }
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
            held.dead = Some(refused.secret.clone());
        }
        self.good(&mut held, now).await
    }

    /// Whether nothing can be renewed here.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self.grant, Grant::Fixed(_))
    }

    async fn good(&self, held: &mut Held, now: Timestamp) -> Result<Token, TokenError> {
        let soon = now.saturating_add(MARGIN).unwrap_or(Timestamp::MAX);
        let fresh = |until: Option<Timestamp>| until.is_none_or(|until| soon < until);
        if let Some(live) = held.live.as_ref().filter(|live| fresh(live.until)) {
            return Ok(Token { secret: live.token.clone(), number: held.fetched });
        }
        let live = match &self.grant {
            Grant::Fixed(token) => Live { token: token.clone(), until: None },
            Grant::Client { id, secret } => {
                let app = (id.as_str(), secret);
                let asked = self.asked(&[], Some(app), "client_credentials");
                let given = ask(&self.api, &self.path, self.dialect.form, &asked, Some(app)).await?;
                let token = given.access.ok_or(TokenError::Garbled { field: "access_token" })?;
                Live { token, until: end_of(given.access_secs, now) }
            }
            Grant::Account { id, secret, keeper } => {
                let turn = keeper.turn().await;
                let kept = keeper.load().await.map_err(|cause| TokenError::Keeper { cause })?;
                // What was fetched before a start, or by somebody else, is as good as ever; one that was refused is not.
                let dead = held.dead.as_ref().map(ExposeSecret::expose_secret);
                let good = |token: &SecretString| fresh(kept.access_until) && dead != Some(token.expose_secret());
                let live = match kept.access.clone().filter(good) {
                    Some(token) => Live { token, until: kept.access_until },
                    None => self.renewed(kept, (id, secret), &**keeper, now).await?,
                };
                drop(turn);
                live
            }
        };
        let secret = live.token.clone();
        held.live = Some(live);
        held.fetched += 1;
        Ok(Token { secret, number: held.fetched })
    }

    /// Renews an account's tokens. The old ones may be dead from the answer on: nothing is done before the new ones are
    /// safe.
    async fn renewed(
        &self,
        kept: TokenSet,
        app: (&str, &SecretString),
        keeper: &dyn TokenKeeper,
        now: Timestamp,
    ) -> Result<Live, TokenError> {
        let (field, grant, with) = match self.dialect.renewal {
            Renewal::Refresh | Renewal::Rotate => ("refresh_token", "refresh_token", Some(app)),
            Renewal::Exchange { grant, field, app: with } => (field, grant, with.then_some(app)),
            Renewal::Never => ("", "", None),
        };
        let old = match self.dialect.renewal {
            Renewal::Refresh | Renewal::Rotate => kept.refresh.clone(),
            Renewal::Exchange { .. } => kept.access.clone(),
            Renewal::Never => None,
        };
        let Some(old) = old else {
            if kept.access.is_some() {
                // It was refused, or has ended, and nothing can be had for it.
                keeper.refused(GRANT_OVER).await.map_err(|cause| TokenError::Keeper { cause })?;
            }
            return Err(TokenError::Refused { reason: "not_connected".to_owned() });
        };
        let asked = self.asked(&[(field, old.expose_secret())], with, grant);
        let given = match ask(&self.api, &self.path, self.dialect.form, &asked, with).await {
            Err(TokenError::Refused { reason }) if reason == GRANT_OVER => {
                // Asking again would be refused again: what is kept says so from now on, and its owner is told.
                keeper.refused(&reason).await.map_err(|cause| TokenError::Keeper { cause })?;
                return Err(TokenError::Refused { reason });
            }
            given => given?,
        };
        let token = given.access.ok_or(TokenError::Garbled { field: "access_token" })?;
        let refresh = match (self.dialect.renewal, given.refresh) {
            (Renewal::Rotate, None) => return Err(TokenError::Garbled { field: "refresh_token" }),
            (Renewal::Rotate | Renewal::Refresh, Some(next)) => Some(next),
            (Renewal::Refresh, None) => kept.refresh,
            (Renewal::Exchange { .. } | Renewal::Never, _) => None,
        };
        let until = end_of(given.access_secs, now);
        let next = TokenSet {
            access: Some(token.clone()),
            access_until: until,
            refresh,
            refresh_until: end_of(given.refresh_secs, now).or(kept.refresh_until),
            scope: given.scope.or(kept.scope),
        };
        keeper.keep(&next).await.map_err(|cause| TokenError::Keeper { cause })?;
        Ok(Live { token, until })
    }

    fn asked(&self, fields: &[(&str, &str)], app: Option<(&str, &SecretString)>, grant: &str) -> Map<String, Value> {
        let mut asked = Map::new();
        let mut put = |name: &str, value: &str| drop(asked.insert(name.to_owned(), Value::from(value)));
        if let Some((id, secret)) = app {
            put(self.dialect.id, id);
            put("client_secret", secret.expose_secret());
        }
        put("grant_type", grant);
        for (name, value) in fields {
            put(name, value);
        }
        asked
    }
}
