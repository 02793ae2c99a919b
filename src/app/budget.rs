//! How much something is where it is: a boost's budget on its platform, and in the deal as it is known here; what a code takes off.
//!
//! Owns: that the document of a boost says what its platform confirmed, in the transaction that notes the confirmation, so that
//! everything worked out from it (what is left to save, what is owed) follows. A file that is applied again as it was does not
//! bring the old amount back; one that says another amount does.

use jiff::Timestamp;

use super::apply::put_document;
use super::core::Core;
use crate::actions::{ActionError, Hand};
use crate::domain::action::{Object, Proposal, ProposalStage, budget_in, budget_state};
use crate::domain::document::Document;
use crate::domain::money::Money;
use crate::store::{StoreError, Transaction};

/// Why an amount is not touched where it cannot be read.
#[must_use]
pub fn untold(proposal: &Proposal) -> String {
    let why = if proposal.deed.value().is_some() {
        "the shop does not say what the code takes off as a share, or has it fixed, so there would be no way back; end the code \
         and make another"
    } else {
        "the platform does not say what the boost may spend, so there would be no way back"
    };
    why.to_owned()
}

/// What the platform says of what a proposal sets: whether it runs, or how much it is. `None`: it does not tell how much.
pub async fn read(hand: &dyn Hand, proposal: &Proposal, now: Timestamp) -> Result<Option<String>, ActionError> {
    if proposal.deed.value().is_some() {
        return hand.read_value(&proposal.object, now).await;
    }
    if proposal.deed.budget().is_none() {
        return hand.read(&proposal.object, now).await.map(Some);
    }
    let told = hand.read_budget(&proposal.object, now).await?;
    Ok(told.and_then(|told| told.parse::<Money>().ok()).map(budget_state))
}

/// Keeps a confirmed budget with its boost; answers the document to be shown once that is committed. Hold [`Core::pen`].
pub async fn keep(
    core: &Core,
    transaction: &mut Transaction,
    proposal: &Proposal,
) -> Result<Option<Document>, StoreError> {
    let (ProposalStage::Verified { state, .. }, Object::Boost(id)) = (&proposal.stage, proposal.deed.object()) else {
        return Ok(None);
    };
    let Some(budget) = budget_in(state) else { return Ok(None) };
    let boost = core.state.lock().await.catalog.boosts.get(id).cloned();
    let Some(mut boost) = boost.filter(|boost| boost.budget.currency == budget.currency) else { return Ok(None) };
    boost.budget = budget;
    let document = Document::Boost(boost);
    let actor = match proposal.asked_by.strip_prefix("rule/") {
        Some(rule) => format!("rule:{rule}"),
        None => format!("chat:{}", proposal.asked_by),
    };
    put_document(core, transaction, document.clone(), &actor).await?;
    Ok(Some(document))
}
