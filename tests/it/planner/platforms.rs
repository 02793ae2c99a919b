//! Platforms that are asked in somebody's name: creators', a brand's, or a shop's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use plimsoll::http::tokens::TokenSet;
use plimsoll::sim::facebook::{PagePost, PagesConfig, PagesSim, PagesWorld};
use plimsoll::sim::feed::FeedSim;
use plimsoll::sim::google::{
    Campaign, Customer, GoogleConfig, GoogleSim, GoogleWorld, Property, Run, Stats, Visit, Watched,
};
use plimsoll::sim::instagram::{InstagramConfig, InstagramSim, InstagramWorld, Login, Product, Standing};
use plimsoll::sim::meta::{AdDay, MetaConfig, MetaSim, MetaWorld};
use plimsoll::sim::shopify::{NewDiscount, ShopConfig, ShopSim, ShopWorld};
use plimsoll::sim::stripe::{NewPromo, StripeConfig, StripeSim, StripeWorld};
use plimsoll::sim::tiktok::{TiktokBoard, TiktokConfig, TiktokSim, UserNow, VideoNow};
use plimsoll::sim::tiktok_ads::{AdsWorld, DayNow, Level, Thing, TiktokAdsConfig, TiktokAdsSim};
use plimsoll::sim::woocommerce::{NewCoupon, WooConfig, WooSim, WooWorld};
use plimsoll::sources::tiktok::ENDPOINTS;
use plimsoll::time::Clock;
use secrecy::SecretString;

use super::TERMS;
use super::agrees::{Counts, Platform, Running, Shelf, World};

/// What an emulator remembers, where it has forgotten nothing.
pub fn few<T>(seen: Vec<T>, most: usize) -> Vec<T> {
    assert!(seen.len() < most, "more was asked than is remembered");
    seen
}

fn one(what: &str, count: usize) -> Counts {
    [(what.to_owned(), u64::try_from(count).expect("small"))].into()
}

/// Days that everything was going on, long before the plan's and after it.
fn days(clock: &Clock) -> Vec<Date> {
    let today = clock.now().to_zoned(TimeZone::UTC).date();
    (-40..4_i64).map(|days| today.checked_add(days.days()).expect("a date")).collect()
}

/// The orders that are taken for granted, each once its time has come.
fn orders(clock: &Clock, mut place: impl FnMut(Timestamp) + Send + 'static) -> Box<dyn FnMut(Timestamp) + Send> {
    let each = SignedDuration::from_secs(86_400 / i64::from(TERMS.assumed.orders));
    let mut next = clock.now() - SignedDuration::from_hours(5 * 24) + each / 2;
    Box::new(move |until| {
        while next <= until {
            place(next);
            next += each;
        }
    })
}

const APP: &str = "client_id = \"sim-app\"\nclient_secret = \"sim-secret\"";

pub struct Facebook;

#[async_trait]
impl Platform for Facebook {
    fn settings(&self, base: &str) -> String {
        format!("kind = \"facebook\"\ntoken = \"system\"\nbase_url = \"{base}\"")
    }

    async fn start(&self, clock: &Clock, world: &World, _shelf: &Shelf) -> Running {
        let pages = PagesWorld::default();
        pages.token("system", None);
        for page in &world.accounts {
            pages.page(page, 5_000);
        }
        for (_, id, at) in &world.posts {
            let post = PagePost { text: "hello".to_owned(), at: *at, counts: [1, 2, 3], seen: Some((90, 70)) };
            pages.post(id, post);
        }
        let sim = PagesSim::start(clock, PagesConfig::default(), Arc::new(pages)).await.expect("a free port");
        Running::new(self.settings(&sim.base_url()), move || one("calls", few(sim.seen(), 512).len()))
    }
}

pub struct Tiktok;

#[async_trait]
impl Platform for Tiktok {
    fn settings(&self, base: &str) -> String {
        format!("kind = \"tiktok\"\nclient_key = \"sim-key\"\nclient_secret = \"sim-secret\"\nbase_url = \"{base}\"")
    }

