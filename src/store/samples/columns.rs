//! Rows as columns: those that hold the same metrics in the same way are one shape and share one column of times, and every
//! metric is a column of numbers, compressed by [pco](https://docs.rs/pco).
//!
//! Owns: the form of shapes. Every row comes back as it was, to the nanosecond. Survives: any bytes.
//!
//! ```text
//! shapes   count · shape*
//! shape    kind (1) · items · item* · rows · column*
//! item     metric · flags · [currency (3)]     or, of absences,  metric · why
//! column   0 · number: all the same            or                1 · length · pco
//! ```
//!
//! Columns of a shape: the numbers of a row's subject and platform, where a record holds several; seconds of observation, the rest of it in
//! nanoseconds, how many seconds later it was known, the rest of that, then for each item its values (of an amount also the
//! seconds of its span and the rest), or the ages of what is stale.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pco::ChunkConfig;
use pco::standalone::{simple_compress, simple_decompress_into};

use super::{
    AMOUNT, FLAGS_KNOWN, FORM_MASK, GAUGE, HAS_CURRENCY, Input, MISSING, NANOS, PROVISIONAL, REASONS, Row, SAMPLES,
    SELF_REPORTED, TOTAL, Told, flags_of, put_metric, put_number, put_signed, reason_code, what_it_holds,
};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::num::u64_of_len;
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};
use crate::store::StoreError;

/// Items in a row: there are fewer metrics.
const ITEMS_MAX: u64 = 256;

/// Bytes of the checksum at the end of a record.
const SUM_LEN: usize = 4;

/// The rows of one shape.
#[derive(Debug, Default)]
struct Group {
    rows: usize,
    columns: Vec<Vec<i64>>,
}

/// Rows, sorted by their shapes.
#[derive(Debug, Default)]
pub(super) struct Columns {
    shapes: BTreeMap<Vec<u8>, Group>,
    /// Emptied and filled again for every row.
    shape: Vec<u8>,
    numbers: Vec<i64>,
}

impl Columns {
    /// Adds a row. `of`: the number of its subject and of its platform, where there are several.
    pub fn push(&mut self, of: &[i64], (observed_at, known_at): (Timestamp, Timestamp), row: Items<'_>) {
        let ((observed, rest), (known, known_rest)) = (parts(observed_at), parts(known_at));
        self.shape.clear();
        self.numbers.clear();
        self.numbers.extend_from_slice(of);
        self.numbers.extend([observed, rest, known.saturating_sub(observed), known_rest]);
        take_apart(row, &mut self.shape, &mut self.numbers);
        if !self.shapes.contains_key(&self.shape) {
            self.shapes.insert(self.shape.clone(), Group::default());
        }
        let Some(group) = self.shapes.get_mut(&self.shape) else { return };
        group.rows += 1;
        group.columns.resize_with(self.numbers.len(), Vec::new);
        for (column, number) in group.columns.iter_mut().zip(&self.numbers) {
            column.push(*number);
        }
    }

    /// Writes them, with a checksum over all that `bytes` held before, and them.
    pub fn finish(self, mut bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        put_number(&mut bytes, u64_of_len(self.shapes.len()));
        for (shape, group) in self.shapes {
            bytes.extend_from_slice(&shape);
            put_number(&mut bytes, u64_of_len(group.rows));
            for column in &group.columns {
                put_column(&mut bytes, column)?;
            }
        }
        let sum = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&sum.to_be_bytes());
        Ok(bytes)
    }
}

/// What stands before the checksum, where that is right.
pub(super) fn checked(bytes: &[u8]) -> Option<Input<'_>> {
    let (contents, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM_LEN)?)?;
    (sum == crc32fast::hash(contents).to_be_bytes()).then_some(Input(contents))
}

/// Of what the rows of a record are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of<'a> {
    /// All are of one.
    One(&'a Subject, Platform),
    /// Each says of which.
    Several(&'a [Subject], &'a [Platform]),
}

/// Takes a row and what it is of.
type Each<'a> = &'a mut dyn FnMut(&Subject, Platform, Told);

