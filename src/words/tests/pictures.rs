//! What explains a number and when posts do best, as drawings and in words, in both languages; where a funnel leaks.

use jiff::ToSpan as _;
use jiff::tz::TimeZone;

use super::*;
use crate::insight::decomposition::{Counts, Scale, Target, Yardstick, decompose};
use crate::insight::funnel::{Funnel, Rate, Step};
use crate::insight::own_ways::{Better, Group, Pause};
use crate::insight::posting_time::{OwnPost, posting_time, week};
use crate::words::chart::{heat_map, waterfall};
use crate::words::funnel::FunnelView;
use crate::words::hours::Hours;
use crate::words::moved::{Against, Moved};
use crate::words::pictured::{picture, why_picture};

fn side(spend: f64, clicks: f64, orders: f64) -> Counts {
    Counts {
        spend: Some(spend),
        views: Some(1_000.0),
        engagements: None,
        clicks: Some(clicks),
        orders: Some(orders),
        worth: Some(orders * 7_000.0),
    }
}

fn moved(target: Target, now: &Counts) -> Moved {
    let told = decompose(target, &side(1_900.0, 8.0, 8.0 * 0.052), now, Scale::PerReach).expect("a change");
    Moved { against: Against::Plan, told, currency: Some(euro()) }
}

/// The worked example of `docs/insight.md`, against the plan.
fn dearer() -> Moved {
    moved(Target::Cpa, &side(2_100.0, 7.1, 7.1 * 0.0185))
}

#[test]
fn a_waterfall_has_a_row_for_each_step_and_amounts_that_add_up() {
    let drawn = dearer().waterfall("Alma Lind · Spring Launch", &reader("en"));
    let sum: i64 = drawn.bars.iter().map(|bar| bar.units).sum();
    assert_eq!(drawn.until.units - drawn.from.units, sum);
    insta::assert_snapshot!(waterfall::svg(&drawn, &reader("en")).expect("a drawing"));
    insta::assert_snapshot!(waterfall::alt(&drawn, &reader("en")));
    let swedish = dearer().waterfall("Alma Lind · Vårlansering", &reader("sv"));
    insta::assert_snapshot!(waterfall::alt(&swedish, &reader("sv")));
}

#[test]
fn what_is_worse_depends_on_the_number() {
    let red = |told: &Moved| {
        let drawn = told.waterfall("Alma", &reader("en"));
        waterfall::svg(&drawn, &reader("en")).expect("a drawing").matches("#C02C20").count()
    };
    // A cost that fell is no cause for alarm; revenue per spend that fell is.
    assert!(0 < red(&dearer()));
    assert_eq!(red(&moved(Target::Cpa, &side(900.0, 8.0, 0.5))), 0);
    assert!(0 < red(&moved(Target::Roas, &side(2_100.0, 7.1, 0.1))));
}

#[test]
fn nothing_to_explain_is_no_picture() {
    let same = moved(Target::Cpa, &side(1_900.0, 8.0, 8.0 * 0.052));
    assert!(waterfall::render(&same.waterfall("Alma", &reader("en")), &reader("en")).is_err());
}

#[test]
fn the_team_alone_sees_what_explains_a_cost() {
    let mut view = fired();
    view.moved = Some(dearer());
    view.incident.released = true;
    // An alert that is too young for a line has this in its place.
    assert!(view.chart.is_none());
    for audience in [Audience::Internal, Audience::Client, Audience::Creator, Audience::Operator] {
        let is_team = audience == Audience::Internal;
        assert_eq!(
            picture(&view, "h", &reader("en"), audience).is_some_and(|one| one.is_ok()),
            is_team,
            "{audience:?}"
        );
        assert_eq!(why_picture(&view, &reader("en"), audience).is_some(), is_team, "{audience:?}");
        let why = answers::why(&view, &reader("en"), audience, now());
        assert_eq!(why.is_some_and(|why| plain(&why).contains("Why, against the plan")), is_team, "{audience:?}");
    }
}

#[test]
fn what_cannot_be_held_against_what_was_asked_says_so() {
    let mut view = fired();
    for tag in ["en", "sv"] {
        let mut said = std::collections::BTreeSet::new();
        for basis in Yardstick::ALL {
            view.against = Some(basis);
            said.insert(plain(&answers::why(&view, &reader(tag), Audience::Internal, now()).expect("why")));
        }
        assert_eq!(said.len(), 3, "{said:?}");
    }
    view.against = None;
    let why = plain(&answers::why(&view, &reader("en"), Audience::Internal, now()).expect("why"));
    assert!(!why.contains("cannot be held against"), "{why}");
}

/// Posts at hours after a Monday midnight in Stockholm.
fn hours(posts: &[(i64, f64)]) -> Hours {
    let monday = at("2026-03-01T23:00:00Z");
    let zone = TimeZone::get("Europe/Stockholm").expect("a zone");
    let posts: Vec<OwnPost> =
        posts.iter().map(|(hour, value)| OwnPost { published_at: monday + hour.hours(), value: *value }).collect();
    Hours {
        name: "Alma Lind".into(),
        zone: "Europe/Stockholm".into(),
        metric: Metric::Views,
        week: week(&posts, &zone).expect("a post"),
        best: posting_time(&posts, &zone, Metric::Views).map(|tip| tip.best),
    }
}

