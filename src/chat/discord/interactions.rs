//! An interaction of Discord, as something a person did.

use jiff::{SignedDuration, Timestamp};
use serenity::all::{
    CommandData, CommandDataOption, CommandDataOptionValue, CommandInteraction, ComponentInteraction,
    ComponentInteractionDataKind, GuildId, Interaction, Message, User,
};

use crate::chat::inbound::{Ack, Answerable, Inbound, Place, PlaceKind, What, Who};
use crate::domain::person::{Address, Chat, Identity};
use crate::outbox::delivery::MessageRef;

/// How long an interaction's token is good: 15 minutes, less what an answer needs to travel.
/// <https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages>
const ANSWER_FOR: SignedDuration = SignedDuration::from_secs(15 * 60 - 10);

/// What somebody did, before it is known how it will be acknowledged; `None` for what has no person in it.
#[must_use]
pub fn inbound(interaction: &Interaction, now: Timestamp) -> Option<Inbound> {
    match interaction {
        Interaction::Command(command) => Some(of_command(command, now)),
        Interaction::Component(component) => Some(of_component(component, now)),
        Interaction::Modal(modal) => Some(Inbound {
            at: now,
            done_at: None,
            from: Some(who(&modal.user, &modal.locale)),
            address: Some(address(modal.channel_id.to_string(), modal.guild_id)),
            place: Some(place(modal.guild_id)),
            what: What::Unknown { what: "a form".to_owned() },
            file: None,
            answer: None,
        }),
        Interaction::Ping(_) | Interaction::Autocomplete(_) | _ => None,
    }
}

/// What a frame of the gateway says, read as the library reads it; `None`: nothing that somebody did.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn of_frame(frame: &[u8], now: Timestamp) -> Option<Inbound> {
    use serenity::all::{Event, GatewayEvent};

    let GatewayEvent::Dispatch(_, event) = serde_json::from_slice(frame).ok()? else { return None };
    let Event::InteractionCreate(event) = event else { return None };
    let mut inbound = inbound(&event.interaction, now)?;
    inbound.answer = answerable(&event.interaction, Ack::Private, now);
    Some(inbound)
}

/// The right to answer.
#[must_use]
pub fn answerable(interaction: &Interaction, ack: Ack, now: Timestamp) -> Option<Answerable> {
    let (application, token) = match interaction {
        Interaction::Command(one) => (one.application_id, &one.token),
        Interaction::Component(one) => (one.application_id, &one.token),
        Interaction::Modal(one) => (one.application_id, &one.token),
        _ => return None,
    };
    Some(Answerable::Interaction {
        application: application.to_string(),
        token: token.clone(),
        until: now.checked_add(ANSWER_FOR).unwrap_or(Timestamp::MAX),
        ack,
    })
}

fn of_command(command: &CommandInteraction, now: Timestamp) -> Inbound {
    let args = args(&command.data);
    let rest: Vec<&str> = args.iter().map(|(_, value)| value.as_str()).collect();
    let file = command.data.resolved.attachments.values().next().map(|file| file.url.clone());
    Inbound {
        at: now,
        done_at: None,
        from: Some(who(&command.user, &command.locale)),
        address: Some(address(command.channel_id.to_string(), command.guild_id)),
        place: Some(place(command.guild_id)),
        what: What::Command { name: command.data.name.clone(), rest: rest.join(" "), args },
        file,
        answer: None,
    }
}

fn of_component(component: &ComponentInteraction, now: Timestamp) -> Inbound {
    let what = match component.data.kind {
        ComponentInteractionDataKind::Button => {
            What::Press { token: component.data.custom_id.clone(), message: Some(reference(&component.message, now)) }
        }
        _ => What::Unknown { what: "a choice from a list".to_owned() },
    };
    Inbound {
        at: now,
        done_at: None,
        from: Some(who(&component.user, &component.locale)),
        address: Some(address(component.channel_id.to_string(), component.guild_id)),
        place: Some(place(component.guild_id)),
        what,
        file: None,
        answer: None,
    }
}

/// Where a command is being typed.
#[must_use]
pub fn place_of(command: &CommandInteraction) -> Place {
    Place { address: address(command.channel_id.to_string(), command.guild_id), kind: place(command.guild_id) }
}

