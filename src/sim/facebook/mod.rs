//! The emulated Graph as Facebook Pages see it: a Page, its published posts, posts by id with insights, and the exchange of
//! tokens.
//!
//! Owns: whose token may see what, rights, 50 ids a question, names of insights that are no more, pages of lists with the token
//! in `next`, and the allowance of each token. Refuses: numbers of its own; they are a [`PagesWorld`]'s.
//!
//! Unverified of the real platform: that 50 ids are the most, and that one id that is not there fails all of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::loopback::{Faults, Server, answer as respond};
use crate::time::Clock;

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 512;

/// Ids a question takes.
const IDS_MAX: usize = 50;

/// The insights that are left since November 2025.
const INSIGHTS: [&str; 4] =
    ["post_media_view", "post_total_media_view_unique", "post_clicks", "post_reactions_by_type_total"];

/// How it behaves.
#[derive(Debug, Clone)]
pub struct PagesConfig {
    /// The app: its id and secret.
    pub app: (String, String),
    /// Calls an hour that one token may make.
    pub calls_an_hour: u32,
    /// Whether tokens have the right `read_insights`.
    pub reads_insights: bool,
    /// A name of an insight that has been dropped.
    pub dropped: Option<&'static str>,
}

impl Default for PagesConfig {
    fn default() -> Self {
        Self {
            app: ("sim-app".to_owned(), "sim-secret".to_owned()),
            calls_an_hour: 4800,
            reads_insights: true,
            dropped: None,
        }
    }
}

/// A post as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePost {
    /// Its text.
    pub text: String,
    /// When it was published.
    pub at: Timestamp,
    /// Reactions, comments, shares.
    pub counts: [i64; 3],
    /// Seen, and by how many; `None` while there are no insights.
    pub seen: Option<(i64, i64)>,
}

/// What is there, and who may see it.
#[derive(Debug, Default)]
pub struct PagesWorld(Mutex<Things>);

#[derive(Debug, Default)]
struct Things {
    followers: BTreeMap<String, i64>,
    posts: BTreeMap<String, PagePost>,
    /// The Pages that a token sees; all, where there is none named.
    tokens: BTreeMap<String, Option<String>>,
    ended: BTreeSet<String>,
    exchanges: u32,
}

impl PagesWorld {
    fn lock(&self) -> MutexGuard<'_, Things> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a Page there, or changes it.
    pub fn page(&self, id: &str, followers: i64) {
        self.lock().followers.insert(id.to_owned(), followers);
    }

    /// Puts a post there, or changes it; its id begins with its Page's.
    pub fn post(&self, id: &str, post: PagePost) {
        self.lock().posts.insert(id.to_owned(), post);
    }

    /// Takes a post away.
    pub fn delete(&self, id: &str) {
        self.lock().posts.remove(id);
    }

    /// Lets a token see one Page, or all.
    pub fn token(&self, token: &str, page: Option<&str>) {
        self.lock().tokens.insert(token.to_owned(), page.map(str::to_owned));
    }

