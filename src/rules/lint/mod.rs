//! Advice about rules that are well formed and still not what was meant.
//!
//! Owns: rules that can never or always fire, that flap or undo each other, windows their sources cannot fill, steps that
//! come to nothing, numbers written in another unit than meant, deals too small for their evidence, thresholds that fire
//! on their own history. Refuses: changing a rule; every finding says what to write.
//!
//! `alone` looks at one rule, `together` at pairs, [`deals`] at what was agreed, [`past`] at what already happened;
//! `numbers` is what they try conditions on.

mod alone;
pub mod deals;
mod numbers;
pub mod past;
mod together;

use jiff::SignedDuration;
use serde::Serialize;

use super::check::{CheckedRule, check};
use super::error::{Place, RuleError};
use super::file::{RulesFile, SourcedRule};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;

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

/// One source, as far as rules depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Whose numbers it tells.
    pub platform: Platform,
    /// Which numbers.
    pub metrics: Vec<Metric>,
    /// How long after the fact they are complete.
    pub lag: SignedDuration,
    /// How often they are renewed: a shorter window sees nothing most of the time.
    pub renewed: SignedDuration,
}

/// What is known about the sources when rules are linted. None at all: nothing is said about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// Each of them.
    pub feeds: Vec<Feed>,
}

/// Looks over every rule of a file, each by itself and then together.
#[must_use]
pub fn lint_file(file: &RulesFile, sources: &Sources) -> Vec<Finding> {
    let checked: Vec<(&SourcedRule, CheckedRule)> =
        file.rules.iter().filter_map(|written| Some((written, check(&written.rule).ok()?))).collect();
    let mut findings: Vec<Finding> =
        checked.iter().flat_map(|(written, rule)| located(written, alone::look(rule, sources))).collect();
    findings.extend(together::look(&checked));
    findings
}

/// Gives findings about one rule their places, in their order.
fn located(written: &SourcedRule, mut findings: Vec<Finding>) -> Vec<Finding> {
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

#[cfg(test)]
mod tests;
