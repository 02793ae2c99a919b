//! What people decide about incidents and money: agree, refuse, take back, take over, put off.
//!
//! Every effect is safe to repeat: whoever does it again finds it done.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::commands::{Asked, open_incidents};
use super::consent::{self, Yes};
use super::core::{Core, State};
use super::past::memory;
use super::proposing::{self, Placed};
use super::{act, asking, cycle};
use crate::domain::action::{Deed, Object, Proposal, ProposalStage};
use crate::domain::consent::Agreement;
use crate::domain::ids::{SourceId, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::outbox::incident::{Event, Happened, Incident, IncidentId, Stage};
use crate::rules::readings::{Readings as _, Want};
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Transaction, keys};
use crate::words::consent::Consented;
use crate::words::replies::Reply;

/// How often an answer is noted anew because somebody was quicker; past that the listener tries again later.
const TRIES_MAX: u32 = 10;

/// What the newest action on an object left it in, as far as its platform confirmed; `None` where nothing was done.
pub async fn last_state(core: &Core, object: &Object<'_>) -> Result<Option<Cow<'static, str>>, StoreError> {
    let all = core.all_proposals().await?;
    Ok(state_in(all.iter().map(|kept| &kept.value), object, core.clock.now()))
}

/// The same among proposals that were read already, oldest first. An amount is no state in which something runs or does not,
/// and what waits for its turn is not done.
pub fn state_in<'a>(
    all: impl DoubleEndedIterator<Item = &'a Proposal>,
    object: &Object<'_>,
    now: Timestamp,
) -> Option<Cow<'static, str>> {
    let newest = all.rev().find(|one| {
        one.deed.object() == *object
            && !one.deed.sets_amount()
            && match &one.stage {
                ProposalStage::Verified { .. } | ProposalStage::Done { .. } | ProposalStage::Doing { .. } => true,
                ProposalStage::Approved { at, .. } => *at <= now,
                ProposalStage::Proposed { .. }
                | ProposalStage::Failed { .. }
                | ProposalStage::Rejected { .. }
                | ProposalStage::Expired { .. }
                | ProposalStage::Refused { .. } => false,
            }
    });
    newest.map(|one| one.deed.desired())
}

