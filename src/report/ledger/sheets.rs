//! A ledger as sheets: every line, the sums by month and account, and the totals by currency. The sheets say the same: the
//! lines add up to the months, and those to the totals, to the cent.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Entry, Ledger, Sum};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::rates::Rates;
use crate::domain::sheet::grid::{Cell, Grid};
use crate::domain::written::Day;

/// The columns of the lines.
const LINES: [&str; 17] = [
    "Day",
    "Month",
    "Brand",
    "Campaign",
    "Creator",
    "Deliverable",
    "Kind",
    "What",
    "Reversal",
    "Account code",
    "PO number",
    "Invoice number",
    "Invoice date",
    "VAT rate",
    "Net",
    "VAT",
    "Gross",
];

/// The columns that money has in the sums.
const SUMS: [&str; 5] = ["Accrued net", "Accrued VAT", "Accrued gross", "Paid gross", "Due gross"];

fn texts<'a>(all: impl IntoIterator<Item = &'a str>) -> Vec<Cell> {
    all.into_iter().map(Cell::text).collect()
}

fn money(money: Money) -> Cell {
    Cell::number(money.to_major())
}

fn option(text: Option<&String>) -> Cell {
    text.map_or(Cell::Empty, Cell::text)
}

fn day(day: Option<Day>) -> Cell {
    day.map_or(Cell::Empty, |day| Cell::day(day.0))
}

/// Every line. `told`: a currency to tell the net amounts in as well, by the rate of each day; empty where there is none.
///
/// Errors where a sum cannot be kept.
pub fn lines(ledger: &Ledger, told: Option<(Currency, &Rates)>) -> Result<Grid, MoneyError> {
    let mut header = texts(LINES.into_iter().chain(["Currency"]));
    header.extend(told.map(|(to, _)| Cell::text(format!("Net in {to}"))));
    let mut rows = vec![header];
    for entry in ledger.entries() {
        rows.push(line(entry, told)?);
    }
    Ok(Grid { name: "Ledger".to_owned(), rows, merged: Vec::new() })
}

fn line(entry: &Entry, told: Option<(Currency, &Rates)>) -> Result<Vec<Cell>, MoneyError> {
    let books = &entry.books;
    let mut row = vec![
        Cell::day(entry.day),
        Cell::text(entry.month()),
        Cell::text(entry.brand.as_str()),
        Cell::text(entry.at.campaign.as_str()),
        Cell::text(entry.at.creator.as_str()),
        entry.piece.as_ref().map_or(Cell::Empty, |piece| Cell::text(piece.as_str())),
        Cell::text(entry.kind.name()),
        Cell::text(entry.what.name()),
        if entry.reverses { Cell::text("reversal") } else { Cell::Empty },
        option(books.account.as_ref()),
        option(books.po.as_ref()),
        option(books.invoice.as_ref()),
        day(books.invoiced),
        books.vat.map_or(Cell::Empty, |share| Cell::text(format!("{} %", share.0.normalize()))),
        money(entry.net),
        money(entry.vat),
        money(entry.gross()?),
        Cell::text(entry.net.currency.code()),
    ];
    row.extend(told.map(|(to, rates)| rates.convert(entry.net, to, entry.day).map_or(Cell::Empty, money)));
    Ok(row)
}

fn sum(sum: &Sum) -> [Cell; 5] {
    [sum.accrued_net, sum.accrued_vat, sum.accrued_gross, sum.paid_gross, sum.due_gross].map(money)
}

/// The sums by month, partnership and account.
///
/// Errors where one cannot be kept.
pub fn months(ledger: &Ledger) -> Result<Grid, MoneyError> {
    let key = |entry: &Entry| (entry.month(), entry.at.clone(), entry.books.account.clone());
    let header = ["Month", "Campaign", "Creator", "Account code"].into_iter().chain(SUMS).chain(["Currency"]);
    let mut rows = vec![texts(header)];
    for (((month, at, account), currency), of) in ledger.sums(key)? {
        let mut row = texts([month.as_str(), at.campaign.as_str(), at.creator.as_str()]);
        row.push(option(account.as_ref()));
        row.extend(sum(&of));
        row.push(Cell::text(currency.code()));
        rows.push(row);
    }
    Ok(Grid { name: "Months".to_owned(), rows, merged: Vec::new() })
}

/// The totals by currency, and how many lines each is of.
///
/// Errors where one cannot be kept.
pub fn totals(ledger: &Ledger) -> Result<Grid, MoneyError> {
    let mut count: BTreeMap<Currency, i64> = BTreeMap::new();
    for entry in ledger.entries() {
        let lines = count.entry(entry.net.currency).or_default();
        *lines = lines.saturating_add(1);
    }
    let mut rows = vec![texts(["Currency", "Lines"].into_iter().chain(SUMS))];
    for (currency, of) in ledger.totals()? {
        let lines = count.get(&currency).copied().unwrap_or(0);
        let mut row = vec![Cell::text(currency.code()), Cell::number(Decimal::from(lines))];
        row.extend(sum(&of));
        rows.push(row);
    }
    Ok(Grid { name: "Totals".to_owned(), rows, merged: Vec::new() })
}
