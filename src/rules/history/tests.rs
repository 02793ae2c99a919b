use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::domain::credit::{Claim, Credit};
use crate::domain::sample::{Absence, Reading};
use crate::rules::benchmark::own;
use crate::rules::readings::{Readings, Seen, Span};
use crate::rules::window::{Frame, Window};

fn at(text: &str) -> Timestamp {
    let text = if text.len() == "10T12:00".len() { format!("2026-06-{text}:00Z") } else { text.to_owned() };
    text.parse().expect("an instant")
}

fn alma() -> Subject {
    "creator/alma".parse().expect("a subject")
}

fn want(text: &str) -> Want {
    let (metric, platform) = match text.split_once('@') {
        Some((metric, platform)) => (metric, Some(platform.parse().expect("a platform"))),
        None => (text, None),
    };
    Want { metric: metric.parse().expect("a metric"), platform }
}

fn key(subject: &Subject, name: &str) -> SeriesKey {
    let want = want(name);
    SeriesKey { subject: subject.clone(), metric: want.metric, platform: want.platform.unwrap_or(Platform::Youtube) }
}

fn level(subject: &Subject, name: &str, when: &str, value: i64) -> Sample {
    let series = key(subject, name);
    let at = at(when);
    Sample {
        form: match series.metric.kind() {
            crate::domain::metric::Kind::Gauge => Form::Gauge { at },
            _ => Form::Total { at },
        },
        series,
        value,
        currency: None,
        known_at: at,
        provisional: false,
        self_reported: false,
    }
}

fn amount(subject: &Subject, name: &str, from: &str, until: &str, value: i64) -> Sample {
    Sample {
        form: Form::Amount { from: at(from), until: at(until) },
        known_at: at(until),
        ..level(subject, name, until, value)
    }
}

fn history(samples: Vec<Sample>) -> History {
    let mut history = History::new(Switches::default());
    history.append_all(samples);
    history
}

fn span(from: &str, until: &str) -> Span {
    Span { from: at(from), until: at(until) }
}

/// The reading of alma, as a word.
fn seen(history: &History, name: &str, from: &str, until: &str) -> String {
    word(history.view().over(&alma(), want(name), span(from, until)))
}

fn word(seen: Seen) -> String {
    match seen.reading {
        Reading::Value(value) => format!("{value} of {}", seen.n),
        Reading::Absent(Absence::Stale { age_secs }) => format!("stale {age_secs}"),
        Reading::Absent(why) => why.as_str().to_owned(),
    }
}

/// Four who saw the same orders, and spend of two platforms.
fn claimed(by: &[&str]) -> History {
    let rows = [("shop", 10), ("web", 14), ("survey", 20), ("meta_ads", 12), ("google_ads", 9)];
    let of = |name: &&(&str, i64)| by.contains(&name.0);
    let row = |(name, value): &(&str, i64)| amount(&deal(), &format!("orders@{name}"), "10T00:00", "11T00:00", *value);
    let mut samples: Vec<Sample> = rows.iter().filter(of).map(row).collect();
    samples.extend(
        ["meta_ads", "google_ads"].map(|name| amount(&deal(), &format!("spend@{name}"), "10T00:00", "11T00:00", 100)),
    );
    history(samples)
}

fn deal() -> Subject {
    "partnership/spring/alma".parse().expect("a subject")
}

fn credited(history: &History, name: &str) -> String {
    word(history.view().over(&deal(), want(name), span("10T00:00", "11T00:00")))
}

#[test]
fn orders_that_several_claim_count_once_and_spend_adds_up() {
    let all = ["shop", "web", "survey", "meta_ads", "google_ads"];
    for (by, orders) in [
        (&all[..], "10 of 1"),
        (&all[1..], "14 of 1"),
        (&all[2..], "20 of 1"),
        // Two platforms claim the orders of their own ads.
        (&all[3..], "21 of 2"),
        (&all[..1], "10 of 1"),
        (&[], "not_yet"),
    ] {
        let history = claimed(by);
        assert_eq!(credited(&history, "orders"), orders, "{by:?}");
        assert_eq!(credited(&history, "spend"), "200 of 2");
    }
    let history = claimed(&all);
    assert_eq!(credited(&history, "orders@meta_ads"), "12 of 1", "each is there by its name");
    assert_eq!(credited(&history, "cpa"), "20 of 3");
}

