//! Where the table is in a sheet: titles above it, headers over one row or two, and which column is what.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::columns::{self, Certainty, Guess};
use super::dates::{self, Vote};
use super::field::{Field, Group, Slot};
use super::fold;
use super::grid::{Cell, Grid, Merge, letter};
use super::mapping::{Mapping, UNUSED};
use super::numbers::is_figure;
use super::words::{account_of, is_address, is_post_address};

/// Rows that are looked at for the header. Titles, logos and notes above a table take a few.
const SEARCH_MAX: usize = 40;

/// Characters of a header; a longer text is a remark.
const HEADER_MAX: usize = 120;

/// Rows below the header that are looked at to tell what a column holds.
const PEEK_MAX: usize = 200;

/// What a column is used as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Use {
    /// As a field.
    Field(Slot, Certainty),
    /// Not at all, and why.
    Unused(String),
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// From 0.
    pub at: usize,
    /// Its header, the upper one before the lower: `Reel 1 | fee`. A number is added where two are alike.
    pub header: String,
    /// What it is used as.
    pub used: Use,
    /// The first thing that stands in it.
    pub sample: String,
}

impl Column {
    /// The field it is used as.
    #[must_use]
    pub fn slot(&self) -> Option<&Slot> {
        match &self.used {
            Use::Field(slot, _) => Some(slot),
            Use::Unused(_) => None,
        }
    }

    /// As a report names it: its header, or its letter where it has none.
    #[must_use]
    pub fn title(&self) -> String {
        if self.header.is_empty() { format!("column {}", letter(self.at)) } else { self.header.clone() }
    }
}

/// The table of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its header's first row, from 0.
    pub header: usize,
    /// The first row below the header.
    pub first: usize,
    /// Its columns, from the left.
    pub columns: Vec<Column>,
    /// Headers that the mapping names and the sheet lacks.
    pub missing: Vec<String>,
}

/// Finds the table. `None` where no row looks like a header of deals.
#[must_use]
pub fn find(grid: &Grid, mapping: &Mapping) -> Option<Table> {
    let mut best: Option<(usize, usize, usize)> = None;
    for row in 0..grid.rows.len().clamp(0, SEARCH_MAX) {
        let single = worth(&headers(grid, row, row), mapping);
        let double = if is_second_header(grid, row.saturating_add(1)) {
            worth(&headers(grid, row, row.saturating_add(1)), mapping)
        } else {
            0
        };
        let (value, last) = if single < double { (double, row.saturating_add(1)) } else { (single, row) };
        if best.is_none_or(|(other, ..)| other < value) {
            best = Some((value, row, last));
        }
    }
    let (value, row, last) = best?;
    if value == 0 {
        return None;
    }
    Some(table_at(grid, row, last, mapping))
}

/// How much a sheet looks like one of deals: what its header is worth, and whether anything stands below it.
#[must_use]
pub fn looks_like_deals(grid: &Grid, mapping: &Mapping) -> usize {
    find(grid, mapping).map_or(0, |table| {
        let below = grid.rows.iter().skip(table.first).any(|row| row.iter().any(|cell| !cell.is_empty()));
        let used = table.columns.iter().filter(|column| column.slot().is_some()).count();
        if below { used } else { 0 }
    })
}

/// The headers over one row or two. What is merged across stands over each of its columns; in a sheet without merged
/// cells, what stands above an empty cell's left neighbour does, if something stands below.
fn headers(grid: &Grid, top: usize, bottom: usize) -> Vec<String> {
    let merges: Vec<&Merge> = grid.merged.iter().filter(|merge| (merge.top..=merge.bottom).contains(&top)).collect();
    let merged_here = merges.iter().any(|merge| merge.top == top && merge.left < merge.right);
    let mut upper = String::new();
    let mut all = Vec::new();
    for column in 0..grid.width() {
        let over = merges.iter().find(|merge| (merge.left..=merge.right).contains(&column));
        let own = match over {
            Some(merge) => grid.at(merge.top, merge.left).shown(),
            None => grid.at(top, column).shown(),
        };
        if top == bottom {
            all.push(own);
            continue;
        }
        let tall = over.is_some_and(|merge| bottom <= merge.bottom);
        let lower = if tall { String::new() } else { grid.at(bottom, column).shown() };
        if !own.is_empty() || merged_here {
            upper.clone_from(&own);
        }
        let above = if own.is_empty() && lower.is_empty() { String::new() } else { upper.clone() };
        all.push(match (above.is_empty(), lower.is_empty()) {
            (false, false) => format!("{above} | {lower}"),
            (false, true) => own,
            (true, _) => lower,
        });
    }
    all
}

