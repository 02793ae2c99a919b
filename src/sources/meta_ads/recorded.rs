//! Every recorded body beside the checkout against the translation, and the same bodies damaged.
//!
//! The bodies were recorded by others and flattened by their tools into lists of records, whose numbers are no text any
//! more: each is put where the endpoint puts it, as the `data` of one page.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::json::{Garbled, parse};
use super::super::recorded_bodies::{self as recorded, damaged};
use super::super::{Fetched, SourceError};
use super::insights::Reading;
use super::{Account, Asked, Harvest, Level, METRICS, Span, days, found_in};
use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Form};

/// What the source makes of a body.
#[derive(Debug, Clone, Copy)]
enum Meets {
    /// A list of objects with these ids.
    Objects(&'static [&'static str]),
    /// Rows of insights, so many days.
    Rows(usize),
}

const BODIES: &[(&str, Meets)] = &[
    ("airbyte_ads.json", Meets::Objects(&["23846784938030398", "23846765228310398"])),
    ("airbyte_ads_insights.json", Meets::Rows(3)),
    ("airbyte_campaigns.json", Meets::Objects(&["23846765228240398", "23846756820270398", "23846542371880398"])),
];

const AD: &str = "23846765228310398";

fn read(file: &str) -> Option<Value> {
    let bytes = std::fs::read(recorded::folder("meta_ads")?.join(file)).expect(file);
    Some(json!({"data": parse(&bytes).expect(file)}))
}

/// A day as the endpoint writes it, the same purchase under four names.
fn page() -> Value {
    let kinds = ["onsite_web_purchase", "purchase", "omni_purchase", "offsite_conversion.fb_pixel_purchase"];
    let purchases = |value: &str| {
        let action = |kind: &&str| json!({"action_type": kind, "value": value, "7d_click": value});
        kinds.iter().map(action).collect::<Vec<Value>>()
    };
    let mut actions = purchases("61");
    actions.push(json!({"action_type": "video_view", "value": "900"}));
    json!({"data": [{
        "account_currency": "USD", "campaign_id": "7", "adset_id": "8", "ad_id": AD,
        "date_start": "2021-02-09", "date_stop": "2021-02-09", "impressions": "361324", "reach": "201022",
        "spend": "533.95", "inline_link_clicks": "4100", "actions": actions, "action_values": purchases("3120.55"),
    }], "paging": {"cursors": {"before": "MAZDZD", "after": "MAZDZD"}}})
}

fn now() -> Timestamp {
    "2021-03-09T12:00:00Z".parse().expect("an instant")
}

fn alma() -> Subject {
    "partnership/spring/alma".parse().expect("a subject")
}

/// The translation of one page, as the source carries it out for one ad.
fn translate(body: &Value) -> Result<Fetched, Garbled> {
    let windows = ["7d_click", "1d_view"].map(str::to_owned);
    let currency = "USD".parse().expect("a currency");
    let day = |text: &str| text.parse().expect("a date");
    let span = Span { level: Level::Ad, ids: vec![AD.to_owned()], since: day("2021-02-08"), until: day("2021-03-09") };
    let mut harvest = Harvest { done: BTreeSet::from([AD.to_owned()]), ..Harvest::default() };
    for (at, row) in (Reading { level: Level::Ad, currency, windows: &windows }).rows(body)?.into_iter().enumerate() {
        span.expects(&row, at)?;
        harvest.days.insert((row.id.clone(), row.from), row);
    }
    let zone = TimeZone::get("America/Los_Angeles").expect("a zone");
    let asked = Asked { by_id: BTreeMap::from([(AD.to_owned(), vec![alma()])]) };
    let mut out = Fetched::default();
    days::tell(&asked, &harvest, Some(&Account { zone, currency }), None, now(), &mut out);
    Ok(out)
}

fn values(out: &Fetched) -> BTreeMap<(Metric, Form), i64> {
    // By form: a day is one.
    out.samples.iter().map(|sample| ((sample.series.metric, sample.form), sample.value)).collect()
}

