//! What a firing rule offers to do: proposals, each with what it saves.
//!
//! An action that would lose more margin than it saves is never offered (invariant 13).

use super::catalog::About;
use super::core::{Core, State, context};
use super::cutting;
use super::cycle::Fired;
use crate::domain::action::{Deed, Fix, Object, Proposal, ProposalStage};
use crate::domain::cost::{self, Accrued, Facts};
use crate::domain::document::{Boost, Deliverable, Partnership, PartnershipRef, Running};
use crate::domain::ids::{Platform, SourceId, Subject};
use crate::domain::link::Slug;
use crate::domain::margin;
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::num;
use crate::rules::projection;
use crate::rules::readings::{Readings as _, Span, Want};
use crate::rules::rule::{Do, Kind, Mode, Rule};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

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
    pub loses: Option<Gain>,
}

/// Margin that something would probably bring: four times in five it is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gain {
    /// One time in ten it is less.
    pub low: Money,
    /// On average: what is decided on.
    pub mid: Money,
    /// One time in ten it is more.
    pub high: Money,
}

impl Gain {
    /// What a part of it would bring.
    pub(super) fn part(self, share: Decimal) -> Option<Self> {
        let part = |money: Money| money.share(share).ok();
        Some(Self { low: part(self.low)?, mid: part(self.mid)?, high: part(self.high)? })
    }
}

impl Stake {
    /// It is known to lose, on average, at least as much margin as it saves (invariant 13).
    pub(super) fn is_losing(&self) -> bool {
        self.loses.is_some_and(|loses| self.saves.minor <= loses.mid.minor)
    }
}

/// Where what is done with people is said to be done.
const PEOPLE: &str = "people";

/// Where tracking links are cut: here.
pub(super) const LINKS: &str = "links";

