//! Telegram as far as the storm needs it: messages with their buttons, callbacks, membership, and updates that are confirmed
//! by asking for later ones.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::faults::Secs;
use super::promises::Sent;
use super::sea::{Sea, World, json_answer};
use crate::domain::person::Chat;
use crate::http::Answer;
use crate::http::inside::Asked;
use crate::time::Bell;

/// Messages with buttons of a room that somebody may still press.
const SHOWN_MAX: usize = 12;

/// How long a question for updates is kept waiting at most. A real server answers after the 50 seconds that are asked for,
/// with nothing; a year of that is half a million answers that say nothing.
const PARKED_MAX: SignedDuration = SignedDuration::from_hours(6);

/// A message as people see it.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub id: String,
    /// Label and what it sends.
    pub buttons: Vec<(String, String)>,
}

/// What a room shows, newest last.
#[derive(Debug, Default)]
pub(super) struct Rooms(BTreeMap<String, VecDeque<Shown>>);

impl Rooms {
    /// A new message, or another form of one.
    pub fn show(&mut self, place: &str, shown: Shown) {
        let room = self.0.entry(place.to_owned()).or_default();
        if let Some(known) = room.iter_mut().find(|known| known.id == shown.id) {
            *known = shown;
            return;
        }
        room.push_back(shown);
        if SHOWN_MAX < room.len() {
            room.pop_front();
        }
    }

    /// What can be pressed in a room: message, label, what is sent.
    pub fn buttons(&self, place: &str) -> Vec<(String, String, String)> {
        let room = self.0.get(place).into_iter().flatten();
        let one = |shown: &Shown| {
            let id = shown.id.clone();
            let buttons = shown.buttons.clone().into_iter();
            buttons.map(move |(label, data)| (id.clone(), label, data)).collect::<Vec<_>>()
        };
        room.flat_map(one).collect()
    }
}

/// The server.
#[derive(Default)]
pub(super) struct Telegram {
    updates: VecDeque<(i64, Value)>,
    next_update: i64,
    next_message: i64,
    handed_out: BTreeSet<i64>,
    parked: Option<Bell>,
    pub rooms: Rooms,
    /// Who has left which group.
    pub left: BTreeSet<(String, String)>,
    pub revoked: bool,
}

/// The bot's token.
pub(super) const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

/// The bot's id.
const BOT: i64 = 110_201_543;

impl Telegram {
    /// The number of the next update.
    pub fn number(&mut self) -> i64 {
        self.next_update += 1;
        700_000_000 + self.next_update
    }

    /// Something has happened: the bot is to hear of it.
    pub fn push(&mut self, id: i64, update: Value) {
        self.updates.push_back((id, update));
        if let Some(bell) = &self.parked {
            bell.ring();
        }
    }

    /// What waits is told in another order.
    pub fn swap_last(&mut self) -> bool {
        let count = self.updates.len();
        if count < 2 {
            return false;
        }
        self.updates.swap(count - 1, count - 2);
        true
    }

    /// What was asked for before is confirmed and is told no more; what is left is told.
    fn take(&mut self, offset: Option<i64>) -> (Vec<i64>, Vec<Value>) {
        let mut confirmed = Vec::new();
        if let Some(offset) = offset {
            let handed_out = std::mem::take(&mut self.handed_out);
            for id in handed_out {
                if id < offset {
                    confirmed.push(id);
                } else {
                    self.handed_out.insert(id);
                }
            }
            self.updates.retain(|(id, _)| offset <= *id || !confirmed.contains(id));
        }
        let updates: Vec<Value> = self.updates.iter().take(100).map(|(_, update)| update.clone()).collect();
        self.handed_out.extend(self.updates.iter().take(100).map(|(id, _)| *id));
        (confirmed, updates)
    }
}

fn method(asked: &Asked) -> &str {
    asked.path.rsplit('/').next().unwrap_or_default()
}

/// Whether it changes what somebody sees.
pub(super) fn works(asked: &Asked) -> bool {
    let name = method(asked);
    name.starts_with("Send") || name.starts_with("send") || name.to_ascii_lowercase().starts_with("edit")
}

fn is_poll(asked: &Asked) -> bool {
    method(asked).eq_ignore_ascii_case("getupdates")
}

/// A question for updates waits until there are some.
pub(super) async fn wait_for_updates(sea: &Arc<Sea>, life: u64, asked: &Asked) {
    if !is_poll(asked) {
        return;
    }
    let (clock, bell, until) = {
        let mut world = sea.lock();
        let world = &mut *world;
        let offset = fields(asked).get("offset").and_then(Value::as_i64);
        let news = world.telegram.updates.iter().any(|(id, _)| offset.is_none_or(|offset| offset <= *id));
        let handed = offset.is_some_and(|offset| world.telegram.handed_out.iter().any(|id| *id < offset));
        if news || handed || world.telegram.revoked || !world.lives(life) {
            return;
        }
        let bell = world.clock.bell();
        world.telegram.parked = Some(bell.clone());
        let until = world.clock.now().checked_add(PARKED_MAX).unwrap_or(Timestamp::MAX);
        (world.clock.clone(), bell, until)
    };
    let mut held = clock.hold("telegram getupdates");
    let parked = clock.park();
    held.wait(&bell, Some(until)).await;
    drop(parked);
    // The answer is made by whoever waits for it, who holds a token too.
    drop(held);
}

