//! Cadence, spreading and what is left out, on made-up worlds.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::plan::{self, Size};
use super::*;
use crate::app::catalog::Catalog;
use crate::app::memories::Memories;
use crate::app::sourcing;
use crate::domain::ids::Subject;
use crate::rules::lifecycle::{Memory, Phase};
use crate::sources::Budget;
use crate::sources::quota::Reset;

fn day() -> Timestamp {
    "2026-03-03T08:00:00Z".parse().expect("an instant")
}

fn id() -> SourceId {
    "yt".parse().expect("an id")
}

fn config(more: &str) -> SourceConfig {
    toml::from_str(&format!("kind = \"youtube\"\nkey = \"k\"\n{more}")).expect("a source")
}

fn world(creators: u32, posts: u32) -> Catalog {
    plan::made_up(&id(), &config("schedule = \"0 * * * *\""), Size { creators, posts }, day()).expect("a world")
}

/// How often each target is asked in the day, and the longest time between two askings.
fn day_of(config: &SourceConfig, catalog: &Catalog, seed: u64) -> BTreeMap<Target, (u32, i64)> {
    let mut asked: BTreeMap<Target, (u32, i64, Timestamp)> = BTreeMap::new();
    plan::walk(&id(), config, catalog, seed, day(), |due, at| {
        for one in due {
            let row = asked.entry(key(&one.target)).or_insert((0, 0, at));
            *row = (row.0 + 1, std::cmp::max(row.1, at.duration_since(row.2).as_secs()), at);
        }
    });
    asked.into_iter().map(|(target, row)| (target, (row.0, row.1))).collect()
}

fn is_post(target: &Target) -> bool {
    matches!(target, Target::Post { .. })
}

#[test]
fn a_fixed_cadence_asks_everything_at_every_tick_and_looks_for_posts_four_times_a_day() {
    let asked = day_of(&config("schedule = \"0 * * * *\""), &world(30, 4), 1);
    assert_eq!(asked.len(), 30 + 1 + 30 + 120);
    for (target, (times, _)) in asked {
        let want = if matches!(target, Target::Uploads { .. }) { 4 } else { 24 };
        assert_eq!(times, want, "{target:?}");
    }
    let asked = day_of(&config("schedule = \"0 * * * *\"\ndiscovery = \"0s\""), &world(3, 1), 1);
    assert!(asked.values().all(|row| row.0 == 24), "{asked:?}");
}

#[test]
fn an_adaptive_cadence_asks_by_age() {
    let catalog = world(40, 20);
    let asked = day_of(&config("schedule = \"*/15 * * * *\"\ncadence = \"adaptive\""), &catalog, 7);
    let mut by_age: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for ((platform, post), at) in &catalog.published {
        let end = plan_end();
        let (young, old) = (day().duration_since(*at).as_hours(), end.duration_since(*at).as_hours());
        let row = match (young, old) {
            (_, ..48) => "fresh",
            (48.., ..168) => "week",
            (168.., ..720) => "month",
            (720.., _) => "old",
            _ => continue,
        };
        let subject = Subject::Post(*platform, post.clone());
        let times =
            asked.iter().find(|(target, _)| matches!(target, Target::Post { subject: of, .. } if *of == subject));
        by_age.entry(row).or_default().push(times.expect("asked").1.0);
    }
    let want = BTreeMap::from([("fresh", 96), ("week", 24), ("month", 4), ("old", 1)]);
    assert_eq!(by_age.len(), 4);
    for (row, times) in by_age {
        assert!(times.iter().all(|times| *times == want[row]), "{row}: {times:?}");
    }
}

fn plan_end() -> Timestamp {
    day().checked_add(SignedDuration::from_hours(24)).expect("in range")
}

#[test]
fn what_is_asked_once_a_day_is_not_all_asked_at_once() {
    let (mut polls, catalog) = (BTreeMap::new(), world(100, 20));
    let config = config("schedule = \"0 * * * *\"\ncadence = \"adaptive\"");
    plan::walk(&id(), &config, &catalog, 3, day(), |due, at| {
        let daily = due.iter().filter(|one| is_post(&one.target) && one.every == SLOWEST).count();
        polls.insert(at, daily);
    });
    // About 1,000 of the 2,000 posts are older than 30 days: 42 an hour.
    assert_eq!(polls.len(), 24);
    assert!(polls.values().all(|daily| (15..80).contains(daily)), "{polls:?}");
}