/// Reads every shape, of so many rows at most, and gives each row.
pub(super) fn read(mut input: Input<'_>, of: Of<'_>, rows_max: usize, each: Each<'_>) -> Option<()> {
    let shapes = input.number()?;
    let mut rows = 0;
    for _ in 0..shapes {
        let shape = Shape::read(&mut input)?;
        let count = usize::try_from(input.number()?).ok().filter(|count| rows + count <= rows_max)?;
        shape.rows(&mut input, count, of, each)?;
        rows += count;
    }
    input.0.is_empty().then_some(())
}

/// Seconds, and the nanoseconds that are over.
fn parts(at: Timestamp) -> (i64, i64) {
    let nanos = at.as_nanosecond();
    // Both fit: jiff's range is a few hundred billion seconds.
    let seconds = i64::try_from(nanos.div_euclid(NANOS)).unwrap_or(i64::MAX);
    (seconds, i64::try_from(nanos.rem_euclid(NANOS)).unwrap_or(0))
}

fn whole(seconds: i64, nanos: i64) -> Option<Timestamp> {
    Timestamp::from_nanosecond(i128::from(seconds).checked_mul(NANOS)?.checked_add(i128::from(nanos))?).ok()
}

/// What a row holds, wherever it lies.
#[derive(Debug, Clone, Copy)]
pub(super) enum Items<'a> {
    /// Values.
    Samples(&'a [&'a Sample]),
    /// Reasons why there are none.
    Missing(&'a [&'a Missing]),
}

/// The shape of a row, and its numbers.
fn take_apart(row: Items<'_>, shape: &mut Vec<u8>, numbers: &mut Vec<i64>) {
    match row {
        Items::Samples(samples) => {
            shape.push(SAMPLES);
            put_number(shape, u64_of_len(samples.len()));
            for sample in samples {
                put_metric(shape, sample.series.metric);
                shape.push(flags_of(sample));
                if let Some(currency) = sample.currency {
                    shape.extend_from_slice(currency.code().as_bytes());
                }
                numbers.push(sample.value);
                if let Form::Amount { from, until } = sample.form {
                    let nanos = until.as_nanosecond() - from.as_nanosecond();
                    numbers.push(i64::try_from(nanos.div_euclid(NANOS)).unwrap_or(i64::MAX));
                    numbers.push(i64::try_from(nanos.rem_euclid(NANOS)).unwrap_or(0));
                }
            }
        }
        Items::Missing(missing) => {
            shape.push(MISSING);
            put_number(shape, u64_of_len(missing.len()));
            for absent in missing {
                put_metric(shape, absent.series.metric);
                shape.push(reason_code(absent.why));
                if let Absence::Stale { age_secs } = absent.why {
                    numbers.push(age_secs);
                }
            }
        }
    }
}

fn put_column(bytes: &mut Vec<u8>, column: &[i64]) -> Result<(), StoreError> {
    match column.split_first() {
        Some((first, rest)) if rest.iter().all(|one| one == first) => {
            bytes.push(0);
            put_signed(bytes, i128::from(*first));
        }
        _ => {
            let packed = simple_compress(column, &ChunkConfig::default());
            let packed = packed.map_err(|error| StoreError::failed("seal samples", error))?;
            bytes.push(1);
            put_number(bytes, u64_of_len(packed.len()));
            bytes.extend_from_slice(&packed);
        }
    }
    Ok(())
}

fn column(input: &mut Input<'_>, rows: usize) -> Option<Vec<i64>> {
    if input.byte()? == 0 {
        return Some(vec![i64::try_from(input.signed()?).ok()?; rows]);
    }
    let length = usize::try_from(input.number()?).ok()?;
    let packed = input.take(length)?;
    let mut numbers = vec![0; rows];
    let progress = simple_decompress_into(packed, &mut numbers).ok()?;
    (progress.finished && progress.n_processed == rows).then_some(numbers)
}

/// An item of a shape.
#[derive(Debug, Clone, Copy)]
enum Item {
    Value { metric: Metric, flags: u8, currency: Option<Currency> },
    Absent { metric: Metric, why: Absence },
}

/// What the rows of a shape hold.
struct Shape {
    kind: u8,
    items: Vec<Item>,
}

