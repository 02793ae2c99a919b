//! The one translation of v2 bodies into samples, absences and posts. What was found is in `data`, what was not in `errors`
//! beside it, one row an id.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::json::{Field, Garbled};
use super::super::wanted::{Count, Voice, Wanted};
use super::super::{Fetched, FoundPost};
use super::{FOLLOWERS, OF_POST, garbled};
use crate::domain::ids::{CreatorId, Platform, PostRef};
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;

/// What a lookup asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Accounts, by name.
    Users,
    /// Posts, by id.
    Posts,
}

impl Of {
    fn key(self) -> &'static str {
        match self {
            Self::Users => "username",
            Self::Posts => "id",
        }
    }

    pub fn counts(self) -> &'static [Count] {
        match self {
            Self::Users => std::slice::from_ref(&FOLLOWERS),
            Self::Posts => &OF_POST,
        }
    }
}

/// The rows that were found; none where only `errors` stands.
fn rows(body: &Value) -> Result<Vec<Field<'_>>, Garbled> {
    let root = Field::root(body);
    match (root.get("data")?, root.get("errors")?) {
        (Some(data), _) => data.items(),
        (None, Some(_)) => Ok(Vec::new()),
        (None, None) => Err(Garbled { path: "data".to_owned(), expected: "what was found" }),
    }
}

/// The row's name of itself, as it was asked for.
fn name(row: &Field<'_>, of: Of) -> Result<String, Garbled> {
    let text = row.need(of.key(), "an id that was asked for")?;
    Ok(match of {
        Of::Users => text.text()?.to_lowercase(),
        Of::Posts => text.text()?.to_owned(),
    })
}

/// Reads a lookup: each series asked for is answered exactly once. Answers the name and id of each row that was found:
/// those are what is paid for.
pub(super) fn numbers(
    body: &Value,
    of: Of,
    asked: &Wanted,
    voice: Voice,
    out: &mut Fetched,
) -> Result<BTreeMap<String, String>, Garbled> {
    let mut found = BTreeMap::new();
    let mut left: BTreeSet<&str> = asked.keys().map(String::as_str).collect();
    // Both lists are looked at before anything is said: after an error nothing must have been.
    let (rows, why) = (rows(body)?, reasons(body, of, out)?);
    for row in rows {
        let named = name(&row, of).and_then(|name| {
            let id = row.need("id", "an id")?.text()?.to_owned();
            if asked.contains_key(&name) { Ok((name, id)) } else { Err(row.garbled("something that was asked for")) }
        });
        let (name, id) = match named {
            Ok(named) => named,
            Err(error) => {
                out.fail(garbled(error));
                continue;
            }
        };
        if !left.remove(name.as_str()) {
            continue;
        }
        let subjects = asked.get(&name).map(Vec::as_slice).unwrap_or_default();
        for count in of.counts() {
            match read(&row, count.metric) {
                Ok(Some(value)) => voice.say(subjects, *count, value, out),
                Ok(None) => voice.lack(subjects, &[*count], Absence::Hidden, out),
                Err(error) => {
                    out.fail(garbled(error));
                    voice.lack(subjects, &[*count], Absence::Garbled, out);
                }
            }
        }
        found.insert(name, id);
    }
    for name in left {
        let why = why.get(name).copied().unwrap_or_else(|| {
            let expected = "each id that was asked for, here or among the errors";
            out.fail(garbled(Garbled { path: "data".to_owned(), expected }));
            Absence::Garbled
        });
        voice.lack(asked.get(name).map(Vec::as_slice).unwrap_or_default(), of.counts(), why, out);
    }
    Ok(found)
}

/// A number of a row; `None` where the row does not say it.
fn read(row: &Field<'_>, metric: Metric) -> Result<Option<i64>, Garbled> {
    let Some(metrics) = row.get("public_metrics")? else { return Ok(None) };
    let of = |key: &str| metrics.get(key)?.map(|field| field.count()).transpose();
    match metric {
        Metric::Followers => of("followers_count"),
        Metric::Views => of("impression_count"),
        Metric::Likes => of("like_count"),
        Metric::Comments => of("reply_count"),
        Metric::Saves => of("bookmark_count"),
        // Handed on with and without words of one's own.
        Metric::Shares => Ok(match (of("retweet_count")?, of("quote_count")?) {
            (Some(plain), Some(quoted)) => Some(plain.saturating_add(quoted)),
            (None, _) | (_, None) => None,
        }),
        _ => Ok(None),
    }
}

