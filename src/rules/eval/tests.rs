//! Verdicts over a small world of days, and the laws of three-valued logic through the evaluator.

use std::cell::Cell;
use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::domain::ids::{Platform, PostRef, Subject};
use crate::domain::metric::{Kind, Metric};
use crate::domain::sample::Absence;
use crate::domain::verdict::Verdict::{DoesNotHold, Holds, Unknown};
use crate::rules::check::{CheckedRule, check};
use crate::rules::judge::Context;
use crate::rules::language;
use crate::rules::lower::Lowering;
use crate::rules::readings::{Readings, Want};
use crate::rules::rule::Rule;
use crate::rules::window::Frame;

/// One subject, a value or an absence per metric and day. Spans are summed by the days that begin in them.
#[derive(Default)]
pub(in crate::rules) struct Days {
    values: BTreeMap<(Metric, i64), Reading>,
    begins: i64,
    pub(in crate::rules) reads: Cell<u32>,
}

impl Days {
    pub(in crate::rules) fn with(mut self, metric: Metric, first: i64, values: &[Option<f64>]) -> Self {
        for (day, value) in (first..).zip(values) {
            let reading = value.map_or(Reading::Absent(Absence::Hidden), Reading::Value);
            self.values.insert((metric, day), reading);
        }
        self
    }

    pub(in crate::rules) fn beginning(mut self, day: i64) -> Self {
        self.begins = day;
        self
    }
}

pub(in crate::rules) fn day(day: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day)
}

impl Readings for Days {
    #[expect(clippy::only_used_in_recursion, reason = "this world has one subject")]
    fn over(&self, subject: &Subject, want: Want, span: Span) -> Seen {
        self.reads.set(self.reads.get() + 1);
        if want.platform == Some(Platform::Deal) {
            return Seen { reading: Reading::Absent(Absence::NotYet), n: 0, newest: None };
        }
        if let Kind::Derived { .. } = want.metric.kind() {
            let parts: Option<Vec<f64>> = want
                .metric
                .parts()
                .into_iter()
                .map(|metric| self.over(subject, Want { metric, ..want }, span).reading.value())
                .collect();
            let value = parts.and_then(|parts| want.metric.work_out(&parts));
            return Seen {
                reading: value.map_or(Reading::Absent(Absence::NotYet), Reading::Value),
                n: 1,
                newest: Some(span.until),
            };
        }
        let days: Vec<&Reading> = self
            .values
            .iter()
            .filter(|((metric, at), _)| *metric == want.metric && span.from <= day(*at) && day(*at) < span.until)
            .map(|(_, reading)| reading)
            .collect();
        let absent = days.iter().find(|reading| reading.value().is_none());
        let reading = match (absent, days.is_empty()) {
            (Some(absent), _) => **absent,
            (None, true) => Reading::Absent(Absence::NotYet),
            (None, false) => Reading::Value(days.iter().filter_map(|reading| reading.value()).sum()),
        };
        Seen { reading, n: u32::try_from(days.len()).unwrap_or(0), newest: Some(span.until) }
    }

    fn over_posts(&self, posts: &[(Platform, PostRef)], _want: Want, _until: Timestamp) -> Seen {
        let sum = posts.iter().filter_map(|post| post.1.as_str().parse::<f64>().ok()).sum();
        Seen { reading: Reading::Value(sum), n: u32::try_from(posts.len()).unwrap_or(0), newest: None }
    }

    fn newest_posts(&self, _subject: &Subject, _until: Timestamp, n: usize) -> Vec<(Platform, PostRef)> {
        ["50", "40", "30", "20", "10"]
            .into_iter()
            .take(n)
            .map(|id| (Platform::Youtube, PostRef::new(id).expect("an id")))
            .collect()
    }

    fn begins(&self, _subject: &Subject, _want: Want) -> Option<Timestamp> {
        Some(day(self.begins))
    }

