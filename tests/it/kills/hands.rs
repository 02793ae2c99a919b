//! What is acted on in the town, one thing a creator: a boost behind the signed webhook, a campaign at Meta, `TikTok` or Google,
//! a code of the town's shop, or a tracking link. Towns differ in who has what, and in whose the shop is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use plimsoll::sim::google::{Budget, Campaign, Customer, GoogleConfig, GoogleSim, GoogleWorld, Run};
use plimsoll::sim::meta::{MetaConfig, MetaSim, MetaWorld};
use plimsoll::sim::shopify::{self, NewDiscount, ShopConfig, ShopSim, ShopWorld};
use plimsoll::sim::stripe::{NewPromo, StripeConfig, StripeSim, StripeWorld};
use plimsoll::sim::tiktok_ads::{AdsWorld, Level, Status, Thing, TiktokAdsConfig, TiktokAdsSim};
use plimsoll::sim::woocommerce::{NewCoupon, WooConfig, WooSim, WooWorld};
use plimsoll::time::Clock;

use super::gate::{self, Warden};

const META: &str = "66782684";
const TIKTOK: &str = "7000000000000000001";
const GOOGLE: &str = "1234567890";

/// Where a creator's thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Webhook,
    Meta,
    Tiktok,
    Google,
    Shop,
    Link,
}

/// Shops are there twice: a town has only one of three.
const PLACES: [Place; 7] =
    [Place::Shop, Place::Meta, Place::Link, Place::Tiktok, Place::Shop, Place::Webhook, Place::Google];

/// Every place by its name in the program's configuration; of shops a town has one.
pub const NAMES: [&str; 7] = ["meta", "tiktok", "google", "shopify", "stripe", "woocommerce", "links"];

impl Place {
    pub fn of(seed: u64, n: usize) -> Self {
        let turn = usize::try_from(seed).expect("small") + n;
        PLACES[turn % PLACES.len()]
    }

    /// What a creator's thing is called there.
    fn object(self, n: usize) -> String {
        match self {
            Self::Webhook => format!("boost-creator{n}"),
            Self::Meta => format!("1000{n}"),
            Self::Tiktok => format!("2000{n}"),
            Self::Google => format!("3000{n}"),
            Self::Shop => format!("CODE{n}"),
            Self::Link => format!("link-{n}"),
        }
    }

    /// A partnership's lines beside its names, and documents of its own.
    pub fn documents(self, n: usize, page: &str) -> (String, String) {
        let object = self.object(n);
        let boost = |source: &str| {
            format!(
                "[[boost]]\nid = \"{source}-{n}\"\npartnership = \"spring/creator{n}\"\nsource = \"{source}\"\n\
                 ref = \"{object}\"\nbudget = \"6000.00 EUR\"\n"
            )
        };
        match self {
            Self::Webhook => (String::new(), String::new()),
            Self::Meta => (String::new(), boost("meta")),
            Self::Tiktok => (String::new(), boost("tiktok")),
            Self::Google => (String::new(), boost("google")),
            Self::Shop => (format!("codes = [\"{object}\"]\n"), String::new()),
            Self::Link => (format!("link = \"{object}\"\nlanding = \"{page}/page\"\n"), String::new()),
        }
    }
}

/// The shop of a town.
enum Till {
    /// With the code of each discount's id.
    Shopify(ShopSim, BTreeMap<String, String>),
    /// With the code of each promotion code's id.
    Stripe(StripeSim, BTreeMap<String, String>),
    /// With the code of each coupon's number.
    Woocommerce(WooSim, BTreeMap<String, String>),
}

/// Something that the program asked a platform to set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub object: String,
    pub desired: &'static str,
    /// The key that it came under, where the platform has keys.
    pub key: Option<String>,
}

/// The platforms of a town, which are spoken to themselves.
pub struct Hands {
    clock: Clock,
    meta: MetaSim,
    tiktok: TiktokAdsSim,
    google: GoogleSim,
    till: Till,
    /// The objects at each, and of links.
    objects: BTreeMap<String, Place>,
}

