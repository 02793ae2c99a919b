//! CSV files as programs and countries write them: any of four separators, UTF-8, UTF-16 or Windows-1252.

use csv::{ReaderBuilder, StringRecord};

use super::{Book, CELLS_MAX, COLUMNS_MAX, ROWS_MAX, SheetError, TEXT_MAX};
use crate::domain::sheet::grid::{Cell, Grid};

/// What may separate columns.
const SEPARATORS: [(u8, &str); 4] = [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab"), (b'|', "bar")];

/// Bytes that are looked at to tell separator and characters.
const PEEK: usize = 64 << 10;

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

/// The separator: of those that stand equally often in most of the first lines the one that stands most often.
fn separator_of(text: &str) -> u8 {
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at < PEEK).last().unwrap_or(0);
    let begin = if text.len() < PEEK { text } else { text.get(..end).unwrap_or(text) };
    let best = SEPARATORS.iter().max_by_key(|(separator, _)| {
        let counts: Vec<usize> = counts(begin, *separator).into_iter().filter(|count| 0 < *count).collect();
        let Some(most) =
            counts.iter().copied().max_by_key(|count| counts.iter().filter(|other| *other == count).count())
        else {
            return (0, 0);
        };
        (counts.iter().filter(|count| **count == most).count().saturating_mul(most), most)
    });
    best.map_or(b',', |row| row.0)
}

/// How often a sign stands in each line, outside quotes.
fn counts(text: &str, separator: u8) -> Vec<usize> {
    let (mut counts, mut count, mut quoted) = (Vec::new(), 0_usize, false);
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                counts.push(count);
                count = 0;
            }
            _ if byte == separator && !quoted => count = count.saturating_add(1),
            _ => {}
        }
    }
    counts.push(count);
    counts
}

/// The text, and what its characters were.
fn decode(bytes: &[u8]) -> (String, &'static str) {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return (String::from_utf8_lossy(rest).into_owned(), "UTF-8");
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return (utf16(rest, u16::from_le_bytes), "UTF-16");
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return (utf16(rest, u16::from_be_bytes), "UTF-16");
    }
    // Without a mark: every second byte of Latin text in UTF-16 is 0.
    let begin = bytes.get(..std::cmp::min(bytes.len(), PEEK)).unwrap_or_default();
    let zeros = |odd: usize| begin.iter().enumerate().filter(|(at, byte)| at % 2 == odd && **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if begin.len() < odd.saturating_mul(3) && even == 0 {
        return (utf16(bytes, u16::from_le_bytes), "UTF-16");
    }
    if begin.len() < even.saturating_mul(3) && odd == 0 {
        return (utf16(bytes, u16::from_be_bytes), "UTF-16");
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), "UTF-8"),
        Err(_) => (bytes.iter().map(|byte| windows_1252(*byte)).collect(), "Windows-1252"),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(unit);
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Windows-1252, as browsers read it (<https://encoding.spec.whatwg.org/index-windows-1252.txt>).
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    let high = usize::from(byte).checked_sub(0x80).and_then(|at| HIGH.get(at));
    high.copied().unwrap_or(char::from(byte))
}
