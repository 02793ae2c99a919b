use super::*;

const HOUR: i64 = 3_600;

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("an instant")
}

/// A fleet that is polled every three hours, a minute before the hour.
struct World {
    guards: Guards,
    values: Vec<i64>,
    alarms: Vec<String>,
}

impl World {
    fn new(fleet: usize) -> Self {
        let mut guards = Guards::default();
        for _ in 0..fleet {
            guards.enrol(Platform::Youtube, Metric::Views);
        }
        Self { guards, values: vec![1_000; fleet], alarms: Vec::new() }
    }

    fn poll(&mut self, second: i64) -> Heard {
        let told: Vec<Told> = (0..)
            .zip(&self.values)
            .map(|(series, value)| Told { series, value: *value, observed: instant(second) })
            .collect();
        let heard = self.guards.hear(&told, instant(second + 60));
        self.alarms.extend(heard.alarms.iter().map(said));
        heard
    }

    /// Polls through days `from..until`; at the poll of hour `hour` of a day `moves` says how many series move.
    fn days(&mut self, days: std::ops::Range<i64>, moves: impl Fn(i64, i64) -> usize) {
        for day in days {
            for hour in (0..24).step_by(3) {
                for value in self.values.iter_mut().take(moves(day, hour)) {
                    *value += 7;
                }
                self.poll((day * 24 + hour + 2) * HOUR);
            }
        }
    }

    fn is_still(&self, day: i64, hour: i64) -> bool {
        self.guards.still_for(0, instant((day * 24 + hour) * HOUR), None).is_some()
    }
}

fn said(alarm: &Alarm) -> String {
    let day = |at: &Timestamp| format!("{}:{:02}", at.as_second() / 86_400, at.as_second() % 86_400 / HOUR);
    match alarm {
        Alarm::StandstillBegan { since, share, fleet, .. } => format!("began {} {share:.2} of {fleet}", day(since)),
        Alarm::StandstillEnded { since, until, .. } => format!("ended {} to {}", day(since), day(until)),
        Alarm::Implausible { accounts, of, .. } => format!("implausible {accounts} of {of}"),
        Alarm::ImplausibleSettled { confirmed, taken_back, .. } => format!("settled {confirmed} {taken_back}"),
    }
}

/// Once a day, at noon, all of them.
fn noon(_: i64, hour: i64) -> usize {
    if hour == 12 { usize::MAX } else { 0 }
}

#[test]
fn a_standstill_is_told_once_and_makes_its_day_and_the_catch_up_absent() {
    let mut world = World::new(24);
    world.days(0..14, |day, hour| if day == 10 { 0 } else { noon(day, hour) });
    assert_eq!(world.alarms, ["began 10:00 1.00 of 24", "ended 10:00 to 12:00"]);
    // Boundaries strictly inside are stale: the days 10 and 11 each have one, 9 and 12 have none.
    let still = [(10, 0), (10, 1), (11, 0), (11, 23), (12, 0), (13, 0)].map(|(day, hour)| world.is_still(day, hour));
    assert_eq!(still, [false, true, true, true, false, false]);
}

#[test]
fn what_was_known_at_an_instant_stays_answerable() {
    let mut world = World::new(24);
    world.days(0..14, |day, hour| if day == 10 { 0 } else { noon(day, hour) });
    let still = |boundary: i64, known: i64| {
        let known = Some(instant(known * HOUR));
        world.guards.still_for(0, instant(boundary * HOUR), known).is_some()
    };
    assert!(!still(10 * 24 + 12, 10 * 24 + 20), "during the day nobody can know");
    assert!(still(11 * 24, 11 * 24 + 3), "after it everybody does");
    assert!(still(12 * 24, 11 * 24 + 12), "before the catch-up there is no end");
    assert!(!still(12 * 24, 12 * 24), "after it there is");
}

#[test]
fn a_standstill_of_several_days_is_one() {
    let mut world = World::new(24);
    world.days(0..16, |day, hour| if (10..13).contains(&day) { 0 } else { noon(day, hour) });
    assert_eq!(world.alarms, ["began 10:00 1.00 of 24", "ended 10:00 to 14:00"]);
}

#[test]
fn a_tenth_may_move_in_a_standstill_but_not_more() {
    for (moving, alarms) in [(3, 2), (4, 0)] {
        let mut world = World::new(30);
        world.days(0..13, |day, hour| match (day, hour) {
            (10, 12) => moving,
            _ => noon(day, hour),
        });
        assert_eq!(world.alarms.len(), alarms, "{moving} of 30: {:?}", world.alarms);
    }
}

#[test]
fn those_that_seldom_move_have_no_say() {
    // 20 of 100 move daily and stop; the others never moved and prove nothing either way.
    let mut world = World::new(100);
    world.days(0..13, |day, hour| if day == 10 { 0 } else { noon(day, hour) / (usize::MAX / 20) });
    assert_eq!(world.alarms, ["began 10:00 1.00 of 20", "ended 10:00 to 12:00"]);
}

#[test]
fn a_small_fleet_is_left_to_the_age_limit() {
    let mut world = World::new(19);
    world.days(0..14, |day, hour| if day == 10 { 0 } else { noon(day, hour) });
    assert_eq!(world.alarms, [""; 0]);
}

