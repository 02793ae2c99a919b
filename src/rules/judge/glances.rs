//! A glance says "nothing changes" only where the judge finds nothing to change, over random histories; and it says so where
//! nearly everything is, at the polls of a quiet day.

use jiff::SignedDuration;
use rand::Rng as _;

use super::replay::{World, rules, subject};
use super::*;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::rules::eval::nothing_changes;
use crate::rules::eval::tests::{context, day, rule};
use crate::rules::guards::Switches;
use crate::rules::history::History;
use crate::rules::readings::Want;

/// Histories that are lived through.
const HISTORIES: u64 = 1_500;

/// From how many own windows on nobody else takes part.
const SMALL: u32 = 3;

fn wants() -> Vec<Want> {
    let metrics = [Metric::Views, Metric::Likes, Metric::Followers, Metric::Clicks, Metric::Spend, Metric::Orders];
    let on = [None, Some(Platform::Youtube), Some(Platform::TiktokAds), Some(Platform::Deal)];
    metrics.into_iter().flat_map(|metric| on.map(|platform| Want { metric, platform })).collect()
}

/// What a seat says is what the view says, or nothing.
fn compare(history: &History, now: Timestamp, said: &mut u32) {
    let Some(seat) = history.seat(&subject(), now) else { return };
    let view = history.view();
    for want in wants() {
        for hours in [6, 24, 72] {
            let span = Span { from: now - SignedDuration::from_hours(hours), until: now };
            let Some(taken) = seat.over(want, span) else { continue };
            let seen = view.over(&subject(), want, span);
            assert_eq!(taken.ok().map(|taken| taken.value), seen.reading.value(), "{want:?} over {hours} h at {now}");
            *said += 1;
        }
        if let Ok(newest) = seat.newest(&[want]) {
            assert_eq!(newest, view.newest(&subject(), want, now), "{want:?} at {now}");
        }
        if let Ok(begins) = seat.begins(&[want]) {
            assert_eq!(begins, view.begins(&subject(), want), "{want:?} at {now}");
        }
    }
}

#[test]
fn a_glance_never_says_nothing_where_the_judge_would_say_something() {
    let rules = rules();
    let (mut said, mut changes, mut quiet, mut glanced) = (0, 0, 0, 0);
    for seed in 0..HISTORIES {
        let mut world = World::new(seed);
        let mut memory = vec![Memory::default(); rules.len()];
        let mut scratch = Scratch::default();
        if world.dice.random_bool(0.3) {
            let post = "post/youtube/p1".parse().expect("a subject");
            world.history.set_members(subject(), vec![post]);
        }
        for _ in 0..world.dice.random_range(4..10) {
            world.poll();
            if world.dice.random_bool(0.2) {
                world.book();
            }
            compare(&world.history, world.now, &mut said);
            for (rule, memory) in rules.iter().map(|both| &both[0]).zip(&mut memory) {
                let (context, view, now) = (&world.context, world.history.view(), world.now);
                let kept = (*memory != Memory::default()).then_some(&*memory);
                let nothing = world
                    .history
                    .seat(&subject(), now)
                    .is_some_and(|seat| nothing_changes(rule, &seat, context, kept, (now, SMALL), &mut scratch));
                let changed = judge_changes(rule, &subject(), context, &view, memory, now, &mut scratch);
                assert!(!nothing || changed.is_none(), "history {seed} at {now}: {rule:?} says {changed:?}");
                changes += u32::from(changed.is_some());
                quiet += u32::from(changed.is_none());
                glanced += u32::from(nothing);
                if let Some(judged) = changed {
                    *memory = judged.memory;
                }
            }
        }
    }
    // It must have been about something.
    assert!(100_000 < said && 10_000 < changes, "{said} numbers, {changes} changes");
    assert!(quiet < 4 * glanced, "{glanced} of {quiet}");
}

/// Numbers that only grow, on a day on which nothing is the matter: a glance is enough for every plain rule.
#[test]
fn on_a_quiet_day_a_glance_is_enough() {
    let plain = [
        ("views < 0.5 * own(views)", "window = \"24h\""),
        ("likes / views > 0.9 && views > 10", "window = \"6h\""),
        ("views > 10 * prev(views)", "window = \"24h\"\nfor = \"2 windows\""),
        ("views < 1 || likes < 1", "window = \"1d\"\non_absent = \"tell\""),
        ("clicks > 5", "window = \"24h\""),
    ];
    let mut history = History::new(Switches::default());
    for hour in 0..200_i64 {
        let at = day(0) + SignedDuration::from_hours(hour);
        let of = |metric, value| Sample {
            series: SeriesKey {
                subject: "creator/alma".parse().expect("a subject"),
                metric,
                platform: Platform::Youtube,
            },
            value,
            currency: None,
            form: Form::Total { at },
            known_at: at,
            provisional: false,
            self_reported: false,
        };
        history.append_poll(&[of(Metric::Views, 100 * hour), of(Metric::Likes, 10 * hour)], &[], at);
    }
    let (alma, now) = ("creator/alma".parse().expect("a subject"), day(0) + SignedDuration::from_hours(199));
    let seat = history.seat(&alma, now).expect("lines of its own");
    for (when, more) in plain {
        let nothing =
            nothing_changes(&rule(when, more), &seat, &context(), None, (now, SMALL), &mut Scratch::default());
        assert!(nothing, "{when}");
    }
    let falls = rule("views < 5 * own(views)", "window = \"24h\"");
    assert!(!nothing_changes(&falls, &seat, &context(), None, (now, SMALL), &mut Scratch::default()));
}
