//! Metrics: what is counted, in which unit, and over which denominator.
//!
//! One table says everything; a new metric is a new row. Rates with different denominators are different metrics, so
//! comparing `er_views` with `er_followers` is an error wherever two metrics meet.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a metric's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Things counted.
    Count,
    /// Money in the currency of its subject.
    Money,
    /// Seconds.
    Seconds,
    /// A share: 0.05 is five in a hundred. Carries its denominator, because shares of different wholes do not compare.
    Share(Metric),
    /// Money per thing, or per thousand things.
    MoneyPer(Metric),
    /// Money per money, without a unit.
    Multiple,
}

/// How values of a metric come to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number of events: sources report running totals or amounts.
    Counter,
    /// A level: only its last statement counts.
    Gauge,
    /// Worked out from windowed parts: `scale × over / under`.
    Derived {
        /// The sum above the line.
        over: &'static [Metric],
        /// The metric below the line.
        under: Metric,
        /// 1, or 1000 for costs per thousand.
        scale: u32,
    },
}

macro_rules! metrics {
    ($($name:ident = $text:literal, $kind:expr, $unit:expr, $title:literal;)*) => {
        /// A metric. The name in rules and files is [`Metric::as_str`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[expect(missing_docs, reason = "each is a standard term of the field; the table gives kind, unit and title")]
        pub enum Metric { $($name,)* }

        impl Metric {
            /// Every metric, in the order of the table.
            pub const ALL: &'static [Metric] = &[$(Metric::$name,)*];

            /// The name in rules, files and JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Metric::$name => $text,)* }
            }

            /// What people call it, in English; words for other locales are in the wording files.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Metric::$name => $title,)* }
            }

            /// How its values come to be.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Metric::$name => $kind,)* }
            }

            /// What its value is.
            #[must_use]
            pub const fn unit(self) -> Unit {
                match self { $(Metric::$name => $unit,)* }
            }
        }
    };
}

/// What counts as engagement: the sum used by every engagement rate.
const ENGAGEMENTS: &[Metric] = &[Metric::Likes, Metric::Comments, Metric::Shares, Metric::Saves];

const fn derived(over: &'static [Metric], under: Metric, scale: u32) -> Kind {
    Kind::Derived { over, under, scale }
}

