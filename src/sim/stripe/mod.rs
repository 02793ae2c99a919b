//! The emulated Stripe: checkout sessions, refunds and promotion codes, and a [`StripeWorld`] behind them.
//!
//! Owns: keys and their rights, versions and their shapes, lists and their cursors, the rate limit, idempotency keys, and
//! error bodies. Refuses: numbers of its own; and webhooks, which nobody subscribes to here.
//!
//! Facts: <https://docs.stripe.com/api/pagination>, <https://docs.stripe.com/rate-limits>,
//! <https://docs.stripe.com/api/idempotent_requests>, <https://docs.stripe.com/expand>. That parameters a list does not know
//! are an error is documented; the wording of the messages is not.

#[cfg(test)]
mod tests;
mod world;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::header::HeaderValue;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::loopback::{Faults, Server, answer as respond};
use crate::time::Clock;
use world::{Shape, State as Account};

pub use world::{NewCheckout, NewPromo, StripeWorld};

/// The most rows of a page.
const PAGE_MAX: usize = 100;

/// Levels that may be expanded.
const LEVELS_MAX: usize = 4;

/// How long an idempotency key is known.
const KEY_LIVES: SignedDuration = SignedDuration::from_hours(24);

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 1024;

/// The first version of the shapes of today.
const NESTED: &str = "2025-09-30";

/// How the account is set up.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// The key that works.
    pub key: String,
    /// What it may do: `sessions`, `charges`, `balance`, `promotion_codes`, `promotion_codes_write`.
    pub rights: Vec<String>,
    /// The account's own version, for requests that name none.
    pub version: String,
    /// Requests a second and endpoint.
    pub per_second: u32,
}

impl Default for StripeConfig {
    fn default() -> Self {
        let rights = ["sessions", "charges", "promotion_codes", "promotion_codes_write"];
        Self {
            key: "rk_live_sim".to_owned(),
            rights: rights.map(str::to_owned).to_vec(),
            version: "2020-08-27".to_owned(),
            per_second: 25,
        }
    }
}

/// A request as it came, without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// `GET` or `POST`.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, or the form.
    pub fields: Vec<(String, String)>,
    /// Its idempotency key.
    pub key: Option<String>,
}

/// The running server.
pub struct StripeSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: StripeConfig,
    world: Arc<StripeWorld>,
    faults: Faults,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Requests of the present second, by endpoint.
    second: (i64, BTreeMap<String, u32>),
    keys: BTreeMap<String, Kept>,
    throttled: u64,
    break_write: bool,
    seen: VecDeque<Seen>,
}

/// The first answer to an idempotency key.
struct Kept {
    asked: String,
    said: Said,
    at: Timestamp,
}

#[derive(Clone)]
struct Said {
    status: u16,
    body: Value,
    replayed: bool,
}

