//! The parts of the running program: each is watched over, and started again when it ends.
//!
//! Owns: who is at work and since when ([`Parts::seen`]), that a panic in one part ends nothing but its round, and the growing
//! waits before a part is started again. Refuses: saying so; [`super::alarms`] looks at the parts and tells the operators.
//! Survives: a part that panics or ends again and again (it is started at most once in [`WAIT_MAX`]) and one that hangs (it is
//! dropped where it waits: a transaction is whole or not there, a claim has a lease, and the picture in memory is read again).
//!
//! What is never ended from here is `act`: a request to an ad platform may be on its way, and whoever drops it does not know
//! whether it was heard. Its lease ends by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::rounds::{doubled, rest_until};
use crate::domain::ids::RoomId;
use crate::domain::person::Chat;
use crate::time::pulse::{Doing, Pulse};
use crate::time::{Clock, Held};

/// Before a part is started again for the first time; it doubles each time …
pub const WAIT_FIRST: SignedDuration = SignedDuration::from_secs(5);

/// … up to this: a part that cannot work is no reason to keep a processor busy.
pub const WAIT_MAX: SignedDuration = SignedDuration::from_mins(15);

/// A part that has worked for so long since it was started again is well.
pub const WELL_AFTER: SignedDuration = SignedDuration::from_mins(20);

/// What is done about a part.
#[derive(Debug, Clone, Copy)]
pub struct Care {
    /// So long it may be at work without waiting once; `None`: it serves others, or its silence is told otherwise.
    pub hangs_after: Option<SignedDuration>,
    /// Whether it is ended and started again when it hangs.
    pub ended_when_it_hangs: bool,
    /// It may end by itself: it has done what it is for, or has said why it cannot go on.
    pub may_end: bool,
    /// It changes the picture in memory: that is read again from the store before it is started again.
    pub paints: bool,
}

impl Care {
    /// A part that works in rounds of at most so long, changes the picture in memory and may be started again at any time.
    #[must_use]
    pub fn rounds(hangs_after: SignedDuration) -> Self {
        Self { hangs_after: Some(hangs_after), ended_when_it_hangs: true, may_end: false, paints: true }
    }

    /// One that serves whoever comes: it gives its token up.
    #[must_use]
    pub fn serves() -> Self {
        Self { hangs_after: None, ended_when_it_hangs: false, may_end: true, paints: false }
    }
}

/// With what a part is started.
#[derive(Debug)]
pub struct Start {
    /// Its token.
    pub held: Held,
    /// The end of the program.
    pub stop: CancellationToken,
    /// Cancelled when it should end in its own way, to be started again; the end of the program cancels it too.
    pub renew: CancellationToken,
}

/// How a part ended last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It panicked.
    Panicked,
    /// It returned though nobody had asked it to.
    Returned,
    /// It was ended because it hung, or heard nothing.
    Renewed,
}

impl Ended {
    /// For the journal and the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Panicked => "panicked",
            Self::Returned => "returned",
            Self::Renewed => "renewed",
        }
    }
}

/// A part as it is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartSeen {
    /// What it is called, as `poll youtube`.
    pub name: String,
    /// Its last beat: when it began to wait, woke, or was started.
    pub beat: Timestamp,
    /// What it has done since.
    pub doing: Doing,
    /// How often it was started again.
    pub restarts: u64,
    /// It has ended and is not started again.
    pub over: bool,
    /// How often in a row it ended without having been well meanwhile.
    pub failures: u32,
    /// How it ended last, and when.
    pub ended: Option<(Ended, Timestamp)>,
    /// Since when it is at work for longer than it may be.
    pub hangs_since: Option<Timestamp>,
}

#[derive(Debug)]
struct Kept {
    care: Care,
    pulse: Arc<Pulse>,
    began: Timestamp,
    restarts: u64,
    failures: u32,
    ended: Option<(Ended, Timestamp)>,
    over: bool,
    /// Drops the run where it waits.
    drop_it: CancellationToken,
    /// Asks the run to end.
    renew: CancellationToken,
}

