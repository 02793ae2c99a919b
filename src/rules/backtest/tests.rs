use super::*;
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::rules::guards::Switches;
use crate::rules::history::History;

const VIEWS: Want = Want { metric: Metric::Views, platform: None };
const HOUR: i64 = 3_600;
/// 2026-06-01.
const START: i64 = 1_780_272_000;

fn alma() -> Subject {
    "creator/alma".parse().expect("a subject")
}

/// A day per number: how many views it brought; polled a minute before each midnight. `None` = not polled.
fn history(days: &[Option<i64>]) -> History {
    let mut history = History::new(Switches::off());
    let mut total = 0;
    let polls = std::iter::once(&Some(1_000)).chain(days);
    for (day, views) in (0..).zip(polls) {
        let Some(views) = views else { continue };
        total += views;
        let at = instant(day * 24 * HOUR - 60);
        let sample = Sample {
            series: SeriesKey { subject: alma(), metric: Metric::Views, platform: Platform::Youtube },
            value: total,
            currency: None,
            form: Form::Total { at },
            known_at: at,
            provisional: false,
            self_reported: false,
        };
        history.append_poll(&[sample], &[], at);
    }
    history
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).expect("an instant")
}

fn low(readings: &dyn Readings, subject: &Subject, look: Look) -> Verdict {
    match readings.over(subject, VIEWS, look.window).reading {
        Reading::Value(views) => Verdict::known(views < 50.0),
        Reading::Absent(_) => Verdict::Unknown,
    }
}

fn half_of_own(readings: &dyn Readings, subject: &Subject, look: Look) -> Verdict {
    let day = Window::Days(1);
    let own = own(readings, subject, VIEWS, day, SignedDuration::from_hours(3 * 24), look.first, &Frame::utc());
    match (readings.over(subject, VIEWS, look.window).reading, own.reading) {
        (Reading::Value(views), Reading::Value(own)) => Verdict::known(views < 0.5 * own),
        _ => Verdict::Unknown,
    }
}

type When = fn(&dyn Readings, &Subject, Look) -> Verdict;

fn replay(when: &dyn Condition) -> Replay<'_> {
    Replay {
        rule: "r".parse().expect("an id"),
        window: Window::Days(1),
        hold: Hold::Windows(1),
        cooldown: None,
        judge: Judge::Nobody,
        when,
    }
}

fn report(rule: Replay<'_>, days: &[Option<i64>]) -> RuleReport {
    let history = history(days);
    let polls = history.instants(|_| true);
    let subjects = [alma()];
    let stage =
        Stage { subjects: &subjects, frame: &|_| Frame::utc(), polls: &polls, after: None, until: None, threads: 1 };
    let heard = Mutex::new(Vec::new());
    let mut reports =
        backtest(&[rule], &stage, &history.view(), &|done, of| heard.lock().expect("one").push((done, of))).rules;
    assert_eq!(*heard.lock().expect("one"), [(1, 1)]);
    reports.remove(0)
}

/// The days (counted from 1) at whose end the rule fires, with the outcome's first letter.
fn fires(rule: Replay<'_>, days: &[Option<i64>]) -> Vec<String> {
    let fires = report(rule, days).fires;
    fires
        .iter()
        .map(|fire| {
            let day = fire.at.duration_since(instant(0)).as_hours() / 24;
            let outcome = match fire.outcome {
                Outcome::Right => " right",
                Outcome::Wrong => " wrong",
                Outcome::Open => "",
            };
            format!("{day}{outcome}")
        })
        .collect()
}

fn some(days: &[i64]) -> Vec<Option<i64>> {
    days.iter().copied().map(Some).collect()
}

#[test]
fn every_day_on_which_it_holds_is_a_fire_and_the_last_day_is_over() {
    assert_eq!(fires(replay(&(low as When)), &some(&[90, 10, 10, 90, 10])), ["2", "3", "5"]);
}

