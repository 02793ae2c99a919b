//! Readings of one subject as one rule sees them: its windows, its past, its posts.

use jiff::{SignedDuration, Timestamp};

use super::kept::{once, test_key};
use super::{Answer, Gap, Lookup, Scratch, verdict};
use crate::domain::ids::{Platform, PostRef, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::num::len_of;
use crate::domain::sample::Reading;
use crate::domain::verdict::Verdict;
use crate::rules::ahead::Ahead;
use crate::rules::benchmark::{median, past};
use crate::rules::check::CheckedRule;
use crate::rules::evidence::tested::{Parts, Tested};
use crate::rules::evidence::{Luck, Prior};
use crate::rules::judge::Context;
use crate::rules::lower::{Cond, Input, Source};
use crate::rules::readings::{Readings, Span, Want};
use crate::rules::window::Window;

/// How old the last poll may be: the age limit of every boundary (DESIGN §5, "Windows").
pub(super) const POLL_AGE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// The windows a rule looks at at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::rules) enum View {
    /// The newest span, and the first of those that must each satisfy the condition.
    Spans { latest: Span, first: Span },
    /// The newest posts before this instant.
    Posts { until: Timestamp },
    /// There is no such window now.
    Nothing,
}

/// Readings of one subject as one rule sees them.
pub(in crate::rules) struct Live<'a> {
    pub(super) rule: &'a CheckedRule,
    pub(super) subject: &'a Subject,
    pub(super) ctx: &'a Context,
    pub(super) readings: &'a dyn Readings,
    pub(super) scratch: &'a mut Scratch,
    pub(super) view: View,
    /// The window that is "now".
    pub(super) current: Option<Span>,
    /// What is asked about is an instant ahead, not now.
    pub(super) ahead: Option<Ahead>,
    /// The regime whose targets are asked for; those of now where there is none.
    pub(super) regime: Option<usize>,
    /// The instant at which facts of the deal are read.
    pub(super) stands_at: Option<Timestamp>,
}

/// What a condition is over the windows of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) struct Sweep {
    /// Over all of them.
    pub(in crate::rules) all: Verdict,
    /// Over the newest.
    pub(in crate::rules) newest: Verdict,
}

impl<'a> Live<'a> {
    pub(in crate::rules) fn new(
        rule: &'a CheckedRule,
        subject: &'a Subject,
        ctx: &'a Context,
        readings: &'a dyn Readings,
        scratch: &'a mut Scratch,
    ) -> Self {
        Self {
            rule,
            subject,
            ctx,
            readings,
            scratch,
            view: View::Nothing,
            current: None,
            ahead: None,
            regime: None,
            stands_at: None,
        }
    }

