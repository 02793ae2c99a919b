//! Replays rules over history: where each would have fired, and whether that was right.
//!
//! Owns: the window ends at which a rule is judged, `for`, `cooldown`, outcomes by default, and the report's JSON.
//! Refuses: the language. A rule comes as [`Replay`] with a [`Condition`] over [`Readings`], so that anything that can be
//! judged can be replayed; [`ruled`] makes one of a rule in a file, `money` says what its fires were worth. Brands and
//! programmes are not needed.
//!
//! A rule over `Nd` is judged at every midnight of the subject's zone, every other rule at every poll. Each end at which
//! it holds is a fire, unless it is within the cooldown, inclusive, of the subject's last fire.
//!
//! Everything is asked of one subject before the next one, so that what many rules read is read once; threads share the
//! subjects, and the report does not depend on how many there are.

mod money;
mod remembered;
pub mod ruled;

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use crate::domain::ids::{RuleId, Subject};
use crate::domain::money::Money;
use crate::domain::num::{f64_of_len, six_digits, u64_of_len};
use crate::domain::sample::Reading;
use crate::domain::verdict::Verdict;

use super::benchmark::{mean, own};
use super::eval::Scratch;
use super::quick::QuickMap;
use super::readings::{Readings, Span, Want};
use super::window::{Frame, Window};
use remembered::Remembered;

pub use money::{Case, total};

/// Ends judged per subject. Ten years of hourly polls; more is an error in the data's time column.
const ENDS_MAX: usize = 100_000;
/// Windows after a fire by which a fall against `own` is judged unless the rule says otherwise (DESIGN §6).
pub const HORIZON: u32 = 7;

/// What one look at a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The window the rule reads. `last N posts` has none of its own: here it runs from the first observation, and its
    /// end says which posts are out.
    pub window: Span,
    /// The first of the windows that `for` asks for: `own` is taken over those before it.
    pub first: Span,
}

/// How long a condition must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// In each of the last so many windows; one is a plain look.
    Windows(u32),
    /// At every look for so long, the first and the last included.
    Lasting(SignedDuration),
}

/// Whether a fire was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What was feared came true.
    Right,
    /// It did not.
    Wrong,
    /// It cannot be said yet.
    Open,
}

/// Who says whether a fire was right.
pub enum Judge<'a> {
    /// The default of a fall against `own`: wrong when the mean of the next windows is at least `own`. Absent windows are
    /// skipped; open until all of them are over, or where none of them is left.
    Fall {
        /// What fell.
        want: Want,
        /// Over how long `own` was taken.
        own: SignedDuration,
        /// How many windows after the fire count: [`HORIZON`], or what `[rule.judge]` says.
        windows: u32,
        /// It is a rise that was feared: wrong when the mean is at most `own`.
        rises: bool,
    },
    /// Somebody who knows the rule.
    By(&'a dyn Outcomes),
    /// Nobody: always open.
    Nobody,
}

/// What a fire was worth.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Worth {
    /// Evidence, where the rule has any.
    pub e_value: Option<f64>,
    /// Spent by then.
    pub spent: Option<Money>,
    /// What stopping would have saved; negative where it would have lost.
    pub saved: Option<Money>,
}

/// Says whether a fire was right. Is given the end of the data.
pub trait Outcomes: Sync {
    /// Whether it is the same for every fire on one subject, so that it need be asked once.
    fn is_the_same(&self) -> bool {
        false
    }
    /// What came of it.
    fn outcome(&self, readings: &dyn Readings, subject: &Subject, look: Look, end: Timestamp) -> Outcome;
}

/// What a rule asks of a subject.
pub trait Condition: Sync {
    /// Whether it speaks about it.
    fn selects(&self, _subject: &Subject) -> bool {
        true
    }
    /// Whether what it says of a window depends on the windows that `for` counts: `own` is taken before the first of them.
    fn depends_on_first(&self) -> bool {
        true
    }
    /// Whether it holds.
    fn holds(&self, readings: &dyn Readings, subject: &Subject, look: Look, scratch: &mut Scratch) -> Verdict;
    /// What a fire was worth, for rules about money.
    fn worth(&self, _readings: &dyn Readings, _subject: &Subject, _look: Look, _scratch: &mut Scratch) -> Worth {
        Worth::default()
    }
}

