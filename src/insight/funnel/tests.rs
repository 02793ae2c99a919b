use proptest::prelude::*;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::insight::causes::case::{CodeInText, Crowd, Posted};

/// A creator of eight posts whose rates vary by up to a third either way, scaled by `by` at one step.
fn creator(rng: &mut ChaCha8Rng, weak: Option<Step>, by: f64) -> Known {
    let own = rng.random_range(0.8..1.25);
    let at = |step| if weak == Some(step) { by } else { 1.0 };
    let posts = (0..8)
        .map(|_| {
            let mut luck = || own * rng.random_range(0.7..1.4);
            let views = (20_000.0 * luck() * at(Step::Reach)).round();
            let clicks = (views * 0.01 * luck() * at(Step::Click)).round();
            let orders = (clicks * 0.05 * luck() * at(Step::Order)).round();
            Posted {
                at: jiff::Timestamp::UNIX_EPOCH,
                first_day: None,
                views: Some(views),
                engagements: Some((views * 0.05 * luck() * at(Step::Engagement)).round()),
                clicks: Some(clicks),
                orders: Some(orders),
                with_code: Some((orders * f64::min(1.0, 0.6 * luck() * at(Step::Redemption))).round()),
                code: CodeInText::Said,
            }
        })
        .collect();
    Known { posts, crowd: Crowd { followers: Some(60_000.0), ..Crowd::default() }, ..Known::default() }
}

fn told(seed: u64, weak: Option<Step>, by: f64) -> Funnel {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let subject = creator(&mut rng, weak, by);
    let peers: Vec<Known> = (0..10).map(|_| creator(&mut rng, None, 1.0)).collect();
    funnel(&subject, &peers)
}

#[test]
fn a_step_that_lost_two_thirds_is_the_weakest() {
    for step in Step::ALL {
        let named = (0..40).filter(|seed| told(*seed, Some(step), 0.33).weakest == Some(step)).count();
        assert!(36 <= named, "{step:?} in {named} of 40");
    }
}

#[test]
fn every_funnel_has_a_lowest_step_and_few_have_a_weak_one() {
    let named = (0..400).filter(|seed| told(*seed, None, 1.0).weakest.is_some()).count();
    assert!(named <= 20, "{named} of 400");
}

#[test]
fn what_is_not_known_is_left_out_and_few_others_say_nothing() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut subject = creator(&mut rng, None, 1.0);
    let peers: Vec<Known> = (0..10).map(|_| creator(&mut rng, None, 1.0)).collect();
    subject.crowd.followers = None;
    for post in &mut subject.posts {
        post.clicks = None;
    }
    let steps: Vec<Step> = funnel(&subject, &peers).rates.iter().map(|rate| rate.step).collect();
    assert_eq!(steps, [Step::Engagement, Step::Redemption]);
    assert_eq!(funnel(&subject, &peers[..3]), Funnel::default());
}

proptest! {
    #[test]
    fn intervals_hold_their_middle(seed in 0_u64..10_000, by in 0.0..1.5_f64) {
        for rate in told(seed, Some(Step::Order), by).rates {
            prop_assert!(rate.own_between.0 <= rate.own && rate.own <= rate.own_between.1, "{:?}", rate);
            prop_assert!(rate.usual_between.0 <= rate.usual && rate.usual <= rate.usual_between.1, "{:?}", rate);
            prop_assert!((0.0..=1.0).contains(&rate.chance), "{:?}", rate);
        }
    }
}
