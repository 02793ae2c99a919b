//! What waits on one platform, in the order in which it goes.
//!
//! Owns: which delivery is next, which rooms must wait and until when, and when many of one cause become one message. Refuses:
//! sending, storing, reading a clock. Survives: being wrong about what is kept; whoever takes a delivery from here claims
//! it in the store first, and puts it back as it is then.
//!
//! Taking the next one costs the logarithm of what waits, however much that is and in however many rooms.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::delivery::{Delivery, can_roll};
use super::grouping::{GROUP_MAX, GROUP_OVER, QUEUED_AFTER, may_collapse};
use super::notice::{About, Urgency};
use super::retry::due_by;
use crate::domain::ids::RoomId;

/// What a delivery is for the limits of its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// A new message.
    Send,
    /// A change of one.
    Edit,
    /// A change of one that is old: platforms may limit these on their own.
    OldEdit,
}

/// A delivery that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its key in the store.
    pub key: Vec<u8>,
    /// What is told.
    pub about: About,
    /// Where.
    pub room: RoomId,
    /// What goes first.
    pub urgency: Urgency,
    /// For collapsing.
    pub cause: String,
    /// From when on it may go.
    pub since: Timestamp,
    /// It may be told together with others of its cause.
    pub collapses: bool,
    /// When the message was sent that is to be changed; `None` for a first telling.
    pub sent_at: Option<Timestamp>,
    /// Only an earlier message is changed.
    pub points_on: bool,
}

impl Item {
    /// A delivery as it waits; `None` when nothing is to be done with it. `groups`: its room takes group messages.
    #[must_use]
    pub fn of(delivery: &Delivery, key: Vec<u8>, groups: bool, now: Timestamp) -> Option<Self> {
        let changed = if delivery.points_on() { delivery.earlier.as_ref() } else { delivery.message.as_ref() };
        Some(Self {
            key,
            about: delivery.about.clone(),
            room: delivery.room.clone(),
            urgency: delivery.urgency,
            cause: delivery.cause.clone(),
            since: due_by(delivery, now)?,
            collapses: groups && may_collapse(delivery),
            sent_at: changed.map(|message| message.sent_at),
            points_on: delivery.points_on(),
        })
    }

    fn place(&self) -> Place {
        // More is in a group, so it goes before singles of its urgency.
        let rank = u8::from(!matches!(self.about, About::Group(_)));
        (self.urgency, rank, self.since, self.key.clone())
    }
}

/// Urgency, rank, age, key: the order of everything.
type Place = (Urgency, u8, Timestamp, Vec<u8>);

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Tell this one. Its room takes nothing else until [`Queue::free`].
    One(Item),
    /// Tell these as one: more than [`GROUP_OVER`] of one cause in one room, most urgent and oldest first.
    Group(Vec<Item>),
    /// Nothing may go before then; `None`: before something new comes.
    Rest(Option<Timestamp>),
}

/// What waits in one lane of one room.
#[derive(Debug, Default)]
struct Track {
    waiting: BTreeSet<Place>,
    /// The room takes nothing in this lane before then.
    blocked: Option<Timestamp>,
    /// Its first one, as it stands among the ready.
    listed: Option<Place>,
}

/// Everything that waits on one platform.
#[derive(Debug)]
pub struct Queue {
    old_after: SignedDuration,
    /// A change of an alert's message that is older than this goes as a new message.
    rolls_after: Option<SignedDuration>,
    items: HashMap<Vec<u8>, Item>,
    /// What is not due yet.
    ahead: BTreeSet<(Timestamp, Vec<u8>)>,
    tracks: BTreeMap<(RoomId, Lane), Track>,
    /// The first of every lane that is neither blocked nor busy.
    ready: BTreeSet<(Place, RoomId, Lane)>,
    blocked: BTreeSet<(Timestamp, RoomId, Lane)>,
    busy: BTreeSet<RoomId>,
    /// What may collapse, by room and cause.
    causes: BTreeMap<(RoomId, String), BTreeSet<Place>>,
}

impl Queue {
    /// Nothing waits yet. Messages are old for their room's limits after `old_after`.
    #[must_use]
    pub fn new(old_after: SignedDuration) -> Self {
        Self {
            old_after,
            rolls_after: None,
            items: HashMap::new(),
            ahead: BTreeSet::new(),
            tracks: BTreeMap::new(),
            ready: BTreeSet::new(),
            blocked: BTreeSet::new(),
            busy: BTreeSet::new(),
            causes: BTreeMap::new(),
        }
    }

