//! Each way of forgetting against an oracle that keeps the whole list of what was spent.

use super::*;
use jiff::SignedDuration;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn after(now: Timestamp, secs: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(secs)).expect("in range")
}

fn one(units: u32, reset: Reset) -> Buckets {
    Buckets::new([Budget::new("b", units, reset)])
}

fn buckets() -> Buckets {
    Buckets::new([Budget::new("general", 10, Reset::PacificDay), Budget::new("stats", 3, Reset::PacificDay)])
}

#[test]
fn the_day_ends_at_pacific_midnight_in_summer_and_winter() {
    for (now, want) in [
        ("2026-07-01T06:59:59Z", "2026-07-01T07:00:00Z"),
        ("2026-07-01T07:00:00Z", "2026-07-02T07:00:00Z"),
        ("2026-01-01T07:59:59Z", "2026-01-01T08:00:00Z"),
        // The clocks go forward on 8 March and back on 1 November 2026.
        ("2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"),
        ("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z"),
    ] {
        assert_eq!(next_midnight(at(now)), at(want), "{now}");
    }
}

#[test]
fn a_spent_bucket_waits_for_its_midnight_and_no_other_bucket_waits_with_it() {
    let mut buckets = buckets();
    let now = at("2026-07-01T06:00:00Z");
    buckets.spend("stats", 2, now);
    assert_eq!(buckets.may_spend("stats", 1, now), May::Spend);
    assert_eq!(buckets.may_spend("stats", 2, now), May::WaitUntil(at("2026-07-01T07:00:00Z")));
    assert_eq!(buckets.may_spend("general", 10, now), May::Spend);
    assert_eq!(buckets.may_spend("stats", 3, at("2026-07-01T07:00:00Z")), May::Spend);
    let cost = [("general".to_owned(), 1), ("stats".to_owned(), 2)];
    let wait = May::WaitUntil(at("2026-07-01T07:00:00Z"));
    assert_eq!(buckets.may_spend_all(&cost, 0, now), (wait, Some("stats")));
}

#[test]
fn a_new_day_counts_its_own_spending_only() {
    let mut buckets = buckets();
    buckets.spend("stats", 2, at("2026-07-01T06:00:00Z"));
    let next = at("2026-07-01T07:00:00Z");
    buckets.spend("stats", 1, next);
    assert_eq!((buckets.left("stats", next), buckets.left("general", next)), (2, 10));
}

#[test]
fn what_never_fits_is_not_waited_for() {
    let buckets = buckets();
    let now = at("2026-07-01T06:00:00Z");
    assert_eq!(buckets.may_spend("stats", 4, now), May::Never);
    assert_eq!(buckets.may_spend("search", 1, now), May::Never);
}

#[test]
fn the_platform_has_the_last_word_and_a_restart_forgets_nothing() {
    let mut buckets = buckets();
    let now = at("2026-07-01T12:00:00Z");
    buckets.exhaust("general", next_midnight(now), now);
    let mut kept: Buckets = serde_json::from_value(serde_json::to_value(&buckets).expect("json")).expect("buckets");
    assert_eq!(kept, buckets);
    kept.set_budgets([Budget::new("general", 20, Reset::PacificDay)]);
    assert_eq!(kept.left("general", now), 0, "a larger budget does not open what the platform has shut");
    assert_eq!(kept.left("general", at("2026-07-02T12:00:00Z")), 20);
}

#[test]
fn ids_go_in_the_fewest_calls() {
    let ids: Vec<u32> = (0..101).collect();
    let sizes: Vec<usize> = batches(&ids, 50).map(<[u32]>::len).collect();
    assert_eq!(sizes, [50, 50, 1]);
    assert_eq!((calls(0, 50), calls(50, 50), calls(101, 50)), (0, 1, 3));
}

#[track_caller]
fn check(reset: Reset, spent: u32, now: &str, want: &str) {
    let mut buckets = one(10, reset);
    buckets.spend("b", spent, at(now));
    assert_eq!(buckets.may_spend("b", 5, at(now)), May::WaitUntil(at(want)), "{reset:?}");
}

