//! Fires about money: what came of them, and what they were worth.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::ruled::{Way, complete, replay};
use super::{Case, Outcome, RuleReport};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::rules::evidence::Luck;
use crate::rules::file::parse_rules;
use crate::rules::guards::Switches;
use crate::rules::history::History;
use crate::rules::judge::Context;
use crate::rules::readings::Span;
use crate::rules::window::Frame;

fn day(number: i64) -> Timestamp {
    "2026-06-01T00:00:00Z".parse::<Timestamp>().expect("an instant") + SignedDuration::from_hours(24 * number)
}

fn eur() -> Currency {
    "EUR".parse().expect("a currency")
}

fn alma() -> Subject {
    "partnership/spring/alma".parse().expect("a subject")
}

/// Spend in euros and orders, by the day.
fn history(days: &[(i64, i64)]) -> History {
    let mut samples = Vec::new();
    for (number, (spend, orders)) in (0..).zip(days) {
        for (metric, platform, value, currency) in [
            (Metric::Spend, Platform::MetaAds, spend * 100, Some(eur())),
            (Metric::Orders, Platform::Shop, *orders, None),
        ] {
            samples.push(Sample {
                series: SeriesKey { subject: alma(), metric, platform },
                value,
                currency,
                form: Form::Amount { from: day(number), until: day(number + 1) },
                known_at: day(number + 1),
                provisional: false,
                self_reported: false,
            });
        }
    }
    let mut history = History::new(Switches::off());
    drop(history.append_all(samples));
    history
}

/// A deal of so many days, with 45 EUR an order as its target and 14 days of attribution.
fn deal(days: i64) -> Case {
    Case {
        context: Context {
            frame: Frame { deal: Some(Span { from: day(0), until: day(days) }), ..Frame::utc() },
            targets: BTreeMap::from([(Metric::Cpa, 4_500.0)]),
            currency: Some(eur()),
            luck: Luck::Alike,
            ..Context::default()
        },
        order_margin: None,
        attribution: SignedDuration::from_hours(14 * 24),
        named: BTreeMap::new(),
    }
}

fn report(rule: &str, case: Case, days: &[(i64, i64)]) -> RuleReport {
    let text = format!("[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"partnership\"\n{rule}\n");
    let rules = parse_rules(&text, None).check().expect("a good rule");
    let history = history(days);
    let mut cases = BTreeMap::from([(alma(), case)]);
    complete(&mut cases, &history);
    let way = Way { guards: Switches::off(), after: None, until: None, threads: 1 };
    replay(&rules, &cases, &history, way, &|_, _| {}).rules.remove(0)
}

/// Each fire as day, outcome, spent and saved in euros.
fn told(rule: &str, case: Case, days: &[(i64, i64)]) -> Vec<String> {
    let minor = |money: Option<Money>| money.map_or("-".to_owned(), |money| (money.minor / 100).to_string());
    let fires = report(rule, case, days).fires;
    fires
        .iter()
        .map(|fire| {
            let day = fire.at.duration_since(day(0)).as_hours() / 24;
            let outcome = match fire.outcome {
                Outcome::Right => "right",
                Outcome::Wrong => "wrong",
                Outcome::Open => "open",
            };
            format!("{day} {outcome} spent {} saved {}", minor(fire.spent), minor(fire.saved))
        })
        .collect()
}

const FIRST: &str =
    "when = \"cpa > target.cpa && spend >= money('200.00 EUR')\"\nwindow = \"deal\"\ncooldown = \"90d\"";

/// Four days without much, then orders that come late, then silence for the attribution.
fn late(orders: i64, after: usize) -> Vec<(i64, i64)> {
    let mut days = vec![(100, 1), (100, 0), (100, 0), (100, 1), (0, orders)];
    days.resize(4 + after, (0, 0));
    days
}

