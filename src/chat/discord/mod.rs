//! Discord: serenity's gateway, interactions, commands and builders; requests whose headers matter are our own.
//!
//! Owns: the bot's token, its limits, what its answers mean. Refuses: retrying; every outcome goes back to the outbox.
//! Survives: lost replies (a nonce finds them for two minutes, the history beyond), waits by bucket, barred addresses.
//!
//! serenity 0.12 hides the headers of an answer, and with them what is left of a bucket and how long a 429 asks to wait;
//! its own limiter retries without bound and ignores a proxy. So messages are built by serenity's builders and sent through
//! [`crate::http`], where nothing is hidden; what has no bucket worth knowing (the acknowledgement of an interaction,
//! completions, the command table, the gateway) goes through serenity with its limiter off.

pub mod classify;
pub mod commands;
pub mod gateway;
pub mod interactions;
pub mod render;

use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::BASE32_NOPAD;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::error::SendError;
use super::hearing::Hearing;
use super::inbound::{Ack, Answerable};
use super::limits::{Limits, OLD_MESSAGE, Route};
use super::{Edited, SendOptions};
use crate::domain::person::{Address, Chat};
use crate::http::{Api, Body, HttpError};
use crate::outbox::delivery::MessageRef;
use crate::time::Clock;
use crate::words::message::{File, Message, Picture};

/// The version of the API that serenity 0.12 speaks too.
const API: &str = "api/v10";

/// What Discord demands of a bot: who it is and which version.
/// <https://discord.com/developers/docs/reference#user-agent>
const AGENT: &str = concat!("DiscordBot (https://plimsoll.invalid, ", env!("CARGO_PKG_VERSION"), ")");

/// Messages in one page of a channel's history: Discord's most.
const PAGE: usize = 100;

/// Pages looked through for one message. Ten are a thousand messages since the attempt: more than a busy channel has in the
/// hours that an attempt stays open.
const PAGES_MAX: usize = 10;

/// Clocks differ: the history is read from this much before the attempt.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(60);

/// What a look into the history found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there.
    There(MessageRef),
    /// It is not: everything since the attempt was read.
    Not,
    /// More was said since then than is read.
    TooFarBack,
}

/// One bot on Discord.
pub struct DiscordBot {
    api: Api,
    api_url: String,
    token: SecretString,
    auth: HeaderValue,
    clock: Clock,
    limits: Mutex<Limits>,
    /// Whether the gateway is heard.
    pub hearing: Hearing,
}

impl std::fmt::Debug for DiscordBot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DiscordBot({:?}, token …)", self.api)
    }
}

impl DiscordBot {
    /// A bot behind `api_url` (`https://discord.com` but for tests). A token that cannot stand in a header is refused as
    /// [`SendError::BadToken`].
    pub fn new(api_url: &str, token: SecretString, clock: Clock, limits: Limits) -> Result<Self, SendError> {
        let chat = Chat::Discord;
        let api =
            Api::new(api_url, crate::http::Limits::default()).map_err(|cause| SendError::NeverLeft { chat, cause })?;
        let bare = token.expose_secret().trim().trim_start_matches("Bot ").to_owned();
        drop(token);
        let mut auth = HeaderValue::from_str(&format!("Bot {bare}"))
            .map_err(|_| SendError::BadToken { chat, reason: "it has characters that no token has".to_owned() })?;
        auth.set_sensitive(true);
        Ok(Self {
            api,
            api_url: api_url.trim_end_matches('/').to_owned(),
            token: SecretString::from(bare),
            auth,
            clock,
            limits: Mutex::new(limits),
            hearing: Hearing::default(),
        })
    }

    /// Whether a message may go there now, or when. See [`Limits::may_send`].
    pub fn may_send(&self, room: &str, route: Route, now: Timestamp) -> Result<(), Timestamp> {
        self.limits().may_send(room, route, now)
    }

    /// Whether any message may go now, or when. See [`Limits::may_any`].
    pub fn may_any(&self, others: usize, now: Timestamp) -> Result<(), Timestamp> {
        self.limits().may_any(others, now)
    }

    /// The clock was set back. See [`Limits::set_back`].
    pub fn set_back(&self, by: SignedDuration) {
        self.limits().set_back(by);
    }

    /// The bot can speak there again.
    pub fn reopen(&self, room: &str) {
        self.limits().reopen(room);
    }

    /// Sends a new message. If it is too large with its picture, the text goes alone.
    ///
    /// The nonce is made of the delivery's key and revision: the same send within Discord's window gives the message that is
    /// there already. A crash before the answer leaves that to find out.
    pub async fn send(
        &self,
        message: &Message,
        to: &Address,
        options: &SendOptions<'_>,
    ) -> Result<MessageRef, SendError> {
        let picture = message.picture.as_ref();
        match self.send_with(message, to, options, picture).await {
            Err(error) if picture.is_some() && classify::is_about_picture(&error) => {
                self.send_with(message, to, options, None).await
            }
            done => done,
        }
    }

