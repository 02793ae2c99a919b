//! The one translation of Helix' bodies into samples, absences and posts. Fields nobody asked about are not looked at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, SpanRelativeTo, Timestamp};
use serde_json::Value;

use super::super::json::{Field, Garbled};
use super::super::wanted::{Voice, Wanted};
use super::super::{Fetched, FoundPost};
use super::{LIVE, VIEWS, garbled};
use crate::domain::ids::{CreatorId, Platform, PostRef};
use crate::domain::sample::Absence;

/// The rows of `data`.
pub(super) fn rows(body: &Value) -> Result<Vec<Field<'_>>, Garbled> {
    Field::root(body).need("data", "the list of what was asked for")?.items()
}

/// The id of each login that exists; what cannot be read is said, and then nobody is known to be gone.
pub(super) fn users(body: &Value, asked: &Wanted, out: &mut Fetched) -> Result<Users, Garbled> {
    let mut users = Users { ids: BTreeMap::new(), whole: true };
    for row in rows(body)? {
        let read = || -> Result<(String, String), Garbled> {
            let login = row.need("login", "a login that was asked for")?;
            let name = login.text()?.to_lowercase();
            if !asked.contains_key(&name) {
                return Err(login.garbled("a login that was asked for"));
            }
            Ok((name, digits(&row.need("id", "a user id")?)?))
        };
        match read() {
            Ok((login, id)) => drop(users.ids.insert(login, id)),
            Err(error) => {
                users.whole = false;
                out.fail(garbled(error));
            }
        }
    }
    Ok(users)
}

/// Who was found.
#[derive(Debug)]
pub(super) struct Users {
    /// Ids by login.
    pub ids: BTreeMap<String, String>,
    /// Whether every row could be read: then who is not in it does not exist.
    pub whole: bool,
}

fn digits(field: &Field<'_>) -> Result<String, Garbled> {
    let text = field.text()?;
    let fits = (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(text.to_owned()) } else { Err(field.garbled("an id of digits")) }
}

/// How many watch now, of everybody who is live. Who is not in the list is offline: there is no audience to count, which
/// is not an audience of 0.
pub(super) fn streams(body: &Value, asked: &Wanted, voice: Voice, out: &mut Fetched) -> Result<(), Garbled> {
    let mut left: BTreeSet<&str> = asked.keys().map(String::as_str).collect();
    let mut why_left = Absence::NotYet;
    for row in rows(body)? {
        let login = row.need("user_login", "a login that was asked for").and_then(|login| {
            let name = login.text()?.to_lowercase();
            if asked.contains_key(&name) { Ok(name) } else { Err(login.garbled("a login that was asked for")) }
        });
        let login = match login {
            Ok(login) => login,
            Err(error) => {
                why_left = Absence::Garbled;
                out.fail(garbled(error));
                continue;
            }
        };
        // A row that moved between two pages is there twice.
        if !left.remove(login.as_str()) {
            continue;
        }
        let subjects = asked.get(&login).map(Vec::as_slice).unwrap_or_default();
        match row.need("viewer_count", "a count of 0 or more").and_then(|count| count.count()) {
            Ok(viewers) => voice.say(subjects, LIVE, viewers, out),
            Err(error) => {
                out.fail(garbled(error));
                voice.lack(subjects, &[LIVE], Absence::Garbled, out);
            }
        }
    }
    for subjects in left.iter().filter_map(|login| asked.get(*login)) {
        voice.lack(subjects, &[LIVE], why_left, out);
    }
    Ok(())
}

/// How many follow.
pub(super) fn followers(body: &Value) -> Result<i64, Garbled> {
    Field::root(body).need("total", "a count of 0 or more")?.count()
}

/// The views of videos, and what they say of themselves to those whose maker is known.
pub(super) fn videos(
    body: &Value,
    asked: &Wanted,
    makers: &BTreeMap<String, CreatorId>,
    voice: Voice,
    out: &mut Fetched,
) -> Result<(), Garbled> {
    let mut left: BTreeSet<&str> = asked.keys().map(String::as_str).collect();
    let mut why_left = Absence::Gone;
    for row in rows(body)? {
        let id = row.need("id", "an id that was asked for").and_then(|id| {
            let text = id.text()?;
            if asked.contains_key(text) { Ok(text) } else { Err(id.garbled("an id that was asked for")) }
        });
        let id = match id {
            Ok(id) => id,
            Err(error) => {
                why_left = Absence::Garbled;
                out.fail(garbled(error));
                continue;
            }
        };
        if !left.remove(id) {
            continue;
        }
        let subjects = asked.get(id).map(Vec::as_slice).unwrap_or_default();
        match row.get("view_count").and_then(|views| views.map(|views| views.count()).transpose()) {
            Ok(Some(views)) => voice.say(subjects, VIEWS, views, out),
            Ok(None) => voice.lack(subjects, &[VIEWS], Absence::Hidden, out),
            Err(error) => {
                out.fail(garbled(error));
                voice.lack(subjects, &[VIEWS], Absence::Garbled, out);
            }
        }
        if let Some(creator) = makers.get(id) {
            match described(&row, creator) {
                Ok(post) => out.posts.extend(post),
                Err(error) => out.fail(garbled(error)),
            }
        }
    }
    for subjects in left.iter().filter_map(|id| asked.get(*id)) {
        voice.lack(subjects, &[VIEWS], why_left, out);
    }
    Ok(())
}