impl Shape {
    fn read(input: &mut Input<'_>) -> Option<Self> {
        let kind = input.byte()?;
        let count = input.number()?;
        if ITEMS_MAX < count {
            return None;
        }
        let items = (0..count).map(|_| match kind {
            SAMPLES => {
                let (metric, flags) = (input.metric()?, input.byte()?);
                if flags & !FLAGS_KNOWN != 0 || AMOUNT < flags & FORM_MASK {
                    return None;
                }
                let currency = if flags & HAS_CURRENCY == 0 { None } else { Some(input.currency()?) };
                Some(Item::Value { metric, flags, currency })
            }
            MISSING => {
                let (metric, code) = (input.metric()?, input.byte()?);
                Some(Item::Absent { metric, why: REASONS.iter().find(|row| row.0 == code)?.1 })
            }
            _ => None,
        });
        let items = items.collect::<Option<_>>()?;
        Some(Self { kind, items })
    }

    /// The checksum of which metrics its rows hold.
    fn holds(&self) -> [u8; 4] {
        let what = |item: &Item| match item {
            Item::Value { metric, flags, .. } => (*metric, flags & FORM_MASK),
            Item::Absent { metric, .. } => (*metric, 0),
        };
        what_it_holds(self.kind, self.items.iter().map(what))
    }

    /// Puts the rows together again.
    fn rows(&self, input: &mut Input<'_>, count: usize, of: Of<'_>, each: Each<'_>) -> Option<()> {
        let mut next = || column(input, count);
        let [of_subjects, of_platforms] = match of {
            Of::One(..) => [const { Vec::new() }; 2],
            Of::Several(..) => [next()?, next()?],
        };
        let (seconds, rests, lags, known_rests) = (next()?, next()?, next()?, next()?);
        let mut columns = Vec::with_capacity(self.items.len());
        for item in &self.items {
            columns.push(match item {
                Item::Value { flags, .. } if flags & FORM_MASK == AMOUNT => vec![next()?, next()?, next()?],
                Item::Absent { why: Absence::Stale { .. }, .. } | Item::Value { .. } => vec![next()?],
                Item::Absent { .. } => Vec::new(),
            });
        }
        let at = |column: &[i64], row: usize| column.get(row).copied();
        let holds = self.holds();
        for row in 0..count {
            let second = at(&seconds, row)?;
            let observed_at = whole(second, at(&rests, row)?)?;
            let known_at = whole(second.checked_add(at(&lags, row)?)?, at(&known_rests, row)?)?;
            let place = |column| at(column, row).and_then(|place| usize::try_from(place).ok());
            let (subject, platform) = match of {
                Of::One(subject, platform) => (subject, platform),
                Of::Several(subjects, platforms) => {
                    (subjects.get(place(&of_subjects)?)?, *platforms.get(place(&of_platforms)?)?)
                }
            };
            let series = |metric| SeriesKey { subject: subject.clone(), metric, platform };
            let (mut samples, mut missing) = (Vec::new(), Vec::new());
            for (item, columns) in self.items.iter().zip(&columns) {
                let number = |place: usize| at(columns.get(place)?, row);
                match *item {
                    Item::Value { metric, flags, currency } => {
                        let form = match flags & FORM_MASK {
                            TOTAL => Form::Total { at: observed_at },
                            GAUGE => Form::Gauge { at: observed_at },
                            _ => {
                                Form::Amount { from: before(observed_at, number(1)?, number(2)?)?, until: observed_at }
                            }
                        };
                        samples.push(Sample {
                            series: series(metric),
                            value: number(0)?,
                            currency,
                            form,
                            known_at,
                            provisional: flags & PROVISIONAL != 0,
                            self_reported: flags & SELF_REPORTED != 0,
                        });
                    }
                    Item::Absent { metric, why } => {
                        let why = match why {
                            Absence::Stale { .. } => Absence::Stale { age_secs: number(0)? },
                            other => other,
                        };
                        missing.push(Missing { series: series(metric), why, at: observed_at });
                    }
                }
            }
            let row = if self.kind == SAMPLES { Row::Samples(samples) } else { Row::Missing(missing) };
            each(subject, platform, Told { observed_at, known_at, holds, row });
        }
        Some(())
    }
}

fn before(until: Timestamp, seconds: i64, nanos: i64) -> Option<Timestamp> {
    let span = i128::from(seconds).checked_mul(NANOS)?.checked_add(i128::from(nanos))?;
    Timestamp::from_nanosecond(until.as_nanosecond().checked_sub(span)?).ok()
}
