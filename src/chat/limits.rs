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
        match self.taken.front() {
            Some(oldest) if self.most <= self.taken.len() => later(later(*oldest, self.per), SLACK),
            _ => Timestamp::MIN,
        }
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

    /// Whether a request may leave now; if not, the earliest instant at which it is worth asking again
    /// ([`Timestamp::MAX`] when the platform has refused the bot itself). Counts nothing.
    pub fn may_send(&self, room: &str, route: Route, now: Timestamp) -> Result<(), Timestamp> {
        let earliest = self.earliest(room, route, now);
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_780_000_000_000 + ms).expect("an instant")
    }

    fn ms(time: Timestamp) -> i64 {
        time.as_millisecond() - 1_780_000_000_000
    }

    /// Sends as early as it may, `count` times, and says when.
    fn times(limits: &mut Limits, room: &str, route: Route, count: usize) -> Vec<i64> {
        let mut now = at(0);
        let mut sent = Vec::new();
        while sent.len() < count {
            match limits.take(room, route, now) {
                Ok(()) => sent.push(ms(now)),
                Err(earliest) => now = earliest,
            }
        }
        sent
    }

    #[test]
    fn telegram_takes_one_a_second_in_a_chat() {
        let mut limits = Limits::new(Chat::Telegram);
        assert_eq!(times(&mut limits, "7", Route::Send, 3), [0, 1050, 2100]);
    }

    #[test]
    fn telegram_takes_20_a_minute_in_a_group_and_edits_count() {
        let mut limits = Limits::new(Chat::Telegram);
        assert_eq!(times(&mut limits, "-7", Route::Send, 10).last(), Some(&9450));
        let mut now = at(9450);
        for _ in 0..10 {
            now = limits.may_send("-7", Route::Edit, now).err().unwrap_or(now);
            limits.take("-7", Route::Edit, now).expect("free");
        }
        assert_eq!(limits.may_send("-7", Route::Send, now).map_err(ms), Err(60_050));
        assert_eq!(limits.may_send("-8", Route::Send, now), Ok(()));
    }

    #[test]
    fn telegram_takes_30_a_second_in_all() {
        let mut limits = Limits::new(Chat::Telegram);
        for room in 0..30 {
            limits.take(&room.to_string(), Route::Send, at(0)).expect("free");
        }
        assert_eq!(limits.take("99", Route::Send, at(0)).map_err(ms), Err(1050));
    }

    fn wait(scope: Scope, seconds: i64) -> Seen {
        Seen { status: 429, wait: Some((scope, SignedDuration::from_secs(seconds))), ..Seen::default() }
    }

    #[test]
    fn a_wait_is_for_those_it_was_said_to() {
        let mut discord = Limits::new(Chat::Discord);
        discord.note_response("1", Route::OldEdit, &wait(Scope::Shared, 9), at(0));
        assert_eq!(discord.may_send("1", Route::OldEdit, at(0)).map_err(ms), Err(9000));
        assert_eq!(discord.may_send("1", Route::Send, at(0)), Ok(()));
        discord.note_response("1", Route::Send, &wait(Scope::Global, 4), at(0));
        assert_eq!(discord.may_send("2", Route::Send, at(0)).map_err(ms), Err(4000));
        assert_eq!(discord.may_send("2", Route::Answer, at(0)), Ok(()), "answers are not bound to it");
        let mut telegram = Limits::new(Chat::Telegram);
        telegram.note_response("1", Route::Edit, &wait(Scope::User, 35), at(0));
        assert_eq!(telegram.may_send("1", Route::Send, at(0)).map_err(ms), Err(35_000));
        assert_eq!(telegram.may_send("2", Route::Send, at(0)), Ok(()));
    }

    fn bucket(remaining: u32, reset_ms: i64) -> Seen {
        Seen {
            status: 200,
            bucket: Some(BucketSeen {
                name: "b".to_owned(),
                limit: 5,
                remaining,
                reset_after: SignedDuration::from_millis(reset_ms),
            }),
            ..Seen::default()
        }
    }

    #[test]
    fn discord_buckets_are_learned_and_answers_may_overtake() {
        let mut limits = Limits::new(Chat::Discord);
        limits.take("1", Route::Send, at(0)).expect("free");
        limits.note_response("1", Route::Send, &bucket(2, 5000), at(0));
        limits.take("1", Route::Send, at(10)).expect("free");
        limits.take("1", Route::Send, at(20)).expect("free");
        // The answer to an earlier request says more than is left.
        limits.note_response("1", Route::Send, &bucket(1, 4900), at(100));
        assert_eq!(limits.may_send("1", Route::Send, at(100)).map_err(ms), Err(5000));
        assert_eq!(limits.may_send("2", Route::Send, at(100)), Ok(()));
        for _ in 0..5 {
            limits.take("1", Route::Send, at(5000)).expect("a new window");
        }
        assert_eq!(limits.may_send("1", Route::Send, at(5000)).map_err(ms), Err(10_000));
    }

    #[test]
    fn a_refused_token_stops_everything_and_a_refusing_room_only_itself() {
        let mut limits = Limits::new(Chat::Discord);
        let closes = Seen { status: 403, closes: true, ..Seen::default() };
        limits.note_response("1", Route::Ask, &closes, at(0));
        assert_eq!(limits.may_send("1", Route::Send, at(0)), Ok(()), "a refused question closes nothing");
        limits.note_response("1", Route::Send, &closes, at(0));
        assert_eq!(limits.may_send("1", Route::Send, at(0)).map_err(ms), Err(3_600_000));
        assert_eq!(limits.may_send("2", Route::Send, at(0)), Ok(()));
        limits.reopen("1");
        assert_eq!(limits.may_send("1", Route::Send, at(0)), Ok(()));
        let stops = Seen { status: 401, stops: true, ..Seen::default() };
        limits.note_response("1", Route::Ask, &stops, at(0));
        assert_eq!(limits.may_send("2", Route::Send, at(0)), Err(Timestamp::MAX));
        assert!(limits.is_stopped());
    }

    #[test]
    fn invalid_requests_are_braked_far_below_the_bar() {
        let mut limits = Limits::new(Chat::Discord);
        for n in 0..1000 {
            assert_eq!(limits.may_send("9", Route::Send, at(n)), Ok(()), "{n}");
            limits.note_response("1", Route::Ask, &Seen { status: 403, ..Seen::default() }, at(n));
        }
        assert_eq!(limits.may_send("9", Route::Send, at(1000)).map_err(ms), Err(600_050));
        let mut shared = Limits::new(Chat::Discord);
        for n in 0..2000 {
            shared.note_response("1", Route::Ask, &wait(Scope::Shared, 1), at(n));
        }
        assert_eq!(shared.may_send("9", Route::Send, at(2000)), Ok(()));
    }

    /// The most events in any half-open window of `per` milliseconds.
    fn densest(times: &[i64], per: i64) -> usize {
        times
            .iter()
            .map(|start| times.iter().filter(|time| (*start..start + per).contains(time)).count())
            .max()
            .unwrap_or(0)
    }

    proptest! {
        #[test]
        fn a_learned_bucket_is_never_overdrawn(
            asks in proptest::collection::vec((0_i64..700, any::<bool>()), 1..200), limit in 1_u32..6, window in 1_i64..8,
        ) {
            let mut limits = Limits::new(Chat::Discord);
            let (mut now, mut opened, mut used) = (0, i64::MIN, 0);
            for (pause, other) in asks {
                now += pause;
                let room = if other { "2" } else { "1" };
                if limits.take(room, Route::Send, at(now)).is_err() || other {
                    continue;
                }
                // The server: windows that open with the first request after the last one has passed.
                if opened.saturating_add(window * 1000) <= now {
                    (opened, used) = (now, 0);
                }
                used += 1;
                prop_assert!(used <= limit, "{} of {} at {}", used, limit, now);
                let seen = BucketSeen {
                    name: "b".to_owned(),
                    limit,
                    remaining: limit - used,
                    reset_after: SignedDuration::from_millis(opened + window * 1000 - now),
                };
                limits.note_response(room, Route::Send, &Seen { status: 200, bucket: Some(seen), ..Seen::default() }, at(now));
            }
        }

        #[test]
        fn no_window_is_ever_exceeded(
            asks in proptest::collection::vec((0_i64..400, 0_usize..5, any::<bool>()), 1..400)
        ) {
            let mut limits = Limits::new(Chat::Telegram);
            let mut now = 0;
            let mut sent: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
            for (pause, room, edit) in asks {
                now += pause;
                let room = ["1", "2", "-1", "-2", "-3"][room];
                let route = if edit { Route::Edit } else { Route::Send };
                if limits.take(room, route, at(now)).is_ok() {
                    sent.entry(room).or_default().push(now);
                }
            }
            let all: Vec<i64> = sent.values().flatten().copied().collect();
            prop_assert!(densest(&all, 1000) <= 30);
            for (room, times) in sent {
                prop_assert!(densest(&times, 1000) <= 1);
                if room.starts_with('-') {
                    prop_assert!(densest(&times, 60_000) <= 20);
                }
            }
        }
    }
}
