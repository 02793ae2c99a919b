//! From judgements to what is kept and told: memory, incidents, notices, deliveries and proposals of a cycle, in one
//! transaction.
//!
//! Survives: a kill before the commit (the next poll comes to the same) and after it (the deliverer finds what is due).

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use serde_json::json;

use super::catalog::About as Known;
use super::causes::{self, Turned};
use super::core::{Core, Cut, Ruled, State};
use super::past::{memory, settings};
use super::records::{Counters, MemoryRecord};
use super::{client, escalate, groups, habits, kinds, ladder, levels, offers, promotion, proposing, trouble};
use crate::domain::action::{Proposal, ProposalStage};
use crate::domain::ids::{RuleId, Subject};
use crate::domain::person::Room;
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::incident::{Event, Happened, Incident, IncidentId, Stage};
use crate::outbox::notice::{About, Notice, Urgency};
use crate::outbox::retry;
use crate::rules::judge::{Change, Judgement};
use crate::rules::lifecycle::{Memory, Phase, Reason};
use crate::rules::rule::Mode;
use crate::store::records::{Loaded, load, scan_range};
use crate::store::{StoreError, Table, Transaction, keys};
use crate::words::trouble::Trouble;

/// Judgements in one transaction. A fire with its receipt, deliveries and proposals is some 12 KiB; the store takes
/// 8 MiB at once, and never more than 2,000 subjects.
const CHANGES_MAX: usize = 400;

/// How often a transaction is made anew because somebody was quicker. The deliverers are two, and each records one
/// attempt at a time.
const TRIES_MAX: u32 = 10;

/// A judgement that changed something.
#[derive(Debug, Clone)]
pub struct Fired {
    /// The rule.
    pub rule: Ruled,
    /// The subject.
    pub subject: Subject,
    /// What is known about it.
    pub about: Known,
    /// What came of judging.
    pub judgement: Judgement,
    /// What the rule remembered before.
    pub before: Memory,
    /// How far the picture went that was judged.
    pub cut: Cut,
}

/// Commits what a cycle came to.
pub async fn commit(core: &Core, fired: Vec<Fired>) -> Result<(), StoreError> {
    for part in fired.chunks(CHANGES_MAX) {
        let mut tries = 1;
        loop {
            match commit_part(core, part).await {
                // The deliverer recorded an attempt meanwhile: what is kept now is read again.
                Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
                done => break done?,
            }
        }
    }
    Ok(())
}

async fn commit_part(core: &Core, part: &[Fired]) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let mut work = Work::begin(core).await?;
    // A rule that was changed since it was judged is judged anew, as it is now.
    let in_force = |one: &&Fired, state: &State| {
        state.rules.get(&one.rule.rule.rule().id).is_none_or(|ruled| ruled.version == one.rule.version)
    };
    let part: Vec<&Fired> = {
        let state = core.state.lock().await;
        part.iter().filter(|one| in_force(one, &state)).collect()
    };
    for one in &part {
        work.take(core, one).await?;
    }
    let told = part.iter().map(|one| (one.rule.rule.rule().id.clone(), one.subject.clone())).collect();
    work.causes.write(core, &mut work.transaction, &told).await?;
    let Work { transaction, causes, silent, fired, resolved, proposed, .. } = work.end()?;
    core.store.commit(transaction).await?;
    core.settings_kept.store(true, Ordering::Release);
    let mut state = core.state.lock().await;
    for one in part {
        state.memory.put(one.rule.rule.rule().id.clone(), one.subject.clone(), one.judgement.memory.clone());
    }
    causes.show(&mut state);
    drop(state);
    core.count(|counts| {
        counts.fired += fired;
        counts.resolved += resolved;
        counts.proposed += proposed;
    });
    if !silent {
        ring_deliverers(core);
        core.bells.act.ring();
        core.bells.levels.ring();
        core.bells.offers.ring();
        core.bells.ladder.ring();
        core.bells.escalate.ring();
    }
    Ok(())
}

/// Wakes both deliverers: there is something new to tell.
pub fn ring_deliverers(core: &Core) {
    core.bells.ring_deliverers();
}

