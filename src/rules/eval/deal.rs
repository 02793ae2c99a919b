//! A deal as its rule reads it: spend that has had time to sell, and what each of its posts brought.

use super::kept::once;
use super::live::Live;
use super::{Answer, Gap};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::rules::evidence::tested::{self, Tested};
use crate::rules::maturity::{self, Slice, matured};
use crate::rules::readings::{Span, Want};
use jiff::Timestamp;

impl Live<'_> {
    /// A metric of spend, with the spend that has had time to sell in place of all of it.
    pub(super) fn mature(&self, want: Want, span: Span) -> Answer {
        let whole =
            Answer::seen(self.readings.over(self.subject, Want { metric: Metric::Spend, ..want }, span), Some(span));
        let Ok(spent) = whole.value else { return whole };
        let ripe = self.ripe(want, span, spent);
        let fresh = Some(spent - ripe);
        if want.metric == Metric::Spend {
            return Answer { value: Ok(ripe), fresh, ..whole };
        }
        // Worked out from its parts, as anywhere; what is known of the others is known of the whole.
        let mut answer = Answer::seen(self.readings.over(self.subject, want, span), Some(span));
        let part = |metric: Metric| match metric {
            Metric::Spend => Ok(ripe),
            other => {
                let part = self.readings.over(self.subject, Want { metric: other, ..want }, span);
                match Answer::seen(part, None).value {
                    Err(_) if want.metric.part_is_optional(other) => Ok(0.0),
                    value => value,
                }
            }
        };
        let values: Result<Vec<f64>, Gap> = want.metric.parts().into_iter().map(part).collect();
        answer.value = match (answer.value, values) {
            // Nothing to divide by is found again; anything else that is missing stays missing.
            (Ok(_), Ok(values)) => want.metric.work_out(&values).ok_or(Gap::DividedByZero),
            (Err(gap), _) | (Ok(_), Err(gap)) => Err(gap),
        };
        Answer { fresh, ..answer }
    }

    /// Of what was spent over a span, what has had time to sell by the end of the window that is looked at.
    fn ripe(&self, want: Want, span: Span, spent: f64) -> f64 {
        let now = self.current.map_or(span.until, |window| window.until);
        let kept = self.scratch.kept.as_ref().map(|kept| &kept.ripe);
        once(kept, (want.platform, span, now), || self.ripe_at(want, span, spent, now))
    }

    fn ripe_at(&self, want: Want, span: Span, spent: f64, now: Timestamp) -> f64 {
        let by = |platform, until| {
            let want = Want { metric: Metric::Spend, platform };
            self.readings.over(self.subject, want, Span { from: span.from, until }).reading.value()
        };
        let (mut slices, mut from, mut before) = (Vec::new(), span.from, (0.0, 0.0));
        while from < span.until {
            let mut until = std::cmp::min(from.checked_add(maturity::DAY).unwrap_or(span.until), span.until);
            // A day that nobody stated is one with the next.
            let so_far = loop {
                match by(want.platform, until) {
                    Some(so_far) => break so_far,
                    None if until < span.until => {
                        until = std::cmp::min(until.checked_add(maturity::DAY).unwrap_or(span.until), span.until);
                    }
                    None => break spent,
                }
            };
            let fees = match want.platform {
                None | Some(Platform::Deal) => by(Some(Platform::Deal), until).unwrap_or(before.1),
                Some(_) => 0.0,
            };
            let slice = Span { from, until };
            slices.push(Slice { span: slice, spent: so_far - before.0, fees: fees - before.1 });
            (from, before) = (until, (so_far, fees));
        }
        matured(&slices, &self.ctx.maturity, now)
    }

    /// The deal by its posts: each lasts until the next one goes live, the first from the beginning.
    pub(super) fn slices(&self, deal: Span) -> Vec<Span> {
        let mut starts: Vec<Timestamp> =
            self.ctx.posts.iter().copied().filter(|at| deal.from < *at && *at < deal.until).collect();
        starts.sort_unstable();
        starts.dedup();
        // What was live when the deal began, and what came before the first post, is the first post's.
        if !self.ctx.posts.iter().any(|at| *at <= deal.from) && !starts.is_empty() {
            starts.remove(0);
        }
        starts.push(deal.until);
        let mut from = deal.from;
        starts.into_iter().map(|until| Span { from: std::mem::replace(&mut from, until), until }).collect()
    }

    pub(super) fn parts_over(&self, tested: &Tested, spans: &[Span]) -> Result<Vec<Vec<f64>>, Gap> {
        let metric = tested.want.metric;
        let parts = tested::parts(metric);
        let mut any_engaged = false;
        let mut posts = Vec::with_capacity(spans.len());
        for span in spans {
            let mut values = Vec::with_capacity(parts.len());
            for part in &parts {
                let optional = metric.part_is_optional(*part);
                match self.over(Want { metric: *part, ..tested.want }, Some(*span)).value {
                    Ok(value) => {
                        any_engaged |= optional;
                        values.push(value);
                    }
                    Err(_) if optional => values.push(0.0),
                    Err(gap) => return Err(gap),
                }
            }
            posts.push(values);
        }
        let needs_any = parts.iter().any(|part| metric.part_is_optional(*part));
        if needs_any && !any_engaged { Err(Gap::NotYet) } else { Ok(posts) }
    }
}
