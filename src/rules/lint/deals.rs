//! What the deals in the files make of a rule: nobody it speaks about, targets nobody has, budgets too small to ever fire.

use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::num::f64_of_len;
use crate::domain::verdict::Verdict;
use crate::rules::check::CheckedRule;
use crate::rules::eval::{Answer, Gap, Lookup, verdict};
use crate::rules::evidence::tested::{self, Tested};
use crate::rules::evidence::{Luck, Prior};
use crate::rules::file::RulesFile;
use crate::rules::judge::Context;
use crate::rules::lower::{Input, Source};

use super::{Finding, Weight, finding, located};

/// One subject as agreed.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreed {
    /// Who or what.
    pub subject: Subject,
    /// What is known about it.
    pub context: Context,
    /// All it may cost, fees and boosts together, in minor units.
    pub budget: Option<f64>,
    /// Posts it will have, at least one.
    pub posts: usize,
}

/// Names that are listed before the rest is counted.
const NAMES_MAX: usize = 3;

/// Looks every rule over against everything that was agreed. Without anything nothing is said.
#[must_use]
pub fn look(file: &RulesFile, agreed: &[Agreed]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for written in &file.rules {
        let Ok(rule) = written.check() else { continue };
        findings.extend(located(written, of_rule(&rule, agreed)));
    }
    findings
}

fn of_rule(rule: &CheckedRule, agreed: &[Agreed]) -> Vec<Finding> {
    let scope = rule.rule().scope;
    let all: Vec<&Agreed> = agreed.iter().filter(|one| one.subject.scope() == scope).collect();
    let chosen: Vec<&Agreed> = all.iter().copied().filter(|one| rule.selects(&one.subject, &one.context)).collect();
    let mut findings = Vec::new();
    if chosen.is_empty() {
        if !all.is_empty() {
            findings.push(finding(
                Weight::Useless,
                "where",
                format!("the rule speaks about none of the {} {} in these files", all.len(), plural(rule)),
                "look at the ids in `where`, or leave it out",
            ));
        }
        return findings;
    }
    let metrics: Vec<Metric> =
        rule.inputs().iter().filter(|one| one.source == Source::Target).map(|one| one.want.metric).collect();
    for metric in metrics {
        let without: Vec<&Agreed> =
            chosen.iter().copied().filter(|one| !one.context.targets.contains_key(&metric)).collect();
        if !without.is_empty() {
            let (weight, who) = if without.len() == chosen.len() {
                (Weight::Useless, format!("none of the {} {} has", chosen.len(), plural(rule)))
            } else {
                (Weight::Advice, format!("{} of {} ({}) do not have", without.len(), chosen.len(), names(&without)))
            };
            findings.push(finding(
                weight,
                "when",
                format!("{who} a target for `{metric}`: there the rule cannot judge"),
                format!("add `target = {{ {metric} = … }}` to the campaign or the partnership"),
            ));
        }
    }
    let other: Vec<&Agreed> = chosen
        .iter()
        .copied()
        .filter(|one| one.context.currency.is_some_and(|currency| rule.check_currency(currency).is_err()))
        .collect();
    if let (Some(first), Some(written)) = (other.first(), rule.currency()) {
        let kept = first.context.currency.map_or_else(String::new, |currency| currency.to_string());
        findings.push(finding(
            Weight::Advice,
            "when",
            format!("the rule is written in {written}, and {kept} is the currency of {}", names(&other)),
            format!("write a rule in {kept} for them, or limit this one with `where`"),
        ));
    }
    let small: Vec<&Agreed> = chosen.iter().copied().filter(|one| cannot_fire(rule, one)).collect();
    if !small.is_empty() {
        let pooled = rule.rule().evidence.is_some();
        let all_small = small.len() == chosen.len();
        findings.push(finding(
            if all_small { Weight::Useless } else { Weight::Advice },
            "when",
            format!(
                "{} of {} {} ({}) cannot fire it with their whole budget and nothing to show for it",
                small.len(),
                chosen.len(),
                plural(rule),
                names(&small)
            ),
            if pooled {
                "they are judged together with deals like them; a milder level such as `fast` needs less"
            } else {
                "lower the guard for them, or limit the rule with `where`"
            },
        ));
    }
    findings
}

fn plural(rule: &CheckedRule) -> String {
    let scope = rule.rule().scope.as_str();
    scope.strip_suffix('y').map_or_else(|| format!("{scope}s"), |stem| format!("{stem}ies"))
}

fn names(of: &[&Agreed]) -> String {
    let mut names: Vec<String> = of.iter().take(NAMES_MAX).map(|one| one.subject.to_string()).collect();
    if NAMES_MAX < of.len() {
        names.push(format!("{} more", of.len() - NAMES_MAX));
    }
    names.join(", ")
}

/// Whether an evidence rule, or a rule with a guard, cannot fire on a deal within all that it may cost.
#[must_use]
pub fn is_too_small(rule: &CheckedRule, deal: &Agreed) -> bool {
    deal.subject.scope() == rule.rule().scope && cannot_fire(rule, deal)
}

/// Whether a rule about spend stays silent on a deal even when all of it is spent and nothing came of it. Rules that
/// read anything but this window and its targets are not asked.
fn cannot_fire(rule: &CheckedRule, deal: &Agreed) -> bool {
    let Some(budget) = deal.budget else { return false };
    let spends = |input: &Input| input.want.metric.parts().contains(&Metric::Spend);
    let known = |input: &Input| match input.source {
        Source::Target => deal.context.targets.contains_key(&input.want.metric),
        Source::Now => true,
        _ => false,
    };
    if !rule.inputs().iter().any(spends) || !rule.inputs().iter().all(known) {
        return false;
    }
    // Nothing came of it, or the least that a rate needs to be one.
    let tried: Vec<Verdict> = [0.0, 1.0]
        .into_iter()
        .map(|things| verdict(rule.when(), rule.inputs(), &mut Worst { deal, budget, things }))
        .collect();
    !tried.contains(&Verdict::Holds) && tried.contains(&Verdict::DoesNotHold)
}

/// A deal on which everything was spent, for so many of everything else.
struct Worst<'a> {
    deal: &'a Agreed,
    budget: f64,
    things: f64,
}

impl Worst<'_> {
    fn part(&self, metric: Metric) -> f64 {
        if metric == Metric::Spend { self.budget } else { self.things }
    }
}

impl Lookup for Worst<'_> {
    fn posts(&mut self, tested: &Tested) -> Result<Vec<Vec<f64>>, Gap> {
        let posts = std::cmp::max(self.deal.posts, 1);
        let share = |metric: Metric| self.part(metric) / f64_of_len(posts);
        let parts = tested::parts(tested.want.metric);
        Ok((0..posts).map(|_| parts.iter().map(|part| share(*part)).collect()).collect())
    }

    fn luck(&self) -> (Luck, Prior) {
        (self.deal.context.luck, self.deal.context.prior)
    }

    fn answer(&mut self, _slot: usize, input: Input) -> Answer {
        let value = match input.source {
            Source::Target => self.deal.context.targets.get(&input.want.metric).copied().ok_or(Gap::NoTarget),
            Source::Now => {
                let parts: Vec<f64> = input.want.metric.parts().into_iter().map(|part| self.part(part)).collect();
                input.want.metric.work_out(&parts).ok_or(Gap::DividedByZero)
            }
            _ => Err(Gap::NoHistory),
        };
        Answer { value, ..Answer::gap(Gap::NotYet) }
    }

    fn currency(&self) -> Option<Currency> {
        self.deal.context.currency
    }
}
