//! What is done with people: the creator is asked, and it is so when they confirm.
//!
//! Owns: the question's notice, what an answer changes, and that both are one transaction with the alert that wanted it.
//! Refuses: doing without an answer. Survives: a kill at any point. What is told was committed first, an answer that was
//! kept is answered after the restart, and an answer given twice finds the question over.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::act::incident_of;
use super::apply::put_document;
use super::commands::Asked;
use super::core::{Core, State};
use super::deciding::Decided;
use super::records::{DocumentRecord, HistoryRecord};
use super::{booking, cycle, kinds, views};
use crate::domain::action::{AskedOf, Deed, Fix, Object, Proposal, ProposalStage, ToldBy};
use crate::domain::cost;
use crate::domain::deal::{DeliverableState, title_of};
use crate::domain::document::{Deliverable, Document, PartnershipRef};
use crate::domain::ids::DeliverableId;
use crate::outbox::delivery::Delivery;
use crate::outbox::incident::{Event, Happened};
use crate::outbox::notice::{About, Notice, Urgency};
use crate::outbox::retry;
use crate::store::records::{Loaded, load, scan_range};
use crate::store::{StoreError, Transaction, keys};
use crate::words::asking::Told;
use crate::words::message::Message;
use crate::words::view::{AskStand, AskView};

/// How long a question waits where the deal names no last moment: longer than a holiday of a week, short enough to matter.
const WAITS: SignedDuration = SignedDuration::from_hours(10 * 24);

/// How often a transaction is made anew because a deliverer recorded an attempt meanwhile.
const TRIES_MAX: u32 = 10;

/// Why a piece cannot be what a deed wants: it is out, or it is so already.
fn obstacle(piece: &Deliverable, deed: &Deed) -> Option<Told> {
    let what = deed.title();
    if matches!(deed, Deed::AskFix { .. }) {
        return None;
    }
    if piece.state.is_out() {
        return Some(Told::AlreadyOut { what });
    }
    let fits = match deed {
        Deed::Hold { .. } => piece.state.is_ahead(),
        Deed::Release { .. } => piece.state == DeliverableState::Held,
        Deed::Cancel { .. } => piece.state != DeliverableState::Cancelled,
        _ => true,
    };
    let so = match piece.state {
        DeliverableState::Held => Deed::Hold { partnership: piece.partnership.clone(), deliverable: piece.id.clone() },
        DeliverableState::Cancelled => {
            Deed::Cancel { partnership: piece.partnership.clone(), deliverable: piece.id.clone() }
        }
        _ => deed.clone(),
    };
    (!fits).then_some(Told::AlreadySo { deed: so, what })
}

fn piece_of<'a>(state: &'a State, deed: &Deed) -> Option<&'a Deliverable> {
    match deed.object() {
        Object::Deliverable(partnership, id) => state.catalog.piece(partnership, id),
        Object::Boost(_) | Object::Code(..) | Object::Link(..) | Object::Fix(..) => None,
    }
}

/// Why a deed is not asked for at all: its piece is out, or so already.
#[must_use]
pub fn standing(state: &State, deed: &Deed, now: Timestamp) -> Option<Told> {
    if !kinds::is_open(state, deed, now) {
        return Some(Told::AlreadySo { deed: deed.clone(), what: deed.title() });
    }
    piece_of(state, deed).and_then(|piece| obstacle(piece, deed))
}