#[test]
fn a_campaign_says_whose_word_counts_and_the_receipt_who_else_claims() {
    let all = ["shop", "web", "meta_ads"];
    let mut history = claimed(&all);
    let mut credits = Credits::default();
    let spring: Subject = "campaign/spring".parse().expect("a subject");
    credits.declare(spring.clone(), Credit::new(vec![Claim::Link, Claim::Code]).expect("an order"));
    assert_eq!(
        word(history.view().credited(&credits).over(&deal(), want("orders"), span("10T00:00", "11T00:00"))),
        "14 of 1"
    );
    history.set_credits(credits);
    assert_eq!(credited(&history, "orders"), "14 of 1");
    let claims = history.view().claims(&deal(), want("cpa"), span("10T00:00", "11T00:00"));
    let told = |of: &[crate::rules::readings::Claimed]| {
        of.iter().map(|one| format!("{} {} {:?}", one.claim.as_str(), one.platform, one.value)).collect::<Vec<_>>()
    };
    let [orders] = claims.as_slice() else { panic!("one metric is claimed: {claims:?}") };
    assert_eq!(told(&orders.counted), ["link web Some(14.0)"]);
    assert_eq!(told(&orders.also), ["platform meta_ads Some(12.0)", "code shop Some(10.0)"]);
    // Nobody stands against anybody: there is nothing to tell.
    assert!(claimed(&["shop"]).view().claims(&deal(), want("cpa"), span("10T00:00", "11T00:00")).is_empty());
    // What does not count at all is not counted, and is not nothing either.
    let mut only = Credits::default();
    only.declare(spring, Credit::new(vec![Claim::Code]).expect("an order"));
    let mut history = claimed(&["meta_ads"]);
    history.set_credits(only);
    assert_eq!(credited(&history, "orders"), "not_yet");
    assert_eq!(history.view().claims(&deal(), want("orders"), span("10T00:00", "11T00:00")).len(), 1);
}

#[test]
fn a_claim_that_counts_and_is_silent_now_is_not_replaced_by_another() {
    let shop = amount(&deal(), "orders@shop", "10T00:00", "11T00:00", 10);
    let ads = ["10T00:00", "11T00:00"].map(|from| {
        let until = if from == "10T00:00" { "11T00:00" } else { "12T00:00" };
        amount(&deal(), "orders@meta_ads", from, until, 5)
    });
    let history = history([vec![shop], ads.to_vec()].concat());
    let day = |from: &str, until: &str| word(history.view().over(&deal(), want("orders"), span(from, until)));
    assert_eq!(day("10T00:00", "11T00:00"), "10 of 1");
    assert_ne!(day("11T00:00", "12T00:00"), "5 of 1", "the shop has not said yet");
    let newest = history.view().newest(&deal(), want("orders"), at("12T00:00"));
    assert_eq!(newest, Some(at("11T00:00")), "as old as the word that counts");
}

