//! What is left of the numbers when the brand's own time is taken out, as tables; and that nothing in it can hurt anybody.

use proptest::prelude::*;

use super::*;
use crate::domain::verdict::Verdict::{self, DoesNotHold, Holds, Unknown};
use crate::rules::eval::Scratch;
use crate::rules::eval::tests::{Days, alma, context, day, rule};
use crate::rules::file::parse_rules;
use crate::rules::judge::{Context, judge};
use crate::rules::lifecycle::{Phase, Reason};

fn hour(days: i64, hours: i64) -> Timestamp {
    day(days) + SignedDuration::from_hours(hours)
}

fn excuse(cause: Cause, from: Timestamp, until: Option<Timestamp>) -> Excuse {
    Excuse { id: 1, from, until, cause, by: "rule:shop-stopped".to_owned() }
}

/// The shop stopped on day `n` from ten to two.
fn stopped(n: i64) -> Excuse {
    excuse(Cause::Shop, hour(n, 10), Some(hour(n, 14)))
}

fn with(excused: Vec<Excuse>) -> Context {
    Context { excused, ..context() }
}

fn values(numbers: &[f64]) -> Vec<Option<f64>> {
    numbers.iter().copied().map(Some).collect()
}

/// So many days of spend, orders and clicks, from day 0.
fn traded(orders: &[f64]) -> Days {
    let (spend, clicks) = (vec![Some(10_000.0); orders.len()], vec![Some(100.0); orders.len()]);
    Days::default()
        .with(Metric::Spend, 0, &spend)
        .with(Metric::Clicks, 0, &clicks)
        .with(Metric::Views, 0, &clicks)
        .with(Metric::Orders, 0, &values(orders))
}

#[track_caller]
fn check(when: &str, more: &str, days: &Days, excused: Vec<Excuse>, now: i64, want: Verdict) {
    let rule = rule(when, more);
    let got = rule.verdict_only(&alma(), &with(excused), days, day(now), &mut Scratch::default());
    assert_eq!(got, want, "{when} {more}");
}

#[test]
fn each_cause_breaks_what_passes_through_it() {
    let want = |metric, platform| Want { metric, platform };
    let broken = |metric, platform| Cause::ALL.map(|cause| u8::from(cause.breaks(want(metric, platform))));
    for (metric, platform, wanted) in [
        // shop, stock, price, pixel, other
        (Metric::Orders, None, [1, 1, 1, 1, 1]),
        (Metric::Orders, Some(Platform::Shop), [1, 1, 1, 0, 1]),
        (Metric::Orders, Some(Platform::MetaAds), [1, 1, 1, 1, 1]),
        (Metric::Cpa, None, [1, 1, 1, 1, 1]),
        (Metric::Roas, None, [1, 1, 1, 1, 1]),
        (Metric::Cvr, Some(Platform::Shop), [1, 1, 1, 0, 1]),
        (Metric::Redemptions, None, [1, 1, 1, 0, 1]),
        (Metric::Leads, None, [1, 0, 0, 1, 1]),
        (Metric::Sessions, None, [0, 0, 0, 1, 1]),
        (Metric::Installs, None, [0, 0, 0, 0, 1]),
        (Metric::Clicks, None, [0; 5]),
        (Metric::Ctr, None, [0; 5]),
        (Metric::Spend, None, [0; 5]),
        (Metric::Views, None, [0; 5]),
        (Metric::Followers, None, [0; 5]),
        (Metric::ErViews, None, [0; 5]),
    ] {
        assert_eq!(broken(metric, platform), wanted, "{metric}");
    }
}

#[test]
fn cuts_leave_what_is_before_between_and_after() {
    let span = |from, until| Span { from: day(from), until: day(until) };
    let cut = |excused: &[Excuse], window| {
        let cuts = cuts(excused.iter(), window, &Frame::utc());
        left(span(0, 7), &cuts)
    };
    let week = Window::Days(7);
    assert_eq!(cut(&[], week), [span(0, 7)]);
    assert_eq!(cut(&[stopped(2)], week), [span(0, 2), span(3, 7)], "a few hours cost the whole day");
    assert_eq!(cut(&[stopped(2), stopped(2), stopped(3)], week), [span(0, 2), span(4, 7)]);
    assert_eq!(cut(&[stopped(0)], week), [span(1, 7)]);
    assert_eq!(cut(&[stopped(6)], week), [span(0, 6)]);
    assert_eq!(cut(&[excuse(Cause::Shop, hour(5, 3), None)], week), [span(0, 5)], "it goes on");
    assert_eq!(cut(&[excuse(Cause::Shop, day(2), Some(day(3)))], week), [span(0, 2), span(3, 7)]);
    assert_eq!(cut(&[excuse(Cause::Shop, day(-3), Some(day(9)))], week), []);
    let hours = cut(&[stopped(2)], Window::Hours(168));
    assert_eq!(hours.first().map(|first| first.until), Some(hour(2, 10)), "hours are cut as they are");
}

