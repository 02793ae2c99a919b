//! The emulated X API v2: three lookups with their limits, partial errors and prices.
//!
//! Owns: the bearer token, 100 ids a call, limits per endpoint and 15 minutes, what a UTC day costs, and what is said of what is
//! not there. Refuses: numbers of its own; they are an [`XWorld`]'s.
//!
//! Unverified of the real platform: the status of an account whose credits are used up (here 402).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::loopback::{Faults, Server, answer as respond};
use crate::time::Clock;

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 512;

/// Ids and names a call takes.
const IDS_MAX: usize = 100;

/// Seconds in the window of every limit.
const WINDOW: i64 = 900;

/// How it behaves.
#[derive(Debug, Clone)]
pub struct XConfig {
    /// The bearer token of the app.
    pub token: String,
    /// Calls in 15 minutes: names, posts, lists.
    pub limits: [u32; 3],
    /// Tenths of a cent that were paid in.
    pub credits: u32,
}

impl Default for XConfig {
    fn default() -> Self {
        Self { token: "sim-token".to_owned(), limits: [300, 3500, 10_000], credits: 1_000_000 }
    }
}

/// An account as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Followers.
    pub followers: i64,
    /// Whether it shows its posts to its followers only.
    pub protected: bool,
}

/// A post as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The name of its account.
    pub by: String,
    /// Its text.
    pub text: String,
    /// When it became public.
    pub at: Timestamp,
    /// Shown, liked, answered, handed on, quoted, kept.
    pub numbers: [i64; 6],
}

/// What is there.
#[derive(Debug, Default)]
pub struct XWorld(Mutex<Things>);

#[derive(Debug, Default)]
struct Things {
    accounts: BTreeMap<String, Account>,
    posts: BTreeMap<String, Post>,
}

impl XWorld {
    fn lock(&self) -> MutexGuard<'_, Things> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an account there, or changes it.
    pub fn account(&self, name: &str, account: Account) {
        self.lock().accounts.insert(name.to_owned(), account);
    }

    /// Puts a post there, or changes it.
    pub fn post(&self, id: &str, post: Post) {
        self.lock().posts.insert(id.to_owned(), post);
    }

