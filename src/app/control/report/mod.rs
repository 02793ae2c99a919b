//! `report ledger`, `report roi`, `report regret` and `report postmortem`: what campaigns cost, what came back, whether stops
//! were right, and what a campaign was in the end. Nothing is changed.
//!
//! Costs and margins are the team's: with `--as` only who is of the team of every campaign that is asked about sees them.

mod ledger;
pub mod postmortem;
mod regret;
mod roi;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Answer, Body, Refusal, Request, one_line, person};
use crate::app::core::Core;
use crate::app::ledger::LedgerError;
use crate::app::resolve::nearest_subject;
use crate::app::returns::ReturnsError;
use crate::app::terms::sees_costs;
use crate::domain::ids::CampaignId;
use crate::domain::money::Currency;
use crate::domain::sheet::grid::{Cell, Grid};
use crate::insight::attribution::Attribution;
use crate::insight::orders_csv;
use crate::report::columns as table;

/// Which report, of what, told how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Which.
    pub what: Which,
    /// Of this campaign; of all where none is named, which the returns cannot be.
    pub campaign: Option<CampaignId>,
    /// How orders are credited.
    pub how: Option<Attribution>,
    /// In which currency.
    pub told: Option<Currency>,
    /// Whether the orders are in the body.
    pub orders: bool,
    /// As sheets: the document is then a list of grids.
    pub sheets: bool,
    /// Of a post-mortem: which part, how.
    #[serde(default)]
    pub postmortem: Option<postmortem::Wanted>,
}

impl Report {
    /// One of a kind, told as it is kept.
    #[must_use]
    pub fn of(what: Which, campaign: Option<CampaignId>) -> Self {
        Self { what, campaign, how: None, told: None, orders: false, sheets: false, postmortem: None }
    }
}

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// What was accrued and paid.
    Ledger,
    /// What came back.
    Roi,
    /// Whether stops were right.
    Regret,
    /// What it was, in the end.
    Postmortem,
}

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Store(error) => Self::Store(error),
            other @ LedgerError::Money(_) => Self::Failed(one_line(&anyhow::Error::new(other))),
        }
    }
}

impl From<ReturnsError> for Refusal {
    fn from(error: ReturnsError) -> Self {
        match error {
            ReturnsError::Ledger(error) => error.into(),
            ReturnsError::Orders(error) => Self::Input(format!("the orders: {error}")),
            other @ ReturnsError::Unknown(_) => Self::Input(other.to_string()),
        }
    }
}

/// Makes a report.
pub(super) async fn report(core: &Core, request: &Request, wanted: &Report, body: &Body) -> Result<Answer, Refusal> {
    let campaigns = campaigns(core, wanted.campaign.as_ref()).await?;
    if let Some(person) = person(core, request).await? {
        let state = core.state.lock().await;
        if let Some(hidden) = campaigns.iter().find(|id| !sees_costs(&state, &person, id)) {
            return Err(Refusal::Failed(format!(
                "`{}` may not see what `{hidden}` costs; it takes the role analyst, manager or agency",
                person.id
            )));
        }
    }
    match (wanted.what, &wanted.campaign) {
        (Which::Ledger, _) => ledger::report(core, &campaigns, wanted).await,
        (Which::Regret, campaign) => regret::report(core, campaign.as_ref(), wanted).await,
        (Which::Roi | Which::Postmortem, None) => Err(Refusal::input("which campaign? say --campaign ID")),
        (Which::Postmortem, Some(campaign)) => {
            let wanted = wanted.postmortem.as_ref().ok_or_else(|| Refusal::input("which part of the post-mortem?"))?;
            postmortem::report(core, campaign, wanted, body).await
        }
        (Which::Roi, Some(campaign)) => {
            let orders = if wanted.orders { Some(orders(body)?) } else { None };
            roi::report(core, campaign, wanted, orders.as_deref()).await
        }
    }
}

fn orders(body: &Body) -> Result<Vec<crate::insight::attribution::Order>, Refusal> {
    let from = body.read().map_err(|error| Refusal::Failed(format!("the orders did not arrive: {error}")))?;
    orders_csv::read(from).map_err(|error| Refusal::Input(format!("the orders: {error}")))
}

/// The campaigns that are meant.
async fn campaigns(core: &Core, named: Option<&CampaignId>) -> Result<BTreeSet<CampaignId>, Refusal> {
    let state = core.state.lock().await;
    let all = &state.catalog.campaigns;
    let Some(named) = named else { return Ok(all.keys().cloned().collect()) };
    if all.contains_key(named) {
        return Ok(BTreeSet::from([named.clone()]));
    }
    let known: Vec<&str> = all.keys().map(CampaignId::as_str).take(NAMED_MAX).collect();
    let hint = match nearest_subject(&state.catalog, named.as_str()) {
        Some(nearest) => format!("; did you mean `{nearest}`?"),
        None if known.is_empty() => "; none is applied yet".to_owned(),
        None => format!("; known: {}", known.join(", ")),
    };
    Err(Refusal::Input(format!("there is no campaign `{named}`{hint}")))
}

/// Campaigns that an error names.
const NAMED_MAX: usize = 8;

/// Grids for whoever writes the file.
fn sheets(grids: &[Grid]) -> Result<Answer, Refusal> {
    let json = serde_json::to_value(grids)
        .map_err(|error| Refusal::Failed(format!("the answer cannot be written: {error}")))?;
    Ok(Answer::done(&json, String::new()))
}

fn header(names: &[&str]) -> Vec<Cell> {
    names.iter().map(|name| Cell::text(*name)).collect()
}
