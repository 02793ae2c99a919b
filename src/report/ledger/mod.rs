//! The ledger: what was accrued and what was paid, line by line, in minor units, so that it adds up to the cent.
//!
//! A line is never changed. What was posted and is not so any more has a line that takes it back, on the day that became
//! known: a piece that was out and is cancelled after all, a price that was put right, a refund. What stands on one invoice
//! has its VAT worked out once and spread over its lines by the largest remainder.
//!
//! Owns: from the versions of deals to lines ([`pieces`]), VAT, totals, and the sheets ([`sheets`]). Refuses: the store,
//! rates, and what a deal still may cost: only what is certain is accrued. Survives: no line at all.

pub mod pieces;
pub mod sheets;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::books::{Books, vat_of_lines};
use crate::domain::document::PartnershipRef;
use crate::domain::ids::{BrandId, DeliverableId, Platform};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::rates::{RateError, Rates};
use crate::domain::written::Percent;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It fell due: the other side has done its part, or it can no longer be avoided.
    Accrual,
    /// It was paid, or came back.
    Payment,
}

/// For what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A piece whose post is out, or the advance on one.
    Fee,
    /// A piece that was cancelled.
    KillFee,
    /// The product that was sent.
    Product,
    /// Commission and pay per thousand views.
    Earned,
    /// Paid spend on a creator's post.
    Boost(Platform),
}

impl What {
    /// The name in files and JSON: `boost_meta_ads` for a boost.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Fee => "fee".to_owned(),
            Self::KillFee => "kill_fee".to_owned(),
            Self::Product => "product".to_owned(),
            Self::Earned => "earned".to_owned(),
            Self::Boost(platform) => format!("boost_{platform}"),
        }
    }
}

impl Kind {
    /// The name in files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accrual => "accrual",
            Self::Payment => "payment",
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The day it is posted on, in the brand's zone.
    pub day: Date,
    /// What it is about.
    pub kind: Kind,
    /// For what.
    pub what: What,
    /// Whether it takes another back.
    pub reverses: bool,
    /// Whose books.
    pub brand: BrandId,
    /// With whom.
    pub at: PartnershipRef,
    /// For which piece.
    pub piece: Option<DeliverableId>,
    /// Account, order, invoice.
    pub books: Books,
    /// Without VAT; below zero where it takes back.
    pub net: Money,
    /// The VAT on top.
    pub vat: Money,
    /// Whether it was posted and never taken back. What was, and what takes it back, is not on the invoice that counts.
    stands: bool,
}

impl Entry {
    /// A line that stands, its VAT not worked out yet.
    #[must_use]
    pub fn new(day: Date, (kind, what): (Kind, What), (brand, at): (BrandId, PartnershipRef), net: Money) -> Self {
        let (books, vat) = (Books::default(), Money::zero(net.currency));
        Self { day, kind, what, reverses: false, brand, at, piece: None, books, net, vat, stands: true }
    }

    /// With VAT.
    pub fn gross(&self) -> Result<Money, MoneyError> {
        self.net.checked_add(self.vat)
    }

    /// The month it is posted in: `2026-03`.
    #[must_use]
    pub fn month(&self) -> String {
        month_of(self.day)
    }
}

/// The month of a day: `2026-03`.
#[must_use]
pub fn month_of(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// What lines come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "net is without VAT, gross with it; what is due is gross, and below zero it is to come back"
)]
pub struct Sum {
    pub accrued_net: Money,
    pub accrued_vat: Money,
    pub accrued_gross: Money,
    pub paid_gross: Money,
    pub due_gross: Money,
}

impl Sum {
    /// Nothing yet.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self { accrued_net: zero, accrued_vat: zero, accrued_gross: zero, paid_gross: zero, due_gross: zero }
    }

    fn add(&mut self, entry: &Entry) -> Result<(), MoneyError> {
        let gross = entry.gross()?;
        match entry.kind {
            Kind::Accrual => {
                self.accrued_net = self.accrued_net.checked_add(entry.net)?;
                self.accrued_vat = self.accrued_vat.checked_add(entry.vat)?;
                self.accrued_gross = self.accrued_gross.checked_add(gross)?;
                self.due_gross = self.due_gross.checked_add(gross)?;
            }
            Kind::Payment => {
                self.paid_gross = self.paid_gross.checked_add(gross)?;
                self.due_gross = self.due_gross.checked_sub(gross)?;
            }
        }
        Ok(())
    }
}

