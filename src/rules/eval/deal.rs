//! A deal as its rule reads it: spend that has had time to sell, and what each of its posts brought.

use super::kept::once;
use super::live::Live;
use super::{Answer, Gap};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::rules::ahead::{Ahead, Plan};
use crate::rules::evidence::tested::{self, Tested};
use crate::rules::maturity::{self, Slice, matured};
use crate::rules::readings::{Span, Want};
use jiff::{SignedDuration, Timestamp};

/// How far back the pace of boosts is read: a weekend is in it, and a boost that stopped does not live on its past.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How boosts spend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::rules) struct Pace {
    /// Minor units a day.
    pub(in crate::rules) per_day: f64,
    /// Minor units that their budgets have left; at least 1.
    pub(in crate::rules) left: f64,
}

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
        // What is asked of an instant ahead is asked once.
        let kept = self.scratch.kept.as_ref().map(|kept| &kept.ripe).filter(|_| self.ahead.is_none());
        once(kept, (want.platform, span, now), || self.ripe_at(want, span, spent, now))
    }

    fn ripe_at(&self, want: Want, span: Span, spent: f64, now: Timestamp) -> f64 {
        let by = |platform, until| {
            let want = Want { metric: Metric::Spend, platform };
            self.readings.over(self.subject, want, Span { from: span.from, until }).reading.value()
        };
        // What was earned by orders and views is spent with them; only fees wait for their post. A book that tells no fees
        // apart has nothing else in it.
        let fees = |until| {
            let want = Want { metric: Metric::Fees, platform: Some(Platform::Deal) };
            let fees = self.readings.over(self.subject, want, Span { from: span.from, until }).reading.value();
            fees.or_else(|| by(Some(Platform::Deal), until))
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
                None | Some(Platform::Deal) => fees(until).unwrap_or(before.1),
                Some(_) => 0.0,
            };
            let slice = Span { from, until };
            slices.push(Slice { span: slice, spent: so_far - before.0, fees: fees - before.1 });
            (from, before) = (until, (so_far, fees));
        }
        let Some(ahead) = self.ahead else { return matured(&slices, &self.ctx.maturity, now) };
        if span.until == now {
            self.go_on(&mut slices, ahead, want.platform);
        }
        matured(&slices, &self.ctx.maturity, ahead.by)
    }

    /// The days until an instant ahead: the day that is not over yet becomes a whole one, and boosts go on where they do.
    fn go_on(&self, slices: &mut Vec<Slice>, ahead: Ahead, platform: Option<Platform>) {
        let pace = self.pace().filter(|_| ahead.boosts_on && platform.is_none());
        let mut left = pace.map_or(0.0, |pace| pace.left);
        let mut spent_by = |from: Timestamp, until: Timestamp| {
            let days = until.duration_since(from).as_secs_f64() / maturity::DAY.as_secs_f64();
            let spent = f64::min(pace.map_or(0.0, |pace| pace.per_day * days), left);
            left -= spent;
            spent
        };
        let Some(last) = slices.last_mut() else { return };
        let whole = last.span.from.checked_add(maturity::DAY).unwrap_or(ahead.by);
        if last.span.until < whole {
            let until = std::cmp::min(whole, ahead.by);
            last.spent += spent_by(last.span.until, until);
            last.span.until = until;
        }
        let mut from = last.span.until;
        while from < ahead.by {
            let until = std::cmp::min(from.checked_add(maturity::DAY).unwrap_or(ahead.by), ahead.by);
            slices.push(Slice { span: Span { from, until }, spent: spent_by(from, until), fees: 0.0 });
            from = until;
        }
    }

    /// How fast boosts have spent of late, and what is left of their budgets. `None`: none runs, or nothing is left.
    pub(in crate::rules) fn pace(&self) -> Option<Pace> {
        if !self.ctx.pool.is_empty() {
            return self.pool_pace();
        }
        let deal = self.current.filter(|_| 0.0 < self.ctx.plan.boosts)?;
        let boosted = |from| {
            let span = Span { from, until: deal.until };
            let read = |platform| {
                let want = Want { metric: Metric::Spend, platform };
                self.readings.over(self.subject, want, span).reading.value()
            };
            Some(read(None)? - read(Some(Platform::Deal)).unwrap_or(0.0))
        };
        let left = self.ctx.plan.boosts - boosted(deal.from)?;
        let week = deal.until.checked_sub(WEEK).map_or(deal.from, |from| std::cmp::max(from, deal.from));
        let (from, spent) = [week, deal.from].into_iter().find_map(|from| Some((from, boosted(from)?)))?;
        let days = deal.until.duration_since(from).as_secs_f64() / maturity::DAY.as_secs_f64();
        (1.0 <= left && 0.0 < days).then(|| Pace { per_day: f64::max(spent, 0.0) / days, left })
    }

    /// The deal that is looked at.
    pub(in crate::rules) fn deal(&self) -> Option<Span> {
        self.ctx.frame.deal
    }

    /// What is agreed and has not happened yet.
    pub(in crate::rules) fn plan(&self) -> &Plan {
        &self.ctx.plan
    }

    /// Asks as of an instant ahead.
    pub(in crate::rules) fn looking_ahead<T>(&mut self, ahead: Ahead, ask: impl FnOnce(&mut Self) -> T) -> T {
        self.ahead = Some(ahead);
        self.scratch.memo.fill(None);
        let answer = ask(self);
        self.ahead = None;
        self.scratch.memo.fill(None);
        answer
    }

    /// The deal by its posts: each lasts until the next one goes live, the first from the beginning.
    pub(super) fn slices(&self, deal: Span) -> Vec<Span> {
        by_post(deal, &self.ctx.posts)
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
                match self.part_over(tested.want, *part, *span).value {
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

/// A span cut where posts went live: each lasts until the next one, the first from the beginning.
#[must_use]
pub fn by_post(deal: Span, posts: &[Timestamp]) -> Vec<Span> {
    let mut starts: Vec<Timestamp> = posts.iter().copied().filter(|at| deal.from < *at && *at < deal.until).collect();
    starts.sort_unstable();
    starts.dedup();
    // What was live when the deal began, and what came before the first post, is the first post's.
    if !posts.iter().any(|at| *at <= deal.from) && !starts.is_empty() {
        starts.remove(0);
    }
    starts.push(deal.until);
    let mut from = deal.from;
    starts.into_iter().map(|until| Span { from: std::mem::replace(&mut from, until), until }).collect()
}
