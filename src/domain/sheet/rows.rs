//! The rows below a header: which are deals, which are totals, headings and empty, and what each says.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::dates::{self, Order};
use super::draft::{Draft, Rejected, percent_of, says_nothing};
use super::field::Field;
use super::fold;
use super::grid::{Cell, Grid};
use super::mapping::Mapping;
use super::numbers::{Mark, is_figure, share};
use super::table::{Column, Table};
use crate::domain::written::Percent;

/// What the columns as wholes say about their cells.
#[derive(Debug)]
pub struct Context<'a> {
    /// What a person says about the sheet.
    pub mapping: &'a Mapping,
    orders: BTreeMap<usize, Option<Order>>,
    marks: BTreeMap<usize, Mark>,
    /// Columns of shares where `0.1` is ten in a hundred.
    fractions: BTreeMap<usize, bool>,
    /// Dates that another column, or the mapping, decides.
    decided: Vec<String>,
}

impl<'a> Context<'a> {
    /// Looks at every column of the table.
    #[must_use]
    pub fn of(grid: &Grid, table: &Table, mapping: &'a Mapping) -> Self {
        let below = |at: usize| grid.rows.iter().skip(table.first).filter_map(move |row| row.get(at));
        let days = || table.columns.iter().filter(|column| column.slot().is_some_and(|slot| slot.field.is_date()));
        let everywhere = dates::decide(days().flat_map(|column| below(column.at).map(dates::vote)));
        let mut orders = BTreeMap::new();
        let mut decided = Vec::new();
        for column in days() {
            let votes: Vec<dates::Vote> = below(column.at).map(dates::vote).collect();
            let contradict =
                votes.contains(&dates::Vote::For(Order::Dmy)) && votes.contains(&dates::Vote::For(Order::Mdy));
            let own = dates::decide(votes.into_iter());
            let order = if contradict { None } else { own.or(everywhere) };
            let order = order.or(mapping.dates);
            orders.insert(column.at, order);
            let open = below(column.at).find(|cell| dates::vote(cell) == dates::Vote::Either);
            if let (None, Some(open), Some(order)) = (own, open, order) {
                let first = if order == Order::Dmy { "day" } else { "month" };
                let who = if everywhere.is_some() && !contradict { "another column" } else { "the mapping" };
                let (open, title) = (open.brief(), column.title());
                decided
                    .push(format!("dates like `{open}` in `{title}` are read with the {first} first, as {who} says"));
            }
        }
        let marks = table
            .columns
            .iter()
            .filter_map(|column| super::columns::currency_of(&column.header).map(|mark| (column.at, mark)));
        let fractions = table.columns.iter().map(|column| {
            let bare: Vec<Decimal> = below(column.at)
                .filter_map(|cell| share(cell).ok())
                .filter(|(_, percent)| !percent)
                .map(|(value, _)| value)
                .collect();
            (column.at, !bare.is_empty() && bare.iter().all(|value| *value <= Decimal::ONE))
        });
        Self { mapping, orders, marks: marks.collect(), fractions: fractions.collect(), decided }
    }

    /// How `03/04/2026` is read in a column.
    #[must_use]
    pub fn order(&self, at: usize) -> Option<Order> {
        self.orders.get(&at).copied().flatten().or(self.mapping.dates)
    }

    /// The currency a column's header names.
    #[must_use]
    pub fn mark(&self, at: usize) -> Option<Mark> {
        self.marks.get(&at).copied()
    }

    /// A share: with a `%` as it is written; without one, a column that never rises above 1 holds fractions.
    pub fn share(&self, at: usize, cell: &Cell) -> Result<Percent, String> {
        let (value, percent) = share(cell)?;
        let fraction = !percent && self.fractions.get(&at).copied().unwrap_or(false);
        if fraction && value == Decimal::ONE {
            return Err("may be 1 % or 100 %: write the sign".to_owned());
        }
        percent_of(if fraction { value * Decimal::ONE_HUNDRED } else { value }.normalize())
    }
}

