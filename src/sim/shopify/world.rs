//! The shop itself: its discounts and its orders, and what people do in it.
//!
//! Survives: any order of deeds. An order that comes with a code which has ended is sold without the discount, and without
//! the code.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How late the shop counts the uses of a code.
const COUNTED_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// What kind of discount it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Money or a share off.
    Basic,
    /// Buy some, get some.
    Bxgy,
    /// Free shipping.
    FreeShipping,
    /// An app works it out.
    App,
}

impl Kind {
    fn type_name(self) -> &'static str {
        match self {
            Self::Basic => "DiscountCodeBasic",
            Self::Bxgy => "DiscountCodeBxgy",
            Self::FreeShipping => "DiscountCodeFreeShipping",
            Self::App => "DiscountCodeApp",
        }
    }
}

/// How a discount stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It works at the checkout.
    Active,
    /// It does not any more.
    Expired,
    /// It does not yet.
    Scheduled,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Expired => "EXPIRED",
            Self::Scheduled => "SCHEDULED",
        }
    }
}

/// A discount to set up.
#[derive(Debug, Clone)]
pub struct NewDiscount {
    /// What the shop calls it.
    pub title: String,
    /// The codes that unlock it.
    pub codes: Vec<String>,
    /// What kind it is.
    pub kind: Kind,
    /// Hundredths off the price.
    pub percent: i64,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends, if it does.
    pub ends_at: Option<Timestamp>,
}

impl NewDiscount {
    /// A share off for one code, without an end.
    #[must_use]
    pub fn basic(code: &str, percent: i64, starts_at: Timestamp) -> Self {
        let codes = vec![code.to_owned()];
        Self { title: code.to_owned(), codes, kind: Kind::Basic, percent, starts_at, ends_at: None }
    }
}

/// What the shop knows of the visits before an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Journey {
    /// It could follow nobody: no consent, a till, an order by staff. A link's parameters or a page make it [`Self::Visit`].
    #[default]
    NoVisit,
    /// It saw a visit.
    Visit,
    /// It has not worked it out.
    NotReady,
    /// It says nothing at all.
    Nothing,
}

/// An order to place.
#[derive(Debug, Clone, Default)]
pub struct NewOrder {
    /// Codes typed at the checkout, in this order.
    pub codes: Vec<String>,
    /// The price before discounts, in minor units of the shop's currency.
    pub minor: i64,
    /// A test order.
    pub test: bool,
    /// What the customer paid in, and how many of its minor units are a hundred of the shop's.
    pub presentment: Option<(String, i64)>,
    /// `source`, `medium`, `campaign` and `content` of the link the customer came by.
    pub utm: Option<[String; 4]>,
    /// The page that sent the customer.
    pub referrer: Option<String>,
    /// What is known of the visits before it.
    pub journey: Journey,
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// Sold.
    Sold {
        /// Its number.
        order: u64,
        /// The codes that worked, as the shop writes them.
        codes: Vec<String>,
        /// What it cost, in minor units.
        minor: i64,
    },
    /// The shop does not sell.
    Closed,
}

#[derive(Debug, Clone)]
pub(super) struct Discount {
    pub number: u64,
    pub what: NewDiscount,
}

impl Discount {
    pub fn gid(&self) -> String {
        format!("gid://shopify/DiscountCodeNode/{}", self.number)
    }

    pub fn status(&self, now: Timestamp) -> Status {
        if self.what.ends_at.is_some_and(|end| end <= now) {
            Status::Expired
        } else if now < self.what.starts_at {
            Status::Scheduled
        } else {
            Status::Active
        }
    }

    fn has(&self, code: &str) -> bool {
        self.what.codes.iter().any(|own| own.eq_ignore_ascii_case(code))
    }
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub number: u64,
    pub created: Timestamp,
    pub updated: Timestamp,
    cancelled: Option<Timestamp>,
    pub codes: Vec<String>,
    what: NewOrder,
    total: i64,
    discounts: i64,
    refunded: i64,
}

impl Order {
    fn gid(&self) -> String {
        format!("gid://shopify/Order/{}", self.number)
    }

