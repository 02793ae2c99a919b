//! More than one yes: who has to agree to what concerns much money, and the question that is asked once more.
//!
//! Owns: whose yes counts, taken from the grants at the moment it is needed, so that a revoked one counts no more. Refuses:
//! counting one person twice. Taking something back needs no quorum: it restores what was.

use super::client;
use super::commands::Asked;
use super::core::{Core, State};
use crate::domain::action::{Deed, Object, Proposal, ProposalStage};
use crate::domain::consent::{Agreement, Quorum};
use crate::domain::document::Brand;
use crate::domain::ids::Subject;
use crate::domain::money::Money;
use crate::domain::person::{Audience, Reach};
use crate::outbox::incident::{Happened, Incident, IncidentId};
use crate::store::records::load;
use crate::store::{StoreError, keys};
use crate::words::buttons::{ButtonPurpose, Composed};
use crate::words::command::{Command, Needs, parse};
use crate::words::consent::{Asks, Consented, really};

/// What one more yes comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Yes {
    /// It is enough; who has agreed, where it took several.
    Enough(Vec<Agreement>),
    /// More have to agree, with this one.
    More {
        /// Who has.
        agreed: Vec<Agreement>,
        /// How many have to.
        need: u32,
    },
    /// It changes nothing, and why.
    Nothing(Consented),
}

/// How much a deed concerns: the budget of a boost, the fee of a piece; what it saves where neither is known.
#[must_use]
pub fn amount_of(state: &State, deed: &Deed, saves: Option<Money>) -> Option<Money> {
    let known = match deed.object() {
        Object::Boost(id) => state.catalog.boosts.get(id).map(|boost| boost.budget),
        Object::Deliverable(partnership, id) => state.catalog.piece(partnership, id).map(|piece| piece.fee),
        Object::Code(..) | Object::Link(..) | Object::Fix(..) => None,
    };
    known.or(saves)
}

fn brand_of<'a>(state: &'a State, subject: &Subject) -> Option<&'a Brand> {
    state.catalog.brands.get(state.catalog.about(subject).brand.as_ref()?)
}

/// The quorum that a proposal needs; `None`: one person is enough.
fn quorum_for<'a>(state: &'a State, proposal: &Proposal) -> Option<(&'a Quorum, u32)> {
    if proposal.undoes.is_some() {
        return None;
    }
    let quorum = brand_of(state, &proposal.subject)?.quorum.as_ref()?;
    let need = quorum.needed(amount_of(state, &proposal.deed, proposal.saves));
    (1 < need).then_some((quorum, need))
}

/// Whether somebody's yes counts now.
fn counts(state: &State, quorum: &Quorum, subject: &Subject, person: &str) -> bool {
    let about = state.catalog.about(subject);
    let covers = |reach: &Reach| match reach {
        Reach::All => true,
        Reach::Brand(id) => about.brand.as_ref() == Some(id),
        Reach::Campaign(id) => about.campaign.as_ref() == Some(id),
    };
    let mut grants = state.catalog.grants.iter().filter(|grant| grant.person.as_str() == person);
    grants.any(|grant| quorum.roles.contains(&grant.role) && covers(&grant.reach))
}

/// Those of a proposal's yeses that count now.
fn counting(state: &State, quorum: &Quorum, proposal: &Proposal) -> Vec<Agreement> {
    let counts = |one: &&Agreement| counts(state, quorum, &proposal.subject, &one.person);
    proposal.agreed.iter().filter(counts).cloned().collect()
}

/// What a person's yes to a proposal comes to.
#[must_use]
pub fn yes(state: &State, proposal: &Proposal, by: Agreement) -> Yes {
    let Some((quorum, need)) = quorum_for(state, proposal) else { return Yes::Enough(Vec::new()) };
    if !counts(state, quorum, &proposal.subject, &by.person) {
        return Yes::Nothing(Consented::NotCounted { above: quorum.above, need });
    }
    let mut agreed = counting(state, quorum, proposal);
    if agreed.iter().any(|one| one.person == by.person) && !is_met(&agreed, need) {
        return Yes::Nothing(Consented::Waits { who: names(&agreed), need });
    }
    agreed.retain(|one| one.person != by.person);
    agreed.push(by);
    if is_met(&agreed, need) { Yes::Enough(agreed) } else { Yes::More { agreed, need } }
}

fn is_met(agreed: &[Agreement], need: u32) -> bool {
    usize::try_from(need).is_ok_and(|need| need <= agreed.len())
}

/// What people call those who agreed.
#[must_use]
pub fn names(agreed: &[Agreement]) -> Vec<String> {
    agreed.iter().map(|one| one.name.clone()).collect()
}

/// At the moment of doing: the yeses that still count, where they are too few, and how many it takes.
#[must_use]
pub fn lacking(state: &State, proposal: &Proposal) -> Option<(Vec<Agreement>, u32)> {
    let (quorum, need) = quorum_for(state, proposal)?;
    let agreed = counting(state, quorum, proposal);
    (!is_met(&agreed, need)).then_some((agreed, need))
}