/// A plain function is a condition.
impl<F: Fn(&dyn Readings, &Subject, Look) -> Verdict + Sync> Condition for F {
    fn holds(&self, readings: &dyn Readings, subject: &Subject, look: Look, _scratch: &mut Scratch) -> Verdict {
        self(readings, subject, look)
    }
}

/// A rule as the replay sees it.
pub struct Replay<'a> {
    /// Its id.
    pub rule: RuleId,
    /// What it looks at.
    pub window: Window,
    /// `for`.
    pub hold: Hold,
    /// After a fire the subject is left alone for so long, the last instant included.
    pub cooldown: Option<SignedDuration>,
    /// Who says whether it was right.
    pub judge: Judge<'a>,
    /// The condition.
    pub when: &'a dyn Condition,
}

/// Over what is replayed.
pub struct Stage<'a> {
    /// Who is judged, in the order of the report.
    pub subjects: &'a [Subject],
    /// The zone, lag and deal of each.
    pub frame: &'a (dyn Fn(&Subject) -> Frame + Sync),
    /// When something was observed, in order: see `History::instants`. The last is the end of the data.
    pub polls: &'a [Timestamp],
    /// Only ends after this instant …
    pub after: Option<Timestamp>,
    /// … and not after this one.
    pub until: Option<Timestamp>,
    /// How many threads share the work; 0 is 1.
    pub threads: usize,
}

/// One fire.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fire {
    /// Whom it was about.
    pub subject: Subject,
    /// The exclusive end of its last window.
    pub at: Timestamp,
    /// Evidence; null for plain rules.
    #[serde(serialize_with = "rounded")]
    pub e_value: Option<f64>,
    /// Spent by then.
    pub spent: Option<Money>,
    /// What stopping would have saved.
    pub saved: Option<Money>,
    /// Whether it was right.
    pub outcome: Outcome,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleReport {
    /// Its id.
    pub rule: RuleId,
    /// How many subjects could be judged at least once.
    pub subjects: u64,
    /// Every fire, by subject and then by time.
    pub fires: Vec<Fire>,
    /// Wrong fires among those that are not open; null where all are.
    #[serde(serialize_with = "rounded")]
    pub wrong_share: Option<f64>,
    /// What right fires saved, where the rule is about money of one currency.
    pub saved: Option<Money>,
    /// What wrong fires lost.
    pub lost: Option<Money>,
}

impl RuleReport {
    /// It was replayed over nobody.
    #[must_use]
    pub fn nothing(rule: RuleId) -> Self {
        summed_up(rule, 0, Vec::new())
    }
}

/// The report of a backtest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BacktestReport {
    /// One for each rule, in the order given.
    pub rules: Vec<RuleReport>,
}

#[expect(clippy::ref_option, reason = "serde hands fields over by reference")]
fn rounded<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.serialize_f64(six_digits(*value)),
        None => serializer.serialize_none(),
    }
}

/// What one rule came to on one subject.
struct Found {
    rule: usize,
    judged: bool,
    fires: Vec<Fire>,
}

