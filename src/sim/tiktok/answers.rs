//! The bodies of the emulated Display API. Ids are text, counts are numbers, times are seconds.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{TiktokWorld, VideoNow};

pub(super) const USER_INFO: &str = "/v2/user/info/";
pub(super) const VIDEO_LIST: &str = "/v2/video/list/";
pub(super) const VIDEO_QUERY: &str = "/v2/video/query/";

/// Ids a call, and videos a page.
const MOST: usize = 20;

/// Videos a page where the caller does not say.
const PAGE_DEFAULT: usize = 10;

/// The right that each field of a user needs.
const USER_FIELDS: &[(&str, &str)] = &[
    ("open_id", "user.info.basic"),
    ("display_name", "user.info.basic"),
    ("username", "user.info.profile"),
    ("is_verified", "user.info.profile"),
    ("follower_count", "user.info.stats"),
    ("following_count", "user.info.stats"),
    ("likes_count", "user.info.stats"),
    ("video_count", "user.info.stats"),
];

const VIDEO_FIELDS: [&str; 10] = [
    "id",
    "create_time",
    "title",
    "video_description",
    "duration",
    "share_url",
    "view_count",
    "like_count",
    "comment_count",
    "share_count",
];

/// An answer that says no.
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: &'static str,
}

fn wrong(message: &'static str) -> Refusal {
    Refusal { status: 400, code: "invalid_params", message }
}

fn no_right() -> Refusal {
    let message = "The user did not authorize the scope required for completing this request.";
    Refusal { status: 401, code: "scope_not_authorized", message }
}

/// One request that was let in.
pub(super) struct Asking<'a> {
    pub world: &'a dyn TiktokWorld,
    pub account: &'a str,
    pub scopes: &'a [String],
    pub fields: &'a str,
    pub now: Timestamp,
}

impl<'a> Asking<'a> {
    fn fields(&self) -> Result<Vec<&'a str>, Refusal> {
        if self.fields.is_empty() {
            return Err(wrong("Fields is required"));
        }
        Ok(self.fields.split(',').map(str::trim).collect())
    }

    fn needs(&self, scope: &str) -> Result<(), Refusal> {
        if self.scopes.iter().any(|given| given == scope) { Ok(()) } else { Err(no_right()) }
    }

    pub fn user_info(&self) -> Result<Value, Refusal> {
        let fields = self.fields()?;
        for field in &fields {
            let row = USER_FIELDS.iter().find(|row| row.0 == *field);
            let (_, scope) = row.ok_or_else(|| wrong("Fields has invalid values"))?;
            self.needs(scope)?;
        }
        let user = self.world.user(self.account, self.now);
        let user = user.ok_or(Refusal { status: 500, code: "internal_error", message: "Something went wrong." })?;
        let mut said = Map::new();
        for field in fields {
            let value = match field {
                "open_id" => Some(json!(format!("open-{}", self.account))),
                "display_name" | "username" => Some(json!(user.username)),
                "is_verified" => Some(json!(false)),
                "follower_count" => user.followers.map(Value::from),
                "likes_count" => user.likes.map(Value::from),
                "video_count" => user.videos.map(Value::from),
                _ => Some(json!(0)),
            };
            said.extend(value.map(|value| (field.to_owned(), value)));
        }
        Ok(json!({"user": said}))
    }

    fn video_fields(&self) -> Result<Vec<&'a str>, Refusal> {
        let fields = self.fields()?;
        if fields.iter().any(|field| !VIDEO_FIELDS.contains(field)) {
            return Err(wrong("Fields has invalid values"));
        }
        self.needs("video.list")?;
        Ok(fields)
    }

    /// Newest first; the cursor is a time in milliseconds, and what was published before it comes next.
    pub fn video_list(&self, body: &Value) -> Result<Value, Refusal> {
        let fields = self.video_fields()?;
        let size = match body.get("max_count") {
            None => PAGE_DEFAULT,
            Some(given) => given
                .as_u64()
                .and_then(|given| usize::try_from(given).ok())
                .filter(|given| (1..=MOST).contains(given))
                .ok_or_else(|| wrong("max_count must be between 1 and 20"))?,
        };
        let before = match body.get("cursor") {
            None => i64::MAX,
            Some(given) => given.as_i64().ok_or_else(|| wrong("Cursor must be a number"))?,
        };
        let videos = self.world.videos(self.account, self.now);
        let older: Vec<&VideoNow> =
            videos.iter().filter(|video| video.published_at.as_millisecond() < before).collect();
        let page: Vec<&VideoNow> = older.iter().take(size).copied().collect();
        let cursor = page.last().map_or(0, |last| last.published_at.as_millisecond());
        let videos: Vec<Value> = page.iter().map(|video| shown(video, &fields)).collect();
        Ok(json!({"videos": videos, "cursor": cursor, "has_more": page.len() < older.len()}))
    }

    /// Ids of others, and what is not public, are left out without a word.
    pub fn video_query(&self, body: &Value) -> Result<Value, Refusal> {
        let fields = self.video_fields()?;
        let ids = body.pointer("/filters/video_ids").and_then(Value::as_array);
        let ids = ids.ok_or_else(|| wrong("video_ids is required"))?;
        if ids.is_empty() || MOST < ids.len() {
            return Err(wrong("video_ids must have 1 to 20 items"));
        }
        let asked: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
        if asked.len() != ids.len() {
            return Err(wrong("video_ids must be strings"));
        }
        let videos = self.world.videos(self.account, self.now);
        let mine = videos.iter().filter(|video| asked.contains(&video.id.as_str()));
        Ok(json!({"videos": mine.map(|video| shown(video, &fields)).collect::<Vec<_>>()}))
    }
}

fn shown(video: &VideoNow, fields: &[&str]) -> Value {
    let mut said = Map::new();
    for field in fields {
        let value = match *field {
            "id" => Some(json!(video.id)),
            "create_time" => Some(json!(video.published_at.as_second())),
            "title" => Some(json!(video.title)),
            "video_description" => Some(json!(video.description)),
            "duration" => Some(json!(video.length_secs)),
            "share_url" => Some(json!(format!("https://www.tiktok.com/@sim/video/{}", video.id))),
            "view_count" => video.views.map(Value::from),
            "like_count" => video.likes.map(Value::from),
            "comment_count" => video.comments.map(Value::from),
            _ => video.shares.map(Value::from),
        };
        said.extend(value.map(|value| ((*field).to_owned(), value)));
    }
    Value::Object(said)
}
