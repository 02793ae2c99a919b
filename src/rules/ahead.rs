//! What is still to come of a subject's money, and when somebody has to decide about it.
//!
//! Owns: [`Plan`], and the date of a counterfactual: `decide_by`. Refuses: reading, and guessing what is not agreed yet;
//! a piece that is to go live before the date is left out, because whether it does is what is decided.

use jiff::{SignedDuration, Timestamp};

use super::check::CheckedRule;
use super::lifecycle::Phase;

/// What is agreed and has not happened yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The last moments at which promised pieces can be cancelled, in any order.
    pub cancel_by: Vec<Timestamp>,
    /// What running boosts may spend in all, in minor units; 0: none runs.
    pub boosts: f64,
}

/// How a rule stands when the date is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stands {
    /// When it is judged.
    pub(super) at: Timestamp,
    /// The phase it is in.
    pub(super) phase: Phase,
    /// Since when.
    pub(super) since: Option<Timestamp>,
    /// When it last fired.
    pub(super) fired: Option<Timestamp>,
}

/// An instant ahead, and what happens until then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ahead {
    /// Which.
    pub(super) by: Timestamp,
    /// Boosts go on spending as in the last week, up to their budgets; else they are stopped now.
    pub(super) boosts_on: bool,
}

/// Where nothing else says when: three days, in which the middle order of a usual lag comes in.
const OTHERWISE: SignedDuration = SignedDuration::from_hours(72);

/// When the next decision about it falls, after `stands.at`: the earliest of
///
/// 1. the end of `for`, while the rule waits to fire,
/// 2. each step of its `then` that is still ahead, counted from the fire,
/// 3. the last moment at which a promised piece can be cancelled;
///
/// where there is none of these, the next multiple of 72 hours after it fired (before it fired: 72 hours from now), so that
/// the date stands still while people look at it. The same inputs give the same instant; it is shown in the reader's zone,
/// and cancel-by moments are read in the brand's.
pub(super) fn decide_by(rule: &CheckedRule, plan: &Plan, stands: Stands) -> Option<Timestamp> {
    let open = matches!(stands.phase, Phase::Firing | Phase::Recovering);
    let waits = (stands.phase == Phase::Pending).then_some(stands.since).flatten();
    let end_of_for = waits.and_then(|since| since.checked_add(rule.hold().get()).ok());
    let fired = stands.fired.filter(|_| open);
    let steps = rule.rule().then.iter().filter_map(|step| fired?.checked_add(step.after.get()).ok());
    let ahead = end_of_for.into_iter().chain(steps).chain(plan.cancel_by.iter().copied());
    let next = ahead.filter(|at| stands.at < *at).reduce(std::cmp::min);
    next.or_else(|| {
        let from = fired.filter(|fired| *fired <= stands.at).unwrap_or(stands.at);
        let gone = stands.at.duration_since(from).as_secs() / OTHERWISE.as_secs();
        let later = SignedDuration::from_secs(OTHERWISE.as_secs().checked_mul(gone.checked_add(1)?)?);
        from.checked_add(later).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::eval::tests::{day, rule};

    fn stands(at: i64, phase: Phase, since: i64) -> Stands {
        let fired = (phase == Phase::Firing).then(|| day(since));
        Stands { at: day(at), phase, since: Some(day(since)), fired }
    }

    #[track_caller]
    fn check(more: &str, cancel_by: &[i64], stands: Stands, want: i64) {
        let rule = rule("spend > money('1.00 EUR')", &format!("window = \"deal\"\n{more}"));
        let plan = Plan { cancel_by: cancel_by.iter().map(|at| day(*at)).collect(), boosts: 0.0 };
        assert_eq!(decide_by(&rule, &plan, stands), Some(day(want)));
    }

    #[test]
    fn the_earliest_decision_ahead_is_the_date() {
        let ladder = "then = [ { after = \"0h\", do = \"stop_boost\" }, { after = \"48h\", do = \"hold_next\" } ]";
        check("for = \"48h\"", &[], stands(10, Phase::Pending, 9), 11);
        check("for = \"48h\"", &[30], stands(10, Phase::Pending, 9), 11);
        check(ladder, &[], stands(10, Phase::Firing, 9), 11);
        check(ladder, &[30, 8, 10], stands(10, Phase::Firing, 10), 12);
        check(ladder, &[11, 30], stands(10, Phase::Firing, 10), 11);
        // Steps and waits that are over say nothing any more.
        check(ladder, &[20], stands(15, Phase::Firing, 10), 20);
        check("for = \"48h\"", &[20], stands(15, Phase::Quiet, 10), 20);
    }

    #[test]
    fn without_one_it_is_three_days_and_stands_still() {
        check("", &[], stands(10, Phase::Quiet, 2), 13);
        for at in [10, 11, 12] {
            check("", &[], stands(at, Phase::Firing, 10), 13);
        }
        check("", &[], stands(13, Phase::Firing, 10), 16);
    }
}
