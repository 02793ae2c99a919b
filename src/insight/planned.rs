//! What a plan says of the steps between money spent and money earned, from the targets that somebody wrote down.
//!
//! Owns: working out what they imply: a cost of 1,000 views and a cost per click say how many of 1,000 should click. Refuses:
//! a guess. A plan that names no views and no clicks says nothing of the steps.

use std::collections::BTreeMap;

use super::decomposition::Counts;
use crate::domain::metric::Metric;

/// What is counted between spend and revenue.
const COUNTED: [Metric; 5] = [Metric::Spend, Metric::Views, Metric::Clicks, Metric::Orders, Metric::Revenue];

/// `rate = scale · over / under`: how targets hang together.
const RATES: [(Metric, Metric, Metric, f64); 7] = [
    (Metric::Cpa, Metric::Spend, Metric::Orders, 1.0),
    (Metric::Roas, Metric::Revenue, Metric::Spend, 1.0),
    (Metric::Cpm, Metric::Spend, Metric::Views, 1_000.0),
    (Metric::Cpc, Metric::Spend, Metric::Clicks, 1.0),
    (Metric::Ctr, Metric::Clicks, Metric::Views, 1.0),
    (Metric::Cvr, Metric::Orders, Metric::Clicks, 1.0),
    (Metric::Aov, Metric::Revenue, Metric::Orders, 1.0),
];

/// What would have come of `spend` (minor units, above 0) by the plan. Targets: money in minor units, rates as they are.
///
/// Where the plan counts (so many views for so much money) its proportions are taken, at the size of `spend`; else its rates.
/// `None`: it says nothing of views or clicks, or nothing that hangs together with money.
#[must_use]
pub fn counts(targets: &BTreeMap<Metric, f64>, spend: f64) -> Option<Counts> {
    let usable = |metric: &Metric| targets.get(metric).copied().filter(|value| value.is_finite() && 0.0 < *value);
    let mut counted: BTreeMap<Metric, f64> =
        COUNTED.iter().filter_map(|metric| Some((*metric, usable(metric)?))).collect();
    fill(&mut counted, &usable);
    if !counted.contains_key(&Metric::Spend) {
        // What is counted does not hang together with money; what is said of rates may.
        counted = BTreeMap::from([(Metric::Spend, spend)]);
        fill(&mut counted, &usable);
    }
    let size = spend / counted.get(&Metric::Spend).copied()?;
    let of = |metric: Metric| counted.get(&metric).map(|value| value * size);
    let told = Counts {
        spend: Some(spend),
        views: of(Metric::Views),
        engagements: None,
        clicks: of(Metric::Clicks),
        orders: of(Metric::Orders),
        worth: of(Metric::Revenue),
    };
    (told.views.is_some() || told.clicks.is_some()).then_some(told)
}

/// What follows from what is known, until nothing more does.
fn fill(counted: &mut BTreeMap<Metric, f64>, rate: &dyn Fn(&Metric) -> Option<f64>) {
    // Each round finds one of five at least, or there is nothing more to find.
    for _ in COUNTED {
        for (name, over, under, scale) in RATES {
            let Some(rate) = rate(&name) else { continue };
            match (counted.get(&over).copied(), counted.get(&under).copied()) {
                (Some(over), None) => drop(counted.insert(under, scale * over / rate)),
                (None, Some(under)) => drop(counted.insert(over, rate * under / scale)),
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(targets: &[(Metric, f64)], want: Option<[Option<f64>; 4]>) {
        let targets = targets.iter().copied().collect();
        let got = counts(&targets, 90_000.0);
        let got = got.map(|one| [one.views, one.clicks, one.orders, one.worth].map(|value| value.map(f64::round)));
        assert_eq!(got, want);
    }

    #[test]
    fn rates_imply_each_other() {
        // €9 for 1,000 views, of which 1 % click: €0.90 a click; €45 an order: 2 % of clicks.
        let plan = [(Metric::Cpm, 900.0), (Metric::Ctr, 0.01), (Metric::Cpa, 4_500.0)];
        check(&plan, Some([Some(100_000.0), Some(1_000.0), Some(20.0), None]));
        let more = [plan.as_slice(), &[(Metric::Aov, 8_000.0)]].concat();
        check(&more, Some([Some(100_000.0), Some(1_000.0), Some(20.0), Some(160_000.0)]));
    }

    #[test]
    fn counts_are_taken_at_the_size_of_what_was_spent() {
        let plan = [(Metric::Spend, 180_000.0), (Metric::Views, 200_000.0), (Metric::Orders, 40.0)];
        check(&plan, Some([Some(100_000.0), None, Some(20.0), None]));
        // Counts that hang together with money through a rate.
        let plan = [(Metric::Cpa, 4_500.0), (Metric::Orders, 40.0), (Metric::Clicks, 2_000.0)];
        check(&plan, Some([None, Some(1_000.0), Some(20.0), None]));
    }

    #[test]
    fn a_plan_that_says_nothing_of_the_steps_is_none() {
        check(&[], None);
        check(&[(Metric::Cpa, 4_500.0)], None);
        check(&[(Metric::Cpa, 4_500.0), (Metric::Aov, 8_000.0)], None);
        // So many views, but for how much nobody says: what an order may cost is known all the same, and no step of it.
        check(&[(Metric::Views, 200_000.0), (Metric::Cpa, 4_500.0)], None);
        check(&[(Metric::Cpc, 0.0), (Metric::Cpa, f64::NAN)], None);
    }
}