/// Whether a row can be the second of a header: words that are headers themselves, and nothing that is data.
fn is_second_header(grid: &Grid, row: usize) -> bool {
    let Some(cells) = grid.rows.get(row) else { return false };
    let filled: Vec<&Cell> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    let known = filled.iter().filter(|cell| match cell {
        Cell::Text(text) => !matches!(columns::guess(text), Guess::Nothing | Guess::GroupOnly(_)),
        _ => false,
    });
    let words_only = filled.iter().all(|cell| matches!(cell, Cell::Text(_)));
    words_only && 2 <= filled.len() && filled.len() <= known.count().saturating_mul(2)
}

/// How good a header is: 0 without anybody in it.
fn worth(headers: &[String], mapping: &Mapping) -> usize {
    let mut worth = 0_usize;
    let mut fields = BTreeSet::new();
    for header in headers.iter().filter(|header| !header.is_empty() && header.chars().count() <= HEADER_MAX) {
        if mapping.columns.contains_key(header) {
            worth = worth.saturating_add(10);
            if let Some(Ok(slot)) = mapping.columns.get(header).map(|given| given.parse::<Slot>()) {
                fields.insert(slot);
            }
            continue;
        }
        let (slot, points) = match columns::guess(header) {
            Guess::Field(slot, certainty) => (Some(slot), if certainty == Certainty::Certain { 6 } else { 2 }),
            Guess::GroupOnly(group) => (Some(Slot { group: Some(group), field: Field::Format }), 3),
            Guess::Link | Guess::Unused(_) => (None, 1),
            Guess::Nothing => (None, 0),
        };
        // A word that stands in every cell of a row is data, not a header.
        if slot.is_none_or(|slot| fields.insert(slot)) {
            worth = worth.saturating_add(points);
        }
    }
    let who = fields
        .iter()
        .any(|slot| matches!(slot.field, Field::Creator | Field::CreatorId | Field::Handle | Field::Account(_)));
    if who && 2 <= fields.len() { worth } else { 0 }
}

/// The table under a header.
fn table_at(grid: &Grid, top: usize, bottom: usize, mapping: &Mapping) -> Table {
    let first = bottom.saturating_add(1);
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let mut columns = Vec::new();
    for (at, header) in headers(grid, top, bottom).into_iter().enumerate() {
        let below: Vec<&Cell> = grid
            .rows
            .iter()
            .skip(first)
            .take(PEEK_MAX)
            .filter_map(|row| row.get(at))
            .filter(|cell| !cell.is_empty())
            .collect();
        let sample = below.first().map(|cell| cell.brief()).unwrap_or_default();
        if header.is_empty() && sample.is_empty() {
            continue;
        }
        let count = used.entry(header.clone()).or_insert(0);
        *count = count.saturating_add(1);
        let header = if *count == 1 || header.is_empty() { header } else { format!("{header} ({count})") };
        let mut column = Column { at, header, used: Use::Unused(String::new()), sample };
        column.used = used_as(&column, &below, mapping);
        columns.push(column);
    }
    settle_groups(&mut columns);
    settle_totals(&mut columns);
    settle_doubles(&mut columns);
    let there: BTreeSet<String> = columns.iter().map(Column::title).collect();
    let missing = mapping.columns.keys().filter(|header| !there.contains(*header)).cloned().collect();
    Table { header: top, first, columns, missing }
}

