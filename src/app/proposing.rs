//! What a firing rule offers to do: proposals, each with what it saves.
//!
//! An action that would lose more margin than it saves is never offered (invariant 13).

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;

use super::core::{Core, State};
use super::cycle::Fired;
use crate::domain::action::{Deed, Object, Proposal, ProposalStage};
use crate::domain::document::{Boost, PartnershipRef, Running};
use crate::domain::ids::{SourceId, Subject};
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
    /// What can be done.
    pub options: Vec<Deed>,
    /// What is proposed, without numbers yet.
    pub proposals: Vec<Proposal>,
}

/// Money at stake in one deed, worked out from what was reported.
#[derive(Debug, Clone, Copy)]
pub struct Stake {
    /// What doing it saves.
    pub saves: Money,
    /// The margin that leaving it would probably still bring. `None` when it is not known.
    pub loses: Option<Money>,
}

/// Where a deed is done, and what its object is called there.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Whom it concerns.
    pub subject: Subject,
    /// Where.
    pub source: SourceId,
    /// The object's name there.
    pub object: String,
}

/// Where a deed is done. `None`: its object is not known, or there is nowhere to do it.
#[must_use]
pub fn placed(core: &Core, state: &State, deed: &Deed) -> Option<Placed> {
    match deed.object() {
        Object::Boost(id) => {
            let boost = state.catalog.boosts.get(id)?;
            let (subject, source) = (boost.partnership.subject(), boost.source.clone());
            Some(Placed { subject, source, object: boost.reference.clone() })
        }
        Object::Code(partnership, code) => {
            let one = state.catalog.partnerships.get(partnership)?;
            let code = one.codes.iter().find(|kept| kept.eq_ignore_ascii_case(code))?;
            let brand = &state.catalog.campaigns.get(&partnership.campaign)?.brand;
            let source = core.config.sources.iter().find(|(_, config)| config.has_codes_of(brand))?.0;
            Some(Placed { subject: partnership.subject(), source: source.clone(), object: code.clone() })
        }
    }
}

/// What a deed saves and loses, where that is known.
#[must_use]
pub fn stake_of(state: &State, deed: &Deed, now: Timestamp) -> Option<Stake> {
    match deed.object() {
        Object::Boost(id) => state.catalog.boosts.get(id).and_then(|boost| stake(state, boost, now)),
        // What a leaked code will still cost nobody knows; it is ended for what it already did.
        Object::Code(..) => None,
    }
}

/// Offers for a rule that fires now. Every running boost of the subject whose stopping saves more than it loses can be
/// stopped, whatever the rule's `then` says; a code can be ended only where the rule says so, because a live code costs
/// nothing unsold. What the `then` names is proposed.
#[must_use]
pub fn offers(core: &Core, state: &State, one: &Fired, now: Timestamp) -> Offers {
    let rule = one.rule.rule.rule();
    let mut offers = Offers::default();
    let wants = |what| rule.then.iter().any(|step| step.what == what);
    for boost in state.catalog.boosts_of(&one.subject) {
        let stake = stake(state, boost, now);
        if stake.is_some_and(|stake| stake.loses.is_some_and(|loses| stake.saves.minor <= loses.minor)) {
            continue;
        }
        let saves = stake.map(|stake| stake.saves);
        offers.avoidable = match (offers.avoidable, saves) {
            (None, saves) => saves,
            (Some(sum), Some(saves)) => sum.checked_add(saves).ok(),
            (sum, None) => sum,
        };
        let deed = Deed::StopBoost { boost: boost.id.clone() };
        if wants(Do::StopBoost) {
            offers.proposals.extend(proposal(core, state, one, &deed, saves, now));
        }
        offers.options.push(deed);
    }
    if wants(Do::EndCode) {
        for (partnership, code) in codes_of(state, &one.subject) {
            let deed = Deed::EndCode { partnership, code };
            let Some(proposal) = proposal(core, state, one, &deed, None, now) else { continue };
            offers.proposals.push(proposal);
            offers.options.push(deed);
        }
    }
    offers
}

/// The codes of the partnership that a subject is.
fn codes_of(state: &State, subject: &Subject) -> Vec<(PartnershipRef, String)> {
    let Subject::Partnership(campaign, creator) = subject else { return Vec::new() };
    let key = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
    let codes = state.catalog.partnerships.get(&key).map(|one| one.codes.clone()).unwrap_or_default();
    codes.into_iter().map(|code| (key.clone(), code)).collect()
}

fn proposal(
    core: &Core,
    state: &State,
    one: &Fired,
    deed: &Deed,
    saves: Option<Money>,
    now: Timestamp,
) -> Option<Proposal> {
    let rule = one.rule.rule.rule();
    let placed = placed(core, state, deed)?;
    let until = now.checked_add(core.config.delivery.proposal_expires.0).unwrap_or(now);
    let asked_by = format!("rule/{}", rule.id);
    Some(Proposal {
        number: 0,
        incident: None,
        subject: placed.subject,
        deed: deed.clone(),
        source: placed.source,
        object: placed.object,
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
    })
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