/// A transaction in the making.
struct Work {
    transaction: Transaction,
    kept: Option<Loaded<Counters>>,
    counters: Counters,
    causes: Turned,
    /// Nothing in it is to be told.
    silent: bool,
    fired: u64,
    resolved: u64,
    proposed: u64,
}

impl Work {
    async fn begin(core: &Core) -> Result<Self, StoreError> {
        let kept = core.counters().await?;
        let counters = kept.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
        let mut transaction = Transaction::new();
        if !core.settings_kept.load(Ordering::Acquire) {
            settings::keep(core, &mut transaction).await?;
        }
        let causes = Turned::default();
        Ok(Self { transaction, kept, counters, causes, silent: true, fired: 0, resolved: 0, proposed: 0 })
    }

    fn end(mut self) -> Result<Self, StoreError> {
        if self.kept.as_ref().is_none_or(|kept| kept.value != self.counters) {
            self.transaction.set(self.kept.as_ref(), &self.counters)?;
        }
        Ok(self)
    }

    async fn take(&mut self, core: &Core, one: &Fired) -> Result<(), StoreError> {
        let rule = one.rule.rule.rule();
        let Some(change) = one.judgement.change else { return Ok(()) };
        self.remember(core, one).await?;
        let detail = json!({
            "rule": rule.id, "version": one.rule.version, "from": change.from, "to": change.to,
            "reason": change.reason, "mode": rule.mode,
        });
        self.transaction.append_journal(&core.line("phase_changed", &one.subject, detail))?;
        self.causes.follow(core, &mut self.transaction, one).await?;
        if change.reason == Reason::DataAbsent {
            self.tell_absent(core, one, change.at).await?;
        }
        let open = open_incident(core, &rule.id, &one.subject).await?;
        // What a rule told before it was put into shadow goes on to its end; anything new is kept and told to nobody.
        if rule.mode == Mode::Shadow && open.is_none() {
            let fires = change.to == Phase::Firing && !matches!(change.from, Phase::Firing | Phase::Recovering);
            return if fires { promotion::remember(core, &mut self.transaction, one, change.at).await } else { Ok(()) };
        }
        match (change.from, change.to, open) {
            (Phase::Recovering, Phase::Firing, Some(incident)) => {
                self.change(core, incident, one, change, Happened::FiredAgain, Stage::Firing).await
            }
            (_, Phase::Firing, None) if change.from != Phase::Firing => self.open(core, one, change.at).await,
            (_, Phase::Recovering, Some(incident)) if change.from != Phase::Recovering => {
                self.change(core, incident, one, change, Happened::Recovering, Stage::Recovering).await
            }
            (_, Phase::Resolved, Some(incident)) if change.reason == Reason::BrandCause => {
                self.resolved += 1;
                self.spare(core, incident, one, change).await
            }
            (_, Phase::Resolved, Some(incident)) => {
                self.resolved += 1;
                self.change(core, incident, one, change, Happened::Resolved, Stage::Resolved).await
            }
            (_, _, Some(incident)) if change.reason == Reason::SnoozeOver => {
                let stage = incident.value.stage;
                self.change(core, incident, one, change, Happened::FiredAgain, stage).await
            }
            _ => Ok(()),
        }
    }

    /// A rule cannot judge: operators are told with the memory of it, so that a crash loses neither or both.
    async fn tell_absent(&mut self, core: &Core, one: &Fired, since: Timestamp) -> Result<(), StoreError> {
        let names = super::views::names(&*core.state.lock().await, &one.subject);
        let subject = names.creator.or(names.campaign).or(names.brand).unwrap_or_else(|| one.subject.to_string());
        let rule = one.rule.rule.rule().id.to_string();
        let trouble = Trouble::Absent { rule, subject, since: since.to_string() };
        self.silent &= !trouble::add(core, &mut self.transaction, &trouble, None).await?;
        Ok(())
    }

