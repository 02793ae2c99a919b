use std::sync::atomic::AtomicU32;

use super::*;
use crate::app::config::Config;
use crate::domain::habits::Habits;
use crate::domain::person::{Audience, Room};
use crate::store::Transaction;
use crate::store::memory::MemoryStore;
use crate::time::Driver;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(secs).expect("an instant")
}

async fn core() -> (Arc<Core>, Driver) {
    let (clock, driver) = Clock::simulated(at(0));
    let config = Config::load(None, &[]).expect("the defaults");
    let core = Core::open(clock, Arc::new(MemoryStore::default()), config, 7).await.expect("opened");
    (core, driver)
}

/// Starts a part.
fn start<W, R>(core: &Arc<Core>, name: &'static str, care: Care, work: W)
where
    W: Fn(Start) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let one = Arc::clone(core);
    core.clock.spawn(name, move |held| keep(one, name.to_owned(), care, held, CancellationToken::new(), work));
}

type Starts = Arc<Mutex<Vec<i64>>>;

fn starts(list: &Starts) -> Vec<i64> {
    lock(list).clone()
}

fn seen(core: &Core, name: &str) -> PartSeen {
    core.parts.seen().into_iter().find(|part| part.name == name).expect("a part")
}

const ROUND: SignedDuration = SignedDuration::from_mins(15);

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_panics_is_started_again_after_growing_waits_and_no_other_part_notices() {
    let (core, mut driver) = core().await;
    let (began, beats) = (Starts::default(), Arc::new(AtomicU32::new(0)));
    let mine = Arc::clone(&began);
    start(&core, "bad", Care::rounds(ROUND), move |start| {
        let mine = Arc::clone(&mine);
        async move {
            lock(&mine).push(start.held.clock().now().as_second());
            panic!("on purpose");
        }
    });
    let count = Arc::clone(&beats);
    start(&core, "good", Care::rounds(ROUND), move |mut start| {
        let count = Arc::clone(&count);
        async move {
            loop {
                let next = start.held.clock().now() + SignedDuration::from_secs(1);
                start.held.sleep_until(next).await;
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    driver.run_until(at(3_600)).await.expect("quiet");
    assert_eq!(starts(&began)[..8], [0, 5, 15, 35, 75, 155, 315, 635]);
    // Once in a quarter of an hour at the most.
    assert_eq!(starts(&began)[8..], [1_275, 2_175, 3_075]);
    assert_eq!(beats.load(Ordering::SeqCst), 3_600);
    let bad = seen(&core, "bad");
    assert_eq!((bad.restarts, bad.failures, bad.ended.map(|(how, _)| how)), (11, 11, Some(Ended::Panicked)));
    assert_eq!(seen(&core, "good").restarts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_hangs_is_ended_where_that_is_safe_and_never_where_a_request_may_be_on_its_way() {
    let (core, mut driver) = core().await;
    let mut all = Vec::new();
    for (name, ended_when_it_hangs) in [("poll youtube", true), ("act", false)] {
        let began = Starts::default();
        all.push(Arc::clone(&began));
        let care = Care { ended_when_it_hangs, ..Care::rounds(ROUND) };
        start(&core, name, care, move |start| {
            let began = Arc::clone(&began);
            async move {
                let clock = start.held.clock().clone();
                lock(&began).push(clock.now().as_second());
                // What it asks keeps it waiting.
                let _parked = clock.park();
                std::future::pending::<()>().await;
            }
        });
    }
    driver.run_until(at(900)).await.expect("quiet");
    assert_eq!(seen(&core, "act").hangs_since, None);
    driver.run_until(at(901)).await.expect("quiet");
    assert_eq!((seen(&core, "act").hangs_since, seen(&core, "poll youtube").hangs_since), (Some(at(0)), Some(at(0))));
    assert!(core.parts.end_hung("poll youtube"));
    assert!(!core.parts.end_hung("act"));
    // Being ended is real time; time goes on for the part afterwards.
    while seen(&core, "poll youtube").restarts == 0 {
        tokio::task::yield_now().await;
    }
    driver.run_for(SignedDuration::from_secs(5)).await.expect("quiet");
    assert_eq!(starts(&all[0]), [0, 906]);
    assert_eq!(seen(&core, "poll youtube").ended.map(|(how, _)| how), Some(Ended::Renewed));
    assert_eq!(starts(&all[1]), [0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_on_purpose_is_no_hanging() {
    let (core, mut driver) = core().await;
    start(&core, "patient", Care::rounds(ROUND), |mut start| async move {
        start.held.sleep_until(at(100_000)).await;
    });
    driver.run_until(at(90_000)).await.expect("quiet");
    let patient = seen(&core, "patient");
    assert_eq!((patient.doing, patient.beat, patient.hangs_since), (Doing::Waiting, at(0), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_returns_is_started_again_unless_it_may_end() {
    let (core, mut driver) = core().await;
    start(&core, "returns", Care::rounds(ROUND), |start| async move { drop(start) });
    start(&core, "once", Care { may_end: true, ..Care::rounds(ROUND) }, |start| async move { drop(start) });
    driver.run_until(at(6)).await.expect("quiet");
    assert_eq!(seen(&core, "returns").ended, Some((Ended::Returned, at(5))));
    let once = seen(&core, "once");
    assert!(once.over && once.restarts == 0, "{once:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_part_kept_and_could_not_show_is_shown_before_it_goes_on() {
    let (core, mut driver) = core().await;
    let room = Room {
        id: "ops".parse().expect("an id"),
        address: None,
        audience: Audience::Operator,
        brand: None,
        campaign: None,
        creator: None,
        locale: "en".to_owned(),
        zone: "UTC".to_owned(),
        quiet: None,
        closed: None,
        closed_at: None,
        person: None,
        habits: Habits::default(),
    };
    let (one, seen) = (Arc::clone(&core), Arc::new(Mutex::new(Vec::new())));
    let list = Arc::clone(&seen);
    start(&core, "poll youtube", Care::rounds(ROUND), move |start| {
        let (core, room, list) = (Arc::clone(&one), room.clone(), Arc::clone(&list));
        async move {
            let _held = start.held;
            let rooms = core.state.lock().await.catalog.rooms.len();
            lock(&list).push(rooms);
            let mut transaction = Transaction::new();
            transaction.create(&room).expect("a row");
            // The second time it is there already.
            drop(core.store.commit(transaction).await);
            panic!("between keeping and showing");
        }
    });
    driver.run_until(at(6)).await.expect("quiet");
    assert_eq!(*lock(&seen), [0, 1]);
}