/// Every line, in the order they are shown: by day, partnership and piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    entries: Vec<Entry>,
}

impl Ledger {
    /// A ledger of these lines: VAT is worked out and they are put in order.
    pub fn new(mut entries: Vec<Entry>) -> Result<Self, MoneyError> {
        take_vat(&mut entries)?;
        let key = |entry: &Entry| {
            let Entry { day, at, piece, kind, what, reverses, .. } = entry;
            (*day, at.clone(), piece.clone(), *kind, *what, *reverses)
        };
        entries.sort_by_cached_key(key);
        Ok(Self { entries })
    }

    /// The lines.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the lines come to under each key and currency.
    pub fn sums<K: Ord>(&self, key: impl Fn(&Entry) -> K) -> Result<BTreeMap<(K, Currency), Sum>, MoneyError> {
        let mut sums = BTreeMap::new();
        for entry in &self.entries {
            let currency = entry.net.currency;
            sums.entry((key(entry), currency)).or_insert_with(|| Sum::zero(currency)).add(entry)?;
        }
        Ok(sums)
    }

    /// What all of it comes to, by currency.
    pub fn totals(&self) -> Result<BTreeMap<Currency, Sum>, MoneyError> {
        Ok(self.sums(|_| ())?.into_iter().map(|(((), currency), sum)| (currency, sum)).collect())
    }

    /// What was accrued, net, told in one currency: each line by the rate of its day, rounded, so that the lines add up.
    /// Absent where one line has no rate.
    pub fn accrued_in(&self, to: Currency, rates: &Rates, of: impl Fn(&Entry) -> bool) -> Result<Money, RateError> {
        let mut sum = Money::zero(to);
        for entry in self.entries.iter().filter(|entry| entry.kind == Kind::Accrual && of(entry)) {
            let told = rates.convert(entry.net, to, entry.day)?;
            sum = sum.checked_add(told).map_err(|_| RateError::TooLarge { given: format!("{sum} + {told}"), to })?;
        }
        Ok(sum)
    }
}

/// What an invoice is known by: its number with its partnership; without a number each piece is its own.
type OnInvoice = (PartnershipRef, Option<String>, Option<DeliverableId>, Currency, Percent);

/// Works out the VAT of every line. Lines that stand share their invoice's; a payment of what was accrued has its VAT; what
/// was taken back has its own, rounded alike in both directions.
fn take_vat(entries: &mut [Entry]) -> Result<(), MoneyError> {
    let mut invoices: BTreeMap<OnInvoice, Vec<usize>> = BTreeMap::new();
    for (index, entry) in entries.iter_mut().enumerate() {
        let Some(rate) = entry.books.vat else { continue };
        entry.vat = entry.net.share(rate.fraction())?;
        if entry.kind == Kind::Accrual && entry.stands && 0 <= entry.net.minor {
            let piece = entry.piece.clone().filter(|_| entry.books.invoice.is_none());
            let key = (entry.at.clone(), entry.books.invoice.clone(), piece, entry.net.currency, rate);
            // Without a number and without a piece there is no invoice to share.
            if key.1.is_some() || key.2.is_some() {
                invoices.entry(key).or_default().push(index);
            }
        }
    }
    let mut of_piece: BTreeMap<(PartnershipRef, DeliverableId, Amount), Money> = BTreeMap::new();
    for ((_, _, _, _, rate), lines) in invoices {
        let net: Vec<Money> = lines.iter().filter_map(|index| entries.get(*index)).map(|entry| entry.net).collect();
        for (index, vat) in lines.into_iter().zip(vat_of_lines(&net, rate)?) {
            if let Some(entry) = entries.get_mut(index) {
                entry.vat = vat;
                if let Some(piece) = &entry.piece {
                    of_piece.insert((entry.at.clone(), piece.clone(), entry.net.into()), vat);
                }
            }
        }
    }
    for entry in entries.iter_mut().filter(|entry| entry.kind == Kind::Payment) {
        let Some(piece) = entry.piece.clone() else { continue };
        let (net, back) = (entry.net.minor.saturating_abs(), entry.net.minor < 0);
        let key = (entry.at.clone(), piece, Money::new(net, entry.net.currency).into());
        if let Some(vat) = of_piece.get(&key) {
            entry.vat = if back { Money::zero(vat.currency).checked_sub(*vat)? } else { *vat };
        }
    }
    Ok(())
}

/// An amount that can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Amount(i64, Currency);

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self(money.minor, money.currency)
    }
}

#[cfg(test)]
mod tests;
