//! The emulated Marketing API of Meta: ad accounts, their campaigns, ad sets and ads, insights, and the allowances.
//!
//! Owns: tokens and their ends, versions, the two allowances of an account (points, and insights an hour) with their headers
//! and error bodies, pages, four changes of a budget an hour, and answers that name a number only where there is one.
//! Refuses: numbers of its own. They are a [`MetaWorld`]'s.
//!
//! As on the real platform a failure has nearly always status 400 and says what it is by `code` and `error_subcode`, and
//! `paging.next` is a whole address with the token in it.

mod answers;
mod world;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::Query;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::loopback::{Faults, Server, answer};
use crate::time::Clock;
use answers::{Asking, Refusal};

pub use world::{Account, AdDay, Kind, MetaWorld, Thing};

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 512;

/// How the platform behaves. What is not said here is what the smallest tier has.
#[derive(Debug, Clone)]
pub struct MetaConfig {
    /// Tokens that work.
    pub tokens: Vec<String>,
    /// Whether they may change something (`ads_management`).
    pub may_change: bool,
    /// The versions that are served.
    pub versions: Vec<String>,
    /// Points an account may have: a read is 1, a write 3. 60 in the limited tier, 9,000 in the full one.
    pub points_max: f64,
    /// In which they flow off, in seconds; the real platform names 300.
    pub decay_secs: i64,
    /// How long an account is blocked, in seconds: 300 in the limited tier, 60 in the full one.
    pub block_secs: i64,
    /// Questions for insights an hour; 400 more for each ad that runs.
    pub insights_an_hour: u64,
    /// Rows of insights that are worked out at once.
    pub rows_max: usize,
    /// Rows of a page at most, whatever was asked for.
    pub page_max: usize,
    /// The app, for exchanging tokens.
    pub app: (String, String),
}

impl Default for MetaConfig {
    fn default() -> Self {
        Self {
            tokens: vec!["EAABsim".to_owned()],
            may_change: true,
            versions: ["v24.0", "v25.0"].map(str::to_owned).to_vec(),
            points_max: 9_000.0,
            decay_secs: 300,
            block_secs: 60,
            insights_an_hour: 600,
            rows_max: 50_000,
            page_max: 500,
            app: ("sim-app".to_owned(), "sim-secret".to_owned()),
        }
    }
}

/// A request as it came, without its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// `GET` or `POST`.
    pub method: String,
    /// The path after the version.
    pub path: String,
    /// The query or the form.
    pub fields: BTreeMap<String, String>,
}

impl Seen {
    /// A field, empty where there is none.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// The running server.
pub struct MetaSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: MetaConfig,
    world: Arc<MetaWorld>,
    faults: Faults,
    state: Mutex<State>,
    address: Mutex<String>,
}

#[derive(Default)]
struct State {
    tokens: Vec<String>,
    number: u64,
    scores: BTreeMap<String, Score>,
    /// When each budget was changed.
    changes: BTreeMap<String, Vec<Timestamp>>,
    /// Budgets that are blocked, until when.
    blocked: BTreeMap<String, Timestamp>,
    seen: VecDeque<Seen>,
}

/// What an account has used up.
#[derive(Debug, Clone, Default)]
struct Score {
    points: f64,
    counted: Option<Timestamp>,
    blocked: Option<Timestamp>,
    insights: VecDeque<Timestamp>,
}

/// The answer to a request, before it is written.
struct Said {
    status: u16,
    body: Value,
    headers: Vec<(&'static str, String)>,
}

impl From<Said> for Response {
    fn from(said: Said) -> Self {
        let mut response = answer(said.status, said.body.to_string());
        for (name, value) in said.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

impl From<Refusal> for Said {
    fn from(refusal: Refusal) -> Self {
        Self { status: refusal.status, body: refusal.body(), headers: Vec::new() }
    }
}

impl MetaSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: MetaConfig, world: Arc<MetaWorld>) -> io::Result<Self> {
        let state = State { tokens: config.tokens.clone(), ..State::default() };
        let inner = Arc::new(Inner {
            clock: clock.clone(),
            config,
            world,
            faults: Faults::default(),
            state: Mutex::new(state),
            address: Mutex::default(),
        });
        let server = Server::answering(clock, "meta-sim", &inner, |inner, asked| async move {
            inner.handle(&asked.method, &asked.uri, &asked.headers, &asked.body).await
        });
        let server = server.await?;
        *inner.address.lock().unwrap_or_else(PoisonError::into_inner) = server.url();
        Ok(Self { server, inner })
    }

    /// What to configure as `base_url`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// The accounts behind it.
    #[must_use]
    pub fn world(&self) -> &Arc<MetaWorld> {
        &self.inner.world
    }

    /// What goes wrong next; as methods it knows `insights`, `read` (an object or a list of them), `change` and `token`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Every token ends now: `190`, subcode `463`.
    pub fn expire_tokens(&self) {
        self.inner.lock().tokens.clear();
    }

    /// The newest requests, oldest first; at most 512 are kept.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.lock().seen.iter().cloned().collect()
    }

