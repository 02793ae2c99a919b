//! The desk of one chat platform: what waits, what is on its way, and whether the platform is there at all.
//!
//! Owns: the queue in memory, which is a cache of the store's index of due deliveries, read again whenever somebody says
//! that there is something new. Survives: a store that fails for a while (everything is still due then) and a platform that
//! is away: it is tried now and then with one message, and what was put off comes when it is back.

use std::collections::{HashMap, HashSet};
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Way, Went, put, turn};
use crate::app::core::Core;
use crate::app::groups;
use crate::app::rounds::{rest, wait_after};
use crate::chat::Chats;
use crate::chat::limits::{OLD_MESSAGE, Route};
use crate::domain::ids::RoomId;
use crate::domain::person::{Address, Audience, Chat};
use crate::outbox::delivery::{Delivery, ROLLS_AFTER};
use crate::outbox::outage::Outage;
use crate::outbox::queue::{Item, Lane, Next, Queue};
use crate::outbox::retry::{Outcome, resume, set_back};
use crate::store::records::load;
use crate::store::{Key, StoreError, Table, keys};
use crate::time::steady::Steady;
use crate::time::{Bell, Held};

/// Rows of the due index read at once.
const PAGE: usize = 4_000;

/// Deliveries that an outage has put off, remembered until it ends; the rest of them comes by its own schedule.
const PUT_OFF_MAX: usize = 10_000;

/// A request that is being prepared: the limits do not count it yet.
#[derive(Debug)]
pub(super) struct Slot(Arc<AtomicUsize>);