/// What a question says and how it stands. `None` where it is none, or what it is about is not known any more.
#[must_use]
pub fn view(state: &State, proposal: &Proposal) -> Option<AskView> {
    let deed = &proposal.deed;
    let partnership = deed.asks()?;
    let names = views::names(state, &proposal.subject);
    let piece = piece_of(state, deed);
    let zone = state.catalog.about(&proposal.subject).zone;
    let now = match proposal.stage {
        ProposalStage::Done { at, .. } | ProposalStage::Verified { at, .. } => at,
        _ => proposal.asked_at,
    };
    let owed = piece.filter(|_| deed.stops()).and_then(|piece| cost::part_of(piece, &zone, now).ok());
    let noted_by = proposal.asked.as_ref().and_then(|asked| asked.noted_by.clone());
    let by = state.catalog.people.values().find(|person| person.id.as_str() == proposal.asked_by);
    let here = || !state.catalog.direct_rooms(&partnership.creator).is_empty();
    Some(AskView {
        proposal: proposal.number,
        what: match deed.object() {
            Object::Deliverable(..) => deed.title(),
            Object::Fix(_, _, Some(piece)) => title_of(piece),
            _ => names.campaign.clone().unwrap_or_else(|| partnership.campaign.to_string()),
        },
        fee: piece.map(|piece| piece.fee),
        owed: owed.map(|part| part.owed),
        due: match piece {
            Some(piece) => booking::due_day(&state.catalog, piece),
            None => kinds::day_asked(state, deed, proposal.asked_at),
        },
        by: by.map_or_else(|| proposal.asked_by.clone(), |person| person.name.clone()),
        direct: proposal.asked.as_ref().map_or_else(here, |asked| asked.direct),
        told: proposal.asked.as_ref().and_then(|asked| asked.told.clone()),
        locale: state.catalog.creators.get(&partnership.creator).map_or_else(String::new, |one| one.locale.clone()),
        stand: match &proposal.stage {
            ProposalStage::Verified { at, .. } => AskStand::Confirmed { at: *at, by: noted_by },
            ProposalStage::Failed { at, .. } => AskStand::Declined { at: *at, by: noted_by },
            ProposalStage::Rejected { .. } | ProposalStage::Refused { .. } => AskStand::Withdrawn,
            ProposalStage::Expired { .. } => AskStand::Late,
            ProposalStage::Done { not_before, .. } => AskStand::Waiting { until: Some(*not_before) },
            ProposalStage::Proposed { .. } | ProposalStage::Approved { .. } | ProposalStage::Doing { .. } => {
                AskStand::Waiting { until: None }
            }
        },
        deed: deed.clone(),
        names,
    })
}

/// A step of a question: what it becomes, what is noted of it, and what else changes with it.
struct Step {
    stage: ProposalStage,
    by: Option<String>,
    happened: Happened,
    actor: String,
    deed: &'static str,
    /// Pieces and deals as they are from then on.
    documents: Vec<Document>,
}

/// Writes a step down in one transaction: the proposal, the piece, the alert, and both messages that are to be edited.
async fn take(core: &Core, mut proposal: Loaded<Proposal>, step: Step, extra: Transaction) -> Result<(), StoreError> {
    let mut transaction = extra;
    proposal.value.stage = step.stage;
    transaction.update(&proposal)?;
    let one = &proposal.value;
    let detail = json!({ "proposal": one.number, "do": one.deed, "stage": one.stage, "incident": one.incident });
    transaction.append_journal(&core.line_by(&step.actor, step.deed, &one.subject, detail))?;
    for document in &step.documents {
        put_document(core, &mut transaction, document.clone(), &step.actor).await?;
    }
    tell_again(core, &mut transaction, one.number).await?;
    if let Some(incident) = incident_of(core, one).await? {
        let event = Event { at: core.clock.now(), by: step.by, what: step.happened };
        cycle::note(core, &mut transaction, incident, event).await?;
    }
    core.store.commit(transaction).await?;
    if !step.documents.is_empty() {
        for document in step.documents {
            core.take_document(document).await;
        }
        core.bells.deals.ring();
    }
    cycle::ring_deliverers(core);
    Ok(())
}

