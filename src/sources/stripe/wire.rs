//! The one translation of Stripe's lists: sessions into orders, refunds into hours that changed, promotion codes.
//!
//! Objects changed their shape with the versions of the API (`clover` moved a discount's coupon under `source`, and a
//! promotion code's under `promotion`): both shapes are read, whichever version answers.

use jiff::Timestamp;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::super::json::{Field, Garbled};
use super::super::orders::{Came, Row, fold, hour_of};
use super::Promos;
use crate::domain::money::Currency;

/// Currencies whose smallest unit is the whole one, as Stripe counts: <https://docs.stripe.com/currencies#zero-decimal>.
/// ISO 4217 says otherwise of some (MGA has two decimals there).
const ZERO: [&str; 15] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];

/// Currencies that it counts in thousandths: <https://docs.stripe.com/currencies#three-decimal>.
const THREE: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// What Stripe counts (`ISK` and `UGX` in hundredths that are always whole hundreds) in minor units as ISO 4217 has them.
/// `None`: it is no whole number of them, or too large.
pub(super) fn minor_of(amount: i64, currency: Currency) -> Option<i64> {
    let theirs = match currency.code() {
        code if ZERO.contains(&code) => 0,
        code if THREE.contains(&code) => 3,
        _ => 2,
    };
    let ours = currency.exponent();
    if theirs <= ours {
        amount.checked_mul(10_i64.checked_pow(ours - theirs)?)
    } else {
        let unit = 10_i64.checked_pow(theirs - ours)?;
        (amount.checked_rem(unit)? == 0).then_some(amount / unit)
    }
}

/// The books of a shop: what its orders are counted in, and whether test orders are its orders.
#[derive(Debug, Clone, Copy)]
pub(super) struct Books {
    pub currency: Currency,
    pub test: bool,
}

/// A page of a list, and the id after which the next begins.
pub(super) fn list<'a>(root: &Field<'a>) -> Result<(Vec<Field<'a>>, Option<String>), Garbled> {
    let items = root.need("data", "a list")?.items()?;
    let more = root.need("has_more", "true or false")?;
    let next = match (more.flag()?, items.last()) {
        (false, _) => None,
        (true, Some(last)) => Some(last.need("id", "an id")?.text()?.to_owned()),
        (true, None) => return Err(more.garbled("something on a page that others follow")),
    };
    Ok((items, next))
}

/// An instant in whole seconds since 1970.
pub(super) fn instant(field: &Field<'_>) -> Result<Timestamp, Garbled> {
    Timestamp::from_second(field.whole()?).map_err(|_| field.garbled("an instant in seconds since 1970"))
}

/// A session that has been read.
#[derive(Debug)]
pub(super) struct Session {
    pub row: Row,
    /// It is complete and its money is still on the way: it may become an order.
    pub unpaid: bool,
}

/// A session opened in the hours `from ≤ hour < until`. One opened outside was not asked for, and then nothing of the
/// answer is believed.
pub(super) fn session(node: &Field<'_>, hours: (i64, i64), books: Books, promos: &Promos) -> Result<Session, Garbled> {
    let opened = node.need("created", "when it was opened")?;
    let hour = hour_of(instant(&opened)?);
    if !(hours.0..hours.1).contains(&hour) {
        return Err(opened.garbled("an instant inside the hours that were asked for"));
    }
    let standing = standing(node, books);
    let counts = standing.as_ref().map(|standing| *standing == Standing::Paid).map_err(Clone::clone);
    // Of what is no order nothing else has to be read.
    let order = !matches!(counts, Ok(false));
    let worth = if order { worth(node, books) } else { Ok((0, false)) };
    let row = Row {
        id: node.need("id", "a session id")?.text()?.to_owned(),
        hour,
        codes: if order { codes(node, promos) } else { Ok(Vec::new()) },
        revenue: worth.as_ref().map(|worth| worth.0).map_err(Clone::clone),
        refunded: worth.map(|worth| worth.1),
        came: Ok(Came::Unasked),
        counts,
    };
    Ok(Session { row, unpaid: standing == Ok(Standing::Unpaid) })
}

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// An order.
    Paid,
    /// It may become one: a debit that takes days.
    Unpaid,
    /// A test, or a card that was only stored, or not complete.
    Nothing,
}

