//! What of a source is asked at a tick, and whether it may be: cadence, spreading, quota, rest.
//!
//! Owns: which targets are due ([`due`]), that large polls are asked in parts ([`parts`]), what is left out where a budget is
//! short ([`fitting`]). Refuses: asking, and a clock: [`watch`](super::watch) does both; `plimsoll plan` does neither and
//! walks the same functions through a day ([`plan`]).
//!
//! A target that is not due is not missing: nothing is said about it, and its last number stands. No number gets older than
//! [`heat::SLOWEST`] by that, which is as old as a reading may be.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::config::{Cadence, SourceConfig};
use crate::domain::ids::SourceId;
use crate::sources::quota::{self, Buckets, May};
use crate::sources::{Request, Settings, SourceError, Target};

pub mod breaker;
pub mod heat;
pub mod kept;
pub mod plan;

use heat::{Heat, SLOWEST};

/// A part of a poll has at least so many calls: smaller ones would spread nothing.
const PART_CALLS: u32 = 20;

/// Targets of a part are a multiple of this where there are enough: every batch that platforms take divides it, so that
/// parts cost no call more than the whole.
const PART_TARGETS: usize = 100;

/// The longest a poll is spread over, in parts.
const PARTS_MAX: u32 = 60;

/// What lists uploads is asked again from so long before the last time it was: a post may be dated back.
const UPLOADS_OVERLAP: SignedDuration = SignedDuration::from_hours(48);

/// A moment of the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// When the schedule says.
    pub at: Timestamp,
    /// The one after it.
    pub next: Timestamp,
    /// How much later than the schedule says a poll may come.
    pub slack: SignedDuration,
}

impl Tick {
    /// From this tick to the next.
    #[must_use]
    pub fn gap(&self) -> SignedDuration {
        self.next.duration_since(self.at)
    }
}

/// What was asked of a source so far. Forgotten at a restart: the first poll asks everything.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The tick at which each target that is not asked at every one last was.
    last: BTreeMap<Target, Timestamp>,
}

impl Asked {
    /// At which tick a target was last asked about.
    #[must_use]
    pub fn last(&self, target: &Target) -> Option<Timestamp> {
        self.last.get(&key(target)).copied()
    }

    /// Notes that these were asked about at a tick. The tick counts, not the moment after it: jitter must not carry a target
    /// past its next moment.
    pub fn note(&mut self, due: &[Due], tick: Timestamp) {
        for one in due.iter().filter(|one| !one.every.is_zero()) {
            self.last.insert(key(&one.target), tick);
        }
    }

    /// Forgets what is not asked about any more.
    fn keep_only(&mut self, all: &[Target]) {
        let mut before = std::mem::take(&mut self.last);
        self.last = all.iter().filter_map(|target| before.remove_entry(&key(target))).collect();
    }
}

/// A target without what changes from poll to poll.
fn key(target: &Target) -> Target {
    match target {
        Target::Uploads { creator, id, .. } => {
            Target::Uploads { creator: creator.clone(), id: id.clone(), since: None }
        }
        Target::Account { .. } | Target::Post { .. } => target.clone(),
    }
}

/// A target that is to be asked about now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What is asked.
    pub target: Target,
    /// How often it is; zero for at every tick.
    pub every: SignedDuration,
}

/// How a source is paced.
#[derive(Debug, Clone, Copy)]
pub struct Pacing<'a> {
    /// Which source, and the seed of this installation: both decide which targets are asked at which tick.
    pub source: &'a SourceId,
    /// See above.
    pub seed: u64,
    /// Its settings.
    pub config: &'a SourceConfig,
    /// Where things are hot; needed where the cadence adapts.
    pub heat: Option<&'a Heat>,
}

impl Pacing<'_> {
    /// How often a target is asked about; zero for at every tick.
    #[must_use]
    pub fn every(&self, target: &Target) -> SignedDuration {
        match (target, self.config.common.cadence, self.heat) {
            (Target::Uploads { .. }, _, _) => self.config.common.discovery.0,
            (Target::Account { subject, .. } | Target::Post { subject, .. }, Cadence::Adaptive, Some(heat)) => {
                heat.every(subject)
            }
            (Target::Account { .. } | Target::Post { .. }, Cadence::Fixed | Cadence::Adaptive, _) => {
                SignedDuration::ZERO
            }
        }
    }
}

/// Which of all targets are asked about at a tick.
///
/// Each has its own moments: instants that lie its interval apart, shifted by a hash of its name, so that those which are asked
/// once a day are not all asked in the same hour. It is due at the first tick after one of them, at the first tick of all, and
/// where waiting for the next tick would let more than a day go by. What was due and not asked stays due.
pub fn due(all: Vec<Target>, pacing: &Pacing<'_>, asked: &mut Asked, tick: &Tick) -> Vec<Due> {
    asked.keep_only(&all);
    let paced = all.into_iter().map(|target| Due { every: pacing.every(&target), target });
    let is_due = |one: &Due| {
        let Some(last) = asked.last(&one.target) else { return true };
        if one.every <= tick.gap() {
            return true;
        }
        let phase = hash(pacing.seed, &[pacing.source.as_str(), one.target.id()]);
        let latest = tick.next.checked_add(tick.slack).unwrap_or(tick.next);
        moment(last, one.every, phase) != moment(tick.at, one.every, phase) || SLOWEST < latest.duration_since(last)
    };
    let mut chosen: Vec<Due> = paced.filter(is_due).collect();
    for one in &mut chosen {
        let last = asked.last(&one.target);
        if let (Target::Uploads { since, .. }, Some(last)) = (&mut one.target, last) {
            // What was listed then need not be read again.
            let from = last.checked_sub(UPLOADS_OVERLAP).ok();
            *since = std::cmp::max(*since, from);
        }
    }
    chosen
}

