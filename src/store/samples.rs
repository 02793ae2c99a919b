//! Samples as rows: one row holds everything that was said about one subject on one platform at one instant.
//!
//! Owns: the form of a row and of its key. The key is subject, 0, platform, 0, `observed_at`, `known_at` and a checksum
//! of which metrics the row holds, so that two sources which speak of one platform at one instant keep a row each.
//! Survives: any bytes; what cannot be read is an error, never a panic and never a wrong number.
//!
//! A row is `kind (1) · count · items`. A sample is `metric · flags · [currency (3)] · value · [length of its span]`, an
//! absence `metric · why · [age]`; whole numbers are variable-length (7 bits a byte, zigzag where they can be negative).
//! What was imported is kept so. What a poll said is kept as one record of many rows ([`writes_of_heard`]), and what is older is
//! sealed, many rows of one series in one record ([`seal_before`]). Whoever reads a history reads all three ([`load_history`]).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::keys::{self, TIME_LEN};
use super::{Key, StoreError, Table, Transaction, Write};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::num::u64_of_len;
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};

mod columns;
mod heard;
mod reading;
mod sealed;
mod sealing;

pub use heard::{PART_ROWS, heard_at, read_heard, writes_of_heard};
pub use reading::{load_history, of_subjects};
pub use sealed::{ROWS_MAX, Told, seal, unseal};
pub use sealing::{Sealing, read_sealed, seal_before, sealed_until};

/// A row of samples, first form.
const SAMPLES: u8 = 1;
/// A row of absences, first form.
const MISSING: u8 = 2;

/// Numbers of metrics in rows, part of the file format and never reused; 0 means that the name follows.
const CODES: &[(u8, Metric)] = &[
    (1, Metric::Views),
    (2, Metric::Reach),
    (3, Metric::Impressions),
    (4, Metric::Likes),
    (5, Metric::Comments),
    (6, Metric::Shares),
    (7, Metric::Saves),
    (8, Metric::Clicks),
    (9, Metric::StoryLinkTaps),
    (10, Metric::Sessions),
    (11, Metric::Leads),
    (12, Metric::SignUps),
    (13, Metric::Installs),
    (14, Metric::Orders),
    (15, Metric::Redemptions),
    (16, Metric::Refunds),
    (17, Metric::NewCustomers),
    (18, Metric::WatchSeconds),
    (19, Metric::Videos),
    (20, Metric::UgcPosts),
    (21, Metric::Revenue),
    (22, Metric::Margin),
    (23, Metric::Spend),
    (24, Metric::Fees),
    (25, Metric::Emv),
    (26, Metric::Followers),
    (27, Metric::BotClicks),
    (28, Metric::Prefetches),
    (29, Metric::Visitors),
    (30, Metric::LiveViewers),
    (31, Metric::Posts),
    (32, Metric::RedeemedByLink),
    (33, Metric::RedeemedTyped),
    (34, Metric::RedeemedListed),
    (35, Metric::RedeemedElsewhere),
];

/// Numbers of reasons in rows, part of the file format and never reused. Stale, number 5, also has an age.
const REASONS: [(u8, Absence); 9] = [
    (1, Absence::NotYet),
    (2, Absence::Hidden),
    (3, Absence::TooFew),
    (4, Absence::Gone),
    (STALE, Absence::Stale { age_secs: 0 }),
    (6, Absence::Unauthorized),
    (7, Absence::QuotaSpent),
    (8, Absence::Unreachable),
    (9, Absence::Garbled),
];
const STALE: u8 = 5;

const FORM_MASK: u8 = 0b11;
const TOTAL: u8 = 0;
const GAUGE: u8 = 1;
const AMOUNT: u8 = 2;
const PROVISIONAL: u8 = 1 << 2;
const SELF_REPORTED: u8 = 1 << 3;
const HAS_CURRENCY: u8 = 1 << 4;
const FLAGS_KNOWN: u8 = FORM_MASK | PROVISIONAL | SELF_REPORTED | HAS_CURRENCY;

/// What one row holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// Values.
    Samples(Vec<Sample>),
    /// Reasons why there are none.
    Missing(Vec<Missing>),
}

