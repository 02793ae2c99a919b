//! What came back for what was spent: one formula, and everything that is worked out from the same sums.
//!
//! ```text
//! ROI = (margin − cost) ÷ cost
//! ```
//!
//! *Cost* is what the ledger has accrued: fees of posts that are out, kill fees of pieces that were cancelled, commission,
//! pay per views, boosts, the product; net of VAT. *Margin* is what the credited orders leave, net of discount, VAT, returns,
//! goods and shipping. It is the return on marketing investment as Farris, Bendle, Pfeifer and Reibstein define it in
//! *Marketing Metrics* (<https://en.wikipedia.org/wiki/Return_on_marketing_investment>): incremental margin less marketing
//! spend, over marketing spend. ROI 0.5 is half as much again as was spent; below 0 it did not come back. Revenue is not
//! margin, so ROAS (revenue ÷ cost) is told beside it and never called a return.
//!
//! Owns: the sums and quotients. Refuses: guessing; what is not known is absent with a reason, and so is everything that
//! needs it. Survives: nothing spent, nothing sold, losses.

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::domain::emv::Emv;
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::rates::{RateError, rounded};

/// Why a figure is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Absent {
    /// Nothing was spent, and nothing divides by it.
    #[error("nothing is spent")]
    NothingSpent,
    /// There is none of what it is divided by.
    #[error("no {metric}")]
    None {
        /// Of what.
        metric: Metric,
    },
    /// Nobody has stated it.
    #[error("no number for {metric}: {reason}")]
    Unknown {
        /// What.
        metric: Metric,
        /// Why.
        reason: String,
    },
    /// No margin is configured.
    #[error("what an order leaves is not known: set `margin` or `margin_per_order` of the brand")]
    NoMargin,
    /// An amount cannot be told in the currency.
    #[error("{cause}")]
    NoRate {
        /// Why.
        cause: RateError,
    },
    /// The brand has no table.
    #[error("no table of earned media value; set `emv` of the brand, with its source")]
    NoTable,
    /// It is larger than can be kept.
    #[error("the sum is larger than can be kept")]
    TooLarge,
}

/// A figure, or why there is none.
pub type Figure<T> = Result<T, Absent>;

/// What is known of a campaign, a partnership or a creator. Money is in one currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The currency of all of it.
    pub currency: Currency,
    /// What was accrued, net of VAT.
    pub cost: Figure<Money>,
    /// What credited orders brought, net of refunds.
    pub revenue: Figure<Money>,
    /// What they left.
    pub margin: Figure<Money>,
    /// How many of each.
    pub counts: BTreeMap<Metric, Figure<i64>>,
}

/// What one of a metric cost and brought. In minor units, to a hundredth of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Per {
    /// Of what.
    pub metric: Metric,
    /// One, or a thousand.
    pub of: u32,
    /// How many there were.
    pub count: Figure<i64>,
    /// What it cost.
    pub cost: Figure<Decimal>,
    /// What it brought in revenue.
    pub revenue: Figure<Decimal>,
    /// What it left in margin.
    pub margin: Figure<Decimal>,
}

/// Everything that is worked out. Ratios to four decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roi {
    /// The currency of all of it.
    pub currency: Currency,
    /// What was spent.
    pub cost: Figure<Money>,
    /// What orders brought.
    pub revenue: Figure<Money>,
    /// What they left.
    pub margin: Figure<Money>,
    /// What they left beyond what was spent.
    pub profit: Figure<Money>,
    /// `(margin − cost) ÷ cost`.
    pub roi: Figure<Decimal>,
    /// `revenue ÷ cost`.
    pub roas: Figure<Decimal>,
    /// `cost ÷ orders`.
    pub cpa: Figure<Money>,
    /// `margin ÷ orders`.
    pub margin_per_order: Figure<Money>,
    /// What one of each metric cost and brought.
    pub per: Vec<Per>,
    /// What the attention would have cost as advertising, by the brand's table; never part of [`Roi::roi`].
    pub emv: Figure<Money>,
}

/// The metrics that are told one by one, and per how many.
const PER: [(Metric, u32); 9] = [
    (Metric::Impressions, 1_000),
    (Metric::Reach, 1_000),
    (Metric::Views, 1_000),
    (Metric::Clicks, 1),
    (Metric::Sessions, 1),
    (Metric::Leads, 1),
    (Metric::SignUps, 1),
    (Metric::Orders, 1),
    (Metric::NewCustomers, 1),
];

/// Metrics that a report of money asks for.
#[must_use]
pub fn metrics() -> Vec<Metric> {
    let engagements = [Metric::Likes, Metric::Comments, Metric::Shares, Metric::Saves];
    PER.iter().map(|row| row.0).chain(engagements).collect()
}