/// The fields of a request, however they came.
fn fields(asked: &Asked) -> Map<String, Value> {
    match serde_json::from_slice(&asked.body) {
        Ok(Value::Object(fields)) => fields,
        _ => super::form::fields(&asked.body).into_iter().map(|(name, text)| (name, Value::String(text))).collect(),
    }
}

fn text(fields: &Map<String, Value>, name: &str) -> String {
    match fields.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn buttons(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let markup = match fields.get("reply_markup") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(other) => other.clone(),
        None => Value::Null,
    };
    let rows = markup.get("inline_keyboard").and_then(Value::as_array).into_iter().flatten();
    let buttons = rows.filter_map(Value::as_array).flatten();
    let both =
        |one: &Value| Some((one.get("text")?.as_str()?.to_owned(), one.get("callback_data")?.as_str()?.to_owned()));
    buttons.filter_map(both).collect()
}

fn ok(result: &Value) -> Answer {
    json_answer(200, &json!({ "ok": true, "result": result }))
}

fn refuse(code: u16, text: &str) -> Answer {
    json_answer(code, &json!({ "ok": false, "error_code": code, "description": text }))
}

/// Does what is asked.
pub(super) fn work(world: &mut World, asked: &Asked, certain: bool) -> Answer {
    let fields = fields(asked);
    let place = text(&fields, "chat_id");
    match method(asked).to_ascii_lowercase().as_str() {
        "getme" => ok(&json!({ "id": BOT, "is_bot": true, "first_name": "Plimsoll", "username": "plimsoll_bot" })),
        "getupdates" => {
            let offset = fields.get("offset").and_then(Value::as_i64);
            let (confirmed, updates) = world.telegram.take(offset);
            for id in confirmed {
                world.promises.confirmed(Chat::Telegram, &id.to_string());
            }
            ok(&Value::Array(updates))
        }
        "sendmessage" | "sendphoto" => {
            let said = if fields.contains_key("text") { text(&fields, "text") } else { text(&fields, "caption") };
            world.telegram.next_message += 1;
            let id = world.telegram.next_message.to_string();
            let shown = Shown { id: id.clone(), buttons: buttons(&fields) };
            world.telegram.rooms.show(&place, shown);
            sent(world, &place, &id, &said, certain);
            ok(&json!({ "message_id": world.telegram.next_message }))
        }
        "editmessagetext" | "editmessagecaption" => {
            let said = if fields.contains_key("text") { text(&fields, "text") } else { text(&fields, "caption") };
            let shown = Shown { id: text(&fields, "message_id"), buttons: buttons(&fields) };
            world.telegram.rooms.show(&place, shown);
            world.promises.said(Chat::Telegram, &place, &said);
            ok(&json!(true))
        }
        "getchatmember" => {
            let user = text(&fields, "user_id");
            let status = if world.telegram.left.contains(&(place, user)) { "left" } else { "member" };
            ok(&json!({ "status": status, "user": { "id": 1, "is_bot": false, "first_name": "Somebody" } }))
        }
        "answercallbackquery" | "setmycommands" | "editmessagereplymarkup" => ok(&json!(true)),
        _ => refuse(404, "Not Found: method not found"),
    }
}

fn sent(world: &mut World, place: &str, id: &str, said: &str, certain: bool) {
    let (now, elapsed): (Timestamp, Secs) = (world.clock.now(), world.elapsed());
    world.promises.sent(&Sent { chat: Chat::Telegram, place, id, text: said, certain, now, elapsed });
}

/// Where something happens on Telegram: a group, or a person's own chat.
fn chat(place: &str) -> Value {
    let id: i64 = place.parse().unwrap_or(0);
    if id < 0 {
        json!({ "id": id, "type": "supergroup", "title": "A group" })
    } else {
        json!({ "id": id, "type": "private", "first_name": "Somebody" })
    }
}

fn user(id: &str, name: &str) -> Value {
    json!({ "id": id.parse::<i64>().unwrap_or(0), "is_bot": false, "first_name": name, "language_code": "en" })
}

/// Somebody writes something.
pub(super) fn written(update: i64, (place, who, name): (&str, &str, &str), text: &str, at: Timestamp) -> Value {
    json!({ "update_id": update, "message": {
        "message_id": update, "date": at.as_second(), "chat": chat(place), "from": user(who, name), "text": text,
    }})
}

/// Somebody presses a button.
pub(super) fn pressed(
    update: i64,
    (place, who, name): (&str, &str, &str),
    (message, data): (&str, &str),
    at: Timestamp,
) -> Value {
    let message: i64 = message.parse().unwrap_or(0);
    json!({ "update_id": update, "callback_query": {
        "id": update.to_string(), "chat_instance": "x", "data": data, "from": user(who, name),
        "message": { "message_id": message, "date": at.as_second(), "chat": chat(place) },
    }})
}