fn standing(node: &Field<'_>, books: Books) -> Result<Standing, Garbled> {
    let live = node.need("livemode", "true or false")?.flag()?;
    let complete = node.need("status", "a status")?.text()? == "complete";
    let mode = node.need("mode", "a mode")?;
    let sells = match mode.text()? {
        "payment" | "subscription" => true,
        "setup" => false,
        _ => return Err(mode.garbled("`payment`, `subscription` or `setup`")),
    };
    if live == books.test || !complete || !sells {
        return Ok(Standing::Nothing);
    }
    let payment = node.need("payment_status", "a payment status")?;
    match payment.text()? {
        "paid" | "no_payment_required" => Ok(Standing::Paid),
        "unpaid" => Ok(Standing::Unpaid),
        _ => Err(payment.garbled("a payment status")),
    }
}

/// The codes of a session in the order of their use. A discount without a promotion code is a coupon that nobody typed.
fn codes(node: &Field<'_>, promos: &Promos) -> Result<Vec<String>, Garbled> {
    let used = if let Some(list) = node.get("discounts")? {
        list.items()?
    } else {
        // Before there was `discounts`, only the breakdown named them.
        let details = node.need("total_details", "the totals")?;
        let breakdown = details.need("breakdown", "the breakdown that was asked for")?;
        let rows = breakdown.need("discounts", "a list")?.items()?;
        rows.iter().map(|row| row.need("discount", "a discount")).collect::<Result<_, _>>()?
    };
    let mut codes = Vec::new();
    for discount in used {
        let Some(promotion) = discount.get("promotion_code")? else { continue };
        codes.push(if promotion.value().is_object() {
            fold(promotion.need("code", "a code")?.text()?)
        } else {
            let id = promotion.text()?;
            // One that was not looked up belongs to nobody who was asked about.
            promos.ids.get(id).cloned().unwrap_or_else(|| id.to_owned())
        });
    }
    Ok(codes)
}

/// What a session is worth now in the currency of the books, and whether anything was refunded.
fn worth(node: &Field<'_>, books: Books) -> Result<(i64, bool), Garbled> {
    let total = node.need("amount_total", "an amount")?;
    let paid = paid(node)?;
    let (own, exact) = own_total(node, &total, paid.as_ref(), books)?;
    let back = match paid {
        None => 0,
        Some(paid) if exact => minor_of(paid.refunded, books.currency)
            .filter(|back| (0..=own).contains(back))
            .ok_or_else(|| total.garbled("at least what was refunded"))?,
        // In another currency: the same share of it.
        Some(paid) => share(own, paid.refunded, paid.amount).ok_or_else(|| total.garbled("a share of an amount"))?,
    };
    Ok((own - back, 0 < back))
}

/// The total in the currency of the books, and whether the payment is in that currency too.
fn own_total(
    node: &Field<'_>,
    total: &Field<'_>,
    paid: Option<&Paid<'_>>,
    books: Books,
) -> Result<(i64, bool), Garbled> {
    let minor = |amount: &Field<'_>| {
        minor_of(amount.count()?, books.currency).ok_or_else(|| amount.garbled("whole minor units"))
    };
    let written = node.need("currency", "a currency")?;
    let converted = node.get("currency_conversion")?;
    if is(&written, books.currency)? && converted.is_none() {
        return Ok((minor(total)?, true));
    }
    // The customer paid in a currency of their own: what it was in ours …
    if let Some(conversion) = converted
        && is(&conversion.need("source_currency", "a currency")?, books.currency)?
    {
        return Ok((minor(&conversion.need("amount_total", "an amount")?)?, false));
    }
    // … or what Stripe settled it for, where that was asked for.
    if let Some(settled) = paid.and_then(|paid| paid.settled.as_ref())
        && is(&settled.need("currency", "a currency")?, books.currency)?
    {
        return Ok((minor(&settled.need("amount", "an amount")?)?, false));
    }
    if !total.value().is_null() && total.count()? == 0 {
        return Ok((0, true));
    }
    Err(written.garbled("the currency that the source's `currency` names"))
}

