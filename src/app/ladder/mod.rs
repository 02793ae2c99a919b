//! The later steps of a rule: cut now, stop in two days if it is still so.
//!
//! Owns: when a step is due, whether it is taken, and that what it asks for, its incident and the journal are one
//! transaction. The steps still to come are kept in the incident, so a kill at any point loses none and doubles none.
//!
//! A step is due `after` the fire. It is taken while the incident fires: one that recovers waits, one that is resolved ends the
//! ladder, a snooze puts it off to the snooze's end. How far it goes is the rule's mode *then*: with `propose` it asks, in the
//! same message; with `auto` it acts inside the guards, unless a person has the incident, or has refused or taken back
//! something about the same object: then it asks them. What is so already, was refused by name, would lose more than it saves,
//! or is about nothing that is there, is left out, and the journal says why.

mod revive;
mod still;
mod wanted;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

pub(super) use revive::revivals;
pub(super) use still::still_wanted;

use super::core::Core;
use super::deciding::state_in;
use super::proposing::{self, Asker};
use super::{cycle, reported, views};
use crate::domain::action::{Deed, Proposal, ProposalStage};
use crate::outbox::incident::{Event, Happened, Incident, LeftOut, Rung};
use crate::rules::rule::{Do, Mode, Rule};
use crate::store::records::{FirstDue, Loaded, first_due, load};
use crate::store::{Key, StoreError, Table, Transaction};
use wanted::wanted;

/// How often a step is taken anew because somebody was quicker; past that it is due still, and found by the next round.
const TRIES_MAX: u32 = 10;

/// The steps of a rule that come later than its fire, in the order of their time.
#[must_use]
pub(super) fn rungs(rule: &Rule, fired_at: Timestamp) -> Vec<Rung> {
    let later = rule.then.iter().filter(|step| !step.after.is_zero());
    let mut rungs: Vec<Rung> = later
        .filter_map(|step| Some(Rung { what: step.what, due: fired_at.checked_add(step.after.get()).ok()? }))
        .collect();
    rungs.sort_by_key(|rung| rung.due);
    rungs
}

