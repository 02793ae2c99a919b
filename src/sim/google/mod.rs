//! The emulated APIs of Google that take OAuth: the token server, `YouTube` Analytics v2, the Data API of Google Analytics 4,
//! and Google Ads.
//!
//! Owns: tokens and their ends, whose account may see what, quotas, paging, error bodies in each API's own form, and leaving out
//! what the real ones leave out. Refuses: numbers of its own. They are a [`GoogleWorld`]'s.

mod ads;
mod analytics;
mod ga4;
mod gaql;
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

pub use world::{Budget, Campaign, Customer, GoogleWorld, Property, Run, Stats, Visit, Watched};

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 512;

/// How the APIs behave.
#[derive(Debug, Clone)]
pub struct GoogleConfig {
    /// The app: its id and secret.
    pub app: (String, String),
    /// Refresh tokens that work, each with the accounts its owner may see: channels, properties, customers.
    pub refresh: BTreeMap<String, Vec<String>>,
    /// How long an access token lives, in seconds.
    pub token_secs: i64,
    /// Reports of `YouTube` Analytics a Pacific day.
    pub queries_per_day: u32,
    /// Tokens of a property a day, and an hour.
    pub tokens: (i64, i64),
    /// What a report of a property costs.
    pub tokens_a_report: i64,
    /// Operations of Google Ads a day.
    pub operations_per_day: u32,
    /// The developer token that Google Ads takes.
    pub developer_token: String,
    /// The version that Google Ads serves.
    pub ads_version: String,
}

impl Default for GoogleConfig {
    fn default() -> Self {
        Self {
            app: ("sim-app".to_owned(), "sim-secret".to_owned()),
            refresh: BTreeMap::new(),
            token_secs: 3_599,
            queries_per_day: 10_000,
            tokens: (200_000, 14_000),
            tokens_a_report: 7,
            operations_per_day: 15_000,
            developer_token: "sim-developer".to_owned(),
            ads_version: "v26".to_owned(),
        }
    }
}

/// A request as it came, without its token.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// `token`, `report`, `run_report`, `search` or `mutate`.
    pub kind: &'static str,
    /// The path.
    pub path: String,
    /// The query in order, decoded.
    pub query: Vec<(String, String)>,
    /// The body, where it is JSON.
    pub body: Value,
}

/// The running server.
pub struct GoogleSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: GoogleConfig,
    world: Arc<GoogleWorld>,
    faults: Faults,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Access tokens: until when, and for which accounts.
    given: BTreeMap<String, (Timestamp, Vec<String>)>,
    revoked: Vec<String>,
    number: u64,
    spent: BTreeMap<&'static str, Spent>,
    seen: VecDeque<Seen>,
}

/// What was spent of a budget, and in which day or hour.
#[derive(Default, Clone, Copy)]
struct Spent {
    period: i64,
    units: i64,
}

/// An answer: its status and its body.
struct Said(u16, Value);

impl From<Said> for Response {
    fn from(said: Said) -> Self {
        respond(said.0, said.1.to_string())
    }
}

/// An error as all of Google's newer APIs write it.
fn refuse(code: u16, status: &str, message: &str) -> Said {
    let body = json!({"error": {"code": code, "message": message, "status": status}});
    Said(code, body)
}

/// A request once it was read.
struct Call<'a> {
    method: &'a Method,
    path: &'a str,
    query: &'a [(String, String)],
    headers: &'a HeaderMap,
    body: &'a Value,
    now: Timestamp,
}

impl GoogleSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: GoogleConfig, world: Arc<GoogleWorld>) -> io::Result<Self> {
        let (faults, state) = (Faults::default(), Mutex::default());
        let inner = Arc::new(Inner { clock: clock.clone(), config, world, faults, state });
        let server = Server::answering(clock, "google-sim", &inner, |inner, asked| async move {
            inner.handle(&asked.method, asked.uri.path(), asked.query, &asked.headers, &asked.body).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// Where it listens; each API is below it as at its real host.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// What to configure as `token_url`.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}/token", self.server.url())
    }

    /// The world behind it.
    #[must_use]
    pub fn world(&self) -> &Arc<GoogleWorld> {
        &self.inner.world
    }

    /// What goes wrong next; as methods it knows `token`, `report`, `run_report`, `search` and `mutate`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Ends every access token that was given out.
    pub fn end_tokens(&self) {
        self.inner.lock().given.clear();
    }

    /// The owner takes the app's leave away: the refresh token is dead, and what came of it.
    pub fn revoke(&self, refresh: &str) {
        let mut state = self.inner.lock();
        state.revoked.push(refresh.to_owned());
        state.given.clear();
    }

    /// How many access tokens it has given out.
    #[must_use]
    pub fn tokens_given(&self) -> u64 {
        self.inner.lock().number
    }

    /// The newest requests, oldest first; at most 512 are kept.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.lock().seen.iter().cloned().collect()
    }

