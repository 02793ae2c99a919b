//! Recorded bodies of the platform: what each gives, and that a damaged one invents nothing.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::json::{Garbled, parse};
use super::super::recorded_bodies as recorded;
use super::super::recorded_bodies::damaged;
use super::wanted::{Voice, Wanted};
use super::{Fetched, OF_POST, SourceError, TITLE, wire};
use crate::domain::ids::{CreatorId, Platform};
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;
use crate::http::graph::{Usage, of_parts};

/// What a body is to this source.
#[derive(Debug, Clone, Copy)]
enum Meets {
    /// A Page, which does not say how many follow it.
    Page(&'static str),
    /// Posts by id, with so many numbers.
    Posts(usize),
    /// So many posts of a list.
    List(usize),
    /// Status 400 with this failure.
    Failure(&'static str),
    /// An answer to a question that this source never asks.
    Never(&'static str),
}

const COMMENTS: &str = "single comments are not asked for";
const VIDEOS: &str = "videos are posts to this source";
const ONE: &str = "posts are asked for in lists only";
const OTHERS: &str = "it is about people, pictures or another platform";

const BODIES: &[(&str, Meets)] = &[
    ("pyfb_base_connecion_data.json", Meets::Never(OTHERS)),
    ("pyfb_base_discovery_medias_p1.json", Meets::Never(OTHERS)),
    (
        "pyfb_base_error_data.json",
        Meets::Failure("Facebook did not accept the request: status 400, `code 100, trace AQt_hJ68vFybS4TnupatNtX`"),
    ),
    ("pyfb_base_full_connecions_p2.json", Meets::List(3)),
    (
        "pyfb_error.json",
        Meets::Failure("Facebook did not accept the request: status 400, `code 100, trace A1m6KK6iBqvjzPeQd4DYbKM`"),
    ),
    ("pyfb_facebook_comments_comments_p1.json", Meets::Never(COMMENTS)),
    ("pyfb_facebook_comments_comments_p2.json", Meets::Never(COMMENTS)),
    ("pyfb_facebook_comments_create_resp.json", Meets::Never(COMMENTS)),
    ("pyfb_facebook_pages_single_default_page.json", Meets::Page("20531316728")),
    ("pyfb_facebook_pages_single_fields_page.json", Meets::Page("20531316728")),
    ("pyfb_facebook_posts_feed_fields_p1.json", Meets::List(5)),
    ("pyfb_facebook_posts_feed_fields_p2.json", Meets::List(5)),
    ("pyfb_facebook_posts_feeds_default_fields_p1.json", Meets::List(5)),
    ("pyfb_facebook_posts_multi_posts_data.json", Meets::Posts(4)),
    ("pyfb_facebook_posts_multi_posts_data_fields.json", Meets::Posts(0)),
    ("pyfb_facebook_posts_single_post_data.json", Meets::Never(ONE)),
    ("pyfb_facebook_posts_single_post_data_fields.json", Meets::Never(ONE)),
    ("pyfb_facebook_users_user_accounts_p2.json", Meets::Never(OTHERS)),
    ("pyfb_facebook_users_user_businesses.json", Meets::Never(OTHERS)),
    ("pyfb_facebook_videos_videos_info_default.json", Meets::Never(VIDEOS)),
    ("pyfb_facebook_videos_videos_p1.json", Meets::Never(VIDEOS)),
    ("pyfb_facebook_videos_videos_p2.json", Meets::Never(VIDEOS)),
];

fn wanted<'a>(ids: impl Iterator<Item = &'a str>) -> Wanted {
    ids.map(|id| (id.to_owned(), vec![format!("post/facebook/{id}").parse().expect("a subject")])).collect()
}

fn translate(asked: &Wanted, bytes: &[u8]) -> Result<Fetched, Garbled> {
    let mut out = Fetched::default();
    let voice = Voice { platform: Platform::Facebook, now: Timestamp::UNIX_EPOCH };
    let maker: CreatorId = "alma".parse().expect("an id");
    let makers = asked.keys().map(|id| (id.clone(), maker.clone())).collect();
    wire::posts(&parse(bytes)?, asked, Ok(()), &makers, voice, &mut out)?;
    Ok(out)
}

/// Checks each sample against the document, read in another way.
fn each_sample_stands_in_the_body(file: &str, body: &Value, out: &Fetched) {
    for sample in &out.samples {
        let text = sample.series.subject.to_string();
        let post = &body[text.strip_prefix("post/facebook/").expect("a post")];
        let stands = match sample.series.metric {
            Metric::Likes => &post["reactions"]["summary"]["total_count"],
            Metric::Comments => &post["comments"]["summary"]["total_count"],
            Metric::Shares => &post["shares"]["count"],
            other => panic!("{file}: nobody told {other}"),
        };
        assert_eq!(stands.as_i64(), Some(sample.value), "{file} {text}");
    }
}

#[test]
fn every_recorded_body_gives_what_it_holds_or_its_failure() {
    let Some(folder) = recorded::folder("facebook") else { return };
    for (file, meets) in BODIES {
        let bytes = std::fs::read(folder.join(file)).expect(file);
        let body: Value = serde_json::from_slice(&bytes).expect(file);
        match *meets {
            Meets::Page(id) => assert_eq!(wire::followers(&body, id), Ok(None), "{file}: likes are not followers"),
            Meets::Posts(samples) => {
                let asked = wanted(body.as_object().expect("posts").keys().map(String::as_str));
                let out = translate(&asked, &bytes).expect(file);
                assert_eq!(out.samples.len(), samples, "{file}");
                assert_eq!(samples + out.missing.len(), asked.len() * OF_POST.len(), "{file}: each series once");
                assert_eq!(out.posts.len(), asked.len(), "{file}");
                assert!(out.partial.is_none(), "{file}: {:?}", out.partial);
                each_sample_stands_in_the_body(file, &body, &out);
            }
            Meets::List(posts) => {
                let mut out = Fetched::default();
                wire::listed(&body, &"alma".parse().expect("an id"), &mut out).expect(file);
                assert_eq!((out.posts.len(), out.partial.is_none()), (posts, true), "{file}: {:?}", out.partial);
            }
            Meets::Failure(want) => {
                let trouble = of_parts(400, &bytes).expect_err(file);
                assert_eq!(SourceError::of_graph(TITLE, trouble, Usage::default()).to_string(), want, "{file}");
            }
            Meets::Never(why) => {
                let out = translate(&wanted(std::iter::once("1_1")), &bytes).expect(file);
                assert!(out.samples.is_empty(), "{file}: {why}");
                let Some(SourceError::Garbled { path, .. }) = out.partial else { panic!("{file}: {why}") };
                assert_eq!(path, "1_1", "{file}: {why}");
            }
        }
    }
}

#[test]
fn no_recorded_body_is_left_out() {
    recorded::all_are_listed("facebook", BODIES.iter().map(|row| row.0));
}

/// Posts as they come: one with everything, one that nobody has shared and few have seen.
fn whole() -> Value {
    let insight = |name: &str, value: i64| json!({"name": name, "period": "lifetime", "values": [{"value": value}]});
    json!({
        "1_10": {"id": "1_10", "created_time": "2026-07-01T10:00:00+0000", "message": "…", "shares": {"count": 3},
            "reactions": {"data": [], "summary": {"total_count": 125, "viewer_reaction": "NONE"}},
            "comments": {"data": [], "summary": {"order": "chronological", "total_count": 13, "can_comment": true}},
            "insights": {"data": [insight("post_media_view", 9000), insight("post_total_media_view_unique", 7000)]}},
        "1_11": {"id": "1_11", "created_time": "2026-07-01T11:00:00+0000",
            "reactions": {"data": [], "summary": {"total_count": 0}},
            "comments": {"data": [], "summary": {"total_count": 0}}, "insights": {"data": []}},
    })
}

fn two() -> Wanted {
    wanted(["1_10", "1_11"].into_iter())
}

#[test]
fn what_a_post_does_not_say_is_absent_and_never_zero() {
    let out = translate(&two(), whole().to_string().as_bytes()).expect("posts");
    let said = out.samples.iter().map(|one| format!("{} {} {}", one.series.subject, one.series.metric, one.value));
    let lacks =
        out.missing.iter().map(|one| format!("{} {} {}", one.series.subject, one.series.metric, one.why.as_str()));
    insta::assert_snapshot!(said.chain(lacks).collect::<Vec<_>>().join("\n"), @"
    post/facebook/1_10 likes 125
    post/facebook/1_10 comments 13
    post/facebook/1_10 shares 3
    post/facebook/1_10 views 9000
    post/facebook/1_10 reach 7000
    post/facebook/1_11 likes 0
    post/facebook/1_11 comments 0
    post/facebook/1_11 shares hidden
    post/facebook/1_11 views not_yet
    post/facebook/1_11 reach not_yet
    ");
    assert_eq!(out.posts[0].published_at.to_string(), "2026-07-01T10:00:00Z");
}

proptest! {
    #[test]
    fn a_damaged_body_invents_nothing_and_answers_each_series_once(
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let mut body = whole();
        let before = translate(&two(), body.to_string().as_bytes()).expect("posts");
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with);
        if let Ok(out) = translate(&two(), body.to_string().as_bytes()) {
            for sample in &out.samples {
                prop_assert!(before.samples.contains(sample), "{way:?} invents {sample:?}");
            }
            prop_assert_eq!(out.samples.len() + out.missing.len(), 10, "each series once");
            let garbled = out.missing.iter().any(|one| one.why == Absence::Garbled);
            prop_assert!(!garbled || out.partial.is_some(), "{way:?}");
        }
    }

    #[test]
    fn a_body_cut_short_is_garbled_as_a_whole(cut in any::<prop::sample::Index>()) {
        let text = whole().to_string();
        let garbled = translate(&two(), &text.as_bytes()[..cut.index(text.len())]).expect_err("cut short");
        prop_assert!(garbled.path.starts_with("line "), "{}", garbled.path);
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(out) = translate(&two(), &bytes) {
            prop_assert!(out.samples.is_empty());
        }
    }
}
