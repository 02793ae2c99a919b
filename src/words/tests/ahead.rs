//! Dates, ranges, and deals judged together.

use super::*;
use crate::rules::evidence::tested::Weight;
use crate::rules::projection::{Projection, Range};
use crate::rules::rule::Method;
use crate::words::view::{EndView, NextView, PoolView};

fn with_next() -> IncidentView {
    let mut view = fired();
    view.ahead.next = Some(NextView {
        name: "Story set".into(),
        costs: money("400.00 EUR"),
        low: money("40.00 EUR"),
        high: money("160.00 EUR"),
    });
    view.ahead.clears = vec![Clears::More {
        metric: Metric::Orders,
        amount: 7.0,
        by: Some(at("2026-06-26T16:00:00Z")),
        boost_stopped: false,
        currency: None,
    }];
    view.ahead.end = Some(end());
    view
}

fn end() -> EndView {
    let range = |low: f64, mid: f64, high: f64| Range { low, mid, high };
    EndView {
        at: at("2026-07-15T21:59:59Z"),
        things: Metric::Orders,
        cost: Metric::Cpa,
        end: Projection {
            things: range(51.6, 60.0, 70.2),
            spend: range(270_000.0, 270_000.0, 290_000.0),
            cost: range(3_850.0, 4_500.0, 5_230.0),
            roas: Some(range(1.21, 1.4, 1.64)),
        },
        currency: money("0.00 EUR").currency,
    }
}

#[test]
fn the_next_piece_says_what_it_would_probably_bring() {
    let en = team(&with_next(), "en");
    assert!(en.contains("Story set would probably bring €40–€160 more margin; it costs €400."), "{en}");
    assert!(en.contains("Clears with another 3 orders by Fri 18:00, boost stopped."), "{en}");
    let sv = team(&with_next(), "sv");
    assert!(sv.contains("Story set skulle troligen ge 40 €–160 € mer i marginal; den kostar 400 €."), "{sv}");
}

#[test]
fn why_says_every_way_out_and_where_it_would_end() {
    let why = |view: &IncidentView, tag: &str, audience| {
        answers::why(view, &reader(tag), audience, now()).map(|message| read(&message)).expect("an answer")
    };
    let en = why(&with_next(), "en", Audience::Internal);
    let first = en.find("another 3 orders by Fri 18:00, boost stopped").expect("the useful one");
    let other = en.find("Clears with another 7 orders by Fri 18:00.").expect("the other one");
    assert!(first < other, "{en}");
    let said = "At last week's pace, by 15 Jul: 51–71 orders for €2,700–€2,900, €38.50–€52.30 per order, 1.2–1.6 in sales for every 1 spent.";
    assert!(en.contains(said), "{en}");
    let sv = why(&with_next(), "sv", Audience::Internal);
    assert!(sv.contains("I förra veckans takt, till 15 juli: 51–71"), "{sv}");
    // Margins and what is still to come are the team's alone.
    for audience in [Audience::Client, Audience::Creator] {
        let mut shown = with_next();
        shown.incident.released = true;
        let Some(message) = answers::why(&shown, &reader("en"), audience, now()) else { continue };
        let text = read(&message);
        assert!(!text.contains("margin") && !text.contains("pace"), "{text}");
    }
    let mut released = with_next();
    released.incident.released = true;
    let client = told(&released, "en", Audience::Client, now());
    assert!(!client.contains("margin"), "{client}");
}

fn pooled() -> IncidentView {
    let mut view = fired();
    view.names.creator = None;
    view.incident.subject = Subject::Campaign(CampaignId::new("spring").expect("id"));
    let weight = Weight {
        method: Method::Anytime,
        level: 0.80,
        value: 41.3,
        line: 5.0,
        expected: 60.2,
        seen: 5.0,
        posts: 12,
        k: Some(1.1),
        prior: None,
        tests: 1,
        stretches: Vec::new(),
    };
    view.seen = vec![Seen { weight: Some(weight), ..cpa() }];
    view.owed = None;
    view.tips.clear();
    view.ahead.pool = Some(PoolView { deals: 12, judged: 11, group: Some((Platform::Instagram, "reel".into())) });
    view
}

#[test]
fn small_deals_are_told_together_and_name_nobody() {
    insta::assert_snapshot!(team(&pooled(), "en"), @r"
    🔴 Spring Launch: €160 per order, limit €45. €86 can still be saved

    12 small deals (Instagram, reel) together: 5 orders where 60 would have come at the limit. None of them is large enough to be judged alone, so no one creator is meant.
    One of them has no numbers and takes no part.

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Sure: a creator who meets €45 would ever look this bad at most 1 time in 41.

    Can still be saved: €86 of the boost Reel 1 (Meta Ads).

    Clears with another 3 orders by Fri 18:00, boost stopped.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v3 · balanced · data 14:10 · #A7K2
    [Stop boost −€86]
    [Why] [I've got it] [Snooze 6 h]
    [Not the creators' fault]
    ");
    let sv = team(&pooled(), "sv");
    assert!(
        sv.contains("12 små avtal (Instagram, reel) tillsammans: 5 ordrar där 60 skulle ha kommit vid gränsen."),
        "{sv}"
    );
}

#[test]
fn status_says_where_a_campaign_would_end() {
    let line = CampaignLine {
        name: "Spring Launch".into(),
        creators: 23,
        data_at: Some(at("2026-06-23T12:10:00Z")),
        end: Some(EndView { end: Projection { roas: None, ..end().end }, ..end() }),
    };
    let view = StatusView { campaigns: vec![line], ..StatusView::default() };
    let text = read(&answers::status(&view, &reader("en"), now()));
    let said = "data 14:10. At last week's pace, by 15 Jul: 51–71 orders for €2,700–€2,900, €38.50–€52.30 per order.";
    assert!(text.contains(said), "{text}");
}
