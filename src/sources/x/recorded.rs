//! Recorded bodies of the platform: what each gives, and that a damaged one invents nothing.
//!
//! None of them holds public metrics (they were asked for without), so what they prove is the shape around the numbers; the
//! numbers stand in bodies of our own.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::json::{Garbled, parse};
use super::super::recorded_bodies as recorded;
use super::super::recorded_bodies::damaged;
use super::wanted::{Voice, Wanted};
use super::wire::{self, Of};
use super::{Fetched, SourceError};
use crate::domain::ids::{CreatorId, Platform};
use crate::domain::sample::Absence;

/// What a body is to this source.
#[derive(Debug, Clone, Copy)]
enum Meets {
    /// A lookup: so many rows were found.
    Lookup(Of, usize),
    /// A list of posts: so many.
    List(usize),
    /// An answer to a question that this source never asks: where reading it fails.
    Never(&'static str, &'static str),
}

const PEOPLE: &str = "lists of people are not asked for";
const ONE: &str = "things are asked for in lists only";
const OLD: &str = "version 1.1 is not spoken";

const BODIES: &[(&str, Meets)] = &[
    ("trb_chunk_upload_status_failed.json", Meets::Never(OLD, "data")),
    ("trb_forbidden.json", Meets::Never(OLD, "errors[0].value")),
    ("trb_retweets.json", Meets::Never(OLD, "the whole body")),
    ("trb_search_malformed.json", Meets::Never(OLD, "data")),
    ("trb_status.json", Meets::Never(OLD, "data")),
    ("trb_user_timeline.json", Meets::Never(OLD, "the whole body")),
    ("tweepy_test_client_get_liking_users_0.json", Meets::Never(PEOPLE, "data[0]")),
    ("tweepy_test_client_get_retweeters_0.json", Meets::Never(PEOPLE, "data[0]")),
    ("tweepy_test_client_get_tweet_0.json", Meets::Never(ONE, "data")),
    ("tweepy_test_client_get_tweets_0.json", Meets::Lookup(Of::Posts, 2)),
    ("tweepy_test_client_get_user_0.json", Meets::Never(ONE, "data")),
    ("tweepy_test_client_get_users_followers_0.json", Meets::Lookup(Of::Users, 100)),
    ("tweepy_test_client_get_users_following_0.json", Meets::Lookup(Of::Users, 35)),
    ("tweepy_test_client_get_users_mentions_0.json", Meets::List(10)),
    ("tweepy_test_client_get_users_tweets_0.json", Meets::List(2)),
    ("tweepy_test_client_search_recent_tweets_0.json", Meets::List(10)),
    ("tweepy_testgetstatus_0.json", Meets::Never(OLD, "data")),
];

fn voice() -> Voice {
    Voice { platform: Platform::X, now: Timestamp::UNIX_EPOCH }
}

/// Asks for everything that a body has.
fn asked(of: Of, body: &Value) -> Wanted {
    let key = if of == Of::Users { "username" } else { "id" };
    let names = body["data"].as_array().into_iter().flatten().filter_map(|row| row[key].as_str());
    names.map(|name| (name.to_lowercase(), vec![format!("creator/{name}").parse().expect("a subject")])).collect()
}

fn look_up(of: Of, wanted: &Wanted, bytes: &[u8]) -> Result<(Fetched, BTreeMap<String, String>), Garbled> {
    let mut out = Fetched::default();
    let found = wire::numbers(&parse(bytes)?, of, wanted, voice(), &mut out)?;
    Ok((out, found))
}

fn path_of(error: Option<SourceError>) -> String {
    match error {
        Some(SourceError::Garbled { path, .. }) => path,
        other => panic!("{other:?} is not garbled"),
    }
}

#[test]
fn every_recorded_body_gives_what_it_holds_or_says_where_it_is_another() {
    let Some(folder) = recorded::folder("twitter") else { return };
    let alma: CreatorId = "alma".parse().expect("an id");
    for (file, meets) in BODIES {
        let bytes = std::fs::read(folder.join(file)).expect(file);
        let body: Value = serde_json::from_slice(&bytes).expect(file);
        match *meets {
            Meets::Lookup(of, rows) => {
                let wanted = asked(of, &body);
                let (out, found) = look_up(of, &wanted, &bytes).expect(file);
                assert_eq!((found.len(), out.samples.len()), (rows, 0), "{file}");
                // No metrics were asked for: they are not there, which is not 0.
                assert_eq!(out.missing.len(), rows * of.counts().len(), "{file}: each series once");
                assert!(out.missing.iter().all(|one| one.why == Absence::Hidden), "{file}");
                assert!(out.partial.is_none(), "{file}: {:?}", out.partial);
            }
            Meets::List(rows) => {
                let mut out = Fetched::default();
                let ids = wire::listed(&body, &alma, &mut out).expect(file);
                // Asked for without their time, none can be followed; each is on the bill.
                assert_eq!((ids.len(), out.posts.len()), (rows, 0), "{file}");
            }
            Meets::Never(why, at) => {
                let wanted = Wanted::from([("1".to_owned(), vec!["creator/alma".parse().expect("a subject")])]);
                let got = match look_up(Of::Posts, &wanted, &bytes) {
                    Ok((out, found)) => {
                        assert!(found.is_empty() && out.samples.is_empty(), "{file}");
                        path_of(out.partial)
                    }
                    Err(garbled) => garbled.path,
                };
                assert_eq!(got, at, "{file}: {why}");
            }
        }
    }
}

