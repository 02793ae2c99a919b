//! Advice about rules that are well formed and still not what was meant.
//!
//! Owns: rules that can never or always fire, flapping, windows shorter than the source's lag, thin histories.
//! Refuses: changing a rule; every finding says what to write.

use jiff::SignedDuration;
use serde::Serialize;

use crate::domain::metric::{Kind, Metric};
use crate::domain::money::Currency;
use crate::domain::verdict::Verdict;

use super::check::{CheckedRule, check};
use super::error::{Place, RuleError};
use super::eval::{Answer, Gap, Lookup, compared, verdict};
use super::evidence::tested::Tested;
use super::evidence::{Luck, Prior};
use super::file::{RulesFile, SourcedRule};
use super::lower::{Compare, Cond, Input, Num, Op, Source};
use super::rule::{Length, Mode};
use super::units::{Dim, Per};
use super::window::Window;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The rule is kept; somebody should look.
    Advice,
    /// The rule does nothing, or does it always.
    Useless,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub weight: Weight,
    /// Where, what, and what to write.
    #[serde(flatten)]
    pub about: RuleError,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.about, f)
    }
}

/// What is known about the sources when rules are linted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sources {
    /// The longest lag of a source the rule reads from.
    pub lag: SignedDuration,
}

/// Looks over every rule of a file.
#[must_use]
pub fn lint_file(file: &RulesFile, sources: Sources) -> Vec<Finding> {
    file.rules.iter().flat_map(|rule| lint(rule, sources)).collect()
}

/// Looks a rule over. A rule that does not check has errors, not findings, and gives none here.
#[must_use]
pub fn lint(written: &SourcedRule, sources: Sources) -> Vec<Finding> {
    let Ok(rule) = check(&written.rule) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    constant(&rule, &mut findings);
    contradiction(&rule, &mut findings);
    flapping(&rule, &mut findings);
    overlap(&rule, &mut findings);
    lag(&rule, sources, &mut findings);
    history(&rule, &mut findings);
    untested(&rule, &mut findings);
    nothing_to_divide_by(&rule, &mut findings);
    for finding in &mut findings {
        finding.about = written.locate(finding.about.clone());
    }
    findings.sort_by_cached_key(place);
    findings
}

fn place(finding: &Finding) -> Option<Place> {
    finding.about.at.clone()
}

fn finding(weight: Weight, field: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { weight, about: RuleError::about(field, text, remedy) }
}

/// Answers nothing, so that only what is written in the rule decides.
struct NoReadings;

impl Lookup for NoReadings {
    fn posts(&mut self, _tested: &Tested) -> Result<Vec<Vec<f64>>, Gap> {
        Err(Gap::NoWindow)
    }

    fn luck(&self) -> (Luck, Prior) {
        (Luck::Alike, Prior::UNLEARNED)
    }

    fn answer(&mut self, _slot: usize, _input: Input) -> Answer {
        Answer::gap(Gap::NotYet)
    }

    fn currency(&self) -> Option<Currency> {
        None
    }
}

fn constant(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    let known = |cond: &Cond| match folded(cond) {
        Verdict::Holds => Some(true),
        Verdict::DoesNotHold => Some(false),
        Verdict::Unknown => None,
    };
    match known(rule.when()) {
        Some(true) => findings.push(finding(
            Weight::Useless,
            "when",
            "the condition always holds, whatever the numbers are",
            "compare a metric with a limit",
        )),
        Some(false) => findings.push(finding(
            Weight::Useless,
            "when",
            "the rule can never fire, whatever the numbers are",
            "compare a metric with a limit",
        )),
        None => {}
    }
    if rule.recover().and_then(known) == Some(false) {
        findings.push(finding(
            Weight::Useless,
            "recover",
            "an incident of this rule can never end",
            "leave `recover` out, or compare a metric with a limit",
        ));
    }
}

/// The verdict where it does not depend on any reading.
fn folded(cond: &Cond) -> Verdict {
    match cond {
        Cond::And(left, right) => folded(left).and(folded(right)),
        Cond::Or(left, right) => folded(left).or(folded(right)),
        Cond::Not(inner) => !folded(inner),
        Cond::Known(value) => Verdict::known(*value),
        Cond::Compare(compare) if compare.left == compare.right => match compare.op {
            Op::Less | Op::Greater | Op::NotEqual => Verdict::DoesNotHold,
            // Holds wherever the reading is there at all, so it says something about absence; left to the author.
            Op::LessOrEqual | Op::GreaterOrEqual | Op::Equal => Verdict::Unknown,
        },
        Cond::Compare(compare) => compared(compare, &[], &mut NoReadings),
    }
}