    /// How many requests of a kind there were, of those that are kept.
    #[must_use]
    pub fn count(&self, kind: &str) -> usize {
        self.inner.lock().seen.iter().filter(|seen| seen.kind == kind).count()
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
        query: Vec<(String, String)>,
        headers: &HeaderMap,
        bytes: &[u8],
    ) -> Response {
        let body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        let kind = match path {
            "/token" => "token",
            "/v2/reports" => "report",
            _ if path.ends_with(":runReport") => "run_report",
            _ if path.ends_with(":mutate") => "mutate",
            _ => "search",
        };
        self.remember(Seen { kind, path: path.to_owned(), query: query.clone(), body: body.clone() });
        let work = |now| {
            let call = Call { method, path, query: &query, headers, body: &body, now };
            let said = match kind {
                "token" => self.token(bytes, now),
                "report" => self.analytics(&call),
                "run_report" => self.ga4(&call),
                _ => self.ads(&call),
            };
            Response::from(said)
        };
        self.faults.around(&self.clock, "google-sim", kind, work).await
    }

    fn remember(&self, seen: Seen) {
        let mut state = self.lock();
        if state.seen.len() == SEEN_MAX {
            state.seen.pop_front();
        }
        state.seen.push_back(seen);
    }

    /// The token server: <https://developers.google.com/identity/protocols/oauth2/web-server#offline>.
    fn token(&self, bytes: &[u8], now: Timestamp) -> Said {
        let fields: BTreeMap<String, String> = url::form_urlencoded::parse(bytes).into_owned().collect();
        let text = |name: &str| fields.get(name).map_or("", String::as_str);
        let refuse =
            |status, error: &str, about: &str| Said(status, json!({"error": error, "error_description": about}));
        let (id, secret) = &self.config.app;
        if text("client_id") != id || text("client_secret") != secret {
            return refuse(401, "invalid_client", "The OAuth client was not found.");
        }
        if text("grant_type") != "refresh_token" {
            return refuse(400, "unsupported_grant_type", "Invalid grant_type.");
        }
        let refresh = text("refresh_token");
        let mut state = self.lock();
        let accounts = self.config.refresh.get(refresh).filter(|_| !state.revoked.iter().any(|dead| dead == refresh));
        let Some(accounts) = accounts else {
            return refuse(400, "invalid_grant", "Token has been expired or revoked.");
        };
        state.number += 1;
        let token = format!("ya29.{}", state.number);
        let end = now.saturating_add(SignedDuration::from_secs(self.config.token_secs)).unwrap_or(Timestamp::MAX);
        state.given.insert(token.clone(), (end, accounts.clone()));
        let said = json!({
            "access_token": token, "expires_in": self.config.token_secs, "scope": "sim", "token_type": "Bearer",
        });
        Said(200, said)
    }

    /// The accounts that a request's token may see; `None` where the token is no good.
    fn accounts(&self, headers: &HeaderMap, now: Timestamp) -> Option<Vec<String>> {
        let value = headers.get("authorization")?.to_str().ok()?;
        let state = self.lock();
        let (end, accounts) = state.given.get(value.strip_prefix("Bearer ")?)?;
        (now < *end).then(|| accounts.clone())
    }

    /// Takes units of a budget that is whole again every `period` seconds, shifted to Pacific standard time; what is left,
    /// or `None` where there is not enough.
    fn spend(&self, budget: &'static str, units: i64, of: i64, period: i64, now: Timestamp) -> Option<(i64, i64)> {
        let period = (now.as_second() - 8 * 3600).div_euclid(period);
        let mut state = self.lock();
        let spent = state.spent.entry(budget).or_default();
        if spent.period != period {
            *spent = Spent { period, units: 0 };
        }
        if of < spent.units + units {
            return None;
        }
        spent.units += units;
        Some((spent.units, of - spent.units))
    }
}