/// The deal's book is kept by the program itself: a day without an entry is a day on which nothing fell due.
#[test]
fn the_book_of_a_deal_adds_to_the_ads_and_its_silence_is_nothing() {
    let book =
        |value, known| Sample { known_at: at(known), ..amount(&alma(), "spend@deal", "10T09:00", "10T09:01", value) };
    let ads = [("10T00:00", "11T00:00", 100), ("11T00:00", "12T00:00", 50)]
        .map(|(from, until, value)| amount(&alma(), "spend@meta_ads", from, until, value));
    let [one, two] = ads;
    let history = history(vec![one, two, book(4_000, "10T10:00")]);
    let day = |name: &str, from: &str, until: &str| seen(&history, name, from, until);
    assert_eq!(day("spend", "10T00:00", "11T00:00"), "4100 of 2");
    assert_eq!(day("spend@meta_ads", "10T00:00", "11T00:00"), "100 of 1");
    assert_eq!(day("spend@deal", "10T00:00", "11T00:00"), "4000 of 1");
    assert_eq!(day("spend", "11T00:00", "12T00:00"), "50 of 1");
    assert_eq!(day("spend@deal", "11T00:00", "12T00:00"), "0 of 0");
    // Silent ads are not cheap ads: the sum is absent, and as old as its other parts.
    assert_eq!(day("spend", "12T00:00", "14T00:00"), "not_yet");
    let newest = history.view().over(&alma(), want("spend"), span("10T00:00", "12T00:00")).newest;
    assert_eq!(newest, Some(at("12T00:00")));
    assert_eq!(history.view().begins(&alma(), want("spend")), Some(at("10T00:00")));
}

/// A creator's own word stands apart: it counts where the platform has said nothing, and never beside it.
#[test]
fn what_was_typed_in_counts_only_until_the_platform_speaks() {
    let post: Subject = "post/instagram/p1".parse().expect("a subject");
    let typed = |name: &str, when: &str, value| Sample { self_reported: true, ..level(&post, name, when, value) };
    let mut history =
        history(vec![typed("reach@instagram", "10T12:00", 31_000), level(&post, "views@instagram", "10T12:00", 900)]);
    let posts = [(Platform::Instagram, "p1".parse().expect("a post"))];
    let life =
        |history: &History, name: &str, until: &str| word(history.view().over_posts(&posts, want(name), at(until)));
    assert_eq!(life(&history, "reach", "11T00:00"), "31000 of 1");
    assert_eq!(life(&history, "reach@instagram", "11T00:00"), "31000 of 1");
    assert_eq!(life(&history, "reach@tiktok", "11T00:00"), "not_yet");
    let by_hand = |history: &History, name: &str| history.view().is_typed_in(&post, want(name));
    assert!(by_hand(&history, "reach") && !by_hand(&history, "views"));
    assert!(!history.is_stated(&key(&post, "reach@instagram")) && history.is_stated(&key(&post, "views@instagram")));
    // The platform's word takes its place, also where it is less; what was known before stays answerable.
    history.append_poll(&[level(&post, "reach@instagram", "11T12:00", 28_000)], &[], at("11T12:00"));
    assert_eq!(life(&history, "reach", "12T00:00"), "28000 of 1");
    assert!(!by_hand(&history, "reach"));
    let then = history.as_of(at("11T00:00")).over_posts(&posts, want("reach"), at("11T00:00"));
    assert_eq!(word(then), "31000 of 1");
    // And a later one by hand changes nothing.
    history.append_poll(&[typed("reach@instagram", "12T01:00", 99_000)], &[], at("12T01:00"));
    assert_eq!(life(&history, "reach", "12T06:00"), "28000 of 1");
}

#[test]
fn a_book_is_restated_and_what_was_withdrawn_is_gone() {
    let book =
        |value, known| Sample { known_at: at(known), ..amount(&alma(), "spend@deal", "10T09:00", "10T09:01", value) };
    let history = history(vec![book(4_000, "10T10:00"), book(0, "12T10:00")]);
    assert_eq!(seen(&history, "spend", "10T00:00", "11T00:00"), "0 of 1");
    let then = history.as_of(at("11T00:00")).over(&alma(), want("spend"), span("10T00:00", "11T00:00"));
    assert_eq!(word(then), "4000 of 1");
    let key = key(&alma(), "spend@deal");
    assert_eq!(history.amounts(&key).into_values().collect::<Vec<_>>(), [0]);
}

