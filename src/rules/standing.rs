//! Rules about the deal itself: what they may say, and when time alone may change what they say.
//!
//! Owns: that a fact of the deal is asked for as it is now, of a partnership, and never stops anything for a word that was
//! not found. Refuses: working facts out; [`crate::domain::standing`] does that.

use jiff::{SignedDuration, Timestamp};

use super::check::CheckedRule;
use super::error::RuleError;
use super::lower::{Cond, Input, Math, Num, Source};
use super::rule::{Do, For, Rule};
use crate::domain::ids::Scope;
use crate::domain::metric::Metric;
use crate::domain::num::round_i64;
use crate::domain::standing::Deal;

/// What is wrong with a rule that asks for facts of the deal.
pub(super) fn check_keys(rule: &Rule, inputs: &[Input], errors: &mut Vec<RuleError>) {
    let Some(fact) = inputs.iter().find(|input| input.want.metric.is_of_deal()) else { return };
    let metric = fact.want.metric;
    for input in inputs.iter().filter(|input| input.want.metric.is_of_deal()) {
        let metric = input.want.metric;
        if input.source != Source::Now {
            errors.push(RuleError::about(
                "when",
                format!("`{metric}` is how the deal stands now: it has no earlier windows and no target"),
                format!("compare `{metric}` itself, such as `{metric} > {}`", example(metric)),
            ));
        }
        if let Some(platform) = input.want.platform {
            errors.push(RuleError::about(
                "when",
                format!("`{metric}` is of the whole deal, not of {}", platform.title()),
                format!("write `{metric}`"),
            ));
        }
    }
    if rule.scope != Scope::Partnership {
        errors.push(RuleError::about(
            "scope",
            format!("`{metric}` is a fact of one deal"),
            "write `scope = \"partnership\"`",
        ));
    }
    if let For::Windows(_) = rule.hold {
        errors.push(RuleError::about(
            "for",
            format!("`{metric}` has no windows"),
            "write a length of time, such as `for = \"24h\"`, or leave it out",
        ));
    }
    check_words(rule, inputs, errors);
}

fn example(metric: Metric) -> &'static str {
    match metric.unit() {
        crate::domain::metric::Unit::Seconds => "duration('24h')",
        _ => "0",
    }
}

/// A word that was not found may still be there, as a platform's own label: a person looks, nothing is stopped.
fn check_words(rule: &Rule, inputs: &[Input], errors: &mut Vec<RuleError>) {
    let stops = |what: Do| match what {
        Do::StopBoost | Do::CutBoost | Do::HoldNext | Do::CancelNext | Do::EndCode | Do::CutLink => true,
        Do::Notify | Do::AskFix | Do::AskMakeGood | Do::Offer => false,
    };
    let asks = inputs.iter().any(|input| input.want.metric == Metric::DisclosuresMissing);
    if asks && rule.then.iter().any(|step| stops(step.what)) {
        errors.push(RuleError::about(
            "then",
            "a disclosure that is not in the text is no ground to stop: the platform's own label is not in it either",
            "write `then = [ { do = \"ask_fix\" } ]`: a person looks",
        ));
    }
}

impl CheckedRule {
    /// The facts of the deal that it asks for, in the order of the text.
    #[must_use]
    pub fn facts(&self) -> Vec<Metric> {
        self.inputs().iter().map(|input| input.want.metric).filter(|metric| metric.is_of_deal()).collect()
    }

    /// The first instant after `now` at which time alone may change its verdict on this deal: where a fact that grows or
    /// shrinks by the second reaches a length that is written in the rule. Lengths that are worked out from readings are
    /// not foreseen; whoever waits looks again now and then.
    #[must_use]
    pub fn next_turn(&self, deal: &Deal, now: Timestamp) -> Option<Timestamp> {
        let mut lengths = vec![0_i64];
        for cond in [Some(self.when()), self.recover()].into_iter().flatten() {
            for compare in Cond::comparisons(cond) {
                collect(&compare.left, &mut lengths);
                collect(&compare.right, &mut lengths);
            }
        }
        lengths.sort_unstable();
        lengths.dedup();
        let mut first: Option<Timestamp> = None;
        for moment in self.facts().into_iter().flat_map(|metric| deal.moments(metric)) {
            for length in &lengths {
                // At the length itself `>=` turns, a second later `>` does; before the moment and after it.
                for secs in [*length, length.saturating_add(1), length.saturating_neg(), 1_i64.saturating_sub(*length)]
                {
                    let at = moment.checked_add(SignedDuration::from_secs(secs)).ok();
                    if let Some(at) = at.filter(|at| now < *at) {
                        first = Some(first.map_or(at, |first| std::cmp::min(first, at)));
                    }
                }
            }
        }
        first
    }
}

/// Every number that is written in a side, and those that are worked out from written ones.
fn collect(num: &Num, lengths: &mut Vec<i64>) {
    lengths.extend(written(num).and_then(round_i64));
    match num {
        Num::Negate(inner) => collect(inner, lengths),
        Num::Math(_, left, right) => {
            collect(left, lengths);
            collect(right, lengths);
        }
        Num::Literal(_) | Num::Money(..) | Num::Read(_) => {}
    }
}

fn written(num: &Num) -> Option<f64> {
    match num {
        Num::Literal(value) => Some(*value),
        Num::Negate(inner) => Some(-written(inner)?),
        Num::Math(math, left, right) => {
            let (left, right) = (written(left)?, written(right)?);
            Some(match math {
                Math::Add => left + right,
                Math::Subtract => left - right,
                Math::Multiply => left * right,
                Math::Divide => left / right,
            })
        }
        Num::Money(..) | Num::Read(_) => None,
    }
}

#[cfg(test)]
mod tests;
