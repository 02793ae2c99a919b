//! What somebody asked for without an alert is told where the brand's campaigns are followed, once it is known what came of it.

use super::core::{Core, State};
use super::{cycle, views};
use crate::domain::action::{Proposal, ProposalStage};
use crate::outbox::notice::{About, Notice, Urgency};
use crate::store::{StoreError, Transaction};
use crate::words::by_hand::ByHandView;

/// Puts what came of a proposal into the transaction that it comes from. Nothing where an alert tells it, where it is not
/// over, or where a creator is asked, which is told in its own way.
pub(super) async fn tell(core: &Core, transaction: &mut Transaction, one: &Proposal) -> Result<(), StoreError> {
    let is_told = match &one.stage {
        ProposalStage::Verified { .. } | ProposalStage::Failed { .. } | ProposalStage::Refused { .. } => true,
        ProposalStage::Proposed { .. }
        | ProposalStage::Approved { .. }
        | ProposalStage::Doing { .. }
        | ProposalStage::Done { .. }
        | ProposalStage::Rejected { .. }
        | ProposalStage::Expired { .. } => false,
    };
    if !is_told || one.incident.is_some() || one.deed.asks().is_some() {
        return Ok(());
    }
    let now = core.clock.now();
    let state = core.state.lock().await;
    let about = state.catalog.about(&one.subject);
    let rooms: Vec<_> = state.catalog.followers(&about).into_iter().cloned().collect();
    drop(state);
    let notice = Notice {
        about: About::Deed(one.number),
        revision: 1,
        urgency: Urgency::Critical,
        cause: "deed".to_owned(),
        at: now,
        expires_at: now.checked_add(core.config.delivery.expires.0).unwrap_or(now),
        wording: None,
    };
    transaction.create(&notice)?;
    cycle::deliver_to(core, transaction, &notice, &rooms.iter().collect::<Vec<_>>()).await
}

/// What is told of it.
#[must_use]
pub(super) fn view(state: &State, one: &Proposal) -> ByHandView {
    let by = state.catalog.people.values().find(|person| person.id.as_str() == one.asked_by);
    ByHandView {
        name: one.deed.title(),
        runs_on: views::runs_on(&one.deed, &one.source),
        by: by.map_or_else(|| one.asked_by.clone(), |person| person.name.clone()),
        deed: one.deed.clone(),
        asked_at: one.asked_at,
        stage: one.stage.clone(),
        // What was set can be set back; what was stopped is started again with `resume`.
        undo: (one.deed.sets_amount() && one.undoes.is_none())
            .then(|| one.deed.taken_back(one.before.as_deref()))
            .filter(|back| *back != one.deed)
            .map(|_| one.number),
    }
}