#[test]
fn an_increase_is_between_the_last_statements_at_or_before_both_boundaries() {
    let history = history(vec![
        level(&alma(), "views", "09T23:00", 100),
        level(&alma(), "views", "10T12:00", 130),
        level(&alma(), "views", "11T00:00", 180),
        level(&alma(), "views", "11T00:01", 999),
        level(&alma(), "views", "11T12:00", 150),
    ]);
    assert_eq!(seen(&history, "views", "10T00:00", "11T00:00"), "80 of 3");
    assert_eq!(seen(&history, "views", "11T00:00", "12T00:00"), "-30 of 3", "totals fall, and no reset is guessed");
    assert_eq!(seen(&history, "views", "11T01:00", "11T02:00"), "0 of 1");
}

#[test]
fn a_statement_older_than_a_day_is_no_boundary() {
    let history = history(vec![level(&alma(), "views", "10T12:00", 100), level(&alma(), "views", "11T12:00", 130)]);
    assert_eq!(seen(&history, "views", "11T12:00", "12T12:00"), "0 of 1", "a day exactly is still good");
    assert_eq!(seen(&history, "views", "11T12:00", "12T12:01"), "stale 86460");
    assert_eq!(seen(&history, "views", "10T11:59", "11T12:00"), "not_yet");
    assert_eq!(seen(&history, "likes", "10T12:00", "11T12:00"), "not_yet");
}

#[test]
fn a_repeated_statement_is_as_fresh_as_its_repetition() {
    let history =
        history(vec![level(&alma(), "followers", "10T12:00", 100), level(&alma(), "followers", "11T12:00", 100)]);
    assert_eq!(seen(&history, "followers", "12T11:00", "12T12:00"), "100 of 1");
}

#[test]
fn the_last_word_of_the_source_says_why_there_is_nothing() {
    let mut history = history(vec![level(&alma(), "views", "10T12:00", 100)]);
    let mut word = |when: &str, why| {
        history.append_missing(&Missing { series: key(&alma(), "views"), why, at: at(when) });
        seen(&history, "views", "10T12:00", "12T12:00")
    };
    assert_eq!(word("11T18:00", Absence::Hidden), "hidden");
    assert_eq!(word("11T20:00", Absence::Gone), "gone");
    assert_eq!(word("13T00:00", Absence::Unauthorized), "gone", "what is said later is not why");
    assert_eq!(seen(&history, "views", "10T12:00", "11T12:00"), "0 of 1", "a good statement outlives a later silence");
    history.append_poll(&[level(&alma(), "views", "14T00:00", 1)], &[], at("14T00:00"));
    assert_eq!(seen(&history, "views", "10T12:00", "16T00:00"), "stale 172800", "and a number ends a silence");
    history.append_missing(&Missing { series: key(&alma(), "views"), why: Absence::Unauthorized, at: at("15T00:00") });
    assert_eq!(
        seen(&history, "views", "10T12:00", "16T00:00"),
        "unauthorized",
        "the same word after a number is a new one"
    );
}

#[test]
fn of_equal_times_the_newest_known_wins_and_the_older_stays_answerable() {
    let mut history = history(vec![level(&alma(), "followers", "10T12:00", 100)]);
    let again = level(&alma(), "followers", "10T12:00", 70);
    history.append_poll(&[again], &[], at("10T15:00"));
    let hour = span("10T12:00", "10T13:00");
    let read = |known: &str| word(history.as_of(at(known)).over(&alma(), want("followers"), hour));
    assert_eq!(read("10T11:00"), "not_yet");
    assert_eq!(read("10T14:00"), "100 of 1");
    assert_eq!(read("10T15:00"), "70 of 1");
    assert_eq!(seen(&history, "followers", "10T12:00", "10T13:00"), "70 of 1");
}

#[test]
fn a_statement_that_comes_late_takes_its_place() {
    let mut history = history(vec![level(&alma(), "views", "09T23:00", 100), level(&alma(), "views", "11T03:00", 200)]);
    assert_eq!(seen(&history, "views", "10T00:00", "11T00:00"), "stale 90000");
    history.append_poll(&[level(&alma(), "views", "10T23:58", 150)], &[], at("11T04:00"));
    assert_eq!(seen(&history, "views", "10T00:00", "11T00:00"), "50 of 2");
}

