//! Trade: who follows which link, who visits the brand's shop, and what they buy there with which code.
//!
//! Owns: clicks and visits as they truly are, and every order at its instant. They are drawn step by step, because what
//! people do meanwhile (mend a link, end a code) changes what follows; the draws of a step are its own, so that a deed
//! changes nothing but its consequences. Refuses: keeping orders and codes; the shop does ([`Till`]).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::chance::Chance;
use super::living::{Life, LivingWorld};
use super::troubles::{Course, Trouble, Troubles};
use crate::domain::num::{f64_of, u64_of_len};

/// How much trade is worked out at a time, in seconds: short enough that a deed shows in the next hour's numbers.
pub const STEP_SECS: i64 = 600;
const DAY_SECS: i64 = 86_400;

/// How busy each hour of the day is, from midnight; the mean is 1.
pub(super) const HOURS: [f64; 24] = [
    0.35, 0.20, 0.15, 0.10, 0.15, 0.30, 0.60, 0.85, 1.00, 1.10, 1.20, 1.30, 1.35, 1.30, 1.25, 1.25, 1.30, 1.40, 1.60,
    1.80, 1.85, 1.60, 1.20, 0.80,
];

/// Link clicks per view.
const CLICKS_PER_VIEW: f64 = 0.013;
/// What is left of them with [`Trouble::FewClicks`].
const FEW_CLICKS: f64 = 0.3;
/// Orders with the code, per click on a link that lands on the product.
const ORDERS_PER_CLICK: f64 = 0.10;
/// The same where it lands on the home page: hardly anybody looks for the product from there.
const ORDERS_FROM_HOME: f64 = 0.001;
/// The share that buys at the full price when the code takes nothing off.
const BUYS_WITHOUT_CODE: f64 = 0.6;

/// Visits of the shop a day that no creator brings.
const OWN_VISITS: f64 = 5_000.0;
/// Orders per visit of these.
const ORDERS_PER_VISIT: f64 = 0.03;

/// Visitors a day that a coupon site sends with the code it lists.
const COUPON_VISITS: f64 = 900.0;
/// The share of them that buys while the code takes something off, and when it does not.
const COUPON_BUYS: (f64, f64) = (0.6, 0.02);

/// The price of an order, in cents.
const PRICE_MINOR: i64 = 6_900;

/// How a customer came to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way<'a> {
    /// By a creator's link.
    Link(&'a str),
    /// From another page.
    Page(&'a str),
    /// They typed in the shop's name.
    Typed,
}

/// The page that the leaked code is on.
const COUPON_PAGE: &str = "https://www.retailmenot.com/view/nordbo.example";

/// Of the orders with a creator's code one in so many is by somebody who typed in the shop's name.
const TYPED_EVERY: i64 = 5;

/// The shop that orders are placed in.
pub trait Till: Send + Sync {
    /// Whether a code takes something off at `at`.
    fn takes(&self, code: &str, at: Timestamp) -> bool;
    /// Somebody who came in this way wants to pay for an order of so many cents at `at`, and types this code.
    fn sell(&self, at: Timestamp, code: Option<&str>, minor: i64, way: Way<'_>);
    /// While it is not open, nobody can pay.
    fn opens(&self, open: bool);
}

/// The trade of a world.
pub struct Trade {
    world: Arc<LivingWorld>,
    seed: u64,
    start: Timestamp,
    site: String,
    till: Box<dyn Till>,
    books: Mutex<Books>,
}

#[derive(Debug)]
struct Books {
    /// Steps that are worked out.
    steps: i64,
    /// Link clicks by creator.
    clicks: Vec<i64>,
    /// Visits of the shop.
    visits: i64,
    /// The code that a creator names.
    codes: Vec<String>,
    troubles: Troubles,
}

impl std::fmt::Debug for Trade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Trade({:?})", self.books())
    }
}

/// A creator's discount code.
#[must_use]
pub fn code_of(life: &Life) -> String {
    format!("{}10", life.id.to_uppercase().replace('-', ""))
}