/// Why each of the rest was not found. An error of a kind that we do not know makes its id garbled, and is said.
fn reasons(body: &Value, of: Of, out: &mut Fetched) -> Result<BTreeMap<String, Absence>, Garbled> {
    let mut reasons = BTreeMap::new();
    let Some(errors) = Field::root(body).get("errors")? else { return Ok(reasons) };
    for error in errors.items()? {
        let mut one = || -> Result<(), Garbled> {
            let id = match error.get("resource_id")? {
                Some(id) => id,
                None => error.need("value", "the id that is meant")?,
            };
            let id = match of {
                Of::Users => id.text()?.to_lowercase(),
                Of::Posts => id.text()?.to_owned(),
            };
            let kind = error.need("type", "a kind of problem")?;
            let why = match problem(kind.text()?) {
                "resource-not-found" => Absence::Gone,
                // A protected account, or one that is suspended: it is there, and not for us.
                "not-authorized-for-resource" => Absence::Hidden,
                _ => {
                    out.fail(garbled(kind.garbled("a kind of problem that is known")));
                    Absence::Garbled
                }
            };
            reasons.insert(id, why);
            Ok(())
        };
        if let Err(error) = one() {
            out.fail(garbled(error));
        }
    }
    Ok(reasons)
}

/// `https://api.x.com/2/problems/resource-not-found`: the last word.
pub(super) fn problem(kind: &str) -> &str {
    kind.rsplit('/').next().unwrap_or_default()
}

/// Adds what rows say of themselves, for those whose maker is known.
pub(super) fn made_by(body: &Value, makers: &BTreeMap<String, CreatorId>, out: &mut Fetched) -> Result<(), Garbled> {
    for row in rows(body)? {
        let maker = row.get("id").and_then(|id| id.map(|id| id.text()).transpose());
        let Ok(Some(maker)) = maker.map(|id| id.and_then(|id| makers.get(id))) else { continue };
        match described(&row, maker) {
            Ok(post) => out.posts.extend(post),
            Err(error) => out.fail(garbled(error)),
        }
    }
    Ok(())
}

/// The posts of a list of one account's posts; answers their ids. An account without posts has no `data`.
pub(super) fn listed(body: &Value, creator: &CreatorId, out: &mut Fetched) -> Result<Vec<String>, Garbled> {
    let root = Field::root(body);
    let Some(data) = root.get("data")? else {
        let count = root.need("meta", "what the list holds")?.need("result_count", "a count of 0 or more")?;
        if count.count()? == 0 {
            return Ok(Vec::new());
        }
        return Err(Garbled { path: "data".to_owned(), expected: "as many posts as the answer counts" });
    };
    let mut ids = Vec::new();
    for row in data.items()? {
        match described(&row, creator) {
            Ok(post) => {
                // Without a time it cannot be followed; it is paid for all the same.
                ids.push(row.need("id", "a post id")?.text()?.to_owned());
                out.posts.extend(post);
            }
            Err(error) => out.fail(garbled(error)),
        }
    }
    Ok(ids)
}

fn described(row: &Field<'_>, creator: &CreatorId) -> Result<Option<FoundPost>, Garbled> {
    let id = row.need("id", "a post id")?;
    let post = PostRef::new(id.text()?).map_err(|_| id.garbled("a post id"))?;
    let Some(published_at) = row.get("created_at")?.map(|at| at.time()).transpose()? else { return Ok(None) };
    Ok(Some(FoundPost {
        platform: Platform::X,
        post,
        creator: creator.clone(),
        published_at,
        title: None,
        description: row.get("text")?.map(|text| text.text().map(str::to_owned)).transpose()?,
        duration: None,
        format: None,
    }))
}