fn ratio(over: Money, under: Money) -> Figure<Decimal> {
    if under.minor <= 0 {
        return Err(Absent::NothingSpent);
    }
    let exact = Decimal::from(over.minor).checked_div(Decimal::from(under.minor)).ok_or(Absent::TooLarge)?;
    Ok(exact.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero).normalize())
}

fn count(facts: &Facts, metric: Metric) -> Figure<i64> {
    let unknown = || Err(Absent::Unknown { metric, reason: "no source states it".to_owned() });
    facts.counts.get(&metric).cloned().unwrap_or_else(unknown)
}

/// A share of an amount in minor units, to a hundredth.
fn each(amount: &Figure<Money>, count: &Figure<i64>, (metric, of): (Metric, u32)) -> Figure<Decimal> {
    let (amount, count) = (amount.clone()?, count.clone()?);
    if count <= 0 {
        return Err(Absent::None { metric });
    }
    let exact = Decimal::from(amount.minor)
        .checked_mul(Decimal::from(of))
        .and_then(|whole| whole.checked_div(Decimal::from(count)))
        .ok_or(Absent::TooLarge)?;
    Ok(exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero).normalize())
}

fn per_order(amount: &Figure<Money>, facts: &Facts) -> Figure<Money> {
    let (amount, orders) = (amount.clone()?, count(facts, Metric::Orders)?);
    if orders <= 0 {
        return Err(Absent::None { metric: Metric::Orders });
    }
    let exact = Decimal::from(amount.minor).checked_div(Decimal::from(orders)).ok_or(Absent::TooLarge)?;
    rounded(exact, amount.currency).ok_or(Absent::TooLarge)
}

/// Works everything out. `emv`: the brand's table.
#[must_use]
pub fn work_out(facts: &Facts, emv: Option<&Emv>) -> Roi {
    let profit = || -> Figure<Money> {
        let (margin, cost) = (facts.margin.clone()?, facts.cost.clone()?);
        margin.checked_sub(cost).map_err(|_| Absent::TooLarge)
    };
    let over_cost = |over: Figure<Money>| ratio(over?, facts.cost.clone()?);
    let per = PER.iter().map(|(metric, of)| {
        let number = count(facts, *metric);
        let part = |amount: &Figure<Money>| each(amount, &number, (*metric, *of));
        let (cost, revenue, margin) = (part(&facts.cost), part(&facts.revenue), part(&facts.margin));
        Per { metric: *metric, of: *of, count: number, cost, revenue, margin }
    });
    Roi {
        currency: facts.currency,
        cost: facts.cost.clone(),
        revenue: facts.revenue.clone(),
        margin: facts.margin.clone(),
        profit: profit(),
        roi: over_cost(profit()),
        roas: over_cost(facts.revenue.clone()),
        cpa: per_order(&facts.cost, facts),
        margin_per_order: per_order(&facts.margin, facts),
        per: per.collect(),
        emv: earned(facts, emv),
    }
}

fn earned(facts: &Facts, emv: Option<&Emv>) -> Figure<Money> {
    let table = emv.ok_or(Absent::NoTable)?;
    let known = facts.counts.iter().filter_map(|(metric, count)| Some((*metric, count.clone().ok()?))).collect();
    let worth = table.of(&known).map_err(|_| Absent::TooLarge)?;
    worth.ok_or_else(|| {
        let metric = table.per_thousand.keys().next().copied().unwrap_or(Metric::Views);
        Absent::Unknown { metric, reason: "no source states what the table values".to_owned() }
    })
}

/// Facts of several together: known where all of them are, else absent as the first that is.
#[must_use]
pub fn together(currency: Currency, all: &[Facts]) -> Facts {
    let money = |part: fn(&Facts) -> &Figure<Money>| {
        all.iter().try_fold(Money::zero(currency), |sum, one| {
            sum.checked_add(part(one).clone()?).map_err(|_| Absent::TooLarge)
        })
    };
    let mut counts: BTreeMap<Metric, Figure<i64>> = BTreeMap::new();
    for metric in all.iter().flat_map(|one| one.counts.keys()) {
        // What some platforms do not have is not there of those: the others are a sum.
        let known: Vec<i64> = all.iter().filter_map(|one| one.counts.get(metric)?.clone().ok()).collect();
        let first = all.iter().find_map(|one| one.counts.get(metric)?.clone().err());
        let sum = match (known.is_empty(), first) {
            (true, Some(why)) => Err(why),
            _ => Ok(known.iter().fold(0_i64, |sum, one| sum.saturating_add(*one))),
        };
        counts.insert(*metric, sum);
    }
    let part = |part| money(part);
    Facts {
        currency,
        cost: part(|one| &one.cost),
        revenue: part(|one| &one.revenue),
        margin: part(|one| &one.margin),
        counts,
    }
}

