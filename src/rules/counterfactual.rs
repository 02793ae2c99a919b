//! The smallest change that flips a verdict: "3 more orders by Fri 18:00, boost stopped".
//!
//! Owns: whole numbers of a counter or a level compared with something that does not move with it, costs per thing and
//! rates, where more of the thing moves them, and luck, where more of the thing makes it a good enough explanation again.
//! Refuses: guessing about anything else, and what cannot happen (money that is spent is not unspent); then there is no such
//! line.
//!
//! **With a date.** Where spend matures, what is enough today is not enough on Friday: what was spent will have had time to
//! sell by then. For a rule over the whole deal that judges matured spend, each change is worked out as of the next decision
//! (`ahead::decide_by`): spend so far matures to that instant, fees of live posts with it; boosts are stopped now,
//! and, as a second line, go on as in the last week. Where nothing matures there is no date.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::Platform;
use crate::domain::metric::{Kind, Metric, Unit};
use crate::domain::verdict::Verdict;

use super::ahead::{Ahead, Stands, decide_by};
use super::check::{CheckedRule, slots_of};
use super::eval::{Live, Lookup as _, compared, number};
use super::evidence::tested::{self, Tested, weigh};
use super::lower::{Compare, Cond, Input, Num, Op, Source};
use super::readings::Want;
use super::window::Window;

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
    /// By when, where spend that has had no time to sell yet will have had it by then; none: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_when: Option<Timestamp>,
    /// Only if the boosts that run are stopped now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub if_stopped: bool,
}

/// Which condition of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the keys of a rule")]
pub enum Flips {
    When,
    Recover,
}

/// A change, and whether spend is part of what it flips.
struct Found {
    need: Need,
    spends: bool,
}

/// What would end an open incident, or fire a quiet rule; over the newest window, which must be looked at. The useful one
/// comes first: with its date, and boosts stopped where any run.
pub(super) fn needs(rule: &CheckedRule, live: &mut Live<'_>, open: bool, stands: Stands) -> Vec<Need> {
    let now = smallest(rule, live, open);
    let over_deal = rule.window() == Window::Deal;
    let runs = over_deal && live.pace().is_some();
    let mut all = if over_deal && rule.rule().mature && now.iter().any(|found| found.spends) {
        dated(rule, live, open, stands, runs)
    } else {
        Vec::new()
    };
    all.extend(
        now.into_iter().map(|found| Need { if_stopped: runs && found.spends && 0.0 < found.need.by, ..found.need }),
    );
    all
}

/// The same by the next decision, where something matures until then.
fn dated(rule: &CheckedRule, live: &mut Live<'_>, open: bool, stands: Stands, runs: bool) -> Vec<Need> {
    let deal = live.deal();
    let by = decide_by(rule, live.plan(), stands).map(|by| deal.map_or(by, |deal| std::cmp::min(by, deal.until)));
    let Some(by) = by.filter(|by| stands.at < *by) else { return Vec::new() };
    let spend = Want { metric: Metric::Spend, platform: None };
    let before = live.part(spend);
    let stopped = live.looking_ahead(Ahead { by, boosts_on: false }, |live| {
        let ripens = matches!((before, live.part(spend)), (Some(before), Some(then)) if 1.0 <= then - before);
        ripens.then(|| smallest(rule, live, open))
    });
    let Some(stopped) = stopped else { return Vec::new() };
    let on = if runs {
        live.looking_ahead(Ahead { by, boosts_on: true }, |live| smallest(rule, live, open))
    } else {
        Vec::new()
    };
    let stopped: Vec<Need> = stopped.into_iter().filter(|found| found.spends).map(|found| found.need).collect();
    let differs = |need: &Need| !stopped.iter().any(|other| (other.metric, other.by) == (need.metric, need.by));
    let on: Vec<Need> =
        on.into_iter().filter(|found| found.spends).map(|found| found.need).filter(|need| differs(need)).collect();
    let with = |need: Need, if_stopped| Need { by_when: Some(by), if_stopped, ..need };
    stopped.into_iter().map(|need| with(need, runs)).chain(on.into_iter().map(|need| with(need, false))).collect()
}