/// Which of its moments an instant comes after.
fn moment(at: Timestamp, every: SignedDuration, phase: u64) -> i64 {
    let secs = std::cmp::max(every.as_secs(), 1);
    // All intervals divide a day, so that the moments of a longer one are moments of a shorter one too.
    let shift = i64::try_from(phase % 86_400).unwrap_or(0);
    at.as_second().saturating_add(shift).div_euclid(secs)
}

/// FNV-1a over the parts: the same on every machine, so that a plan says what the service does.
fn hash(seed: u64, parts: &[&str]) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    for byte in seed.to_be_bytes().into_iter().chain(bytes) {
        sum = (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // The last bytes reach the low bits only; folded once, any part of the sum can be used.
    (sum ^ (sum >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16
}

/// How long after a tick a source begins, for polls that are spread over `over`.
#[must_use]
pub fn offset(source: &SourceId, seed: u64, over: SignedDuration) -> SignedDuration {
    let secs = u64::try_from(over.as_secs()).unwrap_or(0);
    let after = hash(seed, &[source.as_str()]).checked_rem(secs).unwrap_or(0);
    SignedDuration::from_secs(i64::try_from(after).unwrap_or(0))
}

/// How long a poll is spread over: what is set, but never into the next tick.
#[must_use]
pub fn span(config: &SourceConfig, tick: &Tick) -> SignedDuration {
    let room = tick.gap().saturating_sub(config.common.jitter.0);
    std::cmp::min(config.common.spread.0, std::cmp::max(room, SignedDuration::ZERO) / 2)
}

/// A poll in parts, each to be asked a while after the one before it: one a minute of `span` at the most.
#[must_use]
pub fn parts(due: Vec<Due>, settings: &dyn Settings, span: SignedDuration, now: Timestamp) -> Vec<Vec<Due>> {
    let minutes = u32::try_from(span.as_mins()).unwrap_or(0);
    if minutes < 2 {
        return vec![due];
    }
    let request = Request { targets: due.iter().map(|one| one.target.clone()).collect(), now };
    let calls = settings.calls(&request).unwrap_or_else(|| quota::calls(due.len(), PART_TARGETS));
    let wanted = std::cmp::min(std::cmp::min(calls / PART_CALLS, minutes), PARTS_MAX);
    let Ok(wanted @ 2..) = usize::try_from(wanted) else { return vec![due] };
    let mut cut: Vec<Vec<Due>> = Vec::new();
    // In the order of what is asked, so that each part has its share of every kind of target.
    for kind in due.chunk_by(|one, next| std::mem::discriminant(&one.target) == std::mem::discriminant(&next.target)) {
        let share = kind.len().div_ceil(wanted).div_ceil(PART_TARGETS) * PART_TARGETS;
        for (n, some) in kind.chunks(share).enumerate() {
            match cut.get_mut(n) {
                Some(part) => part.extend_from_slice(some),
                None => cut.push(some.to_vec()),
            }
        }
    }
    cut
}

/// What fits into the budgets, and which of them is short where not all does.
///
/// Left out first is looking for new posts, then what is asked less often than hourly, then what is asked less often than
/// every quarter of an hour: what is young, live or near a line is asked to the last.
#[must_use]
pub fn fitting(
    due: &[Due],
    settings: &dyn Settings,
    buckets: &Buckets,
    reserve: u32,
    now: Timestamp,
) -> (Vec<Due>, Option<SourceError>) {
    if buckets.is_empty() {
        return (due.to_vec(), None);
    }
    let mut short = None;
    let often = |secs: i64| move |one: &Due| !is_upload(one) && one.every <= SignedDuration::from_secs(secs);
    let levels: [&dyn Fn(&Due) -> bool; 4] = [&|_| true, &|one| !is_upload(one), &often(3_600), &often(900)];
    for level in levels {
        let some: Vec<Due> = due.iter().filter(|one| level(one)).cloned().collect();
        if some.is_empty() && !due.is_empty() {
            break;
        }
        let request = Request { targets: some.iter().map(|one| one.target.clone()).collect(), now };
        match may_ask(settings, buckets, &request, reserve, now) {
            (May::Spend, _) => return (some, short),
            (may, bucket) => {
                let until = if let May::WaitUntil(until) = may { until } else { quota::next_midnight(now) };
                let bucket = bucket.unwrap_or("unknown").to_owned();
                short.get_or_insert(SourceError::QuotaSpent { bucket, until });
            }
        }
    }
    (Vec::new(), short)
}

/// Whether a poll may be made, and which budget is short where not. A source that waits by itself for its buckets to fill may
/// ask for more than they hold; as much as that must be there at the start.
fn may_ask<'a>(
    settings: &dyn Settings,
    buckets: &'a Buckets,
    request: &Request,
    reserve: u32,
    now: Timestamp,
) -> (May, Option<&'a str>) {
    let mut cost = settings.cost(request);
    if settings.waits().is_positive() {
        for (bucket, units) in &mut cost {
            *units = std::cmp::min(*units, buckets.most(bucket));
        }
    }
    buckets.may_spend_all(&cost, reserve, now)
}

fn is_upload(due: &Due) -> bool {
    matches!(due.target, Target::Uploads { .. })
}

#[cfg(test)]
mod tests;
