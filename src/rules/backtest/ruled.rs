//! Replays rules as files say them: what each looks at, who judges its fires, and what they were worth.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::money::{Books, Case, money};
use super::{BacktestReport, HORIZON, Hold, Judge, Look, Outcome, Replay, Stage, Worth, backtest};
use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::domain::verdict::Verdict;
use crate::rules::check::{CheckedRule, slots_of};
use crate::rules::eval::{Live, Scratch, View, number};
use crate::rules::guards::Switches;
use crate::rules::history::History;
use crate::rules::lower::{Num, Op, Source};
use crate::rules::readings::{Readings, Span, Want};
use crate::rules::rule::{For, Kind, Length, Method};
use crate::rules::window::{Frame, Window};

/// How a replay is done.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// Which guards are heeded.
    pub guards: Switches,
    /// Only windows that end after this instant …
    pub after: Option<Timestamp>,
    /// … and not after this one.
    pub until: Option<Timestamp>,
    /// How many threads share the subjects; the report is the same with any number.
    pub threads: usize,
}

/// Gives subjects without a deal the whole of their numbers as one, and subjects without a currency the one that their
/// money is stated in: a replay needs no documents.
pub fn complete(cases: &mut BTreeMap<Subject, Case>, history: &History) {
    let polls = history.instants(|_| true);
    let Some(end) = super::end_of(&polls, &Frame::utc()) else { return };
    let begins = history.beginnings();
    for (subject, case) in cases {
        let context = &mut case.context;
        if context.frame.deal.is_none()
            && let Some(from) = begins.get(subject).copied().filter(|from| *from < end)
        {
            context.frame.deal = Some(Span { from, until: end });
        }
        if context.currency.is_none() {
            context.currency = history.any_currency(subject);
        }
    }
}

/// Replays rules over everybody they speak about.
pub fn replay(
    rules: &[CheckedRule],
    cases: &BTreeMap<Subject, Case>,
    history: &History,
    way: Way,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> BacktestReport {
    let polls = history.instants(|_| true);
    let view = history.view_with(way.guards, None);
    let end = super::end_of(&polls, &Frame::utc()).unwrap_or(Timestamp::MIN);
    let subjects: Vec<Subject> = cases
        .iter()
        .filter(|(subject, case)| rules.iter().any(|rule| rule.selects(subject, &case.context)))
        .map(|(subject, _)| subject.clone())
        .collect();
    let frame = |subject: &Subject| cases.get(subject).map_or_else(Frame::utc, |case| case.context.frame.clone());
    let stage = Stage {
        subjects: &subjects,
        frame: &frame,
        polls: &polls,
        after: way.after,
        until: way.until,
        threads: way.threads,
    };
    let named: Vec<Option<BTreeMap<Subject, Case>>> = rules.iter().map(|rule| in_its_group(rule, cases)).collect();
    let asked: Vec<Asked<'_>> = rules
        .iter()
        .zip(&named)
        .map(|(rule, named)| Asked { rule, cases: named.as_ref().unwrap_or(cases), end })
        .collect();
    let replays: Vec<Replay<'_>> = asked.iter().map(Asked::replay).collect();
    backtest(&replays, &stage, &view, progress)
}

/// Everybody with the group that a rule names as theirs; `None` where it names none.
fn in_its_group(rule: &CheckedRule, cases: &BTreeMap<Subject, Case>) -> Option<BTreeMap<Subject, Case>> {
    let id = rule.rule().group.as_ref()?;
    let mut cases = cases.clone();
    for case in cases.values_mut() {
        case.context.group = case.named.get(id).cloned();
    }
    Some(cases)
}

/// Whether one fire over a window was right, as a replay judges it by everything that is known now.
#[must_use]
pub fn outcome_of(
    rule: &CheckedRule,
    (subject, case): (&Subject, Case),
    (history, guards): (&History, Switches),
    window: Span,
) -> Outcome {
    let cases = BTreeMap::from([(subject.clone(), case)]);
    let mut polls = history.instants(|key| key.subject == *subject);
    polls.push(window.until);
    polls.sort_unstable();
    polls.dedup();
    let frame = |subject: &Subject| cases.get(subject).map_or_else(Frame::utc, |case| case.context.frame.clone());
    let end = super::end_of(&polls, &Frame::utc()).unwrap_or(Timestamp::MIN);
    let asked = Asked { rule, cases: &cases, end };
    let fired = |_: &dyn Readings, _: &Subject, _: Look| Verdict::Holds;
    let replay = Replay { hold: Hold::Windows(rule.windows()), cooldown: None, when: &fired, ..asked.replay() };
    let just_before = window.until.checked_sub(jiff::SignedDuration::from_nanos(1)).ok();
    let (subjects, until) = ([subject.clone()], Some(window.until));
    let stage = Stage { subjects: &subjects, frame: &frame, polls: &polls, after: just_before, until, threads: 1 };
    let report = backtest(&[replay], &stage, &history.view_with(guards, None), &|_, _| {});
    let fires = report.rules.first().map(|rule| rule.fires.as_slice()).unwrap_or_default();
    fires.first().map_or(Outcome::Open, |fire| fire.outcome)
}

/// A rule and everybody it may speak about.
struct Asked<'a> {
    rule: &'a CheckedRule,
    cases: &'a BTreeMap<Subject, Case>,
    end: Timestamp,
}