impl Slot {
    fn take(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A room of this platform.
struct Place {
    address: Address,
    /// It takes group messages. Their lines are for the team: what a client or a creator may be told is decided message by
    /// message.
    groups: bool,
}

/// What was on its way, and what came of it.
type Landed = (Item, Result<Went, StoreError>);

struct Desk {
    core: Arc<Core>,
    chats: Arc<Chats>,
    chat: Chat,
    bell: Bell,
    steady: Steady,
    /// What is still to be timed anew after the clock was set back, and by how much.
    untimed: Vec<(Key, SignedDuration)>,
    queue: Queue,
    places: HashMap<RoomId, Place>,
    /// Rooms of the other platforms.
    elsewhere: HashSet<RoomId>,
    /// The count of [`crate::app::core::Bells::asked`] up to which the store was read.
    read: Option<u64>,
    outage: Outage,
    put_off: Vec<Key>,
    /// Of the store, in a row; and how long nothing is tried for them: each try does the whole work up to the write that fails.
    failures: u32,
    idle_until: Timestamp,
    flying: HashMap<Key, JoinHandle<()>>,
    /// What was found to be due while it was on its way.
    changed: HashSet<Key>,
    landed: Arc<Mutex<Vec<Landed>>>,
    preparing: Arc<AtomicUsize>,
}

/// Delivers on one platform, for ever. What is on its way at the end is waited for.
pub async fn run(core: Arc<Core>, chats: Arc<Chats>, chat: Chat, mut held: Held, stop: CancellationToken) {
    let bell = match chat {
        Chat::Discord => core.bells.deliver_discord.clone(),
        Chat::Telegram => core.bells.deliver_telegram.clone(),
    };
    let mut desk = Desk {
        core: Arc::clone(&core),
        chats,
        chat,
        bell: bell.clone(),
        steady: Steady::new(&core.clock),
        untimed: Vec::new(),
        queue: match chat {
            Chat::Discord => Queue::new(OLD_MESSAGE).rolling(ROLLS_AFTER),
            Chat::Telegram => Queue::new(OLD_MESSAGE),
        },
        places: HashMap::new(),
        elsewhere: HashSet::new(),
        read: None,
        outage: Outage::default(),
        put_off: Vec::new(),
        failures: 0,
        idle_until: Timestamp::MIN,
        flying: HashMap::new(),
        changed: HashSet::new(),
        landed: Arc::default(),
        preparing: Arc::default(),
    };
    loop {
        let wake = match desk.round().await {
            Ok(wake) => wake,
            Err(error) => {
                tracing::error!(
                    chat = chat.as_str(),
                    error = &error as &dyn std::error::Error,
                    "could not deliver; trying again"
                );
                desk.read = None;
                desk.failures = desk.failures.saturating_add(1);
                core.clock.now().checked_add(wait_after(desk.failures)).ok()
            }
        };
        if !rest(&mut held, &bell, wake, &stop).await {
            break;
        }
    }
    for (_, task) in desk.flying {
        // A task that panicked has said so in the log.
        drop(task.await);
    }
}

impl Desk {
    /// Sends off what may go now; answers when to look again.
    async fn round(&mut self) -> Result<Option<Timestamp>, StoreError> {
        loop {
            if let Some(by) = self.steady.set_back(&self.core.clock) {
                self.set_back(by);
            }
            self.time_anew().await?;
            self.land().await?;
            self.read().await?;
            let now = self.core.clock.now();
            if let Some(until) = self.outage.rests_until(now) {
                return Ok(Some(until));
            }
            if now < self.idle_until {
                return Ok(Some(self.idle_until));
            }
            if self.at_once() <= self.flying.len() {
                // Whoever lands rings.
                return Ok(None);
            }
            let whole = self.chats.may_any(self.chat, self.preparing.load(Ordering::SeqCst), now);
            let (chats, places) = (&self.chats, &self.places);
            let mut waits = 0_u64;
            let next = self.queue.next(now, whole, |room, lane| match places.get(room) {
                Some(place) => {
                    let may = chats.may_send(&place.address, route(lane), now);
                    waits += u64::from(may.is_err());
                    may
                }
                // Whoever takes it finds that it has no place here any more.
                None => Ok(()),
            });
            waits += u64::from(matches!(next, Next::Rest(_)) && whole.is_err() && !self.queue.is_empty());
            if 0 < waits {
                self.core.count(|counts| *counts.tally.waits.entry(self.chat).or_default() += waits);
            }
            match next {
                Next::One(item) => self.send_off(item).await?,
                Next::Group(members) => self.collapse(members).await?,
                Next::Rest(wake) => return Ok(wake.filter(|wake| *wake < Timestamp::MAX)),
            }
        }
    }

    fn at_once(&self) -> usize {
        let set = usize::try_from(self.core.config.delivery.at_once).unwrap_or(usize::MAX);
        if self.outage.is_on() { 1 } else { std::cmp::max(set, 1) }
    }

    /// Reads what is due, if somebody has said that there is something new. Only what was not known is loaded.
    async fn read(&mut self) -> Result<(), StoreError> {
        let asked = self.core.bells.asked.load(Ordering::SeqCst);
        if self.read == Some(asked) {
            return Ok(());
        }
        self.look_up_places().await;
        let mut seen: HashSet<Key> = HashSet::new();
        let (mut from, until) = keys::all();
        loop {
            let rows = self.core.store.scan(Table::DueDeliveries, &from, &until, PAGE).await?;
            for (row, _) in &rows {
                let (since, key) = keys::read_due(row)?;
                if self.is_elsewhere(&key) || !seen.insert(key.clone()) || self.queue.has(&key, since) {
                    continue;
                }
                if self.flying.contains_key(&key) {
                    // On its way: looked at again when it has landed, for this may be news to it.
                    self.changed.insert(key);
                } else if let Some(kept) = load::<Delivery>(&*self.core.store, &key).await? {
                    self.enter(&kept.value, key);
                }
            }
            match rows.last() {
                Some((last, _)) if PAGE <= rows.len() => from = keys::after(last),
                _ => break,
            }
        }
        self.queue.keep_only(&seen);
        self.read = Some(asked);
        Ok(())
    }

    async fn look_up_places(&mut self) {
        let state = self.core.state.lock().await;
        self.places.clear();
        self.elsewhere.clear();
        for room in state.catalog.places().into_values() {
            let Some(address) = room.address else { continue };
            if address.chat == self.chat {
                let groups = matches!(room.audience, Audience::Internal | Audience::Operator);
                self.places.insert(room.id, Place { address, groups });
            } else {
                self.elsewhere.insert(room.id);
            }
        }
    }

    /// Whether a delivery is another platform's: its key ends with the room. What is for a room that is in no chat any more
    /// is everybody's: whoever comes first writes its end down.
    fn is_elsewhere(&self, key: &[u8]) -> bool {
        let room = key.rsplit(|byte| *byte == 0).next().and_then(|room| std::str::from_utf8(room).ok());
        room.and_then(|room| RoomId::new(room).ok()).is_none_or(|room| self.elsewhere.contains(&room))
    }

    fn enter(&mut self, delivery: &Delivery, key: Key) {
        let place = self.places.get(&delivery.room);
        let (groups, now) = (place.is_some_and(|place| place.groups), self.core.clock.now());
        let Some(mut item) = Item::of(delivery, key, groups, now) else { return };
        if place.is_none() {
            // The room may be bound again while it is news.
            item.since = std::cmp::max(item.since, delivery.expires_at);
        }
        self.queue.put(item, now);
    }

    async fn send_off(&mut self, item: Item) -> Result<(), StoreError> {
        if self.core.config.delivery.at_once <= 1 {
            let way = Way { core: &self.core, chats: &self.chats, chat: self.chat, slot: None };
            let went = turn(way, &item.key).await;
            return self.settle(item, went).await;
        }
        let slot = Slot::take(&self.preparing);
        let (core, chats, chat) = (Arc::clone(&self.core), Arc::clone(&self.chats), self.chat);
        let (landed, bell, key) = (Arc::clone(&self.landed), self.bell.clone(), item.key.clone());
        let name = format!("send {} {}", chat.as_str(), item.room);
        let task = self.core.clock.spawn(name, move |held| async move {
            let way = Way { core: &core, chats: &chats, chat, slot: Some(slot) };
            // What panics has landed as well: its room and its key would never be free again.
            let went = AssertUnwindSafe(turn(way, &item.key)).catch_unwind().await;
            let went =
                went.unwrap_or_else(|_| Err(StoreError::failed("deliver a message", io::Error::other("it panicked"))));
            landed.lock().unwrap_or_else(PoisonError::into_inner).push((item, went));
            bell.ring();
            drop(held);
        });
        self.flying.insert(key, task);
        Ok(())
    }

    /// Takes in what has come of everything that was on its way.
    async fn land(&mut self) -> Result<(), StoreError> {
        let landed = std::mem::take(&mut *self.landed.lock().unwrap_or_else(PoisonError::into_inner));
        for (item, went) in landed {
            self.flying.remove(&item.key);
            self.settle(item, went).await?;
        }
        Ok(())
    }

    async fn settle(&mut self, item: Item, went: Result<Went, StoreError>) -> Result<(), StoreError> {
        let now = self.core.clock.now();
        self.queue.free(&item.room);
        let went = match went {
            Ok(went) => went,
            Err(error) => {
                tracing::error!(
                    chat = self.chat.as_str(),
                    error = &error as &dyn std::error::Error,
                    "could not deliver; trying again"
                );
                self.failures = self.failures.saturating_add(1);
                self.idle_until = now.checked_add(wait_after(self.failures)).unwrap_or(Timestamp::MAX);
                self.queue.put(Item { since: self.idle_until, ..item }, now);
                return Ok(());
            }
        };
        self.failures = 0;
        if self.changed.remove(&item.key) {
            if let Some(kept) = load::<Delivery>(&*self.core.store, &item.key).await? {
                self.enter(&kept.value, item.key.clone());
            }
        } else if let Some(after) = &went.after {
            self.enter(after, item.key.clone());
        }
        let Some(outcome) = went.outcome else { return Ok(()) };
        if matches!(outcome, Outcome::TargetMoved { .. }) {
            self.look_up_places().await;
        }
        if self.outage.note(&outcome, now) {
            tracing::info!(chat = self.chat.as_str(), "the platform answers again");
            return self.resume().await;
        }
        if !is_failure(&outcome) {
            // It was that room or that line: each comes again by its own schedule.
            self.put_off.clear();
        } else if self.put_off.len() < PUT_OFF_MAX {
            self.put_off.push(item.key);
        }
        Ok(())
    }

    /// The clock was set back: everything waits for as long as it would have, and what may have arrived is as old as it was.
    fn set_back(&mut self, by: SignedDuration) {
        tracing::warn!(
            chat = self.chat.as_str(),
            seconds = by.as_secs(),
            "the clock was set back; what waits is timed anew"
        );
        self.chats.set_back(self.chat, by);
        self.outage.set_back(by);
        self.idle_until = self.idle_until.checked_sub(by).unwrap_or(Timestamp::MIN);
        self.queue.unblock();
        self.untimed.extend(self.queue.keys().into_iter().map(|key| (key, by)));
    }

    async fn time_anew(&mut self) -> Result<(), StoreError> {
        let now = self.core.clock.now();
        while let Some((key, by)) = self.untimed.last().cloned() {
            if let Some(kept) = load::<Delivery>(&*self.core.store, &key).await? {
                let after = set_back(kept.value.clone(), by, now);
                if after != kept.value
                    && let Some(after) = put(&self.core, &kept, after, None).await?.after
                {
                    self.enter(&after, key);
                }
            }
            self.untimed.pop();
        }
        Ok(())
    }

    /// What the outage has put off comes now, most urgent first like everything else.
    async fn resume(&mut self) -> Result<(), StoreError> {
        for key in std::mem::take(&mut self.put_off) {
            let Some(kept) = load::<Delivery>(&*self.core.store, &key).await? else { continue };
            let after = resume(kept.value.clone(), self.core.clock.now());
            if after == kept.value {
                continue;
            }
            if let Some(after) = put(&self.core, &kept, after, None).await?.after {
                self.enter(&after, key);
            }
        }
        Ok(())
    }

    async fn collapse(&mut self, members: Vec<Item>) -> Result<(), StoreError> {
        let Some(made) = groups::collapse(&self.core, &members).await? else {
            // Some of them have changed: what is kept now takes its turn again.
            for item in members {
                if let Some(kept) = load::<Delivery>(&*self.core.store, &item.key).await? {
                    self.enter(&kept.value, item.key);
                }
            }
            return Ok(());
        };
        self.enter(&made, keys::delivery(&made.about, &made.room));
        Ok(())
    }
}

fn is_failure(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::NeverLeft { .. } | Outcome::Lost { .. })
}

fn route(lane: Lane) -> Route {
    match lane {
        Lane::Send => Route::Send,
        Lane::Edit => Route::Edit,
        Lane::OldEdit => Route::OldEdit,
    }
}
