//! What a request asks of one platform, sorted: ids with those who want their numbers, in batches that the platform takes;
//! and the samples and absences that become of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Fetched;
use super::quota::batches;
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};

/// Ids, each with those who want its numbers.
pub(super) type Wanted = BTreeMap<String, Vec<Subject>>;

/// One more who wants an id's numbers.
pub(super) fn add(wanted: &mut Wanted, id: String, subject: &Subject) {
    let subjects = wanted.entry(id).or_default();
    if !subjects.contains(subject) {
        subjects.push(subject.clone());
    }
}

/// In the fewest calls of at most `max` ids.
pub(super) fn batch(wanted: &Wanted, max: usize) -> Vec<Wanted> {
    let rows: Vec<_> = wanted.iter().collect();
    batches(&rows, max)
        .map(|rows| rows.iter().map(|(id, subjects)| ((*id).clone(), (*subjects).clone())).collect())
        .collect()
}

/// The ids as they stand in a query.
pub(super) fn join(wanted: &Wanted) -> String {
    wanted.keys().map(String::as_str).collect::<Vec<_>>().join(",")
}

/// A number, and whether it is a level or a running total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// What it is to us.
    pub metric: Metric,
    /// A level, not a running total.
    pub gauge: bool,
}

impl Count {
    /// A running total.
    pub const fn total(metric: Metric) -> Self {
        Self { metric, gauge: false }
    }

    /// A level.
    pub const fn gauge(metric: Metric) -> Self {
        Self { metric, gauge: true }
    }
}

/// What one platform says at one instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voice {
    /// Who counts.
    pub platform: Platform,
    /// When it was so.
    pub now: Timestamp,
}

impl Voice {
    fn series(self, subject: &Subject, metric: Metric) -> SeriesKey {
        SeriesKey { subject: subject.clone(), metric, platform: self.platform }
    }

    /// A number, for everybody who wants it.
    pub fn say(self, subjects: &[Subject], count: Count, value: i64, out: &mut Fetched) {
        let form = if count.gauge { Form::Gauge { at: self.now } } else { Form::Total { at: self.now } };
        out.samples.extend(subjects.iter().map(|subject| Sample {
            series: self.series(subject, count.metric),
            value,
            currency: None,
            form,
            known_at: self.now,
            provisional: false,
            self_reported: false,
        }));
    }

    /// Why there is no number, to everybody who wants it.
    pub fn lack(self, subjects: &[Subject], counts: &[Count], why: Absence, out: &mut Fetched) {
        for subject in subjects {
            let missing = |count: &Count| Missing { series: self.series(subject, count.metric), why, at: self.now };
            out.missing.extend(counts.iter().map(missing));
        }
    }

    /// The same of several ids.
    pub fn lack_all(self, wanted: &Wanted, counts: &[Count], why: Absence, out: &mut Fetched) {
        for subjects in wanted.values() {
            self.lack(subjects, counts, why, out);
        }
    }
}
