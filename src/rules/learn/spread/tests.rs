use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Exp, LogNormal, Poisson};

use super::*;

const LN_2: f64 = std::f64::consts::LN_2;

/// Posts whose views fade with a half-life that differs from post to post, each looked at until some age of at most
/// `oldest` hours.
fn posts(half: f64, oldest: f64, count: usize, seed: u64) -> Vec<Growth> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let own = LogNormal::new(0.0, 0.3).expect("a spread");
    let reach = LogNormal::new(9.0, 1.0).expect("a spread");
    let one = |_| {
        let (half, views) = (half * own.sample(&mut dice), reach.sample(&mut dice));
        let age = oldest * dice.random_range(0.2..1.0);
        let ages = [6.0, 12.0, 24.0, 36.0, 48.0, 72.0, 96.0, 120.0, 168.0, 240.0, 336.0, 504.0, 720.0];
        let seen = ages.into_iter().filter(|at| *at < age).chain([age]);
        let points = seen.map(|at| (at, (views * (1.0 - 2.0_f64.powf(-at / half))).round())).collect();
        Growth { points, weight: POST }
    };
    (0..count).map(one).collect()
}

/// The same without the correction for right truncation: all that was seen is taken for all that comes.
fn naive(growths: &[Growth], around: (f64, f64)) -> f64 {
    let steps: Vec<Steps> =
        growths.iter().filter_map(Steps::of).map(|one| Steps { until: f64::INFINITY, ..one }).collect();
    fit(|rate| steps.iter().map(|one| one.ln_likelihood(rate)).sum(), around)
}

fn off(got: f64, want: f64) -> f64 {
    (got / want).ln().abs()
}

#[test]
fn a_half_life_is_recovered_from_posts_too_young_to_show_it() {
    for (half, oldest) in [(19.0, 720.0), (72.0, 144.0), (144.0, 240.0)] {
        for seed in 0..5 {
            let posts = posts(half, oldest, 100, seed);
            let got = half_life(&posts, (24.0, AROUND_SETTINGS)).expect("a half-life");
            assert!(off(got, half) < 0.3, "{got} for {half}, seed {seed}");
            if oldest < 4.0 * half {
                let without = naive(&posts, (24.0, AROUND_SETTINGS));
                let twice_as_far = without < half && 2.0 * off(got, half) < off(without, half);
                assert!(
                    0.5 < off(without, half) && twice_as_far,
                    "{without} for {half} without the correction, {got} with"
                );
            }
        }
    }
}

#[test]
fn what_hardly_anything_is_known_of_stays_near_the_settings() {
    let young: Vec<Growth> = posts(600.0, 20.0, POSTS_MIN, 3);
    let got = half_life(&young, (24.0, AROUND_SETTINGS)).expect("a half-life");
    assert!(24.0 < got && got < 120.0, "{got}");
    assert_eq!(half_life(&[], (24.0, AROUND_SETTINGS)), None);
    // One look at a post says nothing of when its views came, nor does a post that nobody saw.
    let looked_at_once = Growth { points: vec![(48.0, 900.0)], weight: POST };
    let unseen = Growth { points: vec![(24.0, 0.0), (48.0, 0.0)], weight: POST };
    assert_eq!(telling(&[looked_at_once.clone(), unseen.clone()]), 0);
    assert_eq!(half_life(&[looked_at_once, unseen], (24.0, AROUND_SETTINGS)), None);
}

#[test]
fn a_total_that_falls_stands_still() {
    let smooth = Growth { points: vec![(24.0, 500.0), (48.0, 750.0), (72.0, 750.0), (96.0, 940.0)], weight: POST };
    let falls = Growth { points: vec![(24.0, 500.0), (48.0, 750.0), (72.0, 700.0), (96.0, 940.0)], weight: POST };
    let around = (24.0, AROUND_SETTINGS);
    assert_eq!(half_life(&[smooth], around), half_life(&[falls], around));
}

/// A partnership that ends `days` after it began: clicks come in posts that fade, orders after an exponential wait, and
/// nothing later than the end is known.
fn flow(half: f64, days: usize, seed: u64) -> Flow {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let (wait, luck) = (Exp::new(LN_2 / half * 24.0).expect("a rate"), LogNormal::new(-0.32, 0.8).expect("a spread"));
    let mut clicks = vec![0.0; days];
    let mut orders = vec![0.0; days];
    for post in (0..days).step_by(6) {
        let worth = 400.0 * luck.sample(&mut dice);
        for (day, all) in clicks.iter_mut().enumerate().skip(post) {
            let since = i32::try_from(day - post).expect("few days");
            *all += Poisson::new(0.01 + worth * 0.5_f64.powi(since + 1)).expect("a mean").sample(&mut dice);
        }
    }
    for (day, clicks) in clicks.iter().enumerate() {
        let mut left = *clicks;
        while 0.0 < left {
            left -= 1.0;
            if dice.random_bool(0.05) {
                let at =
                    f64::from(u32::try_from(day).expect("few days")) + dice.random::<f64>() + wait.sample(&mut dice);
                // The day of the order, where it came before the end.
                if let Some(came) = (day..days).find(|later| at < f64::from(u32::try_from(*later).expect("few")) + 1.0)
                {
                    orders[came] += 1.0;
                }
            }
        }
    }
    Flow { clicks, orders }
}

#[test]
fn a_lag_is_recovered_although_the_last_orders_are_not_there_yet() {
    for (half, days) in [(24.0, 30), (72.0, 30), (72.0, 8)] {
        let flows: Vec<Flow> = (0..24).map(|seed| flow(half, days, seed)).collect();
        let got = lag(&flows, (24.0, AROUND_SETTINGS)).expect("a lag");
        assert!(off(got, half) < 0.35, "{got} for {half} over {days} days");
    }
}

#[test]
fn too_few_orders_teach_no_lag() {
    let one = Flow { clicks: vec![10.0, 5.0], orders: vec![1.0, 2.0] };
    assert_eq!(lag(&[one], (24.0, AROUND_SETTINGS)), None);
    // Orders before any click do not count.
    let other = Flow { clicks: vec![0.0, 10.0, 0.0], orders: vec![500.0, 3.0, 1.0] };
    assert!((orders_in(&[other]) - 4.0).abs() < 1e-12);
}