#[test]
fn time_that_two_excuses_share_counts_once() {
    let both = [stopped(2), excuse(Cause::Pixel, hour(2, 12), Some(hour(2, 20)))];
    let over = |from, until| overlap(both.iter(), Span { from, until }).as_hours();
    assert_eq!(over(day(0), day(9)), 10);
    assert_eq!(over(hour(2, 13), hour(2, 15)), 2);
    assert_eq!(over(day(3), day(9)), 0);
    assert_eq!(over(day(9), day(3)), 0);
}

#[test]
fn a_rate_is_read_over_the_days_that_remain() {
    // Five good days, a dead one, a good one: €100 a day and 4 orders, limit €45.
    let days = traded(&[4.0, 4.0, 4.0, 4.0, 4.0, 0.0, 4.0]);
    let week = "window = \"7d\"";
    check("cpa > money('28.00 EUR')", week, &days, vec![], 7, Holds);
    check("cpa > money('28.00 EUR')", week, &days, vec![stopped(5)], 7, DoesNotHold);
    check("cpa > money('24.00 EUR')", week, &days, vec![stopped(5)], 7, Holds);
    // A cause that does not break orders takes nothing out; neither does one of another week.
    check("ctr < 2 && cpa > money('28.00 EUR')", week, &days, vec![stopped(9)], 7, Holds);
    check("views < 701", week, &days, vec![stopped(5)], 7, Holds);
}

#[test]
fn a_count_over_fewer_days_is_absent_and_no_fall() {
    let days = traded(&[4.0, 4.0, 4.0, 4.0, 4.0, 0.0, 4.0]);
    let week = "window = \"7d\"";
    check("orders < 26", week, &days, vec![], 7, Holds);
    check("orders < 26", week, &days, vec![stopped(5)], 7, Unknown);
    // Views beside a rate of orders are bad when low, so they are absent too; spend is bad when high, so it is cut.
    check("cpa > money('1.00 EUR') && views < 701", week, &days, vec![stopped(5)], 7, Unknown);
    check("cpa > money('1.00 EUR') && spend > money('600.00 EUR')", week, &days, vec![], 7, Holds);
    check("cpa > money('1.00 EUR') && spend > money('600.00 EUR')", week, &days, vec![stopped(5)], 7, DoesNotHold);
    check("cpa > money('1.00 EUR') && spend > money('599.00 EUR')", week, &days, vec![stopped(5)], 7, Holds);
}

#[test]
fn windows_of_hours_and_whole_excused_days_say_nothing() {
    let days = traded(&[4.0, 4.0, 4.0, 0.0]);
    check("cvr < 0.01", "window = \"24h\"", &days, vec![], 4, Holds);
    check("cvr < 0.01", "window = \"24h\"", &days, vec![stopped(3)], 4, Unknown);
    check("cvr < 0.01", "window = \"1d\"", &days, vec![stopped(3)], 4, Unknown);
    check("views < 101", "window = \"24h\"", &days, vec![stopped(3)], 4, Holds);
}

#[test]
fn own_is_taken_over_days_that_count() {
    // Half of the usual: on the days that count the usual is 10, with the dead days it would be 0.
    let days = traded(&[10.0, 10.0, 10.0, 0.0, 0.0, 0.0, 0.0, 4.0]);
    let dead: Vec<Excuse> = (3..7).map(stopped).collect();
    check("orders < 0.5 * own(orders)", "", &days, vec![], 8, DoesNotHold);
    check("orders < 0.5 * own(orders)", "", &days, dead, 8, Holds);
    check("orders < 0.5 * own(orders)", "", &days, (0..7).map(stopped).collect(), 8, Unknown);
}

#[test]
fn k_windows_are_k_windows_that_count() {
    let days = traded(&[10.0, 10.0, 10.0, 10.0, 10.0, 1.0, 9.0, 1.0, 1.0]);
    let three = "for = \"3 windows\"";
    check("cvr < 0.05", three, &days, vec![], 9, DoesNotHold);
    check("cvr < 0.05", three, &days, vec![stopped(6)], 9, Holds);
    check("cvr < 0.05", three, &days, vec![stopped(7)], 9, DoesNotHold);
    check("cvr < 0.05", three, &traded(&[10.0, 1.0, 1.0, 1.0, 1.0]), vec![stopped(4)], 5, Unknown);
}

