//! Bringing back what was stopped, when numbers that came later have cleared the line.
//!
//! Owns: whether it was late numbers that cleared it, what is brought back, and that nothing flaps. A line that is clear
//! because the bad days have left the window was not cleared by late numbers: what was stopped then was stopped rightly.
//! Nothing is brought back that a person stopped, that was acted on since, whose deal is over, or that cannot be.
//!
//! By itself (`auto`) a rule brings back only what it had stopped by itself, only once, only where it has a `cooldown`, and only
//! when that is over: before it the rule could not stop it again. Everything else is a question.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::is_of;
use crate::app::core::{Core, Ruled, State, context};
use crate::app::cycle::Fired;
use crate::app::proposing::{self, Asker};
use crate::app::views;
use crate::domain::action::{Object, Proposal, ProposalStage, Revival};
use crate::domain::document::Running;
use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::domain::num;
use crate::domain::verdict::Verdict;
use crate::outbox::incident::{Happened, Incident};
use crate::rules::eval::Scratch;
use crate::rules::readings::{Readings as _, Span, Want};
use crate::rules::receipt::Receipt;
use crate::rules::rule::Mode;
use crate::store::records::Loaded;

/// What is brought back, or asked about, now that an incident is resolved.
pub(in crate::app) fn revivals(
    core: &Core,
    state: &State,
    incident: &Incident,
    one: &Fired,
    all: &[Arc<Loaded<Proposal>>],
    now: Timestamp,
) -> Vec<Proposal> {
    let rule = one.rule.rule.rule();
    let receipt = serde_json::from_value::<Receipt>(incident.receipt.clone()).ok();
    let Some(receipt) = receipt.filter(|_| rule.revive && rule.mode != Mode::Shadow) else { return Vec::new() };
    let Some(span) = cleared(state, &one.rule, &incident.subject, &receipt, &one.judgement.receipt) else {
        return Vec::new();
    };
    let orders = orders(state, &incident.subject, &receipt, span);
    let asked_by = format!("rule/{}", rule.id);
    let about = state.catalog.about(&incident.subject);
    if about.deal.is_some_and(|(_, until)| until <= now) {
        return Vec::new();
    }
    let stopped = all.iter().map(|kept| &kept.value).filter(|kept| {
        is_of(incident, kept)
            && kept.asked_by == asked_by
            && kept.revives.is_none()
            && kept.deed.stops()
            && kept.deed.can_be_taken_back()
            && matches!(kept.stage, ProposalStage::Verified { .. })
            && newest_about(all, kept, now).is_some_and(|newest| newest.number == kept.number)
            && is_still_there(state, kept)
    });
    stopped
        .filter_map(|stopped| {
            let deed = stopped.deed.taken_back(stopped.before.as_deref());
            if deed.stops() {
                return None;
            }
            let (mode, at) = when(incident, one, stopped, all, now);
            let asker = Asker { rule, mode, data_at: views::data_at(&one.judgement.receipt) };
            let draft = proposing::proposal(core, state, &asker, &deed, None, now)?;
            let stage = match draft.stage {
                ProposalStage::Approved { by, .. } => ProposalStage::Approved { by, at },
                asks => asks,
            };
            Some(Proposal { revives: Some(Revival { proposal: stopped.number, orders }), stage, ..draft })
        })
        .collect()
}

/// The newest deed about the object of a proposal that was done, is being done, or is agreed and due.
pub(super) fn newest_about<'a>(
    all: &'a [Arc<Loaded<Proposal>>],
    about: &Proposal,
    now: Timestamp,
) -> Option<&'a Proposal> {
    all.iter().rev().map(|kept| &kept.value).find(|one| {
        one.deed.object() == about.deed.object()
            && (one.number != about.number || matches!(one.stage, ProposalStage::Verified { .. }))
            && match &one.stage {
                ProposalStage::Verified { .. } | ProposalStage::Done { .. } | ProposalStage::Doing { .. } => true,
                ProposalStage::Approved { at, .. } => *at <= now,
                ProposalStage::Proposed { .. }
                | ProposalStage::Failed { .. }
                | ProposalStage::Rejected { .. }
                | ProposalStage::Expired { .. }
                | ProposalStage::Refused { .. } => false,
            }
    })
}

