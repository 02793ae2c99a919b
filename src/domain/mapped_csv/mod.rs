//! Files of numbers as people and programs export them: any headers, any way of writing a number, read by a small mapping.
//!
//! Owns: which column is what (`mapping`), what a cell may say, and a sentence with a remedy for each row that cannot be
//! taken. How people write numbers and dates is read by [`super::sheet`]. Refuses: guessing. A row is taken whole or not at
//! all; a cell that says there is no number (empty, `N/A`, `#VALUE!`) leaves that metric out, it is never a zero. Survives:
//! byte order marks, Windows-1252, any line ends, names with line breaks, headers that come twice, any bytes whatever.

mod mapping;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use csv::{ReaderBuilder, StringRecord};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
use rust_decimal::prelude::ToPrimitive as _;

use super::ids::{CampaignId, CreatorId, IdError, Platform, PostRef, Subject};
use super::money::{Currency, Money};
use super::num::u64_of_len;
use super::sample::{Form, Sample, SeriesKey};
use super::sample_csv::{Rejects, RowError, SampleRow, end_in};
use super::sheet::characters::{decode, separator_of};
use super::sheet::dates::{self, Order};
use super::sheet::fold;
use super::sheet::grid::{Cell, brief};
use super::sheet::numbers::{Amount, Figure, Grouping, Mark, figure_in};
use super::written::repeated;

use mapping::{Column, Decimals, Repeats, Take, Taken, Template, heading};

pub use mapping::{EXAMPLE, Mapping};

/// Bytes of one file, which is held in memory: a year of 3,000 creators by the day is 60 MiB.
pub const BYTES_MAX: usize = 256 << 20;
/// Rows of one file, likewise.
const ROWS_MAX: u64 = 5_000_000;

/// What became of a file.
#[derive(Debug)]
pub struct Mapped {
    /// The samples of the rows that were taken, in their order.
    pub rows: Vec<SampleRow>,
    /// Rows that were taken.
    pub taken: u64,
    /// The first rows that were not.
    pub errors: Vec<RowError>,
    /// How many were not.
    pub rejected: u64,
    /// How the file was read: its characters.
    pub characters: &'static str,
}

/// Reads a file. The error is one line about the file or the mapping.
pub fn read(bytes: &[u8], mapping: &Mapping) -> Result<Mapped, String> {
    rows_of(bytes, mapping).map_err(|why| repeated(&why))
}

fn rows_of(bytes: &[u8], mapping: &Mapping) -> Result<Mapped, String> {
    if BYTES_MAX < bytes.len() {
        return Err(format!("it has more than {} MiB: split it", BYTES_MAX >> 20));
    }
    let (text, characters) = decode(bytes);
    if text.contains('\0') {
        return Err("it is not text: save it as CSV".to_owned());
    }
    let mut csv = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator_of(&text))
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let header: Vec<String> = match csv.read_record(&mut record) {
        Ok(true) => record.iter().map(heading).collect(),
        Ok(false) => return Err("the file is empty: begin it with its header".to_owned()),
        Err(error) => return Err(format!("the header cannot be read ({error})")),
    };
    let mut places = BTreeMap::new();
    for column in mapping.columns() {
        places.insert(column, column.place(&header)?);
    }
    let mut table = Table::new(mapping, places);
    let mut rejects = Rejects::default();
    let mut records = Vec::new();
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    loop {
        let before = csv.position().byte();
        match csv.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) if ROWS_MAX <= u64_of_len(records.len()) => {
                return Err(format!("it has more than {ROWS_MAX} rows: split it"));
            }
            Ok(true) => {
                let byte = record.position().map_or(before, csv::Position::byte);
                records.push((lines.of(byte), std::mem::take(&mut record)));
            }
            Err(error) => return Err(format!("a row cannot be read ({error})")),
        }
    }
    table.decide(&records);
    let mut taken = 0;
    for (line, record) in &records {
        match table.take(*line, record) {
            Ok(()) => taken += 1,
            Err(error) => rejects.add(error),
        }
    }
    Ok(Mapped { rows: table.rows, taken, errors: rejects.errors, rejected: rejects.count, characters })
}

/// Counts lines however they end: `\n`, `\r\n`, or `\r` alone as old programs write them.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, byte: u64) -> u64 {
        let until = usize::try_from(byte).unwrap_or(usize::MAX);
        // Ends of lines before a row belong to what is before it: blank lines too.
        while let Some(letter) =
            self.text.get(self.at).filter(|letter| self.at < until || matches!(**letter, b'\n' | b'\r'))
        {
            let pair = *letter == b'\r' && self.text.get(self.at.saturating_add(1)) == Some(&b'\n');
            if *letter == b'\n' || (*letter == b'\r' && !pair) {
                self.line += 1;
            }
            self.at += 1;
        }
        self.line
    }
}

