//! Workbooks and CSV files as grids of cells, and back.
//!
//! What a file is, its bytes say, not its name. Formulas give the value that was worked out last. Everything has a limit,
//! and a file beyond one is refused with what to do about it.

mod csv;
mod write;
mod xlsx;

#[cfg(test)]
mod tests;

pub use write::{to_csv, to_workbook, to_xlsx};

use crate::domain::sheet::grid::Grid;

/// Bytes of a file. 900 deals take 100 KiB; 32 MiB is a workbook full of pictures.
pub const FILE_MAX: usize = 32 << 20;

/// Bytes a workbook unpacks to. Sheets pack about ten to one, so that an honest file of [`FILE_MAX`] just fits.
pub const UNPACKED_MAX: u64 = 320 << 20;

/// Rows of a sheet. An agency with 900 deals a year fills that in fifty years.
pub const ROWS_MAX: usize = 50_000;

/// Columns of a sheet; the widest sheet of deals seen has about 120.
pub const COLUMNS_MAX: usize = 1_000;

/// Cells of a workbook that hold something, and cells that a sheet spans.
pub const CELLS_MAX: usize = 2_000_000;

/// Bytes of text in all cells: one long text may stand in a million cells of a small file.
pub const TEXT_MAX: usize = 64 << 20;

/// Merged ranges of a sheet.
pub const MERGES_MAX: usize = 20_000;

/// Sheets of a workbook.
pub const SHEETS_MAX: usize = 100;

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// It is more than is read.
    #[error("it has more than {most} {what}: delete what is not a deal, or split it into several files")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much is read.
        most: u64,
    },
    /// It is not what is read.
    #[error("{what}: save it as .xlsx or .csv")]
    Unknown {
        /// What it seems to be.
        what: &'static str,
    },
    /// It is broken.
    #[error("it cannot be read as a workbook: open it in a spreadsheet program and save it again")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What should be written does not fit a workbook.
    #[error("it does not fit a workbook: write a CSV file instead")]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl SheetError {
    fn too_large(what: &'static str, most: usize) -> Self {
        Self::TooLarge { what, most: crate::domain::num::u64_of_len(most) }
    }
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// Its sheets; one without a name for a CSV file.
    pub grids: Vec<Grid>,
    /// How a text file was read: its characters and what separates its columns.
    pub how: Option<String>,
}

/// Reads a file.
pub fn read(bytes: &[u8]) -> Result<Book, SheetError> {
    if FILE_MAX < bytes.len() {
        return Err(SheetError::too_large("bytes", FILE_MAX));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        // A workbook that is damaged in a way its reader did not expect must not be the end of a service: a panic in it would
        // be its fault and must not be ours.
        let read = std::panic::catch_unwind(|| xlsx::read(bytes));
        let grids = read.unwrap_or_else(|_| Err(SheetError::Broken("its reader gave up".into())))?;
        return Ok(Book { grids, how: None });
    }
    let known = [
        (&b"\xD0\xCF\x11\xE0"[..], "it is an old or password-protected workbook"),
        (&b"%PDF"[..], "it is a PDF"),
        (&b"\x89PNG"[..], "it is a picture"),
        (&b"\xFF\xD8\xFF"[..], "it is a picture"),
        (&b"\x1F\x8B"[..], "it is packed"),
    ];
    if let Some((_, what)) = known.iter().find(|(begin, _)| bytes.starts_with(begin)) {
        return Err(SheetError::Unknown { what });
    }
    csv::read(bytes)
}
