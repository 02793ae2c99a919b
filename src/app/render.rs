//! A delivery as a message: composed at the moment it is sent, from what is kept then, for the room it goes to.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest as _, Sha256};

use super::core::Core;
use super::records::ButtonRecord;
use super::views;
use crate::domain::action::Proposal;
use crate::domain::person::Room;
use crate::outbox::delivery::Delivery;
use crate::outbox::incident::Incident;
use crate::outbox::notice::{About, Notice};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};
use crate::words::buttons::{ButtonPurpose, Composed};
use crate::words::message::Message;
use crate::words::wording::Reader;
use crate::words::{asking, by_hand, chart, group, incident, offer, promotion, replies};

/// How long a button works: an incident that nobody touched for a month is answered by a command.
const BUTTON_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// About a level a person is asked for as long as it takes: an objection stops the clock until somebody answers.
const LEVEL_BUTTON_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(366 * 24);

/// A message, and what must be kept before it is sent.
#[derive(Debug)]
pub struct Rendered {
    /// The message, its buttons with tokens.
    pub message: Message,
    /// Records of the buttons that are new.
    pub buttons: Transaction,
    /// The line for what did not fit, with `{count}` where the number goes.
    pub more: String,
    /// What finds it in a history: its incident's id, or its first line.
    pub marker: String,
}

/// Who reads in a room.
#[must_use]
pub fn reader(room: &Room) -> Reader {
    Reader::new(&room.locale, &room.zone)
}

/// Composes a delivery. `None` when there is nothing that this room may be told.
pub async fn render(core: &Core, room: &Room, delivery: &Delivery) -> Result<Option<Rendered>, StoreError> {
    let reader = reader(room);
    let now = core.clock.now();
    let first = delivery.message.is_none();
    let composed = match &delivery.about {
        About::Incident(id) | About::Level(id, _) => {
            let Some(kept) = load::<Incident>(&*core.store, &keys::incident(id)).await? else { return Ok(None) };
            let view = views::incident(core, kept.value, first).await?;
            let Some(mut composed) = incident::compose(&view, &reader, room.audience, now) else { return Ok(None) };
            if let Some(drawing) = &view.chart {
                // A picture that cannot be drawn is left out; the text says everything.
                composed.message.picture = chart::render(drawing, &composed.message.headline, &reader).ok();
            }
            Some(composed)
        }
        About::Ask(number) => {
            let Some(kept) = load::<Proposal>(&*core.store, &keys::number(*number)).await? else { return Ok(None) };
            let view = super::asking::view(&*core.state.lock().await, &kept.value);
            let composed = view.and_then(|view| asking::compose(&view, &reader, room.audience, now));
            composed.map(|mut composed| {
                if delivery.maybe_repeat {
                    composed.message = incident::mark_repeat(composed.message, &reader);
                }
                composed
            })
        }
        About::Deed(number) => {
            let Some(kept) = load::<Proposal>(&*core.store, &keys::number(*number)).await? else { return Ok(None) };
            let view = super::by_hand::view(&*core.state.lock().await, &kept.value);
            by_hand::compose(&view, &reader, now)
        }
        About::Offer(number) | About::OfferOver(number) => {
            let over = matches!(delivery.about, About::OfferOver(_));
            let view = super::offers::kept_view(core, *number).await?;
            view.and_then(|view| offer::compose(&view, over, &reader, room.audience, now))
        }
        About::Promotion(rule, version) => {
            let view = super::promotion::view(core, rule, *version).await?;
            view.map(|view| promotion::compose(&view, &reader, now))
        }
        About::Group(_) => {
            let Some(kept) = load::<Notice>(&*core.store, &keys::notice(&delivery.about)).await? else {
                return Ok(None);
            };
            views::group(core, &kept.value, 0).await?.map(|view| group::compose_group(&view, &reader, now))
        }
        About::Trouble(_) | About::Word(_) | About::Reply(_) => {
            let Some(kept) = load::<Notice>(&*core.store, &keys::notice(&delivery.about)).await? else {
                return Ok(None);
            };
            kept.value.wording.as_ref().map(|wording| Composed::plain(replies::stored(wording, &reader)))
        }
    };
    let Some(mut composed) = composed else { return Ok(None) };
    if delivery.maybe_repeat {
        composed.message = incident::mark_repeat(composed.message, &reader);
    }
    let (message, buttons) = with_buttons(core, room, &delivery.about, composed).await?;
    let marker = match &delivery.about {
        About::Incident(id) | About::Level(id, _) | About::Group(id) => id.to_string(),
        About::Ask(_)
        | About::Deed(_)
        | About::Offer(_)
        | About::OfferOver(_)
        | About::Word(_)
        | About::Promotion(..)
        | About::Trouble(_)
        | About::Reply(_) => message.headline.clone(),
    };
    Ok(Some(Rendered { message, buttons, more: more_line(&reader), marker }))
}

/// The line for what did not fit. The number is filled in by the renderer, so it is asked for as a word.
#[must_use]
pub fn more_line(reader: &Reader) -> String {
    let said = crate::words::wording::say!(reader.words(), "behind-why", count = 7);
    said.replace('7', "{count}")
}

/// Gives every button its token, and keeps what it means. The token of a purpose in a room is always the same, so an edit
/// changes no button and a repeat adds none.
pub async fn with_buttons(
    core: &Core,
    room: &Room,
    about: &About,
    composed: Composed,
) -> Result<(Message, Transaction), StoreError> {
    let until = |purpose: &ButtonPurpose| {
        let long = if matches!(purpose, ButtonPurpose::Level { .. }) { LEVEL_BUTTON_FOR } else { BUTTON_FOR };
        core.clock.now().checked_add(long).unwrap_or(jiff::Timestamp::MAX)
    };
    let mut records: Vec<ButtonRecord> = Vec::new();
    let message = composed.with_tokens(|purpose| {
        let token = token(room, about, purpose);
        records.push(ButtonRecord {
            token: token.clone(),
            room: room.id.clone(),
            about: about.clone(),
            purpose: purpose.clone(),
            expires_at: until(purpose),
        });
        token
    });
    let mut transaction = Transaction::new();
    for record in records {
        if load::<ButtonRecord>(&*core.store, record.token.as_bytes()).await?.is_none() {
            transaction.create(&record)?;
        }
    }
    Ok((message, transaction))
}

fn token(room: &Room, about: &About, purpose: &ButtonPurpose) -> String {
    // A purpose is plain data; the fallback only keeps two of them apart.
    let meaning = serde_json::to_string(purpose).unwrap_or_else(|_| format!("{purpose:?}"));
    let digest = Sha256::digest(format!("{}\0{about}\0{meaning}", room.id).as_bytes());
    BASE32_NOPAD.encode(digest.get(..15).unwrap_or_default())
}
