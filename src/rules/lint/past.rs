//! What a rule would have said of the past: a line that is crossed more often than not is no line.

use jiff::Timestamp;

use super::{Finding, Weight, finding, located};
use crate::domain::ids::Subject;
use crate::domain::verdict::Verdict;
use crate::rules::check::CheckedRule;
use crate::rules::eval::Scratch;
use crate::rules::file::RulesFile;
use crate::rules::judge::Context;
use crate::rules::readings::Readings;
use crate::rules::window::Window;

/// Windows that are looked at, newest first. A quarter of days.
const WINDOWS_MAX: u32 = 90;

/// Fewer windows that can be judged say nothing about a subject.
const WINDOWS_MIN: u32 = 14;

/// Looks every rule over windows of days or hours against history up to `now`: where it held in more than half of the
/// windows of more than half of the subjects it speaks about, it says so.
#[must_use]
pub fn look(
    file: &RulesFile,
    subjects: &[(Subject, Context)],
    readings: &dyn Readings,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut scratch = Scratch::default();
    for written in &file.rules {
        let Ok(rule) = written.check() else { continue };
        if matches!(rule.window(), Window::LastPosts(_) | Window::Deal) {
            continue;
        }
        let mut tally = Tally::default();
        for (subject, context) in subjects.iter().filter(|(subject, context)| rule.selects(subject, context)) {
            tally.add(counted(&rule, subject, context, readings, now, &mut scratch));
        }
        findings.extend(located(written, tally.says(&rule).into_iter().collect()));
    }
    findings
}

/// Windows that could be judged, and those of them in which the condition held.
fn counted(
    rule: &CheckedRule,
    subject: &Subject,
    context: &Context,
    readings: &dyn Readings,
    now: Timestamp,
    scratch: &mut Scratch,
) -> (u32, u32) {
    let (mut judged, mut held) = (0, 0);
    let mut next = rule.window().latest(now, &context.frame);
    for _ in 0..WINDOWS_MAX {
        let Some(span) = next else { break };
        match rule.verdict_over(subject, context, readings, (span, span), scratch) {
            Verdict::Holds => (judged, held) = (judged + 1, held + 1),
            Verdict::DoesNotHold => judged += 1,
            Verdict::Unknown => {}
        }
        next = rule.window().back(span, 1, &context.frame);
    }
    (judged, held)
}

#[derive(Default)]
struct Tally {
    subjects: u32,
    crossed: u32,
    judged: u32,
    held: u32,
}

impl Tally {
    fn add(&mut self, (judged, held): (u32, u32)) {
        if judged < WINDOWS_MIN {
            return;
        }
        self.subjects += 1;
        self.crossed += u32::from(judged < 2 * held);
        self.judged = self.judged.saturating_add(judged);
        self.held = self.held.saturating_add(held);
    }

    fn says(&self, rule: &CheckedRule) -> Option<Finding> {
        (self.subjects < 2 * self.crossed).then(|| {
            finding(
                Weight::Advice,
                "when",
                format!(
                    "the line is where things usually are: it held in {} of {} past windows, and in more than half of them \
                     at {} of {} subjects",
                    self.held, self.judged, self.crossed, self.subjects
                ),
                format!("move the limit, or see with `plimsoll backtest` what `{}` would have told", rule.rule().id),
            )
        })
    }
}
