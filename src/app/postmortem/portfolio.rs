//! Whom to work with next time: from the returns of a campaign, and of the brand's other campaigns for those who were not in
//! it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::numbers_of;
use crate::app::core::{Core, State};
use crate::app::proposing::accrued;
use crate::app::returns::{Returns, ReturnsError};
use crate::domain::document::{Goal, PartnershipRef, Running};
use crate::domain::ids::{CampaignId, CreatorId, Subject};
use crate::domain::metric::Metric;
use crate::domain::num;
use crate::insight::portfolio::{self, Brought, Standing};
use crate::insight::roi::Roi;
use crate::report::postmortem::{Candidate, Missing, Next, Told, Yardstick};

/// Other campaigns of the brand that are looked at for somebody who was not in this one: the newest.
const OTHERS_MAX: usize = 3;

/// Candidates that are told.
const CANDIDATES_MAX: usize = 10;

/// How many orders the others' average of what one leaves weighs against a creator's own.
const PRIOR_ORDERS: f64 = 5.0;

/// Judges a campaign's creators, with candidates and moves of money.
pub(super) async fn next(core: &Core, found: &Returns, now: Timestamp) -> Result<Told<Next>, ReturnsError> {
    let id = &found.campaign.id;
    let (judged, others) = {
        let state = core.state.lock().await;
        (judge(&state, found), others(&state, found))
    };
    let (yardstick, deals, standings) = match judged {
        Ok(judged) => judged,
        Err(missing) => return Ok(Err(missing)),
    };
    let mut elsewhere: BTreeMap<CreatorId, Standing> = BTreeMap::new();
    for other in others {
        let numbers = numbers_of(core, &other, now).await?;
        let state = core.state.lock().await;
        if let Ok((_, _, known)) = judge(&state, &numbers) {
            for one in known.standings {
                elsewhere.entry(one.creator.clone()).or_insert(one);
            }
        }
    }
    let state = core.state.lock().await;
    let candidates = candidates(&state, found, &elsewhere);
    let left: Vec<(CreatorId, i64)> = found
        .deals
        .iter()
        .filter_map(|(at, _)| Some((at.creator.clone(), accrued(&state, &at.subject(), now)?.avoidable.minor)))
        .collect();
    let members = found.deals.iter().map(|(at, _)| at.creator.clone());
    let names = members
        .map(|id| {
            let name = state.catalog.creator_name(&id);
            (id, name)
        })
        .collect();
    let shifts = portfolio::shifts(&standings, &deals, &left);
    tracing::debug!(campaign.id = %id, creators = standings.standings.len(), "creators judged");
    Ok(Ok(Next { yardstick, portfolio: standings, names, candidates, shifts }))
}

type Judged = (Yardstick, Vec<Brought>, portfolio::Portfolio);

/// What each brought, against what its orders leave; where the campaign is not for sales, against what its plan allows.
fn judge(state: &State, found: &Returns) -> Told<Judged> {
    let about = state.catalog.about(&Subject::Campaign(found.campaign.id.clone()));
    let posts = |at: &PartnershipRef| {
        let out = state.catalog.pieces_in(at).filter(|piece| piece.state.is_out()).count();
        u32::try_from(std::cmp::max(out, 1)).unwrap_or(u32::MAX)
    };
    let for_sales = found.campaign.goal.is_none_or(|goal| goal == Goal::Sales);
    let (yardstick, deals) = if for_sales { by_margin(found, posts)? } else { by_plan(state, found, posts)? };
    let portfolio = portfolio::judge(&deals, about.k).ok_or(Missing::Yardstick)?;
    Ok((yardstick, deals, portfolio))
}

fn orders(roi: &Roi) -> Option<f64> {
    let per = roi.per.iter().find(|per| per.metric == Metric::Orders)?;
    per.count.as_ref().ok().map(|count| num::f64_of(*count))
}