    /// The view at `now`, moved back by `shift` windows.
    pub(in crate::rules) fn view_at(&self, now: Timestamp, shift: u32) -> View {
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
            windows => self.earlier(span, windows - 1),
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
    pub(in crate::rules) fn look(&mut self, view: View) {
        self.view = view;
        self.scratch.memo.clear();
        self.scratch.memo.resize(self.rule.inputs().len(), None);
        self.current = match view {
            View::Spans { latest, .. } => Some(latest),
            View::Posts { .. } | View::Nothing => None,
        };
    }

    /// Looks at the `back`-th window before the newest; what does not depend on it is kept.
    pub(in crate::rules) fn look_back(&mut self, back: u32) {
        let View::Spans { latest, .. } = self.view else { return };
        self.current = self.earlier(latest, back);
        for (slot, input) in self.rule.inputs().iter().enumerate() {
            if let (true, Some(memo)) = (input.source.is_of_window(), self.scratch.memo.get_mut(slot)) {
                *memo = None;
            }
        }
    }

    /// Every window that is looked at, oldest first.
    pub(in crate::rules) fn spans(&self) -> Vec<Span> {
        match self.view {
            View::Spans { latest, .. } => {
                (0..self.rule.windows()).rev().filter_map(|back| self.earlier(latest, back)).collect()
            }
            View::Posts { .. } | View::Nothing => Vec::new(),
        }
    }

    /// The condition over all windows and over the newest. `negated` is "not the condition, in each window".
    pub(in crate::rules) fn sweep(&mut self, cond: &Cond, negated: bool) -> Sweep {
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
    pub(in crate::rules) fn part(&self, want: Want) -> Option<f64> {
        let answer = match self.view {
            View::Spans { .. } => self.over(want, self.current),
            View::Posts { until } => self.over_posts(want, until, false),
            View::Nothing => return None,
        };
        answer.value.ok()
    }

    /// How many windows are looked at.
    pub(in crate::rules) fn windows(&self) -> u32 {
        match self.view {
            View::Spans { .. } => self.rule.windows(),
            View::Posts { .. } | View::Nothing => 1,
        }
    }

    /// What is known about the subject beside its readings.
    pub(in crate::rules) fn context(&self) -> &Context {
        self.ctx
    }

    /// The window that is looked at now.
    pub(in crate::rules) fn current(&self) -> Option<Span> {
        self.current
    }

    /// The newest instant by which every reading of the rule has been stated at least once.
    pub(in crate::rules) fn all_known_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.rule
            .inputs()
            .iter()
            .filter(|input| match input.source {
                Source::Now | Source::Prev | Source::Own | Source::Rank => !input.want.metric.is_of_deal(),
                Source::Target | Source::Peers(_) | Source::Industry => false,
            })
            .map(|input| self.readings.newest(self.subject, input.want, now))
            .try_fold(now, |oldest, newest| Some(std::cmp::min(oldest, newest?)))
    }

    fn read(&mut self, input: Input) -> Answer {
        if let Some(fact) = self.stands(input) {
            return fact;
        }
        match (input.source, self.view) {
            (Source::Target, _) => match self.targets().get(&input.want.metric) {
                Some(value) => Answer { value: Ok(*value), ..Answer::gap(Gap::NoTarget) },
                None => Answer::gap(Gap::NoTarget),
            },
            (Source::Peers(quantile), _) => self.peers(input.want, quantile),
            (Source::Rank, _) => self.rank(input.want),
            (Source::Industry, _) => self.industry(input.want),
            (Source::Now, View::Spans { .. }) => self.over(input.want, self.current),
            (Source::Prev, View::Spans { .. }) => {
                let before = self.current.and_then(|span| self.before(span));
                self.over(input.want, before)
            }
            (Source::Own, View::Spans { first, .. }) => {
                let own = self.own(input.want, first);
                self.drawn(input.want, first, own)
            }
            (Source::Now, View::Posts { until }) => self.over_posts(input.want, until, false),
            (Source::Prev, View::Posts { until }) => self.over_posts(input.want, until, true),
            (Source::Own, View::Posts { .. }) | (_, View::Nothing) => Answer::gap(Gap::NoWindow),
        }
    }

    pub(super) fn over(&self, want: Want, span: Option<Span>) -> Answer {
        match span {
            Some(span) if !self.ctx.pool.is_empty() => self.pooled(want, span),
            Some(span) => self.excused_over(want, span).unwrap_or_else(|| self.whole_over(want, span)),
            None => Answer::gap(Gap::NoWindow),
        }
    }

    /// A metric over all of a span.
    pub(super) fn whole_over(&self, want: Want, span: Span) -> Answer {
        if self.rule.rule().mature && want.metric.parts().contains(&Metric::Spend) {
            return self.mature(want, span);
        }
        Answer::seen(self.readings.over(self.subject, want, span), Some(span))
    }

    pub(super) fn over_posts(&self, want: Want, until: Timestamp, earlier: bool) -> Answer {
        let Window::LastPosts(count) = self.rule.window() else {
            return Answer::gap(Gap::NoWindow);
        };
        let count = len_of(i64::from(count)).unwrap_or(usize::MAX);
        let skip = if earlier { count } else { 0 };
        let posts: Vec<(Platform, PostRef)> =
            self.readings.newest_posts(self.subject, until, count.saturating_add(skip));
        match posts.get(skip..skip.saturating_add(count)) {
            Some(posts) if self.ran_through(want, posts, until) => Answer::gap(Gap::Excused),
            Some(posts) => Answer::seen(self.readings.over_posts(posts, want, until), None),
            None => Answer::gap(Gap::TooFewPosts),
        }
    }

    /// The median over the subject's own windows before `first` within `own`. The whole of `own` must lie inside its
    /// history, so that a newcomer is not measured against a first day; absent windows are skipped and one must be left.
    /// The slump that is judged is never part of its own yardstick.
    fn own(&mut self, want: Want, first: Span) -> Answer {
        let key = (want, self.rule.window(), self.rule.rule().own, first);
        if let Some(known) = self.scratch.kept.as_ref().and_then(|kept| kept.own.borrow().get(&key).copied()) {
            return known;
        }
        let answer = self.own_now(want, first);
        if let Some(kept) = &self.scratch.kept {
            kept.own.borrow_mut().insert(key, answer);
        }
        answer
    }

    fn own_now(&mut self, want: Want, first: Span) -> Answer {
        let (Some(begins), Some(past)) = (
            self.readings.begins(self.subject, want),
            past(self.rule.window(), self.rule.rule().own.get(), first, &self.ctx.frame),
        ) else {
            return Answer::gap(Gap::NoHistory);
        };
        if past < begins {
            return Answer::gap(Gap::NoHistory);
        }
        self.scratch.values.clear();
        let mut answer = Answer::gap(Gap::NoHistory);
        let mut next = first;
        for _ in 0..self.rule.own_windows() {
            let Some(span) = self.before(next) else {
                break;
            };
            next = span;
            if self.is_touched(want, span) {
                continue;
            }
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

    /// The window before.
    fn before(&self, span: Span) -> Option<Span> {
        let window = self.rule.window();
        let kept = self.scratch.kept.as_ref().map(|kept| &kept.before);
        once(kept, (window, span), || window.back(span, 1, &self.ctx.frame))
    }
}

impl Lookup for Live<'_> {
    fn answer(&mut self, slot: usize, input: Input) -> Answer {
        if self.regime.is_some() && input.source == Source::Target {
            return self.read(input);
        }
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

    fn kept_verdict(&self, tested: &Tested, limit: f64) -> Option<bool> {
        let key = test_key(tested, self.current?, self.rule.rule().mature, limit);
        self.scratch.kept.as_ref()?.tests.borrow().get(&key).copied()
    }

    fn keep_verdict(&self, tested: &Tested, limit: f64, holds: bool) {
        if let (Some(kept), Some(span)) = (&self.scratch.kept, self.current) {
            kept.tests.borrow_mut().insert(test_key(tested, span, self.rule.rule().mature, limit), holds);
        }
    }

    fn posts(&mut self, tested: &Tested) -> Result<Vec<Vec<f64>>, Gap> {
        let Some(deal) = self.current else { return Err(Gap::NoWindow) };
        if !self.ctx.pool.is_empty() {
            return self.pooled_posts(tested);
        }
        let by_post = self.slices(deal);
        match self.parts_over(tested, &by_post) {
            Ok(posts) => Ok(posts),
            // What cannot be told apart by post is one post: less evidence, never more.
            Err(_) if 1 < by_post.len() => self.parts_over(tested, &[deal]),
            Err(gap) => Err(gap),
        }
    }

    fn stretches(&mut self, tested: &Tested) -> Result<Parts, Gap> {
        match self.current {
            Some(deal) if !self.ctx.regimes.is_empty() => self.by_regime(tested, deal),
            Some(_) | None => self.posts(tested).map(Parts::alike),
        }
    }

    fn under(&mut self, regime: Option<usize>) {
        self.regime = regime;
    }

    fn luck(&self) -> (Luck, Prior) {
        (self.ctx.luck, self.prior())
    }
}

/// How far apart two instants are, never negative.
pub(in crate::rules) fn age(from: Timestamp, now: Timestamp) -> SignedDuration {
    std::cmp::max(now.duration_since(from), SignedDuration::ZERO)
}