#[test]
fn each_kind_of_bucket_is_filled_again_in_its_own_way() {
    check(Reset::PacificDay, 6, "2026-07-01T12:34:56Z", "2026-07-02T07:00:00Z");
    check(Reset::UtcDay, 6, "2026-07-01T12:34:56Z", "2026-07-02T00:00:00Z");
    check(Reset::MINUTE, 6, "2026-07-01T12:34:56Z", "2026-07-01T12:35:00Z");
    check(Reset::QUARTER, 6, "2026-07-01T12:34:56Z", "2026-07-01T12:45:00Z");
    // A part of an hour is a minute: what is spent in it is forgotten an hour after it has ended.
    check(Reset::ROLLING_HOUR, 6, "2026-07-01T12:34:56Z", "2026-07-01T13:35:00Z");
    check(Reset::ROLLING_DAY, 6, "2026-07-01T12:34:56Z", "2026-07-02T12:48:00Z");
    // One of the six comes back in half a second, which is said in whole ones.
    check(Reset::Refill { per_second: 2 }, 6, "2026-07-01T12:34:56Z", "2026-07-01T12:34:57Z");
    check(Reset::Refill { per_second: 2 }, 10, "2026-07-01T12:34:56Z", "2026-07-01T12:34:59Z");
    // A full score shuts the door for longer than its points last.
    check(Reset::Decay { secs: 300, block_secs: 600 }, 10, "2026-07-01T12:34:56Z", "2026-07-01T12:44:56Z");
    check(Reset::Decay { secs: 300, block_secs: 600 }, 6, "2026-07-01T12:34:56Z", "2026-07-01T12:40:00Z");
}

#[test]
fn a_bucket_that_never_refills_is_not_waited_for() {
    let mut buckets = one(10, Reset::Refill { per_second: 0 });
    buckets.spend("b", 6, at("2026-07-01T12:00:00Z"));
    assert_eq!(buckets.may_spend("b", 5, at("2026-07-01T12:00:00Z")), May::Never);
}

#[test]
fn a_reserve_is_kept_for_people_and_starves_nobody() {
    let now = at("2026-07-01T12:00:00Z");
    let mut buckets = one(10, Reset::UtcDay);
    assert_eq!(buckets.may_spend_keeping("b", 9, 20, now), May::Spend, "more than the rest, from a full bucket");
    buckets.spend("b", 4, now);
    assert_eq!(buckets.may_spend_keeping("b", 4, 20, now), May::Spend);
    assert_eq!(buckets.may_spend_keeping("b", 5, 20, now), May::WaitUntil(at("2026-07-02T00:00:00Z")));
    assert_eq!(buckets.may_spend("b", 6, now), May::Spend, "a person may");
}

#[test]
fn the_platforms_word_on_what_is_left_is_taken() {
    let now = at("2026-07-01T12:00:00Z");
    let told = |left, most, per_second| Told { bucket: "b".to_owned(), left, most, per_second };
    let mut shop = one(1_000, Reset::Refill { per_second: 50 });
    shop.spend("b", 900, now);
    shop.told(&told(1_500, Some(2_000), Some(100)), now);
    assert_eq!((shop.left("b", now), shop.left("b", after(now, 2))), (1_500, 1_700));
    // Where it only says a share, others may have spent more than we know; never less.
    let mut hour = one(100, Reset::ROLLING_HOUR);
    hour.spend("b", 10, now);
    hour.told(&told(95, None, None), now);
    assert_eq!(hour.left("b", now), 90);
    hour.told(&told(25, None, None), now);
    assert_eq!(hour.left("b", now), 25);
}

