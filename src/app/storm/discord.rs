//! Discord as far as the storm needs it: channels with their history, the nonce that makes a repeat the same message for two
//! minutes, members, and answers to interactions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::Sabotage;
use super::faults::Secs;
use super::promises::Sent;
use super::sea::{World, json_answer};
use super::telegram::{Rooms, Shown};
use crate::domain::person::Chat;
use crate::http::Answer;
use crate::http::inside::Asked;

/// Messages kept of a channel: more than a look into the history reads.
const HISTORY_MAX: usize = 1_200;

/// How long a nonce is known, in seconds of Discord's own time.
const NONCE_KNOWN: Secs = 120;

/// Milliseconds of Discord's epoch. <https://discord.com/developers/docs/reference#snowflakes>
const EPOCH_MS: i64 = 1_420_070_400_000;

/// The bot's token.
pub(super) const TOKEN: &str = "storm.discord.token";

/// The bot.
const BOT: &str = "900000000000000001";

/// The application: the bot itself.
pub(super) const APPLICATION: &str = BOT;

#[derive(Debug, Clone)]
struct Message {
    id: i64,
    nonce: String,
    at: Secs,
    body: Value,
}

/// The server.
#[derive(Default)]
pub(super) struct Discord {
    channels: BTreeMap<String, VecDeque<Message>>,
    next: i64,
    pub rooms: Rooms,
    /// Who has left which guild.
    pub left: BTreeSet<(String, String)>,
    /// Where each interaction was made, by its token.
    interactions: BTreeMap<String, String>,
    pub revoked: bool,
}

impl Discord {
    /// The number of the next interaction, and its token.
    pub fn interaction(&mut self, place: &str) -> (String, String) {
        /// Interactions that may still be answered; a token is good for 15 minutes.
        const OPEN_MAX: usize = 200;
        self.next += 1;
        let token = format!("aW50ZXJhY3Rpb24{:08}", self.next);
        self.interactions.insert(token.clone(), place.to_owned());
        if OPEN_MAX < self.interactions.len() {
            self.interactions.pop_first();
        }
        (format!("{}", 8_000_000_000_i64 + self.next), token)
    }

    fn snowflake(&mut self, now: Timestamp) -> i64 {
        self.next += 1;
        ((now.as_millisecond() - EPOCH_MS) << 22) + (self.next & 0x3F_FFFF)
    }
}

