//! What was heard at one moment, of many subjects in one record: what a poll said, until it is sealed with what else was said of
//! each.
//!
//! Owns: the form of such a record. One key for thousands of rows: a store pays for each of its keys, and a row of eight
//! numbers costs it more than they do. Survives: any bytes; what was damaged is an error.
//!
//! The key is when it was known and the number of the part, both big-endian: every poll has a moment of its own.
//!
//! ```text
//! form (1) · platforms · name* · subjects · name* · shapes · checksum (4)
//! name     letters as in the name before · others · those
//! ```
//!
//! Shapes as in [`columns`](super::columns), each row with the numbers of its subject and of its platform.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::str::FromStr;

use jiff::Timestamp;

use super::columns::{Columns, Items, Of, checked, read};
use super::{Input, Told, put_number};
use crate::domain::ids::{Platform, Subject};
use crate::domain::num::{i64_of_len, u64_of_len};
use crate::domain::sample::{Missing, Sample, SeriesKey};
use crate::store::keys::{self, TIME_LEN};
use crate::store::limits::{CYCLE_SUBJECTS_MAX, VALUE_MAX};
use crate::store::{Key, Store, StoreError, Table, Transaction, Write};

/// The first form.
const FORM: u8 = 1;

/// Rows in one record: of as many subjects as a transaction may have, on some platforms.
pub const PART_ROWS: usize = 16_384;

/// Records read at once.
pub(super) const PAGE: usize = 32;

/// What one row will hold.
#[derive(Clone, Copy)]
struct Said<'a> {
    subject: &'a Subject,
    platform: Platform,
    observed_at: Timestamp,
    items: Items<'a>,
}

/// What is heard at one moment, in as many transactions as it takes, one record each. Nothing else became known at it.
pub fn writes_of_heard(
    samples: &[Sample],
    missing: &[Missing],
    known_at: Timestamp,
) -> Result<Vec<Transaction>, StoreError> {
    let samples = in_order(samples, |one| (&one.series, one.form.observed_at()));
    let missing = in_order(missing, |one| (&one.series, one.at));
    let of_samples = rows(&samples, |one| (&one.series, one.form.observed_at()), Items::Samples);
    let mut rows: Vec<Said<'_>> =
        of_samples.chain(rows(&missing, |one| (&one.series, one.at), Items::Missing)).collect();
    rows.sort_by(|one, next| one.subject.cmp(next.subject));
    let mut records = Vec::new();
    for part in parts(&rows) {
        pack(part, known_at, &mut records)?;
    }
    let transaction = |(number, bytes)| {
        let key = [keys::time(known_at).as_slice(), &keys::number(number)].concat();
        Transaction { expect: Vec::new(), writes: vec![Write::Put { table: Table::Heard, key, bytes }] }
    };
    Ok((0..).zip(records).map(transaction).collect())
}

/// What belongs into one row stands together, subject by subject.
fn in_order<T>(items: &[T], place: impl Fn(&T) -> (&SeriesKey, Timestamp)) -> Vec<&T> {
    let order = |one: &T, next: &T| place(one).0.subject.cmp(&place(next).0.subject);
    let mut all: Vec<&T> = items.iter().collect();
    if !all.is_sorted_by(|one, next| order(one, next).is_le()) {
        all.sort_by(|one, next| order(one, next));
    }
    for own in all.chunk_by_mut(|one, next| order(one, next).is_eq()) {
        own.sort_by_key(|one| (place(one).0.platform, place(one).1));
    }
    all
}

fn rows<'a, T>(
    items: &'a [&'a T],
    place: impl Fn(&'a T) -> (&'a SeriesKey, Timestamp) + Copy,
    holds: impl Fn(&'a [&'a T]) -> Items<'a>,
) -> impl Iterator<Item = Said<'a>> {
    let is_one = move |one: &&'a T, next: &&'a T| {
        let ((one, observed), (next, other_observed)) = (place(one), place(next));
        one.platform == next.platform && observed == other_observed && one.subject == next.subject
    };
    items.chunk_by(is_one).filter_map(move |run| {
        let (series, observed_at) = place(run.first()?);
        Some(Said { subject: &series.subject, platform: series.platform, observed_at, items: holds(run) })
    })
}

/// Parts of at most [`CYCLE_SUBJECTS_MAX`] subjects and [`PART_ROWS`] rows.
fn parts<'a, 'b>(rows: &'b [Said<'a>]) -> Vec<&'b [Said<'a>]> {
    let mut parts = Vec::new();
    let (mut from, mut subjects) = (0, 0);
    for (at, row) in rows.iter().enumerate() {
        let is_new = at.checked_sub(1).and_then(|at| rows.get(at)).is_none_or(|before| before.subject != row.subject);
        if at - from == PART_ROWS || (is_new && subjects == CYCLE_SUBJECTS_MAX) {
            parts.extend(rows.get(from..at));
            (from, subjects) = (at, 0);
        }
        subjects += usize::from(is_new || at == from);
    }
    parts.extend(rows.get(from..).filter(|part| !part.is_empty()));
    parts
}

