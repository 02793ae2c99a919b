//! The smallest change that flips a verdict: "3 more orders".
//!
//! Owns: whole numbers of a counter or a level compared with something that does not move with it, and costs per thing,
//! where more of the thing brings the cost down. Refuses: guessing about anything else; then there is no such line.

use serde::{Deserialize, Serialize};

use crate::domain::ids::Platform;
use crate::domain::metric::{Kind, Metric};
use crate::domain::verdict::Verdict;

use super::check::{CheckedRule, slots_of};
use super::eval::{Live, compared, number, weighed};
use super::evidence::tested::{self, Tested};
use super::lower::{Compare, Cond, Input, Num, Op, Source};
use super::readings::Want;

/// One change that would be enough, everything else staying as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// Of what. Money in minor units.
    pub metric: Metric,
    /// Only as this platform counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// By how much: more if positive, fewer if negative.
    pub by: f64,
    /// What it would then be over the newest window.
    pub to: f64,
    /// Which condition flips: `when` or `recover`.
    pub flips: Flips,
    /// The comparison that flips, as the rule says it.
    pub comparison: String,
}

/// Which condition of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the keys of a rule")]
pub enum Flips {
    When,
    Recover,
}

/// What would end an open incident, or fire a quiet rule; over the newest window, which must be looked at.
pub(super) fn needs(rule: &CheckedRule, live: &mut Live<'_>, open: bool) -> Vec<Need> {
    let (cond, flips) = match rule.recover() {
        Some(recover) if open => (recover, Flips::Recover),
        Some(_) | None => (rule.when(), Flips::When),
    };
    let mut comparisons = Vec::new();
    for part in cond.conjuncts() {
        match part {
            Cond::Compare(compare) => comparisons.push(&**compare),
            Cond::And(..) | Cond::Or(..) | Cond::Not(_) | Cond::Known(_) => return Vec::new(),
        }
    }
    let verdicts: Vec<Verdict> = comparisons.iter().map(|compare| compared(compare, rule.inputs(), live)).collect();
    let failing = verdicts.iter().filter(|one| **one == Verdict::DoesNotHold).count();
    let unknown = verdicts.contains(&Verdict::Unknown);
    // A conjunction that holds is flipped by any of its parts; one that does not, by its only failing part.
    let wanted = match (failing, unknown) {
        (0, false) => Verdict::Holds,
        (1, false) if rule.windows() == 1 => Verdict::DoesNotHold,
        (_, _) => return Vec::new(),
    };
    comparisons
        .iter()
        .zip(verdicts)
        .filter(|(_, verdict)| *verdict == wanted)
        .filter_map(|(compare, _)| need(rule, compare, live, flips))
        .collect()
}

fn need(rule: &CheckedRule, compare: &Compare, live: &mut Live<'_>, flips: Flips) -> Option<Need> {
    let inputs = rule.inputs();
    let now = |num: &Num| match num {
        Num::Read(slot) => inputs.get(*slot).copied().filter(|input| input.source == Source::Now),
        Num::Literal(_) | Num::Money(..) | Num::Negate(_) | Num::Math(..) => None,
    };
    let (input, op, other) = match (now(&compare.left), now(&compare.right)) {
        (Some(input), None) => (input, compare.op, &compare.right),
        (None, Some(input)) => (input, compare.op.mirrored(), &compare.left),
        (_, _) => return None,
    };
    // What is owed is put right by doing it, not by so many seconds less.
    if input.want.metric.is_of_deal() {
        return None;
    }
    if let Some(tested) = &compare.tested {
        return flips_luck(rule, compare, tested, live, flips);
    }
    let moves_along = |slot: usize| inputs.get(slot).is_some_and(|other| other.source == Source::Now);
    if slots_of(other).into_iter().any(moves_along) {
        return None;
    }
    let limit = number(other, inputs, live).ok()?;
    let (metric, from, to) = match input.want.metric.kind() {
        Kind::Counter | Kind::Gauge => {
            let seen = live.part(input.want)?;
            (input.want.metric, seen, whole_beyond(op, seen, limit)?)
        }
        Kind::Derived { over, under, scale } => {
            let [Metric::Spend] = over else { return None };
            cheaper(live, input, op, limit, under, scale)?
        }
    };
    Some(Need {
        metric,
        platform: input.want.platform,
        by: to - from,
        to,
        flips,
        comparison: format!("{} {} {}", compare.text.first()?, compare.op.as_str(), compare.text.last()?),
    })
}

/// The most further things that are looked for: beyond that nobody waits.
const MORE_MAX: f64 = 100_000.0;

/// How many more things in the newest post make bad luck a good enough explanation again.
fn flips_luck(
    rule: &CheckedRule,
    compare: &Compare,
    tested: &Tested,
    live: &mut Live<'_>,
    flips: Flips,
) -> Option<Need> {
    let mut holds = |extra: f64| weighed(compare, tested, extra, rule.inputs(), live).ok().map(|outcome| outcome.holds);
    if !holds(0.0)? {
        return None;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while holds(high)? {
        (low, high) = (high, 2.0 * high);
        if MORE_MAX < high {
            return None;
        }
    }
    while 1.0 < high - low {
        let middle = (0.5 * (low + high)).floor();
        if holds(middle)? { low = middle } else { high = middle }
    }
    let seen = weighed(compare, tested, 0.0, rule.inputs(), live).ok()?.weight.seen;
    Some(Need {
        metric: tested::things(tested.want.metric)?,
        platform: tested.want.platform,
        by: high,
        to: seen + high,
        flips,
        comparison: format!("{} {} {}", compare.text.first()?, compare.op.as_str(), compare.text.last()?),
    })
}

/// The whole number nearest to `seen` on the other side of the comparison.
fn whole_beyond(op: Op, seen: f64, limit: f64) -> Option<f64> {
    let holds = op.holds(seen, limit);
    let to = match (op, holds) {
        (Op::Less, true) | (Op::GreaterOrEqual, false) => limit.ceil(),
        (Op::Less, false) | (Op::GreaterOrEqual, true) => limit.ceil() - 1.0,
        (Op::Greater, true) | (Op::LessOrEqual, false) => limit.floor(),
        (Op::Greater, false) | (Op::LessOrEqual, true) => limit.floor() + 1.0,
        (Op::Equal | Op::NotEqual, _) => return None,
    };
    (op.holds(to, limit) != holds).then_some(to)
}

/// How many things bring `scale × spend / things` down to the other side of the limit: the thing, how many there are, how
/// many there would have to be.
fn cheaper(live: &Live<'_>, input: Input, op: Op, limit: f64, under: Metric, scale: u32) -> Option<(Metric, f64, f64)> {
    let part = |metric| live.part(Want { metric, platform: input.want.platform });
    // A cost per engagement divides by several counters; none of them alone is "the" thing.
    if input.want.metric == Metric::Cpe || limit <= 0.0 {
        return None;
    }
    let (spend, things) = (part(Metric::Spend)?, part(under)?);
    let cost = |things: f64| f64::from(scale) * spend / things;
    let holds = op.holds(cost(things), limit);
    let falls = match op {
        Op::Greater | Op::GreaterOrEqual => holds,
        Op::Less | Op::LessOrEqual => !holds,
        Op::Equal | Op::NotEqual => return None,
    };
    let least = (f64::from(scale) * spend / limit).floor();
    let to =
        [least, least + 1.0, least + 2.0].into_iter().find(|to| *to > things && op.holds(cost(*to), limit) != holds)?;
    falls.then_some((under, things, to))
}
