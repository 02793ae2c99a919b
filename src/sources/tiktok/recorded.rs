//! Every recorded body beside the checkout against the translation, and bodies as the documentation describes them, damaged.
//!
//! Both recorded bodies are of interfaces that `TikTok`'s own apps speak, not of the Display API: no number in them may be taken
//! for one of ours.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::super::json::Garbled;
use super::super::recorded_bodies::{self as recorded, damaged};
use super::super::{Fetched, SourceError};
use super::wire::{self, ACCOUNT, VIDEO};
use super::{failure, garbled};
use crate::domain::ids::{CreatorId, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Form};
use crate::http::Answer;

/// What each would be, if it were one of ours, and where it is seen that it is not.
const BODIES: &[(&str, &str)] = &[
    // The app's own detail of a video: `aweme_details`, with a `statistics` of other names.
    ("aweme_detail_0.json", "error"),
    // The web page's list of 2020: `media`, without an envelope.
    ("web_video_trending_2020.json", "error"),
];

fn now() -> Timestamp {
    "2026-08-14T15:00:00Z".parse().expect("an instant")
}

fn answer(bytes: &[u8]) -> Answer {
    Answer { status: 200, headers: HeaderMap::new(), body: bytes.to_vec() }
}

fn subject(text: &str) -> Subject {
    text.parse().expect("a subject")
}

fn asked(ids: &[&str]) -> BTreeMap<String, Vec<Subject>> {
    ids.iter().map(|id| ((*id).to_owned(), vec![subject(&format!("post/tiktok/{id}"))])).collect()
}

/// The translation of one answer to a question about videos, as the source carries it out.
fn videos(asked: &BTreeMap<String, Vec<Subject>>, bytes: &[u8]) -> Result<Fetched, SourceError> {
    let body = failure::read(&answer(bytes))?;
    let maker: CreatorId = "alma".parse().expect("an id");
    let makers = asked.keys().map(|id| (id.clone(), maker.clone())).collect();
    let mut out = Fetched::default();
    wire::numbers(&body, asked, &makers, now(), &mut out).map_err(garbled)?;
    Ok(out)
}

fn account(bytes: &[u8]) -> Result<Fetched, SourceError> {
    let body = failure::read(&answer(bytes))?;
    let mut out = Fetched::default();
    wire::account(&body, &[subject("creator/alma")], now(), &mut out).map_err(garbled)?;
    Ok(out)
}

#[track_caller]
fn path_of(error: SourceError) -> String {
    match error {
        SourceError::Garbled { path, .. } => path,
        other => panic!("{other} is not garbled"),
    }
}

#[test]
fn every_recorded_body_gives_its_samples_or_its_absence() {
    let Some(folder) = recorded::folder("tiktok") else { return };
    for (file, path) in BODIES {
        let bytes = std::fs::read(folder.join(file)).expect(file);
        assert_eq!(path_of(videos(&asked(&["1"]), &bytes).expect_err(file)), *path, "{file}");
        assert_eq!(path_of(account(&bytes).expect_err(file)), *path, "{file}");
        // Put where the videos of an answer stand, they have no id of ours either.
        let inner: Value = serde_json::from_slice(&bytes).expect(file);
        let rows = ["aweme_details", "media"].iter().find_map(|key| inner.get(*key)).expect(file);
        let body = json!({"data": {"videos": rows}, "error": {"code": "ok"}});
        let out = videos(&asked(&["6881486540476894470"]), body.to_string().as_bytes()).expect(file);
        assert_eq!((out.samples.len(), out.missing.len()), (0, VIDEO.len()), "{file}");
        assert!(out.missing.iter().all(|missing| missing.why == Absence::Garbled), "{file}");
        assert_eq!(path_of(out.partial.expect(file)), "data.videos[0].id", "{file}");
    }
}

#[test]
fn no_recorded_body_is_left_out() {
    recorded::all_are_listed("tiktok", BODIES.iter().map(|row| row.0));
}

const FIRST: &str = "7123456789012345678";
const SECOND: &str = "7123456789012345679";

/// An answer as the documentation describes it, with fields that nobody asked for.
fn documented() -> Value {
    let video = |id: &str, views: i64| {
        json!({"id": id, "create_time": 1_786_719_607, "title": "…", "share_url": "https://www.tiktok.com/@x/video/7123",
               "video_description": "#ad", "duration": 19, "embed_html": "<blockquote>", "is_aigc": false,
               "view_count": views, "like_count": 412, "comment_count": 37, "share_count": 19})
    };
    json!({"data": {"videos": [video(FIRST, 5_000_000_000), video(SECOND, 0)]},
           "error": {"code": "ok", "message": "", "log_id": "20260814"}})
}

fn documented_user() -> Value {
    json!({"data": {"user": {"open_id": "723f24d7", "display_name": "Tik Toker", "follower_count": 11_234,
                             "likes_count": 99_120, "video_count": 87}},
           "error": {"code": "ok", "message": "", "log_id": "20260814"}})
}

fn values(out: &Fetched, of: &str) -> BTreeMap<Metric, i64> {
    let of = out.samples.iter().filter(|sample| sample.series.subject == subject(of));
    of.map(|sample| (sample.series.metric, sample.value)).collect()
}

