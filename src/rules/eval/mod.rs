//! Walks a lowered condition over readings: three-valued, with or without evidence.
//!
//! Owns: what a comparison of absent numbers is (unknown), the median behind `own()`, which windows `for = "K windows"`
//! means. A verdict alone allocates nothing once its [`Scratch`] has grown.
//! Refuses: phases and clocks.

use jiff::Timestamp;

use crate::domain::money::Currency;
use crate::domain::sample::Reading;
use crate::domain::verdict::Verdict;

use super::evidence::tested::{Outcome, Parts, Tested, is_enough, weigh_parts};
use super::evidence::{Luck, Prior};
use super::lower::{Compare, Cond, Input, Math, Num};
use super::readings::{Seen, Span};

/// The answer to one input, with what a receipt says about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// The value (money in minor units), or why there is none.
    pub value: Result<f64, Gap>,
    /// Samples that took part; for `own`, earlier windows that did.
    pub n: u32,
    /// When the newest of them was observed.
    pub newest: Option<Timestamp>,
    /// The span it was read over; for `own`, from the first to the last of its windows.
    pub span: Option<Span>,
    /// Spend that is left out because it has not had time to sell, in minor units.
    pub fresh: Option<f64>,
    /// What of others is in it.
    pub basis: Option<Basis>,
}

impl Answer {
    /// No value, and why.
    #[must_use]
    pub fn gap(gap: Gap) -> Self {
        Self { value: Err(gap), n: 0, newest: None, span: None, fresh: None, basis: None }
    }

    fn seen(seen: Seen, span: Option<Span>) -> Self {
        Self {
            value: match seen.reading {
                Reading::Value(value) => Ok(value),
                Reading::Absent(why) => Err(why.into()),
            },
            n: seen.n,
            newest: seen.newest,
            span,
            fresh: None,
            basis: None,
        }
    }
}

/// Whoever answers inputs: readings of the world, or the constants of a rule's own case.
pub trait Lookup {
    /// The values of these parts of a metric in each post of the deal, oldest first; what has no posts is one.
    fn posts(&mut self, tested: &Tested) -> Result<Vec<Vec<f64>>, Gap>;
    /// The same, cut where the limit changed; the limit of each stretch is asked for [`Lookup::under`] its regime.
    fn stretches(&mut self, tested: &Tested) -> Result<Parts, Gap> {
        self.posts(tested).map(Parts::alike)
    }
    /// Answers targets as they were in this regime, until it is asked for `None`: those of now.
    fn under(&mut self, _regime: Option<usize>) {}
    /// How much luck varies between them, and what was known before.
    fn luck(&self) -> (Luck, Prior);
    /// The answer to the input in this slot.
    fn answer(&mut self, slot: usize, input: Input) -> Answer;
    /// The currency the subject is kept in.
    fn currency(&self) -> Option<Currency>;
    /// What this test came to before, over the same numbers; only replays remember.
    fn kept_verdict(&self, _tested: &Tested, _limit: f64) -> Option<bool> {
        None
    }
    /// Remembers it.
    fn keep_verdict(&self, _tested: &Tested, _limit: f64, _holds: bool) {}
}

/// The verdict of a condition. One side that decides is enough; the other is then not looked at.
pub fn verdict(cond: &Cond, inputs: &[Input], lookup: &mut dyn Lookup) -> Verdict {
    match cond {
        Cond::Known(value) => Verdict::known(*value),
        Cond::Not(inner) => !verdict(inner, inputs, lookup),
        Cond::Compare(compare) => compared(compare, inputs, lookup),
        Cond::And(left, right) => {
            // Both orders say the same; to weigh luck costs a hundred times what a guard costs.
            let (first, then) = if left.weighs() { (right, left) } else { (left, right) };
            match verdict(first, inputs, lookup) {
                Verdict::DoesNotHold => Verdict::DoesNotHold,
                known @ (Verdict::Holds | Verdict::Unknown) => known.and(verdict(then, inputs, lookup)),
            }
        }
        Cond::Or(left, right) => match verdict(left, inputs, lookup) {
            Verdict::Holds => Verdict::Holds,
            known @ (Verdict::DoesNotHold | Verdict::Unknown) => known.or(verdict(right, inputs, lookup)),
        },
    }
}

/// What comes of weighing a tested comparison, with `extra` more things in the newest post.
///
/// # Errors
///
/// Why nothing can be said.
pub fn weighed(
    compare: &Compare,
    tested: &Tested,
    extra: f64,
    inputs: &[Input],
    lookup: &mut dyn Lookup,
) -> Result<Outcome, Gap> {
    let (parts, limits) = gathered(compare, tested, inputs, lookup)?;
    let luck = lookup.luck();
    weigh_parts(tested, &parts, &limits, extra, luck).ok_or(Gap::NotYet)
}

