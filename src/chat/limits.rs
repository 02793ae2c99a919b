//! What may be sent now, and if not, when: asked before anything leaves.
//!
//! Owns: the windows of a bot (in all, by room, by route), the waits that a platform has asked for, rooms that refuse, and
//! the brake on requests that Discord counts as invalid. Refuses: waiting; it answers with the earliest instant. Survives:
//! a restart, by being told by the platform again; its memory is bounded.
//!
//! Telegram publishes no counters: about one message a second in a chat, 20 a minute in a group with edits counted, 30 a
//! second in all (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>). Discord says in its
//! headers what is left of a bucket and bounds a bot to 50 requests a second
//! (<https://discord.com/developers/docs/topics/rate-limits>).

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::domain::person::Chat;

/// What a request is, as far as limits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// A new message.
    Send,
    /// A change of one.
    Edit,
    /// A change of one that is older than an hour: Discord limits these on their own.
    OldEdit,
    /// The answer to an interaction or a callback. Discord does not count these in the 50 a second.
    Answer,
    /// A question: members, history, who am I, opening a direct message.
    Ask,
}

/// Edits of messages older than this are limited on their own by Discord.
pub const OLD_MESSAGE: SignedDuration = SignedDuration::from_secs(3600);

/// Edits of old messages that Discord takes in one room within six seconds.
const OLD_EDITS: usize = 3;

/// Requests reach a server later or earlier than each other by this much, so a window is kept that much longer.
const SLACK: SignedDuration = SignedDuration::from_millis(50);

/// A room that refused is left alone this long.
const CLOSED_FOR: SignedDuration = SignedDuration::from_secs(3600);

/// Discord bars an address for 10,000 invalid requests (401, 403, 429) in 10 minutes. A tenth leaves room for whatever else
/// speaks from the same address.
const INVALID_MAX: usize = 1_000;
const INVALID_PER: SignedDuration = SignedDuration::from_secs(600);

/// Rooms remembered before idle ones are dropped: ten times the rooms of a large agency.
const ROOMS_MAX: usize = 10_000;

/// Who a wait is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This bot, on this route in this room.
    User,
    /// This bot, everywhere.
    Global,
    /// Whoever speaks in this room; not counted as invalid.
    Shared,
}

/// What a Discord answer said about its bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketSeen {
    /// The bucket's name.
    pub name: String,
    /// Requests in a window.
    pub limit: u32,
    /// What is left.
    pub remaining: u32,
    /// Until the window begins anew.
    pub reset_after: SignedDuration,
}

/// What an answer means for later requests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// The HTTP status.
    pub status: u16,
    /// A wait the server asks for, and for whom.
    pub wait: Option<(Scope, SignedDuration)>,
    /// Its bucket.
    pub bucket: Option<BucketSeen>,
    /// The room refuses the bot.
    pub closes: bool,
    /// The platform refuses the bot.
    pub stops: bool,
}

/// At most `most` events in any `per`.
#[derive(Debug, Clone)]
struct Window {
    most: usize,
    per: SignedDuration,
    taken: VecDeque<Timestamp>,
}

impl Window {
    fn new(most: usize, per: SignedDuration) -> Self {
        Self { most, per, taken: VecDeque::new() }
    }

    /// The earliest instant at which one more fits.
    fn free_at(&self) -> Timestamp {
        self.free_beside(0)
    }

    /// The same when `others` more are about to be taken.
    fn free_beside(&self, others: usize) -> Timestamp {
        let Some(in_the_way) = self.taken.len().saturating_add(others).checked_sub(self.most) else {
            return Timestamp::MIN;
        };
        // More than fit at all: when the last one has left.
        let last = self.taken.get(in_the_way).or_else(|| self.taken.back());
        last.map_or(Timestamp::MIN, |last| later(later(*last, self.per), SLACK))
    }

    fn take(&mut self, now: Timestamp) {
        if self.most <= self.taken.len() {
            self.taken.pop_front();
        }
        self.taken.push_back(now);
    }

    fn is_idle(&self, now: Timestamp) -> bool {
        self.taken.back().is_none_or(|last| later(later(*last, self.per), SLACK) <= now)
    }
}

#[derive(Debug, Clone)]
struct Bucket {
    limit: u32,
    remaining: u32,
    reset_at: Timestamp,
    /// The longest window it has shown.
    window: SignedDuration,
}

#[derive(Debug, Default)]
struct Room {
    /// Windows of our own (Telegram).
    windows: Vec<Window>,
    /// Edits of old messages (Discord).
    old_edits: Option<Window>,
    /// Which bucket a route belongs to (Discord).
    routes: BTreeMap<Route, String>,
    buckets: BTreeMap<String, Bucket>,
    /// Waits a server asked for.
    blocked: BTreeMap<Route, Timestamp>,
    closed_until: Option<Timestamp>,
}

/// How much a bot may send: a platform's published figures, or an operator's more careful ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// Messages and edits a second in all.
    pub per_second: u32,
    /// Messages and edits a second in one room; 0 where the platform says it itself (Discord).
    #[serde(default)]
    pub per_room_per_second: u32,
    /// Messages and edits a minute in one group; 0 likewise.
    #[serde(default)]
    pub per_group_per_minute: u32,
}

