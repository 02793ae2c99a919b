//! An update of Telegram, as something a person did.

use jiff::{SignedDuration, Timestamp};
use teloxide::types::{Chat as TgChat, ChatMemberUpdated, Message, ThreadId, Update, UpdateKind, User};

use crate::chat::inbound::{Answerable, Inbound, PlaceKind, What, Who};
use crate::domain::person::{Address, Chat, Identity};
use crate::outbox::delivery::MessageRef;

/// How long a callback can be answered: the server forgets it after 150 seconds.
const CALLBACK_FOR: SignedDuration = SignedDuration::from_secs(150);

/// Reads one update. What cannot be read becomes [`What::Unknown`], never an error: it is kept and passed over.
#[must_use]
pub fn inbound(raw: &serde_json::Value, bot_name: &str, now: Timestamp) -> Inbound {
    // From text: the library's reader takes keys by reference and misses them in a tree.
    match serde_json::from_str::<Update>(&raw.to_string()) {
        Ok(update) => of_update(update, bot_name, now),
        Err(cause) => unknown(now, format!("not an update: {cause}")),
    }
}

fn of_update(update: Update, bot_name: &str, now: Timestamp) -> Inbound {
    match update.kind {
        UpdateKind::Message(message) => of_message(&message, bot_name, now),
        UpdateKind::CallbackQuery(query) => {
            let place = query.message.as_ref().map(|message| message.chat().clone());
            let message = query.message.as_ref().map(|message| MessageRef {
                place: message.chat().id.to_string(),
                message: message.id().0.to_string(),
                has_picture: message.regular_message().is_some_and(|message| message.photo().is_some()),
                sent_at: message.regular_message().map_or(now, |message| instant(message, now)),
            });
            let topic = query.regular_message().and_then(topic_of);
            Inbound {
                at: now,
                done_at: None,
                from: Some(who(&query.from, None)),
                address: place.as_ref().map(|chat| address(chat, topic)),
                place: place.as_ref().map(kind),
                what: match query.data {
                    Some(token) => What::Press { token, message },
                    None => What::Unknown { what: "a button without data".to_owned() },
                },
                file: None,
                answer: Some(Answerable::Callback {
                    id: query.id.0,
                    until: now.checked_add(CALLBACK_FOR).unwrap_or(Timestamp::MAX),
                }),
            }
        }
        UpdateKind::MyChatMember(change) => {
            let present = change.new_chat_member.is_present();
            of_member(&change, now, What::BotMembership { present })
        }
        UpdateKind::ChatMember(change) => {
            let what = What::Member {
                who: identity(&change.new_chat_member.user),
                present: change.new_chat_member.is_present(),
            };
            of_member(&change, now, what)
        }
        UpdateKind::Error(_) => unknown(now, "an update in a shape that is not known here".to_owned()),
        other => {
            let name: String = format!("{other:?}").chars().take_while(char::is_ascii_alphanumeric).collect();
            unknown(now, name)
        }
    }
}

fn of_message(message: &Message, bot_name: &str, now: Timestamp) -> Inbound {
    let text = message.text().or_else(|| message.caption());
    let what = if let Some(to) = message.migrate_to_chat_id() {
        What::Moved { to: to.to_string() }
    } else if let Some(user) = message.new_chat_members().and_then(|users| users.first()) {
        What::Member { who: identity(user), present: true }
    } else if let Some(user) = message.left_chat_member() {
        What::Member { who: identity(user), present: false }
    } else {
        match text.map(|text| command(text, bot_name)) {
            Some(Said::Command { name, rest }) => What::Command { name, rest, args: Vec::new() },
            Some(Said::ToAnother) => What::Unknown { what: "a command for another bot".to_owned() },
            Some(Said::Text(text)) => {
                What::Text { text, answers: message.reply_to_message().map(|message| message.id.0.to_string()) }
            }
            None => What::Unknown { what: "a message without text".to_owned() },
        }
    };
    let photo = message.photo().and_then(|sizes| sizes.last()).map(|photo| photo.file.id.0.clone());
    let document = message.document().map(|document| document.file.id.0.clone());
    Inbound {
        at: now,
        done_at: Some(instant(message, now)),
        from: message.from.as_ref().map(|user| who(user, message.sender_chat.as_ref())),
        address: Some(address(&message.chat, topic_of(message))),
        place: Some(kind(&message.chat)),
        what,
        file: photo.or(document),
        answer: None,
    }
}

