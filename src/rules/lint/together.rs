//! What two rules of one file do to each other: the same twice, stop against praise, taking back what the other stopped.

use super::numbers::meet;
use super::{Finding, Weight, finding, located};
use crate::rules::check::CheckedRule;
use crate::rules::file::SourcedRule;
use crate::rules::rule::{Do, Globs, Kind, Rule};

/// Looks every pair over.
pub(super) fn look(rules: &[(&SourcedRule, CheckedRule)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, (written, rule)) in rules.iter().enumerate() {
        let mut found = Vec::new();
        for (other_at, (_, other)) in rules.iter().enumerate() {
            if other_at != index && may_share_subjects(rule.rule(), other.rule()) {
                found.extend((other_at < index).then(|| twice(rule, other)).flatten());
                found.extend(praised(rule, other));
                found.extend(undone(rule, other));
            }
        }
        findings.extend(located(written, found));
    }
    findings
}

/// Whether both may speak about one subject.
fn may_share_subjects(one: &Rule, other: &Rule) -> bool {
    let apart = |left: &Option<Globs>, right: &Option<Globs>| match (left, right) {
        (Some(left), Some(right)) => {
            let exact = |globs: &Globs| globs.each().all(|glob| !glob.contains('*'));
            exact(left) && exact(right) && !left.each().any(|name| right.fit(Some(name)))
        }
        (_, _) => false,
    };
    let (left, right) = (&one.selects, &other.selects);
    let sizes_apart = match (&left.size, &right.size) {
        (Some(left), Some(right)) => !left.iter().any(|size| right.contains(size)),
        (_, _) => false,
    };
    one.scope == other.scope
        && (one.program == other.program || one.program.is_none() || other.program.is_none())
        && !(one.level.is_some() && other.level.is_some() && one.level != other.level)
        && !apart(&left.campaign, &right.campaign)
        && !apart(&left.creator, &right.creator)
        && !apart(&left.brand, &right.brand)
        && !apart(&left.platform, &right.platform)
        && !sizes_apart
}

/// The same condition over the same window, for the same end.
fn twice(rule: &CheckedRule, earlier: &CheckedRule) -> Option<Finding> {
    let (one, other) = (rule.rule(), earlier.rule());
    let letters = |rule: &Rule| rule.when.split_whitespace().collect::<String>();
    let same = one.kind == other.kind
        && rule.window() == earlier.window()
        && one.evidence == other.evidence
        && one.mature == other.mature
        && letters(one) == letters(other);
    same.then(|| {
        finding(
            Weight::Advice,
            "when",
            format!("`{}` asks the same of the same: both would tell it", other.id),
            "leave one of them out, or part their subjects with `where`",
        )
    })
}

fn stops(rule: &Rule) -> bool {
    rule.kind == Kind::StopLoss && rule.then.iter().any(|step| is_stop(step.what))
}

fn is_stop(what: Do) -> bool {
    match what {
        Do::StopBoost | Do::CutBoost | Do::HoldNext | Do::CancelNext | Do::EndCode | Do::CutLink => true,
        Do::Notify | Do::AskFix | Do::AskMakeGood | Do::Offer => false,
    }
}

/// Numbers on which this one praises what the other stops.
fn praised(rule: &CheckedRule, other: &CheckedRule) -> Option<Finding> {
    let (one, stopper) = (rule.rule(), other.rule());
    if one.kind != Kind::Opportunity || !stops(stopper) {
        return None;
    }
    (meet(&[(rule, rule.when()), (other, other.when())]) == Some(true)).then(|| {
        finding(
            Weight::Advice,
            "when",
            format!("there are numbers on which this rule says \"far better\" and `{}` stops it", stopper.id),
            format!("leave out here what `{}` stops: join its opposite by `&&`", stopper.id),
        )
    })
}

/// Numbers on which this one takes back what the other has stopped.
fn undone(rule: &CheckedRule, other: &CheckedRule) -> Option<Finding> {
    let (one, stopper) = (rule.rule(), other.rule());
    let boosts = |rule: &Rule| rule.then.iter().any(|step| matches!(step.what, Do::StopBoost | Do::CutBoost));
    if !one.revive || !boosts(one) || !stops(stopper) || !boosts(stopper) {
        return None;
    }
    let recovers = rule.recover()?;
    (meet(&[(rule, recovers), (other, other.when())]) == Some(true)).then(|| {
        finding(
            Weight::Advice,
            "revive",
            format!(
                "it would take a boost back on numbers on which `{}` stops it: the two undo each other",
                stopper.id
            ),
            format!("make `recover` here ask for what `{}` asks for as well", stopper.id),
        )
    })
}
