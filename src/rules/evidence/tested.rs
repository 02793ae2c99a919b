//! The tested comparison of an evidence rule: from the parts of its metric, post by post, to what is weighed.
//!
//! Owns: which metrics can be weighed and as what. A cost is things against spend, a return is orders against spend at the
//! average order value, a rate of engagement is engagements against views, ctr and cvr are shares. Refuses: reading.

use serde::{Deserialize, Serialize};

use super::{Demand, Luck, Prior, Weighed, counts, shares};
use crate::domain::metric::Metric;
use crate::domain::num::six_digits;
use crate::rules::lower::Op;
use crate::rules::readings::{Span, Want};
use crate::rules::rule::Method;

/// What is tested, and how sure it must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// The metric.
    pub want: Want,
    /// It stands on the left.
    pub on_left: bool,
    /// How it is weighed.
    pub demand: Demand,
}

/// How a metric is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Things bought: the limit is what one may cost.
    Cost,
    /// Revenue per spend: the limit is the least that comes back.
    Return,
    /// Engagements per view.
    Rate,
    /// Successes among tries.
    Share,
}

/// The metrics whose luck can be weighed.
const TESTED: [(Metric, Family); 10] = [
    (Metric::Cpa, Family::Cost),
    (Metric::Cpe, Family::Cost),
    (Metric::Cpc, Family::Cost),
    (Metric::Cpl, Family::Cost),
    (Metric::Roas, Family::Return),
    (Metric::Ctr, Family::Share),
    (Metric::Cvr, Family::Share),
    (Metric::ErViews, Family::Rate),
    (Metric::ErReach, Family::Rate),
    (Metric::ErFollowers, Family::Rate),
];

fn family(metric: Metric) -> Option<Family> {
    TESTED.iter().find(|row| row.0 == metric).map(|row| row.1)
}

/// The metrics whose luck can be weighed.
pub fn metrics() -> impl Iterator<Item = Metric> {
    TESTED.iter().map(|row| row.0)
}

/// Whether it is weighed as successes among tries.
#[must_use]
pub fn is_share(metric: Metric) -> bool {
    family(metric) == Some(Family::Share)
}

/// Whether luck in this metric can be weighed.
#[must_use]
pub fn is_weighable(metric: Metric) -> bool {
    family(metric).is_some()
}

/// The comparison, as seen `op` limit, that says a limit is missed: costs above it, everything else below.
#[must_use]
pub fn missing_op(metric: Metric) -> Option<Op> {
    family(metric).map(|family| match family {
        Family::Cost => Op::Greater,
        Family::Return | Family::Rate | Family::Share => Op::Less,
    })
}

/// The parts that are read for each post: those of the metric, and orders where a return is weighed.
#[must_use]
pub fn parts(metric: Metric) -> Vec<Metric> {
    let mut parts = metric.parts();
    if family(metric) == Some(Family::Return) {
        parts.push(Metric::Orders);
    }
    parts
}

/// The thing of which more would help, where there is one: the rates of engagement count several.
#[must_use]
pub fn things(metric: Metric) -> Option<Metric> {
    match metric {
        Metric::Cpa | Metric::Cvr | Metric::Roas => Some(Metric::Orders),
        Metric::Cpc | Metric::Ctr => Some(Metric::Clicks),
        Metric::Cpl => Some(Metric::Leads),
        _ => None,
    }
}

/// What was weighed, as a receipt shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// How.
    pub method: Method,
    /// How sure it must be.
    pub level: f64,
    /// The e-value, or the chance that the limit is missed.
    pub value: f64,
    /// From where on it is enough: `1/(1 − level)`, or the level.
    pub line: f64,
    /// What would have come at the limit.
    pub expected: f64,
    /// What came.
    pub seen: f64,
    /// In how many posts.
    pub posts: u32,
    /// The shape of the luck between posts; none where posts are taken to be alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub k: Option<f64>,
    /// The prior, where one is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<[f64; 2]>,
    /// Which test of the deal this is: a changed deal starts a new one.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub tests: u32,
    /// Limit by limit, where the deal had more than one, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stretches: Vec<Stretch>,
}

fn first() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_first(tests: &u32) -> bool {
    *tests <= 1
}

/// What came of weighing.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The metric is on the wrong side of its limit at all.
    pub plain: bool,
    /// And that is more than bad luck.
    pub holds: bool,
    /// For the receipt.
    pub weight: Weight,
}

