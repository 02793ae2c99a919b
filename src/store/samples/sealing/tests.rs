//! What is sealed is read as it was, whatever came in between.

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

use async_trait::async_trait;
use proptest::prelude::*;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::super::tests::{any_missing, any_sample, at, series, writes_of_missing};
use super::super::{Row, load_history, rows_of, writes_of};
use super::*;
use crate::domain::metric::Metric;
use crate::domain::sample::{Form, Missing, Sample};
use crate::store::Committed;
use crate::store::backup::BackedUp;
use crate::store::memory::{Fault, MemoryStore};

/// Everything, as a start reads it.
async fn history(store: &dyn Store, since: Timestamp) -> (bool, Vec<(Timestamp, Row)>) {
    let mut all = Vec::new();
    let older = load_history(store, since, &mut |known, row| all.push((known, row))).await.expect("reads");
    (older, all)
}

fn count(store: &MemoryStore, table: Table) -> usize {
    store.dump().iter().filter(|(of, ..)| *of == table).count()
}

/// Puts something off by so many days.
fn later(mut sample: Sample, days: i64) -> Sample {
    let by = SignedDuration::from_hours(24 * days);
    let put = |at: Timestamp| at.checked_add(by).expect("in range");
    sample.form = match sample.form {
        Form::Total { at } => Form::Total { at: put(at) },
        Form::Gauge { at } => Form::Gauge { at: put(at) },
        Form::Amount { from, until } => Form::Amount { from: put(from), until: put(until) },
    };
    sample.known_at = put(sample.known_at);
    sample
}

fn any_days() -> impl Strategy<Value = Vec<(Sample, i64)>> {
    proptest::collection::vec((any_sample(), 0_i64..120), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_history_is_the_same_before_and_after_it_is_sealed(
        first in any_days(),
        second in any_days(),
        missing in proptest::collection::vec(any_missing(), 0..20),
        sealed in [0_i64..150, 0_i64..150],
        since in 0_i64..130,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (plain, sealing) = (MemoryStore::new(), MemoryStore::new());
            let day = |day: i64| at(1_700_000_000 + 86_400 * day);
            for (part, until) in [first, second].into_iter().zip(sealed) {
                let part: Vec<Sample> = part.into_iter().map(|(sample, days)| later(sample, days)).collect();
                for store in [&plain, &sealing] {
                    store.commit(writes_of(&part, &missing)).await.expect("commits");
                    store.commit(writes_of_missing(&missing, day(until))).await.expect("commits");
                }
                seal_before(&sealing, day(until)).await.expect("seals");
            }
            assert_eq!(count(&plain, Table::Sealed), 0);
            for since in [Timestamp::MIN, day(since)] {
                let (want, got) = (history(&plain, since).await, history(&sealing, since).await);
                assert_eq!(got, want);
            }
        });
    }

    #[test]
    fn what_is_damaged_is_an_error_and_never_a_panic(
        rows in any_days(),
        place in 0_usize..400,
        bit in 0_u8..8,
        garbage in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let one = series("alma", Metric::Views);
        let mut told: Vec<Told> = Vec::new();
        for (mut sample, days) in rows {
            sample.series.subject = one.subject.clone();
            sample.series.platform = one.platform;
            let sample = later(sample, days);
            let (observed_at, known_at) = (sample.form.observed_at(), sample.known_at);
            let (key, _) = rows_of(std::slice::from_ref(&sample)).pop().expect("a row");
            let holds = *key.last_chunk().expect("a checksum");
            told.push(Told { observed_at, known_at, holds, row: Row::Samples(vec![sample]) });
        }
        let mut bytes = seal(&told).expect("seals");
        told.sort_by_key(Told::order);
        prop_assert_eq!(unseal(&bytes, &one.subject, one.platform), Some(told));
        let damaged = place % bytes.len();
        bytes[damaged] ^= 1 << bit;
        prop_assert_eq!(unseal(&bytes, &one.subject, one.platform), None);
        // Whatever stands behind a right checksum is read or refused.
        let sum = crc32fast::hash(&garbage).to_be_bytes();
        let _ = unseal(&[garbage.as_slice(), &sum].concat(), &one.subject, one.platform);
        let len = bytes.len() - 4;
        bytes[damaged % len] ^= 1 << bit;
        let sum = crc32fast::hash(&bytes[..len]).to_be_bytes();
        bytes[len..].copy_from_slice(&sum);
        let _ = unseal(&bytes, &one.subject, one.platform);
    }
}

