//! The one translation of the Graph's bodies about Instagram.
//!
//! Fields nobody asked about are not looked at; an insight that is left out is `None`, never 0.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::super::FoundPost;
use super::super::json::{Field, Garbled};
use super::metrics::{Insight, Kind};
use crate::domain::ids::{CreatorId, Platform, PostRef};
use crate::domain::post_url;
use crate::http::graph::{Page, is_id, next_page};

/// What an account says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    /// Its handle, where it was asked for.
    pub username: Option<String>,
    pub followers: Option<i64>,
    pub media: Option<i64>,
}

pub(super) fn profile(root: &Field<'_>) -> Result<Profile, Garbled> {
    let count = |key: &str| root.get(key)?.map(|field| field.count()).transpose();
    Ok(Profile {
        username: root.get("username")?.map(|name| name.text().map(str::to_owned)).transpose()?,
        followers: count("followers_count")?,
        media: count("media_count")?,
    })
}

/// One piece of media as its fields say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The platform's id of it, by which it is asked about.
    pub id: String,
    /// What stands in its address, which is how people and documents name it; the id where there is no address.
    pub post: PostRef,
    /// `None` where neither a field nor the address tells.
    pub kind: Option<Kind>,
    pub caption: Option<String>,
    pub published_at: Option<Timestamp>,
    pub likes: Option<i64>,
    pub comments: Option<i64>,
    /// Through discovery alone, and of reels alone.
    pub views: Option<i64>,
}

pub(super) fn piece(row: &Field<'_>) -> Result<Piece, Garbled> {
    let id = row.need("id", "a media id")?;
    let text = id.text()?;
    if !is_id(text) {
        return Err(id.garbled("a media id"));
    }
    let permalink = row.get("permalink")?.map(|field| field.text()).transpose()?;
    let post = match permalink.and_then(post_url::read) {
        Some((Platform::Instagram, post)) => post,
        Some(_) | None => PostRef::new(text).map_err(|_| id.garbled("a media id"))?,
    };
    let count = |key: &str| row.get(key)?.map(|field| field.count()).transpose();
    Ok(Piece {
        id: text.to_owned(),
        post,
        kind: kind(row, permalink)?,
        caption: row.get("caption")?.map(|field| field.text().map(str::to_owned)).transpose()?,
        published_at: row.get("timestamp")?.map(|field| instant(&field)).transpose()?,
        likes: count("like_count")?,
        comments: count("comments_count")?,
        views: count("view_count")?,
    })
}

/// `media_product_type` exists with Facebook Login alone; with the other one the address tells.
fn kind(row: &Field<'_>, permalink: Option<&str>) -> Result<Option<Kind>, Garbled> {
    let product = row.get("media_product_type")?.map(|field| field.text()).transpose()?;
    let has = |part: &str| permalink.is_some_and(|address| address.contains(part));
    Ok(match product {
        Some("FEED" | "AD") => Some(Kind::Feed),
        Some("REELS") => Some(Kind::Reels),
        Some("STORY") => Some(Kind::Story),
        _ if has("/reel/") || has("/reels/") => Some(Kind::Reels),
        _ if has("/stories/") => Some(Kind::Story),
        _ if has("/p/") || has("/tv/") => Some(Kind::Feed),
        _ => None,
    })
}

/// `2019-09-26T22:36:43+0000`: no colon in the offset, which RFC 3339 wants.
fn instant(field: &Field<'_>) -> Result<Timestamp, Garbled> {
    let text = field.text()?;
    let read = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text).or_else(|_| text.parse());
    read.map_err(|_| field.garbled("an instant with its offset"))
}

impl Piece {
    /// As a post of a creator; `None` where it does not say since when.
    pub fn found(&self, creator: &CreatorId) -> Option<FoundPost> {
        Some(FoundPost {
            platform: Platform::Instagram,
            post: self.post.clone(),
            creator: creator.clone(),
            published_at: self.published_at?,
            title: None,
            description: self.caption.clone(),
            duration: None,
            format: self.kind.and_then(Kind::format),
        })
    }
}

/// The rows of a list, and where it goes on. One that cannot be understood is left out and said.
#[derive(Debug)]
pub(super) struct Listed {
    pub pieces: Vec<Piece>,
    pub garbled: Vec<Garbled>,
    pub next: Page,
}

/// A page of `/media` or `/stories`. It may be empty and still have a next one.
pub(super) fn page(body: &Value) -> Result<Listed, Garbled> {
    listed(&Field::root(body), next_page(body))
}