#[test]
fn polls_that_stop_are_no_standstill() {
    let mut world = World::new(24);
    world.days(0..10, noon);
    world.poll((10 * 24 + 2) * HOUR);
    world.poll((10 * 24 + 5) * HOUR);
    world.days(11..14, noon);
    assert_eq!(world.alarms, [""; 0], "the day was not watched to its end");
    assert!(!world.is_still(11, 0));
}

#[test]
fn a_counter_that_always_moves_is_missed_within_six_hours() {
    let mut world = World::new(24);
    let stops = |day, hour| {
        if day == 10 && (6..12).contains(&hour) { 0 } else { usize::MAX }
    };
    world.days(0..12, stops);
    assert_eq!(world.alarms, ["began 10:06 1.00 of 24", "ended 10:06 to 10:18"]);
    assert!(!world.is_still(11, 0), "the day around it keeps its boundaries");
}

#[test]
fn a_few_that_always_move_do_not_set_the_pace() {
    let mut world = World::new(100);
    world.days(0..13, |day, hour| match (day, hour) {
        (_, 12) => usize::MAX,
        (10, 6..12) => 0,
        _ => 30,
    });
    assert_eq!(world.alarms, [""; 0]);
}

#[test]
fn the_first_week_only_learns() {
    let mut world = World::new(24);
    world.days(0..8, |day, hour| if day == 5 { 0 } else { noon(day, hour) });
    assert_eq!(world.alarms, [""; 0]);
}

#[test]
fn time_alone_ends_a_period_where_no_poll_comes() {
    let mut world = World::new(24);
    world.days(0..11, |day, hour| if day == 10 { 0 } else { noon(day, hour) });
    assert_eq!(world.alarms, [""; 0]);
    let alarms = world.guards.advance(instant(11 * 24 * HOUR));
    assert_eq!(alarms.iter().map(said).collect::<Vec<_>>(), ["began 10:00 1.00 of 24"]);
    assert_eq!(world.guards.advance(instant(11 * 24 * HOUR)), []);
}

/// Sets the first `drops` of a fleet to a tenth, polls, and answers how many are held.
fn drop_of(fleet: usize, drops: usize) -> (World, usize) {
    let mut world = World::new(fleet);
    world.poll(0);
    for value in world.values.iter_mut().take(drops) {
        *value = 100;
    }
    let held = world.poll(HOUR).held.len();
    (world, held)
}

#[test]
fn a_drop_of_many_waits_and_a_drop_of_few_does_not() {
    for (fleet, drops, want) in [(40, 4, 0), (40, 5, 5), (50, 5, 5), (51, 5, 0), (40, 40, 40)] {
        let (world, held) = drop_of(fleet, drops);
        assert_eq!(held, want, "{drops} of {fleet}");
        assert_eq!(world.alarms.len(), usize::from(want > 0));
    }
}

#[test]
fn the_next_poll_takes_a_drop_back() {
    let (mut world, _) = drop_of(20, 20);
    world.values.fill(1_001);
    let heard = world.poll(2 * HOUR);
    assert_eq!((heard.held.len(), heard.released.len()), (0, 0));
    assert_eq!(world.alarms, ["implausible 20 of 20", "settled 0 20"]);
}

#[test]
fn the_next_poll_confirms_a_drop() {
    let (mut world, _) = drop_of(20, 20);
    let heard = world.poll(2 * HOUR);
    assert_eq!((heard.held.len(), heard.released.len()), (0, 20));
    assert_eq!(world.alarms, ["implausible 20 of 20", "settled 20 0"]);
    let heard = world.poll(3 * HOUR);
    assert_eq!((heard.held.len(), heard.released.len()), (0, 0), "what is confirmed is believed");
}

#[test]
fn the_same_time_stamp_again_confirms_nothing() {
    let (mut world, _) = drop_of(20, 20);
    let heard = world.poll(HOUR);
    assert_eq!((heard.held.len(), heard.released.len()), (20, 0));
    assert_eq!(world.alarms, ["implausible 20 of 20"]);
}

#[test]
fn accounts_that_are_gone_do_not_stand_still() {
    let mut world = World::new(300);
    world.days(0..10, noon);
    world.values.truncate(24);
    world.days(10..13, noon);
    assert_eq!(world.alarms, [""; 0], "most of the fleet was not polled any more, and the rest moved");
    world.days(13..14, |_, _| 0);
    world.poll(14 * 24 * HOUR);
    assert_eq!(world.alarms, ["began 13:00 1.00 of 24"]);
}

#[test]
fn a_statement_at_midnight_belongs_to_the_day_that_ends() {
    let mut world = World::new(24);
    for day in 0..16 {
        // What is polled at the end of day 10 has not moved.
        if day != 10 {
            for value in &mut world.values {
                *value += 7;
            }
        }
        world.poll((day + 1) * 24 * HOUR);
    }
    assert_eq!(world.alarms, ["began 10:00 1.00 of 24", "ended 10:00 to 12:00"]);
}

#[test]
fn doubt_ends_where_nobody_polls_any_more() {
    let (mut world, _) = drop_of(20, 20);
    assert_eq!(world.guards.advance(instant(25 * HOUR)), []);
    let alarms = world.guards.advance(instant(25 * HOUR + 1));
    assert_eq!(alarms.iter().map(said).collect::<Vec<_>>(), ["settled 0 0"]);
    world.values.fill(1_001);
    assert_eq!(world.poll(30 * HOUR).held.len(), 0);
}