    async fn send_with(
        &self,
        message: &Message,
        to: &Address,
        options: &SendOptions<'_>,
        picture: Option<&Picture>,
    ) -> Result<MessageRef, SendError> {
        let nonce = nonce(options.key, options.revision);
        let create = render::create(message, options.more, picture.is_some(), Some(nonce));
        let path = format!("channels/{}/messages", id(&to.place)?);
        let body = with_file(to_json(&create)?, attached(message, picture))?;
        let answer = self.request(Method::POST, &path, &[], body, &to.place, Route::Send).await?;
        let Some(message) = answer.get("id").and_then(Value::as_str) else {
            return Err(SendError::Lost {
                chat: Chat::Discord,
                what: "it accepted the message and did not name it".to_owned(),
            });
        };
        Ok(MessageRef {
            place: to.place.clone(),
            message: message.to_owned(),
            has_picture: picture.is_some(),
            sent_at: snowflake_time(message).unwrap_or_else(|| self.clock.now()),
        })
    }

    /// Changes a message. A new picture takes the old one's place; without a new one the old one stays.
    pub async fn edit(
        &self,
        at: &MessageRef,
        message: &Message,
        options: &SendOptions<'_>,
    ) -> Result<Edited, SendError> {
        let old = OLD_MESSAGE <= self.clock.now().duration_since(at.sent_at);
        let route = if old { Route::OldEdit } else { Route::Edit };
        let picture = message.picture.as_ref().filter(|_| at.has_picture);
        let edit = render::edit(message, options.more, at.has_picture);
        let path = format!("channels/{}/messages/{}", id(&at.place)?, id(&at.message)?);
        let body = with_file(to_json(&edit)?, picture.map(Attached::chart))?;
        self.request(Method::PATCH, &path, &[], body, &at.place, route).await?;
        Ok(Edited::Changed)
    }

    /// Puts a line in the place of a message's first one and takes its buttons off; the rest stays as it was told.
    pub async fn point_on(&self, at: &MessageRef, text: &str) -> Result<Edited, SendError> {
        let old = OLD_MESSAGE <= self.clock.now().duration_since(at.sent_at);
        let route = if old { Route::OldEdit } else { Route::Edit };
        let path = format!("channels/{}/messages/{}", id(&at.place)?, id(&at.message)?);
        let body = json!({
            "content": render::first_line(text), "components": [], "allowed_mentions": { "parse": [] }
        });
        self.request(Method::PATCH, &path, &[], Body::Json(body.to_string().into_bytes()), &at.place, route).await?;
        Ok(Edited::Changed)
    }

    /// Takes the buttons off a message, whatever it says.
    pub async fn remove_buttons(&self, at: &MessageRef) -> Result<Edited, SendError> {
        let path = format!("channels/{}/messages/{}", id(&at.place)?, id(&at.message)?);
        let body = Body::Json(json!({ "components": [] }).to_string().into_bytes());
        self.request(Method::PATCH, &path, &[], body, &at.place, Route::Edit).await?;
        Ok(Edited::Changed)
    }

    /// Answers an acknowledged interaction in place. After its 15 minutes, or when Discord says so, it is
    /// [`SendError::TooLate`]: the answer then goes as a message of its own.
    ///
    /// Repeating it is safe, but for [`Ack::Silent`], whose answer is a new message each time.
    pub async fn answer(&self, to: &Answerable, message: &Message, options: &SendOptions<'_>) -> Result<(), SendError> {
        let chat = Chat::Discord;
        let Answerable::Interaction { application, token, until, ack } = to else {
            return Err(SendError::Refused {
                chat,
                reason: "a Telegram callback cannot be answered on Discord".to_owned(),
            });
        };
        if *until <= self.clock.now() {
            return Err(SendError::TooLate { chat, reason: "15 minutes have passed".to_owned() });
        }
        let hook = format!("webhooks/{}/{}", id(application)?, word(token)?);
        let picture = message.picture.as_ref();
        let (method, path, mut body) = match ack {
            Ack::Private | Ack::Public => {
                let edit = render::edit(message, options.more, picture.is_some());
                (Method::PATCH, format!("{hook}/messages/@original"), to_json(&edit)?)
            }
            Ack::Silent => {
                let create = render::create(message, options.more, picture.is_some(), None);
                (Method::POST, hook, to_json(&create)?)
            }
        };
        if let (Ack::Silent, Some(fields)) = (ack, body.as_object_mut()) {
            fields.insert("flags".to_owned(), json!(EPHEMERAL));
        }
        let body = with_file(body, attached(message, picture))?;
        // Limits are by token; what stands in their table is not one.
        let room = nonce(token, 0);
        self.request(method, &path, &[], body, &room, Route::Answer).await.map(drop)
    }

