//! Walks a lowered condition over readings: three-valued, with or without evidence.
//!
//! Owns: what a comparison of absent numbers is (unknown), the median behind `own()`, which windows `for = "K windows"`
//! means. A verdict alone allocates nothing once its [`Scratch`] has grown.
//! Refuses: phases and clocks.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{Platform, PostRef, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::num::{len_of, quantile_at};
use crate::domain::sample::{Absence, Reading};
use crate::domain::verdict::Verdict;

use super::check::CheckedRule;
use super::evidence::tested::{Outcome, Tested, weigh};
use super::evidence::{Luck, Prior};
use super::judge::Context;
use super::lower::{Compare, Cond, Input, Math, Num, Source};
use super::readings::{Readings, Seen, Span, Want};
use super::window::Window;

/// Why a side of a comparison has no value. The first nine are the source's ([`Absence`]), the rest the rule's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the first nine are documented at `Absence`")]
pub enum Gap {
    NotYet,
    Hidden,
    TooFew,
    Gone,
    Stale {
        age_secs: i64,
    },
    Unauthorized,
    QuotaSpent,
    Unreachable,
    Garbled,
    /// The line is divided by zero.
    DividedByZero,
    /// The result is larger than can be kept.
    TooLarge,
    /// The deal names no such target.
    NoTarget,
    /// No earlier window lies inside the subject's history.
    NoHistory,
    /// There is no such window here: no deal, or no complete one yet.
    NoWindow,
    /// Fewer posts than the window asks for.
    TooFewPosts,
    /// The rule is written in another currency than the subject is kept in.
    OtherCurrency,
}

impl From<Absence> for Gap {
    fn from(why: Absence) -> Self {
        match why {
            Absence::NotYet => Self::NotYet,
            Absence::Hidden => Self::Hidden,
            Absence::TooFew => Self::TooFew,
            Absence::Gone => Self::Gone,
            Absence::Stale { age_secs } => Self::Stale { age_secs },
            Absence::Unauthorized => Self::Unauthorized,
            Absence::QuotaSpent => Self::QuotaSpent,
            Absence::Unreachable => Self::Unreachable,
            Absence::Garbled => Self::Garbled,
        }
    }
}

impl Gap {
    /// What a reader is told who knows only what sources say: what the rule lacks is not there yet.
    #[must_use]
    pub fn absence(self) -> Absence {
        match self {
            Self::Hidden => Absence::Hidden,
            Self::TooFew => Absence::TooFew,
            Self::Gone => Absence::Gone,
            Self::Stale { age_secs } => Absence::Stale { age_secs },
            Self::Unauthorized => Absence::Unauthorized,
            Self::QuotaSpent => Absence::QuotaSpent,
            Self::Unreachable => Absence::Unreachable,
            Self::Garbled | Self::TooLarge | Self::OtherCurrency => Absence::Garbled,
            Self::NotYet
            | Self::DividedByZero
            | Self::NoTarget
            | Self::NoHistory
            | Self::NoWindow
            | Self::TooFewPosts => Absence::NotYet,
        }
    }

    /// The name in JSON and the key of its sentence.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::Hidden => "hidden",
            Self::TooFew => "too_few",
            Self::Gone => "gone",
            Self::Stale { .. } => "stale",
            Self::Unauthorized => "unauthorized",
            Self::QuotaSpent => "quota_spent",
            Self::Unreachable => "unreachable",
            Self::Garbled => "garbled",
            Self::DividedByZero => "divided_by_zero",
            Self::TooLarge => "too_large",
            Self::NoTarget => "no_target",
            Self::NoHistory => "no_history",
            Self::NoWindow => "no_window",
            Self::TooFewPosts => "too_few_posts",
            Self::OtherCurrency => "other_currency",
        }
    }
}

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
}

impl Answer {
    /// No value, and why.
    #[must_use]
    pub fn gap(gap: Gap) -> Self {
        Self { value: Err(gap), n: 0, newest: None, span: None, fresh: None }
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
        }
    }
}

/// Whoever answers inputs: readings of the world, or the constants of a rule's own case.
pub trait Lookup {
    /// The values of these parts of a metric in each post of the deal, oldest first; what has no posts is one.
    fn posts(&mut self, tested: &Tested) -> Result<Vec<Vec<f64>>, Gap>;
    /// How much luck varies between them, and what was known before.
    fn luck(&self) -> (Luck, Prior);
    /// The answer to the input in this slot.
    fn answer(&mut self, slot: usize, input: Input) -> Answer;
    /// The currency the subject is kept in.
    fn currency(&self) -> Option<Currency>;
}

