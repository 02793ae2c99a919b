//! What a firing rule offers to do: proposals, each with what it saves.
//!
//! An action that would lose more margin than it saves is never offered (invariant 13).

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;

use super::catalog::About;
use super::core::{Core, State};
use super::cycle::Fired;
use crate::domain::action::{Deed, Fix, Object, Proposal, ProposalStage};
use crate::domain::cost::{self, Accrued, Facts};
use crate::domain::document::{Boost, Deliverable, Partnership, PartnershipRef, Running};
use crate::domain::ids::{Platform, SourceId, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::domain::num;
use crate::rules::readings::{Readings as _, Span, Want};
use crate::rules::rule::{Do, Kind, Mode};

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

impl Stake {
    /// It is known to lose at least as much margin as it saves.
    pub(super) fn is_losing(&self) -> bool {
        self.loses.is_some_and(|loses| self.saves.minor <= loses.minor)
    }
}

/// Where what is done with people is said to be done.
const PEOPLE: &str = "people";

/// Pieces that are offered at once, at most: a deal of more is stopped as a whole, by hand.
const PIECES_MAX: usize = 24;

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
        Object::Deliverable(partnership, id) => {
            state.catalog.piece(partnership, id)?;
            let (subject, source) = (partnership.subject(), SourceId::new(PEOPLE).ok()?);
            Some(Placed { subject, source, object: deed.typed() })
        }
        Object::Fix(partnership, what, piece) => {
            state.catalog.partnerships.get(partnership)?;
            let of = piece.map(|piece| format!("{piece}/")).unwrap_or_default();
            let object = format!("{partnership}/{of}{}", what.as_str());
            Some(Placed { subject: partnership.subject(), source: SourceId::new(PEOPLE).ok()?, object })
        }
    }
}

/// What a deed saves and loses, where that is known.
#[must_use]
pub fn stake_of(state: &State, deed: &Deed, now: Timestamp) -> Option<Stake> {
    match deed.object() {
        Object::Boost(id) => state.catalog.boosts.get(id).and_then(|boost| stake(state, boost, now)),
        Object::Deliverable(partnership, id) => {
            let piece = state.catalog.piece(partnership, id).filter(|_| deed.stops())?;
            stake_of_piece(state, piece, now)
        }
        // What a leaked code will still cost nobody knows; it is ended for what it already did. A fix costs nothing.
        Object::Code(..) | Object::Fix(..) => None,
    }
}

/// Adds what one more deed saves to what is avoidable in all.
pub(super) fn add_up(sum: Option<Money>, saves: Option<Money>) -> Option<Money> {
    match (sum, saves) {
        (Some(sum), Some(saves)) => sum.checked_add(saves).ok(),
        (sum, saves) => sum.or(saves),
    }
}