#[test]
fn an_amount_belongs_to_the_window_of_its_midpoint_and_a_restated_day_counts_once() {
    // Days of a source in another zone: 22:00 to 22:00.
    let mut samples = vec![
        amount(&alma(), "orders@shop", "09T22:00", "10T22:00", 3),
        amount(&alma(), "orders@shop", "10T22:00", "11T22:00", 5),
    ];
    let mut restated = amount(&alma(), "orders@shop", "09T22:00", "10T22:00", 4);
    restated.known_at = at("12T00:00");
    samples.push(restated);
    let history = history(samples);
    assert_eq!(seen(&history, "orders", "10T00:00", "11T00:00"), "4 of 1");
    assert_eq!(seen(&history, "orders", "10T00:00", "12T00:00"), "9 of 2");
    let then = history.as_of(at("11T12:00")).over(&alma(), want("orders"), span("10T00:00", "11T00:00"));
    assert_eq!(word(then), "3 of 1");
}

#[test]
fn a_day_without_a_report_is_not_a_day_without_sales() {
    let history = history(vec![amount(&alma(), "orders@shop", "10T00:00", "11T00:00", 3)]);
    assert_eq!(seen(&history, "orders", "11T00:00", "12T00:00"), "not_yet");
    assert_eq!(seen(&history, "orders", "10T00:00", "12T00:00"), "3 of 1", "a day behind is usual");
    assert_eq!(seen(&history, "orders", "10T00:00", "13T00:00"), "stale 172800");
}

#[test]
fn a_sum_over_platforms_lacks_no_part() {
    let history = history(vec![
        level(&alma(), "views@youtube", "10T00:00", 100),
        level(&alma(), "views@tiktok", "10T00:00", 10),
        level(&alma(), "views@youtube", "11T00:00", 150),
        level(&alma(), "views@tiktok", "11T00:00", 11),
        level(&alma(), "views@youtube", "12T12:00", 170),
    ]);
    assert_eq!(seen(&history, "views", "10T00:00", "11T00:00"), "51 of 4");
    assert_eq!(seen(&history, "views", "11T00:00", "12T12:00"), "stale 129600");
    assert_eq!(seen(&history, "views@youtube", "11T00:00", "12T12:00"), "20 of 2");
    let begins = |name: &str| history.view().begins(&alma(), want(name));
    assert_eq!(begins("views"), Some(at("10T00:00")));
    let newest = history.view().newest(&alma(), want("views"), at("13T00:00"));
    assert_eq!(newest, Some(at("11T00:00")), "as fresh as the stalest part");
}

#[test]
fn rates_are_worked_out_from_windowed_parts() {
    let history = history(vec![
        level(&alma(), "views", "10T00:00", 1_000),
        level(&alma(), "likes", "10T00:00", 50),
        level(&alma(), "views", "11T00:00", 1_200),
        level(&alma(), "likes", "11T00:00", 60),
        level(&alma(), "views", "12T00:00", 1_200),
        level(&alma(), "likes", "12T00:00", 60),
    ]);
    assert_eq!(seen(&history, "er_views", "10T00:00", "11T00:00"), "0.05 of 4", "a platform without saves is no gap");
    assert_eq!(seen(&history, "er_views", "11T00:00", "12T00:00"), "not_yet", "nothing to divide by");
    assert_eq!(seen(&history, "ctr", "10T00:00", "11T00:00"), "not_yet", "clicks are no option");
}

#[test]
fn an_engagement_that_falls_silent_makes_the_rate_absent() {
    let history = history(vec![
        level(&alma(), "views", "10T00:00", 1_000),
        level(&alma(), "likes", "10T00:00", 50),
        level(&alma(), "comments", "08T00:00", 5),
        level(&alma(), "views", "11T00:00", 1_200),
        level(&alma(), "likes", "11T00:00", 60),
    ]);
    assert_eq!(seen(&history, "er_views", "10T00:00", "11T00:00"), "stale 259200");
}

