//! The only time there is: a [`Clock`], what is in flight, and who waits for what.
//!
//! Owns: reading the time, waiting for an instant or for a [`Bell`], and the count of what is in flight.
//! Refuses: schedules, zones and deadlines of its own; those belong to the rooms that have them.
//!
//! A job that runs holds a [`Held`]. It gives it back only while it waits, through [`Held::sleep_until`] or
//! [`Held::wait`], and gets it back with the wake-up. On the system clock that is a formality. On the simulated clock
//! it is the whole trick: [`Driver`] moves time to the next timer only when nothing is in flight, and wakes one waiter
//! at a time in the order (time, name, sequence). The same program, emulators included, then gives the same bytes
//! however the operating system schedules its threads.
//!
//! A ring of a [`Bell`] is a timer due at once, so work woken by a signal takes its turn like work woken by time.

mod driver;
pub mod pace;
pub mod pulse;
pub mod steady;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, oneshot};

pub use driver::{Driver, QUIET_MAX, Stuck};
use pulse::{Doing, Pulse};

/// What wakes a waiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// The instant asked for has come.
    Due,
    /// The bell was rung before it.
    Rung,
}

/// Now, and waiting. Cheap to clone; every clone is the same clock.
#[derive(Clone)]
pub struct Clock(Arc<Kind>);

enum Kind {
    /// The machine's, and when it was first asked for.
    System(std::time::Instant),
    Simulated(Box<Simulated>),
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::System(_) => f.write_str("Clock(system)"),
            Kind::Simulated(sim) => write!(f, "Clock(simulated, {})", sim.lock().now),
        }
    }
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
        let began = std::time::Instant::now();
        Self(Arc::new(Kind::System(began)))
    }

    /// A clock that stands at `start` until its driver moves it.
    #[must_use]
    pub fn simulated(start: Timestamp) -> (Self, Driver) {
        let clock = Self(Arc::new(Kind::Simulated(Box::new(Simulated::new(start)))));
        (clock.clone(), Driver { clock })
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
            Kind::System(_) => Timestamp::now(),
            Kind::Simulated(sim) => sim.lock().now,
        }
    }

    /// How long this clock has been running, however often the time of day was set meanwhile. Means nothing to another process.
    #[must_use]
    pub fn running(&self) -> SignedDuration {
        match &*self.0 {
            Kind::System(began) => SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::MAX),
            Kind::Simulated(sim) => {
                let state = sim.lock();
                state.now.duration_since(state.start).saturating_sub(state.set)
            }
        }
    }

    /// Whether time is simulated, so that a page or a log can say so.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        matches!(&*self.0, Kind::Simulated(_))
    }

    /// Does long work on a thread that nobody waits for. While time is simulated it is done in place: when a thread of its own
    /// is ready is up to the machine, and the same seed must give the same bytes.
    ///
    /// # Errors
    ///
    /// The work panicked.
    pub async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, tokio::task::JoinError> {
        if self.is_simulated() { Ok(work()) } else { tokio::task::spawn_blocking(work).await }
    }

    /// Says that `name` is at work from now until the token is dropped or waits.
    #[must_use]
    pub fn hold(&self, name: impl Into<Arc<str>>) -> Held {
        let name = name.into();
        let id = match &*self.0 {
            Kind::System(_) => 0,
            Kind::Simulated(sim) => sim.hold(&name),
        };
        Held { clock: self.clone(), id, name, pulse: None }
    }

    /// The token that a holder left behind who panicked, or a new one.
    #[must_use]
    pub fn hold_again(&self, name: impl Into<Arc<str>>, pulse: &Pulse) -> Held {
        match pulse.take_up() {
            Some(id) => Held { clock: self.clone(), id, name: name.into(), pulse: None },
            None => self.hold(name),
        }
    }

    /// Gives one token's worth back while a server keeps a request waiting.
    ///
    /// The client that sent the request holds a token it cannot give back; an emulator that parks the request (a long
    /// poll, a hanging answer) does it for the client. Drop the guard before answering.
    #[must_use]
    pub fn park(&self) -> Parked {
        if let Kind::Simulated(sim) = &*self.0 {
            sim.lock().parked += 1;
            sim.quiet.notify_one();
        }
        Parked { clock: self.clone() }
    }

    /// Puts something on a wire that no request carries (a gateway event): it is in flight until [`Clock::arrived`]
    /// or [`Clock::lost`] is called with the same key.
    pub fn send_off(&self, key: impl Into<Arc<str>>) {
        if let Kind::Simulated(sim) = &*self.0 {
            let key = key.into();
            let id = sim.hold(&key);
            sim.lock().on_the_wire.insert(key, id);
        }
    }

    /// Takes what [`Clock::send_off`] put on the wire; work goes on under `name`.
    #[must_use]
    pub fn arrived(&self, key: &str, name: impl Into<Arc<str>>) -> Held {
        let held = self.hold(name);
        self.lost(key);
        held
    }

    /// What was sent off under `key` will never arrive (its connection is gone).
    pub fn lost(&self, key: &str) {
        if let Kind::Simulated(sim) = &*self.0 {
            let id = sim.lock().on_the_wire.remove(key);
            if let Some(id) = id {
                sim.release(id);
            }
        }
    }

    /// A bell of this clock.
    #[must_use]
    pub fn bell(&self) -> Bell {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Bell { clock: self.clone(), id: NEXT.fetch_add(1, Ordering::Relaxed), notify: Arc::new(Notify::new()) }
    }

    /// Starts a task that holds a token from this very moment, so that time cannot slip past its first line.
    pub fn spawn<F, T>(&self, name: impl Into<Arc<str>>, work: impl FnOnce(Held) -> F) -> tokio::task::JoinHandle<T>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let held = self.hold(name);
        #[expect(clippy::disallowed_methods, reason = "this is the one place that starts tasks, each with its token")]
        tokio::spawn(work(held))
    }
}

