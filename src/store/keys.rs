//! How things are called in the store: every key is made here and nowhere else.
//!
//! Owns: the order of keys. Parts are separated by a 0 byte, which no id contains; numbers and times are big-endian, so
//! that the order of bytes is the order of time.

use jiff::Timestamp;

use super::limits::KEY_MAX;
use super::{Key, StoreError};
use crate::domain::document::PartnershipRef;
use crate::domain::ids::{CampaignId, CreatorId, PersonId, Platform, PostRef, RoomId, RuleId, SourceId, Subject};
use crate::domain::link::Slug;
use crate::domain::person::{Chat, Identity, Reach, Role};
use crate::outbox::incident::IncidentId;
use crate::outbox::notice::About;

/// Bytes of a [`time`].
pub const TIME_LEN: usize = 12;

/// Nanoseconds in a second.
const NANOS: i128 = 1_000_000_000;

/// An instant as 12 bytes whose order is the order of time: seconds since 1970 rounded down (sign flipped, so that
/// earlier years come first), then nanoseconds. Exact, because an instant that comes back changed is another key.
#[must_use]
pub fn time(at: Timestamp) -> [u8; TIME_LEN] {
    let nanos = at.as_nanosecond();
    // Both fit: jiff's range is a few hundred billion seconds.
    let seconds = i64::try_from(nanos.div_euclid(NANOS)).unwrap_or(i64::MAX);
    let rest = u32::try_from(nanos.rem_euclid(NANOS)).unwrap_or(0);
    let mut bytes = [0; TIME_LEN];
    let (high, low) = bytes.split_at_mut(8);
    high.copy_from_slice(&(seconds.cast_unsigned() ^ (1 << 63)).to_be_bytes());
    low.copy_from_slice(&rest.to_be_bytes());
    bytes
}

/// The instant that [`time`] wrote. `None` for bytes it cannot have written.
#[must_use]
pub fn read_time(bytes: &[u8]) -> Option<Timestamp> {
    let (seconds, rest) = bytes.split_first_chunk::<8>()?;
    let rest = u32::from_be_bytes(rest.try_into().ok()?);
    let seconds = (u64::from_be_bytes(*seconds) ^ (1 << 63)).cast_signed();
    if NANOS <= i128::from(rest) {
        return None;
    }
    Timestamp::from_nanosecond(i128::from(seconds) * NANOS + i128::from(rest)).ok()
}

fn join(parts: &[&[u8]]) -> Key {
    parts.join(&0)
}

/// The bounds of every key that begins with `prefix`.
#[must_use]
pub fn beginning_with(prefix: &[u8]) -> (Key, Key) {
    let mut until = prefix.to_vec();
    while let Some(last) = until.pop() {
        if last < u8::MAX {
            until.push(last + 1);
            return (prefix.to_vec(), until);
        }
    }
    (prefix.to_vec(), all().1)
}

/// The bounds of every key there can be.
#[must_use]
pub fn all() -> (Key, Key) {
    (Key::new(), vec![u8::MAX; KEY_MAX + 1])
}

/// The first key after this one.
#[must_use]
pub fn after(key: &[u8]) -> Key {
    let mut next = key.to_vec();
    next.push(0);
    next
}

/// A number: proposals and the journal.
#[must_use]
pub fn number(n: u64) -> Key {
    n.to_be_bytes().to_vec()
}

/// The number that [`number`] wrote.
pub fn read_number(key: &[u8]) -> Result<u64, StoreError> {
    key.try_into().map(u64::from_be_bytes).map_err(|_| StoreError::Damaged {
        what: format!("`{}` is not the number of a record; restore a backup", key.escape_ascii()),
    })
}

/// A document: `kind/id`.
#[must_use]
pub fn document(kind: &str, id: &str) -> Key {
    format!("{kind}/{id}").into_bytes()
}

/// An earlier version of a document or rule: `kind/id/` and the version.
#[must_use]
pub fn history(kind: &str, id: &str, version: u64) -> Key {
    let mut key = format!("{kind}/{id}/").into_bytes();
    key.extend_from_slice(&version.to_be_bytes());
    key
}

/// The bounds of the earlier versions of one document or rule.
#[must_use]
pub fn history_of(kind: &str, id: &str) -> (Key, Key) {
    beginning_with(format!("{kind}/{id}/").as_bytes())
}

/// The bounds of the earlier versions of everything of a kind.
#[must_use]
pub fn history_of_kind(kind: &str) -> (Key, Key) {
    beginning_with(format!("{kind}/").as_bytes())
}

/// A rule.
#[must_use]
pub fn rule(id: &RuleId) -> Key {
    id.as_str().as_bytes().to_vec()
}

/// A post.
#[must_use]
pub fn post(platform: Platform, post: &PostRef) -> Key {
    format!("{platform}/{post}").into_bytes()
}

/// A poll of a source.
#[must_use]
pub fn poll(source: &SourceId, at: Timestamp) -> Key {
    join(&[source.as_str().as_bytes(), &time(at)])
}

