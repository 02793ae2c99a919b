//! The account itself: promotion codes, checkouts and refunds, and what people do in them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How long a checkout waits for its customer.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A promotion code to set up.
#[derive(Debug, Clone)]
pub struct NewPromo {
    /// What is typed.
    pub code: String,
    /// Hundredths off the price.
    pub percent: i64,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends, if it does.
    pub ends_at: Option<Timestamp>,
    /// The one customer it is for, if it is.
    pub customer: Option<String>,
}

impl NewPromo {
    /// A share off for everybody, without an end.
    #[must_use]
    pub fn new(code: &str, percent: i64, created: Timestamp) -> Self {
        Self { code: code.to_owned(), percent, created, ends_at: None, customer: None }
    }
}

/// A checkout to open.
#[derive(Debug, Clone)]
pub struct NewCheckout {
    /// Codes typed there.
    pub codes: Vec<String>,
    /// The price before discounts, in the smallest unit as Stripe counts it.
    pub amount: i64,
    /// Lower case; the account's own where it is empty.
    pub currency: String,
    /// `payment`, `subscription` or `setup`.
    pub mode: String,
    /// Of live mode.
    pub live: bool,
}

impl Default for NewCheckout {
    fn default() -> Self {
        Self { codes: Vec::new(), amount: 1000, currency: String::new(), mode: "payment".to_owned(), live: true }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Promo {
    pub id: String,
    pub what: NewPromo,
    pub active: bool,
    pub coupon: String,
}

impl Promo {
    pub fn works(&self, now: Timestamp) -> bool {
        self.active && self.what.ends_at.is_none_or(|end| now < end)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Session {
    pub number: u64,
    pub created: Timestamp,
    complete: bool,
    paid: bool,
    what: NewCheckout,
    total: i64,
    /// Promotion codes that took something off.
    promos: Vec<String>,
}

impl Session {
    pub fn payment(&self) -> Option<String> {
        (self.complete && self.what.mode == "payment" && self.total != 0).then(|| format!("pi_{}", self.number))
    }

    pub fn status(&self, now: Timestamp) -> &'static str {
        let over = self.created.saturating_add(OPEN_FOR).is_ok_and(|end| end <= now);
        match (self.complete, over) {
            (true, _) => "complete",
            (false, true) => "expired",
            (false, false) => "open",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub id: String,
    pub created: Timestamp,
    pub session: u64,
    pub amount: i64,
    pub status: &'static str,
}

#[derive(Debug)]
pub(super) struct State {
    currency: String,
    /// Coupons by their ids: hundredths off.
    pub coupons: BTreeMap<String, i64>,
    pub promos: BTreeMap<u64, Promo>,
    pub sessions: BTreeMap<u64, Session>,
    pub refunds: BTreeMap<u64, Refund>,
    next: u64,
}

/// The account.
#[derive(Debug)]
pub struct StripeWorld(Mutex<State>);

impl StripeWorld {
    /// An empty account that sells and settles in this currency.
    #[must_use]
    pub fn new(currency: &str) -> Self {
        let currency = currency.to_lowercase();
        let (promos, sessions, refunds) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let coupons = BTreeMap::new();
        Self(Mutex::new(State { currency, coupons, promos, sessions, refunds, next: 1001 }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets up a promotion code; answers its id.
    pub fn add_promo(&self, what: NewPromo) -> String {
        let coupon = format!("coupon_{}", what.percent);
        self.lock().add(what, coupon)
    }

    /// Switches a promotion code by its id.
    pub fn set_active(&self, id: &str, active: bool) {
        if let Some(promo) = self.lock().promos.values_mut().find(|promo| promo.id == id) {
            promo.active = active;
        }
    }

    /// Takes promotion codes away, as if they had never been.
    pub fn forget(&self, code: &str) {
        self.lock().promos.retain(|_, promo| !promo.what.code.eq_ignore_ascii_case(code));
    }

    /// Whether a code takes something off.
    #[must_use]
    pub fn takes(&self, code: &str, now: Timestamp) -> bool {
        self.lock().working(code, now).is_some()
    }

    /// Somebody opens a checkout and types these codes; answers its number.
    pub fn open(&self, at: Timestamp, what: NewCheckout) -> u64 {
        let mut state = self.lock();
        let (mut total, mut promos) = (what.amount, Vec::new());
        for code in &what.codes {
            if let Some(promo) = state.working(code, at) {
                total -= total * promo.what.percent / 100;
                promos.push(promo.id.clone());
            }
        }
        let number = state.take_number();
        let session = Session { number, created: at, complete: false, paid: false, what, total, promos };
        state.sessions.insert(number, session);
        number
    }

    /// The customer goes through with it. `cleared`: the money is there, else it is on its way (a debit).
    pub fn complete(&self, session: u64, cleared: bool) {
        if let Some(session) = self.lock().sessions.get_mut(&session) {
            session.complete = true;
            session.paid = cleared;
        }
    }

    /// Both at once, of live mode and in the account's currency; answers the number and what it cost.
    pub fn sell(&self, at: Timestamp, codes: &[&str], amount: i64) -> (u64, i64) {
        let codes = codes.iter().map(|&code| code.to_owned()).collect();
        let number = self.open(at, NewCheckout { codes, amount, ..NewCheckout::default() });
        self.complete(number, true);
        let total = self.lock().sessions.get(&number).map_or(0, |session| session.total);
        (number, total)
    }

    /// Gives money back, at most what is left; answers the refund's number.
    pub fn refund(&self, session: u64, at: Timestamp, amount: i64, status: &'static str) -> u64 {
        let mut state = self.lock();
        let left = state.sessions.get(&session).map_or(0, |one| one.total) - state.refunded(session);
        let number = state.take_number();
        let id = format!("re_{number}");
        let refund = Refund { id, created: at, session, amount: std::cmp::min(amount, left), status };
        state.refunds.insert(number, refund);
        number
    }

    /// A refund that was pending goes through (`succeeded`) or does not (`failed`).
    pub fn end_refund(&self, refund: u64, status: &'static str) {
        if let Some(refund) = self.lock().refunds.get_mut(&refund) {
            refund.status = status;
        }
    }
}

/// How an object is to be written.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing that may be asked for, independent of the others")]
pub(super) struct Shape {
    /// As versions since `clover` do.
    pub nested: bool,
    /// With the breakdown, the charge, and its settlement.
    pub breakdown: bool,
    pub charge: bool,
    pub settlement: bool,
    /// With a promotion code's coupon.
    pub coupon: bool,
}

impl State {
    fn take_number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    pub fn add(&mut self, what: NewPromo, coupon: String) -> String {
        let number = self.take_number();
        let id = format!("promo_{number}");
        self.promos.insert(number, Promo { id: id.clone(), what, active: true, coupon });
        id
    }

    pub fn working(&self, code: &str, now: Timestamp) -> Option<&Promo> {
        self.promos.values().find(|promo| promo.what.code.eq_ignore_ascii_case(code) && promo.works(now))
    }

    fn refunded(&self, session: u64) -> i64 {
        let good = self.refunds.values().filter(|one| one.session == session && one.status != "failed");
        good.map(|one| one.amount).sum()
    }

    /// A promotion code as it is told.
    pub fn promo_json(&self, promo: &Promo, shape: Shape, now: Timestamp) -> Value {
        let used = self.sessions.values().filter(|one| one.complete && one.promos.contains(&promo.id)).count();
        let id = promo.coupon.clone();
        let coupon = json!({
            "id": id, "object": "coupon", "amount_off": null, "percent_off": promo.what.percent, "duration": "once",
            "name": format!("{} % off", promo.what.percent), "valid": true,
        });
        let mut told = json!({
            "id": promo.id, "object": "promotion_code", "active": promo.works(now), "code": promo.what.code,
            "created": promo.what.created.as_second(), "customer": promo.what.customer, "customer_account": null,
            "expires_at": promo.what.ends_at.map(Timestamp::as_second), "livemode": true, "max_redemptions": null,
            "metadata": {}, "times_redeemed": used,
            "restrictions": {"first_time_transaction": false, "minimum_amount": null, "minimum_amount_currency": null},
        });
        if let Some(members) = told.as_object_mut() {
            if shape.nested {
                let coupon = if shape.coupon { coupon } else { json!(id) };
                members.insert("promotion".to_owned(), json!({"coupon": coupon, "type": "coupon"}));
            } else {
                members.insert("coupon".to_owned(), coupon);
            }
        }
        told
    }

    /// A checkout as it is told.
    pub fn session_json(&self, session: &Session, shape: Shape, now: Timestamp) -> Value {
        let currency = if session.what.currency.is_empty() { &self.currency } else { &session.what.currency };
        let percent =
            |id: &String| self.promos.values().find(|promo| promo.id == *id).map_or(0, |one| one.what.percent);
        let discounts: Vec<Value> =
            session.promos.iter().map(|id| json!({"coupon": null, "promotion_code": id})).collect();
        let mut details =
            json!({"amount_discount": session.what.amount - session.total, "amount_shipping": 0, "amount_tax": 0});
        if shape.breakdown {
            let row = |id: &String| {
                let coupon = format!("coupon_{}", percent(id));
                let mut discount = json!({"id": "di_1", "object": "discount", "promotion_code": id});
                if let Some(members) = discount.as_object_mut() {
                    if shape.nested {
                        members.insert("source".to_owned(), json!({"coupon": coupon, "type": "coupon"}));
                    } else {
                        members.insert("coupon".to_owned(), json!({"id": coupon}));
                    }
                }
                json!({"amount": session.what.amount - session.total, "discount": discount})
            };
            let rows: Vec<Value> = session.promos.iter().map(row).collect();
            if let Some(members) = details.as_object_mut() {
                members.insert("breakdown".to_owned(), json!({"discounts": rows, "taxes": []}));
            }
        }
        let payment = match session.payment() {
            Some(id) if shape.charge => self.payment_json(session, &id, currency, shape),
            Some(id) => json!(id),
            None => Value::Null,
        };
        let paid = match (session.total, session.complete && session.paid) {
            (0, true) => "no_payment_required",
            (_, true) => "paid",
            (_, false) => "unpaid",
        };
        json!({
            "id": format!("cs_live_{}", session.number), "object": "checkout.session",
            "amount_subtotal": session.what.amount, "amount_total": session.total, "client_reference_id": null,
            "created": session.created.as_second(), "currency": currency, "currency_conversion": null,
            "discounts": discounts, "livemode": session.what.live, "metadata": {}, "mode": session.what.mode,
            "payment_intent": payment, "payment_status": paid, "status": session.status(now),
            "total_details": details,
        })
    }

    fn payment_json(&self, session: &Session, id: &str, currency: &str, shape: Shape) -> Value {
        // Half as much in the account's currency, so that a mistake shows.
        let settled = if currency == self.currency { session.total } else { session.total / 2 };
        let settlement = json!({
            "id": "txn_1", "object": "balance_transaction", "amount": settled, "currency": self.currency,
        });
        let charge = json!({
            "id": format!("ch_{}", session.number), "object": "charge", "amount": session.total, "currency": currency,
            "amount_refunded": self.refunded(session.number), "paid": session.paid,
            "balance_transaction": if shape.settlement { settlement } else { json!("txn_1") },
        });
        json!({"id": id, "object": "payment_intent", "latest_charge": charge})
    }

    /// A refund as it is told.
    pub fn refund_json(refund: &Refund) -> Value {
        json!({
            "id": refund.id, "object": "refund", "amount": refund.amount, "created": refund.created.as_second(),
            "charge": format!("ch_{}", refund.session), "payment_intent": format!("pi_{}", refund.session),
            "status": refund.status,
        })
    }
}