/// Writes down an action that a person asked for and thereby approved; linked to the incident that offers it, if one does.
/// `None`: there is nowhere to do it. Where it takes several people it waits for the others, and the same wish of another
/// person is their yes.
pub async fn propose_approved(
    core: &Core,
    asked: &Asked,
    deed: Deed,
    saves: Option<Money>,
    undoes: Option<(u64, Option<String>)>,
) -> Result<Option<Decided>, StoreError> {
    let placed = proposing::placed(core, &*core.state.lock().await, &deed);
    let Some(Placed { subject, source, object }) = placed else { return Ok(None) };
    let now = core.clock.now();
    let mut proposal = draft(asked, (subject, source, object), deed, saves, now);
    proposal.undoes = undoes.as_ref().map(|undone| undone.0);
    let yes = consent::yes(&*core.state.lock().await, &proposal, agreement(asked, now));
    let decided = match yes {
        Yes::Enough(_) => Decided::Done,
        Yes::Nothing(why) => return Ok(Some(Decided::Not(why))),
        Yes::More { agreed, need } => {
            if let Some(waiting) = waiting_for(core, &proposal.deed).await? {
                return decide(core, asked, waiting, true).await.map(Some);
            }
            let until = now.checked_add(core.config.delivery.proposal_expires.0).unwrap_or(now);
            proposal.stage = ProposalStage::Proposed { until };
            proposal.agreed = agreed;
            Decided::Not(Consented::Waits { who: consent::names(&proposal.agreed), need })
        }
    };
    let _pen = core.pen.lock().await;
    let kept = core.counters().await?;
    let mut counters = kept.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
    let number = counters.proposal;
    counters.proposal += 1;
    let incident = if let Some((_, Some(id))) = &undoes {
        match IncidentId::typed(id) {
            Some(id) => load::<Incident>(&*core.store, &keys::incident(&id)).await?,
            None => None,
        }
    } else {
        let offers = |incident: &Incident| incident.options.iter().any(|one| one.object() == proposal.deed.object());
        open_incidents(core, None).await?.into_iter().find(|kept| offers(&kept.value))
    };
    // What a person agrees with a creator rests on that person's word, not on numbers.
    let data_at = match proposal.deed.asks() {
        Some(_) => None,
        // So does what a person has set it to.
        None if matches!(proposal.deed, Deed::SetBudget { .. } | Deed::SetValue { .. }) => None,
        None => rests_on(&*core.state.lock().await, &proposal.subject, &proposal.deed, now),
    };
    proposal.number = number;
    proposal.incident = incident.as_ref().map(|kept| kept.value.id.as_str().to_owned());
    proposal.data_at = data_at;
    let mut transaction = Transaction::new();
    transaction.set(kept.as_ref(), &counters)?;
    transaction.create(&proposal)?;
    let detail =
        json!({ "proposal": number, "do": proposal.deed, "object": proposal.object, "undoes": proposal.undoes });
    let done = if decided == Decided::Done { "action_approved" } else { "action_asked" };
    transaction.append_journal(&core.line_by(&asked.actor(), done, &proposal.subject, detail))?;
    if let Some(mut incident) = incident
        && proposal.undoes.is_none()
    {
        incident.value.note(Event { at: now, by: Some(asked.name()), what: Happened::Proposed { proposal: number } });
        let what = match &decided {
            Decided::Not(Consented::Waits { who, need }) => {
                Happened::Agreed { proposal: number, who: who.clone(), need: *need }
            }
            Decided::Done | Decided::Beaten | Decided::Not(_) => Happened::Approved { proposal: number },
        };
        let event = Event { at: now, by: Some(asked.name()), what };
        cycle::note(core, &mut transaction, incident, event).await?;
    }
    core.store.commit(transaction).await?;
    core.count(|counts| {
        counts.proposed += 1;
        counts.approved += u64::from(decided == Decided::Done);
    });
    ring(core);
    Ok(Some(decided))
}

/// There is something to do, and something to tell.
fn ring(core: &Core) {
    core.bells.act.ring();
    cycle::ring_deliverers(core);
}

/// What came of somebody's yes or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It is decided.
    Done,
    /// Somebody else has answered it meanwhile.
    Beaten,
    /// It is not enough, and why.
    Not(Consented),
}

fn agreement(asked: &Asked, at: Timestamp) -> Agreement {
    Agreement { person: asked.actor(), name: asked.name(), at }
}

/// An action that a person asks for, without its number yet.
pub(super) fn draft(
    asked: &Asked,
    (subject, source, object): (Subject, SourceId, String),
    deed: Deed,
    saves: Option<Money>,
    now: Timestamp,
) -> Proposal {
    Proposal {
        number: 0,
        incident: None,
        subject,
        deed,
        source,
        object,
        saves,
        before: None,
        asked_by: asked.actor(),
        asked_at: now,
        data_at: None,
        undoes: None,
        revives: None,
        asked: None,
        agreed: Vec::new(),
        begun_at: None,
        stage: ProposalStage::Approved { by: asked.name(), at: now },
    }
}

/// The newest proposal to do just this that waits for somebody's yes.
async fn waiting_for(core: &Core, deed: &Deed) -> Result<Option<Loaded<Proposal>>, StoreError> {
    let all = core.all_proposals().await?;
    let waits = |kept: &Arc<Loaded<Proposal>>| {
        kept.value.deed == *deed && matches!(kept.value.stage, ProposalStage::Proposed { .. })
    };
    Ok(all.into_iter().rev().find(waits).map(Arc::unwrap_or_clone))
}

/// The proposals of an incident.
async fn proposals_of(core: &Core, incident: &Incident) -> Result<Vec<Loaded<Proposal>>, StoreError> {
    let mut found = Vec::new();
    for event in &incident.events {
        if let Happened::Proposed { proposal } = event.what
            && let Some(kept) = load::<Proposal>(&*core.store, &keys::number(proposal)).await?
        {
            found.push(kept);
        }
    }
    Ok(found)
}

