//! What a firing rule offers to do: proposals, each with what it saves.
//!
//! An action that would lose more margin than it saves is never offered (invariant 13).

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;

use super::core::{Core, State};
use super::cycle::Fired;
use crate::domain::action::{Deed, Proposal, ProposalStage};
use crate::domain::document::{Boost, Running};
use crate::domain::ids::BoostId;
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::domain::num;
use crate::rules::readings::{Readings as _, Span, Want};
use crate::rules::rule::{Do, Mode};

/// What is offered at a fire.
#[derive(Debug, Default)]
pub struct Offers {
    /// Money that stopping all of it saves.
    pub avoidable: Option<Money>,
    /// The boosts that can be stopped.
    pub boosts: Vec<BoostId>,
    /// What is proposed, without numbers yet.
    pub proposals: Vec<Proposal>,
}

/// Money at stake in one boost, worked out from what was reported.
#[derive(Debug, Clone, Copy)]
pub struct Stake {
    /// What is left of the budget.
    pub saves: Money,
    /// The margin that the rest would probably still bring, from what it brought so far. `None` when it is not known.
    pub loses: Option<Money>,
}

/// Offers for a rule that fires now: with `stop_boost` in its `then`, every running boost of the subject whose stopping
/// saves more than it loses. Boosts are listed, for the buttons, whatever the rule's `then` says.
#[must_use]
pub fn offers(core: &Core, state: &State, one: &Fired, now: Timestamp) -> Offers {
    let rule = one.rule.rule.rule();
    let mut offers = Offers::default();
    let wanted = rule.then.iter().any(|step| step.what == Do::StopBoost);
    for boost in state.catalog.boosts_of(&one.subject) {
        let stake = stake(state, boost, now);
        if stake.is_some_and(|stake| stake.loses.is_some_and(|loses| stake.saves.minor <= loses.minor)) {
            continue;
        }
        offers.boosts.push(boost.id.clone());
        let saves = stake.map(|stake| stake.saves);
        offers.avoidable = match (offers.avoidable, saves) {
            (None, saves) => saves,
            (Some(sum), Some(saves)) => sum.checked_add(saves).ok(),
            (sum, None) => sum,
        };
        if wanted {
            offers.proposals.push(proposal(core, one, boost, saves, now));
        }
    }
    offers
}

fn proposal(core: &Core, one: &Fired, boost: &Boost, saves: Option<Money>, now: Timestamp) -> Proposal {
    let rule = one.rule.rule.rule();
    let until = now.checked_add(core.config.delivery.proposal_expires.0).unwrap_or(now);
    let asked_by = format!("rule/{}", rule.id);
    Proposal {
        number: 0,
        incident: None,
        subject: one.subject.clone(),
        deed: Deed::StopBoost { boost: boost.id.clone() },
        source: boost.source.clone(),
        object: boost.reference.clone(),
        saves,
        before: None,
        asked_by: asked_by.clone(),
        asked_at: now,
        data_at: super::views::data_at(&one.judgement.receipt),
        undoes: None,
        stage: match rule.mode {
            Mode::Auto => ProposalStage::Approved { by: asked_by, at: now },
            Mode::Propose | Mode::Shadow => ProposalStage::Proposed { until },
        },
    }
}

/// How far back the rate is read that the rest of a budget is expected to sell at: long enough to carry a weekend, short
/// enough that a boost which stopped selling does not live on its past.
const RATE_OVER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What stopping a boost saves and loses, where spend has been reported.
///
/// The rest of the budget is expected to bring orders at the rate of the last week. An order is worth the brand's margin;
/// where that is not set, the most the brand agreed to pay for one (the target cost per order).
#[must_use]
pub fn stake(state: &State, boost: &Boost, now: Timestamp) -> Option<Stake> {
    if boost.state != Running::Active {
        return None;
    }
    let subject = boost.partnership.subject();
    let about = state.catalog.about(&subject);
    let brand = state.catalog.brands.get(about.brand.as_ref()?)?;
    let view = state.history.view();
    let read =
        |metric, from| view.over(&subject, Want { metric, platform: None }, Span { from, until: now }).reading.value();
    let deal = about.deal.map_or(Timestamp::MIN, |deal| deal.0);
    let spent = Money::new(num::round_i64(read(Metric::Spend, deal)?)?, brand.currency);
    let saves = boost.budget.checked_sub(spent).ok().filter(|left| 0 < left.minor)?;
    let worth = brand
        .margin_per_order
        .map(|margin| num::f64_of(margin.minor))
        .or_else(|| about.targets.get(&Metric::Cpa).copied());
    let week = now.checked_sub(RATE_OVER).unwrap_or(deal);
    let rate = [std::cmp::max(week, deal), deal].into_iter().find_map(|from| {
        let (orders, spend) = (read(Metric::Orders, from)?, read(Metric::Spend, from)?);
        (0.0 < spend).then(|| orders / spend)
    });
    let loses = match (rate, worth) {
        (Some(rate), Some(worth)) => Decimal::from_f64(rate * worth).and_then(|share| saves.share(share).ok()),
        _ => None,
    };
    Some(Stake { saves, loses })
}
