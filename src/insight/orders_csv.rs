//! Orders as a CSV file, each with its traces: what [`super::attribution`] credits one by one.
//!
//! The columns are `order,day,value,currency,code,first_link,last_link`, in any order; the last three may be left empty. A
//! refund is a line with the number of its order and a value below zero. A file is taken whole or not at all.

use std::io::Read;

use csv::{ReaderBuilder, StringRecord, Trim};
use rust_decimal::Decimal;

use super::attribution::Order;
use crate::domain::money::{Currency, Money};
use crate::domain::written::repeated;

/// The columns.
pub const COLUMNS: [&str; 7] = ["order", "day", "value", "currency", "code", "first_link", "last_link"];

/// Orders of one file. A shop that sells this much through creators has a warehouse to ask.
const ORDERS_MAX: usize = 2_000_000;

/// Characters of a cell; a longer one is no number, code or link.
const CELL_MAX: usize = 300;

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}", repeated(what))]
pub struct OrdersError {
    /// Where, from 1.
    pub line: u64,
    /// What, and what to write instead.
    pub what: String,
}

/// Reads a file.
pub fn read(from: impl Read) -> Result<Vec<Order>, OrdersError> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(false).from_reader(from);
    let unreadable = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        OrdersError { line, what: format!("cannot be read ({error}); save it as CSV in UTF-8") }
    };
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    let mut places = [0_usize; COLUMNS.len()];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        let found = header.iter().position(|given| given.trim_start_matches('\u{feff}') == name);
        let missing = || format!("there is no column `{name}`; the columns are {}", COLUMNS.join(","));
        *place = found.ok_or_else(|| OrdersError { line: 1, what: missing() })?;
    }
    let mut orders = Vec::new();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| unreadable(&error))? {
        let line = record.position().map_or(0, csv::Position::line);
        if ORDERS_MAX <= orders.len() {
            return Err(OrdersError {
                line,
                what: format!("there are more than {ORDERS_MAX} orders; split the file by campaign"),
            });
        }
        let cells = places.map(|place| record.get(place).unwrap_or_default());
        orders.push(order(cells).map_err(|what| OrdersError { line, what })?);
    }
    Ok(orders)
}

fn order([id, day, value, currency, code, first, last]: [&str; 7]) -> Result<Order, String> {
    let cells = [id, day, value, currency, code, first, last];
    if cells.iter().any(|cell| CELL_MAX < cell.chars().count()) {
        return Err(format!("a cell has more than {CELL_MAX} characters"));
    }
    if id.is_empty() {
        return Err("the order has no number".to_owned());
    }
    let day = day.parse().map_err(|_| format!("`{day}` is not a day; write it like 2026-03-01"))?;
    let currency: Currency = currency.parse().map_err(|error| format!("{error}"))?;
    let major: Decimal = value.parse().map_err(|_| format!("`{value}` is not an amount; write it like 499.00"))?;
    let value = Money::from_major(major, currency).map_err(|error| error.to_string())?;
    let option = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(Order { id: id.to_owned(), day, value, code: option(code), first: option(first), last: option(last) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, want: &str) {
        assert_eq!(read(text.as_bytes()).map_err(|error| error.to_string()), Err(want.to_owned()));
    }

    #[test]
    fn orders_are_read_whatever_the_order_of_the_columns() {
        let text = "day,order,currency,value,last_link,first_link,code\n2026-03-01,1001,SEK,499.00,alma-spring,,ALMA10\n\
                    2026-03-04,1001,SEK,-499.00,,,\n";
        let orders = read(text.as_bytes()).expect("orders");
        let told: Vec<_> = orders
            .iter()
            .map(|one| (one.id.as_str(), one.value.to_string(), one.code.clone(), one.last.clone()))
            .collect();
        let (code, link) = (Some("ALMA10".to_owned()), Some("alma-spring".to_owned()));
        assert_eq!(
            told,
            [("1001", "499.00 SEK".to_owned(), code, link), ("1001", "-499.00 SEK".to_owned(), None, None)]
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let head = "order,day,value,currency,code,first_link,last_link\n";
        refuses(
            "order,day\n",
            "line 1: there is no column `value`; the columns are order,day,value,currency,code,first_link,last_link",
        );
        refuses(&format!("{head}1,2026-03-01,4.999,EUR,,,\n"), "line 2: `4.999 EUR` has more decimals than EUR has");
        refuses(&format!("{head}1,2026-03-01,5,EUR,,,\n,2026-03-01,5,EUR,,,\n"), "line 3: the order has no number");
        refuses(&format!("{head}1,1 March,5,EUR,,,\n"), "line 2: `1 March` is not a day; write it like 2026-03-01");
    }
}
