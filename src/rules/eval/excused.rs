//! Readings without the time that lies with the brand (the table is in [`crate::rules::excuse`]).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::live::Live;
use super::{Answer, Gap};
use crate::domain::ids::{Platform, PostRef};
use crate::domain::metric::{Kind, Metric};
use crate::domain::num::six_digits;
use crate::rules::check::slots_of;
use crate::rules::excuse::{self, Excuse};
use crate::rules::lower::{Cond, Input, Op, Source};
use crate::rules::readings::{Claims, Span, Want};
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

/// What becomes of a number over a span that lost time.
struct Lost {
    /// What is left of the span.
    left: Vec<Span>,
    /// It cannot be said over what is left.
    absent: bool,
}

impl Live<'_> {
    /// Whether an excuse takes time out of a number. What it breaks loses its time; so does every count beside it in the same
    /// rule where whole days go, because money spent and clicks made while nobody could buy are no evidence either.
    fn takes_from(&self, one: &Excuse, want: Want) -> bool {
        one.cause.breaks(want)
            || match (self.rule.window(), want.metric.kind()) {
                (Window::Hours(_) | Window::LastPosts(_), _) | (_, Kind::Gauge) => false,
                (Window::Days(_) | Window::Deal, Kind::Counter | Kind::Derived { .. }) => one.concerns(self.rule),
            }
    }

    /// What is lost of a span for a number; `None` where nothing is. Of a window of hours there is all or nothing. A count
    /// that the cause breaks, or that is worse the lower it is, cannot be said over fewer days: it would look like a fall.
    fn lost_of(&self, want: Want, span: Span) -> Option<Lost> {
        let (window, frame) = (self.rule.window(), &self.ctx.frame);
        let touches = |one: &&Excuse| {
            let cuts = excuse::cuts(std::iter::once(*one), window, frame);
            self.takes_from(one, want) && excuse::left(span, &cuts) != [span]
        };
        let ours: Vec<&Excuse> = self.ctx.excused.iter().filter(touches).collect();
        if ours.is_empty() {
            return None;
        }
        let left = match window {
            Window::Hours(_) => Vec::new(),
            Window::Days(_) | Window::Deal | Window::LastPosts(_) => {
                excuse::left(span, &excuse::cuts(ours.iter().copied(), window, frame))
            }
        };
        let absent = left.is_empty()
            || match want.metric.kind() {
                Kind::Derived { .. } => false,
                Kind::Counter | Kind::Gauge => ours.iter().any(|one| one.cause.breaks(want)) || self.is_floor(want),
            };
        Some(Lost { left, absent })
    }

    /// Whether the rule finds a count bad because it is low.
    fn is_floor(&self, want: Want) -> bool {
        let reads = |num| {
            let mut slots = slots_of(num).into_iter();
            slots.any(|slot| self.rule.inputs().get(slot).is_some_and(|input| input.want == want))
        };
        let conditions = std::iter::once(self.rule.when()).chain(self.rule.recover());
        let mut comparisons = conditions.flat_map(Cond::comparisons);
        comparisons.any(|one| match one.op {
            Op::Less | Op::LessOrEqual => reads(&one.left),
            Op::Greater | Op::GreaterOrEqual => reads(&one.right),
            Op::Equal | Op::NotEqual => true,
        })
    }

    /// A number over a span that lost time; `None` where it lost none.
    pub(super) fn excused_over(&self, want: Want, span: Span) -> Option<Answer> {
        if self.ctx.excused.is_empty() {
            return None;
        }
        let lost = self.lost_of(want, span)?;
        Some(match want.metric.kind() {
            _ if lost.absent => Answer { span: Some(span), ..Answer::gap(Gap::Excused) },
            Kind::Derived { .. } => self.rate_over(want, span, &lost.left),
            Kind::Counter | Kind::Gauge => Answer { span: Some(span), ..self.summed(want, &lost.left) },
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
        match self.lost_of(tested, span) {
            None => self.whole_over(want, span),
            Some(lost) => self.summed(want, &lost.left),
        }
    }

    /// Whether a span touches time that does not count for a number.
    pub(super) fn is_touched(&self, want: Want, span: Span) -> bool {
        self.lost_of(want, span).is_some()
    }

    /// Whether nothing can be said over a window because of what is missing of it.
    fn is_out(&self, span: Span) -> bool {
        let asked = self.rule.inputs().iter().filter(|input| input.source == Source::Now);
        asked.map(|input| input.want).any(|want| self.lost_of(want, span).is_some_and(|lost| lost.absent))
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

    /// Whose word counted in a number of now, where several claim it; shown to six digits.
    pub(in crate::rules) fn claims(&self, input: Input, span: Option<Span>) -> Vec<Claims> {
        let (Source::Now, Some(span)) = (input.source, span) else { return Vec::new() };
        let mut claims = self.readings.claims(self.subject, input.want, span);
        for one in claims.iter_mut().flat_map(|claims| claims.counted.iter_mut().chain(&mut claims.also)) {
            one.value = one.value.map(six_digits);
        }
        claims
    }

    /// What was left out of a number over the window that is looked at.
    pub(in crate::rules) fn left_out(&self, input: Input) -> Option<LeftOut> {
        let (Source::Now, Some(span)) = (input.source, self.current()) else { return None };
        let left = self.lost_of(input.want, span).filter(|lost| !lost.absent)?.left;
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
