//! The judge: one rule, one subject, one instant. Pure, and it cannot fail.
//!
//! Owns: bringing readings, condition and phase together. Refuses: reading a clock, storing, telling.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{BrandId, CampaignId, CreatorId, Platform, ProgramId, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::standing::Deal;
use crate::domain::verdict::Verdict;

use super::ahead::Plan;
use super::benchmark::group::Shared;
use super::benchmark::pack::Packs;
use super::benchmark::size::Audiences;
use super::check::CheckedRule;
use super::eval::{Live, Member, Scratch, Sweep, View, number, verdict, weighed};
use super::evidence::tested::Weight;
use super::evidence::{Luck, Prior};
use super::excuse::{self, Excuse};
use super::learn::Lesson;
use super::lifecycle::{self, Memory, Phase, Reason, Signals, Step, Timing};
use super::lower::Cond;
use super::maturity::Maturity;
use super::readings::{Readings, Span};
use super::receipt::{self, Receipt};
use super::rule::{OnAbsent, Size};
use super::window::{Frame, Window};

/// What is known about a subject beside its readings.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// What its windows are measured in.
    pub frame: Frame,
    /// What `where` asks about.
    pub facts: Facts,
    /// Targets of its deal or campaign; money in minor units of `currency`.
    pub targets: BTreeMap<Metric, f64>,
    /// The currency its money is kept in.
    pub currency: Option<Currency>,
    /// When the posts of its deal went live, in any order: orders between two of them are the earlier one's.
    pub posts: Vec<Timestamp>,
    /// How much luck varies between posts.
    pub luck: Luck,
    /// What is known of a rate before its deal begins.
    pub prior: Prior,
    /// The same by metric, where it was learned.
    pub priors: BTreeMap<Metric, Prior>,
    /// How its spend matures.
    pub maturity: Maturity,
    /// Which learned things `luck`, `priors` and `maturity` are made of.
    pub learned: Vec<Lesson>,
    /// The stretches of the deal that differ in limit or test, oldest first; none where nothing changed since it began.
    pub regimes: Vec<Regime>,
    /// Its deal, for rules about what is overdue, missing or ending.
    pub standing: Option<Arc<Deal>>,
    /// Time that does not count against it, because it lies with the brand.
    pub excused: Vec<Excuse>,
    /// The version of the rule that is judged.
    pub rule_version: u32,
    /// What is agreed and has not happened yet.
    pub plan: Plan,
    /// The deals that are judged together, where this is a pool: each with what is known about it.
    pub pool: Vec<Member>,
    /// What the deals of a pool share: `instagram reel`.
    pub pool_group: Option<String>,
    /// Whom it is compared with; itself among them.
    pub group: Option<Shared>,
    /// The followers of its creator.
    pub audiences: Audiences,
    /// Published figures.
    pub packs: Arc<Packs>,
}

/// A stretch of a deal in which neither its limits nor its prices changed. It ends where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Regime {
    /// From when on.
    pub from: Timestamp,
    /// The targets in force; money in minor units.
    pub targets: BTreeMap<Metric, f64>,
    /// Which test of the deal it belongs to, from 1: a changed deal starts another.
    pub test: u32,
}

impl Default for Context {
    /// Nothing is known: days in UTC, no deal, no target, posts alike, everything spent has had time to sell.
    fn default() -> Self {
        Self {
            frame: Frame::utc(),
            facts: Facts::default(),
            targets: BTreeMap::new(),
            currency: None,
            posts: Vec::new(),
            luck: Luck::Alike,
            prior: Prior::UNLEARNED,
            priors: BTreeMap::new(),
            maturity: Maturity::at_once(),
            learned: Vec::new(),
            regimes: Vec::new(),
            standing: None,
            excused: Vec::new(),
            rule_version: 1,
            plan: Plan::default(),
            pool: Vec::new(),
            pool_group: None,
            group: None,
            audiences: Audiences::default(),
            packs: Arc::default(),
        }
    }
}

/// What `where` asks about. What is not known fits no pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The campaign it belongs to.
    pub campaign: Option<CampaignId>,
    /// The creator it belongs to, or is.
    pub creator: Option<CreatorId>,
    /// The brand that pays.
    pub brand: Option<BrandId>,
    /// The platform it is on.
    pub platform: Option<Platform>,
    /// The size of its audience.
    pub size: Option<Size>,
    /// The creator's level in each programme whose criteria they have agreed to.
    pub levels: BTreeMap<ProgramId, String>,
}

/// A change that must be stored, and may have to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The phase before.
    pub from: Phase,
    /// The phase after; the same where only something beside it changed.
    pub to: Phase,
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
}

