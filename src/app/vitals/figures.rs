//! Gathers the figures. Cheap: what is counted is kept counted; of the store only the rows of what is due are read.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::page::Page;
use super::{Vitals, table, tally, within};
use crate::app::alarms::disk::bytes_left;
use crate::app::core::{Core, Counts, State};
use crate::app::kinds;
use crate::domain::ids::RoomId;
use crate::domain::num;
use crate::domain::person::Chat;
use crate::outbox::notice::Urgency;
use crate::rules::lifecycle::Phase;
use crate::rules::rule::Mode;
use crate::store::{StoreError, Table, keys};

/// Rows that are counted at most: more than these wait only where something has been wrong for long, and a page must stay
/// cheap.
const ROWS_MAX: usize = 10_000;

/// Files of the data folder that are measured at most.
const FILES_MAX: usize = 100_000;

/// Every figure there is now.
pub(super) async fn gather(vitals: &Vitals) -> Page {
    let core = &*vitals.core;
    let now = core.clock.now();
    let counts = core.counted();
    let mut page = Page::default();
    page.put(&table::BUILD, &[env!("CARGO_PKG_VERSION")], 1.0);
    page.put(&table::STARTED, &[], seconds(vitals.started.duration_since(Timestamp::UNIX_EPOCH)));
    // Asked once: one that does not answer is waited for.
    let works = vitals.store().await.is_ok();
    page.put(&table::READY, &[], truth(works && vitals.unheard().next().is_none()));
    counted(&mut page, &counts);
    for part in core.parts.seen() {
        page.put(&table::PART_AGE, &[&part.name], seconds(now.duration_since(part.beat)));
    }
    chats(&mut page, vitals, &counts.tally, now);
    let state = core.state.lock().await;
    sources(&mut page, core, &state, (&counts.tally, vitals.started), now);
    incidents(&mut page, &state);
    let rooms = state.catalog.places().into_iter();
    let rooms = rooms.filter_map(|(id, room)| room.address.map(|address| (id, address.chat))).collect();
    drop(state);
    let broken = !works || within(waiting(&mut page, core, &rooms, now)).await.is_err();
    page.put(&table::BROKEN, &[], truth(broken));
    disk(&mut page, &core.config.store.folder).await;
    page
}

fn truth(so: bool) -> f64 {
    f64::from(u8::from(so))
}

