//! What is said to be needed is applied to the readings, and the rule is judged again: that much flips it, and one less
//! does not.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::rules::ahead::Plan;
use crate::rules::eval::tests::{Days, alma, context, day, rule};
use crate::rules::evidence::Luck;
use crate::rules::judge::{Context, judge};
use crate::rules::lifecycle::Memory;
use crate::rules::maturity::{Maturity, Spread};

/// Numbers of each day, by metric.
type Table = BTreeMap<Metric, Vec<f64>>;

fn world(table: &Table) -> Days {
    table.iter().fold(Days::default(), |days, (metric, values)| {
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        days.with(*metric, 0, &values)
    })
}

/// So many more on the last day.
fn more(table: &Table, metric: Metric, by: f64) -> Table {
    let mut changed = table.clone();
    if let Some(last) = changed.get_mut(&metric).and_then(|values| values.last_mut()) {
        *last += by;
    }
    changed
}

fn verdict(rule: &CheckedRule, ctx: &Context, table: &Table, at: Timestamp) -> Verdict {
    judge(rule, &alma(), ctx, &world(table), &Memory::default(), at).verdict
}

fn needs_of(rule: &CheckedRule, ctx: &Context, table: &Table, at: Timestamp) -> (Verdict, Vec<Need>) {
    let judged = judge(rule, &alma(), ctx, &world(table), &Memory::default(), at);
    (judged.verdict, judged.receipt.needs)
}

const COUNTED: [Metric; 6] =
    [Metric::Spend, Metric::Orders, Metric::Clicks, Metric::Views, Metric::Leads, Metric::Revenue];

fn tables() -> impl Strategy<Value = Table> {
    let numbers = (0_u32..60_000, 0_u32..40, 0_u32..400, 1_u32..20_000, 0_u32..60, 0_u32..90_000);
    numbers.prop_map(|(spend, orders, clicks, views, leads, revenue)| {
        let values = [spend, orders, clicks, views, leads, revenue];
        COUNTED.into_iter().zip(values).map(|(metric, value)| (metric, vec![f64::from(value)])).collect()
    })
}

fn conditions() -> impl Strategy<Value = String> {
    let op = prop::sample::select(vec!["<", "<=", ">", ">="]);
    let sides = prop::sample::select(vec![
        ("orders", 40_u32),
        ("clicks", 400),
        ("views", 20_000),
        ("leads", 60),
        ("spend / target.cpa", 14),
        ("roas", 4),
    ]);
    let plain = (sides, op.clone(), 0_u32..1_000).prop_map(|((metric, most), op, share)| {
        format!("{metric} {op} {:.3}", f64::from(most) * f64::from(share) / 1_000.0)
    });
    let money = (prop::sample::select(vec!["cpa", "cpc", "cpl", "cpm", "spend", "revenue"]), op.clone(), 1_u32..60_000)
        .prop_map(|(metric, op, minor)| format!("{metric} {op} money('{}.{:02} EUR')", minor / 100, minor % 100));
    let shares = (prop::sample::select(vec!["ctr", "cvr"]), op, 1_u32..500)
        .prop_map(|(metric, op, thousandths)| format!("{metric} {op} 0.{thousandths:03}"));
    prop_oneof![plain, money, shares]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, ..ProptestConfig::default() })]

    #[test]
    fn what_is_needed_flips_it_and_one_less_does_not(
        text in conditions(), guard in prop::option::of(conditions()), table in tables(), deal in prop::bool::ANY,
    ) {
        let window = if deal { "window = \"deal\"" } else { "window = \"1d\"" };
        let text = guard.map_or(text.clone(), |guard| format!("{text} && {guard}"));
        let rule = rule(&text, window);
        let (before, needs) = needs_of(&rule, &context(), &table, day(1));
        for need in needs {
            prop_assert!(need.by_when.is_none() && 1.0 <= need.by.abs(), "{need:?}");
            prop_assert_eq!(need.by.fract().to_bits() & !(1 << 63), 0);
            prop_assert!(!deal || 0.0 < need.by, "what happened does not unhappen: {:?}", need);
            let at = |by: f64| verdict(&rule, &context(), &more(&table, need.metric, by), day(1));
            prop_assert_eq!(at(need.by), !before, "{} by {}", text, need.by);
            prop_assert_eq!(at(need.by - need.by.signum()), before, "{} by one less than {}", text, need.by);
        }
    }
}