/// Approves (`reason` is `None`) or rejects what an incident's proposals wait for: `only` one of them, or all. What has no
/// way back is approved by its own button alone.
pub async fn answer_proposals(
    core: &Core,
    asked: &Asked,
    id: &IncidentId,
    only: Option<u64>,
    reason: Option<String>,
) -> Result<Reply, StoreError> {
    let Some(incident) = load::<Incident>(&*core.store, &keys::incident(id)).await? else {
        return Ok(Reply::UnknownIncident { given: id.to_string() });
    };
    let proposals = proposals_of(core, &incident.value).await?;
    let waiting: Vec<Loaded<Proposal>> = proposals
        .iter()
        .filter(|kept| {
            // What a rule has decided by itself and still waits for its turn can be refused, not agreed to.
            matches!(kept.value.stage, ProposalStage::Proposed { .. })
                || (reason.is_some() && kept.value.agreed_by_rule().is_some())
        })
        .filter(|kept| only.is_none_or(|only| only == kept.value.number))
        .cloned()
        .collect();
    if waiting.is_empty() {
        return Ok(already_answered(id, &incident.value, &proposals));
    }
    let final_ = |kept: &Loaded<Proposal>| kept.value.deed.stops() && !kept.value.deed.can_be_taken_back();
    if reason.is_none() && waiting.iter().all(final_) {
        return Ok(Reply::NeedsSure);
    }
    let waiting = waiting.into_iter().filter(|kept| reason.is_some() || !final_(kept));
    let mut lacks = None;
    for proposal in waiting {
        match decide(core, asked, proposal, reason.is_none()).await? {
            Decided::Done if reason.is_none() => core.count(|counts| counts.approved += 1),
            Decided::Done | Decided::Beaten => {}
            Decided::Not(why) => lacks = Some(why),
        }
    }
    if let Some(reason) = reason {
        let detail = json!({ "incident": id.as_str(), "reason": reason });
        core.journal(core.line_by(&asked.actor(), "proposal_rejected", &incident.value.subject, detail)).await?;
        return Ok(Reply::Rejected { id: id.clone() });
    }
    core.bells.act.ring();
    Ok(lacks.map_or_else(|| Reply::Approved { id: id.clone() }, Reply::Consent))
}

/// Notes somebody's yes or no to one proposal. A no is enough; a yes may need others beside it. The deliverer, who records
/// attempts at any moment, may be quicker a few times: what was said is not lost to that.
pub async fn decide(
    core: &Core,
    asked: &Asked,
    mut proposal: Loaded<Proposal>,
    agreed: bool,
) -> Result<Decided, StoreError> {
    let number = proposal.value.number;
    for tries in 1.. {
        let (mut by, at) = (asked.name(), core.clock.now());
        let mut decided = Decided::Done;
        let (stage, happened) = if agreed {
            let yes = consent::yes(&*core.state.lock().await, &proposal.value, agreement(asked, at));
            match yes {
                Yes::Nothing(why) => return Ok(Decided::Not(why)),
                Yes::Enough(all) => {
                    if !all.is_empty() {
                        by = consent::names(&all).join(" + ");
                    }
                    proposal.value.agreed = all;
                    (ProposalStage::Approved { by: by.clone(), at }, Happened::Approved { proposal: number })
                }
                Yes::More { agreed, need } => {
                    let who = consent::names(&agreed);
                    proposal.value.agreed = agreed;
                    decided = Decided::Not(Consented::Waits { who: who.clone(), need });
                    (proposal.value.stage.clone(), Happened::Agreed { proposal: number, who, need })
                }
            }
        } else {
            (ProposalStage::Rejected { by: by.clone(), at }, Happened::Rejected { proposal: number })
        };
        match act::try_enter(core, proposal, stage, Some(by), Some(happened)).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => {}
            done => return done.map(|()| decided),
        }
        let Some(again) = load::<Proposal>(&*core.store, &keys::number(number)).await? else { break };
        if !matches!(again.value.stage, ProposalStage::Proposed { .. }) {
            break;
        }
        proposal = again;
    }
    Ok(Decided::Beaten)
}

