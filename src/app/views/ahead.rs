//! What is still to come of an incident's money, as the wording needs it.

use jiff::Timestamp;

use super::super::core::State;
use super::super::{projecting, proposing};
use crate::domain::action::Deed;
use crate::domain::ids::Platform;
use crate::domain::metric::{Metric, Unit};
use crate::outbox::incident::{Incident, Stage};
use crate::rules::counterfactual::Need;
use crate::rules::receipt::{Pooled, Receipt};
use crate::words::view::{AheadView, Clears, EndView, NextView, OptionView, PoolView, Relation};

/// Ways out that are told behind Why, at most: what a rule tests, with and without boosts, and its guards.
const CLEARS_MAX: usize = 4;

/// Every way out, the useful one first: with its date where it has one. What is true only at this moment is left out where
/// the same is known for the next decision.
pub(super) fn clears(receipt: Option<&Receipt>) -> Vec<Clears> {
    let Some(receipt) = receipt else { return Vec::new() };
    let dated = |need: &Need| {
        let same = |other: &Need| other.by_when.is_some() && other.comparison == need.comparison;
        need.by_when.is_some() || !receipt.needs.iter().any(same)
    };
    receipt.needs.iter().filter(|need| dated(need)).map(|need| clear(receipt, need)).take(1 + CLEARS_MAX).collect()
}

fn clear(receipt: &Receipt, need: &Need) -> Clears {
    let currency = match need.metric.unit() {
        Unit::Money | Unit::MoneyPer(_) => receipt.currency,
        Unit::Count | Unit::Seconds | Unit::Share(_) | Unit::Multiple => None,
    };
    if 0.0 < need.by {
        let (by, boost_stopped) = (need.by_when, need.if_stopped);
        return Clears::More { metric: need.metric, amount: need.by, by, boost_stopped, currency };
    }
    let window = super::over(receipt.window);
    Clears::Reaches { metric: need.metric, value: need.to, currency, relation: Relation::Above, window }
}

/// What is still to come; `others`: ways out beside the first.
pub(super) fn of(
    state: &State,
    incident: &Incident,
    (receipt, others): (Option<&Receipt>, Vec<Clears>),
    options: &[OptionView],
    now: Timestamp,
) -> AheadView {
    if incident.stage == Stage::Resolved {
        return AheadView { pool: receipt.and_then(pool), ..AheadView::default() };
    }
    AheadView {
        clears: others,
        pool: receipt.and_then(pool),
        next: options.iter().filter(|option| option.running).find_map(|option| next(state, option, now)),
        end: receipt.and_then(|receipt| end(state, incident, receipt, now)),
    }
}

fn pool(receipt: &Receipt) -> Option<PoolView> {
    let Pooled { group, members, judged } = receipt.pool.as_ref()?;
    let group = group.as_deref().and_then(|text| text.split_once('/'));
    let group = group.and_then(|(platform, format)| Some((platform.parse::<Platform>().ok()?, format.to_owned())));
    Some(PoolView { deals: u32::try_from(members.len()).unwrap_or(u32::MAX), judged: *judged, group })
}

fn next(state: &State, option: &OptionView, now: Timestamp) -> Option<NextView> {
    if !matches!(option.deed, Deed::Hold { .. } | Deed::Cancel { .. }) {
        return None;
    }
    let stake = proposing::stake_of(state, &option.deed, now)?;
    let gain = stake.loses?;
    Some(NextView { name: option.name.clone(), costs: stake.saves, low: gain.low, high: gain.high })
}

/// Only where the rule is about what things cost: where views are too few, it is noise.
fn end(state: &State, incident: &Incident, receipt: &Receipt, now: Timestamp) -> Option<EndView> {
    let used = receipt.comparisons.iter().find_map(|one| one.seen().readings.first())?;
    let cost = match used.metric {
        cost @ (Metric::Cpa | Metric::Cpc | Metric::Cpl) => cost,
        Metric::Roas | Metric::Roi => Metric::Cpa,
        _ => return None,
    };
    projecting::end_of(state, &incident.subject, cost, used.fresh.unwrap_or(0.0), now)
}