#[test]
fn every_input_that_someone_can_change_has_its_number() {
    let table: Table = [30_000.0, 3.0, 90.0, 9_000.0, 6.0, 20_000.0]
        .into_iter()
        .zip(COUNTED)
        .map(|(value, metric)| (metric, vec![value]))
        .collect();
    let check = |text: &str, want: &[(Metric, f64)]| {
        let got: Vec<(Metric, f64)> = needs_of(&rule(text, "window = \"deal\""), &context(), &table, day(1))
            .1
            .iter()
            .map(|need| (need.metric, need.by))
            .collect();
        assert_eq!(got, want, "{text}");
    };
    check("cpa > money('45.00 EUR')", &[(Metric::Orders, 4.0)]);
    check("cpc > money('3.00 EUR')", &[(Metric::Clicks, 10.0)]);
    check("cpl > money('40.00 EUR')", &[(Metric::Leads, 2.0)]);
    check("cpm > money('30.00 EUR')", &[(Metric::Views, 1_000.0)]);
    check("roas < 1", &[(Metric::Revenue, 10_000.0)]);
    check("ctr < 0.02", &[(Metric::Clicks, 90.0)]);
    check("cvr < 0.1", &[(Metric::Orders, 6.0)]);
    // Two more are enough, so four are not the smallest change; and a guard that gives way is one way out.
    check("orders < 5 && cpa > money('45.00 EUR')", &[(Metric::Orders, 2.0)]);
    check("clicks < 100 && cpa > money('45.00 EUR')", &[(Metric::Clicks, 10.0), (Metric::Orders, 4.0)]);
    // More clicks lower the share that buys as well, and nobody has worked out which comes first.
    check("clicks < 100 && cvr > 0.01", &[]);
    // Quiet: so much more spend, with nothing coming of it, would fire it.
    check("cpa > money('120.00 EUR')", &[(Metric::Spend, 6_001.0)]);
    // Spent since the deal began is spent; in a day it ends with the day.
    check("spend > money('100.00 EUR')", &[]);
    let daily = needs_of(&rule("spend > money('100.00 EUR')", ""), &context(), &table, day(1)).1;
    assert_eq!(daily.iter().map(|need| need.by).collect::<Vec<f64>>(), [-20_000.0]);
}

fn slow(plan: Plan, posts: &[i64], k: f64) -> Context {
    let halving = |hours| Spread::halving(SignedDuration::from_hours(hours), SignedDuration::from_hours(30 * 24));
    Context {
        maturity: Maturity { boost: halving(72), fee: halving(240) },
        posts: posts.iter().map(|at| day(*at)).collect(),
        luck: Luck::Varied { k },
        plan,
        ..context()
    }
}

/// Spend in half units of the limit and orders, a day each.
fn deals() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    (3_usize..12).prop_flat_map(|days| {
        (prop::collection::vec(0_u8..8, days), prop::collection::vec(prop_oneof![6 => Just(0_u8), 1 => 0_u8..3], days))
    })
}

fn table(spend: &[u8], orders: &[u8]) -> Table {
    let of = |values: &[u8], each: f64| values.iter().map(|value| each * f64::from(*value)).collect();
    Table::from([(Metric::Spend, of(spend, 2_250.0)), (Metric::Orders, of(orders, 1.0))])
}

/// The same days, and so many more with this spend and no orders, the last of which brings `extra`.
fn later(now: &Table, days: usize, spend: f64, extra: f64) -> Table {
    let mut later = now.clone();
    later.entry(Metric::Spend).or_default().extend(vec![spend; days]);
    later.entry(Metric::Orders).or_default().extend(vec![0.0; days]);
    more(&later, Metric::Orders, extra)
}

fn days_from(now: i64, by: Timestamp) -> usize {
    let hours = by.duration_since(day(now)).as_hours();
    usize::try_from(hours.div_euclid(24) + i64::from(hours % 24 != 0)).expect("ahead")
}