/// A ratio for people: `0.5` is `50.0 %`.
#[must_use]
pub fn percent(ratio: Decimal) -> String {
    let percent = ratio.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(ratio);
    format!("{:.1} %", percent.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero))
}

/// An amount in parts of the minor unit for people: four decimals of EUR.
#[must_use]
pub fn fine(minor: Decimal, currency: Currency) -> String {
    let units = Decimal::from(10_i64.pow(currency.exponent()));
    let digits = usize::try_from(currency.exponent().saturating_add(2)).unwrap_or(2);
    let major = minor.checked_div(units).unwrap_or(minor);
    // Below a billion nothing of it is lost; above, nobody reads the hundredth of a cent.
    let shown = if major.abs().to_i64().is_some() { format!("{major:.digits$}") } else { major.to_string() };
    format!("{shown} {currency}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn euro(minor: i64) -> Money {
        Money::new(minor, "EUR".parse().expect("EUR"))
    }

    fn facts(cost: i64, revenue: i64, margin: Figure<i64>, counts: &[(Metric, i64)]) -> Facts {
        Facts {
            currency: euro(0).currency,
            cost: Ok(euro(cost)),
            revenue: Ok(euro(revenue)),
            margin: margin.map(euro),
            counts: counts.iter().map(|(metric, count)| (*metric, Ok(*count))).collect(),
        }
    }

    fn shown<T: std::fmt::Display>(figure: &Figure<T>) -> String {
        figure.as_ref().map_or_else(ToString::to_string, ToString::to_string)
    }

    #[test]
    fn the_return_is_margin_less_cost_over_cost() {
        let got =
            work_out(&facts(100_000, 500_000, Ok(150_000), &[(Metric::Orders, 40), (Metric::Views, 80_000)]), None);
        assert_eq!(shown(&got.profit), "500.00 EUR");
        assert_eq!(shown(&got.roi), "0.5");
        assert_eq!(shown(&got.roas), "5");
        assert_eq!(shown(&got.cpa), "25.00 EUR");
        assert_eq!(shown(&got.margin_per_order), "37.50 EUR");
        let views = got.per.iter().find(|per| per.metric == Metric::Views).expect("views");
        assert_eq!((shown(&views.cost), views.of), ("1250".to_owned(), 1_000));
        assert_eq!(shown(&got.emv), "no table of earned media value; set `emv` of the brand, with its source");
        assert_eq!(percent(Decimal::new(-12_345, 4)), "-123.5 %");
        assert_eq!(fine(Decimal::new(12_345, 2), euro(0).currency), "1.2345 EUR");
    }

    #[test]
    fn what_is_not_known_is_absent_and_so_is_what_needs_it() {
        let got = work_out(&facts(100_000, 500_000, Err(Absent::NoMargin), &[(Metric::Orders, 0)]), None);
        assert_eq!(
            shown(&got.roi),
            "what an order leaves is not known: set `margin` or `margin_per_order` of the brand"
        );
        assert_eq!(shown(&got.roas), "5");
        assert_eq!(shown(&got.cpa), "no orders");
        let free = work_out(&facts(0, 500, Ok(100), &[]), None);
        assert_eq!(shown(&free.roi), "nothing is spent");
        assert_eq!(shown(&free.cpa), "no number for orders: no source states it");
        assert_eq!(shown(&free.profit), "1.00 EUR");
    }

    #[test]
    fn a_loss_of_everything_is_minus_one() {
        let got = work_out(&facts(100_000, 0, Ok(0), &[]), None);
        assert_eq!(shown(&got.roi), "-1");
    }

    #[test]
    fn together_is_known_only_where_each_is() {
        let (one, other) = (facts(100, 10, Ok(5), &[(Metric::Orders, 2)]), facts(50, 20, Err(Absent::NoMargin), &[]));
        let sum = together(euro(0).currency, &[one.clone(), other]);
        assert_eq!((shown(&sum.cost), shown(&sum.revenue)), ("1.50 EUR".to_owned(), "0.30 EUR".to_owned()));
        assert_eq!(sum.margin, Err(Absent::NoMargin));
        assert_eq!(sum.counts.get(&Metric::Orders), Some(&Ok(2)));
        assert_eq!(together(euro(0).currency, std::slice::from_ref(&one)).margin, one.margin);
    }

    proptest! {
        #[test]
        fn the_return_has_the_sign_of_the_profit(cost in 1_i64..10_000_000, margin in -10_000_000_i64..10_000_000) {
            let got = work_out(&facts(cost, 0, Ok(margin), &[]), None);
            let (roi, profit) = (got.roi.expect("known"), got.profit.expect("known"));
            prop_assert_eq!(profit.minor, margin - cost);
            let exact = Decimal::from(margin - cost) / Decimal::from(cost);
            prop_assert!((roi - exact).abs() <= Decimal::new(5, 5));
        }
    }
}
