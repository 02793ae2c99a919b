//! Deals too small to be judged alone, and the pools they are judged in together.
//!
//! Evidence about one deal can only grow with what is spent on it. A deal whose whole budget, without a single order, would
//! still not be enough is never told alone, however bad it is; many of them together may be. They are pooled with the
//! comparable ones (campaign × platform × format; the rest of a campaign together where that is too few), each post of each
//! of them with a luck of its own, and what is found is told of the campaign, never of one creator.
//!
//! Every pool is a test of its own, as every deal is: a pool whose deals all meet their limits is ever told with a chance of
//! at most `1 − level`. Mixing deals that meet their limit with deals that do not makes the statement "this money as a
//! whole misses the limit", which is what is said.
//!
//! Owns: what is too small, and who is pooled with whom. Refuses: reading and judging.

use super::counts::{self, Post};
use super::tested::Tested;
use super::{Demand, Luck, Prior};
use crate::domain::metric::{Kind, Metric};
use crate::domain::num::f64_of_len;
use crate::rules::check::CheckedRule;

/// What a deal can cost in all, and what is asked of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Everything the deal can come to cost, in minor units: fees of all its pieces, budgets of all its boosts.
    pub minor: f64,
    /// What one thing may cost, in minor units; above 0.
    pub limit: f64,
    /// How many posts it is spread over; at least 1. Evidence is strongest where it is spread evenly.
    pub posts: u32,
}

/// Whether an evidence rule can ever fire within a budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// It can: it fires at the latest when so much (in minor units) was spent and nothing came.
    Within {
        /// The least spend that is enough.
        needed: f64,
    },
    /// It cannot, not even where nothing comes of all the money.
    Beyond {
        /// The least spend that would be enough over as many posts; `None`: no money is, over so few posts.
        needed: Option<f64>,
    },
}

/// In units of the limit: what no deal costs. A deal of a million target costs is not a small one.
const UNITS_MAX: f64 = 1e6;

/// Halvings of the search for the least spend: the last is a billionth of the first.
const HALVINGS: u32 = 60;

/// What is tested by a rule that weighs a cost against spend; `None` for every other rule: how much a deal may cost says
/// nothing about clicks per view.
#[must_use]
pub fn tested_cost(rule: &CheckedRule) -> Option<&Tested> {
    let tested = rule.when().comparisons().into_iter().find_map(|compare| compare.tested.as_ref())?;
    match tested.want.metric.kind() {
        Kind::Derived { over: [Metric::Spend], .. } => Some(tested),
        Kind::Derived { .. } | Kind::Counter | Kind::Gauge => None,
    }
}

/// Whether an evidence rule can ever fire inside a deal's whole budget: in the best case for it nothing comes at all, and
/// the money is spread evenly over the posts. `None`: the rule weighs no cost, or the budget is not known.
#[must_use]
pub fn can_ever_fire(rule: &CheckedRule, budget: Budget, luck: Luck, prior: Prior) -> Option<Reach> {
    let demand = tested_cost(rule)?.demand;
    let known = 0.0 < budget.limit && budget.limit.is_finite() && 0.0 <= budget.minor;
    known.then(|| match least_units(demand, budget.posts, luck, prior).map(|units| units * budget.limit) {
        Some(needed) if needed <= budget.minor => Reach::Within { needed },
        needed => Reach::Beyond { needed },
    })
}

/// The least exposure, in units of the limit, on which nothing having come is enough; spread evenly over so many posts.
/// It exists where more exposure is ever enough: with few posts, bad luck alone explains everything.
#[must_use]
pub fn least_units(demand: Demand, posts: u32, luck: Luck, prior: Prior) -> Option<f64> {
    let enough = |units: f64| is_enough(demand, units, posts, luck, prior);
    if !enough(UNITS_MAX) {
        return None;
    }
    // The logarithm is halved: between a thousandth and a million of the limit.
    let (mut low, mut high) = (1e-3_f64, UNITS_MAX);
    for _ in 0..HALVINGS {
        let middle = libm::sqrt(low * high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
        if high - low <= 1e-9 * high {
            break;
        }
    }
    Some(high)
}

/// Whether nothing coming of so many units of exposure, spread evenly over so many posts, is enough.
#[must_use]
pub fn is_enough(demand: Demand, units: f64, posts: u32, luck: Luck, prior: Prior) -> bool {
    let len = usize::try_from(std::cmp::max(posts, 1)).unwrap_or(usize::MAX);
    // Alike posts are one post.
    let posts = match luck {
        Luck::Alike => vec![Post { expected: units, seen: 0.0 }],
        Luck::Varied { .. } => vec![Post { expected: units / f64_of_len(len), seen: 0.0 }; len],
    };
    counts::weigh(&posts, luck, prior, demand).holds(demand)
}

/// A deal that is too small to be judged alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Small<G, T> {
    /// What it is comparable with: platform and format, where all its pieces share one.
    pub group: Option<G>,
    /// The deal.
    pub deal: T,
    /// Its whole budget in units of its own limit.
    pub units: f64,
    /// Its posts, live and planned.
    pub posts: u32,
}

