//! Whether what a rule agreed to by itself is still wanted when its turn comes.

use std::sync::Arc;

use jiff::Timestamp;

use super::is_of;
use super::revive::newest_about;
use crate::app::core::Core;
use crate::app::deciding::state_in;
use crate::domain::action::{ACTIVE, Proposal};
use crate::outbox::incident::{Incident, IncidentId, LeftOut, Stage};
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Table, keys};

/// Why nothing is to be done any more, of what a rule decided by itself; `None`: it is to be done, or a person decided it.
/// What waits for a day with room, or for a cooldown, is looked at anew when that has come.
pub(in crate::app) async fn still_wanted(
    core: &Core,
    proposal: &Proposal,
    all: &[Arc<Loaded<Proposal>>],
    now: Timestamp,
) -> Result<Option<LeftOut>, StoreError> {
    let (Some(_), Some(id)) = (proposal.agreed_by_rule(), proposal.incident.as_deref()) else { return Ok(None) };
    let Some(id) = IncidentId::typed(id) else { return Ok(None) };
    let Some(incident) = load::<Incident>(&*core.store, &keys::incident(&id)).await? else { return Ok(None) };
    if let Some(revival) = proposal.revives {
        let key = keys::rule_and_subject(&incident.value.rule, &incident.value.subject);
        if core.store.get(Table::OpenIncidents, &key).await?.is_some() {
            return Ok(Some(LeftOut::Crossed));
        }
        let newest = newest_about(all, proposal, now).map(|one| one.number);
        return Ok((newest != Some(revival.proposal)).then_some(LeftOut::Decided));
    }
    if incident.value.stage == Stage::Resolved {
        return Ok(Some(LeftOut::Cleared));
    }
    let others = all.iter().map(|kept| &kept.value).filter(|one| one.number != proposal.number);
    let runs_not = state_in(others, &proposal.deed.object(), now).is_some_and(|state| state != ACTIVE);
    let done_before = proposal.deed.asks().is_none() && runs_not && is_of(&incident.value, proposal);
    Ok(done_before.then_some(LeftOut::Achieved))
}
