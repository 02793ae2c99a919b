//! What `adjust` sets: an amount, a share, or a target of a metric, as people type them.

use rust_decimal::Decimal;

use crate::domain::document::Target;
use crate::domain::metric::{Metric, Unit};
use crate::domain::money::Money;
use crate::domain::written::Percent;

/// What something is set to. Always a state, never a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A boost's whole budget: `3000 EUR`.
    Budget(Money),
    /// What a code takes off: `12 %`.
    Share(Percent),
    /// What a campaign or a deal should reach: `cpa 40 EUR`, `orders 900`, `ctr 2 %`.
    Target(Metric, Target),
}

/// Reads `3000 EUR`, `12,5 %`, `cpa 40.00 EUR`. `None`: it is none of them.
#[must_use]
pub fn read(text: &str) -> Option<Change> {
    let text = text.trim();
    if let Some((first, rest)) = text.split_once(char::is_whitespace)
        && let Ok(metric) = first.to_lowercase().parse::<Metric>()
    {
        return target(metric, rest.trim_start_matches('=').trim()).map(|target| Change::Target(metric, target));
    }
    share(text).map(|share| Change::Share(Percent(share))).or_else(|| money(text).map(Change::Budget))
}

fn target(metric: Metric, text: &str) -> Option<Target> {
    match metric.unit() {
        Unit::Money | Unit::MoneyPer(_) => money(text).map(Target::Money),
        Unit::Share(_) if text.ends_with('%') => {
            share(text)?.checked_div(Decimal::ONE_HUNDRED).map(|share| Target::Number(share.normalize()))
        }
        _ => positive(text).map(Target::Number),
    }
}

/// Above 0 and at most 100.
fn share(text: &str) -> Option<Decimal> {
    positive(text.strip_suffix('%')?.trim()).filter(|share| *share <= Decimal::ONE_HUNDRED)
}

/// `3000 EUR`, `40,50 sek`.
fn money(text: &str) -> Option<Money> {
    let (amount, currency) = text.split_once(char::is_whitespace)?;
    let amount = positive(amount)?;
    format!("{amount} {}", currency.trim().to_uppercase()).parse().ok()
}

/// A number above 0. A comma stands for a point where it cannot be anything else: `1,500` is refused, for to some it is
/// one and a half.
fn positive(text: &str) -> Option<Decimal> {
    let text = match text.split_once(',') {
        Some((whole, part)) if (1..=2).contains(&part.len()) => format!("{whole}.{part}"),
        Some(_) => return None,
        None => text.to_owned(),
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|number| digits && Decimal::ZERO < *number)
}

/// As it is typed: what is confirmed is what was shown.
#[must_use]
pub fn typed(change: &Change) -> String {
    match change {
        Change::Budget(amount) => amount.to_string(),
        Change::Share(share) => format!("{} %", share.0.normalize()),
        Change::Target(metric, Target::Money(amount)) => format!("{metric} {amount}"),
        Change::Target(metric, Target::Number(number)) => format!("{metric} {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Option<&str>) {
        let read = read(text);
        assert_eq!(read.as_ref().map(typed).as_deref(), want, "{text}: {read:?}");
        if let Some(change) = read {
            assert_eq!(super::read(&typed(&change)), Some(change), "{text} comes back");
        }
    }

    #[test]
    fn amounts_shares_and_targets_are_told_apart() {
        check("3000 EUR", Some("3000.00 EUR"));
        check("3000,50 eur", Some("3000.50 EUR"));
        check("12 %", Some("12 %"));
        check("12,5%", Some("12.5 %"));
        check("cpa 40 EUR", Some("cpa 40.00 EUR"));
        check("CPA = 40.00 EUR", Some("cpa 40.00 EUR"));
        check("orders 900", Some("orders 900"));
        check("ctr 2 %", Some("ctr 0.02"));
        check("ctr 0.02", Some("ctr 0.02"));
    }

    #[test]
    fn what_could_mean_two_things_means_nothing() {
        for text in [
            "",
            "3000",
            "EUR",
            "1,500 EUR",
            "3,000 EUR",
            "-5 EUR",
            "+5 %",
            "0 %",
            "101 %",
            "0 EUR",
            "cpa 40",
            "orders 40 EUR",
            "12.345 EUR",
            "1e3 EUR",
            "ctr 200 %",
            "lower",
            "cpa",
            "sparkle 3",
        ] {
            check(text, None);
        }
    }
}