/// Packs rows into a record, or halves of them where that would be too large.
fn pack(rows: &[Said<'_>], known_at: Timestamp, records: &mut Vec<Vec<u8>>) -> Result<(), StoreError> {
    let (mut names, mut name, mut last) = (Vec::new(), String::new(), String::new());
    let (mut subjects, mut platforms) = (0_i64, Vec::new());
    let mut columns = Columns::default();
    let mut before = None;
    for row in rows {
        if before != Some(row.subject) {
            name.clear();
            // Writing into text cannot fail.
            let _ = write!(name, "{}", row.subject);
            put_name(&mut names, &name, &last);
            std::mem::swap(&mut name, &mut last);
            (before, subjects) = (Some(row.subject), subjects + 1);
        }
        let place = platforms.iter().position(|one| *one == row.platform).unwrap_or_else(|| {
            platforms.push(row.platform);
            platforms.len() - 1
        });
        columns.push(&[subjects - 1, i64_of_len(place)], (row.observed_at, known_at), row.items);
    }
    let mut bytes = vec![FORM];
    put_number(&mut bytes, u64_of_len(platforms.len()));
    for platform in &platforms {
        put_name(&mut bytes, platform.as_str(), "");
    }
    put_number(&mut bytes, subjects.cast_unsigned());
    bytes.extend_from_slice(&names);
    let bytes = columns.finish(bytes)?;
    if bytes.len() <= VALUE_MAX || rows.len() < 2 {
        records.push(bytes);
        return Ok(());
    }
    let (one, other) = rows.split_at(rows.len() / 2);
    pack(one, known_at, records)?;
    pack(other, known_at, records)
}

/// A name without what it begins with as the one before it did.
fn put_name(bytes: &mut Vec<u8>, name: &str, before: &str) {
    let shared = name.bytes().zip(before.bytes()).take_while(|(one, other)| one == other).count();
    let others = name.as_bytes().get(shared..).unwrap_or_default();
    put_number(bytes, u64_of_len(shared));
    put_number(bytes, u64_of_len(others.len()));
    bytes.extend_from_slice(others);
}

/// When the rows of a record were known: from its key.
#[must_use]
pub fn heard_at(key: &[u8]) -> Option<Timestamp> {
    keys::read_time(key.get(..TIME_LEN)?)
}

/// The rows of a record.
pub fn read_heard(key: &[u8], bytes: &[u8]) -> Result<Vec<Told>, StoreError> {
    let mut rows = Vec::new();
    read_some(key, bytes, &|_| true, &mut |_, _, told| rows.push(told))?;
    Ok(rows)
}

/// The rows of a record that are of some subjects.
pub(super) fn read_some(
    key: &[u8],
    bytes: &[u8],
    is_wanted: &dyn Fn(&Subject) -> bool,
    each: &mut dyn FnMut(&Subject, Platform, Told),
) -> Result<(), StoreError> {
    unpacked(bytes, is_wanted, each).ok_or_else(|| StoreError::Damaged {
        what: format!("what was heard under `{}` makes no sense; restore a backup", key.escape_ascii()),
    })
}

fn unpacked(
    bytes: &[u8],
    is_wanted: &dyn Fn(&Subject) -> bool,
    each: &mut dyn FnMut(&Subject, Platform, Told),
) -> Option<()> {
    let mut input = checked(bytes)?;
    if input.byte()? != FORM {
        return None;
    }
    let platforms: Vec<Platform> = names(&mut input)?;
    let subjects: Vec<Subject> = names(&mut input)?;
    if !subjects.iter().any(is_wanted) {
        return Some(());
    }
    read(input, Of::Several(&subjects, &platforms), PART_ROWS, &mut |subject, platform, told| {
        if is_wanted(subject) {
            each(subject, platform, told);
        }
    })
}

fn names<T: FromStr>(input: &mut Input<'_>) -> Option<Vec<T>> {
    let count = usize::try_from(input.number()?).ok().filter(|count| *count <= PART_ROWS)?;
    let (mut all, mut name) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let shared = usize::try_from(input.number()?).ok().filter(|shared| *shared <= name.len())?;
        let others = usize::try_from(input.number()?).ok()?;
        name.truncate(shared);
        name.extend_from_slice(input.take(others)?);
        all.push(std::str::from_utf8(&name).ok()?.parse().ok()?);
    }
    Some(all)
}

/// Rows by what they are of.
#[derive(Debug, Default)]
pub(super) struct BySubject(BTreeMap<Subject, BTreeMap<Platform, Vec<Told>>>);

impl BySubject {
    pub fn add(&mut self, subject: &Subject, platform: Platform, told: Told) {
        match self.0.get_mut(subject) {
            Some(theirs) => theirs.entry(platform).or_default().push(told),
            None => drop(self.0.insert(subject.clone(), BTreeMap::from([(platform, vec![told])]))),
        }
    }

    /// Each series: how the keys of its rows and seals begin, and its rows.
    pub fn into_series(self) -> impl Iterator<Item = (Key, Vec<Told>)> {
        let of_subject = |(subject, theirs): (Subject, BTreeMap<Platform, Vec<Told>>)| {
            theirs.into_iter().map(move |(platform, rows)| (format!("{subject}\0{platform}\0").into_bytes(), rows))
        };
        self.0.into_iter().flat_map(of_subject)
    }
}

/// Reads what was heard, of all subjects or of some.
pub(super) async fn gathered(
    store: &dyn Store,
    subjects: Option<&BTreeSet<Subject>>,
) -> Result<BTreeMap<Key, Vec<Told>>, StoreError> {
    let mut all = BySubject::default();
    let is_wanted = |subject: &Subject| subjects.is_none_or(|some| some.contains(subject));
    let (mut from, until) = keys::all();
    loop {
        let page = store.scan(Table::Heard, &from, &until, PAGE).await?;
        for (key, kept) in &page {
            read_some(key, &kept.bytes, &is_wanted, &mut |subject, platform, told| all.add(subject, platform, told))?;
        }
        match page.last() {
            Some((last, _)) if PAGE <= page.len() => from = keys::after(last),
            _ => break,
        }
    }
    Ok(all.into_series().collect())
}

#[cfg(test)]
mod tests;
