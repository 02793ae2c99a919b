//! The promises of the table, on fewer creators: whatever breaks one of them fails here.
//!
//! Seeded, so that they hold or fail the same way every time. The bounds are the promises themselves; the numbers of
//! creators are chosen so that chance alone would break one in fewer than a thousand seeds.

use super::*;

fn dice(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A number of the row of a rule at a horizon; the last horizon where the rows have one of their own.
fn of(rows: &[Value], rule: &str, horizon: f64, key: &str) -> f64 {
    let fits = |row: &&Value| row["rule"] == rule && row["horizon"] == horizon;
    rows.iter().find(fits).and_then(|row| row[key].as_f64()).expect("the row is there")
}

#[track_caller]
fn at_most(what: f64, bound: f64) {
    assert!(what <= bound, "{what} is above {bound}");
}

#[test]
fn who_meets_the_limit_is_rarely_stopped_at_any_number_of_looks() {
    let rows = plain(1.0, 3_000, &mut dice(1));
    for horizon in HORIZONS {
        at_most(of(&rows, "strict", horizon, "stopped"), 0.05);
        at_most(of(&rows, "balanced", horizon, "stopped"), 0.20);
    }
    assert!(0.90 < of(&rows, "common", 200.0, "stopped"), "the common rule stops nearly everyone");
}

#[test]
fn losers_are_stopped_for_little_more_than_by_a_test_that_knew_them() {
    for ratio in [2.0, 4.0] {
        let rows = plain(ratio, 1_500, &mut dice(2));
        let wald = of(&rows, "wald", 200.0, "mean_spend");
        at_most(of(&rows, "strict", 200.0, "mean_spend"), 1.25 * wald);
        at_most(0.999, of(&rows, "strict", 200.0, "stopped"));
    }
}

#[test]
fn fast_is_as_quick_as_the_common_rule_and_spares_winners() {
    let losers = plain(4.0, 3_000, &mut dice(3));
    at_most(of(&losers, "fast", 200.0, "mean_spend"), 1.1 * of(&losers, "common", 200.0, "mean_spend"));
    let winners = plain(0.7, 2_000, &mut dice(4));
    at_most(of(&winners, "fast", 200.0, "stopped"), 0.25 * of(&winners, "common", 200.0, "stopped"));
}

#[test]
fn luck_by_post_keeps_the_promise_where_it_is_known_and_nearly_where_it_is_estimated() {
    let posts = (10, 5.0);
    let stopped =
        |ratio, k, trials, seed, rule| of(&clustered(posts, ratio, k, trials, &mut dice(seed)), rule, 50.0, "stopped");
    at_most(stopped(1.0, "known", 200, 5, "strict"), 0.05);
    at_most(stopped(1.0, "known", 200, 5, "balanced"), 0.20);
    at_most(stopped(1.0, "estimated", 200, 6, "strict"), 1.5 * 0.05);
    at_most(stopped(1.0, "estimated", 200, 6, "balanced"), 1.5 * 0.20);
    assert!(0.30 < stopped(1.0, "ignored", 200, 7, "balanced"), "taking posts for alike breaks the promise");
    at_most(0.95, stopped(4.0, "known", 200, 8, "balanced"));
    at_most(0.80, stopped(4.0, "known", 200, 8, "strict"));
}

#[test]
fn maturity_keeps_the_promise_under_a_lag_and_nothing_else_does() {
    let stopped = |maturity, rule| of(&lagging(1.0, maturity, 1_500, &mut dice(9)), rule, 200.0, "stopped");
    at_most(stopped(true, "strict"), 0.05);
    at_most(stopped(true, "balanced"), 0.20);
    assert!(0.15 < stopped(false, "strict"), "spend that had no time to sell is held against them");
}

#[test]
fn the_posterior_is_calibrated_on_its_population() {
    let row = population(6_000, &mut dice(10));
    let met = row["population"]["would_have_met"].as_f64().expect("a share");
    assert!((met - 0.10).abs() <= 0.02, "{met} of those stopped would have met the limit");
}