impl Hands {
    /// Starts them all, with the things of so many creators.
    pub async fn start(clock: &Clock, seed: u64, creators: usize) -> Self {
        let objects: BTreeMap<String, Place> =
            (0..creators).map(|n| (Place::of(seed, n).object(n), Place::of(seed, n))).collect();
        let at = |place: Place| objects.iter().filter(move |row| *row.1 == place).map(|row| row.0.as_str());
        let meta = MetaWorld::default();
        meta.add_account(META, "Europe/Stockholm", "EUR");
        at(Place::Meta).for_each(|id| meta.add_campaign(META, id));
        let tiktok = AdsWorld::new(TIKTOK, "EUR".parse().expect("a currency"), "Europe/Stockholm");
        at(Place::Tiktok).for_each(|id| tiktok.add(Level::Campaign, id, Thing::running(None)));
        let google = GoogleWorld::new();
        let campaign = |id: &str| (id.parse().expect("digits"), Campaign { run: Run::Enabled, budget: 11 });
        let customer = Customer {
            zone: "Europe/Stockholm".to_owned(),
            currency: "EUR".to_owned(),
            campaigns: at(Place::Google).map(campaign).collect(),
            budgets: BTreeMap::from([(11, Budget { daily: None, total: Some(6_000_000_000), shared: false })]),
            ..Customer::default()
        };
        google.put_customer(GOOGLE, customer);
        let refresh = BTreeMap::from([("1//ads".to_owned(), vec![GOOGLE.to_owned()])]);
        let config = GoogleConfig { refresh, ..GoogleConfig::default() };
        Self {
            clock: clock.clone(),
            meta: MetaSim::start(clock, MetaConfig::default(), Arc::new(meta)).await.expect("Meta"),
            tiktok: TiktokAdsSim::start(clock, TiktokAdsConfig::default(), Arc::new(tiktok)).await.expect("TikTok"),
            google: GoogleSim::start(clock, config, Arc::new(google)).await.expect("Google"),
            till: Till::start(clock, seed, &at(Place::Shop).collect::<Vec<_>>()).await,
            objects,
        }
    }

    /// The sources of the configuration, each behind a gate. None is asked for numbers.
    pub async fn sources(&self, warden: &Arc<Warden>) -> String {
        let gate = async |url: String| gate::open(&self.clock, warden, "hand", &url).await;
        let mut text = String::new();
        let mut source = |name: &str, lines: &str| {
            write!(text, "[sources.{name}]\nschedule = \"0 0 1 1 *\"\n{lines}\n").expect("written");
        };
        let meta = gate(self.meta.base_url()).await;
        let lines = format!("account = \"act_{META}\"\ntoken = \"EAABsim\"\nbase_url = \"http://{meta}\"");
        source("meta", &format!("kind = \"meta_ads\"\n{lines}"));
        let tiktok = gate(self.tiktok.base_url()).await;
        let lines = format!("advertiser_id = \"{TIKTOK}\"\ntoken = \"sim-token\"\nbase_url = \"http://{tiktok}\"");
        source("tiktok", &format!("kind = \"tiktok_ads\"\n{lines}"));
        let google = gate(self.google.base_url()).await;
        let lines = format!(
            "customer_id = \"{GOOGLE}\"\ndeveloper_token = \"sim-developer\"\nclient_id = \"sim-app\"\n\
             client_secret = \"sim-secret\"\nrefresh_token_file = \"google.token\"\nbase_url = \"http://{google}\"\n\
             token_url = \"http://{google}/token\""
        );
        source("google", &format!("kind = \"google_ads\"\n{lines}"));
        let shop = gate(self.till.base_url()).await;
        let lines = format!("brand = \"nordbo\"\nbase_url = \"http://{shop}\"\n{}", self.till.settings());
        source(self.till.name(), &format!("kind = \"{}\"\n{lines}", self.till.name()));
        text
    }

    /// What the program asked each platform to set, in the order in which it came.
    pub fn sent(&self) -> Vec<Sent> {
        let mut sent = Vec::new();
        let mut note = |object: &str, stops: bool, starts: &'static str, stopped: &'static str, key: Option<String>| {
            sent.push(Sent { object: object.to_owned(), desired: if stops { stopped } else { starts }, key });
        };
        for one in few(self.meta.seen(), 512).iter().filter(|one| one.method == "POST") {
            note(&one.path, one.field("status") == "PAUSED", "active", "paused", None);
        }
        for one in few(self.tiktok.seen(), 1_024).iter().filter(|one| one.path.ends_with("status/update/")) {
            for id in one.body["campaign_ids"].as_array().into_iter().flatten() {
                let stops = one.body["operation_status"] == "DISABLE";
                note(id.as_str().expect("an id"), stops, "active", "paused", None);
            }
        }
        for one in few(self.google.seen(), 512).iter().filter(|one| one.kind == "mutate") {
            for operation in one.body["operations"].as_array().into_iter().flatten() {
                let name = operation["update"]["resourceName"].as_str().expect("a name");
                let stops = operation["update"]["status"] == "PAUSED";
                note(name.rsplit('/').next().expect("an id"), stops, "active", "paused", None);
            }
        }
        self.till.sent(&mut |code, stops, key| note(code, stops, "active", "ended", key));
        sent
    }