/// The rows of some samples, in key order.
#[must_use]
pub fn rows_of(samples: &[Sample]) -> Vec<(Key, Vec<u8>)> {
    let groups = grouped(samples, |sample| (&sample.series, sample.form.observed_at(), sample.known_at));
    let row = |(mut key, samples): (Key, Vec<&Sample>)| {
        let contents = samples.iter().map(|sample| (sample.series.metric, form_code(sample.form)));
        key.extend_from_slice(&what_it_holds(SAMPLES, contents));
        let mut bytes = vec![SAMPLES];
        put_number(&mut bytes, u64_of_len(samples.len()));
        for sample in samples {
            put_sample(&mut bytes, sample);
        }
        (key, bytes)
    };
    groups.into_iter().map(row).collect()
}

/// The rows of some absences, in key order. `known_at`: when that was known; each when it was so, where it is not said.
#[must_use]
pub fn missing_rows_of(missing: &[Missing], known_at: Option<Timestamp>) -> Vec<(Key, Vec<u8>)> {
    let groups = grouped(missing, |absent| (&absent.series, absent.at, known_at.unwrap_or(absent.at)));
    let row = |(mut key, missing): (Key, Vec<&Missing>)| {
        let contents = missing.iter().map(|absent| (absent.series.metric, 0));
        key.extend_from_slice(&what_it_holds(MISSING, contents));
        let mut bytes = vec![MISSING];
        put_number(&mut bytes, u64_of_len(missing.len()));
        for absent in missing {
            put_metric(&mut bytes, absent.series.metric);
            put_reason(&mut bytes, absent.why);
        }
        (key, bytes)
    };
    groups.into_iter().map(row).collect()
}

/// What belongs into one row, by how its key begins. What one poll says of one subject stands together, so that few keys are
/// made.
fn grouped<T>(items: &[T], what: impl Fn(&T) -> (&SeriesKey, Timestamp, Timestamp)) -> BTreeMap<Key, Vec<&T>> {
    let is_one = |one: &T, next: &T| {
        let ((one, observed, known), (next, other_observed, other_known)) = (what(one), what(next));
        one.platform == next.platform
            && (observed, known) == (other_observed, other_known)
            && one.subject == next.subject
    };
    let mut groups: BTreeMap<Key, Vec<&T>> = BTreeMap::new();
    for run in items.chunk_by(is_one) {
        if let Some((series, observed, known)) = run.first().map(&what) {
            groups.entry(place(series, observed, known)).or_default().extend(run);
        }
    }
    groups
}

/// The changes that keep what a poll said.
#[must_use]
pub fn writes_of(samples: &[Sample], missing: &[Missing]) -> Transaction {
    writes(rows_of(samples), missing_rows_of(missing, None))
}

fn writes(samples: Vec<(Key, Vec<u8>)>, missing: Vec<(Key, Vec<u8>)>) -> Transaction {
    let rows = samples.into_iter().chain(missing);
    Transaction {
        expect: Vec::new(),
        writes: rows.map(|(key, bytes)| Write::Put { table: Table::Samples, key, bytes }).collect(),
    }
}

/// What a row holds.
pub fn read_row(key: &[u8], bytes: &[u8]) -> Result<Row, StoreError> {
    Reader::default().read(key, bytes)
}

/// Reads rows one after the other; what they are of is read once where the next row is of the same.
#[derive(Debug, Default)]
struct Reader {
    /// How the keys of what was read last begin, and what that says.
    last: Option<(Key, Subject, Platform)>,
}

impl Reader {
    fn read(&mut self, key: &[u8], bytes: &[u8]) -> Result<Row, StoreError> {
        let damaged = || StoreError::Damaged {
            what: format!("the samples under `{}` make no sense; restore a backup", key.escape_ascii()),
        };
        let place = self.place(key).ok_or_else(damaged)?;
        let mut input = Input(bytes);
        let row = input.row(&place).ok_or_else(damaged)?;
        if input.0.is_empty() { Ok(row) } else { Err(damaged()) }
    }

    fn place(&mut self, key: &[u8]) -> Option<Place<'_>> {
        let times = times(key);
        let series = key.strip_suffix(times)?;
        if self.last.as_ref().is_none_or(|(last, ..)| last != series) {
            let (subject, platform) = std::str::from_utf8(series.strip_suffix(&[0])?).ok()?.split_once('\0')?;
            self.last = Some((series.to_vec(), subject.parse().ok()?, platform.parse().ok()?));
        }
        let (_, subject, platform) = self.last.as_ref()?;
        Some(Place {
            subject,
            platform: *platform,
            observed_at: keys::read_time(times.get(..TIME_LEN)?)?,
            known_at: keys::read_time(times.get(TIME_LEN..2 * TIME_LEN)?)?,
        })
    }
}

