//! Replays rules over history: where each would have fired, and whether that was right.
//!
//! Owns: the window ends at which a rule is judged, `for`, `cooldown`, outcomes by default, and the report's JSON.
//! Refuses: the language. A rule comes as [`Replay`]: closures over [`Readings`], so that anything that can be judged
//! can be replayed. Brands and programmes are not needed.
//!
//! A rule over `Nd` is judged at every midnight of the subject's zone, every other rule at every poll. Each end at which
//! it holds is a fire, unless it is within the cooldown, inclusive, of the subject's last fire.

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use crate::domain::ids::{RuleId, Subject};
use crate::domain::money::Money;
use crate::domain::num::{f64_of_len, six_digits};
use crate::domain::sample::Reading;
use crate::domain::verdict::Verdict;

use super::benchmark::{mean, own};
use super::readings::{Readings, Span, Want};
use super::window::{Frame, Window};

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
    },
    /// Somebody who knows the rule. Is given the end of the data.
    By(&'a dyn Fn(&dyn Readings, &Subject, Look, Timestamp) -> Outcome),
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
    pub when: &'a dyn Fn(&dyn Readings, &Subject, Look) -> Verdict,
    /// What a fire was worth, for rules about money.
    pub worth: &'a dyn Fn(&dyn Readings, &Subject, Look) -> Worth,
}

/// Over what is replayed.
pub struct Stage<'a> {
    /// Who is judged, in the order of the report.
    pub subjects: &'a [Subject],
    /// The zone, lag and deal of each.
    pub frame: &'a dyn Fn(&Subject) -> Frame,
    /// When something was observed, in order: see `History::instants`. The last is the end of the data.
    pub polls: &'a [Timestamp],
    /// Only ends after this instant …
    pub after: Option<Timestamp>,
    /// … and not after this one.
    pub until: Option<Timestamp>,
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

