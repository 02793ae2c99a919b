//! The phases as tables: what is said hour by hour, and what comes of it.

use proptest::prelude::*;

use super::*;
use crate::domain::verdict::Verdict::{self, DoesNotHold, Holds, Unknown};

const PLAIN: Timing =
    Timing { hold: SignedDuration::ZERO, cooldown: None, max_per_day: None, on_absent: OnAbsent::Hold, version: 1 };

fn at(hour: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour)
}

fn signals(when: Verdict, recover: Verdict) -> Signals {
    let both = |verdict| Sweep { all: verdict, newest: verdict };
    Signals { selected: true, when: both(when), recover: both(recover), blame: Blame::default() }
}

fn step(timing: Timing, memory: &Memory, hour: i64, verdict: Verdict) -> Step {
    let day = at(hour).to_zoned(jiff::tz::TimeZone::UTC).date();
    advance(timing, memory, signals(verdict, !verdict), at(hour), day)
}

/// One letter an hour: `+` holds, `-` does not, `?` unknown. The answer has a letter an hour: `q p f c r`.
fn story(timing: Timing, said: &str) -> (String, Memory) {
    let mut memory = Memory { version: 1, ..Memory::default() };
    let mut phases = String::new();
    for (hour, letter) in (0..).zip(said.chars()) {
        let verdict = match letter {
            '+' => Holds,
            '-' => DoesNotHold,
            _ => Unknown,
        };
        memory = step(timing, &memory, hour, verdict).memory;
        phases.push(match memory.phase {
            Phase::Quiet => 'q',
            Phase::Pending => 'p',
            Phase::Firing => 'f',
            Phase::Recovering => 'c',
            Phase::Resolved => 'r',
        });
    }
    (phases, memory)
}

#[track_caller]
fn check(timing: Timing, said: &str, want: &str) {
    assert_eq!(story(timing, said).0, want, "after {said}");
}

#[test]
fn without_for_a_rule_fires_and_resolves_at_once() {
    check(PLAIN, "-+-+", "qfrf");
    check(PLAIN, "?+?-", "qffr");
}

#[test]
fn for_is_waited_out_both_ways() {
    let timing = Timing { hold: SignedDuration::from_hours(2), ..PLAIN };
    check(timing, "+++---", "ppfccr");
    check(timing, "++-+++", "ppqppf");
    check(timing, "+++-+---", "ppfcfccr");
}

#[test]
fn absent_moves_nothing() {
    let timing = Timing { hold: SignedDuration::from_hours(2), ..PLAIN };
    check(timing, "+?????+", "ppppppf");
    check(timing, "+++??-?-", "ppfffccr");
    check(timing, "??????", "qqqqqq");
}

#[test]
fn cooldown_includes_its_last_hour() {
    let timing = Timing { cooldown: Some(SignedDuration::from_hours(3)), ..PLAIN };
    // Fires at 0; 3 hours later it is still cooling down, at 4 it is not.
    check(timing, "+-+++", "frrrf");
    let (_, memory) = story(timing, "+-");
    assert_eq!(step(timing, &memory, 3, Holds).reason, Reason::CoolingDown);
    assert_eq!(step(timing, &memory, 4, Holds).reason, Reason::HeldLongEnough);
}

#[test]
fn a_day_has_so_many_fires_and_no_more() {
    let timing = Timing { max_per_day: Some(2), ..PLAIN };
    check(timing, "+-+-+-", "frfrrr");
    let (_, memory) = story(timing, "+-+-");
    assert_eq!(step(timing, &memory, 23, Holds).reason, Reason::DailyLimit);
    assert_eq!(step(timing, &memory, 24, Holds).memory.phase, Phase::Firing);
}

#[test]
fn a_relapse_is_the_same_incident() {
    let timing = Timing { hold: SignedDuration::from_hours(2), max_per_day: Some(1), ..PLAIN };
    let (phases, memory) = story(timing, "+++-+");
    assert_eq!(phases, "ppfcf");
    assert_eq!(memory.last_fired, Some(at(2)));
    assert_eq!(memory.fires.map(|fires| fires.count), Some(1));
}

