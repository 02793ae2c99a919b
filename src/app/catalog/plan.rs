//! What is agreed and has not happened yet, and what a deal can come to cost in all.

use jiff::tz::TimeZone;

use super::Catalog;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Brand, PartnershipRef, Running};
use crate::domain::ids::{Platform, Subject};
use crate::domain::margin::Margin;
use crate::domain::money::{Currency, Money};
use crate::domain::num;
use crate::domain::rates::Rates;
use crate::rules::ahead::Plan;

/// Everything a deal can come to cost, as far as it is agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// Fees of all pieces that are not cancelled, budgets of running boosts and the product, in minor units.
    pub minor: i64,
    /// Posts, out and to be made.
    pub posts: u32,
    /// What all its pieces are, where they are all the same: platform and format.
    pub group: Option<(Platform, String)>,
}

impl Catalog {
    /// What is agreed with a subject's running partnerships and has not happened yet.
    pub(super) fn plan_of(&self, subject: &Subject, zone: &TimeZone) -> Plan {
        let ahead = self.pieces_of(subject).into_iter().filter(|piece| piece.state.is_ahead());
        let boosts = self.boosts_of(subject).into_iter().map(|boost| num::f64_of(boost.budget.minor)).sum();
        Plan { cancel_by: ahead.filter_map(|piece| piece.cancellable_until(zone)).collect(), boosts }
    }

    /// Every rate between currencies.
    #[must_use]
    pub fn all_rates(&self) -> Rates {
        let mut rates = Rates::default();
        self.rates.values().for_each(|rate| rates.take(rate));
        rates
    }

    /// What a running deal can come to cost in all. `None`: it does not run, or nothing in it has a price.
    #[must_use]
    pub fn whole_of(&self, at: &PartnershipRef) -> Option<Whole> {
        let deal = self.partnerships.get(at).filter(|deal| deal.state == Running::Active)?;
        let pieces: Vec<_> = self.pieces_in(at).filter(|piece| piece.state != DeliverableState::Cancelled).collect();
        let fees = pieces.iter().map(|piece| piece.fee.minor);
        let boosts = self.boosts.values().filter(|boost| boost.state == Running::Active && boost.partnership == *at);
        let product = deal.product_cost.map_or(0, |cost| cost.minor);
        let minor = fees.chain(boosts.map(|boost| boost.budget.minor)).fold(product, i64::saturating_add);
        let kind = |piece: &&crate::domain::document::Deliverable| (piece.platform, piece.format.to_lowercase());
        let group = pieces.first().map(kind).filter(|first| pieces.iter().all(|piece| kind(piece) == *first));
        let posts = u32::try_from(std::cmp::max(pieces.len(), 1)).unwrap_or(u32::MAX);
        (0 < minor).then_some(Whole { minor, posts, group })
    }
}

/// An amount of a margin that is not in the brand's currency, as a sentence.
pub(super) fn wrong_margin(margin: Option<&Margin>, currency: Currency) -> Option<String> {
    let other = margin?.other_currency(currency)?;
    Some(format!("`{other}` in `margin` is not in {currency}, the currency of the brand"))
}

/// An amount that is not in the brand's currency, as a sentence.
pub(super) fn other_currency(amount: Money, brand: &Brand) -> Option<String> {
    (brand.currency != amount.currency)
        .then(|| format!("`{amount}` is not in {}, the currency of brand `{}`", brand.currency, brand.id))
}

/// What is wrong with the amounts above which more than one yes is wanted, as a sentence.
pub(super) fn wrong_consent(brand: &Brand) -> Option<String> {
    let other = brand.confirm_above.filter(|money| money.currency != brand.currency);
    other
        .map(|money| format!("`confirm_above` is `{money}`; write it in {}, the brand's currency", brand.currency))
        .or_else(|| brand.quorum.as_ref()?.wrong(brand.currency))
}

/// An amount of a brand's table of earned media value that is not in its currency, as a sentence.
pub(super) fn wrong_emv(brand: &Brand) -> Option<String> {
    let other = brand.emv.as_ref()?.other_currency(brand.currency)?;
    Some(format!("`{other}` in `emv` is not in {}, the currency of the brand", brand.currency))
}
