//! A day is planned, and then made at the platform's emulator: what the platform counted is what was planned, within 2 %.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use plimsoll::app::catalog::Catalog;
use plimsoll::app::planner::plan::{self, Bill, Size};
use plimsoll::http::tokens::{Accounts, TokenKeeper, TokenSet};
use plimsoll::sources::{Outside, Request, Source};
use plimsoll::time::{Clock, Driver};

use super::super::polled;
use super::platforms::{self, Facebook, Feed, Ga4, GoogleAds, Instagram, MetaAds, Shopify, Stripe, Tiktok, TiktokAds};
use super::public::{Twitch, X, Youtube};
use super::{TERMS, config_of, midnight, source};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Who and what exists in a plan, and so must exist at the platform.
#[derive(Debug, Default)]
pub struct World {
    /// The accounts of creators, and the brand's last.
    pub accounts: Vec<String>,
    /// Posts: whose, which, since when; newest first.
    pub posts: Vec<(String, String, Timestamp)>,
    pub boosts: Vec<String>,
    pub codes: Vec<String>,
    pub links: Vec<String>,
}

impl World {
    pub fn of(catalog: &Catalog) -> Self {
        let account = |creator| catalog.creators.get(creator).and_then(|one| one.accounts.values().next().cloned());
        let brands = catalog.brands.values().flat_map(|brand| brand.accounts.values().cloned());
        let partnerships = || catalog.partnerships.values();
        let mut posts: Vec<_> = catalog
            .posts
            .iter()
            .map(|(key, creator)| {
                (account(creator).expect("an account"), key.1.as_str().to_owned(), catalog.published[key])
            })
            .collect();
        posts.sort_by_key(|(_, _, at)| std::cmp::Reverse(*at));
        Self {
            accounts: catalog.creators.keys().filter_map(account).chain(brands).collect(),
            posts,
            boosts: catalog.boosts.values().map(|boost| boost.reference.clone()).collect(),
            codes: partnerships().flat_map(|one| one.codes.clone()).collect(),
            links: partnerships().filter_map(|one| one.link.clone()).collect(),
        }
    }
}

/// The tokens of whoever has connected an account.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<BTreeMap<String, Arc<Kept>>>);

#[derive(Debug)]
pub struct Kept(Mutex<TokenSet>);

impl Shelf {
    pub fn put(&self, account: &str, tokens: TokenSet) {
        self.0.lock().expect("a lock").insert(account.to_owned(), Arc::new(Kept(Mutex::new(tokens))));
    }
}

#[async_trait]
impl Accounts for Shelf {
    async fn keeper(&self, account: &str) -> io::Result<Option<Arc<dyn TokenKeeper>>> {
        let kept = self.0.lock().expect("a lock").get(account).cloned();
        Ok(kept.map(|kept| kept as Arc<dyn TokenKeeper>))
    }
}

#[async_trait]
impl TokenKeeper for Kept {
    async fn load(&self) -> io::Result<TokenSet> {
        Ok(self.0.lock().expect("a lock").clone())
    }

    async fn keep(&self, tokens: &TokenSet) -> io::Result<()> {
        *self.0.lock().expect("a lock") = tokens.clone();
        Ok(())
    }
}

/// What was counted, by bucket; beside them `calls`, and `cents` where money is charged.
pub type Counts = BTreeMap<String, u64>;

/// A platform's emulator with the world of a plan behind it.
pub struct Running {
    /// The settings that lead to it.
    pub settings: String,
    /// What it has counted so far.
    pub counted: Box<dyn Fn() -> Counts + Send + Sync>,
    /// What goes on there until an instant.
    pub pass: Box<dyn FnMut(Timestamp) + Send>,
    /// What must be so when the day is over, given how many polls there were.
    pub after: Box<dyn Fn(usize) + Send + Sync>,
}

impl Running {
    pub fn new(settings: String, counted: impl Fn() -> Counts + Send + Sync + 'static) -> Self {
        Self { settings, counted: Box::new(counted), pass: Box::new(|_| ()), after: Box::new(|_| ()) }
    }
}

/// One row a kind of source.
#[async_trait]
pub trait Platform: Sync {
    /// The instant at which its day begins.
    fn day(&self) -> Timestamp {
        midnight()
    }
    /// Its settings, with an address to ask.
    fn settings(&self, base: &str) -> String;
    /// Starts its emulator.
    async fn start(&self, clock: &Clock, world: &World, shelf: &Shelf) -> Running;
}

async fn poll(source: &Arc<dyn Source>, request: Request, (clock, driver): (&Clock, &mut Driver)) {
    driver.run_until(std::cmp::max(request.now, clock.now())).await.expect("quiet");
    let fetched = polled::poll(source, request, (clock, driver), 60).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
}

