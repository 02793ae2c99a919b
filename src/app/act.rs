//! Actions: an approved proposal passes the guard, is done as an absolute state, and is read back.
//!
//! Survives: a kill at any point. What it was about to do is stored before the request leaves; whoever finds it does it
//! again under the same key, and because it sets a state, twice is once.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::core::Core;
use super::service::rest;
use super::{asking, cycle, proposing};
use crate::actions::guard::{self, Facts, Guarded, Limits, Purpose};
use crate::actions::webhook::{Fate, SetState};
use crate::actions::{ActionError, Hand};
use crate::domain::action::{Deed, Proposal, ProposalStage};
use crate::domain::ids::{BrandId, SourceId};
use crate::outbox::incident::{Event, Happened, Incident, IncidentId};
use crate::store::records::{Loaded, load, scan_all};
use crate::store::{StoreError, Table, Transaction, keys};
use crate::time::Held;
use tokio_util::sync::CancellationToken;

/// Waits before another try, in seconds: 5 + 30 + 120 + 600 + 1800 = about 43 minutes, then the team is told that it failed.
const WAITS: [i64; 5] = [5, 30, 120, 600, 1800];

/// After a failure of the store itself.
const STORE_WAIT: SignedDuration = SignedDuration::from_secs(5);

/// What can be acted on.
#[derive(Default)]
pub struct Hands {
    /// Platforms that are spoken to themselves, by source.
    pub by_source: BTreeMap<SourceId, Arc<dyn Hand>>,
    /// The signed outgoing webhook for everything else, where one is configured.
    pub webhook: Option<Arc<dyn Hand>>,
    /// Whether the webhook can be asked what it did; else a person has to look.
    pub webhook_reads: bool,
}

/// Who carries something out.
struct Reached<'a> {
    hand: &'a dyn Hand,
    /// It can be asked what is.
    reads: bool,
}

impl Hands {
    fn reach(&self, source: &SourceId) -> Option<Reached<'_>> {
        match self.by_source.get(source) {
            Some(hand) => Some(Reached { hand: &**hand, reads: true }),
            None => self.webhook.as_ref().map(|hand| Reached { hand: &**hand, reads: self.webhook_reads }),
        }
    }
}

/// Does what was approved, for ever.
pub async fn run(core: Arc<Core>, hands: Arc<Hands>, mut held: Held, stop: CancellationToken) {
    let bell = core.bells.act.clone();
    loop {
        let wake = match round(&core, &hands).await {
            Ok(wake) => wake,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "could not carry out what was approved; trying again"
                );
                core.clock.now().checked_add(STORE_WAIT).ok()
            }
        };
        if !rest(&mut held, &bell, wake, &stop).await {
            return;
        }
    }
}

/// Takes every due proposal one step further; answers when the next is due.
pub async fn round(core: &Core, hands: &Hands) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let (from, until) = keys::all();
        let rows = core.store.scan(Table::DueProposals, &from, &until, 1).await?;
        let Some((key, _)) = rows.first() else { return Ok(None) };
        let (at, key) = keys::read_due(key)?;
        if core.clock.now() < at {
            return Ok(Some(at));
        }
        let Some(proposal) = load::<Proposal>(&*core.store, &key).await? else { return Ok(None) };
        step(core, hands, proposal).await?;
    }
}

async fn step(core: &Core, hands: &Hands, proposal: Loaded<Proposal>) -> Result<(), StoreError> {
    let now = core.clock.now();
    match proposal.value.stage.clone() {
        ProposalStage::Proposed { .. } => {
            let happened = Happened::ProposalExpired { proposal: proposal.value.number };
            enter(core, proposal, ProposalStage::Expired { at: now }, None, Some(happened)).await
        }
        ProposalStage::Approved { .. } => begin(core, proposal).await,
        ProposalStage::Doing { .. } if proposal.value.deed.asks().is_some() => asking::tell(core, proposal).await,
        ProposalStage::Done { .. } if proposal.value.deed.asks().is_some() => asking::too_late(core, proposal).await,
        ProposalStage::Doing { tries, .. } => carry_out(core, hands, proposal, tries).await,
        ProposalStage::Done { tries, .. } => read_back(core, hands, proposal, tries).await,
        ProposalStage::Verified { .. }
        | ProposalStage::Failed { .. }
        | ProposalStage::Rejected { .. }
        | ProposalStage::Expired { .. }
        | ProposalStage::Refused { .. } => Ok(()),
    }
}

