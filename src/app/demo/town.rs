//! The town around the program: people who shop, the shop's own people who mend it, and creators who do what they said.
//!
//! Owns: that the trade of the world goes on, and that a word in a chat has its deed in the world. It looks at what the
//! program keeps only as somebody who reads the chats would: who has an alert, what was answered.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::World;
use super::story::{CLICKS_RULE, LINK_RULE, SHOP_RULE};
use crate::app::core::Core;
use crate::outbox::incident::{Happened, Incident};
use crate::sim::world::Trade;
use crate::sim::world::trade::STEP_SECS;
use crate::sim::world::troubles::Trouble;
use crate::store::records::scan_all;
use crate::time::{Clock, Held};

/// How long the shop's people need once somebody of the team has told them.
const MENDING: SignedDuration = SignedDuration::from_mins(40);

/// How long it takes until a creator who was told about their clicks has mentioned the link again.
const MENTIONING: SignedDuration = SignedDuration::from_hours(16);

/// The town.
#[derive(Debug, Clone)]
pub struct Town {
    clock: Clock,
    core: Arc<Core>,
    trade: Arc<Trade>,
}

impl Town {
    /// The town of a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self { clock: world.clock.clone(), core: Arc::clone(world.core()), trade: Arc::clone(&world.trade) }
    }

    /// Lets it live until the world ends.
    pub fn live(&self) {
        let town = self.clone();
        drop(self.clock.spawn("town", move |held| town.steps(held)));
    }

    async fn steps(self, mut held: Held) {
        let step = SignedDuration::from_secs(STEP_SECS);
        while let Ok(next) = self.clock.now().checked_add(step) {
            held.sleep_until(next).await;
            self.trade.advance(next);
            self.react(next).await;
        }
    }

    /// What people do outside the chats.
    async fn react(&self, now: Timestamp) {
        for trouble in Trouble::ALL.into_iter().filter(|trouble| self.trade.course(*trouble).is_on(now)) {
            let mended = match trouble {
                Trouble::WrongLink => self.told(LINK_RULE, MENTIONING, now).await,
                // Whoever comes from the coupon site comes on; what the code takes off is the shop's.
                Trouble::LeakedCode => false,
                Trouble::ShopStops => self.told(SHOP_RULE, MENDING, now).await,
                Trouble::FewClicks => self.told(CLICKS_RULE, MENTIONING, now).await,
            };
            if mended {
                self.trade.end(trouble, now);
            }
        }
    }
}

impl Town {
    /// Whether somebody has had the alert of a rule for this long.
    async fn told(&self, rule: &str, after: SignedDuration, now: Timestamp) -> bool {
        let incidents = scan_all::<Incident>(&*self.core.store).await.unwrap_or_default();
        incidents.iter().filter(|kept| kept.value.rule.as_str() == rule).any(|kept| {
            let taken = kept.value.events.iter().find(|event| event.what == Happened::Acknowledged);
            taken.is_some_and(|event| after <= now.duration_since(event.at))
        })
    }
}