/// Asks every room that was told of a question to be shown how it stands now.
async fn tell_again(core: &Core, transaction: &mut Transaction, number: u64) -> Result<(), StoreError> {
    let about = About::Ask(number);
    let Some(mut notice) = load::<Notice>(&*core.store, &keys::notice(&about)).await? else { return Ok(()) };
    notice.value.revision += 1;
    let revision = notice.value.revision;
    transaction.update(&notice)?;
    let (from, until) = keys::deliveries_of(&about);
    for delivery in scan_range::<Delivery>(&*core.store, &from, &until).await? {
        let after = retry::want(delivery.value.clone(), revision, core.clock.now());
        transaction.set(Some(&delivery), &after)?;
    }
    Ok(())
}

/// Tells the creator in their direct message; where they have none, the team is given a text to copy. Where no alert shows
/// how it stands, the team's rooms are told beside it.
pub async fn tell(core: &Core, mut proposal: Loaded<Proposal>) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let now = core.clock.now();
    let number = proposal.value.number;
    let Some(partnership) = proposal.value.deed.asks().cloned() else { return Ok(()) };
    let state = core.state.lock().await;
    let piece = piece_of(&state, &proposal.value.deed).cloned();
    let is_open = kinds::is_open(&state, &proposal.value.deed, now);
    let zone = state.catalog.about(&proposal.value.subject).zone;
    let direct: Vec<_> = state.catalog.direct_rooms(&partnership.creator).into_iter().cloned().collect();
    let about = state.catalog.about(&proposal.value.subject);
    let team: Vec<_> = state.catalog.followers(&about).into_iter().cloned().collect();
    let of = state.catalog.creator_name(&partnership.creator);
    drop(state);
    let step = |stage, happened, deed| Step {
        stage,
        by: None,
        happened,
        actor: "plimsoll".to_owned(),
        deed,
        documents: Vec::new(),
    };
    let stopped = !is_open || piece.as_ref().is_some_and(|piece| obstacle(piece, &proposal.value.deed).is_some());
    if stopped || (piece.is_none() && matches!(proposal.value.deed.object(), Object::Deliverable(..))) {
        let reason = "it is out, or changed meanwhile".to_owned();
        let stage = ProposalStage::Refused { at: now, reason: reason.clone() };
        let happened = Happened::Held { proposal: number, reason, again: None };
        return again_if_beaten(take(core, proposal, step(stage, happened, "ask_dropped"), Transaction::new()).await);
    }
    let last = piece.filter(|_| proposal.value.deed.stops()).and_then(|piece| piece.cancellable_until(&zone));
    let until = last.filter(|last| now < *last).or_else(|| now.checked_add(WAITS).ok()).unwrap_or(now);
    let is_direct = !direct.is_empty();
    proposal.value.asked = Some(AskedOf { direct: is_direct, noted_by: None, told: None });
    let notice = Notice {
        about: About::Ask(number),
        revision: 1,
        urgency: Urgency::Critical,
        cause: format!("ask/{number}"),
        at: now,
        expires_at: until,
        wording: None,
    };
    let mut transaction = Transaction::new();
    transaction.create(&notice)?;
    let mut rooms: Vec<_> = direct.iter().collect();
    if proposal.value.incident.is_none() {
        rooms.extend(&team);
    }
    cycle::deliver_to(core, &mut transaction, &notice, &rooms).await?;
    let happened = Happened::Asked { proposal: number, of, direct: is_direct };
    let stage = ProposalStage::Done { at: now, tries: 0, not_before: until };
    let done = take(core, proposal, step(stage, happened, "creator_asked"), transaction).await;
    if done.is_ok() {
        core.count(|counts| counts.done += 1);
    }
    again_if_beaten(done)
}