/// The verdict of a condition. One side that decides is enough; the other is then not looked at.
pub fn verdict(cond: &Cond, inputs: &[Input], lookup: &mut dyn Lookup) -> Verdict {
    match cond {
        Cond::Known(value) => Verdict::known(*value),
        Cond::Not(inner) => !verdict(inner, inputs, lookup),
        Cond::Compare(compare) => compared(compare, inputs, lookup),
        Cond::And(left, right) => match verdict(left, inputs, lookup) {
            Verdict::DoesNotHold => Verdict::DoesNotHold,
            known @ (Verdict::Holds | Verdict::Unknown) => known.and(verdict(right, inputs, lookup)),
        },
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
    let limit = number(if tested.on_left { &compare.right } else { &compare.left }, inputs, lookup)?;
    let posts = lookup.posts(tested)?;
    let luck = lookup.luck();
    weigh(tested, &posts, limit, extra, luck).ok_or(Gap::NotYet)
}

/// The verdict of one comparison: unknown where a side has no value.
pub fn compared(compare: &Compare, inputs: &[Input], lookup: &mut dyn Lookup) -> Verdict {
    if let Some(tested) = &compare.tested {
        return match weighed(compare, tested, 0.0, inputs, lookup) {
            Ok(outcome) => Verdict::known(outcome.holds),
            Err(_) => Verdict::Unknown,
        };
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

/// Memory that verdicts share, so that they need none of their own. It carries nothing from one to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    memo: Vec<Option<Answer>>,
    values: Vec<f64>,
}

/// How old the last poll may be: the age limit of every boundary (DESIGN §5, "Windows").
const POLL_AGE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// The windows a rule looks at at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum View {
    /// The newest span, and the first of those that must each satisfy the condition.
    Spans { latest: Span, first: Span },
    /// The newest posts before this instant.
    Posts { until: Timestamp },
    /// There is no such window now.
    Nothing,
}

/// Readings of one subject as one rule sees them.
pub(super) struct Live<'a> {
    rule: &'a CheckedRule,
    subject: &'a Subject,
    ctx: &'a Context,
    readings: &'a dyn Readings,
    scratch: &'a mut Scratch,
    view: View,
    /// The window that is "now".
    current: Option<Span>,
}

/// What a condition is over the windows of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sweep {
    /// Over all of them.
    pub(super) all: Verdict,
    /// Over the newest.
    pub(super) newest: Verdict,
}

impl<'a> Live<'a> {
    pub(super) fn new(
        rule: &'a CheckedRule,
        subject: &'a Subject,
        ctx: &'a Context,
        readings: &'a dyn Readings,
        scratch: &'a mut Scratch,
    ) -> Self {
        Self { rule, subject, ctx, readings, scratch, view: View::Nothing, current: None }
    }

    /// The view at `now`, moved back by `shift` windows.
    pub(super) fn view_at(&self, now: Timestamp, shift: u32) -> View {
        let (window, frame) = (self.rule.window(), &self.ctx.frame);
        if let Window::LastPosts(_) = window {
            return View::Posts { until: now };
        }
        let latest = window.latest(self.anchor(now), frame).and_then(|span| match shift {
            0 => Some(span),
            shift => window.back(span, shift, frame),
        });
        let first = latest.and_then(|span| match self.rule.windows() {
            1 => Some(span),
            windows => window.back(span, windows - 1, frame),
        });
        match (latest, first) {
            (Some(latest), Some(first)) => View::Spans { latest, first },
            (None, _) | (_, None) => View::Nothing,
        }
    }

    /// Where windows of hours end: at the last poll, while it is young. Between two polls nothing has been said yet, and
    /// nothing is not zero; once the last poll is a day old the window goes on without it and its readings are absent.
    fn anchor(&self, now: Timestamp) -> Timestamp {
        match self.rule.window() {
            Window::Hours(_) => {
                self.all_known_at(now).filter(|polled| age(*polled, now) <= POLL_AGE_MAX).unwrap_or(now)
            }
            Window::Days(_) | Window::LastPosts(_) | Window::Deal => now,
        }
    }

    /// Looks at these windows from now on.
    pub(super) fn look(&mut self, view: View) {
        self.view = view;
        self.scratch.memo.clear();
        self.scratch.memo.resize(self.rule.inputs().len(), None);
        self.current = match view {
            View::Spans { latest, .. } => Some(latest),
            View::Posts { .. } | View::Nothing => None,
        };
    }

