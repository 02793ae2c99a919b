//! Every recorded body beside the checkout against the translation, and the same bodies damaged.
//!
//! The bodies were recorded by others, for requests that often asked for less than this source does: what a body leaves
//! out that this source would have asked for is garbled, not hidden.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::json::{Garbled, parse};
use super::super::recorded_bodies::{self as recorded, damaged};
use super::super::{Fetched, SourceError};
use super::wire::{self, CHANNEL, Count, Rows, VIDEO};
use super::{GENERAL, failure};
use crate::domain::ids::{CreatorId, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;

/// What the source makes of a body.
#[derive(Debug, Clone, Copy)]
enum Meets {
    /// So many samples, hidden, garbled and gone numbers.
    Numbers { of: Of, samples: usize, hidden: usize, garbled: usize, gone: usize },
    /// This error, for an answer with this status.
    Failure(u16, &'static str),
    /// It never asks for such a body, and would not take it for one of its own.
    Never(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Channels,
    Videos,
}

impl Of {
    fn kind(self) -> &'static str {
        match self {
            Self::Channels => "youtube#channelListResponse",
            Self::Videos => "youtube#videoListResponse",
        }
    }

    fn counts(self) -> &'static [Count] {
        match self {
            Self::Channels => &CHANNEL,
            Self::Videos => &VIDEO,
        }
    }
}

const fn channels(samples: usize, hidden: usize, garbled: usize, gone: usize) -> Meets {
    Meets::Numbers { of: Of::Channels, samples, hidden, garbled, gone }
}

const fn videos(samples: usize, hidden: usize, garbled: usize, gone: usize) -> Meets {
    Meets::Numbers { of: Of::Videos, samples, hidden, garbled, gone }
}

const ACTIVITIES: &str = "activities are not asked for";
const ANALYTICS: &str = "YouTube Analytics is another API with another right";
const CATEGORIES: &str = "categories are not asked for";
const COMMENTS: &str = "comments are not asked for, only their number";
const RATINGS: &str = "the owner's own ratings are not asked for";
const SEARCH: &str = "search has 100 calls a day and is never used";
const SUBSCRIPTIONS: &str = "subscriptions are not asked for, only their number";

const BODIES: &[(&str, Meets)] = &[
    ("pyt_activities_activities_by_mine_p2.json", Meets::Never(ACTIVITIES)),
    ("pyt_categories_video_category_by_region.json", Meets::Never(CATEGORIES)),
    ("pyt_channels_info.json", channels(0, 0, 3, 0)),
    ("pyt_channels_info_multiple.json", channels(6, 0, 0, 0)),
    ("pyt_comment_threads_comment_thread_single.json", Meets::Never(COMMENTS)),
    ("pyt_comment_threads_comment_threads_all_to_me.json", Meets::Never(COMMENTS)),
    ("pyt_comment_threads_comment_threads_by_channel.json", Meets::Never(COMMENTS)),
    ("pyt_error_permission_resp.json", Meets::Failure(403, "YouTube refused our credentials: `SERVICE_UNAVAILABLE`")),
    ("pyt_error_response.json", Meets::Failure(400, "YouTube refused our credentials: `keyInvalid`")),
    ("pyt_search_search_by_keywords_p1.json", Meets::Never(SEARCH)),
    ("pyt_videos_videos_chart_paged_1.json", videos(0, 0, 15, 0)),
    ("pyt_videos_videos_info_multi.json", videos(0, 0, 6, 0)),
    ("pyt_videos_videos_myrating_paged_2.json", videos(0, 0, 3, 0)),
    ("yt_delete_videos_nopart_403.json", Meets::Failure(403, "YouTube refused our credentials: `forbidden`")),
    ("yt_get_channels_contentDetails_200-2.json", channels(0, 0, 3, 0)),
    ("yt_get_channels_snippet_200-2.json", channels(0, 0, 0, 3)),
    ("yt_get_channels_snippet_200.json", channels(0, 0, 0, 3)),
    ("yt_get_channels_snippet_status_200.json", channels(0, 0, 3, 0)),
    ("yt_get_channels_statistics_200-2.json", channels(3, 0, 0, 0)),
    ("yt_get_channels_statistics_200.json", channels(3, 0, 0, 0)),
    ("yt_get_commentThreads_snippet_200-2.json", Meets::Never(COMMENTS)),
    ("yt_get_commentThreads_snippet_200.json", Meets::Never(COMMENTS)),
    (
        "yt_get_commentThreads_snippet_400.json",
        Meets::Failure(400, "YouTube did not accept the request: status 400, `missingRequiredParameter`"),
    ),
    ("yt_get_comments_snippet_200-2.json", Meets::Never(COMMENTS)),
    ("yt_get_getRating_nopart_200.json", Meets::Never(RATINGS)),
    ("yt_get_reports_total_annotationClickThroughRate_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_annotationClicks_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_averageTimeInPlaylist_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_averageViewDuration_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_averageViewPercentage_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_cardClicks_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_cardImpressions_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_cardTeaserClicks_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_cardTeaserImpressions_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_comments_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_estimatedMinutesWatched_200.json", Meets::Never(ANALYTICS)),
    (
        "yt_get_reports_total_estimatedRevenue_estimatedMinutesWatched_403.json",
        Meets::Failure(403, "YouTube refused our credentials: `forbidden`"),
    ),
    ("yt_get_reports_total_playlistStarts_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_shares_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_subscribersGained_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_subscribersLost_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_videosAddedToPlaylists_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_reports_total_videosRemovedFromPlaylists_200.json", Meets::Never(ANALYTICS)),
    ("yt_get_search_snippet_200-2.json", Meets::Never(SEARCH)),
    ("yt_get_search_snippet_200.json", Meets::Never(SEARCH)),
    ("yt_get_subscriptions_snippet_200-2.json", Meets::Never(SUBSCRIPTIONS)),
    (
        "yt_get_subscriptions_snippet_403.json",
        Meets::Failure(403, "YouTube refused our credentials: `subscriptionForbidden`"),
    ),
    ("yt_get_subscriptions_subscriberSnippet_200.json", Meets::Never(SUBSCRIPTIONS)),
    ("yt_get_videoCategories_snippet_200-2.json", Meets::Never(CATEGORIES)),
    ("yt_get_videoCategories_snippet_200.json", Meets::Never(CATEGORIES)),
    ("yt_get_videos_contentDetails_200-2.json", videos(0, 0, 3, 0)),
    ("yt_get_videos_contentDetails_200.json", videos(0, 0, 0, 3)),
    ("yt_get_videos_contentDetails_statistics_200.json", videos(3, 0, 0, 0)),
    ("yt_get_videos_fileDetails_200-2.json", videos(0, 0, 3, 0)),
    ("yt_get_videos_liveStreamingDetails_200-2.json", videos(0, 0, 3, 0)),
    ("yt_get_videos_player_200.json", videos(0, 0, 3, 0)),
    ("yt_get_videos_snippet_200-2.json", videos(0, 0, 3, 0)),
    ("yt_get_videos_snippet_200.json", videos(0, 0, 0, 3)),
    ("yt_get_videos_statistics_200-2.json", videos(3, 0, 0, 0)),
    ("yt_get_videos_statistics_200.json", videos(3, 0, 0, 0)),
    ("yt_get_videos_statistics_status_200-2.json", videos(132, 18, 0, 0)),
    (
        "yt_post_subscriptions_snippet_400.json",
        Meets::Failure(400, "YouTube did not accept the request: status 400, `subscriptionForbidden`"),
    ),
    (
        "yt_post_subscriptions_snippet_404.json",
        Meets::Failure(404, "YouTube did not accept the request: status 404, `publisherNotFound`"),
    ),
    (
        "yt_put_videos_nopart_400.json",
        Meets::Failure(400, "YouTube did not accept the request: status 400, `unknownPart`"),
    ),
];

fn now() -> Timestamp {
    "2026-07-01T12:00:00Z".parse().expect("an instant")
}

/// Asks for every id that a body has, or for one that it does not have.
fn asked(of: Of, body: &Value) -> BTreeMap<String, Vec<Subject>> {
    let ids = body["items"].as_array().into_iter().flatten().filter_map(|item| item["id"].as_str());
    let mut ids: Vec<&str> = ids.collect();
    if ids.is_empty() {
        ids.push("nobody");
    }
    ids.into_iter().map(|id| (id.to_owned(), vec![subject(of, id)])).collect()
}

fn subject(of: Of, id: &str) -> Subject {
    let text = match of {
        Of::Channels => format!("creator/{id}"),
        Of::Videos => format!("post/youtube/{id}"),
    };
    text.parse().expect("a subject")
}

/// The translation of one body, as the source carries it out.
fn translate(of: Of, asked: &BTreeMap<String, Vec<Subject>>, bytes: &[u8]) -> Result<Fetched, Garbled> {
    let body = parse(bytes)?;
    let rows = Rows::read(&body, of.kind())?;
    let mut out = Fetched::default();
    wire::numbers(&rows, of.counts(), asked, now(), &mut out);
    match of {
        Of::Channels => {
            wire::playlists(&rows, &mut out);
        }
        Of::Videos => {
            let maker: CreatorId = "alma".parse().expect("an id");
            let makers = asked.keys().map(|id| (id.clone(), maker.clone())).collect();
            wire::made_by(&rows, &makers, &mut out);
        }
    }
    Ok(out)
}

fn absences(out: &Fetched, why: Absence) -> usize {
    out.missing.iter().filter(|missing| missing.why == why).count()
}

/// Checks each sample against the document, read in another way: by pointer, as text.
fn each_sample_stands_in_the_body(file: &str, of: Of, body: &Value, out: &Fetched) {
    let items = body["items"].as_array().expect("items");
    for sample in &out.samples {
        let item = items
            .iter()
            .find(|item| item["id"].as_str().is_some_and(|id| subject(of, id) == sample.series.subject))
            .expect("an item");
        let key = match sample.series.metric {
            Metric::Views => "viewCount",
            Metric::Followers => "subscriberCount",
            Metric::Videos => "videoCount",
            Metric::Likes => "likeCount",
            Metric::Comments => "commentCount",
            other => panic!("{file}: nobody asked for {other}"),
        };
        let stands = item.pointer(&format!("/statistics/{key}")).and_then(Value::as_str);
        assert_eq!(stands, Some(sample.value.to_string().as_str()), "{file} {key}");
    }
}

#[test]
fn every_recorded_body_gives_its_samples_or_its_absence() {
    let Some(folder) = recorded::folder("youtube") else { return };
    for (file, meets) in BODIES {
        let bytes = std::fs::read(folder.join(file)).expect(file);
        let body: Value = serde_json::from_slice(&bytes).expect(file);
        match *meets {
            Meets::Numbers { of, samples, hidden, garbled, gone } => {
                let asked = asked(of, &body);
                let out = translate(of, &asked, &bytes).expect(file);
                let got = (
                    out.samples.len(),
                    absences(&out, Absence::Hidden),
                    absences(&out, Absence::Garbled),
                    absences(&out, Absence::Gone),
                );
                assert_eq!(got, (samples, hidden, garbled, gone), "{file}");
                assert_eq!(samples + out.missing.len(), asked.len() * 3, "{file}: each series once");
                assert_eq!(out.partial.is_some(), garbled != 0, "{file}: {:?}", out.partial);
                each_sample_stands_in_the_body(file, of, &body, &out);
            }
            Meets::Failure(status, want) => {
                let error = failure::sort(status, None, &bytes, GENERAL, now());
                assert_eq!(error.to_string(), want, "{file}");
            }
            Meets::Never(why) => {
                for kind in [Of::Channels.kind(), Of::Videos.kind(), "youtube#playlistItemListResponse"] {
                    let path = Rows::read(&body, kind).expect_err(file).path;
                    assert_eq!(path, "kind", "{file}: {why}");
                }
            }
        }
    }
}

#[test]
fn no_recorded_body_is_left_out() {
    recorded::all_are_listed("youtube", BODIES.iter().map(|row| row.0));
}

#[test]
fn what_the_counts_leave_out_is_absent_and_hidden_is_hidden() {
    let cases = [
        (json!({"viewCount": "7", "subscriberCount": "0", "hiddenSubscriberCount": true, "videoCount": 3}), (2, 1, 0)),
        (json!({"viewCount": "9223372036854775807", "subscriberCount": 5_000_000_000_i64, "new": {}}), (2, 1, 0)),
        (json!({"viewCount": "-7", "subscriberCount": null, "videoCount": "3.5"}), (0, 1, 2)),
        (
            json!({"viewCount": "7", "subscriberCount": "5", "hiddenSubscriberCount": "no", "videoCount": "3"}),
            (2, 0, 1),
        ),
        (json!({}), (0, 3, 0)),
        (json!("none"), (0, 0, 3)),
    ];
    for (statistics, want) in cases {
        let item = json!({"id": "UCa", "statistics": statistics});
        let body = json!({"kind": Of::Channels.kind(), "items": [item]});
        let out = translate(Of::Channels, &asked(Of::Channels, &body), body.to_string().as_bytes()).expect("rows");
        let got = (out.samples.len(), absences(&out, Absence::Hidden), absences(&out, Absence::Garbled));
        assert_eq!(got, want, "{body}");
    }
}

#[test]
fn an_item_without_a_name_makes_nobody_gone() {
    let nameless = json!({"statistics": {"viewCount": "1"}});
    let body = json!({"kind": Of::Channels.kind(), "items": [nameless, {"id": "UCother"}]});
    let asked = BTreeMap::from([("UCa".to_owned(), vec![subject(Of::Channels, "UCa")])]);
    let out = translate(Of::Channels, &asked, body.to_string().as_bytes()).expect("rows");
    assert_eq!((absences(&out, Absence::Garbled), absences(&out, Absence::Gone)), (3, 0));
    assert!(matches!(out.partial, Some(SourceError::Garbled { path, .. }) if path == "items[0].id"));
}

#[test]
fn a_page_of_uploads_leaves_out_what_is_not_public() {
    let body = json!({
        "kind": "youtube#playlistItemListResponse",
        "nextPageToken": "EAAaBlBUOkNBVQ",
        "items": [
            {"contentDetails": {"videoId": "dQw4w9WgXcQ", "videoPublishedAt": "2026-06-14T15:00:07Z"},
             "snippet": {"title": "A title", "description": "#ad"}},
            {"contentDetails": {"videoId": "private0001"}},
            {"contentDetails": {"videoId": 5, "videoPublishedAt": "2026-06-14T15:00:07Z"}},
            {"contentDetails": {"videoId": "older000001", "videoPublishedAt": "2026-06-01T00:00:00Z"}},
        ],
    });
    let mut out = Fetched::default();
    let page = wire::page(&body, &"alma".parse().expect("an id"), &mut out).expect("a page");
    assert_eq!(page.next.as_deref(), Some("EAAaBlBUOkNBVQ"));
    assert_eq!(page.oldest.map(|at| at.to_string()).as_deref(), Some("2026-06-01T00:00:00Z"));
    let posts: Vec<&str> = out.posts.iter().map(|post| post.post.as_str()).collect();
    assert_eq!(posts, ["dQw4w9WgXcQ", "older000001"]);
    assert!(
        matches!(out.partial, Some(SourceError::Garbled { path, .. }) if path == "items[2].contentDetails.videoId")
    );
}

/// The bodies with numbers in them.
fn numeric() -> Vec<(&'static str, Of)> {
    let of = |meets: &Meets| match meets {
        Meets::Numbers { of, samples, .. } if 0 < *samples => Some(*of),
        _ => None,
    };
    BODIES.iter().filter_map(|(file, meets)| of(meets).map(|of| (*file, of))).collect()
}

proptest! {
    #[test]
    fn a_damaged_body_invents_nothing_and_says_where(
        file in prop::sample::select(numeric()),
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let Some(folder) = recorded::folder("youtube") else { return Ok(()) };
        let (file, of) = file;
        let bytes = std::fs::read(folder.join(file)).expect(file);
        let mut body: Value = serde_json::from_slice(&bytes).expect(file);
        let asked = asked(of, &body);
        let whole = translate(of, &asked, &bytes).expect(file);
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with);
        let failed = match translate(of, &asked, body.to_string().as_bytes()) {
            Ok(out) => {
                for sample in &out.samples {
                    prop_assert!(whole.samples.contains(sample), "{file} {way:?} invents {sample:?}");
                }
                prop_assert_eq!(out.samples.len() + out.missing.len(), asked.len() * 3, "each series once");
                prop_assert_eq!(absences(&out, Absence::Garbled) != 0 && out.partial.is_none(), false);
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
    fn a_body_cut_short_is_garbled_as_a_whole(
        file in prop::sample::select(numeric()),
        cut in any::<prop::sample::Index>(),
    ) {
        let Some(folder) = recorded::folder("youtube") else { return Ok(()) };
        let (file, of) = file;
        let bytes = std::fs::read(folder.join(file)).expect(file);
        // Whitespace at the end may go without harm.
        let end = bytes.iter().rposition(|byte| !byte.is_ascii_whitespace()).expect("a body");
        let asked = asked(of, &serde_json::from_slice(&bytes).expect(file));
        let garbled = translate(of, &asked, &bytes[..cut.index(end + 1)]).expect_err("cut short");
        prop_assert!(garbled.path.starts_with("line "), "{}", garbled.path);
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), status in 100_u16..600) {
        let asked = BTreeMap::from([("UCa".to_owned(), vec![subject(Of::Channels, "UCa")])]);
        if let Ok(out) = translate(Of::Channels, &asked, &bytes) {
            prop_assert!(out.samples.is_empty());
        }
        prop_assert!(!failure::sort(status, None, &bytes, GENERAL, now()).to_string().is_empty());
    }
}
