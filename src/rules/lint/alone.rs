//! What one rule by itself does not mean: constants, contradictions, flapping, windows, units, steps.

use jiff::SignedDuration;

use super::numbers::{NoReadings, meet};
use super::{Feed, Finding, Sources, Weight, finding};
use crate::domain::ids::Platform;
use crate::domain::metric::{Kind, Metric};
use crate::domain::verdict::Verdict;
use crate::rules::check::CheckedRule;
use crate::rules::eval::compared;
use crate::rules::lower::{Compare, Cond, Num, Op, Source};
use crate::rules::readings::Want;
use crate::rules::rule::{Do, Length, Mode};
use crate::rules::units::{Dim, Per};
use crate::rules::window::Window;

/// Looks one rule over.
pub(super) fn look(rule: &CheckedRule, sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    constant(rule, &mut findings);
    contradiction(rule, &mut findings);
    flapping(rule, &mut findings);
    overlap(rule, &mut findings);
    lag(rule, sources, &mut findings);
    untold(rule, sources, &mut findings);
    history(rule, &mut findings);
    percentages(rule, &mut findings);
    ladder(rule, &mut findings);
    too_early(rule, &mut findings);
    untested(rule, &mut findings);
    nothing_to_divide_by(rule, &mut findings);
    findings
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

/// Numbers on which the rule fires and recovers at once: it would open and close an incident at every poll.
fn overlap(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    let Some(recover) = rule.recover().filter(|recover| *recover != rule.when()) else {
        return;
    };
    if meet(&[(rule, rule.when()), (rule, recover)]) == Some(true) {
        findings.push(finding(
            Weight::Advice,
            "recover",
            "there are numbers on which the rule fires and recovers at once: it would open and close at every poll",
            "write the opposite of `when`, with some distance",
        ));
    }
}

/// The sources that tell a reading of the window.
fn tellers(want: Want, sources: &Sources) -> impl Iterator<Item = &Feed> {
    let parts = want.metric.parts();
    sources.feeds.iter().filter(move |feed| {
        want.platform.is_none_or(|platform| platform == feed.platform)
            && feed.metrics.iter().any(|metric| parts.contains(metric))
    })
}

/// A window of hours that its sources cannot fill.
fn lag(rule: &CheckedRule, sources: &Sources, findings: &mut Vec<Finding>) {
    let Window::Hours(hours) = rule.window() else { return };
    let length = SignedDuration::from_hours(i64::from(hours));
    let feeds = rule.inputs().iter().flat_map(|input| tellers(input.want, sources));
    let Some(feed) = feeds.max_by_key(|feed| (feed.lag, feed.renewed)) else { return };
    if length < feed.lag {
        findings.push(finding(
            Weight::Useless,
            "window",
            format!(
                "a window of {} is shorter than the lag of {} ({:#}): its numbers are never there in time",
                rule.window(),
                feed.platform,
                feed.lag
            ),
            "use a window of whole days, such as `1d`",
        ));
    } else if length < feed.renewed {
        findings.push(finding(
            Weight::Advice,
            "window",
            format!(
                "{} renews its numbers every {:#}: most windows of {} see nothing move",
                feed.platform,
                feed.renewed,
                rule.window()
            ),
            "use a window of whole days, such as `1d`",
        ));
    }
}

/// Numbers that no source tells: the rule would wait for them for ever.
fn untold(rule: &CheckedRule, sources: &Sources, findings: &mut Vec<Finding>) {
    if sources.feeds.is_empty() {
        return;
    }
    for input in rule.inputs().iter().filter(|input| matches!(input.source, Source::Now | Source::Prev | Source::Own)) {
        let want = input.want;
        let told = |part: Metric| {
            let ours = part == Metric::Spend && want.platform.is_none_or(|platform| platform == Platform::Deal);
            ours || tellers(Want { metric: part, ..want }, sources).next().is_some()
        };
        let Some(silent) =
            want.metric.parts().into_iter().find(|part| !want.metric.part_is_optional(*part) && !told(*part))
        else {
            continue;
        };
        let of = want.platform.map_or_else(String::new, |platform| format!(" of {platform}"));
        findings.push(finding(
            Weight::Advice,
            "when",
            format!("no source in the configuration tells `{silent}`{of}, so the rule cannot know"),
            format!("add a source that tells it, or import it: `plimsoll import FILE.csv` takes `{silent}` too"),
        ));
        return;
    }
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

/// A share that is written as a percentage.
fn percentages(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    let mut comparisons = rule.when().comparisons();
    comparisons.extend(rule.recover().map(Cond::comparisons).unwrap_or_default());
    for compare in comparisons {
        let Dim::Share(_) = compare.dim else { continue };
        let written = [&compare.left, &compare.right].into_iter().find_map(|side| match side {
            Num::Literal(value) => Some(*value),
            Num::Money(..) | Num::Read(_) | Num::Negate(_) | Num::Math(..) => None,
        });
        let Some(value) = written.filter(|value| 1.0 <= *value) else { continue };
        // Engagements may outnumber followers.
        let of_followers = rule.inputs().iter().any(|input| input.want.metric == Metric::ErFollowers);
        if of_followers && value < 5.0 {
            continue;
        }
        findings.push(finding(
            Weight::Advice,
            "when",
            format!("`{}` compares a share with {value}, which is {} %", said(compare), 100.0 * value),
            format!("write {} for {value} %", value / 100.0),
        ));
    }
}

/// Steps that come to nothing, and acting without a limit.
fn ladder(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    let written = rule.rule();
    let steps = &written.then;
    for (index, step) in steps.iter().enumerate() {
        let earlier = |wanted: &dyn Fn(Do) -> bool| {
            steps
                .iter()
                .enumerate()
                .any(|(at, other)| at != index && (other.after, at) <= (step.after, index) && wanted(other.what))
        };
        let name = |what: Do| serde_json::to_value(what).ok().and_then(|name| name.as_str().map(str::to_owned));
        let what = name(step.what).unwrap_or_default();
        if earlier(&|other| other == step.what) {
            findings.push(finding(
                Weight::Useless,
                "then",
                format!("`{what}` is done already by an earlier step"),
                "leave one of them out",
            ));
        } else if step.what == Do::CutBoost && earlier(&|other| other == Do::StopBoost)
            || step.what == Do::HoldNext && earlier(&|other| other == Do::CancelNext)
        {
            findings.push(finding(
                Weight::Useless,
                "then",
                format!("`{what}` comes after the step that leaves nothing for it to do"),
                "put the milder step first: cut, then stop; hold, then cancel",
            ));
        }
        if written.mode == Mode::Auto && matches!(step.what, Do::CancelNext | Do::Offer) {
            findings.push(finding(
                Weight::Advice,
                "then",
                format!("`{what}` is never done on its own; in `auto` it is proposed and waits for a person"),
                "leave it, and mind that somebody has to answer",
            ));
        }
    }
    if written.mode == Mode::Auto && !steps.iter().any(|step| step.what != Do::Notify) {
        findings.push(finding(
            Weight::Advice,
            "mode",
            "the rule may act on its own and `then` names nothing to do",
            "add a step such as `{ do = \"stop_boost\" }`, or write `mode = \"propose\"`",
        ));
    }
    if written.mode == Mode::Auto && written.cooldown.is_none() && written.max_per_day.is_none() {
        findings.push(finding(
            Weight::Advice,
            "mode",
            "the rule acts on its own and nothing says how often",
            "add `cooldown = \"6h\"` or `max_per_day = 3`",
        ));
    }
    let restarts = written.revive && written.cooldown.is_none() && rule.recover().is_none();
    if restarts {
        findings.push(finding(
            Weight::Advice,
            "revive",
            "near the limit the rule stops, takes it back and stops again",
            "add `recover` with some distance from `when`, or `cooldown = \"24h\"`",
        ));
    }
}

/// Money that is judged before it had time to sell.
fn too_early(rule: &CheckedRule, findings: &mut Vec<Finding>) {
    let written = rule.rule();
    let sells = |metric: Metric| {
        let parts = metric.parts();
        parts.contains(&Metric::Spend) && parts.iter().any(|part| matches!(part, Metric::Orders | Metric::Revenue))
    };
    let tested = rule.when().comparisons().into_iter().find_map(|compare| compare.tested.as_ref());
    if let Some(tested) = tested.filter(|tested| sells(tested.want.metric) && !written.mature) {
        findings.push(finding(
            Weight::Advice,
            "evidence",
            format!("`{}` counts spend that has not had time to sell against the creator", tested.want.metric),
            "add `mature = true`",
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
