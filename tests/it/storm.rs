//! Five storms, short enough for every day. A whole year is `plimsoll storm`, in release.

use plimsoll::app::storm::{DAYS_MIN, Options, Outcome, run};

/// The seed that comes twice.
const AGAIN: u64 = 1;

/// The seeds, one list a core.
const HALVES: [&[u64]; 2] = [&[AGAIN, 2, 3], &[4, 5, AGAIN]];

/// One storm on a thread of its own.
fn storm(seed: u64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let options = Options { seed, days: DAYS_MIN, sabotage: None };
    runtime.block_on(run(options, |_| ())).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn check(outcome: &Outcome) {
    assert_eq!(outcome.lost, 0, "{outcome:?}");
    // An ignored order needs an order: in a week there is not always one.
    let rare = outcome.faults.iter().filter(|(name, times)| **name != "deaf_platform" && **times < 10);
    assert_eq!(rare.count(), 0, "{outcome:?}");
    let counts = &outcome.counts;
    assert!(0 < counts.fired && 0 < counts.telegram && 0 < counts.discord && 0 < counts.proposed, "{outcome:?}");
}

#[test]
fn five_storms_break_no_promise_and_the_first_is_the_same_when_it_comes_again() {
    std::thread::scope(|scope| {
        let all = HALVES.map(|seeds| scope.spawn(move || seeds.iter().map(|seed| storm(*seed)).collect::<Vec<_>>()));
        let [first, second] = all.map(|half| half.join().expect("it ends well"));
        for outcome in first.iter().chain(&second) {
            check(outcome);
        }
        let done: u64 = first.iter().chain(&second).map(|outcome| outcome.counts.done).sum();
        assert!(0 < done, "nobody was ever obeyed: {first:?} {second:?}");
        let told =
            |half: &[Outcome]| half.iter().find(|outcome| outcome.seed == AGAIN).map(|one| one.document().to_string());
        assert_eq!(told(&first), told(&second));
    });
}