/// A creator's tracking link.
#[must_use]
pub fn link_of(life: &Life) -> String {
    format!("{}-spring", life.id)
}

impl Trade {
    /// The trade of the creators of a world from `start`, a midnight, on: with a site whose visits are counted, and a
    /// shop.
    #[must_use]
    pub fn new(world: Arc<LivingWorld>, seed: u64, start: Timestamp, site: &str, till: Box<dyn Till>) -> Self {
        let clicks = vec![0; world.creators().len()];
        let codes = world.creators().iter().map(code_of).collect();
        let books = Mutex::new(Books { steps: 0, clicks, visits: 0, codes, troubles: Troubles::new(start) });
        Self { world, seed, start, site: site.to_owned(), till, books }
    }

    /// Works the trade out up to `now`: whole steps, each order placed in the shop at its instant.
    pub fn advance(&self, now: Timestamp) {
        let due = now.duration_since(self.start).as_secs().div_euclid(STEP_SECS);
        let mut books = self.books();
        while books.steps < due {
            self.step(&mut books);
            books.steps += 1;
        }
    }

    /// How a trouble goes.
    #[must_use]
    pub fn course(&self, trouble: Trouble) -> Course {
        self.books().troubles.of(trouble)
    }

    /// Somebody ends a trouble.
    pub fn end(&self, trouble: Trouble, at: Timestamp) {
        self.books().troubles.end(trouble, at);
    }

    /// The creator whose code leaks.
    #[must_use]
    pub fn leaked(&self) -> Option<&Life> {
        self.world.creators().get(LEAKED)
    }

    /// Gives the creator whose code leaked another one, which they name from now on; it must be in the shop.
    pub fn rename_leaked(&self, code: &str) {
        if let Some(named) = self.books().codes.get_mut(LEAKED) {
            code.clone_into(named);
        }
    }

