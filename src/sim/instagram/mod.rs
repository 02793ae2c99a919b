//! The emulated Instagram: the API with Instagram Login on one port, the one with Facebook Login on another.
//!
//! Owns: tokens and their age, versions, which metric works for which kind of media, pages, the privacy threshold, what each
//! call costs of which allowance, and the platform's error bodies.
//! Refuses: having numbers of its own. They are an [`InstagramWorld`]'s.

mod answers;
mod fields;
mod insights;
mod limits;
#[cfg(test)]
mod tests;
mod tokens;
mod world;

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::loopback::{Faults, Server, answer as respond};
use crate::time::Clock;
use limits::{Meter, Used};
use tokens::Tokens;

pub use world::{Insights, InstagramWorld, Media, Product, Profile, Standing};

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 8_192;

/// Over which time calls of an app are counted.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Over which time calls about one account are counted.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Which of the two APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// `graph.instagram.com`.
    Instagram,
    /// `graph.facebook.com`.
    Facebook,
}

/// How the API behaves.
#[derive(Debug, Clone)]
pub struct InstagramConfig {
    /// The app: its id and its secret.
    pub app: (String, String),
    /// Versions that are served.
    pub versions: Vec<String>,
    /// Calls an hour that the app has for what is not about its users' own accounts: 200 for each of its users.
    pub app_calls_per_hour: u32,
    /// Calls a day about one connected account: 4800 for each impression, so few for a small account.
    pub account_calls_per_day: u32,
    /// Hours after the end of a day until an account's numbers of it are there.
    pub day_lag_hours: i64,
    /// Whether stories are listed with Instagram Login; the platform's pages show it with Facebook Login.
    pub stories_for_all: bool,
    /// Metrics that this version has dropped, for a kind of media: `("REELS", "saved")`.
    pub dropped: Vec<(String, String)>,
}

impl Default for InstagramConfig {
    fn default() -> Self {
        Self {
            app: ("sim-app".to_owned(), "sim-secret".to_owned()),
            versions: vec!["v24.0".to_owned(), "v25.0".to_owned()],
            app_calls_per_hour: 200,
            account_calls_per_day: 4_800,
            day_lag_hours: 24,
            stories_for_all: true,
            dropped: Vec::new(),
        }
    }
}

/// A request as it came, without its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which API.
    pub login: Login,
    /// The path, from the root.
    pub path: String,
    /// The query in order, decoded.
    pub query: Vec<(String, String)>,
    /// Whether the token stood in the query, where logs keep it.
    pub token_in_query: bool,
}

/// The running servers.
pub struct InstagramSim {
    instagram: Server,
    facebook: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: InstagramConfig,
    world: Arc<InstagramWorld>,
    faults: Faults,
    state: Mutex<State>,
}

struct State {
    tokens: Tokens,
    app: Meter,
    accounts: Meter,
    total: u64,
    seen: VecDeque<Seen>,
}

/// What is answered.
struct Said {
    status: u16,
    body: Value,
    headers: Vec<(&'static str, String)>,
}

impl From<Said> for Response {
    fn from(said: Said) -> Self {
        let mut response = respond(said.status, said.body.to_string());
        for (name, value) in said.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// An error of the Graph.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Refusal {
    status: u16,
    code: i64,
    subcode: Option<i64>,
    message: String,
}

impl Refusal {
    fn new(status: u16, code: i64, subcode: Option<i64>, message: impl Into<String>) -> Self {
        Self { status, code, subcode, message: message.into() }
    }

    /// A parameter, a field or a metric that is not known.
    fn bad(message: impl Into<String>) -> Self {
        Self::new(400, 100, None, message)
    }

    fn no_object(id: &str) -> Self {
        let message = format!(
            "Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, \
             or does not support this operation. Please read the Graph API documentation"
        );
        Self::new(400, 100, Some(33), message)
    }