/// Something a platform pushed.
#[must_use]
pub fn hook(source: &SourceId, topic: &str, event: &str) -> Key {
    [b"r".as_slice(), &join(&[source.as_str().as_bytes(), topic.as_bytes(), event.as_bytes()])].concat()
}

/// What leads to something a platform pushed by what it says.
#[must_use]
pub fn hook_body(source: &SourceId, digest: &str) -> Key {
    [b"b".as_slice(), &join(&[source.as_str().as_bytes(), digest.as_bytes()])].concat()
}

/// What leads to something a platform pushed by when it came.
#[must_use]
pub fn hook_time(at: Timestamp, hook: &[u8]) -> Key {
    [b"t".as_slice(), &time(at), hook].concat()
}

/// The bounds of [`hook_time`] before an instant.
#[must_use]
pub fn hooks_before(until: Timestamp) -> (Key, Key) {
    (b"t".to_vec(), hook_time(until, b""))
}

/// What is kept of a source.
#[must_use]
pub fn source(source: &SourceId) -> Key {
    source.as_str().as_bytes().to_vec()
}

/// What a rule remembers about a subject, and the incident that is open on it.
#[must_use]
pub fn rule_and_subject(rule: &RuleId, subject: &Subject) -> Key {
    join(&[rule.as_str().as_bytes(), subject.to_string().as_bytes()])
}

/// The clicks of an hour.
#[must_use]
pub fn clicks(partnership: &PartnershipRef, hour: Timestamp) -> Key {
    join(&[partnership.to_string().as_bytes(), &time(hour)])
}

/// A tracking link.
#[must_use]
pub fn link(slug: &Slug) -> Key {
    slug.as_str().as_bytes().to_vec()
}

/// A change of what a rule remembers about a subject.
#[must_use]
pub fn memory_change(rule: &RuleId, subject: &Subject, written: Timestamp) -> Key {
    join(&[&rule_and_subject(rule, subject), &time(written)])
}

/// The bounds of what a rule ever remembered about a subject.
#[must_use]
pub fn memory_changes(rule: &RuleId, subject: &Subject) -> (Key, Key) {
    beginning_with(&join(&[&rule_and_subject(rule, subject), b""]))
}

/// What a rule in shadow would have told about a subject at an instant.
#[must_use]
pub fn shadow_fire(rule: &RuleId, at: Timestamp, subject: &Subject) -> Key {
    let mut key = of_rule(rule).0;
    key.extend_from_slice(&time(at));
    key.extend_from_slice(subject.to_string().as_bytes());
    key
}

/// The question whether a version of a rule may go further.
#[must_use]
pub fn promotion(rule: &RuleId, version: u32) -> Key {
    let mut key = of_rule(rule).0;
    key.extend_from_slice(&version.to_be_bytes());
    key
}

/// The bounds of what is kept by rule: its memory of every subject, its fires in shadow, its promotions.
#[must_use]
pub fn of_rule(rule: &RuleId) -> (Key, Key) {
    beginning_with(&join(&[rule.as_str().as_bytes(), b""]))
}

/// An incident.
#[must_use]
pub fn incident(id: &IncidentId) -> Key {
    id.as_str().as_bytes().to_vec()
}

/// A notice.
#[must_use]
pub fn notice(about: &About) -> Key {
    about.to_string().into_bytes()
}

/// A delivery: notice and room. A room id holds no 0, so the last one in the key is the border.
#[must_use]
pub fn delivery(about: &About, room: &RoomId) -> Key {
    join(&[about.to_string().as_bytes(), room.as_str().as_bytes()])
}

/// Something that is due: the time, then what.
#[must_use]
pub fn due(at: Timestamp, what: &[u8]) -> Key {
    let mut key = time(at).to_vec();
    key.extend_from_slice(what);
    key
}

/// The bounds of everything that is due at `now` or earlier.
#[must_use]
pub fn due_until(now: Timestamp) -> (Key, Key) {
    (Key::new(), beginning_with(&time(now)).1)
}

/// When, and what, from a key that [`due`] made.
pub fn read_due(key: &[u8]) -> Result<(Timestamp, Key), StoreError> {
    key.split_at_checked(TIME_LEN).and_then(|(at, what)| Some((read_time(at)?, what.to_vec()))).ok_or_else(|| {
        StoreError::Damaged { what: format!("`{}` does not begin with a time; restore a backup", key.escape_ascii()) }
    })
}

/// An update or interaction of a bot, by the platform's growing id.
#[must_use]
pub fn inbox(chat: Chat, bot: &str, id: u64) -> Key {
    join(&[chat.as_str().as_bytes(), bot.as_bytes(), &id.to_be_bytes()])
}

/// A person.
#[must_use]
pub fn person(id: &PersonId) -> Key {
    id.as_str().as_bytes().to_vec()
}

/// Who has an identity: `chat:user`.
#[must_use]
pub fn identity(identity: &Identity) -> Key {
    identity.to_string().into_bytes()
}