#[test]
fn a_fire_is_judged_when_attribution_has_closed_and_not_before() {
    assert_eq!(told(FIRST, deal(4), &late(0, 14)), ["2 right spent 200 saved 155"]);
    // Ten orders on 400 euros: it met its limit in the end.
    assert_eq!(told(FIRST, deal(4), &late(8, 14)), ["2 wrong spent 200 saved -205"]);
    assert_eq!(told(FIRST, deal(4), &late(8, 13)), ["2 open spent 200 saved -205"]);
    let report = report(FIRST, deal(4), &late(8, 14));
    assert_eq!((report.wrong_share, report.saved), (Some(1.0), None));
    assert_eq!(report.lost, Some("205.00 EUR".parse().expect("money")));
}

#[test]
fn evidence_is_judged_by_what_it_tests_and_tells_its_e_value() {
    let rule = "when = \"cpa > target.cpa\"\nevidence = \"balanced\"\ncooldown = \"90d\"";
    let mut days = vec![(200, 0), (200, 0), (200, 0)];
    days.resize(20, (0, 0));
    let report = report(rule, deal(3), &days);
    let fire = &report.fires[0];
    // Nothing on 4.44 times the limit: (e^s - 1)/s.
    let s: f64 = 200.0 / 45.0;
    assert!(fire.e_value.is_some_and(|e| (e / ((s.exp() - 1.0) / s) - 1.0).abs() < 1e-5), "{:?}", fire.e_value);
    assert_eq!(told(rule, deal(3), &days), ["1 right spent 200 saved 400"]);
}

#[test]
fn what_an_order_is_worth_is_the_brands_the_deals_or_the_rules_and_never_a_guess() {
    let margin = Case { order_margin: Some("20.00 EUR".parse().expect("money")), ..deal(4) };
    assert_eq!(told(FIRST, margin, &late(0, 14)), ["2 right spent 200 saved 180"]);
    let mut without = deal(4);
    without.context.targets.clear();
    let literal = FIRST.replace("target.cpa", "money('30.00 EUR')");
    assert_eq!(told(&literal, without.clone(), &late(0, 14)), ["2 right spent 200 saved 170"]);
    let clicks = "when = \"spend > money('150.00 EUR')\"\nwindow = \"deal\"\ncooldown = \"90d\"";
    assert_eq!(told(clicks, without, &late(0, 14)), ["2 open spent 200 saved -"], "nobody says what an order is worth");
}

#[test]
fn a_rule_without_documents_takes_all_numbers_as_one_deal() {
    let rule =
        "when = \"cpa > money('45.00 EUR') && spend >= money('200.00 EUR')\"\nwindow = \"7d\"\ncooldown = \"90d\"";
    let plain = Case { context: Context { luck: Luck::Alike, ..Context::default() }, ..Case::default() };
    let mut days = vec![(20, 1); 7];
    days.extend(vec![(60, 0); 7]);
    assert_eq!(told(rule, plain.clone(), &days), ["10 right spent 320 saved 240"]);
    days.extend(vec![(60, 3); 7]);
    assert_eq!(told(rule, plain, &days), ["10 wrong spent 320 saved -285"]);
}

#[test]
fn a_rule_may_say_by_what_it_is_judged_and_when() {
    let mut days = vec![(100, 1), (100, 0)];
    days.extend(vec![(100, 3); 7]);
    days.extend(vec![(100, 0); 30]);
    let judged = |horizon: &str| {
        let rule = format!("{FIRST}\njudge = {{ metric = \"cpa\", horizon = \"{horizon}\" }}");
        told(&rule, deal(60), &days).remove(0).split(' ').nth(1).map(str::to_owned)
    };
    assert_eq!(judged("7d").as_deref(), Some("wrong"), "33 an order in the week after");
    assert_eq!(judged("30d").as_deref(), Some("right"), "143 in the month");
    assert_eq!(judged("50d").as_deref(), Some("open"));
    // A metric that the rule does not compare, against the deal's target for it.
    let mut case = deal(60);
    case.context.targets.insert(Metric::Roas, 2.0);
    let by_roas = format!("{FIRST}\njudge = {{ metric = \"roas\", horizon = \"7d\" }}");
    assert!(told(&by_roas, case, &days)[0].contains("open"), "no revenue was ever stated");
}
