//! Readings without the time that lies with the brand (the table is in [`crate::rules::excuse`]).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::live::Live;
use super::{Answer, Gap};
use crate::domain::ids::{Platform, PostRef};
use crate::domain::metric::{Kind, Metric};
use crate::domain::num::six_digits;
use crate::rules::excuse::{self, Excuse};
use crate::rules::lower::{Input, Source};
use crate::rules::readings::{Span, Want};
use crate::rules::window::Window;

/// How many windows `for = "K windows"` looks back over for K that count: a year of days.
const WINDOWS_BACK_MAX: u32 = 400;

/// What was left out of a reading because it lies with the brand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// How much time, in seconds.
    pub secs: i64,
    /// How much spend, in minor units, where spend is part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<f64>,
}

impl Live<'_> {
    /// What is left of a span for a number; `None` where all of it is. Of a window of hours there is all or nothing.
    fn left_of(&self, want: Want, span: Span) -> Option<Vec<Span>> {
        if self.ctx.excused.is_empty() {
            return None;
        }
        let window = self.rule.window();
        let ours = self.ctx.excused.iter().filter(|one| one.cause.breaks(want));
        let left = excuse::left(span, &excuse::cuts(ours, window, &self.ctx.frame));
        if left == [span] {
            return None;
        }
        Some(match window {
            Window::Hours(_) => Vec::new(),
            Window::Days(_) | Window::Deal | Window::LastPosts(_) => left,
        })
    }

    /// A number over a span that lost time; `None` where it lost none.
    pub(super) fn excused_over(&self, want: Want, span: Span) -> Option<Answer> {
        let left = self.left_of(want, span)?;
        let nothing = Answer { span: Some(span), ..Answer::gap(Gap::Excused) };
        Some(match want.metric.kind() {
            Kind::Derived { .. } if !left.is_empty() => self.rate_over(want, span, &left),
            Kind::Derived { .. } | Kind::Counter | Kind::Gauge => nothing,
        })
    }

    /// A rate over what is left of a span: above and below the line the same time is missing.
    fn rate_over(&self, want: Want, span: Span, left: &[Span]) -> Answer {
        let mut answer = Answer { span: Some(span), ..Answer::gap(Gap::NotYet) };
        let mut values = Vec::new();
        for part in want.metric.parts() {
            let summed = self.summed(Want { metric: part, ..want }, left);
            match summed.value {
                Ok(value) => values.push(value),
                Err(_) if want.metric.part_is_optional(part) => values.push(0.0),
                Err(gap) => return Answer { value: Err(gap), ..answer },
            }
            answer.n = answer.n.saturating_add(summed.n);
            answer.newest = std::cmp::max(answer.newest, summed.newest);
            answer.fresh = answer.fresh.or(summed.fresh);
        }
        // Nothing to divide by yet, as anywhere.
        answer.value = want.metric.work_out(&values).ok_or(Gap::NotYet);
        answer
    }

    /// A plain number over several spans; over none it is 0.
    fn summed(&self, want: Want, spans: &[Span]) -> Answer {
        let mut sum = Answer { value: Ok(0.0), ..Answer::gap(Gap::NotYet) };
        for span in spans {
            let one = self.whole_over(want, *span);
            sum.value = match (sum.value, one.value) {
                (Ok(sum), Ok(value)) => Ok(sum + value),
                (Err(gap), _) | (Ok(_), Err(gap)) => Err(gap),
            };
            sum.n = sum.n.saturating_add(one.n);
            sum.newest = std::cmp::max(sum.newest, one.newest);
            sum.fresh = match (sum.fresh, one.fresh) {
                (Some(sum), Some(more)) => Some(sum + more),
                (sum, more) => sum.or(more),
            };
        }
        sum
    }

    /// One part of a tested metric over the time of a post: what the metric as a whole loses, each of its parts loses.
    pub(super) fn part_over(&self, tested: Want, part: Metric, span: Span) -> Answer {
        let want = Want { metric: part, ..tested };
        match self.left_of(tested, span) {
            None => self.whole_over(want, span),
            Some(left) => self.summed(want, &left),
        }
    }

    /// Whether a span touches time that does not count for a number.
    pub(super) fn is_touched(&self, want: Want, span: Span) -> bool {
        self.left_of(want, span).is_some()
    }

    /// Whether nothing can be said over a window because of what is missing of it.
    fn is_out(&self, span: Span) -> bool {
        let asked = self.rule.inputs().iter().filter(|input| input.source == Source::Now);
        asked.map(|input| input.want).any(|want| match self.left_of(want, span) {
            None => false,
            Some(left) => left.is_empty() || !matches!(want.metric.kind(), Kind::Derived { .. }),
        })
    }

    /// The `back`-th window before the newest; of those that lie with the brand none counts.
    pub(super) fn earlier(&self, latest: Span, back: u32) -> Option<Span> {
        let window = self.rule.window();
        if back == 0 {
            return Some(latest);
        }
        if self.ctx.excused.is_empty() {
            return window.back(latest, back, &self.ctx.frame);
        }
        let mut counted = 0;
        for k in 1..=WINDOWS_BACK_MAX {
            let span = window.back(latest, k, &self.ctx.frame)?;
            counted += u32::from(!self.is_out(span));
            if counted == back {
                return Some(span);
            }
        }
        None
    }

    /// Whether the numbers of one of these posts run through time that does not count: it went live before that was over.
    pub(super) fn ran_through(&self, want: Want, posts: &[(Platform, PostRef)], until: Timestamp) -> bool {
        let mut ours = self.ctx.excused.iter().filter(|one| one.cause.breaks(want) && one.from < until);
        ours.any(|one| {
            let over = one.until.map_or(until, |over| std::cmp::min(over, until));
            let before = self.readings.newest_posts(self.subject, over, usize::MAX);
            posts.iter().any(|post| before.contains(post))
        })
    }

    /// Every excuse that takes something out of what is looked at, or lasts at `at`.
    pub(in crate::rules) fn excused(&self, at: Timestamp) -> Vec<Excuse> {
        let spans = self.spans();
        let begins = spans.first().map(|first| first.from);
        let reaches = |one: &Excuse| begins.is_none_or(|from| one.until.is_none_or(|until| from < until));
        let ours = self.ctx.excused.iter().filter(|one| one.from <= at && one.concerns(self.rule));
        ours.filter(|one| reaches(one)).cloned().collect()
    }

    /// What was left out of a number over the window that is looked at.
    pub(in crate::rules) fn left_out(&self, input: Input) -> Option<LeftOut> {
        let (Source::Now, Some(span)) = (input.source, self.current()) else { return None };
        let left = self.left_of(input.want, span).filter(|left| !left.is_empty())?;
        let Kind::Derived { .. } = input.want.metric.kind() else { return None };
        let secs = |span: Span| span.until.duration_since(span.from).as_secs();
        let spend = input.want.metric.parts().contains(&Metric::Spend).then(|| {
            let read = |span| {
                let want = Want { metric: Metric::Spend, ..input.want };
                self.readings.over(self.subject, want, span).reading.value()
            };
            let kept = left.iter().try_fold(0.0, |sum, piece| Some(sum + read(*piece)?));
            Some(six_digits(read(span)? - kept?))
        });
        Some(LeftOut { secs: secs(span) - left.iter().copied().map(secs).sum::<i64>(), spend: spend.flatten() })
    }
}