/// What one column is used as, before others are looked at.
fn used_as(column: &Column, below: &[&Cell], mapping: &Mapping) -> Use {
    let title = column.title();
    if let Some(given) = mapping.columns.get(&title) {
        return match given.parse() {
            Ok(slot) => Use::Field(slot, Certainty::Said),
            Err(_) => Use::Unused("the mapping says so".to_owned()),
        };
    }
    let plain = title.rsplit_once(" (").map_or(title.as_str(), |parts| parts.0);
    let header = if column.header.is_empty() { "" } else { plain_of(&column.header, plain) };
    match columns::guess(header) {
        Guess::Field(slot, certainty) => by_values(header, slot, certainty, below),
        Guess::GroupOnly(group) => of_group(group, below),
        Guess::Link => of_link(below),
        Guess::Unused(why) => Use::Unused(why.to_owned()),
        Guess::Nothing => Use::Unused("not recognised".to_owned()),
    }
}

/// A header without the number that told it from its double.
fn plain_of<'a>(header: &'a str, shorter: &'a str) -> &'a str {
    let number = header.get(shorter.len()..).unwrap_or_default();
    let doubled = number.starts_with(" (") && number.trim_matches([' ', '(', ')']).parse::<usize>().is_ok();
    if doubled { shorter } else { header }
}

fn most(below: &[&Cell], fits: impl Fn(&Cell) -> bool) -> bool {
    let count = below.iter().filter(|cell| fits(cell)).count();
    below.len() < count.saturating_mul(2)
}

/// A header that means something else when other things stand below it: `Instagram` over followers, `Code` over shares.
fn by_values(header: &str, slot: Slot, certainty: Certainty, below: &[&Cell]) -> Use {
    match slot.field {
        Field::Account(_) if fold::words(header).len() == 1 && most(below, is_figure) => {
            Use::Unused("numbers stand in it, not accounts: results are read from the sources".to_owned())
        }
        Field::Account(_) | Field::Handle if most(below, |cell| is_post_address(&cell.shown())) => {
            Use::Field(Slot::of(Field::Post), Certainty::Values)
        }
        // `TikTok name` may be what the account shows, not what it is called.
        Field::Account(_) | Field::Handle if more_than_a_third(below, |cell| account_of(&cell.shown()).is_err()) => {
            Use::Unused("names stand in it, not accounts".to_owned())
        }
        field if certainty == Certainty::Likely && most(below, |cell| !fits(field, cell)) => {
            Use::Unused(format!("what stands in it is not a {field}"))
        }
        // `Post` over the words reel and story is a format.
        Field::Post if slot.group.is_none() && most(below, |cell| !fits_post(cell)) => {
            Use::Field(Slot::of(Field::Format), Certainty::Values)
        }
        _ => Use::Field(slot, certainty),
    }
}

fn more_than_a_third(below: &[&Cell], fits: impl Fn(&Cell) -> bool) -> bool {
    let count = below.iter().filter(|cell| fits(cell)).count();
    below.len() < count.saturating_mul(3)
}

/// Whether a cell can be what its header only likely says.
fn fits(field: Field, cell: &Cell) -> bool {
    match field {
        Field::Platform => super::words::platform_of(&cell.shown()).is_ok(),
        Field::State => super::words::state_of(&cell.shown()).is_ok(),
        Field::Fee => is_figure(cell),
        field if field.is_date() => dates::when(cell, Some(dates::Order::Dmy)).is_ok(),
        _ => true,
    }
}

/// Whether a cell under `Post` can be a post: `Reel` under it is a format.
fn fits_post(cell: &Cell) -> bool {
    let text = cell.shown();
    super::words::format_in_name(&text).is_none() || is_address(&text)
}

/// `Reel 1` alone: its fee, its date or its address, as what stands below says.
fn of_group(group: Group, below: &[&Cell]) -> Use {
    let is_day = |cell: &Cell| {
        matches!(cell, Cell::Moment(_))
            || dates::vote(cell) != Vote::Silent
            || dates::when(cell, Some(dates::Order::Dmy)).is_ok()
    };
    let field = if most(below, |cell| is_address(&cell.shown())) {
        Field::Post
    } else if most(below, |cell| matches!(cell, Cell::Moment(_)) || (is_day(cell) && !is_figure(cell))) {
        Field::Due
    } else if most(below, is_figure) {
        Field::Fee
    } else if most(below, |cell| super::words::state_of(&cell.shown()).is_ok()) {
        Field::State
    } else {
        return Use::Unused("neither fees, dates, addresses nor states stand in it".to_owned());
    };
    Use::Field(Slot { group: Some(group), field }, Certainty::Values)
}

