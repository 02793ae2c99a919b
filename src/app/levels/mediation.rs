//! What an agreement sets going: a make-good is asked for like any other, in the transaction of the agreement. Whatever else
//! both sides agreed about deals is in the case and the journal; people write it into the deal.

use super::super::commands::Asked;
use super::super::proposing;
use super::super::records::Counters;
use super::{Core, LevelCase};
use crate::domain::action::{Deed, Fix, Proposal, ProposalStage};
use crate::domain::document::{PartnershipRef, Running};
use crate::outbox::incident::{Event, Happened, Incident};
use crate::rules::downgrade::{Case, Way};
use crate::store::{StoreError, Transaction};

/// The creator's newest running deal with the brand of a case.
async fn newest_deal(core: &Core, case: &LevelCase) -> Option<PartnershipRef> {
    let state = core.state.lock().await;
    let brand = &state.catalog.programs.get(&case.program)?.brand;
    let of_brand = state.catalog.partnerships.iter().filter_map(|(key, one)| {
        let campaign = state.catalog.campaigns.get(&one.campaign)?;
        let ours = one.creator == case.creator && one.state == Running::Active && campaign.brand == *brand;
        ours.then(|| (one.starts.unwrap_or(campaign.starts), key.clone()))
    });
    of_brand.max_by(|one, other| (one.0.0, &one.1).cmp(&(other.0.0, &other.1))).map(|found| found.1)
}

/// Asks the creator for the make-good that both have agreed to. Without a running deal there is nothing to add a piece to,
/// and the agreement itself is what people go by.
pub async fn ask(
    core: &Core,
    asked: &Asked,
    transaction: &mut Transaction,
    (case, after): (&LevelCase, &Case),
    incident: &mut Incident,
) -> Result<(), StoreError> {
    if after.mediation.as_ref().and_then(crate::rules::downgrade::Mediation::way) != Some(Way::MakeGood) {
        return Ok(());
    }
    let Some(partnership) = newest_deal(core, case).await else { return Ok(()) };
    let deed = Deed::AskFix { partnership, what: Fix::MakeGood, deliverable: None };
    let placed = proposing::placed(core, &*core.state.lock().await, &deed);
    let Some(placed) = placed else { return Ok(()) };
    let now = core.clock.now();
    let kept = core.counters().await?;
    let counters = kept.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
    let number = counters.proposal;
    transaction.set(kept.as_ref(), &Counters { proposal: number.saturating_add(1), ..counters })?;
    let proposal = Proposal {
        number,
        incident: Some(incident.id.as_str().to_owned()),
        subject: placed.subject,
        deed,
        source: placed.source,
        object: placed.object,
        saves: None,
        before: None,
        asked_by: asked.actor(),
        asked_at: now,
        data_at: None,
        revives: None,
        undoes: None,
        asked: None,
        agreed: Vec::new(),
        begun_at: None,
        stage: ProposalStage::Approved { by: asked.name(), at: now },
    };
    transaction.create(&proposal)?;
    let detail = serde_json::json!({ "proposal": number, "do": proposal.deed, "object": proposal.object });
    transaction.append_journal(&core.line_by(&asked.actor(), "action_approved", &proposal.subject, detail))?;
    for what in [Happened::Proposed { proposal: number }, Happened::Approved { proposal: number }] {
        incident.note(Event { at: now, by: Some(asked.name()), what });
    }
    core.count(|counts| {
        counts.proposed += 1;
        counts.approved += 1;
    });
    Ok(())
}