    /// Looks for a message of this bot, sent at or after `since`, that shows `marker` (an incident's id as it stands in the
    /// footer). Needs the right to read the channel's history.
    pub async fn find_by_marker(&self, place: &str, marker: &str, since: Timestamp) -> Result<Found, SendError> {
        let me = self.get_me().await?.0;
        let path = format!("channels/{}/messages", id(place)?);
        let start = since.checked_sub(CLOCKS_DIFFER).unwrap_or(since);
        let mut after = snowflake_at(start);
        let limit = PAGE.to_string();
        for _ in 0..PAGES_MAX {
            let query = [("after", after.as_str()), ("limit", limit.as_str())];
            let page = self.request(Method::GET, &path, &query, Body::Empty, place, Route::Ask).await?;
            let page = page.as_array().cloned().unwrap_or_default();
            if let Some(found) = page.iter().find(|message| is_ours(message, &me) && shows(message, marker)) {
                return Ok(reference(found, place).map_or(Found::Not, Found::There));
            }
            let newest = page.iter().filter_map(|message| message.get("id")?.as_str()).max_by_key(|id| (id.len(), *id));
            match newest {
                Some(newest) if PAGE <= page.len() => newest.clone_into(&mut after),
                _ => return Ok(Found::Not),
            }
        }
        Ok(Found::TooFarBack)
    }

    /// The bot's user id and name.
    pub async fn get_me(&self) -> Result<(String, String), SendError> {
        let me = self.request(Method::GET, "users/@me", &[], Body::Empty, "", Route::Ask).await?;
        let text = |name: &str| me.get(name).and_then(Value::as_str).map(str::to_owned);
        match (text("id"), text("username")) {
            (Some(id), Some(name)) => Ok((id, name)),
            _ => Err(refused("it did not say who the bot is")),
        }
    }

    /// Whether a user is in a guild now.
    pub async fn is_member(&self, guild: &str, user: &str) -> Result<bool, SendError> {
        /// Unknown Member, Unknown User.
        const NOBODY: [&str; 2] = ["10007 ", "10013 "];
        let path = format!("guilds/{}/members/{}", id(guild)?, id(user)?);
        match self.request(Method::GET, &path, &[], Body::Empty, guild, Route::Ask).await {
            Ok(_) => Ok(true),
            Err(SendError::Refused { reason, .. } | SendError::TargetDead { reason, .. })
                if NOBODY.iter().any(|code| reason.starts_with(code)) =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// The channel of direct messages with a user; the same one each time.
    pub async fn open_dm(&self, user: &str) -> Result<Address, SendError> {
        let body = Body::Json(json!({ "recipient_id": id(user)? }).to_string().into_bytes());
        let answer = self.request(Method::POST, "users/@me/channels", &[], body, "dm", Route::Ask).await?;
        match answer.get("id").and_then(Value::as_str) {
            Some(place) => Ok(Address { chat: Chat::Discord, place: place.to_owned(), topic: None, guild: None }),
            None => Err(refused("it opened a direct message and did not name it")),
        }
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Body,
        room: &str,
        route: Route,
    ) -> Result<Value, SendError> {
        let now = self.clock.now();
        self.limits().take(room, route, now).map_err(|until| SendError::kept_back(Chat::Discord, until))?;
        let headers: [(HeaderName, HeaderValue); 2] =
            [(AUTHORIZATION, self.auth.clone()), (USER_AGENT, HeaderValue::from_static(AGENT))];
        let path = format!("{API}/{path}");
        let answer = self.api.send(method, &path, query, &headers, body).await.map_err(lost)?;
        let now = self.clock.now();
        let outcome = classify::sort(&answer, now, self.token.expose_secret());
        let seen = classify::seen(&answer, &outcome, now);
        self.limits().note_response(room, route, &seen, now);
        outcome
    }
}

/// Only the person who acted sees it. <https://discord.com/developers/docs/resources/message#message-object-message-flags>
const EPHEMERAL: u32 = 1 << 6;

/// At most 25 characters, the same for the same send: 100 bits of a hash of key and revision.
fn nonce(key: &str, revision: u32) -> String {
    let digest = Sha256::digest(format!("{key}\u{0}{revision}").as_bytes());
    BASE32_NOPAD.encode(&digest).chars().take(20).collect()
}

fn lost(cause: HttpError) -> SendError {
    let chat = Chat::Discord;
    if cause.never_left() {
        SendError::NeverLeft { chat, cause }
    } else {
        let what = cause.to_string();
        SendError::Lost { chat, what }
    }
}

fn refused(reason: &str) -> SendError {
    SendError::Refused { chat: Chat::Discord, reason: reason.to_owned() }
}

/// A snowflake stands in a path: digits only.
fn id(given: &str) -> Result<&str, SendError> {
    let fits = (1..=20).contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(given) } else { Err(refused("an id that is not a number")) }
}

/// An interaction's token stands in a path: nothing that could lead out of it. It is a secret and not repeated.
fn word(given: &str) -> Result<&str, SendError> {
    let fits = !given.is_empty()
        && given.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=' | b'+'))
        && given != "."
        && given != "..";
    if fits { Ok(given) } else { Err(refused("an interaction token with characters that no token has")) }
}

fn to_json(builder: &impl serde::Serialize) -> Result<Value, SendError> {
    serde_json::to_value(builder).map_err(|cause| refused(&cause.to_string()))
}

/// The one file of a message.
struct Attached<'a> {
    name: &'a str,
    mime: &'a str,
    bytes: &'a [u8],
    /// What it shows, for those who do not see it.
    alt: &'a str,
}

