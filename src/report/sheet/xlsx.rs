//! Workbooks: cell by cell, so that a sheet that says it is a million rows wide costs only what is in it.

use std::io::{Cursor, Read as _};

use calamine::{CellErrorType, DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Style, Xlsx};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::{CELLS_MAX, COLUMNS_MAX, MERGES_MAX, ROWS_MAX, SHEETS_MAX, SheetError, TEXT_MAX, UNPACKED_MAX};
use crate::domain::sheet::grid::{Cell, Grid, Merge};

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> SheetError {
    SheetError::Broken(Box::new(error))
}

/// Reads every visible sheet.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Grid>, SheetError> {
    weigh(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let names: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    if SHEETS_MAX < names.len() {
        return Err(SheetError::too_large("sheets", SHEETS_MAX));
    }
    let mut left = Budget { cells: CELLS_MAX, text: TEXT_MAX };
    names.into_iter().map(|name| sheet(&mut book, name, &mut left)).collect()
}

/// Unpacks everything once into nothing: the sizes that an archive states of itself can lie.
fn weigh(bytes: &[u8]) -> Result<(), SheetError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut left = UNPACKED_MAX;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(broken)?;
        let mut limited = file.take(left.saturating_add(1));
        let size = std::io::copy(&mut limited, &mut std::io::sink()).map_err(broken)?;
        left =
            left.checked_sub(size).ok_or(SheetError::TooLarge { what: "bytes when unpacked", most: UNPACKED_MAX })?;
    }
    Ok(())
}

/// What may still be read.
struct Budget {
    cells: usize,
    text: usize,
}

impl Budget {
    fn spend(&mut self, cells: usize, text: usize) -> Result<(), SheetError> {
        self.cells = self.cells.checked_sub(cells).ok_or_else(|| SheetError::too_large("cells", CELLS_MAX))?;
        self.text = self.text.checked_sub(text).ok_or_else(|| SheetError::too_large("bytes of text", TEXT_MAX))?;
        Ok(())
    }
}

fn sheet(book: &mut Xlsx<Cursor<&[u8]>>, name: String, left: &mut Budget) -> Result<Grid, SheetError> {
    let merged = merges(book, &name, left)?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
    let units: Vec<Option<String>> = cells.styles().iter().map(unit_of).collect();
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(broken)? {
        let (row, column) = cell.get_position();
        let value = value_of(cell.get_value(), units.get(style).and_then(Option::as_ref));
        if value == Cell::Empty {
            // Formats reach to the end of a sheet without anything in it.
            continue;
        }
        let (Ok(row), Ok(column)) = (usize::try_from(row), usize::try_from(column)) else { continue };
        if ROWS_MAX <= row {
            return Err(SheetError::too_large("rows", ROWS_MAX));
        }
        if COLUMNS_MAX <= column {
            return Err(SheetError::too_large("columns", COLUMNS_MAX));
        }
        if rows.len() <= row {
            rows.resize(row.saturating_add(1), Vec::new());
        }
        let Some(line) = rows.get_mut(row) else { continue };
        let grown = column.saturating_add(1).saturating_sub(line.len());
        let text = match &value {
            Cell::Text(text) => text.len(),
            _ => 0,
        };
        left.spend(std::cmp::max(grown, 1), text)?;
        if line.len() <= column {
            line.resize(column.saturating_add(1), Cell::Empty);
        }
        if let Some(place) = line.get_mut(column) {
            *place = value;
        }
    }
    Ok(Grid { name, rows, merged })
}

fn merges(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, left: &mut Budget) -> Result<Vec<Merge>, SheetError> {
    let given = book.merge_cells_by_sheet_name(name).map_err(broken)?;
    if MERGES_MAX < given.len() {
        return Err(SheetError::too_large("merged cells", MERGES_MAX));
    }
    let mut merged = Vec::new();
    for merge in given {
        let side = |at: u32, most: usize| std::cmp::min(usize::try_from(at).unwrap_or(most), most);
        let merge = Merge {
            top: side(merge.start.0, ROWS_MAX),
            left: side(merge.start.1, COLUMNS_MAX),
            bottom: side(merge.end.0, ROWS_MAX),
            right: side(merge.end.1, COLUMNS_MAX),
        };
        // What is merged downwards is repeated in every row.
        left.spend(merge.bottom.saturating_sub(merge.top), 0)?;
        merged.push(merge);
    }
    Ok(merged)
}

/// The unit that a number format shows: `%`, `€`, `kr`, `SEK`.
fn unit_of(style: &Style) -> Option<String> {
    let format = &style.number_format.as_ref()?.format_code;
    // Positive numbers are shown as the part before the first `;` says.
    let shown = format.split(';').next()?;
    if let Some((_, rest)) = shown.split_once("[$") {
        // `[$€-2]`, `[$SEK]`, `[$-41D]` is a locale without a sign.
        let sign = rest.split([']', '-']).next()?.trim();
        return (!sign.is_empty()).then(|| sign.to_owned());
    }
    if let Some((_, rest)) = shown.split_once('"') {
        let quoted = rest.split('"').next()?.trim();
        return (!quoted.is_empty()).then(|| quoted.to_owned());
    }
    let plain: String = shown.chars().filter(|letter| matches!(letter, '%' | '€' | '$' | '£')).collect();
    (!plain.is_empty()).then_some(plain)
}

fn value_of(value: &DataRef<'_>, unit: Option<&String>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => number_of(Decimal::from(*number), unit),
        DataRef::Float(number) => {
            decimal_of(*number).map_or_else(|| Cell::text(number.to_string()), |number| number_of(number, unit))
        }
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::text(text.as_str()),
        DataRef::SharedString(text) => Cell::text(*text),
        DataRef::Bool(flag) => Cell::Flag(*flag),
        DataRef::DateTime(moment) => moment_of(*moment),
        DataRef::Error(error) => Cell::Error(error_word(error).to_owned()),
    }
}

fn number_of(value: Decimal, unit: Option<&String>) -> Cell {
    let percent = unit.is_some_and(|unit| unit == "%");
    let value = if percent { value.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(value) } else { value };
    Cell::Number { value: value.normalize(), unit: unit.cloned() }
}

/// A double as the spreadsheet shows it: 15 significant digits, so that 0.1 + 0.2 is 0.3
/// (<https://learn.microsoft.com/en-us/office/troubleshoot/excel/floating-point-arithmetic-inaccurate-result>).
fn decimal_of(number: f64) -> Option<Decimal> {
    if !number.is_finite() {
        return None;
    }
    Decimal::from_scientific(&format!("{number:.14e}")).ok().map(|number| number.normalize())
}

/// A day, or a day and a time; a time or a duration alone is the number it is.
fn moment_of(moment: ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let whole = || {
        let part = |number: u8| i8::try_from(number).ok();
        let date = Date::new(i16::try_from(year).ok()?, part(month)?, part(day)?).ok()?;
        let nanosecond = i32::from(milli).checked_mul(1_000_000)?;
        let time = jiff::civil::Time::new(part(hour)?, part(minute)?, part(second)?, nanosecond).ok()?;
        Some(DateTime::from_parts(date, time))
    };
    let is_day = moment.is_datetime() && 1.0 <= moment.as_f64();
    match whole().filter(|_| is_day) {
        Some(moment) => Cell::Moment(moment),
        None => decimal_of(moment.as_f64()).map_or(Cell::Empty, Cell::number),
    }
}

fn error_word(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#DATA!",
    }
}
