//! The brands' shops as the town sees them: an order is placed in the emulated shop, which says what a code is worth.

use std::sync::Arc;

use jiff::Timestamp;

use crate::sim::shopify::{Journey, NewDiscount, NewOrder, ShopWorld, Status};
use crate::sim::stripe::{NewPromo, StripeWorld};
use crate::sim::woocommerce::{NewCoupon, WooWorld};
use crate::sim::world::trade::{Till, Way};

/// Hundredths that a creator's code takes off.
pub const OFF_PERCENT: i64 = 10;

/// The campaign that the creators' links name.
const CAMPAIGN: &str = "spring";

/// The till of the emulated Shopify.
#[derive(Debug, Clone)]
pub struct ShopTill(Arc<ShopWorld>);

impl ShopTill {
    /// The till of a shop that has these codes from `start` on.
    #[must_use]
    pub fn new(shop: &Arc<ShopWorld>, codes: &[String], start: Timestamp) -> Self {
        for code in codes {
            shop.add_discount(NewDiscount::basic(code, OFF_PERCENT, start));
        }
        Self(Arc::clone(shop))
    }
}

impl Till for ShopTill {
    fn takes(&self, code: &str, at: Timestamp) -> bool {
        self.0.discount(code, at) == Some(Status::Active)
    }

    fn sell(&self, at: Timestamp, code: Option<&str>, minor: i64, way: Way<'_>) {
        let (utm, referrer) = match way {
            Way::Link(creator) => (Some([creator, "influencer", CAMPAIGN, ""].map(str::to_owned)), None),
            Way::Page(page) => (None, Some(page.to_owned())),
            Way::Typed => (None, None),
        };
        let codes = code.into_iter().map(str::to_owned).collect();
        let order = NewOrder { codes, minor, utm, referrer, journey: Journey::Visit, ..NewOrder::default() };
        // Where the checkout is closed nothing is sold, and that is all there is to it.
        drop(self.0.place(at, order));
    }

    fn opens(&self, open: bool) {
        self.0.set_selling(open);
    }
}

/// The checkout of the emulated Stripe, which never closes.
#[derive(Debug, Clone)]
pub struct Checkout(Arc<StripeWorld>);

impl Checkout {
    /// The checkout of an account that has this code from `start` on.
    #[must_use]
    pub fn new(account: &Arc<StripeWorld>, code: &str, start: Timestamp) -> Self {
        let _id = account.add_promo(NewPromo::new(code, OFF_PERCENT, start));
        Self(Arc::clone(account))
    }
}

impl Till for Checkout {
    fn takes(&self, code: &str, at: Timestamp) -> bool {
        self.0.takes(code, at)
    }

    fn sell(&self, at: Timestamp, code: Option<&str>, minor: i64, _way: Way<'_>) {
        let codes: Vec<&str> = code.into_iter().collect();
        self.0.sell(at, &codes, minor);
    }

    fn opens(&self, _open: bool) {}
}

/// The till of the emulated `WooCommerce`, which never closes.
#[derive(Debug, Clone)]
pub struct WooTill(Arc<WooWorld>);

impl WooTill {
    /// The till of a shop that has this code from `start` on.
    #[must_use]
    pub fn new(shop: &Arc<WooWorld>, code: &str, start: Timestamp) -> Self {
        let _number = shop.add_coupon(NewCoupon::new(code, OFF_PERCENT, start));
        Self(Arc::clone(shop))
    }
}

impl Till for WooTill {
    fn takes(&self, code: &str, at: Timestamp) -> bool {
        self.0.takes(code, at)
    }

    fn sell(&self, at: Timestamp, code: Option<&str>, minor: i64, _way: Way<'_>) {
        let codes: Vec<&str> = code.into_iter().collect();
        self.0.sell(at, &codes, minor);
    }

    fn opens(&self, _open: bool) {}
}
