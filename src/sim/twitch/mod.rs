//! The emulated Twitch: the token server and the five Helix methods the program uses, with their limits and error bodies.
//!
//! Owns: app tokens and their ends, the client id that must go with each, 100 ids a call, pages, the bucket of points, and who
//! may see followers. Refuses: numbers of its own; they are a [`TwitchWorld`]'s.
//!
//! Unverified of the real platform: what the refusal of followers says (here the name of the right), and that an app's token
//! is answered with the total.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::loopback::{Faults, Server, answer as respond};
use crate::time::Clock;

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 512;

/// Ids and logins a call takes.
const IDS_MAX: usize = 100;

/// How it behaves.
#[derive(Debug, Clone)]
pub struct TwitchConfig {
    /// The app: its id and secret.
    pub app: (String, String),
    /// How long a token lives, in seconds.
    pub token_secs: i64,
    /// Points in a full bucket, which fills within a minute.
    pub points: f64,
    /// Whether an app's token is told who many follow.
    pub tells_followers: bool,
}

impl Default for TwitchConfig {
    fn default() -> Self {
        Self {
            app: ("sim-app".to_owned(), "sim-secret".to_owned()),
            token_secs: 5_184_000,
            points: 800.0,
            tells_followers: true,
        }
    }
}

/// A channel as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// Followers.
    pub followers: i64,
    /// How many watch; `None` while it is offline.
    pub viewers: Option<i64>,
}

/// A video as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Video {
    /// The login of its channel.
    pub login: String,
    /// Its title.
    pub title: String,
    /// When it became public.
    pub published_at: Timestamp,
    /// Views.
    pub views: i64,
}

/// What is there.
#[derive(Debug, Default)]
pub struct TwitchWorld(Mutex<Things>);

#[derive(Debug, Default)]
struct Things {
    channels: BTreeMap<String, Channel>,
    videos: BTreeMap<String, Video>,
}

impl TwitchWorld {
    fn lock(&self) -> MutexGuard<'_, Things> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a channel there, or changes it.
    pub fn channel(&self, login: &str, channel: Channel) {
        self.lock().channels.insert(login.to_owned(), channel);
    }

    /// Takes a channel away.
    pub fn ban(&self, login: &str) {
        self.lock().channels.remove(login);
    }

    /// Puts a video there, or changes it.
    pub fn video(&self, id: &str, video: Video) {
        self.lock().videos.insert(id.to_owned(), video);
    }

    /// Takes a video away: archives go after some weeks.
    pub fn expire(&self, id: &str) {
        self.lock().videos.remove(id);
    }
}

/// A request as it came, without its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The path, from the root.
    pub path: String,
    /// The query in order, decoded.
    pub query: Vec<(String, String)>,
}

/// The running server.
pub struct TwitchSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: TwitchConfig,
    world: Arc<TwitchWorld>,
    faults: Faults,
    state: Mutex<State>,
}

struct State {
    points: f64,
    filled: Timestamp,
    /// Tokens that were given out, and when they end.
    given: Vec<(String, Timestamp)>,
    seen: VecDeque<Seen>,
    refused: u32,
}

impl TwitchSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: TwitchConfig, world: Arc<TwitchWorld>) -> io::Result<Self> {
        let state =
            State { points: config.points, filled: clock.now(), given: Vec::new(), seen: VecDeque::new(), refused: 0 };
        let inner = Arc::new(Inner {
            clock: clock.clone(),
            config,
            world,
            faults: Faults::default(),
            state: Mutex::new(state),
        });
        let server = Server::answering(clock, "twitch-sim", &inner, |inner, asked| async move {
            let work = |now| inner.answer(&asked.method, asked.path(), &asked.query, &asked.headers, &asked.body, now);
            inner.faults.around(&inner.clock, "twitch-sim", asked.method.as_str(), work).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// What to configure as the API's base address.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/helix", self.server.url())
    }

    /// What to configure as the address of the token server.
    #[must_use]
    pub fn token_url(&self) -> String {
        self.server.url()
    }

    /// What is there.
    #[must_use]
    pub fn world(&self) -> &TwitchWorld {
        &self.inner.world
    }

    /// What goes wrong next.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// The newest requests, oldest first; at most 512 are kept.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.lock().seen.iter().cloned().collect()
    }

    /// How many requests met an empty bucket.
    #[must_use]
    pub fn refused(&self) -> u32 {
        self.inner.lock().refused
    }

    /// Ends every token that was given out.
    pub fn revoke_tokens(&self) {
        self.inner.lock().given.clear();
    }
}

