//! What can be acted on at each configured source, and where codes can be made.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::config::{Config, Kind};
use crate::actions::Hand;
use crate::actions::coin::Mint;
use crate::actions::google_ads::GoogleAdsBoosts;
use crate::actions::meta_ads::MetaAds;
use crate::actions::shopify::ShopifyCodes;
use crate::actions::stripe::StripeCodes;
use crate::actions::tiktok_ads::TiktokAdsHand;
use crate::actions::woocommerce::WooCoupons;
use crate::domain::ids::SourceId;
use crate::sources::{SourceError, google_ads, meta_ads, shopify, stripe, tiktok_ads, woocommerce};

/// Who sets the state of what lives at each source.
pub fn hands(config: &Config) -> Result<BTreeMap<SourceId, Arc<dyn Hand>>, SourceError> {
    let mut hands = BTreeMap::new();
    for (id, source) in &config.sources {
        if let Some(hand) = hand(&source.kind)? {
            hands.insert(id.clone(), hand);
        }
    }
    Ok(hands)
}

/// Names every kind, so that a new one cannot be added without deciding whether it can be acted on.
fn hand(kind: &Kind) -> Result<Option<Arc<dyn Hand>>, SourceError> {
    Ok(match kind {
        Kind::Youtube(_)
        | Kind::Generic(_)
        | Kind::Instagram(_)
        | Kind::Tiktok(_)
        | Kind::YoutubeAnalytics(_)
        | Kind::Ga4(_)
        | Kind::Twitch(_)
        | Kind::X(_)
        | Kind::Facebook(_) => None,
        Kind::MetaAds(ads) => Some(Arc::new(MetaAds::new(meta_ads::client(ads)?, meta_ads::account(ads)?))),
        Kind::GoogleAds(ads) => Some(Arc::new(GoogleAdsBoosts::new(google_ads::account(ads)?))),
        Kind::Shopify(shop) => Some(Arc::new(ShopifyCodes::new(shopify::client(shop)?))),
        Kind::TiktokAds(ads) => Some(Arc::new(TiktokAdsHand::new(tiktok_ads::client(ads)?, tiktok_ads::level(ads)?))),
        Kind::Stripe(shop) => Some(Arc::new(StripeCodes::new(stripe::client(shop)?, shop.is_nested()))),
        Kind::Woocommerce(shop) => Some(Arc::new(WooCoupons::new(woocommerce::client(shop)?))),
    })
}

/// Who makes codes at a source; `None` where there are none. Names every kind, as above.
pub fn mint(kind: &Kind) -> Result<Option<Arc<dyn Mint>>, SourceError> {
    Ok(match kind {
        Kind::Youtube(_)
        | Kind::Generic(_)
        | Kind::MetaAds(_)
        | Kind::Instagram(_)
        | Kind::Tiktok(_)
        | Kind::TiktokAds(_)
        | Kind::YoutubeAnalytics(_)
        | Kind::Ga4(_)
        | Kind::GoogleAds(_)
        | Kind::Twitch(_)
        | Kind::X(_)
        | Kind::Facebook(_) => None,
        Kind::Shopify(shop) => Some(Arc::new(ShopifyCodes::new(shopify::client(shop)?))),
        Kind::Stripe(shop) => Some(Arc::new(StripeCodes::new(stripe::client(shop)?, shop.is_nested()))),
        Kind::Woocommerce(shop) => Some(Arc::new(WooCoupons::new(woocommerce::client(shop)?))),
    })
}
