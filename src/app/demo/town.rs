//! The town around the program: people who shop, the shop's own people who mend it, and creators who do what they said.
//!
//! Owns: that the trade of the world goes on, and that a word in a chat has its deed in the world. It looks at what the
//! program keeps only as somebody who reads the chats would: who has an alert, what was answered.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::World;
use super::documents::RENTAL;
use super::links::Redirector;
use super::platforms::Platforms;
use super::shop::OFF_PERCENT;
use super::story::{CLICKS_RULE, LINK_RULE, SHOP_RULE};
use crate::app::apply::{Given, apply};
use crate::app::core::Core;
use crate::domain::document::Document;
use crate::outbox::incident::{Happened, Incident};
use crate::rules::downgrade::Milestone;
use crate::sim::shopify::{NewDiscount, ShopWorld, Status};
use crate::sim::world::Trade;
use crate::sim::world::trade::{STEP_SECS, code_of};
use crate::sim::world::troubles::Trouble;
use crate::store::records::scan_all;
use crate::time::{Clock, Held};

/// How long the shop's people need once somebody of the team has told them.
const MENDING: SignedDuration = SignedDuration::from_mins(40);

/// How long until the brand has made a new code for whom it ended one.
const RENEWING: SignedDuration = SignedDuration::from_mins(90);

/// How long it takes until a creator who was told about their clicks has mentioned the link again.
const MENTIONING: SignedDuration = SignedDuration::from_hours(16);

/// The town.
#[derive(Clone)]
pub struct Town {
    clock: Clock,
    core: Arc<Core>,
    trade: Arc<Trade>,
    shop: Arc<ShopWorld>,
    platforms: Arc<Platforms>,
    redirector: Redirector,
}

impl Town {
    /// The town of a world.
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self {
            clock: world.clock.clone(),
            core: Arc::clone(world.core()),
            trade: Arc::clone(&world.trade),
            shop: Arc::clone(world.shop.world()),
            platforms: Arc::clone(&world.platforms),
            redirector: world.redirector.clone(),
        }
    }

    /// Lets it live until the world ends.
    pub fn live(&self) {
        let town = self.clone();
        drop(self.clock.spawn("town", move |held| town.steps(held)));
    }

    async fn steps(self, mut held: Held) {
        let step = SignedDuration::from_secs(STEP_SECS);
        let (mut code_off_since, mut renewed) = (None, false);
        while let Ok(next) = self.clock.now().checked_add(step) {
            held.sleep_until(next).await;
            self.trade.advance(next);
            let visitors = self.platforms.advance(next);
            self.redirector.follow(RENTAL.link, visitors).await;
            self.react(next).await;
            code_off_since = self.leaked_code_is_off(next).then(|| code_off_since.unwrap_or(next));
            if !renewed && passed(code_off_since, RENEWING, next) {
                renewed = true;
                self.renew_code(next).await;
            }
        }
    }

    fn leaked_code_is_off(&self, now: Timestamp) -> bool {
        self.trade.leaked().is_some_and(|life| self.shop.discount(&code_of(life), now) == Some(Status::Expired))
    }

    /// Whose code had to be ended gets another: in the shop, in the deal, and in what they say. Without it every order that
    /// they bring from now on would be nobody's.
    async fn renew_code(&self, now: Timestamp) {
        let Some(life) = self.trade.leaked() else { return };
        let code = format!("HEY{}", life.name.to_uppercase().replace(' ', ""));
        let kept = self.core.state.lock().await.catalog.partnerships.values().cloned().collect::<Vec<_>>();
        let Some(mut deal) = kept.into_iter().find(|deal| deal.creator.as_str() == life.id) else { return };
        deal.codes.push(code.clone());
        let documents = vec![(PathBuf::from("nordbo.toml"), Document::Partnership(deal))];
        self.shop.add_discount(NewDiscount::basic(&code, OFF_PERCENT, now));
        self.trade.rename_leaked(&code);
        if let Err(error) = apply(&self.core, Given { documents, rules: Vec::new() }, "terminal:nordbo", false).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the demo's brand could not change a deal");
        }
    }

    /// What people do outside the chats.
    async fn react(&self, now: Timestamp) {
        for trouble in Trouble::ALL.into_iter().filter(|trouble| self.trade.course(*trouble).is_on(now)) {
            // Nobody keeps silent about what the shop or a creator does next: where nothing can be read, nothing is done.
            let mended = match trouble {
                // She mends it, and then says so.
                Trouble::WrongLink => self.since(LINK_RULE, is_confirmed).await.is_some(),
                // Whoever comes from the coupon site comes on; what the code takes off is the shop's to say.
                Trouble::LeakedCode => false,
                Trouble::ShopStops => passed(self.since(SHOP_RULE, is_taken).await, MENDING, now),
                Trouble::FewClicks => passed(self.since(CLICKS_RULE, is_told).await, MENTIONING, now),
            };
            if mended {
                self.trade.end(trouble, now);
            }
        }
    }

    /// When something first happened to an alert of a rule.
    async fn since(&self, rule: &str, what: fn(&Happened) -> bool) -> Option<Timestamp> {
        let incidents = scan_all::<Incident>(&*self.core.store).await.ok()?;
        let of_rule = incidents.iter().map(|kept| &kept.value).filter(|one| one.rule.as_str() == rule);
        of_rule.flat_map(|one| &one.events).filter(|event| what(&event.what)).map(|event| event.at).min()
    }
}

fn passed(since: Option<Timestamp>, span: SignedDuration, now: Timestamp) -> bool {
    since.is_some_and(|since| span <= now.duration_since(since))
}

fn is_confirmed(what: &Happened) -> bool {
    matches!(what, Happened::Confirmed { .. })
}

fn is_taken(what: &Happened) -> bool {
    matches!(what, Happened::Acknowledged)
}

fn is_told(what: &Happened) -> bool {
    matches!(what, Happened::Level { step: Milestone::Told })
}
