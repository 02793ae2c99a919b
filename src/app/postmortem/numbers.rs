//! The figures of a post-mortem: targets and results, plan and actual, one row a creator.

use rust_decimal::prelude::ToPrimitive as _;

use super::told::Heard;
use crate::app::core::State;
use crate::app::returns::Returns;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Deliverable, Target};
use crate::domain::ids::CreatorId;
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::domain::num;
use crate::domain::standing::end_of;
use crate::insight::goals;
use crate::insight::roi::{Absent, Roi};
use crate::report::postmortem::{Effort, Missing, Next, Outcome, Row, Told};

/// Each target of the campaign and what came of it, the goal's first.
pub(super) fn results(found: &Returns) -> Vec<Outcome> {
    let campaign = &found.campaign;
    let aim = campaign.goal.and_then(|goal| goals::aim(goal, &campaign.target)).map(|aim| aim.0);
    let mut all: Vec<Outcome> = campaign
        .target
        .iter()
        .filter_map(|(metric, target)| {
            let is_goal = aim == Some(*metric);
            let sum = || {
                let aim = found.aim.as_ref().filter(|_| is_goal)?;
                aim.reached.values().copied().reduce(i64::saturating_add)
            };
            let reached = reached(&found.total, *metric).or_else(|why| sum().map(num::f64_of).ok_or(why));
            Some(Outcome { metric: *metric, wanted: number(target)?, reached, is_goal })
        })
        .collect();
    all.sort_by_key(|one| !one.is_goal);
    all
}

fn number(target: &Target) -> Option<f64> {
    match target {
        Target::Money(money) => Some(num::f64_of(money.minor)),
        Target::Number(number) => number.to_f64(),
    }
}

/// What a campaign's sums say of a metric; money in minor units.
fn reached(total: &Roi, metric: Metric) -> Told<f64> {
    let money = |figure: &Result<Money, Absent>| figure.clone().map(|money| num::f64_of(money.minor));
    let ratio = |figure: &Result<rust_decimal::Decimal, Absent>| {
        figure.clone().and_then(|value| value.to_f64().ok_or(Absent::TooLarge))
    };
    let per = |of: Metric| total.per.iter().find(|per| per.metric == of);
    let unknown = || Absent::Unknown { metric, reason: "no source states it".to_owned() };
    let each = |of: Metric| per(of).map_or_else(|| Err(unknown()), |per| ratio(&per.cost));
    let found = match metric {
        Metric::Revenue => money(&total.revenue),
        Metric::Margin => money(&total.margin),
        Metric::Spend => money(&total.cost),
        Metric::Cpa => money(&total.cpa),
        Metric::Roas => ratio(&total.roas),
        Metric::Roi => ratio(&total.roi),
        Metric::Cpm => each(Metric::Impressions),
        Metric::Cpc => each(Metric::Clicks),
        Metric::Cpl => each(Metric::Leads),
        other => per(other).map_or_else(|| Err(unknown()), |per| per.count.clone().map(num::f64_of)),
    };
    found.map_err(Missing::from)
}

fn u32_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Whether a piece went out by the end of the day it was due.
fn in_time(piece: &Deliverable, zone: &jiff::tz::TimeZone) -> bool {
    let end = end_of(piece.due, zone);
    piece.state.is_out() && piece.live_at.is_none_or(|at| end.is_none_or(|end| at <= end))
}

fn is_stopped(piece: &Deliverable) -> bool {
    matches!(piece.state, DeliverableState::Held | DeliverableState::Cancelled)
}

pub(super) fn effort(state: &State, found: &Returns, heard: &Heard) -> Effort {
    let campaign = &found.campaign;
    let catalog = &state.catalog;
    let zone = catalog.about(&crate::domain::ids::Subject::Campaign(campaign.id.clone())).zone;
    let pieces: Vec<&Deliverable> =
        catalog.deliverables.values().filter(|one| one.partnership.campaign == campaign.id).collect();
    let boosts = catalog.boosts.values().filter(|one| one.partnership.campaign == campaign.id);
    let amounts = pieces.iter().map(|piece| piece.fee).chain(boosts.map(|boost| boost.budget));
    let products = catalog.partnerships.values().filter(|one| one.campaign == campaign.id);
    let amounts = amounts.chain(products.filter_map(|one| one.product_cost));
    let whole =
        amounts.filter(|money| money.currency == found.currency).fold(0_i64, |sum, one| sum.saturating_add(one.minor));
    let by_deals = (0 < whole).then_some(Money::new(whole, found.currency)).ok_or(Missing::PlannedCost);
    let (hours, unread) = heard.hours();
    Effort {
        planned_cost: campaign.plan.cost.map_or(by_deals, Ok),
        cost: found.total.cost.clone().map_err(Missing::from),
        planned_hours: campaign.plan.hours.ok_or(Missing::PlannedHours),
        hours: hours.ok_or(Missing::Hours),
        unread,
        promised: u32_of(pieces.len()),
        out: u32_of(pieces.iter().filter(|piece| piece.state.is_out()).count()),
        in_time: u32_of(pieces.iter().filter(|piece| in_time(piece, &zone)).count()),
        stopped: u32_of(pieces.iter().filter(|piece| is_stopped(piece)).count()),
    }
}

pub(super) fn rows(state: &State, found: &Returns, heard: &Heard, next: Option<&Next>) -> Vec<Row> {
    let catalog = &state.catalog;
    let row = |(at, roi): &(crate::domain::document::PartnershipRef, Roi)| {
        let pieces: Vec<&Deliverable> = catalog.pieces_in(at).collect();
        let zone = catalog.about(&at.subject()).zone;
        let is_late = |piece: &&&Deliverable| {
            let overdue = end_of(piece.due, &zone).is_some_and(|end| end < found.until);
            !is_stopped(piece) && overdue && !in_time(piece, &zone)
        };
        let orders = roi.per.iter().find(|per| per.metric == Metric::Orders);
        let orders = orders.map_or(Err(Absent::None { metric: Metric::Orders }), |per| per.count.clone());
        let own = next.and_then(|next| next.portfolio.standings.iter().find(|one| one.creator == at.creator));
        Row {
            creator: at.creator.clone(),
            name: catalog.creator_name(&at.creator),
            out: u32_of(pieces.iter().filter(|piece| piece.state.is_out()).count()),
            promised: u32_of(pieces.len()),
            late: u32_of(pieces.iter().filter(is_late).count()),
            alerts: heard.alerts(&at.creator),
            cost: roi.cost.clone().map_err(Missing::from),
            orders: orders.map_err(Missing::from),
            roi: roi.roi.clone().map_err(Missing::from),
            minimum: minimum(state, found, &at.creator),
            standing: own.cloned(),
        }
    };
    found.deals.iter().map(row).collect()
}

/// The agreed minimum of what the goal counts, and what came.
fn minimum(state: &State, found: &Returns, creator: &CreatorId) -> Option<(i64, Option<i64>)> {
    let aim = found.aim.as_ref()?;
    let at = crate::domain::document::PartnershipRef { campaign: found.campaign.id.clone(), creator: creator.clone() };
    let least = goals::least(&state.catalog.partnerships.get(&at)?.target, aim.promised.metric)?;
    Some((least, aim.reached.get(creator).copied()))
}
