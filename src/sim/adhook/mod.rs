//! The emulated ad platform behind the signed webhook: objects with a state that signed requests set and read.
//!
//! Owns: checking the signature and its age, one change an id, and the history of every object and of its budget.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Query;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

use super::loopback::{Faults, Server, answer};
use crate::time::Clock;

/// How far a request's time may be from ours, in seconds either way.
const WINDOW_SECS: i64 = 300;

/// One state of an object, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When it was set.
    pub at: Timestamp,
    /// To what.
    pub state: String,
    /// By which action; empty for the state it began with.
    pub by: String,
}

/// One budget of an object, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// When it was set.
    pub at: Timestamp,
    /// What the object may spend in all, in minor units.
    pub minor: i64,
    /// As it was written: `3620.00 EUR`.
    pub text: String,
    /// By which action; empty for the budget it began with.
    pub by: String,
}

/// An order that was well signed, done or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSeen {
    /// The action's id.
    pub id: String,
    /// Of what.
    pub object: String,
    /// The state that it asks for.
    pub desired: String,
    /// The id was known: nothing was changed.
    pub again: bool,
}

/// The objects of the platform. Shared with whoever needs to know what runs.
#[derive(Debug, Default)]
pub struct Board(Mutex<Objects>);

#[derive(Debug, Default)]
struct Objects {
    history: BTreeMap<String, Vec<Change>>,
    budgets: BTreeMap<String, Vec<Budget>>,
    ids: BTreeSet<String>,
    orders: Vec<OrderSeen>,
    deaf: u32,
    requests: u64,
}

impl Board {
    /// The state an object has now.
    #[must_use]
    pub fn state(&self, object: &str) -> Option<String> {
        self.history(object).pop().map(|change| change.state)
    }

    /// Every state an object has had, oldest first.
    #[must_use]
    pub fn history(&self, object: &str) -> Vec<Change> {
        self.lock().history.get(object).cloned().unwrap_or_default()
    }

    /// Every budget an object has had, oldest first; empty for one whose budget the platform does not tell.
    #[must_use]
    pub fn budgets(&self, object: &str) -> Vec<Budget> {
        self.lock().budgets.get(object).cloned().unwrap_or_default()
    }

    /// Gives an object a budget from `at` on, written `6000.00 EUR`. `false`: it is not written so, or there is no such
    /// object.
    pub fn give_budget(&self, object: &str, text: &str, at: Timestamp) -> bool {
        self.lock().set_budget(object, text, "", at)
    }

    /// The platform tells the budget of an object no more.
    pub fn forget_budget(&self, object: &str) {
        self.lock().budgets.remove(object);
    }

    /// Every object.
    #[must_use]
    pub fn objects(&self) -> Vec<String> {
        self.lock().history.keys().cloned().collect()
    }