    async fn start(&self, clock: &Clock, world: &World, shelf: &Shelf) -> Running {
        let board = Arc::new(TiktokBoard::default());
        for (account, id, at) in world.posts.iter().cloned() {
            let (title, description) = (String::new(), "#ad".to_owned());
            let [views, likes, comments, shares] = [Some(1_000), Some(9), Some(8), Some(7)];
            let video =
                VideoNow { id, published_at: at, title, description, length_secs: 19, views, likes, comments, shares };
            board.set_video(&account, video);
        }
        let sim = TiktokSim::start(clock, TiktokConfig::default(), Arc::clone(&board) as _).await.expect("a free port");
        let sim = Arc::new(sim);
        for account in &world.accounts {
            let user = UserNow { username: account.clone(), followers: Some(9), likes: Some(9), videos: Some(9) };
            board.set_user(account, user);
            let rights = ["user.info.basic", "user.info.profile", "user.info.stats", "video.list"];
            let consent = sim.connect(account, &rights);
            let tokens = TokenSet {
                access: Some(SecretString::from(consent.access)),
                access_until: Some(consent.access_until),
                refresh: Some(SecretString::from(consent.refresh)),
                refresh_until: None,
                scope: Some(consent.scope),
            };
            shelf.put(account, tokens);
        }
        let theirs = Arc::clone(&sim);
        let counted = move || ENDPOINTS.map(|method| (method.to_owned(), theirs.units(method))).into();
        let running = Running::new(self.settings(&sim.base_url()), counted);
        let after = move |polls| {
            assert_eq!(sim.throttled(), 0);
            let ids = |seen: &plimsoll::sim::tiktok::Seen| seen.body["filters"]["video_ids"].as_array().map(Vec::len);
            let batches: Vec<usize> = few(sim.seen(), 2048).iter().filter_map(ids).collect();
            let largest = batches.into_iter().max().expect("a batch");
            // Where each post has its own moments, few are asked for together.
            assert!(
                largest == 20 || largest < 20 && 24 < polls,
                "{largest} in {polls} polls: 20 are the most that it takes"
            );
        };
        Running { after: Box::new(after), ..running }
    }
}

pub struct Instagram;

#[async_trait]
impl Platform for Instagram {
    fn settings(&self, base: &str) -> String {
        format!("kind = \"instagram\"\n{APP}\nbase_url = \"{base}\"")
    }

    async fn start(&self, clock: &Clock, world: &World, shelf: &Shelf) -> Running {
        let things = Arc::new(InstagramWorld::new());
        for account in &world.accounts {
            things.add_profile(account, Standing::Professional, 12_345);
        }
        for (account, post, at) in &world.posts {
            let id = things.add_media(account, Product::Reels, &format!("c{post}"), *at);
            things.set(&id, &[("views", 9), ("reach", 8), ("saved", 7), ("shares", 6)]);
            things.set(&id, &[("ig_reels_video_view_total_time", 5_000)]);
            things.change(&id, |media| media.id.clone_from(post));
        }
        let sim = InstagramSim::start(clock, InstagramConfig::default(), things).await.expect("free ports");
        for account in &world.accounts {
            let token = sim.connect_at(account, Login::Instagram, clock.now() - SignedDuration::from_hours(48));
            let access_until = Some(clock.now() + SignedDuration::from_hours(50 * 24));
            shelf.put(account, TokenSet { access: Some(token.into()), access_until, ..TokenSet::default() });
        }
        let base = sim.base_url(Login::Instagram);
        let sim = Arc::new(sim);
        let theirs = Arc::clone(&sim);
        let counted = move || [("calls".to_owned(), theirs.requests())].into();
        let many = 50 <= world.posts.len() / (world.accounts.len() - 1);
        let after = move |_| {
            let seen = few(sim.seen(), 8_192);
            let ids = seen.iter().flat_map(|seen| &seen.query).filter(|row| row.0 == "ids");
            let largest = ids.map(|row| row.1.split(',').count()).max();
            assert!(largest.is_some_and(|largest| largest <= 50 && (many || largest == 20)), "{largest:?} at once");
        };
        Running { after: Box::new(after), ..Running::new(self.settings(&base), counted) }
    }
}