/// A person has told the creator what the program cannot: it is noted with their name, and where the deal names no last moment
/// the time to answer begins now. Said twice it is noted once.
pub async fn told_by_hand(core: &Core, asked: &Asked, number: u64) -> Result<Told, StoreError> {
    let _pen = core.pen.lock().await;
    for _ in 0..TRIES_MAX {
        let Some(mut proposal) = load::<Proposal>(&*core.store, &keys::number(number)).await? else {
            return Ok(Told::Over);
        };
        let ProposalStage::Done { at, tries, not_before } = proposal.value.stage else { return Ok(Told::Over) };
        let Some(partnership) = proposal.value.deed.asks().cloned() else { return Ok(Told::Over) };
        let state = core.state.lock().await;
        let of = state.catalog.creator_name(&partnership.creator);
        drop(state);
        let Some(of_it) = proposal.value.asked.as_mut().filter(|of_it| !of_it.direct) else { return Ok(Told::Over) };
        let told = Told::ToldThem { of: first_name(&of) };
        if of_it.told.is_some() {
            return Ok(told);
        }
        let now = core.clock.now();
        of_it.told = Some(ToldBy { name: asked.name(), at: now });
        // Where it was counted from the asking, it is counted from the telling.
        let waited = at.checked_add(WAITS).is_ok_and(|end| end == not_before);
        let not_before = if waited { now.checked_add(WAITS).unwrap_or(not_before) } else { not_before };
        let step = Step {
            stage: ProposalStage::Done { at, tries, not_before },
            by: Some(asked.name()),
            happened: Happened::Told { proposal: number, of },
            actor: asked.actor(),
            deed: "ask_told",
            documents: Vec::new(),
        };
        match take(core, proposal, step, Transaction::new()).await {
            Err(StoreError::Conflict { .. }) => {}
            done => return done.map(|()| told),
        }
    }
    Ok(Told::Over)
}

/// The question as texts that a person sends. `None` once it is over.
pub async fn texts(core: &Core, asked: &Asked, number: u64) -> Result<Option<Message>, StoreError> {
    let Some(proposal) = load::<Proposal>(&*core.store, &keys::number(number)).await? else { return Ok(None) };
    let view = view(&*core.state.lock().await, &proposal.value);
    Ok(view.and_then(|view| crate::words::asking::text_to_send(&view, &asked.reader, core.clock.now())))
}

/// Somebody was quicker: what is due is found again by the next round, as it is then.
fn again_if_beaten(done: Result<(), StoreError>) -> Result<(), StoreError> {
    match done {
        Err(StoreError::Conflict { .. }) => Ok(()),
        done => done,
    }
}

/// No answer came in time.
pub async fn too_late(core: &Core, proposal: Loaded<Proposal>) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let happened = Happened::ProposalExpired { proposal: proposal.value.number };
    let stage = ProposalStage::Expired { at: core.clock.now() };
    let actor = "plimsoll".to_owned();
    let step = Step { stage, by: None, happened, actor, deed: "ask_unanswered", documents: Vec::new() };
    again_if_beaten(take(core, proposal, step, Transaction::new()).await)
}

/// Nobody needs the answer any more.
async fn withdraw(core: &Core, number: u64, by: Option<&str>, actor: &str) -> Result<bool, StoreError> {
    let _pen = core.pen.lock().await;
    for _ in 0..TRIES_MAX {
        let Some(proposal) = load::<Proposal>(&*core.store, &keys::number(number)).await? else { return Ok(false) };
        if proposal.value.stage.is_over() || matches!(proposal.value.stage, ProposalStage::Proposed { .. }) {
            return Ok(false);
        }
        let at = core.clock.now();
        let stage = ProposalStage::Rejected { by: by.unwrap_or("plimsoll").to_owned(), at };
        let (by, actor) = (by.map(str::to_owned), actor.to_owned());
        let happened = Happened::Rejected { proposal: number };
        let step = Step { stage, by, happened, actor, deed: "ask_withdrawn", documents: Vec::new() };
        match take(core, proposal, step, Transaction::new()).await {
            Err(StoreError::Conflict { .. }) => {}
            done => return done.map(|()| true),
        }
    }
    Ok(false)
}

/// The questions and agreed deeds about an object that are not over.
async fn open_about(core: &Core, object: &Object<'_>) -> Result<Vec<Proposal>, StoreError> {
    let all = core.all_proposals().await?;
    let open = |one: &&Proposal| one.deed.object() == *object && !one.stage.is_over();
    Ok(all.iter().map(|kept| &kept.value).filter(open).cloned().collect())
}