    /// Every order for an object that exists, in the order in which they came.
    #[must_use]
    pub fn orders(&self) -> Vec<OrderSeen> {
        self.lock().orders.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Objects> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Objects {
    fn set_budget(&mut self, object: &str, text: &str, by: &str, at: Timestamp) -> bool {
        let Some(minor) = minor_of(text).filter(|_| self.history.contains_key(object)) else { return false };
        let budget = Budget { at, minor, text: text.to_owned(), by: by.to_owned() };
        self.budgets.entry(object.to_owned()).or_default().push(budget);
        true
    }
}

/// `3620.00 EUR` in hundredths. Currencies with two decimals are all that run here.
fn minor_of(text: &str) -> Option<i64> {
    let (amount, currency) = text.split_once(' ')?;
    let (whole, cents) = amount.split_once('.').unwrap_or((amount, "00"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let good = is_number(whole) && is_number(cents) && cents.len() == 2 && currency.len() == 3;
    let (whole, cents): (i64, i64) = (whole.parse().ok()?, cents.parse().ok()?);
    good.then(|| whole.checked_mul(100)?.checked_add(cents)).flatten()
}

/// The running server.
pub struct AdHookSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    secret: Vec<u8>,
    board: Arc<Board>,
    faults: Faults,
}

#[derive(Deserialize)]
struct Order {
    id: String,
    subject: String,
    object: String,
    desired: String,
}

impl AdHookSim {
    /// Starts it on a free port of loopback, with these objects in these states.
    pub async fn start(clock: &Clock, secret: &str, objects: &[(String, String)]) -> io::Result<Self> {
        let board = Arc::new(Board::default());
        for (object, state) in objects {
            let first = Change { at: clock.now(), state: state.clone(), by: String::new() };
            board.lock().history.insert(object.clone(), vec![first]);
        }
        let inner = Arc::new(Inner {
            clock: clock.clone(),
            secret: secret.as_bytes().to_vec(),
            board,
            faults: Faults::default(),
        });
        let theirs = Arc::clone(&inner);
        let router = Router::new().fallback(
            move |method: Method, Query(query): Query<Vec<(String, String)>>, headers: HeaderMap, body: Bytes| {
                let inner = Arc::clone(&theirs);
                async move {
                    let work = |now| inner.answer(&method, &query, &headers, &body, now);
                    inner.faults.around(&inner.clock, "adhook-sim", method.as_str(), work).await
                }
            },
        );
        let server = Server::start(clock, "adhook-sim", router).await?;
        Ok(Self { server, inner })
    }

    /// What to configure as the webhook's address.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The objects and their history.
    #[must_use]
    pub fn board(&self) -> Arc<Board> {
        Arc::clone(&self.inner.board)
    }

    /// What goes wrong next.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Accepts the next `n` orders and changes nothing: what a verification is for.
    pub fn deaf_for(&self, n: u32) {
        self.inner.board.lock().deaf = n;
    }

    /// Orders and questions with a good signature, since the start.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.inner.board.lock().requests
    }
}

impl Inner {
    fn answer(
        &self,
        method: &Method,
        query: &[(String, String)],
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Response {
        let object = query.iter().find(|row| row.0 == "object").map(|row| row.1.as_str());
        let payload = match (method.as_str(), object) {
            ("POST", _) => body,
            ("GET", Some(object)) => object.as_bytes(),
            _ => return refuse(405, "POST an order, or GET with ?object="),
        };
        let header = headers.get("plimsoll-signature").and_then(|value| value.to_str().ok());
        if let Err(why) = check(&self.secret, header, payload, now) {
            return refuse(401, why);
        }
        self.board.lock().requests += 1;
        match object {
            Some(object) if method == Method::GET => self.tell(object),
            _ => self.obey(body, now),
        }
    }

    fn tell(&self, object: &str) -> Response {
        let budget = self.board.budgets(object).pop().map(|budget| budget.text);
        match (self.board.state(object), budget) {
            (Some(state), Some(budget)) => {
                answer(200, json!({"object": object, "state": state, "budget": budget}).to_string())
            }
            (Some(state), None) => answer(200, json!({"object": object, "state": state}).to_string()),
            (None, _) => refuse(404, "no such object"),
        }
    }

    fn obey(&self, body: &[u8], now: Timestamp) -> Response {
        let Ok(order) = serde_json::from_slice::<Order>(body) else {
            return refuse(400, "not an order");
        };
        if order.id.is_empty() || order.subject.is_empty() || order.desired.is_empty() {
            return refuse(400, "an order has an id, a subject and a desired state");
        }
        let mut board = self.board.lock();
        if !board.history.contains_key(&order.object) {
            return refuse(404, "no such object");
        }
        let budget = order.desired.strip_prefix("budget ");
        if budget.is_some_and(|text| minor_of(text).is_none()) {
            return refuse(400, "a budget is written `budget 3620.00 EUR`");
        }
        let again = !board.ids.insert(order.id.clone());
        let (id, object, desired) = (order.id.clone(), order.object.clone(), order.desired.clone());
        board.orders.push(OrderSeen { id, object, desired, again });
        let deaf = !again && 0 < board.deaf;
        if deaf {
            board.deaf -= 1;
        }
        if again || deaf {
            return answer(202, json!({"accepted": true, "again": again}).to_string());
        }
        if let Some(text) = budget {
            board.set_budget(&order.object, text, &order.id, now);
        } else if let Some(history) = board.history.get_mut(&order.object) {
            history.push(Change { at: now, state: order.desired, by: order.id });
        }
        answer(202, json!({"accepted": true, "again": again}).to_string())
    }
}

fn refuse(status: u16, why: &str) -> Response {
    answer(status, json!({"error": why}).to_string())
}

/// Checks `t=T,v1=S`: S is HMAC-SHA256 in hexadecimal over `T`, a full stop and the payload.
fn check(secret: &[u8], header: Option<&str>, payload: &[u8], now: Timestamp) -> Result<(), &'static str> {
    let header = header.ok_or("no signature")?;
    let part = |name: &str| header.split(',').find_map(|part| part.strip_prefix(name));
    let time = part("t=").ok_or("no time in the signature")?;
    let digest = part("v1=").ok_or("no v1 in the signature")?;
    let secs: i64 = time.parse().map_err(|_| "the time is not a number of seconds")?;
    let age = now.as_second().saturating_sub(secs);
    if !(-WINDOW_SECS..=WINDOW_SECS).contains(&age) {
        return Err("the signature is too old or from the future");
    }
    let digest = data_encoding::HEXLOWER.decode(digest.as_bytes()).map_err(|_| "v1 is not hexadecimal")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| "no secret")?;
    for piece in [time.as_bytes(), b".", payload] {
        mac.update(piece);
    }
    mac.verify_slice(&digest).map_err(|_| "the signature is wrong")
}
