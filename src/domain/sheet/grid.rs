//! A sheet as cells, whatever file it came from.

use jiff::civil::{DateTime, Time};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One cell.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing is in it.
    #[default]
    Empty,
    /// Text; every cell of a CSV file is text.
    Text(String),
    /// A number, with the unit its cell format shows: `%`, `€`, `SEK`. Of `10 %` the value is 10.
    Number {
        /// The value.
        value: Decimal,
        /// The unit the format shows.
        unit: Option<String>,
    },
    /// A date, or a date with a time of day.
    Moment(DateTime),
    /// A tick box.
    Flag(bool),
    /// What a formula says when it cannot be worked out: `#REF!`.
    Error(String),
}

impl Cell {
    /// Text, or nothing where there is none.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// A number without a unit.
    #[must_use]
    pub fn number(value: Decimal) -> Self {
        Self::Number { value, unit: None }
    }

    /// A whole day.
    #[must_use]
    pub fn day(day: jiff::civil::Date) -> Self {
        Self::Moment(day.to_datetime(Time::midnight()))
    }

    /// Whether nothing, or nothing but space, is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.chars().all(super::fold::is_blank),
            Self::Number { .. } | Self::Moment(_) | Self::Flag(_) | Self::Error(_) => false,
        }
    }

    /// What it shows, with the white space of text made plain.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => super::fold::tidy(text),
            Self::Number { value, unit: Some(unit) } => format!("{} {unit}", value.normalize()),
            Self::Number { value, unit: None } => value.normalize().to_string(),
            Self::Moment(moment) if moment.time() == Time::midnight() => moment.date().to_string(),
            Self::Moment(moment) => moment.to_string().replace('T', " "),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Self::Error(error) => error.clone(),
        }
    }

    /// What a report repeats of it: at most sixty characters.
    #[must_use]
    pub fn brief(&self) -> String {
        brief(&self.shown())
    }
}

/// Characters of a cell that a report repeats.
const SHOWN_MAX: usize = 60;

/// The beginning of a long text.
#[must_use]
pub fn brief(text: &str) -> String {
    if text.chars().count() <= SHOWN_MAX {
        return text.to_owned();
    }
    let begin: String = text.chars().take(SHOWN_MAX).collect();
    format!("{begin}…")
}

/// A number as text files hold it. Three decimals get a fourth: `1.234` is read as a thousand, `1.2340` is not.
#[must_use]
pub fn plain_number(value: Decimal) -> String {
    let text = value.to_string();
    let three = text.split_once('.').is_some_and(|(_, fraction)| fraction.len() == 3);
    if three { format!("{text}0") } else { text }
}

/// Cells that are one; rows and columns from 0, both ends inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the four sides")]
pub struct Merge {
    pub top: usize,
    pub left: usize,
    pub bottom: usize,
    pub right: usize,
}

/// One sheet. Its first row is row 1 of the file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Grid {
    /// What the sheet is called; empty for a CSV file.
    pub name: String,
    /// Its rows; they may differ in length.
    pub rows: Vec<Vec<Cell>>,
    /// Which cells are one.
    pub merged: Vec<Merge>,
}

/// What a place outside the sheet holds.
static NOTHING: Cell = Cell::Empty;

impl Grid {
    /// The cell at a place, both from 0.
    #[must_use]
    pub fn at(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|row| row.get(column)).unwrap_or(&NOTHING)
    }

    /// How many columns its longest row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// With what is written once over merged cells repeated downwards: a brand merged over ten rows stands in each.
    /// Across, nothing is repeated: a heading over twelve columns is not twelve values.
    #[must_use]
    pub fn with_merges_down(&self) -> Self {
        let mut filled = self.clone();
        for merge in &self.merged {
            let value = self.at(merge.top, merge.left).clone();
            for row in filled.rows.iter_mut().take(merge.bottom.saturating_add(1)).skip(merge.top.saturating_add(1)) {
                if row.len() <= merge.left {
                    row.resize(merge.left.saturating_add(1), Cell::Empty);
                }
                if let Some(cell) = row.get_mut(merge.left) {
                    cell.clone_from(&value);
                }
            }
        }
        filled
    }
}

/// What a column is called in a spreadsheet: `A`, `B`, …, `AA`.
#[must_use]
pub fn letter(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column;
    loop {
        let digit = u8::try_from(left % 26).unwrap_or(0);
        letters.push(char::from(b'A'.saturating_add(digit)));
        match (left / 26).checked_sub(1) {
            Some(next) => left = next,
            None => break,
        }
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_called_as_spreadsheets_call_them() {
        for (column, want) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letter(column), want);
        }
    }
}
