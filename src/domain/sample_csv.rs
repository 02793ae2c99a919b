//! The CSV files that people import: samples, and posts.
//!
//! Owns: the columns, what each cell may say, and a sentence with a remedy for each row that cannot be taken.
//! Refuses: guessing. A row is taken whole or not at all; the rows around it are not affected. Survives garbage: whatever
//! the bytes, the answer is samples and errors.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Read;

use csv::{ReaderBuilder, StringRecord, Trim};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::ids::{CampaignId, CreatorId, Platform, PostRef, Subject};
use super::metric::{Kind, Metric, Unit};
use super::money::{Currency, Money};
use super::num::u64_of_len;
use super::sample::{Form, Sample, SeriesKey};
use super::written::repeated;

/// The columns of a file of samples. They may stand in any order.
pub const SAMPLE_COLUMNS: [&str; 9] =
    ["time", "campaign", "creator", "platform", "post", "metric", "form", "value", "currency"];
/// The columns of a file of posts.
pub const POST_COLUMNS: [&str; 6] = ["post", "creator", "platform", "published_at", "format", "text"];
/// Rows read of one file. Six weeks of 3,000 channels, three metrics each, every 90 minutes are 6 million.
const ROWS_MAX: u64 = 50_000_000;
/// Bytes read of one file: what that many rows may take.
const BYTES_MAX: u64 = 8 << 30;
/// Errors kept; the rest is counted. More than anyone reads.
const ERRORS_MAX: usize = 1_000;
/// Characters of a bad cell that an error repeats.
const SHOWN_MAX: usize = 40;
/// The longest span of an amount, in days: a leap year.
const SPAN_DAYS_MAX: i64 = 366;

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {}; {remedy}", column_of(column), repeated(what))]
pub struct RowError {
    /// Where it begins, counted from 1.
    pub line: u64,
    /// Which cell; empty where it is about the whole line.
    pub column: Cow<'static, str>,
    /// What is wrong with it.
    pub what: String,
    /// What to write instead.
    pub remedy: Cow<'static, str>,
}

fn column_of(column: &str) -> String {
    if column.is_empty() { String::new() } else { format!(", column `{}`", repeated(column)) }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet<T> {
    /// Rows that were taken, in their order.
    pub rows: Vec<T>,
    /// The first rows that were not.
    pub errors: Vec<RowError>,
    /// How many were not.
    pub rejected: u64,
}

/// A sample, and what its row says about its post besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRow {
    /// The sample. `known_at` is its time of observation: an import cannot know better.
    pub sample: Sample,
    /// The campaign of its post, where both are given.
    pub campaign: Option<CampaignId>,
    /// The creator of its post, likewise.
    pub creator: Option<CreatorId>,
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRow {
    /// Its id on the platform.
    pub post: PostRef,
    /// Who made it.
    pub creator: CreatorId,
    /// Where.
    pub platform: Platform,
    /// When it went live.
    pub published_at: Timestamp,
    /// Reel, story, video: as the file says.
    pub format: String,
    /// Its text.
    pub text: String,
}

/// Reads a file of samples: `time,campaign,creator,platform,post,metric,form,value,currency`.
pub fn read_samples(reader: impl Read) -> Sheet<SampleRow> {
    let mut rows = Vec::new();
    let (errors, rejected) = each_sample(reader, &mut |row| rows.push(row));
    Sheet { rows, errors, rejected }
}

/// The same row by row, for files that are larger than they should be. Answers the first errors and how many there are.
pub fn each_sample(reader: impl Read, take: &mut dyn FnMut(SampleRow)) -> (Vec<RowError>, u64) {
    let needed = ["time", "platform", "metric", "form", "value"];
    each(reader, &SAMPLE_COLUMNS, &needed, &mut |row| {
        take(sample_of(row)?);
        Ok(())
    })
}

/// Reads a file of posts: `post,creator,platform,published_at,format,text`.
pub fn read_posts(reader: impl Read) -> Sheet<PostRow> {
    let mut rows = Vec::new();
    let needed = ["post", "creator", "platform", "published_at"];
    let (errors, rejected) = each(reader, &POST_COLUMNS, &needed, &mut |row| {
        rows.push(post_of(row)?);
        Ok(())
    });
    Sheet { rows, errors, rejected }
}

/// Writes samples as a file that [`read_samples`] reads back as they are.
///
/// # Errors
///
/// A value that is too large for its currency's decimals.
pub fn write_samples(rows: &[SampleRow]) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(SAMPLE_COLUMNS)?;
    for row in rows {
        let (sample, mut post) = (&row.sample, "");
        let (mut campaign, mut creator) =
            (row.campaign.as_ref().map(CampaignId::as_str), row.creator.as_ref().map(CreatorId::as_str));
        match &sample.series.subject {
            Subject::Post(_, id) => post = id.as_str(),
            Subject::Partnership(of, with) => (campaign, creator) = (Some(of.as_str()), Some(with.as_str())),
            Subject::Campaign(id) => campaign = Some(id.as_str()),
            Subject::Creator(id) => creator = Some(id.as_str()),
            // No file of samples speaks of a brand.
            Subject::Brand(_) => continue,
        }
        let (at, form) = match sample.form {
            Form::Total { at } => (at, "total".to_owned()),
            Form::Gauge { at } => (at, "gauge".to_owned()),
            Form::Amount { from, until } => (from, format!("amount:PT{}S", until.duration_since(from).as_secs())),
        };
        let value = match sample.currency {
            Some(currency) => Money::new(sample.value, currency).to_major().to_string(),
            None => sample.value.to_string(),
        };
        csv.write_record([
            at.to_string().as_str(),
            campaign.unwrap_or_default(),
            creator.unwrap_or_default(),
            sample.series.platform.as_str(),
            post,
            sample.series.metric.as_str(),
            &form,
            &value,
            sample.currency.map_or("", Currency::code),
        ])?;
    }
    csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// One row under its header.
struct Row<'a> {
    columns: &'a [&'static str],
    places: &'a [Option<usize>],
    record: &'a StringRecord,
    line: u64,
}

