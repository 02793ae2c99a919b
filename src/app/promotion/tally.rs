//! What a rule has told, or would have told, and whether that was right by what came later.

use jiff::Timestamp;

use super::selected;
use crate::app::core::{Core, Ruled, State, switches};
use crate::app::records::{RuleRecord, ShadowFire};
use crate::app::replays;
use crate::domain::ids::Subject;
use crate::outbox::incident::Incident;
use crate::rules::backtest::Outcome;
use crate::rules::backtest::ruled::outcome_of;
use crate::rules::readings::{Readings as _, Want};
use crate::rules::receipt::Receipt;
use crate::rules::rule::Mode;
use crate::store::records::{scan_all, scan_range};
use crate::store::{StoreError, keys};
use crate::words::promotion::Tally;

/// All alerts that are kept. Read once for however many rules are counted.
pub(super) async fn told(core: &Core) -> Result<Vec<Incident>, StoreError> {
    Ok(scan_all::<Incident>(&*core.store).await?.into_iter().map(|kept| kept.value).collect())
}

/// Counts what the version of a rule in force has told since it was made, or would have told while it watches.
pub(super) async fn of(
    core: &Core,
    record: &RuleRecord,
    told: &[Incident],
    now: Timestamp,
) -> Result<Tally, StoreError> {
    let rule = &record.rule.id;
    let fires: Vec<(Subject, serde_json::Value)> = if record.rule.mode == Mode::Shadow {
        let (from, until) = keys::of_rule(rule);
        let kept = scan_range::<ShadowFire>(&*core.store, &from, &until).await?.into_iter().map(|kept| kept.value);
        kept.filter(|one| one.version == record.version).map(|one| (one.subject, one.receipt)).collect()
    } else {
        let mine = told.iter().filter(|one| one.rule == *rule && one.rule_version == record.version);
        mine.map(|one| (one.subject.clone(), one.receipt.clone())).collect()
    };
    let state = core.state.lock().await;
    let mut tally = Tally { days: days(record.at, now), ..Tally::default() };
    let Some(ruled) = state.rules.get(rule) else { return Ok(tally) };
    for (subject, receipt) in fires {
        tally.fires += 1;
        match outcome(core, &state, ruled, &subject, receipt) {
            Outcome::Right => tally.right += 1,
            Outcome::Wrong => tally.wrong += 1,
            Outcome::Open => tally.open += 1,
        }
    }
    tally.subject_days = subject_days(&state, ruled, record.at, now);
    Ok(tally)
}

/// Whole days between two instants.
fn days(from: Timestamp, until: Timestamp) -> u32 {
    u32::try_from(until.duration_since(from).as_hours().div_euclid(24)).unwrap_or(0)
}

/// Days of which the rule had numbers, over all subjects that it speaks about.
fn subject_days(state: &State, ruled: &Ruled, since: Timestamp, now: Timestamp) -> u32 {
    let Some(want) = ruled.rule.inputs().first().map(|input| input.want) else { return 0 };
    let want = Want { metric: want.metric.parts().first().copied().unwrap_or(want.metric), ..want };
    let view = state.history.view();
    let seen = selected(state, ruled).into_iter().filter_map(|subject| {
        let begins = std::cmp::max(since, view.begins(&subject, want)?);
        let ends = std::cmp::min(now, view.newest(&subject, want, now)?);
        (begins < ends).then(|| days(begins, ends))
    });
    seen.fold(0, u32::saturating_add)
}

/// Whether a fire was right: judged as a replay judges it, by its receipt's window and what is known now.
pub(super) fn outcome(
    core: &Core,
    state: &State,
    ruled: &Ruled,
    subject: &Subject,
    receipt: serde_json::Value,
) -> Outcome {
    let receipt: Option<Receipt> = serde_json::from_value(receipt).ok();
    let Some(window) = receipt.and_then(|receipt| receipt.windows.last().copied()) else { return Outcome::Open };
    let case = replays::case(&state.catalog, subject, ruled.version);
    outcome_of(&ruled.rule, (subject, case), (&state.history, switches(&core.config)), window)
}