/// What one post brought while one limit was in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Which post, counted from the first.
    pub post: usize,
    /// Which regime of the deal; none where they cannot be told apart.
    pub regime: Option<usize>,
    /// From when to when, where that is known.
    pub span: Option<Span>,
    /// The values of [`parts`] in their order, money in minor units.
    pub values: Vec<f64>,
}

/// The running test of a deal.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// Its parts, oldest first.
    pub parts: Vec<Part>,
    /// How many regimes the deal has had; 0 where nothing changed and the limit of now is the only one.
    pub regimes: usize,
    /// The first of them that belongs to this test.
    pub first: usize,
    /// Which test of the deal this is.
    pub tests: u32,
}

impl Parts {
    /// Posts under one limit.
    #[must_use]
    pub fn alike(posts: Vec<Vec<f64>>) -> Self {
        let part = |(post, values)| Part { post, regime: Some(0), span: None, values };
        Self { parts: posts.into_iter().enumerate().map(part).collect(), regimes: 0, first: 0, tests: 1 }
    }
}

/// A stretch of a test with a limit of its own, as a receipt shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// From when to when.
    pub span: Span,
    /// The limit in force.
    pub limit: f64,
    /// What would have come at it.
    pub expected: f64,
    /// What came.
    pub seen: f64,
}

/// How much of what is counted against things there is: spend, views, tries.
#[must_use]
pub fn exposure(metric: Metric, values: &[f64]) -> f64 {
    let at = match family(metric) {
        Some(Family::Cost) => values.first(),
        Some(Family::Return) => values.get(1),
        Some(Family::Rate | Family::Share) | None => values.last(),
    };
    at.copied().unwrap_or(0.0)
}

/// Weighs posts against one limit. `posts` hold the values of [`parts`] in their order; see [`weigh_parts`].
#[must_use]
pub fn weigh(tested: &Tested, posts: &[Vec<f64>], limit: f64, extra: f64, luck: (Luck, Prior)) -> Option<Outcome> {
    weigh_parts(tested, &Parts::alike(posts.to_vec()), &[Some(limit)], extra, luck)
}

/// Weighs the running test of a deal, each part against the limit of its regime; `extra` more things are added to the
/// newest post, for "what would flip it". What was spent before there was a limit counts against none. `None`: the numbers
/// make no statement (no order value is known yet, or a limit is not above 0).
///
/// Spend in units of the limit adds up over regimes, so a cost, a return and a rate stay the same test when the limit moves
/// (DESIGN §6). A share has no such unit: it is tested against its limits' mean, weighted by tries, which is the mean of what
/// would have come; hits at differing rates vary less than at their mean (Hoeffding 1956), so that errs on the safe side.
#[must_use]
pub fn weigh_parts(
    tested: &Tested,
    parts: &Parts,
    limits: &[Option<f64>],
    extra: f64,
    (luck, prior): (Luck, Prior),
) -> Option<Outcome> {
    let family = family(tested.want.metric)?;
    let mut test = Gathered::of(family, parts, limits)?;
    test.posts.last_mut()?.seen += extra;
    weigh_gathered(tested, parts, &test, test.share_limit(family, parts, limits), (luck, prior))
}

/// `limit` is a share's ([`Gathered::share_limit`]); `None`: no statement can be made.
fn weigh_gathered(
    tested: &Tested,
    parts: &Parts,
    test: &Gathered,
    limit: Option<f64>,
    (luck, prior): (Luck, Prior),
) -> Option<Outcome> {
    let all = test.all();
    let weighed = match family(tested.want.metric)? {
        Family::Cost | Family::Return | Family::Rate => counts::weigh(&test.counts(), luck, prior, tested.demand),
        Family::Share => {
            let limit = limit?;
            shares::weigh(&test.shares(), limit, of_shares(luck, limit), prior, tested.demand)
        }
    };
    let plain = all.seen < all.expected;
    let (value, line) = match weighed {
        Weighed::Anytime { ln_e } => (libm::exp(f64::min(ln_e, 700.0)), 1.0 / (1.0 - tested.demand.level)),
        Weighed::Posterior { chance } => (chance, tested.demand.level),
    };
    Some(Outcome {
        plain,
        holds: plain && weighed.holds(tested.demand),
        weight: Weight {
            method: tested.demand.method,
            level: tested.demand.level,
            value: six_digits(value),
            line: six_digits(line),
            expected: six_digits(all.expected),
            seen: six_digits(all.seen),
            posts: u32::try_from(test.posts.len()).unwrap_or(u32::MAX),
            k: match luck {
                Luck::Alike => None,
                Luck::Varied { k } => Some(six_digits(k)),
            },
            prior: (tested.demand.method == Method::Posterior).then_some([prior.a, prior.b]),
            tests: parts.tests,
            stretches: shown(parts, test.stretches.clone()),
        },
    })
}

