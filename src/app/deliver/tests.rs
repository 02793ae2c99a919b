//! What is due for a room that is in no chat any more comes to an end too.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::app::config::Config;
use crate::chat::limits::Limits;
use crate::chat::telegram::TelegramBot;
use crate::outbox::delivery::MessageRef;
use crate::outbox::notice::Urgency;
use crate::store::memory::MemoryStore;
use crate::store::records::read_journal;
use crate::time::Clock;

const START: &str = "2026-03-20T12:00:00Z";

fn delivery(number: u64, message: Option<MessageRef>) -> Delivery {
    let start: Timestamp = START.parse().expect("an instant");
    Delivery {
        about: About::Ask(number),
        room: RoomId::new("dm-telegram-6004").expect("an id"),
        urgency: Urgency::Critical,
        cause: format!("ask/{number}"),
        wanted_revision: 2,
        told_revision: u32::from(message.is_some()),
        state: Stand::Due { not_before: start },
        message,
        maybe_repeat: false,
        expires_at: start + SignedDuration::from_hours(3),
        tries: 0,
        attempts: Vec::new(),
        generation: 0,
        earlier: None,
        marker: None,
    }
}

/// Delivers for so many hours, with nobody in the room, and answers what became of it.
async fn after(hours: i64, one: &Delivery) -> Stand {
    let (clock, mut driver) = Clock::simulated(START.parse().expect("an instant"));
    let config = Config::load(None, &[]).expect("the defaults");
    let core = Core::open(clock.clone(), Arc::new(MemoryStore::new()), config, 1).await.expect("opens");
    let mut transaction = Transaction::new();
    transaction.create(one).expect("kept");
    core.store.commit(transaction).await.expect("kept");
    let stop = CancellationToken::new();
    let limits = Limits::with(Chat::Telegram, core.config.limits.telegram);
    let bot = TelegramBot::new("http://127.0.0.1:9", SecretString::from("1:a"), clock.clone(), limits).expect("a bot");
    let chats = Arc::new(Chats { telegram: Some(Arc::new(bot)), ..Chats::default() });
    for chat in [Chat::Discord, Chat::Telegram] {
        let (core, chats, stop) = (Arc::clone(&core), Arc::clone(&chats), stop.clone());
        drop(clock.spawn(chat.as_str(), move |held| run(core, chats, chat, held, stop)));
    }
    driver.run_for(SignedDuration::from_hours(hours)).await.expect("nobody works");
    stop.cancel();
    let key = keys::delivery(&one.about, &one.room);
    let kept = load::<Delivery>(&*core.store, &key).await.expect("reads").expect("there");
    let lines = read_journal(&*core.store, 0, 100).await.expect("a journal");
    let ends = lines.iter().filter(|(_, line)| line.deed == "delivery_expired").count();
    assert_eq!(ends, usize::from(matches!(kept.value.state, Stand::Expired { .. })), "told once");
    kept.value.state
}

#[tokio::test]
async fn what_is_due_in_a_room_that_is_gone_expires_with_a_reason() {
    let start: Timestamp = START.parse().expect("an instant");
    let message = MessageRef { place: "6004".to_owned(), message: "7".to_owned(), has_picture: false, sent_at: start };
    for one in [delivery(152, None), delivery(153, Some(message))] {
        // The room may be bound again while it is news.
        assert!(matches!(after(2, &one).await, Stand::Due { .. }), "{one:?}");
        let state = after(4, &one).await;
        let Stand::Expired { reason, at } = &state else { panic!("{state:?}") };
        assert_eq!((reason.as_str(), *at), ("its room is in no chat any more", one.expires_at));
    }
}
