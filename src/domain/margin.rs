//! What one order leaves: its price without discount, value added tax, returns, goods and shipping.
//!
//! ```text
//! net    = price × (1 − discount) ÷ (1 + vat)
//! margin = (net − goods) × (1 − returns) − shipping
//! ```
//!
//! A returned order gives its price back and its goods return to the shelf; what was paid to ship it is gone. Worked out in
//! exact decimals and rounded once, at the end, half away from zero to the minor unit.
//!
//! Owns: the sum. Refuses: orders themselves, and what was paid for the advertisement.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::money::{self, Money, MoneyError};
use super::written::Percent;

/// What becomes of an order's price. Each part may be left out: then there is none of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Margin {
    /// An order at the list price, with tax. Left out: what orders have brought of late, which has its discount off.
    #[serde(default, with = "money::text::option", skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// Of the list price, what the code takes off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Percent>,
    /// Value added tax inside the price, as its rate on the net price: 25 % of 80 is 20 of 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat: Option<Percent>,
    /// Of all orders, those that come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Percent>,
    /// What the goods cost: a share of the net price, or an amount an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goods: Option<Part>,
    /// What shipping one order costs.
    #[serde(default, with = "money::text::option", skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Money>,
}

/// A share, written `40 %`, or an amount, written `12.50 EUR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Of the net price.
    Share(Percent),
    /// An order.
    Amount(Money),
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Share(share) => share.serialize(serializer),
            Self::Amount(amount) => serializer.collect_str(amount),
        }
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim_end().ends_with('%') {
            let share: serde::de::value::StrDeserializer<'_, D::Error> =
                serde::de::IntoDeserializer::into_deserializer(text.as_str());
            return Percent::deserialize(share).map(Self::Share);
        }
        text.parse().map(Self::Amount).map_err(D::Error::custom)
    }
}

impl Margin {
    /// The first amount that is not in a currency.
    #[must_use]
    pub fn other_currency(&self, currency: money::Currency) -> Option<Money> {
        let goods = self.goods.and_then(|part| match part {
            Part::Amount(amount) => Some(amount),
            Part::Share(_) => None,
        });
        [self.price, goods, self.shipping].into_iter().flatten().find(|amount| amount.currency != currency)
    }
}