/// Whether [`weigh_parts`] says that it holds; the evidence is not worked out where it cannot be enough.
#[must_use]
pub fn is_enough(tested: &Tested, parts: &Parts, limits: &[Option<f64>], (luck, prior): (Luck, Prior)) -> Option<bool> {
    let family = family(tested.want.metric)?;
    let test = Gathered::of(family, parts, limits)?;
    let all = test.all();
    // A limit of all or more makes no statement about a share.
    let says = family != Family::Share || test.limit.is_none_or(|limit| limit < 1.0);
    if says && all.expected <= all.seen && !test.posts.is_empty() {
        return Some(false);
    }
    let limit = test.share_limit(family, parts, limits);
    let decided = match (family, limit) {
        (Family::Cost | Family::Return | Family::Rate, _) => {
            counts::decided(&test.counts(), luck, prior, tested.demand)
        }
        (Family::Share, Some(limit)) => {
            shares::decided(&test.shares(), limit, of_shares(luck, limit), prior, tested.demand)
        }
        (Family::Share, None) => return None,
    };
    // Empty, nothing is said at all.
    match decided.filter(|_| !test.posts.is_empty()) {
        Some(enough) => Some(enough && all.seen < all.expected),
        None => weigh_gathered(tested, parts, &test, limit, (luck, prior)).map(|outcome| outcome.holds),
    }
}

/// The same luck for shares around a mean: the Beta whose variance is the same part of its squared mean as the Gamma's,
/// `1/k`. A click rate of one in a hundred that differs between posts as orders do has a concentration of some `100·k`;
/// with `k` itself every post would be all clicks or none.
#[must_use]
pub fn of_shares(luck: Luck, mean: f64) -> Luck {
    match luck {
        Luck::Varied { k } if 0.0 < mean && mean < 1.0 => Luck::Varied { k: k * (1.0 - mean) / mean },
        Luck::Varied { .. } | Luck::Alike => luck,
    }
}

/// What each post could have brought (in units of the limit; of shares the tries, whatever the limit) and what it brought;
/// `posts` as for [`weigh`]. `None`: they make no statement.
#[must_use]
pub fn pairs(metric: Metric, posts: &[Vec<f64>], limit: f64) -> Option<Vec<(f64, f64)>> {
    let family = family(metric)?;
    let value = order_value(&Parts::alike(posts.to_vec()).parts);
    let of = |values: &Vec<f64>| {
        let pair = pair(family, values, value, limit)?;
        Some((if family == Family::Share { pair.tries } else { pair.expected }, pair.seen))
    };
    posts.iter().map(of).collect()
}

/// The limit of a test that leaves the least evidence.
fn lenient(family: Family, parts: &Parts, limits: &[Option<f64>]) -> Option<f64> {
    let of_test = limits.iter().skip(parts.first).flatten().copied();
    of_test.reduce(match family {
        Family::Cost => f64::max,
        Family::Return | Family::Rate | Family::Share => f64::min,
    })
}

/// Stretches in the making, each with its regime.
type Stretches = Vec<(Option<usize>, Option<Stretch>)>;

/// A test, post by post and limit by limit.
struct Gathered {
    posts: Vec<Pair>,
    stretches: Stretches,
    /// The limit, where there is only one.
    limit: Option<f64>,
}

impl Gathered {
    fn of(family: Family, parts: &Parts, limits: &[Option<f64>]) -> Option<Self> {
        let value = order_value(&parts.parts);
        let mut test = Self { posts: Vec::new(), stretches: Vec::new(), limit: None };
        let mut last = None;
        for part in &parts.parts {
            let limit = match part.regime {
                Some(at) => limits.get(at).copied().flatten(),
                None => lenient(family, parts, limits),
            };
            let Some(limit) = limit else { continue };
            if limit.is_nan() || limit <= 0.0 {
                return None;
            }
            let pair = pair(family, &part.values, value, limit)?;
            let same = |one: &f64| one.to_bits() == limit.to_bits();
            test.limit = if test.posts.is_empty() { Some(limit) } else { test.limit.filter(same) };
            match test.posts.last_mut() {
                Some(post) if last == Some(part.post) => post.add(pair),
                Some(_) | None => test.posts.push(pair),
            }
            last = Some(part.post);
            add_stretch(&mut test.stretches, part, limit, pair);
        }
        Some(test)
    }

