//! The one translation of `WooCommerce`'s lists: orders into rows, coupons, and where orders came from.
//!
//! Dates come without a zone; of the two that each order has, the one in GMT is read. Money is text with decimals.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::super::json::{Field, Garbled};
use super::super::orders::{Came, Code, Row, Visit, fold, hour_of};
use crate::domain::money::{Currency, Money};

/// Statuses in which somebody has ordered. `on-hold` waits for a bank transfer.
const ORDERED: [&str; 4] = ["processing", "completed", "on-hold", "refunded"];

/// Statuses in which nobody has, or not any more. `pending` is a checkout that was not paid.
const NOT_ORDERED: [&str; 7] = ["pending", "cancelled", "failed", "trash", "checkout-draft", "auto-draft", "draft"];

/// An instant as the shop writes it: `2026-03-02T12:05:00`, in GMT and without saying so.
pub(super) fn gmt(field: &Field<'_>) -> Result<Timestamp, Garbled> {
    let read = field.text()?.parse::<DateTime>().ok().and_then(|naive| naive.to_zoned(TimeZone::UTC).ok());
    read.map(|zoned| zoned.timestamp()).ok_or_else(|| field.garbled("a date like `2026-03-02T12:05:00`, in GMT"))
}

/// The same to be sent.
pub(super) fn written(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).datetime().strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// An order's id: a number.
pub(super) fn id(node: &Field<'_>) -> Result<String, Garbled> {
    node.need("id", "an id")?.count().map(|id| id.to_string())
}

/// When an order was placed; `None` for a draft, which never was.
fn placed<'a>(node: &Field<'a>) -> Result<Option<(Field<'a>, Timestamp)>, Garbled> {
    node.get("date_created_gmt")?.map(|field| gmt(&field).map(|at| (field, at))).transpose()
}

/// An order that changed: when it was placed. `since`: what was asked for; a shop that does not know the question answers
/// with all its orders, and is not believed.
pub(super) fn changed(node: &Field<'_>, since: Timestamp) -> Result<Option<i64>, Garbled> {
    let modified = node.need("date_modified_gmt", "when it changed")?;
    if gmt(&modified)? < since {
        return Err(modified.garbled("an instant after the one that was asked for"));
    }
    Ok(placed(node)?.map(|(_, at)| hour_of(at)))
}

/// An order of the hours `from ≤ hour < until`. The list's edges are a second wide in some versions, so what lies a second
/// outside is nothing; what lies further outside was not asked for, and then nothing of the answer is believed.
pub(super) fn order(node: &Field<'_>, hours: (i64, i64), books: Currency) -> Result<Option<Row>, Garbled> {
    let Some((field, at)) = placed(node)? else { return Ok(None) };
    let hour = hour_of(at);
    let inside = |at: i64| (hours.0..hours.1).contains(&at.div_euclid(super::super::orders::HOUR));
    if !inside(at.as_second()) {
        if inside(at.as_second() - 1) || inside(at.as_second() + 1) {
            return Ok(None);
        }
        return Err(field.garbled("an instant inside the hours that were asked for"));
    }
    let counts = counts(node);
    // Of what is no order nothing else has to be read.
    let whole = !matches!(counts, Ok(false));
    let worth = if whole { worth(node, books) } else { Ok((0, false)) };
    Ok(Some(Row {
        id: id(node)?,
        hour,
        codes: if whole { codes(node) } else { Ok(Vec::new()) },
        revenue: worth.as_ref().map(|worth| worth.0).map_err(Clone::clone),
        refunded: worth.map(|worth| worth.1),
        came: Ok(Came::Unasked),
        counts,
    }))
}

fn counts(node: &Field<'_>) -> Result<bool, Garbled> {
    let status = node.need("status", "a status")?.text()?;
    if ORDERED.contains(&status) {
        Ok(true)
    } else if NOT_ORDERED.contains(&status) {
        Ok(false)
    } else {
        // A plugin's own status (`shipped`): it was ordered if it was paid.
        Ok(node.get("date_paid_gmt")?.map(|at| gmt(&at)).transpose()?.is_some())
    }
}

