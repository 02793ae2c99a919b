//! A grid as a workbook or a CSV file that people open.

use jiff::civil::{DateTime, Time};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::SheetError;
use crate::domain::sheet::grid::{Cell, Grid, plain_number};

/// Significant digits that a workbook keeps of a number.
const DIGITS_MAX: usize = 15;

/// Width of a column in characters, at least and at most.
const WIDTHS: (usize, usize) = (8, 40);

fn unwritable(error: XlsxError) -> SheetError {
    SheetError::Unwritable(Box::new(error))
}

/// Whether a spreadsheet program would take text for a formula, or for text that was guarded against that
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
pub(super) fn is_formula_like(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// As CSV: UTF-8, commas, one line a row. `marked` puts the mark in front by which Excel knows UTF-8. Text that a
/// spreadsheet program would take for a formula has an apostrophe in front, which the reader here takes away again.
pub fn to_csv(grid: &Grid, marked: bool) -> Result<Vec<u8>, SheetError> {
    let broken = |error: csv::Error| SheetError::Unwritable(Box::new(error));
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    if marked {
        writer = csv::WriterBuilder::new().flexible(true).from_writer(b"\xEF\xBB\xBF".to_vec());
    }
    for row in &grid.rows {
        writer.write_record(row.iter().map(field)).map_err(broken)?;
    }
    writer.into_inner().map_err(|error| SheetError::Unwritable(Box::new(error.into_error())))
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if is_formula_like(text) => format!("'{text}"),
        Cell::Text(text) => text.clone(),
        Cell::Number { value, unit: None } => plain_number(*value),
        other => other.shown(),
    }
}

/// As a workbook with one sheet: the header stays in sight, and every column can be filtered.
pub fn to_xlsx(grid: &Grid) -> Result<Vec<u8>, SheetError> {
    to_workbook(std::slice::from_ref(grid))
}

/// The same with several sheets, each named as its grid is.
pub fn to_workbook(grids: &[Grid]) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    let formats = Formats {
        header: Format::new().set_bold(),
        day: Format::new().set_num_format("yyyy-mm-dd"),
        moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
    };
    for grid in grids {
        fill(book.add_worksheet(), grid, &formats).map_err(unwritable)?;
    }
    book.save_to_buffer().map_err(unwritable)
}

fn fill(sheet: &mut Worksheet, grid: &Grid, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(&grid.name)?;
    for (row, cells) in grid.rows.iter().enumerate() {
        let row = u32::try_from(row).map_err(|_| XlsxError::RowColumnLimitError)?;
        for (column, cell) in cells.iter().enumerate() {
            let column = u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)?;
            put(sheet, row, column, cell, formats)?;
        }
    }
    widths(sheet, grid)?;
    sheet.set_freeze_panes(1, 0)?;
    let last = (u32::try_from(grid.rows.len().saturating_sub(1)), u16::try_from(grid.width().saturating_sub(1)));
    if let (Ok(row), Ok(column)) = last {
        sheet.autofilter(0, 0, row, column)?;
    }
    Ok(())
}

struct Formats {
    header: Format,
    day: Format,
    moment: Format,
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, formats: &Formats) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) if row == 0 => drop(sheet.write_string_with_format(row, column, text, &formats.header)?),
        Cell::Text(text) | Cell::Error(text) => drop(sheet.write_string(row, column, text)?),
        Cell::Flag(flag) => drop(sheet.write_boolean(row, column, *flag)?),
        Cell::Moment(moment) => match excel_of(*moment) {
            Some(when) => {
                let whole = moment.time() == Time::midnight();
                let format = if whole { &formats.day } else { &formats.moment };
                sheet.write_datetime_with_format(row, column, when, format)?;
            }
            None => drop(sheet.write_string(row, column, cell.shown())?),
        },
        Cell::Number { value, unit: None } => match exact(*value) {
            Some(number) => {
                // As many decimals as the number was given.
                let scale = usize::try_from(value.scale()).unwrap_or(0);
                let format = if scale == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(scale)) };
                sheet.write_number_with_format(row, column, number, &Format::new().set_num_format(format))?;
            }
            None => drop(sheet.write_string(row, column, plain_number(*value))?),
        },
        Cell::Number { unit: Some(_), .. } => drop(sheet.write_string(row, column, cell.shown())?),
    }
    Ok(())
}

/// A number that a workbook keeps whole.
fn exact(value: Decimal) -> Option<f64> {
    let digits = value.mantissa().unsigned_abs().to_string().len();
    (digits <= DIGITS_MAX).then(|| value.to_f64()).flatten()
}

/// Days since March 1900; before that Excel counts a day that never was.
fn excel_of(moment: DateTime) -> Option<ExcelDateTime> {
    let year = u16::try_from(moment.year()).ok().filter(|year| (1901..=9999).contains(year))?;
    let part = |number: i8| u8::try_from(number).ok();
    let day = ExcelDateTime::from_ymd(year, part(moment.month())?, part(moment.day())?).ok()?;
    if moment.time() == Time::midnight() {
        return Some(day);
    }
    if moment.subsec_nanosecond() != 0 {
        return None;
    }
    day.and_hms(u16::from(part(moment.hour())?), part(moment.minute())?, f64::from(moment.second())).ok()
}

fn widths(sheet: &mut Worksheet, grid: &Grid) -> Result<(), XlsxError> {
    for column in 0..grid.width() {
        let longest = grid.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.shown().chars().count()).max();
        let width = longest.unwrap_or(0).saturating_add(2).clamp(WIDTHS.0, WIDTHS.1);
        if let Ok(at) = u16::try_from(column) {
            sheet.set_column_width(at, crate::domain::num::f64_of_len(width))?;
        }
    }
    Ok(())
}
