//! What the tests of sources share: a poll while simulated time may move, and what it told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form};
use plimsoll::sources::{Fetched, Request, Source, Target};
use plimsoll::time::{Clock, Driver};

/// One poll, while time passes: a source that waits for its platform must not stand still.
pub async fn poll<S: Source + ?Sized + 'static>(
    source: &Arc<S>,
    request: Request,
    (clock, driver): (&Clock, &mut Driver),
    secs: i64,
) -> Fetched {
    let source = Arc::clone(source);
    let task = clock.spawn("poll", |held| async move {
        let fetched = source.fetch(&request).await;
        drop(held);
        fetched
    });
    driver.run_for(SignedDuration::from_secs(secs)).await.expect("quiet");
    task.await.expect("ends").expect("asked")
}

/// An instant, as RFC 3339 writes it.
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// Whose numbers are asked for, by what the platform calls them.
pub fn target(subject: &str, id: &str) -> Target {
    Target::Account { subject: subject.parse().expect("a subject"), id: id.to_owned() }
}

/// The hours that are not 0, as `T13 2`.
pub fn hours(fetched: &Fetched, subject: &str, metric: Metric) -> BTreeMap<String, i64> {
    let of = fetched.samples.iter().filter(|sample| {
        sample.series.subject.to_string() == subject && sample.series.metric == metric && sample.value != 0
    });
    of.map(|sample| match sample.form {
        Form::Amount { from, .. } => (from.strftime("%dT%H").to_string(), sample.value),
        other => panic!("{other:?} is not an amount"),
    })
    .collect()
}

/// Spans and what is told of each.
pub fn want(spans: &[(&str, i64)]) -> BTreeMap<String, i64> {
    spans.iter().map(|(span, value)| ((*span).to_owned(), *value)).collect()
}

/// Why anything is absent.
pub fn reasons(fetched: &Fetched) -> BTreeSet<Absence> {
    fetched.missing.iter().map(|missing| missing.why).collect()
}

/// What is said of each subject and metric.
pub fn said(fetched: &Fetched) -> BTreeMap<(String, Metric), Result<i64, Absence>> {
    let samples = fetched.samples.iter().map(|one| (&one.series, Ok(one.value)));
    let missing = fetched.missing.iter().map(|one| (&one.series, Err(one.why)));
    let mut said = BTreeMap::new();
    for (series, value) in samples.chain(missing) {
        let before = said.insert((series.subject.to_string(), series.metric), value);
        assert_eq!(before, None, "{series:?} is answered once");
    }
    said
}

/// The newest that is said of each subject and metric.
pub fn said_last(fetched: &Fetched) -> BTreeMap<(String, Metric), Result<i64, Absence>> {
    let samples = fetched.samples.iter().map(|one| (&one.series, Ok(one.value)));
    let missing = fetched.missing.iter().map(|one| (&one.series, Err(one.why)));
    let both = samples.chain(missing);
    both.map(|(series, value)| ((series.subject.to_string(), series.metric), value)).collect()
}

/// What went wrong; nothing where nothing did.
pub fn failure(fetched: &Fetched) -> String {
    fetched.partial.as_ref().map(ToString::to_string).unwrap_or_default()
}