/// Replays every rule over every subject. `progress` hears how many subjects of how many are done.
pub fn backtest(
    rules: &[Replay<'_>],
    stage: &Stage<'_>,
    readings: &(dyn Readings + Sync),
    progress: &(dyn Fn(u64, u64) + Sync),
) -> BacktestReport {
    let total = u64_of_len(stage.subjects.len());
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let found: Mutex<Vec<(usize, Vec<Found>)>> = Mutex::new(Vec::with_capacity(stage.subjects.len()));
    let work = || {
        let mut desk = Desk::new(rules, stage, readings);
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(subject) = stage.subjects.get(place) else { break };
            let of_subject = desk.replay(subject);
            found.lock().unwrap_or_else(PoisonError::into_inner).push((place, of_subject));
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..std::cmp::min(stage.threads, stage.subjects.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Who is done first depends on the threads; the report does not.
    found.sort_unstable_by_key(|(place, _)| *place);
    let mut sums: Vec<(u64, Vec<Fire>)> = rules.iter().map(|_| (0, Vec::new())).collect();
    for one in found.into_iter().flat_map(|(_, of_subject)| of_subject) {
        if let Some((subjects, fires)) = sums.get_mut(one.rule) {
            *subjects += u64::from(one.judged);
            fires.extend(one.fires);
        }
    }
    let reports = rules.iter().zip(sums).map(|(rule, (subjects, fires))| summed_up(rule.rule.clone(), subjects, fires));
    BacktestReport { rules: reports.collect() }
}

/// The ends at which rules over a window are judged.
type Ends = (Window, Rc<[Span]>);

/// What one thread works with.
struct Desk<'a> {
    rules: &'a [Replay<'a>],
    stage: &'a Stage<'a>,
    readings: Remembered<'a>,
    scratch: Scratch,
    gap: SignedDuration,
    /// The ends at which rules are judged, by window, for subjects with this frame.
    windows: Option<(Frame, Vec<Ends>)>,
}

impl<'a> Desk<'a> {
    fn new(rules: &'a [Replay<'a>], stage: &'a Stage<'a>, readings: &'a (dyn Readings + Sync)) -> Self {
        Self {
            rules,
            stage,
            readings: Remembered::new(readings),
            scratch: Scratch::remembering(),
            gap: usual_gap(stage.polls),
            windows: None,
        }
    }

    fn replay(&mut self, subject: &'a Subject) -> Vec<Found> {
        self.readings.turn_to(subject);
        self.scratch.turn_to_another();
        let frame = (self.stage.frame)(subject);
        let mut found = Vec::new();
        for (place, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.when.selects(subject)) {
            let windows = self.windows(rule.window, &frame);
            let run = Run { rule, stage: self.stage, readings: &self.readings, subject, frame: &frame, gap: self.gap };
            let mut fires = Vec::new();
            let judged = run.fires(&windows, &mut fires, &mut self.scratch);
            if judged {
                found.push(Found { rule: place, judged, fires });
            }
        }
        found
    }

    /// The windows at whose ends a rule is judged: most subjects share them with the one before.
    fn windows(&mut self, window: Window, frame: &Frame) -> Rc<[Span]> {
        let kept = match &mut self.windows {
            Some((of, kept)) if of == frame => kept,
            other => &mut other.insert((frame.clone(), Vec::new())).1,
        };
        if let Some((_, spans)) = kept.iter().find(|(of, _)| *of == window) {
            return Rc::clone(spans);
        }
        let spans: Rc<[Span]> = windows_of(window, frame, self.stage, self.gap).into();
        kept.push((window, Rc::clone(&spans)));
        spans
    }
}

/// Until when the data say all they would.
fn end_of(polls: &[Timestamp], frame: &Frame) -> Option<Timestamp> {
    polls.last().map(|end| over(*end, frame, usual_gap(polls)))
}

/// The median time between polls.
fn usual_gap(polls: &[Timestamp]) -> SignedDuration {
    let mut gaps: Vec<SignedDuration> = polls
        .windows(2)
        .filter_map(|pair| match pair {
            [one, next] => Some(next.duration_since(*one)),
            _ => None,
        })
        .collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).copied().unwrap_or(SignedDuration::ZERO)
}

fn summed_up(rule: RuleId, subjects: u64, fires: Vec<Fire>) -> RuleReport {
    let of = |outcome| fires.iter().filter(move |fire| fire.outcome == outcome);
    let (right, wrong) = (of(Outcome::Right).count(), of(Outcome::Wrong).count());
    let sum = |outcome, sign: i64| {
        // A subject is stopped once: what its later fires would have saved is part of what its first one does.
        let mut stopped = std::collections::BTreeSet::new();
        let firsts = of(outcome).filter(|fire| stopped.insert(&fire.subject));
        let mut amounts = firsts.filter_map(|fire| fire.saved);
        let first = amounts.next()?;
        let total = amounts.try_fold(first, Money::checked_add).ok()?;
        Some(Money::new(total.minor.saturating_mul(sign), total.currency))
    };
    RuleReport {
        wrong_share: (right + wrong > 0).then(|| f64_of_len(wrong) / f64_of_len(right + wrong)),
        saved: sum(Outcome::Right, 1),
        lost: sum(Outcome::Wrong, -1),
        rule,
        subjects,
        fires,
    }
}