fn by_margin(found: &Returns, posts: impl Fn(&PartnershipRef) -> u32) -> Told<(Yardstick, Vec<Brought>)> {
    let known = |roi: &Roi| {
        let (cost, margin) = (roi.cost.as_ref().ok()?, roi.margin.as_ref().ok()?);
        Some((num::f64_of(cost.minor), num::f64_of(margin.minor), orders(roi)?))
    };
    let (margin, sold) = found
        .deals
        .iter()
        .filter_map(|(_, roi)| known(roi))
        .fold((0.0, 0.0), |sum, (_, margin, orders)| (sum.0 + margin, sum.1 + orders));
    if sold <= 0.0 || margin <= 0.0 {
        return Err(found.total.margin.clone().err().map_or(Missing::Yardstick, Missing::from));
    }
    let usual = margin / sold;
    let deals = found.deals.iter().filter_map(|(at, roi)| {
        let (cost, margin, orders) = known(roi)?;
        let each = (margin + PRIOR_ORDERS * usual) / (orders + PRIOR_ORDERS);
        Some(Brought { creator: at.creator.clone(), cost, count: orders, each, posts: posts(at) })
    });
    Ok((Yardstick::Margin, deals.collect()))
}

fn by_plan(state: &State, found: &Returns, posts: impl Fn(&PartnershipRef) -> u32) -> Told<(Yardstick, Vec<Brought>)> {
    let aim = found.aim.as_ref().ok_or(Missing::Yardstick)?;
    let metric = aim.promised.metric;
    let whole = found.campaign.plan.cost.map(|cost| cost.minor);
    let fees = || {
        let pieces = state.catalog.deliverables.values().filter(|one| one.partnership.campaign == found.campaign.id);
        pieces.map(|piece| piece.fee.minor).fold(0_i64, i64::saturating_add)
    };
    let planned = num::f64_of(whole.unwrap_or_else(fees));
    if planned <= 0.0 || aim.promised.wanted <= 0 {
        return Err(Missing::Yardstick);
    }
    let each = planned / num::f64_of(aim.promised.wanted);
    let deals = found.deals.iter().filter_map(|(at, roi)| {
        let cost = num::f64_of(roi.cost.as_ref().ok()?.minor);
        let count = num::f64_of(*aim.reached.get(&at.creator)?);
        Some(Brought { creator: at.creator.clone(), cost, count, each, posts: posts(at) })
    });
    Ok((Yardstick::Plan { metric }, deals.collect()))
}

/// The brand's other campaigns, the newest first.
fn others(state: &State, found: &Returns) -> Vec<CampaignId> {
    let own = &found.campaign;
    let mut all: Vec<_> =
        state.catalog.campaigns.values().filter(|one| one.brand == own.brand && one.id != own.id).collect();
    all.sort_by_key(|one| (std::cmp::Reverse(one.ends), one.id.clone()));
    all.into_iter().take(OTHERS_MAX).map(|one| one.id.clone()).collect()
}

/// Creators who run, were not in it, and work for the same brand or for nobody yet. Who worked only for other brands is
/// theirs to tell of.
fn candidates(state: &State, found: &Returns, elsewhere: &BTreeMap<CreatorId, Standing>) -> Vec<Candidate> {
    let catalog = &state.catalog;
    let members: BTreeSet<&CreatorId> = found.deals.iter().map(|(at, _)| &at.creator).collect();
    let free = |id: &CreatorId| {
        let brands: Vec<_> = catalog.brands_of(id).collect();
        brands.is_empty() || brands.contains(&&found.campaign.brand)
    };
    let fits = catalog.creators.values().filter(|one| one.state == Running::Active && !members.contains(&one.id));
    let mut all: Vec<Candidate> = fits
        .filter(|one| free(&one.id))
        .map(|one| Candidate {
            creator: one.id.clone(),
            name: catalog.creator_name(&one.id),
            standing: elsewhere.get(&one.id).cloned(),
        })
        .collect();
    let share = |one: &Candidate| one.standing.as_ref().map_or(0.0, |standing| standing.share);
    all.sort_by(|one, other| share(other).total_cmp(&share(one)).then_with(|| one.creator.cmp(&other.creator)));
    all.truncate(CANDIDATES_MAX);
    all
}