/// What is known of all parts. In memory only: a start begins anew.
#[derive(Debug)]
pub struct Parts {
    clock: Clock,
    kept: Mutex<BTreeMap<String, Kept>>,
    heard: Mutex<BTreeMap<Chat, Timestamp>>,
    told: Mutex<BTreeMap<RoomId, Timestamp>>,
    complaints: AtomicU64,
}

impl Parts {
    /// Of a program that begins.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self {
            clock: clock.clone(),
            kept: Mutex::default(),
            heard: Mutex::default(),
            told: Mutex::default(),
            complaints: AtomicU64::new(0),
        }
    }

    /// Every part, by name.
    #[must_use]
    pub fn seen(&self) -> Vec<PartSeen> {
        let now = self.clock.now();
        lock(&self.kept).iter().map(|(name, kept)| kept.seen(name, now)).collect()
    }

    /// Those that were ever started again, or hang.
    #[must_use]
    pub fn shaken(&self) -> Vec<PartSeen> {
        let now = self.clock.now();
        let kept = lock(&self.kept);
        let shaken =
            kept.iter().filter(|(_, kept)| 0 < kept.restarts || kept.ended.is_some() || kept.hangs(now).is_some());
        shaken.map(|(name, kept)| kept.seen(name, now)).collect()
    }

    /// Whether a part has ended and is not started again.
    #[must_use]
    pub fn is_over(&self, name: &str) -> bool {
        lock(&self.kept).get(name).is_some_and(|kept| kept.over)
    }

    /// A chat was heard of: an answer without news counts too.
    pub fn heard(&self, chat: Chat) {
        lock(&self.heard).insert(chat, self.clock.now());
    }

    /// When a chat was last heard of; its receiver's start counts.
    #[must_use]
    pub fn last_heard(&self, chat: Chat) -> Option<Timestamp> {
        lock(&self.heard).get(&chat).copied()
    }

    /// A room took a message or a change.
    pub fn told(&self, room: &RoomId) {
        lock(&self.told).insert(room.clone(), self.clock.now());
    }

    /// The rooms that took something since an instant.
    #[must_use]
    pub fn told_since(&self, since: Timestamp) -> BTreeSet<RoomId> {
        let mut told = lock(&self.told);
        told.retain(|_, at| since <= *at);
        told.keys().cloned().collect()
    }

    /// The store has failed somebody.
    pub fn complain(&self) {
        self.complaints.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it has, since the start.
    #[must_use]
    pub fn complaints(&self) -> u64 {
        self.complaints.load(Ordering::Relaxed)
    }

    /// Ends a part that hangs, where that is safe; it is started again. Answers whether it does.
    pub fn end_hung(&self, name: &str) -> bool {
        let kept = lock(&self.kept);
        let Some(part) = kept.get(name).filter(|part| part.care.ended_when_it_hangs) else { return false };
        part.drop_it.cancel();
        true
    }

    /// Asks a part to end in its own way and start again.
    pub fn renew(&self, name: &str) {
        if let Some(part) = lock(&self.kept).get(name) {
            part.renew.cancel();
        }
    }

    /// A part begins: its pulse, and what ends the run.
    fn enter(
        &self,
        name: &str,
        care: Care,
        stop: &CancellationToken,
    ) -> (Arc<Pulse>, CancellationToken, CancellationToken) {
        let (now, drop_it, renew) = (self.clock.now(), CancellationToken::new(), stop.child_token());
        let mut all = lock(&self.kept);
        let kept = all.entry(name.to_owned()).or_insert_with(|| Kept {
            care,
            pulse: Arc::default(),
            began: now,
            restarts: 0,
            failures: 0,
            ended: None,
            over: false,
            drop_it: drop_it.clone(),
            renew: renew.clone(),
        });
        kept.began = now;
        kept.over = false;
        kept.drop_it = drop_it.clone();
        kept.renew = renew.clone();
        (Arc::clone(&kept.pulse), drop_it, renew)
    }

    /// A part has ended; answers how long to wait before it is started again.
    fn ended(&self, name: &str, how: Ended) -> SignedDuration {
        let now = self.clock.now();
        let mut all = lock(&self.kept);
        let Some(kept) = all.get_mut(name) else { return WAIT_FIRST };
        kept.failures = if WELL_AFTER <= now.duration_since(kept.began) { 1 } else { kept.failures.saturating_add(1) };
        kept.restarts = kept.restarts.saturating_add(1);
        kept.ended = Some((how, now));
        wait_after(kept.failures)
    }

    fn leave(&self, name: &str) {
        if let Some(kept) = lock(&self.kept).get_mut(name) {
            kept.over = true;
        }
    }
}