/// One rule on one subject.
struct Run<'a> {
    rule: &'a Replay<'a>,
    stage: &'a Stage<'a>,
    readings: &'a dyn Readings,
    subject: &'a Subject,
    frame: &'a Frame,
    gap: SignedDuration,
}

impl Run<'_> {
    /// Adds the fires; whether the subject could be judged at all.
    fn fires(&self, windows: &[Span], fires: &mut Vec<Fire>, scratch: &mut Scratch) -> bool {
        let mut judged = false;
        let mut holds_since: Option<Timestamp> = None;
        let mut last: Option<Timestamp> = None;
        let mut known: Option<Outcome> = None;
        let mut said: QuickMap<Span, Verdict> = QuickMap::default();
        for window in windows {
            let at = window.until;
            let rests = match (last, self.rule.cooldown) {
                (Some(last), Some(cooldown)) => at.duration_since(last) <= cooldown,
                _ => false,
            };
            if rests && matches!(self.rule.hold, Hold::Windows(_)) {
                // Nothing can come of looking.
                continue;
            }
            let (verdict, look) = self.look(*window, &mut said, scratch);
            judged |= verdict != Verdict::Unknown;
            let fires_now = match (verdict, self.rule.hold) {
                (Verdict::DoesNotHold, _) => {
                    holds_since = None;
                    false
                }
                // What cannot be seen neither begins nor breaks a wait.
                (Verdict::Unknown, _) => false,
                (Verdict::Holds, Hold::Windows(_)) => true,
                (Verdict::Holds, Hold::Lasting(length)) => {
                    let since = *holds_since.get_or_insert(at);
                    length <= at.duration_since(since)
                }
            };
            if fires_now && !rests {
                last = Some(at);
                fires.push(self.fire(look, &mut known, scratch));
            }
        }
        judged
    }

    /// `known`: what came of every fire on this subject, where that is one answer.
    fn fire(&self, look: Look, known: &mut Option<Outcome>, scratch: &mut Scratch) -> Fire {
        let outcome = match (&self.rule.judge, &known) {
            (Judge::By(judge), Some(known)) if judge.is_the_same() => *known,
            (_, _) => self.outcome(look),
        };
        *known = Some(outcome);
        let worth = self.rule.when.worth(self.readings, self.subject, look, scratch);
        Fire {
            subject: self.subject.clone(),
            at: look.window.until,
            e_value: worth.e_value,
            spent: worth.spent,
            saved: worth.saved,
            outcome,
        }
    }

    /// The verdict over all windows that `for` asks for, oldest first, so that what does not hold is found early.
    fn look(&self, window: Span, said: &mut QuickMap<Span, Verdict>, scratch: &mut Scratch) -> (Verdict, Look) {
        let plain = Look { window, first: window };
        let windows = match self.rule.hold {
            Hold::Windows(windows) => std::cmp::max(windows, 1),
            Hold::Lasting(_) => 1,
        };
        let back = |k| match k {
            0 => Some(window),
            k => self.rule.window.back(window, k, self.frame),
        };
        let Some(first) = back(windows - 1) else {
            return (Verdict::Unknown, plain);
        };
        let mut all = Verdict::Holds;
        for k in (0..windows).rev() {
            let verdict = back(k).map_or(Verdict::Unknown, |window| {
                let mut ask = || self.rule.when.holds(self.readings, self.subject, Look { window, first }, scratch);
                // The same window is the second of one look and the first of the next.
                if windows == 1 || self.rule.when.depends_on_first() {
                    ask()
                } else {
                    *said.entry(window).or_insert_with(ask)
                }
            });
            all = all.and(verdict);
            if all == Verdict::DoesNotHold {
                break;
            }
        }
        (all, Look { window, first })
    }

    fn outcome(&self, look: Look) -> Outcome {
        let Some(end) = self.stage.polls.last().copied() else {
            return Outcome::Open;
        };
        match &self.rule.judge {
            Judge::Nobody => Outcome::Open,
            Judge::By(judge) => judge.outcome(self.readings, self.subject, look, end),
            Judge::Fall { want, own, windows, rises } => {
                self.fall((*want, *own, *rises), look, *windows, over(end, self.frame, self.gap))
            }
        }
    }

    fn fall(
        &self,
        (want, length, rises): (Want, SignedDuration, bool),
        look: Look,
        windows: u32,
        end: Timestamp,
    ) -> Outcome {
        let window = self.rule.window;
        let next: Option<Vec<Span>> = (1..=windows).map(|k| window.forth(look.window, k, self.frame)).collect();
        let Some(next) = next.filter(|next| next.last().is_some_and(|last| last.until <= end)) else {
            return Outcome::Open;
        };
        let values: Vec<f64> =
            next.into_iter().filter_map(|span| self.readings.over(self.subject, want, span).reading.value()).collect();
        let benchmark = own(self.readings, self.subject, want, window, length, look.first, self.frame);
        match (mean(&values), benchmark.reading) {
            (Some(mean), Reading::Value(own)) if if rises { mean <= own } else { own <= mean } => Outcome::Wrong,
            (Some(_), Reading::Value(_)) => Outcome::Right,
            (None, _) | (_, Reading::Absent(_)) => Outcome::Open,
        }
    }
}

