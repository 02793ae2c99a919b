//! What a boost brings while it runs: for ad platforms that keep its switch and its days themselves.

use jiff::Timestamp;

use super::{Days, LivingWorld, ORDER_MINOR};

/// What a boost did, money in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Boosted {
    /// Spend.
    pub spend_minor: i64,
    /// Clicks.
    pub clicks: i64,
    /// Orders of people who came by it. They have not seen the post, so they do not type its code.
    pub orders: i64,
    /// What those were worth.
    pub revenue_minor: i64,
}

impl LivingWorld {
    /// What a creator's boost brings from one instant to another while it runs all the time. Nothing before the world's
    /// start. Parts of a span add up to the span.
    #[must_use]
    pub fn boosted(&self, creator: usize, from: Timestamp, until: Timestamp) -> Boosted {
        let Some(life) = self.creators.get(creator) else { return Boosted::default() };
        let between = |days: &Days| self.since_start(days, until) - self.since_start(days, from);
        let orders = between(&life.ads.boosted_orders);
        Boosted {
            spend_minor: between(&life.ads.spend_minor),
            clicks: between(&life.ads.boosted_clicks),
            orders,
            revenue_minor: orders * ORDER_MINOR,
        }
    }
}
