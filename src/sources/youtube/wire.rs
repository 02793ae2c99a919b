//! The one translation of the Data API's bodies into samples, absences and posts.
//!
//! Counts are text or numbers and may exceed 32 bits. Fields nobody asked about are not looked at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, SpanRelativeTo, Timestamp};
use serde_json::Value;

use super::super::json::{Field, Garbled};
use super::super::{Fetched, FoundPost};
use super::garbled;
use crate::domain::ids::{CreatorId, Platform, PostRef, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};

/// A number of `statistics`, and what it is to us.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    key: &'static str,
    metric: Metric,
    /// A level, not a running total.
    gauge: bool,
    /// A flag beside it that says the owner hides it.
    hidden: Option<&'static str>,
}

pub(super) const CHANNEL: [Count; 3] = [
    Count { key: "viewCount", metric: Metric::Views, gauge: false, hidden: None },
    Count { key: "subscriberCount", metric: Metric::Followers, gauge: true, hidden: Some("hiddenSubscriberCount") },
    Count { key: "videoCount", metric: Metric::Videos, gauge: true, hidden: None },
];

pub(super) const VIDEO: [Count; 3] = [
    Count { key: "viewCount", metric: Metric::Views, gauge: false, hidden: None },
    Count { key: "likeCount", metric: Metric::Likes, gauge: false, hidden: None },
    Count { key: "commentCount", metric: Metric::Comments, gauge: false, hidden: None },
];

/// The items of an answer, each at its place.
#[derive(Debug)]
pub(super) struct Rows<'a>(Vec<Field<'a>>);

impl<'a> Rows<'a> {
    /// The items of a body that says it is `kind`. A body without items is an empty list only if it does not count any.
    pub fn read(body: &'a Value, kind: &'static str) -> Result<Self, Garbled> {
        let root = Field::root(body);
        let said = root.need("kind", kind)?;
        if said.text()? != kind {
            return Err(said.garbled(kind));
        }
        if let Some(items) = root.get("items")? {
            return items.items().map(Self);
        }
        for (group, total) in [("pageInfo", "totalResults"), ("summary", "succeededVideoCount")] {
            let Some(total) = root.get(group)?.map(|group| group.get(total)).transpose()?.flatten() else {
                continue;
            };
            if total.count()? != 0 {
                return Err(Garbled { path: "items".to_owned(), expected: "as many items as the answer counts" });
            }
        }
        Ok(Self(Vec::new()))
    }
}

