//! The one translation of Graph bodies about Pages into samples, absences and posts. Fields nobody asked about are not looked
//! at.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::super::json::{Field, Garbled};
use super::super::wanted::{Voice, Wanted};
use super::super::{Fetched, FoundPost};
use super::{OF_POST, Stands, garbled};
use crate::domain::ids::{CreatorId, Platform, PostRef};
use crate::domain::sample::Absence;

/// How many follow a Page; `None` where it does not say.
pub(super) fn followers(body: &Value, page: &str) -> Result<Option<i64>, Garbled> {
    let root = Field::root(body);
    let id = root.need("id", "the page that was asked for")?;
    if id.text()? != page {
        return Err(id.garbled("the page that was asked for"));
    }
    root.get("followers_count")?.map(|count| count.count()).transpose()
}

/// Reads posts by id: each series asked for is answered exactly once. `insights`: why there are none, where they were not
/// asked for.
pub(super) fn posts(
    body: &Value,
    asked: &Wanted,
    insights: Result<(), Absence>,
    makers: &BTreeMap<String, CreatorId>,
    voice: Voice,
    out: &mut Fetched,
) -> Result<(), Garbled> {
    let root = Field::root(body);
    // Before anything is said: after an error nothing must have been.
    let rows: Vec<(&str, Option<Field<'_>>)> =
        asked.keys().map(|id| Ok((id.as_str(), root.get(id)?))).collect::<Result<_, Garbled>>()?;
    for (id, row) in rows {
        let subjects = asked.get(id).map(Vec::as_slice).unwrap_or_default();
        let Some(row) = row else {
            out.fail(garbled(Garbled { path: id.to_owned(), expected: "a post that was asked for" }));
            for one in OF_POST {
                voice.lack(subjects, &[one.count], Absence::Garbled, out);
            }
            continue;
        };
        for one in OF_POST {
            let why = match (one.stands, insights) {
                (Stands::Insight(_), Err(why)) => why,
                (stands, _) => match read(&row, stands) {
                    Ok(Some(value)) => {
                        voice.say(subjects, one.count, value, out);
                        continue;
                    }
                    // An empty list of insights means that there are none yet, or too few people: never 0.
                    Ok(None) if one.is_insight() => Absence::NotYet,
                    Ok(None) => Absence::Hidden,
                    Err(error) => {
                        out.fail(garbled(error));
                        Absence::Garbled
                    }
                },
            };
            voice.lack(subjects, &[one.count], why, out);
        }
        if let Some(creator) = makers.get(id) {
            match described(&row, creator) {
                Ok(post) => out.posts.push(post),
                Err(error) => out.fail(garbled(error)),
            }
        }
    }
    Ok(())
}

fn read(row: &Field<'_>, stands: Stands) -> Result<Option<i64>, Garbled> {
    match stands {
        Stands::Field(way) => {
            let mut place = Some(row.clone());
            for step in way {
                place = place.map(|place| place.get(step)).transpose()?.flatten();
            }
            place.map(|count| count.count()).transpose()
        }
        Stands::Insight(name) => {
            let Some(insights) = row.get("insights")? else { return Ok(None) };
            for one in insights.need("data", "a list of insights")?.items()? {
                if one.need("name", "the name of an insight")?.text()? == name {
                    let values = one.need("values", "the values of an insight")?.items()?;
                    let value = values.last().map(|last| last.get("value")).transpose()?.flatten();
                    return value.map(|value| value.count()).transpose();
                }
            }
            Ok(None)
        }
    }
}

/// Adds the posts of a page of a list; answers when the oldest was published. One that cannot be understood is left out and
/// said.
pub(super) fn listed(body: &Value, creator: &CreatorId, out: &mut Fetched) -> Result<Option<Timestamp>, Garbled> {
    let mut oldest: Option<Timestamp> = None;
    for row in Field::root(body).need("data", "a list of posts")?.items()? {
        match described(&row, creator) {
            Ok(post) => {
                oldest = Some(oldest.map_or(post.published_at, |oldest| std::cmp::min(oldest, post.published_at)));
                out.posts.push(post);
            }
            Err(error) => out.fail(garbled(error)),
        }
    }
    Ok(oldest)
}

fn described(row: &Field<'_>, creator: &CreatorId) -> Result<FoundPost, Garbled> {
    let id = row.need("id", "a post id")?;
    Ok(FoundPost {
        platform: Platform::Facebook,
        post: PostRef::new(id.text()?).map_err(|_| id.garbled("a post id"))?,
        creator: creator.clone(),
        // `2021-07-04T19:50:58+0000`.
        published_at: row.need("created_time", "when it was published")?.time()?,
        title: None,
        description: row.get("message")?.map(|text| text.text().map(str::to_owned)).transpose()?,
        duration: None,
        format: None,
    })
}
