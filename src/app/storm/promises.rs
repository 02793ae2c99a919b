//! What must hold, checked at every commit, every message and every order, against a picture that is built from nothing but
//! what was kept and what was seen outside.
//!
//! Owns: the invariants by name. Refuses: asking the program; it is the one that is checked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::faults::{HOUR, Secs};
use super::numbers::{Numbers, Order, Weather};
use crate::app::records::InboxRecord;
use crate::domain::action::{Proposal, ProposalStage};
use crate::domain::ids::Subject;
use crate::domain::person::{Audience, Chat, Grant, Person, Role, Room};
use crate::outbox::delivery::{Delivery, State};
use crate::outbox::incident::{Incident, Stage};
use crate::outbox::notice::About;
use crate::outbox::retry::due_at;
use crate::store::records::{Record, read_bytes};
use crate::store::{Key, Table, Write};

/// The sentence of a message that may be a repeat, in both languages.
const MARKS: [&str; 2] = ["you may have seen this already", "du kan redan ha sett detta"];

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub invariant: &'static str,
    /// What was seen.
    pub what: String,
}

/// A message that has just appeared outside.
pub(super) struct Sent<'a> {
    pub chat: Chat,
    pub place: &'a str,
    pub id: &'a str,
    pub text: &'a str,
    /// The program will hear that it was sent.
    pub certain: bool,
    pub now: Timestamp,
    pub elapsed: Secs,
}

/// A claim that was kept: one message may follow.
#[derive(Debug, Clone)]
struct Claimed {
    key: Key,
    at: Secs,
    spent: bool,
}

/// A message that told a delivery.
#[derive(Debug, Clone)]
struct Told {
    id: String,
    certain: bool,
}

/// Who may not be named where.
#[derive(Debug, Clone)]
pub(super) struct Private {
    /// Creators by their ids, and words that only they and the team may read.
    pub creators: BTreeMap<String, Vec<String>>,
    /// Nobody may read these.
    pub secrets: Vec<String>,
    /// Only the team may read these: margins.
    pub margins: Vec<String>,
    /// The boosts of each partnership.
    pub boosts: BTreeMap<String, String>,
}

/// The picture, and what was found wrong.
pub(super) struct Promises {
    private: Private,
    lease: SignedDuration,
    pub broken: Option<Seen>,
    pub checks: u64,
    deliveries: BTreeMap<Key, Delivery>,
    claims: BTreeMap<String, Claimed>,
    /// By delivery, and by which of its messages: one that was rolled over or is gone is told anew.
    told: BTreeMap<(Key, u32), Vec<Told>>,
    proposals: BTreeMap<u64, Proposal>,
    incidents: BTreeMap<Key, Incident>,
    inbox: BTreeSet<(Chat, String)>,
    /// How many answers each place may still get: one for each thing that was done there.
    heard: BTreeMap<String, u64>,
    grants: BTreeMap<Key, Grant>,
    people: BTreeMap<Key, Person>,
    rooms: BTreeMap<Key, Room>,
    digest: Sha256,
}

impl Promises {
    /// Nothing was kept and nothing seen yet.
    pub fn new(private: Private, lease: SignedDuration) -> Self {
        Self {
            private,
            lease,
            broken: None,
            checks: 0,
            deliveries: BTreeMap::new(),
            claims: BTreeMap::new(),
            told: BTreeMap::new(),
            proposals: BTreeMap::new(),
            incidents: BTreeMap::new(),
            inbox: BTreeSet::new(),
            heard: BTreeMap::new(),
            grants: BTreeMap::new(),
            people: BTreeMap::new(),
            rooms: BTreeMap::new(),
            digest: Sha256::new(),
        }
    }

    /// Notes what does not hold; the first is what counts.
    fn broken(&mut self, invariant: &'static str, what: String) {
        self.broken.get_or_insert(Seen { invariant, what });
    }

