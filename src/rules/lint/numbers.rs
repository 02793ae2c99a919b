//! What conditions are tried on: numbers around those that rules write down, and a few of every size.
//!
//! A derived metric is worked out from its parts, so that `cpa`, `spend` and `orders` of one trial fit together.

use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::verdict::Verdict;
use crate::rules::check::CheckedRule;
use crate::rules::eval::{Answer, Gap, Lookup, verdict};
use crate::rules::evidence::tested::{self, Tested};
use crate::rules::evidence::{Luck, Prior};
use crate::rules::lower::{Cond, Input, Num, Source};
use crate::rules::readings::Want;

/// Answers nothing, so that only what is written in the rule decides.
pub(super) struct NoReadings;

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

/// A condition of a rule.
pub(super) type Asked<'a> = (&'a CheckedRule, &'a Cond);

/// The most combinations that are tried: four readings of ten numbers each fit. With more, nothing is said.
const COMBINATIONS_MAX: usize = 20_000;

/// Whether there are numbers on which all of these conditions hold at once. `None`: there are too many readings to try.
pub(super) fn meet(asked: &[Asked<'_>]) -> Option<bool> {
    let bases = bases(asked)?;
    let size = bases.iter().try_fold(1_usize, |size, base| size.checked_mul(base.1.len()))?;
    if COMBINATIONS_MAX < size {
        return None;
    }
    let known: Vec<Input> = bases.iter().map(|base| base.0).collect();
    let mut tried: Vec<(&Cond, &[Input], Numbers)> = asked
        .iter()
        .map(|(rule, cond)| (*cond, rule.inputs(), Numbers::new(&known, rule.inputs(), currency(asked))))
        .collect();
    for index in 0..size {
        let mut rest = index;
        let values: Vec<f64> = bases
            .iter()
            .filter_map(|(_, grid)| {
                let value = grid.get(rest % grid.len()).copied();
                rest /= grid.len();
                value
            })
            .collect();
        let all = tried.iter_mut().all(|(cond, inputs, numbers)| {
            numbers.values.clone_from(&values);
            verdict(cond, inputs, numbers) == Verdict::Holds
        });
        if all {
            return Some(true);
        }
    }
    Some(false)
}

fn currency(asked: &[Asked<'_>]) -> Option<Currency> {
    asked.iter().find_map(|(rule, _)| rule.currency())
}

/// Everything that is given a number, and the numbers it is given. `None` where two of them depend on each other in a way
/// that numbers cannot be given one by one: a metric of one platform beside the same of all.
fn bases(asked: &[Asked<'_>]) -> Option<Vec<(Input, Vec<f64>)>> {
    let mut bases: Vec<(Input, Vec<f64>)> = Vec::new();
    for (rule, cond) in asked {
        let mut slots = Vec::new();
        for compare in cond.comparisons() {
            compare.left.slots(&mut slots);
            compare.right.slots(&mut slots);
        }
        for input in slots.into_iter().filter_map(|slot| rule.inputs().get(slot)) {
            for base in parts(*input) {
                if !bases.iter().any(|known| known.0 == base) {
                    bases.push((base, vec![0.0, 1.0, 10.0, 1_000.0, 100_000.0]));
                }
            }
        }
    }
    let entangled = |one: &Input, other: &Input| {
        one.source == other.source && one.want.metric == other.want.metric && one.want.platform != other.want.platform
    };
    if bases.iter().any(|one| bases.iter().any(|other| entangled(&one.0, &other.0))) {
        return None;
    }
    for (rule, cond) in asked {
        for compare in cond.comparisons() {
            let mut slots = Vec::new();
            compare.left.slots(&mut slots);
            compare.right.slots(&mut slots);
            let written = [literal(&compare.left), literal(&compare.right)];
            for value in written.into_iter().flatten() {
                for base in slots.iter().filter_map(|slot| rule.inputs().get(*slot)).flat_map(|input| parts(*input)) {
                    if let Some((_, grid)) = bases.iter_mut().find(|known| known.0 == base) {
                        grid.extend([0.5, 0.9, 1.0, 1.1, 2.0].map(|share| share * value));
                    }
                }
            }
        }
    }
    for (_, grid) in &mut bases {
        grid.sort_by(f64::total_cmp);
        grid.dedup();
    }
    Some(bases)
}

fn literal(num: &Num) -> Option<f64> {
    match num {
        Num::Literal(value) | Num::Money(value, _) => Some(*value),
        Num::Read(_) | Num::Negate(_) | Num::Math(..) => None,
    }
}

/// What a reading is worked out from: readings of the window have parts, those from elsewhere are one number.
fn parts(input: Input) -> Vec<Input> {
    match input.source {
        Source::Now | Source::Prev => {
            let of = |metric| Input { want: Want { metric, ..input.want }, ..input };
            input.want.metric.parts().into_iter().map(of).collect()
        }
        _ => vec![input],
    }
}

/// One number for each base, seen through the inputs of one rule.
struct Numbers {
    values: Vec<f64>,
    /// For each slot of the rule: its parts among the values.
    slots: Vec<Vec<usize>>,
    known: Vec<Input>,
    currency: Option<Currency>,
}

impl Numbers {
    fn new(known: &[Input], inputs: &[Input], currency: Option<Currency>) -> Self {
        let place = |base: Input| known.iter().position(|one| *one == base);
        let slots = inputs.iter().map(|input| parts(*input).into_iter().filter_map(place).collect()).collect();
        Self { values: Vec::new(), slots, known: known.to_vec(), currency }
    }

    fn of(&self, want: Want) -> Option<f64> {
        let at = self.known.iter().position(|one| one.source == Source::Now && one.want == want)?;
        self.values.get(at).copied()
    }
}

impl Lookup for Numbers {
    /// All of it in one post.
    fn posts(&mut self, tested: &Tested) -> Result<Vec<Vec<f64>>, Gap> {
        let part = |metric: Metric| self.of(Want { metric, ..tested.want }).unwrap_or(0.0);
        Ok(vec![tested::parts(tested.want.metric).into_iter().map(part).collect()])
    }

    fn luck(&self) -> (Luck, Prior) {
        (Luck::Alike, Prior::UNLEARNED)
    }

    fn answer(&mut self, slot: usize, input: Input) -> Answer {
        let values: Option<Vec<f64>> =
            self.slots.get(slot).map(|parts| parts.iter().filter_map(|part| self.values.get(*part).copied()).collect());
        let value = match (values, input.source) {
            (None, _) => Err(Gap::NotYet),
            (Some(values), Source::Now | Source::Prev) => input.want.metric.work_out(&values).ok_or(Gap::DividedByZero),
            (Some(values), _) => values.first().copied().ok_or(Gap::NotYet),
        };
        Answer { value, ..Answer::gap(Gap::NotYet) }
    }

    fn currency(&self) -> Option<Currency> {
        self.currency
    }
}