metrics! {
    Views = "views", Kind::Counter, Unit::Count, "views";
    Reach = "reach", Kind::Counter, Unit::Count, "people reached";
    Impressions = "impressions", Kind::Counter, Unit::Count, "impressions";
    Likes = "likes", Kind::Counter, Unit::Count, "likes";
    Comments = "comments", Kind::Counter, Unit::Count, "comments";
    Shares = "shares", Kind::Counter, Unit::Count, "shares";
    Saves = "saves", Kind::Counter, Unit::Count, "saves";
    Clicks = "clicks", Kind::Counter, Unit::Count, "link clicks";
    BotClicks = "bot_clicks", Kind::Counter, Unit::Count, "clicks by programs";
    Prefetches = "prefetches", Kind::Counter, Unit::Count, "links fetched ahead";
    Visitors = "visitors", Kind::Counter, Unit::Count, "visitors";
    StoryLinkTaps = "story_link_taps", Kind::Counter, Unit::Count, "story link taps";
    Sessions = "sessions", Kind::Counter, Unit::Count, "shop visits";
    Leads = "leads", Kind::Counter, Unit::Count, "leads";
    SignUps = "sign_ups", Kind::Counter, Unit::Count, "sign-ups";
    Installs = "installs", Kind::Counter, Unit::Count, "installs";
    Orders = "orders", Kind::Counter, Unit::Count, "orders";
    Redemptions = "redemptions", Kind::Counter, Unit::Count, "code redemptions";
    // Of the redemptions whose buyers' way to the shop is known; the others are in none of the four.
    RedeemedByLink = "redeemed_by_link", Kind::Counter, Unit::Count, "codes used by way of the creator";
    RedeemedTyped = "redeemed_typed", Kind::Counter, Unit::Count, "codes typed in";
    RedeemedListed = "redeemed_listed", Kind::Counter, Unit::Count, "codes from pages that list codes";
    RedeemedElsewhere = "redeemed_elsewhere", Kind::Counter, Unit::Count, "codes from elsewhere";
    Refunds = "refunds", Kind::Counter, Unit::Count, "refunded orders";
    NewCustomers = "new_customers", Kind::Counter, Unit::Count, "new customers";
    WatchSeconds = "watch_seconds", Kind::Counter, Unit::Seconds, "watch time";
    Videos = "videos", Kind::Gauge, Unit::Count, "videos";
    UgcPosts = "ugc_posts", Kind::Counter, Unit::Count, "posts by others";
    Posts = "posts", Kind::Gauge, Unit::Count, "posts";
    Revenue = "revenue", Kind::Counter, Unit::Money, "revenue";
    Margin = "margin", Kind::Counter, Unit::Money, "margin";
    Spend = "spend", Kind::Counter, Unit::Money, "spend";
    Fees = "fees", Kind::Counter, Unit::Money, "fees";
    Emv = "emv", Kind::Counter, Unit::Money, "earned media value";
    Followers = "followers", Kind::Gauge, Unit::Count, "followers";
    LiveViewers = "live_viewers", Kind::Gauge, Unit::Count, "live viewers";
    ErViews = "er_views", derived(ENGAGEMENTS, Metric::Views, 1), Unit::Share(Metric::Views), "engagements per view";
    ErReach = "er_reach", derived(ENGAGEMENTS, Metric::Reach, 1), Unit::Share(Metric::Reach), "engagements per person reached";
    ErFollowers = "er_followers", derived(ENGAGEMENTS, Metric::Followers, 1), Unit::Share(Metric::Followers), "engagements per follower";
    Ctr = "ctr", derived(&[Metric::Clicks], Metric::Views, 1), Unit::Share(Metric::Views), "link clicks per view";
    Cvr = "cvr", derived(&[Metric::Orders], Metric::Clicks, 1), Unit::Share(Metric::Clicks), "orders per link click";
    Aov = "aov", derived(&[Metric::Revenue], Metric::Orders, 1), Unit::MoneyPer(Metric::Orders), "average order value";
    Cpm = "cpm", derived(&[Metric::Spend], Metric::Views, 1000), Unit::MoneyPer(Metric::Views), "cost per thousand views";
    Cpe = "cpe", derived(&[Metric::Spend], Metric::Likes, 1), Unit::MoneyPer(Metric::Likes), "cost per engagement";
    Cpc = "cpc", derived(&[Metric::Spend], Metric::Clicks, 1), Unit::MoneyPer(Metric::Clicks), "cost per link click";
    Cpl = "cpl", derived(&[Metric::Spend], Metric::Leads, 1), Unit::MoneyPer(Metric::Leads), "cost per lead";
    Cpa = "cpa", derived(&[Metric::Spend], Metric::Orders, 1), Unit::MoneyPer(Metric::Orders), "cost per order";
    Roas = "roas", derived(&[Metric::Revenue], Metric::Spend, 1), Unit::Multiple, "revenue per spend";
    Roi = "roi", derived(&[Metric::Margin], Metric::Spend, 1), Unit::Multiple, "return on spend";
    // What a deal says of itself at an instant. No source reports these: see `super::standing`.
    DraftOverdue = "draft_overdue", Kind::Gauge, Unit::Seconds, "time a draft is overdue";
    PostOverdue = "post_overdue", Kind::Gauge, Unit::Seconds, "time a post is overdue";
    ProofOverdue = "proof_overdue", Kind::Gauge, Unit::Seconds, "time a proof is overdue";
    ReportOverdue = "report_overdue", Kind::Gauge, Unit::Seconds, "time a report is overdue";
    LinksWrong = "links_wrong", Kind::Gauge, Unit::Count, "posts without the deal's link";
    CodesMissing = "codes_missing", Kind::Gauge, Unit::Count, "posts without the deal's code";
    DisclosuresMissing = "disclosures_missing", Kind::Gauge, Unit::Count, "posts without a word that says advertising";
    RightsLeft = "rights_left", Kind::Gauge, Unit::Seconds, "time until a right in use ends";
    ExclusivityBroken = "exclusivity_broken", Kind::Gauge, Unit::Count, "posts that name a competitor";
}