/// `Link`: to the post, to the profile, or the one that is tracked.
fn of_link(below: &[&Cell]) -> Use {
    let field = if most(below, |cell| is_post_address(&cell.shown())) {
        Field::Post
    } else if most(below, |cell| is_address(&cell.shown()) && account_of(&cell.shown()).is_ok()) {
        Field::Handle
    } else {
        Field::Link
    };
    Use::Field(Slot::of(field), Certainty::Values)
}

/// Groups stand if there are several, or one with a number, or if everything about the deliverable is in the one. Else
/// `Video URL` is the post of the one deliverable of its row.
fn settle_groups(columns: &mut [Column]) {
    let groups: BTreeSet<Group> = columns.iter().filter_map(|column| column.slot()?.group.clone()).collect();
    let numbered = groups.iter().any(|group| group.name.chars().any(|letter| letter.is_ascii_digit()));
    let alone = |column: &Column| {
        column.slot().is_some_and(|slot| slot.group.is_none() && matches!(slot.field, Field::Fee | Field::Due))
    };
    if groups.is_empty() || numbered || 1 < groups.len() || !columns.iter().any(alone) {
        return;
    }
    for column in columns {
        if let Use::Field(slot, certainty) = &mut column.used
            && slot.group.take().is_some()
            && *certainty != Certainty::Said
        {
            *certainty = Certainty::Likely;
        }
    }
}

/// `Total cost` is the fee where nothing else is, and a total where fees are; so is a fee beside the fees of groups.
fn settle_totals(columns: &mut [Column]) {
    let is_fee = |column: &Column| matches!(&column.used, Use::Field(slot, certainty) if slot.field == Field::Fee && *certainty != Certainty::Weak);
    let has_fee = columns.iter().any(is_fee);
    let in_groups =
        columns.iter().any(|column| is_fee(column) && column.slot().is_some_and(|slot| slot.group.is_some()));
    for column in columns {
        let Use::Field(slot, certainty) = &column.used else { continue };
        let beside_groups = in_groups && *slot == Slot::of(Field::Fee) && *certainty != Certainty::Said;
        if (has_fee && *certainty == Certainty::Weak) || beside_groups {
            column.used = Use::Unused("a total: the fees are in columns of their own".to_owned());
        }
    }
}

/// One column a field: the surest, and of equals the leftmost. Codes may stand in several.
fn settle_doubles(columns: &mut [Column]) {
    let mut best: BTreeMap<Slot, (Certainty, usize)> = BTreeMap::new();
    for column in columns.iter() {
        let Use::Field(slot, certainty) = &column.used else { continue };
        let better = best.get(slot).is_none_or(|(other, _)| other < certainty);
        if better {
            best.insert(slot.clone(), (*certainty, column.at));
        }
    }
    let titles: BTreeMap<usize, String> = columns.iter().map(|column| (column.at, column.title())).collect();
    for column in columns {
        let Use::Field(slot, _) = &column.used else { continue };
        let Some((_, at)) = best.get(slot).filter(|(_, at)| *at != column.at) else { continue };
        if slot.field == Field::Codes {
            continue;
        }
        let other = titles.get(at).cloned().unwrap_or_default();
        column.used = Use::Unused(format!("`{slot}` is taken from `{other}`"));
    }
}

/// The mapping that would give this table again.
#[must_use]
pub fn mapping_of(table: &Table, sheet: &str, given: &Mapping) -> Mapping {
    let columns = table.columns.iter().map(|column| {
        let slot = column.slot().map_or_else(|| UNUSED.to_owned(), ToString::to_string);
        (column.title(), slot)
    });
    let sheet = (!sheet.is_empty()).then(|| sheet.to_owned());
    Mapping { sheet, columns: columns.collect(), ..given.clone() }
}