    /// Everything as one.
    fn all(&self) -> Pair {
        let mut all = Pair::default();
        self.posts.iter().for_each(|post| all.add(*post));
        all
    }

    /// The one limit that a share is tested against; `None` where it would be all or more, or there is none.
    fn share_limit(&self, family: Family, parts: &Parts, limits: &[Option<f64>]) -> Option<f64> {
        let all = self.all();
        let limit = match self.limit {
            Some(limit) => limit,
            None if 0.0 < all.tries => all.expected / all.tries,
            None => lenient(family, parts, limits)?,
        };
        (limit < 1.0).then_some(limit)
    }

    fn counts(&self) -> Vec<counts::Post> {
        self.posts.iter().map(|one| counts::Post { expected: some(one.expected), seen: some(one.seen) }).collect()
    }

    /// More clicks than views is a platform's way of counting; it is not worse than all of them.
    fn shares(&self) -> Vec<shares::Post> {
        let post = |one: &Pair| shares::Post { tries: some(one.tries), hits: some(f64::min(one.tries, one.seen)) };
        self.posts.iter().map(post).collect()
    }
}

/// Adds a part to the stretch of its regime.
fn add_stretch(stretches: &mut Stretches, part: &Part, limit: f64, pair: Pair) {
    let one = part.span.map(|span| Stretch { span, limit, expected: pair.expected, seen: pair.seen });
    match (stretches.last_mut(), one) {
        (Some((regime, Some(last))), Some(one)) if *regime == part.regime => {
            last.span.until = one.span.until;
            last.expected += one.expected;
            last.seen += one.seen;
        }
        (_, one) => stretches.push((part.regime, one)),
    }
}

/// The stretches, where the deal has changed or is about to.
fn shown(parts: &Parts, stretches: Stretches) -> Vec<Stretch> {
    if parts.regimes == 0 {
        return Vec::new();
    }
    let rounded = |one: Stretch| Stretch {
        limit: six_digits(one.limit),
        expected: six_digits(one.expected),
        seen: six_digits(one.seen),
        ..one
    };
    stretches.into_iter().filter_map(|(_, one)| one).map(rounded).collect()
}

/// A total may fall, and so a post may have brought less than nothing; no likelihood knows such a number.
fn some(value: f64) -> f64 {
    f64::max(value, 0.0)
}

/// What one post could have brought at its limit, and what it brought.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    /// At the limit.
    expected: f64,
    /// Came.
    seen: f64,
    /// Of how many, for shares.
    tries: f64,
}

impl Pair {
    fn add(&mut self, other: Self) {
        self.expected += other.expected;
        self.seen += other.seen;
        self.tries += other.tries;
    }
}

/// What one post could have brought at its limit, and what it brought. `value`: revenue per order.
fn pair(family: Family, values: &[f64], value: Option<f64>, limit: f64) -> Option<Pair> {
    let of = |expected, seen| Pair { expected, seen, tries: 0.0 };
    match family {
        Family::Cost => {
            let (spend, things) = values.split_first()?;
            Some(of(spend / limit, things.iter().sum()))
        }
        Family::Return => {
            let [_, spend, orders] = values else { return None };
            Some(of(spend * limit / value?, *orders))
        }
        Family::Rate => {
            let (under, over) = values.split_last()?;
            Some(of(under * limit, over.iter().sum()))
        }
        Family::Share => {
            let (under, over) = values.split_last()?;
            Some(Pair { expected: under * limit, seen: over.iter().sum(), tries: *under })
        }
    }
}

