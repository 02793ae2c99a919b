//! What a button carries: the data of a press as both platforms hand it over, and what is kept of it.

use serde_json::json;

use super::{Became, now, same_again, wait};
use crate::app::records::ButtonRecord;
use crate::chat::discord::interactions;
use crate::chat::inbound::{Inbound, What};
use crate::chat::telegram::updates;
use crate::outbox::notice::About;
use crate::store::memory::MemoryStore;
use crate::store::records::load;
use crate::store::{Store as _, Transaction};
use crate::words::buttons::ButtonPurpose;

/// Data that belongs to a button here.
const OURS: [&str; 2] = ["b1-abc", "b2-4F7K2QX"];

/// Data is a token, or, after `{`, the JSON of what a button means as it is kept.
pub(super) fn run(bytes: &[u8]) -> Became {
    if bytes.first() == Some(&b'{') {
        let Ok(purpose) = serde_json::from_slice::<ButtonPurpose>(bytes) else { return Became::Refused };
        assert_eq!(same_again(&purpose), purpose);
        let _ = purpose.needs();
        return Became::Taken;
    }
    let Ok(token) = std::str::from_utf8(bytes) else { return Became::Refused };
    for inbound in [telegram(token), discord(token)] {
        assert_eq!(same_again(&inbound), inbound, "a press is kept as it came");
        assert!(matches!(&inbound.what, What::Press { token: carried, .. } if carried == token), "{:?}", inbound.what);
    }
    // Whatever is pressed, only a button that is there is found, and none is made.
    let found = wait(found(token));
    assert_eq!(found.as_deref(), OURS.contains(&token).then_some(token));
    Became::of(found.is_some())
}

async fn found(token: &str) -> Option<String> {
    let store = MemoryStore::new();
    let mut transaction = Transaction::new();
    for token in OURS {
        transaction.create(&button(token)).expect("a button");
    }
    store.commit(transaction).await.expect("kept");
    let read = load::<ButtonRecord>(&store, token.as_bytes()).await.expect("a key of any bytes is looked up");
    read.map(|button| button.value.token)
}

fn button(token: &str) -> ButtonRecord {
    ButtonRecord {
        token: token.to_owned(),
        room: "team".parse().expect("an id"),
        about: About::Word("greeting".to_owned()),
        purpose: ButtonPurpose::Ask { command: "/status".to_owned() },
        bound: None,
        generation: 0,
        expires_at: now(),
    }
}

fn telegram(data: &str) -> Inbound {
    let raw = json!({"update_id": 2, "callback_query": {
        "id": "99", "chat_instance": "x", "data": data, "from": {"id": 42, "is_bot": false, "first_name": "Maja"},
        "message": {"message_id": 5, "date": 0, "chat": {"id": 42, "type": "private", "first_name": "Maja"}},
    }});
    updates::inbound(&raw, "PlimsollBot", now())
}

fn discord(data: &str) -> Inbound {
    let author = json!({"id": "7", "username": "plimsoll", "discriminator": "0001", "avatar": null, "bot": true});
    let frame = json!({"op": 0, "s": 3, "t": "INTERACTION_CREATE", "d": {
        "id": "11", "application_id": "7", "type": 3, "token": "tok", "version": 1, "channel_id": "21", "locale": "sv-SE",
        "app_permissions": "0", "entitlements": [], "attachment_size_limit": 10_485_760, "context": 1, "authorizing_integration_owners": {},
        "user": {"id": "42", "username": "maja", "discriminator": "0", "avatar": null},
        "data": {"custom_id": data, "component_type": 2},
        "message": {
            "id": "31", "channel_id": "21", "author": author, "content": "", "timestamp": "2026-05-28T20:26:40Z",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": [], "pinned": false, "type": 0,
        },
    }});
    interactions::of_frame(frame.to_string().as_bytes(), now()).expect("a press")
}