/// A refusal as Helix writes it.
fn refusal(status: u16, error: &str, message: &str) -> Response {
    respond(status, json!({"error": error, "status": status, "message": message}).to_string())
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(
        &self,
        method: &Method,
        path: &str,
        query: &[(String, String)],
        headers: &HeaderMap,
        body: &Bytes,
        now: Timestamp,
    ) -> Response {
        let mut state = self.lock();
        if state.seen.len() == SEEN_MAX {
            state.seen.pop_front();
        }
        state.seen.push_back(Seen { path: path.to_owned(), query: query.to_vec() });
        if path == "/oauth2/token" {
            return self.token(method, body, &mut state, now);
        }
        if let Err(no) = self.admit(headers, &state, now) {
            return *no;
        }
        let (left, reset) = match self.pay(&mut state, now) {
            Ok(left) => left,
            Err(reset) => {
                state.refused += 1;
                let no = refusal(429, "Too Many Requests", "Your request rate limit was exceeded");
                return self.with_points(no, 0, reset);
            }
        };
        drop(state);
        let answered = match (method, path) {
            (&Method::GET, "/helix/users") => self.users(query),
            (&Method::GET, "/helix/streams") => self.streams(query),
            (&Method::GET, "/helix/channels/followers") => self.followers(query),
            (&Method::GET, "/helix/videos") => self.videos(query),
            _ => refusal(404, "Not Found", ""),
        };
        self.with_points(answered, left, reset)
    }

    /// RFC 6749 §4.4: a form, and nothing in the query.
    fn token(&self, method: &Method, body: &Bytes, state: &mut State, now: Timestamp) -> Response {
        let text = String::from_utf8_lossy(body).into_owned();
        let field = |name: &str| {
            text.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default().to_owned()
        };
        let bad =
            |status: u16, message: &str| respond(status, json!({"status": status, "message": message}).to_string());
        if method != Method::POST {
            return bad(404, "");
        }
        if field("grant_type") != "client_credentials" {
            return bad(400, "missing or invalid grant type");
        }
        if field("client_id") != self.config.app.0 {
            return bad(400, "invalid client");
        }
        if field("client_secret") != self.config.app.1 {
            return bad(403, "invalid client secret");
        }
        let token = format!("apptoken{}{}", state.given.len() + 1, now.as_second());
        let life = SignedDuration::from_secs(self.config.token_secs);
        state.given.push((token.clone(), now.saturating_add(life).unwrap_or(Timestamp::MAX)));
        let given = json!({"access_token": token, "expires_in": self.config.token_secs, "token_type": "bearer"});
        respond(200, given.to_string())
    }

    fn admit(&self, headers: &HeaderMap, state: &State, now: Timestamp) -> Result<(), Box<Response>> {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let client = text(header::HeaderName::from_static("client-id"));
        let token = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        let Some(token) = token else {
            return Err(Box::new(refusal(401, "Unauthorized", "OAuth token is missing")));
        };
        if !state.given.iter().any(|(given, until)| given == token && now < *until) {
            return Err(Box::new(refusal(401, "Unauthorized", "Invalid OAuth token")));
        }
        match client {
            None => Err(Box::new(refusal(401, "Unauthorized", "Client ID is missing"))),
            Some(id) if id != self.config.app.0 => {
                Err(Box::new(refusal(401, "Unauthorized", "Client ID and OAuth token do not match")))
            }
            Some(_) => Ok(()),
        }
    }

    /// Takes a point. How many are left, and when the bucket is full again.
    fn pay(&self, state: &mut State, now: Timestamp) -> Result<(u32, i64), i64> {
        let rate = self.config.points / 60.0;
        let passed = now.duration_since(state.filled).as_secs_f64();
        state.points = f64::min(self.config.points, state.points + passed * rate);
        state.filled = now;
        let full = ((self.config.points - state.points) / rate).ceil();
        let reset = now.as_second() + crate::domain::num::round_i64(full).unwrap_or(60);
        if state.points < 1.0 {
            return Err(reset);
        }
        state.points -= 1.0;
        let left = crate::domain::num::round_i64(state.points.floor()).and_then(|left| u32::try_from(left).ok());
        Ok((left.unwrap_or(0), reset))
    }

    fn with_points(&self, mut answer: Response, left: u32, reset: i64) -> Response {
        let limit = crate::domain::num::round_i64(self.config.points).unwrap_or(0);
        for (name, value) in
            [("ratelimit-limit", limit), ("ratelimit-remaining", i64::from(left)), ("ratelimit-reset", reset)]
        {
            answer.headers_mut().insert(name, HeaderValue::from(value));
        }
        answer
    }

    fn users(&self, query: &[(String, String)]) -> Response {
        let logins = match values(query, &["login"]) {
            Ok(logins) => logins,
            Err(no) => return *no,
        };
        let things = self.world.lock();
        let row = |login: &&str| {
            let channel = things.channels.get(&login.to_lowercase())?;
            let name = login.to_lowercase();
            let made = "2020-01-01T00:00:00Z";
            Some(
                json!({"id": channel.id, "login": name, "display_name": login, "type": "", "broadcaster_type": "partner",
                "description": "", "view_count": 0, "created_at": made}),
            )
        };
        let data: Vec<Value> = logins.iter().filter_map(row).collect();
        respond(200, json!({"data": data}).to_string())
    }

    fn streams(&self, query: &[(String, String)]) -> Response {
        let logins = match values(query, &["user_login"]) {
            Ok(logins) => logins,
            Err(no) => return *no,
        };
        let first: usize = one(query, "first").and_then(|first| first.parse().ok()).unwrap_or(20);
        let things = self.world.lock();
        let row = |login: &&str| {
            let channel = things.channels.get(&login.to_lowercase())?;
            Some(json!({"id": format!("4{}", channel.id), "user_id": channel.id, "user_login": login.to_lowercase(),
                "user_name": login, "game_name": "Just Chatting", "type": "live", "title": "live",
                "viewer_count": channel.viewers?, "started_at": "2026-01-01T00:00:00Z", "language": "en", "tags": []}))
        };
        let data: Vec<Value> = logins.iter().filter_map(row).take(first).collect();
        respond(200, json!({"data": data, "pagination": {}}).to_string())
    }

    fn followers(&self, query: &[(String, String)]) -> Response {
        let Some(id) = one(query, "broadcaster_id") else {
            return refusal(
                400,
                "Bad Request",
                "The parameter \"broadcaster_id\" was malformed: the value must not be empty",
            );
        };
        if !self.config.tells_followers {
            return refusal(401, "Unauthorized", "Missing scope: moderator:read:followers");
        }
        let things = self.world.lock();
        // Somebody who is gone has no followers; the API does not say that they are gone.
        let total = things.channels.values().find(|channel| channel.id == id).map_or(0, |channel| channel.followers);
        respond(200, json!({"total": total, "data": [], "pagination": {}}).to_string())
    }

    fn videos(&self, query: &[(String, String)]) -> Response {
        let things = self.world.lock();
        let row = |(id, video): (&String, &Video)| {
            let user = things.channels.get(&video.login).map_or("", |channel| channel.id.as_str());
            let at = video.published_at.to_string();
            json!({"id": id, "stream_id": null, "user_id": user, "user_login": video.login, "title": video.title,
                "description": "", "created_at": at, "published_at": at, "viewable": "public",
                "view_count": video.views, "language": "en", "type": "archive", "duration": "1h2m3s"})
        };
        if let Some(user) = one(query, "user_id") {
            return page(
                query,
                |login| things.channels.get(login).is_some_and(|channel| channel.id == user),
                &things,
                row,
            );
        }
        let ids = match values(query, &["id"]) {
            Ok(ids) => ids,
            Err(no) => return *no,
        };
        let data: Vec<Value> = ids.iter().filter_map(|id| things.videos.get_key_value(*id)).map(row).collect();
        if data.is_empty() {
            return refusal(404, "Not Found", "video not found");
        }
        respond(200, json!({"data": data, "pagination": {}}).to_string())
    }
}