/// What is made of the rows.
struct Table<'a> {
    mapping: &'a Mapping,
    places: BTreeMap<&'a Column, usize>,
    order: Option<Order>,
    rows: Vec<SampleRow>,
    /// Where each statement stands in `rows`, and the line it came from.
    said: HashMap<(SeriesKey, Form), (usize, u64)>,
    /// The name that each id was made from, and where it stood first.
    names: HashMap<(&'static str, String), (String, u64)>,
}

/// One row.
#[derive(Clone, Copy)]
struct Row<'a> {
    line: u64,
    record: &'a StringRecord,
}

impl<'a> Row<'a> {
    fn cell(self, place: usize) -> &'a str {
        self.record.get(place).unwrap_or_default()
    }

    fn bad(self, column: &str, what: impl Into<String>, remedy: impl Into<Cow<'static, str>>) -> RowError {
        RowError { line: self.line, column: column.to_owned().into(), what: what.into(), remedy: remedy.into() }
    }
}

const ID_REMEDY: &str = "write a name or an id, or say what an empty cell is called: {NAME|unknown}";

impl<'a> Table<'a> {
    fn new(mapping: &'a Mapping, places: BTreeMap<&'a Column, usize>) -> Self {
        Self { mapping, places, order: mapping.dates, rows: Vec::new(), said: HashMap::new(), names: HashMap::new() }
    }

    /// `03/04/2026` is two dates: the other cells of the column decide, where the mapping does not.
    fn decide(&mut self, records: &[(u64, StringRecord)]) {
        if self.order.is_none() {
            let votes = records.iter().map(|(line, record)| {
                dates::vote(&Cell::text(self.filled(&self.mapping.time, Row { line: *line, record })))
            });
            self.order = dates::decide(votes);
        }
    }

    fn filled(&self, template: &Template, row: Row<'_>) -> String {
        template.filled(&self.places, |place| row.cell(place))
    }

    fn take(&mut self, line: u64, record: &StringRecord) -> Result<(), RowError> {
        let row = Row { line, record };
        if record.iter().all(|cell| fold::tidy(cell).is_empty()) {
            return Err(row.bad("", "the row is empty", "delete it"));
        }
        let at = self.time(row)?;
        let platform = self.platform(row)?;
        let campaign = self.id(row, self.mapping.campaign.as_ref(), "campaign", CampaignId::new)?;
        let creator = self.id(row, self.mapping.creator.as_ref(), "creator", CreatorId::new)?;
        let post = self.id(row, self.mapping.post.as_ref(), "post", PostRef::new)?;
        let subject = match (&post, &campaign, &creator) {
            (Some((post, _)), _, _) => Subject::Post(platform, post.clone()),
            (None, Some((campaign, _)), Some((creator, _))) => Subject::Partnership(campaign.clone(), creator.clone()),
            (None, Some((campaign, _)), None) => Subject::Campaign(campaign.clone()),
            (None, None, Some((creator, _))) => Subject::Creator(creator.clone()),
            (None, None, None) => return Err(row.bad("", "the row is about nobody", ID_REMEDY)),
        };
        let mut samples = Vec::new();
        for take in &self.mapping.metrics {
            let Some(place) = self.places.get(&take.column) else { continue };
            let text = fold::tidy(row.cell(*place));
            if self.is_none(&text) {
                continue;
            }
            let (value, currency) = value(row, take, &text, self.mapping.decimal)?;
            let form = self.form(row, take, at)?;
            samples.push(Sample {
                series: SeriesKey { subject: subject.clone(), metric: take.metric, platform },
                value,
                currency,
                form,
                known_at: form.observed_at(),
                provisional: false,
                self_reported: false,
            });
        }
        if samples.is_empty() {
            return Err(row.bad("", "no column has a number", "fill one in, or delete the row"));
        }
        self.fits(row, &samples)?;
        let names = [
            ("campaign", naming(campaign.as_ref())),
            ("creator", naming(creator.as_ref())),
            ("post", naming(post.as_ref())),
        ];
        for (what, name) in names {
            if let Some((id, name)) = name {
                self.names.entry((what, id)).or_insert((name, line));
            }
        }
        let (campaign, creator) = (campaign.map(|one| one.0), creator.map(|one| one.0));
        for sample in samples {
            self.add(line, SampleRow { sample, campaign: campaign.clone(), creator: creator.clone() });
        }
        Ok(())
    }

