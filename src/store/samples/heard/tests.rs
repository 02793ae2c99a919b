//! What was heard is read as the rows that it would have been, sealed or not, whenever the power goes.

use jiff::SignedDuration;
use proptest::prelude::*;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::super::tests::{any_missing, any_sample, at, series, writes_of_missing};
use super::super::{Row, load_history, of_subjects, seal_before, writes_of};
use super::*;
use crate::domain::metric::Metric;
use crate::domain::sample::Form;
use crate::store::memory::{Fault, MemoryStore};

const DAY: i64 = 86_400;

/// Everything, as a start reads it.
async fn history(store: &dyn Store) -> (bool, Vec<(Timestamp, Row)>) {
    let mut all = Vec::new();
    let older = load_history(store, Timestamp::MIN, &mut |known, row| all.push((known, row))).await.expect("reads");
    (older, all)
}

fn count(store: &MemoryStore, table: Table) -> usize {
    store.dump().iter().filter(|(of, ..)| *of == table).count()
}

async fn hear(store: &MemoryStore, samples: &[Sample], missing: &[Missing], known_at: Timestamp) {
    for part in writes_of_heard(samples, missing, known_at).expect("packs") {
        store.commit(part).await.expect("commits");
    }
}

fn known(mut samples: Vec<Sample>, known_at: Timestamp) -> Vec<Sample> {
    for sample in &mut samples {
        sample.known_at = known_at;
    }
    samples.sort_by(|one, other| (&one.series, one.form).cmp(&(&other.series, other.form)));
    // A poll says one thing about one series at one instant.
    samples.dedup_by(|next, one| (&next.series, next.form.observed_at()) == (&one.series, one.form.observed_at()));
    samples
}

/// One number of each of so many creators.
fn poll(creators: usize, known_at: Timestamp) -> Vec<Sample> {
    let one = |number: usize| Sample {
        series: series(&format!("c{number:05}"), Metric::Views),
        value: i64_of_len(number) * 7,
        currency: None,
        form: Form::Total { at: known_at },
        known_at,
        provisional: false,
        self_reported: false,
    };
    (0..creators).map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_was_heard_is_what_the_rows_would_have_been(
        polls in proptest::collection::vec(
            (proptest::collection::vec(any_sample(), 0..30), proptest::collection::vec(any_missing(), 0..10)),
            1..6,
        ),
        sealed in 0_i64..60,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (rows, heard) = (MemoryStore::new(), MemoryStore::new());
            for (place, (samples, missing)) in polls.into_iter().enumerate() {
                let known_at = at(1_700_000_010 + 10 * DAY * i64_of_len(place));
                let samples = known(samples, known_at);
                rows.commit(writes_of(&samples, &[])).await.expect("commits");
                rows.commit(writes_of_missing(&missing, known_at)).await.expect("commits");
                hear(&heard, &samples, &missing, known_at).await;
            }
            assert_eq!(count(&heard, Table::Samples), 0);
            let want = history(&rows).await;
            assert_eq!(history(&heard).await, want);
            seal_before(&heard, at(1_700_000_000 + DAY * sealed)).await.expect("seals");
            assert_eq!(history(&heard).await, want);
            let alma: BTreeSet<Subject> = BTreeSet::from(["creator/alma".parse().expect("a subject")]);
            let (mut theirs, mut all) = (Vec::new(), want.1);
            of_subjects(&heard, &alma, Timestamp::MIN, &mut |known, row| theirs.push((known, row))).await.expect("reads");
            all.retain(|(_, row)| match row {
                Row::Samples(samples) => samples.iter().all(|one| alma.contains(&one.series.subject)),
                Row::Missing(missing) => missing.iter().all(|one| alma.contains(&one.series.subject)),
            });
            assert_eq!(theirs, all);
        });
    }

    #[test]
    fn what_is_damaged_is_an_error_and_never_a_panic(
        samples in proptest::collection::vec(any_sample(), 1..20),
        place in 0_usize..400,
        bit in 0_u8..8,
        garbage in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let parts = writes_of_heard(&known(samples, at(1_700_000_010)), &[], at(1_700_000_010)).expect("packs");
        let [Transaction { writes, .. }] = parts.as_slice() else { panic!("one part") };
        let [Write::Put { key, bytes, .. }] = writes.as_slice() else { panic!("one record") };
        let mut bytes = bytes.clone();
        prop_assert!(read_heard(key, &bytes).is_ok());
        let damaged = place % bytes.len();
        bytes[damaged] ^= 1 << bit;
        let error = read_heard(key, &bytes).expect_err("damaged").to_string();
        prop_assert!(error.contains("restore a backup"), "{}", error);
        // Whatever stands behind a right checksum is read or refused.
        let sum = crc32fast::hash(&garbage).to_be_bytes();
        let _ = read_heard(key, &[garbage.as_slice(), &sum].concat());
        let len = bytes.len() - 4;
        bytes[damaged % len] ^= 1 << bit;
        let sum = crc32fast::hash(&bytes[..len]).to_be_bytes();
        bytes[len..].copy_from_slice(&sum);
        let _ = read_heard(key, &bytes);
    }
}