impl Allowance {
    /// What the platform publishes.
    #[must_use]
    pub fn of(chat: Chat) -> Self {
        match chat {
            Chat::Telegram => Self { per_second: 30, per_room_per_second: 1, per_group_per_minute: 20 },
            Chat::Discord => Self { per_second: 50, per_room_per_second: 0, per_group_per_minute: 0 },
        }
    }
}

/// The limits of one bot.
#[derive(Debug)]
pub struct Limits {
    chat: Chat,
    allowance: Allowance,
    in_all: Window,
    invalid: Window,
    blocked_until: Timestamp,
    stopped: bool,
    rooms: BTreeMap<String, Room>,
}

impl Limits {
    /// Nothing sent yet, under the platform's own figures.
    #[must_use]
    pub fn new(chat: Chat) -> Self {
        Self::with(chat, Allowance::of(chat))
    }

    /// Nothing sent yet, under an operator's figures.
    #[must_use]
    pub fn with(chat: Chat, allowance: Allowance) -> Self {
        let a_second = SignedDuration::from_secs(1);
        Self {
            chat,
            allowance,
            in_all: Window::new(size(allowance.per_second), a_second),
            invalid: Window::new(INVALID_MAX, INVALID_PER),
            blocked_until: Timestamp::MIN,
            stopped: false,
            rooms: BTreeMap::new(),
        }
    }

    /// The clock was set back: what was sent and what a server asked to wait is as far away as before.
    pub fn set_back(&mut self, by: SignedDuration) {
        let sooner = |at: &mut Timestamp| *at = at.checked_sub(by).unwrap_or(*at);
        sooner(&mut self.blocked_until);
        self.in_all.taken.iter_mut().chain(&mut self.invalid.taken).for_each(sooner);
        for room in self.rooms.values_mut() {
            let windows = room.windows.iter_mut().chain(&mut room.old_edits);
            windows.flat_map(|window| &mut window.taken).for_each(sooner);
            room.buckets.values_mut().map(|bucket| &mut bucket.reset_at).for_each(sooner);
            room.blocked.values_mut().chain(&mut room.closed_until).for_each(sooner);
        }
    }

    /// Whether a request may leave now; if not, the earliest instant at which it is worth asking again
    /// ([`Timestamp::MAX`] when the platform has refused the bot itself). Counts nothing.
    pub fn may_send(&self, room: &str, route: Route, now: Timestamp) -> Result<(), Timestamp> {
        let earliest = self.earliest(room, route, now);
        if earliest <= now { Ok(()) } else { Err(earliest) }
    }

    /// Whether any message may leave now, whatever its room, while `others` are about to leave; if not, when it is worth
    /// asking again. Counts nothing.
    pub fn may_any(&self, others: usize, now: Timestamp) -> Result<(), Timestamp> {
        if self.stopped {
            return Err(Timestamp::MAX);
        }
        let earliest = latest([self.invalid.free_at(), self.in_all.free_beside(others), self.blocked_until]);
        if earliest <= now { Ok(()) } else { Err(earliest) }
    }

    fn earliest(&self, room: &str, route: Route, now: Timestamp) -> Timestamp {
        if self.stopped {
            return Timestamp::MAX;
        }
        let mut earliest = self.invalid.free_at();
        if !self.is_free(route) {
            earliest = latest([earliest, self.in_all.free_at(), self.blocked_until]);
        }
        let Some(room) = self.rooms.get(room) else {
            return earliest;
        };
        if matches!(route, Route::Send | Route::Edit | Route::OldEdit) {
            earliest = room.windows.iter().fold(earliest, |sum, one| latest([sum, one.free_at()]));
            earliest = latest([earliest, room.closed_until.unwrap_or(Timestamp::MIN)]);
        }
        if let (Route::OldEdit, Some(window)) = (route, &room.old_edits) {
            earliest = latest([earliest, window.free_at()]);
        }
        if let Some(blocked) = room.blocked.get(&self.class(route)) {
            earliest = latest([earliest, *blocked]);
        }
        match room.routes.get(&route).and_then(|name| room.buckets.get(name)) {
            Some(bucket) if bucket.remaining == 0 && now < bucket.reset_at => latest([earliest, bucket.reset_at]),
            _ => earliest,
        }
    }

    /// As [`Limits::may_send`], and counts the request when it may leave.
    pub fn take(&mut self, room: &str, route: Route, now: Timestamp) -> Result<(), Timestamp> {
        self.may_send(room, route, now)?;
        if !self.is_free(route) {
            self.in_all.take(now);
        }
        self.forget_idle(now);
        let room = Self::room(&mut self.rooms, self.chat, self.allowance, room);
        if matches!(route, Route::Send | Route::Edit | Route::OldEdit) {
            for window in &mut room.windows {
                window.take(now);
            }
        }
        if let (Route::OldEdit, Some(window)) = (route, &mut room.old_edits) {
            window.take(now);
        }
        if let Some(bucket) = room.routes.get(&route).and_then(|name| room.buckets.get_mut(name)) {
            if bucket.reset_at <= now {
                bucket.remaining = bucket.limit;
                bucket.reset_at = later(now, bucket.window);
            }
            bucket.remaining = bucket.remaining.saturating_sub(1);
        }
        Ok(())
    }

