//! Telegram: teloxide's payload and update types, requests of our own.
//!
//! Owns: the bot's token, its limits, what its answers mean. Refuses: retrying; every outcome goes back to the outbox.
//! Survives: lost replies (told apart from requests that never left), answers in a shape it does not know.
//!
//! teloxide's own sender drops `error_code`, sleeps ten seconds on a 5xx and matches texts exactly, so only its types are
//! used here.

pub mod classify;
pub mod poll;
pub mod render;
pub mod updates;

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use teloxide::payloads::{
    AnswerCallbackQuery, EditMessageCaption, EditMessageReplyMarkup, EditMessageText, GetChatMember, GetMe,
    SendDocument, SendMessage, SendPhoto, SetMyCommands,
};
use teloxide::requests::Payload;
use teloxide::types::{
    BotCommand, BotCommandScope, CallbackQueryId, ChatId, InputFile, LinkPreviewOptions, MessageId, ParseMode,
    ReplyMarkup, ThreadId, UserId,
};

use self::classify::{Sorted, is_about_picture, is_other_kind};
use self::render::{CAPTION_MAX, TEXT_MAX, keyboard};
use super::error::SendError;
use super::hearing::Hearing;
use super::layout::{harmless, head, utf16};
use super::limits::{Limits, OLD_MESSAGE, Route};
use super::{Edited, SendOptions};
use crate::domain::person::{Address, Chat};
use crate::http::{Api, Body, HttpError};
use crate::outbox::delivery::MessageRef;
use crate::time::Clock;
use crate::words::message::{File, Message, Picture};

/// Seconds that a poll waits at the server: its most. <https://core.telegram.org/bots/api#getupdates>
pub const POLL_SECONDS: u32 = 50;

/// The callback's short answer. <https://core.telegram.org/bots/api#answercallbackquery>
const CALLBACK_TEXT_MAX: usize = 200;

/// The topic that every forum has; naming it is an error ("message thread not found").
const GENERAL_TOPIC: i32 = 1;

/// Who the bot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// Its user id.
    pub id: String,
    /// Its name, without `@`.
    pub username: String,
}

/// Who sees a command menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuScope {
    /// Everybody, unless a narrower menu is set.
    Default,
    /// In direct messages.
    Private,
    /// In groups.
    Groups,
}

/// A command menu: for whom, in which language, which commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// For whom.
    pub scope: MenuScope,
    /// Two letters; `None` for everybody without a menu in their language.
    pub language: Option<String>,
    /// Name (1–32 of a–z, 0–9, `_`) and description (1–256 characters).
    pub commands: Vec<(String, String)>,
}

/// One bot on Telegram.
pub struct TelegramBot {
    api: Api,
    poll_api: Api,
    token: SecretString,
    clock: Clock,
    limits: Mutex<Limits>,
    /// Whether updates are heard.
    pub hearing: Hearing,
}

impl std::fmt::Debug for TelegramBot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TelegramBot({:?}, token …)", self.api)
    }
}

