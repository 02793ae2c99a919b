//! Rows come back as they were, and nothing else comes back.

use super::*;
use crate::store::Store as _;
use crate::store::memory::MemoryStore;
use proptest::prelude::*;

/// The changes that keep absences that were known at this instant, as rows.
pub(super) fn writes_of_missing(missing: &[Missing], known_at: Timestamp) -> Transaction {
    writes(Vec::new(), missing_rows_of(missing, Some(known_at)))
}

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("in range")
}

pub(super) fn series(creator: &str, metric: Metric) -> SeriesKey {
    SeriesKey { subject: format!("creator/{creator}").parse().expect("a subject"), metric, platform: Platform::Youtube }
}

pub(super) fn any_time() -> impl Strategy<Value = Timestamp> {
    (1_700_000_000i64..1_700_000_004, prop_oneof![3 => Just(0i32), 1 => 0i32..1_000_000_000])
        .prop_map(|(seconds, nanos)| Timestamp::new(seconds, nanos).expect("in range"))
}

fn any_series() -> impl Strategy<Value = SeriesKey> {
    let subjects = ["creator/alma", "post/youtube/dQw4w9WgXcQ", "partnership/spring/alma"];
    (
        proptest::sample::select(subjects.to_vec()),
        proptest::sample::select(Metric::ALL.to_vec()),
        proptest::sample::select(Platform::all().collect::<Vec<_>>()),
    )
        .prop_map(|(subject, metric, platform)| SeriesKey {
            subject: subject.parse().expect("a subject"),
            metric,
            platform,
        })
}

fn any_form() -> impl Strategy<Value = Form> {
    prop_oneof![
        any_time().prop_map(|at| Form::Total { at }),
        any_time().prop_map(|at| Form::Gauge { at }),
        (any_time(), any_time()).prop_map(|(from, until)| Form::Amount { from, until }),
    ]
}

prop_compose! {
    pub(super) fn any_sample()(
        series in any_series(),
        value: i64,
        currency in proptest::option::of(proptest::sample::select(vec!["EUR", "JPY", "KWD"])),
        form in any_form(),
        known_at in any_time(),
        provisional: bool,
        self_reported: bool,
    ) -> Sample {
        let currency = currency.map(|code| code.parse().expect("a currency"));
        Sample { series, value, currency, form, known_at, provisional, self_reported }
    }
}

prop_compose! {
    pub(super) fn any_missing()(
        series in any_series(),
        why in proptest::sample::select(REASONS.to_vec()),
        age_secs: i64,
        at in any_time(),
    ) -> Missing {
        let why = match why.1 {
            Absence::Stale { .. } => Absence::Stale { age_secs },
            other => other,
        };
        Missing { series, why, at }
    }
}

