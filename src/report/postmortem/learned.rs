//! What the numbers of a campaign teach: sentences that its figures carry, and no others.

use serde::Serialize;

use super::{Effort, Outcome, Row, Stage};
use crate::domain::metric::Metric;
use crate::insight::portfolio::Choice;

/// Pieces below which a share of late ones says nothing.
const PIECES_MIN: u32 = 4;
/// The share of late pieces that is worth a sentence.
const LATE: f64 = 0.25;
/// How far beyond its plan cost or time is worth a sentence.
const BEYOND: f64 = 0.1;

/// One lesson.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "lesson", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum Learning {
    /// The goal was reached, or missed.
    Goal { metric: Metric, met: bool, share: f64 },
    /// It cost more or less than planned, as a share of the plan.
    Cost { share: f64 },
    /// It took more or less time than planned, as a share of the plan.
    Hours { share: f64 },
    /// Many pieces were late.
    Late { late: u32, promised: u32 },
    /// Somebody earned their money, surely enough.
    Best { who: String, share: f64, chance: f64, count: f64, metric: Metric },
    /// Somebody did not, surely enough.
    Worst { who: String, share: f64, chance: f64, count: f64, metric: Metric },
    /// Of nobody can it be said.
    Unsure { creators: u32 },
}

/// Draws the lessons. `counted`: what creators are judged by. While a campaign runs, nothing is said of its goal yet.
#[must_use]
pub fn learn(stage: Stage, results: &[Outcome], effort: &Effort, rows: &[Row], counted: Metric) -> Vec<Learning> {
    let mut all = Vec::new();
    let runs = matches!(stage, Stage::Runs { .. });
    if let Some(goal) = results.iter().find(|one| one.is_goal && !runs)
        && let (Some(met), Ok(reached)) = (goal.is_met(), &goal.reached)
        && 0.0 < goal.wanted
    {
        all.push(Learning::Goal { metric: goal.metric, met, share: reached / goal.wanted });
    }
    let beyond = |share: &f64| BEYOND < (share - 1.0).abs();
    all.extend(cost_share(effort).filter(beyond).map(|share| Learning::Cost { share }));
    all.extend(hours_share(effort).filter(beyond).map(|share| Learning::Hours { share }));
    let late: u32 = rows.iter().map(|row| row.late).sum();
    if PIECES_MIN <= effort.promised && LATE <= f64::from(late) / f64::from(effort.promised) {
        all.push(Learning::Late { late, promised: effort.promised });
    }
    let judged: Vec<_> = rows.iter().filter_map(|row| Some((row, row.standing.as_ref()?))).collect();
    let with = |choice: Choice| judged.iter().filter(move |(_, standing)| standing.choice == choice);
    let best = with(Choice::Keep).max_by(|one, other| one.1.share.total_cmp(&other.1.share));
    let worst = with(Choice::End).min_by(|one, other| one.1.share.total_cmp(&other.1.share));
    all.extend(best.map(|(row, one)| Learning::Best {
        who: row.name.clone(),
        share: one.share,
        chance: one.chance,
        count: one.count,
        metric: counted,
    }));
    all.extend(worst.map(|(row, one)| Learning::Worst {
        who: row.name.clone(),
        share: one.share,
        chance: 1.0 - one.chance,
        count: one.count,
        metric: counted,
    }));
    if !judged.is_empty() && best.is_none() && worst.is_none() {
        all.push(Learning::Unsure { creators: u32::try_from(judged.len()).unwrap_or(u32::MAX) });
    }
    all
}

/// What it cost, as a share of the plan.
fn cost_share(effort: &Effort) -> Option<f64> {
    let (planned, cost) = (effort.planned_cost.as_ref().ok()?, effort.cost.as_ref().ok()?);
    let (planned, cost) = (crate::domain::num::f64_of(planned.minor), crate::domain::num::f64_of(cost.minor));
    (0.0 < planned).then(|| cost / planned)
}

/// The hours that were told, as a share of the plan.
fn hours_share(effort: &Effort) -> Option<f64> {
    use rust_decimal::prelude::ToPrimitive as _;
    let (planned, hours) = (effort.planned_hours.as_ref().ok()?, effort.hours.as_ref().ok()?);
    hours.checked_div(*planned)?.to_f64()
}