    /// What a platform says of an object; `None` for a link, which is ours, and for what is not known.
    pub fn state(&self, object: &str) -> Option<&'static str> {
        let or = |active: bool, else_: &'static str| Some(if active { "active" } else { else_ });
        match self.objects.get(object)? {
            Place::Webhook | Place::Link => None,
            Place::Meta => or(self.meta.world().thing(object)?.status == "ACTIVE", "paused"),
            Place::Tiktok => or(self.tiktok.world().thing(Level::Campaign, object)?.status == Status::Enable, "paused"),
            Place::Google => {
                let customer = self.google.world().customer(GOOGLE)?;
                or(customer.campaigns.get(&object.parse().ok()?)?.run == Run::Enabled, "paused")
            }
            Place::Shop => or(self.till.takes(object, self.clock.now()), "ended"),
        }
    }

    /// Somebody else sets a campaign at Meta, Google or `TikTok` to what it is not.
    pub fn meddle(&self, object: &str) {
        let starts = self.state(object) != Some("active");
        match self.objects.get(object) {
            Some(Place::Meta) => self.meta.world().change(object, |thing| {
                if starts { "ACTIVE" } else { "PAUSED" }.clone_into(&mut thing.status);
            }),
            Some(Place::Tiktok) => self.tiktok.world().change(Level::Campaign, object, |thing| {
                thing.status = if starts { Status::Enable } else { Status::Disable };
            }),
            Some(Place::Google) => self.google.world().with_customer(GOOGLE, |customer| {
                let campaign = customer.campaigns.get_mut(&object.parse().expect("digits")).expect("a campaign");
                campaign.run = if starts { Run::Enabled } else { Run::Paused };
            }),
            Some(Place::Webhook | Place::Link | Place::Shop) | None => panic!("`{object}` is not meddled with"),
        }
    }

    /// Whether [`Self::meddle`] can.
    pub fn is_a_campaign(&self, object: &str) -> bool {
        matches!(self.objects.get(object), Some(Place::Meta | Place::Tiktok | Place::Google))
    }
}

/// What is remembered of requests, where nothing was forgotten.
fn few<T>(seen: Vec<T>, most: usize) -> Vec<T> {
    assert!(seen.len() < most, "more was asked than is remembered");
    seen
}

impl Till {
    async fn start(clock: &Clock, seed: u64, codes: &[&str]) -> Self {
        let early = Timestamp::UNIX_EPOCH;
        match seed % 3 {
            0 => {
                let shop = ShopWorld::new("EUR");
                let add = |code: &&str| (shop.add_discount(NewDiscount::basic(code, 10, early)), (*code).to_owned());
                let ids = codes.iter().map(add).collect();
                Self::Shopify(ShopSim::start(clock, ShopConfig::default(), Arc::new(shop)).await.expect("a shop"), ids)
            }
            1 => {
                let shop = StripeWorld::new("EUR");
                let add = |code: &&str| (shop.add_promo(NewPromo::new(code, 10, early)), (*code).to_owned());
                let ids = codes.iter().map(add).collect();
                let sim = StripeSim::start(clock, StripeConfig::default(), Arc::new(shop)).await.expect("a shop");
                Self::Stripe(sim, ids)
            }
            _ => {
                let shop = WooWorld::new("EUR", 1);
                let add =
                    |code: &&str| (shop.add_coupon(NewCoupon::new(code, 10, early)).to_string(), (*code).to_owned());
                let ids = codes.iter().map(add).collect();
                Self::Woocommerce(
                    WooSim::start(clock, WooConfig::default(), Arc::new(shop)).await.expect("a shop"),
                    ids,
                )
            }
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Shopify(..) => "shopify",
            Self::Stripe(..) => "stripe",
            Self::Woocommerce(..) => "woocommerce",
        }
    }

    fn base_url(&self) -> String {
        match self {
            Self::Shopify(sim, _) => sim.base_url(),
            Self::Stripe(sim, _) => sim.base_url(),
            Self::Woocommerce(sim, _) => sim.base_url(),
        }
    }

    fn settings(&self) -> &'static str {
        match self {
            Self::Shopify(..) => "token = \"shpat_sim\"",
            Self::Stripe(..) => "key = \"rk_live_sim\"\ncurrency = \"EUR\"",
            Self::Woocommerce(..) => "consumer_key = \"ck_sim\"\nconsumer_secret = \"cs_sim\"\ncurrency = \"EUR\"",
        }
    }

    fn takes(&self, code: &str, now: Timestamp) -> bool {
        match self {
            Self::Shopify(sim, _) => sim.world().discount(code, now) == Some(shopify::Status::Active),
            Self::Stripe(sim, _) => sim.world().takes(code, now),
            Self::Woocommerce(sim, _) => sim.world().takes(code, now),
        }
    }

    /// Each request to set a code: which, whether it ends it, and the key.
    fn sent(&self, note: &mut dyn FnMut(&str, bool, Option<String>)) {
        match self {
            Self::Shopify(sim, codes) => {
                for one in few(sim.seen(), 512).iter().filter(|one| one.query.starts_with("mutation")) {
                    let id = one.variables["id"].as_str().expect("an id");
                    note(&codes[id], one.query.contains("discountCodeDeactivate"), None);
                }
            }
            Self::Stripe(sim, codes) => {
                for one in few(sim.seen(), 1_024).into_iter().filter(|one| one.method == "POST") {
                    let id = one.path.rsplit('/').next().expect("an id");
                    let stops = one.fields.iter().any(|row| row.0 == "active" && row.1 == "false");
                    note(&codes[id], stops, one.key);
                }
            }
            Self::Woocommerce(sim, codes) => {
                for one in few(sim.seen(), 1_024).iter().filter(|one| one.method == "PUT") {
                    let number = one.path.rsplit('/').next().expect("a number");
                    note(&codes[number], one.body["date_expires"].is_string(), None);
                }
            }
        }
    }
}