/// A token: its holder is at work, and simulated time stands still.
pub struct Held {
    clock: Clock,
    id: u64,
    name: Arc<str>,
    pulse: Option<Arc<Pulse>>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held({})", self.name)
    }
}

impl Held {
    /// From now on a pulse says whether the holder works or waits.
    #[must_use]
    pub fn beating(mut self, pulse: &Arc<Pulse>) -> Self {
        pulse.note(Doing::Working, self.clock.now());
        self.pulse = Some(Arc::clone(pulse));
        self
    }

    /// The clock this token belongs to.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Gives the token back until `at`, and wakes holding it.
    pub async fn sleep_until(&mut self, at: Timestamp) {
        self.rest(Some(at), None).await;
    }

    /// Gives the token back until the bell rings or `until` comes, and wakes holding it.
    ///
    /// A ring that came before the wait is not lost: it ends the wait at once.
    pub async fn wait(&mut self, bell: &Bell, until: Option<Timestamp>) -> Woken {
        self.rest(until, Some(bell)).await
    }

    async fn rest(&mut self, until: Option<Timestamp>, bell: Option<&Bell>) -> Woken {
        self.beat(Doing::Waiting);
        let woken = self.rest_here(until, bell).await;
        self.beat(Doing::Working);
        woken
    }

    fn beat(&self, doing: Doing) {
        if let Some(pulse) = &self.pulse {
            pulse.note(doing, self.clock.now());
        }
    }