/// What the rows hold.
#[derive(Debug, Default)]
pub struct Rows {
    /// One for each row that is about a deal, with what is wrong in it.
    pub drafts: Vec<Draft>,
    /// What was passed over or carried down, as sentences.
    pub notes: Vec<String>,
}

/// Words that begin a row of totals.
const TOTAL: &str = "total totalt totals summa sum subtotal delsumma gesamt summe average snitt medel genomsnitt grand";

/// Reads every row below the header.
#[must_use]
pub fn read(grid: &Grid, table: &Table, context: &Context<'_>) -> Rows {
    let mut rows = Rows { notes: context.decided.clone(), ..Rows::default() };
    let filled = grid.with_merges_down();
    let mut carried: BTreeMap<usize, Cell> = BTreeMap::new();
    let mut carries: BTreeMap<String, usize> = BTreeMap::new();
    let wide = grid.merged.iter().filter(|merge| merge.left.saturating_add(2) <= merge.right);
    let wide: BTreeSet<usize> = wide.map(|merge| merge.top).collect();
    for (at, cells) in filled.rows.iter().enumerate().skip(table.first) {
        let number = at.saturating_add(1);
        match kind_of(table, cells, wide.contains(&at)) {
            Kind::Empty => continue,
            Kind::Total(text) => {
                rows.notes.push(format!("row {number} is a row of totals (`{text}`) and is not a deal"));
                continue;
            }
            Kind::Heading(text) => {
                rows.notes.push(format!("row {number} is a heading (`{text}`) and is not a deal"));
                continue;
            }
            Kind::HeaderAgain => {
                rows.notes.push(format!("row {number} repeats the header"));
                continue;
            }
            Kind::Deal => {}
        }
        let only_a_name = cells.iter().filter(|cell| !cell.is_empty()).count() == 1;
        let mut silent = BTreeMap::new();
        let cells = carry(table, cells, &mut carried, if only_a_name { &mut silent } else { &mut carries });
        let mut draft = draft_of(table, &cells, number, context);
        draft.only_a_name = only_a_name;
        rows.drafts.push(draft);
    }
    for (title, count) in carries {
        rows.notes.push(format!(
            "`{title}` is empty in {count} row{} and is taken from above",
            if count == 1 { "" } else { "s" }
        ));
    }
    rows
}

enum Kind {
    Empty,
    Total(String),
    Heading(String),
    HeaderAgain,
    Deal,
}

/// What kind of row it is.
fn kind_of(table: &Table, cells: &[Cell], wide: bool) -> Kind {
    let filled: Vec<(usize, &Cell)> = cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).collect();
    let Some((first_at, first)) = filled.first() else { return Kind::Empty };
    if wide && filled.len() <= 2 {
        return Kind::Heading(first.brief());
    }
    if is_total(table, &filled) {
        return Kind::Total(first.brief());
    }
    let column = |at: usize| table.columns.iter().find(|column| column.at == at);
    let same = filled.iter().filter(|(at, cell)| {
        column(*at).is_some_and(|column| {
            !column.header.is_empty()
                && !fold::key(&cell.shown()).is_empty()
                && fold::key(&column.header).ends_with(&fold::key(&cell.shown()))
        })
    });
    if 2 <= filled.len() && same.count() == filled.len() {
        return Kind::HeaderAgain;
    }
    if filled.len() == 1 {
        let who = column(*first_at).and_then(Column::slot).is_some_and(|slot| is_who(slot.field));
        let remark = first.shown().starts_with(['*', '#', '(']) || 60 < first.shown().chars().count();
        if !who || remark {
            return Kind::Heading(first.brief());
        }
    }
    Kind::Deal
}

fn is_who(field: Field) -> bool {
    matches!(field, Field::Creator | Field::CreatorId | Field::Handle | Field::Account(_))
}