    fn newest(&self, _subject: &Subject, want: Want, until: Timestamp) -> Option<Timestamp> {
        let last = self.values.keys().rfind(|(metric, at)| *metric == want.metric && day(*at) < until)?;
        Some(day(last.1))
    }
}

pub(in crate::rules) fn alma() -> Subject {
    "creator/alma".parse().expect("a subject")
}

pub(in crate::rules) fn context() -> Context {
    Context {
        frame: Frame {
            zone: TimeZone::UTC,
            lag: SignedDuration::ZERO,
            deal: Some(Span { from: day(0), until: day(1_000) }),
        },
        targets: BTreeMap::from([(Metric::Cpa, 4_500.0)]),
        currency: Some("EUR".parse().expect("a currency")),
        ..Context::default()
    }
}

/// A rule over one day with a week of own history, and whatever else is said.
pub(in crate::rules) fn rule(when: &str, more: &str) -> CheckedRule {
    let text = format!(
        "id = \"slump\"\nkind = \"stop_loss\"\nscope = \"creator\"\nwhen = \"{when}\"\nown = \"7d\"\nwindow = \"1d\"\n"
    );
    let text = if more.contains("window =") { text.replace("window = \"1d\"\n", "") + more } else { text + more };
    let rule: Rule = toml::from_str(&text).expect("a rule");
    check(&rule).map_err(|errors| errors[0].to_string()).expect("a good rule")
}

#[track_caller]
fn check_at(days: &Days, rule: &CheckedRule, now: i64, want: Verdict) {
    let got = rule.verdict_only(&alma(), &context(), days, day(now), &mut Scratch::default());
    assert_eq!(got, want, "on day {now}");
}

fn steady(last: &[Option<f64>]) -> Days {
    let mut values = vec![Some(1_000.0); 10];
    values.extend_from_slice(last);
    Days::default().with(Metric::Views, 0, &values)
}

const SLUMP: &str = "views < 0.25 * own(views) && own(views) >= 100";

#[test]
fn a_slump_against_ones_own_median_holds() {
    let one = rule(SLUMP, "");
    check_at(&steady(&[Some(200.0)]), &one, 11, Holds);
    check_at(&steady(&[Some(250.0)]), &one, 11, DoesNotHold);
    check_at(&steady(&[None]), &one, 11, Unknown);
    check_at(&steady(&[]), &one, 11, Unknown);
}

#[test]
fn two_windows_share_the_yardstick_before_the_first() {
    let two = rule(SLUMP, "for = \"2 windows\"");
    check_at(&steady(&[Some(200.0), Some(200.0)]), &two, 12, Holds);
    check_at(&steady(&[Some(200.0), Some(200.0)]), &two, 11, DoesNotHold);
    check_at(&steady(&[Some(200.0), None]), &two, 12, Unknown);
    // Were the first slump part of the yardstick of the second, a median of two days would move far.
    let short = rule(SLUMP, "for = \"2 windows\"").rule().clone();
    let short = check(&Rule { own: "2d".parse().expect("a length"), ..short }).expect("a good rule");
    check_at(&steady(&[Some(10.0), Some(240.0)]), &short, 12, Holds);
}

#[test]
fn own_needs_its_whole_length_inside_the_history_and_skips_what_is_absent() {
    let one = rule(SLUMP, "");
    check_at(&steady(&[Some(200.0)]).beginning(3), &one, 11, Holds);
    check_at(&steady(&[Some(200.0)]).beginning(4), &one, 11, Unknown);
    let gaps = Days::default()
        .with(Metric::Views, 3, &[None, None, Some(900.0), None, Some(1_100.0), None, None])
        .with(Metric::Views, 10, &[Some(249.0)]);
    check_at(&gaps, &one, 11, Holds);
    let nothing = Days::default().with(Metric::Views, 3, &[None; 7]).with(Metric::Views, 10, &[Some(1.0)]);
    check_at(&nothing, &one, 11, Unknown);
}