fn samples_of(key: &[u8], bytes: &[u8]) -> Result<Vec<Sample>, StoreError> {
    match read_row(key, bytes)? {
        Row::Samples(samples) => Ok(samples),
        Row::Missing(_) => Ok(Vec::new()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn samples_come_back_as_they_were(mut samples in proptest::collection::vec(any_sample(), 0..12)) {
        let mut back = Vec::new();
        for (key, bytes) in rows_of(&samples) {
            back.extend(samples_of(&key, &bytes).expect("reads"));
        }
        let order = |sample: &Sample| serde_json::to_string(sample).expect("json");
        samples.sort_by_key(order);
        back.sort_by_key(order);
        prop_assert_eq!(back, samples);
    }

    #[test]
    fn absences_come_back_as_they_were(mut missing in proptest::collection::vec(any_missing(), 0..12)) {
        let mut back = Vec::new();
        for (key, bytes) in missing_rows_of(&missing, None) {
            prop_assert_eq!(samples_of(&key, &bytes).expect("reads"), []);
            match read_row(&key, &bytes).expect("reads") {
                Row::Missing(row) => back.extend(row),
                Row::Samples(_) => prop_assert!(false, "an absence became a value"),
            }
        }
        let order = |missing: &Missing| serde_json::to_string(missing).expect("json");
        missing.sort_by_key(order);
        back.sort_by_key(order);
        prop_assert_eq!(back, missing);
    }

    #[test]
    fn damaged_rows_are_errors_or_values_and_never_a_panic(
        sample in any_sample(),
        cut in 0usize..40,
        flip in (0usize..40, any::<u8>()),
        garbage in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let (key, bytes) = rows_of(&[sample]).pop().expect("a row");
        prop_assert!(cut >= bytes.len() || read_row(&key, &bytes[..cut]).is_err());
        prop_assert!(read_row(&key, &[bytes.as_slice(), &[0]].concat()).is_err());
        let mut flipped = bytes.clone();
        if let Some(byte) = flipped.get_mut(flip.0) {
            *byte = flip.1;
        }
        let _ = (read_row(&key, &flipped), read_row(&key, &garbage), read_row(&garbage, &bytes));
    }
}

#[test]
fn every_stored_metric_and_every_reason_has_one_number() {
    use crate::domain::metric::Kind;
    for metric in Metric::ALL {
        let stored = !matches!(metric.kind(), Kind::Derived { .. }) && !metric.is_of_deal();
        let numbers = CODES.iter().filter(|row| row.1 == *metric).count();
        assert_eq!(numbers, usize::from(stored), "{metric:?}");
    }
    for (place, row) in (1u8..).zip(CODES) {
        assert_eq!(row.0, place, "{:?}", row.1);
    }
    for (place, row) in (1u8..).zip(REASONS) {
        assert_eq!(row.0, place, "{:?}", row.1);
    }
}

#[test]
fn a_poll_of_one_channel_is_one_short_row() {
    let total = |metric, value| Sample {
        series: series("alma", metric),
        value,
        currency: None,
        form: Form::Total { at: at(1_782_000_000) },
        known_at: at(1_782_000_003),
        provisional: false,
        self_reported: false,
    };
    let samples = [total(Metric::Views, 1_234_567), total(Metric::Followers, 41_200), total(Metric::Videos, 310)];
    let rows = rows_of(&samples);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].0.len(), rows[0].1.len()), (49, 17));
    // Another source that says something else of the same instant keeps its own row.
    let other = rows_of(&[total(Metric::Likes, 5)]);
    assert_ne!(rows[0].0, other[0].0);
}

#[tokio::test]
async fn history_begins_at_since_and_is_in_order() {
    let store = MemoryStore::new();
    let mut all = Vec::new();
    for creator in ["alma", "bo", "cy"] {
        // Enough rows that a page ends among the old ones of each creator.
        for n in 0..2_500 {
            all.push(Sample {
                series: series(creator, Metric::Views),
                value: n,
                currency: None,
                form: Form::Total { at: at(n) },
                known_at: at(n + 1),
                provisional: false,
                self_reported: false,
            });
        }
    }
    let gone = Missing { series: series("bo", Metric::Likes), why: Absence::Gone, at: at(2_450) };
    for part in all.chunks(1_000) {
        store.commit(writes_of(part, std::slice::from_ref(&gone))).await.expect("commits");
    }
    for since in [0, 2_400, 2_499, 2_500] {
        let mut seen = Vec::new();
        let mut missing = 0;
        let older = load_history(&store, at(since), &mut |known, row| match row {
            Row::Samples(samples) => {
                assert!(samples.iter().all(|sample| sample.known_at == known));
                seen.extend(samples);
            }
            Row::Missing(words) => {
                assert_eq!(known, at(2_450));
                missing += words.len();
            }
        })
        .await
        .expect("loads");
        assert_eq!((older, missing), (0 < since, usize::from(since <= 2_450)));
        let want: Vec<Sample> = all.iter().filter(|sample| since <= sample.value).cloned().collect();
        assert_eq!(seen.len(), want.len(), "since {since}");
        assert_eq!(seen, want, "since {since}");
    }
}