/// A grant.
#[must_use]
pub fn grant(person: &PersonId, role: Role, reach: &Reach) -> Key {
    let reach = match reach {
        Reach::All => "all".to_owned(),
        Reach::Brand(id) => format!("brand/{id}"),
        Reach::Campaign(id) => format!("campaign/{id}"),
    };
    join(&[person.as_str().as_bytes(), role.as_str().as_bytes(), reach.as_bytes()])
}

/// The bounds of a person's grants.
#[must_use]
pub fn grants_of(person: &PersonId) -> (Key, Key) {
    beginning_with(&join(&[person.as_str().as_bytes(), b""]))
}

/// A version of a learned thing: its name, then the version, so that the newest is the last.
#[must_use]
pub fn learned(name: &str, version: u32) -> Key {
    join(&[name.as_bytes(), &version.to_be_bytes()])
}

/// An account that somebody has connected to a source. An account's id is the platform's: it may hold anything but a 0.
#[must_use]
pub fn account(source: &SourceId, account: &str) -> Key {
    join(&[source.as_str().as_bytes(), account.as_bytes()])
}

/// A tip that somebody was given: what it is and what it is about, last, because a post's id may hold anything but a 0.
#[must_use]
pub fn tip(creator: &CreatorId, at: Timestamp, id: &str, about: &str) -> Key {
    let mut key = tips_of(creator).0;
    key.extend_from_slice(&time(at));
    key.extend_from_slice(format!("{id}/{about}").as_bytes());
    key
}

/// The bounds of the tips of a creator.
#[must_use]
pub fn tips_of(creator: &CreatorId) -> (Key, Key) {
    beginning_with(&join(&[creator.as_str().as_bytes(), b""]))
}

/// The bounds of a source's accounts.
#[must_use]
pub fn accounts_of(source: &SourceId) -> (Key, Key) {
    beginning_with(&join(&[source.as_str().as_bytes(), b""]))
}

/// An answer to a question about a campaign. `kind`: `p` for a person, `a` for a lot.
#[must_use]
pub fn answer(campaign: &CampaignId, question: &str, kind: &str, whose: &str) -> Key {
    join(&[campaign.as_str().as_bytes(), question.as_bytes(), format!("{kind}{whose}").as_bytes()])
}

/// The bounds of the answers about a campaign.
#[must_use]
pub fn answers_of(campaign: &CampaignId) -> (Key, Key) {
    beginning_with(&join(&[campaign.as_str().as_bytes(), b""]))
}

/// Somebody who was asked about a campaign.
#[must_use]
pub fn asked(campaign: &CampaignId, person: &PersonId) -> Key {
    join(&[campaign.as_str().as_bytes(), person.as_str().as_bytes()])
}

/// A room.
#[must_use]
pub fn room(id: &RoomId) -> Key {
    id.as_str().as_bytes().to_vec()
}

/// The bounds of a notice's deliveries.
#[must_use]
pub fn deliveries_of(about: &About) -> (Key, Key) {
    beginning_with(&join(&[about.to_string().as_bytes(), b""]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_time() -> impl Strategy<Value = Timestamp> {
        (-377_705_023_201i64..=253_402_207_200, 0i32..1_000_000_000)
            .prop_map(|(seconds, nanos)| Timestamp::new(seconds, nanos).unwrap_or(Timestamp::MIN))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn times_come_back_and_sort_as_bytes(a in any_time(), b in any_time()) {
            prop_assert_eq!(read_time(&time(a)), Some(a));
            prop_assert_eq!(time(a).cmp(&time(b)), a.cmp(&b));
        }

        #[test]
        fn bounds_hold_exactly_what_begins_with_the_prefix(
            prefix in proptest::collection::vec(any::<u8>(), 0..4),
            key in proptest::collection::vec(any::<u8>(), 0..6),
        ) {
            let (from, until) = beginning_with(&prefix);
            prop_assert_eq!(from <= key && key < until, key.starts_with(&prefix));
        }

        #[test]
        fn garbage_is_never_a_time_by_panic(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
            let _ = (read_time(&bytes), read_due(&bytes), read_number(&bytes));
        }
    }

    #[test]
    fn the_ends_of_time_are_in_order() {
        let mut at = [Timestamp::MAX, Timestamp::UNIX_EPOCH, Timestamp::MIN].map(time);
        at.sort_unstable();
        assert_eq!(
            at.map(|bytes| read_time(&bytes)),
            [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX].map(Some)
        );
    }

    #[test]
    fn due_holds_now_and_not_the_next_nanosecond() {
        let now = Timestamp::UNIX_EPOCH;
        let (from, until) = due_until(now);
        let later = Timestamp::new(0, 1).expect("in range");
        assert!(from <= due(now, b"\xFF\xFF") && due(now, b"\xFF\xFF") < until);
        assert!(until <= due(later, b""));
        assert_eq!(read_due(&due(now, b"x")).expect("reads"), (now, b"x".to_vec()));
    }
}
