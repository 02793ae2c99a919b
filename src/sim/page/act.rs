//! What the visitor does, with the hands of whoever sits in the room, and what each platform says back to them alone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::slash::{self, Focus, Item, Next};
use super::{Room, Seats, Shared, Speed, Steer};
use crate::sim::discord::{Given, Outcome, Snowflake};
use crate::sim::telegram::{ChatId, Press, UserId};
use crate::time::pace::real_wait;

/// Deeds whose answer is still looked for; older ones were answered long ago or never will be.
const ASKED_MAX: usize = 20;

/// Notes kept for a page that is slow to ask.
const NOTES_MAX: usize = 10;

/// How often, and how many times, suggestions are looked for: Discord's client gives up after three seconds.
const SUGGEST_EVERY: Duration = Duration::from_millis(25);
const SUGGEST_TIMES: u32 = 120;

/// Suggestions shown at most; Discord sends no more than these.
const ITEMS_MAX: usize = 25;

/// What the page asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Act {
    /// Press a button: its id on Discord, its words on Telegram.
    Press { room: Room, message: String, button: String },
    /// Type something and send it.
    Say { room: Room, text: String },
    /// Send a form that a button opened.
    SendForm { form: String, fields: BTreeMap<String, String> },
    /// Close it.
    DropForm { form: String },
    /// Let time go at this pace.
    Speed { speed: Speed },
    /// Do not wait at this beat.
    Continue {},
}

/// What is in an input.
#[derive(Debug, Deserialize)]
pub(super) struct Typing {
    room: Room,
    text: String,
}

/// What stands in the list above the input.
#[derive(Debug, Default, Serialize)]
pub(super) struct Suggested {
    /// What is being typed.
    hint: String,
    items: Vec<Item>,
}

/// What a platform says to the visitor alone, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Note {
    pub id: u64,
    pub room: Room,
    pub text: String,
    /// To be closed, instead of passing by.
    pub alert: bool,
}

/// A form that is open on Discord.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Form {
    pub id: String,
    pub title: String,
    pub inputs: Vec<Input>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Input {
    pub id: String,
    pub label: String,
    pub placeholder: String,
    pub value: String,
    pub long: bool,
    pub required: bool,
}

/// A button that spins, or a command that is being sent (`message` empty).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Spinning {
    pub room: Room,
    pub message: String,
    pub button: String,
}

/// What concerns the visitor alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Private {
    pub notes: Vec<Note>,
    pub forms: Vec<Form>,
    pub spinning: Vec<Spinning>,
}

#[derive(Debug, Clone)]
enum Asked {
    Discord { id: Snowflake, message: String, button: String },
    Telegram { room: Room, press: Press, message: String, button: String },
}

/// The visitor's open questions.
#[derive(Debug, Default)]
pub(super) struct Desk(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    asked: VecDeque<Asked>,
    notes: VecDeque<Note>,
    notes_made: u64,
}

impl Open {
    fn ask(&mut self, asked: Asked) {
        self.asked.push_back(asked);
        if ASKED_MAX < self.asked.len() {
            self.asked.pop_front();
        }
    }

