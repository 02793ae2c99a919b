//! Time stands until nothing is in flight, and moves to whoever waits.

use super::*;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(secs).expect("in range")
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_due_together_run_by_name_then_by_sequence() {
    let (clock, mut driver) = Clock::simulated(at(0));
    let seen = Arc::new(Mutex::new(Vec::new()));
    for name in ["b", "a", "c", "a"] {
        let seen = Arc::clone(&seen);
        clock.spawn(name, |mut held| async move {
            held.sleep_until(at(10)).await;
            seen.lock().expect("lock").push((name, held.clock().now()));
        });
    }
    driver.run_until(at(20)).await.expect("quiet");
    let names: Vec<_> = seen.lock().expect("lock").iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["a", "a", "b", "c"]);
    assert_eq!(clock.now(), at(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_ends_a_wait_and_is_not_lost_before_it() {
    let (clock, mut driver) = Clock::simulated(at(0));
    let bell = clock.bell();
    bell.ring();
    let theirs = bell.clone();
    let task = clock.spawn("waiter", |mut held| async move {
        let first = held.wait(&theirs, Some(at(100))).await;
        let when_first = held.clock().now();
        let second = held.wait(&theirs, Some(at(100))).await;
        let when_second = held.clock().now();
        let third = held.wait(&theirs, Some(at(100))).await;
        (first, when_first, second, when_second, third, held.clock().now())
    });
    clock.spawn("ringer", |mut held| async move {
        held.sleep_until(at(50)).await;
        bell.ring();
    });
    driver.run_until(at(200)).await.expect("quiet");
    assert_eq!(task.await.expect("ends"), (Woken::Rung, at(0), Woken::Rung, at(50), Woken::Due, at(100)));
}

#[tokio::test(flavor = "multi_thread")]
async fn time_stands_while_something_is_in_flight_unless_a_server_parks_it() {
    let (clock, mut driver) = Clock::simulated(at(0));
    let client = clock.hold("client");
    let parked = clock.park();
    driver.run_until(at(5)).await.expect("parked requests do not hold time");
    drop(parked);
    clock.send_off("event-1");
    drop(client);
    let slow = clock.clone();
    #[expect(clippy::disallowed_methods, reason = "the test takes the event from outside the clock's tasks")]
    tokio::spawn(async move {
        tokio::task::yield_now().await;
        drop(slow.arrived("event-1", "handler"));
    });
    driver.run_until(at(9)).await.expect("the event arrives");
    assert_eq!(clock.now(), at(9));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_wakes_nobody_earlier_or_later() {
    let (clock, mut driver) = Clock::simulated(at(1_000));
    let bell = clock.bell();
    let theirs = bell.clone();
    let task = clock.spawn("sleeper", |mut held| async move {
        held.sleep_until(at(1_100)).await;
        let first = held.clock().now();
        (first, held.wait(&theirs, Some(at(9_000))).await)
    });
    driver.run_until(at(1_040)).await.expect("quiet");
    driver.jump(SignedDuration::from_secs(-500)).await.expect("quiet");
    assert_eq!((clock.now(), driver.next_due()), (at(540), Some(at(600))));
    driver.run_until(at(700)).await.expect("quiet");
    driver.jump(SignedDuration::from_secs(300)).await.expect("quiet");
    bell.ring();
    driver.run_until(at(1_000)).await.expect("quiet");
    assert_eq!(task.await.expect("ends"), (at(600), Woken::Rung));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_wait_leaves_nothing_behind() {
    let (clock, mut driver) = Clock::simulated(at(0));
    let bell = clock.bell();
    let mut held = clock.hold("impatient");
    #[expect(clippy::disallowed_methods, reason = "the wait is abandoned in real time")]
    let gave_up = tokio::time::timeout(Duration::from_millis(1), held.wait(&bell, Some(at(50)))).await;
    assert!(gave_up.is_err());
    drop(held);
    assert_eq!(driver.next_due(), None);
    driver.run_until(at(60)).await.expect("quiet");
}
