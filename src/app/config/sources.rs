//! The sources that a configuration names, each of one kind.

use jiff::SignedDuration;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

use crate::domain::ids::BrandId;
use crate::domain::written::{Length, Zone};
use crate::http::oauth::OauthApp;
use crate::http::signature::Scheme;
use crate::sources::{
    SecretFile, Settings, facebook, ga4, generic, google_ads, instagram, meta_ads, shopify, stripe, tiktok, tiktok_ads,
    twitch, woocommerce, x, youtube, youtube_analytics,
};

/// One source account: when it is asked, whose it is, and what it is.
#[derive(Debug, Clone)]
pub struct SourceConfig {
    /// When it is polled.
    pub common: Common,
    /// What it is, with the settings of its own.
    pub kind: Kind,
}

impl SourceConfig {
    /// The app through which people connect their accounts; `None` where there is nothing to connect.
    #[must_use]
    pub fn oauth(&self) -> Option<OauthApp> {
        let app = self.kind.settings().oauth()?;
        Some(OauthApp { redirect_url: self.common.redirect_url.clone(), ..app })
    }

    /// Whether codes of this brand live here.
    #[must_use]
    pub fn has_codes_of(&self, brand: &BrandId) -> bool {
        self.kind.settings().ends_codes() && self.common.brand.as_ref().is_none_or(|whose| whose == brand)
    }
}

/// What every source has.
#[derive(Debug, Clone, Deserialize)]
pub struct Common {
    /// A cron expression.
    pub schedule: String,
    /// Whose wall clock that is.
    #[serde(default = "Zone::utc")]
    pub zone: Zone,
    /// The longest random wait after a tick.
    #[serde(default)]
    pub jitter: Length,
    /// Its polls begin at a moment of their own within this span after each tick; large ones are asked in parts over it.
    #[serde(default)]
    pub spread: Length,
    /// Whether all is asked at every tick.
    #[serde(default)]
    pub cadence: Cadence,
    /// How often new posts of an account are looked for; zero for at every tick.
    #[serde(default = "four_a_day")]
    pub discovery: Length,
    /// Whose it is: nothing of other brands is asked of it.
    #[serde(default)]
    pub brand: Option<BrandId>,
    /// With what the platform signs what it pushes; empty: nothing is taken.
    #[serde(default)]
    pub hook_secret: SecretString,
    /// A file with it.
    #[serde(default)]
    pub hook_secret_file: PathBuf,
    /// How it signs, where that is not as its kind does.
    #[serde(default)]
    pub hook_signature: Option<Scheme>,
    /// Where people are sent back to when they connect an account, as it is registered with the app.
    #[serde(default)]
    pub redirect_url: String,
    /// The word that Meta repeats when it tries the address out.
    #[serde(default)]
    pub hook_token: SecretString,
    /// A file with it.
    #[serde(default)]
    pub hook_token_file: PathBuf,
}

impl Common {
    /// The secrets that may stand in files.
    pub fn secrets(&mut self) -> [SecretFile<'_>; 2] {
        [
            SecretFile {
                setting: "hook_secret_file",
                file: self.hook_secret_file.clone(),
                secret: &mut self.hook_secret,
            },
            SecretFile { setting: "hook_token_file", file: self.hook_token_file.clone(), secret: &mut self.hook_token },
        ]
    }
}

fn four_a_day() -> Length {
    Length(SignedDuration::from_hours(6))
}

/// How what a source is asked about is chosen at a tick.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Everything, at every tick.
    #[default]
    Fixed,
    /// What is young, live or near a line often, what is quiet rarely.
    Adaptive,
}

/// The settings of a source together with what every source has, as they stand in one table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole<S> {
    #[serde(flatten)]
    common: Common,
    #[serde(flatten)]
    settings: S,
}

/// Every kind of source: its name in configuration, and its settings.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $settings:ty;)*) => {
        /// What a source is.
        #[derive(Debug, Clone)]
        pub enum Kind { $($(#[$doc])* $name($settings),)* }

        impl Kind {
            /// All kinds there are.
            pub const NAMES: &[&str] = &[$(stringify!($name),)*];

            /// Which of them it is.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            /// What every kind can be asked.
            #[must_use]
            pub fn settings(&self) -> &dyn Settings {
                match self { $(Self::$name(settings) => settings,)* }
            }

            /// The same, to be filled in.
            pub fn settings_mut(&mut self) -> &mut dyn Settings {
                match self { $(Self::$name(settings) => settings,)* }
            }
        }

        #[derive(Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        enum Written { $($name(Whole<$settings>),)* }

        impl<'de> Deserialize<'de> for SourceConfig {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(match Written::deserialize(deserializer)? {
                    $(Written::$name(whole) => Self { common: whole.common, kind: Kind::$name(whole.settings) },)*
                })
            }
        }
    };
}

kinds! {
    /// The Data API of `YouTube`, version 3.
    Youtube = youtube::YoutubeSettings;
    /// JSON over HTTP.
    Generic = generic::GenericSettings;
    /// The Admin GraphQL of a Shopify shop.
    Shopify = shopify::ShopifySettings;
    /// An ad account at Meta.
    MetaAds = meta_ads::MetaAdsSettings;
    /// Instagram, with either login.
    Instagram = instagram::InstagramSettings;
    /// The Display API of `TikTok`, version 2.
    /// The Display API of `TikTok`, version 2.
    Tiktok = tiktok::TiktokSettings;
    /// The reports of the `TikTok` API for Business, version 1.3.
    TiktokAds = tiktok_ads::TiktokAdsSettings;
    /// `YouTube` Analytics, by leave of each channel's owner.
    YoutubeAnalytics = youtube_analytics::YoutubeAnalyticsSettings;
    /// A property of Google Analytics 4.
    Ga4 = ga4::Ga4Settings;
    /// A customer of Google Ads.
    GoogleAds = google_ads::GoogleAdsSettings;
    /// Checkout sessions of a Stripe account.
    Stripe = stripe::StripeSettings;
    /// The REST API of a `WooCommerce` shop, version 3.
    Woocommerce = woocommerce::WoocommerceSettings;
    /// Twitch Helix.
    Twitch = twitch::TwitchSettings;
    /// X, API v2.
    X = x::XSettings;
    /// Facebook Pages.
    Facebook = facebook::FacebookSettings;
}