fn count(number: u64) -> f64 {
    num::f64_of(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Never below 0: a clock that was set back makes nothing younger than now.
fn seconds(length: SignedDuration) -> f64 {
    std::cmp::max(length, SignedDuration::ZERO).as_secs_f64()
}

fn counted(page: &mut Page, counts: &Counts) {
    page.put(&table::SAMPLES, &[], count(counts.samples));
    page.put(&table::EVALUATIONS, &[], count(counts.evaluations));
    page.put(&table::INCIDENTS, &["fired"], count(counts.fired));
    page.put(&table::INCIDENTS, &["resolved"], count(counts.resolved));
    let steps = [
        ("proposed", counts.proposed),
        ("approved", counts.approved),
        ("done", counts.done),
        ("verified", counts.verified),
    ];
    for (step, number) in steps {
        page.put(&table::ACTIONS, &[step], count(number));
    }
    for outcome in tally::BEATS {
        page.put(&table::BEATS, &[outcome], count(counts.tally.beats.get(outcome).copied().unwrap_or(0)));
    }
}

fn chats(page: &mut Page, vitals: &Vitals, tally: &tally::Tally, now: Timestamp) {
    for (chat, heard) in vitals.chats.heard() {
        let name = chat.as_str();
        page.put(&table::CONNECTED, &[name], truth(heard.link == super::Link::Connected));
        let last = heard.last.unwrap_or(vitals.started);
        page.put(&table::HEARD_AGE, &[name], seconds(now.duration_since(last)));
        page.put(&table::WAITS, &[name], count(tally.waits.get(&chat).copied().unwrap_or(0)));
        for outcome in tally::DELIVERIES {
            let number = tally.deliveries.get(&(chat, outcome)).copied().unwrap_or(0);
            page.put(&table::DELIVERIES, &[name, outcome], count(number));
        }
        // Where the store is asked and has none.
        page.put(&table::DUE, &[name], 0.0);
        page.put(&table::DUE_AGE, &[name], 0.0);
    }
}

fn sources(page: &mut Page, core: &Core, state: &State, (tally, started): (&tally::Tally, Timestamp), now: Timestamp) {
    for id in core.config.sources.keys() {
        let name = id.as_str();
        for outcome in tally::POLLS {
            let number = tally.polls.get(&(id.clone(), outcome)).copied().unwrap_or(0);
            page.put(&table::POLLS, &[name, outcome], count(number));
        }
        let answered = tally.answered.get(id).copied().unwrap_or(started);
        page.put(&table::ANSWER_AGE, &[name], seconds(now.duration_since(answered)));
        page.put(&table::FAILING, &[name], truth(state.failing.contains_key(id)));
        if let Some(lag) = tally.lag.get(id) {
            page.put(&table::LAG, &[name], seconds(*lag));
        }
        let Some(planned) = state.planned.get(id) else { continue };
        let buckets = &planned.record.buckets;
        for bucket in buckets.names() {
            page.put(&table::QUOTA_LEFT, &[name, bucket], f64::from(buckets.left(bucket, now)));
            page.put(&table::QUOTA, &[name, bucket], f64::from(buckets.most(bucket)));
        }
    }
}

fn incidents(page: &mut Page, state: &State) {
    let mut open: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (rule, _, memory) in state.memory.iter() {
        let Some(ruled) = state.rules.get(rule) else { continue };
        // What a rule in shadow remembers was told to nobody.
        let told = ruled.rule.rule().mode != Mode::Shadow;
        if told && matches!(memory.phase, Phase::Firing | Phase::Recovering) {
            let urgency = match kinds::urgency(&ruled.rule) {
                Urgency::Critical => "critical",
                Urgency::Informational => "informational",
            };
            *open.entry((ruled.rule.rule().kind.as_str(), urgency)).or_default() += 1;
        }
    }
    for ((kind, urgency), number) in open {
        page.put(&table::OPEN, &[kind, urgency], count(number));
    }
}

/// What is due to be told and what waits for an answer, by the rows that lead to it.
async fn waiting(
    page: &mut Page,
    core: &Core,
    rooms: &BTreeMap<RoomId, Chat>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (from, until) = keys::due_until(now);
    let mut due: BTreeMap<Chat, (u64, Timestamp)> = BTreeMap::new();
    for (row, _) in core.store.scan(Table::DueDeliveries, &from, &until, ROWS_MAX).await? {
        let (since, key) = keys::read_due(&row)?;
        // A delivery's key ends with its room; one that has no place now waits for nobody.
        let room = key.rsplit(|byte| *byte == 0).next().and_then(|room| std::str::from_utf8(room).ok());
        let Some(chat) = room.and_then(|room| rooms.get(&RoomId::new(room).ok()?)) else { continue };
        // The rows come in the order of their time.
        due.entry(*chat).or_insert((0, since)).0 += 1;
    }
    for (chat, (number, since)) in due {
        page.put(&table::DUE, &[chat.as_str()], count(number));
        page.put(&table::DUE_AGE, &[chat.as_str()], seconds(now.duration_since(since)));
    }
    let rows = core.store.scan(Table::Unanswered, &from, &until, ROWS_MAX).await?;
    page.put(&table::INBOX, &[], num::f64_of_len(rows.len()));
    let oldest = rows.first().map(|(row, _)| keys::read_due(row)).transpose()?;
    page.put(&table::INBOX_AGE, &[], oldest.map_or(0.0, |(since, _)| seconds(now.duration_since(since))));
    Ok(())
}

/// The data folder and the disk under it, where there is one.
async fn disk(page: &mut Page, folder: &Path) {
    let folder = folder.to_owned();
    let measured = tokio::task::spawn_blocking(move || (size_of(&folder), bytes_left(&folder)));
    // A thread that stopped has measured nothing.
    let Ok((size, free)) = measured.await else { return };
    if let Some(size) = size {
        page.put(&table::SIZE, &[], count(size));
    }
    if let Some(free) = free {
        page.put(&table::FREE, &[], count(free));
    }
}

/// Bytes of all files below a folder; `None` where there is no folder. What vanishes while it is measured is left out.
fn size_of(folder: &Path) -> Option<u64> {
    let mut folders = vec![folder.to_owned()];
    let (mut bytes, mut files) = (None, 0);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let sum: &mut u64 = bytes.get_or_insert(0);
        for entry in entries.flatten() {
            let Ok(about) = entry.metadata() else { continue };
            if about.is_dir() {
                folders.push(entry.path());
            } else {
                *sum = sum.saturating_add(about.len());
            }
            files += 1;
            if FILES_MAX < files {
                return bytes;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_as_large_as_its_files_and_one_that_is_not_there_has_no_size() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("db")).expect("a folder");
        std::fs::write(folder.path().join("db/one"), [0; 1_000]).expect("written");
        std::fs::write(folder.path().join("two"), [0; 24]).expect("written");
        assert_eq!(size_of(folder.path()), Some(1_024));
        assert_eq!(size_of(&folder.path().join("nowhere")), None);
    }

    #[test]
    fn no_age_is_below_zero() {
        assert!((seconds(SignedDuration::from_secs(-3)) - 0.0).abs() < f64::EPSILON);
        assert!((seconds(SignedDuration::from_millis(1_500)) - 1.5).abs() < f64::EPSILON);
    }
}
