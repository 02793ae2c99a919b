//! Actions: an approved proposal passes the guard, is done as an absolute state, and is read back.
//!
//! Survives: a kill at any point. What it was about to do is stored before the request leaves; whoever finds it does it
//! again under the same key, and because it sets a state, twice is once.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::core::{Core, State};
use super::{asking, budget, by_hand, consent, cutting, cycle, follow_up, ladder};
use crate::actions::guard::{self, Facts, Guarded, Limits, Purpose, Reason};
use crate::actions::webhook::{Fate, SetState};
use crate::actions::{ActionError, Hand};
use crate::domain::action::{Deed, Proposal, ProposalStage};
use crate::domain::ids::SourceId;
use crate::domain::metric::Metric;
use crate::outbox::incident::{Event, Happened, Incident, IncidentId};
use crate::rules::readings::{Readings as _, Want};
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Table, Transaction, keys};

/// Waits before another try, in seconds: 5 + 30 + 120 + 600 + 1800 = about 43 minutes, then the team is told that it failed.
const WAITS: [i64; 5] = [5, 30, 120, 600, 1800];

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
async fn begin(core: &Core, mut proposal: Loaded<Proposal>) -> Result<(), StoreError> {
    let now = core.clock.now();
    if proposal.value.agreed_by_rule().is_some() {
        // What a rule decided by itself rests on the numbers of its turn, which may be a day after it asked.
        let spend = Want { metric: Metric::Spend, platform: None };
        let newest = core.state.lock().await.history.view().newest(&proposal.value.subject, spend, now);
        proposal.value.data_at = std::cmp::max(proposal.value.data_at, newest);
    }
    let all = core.all_proposals().await?;
    if let Some(why) = ladder::still_wanted(core, &proposal.value, &all, now).await? {
        let happened = Happened::Withdrawn { proposal: proposal.value.number, why };
        return enter(core, proposal, ProposalStage::Expired { at: now }, None, Some(happened)).await;
    }
    let lacking = consent::lacking(&*core.state.lock().await, &proposal.value);
    if let Some((agreed, need)) = lacking {
        // A yes that counts no more, or a rule by itself where people have to agree.
        let (number, who) = (proposal.value.number, consent::names(&agreed));
        proposal.value.agreed = agreed;
        let until = now.checked_add(core.config.delivery.proposal_expires.0).unwrap_or(now);
        let happened = Happened::Agreed { proposal: number, who, need };
        return enter(core, proposal, ProposalStage::Proposed { until }, None, Some(happened)).await;
    }
    let facts = facts(core, &proposal.value, &all, now).await;
    let settings = &core.config.guards;
    let limits = Limits {
        kill_switch: settings.kill_switch,
        dry_run: settings.dry_run,
        per_day_max: settings.actions_per_day,
        cool_off: settings.cool_off.0,
        data_age_max: settings.freshness.0,
    };
    let number = proposal.value.number;
    let refused = |reason: &str| {
        let happened = Happened::Held { proposal: number, reason: reason.to_owned(), again: None };
        (ProposalStage::Refused { at: now, reason: reason.to_owned() }, happened)
    };
    match guard::guard(&facts, &limits, now) {
        Guarded::Allowed if cutting::is_overspent(&*core.state.lock().await, &proposal.value.deed, now) => {
            let (stage, happened) = refused(OVERSPENT);
            enter(core, proposal, stage, None, Some(happened)).await
        }
        Guarded::Allowed => {
            proposal.value.begun_at = Some(now);
            let stage = ProposalStage::Doing { since: now, tries: 0, not_before: now };
            enter(core, proposal, stage, None, None).await
        }
        Guarded::Refused(reason) => {
            if let Some(again) = its_turn(core, &proposal.value, &all, reason, now).await {
                return put_off(core, proposal, reason, again).await;
            }
            let (stage, happened) = refused(reason.as_str());
            enter(core, proposal, stage, None, Some(happened)).await
        }
    }
}

/// Why a request whose answer was lost is not sent again.
const OVERTAKEN: &str = "no answer came, and something else was decided since";

/// A boost has spent more than a cut would leave it.
const OVERSPENT: &str = "overspent";

/// When something that a rule decided by itself is tried again, where it was refused only for now: the day's actions are used
/// up, or the object was acted on a moment ago. What a person agreed to is told as refused; they are there to say it again.
async fn its_turn(
    core: &Core,
    proposal: &Proposal,
    all: &[Arc<Loaded<Proposal>>],
    reason: Reason,
    now: Timestamp,
) -> Option<Timestamp> {
    proposal.agreed_by_rule()?;
    match reason {
        Reason::CoolingOff { until } => Some(until),
        Reason::DailyCap { max } => {
            let mut today = done_in_a_day(&*core.state.lock().await, proposal, all, now);
            today.sort_unstable();
            // There is room when all but `max - 1` of them are older than a day.
            let at = today.len().checked_sub(usize::try_from(max).ok()?)?;
            today.get(at)?.checked_add(A_DAY).ok()
        }
        Reason::KillSwitch
        | Reason::DryRun
        | Reason::NoData
        | Reason::StaleData { .. }
        | Reason::GainUnknown
        | Reason::LosesMore { .. } => None,
    }
}

