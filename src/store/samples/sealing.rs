//! Seals what is old: many rows of a series become one record, in one transaction with their removal.
//!
//! Owns: which rows go together (four weeks of a series, on the same lines for ever), and that what comes late is sealed with
//! what it belongs to, without touching anything else. Survives: a kill at any point; a row is there or sealed, never both
//! and never neither. Whoever wrote meanwhile is not overwritten: the series is left as it is until the next time.
//!
//! A seal's key is laid out as a row's: what it is of, when its first row was observed, when its last one was, and a checksum.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::heard::{BySubject, PAGE as RECORDS, heard_at, read_some};
use super::reading::series_of;
use super::{ROWS_MAX, Told, read_row, seal, split, times, unseal};
use crate::domain::ids::{Platform, Subject};
use crate::domain::num::u64_of_len;
use crate::store::keys::{self, TIME_LEN};
use crate::store::{Expect, Kept, Key, Store, StoreError, Table, Transaction, Write};

/// How long a span is sealed together.
const SPAN: SignedDuration = SignedDuration::from_hours(28 * 24);

/// A series is sealed once its oldest row is so much older than what is left alone: not every day anew.
const WORTH: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Rows of a series read at once.
const PAGE: usize = 2_000;

/// Bytes gathered before they are committed: one sync serves many series.
const COMMIT_AT: usize = 1 << 20;

/// Bytes of records whose rows are gathered before they are sealed: in memory they take some thirty times as much.
const GATHER: usize = 4 << 20;

/// Records removed in one transaction.
const REMOVED: usize = 500;

/// What was sealed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sealing {
    /// Rows that were.
    pub rows: u64,
    /// Bytes of their keys and contents, as rows.
    pub bytes_before: u64,
    /// Records written.
    pub seals: u64,
    /// Bytes of those.
    pub bytes_after: u64,
}

/// The rows of a seal.
pub fn read_sealed(key: &[u8], bytes: &[u8]) -> Result<Vec<Told>, StoreError> {
    let damaged = || StoreError::Damaged {
        what: format!("the sealed samples under `{}` make no sense; restore a backup", key.escape_ascii()),
    };
    let (subject, platform) = whose(series_of(key)).ok_or_else(damaged)?;
    unseal(bytes, &subject, platform).ok_or_else(damaged)
}

/// How much of a seal's key says what it is of, and when the last of its rows was observed.
#[must_use]
pub fn sealed_until(key: &[u8]) -> Option<(usize, Timestamp)> {
    let last = times(key).get(TIME_LEN..2 * TIME_LEN)?;
    Some((series_of(key).len(), keys::read_time(last)?))
}

fn whose(series: &[u8]) -> Option<(Subject, Platform)> {
    let (subject, platform) = std::str::from_utf8(series.strip_suffix(&[0])?).ok()?.split_once('\0')?;
    Some((subject.parse().ok()?, platform.parse().ok()?))
}

/// Seals every row that was observed before an instant, of the series in which that is worth it.
pub async fn seal_before(store: &dyn Store, before: Timestamp) -> Result<Sealing, StoreError> {
    let (mut from, until) = keys::all();
    let worth = before.checked_sub(WORTH).unwrap_or(Timestamp::MIN);
    let mut gathered = Gathered::default();
    let mut done = Sealing::default();
    while let Some((key, _)) = store.scan(Table::Samples, &from, &until, 1).await?.into_iter().next() {
        let series = series_of(&key).to_vec();
        if split(&key).is_some_and(|(_, oldest)| oldest < worth) {
            seal_series(store, &series, before, &mut gathered, &mut done).await?;
        }
        // Behind the last key that this series can have.
        from = [series.as_slice(), &[u8::MAX; 2 * TIME_LEN + 5]].concat();
    }
    gathered.commit(store, &mut done).await?;
    seal_heard(store, before, &mut done).await?;
    Ok(done)
}