    /// Clicks and visits as a feed would show them: one row a link, and one for the site; running totals. A visit by a
    /// link is a visit of the site.
    #[must_use]
    pub fn rows(&self) -> Value {
        let books = self.books();
        let links = self.world.creators().iter().zip(&books.clicks);
        let mut rows: Vec<Value> =
            links.map(|(life, clicks)| json!({"page": link_of(life), "clicks": clicks, "visits": clicks})).collect();
        rows.push(json!({"page": self.site, "clicks": books.clicks.iter().sum::<i64>(), "visits": books.visits}));
        json!({"rows": rows})
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step(&self, books: &mut Books) {
        let secs = books.steps * STEP_SECS;
        let Ok(from) = self.start.checked_add(SignedDuration::from_secs(secs)) else { return };
        let until = from.checked_add(SignedDuration::from_secs(STEP_SECS)).unwrap_or(from);
        let Some(busy) = usize::try_from(secs % DAY_SECS / 3_600).ok().and_then(|hour| HOURS.get(hour)) else { return };
        self.till.opens(!books.troubles.of(Trouble::ShopStops).is_on(from));
        let people = u64_of_len(self.world.creators().len());
        let step = u64::try_from(books.steps).unwrap_or(0);
        let chance = |who: u64| Chance::new(self.seed ^ SALT, step * (people + 2) + who);
        for (place, code) in books.codes.clone().iter().enumerate() {
            let views = self.world.views_total(place, until) - self.world.views_total(place, from);
            let (per_click, per_view) = books.follows(place, from);
            let mut chance = chance(u64_of_len(place));
            let clicks = chance.events(f64_of(views) * CLICKS_PER_VIEW * per_view * busy);
            if let Some(sum) = books.clicks.get_mut(place) {
                *sum += clicks;
            }
            books.visits += clicks;
            let buys = per_click * if self.till.takes(code, from) { 1.0 } else { BUYS_WITHOUT_CODE };
            let orders = chance.events(f64_of(clicks) * buys);
            let link = self.world.creators().get(place).map_or(Way::Typed, |life| Way::Link(&life.id));
            self.place(from, orders, Some(code), link);
        }
        let visits = chance(people).events(per_step(OWN_VISITS, *busy));
        let orders = chance(people + 1).events(f64_of(visits) * ORDERS_PER_VISIT);
        books.visits += visits;
        self.place(from, orders, None, Way::Typed);
        if books.troubles.of(Trouble::LeakedCode).is_on(from) {
            books.visits += self.coupon_site(from, *busy, Chance::new(self.seed ^ SALT_OF_COUPONS, step));
        }
    }

    /// Visitors of a coupon site in a step.
    fn coupon_site(&self, from: Timestamp, busy: f64, mut chance: Chance) -> i64 {
        let Some(code) = self.world.creators().get(LEAKED).map(code_of) else { return 0 };
        let visits = chance.events(per_step(COUPON_VISITS, busy));
        let buys = if self.till.takes(&code, from) { COUPON_BUYS.0 } else { COUPON_BUYS.1 };
        let orders = chance.events(f64_of(visits) * buys);
        self.place(from, orders, Some(&code), Way::Page(COUPON_PAGE));
        visits
    }

    /// So many people want to buy, evenly within a step. What a code takes off, if anything, is the shop's to say.
    fn place(&self, from: Timestamp, orders: i64, code: Option<&str>, way: Way<'_>) {
        for order in 0..orders {
            let after = SignedDuration::from_secs(STEP_SECS * order / orders);
            let by_hand = matches!(way, Way::Link(_)) && order % TYPED_EVERY == TYPED_EVERY - 1;
            let way = if by_hand { Way::Typed } else { way };
            self.till.sell(from.checked_add(after).unwrap_or(from), code, PRICE_MINOR, way);
        }
    }
}

/// Whose link is wrong at first and seldom mentioned later, and whose code leaks.
const LINKED: usize = 0;
const LEAKED: usize = 2;

/// Draws of trade are others than those of lives, and those of the coupon site others again.
const SALT: u64 = 0x7261_6465;
const SALT_OF_COUPONS: u64 = 0x636f_7570;

impl Books {
    /// Orders per click and clicks per usual click of a creator.
    fn follows(&self, place: usize, at: Timestamp) -> (f64, f64) {
        let is = |trouble| place == LINKED && self.troubles.of(trouble).is_on(at);
        // Nobody has a link before the campaign's first day.
        let begun = self.troubles.of(Trouble::WrongLink).begins <= at;
        (
            if is(Trouble::WrongLink) { ORDERS_FROM_HOME } else { ORDERS_PER_CLICK },
            match (begun, is(Trouble::FewClicks)) {
                (false, _) => 0.0,
                (true, true) => FEW_CLICKS,
                (true, false) => 1.0,
            },
        )
    }
}

/// What a step has of a day's number.
pub(super) fn per_step(a_day: f64, busy: f64) -> f64 {
    a_day * busy * f64_of(STEP_SECS) / f64_of(DAY_SECS)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[derive(Default)]
    struct Drawer {
        closed: bool,
        ended: BTreeSet<String>,
        orders: Vec<(Timestamp, Option<String>)>,
    }

    #[derive(Clone, Default)]
    struct Shop(Arc<Mutex<Drawer>>);

    impl Shop {
        fn drawer(&self) -> MutexGuard<'_, Drawer> {
            self.0.lock().expect("not poisoned")
        }

        /// Orders by code between two instants.
        fn sold(&self, from: Timestamp, until: Timestamp) -> BTreeMap<String, i64> {
            let mut sold = BTreeMap::new();
            for (_, code) in self.drawer().orders.iter().filter(|order| from <= order.0 && order.0 < until) {
                *sold.entry(code.clone().unwrap_or_default()).or_insert(0) += 1;
            }
            sold
        }
    }

    impl Till for Shop {
        fn takes(&self, code: &str, _at: Timestamp) -> bool {
            !self.drawer().ended.contains(code)
        }

