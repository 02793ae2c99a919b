use proptest::prelude::*;

use super::*;

fn euro() -> Currency {
    "EUR".parse().expect("a currency")
}

fn of(net: i64) -> Balance {
    let money = |minor| Money::new(minor, euro());
    Balance { spend: money(0), brings: money(0), net: money(net), orders: 10 }
}

fn judged(net: i64, beyond: f64) -> Judged {
    let balance = of(net);
    let call = call(None, Ok(balance), None);
    Judged { rule: RuleId::new("cpa-stop").ok(), done: true, call, balance: Some(balance), beyond: Some(beyond) }
}

const DAY: f64 = 86_400.0;

/// The example of `docs/regret.md`.
#[test]
fn a_stop_is_worth_what_was_not_spent_less_what_it_would_have_brought() {
    // €120 a day for a week, 14 orders of it in the end, each leaving €40; 20 days and €3,000 were left.
    let pace = Ahead::Pace { recent: 84_000.0, recent_secs: 7.0 * DAY, secs: 20.0 * DAY, left: 300_000.0, after: 0.0 };
    let before = Before { spent: 84_000.0, orders: 14.0, worth: 4_000.0 };
    let told = balance(pace, before, euro()).expect("a balance");
    assert_eq!((told.spend.minor, told.brings.minor, told.net.minor), (240_000, 160_000, 80_000));
    // Had 28 orders come in the end, stopping would have lost.
    let late = balance(pace, Before { orders: 28.0, ..before }, euro()).expect("a balance");
    assert_eq!((late.spend.minor, late.brings.minor, late.net.minor), (240_000, 320_000, -80_000));
    assert_eq!((call(None, Ok(told), None), call(None, Ok(late), None)), (Call::Right, Call::Wrong));
    let docs = include_str!("../../../docs/regret.md");
    let euros = |balance: Balance| [balance.spend, balance.brings, balance.net].map(|money| money.minor.abs() / 100);
    let thousands = |euros: i64| {
        if euros < 1_000 { format!("€{euros}") } else { format!("€{},{:03}", euros / 1_000, euros % 1_000) }
    };
    for (row, at) in
        [("would have been spent: 20 days at €120", 0), ("would have brought: €2,400 ÷ €840 × orders × €40", 1)]
    {
        let [first, second] = [told, late].map(|one| thousands(euros(one)[at]));
        assert!(docs.contains(&format!("| {row} | {first} | {second} |")), "{row}: {first}, {second}");
    }
    let [saved, lost] = [told, late].map(|one| thousands(euros(one)[2]));
    assert!(docs.contains(&format!("**saved {saved}: right** | **lost {lost}: wrong**")), "{saved}, {lost}");
    let six = share(1, 6).expect("a share");
    assert!(docs.contains(&format!("from {:.0} % to {:.0} %", 100.0 * six.low, 100.0 * six.high)), "{six:?}");
}

#[test]
fn no_more_is_saved_than_was_left_and_what_was_spent_all_the_same_is_not_saved() {
    let pace = |left, after| Ahead::Pace { recent: 700.0, recent_secs: 7.0 * DAY, secs: 10.0 * DAY, left, after };
    assert_eq!(would_spend(pace(5_000.0, 0.0)), Ok(1_000.0));
    assert_eq!(would_spend(pace(400.0, 0.0)), Ok(400.0));
    assert_eq!(would_spend(pace(5_000.0, 300.0)), Ok(700.0));
    assert_eq!(would_spend(pace(400.0, 900.0)), Ok(0.0), "spending went on: nothing was saved, and nothing lost");
}

#[test]
fn what_cannot_be_told_has_its_reason() {
    let before = Before { spent: 0.0, orders: 3.0, worth: 100.0 };
    assert_eq!(balance(Ahead::Amount(500.0), before, euro()), Err(Untold::NoSpend));
    let still = Ahead::Pace { recent: 0.0, recent_secs: DAY, secs: DAY, left: 9.0, after: 0.0 };
    assert_eq!(would_spend(still), Err(Untold::NoPace));
    let back = Ahead::Pace { recent: 5.0, recent_secs: DAY, secs: 0.0, left: 9.0, after: 0.0 };
    assert_eq!(would_spend(back), Err(Untold::TakenBack));
    assert_eq!(call(None, Err(Untold::NoOrders), None), Call::Untold(Untold::NoOrders));
    assert_eq!(call(None, Err(Untold::NoOrders), Some(false)), Call::Wrong, "the line says it where the money cannot");
    assert_eq!(call(Some(true), Ok(of(-5)), None), Call::Right, "who wrote how to judge is heard first");
    for why in Untold::ALL {
        assert_eq!(serde_json::to_value(why).expect("json"), why.as_str());
    }
}

#[test]
fn wilsons_interval_is_the_published_one() {
    // Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for (hits, of, low, high) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let told = share(hits, of).expect("a share");
        assert!((told.low - low).abs() < 5e-5 && (told.high - high).abs() < 5e-5, "{hits} of {of}: {told:?}");
    }
    assert_eq!(share(0, 0), None);
}