/// A question for a piece's numbers is settled by their coming.
pub async fn numbers_came(core: &Core, piece: &Deliverable, actor: &str) -> Result<(), StoreError> {
    let object = Object::Fix(&piece.partnership, Fix::Report, Some(&piece.id));
    for one in open_about(core, &object).await? {
        withdraw(core, one.number, None, actor).await?;
    }
    Ok(())
}

/// What was asked about a piece is settled by its being out.
pub async fn settled(core: &Core, piece: &Deliverable, actor: &str) -> Result<(), StoreError> {
    let object = Object::Deliverable(&piece.partnership, &piece.id);
    for one in open_about(core, &object).await? {
        withdraw(core, one.number, None, actor).await?;
    }
    Ok(())
}

/// A person wants it, and is sure: the creator is asked, unless they were already, or it is so.
pub async fn ask_for(core: &Core, asked: &Asked, deed: Deed) -> Result<Told, StoreError> {
    let Some(partnership) = deed.asks().cloned() else { return Ok(Told::Over) };
    let state = core.state.lock().await;
    if let Some(told) = standing(&state, &deed, core.clock.now()) {
        return Ok(told);
    }
    let of = first_name(&state.catalog.creator_name(&partnership.creator));
    let direct = !state.catalog.direct_rooms(&partnership.creator).is_empty();
    let saves = super::proposing::stake_of(&state, &deed, core.clock.now()).map(|stake| stake.saves);
    drop(state);
    for one in open_about(core, &deed.object()).await? {
        match (&one.stage, one.deed == deed) {
            (ProposalStage::Proposed { .. }, true) => {
                let Some(kept) = load::<Proposal>(&*core.store, &keys::number(one.number)).await? else { continue };
                match super::deciding::decide(core, asked, kept, true).await? {
                    Decided::Done => {}
                    Decided::Beaten => continue,
                    Decided::Not(why) => return Ok(Told::Consent(why)),
                }
                core.count(|counts| counts.approved += 1);
                core.bells.act.ring();
                return Ok(Told::Asked { of, direct });
            }
            (_, true) => return Ok(Told::AlreadyAsked { of }),
            // The opposite was asked and has no answer yet: this is the newer word.
            (_, false) => drop(withdraw(core, one.number, Some(&asked.name()), &asked.actor()).await?),
        }
    }
    match super::deciding::propose_approved(core, asked, deed.clone(), saves, None).await? {
        Some(Decided::Not(why)) => Ok(Told::Consent(why)),
        Some(Decided::Done | Decided::Beaten) => Ok(Told::Asked { of, direct }),
        None => Ok(Told::UnknownPiece { given: deed.typed() }),
    }
}

/// Takes back what was asked: an open question is withdrawn, what was confirmed is asked the other way round.
pub async fn take_back(core: &Core, asked: &Asked, proposal: Loaded<Proposal>) -> Result<bool, StoreError> {
    if !proposal.value.stage.is_over() {
        return withdraw(core, proposal.value.number, Some(&asked.name()), &asked.actor()).await;
    }
    if !proposal.value.deed.can_be_taken_back() {
        return Ok(false);
    }
    let told = ask_for(core, asked, proposal.value.deed.taken_back(None)).await?;
    Ok(matches!(told, Told::Asked { .. }))
}

fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or(name).to_owned()
}

/// Who says what a creator answered.
pub struct Voice<'a> {
    /// How the journal calls them.
    pub actor: &'a str,
    /// Whoever notes it, where it is not the creator.
    pub noted_by: Option<String>,
}

/// The creator's answer. Yes: it is so from now on. No: the team reads that something is in the way.
pub async fn answered(core: &Core, number: u64, yes: bool, voice: &Voice<'_>) -> Result<Told, StoreError> {
    let pen = core.pen.lock().await;
    let mut tries = 1;
    let told = loop {
        match answer_once(core, number, yes, voice).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
            done => break done?,
        }
    };
    drop(pen);
    if yes {
        // What is out now is paid from now on. Done again at the next start where only this was lost.
        booking::book(core).await?;
    }
    Ok(told)
}