    /// Learns from an answer.
    pub fn note_response(&mut self, room: &str, route: Route, seen: &Seen, now: Timestamp) {
        let shared = matches!(seen.wait, Some((Scope::Shared, _)));
        if self.chat == Chat::Discord && matches!(seen.status, 401 | 403 | 429) && !shared {
            self.invalid.take(now);
        }
        self.stopped |= seen.stops;
        let class = self.class(route);
        let room = Self::room(&mut self.rooms, self.chat, self.allowance, room);
        if (200..300).contains(&seen.status) && matches!(route, Route::Send) {
            room.closed_until = None;
        }
        // A question may be refused for its own sake (an unknown user); only a refused message closes a room.
        if seen.closes && matches!(route, Route::Send | Route::Edit | Route::OldEdit) {
            room.closed_until = Some(later(now, CLOSED_FOR));
        }
        if let Some(bucket) = &seen.bucket {
            room.learn(route, bucket, now);
        }
        match seen.wait {
            Some((Scope::Global, wait)) => self.blocked_until = latest([self.blocked_until, later(now, wait)]),
            Some((Scope::User | Scope::Shared, wait)) => {
                let until = later(now, wait);
                let blocked = room.blocked.entry(class).or_insert(until);
                *blocked = latest([*blocked, until]);
            }
            None => {}
        }
    }

    /// The bot can speak there again: it was unblocked, added back or given the right.
    pub fn reopen(&mut self, room: &str) {
        if let Some(room) = self.rooms.get_mut(room) {
            room.closed_until = None;
        }
    }

    /// The platform has refused the bot's token.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    fn is_free(&self, route: Route) -> bool {
        self.chat == Chat::Discord && route == Route::Answer
    }

    /// Routes that share a wait: Telegram asks for the whole chat.
    fn class(&self, route: Route) -> Route {
        match (self.chat, route) {
            (Chat::Telegram, Route::Send | Route::Edit | Route::OldEdit) => Route::Send,
            (Chat::Telegram | Chat::Discord, other) => other,
        }
    }

    fn room<'a>(rooms: &'a mut BTreeMap<String, Room>, chat: Chat, allowance: Allowance, name: &str) -> &'a mut Room {
        rooms.entry(name.to_owned()).or_insert_with(|| {
            let second = Window::new(size(allowance.per_room_per_second), SignedDuration::from_secs(1));
            let minute = Window::new(size(allowance.per_group_per_minute), SignedDuration::from_secs(60));
            let windows = match chat {
                Chat::Discord => Vec::new(),
                // Groups, supergroups and channels have negative ids.
                Chat::Telegram if name.starts_with('-') => vec![second, minute],
                Chat::Telegram => vec![second],
            };
            // Not documented by Discord; refusals with code 30046 begin at about this rate (see the platform's tracker,
            // discord-api-docs issue 4413).
            let old_edits = (chat == Chat::Discord).then(|| Window::new(OLD_EDITS, SignedDuration::from_secs(6)));
            Room { windows, old_edits, ..Room::default() }
        })
    }

    fn forget_idle(&mut self, now: Timestamp) {
        if ROOMS_MAX <= self.rooms.len() {
            self.rooms.retain(|_, room| !room.is_idle(now));
        }
    }
}

impl Room {
    fn learn(&mut self, route: Route, seen: &BucketSeen, now: Timestamp) {
        self.routes.insert(route, seen.name.clone());
        let reset_at = later(now, seen.reset_after);
        match self.buckets.get_mut(&seen.name) {
            None => {
                self.buckets.insert(
                    seen.name.clone(),
                    Bucket { limit: seen.limit, remaining: seen.remaining, reset_at, window: seen.reset_after },
                );
            }
            Some(bucket) => {
                // Answers overtake each other: within one window the smaller number is the truth.
                let same = now < bucket.reset_at;
                bucket.remaining = if same { std::cmp::min(bucket.remaining, seen.remaining) } else { seen.remaining };
                bucket.limit = seen.limit;
                bucket.window = std::cmp::max(bucket.window, seen.reset_after);
                bucket.reset_at = if same { latest([bucket.reset_at, reset_at]) } else { reset_at };
            }
        }
    }

    fn is_idle(&self, now: Timestamp) -> bool {
        self.windows.iter().chain(&self.old_edits).all(|window| window.is_idle(now))
            && self.buckets.values().all(|bucket| bucket.reset_at <= now)
            && self.blocked.values().all(|until| *until <= now)
            && self.closed_until.is_none_or(|until| until <= now)
    }
}

fn latest<const N: usize>(times: [Timestamp; N]) -> Timestamp {
    times.into_iter().fold(Timestamp::MIN, std::cmp::max)
}

/// A count as a window's size; a window of nothing would never let anything pass, so it is at least one.
fn size(count: u32) -> usize {
    usize::try_from(std::cmp::max(count, 1)).unwrap_or(usize::MAX)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