    fn note(&mut self, room: Room, text: String, alert: bool) {
        self.notes_made += 1;
        self.notes.push_back(Note { id: self.notes_made, room, text, alert });
        if NOTES_MAX < self.notes.len() {
            self.notes.pop_front();
        }
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks which questions were answered, and how.
    pub fn gather(&self, seats: &Seats) -> Private {
        let mut open = self.lock();
        let (mut forms, mut spinning) = (Vec::new(), Vec::new());
        for asked in std::mem::take(&mut open.asked) {
            match &asked {
                Asked::Discord { id, message, button } => match seats.discord.outcome(*id) {
                    Ok(Outcome::Waiting) => spinning.push(spin(Room::Discord, message, button)),
                    Ok(Outcome::Modal(modal)) => forms.push(form(*id, &modal.title, &modal.components)),
                    Ok(Outcome::Failed) | Err(_) => {
                        open.note(Room::Discord, "The application did not respond".to_owned(), false);
                        continue;
                    }
                    Ok(_) => continue,
                },
                Asked::Telegram { room, press, message, button } => match seats.telegram.answer(press) {
                    None => spinning.push(spin(*room, message, button)),
                    Some(answer) => {
                        if !answer.text.is_empty() {
                            open.note(*room, answer.text, answer.show_alert);
                        }
                        continue;
                    }
                },
            }
            open.asked.push_back(asked);
        }
        Private { notes: open.notes.iter().cloned().collect(), forms, spinning }
    }

    /// A form is closed without being sent.
    fn forget(&self, form: Snowflake) {
        self.lock().asked.retain(|asked| !matches!(asked, Asked::Discord { id, .. } if *id == form));
    }
}

fn spin(room: Room, message: &str, button: &str) -> Spinning {
    Spinning { room, message: message.to_owned(), button: button.to_owned() }
}

/// The text inputs of a modal: <https://discord.com/developers/docs/components/reference#text-input>.
fn form(id: Snowflake, title: &str, rows: &[Value]) -> Form {
    let text = |part: &Value, key: &str| part.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let parts = rows.iter().filter_map(|row| row.get("components").and_then(Value::as_array)).flatten();
    let inputs = parts.map(|part| Input {
        id: text(part, "custom_id"),
        label: text(part, "label"),
        placeholder: text(part, "placeholder"),
        value: text(part, "value"),
        long: part.get("style").and_then(Value::as_u64) == Some(2),
        required: part.get("required").and_then(Value::as_bool).unwrap_or(true),
    });
    Form { id: id.to_string(), title: title.to_owned(), inputs: inputs.collect() }
}

/// Who types and presses in a Telegram room, and where.
fn at_telegram(seats: &Seats, room: Room) -> (ChatId, UserId) {
    match room {
        Room::Direct => (seats.telegram.private_chat(seats.creator), seats.creator),
        Room::Telegram | Room::Discord => (seats.group, seats.manager),
    }
}

/// Does it. An error is what the app would not have let the visitor do, in words.
pub(super) fn perform(shared: &Shared, act: Act) -> Result<(), String> {
    let seats = &shared.seats;
    match act {
        Act::Speed { speed } => {
            shared.stage.steer(Steer::Speed(speed));
            return Ok(());
        }
        Act::Continue {} => {
            shared.stage.steer(Steer::Continue);
            return Ok(());
        }
        Act::DropForm { form } => {
            shared.desk.forget(form.parse().map_err(|error| format!("{error}"))?);
            return Ok(());
        }
        Act::Press { room: Room::Discord, message, button } => {
            let at = message.parse().map_err(|error| format!("{error}"))?;
            let id = seats.discord.press(seats.member, at, &button).map_err(|error| error.to_string())?;
            shared.desk.lock().ask(Asked::Discord { id, message, button });
        }
        Act::Press { room, message, button } => {
            let at = message.parse().map_err(|_| format!("`{message}` is no message"))?;
            let (chat, who) = at_telegram(seats, room);
            let press = seats.telegram.user_presses(chat, who, at, &button).map_err(|error| error.to_string())?;
            shared.desk.lock().ask(Asked::Telegram { room, press, message, button });
        }
        Act::Say { room: Room::Discord, text } => say_on_discord(shared, text.trim())?,
        Act::Say { room, text } => {
            let (chat, who) = at_telegram(seats, room);
            seats.telegram.user_sends(chat, who, text.trim()).map_err(|error| error.to_string())?;
        }
        Act::SendForm { form, fields } => {
            let opened: Snowflake = form.parse().map_err(|error| format!("{error}"))?;
            let fields: Vec<(&str, &str)> = fields.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
            let id = seats.discord.submit_modal(opened, &fields).map_err(|error| error.to_string())?;
            shared.desk.forget(opened);
            shared.desk.lock().ask(Asked::Discord { id, message: String::new(), button: String::new() });
        }
    }
    shared.stage.steer(Steer::Acted);
    Ok(())
}

fn say_on_discord(shared: &Shared, text: &str) -> Result<(), String> {
    let seats = &shared.seats;
    if !text.starts_with('/') {
        let said = seats.discord.post(seats.member, seats.channel, text);
        return said.map(drop).map_err(|error| error.to_string());
    }
    let (command, given) = slash::read(&definitions(seats), text)?;
    let given: Vec<(&str, Given)> = given.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let asked = seats.discord.slash(seats.member, seats.channel, &command, &given);
    let id = asked.map_err(|error| error.to_string())?;
    shared.desk.lock().ask(Asked::Discord { id, message: String::new(), button: text.to_owned() });
    Ok(())
}

/// The commands that are offered in the channel: those of the guild, then those of everywhere.
fn definitions(seats: &Seats) -> Vec<Value> {
    let mut all = seats.discord.commands(Some(seats.guild));
    all.extend(seats.discord.commands(None));
    // 0 is a guild; what names other places is not offered here.
    let offered = |one: &Value| one.get("contexts").and_then(Value::as_array).is_none_or(|all| all.contains(&0.into()));
    all.retain(offered);
    all
}

/// What can follow what is typed, as the app of the room offers it.
pub(super) async fn suggest(shared: &Shared, typing: &Typing) -> Suggested {
    let seats = &shared.seats;
    if !typing.text.starts_with('/') {
        return Suggested::default();
    }
    if typing.room != Room::Discord {
        let (chat, who) = at_telegram(seats, typing.room);
        let wanted = typing.text.trim_start_matches('/').to_lowercase();
        let menu = seats.telegram.menu(chat, who).into_iter().filter(|(name, _)| name.starts_with(&wanted));
        let items = menu.map(|(name, about)| Item { show: format!("/{name}"), about, text: format!("/{name} ") });
        return Suggested { hint: String::new(), items: items.take(ITEMS_MAX).collect() };
    }
    let definitions = definitions(seats);
    match slash::next(&definitions, &typing.text) {
        Next::Nothing => Suggested::default(),
        Next::Commands(items) => Suggested { hint: String::new(), items: items.into_iter().take(ITEMS_MAX).collect() },
        Next::Value(focus) => {
            let about = focus.spec.get("description").and_then(Value::as_str).unwrap_or_default();
            let hint = format!("{}: {about}", focus.name());
            let mut items = focus.choices();
            if focus.spec.get("autocomplete") == Some(&Value::Bool(true)) {
                items.extend(ask_the_bot(seats, &focus).await);
            }
            Suggested { hint, items: items.into_iter().take(ITEMS_MAX).collect() }
        }
    }
}

/// Suggestions of the bot itself, over its gateway. None when it does not answer.
async fn ask_the_bot(seats: &Seats, focus: &Focus<'_>) -> Vec<Item> {
    let others = focus.given.iter().map(|(name, value)| (*name, Given::Text(value.clone())));
    let given: Vec<(&str, Given)> = others.chain([(focus.name(), Given::Text(focus.partial.clone()))]).collect();
    let asked = seats.discord.autocomplete(seats.member, seats.channel, focus.command, &given, focus.name());
    let Ok(id) = asked else { return Vec::new() };
    for _ in 0..SUGGEST_TIMES {
        match seats.discord.outcome(id) {
            Ok(Outcome::Waiting) => real_wait(SUGGEST_EVERY).await,
            Ok(Outcome::Choices(choices)) => {
                let value = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                return choices.iter().map(|choice| focus.item(&choice.name, &value(&choice.value))).collect();
            }
            _ => return Vec::new(),
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_form_asks_for_what_its_inputs_ask_for() {
        let rows = json!([
            {"type": 1, "components": [{"type": 4, "custom_id": "why", "label": "Why?", "style": 2, "placeholder": "In a sentence"}]},
            {"type": 1, "components": [{"type": 4, "custom_id": "until", "label": "Until", "style": 1, "required": false, "value": "6 h"}]},
        ]);
        let id: Snowflake = "42".parse().expect("a snowflake");
        let form = form(id, "Snooze", rows.as_array().expect("rows"));
        let input = |id: &str, label: &str, placeholder: &str, value: &str, long, required| Input {
            id: id.to_owned(),
            label: label.to_owned(),
            placeholder: placeholder.to_owned(),
            value: value.to_owned(),
            long,
            required,
        };
        let inputs = vec![
            input("why", "Why?", "In a sentence", "", true, true),
            input("until", "Until", "", "6 h", false, false),
        ];
        assert_eq!(form, Form { id: "42".to_owned(), title: "Snooze".to_owned(), inputs });
    }

    #[test]
    fn a_page_that_never_asks_costs_no_memory() {
        let desk = Desk::default();
        for n in 0..100 {
            desk.lock().note(Room::Telegram, format!("{n}"), false);
            let press = Press { callback_id: format!("{n}"), data: String::new() };
            let (message, button) = (String::new(), String::new());
            desk.lock().ask(Asked::Telegram { room: Room::Telegram, press, message, button });
        }
        let open = desk.lock();
        assert_eq!((open.notes.len(), open.asked.len()), (NOTES_MAX, ASKED_MAX));
        assert_eq!(open.notes.back().map(|note| note.id), Some(100));
    }
}