#[test]
fn prev_is_the_window_before() {
    let halved = rule("views < 0.5 * prev(views)", "");
    check_at(&steady(&[Some(499.0)]), &halved, 11, Holds);
    check_at(&steady(&[Some(500.0)]), &halved, 11, DoesNotHold);
    let week = rule("views < 0.5 * prev(views)", "window = \"2d\"");
    check_at(&steady(&[Some(10.0), Some(20.0)]), &week, 12, Holds);
}

#[test]
fn hours_roll_to_the_last_poll_and_not_past_it() {
    let hours = rule("views < 0.5 * prev(views)", "window = \"24h\"");
    let ctx = context();
    let judged = |days: &Days, now| hours.verdict_only(&alma(), &ctx, days, now, &mut Scratch::default());
    let halved = Days::default().with(Metric::Views, 0, &[Some(100.0), Some(40.0), Some(90.0)]);
    let noon = SignedDuration::from_hours(12);
    // The last poll was at the beginning of day 2: days 1 and 0 are compared until the next one, for at most a day.
    assert_eq!(judged(&halved, day(2) + noon), Holds);
    assert_eq!(judged(&halved, day(3)), Holds);
    assert_eq!(judged(&halved, day(3) + noon), Unknown);
}

#[test]
fn posts_go_by_publish_time() {
    let posts = rule("views > prev(views)", "window = \"last 2 posts\"");
    check_at(&Days::default(), &posts, 1, Holds);
    let many = rule("views > prev(views)", "window = \"last 3 posts\"");
    check_at(&Days::default(), &many, 1, Unknown);
}

#[test]
fn money_is_compared_in_minor_units_of_one_currency() {
    let days = Days::default().with(Metric::Spend, 0, &[Some(27_000.0)]).with(Metric::Orders, 0, &[Some(1.0)]);
    let deal = "window = \"deal\"";
    check_at(&days, &rule("cpa > target.cpa && spend > money('100.00 EUR')", deal), 1, Holds);
    check_at(&days, &rule("spend > money('270.00 EUR')", deal), 1, DoesNotHold);
    check_at(&days, &rule("spend > money('1.00 SEK')", deal), 1, Unknown);
    check_at(&days, &rule("spend / target.cpa == 6", deal), 1, Holds);
    check_at(&days, &rule("spend > target.spend", deal), 1, Unknown);
    let krona: Currency = "SEK".parse().expect("a currency");
    let error = rule("spend > money('1.00 EUR')", deal).check_currency(krona).expect_err("another currency");
    insta::assert_snapshot!(error, @"when: the rule is written in EUR and its subject is kept in SEK; write the amount in SEK, or limit the rule with `where`");
}

#[test]
fn a_line_divided_by_zero_is_absent() {
    let days = Days::default().with(Metric::Likes, 0, &[Some(5.0)]).with(Metric::Views, 0, &[Some(0.0)]);
    check_at(&days, &rule("likes / views > 0.1", ""), 1, Unknown);
    check_at(&days, &rule("likes / views > 0.1 && likes > 9", ""), 1, DoesNotHold);
    check_at(&days, &rule("likes / views > 0.1 || likes > 4", ""), 1, Holds);
}

#[test]
fn what_is_named_twice_is_read_once_and_what_cannot_decide_is_not_read() {
    let days = steady(&[Some(200.0)]);
    check_at(&days, &rule(SLUMP, ""), 11, Holds);
    assert_eq!(days.reads.get(), 8);
    let days = steady(&[Some(200.0)]);
    check_at(&days, &rule("views > 1e9 && prev(views) > 1", ""), 11, DoesNotHold);
    assert_eq!(days.reads.get(), 1);
}

/// Answers from a table: the metric's place in it.
struct Fixed<'a>(&'a BTreeMap<Metric, Result<f64, Gap>>);