/// Turns the statistics of items into samples; each series asked for is answered exactly once.
///
/// An id that is not among the items is gone. When an item does not say whose it is, nobody knows who is gone: then the
/// rest is garbled.
pub(super) fn numbers(
    rows: &Rows<'_>,
    counts: &[Count],
    asked: &BTreeMap<String, Vec<Subject>>,
    now: Timestamp,
    out: &mut Fetched,
) {
    let mut left: BTreeSet<&str> = asked.keys().map(String::as_str).collect();
    let mut why_left = Absence::Gone;
    for row in &rows.0 {
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
        for count in counts {
            let why = match read(row, *count) {
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
            for subject in subjects {
                absent(subject, std::slice::from_ref(count), why, now, out);
            }
        }
    }
    for subject in left.iter().filter_map(|id| asked.get(*id)).flatten() {
        absent(subject, counts, why_left, now, out);
    }
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

/// The number, or `None` where its owner hides it.
fn read(row: &Field<'_>, count: Count) -> Result<Option<i64>, Garbled> {
    let statistics = row.need("statistics", "the statistics that were asked for")?;
    if let Some(flag) = count.hidden
        && let Some(hidden) = statistics.get(flag)?
        && hidden.flag()?
    {
        return Ok(None);
    }
    statistics.get(count.key)?.map(|field| field.count()).transpose()
}

fn series(subject: &Subject, count: Count) -> SeriesKey {
    SeriesKey { subject: subject.clone(), metric: count.metric, platform: Platform::Youtube }
}

fn sample(subject: &Subject, count: Count, value: i64, now: Timestamp) -> Sample {
    Sample {
        series: series(subject, count),
        value,
        currency: None,
        form: if count.gauge { Form::Gauge { at: now } } else { Form::Total { at: now } },
        known_at: now,
        provisional: false,
        self_reported: false,
    }
}

/// Says of each of `counts` why the subject has none.
pub(super) fn absent(subject: &Subject, counts: &[Count], why: Absence, at: Timestamp, out: &mut Fetched) {
    out.missing.extend(counts.iter().map(|count| Missing { series: series(subject, *count), why, at }));
}

/// The uploads playlist of each channel that says it.
pub(super) fn playlists(rows: &Rows<'_>, out: &mut Fetched) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for row in &rows.0 {
        match playlist(row) {
            Ok(Some(pair)) => found.push(pair),
            Ok(None) => {}
            Err(error) => out.fail(garbled(error)),
        }
    }
    found
}

fn playlist(row: &Field<'_>) -> Result<Option<(String, String)>, Garbled> {
    let Some(lists) = row.get("contentDetails")?.map(|details| details.get("relatedPlaylists")).transpose()?.flatten()
    else {
        return Ok(None);
    };
    let Some(uploads) = lists.get("uploads")? else {
        return Ok(None);
    };
    let id = row.need("id", "an id")?.text()?;
    Ok(Some(uploads.text()?).filter(|list| !list.is_empty()).map(|list| (id.to_owned(), list.to_owned())))
}

/// One page of a playlist.
#[derive(Debug)]
pub(super) struct Page {
    /// What to ask for next; `None` at the end.
    pub next: Option<String>,
    /// When the oldest post on it was published.
    pub oldest: Option<Timestamp>,
}

/// Adds the posts of a page. One that cannot be understood is left out and said; one without a time of publishing is
/// not public and is left out.
pub(super) fn page(body: &Value, creator: &CreatorId, out: &mut Fetched) -> Result<Page, Garbled> {
    let rows = Rows::read(body, "youtube#playlistItemListResponse")?;
    let next = Field::root(body).get("nextPageToken")?.map(|token| token.text().map(str::to_owned)).transpose()?;
    let mut oldest: Option<Timestamp> = None;
    for row in &rows.0 {
        match listed(row, creator) {
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

fn listed(row: &Field<'_>, creator: &CreatorId) -> Result<Option<FoundPost>, Garbled> {
    let details = row.need("contentDetails", "the details that were asked for")?;
    let post = post_ref(&details.need("videoId", "a video id")?)?;
    let Some(published_at) = details.get("videoPublishedAt")?.map(|field| field.time()).transpose()? else {
        return Ok(None);
    };
    let snippet = row.get("snippet")?;
    Ok(Some(FoundPost {
        platform: Platform::Youtube,
        post,
        creator: creator.clone(),
        published_at,
        title: text_of(snippet.as_ref(), "title")?,
        description: text_of(snippet.as_ref(), "description")?,
        duration: None,
        format: None,
    }))
}

/// Adds what the items say about the videos themselves, for those whose maker is known.
pub(super) fn made_by(rows: &Rows<'_>, makers: &BTreeMap<String, CreatorId>, out: &mut Fetched) {
    for row in &rows.0 {
        match described(row, makers) {
            Ok(post) => out.posts.extend(post),
            Err(error) => out.fail(garbled(error)),
        }
    }
}

fn described(row: &Field<'_>, makers: &BTreeMap<String, CreatorId>) -> Result<Option<FoundPost>, Garbled> {
    let Some(id) = row.get("id")? else {
        return Ok(None);
    };
    let Some(creator) = makers.get(id.text()?) else {
        return Ok(None);
    };
    let Some(snippet) = row.get("snippet")? else {
        return Ok(None);
    };
    // `videos` calls it publishedAt, `videos:batchGetStats` publishTime.
    let published = match snippet.get("publishedAt")? {
        Some(field) => Some(field),
        None => snippet.get("publishTime")?,
    };
    let Some(published_at) = published.map(|field| field.time()).transpose()? else {
        return Ok(None);
    };
    let duration = row.get("contentDetails")?.map(|details| details.get("duration")).transpose()?.flatten();
    Ok(Some(FoundPost {
        platform: Platform::Youtube,
        post: post_ref(&id)?,
        creator: creator.clone(),
        published_at,
        title: text_of(Some(&snippet), "title")?,
        description: text_of(Some(&snippet), "description")?,
        duration: duration.map(|field| length(&field)).transpose()?,
        format: None,
    }))
}

fn post_ref(field: &Field<'_>) -> Result<PostRef, Garbled> {
    PostRef::new(field.text()?).map_err(|_| field.garbled("a video id"))
}

fn text_of(parent: Option<&Field<'_>>, key: &str) -> Result<Option<String>, Garbled> {
    let Some(parent) = parent else {
        return Ok(None);
    };
    parent.get(key)?.map(|field| field.text().map(str::to_owned)).transpose()
}

/// `PT10M33S`, and `633s` as newer methods write it. Days count 24 hours.
fn length(field: &Field<'_>) -> Result<SignedDuration, Garbled> {
    let expected = "a duration as ISO 8601 writes it";
    let span: jiff::Span = field.text()?.parse().map_err(|_| field.garbled(expected))?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| field.garbled(expected))
}
