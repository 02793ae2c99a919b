//! The emulated `TikTok` API for Business, version 1.3: reports, objects and their changes, and an [`AdsWorld`] behind them.
//!
//! Owns: tokens, requests a second, pages, what a question may ask, the methods that Smart+ campaigns take, and that every
//! failure comes with status 200.
//! Refuses: numbers of its own. They are the world's.

mod changes;
mod reads;
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

pub use world::{AdsWorld, Automation, Change, DayNow, Delivery, Level, Mode, Status, Thing};

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 1024;

/// How the API behaves.
#[derive(Debug, Clone)]
pub struct TiktokAdsConfig {
    /// The token that works, until it is taken back.
    pub token: String,
    /// Requests a second.
    pub per_second: usize,
    /// The smallest budget of a campaign, in minor units (about 50 a day in dollars; unverified).
    pub campaign_min: i64,
    /// The smallest budget of an ad group, in minor units (about 20 a day in dollars; unverified).
    pub adgroup_min: i64,
}

impl Default for TiktokAdsConfig {
    fn default() -> Self {
        Self { token: "sim-token".to_owned(), per_second: 10, campaign_min: 5_000, adgroup_min: 2_000 }
    }
}

/// A request as it came, without its token.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The method, without prefix: `campaign/get/`.
    pub path: String,
    /// The query in order, decoded.
    pub query: Vec<(String, String)>,
    /// The JSON body; null for none.
    pub body: Value,
}

impl Seen {
    /// A parameter of the query.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|row| row.0 == name).map(|row| row.1.as_str())
    }
}

/// The running server.
pub struct TiktokAdsSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: TiktokAdsConfig,
    world: Arc<AdsWorld>,
    faults: Faults,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    revoked: bool,
    asked: VecDeque<Timestamp>,
    throttled: u64,
    total: u64,
    seen: VecDeque<Seen>,
}

/// An answer that says no: code and message.
pub(super) struct Refusal(i64, String);

impl Refusal {
    fn wrong(message: &str) -> Self {
        Self(40_002, message.to_owned())
    }

    fn unknown(id: &str) -> Self {
        Self(40_007, format!("{id} does not exist"))
    }
}

impl TiktokAdsSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: TiktokAdsConfig, world: Arc<AdsWorld>) -> io::Result<Self> {
        let inner =
            Arc::new(Inner { clock: clock.clone(), config, world, faults: Faults::default(), state: Mutex::default() });
        let server = Server::answering(clock, "tiktok-ads-sim", &inner, |inner, asked| async move {
            inner.handle(&asked.method, asked.uri.path(), asked.query, &asked.headers, &asked.body).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// What to configure as `base_url`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// The advertiser behind it.
    #[must_use]
    pub fn world(&self) -> &Arc<AdsWorld> {
        &self.inner.world
    }

    /// The advertiser takes the token back.
    pub fn revoke(&self) {
        self.inner.lock().revoked = true;
    }

    /// What goes wrong next; as methods it knows `info`, `report`, `get` and `update`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Requests since the start.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.inner.lock().total
    }

    /// How often it has said that it is asked too often.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.inner.lock().throttled
    }

    /// The newest requests, oldest first; at most 1,024 are kept.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.lock().seen.iter().cloned().collect()
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
        body: &[u8],
    ) -> Response {
        let path = path.strip_prefix("/open_api/v1.3/").unwrap_or("unknown").to_owned();
        let document: Value = serde_json::from_slice(body).unwrap_or_default();
        self.remember(Seen { path: path.clone(), query: query.clone(), body: document.clone() });
        let kind = match path.as_str() {
            "advertiser/info/" => "info",
            "report/integrated/get/" => "report",
            path if path.ends_with("/get/") => "get",
            _ => "update",
        };
        let query: BTreeMap<String, String> = query.into_iter().collect();
        let work = |now| {
            let said = self.admit(headers, now).and_then(|()| match *method {
                Method::GET => self.read(&path, &query, now),
                Method::POST => self.update(&path, &document, now),
                _ => Err(Refusal(40_002, "The method is not supported.".to_owned())),
            });
            let said = match said {
                Ok(data) => json!({"code": 0, "message": "OK", "request_id": "2026081400000001", "data": data}),
                Err(Refusal(code, message)) => {
                    json!({"code": code, "message": message, "request_id": "2026081400000001", "data": {}})
                }
            };
            respond(200, said.to_string())
        };
        self.faults.around(&self.clock, "tiktok-ads-sim", kind, work).await
    }

    fn remember(&self, seen: Seen) {
        let mut state = self.lock();
        state.total += 1;
        if state.seen.len() == SEEN_MAX {
            state.seen.pop_front();
        }
        state.seen.push_back(seen);
    }

    /// Whether a request is let in: its token, and how many came in the last second.
    fn admit(&self, headers: &HeaderMap, now: Timestamp) -> Result<(), Refusal> {
        let token = headers.get("access-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut state = self.lock();
        if token.is_empty() {
            return Err(Refusal(40_104, "The access token is empty.".to_owned()));
        }
        if state.revoked || token != self.config.token {
            return Err(Refusal(40_105, "Access token is incorrect or has been revoked.".to_owned()));
        }
        let second = SignedDuration::from_secs(1);
        while state.asked.front().is_some_and(|at| at.saturating_add(second).is_ok_and(|free| free <= now)) {
            state.asked.pop_front();
        }
        if self.config.per_second <= state.asked.len() {
            state.throttled += 1;
            return Err(Refusal(40_100, "Too many requests. Please try again later.".to_owned()));
        }
        state.asked.push_back(now);
        Ok(())
    }
}
