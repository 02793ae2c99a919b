//! What was ever known, gathered before it is told: a start reads the store series by series, and a history is told poll by poll.

use jiff::Timestamp;

use super::{Absent, History, Said};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Missing, Sample, SeriesKey};

/// Statements, with when each was known. The numbers of their series are of the history that they are gathered for.
#[derive(Debug, Default)]
pub struct Known {
    pub(super) said: Vec<(Timestamp, Said)>,
    pub(super) missing: Vec<(Timestamp, Absent)>,
    /// The numbers of the series that were asked for last: what comes next is mostly of the same.
    last: Option<(Subject, Platform)>,
    numbers: Vec<(Metric, u32)>,
}

impl Known {
    /// Adds a sample.
    pub fn add(&mut self, history: &mut History, sample: &Sample) {
        let series =
            if sample.self_reported { history.series_of(sample) } else { self.number(history, &sample.series) };
        let said = Said { series, form: sample.form, value: sample.value, currency: sample.currency };
        self.said.push((sample.known_at, said));
    }

    /// Adds an absence, and when that was known.
    pub fn add_missing(&mut self, history: &mut History, known_at: Timestamp, missing: &Missing) {
        let series = self.number(history, &missing.series);
        self.missing.push((known_at, Absent { series, at: missing.at, why: missing.why }));
    }

    fn number(&mut self, history: &mut History, key: &SeriesKey) -> u32 {
        let is_last = self.last.as_ref().is_some_and(|(of, on)| *on == key.platform && *of == key.subject);
        if !is_last {
            self.last = Some((key.subject.clone(), key.platform));
            self.numbers.clear();
        }
        if let Some((_, number)) = self.numbers.iter().find(|(metric, _)| *metric == key.metric) {
            return *number;
        }
        let number = history.series(key);
        self.numbers.push((key.metric, number));
        number
    }
}