impl Kept {
    /// Since when it is at work for longer than it may be.
    fn hangs(&self, now: Timestamp) -> Option<Timestamp> {
        let beat = self.pulse.beat();
        let at = beat.at.unwrap_or(self.began);
        let works = beat.doing == Doing::Working;
        let hangs = |limit: &SignedDuration| works && *limit < now.duration_since(at);
        self.care.hangs_after.filter(hangs).map(|_| at)
    }

    fn seen(&self, name: &str, now: Timestamp) -> PartSeen {
        let beat = self.pulse.beat();
        let well = WELL_AFTER <= now.duration_since(self.began);
        PartSeen {
            name: name.to_owned(),
            beat: beat.at.unwrap_or(self.began),
            doing: beat.doing,
            restarts: self.restarts,
            over: self.over,
            failures: if well { 0 } else { self.failures },
            ended: self.ended,
            hangs_since: self.hangs(now),
        }
    }
}

/// After so many failures in a row.
fn wait_after(failures: u32) -> SignedDuration {
    doubled(WAIT_FIRST, failures, WAIT_MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a part until the end of the program. Ends with it, or when it may end and has.
pub async fn keep<W, R>(core: Arc<Core>, name: String, care: Care, first: Held, stop: CancellationToken, work: W)
where
    W: Fn(Start) -> R + Send,
    R: Future<Output = ()> + Send,
{
    let mut held = first;
    loop {
        let (pulse, drop_it, renew) = core.parts.enter(&name, care, &stop);
        let start = Start { held: held.beating(&pulse), stop: stop.clone(), renew: renew.clone() };
        let mut run = Box::pin(AssertUnwindSafe(work(start)).catch_unwind());
        let ended = tokio::select! {
            biased;
            ended = &mut run => Some(ended.is_ok()),
            () = drop_it.cancelled() => None,
        };
        // Before the run is dropped, so that simulated time cannot slip past the moment.
        held = core.clock.hold_again(name.as_str(), &pulse);
        drop(run);
        let how = match ended {
            _ if stop.is_cancelled() => return core.parts.leave(&name),
            Some(false) => Ended::Panicked,
            None => Ended::Renewed,
            Some(true) if renew.is_cancelled() => Ended::Renewed,
            Some(true) if care.may_end => return core.parts.leave(&name),
            Some(true) => Ended::Returned,
        };
        let wait = core.parts.ended(&name, how);
        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        tracing::error!(part = name, how = how.as_str(), wait_ms, "a part of the program ended; it is started again");
        let at = core.clock.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        if !rest_until(&mut held, at, &stop).await {
            return core.parts.leave(&name);
        }
        if care.paints
            && let Err(error) = core.read_again().await
        {
            let cause = &error as &dyn std::error::Error;
            tracing::error!(
                part = name,
                error = cause,
                "could not read the store again before a part was started again"
            );
        }
    }
}

#[cfg(test)]
mod tests;