impl From<Said> for Response {
    fn from(said: Said) -> Self {
        let mut response = respond(said.status, said.body.to_string());
        if said.replayed {
            response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}

fn said(body: Value) -> Said {
    Said { status: 200, body, replayed: false }
}

fn refuse(status: u16, kind: &str, code: Option<&str>, message: &str) -> Said {
    let mut error = json!({"message": message, "type": kind, "doc_url": "https://stripe.com/docs/error-codes"});
    if let (Some(code), Some(members)) = (code, error.as_object_mut()) {
        members.insert("code".to_owned(), json!(code));
    }
    Said { status, body: json!({"error": error}), replayed: false }
}

fn invalid(code: &str, message: &str) -> Said {
    refuse(400, "invalid_request_error", Some(code), message)
}

impl StripeSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: StripeConfig, world: Arc<StripeWorld>) -> io::Result<Self> {
        let (faults, state) = (Faults::default(), Mutex::default());
        let inner = Arc::new(Inner { clock: clock.clone(), config, world, faults, state });
        let server = Server::answering(clock, "stripe-sim", &inner, |inner, asked| async move {
            let posts = asked.method == Method::POST;
            let fields = if posts { form_urlencoded::parse(&asked.body).into_owned().collect() } else { asked.query };
            inner.handle(&asked.method, asked.uri.path(), fields, &asked.headers).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// What to configure as `base_url`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// The account behind it.
    #[must_use]
    pub fn world(&self) -> &Arc<StripeWorld> {
        &self.inner.world
    }

    /// What goes wrong next; as methods it knows `sessions`, `refunds`, `promotion_codes` and `write`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// The next write fails with status 500 and is kept under its key, as Stripe keeps failures of its own.
    pub fn break_write(&self) {
        self.inner.lock().break_write = true;
    }

    /// How often it has answered 429.
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
        fields: Vec<(String, String)>,
        headers: &HeaderMap,
    ) -> Response {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let key = header("idempotency-key");
        self.remember(Seen {
            method: method.to_string(),
            path: path.to_owned(),
            fields: fields.clone(),
            key: key.clone(),
        });
        let endpoint = path.strip_prefix("/v1/").unwrap_or_default();
        let kind = match endpoint.split('/').next() {
            _ if method == Method::POST => "write",
            Some("checkout") => "sessions",
            Some("refunds") => "refunds",
            _ => "promotion_codes",
        };
        let token = header("authorization").unwrap_or_default();
        let version = header("stripe-version").unwrap_or_else(|| self.config.version.clone());
        let work = |now| {
            let nested = NESTED <= version.as_str();
            let said = if token != format!("Bearer {}", self.config.key) {
                refuse(401, "invalid_request_error", None, &format!("Invalid API Key provided: {token}"))
            } else if !self.within(endpoint, now) {
                refuse(429, "invalid_request_error", Some("rate_limit"), "Request rate limit exceeded.")
            } else if method == Method::POST {
                self.once(path, &fields, key.as_deref(), now, || self.write(endpoint, &fields, nested, now))
            } else {
                self.read(endpoint, &fields, nested, now)
            };
            Response::from(said)
        };
        self.faults.around(&self.clock, "stripe-sim", kind, work).await
    }

    fn remember(&self, seen: Seen) {
        let mut state = self.lock();
        if state.seen.len() == SEEN_MAX {
            state.seen.pop_front();
        }
        state.seen.push_back(seen);
    }

    /// Whether this second has room for one more request of the endpoint.
    fn within(&self, endpoint: &str, now: Timestamp) -> bool {
        let endpoint = endpoint.split('/').next().unwrap_or_default().to_owned();
        let mut state = self.lock();
        if state.second.0 != now.as_second() {
            state.second = (now.as_second(), BTreeMap::new());
        }
        let count = state.second.1.entry(endpoint).or_insert(0);
        let fits = *count < self.config.per_second;
        *count += 1;
        if !fits {
            state.throttled += 1;
        }
        fits
    }

    /// Answers a key that is known with its first answer, and the same key for something else with an error.
    fn once(
        &self,
        path: &str,
        fields: &[(String, String)],
        key: Option<&str>,
        now: Timestamp,
        work: impl FnOnce() -> Said,
    ) -> Said {
        let Some(key) = key else { return work() };
        let asked = format!("{path} {fields:?}");
        {
            let mut state = self.lock();
            state.keys.retain(|_, kept| now.duration_since(kept.at) < KEY_LIVES);
            if let Some(kept) = state.keys.get(key) {
                if kept.asked != asked {
                    let message = "Keys for idempotent requests can only be used with the same parameters they were \
                                   first used with.";
                    return refuse(400, "idempotency_error", None, message);
                }
                return Said { replayed: true, ..kept.said.clone() };
            }
        }
        let broken = std::mem::take(&mut self.lock().break_write);
        let said = if broken { refuse(500, "api_error", None, "An error occurred.") } else { work() };
        self.lock().keys.insert(key.to_owned(), Kept { asked, said: said.clone(), at: now });
        said
    }

    fn may(&self, right: &str) -> Option<Said> {
        let has = self.config.rights.iter().any(|own| own == right);
        let message = format!("The provided key '{}' does not have the required permissions.", self.config.key);
        (!has).then(|| refuse(403, "invalid_request_error", Some("more_permissions_required"), &message))
    }

    fn read(&self, endpoint: &str, fields: &[(String, String)], nested: bool, now: Timestamp) -> Said {
        let account = self.world.lock();
        let parts: Vec<&str> = endpoint.split('/').collect();
        let asked = match Asked::of(fields) {
            Ok(asked) => asked,
            Err(said) => return said,
        };
        let shape = match shape(&asked, nested) {
            Ok(shape) => shape,
            Err(said) => return said,
        };
        let mut rights = Vec::new();
        rights.extend(shape.charge.then_some("charges"));
        rights.extend(shape.settlement.then_some("balance"));
        let answer = match parts.as_slice() {
            ["checkout", "sessions"] => {
                rights.push("sessions");
                sessions(&account, &asked, shape, now)
            }
            ["refunds"] => {
                rights.push("charges");
                refunds(&account, &asked)
            }
            ["refunds", id] => {
                rights.push("charges");
                one(account.refunds.values().find(|one| one.id == *id).map(Account::refund_json))
            }
            ["promotion_codes"] => {
                rights.push("promotion_codes");
                promos(&account, &asked, shape, now)
            }
            ["promotion_codes", id] => {
                rights.push("promotion_codes");
                let found = account.promos.values().find(|one| one.id == *id);
                one(found.map(|promo| account.promo_json(promo, shape, now)))
            }
            _ => refuse(404, "invalid_request_error", None, "Unrecognized request URL."),
        };
        rights.into_iter().find_map(|right| self.may(right)).unwrap_or(answer)
    }

    fn write(&self, endpoint: &str, fields: &[(String, String)], nested: bool, now: Timestamp) -> Said {
        if let Some(refusal) = self.may("promotion_codes_write") {
            return refusal;
        }
        let mut account = self.world.lock();
        let id = match endpoint {
            "coupons" => return make_coupon(&mut account, fields),
            "promotion_codes" => return make_promo(&mut account, fields, nested, now),
            _ => endpoint.strip_prefix("promotion_codes/"),
        };
        let Some(id) = id else {
            return refuse(404, "invalid_request_error", None, "Unrecognized request URL.");
        };
        let active = match fields {
            [(name, value)] if name == "active" && matches!(value.as_str(), "true" | "false") => value == "true",
            _ => return invalid("parameter_unknown", "Received unknown parameter."),
        };
        let Some(promo) = account.promos.values().find(|promo| promo.id == id).cloned() else { return one(None) };
        let taken = account.promos.values().any(|other| {
            other.id != id
                && other.works(now)
                && other.what.code.eq_ignore_ascii_case(&promo.what.code)
                && other.what.customer == promo.what.customer
        });
        if active && (taken || promo.what.ends_at.is_some_and(|end| end <= now)) {
            return refuse(400, "invalid_request_error", None, "This promotion code cannot be activated.");
        }
        for own in account.promos.values_mut().filter(|own| own.id == id) {
            own.active = active;
        }
        let shape = Shape { nested, ..Shape::default() };
        one(account.promos.values().find(|own| own.id == id).map(|own| account.promo_json(own, shape, now)))
    }
}

/// The fields of a form, where there are no others.
fn known(fields: &[(String, String)], names: &[&str]) -> Result<BTreeMap<String, String>, Said> {
    match fields.iter().find(|row| !names.contains(&row.0.as_str())) {
        Some((name, _)) => Err(invalid("parameter_unknown", &format!("Received unknown parameter: {name}"))),
        None => Ok(fields.iter().cloned().collect()),
    }
}

fn make_coupon(account: &mut Account, fields: &[(String, String)]) -> Said {
    let fields = match known(fields, &["id", "percent_off", "duration", "name"]) {
        Ok(fields) => fields,
        Err(said) => return said,
    };
    let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let percent = text("percent_off").parse::<i64>().ok().filter(|percent| (1..=100).contains(percent));
    let (Some(percent), "once" | "forever") = (percent, text("duration").as_str()) else {
        return invalid("parameter_invalid", "Invalid coupon.");
    };
    if account.coupons.contains_key(&text("id")) {
        return invalid("resource_already_exists", "Coupon already exists.");
    }
    account.coupons.insert(text("id"), percent);
    said(json!({"id": text("id"), "object": "coupon", "percent_off": percent, "valid": true}))
}

fn make_promo(account: &mut Account, fields: &[(String, String)], nested: bool, now: Timestamp) -> Said {
    let names: &[&str] = if nested {
        &["code", "promotion[type]", "promotion[coupon]", "expires_at"]
    } else {
        &["code", "coupon", "expires_at"]
    };
    let fields = match known(fields, names) {
        Ok(fields) => fields,
        Err(said) => return said,
    };
    let coupon = fields.get(if nested { "promotion[coupon]" } else { "coupon" }).cloned().unwrap_or_default();
    let Some(percent) = account.coupons.get(&coupon).copied() else { return one(None) };
    let Some(code) = fields.get("code") else { return invalid("parameter_missing", "Missing required param: code.") };
    if account.working(code, now).is_some() {
        return refuse(400, "invalid_request_error", None, "An active promotion code with that code already exists.");
    }
    let ends = fields.get("expires_at").and_then(|text| Timestamp::from_second(text.parse().ok()?).ok());
    let id = account.add(NewPromo { ends_at: ends, ..NewPromo::new(code, percent, now) }, coupon);
    let shape = Shape { nested, ..Shape::default() };
    one(account.promos.values().find(|own| own.id == id).map(|own| account.promo_json(own, shape, now)))
}

fn one(found: Option<Value>) -> Said {
    found.map_or_else(|| refuse(404, "invalid_request_error", Some("resource_missing"), "No such object."), said)
}

/// What a list is asked by.
#[derive(Debug, Default)]
struct Asked {
    limit: usize,
    after: Option<String>,
    expand: Vec<String>,
    filters: BTreeMap<String, String>,
}

impl Asked {
    fn of(fields: &[(String, String)]) -> Result<Self, Said> {
        let mut asked = Self { limit: 10, ..Self::default() };
        for (name, value) in fields {
            match name.as_str() {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
                    asked.limit =
                        limit.ok_or_else(|| invalid("parameter_invalid_integer", "Invalid integer: limit."))?;
                }
                "starting_after" => asked.after = Some(value.clone()),
                "expand[]" => asked.expand.push(value.clone()),
                _ => drop(asked.filters.insert(name.clone(), value.clone())),
            }
        }
        Ok(asked)
    }

