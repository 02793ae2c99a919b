//! The sources that a configuration names, each of one kind.

use serde::{Deserialize, Deserializer};

use crate::domain::ids::BrandId;
use crate::domain::written::{Length, Zone};
use crate::sources::{Settings, generic, shopify, stripe, woocommerce, youtube};

/// One source account: when it is asked, whose it is, and what it is.
#[derive(Debug, Clone)]
pub struct SourceConfig {
    /// When it is polled.
    pub common: Common,
    /// What it is, with the settings of its own.
    pub kind: Kind,
}

impl SourceConfig {
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
    /// Whose it is: nothing of other brands is asked of it.
    #[serde(default)]
    pub brand: Option<BrandId>,
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
    /// Checkout sessions of a Stripe account.
    Stripe = stripe::StripeSettings;
    /// The REST API of a `WooCommerce` shop, version 3.
    Woocommerce = woocommerce::WoocommerceSettings;
}