/// A row of totals begins with a word for it and names nobody, or has no word at all. `Total Energies` is a brand.
fn is_total(table: &Table, filled: &[(usize, &Cell)]) -> bool {
    let text =
        filled.iter().find(|(_, cell)| matches!(cell, Cell::Text(text) if text.chars().any(char::is_alphabetic)));
    let begins = text.is_some_and(|(_, cell)| {
        let words = fold::words(&cell.shown());
        words.len() <= 4 && words.first().is_some_and(|word| TOTAL.split(' ').any(|total| total == word))
    });
    let who = |at: usize| {
        table.columns.iter().any(|column| column.at == at && column.slot().is_some_and(|slot| is_who(slot.field)))
    };
    let word_at = text.map(|(at, _)| *at);
    let somebody = filled.iter().any(|(at, _)| who(*at) && (!begins || Some(*at) != word_at));
    let numbers = filled.iter().filter(|(at, _)| !begins || Some(*at) != word_at).all(|(_, cell)| is_figure(cell));
    match word_at {
        Some(at) if begins => !somebody && (numbers || !who(at)),
        _ => !somebody && numbers,
    }
}

/// Fields that say the same of a row: where one of them is filled in, none is carried down.
const BRAND: [Field; 2] = [Field::Brand, Field::BrandId];
const CAMPAIGN: [Field; 2] = [Field::Campaign, Field::CampaignId];

/// The row with brand and campaign from above where it leaves them out, and the creator too where it is about one more
/// deliverable of the same. Another brand begins without the campaign of the one above.
fn carry(
    table: &Table,
    cells: &[Cell],
    carried: &mut BTreeMap<usize, Cell>,
    carries: &mut BTreeMap<String, usize>,
) -> Vec<Cell> {
    let mut cells = cells.to_vec();
    let filled = |fits: &dyn Fn(Field) -> bool| {
        table.columns.iter().any(|column| {
            column.slot().is_some_and(|slot| fits(slot.field))
                && cells.get(column.at).is_some_and(|cell| !cell.is_empty())
        })
    };
    let brand_above = |at: usize| carried.get(&at).is_some_and(|above| cells.get(at).is_some_and(|cell| cell == above));
    let same_brand = !filled(&|field| BRAND.contains(&field))
        || table
            .columns
            .iter()
            .any(|column| column.slot().is_some_and(|slot| BRAND.contains(&slot.field)) && brand_above(column.at));
    let nobody = !filled(&is_who);
    let piece = filled(&|field| {
        matches!(
            field,
            Field::Format | Field::Deliverable | Field::DeliverableId | Field::Due | Field::Platform | Field::Post
        )
    });
    let brand_open = !filled(&|field| BRAND.contains(&field));
    let campaign_open = same_brand && !filled(&|field| CAMPAIGN.contains(&field));
    for column in &table.columns {
        let Some(field) = column.slot().map(|slot| slot.field) else { continue };
        let (tracked, open) = match field {
            Field::Brand | Field::BrandId => (true, brand_open),
            Field::Campaign | Field::CampaignId => (true, campaign_open),
            _ => (is_who(field), nobody && piece),
        };
        if !tracked {
            continue;
        }
        if cells.len() <= column.at {
            cells.resize(column.at.saturating_add(1), Cell::Empty);
        }
        let Some(cell) = cells.get_mut(column.at) else { continue };
        if !cell.is_empty() {
            carried.insert(column.at, cell.clone());
        } else if !open {
            // Somebody else begins here: what stood above is not theirs.
            carried.remove(&column.at);
        } else if let Some(above) = carried.get(&column.at) {
            cell.clone_from(above);
            let count = carries.entry(column.title()).or_insert(0);
            *count = count.saturating_add(1);
        }
    }
    cells
}

/// Reads one row.
fn draft_of(table: &Table, cells: &[Cell], number: usize, context: &Context<'_>) -> Draft {
    let mut draft = Draft { row: number, ..Draft::default() };
    for column in &table.columns {
        let (Some(slot), Some(cell)) = (column.slot(), cells.get(column.at)) else { continue };
        if says_nothing(cell, slot.field) {
            if !cell.is_empty() {
                draft.blanks.push((slot.clone(), cell.brief()));
            }
            continue;
        }
        if let Err(why) = draft.take(slot, column.at, cell, context) {
            draft.faults.push(Rejected { row: number, column: column.title(), value: cell.brief(), why });
        }
    }
    settle(&mut draft);
    draft
}