    async fn remember(&mut self, core: &Core, one: &Fired) -> Result<(), StoreError> {
        let rule = &one.rule.rule.rule().id;
        let kept = load::<MemoryRecord>(&*core.store, &keys::rule_and_subject(rule, &one.subject)).await?;
        let memory = one.judgement.memory.clone();
        let receipt = &one.judgement.receipt;
        let judged = memory::Judged { at: receipt.at, cut: one.cut, receipt: memory::digest(receipt) };
        let key = (rule, &one.subject);
        memory::note(core, &mut self.transaction, key, (&one.before, &memory), Some(judged))?;
        match kept {
            Some(kept) if memory == Memory::default() => drop(self.transaction.delete(&kept)),
            None if memory == Memory::default() => {}
            kept => {
                let record = MemoryRecord { rule: rule.clone(), subject: one.subject.clone(), memory };
                self.transaction.set(kept.as_ref(), &record)?;
            }
        }
        Ok(())
    }

    async fn open(&mut self, core: &Core, one: &Fired, now: Timestamp) -> Result<(), StoreError> {
        let rule = one.rule.rule.rule();
        let id = IncidentId::nth(self.counters.incident);
        self.counters.incident += 1;
        let (state, urgency) = (core.state.lock().await, kinds::urgency(&one.rule.rule));
        let escalation = escalate::first(core, &state, &one.about, urgency, now);
        let downgrade = levels::opening(&state, one, now);
        let offered = match &downgrade {
            // A level is no money that could be stopped.
            Some(_) => proposing::Offers::default(),
            None => proposing::offers(core, &state, one, now),
        };
        let mut incident = Incident {
            id,
            rule: rule.id.clone(),
            rule_version: one.rule.version,
            kind: rule.kind.as_str().to_owned(),
            subject: one.subject.clone(),
            brand: downgrade.as_ref().map(|opening| opening.brand.clone()).or_else(|| one.about.brand.clone()),
            campaign: one.about.campaign.clone(),
            creator: one.about.creator.clone(),
            stage: Stage::Firing,
            revision: 0,
            opened_at: now,
            resolved_at: None,
            acknowledged_by: None,
            snoozed_until: None,
            receipt: serde_json::to_value(&one.judgement.receipt)
                .map_err(|cause| StoreError::Failed { deed: "write a receipt down", cause: Box::new(cause) })?,
            released: false,
            avoidable: offered.avoidable,
            options: offered.options,
            rungs: if downgrade.is_some() { Vec::new() } else { ladder::rungs(rule, now) },
            escalation,
            events: Vec::new(),
        };
        incident.note(Event { at: now, by: None, what: Happened::Fired });
        if client::at_once(&state, rule, &one.about) {
            incident.released = true;
            incident.note(Event { at: now, by: None, what: Happened::Shown });
        }
        let told_at = kinds::told_at(&offered.proposals, rule.kind, now);
        self.propose(&mut incident, offered.proposals, now)?;
        let mut notice = notice_of(core, &incident, urgency, now);
        let mut rooms = if let (Some(opening), Some(creator)) = (&downgrade, &one.about.creator) {
            // The creator is told first; the team once that has arrived, or cannot.
            levels::begin(core, &mut self.transaction, &mut notice, opening, &incident).await?;
            state.catalog.creator_rooms(creator)
        } else {
            let mut rooms = state.catalog.followers(&one.about);
            if let Some(topic) = habits::topic_of(&state, &incident) {
                rooms.extend(state.catalog.subscribers(&one.about, topic));
            }
            rooms
        };
        if incident.released {
            rooms.extend(state.catalog.client_rooms(&one.about));
        }
        let first = Notice { at: told_at, ..notice.clone() };
        deliver_to(core, &mut self.transaction, &first, &rooms).await?;
        drop(state);
        if downgrade.is_none() {
            offers::suggest(core, &mut self.transaction, one, &mut self.counters, now).await?;
        }
        self.transaction.create(&incident)?;
        self.transaction.create(&notice)?;
        let detail = json!({ "incident": incident.id.as_str(), "rule": rule.id, "receipt": incident.receipt });
        self.transaction.append_journal(&core.line("incident_fired", &one.subject, detail))?;
        self.fired += 1;
        self.silent = false;
        Ok(())
    }

