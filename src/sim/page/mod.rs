//! The page of the demo: three rooms side by side, live, and the means to press and type in each.
//!
//! Owns: the server on loopback, what the page is told and when, who may ask (nobody but the page itself).
//! Refuses: deciding anything. The rooms are what the emulators hold, the story and the clock are the [`Stage`]'s.
//! Survives: a page that is closed or reloaded in the middle; it is told everything anew.
//!
//! ```text
//! emulators ──▶ rooms ──┐                     ┌──▶ people's side of the emulators
//!                       ├──▶ live ──▶ page ──▶ act
//! Stage ────▶ head ─────┘                     └──▶ Stage (pace, "Continue")
//! ```

mod act;
mod live;
mod rooms;
mod slash;

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinHandle;

use super::discord::{DiscordSim, Snowflake};
use super::loopback::Server;
use super::telegram::{ChatId, TelegramSim, UserId};
use crate::time::Clock;

/// How fast a person lets time go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speed {
    /// It stands.
    Pause,
    /// Like a clock on the wall.
    Real,
    /// At the pace of the demo.
    Play,
    /// As fast as it goes, until something is said.
    Skip,
}

/// How far a beat of the story is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// It has not happened yet.
    Waiting,
    /// It happens, and somebody may do something about it.
    Now,
    /// It is over.
    Done,
}

/// A beat of the story, as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beat {
    /// A short name, such as `leaked-code`.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What happened, and what it teaches: a sentence or two.
    pub happened: String,
    /// What to press or type now; empty for nothing.
    pub try_next: String,
    /// How far it is.
    pub state: Progress,
}

/// What stands above the rooms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The simulated day, such as `Mon 2 March 2026`.
    pub day: String,
    /// The simulated time of day.
    pub time: String,
    /// What was chosen.
    pub speed: Speed,
    /// What that means, such as `2 hours a second`.
    pub pace: String,
    /// Why time goes slower than chosen; empty when it does not.
    pub slower: String,
    /// The beat that is waited for, if one is: until it is over, or [`Steer::Continue`].
    pub waits_for: Option<String>,
    /// The story.
    pub beats: Vec<Beat>,
}

/// What a person wishes from whoever shows the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steer {
    /// This pace.
    Speed(Speed),
    /// No longer to wait at this beat.
    Continue,
    /// They pressed or typed: time goes so that they can see what comes of it.
    Acted,
    /// Whether anybody has the page open.
    Watched(bool),
}

/// Whoever moves time and tells the story.
pub trait Stage: Send + Sync + 'static {
    /// What stands above the rooms now.
    fn head(&self) -> Head;
    /// Does what a person wishes.
    fn steer(&self, wish: Steer);
}

/// The rooms that are shown, and whose hands the visitor has in each.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is named for whom or what it is")]
pub struct Seats {
    pub discord: DiscordSim,
    pub guild: Snowflake,
    pub channel: Snowflake,
    pub member: Snowflake,
    pub telegram: TelegramSim,
    pub group: ChatId,
    pub manager: UserId,
    pub creator: UserId,
    /// In which times of day are shown.
    pub zone: TimeZone,
}

/// One of the three rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// The team's channel on Discord.
    Discord,
    /// The team's group on Telegram.
    Telegram,
    /// The creator's own chat with the bot, on Telegram.
    Direct,
}

/// The page, served until it is dropped.
pub struct Page {
    server: Server,
    looker: JoinHandle<()>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Page({})", self.url())
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.looker.abort();
    }
}

/// What every request can reach.
struct Shared {
    seats: Seats,
    stage: Arc<dyn Stage>,
    desk: act::Desk,
    live: live::Live,
}

/// Bytes of a request: a command and a form are far below it.
const BODY_MAX: usize = 64 << 10;

/// Everything comes from here, and nothing runs that was not written here.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

