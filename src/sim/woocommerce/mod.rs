//! The emulated `WooCommerce` REST API, version 3: orders and coupons, and a [`WooWorld`] behind them.
//!
//! Owns: keys and their rights, pages counted by number, the filters by date (which leave their own second out), the fields
//! that are asked for, error bodies, and the firewall that stands before the shop.
//! Refuses: numbers of its own. Facts: <https://woocommerce.github.io/woocommerce-rest-api-docs/>; that a coupon which is not
//! published is not found by its code is read from the shop's source, not from its documentation.

#[cfg(test)]
mod tests;
mod world;

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::loopback::{Faults, Server, answer as respond};
use crate::time::Clock;
use world::{Order, State as Shop};

pub use world::{NewCoupon, WooWorld};

/// The most rows of a page.
const PAGE_MAX: usize = 100;

/// Requests that are remembered for tests to look at.
const SEEN_MAX: usize = 1024;

/// How the shop is set up.
#[derive(Debug, Clone)]
pub struct WooConfig {
    /// The key that works: its two halves.
    pub key: (String, String),
    /// Whether it may write.
    pub writes: bool,
    /// Whether a proxy before it takes headers away that it does not know.
    pub strips_headers: bool,
    /// Whether it is so old that it knows no `modified_after`; parameters it does not know it ignores.
    pub old: bool,
}

impl Default for WooConfig {
    fn default() -> Self {
        let key = ("ck_sim".to_owned(), "cs_sim".to_owned());
        Self { key, writes: true, strips_headers: false, old: false }
    }
}

/// A request as it came, without its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// `GET` or `PUT`.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query.
    pub query: Vec<(String, String)>,
    /// The body.
    pub body: Value,
}

/// The running server.
pub struct WooSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    config: WooConfig,
    world: Arc<WooWorld>,
    faults: Faults,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What the firewall answers next: status and the wait it names.
    walls: VecDeque<(u16, Option<u32>)>,
    /// A row more than there is, as when one is taken away while a list is read.
    moved: bool,
    seen: VecDeque<Seen>,
}

/// An answer with the headers of a list.
struct Said {
    status: u16,
    body: Value,
    /// Rows and pages in all.
    of: Option<(usize, usize)>,
}

fn said(body: Value) -> Said {
    Said { status: 200, body, of: None }
}

fn refuse(status: u16, code: &str, message: &str) -> Said {
    Said { status, body: json!({"code": code, "message": message, "data": {"status": status}}), of: None }
}