#[test]
fn the_deal_weighs_neither_spend_nor_orders_of_an_excused_day() {
    // €500 a day: one good day, then four dead ones on which nobody could buy.
    let spend = values(&[9_000.0, 9_000.0, 9_000.0, 9_000.0, 9_000.0]);
    let deal = |orders: &[f64]| Days::default().with(Metric::Spend, 0, &spend).with(Metric::Orders, 0, &values(orders));
    let evidence = "evidence = \"balanced\"\nwindow = \"deal\"";
    check("cpa > target.cpa", evidence, &deal(&[2.0, 0.0, 0.0, 0.0, 0.0]), vec![], 5, Holds);
    let dead: Vec<Excuse> = (1..5).map(stopped).collect();
    check("cpa > target.cpa", evidence, &deal(&[2.0, 0.0, 0.0, 0.0, 0.0]), dead.clone(), 5, DoesNotHold);
    // The receipt says how much time and money it left out.
    let rule = rule("cpa > target.cpa", evidence);
    let judged =
        judge(&rule, &alma(), &with(dead), &deal(&[2.0, 0.0, 0.0, 0.0, 0.0]), &Memory::default(), day(5)).receipt;
    let used = &judged.comparisons[0].left.readings[0];
    let out = used.left_out.expect("something was left out");
    assert_eq!((out.secs, out.spend), (4 * 86_400, Some(36_000.0)));
    assert_eq!(judged.excused.len(), 4);
    let text = judged.canonical();
    assert_eq!(serde_json::from_str::<crate::rules::receipt::Receipt>(&text).expect("reads"), judged);
}

fn judged(
    when: &str,
    more: &str,
    days: &Days,
    excused: Vec<Excuse>,
    memory: &Memory,
    now: Timestamp,
) -> (Phase, Reason, Memory) {
    let judged = judge(&rule(when, more), &alma(), &with(excused), days, memory, now);
    (judged.phase_after, judged.receipt.reason, judged.memory)
}

#[test]
fn while_it_lasts_nothing_begins_and_what_began_in_it_is_closed() {
    let days = traded(&[4.0, 4.0, 4.0, 0.0]);
    let lasts = || vec![excuse(Cause::Shop, hour(3, 10), None)];
    let (when, hours) = ("cvr < 0.01", "window = \"24h\"");
    let quiet = Memory { version: 1, ..Memory::default() };
    let (phase, reason, _) = judged(when, hours, &days, lasts(), &quiet, day(4));
    assert_eq!((phase, reason), (Phase::Quiet, Reason::BrandCause));
    // What fired before anybody knew is closed, and holds no later fire back.
    let fired = judged(when, "window = \"24h\"\ncooldown = \"48h\"", &days, vec![], &quiet, day(4));
    assert_eq!((fired.0, fired.2.last_fired), (Phase::Firing, Some(day(4))));
    let (phase, reason, after) = judged(when, hours, &days, lasts(), &fired.2, day(4));
    assert_eq!((phase, reason, after.last_fired), (Phase::Resolved, Reason::BrandCause, None));
    assert_eq!(after.fires.map(|fires| fires.count), Some(0));
    // One that fired before it began is its creator's own.
    let before = Memory { last_fired: Some(day(2)), since: Some(day(2)), ..fired.2 };
    assert_eq!(judged(when, hours, &days, lasts(), &before, day(4)).0, Phase::Firing);
    // So is one that needs no order.
    let (phase, ..) = judged("views < 101", hours, &days, lasts(), &quiet, day(4));
    assert_eq!(phase, Phase::Firing);
}