/// The guard, and then the note that a request may leave.
async fn begin(core: &Core, proposal: Loaded<Proposal>) -> Result<(), StoreError> {
    let now = core.clock.now();
    let facts = facts(core, &proposal.value, now).await?;
    let settings = &core.config.guards;
    let limits = Limits {
        kill_switch: settings.kill_switch,
        dry_run: settings.dry_run,
        per_day_max: settings.actions_per_day,
        cool_off: settings.cool_off.0,
        data_age_max: settings.freshness.0,
    };
    match guard::guard(&facts, &limits, now) {
        Guarded::Allowed => {
            let stage = ProposalStage::Doing { since: now, tries: 0, not_before: now };
            enter(core, proposal, stage, None, None).await
        }
        Guarded::Refused(reason) => {
            let number = proposal.value.number;
            let happened = Happened::Held { proposal: number, reason: reason.as_str().to_owned() };
            let stage = ProposalStage::Refused { at: now, reason: reason.as_str().to_owned() };
            enter(core, proposal, stage, None, Some(happened)).await
        }
    }
}

async fn facts(core: &Core, proposal: &Proposal, now: Timestamp) -> Result<Facts, StoreError> {
    let all = scan_all::<Proposal>(&*core.store).await?;
    let state = core.state.lock().await;
    let brand = |one: &Proposal| -> Option<BrandId> { state.catalog.about(&one.subject).brand };
    let mine = brand(proposal);
    let done_at = |one: &Proposal| match one.stage {
        ProposalStage::Done { at, .. } | ProposalStage::Verified { at, .. } => Some(at),
        ProposalStage::Doing { since, .. } => Some(since),
        _ => None,
    };
    let day = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let others: Vec<&Proposal> =
        all.iter().map(|kept| &kept.value).filter(|one| one.number != proposal.number).collect();
    let done_today = others
        .iter()
        .filter(|one| one.undoes.is_none() && brand(one) == mine && done_at(one).is_some_and(|at| day < at))
        .count();
    let last_on_object = others.iter().filter(|one| one.object == proposal.object).filter_map(|one| done_at(one)).max();
    let stake = proposing::stake_of(&state, &proposal.deed, now);
    Ok(Facts {
        purpose: match proposal.deed {
            Deed::StopBoost { .. } => Purpose::Stop,
            Deed::EndCode { .. } => Purpose::End,
            Deed::Hold { .. } | Deed::Cancel { .. } | Deed::AskFix { .. } => Purpose::Ask,
            Deed::ResumeBoost { .. } | Deed::ReviveCode { .. } | Deed::Release { .. } => Purpose::Restore,
        },
        saves: stake.map(|stake| stake.saves).or(proposal.saves),
        loses: stake.and_then(|stake| stake.loses),
        data_at: proposal.data_at,
        done_today: u32::try_from(done_today).unwrap_or(u32::MAX),
        last_on_object,
    })
}

/// Reads what is, remembers it for Undo, and sets what is wanted.
async fn carry_out(core: &Core, hands: &Hands, proposal: Loaded<Proposal>, tries: u32) -> Result<(), StoreError> {
    let Some(reached) = hands.reach(&proposal.value.source) else {
        return give_up(core, proposal, "no outgoing webhook is configured; set actions.url".to_owned()).await;
    };
    let now = core.clock.now();
    let mut proposal = proposal;
    if proposal.value.before.is_none() && reached.reads {
        match reached.hand.read(&proposal.value.object, now).await {
            Ok(state) => proposal.value.before = Some(state),
            Err(error) => return failed(core, proposal, tries, &error).await,
        }
        let mut transaction = Transaction::new();
        transaction.update(&proposal)?;
        core.store.commit(transaction).await?;
        let Some(again) = load::<Proposal>(&*core.store, &keys::number(proposal.value.number)).await? else {
            return Ok(());
        };
        proposal = again;
    }
    let wanted = SetState {
        id: format!("proposal-{}", proposal.value.number),
        subject: proposal.value.subject.clone(),
        object: proposal.value.object.clone(),
        desired: proposal.value.deed.desired().to_owned(),
    };
    match reached.hand.set(&wanted, now).await {
        Ok(()) => {
            let number = proposal.value.number;
            core.count(|counts| counts.done += 1);
            let at = core.clock.now();
            // Where there is no way to ask, a person has to look; nothing more happens by itself.
            let not_before = if reached.reads { at } else { Timestamp::MAX };
            let stage = ProposalStage::Done { at, tries: 0, not_before };
            enter(core, proposal, stage, None, Some(Happened::Done { proposal: number })).await
        }
        Err(error) => failed(core, proposal, tries, &error).await,
    }
}

async fn failed(core: &Core, proposal: Loaded<Proposal>, tries: u32, error: &ActionError) -> Result<(), StoreError> {
    let now = core.clock.now();
    let wait = usize::try_from(tries).ok().and_then(|at| WAITS.get(at)).copied();
    match (error.fate(), wait) {
        // An unknown outcome is done again: it sets a state, under the same key.
        (Fate::Retry | Fate::ReadBack, Some(wait)) => {
            let not_before = now.checked_add(SignedDuration::from_secs(wait)).unwrap_or(now);
            let since = match proposal.value.stage {
                ProposalStage::Doing { since, .. } => since,
                _ => now,
            };
            enter(core, proposal, ProposalStage::Doing { since, tries: tries + 1, not_before }, None, None).await
        }
        (Fate::GiveUp, _) | (Fate::Retry | Fate::ReadBack, None) => give_up(core, proposal, error.to_string()).await,
    }
}