fn is(written: &Field<'_>, currency: Currency) -> Result<bool, Garbled> {
    let text = written.text()?.to_ascii_uppercase();
    let read: Currency = text.parse().map_err(|_| written.garbled("an ISO 4217 currency code"))?;
    Ok(read == currency)
}

/// What was paid, as Stripe's smallest units of the currency of the payment.
struct Paid<'a> {
    amount: i64,
    refunded: i64,
    /// The settlement, where it was asked for.
    settled: Option<Field<'a>>,
}

/// The charge of a session; `None` where nothing was paid, or by an invoice (a subscription), which is not followed.
fn paid<'a>(node: &Field<'a>) -> Result<Option<Paid<'a>>, Garbled> {
    let Some(payment) = node.get("payment_intent")? else {
        let free = node.need("payment_status", "a payment status")?.text()? == "no_payment_required";
        let invoiced = node.need("mode", "a mode")?.text()? == "subscription";
        if free || invoiced {
            return Ok(None);
        }
        node.need("payment_intent", "the payment of what was paid")?;
        return Ok(None);
    };
    let charge = payment.need("latest_charge", "the payment that was asked for")?;
    Ok(Some(Paid {
        amount: charge.need("amount", "an amount")?.count()?,
        refunded: charge.need("amount_refunded", "an amount")?.count()?,
        settled: charge.get("balance_transaction")?.filter(|settled| settled.value().is_object()),
    }))
}

fn share(total: i64, part: i64, whole: i64) -> Option<i64> {
    if part == 0 {
        return Some(0);
    }
    let share = Decimal::from(total).checked_mul(Decimal::from(part))?.checked_div(Decimal::from(whole))?;
    let back = share.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()?;
    (0..=total).contains(&back).then_some(back)
}

/// A refund: which payment it is of, and whether it may still fail.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refund {
    pub id: String,
    pub payment: Option<String>,
    pub status: String,
}

impl Refund {
    /// Whether its status may still change.
    pub fn is_open(&self) -> bool {
        matches!(self.status.as_str(), "pending" | "requires_action")
    }
}

pub(super) fn refund(node: &Field<'_>) -> Result<Refund, Garbled> {
    let payment = match node.get("payment_intent")? {
        Some(one) if one.value().is_object() => Some(one.need("id", "an id")?.text()?.to_owned()),
        Some(one) => Some(one.text()?.to_owned()),
        None => None,
    };
    let status = node.get("status")?.map(|status| status.text().map(str::to_owned)).transpose()?;
    Ok(Refund { id: node.need("id", "an id")?.text()?.to_owned(), payment, status: status.unwrap_or_default() })
}

/// The coupon of a promotion code or a discount, in either shape: its id, and the object where it was expanded.
pub(super) fn coupon<'a>(node: &Field<'a>) -> Result<Option<(String, Option<Field<'a>>)>, Garbled> {
    let nested = match node.get("promotion")? {
        Some(promotion) => Some(promotion),
        None => node.get("source")?,
    };
    let coupon = match nested {
        Some(nested) => nested.get("coupon")?,
        None => node.get("coupon")?,
    };
    let Some(coupon) = coupon else { return Ok(None) };
    if coupon.value().is_object() {
        let id = coupon.need("id", "an id")?.text()?.to_owned();
        Ok(Some((id, Some(coupon))))
    } else {
        Ok(Some((coupon.text()?.to_owned(), None)))
    }
}