    fn body(&self) -> Value {
        let mut error = json!({
            "message": self.message,
            "type": if self.code == 100 && self.subcode == Some(33) { "GraphMethodException" } else { "OAuthException" },
            "code": self.code,
        });
        if let (Some(subcode), Some(members)) = (self.subcode, error.as_object_mut()) {
            members.insert("error_subcode".to_owned(), json!(subcode));
            members.insert("is_transient".to_owned(), json!(false));
        }
        if let Some(members) = error.as_object_mut() {
            members.insert("fbtrace_id".to_owned(), json!("AsimTrace_1"));
        }
        json!({"error": error})
    }
}

impl InstagramSim {
    /// Starts both on free ports of loopback.
    pub async fn start(clock: &Clock, config: InstagramConfig, world: Arc<InstagramWorld>) -> io::Result<Self> {
        let state = State {
            tokens: Tokens::default(),
            app: Meter::default(),
            accounts: Meter::default(),
            total: 0,
            seen: VecDeque::new(),
        };
        let (state, faults) = (Mutex::new(state), Faults::default());
        let inner = Arc::new(Inner { clock: clock.clone(), config, world, faults, state });
        let answering = |name, login| {
            Server::answering(clock, name, &inner, move |inner, asked| async move {
                inner.handle(login, &asked.method, asked.uri.path(), &asked.headers, asked.query).await
            })
        };
        let instagram = answering("instagram-sim", Login::Instagram).await?;
        let facebook = answering("instagram-sim-facebook", Login::Facebook).await?;
        Ok(Self { instagram, facebook, inner })
    }

    /// What to configure as the base address of a login.
    #[must_use]
    pub fn base_url(&self, login: Login) -> String {
        match login {
            Login::Instagram => self.instagram.url(),
            Login::Facebook => self.facebook.url(),
        }
    }

    /// Who is there.
    #[must_use]
    pub fn world(&self) -> &Arc<InstagramWorld> {
        &self.inner.world
    }

    /// What goes wrong next; as methods it knows `token`, `account`, `list`, `media`, `insights`, `days` and `discovery`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// A creator connects now: a long-lived token of 60 days.
    #[must_use]
    pub fn connect(&self, username: &str, login: Login) -> String {
        self.connect_at(username, login, self.inner.clock.now())
    }

    /// The same, at an instant of the past.
    #[must_use]
    pub fn connect_at(&self, username: &str, login: Login, issued: Timestamp) -> String {
        self.inner.lock().tokens.issue(username, login, issued)
    }

    /// Ends a creator's tokens with a subcode: 460 the password changed, 458 the app was removed, 463 expired.
    pub fn end_tokens(&self, username: &str, subcode: i64) {
        self.inner.lock().tokens.end(username, subcode);
    }

    /// Whether a token is good now.
    #[must_use]
    pub fn is_good(&self, token: &str) -> bool {
        self.inner.lock().tokens.owner(token, None, self.inner.clock.now()).is_ok()
    }

    /// Uses up calls of the app.
    pub fn spend_app(&self, calls: u32) {
        let allowed = self.inner.config.app_calls_per_hour;
        self.inner.lock().app.count("app", calls, allowed, HOUR, self.inner.clock.now());
    }

    /// Uses up calls about one account.
    pub fn spend_account(&self, username: &str, calls: u32) {
        let allowed = self.inner.config.account_calls_per_day;
        self.inner.lock().accounts.count(username, calls, allowed, DAY, self.inner.clock.now());
    }

    /// Requests since the start.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.inner.lock().total
    }

    /// The newest requests, oldest first; at most 1,024 are kept.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.lock().seen.iter().cloned().collect()
    }
}

/// One request, taken apart.
struct Call<'a> {
    login: Login,
    version: Option<&'a str>,
    parts: Vec<&'a str>,
    query: &'a [(String, String)],
    token: Option<&'a str>,
    now: Timestamp,
}

