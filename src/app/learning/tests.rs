use super::*;
use crate::domain::ids::Platform;
use crate::rules::learn::{Name, Value};
use crate::store::memory::MemoryStore;

fn at(days: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days)
}

fn version(version: u32, days: i64, hours: f64) -> Learned {
    let brand = BrandId::new("nordbo").expect("an id");
    Learned {
        name: Name::decay(&brand, Platform::Instagram).of("reel"),
        version,
        known_at: at(days),
        value: Value::HalfLife { hours },
        n: 40,
        from: at(0),
        until: at(days),
    }
}

#[tokio::test]
async fn every_version_stays_and_none_is_written_over() {
    let store = MemoryStore::new();
    // Beyond nine and beyond a byte: the order of versions is the order of keys.
    for (n, days) in [(2, 20), (300, 40), (1, 10)] {
        let mut transaction = Transaction::new();
        transaction.create(&version(n, days, f64::from(n))).expect("prepared");
        store.commit(transaction).await.expect("kept");
    }
    let mut again = Transaction::new();
    again.create(&version(2, 50, 7.0)).expect("prepared");
    assert!(matches!(store.commit(again).await, Err(StoreError::Conflict { .. })));

    let book = load_book(&store).await.expect("reads");
    let name = version(1, 0, 1.0).name;
    let then = |days| book.newest(&name, at(days)).map(|one| one.version);
    assert_eq!([then(9), then(10), then(39), then(40)], [None, Some(1), Some(2), Some(300)]);
    for days in [9, 10, 25, 41] {
        let known = learned_as_of(&store, at(days)).await.expect("reads");
        assert_eq!(known.newest(&name, Timestamp::MAX), book.newest(&name, at(days)));
    }
}