impl Asked<'_> {
    fn replay(&self) -> Replay<'_> {
        let rule = self.rule.rule();
        Replay {
            rule: rule.id.clone(),
            window: self.rule.window(),
            hold: hold(self.rule),
            cooldown: rule.cooldown.map(Length::get),
            judge: judge(self.rule).unwrap_or(Judge::By(self)),
            when: self,
        }
    }
}

impl super::Condition for Asked<'_> {
    fn selects(&self, subject: &Subject) -> bool {
        self.cases.get(subject).is_some_and(|case| self.rule.selects(subject, &case.context))
    }

    fn depends_on_first(&self) -> bool {
        self.rule.inputs().iter().any(|input| input.source == Source::Own)
    }

    fn holds(&self, readings: &dyn Readings, subject: &Subject, look: Look, scratch: &mut Scratch) -> Verdict {
        let Some(case) = self.cases.get(subject) else { return Verdict::Unknown };
        self.rule.verdict_over(subject, &case.context, readings, (look.window, look.first), scratch)
    }

    fn worth(&self, readings: &dyn Readings, subject: &Subject, look: Look, scratch: &mut Scratch) -> Worth {
        let Some(case) = self.cases.get(subject) else { return Worth::default() };
        let weight = self.rule.weight_over(subject, &case.context, readings, look.window, scratch);
        let e_value = weight.filter(|weight| weight.method == Method::Anytime).map(|weight| weight.value);
        let books = Books { rule: self.rule, case, readings, subject, end: self.end };
        Worth { e_value, ..books.worth(look) }
    }
}

impl super::Outcomes for Asked<'_> {
    fn is_the_same(&self) -> bool {
        // The deal ends once, whenever the fire was.
        self.rule.rule().judge.is_none()
    }

    fn outcome(&self, readings: &dyn Readings, subject: &Subject, look: Look, _end: Timestamp) -> Outcome {
        let Some(case) = self.cases.get(subject) else { return Outcome::Open };
        let books = Books { rule: self.rule, case, readings, subject, end: self.end };
        match &self.rule.rule().judge {
            Some(by) => books.after(by, look),
            None => books.finally(),
        }
    }
}

fn hold(rule: &CheckedRule) -> Hold {
    match rule.rule().hold {
        For::Windows(windows) => Hold::Windows(windows),
        For::Time(length) if length.is_zero() => Hold::Windows(1),
        For::Time(length) => Hold::Lasting(length.get()),
    }
}

