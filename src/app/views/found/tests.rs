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
    history_of([Metric::Clicks, Metric::Sessions, Metric::Orders], of)
}

fn history_of<const N: usize>(metrics: [Metric; N], of: impl Fn(&str, i64) -> [Option<i64>; N]) -> History {
    let mut samples = Vec::new();
    for creator in CREATORS {
        for day in 0..28 {
            let from = at("2026-03-01T00:00:00Z") + SignedDuration::from_hours(24 * day);
            let until = from + SignedDuration::from_hours(24);
            for (metric, value) in metrics.into_iter().zip(of(creator, day)) {
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

fn laid(history: &History, metric: Metric) -> (Option<FoundCause>, Option<Spill>) {
    let laid = lay((&catalog(), history), &key("alma").subject(), metric, at("2026-03-29T06:00:00Z"));
    laid.map(|laid| laid.found()).unwrap_or_default()
}

fn told(history: &History, metric: Metric) -> Option<(Kind, Option<Timestamp>)> {
    laid(history, metric).0.map(|found| (found.claim.kind, found.since))
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

/// What a code's uses are counted by.
const CODES: [Metric; 7] = [
    Metric::Clicks,
    Metric::Orders,
    Metric::Redemptions,
    Metric::RedeemedByLink,
    Metric::RedeemedTyped,
    Metric::RedeemedListed,
    Metric::RedeemedElsewhere,
];

/// About 100 clicks a day and five uses of the code, one of them typed in; Alma's has more from the fifteenth day on.
fn codes(more: impl Fn(i64) -> [i64; 4], all_known: bool) -> History {
    history_of(CODES, |creator, day| {
        let more = if creator == "alma" && 14 <= day { more(day) } else { [0; 4] };
        let ways: [i64; 4] = std::array::from_fn(|way| [4, 1 + day % 2, 0, 0][way] + more[way]);
        let all = ways.iter().sum();
        let known = ways.map(|way| all_known.then_some(way).or((way == 0).then_some(0)));
        [Some(100 + day % 3), Some(all), Some(all), known[0], known[1], known[2], known[3]]
    })
}

#[test]
fn a_code_on_pages_that_list_codes_is_named_and_a_new_place_is_good_news() {
    let (leak, spill) = laid(&codes(|day| [0, 2, 6 + day % 2, 0], true), Metric::Redemptions);
    let leak = leak.expect("the leak");
    assert_eq!((leak.claim.kind, spill), (Kind::CodeLeaked, None));
    let since = leak.since.expect("a day");
    assert!(at("2026-03-13T00:00:00Z") <= since && since <= at("2026-03-18T00:00:00Z"), "{since}");
    let came = leak.came.expect("ways");
    assert_eq!((came.coupon, came.typed, came.channel), (91.0, 70.0, 0.0));
    // Cost per order rests on the same orders.
    assert_eq!(told(&codes(|_| [0, 2, 7, 0], true), Metric::Cpa).map(|one| one.0), Some(Kind::CodeLeaked));

    let (leak, spill) = laid(&codes(|_| [0, 0, 0, 8], true), Metric::Redemptions);
    assert_eq!(leak, None, "nobody lists it");
    assert!(spill.expect("a new place").seen > 0.4);
    assert_eq!(laid(&codes(|_| [0; 4], true), Metric::Redemptions), (None, None));
}

#[test]
fn where_hardly_anybody_could_be_followed_no_code_is_called_leaked() {
    assert_eq!(laid(&codes(|_| [0, 2, 7, 0], false), Metric::Redemptions), (None, None));
    // A shop that never says is one that says nothing, not one with nobody from a list.
    let silent = history_of([Metric::Clicks, Metric::Orders, Metric::Redemptions], |creator, day| {
        let all = if creator == "alma" && 14 <= day { 14 } else { 5 };
        [Some(100 + day % 3), Some(all), Some(all)]
    });
    assert_eq!(laid(&silent, Metric::Redemptions), (None, None));
}

#[test]
fn orders_of_a_click_add_up() {
    for hours in [1, 24, 96] {
        let sum: f64 = orders_after(SignedDuration::from_hours(hours)).iter().sum();
        assert!((0.98..=1.0 + 1e-9).contains(&sum), "{sum} after {hours} hours");
    }
}