#[test]
fn no_recorded_body_is_left_out() {
    recorded::all_are_listed("twitter", BODIES.iter().map(|row| row.0));
}

/// A lookup as it comes: two posts found, one not there, one not for us.
fn whole() -> Value {
    let row = |id: &str, shown: i64| {
        json!({"id": id, "text": "…", "created_at": "2026-07-01T10:00:00.000Z", "author_id": "7", "public_metrics":
            {"retweet_count": 50, "reply_count": 12, "like_count": 234, "quote_count": 5, "bookmark_count": 8,
             "impression_count": shown}})
    };
    let error = |id: &str, kind: &str| {
        json!({"resource_id": id, "resource_type": "tweet", "title": "…", "detail": "…",
            "type": format!("https://api.x.com/2/problems/{kind}")})
    };
    json!({"data": [row("1", 5432), row("2", 0)],
        "errors": [error("3", "resource-not-found"), error("4", "not-authorized-for-resource")]})
}

fn four() -> Wanted {
    let subject = |id: &str| vec![format!("post/x/{id}").parse().expect("a subject")];
    ["1", "2", "3", "4"].iter().map(|&id| (id.to_owned(), subject(id))).collect()
}

fn told(out: &Fetched) -> Vec<String> {
    let said =
        |one: &crate::domain::sample::Sample| format!("{} {} {}", one.series.subject, one.series.metric, one.value);
    let lacks =
        out.missing.iter().map(|one| format!("{} {} {}", one.series.subject, one.series.metric, one.why.as_str()));
    out.samples.iter().map(said).chain(lacks).collect()
}

#[test]
fn what_was_found_and_what_was_not_stand_beside_each_other() {
    let (out, found) = look_up(Of::Posts, &four(), whole().to_string().as_bytes()).expect("a lookup");
    assert!(out.partial.is_none(), "{:?}", out.partial);
    assert_eq!(found.len(), 2);
    insta::assert_snapshot!(told(&out).join("\n"), @"
    post/x/1 views 5432
    post/x/1 likes 234
    post/x/1 comments 12
    post/x/1 shares 55
    post/x/1 saves 8
    post/x/2 views 0
    post/x/2 likes 234
    post/x/2 comments 12
    post/x/2 shares 55
    post/x/2 saves 8
    post/x/3 views gone
    post/x/3 likes gone
    post/x/3 comments gone
    post/x/3 shares gone
    post/x/3 saves gone
    post/x/4 views hidden
    post/x/4 likes hidden
    post/x/4 comments hidden
    post/x/4 shares hidden
    post/x/4 saves hidden
    ");
}

#[test]
fn an_id_that_nothing_is_said_of_is_garbled_and_not_gone() {
    let mut body = whole();
    body["errors"] = json!([]);
    let (out, _) = look_up(Of::Posts, &four(), body.to_string().as_bytes()).expect("a lookup");
    assert!(out.missing.iter().all(|one| one.why == Absence::Garbled));
    assert_eq!((out.missing.len(), path_of(out.partial).as_str()), (10, "data"));
}

proptest! {
    #[test]
    fn a_damaged_body_invents_nothing_and_answers_each_series_once(
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let mut body = whole();
        let (before, _) = look_up(Of::Posts, &four(), body.to_string().as_bytes()).expect("a lookup");
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with);
        if let Ok((out, _)) = look_up(Of::Posts, &four(), body.to_string().as_bytes()) {
            for sample in &out.samples {
                prop_assert!(before.samples.contains(sample), "{way:?} invents {sample:?}");
            }
            prop_assert_eq!(out.samples.len() + out.missing.len(), 20, "each series once");
            let garbled = out.missing.iter().any(|one| one.why == Absence::Garbled);
            prop_assert!(!garbled || out.partial.is_some(), "{way:?}");
        }
    }

    #[test]
    fn a_body_cut_short_is_garbled_as_a_whole(cut in any::<prop::sample::Index>()) {
        let text = whole().to_string();
        let garbled = look_up(Of::Posts, &four(), &text.as_bytes()[..cut.index(text.len())]).expect_err("cut short");
        prop_assert!(garbled.path.starts_with("line "), "{}", garbled.path);
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok((out, _)) = look_up(Of::Posts, &four(), &bytes) {
            prop_assert!(out.samples.is_empty());
        }
    }
}