    /// Ends a token; it can still be exchanged once, as one that is merely old can.
    pub fn end_token(&self, token: &str) {
        self.lock().ended.insert(token.to_owned());
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
pub struct PagesSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: PagesConfig,
    world: Arc<PagesWorld>,
    faults: Faults,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When each token asked, within the last hour.
    calls: BTreeMap<String, VecDeque<Timestamp>>,
    seen: VecDeque<Seen>,
    throttled: u32,
}

impl PagesSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: PagesConfig, world: Arc<PagesWorld>) -> io::Result<Self> {
        let inner =
            Arc::new(Inner { clock: clock.clone(), config, world, faults: Faults::default(), state: Mutex::default() });
        let server = Server::answering(clock, "pages-sim", &inner, |inner, asked| async move {
            let work = |now| inner.answer(&asked.method, asked.path(), &asked.query, &asked.headers, now);
            inner.faults.around(&inner.clock, "pages-sim", asked.method.as_str(), work).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// What to configure as the Graph's base address.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// What is there.
    #[must_use]
    pub fn world(&self) -> &PagesWorld {
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

    /// How many requests were throttled.
    #[must_use]
    pub fn throttled(&self) -> u32 {
        self.inner.lock().throttled
    }
}

/// An error as the Graph writes it.
fn error(status: u16, code: i64, subcode: Option<i64>, message: &str) -> Response {
    let mut error = json!({"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AsimTrace"});
    if let (Some(subcode), Some(error)) = (subcode, error.as_object_mut()) {
        error.insert("error_subcode".to_owned(), Value::from(subcode));
    }
    respond(status, json!({"error": error}).to_string())
}

fn not_there(id: &str) -> Response {
    let message = format!(
        "Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
        permissions, or does not support this operation"
    );
    error(400, 100, Some(33), &message)
}

fn one<'a>(query: &'a [(String, String)], name: &str) -> &'a str {
    query.iter().find(|pair| pair.0 == name).map_or("", |pair| pair.1.as_str())
}

/// `2026-07-01T10:00:00+0000`.
fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
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
        now: Timestamp,
    ) -> Response {
        let secret = |name: &str| matches!(name, "access_token" | "client_secret" | "fb_exchange_token");
        {
            let mut state = self.lock();
            if state.seen.len() == SEEN_MAX {
                state.seen.pop_front();
            }
            let query = query.iter().filter(|pair| !secret(&pair.0)).cloned().collect();
            state.seen.push_back(Seen { path: path.to_owned(), query });
        }
        let Some(rest) = path.strip_prefix("/v25.0/").filter(|_| method == Method::GET) else {
            return error(400, 2635, None, "You are calling a deprecated version of the Graph API");
        };
        if rest == "oauth/access_token" {
            return self.exchange(query);
        }
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = token.strip_prefix("Bearer ").unwrap_or_default();
        let sees = {
            let things = self.world.lock();
            if things.ended.contains(token) {
                return error(400, 190, Some(463), "Error validating access token: Session has expired");
            }
            match things.tokens.get(token) {
                Some(page) => page.clone(),
                None => return error(400, 190, None, "Invalid OAuth access token - Cannot parse access token"),
            }
        };
        let percent = match self.pay(token, now) {
            Ok(percent) => percent,
            Err(minutes) => {
                let no = error(400, 32, None, "(#32) Page request limit reached");
                return with_usage(no, 100, minutes);
            }
        };
        let may = |page: &str| sees.as_deref().is_none_or(|only| only == page);
        let answered = match rest.split_once('/') {
            None if rest.is_empty() => self.posts(query, may),
            Some((page, "published_posts")) if may(page) => self.list(page, query, token),
            None if may(rest) => self.page(rest, query),
            _ => not_there(rest),
        };
        with_usage(answered, percent, 0)
    }

    /// Counts a call of a token's hour: how full it is, or in how many minutes there is room again.
    fn pay(&self, token: &str, now: Timestamp) -> Result<u32, i64> {
        let mut state = self.lock();
        let calls = state.calls.entry(token.to_owned()).or_default();
        let hour = SignedDuration::from_hours(1);
        while calls.front().is_some_and(|first| hour <= now.duration_since(*first)) {
            calls.pop_front();
        }
        let count = u32::try_from(calls.len()).unwrap_or(u32::MAX);
        if self.config.calls_an_hour <= count {
            let first = calls.front().copied().unwrap_or(now);
            state.throttled += 1;
            return Err((hour.as_secs() - now.duration_since(first).as_secs()).div_euclid(60) + 1);
        }
        calls.push_back(now);
        Ok((count + 1) * 100 / self.config.calls_an_hour)
    }

    /// A token for a longer-lived one.
    fn exchange(&self, query: &[(String, String)]) -> Response {
        let app = (one(query, "client_id"), one(query, "client_secret"));
        if one(query, "grant_type") != "fb_exchange_token" || app != (&self.config.app.0, &self.config.app.1) {
            return error(400, 101, None, "Error validating application. Cannot get application info");
        }
        let mut things = self.world.lock();
        let old = one(query, "fb_exchange_token").to_owned();
        let Some(sees) = things.tokens.remove(&old) else {
            return error(400, 190, Some(467), "Error validating access token");
        };
        things.exchanges += 1;
        let token = format!("{old}-{}", things.exchanges);
        things.tokens.insert(token.clone(), sees);
        respond(200, json!({"access_token": token, "token_type": "bearer", "expires_in": 5_183_944}).to_string())
    }

    fn page(&self, page: &str, query: &[(String, String)]) -> Response {
        let things = self.world.lock();
        let Some(followers) = things.followers.get(page) else { return not_there(page) };
        let mut body = json!({"id": page});
        for (name, value) in [("followers_count", Value::from(*followers)), ("name", Value::from("A page"))] {
            if let Some(body) =
                body.as_object_mut().filter(|_| one(query, "fields").split(',').any(|field| field == name))
            {
                body.insert(name.to_owned(), value);
            }
        }
        respond(200, body.to_string())
    }

    fn list(&self, page: &str, query: &[(String, String)], token: &str) -> Response {
        let things = self.world.lock();
        if !things.followers.contains_key(page) {
            return not_there(page);
        }
        let limit: usize = one(query, "limit").parse().unwrap_or(25);
        if 100 < limit {
            return error(400, 100, None, "(#100) Limit has to be smaller than 100");
        }
        let since = one(query, "since").parse().ok().and_then(|secs| Timestamp::from_second(secs).ok());
        let from: usize = one(query, "after").strip_prefix("QVFI").and_then(|text| text.parse().ok()).unwrap_or(0);
        let prefix = format!("{page}_");
        let mut found: Vec<(&String, &PagePost)> = things
            .posts
            .iter()
            .filter(|(id, post)| id.starts_with(&prefix) && since.is_none_or(|since| since <= post.at))
            .collect();
        found.sort_by_key(|(_, post)| std::cmp::Reverse(post.at));
        let data: Vec<Value> = found
            .iter()
            .skip(from)
            .take(limit)
            .map(|(id, post)| json!({"id": id, "message": post.text, "created_time": written(post.at)}))
            .collect();
        let after = format!("QVFI{}", from + limit);
        let mut body = json!({"data": data, "paging": {"cursors": {"before": "QVFI0", "after": after}}});
        if from + limit < found.len() {
            // As the real one does, with the token in it.
            let next =
                format!("https://graph.facebook.com/v25.0/{page}/published_posts?access_token={token}&after={after}");
            if let Some(paging) = body.get_mut("paging").and_then(Value::as_object_mut) {
                paging.insert("next".to_owned(), Value::from(next));
            }
        }
        respond(200, body.to_string())
    }

    fn posts(&self, query: &[(String, String)], may: impl Fn(&str) -> bool) -> Response {
        let ids: Vec<&str> = one(query, "ids").split(',').filter(|id| !id.is_empty()).collect();
        if ids.is_empty() || IDS_MAX < ids.len() {
            return error(400, 100, None, "(#100) Too many IDs. Maximum: 50");
        }
        let fields = one(query, "fields");
        let asked = fields.split_once("insights.metric(").and_then(|(_, rest)| rest.split_once(')'));
        let names: Vec<&str> = asked.map(|(names, _)| names.split(',').collect()).unwrap_or_default();
        if !names.is_empty() && !self.config.reads_insights {
            return error(403, 200, None, "(#200) Requires read_insights permission to manage the object");
        }
        if names.iter().any(|name| !INSIGHTS.contains(name) || self.config.dropped == Some(name)) {
            return error(400, 100, None, "(#100) The value must be a valid insights metric");
        }
        let things = self.world.lock();
        let mut body = Map::new();
        for id in ids {
            let page = id.split('_').next().unwrap_or_default();
            let Some(post) = things.posts.get(id).filter(|_| may(page)) else { return not_there(id) };
            body.insert(id.to_owned(), post_json(id, post, &names));
        }
        respond(200, Value::Object(body).to_string())
    }
}