impl Page {
    /// Serves the page on this port of 127.0.0.1; 0 is a free one.
    pub async fn serve(clock: &Clock, port: u16, seats: Seats, stage: Arc<dyn Stage>) -> io::Result<Self> {
        let shared = Arc::new(Shared { seats, stage, desk: act::Desk::default(), live: live::Live::default() });
        let theirs = Arc::clone(&shared);
        let looker = clock.spawn("page", |held| {
            // Looking is not being at work: the page never keeps time from going on.
            drop(held);
            live::look(theirs)
        });
        let router = Router::new()
            .route("/", written("text/html; charset=utf-8", include_str!("index.html")))
            .route("/style.css", written("text/css; charset=utf-8", include_str!("style.css")))
            .route("/rooms.css", written("text/css; charset=utf-8", include_str!("rooms.css")))
            .route("/page.js", written("text/javascript; charset=utf-8", include_str!("page.js")))
            .route("/words.js", written("text/javascript; charset=utf-8", include_str!("words.js")))
            .route("/message.js", written("text/javascript; charset=utf-8", include_str!("message.js")))
            .route("/composer.js", written("text/javascript; charset=utf-8", include_str!("composer.js")))
            .route("/mark.svg", written("image/svg+xml", include_str!("mark.svg")))
            .route("/live", get(live::stream))
            .route("/act", post(do_it))
            .route("/suggest", post(suggest))
            .route("/file/discord/{message}/{file}", get(discord_file))
            .route("/file/telegram/{chat}/{message}/{version}", get(telegram_file))
            .layer(DefaultBodyLimit::max(BODY_MAX))
            .layer(middleware::from_fn(only_from_the_page))
            .with_state(shared);
        let server = Server::start_at(clock, "page", port, router).await?;
        Ok(Self { server, looker })
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }
}

/// A file of the page.
fn written(media: &'static str, text: &'static str) -> MethodRouter<Arc<Shared>> {
    // A page of yesterday's program must not speak to today's.
    get(move || async move { ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "no-store")], text) })
}

/// Other pages that are open in the same browser can reach loopback too. They cannot name this host as theirs, and their
/// requests carry another origin.
async fn only_from_the_page(request: Request, next: Next) -> Response {
    let (local, own) = (is_local(request.headers()), is_own(request.headers()));
    if !local || (request.method() == Method::POST && !own) {
        return (StatusCode::FORBIDDEN, "this page is for this machine only").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost")
}

fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (Some(host), Some(origin)) = (text(header::HOST), text(header::ORIGIN)) else { return false };
    let json = text(header::CONTENT_TYPE).is_some_and(|media| media.starts_with("application/json"));
    json && origin.strip_prefix("http://") == Some(host)
}

async fn do_it(State(shared): State<Arc<Shared>>, Json(act): Json<act::Act>) -> Response {
    match act::perform(&shared, act) {
        Ok(()) => Json(json!({})).into_response(),
        Err(reason) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": reason }))).into_response(),
    }
}

async fn suggest(State(shared): State<Arc<Shared>>, Json(typing): Json<act::Typing>) -> Response {
    Json(act::suggest(&shared, &typing).await).into_response()
}

async fn discord_file(State(shared): State<Arc<Shared>>, Path((message, file)): Path<(String, String)>) -> Response {
    let found = message.parse().ok().and_then(|id: Snowflake| shared.seats.discord.message(id));
    let file = found.and_then(|message| message.attachments.into_iter().find(|one| one.id.to_string() == file));
    match file {
        Some(file) => picture(Body::from(file.bytes.to_vec()), &file.bytes),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn telegram_file(
    State(shared): State<Arc<Shared>>,
    Path((chat, message, _version)): Path<(i64, i64, String)>,
) -> Response {
    let found = shared.seats.telegram.message(ChatId(chat), message).ok();
    let bytes = found.and_then(|shown| shown.photo.or(shown.document.map(|(_, bytes)| bytes)));
    match bytes {
        Some(bytes) => picture(Body::from(bytes.clone()), &bytes),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A picture is shown, anything else is saved: what a client uploaded is never run as a page.
fn picture(body: Body, bytes: &[u8]) -> Response {
    let media = match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, ..] => "image/jpeg",
        _ => "application/octet-stream",
    };
    // An id names one content for ever.
    ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "max-age=3600, immutable")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (header::HeaderName::try_from(*name).expect("a name"), value.parse().expect("a value"))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_the_page_itself_may_act() {
        let json = ("content-type", "application/json");
        for (given, local, own) in [
            (vec![("host", "127.0.0.1:5000"), ("origin", "http://127.0.0.1:5000"), json], true, true),
            (vec![("host", "localhost:5000"), ("origin", "http://localhost:5000"), json], true, true),
            (vec![("host", "127.0.0.1:5000"), ("origin", "http://127.0.0.1:5000")], true, false),
            (vec![("host", "127.0.0.1:5000"), ("origin", "http://evil.example"), json], true, false),
            (vec![("host", "127.0.0.1:5000"), json], true, false),
            (vec![("host", "evil.example:5000"), ("origin", "http://evil.example:5000"), json], false, true),
            (vec![], false, false),
        ] {
            let headers = headers(&given);
            assert_eq!((is_local(&headers), is_own(&headers)), (local, own), "{given:?}");
        }
    }
}