fn already_answered(id: &IncidentId, incident: &Incident, proposals: &[Loaded<Proposal>]) -> Reply {
    let answered = incident
        .events
        .iter()
        .rev()
        .find(|event| matches!(event.what, Happened::Approved { .. } | Happened::Rejected { .. }));
    match answered.and_then(|event| event.by.clone()) {
        Some(who) if !proposals.is_empty() => Reply::AlreadyAnswered { id: id.clone(), who },
        _ => Reply::NothingToApprove { id: id.clone() },
    }
}

/// Whether a proposal takes another one back, or has brought back what that one stopped.
fn is_taken_back_by(proposal: &Proposal, number: u64) -> bool {
    let brought = matches!(proposal.stage, ProposalStage::Done { .. } | ProposalStage::Verified { .. });
    proposal.undoes == Some(number) || (brought && proposal.revives.is_some_and(|revival| revival.proposal == number))
}

/// Takes back what was done about an incident: restores the recorded earlier state.
pub async fn undo(core: &Core, asked: &Asked, id: &IncidentId, only: Option<u64>) -> Result<Reply, StoreError> {
    let Some(incident) = load::<Incident>(&*core.store, &keys::incident(id)).await? else {
        return Ok(Reply::UnknownIncident { given: id.to_string() });
    };
    let all = core.all_proposals().await?;
    let mut undone = 0;
    for proposal in proposals_of(core, &incident.value).await? {
        let one = &proposal.value;
        let is_done = matches!(one.stage, ProposalStage::Done { .. } | ProposalStage::Verified { .. });
        let is_undone = all.iter().any(|kept| is_taken_back_by(&kept.value, one.number));
        if !is_done || is_undone || only.is_some_and(|only| only != one.number) {
            continue;
        }
        if one.deed.asks().is_some() {
            undone += usize::from(asking::take_back(core, asked, proposal.clone()).await?);
            continue;
        }
        undone += usize::from(restore(core, asked, one).await?);
    }
    Ok(if undone == 0 { Reply::NothingToUndo { id: id.clone() } } else { Reply::Undoing { id: id.clone() } })
}

/// Has the state set that there was before something was done; `false` where that is not known, or there is nowhere to.
async fn restore(core: &Core, asked: &Asked, one: &Proposal) -> Result<bool, StoreError> {
    let deed = one.deed.taken_back(one.before.as_deref());
    if deed == one.deed {
        return Ok(false);
    }
    let undoes = Some((one.number, one.incident.clone()));
    Ok(propose_approved(core, asked, deed, None, undoes).await?.is_some())
}

/// Takes back what was asked for without an alert.
pub async fn take_back(core: &Core, asked: &Asked, number: u64) -> Result<Reply, StoreError> {
    let all = core.all_proposals().await?;
    let Some(one) = all.iter().map(|kept| &kept.value).find(|one| one.number == number) else {
        return Ok(Reply::OldButton);
    };
    let name = one.deed.title();
    let is_done = matches!(one.stage, ProposalStage::Done { .. } | ProposalStage::Verified { .. });
    let is_undone = all.iter().any(|kept| is_taken_back_by(&kept.value, number));
    // Whoever has set it to something else since does not want that back.
    let is_overtaken = all.iter().map(|kept| &kept.value).any(|other| {
        number < other.number && other.deed.object() == one.deed.object() && other.deed.sets_amount() && stands(other)
    });
    if !is_done || is_undone || is_overtaken || !restore(core, asked, one).await? {
        return Ok(Reply::OldButton);
    }
    Ok(Reply::TakingBack { name })
}

/// Whether something is done, or about to be.
fn stands(one: &Proposal) -> bool {
    match one.stage {
        ProposalStage::Approved { .. }
        | ProposalStage::Doing { .. }
        | ProposalStage::Done { .. }
        | ProposalStage::Verified { .. } => true,
        ProposalStage::Proposed { .. }
        | ProposalStage::Failed { .. }
        | ProposalStage::Rejected { .. }
        | ProposalStage::Expired { .. }
        | ProposalStage::Refused { .. } => false,
    }
}