impl WooSim {
    /// Starts it on a free port of loopback.
    pub async fn start(clock: &Clock, config: WooConfig, world: Arc<WooWorld>) -> io::Result<Self> {
        let (faults, state) = (Faults::default(), Mutex::default());
        let inner = Arc::new(Inner { clock: clock.clone(), config, world, faults, state });
        let server = Server::answering(clock, "woocommerce-sim", &inner, |inner, asked| async move {
            let body = serde_json::from_slice(&asked.body).unwrap_or(Value::Null);
            inner.handle(&asked.method, asked.uri.path(), asked.query, body, &asked.headers).await
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
    pub fn world(&self) -> &Arc<WooWorld> {
        &self.inner.world
    }

    /// What goes wrong next; as methods it knows `orders`, `coupons` and `write`.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// The firewall answers the next request with a page of its own, and this status and wait.
    pub fn wall(&self, status: u16, wait_secs: Option<u32>) {
        self.inner.lock().walls.push_back((status, wait_secs));
    }

    /// The next list loses a row while it is read.
    pub fn move_list(&self) {
        self.inner.lock().moved = true;
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
        body: Value,
        headers: &HeaderMap,
    ) -> Response {
        self.remember(Seen {
            method: method.to_string(),
            path: path.to_owned(),
            query: query.clone(),
            body: body.clone(),
        });
        let wall = self.lock().walls.pop_front();
        if let Some((status, wait)) = wall {
            let mut page = respond(status, "<html><title>Attention Required!</title></html>".to_owned());
            page.headers_mut().insert("content-type", HeaderValue::from_static("text/html"));
            if let Some(wait) = wait {
                page.headers_mut().insert("retry-after", HeaderValue::from(wait));
            }
            return page;
        }
        let route = path.strip_prefix("/wp-json/wc/v3/").unwrap_or_default().to_owned();
        let kind = match route.split('/').next() {
            _ if method != Method::GET => "write",
            Some("orders") => "orders",
            _ => "coupons",
        };
        let (name, password) = &self.config.key;
        let expected = format!("Basic {}", data_encoding::BASE64.encode(format!("{name}:{password}").as_bytes()));
        let known = headers.get("authorization").is_some_and(|given| given.as_bytes() == expected.as_bytes());
        let work = |now| {
            let said = if !known {
                refuse(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
            } else if method == Method::GET {
                self.read(&route, &query)
            } else if self.config.writes {
                self.write(method, &route, &body, now)
            } else {
                let message = "The API key provided does not have write permissions.";
                refuse(401, "woocommerce_rest_authentication_error", message)
            };
            self.respond(&said)
        };
        self.faults.around(&self.clock, "woocommerce-sim", kind, work).await
    }

    fn respond(&self, said: &Said) -> Response {
        let mut response = respond(said.status, said.body.to_string());
        if let Some((rows, pages)) = said.of.filter(|_| !self.config.strips_headers) {
            for (name, count) in [("x-wp-total", rows), ("x-wp-totalpages", pages)] {
                response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(count));
            }
        }
        response
    }

    fn remember(&self, seen: Seen) {
        let mut state = self.lock();
        if state.seen.len() == SEEN_MAX {
            state.seen.pop_front();
        }
        state.seen.push_back(seen);
    }

    fn read(&self, route: &str, query: &[(String, String)]) -> Said {
        let asked = |name: &str| -> Option<&str> { query.iter().find(|row| row.0 == name).map(|row| row.1.as_str()) };
        let shop = self.world.lock();
        let rows: Vec<Value> = match route {
            "orders" => match self.orders(&shop, &asked) {
                Ok(orders) => orders.into_iter().map(|order| shop.order_json(order)).collect(),
                Err(said) => return said,
            },
            "coupons" => {
                let coupons = shop
                    .coupons
                    .values()
                    .filter(|coupon| asked("code").is_none_or(|code| coupon.is(code) && coupon.is_listed()));
                coupons.map(|coupon| shop.coupon_json(coupon)).collect()
            }
            _ => return refuse(404, "rest_no_route", "No route was found matching the URL and request method."),
        };
        drop(shop);
        let whole = |name: &str, otherwise| asked(name).map_or(Some(otherwise), |text| text.parse::<usize>().ok());
        let (Some(size @ 1..=PAGE_MAX), Some(page @ 1..)) = (whole("per_page", 10), whole("page", 1)) else {
            return refuse(400, "rest_invalid_param", "Invalid parameter(s): per_page");
        };
        let moved = std::mem::take(&mut self.lock().moved);
        let (total, pages) = (rows.len() + usize::from(moved), rows.len().div_ceil(size));
        let fields: Option<Vec<&str>> = asked("_fields").map(|fields| fields.split(',').collect());
        let kept = rows.into_iter().skip((page - 1) * size).take(size).map(|row| only(row, fields.as_deref()));
        Said { of: Some((total, pages)), ..said(kept.collect()) }
    }

    /// The orders of a list, oldest first. A time filter leaves its own second out.
    fn orders<'a, 'q>(&self, shop: &'a Shop, asked: &dyn Fn(&str) -> Option<&'q str>) -> Result<Vec<&'a Order>, Said> {
        let gmt = asked("dates_are_gmt") == Some("true") && !self.config.old;
        let mut edges = Vec::new();
        for name in ["after", "before", "modified_after"] {
            let known = !(name == "modified_after" && self.config.old);
            let text = asked(name).filter(|_| known);
            let edge = text.map(|text| shop.instant(text, gmt).ok_or(name)).transpose();
            let wrong = |name| refuse(400, "rest_invalid_param", &format!("Invalid parameter(s): {name}"));
            edges.push(edge.map_err(wrong)?.map(Timestamp::as_second));
        }
        let [after, before, modified] = edges.as_slice() else { return Ok(Vec::new()) };
        let status = |order: &Order| match asked("status").unwrap_or("any") {
            "any" => order.status != "trash",
            list => list.split(',').any(|one| one == order.status),
        };
        let inside = |order: &&Order| {
            after.is_none_or(|edge| edge < order.created.as_second())
                && before.is_none_or(|edge| order.created.as_second() < edge)
                && modified.is_none_or(|edge| edge < order.modified.as_second())
                && status(order)
        };
        let mut orders: Vec<&Order> = shop.orders.values().filter(inside).collect();
        orders.sort_by_key(|order| (order.created, order.number));
        if asked("order") != Some("asc") {
            orders.reverse();
        }
        Ok(orders)
    }

    fn write(&self, method: &Method, route: &str, body: &Value, now: Timestamp) -> Said {
        let mut shop = self.world.lock();
        let empty = Map::new();
        let body = body.as_object().unwrap_or(&empty);
        let number = route.strip_prefix("coupons/").and_then(|text| text.parse::<i64>().ok());
        let done = match (method.as_str(), route, number) {
            ("PUT", _, Some(number)) => shop.change_coupon(number, body).map(|()| number),
            ("POST", "coupons", _) => shop.make_coupon(body, now),
            _ => return refuse(404, "rest_no_route", "No route was found matching the URL and request method."),
        };
        match done {
            Ok(number) => shop.coupons.get(&number).map_or_else(
                || refuse(404, "woocommerce_rest_shop_coupon_invalid_id", "Invalid ID."),
                |coupon| said(shop.coupon_json(coupon)),
            ),
            Err(name) if name == "code" => {
                refuse(400, "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists")
            }
            Err(name) => refuse(400, "rest_invalid_param", &format!("Invalid parameter(s): {name}")),
        }
    }
}

/// The members that were asked for.
fn only(row: Value, fields: Option<&[&str]>) -> Value {
    match (row, fields) {
        (Value::Object(members), Some(fields)) => {
            members.into_iter().filter(|(name, _)| fields.contains(&name.as_str())).collect()
        }
        (row, _) => row,
    }
}