/// Takes every step that is due; answers when the next one is.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    let mut tries = 1;
    loop {
        let key = match first_due(&*core.store, Table::DueRungs, core.clock.now()).await? {
            FirstDue::Now(key) => key,
            FirstDue::Not(next) => return Ok(next),
        };
        match climb(core, &key).await {
            Ok(()) => tries = 1,
            // A poll, a person or a deliverer was quicker: what is kept now is looked at.
            Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

/// What becomes of a step.
enum Step {
    /// The rooms read that it still holds.
    Tell,
    /// Something is asked for, or done.
    Take(Vec<Proposal>),
    /// Nothing, and why.
    Leave(LeftOut),
}

/// Takes the first step of an incident, if it is due.
async fn climb(core: &Core, key: &Key) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let now = core.clock.now();
    let gone = || StoreError::Damaged {
        what: format!("the incident `{}` has a step to come and is not there; restore a backup", key.escape_ascii()),
    };
    let mut incident = load::<Incident>(&*core.store, key).await?.ok_or_else(gone)?;
    if incident.value.next_rung_at().is_none_or(|at| now < at) {
        return Ok(());
    }
    let rungs = incident.value.rungs.iter().enumerate();
    let Some((place, rung)) = rungs.min_by_key(|(_, rung)| rung.due).map(|(place, rung)| (place, *rung)) else {
        return Ok(());
    };
    incident.value.rungs.remove(place);
    let all = core.all_proposals().await?;
    let step = decide(core, &incident.value, rung, &all, now).await;
    take(core, incident, rung, step, &all, now).await
}

async fn decide(core: &Core, incident: &Incident, rung: Rung, all: &[Arc<Loaded<Proposal>>], now: Timestamp) -> Step {
    let state = core.state.lock().await;
    let Some(ruled) = state.rules.get(&incident.rule).filter(|ruled| ruled.rule.rule().mode != Mode::Shadow) else {
        return Step::Leave(LeftOut::Watching);
    };
    if rung.what == Do::Notify {
        return Step::Tell;
    }
    let wanted = wanted(core, &state, &incident.subject, rung.what, now);
    let judged = views::judged(&state, &incident.rule, &incident.subject, now);
    let may = judged.as_ref().map(|judged| reported::mode(&state, ruled.rule.rule(), &judged.receipt));
    let data_at = judged.and_then(|judged| views::data_at(&judged.receipt));
    let (mut asked, mut left) = (Vec::new(), None);
    for (deed, saves) in wanted.deeds {
        if let Some(why) = is_settled(incident, &deed, all, now) {
            left = left.or(Some(why));
            continue;
        }
        let rule = ruled.rule.rule();
        let mode = if is_theirs(incident, &deed, all) { Mode::Propose } else { may.unwrap_or(rule.mode) };
        let asker = Asker { rule, mode, data_at };
        asked.extend(proposing::proposal(core, &state, &asker, &deed, saves, now));
    }
    match (asked.is_empty(), left) {
        (false, _) => Step::Take(asked),
        (true, Some(why)) => Step::Leave(why),
        (true, None) => Step::Leave(if wanted.losing { LeftOut::Losing } else { LeftOut::Nothing }),
    }
}

fn is_of(incident: &Incident, proposal: &Proposal) -> bool {
    proposal.incident.as_deref() == Some(incident.id.as_str())
}

/// Why a deed needs nobody any more: it is so, or on its way, or somebody said no to just this.
fn is_settled(incident: &Incident, deed: &Deed, all: &[Arc<Loaded<Proposal>>], now: Timestamp) -> Option<LeftOut> {
    let kept = all.iter().map(|kept| &kept.value);
    let runs_not = state_in(kept, &deed.object(), now).is_some_and(|state| state != crate::domain::action::ACTIVE);
    let asks = all.iter().map(|kept| &kept.value).any(|one| one.deed == *deed && !one.stage.is_over());
    if (deed.asks().is_none() && runs_not) || asks {
        return Some(LeftOut::Achieved);
    }
    let same = |one: &Proposal| {
        is_of(incident, one) && one.deed.as_str() == deed.as_str() && one.deed.object() == deed.object()
    };
    let mut refused = all.iter().map(|kept| &kept.value).filter(|one| same(one));
    let refused = refused.any(|one| matches!(one.stage, ProposalStage::Rejected { .. }));
    refused.then_some(LeftOut::Refused)
}

/// Whether a person decides about this: they have the incident, or have said no to something about the object, or taken it
/// back.
fn is_theirs(incident: &Incident, deed: &Deed, all: &[Arc<Loaded<Proposal>>]) -> bool {
    let undone = |number| all.iter().any(|kept| kept.value.undoes == Some(number));
    let about = |one: &&Proposal| is_of(incident, one) && one.deed.object() == deed.object();
    let mut mine = all.iter().map(|kept| &kept.value).filter(about);
    incident.acknowledged_by.is_some()
        || mine.any(|one| matches!(one.stage, ProposalStage::Rejected { .. }) || undone(one.number))
}

/// Writes a step down: what it asks for, what it takes the place of, the incident with its new revision, and the journal.
async fn take(
    core: &Core,
    mut incident: Loaded<Incident>,
    rung: Rung,
    step: Step,
    all: &[Arc<Loaded<Proposal>>],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut transaction = Transaction::new();
    let mut events = Vec::new();
    let (mut numbers, mut left) = (Vec::new(), None);
    match step {
        Step::Tell => events.push((None, Happened::StillFiring)),
        Step::Leave(why) => {
            left = Some(why);
            events.push((None, Happened::Skipped { what: rung.what, why }));
        }
        Step::Take(asked) => {
            for number in overtaken(&incident.value, &asked, all, &mut transaction, now)? {
                events.push((None, Happened::Withdrawn { proposal: number, why: LeftOut::Overtaken }));
            }
            let kept = core.counters().await?;
            let mut counters = kept.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
            for draft in asked {
                let number = counters.proposal;
                counters.proposal += 1;
                let incident = Some(incident.value.id.as_str().to_owned());
                let proposal = Proposal { number, incident, ..draft };
                events.push((None, Happened::Proposed { proposal: number }));
                if let ProposalStage::Approved { by, .. } = &proposal.stage {
                    events.push((Some(by.clone()), Happened::Approved { proposal: number }));
                }
                transaction.create(&proposal)?;
                numbers.push(number);
            }
            transaction.set(kept.as_ref(), &counters)?;
        }
    }
    let detail = json!({
        "incident": incident.value.id.as_str(), "rule": incident.value.rule, "do": rung.what, "due": rung.due,
        "proposals": numbers, "left_out": left,
    });
    transaction.append_journal(&core.line("ladder_step", &incident.value.subject, detail))?;
    let last = events.pop();
    for (by, what) in events {
        incident.value.note(Event { at: now, by, what });
    }
    if let Some((by, what)) = last {
        cycle::note(core, &mut transaction, incident, Event { at: now, by, what }).await?;
    }
    core.store.commit(transaction).await?;
    core.count(|counts| counts.proposed += crate::domain::num::u64_of_len(numbers.len()));
    core.bells.act.ring();
    cycle::ring_deliverers(core);
    Ok(())
}

/// Ends what waits about the same objects: two questions about one boost would be one too many.
fn overtaken(
    incident: &Incident,
    asked: &[Proposal],
    all: &[Arc<Loaded<Proposal>>],
    transaction: &mut Transaction,
    now: Timestamp,
) -> Result<Vec<u64>, StoreError> {
    let waits = |one: &Proposal| matches!(one.stage, ProposalStage::Proposed { .. }) || one.agreed_by_rule().is_some();
    let same = |one: &Proposal| asked.iter().any(|new| new.deed.object() == one.deed.object());
    let mut numbers = Vec::new();
    for kept in all.iter().filter(|kept| is_of(incident, &kept.value) && waits(&kept.value) && same(&kept.value)) {
        let mut kept = Loaded::clone(kept);
        kept.value.stage = ProposalStage::Expired { at: now };
        numbers.push(kept.value.number);
        transaction.update(&kept)?;
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::file::parse_rules;

    #[test]
    fn later_steps_come_in_the_order_of_their_time_and_those_of_the_fire_are_none() {
        let text = r#"
[[rule]]
id = "cpa-stop"
kind = "stop_loss"
scope = "partnership"
when = "spend > target.spend"
then = [ { after = "72h", do = "hold_next" }, { do = "cut_boost" }, { after = "48h", do = "stop_boost" } ]
"#;
        let rule = parse_rules(text, None).rules.remove(0).rule;
        let fired: Timestamp = "2026-03-01T00:00:00Z".parse().expect("an instant");
        let told: Vec<String> =
            rungs(&rule, fired).iter().map(|rung| format!("{} {}", rung.due, rung.what.as_str())).collect();
        assert_eq!(told, ["2026-03-03T00:00:00Z stop_boost", "2026-03-04T00:00:00Z hold_next"]);
    }
}