    /// Refuses filters that the list does not know.
    fn knows(&self, names: &[&str]) -> Result<(), Said> {
        match self.filters.keys().find(|name| !names.contains(&name.as_str())) {
            Some(name) => Err(invalid("parameter_unknown", &format!("Received unknown parameter: {name}"))),
            None => Ok(()),
        }
    }

    fn created(&self, at: Timestamp) -> bool {
        let edge = |name: &str| self.filters.get(name).and_then(|text| text.parse::<i64>().ok());
        edge("created[gte]").is_none_or(|edge| edge <= at.as_second())
            && edge("created[lt]").is_none_or(|edge| at.as_second() < edge)
    }

    /// A page of rows, newest first.
    fn page(&self, url: &str, rows: Vec<(String, Value)>) -> Said {
        let first = match &self.after {
            None => 0,
            Some(after) => match rows.iter().position(|(id, _)| id == after) {
                Some(place) => place + 1,
                None => return one(None),
            },
        };
        let more = first + self.limit < rows.len();
        let data: Vec<Value> = rows.into_iter().skip(first).take(self.limit).map(|row| row.1).collect();
        said(json!({"object": "list", "url": url, "has_more": more, "data": data}))
    }
}

fn shape(asked: &Asked, nested: bool) -> Result<Shape, Said> {
    let mut shape = Shape { nested, ..Shape::default() };
    for way in &asked.expand {
        if LEVELS_MAX < way.split('.').count() {
            return Err(invalid("parameter_invalid", "You cannot expand more than 4 levels of a property."));
        }
        match way.as_str() {
            "data.total_details.breakdown" => shape.breakdown = true,
            "data.payment_intent.latest_charge" => shape.charge = true,
            "data.payment_intent.latest_charge.balance_transaction" => {
                shape.charge = true;
                shape.settlement = true;
            }
            "data.promotion.coupon" if nested => shape.coupon = true,
            _ => return Err(invalid("parameter_invalid", &format!("This property cannot be expanded ({way})."))),
        }
    }
    Ok(shape)
}

fn sessions(account: &Account, asked: &Asked, shape: Shape, now: Timestamp) -> Said {
    if let Err(said) = asked.knows(&["status", "created[gte]", "created[lt]", "payment_intent"]) {
        return said;
    }
    let filter = |name: &str| asked.filters.get(name);
    let mut found: Vec<_> = account
        .sessions
        .values()
        .filter(|one| asked.created(one.created))
        .filter(|one| filter("status").is_none_or(|status| one.status(now) == status))
        .filter(|one| filter("payment_intent").is_none_or(|payment| one.payment().as_ref() == Some(payment)))
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse((one.created, one.number)));
    let rows = found.into_iter().map(|one| (format!("cs_live_{}", one.number), account.session_json(one, shape, now)));
    asked.page("/v1/checkout/sessions", rows.collect())
}

