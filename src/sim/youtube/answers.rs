//! The bodies of the emulated API, good and bad. Counts are text, as the real ones are.

use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::loopback::answer as respond;
use super::{ChannelNow, Subscribers, VideoNow, YoutubeWorld};

pub(super) const CHANNELS: &str = "/youtube/v3/channels";
pub(super) const PLAYLIST_ITEMS: &str = "/youtube/v3/playlistItems";
pub(super) const VIDEOS: &str = "/youtube/v3/videos";
pub(super) const BATCH_GET_STATS: &str = "/youtube/v3/videos:batchGetStats";

/// Ids a call.
const IDS_MAX: usize = 50;

/// Items a page when the caller does not say.
const PAGE_DEFAULT: usize = 5;

/// What page tokens begin with.
const TOKEN: &str = "EAAaB";

/// The answer of a method to a request that was let in.
pub(super) fn answer(world: &dyn YoutubeWorld, path: &str, query: &[(String, String)], now: Timestamp) -> Response {
    let ask = Ask { query };
    let body = match path {
        CHANNELS => channels(world, &ask, now),
        PLAYLIST_ITEMS => playlist_items(world, &ask, now),
        VIDEOS => videos(world, &ask, now),
        _ => batch_get_stats(world, &ask, now),
    };
    match body {
        Ok(body) => respond(200, body.to_string()),
        Err(refusal) => refusal.into(),
    }
}

/// An answer that says no.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    body: String,
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        respond(refusal.status, refusal.body)
    }
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}

struct Ask<'a> {
    query: &'a [(String, String)],
}

impl<'a> Ask<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.query.iter().find(|row| row.0 == name).map(|row| row.1.as_str()).filter(|text| !text.is_empty())
    }

    fn parts(&self, known: &[&str]) -> Result<Vec<&'a str>, Refusal> {
        let parts: Vec<&str> = self.get("part").ok_or_else(|| missing("part"))?.split(',').collect();
        match parts.iter().find(|part| !known.contains(part)) {
            Some(part) => Err(bad("unknownPart", &format!("'{part}'"), "part")),
            None => Ok(parts),
        }
    }

    fn ids(&self) -> Result<Vec<&'a str>, Refusal> {
        let ids: Vec<&str> = self.get("id").ok_or_else(|| missing("id"))?.split(',').collect();
        if IDS_MAX < ids.len() {
            return Err(bad("invalidFilters", "The request specifies more than 50 ids.", "id"));
        }
        Ok(ids)
    }

    fn page_size(&self) -> Result<usize, Refusal> {
        match self.get("maxResults").map(str::parse) {
            None => Ok(PAGE_DEFAULT),
            Some(Ok(size)) if (1..=50).contains(&size) => Ok(size),
            Some(_) => Err(bad("invalidParameter", "Values must be within the range: [0, 50]", "maxResults")),
        }
    }
}

fn channels(world: &dyn YoutubeWorld, ask: &Ask<'_>, now: Timestamp) -> Result<Value, Refusal> {
    let parts = ask.parts(&["id", "snippet", "statistics", "contentDetails", "status"])?;
    let ids = ask.ids()?;
    ask.page_size()?;
    let items: Vec<Value> =
        ids.iter().filter_map(|id| world.channel(id, now).map(|channel| channel_item(id, &channel, &parts))).collect();
    Ok(list("youtube#channelListResponse", items))
}

fn channel_item(id: &str, channel: &ChannelNow, parts: &[&str]) -> Value {
    let mut item = json!({"kind": "youtube#channel", "id": id});
    if parts.contains(&"snippet") {
        set(
            &mut item,
            "snippet",
            json!({"title": channel.title, "description": "", "publishedAt": channel.published_at}),
        );
    }
    if parts.contains(&"contentDetails") {
        set(&mut item, "contentDetails", json!({"relatedPlaylists": {"likes": "", "uploads": playlist_of(id)}}));
    }
    if parts.contains(&"statistics") {
        let mut statistics = Map::new();
        put(&mut statistics, "viewCount", channel.views);
        let hidden = channel.subscribers == Subscribers::Hidden;
        match channel.subscribers {
            Subscribers::Count(count) => put(&mut statistics, "subscriberCount", Some(three_figures(count))),
            // What the real one says beside the flag.
            Subscribers::Hidden => put(&mut statistics, "subscriberCount", Some(0)),
            Subscribers::NotReported => {}
        }
        statistics.insert("hiddenSubscriberCount".to_owned(), json!(hidden));
        put(&mut statistics, "videoCount", channel.videos);
        set(&mut item, "statistics", Value::Object(statistics));
    }
    item
}