#[tokio::test]
async fn a_large_poll_is_parts_of_two_thousand_and_each_takes_a_few_bytes_a_number() {
    let store = MemoryStore::new();
    let samples = poll(5_000, at(1_700_000_000));
    hear(&store, &samples, &[], at(1_700_000_000)).await;
    assert_eq!(count(&store, Table::Heard), 3);
    let bytes: usize = store.dump().iter().map(|(_, key, kept)| key.len() + kept.bytes.len()).sum();
    assert!(bytes < 8 * samples.len(), "{bytes} bytes for {} samples with the names of all", samples.len());
}

#[tokio::test]
async fn a_kill_at_any_commit_of_sealing_leaves_every_row_once() {
    let store = MemoryStore::new();
    let hours = 24 * 12;
    for hour in 0..hours {
        let known_at = at(1_700_000_000 + 3_600 * hour);
        hear(&store, &poll(60, known_at), &[], known_at).await;
    }
    let want = history(&store).await;
    let until = at(1_700_000_000 + 3_600 * hours - 2 * DAY);
    let whole = store.copy();
    let first = whole.commits();
    let sealing = seal_before(&whole, until).await.expect("seals");
    assert_eq!((sealing.rows, count(&whole, Table::Heard)), (60 * (24 * 10), 48));
    assert_eq!(history(&whole).await, want);
    let commits = whole.commits() - first;
    assert!(1 < commits, "{commits}");
    for (n, fault) in (1..=commits).flat_map(|n| [(n, Fault::CrashBefore), (n, Fault::CrashAfter)]) {
        let killed = store.copy();
        killed.fail_commit(n, fault);
        seal_before(&killed, until).await.expect_err("the machine stops");
        killed.revive();
        assert_eq!(history(&killed).await, want, "{n} {fault:?}");
        seal_before(&killed, until).await.expect("seals");
        assert_eq!(history(&killed).await, want, "{n} {fault:?}");
        assert_eq!(count(&killed, Table::Heard), 48, "{n} {fault:?}");
    }
}

#[tokio::test]
async fn what_is_young_and_what_is_not_worth_it_is_left_as_it_was_heard() {
    let store = MemoryStore::new();
    for day in 0..9 {
        let known_at = at(1_700_000_000 + DAY * day);
        hear(&store, &poll(3, known_at), &[], known_at).await;
    }
    let week = SignedDuration::from_hours(7 * 24);
    let until = at(1_700_000_000).checked_add(week).expect("in range");
    assert_eq!(seal_before(&store, until).await.expect("looks").rows, 0, "no week has gathered");
    let later = until.checked_add(SignedDuration::from_secs(1)).expect("in range");
    assert_eq!(seal_before(&store, later).await.expect("seals").rows, 8 * 3);
    assert_eq!((count(&store, Table::Heard), count(&store, Table::Sealed)), (1, 3));
}

#[tokio::test]
async fn what_is_too_large_for_a_record_is_several() {
    let mut dice = ChaCha8Rng::seed_from_u64(7);
    let known_at = at(1_700_000_000);
    let metrics = Metric::ALL.iter().take(30);
    let samples: Vec<Sample> = metrics
        .flat_map(|metric| poll(2_000, known_at).into_iter().map(|one| (*metric, one)))
        .map(|(metric, one)| Sample { series: SeriesKey { metric, ..one.series }, value: dice.random(), ..one })
        .collect();
    let store = MemoryStore::new();
    hear(&store, &samples, &[], known_at).await;
    assert_eq!(count(&store, Table::Heard), 2);
    let (_, rows) = history(&store).await;
    let told: usize = rows.iter().map(|(_, row)| if let Row::Samples(said) = row { said.len() } else { 0 }).sum();
    assert_eq!((rows.len(), told), (2_000, samples.len()));
}
