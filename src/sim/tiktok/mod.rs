//! The emulated Display API v2 of `TikTok`: three methods, the token server beside them, and a [`TiktokWorld`] behind both.
//!
//! Owns: tokens and their ends, refresh tokens that die as they are used, rights by field, twenty ids a call, the sliding
//! window of each method, and error bodies.
//! Refuses: numbers of its own. They are the world's.

mod answers;
mod world;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, Method};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::loopback::{Faults, Server, answer as respond};
use crate::time::Clock;
use answers::{Asking, Refusal};

pub use world::{TiktokBoard, TiktokWorld, UserNow, VideoNow};

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 2048;

/// How the API behaves.
#[derive(Debug, Clone)]
pub struct TiktokConfig {
    /// The app: its key and secret.
    pub app: (String, String),
    /// How long an access token lives, in seconds.
    pub token_secs: i64,
    /// How long a refresh token lives, in seconds.
    pub refresh_secs: i64,
    /// Requests a minute to each method.
    pub per_minute: usize,
    /// Failures come with status 200, as some of the real ones do.
    pub failures_as_200: bool,
}

impl Default for TiktokConfig {
    fn default() -> Self {
        Self {
            app: ("sim-key".to_owned(), "sim-secret".to_owned()),
            token_secs: 7_200,
            refresh_secs: 15_552_000,
            per_minute: 600,
            failures_as_200: false,
        }
    }
}

/// What a creator's consent brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The first access token.
    pub access: String,
    /// Until when it is good.
    pub access_until: Timestamp,
    /// The first refresh token.
    pub refresh: String,
    /// The rights, joined by commas.
    pub scope: String,
}

/// A request as it came, without its token.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The path, from the root.
    pub path: String,
    /// The fields that were asked for.
    pub fields: String,
    /// The JSON body; null for none, and for the token server.
    pub body: Value,
}

/// The running server.
pub struct TiktokSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: TiktokConfig,
    world: Arc<dyn TiktokWorld>,
    faults: Faults,
    state: Mutex<State>,
}

/// An access or refresh token: whose, until when.
#[derive(Debug, Clone)]
struct Given {
    account: String,
    until: Timestamp,
}

#[derive(Default)]
struct State {
    access: BTreeMap<String, Given>,
    refresh: BTreeMap<String, Given>,
    scopes: BTreeMap<String, Vec<String>>,
    number: u64,
    refused: u64,
    windows: BTreeMap<&'static str, VecDeque<Timestamp>>,
    counted: BTreeMap<&'static str, u64>,
    seen: VecDeque<Seen>,
}

impl TiktokSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: TiktokConfig, world: Arc<dyn TiktokWorld>) -> io::Result<Self> {
        let inner =
            Arc::new(Inner { clock: clock.clone(), config, world, faults: Faults::default(), state: Mutex::default() });
        let server = Server::answering(clock, "tiktok-sim", &inner, |inner, asked| async move {
            inner.handle(&asked.method, asked.path(), &asked.query, &asked.headers, &asked.body).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// What to configure as `base_url`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// A creator connects an account and gives these rights; what was given before is dead.
    #[must_use]
    pub fn connect(&self, account: &str, scopes: &[&str]) -> Consent {
        let now = self.inner.clock.now();
        self.revoke(account);
        let mut state = self.inner.lock();
        state.scopes.insert(account.to_owned(), scopes.iter().map(|&scope| scope.to_owned()).collect());
        let (access, refresh) = state.give(account, &self.inner.config, now);
        let access_until = later(now, self.inner.config.token_secs);
        Consent { access, access_until, refresh, scope: scopes.join(",") }
    }

    /// A creator takes everything back.
    pub fn revoke(&self, account: &str) {
        let mut state = self.inner.lock();
        state.access.retain(|_, given| given.account != account);
        state.refresh.retain(|_, given| given.account != account);
    }

    /// Access tokens end now; refresh tokens live on.
    pub fn end_tokens(&self) {
        self.inner.lock().access.clear();
    }

    /// The rights of an account from now on, whatever its tokens say.
    pub fn set_scopes(&self, account: &str, scopes: &[&str]) {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self.inner.lock().scopes.insert(account.to_owned(), scopes);
    }

    /// What goes wrong next; as methods it knows `user.info`, `video.list`, `video.query` and `token`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Requests to a method since the start: `user.info`, `video.list`, `video.query` or `token`.
    #[must_use]
    pub fn units(&self, method: &str) -> u64 {
        self.inner.lock().counted.get(method).copied().unwrap_or(0)
    }

    /// How many times tokens were given out.
    #[must_use]
    pub fn tokens_given(&self) -> u64 {
        self.inner.lock().number
    }

    /// How often it has said that it is asked too often.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.inner.lock().refused
    }

    /// The newest requests, oldest first; at most 2,048 are kept.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.lock().seen.iter().cloned().collect()
    }
}

fn later(now: Timestamp, secs: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(secs)).unwrap_or(Timestamp::MAX)
}