/// The windows at whose ends a rule is judged, in order.
fn windows_of(window: Window, frame: &Frame, stage: &Stage<'_>, gap: SignedDuration) -> Vec<Span> {
    let polls = stage.polls;
    let (Some(begin), Some(end)) = (polls.first().copied(), polls.last().copied()) else {
        return Vec::new();
    };
    let fits = |span: &Span| {
        stage.after.is_none_or(|after| after < span.until) && stage.until.is_none_or(|until| span.until <= until)
    };
    match window {
        Window::Days(_) => {
            let mut spans = Vec::new();
            let over = over(end, frame, gap);
            let mut next = window.ending(begin, frame);
            // A day whose end is inside it has not been seen from its beginning.
            if next.is_some_and(|first| first.until < begin) {
                next = next.and_then(|first| day_after(window, first, frame));
            }
            while let Some(span) = next.filter(|span| span.until <= over && spans.len() < ENDS_MAX) {
                spans.push(span);
                next = day_after(window, span, frame);
            }
            spans.retain(fits);
            spans
        }
        Window::Hours(_) | Window::Deal => {
            let mut spans: Vec<Span> =
                polls.iter().filter_map(|poll| window.ending(*poll, frame)).filter(fits).take(ENDS_MAX).collect();
            // When the deal is over every later poll ends with it.
            spans.dedup();
            spans
        }
        Window::LastPosts(_) => {
            polls.iter().map(|poll| Span { from: begin, until: *poll }).filter(fits).take(ENDS_MAX).collect()
        }
    }
}

/// The same window ending one midnight later.
fn day_after(window: Window, span: Span, frame: &Frame) -> Option<Span> {
    let day = Window::Days(1);
    let last = day.ending(span.until, frame)?;
    window.ending(day.forth(last, 1, frame)?.until, frame)
}

/// Until when the data say all they would: to the coming midnight where the next poll is due only after it.
fn over(end: Timestamp, frame: &Frame, gap: SignedDuration) -> Timestamp {
    let day = Window::Days(1);
    day.ending(end, frame)
        // At midnight itself the day is over, and of the next one nothing was said.
        .filter(|last| last.until < end)
        .and_then(|last| day.forth(last, 1, frame))
        .map(|coming| coming.until)
        .filter(|midnight| midnight.duration_since(end) <= gap)
        .unwrap_or(end)
}

#[cfg(test)]
mod money_tests;
#[cfg(test)]
mod tests;