/// What one cell of a row says about another: the currency column about the fees, the columns outside the groups about
/// each group, the platform about a handle.
fn settle(draft: &mut Draft) {
    draft.settle_name();
    let shared = draft.pieces.iter().position(|piece| piece.group.is_none()).map(|at| draft.pieces.remove(at));
    draft.pieces.retain(super::draft::Piece::is_something);
    match shared {
        Some(shared) if draft.pieces.is_empty() => {
            if shared.is_something() {
                draft.pieces.push(shared.clone());
            }
            lend(draft, &shared);
        }
        Some(shared) => {
            let whole = draft.pieces.iter().all(|piece| piece.fee.is_none());
            if whole && 1 < draft.pieces.len() && shared.fee.is_some() {
                draft.faults.push(Rejected {
                    row: draft.row,
                    column: String::new(),
                    value: String::new(),
                    why: "one fee for several deliverables: write what each of them costs".to_owned(),
                });
            }
            lend(draft, &shared);
        }
        None => {}
    }
    let platform = draft.pieces.iter().find_map(|piece| piece.platform);
    if let (Some(handle), Some(platform)) = (draft.handle.clone(), platform)
        && !draft.accounts.iter().any(|(on, _)| *on == platform)
    {
        draft.accounts.push((platform, super::words::account_on(platform, &handle)));
    }
}

/// What stands outside the groups holds for each of them that does not say it itself.
fn lend(draft: &mut Draft, shared: &super::draft::Piece) {
    let single = draft.pieces.len() == 1;
    for piece in &mut draft.pieces {
        piece.platform = piece.platform.or(shared.platform);
        piece.due = piece.due.or(shared.due);
        piece.draft_due = piece.draft_due.or(shared.draft_due);
        piece.proof_due = piece.proof_due.or(shared.proof_due);
        piece.report_due = piece.report_due.or(shared.report_due);
        piece.cancel_by = piece.cancel_by.or(shared.cancel_by);
        piece.state = piece.state.or(shared.state);
        piece.mark = piece.mark.or(shared.mark);
        piece.books = piece.books.within(&shared.books);
        if piece.kill_fee.is_empty() {
            piece.kill_fee.clone_from(&shared.kill_fee);
        }
        if single {
            piece.fee = piece.fee.or(shared.fee);
            piece.billed = piece.billed.or(shared.billed);
            piece.post = piece.post.clone().or_else(|| shared.post.clone());
            piece.live = piece.live.or(shared.live);
            piece.books.invoice = piece.books.invoice.take().or_else(|| shared.books.invoice.clone());
            piece.books.invoiced = piece.books.invoiced.or(shared.books.invoiced);
            piece.books.paid = piece.books.paid.or(shared.books.paid);
            piece.books.refunded = piece.books.refunded.or(shared.books.refunded);
        }
        for amount in [&mut piece.fee, &mut piece.billed].into_iter().flatten() {
            let Some(mark) = piece.mark else { continue };
            let vague = !matches!(amount.mark, Some(Mark::Code(_)));
            if vague && matches!(mark, Mark::Code(_)) || amount.mark.is_none() {
                amount.mark = Some(mark);
            }
        }
    }
    let mark = shared.mark.filter(|mark| matches!(mark, Mark::Code(_)));
    let amounts = draft.targets.iter_mut().chain(&mut draft.campaign_targets).filter_map(|(_, aim)| match aim {
        super::draft::Aim::Money(amount) => Some(amount),
        super::draft::Aim::Number(_) => None,
    });
    for amount in amounts.chain(&mut draft.per_thousand) {
        if !matches!(amount.mark, Some(Mark::Code(_))) {
            amount.mark = mark.or(amount.mark);
        }
    }
}