/// Offers for a rule that fires now, in the order in which things should be stopped. Every running boost of the subject,
/// and every piece of it that is still to be made and would save something, whatever the rule's `then` says; a fix, a
/// make-good and the end of a code only where the rule says so, because a live code costs nothing unsold. What loses more
/// than it saves, as far as that is known, is left out. What the `then` names is proposed.
#[must_use]
pub fn offers(core: &Core, state: &State, one: &Fired, now: Timestamp) -> Offers {
    let rule = one.rule.rule.rule();
    if matches!(rule.kind, Kind::Late | Kind::Rights | Kind::Opportunity) {
        return super::kinds::offers(core, state, one, now);
    }
    let mut offers = Offers::default();
    let wants = |what| rule.then.iter().any(|step| step.what == what);
    for boost in state.catalog.boosts_of(&one.subject) {
        let stake = stake(state, boost, now);
        if stake.is_some_and(|stake| stake.is_losing()) {
            continue;
        }
        let saves = stake.map(|stake| stake.saves);
        offers.avoidable = add_up(offers.avoidable, saves);
        let deed = Deed::StopBoost { boost: boost.id.clone() };
        if wants(Do::StopBoost) {
            offers.proposals.extend(proposal(core, state, one, &deed, saves, now));
        }
        offers.options.push(deed);
    }
    offer_pieces(core, state, one, now, &mut offers);
    if let Subject::Partnership(campaign, creator) = &one.subject {
        let partnership = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
        for (step, what) in [(Do::AskFix, Fix::Check), (Do::AskMakeGood, Fix::MakeGood)] {
            let deed = Deed::AskFix { partnership: partnership.clone(), what, deliverable: None };
            if !wants(step) {
                continue;
            }
            if wants_now(one, step) {
                offers.proposals.extend(proposal(core, state, one, &deed, None, now));
            }
            offers.options.push(deed);
        }
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

/// Whether a rule wants something at once. What it wants later is offered, and nobody is asked about it yet.
pub(super) fn wants_now(one: &Fired, what: Do) -> bool {
    one.rule.rule.rule().then.iter().any(|step| step.what == what && step.after.is_zero())
}

/// The pieces that are still to be made, by the day they are due: holding each is an option, and the next one is what
/// `hold_next` and `cancel_next` mean.
fn offer_pieces(core: &Core, state: &State, one: &Fired, now: Timestamp, offers: &mut Offers) {
    let mut next = true;
    for piece in state.catalog.pieces_of(&one.subject).into_iter().take(PIECES_MAX) {
        let Some(stake) = stake_of_piece(state, piece, now).filter(|stake| 0 < stake.saves.minor) else { continue };
        if stake.is_losing() {
            continue;
        }
        offers.avoidable = add_up(offers.avoidable, Some(stake.saves));
        let (partnership, deliverable) = (piece.partnership.clone(), piece.id.clone());
        let cancels = next && wants_now(one, Do::CancelNext);
        let deed =
            if cancels { Deed::Cancel { partnership, deliverable } } else { Deed::Hold { partnership, deliverable } };
        if next && (cancels || wants_now(one, Do::HoldNext)) {
            offers.proposals.extend(proposal(core, state, one, &deed, Some(stake.saves), now));
        }
        next = false;
        offers.options.push(deed);
    }
}

/// What stopping a piece that is still to be made saves: its fee without what is owed anyway. What it would still bring is
/// read from what the deal's money brought of late, fees and boosts together.
pub(super) fn stake_of_piece(state: &State, piece: &Deliverable, now: Timestamp) -> Option<Stake> {
    if !piece.state.is_ahead() {
        return None;
    }
    let subject = piece.partnership.subject();
    let about = state.catalog.about(&subject);
    let saves = cost::part_of(piece, &about.zone, now).ok()?.avoidable;
    let spend = |span| {
        let want = Want { metric: Metric::Spend, platform: None };
        state.history.view().over(&subject, want, span).reading.value()
    };
    let orders = |span| {
        let want = Want { metric: Metric::Orders, platform: None };
        state.history.view().over(&subject, want, span).reading.value()
    };
    Some(Stake { saves, loses: would_bring(state, &about, saves, (orders, spend), now) })
}

/// The margin that money of a partnership would probably bring: at the rate of `orders` for `spend` of the last week, else of
/// the whole deal. `None` where that is not known.
fn would_bring(
    state: &State,
    about: &About,
    money: Money,
    (orders, spend): (impl Fn(Span) -> Option<f64>, impl Fn(Span) -> Option<f64>),
    now: Timestamp,
) -> Option<Money> {
    let deal = about.deal.map_or(Timestamp::MIN, |deal| deal.0);
    let week = now.checked_sub(RATE_OVER).unwrap_or(deal);
    let rate = [std::cmp::max(week, deal), deal].into_iter().find_map(|from| {
        let span = Span { from, until: now };
        let (orders, spend) = (orders(span)?, spend(span)?);
        (0.0 < spend).then(|| orders / spend)
    })?;
    let worth = worth_of_order(state, about)?;
    Decimal::from_f64(rate * worth).and_then(|share| money.share(share).ok())
}

/// What an order is worth: the brand's margin; where that is not set, the most the brand agreed to pay for one.
fn worth_of_order(state: &State, about: &About) -> Option<f64> {
    let brand = state.catalog.brands.get(about.brand.as_ref()?)?;
    let margin = brand.margin_per_order.map(|margin| num::f64_of(margin.minor));
    margin.or_else(|| about.targets.get(&Metric::Cpa).copied())
}

/// Where the money of a subject's running partnerships stands, each by [`cost::accrue`]. `None`: none is known, or their
/// currencies differ.
#[must_use]
pub fn accrued(state: &State, subject: &Subject, now: Timestamp) -> Option<Accrued> {
    let running = |one: &&Partnership| {
        let key = PartnershipRef { campaign: one.campaign.clone(), creator: one.creator.clone() };
        one.state == Running::Active && state.catalog.is_within(&key, subject)
    };
    let mut sum: Option<Accrued> = None;
    for partnership in state.catalog.partnerships.values().filter(running) {
        let one = accrued_in(state, partnership, now)?;
        sum = Some(match sum {
            None => one,
            Some(sum) => Accrued {
                spent: sum.spent.checked_add(one.spent).ok()?,
                owed: sum.owed.checked_add(one.owed).ok()?,
                avoidable: sum.avoidable.checked_add(one.avoidable).ok()?,
                avoidable_boost: sum.avoidable_boost.checked_add(one.avoidable_boost).ok()?,
                held: sum.held.checked_add(one.held).ok()?,
            },
        });
    }
    sum
}

fn accrued_in(state: &State, partnership: &Partnership, now: Timestamp) -> Option<Accrued> {
    let subject = Subject::Partnership(partnership.campaign.clone(), partnership.creator.clone());
    let key = PartnershipRef { campaign: partnership.campaign.clone(), creator: partnership.creator.clone() };
    let about = state.catalog.about(&subject);
    let currency = about.currency?;
    let deal = about.deal.map_or(Timestamp::MIN, |deal| deal.0);
    let view = state.history.view();
    let span = Span { from: deal, until: now };
    let read = |metric| {
        let value = view.over(&subject, Want { metric, platform: None }, span).reading.value();
        value.and_then(num::round_i64).unwrap_or(0)
    };
    let boosted = boosted(state, &subject, span).and_then(num::round_i64).unwrap_or(0);
    let facts = Facts { boosted_minor: boosted, revenue_minor: read(Metric::Revenue), views: read(Metric::Views) };
    let pieces: Vec<Deliverable> = state.catalog.pieces_in(&key).cloned().collect();
    let boosts: Vec<Boost> = state.catalog.boosts_of(&subject).into_iter().cloned().collect();
    cost::accrue(partnership, &pieces, &boosts, facts, (currency, &about.zone), now).ok()
}

/// What sources reported as spent, in minor units: all spend without the fees in the deal's book.
fn boosted(state: &State, subject: &Subject, span: Span) -> Option<f64> {
    let view = state.history.view();
    let all = view.over(subject, Want { metric: Metric::Spend, platform: None }, span).reading.value()?;
    let fees = Want { metric: Metric::Spend, platform: Some(Platform::Deal) };
    Some(all - view.over(subject, fees, span).reading.value().unwrap_or(0.0))
}

/// Where boosts run.
const AD_PLATFORMS: [Platform; 3] = [Platform::MetaAds, Platform::TiktokAds, Platform::GoogleAds];

/// Orders that a boost brought: what the platforms it runs on claim, where any does. A shop's orders by the creator's code
/// come by posts without a boost as well, and would make every boost look good.
fn brought(state: &State, subject: &Subject, span: Span) -> Option<f64> {
    let view = state.history.view();
    let read = |platform| view.over(subject, Want { metric: Metric::Orders, platform }, span).reading.value();
    let claimed = AD_PLATFORMS.into_iter().filter_map(|platform| read(Some(platform))).reduce(|sum, one| sum + one);
    claimed.or_else(|| read(None))
}

/// The codes of the partnership that a subject is.
fn codes_of(state: &State, subject: &Subject) -> Vec<(PartnershipRef, String)> {
    let Subject::Partnership(campaign, creator) = subject else { return Vec::new() };
    let key = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
    let codes = state.catalog.partnerships.get(&key).map(|one| one.codes.clone()).unwrap_or_default();
    codes.into_iter().map(|code| (key.clone(), code)).collect()
}

pub(super) fn proposal(
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
        asked: None,
        stage: match rule.mode {
            // What has no way back is never done without a person's word.
            Mode::Auto if deed.stops() && !deed.can_be_taken_back() => ProposalStage::Proposed { until },
            Mode::Auto => ProposalStage::Approved { by: asked_by, at: now },
            Mode::Propose | Mode::Shadow => ProposalStage::Proposed { until },
        },
    })
}

/// How far back the rate is read that the rest of a budget is expected to sell at: long enough to carry a weekend, short
/// enough that a boost which stopped selling does not live on its past.
const RATE_OVER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What stopping a boost saves and loses, where spend has been reported. Platforms report a partnership's spend as one:
/// where it has several boosts, each is taken to have spent its share of all their budgets.
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
    let deal = about.deal.map_or(Timestamp::MIN, |deal| deal.0);
    let reported = boosted(state, &subject, Span { from: deal, until: now })?;
    let budgets: i64 = state.catalog.boosts_of(&subject).iter().map(|other| other.budget.minor).sum();
    let share = if 0 < budgets { num::f64_of(boost.budget.minor) / num::f64_of(budgets) } else { 1.0 };
    let spent = Money::new(num::round_i64(reported * share)?, brand.currency);
    let saves = boost.budget.checked_sub(spent).ok().filter(|left| 0 < left.minor)?;
    let rate = (|span| brought(state, &subject, span), |span| boosted(state, &subject, span));
    Some(Stake { saves, loses: would_bring(state, &about, saves, rate, now) })
}
