//! The platforms around the program beside `YouTube`, the shop and the agency: one emulator for each further kind of source,
//! and what an operator would write about them in their settings.
//!
//! Owns: starting them, the worlds behind them, and that these go on with time. Refuses: documents and connected accounts.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::documents::{OUTLET, RENTAL};
use super::shop::{Checkout, WooTill};
use crate::domain::money::{Currency, Money};
use crate::sim::facebook::{PagesConfig, PagesSim};
use crate::sim::google::{GoogleConfig, GoogleSim, GoogleWorld};
use crate::sim::instagram::{InstagramConfig, InstagramSim, Login, Standing};
use crate::sim::meta::{MetaConfig, MetaSim};
use crate::sim::oauth::{OauthConfig, OauthSim};
use crate::sim::stripe::{StripeConfig, StripeSim, StripeWorld};
use crate::sim::tiktok::{TiktokConfig, TiktokSim};
use crate::sim::tiktok_ads::{TiktokAdsConfig, TiktokAdsSim};
use crate::sim::twitch::{TwitchConfig, TwitchSim};
use crate::sim::woocommerce::{WooConfig, WooSim, WooWorld};
use crate::sim::world::adverts::{GOOGLE_CUSTOMER, META_ACCOUNT, TIKTOK_ADVERTISER};
use crate::sim::world::living::LivingWorld;
use crate::sim::world::sidelines::Visits;
use crate::sim::world::social::{Clips, measure};
use crate::sim::world::{Adverts, Sideline, Social};
use crate::sim::x::{XConfig, XSim};
use crate::time::Clock;

/// Whose channels are measured by leave of their owners.
const MEASURED: [usize; 2] = [0, 3];

/// How often the numbers of creators elsewhere are made anew, in seconds: more often than they are asked for.
const SHOWN_EVERY: i64 = 3_600;

/// The brand's own account on Instagram, in whose name others are looked up.
const OWN_ON_INSTAGRAM: &str = "nordbo";

/// The token of the brand's system user at Facebook.
const SYSTEM_USER: &str = "EAABsystem";

/// What is connected at Google beside channels.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each is named for what it is")]
pub struct GoogleAccounts {
    pub property: &'static str,
    pub site_token: &'static str,
    pub ads_token: &'static str,
}

/// The outlet's site, and who lets the program see it and the ads.
pub const GOOGLE_ACCOUNTS: GoogleAccounts =
    GoogleAccounts { property: "4711", site_token: "1//site", ads_token: "1//ads" };

/// The emulators and the worlds behind them.
#[expect(missing_docs, reason = "each is named for the platform that it emulates")]
pub struct Platforms {
    pub oauth: OauthSim,
    pub instagram: InstagramSim,
    pub pages: PagesSim,
    pub tiktok: TiktokSim,
    pub twitch: TwitchSim,
    pub x: XSim,
    pub meta: MetaSim,
    pub tiktok_ads: TiktokAdsSim,
    pub google: GoogleSim,
    pub stripe: StripeSim,
    pub woocommerce: WooSim,
    living: Arc<LivingWorld>,
    social: Social,
    adverts: Adverts,
    outlet: Sideline,
    rental: Sideline,
    /// The brand's own number and token on Instagram.
    discovery: (String, String),
}