impl Call<'_> {
    fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    /// What a test names it by, to let it fail.
    fn kind(&self) -> &'static str {
        let fields = self.param("fields").unwrap_or_default();
        match self.parts.as_slice() {
            ["refresh_access_token"] | ["oauth", "access_token"] => "token",
            ["me"] | ["me", "accounts"] => "account",
            [_, "media" | "stories"] => "list",
            [_, "insights"] if self.param("period").is_some() => "days",
            [_, "insights"] => "insights",
            [_] if fields.contains("business_discovery") => "discovery",
            [_] if fields.contains("followers_count") => "account",
            _ => "media",
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn handle(
        &self,
        login: Login,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        mut query: Vec<(String, String)>,
    ) -> Response {
        // The token server is asked with the old token as a parameter.
        let at_token_server = path.ends_with("access_token");
        let place = query.iter().position(|pair| pair.0 == "access_token" && !at_token_server);
        let in_query = place.map(|place| query.remove(place).1);
        let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
        let bearer = bearer.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
        let token_in_query = in_query.is_some();
        let token = bearer.or(in_query);
        let kept = query.iter().filter(|pair| !pair.0.contains("token") && !pair.0.contains("secret")).cloned();
        self.remember(Seen { login, path: path.to_owned(), query: kept.collect(), token_in_query });
        let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let is_version = |part: &&str| part.starts_with('v') && part.contains('.');
        let version = parts.first().copied().filter(|part| is_version(part));
        if version.is_some() {
            parts.remove(0);
        }
        let call = Call { login, version, parts, query: &query, token: token.as_deref(), now: self.clock.now() };
        let kind = call.kind();
        let get = method == Method::GET;
        let work = move |now| {
            let call = Call { now, ..call };
            Response::from(if get { self.answer(&call) } else { refused(&no_path(), Vec::new()) })
        };
        self.faults.around(&self.clock, "instagram-sim", kind, work).await
    }

    fn remember(&self, seen: Seen) {
        let mut state = self.lock();
        state.total += 1;
        if state.seen.len() == SEEN_MAX {
            state.seen.pop_front();
        }
        state.seen.push_back(seen);
    }

    fn answer(&self, call: &Call<'_>) -> Said {
        // Without a version the oldest answers that the app may use; a client that leaves it out is found out here.
        let asks_for_token = call.kind() == "token";
        match call.version {
            Some(version) if self.config.versions.iter().any(|ours| ours == version) => {}
            None if asks_for_token && call.login == Login::Instagram => {}
            Some(_) | None => return refused(&no_path(), Vec::new()),
        }
        if asks_for_token {
            return match self.lock().tokens.exchange(&self.config.app, call) {
                Ok(body) => Said { status: 200, body, headers: Vec::new() },
                Err(refusal) => refused(&refusal, Vec::new()),
            };
        }
        let owner = match self.owner(call) {
            Ok(owner) => owner,
            Err(refusal) => return refused(&refusal, Vec::new()),
        };
        let (headers, throttled) = self.meter(call, &owner);
        if let Some(refusal) = throttled {
            return refused(&refusal, headers);
        }
        let base =
            format!("https://graph.{}.com", if call.login == Login::Facebook { "facebook" } else { "instagram" });
        let asked = answers::Asked { world: &self.world, config: &self.config, call, owner: &owner, base: &base };
        match asked.answer() {
            Ok(body) => Said { status: 200, body, headers },
            Err(refusal) => refused(&refusal, headers),
        }
    }

    fn owner(&self, call: &Call<'_>) -> Result<String, Refusal> {
        let token = call
            .token
            .ok_or_else(|| Refusal::new(400, 104, None, "An access token is required to request this resource."))?;
        self.lock().tokens.owner(token, Some(call.login), call.now)
    }

    /// Counts a call, and says so in a header; one too many is refused. The platform documents codes and headers; that 4 comes
    /// with 403 and 80002 with 400 is what others have seen, and the words of 80002 are ours.
    fn meter(&self, call: &Call<'_>, owner: &str) -> (Vec<(&'static str, String)>, Option<Refusal>) {
        let mut state = self.lock();
        let of_app = matches!(call.kind(), "discovery") || matches!(call.parts.as_slice(), ["me", "accounts"]);
        let shares = |used: Used| json!({"call_count": used.percent, "total_cputime": 1, "total_time": 1});
        if of_app {
            let used = state.app.count("app", 1, self.config.app_calls_per_hour, HOUR, call.now);
            let refusal = Refusal::new(403, 4, None, "(#4) Application request limit reached");
            (vec![("x-app-usage", shares(used).to_string())], used.is_over().then_some(refusal))
        } else {
            let used = state.accounts.count(owner, 1, self.config.account_calls_per_day, DAY, call.now);
            let id = self.world.profile(owner).map(|profile| profile.id).unwrap_or_default();
            let row = json!({
                "type": "instagram", "call_count": used.percent, "total_cputime": 1, "total_time": 1,
                "estimated_time_to_regain_access": used.regain_minutes,
            });
            let message =
                "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.";
            let refusal = Refusal::new(400, 80_002, Some(2_446_079), message);
            let header = ("x-business-use-case-usage", json!({id: [row]}).to_string());
            (vec![header], used.is_over().then_some(refusal))
        }
    }
}

fn refused(refusal: &Refusal, headers: Vec<(&'static str, String)>) -> Said {
    Said { status: refusal.status, body: refusal.body(), headers }
}

fn no_path() -> Refusal {
    Refusal::new(400, 2_500, None, "Unknown path components")
}
