//! Answers: in place where that is possible, as a message where it is not, and never in the way of the next one who asks.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;

use super::Said;
use crate::app::core::Core;
use crate::app::records::InboxRecord;
use crate::app::render;
use crate::chat::error::SendError;
use crate::chat::inbound::{Answerable, Inbound, PlaceKind, What};
use crate::chat::{Chats, SendOptions};
use crate::domain::person::Address;
use crate::outbox::notice::About;
use crate::store::StoreError;
use crate::time::Held;
use crate::words::message::Message;

/// Answers sent as messages wait for the room's limit this often at most; what still finds no room then is dropped, and
/// the person asks again. A busy group takes 20 a minute, and the alerts want them too. Twice what a person may ask for at
/// once (`limits.person.burst`): who stops money after that is still answered.
const ANSWER_TRIES: u32 = 40;

/// A button whose work is seen elsewhere stops turning all the same.
pub(super) async fn hush(chats: &Chats, inbound: &Inbound) {
    let (Some(place @ Answerable::Callback { .. }), What::Press { .. }) = (&inbound.answer, &inbound.what) else {
        return;
    };
    let options = SendOptions { more: "", key: "answer", revision: 0 };
    if let Err(error) = chats.answer(place, &Message::default(), false, &options).await {
        tracing::info!(error = &error as &dyn std::error::Error, "could not answer in place");
    }
}

/// Whether something was said in a room, or to the bot alone: whoever reads an answer there may read it. In any other
/// place an answer that was for one person is not said aloud; they ask again.
async fn is_room(core: &Core, inbound: &Inbound) -> bool {
    let Some(address) = &inbound.address else { return false };
    inbound.place == Some(PlaceKind::Private)
        || core.state.lock().await.catalog.room_at(address.chat, &address.place, address.topic).is_some()
}

/// Answers in place where that is possible, and as a message where it is not.
pub(super) async fn say(
    core: &Core,
    chats: &Arc<Chats>,
    inbound: &Inbound,
    said: Said,
    key: String,
) -> Result<(), StoreError> {
    let about = (&About::Reply(0), 0);
    let asker = inbound.from.as_ref().map(|who| who.identity.clone());
    let (message, buttons) = render::with_buttons(core, &said.room, about, said.composed, asker.as_ref()).await?;
    if !buttons.writes.is_empty() {
        core.store.commit(buttons).await?;
    }
    let more = render::more_line(&render::reader(&said.room));
    let options = SendOptions { more: &more, key: &key, revision: 0 };
    // A question is no line that passes: it has buttons of its own.
    let aloud = said.aloud || !message.buttons.is_empty();
    let mut also_aloud = true;
    if let Some(place) = &inbound.answer {
        // A callback shows one short line; a Discord interaction takes the whole answer.
        let short = matches!(place, Answerable::Callback { .. });
        also_aloud = short && aloud;
        match chats.answer(place, &message, !aloud && short, &options).await {
            Ok(()) if !also_aloud => return Ok(()),
            Ok(()) => {}
            Err(error) => {
                also_aloud |= !short && is_room(core, inbound).await;
                tracing::info!(error = &error as &dyn std::error::Error, "could not answer in place");
            }
        }
    }
    let Some(address) = inbound.address.clone().filter(|_| also_aloud) else { return Ok(()) };
    let parts = Chats::whole(address.chat, message).into_iter().zip(0_u32..);
    let mut parts: VecDeque<(Message, String)> =
        parts.map(|(part, at)| (part, if at == 0 { key.clone() } else { format!("{key} {at}") })).collect();
    if let Some(until) = say_aloud(chats, &mut parts, &address, &more).await {
        // The next one who asks does not wait for this room's limits.
        let (chats, name) = (Arc::clone(chats), format!("answer {}", said.room.id));
        drop(core.clock.spawn(name, move |held| say_later(chats, parts, address, more, held, until)));
    }
    Ok(())
}

/// What names the answer to something that was kept: tried again it is the same one, and Discord shows it once; whatever else
/// is said has another.
pub(super) fn key_of(record: &InboxRecord) -> String {
    format!("answer {} {} {}", record.chat.as_str(), record.bot, record.id)
}

/// Sends the messages of an answer, each with its key, and takes those off that went; answers when to try again, if the
/// room takes nothing now.
async fn say_aloud(
    chats: &Chats,
    parts: &mut VecDeque<(Message, String)>,
    address: &Address,
    more: &str,
) -> Option<Timestamp> {
    while let Some((message, key)) = parts.front() {
        let options = SendOptions { more, key, revision: 0 };
        match chats.send(message, address, &options).await {
            Ok(_) => {}
            Err(SendError::SlowDown { until, .. }) => return Some(until),
            Err(error) => {
                tracing::info!(error = &error as &dyn std::error::Error, "could not send an answer");
                return None;
            }
        }
        parts.pop_front();
    }
    None
}

async fn say_later(
    chats: Arc<Chats>,
    mut parts: VecDeque<(Message, String)>,
    address: Address,
    more: String,
    mut held: Held,
    mut until: Timestamp,
) {
    for _ in 0..ANSWER_TRIES {
        held.sleep_until(until).await;
        match say_aloud(&chats, &mut parts, &address, &more).await {
            Some(later) => until = later,
            None => return,
        }
    }
    tracing::warn!(place = address.place, "a room takes nothing; an answer is dropped and must be asked for again");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::person::Chat;

    #[track_caller]
    fn check(one: (Chat, &str, &str), other: (Chat, &str, &str), same: bool) {
        let key = |(chat, bot, id): (Chat, &str, &str)| {
            let (bot, id) = (bot.to_owned(), id.to_owned());
            key_of(&InboxRecord { chat, bot, id, inbound: None, at: Timestamp::UNIX_EPOCH, too_much: None })
        };
        assert_eq!(key(one) == key(other), same, "{one:?} and {other:?}");
    }

    #[test]
    fn two_things_that_were_asked_have_two_answers() {
        let asked = (Chat::Discord, "7", "11");
        check(asked, asked, true);
        check(asked, (Chat::Discord, "7", "12"), false);
        check(asked, (Chat::Discord, "8", "11"), false);
        check(asked, (Chat::Telegram, "7", "11"), false);
    }
}
