//! The emulated Shopify Admin GraphQL: one endpoint, the token server beside it, and a [`ShopWorld`] behind both.
//!
//! Owns: tokens and their ends, scopes, the bucket of points, versions, and error bodies.
//! Refuses: numbers of its own. What is there to be read is the world's.

mod document;
mod execute;
mod schema;
#[cfg(test)]
mod tests;
mod world;

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::header::HeaderValue;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::loopback::{Faults, Server, answer as respond};
use crate::time::Clock;
use document::Question;
use execute::Asking;

pub use world::{Journey, Kind, NewDiscount, NewOrder, Placed, ShopWorld, Status};

/// The most points one question may cost.
const QUESTION_MAX: f64 = 1000.0;

/// Questions that are remembered for tests to look at.
const SEEN_MAX: usize = 512;

/// How the shop behaves.
#[derive(Debug, Clone)]
pub struct ShopConfig {
    /// Tokens that do not expire.
    pub tokens: Vec<String>,
    /// The app: its id and secret.
    pub app: (String, String),
    /// The refresh token that works first.
    pub refresh: String,
    /// How long a fetched token lives, in seconds.
    pub token_secs: i64,
    /// What the app may do.
    pub scopes: Vec<String>,
    /// Versions that are served, oldest first.
    pub versions: Vec<String>,
    /// Points in a full bucket.
    pub bucket: f64,
    /// Points a second that flow in.
    pub restore: f64,
    /// Seconds until an order can be found.
    pub lag_secs: i64,
    /// Fields that this shop's version does not have.
    pub lacks: Vec<String>,
}

impl Default for ShopConfig {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self {
            tokens: words(&["shpat_sim"]),
            app: ("sim-app".to_owned(), "sim-secret".to_owned()),
            refresh: "shprt_1".to_owned(),
            token_secs: 86_399,
            scopes: words(&["read_orders", "write_discounts"]),
            versions: words(&["2026-01", "2026-04", "2026-07", "2026-10"]),
            bucket: 2000.0,
            restore: 100.0,
            lag_secs: 0,
            lacks: Vec::new(),
        }
    }
}

/// A question as it came, without its token.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The path.
    pub path: String,
    /// The document, or nothing for the token server.
    pub query: String,
    /// Its variables.
    pub variables: Value,
}

/// The running server.
pub struct ShopSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: ShopConfig,
    world: Arc<ShopWorld>,
    faults: Faults,
    state: Mutex<State>,
}

struct State {
    points: f64,
    filled: Timestamp,
    /// Tokens that were given out, and when they end.
    given: Vec<(String, Timestamp)>,
    refresh: String,
    scopes: Vec<String>,
    number: u64,
    throttled: u64,
    used: f64,
    seen: VecDeque<Seen>,
}

/// An answer of the endpoint: status, body, and the version that answered.
struct Said {
    status: u16,
    body: Value,
    version: Option<String>,
}

impl From<Said> for Response {
    fn from(said: Said) -> Self {
        let mut response = respond(said.status, said.body.to_string());
        if let Some(version) = said.version.and_then(|version| HeaderValue::from_str(&version).ok()) {
            response.headers_mut().insert("x-shopify-api-version", version);
        }
        response
    }
}

impl ShopSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: ShopConfig, world: Arc<ShopWorld>) -> io::Result<Self> {
        let state = State {
            points: config.bucket,
            filled: clock.now(),
            given: Vec::new(),
            refresh: config.refresh.clone(),
            scopes: config.scopes.clone(),
            number: 0,
            throttled: 0,
            used: 0.0,
            seen: VecDeque::new(),
        };
        let (clock_of, state) = (clock.clone(), Mutex::new(state));
        let inner = Arc::new(Inner { clock: clock_of, config, world, faults: Faults::default(), state });
        let server = Server::answering(clock, "shopify-sim", &inner, |inner, asked| async move {
            inner.handle(&asked.method, asked.path(), &asked.headers, &asked.body).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// What to configure as `base_url`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// The shop behind it.
    #[must_use]
    pub fn world(&self) -> &Arc<ShopWorld> {
        &self.inner.world
    }

    /// What goes wrong next; as methods it knows `query`, `mutation` and `token`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Takes every token back that was given out; fixed ones stay.
    pub fn revoke(&self) {
        self.inner.lock().given.clear();
    }

    /// What the app may do from now on.
    pub fn set_scopes(&self, scopes: &[&str]) {
        self.inner.lock().scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    }

    /// Empties the bucket but for so many points.
    pub fn drain(&self, left: f64) {
        self.inner.fill();
        self.inner.lock().points = left;
    }

    /// How often it has answered that the bucket is empty.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.inner.lock().throttled
    }

    /// Points that all questions have cost.
    #[must_use]
    pub fn points_used(&self) -> f64 {
        self.inner.lock().used
    }

    /// How many tokens it has given out.
    #[must_use]
    pub fn tokens_given(&self) -> u64 {
        self.inner.lock().number
    }

    /// The newest questions, oldest first; at most 512 are kept.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.lock().seen.iter().cloned().collect()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fill(&self) {
        let now = self.clock.now();
        let mut state = self.lock();
        let passed = now.duration_since(state.filled).as_secs_f64();
        state.points = f64::min(self.config.bucket, state.points + passed * self.config.restore);
        state.filled = now;
    }