fn playlist_items(world: &dyn YoutubeWorld, ask: &Ask<'_>, now: Timestamp) -> Result<Value, Refusal> {
    let parts = ask.parts(&["id", "snippet", "contentDetails", "status"])?;
    let playlist = ask.get("playlistId").ok_or_else(|| missing("playlistId"))?;
    let size = ask.page_size()?;
    let channel = channel_of(playlist).filter(|channel| world.channel(channel, now).is_some());
    let uploads = channel.map(|channel| world.uploads(&channel, now)).unwrap_or_default();
    if uploads.is_empty() {
        return Err(error(404, "youtube.playlistItem", "playlistNotFound", "The playlist cannot be found."));
    }
    let first = match ask.get("pageToken") {
        None => 0,
        Some(token) => token
            .strip_prefix(TOKEN)
            .and_then(|place| place.parse::<usize>().ok())
            .filter(|place| *place < uploads.len())
            .ok_or_else(|| bad("invalidPageToken", "The page token is not valid.", "pageToken"))?,
    };
    let items = uploads.iter().skip(first).take(size).filter_map(|id| {
        let video = world.video(id, now)?;
        let mut item = json!({"kind": "youtube#playlistItem", "id": format!("UExi{id}")});
        if parts.contains(&"contentDetails") {
            set(&mut item, "contentDetails", json!({"videoId": id, "videoPublishedAt": video.published_at}));
        }
        if parts.contains(&"snippet") {
            set(
                &mut item,
                "snippet",
                json!({
                    "publishedAt": video.published_at,
                    "channelId": video.channel,
                    "title": video.title,
                    "description": video.description,
                    "playlistId": playlist,
                }),
            );
        }
        Some(item)
    });
    let mut body = list("youtube#playlistItemListResponse", items.collect());
    set(&mut body, "pageInfo", json!({"totalResults": uploads.len(), "resultsPerPage": size}));
    let next = first + size;
    if next < uploads.len() {
        set(&mut body, "nextPageToken", json!(format!("{TOKEN}{next}")));
    }
    Ok(body)
}

fn videos(world: &dyn YoutubeWorld, ask: &Ask<'_>, now: Timestamp) -> Result<Value, Refusal> {
    let parts = ask.parts(&["id", "snippet", "statistics", "contentDetails", "status"])?;
    if ask.get("maxResults").is_some() {
        return Err(bad("incompatibleParameters", "maxResults cannot be used with id.", "maxResults"));
    }
    let items = ask.ids()?.into_iter().filter_map(|id| {
        let video = world.video(id, now)?;
        let snippet = json!({
            "publishedAt": video.published_at,
            "channelId": video.channel,
            "title": video.title,
            "description": video.description,
            "liveBroadcastContent": "none",
        });
        let details = json!({"duration": iso_length(video.length_secs), "definition": "hd"});
        Some(video_item("youtube#video", id, &video, &parts, snippet, details))
    });
    Ok(list("youtube#videoListResponse", items.collect()))
}

fn batch_get_stats(world: &dyn YoutubeWorld, ask: &Ask<'_>, now: Timestamp) -> Result<Value, Refusal> {
    let parts = ask.parts(&["id", "snippet", "statistics", "contentDetails"])?;
    let ids = ask.ids()?;
    let mut items = Vec::new();
    let mut failed = Vec::new();
    for id in &ids {
        match world.video(id, now) {
            Some(video) => {
                let snippet = json!({"publishTime": video.published_at});
                let length = video.length_secs;
                let details = json!({"duration": iso_length(length), "durationMillis": (length * 1_000).to_string()});
                items.push(video_item("youtube#videoStats", id, &video, &parts, snippet, details));
            }
            None => failed.push(*id),
        }
    }
    Ok(json!({
        "kind": "youtube#batchGetStatsResponse",
        "summary": {
            "requestedVideoCount": ids.len(),
            "succeededVideoCount": items.len(),
            "failedVideoCount": failed.len(),
            "failedVideoIds": failed,
        },
        "items": items,
    }))
}

