//! A glance at a rule on a subject: whether there is anything to do at all.
//!
//! At nearly every poll nearly every rule is quiet and stays so. A glance finds that out from the subject's own lines, found
//! once for all rules; where it cannot, or something would move, it says nothing and the judge does all of its work. So a
//! verdict that changes anything, and every receipt, comes from the judge alone.
//!
//! Owns: which rules can be glanced at, and that a glance never says "nothing" where the judge would say something. Refuses:
//! evidence, matured spend, facts of deals, posts, others, time that lies with the brand.

use jiff::Timestamp;

use super::live::{POLL_AGE_MAX, age};
use super::{Answer, Gap, Lookup, Scratch, verdict};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::sample::Absence;
use crate::domain::verdict::Verdict;
use crate::rules::benchmark::{median, past};
use crate::rules::check::CheckedRule;
use crate::rules::evidence::tested::Tested;
use crate::rules::evidence::{Luck, Prior};
use crate::rules::history::Seat;
use crate::rules::judge::Context;
use crate::rules::lifecycle::{Memory, Phase};
use crate::rules::lower::{Input, Source};
use crate::rules::readings::{Span, Want};
use crate::rules::rule::OnAbsent;
use crate::rules::window::Window;

/// Parts of a metric that is worked out: spend and four engagements.
const PARTS_MAX: usize = 8;

/// What a rule reads, as a glance needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// The parts of each input, by slot.
    parts: Vec<Vec<Want>>,
}

impl Glance {
    /// `None`: the rule is not one for glances.
    #[must_use]
    pub fn of(rule: &CheckedRule) -> Option<Self> {
        let spans = match rule.window() {
            Window::Days(_) | Window::Hours(_) | Window::Deal => true,
            Window::LastPosts(_) => false,
        };
        let plain = |input: &Input| match input.source {
            Source::Now | Source::Prev | Source::Own => {
                !input.want.metric.is_of_deal() && input.want.metric.parts().len() <= PARTS_MAX
            }
            Source::Target => true,
            Source::Peers(_) | Source::Rank | Source::Industry => false,
        };
        if !spans || rule.rule().mature || rule.when().weighs() || !rule.inputs().iter().all(plain) {
            return None;
        }
        let parts = |input: &Input| -> Vec<Want> {
            input.want.metric.parts().into_iter().map(|metric| Want { metric, ..input.want }).collect()
        };
        Some(Self { parts: rule.inputs().iter().map(parts).collect() })
    }
}

/// Whether judging a rule on a subject that it selects would change nothing. `false` says nothing: the judge has to look.
/// `small` is from how many windows of its own past on a subject is compared with that past alone.
#[must_use]
pub fn nothing_changes(
    rule: &CheckedRule,
    seat: &Seat<'_>,
    ctx: &Context,
    memory: Option<&Memory>,
    (now, small): (Timestamp, u32),
    scratch: &mut Scratch,
) -> bool {
    let Some(glance) = rule.glance() else { return false };
    let is_at_rest = |memory: &Memory| {
        let rests = match memory.phase {
            Phase::Quiet | Phase::Resolved => true,
            Phase::Pending | Phase::Firing | Phase::Recovering => false,
        };
        rests && memory.absent_since.is_none() && memory.snoozed_until.is_none()
    };
    if !memory.is_none_or(is_at_rest) {
        return false;
    }
    if !ctx.excused.is_empty() || !ctx.pool.is_empty() {
        return false;
    }
    scratch.memo.clear();
    scratch.memo.resize(rule.inputs().len(), None);
    let nowhere = Span { from: now, until: now };
    let mut look = Look { rule, glance, seat, ctx, small, scratch, current: nowhere, first: nowhere, gave_up: false };
    let latest = look.anchor(now).and_then(|anchor| rule.window().latest(anchor, &ctx.frame));
    let first = latest.and_then(|latest| match rule.windows() {
        1 => Some(latest),
        windows => rule.window().back(latest, windows - 1, &ctx.frame),
    });
    let Some((current, first)) = latest.zip(first) else { return false };
    (look.current, look.first) = (current, first);
    // One window in which it does not hold is enough, and one that cannot be told is as good as none.
    let newest = verdict(rule.when(), rule.inputs(), &mut look);
    match newest {
        _ if look.gave_up => false,
        Verdict::DoesNotHold => true,
        Verdict::Unknown => rule.rule().on_absent == OnAbsent::Hold,
        Verdict::Holds => false,
    }
}

/// One glance.
struct Look<'a> {
    rule: &'a CheckedRule,
    glance: &'a Glance,
    seat: &'a Seat<'a>,
    ctx: &'a Context,
    small: u32,
    scratch: &'a mut Scratch,
    current: Span,
    /// The first of the windows that must each satisfy the condition: its own past lies before it.
    first: Span,
    /// Something was asked for that the subject's own lines do not say.
    gave_up: bool,
}

