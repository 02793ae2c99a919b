//! A deal whose limit or price changed: what was spent is held against the limit of its day, and a new price is a new test.

use super::*;
use crate::domain::verdict::Verdict::{DoesNotHold, Holds, Unknown};
use crate::rules::eval::tests::{Days, alma, context, day, rule};

/// 225.00 a day for so many days, and so many orders on each.
fn deal(orders: &[f64]) -> Days {
    let spend = vec![Some(22_500.0); orders.len()];
    let orders: Vec<Option<f64>> = orders.iter().copied().map(Some).collect();
    Days::default().with(Metric::Spend, 0, &spend).with(Metric::Orders, 0, &orders)
}

/// From which day on, which limit, which test.
fn under(regimes: &[(i64, f64, u32)]) -> Context {
    let targets = |limit: f64| BTreeMap::from([(Metric::Cpa, limit)]);
    let regime =
        |(from, limit, test): &(i64, f64, u32)| Regime { from: day(*from), targets: targets(*limit), test: *test };
    let now = regimes.last().map_or(4_500.0, |one| one.1);
    Context { regimes: regimes.iter().map(regime).collect(), targets: targets(now), ..context() }
}

fn weighed_at(days: &Days, ctx: &Context, at: i64) -> (Verdict, Option<Weight>, String) {
    let rule = rule("cpa > target.cpa", "window = \"deal\"\nevidence = \"strict\"\n");
    let judged = judge(&rule, &alma(), ctx, days, &Memory::default(), day(at));
    let weight = judged.receipt.comparisons[0].weight.clone();
    (judged.verdict, weight, judged.receipt.canonical())
}

#[test]
fn what_was_spent_keeps_the_limit_of_its_day() {
    let days = deal(&[1.0, 1.0, 1.0, 1.0]);
    // 5 units a day at 45.00, 2.5 at 90.00.
    let (_, weight, bytes) = weighed_at(&days, &under(&[(0, 9_000.0, 1), (2, 4_500.0, 1)]), 4);
    let weight = weight.expect("weighed");
    assert_eq!((weight.expected, weight.seen, weight.tests), (15.0, 4.0, 1));
    let stretches: Vec<(f64, f64, f64)> =
        weight.stretches.iter().map(|one| (one.limit, one.expected, one.seen)).collect();
    assert_eq!(stretches, [(9_000.0, 5.0, 2.0), (4_500.0, 10.0, 2.0)]);
    assert!(bytes.contains("\"stretches\":[{\"span\"") && !bytes.contains("\"tests\""), "{bytes}");
    let (_, weight, _) = weighed_at(&days, &context(), 4);
    assert_eq!(weight.map(|one| (one.expected, one.stretches.len())), Some((20.0, 0)));
    // A looser limit later does not take back what was spent under the stricter one.
    let (_, weight, _) = weighed_at(&days, &under(&[(0, 4_500.0, 1), (2, 9_000.0, 1)]), 4);
    assert_eq!(weight.map(|one| one.expected), Some(15.0));
}

#[test]
fn a_post_across_a_change_stays_one_post() {
    let ctx = under(&[(0, 9_000.0, 1), (2, 4_500.0, 1)]);
    let ctx = Context { posts: vec![day(0), day(1)], luck: Luck::Varied { k: 1.1 }, ..ctx };
    let (_, weight, _) = weighed_at(&deal(&[0.0, 0.0, 0.0, 0.0]), &ctx, 4);
    assert_eq!(weight.map(|one| (one.posts, one.expected)), Some((2, 15.0)));
}

#[test]
fn a_new_price_is_a_new_test_and_the_receipt_counts_them() {
    let days = deal(&[0.0, 0.0, 4.0, 4.0]);
    let (verdict, ..) = weighed_at(&days, &context(), 2);
    assert_eq!(verdict, Holds);
    let ctx = under(&[(0, 4_500.0, 1), (2, 4_500.0, 2)]);
    let (verdict, weight, bytes) = weighed_at(&days, &ctx, 4);
    let weight = weight.expect("weighed");
    assert_eq!((verdict, weight.expected, weight.seen, weight.tests), (DoesNotHold, 10.0, 8.0, 2));
    assert!(bytes.contains("\"tests\":2"), "{bytes}");
    // Until it begins the old test runs, under the old limit; and a test in which nothing was spent was none.
    let old = weighed_at(&days, &under(&[(0, 9_000.0, 1), (2, 4_500.0, 2)]), 2).1;
    assert_eq!(old.map(|one| (one.tests, one.expected)), Some((1, 5.0)));
    let late = Days::default().with(Metric::Spend, 0, &[Some(0.0), Some(0.0), Some(22_500.0)]).with(
        Metric::Orders,
        0,
        &[Some(0.0), Some(0.0), Some(1.0)],
    );
    assert_eq!(weighed_at(&late, &ctx, 3).1.map(|one| (one.tests, one.expected)), Some((1, 5.0)));
}

#[test]
fn spend_before_there_was_a_limit_counts_against_none() {
    let mut ctx = under(&[(0, 4_500.0, 1), (2, 4_500.0, 1)]);
    ctx.regimes[0].targets.clear();
    let (_, weight, _) = weighed_at(&deal(&[0.0, 0.0, 1.0]), &ctx, 3);
    assert_eq!(weight.map(|one| (one.expected, one.seen)), Some((5.0, 1.0)));
    ctx.targets.clear();
    assert_eq!(weighed_at(&deal(&[0.0; 3]), &ctx, 3).0, Unknown);
}