/// What came of judging.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The condition, over all windows it must hold for.
    pub verdict: Verdict,
    /// The phase before.
    pub phase_before: Phase,
    /// The phase after.
    pub phase_after: Phase,
    /// What changed; `None` = nothing is to be stored.
    pub change: Option<Change>,
    /// The numbers behind it.
    pub receipt: Receipt,
    /// What to store if something changed.
    pub memory: Memory,
}

/// What one look came to, before any receipt.
struct Looked {
    view: View,
    as_of: Option<Timestamp>,
    signals: Signals,
    step: Step,
}

/// Judges a rule on a subject.
#[must_use]
pub fn judge(
    rule: &CheckedRule,
    subject: &Subject,
    ctx: &Context,
    readings: &dyn Readings,
    memory: &Memory,
    now: Timestamp,
) -> Judgement {
    let mut scratch = Scratch::default();
    let mut live = Live::new(rule, subject, ctx, readings, &mut scratch);
    let looked = look(rule, subject, ctx, &mut live, memory, now);
    write_up(rule, subject, &mut live, memory, now, looked)
}

/// Judges a rule on a subject and writes a receipt only where something changed: the way of polls, where nearly nothing
/// does.
#[must_use]
pub fn judge_changes(
    rule: &CheckedRule,
    subject: &Subject,
    ctx: &Context,
    readings: &dyn Readings,
    memory: &Memory,
    now: Timestamp,
    scratch: &mut Scratch,
) -> Option<Judgement> {
    let mut live = Live::new(rule, subject, ctx, readings, scratch);
    let looked = look(rule, subject, ctx, &mut live, memory, now);
    looked.step.changed.then(|| write_up(rule, subject, &mut live, memory, now, looked))
}

impl CheckedRule {
    /// Whether the condition holds at `now`, over all windows that `for` counts; no phases, no `on_absent`, no receipt.
    /// A subject the rule does not speak about is not asked for: see [`CheckedRule::selects`].
    #[must_use]
    pub fn verdict_only(
        &self,
        subject: &Subject,
        ctx: &Context,
        readings: &dyn Readings,
        now: Timestamp,
        scratch: &mut Scratch,
    ) -> Verdict {
        let mut live = Live::new(self, subject, ctx, readings, scratch);
        live.stand_at(now);
        let view = live.view_at(now, 0);
        live.look(view);
        live.sweep(self.when(), false).all
    }

    /// Whether the condition holds over one window, with `own()` taken over the windows before `first`: what a replay asks
    /// at each window's end. For `last N posts` the end of `window` says which posts are out.
    #[must_use]
    pub fn verdict_over(
        &self,
        subject: &Subject,
        ctx: &Context,
        readings: &dyn Readings,
        (window, first): (Span, Span),
        scratch: &mut Scratch,
    ) -> Verdict {
        let mut live = Live::new(self, subject, ctx, readings, scratch);
        live.look(match self.window() {
            Window::LastPosts(_) => View::Posts { until: window.until },
            Window::Days(_) | Window::Hours(_) | Window::Deal => View::Spans { latest: window, first },
        });
        verdict(self.when(), self.inputs(), &mut live)
    }

    /// What is weighed over one window, where the rule weighs luck and the numbers are there.
    #[must_use]
    pub fn weight_over(
        &self,
        subject: &Subject,
        ctx: &Context,
        readings: &dyn Readings,
        window: Span,
        scratch: &mut Scratch,
    ) -> Option<Weight> {
        let mut live = Live::new(self, subject, ctx, readings, scratch);
        live.look(View::Spans { latest: window, first: window });
        let (compare, tested) =
            self.when().comparisons().into_iter().find_map(|one| Some((one, one.tested.as_ref()?)))?;
        weighed(compare, tested, 0.0, self.inputs(), &mut live).ok().map(|outcome| outcome.weight)
    }

    /// What one thing may cost by the tested comparison; `None`: the rule tests none, or the deal does not say.
    #[must_use]
    pub fn tested_limit(&self, subject: &Subject, ctx: &Context, readings: &dyn Readings) -> Option<f64> {
        let (compare, tested) =
            self.when().comparisons().into_iter().find_map(|one| Some((one, one.tested.as_ref()?)))?;
        let mut scratch = Scratch::default();
        let mut live = Live::new(self, subject, ctx, readings, &mut scratch);
        live.look(View::Nothing);
        number(if tested.on_left { &compare.right } else { &compare.left }, self.inputs(), &mut live).ok()
    }

    fn timing(&self, ctx: &Context) -> Timing {
        let rule = self.rule();
        Timing {
            hold: self.hold().get(),
            cooldown: rule.cooldown.map(super::rule::Length::get),
            max_per_day: rule.max_per_day,
            on_absent: rule.on_absent,
            version: ctx.rule_version,
        }
    }

