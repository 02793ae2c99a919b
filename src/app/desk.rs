//! What waits for a decision: for one person across all brands they decide for, and for a room's digest.
//!
//! Owns: what counts as a decision (a proposal that waits, else what an alert offers) and its last moment. Refuses: doing
//! it; the buttons are an alert's own, bound to the direct message they hang in and checked again when pressed.

use jiff::Timestamp;

use super::commands::{Asked, open_incidents};
use super::core::{Core, State};
use super::{client, views};
use crate::domain::action::{Proposal, ProposalStage};
use crate::domain::money::Money;
use crate::domain::person::{Audience, Role};
use crate::outbox::incident::{Happened, Incident, Stage};
use crate::store::records::load;
use crate::store::{StoreError, keys};
use crate::words::buttons::Composed;
use crate::words::desk::{self, DeskView};

pub use crate::words::desk::Deciding;

/// The proposals of an incident that wait for somebody's yes.
pub async fn waiting(core: &Core, incident: &Incident) -> Result<Vec<Proposal>, StoreError> {
    let mut found = Vec::new();
    for event in &incident.events {
        let Happened::Proposed { proposal } = event.what else { continue };
        let Some(kept) = load::<Proposal>(&*core.store, &keys::number(proposal)).await? else { continue };
        if matches!(kept.value.stage, ProposalStage::Proposed { .. }) {
            found.push(kept.value);
        }
    }
    Ok(found)
}

/// What can be decided about an incident: what it asks for; where it asks for nothing, what it offers that saves money.
#[must_use]
pub fn decisions(
    core: &Core,
    state: &State,
    incident: &Incident,
    waiting: &[Proposal],
    (audience, now): (Audience, Timestamp),
) -> Vec<Deciding> {
    let names = views::names(state, &incident.subject);
    let Some(member) = client::member(core, state, incident, &names, audience, now) else { return Vec::new() };
    // A client reads what they are billed, and nothing else.
    let shown = |ours: Option<Money>, billed: Option<Money>| if audience == Audience::Client { billed } else { ours };
    let asked = waiting.iter().map(|one| {
        let option = views::option(core, state, &one.deed, incident.opened_at, now);
        Deciding {
            incident: incident.id.clone(),
            name: member.name.clone(),
            deed: one.deed.clone(),
            saves: shown(one.saves, option.as_ref().and_then(|option| option.billed)),
            of: option.map(|option| option.name),
            proposal: Some(one.number),
            until: match one.stage {
                ProposalStage::Proposed { until } => Some(until),
                _ => None,
            },
        }
    });
    let mut found: Vec<Deciding> = asked.collect();
    let taken: Vec<_> = waiting.iter().map(|one| one.deed.object()).collect();
    for deed in incident.options.iter().filter(|deed| deed.stops() && !taken.contains(&deed.object())) {
        let Some(option) = views::option(core, state, deed, incident.opened_at, now) else { continue };
        let last = option.until.filter(|until| now < *until);
        if !option.running || option.avoidable.is_none_or(|money| money.minor <= 0) {
            continue;
        }
        found.push(Deciding {
            incident: incident.id.clone(),
            name: member.name.clone(),
            deed: deed.clone(),
            of: Some(option.name),
            proposal: None,
            saves: shown(option.avoidable, option.billed),
            until: last,
        });
    }
    found
}

/// The heaviest first; of equal money what ends sooner.
pub fn in_order(decisions: &mut [Deciding]) {
    decisions.sort_by_key(|one| {
        let weight = one.saves.map_or(0, |money| money.minor);
        (std::cmp::Reverse(weight), one.until.unwrap_or(Timestamp::MAX), one.incident.clone())
    });
}

/// One person's desk, in their own direct message.
pub async fn desk(core: &Core, asked: &Asked, page: u32, now: Timestamp) -> Result<Composed, StoreError> {
    let Some(person) = &asked.person else { return Ok(desk::compose(&DeskView::default(), &asked.reader, now)) };
    let mut view = DeskView { page: page.saturating_sub(1), ..DeskView::default() };
    for kept in open_incidents(core, None).await? {
        let incident = kept.value;
        let state = core.state.lock().await;
        let mine = state.catalog.decides(&person.id, incident.brand.as_ref(), incident.campaign.as_ref());
        let snoozed = incident.snoozed_until.is_some_and(|until| now < until);
        drop(state);
        if !mine || snoozed || incident.stage != Stage::Firing {
            continue;
        }
        let proposals = waiting(core, &incident).await?;
        let state = core.state.lock().await;
        let found = decisions(core, &state, &incident, &proposals, (asked.audience, now));
        if let Some(name) = incident.brand.as_ref().map(|id| state.catalog.brand_name(id)) {
            view.brands.insert(name);
        }
        // Nothing can be done, and nobody has it: somebody has to look.
        if found.is_empty() && incident.is_unattended() {
            let names = views::names(&state, &incident.subject);
            view.unattended.extend(client::member(core, &state, &incident, &names, asked.audience, now));
        }
        view.decisions.extend(found);
    }
    in_order(&mut view.decisions);
    view.following = super::follow_up::pending(core, |state, one| {
        let about = state.catalog.about(&one.subject);
        state.catalog.decides(&person.id, about.brand.as_ref(), about.campaign.as_ref())
    })
    .await?;
    view.todos = super::postmortem::steps::open_for(core, &person.id).await?;
    view.decides = core
        .state
        .lock()
        .await
        .catalog
        .grants_of(&person.id)
        .any(|grant| matches!(grant.role, Role::Manager | Role::ClientOwner | Role::Agency));
    Ok(desk::compose(&view, &asked.reader, now))
}