#[test]
fn the_documented_bodies_give_their_numbers() {
    let out = videos(&asked(&[FIRST, SECOND, "7"]), documented().to_string().as_bytes()).expect("videos");
    let want = [(Metric::Views, 5_000_000_000), (Metric::Likes, 412), (Metric::Comments, 37), (Metric::Shares, 19)];
    assert_eq!(values(&out, &format!("post/tiktok/{FIRST}")), BTreeMap::from(want));
    assert_eq!(values(&out, &format!("post/tiktok/{SECOND}"))[&Metric::Views], 0, "a zero that is told is a zero");
    let gone = out.missing.iter().filter(|one| one.why == Absence::Gone).count();
    assert_eq!((gone, out.missing.len()), (4, 4), "what is not in the answer is gone");
    let post = &out.posts[0];
    assert_eq!(post.published_at.to_string(), "2026-08-14T15:00:07Z");
    assert_eq!((post.description.as_deref(), post.duration.map(|span| span.as_secs())), (Some("#ad"), Some(19)));
    let out = account(documented_user().to_string().as_bytes()).expect("a user");
    let want = [(Metric::Followers, 11_234), (Metric::Likes, 99_120), (Metric::Videos, 87)];
    assert_eq!(values(&out, "creator/alma"), BTreeMap::from(want));
    let gauges: Vec<bool> = out.samples.iter().map(|one| matches!(one.form, Form::Gauge { .. })).collect();
    assert_eq!(gauges, [true, false, true]);
}

#[test]
fn what_is_left_out_is_hidden_and_an_id_that_is_a_number_is_nobodys() {
    let mut body = documented();
    damaged::damage(&mut body, &["data", "videos", "0", "like_count"].map(str::to_owned), None);
    damaged::damage(
        &mut body,
        &["data", "videos", "1", "id"].map(str::to_owned),
        Some(json!(7_123_456_789_012_345_679_u64)),
    );
    let out = videos(&asked(&[FIRST, SECOND]), body.to_string().as_bytes()).expect("videos");
    let whys: Vec<Absence> = out.missing.iter().map(|one| one.why).collect();
    assert_eq!(whys, [vec![Absence::Hidden], vec![Absence::Garbled; 4]].concat());
    assert_eq!(path_of(out.partial.expect("said")), "data.videos[1].id");
}

#[test]
fn a_page_says_where_the_next_begins() {
    let mut body = documented();
    for (key, value) in [("has_more", json!(true)), ("cursor", json!(1_643_332_803_000_i64))] {
        body["data"][key] = value;
    }
    let creator: CreatorId = "alma".parse().expect("an id");
    let mut out = Fetched::default();
    let page = wire::page(&body, &creator, &mut out).expect("a page");
    assert_eq!((page.next, out.posts.len(), out.samples.len()), (Some(1_643_332_803_000), 2, 0));
    body["data"]["has_more"] = json!(false);
    assert_eq!(wire::page(&body, &creator, &mut out).expect("a page").next, None);
    let lost = Garbled { path: "data.has_more".to_owned(), expected: "whether there is more" };
    body["data"]["has_more"] = Value::Null;
    assert_eq!(wire::page(&body, &creator, &mut out).expect_err("nobody knows"), lost);
}

/// Fields of our own that are not numbers: what they say of the post may be lost without a number being wrong.
const ABOUT_POSTS: [&str; 4] = ["create_time", "title", "video_description", "duration"];

proptest! {
    #[test]
    fn a_damaged_body_invents_nothing_and_says_where(
        user in any::<bool>(),
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let mut body = if user { documented_user() } else { documented() };
        let asked = asked(&[FIRST, SECOND]);
        let read = |bytes: &[u8]| if user { account(bytes) } else { videos(&asked, bytes) };
        let series = if user { ACCOUNT.len() } else { 2 * VIDEO.len() };
        let whole = read(body.to_string().as_bytes()).expect("whole");
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with);
        let error = match read(body.to_string().as_bytes()) {
            Ok(out) => {
                for sample in &out.samples {
                    prop_assert!(whole.samples.contains(sample), "{way:?} invents {sample:?}");
                }
                prop_assert_eq!(out.samples.len() + out.missing.len(), series, "each series once");
                let garbled = out.missing.iter().any(|one| one.why == Absence::Garbled);
                let about = way.last().is_some_and(|last| ABOUT_POSTS.contains(&last.as_str()));
                prop_assert!(!garbled || out.partial.is_some());
                prop_assert!(out.partial.is_none() || garbled || about, "{:?}", out.partial);
                out.partial
            }
            // Another code than `ok` is a failure of the platform, not a body that is garbled.
            Err(error) => Some(error).filter(|_| way.last().is_none_or(|last| last != "code")),
        };
        if let Some(error) = error {
            let (way, path) = (damaged::written(&way), path_of(error));
            prop_assert!(way.starts_with(&path) || path.starts_with(&way), "{path} is not {way}");
        }
    }

    #[test]
    fn a_body_cut_short_is_garbled_as_a_whole(cut in any::<prop::sample::Index>()) {
        let text = documented().to_string();
        let cut = cut.index(text.len());
        prop_assert!(path_of(videos(&asked(&[FIRST]), &text.as_bytes()[..cut]).expect_err("cut")).starts_with("line "));
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), status in 100_u16..600) {
        prop_assert!(videos(&asked(&[FIRST]), &bytes).is_err());
        let refused = Answer { status, ..answer(&bytes) };
        prop_assert!(failure::read(&refused).is_err());
    }
}