/// The videos of one channel, newest first, page by page.
fn page(
    query: &[(String, String)],
    of: impl Fn(&str) -> bool,
    things: &Things,
    row: impl Fn((&String, &Video)) -> Value,
) -> Response {
    let first: usize = one(query, "first").and_then(|first| first.parse().ok()).unwrap_or(20);
    if !(1..=100).contains(&first) {
        return refusal(
            400,
            "Bad Request",
            "The parameter \"first\" was malformed: the value must be less than or equal to 100",
        );
    }
    let after: usize = one(query, "after").and_then(|cursor| cursor.strip_prefix("cur")?.parse().ok()).unwrap_or(0);
    let mut all: Vec<(&String, &Video)> = things.videos.iter().filter(|(_, video)| of(&video.login)).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.1.published_at));
    let data: Vec<Value> = all.iter().skip(after).take(first).map(|(id, video)| row((id, video))).collect();
    let mut pagination = json!({});
    if after + first < all.len() {
        pagination = json!({"cursor": format!("cur{}", after + first)});
    }
    respond(200, json!({"data": data, "pagination": pagination}).to_string())
}

fn one<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
}

/// The values of a parameter that may be repeated, 1 to 100 times.
fn values<'a>(query: &'a [(String, String)], names: &[&str]) -> Result<Vec<&'a str>, Box<Response>> {
    let values: Vec<&str> =
        query.iter().filter(|pair| names.contains(&pair.0.as_str())).map(|pair| pair.1.as_str()).collect();
    if values.is_empty() {
        return Err(Box::new(refusal(400, "Bad Request", "Must provide an ID, Login or OAuth Token")));
    }
    if IDS_MAX < values.len() {
        return Err(Box::new(refusal(400, "Bad Request", "The number of IDs and Logins must be 100 or fewer")));
    }
    Ok(values)
}