/// Plans a day and makes it.
async fn check(platform: &dyn Platform, size: Size, more: &str) {
    let day = platform.day();
    let (clock, mut driver) = Clock::simulated(day - DAY);
    let planned = config_of(&format!("{more}\n{}", platform.settings("http://127.0.0.1:9")));
    let catalog = plan::made_up(&source(), &planned, size, day).expect("a world");
    let bill = plan::bill(&source(), &planned, &catalog, TERMS, day);
    let shelf = Arc::new(Shelf::default());
    let mut running = platform.start(&clock, &World::of(&catalog), &shelf).await;
    let live = config_of(&format!("{more}\n{}", running.settings));
    let outside = Outside { clock: clock.clone(), accounts: Arc::clone(&shelf) as Arc<dyn Accounts> };
    let client = live.kind.settings().build(&outside).expect("a client");
    let polls_from = |day: Timestamp| {
        let mut polls = Vec::new();
        plan::walk(&source(), &live, &catalog, TERMS.seed, day, |due, at| polls.push(plan::request_of(due, at)));
        polls
    };
    // What a source learns once it has learned the day before.
    let last = polls_from(day - DAY).pop().expect("a poll");
    (running.pass)(last.now);
    poll(&client, last, (&clock, &mut driver)).await;
    driver.run_until(std::cmp::max(day, clock.now())).await.expect("quiet");
    let before = (running.counted)();
    let polls = polls_from(day);
    assert_eq!(polls.len(), usize::try_from(bill.polls).expect("small"));
    let made = polls.len();
    for request in polls {
        (running.pass)(request.now);
        poll(&client, request, (&clock, &mut driver)).await;
    }
    let counted = (running.counted)().into_iter().map(|(what, count)| (what.clone(), count - before[&what]));
    compare(&bill, &counted.collect(), &format!("{size:?} {}", running.settings));
    (running.after)(made);
}

fn compare(bill: &Bill, counted: &Counts, about: &str) {
    assert!(counted.values().any(|units| 0 < *units), "{about}");
    for (what, counted) in counted {
        let bucket = bill.buckets.iter().find(|one| one.bucket == *what).map(|one| one.units);
        let planned = match what.as_str() {
            "cents" => bill.money.and_then(|money| u64::try_from(money.minor).ok()),
            "calls" => bucket.or(bill.calls),
            _ => bucket,
        };
        let planned = planned.unwrap_or_else(|| panic!("{about}: nothing is planned of `{what}`: {bill:?}"));
        let off = counted.abs_diff(planned);
        assert!(off * 50 <= *counted, "{about}: `{what}` is {counted}, planned {planned}");
    }
    let unnamed = bill.buckets.iter().filter(|one| 0 < one.units && !counted.contains_key(&one.bucket));
    assert_eq!(unnamed.count(), 0, "{about}: {bill:?}");
}

const fn size(creators: u32, posts: u32) -> Size {
    Size { creators, posts }
}

const HOURLY: &str = "schedule = \"0 * * * *\"";
const QUARTERS: &str = "schedule = \"*/15 * * * *\"\ncadence = \"adaptive\"";

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_agrees_with_what_youtube_counts_in_a_day() {
    check(&Youtube, size(60, 20), HOURLY).await;
    check(&Youtube, size(60, 20), QUARTERS).await;
    // Two pages of uploads each, of which only the first is read again.
    check(&Youtube, size(12, 70), "schedule = \"5 */2 * * *\"\nzone = \"Europe/Stockholm\"").await;
    check(&Youtube, size(120, 20), "schedule = \"0 */3 * * *\"\nspread = \"30m\"").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_agrees_with_what_platforms_of_posts_count_in_a_day() {
    check(&Twitch, size(11, 20), HOURLY).await;
    check(&X, size(40, 20), HOURLY).await;
    check(&Facebook, size(7, 60), "schedule = \"0 */2 * * *\"").await;
    check(&platforms::Analytics, size(8, 60), "schedule = \"0 */6 * * *\"").await;
    check(&Feed, size(8, 0), HOURLY).await;
}

/// Where each account is asked for itself, ids go in the largest batches that the platform takes.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_agrees_with_what_tiktok_and_instagram_count_and_batches_are_the_largest() {
    check(&Tiktok, size(8, 45), HOURLY).await;
    check(&Tiktok, size(8, 45), QUARTERS).await;
    check(&Instagram, size(3, 60), "schedule = \"0 */6 * * *\"").await;
    check(&Instagram, size(9, 20), "schedule = \"0 */4 * * *\"").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_agrees_with_what_platforms_of_advertising_count_in_a_day() {
    check(&MetaAds, size(120, 0), HOURLY).await;
    check(&TiktokAds, size(120, 0), HOURLY).await;
    check(&GoogleAds, size(120, 0), HOURLY).await;
    check(&Ga4, size(120, 0), &format!("{HOURLY}\nbrand = \"plan\"")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_agrees_with_what_shops_count_in_a_day() {
    for more in [format!("{HOURLY}\nbrand = \"plan\""), "schedule = \"*/30 * * * *\"".to_owned()] {
        check(&Shopify, size(15, 0), &more).await;
        check(&Stripe, size(15, 0), &more).await;
        check(&platforms::Woocommerce, size(15, 0), &more).await;
    }
}