    /// The recovery condition, and whether it is the negative of what is written.
    pub(super) fn recovery(&self) -> (&Cond, bool) {
        match self.recover() {
            Some(cond) => (cond, false),
            None => (self.when(), true),
        }
    }
}

fn look(
    rule: &CheckedRule,
    subject: &Subject,
    ctx: &Context,
    live: &mut Live<'_>,
    memory: &Memory,
    now: Timestamp,
) -> Looked {
    live.stand_at(now);
    let view = live.view_at(now, 0);
    live.look(view);
    let mut found = (view, None, sweeps(rule, live, memory));
    if let OnAbsent::LastGood(limit) = rule.rule().on_absent
        && decides(memory, found.2) == Verdict::Unknown
        && let Some(earlier) = last_good(rule, live, memory, now, limit.get())
    {
        found = earlier;
    }
    let (view, as_of, (when, recover)) = found;
    let blame = excuse::blame(rule, &ctx.excused, memory, now);
    let signals = Signals { selected: rule.selects(subject, ctx), when, recover, blame };
    let today = now.to_zoned(ctx.frame.zone.clone()).date();
    Looked { view, as_of, signals, step: lifecycle::advance(rule.timing(ctx), memory, signals, now, today) }
}

/// Both conditions over the windows in view; recovery only where an incident is open.
fn sweeps(rule: &CheckedRule, live: &mut Live<'_>, memory: &Memory) -> (Sweep, Sweep) {
    let when = live.sweep(rule.when(), false);
    let recover = if memory.is_open() {
        let (cond, negated) = rule.recovery();
        live.sweep(cond, negated)
    } else {
        Sweep { all: Verdict::Unknown, newest: Verdict::Unknown }
    };
    (when, recover)
}

/// The verdict that the phase turns on now.
fn decides(memory: &Memory, (when, recover): (Sweep, Sweep)) -> Verdict {
    if memory.is_open() { recover.newest } else { when.all }
}

/// The most windows that are tried when looking for the last good numbers: a month of hours. Each costs a reading.
const LAST_GOOD_WINDOWS_MAX: u32 = 744;

/// The newest earlier windows, no further back than `limit`, over which the verdict is known.
fn last_good(
    rule: &CheckedRule,
    live: &mut Live<'_>,
    memory: &Memory,
    now: Timestamp,
    limit: jiff::SignedDuration,
) -> Option<(View, Option<Timestamp>, (Sweep, Sweep))> {
    match rule.window() {
        Window::Days(_) | Window::Hours(_) => {
            let newest = end_of(live.view_at(now, 0))?;
            for shift in 1..=LAST_GOOD_WINDOWS_MAX {
                let view = live.view_at(now, shift);
                let until = end_of(view)?;
                if newest.duration_since(until) > limit {
                    return None;
                }
                live.look(view);
                let swept = sweeps(rule, live, memory);
                if decides(memory, swept) != Verdict::Unknown {
                    return Some((view, Some(until), swept));
                }
            }
            None
        }
        Window::Deal | Window::LastPosts(_) => {
            let then = live.all_known_at(now).filter(|then| now.duration_since(*then) <= limit)?;
            let view = live.view_at(then, 0);
            live.look(view);
            let swept = sweeps(rule, live, memory);
            (decides(memory, swept) != Verdict::Unknown).then_some((view, Some(then), swept))
        }
    }
}

fn end_of(view: View) -> Option<Timestamp> {
    match view {
        View::Spans { latest, .. } => Some(latest.until),
        View::Posts { until } => Some(until),
        View::Nothing => None,
    }
}

fn write_up(
    rule: &CheckedRule,
    subject: &Subject,
    live: &mut Live<'_>,
    memory: &Memory,
    now: Timestamp,
    looked: Looked,
) -> Judgement {
    live.look(looked.view);
    let step = looked.step;
    let verdict = if looked.signals.selected { looked.signals.when.all } else { Verdict::DoesNotHold };
    let change =
        step.changed.then_some(Change { from: memory.phase, to: step.memory.phase, reason: step.reason, at: now });
    let open = memory.is_open() || step.memory.is_open();
    let receipt = receipt::write(
        rule,
        live,
        &receipt::Facts {
            subject,
            at: now,
            as_of: looked.as_of,
            verdict,
            phase_before: memory.phase,
            phase: step.memory.phase,
            reason: step.reason,
            version: step.memory.version,
            open,
            since: step.memory.since,
            fired: step.memory.last_fired,
        },
    );
    Judgement {
        verdict,
        phase_before: memory.phase,
        phase_after: step.memory.phase,
        change,
        receipt,
        memory: step.memory,
    }
}

#[cfg(test)]
mod glances;
#[cfg(test)]
mod regimes;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod tests;
