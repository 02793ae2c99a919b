use std::fmt::Write as _;

use super::*;
use crate::domain::document::Documents;
use crate::domain::ids::CampaignId;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::rules::guards::Switches;

const CREATORS: [&str; 7] = ["alma", "ben", "cia", "dan", "eva", "fay", "gus"];

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn key(creator: &str) -> PartnershipRef {
    let campaign = CampaignId::new("spring").expect("an id");
    PartnershipRef { campaign, creator: CreatorId::new(creator).expect("an id") }
}

fn catalog() -> Catalog {
    let mut text = "[[brand]]\nid = \"nordbo\"\nname = \"Nordbo\"\nzone = \"UTC\"\ncurrency = \"SEK\"\n\
                    [[campaign]]\nid = \"spring\"\nbrand = \"nordbo\"\nstarts = 2026-03-01\nends = 2026-04-15\n"
        .to_owned();
    for id in CREATORS {
        write!(
            text,
            "[[creator]]\nid = \"{id}\"\naccounts = {{ instagram = \"i-{id}\" }}\n\
             [[partnership]]\ncampaign = \"spring\"\ncreator = \"{id}\"\n"
        )
        .expect("written");
    }
    let mut catalog = Catalog::default();
    let documents = Documents::from_toml(&text).expect("documents");
    documents.into_list().for_each(|document| catalog.take(document));
    catalog
}

/// Twenty-eight days of everybody: clicks, visits, orders of a day.
fn history(of: impl Fn(&str, i64) -> [Option<i64>; 3]) -> History {
    let mut samples = Vec::new();
    for creator in CREATORS {
        for day in 0..28 {
            let from = at("2026-03-01T00:00:00Z") + SignedDuration::from_hours(24 * day);
            let until = from + SignedDuration::from_hours(24);
            for (metric, value) in [Metric::Clicks, Metric::Sessions, Metric::Orders].into_iter().zip(of(creator, day))
            {
                let Some(value) = value else { continue };
                samples.push(Sample {
                    series: SeriesKey { subject: key(creator).subject(), metric, platform: Platform::Shop },
                    value,
                    currency: None,
                    form: Form::Amount { from, until },
                    known_at: until,
                    provisional: false,
                    self_reported: false,
                });
            }
        }
    }
    let mut history = History::new(Switches::default());
    drop(history.append_all(samples));
    history
}

fn told(history: &History, metric: Metric) -> Option<(Kind, Option<Timestamp>)> {
    let found = lay((&catalog(), history), &key("alma").subject(), metric, at("2026-03-29T06:00:00Z"));
    let found = found.and_then(|laid| laid.found());
    found.map(|found| (found.claim.kind, found.since))
}

/// As usual: about 100 clicks, four of five arrive, one of twenty buys.
fn usual(day: i64) -> [Option<i64>; 3] {
    [Some(100 + day % 3), Some(80 + day % 2), Some(4 + day % 2)]
}

#[test]
fn a_page_that_broke_is_named_with_its_day() {
    let broken = history(|creator, day| match usual(day) {
        [clicks, visits, _] if creator == "alma" && 14 <= day => [clicks, visits, Some(day % 7 / 6)],
        as_usual => as_usual,
    });
    let day = told(&broken, Metric::Cpa).and_then(|(kind, since)| (kind == Kind::Landing).then_some(since)).flatten();
    let day = day.expect("the page");
    assert!(at("2026-03-13T00:00:00Z") <= day && day <= at("2026-03-18T00:00:00Z"), "{day}");
    // The same days say nothing of views.
    assert_eq!(told(&broken, Metric::Views), None);
}

#[test]
fn a_link_by_which_nobody_arrives_is_named_and_days_that_nobody_counted_are_not() {
    let dead = history(|creator, day| match usual(day) {
        [clicks, ..] if creator == "alma" && 10 <= day => [clicks, Some(0), Some(0)],
        as_usual => as_usual,
    });
    assert_eq!(told(&dead, Metric::Cvr).map(|one| one.0), Some(Kind::LinkDead));
    let uncounted = history(|creator, day| match usual(day) {
        [clicks, ..] if creator == "alma" => [clicks, None, Some(0)],
        as_usual => as_usual,
    });
    assert_eq!(told(&uncounted, Metric::Cvr), None);
}

#[test]
fn what_all_lose_is_the_shop_and_nothing_is_nothing() {
    let shut = history(|_, day| match usual(day) {
        [clicks, visits, _] if 20 <= day => [clicks, visits, Some(0)],
        as_usual => as_usual,
    });
    let first = at("2026-03-21T00:00:00Z");
    let brand = crate::rules::excuse::Cause::Shop;
    assert_eq!(told(&shut, Metric::Cpa), Some((Kind::Brand(brand), Some(first))));
    assert_eq!(told(&history(|_, day| usual(day)), Metric::Cpa), None);
    assert_eq!(told(&History::new(Switches::default()), Metric::Cpa), None);
}

#[test]
fn orders_of_a_click_add_up() {
    for hours in [1, 24, 96] {
        let sum: f64 = orders_after(SignedDuration::from_hours(hours)).iter().sum();
        assert!((0.98..=1.0 + 1e-9).contains(&sum), "{sum} after {hours} hours");
    }
}