/// Whether a question's Yes is only its asker's to press, and only for a moment: what decides about money.
#[must_use]
pub fn is_bound(purpose: &ButtonPurpose) -> bool {
    match purpose {
        ButtonPurpose::Sure { .. } | ButtonPurpose::Really { .. } => true,
        ButtonPurpose::Confirm { command } => {
            parse(command).ok().and_then(|command| command.name().spec()).is_some_and(|spec| spec.needs == Needs::Money)
        }
        ButtonPurpose::Do { .. }
        | ButtonPurpose::Choose { .. }
        | ButtonPurpose::Answer { .. }
        | ButtonPurpose::Record { .. }
        | ButtonPurpose::Tell { .. }
        | ButtonPurpose::Approve { .. }
        | ButtonPurpose::Reject { .. }
        | ButtonPurpose::Undo { .. }
        | ButtonPurpose::TakeBack { .. }
        | ButtonPurpose::Sample { .. }
        | ButtonPurpose::Offer { .. }
        | ButtonPurpose::Why { .. }
        | ButtonPurpose::Ack { .. }
        | ButtonPurpose::Snooze { .. }
        | ButtonPurpose::Page { .. }
        | ButtonPurpose::Show { .. }
        | ButtonPurpose::Open { .. }
        | ButtonPurpose::Ask { .. }
        | ButtonPurpose::Cancel
        | ButtonPurpose::MyNumbers { .. }
        | ButtonPurpose::Rule { .. }
        | ButtonPurpose::Level { .. } => false,
    }
}

/// The question that a button about much money asks once more. `None`: it is done at once.
pub async fn twice(core: &Core, asked: &Asked, purpose: &ButtonPurpose) -> Result<Option<Composed>, StoreError> {
    let (numbers, undoes) = match purpose {
        ButtonPurpose::Approve { proposal, .. } => (vec![*proposal], false),
        ButtonPurpose::Undo { proposal, .. } => (vec![*proposal], true),
        _ => return Ok(None),
    };
    let asks = asks(core, asked, &numbers, undoes).await?;
    Ok(asks.map(|asks| really(&asks, ButtonPurpose::Really { what: Box::new(purpose.clone()) }, &asked.reader)))
}

/// The same for what was typed.
pub async fn twice_typed(core: &Core, asked: &Asked, command: &Command) -> Result<Option<Composed>, StoreError> {
    let (id, undoes) = match command {
        Command::Approve { id } => (id, false),
        Command::Undo { id } => (id, true),
        _ => return Ok(None),
    };
    if asked.confirmed {
        return Ok(None);
    }
    let numbers = open_in(core, id, undoes).await?;
    let typed = format!("{} {}", command.name().as_str(), id.as_str());
    let asks = asks(core, asked, &numbers, undoes).await?;
    Ok(asks.map(|asks| really(&asks, ButtonPurpose::Confirm { command: typed }, &asked.reader)))
}

/// The proposals of an incident that a yes, or an undo, is about.
async fn open_in(core: &Core, id: &IncidentId, undoes: bool) -> Result<Vec<u64>, StoreError> {
    let Some(incident) = load::<Incident>(&*core.store, &keys::incident(id)).await? else { return Ok(Vec::new()) };
    let mut numbers = Vec::new();
    for event in &incident.value.events {
        let Happened::Proposed { proposal } = event.what else { continue };
        let Some(kept) = load::<Proposal>(&*core.store, &keys::number(proposal)).await? else { continue };
        let fits = match kept.value.stage {
            ProposalStage::Proposed { .. } => !undoes,
            ProposalStage::Done { .. } | ProposalStage::Verified { .. } => undoes,
            _ => false,
        };
        numbers.extend(fits.then_some(proposal));
    }
    Ok(numbers)
}

async fn asks(core: &Core, asked: &Asked, numbers: &[u64], undoes: bool) -> Result<Option<Asks>, StoreError> {
    let now = core.clock.now();
    let (mut deeds, mut sum, mut told) = (Vec::new(), None, None);
    let mut above = None;
    for number in numbers {
        let Some(kept) = load::<Proposal>(&*core.store, &keys::number(*number)).await? else { continue };
        let state = core.state.lock().await;
        let deed = &kept.value.deed;
        above = above.or_else(|| brand_of(&state, &kept.value.subject)?.confirm_above);
        let amount = amount_of(&state, deed, kept.value.saves);
        sum = super::proposing::add_up(sum, amount);
        let shown = if asked.audience == Audience::Client { client::billed(&state, deed, now) } else { amount };
        told = super::proposing::add_up(told, shown);
        deeds.push((deed.clone(), deed.title()));
    }
    let large =
        matches!((above, sum), (Some(above), Some(sum)) if above.currency == sum.currency && above.minor < sum.minor);
    Ok((large && !deeds.is_empty()).then_some(Asks { deeds, amount: told, undoes }))
}

#[cfg(test)]
mod tests;