#[test]
fn a_cooldown_includes_its_last_instant() {
    let days = some(&[10, 10, 10, 10, 10, 10]);
    let with =
        |hours| fires(Replay { cooldown: Some(SignedDuration::from_hours(hours)), ..replay(&(low as When)) }, &days);
    assert_eq!(with(23), ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(with(24), ["1", "3", "5"]);
    assert_eq!(with(47), ["1", "3", "5"]);
    assert_eq!(with(48), ["1", "4"]);
}

#[test]
fn every_one_of_k_windows_must_hold_and_absent_never_does() {
    let twice = |days: &[Option<i64>]| fires(Replay { hold: Hold::Windows(2), ..replay(&(low as When)) }, days);
    assert_eq!(twice(&some(&[10, 10, 10, 90, 10, 10])), ["2", "3", "6"]);
    let mut gap = some(&[10, 10, 0, 10, 10, 10]);
    gap[2] = None;
    assert_eq!(twice(&gap), ["2", "6"], "the days 3 and 4 touch the missing poll");
}

#[test]
fn a_slump_is_not_its_own_yardstick() {
    let days = some(&[100, 100, 100, 100, 40, 40, 40, 40]);
    let with = |windows| fires(Replay { hold: Hold::Windows(windows), ..replay(&(half_of_own as When)) }, &days);
    assert_eq!(with(1), ["5", "6"], "from the seventh day on the median has sunk");
    assert_eq!(with(2), ["6", "7"], "own is taken before the first of the two");
}

#[test]
fn a_duration_asks_for_an_unbroken_hold() {
    let lasting = |days: &[Option<i64>], hours| {
        fires(Replay { hold: Hold::Lasting(SignedDuration::from_hours(hours)), ..replay(&(low as When)) }, days)
    };
    assert_eq!(lasting(&some(&[10, 10, 10, 90, 10, 10]), 48), ["3"]);
    assert_eq!(lasting(&some(&[10, 10, 10, 90, 10, 10]), 24), ["2", "3", "6"]);
}

#[test]
fn a_fall_is_wrong_when_the_next_week_is_as_good_as_before() {
    let judged = |after: [i64; 7]| {
        let mut days = some(&[100, 100, 100, 10]);
        days.extend(some(&after));
        let rule = Replay {
            judge: Judge::Fall { want: VIEWS, own: SignedDuration::from_hours(3 * 24), windows: HORIZON, rises: false },
            ..replay(&(half_of_own as When))
        };
        fires(rule, &days).remove(0)
    };
    assert_eq!(judged([100; 7]), "4 wrong", "as good as own is good enough");
    assert_eq!(judged([99; 7]), "4 right");
    assert_eq!(judged([0, 0, 0, 0, 0, 0, 700]), "4 wrong", "it is the mean");
}

/// Low days, worth something, of which the first was right and the second wrong.
struct Priced;

fn day_of(look: Look) -> i64 {
    look.window.until.duration_since(instant(0)).as_hours() / 24
}

impl Condition for Priced {
    fn holds(&self, readings: &dyn Readings, subject: &Subject, look: Look, _scratch: &mut Scratch) -> Verdict {
        low(readings, subject, look)
    }

    fn worth(&self, _readings: &dyn Readings, _subject: &Subject, look: Look, _scratch: &mut Scratch) -> Worth {
        let eur = |minor| Money::new(minor, "EUR".parse().expect("a currency"));
        Worth {
            e_value: Some(20.123_456_789),
            spent: Some(eur(27_000)),
            saved: Some(eur(if day_of(look) == 1 { 5_000 } else { -700 })),
        }
    }
}

impl Outcomes for Priced {
    fn outcome(&self, _readings: &dyn Readings, _subject: &Subject, look: Look, _end: Timestamp) -> Outcome {
        match day_of(look) {
            1 | 3 => Outcome::Right,
            2 => Outcome::Wrong,
            _ => Outcome::Open,
        }
    }
}

#[test]
fn a_subject_is_stopped_once() {
    let rule = Replay { judge: Judge::By(&Priced), ..replay(&Priced) };
    let report = report(rule, &some(&[10, 90, 10]));
    assert_eq!(report.fires.len(), 2);
    assert_eq!(report.saved.map(|saved| saved.minor), Some(5_000), "the second is a part of the first");
}

#[test]
fn a_rise_is_wrong_when_the_next_week_is_as_low_as_before() {
    let when: When = |readings, subject, look| !low(readings, subject, look);
    let judged = |after: i64| {
        let mut days = some(&[10, 10, 10, 100]);
        days.extend(some(&[after; 7]));
        let own = SignedDuration::from_hours(3 * 24);
        let rule = Replay { judge: Judge::Fall { want: VIEWS, own, windows: HORIZON, rises: true }, ..replay(&when) };
        fires(rule, &days).remove(0)
    };
    assert_eq!(judged(10), "4 wrong");
    assert_eq!(judged(11), "4 right");
}

#[test]
fn the_report_does_not_depend_on_who_works_on_it() {
    let subjects: Vec<Subject> = (0..40).map(|n| format!("creator/c{n:02}").parse().expect("a subject")).collect();
    let mut history = History::new(Switches::off());
    for day in 0..20_i64 {
        let at = instant(day * 24 * HOUR - 60);
        let said = |(n, subject): (i64, &Subject)| Sample {
            series: SeriesKey { subject: subject.clone(), metric: Metric::Views, platform: Platform::Youtube },
            value: day * 40 + (day * 7 + n * 13) % 31 * 3,
            currency: None,
            form: Form::Total { at },
            known_at: at,
            provisional: false,
            self_reported: false,
        };
        let samples: Vec<Sample> = (0..).zip(&subjects).map(said).collect();
        history.append_poll(&samples, &[], at);
    }
    let polls = history.instants(|_| true);
    let (one, two): (When, When) = (low, half_of_own);
    let with = |threads| {
        let stage =
            Stage { subjects: &subjects, frame: &|_| Frame::utc(), polls: &polls, after: None, until: None, threads };
        backtest(&[replay(&one), replay(&two)], &stage, &history.view(), &|_, _| {})
    };
    let alone = with(1);
    assert!(100 < alone.rules[0].fires.len());
    for threads in [0, 2, 3, 100] {
        assert_eq!(with(threads), alone, "{threads} threads");
    }
}

#[test]
fn the_report_is_the_contract() {
    let rule = Replay { judge: Judge::By(&Priced), ..replay(&Priced) };
    let report = BacktestReport { rules: vec![report(rule, &some(&[10, 10, 90]))] };
    insta::assert_snapshot!(serde_json::to_string(&report).expect("JSON"), @r#"{"rules":[{"rule":"r","subjects":1,"fires":[{"subject":"creator/alma","at":"2026-06-02T00:00:00Z","e_value":20.1235,"spent":{"minor":27000,"currency":"EUR"},"saved":{"minor":5000,"currency":"EUR"},"outcome":"right"},{"subject":"creator/alma","at":"2026-06-03T00:00:00Z","e_value":20.1235,"spent":{"minor":27000,"currency":"EUR"},"saved":{"minor":-700,"currency":"EUR"},"outcome":"wrong"}],"wrong_share":0.5,"saved":{"minor":5000,"currency":"EUR"},"lost":{"minor":700,"currency":"EUR"}}]}"#);
    let report = BacktestReport { rules: vec![report_of_nothing()] };
    insta::assert_snapshot!(serde_json::to_string(&report).expect("JSON"), @r#"{"rules":[{"rule":"r","subjects":1,"fires":[{"subject":"creator/alma","at":"2026-06-03T00:00:00Z","e_value":null,"spent":null,"saved":null,"outcome":"open"}],"wrong_share":null,"saved":null,"lost":null}]}"#);
}

fn report_of_nothing() -> RuleReport {
    let when: When = low;
    report(replay(&when), &some(&[90, 10]))
}

#[test]
fn who_was_never_seen_is_not_counted_and_posts_end_with_each_poll() {
    let when: When = |_, _, look| {
        assert_eq!(look.window.from, instant(-60), "from the first observation");
        Verdict::known(look.window.until > instant(24 * HOUR))
    };
    let rule = Replay { window: Window::LastPosts(3), ..replay(&when) };
    assert_eq!(report(rule, &some(&[1, 1])).fires.len(), 1);
    let never: When = |_, _, _| Verdict::Unknown;
    assert_eq!(report(replay(&never), &some(&[1, 1])).subjects, 0);
}

#[test]
fn a_day_that_polls_have_not_seen_the_end_of_is_not_judged() {
    let history = history(&some(&[10, 10, 10]));
    let when: When = low;
    let days_until = |hour: i64| {
        let polls: Vec<Timestamp> = (0..=hour).map(|hour| instant(hour * HOUR)).collect();
        let subjects = [alma()];
        let stage = Stage {
            subjects: &subjects,
            frame: &|_| Frame::utc(),
            polls: &polls,
            after: None,
            until: None,
            threads: 1,
        };
        let report = backtest(&[replay(&when)], &stage, &history.view(), &|_, _| {});
        report.rules[0].fires.len()
    };
    assert_eq!([59, 70, 71, 72].map(days_until), [2, 2, 3, 3]);
}