    async fn rest_here(&mut self, until: Option<Timestamp>, bell: Option<&Bell>) -> Woken {
        let sim = match &*self.clock.0 {
            Kind::System(_) => return rest_on_system(self.clock.now(), until, bell).await,
            Kind::Simulated(sim) => sim,
        };
        let (woken, guard) = sim.rest(self.id, &self.name, until, bell.map(|bell| bell.id));
        // A dropped sender means that the driver is gone: the world has ended and nobody will be woken again.
        match woken.await {
            Ok(woken) => {
                guard.done();
                woken
            }
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.beat(Doing::Away);
        if let Kind::Simulated(sim) = &*self.clock.0 {
            match &self.pulse {
                // Whoever watches over the part takes it up, and time stands until then.
                Some(pulse) if std::thread::panicking() => pulse.leave(self.id),
                Some(_) | None => sim.release(self.id),
            }
        }
    }
}

async fn rest_on_system(now: Timestamp, until: Option<Timestamp>, bell: Option<&Bell>) -> Woken {
    let rung = async {
        match bell {
            Some(bell) => bell.notify.notified().await,
            None => std::future::pending().await,
        }
    };
    let due = async {
        match until {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
            Some(at) => tokio::time::sleep(Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = rung => Woken::Rung,
        () = due => Woken::Due,
    }
}

/// A request that waits at a server. See [`Clock::park`].
#[derive(Debug)]
pub struct Parked {
    clock: Clock,
}

impl Drop for Parked {
    fn drop(&mut self) {
        if let Kind::Simulated(sim) = &*self.clock.0 {
            let mut state = sim.lock();
            state.parked = state.parked.saturating_sub(1);
        }
    }
}

/// Wakes the one task that waits for it. Rings do not pile up: two before a wait are one.
#[derive(Clone)]
pub struct Bell {
    clock: Clock,
    id: u64,
    notify: Arc<Notify>,
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bell({})", self.id)
    }
}

impl Bell {
    /// Wakes the waiter, or the next one to wait.
    pub fn ring(&self) {
        match &*self.clock.0 {
            Kind::System(_) => self.notify.notify_one(),
            Kind::Simulated(sim) => sim.ring(self.id),
        }
    }
}

struct Simulated {
    state: Mutex<State>,
    /// Told whenever the world may have become quiet, or a quiet world has got a new timer.
    quiet: Notify,
}

type TimerKey = (Timestamp, Arc<str>, u64);

struct State {
    now: Timestamp,
    /// Where it began, and by how much the time of day was set since.
    start: Timestamp,
    set: SignedDuration,
    next: u64,
    /// Who is at work, by token.
    held: BTreeMap<u64, Arc<str>>,
    /// Requests that servers keep waiting.
    parked: usize,
    on_the_wire: HashMap<Arc<str>, u64>,
    timers: BTreeMap<TimerKey, Timer>,
    /// Waiters without an instant, by sequence: only a bell wakes them.
    listeners: BTreeMap<u64, (Arc<str>, Timer)>,
    bells: HashMap<u64, BellState>,
}

struct Timer {
    token: u64,
    wake: oneshot::Sender<Woken>,
    woken: Woken,
}

enum BellState {
    /// Rung while nobody waited.
    Rung,
    /// Somebody waits: their sequence and, when they also wait for an instant, their timer.
    Awaited { seq: u64, timer: Option<TimerKey> },
}

impl Simulated {
    fn new(start: Timestamp) -> Self {
        Self {
            state: Mutex::new(State {
                now: start,
                start,
                set: SignedDuration::ZERO,
                next: 1,
                held: BTreeMap::new(),
                parked: 0,
                on_the_wire: HashMap::new(),
                timers: BTreeMap::new(),
                listeners: BTreeMap::new(),
                bells: HashMap::new(),
            }),
            quiet: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not hide its message behind a poisoned clock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, name: &Arc<str>) -> u64 {
        let mut state = self.lock();
        let id = state.take_seq();
        state.held.insert(id, Arc::clone(name));
        id
    }

    fn release(&self, id: u64) {
        let mut state = self.lock();
        state.held.remove(&id);
        if state.is_quiet() {
            self.quiet.notify_one();
        }
    }

    fn rest(
        &self,
        token: u64,
        name: &Arc<str>,
        until: Option<Timestamp>,
        bell: Option<u64>,
    ) -> (oneshot::Receiver<Woken>, RestGuard<'_>) {
        let (wake, woken) = oneshot::channel();
        let mut state = self.lock();
        let seq = state.take_seq();
        let rung = bell.is_some_and(|bell| matches!(state.bells.get(&bell), Some(BellState::Rung)));
        let mut timer = Timer { token, wake, woken: Woken::Due };
        let at = if rung {
            timer.woken = Woken::Rung;
            Some(state.now)
        } else {
            until
        };
        let key = at.map(|at| (at, Arc::clone(name), seq));
        match &key {
            Some(key) => {
                state.timers.insert(key.clone(), timer);
            }
            None => {
                state.listeners.insert(seq, (Arc::clone(name), timer));
            }
        }
        if let Some(bell) = bell {
            if rung {
                state.bells.remove(&bell);
            } else {
                state.bells.insert(bell, BellState::Awaited { seq, timer: key });
            }
        }
        state.held.remove(&token);
        if state.is_quiet() {
            self.quiet.notify_one();
        }
        drop(state);
        (woken, RestGuard { sim: self, seq, bell })
    }

    fn ring(&self, bell: u64) {
        let mut state = self.lock();
        match state.bells.remove(&bell) {
            None | Some(BellState::Rung) => {
                state.bells.insert(bell, BellState::Rung);
            }
            Some(BellState::Awaited { seq, timer }) => {
                let waiter = match timer {
                    Some(key) => state.timers.remove(&key).map(|timer| (Arc::clone(&key.1), timer)),
                    None => state.listeners.remove(&seq),
                };
                if let Some((name, timer)) = waiter {
                    let now = state.now;
                    state.timers.insert((now, name, seq), Timer { woken: Woken::Rung, ..timer });
                }
                if state.is_quiet() {
                    self.quiet.notify_one();
                }
            }
        }
    }
}

impl State {
    fn take_seq(&mut self) -> u64 {
        let seq = self.next;
        self.next += 1;
        seq
    }

    fn is_quiet(&self) -> bool {
        self.held.len() <= self.parked
    }

    /// Moves the time of day, and with it every instant that somebody waits for.
    fn jump(&mut self, by: SignedDuration) {
        let moved = |at: Timestamp| at.checked_add(by).unwrap_or(at);
        self.now = moved(self.now);
        self.set = self.set.saturating_add(by);
        let timers = std::mem::take(&mut self.timers);
        self.timers = timers.into_iter().map(|((at, name, seq), timer)| ((moved(at), name, seq), timer)).collect();
        for bell in self.bells.values_mut() {
            if let BellState::Awaited { timer: Some(key), .. } = bell {
                key.0 = moved(key.0);
            }
        }
    }

    /// Moves to the next timer no later than `end` and wakes it. `false` when there is none.
    fn step(&mut self, end: Timestamp) -> bool {
        let Some(entry) = self.timers.first_entry() else {
            return false;
        };
        if end < entry.key().0 {
            return false;
        }
        let ((at, name, _), timer) = entry.remove_entry();
        if self.now < at {
            self.now = at;
        }
        self.held.insert(timer.token, name);
        if timer.wake.send(timer.woken).is_err() {
            // The waiter was dropped in the same moment; its guard could not see it any more.
            self.held.remove(&timer.token);
        }
        true
    }
}

/// Forgets the timer of a wait that was abandoned.
struct RestGuard<'a> {
    sim: &'a Simulated,
    seq: u64,
    bell: Option<u64>,
}

impl RestGuard<'_> {
    /// The wait ended as it should; there is nothing left to forget.
    fn done(mut self) {
        let mut state = self.sim.lock();
        if let Some(bell) = self.bell.take()
            && matches!(state.bells.get(&bell), Some(BellState::Awaited { seq, .. }) if *seq == self.seq)
        {
            state.bells.remove(&bell);
        }
        drop(state);
        std::mem::forget(self);
    }
}

impl Drop for RestGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.sim.lock();
        let seq = self.seq;
        state.listeners.remove(&seq);
        state.timers.retain(|key, _| key.2 != seq);
        if let Some(bell) = self.bell
            && matches!(state.bells.get(&bell), Some(BellState::Awaited { seq: by, .. }) if *by == seq)
        {
            state.bells.remove(&bell);
        }
    }
}

#[cfg(test)]
mod tests;