/// When an absence was known: from the key of its row.
#[must_use]
pub fn known_at(key: &[u8]) -> Option<Timestamp> {
    keys::read_time(times(key).get(TIME_LEN..2 * TIME_LEN)?)
}

/// How much of a key says what the row is of, and when it was observed.
#[must_use]
pub fn split(key: &[u8]) -> Option<(usize, Timestamp)> {
    let times = times(key);
    Some((key.len().checked_sub(times.len())?, keys::read_time(times.get(..TIME_LEN)?)?))
}

/// What the key of a row says: of what it is, where, when it was observed and when known.
#[must_use]
pub fn place_of(key: &[u8]) -> Option<(Subject, Platform, Timestamp, Timestamp)> {
    let mut reader = Reader::default();
    let place = reader.place(key)?;
    Some((place.subject.clone(), place.platform, place.observed_at, place.known_at))
}

/// What follows the series in a key: its times and what it holds.
fn times(key: &[u8]) -> &[u8] {
    const TIMES_LEN: usize = 2 * TIME_LEN + 4;
    key.len().checked_sub(TIMES_LEN).and_then(|series| key.get(series..)).unwrap_or_default()
}

fn place(series: &SeriesKey, observed_at: Timestamp, known_at: Timestamp) -> Key {
    let mut key = format!("{}\0{}\0", series.subject, series.platform).into_bytes();
    key.extend_from_slice(&keys::time(observed_at));
    key.extend_from_slice(&keys::time(known_at));
    key
}

struct Place<'a> {
    subject: &'a Subject,
    platform: Platform,
    observed_at: Timestamp,
    known_at: Timestamp,
}

/// A checksum of which metrics a row holds, whatever their order.
fn what_it_holds(kind: u8, contents: impl Iterator<Item = (Metric, u8)>) -> [u8; 4] {
    let mut contents: Vec<(&str, u8)> = contents.map(|(metric, form)| (metric.as_str(), form)).collect();
    contents.sort_unstable();
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[kind]);
    for (metric, form) in contents {
        hasher.update(metric.as_bytes());
        hasher.update(&[0, form]);
    }
    hasher.finalize().to_be_bytes()
}

fn form_code(form: Form) -> u8 {
    match form {
        Form::Total { .. } => TOTAL,
        Form::Gauge { .. } => GAUGE,
        Form::Amount { .. } => AMOUNT,
    }
}

fn flags_of(sample: &Sample) -> u8 {
    let mut flags = form_code(sample.form);
    if sample.provisional {
        flags |= PROVISIONAL;
    }
    if sample.self_reported {
        flags |= SELF_REPORTED;
    }
    if sample.currency.is_some() {
        flags |= HAS_CURRENCY;
    }
    flags
}

fn put_sample(bytes: &mut Vec<u8>, sample: &Sample) {
    put_metric(bytes, sample.series.metric);
    bytes.push(flags_of(sample));
    if let Some(currency) = sample.currency {
        bytes.extend_from_slice(currency.code().as_bytes());
    }
    put_signed(bytes, i128::from(sample.value));
    if let Form::Amount { from, until } = sample.form {
        put_span(bytes, until.as_nanosecond() - from.as_nanosecond());
    }
}

/// Nanoseconds as whole seconds and the rest: most spans are whole.
fn put_span(bytes: &mut Vec<u8>, nanos: i128) {
    put_signed(bytes, nanos.div_euclid(NANOS));
    put_signed(bytes, nanos.rem_euclid(NANOS));
}

const NANOS: i128 = 1_000_000_000;

fn put_metric(bytes: &mut Vec<u8>, metric: Metric) {
    if let Some(row) = CODES.iter().find(|row| row.1 == metric) {
        bytes.push(row.0);
    } else {
        bytes.push(0);
        put_number(bytes, u64_of_len(metric.as_str().len()));
        bytes.extend_from_slice(metric.as_str().as_bytes());
    }
}

fn reason_code(why: Absence) -> u8 {
    REASONS.iter().find(|row| row.1.as_str() == why.as_str()).map_or(0, |row| row.0)
}