    /// Looks at the `back`-th window before the newest; what does not depend on it is kept.
    pub(super) fn look_back(&mut self, back: u32) {
        let View::Spans { latest, .. } = self.view else { return };
        self.current = match back {
            0 => Some(latest),
            back => self.rule.window().back(latest, back, &self.ctx.frame),
        };
        for (slot, input) in self.rule.inputs().iter().enumerate() {
            if let (Source::Now | Source::Prev, Some(memo)) = (input.source, self.scratch.memo.get_mut(slot)) {
                *memo = None;
            }
        }
    }

    /// Every window that is looked at, oldest first.
    pub(super) fn spans(&self) -> Vec<Span> {
        match self.view {
            View::Spans { latest, .. } => (0..self.rule.windows())
                .rev()
                .filter_map(|back| match back {
                    0 => Some(latest),
                    back => self.rule.window().back(latest, back, &self.ctx.frame),
                })
                .collect(),
            View::Posts { .. } | View::Nothing => Vec::new(),
        }
    }

    /// The condition over all windows and over the newest. `negated` is "not the condition, in each window".
    pub(super) fn sweep(&mut self, cond: &Cond, negated: bool) -> Sweep {
        let mut swept: Option<Sweep> = None;
        for back in 0..self.rule.windows() {
            if back > 0 {
                self.look_back(back);
            }
            let rule = self.rule;
            let one = verdict(cond, rule.inputs(), self);
            let one = if negated { !one } else { one };
            let so_far =
                swept.map_or(Sweep { all: one, newest: one }, |so_far| Sweep { all: so_far.all.and(one), ..so_far });
            swept = Some(so_far);
            if so_far.all == Verdict::DoesNotHold {
                break;
            }
        }
        self.look_back(0);
        swept.unwrap_or(Sweep { all: Verdict::Unknown, newest: Verdict::Unknown })
    }

    /// A metric over the newest window, for what depends on the parts of a derived one.
    pub(super) fn part(&self, want: Want) -> Option<f64> {
        let answer = match self.view {
            View::Spans { .. } => self.over(want, self.current),
            View::Posts { until } => self.over_posts(want, until, false),
            View::Nothing => return None,
        };
        answer.value.ok()
    }

    /// How many windows are looked at.
    pub(super) fn windows(&self) -> u32 {
        match self.view {
            View::Spans { .. } => self.rule.windows(),
            View::Posts { .. } | View::Nothing => 1,
        }
    }

    /// The window that is looked at now.
    pub(super) fn current(&self) -> Option<Span> {
        self.current
    }