impl Platforms {
    /// Starts them all for a world that begins now, at a midnight of `zone`; every boost may spend `budget` in all.
    pub async fn start(
        clock: &Clock,
        living: &Arc<LivingWorld>,
        seed: u64,
        zone: &TimeZone,
        budget: Money,
    ) -> anyhow::Result<Self> {
        let now = clock.now();
        let (social, google) = (Social::new(living), Arc::new(GoogleWorld::new()));
        let adverts = Adverts::new(living, &google, (zone, budget.currency), budget.minor, now);
        let shops = Shops::open(seed, zone, now, budget.currency);
        google.put_property(GOOGLE_ACCOUNTS.property, shops.outlet.property());
        measure(living, &google, &MEASURED, now, true);
        social.show(now);
        social.pages().token(SYSTEM_USER, None);
        let own = social.instagram().add_profile(OWN_ON_INSTAGRAM, Standing::Professional, 4_200);
        let instagram = Arc::clone(social.instagram());
        let instagram = InstagramSim::start(clock, InstagramConfig::default(), instagram).await?;
        let discovery = (own, instagram.connect(OWN_ON_INSTAGRAM, Login::Facebook));
        let clips = Arc::new(Clips::new(living));
        let refresh = refresh_tokens(living);
        Ok(Self {
            oauth: OauthSim::start(clock, OauthConfig::default()).await?,
            instagram,
            pages: PagesSim::start(clock, PagesConfig::default(), Arc::clone(social.pages())).await?,
            tiktok: TiktokSim::start(clock, TiktokConfig::default(), clips).await?,
            twitch: TwitchSim::start(clock, TwitchConfig::default(), Arc::clone(social.twitch())).await?,
            x: XSim::start(clock, XConfig::default(), Arc::clone(social.x())).await?,
            meta: MetaSim::start(clock, MetaConfig::default(), Arc::clone(adverts.meta())).await?,
            tiktok_ads: TiktokAdsSim::start(clock, TiktokAdsConfig::default(), Arc::clone(adverts.tiktok())).await?,
            google: GoogleSim::start(clock, GoogleConfig { refresh, ..GoogleConfig::default() }, google).await?,
            stripe: StripeSim::start(clock, StripeConfig::default(), shops.stripe).await?,
            woocommerce: WooSim::start(clock, WooConfig::default(), shops.woocommerce).await?,
            living: Arc::clone(living),
            social,
            adverts,
            outlet: shops.outlet,
            rental: shops.rental,
            discovery,
        })
    }

    /// Channels that are measured, each with the token that its owner gave.
    #[must_use]
    pub fn measured(&self) -> Vec<(String, String)> {
        measured(&self.living)
    }

    /// What happens on them in the step that ends at `now`; answers how many follow the rental's link in it.
    #[must_use]
    pub fn advance(&self, now: Timestamp) -> i64 {
        self.adverts.advance(now);
        self.outlet.step(now);
        let Visits { by_link, .. } = self.rental.step(now);
        if now.as_second() % SHOWN_EVERY == 0 {
            self.social.show(now);
            measure(&self.living, self.google.world(), &MEASURED, now, false);
            self.outlet.tell(self.google.world(), GOOGLE_ACCOUNTS.property, (OUTLET.campaign, OUTLET.link));
        }
        by_link
    }

