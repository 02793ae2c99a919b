//! Clicks on tracking links: kept before they are answered, and stated hour by hour as the numbers of their partnership.
//!
//! Owns: the group commit, and that an hour in which nobody clicked is stated as 0, because the
//! program would have known. Survives: a kill at any point; what was answered is kept, and what was kept and not stated
//! is stated at the next start. How many different people came is counted in memory for a day: after a restart who comes
//! again counts again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use cardinality_estimator::CardinalityEstimator;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::core::{Core, State};
use super::rounds::rest;
use super::watch;
use crate::domain::document::PartnershipRef;
use crate::domain::ids::Platform;
use crate::domain::link::Slug;
use crate::domain::metric::Metric;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::store::records::{Record, load, scan_all};
use crate::store::{Key, StoreError, Table, Transaction, keys};
use crate::time::{Bell, Held};
use crate::web::visitors::Caller;
use crate::web::{Click, Clicks, Landing};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// How long after a click the numbers of its hour are stated anew: rules judge by the minute at most.
const STATE_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Hours whose clicks are kept; what was stated of them stays.
const KEPT: SignedDuration = SignedDuration::from_hours(72);

/// Clicks that wait to be kept, at most. A second of ten times what a machine is asked to carry; beyond that people are
/// sent on uncounted, and it is said in the log.
const WAITING_MAX: usize = 20_000;

/// The clicks of an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClickHour {
    /// On whose link.
    pub partnership: PartnershipRef,
    /// The hour's first instant.
    pub hour: Timestamp,
    /// By people.
    pub people: i64,
    /// By programs.
    pub programs: i64,
    /// By browsers that looked ahead.
    pub prefetches: i64,
    /// People who had not come before on this day of UTC; an estimate beyond some hundred.
    pub visitors: i64,
    /// By people, after the link was cut: sent on, and credited to nobody.
    #[serde(default)]
    pub uncredited: i64,
}

impl Record for ClickHour {
    const TABLE: Table = Table::Clicks;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::clicks(&self.partnership, self.hour)
    }
}

/// A click, and who waits for it to be kept.
type Waiting = (Click, oneshot::Sender<bool>);

/// Takes clicks in and keeps them together.
pub struct Counter {
    core: Arc<Core>,
    /// `None` once the end has come and nobody keeps any more.
    waiting: Mutex<Option<Vec<Waiting>>>,
    come: Bell,
    dirty: Bell,
}

impl Counter {
    /// Nothing waits yet.
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        let (come, dirty) = (core.clock.bell(), core.clock.bell());
        Self { core, waiting: Mutex::new(Some(Vec::new())), come, dirty }
    }

    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The last that wait; whoever comes after is sent on uncounted.
    fn close(&self) -> Vec<Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}

#[async_trait]
impl Clicks for Counter {
    fn landing(&self, slug: &Slug) -> Option<Landing> {
        self.core.links.landing(slug).map(|page| Landing { page })
    }

    async fn keep(&self, click: Click) -> bool {
        let (done, kept) = oneshot::channel();
        let taken = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let room = waiting.as_mut().filter(|waiting| waiting.len() < WAITING_MAX);
            room.map(|waiting| waiting.push((click, done))).is_some()
        };
        if !taken {
            tracing::error!("a click was sent on uncounted: more come than can be kept, or the program ends");
            return false;
        }
        self.come.ring();
        kept.await.unwrap_or(false)
    }
}

/// Keeps clicks as they come: all that wait in one transaction, so that the next leaves as soon as the disk has the last.
pub async fn run(counter: Arc<Counter>, mut held: Held, stop: CancellationToken) {
    let mut seen = Seen::default();
    loop {
        let together = counter.take();
        if together.is_empty() {
            if !rest(&mut held, &counter.come, None, &stop).await {
                // Whoever asked before the end is still answered.
                let last = counter.close();
                keep(&counter, last, &mut seen).await;
                return;
            }
            continue;
        }
        keep(&counter, together, &mut seen).await;
    }
}

/// Who came today, by partnership.
#[derive(Default)]
struct Seen {
    day: i64,
    by_partnership: BTreeMap<PartnershipRef, (CardinalityEstimator<u64>, usize)>,
}

impl Seen {
    /// How many more have come, this one included.
    fn take(&mut self, partnership: &PartnershipRef, click: &Click) -> i64 {
        let day = click.at.as_second().div_euclid(86_400);
        if day != self.day {
            *self = Self { day, by_partnership: BTreeMap::new() };
        }
        let (estimator, told) =
            self.by_partnership.entry(partnership.clone()).or_insert_with(|| (CardinalityEstimator::new(), 0));
        estimator.insert(&click.visitor);
        let more = estimator.estimate().saturating_sub(*told);
        *told += more;
        i64::try_from(more).unwrap_or(0)
    }
}