fn video_item(kind: &str, id: &str, video: &VideoNow, parts: &[&str], snippet: Value, details: Value) -> Value {
    let mut item = json!({"kind": kind, "id": id});
    if parts.contains(&"snippet") {
        set(&mut item, "snippet", snippet);
    }
    if parts.contains(&"contentDetails") {
        set(&mut item, "contentDetails", details);
    }
    if parts.contains(&"statistics") {
        let mut statistics = Map::new();
        put(&mut statistics, "viewCount", Some(video.views));
        put(&mut statistics, "likeCount", video.likes);
        put(&mut statistics, "commentCount", video.comments);
        set(&mut item, "statistics", Value::Object(statistics));
    }
    item
}

fn put(object: &mut Map<String, Value>, key: &str, count: Option<i64>) {
    if let Some(count) = count {
        object.insert(key.to_owned(), Value::String(count.to_string()));
    }
}

fn list(kind: &str, items: Vec<Value>) -> Value {
    let count = items.len();
    json!({"kind": kind, "pageInfo": {"totalResults": count, "resultsPerPage": count}, "items": Value::Array(items)})
}

/// The name of a channel's uploads playlist: its own with the second letter changed, as the real ones are.
fn playlist_of(channel: &str) -> String {
    channel.strip_prefix("UC").map_or_else(|| format!("UU{channel}"), |rest| format!("UU{rest}"))
}

fn channel_of(playlist: &str) -> Option<String> {
    playlist.strip_prefix("UU").map(|rest| format!("UC{rest}"))
}

/// Cut, not rounded, to three significant figures.
fn three_figures(count: i64) -> i64 {
    let mut unit = 1;
    while 1_000 <= count / unit {
        unit *= 10;
    }
    count / unit * unit
}

fn iso_length(secs: i64) -> String {
    match (secs / 60, secs % 60) {
        (0, secs) => format!("PT{secs}S"),
        (minutes, 0) => format!("PT{minutes}M"),
        (minutes, secs) => format!("PT{minutes}M{secs}S"),
    }
}

fn error(status: u16, domain: &str, reason: &str, message: &str) -> Refusal {
    let body = json!({"error": {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": domain, "reason": reason}],
    }});
    Refusal { status, body: body.to_string() }
}

fn bad(reason: &str, message: &str, location: &str) -> Refusal {
    let body = json!({"error": {
        "errors": [{"domain": "youtube.parameter", "reason": reason, "message": message,
                    "locationType": "parameter", "location": location}],
        "code": 400,
        "message": message,
    }});
    Refusal { status: 400, body: body.to_string() }
}

fn missing(parameter: &str) -> Refusal {
    bad("missingRequiredParameter", &format!("Missing required parameter: {parameter}"), parameter)
}

pub(super) fn quota_exceeded() -> Refusal {
    let message = "The request cannot be completed because you have exceeded your \
                   <a href=\"/youtube/v3/getting-started#quota\">quota</a>.";
    error(403, "youtube.quota", "quotaExceeded", message)
}

pub(super) fn key_invalid() -> Refusal {
    let message = "API key not valid. Please pass a valid API key.";
    let body = json!({"error": {
        "code": 400,
        "message": message,
        "errors": [{"message": message, "domain": "global", "reason": "badRequest"}],
        "status": "INVALID_ARGUMENT",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                     "domain": "googleapis.com"}],
    }});
    Refusal { status: 400, body: body.to_string() }
}

pub(super) fn key_missing() -> Refusal {
    let message = "Method doesn't allow unregistered callers (callers without established identity).";
    let body = json!({"error": {
        "code": 403,
        "message": message,
        "errors": [{"message": message, "domain": "global", "reason": "forbidden"}],
        "status": "PERMISSION_DENIED",
    }});
    Refusal { status: 403, body: body.to_string() }
}

/// What Google's front end answers for a path it does not know: a page, not JSON.
pub(super) fn no_such_method() -> Refusal {
    Refusal { status: 404, body: "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscribers_are_cut_to_three_figures() {
        for (exact, shown) in
            [(0, 0), (999, 999), (1_000, 1_000), (1_009, 1_000), (547_999, 547_000), (10_799_999, 10_700_000)]
        {
            assert_eq!(three_figures(exact), shown, "{exact}");
        }
    }

    #[test]
    fn a_playlist_is_named_after_its_channel() {
        assert_eq!(playlist_of("UCabc"), "UUabc");
        assert_eq!(channel_of("UUabc").as_deref(), Some("UCabc"));
        assert_eq!(channel_of("PLabc"), None);
    }
}
