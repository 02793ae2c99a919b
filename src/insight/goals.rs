//! What a campaign is for, whether what its creators promise is enough for it, and whether it keeps pace.
//!
//! A campaign has a goal, a goal has the metrics that say whether it is reached, and the campaign's target of the first of
//! them is what counts. The targets of its partnerships are their minimums: together they should be the campaign's. Pace
//! is told against a straight line from the first day to the last, which is declared and no forecast.
//!
//! Refuses: brand strength and reputation without a number. What people think is asked in a survey; where none is imported
//! there is only how much others post and answer, and a target of that is the campaign's own choice.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::domain::document::{Goal, Target, Targets};
use crate::domain::ids::CreatorId;
use crate::domain::metric::Metric;
use crate::domain::split::by_weight;

/// The metrics that say whether a goal is reached, the first that has a target counts.
#[must_use]
pub fn metrics_of(goal: Goal) -> &'static [Metric] {
    match goal {
        Goal::Awareness => &[Metric::Reach, Metric::Impressions, Metric::Views],
        Goal::NewAudiences => &[Metric::NewCustomers, Metric::Followers, Metric::Visitors, Metric::Reach],
        Goal::BrandStrength => &[Metric::UgcPosts, Metric::Followers, Metric::Saves, Metric::Shares],
        Goal::Leads => &[Metric::Leads, Metric::SignUps, Metric::Installs],
        Goal::Sales => &[Metric::Orders, Metric::Revenue, Metric::Margin],
        Goal::Reputation => &[Metric::UgcPosts, Metric::Comments, Metric::Shares],
    }
}

/// The metric and amount of a campaign's goal: money in minor units. `None`: it has no target of any.
#[must_use]
pub fn aim(goal: Goal, targets: &Targets) -> Option<(Metric, i64)> {
    metrics_of(goal).iter().find_map(|metric| Some((*metric, whole(targets.get(metric)?)?)))
}

/// What targets say of a metric, in whole units.
#[must_use]
pub fn least(targets: &Targets, metric: Metric) -> Option<i64> {
    targets.get(&metric).and_then(whole)
}

fn whole(target: &Target) -> Option<i64> {
    match target {
        Target::Money(money) => Some(money.minor),
        Target::Number(number) => number.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64(),
    }
}

/// Whether what creators promise is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promised {
    /// Of what.
    pub metric: Metric,
    /// What the campaign wants.
    pub wanted: i64,
    /// What the running partnerships promise together.
    pub promised: i64,
    /// What is missing; 0 where it is enough.
    pub short: i64,
    /// Those that promise nothing.
    pub without: Vec<CreatorId>,
}

/// The minimums of the running partnerships against the campaign's aim.
#[must_use]
pub fn promised<'a>(aim: (Metric, i64), deals: impl IntoIterator<Item = (&'a CreatorId, &'a Targets)>) -> Promised {
    let (metric, wanted) = aim;
    let (mut promised, mut without) = (0_i64, Vec::new());
    for (creator, targets) in deals {
        match targets.get(&metric).and_then(whole) {
            Some(least) => promised = promised.saturating_add(least),
            None => without.push(creator.clone()),
        }
    }
    let short = std::cmp::max(wanted.saturating_sub(promised), 0);
    Promised { metric, wanted, promised, short, without }
}

/// How a campaign keeps pace on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// What there is.
    pub reached: i64,
    /// What a straight line would have by now.
    pub due: i64,
    /// Days gone, this one among them.
    pub days_gone: i64,
    /// Days in all.
    pub days: i64,
    /// `reached ÷ due`, to two decimals; nothing where nothing is due yet.
    pub share: Option<Decimal>,
}

/// How far a campaign is on its way, at the end of a day. `None`: it has not begun, or it ends before it starts.
#[must_use]
pub fn pace(wanted: i64, reached: i64, (starts, ends): (Date, Date), day: Date) -> Option<Pace> {
    let days = i64::from(starts.until(ends).ok()?.get_days()).checked_add(1).filter(|days| 0 < *days)?;
    let gone =
        i64::from(starts.until(std::cmp::min(day, ends)).ok()?.get_days()).checked_add(1).filter(|gone| 0 < *gone)?;
    let exact = Decimal::from(wanted).checked_mul(Decimal::from(gone))?.checked_div(Decimal::from(days))?;
    let due = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()?;
    let share = Decimal::from(reached)
        .checked_div(Decimal::from(due))
        .map(|share| share.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero));
    Some(Pace { reached, due, days_gone: gone, days, share })
}

/// What is missing after a stop, spread over those that go on in proportion to what they promise already, to the unit: a
/// suggestion, as every creator has to agree to more.
#[must_use]
pub fn spread(short: i64, going: &[(CreatorId, i64)]) -> BTreeMap<CreatorId, i64> {
    let weights: Vec<u64> = going.iter().map(|(_, least)| u64::try_from(*least).unwrap_or(0)).collect();
    going.iter().map(|(creator, _)| creator.clone()).zip(by_weight(short, &weights)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn creator(name: &str) -> CreatorId {
        CreatorId::new(name).expect("an id")
    }

    fn targets(list: &[(Metric, i64)]) -> Targets {
        list.iter().map(|(metric, number)| (*metric, Target::Number(Decimal::from(*number)))).collect()
    }

    #[test]
    fn the_first_metric_of_a_goal_that_has_a_target_counts() {
        let given = targets(&[(Metric::Views, 90_000), (Metric::Orders, 900)]);
        assert_eq!(aim(Goal::Awareness, &given), Some((Metric::Views, 90_000)));
        assert_eq!(aim(Goal::Sales, &given), Some((Metric::Orders, 900)));
        assert_eq!(aim(Goal::Leads, &given), None);
    }

    #[test]
    fn minimums_are_held_against_the_aim() {
        let (alma, bo, cleo) = (creator("alma"), creator("bo"), creator("cleo"));
        let (sixty, forty, nothing) =
            (targets(&[(Metric::Orders, 60)]), targets(&[(Metric::Orders, 40)]), targets(&[]));
        let got = promised((Metric::Orders, 150), [(&alma, &sixty), (&bo, &forty), (&cleo, &nothing)]);
        assert_eq!((got.promised, got.short, got.without), (100, 50, vec![cleo.clone()]));
        assert_eq!(promised((Metric::Orders, 90), [(&alma, &sixty), (&bo, &forty)]).short, 0);
        let more = spread(50, &[(alma.clone(), 60), (bo.clone(), 40), (cleo.clone(), 0)]);
        assert_eq!(more, BTreeMap::from([(alma, 30), (bo, 20), (cleo, 0)]));
    }

    #[test]
    fn pace_is_told_against_a_straight_line() {
        let days = (date(2026, 3, 1), date(2026, 3, 10));
        let on = |day, reached| pace(100, reached, days, date(2026, 3, day)).map(|pace| (pace.due, pace.share));
        assert_eq!(on(1, 5), Some((10, Some(Decimal::new(50, 2)))));
        assert_eq!(on(5, 60), Some((50, Some(Decimal::new(120, 2)))));
        assert_eq!(on(31, 100), Some((100, Some(Decimal::new(100, 2)))));
        assert_eq!(pace(100, 0, days, date(2026, 2, 28)), None);
        assert_eq!(pace(0, 0, days, date(2026, 3, 5)).and_then(|pace| pace.share), None);
        // Over a leap month and a change of the clock days stay days.
        assert_eq!(
            pace(366, 0, (date(2028, 1, 1), date(2028, 12, 31)), date(2028, 3, 31)).map(|pace| pace.due),
            Some(91)
        );
    }
}