impl State {
    /// A new pair. Access tokens that were given before live on to their end (unverified).
    fn give(&mut self, account: &str, config: &TiktokConfig, now: Timestamp) -> (String, String) {
        self.number += 1;
        let (access, refresh) = (format!("act.sim-{}", self.number), format!("rft.sim-{}", self.number));
        let given = |secs| Given { account: account.to_owned(), until: later(now, secs) };
        self.access.insert(access.clone(), given(config.token_secs));
        self.refresh.insert(refresh.clone(), given(config.refresh_secs));
        (access, refresh)
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn handle(
        &self,
        method: &Method,
        path: &str,
        query: &[(String, String)],
        headers: &HeaderMap,
        body: &[u8],
    ) -> Response {
        let name = match path {
            "/v2/oauth/token/" => "token",
            answers::USER_INFO => "user.info",
            answers::VIDEO_LIST => "video.list",
            answers::VIDEO_QUERY => "video.query",
            _ => "unknown",
        };
        let fields = query.iter().find(|row| row.0 == "fields").map(|row| row.1.clone()).unwrap_or_default();
        let document = if name == "token" { Value::Null } else { serde_json::from_slice(body).unwrap_or_default() };
        self.remember(name, Seen { path: path.to_owned(), fields: fields.clone(), body: document.clone() });
        let work = |now| match name {
            "token" => self.token(method, body, now),
            _ => self.method(name, method, headers, &fields, &document, now),
        };
        self.faults.around(&self.clock, "tiktok-sim", name, work).await
    }

    fn remember(&self, name: &'static str, seen: Seen) {
        let mut state = self.lock();
        *state.counted.entry(name).or_insert(0) += 1;
        if state.seen.len() == SEEN_MAX {
            state.seen.pop_front();
        }
        state.seen.push_back(seen);
    }

    /// The token server. Its bodies are not those of the methods.
    fn token(&self, method: &Method, body: &[u8], now: Timestamp) -> Response {
        let refuse = |error: &str, about: &str| {
            let said = json!({"error": error, "error_description": about, "log_id": "202608140000"});
            respond(if self.config.failures_as_200 { 200 } else { 400 }, said.to_string())
        };
        if method != Method::POST {
            return refuse("invalid_request", "The method is not supported.");
        }
        let form: BTreeMap<String, String> = form_urlencoded(body);
        let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let (key, secret) = &self.config.app;
        if text("client_key") != key || text("client_secret") != secret {
            return refuse("invalid_client", "Client key or secret is incorrect.");
        }
        if text("grant_type") != "refresh_token" {
            return refuse("unsupported_grant_type", "The grant type is not supported.");
        }
        let mut state = self.lock();
        // It dies as it is used, whatever becomes of the answer.
        let Some(given) = state.refresh.remove(text("refresh_token")).filter(|given| now < given.until) else {
            return refuse("invalid_grant", "Refresh token is invalid or expired.");
        };
        let (access, refresh) = state.give(&given.account, &self.config, now);
        let scope = state.scopes.get(&given.account).map(|scopes| scopes.join(",")).unwrap_or_default();
        let said = json!({
            "open_id": format!("open-{}", given.account), "scope": scope, "access_token": access,
            "expires_in": self.config.token_secs, "refresh_token": refresh,
            "refresh_expires_in": self.config.refresh_secs, "token_type": "Bearer",
        });
        respond(200, said.to_string())
    }

    fn method(
        &self,
        name: &'static str,
        method: &Method,
        headers: &HeaderMap,
        fields: &str,
        body: &Value,
        now: Timestamp,
    ) -> Response {
        let said = self.admit(name, method, headers, now).and_then(|(account, scopes)| {
            let asking = Asking { world: &*self.world, account: &account, scopes: &scopes, fields, now };
            match name {
                "user.info" => asking.user_info(),
                "video.list" => asking.video_list(body),
                _ => asking.video_query(body),
            }
        });
        match said {
            Ok(data) => {
                let error = json!({"code": "ok", "message": "", "log_id": "202608140000"});
                respond(200, json!({"data": data, "error": error}).to_string())
            }
            Err(refusal) => {
                let status = if self.config.failures_as_200 { 200 } else { refusal.status };
                let error = json!({"code": refusal.code, "message": refusal.message, "log_id": "202608140000"});
                respond(status, json!({"data": {}, "error": error}).to_string())
            }
        }
    }

    /// Whether a request is let in: its method, the window, the token.
    fn admit(
        &self,
        name: &'static str,
        method: &Method,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<(String, Vec<String>), Refusal> {
        let right = if name == "user.info" { Method::GET } else { Method::POST };
        if name == "unknown" || *method != right {
            return Err(Refusal { status: 404, code: "invalid_params", message: "The API does not exist." });
        }
        let mut state = self.lock();
        let window = state.windows.entry(name).or_default();
        while window.front().is_some_and(|at| later(*at, 60) <= now) {
            window.pop_front();
        }
        if self.config.per_minute <= window.len() {
            state.refused += 1;
            return Err(Refusal {
                status: 429,
                code: "rate_limit_exceeded",
                message: "The API rate limit was exceeded.",
            });
        }
        window.push_back(now);
        let token = headers.get("authorization").and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let given = state.access.get(token).filter(|given| now < given.until).cloned();
        let message = "The access token is invalid or not found in the request.";
        let given = given.ok_or(Refusal { status: 401, code: "access_token_invalid", message })?;
        let scopes = state.scopes.get(&given.account).cloned().unwrap_or_default();
        Ok((given.account, scopes))
    }
}

/// The fields of a form, decoded. Only what tokens and keys are made of is written with `%`.
fn form_urlencoded(body: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(body);
    let decode = |part: &str| {
        let mut bytes = Vec::with_capacity(part.len());
        let mut rest = part.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'+' => bytes.push(b' '),
                b'%' => {
                    let hex: Vec<u8> = rest.by_ref().take(2).collect();
                    let hex = String::from_utf8_lossy(&hex).into_owned();
                    bytes.push(u8::from_str_radix(&hex, 16).unwrap_or(b'?'));
                }
                other => bytes.push(other),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}