    async fn handle(&self, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Response {
        let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let token = path == "/admin/oauth/access_token";
        let query = body.get("query").and_then(Value::as_str).unwrap_or_default().to_owned();
        let variables = if token { Value::Null } else { body.get("variables").cloned().unwrap_or_default() };
        self.remember(Seen { path: path.to_owned(), query: query.clone(), variables: variables.clone() });
        let kind = match query.trim_start() {
            _ if token => "token",
            text if text.starts_with("mutation") => "mutation",
            _ => "query",
        };
        let work = |now| {
            let said = match (method.as_str(), token) {
                ("POST", true) => self.token(&body, now),
                ("POST", false) => self.ask(path, headers, &query, &variables, now),
                _ => plain(404, "Not Found"),
            };
            Response::from(said)
        };
        self.faults.around(&self.clock, "shopify-sim", kind, work).await
    }

    fn remember(&self, seen: Seen) {
        let mut state = self.lock();
        if state.seen.len() == SEEN_MAX {
            state.seen.pop_front();
        }
        state.seen.push_back(seen);
    }

    /// The token server.
    fn token(&self, body: &Value, now: Timestamp) -> Said {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let refuse = |status, error: &str, about: &str| Said {
            status,
            body: json!({"error": error, "error_description": about}),
            version: None,
        };
        let (id, secret) = &self.config.app;
        if text("client_id") != id || text("client_secret") != secret {
            return refuse(400, "invalid_client", "Client authentication failed.");
        }
        let mut state = self.lock();
        let refreshed = match text("grant_type") {
            "client_credentials" => false,
            "refresh_token" if text("refresh_token") == state.refresh => true,
            "refresh_token" => return refuse(400, "invalid_grant", "The refresh token is not valid."),
            _ => return refuse(400, "unsupported_grant_type", "The grant type is not supported."),
        };
        state.number += 1;
        let token = format!("shpat_{}", state.number);
        let end = now.saturating_add(SignedDuration::from_secs(self.config.token_secs)).unwrap_or(Timestamp::MAX);
        let mut said = json!({
            "access_token": token, "scope": state.scopes.join(","), "expires_in": self.config.token_secs,
        });
        if refreshed {
            // One pair is alive at a time: the tokens before it and the refresh token that was used are dead.
            state.given.clear();
            state.refresh = format!("shprt_{}", state.number + 1);
            set(&mut said, "refresh_token", json!(state.refresh));
            set(&mut said, "refresh_token_expires_in", json!(7_776_000));
        }
        state.given.push((token, end));
        Said { status: 200, body: said, version: None }
    }

    fn ask(&self, path: &str, headers: &HeaderMap, query: &str, variables: &Value, now: Timestamp) -> Said {
        let asked = path.strip_prefix("/admin/api/").and_then(|rest| rest.strip_suffix("/graphql.json"));
        let Some(asked) = asked else { return plain(404, "Not Found") };
        let token = headers.get("x-shopify-access-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !self.accepts(token, now) {
            return plain(401, "[API] Invalid API key or access token (unrecognized login or wrong password)");
        }
        // A version that is not served any more, or not yet, is answered by the oldest one.
        let version = self.config.versions.iter().find(|version| *version == asked).or(self.config.versions.first());
        let version = version.cloned();
        let empty = Map::new();
        let variables = variables.as_object().unwrap_or(&empty);
        let body = match document::read(query, variables, &self.config.lacks) {
            Ok(question) => self.pay(&question, now),
            Err(wrong) => json!({"errors": [wrong.0]}),
        };
        Said { status: 200, body, version }
    }

    fn accepts(&self, token: &str, now: Timestamp) -> bool {
        let state = self.lock();
        self.config.tokens.iter().any(|fixed| fixed == token)
            || state.given.iter().any(|(given, end)| given == token && now < *end)
    }

    /// Answers a question if its points are there, and gives back what it did not use.
    fn pay(&self, question: &Question, now: Timestamp) -> Value {
        if QUESTION_MAX < question.points {
            let message =
                format!("Query cost is {}, which exceeds the single query max cost limit (1000).", question.points);
            let extensions = json!({"code": "MAX_COST_EXCEEDED", "cost": question.points, "maxCost": QUESTION_MAX});
            return json!({"errors": [{"message": message, "extensions": extensions}]});
        }
        self.fill();
        let (scopes, throttled) = {
            let mut state = self.lock();
            let throttled = state.points < question.points;
            if throttled {
                state.throttled += 1;
            } else {
                state.points -= question.points;
            }
            (state.scopes.clone(), throttled)
        };
        if throttled {
            let errors = json!([{"message": "Throttled", "extensions": {
                "code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits",
            }}]);
            return json!({"errors": errors, "extensions": self.cost(question.points, None)});
        }
        let lag = SignedDuration::from_secs(self.config.lag_secs);
        let answered = Asking { world: &self.world, scopes: &scopes, now, lag }.answer(question);
        {
            let mut state = self.lock();
            state.points = f64::min(self.config.bucket, state.points + question.points - answered.points);
            state.used += answered.points;
        }
        let cost = self.cost(question.points, Some(answered.points));
        if answered.errors.is_empty() {
            json!({"data": answered.data, "extensions": cost})
        } else {
            json!({"data": answered.data, "errors": answered.errors, "extensions": cost})
        }
    }

    fn cost(&self, requested: f64, actual: Option<f64>) -> Value {
        let status = json!({
            "maximumAvailable": self.config.bucket,
            "currentlyAvailable": self.lock().points,
            "restoreRate": self.config.restore,
        });
        json!({"cost": {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}})
    }
}

/// A refusal as the real server writes it: `errors` is text.
fn plain(status: u16, errors: &str) -> Said {
    Said { status, body: json!({"errors": errors}), version: None }
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}