/// Two bounds of one conjunction that leave nothing between them.
fn contradiction(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    let parts = rule.when().conjuncts();
    let bounds: Vec<(&Compare, Bound)> = parts
        .iter()
        .filter_map(|part| match part {
            Cond::Compare(compare) => bound(compare).map(|bound| (&**compare, bound)),
            Cond::And(..) | Cond::Or(..) | Cond::Not(_) | Cond::Known(_) => None,
        })
        .collect();
    for (index, (first, one)) in bounds.iter().enumerate() {
        for (second, other) in bounds.iter().skip(index + 1) {
            if one.slot == other.slot && one.excludes(other) {
                let mut about = finding(
                    Weight::Useless,
                    "when",
                    format!("the rule can never fire: `{}` and `{}` exclude each other", said(first), said(second)),
                    "join them by `||`, or change one of the limits",
                );
                about.about.offset = Some(second.at);
                findings.push(about);
            }
        }
    }
}

fn said(compare: &Compare) -> String {
    let [left, right] = &compare.text;
    format!("{left} {} {right}", compare.op.as_str())
}

/// A reading on one side of a number.
struct Bound {
    slot: usize,
    op: Op,
    limit: f64,
}

impl Bound {
    fn excludes(&self, other: &Self) -> bool {
        let crossed = |upper: &Self, lower: &Self| match (upper.op, lower.op) {
            (Op::Less, Op::Greater | Op::GreaterOrEqual) | (Op::LessOrEqual, Op::Greater) => upper.limit <= lower.limit,
            (Op::LessOrEqual, Op::GreaterOrEqual) => upper.limit < lower.limit,
            (Op::Equal, op) => !op.holds(upper.limit, lower.limit),
            (_, _) => false,
        };
        crossed(self, other) || crossed(other, self)
    }
}

fn bound(compare: &Compare) -> Option<Bound> {
    let literal = |num: &Num| match num {
        Num::Literal(value) | Num::Money(value, _) => Some(*value),
        Num::Read(_) | Num::Negate(_) | Num::Math(..) => None,
    };
    let slot = |num: &Num| match num {
        Num::Read(slot) => Some(*slot),
        Num::Literal(_) | Num::Money(..) | Num::Negate(_) | Num::Math(..) => None,
    };
    match (slot(&compare.left), literal(&compare.right)) {
        (Some(slot), Some(limit)) => Some(Bound { slot, op: compare.op, limit }),
        (_, _) => {
            Some(Bound { slot: slot(&compare.right)?, op: compare.op.mirrored(), limit: literal(&compare.left)? })
        }
    }
}

fn flapping(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    let written = rule.rule();
    let at_once = rule.hold().is_zero() && rule.windows() == 1;
    if rule.recover().is_none() && written.cooldown.is_none() && at_once && written.mode != Mode::Shadow {
        findings.push(finding(
            Weight::Advice,
            "when",
            "the rule has no recovery of its own: near the limit it will open and close again and again",
            "add `recover` with some distance from `when`, or `cooldown = \"6h\"`",
        ));
    }
    if rule.recover() == Some(rule.when()) {
        findings.push(finding(
            Weight::Useless,
            "recover",
            "the rule recovers exactly where it fires",
            "write the opposite of `when`, with some distance",
        ));
    }
}

/// The most combinations that are tried. Three readings fit; with more, nothing is said.
const COMBINATIONS_MAX: usize = 20_000;

/// Numbers on which the rule fires and recovers at once: it would open and close an incident at every poll.
fn overlap(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    let Some(recover) = rule.recover().filter(|recover| *recover != rule.when()) else {
        return;
    };
    let inputs = rule.inputs();
    // Readings that are worked out from each other cannot be given numbers one by one.
    let related = inputs.iter().any(|one| {
        let parts = one.want.metric.parts();
        inputs.iter().any(|other| one.want.metric != other.want.metric && parts.contains(&other.want.metric))
    });
    let grid = grid(rule, recover);
    let size = u32::try_from(inputs.len()).ok().and_then(|slots| grid.len().checked_pow(slots));
    let Some(size) = size.filter(|size| *size <= COMBINATIONS_MAX && !related) else {
        return;
    };
    for index in 0..size {
        let mut numbers = Numbers { values: Vec::new(), currency: rule.currency() };
        let mut rest = index;
        for _ in inputs {
            numbers.values.extend(grid.get(rest % grid.len()));
            rest /= grid.len();
        }
        let mut holds = |cond| verdict(cond, inputs, &mut numbers) == Verdict::Holds;
        if holds(rule.when()) && holds(recover) {
            findings.push(finding(
                Weight::Advice,
                "recover",
                "there are numbers on which the rule fires and recovers at once: it would open and close at every poll",
                "write the opposite of `when`, with some distance",
            ));
            return;
        }
    }
}

