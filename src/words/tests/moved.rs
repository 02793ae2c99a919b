//! Why a number about money is what it is, in both languages.

use super::*;
use crate::domain::ids::CampaignId;
use crate::insight::decomposition::{Counts, Scale, Target, decompose};
use crate::rules::benchmark::group::MadeBy;
use crate::rules::rule::Size;
use crate::words::moved::{Against, Moved};
use crate::words::others::Compared;

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

fn moved(target: Target, against: Against, now: &Counts) -> Moved {
    let told = decompose(target, &side(1_900.0, 8.0, 8.0 * 0.052), now, Scale::PerReach).expect("a change");
    Moved { against, told, currency: "EUR".parse().ok() }
}

fn others() -> Against {
    Against::Others(Compared {
        group: "spring/instagram/reel/micro".into(),
        made_by: MadeBy::Alike {
            campaign: Some(CampaignId::new("spring").expect("an id")),
            platform: Platform::Instagram,
            format: Some("reel".into()),
            size: Size::Micro,
        },
        others: 11,
        creators: 11,
        absent: 0,
    })
}

fn lines(moved: &Moved, tag: &str) -> String {
    let lines = moved.lines(&reader(tag));
    visible(&lines.iter().map(crate::words::phrase::text_of).collect::<Vec<_>>().join("\n"))
}

#[test]
fn an_alert_says_which_step_explains_how_much() {
    let mut view = fired();
    view.moved = Some(moved(Target::Cpa, others(), &side(2_100.0, 7.1, 7.1 * 0.0185)));
    insta::assert_snapshot!(team(&view, "en"));
    insta::assert_snapshot!(lines(view.moved.as_ref().expect("a change"), "sv"));
}

#[test]
fn no_client_reads_what_an_order_costs_the_agency() {
    let mut view = fired();
    view.moved = Some(moved(Target::Cpa, others(), &side(2_100.0, 7.1, 7.1 * 0.0185)));
    view.incident.released = true;
    let told = compose(&view, &reader("en"), Audience::Client, now());
    assert!(told.is_none_or(|told| !plain(&told.message).contains("Why, against")));
}

#[test]
fn where_nobody_bought_it_is_told_in_orders() {
    let told = moved(Target::Orders, others(), &Counts { orders: Some(0.0), ..side(2_100.0, 7.1, 0.0) });
    insta::assert_snapshot!(lines(&told, "en"));
}

#[test]
fn against_its_own_past_and_for_revenue_per_spend() {
    let told = moved(Target::Roas, Against::Before, &side(2_100.0, 9.5, 0.3));
    insta::assert_snapshot!(lines(&told, "en"));
    insta::assert_snapshot!(lines(&told, "sv"));
}

/// Every step has its own sentence, both ways, in both languages.
#[test]
fn every_step_has_a_sentence() {
    use crate::insight::decomposition::{Decomposition, Part, Step};
    let all = [Step::Cost, Step::Reach, Step::Engagement, Step::Click, Step::Conversion, Step::OrderValue];
    for tag in ["en", "sv"] {
        let mut said = std::collections::BTreeSet::new();
        for step in all {
            for per in [None, Some(Step::Reach), Some(Step::Engagement), Some(Step::Click), Some(Step::Conversion)] {
                // Nothing comes before reach that it could be counted per.
                for now in [0.01, 0.02].into_iter().filter(|_| step != Step::Reach || per.is_none()) {
                    let part = Part { step, per, before: Some(0.015), now: Some(now), units: 100 };
                    let told = Decomposition { target: Target::Cpa, before: 0, now: 100, parts: vec![part] };
                    let told = Moved { against: Against::Before, told, currency: "EUR".parse().ok() };
                    said.insert(lines(&told, tag));
                }
            }
        }
        // Sixteen kinds of steps, and two ways each.
        assert_eq!(said.len(), 32, "{tag}: {said:#?}");
    }
}
