//! What was heard at one moment, of many subjects in one record: what a poll said, until it is sealed with what else was said of
//! each.
//!
//! Owns: the form of such a record. One key for thousands of rows: a store pays for each of its keys, and a row of eight
//! numbers costs it more than they do. Survives: any bytes; what was damaged is an error.
//!
//! The key is when it was known and the number of the part, both big-endian: every poll has a moment of its own.
//!
//! ```text
//! form (1) · series · name* · shapes · checksum (4)
//! name     letters as in the name before · others · those          platform, 0, subject
//! ```
//!
//! Shapes as in [`columns`](super::columns), each row with the number of its series.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::columns::{Columns, Items, Of, ROWS_MAX, Whose, checked, read};
use super::{Input, Told, put_number};
use crate::domain::ids::{Platform, Subject};
use crate::domain::num::{i64_of_len, u64_of_len};
use crate::domain::sample::{Missing, Sample};
use crate::store::keys::{self, TIME_LEN};
use crate::store::limits::CYCLE_SUBJECTS_MAX;
use crate::store::{Key, Store, StoreError, Table, Transaction, Write};

/// The first form.
const FORM: u8 = 1;

/// Rows in one record, and so subjects at most: some ten kilobytes.
const PART_ROWS: usize = CYCLE_SUBJECTS_MAX;

/// Records read at once.
pub(super) const PAGE: usize = 32;

/// What one row will hold.
#[derive(Default)]
struct Said<'a> {
    samples: Vec<&'a Sample>,
    missing: Vec<&'a Missing>,
}

/// What is heard at one moment, in as many transactions as it takes, one record each. Nothing else became known at it.
pub fn writes_of_heard(
    samples: &[Sample],
    missing: &[Missing],
    known_at: Timestamp,
) -> Result<Vec<Transaction>, StoreError> {
    let mut rows: BTreeMap<(Platform, &Subject, Timestamp), Said<'_>> = BTreeMap::new();
    let of = |sample: &Sample| (sample.series.platform, sample.form.observed_at());
    for run in samples.chunk_by(|one, next| of(one) == of(next) && one.series.subject == next.series.subject) {
        let Some(first) = run.first() else { continue };
        let (platform, observed_at) = of(first);
        rows.entry((platform, &first.series.subject, observed_at)).or_default().samples.extend(run);
    }
    for absent in missing {
        let series = &absent.series;
        rows.entry((series.platform, &series.subject, absent.at)).or_default().missing.push(absent);
    }
    let mut transactions = Vec::new();
    let mut part = Part::default();
    for ((platform, subject, observed_at), said) in rows {
        part.add(subject, platform, (observed_at, known_at), &said);
        if PART_ROWS <= part.rows {
            transactions.push(std::mem::take(&mut part).finish(known_at, transactions.len())?);
        }
    }
    if part.rows != 0 {
        transactions.push(part.finish(known_at, transactions.len())?);
    }
    Ok(transactions)
}

/// A record while it is written.
#[derive(Default)]
struct Part {
    rows: usize,
    series: usize,
    names: Vec<u8>,
    last: String,
    columns: Columns,
}

impl Part {
    fn add(&mut self, subject: &Subject, platform: Platform, times: (Timestamp, Timestamp), said: &Said<'_>) {
        let name = format!("{platform}\0{subject}");
        if self.series == 0 || name != self.last {
            let shared = name.bytes().zip(self.last.bytes()).take_while(|(one, other)| one == other).count();
            let others = name.as_bytes().get(shared..).unwrap_or_default();
            put_number(&mut self.names, u64_of_len(shared));
            put_number(&mut self.names, u64_of_len(others.len()));
            self.names.extend_from_slice(others);
            self.series += 1;
            self.last = name;
        }
        let place = Some(i64_of_len(self.series - 1));
        if !said.samples.is_empty() {
            self.columns.push(place, times, Items::Samples(&said.samples));
            self.rows += 1;
        }
        if !said.missing.is_empty() {
            self.columns.push(place, times, Items::Missing(&said.missing));
            self.rows += 1;
        }
    }

