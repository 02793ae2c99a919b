//! The two questions about orders, and the one translation of their answers.
//!
//! GraphQL answers every field that was asked for, if only with null: a field that is not there is garbled, never a
//! default. Money is the shop's own (`shopMoney`); what the customer saw (`presentmentMoney`) may be another currency.

use serde_json::Value;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::super::json::{Field, Garbled};
use super::super::orders::{Came, Row, fold, hour_of};
use crate::domain::money::{Currency, Money};

/// Whole orders of a span, oldest first. A page of 100 may cost 302 points and a question at most 1,000.
pub(super) const ORDERS: &str = "\
query Orders($first: Int!, $after: String, $query: String!) {
  shop { currencyCode }
  orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id createdAt cancelledAt test discountCodes displayFinancialStatus
      currentTotalPriceSet { shopMoney { amount currencyCode } }
    }
  }
}";

/// When the orders were placed that changed lately, longest ago first.
pub(super) const CHANGED: &str = "\
query Changed($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { createdAt updatedAt }
  }
}";

/// Orders on a page of [`ORDERS`], and the points it may cost at most.
pub(super) const ORDERS_PAGE: (u32, f64) = (100, 310.0);

/// Orders on a page of [`CHANGED`], likewise. 250 is the most a page may have.
pub(super) const CHANGED_PAGE: (u32, f64) = (250, 260.0);

/// A page of whole orders.
#[derive(Debug)]
pub(super) struct Page {
    pub rows: Vec<Row>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
    /// What the shop's books are in.
    pub currency: Currency,
}

/// A member that was asked for: null is `None`, not there is garbled.
pub(super) fn asked<'a>(parent: &Field<'a>, key: &str) -> Result<Option<Field<'a>>, Garbled> {
    const EXPECTED: &str = "the field that was asked for";
    match parent.value().as_object() {
        Some(object) if object.contains_key(key) => parent.get(key),
        Some(_) => parent.need(key, EXPECTED).map(Some),
        None => Err(parent.garbled("an object")),
    }
}

/// The nodes of a connection, and where its next page begins.
pub(super) fn connection<'a>(data: &'a Value, name: &str) -> Result<(Vec<Field<'a>>, Option<String>), Garbled> {
    let connection = Field::at(data, "data".to_owned()).need(name, "the list that was asked for")?;
    let info = connection.need("pageInfo", "the page that was asked for")?;
    let next = if info.need("hasNextPage", "true or false")?.flag()? {
        Some(info.need("endCursor", "a cursor, for there is a next page")?.text()?.to_owned())
    } else {
        None
    };
    Ok((connection.need("nodes", "a list")?.items()?, next))
}

/// A page of orders placed in the hours `from ≤ hour < until`. One placed outside was not asked for: then the shop did
/// not understand the question (it ignores what it cannot parse), and nothing of the answer is believed.
pub(super) fn page(data: &Value, from: i64, until: i64) -> Result<Page, Garbled> {
    let shop = Field::at(data, "data".to_owned()).need("shop", "the shop")?;
    let currency = currency(&shop.need("currencyCode", "a currency")?)?;
    let (nodes, next) = connection(data, "orders")?;
    let rows = nodes.iter().map(|node| row(node, currency, from, until)).collect::<Result<_, _>>()?;
    Ok(Page { rows, next, currency })
}

fn currency(field: &Field<'_>) -> Result<Currency, Garbled> {
    field.text()?.parse().map_err(|_| field.garbled("an ISO 4217 currency code"))
}

fn row(node: &Field<'_>, shop: Currency, from: i64, until: i64) -> Result<Row, Garbled> {
    let placed = node.need("createdAt", "when it was placed")?;
    let hour = hour_of(placed.time()?);
    if !(from..until).contains(&hour) {
        return Err(placed.garbled("an instant inside the hours that were asked for"));
    }
    Ok(Row {
        id: node.need("id", "an order id")?.text()?.to_owned(),
        hour,
        counts: counts(node),
        codes: codes(node),
        revenue: revenue(node, shop),
        refunded: refunded(node),
        came: Ok(Came::Unasked),
    })
}

fn counts(node: &Field<'_>) -> Result<bool, Garbled> {
    let cancelled = asked(node, "cancelledAt")?.map(|at| at.time()).transpose()?.is_some();
    Ok(!cancelled && !node.need("test", "true or false")?.flag()?)
}

fn codes(node: &Field<'_>) -> Result<Vec<String>, Garbled> {
    let list = node.need("discountCodes", "a list of codes")?.items()?;
    list.iter().map(|code| code.text().map(fold)).collect()
}

fn revenue(node: &Field<'_>, shop: Currency) -> Result<i64, Garbled> {
    let money = node.need("currentTotalPriceSet", "money")?.need("shopMoney", "money of the shop")?;
    let code = money.need("currencyCode", "a currency")?;
    if currency(&code)? != shop {
        return Err(code.garbled("the currency of the shop"));
    }
    let amount = money.need("amount", "an amount")?;
    let decimal: Decimal = amount.text()?.parse().map_err(|_| amount.garbled("a decimal number as text"))?;
    let money = Money::from_major(decimal, shop).map_err(|_| amount.garbled("whole minor units"))?;
    if money.minor < 0 { Err(amount.garbled("an amount of 0 or more")) } else { Ok(money.minor) }
}

fn refunded(node: &Field<'_>) -> Result<bool, Garbled> {
    let Some(status) = asked(node, "displayFinancialStatus")? else { return Ok(false) };
    match status.text()? {
        "REFUNDED" | "PARTIALLY_REFUNDED" => Ok(true),
        "AUTHORIZED" | "EXPIRED" | "PAID" | "PARTIALLY_PAID" | "PENDING" | "VOIDED" => Ok(false),
        _ => Err(status.garbled("a financial status")),
    }
}

/// One order that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Changed {
    /// When it was placed.
    pub hour: i64,
    /// When it changed.
    pub at: Timestamp,
}

/// A page of changed orders.
pub(super) fn changed(data: &Value) -> Result<(Vec<Changed>, Option<String>), Garbled> {
    let (nodes, next) = connection(data, "orders")?;
    let read = |node: &Field<'_>| -> Result<Changed, Garbled> {
        let hour = hour_of(node.need("createdAt", "when it was placed")?.time()?);
        Ok(Changed { hour, at: node.need("updatedAt", "when it changed")?.time()? })
    };
    Ok((nodes.iter().map(read).collect::<Result<_, _>>()?, next))
}
