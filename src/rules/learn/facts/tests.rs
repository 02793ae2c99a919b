use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::rules::learn::Thing;

fn brand() -> BrandId {
    BrandId::new("nordbo").expect("an id")
}

fn day(n: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n)
}

fn settings() -> Settings {
    Settings { k: 1.1, order_lag: 24.0, fades: 24.0, fades_on: [(Platform::Youtube, 144.0)].into() }
}

/// A post whose views halve what is left in so many hours.
fn post(platform: Platform, format: Option<&str>, half: f64) -> PostLife {
    let points = [12.0, 24.0, 48.0, 96.0, 192.0, 384.0].map(|age| (age, 10_000.0 * (1.0 - 2.0_f64.powf(-age / half))));
    PostLife {
        platform,
        format: format.map(str::to_owned),
        growth: Growth { points: points.to_vec(), weight: spread::POST },
        span: Span { from: day(0), until: day(16) },
    }
}

fn deal(n: i64, posts: &[(f64, f64)]) -> PastDeal {
    let slice = |(spend, orders): &(f64, f64)| PastSlice {
        cell: Some((Platform::Instagram, "reel".to_owned())),
        values: [(Metric::Spend, *spend), (Metric::Orders, *orders)].into(),
    };
    let all = posts.iter().fold((0.0, 0.0), |sum, post| (sum.0 + post.0, sum.1 + post.1));
    PastDeal {
        span: Span { from: day(n), until: day(n + 30) },
        targets: [(Metric::Cpa, 4_500.0)].into(),
        slices: posts.iter().map(slice).collect(),
        whole: [(Metric::Spend, all.0), (Metric::Orders, all.1)].into(),
    }
}

fn said(facts: &Facts) -> Vec<(String, u32)> {
    estimates(&brand(), facts, &settings()).iter().map(|one| (one.name.to_string(), one.n)).collect()
}

fn told(list: &[(&str, u32)]) -> Vec<(String, u32)> {
    list.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

#[test]
fn nothing_teaches_nothing() {
    assert_eq!(said(&Facts::default()), []);
    let few = Facts { posts: vec![post(Platform::Youtube, None, 60.0); 4], ..Facts::default() };
    assert_eq!(said(&few), []);
}

#[test]
fn a_platform_is_learned_from_all_its_posts_and_a_format_from_its_own() {
    let mut posts = vec![post(Platform::Instagram, None, 30.0); 4];
    posts.extend(vec![post(Platform::Instagram, Some("reel"), 30.0); 6]);
    posts.extend(vec![post(Platform::Instagram, Some("story"), 8.0); 3]);
    let facts = Facts { posts, ..Facts::default() };
    assert_eq!(said(&facts), told(&[("decay/nordbo/instagram", 13), ("decay/nordbo/instagram/reel", 6)]));
    let all = estimates(&brand(), &facts, &settings());
    let hours = |at: usize| match all[at].value {
        Value::HalfLife { hours } => hours,
        other => panic!("{other:?}"),
    };
    assert!((18.0..28.0).contains(&hours(0)), "{}", hours(0));
    assert!((26.0..31.0).contains(&hours(1)), "{}", hours(1));
}

#[test]
fn deals_that_are_over_teach_luck_and_what_a_deal_brings() {
    let deals: Vec<PastDeal> = (0..12)
        .map(|n| deal(n, &[(22_500.0, 4.0), (22_500.0, 6.0), (22_500.0, if n % 2 == 0 { 9.0 } else { 1.0 })]))
        .collect();
    let facts = Facts { deals, ..Facts::default() };
    assert_eq!(
        said(&facts),
        told(&[
            ("luck/nordbo", 36),
            ("luck/nordbo/instagram", 36),
            ("luck/nordbo/instagram/reel", 36),
            ("prior/nordbo/cpa", 12)
        ])
    );
    let prior = estimates(&brand(), &facts, &settings()).pop().expect("a prior");
    let Value::Prior { a, b } = prior.value else { panic!("{prior:?}") };
    assert!((0.9..1.15).contains(&(a / b)), "fifteen orders where fifteen were allowed: {a}/{b}");
    assert_eq!((prior.from, prior.until), (day(0), day(41)));
}

#[test]
fn a_deal_that_cannot_be_told_apart_by_post_still_says_how_it_went() {
    let mut blurred: Vec<PastDeal> = (0..12).map(|n| deal(n, &[(45_000.0, 8.0), (45_000.0, 8.0)])).collect();
    for deal in &mut blurred {
        deal.slices[1].values.remove(&Metric::Orders);
    }
    let all = estimates(&brand(), &Facts { deals: blurred, ..Facts::default() }, &settings());
    let names: Vec<Thing> = all.iter().map(|one| one.name.thing).collect();
    assert_eq!(names, [Thing::Prior], "no post by itself, so nothing of the luck between them");
}

#[test]
fn days_that_are_stated_again_go_before_clicks() {
    let again = |half: f64| DayAgain {
        growth: Growth {
            points: [12.0, 36.0, 84.0, 180.0].map(|age| (age, 20.0 * (1.0 - 2.0_f64.powf(-age / half)))).to_vec(),
            weight: spread::worth_of(20.0),
        },
        span: Span { from: day(0), until: day(9) },
    };
    let flow = PastFlow {
        flow: Flow { clicks: vec![900.0, 0.0, 0.0, 0.0, 0.0], orders: vec![30.0, 15.0, 8.0, 4.0, 2.0] },
        span: Span { from: day(0), until: day(5) },
    };
    let hours = |facts: Facts| {
        let all = estimates(&brand(), &facts, &settings());
        assert_eq!(all.len(), 1);
        match all[0].value {
            Value::HalfLife { hours } => (hours, all[0].n),
            other => panic!("{other:?}"),
        }
    };
    let flows = vec![flow; 3];
    let (stated, n) = hours(Facts { days: vec![again(60.0); 5], flows: flows.clone(), ..Facts::default() });
    assert!((55.0..61.0).contains(&stated), "{stated}");
    assert_eq!(n, 100);
    let (followed, n) = hours(Facts { flows, ..Facts::default() });
    assert!((14.0..26.0).contains(&followed), "{followed}");
    assert_eq!(n, 177);
}