#[test]
fn money_of_two_currencies_is_not_added() {
    let euro = |value| Sample {
        currency: Some("EUR".parse().expect("a currency")),
        ..amount(&alma(), "spend@meta_ads", "10T00:00", "11T00:00", value)
    };
    let krona = Sample {
        currency: Some("SEK".parse().expect("a currency")),
        ..amount(&alma(), "spend@meta_ads", "11T00:00", "12T00:00", 7)
    };
    let mut history = history(vec![euro(100)]);
    let appended = history.append_poll(&[krona], &[], at("12T00:00"));
    assert_eq!((appended.refused.len(), appended.touched.len()), (1, 0));
    assert_eq!(seen(&history, "spend", "10T00:00", "12T00:00"), "100 of 1");
    assert_eq!(history.currency(&alma(), want("spend")).map(Currency::code), Some("EUR"));
}

#[test]
fn a_campaign_is_the_sum_of_its_members_where_it_has_no_numbers_of_its_own() {
    let campaign: Subject = "campaign/spring".parse().expect("a subject");
    let bo: Subject = "creator/bo".parse().expect("a subject");
    let mut samples = Vec::new();
    for (subject, start) in [(alma(), 100), (bo.clone(), 500)] {
        samples.push(level(&subject, "views", "10T00:00", start));
        samples.push(level(&subject, "views", "11T00:00", start + 30));
    }
    samples.push(level(&alma(), "views", "12T12:00", 200));
    let mut history = history(samples);
    history.set_members(campaign.clone(), vec![alma(), bo, campaign.clone()]);
    let read = |from, until| word(history.view().over(&campaign, want("views"), span(from, until)));
    assert_eq!(read("10T00:00", "11T00:00"), "60 of 4");
    assert_eq!(read("11T00:00", "12T12:00"), "stale 129600", "a silent member is not a zero");
}

#[test]
fn posts_go_by_publish_time_and_are_read_over_their_life() {
    let mut history = History::new(Switches::default());
    for (name, published, likes) in [("p1", "08T00:00", 5), ("p2", "09T00:00", 7), ("p3", "11T00:00", 100)] {
        history.add_post(&PostFacts {
            platform: Platform::Youtube,
            post: name.parse().expect("an id"),
            creator: "alma".parse().expect("an id"),
            campaign: Some("spring".parse().expect("an id")),
            published_at: at(published),
        });
        let post: Subject = format!("post/youtube/{name}").parse().expect("a subject");
        history
            .append_all(vec![level(&post, "likes", "10T00:00", likes), level(&post, "views", "10T00:00", likes * 10)]);
    }
    let view = history.view();
    let names = |subject: &str, until, n| -> Vec<String> {
        let posts = view.newest_posts(&subject.parse().expect("a subject"), at(until), n);
        posts.into_iter().map(|(_, post)| post.to_string()).collect()
    };
    assert_eq!(names("creator/alma", "10T00:00", 3), ["p2", "p1"]);
    assert_eq!(names("partnership/spring/alma", "12T00:00", 2), ["p3", "p2"]);
    let posts = view.newest_posts(&alma(), at("10T00:00"), 2);
    assert_eq!(word(view.over_posts(&posts, want("likes"), at("10T00:00"))), "12 of 2");
    assert_eq!(word(view.over_posts(&posts, want("er_views"), at("10T00:00"))), "0.1 of 4");
    assert_eq!(word(view.over_posts(&posts, want("likes"), at("12T00:00"))), "stale 172800");
    assert_eq!(word(view.over_posts(&[], want("likes"), at("12T00:00"))), "not_yet");
}

#[test]
fn forgetting_changes_nothing_that_comes_after() {
    let samples: Vec<Sample> = (1..=9)
        .flat_map(|day| {
            let when = format!("0{day}T23:00");
            [level(&alma(), "views", &when, day * day), level(&alma(), "followers", &when, day)]
        })
        .collect();
    let mut history = history(samples);
    let before: Vec<String> = ["views", "followers"].map(|name| seen(&history, name, "06T00:00", "09T00:00")).to_vec();
    history.forget(at("06T00:00"));
    let after: Vec<String> = ["views", "followers"].map(|name| seen(&history, name, "06T00:00", "09T00:00")).to_vec();
    assert_eq!(before, after);
    assert_eq!(seen(&history, "views", "03T00:00", "06T00:00"), "not_yet");
    history.append_poll(&[level(&alma(), "views", "10T23:00", 100)], &[], at("10T23:00"));
    assert_eq!(seen(&history, "views", "09T23:00", "10T23:00"), "19 of 2");
}

