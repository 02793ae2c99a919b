use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::case::{BrandSays, CodeInText, Crowd, Day, Known, Opens, Origins, Posted};
use super::*;

/// A creator with the same day each day.
fn steady(clicks: f64) -> Known {
    let day = Day {
        views: None,
        clicks: Some(clicks),
        landed: Some(0.8 * clicks),
        elsewhere: Some(0.02 * clicks),
        orders: Some(0.05 * clicks),
        redeemed: Some(Origins { own: 0.03 * clicks, typed: 0.01 * clicks, coupon: 0.0, channel: 0.0 }),
    };
    let post = Posted {
        at: Timestamp::UNIX_EPOCH,
        first_day: None,
        views: Some(100.0 * clicks),
        engagements: Some(5.0 * clicks),
        clicks: Some(7.0 * clicks),
        orders: Some(14.0),
        with_code: Some(9.0),
        code: CodeInText::Said,
    };
    let crowd =
        Crowd { followers: Some(300.0 * clicks), followers_in_market: Some(0.7), reached_in_market: Some(0.75) };
    Known { days: vec![day; 28], posts: vec![post; 4], earlier: Vec::new(), crowd, opens: Opens::Unseen }
}

fn case() -> Case {
    let peers = (0..8).map(|n| steady(80.0 + 10.0 * f64::from(n))).collect();
    let lag = vec![1.0];
    Case { subject: steady(100.0), peers, zone: TimeZone::UTC, lag, brand: BrandSays::default() }
}

fn kinds(case: &Case) -> Vec<Kind> {
    find(case).causes.iter().map(|claim| claim.kind).collect()
}

#[test]
fn where_nothing_is_wrong_nothing_is_claimed() {
    assert_eq!(kinds(&case()), []);
    assert_eq!(find(&case()).lacks, [(Family::Content, Lacks::Engagements), (Family::Hour, Lacks::FirstDays)]);
}

#[test]
fn what_is_not_known_is_said_and_claims_nothing() {
    let mut blind = case();
    blind.subject = Known::default();
    let found = find(&blind);
    assert_eq!(found.causes, []);
    assert_eq!(
        found.lacks,
        [
            (Family::Link, Lacks::Clicks),
            (Family::Landing, Lacks::Visits),
            (Family::Code, Lacks::CodesByPost),
            (Family::Leak, Lacks::Origins),
            (Family::Audience, Lacks::Markets),
            (Family::Content, Lacks::Engagements),
            (Family::Hour, Lacks::FirstDays),
            (Family::Followers, Lacks::Followers),
        ]
    );
    let mut alone = case();
    alone.peers.truncate(2);
    assert!(find(&alone).lacks.contains(&(Family::Landing, Lacks::Peers)));
    assert_eq!(find(&alone).causes, []);
}

#[test]
fn a_day_without_visits_being_counted_is_no_dead_link() {
    let mut case = case();
    case.subject.days[20].landed = None;
    assert!(find(&case).lacks.contains(&(Family::Link, Lacks::Visits)));
    for day in &mut case.subject.days {
        day.landed = Some(0.0);
    }
    assert_eq!(kinds(&case), [Kind::LinkDead]);
    // Somebody opened it, and it is right: then the counting is wrong, not the link.
    case.subject.opens = Opens::Right;
    assert_eq!(kinds(&case), []);
}

#[test]
fn what_was_opened_needs_no_statistics() {
    let mut case = case();
    case.subject.opens = Opens::Elsewhere;
    assert_eq!(kinds(&case), [Kind::LinkElsewhere]);
}

#[test]
fn what_all_lose_together_is_the_brands_and_it_says_which() {
    let mut case = case();
    for known in std::iter::once(&mut case.subject).chain(&mut case.peers) {
        for day in &mut known.days[14..18] {
            day.orders = Some(0.0);
        }
    }
    // Codes are still redeemed: only the tracking stopped.
    assert_eq!(kinds(&case), [Kind::Brand(BrandCause::Pixel)]);
    for known in std::iter::once(&mut case.subject).chain(&mut case.peers) {
        for day in &mut known.days[14..18] {
            day.redeemed = Some(Origins::default());
        }
    }
    assert_eq!(kinds(&case), [Kind::Brand(BrandCause::Shop)]);
    assert_eq!(find(&case).causes[0].since, Some(14));
    case.brand.price_as_told = Some(false);
    assert_eq!(kinds(&case), [Kind::Brand(BrandCause::Price)]);
    case.brand.sold_out = Some(true);
    assert_eq!(kinds(&case), [Kind::Brand(BrandCause::Stock)]);
}

#[test]
fn a_page_that_broke_is_found_with_its_day() {
    let mut case = case();
    for day in &mut case.subject.days[15..] {
        day.orders = Some(1.0);
    }
    let found = find(&case);
    assert_eq!(
        found.causes.iter().map(|claim| (claim.kind, claim.since)).collect::<Vec<_>>(),
        [(Kind::Landing, Some(15))]
    );
    assert!((found.causes[0].seen - 13.0).abs() < 1e-9 && (found.causes[0].usual - 65.0).abs() < 1.0);
}

#[test]
fn a_code_in_the_text_is_never_missing() {
    let mut case = case();
    case.subject.posts[2].with_code = Some(0.0);
    assert_eq!(kinds(&case), []);
    case.subject.posts[2].code = CodeInText::NotSaid;
    assert_eq!(kinds(&case), [Kind::CodeMissing { post: 2 }]);
}

#[test]
fn a_leak_and_a_new_place_are_told_apart() {
    let with = |more: Origins| {
        let mut case = case();
        for day in &mut case.subject.days[10..] {
            let was = day.redeemed.expect("known");
            day.redeemed = Some(Origins {
                typed: was.typed + more.typed,
                coupon: was.coupon + more.coupon,
                channel: was.channel + more.channel,
                ..was
            });
        }
        find(&case)
    };
    let leaked = with(Origins { coupon: 1.5, typed: 1.5, ..Origins::default() });
    assert_eq!(leaked.causes.iter().map(|claim| claim.kind).collect::<Vec<_>>(), [Kind::CodeLeaked]);
    assert_eq!(leaked.spill, None);
    let spilt = with(Origins { channel: 3.0, ..Origins::default() });
    assert_eq!(spilt.causes, []);
    assert!(spilt.spill.is_some_and(|spill| 0.2 < spill.seen));
}