/// Puts off what a rule decided by itself. It is told once that it waits, however often its turn comes and goes.
async fn put_off(core: &Core, proposal: Loaded<Proposal>, reason: Reason, again: Timestamp) -> Result<(), StoreError> {
    let number = proposal.value.number;
    let reason = reason.as_str().to_owned();
    let told = incident_of(core, &proposal.value).await?.is_some_and(|incident| {
        let events = incident.value.events.iter().rev();
        let mut mine = events.filter(|event| crate::words::view::proposal_of(&event.what) == Some(number));
        mine.next().is_some_and(|event| matches!(&event.what, Happened::Held { reason: told, .. } if *told == reason))
    });
    let by = proposal.value.asked_by.clone();
    let happened = (!told).then_some(Happened::Held { proposal: number, reason, again: Some(again) });
    enter(core, proposal, ProposalStage::Approved { by, at: again }, None, happened).await
}

/// How far back actions count against the day's.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

fn done_at(one: &Proposal) -> Option<Timestamp> {
    match one.stage {
        ProposalStage::Done { at, .. } | ProposalStage::Verified { at, .. } => Some(at),
        ProposalStage::Doing { since, .. } => Some(since),
        _ => None,
    }
}

/// When each action of the last day was done in the brand that a proposal is about; what takes another one back is no action.
fn done_in_a_day(state: &State, about: &Proposal, all: &[Arc<Loaded<Proposal>>], now: Timestamp) -> Vec<Timestamp> {
    let brand = |one: &Proposal| state.catalog.about(&one.subject).brand;
    let mine = brand(about);
    let day = now.checked_sub(A_DAY).unwrap_or(now);
    let others = all.iter().map(|kept| &kept.value).filter(|one| one.number != about.number && one.undoes.is_none());
    others.filter(|one| brand(one) == mine).filter_map(done_at).filter(|at| day < *at).collect()
}

async fn facts(core: &Core, proposal: &Proposal, all: &[Arc<Loaded<Proposal>>], now: Timestamp) -> Facts {
    let state = core.state.lock().await;
    let others = all.iter().map(|kept| &kept.value).filter(|one| one.number != proposal.number);
    let last_on_object = others.filter(|one| one.deed.object() == proposal.deed.object()).filter_map(done_at).max();
    let stake = cutting::stake_of(&state, &proposal.deed, now);
    Facts {
        purpose: match proposal.deed {
            _ if proposal.revives.is_some() => Purpose::Revive,
            Deed::StopBoost { .. } => Purpose::Stop,
            // A budget that is given back takes a cut back.
            Deed::CutBoost { .. } if proposal.undoes.is_none() => Purpose::Stop,
            Deed::EndCode { .. } => Purpose::End,
            Deed::Hold { .. } | Deed::Cancel { .. } | Deed::AskFix { .. } | Deed::CutLink { .. } => Purpose::Ask,
            // A person has named it and agreed to it.
            Deed::SetBudget { .. } | Deed::SetValue { .. } if proposal.undoes.is_none() => Purpose::Ask,
            Deed::CutBoost { .. }
            | Deed::RaiseBoost { .. }
            | Deed::SetBudget { .. }
            | Deed::SetValue { .. }
            | Deed::ResumeBoost { .. }
            | Deed::ReviveCode { .. }
            | Deed::ReviveLink { .. }
            | Deed::Release { .. } => Purpose::Restore,
        },
        by_rule: proposal.agreed_by_rule().is_some(),
        saves: stake.map(|stake| stake.saves).or(proposal.saves),
        loses: stake.and_then(|stake| stake.loses).map(|loses| loses.mid),
        data_at: proposal.data_at,
        done_today: u32::try_from(done_in_a_day(&state, proposal, all, now).len()).unwrap_or(u32::MAX),
        last_on_object,
    }
}

/// Reads what is, remembers it for Undo, and sets what is wanted.
async fn carry_out(core: &Core, hands: &Hands, proposal: Loaded<Proposal>, tries: u32) -> Result<(), StoreError> {
    let Some(reached) = hands.reach(&proposal.value.source) else {
        return give_up(core, proposal, "no outgoing webhook is configured; set actions.url".to_owned()).await;
    };
    let now = core.clock.now();
    let mut proposal = proposal;
    // A request whose answer was lost is sent again, but never over what was decided since.
    let all = core.all_proposals().await?;
    if all.iter().any(|later| proposal.value.is_overtaken_by(&later.value)) {
        return give_up(core, proposal, OVERTAKEN.to_owned()).await;
    }
    if proposal.value.before.is_none() && reached.reads {
        match budget::read(reached.hand, &proposal.value, now).await {
            Ok(Some(state)) => proposal.value.before = Some(state),
            Ok(None) => {
                let why = budget::untold(&proposal.value);
                return give_up(core, proposal, why).await;
            }
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
        desired: proposal.value.deed.desired().into_owned(),
    };
    core.still_ours("change a campaign")?;
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
    let seen = budget::read(reached.hand, &proposal.value, now).await.map(Option::unwrap_or_default);
    let wait = usize::try_from(tries).ok().and_then(|at| WAITS.get(at)).copied();
    match (seen, wait) {
        (Ok(state), _) if proposal.value.deed.is_met_by(&state) => {
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
    let boost = budget::keep(core, &mut transaction, one).await?;
    let followed = follow_up::of_deed(core, &mut transaction, one).await?;
    by_hand::tell(core, &mut transaction, one).await?;
    if let (Some(what), Some(incident)) = (happened, incident_of(core, one).await?) {
        cycle::note(core, &mut transaction, incident, Event { at: core.clock.now(), by, what }).await?;
    }
    core.store.commit(transaction).await?;
    if followed {
        core.bells.follow_up.ring();
    }
    if let Some(boost) = boost {
        core.take_document(boost).await;
    }
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

#[cfg(test)]
mod tests;
