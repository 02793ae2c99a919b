//! The emulated authorization servers: Google, Instagram, Facebook, `TikTok`, `TikTok` for Business, Shopify, Twitch and X, each at
//! its own paths on one port.
//!
//! Owns: consent (given at once, or denied), codes that work once, PKCE, the ends of tokens by the simulated clock, refresh
//! tokens that die as they are used, and each platform's error bodies. Refuses: numbers; a source's emulator asks
//! [`OauthSim::is_good`] whether a token may read them.

mod authorize;
mod token;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::loopback::{Faults, Server, answer as respond};
use crate::time::Clock;

/// How long a code works: RFC 6749 §4.1.2 recommends ten minutes at most.
const CODE_SECS: i64 = 600;

/// How the servers behave.
#[derive(Debug, Clone)]
pub struct OauthConfig {
    /// The app: its id and secret, the same at every platform.
    pub app: (String, String),
    /// Google's app is in "Testing": its refresh tokens live seven days.
    pub google_testing: bool,
    /// Seconds a `TikTok` refresh token lives.
    pub tiktok_refresh_secs: i64,
}

impl Default for OauthConfig {
    fn default() -> Self {
        Self {
            app: ("sim-app".to_owned(), "sim-secret".to_owned()),
            google_testing: false,
            tiktok_refresh_secs: 180 * 86_400,
        }
    }
}

/// A platform, told apart by its paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is a proper name")]
pub enum Platform {
    Google,
    Instagram,
    Facebook,
    Tiktok,
    TiktokAds,
    Shopify,
    Twitch,
    X,
}

#[derive(Debug, Clone)]
struct Code {
    platform: Platform,
    redirect: String,
    challenge: Option<String>,
    scope: String,
    until: Timestamp,
}

#[derive(Debug, Clone)]
struct Access {
    platform: Platform,
    scope: String,
    since: Timestamp,
    until: Option<Timestamp>,
    /// It lives two months, and can be renewed.
    long: bool,
}

#[derive(Debug, Clone)]
struct Refresh {
    platform: Platform,
    scope: String,
    until: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct State {
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, Access>,
    refresh: BTreeMap<String, Refresh>,
    number: u64,
    /// The access token that was given last.
    newest: String,
    asked: BTreeMap<String, u64>,
    denies: bool,
}

/// The running servers.
pub struct OauthSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: OauthConfig,
    faults: Faults,
    state: Mutex<State>,
}

/// A request as it came.
struct Call<'a> {
    post: bool,
    path: &'a str,
    /// What was asked: the query of a `GET`, the body of a `POST`.
    fields: BTreeMap<String, String>,
    /// Whether the body was JSON.
    json: bool,
    /// Id and secret from the `Authorization` header.
    basic: Option<(String, String)>,
}

impl Call<'_> {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// An answer: status, body, and where a browser is sent.
struct Said {
    status: u16,
    body: Value,
    location: Option<String>,
}

impl Said {
    fn json(status: u16, body: Value) -> Self {
        Self { status, body, location: None }
    }
}

impl From<Said> for Response {
    fn from(said: Said) -> Self {
        let mut response = respond(said.status, said.body.to_string());
        if let Some(location) = said.location.and_then(|to| header::HeaderValue::from_str(&to).ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

impl OauthSim {
    /// Starts them on a free port of loopback.
    pub async fn start(clock: &Clock, config: OauthConfig) -> io::Result<Self> {
        let (faults, state) = (Faults::default(), Mutex::default());
        let inner = Arc::new(Inner { clock: clock.clone(), config, faults, state });
        let server = Server::answering(clock, "oauth-sim", &inner, |inner, asked| async move {
            let query = asked.uri.query().unwrap_or_default();
            let call = read(&asked.method, asked.path(), query, &asked.headers, &asked.body);
            let kind = if !call.post && authorize::platform(call.path).is_some() { "authorize" } else { "token" };
            let work = |now| Response::from(inner.handle(&call, now));
            inner.faults.around(&inner.clock, "oauth-sim", kind, work).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// What to configure as `authorize_url` and `token_url`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// What goes wrong next; as methods it knows `authorize` and `token`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// How often a path was asked.
    #[must_use]
    pub fn asked(&self, path: &str) -> u64 {
        self.inner.lock().asked.get(path).copied().unwrap_or_default()
    }

    /// Whether a token may read now.
    #[must_use]
    pub fn is_good(&self, token: &str) -> bool {
        let now = self.inner.clock.now();
        self.inner.lock().access.get(token).is_some_and(|access| access.until.is_none_or(|until| now < until))
    }

    /// From now on people say no.
    pub fn deny(&self) {
        self.inner.lock().denies = true;
    }

    /// People take every access back.
    pub fn revoke_all(&self) {
        let mut state = self.inner.lock();
        state.access.clear();
        state.refresh.clear();
    }

    /// Every access token ends at once but the one that was given last.
    pub fn end_access_but_newest(&self) {
        let mut state = self.inner.lock();
        let newest = state.newest.clone();
        state.access.retain(|token, _| *token == newest);
    }

    /// Access tokens end at once; refresh tokens live on.
    pub fn end_access(&self) {
        self.inner.lock().access.clear();
    }
}

/// A request's fields, however they travel.
fn read<'a>(method: &Method, path: &'a str, query: &str, headers: &HeaderMap, body: &[u8]) -> Call<'a> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let json = kind.starts_with("application/json");
    let fields = if json {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let members = body.as_object().cloned().unwrap_or_default();
        members.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
    } else {
        let text = if *method == Method::POST { String::from_utf8_lossy(body).into_owned() } else { query.to_owned() };
        url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    };
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| {
        let pair = value.to_str().ok()?.strip_prefix("Basic ")?;
        let pair = String::from_utf8(data_encoding::BASE64.decode(pair.as_bytes()).ok()?).ok()?;
        pair.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
    });
    Call { post: *method == Method::POST, path, fields, json, basic }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, call: &Call<'_>, now: Timestamp) -> Said {
        *self.lock().asked.entry(call.path.to_owned()).or_default() += 1;
        match authorize::platform(call.path) {
            Some(platform) if !call.post => self.authorize(platform, call, now),
            _ => self.token(call, now),
        }
    }
}

fn after(now: Timestamp, secs: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(secs)).unwrap_or(Timestamp::MAX)
}

fn not_found() -> Said {
    Said::json(404, json!({"error": "not_found"}))
}