/// I've got it.
pub async fn acknowledge(core: &Core, asked: &Asked, id: &IncidentId) -> Result<Reply, StoreError> {
    let _pen = core.pen.lock().await;
    let Some(mut incident) = load::<Incident>(&*core.store, &keys::incident(id)).await? else {
        return Ok(Reply::UnknownIncident { given: id.to_string() });
    };
    if incident.value.stage == Stage::Resolved {
        return Ok(Reply::Over { id: id.clone() });
    }
    if let Some(who) = incident.value.acknowledged_by.clone() {
        return Ok(if who == asked.name() {
            Reply::Acknowledged { id: id.clone() }
        } else {
            Reply::AlreadyAcknowledged { id: id.clone(), who }
        });
    }
    incident.value.acknowledged_by = Some(asked.name());
    touch(core, asked, incident, Happened::Acknowledged, "incident_acknowledged").await?;
    Ok(Reply::Acknowledged { id: id.clone() })
}

/// Not now.
pub async fn snooze(core: &Core, asked: &Asked, id: &IncidentId, length: SignedDuration) -> Result<Reply, StoreError> {
    let _pen = core.pen.lock().await;
    let Some(mut incident) = load::<Incident>(&*core.store, &keys::incident(id)).await? else {
        return Ok(Reply::UnknownIncident { given: id.to_string() });
    };
    if incident.value.stage == Stage::Resolved {
        return Ok(Reply::Over { id: id.clone() });
    }
    let until = core.clock.now().checked_add(length).unwrap_or(Timestamp::MAX);
    incident.value.snoozed_until = Some(until);
    touch(core, asked, incident, Happened::Snoozed { until }, "incident_snoozed").await?;
    Ok(Reply::Snoozed { id: id.clone(), until })
}

/// Notes what a person did to an incident: in the rule's memory, the incident and the journal, in one transaction.
async fn touch(
    core: &Core,
    asked: &Asked,
    incident: Loaded<Incident>,
    what: Happened,
    deed: &str,
) -> Result<(), StoreError> {
    let now = core.clock.now();
    let key = (incident.value.rule.clone(), incident.value.subject.clone());
    let mut transaction = Transaction::new();
    let kept = load::<super::records::MemoryRecord>(&*core.store, &keys::rule_and_subject(&key.0, &key.1)).await?;
    let after = kept.as_ref().map(|kept| {
        let memory = kept.value.memory.clone();
        match &what {
            Happened::Acknowledged => memory.acknowledge(&asked.name(), now),
            Happened::Snoozed { until } => memory.snooze(*until),
            _ => memory,
        }
    });
    if let (Some(mut kept), Some(after)) = (kept, after.clone()) {
        let before = std::mem::replace(&mut kept.value.memory, after.clone());
        transaction.update(&kept)?;
        memory::note(core, &mut transaction, (&key.0, &key.1), (&before, &after), None)?;
    }
    let detail = json!({ "incident": incident.value.id.as_str() });
    transaction.append_journal(&core.line_by(&asked.actor(), deed, &incident.value.subject, detail))?;
    cycle::note(core, &mut transaction, incident, Event { at: now, by: Some(asked.name()), what }).await?;
    core.store.commit(transaction).await?;
    if let Some(after) = after {
        core.state.lock().await.memory.put(key.0, key.1, after);
    }
    // A rule that time moves is looked at again when the snooze is over.
    core.bells.deals.ring();
    cycle::ring_deliverers(core);
    Ok(())
}

/// When the newest of the numbers was so that a deed by hand rests on: the spend, and of a code its uses too, because a deal
/// may have codes and no boost.
fn rests_on(state: &State, subject: &Subject, deed: &Deed, now: Timestamp) -> Option<Timestamp> {
    let metrics: &[Metric] = match deed.object() {
        Object::Code(..) => &[Metric::Spend, Metric::Redemptions],
        Object::Boost(_) | Object::Link(..) | Object::Deliverable(..) | Object::Fix(..) => &[Metric::Spend],
    };
    let view = state.history.view();
    metrics.iter().filter_map(|metric| view.newest(subject, Want { metric: *metric, platform: None }, now)).max()
}