    /// Whether what a row says may be said, after what was said before it.
    fn fits(&self, row: Row<'_>, samples: &[Sample]) -> Result<(), RowError> {
        for sample in samples {
            let Some((place, line)) = self.said.get(&(sample.series.clone(), sample.form)) else { continue };
            let before = self.rows.get(*place).map(|row| &row.sample);
            match self.mapping.repeats {
                Repeats::Last => {}
                Repeats::Reject => {
                    let what = format!(
                        "`{}` of {} at that time is on line {line} already",
                        sample.series.metric, sample.series.subject
                    );
                    return Err(row.bad(
                        "",
                        what,
                        "delete one, or say `repeats = \"last\"` or `\"sum\"` in the mapping",
                    ));
                }
                Repeats::Sum => {
                    let fits = before.is_some_and(|before| {
                        before.currency == sample.currency && before.value.checked_add(sample.value).is_some()
                    });
                    if !fits {
                        let what = format!("it cannot be added to line {line}");
                        return Err(row.bad("", what, "keep amounts of one currency in one file"));
                    }
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, line: u64, row: SampleRow) {
        let key = (row.sample.series.clone(), row.sample.form);
        match self.said.get(&key).and_then(|(place, _)| self.rows.get_mut(*place)) {
            Some(before) if self.mapping.repeats == Repeats::Sum => {
                before.sample.value = before.sample.value.saturating_add(row.sample.value);
            }
            Some(before) => *before = row,
            None => {
                self.said.insert(key, (self.rows.len(), line));
                self.rows.push(row);
            }
        }
    }

    fn time(&self, row: Row<'_>) -> Result<Timestamp, RowError> {
        let (template, zone) = (&self.mapping.time, &self.mapping.zone);
        let text = self.filled(template, row);
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(at);
        }
        let in_zone = |moment: DateTime| moment.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
        let midnight = |date: Date| date.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
        let read = dates::when(&Cell::text(text.clone()), self.order).map(|when| match when.time {
            Some(time) if time != Time::midnight() => in_zone(when.date.to_datetime(time)),
            _ => midnight(when.date),
        });
        let shown = brief(&text);
        match read {
            Ok(Some(at)) => Ok(at),
            Err(why) if why.starts_with("may be") => Err(row.bad(
                template.first(),
                format!("`{shown}` may be two dates"),
                "say `dates = \"dmy\"` or `\"mdy\"` in the mapping",
            )),
            Ok(None) | Err(_) => {
                Err(row.bad(template.first(), format!("`{shown}` is not a time"), "write it like `2026-03-05`"))
            }
        }
    }

    fn platform(&self, row: Row<'_>) -> Result<Platform, RowError> {
        let template = &self.mapping.platform;
        let text = self.filled(template, row);
        fold::words(&text).join("_").parse().map_err(|_| {
            row.bad(
                template.first(),
                format!("`{}` is not a platform", brief(&text)),
                "write it like `youtube` or `meta_ads`",
            )
        })
    }

    /// An id, and the name it was made from. A name that could be two people's is refused.
    fn id<T>(
        &self,
        row: Row<'_>,
        template: Option<&Template>,
        what: &'static str,
        new: impl Fn(&str) -> Result<T, IdError>,
    ) -> Result<Option<(T, String)>, RowError>
    where
        T: ToString,
    {
        let Some(template) = template else { return Ok(None) };
        let name = self.filled(template, row);
        if name.is_empty() {
            return Err(row.bad(template.first(), format!("the {what} is empty"), ID_REMEDY));
        }
        let id = new(&name).or_else(|_| new(&fold::slug(&name, what)));
        let id = id.map_err(|_| row.bad(template.first(), format!("`{}` is no name", brief(&name)), ID_REMEDY))?;
        match self.names.get(&(what, id.to_string())) {
            Some((other, line)) if fold::fold(other) != fold::fold(&name) => Err(row.bad(
                template.first(),
                format!(
                    "`{}` and `{}` on line {line} would both be the {what} `{}`",
                    brief(&name),
                    brief(other),
                    id.to_string()
                ),
                "give them a column with ids",
            )),
            _ => Ok(Some((id, name))),
        }
    }

    /// Whether a cell says that there is no number.
    fn is_none(&self, text: &str) -> bool {
        const WORDS: [&str; 6] = ["", "na", "nan", "null", "none", "nil"];
        let key = fold::key(text);
        let is_error = text.starts_with('#');
        is_error || WORDS.contains(&key.as_str()) || self.mapping.none.contains(&heading(text))
    }

    fn form(&self, row: Row<'_>, take: &Take, at: Timestamp) -> Result<Form, RowError> {
        match &take.form {
            Taken::Total => Ok(Form::Total { at }),
            Taken::Gauge => Ok(Form::Gauge { at }),
            Taken::Amount(span) => {
                let until = end_in(at, span, self.mapping.zone.clone());
                let until = until.ok_or_else(|| row.bad("", "the time is beyond the calendar", "correct it"))?;
                Ok(Form::Amount { from: at, until })
            }
        }
    }
}

fn naming<T: ToString>(named: Option<&(T, String)>) -> Option<(String, String)> {
    named.map(|(id, name)| (id.to_string(), name.clone()))
}

/// The number in a cell.
fn value(
    row: Row<'_>,
    take: &Take,
    text: &str,
    decimal: Option<Decimals>,
) -> Result<(i64, Option<Currency>), RowError> {
    let column = take.column.written.as_str();
    let shown = brief(text);
    let is_money = take.metric.unit() == super::metric::Unit::Money;
    let figure = figure(text, decimal, is_money || take.round)
        .map_err(|(why, remedy)| row.bad(column, format!("`{shown}` is {why}"), remedy))?;
    if figure.value.is_sign_negative() && !figure.value.is_zero() {
        return Err(row.bad(
            column,
            format!("`{shown}` is below zero"),
            "leave the cell empty where there is no number",
        ));
    }
    if is_money {
        return money(&figure, take).map_err(|(why, remedy)| row.bad(column, format!("`{shown}`: {why}"), remedy));
    }
    if !figure.unit.is_empty() {
        let what = if figure.unit == "%" { "a share, and a count is asked for" } else { "more than a number" };
        return Err(row.bad(column, format!("`{shown}` is {what}"), "map the column that has the count"));
    }
    let whole = figure.value.round_dp_with_strategy(0, MidpointAwayFromZero);
    if whole != figure.value && !take.round {
        return Err(row.bad(column, format!("`{shown}` is not a whole number"), "say `round = true` in the mapping"));
    }
    match whole.to_i64() {
        Some(count) => Ok((count, None)),
        None => Err(row.bad(column, format!("`{shown}` is too large"), "correct it")),
    }
}

/// Reads a number; `both`: it may have decimals and it may have thousands, so that `1.234` is two numbers.
fn figure(text: &str, decimal: Option<Decimals>, both: bool) -> Result<Figure, (String, &'static str)> {
    let wrong = |why| (why, "write it like 12345, 12.3K or 1.2M");
    if let Some(decimal) = decimal {
        return figure_in(&decimal.plain(text), Grouping::Decimals).map_err(wrong);
    }
    let grouped = figure_in(text, Grouping::Thousands).map_err(wrong)?;
    let other = figure_in(text, Grouping::Decimals).map_err(wrong)?;
    if both && other.value != grouped.value {
        return Err((
            "two numbers, with a thousand and with decimals".to_owned(),
            "say `decimal = \".\"` or `\",\"` in the mapping",
        ));
    }
    Ok(grouped)
}

/// An amount of money; what has more decimals than its currency is rounded where the mapping says so.
fn money(figure: &Figure, take: &Take) -> Result<(i64, Option<Currency>), (String, &'static str)> {
    const REMEDY: &str = "write it like 4000.00, and say `currency = \"SEK\"` in the mapping";
    let mark = match figure.unit.as_str() {
        "" => None,
        unit => Some(Mark::of(unit).ok_or_else(|| (format!("`{unit}` is not a currency"), REMEDY))?),
    };
    let amount = Amount { value: figure.value, mark }.money(take.currency, take.currency);
    match (amount, take.currency) {
        (Ok(money), _) => Ok((money.minor, Some(money.currency))),
        (Err(_), Some(currency)) if take.round && mark.is_none() => {
            let rounded = figure.value.round_dp_with_strategy(currency.exponent(), MidpointAwayFromZero);
            let money =
                Money::from_major(rounded, currency).map_err(|error| (error.to_string(), "write a smaller amount"))?;
            Ok((money.minor, Some(currency)))
        }
        (Err(why), Some(_)) => Err((why, "say `round = true` in the mapping, or correct it")),
        (Err(why), None) => Err((why, REMEDY)),
    }
}