fn of_member(change: &ChatMemberUpdated, now: Timestamp, what: What) -> Inbound {
    Inbound {
        at: now,
        done_at: None,
        from: Some(who(&change.from, None)),
        address: Some(address(&change.chat, None)),
        place: Some(kind(&change.chat)),
        what,
        file: None,
        answer: None,
    }
}

fn unknown(now: Timestamp, what: String) -> Inbound {
    let what = What::Unknown { what };
    Inbound { at: now, done_at: None, from: None, address: None, place: None, what, file: None, answer: None }
}

enum Said {
    Command { name: String, rest: String },
    ToAnother,
    Text(String),
}

/// `/name@Bot rest`, with the bot's name compared without case; a command for another bot is none of ours.
fn command(text: &str, bot_name: &str) -> Said {
    let Some(line) = text.trim_start().strip_prefix('/') else {
        return Said::Text(text.to_owned());
    };
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (name, to) = word.split_once('@').unwrap_or((word, bot_name));
    if !to.eq_ignore_ascii_case(bot_name) {
        return Said::ToAnother;
    }
    if name.is_empty() {
        return Said::Text(text.to_owned());
    }
    Said::Command { name: name.to_lowercase(), rest: rest.trim().to_owned() }
}

fn identity(user: &User) -> Identity {
    Identity { chat: Chat::Telegram, user: user.id.0.to_string() }
}

/// Users behind which anybody may be: the anonymous admin of a group, and posts in the name of a channel.
const ANONYMOUS: [u64; 2] = [1_087_968_824, 136_817_688];

fn who(user: &User, sender: Option<&TgChat>) -> Who {
    Who {
        identity: identity(user),
        name: user.full_name(),
        locale: user.language_code.clone(),
        anonymous: sender.is_some() || ANONYMOUS.contains(&user.id.0),
        bot: user.is_bot,
    }
}

fn kind(chat: &TgChat) -> PlaceKind {
    if chat.is_private() {
        PlaceKind::Private
    } else if chat.is_channel() {
        PlaceKind::Channel
    } else {
        PlaceKind::Group
    }
}

/// The topic a message was written in. Private chats can have topics too; those are not answered into.
fn topic_of(message: &Message) -> Option<ThreadId> {
    message.thread_id.filter(|_| message.is_topic_message && !message.chat.is_private())
}

fn address(chat: &TgChat, topic: Option<ThreadId>) -> Address {
    Address { chat: Chat::Telegram, place: chat.id.to_string(), topic: topic.map(|topic| topic.0.0), guild: None }
}