    /// The commits of the program fail, or it is gone: what was sent just before may not have been recorded.
    pub fn failed(&mut self) {
        for told in self.told.values_mut().filter_map(|all| all.last_mut()) {
            told.certain = false;
        }
    }

    /// A digest of the journal and of everything that was said.
    pub fn digest(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.digest.clone().finalize())
    }

    /// Something was kept.
    pub fn committed(&mut self, writes: &[Write], numbers: &Numbers, now: (Timestamp, Secs)) {
        for write in writes {
            match write {
                Write::Put { table, key, bytes } => {
                    self.checks += 1;
                    self.put(*table, key, bytes, numbers, now);
                }
                Write::Delete { table: Table::Grants, key } => drop(self.grants.remove(key)),
                Write::Delete { .. } => {}
                Write::Append { bytes, .. } => self.digest.update(bytes),
            }
        }
    }

    fn put(&mut self, table: Table, key: &Key, bytes: &[u8], numbers: &Numbers, now: (Timestamp, Secs)) {
        match table {
            Table::Deliveries => self.with(key, bytes, |me, one| me.delivery(key, one, now)),
            Table::Proposals => self.with(key, bytes, |me, one| me.proposal(one, numbers, now.0)),
            Table::Incidents => self.with(key, bytes, |me, one| me.incident(key, one, numbers, now.1)),
            Table::Inbox => self.with(key, bytes, |me, one: InboxRecord| {
                if let Some(address) = one.inbound.as_ref().and_then(|inbound| inbound.address.as_ref()) {
                    *me.heard.entry(address.place.clone()).or_default() += 1;
                }
                me.inbox.insert((one.chat, one.id));
            }),
            Table::Grants => self.with(key, bytes, |me, one| drop(me.grants.insert(key.clone(), one))),
            Table::People => self.with(key, bytes, |me, one| drop(me.people.insert(key.clone(), one))),
            Table::Rooms => self.with(key, bytes, |me, one| drop(me.rooms.insert(key.clone(), one))),
            _ => {}
        }
    }

    fn with<T: Record>(&mut self, key: &Key, bytes: &[u8], then: impl FnOnce(&mut Self, T)) {
        match read_bytes::<T>(key, bytes) {
            Ok(record) => then(self, record),
            Err(error) => self.broken("what is kept can be read", error.to_string()),
        }
    }

    fn delivery(&mut self, key: &Key, one: Delivery, (now, elapsed): (Timestamp, Secs)) {
        match &one.state {
            State::Sending { until, .. } if until.duration_since(now) == self.lease => {
                let claim = Claimed { key: key.clone(), at: elapsed, spent: false };
                self.claims.insert(one.room.to_string(), claim);
            }
            // More is wanted of what is on its way.
            State::Sending { .. } => {}
            // The attempt has ended, whatever came of it: what appears in the room now is something else.
            _ if self.claims.get(one.room.as_str()).is_some_and(|claim| claim.key == *key) => {
                self.claims.remove(one.room.as_str());
            }
            _ => {}
        }
        self.deliveries.insert(key.clone(), one);
    }

    fn proposal(&mut self, one: Proposal, numbers: &Numbers, now: Timestamp) {
        let before = self.proposals.get(&one.number);
        if before.is_some_and(|before| before.stage.is_over() && before.stage != one.stage) {
            self.broken("what is over stays over", format!("{before:?} became {one:?}"));
            return;
        }
        let was_approved = before.is_some_and(|before| matches!(before.stage, ProposalStage::Approved { .. }));
        match &one.stage {
            ProposalStage::Approved { by, .. } if !was_approved => self.approved(&one, by),
            ProposalStage::Verified { state, .. } if one.deed.asks().is_none() => {
                let said = numbers.state(&one.object);
                if said.is_some_and(|said| said != state) {
                    self.broken("verified is what the platform says", format!("it says {said:?}: {one:?}"));
                }
            }
            ProposalStage::Doing { tries: 0, .. } if one.deed.asks().is_none() => self.fresh(&one, now),
            _ => {}
        }
        if let Some(undone) = one.undoes {
            let twice = self
                .proposals
                .values()
                .find(|other| other.undoes == Some(undone) && other.number != one.number && !other.stage.is_over());
            if !one.stage.is_over() && twice.is_some() {
                self.broken("an undo is not doubled", format!("{undone} is taken back twice: {one:?}"));
            }
        }
        let open = |other: &&Proposal| {
            other.number != one.number
                && other.incident == one.incident
                && other.incident.is_some()
                && other.object == one.object
                && other.deed == one.deed
                && matches!(other.stage, ProposalStage::Proposed { .. })
        };
        if matches!(one.stage, ProposalStage::Proposed { .. })
            && let Some(other) = self.proposals.values().rev().take(50).find(open)
        {
            self.broken("a proposal is not doubled", format!("{other:?} and {one:?}"));
        }
        self.proposals.insert(one.number, one);
    }

    /// Whoever agreed to something may do so.
    fn approved(&mut self, one: &Proposal, by: &str) {
        if by.starts_with("rule/") || by.starts_with("terminal") {
            return;
        }
        let may = by.split(", ").any(|name| {
            let person = self.people.values().find(|person| person.name == name);
            person.is_some_and(|person| {
                self.grants.values().any(|grant| {
                    grant.person == person.id && matches!(grant.role, Role::Manager | Role::Agency | Role::ClientOwner)
                })
            })
        });
        if !may {
            self.broken("only who may agrees", format!("`{by}` agreed and has no such role: {one:?}"));
        }
    }

    /// No action on old data.
    fn fresh(&mut self, one: &Proposal, now: Timestamp) {
        /// `guards.freshness`, and the minute in which it is begun.
        const FRESH: SignedDuration = SignedDuration::from_mins(26 * 60 + 1);
        let stops = one.deed.stops() && one.asked_by.starts_with("rule/");
        if stops && one.data_at.is_none_or(|at| FRESH < now.duration_since(at)) {
            self.broken("no action on stale data", format!("begun at {now}: {one:?}"));
        }
    }

    fn incident(&mut self, key: &Key, one: Incident, numbers: &Numbers, elapsed: Secs) {
        if !self.incidents.contains_key(key) {
            self.fired(&one, numbers, elapsed);
            let open = |other: &&Incident| {
                other.stage != Stage::Resolved && other.rule == one.rule && other.subject == one.subject
            };
            if let Some(other) = self.incidents.values().find(open) {
                self.broken("one open incident a rule and subject", format!("{} beside {}", one.id, other.id));
            }
        }
        self.incidents.insert(key.clone(), one);
    }

    /// Nothing fires on what was never so.
    fn fired(&mut self, one: &Incident, numbers: &Numbers, elapsed: Secs) {
        /// A window of six hours, numbers of a day ago, documents some hours old.
        const BACK: Secs = 48 * HOUR;
        let boost = self.private.boosts.get(&one.subject.to_string());
        let so = match (one.rule.as_str(), &one.subject) {
            ("cpa-stop", _) => boost.is_some_and(|boost| numbers.had(boost, Weather::Dear, elapsed - BACK, elapsed)),
            ("link-dead", _) => boost.is_some_and(|boost| numbers.had(boost, Weather::Broken, elapsed - BACK, elapsed)),
            // Where the clock is set back, what was told before is what holds again.
            ("crowd-gone", Subject::Creator(creator)) => numbers.was_gone(creator.as_str(), elapsed - BACK),
            _ => true,
        };
        if !so {
            self.broken(
                "nothing fires on what is absent or was not so",
                format!("{} {}: {}", one.rule, one.subject, one.receipt),
            );
        }
    }

    /// Something has appeared that was to be sent as a message of its own.
    pub fn sent(&mut self, sent: &Sent<'_>) {
        self.said(sent.chat, sent.place, sent.text);
        let room = self.room_at(sent.chat, sent.place);
        let claim = room.as_ref().and_then(|room| self.claims.get_mut(room.id.as_str()));
        let claim = claim.filter(|claim| !claim.spent && claim.at == sent.elapsed);
        // What has its message already is claimed to be edited; a message beside that is an answer to somebody.
        let claim = claim.filter(|claim| self.deliveries.get(&claim.key).is_some_and(|one| one.message.is_none()));
        let Some(claim) = claim else { return self.answered(sent) };
        claim.spent = true;
        let key = claim.key.clone();
        let Some(delivery) = self.deliveries.get(&key).cloned() else { return };
        self.shown_to_client(room.as_ref(), &delivery, sent.text);
        let key = (key, delivery.generation);
        let repeated = self.told.get(&key).and_then(|all| all.last()).cloned();
        if let Some(earlier) = repeated {
            match sent.chat {
                Chat::Discord => {
                    let what = format!("{}, {} and {}: {}", delivery.about, earlier.id, sent.id, sent.text);
                    self.broken("nothing is told twice on Discord", what);
                }
                Chat::Telegram => {
                    if earlier.certain {
                        let what = format!("{} although the answer had come: {}", delivery.about, sent.text);
                        self.broken("Telegram repeats only what was lost", what);
                    }
                    if !MARKS.iter().any(|mark| sent.text.contains(mark)) {
                        let what = format!("{} was repeated and not marked: {}", delivery.about, sent.text);
                        self.broken("a repeat can be recognised", what);
                    }
                }
            }
        }
        let told = Told { id: sent.id.to_owned(), certain: sent.certain };
        self.told.entry(key).or_default().push(told);
    }

    /// The same message was asked for again and found by its nonce.
    pub fn found(&mut self, place: &str, id: &str, certain: bool) {
        self.checks += 1;
        if let Some(room) = self.room_at(Chat::Discord, place)
            && let Some(claim) = self.claims.get_mut(room.id.as_str())
        {
            claim.spent = true;
        }
        match self.told.values_mut().flatten().find(|told| told.id == id) {
            Some(told) => told.certain = certain,
            None => self.broken("an answer is not swallowed", format!("{id} in {place} was another one")),
        }
    }

    /// A message that tells no delivery answers somebody.
    fn answered(&mut self, sent: &Sent<'_>) {
        let heard = self.heard.entry(sent.place.to_owned()).or_default();
        if let Some(left) = heard.checked_sub(1) {
            *heard = left;
        } else {
            let what = format!("{} {} at {}: {}", sent.chat.as_str(), sent.place, sent.now, sent.text);
            self.broken("nothing is sent that was not kept first", what);
        }
    }

    fn shown_to_client(&mut self, room: Option<&Room>, delivery: &Delivery, text: &str) {
        let is_client = room.is_some_and(|room| room.audience == Audience::Client);
        if let (true, About::Incident(id)) = (is_client, &delivery.about)
            && let Some(incident) = self.incidents.values().find(|one| one.id == *id)
            && !incident.released
        {
            self.broken("a client sees what was released", format!("{id}: {text}"));
        }
    }

    fn room_at(&self, chat: Chat, place: &str) -> Option<Room> {
        let here = |room: &&Room| room.address.as_ref().is_some_and(|at| at.chat == chat && at.place == place);
        self.rooms.values().find(here).cloned()
    }

    /// Something can be read in a place.
    pub fn said(&mut self, chat: Chat, place: &str, text: &str) {
        self.checks += 1;
        self.digest.update(place.as_bytes());
        self.digest.update(text.as_bytes());
        if let Some(secret) = self.private.secrets.iter().find(|secret| text.contains(secret.as_str())) {
            let what = format!("`{}…` in {place}", secret.chars().take(4).collect::<String>());
            self.broken("no secret is said", what);
        }
        let Some(room) = self.room_at(chat, place) else { return };
        if !matches!(room.audience, Audience::Creator | Audience::Client) {
            return;
        }
        if let Some(margin) = self.private.margins.iter().find(|margin| says_number(text, margin)) {
            let what = format!("`{margin}` in {}: {text}", room.id);
            self.broken("margins are the team's", what);
        }
        let Some(creator) = room.creator else { return };
        let others = self.private.creators.iter().filter(|(id, _)| **id != creator.as_str());
        let other = others.flat_map(|(_, words)| words).find(|word| text.contains(word.as_str())).cloned();
        if let Some(other) = other {
            self.broken("a creator never sees another", format!("`{other}` in {}: {text}", room.id));
        }
    }

    /// Something was confirmed to a platform.
    pub fn confirmed(&mut self, chat: Chat, id: &str) {
        self.checks += 1;
        if !self.inbox.contains(&(chat, id.to_owned())) {
            self.broken("what was confirmed is kept", format!("{} {id}", chat.as_str()));
        }
    }

    /// An order has reached the ad platform.
    pub fn ordered(&mut self, order: &Order, wrong: Option<String>) {
        self.checks += 1;
        if let Some(wrong) = wrong {
            self.broken("actions are set in the order they were begun", wrong);
        }
        let number = order.id.strip_prefix("proposal-").and_then(|number| number.parse::<u64>().ok());
        let proposal = number.and_then(|number| self.proposals.get(&number));
        let begun = proposal.is_some_and(|one| {
            one.object == order.object
                && one.deed.desired() == order.desired
                && matches!(one.stage, ProposalStage::Doing { .. })
        });
        if !begun {
            self.broken("nothing is set that was not begun", format!("{order:?}, kept is {proposal:?}"));
        }
    }

    /// What is told has come to its end, and what is due is not forgotten. `after`: how long something may be overdue.
    pub fn overdue(&mut self, now: Timestamp, after: SignedDuration) {
        self.checks += 1;
        let bound: BTreeSet<&str> =
            self.rooms.values().filter(|room| room.address.is_some()).map(|room| room.id.as_str()).collect();
        // What is due at once, as the word under an old message where it went on, is so since the try that made it due.
        let tried = |one: &Delivery| one.attempts.last().map_or(Timestamp::MIN, |last| last.at);
        let since = |one: &Delivery| due_at(one).map(|due| std::cmp::max(due, tried(one)));
        let late = self.deliveries.values().find(|one| {
            bound.contains(one.room.as_str()) && since(one).is_some_and(|since| after < now.duration_since(since))
        });
        if let Some(late) = late {
            let what = format!("{}@{} is {:?} at {now}", late.about, late.room, late.state);
            self.broken("what is due is done", what);
        }
    }

    /// Deliveries that were committed and neither told, superseded nor expired with a reason.
    pub fn lost(&self, now: Timestamp) -> Vec<String> {
        let lost = self.deliveries.values().filter(|one| match &one.state {
            // The summary of a morning that is yet to come.
            State::Due { not_before } if matches!(one.about, About::Digest(..)) && one.tries == 0 => *not_before <= now,
            State::Sent => one.told_revision < one.wanted_revision,
            State::Grouped { .. } | State::Expired { .. } => false,
            State::Due { .. } | State::Sending { .. } | State::Unknown { .. } | State::Failed { .. } => true,
        });
        lost.map(|one| format!("{}@{} is {:?}", one.about, one.room, one.state)).collect()
    }

    /// Proposals that are neither over nor wait for a person.
    pub fn undone(&self) -> Vec<String> {
        let left = self.proposals.values().filter(|one| {
            !one.stage.is_over() && !matches!(one.stage, ProposalStage::Proposed { .. }) && one.deed.asks().is_none()
        });
        left.map(|one| format!("{} is {:?}", one.number, one.stage)).collect()
    }
}

/// Whether a text says a number as it is written, and not as a part of another: 44,077 followers are no 44,07.
pub(super) fn says_number(text: &str, number: &str) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    text.match_indices(number).any(|(at, _)| {
        let (before, from) = text.split_at(at);
        !digit(before.chars().next_back()) && !digit(from.chars().nth(number.chars().count()))
    })
}