#[test]
fn every_recorded_body_gives_its_samples_or_its_absence() {
    if recorded::folder("meta_ads").is_none() {
        return;
    }
    for (file, meets) in BODIES {
        let body = read(file).expect(file);
        match *meets {
            Meets::Objects(ids) => {
                let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
                assert_eq!(found_in(&body, &ids).as_ref(), Ok(&ids), "{file}");
                assert_eq!(found_in(&body, &["1".to_owned()]), Ok(Vec::new()), "{file}: nobody else's");
            }
            Meets::Rows(days) => {
                let out = translate(&body).expect(file);
                assert!(out.partial.is_none(), "{file}: {:?}", out.partial);
                let told: BTreeSet<Metric> = out.samples.iter().map(|sample| sample.series.metric).collect();
                assert_eq!(told, BTreeSet::from([Metric::Impressions, Metric::Spend]), "{file}: what the rows name");
                assert_eq!(out.samples.len(), 2 * days, "{file}");
                assert!(out.samples.iter().all(|sample| sample.value == 0), "{file}: nothing was delivered");
                let first = out.samples.iter().map(|sample| sample.form.observed_at()).min();
                assert_eq!(first, "2021-02-09T08:00:00Z".parse().ok(), "{file}: midnight of the account's zone");
            }
        }
    }
}

#[test]
fn the_table_lists_every_body() {
    recorded::all_are_listed("meta_ads", BODIES.iter().map(|row| row.0));
}

#[test]
fn a_day_is_told_once_and_settles_after_four_weeks() {
    let out = translate(&page()).expect("a page");
    let of = |metric: Metric| values(&out).into_iter().find(|((of, _), _)| *of == metric).map(|(_, value)| value);
    for (metric, want) in [
        (Metric::Impressions, Some(361_324)),
        (Metric::Clicks, Some(4_100)),
        (Metric::Spend, Some(53_395)),
        (Metric::Orders, Some(61)),
        (Metric::Revenue, Some(312_055)),
        (Metric::Views, Some(900)),
        (Metric::Reach, None),
    ] {
        assert_eq!(of(metric), want, "{metric}");
    }
    assert!(out.samples.iter().all(|sample| sample.provisional), "the 28th day after is not over yet");
}

#[test]
fn a_body_that_is_cut_off_gives_nothing() {
    let text = page().to_string();
    for end in (0..text.len()).step_by(7) {
        let cut = text.get(..end).expect("ascii");
        assert!(parse(cut.as_bytes()).is_err(), "{cut}");
    }
}

proptest! {
    #[test]
    fn a_damaged_body_invents_nothing_and_says_where(
        real in any::<bool>(),
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let body = if real { read("airbyte_ads_insights.json") } else { Some(page()) };
        let Some(mut body) = body else { return Ok(()) };
        let before = values(&translate(&body).expect("a page"));
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with);
        let failed = match translate(&body) {
            Ok(out) => {
                let told: BTreeSet<Metric> = out.samples.iter().map(|sample| sample.series.metric).collect();
                let missing: BTreeSet<Metric> = out.missing.iter().map(|missing| missing.series.metric).collect();
                prop_assert_eq!(told.union(&missing).count(), METRICS.len(), "each series is told or missing");
                for (key, value) in values(&out) {
                    // An amount of 1.5 is an amount.
                    prop_assert!([before.get(&key), Some(&150)].contains(&Some(&value)), "{way:?} invents {key:?} {value}");
                }
                let garbled = out.missing.iter().any(|missing| missing.why == Absence::Garbled);
                prop_assert_eq!(garbled, out.partial.is_some());
                match out.partial {
                    Some(SourceError::Garbled { path, .. }) => Some(path),
                    _ => None,
                }
            }
            Err(garbled) => Some(garbled.path),
        };
        if let Some(path) = failed {
            let way = damaged::written(&way);
            prop_assert!(way.starts_with(&path) || path.starts_with(&way), "{path} is not {way}");
        }
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(body) = parse(&bytes) {
            prop_assert!(translate(&body).is_err());
        }
    }
}
