//! What an application answers to an interaction: the first response, `@original`, follow-ups.
//!
//! Facts: <https://discord.com/developers/docs/interactions/receiving-and-responding>.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::Call;
use super::draft::{Draft, check_row};
use super::ids::Snowflake;
use super::model::{Answer, Asked, EPHEMERAL, Interaction, LOADING, Message, Pings};
use super::reply::{
    ALREADY_ACKNOWLEDGED, FormErrors, INVALID_WEBHOOK_TOKEN, Refused, Reply, UNKNOWN_INTERACTION, UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
};
use super::world::World;

/// The key under which an interaction's event is in flight.
pub(super) fn wire_key(id: Snowflake) -> String {
    format!("discord.interaction.{id}")
}

impl World {
    fn is_late(&self, interaction: &Interaction) -> bool {
        self.config.ack_deadline <= self.now().duration_since(interaction.created)
    }

    /// The instant at which an interaction without a response fails.
    pub(super) fn deadline(&self, interaction: &Interaction) -> Timestamp {
        interaction.created.saturating_add(self.config.ack_deadline).unwrap_or(Timestamp::MAX)
    }

    /// POST callback.
    pub(super) fn callback(&mut self, id: Snowflake, token: &str, call: &Call) -> Result<Reply, Refused> {
        let found = self.interactions.get(&id).filter(|one| one.token == token).ok_or(UNKNOWN_INTERACTION)?;
        let key = wire_key(id);
        let (late, answered, asked) = (self.is_late(found), found.answer != Answer::None, found.asked);
        let clock = self.clock.clone();
        self.gateway.answered(&clock, &key);
        if answered {
            return Err(ALREADY_ACKNOWLEDGED);
        }
        if late {
            return Err(UNKNOWN_INTERACTION);
        }
        let kind = call.body["type"].as_u64().unwrap_or(0);
        let fits = match asked {
            Asked::Command => matches!(kind, 4 | 5 | 9),
            Asked::Component => matches!(kind, 4..=7 | 9),
            Asked::Autocomplete => kind == 8,
            // A form that a button opened may change the button's message.
            Asked::Modal => matches!(kind, 4 | 5) || (matches!(kind, 6 | 7) && found.source.is_some()),
        };
        if !fits {
            let mut errors = FormErrors::default();
            errors.choices("type", "4, 5, 6, 7, 8, 9");
            errors.finish()?;
        }
        let (answer, original) = self.respond(id, kind, &call.body["data"], call)?;
        let now = self.now();
        if let Some(interaction) = self.interactions.get_mut(&id) {
            interaction.answer = answer;
            interaction.answered = Some(now);
            interaction.original = original;
        }
        self.ring();
        if matches!(call.query("with_response"), Some("true" | "True" | "1")) {
            return Ok(Reply::json(self.callback_json(id, kind)));
        }
        Ok(Reply::empty())
    }

    fn respond(
        &mut self,
        id: Snowflake,
        kind: u64,
        data: &Value,
        call: &Call,
    ) -> Result<(Answer, Option<Snowflake>), Refused> {
        let source = self.interactions.get(&id).and_then(|one| one.source);
        match kind {
            4 => {
                let draft = self.data_draft(data, call)?;
                Ok((Answer::Message, Some(self.reply_to_interaction(id, &draft)?)))
            }
            5 => {
                let flags = LOADING | data["flags"].as_u64().unwrap_or(0) & EPHEMERAL;
                Ok((Answer::Deferred, Some(self.placeholder(id, flags)?)))
            }
            6 => Ok((Answer::DeferredUpdate, source)),
            7 => {
                let draft = self.data_draft(data, call)?;
                let message = source.filter(|id| self.is_there(*id)).ok_or(UNKNOWN_MESSAGE)?;
                self.revise(message, &draft)?;
                Ok((Answer::Updated, source))
            }
            8 => Ok((Answer::Choices(check_choices(data)?), None)),
            _ => {
                check_modal(data)?;
                Ok((Answer::Modal(data.clone()), None))
            }
        }
    }

    fn is_there(&self, message: Snowflake) -> bool {
        self.messages.get(&message).is_some_and(|message| message.deleted.is_none())
    }

    /// The errors of a callback's message are told below `data`.
    fn data_draft(&self, data: &Value, call: &Call) -> Result<Draft, Refused> {
        Draft::read(data, &call.files, self.config.file_max).map_err(|refused| match refused.errors {
            Some(errors) => Refused::form(json!({ "data": errors })),
            None => refused,
        })
    }

    fn reply_to_interaction(&mut self, id: Snowflake, draft: &Draft) -> Result<Snowflake, Refused> {
        let interaction = self.interactions.get(&id).ok_or(UNKNOWN_INTERACTION)?;
        let (channel, user) = (interaction.channel, interaction.user);
        let mut message = self.write(channel, self.bot, draft)?;
        message.interaction = Some(id);
        message.ephemeral_for = (draft.flags & EPHEMERAL != 0).then_some(user);
        let written = message.id;
        self.add_message(message);
        Ok(written)
    }

