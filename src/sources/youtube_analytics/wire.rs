//! The one translation of a result table into rows. Columns go by their names; cells may be whole or written with decimals.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value;

use super::super::json::{Field, Garbled};

/// What is asked for, in the order of [`super::METRICS`].
pub(super) const METRIC_NAMES: &str = "shares,estimatedMinutesWatched";

/// A column that holds a metric, and what one of its units is in ours.
const COLUMNS: [(&str, i64); 2] = [("shares", 1), ("estimatedMinutesWatched", 60)];

/// One row of a report.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub day: Date,
    /// The post, where the report is by post.
    pub video: Option<String>,
    /// In the order of [`super::METRICS`].
    pub values: [Result<i64, Garbled>; 2],
}

/// The rows of a report. A row that does not say which day or post it is, or says one that was not asked for, makes the
/// whole report unbelievable; a cell that is no number spoils itself.
pub(super) fn rows(body: &Value, videos: Option<&[&str]>, from: Date, until: Date) -> Result<Vec<Row>, Garbled> {
    let root = Field::root(body);
    let kind = root.need("kind", "youtubeAnalytics#resultTable")?;
    if kind.text()? != "youtubeAnalytics#resultTable" {
        return Err(kind.garbled("youtubeAnalytics#resultTable"));
    }
    let headers = root.need("columnHeaders", "the names of the columns")?;
    let mut names = Vec::new();
    for header in headers.items()? {
        names.push(header.need("name", "the name of a column")?.text()?);
    }
    let place = |name: &str| names.iter().position(|other| *other == name);
    let Some(days) = place("day") else { return Err(headers.garbled("a column `day`")) };
    let of_videos = match videos {
        Some(asked) => Some((place("video").ok_or_else(|| headers.garbled("a column `video`"))?, asked)),
        None => None,
    };
    let columns = COLUMNS.map(|(name, scale)| (place(name), scale));
    let Some(rows) = root.get("rows")? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for row in rows.items()? {
        let cells = row.items()?;
        if cells.len() != names.len() {
            return Err(row.garbled("a cell for each column"));
        }
        let cell = |place: usize| cells.get(place).ok_or_else(|| row.garbled("a cell for each column"));
        let day = cell(days)?;
        let date: Date = day.text()?.parse().map_err(|_| day.garbled("a date"))?;
        if date < from || until < date {
            return Err(day.garbled("a date inside the days that were asked for"));
        }
        let video = match of_videos {
            Some((place, asked)) => {
                let field = cell(place)?;
                let id = field.text()?;
                if !asked.contains(&id) {
                    return Err(field.garbled("a post that was asked for"));
                }
                Some(id.to_owned())
            }
            None => None,
        };
        let values = columns.map(|(place, scale)| match place {
            Some(place) => cell(place).and_then(|cell| number(cell, scale)),
            None => Err(headers.garbled("a column for each metric that was asked for")),
        });
        all.push(Row { day: date, video, values });
    }
    Ok(all)
}

/// A number of 0 or more, times `scale`; what is left of a whole after that is not one of ours.
fn number(cell: &Field<'_>, scale: i64) -> Result<i64, Garbled> {
    let wrong = || cell.garbled("a number of 0 or more");
    let Value::Number(number) = cell.value() else { return Err(wrong()) };
    let text = number.to_string();
    let read: Decimal = text.parse().or_else(|_| Decimal::from_scientific(&text)).map_err(|_| wrong())?;
    let scaled = read.checked_mul(Decimal::from(scale)).ok_or_else(wrong)?;
    // Minutes may have decimals; a share is whole or nothing.
    let whole = if scale == 1 { scaled } else { scaled.round() };
    let fits = whole.fract().is_zero() && !whole.is_sign_negative();
    if fits { whole.to_i64().ok_or_else(wrong) } else { Err(wrong()) }
}
