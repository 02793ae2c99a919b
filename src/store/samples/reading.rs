//! One history from what was heard, what is kept as rows and what is sealed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::heard::gathered;
use super::sealing::read_sealed;
use super::{Reader, Row, Told, known_at, sealed_until, times};
use crate::domain::ids::Subject;
use crate::store::keys::{self, TIME_LEN};
use crate::store::{Kept, Key, Store, StoreError, Table};

/// Rows read at once: about 100 bytes each.
const ROWS: usize = 2_000;

/// Seals read at once: some kilobytes each.
const SEALS: usize = 64;

/// Gives `each` every row that was observed at `since` or later, subject by subject, each in the order of observation,
/// then of knowledge, with when it was known: what the histories in memory are built from at the start. Answers whether
/// there are older ones.
pub async fn load_history(
    store: &dyn Store,
    since: Timestamp,
    each: &mut (dyn FnMut(Timestamp, Row) + Send),
) -> Result<bool, StoreError> {
    walk(store, keys::all(), since, &mut gathered(store, None).await?, each).await
}

/// The same of some subjects.
pub async fn of_subjects(
    store: &dyn Store,
    subjects: &BTreeSet<Subject>,
    since: Timestamp,
    each: &mut (dyn FnMut(Timestamp, Row) + Send),
) -> Result<(), StoreError> {
    let mut heard = gathered(store, Some(subjects)).await?;
    for subject in subjects {
        let bounds = (format!("{subject}\0").into_bytes(), format!("{subject}\u{1}").into_bytes());
        walk(store, bounds, since, &mut heard, each).await?;
    }
    Ok(())
}

async fn walk(
    store: &dyn Store,
    bounds: (Key, Key),
    since: Timestamp,
    heard: &mut BTreeMap<Key, Vec<Told>>,
    each: &mut (dyn FnMut(Timestamp, Row) + Send),
) -> Result<bool, StoreError> {
    let oldest = keys::time(since);
    let mut rows = Pages::of(store, (Table::Samples, ROWS), bounds.clone(), oldest);
    let mut seals = Pages::of(store, (Table::Sealed, SEALS), bounds.clone(), oldest);
    let mut reader = Reader::default();
    let mut older = false;
    loop {
        let next_heard = heard.range(bounds.0.clone()..bounds.1.clone()).next().map(|(series, _)| series.clone());
        let Some(series) = [rows.series().await?, seals.series().await?, next_heard].into_iter().flatten().min() else {
            return Ok(older);
        };
        let mut unsealed: Vec<Told> = Vec::new();
        while let Some((key, kept)) = seals.next_of(&series).await? {
            if sealed_until(&key).is_some_and(|(_, until)| until < since) {
                older = true;
            } else {
                unsealed.extend(read_sealed(&key, &kept.bytes)?);
            }
        }
        unsealed.extend(heard.remove(&series).into_iter().flatten());
        let is_mixed = !unsealed.is_empty();
        while let Some((key, kept)) = rows.next_of(&series).await? {
            if times(&key) < oldest.as_slice() {
                older = true;
                continue;
            }
            let (row, known_at) = (reader.read(&key, &kept.bytes)?, known_at(&key).unwrap_or(Timestamp::MIN));
            if !is_mixed {
                each(known_at, row);
                continue;
            }
            let observed_at = keys::read_time(times(&key).get(..TIME_LEN).unwrap_or_default());
            let holds = key.last_chunk().copied().unwrap_or_default();
            unsealed.push(Told { observed_at: observed_at.unwrap_or(Timestamp::MIN), known_at, holds, row });
        }
        // What came late is among the rows; what came again is both, and the row is the newer word.
        unsealed.sort_by_key(Told::order);
        let mut unsealed = unsealed.into_iter().peekable();
        while let Some(told) = unsealed.next() {
            if unsealed.peek().is_some_and(|next| next.order() == told.order()) {
                continue;
            }
            if told.observed_at < since {
                older = true;
            } else {
                each(told.known_at, told.row);
            }
        }
    }
}

/// A table, page by page.
struct Pages<'a> {
    store: &'a dyn Store,
    table: Table,
    size: usize,
    from: Key,
    until: Key,
    oldest: [u8; TIME_LEN],
    page: std::vec::IntoIter<(Key, Kept)>,
    is_last: bool,
}

impl<'a> Pages<'a> {
    fn of(
        store: &'a dyn Store,
        (table, size): (Table, usize),
        (from, until): (Key, Key),
        oldest: [u8; TIME_LEN],
    ) -> Self {
        Self { store, table, size, from, until, oldest, page: Vec::new().into_iter(), is_last: false }
    }

    async fn peek(&mut self) -> Result<Option<&(Key, Kept)>, StoreError> {
        if self.page.as_slice().is_empty() && !self.is_last {
            let page = self.store.scan(self.table, &self.from, &self.until, self.size).await?;
            self.is_last = page.len() < self.size;
            if let Some((last, _)) = page.last() {
                self.from = if self.table == Table::Samples { resume(last, &self.oldest) } else { keys::after(last) };
            }
            self.page = page.into_iter();
        }
        Ok(self.page.as_slice().first())
    }

    /// How the keys of the next series begin.
    async fn series(&mut self) -> Result<Option<Key>, StoreError> {
        Ok(self.peek().await?.map(|(key, _)| series_of(key).to_vec()))
    }

    /// The next row, where it is of this series.
    async fn next_of(&mut self, series: &[u8]) -> Result<Option<(Key, Kept)>, StoreError> {
        let is_of = self.peek().await?.is_some_and(|(key, _)| series_of(key) == series);
        Ok(if is_of { self.page.next() } else { None })
    }
}

pub(super) fn series_of(key: &[u8]) -> &[u8] {
    key.get(..key.len().saturating_sub(times(key).len())).unwrap_or_default()
}

/// Where to go on after a page: behind its last row or, when that is too old, at the first row of its series that is not.
fn resume(last: &[u8], oldest: &[u8]) -> Key {
    let times = times(last);
    if !times.is_empty() && times < oldest { [series_of(last), oldest].concat() } else { keys::after(last) }
}