impl Lookup for Fixed<'_> {
    fn posts(&mut self, _tested: &crate::rules::evidence::tested::Tested) -> Result<Vec<Vec<f64>>, Gap> {
        Err(Gap::NoWindow)
    }

    fn luck(&self) -> (crate::rules::evidence::Luck, crate::rules::evidence::Prior) {
        (crate::rules::evidence::Luck::Alike, crate::rules::evidence::Prior::UNLEARNED)
    }

    fn answer(&mut self, _slot: usize, input: Input) -> Answer {
        Answer {
            value: self.0.get(&input.want.metric).copied().unwrap_or(Err(Gap::NotYet)),
            n: 1,
            newest: None,
            span: None,
            fresh: None,
            basis: None,
        }
    }

    fn currency(&self) -> Option<Currency> {
        None
    }
}

fn evaluated(text: &str, table: &BTreeMap<Metric, Result<f64, Gap>>) -> Verdict {
    let mut lowering = Lowering::default();
    let node = language::parse(text).expect("a condition");
    let cond = lowering.cond(&node).expect("a good condition");
    verdict(&cond, &lowering.inputs, &mut Fixed(table))
}

/// Conditions over a few counters, small enough to be often equal.
fn conditions() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just("views".to_owned()),
        Just("likes".to_owned()),
        Just("orders".to_owned()),
        (0_u32..4).prop_map(|n| n.to_string()),
    ];
    let comparison = (number.clone(), prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]), number)
        .prop_map(|(left, operator, right)| format!("{left} {operator} {right}"));
    comparison.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            inner.prop_map(|inner| format!("!({inner})")),
        ]
    })
}

fn tables() -> impl Strategy<Value = BTreeMap<Metric, Result<f64, Gap>>> {
    let value = prop_oneof![Just(Err(Gap::Hidden)), (0_u8..4).prop_map(|n| Ok(f64::from(n)))];
    (value.clone(), value.clone(), value).prop_map(|(views, likes, orders)| {
        BTreeMap::from([(Metric::Views, views), (Metric::Likes, likes), (Metric::Orders, orders)])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn de_morgan_and_double_negation_hold_with_absent_numbers(a in conditions(), b in conditions(), table in tables()) {
        let of = |text: String| evaluated(&text, &table);
        prop_assert_eq!(of(format!("!({a} && {b})")), of(format!("!({a}) || !({b})")));
        prop_assert_eq!(of(format!("!({a} || {b})")), of(format!("!({a}) && !({b})")));
        prop_assert_eq!(of(format!("!(!({a}))")), of(a.clone()));
        prop_assert_eq!(of(format!("({a}) && ({b})")), of(a.clone()).and(of(b.clone())));
        prop_assert_eq!(of(format!("({a}) || ({b})")), of(a).or(of(b)));
    }

    #[test]
    fn what_is_known_stays_so_when_more_is_known(text in conditions(), table in tables(), n in 0_u8..4) {
        let before = evaluated(&text, &table);
        let filled = table.into_iter().map(|(metric, value)| (metric, Ok(value.unwrap_or(f64::from(n))))).collect();
        let after = evaluated(&text, &filled);
        prop_assert!(before == Unknown || before == after, "{text}: {before:?} then {after:?}");
        prop_assert!(after != Unknown);
    }

    #[test]
    fn absent_never_fires(last in prop::collection::vec(prop::option::of(0_u8..=255), 1..4), windows in 1_u32..4) {
        let values: Vec<Option<f64>> = last.iter().map(|value| value.map(f64::from)).collect();
        let days = steady(&values);
        let now = 10 + i64::try_from(values.len()).expect("small");
        let rule = rule(SLUMP, &format!("for = \"{windows} windows\""));
        let got = rule.verdict_only(&alma(), &context(), &days, day(now), &mut Scratch::default());
        let newest: Vec<&Option<f64>> = values.iter().rev().take(windows as usize).collect();
        if newest.iter().any(|value| value.is_none()) {
            prop_assert_ne!(got, Holds);
        }
    }
}