/// Five Monday evenings that do well, six Tuesday noons that do not.
fn evenings() -> Vec<(i64, f64)> {
    let evenings = (0..5).map(|week| (168 * week + 19, 20_000.0));
    evenings.chain((0..6).map(|week| (168 * week + 36, 9_000.0))).collect()
}

#[test]
fn a_heat_map_says_what_the_posts_carry() {
    let told = hours(&evenings());
    insta::assert_snapshot!(heat_map::svg(&told.map(&reader("en"))).expect("a drawing"));
    insta::assert_snapshot!(heat_map::alt(&told.map(&reader("en")), &reader("en")));
    insta::assert_snapshot!(heat_map::alt(&told.map(&reader("sv")), &reader("sv")));
    // Sunday to Thursday 18–21 are framed, and nothing else.
    let framed: Vec<(usize, usize)> = told.map(&reader("en")).framed;
    assert_eq!(framed, [(0, 6), (1, 6), (2, 6), (3, 6), (6, 6)]);
}

#[test]
fn few_posts_are_grey_and_say_nothing() {
    let few = hours(&evenings()[..7]).map(&reader("en"));
    assert!(few.framed.is_empty());
    for tile in &few.tiles {
        assert_eq!((tile.gain, tile.said.as_ref()), (None, None), "{tile:?}");
    }
    insta::assert_snapshot!(heat_map::alt(&few, &reader("en")));
    // Two posts in a cell are counted, and not put into a figure or a colour.
    let thin = hours(&[evenings(), vec![(90, 90_000.0), (91, 80_000.0)]].concat()).map(&reader("en"));
    let cell = thin.tiles.iter().find(|tile| tile.day == 3).expect("Thursday");
    assert_eq!((cell.gain, cell.said.as_ref(), cell.posts.as_str()), (None, None, "2 posts"), "{cell:?}");
}

fn rate(step: Step, own: f64, usual: f64, chance: f64) -> Rate {
    let around = |value: f64| (value * 0.8, value * 1.2);
    Rate { step, own, own_between: around(own), usual, usual_between: around(usual), chance, others: 10 }
}

#[test]
fn a_funnel_is_told_step_by_step_and_its_weakest_only_where_it_is_sure() {
    let rates = vec![
        rate(Step::Reach, 0.31, 0.36, 0.3),
        rate(Step::Engagement, 0.048, 0.05, 0.4),
        rate(Step::Click, 0.0071, 0.008, 0.2),
        rate(Step::Order, 0.0185, 0.052, 0.0009),
        rate(Step::Redemption, 0.4, 0.5, 0.2),
    ];
    let told = |weakest, tag| {
        let view = FunnelView { funnel: Funnel { rates: rates.clone(), weakest }, from: at("2026-05-26T00:00:00Z") };
        let lines = view.lines(&reader(tag), now());
        visible(&lines.iter().map(crate::words::phrase::text_of).collect::<Vec<_>>().join("\n"))
    };
    insta::assert_snapshot!(told(Some(Step::Order), "en"));
    insta::assert_snapshot!(told(None, "sv"));
    let mut view = fired();
    let funnel = Funnel { rates: rates.clone(), weakest: None };
    view.funnel = Some(FunnelView { funnel, from: at("2026-05-26T00:00:00Z") });
    for audience in [Audience::Internal, Audience::Client, Audience::Creator] {
        let why = answers::why(&view, &reader("en"), audience, now());
        let is_team = audience == Audience::Internal;
        assert_eq!(why.is_some_and(|why| plain(&why).contains("Step by step")), is_team, "{audience:?}");
    }
}

#[test]
fn formats_and_pauses_are_suggested_with_their_numbers() {
    fn better<K>(by: K) -> Better<K> {
        let best = Group { by, n: 9, mean: 14_100.0, shrunk: 13_000.0 };
        Better { best, overall: 10_600.0, posts: 18, gain: 0.2, chance: 0.001 }
    }
    let all = |tag| {
        let formats = ["reel", "story", "post", "video", "short", "photo", "carousel", "live", "igtv"];
        let pauses = [Pause::SameDay, Pause::Days, Pause::HalfWeek, Pause::Week];
        let metric = Metric::Views;
        let tips = formats.map(|one| Tip::Format { metric, better: better(one.to_owned()) }).into_iter();
        let tips = tips.chain(pauses.map(|one| Tip::Pause { metric, better: better(one) }));
        visible(&tips.map(|tip| crate::words::phrase::tip(&reader(tag), &tip)).collect::<Vec<_>>().join("\n"))
    };
    insta::assert_snapshot!(all("en"));
    insta::assert_snapshot!(all("sv"));
}