fn any_reset() -> impl Strategy<Value = Reset> {
    prop_oneof![
        Just(Reset::PacificDay),
        Just(Reset::UtcDay),
        (1_u32..7_200).prop_map(|secs| Reset::Every { secs }),
        (1_u32..90_000).prop_map(|secs| Reset::Rolling { secs }),
        (0_u32..20).prop_map(|per_second| Reset::Refill { per_second }),
        (1_u32..3_600, 0_u32..3_600).prop_map(|(secs, block_secs)| Reset::Decay { secs, block_secs }),
    ]
}

/// What counts at `now`, from the whole list, as the platform would count it.
fn counted(reset: Reset, spent: &[(Timestamp, u32)], now: Timestamp) -> u32 {
    let sum = |of: &dyn Fn(Timestamp) -> bool| spent.iter().filter(|one| of(one.0)).map(|one| one.1).sum();
    let younger = |secs: u32| sum(&|one| now < after(one, i64::from(secs)));
    match reset {
        Reset::PacificDay => sum(&|one| next_midnight(one) == next_midnight(now)),
        Reset::UtcDay => sum(&|one| one.as_second().div_euclid(86_400) == now.as_second().div_euclid(86_400)),
        Reset::Every { secs } => {
            let window = |at: Timestamp| at.as_second().div_euclid(i64::from(secs));
            sum(&|one| window(one) == window(now))
        }
        Reset::Rolling { secs } | Reset::Decay { secs, .. } => younger(secs),
        Reset::Refill { per_second } => {
            let mut owed = (0_i64, now);
            for (then, units) in spent {
                let back = then.duration_since(owed.1).as_secs() * i64::from(per_second);
                owed = (std::cmp::max(owed.0 - std::cmp::max(back, 0), 0) + i64::from(*units), *then);
            }
            let back = now.duration_since(owed.1).as_secs() * i64::from(per_second);
            u32::try_from(std::cmp::max(owed.0 - back, 0)).expect("small")
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_allowed_that_the_platform_would_refuse(
        reset in any_reset(),
        most in 1_u32..60,
        steps in proptest::collection::vec((0_i64..4_000, 1_u32..30, any::<bool>()), 1..80),
    ) {
        let mut buckets = one(most, reset);
        let mut now = at("2026-10-31T20:00:00Z");
        let mut spent = Vec::new();
        for (pause, units, restarts) in steps {
            now = after(now, pause);
            if restarts {
                let text = serde_json::to_string(&buckets).expect("json");
                buckets = serde_json::from_str(&text).expect("buckets");
            }
            let truth = counted(reset, &spent, now);
            prop_assert!(truth <= most && buckets.left("b", now) <= most - truth, "{:?}", reset);
            match buckets.may_spend("b", units, now) {
                May::Spend => {
                    prop_assert!(truth + units <= most);
                    spent.push((now, units));
                    buckets.spend("b", units, now);
                }
                May::WaitUntil(then) => {
                    prop_assert!(now < then);
                    prop_assert_eq!(buckets.may_spend("b", units, then), May::Spend);
                    let before = after(then, -1);
                    prop_assert!(before <= now || buckets.may_spend("b", units, before) != May::Spend);
                }
                May::Never => {
                    let never = most < units || reset == Reset::Refill { per_second: 0 };
                    prop_assert!(never);
                }
            }
        }
    }

    #[test]
    fn a_refusal_leaves_nothing_until_the_platform_says_so(
        reset in any_reset(),
        spent in 0_u32..40,
        wait in 60_i64..200_000,
    ) {
        let (mut buckets, now) = (one(30, reset), at("2026-03-07T20:00:00Z"));
        buckets.spend("b", spent, now);
        let until = after(now, wait);
        buckets.exhaust("b", until, now);
        prop_assert_eq!(buckets.left("b", now), 0);
        prop_assert_eq!(buckets.left("b", after(until, -1)), 0);
        let waits = match buckets.may_spend("b", 1, now) {
            May::WaitUntil(then) => until <= then,
            May::Never => reset == Reset::Refill { per_second: 0 } && 30 <= spent,
            May::Spend => false,
        };
        prop_assert!(waits);
    }
}