const EVIDENCE: [&str; 3] = ["evidence = \"balanced\"", "evidence = \"fast\"", ""];

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    /// By the date, with nothing more spent, just so many more are enough; plain and weighed.
    #[test]
    fn by_its_date_that_many_are_enough_and_one_less_is_not(
        (spend, orders) in deals(), posts in prop::collection::btree_set(1_i64..10, 0..4), k in 0.8..9.0_f64,
        which in 0_usize..3, cancel in prop::option::of(6_i64..200),
    ) {
        let rule = rule("cpa > target.cpa", &format!("window = \"deal\"\nmature = true\n{}", EVIDENCE[which]));
        let now = i64::try_from(spend.len()).expect("few");
        let cancel_by = cancel.map(|hours| day(now) + SignedDuration::from_hours(hours)).into_iter().collect();
        let posts: Vec<i64> = posts.into_iter().filter(|at| *at < now).collect();
        let ctx = slow(Plan { cancel_by, boosts: 0.0 }, &posts, k);
        let table = table(&spend, &orders);
        let (before, needs) = needs_of(&rule, &ctx, &table, day(now));
        for need in needs.iter().filter(|need| before == Verdict::Holds && need.by_when.is_some()) {
            prop_assert!(!need.if_stopped, "there is no boost to stop");
            let by = need.by_when.expect("filtered");
            let want = cancel.unwrap_or(72);
            prop_assert_eq!(by, day(now) + SignedDuration::from_hours(want));
            let at = |extra: f64| verdict(&rule, &ctx, &later(&table, days_from(now, by), 0.0, extra), by);
            prop_assert_eq!(at(need.by), Verdict::DoesNotHold, "{} by {}", need.by, by);
            prop_assert_eq!(at(need.by - 1.0), Verdict::Holds, "one less than {} by {}", need.by, by);
        }
        if before == Verdict::Holds && spend.iter().rev().take(3).any(|spent| *spent > 0) {
            prop_assert!(needs.iter().any(|need| need.by_when.is_some()), "fresh spend has a date: {:?}", needs);
        }
    }

    /// With a boost that goes on as before, the number for that is right as well, and never smaller.
    #[test]
    fn a_boost_that_goes_on_needs_more(pace in 1_u8..6, days in 7_usize..14, which in 0_usize..3, k in 0.8..9.0_f64) {
        let rule = rule("cpa > target.cpa", &format!("window = \"deal\"\nmature = true\n{}", EVIDENCE[which]));
        let mut orders = vec![0; days];
        orders[0] = 1;
        let table = table(&vec![pace; days], &orders);
        let now = i64::try_from(days).expect("few");
        let ctx = slow(Plan { cancel_by: Vec::new(), boosts: 1e9 }, &[2, 4, 6], k);
        let (before, needs) = needs_of(&rule, &ctx, &table, day(now));
        if before == Verdict::Holds {
            let of = |stopped| needs.iter().find(|need| need.by_when.is_some() && need.if_stopped == stopped);
            let stopped = of(true).expect("with the boost stopped").clone();
            prop_assert_eq!(needs.first(), Some(&stopped), "the useful one first");
            let spent = 2_250.0 * f64::from(pace);
            if let Some(on) = of(false) {
                prop_assert!(stopped.by < on.by);
                let by = on.by_when.expect("dated");
                let at = |extra: f64| verdict(&rule, &ctx, &later(&table, days_from(now, by), spent, extra), by);
                prop_assert_eq!(at(on.by), Verdict::DoesNotHold);
                prop_assert_eq!(at(on.by - 1.0), Verdict::Holds);
            }
        }
    }
}

#[test]
fn there_is_no_date_where_nothing_matures() {
    let table = table(&[4, 4, 4, 4], &[1, 0, 0, 0]);
    let boosts = |boosts| slow(Plan { cancel_by: Vec::new(), boosts }, &[], 5.0);
    let needs = |more: &str, ctx: &Context| {
        needs_of(&rule("cpa > target.cpa", &format!("window = \"deal\"\n{more}")), ctx, &table, day(4)).1
    };
    let plain = needs("", &boosts(0.0));
    assert!(plain.iter().all(|need| need.by_when.is_none() && !need.if_stopped), "{plain:?}");
    // A boost that runs has to be stopped all the same: with each day it spends, more would be needed.
    let boosted = needs("", &boosts(1e6));
    assert!(boosted.iter().all(|need| need.by_when.is_none() && need.if_stopped), "{boosted:?}");
    assert!(needs("mature = true", &boosts(0.0)).iter().any(|need| need.by_when.is_some()));
    let at_once = Context { maturity: Maturity::at_once(), ..boosts(0.0) };
    assert!(needs("mature = true", &at_once).iter().all(|need| need.by_when.is_none()));
}

#[test]
fn a_dated_need_reads_back_and_an_old_one_still_does() {
    let old = r#"{"metric":"orders","by":3.0,"to":7.0,"flips":"when","comparison":"cpa > target.cpa"}"#;
    let need: Need = serde_json::from_str(old).expect("a need of an earlier version");
    assert_eq!((need.by_when, need.if_stopped), (None, false));
    assert_eq!(serde_json::to_string(&need).expect("json"), old);
    let dated = Need { by_when: Some(day(4)), if_stopped: true, ..need };
    let json = serde_json::to_string(&dated).expect("json");
    assert!(json.ends_with(r#","by_when":"1970-01-05T00:00:00Z","if_stopped":true}"#), "{json}");
    assert_eq!(serde_json::from_str::<Need>(&json).expect("a need"), dated);
}