/// Eight numbers every hour for so many days, as a channel's grow.
fn hourly(creator: &str, days: i64, dice: &mut ChaCha8Rng) -> Vec<Sample> {
    let metrics = [
        Metric::Views,
        Metric::Likes,
        Metric::Comments,
        Metric::Shares,
        Metric::Saves,
        Metric::Reach,
        Metric::Impressions,
        Metric::Clicks,
    ];
    let mut totals = [0_i64; 8];
    let mut all = Vec::new();
    for hour in 0..24 * days {
        let observed = at(1_760_400_000 + 3_600 * hour);
        let known_at =
            observed.checked_add(SignedDuration::from_millis(dice.random_range(300..2_500))).expect("in range");
        for (place, (metric, total)) in metrics.iter().zip(&mut totals).enumerate() {
            *total += dice.random_range(0..1_000 / (1 << place));
            all.push(Sample {
                series: series(creator, *metric),
                value: *total,
                currency: None,
                form: Form::Total { at: observed },
                known_at,
                provisional: false,
                self_reported: false,
            });
        }
    }
    all
}

#[tokio::test]
async fn a_month_of_hours_takes_a_byte_and_a_half_a_sample_at_most() {
    let mut dice = ChaCha8Rng::seed_from_u64(9);
    let store = MemoryStore::new();
    let samples = hourly("alma", 30, &mut dice);
    store.commit(writes_of(&samples, &[])).await.expect("commits");
    let sealing = seal_before(&store, Timestamp::MAX).await.expect("seals");
    assert_eq!((sealing.rows, count(&store, Table::Samples)), (720, 0));
    let samples = u64_of_len(samples.len());
    assert!(2 * sealing.bytes_after <= 3 * samples, "{} bytes for {samples} samples", sealing.bytes_after);
    assert!(8 * sealing.bytes_after < sealing.bytes_before, "{sealing:?}");
}

#[tokio::test]
async fn a_kill_at_any_commit_leaves_every_row_once() {
    let mut dice = ChaCha8Rng::seed_from_u64(4);
    let all: Vec<Sample> = (0..40).flat_map(|n| hourly(&format!("c{n:02}"), 40, &mut dice)).collect();
    let store = MemoryStore::new();
    for part in all.chunks(20_000) {
        store.commit(writes_of(part, &[])).await.expect("commits");
    }
    let want = history(&store, Timestamp::MIN).await;
    let whole = store.copy();
    let first = whole.commits();
    seal_before(&whole, at(1_770_000_000)).await.expect("seals");
    let commits = whole.commits() - first;
    assert!(3 < commits, "{commits}");
    assert_eq!(history(&whole, Timestamp::MIN).await, want);
    for (n, fault) in (1..=commits).flat_map(|n| [(n, Fault::CrashBefore), (n, Fault::CrashAfter)]) {
        let killed = store.copy();
        killed.fail_commit(n, fault);
        seal_before(&killed, at(1_770_000_000)).await.expect_err("the machine stops");
        killed.revive();
        assert_eq!(history(&killed, Timestamp::MIN).await, want, "{n} {fault:?}");
        seal_before(&killed, at(1_770_000_000)).await.expect("seals");
        assert_eq!(killed.dump(), whole.dump(), "{n} {fault:?}");
    }
}

