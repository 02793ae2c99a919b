//! The shop itself: its coupons and its orders, and what people do in it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Map, Value, json};

/// A coupon to set up.
#[derive(Debug, Clone)]
pub struct NewCoupon {
    /// What is typed; the shop keeps it in lower case.
    pub code: String,
    /// Hundredths off the price.
    pub percent: i64,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends, if it does.
    pub ends_at: Option<Timestamp>,
}

impl NewCoupon {
    /// A share off, without an end.
    #[must_use]
    pub fn new(code: &str, percent: i64, created: Timestamp) -> Self {
        Self { code: code.to_owned(), percent, created, ends_at: None }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Coupon {
    pub number: i64,
    what: NewCoupon,
    published: bool,
    meta: BTreeMap<String, String>,
}

impl Coupon {
    fn works(&self, now: Timestamp) -> bool {
        self.published && self.what.ends_at.is_none_or(|end| now < end)
    }

    pub fn is(&self, code: &str) -> bool {
        self.what.code == code.to_lowercase()
    }

    /// Whether it is found by its code: only what is published is.
    pub fn is_listed(&self) -> bool {
        self.published
    }
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub number: i64,
    pub created: Timestamp,
    pub modified: Timestamp,
    pub status: String,
    total: i64,
    discount: i64,
    currency: String,
    codes: Vec<String>,
    refunds: Vec<i64>,
    utm: Option<[String; 4]>,
}

#[derive(Debug)]
pub(super) struct State {
    currency: String,
    /// Its zone, a fixed one.
    zone: TimeZone,
    pub coupons: BTreeMap<i64, Coupon>,
    pub orders: BTreeMap<i64, Order>,
    next: i64,
}

/// The shop.
#[derive(Debug)]
pub struct WooWorld(Mutex<State>);

impl WooWorld {
    /// An empty shop whose books are in a currency with two decimals, and whose zone is so many hours ahead of GMT.
    #[must_use]
    pub fn new(currency: &str, hours_ahead: i8) -> Self {
        let zone = Offset::from_hours(hours_ahead).map_or(TimeZone::UTC, TimeZone::fixed);
        let (coupons, orders) = (BTreeMap::new(), BTreeMap::new());
        Self(Mutex::new(State { currency: currency.to_owned(), zone, coupons, orders, next: 701 }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets up a coupon; answers its number.
    pub fn add_coupon(&self, mut what: NewCoupon) -> i64 {
        let mut state = self.lock();
        let number = state.take_number();
        what.code.make_ascii_lowercase();
        state.coupons.insert(number, Coupon { number, what, published: true, meta: BTreeMap::new() });
        number
    }

    /// Takes a coupon away for good.
    pub fn delete_coupon(&self, code: &str) {
        self.lock().coupons.retain(|_, coupon| !coupon.is(code));
    }

    /// Somebody in the shop sets a coupon's end.
    pub fn set_end(&self, code: &str, ends_at: Option<Timestamp>) {
        for coupon in self.lock().coupons.values_mut().filter(|coupon| coupon.is(code)) {
            coupon.what.ends_at = ends_at;
        }
    }

    /// When a coupon ends; `None` where it does not, or is not there.
    #[must_use]
    pub fn end_of(&self, code: &str) -> Option<Timestamp> {
        self.lock().coupons.values().find(|coupon| coupon.is(code)).and_then(|coupon| coupon.what.ends_at)
    }

    /// Whether a code takes something off.
    #[must_use]
    pub fn takes(&self, code: &str, now: Timestamp) -> bool {
        self.lock().coupons.values().any(|coupon| coupon.is(code) && coupon.works(now))
    }

    /// Somebody buys for `minor` before discounts, pays, and types these codes; answers the number and what it cost.
    pub fn sell(&self, at: Timestamp, codes: &[&str], minor: i64) -> (i64, i64) {
        let mut state = self.lock();
        let (mut total, mut used) = (minor, Vec::new());
        for code in codes {
            if let Some(coupon) = state.coupons.values().find(|coupon| coupon.is(code) && coupon.works(at)) {
                total -= total * coupon.what.percent / 100;
                used.push(coupon.what.code.clone());
            }
        }
        let number = state.take_number();
        let currency = state.currency.clone();
        let order = Order {
            number,
            created: at,
            modified: at,
            status: "processing".to_owned(),
            total,
            discount: minor - total,
            currency,
            codes: used,
            refunds: Vec::new(),
            utm: None,
        };
        state.orders.insert(number, order);
        (number, total)
    }

    /// `source`, `medium`, `campaign` and `content` of the link a customer came by.
    pub fn came_by(&self, order: i64, utm: [&str; 4]) {
        self.change(order, None, |order| order.utm = Some(utm.map(str::to_owned)));
    }

    /// An order in another currency.
    pub fn set_currency(&self, order: i64, currency: &str) {
        self.change(order, None, |order| currency.clone_into(&mut order.currency));
    }

    /// An order changes its status: `completed`, `cancelled`, `trash`.
    pub fn set_status(&self, order: i64, at: Timestamp, status: &str) {
        self.change(order, Some(at), |order| status.clone_into(&mut order.status));
    }

    /// Gives money back; at most what is left.
    pub fn refund(&self, order: i64, at: Timestamp, minor: i64) {
        self.change(order, Some(at), |order| {
            let left = order.total - order.refunds.iter().sum::<i64>();
            order.refunds.push(std::cmp::min(minor, left));
            if minor >= left {
                "refunded".clone_into(&mut order.status);
            }
        });
    }

    fn change(&self, order: i64, at: Option<Timestamp>, deed: impl FnOnce(&mut Order)) {
        if let Some(order) = self.lock().orders.get_mut(&order) {
            deed(order);
            order.modified = at.unwrap_or(order.modified);
        }
    }
}

impl State {
    fn take_number(&mut self) -> i64 {
        let number = self.next;
        self.next += 1;
        number
    }

    fn local(&self, at: Timestamp) -> String {
        naive(at, &self.zone)
    }

    /// An instant that was sent without a zone.
    pub fn instant(&self, text: &str, gmt: bool) -> Option<Timestamp> {
        let zone = if gmt { TimeZone::UTC } else { self.zone.clone() };
        Some(text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(zone).ok()?.timestamp())
    }

    /// An order as it is told.
    pub fn order_json(&self, order: &Order) -> Value {
        let line = |(place, code): (usize, &String)| {
            let discount = money(order.discount);
            json!({"id": place, "code": code, "discount": discount, "discount_tax": "0.00", "meta_data": []})
        };
        let refund = |(place, back): (usize, &i64)| json!({"id": order.number * 100 + i64::try_from(place).unwrap_or(0), "reason": "", "total": money(-back)});
        let mut meta = vec![json!({"id": 1, "key": "_some_plugin", "value": {"nested": [1]}})];
        if let Some(utm) = &order.utm {
            for (name, value) in ["source", "medium", "campaign", "content"].iter().zip(utm) {
                let key = format!("_wc_order_attribution_utm_{name}");
                meta.push(json!({"id": 2, "key": key, "value": value}));
            }
        }
        let paid = (order.status != "pending").then(|| naive(order.created, &TimeZone::UTC));
        json!({
            "id": order.number, "status": order.status, "currency": order.currency, "total": money(order.total),
            "discount_total": money(order.discount), "date_created": self.local(order.created),
            "date_created_gmt": naive(order.created, &TimeZone::UTC), "date_modified": self.local(order.modified),
            "date_modified_gmt": naive(order.modified, &TimeZone::UTC), "date_paid_gmt": paid,
            "billing": {"email": "somebody@example.com"},
            "coupon_lines": order.codes.iter().enumerate().map(line).collect::<Vec<_>>(),
            "refunds": order.refunds.iter().enumerate().map(refund).collect::<Vec<_>>(),
            "meta_data": meta,
        })
    }

    /// A coupon as it is told.
    pub fn coupon_json(&self, coupon: &Coupon) -> Value {
        let used = self.orders.values().filter(|order| order.codes.contains(&coupon.what.code)).count();
        let meta = |(key, value): (&String, &String)| json!({"id": 9, "key": key, "value": value});
        json!({
            "id": coupon.number, "code": coupon.what.code, "amount": money(coupon.what.percent * 100),
            "status": if coupon.published { "publish" } else { "draft" }, "discount_type": "percent",
            "date_created": self.local(coupon.what.created),
            "date_created_gmt": naive(coupon.what.created, &TimeZone::UTC),
            "date_expires": coupon.what.ends_at.map(|end| self.local(end)),
            "date_expires_gmt": coupon.what.ends_at.map(|end| naive(end, &TimeZone::UTC)),
            "usage_count": used, "usage_limit": null, "individual_use": false,
            "meta_data": coupon.meta.iter().map(meta).collect::<Vec<_>>(),
        })
    }

    /// Makes a coupon of what a body says; the first name that cannot be set.
    pub fn make_coupon(&mut self, body: &Map<String, Value>, now: Timestamp) -> Result<i64, String> {
        let text = |key: &str| body.get(key).and_then(Value::as_str);
        let code = text("code").ok_or("code")?.to_lowercase();
        if self.coupons.values().any(|coupon| coupon.is(&code)) {
            return Err("code".to_owned());
        }
        let percent = text("amount").filter(|_| text("discount_type") == Some("percent"));
        let percent = percent.and_then(|amount| amount.parse::<i64>().ok()).ok_or("amount")?;
        let number = self.take_number();
        let what = NewCoupon::new(&code, percent, now);
        self.coupons.insert(number, Coupon { number, what, published: true, meta: BTreeMap::new() });
        self.change_coupon(number, body)?;
        Ok(number)
    }

    /// Sets what a body says of a coupon; the first name that cannot be set. `date_expires_gmt` is read-only, as there.
    pub fn change_coupon(&mut self, number: i64, body: &Map<String, Value>) -> Result<(), String> {
        let ends = match body.get("date_expires") {
            None => None,
            Some(Value::Null) => Some(None),
            Some(date) => {
                let end = date.as_str().and_then(|text| self.instant(text, false));
                Some(Some(end.ok_or("date_expires")?))
            }
        };
        let Some(coupon) = self.coupons.get_mut(&number) else { return Err("id".to_owned()) };
        if let Some(ends) = ends {
            coupon.what.ends_at = ends;
        }
        if let Some(amount) = body.get("amount") {
            coupon.what.percent = amount.as_str().and_then(|text| text.parse().ok()).ok_or("amount")?;
        }
        match body.get("status").map(|status| status.as_str().unwrap_or_default()) {
            None => {}
            Some("publish") => coupon.published = true,
            Some("draft") => coupon.published = false,
            Some(_) => return Err("status".to_owned()),
        }
        for meta in body.get("meta_data").and_then(Value::as_array).into_iter().flatten() {
            let text = |key: &str| meta.get(key).and_then(Value::as_str).map(str::to_owned);
            if let (Some(key), Some(value)) = (text("key"), text("value")) {
                coupon.meta.insert(key, value);
            }
        }
        Ok(())
    }
}

fn naive(at: Timestamp, zone: &TimeZone) -> String {
    // Whole seconds: the database keeps no more.
    let at =
        at.round(jiff::TimestampRound::new().smallest(jiff::Unit::Second).mode(jiff::RoundMode::Floor)).unwrap_or(at);
    at.to_zoned(zone.clone()).datetime().strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Minor units as the shop writes money.
fn money(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100)
}