    /// Takes a post away.
    pub fn delete(&self, id: &str) {
        self.lock().posts.remove(id);
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
pub struct XSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: XConfig,
    world: Arc<XWorld>,
    faults: Faults,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Calls in the window, by endpoint.
    calls: [(i64, u32); 3],
    day: i64,
    read: BTreeSet<(char, String)>,
    mills: u32,
    seen: VecDeque<Seen>,
}

impl State {
    /// Puts what was read on the bill, once a UTC day.
    fn charge(&mut self, kind: char, ids: &[&str], price: u32, now: Timestamp) {
        let day = now.as_second().div_euclid(86_400);
        if self.day != day {
            self.day = day;
            self.read.clear();
        }
        for id in ids {
            if self.read.insert((kind, (*id).to_owned())) {
                self.mills += price;
            }
        }
    }
}

impl XSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: XConfig, world: Arc<XWorld>) -> io::Result<Self> {
        let inner =
            Arc::new(Inner { clock: clock.clone(), config, world, faults: Faults::default(), state: Mutex::default() });
        let server = Server::answering(clock, "x-sim", &inner, |inner, asked| async move {
            let work = |now| inner.answer(&asked.method, asked.path(), &asked.query, &asked.headers, now);
            inner.faults.around(&inner.clock, "x-sim", asked.method.as_str(), work).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// What to configure as the API's base address.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/2", self.server.url())
    }

    /// What is there.
    #[must_use]
    pub fn world(&self) -> &XWorld {
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

    /// Tenths of a cent on the bill since the start.
    #[must_use]
    pub fn mills(&self) -> u32 {
        self.inner.lock().mills
    }
}

/// A problem as the platform writes it.
fn problem(status: u16, kind: &str, title: &str, detail: &str) -> Response {
    let kind = if kind.is_empty() { "about:blank".to_owned() } else { format!("https://api.x.com/2/problems/{kind}") };
    respond(status, json!({"title": title, "detail": detail, "type": kind, "status": status}).to_string())
}

fn missing(kind: &str, what: &str, parameter: &str, id: &str) -> Value {
    let (title, say) = match kind {
        "resource-not-found" => ("Not Found Error", "Could not find"),
        _ => ("Authorization Error", "Sorry, you are not authorized to see the"),
    };
    json!({"value": id, "resource_id": id, "resource_type": what, "parameter": parameter, "title": title,
        "detail": format!("{say} {what} with {parameter}: [{id}]."), "type": format!("https://api.x.com/2/problems/{kind}")})
}

/// `data` and `errors`, each only where it has something in it.
fn both(data: Vec<Value>, errors: Vec<Value>) -> Response {
    let mut body = json!({});
    if let Some(body) = body.as_object_mut() {
        for (key, list) in [("data", data), ("errors", errors)] {
            if !list.is_empty() {
                body.insert(key.to_owned(), Value::from(list));
            }
        }
    }
    respond(200, body.to_string())
}

fn post_json(id: &str, post: &Post, fields: &str, things: &Things) -> Value {
    let [shown, liked, answered, handed_on, quoted, kept] = post.numbers;
    let mut row = json!({"edit_history_tweet_ids": [id], "id": id, "text": post.text});
    if let Some(row) = row.as_object_mut() {
        if fields.contains("public_metrics") {
            let metrics = json!({"retweet_count": handed_on, "reply_count": answered, "like_count": liked,
                "quote_count": quoted, "bookmark_count": kept, "impression_count": shown});
            row.insert("public_metrics".to_owned(), metrics);
        }
        if fields.contains("created_at") {
            row.insert("created_at".to_owned(), Value::from(post.at.to_string()));
        }
        if fields.contains("author_id") {
            let author = things.accounts.get(&post.by).map_or("0", |account| account.id.as_str());
            row.insert("author_id".to_owned(), Value::from(author));
        }
    }
    row
}

fn one<'a>(query: &'a [(String, String)], name: &str) -> &'a str {
    query.iter().find(|pair| pair.0 == name).map_or("", |pair| pair.1.as_str())
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
        let mut state = self.lock();
        if state.seen.len() == SEEN_MAX {
            state.seen.pop_front();
        }
        state.seen.push_back(Seen { path: path.to_owned(), query: query.to_vec() });
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if token.strip_prefix("Bearer ") != Some(self.config.token.as_str()) {
            return problem(401, "", "Unauthorized", "Unauthorized");
        }
        let list = path.strip_prefix("/2/users/").and_then(|rest| rest.strip_suffix("/tweets"));
        let endpoint = match (method, path, list) {
            (&Method::GET, "/2/users/by", _) => 0,
            (&Method::GET, "/2/tweets", _) => 1,
            (&Method::GET, _, Some(_)) => 2,
            _ => return problem(404, "", "Not Found", "Not Found"),
        };
        let (left, reset) = match self.pay_call(&mut state, endpoint, now) {
            Ok(left) => left,
            Err(reset) => {
                let no = problem(429, "rate-limit-exceeded", "Too Many Requests", "Too Many Requests");
                return self.with_limit(no, endpoint, 0, reset);
            }
        };
        if self.config.credits <= state.mills {
            let detail = "Your enrolled account does not have any credits to fulfill this request.";
            return problem(402, "credits", "CreditsDepleted", detail);
        }
        let answered = match list {
            Some(id) => self.list(id, query, &mut state, now),
            None if endpoint == 0 => self.users(query, &mut state, now),
            None => self.posts(query, &mut state, now),
        };
        self.with_limit(answered, endpoint, left, reset)
    }

    /// Takes a call of an endpoint's window. How many are left, and when it begins anew.
    fn pay_call(&self, state: &mut State, endpoint: usize, now: Timestamp) -> Result<(u32, i64), i64> {
        let window = now.as_second().div_euclid(WINDOW);
        let reset = (window + 1) * WINDOW;
        let limit = self.config.limits.get(endpoint).copied().unwrap_or(0);
        let Some(calls) = state.calls.get_mut(endpoint) else { return Err(reset) };
        if calls.0 != window {
            *calls = (window, 0);
        }
        if limit <= calls.1 {
            return Err(reset);
        }
        calls.1 += 1;
        Ok((limit - calls.1, reset))
    }

    fn with_limit(&self, mut answer: Response, endpoint: usize, left: u32, reset: i64) -> Response {
        let limit = self.config.limits.get(endpoint).copied().unwrap_or(0);
        for (name, value) in [
            ("x-rate-limit-limit", i64::from(limit)),
            ("x-rate-limit-remaining", i64::from(left)),
            ("x-rate-limit-reset", reset),
        ] {
            answer.headers_mut().insert(name, HeaderValue::from(value));
        }
        answer
    }

    fn users(&self, query: &[(String, String)], state: &mut State, now: Timestamp) -> Response {
        let names: Vec<&str> = one(query, "usernames").split(',').collect();
        if names.is_empty() || IDS_MAX < names.len() || names.contains(&"") {
            return problem(
                400,
                "invalid-request",
                "Invalid Request",
                "The number of values in `usernames` is not valid",
            );
        }
        let things = self.world.lock();
        let (mut data, mut errors) = (Vec::new(), Vec::new());
        for name in names {
            let Some(account) = things.accounts.get(&name.to_lowercase()) else {
                errors.push(missing("resource-not-found", "user", "usernames", name));
                continue;
            };
            state.charge('u', &[&account.id], 10, now);
            let mut row = json!({"id": account.id, "name": name, "username": name});
            if let Some(row) = row.as_object_mut().filter(|_| one(query, "user.fields").contains("public_metrics")) {
                let metrics = json!({"followers_count": account.followers, "following_count": 1, "tweet_count": 2,
                    "listed_count": 0, "like_count": 0});
                row.insert("public_metrics".to_owned(), metrics);
            }
            data.push(row);
        }
        both(data, errors)
    }

    fn posts(&self, query: &[(String, String)], state: &mut State, now: Timestamp) -> Response {
        let ids: Vec<&str> = one(query, "ids").split(',').collect();
        if IDS_MAX < ids.len() || ids.iter().any(|id| id.parse::<u64>().is_err()) {
            return problem(400, "invalid-request", "Invalid Request", "The `ids` query parameter value is not valid");
        }
        let things = self.world.lock();
        let (mut data, mut errors) = (Vec::new(), Vec::new());
        for id in ids {
            let Some(post) = things.posts.get(id) else {
                errors.push(missing("resource-not-found", "tweet", "ids", id));
                continue;
            };
            if things.accounts.get(&post.by).is_some_and(|account| account.protected) {
                errors.push(missing("not-authorized-for-resource", "tweet", "ids", id));
                continue;
            }
            state.charge('p', &[id], 5, now);
            data.push(post_json(id, post, one(query, "tweet.fields"), &things));
        }
        both(data, errors)
    }

    fn list(&self, id: &str, query: &[(String, String)], state: &mut State, now: Timestamp) -> Response {
        let most: usize = one(query, "max_results").parse().unwrap_or(10);
        if !(5..=100).contains(&most) {
            return problem(
                400,
                "invalid-request",
                "Invalid Request",
                "The `max_results` query parameter value is not valid",
            );
        }
        let things = self.world.lock();
        let Some((name, account)) = things.accounts.iter().find(|(_, account)| account.id == id) else {
            return both(Vec::new(), vec![missing("resource-not-found", "user", "id", id)]);
        };
        if account.protected {
            return both(Vec::new(), vec![missing("not-authorized-for-resource", "user", "id", id)]);
        }
        let since: u64 = one(query, "since_id").parse().unwrap_or(0);
        let start: Timestamp = one(query, "start_time").parse().unwrap_or(Timestamp::MIN);
        let number = |id: &str| id.parse::<u64>().unwrap_or(0);
        let mut found: Vec<(&String, &Post)> = things
            .posts
            .iter()
            .filter(|(id, post)| post.by == *name && since < number(id) && start <= post.at)
            .collect();
        found.sort_by_key(|(id, _)| std::cmp::Reverse(number(id)));
        found.truncate(most);
        let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
        state.charge('p', &ids, 5, now);
        let fields = one(query, "tweet.fields");
        let data: Vec<Value> = found.iter().map(|(id, post)| post_json(id, post, fields, &things)).collect();
        if data.is_empty() {
            return respond(200, json!({"meta": {"result_count": 0}}).to_string());
        }
        respond(200, json!({"meta": {"result_count": data.len()}, "data": data}).to_string())
    }
}