async fn answer_once(core: &Core, number: u64, yes: bool, voice: &Voice<'_>) -> Result<Told, StoreError> {
    let Some(mut proposal) = load::<Proposal>(&*core.store, &keys::number(number)).await? else {
        return Ok(Told::Over);
    };
    let deed = proposal.value.deed.clone();
    let Some(partnership) = deed.asks() else { return Ok(Told::Over) };
    if !matches!(proposal.value.stage, ProposalStage::Done { .. }) {
        return Ok(Told::Over);
    }
    let state = core.state.lock().await;
    let of = state.catalog.creator_name(&partnership.creator);
    let piece = piece_of(&state, &deed).cloned();
    let documents = kinds::confirmed(&state, &deed, proposal.value.asked_at, core.clock.now());
    let zone = state.catalog.about(&proposal.value.subject).zone;
    drop(state);
    let told = match (&voice.noted_by, yes) {
        (Some(_), _) => Told::Recorded { of: first_name(&of) },
        (None, true) if matches!(deed, Deed::AskFix { what: Fix::Post, .. }) => Told::ThanksSendAddress,
        (None, true) => Told::Thanks,
        (None, false) => Told::TeamWrites,
    };
    let at = core.clock.now();
    let by = voice.noted_by.clone();
    if let Some(asked) = &mut proposal.value.asked {
        asked.noted_by.clone_from(&by);
    }
    let actor = voice.actor.to_owned();
    let step = if yes {
        let state = deed.desired().into_owned();
        let documents = match piece {
            Some(piece) => vec![Document::Deliverable(changed(core, &deed, &piece, &zone, at).await?)],
            None => documents,
        };
        let happened = Happened::Confirmed { proposal: number, of, state: state.clone() };
        Step { stage: ProposalStage::Verified { at, state }, by, happened, actor, deed: "creator_confirmed", documents }
    } else {
        let reason = "the creator says that something is in the way".to_owned();
        let happened = Happened::Declined { proposal: number, of };
        Step {
            stage: ProposalStage::Failed { at, reason },
            by,
            happened,
            actor,
            deed: "creator_declined",
            documents: Vec::new(),
        }
    };
    take(core, proposal, step, Transaction::new()).await?;
    if yes {
        core.count(|counts| counts.verified += 1);
    }
    Ok(told)
}

/// The piece as a confirmed deed leaves it.
async fn changed(
    core: &Core,
    deed: &Deed,
    piece: &Deliverable,
    zone: &jiff::tz::TimeZone,
    now: Timestamp,
) -> Result<Deliverable, StoreError> {
    Ok(match deed {
        Deed::Hold { .. } => piece.held(zone, now),
        Deed::Cancel { .. } => piece.cancelled(zone, now),
        Deed::Release { partnership, deliverable } => {
            piece.released(before_hold(core, partnership, deliverable).await?.as_ref())
        }
        _ => piece.clone(),
    })
}

/// The newest version of a piece in which it was not on hold.
async fn before_hold(
    core: &Core,
    partnership: &PartnershipRef,
    id: &DeliverableId,
) -> Result<Option<Deliverable>, StoreError> {
    let id = format!("{partnership}/{id}");
    let kept = load::<DocumentRecord>(&*core.store, &keys::document("deliverable", &id)).await?;
    let newest = kept.map_or(0, |kept| kept.value.version);
    for version in (1..newest).rev() {
        let key = keys::history("deliverable", &id, u64::from(version));
        let Some(old) = load::<HistoryRecord>(&*core.store, &key).await? else { continue };
        let read: Result<Document, _> = serde_json::from_value::<Document>(old.value.body.clone());
        if let Ok(Document::Deliverable(piece)) = read
            && piece.state != DeliverableState::Held
        {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}
