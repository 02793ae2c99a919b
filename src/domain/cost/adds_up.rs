//! Money adds up: over random deals, at any instant, while their pieces go their way.

use std::fmt::Write as _;

use jiff::SignedDuration;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::domain::document::Documents;
use crate::domain::ids::PostRef;
use crate::domain::written::Percent;

/// The way of a piece that is made and paid.
const WAY: [DeliverableState; 8] = [
    DeliverableState::Agreed,
    DeliverableState::Briefed,
    DeliverableState::Draft,
    DeliverableState::Approved,
    DeliverableState::Live,
    DeliverableState::Proof,
    DeliverableState::Invoiced,
    DeliverableState::Paid,
];

struct Deal {
    partnership: Partnership,
    pieces: Vec<Deliverable>,
    boosts: Vec<Boost>,
    facts: Facts,
    dice: ChaCha8Rng,
}

impl Deal {
    fn new(seed: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut text = String::from("[[partnership]]\ncampaign = \"spring\"\ncreator = \"alma\"\n");
        if dice.random_bool(0.7) {
            writeln!(text, "commission = \"{} %\"", dice.random_range(0..40)).expect("written");
        }
        if dice.random_bool(0.4) {
            writeln!(
                text,
                "per_thousand_views = \"{}.{:02} EUR\"",
                dice.random_range(0..30),
                dice.random_range(0..100)
            )
            .expect("written");
        }
        for n in 0..dice.random_range(0..6) {
            let (fee, cents) = (dice.random_range(0..9_000), dice.random_range(0..100));
            write!(
                text,
                "[[deliverable]]\npartnership = \"spring/alma\"\nid = \"p{n}\"\nplatform = \"instagram\"\nformat = \"reel\"\n\
                 fee = \"{fee}.{cents:02} EUR\"\ndue = 2026-03-25\n"
            )
            .expect("written");
            if dice.random_bool(0.6) {
                writeln!(text, "cancel_by = 2026-03-{:02}T18:00:00", dice.random_range(1..29)).expect("written");
            }
            if dice.random_bool(0.6) {
                let (draft, approved) = (dice.random_range(0..60), dice.random_range(0..=100));
                writeln!(text, "kill_fee = {{ draft = \"{draft} %\", approved = \"{approved} %\" }}").expect("written");
            }
        }
        for n in 0..dice.random_range(0..3) {
            let (budget, state) = (dice.random_range(0..5_000), if dice.random_bool(0.8) { "active" } else { "ended" });
            write!(
                text,
                "[[boost]]\nid = \"b{n}\"\npartnership = \"spring/alma\"\nsource = \"meta_ads\"\nref = \"{n}\"\n\
                 budget = \"{budget}.00 EUR\"\nstate = \"{state}\"\n"
            )
            .expect("written");
        }
        let mut documents = Documents::from_toml(&text).expect("documents");
        Self {
            partnership: documents.partnership.remove(0),
            pieces: documents.deliverable,
            boosts: documents.boost,
            facts: Facts::default(),
            dice,
        }
    }

    /// A day of a deal: pieces go on, are held, released or cancelled; boosts spend; orders and views come.
    fn goes_on(&mut self, now: Timestamp) {
        let zone = &TimeZone::UTC;
        for piece in &mut self.pieces {
            let at = WAY.iter().position(|state| *state == piece.state);
            *piece = match (self.dice.random_range(0..12), at) {
                (0..4, Some(3)) => piece.gone_live(now, PostRef::new("C1").expect("an id")),
                (0..4, Some(at)) if at + 1 < WAY.len() => Deliverable { state: WAY[at + 1], ..piece.clone() },
                (4, Some(0..4)) => piece.held(zone, now),
                (5, Some(0..4)) => piece.cancelled(zone, now),
                (0..3, None) if piece.state == DeliverableState::Held => piece.released(None),
                _ => piece.clone(),
            };
        }
        self.facts.boosted_minor += self.dice.random_range(0..40_000);
        self.facts.revenue_minor += self.dice.random_range(0..90_000);
        self.facts.views += self.dice.random_range(0..50_000);
    }