    /// "The application is thinking…"
    fn placeholder(&mut self, id: Snowflake, flags: u64) -> Result<Snowflake, Refused> {
        let interaction = self.interactions.get(&id).ok_or(UNKNOWN_INTERACTION)?;
        let (channel, user) = (interaction.channel, interaction.user);
        let message = Message {
            id: self.new_id(),
            channel,
            author: self.bot,
            content: String::new(),
            embeds: Vec::new(),
            components: Vec::new(),
            attachments: Vec::new(),
            nonce: None,
            flags,
            pings: Pings::default(),
            reply_to: None,
            interaction: Some(id),
            created: self.now(),
            edits: Vec::new(),
            deleted: None,
            ephemeral_for: (flags & EPHEMERAL != 0).then_some(user),
        };
        let written = message.id;
        self.add_message(message);
        Ok(written)
    }

    fn callback_json(&self, id: Snowflake, kind: u64) -> Value {
        let Some(interaction) = self.interactions.get(&id) else {
            return Value::Null;
        };
        let message = interaction.original.and_then(|id| self.messages.get(&id));
        let mut out = json!({
            "interaction": {
                "id": id, "type": interaction.wire["type"], "response_message_id": interaction.original,
                "response_message_loading": message.is_some_and(Message::is_loading),
                "response_message_ephemeral": message.is_some_and(|message| message.ephemeral_for.is_some()),
            },
            "resource": {"type": kind},
        });
        if let Some(message) = message {
            out["resource"]["message"] = self.message_json(message);
        }
        out
    }

    /// The interaction whose token may be used as a webhook now.
    fn by_token(&self, token: &str) -> Result<Snowflake, Refused> {
        // The id stands in the token, so that no run has to search all interactions there ever were.
        let id = token.split('-').nth(1).and_then(|id| id.parse::<Snowflake>().ok());
        let found = id.and_then(|id| self.interactions.get(&id)).filter(|one| one.token == token);
        let found = found.ok_or(UNKNOWN_WEBHOOK)?;
        if self.config.token_life <= self.now().duration_since(found.created) {
            return Err(INVALID_WEBHOOK_TOKEN);
        }
        if found.answer == Answer::None { Err(UNKNOWN_WEBHOOK) } else { Ok(found.id) }
    }

    /// POST follow-up. After a defer the first one fills the placeholder.
    pub(super) fn followup(&mut self, token: &str, call: &Call) -> Result<Reply, Refused> {
        let id = self.by_token(token)?;
        let draft = Draft::read(&call.body, &call.files, self.config.file_max)?;
        let original = self.interactions.get(&id).and_then(|one| one.original);
        let waiting = original.and_then(|id| self.messages.get(&id)).filter(|one| one.is_loading());
        if let Some(waiting) = waiting {
            return self.revise(waiting.id, &draft);
        }
        let message = self.reply_to_interaction(id, &draft)?;
        if let Some(interaction) = self.interactions.get_mut(&id) {
            interaction.followups.push(message);
        }
        let shown = self.messages.get(&message).map(|message| self.message_json(message));
        Ok(Reply::json(shown.unwrap_or_default()))
    }

    /// GET, PATCH or DELETE of `@original` or of a follow-up.
    pub(super) fn serve_followup(
        &mut self,
        method: &str,
        token: &str,
        wanted: Option<Snowflake>,
        call: &Call,
    ) -> Result<Reply, Refused> {
        let id = self.by_token(token)?;
        let interaction = self.interactions.get(&id).ok_or(UNKNOWN_WEBHOOK)?;
        let message = match wanted {
            None => interaction.original,
            Some(wanted) => {
                interaction.followups.iter().copied().chain(interaction.original).find(|one| *one == wanted)
            }
        };
        let message = message.filter(|id| self.is_there(*id)).ok_or(UNKNOWN_MESSAGE)?;
        match method {
            "PATCH" => {
                let draft = Draft::read(&call.body, &call.files, self.config.file_max)?;
                self.revise(message, &draft)
            }
            "DELETE" => {
                self.remove_message(message);
                Ok(Reply::empty())
            }
            _ => {
                let shown = self.messages.get(&message).map(|message| self.message_json(message));
                Ok(Reply::json(shown.unwrap_or_default()))
            }
        }
    }
}

fn check_choices(data: &Value) -> Result<Vec<Value>, Refused> {
    let mut errors = FormErrors::default();
    let choices = data["choices"].as_array().cloned();
    if choices.is_none() {
        errors.required("data.choices");
    }
    let choices = choices.unwrap_or_default();
    if choices.len() > 25 {
        errors.too_long("data.choices", 25);
    }
    for (n, choice) in choices.iter().enumerate() {
        let name = choice["name"].as_str().unwrap_or_default();
        if !(1..=100).contains(&name.chars().count()) {
            errors.bad_length(&format!("data.choices.{n}.name"), 1, 100);
        }
        if choice["value"].as_str().is_some_and(|value| value.chars().count() > 100) {
            errors.too_long(&format!("data.choices.{n}.value"), 100);
        }
    }
    errors.finish()?;
    Ok(choices)
}

fn check_modal(data: &Value) -> Result<(), Refused> {
    let mut errors = FormErrors::default();
    for (key, max) in [("custom_id", 100), ("title", 45)] {
        let text = data[key].as_str().unwrap_or_default();
        if !(1..=max).contains(&text.chars().count()) {
            errors.bad_length(&format!("data.{key}"), 1, max);
        }
    }
    let rows = data["components"].as_array().map_or(&[][..], Vec::as_slice);
    if !(1..=5).contains(&rows.len()) {
        errors.bad_length("data.components", 1, 5);
    }
    for (n, row) in rows.iter().enumerate() {
        check_row(row, &format!("data.components.{n}"), true, &mut errors);
    }
    errors.finish()
}