/// What one order leaves. `seen` is what an order has brought of late, with tax and after its discount: used where no price
/// is declared. `None`: neither is known.
///
/// Errors when two currencies meet, or the sum cannot be kept.
pub fn per_order(parts: &Margin, seen: Option<Money>) -> Result<Option<Money>, MoneyError> {
    let fraction = |share: Option<Percent>| share.map_or(Decimal::ZERO, Percent::fraction);
    let paid = match (parts.price, seen) {
        (Some(price), _) => (price, Decimal::ONE - fraction(parts.discount)),
        (None, Some(seen)) => (seen, Decimal::ONE),
        (None, None) => return Ok(None),
    };
    let (price, kept) = paid;
    let currency = price.currency;
    let too_large = || MoneyError::TooLarge { given: price.to_string() };
    let amount = |money: Money| {
        if money.currency == currency {
            Ok(Decimal::from(money.minor))
        } else {
            Err(MoneyError::Mixed { left: currency, right: money.currency })
        }
    };
    let net = amount(price)?
        .checked_mul(kept)
        .and_then(|paid| paid.checked_div(Decimal::ONE + fraction(parts.vat)))
        .ok_or_else(too_large)?;
    let goods = match parts.goods {
        None => Decimal::ZERO,
        Some(Part::Share(share)) => net.checked_mul(share.fraction()).ok_or_else(too_large)?,
        Some(Part::Amount(goods)) => amount(goods)?,
    };
    let shipping = parts.shipping.map_or(Ok(Decimal::ZERO), amount)?;
    let left = net
        .checked_sub(goods)
        .and_then(|left| left.checked_mul(Decimal::ONE - fraction(parts.returns)))
        .and_then(|left| left.checked_sub(shipping))
        .ok_or_else(too_large)?;
    Money::new(1, currency).share(left).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> Margin {
        toml::from_str(text).expect("parts of a margin")
    }

    #[track_caller]
    fn check(text: &str, seen: Option<&str>, want: Option<&str>) {
        let seen = seen.map(|text| text.parse().expect("money"));
        let got = per_order(&parts(text), seen).expect("it adds up");
        assert_eq!(got.map(|money| money.to_string()), want.map(str::to_owned));
    }

    #[test]
    fn each_part_takes_what_it_takes() {
        check("price = \"100.00 EUR\"", None, Some("100.00 EUR"));
        check("price = \"100.00 EUR\"\ndiscount = \"10 %\"", None, Some("90.00 EUR"));
        check("price = \"100.00 EUR\"\nvat = \"25 %\"", None, Some("80.00 EUR"));
        check("price = \"100.00 EUR\"\nreturns = \"20 %\"", None, Some("80.00 EUR"));
        check("price = \"100.00 EUR\"\ngoods = \"40 %\"", None, Some("60.00 EUR"));
        check("price = \"100.00 EUR\"\ngoods = \"35.50 EUR\"", None, Some("64.50 EUR"));
        check("price = \"100.00 EUR\"\nshipping = \"5.90 EUR\"", None, Some("94.10 EUR"));
        // 100 − 10 % = 90, without 25 % tax 72, less 28.80 of goods 43.20, kept by nine in ten 38.88, less 5.90 of shipping.
        let all = "price = \"100.00 EUR\"\ndiscount = \"10 %\"\nvat = \"25 %\"\nreturns = \"10 %\"\ngoods = \"40 %\"\nshipping = \"5.90 EUR\"";
        check(all, None, Some("32.98 EUR"));
        // Orders that leave nothing leave less than nothing.
        check("price = \"20.00 EUR\"\ngoods = \"18.00 EUR\"\nshipping = \"5.90 EUR\"", None, Some("-3.90 EUR"));
    }

    #[test]
    fn without_a_price_it_is_what_orders_brought_and_the_discount_is_off_already() {
        check("discount = \"10 %\"\nvat = \"25 %\"", Some("90.00 EUR"), Some("72.00 EUR"));
        check("vat = \"25 %\"", None, None);
        check("price = \"100.00 EUR\"", Some("90.00 EUR"), Some("100.00 EUR"));
    }

    #[test]
    fn it_is_rounded_once_and_half_away_from_zero() {
        // 99.99 ÷ 1.25 = 79.992.
        check("price = \"99.99 EUR\"\nvat = \"25 %\"", None, Some("79.99 EUR"));
        check("price = \"0.01 EUR\"\nreturns = \"50 %\"", None, Some("0.01 EUR"));
        check("price = \"1000 JPY\"\nvat = \"10 %\"", None, Some("909 JPY"));
        // Three thirds, each rounded by itself, would be a cent short.
        check("price = \"100.00 EUR\"\nvat = \"19 %\"\nreturns = \"33.33 %\"", None, Some("56.03 EUR"));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let mixed = per_order(&parts("price = \"100.00 EUR\"\nshipping = \"59.00 SEK\""), None);
        insta::assert_snapshot!(mixed.expect_err("two currencies"), @"EUR and SEK are different currencies");
        let wrong = toml::from_str::<Margin>("goods = \"much\"").expect_err("no part");
        assert!(wrong.to_string().contains("`much` is not an amount of money"), "{wrong}");
        let euro = "EUR".parse().expect("a currency");
        let other = parts("price = \"100.00 EUR\"\ngoods = \"59.00 SEK\"").other_currency(euro);
        assert_eq!(other.map(|money| money.to_string()), Some("59.00 SEK".to_owned()));
    }

    proptest! {
        #[test]
        fn more_of_any_part_never_leaves_more(
            price in 0_i64..1_000_000, shares in proptest::collection::vec(0_i64..=100, 4), shipping in 0_i64..10_000, which in 0_usize..5,
        ) {
            let euro = "EUR".parse().expect("a currency");
            let share = |at: usize| Some(Percent(Decimal::from(shares[at])));
            let one = Margin {
                price: Some(Money::new(price, euro)),
                discount: share(0),
                vat: share(1),
                returns: share(2),
                goods: share(3).map(Part::Share),
                shipping: Some(Money::new(shipping, euro)),
            };
            let more = |share: Option<Percent>| share.map(|one| Percent(std::cmp::min(one.0 + Decimal::ONE, Decimal::ONE_HUNDRED)));
            let mut worse = one.clone();
            match which {
                0 => worse.discount = more(worse.discount),
                1 => worse.vat = more(worse.vat),
                2 => worse.returns = more(worse.returns),
                3 => worse.goods = more(share(3)).map(Part::Share),
                _ => worse.shipping = Some(Money::new(shipping + 1, euro)),
            }
            let of = |parts: &Margin| per_order(parts, None).expect("adds up").map(|money| money.minor);
            prop_assert!(of(&worse) <= of(&one));
            // Written down and read back it is the same.
            let text = toml::to_string(&one).expect("written");
            prop_assert_eq!(toml::from_str::<Margin>(&text).expect("read"), one);
        }
    }
}