    /// Uses up points of an account.
    pub fn spend_points(&self, account: &str, points: f64) {
        let now = self.inner.clock.now();
        let mut state = self.inner.lock();
        let score = state.scores.entry(account.to_owned()).or_default();
        score.decay(now, &self.inner.config);
        score.points += points;
    }
}

impl Score {
    fn decay(&mut self, now: Timestamp, config: &MetaConfig) {
        if let Some(counted) = self.counted {
            let passed = now.duration_since(counted).as_secs_f64();
            let whole = SignedDuration::from_secs(config.decay_secs).as_secs_f64();
            self.points = f64::max(0.0, self.points - config.points_max * passed / whole);
        }
        self.counted = Some(now);
        let hour_ago = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(now);
        self.insights.retain(|at| hour_ago < *at);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn handle(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response {
        let query: BTreeMap<String, String> = Query::try_from_uri(uri).map(|Query(fields)| fields).unwrap_or_default();
        let form: BTreeMap<String, String> = match std::str::from_utf8(body) {
            Ok(text) if method == Method::POST => form_of(text),
            _ => BTreeMap::new(),
        };
        let (version, path) = uri.path().trim_start_matches('/').split_once('/').unwrap_or((uri.path(), ""));
        let fields = if method == Method::POST { form } else { query };
        let token = bearer(headers).map(str::to_owned);
        self.remember(method, path, &fields);
        let kind = match (method.as_str(), path) {
            (_, "oauth/access_token") => "token",
            ("POST", _) => "change",
            (_, path) if path.ends_with("/insights") => "insights",
            _ => "read",
        };
        let work = |now| {
            let said = if kind == "token" {
                self.exchange(&fields)
            } else {
                self.serve(method, version, path, &fields, token.as_deref(), now)
            };
            Response::from(said)
        };
        self.faults.around(&self.clock, "meta-sim", kind, work).await
    }

    fn remember(&self, method: &Method, path: &str, fields: &BTreeMap<String, String>) {
        let mut state = self.lock();
        if state.seen.len() == SEEN_MAX {
            state.seen.pop_front();
        }
        let secret = ["client_secret", "fb_exchange_token", "access_token"];
        let shown = fields.iter().filter(|(name, _)| !secret.contains(&name.as_str()));
        let fields = shown.map(|(name, value)| (name.clone(), value.clone())).collect();
        state.seen.push_back(Seen { method: method.to_string(), path: path.to_owned(), fields });
    }

    /// A token for one that lives longer; the old one ends.
    fn exchange(&self, fields: &BTreeMap<String, String>) -> Said {
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        let (id, secret) = &self.config.app;
        let mut state = self.lock();
        let known = state.tokens.iter().any(|token| token == field("fb_exchange_token"));
        if field("grant_type") != "fb_exchange_token"
            || field("client_id") != id
            || field("client_secret") != secret
            || !known
        {
            return Refusal::token(None).into();
        }
        state.number += 1;
        let token = format!("EAABlong{}", state.number);
        state.tokens = vec![token.clone()];
        let body = json!({"access_token": token, "token_type": "bearer", "expires_in": 5_183_944});
        Said { status: 200, body, headers: Vec::new() }
    }

    fn serve(
        &self,
        method: &Method,
        version: &str,
        path: &str,
        fields: &BTreeMap<String, String>,
        token: Option<&str>,
        now: Timestamp,
    ) -> Said {
        if !self.config.versions.iter().any(|served| served == version) {
            return Refusal::new(400, 2635, None, "You are calling a deprecated version of the Ads API.").into();
        }
        match token {
            Some(token) if self.lock().tokens.iter().any(|good| good == token) => {}
            Some(_) => return Refusal::token(Some(463)).into(),
            None => return Refusal::new(400, 2500, None, "An active access token must be used.").into(),
        }
        let Some(account) = self.account_of(path) else { return Refusal::missing().into() };
        let insights = path.ends_with("/insights");
        let write = method == Method::POST;
        if let Err(said) = self.charge(&account, insights, write, now) {
            return *said;
        }
        let address = self.address.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let asking = Asking {
            world: &self.world,
            config: &self.config,
            account: &account,
            fields,
            now,
            next: format!("{address}/{version}/{path}?access_token={}", token.unwrap_or_default()),
        };
        let done = match (write, path.split_once('/')) {
            (true, None) if !self.config.may_change => {
                Err(Refusal::new(403, 200, None, "(#200) Requires ads_management permission to manage the object."))
            }
            (true, None) => self.change(path, fields, &asking, now),
            (false, None) => asking.node(path),
            (false, Some((_, "insights"))) => asking.insights(),
            (false, Some((_, edge))) => asking.list(edge),
            (true, Some(_)) => Err(Refusal::new(400, 100, None, "(#100) Unsupported post request.")),
        };
        let headers = self.headers(&account, insights);
        match done {
            Ok(body) => Said { status: 200, body, headers },
            Err(refusal) => Said { headers, ..Said::from(refusal) },
        }
    }

    /// The account that a path is about.
    fn account_of(&self, path: &str) -> Option<String> {
        let first = path.split('/').next()?;
        match first.strip_prefix("act_") {
            Some(digits) => self.world.account(digits).map(|_| digits.to_owned()),
            None => self.world.thing(first).filter(|thing| thing.status != "DELETED").map(|thing| thing.account),
        }
    }

    /// Charges a request, or refuses it. Whoever asks while blocked is blocked for longer.
    fn charge(&self, account: &str, insights: bool, write: bool, now: Timestamp) -> Result<(), Box<Said>> {
        let refusal = {
            let mut state = self.lock();
            let score = state.scores.entry(account.to_owned()).or_default();
            score.decay(now, &self.config);
            let limit = self.config.insights_an_hour + 400 * self.world.active_ads(account);
            let counted = u64::try_from(score.insights.len()).unwrap_or(u64::MAX);
            score.points += if write { 3.0 } else { 1.0 };
            let block = now.saturating_add(SignedDuration::from_secs(self.config.block_secs)).unwrap_or(now);
            if score.blocked.is_some_and(|until| now < until) || self.config.points_max < score.points {
                score.blocked = Some(block);
                Some(Refusal::new(400, 17, Some(2_446_079), "User request limit reached"))
            } else if insights && limit <= counted {
                let message = "There have been too many calls from this ad-account. Wait a bit and try again.";
                Some(Refusal::new(400, 80_000, Some(2_446_079), message))
            } else {
                score.blocked = None;
                if insights {
                    score.insights.push_back(now);
                }
                None
            }
        };
        match refusal {
            None => Ok(()),
            Some(refusal) => Err(Box::new(Said { headers: self.headers(account, insights), ..Said::from(refusal) })),
        }
    }

    /// What the allowances say of themselves.
    fn headers(&self, account: &str, insights: bool) -> Vec<(&'static str, String)> {
        let state = self.lock();
        let Some(score) = state.scores.get(account) else { return Vec::new() };
        let now = self.clock.now();
        let share = f64::min(100.0, score.points * 100.0 / self.config.points_max);
        let reset = score.blocked.map_or(0, |until| std::cmp::max(0, until.duration_since(now).as_secs()));
        let reset = if reset == 0 { self.config.decay_secs } else { reset };
        let limit = self.config.insights_an_hour + 400 * self.world.active_ads(account);
        let counted = u64::try_from(score.insights.len()).unwrap_or(u64::MAX);
        let percent = std::cmp::min(100, counted.saturating_mul(100).checked_div(limit).unwrap_or(100));
        let regain = match score.insights.front() {
            Some(first) if limit <= counted => {
                let free = first.saturating_add(SignedDuration::from_hours(1)).unwrap_or(now);
                std::cmp::max(1, free.duration_since(now).as_mins())
            }
            _ => 0,
        };
        let tier = if self.config.points_max < 9_000.0 { "development_access" } else { "standard_access" };
        let points = json!({"acc_id_util_pct": share, "reset_time_duration": reset, "ads_api_access_tier": tier});
        let kind = if insights { "ads_insights" } else { "ads_management" };
        let business = json!({account: [{
            "type": kind, "call_count": if insights { percent } else { 0 }, "total_cputime": 1, "total_time": 1,
            "estimated_time_to_regain_access": if insights { regain } else { 0 }, "ads_api_access_tier": tier,
        }]});
        let mut headers =
            vec![("x-ad-account-usage", points.to_string()), ("x-business-use-case-usage", business.to_string())];
        if insights {
            let throttle = json!({"app_id_util_pct": 0, "acc_id_util_pct": percent, "ads_api_access_tier": tier});
            headers.push(("x-fb-ads-insights-throttle", throttle.to_string()));
        }
        headers
    }

    /// A change of one object. A budget may be changed four times an hour; a fifth is refused and blocks it for an hour.
    fn change(
        &self,
        id: &str,
        fields: &BTreeMap<String, String>,
        asking: &Asking<'_>,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let budget = fields.keys().any(|name| name.ends_with("_budget"));
        let wanted = asking.check_change(id)?;
        if budget {
            let mut state = self.lock();
            let blocked = state.blocked.get(id).is_some_and(|until| now < *until);
            let hour = SignedDuration::from_hours(1);
            let hour_ago = now.saturating_sub(hour).unwrap_or(now);
            let times = state.changes.entry(id.to_owned()).or_default();
            times.retain(|at| hour_ago < *at);
            let full = 4 <= times.len();
            if !full && !blocked {
                times.push(now);
            }
            if full {
                state.blocked.insert(id.to_owned(), now.saturating_add(hour).unwrap_or(now));
            }
            if full || blocked {
                let message = "You can only change your ad set budget 4 times per hour.";
                return Err(Refusal::new(400, 613, Some(1_487_632), message));
            }
        }
        self.world.change(id, |thing| wanted.carry_out(thing));
        Ok(json!({"success": true}))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The fields of a form.
fn form_of(text: &str) -> BTreeMap<String, String> {
    let uri: Option<Uri> = format!("/?{text}").parse().ok();
    uri.and_then(|uri| Query::try_from_uri(&uri).ok().map(|Query(fields)| fields)).unwrap_or_default()
}