/// All the words of a message.
fn words(body: &Value) -> String {
    fn collect(value: &Value, text: &mut String) {
        match value {
            Value::String(words) => {
                text.push('\n');
                text.push_str(words);
            }
            Value::Array(list) => list.iter().for_each(|one| collect(one, text)),
            Value::Object(map) => map.values().for_each(|one| collect(one, text)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut text = body.get("content").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(embeds) = body.get("embeds") {
        collect(embeds, &mut text);
    }
    text
}

fn buttons(body: &Value) -> Vec<(String, String)> {
    let rows = body.get("components").and_then(Value::as_array).into_iter().flatten();
    let buttons = rows.filter_map(|row| row.get("components")?.as_array()).flatten();
    let both = |one: &Value| Some((one.get("label")?.as_str()?.to_owned(), one.get("custom_id")?.as_str()?.to_owned()));
    buttons.filter_map(both).collect()
}

fn body_of(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).unwrap_or_else(|_| {
        let fields = super::form::fields(&asked.body);
        let payload = fields.into_iter().find(|(name, _)| name == "payload_json");
        payload.and_then(|(_, text)| serde_json::from_str(&text).ok()).unwrap_or_default()
    })
}

fn as_json(message: &Message, place: &str) -> Value {
    let mut body = message.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.insert("id".to_owned(), json!(message.id.to_string()));
        fields.insert("channel_id".to_owned(), json!(place));
        fields.insert("author".to_owned(), json!({ "id": BOT, "username": "Plimsoll", "bot": true }));
    }
    body
}

fn refuse(status: u16, code: i64, text: &str) -> Answer {
    json_answer(status, &json!({ "message": text, "code": code }))
}

/// Does what is asked.
pub(super) fn work(world: &mut World, asked: &Asked, certain: bool) -> Answer {
    let path = asked.path.trim_start_matches("/api/v10/");
    let parts: Vec<&str> = path.split('/').collect();
    match (&asked.method, parts.as_slice()) {
        (&Method::GET, ["users", "@me"]) => {
            json_answer(200, &json!({ "id": BOT, "username": "Plimsoll", "bot": true }))
        }
        (&Method::POST, ["users", "@me", "channels"]) => {
            let body = body_of(asked);
            let to = body.get("recipient_id").and_then(Value::as_str).unwrap_or_default();
            json_answer(200, &json!({ "id": direct(to), "type": 1 }))
        }
        (&Method::GET, ["guilds", guild, "members", user]) => {
            if world.discord.left.contains(&((*guild).to_owned(), (*user).to_owned())) {
                return refuse(404, 10_007, "Unknown Member");
            }
            json_answer(200, &json!({ "user": { "id": user }, "roles": [] }))
        }
        (&Method::GET, ["channels", place, "messages"]) => history(world, place, &asked.query),
        (&Method::POST, ["channels", place, "messages"]) => create(world, place, body_of(asked), certain),
        (&Method::PATCH, ["channels", place, "messages", id]) => edit(world, place, id, &body_of(asked)),
        (&Method::PATCH | &Method::POST, ["webhooks", _, token, ..]) => answer(world, token, &body_of(asked)),
        _ => refuse(404, 0, "404: Not Found"),
    }
}

/// The channel of direct messages with somebody.
pub(super) fn direct(user: &str) -> String {
    format!("7{user}")
}

fn history(world: &World, place: &str, query: &str) -> Answer {
    let mut query = url::form_urlencoded::parse(query.as_bytes());
    let after = query.find(|(name, _)| name == "after").and_then(|(_, value)| value.parse::<i64>().ok()).unwrap_or(0);
    let channel = world.discord.channels.get(place).into_iter().flatten();
    let mut later: Vec<&Message> = channel.filter(|message| after < message.id).collect();
    later.sort_by_key(|message| message.id);
    let page: Vec<Value> = later.into_iter().take(100).rev().map(|message| as_json(message, place)).collect();
    json_answer(200, &Value::Array(page))
}

fn create(world: &mut World, place: &str, mut body: Value, certain: bool) -> Answer {
    let (now, elapsed) = (world.clock.now(), world.elapsed());
    let enforced = body.get("enforce_nonce").and_then(Value::as_bool) == Some(true);
    let nonce = body.get("nonce").and_then(Value::as_str).filter(|_| enforced).unwrap_or_default().to_owned();
    let nonce = if world.sabotage == Some(Sabotage::NoNonce) { String::new() } else { nonce };
    let channel = world.discord.channels.entry(place.to_owned()).or_default();
    let same = |one: &&Message| !nonce.is_empty() && one.nonce == nonce && elapsed - one.at < NONCE_KNOWN;
    if let Some(known) = channel.iter().rev().find(same) {
        let known = known.clone();
        world.promises.found(place, &known.id.to_string(), certain);
        return json_answer(200, &as_json(&known, place));
    }
    if let Some(fields) = body.as_object_mut() {
        fields.insert("attachments".to_owned(), json!([]));
    }
    let id = world.discord.snowflake(now);
    let message = Message { id, nonce, at: elapsed, body };
    let (text, shown) = (words(&message.body), Shown { id: id.to_string(), buttons: buttons(&message.body) });
    let reply = as_json(&message, place);
    let channel = world.discord.channels.entry(place.to_owned()).or_default();
    channel.push_back(message);
    if HISTORY_MAX < channel.len() {
        channel.pop_front();
    }
    world.discord.rooms.show(place, shown);
    let id = id.to_string();
    world.promises.sent(&Sent { chat: Chat::Discord, place, id: &id, text: &text, certain, now, elapsed });
    json_answer(200, &reply)
}

fn edit(world: &mut World, place: &str, id: &str, body: &Value) -> Answer {
    let wanted: i64 = id.parse().unwrap_or(0);
    let channel = world.discord.channels.get_mut(place).into_iter().flatten();
    let mut channel = channel.rev();
    if let Some(message) = channel.find(|message| message.id == wanted)
        && let (Some(known), Some(new)) = (message.body.as_object_mut(), body.as_object())
    {
        known.extend(
            new.iter().filter(|(name, _)| *name != "attachments").map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    world.discord.rooms.show(place, Shown { id: id.to_owned(), buttons: buttons(body) });
    world.promises.said(Chat::Discord, place, &words(body));
    json_answer(200, &json!({ "id": id, "channel_id": place }))
}

fn answer(world: &mut World, token: &str, body: &Value) -> Answer {
    let Some(place) = world.discord.interactions.get(token).cloned() else {
        return refuse(404, 10_015, "Unknown Webhook");
    };
    world.discord.next += 1;
    let id = format!("6{:017}", world.discord.next);
    world.discord.rooms.show(&place, Shown { id: id.clone(), buttons: buttons(body) });
    world.promises.said(Chat::Discord, &place, &words(body));
    json_answer(200, &json!({ "id": id, "channel_id": place }))
}
