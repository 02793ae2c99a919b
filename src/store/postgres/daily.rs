//! Samples in plain columns, for tools that draw: of each series and day the newest number, written with the samples.
//!
//! A total or a gauge has one row a day: what was observed last, and of that what was known last. An amount has one row a
//! span, under the day it begins on. Days are those of UTC. A row goes when the sample it rests on goes. Absences are not
//! here: a day without a row is a day without a number. Sealing changes nothing here: what is sealed is written as what it was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sqlx::PgConnection;

use super::plan::NewRecord;
use super::statements as sql;
use crate::domain::sample::{Form, Sample};
use crate::store::samples::{Row, place_of, read_heard, read_row, read_sealed};
use crate::store::{Key, Table};

/// Subject, platform, metric, form, currency, day, beginning of the span.
type Series = [String; 7];

/// What stands in it: when it was observed and known, and the number.
type Newest = (Timestamp, Timestamp, i64);

fn series_of(sample: &Sample) -> Series {
    let (form, from) = match sample.form {
        Form::Total { at } => ("total", at),
        Form::Gauge { at } => ("gauge", at),
        Form::Amount { from, .. } => ("amount", from),
    };
    let day = from.to_zoned(TimeZone::UTC).date().to_string();
    let span = match sample.form {
        Form::Amount { .. } => from.to_string(),
        Form::Total { .. } | Form::Gauge { .. } => format!("{day}T00:00:00Z"),
    };
    let currency = sample.currency.map(|currency| currency.code().to_owned()).unwrap_or_default();
    let series = &sample.series;
    let (subject, platform, metric) = (series.subject.to_string(), series.platform.to_string(), series.metric.as_str());
    [subject, platform, metric.to_owned(), form.to_owned(), currency, day, span]
}

/// What a key says: of a row when it was observed and known, of a seal when its first and its last row were observed.
struct Place {
    subject: String,
    platform: String,
    times: [String; 2],
}

fn samples_of(row: Option<Row>) -> Vec<Sample> {
    match row {
        Some(Row::Samples(samples)) => samples,
        Some(Row::Missing(_)) | None => Vec::new(),
    }
}

/// The newest number of each day among some samples.
fn newest(samples: impl Iterator<Item = Sample>) -> BTreeMap<Series, Newest> {
    let mut days: BTreeMap<Series, Newest> = BTreeMap::new();
    for sample in samples {
        let found = (sample.form.observed_at(), sample.known_at, sample.value);
        let kept = days.entry(series_of(&sample)).or_insert(found);
        if (kept.0, kept.1) <= (found.0, found.1) {
            *kept = found;
        }
    }
    days
}

/// Writes what changed in [`Table::Samples`], [`Table::Sealed`] and [`Table::Heard`].
pub async fn write<'a>(
    connection: &mut PgConnection,
    records: impl Iterator<Item = (&'a (Table, Key), &'a NewRecord<'a>)>,
) -> Result<(), sqlx::Error> {
    let (mut put, mut gone, mut seals_gone) = (Vec::new(), Vec::new(), Vec::new());
    let mut sealed_anew = BTreeSet::new();
    for ((table, key), record) in records {
        let place = || {
            place_of(key).map(|(subject, platform, from, until)| Place {
                subject: subject.to_string(),
                platform: platform.to_string(),
                times: [from.to_string(), until.to_string()],
            })
        };
        // What cannot be read is told by whoever reads it for the rules; here it is only not drawn.
        match (*table, record) {
            (Table::Heard, Some((_, bytes))) => {
                put.extend(read_heard(key, bytes).into_iter().flatten().flat_map(|told| samples_of(Some(told.row))));
            }
            // It was sealed before it went.
            (Table::Heard, None) => {}
            (Table::Sealed, Some((_, bytes))) => {
                sealed_anew.extend(place().map(|place| (place.subject, place.platform)));
                put.extend(read_sealed(key, bytes).into_iter().flatten().flat_map(|told| samples_of(Some(told.row))));
            }
            (Table::Sealed, None) => seals_gone.extend(place()),
            (_, Some((_, bytes))) => put.extend(samples_of(read_row(key, bytes).ok())),
            (_, None) => gone.extend(place()),
        }
    }
    // What was sealed anew is written again below; the rest went with age.
    seals_gone.retain(|place: &Place| !sealed_anew.contains(&(place.subject.clone(), place.platform.clone())));
    for (statement, places) in [(sql::DELETE_DAILY, gone), (sql::DELETE_DAYS, seals_gone)] {
        if places.is_empty() {
            continue;
        }
        let mut columns = [const { Vec::<String>::new() }; 4];
        for Place { subject, platform, times: [from, until] } in places {
            columns.iter_mut().zip([subject, platform, from, until]).for_each(|(column, field)| column.push(field));
        }
        let query = columns.into_iter().fold(sqlx::query(statement), sqlx::query::Query::bind);
        query.execute(&mut *connection).await?;
    }
    let days = newest(put.into_iter());
    if days.is_empty() {
        return Ok(());
    }
    let mut columns = [const { Vec::<String>::new() }; 7];
    let (mut values, mut observed, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for (series, (observed_at, known_at, value)) in days {
        columns.iter_mut().zip(series).for_each(|(column, field)| column.push(field));
        values.push(value);
        observed.push(observed_at.to_string());
        known.push(known_at.to_string());
    }
    let query = columns.into_iter().fold(sqlx::query(sql::PUT_DAILY), sqlx::query::Query::bind);
    query.bind(values).bind(observed).bind(known).execute(connection).await.map(drop)
}