    fn accrued(&self, now: Timestamp) -> Accrued {
        let books = ("EUR".parse().expect("EUR"), &TimeZone::UTC);
        accrue(&self.partnership, &self.pieces, &self.boosts, self.facts, books, now).expect("adds up")
    }

    /// What all of it comes to, added up another way: fees that are not off, boosts at their budget or what they spent,
    /// and what is paid per sale and per view.
    fn all(&self, now: Timestamp) -> i64 {
        let fees: i64 = self
            .pieces
            .iter()
            .map(|one| match one.state {
                DeliverableState::Cancelled => {
                    one.fee.share(one.owed_share(&TimeZone::UTC, now).fraction()).expect("fits").minor
                }
                _ => one.fee.minor,
            })
            .sum();
        let budgets: i64 =
            self.boosts.iter().filter(|one| one.state == Running::Active).map(|one| one.budget.minor).sum();
        let boosted = self.facts.boosted_minor;
        fees + std::cmp::max(budgets, boosted) + self.per_sale_and_view()
    }

    fn per_sale_and_view(&self) -> i64 {
        let revenue = Money::new(self.facts.revenue_minor, "EUR".parse().expect("EUR"));
        let commission =
            self.partnership.commission.map_or(0, |share| revenue.share(share.fraction()).expect("fits").minor);
        let views = Decimal::from(self.facts.views) / Decimal::ONE_THOUSAND;
        let rate = self.partnership.per_thousand_views;
        commission + rate.map_or(0, |rate| rate.share(views).expect("fits").minor)
    }
}

#[test]
fn every_cent_of_a_deal_is_in_one_place() {
    for seed in 0..3_000 {
        let mut deal = Deal::new(seed);
        let mut now: Timestamp = "2026-03-01T09:00:00Z".parse().expect("an instant");
        let mut out = 0;
        for _ in 0..16 {
            let sum = deal.accrued(now);
            let parts = sum.spent.minor + sum.owed.minor + sum.avoidable.minor + sum.held.minor;
            assert_eq!(parts, deal.all(now), "deal {seed} at {now}");
            assert!(sum.avoidable_boost.minor <= sum.avoidable.minor, "deal {seed} at {now}");
            for part in [sum.spent, sum.owed, sum.avoidable, sum.avoidable_boost, sum.held] {
                assert!(0 <= part.minor, "deal {seed} at {now}");
            }
            // What is out is spent, once, however far its bill is; and it never comes back.
            let live: i64 = deal.pieces.iter().filter(|one| one.state.is_out()).map(|one| one.fee.minor).sum();
            let beside = deal.facts.boosted_minor + deal.per_sale_and_view();
            assert_eq!(sum.spent.minor, live + beside, "deal {seed} at {now}");
            assert!(out <= live, "deal {seed} at {now}");
            out = live;
            deal.goes_on(now);
            now += SignedDuration::from_hours(24);
        }
    }
}

#[test]
fn the_way_to_the_bill_counts_a_fee_once() {
    for seed in 0..500 {
        let deal = Deal::new(seed);
        let now: Timestamp = "2026-03-10T09:00:00Z".parse().expect("an instant");
        for piece in &deal.pieces {
            for state in WAY {
                let one = Deliverable { state, ..piece.clone() };
                let part = part_of(&one, &TimeZone::UTC, now).expect("adds up");
                let all = part.spent.minor + part.owed.minor + part.avoidable.minor + part.held.minor;
                assert_eq!(all, piece.fee.minor, "{state:?}");
                assert_eq!(part.spent.minor, if state.is_out() { piece.fee.minor } else { 0 }, "{state:?}");
                assert!(one.owed_share(&TimeZone::UTC, now) <= Percent(Decimal::ONE_HUNDRED));
            }
        }
    }
}