fn instant(message: &Message, now: Timestamp) -> Timestamp {
    Timestamp::from_second(message.date.timestamp()).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_780_000_000).expect("an instant")
    }

    fn message(extra: &serde_json::Value) -> serde_json::Value {
        let mut message = json!({
            "message_id": 5, "date": 1_779_999_000,
            "chat": {"id": -1001, "type": "supergroup", "title": "Team", "is_forum": true},
            "from": {"id": 42, "is_bot": false, "first_name": "Maja", "last_name": "Ek", "language_code": "sv"},
        });
        for (name, value) in extra.as_object().expect("an object") {
            message[name] = value.clone();
        }
        json!({"update_id": 1, "message": message})
    }

    #[track_caller]
    fn check(extra: &serde_json::Value, want: &What) {
        let got = inbound(&message(extra), "PlimsollBot", now());
        assert_eq!(&got.what, want, "{extra}");
    }

    fn command_of(name: &str, rest: &str) -> What {
        What::Command { name: name.to_owned(), rest: rest.to_owned(), args: Vec::new() }
    }

    #[test]
    fn messages_become_commands_texts_and_changes() {
        check(&json!({"text": "/why A7K2  at 9"}), &command_of("why", "A7K2  at 9"));
        check(&json!({"text": "/Why@plimsollbot A7K2"}), &command_of("why", "A7K2"));
        check(&json!({"text": "/why@OtherBot A7K2"}), &What::Unknown { what: "a command for another bot".to_owned() });
        check(&json!({"text": "it was the shop"}), &What::Text { text: "it was the shop".to_owned(), answers: None });
        check(&json!({"migrate_to_chat_id": -1002}), &What::Moved { to: "-1002".to_owned() });
    }

    #[test]
    fn who_and_where_are_told() {
        let got = inbound(
            &message(&json!({"text": "/status", "message_thread_id": 9, "is_topic_message": true})),
            "b",
            now(),
        );
        let who = got.from.expect("somebody");
        assert_eq!(
            (who.identity.to_string().as_str(), who.name.as_str(), who.locale.as_deref(), who.anonymous),
            ("telegram:42", "Maja Ek", Some("sv"), false)
        );
        let address = got.address.expect("somewhere");
        assert_eq!((address.place.as_str(), address.topic, got.place), ("-1001", Some(9), Some(PlaceKind::Group)));
    }

    #[test]
    fn an_anonymous_admin_is_nobody_in_particular() {
        let got = inbound(
            &message(&json!({
                "text": "/pause",
                "from": {"id": 1_087_968_824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"},
                "sender_chat": {"id": -1001, "type": "supergroup", "title": "Team"},
            })),
            "b",
            now(),
        );
        assert!(got.from.expect("somebody").anonymous);
    }

    #[test]
    fn a_press_carries_its_message_even_when_that_is_out_of_reach() {
        let press = |date: i64| {
            json!({"update_id": 2, "callback_query": {
                "id": "99", "chat_instance": "x", "data": "p1-abc",
                "from": {"id": 42, "is_bot": false, "first_name": "Maja"},
                "message": {"message_id": 5, "date": date, "chat": {"id": 42, "type": "private", "first_name": "Maja"}},
            }})
        };
        for date in [0, 1_779_999_000] {
            let got = inbound(&press(date), "b", now());
            let What::Press { token, message } = got.what else {
                panic!("{date}: {:?}", got.what);
            };
            assert_eq!((token.as_str(), message.expect("a message").message.as_str()), ("p1-abc", "5"));
            assert!(matches!(got.answer, Some(Answerable::Callback { id, .. }) if id == "99"));
        }
    }

    #[test]
    fn being_blocked_is_heard() {
        let user = json!({"id": 7, "is_bot": true, "first_name": "Bot"});
        let got = inbound(
            &json!({"update_id": 3, "my_chat_member": {
                "chat": {"id": 42, "type": "private", "first_name": "Maja"}, "date": 1_779_999_000,
                "from": {"id": 42, "is_bot": false, "first_name": "Maja"},
                "old_chat_member": {"user": user, "status": "member"},
                "new_chat_member": {"user": user, "status": "kicked", "until_date": 0},
            }}),
            "b",
            now(),
        );
        assert_eq!(got.what, What::BotMembership { present: false });
    }

    #[test]
    fn what_cannot_be_read_is_kept_as_unknown() {
        for raw in [
            json!({"update_id": 4, "message": {"message_id": "x"}}),
            json!({"update_id": 5, "new_thing": {}}),
            json!(7),
        ] {
            assert!(matches!(inbound(&raw, "b", now()).what, What::Unknown { .. }), "{raw}");
        }
    }
}