#[test]
fn sums_keep_what_was_done_apart_from_what_was_only_asked_and_currencies_apart() {
    let krona = |minor| Money::new(minor, "SEK".parse().expect("a currency"));
    let swedish = Balance { spend: krona(0), brings: krona(0), net: krona(70), orders: 1 };
    let calls = [
        judged(500, 2.0),
        judged(-200, 1.2),
        Judged { done: false, ..judged(300, 3.0) },
        Judged { done: false, ..judged(-50, 3.0) },
        Judged { balance: Some(swedish), ..judged(70, 1.5) },
        Judged { call: Call::Untold(Untold::NoMoney), balance: None, beyond: None, ..judged(1, 1.0) },
    ];
    let card = scorecard(&calls);
    assert_eq!((card.calls, card.right, card.wrong, card.untold), (6, 3, 2, 1));
    assert_eq!(card.saved, Sums::from([(euro(), 500), (krona(0).currency, 70)]));
    assert_eq!(
        (card.lost, card.missed, card.spared),
        (Sums::from([(euro(), 200)]), Sums::from([(euro(), 300)]), Sums::from([(euro(), 50)]))
    );
    assert!((card.wrong_share.expect("a share").share - 0.4).abs() < 1e-12);
    assert_eq!(card.advice, Advice::TooFew { calls: 5, least: 8 });
}

#[test]
fn a_higher_line_is_suggested_where_the_calls_just_beyond_it_were_wrong() {
    let mut calls = vec![judged(-400, 1.05), judged(-300, 1.1), judged(100, 1.15), judged(-250, 1.204)];
    calls.extend([judged(900, 1.5), judged(800, 2.0), judged(700, f64::INFINITY)]);
    assert_eq!(scorecard(&calls).advice, Advice::TooFew { calls: 7, least: 8 });
    calls.push(judged(500, 1.8));
    let money = |minor| Money::new(minor, euro());
    let Advice::Raise { times, net, now, left } = scorecard(&calls).advice else { panic!("a higher line") };
    assert_eq!((times.to_bits(), net, now, left), (1.5_f64.to_bits(), money(2_900), money(2_050), 4));
    // Where hardly any was wrong the line stays.
    let right: Vec<Judged> = (0..9).map(|n| judged(100, 1.0 + f64::from(n))).collect();
    assert_eq!(scorecard(&right).advice, Advice::Keep);
    // And where the wrong ones are those far beyond it no line helps.
    let far: Vec<Judged> = (0..9).map(|n| judged(if n < 7 { 100 } else { -300 }, 1.1 + f64::from(n))).collect();
    assert_eq!(scorecard(&far).advice, Advice::Keep);
}

#[test]
fn beyond_is_the_same_whichever_side_is_worse() {
    assert_eq!(beyond(90.0, 45.0, true), Some(2.0));
    assert_eq!(beyond(0.5, 1.0, false), Some(2.0));
    assert_eq!(beyond(0.0, 1.0, false), Some(f64::INFINITY));
    assert_eq!(beyond(f64::NAN, 1.0, true), None);
    assert_eq!(beyond(f64::INFINITY, 45.0, true), Some(f64::INFINITY));
}

proptest! {
    #[test]
    fn saved_less_lost_is_the_sum_of_all_and_counts_add_up(
        nets in proptest::collection::vec((-100_000_i64..100_000, 1.0..5.0_f64, any::<bool>()), 0..40),
    ) {
        let calls: Vec<Judged> =
            nets.iter().map(|(net, times, done)| Judged { done: *done, ..judged(*net, *times) }).collect();
        let card = scorecard(&calls);
        let sum = |sums: &Sums| sums.get(&euro()).copied().unwrap_or(0);
        let done: i64 = nets.iter().filter(|one| one.2).map(|one| one.0).sum();
        let asked: i64 = nets.iter().filter(|one| !one.2).map(|one| one.0).sum();
        prop_assert_eq!(sum(&card.saved) - sum(&card.lost), done);
        prop_assert_eq!(sum(&card.missed) - sum(&card.spared), asked);
        prop_assert_eq!(card.right + card.wrong + card.untold, card.calls);
        if let Some(told) = card.wrong_share {
            prop_assert!(0.0 <= told.low && told.low <= told.share && told.share <= told.high && told.high <= 1.0);
        }
        match card.advice {
            // What is suggested is worth more than what is, and is what those calls were worth.
            Advice::Raise { times, net, now, left } => {
                let kept: Vec<i64> = nets.iter().filter(|one| times <= one.1).map(|one| one.0).collect();
                prop_assert!(1.0 < times && now.minor < net.minor);
                prop_assert_eq!((net.minor, left), (kept.iter().sum::<i64>(), u64_of_len(kept.len())));
                for line in nets.iter().map(|one| down(one.1)).filter(|line| 1.0 < *line) {
                    let also: i64 = nets.iter().filter(|one| line <= one.1).map(|one| one.0).sum();
                    prop_assert!(also <= net.minor);
                }
            }
            Advice::TooFew { calls, .. } => prop_assert!(calls < 8),
            Advice::Keep => prop_assert!(8 <= card.calls),
        }
    }

    #[test]
    fn a_stop_saves_at_most_what_was_left_and_never_below_the_margin_it_gave_up(
        recent in 1.0..1e7_f64, days in 0.1..60.0_f64, left in 0.0..1e7_f64, after in 0.0..1e6_f64,
        orders in 0.0..500.0_f64, worth in 0.0..1e5_f64,
    ) {
        let ahead = Ahead::Pace { recent, recent_secs: 7.0 * DAY, secs: days * DAY, left, after };
        let told = balance(ahead, Before { spent: recent, orders, worth }, euro()).expect("a balance");
        prop_assert!(0 <= told.spend.minor && told.spend.minor <= round_i64(left).expect("a number"));
        prop_assert_eq!(told.net.minor, told.spend.minor - told.brings.minor);
    }
}