#[test]
fn near_a_line_and_live_are_asked_often_whatever_their_age() {
    let catalog = world(4, 20);
    let memory = |subject: &str| {
        let firing = Memory { phase: Phase::Pending, ..Memory::default() };
        Memories::from_iter([("r".parse().expect("an id"), subject.parse().expect("a subject"), firing)])
    };
    let mins = |heat: &Heat, subject: &str| heat.every(&subject.parse().expect("a subject")).as_mins();
    let calm = Heat::of(&catalog, &Memories::default(), day());
    // The oldest post of the first creator, and one of a creator whose piece went live an instant ago.
    let old = "post/youtube/2000000019";
    assert_eq!(mins(&calm, old), 24 * 60);
    assert_eq!(mins(&calm, "creator/plan-0000000"), 15, "live");
    let later = day().checked_add(SignedDuration::from_hours(24 * 5)).expect("in range");
    let calm = Heat::of(&catalog, &Memories::default(), later);
    assert_eq!(mins(&calm, "creator/plan-0000000"), 60, "in a campaign that runs");
    assert_eq!(mins(&calm, "partnership/plan/plan-0000000"), 60);
    assert_eq!(mins(&calm, "creator/nobody"), 24 * 60, "quiet");
    let near = Heat::of(&catalog, &memory(old), later);
    assert_eq!((mins(&near, old), mins(&near, "creator/plan-0000000")), (15, 60));
    let near = Heat::of(&catalog, &memory("partnership/plan/plan-0000000"), later);
    assert_eq!(mins(&near, "partnership/plan/plan-0000000"), 15);
    assert_eq!(mins(&near, "creator/plan-0000000"), 15);
    assert_eq!(mins(&near, "post/youtube/2000000000"), 15, "its piece");
    assert_eq!(mins(&near, old), 60, "part of the creator's numbers");
    let over = later.checked_add(SignedDuration::from_hours(24 * 60)).expect("in range");
    let over = Heat::of(&catalog, &Memories::default(), over);
    assert_eq!(mins(&over, "partnership/plan/plan-0000000"), 24 * 60, "a campaign that is long over");
}

#[test]
fn sources_begin_at_moments_of_their_own_that_stay() {
    let over = SignedDuration::from_mins(10);
    let at: Vec<i64> =
        (0..50).map(|n| offset(&format!("source-{n}").parse().expect("an id"), 7, over).as_secs()).collect();
    assert!(at.iter().all(|secs| (0..600).contains(secs)));
    let different: std::collections::BTreeSet<&i64> = at.iter().collect();
    assert!(40 < different.len(), "{at:?}");
    assert_eq!(offset(&id(), 7, over), offset(&id(), 7, over));
    assert_ne!(offset(&id(), 7, over), offset(&id(), 8, over));
    assert_eq!(offset(&id(), 7, SignedDuration::ZERO), SignedDuration::ZERO);
}

#[test]
fn a_large_poll_is_asked_in_parts_that_cost_no_more() {
    let config = config("schedule = \"0 * * * *\"\nspread = \"20m\"");
    let settings = config.kind.settings();
    let all = sourcing::request(&id(), &config, &world(200, 40), day()).targets;
    let due: Vec<Due> = all.into_iter().map(|target| Due { target, every: SignedDuration::ZERO }).collect();
    let tick = Tick { at: day(), next: plan_end(), slack: SignedDuration::ZERO };
    assert_eq!(span(&config, &tick).as_mins(), 20);
    let cost = |due: &[Due]| settings.calls(&plan::request_of(due, day())).unwrap_or(0);
    let whole = cost(&due);
    let cut = parts(due.clone(), settings, span(&config, &tick), day());
    assert!((5..=20).contains(&cut.len()), "{}", cut.len());
    let mut together: Vec<Target> = cut.iter().flatten().map(|one| one.target.clone()).collect();
    let mut wanted: Vec<Target> = due.iter().map(|one| one.target.clone()).collect();
    together.sort();
    wanted.sort();
    assert_eq!(together, wanted, "each target is asked once");
    assert_eq!(cut.iter().map(|part| cost(part)).sum::<u32>(), whole);
    assert_eq!(parts(due.clone(), settings, SignedDuration::ZERO, day()), [due]);
}

