//! What the bookkeeping wants to know of a cost: account code, purchase order, invoice, VAT, when it was paid.
//!
//! A campaign, a partnership and a deliverable may each say it; what the narrower one leaves out is as the wider one says.
//! Fees are net: VAT comes on top. Nothing here changes what is owed or saved.

use serde::{Deserialize, Serialize};

use super::money::{Money, MoneyError};
use super::split::by_weight;
use super::written::{Day, Percent};

/// What the bookkeeping wants to know. Everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Books {
    /// The account it is booked on: `6070`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The number of the purchase order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub po: Option<String>,
    /// The number of the invoice. Several pieces may stand on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<String>,
    /// The day of the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoiced: Option<Day>,
    /// VAT on top of the net amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat: Option<Percent>,
    /// The day it was paid, with its VAT. Before the post is out: in advance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Day>,
    /// The day on which what was paid and is not owed came back: of a piece that was paid in advance and then cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded: Option<Day>,
}

impl Books {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is said here, and the account, order and VAT of the wider one where they are not. An invoice and its days are
    /// of one piece only and are never taken over.
    #[must_use]
    pub fn within(&self, wider: &Self) -> Self {
        Self {
            account: self.account.clone().or_else(|| wider.account.clone()),
            po: self.po.clone().or_else(|| wider.po.clone()),
            vat: self.vat.or(wider.vat),
            ..self.clone()
        }
    }

    /// What cannot be, as a sentence.
    #[must_use]
    pub fn misfit(&self) -> Option<String> {
        let texts = [("account", &self.account), ("po", &self.po), ("invoice", &self.invoice)];
        let bad = |text: &String| {
            text.trim().is_empty() || TEXT_MAX < text.chars().count() || text.chars().any(char::is_control)
        };
        if let Some((name, _)) = texts.iter().find(|(_, text)| text.as_ref().is_some_and(bad)) {
            return Some(format!("`{name}` in `books` has 1 to {TEXT_MAX} characters on one line"));
        }
        match (self.paid, self.refunded) {
            (None, Some(_)) => Some("`refunded` in `books` needs the day it was `paid`".to_owned()),
            (Some(paid), Some(back)) if back < paid => Some("`refunded` in `books` is before `paid`".to_owned()),
            _ => None,
        }
    }
}

/// The longest number of an account, order or invoice; what is longer is a sentence.
const TEXT_MAX: usize = 64;

/// The VAT of lines that stand on one invoice: worked out on their sum, rounded once, and spread over them so that not a
/// cent is lost ([`by_weight`]). All are of one currency, and none is negative.
pub fn vat_of_lines(net: &[Money], rate: Percent) -> Result<Vec<Money>, MoneyError> {
    let Some(first) = net.first() else { return Ok(Vec::new()) };
    let mut sum = Money::zero(first.currency);
    for line in net {
        sum = sum.checked_add(*line)?;
    }
    let whole = sum.share(rate.fraction())?;
    let weights: Vec<u64> = net.iter().map(|line| u64::try_from(line.minor).unwrap_or(0)).collect();
    let parts = by_weight(whole.minor, &weights);
    Ok(parts.into_iter().map(|minor| Money::new(minor, whole.currency)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    #[test]
    fn the_narrower_word_counts_and_invoices_are_not_inherited() {
        let read = |text: &str| toml::from_str::<Books>(text).expect("books");
        let wide = read("account = \"6070\"\npo = \"PO-1\"\nvat = \"25 %\"\ninvoice = \"A\"\npaid = 2026-03-01");
        let narrow = read("account = \"6071\"\ninvoiced = 2026-03-05");
        let got = narrow.within(&wide);
        assert_eq!((got.account.as_deref(), got.po.as_deref()), (Some("6071"), Some("PO-1")));
        assert_eq!((got.vat, got.invoice, got.paid), (wide.vat, None, None));
        assert!(Books::default().is_empty());
    }

    #[test]
    fn what_cannot_be_is_said() {
        let check = |text: &str, want: Option<&str>| {
            assert_eq!(toml::from_str::<Books>(text).expect("books").misfit().as_deref(), want, "{text}");
        };
        check("account = \"6070\"", None);
        check("po = \" \"", Some("`po` in `books` has 1 to 64 characters on one line"));
        check("refunded = 2026-03-01", Some("`refunded` in `books` needs the day it was `paid`"));
        check("paid = 2026-03-02\nrefunded = 2026-03-01", Some("`refunded` in `books` is before `paid`"));
    }

    proptest! {
        #[test]
        fn the_vat_of_an_invoice_is_the_sum_of_its_lines(
            net in proptest::collection::vec(0_i64..5_000_000, 1..40), tenths in 0_i64..=300,
        ) {
            let euro = "EUR".parse().expect("EUR");
            let rate = Percent(Decimal::new(tenths, 1));
            let lines: Vec<Money> = net.iter().map(|minor| Money::new(*minor, euro)).collect();
            let vat = vat_of_lines(&lines, rate).expect("fits");
            let whole = Money::new(net.iter().sum(), euro).share(rate.fraction()).expect("fits");
            prop_assert_eq!(vat.iter().map(|line| line.minor).sum::<i64>(), whole.minor);
            for (line, vat) in lines.iter().zip(&vat) {
                // No line is further than a cent from its own.
                let own = Decimal::from(line.minor) * rate.fraction();
                prop_assert!((Decimal::from(vat.minor) - own).abs() <= Decimal::ONE);
            }
        }
    }
}