    /// On a platform where a change of an old alert is a new message.
    #[must_use]
    pub fn rolling(mut self, after: SignedDuration) -> Self {
        self.rolls_after = Some(after);
        self
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What waits, by key.
    #[must_use]
    pub fn keys(&self) -> Vec<Vec<u8>> {
        let mut keys: Vec<Vec<u8>> = self.items.keys().cloned().collect();
        keys.sort();
        keys
    }

    /// Whether this delivery waits since exactly then.
    #[must_use]
    pub fn has(&self, key: &[u8], since: Timestamp) -> bool {
        self.items.get(key).is_some_and(|item| item.since == since)
    }

    /// Forgets everything but these.
    pub fn keep_only(&mut self, keys: &HashSet<Vec<u8>>) {
        let gone: Vec<Vec<u8>> = self.items.keys().filter(|key| !keys.contains(*key)).cloned().collect();
        for key in gone {
            self.remove(&key);
        }
    }

    /// Puts a delivery in, in the place of what was known of it.
    pub fn put(&mut self, item: Item, now: Timestamp) {
        self.remove(&item.key);
        if now < item.since {
            self.ahead.insert((item.since, item.key.clone()));
        } else {
            self.enter(&item, now);
        }
        self.items.insert(item.key.clone(), item);
    }

    /// A room takes messages again.
    pub fn free(&mut self, room: &RoomId) {
        if self.busy.remove(room) {
            self.list_all(room);
        }
    }

    /// Asks every room anew whether it takes anything: what it said was by a clock that has been set since.
    pub fn unblock(&mut self) {
        for (_, room, lane) in std::mem::take(&mut self.blocked) {
            if let Some(track) = self.tracks.get_mut(&(room.clone(), lane)) {
                track.blocked = None;
            }
            self.list(&room, lane);
        }
    }

    /// What goes next. `whole` says whether the platform takes anything now, and `may` whether a room does, or when.
    pub fn next(
        &mut self,
        now: Timestamp,
        whole: Result<(), Timestamp>,
        mut may: impl FnMut(&RoomId, Lane) -> Result<(), Timestamp>,
    ) -> Next {
        self.mature(now);
        loop {
            let Some((place, room, lane)) = self.ready.first().cloned() else { return Next::Rest(self.wake()) };
            if let Err(until) = whole {
                return Next::Rest(Some(self.wake().map_or(until, |wake| std::cmp::min(wake, until))));
            }
            if let Err(until) = may(&room, lane) {
                self.block(&room, lane, std::cmp::max(until, now));
                continue;
            }
            let Some(item) = self.items.get(&place.3).cloned() else {
                // Cannot be: what is listed is known. Forgetting it keeps the rest going.
                self.leave(&room, lane, &place);
                continue;
            };
            if self.lane(&item, now) != lane {
                // It has grown old while it waited.
                self.leave(&room, lane, &place);
                self.enter(&item, now);
                continue;
            }
            if let Some(group) = self.group(&item, now) {
                return Next::Group(group);
            }
            self.remove(&item.key);
            self.busy.insert(room.clone());
            self.list_all(&room);
            return Next::One(item);
        }
    }

    /// The delivery and those that collapse with it, taken out; `None` when it goes alone.
    fn group(&mut self, item: &Item, now: Timestamp) -> Option<Vec<Item>> {
        let is_queued = |place: &&Place| QUEUED_AFTER <= now.duration_since(place.2);
        if !item.collapses || !is_queued(&&item.place()) {
            return None;
        }
        let same = self.causes.get(&(item.room.clone(), item.cause.clone()))?;
        let keys: Vec<Vec<u8>> = same.iter().filter(is_queued).take(GROUP_MAX).map(|place| place.3.clone()).collect();
        if keys.len() <= GROUP_OVER {
            return None;
        }
        Some(keys.iter().filter_map(|key| self.remove(key)).collect())
    }

    fn lane(&self, item: &Item, now: Timestamp) -> Lane {
        match item.sent_at {
            None => Lane::Send,
            Some(sent_at) if !item.points_on && can_roll(&item.about) && self.is_rolled(sent_at, now) => Lane::Send,
            Some(sent_at) if self.old_after <= now.duration_since(sent_at) => Lane::OldEdit,
            Some(_) => Lane::Edit,
        }
    }

    fn is_rolled(&self, sent_at: Timestamp, now: Timestamp) -> bool {
        self.rolls_after.is_some_and(|after| after <= now.duration_since(sent_at))
    }

    /// What has become due, and rooms whose wait is over.
    fn mature(&mut self, now: Timestamp) {
        while let Some((at, key)) = self.ahead.first().cloned().filter(|(at, _)| *at <= now) {
            self.ahead.remove(&(at, key.clone()));
            if let Some(item) = self.items.get(&key).cloned() {
                self.enter(&item, now);
            }
        }
        while let Some((at, room, lane)) = self.blocked.first().cloned().filter(|(at, ..)| *at <= now) {
            self.blocked.remove(&(at, room.clone(), lane));
            if let Some(track) = self.tracks.get_mut(&(room.clone(), lane)) {
                track.blocked = None;
            }
            self.list(&room, lane);
        }
    }

    fn wake(&self) -> Option<Timestamp> {
        let ahead = self.ahead.first().map(|(at, _)| *at);
        let blocked = self.blocked.first().map(|(at, ..)| *at);
        ahead.into_iter().chain(blocked).min().filter(|at| *at < Timestamp::MAX)
    }

    fn enter(&mut self, item: &Item, now: Timestamp) {
        let lane = self.lane(item, now);
        let place = item.place();
        if item.collapses {
            self.causes.entry((item.room.clone(), item.cause.clone())).or_default().insert(place.clone());
        }
        self.tracks.entry((item.room.clone(), lane)).or_default().waiting.insert(place);
        self.list(&item.room, lane);
    }

    fn remove(&mut self, key: &[u8]) -> Option<Item> {
        let item = self.items.remove(key)?;
        self.ahead.remove(&(item.since, item.key.clone()));
        let place = item.place();
        for lane in LANES {
            self.leave(&item.room, lane, &place);
        }
        let cause = (item.room.clone(), item.cause.clone());
        if let Some(same) = self.causes.get_mut(&cause) {
            same.remove(&place);
            if same.is_empty() {
                self.causes.remove(&cause);
            }
        }
        Some(item)
    }

    fn leave(&mut self, room: &RoomId, lane: Lane, place: &Place) {
        let Some(track) = self.tracks.get_mut(&(room.clone(), lane)) else { return };
        if !track.waiting.remove(place) {
            return;
        }
        self.list(room, lane);
        // A lane in which nothing waits is forgotten, but for the time it is blocked.
        let idle = |track: &Track| track.waiting.is_empty() && track.blocked.is_none();
        if self.tracks.get(&(room.clone(), lane)).is_some_and(idle) {
            self.tracks.remove(&(room.clone(), lane));
        }
    }

    fn block(&mut self, room: &RoomId, lane: Lane, until: Timestamp) {
        if let Some(track) = self.tracks.get_mut(&(room.clone(), lane)) {
            track.blocked = Some(until);
            self.blocked.insert((until, room.clone(), lane));
        }
        self.list(room, lane);
    }

    fn list_all(&mut self, room: &RoomId) {
        for lane in LANES {
            self.list(room, lane);
        }
    }

    /// Shows the first one of a lane among the ready, or hides it.
    fn list(&mut self, room: &RoomId, lane: Lane) {
        let busy = self.busy.contains(room);
        let Some(track) = self.tracks.get_mut(&(room.clone(), lane)) else { return };
        let open = !busy && track.blocked.is_none();
        let first = track.waiting.first().filter(|_| open).cloned();
        if track.listed == first {
            return;
        }
        if let Some(old) = std::mem::replace(&mut track.listed, first.clone()) {
            self.ready.remove(&(old, room.clone(), lane));
        }
        if let Some(first) = first {
            self.ready.insert((first, room.clone(), lane));
        }
    }
}

const LANES: [Lane; 3] = [Lane::Send, Lane::Edit, Lane::OldEdit];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::incident::IncidentId;
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_780_000_000_000 + ms).expect("an instant")
    }

    fn room(name: &str) -> RoomId {
        RoomId::new(name).expect("an id")
    }

    fn item(n: u64, name: &str, cause: &str, ms: i64) -> Item {
        Item {
            key: format!("{n}@{name}").into_bytes(),
            about: About::Incident(IncidentId::nth(n)),
            room: room(name),
            urgency: Urgency::Critical,
            cause: cause.to_owned(),
            since: at(ms),
            collapses: true,
            sent_at: None,
            points_on: false,
        }
    }

    fn queue(items: &[Item], now: i64) -> Queue {
        let mut queue = Queue::new(SignedDuration::from_hours(1));
        for item in items {
            queue.put(item.clone(), at(now));
        }
        queue
    }

    /// Everything that may go at one instant without any limit: how many alone, and how large each group.
    fn all(queue: &mut Queue, now: i64) -> (Vec<Item>, Vec<usize>) {
        let (mut alone, mut groups) = (Vec::new(), Vec::new());
        loop {
            match queue.next(at(now), Ok(()), |_, _| Ok(())) {
                Next::One(item) => {
                    queue.free(&item.room);
                    alone.push(item);
                }
                Next::Group(items) => groups.push(items.len()),
                Next::Rest(_) => return (alone, groups),
            }
        }
    }

    #[track_caller]
    fn check(items: &[Item], now: i64, alone: usize, groups: &[usize]) {
        let (one, many) = all(&mut queue(items, now), now);
        assert_eq!((one.len(), many.as_slice()), (alone, groups));
    }

    fn burst(count: u64, cause: &str, ms: i64) -> Vec<Item> {
        (0..count).map(|n| item(n, "team", cause, ms)).collect()
    }

    #[test]
    fn a_burst_goes_at_once_and_what_queues_behind_it_collapses() {
        check(&burst(30, "a", 0), 0, 30, &[]);
        check(&burst(29, "a", 0), 1000, 0, &[29]);
        check(&burst(5, "a", 0), 1000, 5, &[]);
        check(&burst(6, "a", 0), 1000, 0, &[6]);
        let many = u64::try_from(GROUP_MAX).expect("fits") + 7;
        check(&burst(many, "a", 0), 1000, 0, &[GROUP_MAX, 7]);
    }

    #[test]
    fn causes_do_not_mix_and_what_may_not_collapse_goes_alone() {
        let mut both = burst(5, "a", 0);
        both.extend((10..15).map(|n| item(n, "team", "b", 0)));
        check(&both, 1000, 10, &[]);
        let mut alone = burst(7, "a", 0);
        alone[0].collapses = false;
        alone[1].collapses = false;
        check(&alone, 1000, 7, &[]);
    }

    #[test]
    fn the_urgent_go_first_then_groups_then_the_old_whatever_the_room() {
        let mut items = vec![item(1, "x", "a", 0), item(2, "y", "b", 5), item(3, "z", "c", 9), item(4, "y", "d", 9)];
        items[0].urgency = Urgency::Informational;
        items[3].about = About::Group(IncidentId::nth(4));
        let (alone, _) = all(&mut queue(&items, 10), 10);
        let keys: Vec<_> = alone.iter().map(|one| String::from_utf8_lossy(&one.key).into_owned()).collect();
        assert_eq!(keys, ["4@y", "2@y", "3@z", "1@x"]);
    }

    #[test]
    fn a_room_that_must_wait_holds_up_nobody_else_and_its_edits_only_where_they_share_the_wait() {
        let mut edit = item(2, "x", "b", 0);
        edit.sent_at = Some(at(0));
        let mut queue = queue(&[item(1, "x", "a", 0), edit, item(3, "y", "c", 0)], 0);
        let mut may = |room: &RoomId, lane: Lane| match (room.as_str(), lane) {
            ("x", Lane::Send) => Err(at(700)),
            _ => Ok(()),
        };
        let Next::One(first) = queue.next(at(0), Ok(()), &mut may) else { panic!("one") };
        assert_eq!(first.key, b"2@x");
        let Next::One(second) = queue.next(at(0), Ok(()), &mut may) else { panic!("one") };
        assert_eq!(second.key, b"3@y");
        assert_eq!(queue.next(at(0), Ok(()), &mut may), Next::Rest(Some(at(700))), "x is busy, and must wait anyway");
        queue.free(&room("x"));
        assert_eq!(queue.next(at(0), Ok(()), &mut may), Next::Rest(Some(at(700))));
        assert!(matches!(queue.next(at(700), Ok(()), |_, _| Ok(())), Next::One(_)));
        assert!(queue.is_empty());
    }

    #[test]
    fn what_is_not_due_waits_and_a_newer_word_takes_its_place() {
        let mut queue = queue(&[item(1, "x", "a", 50)], 0);
        assert_eq!(queue.next(at(0), Ok(()), |_, _| Ok(())), Next::Rest(Some(at(50))));
        assert!(queue.has(b"1@x", at(50)) && !queue.has(b"1@x", at(0)));
        queue.put(item(1, "x", "a", 0), at(10));
        assert_eq!(queue.len(), 1);
        assert_eq!(queue.next(at(10), Err(at(30)), |_, _| Ok(())), Next::Rest(Some(at(30))));
        assert_eq!(all(&mut queue, 50).0.len(), 1);
        queue.put(item(2, "x", "a", 0), at(10));
        queue.keep_only(&HashSet::new());
        assert_eq!(queue.next(at(60), Ok(()), |_, _| Ok(())), Next::Rest(None));
    }

    #[test]
    fn a_message_grows_old_while_its_edit_waits() {
        let mut edit = item(1, "x", "a", 0);
        edit.sent_at = Some(at(0));
        let mut queue = queue(&[edit], 0);
        let hour = 3_600_000;
        let mut seen = Vec::new();
        let next = queue.next(at(hour), Ok(()), |_, lane| {
            seen.push(lane);
            if lane == Lane::OldEdit { Err(at(hour + 5)) } else { Ok(()) }
        });
        assert_eq!((next, seen), (Next::Rest(Some(at(hour + 5))), vec![Lane::Edit, Lane::OldEdit]));
    }

    #[test]
    fn a_change_of_an_old_alert_waits_with_new_messages_where_it_rolls_over() {
        let day = 24 * 3_600_000;
        for (rolls, points_on, want) in
            [(true, false, Lane::Send), (true, true, Lane::OldEdit), (false, false, Lane::OldEdit)]
        {
            let mut edit = item(1, "x", "a", 0);
            (edit.sent_at, edit.points_on, edit.collapses) = (Some(at(0)), points_on, false);
            let mut queue = Queue::new(SignedDuration::from_hours(1));
            if rolls {
                queue = queue.rolling(SignedDuration::from_hours(24));
            }
            queue.put(edit, at(day));
            let mut seen = None;
            let next = queue.next(at(day), Ok(()), |_, lane| {
                seen = Some(lane);
                Ok(())
            });
            assert!(matches!(next, Next::One(_)));
            assert_eq!(seen, Some(want), "{rolls} {points_on}");
        }
    }

    proptest! {
        #[test]
        fn every_delivery_goes_once_however_rooms_are_blocked(
            rows in proptest::collection::vec((0_usize..3, 0_usize..4, 0_i64..2000, any::<bool>()), 0..80),
            blocks in proptest::collection::vec(0_i64..900, 1..20),
        ) {
            let items: Vec<Item> = rows.iter().zip(0_u64..).map(|((cause, place, ms, edit), n)| {
                let mut one = item(n, ["w", "x", "y", "z"][*place], ["a", "b", "c"][*cause], *ms);
                one.sent_at = edit.then(|| at(0));
                one.collapses = !edit;
                one
            }).collect();
            let mut queue = queue(&items, 0);
            let (mut now, mut turn, mut seen) = (0, 0, Vec::new());
            loop {
                let next = queue.next(at(now), Ok(()), |_, _| {
                    turn += 1;
                    let wait = blocks[turn % blocks.len()];
                    if wait < 300 { Err(at(now + wait + 1)) } else { Ok(()) }
                });
                match next {
                    Next::One(one) => {
                        prop_assert!(at(now) >= one.since);
                        queue.free(&one.room);
                        seen.push(one.key);
                    }
                    Next::Group(group) => {
                        prop_assert!(GROUP_OVER < group.len());
                        prop_assert!(group.iter().all(|one| one.cause == group[0].cause && one.room == group[0].room));
                        seen.extend(group.into_iter().map(|one| one.key));
                    }
                    Next::Rest(Some(until)) => {
                        prop_assert!(at(now) < until);
                        now = until.as_millisecond() - at(0).as_millisecond();
                    }
                    Next::Rest(None) => break,
                }
                prop_assume!(turn < 100_000);
            }
            seen.sort();
            let mut want: Vec<_> = items.into_iter().map(|one| one.key).collect();
            want.sort();
            prop_assert_eq!(seen, want);
        }
    }
}