async fn give_up(core: &Core, proposal: Loaded<Proposal>, reason: String) -> Result<(), StoreError> {
    let happened = Happened::Failed { proposal: proposal.value.number, reason: reason.clone() };
    enter(core, proposal, ProposalStage::Failed { at: core.clock.now(), reason }, None, Some(happened)).await
}

/// Asks the platform what is, and believes only that.
async fn read_back(core: &Core, hands: &Hands, proposal: Loaded<Proposal>, tries: u32) -> Result<(), StoreError> {
    let now = core.clock.now();
    let Some(reached) = hands.reach(&proposal.value.source) else {
        return give_up(core, proposal, "no outgoing webhook is configured any more; set actions.url".to_owned()).await;
    };
    let number = proposal.value.number;
    let wanted = proposal.value.deed.desired();
    let seen = reached.hand.read(&proposal.value.object, now).await;
    let wait = usize::try_from(tries).ok().and_then(|at| WAITS.get(at)).copied();
    match (seen, wait) {
        (Ok(state), _) if state == wanted => {
            core.count(|counts| counts.verified += 1);
            let happened = match proposal.value.undoes {
                Some(undone) => Happened::Undone { proposal: undone, state: state.clone() },
                None => Happened::Verified { proposal: number, state: state.clone() },
            };
            // What was taken back says by whom; what was approved has said so already.
            let by = match proposal.value.undoes {
                Some(_) => Some(asker(core, &proposal.value).await),
                None => None,
            };
            let stage = ProposalStage::Verified { at: now, state };
            enter(core, proposal, stage, by, Some(happened)).await
        }
        (_, Some(wait)) => {
            let not_before = now.checked_add(SignedDuration::from_secs(wait)).unwrap_or(now);
            let at = match proposal.value.stage {
                ProposalStage::Done { at, .. } => at,
                _ => now,
            };
            enter(core, proposal, ProposalStage::Done { at, tries: tries + 1, not_before }, None, None).await
        }
        (Ok(state), None) => give_up(core, proposal, format!("accepted, but it still says `{state}`")).await,
        (Err(error), None) => give_up(core, proposal, format!("accepted, but could not be read back: {error}")).await,
    }
}

/// What people call whoever asked for something.
async fn asker(core: &Core, proposal: &Proposal) -> String {
    let state = core.state.lock().await;
    let mut people = state.catalog.people.values();
    let person = people.find(|person| person.id.as_str() == proposal.asked_by);
    person.map_or_else(|| proposal.asked_by.clone(), |person| person.name.clone())
}

/// As [`try_enter`], for whoever looks again at what is due anyway: somebody who was quicker is no error.
pub(super) async fn enter(
    core: &Core,
    proposal: Loaded<Proposal>,
    stage: ProposalStage,
    by: Option<String>,
    happened: Option<Happened>,
) -> Result<(), StoreError> {
    match try_enter(core, proposal, stage, by, happened).await {
        // A person rejected it meanwhile, or the deliverer recorded an attempt: the next round sees what it is now.
        Err(StoreError::Conflict { .. }) => Ok(()),
        other => other,
    }
}

/// A proposal takes a step; its incident notes it, in the same transaction. Refused with a conflict when any of what it
/// rests on has changed, the deliveries of the incident among it.
pub async fn try_enter(
    core: &Core,
    mut proposal: Loaded<Proposal>,
    stage: ProposalStage,
    by: Option<String>,
    happened: Option<Happened>,
) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    proposal.value.stage = stage;
    let mut transaction = Transaction::new();
    transaction.update(&proposal)?;
    let one = &proposal.value;
    let actor = by.clone().unwrap_or_else(|| "plimsoll".to_owned());
    let detail = json!({ "proposal": one.number, "do": one.deed, "object": one.object, "stage": one.stage, "incident": one.incident });
    transaction.append_journal(&core.line_by(&actor, "proposal_moved", &one.subject, detail))?;
    if let (Some(what), Some(incident)) = (happened, incident_of(core, one).await?) {
        cycle::note(core, &mut transaction, incident, Event { at: core.clock.now(), by, what }).await?;
    }
    core.store.commit(transaction).await?;
    if core.state.lock().await.catalog.know_done(one) {
        core.bells.deals.ring();
    }
    cycle::ring_deliverers(core);
    Ok(())
}

/// The incident a proposal answers.
pub async fn incident_of(core: &Core, proposal: &Proposal) -> Result<Option<Loaded<Incident>>, StoreError> {
    match proposal.incident.as_deref().and_then(IncidentId::typed) {
        Some(id) => load::<Incident>(&*core.store, &keys::incident(&id)).await,
        None => Ok(None),
    }
}
