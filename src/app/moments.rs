//! Rules that time alone moves: what is overdue becomes so at a moment, with no number from any source.
//!
//! Owns: that a rule about the deal itself is judged when its moment comes, when the deal changes, and at the start.
//! Survives: a kill at any point. What was judged and not committed is judged again at the next start, which works every
//! moment out anew from the documents; a moment that passed while nothing ran is judged then.
//!
//! The moments are exact where a rule compares with a length that is written in it. Whatever else time may move (a limit
//! worked out from readings, a day's number of fires) is looked at every hour.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::core::{Core, Ruled, State, context};
use super::cycle::{self, Fired};
use crate::domain::ids::{RuleId, Scope, Subject};
use crate::rules::eval::Scratch;
use crate::rules::judge::judge_changes;
use crate::rules::lifecycle::{Memory, Phase};
use crate::store::StoreError;

/// How long nothing is looked at, at most, where there is something to look at.
const LOOK_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// A rule on a deal, and when time alone may next change what it says.
struct Looked {
    rule: RuleId,
    subject: Subject,
    turn: Option<Timestamp>,
}

/// Judges every rule about deals on every deal; answers when to look again. `None`: there is nothing to look at.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    let now = core.clock.now();
    let (fired, looked) = judge_all(&*core.state.lock().await, now);
    core.count(|counts| counts.evaluations += crate::domain::num::u64_of_len(looked.len()));
    cycle::commit(core, fired).await?;
    let state = core.state.lock().await;
    Ok(looked.into_iter().map(|one| next(&state, &one, now)).min())
}

fn judge_all(state: &State, now: Timestamp) -> (Vec<Fired>, Vec<Looked>) {
    let rules: Vec<(&RuleId, &Ruled)> =
        state.rules.iter().filter(|(_, ruled)| !ruled.rule.facts().is_empty()).collect();
    let (mut fired, mut looked) = (Vec::new(), Vec::new());
    if rules.is_empty() {
        return (fired, looked);
    }
    let running = state.catalog.subjects(Scope::Partnership);
    // A deal that has ended has nothing overdue any more: what is open about it is to be closed.
    let open = state.memory.iter().filter(|(rule, subject, memory)| {
        memory.phase != Phase::Quiet
            && matches!(subject, Subject::Partnership(..))
            && rules.iter().any(|one| one.0 == *rule)
    });
    let subjects: BTreeSet<Subject> = running.into_iter().chain(open.map(|(_, subject, _)| subject.clone())).collect();
    let (view, mut scratch) = (state.history.view(), Scratch::default());
    for subject in subjects {
        let about = state.catalog.about_at(&subject, now);
        for (id, ruled) in &rules {
            let context = context(&about, SignedDuration::ZERO, ruled.version);
            let memory = state.memory.get(id, &subject).cloned().unwrap_or_default();
            if !ruled.rule.selects(&subject, &context) && memory == Memory::default() {
                continue;
            }
            let turn = about.standing.as_ref().and_then(|deal| ruled.rule.next_turn(deal, now));
            looked.push(Looked { rule: (*id).clone(), subject: subject.clone(), turn });
            let judged = judge_changes(&ruled.rule, &subject, &context, &view, &memory, now, &mut scratch);
            fired.extend(judged.map(|judgement| Fired {
                rule: (*ruled).clone(),
                subject: subject.clone(),
                about: about.clone(),
                judgement,
                before: memory,
                cut: state.cut,
            }));
        }
    }
    (fired, looked)
}

/// When a rule on a deal is to be looked at again: at its next moment, when it has held for long enough, when a snooze or
/// a cooldown is over; within the hour in any case.
fn next(state: &State, looked: &Looked, now: Timestamp) -> Timestamp {
    let mut first = now.checked_add(LOOK_EVERY).unwrap_or(Timestamp::MAX);
    let memory = state.memory.get(&looked.rule, &looked.subject);
    let written = state.rules.get(&looked.rule).map(|ruled| (ruled.rule.hold().get(), ruled.rule.rule().cooldown));
    let mut moments = vec![looked.turn];
    if let (Some(memory), Some((hold, cooldown))) = (memory, written) {
        moments.push(memory.snoozed_until);
        if matches!(memory.phase, Phase::Pending | Phase::Recovering) {
            moments.push(memory.since.and_then(|since| since.checked_add(hold).ok()));
        }
        // The cooldown includes its last second.
        let cooled = memory.last_fired.zip(cooldown).and_then(|(last, cooldown)| last.checked_add(cooldown.get()).ok());
        moments.push(cooled.and_then(|at| at.checked_add(SignedDuration::from_secs(1)).ok()));
    }
    for at in moments.into_iter().flatten().filter(|at| now < *at) {
        first = std::cmp::min(first, at);
    }
    first
}
