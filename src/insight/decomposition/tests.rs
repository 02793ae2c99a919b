use proptest::prelude::*;

use super::*;

fn counts(spend: f64, views: f64, clicks: f64, orders: f64, worth: f64) -> Counts {
    Counts {
        spend: Some(spend),
        views: Some(views),
        engagements: None,
        clicks: Some(clicks),
        orders: Some(orders),
        worth: Some(worth),
    }
}

#[track_caller]
fn check(target: Target, before: &Counts, now: &Counts, scale: Scale, want: &[(Step, i64)]) {
    let told = decompose(target, before, now, scale).expect("a change");
    let parts: Vec<(Step, i64)> = told.parts.iter().map(|part| (part.step, part.units)).collect();
    assert_eq!(parts, want);
    assert_eq!(told.parts.iter().map(|part| part.units).sum::<i64>(), told.now - told.before);
}

/// The example of `docs/insight.md`: 1,000 views for €19.00 with 8.0 clicks per 1,000 and 5.2 orders per 100 clicks, against
/// €21.00, 7.1 and 1.9.
#[test]
fn the_worked_example_of_the_docs() {
    let others = counts(1_900.0, 1_000.0, 8.0, 0.416, 0.0);
    let alma = counts(64_000.0, 64_000.0 / 2.1, 64.0 / 2.1 * 7.1, 64.0 / 2.1 * 7.1 * 0.0185, 0.0);
    let told = decompose(Target::Cpa, &others, &alma, Scale::PerReach).expect("a change");
    assert_eq!((told.before, told.now), (4_567, 15_988));
    let parts: Vec<(Step, i64)> = told.parts.iter().map(|part| (part.step, part.units)).collect();
    assert_eq!(parts, [(Step::Cost, 983), (Step::Click, 1_171), (Step::Conversion, 9_267)]);
    let text = include_str!("../../../docs/insight.md");
    for said in ["€45.67", "€159.88", "+€92.67", "+€11.71", "+€9.83"] {
        assert!(text.contains(said), "docs/insight.md says {said}");
    }
}

#[test]
fn one_step_that_moved_explains_all_of_it() {
    let before = counts(10_000.0, 1_000.0, 100.0, 10.0, 50_000.0);
    let fewer_buy = counts(10_000.0, 1_000.0, 100.0, 5.0, 25_000.0);
    let nothing_else = [(Step::Reach, 0), (Step::Click, 0), (Step::Conversion, -25_000), (Step::OrderValue, 0)];
    check(Target::Revenue, &before, &fewer_buy, Scale::Absolute, &nothing_else);
    let cost = [(Step::Cost, 0), (Step::Click, 0), (Step::Conversion, 1_000)];
    check(Target::Cpa, &before, &fewer_buy, Scale::PerReach, &cost);
    let dearer = counts(20_000.0, 1_000.0, 100.0, 10.0, 50_000.0);
    let spent = [(Step::Cost, -25_000), (Step::Click, 0), (Step::Conversion, 0), (Step::OrderValue, 0)];
    check(Target::Roas, &before, &dearer, Scale::PerReach, &spent);
    check(Target::Roi, &before, &dearer, Scale::PerReach, &spent);
}

#[test]
fn what_is_unknown_is_read_with_the_next_step() {
    let before = counts(10_000.0, 1_000.0, 100.0, 10.0, 50_000.0);
    let unseen = Counts { clicks: None, ..counts(10_000.0, 1_000.0, 0.0, 5.0, 25_000.0) };
    let told = decompose(Target::Orders, &before, &unseen, Scale::Absolute).expect("a change");
    let parts: Vec<_> = told.parts.iter().map(|part| (part.step, part.per, part.units)).collect();
    assert_eq!(parts, [(Step::Reach, None, 0), (Step::Conversion, Some(Step::Reach), -500)]);
}

#[test]
fn nobody_who_clicks_explains_that_nobody_buys() {
    let before = counts(10_000.0, 1_000.0, 100.0, 10.0, 50_000.0);
    let none = counts(10_000.0, 1_000.0, 0.0, 0.0, 0.0);
    let want = [(Step::Reach, 0), (Step::Click, -50_000), (Step::Conversion, 0), (Step::OrderValue, 0)];
    check(Target::Revenue, &before, &none, Scale::Absolute, &want);
    assert_eq!(decompose(Target::Cpa, &before, &none, Scale::PerReach), Err(Undecomposed::Unknown));
}

#[test]
fn orders_without_a_click_are_no_chain() {
    let before = counts(10_000.0, 1_000.0, 100.0, 10.0, 50_000.0);
    let by_code = counts(10_000.0, 1_000.0, 0.0, 5.0, 25_000.0);
    let want = [(Step::Reach, 0), (Step::Conversion, -25_000), (Step::OrderValue, 0)];
    check(Target::Revenue, &before, &by_code, Scale::Absolute, &want);
}

fn count() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        1 => Just(None),
        2 => Just(Some(0.0)),
        6 => (0_u32..2_000_000).prop_map(|count| Some(f64::from(count))),
        1 => (0.0_f64..1e12).prop_map(Some),
    ]
}

fn worth() -> impl Strategy<Value = Option<f64>> {
    (count(), any::<bool>()).prop_map(|(count, back)| count.map(|count| if back { -count } else { count }))
}

prop_compose! {
    fn any_counts()(
        spend in count(), views in count(), engagements in count(), clicks in count(), orders in count(), worth in worth(),
    ) -> Counts {
        Counts { spend, views, engagements, clicks, orders, worth }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn the_shares_add_up_to_the_change(before in any_counts(), now in any_counts(), target in 0..5_usize, absolute in any::<bool>()) {
        let target = [Target::Revenue, Target::Orders, Target::Cpa, Target::Roas, Target::Roi][target];
        let scale = if absolute { Scale::Absolute } else { Scale::PerReach };
        let Ok(told) = decompose(target, &before, &now, scale) else { return Ok(()) };
        prop_assert!(!told.parts.is_empty() || told.now == told.before);
        prop_assert_eq!(told.parts.iter().map(|part| part.units).sum::<i64>(), told.now - told.before);
        // The exact shares do so too: what was rounded is no more than a unit each.
        let factors = factors(target, &before, &now, scale);
        let exact: f64 = shapley(&factors).iter().sum();
        let (from, to) = (of(target, &before).expect("known"), of(target, &now).expect("known"));
        let size: f64 = factors.iter().map(sides).map(|(a, b)| f64::max(a.abs(), b.abs()).max(1e-300)).product();
        let largest = [from.abs(), to.abs(), size].into_iter().fold(1e-9, f64::max);
        prop_assert!((exact - (to - from)).abs() <= 1e-9 * largest, "{} {} {:?}", exact, to - from, factors);
    }

    #[test]
    fn what_did_not_change_explains_nothing(one in any_counts(), target in 0..5_usize) {
        let target = [Target::Revenue, Target::Orders, Target::Cpa, Target::Roas, Target::Roi][target];
        let Ok(told) = decompose(target, &one, &one, Scale::PerReach) else { return Ok(()) };
        prop_assert!(told.parts.iter().all(|part| part.units == 0));
    }
}