impl Row<'_> {
    /// The cell of a column; empty where there is none.
    fn cell(&self, column: &'static str) -> &str {
        let place = self.columns.iter().position(|name| *name == column);
        place.and_then(|place| *self.places.get(place)?).and_then(|place| self.record.get(place)).unwrap_or_default()
    }

    fn bad(&self, column: &'static str, what: impl Into<String>, remedy: &'static str) -> RowError {
        RowError { line: self.line, column: column.into(), what: what.into(), remedy: remedy.into() }
    }

    /// The cell, quoted and cut short.
    fn shown(&self, column: &'static str) -> String {
        let cell = self.cell(column);
        let cut: String = cell.chars().take(SHOWN_MAX).collect();
        let more = if cut.len() < cell.len() { "…" } else { "" };
        format!("`{}{more}`", cut.escape_debug())
    }

    fn parsed<T: std::str::FromStr>(
        &self,
        column: &'static str,
        what: &str,
        remedy: &'static str,
    ) -> Result<T, RowError> {
        self.cell(column).parse().map_err(|_| self.bad(column, format!("{} is not {what}", self.shown(column)), remedy))
    }

    /// The same for a cell that may be empty.
    fn option<T: std::str::FromStr>(
        &self,
        column: &'static str,
        what: &str,
        remedy: &'static str,
    ) -> Result<Option<T>, RowError> {
        if self.cell(column).is_empty() {
            return Ok(None);
        }
        self.parsed(column, what, remedy).map(Some)
    }

    /// An instant, or a date, which is its midnight in UTC.
    fn time(&self, column: &'static str) -> Result<Timestamp, RowError> {
        let cell = self.cell(column);
        let midnight = || {
            // A date parser takes a time of day along and drops it; only a bare date may mean midnight.
            let date: Date = (cell.len() == "2026-06-12".len()).then(|| cell.parse().ok())??;
            Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
        };
        cell.parse().ok().or_else(midnight).ok_or_else(|| {
            self.bad(
                column,
                format!("{} is not a time", self.shown(column)),
                "write it like `2026-06-12T15:58:47Z`, or a date",
            )
        })
    }
}

const ID_REMEDY: &str = "use 1 to 64 characters of a-z, A-Z, 0-9, `-`, `_` and `.`";