fn put_reason(bytes: &mut Vec<u8>, why: Absence) {
    bytes.push(reason_code(why));
    if let Absence::Stale { age_secs } = why {
        put_signed(bytes, i128::from(age_secs));
    }
}

fn put_number(bytes: &mut Vec<u8>, n: u64) {
    put_wide(bytes, u128::from(n));
}

/// Zigzag: 0, -1, 1, -2, … so that small numbers of either sign are short.
fn put_signed(bytes: &mut Vec<u8>, n: i128) {
    put_wide(bytes, ((n << 1) ^ (n >> 127)).cast_unsigned());
}

fn put_wide(bytes: &mut Vec<u8>, mut n: u128) {
    loop {
        let [low, ..] = n.to_le_bytes();
        n >>= 7;
        if n == 0 {
            bytes.push(low & 0x7F);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// What is left to read. Every method answers `None` where the bytes end or make no sense.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn row(&mut self, place: &Place<'_>) -> Option<Row> {
        let kind = self.byte()?;
        let count = self.number()?;
        // An item is at least two bytes, so a count beyond the bytes is nonsense and reserves nothing.
        match kind {
            SAMPLES => (0..count).map(|_| self.sample(place)).collect::<Option<_>>().map(Row::Samples),
            MISSING => (0..count).map(|_| self.missing(place)).collect::<Option<_>>().map(Row::Missing),
            _ => None,
        }
    }

    fn sample(&mut self, place: &Place<'_>) -> Option<Sample> {
        let metric = self.metric()?;
        let flags = self.byte()?;
        if flags & !FLAGS_KNOWN != 0 {
            return None;
        }
        let currency = if flags & HAS_CURRENCY == 0 { None } else { Some(self.currency()?) };
        let value = i64::try_from(self.signed()?).ok()?;
        let at = place.observed_at;
        let form = match flags & FORM_MASK {
            TOTAL => Form::Total { at },
            GAUGE => Form::Gauge { at },
            AMOUNT => Form::Amount {
                from: Timestamp::from_nanosecond(at.as_nanosecond().checked_sub(self.span()?)?).ok()?,
                until: at,
            },
            _ => return None,
        };
        Some(Sample {
            series: place.series(metric),
            value,
            currency,
            form,
            known_at: place.known_at,
            provisional: flags & PROVISIONAL != 0,
            self_reported: flags & SELF_REPORTED != 0,
        })
    }

    fn missing(&mut self, place: &Place<'_>) -> Option<Missing> {
        let metric = self.metric()?;
        let code = self.byte()?;
        let why = if code == STALE {
            Absence::Stale { age_secs: i64::try_from(self.signed()?).ok()? }
        } else {
            REASONS.iter().find(|row| row.0 == code)?.1
        };
        Some(Missing { series: place.series(metric), why, at: place.observed_at })
    }

    fn metric(&mut self) -> Option<Metric> {
        let code = self.byte()?;
        if code != 0 {
            return CODES.iter().find(|row| row.0 == code).map(|row| row.1);
        }
        let length = usize::try_from(self.number()?).ok()?;
        std::str::from_utf8(self.take(length)?).ok()?.parse().ok()
    }

    fn currency(&mut self) -> Option<Currency> {
        std::str::from_utf8(self.take(3)?).ok()?.parse().ok()
    }

    fn span(&mut self) -> Option<i128> {
        let seconds = self.signed()?;
        let rest = self.signed()?;
        seconds.checked_mul(NANOS)?.checked_add(rest)
    }

    fn number(&mut self) -> Option<u64> {
        u64::try_from(self.wide()?).ok()
    }

    fn signed(&mut self) -> Option<i128> {
        let n = self.wide()?;
        Some((n >> 1).cast_signed() ^ -((n & 1).cast_signed()))
    }

    fn wide(&mut self) -> Option<u128> {
        let mut n = 0u128;
        // 18 bytes hold 126 bits, more than any number here has.
        for shift in (0..18).map(|place| place * 7) {
            let byte = self.byte()?;
            n |= u128::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(n);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }
}

impl Place<'_> {
    fn series(&self, metric: Metric) -> SeriesKey {
        SeriesKey { subject: self.subject.clone(), metric, platform: self.platform }
    }
}

#[cfg(test)]
mod tests;
