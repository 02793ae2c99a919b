//! When a source is asked what: the loop over its ticks, and one poll as the planner wants it.
//!
//! Survives: a stop of any length. Ticks that were missed are made up for by one poll, not by one each.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::take_in;
use super::wake::{Next, Wake};
use crate::app::config::{Cadence, SourceConfig};
use crate::app::core::{Core, State};
use crate::app::planner::breaker::{Outcome, Rest};
use crate::app::planner::heat::Heat;
use crate::app::planner::kept::{self, Begun, Planned};
use crate::app::planner::{self, Due, Pacing, Tick};
use crate::app::rounds::rest_until;
use crate::app::schedule::Schedule;
use crate::app::sourcing;
use crate::app::vitals::tally;
use crate::domain::ids::SourceId;
use crate::sources::{Fetched, Request, Source, SourceError};
use crate::store::{StoreError, Transaction};
use crate::time::Held;

/// Polls a source at every tick of its schedule, and when its platform says that something has happened, for ever.
pub async fn run(
    core: Arc<Core>,
    id: SourceId,
    config: SourceConfig,
    source: Arc<dyn Source>,
    mut held: Held,
    stop: CancellationToken,
) {
    let when = &config.common;
    // It was read once when the configuration was checked.
    let Ok(schedule) = Schedule::new(&when.schedule, when.zone.rules()) else { return };
    let polling = Polling { core: &core, id: &id, config: &config, source: &*source, stop: &stop };
    let slack = when.jitter.0.saturating_add(when.spread.0);
    if let Some(missed) = kept::missed(&core, &id, &schedule).await {
        tracing::info!(source.id = %id, tick = %missed, "polls were missed while the program was stopped; polled once now");
        let now = core.clock.now();
        let next = schedule.next_after(now).unwrap_or(now);
        if !polling.tick(Tick { at: now, next, slack }, &mut held).await {
            return;
        }
    }
    let mut wake = Wake::new(core.bells.polls.get(&id).cloned());
    loop {
        let Some(tick) = schedule.next_after(core.clock.now()) else { return };
        let next = schedule.next_after(tick).unwrap_or(tick);
        let jitter = core.roll(|dice| dice.random_range(0..=std::cmp::max(when.jitter.0.as_secs(), 0)));
        let at = tick.checked_add(SignedDuration::from_secs(jitter)).unwrap_or(tick);
        loop {
            match wake.next(&mut held, at, &stop).await {
                Next::End => return,
                Next::Pushed => polling.pushed().await,
                Next::Tick => break,
            }
        }
        if !polling.tick(Tick { at: tick, next, slack }, &mut held).await {
            return;
        }
    }
}

/// What one source is polled with.
struct Polling<'a> {
    core: &'a Core,
    id: &'a SourceId,
    config: &'a SourceConfig,
    source: &'a dyn Source,
    stop: &'a CancellationToken,
}

impl Polling<'_> {
    /// Asks what is due at a tick, in parts where it is spread. `false`: the end has come.
    async fn tick(&self, tick: Tick, held: &mut Held) -> bool {
        let Self { core, id, config, .. } = *self;
        let begin = core.clock.now();
        let Some(due) = self.due(&tick, begin).await else { return true };
        let span = planner::span(config, &tick);
        let parts = planner::parts(due, config.kind.settings(), span, begin);
        let pace = span / i32::try_from(std::cmp::max(parts.len(), 1)).unwrap_or(i32::MAX);
        let own = planner::offset(id, core.seed, pace);
        for (n, part) in parts.into_iter().enumerate() {
            let wait = pace.saturating_mul(i32::try_from(n).unwrap_or(i32::MAX)).saturating_add(own);
            let at = begin.checked_add(wait).unwrap_or(begin);
            if !wait.is_zero() && !rest_until(held, at, self.stop).await {
                return false;
            }
            match ask(core, (id, config), self.source, part, &tick).await {
                Ok(Outcome::Answered) => {}
                // What is left is due again at the next tick.
                Ok(Outcome::Failed | Outcome::Slower(_) | Outcome::Refused) => return true,
                Err(error) => {
                    tracing::error!(source.id = %id, error = &error as &dyn std::error::Error, "could not keep a poll; it is polled again at the next tick");
                    return true;
                }
            }
        }
        true
    }

    /// Asks everything at once, because the platform says that something has happened; not while the source rests.
    async fn pushed(&self) {
        let Self { core, id, config, source, .. } = *self;
        let rests =
            core.state.lock().await.planned.get(id).and_then(|one| one.record.breaker.resting(core.clock.now()));
        if rests.is_some() {
            return;
        }
        if let Err(error) = poll(core, id, config, source).await {
            tracing::error!(source.id = %id, error = &error as &dyn std::error::Error, "could not keep a poll; it is polled again at the next tick");
        }
    }

    /// What is due at a tick; `None` where nothing is, or the source rests.
    async fn due(&self, tick: &Tick, now: Timestamp) -> Option<Vec<Due>> {
        let Self { core, id, config, .. } = *self;
        let mut state = core.state.lock().await;
        let State { catalog, memory, planned, .. } = &mut *state;
        let planned = entry(planned, id, config);
        if let Some(Rest { until, why }) = planned.record.breaker.resting(now) {
            tracing::debug!(source.id = %id, %until, ?why, "the source rests; not polled");
            return None;
        }
        let all = sourcing::request(id, config, catalog, now).targets;
        let heat = (config.common.cadence == Cadence::Adaptive).then(|| Heat::of(catalog, memory, now));
        let pacing = Pacing { source: id, seed: core.seed, config, heat: heat.as_ref() };
        let (nobody, due) = (all.is_empty(), planner::due(all, &pacing, &mut planned.asked, tick));
        // With nobody to ask about the poll is made all the same: it says that the source is watched.
        (nobody || !due.is_empty()).then_some(due)
    }
}

