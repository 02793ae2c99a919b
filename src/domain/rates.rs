//! Rates between currencies, each from its day on: how an amount is told in another currency.
//!
//! A rate holds from its day until the next one of its pair. Where only the other direction is known, it is divided by.
//! Nothing is converted over a third currency, and where there is no rate there is no amount: never one to one.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::document::Rate;
use super::money::{Currency, Money};

/// Why an amount is not told in another currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// There is no rate.
    #[error("no rate from {from} to {to} on {day} or before; apply a [[rate]]")]
    None {
        /// From which.
        from: Currency,
        /// To which.
        to: Currency,
        /// When.
        day: Date,
    },
    /// It is larger than can be kept.
    #[error("{given} in {to} is larger than can be kept")]
    TooLarge {
        /// The amount.
        given: String,
        /// In which currency.
        to: Currency,
    },
}

/// Every rate that is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rates(BTreeMap<(Currency, Currency), BTreeMap<Date, Decimal>>);

impl Rates {
    /// Takes a rate in, over what was said of its day; one that is not above zero is no rate.
    pub fn take(&mut self, rate: &Rate) {
        if Decimal::ZERO < rate.value {
            self.0.entry((rate.from, rate.to)).or_default().insert(rate.date.0, rate.value);
        }
    }

    fn newest(&self, from: Currency, to: Currency, day: Date) -> Option<(Date, Decimal)> {
        let (since, value) = self.0.get(&(from, to))?.range(..=day).next_back()?;
        Some((*since, *value))
    }

    /// How many of `to` one of `from` was on a day: of both directions the newer.
    pub fn on(&self, from: Currency, to: Currency, day: Date) -> Result<Decimal, RateError> {
        if from == to {
            return Ok(Decimal::ONE);
        }
        let turned =
            self.newest(to, from, day).and_then(|(since, value)| Some((since, Decimal::ONE.checked_div(value)?)));
        let newer = match (self.newest(from, to, day), turned) {
            (Some(straight), Some(turned)) if straight.0 < turned.0 => Some(turned),
            (straight, turned) => straight.or(turned),
        };
        newer.map(|(_, value)| value).ok_or(RateError::None { from, to, day })
    }

    /// An amount of a day in another currency, in its minor units and not rounded.
    pub fn exact(&self, money: Money, to: Currency, day: Date) -> Result<Decimal, RateError> {
        let too_large = || RateError::TooLarge { given: money.to_string(), to };
        let rate = self.on(money.currency, to, day)?;
        let units = Decimal::from(10_i64.pow(to.exponent()));
        money.to_major().checked_mul(rate).and_then(|major| major.checked_mul(units)).ok_or_else(too_large)
    }

    /// The same, rounded once, half away from zero.
    pub fn convert(&self, money: Money, to: Currency, day: Date) -> Result<Money, RateError> {
        if money.currency == to {
            return Ok(money);
        }
        let exact = self.exact(money, to, day)?;
        rounded(exact, to).ok_or_else(|| RateError::TooLarge { given: money.to_string(), to })
    }
}

/// Minor units, rounded half away from zero.
#[must_use]
pub fn rounded(minor: Decimal, currency: Currency) -> Option<Money> {
    let whole = minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()?;
    Some(Money::new(whole, currency))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::Documents;

    fn rates() -> Rates {
        let text = r#"
            [[rate]]
            id = "a"
            date = 2026-03-01
            from = "EUR"
            to = "SEK"
            value = "11.42"
            [[rate]]
            id = "b"
            date = 2026-03-10
            from = "EUR"
            to = "SEK"
            value = "11.00"
            [[rate]]
            id = "c"
            date = 2026-03-05
            from = "JPY"
            to = "EUR"
            value = "0.00625"
        "#;
        let mut rates = Rates::default();
        Documents::from_toml(text).expect("rates").rate.iter().for_each(|rate| rates.take(rate));
        rates
    }

    #[track_caller]
    fn check(amount: &str, to: &str, day: &str, want: Result<&str, &str>) {
        let (money, day): (Money, Date) = (amount.parse().expect("money"), day.parse().expect("a day"));
        let got = rates().convert(money, to.parse().expect("a currency"), day);
        assert_eq!(
            got.map(|money| money.to_string()).map_err(|error| error.to_string()),
            want.map(str::to_owned).map_err(str::to_owned)
        );
    }

    #[test]
    fn a_rate_holds_from_its_day_until_the_next() {
        check("100.00 EUR", "SEK", "2026-03-01", Ok("1142.00 SEK"));
        check("100.00 EUR", "SEK", "2026-03-09", Ok("1142.00 SEK"));
        check("100.00 EUR", "SEK", "2026-03-10", Ok("1100.00 SEK"));
        check("1142.00 SEK", "EUR", "2026-03-02", Ok("100.00 EUR"));
        check("16000 JPY", "EUR", "2026-03-05", Ok("100.00 EUR"));
        check("100.00 EUR", "JPY", "2026-03-05", Ok("16000 JPY"));
        check("100.00 EUR", "EUR", "1999-01-01", Ok("100.00 EUR"));
    }

    #[test]
    fn without_a_rate_there_is_no_amount() {
        check(
            "1.00 EUR",
            "SEK",
            "2026-02-28",
            Err("no rate from EUR to SEK on 2026-02-28 or before; apply a [[rate]]"),
        );
        check("100 JPY", "SEK", "2026-03-20", Err("no rate from JPY to SEK on 2026-03-20 or before; apply a [[rate]]"));
    }

    #[test]
    fn a_rate_of_nothing_is_none() {
        let mut rates = Rates::default();
        let zero = Documents::from_toml(
            "[[rate]]\nid = \"a\"\ndate = 2026-03-01\nfrom = \"EUR\"\nto = \"SEK\"\nvalue = \"0\"",
        );
        zero.expect("read").rate.iter().for_each(|rate| rates.take(rate));
        assert_eq!(rates, Rates::default());
    }
}