#[test]
fn own_is_the_median_of_earlier_days_inside_the_history() {
    // Increases of the days 2 to 8: 1, 2, 3, 4, 5, 6, 7; nothing was polled on day 5.
    let mut total = 0;
    let samples: Vec<Sample> = (1..=8)
        .filter_map(|day| {
            total += day - 1;
            (day != 5).then(|| level(&alma(), "views", &format!("0{day}T23:00"), total))
        })
        .collect();
    let history = history(samples);
    let before = |first: Span, days: i64| {
        let day = Window::Days(1);
        let length = SignedDuration::from_hours(days * 24);
        word(own(&history.view(), &alma(), want("views"), day, length, first, &Frame::utc()))
    };
    let ninth = span("09T00:00", "10T00:00");
    // Days 5 and 6 touch the boundary that is missing.
    assert_eq!(before(ninth, 7), "3 of 5");
    assert_eq!(before(ninth, 2), "6.5 of 2");
    assert_eq!(before(ninth, 8), "not_yet", "the whole span lies inside the history");
    assert_eq!(before(span("07T00:00", "08T00:00"), 2), "not_yet", "at least one must be left");
}

/// Polls of a fleet, six hours apart: what each does to it.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Grow,
    Freeze,
    Zero,
    Some,
    Late,
}

fn polls() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        8 => Just(Deed::Grow),
        2 => Just(Deed::Freeze),
        1 => Just(Deed::Zero),
        1 => Just(Deed::Some),
        1 => Just(Deed::Late),
    ];
    proptest::collection::vec(deed, 30..45)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Invariant 12: what was known when stays answerable, guards included.
    #[test]
    fn a_reading_as_of_then_is_the_reading_that_was_taken_then(deeds in polls()) {
        let fleet: Vec<Subject> = (0..24).map(|n| format!("creator/c{n}").parse().expect("a subject")).collect();
        let mut history = History::new(Switches::default());
        let mut values = vec![1_000_i64; fleet.len()];
        let mut taken = Vec::new();
        let start = at("01T01:00");
        let ask = |view: View<'_>, now: Timestamp| -> Vec<Seen> {
            let hours = [6, 24, 48].map(SignedDuration::from_hours);
            hours
                .iter()
                .flat_map(|length| [(Window::Days(1), *length), (Window::Hours(6), *length)])
                .filter_map(|(window, back)| window.latest(now.checked_sub(back).ok()?, &Frame::utc()))
                .map(|span| view.over(&fleet[3], want("views"), span))
                .collect()
        };
        for (n, deed) in (0_i64..).zip(&deeds) {
            let now = start + SignedDuration::from_hours(n * 6);
            let observed = if matches!(deed, Deed::Late) { now - SignedDuration::from_hours(7) } else { now };
            let samples: Vec<Sample> = fleet
                .iter()
                .zip(values.iter_mut())
                .enumerate()
                .map(|(place, (subject, value))| {
                    match deed {
                        Deed::Grow | Deed::Late => *value += 5,
                        Deed::Some if place < 2 => *value += 5,
                        Deed::Some | Deed::Freeze | Deed::Zero => {}
                    }
                    let said = if matches!(deed, Deed::Zero) { 0 } else { *value };
                    Sample { form: Form::Total { at: observed }, ..level(subject, "views", "01T00:00", said) }
                })
                .collect();
            history.append_poll(&samples, &[], now);
            taken.push((now, ask(history.view(), now)));
        }
        for (now, then) in taken {
            prop_assert_eq!(ask(history.as_of(now), now), then, "at {}", now);
        }
    }
}