fn listed(root: &Field<'_>, next: Page) -> Result<Listed, Garbled> {
    let (mut pieces, mut garbled) = (Vec::new(), Vec::new());
    for row in root.need("data", "a list of media")?.items()? {
        match piece(&row) {
            Ok(piece) => pieces.push(piece),
            Err(error) => garbled.push(error),
        }
    }
    Ok(Listed { pieces, garbled, next })
}

/// `/?ids=`: an object with a member for each id.
pub(super) fn by_ids(body: &Value, ids: &[String]) -> Result<Vec<Result<Piece, Garbled>>, Garbled> {
    let root = Field::root(body);
    ids.iter().map(|id| Ok(piece_of(id, &root.need(id, "a piece of media that was asked for")?))).collect()
}

/// The piece that was asked for, and no other.
pub(super) fn piece_of(id: &str, row: &Field<'_>) -> Result<Piece, Garbled> {
    let piece = piece(row)?;
    if piece.id == id { Ok(piece) } else { Err(row.need("id", "an id")?.garbled("the id that was asked for")) }
}

/// Whether text is the platform's id of a piece of media: 17 digits. The number in a story's address has 19, and nothing can
/// be asked by it.
pub(super) fn is_media_id(text: &str) -> bool {
    is_id(text) && text.len() <= 18
}

/// Whether text is the number in a story's address. What stands in other addresses has letters.
pub(super) fn is_story(text: &str) -> bool {
    is_id(text) && !is_media_id(text)
}

/// What discovery says of an account, with a page of its media where that was asked for.
pub(super) fn discovered(body: &Value) -> Result<(Profile, Option<Listed>), Garbled> {
    let root = Field::root(body).need("business_discovery", "the account that was asked for")?;
    let profile = profile(&root)?;
    let Some(media) = root.get("media")? else {
        return Ok((profile, None));
    };
    // Here a list has cursors and no address: it goes on while there is a cursor.
    let cursors = media.get("paging")?.map(|paging| paging.get("cursors")).transpose()?.flatten();
    let after = cursors.map(|cursors| cursors.get("after")).transpose()?.flatten();
    let next = match after.map(|after| after.text().map(str::to_owned)).transpose()? {
        Some(cursor) if is_cursor(&cursor) => Page::After(cursor),
        Some(cursor) if !cursor.is_empty() => Page::Nowhere,
        Some(_) | None => Page::Last,
    };
    Ok((profile, Some(listed(&media, next)?)))
}

/// Whether a cursor may stand in a field expansion, where it is not encoded.
fn is_cursor(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'.');
    (1..=600).contains(&text.len()) && text.bytes().all(fits)
}

/// The insights of an answer, of those asked for. An empty set is no insight at all, not zeros.
pub(super) fn insights(body: &Value, asked: &[Insight]) -> Result<BTreeMap<&'static str, i64>, Garbled> {
    let mut found = BTreeMap::new();
    for row in Field::root(body).need("data", "a list of insights")?.items()? {
        let name = row.need("name", "the name of an insight")?;
        let name = name.text()?;
        let Some(insight) = asked.iter().find(|insight| insight.name == name) else { continue };
        if let Some(value) = value(&row)? {
            found.insert(insight.name, value / insight.per);
        }
    }
    Ok(found)
}

/// `total_value.value` of what is added up over a span, `values[0].value` of what has one value in all. More than one is a
/// series, which nobody asked for.
fn value(row: &Field<'_>) -> Result<Option<i64>, Garbled> {
    if let Some(total) = row.get("total_value")? {
        return total.get("value")?.map(|field| field.count()).transpose();
    }
    let Some(values) = row.get("values")? else {
        return Ok(None);
    };
    match values.items()?.as_slice() {
        [] => Ok(None),
        [only] => only.get("value")?.map(|field| field.count()).transpose(),
        _ => Err(values.garbled("one value, not a series")),
    }
}

/// `/me/accounts`: the id of the account with a name among those that are linked to the person's pages.
pub(super) fn linked(body: &Value, username: &str) -> Result<Option<String>, Garbled> {
    for page in Field::root(body).need("data", "a list of pages")?.items()? {
        let Some(account) = page.get("instagram_business_account")? else { continue };
        let Some(name) = account.get("username")? else { continue };
        if !name.text()?.eq_ignore_ascii_case(username) {
            continue;
        }
        let id = account.need("id", "the id of an account")?;
        return if is_id(id.text()?) {
            Ok(Some(id.text()?.to_owned()))
        } else {
            Err(id.garbled("the id of an account"))
        };
    }
    Ok(None)
}