/// What a deal says of itself, at the instant it is asked: no window, no history, no platform.
const OF_DEAL: [Metric; 9] = [
    Metric::DraftOverdue,
    Metric::PostOverdue,
    Metric::ProofOverdue,
    Metric::ReportOverdue,
    Metric::LinksWrong,
    Metric::CodesMissing,
    Metric::DisclosuresMissing,
    Metric::RightsLeft,
    Metric::ExclusivityBroken,
];

impl Metric {
    /// Whether it is a fact of the deal itself ([`super::standing`]) and comes from no source.
    #[must_use]
    pub fn is_of_deal(self) -> bool {
        OF_DEAL.contains(&self)
    }

    /// The metrics whose values are needed to work this one out; itself when it is not derived.
    ///
    /// `cpe` divides by the sum of all engagements and `roi` is margin minus spend over spend: both need more than the
    /// table's row says, so ask here, and work them out with [`Metric::work_out`].
    #[must_use]
    pub fn parts(self) -> Vec<Metric> {
        match (self, self.kind()) {
            (Self::Cpe, _) => std::iter::once(Self::Spend).chain(ENGAGEMENTS.iter().copied()).collect(),
            (_, Kind::Derived { over, under, .. }) => over.iter().copied().chain([under]).collect(),
            (_, Kind::Counter | Kind::Gauge) => vec![self],
        }
    }

    /// Which of [`Metric::parts`] may be missing without making the whole absent: engagements that a platform does not
    /// have (`YouTube` reports no saves). At least one engagement must be there.
    #[must_use]
    pub fn part_is_optional(self, part: Metric) -> bool {
        ENGAGEMENTS.contains(&part) && self != part
    }

    /// The value from its parts, in the order of [`Metric::parts`]; money in minor units. `None` where the line is
    /// divided by zero: a rate over nothing is not a number, least of all 0.
    #[must_use]
    pub fn work_out(self, parts: &[f64]) -> Option<f64> {
        let (over, under, scale) = match (self, self.kind()) {
            (_, Kind::Counter | Kind::Gauge) => return parts.first().copied(),
            (Self::Cpe, _) => (*parts.first()?, parts.get(1..)?.iter().sum(), 1),
            (Self::Roi, _) => (parts.first()? - parts.get(1)?, *parts.get(1)?, 1),
            (_, Kind::Derived { scale, .. }) => {
                let (under, over) = parts.split_last()?;
                (over.iter().sum::<f64>(), *under, scale)
            }
        };
        if under == 0.0 { None } else { Some(f64::from(scale) * over / under) }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No metric has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a metric: expected one of {}", Metric::ALL.iter().map(|metric| metric.as_str()).collect::<Vec<_>>().join(", "))]
pub struct UnknownMetric {
    /// What was given.
    pub given: String,
}

impl FromStr for Metric {
    type Err = UnknownMetric;
    fn from_str(given: &str) -> Result<Self, UnknownMetric> {
        Self::ALL
            .iter()
            .copied()
            .find(|metric| metric.as_str() == given)
            .ok_or_else(|| UnknownMetric { given: given.to_owned() })
    }
}

impl TryFrom<String> for Metric {
    type Error = UnknownMetric;
    fn try_from(given: String) -> Result<Self, UnknownMetric> {
        given.parse()
    }
}

impl From<Metric> for String {
    fn from(metric: Metric) -> Self {
        metric.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for metric in Metric::ALL {
            assert_eq!(metric.as_str().parse(), Ok(*metric));
        }
        assert!("er".parse::<Metric>().is_err());
    }

    #[test]
    fn a_rate_over_nothing_is_absent() {
        assert_eq!(Metric::Cpa.work_out(&[27_000.0, 0.0]), None);
        assert_eq!(Metric::Cpa.work_out(&[27_000.0, 1.0]), Some(27_000.0));
        assert_eq!(Metric::Cpm.work_out(&[5_000.0, 2_000.0]), Some(2_500.0));
        assert_eq!(Metric::Cpe.work_out(&[1_000.0, 3.0, 1.0, 0.0, 0.0]), Some(250.0));
        assert_eq!(Metric::Roi.work_out(&[300.0, 200.0]), Some(0.5));
        assert_eq!(Metric::ErViews.work_out(&[3.0, 1.0, 0.0, 0.0, 100.0]), Some(0.04));
    }
}