    fn finish(self, known_at: Timestamp, number: usize) -> Result<Transaction, StoreError> {
        let mut bytes = vec![FORM];
        put_number(&mut bytes, u64_of_len(self.series));
        bytes.extend_from_slice(&self.names);
        let key = [keys::time(known_at).as_slice(), &keys::number(u64_of_len(number))].concat();
        let put = Write::Put { table: Table::Heard, key, bytes: self.columns.finish(bytes)? };
        Ok(Transaction { expect: Vec::new(), writes: vec![put] })
    }
}

/// When the rows of a record were known: from its key.
#[must_use]
pub fn heard_at(key: &[u8]) -> Option<Timestamp> {
    keys::read_time(key.get(..TIME_LEN)?)
}

/// The rows of a record, each with what it is of.
pub fn read_heard(key: &[u8], bytes: &[u8]) -> Result<Vec<(Whose, Told)>, StoreError> {
    let mut rows = Vec::new();
    read_some(key, bytes, &|_| true, &mut |whose, told| rows.push((whose.clone(), told)))?;
    Ok(rows)
}

/// The rows of a record that are of some subjects.
pub(super) fn read_some(
    key: &[u8],
    bytes: &[u8],
    is_wanted: &dyn Fn(&Subject) -> bool,
    each: &mut dyn FnMut(&Whose, Told),
) -> Result<(), StoreError> {
    unpacked(bytes, is_wanted, each).ok_or_else(|| StoreError::Damaged {
        what: format!("what was heard under `{}` makes no sense; restore a backup", key.escape_ascii()),
    })
}

fn unpacked(bytes: &[u8], is_wanted: &dyn Fn(&Subject) -> bool, each: &mut dyn FnMut(&Whose, Told)) -> Option<()> {
    let mut input = checked(bytes)?;
    if input.byte()? != FORM {
        return None;
    }
    let series = series(&mut input)?;
    if !series.iter().any(|(subject, _)| is_wanted(subject)) {
        return Some(());
    }
    read(input, Of::Several(&series), &mut |place, told| {
        if let Some(whose) = series.get(place).filter(|(subject, _)| is_wanted(subject)) {
            each(whose, told);
        }
    })
}

fn series(input: &mut Input<'_>) -> Option<Vec<Whose>> {
    let count = usize::try_from(input.number()?).ok().filter(|count| *count <= ROWS_MAX)?;
    let (mut all, mut name) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let shared = usize::try_from(input.number()?).ok().filter(|shared| *shared <= name.len())?;
        let others = usize::try_from(input.number()?).ok()?;
        name.truncate(shared);
        name.extend_from_slice(input.take(others)?);
        let (platform, subject) = std::str::from_utf8(&name).ok()?.split_once('\0')?;
        all.push((subject.parse().ok()?, platform.parse().ok()?));
    }
    Some(all)
}

/// Adds a row to those of its series.
pub(super) fn sort_in(all: &mut BTreeMap<Whose, Vec<Told>>, whose: &Whose, told: Told) {
    match all.get_mut(whose) {
        Some(rows) => rows.push(told),
        None => drop(all.insert(whose.clone(), vec![told])),
    }
}

/// How the keys of the rows and seals of a series begin.
pub(super) fn series_key((subject, platform): &Whose) -> Key {
    format!("{subject}\0{platform}\0").into_bytes()
}

/// Everything that was heard and is not sealed, series by series: how the keys of its rows begin, and the rows.
pub(super) type Heard = BTreeMap<Key, Vec<Told>>;

/// Reads what was heard, of all subjects or of some.
pub(super) async fn gathered(store: &dyn Store, subjects: Option<&BTreeSet<Subject>>) -> Result<Heard, StoreError> {
    let mut all: BTreeMap<Whose, Vec<Told>> = BTreeMap::new();
    let is_wanted = |subject: &Subject| subjects.is_none_or(|some| some.contains(subject));
    let mut each = |whose: &Whose, told| sort_in(&mut all, whose, told);
    let (mut from, until) = keys::all();
    loop {
        let page = store.scan(Table::Heard, &from, &until, PAGE).await?;
        for (key, kept) in &page {
            read_some(key, &kept.bytes, &is_wanted, &mut each)?;
        }
        match page.last() {
            Some((last, _)) if PAGE <= page.len() => from = keys::after(last),
            _ => break,
        }
    }
    Ok(all.into_iter().map(|(whose, rows)| (series_key(&whose), rows)).collect())
}

#[cfg(test)]
mod tests;