#[test]
fn what_holds_without_the_excused_days_stays() {
    // Dead for a week, and the shop stops on the last day: the other six are bad enough.
    let days = traded(&[0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    let quiet = Memory { version: 1, ..Memory::default() };
    let (_, _, fired) = judged("cpa > target.cpa", "window = \"7d\"", &days, vec![], &quiet, day(7));
    let lasts = vec![excuse(Cause::Shop, hour(6, 10), None)];
    let (phase, ..) = judged("cpa > target.cpa", "window = \"7d\"", &days, lasts, &fired, day(7));
    assert_eq!(phase, Phase::Firing);
}

#[test]
fn pending_waits_only_in_time_that_counts() {
    let days = traded(&[0.0, 0.0, 0.0, 0.0]);
    let more = "window = \"1d\"\nfor = \"24h\"";
    let pending = Memory { phase: Phase::Pending, since: Some(day(3)), version: 1, ..Memory::default() };
    assert_eq!(judged("cvr < 0.01", more, &days, vec![], &pending, day(4)).0, Phase::Firing);
    // Four of the 24 hours do not count; the day itself was looked at before.
    let short = vec![excuse(Cause::Shop, hour(2, 22), Some(hour(3, 4)))];
    let (phase, ..) = judged("cvr < 0.01", more, &days, short.clone(), &pending, day(4));
    assert_eq!(phase, Phase::Pending, "the newest day is not there");
}

#[test]
fn a_cause_is_the_brands_and_nothing_good() {
    let with = |scope: &str, kind: &str| {
        let text = format!(
            "[[rule]]\nid = \"x\"\nkind = \"{kind}\"\nscope = \"{scope}\"\ncause = \"shop\"\nwhen = \"orders < 1\"\n"
        );
        parse_rules(&text, Some("rules.toml")).check().map_err(|errors| errors[0].to_string()).map(|_| ())
    };
    assert_eq!(with("brand", "stop_loss"), Ok(()));
    assert_eq!(with("campaign", "late"), Ok(()));
    insta::assert_snapshot!(with("partnership", "stop_loss").expect_err("refused"), @r#"rules.toml:5:9: one creator's numbers do not show what lies with the brand; write `scope = "brand"` or `scope = "campaign"`, or leave `cause` out"#);
    insta::assert_snapshot!(with("brand", "opportunity").expect_err("refused"), @r#"rules.toml:5:9: what goes well excuses nobody; write `kind = "stop_loss"`, or leave `cause` out"#);
    let text =
        "[[rule]]\nid = \"x\"\nkind = \"stop_loss\"\nscope = \"brand\"\ncause = \"weather\"\nwhen = \"orders < 1\"\n";
    let said = parse_rules(text, Some("rules.toml")).check().expect_err("refused")[0].to_string();
    assert!(said.contains("weather") && said.contains("pixel"), "{said}");
}

/// Rules of every form that need an order, and what stands beside it.
const RULES: [(&str, &str); 9] = [
    ("cpa > target.cpa", "window = \"7d\""),
    ("cpa > target.cpa && spend > money('150.00 EUR')", "window = \"7d\""),
    ("cvr < 0.03 && clicks >= 120", "window = \"3d\""),
    ("cvr < 0.5 * own(cvr)", ""),
    ("cvr < 0.03", "for = \"3 windows\""),
    ("orders < 0.5 * own(orders)", ""),
    ("orders < 3", "window = \"2d\""),
    ("cpa > target.cpa", "evidence = \"balanced\"\nwindow = \"deal\""),
    ("orders < 0.5 * prev(orders) || cvr < 0.02", "window = \"2d\""),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the numbers of an excused day are, the verdict is the same: nothing in it can hurt anybody. And while it
    /// lasts nothing fires at all.
    #[test]
    fn an_excused_day_never_changes_a_verdict_whatever_is_in_it(
        rows in proptest::collection::vec((0_u32..9, 0_u32..90, 0_u32..300), 12..18),
        other in proptest::collection::vec((0_u32..9, 0_u32..90, 0_u32..300), 18),
        out in proptest::collection::btree_set(0_usize..18, 0..6),
        which in 0..RULES.len(),
    ) {
        let column = |rows: &[(u32, u32, u32)], of: fn(&(u32, u32, u32)) -> u32| {
            rows.iter().map(|row| Some(f64::from(of(row)))).collect::<Vec<_>>()
        };
        let world = |rows: &[(u32, u32, u32)]| {
            let spend: Vec<Option<f64>> = rows.iter().map(|row| Some(f64::from(row.1) * 100.0)).collect();
            Days::default()
                .with(Metric::Orders, 0, &column(rows, |row| row.0))
                .with(Metric::Spend, 0, &spend)
                .with(Metric::Clicks, 0, &column(rows, |row| row.2))
        };
        let (when, more) = RULES[which];
        let rule = rule(when, more);
        let now = i64::try_from(rows.len()).expect("small");
        let days: Vec<i64> = out.iter().map(|day| i64::try_from(*day).expect("small")).collect();
        let context = with(days.iter().map(|day| stopped(*day)).collect());
        let changed: Vec<(u32, u32, u32)> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| if out.contains(&at) { other[at] } else { *row })
            .collect();
        let quiet = Memory { version: 1, ..Memory::default() };
        let before = judge(&rule, &alma(), &context, &world(&rows), &quiet, day(now));
        let after = judge(&rule, &alma(), &context, &world(&changed), &quiet, day(now));
        prop_assert_eq!((before.verdict, before.phase_after), (after.verdict, after.phase_after));
        // A day that nobody could know is none to count either: it never fires where the others alone would not.
        let lasts = with(vec![excuse(Cause::Shop, hour(now - 1, 10), None)]);
        let silent = judge(&rule, &alma(), &lasts, &world(&rows), &quiet, day(now));
        prop_assert_eq!(silent.phase_after, Phase::Quiet);
    }
}
