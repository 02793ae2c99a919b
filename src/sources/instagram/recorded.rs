//! Every recorded body beside the checkout against the translation, and the same bodies damaged.
//!
//! The bodies were recorded by others, for requests that often asked for less than this source does, or for something else:
//! the Graph does not say what an answer is an answer to, so what is never asked for is listed with its reason, and no
//! number may be read out of it as an insight or an account.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::json::{Field, Garbled, parse};
use super::super::recorded_bodies::{self as recorded, damaged};
use super::metrics::Kind;
use super::wire::{self, Piece};
use crate::http::graph::Page;

/// What the source makes of a body.
#[derive(Debug, Clone, Copy)]
enum Meets {
    /// So many insights of those that are asked for of the kind.
    Insights(Kind, usize),
    /// An account's followers and posts.
    Profile(i64, i64),
    /// So many pieces of media, and whether there are more.
    List(usize, bool),
    /// So many pieces, each under its id.
    ByIds(usize),
    /// Followers where they were asked for, so many pieces, and whether there are more.
    Discovered(Option<i64>, usize, bool),
    /// It cannot be understood from here on.
    Garbled(Kind, &'static str),
    /// It is never asked for.
    Never(&'static str),
}

const COMMENTS: &str = "comments are counted, not read";
const HASHTAGS: &str = "hashtags are not searched";
const MENTIONS: &str = "mentions are not read";
const PUBLISHING: &str = "nothing is published";

const BODIES: &[(&str, Meets)] = &[
    // Recorded before `views` replaced `plays`.
    ("airbyte_media_insights_reels.json", Meets::Insights(Kind::Reels, 4)),
    ("business_discovery_bhuvan_bam.json", Meets::Discovered(Some(14_759_582), 25, true)),
    ("pyfb_instagram_comments_comment_fields.json", Meets::Never(COMMENTS)),
    ("pyfb_instagram_comments_replies.json", Meets::Never(COMMENTS)),
    ("pyfb_instagram_discovery_medias_p1.json", Meets::Discovered(None, 2, true)),
    ("pyfb_instagram_discovery_medias_p2.json", Meets::Discovered(None, 2, true)),
    ("pyfb_instagram_hashtags_hashtag_top_medias_p1.json", Meets::Never(HASHTAGS)),
    ("pyfb_instagram_hashtags_hashtag_top_medias_p2.json", Meets::Never(HASHTAGS)),
    ("pyfb_instagram_hashtags_hashtags_info.json", Meets::Never(HASHTAGS)),
    ("pyfb_instagram_medias_children.json", Meets::Never("children of albums have no insights")),
    ("pyfb_instagram_medias_comments_p1.json", Meets::Never(COMMENTS)),
    ("pyfb_instagram_medias_comments_p2.json", Meets::Never(COMMENTS)),
    ("pyfb_instagram_medias_insights.json", Meets::Insights(Kind::Feed, 2)),
    ("pyfb_instagram_medias_insights_new.json", Meets::Insights(Kind::Feed, 0)),
    ("pyfb_instagram_medias_medias_fields.json", Meets::ByIds(2)),
    ("pyfb_instagram_publish_publish_limit_resp.json", Meets::Never(PUBLISHING)),
    ("pyfb_instagram_stories_stories_fields_p1.json", Meets::List(2, true)),
    ("pyfb_instagram_stories_stories_fields_p2.json", Meets::List(1, false)),
    ("pyfb_instagram_stories_stories_info.json", Meets::ByIds(2)),
    ("pyfb_instagram_users_content_publish_limit.json", Meets::Never(PUBLISHING)),
    ("pyfb_instagram_users_live_medias.json", Meets::Never("live broadcasts have no insights")),
    ("pyfb_instagram_users_medias_p1.json", Meets::List(2, true)),
    ("pyfb_instagram_users_mentioned_comment.json", Meets::Never(MENTIONS)),
    ("pyfb_instagram_users_mentioned_media.json", Meets::Never(MENTIONS)),
    ("pyfb_instagram_users_user_fields.json", Meets::Profile(64_363, 427)),
    // A series of two days, as it was before `metric_type=total_value`; `impressions` before it is not looked at.
    ("pyfb_instagram_users_user_insights.json", Meets::Garbled(Kind::Day, "data[1].values")),
    ("pyfb_instagram_users_user_insights_new.json", Meets::Insights(Kind::Day, 1)),
];

/// A number that was read: where from, and which.
type Read = BTreeSet<(String, i64)>;

/// All numbers of a body, and what of it cannot be understood.
fn translate(meets: Meets, asked: &[String], body: &Value) -> Result<(Read, Vec<Garbled>), Garbled> {
    let (mut read, mut garbled) = (Read::new(), Vec::new());
    match meets {
        Meets::Insights(kind, _) | Meets::Garbled(kind, _) => {
            let found = wire::insights(body, kind.core())?;
            read.extend(found.into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        Meets::Profile(..) => numbers(&wire::profile(&Field::root(body))?, &mut read),
        Meets::List(..) => {
            let page = wire::page(body)?;
            page.pieces.iter().for_each(|piece| counts(piece, &mut read));
            garbled = page.garbled;
        }
        Meets::ByIds(_) => {
            for row in wire::by_ids(body, asked)? {
                row.map_or_else(|error| garbled.push(error), |piece| counts(&piece, &mut read));
            }
        }
        Meets::Discovered(..) => {
            let (profile, listed) = wire::discovered(body)?;
            numbers(&profile, &mut read);
            if let Some(listed) = listed {
                listed.pieces.iter().for_each(|piece| counts(piece, &mut read));
                garbled = listed.garbled;
            }
        }
        Meets::Never(_) => {}
    }
    Ok((read, garbled))
}

fn numbers(profile: &wire::Profile, read: &mut Read) {
    let both = [("followers", profile.followers), ("media", profile.media)];
    read.extend(both.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
}

fn counts(piece: &Piece, read: &mut Read) {
    let all = [("likes", piece.likes), ("comments", piece.comments), ("views", piece.views)];
    read.extend(all.into_iter().filter_map(|(name, value)| Some((format!("{} {name}", piece.id), value?))));
}

fn body(file: &str) -> Option<Value> {
    let bytes = std::fs::read(recorded::folder("instagram")?.join(file)).expect(file);
    Some(serde_json::from_slice(&bytes).expect(file))
}

fn keys(body: &Value) -> Vec<String> {
    body.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
}

/// How many of the pieces say a number that stands in the document, read in another way: by pointer.
#[track_caller]
fn each_count_stands_in_the_body(rows: &[&Value], read: &Read) {
    let mut stand = Read::new();
    for row in rows {
        for (key, name) in [("like_count", "likes"), ("comments_count", "comments"), ("view_count", "views")] {
            if let (Some(id), Some(value)) = (row["id"].as_str(), row[key].as_i64()) {
                stand.insert((format!("{id} {name}"), value));
            }
        }
    }
    assert!(stand.iter().all(|row| read.contains(row)), "{stand:?} in {read:?}");
    assert_eq!(read.iter().filter(|row| row.0.contains(' ')).count(), stand.len());
}

#[test]
fn every_recorded_body_gives_its_numbers_or_is_never_asked_for() {
    for (file, meets) in BODIES {
        let Some(body) = body(file) else { return };
        let ids = keys(&body);
        let translated = translate(*meets, &ids, &body);
        let (read, garbled) = match (*meets, translated) {
            (Meets::Garbled(_, path), Err(error)) => {
                assert_eq!(error.path, path, "{file}");
                continue;
            }
            (_, translated) => translated.unwrap_or_else(|error| panic!("{file}: {error:?}")),
        };
        assert!(garbled.is_empty(), "{file}: {garbled:?}");
        let rows = |at: &str| body.pointer(at).and_then(Value::as_array).into_iter().flatten().collect::<Vec<_>>();
        match *meets {
            Meets::Insights(_, count) => assert_eq!(read.len(), count, "{file}"),
            Meets::Profile(followers, media) => {
                let want = [("followers".to_owned(), followers), ("media".to_owned(), media)];
                assert_eq!(read, BTreeSet::from(want), "{file}");
            }
            Meets::List(pieces, more) => {
                let page = wire::page(&body).expect(file);
                let goes_on = matches!(page.next, Page::After(_));
                assert_eq!((page.pieces.len(), goes_on), (pieces, more), "{file}");
                each_count_stands_in_the_body(&rows("/data"), &read);
            }
            Meets::ByIds(pieces) => {
                assert_eq!(wire::by_ids(&body, &ids).expect(file).len(), pieces, "{file}");
                each_count_stands_in_the_body(&ids.iter().map(|id| &body[id]).collect::<Vec<_>>(), &read);
            }
            Meets::Discovered(followers, pieces, more) => {
                let (profile, listed) = wire::discovered(&body).expect(file);
                let listed = listed.expect("media");
                let goes_on = matches!(listed.next, Page::After(_));
                assert_eq!((profile.followers, listed.pieces.len(), goes_on), (followers, pieces, more), "{file}");
                each_count_stands_in_the_body(&rows("/business_discovery/media/data"), &read);
            }
            Meets::Garbled(..) => panic!("{file} was understood"),
            Meets::Never(why) => {
                assert!(wire::discovered(&body).is_err(), "{file}: {why}");
                let profile = wire::profile(&Field::root(&body)).expect(file);
                assert_eq!((profile.followers, profile.media), (None, None), "{file}: {why}");
                for kind in [Kind::Feed, Kind::Reels, Kind::Story, Kind::Day] {
                    assert!(wire::insights(&body, kind.core()).is_err(), "{file}: {why}");
                }
            }
        }
    }
}

#[test]
fn no_recorded_body_is_left_out() {
    recorded::all_are_listed("instagram", BODIES.iter().map(|row| row.0));
}

#[test]
fn a_piece_is_named_by_its_address_and_dated_without_a_colon() {
    let read = |row: &Value| wire::piece(&Field::root(row)).map_err(|error| error.path);
    let reel = json!({
        "id": "17895731045244887", "permalink": "https://www.instagram.com/reel/C8x_Yz-1/", "media_type": "VIDEO",
        "timestamp": "2026-08-14T15:00:07+0000", "like_count": 412,
    });
    let piece = read(&reel).expect("a piece");
    assert_eq!((piece.post.as_str(), piece.kind, piece.comments), ("C8x_Yz-1", Some(Kind::Reels), None));
    assert_eq!(piece.published_at.map(|at| at.to_string()).as_deref(), Some("2026-08-14T15:00:07Z"));
    let story = json!({"id": "18168273289049440", "permalink": "https://instagram.com/stories/ik/2421239445800645437"});
    let piece = read(&story).expect("a piece");
    assert_eq!((piece.post.as_str(), piece.kind), ("2421239445800645437", Some(Kind::Story)));
    for (row, want) in [
        (json!({"id": "17895731045244887", "timestamp": "2026-08-14"}), "timestamp"),
        (json!({"id": "../me"}), "id"),
        (json!({"id": 17_895_731_045_244_887_i64}), "id"),
        (json!({"id": "1", "like_count": -1}), "like_count"),
        (json!({"like_count": 1}), "id"),
    ] {
        assert_eq!(read(&row).expect_err("garbled"), want, "{row}");
    }
}

#[test]
fn an_answer_about_another_piece_is_not_taken() {
    let asked = ["17895731045244887".to_owned()];
    let body = json!({"17895731045244887": {"id": "17896622936197745", "like_count": 2}});
    let rows = wire::by_ids(&body, &asked).expect("rows");
    assert!(rows.iter().all(Result::is_err), "{rows:?}");
}

#[test]
fn an_insight_without_a_value_is_none() {
    let row = |value: Value| json!({"data": [{"name": "reach", "period": "lifetime", "values": value}]});
    for (body, want) in [
        (json!({"data": []}), Some(0)),
        (row(json!([])), Some(0)),
        (row(json!([{"value": null}])), Some(0)),
        (row(json!([{"value": 0}])), Some(1)),
        (row(json!([{"value": {"a": 1}}])), None),
        (row(json!([{"value": 1}, {"value": 2}])), None),
        (json!({"data": [{"name": "reach", "total_value": {"value": 900}}]}), Some(1)),
        (json!({"data": [{"name": "impressions", "values": [{"value": 7}]}]}), Some(0)),
        (json!({"data": [{"period": "day"}]}), None),
        (json!({}), None),
    ] {
        assert_eq!(wire::insights(&body, Kind::Feed.core()).ok().map(|found| found.len()), want, "{body}");
    }
}

/// The bodies with numbers in them.
fn numeric() -> Vec<(&'static str, Meets)> {
    let has = |meets: &Meets| !matches!(meets, Meets::Never(_) | Meets::Garbled(..) | Meets::Insights(_, 0));
    BODIES.iter().filter(|row| has(&row.1)).copied().collect()
}

/// `items[3].id` and `17893085.id`, so that a number that is a name and one that is a place look alike.
fn steps(path: &str) -> String {
    path.replace('[', ".").replace(']', "").trim_start_matches('.').to_owned()
}

proptest! {
    #[test]
    fn a_damaged_body_invents_nothing_and_says_where(
        file in prop::sample::select(numeric()),
        place in any::<prop::sample::Index>(),
        with in damaged::wrong_values(),
    ) {
        let (file, meets) = file;
        let Some(mut body) = body(file) else { return Ok(()) };
        let asked = keys(&body);
        let (whole, _) = translate(meets, &asked, &body).expect(file);
        let way = place.get(&damaged::places(&body)).clone();
        damaged::damage(&mut body, &way, with);
        let failed = match translate(meets, &asked, &body) {
            Ok((read, garbled)) => {
                // A list's row with another id is another post; nobody can tell.
                let renamed = way.last().is_some_and(|step| step == "id");
                prop_assert!(renamed || read.is_subset(&whole), "{file} {way:?} invents {read:?}");
                garbled
            }
            Err(garbled) => vec![garbled],
        };
        let written = steps(&damaged::written(&way));
        for path in failed.iter().map(|garbled| steps(&garbled.path)) {
            let whole = path == "the whole body";
            prop_assert!(whole || written.starts_with(&path) || path.starts_with(&written), "{path} is not {written}");
        }
    }

    #[test]
    fn a_body_cut_short_is_no_document(
        file in prop::sample::select(numeric()),
        cut in any::<prop::sample::Index>(),
    ) {
        let Some(folder) = recorded::folder("instagram") else { return Ok(()) };
        let bytes = std::fs::read(folder.join(file.0)).expect(file.0);
        // Whitespace at the end may go without harm.
        let end = bytes.iter().rposition(|byte| !byte.is_ascii_whitespace()).expect("a body");
        let garbled = parse(&bytes[..cut.index(end)]).expect_err("cut short");
        prop_assert!(garbled.path.starts_with("line "), "{}", garbled.path);
    }

    #[test]
    fn no_document_at_all_makes_it_panic(text in "[\\[\\]{}\":,a-z0-9]{0,80}") {
        let Ok(body) = parse(text.as_bytes()) else { return Ok(()) };
        for (_, meets) in numeric() {
            if let Ok((read, _)) = translate(meets, &["1".to_owned()], &body) {
                prop_assert!(read.is_empty(), "{text}");
            }
        }
    }
}
