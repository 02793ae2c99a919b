//! Insights of posts and of an account's days, with the names that do not work left out.

use jiff::{SignedDuration, Timestamp};

use super::super::super::quota::next_midnight;
use super::super::metrics::{self, Insight, Kind};
use super::super::{LATE, Round, Trouble, wire};
use super::Visit;
use crate::domain::sample::{Absence, Form};
use crate::http::graph::Fault;

/// Posted before the account became a professional one: it has no insights and never will.
const BEFORE_CONVERSION: i64 = 2_108_006;

/// Insights that were asked for, each a value or why there is none.
pub(super) type Found = Vec<(Insight, Result<i64, Absence>)>;

impl Visit<'_> {
    /// The insights of a thing, each a value or why there is none. One name that is not known fails the whole call: then each
    /// is asked for alone, once, and what works is remembered for this kind.
    pub(super) async fn insights(
        &mut self,
        kind: Kind,
        path: &str,
        also: &[(&str, &str)],
        round: &mut Round,
    ) -> Result<Found, Absence> {
        let (names, learned) = self.source.known().supported.of(kind, round.now);
        let trouble = match self.some_insights(&names, path, also, round).await {
            Ok(found) => return Ok(found),
            Err(trouble) => trouble,
        };
        let unknown_name = trouble.fault == Some(Fault::Bad) && trouble.subcode.is_none();
        if !unknown_name || learned || names.len() < 2 {
            return Err(self.no_insights(trouble, round).await);
        }
        let (mut found, mut works) = (Vec::new(), Vec::new());
        for name in &names {
            match self.some_insights(std::slice::from_ref(name), path, also, round).await {
                Ok(one) => {
                    works.push(*name);
                    found.extend(one);
                }
                Err(alone) if alone.fault == Some(Fault::Bad) => {}
                Err(other) => return Err(self.no_insights(other, round).await),
            }
        }
        if works.is_empty() {
            return Err(self.no_insights(trouble, round).await);
        }
        self.source.known().supported.learn(kind, works, round.now);
        Ok(found)
    }

    async fn some_insights(
        &mut self,
        names: &[Insight],
        path: &str,
        also: &[(&str, &str)],
        round: &mut Round,
    ) -> Result<Found, Trouble> {
        let joined = metrics::join(names);
        let mut query = vec![("metric", joined.as_str())];
        query.extend_from_slice(also);
        let body = self.ask(path, &query, round).await?;
        let found = wire::insights(&body, names)?;
        // What is left out is not worked out yet, or there is none; it is not 0.
        let value = |insight: &Insight| found.get(insight.name).copied().ok_or(Absence::NotYet);
        Ok(names.iter().map(|insight| (*insight, value(insight))).collect())
    }

    /// Why a thing has no insights.
    async fn no_insights(&mut self, trouble: Trouble, round: &mut Round) -> Absence {
        match (trouble.fault, trouble.subcode) {
            // Three answers about this thing, and no failures.
            (Some(Fault::TooFew), _) => Absence::TooFew,
            (Some(Fault::Gone), _) => Absence::Gone,
            (_, Some(BEFORE_CONVERSION)) => Absence::Hidden,
            (Some(Fault::Permission), _) => {
                let why = self.fail(trouble, round).await;
                self.blind = Some(why);
                why
            }
            _ => self.fail(trouble, round).await,
        }
    }

    /// The account's numbers of the last days, 1 call a day. The platform's days are Pacific days; it restates them for
    /// 48 hours.
    pub(super) async fn days(&mut self, round: &mut Round) {
        let subjects = &self.wanted.subjects;
        if subjects.is_empty() || self.source.account_days == 0 {
            return;
        }
        let mut left: Vec<(Insight, Absence)> = Kind::Day.core().iter().map(|one| (*one, Absence::NotYet)).collect();
        let mut until = day_start(round.now);
        for _ in 0..self.source.account_days {
            let from = day_before(until);
            let waits = self.slow.then_some(Absence::QuotaSpent);
            let found = match self.stopped.or(self.blind).or(waits) {
                Some(why) => Err(why),
                None => self.day(from, until, round).await,
            };
            let provisional = round.now < until.saturating_add(LATE).unwrap_or(Timestamp::MAX);
            match found {
                Ok(found) => {
                    for (insight, value) in found {
                        let Ok(value) = value else { continue };
                        round.tell(subjects, insight.metric, value, Form::Amount { from, until }, provisional);
                        left.retain(|row| row.0 != insight);
                    }
                }
                Err(why) => left.iter_mut().filter(|row| row.1 == Absence::NotYet).for_each(|row| row.1 = why),
            }
            until = from;
        }
        for (insight, why) in left {
            round.absent(subjects, &[insight.metric], why);
        }
    }

    async fn day(&mut self, from: Timestamp, until: Timestamp, round: &mut Round) -> Result<Found, Absence> {
        let (since, end) = (from.as_second().to_string(), until.as_second().to_string());
        let path = self.path("insights");
        let also =
            [("period", "day"), ("metric_type", "total_value"), ("since", since.as_str()), ("until", end.as_str())];
        self.insights(Kind::Day, &path, &also, round).await
    }
}

/// When the present Pacific day began.
fn day_start(now: Timestamp) -> Timestamp {
    next_midnight(now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN))
}

/// When the Pacific day before the one that begins at `start` began. A day has 23 to 25 hours, so 36 hours before lie in the
/// day before it.
fn day_before(start: Timestamp) -> Timestamp {
    next_midnight(start.saturating_sub(SignedDuration::from_hours(36)).unwrap_or(Timestamp::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_pacific_days_whatever_daylight_time_does() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        for (now, starts) in [
            ("2026-07-01T12:00:00Z", ["2026-07-01T07:00:00Z", "2026-06-30T07:00:00Z", "2026-06-29T07:00:00Z"]),
            ("2026-03-09T12:00:00Z", ["2026-03-09T07:00:00Z", "2026-03-08T08:00:00Z", "2026-03-07T08:00:00Z"]),
            ("2026-11-02T12:00:00Z", ["2026-11-02T08:00:00Z", "2026-11-01T07:00:00Z", "2026-10-31T07:00:00Z"]),
        ] {
            let first = day_start(at(now));
            let got = [first, day_before(first), day_before(day_before(first))];
            assert_eq!(got, starts.map(at), "{now}");
        }
    }
}