async fn keep(counter: &Counter, together: Vec<Waiting>, seen: &mut Seen) {
    let links = counter.core.links.all();
    let mut sums: BTreeMap<(PartnershipRef, Timestamp), ClickHour> = BTreeMap::new();
    for (click, _) in &together {
        let Some(link) = links.get(&click.slug) else { continue };
        let hour = hour_of(click.at);
        let sum = sums.entry((link.partnership.clone(), hour)).or_insert_with(|| nothing(&link.partnership, hour));
        match click.caller {
            Caller::Person if link.cut => sum.uncredited += 1,
            Caller::Person => {
                sum.people += 1;
                sum.visitors += seen.take(&link.partnership, click);
            }
            Caller::Program => sum.programs += 1,
            Caller::Prefetch => sum.prefetches += 1,
        }
    }
    let kept = add(&counter.core, sums).await;
    if let Err(error) = &kept {
        tracing::error!(error = error as &dyn std::error::Error, clicks = together.len(), "could not keep clicks");
    }
    for (_, waits) in together {
        // Whoever gave up waiting has been sent on.
        let _given_up = waits.send(kept.is_ok());
    }
    counter.dirty.ring();
}

/// Adds to what is kept, in one transaction.
async fn add(core: &Core, sums: BTreeMap<(PartnershipRef, Timestamp), ClickHour>) -> Result<(), StoreError> {
    let mut transaction = Transaction::new();
    for (_, sum) in sums {
        let before = load::<ClickHour>(&*core.store, &sum.key()).await?;
        let had = before.as_ref().map_or_else(|| nothing(&sum.partnership, sum.hour), |kept| kept.value.clone());
        let after = ClickHour {
            people: had.people + sum.people,
            programs: had.programs + sum.programs,
            prefetches: had.prefetches + sum.prefetches,
            visitors: had.visitors + sum.visitors,
            uncredited: had.uncredited + sum.uncredited,
            ..sum
        };
        transaction.set(before.as_ref(), &after)?;
    }
    core.store.commit(transaction).await.map(drop)
}

fn nothing(partnership: &PartnershipRef, hour: Timestamp) -> ClickHour {
    let partnership = partnership.clone();
    ClickHour { partnership, hour, people: 0, programs: 0, prefetches: 0, visitors: 0, uncredited: 0 }
}

fn hour_of(at: Timestamp) -> Timestamp {
    let secs = at.as_second();
    Timestamp::from_second(secs - secs.rem_euclid(HOUR.as_secs())).unwrap_or(at)
}

/// States the clicks of each hour as numbers of its partnership: within a minute of a click, and at the end of each hour,
/// in which nobody may have come. Forgets hours that were stated long ago.
pub async fn state(counter: Arc<Counter>, mut held: Held, stop: CancellationToken) {
    let core = &counter.core;
    let since = core.clock.now();
    loop {
        let now = core.clock.now();
        if let Err(error) = state_once(core, since, now).await {
            tracing::error!(error = &error as &dyn std::error::Error, "could not state clicks; tried again in an hour");
        }
        let next_hour = hour_of(now).checked_add(HOUR).unwrap_or(Timestamp::MAX);
        if !rest(&mut held, &counter.dirty, Some(next_hour), &stop).await {
            return;
        }
        let settled = core.clock.now().checked_add(STATE_AFTER).unwrap_or(Timestamp::MAX);
        let until = std::cmp::min(settled, next_hour);
        if core.clock.now() < until && !super::rounds::rest_until(&mut held, until, &stop).await {
            return;
        }
    }
}

async fn state_once(core: &Core, since: Timestamp, now: Timestamp) -> Result<(), StoreError> {
    let kept = scan_all::<ClickHour>(&*core.store).await?;
    let due = due(&*core.state.lock().await, kept.iter().map(|one| &one.value), &links_now(core), since, now);
    if !due.is_empty() {
        watch::take_booked(core, &due, now).await?;
    }
    let oldest = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    let mut transaction = Transaction::new();
    for one in kept.iter().filter(|one| one.value.hour < oldest) {
        transaction.delete(one);
    }
    if transaction == Transaction::new() { Ok(()) } else { core.store.commit(transaction).await.map(drop) }
}

fn links_now(core: &Core) -> BTreeSet<PartnershipRef> {
    core.links.all().values().map(|link| link.partnership.clone()).collect()
}

/// What differs from what was stated: every hour that is kept, and the last whole hour of every link.
fn due<'a>(
    state: &State,
    kept: impl Iterator<Item = &'a ClickHour>,
    links: &BTreeSet<PartnershipRef>,
    since: Timestamp,
    now: Timestamp,
) -> Vec<Sample> {
    let mut hours: BTreeMap<(PartnershipRef, Timestamp), ClickHour> =
        kept.map(|one| ((one.partnership.clone(), one.hour), one.clone())).collect();
    let last = hour_of(now).checked_sub(HOUR).unwrap_or(now);
    if since <= last {
        for partnership in links {
            hours.entry((partnership.clone(), last)).or_insert_with(|| nothing(partnership, last));
        }
    }
    let mut due = Vec::new();
    for ((partnership, from), hour) in hours {
        let until = from.checked_add(HOUR).unwrap_or(from);
        let counted = [
            (Metric::Clicks, hour.people),
            (Metric::BotClicks, hour.programs),
            (Metric::Prefetches, hour.prefetches),
            (Metric::Visitors, hour.visitors),
        ];
        for (metric, value) in counted {
            let series = SeriesKey { subject: partnership.subject(), metric, platform: Platform::Redirector };
            if state.history.amounts(&series).get(&(from, until)) != Some(&value) {
                due.push(Sample {
                    series,
                    value,
                    currency: None,
                    form: Form::Amount { from, until },
                    known_at: now,
                    provisional: now < until,
                    self_reported: false,
                });
            }
        }
    }
    due.sort_by(|one, other| one.series.cmp(&other.series));
    due
}
