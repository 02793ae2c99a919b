use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution as _, Gamma, Poisson};

use super::*;
use crate::rules::evidence::counts::chance_below;

fn orders(mean: f64, dice: &mut ChaCha8Rng) -> f64 {
    if mean <= 0.0 { 0.0 } else { Poisson::new(mean).expect("a mean").sample(dice) }
}

/// A partnership of four posts at a true rate.
fn partnership(rate: f64, k: f64, dice: &mut ChaCha8Rng) -> Vec<counts::Post> {
    let own = Gamma::new(k, 1.0 / k).expect("a shape");
    let mut post = || counts::Post { expected: 5.0, seen: orders(5.0 * rate * own.sample(dice), dice) };
    (0..4).map(|_| post()).collect()
}

/// A brand whose true rates are `Gamma(a, b)`, and what is learned from so many of its partnerships.
fn learned((a, b): (f64, f64), k: f64, past: usize, dice: &mut ChaCha8Rng) -> Prior {
    let rates_of = Gamma::new(a, 1.0 / b).expect("a shape");
    let past: Vec<_> = (0..past).map(|_| partnership(rates_of.sample(dice), k, dice)).collect();
    rates(&past, Luck::Varied { k }).expect("enough of them")
}

#[test]
fn the_population_is_found() {
    for (a, b) in [(2.0, 2.0), (4.0, 8.0), (6.0, 4.0)] {
        let got = learned((a, b), 2.0, 300, &mut ChaCha8Rng::seed_from_u64(3));
        assert!((got.a / got.b / (a / b)).ln().abs() < 0.12, "{got:?} for {a}, {b}");
        assert!((got.a / a).ln().abs() < 0.4, "{got:?} for {a}, {b}");
    }
}

#[test]
fn with_a_learned_prior_a_chance_is_what_it_says() {
    // Forty past partnerships of the brand, 150 new ones, twenty brands: of those that are called better or worse with
    // some chance, that share is. Within two points over all, and much better than the prior that stands before.
    let mut dice = ChaCha8Rng::seed_from_u64(17);
    let (a, b, k) = (4.0, 9.0, 2.0);
    let rates_of = Gamma::new(a, 1.0 / b).expect("a shape");
    let (mut said, mut said_unlearned, mut missed, mut all) = (0.0, 0.0, 0.0, 0.0);
    let (mut sure, mut sure_and_met) = (0.0, 0.0);
    for _ in 0..20 {
        let prior = learned((a, b), k, 40, &mut dice);
        for _ in 0..150 {
            let rate: f64 = rates_of.sample(&mut dice);
            let posts = partnership(rate, k, &mut dice);
            let chance = chance_below(posts.get(..2).expect("two"), Luck::Varied { k }, prior);
            said += chance;
            said_unlearned += chance_below(posts.get(..2).expect("two"), Luck::Varied { k }, Prior::UNLEARNED);
            missed += f64::from(u8::from(rate < 1.0));
            all += 1.0;
            if 0.9 <= chance {
                sure += 1.0;
                sure_and_met += f64::from(u8::from(1.0 <= rate));
            }
        }
    }
    let off = (said - missed) / all;
    assert!(off.abs() < 0.02, "said {}, was {}", said / all, missed / all);
    assert!(0.06 < ((said_unlearned - missed) / all).abs(), "the prior before says {}", said_unlearned / all);
    assert!(500.0 < sure && sure_and_met / sure < 0.1, "{sure_and_met} of {sure}");
}

#[test]
fn few_partnerships_teach_nothing() {
    let mut dice = ChaCha8Rng::seed_from_u64(3);
    let few: Vec<_> = (0..PARTNERSHIPS_MIN - 1).map(|_| partnership(1.0, 2.0, &mut dice)).collect();
    assert_eq!(rates(&few, Luck::Varied { k: 2.0 }), None);
    assert_eq!(shares(&[], Luck::Alike), None);
}

#[test]
fn partnerships_that_all_went_the_same_are_no_certainty() {
    // Ten that met their limit exactly: likely, but a new one may still differ by half.
    let ten: Vec<_> = (0..10).map(|_| vec![counts::Post { expected: 5.0, seen: 5.0 }; 4]).collect();
    let prior = rates(&ten, Luck::Varied { k: 5.0 }).expect("ten");
    assert!(prior.a < 60.0, "{prior:?}");
    // And none that ever sold keeps the mean within what is looked for.
    let none: Vec<_> = (0..10).map(|_| vec![counts::Post { expected: 5.0, seen: 0.0 }; 4]).collect();
    let prior = rates(&none, Luck::Varied { k: 5.0 }).expect("ten");
    assert!(0.01 < prior.a / prior.b && prior.a / prior.b < 0.2, "{prior:?}");
}

#[test]
fn shares_are_found_where_they_are_small() {
    let mut dice = ChaCha8Rng::seed_from_u64(29);
    let (a, b) = (4.0, 196.0);
    let share = Beta::new(a, b).expect("a shape");
    let past: Vec<Vec<shares::Post>> = (0..150)
        .map(|_| {
            let p: f64 = share.sample(&mut dice);
            let mut post = || {
                let hits = (0..800).filter(|_| dice.random_bool(p)).count();
                shares::Post { tries: 800.0, hits: f64::from(u32::try_from(hits).expect("few")) }
            };
            (0..3).map(|_| post()).collect()
        })
        .collect();
    let got = shares(&past, Luck::Alike).expect("enough");
    assert!((got.a / (got.a + got.b) / 0.02).ln().abs() < 0.15, "{got:?}");
    assert!((got.a / a).ln().abs() < 0.4, "{got:?}");
}