fn google(base: &str, path: &str) -> String {
    format!("{APP}\nbase_url = \"{base}{path}\"\ntoken_url = \"{base}/token\"")
}

/// A token that opens these accounts.
fn sign_in(shelf: &Shelf, accounts: &[String]) -> GoogleConfig {
    for account in accounts {
        shelf.put(account, TokenSet { refresh: Some("1//all".to_owned().into()), ..TokenSet::default() });
    }
    let refresh = BTreeMap::from([("1//all".to_owned(), accounts.to_vec())]);
    GoogleConfig { refresh, ..GoogleConfig::default() }
}

pub struct Analytics;

#[async_trait]
impl Platform for Analytics {
    fn settings(&self, base: &str) -> String {
        format!("kind = \"youtube_analytics\"\n{}", google(base, "/v2"))
    }

    async fn start(&self, clock: &Clock, world: &World, shelf: &Shelf) -> Running {
        let things = GoogleWorld::new();
        let watched = Watched { shares: 3, minutes: 10, hundredths: 0 };
        for day in days(clock) {
            for channel in &world.accounts {
                things.watch(channel, None, day, watched);
            }
            for (channel, video, _) in &world.posts {
                things.watch(channel, Some(video), day, watched);
            }
        }
        let config = sign_in(shelf, &world.accounts);
        let sim = GoogleSim::start(clock, config, Arc::new(things)).await.expect("a free port");
        Running::new(self.settings(&sim.base_url()), move || {
            few(sim.seen(), 512);
            one("reports.query", sim.count("report"))
        })
    }
}

pub struct Ga4;

#[async_trait]
impl Platform for Ga4 {
    fn settings(&self, base: &str) -> String {
        format!("kind = \"ga4\"\nproperty = \"4711\"\n{}", google(base, "/v1beta"))
    }

    async fn start(&self, clock: &Clock, world: &World, shelf: &Shelf) -> Running {
        let things = GoogleWorld::new();
        let of = |day: Date| world.links.iter().map(move |link| Visit::of(day, ("youtube", "plan", link), 5));
        let visits = days(clock).into_iter().flat_map(of).collect();
        let (zone, currency) = ("Europe/Stockholm".to_owned(), "SEK".to_owned());
        things.put_property("4711", Property { zone, currency, threshold: 0, key_events: Vec::new(), visits });
        let config = GoogleConfig { tokens_a_report: 10, ..sign_in(shelf, &["4711".to_owned()]) };
        let sim = GoogleSim::start(clock, config, Arc::new(things)).await.expect("a free port");
        Running::new(self.settings(&sim.base_url()), move || {
            few(sim.seen(), 512);
            one("tokens", 10 * sim.count("run_report"))
        })
    }
}

pub struct GoogleAds;

#[async_trait]
impl Platform for GoogleAds {
    fn settings(&self, base: &str) -> String {
        let ours = "customer_id = \"123-456-7890\"\ndeveloper_token = \"sim-developer\"";
        format!("kind = \"google_ads\"\n{ours}\n{}", google(base, ""))
    }

    async fn start(&self, clock: &Clock, world: &World, shelf: &Shelf) -> Running {
        let things = GoogleWorld::new();
        let ids: Vec<u64> = world.boosts.iter().map(|id| id.parse().expect("digits")).collect();
        let stats = Stats { micros: 1_000_000, clicks: 3, impressions: 300, ..Stats::default() };
        let did = |id: &u64| days(clock).into_iter().map(move |day| ((*id, day), stats)).collect::<Vec<_>>();
        let customer = Customer {
            zone: "America/New_York".to_owned(),
            currency: "USD".to_owned(),
            campaigns: ids.iter().map(|id| (*id, Campaign { run: Run::Enabled, budget: 11 })).collect(),
            stats: ids.iter().flat_map(did).collect(),
            ..Customer::default()
        };
        things.put_customer("1234567890", customer);
        let config = sign_in(shelf, &["1234567890".to_owned()]);
        let sim = GoogleSim::start(clock, config, Arc::new(things)).await.expect("a free port");
        Running::new(self.settings(&sim.base_url()), move || {
            few(sim.seen(), 512);
            one("operations", sim.count("search"))
        })
    }
}