/// Asks a source everything at once, because somebody wants it: neither its cadence nor its rest nor the reserve of its
/// quota is in the way. Judged and committed.
pub async fn poll(core: &Core, id: &SourceId, config: &SourceConfig, source: &dyn Source) -> Result<(), StoreError> {
    let now = core.clock.now();
    let all = sourcing::request(id, config, &core.state.lock().await.catalog, now).targets;
    let pacing = Pacing { source: id, seed: core.seed, config, heat: None };
    let due = all.into_iter().map(|target| Due { every: pacing.every(&target), target }).collect();
    asked(core, (id, config), source, due, (0, &Tick { at: now, next: now, slack: SignedDuration::ZERO }))
        .await
        .map(drop)
}

/// One poll at a tick: the reserve is left for people.
async fn ask(
    core: &Core,
    of: (&SourceId, &SourceConfig),
    source: &dyn Source,
    due: Vec<Due>,
    tick: &Tick,
) -> Result<Outcome, StoreError> {
    asked(core, of, source, due, (core.config.polling.reserve_percent, tick)).await
}

/// One poll, judged and committed.
async fn asked(
    core: &Core,
    (id, config): (&SourceId, &SourceConfig),
    source: &dyn Source,
    due: Vec<Due>,
    (reserve, tick): (u32, &Tick),
) -> Result<Outcome, StoreError> {
    let now = core.clock.now();
    let settings = config.kind.settings();
    let (fits, short) = {
        let mut state = core.state.lock().await;
        let planned = entry(&mut state.planned, id, config);
        planner::fitting(&due, settings, &planned.record.buckets, reserve, now)
    };
    let targets = due.len();
    let request = Request { targets: fits.iter().map(|one| one.target.clone()).collect(), now };
    let unasked = short.is_some() && fits.is_empty();
    let (fetched, outcome, rest) = match short {
        // Nothing was asked, so nothing was learned about the source.
        Some(error) if fits.is_empty() => {
            (Fetched { partial: Some(error), ..Fetched::default() }, Outcome::Answered, None)
        }
        short => {
            begin(core, id, settings.cost(&request), now).await?;
            let mut fetched = match source.fetch(&request).await {
                Ok(fetched) => fetched,
                Err(error) => Fetched { partial: Some(error), ..Fetched::default() },
            };
            let outcome = Outcome::of(&fetched);
            let rest = heard(core, id, &mut fetched, (outcome, tick), &fits, now).await;
            fetched.partial = fetched.partial.or(short);
            (fetched, outcome, rest)
        }
    };
    core.count(|counts| counts.polls += 1);
    let word = if unasked { tally::NO_QUOTA } else { tally::of_poll(outcome, &fetched) };
    take_in(core, id, targets, fetched, now).await?;
    let done = core.clock.now();
    core.count(|counts| counts.tally.polled(id, word, done, done.duration_since(tick.at)));
    if let Some(Rest { until, why }) = rest {
        tracing::warn!(source.id = %id, %until, ?why, "the source is left in peace for a while");
        core.journal(core.line("source_rests", format!("source/{id}"), json!({ "until": until, "why": why }))).await?;
    }
    Ok(outcome)
}

/// Keeps that a poll begins and what it costs, where that is counted.
async fn begin(core: &Core, id: &SourceId, cost: Vec<(String, u32)>, now: Timestamp) -> Result<(), StoreError> {
    let mut state = core.state.lock().await;
    let Some(planned) = state.planned.get_mut(id) else { return Ok(()) };
    if planned.record.buckets.is_empty() || cost.is_empty() {
        return Ok(());
    }
    planned.record.begun = Some(Begun { at: now, cost });
    drop(state);
    let mut transaction = Transaction::new();
    kept::put(core, id, &mut transaction).await?;
    core.store.commit(transaction).await.map(drop)
}

/// Takes in what a poll says about the source itself; [`take_in`] keeps it with the poll.
async fn heard(
    core: &Core,
    id: &SourceId,
    fetched: &mut Fetched,
    (outcome, tick): (Outcome, &Tick),
    fits: &[Due],
    now: Timestamp,
) -> Option<Rest> {
    // The dice are only thrown where a rest may begin, so that what else depends on them stays as it was.
    let dice = if outcome == Outcome::Answered { 0.0 } else { core.roll(|dice| dice.random_range(0.0..=1.0)) };
    let mut state = core.state.lock().await;
    let planned = state.planned.get_mut(id)?;
    let record = &mut planned.record;
    record.begun = None;
    record.polled = Some(now);
    for (bucket, units) in &fetched.units {
        record.buckets.spend(bucket, *units, now);
    }
    for told in fetched.told.drain(..) {
        record.buckets.told(&told, now);
    }
    if let Some(SourceError::QuotaSpent { bucket, until }) = &fetched.partial {
        record.buckets.exhaust(bucket, *until, now);
    }
    if outcome == Outcome::Answered {
        planned.asked.note(fits, tick.at);
    }
    planned.record.breaker.heard(outcome, (tick.gap(), dice), &core.config.polling, now)
}

fn entry<'a>(
    planned: &'a mut std::collections::BTreeMap<SourceId, Planned>,
    id: &SourceId,
    config: &SourceConfig,
) -> &'a mut Planned {
    planned.entry(id.clone()).or_insert_with(|| Planned::new(id, config.kind.settings().budgets()))
}
