//! Deals as people keep them in spreadsheets: from cells to documents, and back.
//!
//! Owns: which column probably says what ([`columns`], [`table`]), how people write money, numbers and dates ([`numbers`],
//! [`dates`]), which rows are deals ([`rows`]), who is meant ([`who`], [`pieces`]), and what a sheet changes ([`plan`]).
//! [`export`] is the way back: what it writes is read again without a guess and changes nothing.
//! Refuses: files (a ring further out reads and writes them), and guessing where two readings are possible. A row is taken
//! whole or not at all, with its reason. Survives any cells whatever: the answer is documents and reasons.

pub mod characters;
pub mod columns;
pub mod dates;
pub mod draft;
mod entry;
pub mod export;
pub mod field;
pub mod fold;
pub mod grid;
pub mod mapping;
pub mod numbers;
pub mod pieces;
pub mod plan;
pub mod rows;
pub mod table;
pub mod who;
pub mod words;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::document::Documents;
use draft::Rejected;
use field::Slot;
use grid::Grid;
use mapping::Mapping;
use table::Column;

/// What a sheet says.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reading {
    /// The sheet that was read; empty for a CSV file.
    pub sheet: String,
    /// The row of its header, from 1.
    pub header: usize,
    /// Its columns and what each is used as.
    pub columns: Vec<Column>,
    /// The mapping that reads it the same way again.
    pub mapping: Mapping,
    /// Every document a taken row is about, whether it differs from what is known or not.
    pub documents: Documents,
    /// Rows that were taken.
    pub taken: usize,
    /// What could not be taken, by row.
    pub rejected: Vec<Rejected>,
    /// What was decided and is worth knowing, as sentences.
    pub notes: Vec<String>,
}

/// Reads the deals of a workbook: of the sheet that is named, or of the one that looks most like deals. `known` is what
/// the sheet is compared with: what is there is found again, what a cell leaves out stays as it is.
///
/// The error is one line: no such sheet, or no table in it.
pub fn read(grids: &[Grid], sheet: Option<&str>, mapping: &Mapping, known: &Documents) -> Result<Reading, String> {
    let mut notes = Vec::new();
    let grid = choose(grids, sheet.or(mapping.sheet.as_deref()), mapping, &mut notes)?;
    let table = table::find(grid, mapping).ok_or_else(|| {
        let first: Vec<String> = grid.rows.iter().flatten().filter(|cell| !cell.is_empty()).take(3).map(grid::Cell::brief).collect();
        format!(
            "no row looks like the header of a table of deals (it begins with `{}`): it takes a column for the creator and \
             one more, like Creator, Campaign, Format, Fee, Due",
            first.join("`, `")
        )
    })?;
    notes.extend(table.missing.iter().map(|header| format!("the mapping names a column `{header}` that is not there")));
    let context = rows::Context::of(grid, &table, mapping);
    let read = rows::read(grid, &table, &context);
    let mut titles: BTreeMap<Slot, String> = BTreeMap::new();
    for column in &table.columns {
        if let Some(slot) = column.slot() {
            titles.entry(slot.clone()).or_insert_with(|| column.title());
        }
    }
    let plan = plan::make(&read.drafts, known, mapping, &titles);
    notes.extend(read.notes.into_iter().chain(plan.notes));
    Ok(Reading {
        sheet: grid.name.clone(),
        header: table.header.saturating_add(1),
        mapping: table::mapping_of(&table, &grid.name, mapping),
        columns: table.columns,
        documents: plan.documents,
        taken: plan.taken,
        rejected: plan.rejected,
        notes,
    })
}

/// The sheet that is meant.
fn choose<'a>(
    grids: &'a [Grid],
    named: Option<&str>,
    mapping: &Mapping,
    notes: &mut Vec<String>,
) -> Result<&'a Grid, String> {
    let names = || grids.iter().map(|grid| format!("`{}`", grid.name)).collect::<Vec<_>>().join(", ");
    if let (Some(named), true) = (named, grids.iter().any(|grid| !grid.name.is_empty())) {
        let found = grids.iter().find(|grid| fold::key(&grid.name) == fold::key(named));
        return found.ok_or_else(|| format!("there is no sheet `{named}`: the file has {}", names()));
    }
    // Of sheets that are equally good the first one is meant.
    let best = grids.iter().rev().max_by_key(|grid| table::looks_like_deals(grid, mapping));
    let best = best.ok_or_else(|| "there is no sheet in it".to_owned())?;
    if 1 < grids.len() {
        notes.push(format!(
            "of the sheets {} the one that looks like deals is `{}`: --sheet names another",
            names(),
            best.name
        ));
    }
    Ok(best)
}