/// Who says whether a fire was right. `None`: what came of the money, or the metric that `[rule.judge]` names.
fn judge(rule: &CheckedRule) -> Option<Judge<'static>> {
    let written = rule.rule();
    let by = written.judge.as_ref();
    match (rule.own_of(), by) {
        // A rise is no loss: whether an opportunity was one is not told by what came after, unless somebody says how.
        (_, None) if written.kind == Kind::Opportunity => Some(Judge::Nobody),
        (Some(want), by) => {
            let windows = by.map_or(HORIZON, |by| windows_in(by.horizon, rule.window()));
            let judged = by.map_or(want, |by| Want { metric: by.metric, ..want });
            Some(Judge::Fall { want: judged, own: written.own.get(), windows, rises: rises(rule) })
        }
        (None, Some(_)) => None,
        (None, None) => money(rule).is_none().then_some(Judge::Nobody),
    }
}

/// Whether the rule is about being above one's own past.
fn rises(rule: &CheckedRule) -> bool {
    let reads = |num: &_, source| {
        slots_of(num).iter().any(|slot| rule.inputs().get(*slot).is_some_and(|input| input.source == source))
    };
    rule.when().comparisons().into_iter().any(|one| {
        let op = match () {
            () if reads(&one.left, Source::Now) && reads(&one.right, Source::Own) => one.op,
            () if reads(&one.right, Source::Now) && reads(&one.left, Source::Own) => one.op.mirrored(),
            () => return false,
        };
        matches!(op, Op::Greater | Op::GreaterOrEqual)
    })
}

/// How many whole windows fit into a length of time; one at least.
fn windows_in(length: Length, window: Window) -> u32 {
    let hours = match window {
        Window::Days(days) => i64::from(days) * 24,
        Window::Hours(hours) => i64::from(hours),
        // These have no length of their own to count by.
        Window::LastPosts(_) | Window::Deal => return HORIZON,
    };
    let count = length.get().as_hours().checked_div(hours).and_then(|count| u32::try_from(count).ok());
    std::cmp::max(count.unwrap_or(1), 1)
}

/// What a picture of a replay shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// What the values are; money in minor units.
    pub metric: Metric,
    /// Values in order of time; `None` is a gap.
    pub points: Vec<(Timestamp, Option<f64>)>,
    /// The line they are compared with.
    pub limit: Vec<(Timestamp, f64)>,
}

/// The first comparison of a rule with a metric alone on one side, at every window's end. `None` where there is none.
#[must_use]
pub fn drawn(rule: &CheckedRule, case: &Case, subject: &Subject, history: &History) -> Option<Drawn> {
    let metric_of = |num: &Num| match num {
        Num::Read(slot) => {
            rule.inputs().get(*slot).filter(|input| input.source == Source::Now).map(|input| input.want.metric)
        }
        Num::Literal(_) | Num::Money(..) | Num::Negate(_) | Num::Math(..) => None,
    };
    let (metric, seen, allowed) =
        rule.when().comparisons().into_iter().find_map(|one| match (metric_of(&one.left), metric_of(&one.right)) {
            (Some(metric), _) => Some((metric, &one.left, &one.right)),
            (None, Some(metric)) => Some((metric, &one.right, &one.left)),
            (None, None) => None,
        })?;
    let polls = history.instants(|key| key.subject == *subject);
    let frame = |_: &Subject| case.context.frame.clone();
    let stage = Stage { subjects: &[], frame: &frame, polls: &polls, after: None, until: None, threads: 1 };
    let view = history.view();
    let mut scratch = Scratch::default();
    let mut live = Live::new(rule, subject, &case.context, &view, &mut scratch);
    let (mut points, mut limit) = (Vec::new(), Vec::new());
    for window in super::windows_of(rule.window(), &case.context.frame, &stage, super::usual_gap(&polls)) {
        live.look(match rule.window() {
            Window::LastPosts(_) => View::Posts { until: window.until },
            Window::Days(_) | Window::Hours(_) | Window::Deal => View::Spans { latest: window, first: window },
        });
        points.push((window.until, number(seen, rule.inputs(), &mut live).ok()));
        if let Ok(allowed) = number(allowed, rule.inputs(), &mut live) {
            limit.push((window.until, allowed));
        }
    }
    Some(Drawn { metric, points, limit })
}