/// Deals that are judged together.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool<G, T> {
    /// What they share beside the campaign; `None` for the rest of a campaign.
    pub group: Option<G>,
    /// At least two.
    pub deals: Vec<T>,
}

/// Who is pooled with whom: deals of one group, where those together could ever fire; what is left, by campaign, where that
/// could. Groups come in order, deals in the order given.
#[must_use]
pub fn pools<G: Ord + Clone, T: Clone>(
    small: &[Small<G, T>],
    demand: Demand,
    luck: Luck,
    prior: Prior,
) -> Vec<Pool<G, T>> {
    let reaches = |of: &[&Small<G, T>]| {
        let units: f64 = of.iter().map(|one| one.units).sum();
        let posts = of.iter().fold(0_u32, |sum, one| sum.saturating_add(one.posts));
        1 < of.len() && is_enough(demand, units, posts, luck, prior)
    };
    let mut groups: std::collections::BTreeMap<&G, Vec<&Small<G, T>>> = std::collections::BTreeMap::new();
    for one in small {
        if let Some(group) = &one.group {
            groups.entry(group).or_default().push(one);
        }
    }
    groups.retain(|_, of| reaches(of));
    let rest: Vec<&Small<G, T>> =
        small.iter().filter(|one| one.group.as_ref().is_none_or(|group| !groups.contains_key(group))).collect();
    let pool =
        |group: Option<G>, of: &[&Small<G, T>]| Pool { group, deals: of.iter().map(|one| one.deal.clone()).collect() };
    let mut pools: Vec<Pool<G, T>> = groups.into_iter().map(|(group, of)| pool(Some(group.clone()), &of)).collect();
    if reaches(&rest) {
        pools.push(pool(None, &rest));
    }
    pools
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::check::check;
    use crate::rules::rule::{Method, Rule};
    use proptest::prelude::*;

    const STRICT: Demand = Demand { method: Method::Anytime, level: 0.95 };
    const BALANCED: Demand = Demand { method: Method::Anytime, level: 0.80 };
    const FAST: Demand = Demand { method: Method::Posterior, level: 0.90 };

    fn rule(when: &str, evidence: &str) -> CheckedRule {
        let text = format!(
            "id = \"cpa-stop\"\nkind = \"stop_loss\"\nscope = \"partnership\"\nwhen = \"{when}\"\n{evidence}\n"
        );
        let rule: Rule = toml::from_str(&text).expect("a rule");
        check(&rule).expect("a good rule")
    }

    #[track_caller]
    fn needs(demand: Demand, posts: u32, luck: Luck, want: Option<f64>) {
        let got = least_units(demand, posts, luck, Prior::UNLEARNED);
        match (got, want) {
            (Some(got), Some(want)) => assert!((got - want).abs() < 5e-3 * want, "{got} for {want}"),
            (got, want) => assert_eq!(got, want),
        }
    }

    #[test]
    fn the_least_spend_is_where_the_closed_form_reaches_its_line() {
        // No orders: E = (e^s − 1)/s reaches 5 at s = 2.660, and 20 at s = 4.5063.
        needs(BALANCED, 1, Luck::Alike, Some(2.660));
        needs(STRICT, 1, Luck::Alike, Some(4.5063));
        needs(STRICT, 9, Luck::Alike, Some(4.5063));
        // P(2, 2 + s) = 1 − (3 + s)·e^(−2 − s) reaches 0.9 at s = 1.8897.
        needs(FAST, 1, Luck::Alike, Some(1.8897));
    }

    #[test]
    fn one_post_alone_proves_little_and_more_posts_need_less() {
        let k = Luck::Varied { k: 0.8 };
        // With a shape below 1 a single post can be unlucky for ever: E stays below 1/(1 − k) = 5.
        needs(BALANCED, 1, k, None);
        let of = |posts| least_units(BALANCED, posts, Luck::Varied { k: 1.1 }, Prior::UNLEARNED);
        let (four, ten) = (of(4).expect("four posts are enough"), of(10).expect("ten are"));
        assert!(ten < four, "{ten} {four}");
        needs(BALANCED, 400, Luck::Varied { k: 1e6 }, Some(2.660));
    }

    #[test]
    fn a_rule_that_cannot_fire_says_what_it_would_need() {
        let evidence = "evidence = \"balanced\"";
        let budget = |minor| Budget { minor, limit: 4_500.0, posts: 1 };
        let reach = |rule: &CheckedRule, minor| can_ever_fire(rule, budget(minor), Luck::Alike, Prior::UNLEARNED);
        let cpa = rule("cpa > target.cpa && spend > money('10.00 EUR')", evidence);
        let Some(Reach::Beyond { needed: Some(needed) }) = reach(&cpa, 10_000.0) else { panic!("too small") };
        assert!((needed - 2.660 * 4_500.0).abs() < 20.0, "{needed}");
        assert!(matches!(reach(&cpa, 12_000.0), Some(Reach::Within { .. })));
        // Neither a plain threshold nor a share of views is about a budget.
        assert_eq!(reach(&rule("cpa > target.cpa", "window = \"deal\""), 1.0), None);
        assert_eq!(reach(&rule("ctr < target.ctr", evidence), 1.0), None);
        assert_eq!(can_ever_fire(&cpa, Budget { limit: 0.0, ..budget(1.0) }, Luck::Alike, Prior::UNLEARNED), None);
    }

    fn small(group: Option<&'static str>, deal: u32, units: f64) -> Small<&'static str, u32> {
        Small { group, deal, units, posts: 1 }
    }

    #[test]
    fn deals_are_pooled_with_their_like_and_what_is_left_by_campaign() {
        let deals = [
            small(Some("reel"), 1, 1.0),
            small(Some("story"), 2, 1.0),
            small(Some("reel"), 3, 1.0),
            small(None, 4, 1.0),
            small(Some("reel"), 5, 1.0),
            small(Some("video"), 6, 1.0),
        ];
        let got = pools(&deals, BALANCED, Luck::Alike, Prior::UNLEARNED);
        let want = [(Some("reel"), vec![1, 3, 5]), (None, vec![2, 4, 6])];
        assert_eq!(got, want.map(|(group, deals)| Pool { group, deals }));
        // Too little even together: nobody is told anything.
        assert_eq!(pools(&deals[..2], BALANCED, Luck::Alike, Prior::UNLEARNED), Vec::new());
        // One deal is not a pool.
        assert_eq!(pools(&[small(None, 1, 50.0)], BALANCED, Luck::Alike, Prior::UNLEARNED), Vec::new());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn just_that_much_is_enough_and_less_is_not(
            posts in 1_u32..12, k in 0.5..20.0_f64, which in 0_usize..3, alike in proptest::bool::ANY,
        ) {
            let demand = [STRICT, BALANCED, FAST][which];
            let luck = if alike { Luck::Alike } else { Luck::Varied { k } };
            let holds = |units: f64| {
                let share = units / f64::from(posts);
                let posts = vec![Post { expected: share, seen: 0.0 }; usize::try_from(posts).expect("few")];
                counts::weigh(&posts, luck, Prior::UNLEARNED, demand).holds(demand)
            };
            match least_units(demand, posts, luck, Prior::UNLEARNED) {
                Some(units) => {
                    prop_assert!(holds(units));
                    prop_assert!(!holds(0.999 * units));
                }
                None => prop_assert!(!holds(1e5)),
            }
        }

        #[test]
        fn no_split_of_the_money_over_the_posts_does_better(
            parts in proptest::collection::vec(0.01..1.0_f64, 2..8), k in 0.5..20.0_f64,
        ) {
            let demand = BALANCED;
            let luck = Luck::Varied { k };
            let posts = u32::try_from(parts.len()).expect("few");
            if let Some(units) = least_units(demand, posts, luck, Prior::UNLEARNED) {
                let sum: f64 = parts.iter().sum();
                let uneven: Vec<Post> =
                    parts.iter().map(|part| Post { expected: 0.99 * units * part / sum, seen: 0.0 }).collect();
                prop_assert!(!counts::weigh(&uneven, luck, Prior::UNLEARNED, demand).holds(demand));
            }
        }
    }
}