/// Revenue per order over all posts: a return is judged as orders at this value.
fn order_value(parts: &[Part]) -> Option<f64> {
    let sum = |at: usize| parts.iter().filter_map(|part| part.values.get(at)).sum::<f64>();
    let (revenue, orders) = (sum(0), sum(2));
    (0.0 < orders && 0.0 < revenue).then(|| revenue / orders)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested(metric: Metric, level: f64) -> Tested {
        let want = Want { metric, platform: None };
        Tested { want, on_left: true, demand: Demand { method: Method::Anytime, level } }
    }

    #[track_caller]
    fn check(metric: Metric, posts: &[&[f64]], limit: f64, want: Option<(f64, f64, bool)>) {
        let posts: Vec<Vec<f64>> = posts.iter().map(|values| values.to_vec()).collect();
        let luck = (Luck::Alike, Prior::UNLEARNED);
        let got = weigh(&tested(metric, 0.95), &posts, limit, 0.0, luck);
        assert_eq!(got.map(|one| (one.weight.expected, one.weight.seen, one.plain)), want, "{metric}");
    }

    #[test]
    fn each_family_is_counted_in_units_of_its_limit() {
        check(Metric::Cpa, &[&[27_000.0, 1.0]], 4_500.0, Some((6.0, 1.0, true)));
        check(Metric::Cpa, &[&[27_000.0, 9.0]], 4_500.0, Some((6.0, 9.0, false)));
        check(Metric::Cpe, &[&[1_000.0, 3.0, 1.0, 0.0, 0.0]], 100.0, Some((10.0, 4.0, true)));
        // 2,000 spent, 3 asked back for 1, 500 an order: 12 orders.
        check(Metric::Roas, &[&[1_000.0, 2_000.0, 2.0]], 3.0, Some((12.0, 2.0, true)));
        check(Metric::Roas, &[&[0.0, 2_000.0, 0.0]], 3.0, None);
        check(Metric::ErViews, &[&[3.0, 1.0, 0.0, 0.0, 1_000.0]], 0.02, Some((20.0, 4.0, true)));
        check(Metric::Ctr, &[&[5.0, 1_000.0], &[5.0, 1_000.0]], 0.01, Some((20.0, 10.0, true)));
        check(Metric::Ctr, &[&[5.0, 1_000.0]], 1.5, None);
        check(Metric::Cpa, &[&[27_000.0, 1.0]], 0.0, None);
    }

    #[test]
    fn small_shares_can_be_weighed_with_the_luck_of_orders() {
        // Twenty posts with a tenth of the clicks that were asked for: more than bad luck, also where posts differ much.
        let posts: Vec<Vec<f64>> = (0..20).map(|_| vec![5.0, 5_000.0]).collect();
        let luck = (Luck::Varied { k: 1.1 }, Prior::UNLEARNED);
        let got = weigh(&tested(Metric::Ctr, 0.95), &posts, 0.01, 0.0, luck);
        assert!(got.is_some_and(|one| one.holds && one.weight.k == Some(1.1)));
        // Two such posts are not.
        let got = weigh(&tested(Metric::Ctr, 0.95), posts.get(..2).expect("two"), 0.01, 0.0, luck);
        assert!(got.is_some_and(|one| one.plain && !one.holds));
    }

    #[test]
    fn a_total_that_fell_is_no_number_of_things() {
        // Removed clicks, an order taken back: nothing breaks, and it is no evidence beyond none at all.
        for posts in [[&[-5.0, 100.0], &[5.0, 1_000.0]], [&[5.0, -100.0], &[5.0, 1_000.0]]] {
            let posts: Vec<Vec<f64>> = posts.iter().map(|values| values.to_vec()).collect();
            for luck in [Luck::Alike, Luck::Varied { k: 1.1 }] {
                for metric in [Metric::Ctr, Metric::Cpc] {
                    let got = weigh(&tested(metric, 0.95), &posts, 0.5, 0.0, (luck, Prior::UNLEARNED));
                    assert!(got.is_some_and(|one| !one.weight.value.is_nan()), "{metric} {luck:?}");
                }
            }
        }
    }

    #[test]
    fn one_order_on_six_times_its_price_is_more_than_bad_luck_and_on_three_is_not() {
        let luck = (Luck::Alike, Prior::UNLEARNED);
        let at = |spend: f64, level| weigh(&tested(Metric::Cpa, level), &[vec![spend, 1.0]], 4_500.0, 0.0, luck);
        assert!(at(27_000.0, 0.80).is_some_and(|one| one.holds));
        assert!(at(13_500.0, 0.80).is_some_and(|one| one.plain && !one.holds));
        // And with more orders it no longer is.
        let more = weigh(&tested(Metric::Cpa, 0.80), &[vec![27_000.0, 1.0]], 4_500.0, 3.0, luck);
        assert!(more.is_some_and(|one| !one.holds));
    }
}
