//! CSV files as programs and countries write them: any of four separators, UTF-8, UTF-16 or Windows-1252.

use csv::{ReaderBuilder, StringRecord};

use super::{Book, CELLS_MAX, COLUMNS_MAX, ROWS_MAX, SheetError, TEXT_MAX};
use crate::domain::sheet::characters::{PEEK, SEPARATORS, decode, separator_of};
use crate::domain::sheet::grid::{Cell, Grid};

/// Reads one file.
pub(super) fn read(bytes: &[u8]) -> Result<Book, SheetError> {
    let (text, characters) = decode(bytes);
    if text.chars().take(PEEK).any(|letter| letter == '\0') {
        return Err(SheetError::Unknown { what: "it is not text" });
    }
    // `sep=;` in the first line is for spreadsheet programs and is no row.
    let (said, body) = match text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n')) {
        Some((separator, body)) => (separator.trim_end_matches('\r').bytes().next().or(Some(b'\t')), body),
        None => (None, text.as_str()),
    };
    let separator = said.unwrap_or_else(|| separator_of(body));
    let mut rows = Vec::new();
    if said.is_some() {
        rows.push(Vec::new());
    }
    rows_of(body, separator, &mut rows)?;
    let name = SEPARATORS.iter().find(|row| row.0 == separator).map_or("its own sign", |row| row.1);
    let how = format!("read as {characters} with columns separated by {name}");
    Ok(Book { grids: vec![Grid { name: String::new(), rows, merged: Vec::new() }], how: Some(how) })
}

fn rows_of(body: &str, separator: u8, rows: &mut Vec<Vec<Cell>>) -> Result<(), SheetError> {
    // A last line without its end is one like the others.
    let body = if body.ends_with('\n') { body.to_owned() } else { format!("{body}\n") };
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(body.as_bytes());
    let mut record = StringRecord::new();
    let (mut cells, mut text) = (0_usize, 0_usize);
    let mut line = reader.position().line();
    while reader.read_record(&mut record).map_err(|error| SheetError::Broken(Box::new(error)))? {
        // The reader passes over empty lines; a spreadsheet counts them.
        let breaks: usize = record.iter().map(|field| field.matches('\n').count()).sum();
        let own = crate::domain::num::u64_of_len(breaks).saturating_add(1);
        let end = reader.position().line();
        for _ in 0..end.saturating_sub(line).saturating_sub(own) {
            if rows.len() < ROWS_MAX {
                rows.push(Vec::new());
            }
        }
        line = end;
        cells = cells.saturating_add(record.len());
        text = text.saturating_add(record.as_slice().len());
        for (count, most, what) in [
            (rows.len().saturating_add(1), ROWS_MAX, "rows"),
            (record.len(), COLUMNS_MAX, "columns"),
            (cells, CELLS_MAX, "cells"),
            (text, TEXT_MAX, "bytes of text"),
        ] {
            if most < count {
                return Err(SheetError::too_large(what, most));
            }
        }
        rows.push(record.iter().map(|field| Cell::text(unguarded(field))).collect());
    }
    Ok(())
}

/// Text as it was before [`super::write`] put an apostrophe before what a spreadsheet program would take for a formula.
fn unguarded(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(rest) if super::write::is_formula_like(rest) => rest,
        _ => field,
    }
}
