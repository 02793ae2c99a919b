//! Facts of the deal as a rule reads them: no window, no source, only the deal and the instant that is judged.

use jiff::Timestamp;

use super::live::Live;
use super::{Answer, Gap};
use crate::domain::metric::Metric;
use crate::domain::sample::Reading;
use crate::domain::standing::{Fact, Named};
use crate::rules::lower::{Input, Source};

impl Live<'_> {
    /// Judges facts of the deal as they are at this instant.
    pub(in crate::rules) fn stand_at(&mut self, now: Timestamp) {
        self.stands_at = Some(now);
    }

    fn fact(&self, metric: Metric) -> Option<(Fact, Timestamp)> {
        let (deal, now) = (self.ctx.standing.as_ref()?, self.stands_at?);
        Some((deal.fact(metric, now)?, now))
    }

    /// The answer where a fact of the deal is asked for; `None` for every other input.
    pub(super) fn stands(&self, input: Input) -> Option<Answer> {
        let metric = input.want.metric;
        if input.source != Source::Now || !metric.is_of_deal() {
            return None;
        }
        let Some((fact, now)) = self.fact(metric) else { return Some(Answer::gap(Gap::NotYet)) };
        let value = match fact.reading {
            Reading::Value(value) => Ok(value),
            Reading::Absent(why) => Err(why.into()),
        };
        Some(Answer { value, n: fact.n, newest: Some(now), ..Answer::gap(Gap::NotYet) })
    }

    /// Pieces, rights and posts behind an input.
    pub(in crate::rules) fn named(&self, input: Input) -> Vec<Named> {
        match input.source {
            Source::Now => self.fact(input.want.metric).map(|(fact, _)| fact.named).unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}