/// Replays every rule over every subject. `progress` hears how many subjects of how many are done.
pub fn backtest(
    rules: &[Replay<'_>],
    stage: &Stage<'_>,
    readings: &dyn Readings,
    progress: &mut dyn FnMut(u64, u64),
) -> BacktestReport {
    let count = |len: usize| u64::try_from(len).unwrap_or(u64::MAX);
    let total = count(rules.len()).saturating_mul(count(stage.subjects.len()));
    let mut done = 0;
    let mut reports = Vec::with_capacity(rules.len());
    let gap = usual_gap(stage.polls);
    for rule in rules {
        let mut fires = Vec::new();
        let mut subjects = 0;
        for subject in stage.subjects {
            let run = Run { rule, stage, readings, subject, frame: (stage.frame)(subject), gap };
            subjects += u64::from(run.fires(&mut fires));
            done += 1;
            progress(done, total);
        }
        reports.push(summed_up(rule.rule.clone(), subjects, fires));
    }
    BacktestReport { rules: reports }
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
        let mut amounts = of(outcome).filter_map(|fire| fire.saved);
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
    frame: Frame,
    gap: SignedDuration,
}

impl Run<'_> {
    /// Adds the fires; whether the subject could be judged at all.
    fn fires(&self, fires: &mut Vec<Fire>) -> bool {
        let mut judged = false;
        let mut holds_since: Option<Timestamp> = None;
        let mut last: Option<Timestamp> = None;
        for window in self.windows() {
            let (verdict, look) = self.look(window);
            judged |= verdict != Verdict::Unknown;
            let at = window.until;
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
            let rests = match (last, self.rule.cooldown) {
                (Some(last), Some(cooldown)) => at.duration_since(last) <= cooldown,
                _ => false,
            };
            if fires_now && !rests {
                last = Some(at);
                fires.push(self.fire(look));
            }
        }
        judged
    }

    fn fire(&self, look: Look) -> Fire {
        let worth = (self.rule.worth)(self.readings, self.subject, look);
        Fire {
            subject: self.subject.clone(),
            at: look.window.until,
            e_value: worth.e_value,
            spent: worth.spent,
            saved: worth.saved,
            outcome: self.outcome(look),
        }
    }

    /// The verdict over all windows that `for` asks for, oldest first, so that what does not hold is found early.
    fn look(&self, window: Span) -> (Verdict, Look) {
        let plain = Look { window, first: window };
        let windows = match self.rule.hold {
            Hold::Windows(windows) => std::cmp::max(windows, 1),
            Hold::Lasting(_) => 1,
        };
        let back = |k| match k {
            0 => Some(window),
            k => self.rule.window.back(window, k, &self.frame),
        };
        let Some(first) = back(windows - 1) else {
            return (Verdict::Unknown, plain);
        };
        let mut all = Verdict::Holds;
        for k in (0..windows).rev() {
            let verdict = back(k).map_or(Verdict::Unknown, |window| {
                (self.rule.when)(self.readings, self.subject, Look { window, first })
            });
            all = all.and(verdict);
            if all == Verdict::DoesNotHold {
                break;
            }
        }
        (all, Look { window, first })
    }

    /// The windows at whose ends the rule is judged, in order.
    fn windows(&self) -> Vec<Span> {
        let polls = self.stage.polls;
        let (Some(begin), Some(end)) = (polls.first().copied(), polls.last().copied()) else {
            return Vec::new();
        };
        let fits = |span: &Span| {
            self.stage.after.is_none_or(|after| after < span.until)
                && self.stage.until.is_none_or(|until| span.until <= until)
        };
        let window = self.rule.window;
        match window {
            Window::Days(_) => {
                let mut spans = Vec::new();
                let mut next = window.ending(begin, &self.frame).and_then(|span| self.day_after(span));
                while let Some(span) = next.filter(|span| span.until <= self.over(end) && spans.len() < ENDS_MAX) {
                    spans.push(span);
                    next = self.day_after(span);
                }
                spans.retain(fits);
                spans
            }
            Window::Hours(_) | Window::Deal => {
                polls.iter().filter_map(|poll| window.ending(*poll, &self.frame)).filter(fits).take(ENDS_MAX).collect()
            }
            Window::LastPosts(_) => {
                polls.iter().map(|poll| Span { from: begin, until: *poll }).filter(fits).take(ENDS_MAX).collect()
            }
        }
    }

    /// The same window ending one midnight later.
    fn day_after(&self, span: Span) -> Option<Span> {
        let day = Window::Days(1);
        let last = day.ending(span.until, &self.frame)?;
        self.rule.window.ending(day.forth(last, 1, &self.frame)?.until, &self.frame)
    }

    /// Until when the data say all they would: to the coming midnight where the next poll is due only after it.
    fn over(&self, end: Timestamp) -> Timestamp {
        let day = Window::Days(1);
        day.ending(end, &self.frame)
            .and_then(|last| day.forth(last, 1, &self.frame))
            .map(|coming| coming.until)
            .filter(|midnight| midnight.duration_since(end) <= self.gap)
            .unwrap_or(end)
    }

    fn outcome(&self, look: Look) -> Outcome {
        let Some(end) = self.stage.polls.last().copied() else {
            return Outcome::Open;
        };
        match &self.rule.judge {
            Judge::Nobody => Outcome::Open,
            Judge::By(judge) => judge(self.readings, self.subject, look, end),
            Judge::Fall { want, own, windows } => self.fall(*want, *own, look, *windows, self.over(end)),
        }
    }

    fn fall(&self, want: Want, length: SignedDuration, look: Look, windows: u32, end: Timestamp) -> Outcome {
        let window = self.rule.window;
        let next: Option<Vec<Span>> = (1..=windows).map(|k| window.forth(look.window, k, &self.frame)).collect();
        let Some(next) = next.filter(|next| next.last().is_some_and(|last| last.until <= end)) else {
            return Outcome::Open;
        };
        let values: Vec<f64> =
            next.into_iter().filter_map(|span| self.readings.over(self.subject, want, span).reading.value()).collect();
        let benchmark = own(self.readings, self.subject, want, window, length, look.first, &self.frame);
        match (mean(&values), benchmark.reading) {
            (Some(mean), Reading::Value(own)) if own <= mean => Outcome::Wrong,
            (Some(_), Reading::Value(_)) => Outcome::Right,
            (None, _) | (_, Reading::Absent(_)) => Outcome::Open,
        }
    }
}

#[cfg(test)]
mod tests;