/// The rule may act by itself on this, and not before; else it asks.
fn when(
    incident: &Incident,
    one: &Fired,
    stopped: &Proposal,
    all: &[Arc<Loaded<Proposal>>],
    now: Timestamp,
) -> (Mode, Timestamp) {
    let rule = one.rule.rule.rule();
    let by_itself = incident.events.iter().any(|event| {
        matches!(event.what, Happened::Approved { proposal } if proposal == stopped.number)
            && event.by.as_deref() == Some(stopped.asked_by.as_str())
    });
    let before = all.iter().map(|kept| &kept.value).any(|one| {
        one.revives.is_some() && one.asked_by == stopped.asked_by && one.deed.object() == stopped.deed.object()
    });
    let watched_again = rule.cooldown.and_then(|cooldown| {
        let fired = one.judgement.memory.last_fired.unwrap_or(incident.opened_at);
        // The rule may fire again after its cooldown, whose end belongs to it.
        fired.checked_add(cooldown.get()).ok()?.checked_add(SignedDuration::from_secs(1)).ok()
    });
    match (rule.mode, watched_again) {
        (Mode::Auto, Some(at)) if by_itself && !before && incident.acknowledged_by.is_none() => {
            (Mode::Auto, std::cmp::max(at, now))
        }
        (_, _) => (Mode::Propose, now),
    }
}

/// What was stopped can still run.
fn is_still_there(state: &State, stopped: &Proposal) -> bool {
    match stopped.deed.object() {
        Object::Boost(id) => state.catalog.boosts.get(id).is_some_and(|boost| boost.state == Running::Active),
        Object::Code(partnership, _)
        | Object::Link(partnership, _)
        | Object::Deliverable(partnership, _)
        | Object::Fix(partnership, ..) => {
            state.catalog.partnerships.get(partnership).is_some_and(|one| one.state == Running::Active)
        }
    }
}

/// Whether later numbers have cleared the line that was crossed: over the window that fired, as it is known now, or, for a
/// rule about money, over all that was spent since that window began. Answers the span that was looked at.
fn cleared(state: &State, ruled: &Ruled, subject: &Subject, fired: &Receipt, now: &Receipt) -> Option<Span> {
    let (first, window) = (*fired.windows.first()?, *fired.windows.last()?);
    let latest = now.windows.last().map_or(window.until, |latest| latest.until);
    let longer = Span { from: window.from, until: std::cmp::max(window.until, latest) };
    let context = context(&state.catalog.about(subject), SignedDuration::ZERO, ruled.version);
    let view = state.history.view();
    let clear = |span| {
        let mut scratch = Scratch::default();
        ruled.rule.verdict_over(subject, &context, &view, (span, first), &mut scratch) == Verdict::DoesNotHold
    };
    let is_money = ruled.rule.inputs().iter().any(|input| input.want.metric.parts().contains(&Metric::Spend));
    if is_money { clear(longer).then_some(longer) } else { clear(window).then_some(window) }
}

/// Orders now, and how many were needed for what was spent: as many as the receipt of the fire asked for, in proportion to the
/// money that went on until it was stopped. `None` where the line was not about orders.
fn orders(state: &State, subject: &Subject, fired: &Receipt, span: Span) -> Option<(u64, u64)> {
    let need = fired.needs.iter().find(|need| need.metric == Metric::Orders && 0.0 < need.by)?;
    let window = *fired.windows.last()?;
    let view = state.history.view();
    let read = |metric, span| view.over(subject, Want { metric, platform: need.platform }, span).reading.value();
    let have = read(Metric::Orders, span)?;
    let grown = match (read(Metric::Spend, span), read(Metric::Spend, window)) {
        (Some(now), Some(then)) if 0.0 < then => now / then,
        (_, _) => 1.0,
    };
    let count = |value: f64| num::round_i64(value).and_then(|count| u64::try_from(count).ok());
    // What is a whole number but for the last bits of a division is that number.
    Some((count(have)?, count((need.to * grown - 1e-6).ceil())?))
}
