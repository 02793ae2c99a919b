//! Earned media value: what attention would have cost as advertising, by a table that somebody stands for.
//!
//! It is an opinion with a unit, so there is none unless a brand configures its table and names where it is from. It is
//! never part of the return on spend.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::metric::Metric;
use super::money::{self, Money, MoneyError};
use super::rates::rounded;
use super::written::Day;

/// A table of values, and its source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emv {
    /// Who says so: an address, or a report and its page.
    pub source: String,
    /// As of when.
    pub date: Day,
    /// What a thousand of each are worth.
    pub per_thousand: BTreeMap<Metric, Value>,
}

/// An amount of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Value(#[serde(with = "money::text")] pub Money);

impl Emv {
    /// The first amount that is not in a currency.
    #[must_use]
    pub fn other_currency(&self, currency: money::Currency) -> Option<Money> {
        self.per_thousand.values().map(|value| value.0).find(|value| value.currency != currency)
    }

    /// What these counts are worth together, rounded once. `None`: the table speaks of none of them.
    ///
    /// Errors when two currencies meet, or the sum cannot be kept.
    pub fn of(&self, counts: &BTreeMap<Metric, i64>) -> Result<Option<Money>, MoneyError> {
        let mut sum: Option<(Decimal, money::Currency)> = None;
        for (metric, value) in &self.per_thousand {
            let Some(count) = counts.get(metric) else { continue };
            let too_large = || MoneyError::TooLarge { given: format!("{count} × {} ÷ 1000", value.0) };
            let worth = Decimal::from(*count)
                .checked_mul(Decimal::from(value.0.minor))
                .and_then(|worth| worth.checked_div(Decimal::ONE_THOUSAND))
                .ok_or_else(too_large)?;
            let currency = value.0.currency;
            let (before, first) = sum.unwrap_or((Decimal::ZERO, currency));
            if first != currency {
                return Err(MoneyError::Mixed { left: first, right: currency });
            }
            sum = Some((before.checked_add(worth).ok_or_else(too_large)?, first));
        }
        let Some((minor, currency)) = sum else { return Ok(None) };
        rounded(minor, currency).map(Some).ok_or_else(|| MoneyError::TooLarge { given: format!("{minor} {currency}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_the_table_says_and_nothing_without_its_counts() {
        let text = "source = \"https://example.org/emv\"\ndate = 2026-01-01\n\
                    [per_thousand]\nviews = \"12.34 EUR\"\nlikes = \"80.00 EUR\"";
        let table: Emv = toml::from_str(text).expect("a table");
        let of = |counts: &[(Metric, i64)]| {
            table.of(&counts.iter().copied().collect()).expect("adds up").map(|money| money.to_string())
        };
        // 5 678 views are 70.06652, 9 likes 0.72: together 70.78652.
        assert_eq!(of(&[(Metric::Views, 5_678), (Metric::Likes, 9)]), Some("70.79 EUR".to_owned()));
        assert_eq!(of(&[(Metric::Clicks, 5_678)]), None);
        assert!(toml::from_str::<Emv>("date = 2026-01-01\n[per_thousand]\nviews = \"1.00 EUR\"").is_err());
    }
}