/// Pieces that are offered at once, at most: a deal of more is stopped as a whole, by hand.
pub(super) const PIECES_MAX: usize = 24;

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
        Object::Link(partnership, link) => {
            let one = state.catalog.partnerships.get(partnership)?;
            // Only a link that leads through here can be cut here.
            let slug =
                one.link.as_ref()?.parse::<Slug>().ok().filter(|slug| slug.as_str().eq_ignore_ascii_case(link))?;
            let known = !core.config.web.listen.is_empty() && core.links.leads(&slug);
            let source = SourceId::new(LINKS).ok().filter(|_| known)?;
            Some(Placed { subject: partnership.subject(), source, object: slug.to_string() })
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
        Object::Code(..) | Object::Link(..) | Object::Fix(..) => None,
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
/// than it saves, as far as that is known, is left out. What the `then` names without `after` is proposed; its later steps
/// are for [`ladder`](super::ladder).
#[must_use]
pub fn offers(core: &Core, state: &State, one: &Fired, now: Timestamp) -> Offers {
    let rule = one.rule.rule.rule();
    if matches!(rule.kind, Kind::Late | Kind::Rights | Kind::Opportunity) {
        return super::kinds::offers(core, state, one, now);
    }
    let mut offers = Offers::default();
    let wants = |what| rule.then.iter().any(|step| step.what == what);
    let mode = super::reported::mode(state, rule, &one.judgement.receipt);
    let asker = Asker { rule, mode, data_at: super::views::data_at(&one.judgement.receipt) };
    for boost in state.catalog.boosts_of(&one.subject) {
        if !is_meant(one, &boost.partnership) {
            continue;
        }
        let stake = stake(state, boost, now);
        if stake.is_some_and(|stake| stake.is_losing()) {
            continue;
        }
        let saves = stake.map(|stake| stake.saves);
        offers.avoidable = add_up(offers.avoidable, saves);
        let deed = Deed::StopBoost { boost: boost.id.clone() };
        if wants_now(one, Do::CutBoost)
            && let Some((cut, saves)) = cutting::cut(state, boost, now)
        {
            offers.proposals.extend(proposal(core, state, &asker, &cut, Some(saves), now));
        }
        if wants_now(one, Do::StopBoost) {
            offers.proposals.extend(proposal(core, state, &asker, &deed, saves, now));
        }
        offers.options.push(deed);
    }
    offer_pieces(core, state, (one, &asker), now, &mut offers);
    if let Subject::Partnership(campaign, creator) = &one.subject {
        let partnership = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
        for (step, what) in [(Do::AskFix, Fix::Check), (Do::AskMakeGood, Fix::MakeGood)] {
            let deed = Deed::AskFix { partnership: partnership.clone(), what, deliverable: None };
            if !wants(step) {
                continue;
            }
            if wants_now(one, step) {
                offers.proposals.extend(proposal(core, state, &asker, &deed, None, now));
            }
            offers.options.push(deed);
        }
    }
    if wants(Do::EndCode) {
        for (partnership, code) in codes_of(state, &one.subject) {
            let deed = Deed::EndCode { partnership, code };
            let Some(proposal) = proposal(core, state, &asker, &deed, None, now) else { continue };
            offers.proposals.extend(Some(proposal).filter(|_| wants_now(one, Do::EndCode)));
            offers.options.push(deed);
        }
    }
    if wants(Do::CutLink)
        && let Some(deed) = link_of(state, &one.subject)
        && let Some(proposal) = proposal(core, state, &asker, &deed, None, now)
    {
        offers.proposals.extend(Some(proposal).filter(|_| wants_now(one, Do::CutLink)));
        offers.options.push(deed);
    }
    offers
}

/// Whether a partnership is part of what fired: of a pool only its own deals are.
fn is_meant(one: &Fired, partnership: &PartnershipRef) -> bool {
    one.judgement.receipt.pool.as_ref().is_none_or(|pool| pool.members.contains(&partnership.subject()))
}

/// Whether a rule wants something at once. What it wants later is offered, and nobody is asked about it yet.
pub(super) fn wants_now(one: &Fired, what: Do) -> bool {
    one.rule.rule.rule().then.iter().any(|step| step.what == what && step.after.is_zero())
}

/// The pieces that are still to be made, by the day they are due: holding each is an option, and the next one is what
/// `hold_next` and `cancel_next` mean.
fn offer_pieces(core: &Core, state: &State, (one, asker): (&Fired, &Asker<'_>), now: Timestamp, offers: &mut Offers) {
    let mut next = true;
    let pieces = state.catalog.pieces_of(&one.subject).into_iter().filter(|piece| is_meant(one, &piece.partnership));
    for piece in pieces.take(PIECES_MAX) {
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
            offers.proposals.extend(proposal(core, state, asker, &deed, Some(stake.saves), now));
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

/// The margin that money of a partnership would probably bring, as a range ([`projection::to_come`]): from the `orders` for
/// the `spend` of the last week, else of the whole deal, and what is known of such deals and of luck between posts. `None`
/// where nothing was spent yet, or an order's worth is not known.
fn would_bring(
    state: &State,
    about: &About,
    money: Money,
    (orders, spend): (impl Fn(Span) -> Option<f64>, impl Fn(Span) -> Option<f64>),
    now: Timestamp,
) -> Option<Gain> {
    let deal = about.deal.map_or(Timestamp::MIN, |deal| deal.0);
    let week = now.checked_sub(RATE_OVER).unwrap_or(deal);
    let (orders, spend) = [std::cmp::max(week, deal), deal].into_iter().find_map(|from| {
        let span = Span { from, until: now };
        let (orders, spend) = (orders(span)?, spend(span)?);
        (0.0 < spend).then_some((orders, spend))
    })?;
    let worth = worth_of_order(state, about, now)?;
    // The prior is about rates around the limit; without one, around where an order pays for itself.
    let limit = about.targets.get(&Metric::Cpa).copied().unwrap_or(worth);
    let known = context(about, SignedDuration::ZERO, 0);
    let units = |minor: f64| minor / limit;
    let orders = (0.0 < limit)
        .then(|| projection::to_come(orders, units(spend), units(num::f64_of(money.minor)), known.luck, known.prior))?;
    let margin = |orders: f64| Some(Money::new(num::round_i64(orders * worth)?, money.currency));
    let (low, mid, high) = (margin(orders.low)?, margin(orders.mid)?, margin(orders.high)?);
    // Orders that leave less than nothing turn the range round.
    let (low, high) = if low.minor <= high.minor { (low, high) } else { (high, low) };
    Some(Gain { low, mid, high })
}

/// What an order is worth, in minor units: what the campaign's or the brand's margin says part by part, the brand's
/// declared margin; where neither is set, the most the brand agreed to pay for one.
#[must_use]
pub fn worth_of_order(state: &State, about: &About, now: Timestamp) -> Option<f64> {
    let brand = state.catalog.brands.get(about.brand.as_ref()?)?;
    let campaign = about.campaign.as_ref().and_then(|id| state.catalog.campaigns.get(id));
    let parts = campaign.and_then(|campaign| campaign.margin.as_ref()).or(brand.margin.as_ref());
    let by_parts =
        parts.and_then(|parts| margin::per_order(parts, order_value(state, about, brand.currency, now)).ok()?);
    let margin = by_parts.or(brand.margin_per_order).map(|margin| num::f64_of(margin.minor));
    margin.or_else(|| about.targets.get(&Metric::Cpa).copied())
}

/// What an order of the deal has brought on average.
fn order_value(state: &State, about: &About, currency: Currency, now: Timestamp) -> Option<Money> {
    let subject = match (&about.campaign, &about.creator) {
        (Some(campaign), Some(creator)) => Subject::Partnership(campaign.clone(), creator.clone()),
        (_, _) => return None,
    };
    let span = Span { from: about.deal.map_or(Timestamp::MIN, |deal| deal.0), until: now };
    let read = |metric| state.history.view().over(&subject, Want { metric, platform: None }, span).reading.value();
    let (revenue, orders) = (read(Metric::Revenue)?, read(Metric::Orders)?);
    let minor = (0.0 < orders).then(|| num::round_i64(revenue / orders))??;
    Some(Money::new(minor, currency))
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
    let boosted = boosted(state, &subject, Span { from: deal, until: now }).and_then(num::round_i64).unwrap_or(0);
    let facts = match about.deal {
        Some((from, _)) => super::booking::facts(state, partnership, &about.zone, (from, now)),
        None => Facts::default(),
    };
    let facts = Facts { boosted_minor: boosted, ..facts };
    let pieces: Vec<Deliverable> = state.catalog.pieces_in(&key).cloned().collect();
    let boosts: Vec<Boost> = state.catalog.boosts_of(&subject).into_iter().cloned().collect();
    cost::accrue(partnership, &pieces, &boosts, facts, (currency, &about.zone), now).ok()
}

/// What sources reported as spent, in minor units: all spend without the fees in the deal's book.
pub(super) fn boosted(state: &State, subject: &Subject, span: Span) -> Option<f64> {
    let view = state.history.view();
    boosted_as(|want| view.over(subject, want, span).reading.value())
}

/// The same from numbers that are read otherwise.
pub(super) fn boosted_as(read: impl Fn(Want) -> Option<f64>) -> Option<f64> {
    let spend = |platform| Want { metric: Metric::Spend, platform };
    Some(read(spend(None))? - read(spend(Some(Platform::Deal))).unwrap_or(0.0))
}

/// Where boosts run.
const AD_PLATFORMS: [Platform; 3] = [Platform::MetaAds, Platform::TiktokAds, Platform::GoogleAds];

/// Orders that a boost brought: what the platforms it runs on claim, where any does. A shop's orders by the creator's code
/// come by posts without a boost as well, and would make every boost look good.
pub(super) fn brought(state: &State, subject: &Subject, span: Span) -> Option<f64> {
    let view = state.history.view();
    brought_as(|want| view.over(subject, want, span).reading.value())
}

/// The same from numbers that are read otherwise.
pub(super) fn brought_as(read: impl Fn(Want) -> Option<f64>) -> Option<f64> {
    let orders = |platform| Want { metric: Metric::Orders, platform };
    let claimed =
        AD_PLATFORMS.into_iter().filter_map(|platform| read(orders(Some(platform)))).reduce(|sum, one| sum + one);
    claimed.or_else(|| read(orders(None)))
}

/// The codes of the partnership that a subject is.
pub(super) fn codes_of(state: &State, subject: &Subject) -> Vec<(PartnershipRef, String)> {
    let Subject::Partnership(campaign, creator) = subject else { return Vec::new() };
    let key = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
    let codes = state.catalog.partnerships.get(&key).map(|one| one.codes.clone()).unwrap_or_default();
    codes.into_iter().map(|code| (key.clone(), code)).collect()
}

/// Cutting the link of a partnership that has one.
pub(super) fn link_of(state: &State, subject: &Subject) -> Option<Deed> {
    let Subject::Partnership(campaign, creator) = subject else { return None };
    let partnership = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
    let link = state.catalog.partnerships.get(&partnership)?.link.clone()?;
    Some(Deed::CutLink { partnership, link })
}

/// Who asks: a rule, as it is or as it may act just now, and how old the numbers are that it rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker<'a> {
    /// The rule.
    pub(super) rule: &'a Rule,
    /// How far it may go here.
    pub(super) mode: Mode,
    /// When the newest number it rests on was observed.
    pub(super) data_at: Option<Timestamp>,
}

/// What a rule asks for, not numbered yet. `None`: there is nowhere to do it.
pub(super) fn proposal(
    core: &Core,
    state: &State,
    asker: &Asker<'_>,
    deed: &Deed,
    saves: Option<Money>,
    now: Timestamp,
) -> Option<Proposal> {
    let rule = asker.rule;
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
        data_at: asker.data_at,
        undoes: None,
        revives: None,
        asked: None,
        agreed: Vec::new(),
        begun_at: None,
        stage: match asker.mode {
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