/// One page of an account's videos.
#[derive(Debug)]
pub(super) struct Page {
    /// What to ask for next; `None` at the end.
    pub next: Option<String>,
    /// When the oldest on it was published.
    pub oldest: Option<Timestamp>,
}

/// Adds the videos of a page. One that cannot be understood is left out and said.
pub(super) fn page(body: &Value, creator: &CreatorId, out: &mut Fetched) -> Result<Page, Garbled> {
    let mut oldest: Option<Timestamp> = None;
    for row in rows(body)? {
        match described(&row, creator) {
            Ok(Some(post)) => {
                oldest = Some(oldest.map_or(post.published_at, |oldest| std::cmp::min(oldest, post.published_at)));
                out.posts.push(post);
            }
            Ok(None) => {}
            Err(error) => out.fail(garbled(error)),
        }
    }
    let pagination = Field::root(body).get("pagination")?;
    let cursor = pagination.map(|pagination| pagination.get("cursor")).transpose()?.flatten();
    let next = cursor.map(|cursor| cursor.text().map(str::to_owned)).transpose()?.filter(|next| !next.is_empty());
    Ok(Page { next, oldest })
}

fn described(row: &Field<'_>, creator: &CreatorId) -> Result<Option<FoundPost>, Garbled> {
    let id = row.need("id", "a video id")?;
    let Some(published_at) = row.get("published_at")?.map(|at| at.time()).transpose()? else { return Ok(None) };
    let text = |key| row.get(key)?.map(|field| field.text().map(str::to_owned)).transpose();
    Ok(Some(FoundPost {
        platform: Platform::Twitch,
        post: PostRef::new(id.text()?).map_err(|_| id.garbled("a video id"))?,
        creator: creator.clone(),
        published_at,
        title: text("title")?,
        description: text("description")?,
        duration: row.get("duration")?.map(|length| duration(&length)).transpose()?,
        format: None,
    }))
}

/// `3h8m33s`.
fn duration(field: &Field<'_>) -> Result<SignedDuration, Garbled> {
    let expected = "a duration such as 3h8m33s";
    let span: jiff::Span = field.text()?.parse().map_err(|_| field.garbled(expected))?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| field.garbled(expected))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::ids::Subject;
    use crate::domain::sample::Sample;
    use crate::sources::SourceError;

    fn voice() -> Voice {
        Voice { platform: Platform::Twitch, now: Timestamp::UNIX_EPOCH }
    }

    fn wanted(ids: &[&str]) -> Wanted {
        let subject = |id: &str| -> Vec<Subject> { vec![format!("creator/{id}").parse().expect("a subject")] };
        ids.iter().map(|id| ((*id).to_owned(), subject(id))).collect()
    }

    #[track_caller]
    fn check(body: &Value, want: &[(&str, Result<i64, Absence>)], fails_at: Option<&str>) {
        let mut out = Fetched::default();
        streams(body, &wanted(&["alma", "bo"]), voice(), &mut out).expect("a list");
        let said = |one: &Sample| (one.series.subject.to_string(), Ok(one.value));
        let lacks = out.missing.iter().map(|one| (one.series.subject.to_string(), Err(one.why)));
        let mut got: Vec<_> = out.samples.iter().map(said).chain(lacks).collect();
        got.sort_by(|one, other| one.0.cmp(&other.0));
        let want: Vec<_> = want.iter().map(|(id, value)| (format!("creator/{id}"), *value)).collect();
        assert_eq!(got, want, "{body}");
        let path = match out.partial {
            Some(SourceError::Garbled { path, .. }) => Some(path),
            _ => None,
        };
        assert_eq!(path.as_deref(), fails_at, "{body}");
    }

    #[test]
    fn who_is_not_live_has_no_audience_to_count() {
        check(&json!({"data": []}), &[("alma", Err(Absence::NotYet)), ("bo", Err(Absence::NotYet))], None);
        let live = json!({"data": [{"user_login": "Alma", "viewer_count": 0, "new": {}}], "pagination": {}});
        check(&live, &[("alma", Ok(0)), ("bo", Err(Absence::NotYet))], None);
        let twice = json!({"data": [{"user_login": "bo", "viewer_count": 5}, {"user_login": "bo", "viewer_count": 6}]});
        check(&twice, &[("alma", Err(Absence::NotYet)), ("bo", Ok(5))], None);
    }

    #[test]
    fn a_row_that_cannot_be_read_makes_nobody_offline() {
        let nameless = json!({"data": [{"viewer_count": 7}]});
        check(&nameless, &[("alma", Err(Absence::Garbled)), ("bo", Err(Absence::Garbled))], Some("data[0].user_login"));
        let negative = json!({"data": [{"user_login": "alma", "viewer_count": -1}]});
        check(
            &negative,
            &[("alma", Err(Absence::Garbled)), ("bo", Err(Absence::NotYet))],
            Some("data[0].viewer_count"),
        );
    }

    #[test]
    fn a_length_is_read_as_twitch_writes_it() {
        for (text, want) in [("3m21s", Some(201)), ("3h8m33s", Some(11_313)), ("45s", Some(45)), ("soon", None)] {
            let value = Value::from(text);
            let got = duration(&Field::at(&value, "duration".to_owned())).ok();
            assert_eq!(got, want.map(SignedDuration::from_secs), "{text}");
        }
    }
}