pub struct MetaAds;

#[async_trait]
impl Platform for MetaAds {
    fn settings(&self, base: &str) -> String {
        format!("kind = \"meta_ads\"\naccount = \"act_66782684\"\ntoken = \"EAABsim\"\nbase_url = \"{base}\"")
    }

    async fn start(&self, clock: &Clock, world: &World, _shelf: &Shelf) -> Running {
        let things = MetaWorld::default();
        things.add_account("66782684", "America/Los_Angeles", "USD");
        let did = AdDay {
            impressions: 1_000,
            reach: 800,
            spend_hundredths: 5_339,
            bought_after_click: 1,
            value_hundredths: Some(2_000),
            ..AdDay::default()
        };
        for campaign in &world.boosts {
            let [ad_set, ad] = ["4", "5"].map(|kind| format!("{kind}{}", campaign.get(1..).expect("an id")));
            things.add_campaign("66782684", campaign);
            things.add_ad_set(campaign, &ad_set);
            things.add_ad(&ad_set, &ad);
            for day in days(clock) {
                things.set_day(&ad, day, did);
            }
        }
        let sim = MetaSim::start(clock, MetaConfig::default(), Arc::new(things)).await.expect("a free port");
        Running::new(self.settings(&sim.base_url()), move || one("reads", few(sim.seen(), 512).len()))
    }
}

pub struct TiktokAds;

#[async_trait]
impl Platform for TiktokAds {
    fn settings(&self, base: &str) -> String {
        let advertiser = "advertiser_id = \"7000000000000000001\"\ntoken = \"sim-token\"";
        format!("kind = \"tiktok_ads\"\n{advertiser}\nbase_url = \"{base}\"")
    }

    async fn start(&self, clock: &Clock, world: &World, _shelf: &Shelf) -> Running {
        let things = AdsWorld::new("7000000000000000001", "USD".parse().expect("a currency"), "America/Los_Angeles");
        let did = DayNow { spend: 500, impressions: 2_000, clicks: 50, purchases: Some(3), value: 10_000 };
        for id in &world.boosts {
            things.add(Level::Campaign, id, Thing::running(None));
            for day in days(clock) {
                things.set_day(Level::Campaign, id, day, Some(did));
            }
        }
        let sim = TiktokAdsSim::start(clock, TiktokAdsConfig::default(), Arc::new(things)).await.expect("a free port");
        Running::new(self.settings(&sim.base_url()), move || {
            assert_eq!(sim.throttled(), 0);
            [("calls".to_owned(), sim.requests())].into()
        })
    }
}

pub struct Shopify;

#[async_trait]
impl Platform for Shopify {
    fn settings(&self, base: &str) -> String {
        format!("kind = \"shopify\"\ntoken = \"shpat_sim\"\nbase_url = \"{base}\"")
    }

    async fn start(&self, clock: &Clock, world: &World, _shelf: &Shelf) -> Running {
        let shop = ShopWorld::new("SEK");
        for code in &world.codes {
            shop.add_discount(NewDiscount::basic(code, 10, Timestamp::UNIX_EPOCH));
        }
        let sim = ShopSim::start(clock, ShopConfig::default(), Arc::new(shop)).await.expect("a free port");
        let sim = Arc::new(sim);
        let theirs = Arc::clone(&sim);
        let counted = move || {
            assert_eq!(theirs.throttled(), 0);
            let points = format!("{:.0}", theirs.points_used()).parse().expect("a count");
            let calls = u64::try_from(few(theirs.seen(), 512).len()).expect("small");
            [("points".to_owned(), points), ("calls".to_owned(), calls)].into()
        };
        let running = Running::new(self.settings(&sim.base_url()), counted);
        let place = move |at| drop(sim.world().place_order(at, &[], 1_000));
        Running { pass: orders(clock, place), ..running }
    }
}