fn sample_of(row: &Row<'_>) -> Result<SampleRow, RowError> {
    let at = row.time("time")?;
    let campaign: Option<CampaignId> = row.option("campaign", "a campaign id", ID_REMEDY)?;
    let creator: Option<CreatorId> = row.option("creator", "a creator id", ID_REMEDY)?;
    let post: Option<PostRef> = row.option("post", "a post id", ID_REMEDY)?;
    let platform: Platform = row.parsed("platform", "a platform", "write it like `youtube` or `meta_ads`")?;
    let metric: Metric = row.parsed("metric", "a metric", "write it like `views` or `spend`")?;
    let form = form_of(row, metric, at)?;
    let (value, currency) = value_of(row, metric)?;
    let subject = match (&post, &campaign, &creator) {
        (Some(post), _, _) => Subject::Post(platform, post.clone()),
        (None, Some(campaign), Some(creator)) => Subject::Partnership(campaign.clone(), creator.clone()),
        (None, Some(campaign), None) => Subject::Campaign(campaign.clone()),
        (None, None, Some(creator)) => Subject::Creator(creator.clone()),
        (None, None, None) => {
            return Err(row.bad("creator", "the row says about nobody", "fill in `post`, `creator` or `campaign`"));
        }
    };
    Ok(SampleRow {
        sample: Sample {
            series: SeriesKey { subject, metric, platform },
            value,
            currency,
            form,
            known_at: form.observed_at(),
            provisional: false,
            self_reported: false,
        },
        campaign,
        creator,
    })
}

fn form_of(row: &Row<'_>, metric: Metric, at: Timestamp) -> Result<Form, RowError> {
    let cell = row.cell("form");
    match (metric.kind(), cell) {
        (Kind::Derived { .. }, _) => Err(row.bad(
            "metric",
            format!("`{metric}` is worked out from others"),
            "give the numbers it is worked out from",
        )),
        (_, _) if metric.is_of_deal() => Err(row.bad(
            "metric",
            format!("`{metric}` is a fact of the deal itself"),
            "put its dates, codes and rights into the deal instead",
        )),
        (Kind::Counter, "total") => Ok(Form::Total { at }),
        (Kind::Gauge, "gauge") => Ok(Form::Gauge { at }),
        (Kind::Counter, amount) if amount.starts_with("amount:") => {
            let until = amount.strip_prefix("amount:").and_then(|span| end_of(at, span));
            until.map(|until| Form::Amount { from: at, until }).ok_or_else(|| {
                row.bad(
                    "form",
                    format!("{} has no usable duration", row.shown("form")),
                    "write it like `amount:P1D` or `amount:PT1H`, at most a year",
                )
            })
        }
        (Kind::Counter, _) => Err(row.bad(
            "form",
            format!("{} is not a form of `{metric}`", row.shown("form")),
            "write `total`, or `amount:P1D` with the time at which the day starts",
        )),
        (Kind::Gauge, _) => Err(row.bad(
            "form",
            format!("{} is not a form of `{metric}`", row.shown("form")),
            "write `gauge`: it is a level",
        )),
    }
}

/// The end of a span that starts at `at`, written as an ISO 8601 duration.
fn end_of(at: Timestamp, span: &str) -> Option<Timestamp> {
    end_in(at, span, TimeZone::UTC)
}

/// The same where days are those of a zone.
pub(super) fn end_in(at: Timestamp, span: &str, zone: TimeZone) -> Option<Timestamp> {
    let span: jiff::Span = span.starts_with('P').then(|| span.parse().ok())??;
    let start = at.to_zoned(zone);
    let until = start.checked_add(span).ok()?.timestamp();
    let longest = jiff::SignedDuration::from_hours(24 * SPAN_DAYS_MAX);
    let length = until.duration_since(at);
    (jiff::SignedDuration::ZERO < length && length <= longest).then_some(until)
}

fn value_of(row: &Row<'_>, metric: Metric) -> Result<(i64, Option<Currency>), RowError> {
    let code = row.cell("currency");
    if metric.unit() != Unit::Money {
        if !code.is_empty() {
            let what = format!("`{metric}` is not money");
            return Err(row.bad("currency", what, "leave the cell empty"));
        }
        let value: i64 = row.parsed("value", "a whole number", "write it with digits only, like `101700632`")?;
        if value < 0 {
            return Err(row.bad(
                "value",
                format!("{} is below zero", row.shown("value")),
                "leave the row out where there is no number",
            ));
        }
        return Ok((value, None));
    }
    let currency: Currency = row.parsed("currency", "a currency", "write its ISO 4217 code, like `EUR`")?;
    let major: Decimal = row.parsed("value", "an amount", "write it with a decimal point, like `270.00`")?;
    let money = Money::from_major(major, currency)
        .map_err(|error| row.bad("value", error.to_string(), "round it to the currency's smallest unit"))?;
    Ok((money.minor, Some(currency)))
}