        fn sell(&self, at: Timestamp, code: Option<&str>, _minor: i64, _way: Way<'_>) {
            let mut drawer = self.drawer();
            let works = code.filter(|code| !drawer.ended.contains(*code)).map(str::to_owned);
            if !drawer.closed {
                drawer.orders.push((at, works));
            }
        }

        fn opens(&self, open: bool) {
            self.drawer().closed = !open;
        }
    }

    fn start() -> Timestamp {
        "2026-02-28T23:00:00Z".parse().expect("an instant")
    }

    fn hour(hours: i64) -> Timestamp {
        start() + SignedDuration::from_hours(hours)
    }

    fn open(seed: u64) -> (Trade, Shop) {
        let shop = Shop::default();
        let world = Arc::new(LivingWorld::new(seed, start(), 8));
        (Trade::new(world, seed, start(), "nordbo.example", Box::new(shop.clone())), shop)
    }

    fn clicks(trade: &Trade, place: usize) -> i64 {
        trade.rows()["rows"][place]["clicks"].as_i64().expect("a count")
    }

    #[test]
    fn hours_are_one_in_the_mean() {
        assert!((HOURS.iter().sum::<f64>() / 24.0 - 1.0).abs() < 0.03);
    }

    #[test]
    fn a_wrong_link_has_clicks_and_no_orders_until_it_is_mended() {
        for seed in [1, 7, 42] {
            let (trade, shop) = open(seed);
            trade.advance(hour(40));
            let before = clicks(&trade, LINKED);
            let sold = shop.sold(hour(0), hour(40)).get("ALMA10").copied().unwrap_or(0);
            assert!(300 < before && sold * 100 < before, "seed {seed}: {sold} of {before}");
            trade.end(Trouble::WrongLink, hour(40));
            trade.advance(hour(48));
            let (clicks, sold) = (clicks(&trade, LINKED) - before, shop.sold(hour(40), hour(48))["ALMA10"]);
            assert!(clicks < sold * 20, "seed {seed}: {sold} of {clicks}");
        }
    }

    #[test]
    fn ending_a_leaked_code_ends_its_orders_and_nothing_else() {
        let (trade, shop) = open(7);
        trade.advance(hour(60));
        assert!(100 < shop.sold(hour(57), hour(60))["CLEO10"]);
        shop.drawer().ended.insert("CLEO10".to_owned());
        trade.advance(hour(72));
        let sold = shop.sold(hour(60), hour(72));
        assert_eq!(sold.get("CLEO10"), None);
        let (other, theirs) = open(7);
        other.advance(hour(72));
        let mut without = theirs.sold(hour(60), hour(72));
        assert!(100 < without.remove("CLEO10").expect("a leak"));
        for (code, orders) in without {
            assert!(code.is_empty() || sold[&code] == orders, "{code}");
        }
    }

    #[test]
    fn a_broken_checkout_sells_nothing_and_is_visited_all_the_same() {
        let (trade, shop) = open(7);
        let visits = |trade: &Trade| trade.rows()["rows"][8]["visits"].as_i64().expect("a count");
        trade.advance(hour(83));
        let before = visits(&trade);
        trade.advance(hour(85));
        assert!(500 < visits(&trade) - before && shop.sold(hour(83), hour(85)).is_empty());
        trade.end(Trouble::ShopStops, hour(85));
        trade.advance(hour(86));
        assert!(5 < shop.sold(hour(85), hour(86))[""]);
    }

    #[test]
    fn the_same_seed_is_the_same_trade_however_it_is_stepped() {
        let ((one, sold), (other, theirs)) = (open(7), open(7));
        one.advance(hour(150));
        (0..=900).for_each(|step| other.advance(start() + SignedDuration::from_secs(step * STEP_SECS)));
        assert_eq!(one.rows(), other.rows());
        assert_eq!(sold.drawer().orders, theirs.drawer().orders);
        let daily = |day: i64| sold.sold(hour(day * 24), hour(day * 24 + 24));
        assert!(!daily(0).contains_key("ALMA10"), "no links before the campaign's first day");
        assert!(30 < daily(3)["ALMA10"]);
    }
}