/// The smallest changes at what is looked at.
fn smallest(rule: &CheckedRule, live: &mut Live<'_>, open: bool) -> Vec<Found> {
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
    let all: Vec<(usize, Found)> = comparisons
        .iter()
        .zip(verdicts)
        .enumerate()
        .filter(|(_, (_, verdict))| *verdict == wanted)
        .filter_map(|(at, (compare, _))| Some((at, need(rule, compare, live, flips)?)))
        .collect();
    let alone = |at: usize, found: &Found| {
        let mut others = comparisons.iter().enumerate().filter(|(other, _)| *other != at);
        others.all(|(other, compare)| {
            let is_met_first = |one: &&(usize, Found)| one.0 == other && found.comes_before(&one.1, at < other);
            match moved(compare, rule.inputs(), &found.need) {
                Moved::Nowhere | Moved::Firmer => true,
                // It gives way as well: fine where that comes later and is what is wanted anyway.
                Moved::Looser => wanted == Verdict::Holds && all.iter().any(|one| is_met_first(&one)),
                Moved::Unclear => false,
            }
        })
    };
    let keep: Vec<bool> = all.iter().map(|(at, found)| alone(*at, found)).collect();
    all.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|((_, found), _)| found).collect()
}

impl Found {
    /// Whether this much is enough before the other is: of two that are the same, the one written first.
    fn comes_before(&self, other: &Self, is_first: bool) -> bool {
        let same = self.need.metric == other.need.metric && 0.0 < self.need.by * other.need.by;
        let (by, others) = (self.need.by.abs(), other.need.by.abs());
        same && (by < others || (by <= others && is_first))
    }
}

/// What a change does to another comparison of the same condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    /// It does not read what changes.
    Nowhere,
    /// It holds the more.
    Firmer,
    /// It holds the less.
    Looser,
    /// Arithmetic, or what changes is on both sides.
    Unclear,
}

fn moved(compare: &Compare, inputs: &[Input], need: &Need) -> Moved {
    let reads = |slot: usize| {
        let input = inputs.get(slot).filter(|input| input.source == Source::Now)?;
        let same = input.want.platform.is_none() || need.platform.is_none() || input.want.platform == need.platform;
        (same && input.want.metric.parts().contains(&need.metric)).then_some(input.want.metric)
    };
    let side = |num: &Num| slots_of(num).into_iter().find_map(reads);
    let bare = |num: &Num| matches!(num, Num::Read(_));
    let (metric, op, is_bare) = match (side(&compare.left), side(&compare.right)) {
        (None, None) => return Moved::Nowhere,
        (Some(metric), None) => (metric, compare.op, bare(&compare.left)),
        (None, Some(metric)) => (metric, compare.op.mirrored(), bare(&compare.right)),
        (Some(_), Some(_)) => return Moved::Unclear,
    };
    let is_under = match metric.kind() {
        Kind::Counter | Kind::Gauge => false,
        Kind::Derived { over, .. } => !over.contains(&need.metric),
    };
    let rises = is_under != (0.0 < need.by);
    match op {
        _ if !is_bare => Moved::Unclear,
        Op::Greater | Op::GreaterOrEqual if rises => Moved::Firmer,
        Op::Less | Op::LessOrEqual if !rises => Moved::Firmer,
        Op::Greater | Op::GreaterOrEqual | Op::Less | Op::LessOrEqual => Moved::Looser,
        Op::Equal | Op::NotEqual => Moved::Unclear,
    }
}