    /// Numbers proposals, keeps them and notes them in their incident.
    fn propose(&mut self, incident: &mut Incident, drafts: Vec<Proposal>, now: Timestamp) -> Result<(), StoreError> {
        for draft in drafts {
            let number = self.counters.proposal;
            self.counters.proposal += 1;
            let proposal = Proposal { number, incident: Some(incident.id.as_str().to_owned()), ..draft };
            incident.note(Event { at: now, by: None, what: Happened::Proposed { proposal: number } });
            if let ProposalStage::Approved { by, .. } = &proposal.stage {
                incident.note(Event { at: now, by: Some(by.clone()), what: Happened::Approved { proposal: number } });
            }
            self.transaction.create(&proposal)?;
            self.proposed += 1;
        }
        Ok(())
    }

    /// A resolved incident ends its ladder; what late numbers have cleared is brought back, or asked about.
    async fn wind_up(
        &mut self,
        core: &Core,
        incident: &mut Incident,
        one: &Fired,
        change: Change,
    ) -> Result<(), StoreError> {
        let dropped = std::mem::take(&mut incident.rungs);
        if !dropped.is_empty() {
            let detail = json!({ "incident": incident.id.as_str(), "rule": incident.rule, "steps": dropped });
            self.transaction.append_journal(&core.line("ladder_over", &one.subject, detail))?;
        }
        if change.reason != Reason::Recovered || !one.rule.rule.rule().revive {
            return Ok(());
        }
        let all = core.all_proposals().await?;
        let back = ladder::revivals(core, &*core.state.lock().await, incident, one, &all, change.at);
        let detail = json!({ "incident": incident.id.as_str(), "rule": incident.rule, "back": back });
        if !back.is_empty() {
            self.transaction.append_journal(&core.line("revival_offered", &one.subject, detail))?;
        }
        self.propose(incident, back, change.at)
    }

    /// It lies with the brand: what was proposed is withdrawn, and the alert closed with the reason.
    async fn spare(
        &mut self,
        core: &Core,
        mut incident: Loaded<Incident>,
        one: &Fired,
        change: Change,
    ) -> Result<(), StoreError> {
        let excuse = causes::explains(&one.about.excused, incident.value.opened_at).unwrap_or_default();
        self.causes.spare(core, excuse, &incident.value).await?;
        let mut withdrawn = Vec::new();
        for event in &incident.value.events {
            let Happened::Proposed { proposal } = event.what else { continue };
            let Some(mut kept) = load::<Proposal>(&*core.store, &keys::number(proposal)).await? else { continue };
            if matches!(kept.value.stage, ProposalStage::Proposed { .. } | ProposalStage::Approved { .. }) {
                let reason = change.reason.as_str().to_owned();
                kept.value.stage = ProposalStage::Refused { at: change.at, reason };
                self.transaction.update(&kept)?;
                withdrawn.push(Event { at: change.at, by: None, what: Happened::Spared { proposal } });
            }
        }
        for event in withdrawn {
            incident.value.note(event);
        }
        self.change(core, incident, one, change, Happened::BrandCause { excuse }, Stage::Resolved).await
    }

    async fn change(
        &mut self,
        core: &Core,
        mut incident: Loaded<Incident>,
        one: &Fired,
        change: Change,
        what: Happened,
        stage: Stage,
    ) -> Result<(), StoreError> {
        incident.value.stage = stage;
        if stage == Stage::Resolved {
            incident.value.resolved_at = Some(change.at);
        }
        if change.reason == Reason::SnoozeOver {
            incident.value.snoozed_until = None;
        }
        let deed = match stage {
            Stage::Firing => "incident_firing",
            Stage::Recovering => "incident_recovering",
            Stage::Resolved => "incident_resolved",
        };
        if stage == Stage::Resolved {
            levels::rule_ended(core, &mut self.transaction, &incident.value, change).await?;
        }
        let detail = json!({
            "incident": incident.value.id.as_str(), "rule": incident.value.rule, "reason": change.reason,
            "receipt": serde_json::to_value(&one.judgement.receipt).unwrap_or_default(),
        });
        self.transaction.append_journal(&core.line(deed, &one.subject, detail))?;
        self.silent = false;
        if stage == Stage::Resolved {
            // The last word is what is told of it: that it is over, then what follows from that.
            incident.value.note(Event { at: change.at, by: None, what });
            self.wind_up(core, &mut incident.value, one, change).await?;
            tell_again(core, &mut self.transaction, &incident.value).await?;
            self.transaction.update(&incident)?;
            return Ok(());
        }
        note(core, &mut self.transaction, incident, Event { at: change.at, by: None, what }).await
    }
}