fn post_of(row: &Row<'_>) -> Result<PostRow, RowError> {
    Ok(PostRow {
        post: row.parsed("post", "a post id", ID_REMEDY)?,
        creator: row.parsed("creator", "a creator id", ID_REMEDY)?,
        platform: row.parsed("platform", "a platform", "write it like `youtube` or `tiktok`")?,
        published_at: row.time("published_at")?,
        format: row.cell("format").to_owned(),
        text: row.cell("text").to_owned(),
    })
}

/// Errors of a file: the first of them, and how many.
#[derive(Default)]
pub(super) struct Rejects {
    pub(super) errors: Vec<RowError>,
    pub(super) count: u64,
}

impl Rejects {
    pub(super) fn add(&mut self, error: RowError) {
        self.count += 1;
        if self.errors.len() < ERRORS_MAX {
            self.errors.push(error);
        }
    }
}

fn each(
    reader: impl Read,
    columns: &'static [&'static str],
    needed: &[&'static str],
    take: &mut dyn FnMut(&Row<'_>) -> Result<(), RowError>,
) -> (Vec<RowError>, u64) {
    let mut csv =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(reader.take(BYTES_MAX));
    let mut rejects = Rejects::default();
    let mut record = StringRecord::new();
    let places = match csv.read_record(&mut record) {
        Ok(true) => places_of(&record, columns, needed),
        Ok(false) => Err(file_error("the file is empty", "begin it with the header")),
        Err(_) => Err(file_error("the header cannot be read", "save the file as CSV in UTF-8")),
    };
    let places = match places {
        Ok(places) => places,
        Err(error) => {
            rejects.add(error);
            return (rejects.errors, rejects.count);
        }
    };
    for _ in 0..ROWS_MAX {
        let line = csv.position().line();
        match csv.read_record(&mut record) {
            Ok(false) => return (rejects.errors, rejects.count),
            Ok(true) => {
                // Blank lines before the row are behind the position that the record knows itself.
                let line = record.position().map_or(line, csv::Position::line);
                let row = Row { columns, places: &places, record: &record, line };
                if let Err(error) = take(&row) {
                    rejects.add(error);
                }
            }
            Err(error) => {
                let ends = matches!(error.kind(), csv::ErrorKind::Io(_));
                rejects.add(RowError {
                    line,
                    column: "".into(),
                    what: "the row cannot be read".to_owned(),
                    remedy: "save the file as CSV in UTF-8".into(),
                });
                if ends {
                    return (rejects.errors, rejects.count);
                }
            }
        }
    }
    rejects.add(file_error("the file has too many rows", "split it"));
    (rejects.errors, rejects.count)
}

fn file_error(what: impl Into<String>, remedy: &'static str) -> RowError {
    RowError { line: 1, column: "".into(), what: what.into(), remedy: remedy.into() }
}

/// Where each column stands, by its name in the header.
fn places_of(
    header: &StringRecord,
    columns: &'static [&'static str],
    needed: &[&'static str],
) -> Result<Vec<Option<usize>>, RowError> {
    // Excel begins UTF-8 files with a byte order mark.
    let names: Vec<&str> = header.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
    for (place, name) in names.iter().enumerate() {
        let again = names.iter().take(place).any(|other| other == name);
        if again || !columns.contains(name) {
            let shown: String = name.chars().take(SHOWN_MAX).collect();
            let what = if again { "comes twice" } else { "is not a column" };
            return Err(file_error(
                format!(
                    "`{}` {what}, of {} in all: {}",
                    shown.escape_debug(),
                    u64_of_len(columns.len()),
                    columns.join(",")
                ),
                "correct the header",
            ));
        }
    }
    for column in needed {
        if !names.contains(column) {
            return Err(file_error(format!("the column `{column}` is missing"), "begin the file with its header"));
        }
    }
    Ok(columns.iter().map(|column| names.iter().position(|name| name == column)).collect())
}