#[test]
fn where_a_budget_is_short_the_new_posts_wait_first_and_the_young_last() {
    let config = config("schedule = \"*/15 * * * *\"\ncadence = \"adaptive\"");
    let settings = config.kind.settings();
    let catalog = world(30, 40);
    let heat = Heat::of(&catalog, &Memories::default(), day());
    let pacing = Pacing { source: &id(), seed: 0, config: &config, heat: Some(&heat) };
    let all = sourcing::request(&id(), &config, &catalog, day()).targets;
    let due: Vec<Due> = all.into_iter().map(|target| Due { every: pacing.every(&target), target }).collect();
    let kept = |general: u32, stats: u32| {
        let reset = Reset::PacificDay;
        let buckets =
            Buckets::new([Budget::new("general", general, reset), Budget::new("videos.batchGetStats", stats, reset)]);
        let (some, short) = fitting(&due, settings, &buckets, 0, day());
        let slowest = some.iter().map(|one| one.every).max().unwrap_or_default().as_mins();
        (some.iter().any(is_upload), slowest, some.len() < due.len(), short.map(|error| error.to_string()))
    };
    assert_eq!(kept(1_000, 1_000), (true, 24 * 60, false, None));
    let said = |bucket: &str| Some(format!("the quota `{bucket}` is used up until 2026-03-04T08:00:00Z"));
    assert_eq!(kept(5, 1_000), (false, 24 * 60, true, said("general")));
    assert_eq!(kept(1_000, 10), (false, 60, true, said("videos.batchGetStats")));
    assert_eq!(kept(1_000, 1), (false, 15, true, said("videos.batchGetStats")));
    assert_eq!(kept(0, 0), (false, 0, true, said("general")), "nothing fits");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_asked_more_often_than_the_schedule_or_less_often_than_daily(
        seed in any::<u64>(),
        cron in prop_oneof![
            Just("*/15 * * * *"), Just("7 * * * *"), Just("0 */4 * * *"), Just("30 3,9,20 * * *"), Just("0 9 * * *"),
        ],
        zone in prop_oneof![Just("UTC"), Just("Europe/Stockholm"), Just("Australia/Lord_Howe")],
        jitter in prop_oneof![Just("0s"), Just("90s"), Just("10m")],
    ) {
        let text = format!("schedule = \"{cron}\"\nzone = \"{zone}\"\ncadence = \"adaptive\"\njitter = \"{jitter}\"");
        let (config, catalog) = (config(&text), world(3, 6));
        let mut ticks = 0;
        plan::walk(&id(), &config.clone(), &catalog, seed, day(), |_, _| ticks += 1);
        let asked = day_of(&config, &catalog, seed);
        let wanted = sourcing::request(&id(), &config, &catalog, day()).targets.len();
        prop_assert_eq!(asked.len(), wanted, "everybody is asked once a day");
        for (target, (times, gap)) in asked {
            prop_assert!(times <= ticks && gap <= SLOWEST.as_secs(), "{:?}: {} times, {} s", target, times, gap);
        }
    }

    #[test]
    fn over_the_change_of_the_clock_no_number_gets_older_than_a_day(seed in any::<u64>(), spring in any::<bool>()) {
        let config = config("schedule = \"0 */3 * * *\"\nzone = \"Europe/Stockholm\"\ncadence = \"adaptive\"");
        let first: Timestamp =
            if spring { "2026-03-27T00:00:00Z" } else { "2026-10-23T00:00:00Z" }.parse().expect("an instant");
        let catalog = plan::made_up(&id(), &config, Size { creators: 2, posts: 5 }, first).expect("a world");
        let rules = config.common.zone.rules();
        let schedule = crate::app::schedule::Schedule::new(&config.common.schedule, rules).expect("a schedule");
        let (mut asked, mut now, mut last) = (Asked::default(), first, BTreeMap::new());
        for _ in 0..40 {
            let at = schedule.next_after(now).expect("a tick");
            let tick = Tick { at, next: schedule.next_after(at).expect("a tick"), slack: SignedDuration::ZERO };
            let heat = Heat::of(&catalog, &Memories::default(), at);
            let pacing = Pacing { source: &id(), seed, config: &config, heat: Some(&heat) };
            let due = due(sourcing::request(&id(), &config, &catalog, at).targets, &pacing, &mut asked, &tick);
            asked.note(&due, at);
            for one in due {
                let before = last.insert(key(&one.target), at);
                prop_assert!(before.is_none_or(|before: Timestamp| at.duration_since(before) <= SLOWEST));
            }
            prop_assert!(last.values().all(|before| at.duration_since(*before) <= SLOWEST));
            now = at;
        }
    }
}