/// The parts of a test, and the limit of each of its regimes.
fn gathered(
    compare: &Compare,
    tested: &Tested,
    inputs: &[Input],
    lookup: &mut dyn Lookup,
) -> Result<(Parts, Vec<Option<f64>>), Gap> {
    let side = if tested.on_left { &compare.right } else { &compare.left };
    let now = number(side, inputs, lookup)?;
    let parts = lookup.stretches(tested)?;
    let mut limits = vec![Some(now)];
    if 0 < parts.regimes {
        limits.clear();
        for regime in 0..parts.regimes {
            lookup.under(Some(regime));
            limits.push(number(side, inputs, lookup).ok());
        }
        lookup.under(None);
    }
    Ok((parts, limits))
}

/// Whether a tested comparison holds: what [`weighed`] says, without the weight where that cannot be enough.
fn judged(compare: &Compare, tested: &Tested, inputs: &[Input], lookup: &mut dyn Lookup) -> Result<bool, Gap> {
    let limit = number(if tested.on_left { &compare.right } else { &compare.left }, inputs, lookup)?;
    if let Some(kept) = lookup.kept_verdict(tested, limit) {
        return Ok(kept);
    }
    let (parts, limits) = gathered(compare, tested, inputs, lookup)?;
    let luck = lookup.luck();
    let holds = is_enough(tested, &parts, &limits, luck).ok_or(Gap::NotYet)?;
    lookup.keep_verdict(tested, limit, holds);
    Ok(holds)
}

/// The verdict of one comparison: unknown where a side has no value.
pub fn compared(compare: &Compare, inputs: &[Input], lookup: &mut dyn Lookup) -> Verdict {
    if let Some(tested) = &compare.tested {
        return judged(compare, tested, inputs, lookup).map_or(Verdict::Unknown, Verdict::known);
    }
    let left = number(&compare.left, inputs, lookup);
    let right = number(&compare.right, inputs, lookup);
    match (left, right) {
        (Ok(left), Ok(right)) => Verdict::known(compare.op.holds(left, right)),
        (Err(_), _) | (_, Err(_)) => Verdict::Unknown,
    }
}

/// The value of one side.
///
/// # Errors
///
/// Why there is none.
pub fn number(num: &Num, inputs: &[Input], lookup: &mut dyn Lookup) -> Result<f64, Gap> {
    match num {
        Num::Literal(value) => Ok(*value),
        Num::Money(minor, currency) if lookup.currency() == Some(*currency) => Ok(*minor),
        Num::Money(..) => Err(Gap::OtherCurrency),
        Num::Read(slot) => match inputs.get(*slot) {
            Some(input) => lookup.answer(*slot, *input).value,
            None => Err(Gap::NoWindow),
        },
        Num::Negate(inner) => number(inner, inputs, lookup).map(|value| -value),
        Num::Math(math, left, right) => {
            let left = number(left, inputs, lookup)?;
            let right = number(right, inputs, lookup)?;
            let value = match math {
                Math::Add => left + right,
                Math::Subtract => left - right,
                Math::Multiply => left * right,
                Math::Divide if right == 0.0 => return Err(Gap::DividedByZero),
                Math::Divide => left / right,
            };
            if value.is_finite() { Ok(value) } else { Err(Gap::TooLarge) }
        }
    }
}

/// Memory that verdicts share, so that they need none of their own. It carries no verdict from one to the next, unless it
/// was made to.
///
/// The one thing it always keeps is what the members of a group have over one window, so that a thousand of them do not read
/// each other a million times. One scratch is for one state of the series: who appends numbers takes a new one.
#[derive(Debug, Default)]
pub struct Scratch {
    memo: Vec<Option<Answer>>,
    values: Vec<f64>,
    others: peers::Kept,
    kept: Option<Kept>,
}

impl Scratch {
    /// One that remembers, for replays: the numbers do not change while it is used. [`Scratch::turn_to_another`] says when
    /// another subject's come.
    #[must_use]
    pub fn remembering() -> Self {
        Self { kept: Some(Kept::default()), ..Self::default() }
    }

    /// Forgets what was remembered: the next questions are about another subject.
    pub fn turn_to_another(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.clear();
        }
    }
}

pub use deal::by_post;
pub use excused::LeftOut;
pub use gap::Gap;
pub use glance::{Glance, nothing_changes};
use kept::Kept;
pub(in crate::rules) use live::{Live, Sweep, View, age};
pub use pool::{Member, Pooled};

pub use peers::{Basis, Others};
pub(in crate::rules) use peers::{is_of_others, reads_groups};

mod deal;
mod excused;
mod gap;
mod glance;
mod kept;
mod lessons;
mod live;
mod peers;
mod pool;
mod regime;
mod standing;
#[cfg(test)]
pub(super) mod tests;
