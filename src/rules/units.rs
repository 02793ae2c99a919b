//! What a number in a condition is: which unit, over which whole. Rates of different wholes never meet.

use crate::domain::metric::{Kind, Metric, Unit};

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dim {
    /// A number without a unit: literals, ratios, multiples.
    Plain,
    /// Things counted; `None` where different things were added up.
    Count(Option<Metric>),
    /// A share of a whole.
    Share(Metric),
    /// Money.
    Money,
    /// Money written down in the rule: an amount, or an amount per whatever it is compared with.
    Amount,
    /// Money per something.
    Per(Per),
    /// Seconds.
    Seconds,
}

/// What money is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// One of these.
    One(Metric),
    /// A thousand of these.
    Thousand(Metric),
    /// One engagement of any kind.
    Engagement,
}

impl Dim {
    /// The unit of a metric.
    #[must_use]
    pub fn of(metric: Metric) -> Self {
        match (metric.unit(), metric.kind()) {
            (Unit::Count, _) => Self::Count(Some(metric)),
            (Unit::Money, _) => Self::Money,
            (Unit::Seconds, _) => Self::Seconds,
            (Unit::Share(whole), _) => Self::Share(whole),
            (Unit::Multiple, _) => Self::Plain,
            (Unit::MoneyPer(_), _) if metric == Metric::Cpe => Self::Per(Per::Engagement),
            (Unit::MoneyPer(whole), Kind::Derived { scale: 1_000, .. }) => Self::Per(Per::Thousand(whole)),
            (Unit::MoneyPer(whole), _) => Self::Per(Per::One(whole)),
        }
    }

    /// Whether values are money in minor units, per whatever.
    #[must_use]
    pub fn is_money(self) -> bool {
        match self {
            Self::Money | Self::Amount | Self::Per(_) => true,
            Self::Plain | Self::Count(_) | Self::Share(_) | Self::Seconds => false,
        }
    }

    /// The unit of a sum, a difference or a comparison of two; `None` where they do not go together. A number without a
    /// unit takes the other's, except money: that is always written with its currency.
    #[must_use]
    pub fn meet(self, other: Self) -> Option<Self> {
        match (self, other) {
            (left, right) if left == right => Some(left),
            (Self::Count(_), Self::Count(_)) => Some(Self::Count(None)),
            (Self::Plain, right) if !right.is_money() => Some(right),
            (left, Self::Plain) if !left.is_money() => Some(left),
            (Self::Amount, right) if right.is_money() => Some(right),
            (left, Self::Amount) if left.is_money() => Some(left),
            (_, _) => None,
        }
    }

    /// The unit of a product.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Plain, any) | (any, Self::Plain) => Some(any),
            (Self::Count(Some(thing)), Self::Per(Per::One(per)))
            | (Self::Per(Per::One(per)), Self::Count(Some(thing)))
                if thing == per =>
            {
                Some(Self::Money)
            }
            (Self::Count(Some(thing)), Self::Share(whole)) | (Self::Share(whole), Self::Count(Some(thing)))
                if thing == whole =>
            {
                Some(Self::Count(None))
            }
            (_, _) => None,
        }
    }

    /// The unit of a quotient.
    #[must_use]
    pub fn over(self, other: Self) -> Option<Self> {
        match (self, other) {
            (any, Self::Plain) => Some(any),
            (left, right) if left == right => Some(Self::Plain),
            (Self::Count(_), Self::Count(Some(whole))) => Some(Self::Share(whole)),
            (Self::Count(_), Self::Count(None)) => Some(Self::Plain),
            (left, Self::Amount) | (Self::Amount, left) if left.is_money() => Some(Self::Plain),
            (Self::Money | Self::Amount, Self::Count(Some(thing))) => Some(Self::Per(Per::One(thing))),
            (Self::Money | Self::Amount, Self::Per(Per::One(thing))) => Some(Self::Count(Some(thing))),
            (_, _) => None,
        }
    }

    /// In words, with an article where it needs one.
    #[must_use]
    pub fn say(self) -> String {
        match self {
            Self::Plain => "a number without a unit".to_owned(),
            Self::Count(Some(metric)) => format!("a count of {}", metric.title()),
            Self::Count(None) => "a count".to_owned(),
            Self::Share(whole) => format!("a share of {}", whole.title()),
            Self::Money => "money".to_owned(),
            Self::Amount => "an amount of money".to_owned(),
            Self::Per(Per::One(thing)) => format!("money divided by {}", thing.title()),
            Self::Per(Per::Thousand(thing)) => format!("money per thousand {}", thing.title()),
            Self::Per(Per::Engagement) => "money per engagement".to_owned(),
            Self::Seconds => "a length of time".to_owned(),
        }
    }

    /// The unit's name in receipts: money is in minor units of the receipt's currency.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "number",
            Self::Count(_) => "count",
            Self::Share(_) => "share",
            Self::Money | Self::Amount => "money",
            Self::Per(Per::One(_) | Per::Engagement) => "money_per",
            Self::Per(Per::Thousand(_)) => "money_per_thousand",
            Self::Seconds => "seconds",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_of_different_wholes_do_not_meet() {
        let of = Dim::of;
        assert_eq!(of(Metric::ErViews).meet(of(Metric::ErFollowers)), None);
        assert_eq!(of(Metric::Cpm).meet(of(Metric::Cpa)), None);
        assert_eq!(of(Metric::Spend).meet(of(Metric::Orders)), None);
        assert_eq!(of(Metric::Spend).meet(Dim::Plain), None);
        assert_eq!(of(Metric::Cpm).meet(of(Metric::Spend).over(of(Metric::Views)).expect("money per view")), None);
    }

    #[test]
    fn quotients_get_the_unit_of_the_metric_they_are() {
        let of = Dim::of;
        assert_eq!(of(Metric::Spend).over(of(Metric::Orders)), Some(of(Metric::Cpa)));
        assert_eq!(of(Metric::Orders).over(of(Metric::Clicks)), Some(of(Metric::Cvr)));
        assert_eq!(of(Metric::Spend).over(of(Metric::Cpa)), Some(of(Metric::Orders)));
        assert_eq!(of(Metric::Revenue).over(of(Metric::Spend)), Some(of(Metric::Roas)));
        assert_eq!(of(Metric::Orders).times(of(Metric::Cpa)), Some(Dim::Money));
    }
}