pub struct Stripe;

#[async_trait]
impl Platform for Stripe {
    fn settings(&self, base: &str) -> String {
        format!("kind = \"stripe\"\ncurrency = \"SEK\"\nkey = \"rk_live_sim\"\nbase_url = \"{base}\"")
    }

    async fn start(&self, clock: &Clock, world: &World, _shelf: &Shelf) -> Running {
        let shop = StripeWorld::new("SEK");
        for code in &world.codes {
            shop.add_promo(NewPromo::new(code, 10, Timestamp::UNIX_EPOCH));
        }
        let sim = StripeSim::start(clock, StripeConfig::default(), Arc::new(shop)).await.expect("a free port");
        let sim = Arc::new(sim);
        let theirs = Arc::clone(&sim);
        let counted = move || {
            assert_eq!(theirs.throttled(), 0);
            one("calls", few(theirs.seen(), 1_024).len())
        };
        let running = Running::new(self.settings(&sim.base_url()), counted);
        let place = move |at| {
            sim.world().sell(at, &[], 1_000);
        };
        Running { pass: orders(clock, place), ..running }
    }
}

pub struct Woocommerce;

#[async_trait]
impl Platform for Woocommerce {
    fn settings(&self, base: &str) -> String {
        let keys = "consumer_key = \"ck_sim\"\nconsumer_secret = \"cs_sim\"";
        format!("kind = \"woocommerce\"\ncurrency = \"SEK\"\n{keys}\nbase_url = \"{base}\"")
    }

    async fn start(&self, clock: &Clock, world: &World, _shelf: &Shelf) -> Running {
        let shop = WooWorld::new("SEK", 1);
        for code in &world.codes {
            shop.add_coupon(NewCoupon::new(code, 10, Timestamp::UNIX_EPOCH));
        }
        let sim = Arc::new(WooSim::start(clock, WooConfig::default(), Arc::new(shop)).await.expect("a free port"));
        let theirs = Arc::clone(&sim);
        let counted = move || one("calls", few(theirs.seen(), 1_024).len());
        let running = Running::new(self.settings(&sim.base_url()), counted);
        let place = move |at| {
            sim.world().sell(at, &[], 1_000);
        };
        Running { pass: orders(clock, place), ..running }
    }
}

pub struct Feed;

#[async_trait]
impl Platform for Feed {
    fn settings(&self, base: &str) -> String {
        format!(
            "kind = \"generic\"\nfeed = {{ base_url = \"{base}\", allowed_hosts = [\"127.0.0.1\"], path = \"/feed.json\", \
             token = \"feed-token\", platform = \"twitch\", rows = \"$.rows[*]\", id = \"$.login\", \
             fields = [{{ metric = \"followers\", path = \"$.followers\", form = \"gauge\" }}] }}"
        )
    }

    async fn start(&self, clock: &Clock, world: &World, _shelf: &Shelf) -> Running {
        let asked = Arc::new(AtomicU64::new(0));
        let row = |login: &String| serde_json::json!({"login": login, "followers": 7});
        let rows: Vec<_> = world.accounts.iter().chain(&world.boosts).map(row).collect();
        let count = Arc::clone(&asked);
        let document = move |_: &str, _: Timestamp| {
            count.fetch_add(1, Ordering::Relaxed);
            Some(serde_json::json!({"rows": rows}))
        };
        let sim = FeedSim::start(clock, Some("feed-token".to_owned()), Box::new(document)).await.expect("a free port");
        let settings = self.settings(&sim.base_url());
        Running::new(settings, move || {
            let _running = &sim;
            [("calls".to_owned(), asked.load(Ordering::Relaxed))].into()
        })
    }
}