#[test]
fn what_people_said_survives_judging_and_ends_with_the_incident() {
    let (_, memory) = story(PLAIN, "+");
    let memory = memory.acknowledge("alma", at(1)).snooze(at(5));
    assert_eq!(memory.standing(at(2)), Standing::Snoozed);
    let next = step(PLAIN, &memory, 2, Holds);
    assert!(!next.changed);
    assert_eq!(next.memory, memory);
    let over = step(PLAIN, &next.memory, 5, Holds);
    assert_eq!((over.changed, over.reason), (true, Reason::SnoozeOver));
    assert_eq!(over.memory.standing(at(5)), Standing::Acknowledged);
    let end = step(PLAIN, &over.memory, 6, DoesNotHold);
    assert_eq!(end.memory.phase, Phase::Resolved);
    assert_eq!(end.memory.acknowledged, None);
    let quiet = Memory::default();
    assert_eq!(quiet.clone().acknowledge("alma", at(0)).snooze(at(9)), quiet);
}

#[test]
fn absence_is_told_once_and_so_is_its_end() {
    let timing = Timing { on_absent: OnAbsent::Tell, ..PLAIN };
    let memory = Memory { version: 1, ..Memory::default() };
    let first = step(timing, &memory, 0, Unknown);
    assert_eq!((first.changed, first.reason), (true, Reason::DataAbsent));
    let second = step(timing, &first.memory, 1, Unknown);
    assert_eq!((second.changed, second.reason), (false, Reason::Unknown));
    let third = step(timing, &second.memory, 2, DoesNotHold);
    assert_eq!((third.changed, third.reason), (true, Reason::DataBack));
}

#[test]
fn a_changed_rule_starts_its_clock_anew_and_keeps_open_incidents() {
    let slow = Timing { hold: SignedDuration::from_hours(2), ..PLAIN };
    let (_, memory) = story(slow, "++");
    let changed = step(Timing { version: 2, ..slow }, &memory, 2, Holds);
    assert_eq!((changed.memory.phase, changed.reason), (Phase::Quiet, Reason::RuleChanged));
    let (_, firing) = story(slow, "+++");
    let kept = step(Timing { version: 2, ..slow }, &firing, 3, Holds);
    assert_eq!((kept.memory.phase, kept.memory.version), (Phase::Firing, 2));
}

#[test]
fn a_subject_the_rule_left_behind_is_let_go() {
    let (_, firing) = story(PLAIN, "+");
    let gone = Signals { selected: false, ..signals(Holds, DoesNotHold) };
    let day = at(1).to_zoned(jiff::tz::TimeZone::UTC).date();
    let let_go = advance(PLAIN, &firing, gone, at(1), day);
    assert_eq!((let_go.memory.phase, let_go.reason), (Phase::Resolved, Reason::NotSelected));
}

#[test]
fn memory_reads_as_it_was_written() {
    let (_, memory) = story(PLAIN, "+");
    let memory = memory.acknowledge("alma", at(1)).snooze(at(5));
    let json = serde_json::to_string(&memory).expect("json");
    assert_eq!(serde_json::from_str::<Memory>(&json).expect("memory"), memory);
    assert_eq!(serde_json::from_str::<Memory>(r#"{"phase":"quiet"}"#).expect("memory"), Memory::default());
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    prop::sample::select(vec![Holds, DoesNotHold, Unknown])
}

proptest! {
    #[test]
    fn nothing_opens_an_incident_but_a_condition_that_holds(
        said in prop::collection::vec((verdicts(), verdicts(), verdicts(), verdicts()), 1..40),
        hold in 0_i64..4,
        cooldown in prop::option::of(0_i64..6),
    ) {
        let timing = Timing {
            hold: SignedDuration::from_hours(hold),
            cooldown: cooldown.map(SignedDuration::from_hours),
            ..PLAIN
        };
        let mut memory = Memory::default();
        for (hour, (all, newest, recover_all, recover_newest)) in (0..).zip(said) {
            let signals = Signals {
                selected: true,
                when: Sweep { all, newest },
                recover: Sweep { all: recover_all, newest: recover_newest },
                blame: Blame::default(),
            };
            let day = at(hour).to_zoned(jiff::tz::TimeZone::UTC).date();
            let step = advance(timing, &memory, signals, at(hour), day);
            if step.memory.is_open() && !memory.is_open() {
                prop_assert_eq!(all, Holds);
            }
            if memory.is_open() && !step.memory.is_open() {
                prop_assert_eq!(recover_all, Holds);
            }
            // What is not said to have changed has not changed, and need not be stored.
            if !step.changed {
                prop_assert_eq!(&Memory { version: step.memory.version, ..memory.clone() }, &step.memory);
            }
            memory = step.memory;
        }
    }
}
