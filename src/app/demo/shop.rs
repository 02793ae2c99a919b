//! The brand's shop as the town sees it: an order is placed in the emulated shop, which says what a code is worth.

use std::sync::Arc;

use jiff::Timestamp;

use crate::sim::shopify::{NewDiscount, ShopWorld, Status};
use crate::sim::world::trade::Till;

/// Hundredths that a creator's code takes off.
pub const OFF_PERCENT: i64 = 10;

/// The till of the emulated shop.
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

    fn sell(&self, at: Timestamp, code: Option<&str>, minor: i64) {
        let codes: Vec<&str> = code.into_iter().collect();
        // Where the checkout is closed nothing is sold, and that is all there is to it.
        drop(self.0.place_order(at, &codes, minor));
    }

    fn opens(&self, open: bool) {
        self.0.set_selling(open);
    }
}