impl TelegramBot {
    /// A bot behind `api_url` (`https://api.telegram.org` but for tests and self-hosted servers).
    pub fn new(api_url: &str, token: SecretString, clock: Clock, limits: Limits) -> Result<Self, HttpError> {
        let usual = crate::http::Limits::default();
        // A poll is answered when its wait is over; 15 seconds more are for a slow line.
        let patient =
            crate::http::Limits { total: std::time::Duration::from_secs(u64::from(POLL_SECONDS) + 15), ..usual };
        Ok(Self {
            api: Api::new(api_url, usual)?,
            poll_api: Api::new(api_url, patient)?,
            token,
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

    /// Sends a new message. If only its picture is refused, the text goes alone.
    ///
    /// A crash before the answer leaves the outcome unknown: Telegram has no key to ask by.
    pub async fn send(
        &self,
        message: &Message,
        to: &Address,
        options: &SendOptions<'_>,
    ) -> Result<MessageRef, SendError> {
        self.take(&to.place, Route::Send)?;
        if let Some(file) = &message.file {
            return self.send_document(message, file, to, options).await;
        }
        if let Some(picture) = &message.picture {
            match self.send_photo(message, picture, to, options).await {
                // The refused request has told nobody anything, so the text takes its place in the limits.
                Err(error) if is_about_picture(&error) => {}
                done => return done,
            }
        }
        let rendered = render::render(message, TEXT_MAX, options.more);
        let mut payload = SendMessage::new(chat_id(&to.place)?, rendered.html);
        payload.parse_mode = Some(ParseMode::Html);
        payload.link_preview_options = Some(no_preview());
        payload.message_thread_id = topic(to);
        payload.disable_notification = message.silent.then_some(true);
        payload.reply_markup = keyboard(message).map(ReplyMarkup::InlineKeyboard);
        let sorted = self.post(&payload, &to.place, Route::Send).await?;
        self.sent(sorted, &to.place, false)
    }

    async fn send_photo(
        &self,
        message: &Message,
        picture: &Picture,
        to: &Address,
        options: &SendOptions<'_>,
    ) -> Result<MessageRef, SendError> {
        let rendered = render::render(message, CAPTION_MAX, options.more);
        let photo = InputFile::memory(picture.png.clone()).file_name("chart.png");
        let mut payload = SendPhoto::new(chat_id(&to.place)?, photo);
        payload.caption = Some(rendered.html);
        payload.parse_mode = Some(ParseMode::Html);
        payload.message_thread_id = topic(to);
        payload.disable_notification = message.silent.then_some(true);
        payload.reply_markup = keyboard(message).map(ReplyMarkup::InlineKeyboard);
        let form = form_of(&payload, "photo", ("chart.png", "image/png", &picture.png))?;
        let sorted = self.request(SendPhoto::NAME, Body::Multipart(form), &to.place, Route::Send).await?;
        self.sent(sorted, &to.place, true)
    }

    /// A message whose file goes with it; its caption is edited as a picture's is.
    async fn send_document(
        &self,
        message: &Message,
        file: &File,
        to: &Address,
        options: &SendOptions<'_>,
    ) -> Result<MessageRef, SendError> {
        let rendered = render::render(message, CAPTION_MAX, options.more);
        let document = InputFile::memory(file.bytes.clone()).file_name(file.name.clone());
        let mut payload = SendDocument::new(chat_id(&to.place)?, document);
        payload.caption = Some(rendered.html);
        payload.parse_mode = Some(ParseMode::Html);
        payload.message_thread_id = topic(to);
        payload.disable_notification = message.silent.then_some(true);
        payload.reply_markup = keyboard(message).map(ReplyMarkup::InlineKeyboard);
        let form = form_of(&payload, "document", (&file.name, file.mime, &file.bytes))?;
        let sorted = self.request(SendDocument::NAME, Body::Multipart(form), &to.place, Route::Send).await?;
        self.sent(sorted, &to.place, true)
    }

    /// Changes a message: its caption where it has a picture, else its text. The picture stays as it was sent.
    ///
    /// An edit without buttons removes those that were there.
    pub async fn edit(
        &self,
        at: &MessageRef,
        message: &Message,
        options: &SendOptions<'_>,
    ) -> Result<Edited, SendError> {
        let old = OLD_MESSAGE <= self.clock.now().duration_since(at.sent_at);
        let route = if old { Route::OldEdit } else { Route::Edit };
        self.take(&at.place, route)?;
        let done = self.edit_as(at, message, options, at.has_picture, route).await;
        match done {
            // The record was of the other kind; a refused edit has changed nothing, so the right one takes its place.
            Err(error) if is_other_kind(&error) => self.edit_as(at, message, options, !at.has_picture, route).await,
            done => done,
        }
    }

    async fn edit_as(
        &self,
        at: &MessageRef,
        message: &Message,
        options: &SendOptions<'_>,
        picture: bool,
        route: Route,
    ) -> Result<Edited, SendError> {
        let id = message_id(&at.message)?;
        let sorted = if picture {
            let mut payload = EditMessageCaption::new(chat_id(&at.place)?, id);
            payload.caption = Some(render::render(message, CAPTION_MAX, options.more).html);
            payload.parse_mode = Some(ParseMode::Html);
            payload.reply_markup = keyboard(message);
            self.post(&payload, &at.place, route).await?
        } else {
            let html = render::render(message, TEXT_MAX, options.more).html;
            let mut payload = EditMessageText::new(chat_id(&at.place)?, id, html);
            payload.parse_mode = Some(ParseMode::Html);
            payload.link_preview_options = Some(no_preview());
            payload.reply_markup = keyboard(message);
            self.post(&payload, &at.place, route).await?
        };
        match sorted {
            Sorted::Done(_) => Ok(Edited::Changed),
            Sorted::Unchanged => Ok(Edited::Unchanged),
            Sorted::Failed(error) => Err(error),
        }
    }

    /// Takes the buttons off a message, whatever it says.
    pub async fn remove_buttons(&self, at: &MessageRef) -> Result<Edited, SendError> {
        self.take(&at.place, Route::Edit)?;
        let payload = EditMessageReplyMarkup::new(chat_id(&at.place)?, message_id(&at.message)?);
        match self.post(&payload, &at.place, Route::Edit).await? {
            Sorted::Done(_) => Ok(Edited::Changed),
            Sorted::Unchanged => Ok(Edited::Unchanged),
            Sorted::Failed(error) => Err(error),
        }
    }

    /// Answers a pressed button: `text` is cut to 200 units, `alert` shows it as a box. Once, within 150 seconds.
    pub async fn answer_callback(&self, id: &str, text: Option<&str>, alert: bool) -> Result<(), SendError> {
        self.take("", Route::Answer)?;
        let mut payload = AnswerCallbackQuery::new(CallbackQueryId(id.to_owned()));
        payload.text = text.map(|text| head(&harmless(text), CALLBACK_TEXT_MAX, utf16));
        payload.show_alert = alert.then_some(true);
        done(self.post(&payload, "", Route::Answer).await?).map(drop)
    }

    /// As [`TelegramBot::answer_callback`], and [`SendError::TooLate`] without asking when it is.
    pub async fn answer_in_time(
        &self,
        id: &str,
        until: Timestamp,
        text: Option<&str>,
        alert: bool,
    ) -> Result<(), SendError> {
        if until <= self.clock.now() {
            return Err(SendError::TooLate { chat: Chat::Telegram, reason: "150 seconds have passed".to_owned() });
        }
        self.answer_callback(id, text, alert).await
    }

    /// Who the bot is.
    pub async fn get_me(&self) -> Result<Me, SendError> {
        self.take("", Route::Ask)?;
        let result = done(self.post(&GetMe::new(), "", Route::Ask).await?)?;
        let id = result.get("id").and_then(Value::as_i64);
        let username = result.get("username").and_then(Value::as_str);
        match (id, username) {
            (Some(id), Some(username)) => Ok(Me { id: id.to_string(), username: username.to_owned() }),
            _ => Err(refused("it did not say who the bot is")),
        }
    }

    /// Whether a user is in a chat now.
    pub async fn is_member(&self, place: &str, user: &str) -> Result<bool, SendError> {
        let who = user.parse().map_err(|_| refused(&format!("`{user}` is not a user id")))?;
        self.take(place, Route::Ask)?;
        let payload = GetChatMember::new(chat_id(place)?, UserId(who));
        let sorted = self.post(&payload, place, Route::Ask).await?;
        let result = match done(sorted) {
            Ok(result) => result,
            Err(SendError::TargetDead { reason, .. } | SendError::Refused { reason, .. }) if is_no_member(&reason) => {
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        Ok(match result.get("status").and_then(Value::as_str) {
            Some("creator" | "administrator" | "member") => true,
            Some("restricted") => result.get("is_member").and_then(Value::as_bool).unwrap_or(false),
            _ => false,
        })
    }

    /// Sets one command menu.
    pub async fn set_menu(&self, menu: &Menu) -> Result<(), SendError> {
        self.take("", Route::Ask)?;
        let commands = menu
            .commands
            .iter()
            .map(|(name, description)| BotCommand::new(name.replace('-', "_"), head(description, 256, utf16)));
        let mut payload = SetMyCommands::new(commands);
        payload.scope = Some(match menu.scope {
            MenuScope::Default => BotCommandScope::Default,
            MenuScope::Private => BotCommandScope::AllPrivateChats,
            MenuScope::Groups => BotCommandScope::AllGroupChats,
        });
        payload.language_code.clone_from(&menu.language);
        done(self.post(&payload, "", Route::Ask).await?).map(drop)
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, room: &str, route: Route) -> Result<(), SendError> {
        let now = self.clock.now();
        self.limits().take(room, route, now).map_err(|until| SendError::kept_back(Chat::Telegram, until))
    }

    async fn post<P: Payload + Serialize>(&self, payload: &P, room: &str, route: Route) -> Result<Sorted, SendError> {
        let body = serde_json::to_vec(payload).map_err(|cause| refused(&cause.to_string()))?;
        self.request(P::NAME, Body::Json(body), room, route).await
    }

    async fn request(&self, method: &str, body: Body, room: &str, route: Route) -> Result<Sorted, SendError> {
        let path = self.path(method);
        let answer = self.api.send(reqwest::Method::POST, &path, &[], &[], body).await.map_err(lost)?;
        let now = self.clock.now();
        let sorted = classify::sort(answer.status, &answer.body, now, self.token.expose_secret());
        let seen = classify::seen(answer.status, &sorted, now);
        self.limits().note_response(room, route, &seen, now);
        Ok(sorted)
    }

    fn path(&self, method: &str) -> String {
        format!("bot{}/{method}", self.token.expose_secret())
    }

    fn sent(&self, sorted: Sorted, place: &str, has_picture: bool) -> Result<MessageRef, SendError> {
        let result = done(sorted)?;
        let Some(id) = result.get("message_id").and_then(Value::as_i64) else {
            return Err(SendError::Lost {
                chat: Chat::Telegram,
                what: "it accepted the message and did not name it".to_owned(),
            });
        };
        Ok(MessageRef { place: place.to_owned(), message: id.to_string(), has_picture, sent_at: self.clock.now() })
    }
}

/// Whether all of a message can stand under its picture.
#[must_use]
pub fn fits_as_caption(message: &Message) -> bool {
    render::render(message, CAPTION_MAX, "").moved_lines == 0
}

fn done(sorted: Sorted) -> Result<Value, SendError> {
    match sorted {
        Sorted::Done(result) => Ok(result),
        Sorted::Unchanged => Ok(Value::Bool(true)),
        Sorted::Failed(error) => Err(error),
    }
}

fn lost(cause: HttpError) -> SendError {
    if cause.never_left() {
        SendError::NeverLeft { chat: Chat::Telegram, cause }
    } else {
        SendError::Lost { chat: Chat::Telegram, what: cause.to_string() }
    }
}

fn refused(reason: &str) -> SendError {
    SendError::Refused { chat: Chat::Telegram, reason: reason.to_owned() }
}

fn is_no_member(reason: &str) -> bool {
    let text = reason.to_lowercase();
    ["user not found", "member not found", "participant_id_invalid", "user_not_participant"]
        .iter()
        .any(|part| text.contains(part))
}

fn chat_id(place: &str) -> Result<ChatId, SendError> {
    place.parse().map(ChatId).map_err(|_| refused(&format!("`{place}` is not a chat id")))
}

fn message_id(id: &str) -> Result<MessageId, SendError> {
    id.parse().map(MessageId).map_err(|_| refused(&format!("`{id}` is not a message id")))
}

fn topic(to: &Address) -> Option<ThreadId> {
    to.topic.filter(|topic| *topic != GENERAL_TOPIC).map(|topic| ThreadId(MessageId(topic)))
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

/// A payload with a file, as the form that carries both: every field as text, JSON where it is not a string.
fn form_of(
    payload: &impl Serialize,
    file: &'static str,
    (name, mime, bytes): (&str, &str, &[u8]),
) -> Result<reqwest::multipart::Form, SendError> {
    let value = serde_json::to_value(payload).map_err(|cause| refused(&cause.to_string()))?;
    let mut form = reqwest::multipart::Form::new();
    let fields = value.as_object().into_iter().flatten();
    for (key, value) in fields.filter(|(key, value)| key.as_str() != file && !value.is_null()) {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        form = form.text(key.clone(), text);
    }
    let part = reqwest::multipart::Part::bytes(bytes.to_vec())
        .file_name(name.to_owned())
        .mime_str(mime)
        .map_err(|cause| refused(&cause.without_url().to_string()))?;
    Ok(form.part(file, part))
}

#[cfg(test)]
mod tests;