    /// The settings of their sources by name. None is asked more often than hourly, and no two at one minute.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, Value)> {
        [self.of_creators(), self.of_google(), self.of_ads(), self.of_shops()].concat()
    }

    fn of_creators(&self) -> Vec<(&'static str, Value)> {
        let (own, token) = &self.discovery;
        vec![
            (
                "instagram",
                json!({
                    "kind": "instagram", "schedule": "37 */12 * * *", "base_url": self.instagram.base_url(Login::Instagram),
                    "client_id": "sim-app", "client_secret": "sim-secret", "account_days": 0,
                    "discovery_user_id": own, "discovery_token": token,
                    "discovery_url": self.instagram.base_url(Login::Facebook),
                }),
            ),
            (
                "facebook",
                json!({
                    "kind": "facebook", "schedule": "43 */6 * * *", "base_url": self.pages.base_url(),
                    "client_id": "sim-app", "client_secret": "sim-secret", "token": SYSTEM_USER,
                }),
            ),
            (
                "tiktok",
                json!({
                    "kind": "tiktok", "schedule": "39 */6 * * *", "base_url": self.tiktok.base_url(),
                    "client_key": "sim-key", "client_secret": "sim-secret",
                }),
            ),
            (
                "twitch",
                json!({
                    "kind": "twitch", "schedule": "35 */6 * * *", "base_url": self.twitch.base_url(),
                    "token_url": self.twitch.token_url(), "client_id": "sim-app", "client_secret": "sim-secret",
                }),
            ),
            (
                "x",
                json!({
                    "kind": "x", "schedule": "47 */12 * * *", "base_url": self.x.base_url(), "token": "sim-token",
                }),
            ),
        ]
    }

    /// What ad platforms claim is asked for too: who comes by a boost has not seen the post, types no code and buys at the
    /// platform, so that no shop is a source of the same orders.
    fn of_google(&self) -> Vec<(&'static str, Value)> {
        let (base, token) = (self.google.base_url(), self.google.token_url());
        vec![
            (
                "youtube-analytics",
                json!({
                    "kind": "youtube_analytics", "schedule": "7 9 * * *", "base_url": format!("{base}/v2"),
                    "token_url": token, "client_id": "sim-app", "client_secret": "sim-secret", "videos": false,
                }),
            ),
            (
                "site",
                json!({
                    "kind": "ga4", "schedule": "53 */6 * * *", "base_url": format!("{base}/v1beta"), "token_url": token,
                    "client_id": "sim-app", "client_secret": "sim-secret", "property": GOOGLE_ACCOUNTS.property,
                    "brand": OUTLET.brand,
                }),
            ),
            (
                "google-ads",
                json!({
                    "kind": "google_ads", "schedule": "33 */3 * * *", "base_url": base, "token_url": token,
                    "client_id": "sim-app", "client_secret": "sim-secret", "customer_id": GOOGLE_CUSTOMER,
                    "developer_token": "sim-developer", "conversions": "orders",
                }),
            ),
        ]
    }

    fn of_ads(&self) -> Vec<(&'static str, Value)> {
        vec![
            (
                "meta",
                json!({
                    "kind": "meta_ads", "schedule": "17 */2 * * *", "base_url": self.meta.base_url(),
                    "account": format!("act_{META_ACCOUNT}"), "token": "EAABsim",
                }),
            ),
            (
                "tiktok-ads",
                json!({
                    "kind": "tiktok_ads", "schedule": "19 */3 * * *", "base_url": self.tiktok_ads.base_url(),
                    "advertiser_id": TIKTOK_ADVERTISER, "token": "sim-token", "orders": true,
                }),
            ),
        ]
    }

    fn of_shops(&self) -> Vec<(&'static str, Value)> {
        vec![
            (
                "checkout",
                json!({
                    "kind": "stripe", "schedule": "27 */2 * * *", "base_url": self.stripe.base_url(),
                    "key": "rk_live_sim", "currency": "EUR", "brand": RENTAL.brand,
                }),
            ),
            (
                "outlet",
                json!({
                    "kind": "woocommerce", "schedule": "29 */2 * * *", "base_url": self.woocommerce.base_url(),
                    "consumer_key": "ck_sim", "consumer_secret": "cs_sim", "currency": "EUR", "brand": OUTLET.brand,
                }),
            ),
        ]
    }
}

/// The shops of the other brands, and what creators bring there.
struct Shops {
    stripe: Arc<StripeWorld>,
    woocommerce: Arc<WooWorld>,
    outlet: Sideline,
    rental: Sideline,
}

/// Draws of one sideline are others than those of the other and of the trade.
const SALTS: [u64; 2] = [0x6f75_746c_6574, 0x7265_6e74_616c];

impl Shops {
    fn open(seed: u64, zone: &TimeZone, now: Timestamp, currency: Currency) -> Self {
        let (stripe, woocommerce) =
            (Arc::new(StripeWorld::new(currency.code())), Arc::new(WooWorld::new(currency.code(), 1)));
        let [outlet, rental] = SALTS.map(|salt| seed ^ salt);
        let till = Box::new(WooTill::new(&woocommerce, OUTLET.code, now));
        let outlet = Sideline::new(OUTLET.code, outlet, now, zone.clone(), till);
        let till = Box::new(Checkout::new(&stripe, RENTAL.code, now));
        let rental = Sideline::new(RENTAL.code, rental, now, zone.clone(), till);
        Self { stripe, woocommerce, outlet, rental }
    }
}

fn measured(living: &LivingWorld) -> Vec<(String, String)> {
    let lives = MEASURED.iter().filter_map(|place| living.creators().get(*place));
    lives.map(|life| (life.channel.clone(), format!("1//{}", life.id))).collect()
}

/// Every refresh token at Google, with what it lets the program see.
fn refresh_tokens(living: &LivingWorld) -> BTreeMap<String, Vec<String>> {
    let channels = measured(living).into_iter().map(|(channel, token)| (token, vec![channel]));
    let site = (GOOGLE_ACCOUNTS.site_token.to_owned(), vec![GOOGLE_ACCOUNTS.property.to_owned()]);
    let ads = (GOOGLE_ACCOUNTS.ads_token.to_owned(), vec![GOOGLE_CUSTOMER.to_owned()]);
    channels.chain([site, ads]).collect()
}