/// Options by name, in the order Discord sends them (that of the definition).
fn args(data: &CommandData) -> Vec<(String, String)> {
    fn flat(options: &[CommandDataOption], args: &mut Vec<(String, String)>) {
        for option in options {
            let value = match &option.value {
                // Discord nests these two deep at most; its own limit ends the recursion.
                CommandDataOptionValue::SubCommand(inner) | CommandDataOptionValue::SubCommandGroup(inner) => {
                    flat(inner, args);
                    continue;
                }
                CommandDataOptionValue::Autocomplete { value, .. } | CommandDataOptionValue::String(value) => {
                    value.clone()
                }
                CommandDataOptionValue::Boolean(value) => value.to_string(),
                CommandDataOptionValue::Integer(value) => value.to_string(),
                CommandDataOptionValue::Number(value) => value.to_string(),
                CommandDataOptionValue::User(id) => id.to_string(),
                CommandDataOptionValue::Channel(id) => id.to_string(),
                CommandDataOptionValue::Role(id) => id.to_string(),
                CommandDataOptionValue::Mentionable(id) => id.to_string(),
                // The file stands beside the command.
                CommandDataOptionValue::Attachment(_) | CommandDataOptionValue::Unknown(_) | _ => continue,
            };
            args.push((option.name.clone(), value));
        }
    }
    let mut all = Vec::new();
    flat(&data.options, &mut all);
    all
}

/// Who did it.
pub(super) fn who(user: &User, locale: &str) -> Who {
    Who {
        identity: Identity { chat: Chat::Discord, user: user.id.to_string() },
        name: user.global_name.clone().unwrap_or_else(|| user.name.clone()),
        locale: (!locale.is_empty()).then(|| locale.to_owned()),
        anonymous: false,
        bot: user.bot,
    }
}

fn address(place: String, guild: Option<GuildId>) -> Address {
    Address { chat: Chat::Discord, place, topic: None, guild: guild.map(|guild| guild.to_string()) }
}

fn place(guild: Option<GuildId>) -> PlaceKind {
    if guild.is_some() { PlaceKind::Group } else { PlaceKind::Private }
}

fn reference(message: &Message, now: Timestamp) -> MessageRef {
    MessageRef {
        place: message.channel_id.to_string(),
        message: message.id.to_string(),
        has_picture: !message.attachments.is_empty(),
        sent_at: Timestamp::from_second(message.timestamp.unix_timestamp()).unwrap_or(now),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_780_000_000).expect("an instant")
    }

    fn user() -> serde_json::Value {
        json!({"id": "42", "username": "maja", "global_name": "Maja Ek", "discriminator": "0", "avatar": null})
    }

    fn interaction(kind: u8, data: &serde_json::Value, extra: &serde_json::Value) -> Interaction {
        let mut given = json!({
            "id": "900", "application_id": "7", "type": kind, "data": data, "channel_id": "11", "token": "tok",
            "version": 1, "locale": "sv-SE", "entitlements": [], "attachment_size_limit": 10_485_760,
        });
        for (name, value) in extra.as_object().expect("an object") {
            given[name] = value.clone();
        }
        serde_json::from_value(given).expect("an interaction")
    }

    fn in_guild() -> serde_json::Value {
        json!({"guild_id": "5", "member": {
            "user": user(), "roles": [], "joined_at": "2026-01-01T00:00:00Z", "deaf": false, "mute": false, "flags": 0,
            "permissions": "0",
        }})
    }

    #[test]
    fn a_command_comes_with_its_options_by_name_and_as_a_line() {
        let data = json!({"id": "1", "name": "why", "type": 1, "options": [
            {"name": "alert", "type": 3, "value": "A7K2"}, {"name": "at", "type": 3, "value": "09:00"},
        ]});
        let got = inbound(&interaction(2, &data, &in_guild()), now()).expect("a person did it");
        assert_eq!(
            got.what,
            What::Command {
                name: "why".to_owned(),
                rest: "A7K2 09:00".to_owned(),
                args: vec![("alert".to_owned(), "A7K2".to_owned()), ("at".to_owned(), "09:00".to_owned())],
            }
        );
        let who = got.from.expect("somebody");
        assert_eq!((who.identity.to_string().as_str(), who.name.as_str()), ("discord:42", "Maja Ek"));
        let address = got.address.expect("somewhere");
        assert_eq!((address.place.as_str(), address.guild.as_deref()), ("11", Some("5")));
        assert_eq!(got.place, Some(PlaceKind::Group));
    }

    #[test]
    fn a_press_names_its_message_and_its_answer_ends_in_time() {
        let message = json!({
            "id": "77", "channel_id": "11", "author": user(), "content": "", "timestamp": "2026-05-01T00:00:00Z",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": [], "pinned": false, "type": 0,
        });
        let given = interaction(
            3,
            &json!({"custom_id": "p1-abc", "component_type": 2}),
            &json!({"user": user(), "message": message}),
        );
        let got = inbound(&given, now()).expect("a person did it");
        assert!(
            matches!(&got.what, What::Press { token, message: Some(at) } if token == "p1-abc" && at.message == "77")
        );
        assert_eq!(got.place, Some(PlaceKind::Private));
        let answer = answerable(&given, Ack::Private, now()).expect("answerable");
        assert!(!format!("{answer:?}").contains("tok"), "{answer:?}");
        assert!(
            matches!(answer, Answerable::Interaction { until, .. } if until < now() + SignedDuration::from_mins(15))
        );
    }
}