impl Look<'_> {
    /// Where windows of hours end, as the judge has it; `None` where the lines do not say.
    fn anchor(&self, now: Timestamp) -> Option<Timestamp> {
        if !matches!(self.rule.window(), Window::Hours(_)) {
            return Some(now);
        }
        let mut oldest = Some(now);
        for (input, parts) in self.rule.inputs().iter().zip(&self.glance.parts) {
            if input.source != Source::Target {
                let newest = self.seat.newest(parts).ok()?;
                oldest = oldest.zip(newest).map(|(oldest, newest)| std::cmp::min(oldest, newest));
            }
        }
        Some(oldest.filter(|polled| age(*polled, now) <= POLL_AGE_MAX).unwrap_or(now))
    }

    fn before(&self, span: Span) -> Option<Span> {
        self.rule.window().back(span, 1, &self.ctx.frame)
    }

    /// A metric over a span, worked out from its parts as a view works it out. The outer `None`: the lines do not say.
    fn over(&self, metric: Metric, parts: &[Want], span: Span) -> Option<Result<f64, Absence>> {
        let mut values = [0.0; PARTS_MAX];
        let (mut optional, mut stated) = (0_u32, 0_u32);
        for (value, want) in values.iter_mut().zip(parts) {
            let may_miss = metric.part_is_optional(want.metric);
            optional += u32::from(may_miss);
            match self.seat.over(*want, span)? {
                Ok(taken) => {
                    *value = taken.value;
                    stated += u32::from(may_miss);
                }
                Err(None) if may_miss => {}
                Err(why) => return Some(Err(why.unwrap_or(Absence::NotYet))),
            }
        }
        if 0 < optional && stated == 0 {
            return Some(Err(Absence::NotYet));
        }
        let values = values.get(..parts.len())?;
        Some(metric.work_out(values).ok_or(Absence::NotYet))
    }

    /// The median over the subject's own windows before `first`; `None` where the lines do not say, or others take part in it.
    fn own(&mut self, metric: Metric, parts: &[Want], first: Span) -> Option<Result<f64, Gap>> {
        let (begins, past) = (
            self.seat.begins(parts).ok()?,
            past(self.rule.window(), self.rule.rule().own.get(), first, &self.ctx.frame),
        );
        let reaches = begins.zip(past).is_some_and(|(begins, past)| begins <= past);
        if !reaches {
            return Some(Err(Gap::NoHistory));
        }
        let mut values = std::mem::take(&mut self.scratch.values);
        values.clear();
        let (mut next, mut said) = (first, true);
        for _ in 0..self.rule.own_windows() {
            let Some(span) = self.before(next) else { break };
            next = span;
            match self.over(metric, parts, span) {
                Some(Ok(value)) => values.push(value),
                Some(Err(_)) => {}
                None => said = false,
            }
        }
        let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
        let middle = median(&mut values);
        self.scratch.values = values;
        match middle {
            _ if !said => None,
            Some(middle) if self.small <= count => Some(Ok(middle)),
            // Few are drawn towards a group.
            Some(_) => None,
            None => Some(Err(Gap::NoHistory)),
        }
    }

    fn read(&mut self, slot: usize, input: Input) -> Option<Result<f64, Gap>> {
        let glance = self.glance;
        let (metric, parts) = (input.want.metric, glance.parts.get(slot)?.as_slice());
        match input.source {
            Source::Target => Some(self.ctx.targets.get(&metric).copied().ok_or(Gap::NoTarget)),
            Source::Now => Some(self.over(metric, parts, self.current)?.map_err(Gap::from)),
            Source::Prev => match self.before(self.current) {
                Some(before) => Some(self.over(metric, parts, before)?.map_err(Gap::from)),
                None => Some(Err(Gap::NoWindow)),
            },
            Source::Own => self.own(metric, parts, self.first),
            Source::Peers(_) | Source::Rank | Source::Industry => None,
        }
    }
}

impl Lookup for Look<'_> {
    fn posts(&mut self, _tested: &Tested) -> Result<Vec<Vec<f64>>, Gap> {
        self.gave_up = true;
        Err(Gap::NotYet)
    }

    fn luck(&self) -> (Luck, Prior) {
        (self.ctx.luck, self.ctx.prior)
    }

    fn answer(&mut self, slot: usize, input: Input) -> Answer {
        if let Some(Some(known)) = self.scratch.memo.get(slot) {
            return *known;
        }
        let value = self.read(slot, input).unwrap_or_else(|| {
            self.gave_up = true;
            Err(Gap::NotYet)
        });
        let answer = Answer { value, ..Answer::gap(Gap::NotYet) };
        if let Some(memo) = self.scratch.memo.get_mut(slot) {
            *memo = Some(answer);
        }
        answer
    }

    fn currency(&self) -> Option<Currency> {
        self.ctx.currency
    }
}