#[tokio::test]
async fn what_is_young_and_what_is_not_worth_it_is_left_alone() {
    let store = MemoryStore::new();
    let days = hourly("alma", 9, &mut ChaCha8Rng::seed_from_u64(1));
    store.commit(writes_of(&days, &[])).await.expect("commits");
    let begin = 1_760_400_000;
    let sealing = seal_before(&store, at(begin + 7 * 86_400)).await.expect("seals");
    assert_eq!(sealing, Sealing::default(), "no week has gathered");
    let sealing = seal_before(&store, at(begin + 7 * 86_400 + 1)).await.expect("seals");
    assert_eq!((sealing.rows, count(&store, Table::Samples)), (7 * 24 + 1, 2 * 24 - 1));
}

/// A store in which somebody else changes a row just before the first commit.
struct Contended {
    inner: MemoryStore,
    change: Mutex<Option<Transaction>>,
}

#[async_trait]
impl Store for Contended {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        self.inner.get(table, key).await
    }

    async fn scan(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Kept)>, StoreError> {
        self.inner.scan(table, from, until, limit).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError> {
        let change = self.change.lock().expect("not poisoned").take();
        if let Some(change) = change {
            self.inner.commit(change).await?;
        }
        self.inner.commit(transaction).await
    }

    async fn backup(&self, path: &Path, done: &Arc<AtomicU64>) -> Result<BackedUp, StoreError> {
        self.inner.backup(path, done).await
    }
}

#[tokio::test]
async fn whoever_writes_meanwhile_is_not_overwritten() {
    let all = hourly("alma", 20, &mut ChaCha8Rng::seed_from_u64(2));
    let inner = MemoryStore::new();
    inner.commit(writes_of(&all, &[])).await.expect("commits");
    let mut again: Vec<Sample> = all.iter().take(8).cloned().collect();
    for sample in &mut again {
        sample.value += 7;
    }
    let store = Contended { inner, change: Mutex::new(Some(writes_of(&again, &[]))) };
    let sealing = seal_before(&store, at(1_770_000_000)).await.expect("goes on");
    assert_eq!((sealing, count(&store.inner, Table::Sealed)), (Sealing::default(), 0));
    let want = history(&store, Timestamp::MIN).await;
    assert_eq!(seal_before(&store, at(1_770_000_000)).await.expect("seals").rows, 480);
    assert_eq!(history(&store, Timestamp::MIN).await, want);
    let Some((_, Row::Samples(first))) = want.1.first() else { panic!("a row") };
    assert!(first.iter().any(|sample| sample.value == again[0].value));
}

#[tokio::test]
async fn a_row_that_comes_again_is_told_once_and_a_correction_is_sealed_with_what_it_belongs_to() {
    let all = hourly("alma", 40, &mut ChaCha8Rng::seed_from_u64(3));
    let store = MemoryStore::new();
    store.commit(writes_of(&all, &[])).await.expect("commits");
    let plain = history(&store, Timestamp::MIN).await;
    let until = at(1_770_000_000);
    seal_before(&store, until).await.expect("seals");
    let seals = store.dump();
    store.commit(writes_of(&all[..80], &[])).await.expect("commits");
    assert_eq!(history(&store, Timestamp::MIN).await, plain);
    // What was told again, and what is new about an old hour.
    let mut corrected = all[100].clone();
    corrected.known_at = at(1_769_000_000);
    corrected.value += 1;
    let gone = Missing {
        series: series("alma", Metric::Videos),
        why: crate::domain::sample::Absence::Gone,
        at: at(1_760_500_000),
    };
    store.commit(writes_of(&[corrected.clone()], &[gone])).await.expect("commits");
    let want = history(&store, Timestamp::MIN).await;
    assert_eq!(want.1.len(), plain.1.len() + 2);
    seal_before(&store, until).await.expect("seals");
    assert_eq!(count(&store, Table::Samples), 0);
    assert_eq!(history(&store, Timestamp::MIN).await, want);
    let now = store.dump();
    let untouched = seals.iter().filter(|one| one.0 == Table::Sealed && now.contains(one)).count();
    assert_eq!(untouched, count(&store, Table::Sealed) - 1, "only the span that it belongs to is written anew");
}
