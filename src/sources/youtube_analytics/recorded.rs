//! Every recorded report beside the checkout against the translation, and reports of our own damaged.
//!
//! The reports were recorded by others, each of one metric in sum: none has days, so none is one of ours, and all say so.

use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::json::{Garbled, parse};
use super::super::recorded_bodies::{self as recorded, damaged};
use super::wire::{self, Row};
use crate::http::google::{Meaning, Refusal};

/// The reports among the recorded bodies of `YouTube`; the Data API's table lists all of them.
const REPORTS: &[&str] = &[
    "annotationClickThroughRate_200",
    "annotationClicks_200",
    "averageTimeInPlaylist_200",
    "averageViewDuration_200",
    "averageViewPercentage_200",
    "cardClicks_200",
    "cardImpressions_200",
    "cardTeaserClicks_200",
    "cardTeaserImpressions_200",
    "comments_200",
    "estimatedMinutesWatched_200",
    "estimatedRevenue_estimatedMinutesWatched_403",
    "playlistStarts_200",
    "shares_200",
    "subscribersGained_200",
    "subscribersLost_200",
    "videosAddedToPlaylists_200",
    "videosRemovedFromPlaylists_200",
];

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn translate(body: &Value, videos: Option<&[&str]>) -> Result<Vec<Row>, Garbled> {
    wire::rows(body, videos, date("2026-03-01"), date("2026-03-07"))
}

#[test]
fn every_recorded_report_is_understood_or_refused() {
    let Some(folder) = recorded::folder("youtube") else { return };
    for name in REPORTS {
        let file = format!("yt_get_reports_total_{name}.json");
        let bytes = std::fs::read(folder.join(&file)).expect(&file);
        if name.ends_with("_403") {
            let refusal = Refusal::read(403, None, &bytes);
            assert_eq!((refusal.meaning, refusal.reason.as_str()), (Meaning::Permission, "forbidden"), "{file}");
            continue;
        }
        let body = parse(&bytes).expect(&file);
        let fault = translate(&body, None).expect_err(&file);
        assert_eq!((fault.path.as_str(), fault.expected), ("columnHeaders", "a column `day`"), "{file}");
        // The same report as it is for one day, which is how it is asked for here.
        let metric = body.pointer("/columnHeaders/0/name").and_then(Value::as_str).expect("a name");
        let cell = body.pointer("/rows/0/0").cloned().expect("a cell");
        let by_day = json!({
            "kind": body["kind"],
            "columnHeaders": [body["columnHeaders"][0], {"name": "day"}],
            "rows": [[cell, "2026-03-02"]],
        });
        let rows = translate(&by_day, None).expect(&file);
        let told = rows.first().expect("a row").values.iter().filter(|value| value.is_ok()).count();
        let ours = ["shares", "estimatedMinutesWatched"].contains(&metric);
        assert_eq!(told, usize::from(ours), "{file}: a column that is not there is no 0");
    }
}

#[test]
fn no_recorded_report_is_left_out() {
    let Some(folder) = recorded::folder("youtube") else { return };
    let names = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let mut there: Vec<String> = names
        .filter_map(|name| Some(name.strip_prefix("yt_get_reports_total_")?.strip_suffix(".json")?.to_owned()))
        .collect();
    there.sort();
    assert_eq!(there, REPORTS);
}

/// A report by day and post, its columns in another order than they were asked for.
fn report() -> Value {
    json!({
        "kind": "youtubeAnalytics#resultTable",
        "columnHeaders": [
            {"name": "video", "columnType": "DIMENSION", "dataType": "STRING"},
            {"name": "estimatedMinutesWatched", "columnType": "METRIC", "dataType": "INTEGER"},
            {"name": "day", "columnType": "DIMENSION", "dataType": "STRING"},
            {"name": "shares", "columnType": "METRIC", "dataType": "INTEGER"},
        ],
        "rows": [["a", 40_211, "2026-03-01", 7], ["b", 12.5, "2026-03-01", 0], ["a", 1, "2026-03-02", 3.0]],
        "unknown": {},
    })
}

const POSTS: &[&str] = &["a", "b"];

fn told(rows: &[Row]) -> Vec<(String, i64)> {
    let of = |row: &Row| {
        let name = format!("{} {}", row.day, row.video.as_deref().unwrap_or_default());
        row.values
            .iter()
            .zip(["shares", "seconds"])
            .filter_map(move |(value, metric)| Some((format!("{name} {metric}"), *value.as_ref().ok()?)))
            .collect::<Vec<_>>()
    };
    rows.iter().flat_map(of).collect()
}

#[test]
fn columns_go_by_their_names_and_minutes_become_seconds() {
    let rows = translate(&report(), Some(POSTS)).expect("rows");
    let want = [
        ("2026-03-01 a shares", 7),
        ("2026-03-01 a seconds", 2_412_660),
        ("2026-03-01 b shares", 0),
        ("2026-03-01 b seconds", 750),
        ("2026-03-02 a shares", 3),
        ("2026-03-02 a seconds", 60),
    ];
    assert_eq!(told(&rows), want.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn no_rows_are_no_rows() {
    let mut body = report();
    damaged::damage(&mut body, &["rows".to_owned()], None);
    assert!(translate(&body, Some(POSTS)).expect("a report").is_empty());
}

proptest! {
    #[test]
    fn a_damaged_report_invents_nothing_and_says_where(
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let mut body = report();
        let whole = told(&translate(&body, Some(POSTS)).expect("rows"));
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with.clone());
        let faults: Vec<Garbled> = match translate(&body, Some(POSTS)) {
            Ok(rows) => {
                for row in told(&rows) {
                    // A count that another count was put in the place of is that count.
                    let put = with.as_ref().and_then(Value::as_f64).is_some() && way.len() == 3;
                    prop_assert!(put || whole.contains(&row), "{way:?} invents {row:?}");
                }
                rows.into_iter().flat_map(|row| row.values).filter_map(Result::err).collect()
            }
            Err(fault) => vec![fault],
        };
        let way = damaged::written(&way);
        for Garbled { path, .. } in faults {
            prop_assert!(way.starts_with(&path) || path.starts_with(&way) || way.starts_with("columnHeaders"), "{path} is not {way}");
        }
    }

    #[test]
    fn a_report_cut_short_is_garbled(cut in any::<prop::sample::Index>()) {
        let text = report().to_string();
        prop_assert!(parse(&text.as_bytes()[..cut.index(text.len())]).is_err());
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(body) = parse(&bytes) {
            prop_assert!(translate(&body, None).is_err());
        }
    }
}
