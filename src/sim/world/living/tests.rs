//! Creators who live, looked at from outside.

use super::*;

const DAY: i64 = DAY_SECS;

fn start() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().expect("an instant")
}

fn after(days: i64) -> Timestamp {
    start().checked_add(SignedDuration::from_secs(days * DAY)).expect("in range")
}

fn daily(world: &LivingWorld, creator: usize, day: i64) -> i64 {
    world.views_total(creator, after(day + 1)) - world.views_total(creator, after(day))
}

#[test]
fn the_same_seed_is_the_same_world_and_a_larger_one_holds_it() {
    let (small, large, other) =
        (LivingWorld::new(7, start(), 5), LivingWorld::new(7, start(), 9), LivingWorld::new(8, start(), 5));
    for creator in 0..5 {
        for day in [-3, 0, 17, 200] {
            let views = small.views_total(creator, after(day));
            assert_eq!(views, large.views_total(creator, after(day)));
            assert_ne!(views, other.views_total(creator, after(day)));
        }
    }
}

#[test]
fn totals_never_fall_and_days_are_whole() {
    let world = LivingWorld::new(7, start(), 6);
    for creator in 0..6 {
        let mut before = 0;
        for hour in 0..30 * 24 {
            let views = world.views_total(creator, start() + SignedDuration::from_hours(hour));
            assert!(before <= views, "creator {creator} hour {hour}");
            before = views;
        }
    }
    assert!(0 < daily(&world, 0, 450), "the world goes on after its last day");
}

#[test]
fn two_of_three_slump_below_a_quarter_of_their_median_and_recover_within_thirty_days() {
    for seed in [1, 7, 42] {
        let world = LivingWorld::new(seed, start(), 12);
        for creator in 0..12 {
            let low: Vec<bool> = (7..30)
                .map(|day| {
                    let mut week: Vec<i64> = (day - 7..day).map(|day| daily(&world, creator, day)).collect();
                    week.sort_unstable();
                    daily(&world, creator, day) * 4 < week[3]
                })
                .collect();
            let slumps = low.windows(2).filter(|pair| !pair[0] && pair[1]).count();
            let recovers = low.last() == Some(&false);
            assert!(recovers && (slumps == 0) == (creator % 3 == 2), "seed {seed} creator {creator}: {low:?}");
        }
    }
}

#[test]
fn a_stopped_boost_spends_nothing_and_brings_nothing_more_by_itself() {
    let world = LivingWorld::new(7, start(), 2);
    let stopped = [(after(3), false)];
    let cut = world.campaign(1, after(3), &[]);
    let later = world.campaign(1, after(9), &stopped);
    assert_eq!(cut.spend_minor, later.spend_minor);
    let resumed = world.campaign(1, after(9), &[(after(3), false), (after(5), true)]);
    let whole = world.campaign(1, after(9), &[]);
    let pause = world.campaign(1, after(5), &[]).spend_minor - cut.spend_minor;
    assert_eq!(resumed.spend_minor + pause, whole.spend_minor);
    assert!(later.orders <= resumed.orders && resumed.orders <= whole.orders);
    assert_eq!(world.campaign(1, start(), &[]), CampaignTotals::default());
}

#[test]
fn a_boost_stops_at_its_budget_and_goes_on_with_a_higher_one() {
    let world = LivingWorld::new(7, start(), 6);
    let free = |days| world.campaign(1, after(days), &[]).spend_minor;
    let (cut, raised) = ((after(2), free(4)), (after(6), free(9)));
    let spent = |days, budgets: &[_]| world.campaign_within(1, after(days), &[], budgets).spend_minor;
    assert_eq!(spent(3, &[cut]), free(3));
    assert!((free(4) - 1..=free(4)).contains(&spent(8, &[cut])) && free(4) < free(8));
    assert!(free(4) < spent(8, &[cut, raised]) && spent(8, &[cut, raised]) < free(8));
    assert_eq!(world.campaign_within(1, after(8), &[(after(1), false)], &[raised]).spend_minor, free(1));
}

#[test]
fn a_boost_that_stops_selling_costs_more_an_order_than_allowed() {
    let world = LivingWorld::new(7, start(), 6);
    let between = |creator, from, until| {
        let (from, until) = (world.campaign(creator, after(from), &[]), world.campaign(creator, after(until), &[]));
        (until.spend_minor - from.spend_minor) / std::cmp::max(until.orders - from.orders, 1)
    };
    assert!(TARGET_CPA_MINOR < between(1, 8, 14), "the second creator's boost stops selling");
    assert!(between(0, 8, 14) < TARGET_CPA_MINOR, "the first creator's does not");
    assert!(between(1, 20, 29) < TARGET_CPA_MINOR, "and it sells again");
}

#[test]
fn a_post_is_not_there_before_its_hour_and_decays_after_it() {
    let world = LivingWorld::new(7, start(), 1);
    let channel = world.creators()[0].channel.clone();
    let uploads = world.uploads(&channel, after(20));
    let newest = world.video(&uploads[0], after(20)).expect("public");
    let at = newest.published_at;
    assert!(world.video(&uploads[0], at - SignedDuration::from_secs(1)).is_none());
    let views = |hours| world.video(&uploads[0], at + SignedDuration::from_hours(hours)).expect("public").views;
    assert_eq!(views(0), 0);
    assert!(views(48) - views(24) < views(24));
    assert!(uploads.iter().all(|id| id.len() == 11) && channel.len() == 24);
}

#[test]
fn what_a_boost_brings_in_parts_is_what_it_brings_in_all() {
    let world = LivingWorld::new(7, start(), 3);
    let whole = world.boosted(0, after(1), after(9));
    let mut sum = Boosted::default();
    for step in 0..8 * 144 {
        let from = after(1) + SignedDuration::from_secs(step * 600);
        let part = world.boosted(0, from, from + SignedDuration::from_secs(600));
        sum.spend_minor += part.spend_minor;
        sum.clicks += part.clicks;
        sum.orders += part.orders;
        sum.revenue_minor += part.revenue_minor;
    }
    assert_eq!(sum, whole);
    assert!(0 < whole.orders && world.boosted(0, after(-9), start()) == Boosted::default());
}

#[test]
fn a_creator_elsewhere_shows_some_of_the_posts_and_their_numbers_grow() {
    let world = LivingWorld::new(7, start(), 1);
    let presence = Presence { followers: 0.5, views: 0.4, every: 2 };
    let (early, late) = (world.pieces(0, presence, after(10)), world.pieces(0, presence, after(11)));
    assert!(1 < early.len() && early.len() <= late.len());
    assert!(early.iter().all(|piece| piece.number % 2 == 0 && after(-10) <= piece.published_at));
    for (before, now) in early.iter().zip(&late) {
        assert!(before.number == now.number && before.views <= now.views && before.likes <= now.likes);
    }
    let (there, here) = (world.followers_there(0, presence, after(1)), world.followers(0, after(1)));
    assert!((there * 2 - here).abs() <= 1);
}