    /// What the shop worked out of the visits before it.
    fn journey(&self) -> Value {
        let what = &self.what;
        let followed = what.journey == Journey::Visit || what.utm.is_some() || what.referrer.is_some();
        let known = followed && what.journey != Journey::NotReady;
        let visit = known.then(|| {
            let utm = what.utm.as_ref().map(|[source, medium, campaign, content]| {
                json!({"source": source, "medium": medium, "campaign": campaign, "content": content, "term": null})
            });
            let landing = what.utm.as_ref().map_or_else(
                || "https://shop.example/".to_owned(),
                |[source, _, campaign, _]| format!("https://shop.example/?utm_source={source}&utm_campaign={campaign}"),
            );
            json!({"landingPage": landing, "referrerUrl": what.referrer, "utmParameters": utm})
        });
        if what.journey == Journey::Nothing {
            return Value::Null;
        }
        json!({
            "ready": what.journey != Journey::NotReady, "customerOrderIndex": null, "firstVisit": visit,
            "lastVisit": visit,
        })
    }
}

#[derive(Debug)]
pub(super) struct State {
    pub currency: String,
    pub discounts: BTreeMap<u64, Discount>,
    pub orders: BTreeMap<u64, Order>,
    selling: bool,
    next: u64,
}

/// The shop.
#[derive(Debug)]
pub struct ShopWorld(Mutex<State>);