    /// The newest instant by which every reading of the rule has been stated at least once.
    pub(super) fn all_known_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.rule
            .inputs()
            .iter()
            .filter(|input| input.source != Source::Target)
            .map(|input| self.readings.newest(self.subject, input.want, now))
            .try_fold(now, |oldest, newest| Some(std::cmp::min(oldest, newest?)))
    }

    fn read(&mut self, input: Input) -> Answer {
        match (input.source, self.view) {
            (Source::Target, _) => match self.ctx.targets.get(&input.want.metric) {
                Some(value) => Answer { value: Ok(*value), ..Answer::gap(Gap::NoTarget) },
                None => Answer::gap(Gap::NoTarget),
            },
            (Source::Now, View::Spans { .. }) => self.over(input.want, self.current),
            (Source::Prev, View::Spans { .. }) => {
                let before = self.current.and_then(|span| self.rule.window().back(span, 1, &self.ctx.frame));
                self.over(input.want, before)
            }
            (Source::Own, View::Spans { first, .. }) => self.own(input.want, first),
            (Source::Now, View::Posts { until }) => self.over_posts(input.want, until, false),
            (Source::Prev, View::Posts { until }) => self.over_posts(input.want, until, true),
            (Source::Own, View::Posts { .. }) | (_, View::Nothing) => Answer::gap(Gap::NoWindow),
        }
    }

    fn over(&self, want: Want, span: Option<Span>) -> Answer {
        match span {
            Some(span) if self.rule.rule().mature && want.metric.parts().contains(&Metric::Spend) => {
                self.mature(want, span)
            }
            Some(span) => Answer::seen(self.readings.over(self.subject, want, span), Some(span)),
            None => Answer::gap(Gap::NoWindow),
        }
    }

    fn over_posts(&self, want: Want, until: Timestamp, earlier: bool) -> Answer {
        let Window::LastPosts(count) = self.rule.window() else {
            return Answer::gap(Gap::NoWindow);
        };
        let count = len_of(i64::from(count)).unwrap_or(usize::MAX);
        let skip = if earlier { count } else { 0 };
        let posts: Vec<(Platform, PostRef)> =
            self.readings.newest_posts(self.subject, until, count.saturating_add(skip));
        match posts.get(skip..skip.saturating_add(count)) {
            Some(posts) => Answer::seen(self.readings.over_posts(posts, want, until), None),
            None => Answer::gap(Gap::TooFewPosts),
        }
    }

    /// The median over the subject's own windows before `first` within `own`. The whole of `own` must lie inside its
    /// history, so that a newcomer is not measured against a first day; absent windows are skipped and one must be left.
    /// The slump that is judged is never part of its own yardstick.
    fn own(&mut self, want: Want, first: Span) -> Answer {
        let (Some(begins), Some(past)) = (self.readings.begins(self.subject, want), self.past(first)) else {
            return Answer::gap(Gap::NoHistory);
        };
        if past < begins {
            return Answer::gap(Gap::NoHistory);
        }
        self.scratch.values.clear();
        let mut answer = Answer::gap(Gap::NoHistory);
        for k in 1..=self.rule.own_windows() {
            let Some(span) = self.rule.window().back(first, k, &self.ctx.frame) else {
                break;
            };
            let seen = self.readings.over(self.subject, want, span);
            match seen.reading {
                Reading::Value(value) => {
                    self.scratch.values.push(value);
                    answer.newest = std::cmp::max(answer.newest, seen.newest);
                    let until = answer.span.map_or(span.until, |whole| whole.until);
                    answer.span = Some(Span { from: span.from, until });
                }
                Reading::Absent(why) if self.scratch.values.is_empty() => answer.value = Err(why.into()),
                Reading::Absent(_) => {}
            }
        }
        if let Some(median) = median(&mut self.scratch.values) {
            answer.value = Ok(median);
            answer.n = u32::try_from(self.scratch.values.len()).unwrap_or(u32::MAX);
        }
        answer
    }

    /// Where `own` begins: so many calendar days before `first` for windows of days, so many hours for the others.
    fn past(&self, first: Span) -> Option<Timestamp> {
        let length = self.rule.rule().own.get();
        match self.rule.window() {
            Window::Days(_) => {
                let days = u32::try_from(length.as_hours() / 24).ok()?;
                let edge = Span { from: first.from, until: first.from };
                Some(Window::Days(1).back(edge, days, &self.ctx.frame)?.until)
            }
            Window::Hours(_) | Window::LastPosts(_) | Window::Deal => first.from.checked_sub(length).ok(),
        }
    }
}

impl Lookup for Live<'_> {
    fn answer(&mut self, slot: usize, input: Input) -> Answer {
        if let Some(Some(known)) = self.scratch.memo.get(slot) {
            return *known;
        }
        let answer = self.read(input);
        if let Some(memo) = self.scratch.memo.get_mut(slot) {
            *memo = Some(answer);
        }
        answer
    }

    fn currency(&self) -> Option<Currency> {
        self.ctx.currency
    }

    fn posts(&mut self, tested: &Tested) -> Result<Vec<Vec<f64>>, Gap> {
        let Some(deal) = self.current else { return Err(Gap::NoWindow) };
        let by_post = self.slices(deal);
        match self.parts_over(tested, &by_post) {
            Ok(posts) => Ok(posts),
            // What cannot be told apart by post is one post: less evidence, never more.
            Err(_) if 1 < by_post.len() => self.parts_over(tested, &[deal]),
            Err(gap) => Err(gap),
        }
    }

    fn luck(&self) -> (Luck, Prior) {
        (self.ctx.luck, self.ctx.prior)
    }
}

/// The middle value, or the mean of the two middle ones.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (at, weight) = quantile_at(values.len(), 0.5)?;
    let lower = *values.get(at)?;
    if weight == 0.0 {
        return Some(lower);
    }
    Some(f64::midpoint(lower, *values.get(at + 1)?))
}

/// How far apart two instants are, never negative.
pub(super) fn age(from: Timestamp, now: Timestamp) -> SignedDuration {
    std::cmp::max(now.duration_since(from), SignedDuration::ZERO)
}

mod deal;
#[cfg(test)]
pub(super) mod tests;