impl<'a> Attached<'a> {
    fn chart(picture: &'a Picture) -> Self {
        Self { name: render::PICTURE, mime: "image/png", bytes: &picture.png, alt: &picture.alt }
    }
}

/// What goes with a message: its picture, where one is sent, else its file.
fn attached<'a>(message: &'a Message, picture: Option<&'a Picture>) -> Option<Attached<'a>> {
    let file = |file: &'a File| Attached { name: &file.name, mime: file.mime, bytes: &file.bytes, alt: &file.name };
    picture.map(Attached::chart).or_else(|| message.file.as_ref().map(file))
}

/// The body of a message: JSON, or a form when a file goes with it.
fn with_file(mut body: Value, file: Option<Attached<'_>>) -> Result<Body, SendError> {
    let Some(fields) = body.as_object_mut() else {
        return Err(refused("a message that is not an object"));
    };
    let Some(file) = file else {
        // An empty list would drop the attachments of a message that is edited.
        fields.shift_remove("attachments");
        return Ok(Body::Json(body.to_string().into_bytes()));
    };
    fields.insert("attachments".to_owned(), attachments(file.name, file.alt));
    let part = reqwest::multipart::Part::bytes(file.bytes.to_vec())
        .file_name(file.name.to_owned())
        .mime_str(file.mime)
        .map_err(|cause| refused(&cause.without_url().to_string()))?;
    let form = reqwest::multipart::Form::new().text("payload_json", body.to_string()).part("files[0]", part);
    Ok(Body::Multipart(form))
}

/// What a form says of its one file. The id is a number written as text, as ids are.
fn attachments(name: &str, alt: &str) -> Value {
    let alt = super::layout::head(alt, 1024, super::layout::points);
    json!([{ "id": "0", "filename": name, "description": alt }])
}

/// Milliseconds of Discord's epoch, 1 January 2015. <https://discord.com/developers/docs/reference#snowflakes>
const EPOCH_MS: i64 = 1_420_070_400_000;

fn snowflake_at(at: Timestamp) -> String {
    let ms = std::cmp::max(at.as_millisecond() - EPOCH_MS, 0);
    (i128::from(ms) << 22).to_string()
}

fn snowflake_time(id: &str) -> Option<Timestamp> {
    let ms = i64::try_from(id.parse::<u64>().ok()? >> 22).ok()?;
    // Small ids are not snowflakes: a test's, or nobody's.
    if ms == 0 {
        return None;
    }
    Timestamp::from_millisecond(EPOCH_MS.checked_add(ms)?).ok()
}

fn is_ours(message: &Value, me: &str) -> bool {
    message.pointer("/author/id").and_then(Value::as_str) == Some(me)
}

fn shows(message: &Value, marker: &str) -> bool {
    let texts = ["/content", "/embeds/0/description", "/embeds/0/footer/text"];
    let wanted = bare(marker);
    !wanted.is_empty()
        && texts.iter().filter_map(|path| message.pointer(path)?.as_str()).any(|text| bare(text).contains(&wanted))
}

/// A text without what rendering adds to it: marks that would be read as markup stand behind a backslash in the history.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || *c == '#').collect()
}

fn reference(message: &Value, place: &str) -> Option<MessageRef> {
    let id = message.get("id")?.as_str()?;
    let attachments = message.get("attachments").and_then(Value::as_array);
    Some(MessageRef {
        place: place.to_owned(),
        message: id.to_owned(),
        has_picture: attachments.is_some_and(|list| !list.is_empty()),
        sent_at: snowflake_time(id)?,
    })
}

#[cfg(test)]
mod tests;