/// The open incident of a rule on a subject.
pub async fn open_incident(
    core: &Core,
    rule: &RuleId,
    subject: &Subject,
) -> Result<Option<Loaded<Incident>>, StoreError> {
    let key = keys::rule_and_subject(rule, subject);
    match core.store.get(Table::OpenIncidents, &key).await? {
        Some(kept) => load::<Incident>(&*core.store, &kept.bytes).await,
        None => Ok(None),
    }
}

/// Adds what happened to an incident, and asks every room that was told to be told again.
pub async fn note(
    core: &Core,
    transaction: &mut Transaction,
    mut incident: Loaded<Incident>,
    event: Event,
) -> Result<(), StoreError> {
    incident.value.note(event);
    tell_again(core, transaction, &incident.value).await?;
    transaction.update(&incident)?;
    Ok(())
}

/// Asks every room that an incident was told in to be shown its newest revision.
pub async fn tell_again(core: &Core, transaction: &mut Transaction, incident: &Incident) -> Result<(), StoreError> {
    let steps = incident.escalation.map_or(0, |escalation| escalation.step);
    let passed_on = (1..=steps).map(|step| About::Escalation(incident.id.clone(), step));
    for about in std::iter::once(About::Incident(incident.id.clone())).chain(passed_on) {
        tell_about(core, transaction, &about, incident).await?;
    }
    Ok(())
}

async fn tell_about(
    core: &Core,
    transaction: &mut Transaction,
    about: &About,
    incident: &Incident,
) -> Result<(), StoreError> {
    let now = core.clock.now();
    let mut urgency = None;
    if let Some(mut notice) = load::<Notice>(&*core.store, &keys::notice(about)).await? {
        notice.value.revision = incident.revision;
        transaction.update(&notice)?;
        // What is over waits behind what still burns.
        urgency = Some(if incident.stage == Stage::Resolved { Urgency::Informational } else { notice.value.urgency });
    }
    let (from, until) = keys::deliveries_of(about);
    for delivery in scan_range::<Delivery>(&*core.store, &from, &until).await? {
        let after = retry::want(delivery.value.clone(), incident.revision, now);
        let after = retry::at_urgency(after, urgency.unwrap_or(delivery.value.urgency), now);
        transaction.set(Some(&delivery), &after)?;
        groups::tell_again(core, transaction, &delivery.value).await?;
    }
    Ok(())
}

fn notice_of(core: &Core, incident: &Incident, urgency: Urgency, now: Timestamp) -> Notice {
    Notice {
        about: About::Incident(incident.id.clone()),
        revision: incident.revision,
        urgency,
        cause: format!("rule/{}", incident.rule),
        at: now,
        expires_at: now.checked_add(core.config.delivery.expires.0).unwrap_or(now),
        wording: None,
    }
}

/// A delivery in every one of these rooms that is bound to a place.
pub async fn deliver_to(
    core: &Core,
    transaction: &mut Transaction,
    notice: &Notice,
    rooms: &[&Room],
) -> Result<(), StoreError> {
    for room in rooms.iter().filter(|room| room.address.is_some()) {
        let kept = load::<Delivery>(&*core.store, &keys::delivery(&notice.about, &room.id)).await?;
        if let Some(kept) = kept {
            let after = retry::want(kept.value.clone(), notice.revision, notice.at);
            transaction.set(Some(&kept), &after)?;
            continue;
        }
        transaction.create(&Delivery {
            about: notice.about.clone(),
            room: room.id.clone(),
            urgency: notice.urgency,
            cause: notice.cause.clone(),
            wanted_revision: notice.revision,
            told_revision: 0,
            state: Stand::Due { not_before: notice.at },
            message: None,
            maybe_repeat: false,
            expires_at: notice.expires_at,
            tries: 0,
            attempts: Vec::new(),
            generation: 0,
            earlier: None,
            marker: None,
        })?;
    }
    Ok(())
}
