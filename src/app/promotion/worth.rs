//! What heeding a rule in shadow would have been worth: each fire it kept, as a replay of the time it watched values it.
//!
//! Survives: a kill half-way. What is written down with a fire is worked out anew by the next round.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::{selected, tally};
use crate::app::core::{Core, State, switches};
use crate::app::records::{RuleRecord, ShadowFire, ShadowWorth};
use crate::app::{replays, views};
use crate::domain::ids::{BrandId, RuleId, Subject};
use crate::domain::money::Money;
use crate::rules::backtest::ruled::{Way, complete, replay};
use crate::rules::backtest::{Case, Fire, Outcome};
use crate::store::records::{Loaded, scan_range};
use crate::store::{StoreError, Transaction, keys};
use crate::words::promotion::WouldTell;

/// Fires that are written down in one transaction.
const PART: usize = 500;

/// Subjects that are replayed: what a second or two can do. With more of them the money of the others is not said.
const SUBJECTS_MAX: usize = 2_000;

/// A replay ends a window, and judging notices it at the next poll: no later than this.
const NEAR: SignedDuration = SignedDuration::from_hours(48);

/// What the version of a rule has kept.
async fn kept(core: &Core, rule: &RuleId, version: u32) -> Result<Vec<Loaded<ShadowFire>>, StoreError> {
    let (from, until) = keys::of_rule(rule);
    let all = scan_range::<ShadowFire>(&*core.store, &from, &until).await?;
    Ok(all.into_iter().filter(|one| one.value.version == version).collect())
}

/// Writes down with every fire whether it was right, and what stopping would have saved or lost.
pub(super) async fn work_out(core: &Core, record: &RuleRecord, now: Timestamp) -> Result<(), StoreError> {
    let mut fires = kept(core, &record.rule.id, record.version).await?;
    if fires.is_empty() {
        return Ok(());
    }
    let replayed = replayed(core, record, &fires).await?;
    let mut worths = Vec::new();
    {
        let state = core.state.lock().await;
        let Some(ruled) = state.rules.get(&record.rule.id) else { return Ok(()) };
        for fire in &fires {
            let ShadowFire { subject, at, receipt, .. } = &fire.value;
            let right = match tally::outcome(core, &state, ruled, subject, receipt.clone()) {
                Outcome::Right => Some(true),
                Outcome::Wrong => Some(false),
                Outcome::Open => None,
            };
            worths.push(ShadowWorth { right, saved: saved(&replayed, subject, *at) });
        }
    }
    for (fires, worths) in fires.chunks_mut(PART).zip(worths.chunks(PART)) {
        let mut transaction = Transaction::new();
        for (fire, worth) in fires.iter_mut().zip(worths) {
            if fire.value.worth != Some(*worth) {
                fire.value.worth = Some(*worth);
                transaction.update(fire)?;
            }
        }
        if !transaction.writes.is_empty() {
            core.store.commit(transaction).await?;
        }
    }
    tracing::debug!(rule.id = %record.rule.id, at = %now, fires = fires.len(), "worked out what a rule in shadow was worth");
    Ok(())
}

/// What a replay over the time that it watched says of those it fired on.
async fn replayed(
    core: &Core,
    record: &RuleRecord,
    fires: &[Loaded<ShadowFire>],
) -> Result<HashMap<Subject, Vec<Fire>>, StoreError> {
    let fired: std::collections::BTreeSet<&Subject> = fires.iter().map(|one| &one.value.subject).collect();
    let (rule, mut cases) = {
        let state = core.state.lock().await;
        let Some(ruled) = state.rules.get(&record.rule.id).cloned() else { return Ok(HashMap::new()) };
        // Whoever is compared with others needs all of them beside.
        let of_others = ruled.rule.reads_groups();
        let all = selected(&state, &ruled).into_iter().filter(|subject| of_others || fired.contains(subject));
        let case = |subject: Subject| {
            let case = replays::case(&state.catalog, &subject, ruled.version);
            (subject, case)
        };
        let mut cases: BTreeMap<Subject, Case> = all.take(SUBJECTS_MAX).map(case).collect();
        replays::compare(&mut cases, &state.catalog, std::slice::from_ref(&ruled.rule));
        (ruled.rule, cases)
    };
    let (history, _) = core.read_history().await?;
    complete(&mut cases, &history);
    let way = Way { guards: switches(&core.config), after: Some(record.at), until: None, threads: 1 };
    let worked = core.clock.aside(move || replay(&[rule], &cases, &history, way, &|_, _| {})).await;
    let report = worked.map_err(|error| StoreError::Damaged { what: format!("a replay stopped: {error}") })?;
    let mut by_subject: HashMap<Subject, Vec<Fire>> = HashMap::new();
    for fire in report.rules.into_iter().flat_map(|rule| rule.fires) {
        by_subject.entry(fire.subject.clone()).or_default().push(fire);
    }
    Ok(by_subject)
}

/// What the replay's fire was worth that is this one: the nearest in time.
fn saved(replayed: &HashMap<Subject, Vec<Fire>>, subject: &Subject, at: Timestamp) -> Option<Money> {
    let apart = |fire: &&Fire| fire.at.duration_since(at).abs();
    let nearest = replayed.get(subject)?.iter().min_by_key(apart)?;
    (apart(&nearest) <= NEAR).then_some(nearest.saved).flatten()
}

/// Whom a rule in shadow would have told about, of one brand where one is named, and how many alerts were about others: what
/// stopping would have saved most first, then the newest.
pub(super) async fn told(
    core: &Core,
    (rule, version): (&RuleId, u32),
    brand: Option<&BrandId>,
) -> Result<(Vec<WouldTell>, u32), StoreError> {
    let fires = kept(core, rule, version).await?;
    let state = core.state.lock().await;
    let (mut told, mut elsewhere) = (BTreeMap::<Subject, WouldTell>::new(), 0_u32);
    for fire in fires {
        let ShadowFire { subject, at, worth, .. } = fire.value;
        if brand.is_some_and(|brand| !is_of(&state, &subject, brand)) {
            elsewhere = elsewhere.saturating_add(1);
            continue;
        }
        if let Some(one) = told.get_mut(&subject) {
            one.times = one.times.saturating_add(1);
            continue;
        }
        let names = views::names(&state, &subject);
        let (right, saved) = worth.map_or((None, None), |worth| (worth.right, worth.saved));
        let id = subject.to_string();
        told.insert(subject, WouldTell { names, id, at, times: 1, right, saved });
    }
    let mut told: Vec<WouldTell> = told.into_values().collect();
    told.sort_by_key(|one| (std::cmp::Reverse((one.saved.map(|saved| saved.minor), one.at)), one.id.clone()));
    Ok((told, elsewhere))
}

/// Whether a subject is a brand's: what hangs on it, and the creators who work with it.
fn is_of(state: &State, subject: &Subject, brand: &BrandId) -> bool {
    let about = state.catalog.about(subject);
    match (&about.brand, &about.creator) {
        (Some(of), _) => of == brand,
        (None, Some(creator)) => state.catalog.brands_of(creator).any(|of| of == brand),
        (None, None) => false,
    }
}
