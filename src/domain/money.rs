//! Money: whole minor units of one currency.
//!
//! Refuses: floats, and sums over two currencies. A share of an amount is rounded half away from zero, once.

use std::fmt;
use std::str::FromStr;

use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency that has minor units.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimal places of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(given: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(given)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| MoneyError::UnknownCurrency { given: given.to_owned() })
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(given: String) -> Result<Self, MoneyError> {
        given.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// Why something is not money, or cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields repeat the sentence")]
pub enum MoneyError {
    #[error("`{given}` is not an ISO 4217 currency code with minor units")]
    UnknownCurrency { given: String },
    #[error("`{given}` is not an amount of money: write it like `100.00 EUR`")]
    Malformed { given: String },
    #[error("`{given}` has more decimals than {currency} has")]
    TooFine { given: String, currency: Currency },
    #[error("`{given}` is larger than can be kept")]
    TooLarge { given: String },
    #[error("{left} and {right} are different currencies")]
    Mixed { left: Currency, right: Currency },
}

/// An amount in minor units (cents, pence, yen). May be negative.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units.
    pub minor: i64,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    #[must_use]
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, of `currency`.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// From a decimal in major units; finer than the minor unit is an error, never rounded away.
    pub fn from_major(major: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let given = || format!("{major} {currency}");
        let scaled = major
            .checked_mul(Decimal::from(10_i64.pow(currency.exponent())))
            .ok_or_else(|| MoneyError::TooLarge { given: given() })?;
        if !scaled.fract().is_zero() {
            return Err(MoneyError::TooFine { given: given(), currency });
        }
        let minor = scaled.to_i64().ok_or_else(|| MoneyError::TooLarge { given: given() })?;
        Ok(Self::new(minor, currency))
    }

    /// In major units, exactly.
    #[must_use]
    pub fn to_major(self) -> Decimal {
        Decimal::new(self.minor, self.currency.exponent())
    }

    /// The sum, if the currencies agree and it can be kept.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed { left: self.currency, right: other.currency });
        }
        self.minor
            .checked_add(other.minor)
            .map(|minor| Self::new(minor, self.currency))
            .ok_or_else(|| MoneyError::TooLarge { given: format!("{self} + {other}") })
    }

    /// The difference, under the same conditions.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        let negated = other.minor.checked_neg().ok_or_else(|| MoneyError::TooLarge { given: other.to_string() })?;
        self.checked_add(Self::new(negated, other.currency))
    }

    /// A share of the amount, rounded half away from zero to the minor unit.
    pub fn share(self, of: Decimal) -> Result<Self, MoneyError> {
        Decimal::from(self.minor)
            .checked_mul(of)
            .map(|minor| minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero))
            .and_then(|minor| minor.to_i64())
            .map(|minor| Self::new(minor, self.currency))
            .ok_or_else(|| MoneyError::TooLarge { given: format!("{self} × {of}") })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_major(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Money {
    type Err = MoneyError;
    fn from_str(given: &str) -> Result<Self, MoneyError> {
        let malformed = || MoneyError::Malformed { given: given.to_owned() };
        let (amount, code) = given.trim().split_once(' ').ok_or_else(malformed)?;
        let major: Decimal = amount.parse().map_err(|_| malformed())?;
        Self::from_major(major, code.trim().parse()?)
    }
}

/// Serde for documents, where money is written `"100.00 EUR"`. Use with `#[serde(with = "crate::domain::money::text")]`.
pub mod text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::Money;

    /// Writes `100.00 EUR`.
    pub fn serialize<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(money)
    }

    /// Reads `100.00 EUR`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }

    /// The same for a field that may be missing.
    pub mod option {
        use super::{Deserializer, Money, Serializer, serialize as write};
        use serde::{Deserialize as _, de::Error as _};

        /// Writes `100.00 EUR` or nothing.
        pub fn serialize<S: Serializer>(money: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
            match money {
                Some(money) => write(money, serializer),
                None => serializer.serialize_none(),
            }
        }

        /// Reads `100.00 EUR` or nothing.
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
            Option::<String>::deserialize(deserializer)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, want: Result<(i64, &str), &str>) {
        let got = given.parse::<Money>().map(|money| (money.minor, money.currency.code().to_owned()));
        let want = want.map(|(minor, code)| (minor, code.to_owned())).map_err(str::to_owned);
        assert_eq!(got.map_err(|error| error.to_string()), want);
    }

    #[test]
    fn money_is_read_in_major_units_and_kept_in_minor_ones() {
        check("100.00 EUR", Ok((10_000, "EUR")));
        check("-0.05 SEK", Ok((-5, "SEK")));
        check("1200 JPY", Ok((1200, "JPY")));
        check("1.234 KWD", Ok((1234, "KWD")));
        check("1.005 EUR", Err("`1.005 EUR` has more decimals than EUR has"));
        check("100 EURO", Err("`EURO` is not an ISO 4217 currency code with minor units"));
        check("100", Err("`100` is not an amount of money: write it like `100.00 EUR`"));
        check("NaN EUR", Err("`NaN EUR` is not an amount of money: write it like `100.00 EUR`"));
        check("99999999999999999999 EUR", Err("`99999999999999999999 EUR` is larger than can be kept"));
    }

    #[test]
    fn money_prints_as_it_is_read() {
        for text in ["100.00 EUR", "-0.05 SEK", "1200 JPY"] {
            assert_eq!(text.parse::<Money>().expect("money").to_string(), text);
        }
        let money: Money = "270.00 EUR".parse().expect("money");
        assert_eq!(serde_json::to_string(&money).expect("json"), r#"{"minor":27000,"currency":"EUR"}"#);
    }

    #[test]
    fn sums_stay_inside_one_currency_and_shares_round_half_away() {
        let euro: Money = "0.05 EUR".parse().expect("money");
        let krona: Money = "0.05 SEK".parse().expect("money");
        assert!(euro.checked_add(krona).is_err());
        assert_eq!(euro.checked_sub(euro), Ok(Money::zero(euro.currency)));
        assert_eq!(euro.share(Decimal::new(5, 1)).map(|money| money.minor), Ok(3));
        assert!(Money::new(i64::MAX, euro.currency).checked_add(euro).is_err());
    }
}