/// Seals what was heard before an instant. It is removed once all of it is sealed: after a kill in between it is sealed again, as
/// it was.
async fn seal_heard(store: &dyn Store, before: Timestamp, done: &mut Sealing) -> Result<(), StoreError> {
    let worth = before.checked_sub(WORTH).unwrap_or(Timestamp::MIN);
    let (mut from, until) = (Key::new(), keys::time(before).to_vec());
    let first = store.scan(Table::Heard, &from, &until, 1).await?.into_iter().next();
    if first.is_none_or(|(key, _)| heard_at(&key).is_none_or(|oldest| worth <= oldest)) {
        return Ok(());
    }
    loop {
        let (mut rows, mut records, mut bytes) = (BySubject::default(), Vec::new(), 0);
        while bytes < GATHER {
            let page = store.scan(Table::Heard, &from, &until, RECORDS).await?;
            let Some((last, _)) = page.last() else { break };
            from = keys::after(last);
            for (key, kept) in page {
                bytes += key.len() + kept.bytes.len();
                let mut each = |subject: &Subject, platform, told| rows.add(subject, platform, told);
                read_some(&key, &kept.bytes, &|_| true, &mut each)?;
                records.push((key, kept.version));
            }
        }
        if records.is_empty() {
            return Ok(());
        }
        let mut gathered = Gathered::default();
        gathered.sealing.bytes_before = u64_of_len(bytes);
        let mut are_sealed = true;
        for (key, rows) in rows.into_series() {
            gathered.sealing.rows += u64_of_len(rows.len());
            for (span, rows) in by_span(rows, |told| told.observed_at) {
                add_span(store, &key, (span, rows), &mut gathered).await?;
                if COMMIT_AT <= gathered.bytes {
                    are_sealed &= gathered.commit(store, done).await?;
                }
            }
        }
        are_sealed &= gathered.commit(store, done).await?;
        if !are_sealed {
            return Ok(());
        }
        for part in records.chunks(REMOVED) {
            store.commit(removal(part)).await?;
        }
    }
}

fn removal(records: &[(Key, u64)]) -> Transaction {
    let mut changes = Transaction::new();
    for (key, version) in records {
        changes.expect.push((Table::Heard, key.clone(), Expect::Version(*version)));
        changes.writes.push(Write::Delete { table: Table::Heard, key: key.clone() });
    }
    changes
}

/// What belongs together for ever.
fn by_span<T>(rows: Vec<T>, observed_at: impl Fn(&T) -> Timestamp) -> BTreeMap<i128, Vec<T>> {
    let mut spans: BTreeMap<i128, Vec<T>> = BTreeMap::new();
    for row in rows {
        spans.entry(observed_at(&row).as_nanosecond().div_euclid(SPAN.as_nanos())).or_default().push(row);
    }
    spans
}

/// Changes that are committed together.
#[derive(Debug, Default)]
struct Gathered {
    changes: Transaction,
    bytes: usize,
    sealing: Sealing,
}