fn refunds(account: &Account, asked: &Asked) -> Said {
    if let Err(said) = asked.knows(&["created[gte]", "created[lt]", "payment_intent", "charge"]) {
        return said;
    }
    let mut found: Vec<_> = account.refunds.iter().filter(|(_, one)| asked.created(one.created)).collect();
    found.sort_by_key(|(number, one)| std::cmp::Reverse((one.created, **number)));
    let rows = found.into_iter().map(|(_, one)| (one.id.clone(), Account::refund_json(one)));
    asked.page("/v1/refunds", rows.collect())
}

fn promos(account: &Account, asked: &Asked, shape: Shape, now: Timestamp) -> Said {
    if let Err(said) = asked.knows(&["code", "active", "coupon", "customer", "created[gte]"]) {
        return said;
    }
    let filter = |name: &str| asked.filters.get(name);
    let mut found: Vec<_> = account
        .promos
        .iter()
        .filter(|(_, one)| filter("code").is_none_or(|code| one.what.code.eq_ignore_ascii_case(code)))
        .filter(|(_, one)| filter("active").is_none_or(|active| one.works(now).to_string() == *active))
        .collect();
    found.sort_by_key(|(number, one)| std::cmp::Reverse((one.what.created, **number)));
    let rows = found.into_iter().map(|(_, one)| (one.id.clone(), account.promo_json(one, shape, now)));
    asked.page("/v1/promotion_codes", rows.collect())
}
