//! The one translation of the Display API's bodies into samples, absences and posts.
//!
//! Ids are text (they are beyond what a double holds), counts are numbers, and times are seconds since 1970. Fields nobody
//! asked about are not looked at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::json::{Field, Garbled};
use super::super::{Fetched, FoundPost};
use super::garbled;
use crate::domain::ids::{CreatorId, Platform, PostRef, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};

/// A count, and what it is to us.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    pub key: &'static str,
    pub metric: Metric,
    /// A level, not a running total.
    gauge: bool,
}

/// What `user.info.stats` lets be known of an account. The likes are those of all its videos together.
pub(super) const ACCOUNT: [Count; 3] = [
    Count { key: "follower_count", metric: Metric::Followers, gauge: true },
    Count { key: "likes_count", metric: Metric::Likes, gauge: false },
    Count { key: "video_count", metric: Metric::Videos, gauge: true },
];

/// What `video.list` lets be known of a video.
pub(super) const VIDEO: [Count; 4] = [
    Count { key: "view_count", metric: Metric::Views, gauge: false },
    Count { key: "like_count", metric: Metric::Likes, gauge: false },
    Count { key: "comment_count", metric: Metric::Comments, gauge: false },
    Count { key: "share_count", metric: Metric::Shares, gauge: false },
];

fn series(subject: &Subject, metric: Metric) -> SeriesKey {
    SeriesKey { subject: subject.clone(), metric, platform: Platform::Tiktok }
}

fn sample(subject: &Subject, count: Count, value: i64, now: Timestamp) -> Sample {
    Sample {
        series: series(subject, count.metric),
        value,
        currency: None,
        form: if count.gauge { Form::Gauge { at: now } } else { Form::Total { at: now } },
        known_at: now,
        provisional: false,
        self_reported: false,
    }
}

/// Says of each of `counts` why the subjects have none.
pub(super) fn absent(subjects: &[Subject], counts: &[Count], why: Absence, at: Timestamp, out: &mut Fetched) {
    for subject in subjects {
        out.missing.extend(counts.iter().map(|count| Missing { series: series(subject, count.metric), why, at }));
    }
}

/// One object's counts as samples, each series once. A count that was asked for and is not there is hidden.
fn counts(row: &Field<'_>, counts: &[Count], subjects: &[Subject], now: Timestamp, out: &mut Fetched) {
    for count in counts {
        let why = match row.get(count.key).and_then(|field| field.map(|field| field.count()).transpose()) {
            Ok(Some(value)) => {
                out.samples.extend(subjects.iter().map(|subject| sample(subject, *count, value, now)));
                continue;
            }
            Ok(None) => Absence::Hidden,
            Err(error) => {
                out.fail(garbled(error));
                Absence::Garbled
            }
        };
        absent(subjects, std::slice::from_ref(count), why, now, out);
    }
}

/// The account's numbers.
pub(super) fn account(body: &Value, subjects: &[Subject], now: Timestamp, out: &mut Fetched) -> Result<(), Garbled> {
    let user = user(body)?;
    counts(&user, &ACCOUNT, subjects, now, out);
    Ok(())
}

/// The name that the account calls itself by, where it was asked for and is told.
pub(super) fn username(body: &Value) -> Result<Option<&str>, Garbled> {
    user(body)?.get("username")?.map(|name| name.text()).transpose()
}

fn user(body: &Value) -> Result<Field<'_>, Garbled> {
    Field::root(body).need("data", "the data that was asked for")?.need("user", "the user that was asked for")
}

fn videos(body: &Value) -> Result<Vec<Field<'_>>, Garbled> {
    Field::root(body).need("data", "the data that was asked for")?.need("videos", "a list of videos")?.items()
}

/// Turns the videos of an answer into samples; each series asked for is answered exactly once.
///
/// An id that is not among them is gone: deleted, made private, or never this account's. When a video does not say which it
/// is, nobody knows which is gone: then the rest is garbled.
pub(super) fn numbers(
    body: &Value,
    asked: &BTreeMap<String, Vec<Subject>>,
    makers: &BTreeMap<String, CreatorId>,
    now: Timestamp,
    out: &mut Fetched,
) -> Result<(), Garbled> {
    let mut left: BTreeSet<&str> = asked.keys().map(String::as_str).collect();
    let mut why_left = Absence::Gone;
    for row in &videos(body)? {
        let (id, subjects) = match owner(row, asked) {
            Ok(found) => found,
            Err(error) => {
                why_left = Absence::Garbled;
                out.fail(garbled(error));
                continue;
            }
        };
        if !left.remove(id) {
            continue;
        }
        counts(row, &VIDEO, subjects, now, out);
        if let Some(maker) = makers.get(id) {
            match post(row, maker) {
                Ok(post) => out.posts.extend(post),
                Err(error) => out.fail(garbled(error)),
            }
        }
    }
    for subjects in left.iter().filter_map(|id| asked.get(*id)) {
        absent(subjects, &VIDEO, why_left, now, out);
    }
    Ok(())
}

fn owner<'a, 'b>(
    row: &Field<'a>,
    asked: &'b BTreeMap<String, Vec<Subject>>,
) -> Result<(&'a str, &'b [Subject]), Garbled> {
    let id = row.need("id", "an id that was asked for")?;
    let text = id.text()?;
    let subjects = asked.get(text).ok_or_else(|| id.garbled("an id that was asked for"))?;
    Ok((text, subjects))
}

/// One page of an account's videos.
#[derive(Debug)]
pub(super) struct Page {
    /// What to ask for next; `None` at the end.
    pub next: Option<i64>,
    /// When the oldest video on it was published.
    pub oldest: Option<Timestamp>,
}

/// Adds the posts of a page. One that cannot be understood is left out and said.
pub(super) fn page(body: &Value, creator: &CreatorId, out: &mut Fetched) -> Result<Page, Garbled> {
    let rows = videos(body)?;
    let data = Field::root(body).need("data", "the data that was asked for")?;
    let more = data.need("has_more", "whether there is more")?.flag()?;
    let next = if more { Some(data.need("cursor", "where the next page begins")?.count()?) } else { None };
    let mut oldest: Option<Timestamp> = None;
    for row in &rows {
        match post(row, creator) {
            Ok(Some(post)) => {
                oldest = Some(oldest.map_or(post.published_at, |oldest| std::cmp::min(oldest, post.published_at)));
                out.posts.push(post);
            }
            Ok(None) => {}
            Err(error) => out.fail(garbled(error)),
        }
    }
    Ok(Page { next, oldest })
}

/// The video as a post; `None` where it does not say when it was published.
fn post(row: &Field<'_>, creator: &CreatorId) -> Result<Option<FoundPost>, Garbled> {
    let id = row.need("id", "a video id")?;
    let post = PostRef::new(id.text()?).map_err(|_| id.garbled("a video id"))?;
    let Some(at) = row.get("create_time")? else {
        return Ok(None);
    };
    let seconds = "seconds since 1970";
    let published_at = Timestamp::from_second(at.count()?).map_err(|_| at.garbled(seconds))?;
    let text = |key: &str| row.get(key)?.map(|field| field.text().map(str::to_owned)).transpose();
    let duration = row.get("duration")?.map(|field| field.count()).transpose()?;
    Ok(Some(FoundPost {
        platform: Platform::Tiktok,
        post,
        creator: creator.clone(),
        published_at,
        title: text("title")?.filter(|title| !title.is_empty()),
        description: text("video_description")?,
        duration: duration.map(SignedDuration::from_secs),
        format: None,
    }))
}