/// Numbers around those that are written in the rule, and a few of every size.
fn grid(rule: &CheckedRule, recover: &Cond) -> Vec<f64> {
    let mut grid = vec![0.0, 0.1, 1.0, 10.0, 1_000.0, 100_000.0];
    let mut written = rule.when().comparisons();
    written.extend(recover.comparisons());
    for compare in written {
        for side in [&compare.left, &compare.right] {
            if let Num::Literal(value) | Num::Money(value, _) = side {
                grid.extend([0.5, 0.75, 1.0, 1.5, 2.0].map(|share| share * value));
            }
        }
    }
    grid.sort_by(f64::total_cmp);
    grid.dedup();
    grid
}

/// One number for each slot.
struct Numbers {
    values: Vec<f64>,
    currency: Option<Currency>,
}

impl Lookup for Numbers {
    fn posts(&mut self, _tested: &Tested) -> Result<Vec<Vec<f64>>, Gap> {
        Err(Gap::NoWindow)
    }

    fn luck(&self) -> (Luck, Prior) {
        (Luck::Alike, Prior::UNLEARNED)
    }

    fn answer(&mut self, slot: usize, _input: Input) -> Answer {
        Answer { value: self.values.get(slot).copied().ok_or(Gap::NotYet), ..Answer::gap(Gap::NotYet) }
    }

    fn currency(&self) -> Option<Currency> {
        self.currency
    }
}

fn lag(rule: &CheckedRule, sources: Sources, findings: &mut Vec<Finding>) {
    if let Window::Hours(hours) = rule.window()
        && SignedDuration::from_hours(i64::from(hours)) < sources.lag
    {
        findings.push(finding(
            Weight::Useless,
            "window",
            format!(
                "a window of {} is shorter than the source's lag of {}: its numbers are never there in time",
                rule.window(),
                say_lag(sources.lag)
            ),
            "use a window of whole days, such as `1d`",
        ));
    }
}

fn say_lag(lag: SignedDuration) -> String {
    format!("{lag:#}")
}

/// Fewer windows than make a median worth the name.
const HISTORY_MIN: u32 = 3;

fn history(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    let asks = rule.inputs().iter().any(|input| input.source == Source::Own);
    if asks && rule.own_windows() < HISTORY_MIN {
        let length: Length = rule.rule().own;
        findings.push(finding(
            Weight::Advice,
            "own",
            format!(
                "`own = \"{length}\"` is the median of {} window{} of {}",
                rule.own_windows(),
                if rule.own_windows() == 1 { "" } else { "s" },
                rule.window()
            ),
            "make `own` at least three windows long",
        ));
    }
}

/// A cost per thing is absent while there is none of the thing, so the worst loser of all would never be stopped.
fn nothing_to_divide_by(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    // Evidence weighs what did not come.
    if rule.rule().evidence.is_some() {
        return;
    }
    for input in rule.inputs() {
        let Kind::Derived { over: [Metric::Spend], under, .. } = input.want.metric.kind() else {
            continue;
        };
        let guarded = rule.inputs().iter().any(|other| other.want.metric == under);
        if input.source == Source::Now && !guarded && input.want.metric != Metric::Cpe {
            let (cost, thing) = (input.want.metric, under);
            findings.push(finding(
                Weight::Advice,
                "when",
                format!("without any {} `{cost}` is absent, and the rule cannot fire", thing.title()),
                if let Dim::Per(Per::One(_)) = Dim::of(cost) {
                    format!("write `spend > target.{cost} * {thing}` instead of `{cost} > target.{cost}`")
                } else {
                    format!("add a case for `{thing} == 0`")
                },
            ));
        }
    }
}

fn untested(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    let written = rule.rule();
    if written.mode == Mode::Auto && written.test.is_empty() {
        findings.push(finding(
            Weight::Advice,
            "mode",
            "the rule acts on its own and has no case that shows what it does",
            "add a `[[rule.test]]` that fires and one that is quiet",
        ));
    }
}

#[cfg(test)]
mod tests;