fn post_json(id: &str, post: &PagePost, names: &[&str]) -> Value {
    let [reactions, comments, shares] = post.counts;
    let mut row = json!({"id": id, "message": post.text, "created_time": written(post.at),
        "reactions": {"data": [], "summary": {"total_count": reactions, "viewer_reaction": "NONE"}},
        "comments": {"data": [], "summary": {"order": "chronological", "total_count": comments, "can_comment": true}}});
    let Some(members) = row.as_object_mut() else { return row };
    // The field is left out while nobody has.
    if 0 < shares {
        members.insert("shares".to_owned(), json!({"count": shares}));
    }
    if !names.is_empty() {
        let values =
            post.seen.map(|(views, people)| [("post_media_view", views), ("post_total_media_view_unique", people)]);
        let rows = values.into_iter().flatten().filter(|(name, _)| names.contains(name));
        let data: Vec<Value> = rows
            .map(|(name, value)| json!({"name": name, "values": [{"value": value}], "id": format!("{id}/insights/{name}/lifetime")}))
            .collect();
        members.insert("insights".to_owned(), json!({"data": data}));
    }
    row
}

fn with_usage(mut answer: Response, percent: u32, minutes: i64) -> Response {
    let usage = json!({"66782684": [{"type": "pages", "call_count": percent, "total_cputime": 1, "total_time": 1,
        "estimated_time_to_regain_access": minutes}]});
    if let Ok(value) = HeaderValue::from_str(&usage.to_string()) {
        answer.headers_mut().insert("x-business-use-case-usage", value);
    }
    answer
}
