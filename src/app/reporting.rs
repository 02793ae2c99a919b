//! `report`: a campaign's totals in a chat, the same as the terminal's. Who may know what it costs, the permission decides
//! before this is asked; who it is about is asked here once more, because a name may mean another campaign by now.

use jiff::Timestamp;
use rust_decimal::prelude::ToPrimitive as _;

use super::commands::{Asked, unknown};
use super::core::{Core, State};
use super::ledger::LedgerError;
use super::resolve::{Meant, resolve};
use super::returns::{Aim, Returns, ReturnsError, Wanted, returns};
use crate::domain::ids::{CampaignId, Subject};
use crate::domain::money::{Currency, Money};
use crate::report::ledger::Sum;
use crate::store::StoreError;
use crate::words::buttons::Composed;
use crate::words::report::{GoalView, ReportView, compose};

/// Answers `report`.
pub async fn say(core: &Core, asked: &Asked, typed: &str, now: Timestamp) -> Result<Composed, StoreError> {
    let found = resolve(&core.state.lock().await.catalog, typed);
    let Some(Meant::Subject(Subject::Campaign(id))) = found else {
        return Ok(Composed::plain(unknown(core, asked, typed).await.say(&asked.reader, now)));
    };
    let Some(found) = read(core, &id, now).await? else {
        return Ok(Composed::plain(unknown(core, asked, typed).await.say(&asked.reader, now)));
    };
    let sums = found.ledger.totals().unwrap_or_default();
    let sum = sums.get(&found.currency).copied().unwrap_or(Sum::zero(found.currency));
    let money = |figure: &crate::insight::roi::Figure<Money>| figure.clone().ok();
    let total = &found.total;
    let state = core.state.lock().await;
    let view = ReportView {
        id: id.to_string(),
        campaign: state.catalog.campaign_name(&id),
        cost: money(&total.cost),
        paid: sum.paid_gross,
        due: sum.due_gross,
        revenue: money(&total.revenue),
        margin: money(&total.margin),
        profit: money(&total.profit),
        roi: total.roi.clone().ok().and_then(|roi| roi.to_f64()),
        cpa: money(&total.cpa),
        goal: found.aim.as_ref().map(|aim| goal_of(&state, aim, found.currency)),
    };
    drop(state);
    Ok(Composed::plain(compose(&view, &asked.reader)))
}

/// The books of a campaign; `None` where it is not known, or what it brought fits no sum: nothing told of it would be right.
async fn read(core: &Core, id: &CampaignId, now: Timestamp) -> Result<Option<Returns>, StoreError> {
    match returns(core, id, Wanted::default(), now).await {
        Ok(found) => Ok(Some(found)),
        Err(ReturnsError::Ledger(LedgerError::Store(error))) => Err(error),
        Err(ReturnsError::Ledger(LedgerError::Money(_)) | ReturnsError::Unknown(_) | ReturnsError::Orders(_)) => {
            Ok(None)
        }
    }
}

/// How a campaign stands to its goal; `None` where it has none, or its books cannot be read.
pub(super) async fn goal(core: &Core, id: &CampaignId, now: Timestamp) -> Result<Option<GoalView>, StoreError> {
    let found = read(core, id, now).await?;
    let state = core.state.lock().await;
    Ok(found.and_then(|found| Some(goal_of(&state, found.aim.as_ref()?, found.currency))))
}

/// How a campaign stands to its goal, with names as people say them.
fn goal_of(state: &State, aim: &Aim, currency: Currency) -> GoalView {
    let name = |id| state.catalog.creator_name(id);
    GoalView {
        metric: aim.promised.metric,
        currency,
        wanted: aim.promised.wanted,
        pace: aim.pace.as_ref().map(|pace| (pace.reached, pace.due)),
        promised: (0 < aim.promised.short).then_some(aim.promised.promised),
        without: aim.promised.without.iter().map(name).collect(),
        spread: aim.spread.iter().filter(|(_, more)| 0 < **more).map(|(id, more)| (name(id), *more)).collect(),
    }
}