impl Gathered {
    /// Whether it is kept: not where somebody changed one of them meanwhile.
    async fn commit(&mut self, store: &dyn Store, done: &mut Sealing) -> Result<bool, StoreError> {
        let Self { changes, sealing, .. } = std::mem::take(self);
        if changes.writes.is_empty() {
            return Ok(true);
        }
        match store.commit(changes).await {
            Ok(_) => {
                done.rows += sealing.rows;
                done.bytes_before += sealing.bytes_before;
                done.seals += sealing.seals;
                done.bytes_after += sealing.bytes_after;
                Ok(true)
            }
            Err(StoreError::Conflict { table, .. }) => {
                tracing::debug!(?table, "samples changed while they were sealed; they are sealed the next time");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// Seals the old rows of one series, span by span.
async fn seal_series(
    store: &dyn Store,
    series: &[u8],
    before: Timestamp,
    gathered: &mut Gathered,
    done: &mut Sealing,
) -> Result<(), StoreError> {
    let mut from = series.to_vec();
    let until = [series, &keys::time(before)].concat();
    loop {
        let page = store.scan(Table::Samples, &from, &until, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        from = keys::after(last);
        let is_last = page.len() < PAGE;
        let observed_at = |(key, _): &(Key, Kept)| split(key).map_or(Timestamp::UNIX_EPOCH, |(_, at)| at);
        for (span, rows) in by_span(page, observed_at) {
            let told = taken(rows, gathered)?;
            add_span(store, series, (span, told), gathered).await?;
            if COMMIT_AT <= gathered.bytes {
                gathered.commit(store, done).await?;
            }
        }
        if is_last {
            return Ok(());
        }
        // What is sealed of the span that goes on must be kept before its other rows are added.
        gathered.commit(store, done).await?;
    }
}

/// What rows say, and that they go.
fn taken(rows: Vec<(Key, Kept)>, gathered: &mut Gathered) -> Result<Vec<Told>, StoreError> {
    let Gathered { changes, bytes, sealing } = gathered;
    let mut all = Vec::with_capacity(rows.len());
    for (key, kept) in rows {
        let row = read_row(&key, &kept.bytes)?;
        let (Some((_, observed_at)), Some(known_at)) = (split(&key), super::known_at(&key)) else { continue };
        all.push(Told { observed_at, known_at, holds: key.last_chunk().copied().unwrap_or_default(), row });
        sealing.rows += 1;
        sealing.bytes_before += u64_of_len(key.len() + kept.bytes.len());
        *bytes += 2 * key.len();
        changes.expect.push((Table::Samples, key.clone(), Expect::Version(kept.version)));
        changes.writes.push(Write::Delete { table: Table::Samples, key });
    }
    Ok(all)
}

/// Adds what seals some rows of one span, together with what of it is sealed already.
async fn add_span(
    store: &dyn Store,
    series: &[u8],
    (span, rows): (i128, Vec<Told>),
    gathered: &mut Gathered,
) -> Result<(), StoreError> {
    let at = |span: i128| Timestamp::from_nanosecond(span.saturating_mul(SPAN.as_nanos()));
    let bound = |span| [series, &keys::time(at(span).unwrap_or(Timestamp::MAX))].concat();
    let mut all: BTreeMap<(Timestamp, Timestamp, [u8; 4]), Told> = BTreeMap::new();
    let Gathered { changes, bytes, sealing } = gathered;
    let mut replaced: BTreeMap<Key, u64> = BTreeMap::new();
    for (key, kept) in store.scan(Table::Sealed, &bound(span), &bound(span.saturating_add(1)), PAGE).await? {
        all.extend(read_sealed(&key, &kept.bytes)?.into_iter().map(|told| (told.order(), told)));
        replaced.insert(key, kept.version);
    }
    all.extend(rows.into_iter().map(|told| (told.order(), told)));
    let all: Vec<Told> = all.into_values().collect();
    for part in all.chunks(ROWS_MAX) {
        let key = key_of(series, part);
        let sealed = seal(part)?;
        *bytes += sealed.len() + 2 * key.len();
        sealing.seals += 1;
        sealing.bytes_after += u64_of_len(key.len() + sealed.len());
        let expect = replaced.remove(&key).map_or(Expect::Absent, Expect::Version);
        changes.expect.push((Table::Sealed, key.clone(), expect));
        changes.writes.push(Write::Put { table: Table::Sealed, key, bytes: sealed });
    }
    for (key, version) in replaced {
        *bytes += 2 * key.len();
        changes.expect.push((Table::Sealed, key.clone(), Expect::Version(version)));
        changes.writes.push(Write::Delete { table: Table::Sealed, key });
    }
    Ok(())
}

fn key_of(series: &[u8], rows: &[Told]) -> Key {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return series.to_vec() };
    let sum = crc32fast::hash(&[keys::time(first.known_at).as_slice(), &first.holds].concat());
    [series, &keys::time(first.observed_at), &keys::time(last.observed_at), &sum.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests;