fn codes(node: &Field<'_>) -> Result<Vec<String>, Garbled> {
    let lines = node.need("coupon_lines", "a list of coupons")?.items()?;
    lines.iter().map(|line| line.need("code", "a code")?.text().map(fold)).collect()
}

fn worth(node: &Field<'_>, books: Currency) -> Result<(i64, bool), Garbled> {
    let written = node.need("currency", "a currency")?;
    let currency: Currency = written.text()?.parse().map_err(|_| written.garbled("an ISO 4217 currency code"))?;
    if currency != books {
        return Err(written.garbled("the currency that the source's `currency` names"));
    }
    let total = node.need("total", "an amount")?;
    let mut left = decimal(&total)?;
    let refunds = node.need("refunds", "a list of refunds")?.items()?;
    for refund in &refunds {
        let back = refund.need("total", "an amount")?;
        // Written with a minus; some plugins leave it out.
        left = left.checked_sub(decimal(&back)?.abs()).ok_or_else(|| back.garbled("an amount of money"))?;
    }
    let money = Money::from_major(left, books).map_err(|_| total.garbled("whole minor units"))?;
    if money.minor < 0 {
        Err(total.garbled("at least what was refunded"))
    } else {
        Ok((money.minor, !refunds.is_empty()))
    }
}

fn decimal(field: &Field<'_>) -> Result<Decimal, Garbled> {
    field.text()?.parse().map_err(|_| field.garbled("a decimal number as text"))
}

/// A coupon, which is one code.
pub(super) fn coupon(node: &Field<'_>, now: Timestamp) -> Result<Code, Garbled> {
    let ends_at = node.get("date_expires_gmt")?.map(|at| gmt(&at)).transpose()?;
    // Older versions do not say; there a coupon that is listed is published.
    let status = node.get("status")?.map(|status| status.text().map(str::to_owned)).transpose()?;
    let open = ends_at.is_none_or(|end| now < end);
    let status = match status.as_deref().unwrap_or("publish") {
        "publish" if open => "ACTIVE",
        "future" => "SCHEDULED",
        _ => "EXPIRED",
    };
    let code = node.need("code", "a code")?.text()?.to_owned();
    let amount = node.need("amount", "an amount")?.text()?;
    let kind = node.need("discount_type", "a kind of discount")?.text()?;
    Ok(Code {
        id: id(node)?,
        kind: kind.to_owned(),
        title: if kind == "percent" { format!("{amount} %") } else { amount.to_owned() },
        status: status.to_owned(),
        starts_at: gmt(&node.need("date_created_gmt", "when it was made")?)?,
        ends_at,
        used: node.need("usage_count", "a count")?.count()?,
        codes: vec![code],
    })
}

/// What `WooCommerce`'s own attribution keeps of an order; `None` where it kept nothing.
pub(super) fn visit(node: &Field<'_>) -> Result<Option<Visit>, Garbled> {
    let mut visit = Visit::default();
    let mut kept = false;
    for meta in node.need("meta_data", "a list")?.items()? {
        let key = meta.need("key", "a key")?.text()?;
        let Some(name) = key.strip_prefix("_wc_order_attribution_") else { continue };
        // Other plugins' values may be anything; these are text.
        let value = meta.get("value")?.and_then(|value| value.text().ok()).filter(|value| !value.is_empty());
        let place = match name {
            "utm_source" => &mut visit.source,
            "utm_medium" => &mut visit.medium,
            "utm_campaign" => &mut visit.campaign,
            "utm_content" => &mut visit.content,
            "session_entry" => &mut visit.landing,
            _ => continue,
        };
        *place = value.map(str::to_owned);
        kept = true;
    }
    // What it writes where it knows nothing.
    visit.source = visit.source.filter(|source| source != "(direct)");
    visit.codes = codes(node)?;
    Ok(kept.then_some(visit))
}