impl ShopWorld {
    /// An empty shop whose books are in a currency with two decimals.
    #[must_use]
    pub fn new(currency: &str) -> Self {
        Self(Mutex::new(State {
            currency: currency.to_owned(),
            discounts: BTreeMap::new(),
            orders: BTreeMap::new(),
            selling: true,
            next: 1001,
        }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets up a discount; answers its id.
    pub fn add_discount(&self, what: NewDiscount) -> String {
        self.lock().add(what).gid()
    }

    /// Takes a discount away for good.
    pub fn delete_discount(&self, code: &str) {
        self.lock().discounts.retain(|_, discount| !discount.has(code));
    }

    /// How the discount of a code stands; `None` where there is none.
    #[must_use]
    pub fn discount(&self, code: &str, now: Timestamp) -> Option<Status> {
        self.lock().by_code(code).map(|discount| discount.status(now))
    }

    /// While `false`, nobody can buy.
    pub fn set_selling(&self, selling: bool) {
        self.lock().selling = selling;
    }

    /// Somebody who typed in the shop's name buys for `minor` before discounts, and types these codes.
    pub fn place_order(&self, at: Timestamp, codes: &[&str], minor: i64) -> Placed {
        let codes = codes.iter().map(|&code| code.to_owned()).collect();
        self.place(at, NewOrder { codes, minor, journey: Journey::Visit, ..NewOrder::default() })
    }

    /// The same with all there is to say about an order.
    pub fn place(&self, at: Timestamp, what: NewOrder) -> Placed {
        let mut state = self.lock();
        if !state.selling {
            return Placed::Closed;
        }
        let mut codes = Vec::new();
        let mut total = what.minor;
        for typed in &what.codes {
            let Some(discount) = state.by_code(typed).filter(|discount| discount.status(at) == Status::Active) else {
                continue;
            };
            let own = discount.what.codes.iter().find(|own| own.eq_ignore_ascii_case(typed));
            codes.push(own.cloned().unwrap_or_default());
            total -= total * discount.what.percent / 100;
        }
        let number = state.take_number();
        let discounts = what.minor - total;
        let order = Order {
            number,
            created: at,
            updated: at,
            cancelled: None,
            codes: codes.clone(),
            what,
            total,
            discounts,
            refunded: 0,
        };
        state.orders.insert(number, order);
        Placed::Sold { order: number, codes, minor: total }
    }

    /// Gives money back; at most what is left. `false`: there is no such order.
    pub fn refund(&self, order: u64, at: Timestamp, minor: i64) -> bool {
        self.change(order, at, |order| order.refunded += minor.clamp(0, order.total - order.refunded))
    }

    /// Cancels an order and gives all of it back.
    pub fn cancel(&self, order: u64, at: Timestamp) -> bool {
        self.change(order, at, |order| {
            order.cancelled = Some(at);
            order.refunded = order.total;
        })
    }

    /// The shop has worked out, or forgotten, how the customer of an order came; the order itself has not changed.
    pub fn followed(&self, order: u64, journey: Journey) {
        if let Some(order) = self.lock().orders.get_mut(&order) {
            order.what.journey = journey;
        }
    }

    fn change(&self, order: u64, at: Timestamp, deed: impl FnOnce(&mut Order)) -> bool {
        let mut state = self.lock();
        let Some(order) = state.orders.get_mut(&order) else { return false };
        deed(order);
        order.updated = at;
        true
    }
}

impl State {
    fn take_number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    pub fn add(&mut self, what: NewDiscount) -> Discount {
        let discount = Discount { number: self.take_number(), what };
        self.discounts.insert(discount.number, discount.clone());
        discount
    }

    pub fn order(&self, gid: &str) -> Option<&Order> {
        self.orders.values().find(|order| order.gid() == gid)
    }

    pub fn by_code(&self, code: &str) -> Option<&Discount> {
        self.discounts.values().find(|discount| discount.has(code))
    }

    pub fn by_gid(&mut self, gid: &str) -> Option<&mut Discount> {
        self.discounts.values_mut().find(|discount| discount.gid() == gid)
    }

    /// The whole of an order, as the API may be asked for it.
    pub fn order_json(&self, order: &Order) -> Value {
        let left = order.total - order.refunded;
        let status = match order.refunded {
            0 => "PAID",
            all if all == order.total => "REFUNDED",
            _ => "PARTIALLY_REFUNDED",
        };
        let bag = |minor: i64| {
            let (currency, shown) = match &order.what.presentment {
                Some((currency, rate)) => (currency.as_str(), minor * rate / 100),
                None => (self.currency.as_str(), minor),
            };
            json!({
                "shopMoney": {"amount": decimal(minor), "currencyCode": self.currency},
                "presentmentMoney": {"amount": decimal(shown), "currencyCode": currency},
            })
        };
        json!({
            "id": order.gid(),
            "legacyResourceId": order.number.to_string(),
            "name": format!("#{}", order.number),
            "createdAt": order.created,
            "updatedAt": order.updated,
            "cancelledAt": order.cancelled,
            "test": order.what.test,
            "discountCodes": order.codes,
            "displayFinancialStatus": status,
            "currentTotalPriceSet": bag(left),
            "totalPriceSet": bag(order.total),
            "currentTotalDiscountsSet": bag(order.discounts),
            "totalRefundedSet": bag(order.refunded),
            "netPaymentSet": bag(left),
            "customerJourneySummary": order.journey(),
        })
    }

    /// The whole of a discount, likewise.
    pub fn discount_json(&self, discount: &Discount, now: Timestamp) -> Value {
        let counted = now.saturating_sub(COUNTED_AFTER).unwrap_or(now);
        let used = |code: &str| {
            let orders = self.orders.values().filter(|order| order.created <= counted);
            orders.filter(|order| order.codes.iter().any(|own| own == code)).count()
        };
        let codes: Vec<Value> = discount
            .what
            .codes
            .iter()
            .enumerate()
            .map(|(place, code)| {
                let id = format!("gid://shopify/DiscountRedeemCode/{}{place}", discount.number);
                json!({"id": id, "code": code, "asyncUsageCount": used(code)})
            })
            .collect();
        let percent = i32::try_from(discount.what.percent).unwrap_or(0);
        let all: usize = discount.what.codes.iter().map(|code| used(code)).sum();
        json!({
            "id": discount.gid(),
            "codeDiscount": {
                "__typename": discount.what.kind.type_name(),
                "title": discount.what.title,
                "status": discount.status(now).as_str(),
                "startsAt": discount.what.starts_at,
                "endsAt": discount.what.ends_at,
                "usageLimit": null,
                "asyncUsageCount": all,
                "customerGets": {"value": {
                    "__typename": "DiscountPercentage", "percentage": f64::from(percent) / 100.0,
                }},
                "codes": codes,
            },
        })
    }
}

/// Minor units as the shop writes money: `43.0`, `604214.45`.
fn decimal(minor: i64) -> String {
    let (whole, rest) = (minor / 100, (minor % 100).abs());
    let sign = if minor < 0 && whole == 0 { "-" } else { "" };
    if rest % 10 == 0 { format!("{sign}{whole}.{}", rest / 10) } else { format!("{sign}{whole}.{rest:02}") }
}