fn need(rule: &CheckedRule, compare: &Compare, live: &mut Live<'_>, flips: Flips) -> Option<Found> {
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
    let spends = input.want.metric.parts().contains(&Metric::Spend);
    if let Some(tested) = &compare.tested {
        return flips_luck(rule, compare, tested, live, flips).map(|need| Found { need, spends });
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
        Kind::Derived { over: [Metric::Spend], under, scale } => {
            let dearer = !rule.rule().mature;
            cheaper(live, input, op, limit, under, scale)
                .or_else(|| costlier(live, input, op, limit, under, scale).filter(|_| dearer))?
        }
        Kind::Derived { over: [over], under, scale } => higher(live, input, op, limit, *over, under, scale)?,
        Kind::Derived { .. } => return None,
    };
    // What happened since the deal began does not unhappen.
    let falls = to < from && rule.window() == Window::Deal && metric.kind() == Kind::Counter;
    let need = Need {
        metric,
        platform: input.want.platform,
        by: to - from,
        to,
        flips,
        comparison: format!("{} {} {}", compare.text.first()?, compare.op.as_str(), compare.text.last()?),
        by_when: None,
        if_stopped: false,
    };
    (!falls).then_some(Found { need, spends })
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
    let metric = tested::things(tested.want.metric)?;
    let limit = number(if tested.on_left { &compare.right } else { &compare.left }, rule.inputs(), live).ok()?;
    let (posts, luck) = (live.posts(tested).ok()?, live.luck());
    let holds = |extra: f64| weigh(tested, &posts, limit, extra, luck).map(|outcome| outcome.holds);
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
    let seen = weigh(tested, &posts, limit, 0.0, luck)?.weight.seen;
    Some(Need {
        metric,
        platform: tested.want.platform,
        by: high,
        to: seen + high,
        flips,
        comparison: format!("{} {} {}", compare.text.first()?, compare.op.as_str(), compare.text.last()?),
        by_when: None,
        if_stopped: false,
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
    let to = beyond(least, |to| things < to && op.holds(cost(to), limit) != holds)?;
    falls.then_some((under, things, to))
}

/// How much more spend, with nothing coming of it, brings a cost that is fine to the other side of the limit.
fn costlier(
    live: &Live<'_>,
    input: Input,
    op: Op,
    limit: f64,
    under: Metric,
    scale: u32,
) -> Option<(Metric, f64, f64)> {
    let part = |metric| live.part(Want { metric, platform: input.want.platform });
    if input.want.metric == Metric::Cpe || limit <= 0.0 {
        return None;
    }
    let (spend, things) = (part(Metric::Spend)?, part(under)?);
    let cost = |spend: f64| f64::from(scale) * spend / things;
    let rises = match op {
        Op::Greater | Op::GreaterOrEqual => !op.holds(cost(spend), limit),
        Op::Less | Op::LessOrEqual | Op::Equal | Op::NotEqual => false,
    };
    let least = (limit * things / f64::from(scale)).floor();
    let to = beyond(least, |to| spend < to && op.holds(cost(to), limit))?;
    (rises && 0.0 < things).then_some((Metric::Spend, spend, to))
}

/// How many more things above the line bring a rate or a return to the other side of its limit.
fn higher(
    live: &Live<'_>,
    input: Input,
    op: Op,
    limit: f64,
    over: Metric,
    under: Metric,
    scale: u32,
) -> Option<(Metric, f64, f64)> {
    let part = |metric| live.part(Want { metric, platform: input.want.platform });
    // Return on investment takes its cost off first: what is above its line is not what is above the table's.
    if input.want.metric == Metric::Roi {
        return None;
    }
    let (things, whole) = (part(over)?, part(under)?);
    let rate = |things: f64| f64::from(scale) * things / whole;
    let holds = op.holds(rate(things), limit);
    let rises = match op {
        Op::Less | Op::LessOrEqual => holds,
        Op::Greater | Op::GreaterOrEqual => !holds,
        Op::Equal | Op::NotEqual => false,
    };
    let least = (limit * whole / f64::from(scale)).floor();
    let to = beyond(least, |to| things < to && op.holds(rate(to), limit) != holds)?;
    // Nobody clicks more often than they saw it.
    let fits = !matches!(input.want.metric.unit(), Unit::Share(_)) || to <= whole;
    (rises && fits && 0.0 < whole).then_some((over, things, to))
}

/// The first whole number that does, just about where the division says: a double may be off by its last bit.
fn beyond(least: f64, does: impl Fn(f64) -> bool) -> Option<f64> {
    [least - 1.0, least, least + 1.0, least + 2.0].into_iter().find(|to| does(*to))
}

#[cfg(test)]
mod tests;
