//! A delivery as a message: composed at the moment it is sent, from what is kept then, for the room it goes to.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest as _, Sha256};

use super::core::Core;
use super::gallery::Gallery;
use super::records::ButtonRecord;
use super::{consent, groups, views};
use crate::domain::action::Proposal;
use crate::domain::person::{Audience, Identity, Room};
use crate::outbox::delivery::Delivery;
use crate::outbox::incident::{Incident, IncidentId};
use crate::outbox::notice::{About, Notice};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};
use crate::words::buttons::{ButtonPurpose, Composed};
use crate::words::message::{Block, Message, Run};
use crate::words::view::IncidentView;
use crate::words::wording::Reader;
use crate::words::{asking, by_hand, escalation, group, incident, offer, pictured, promotion, replies};

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
    /// What its picture shows, where it has one.
    shown: Option<IncidentView>,
}

impl Rendered {
    /// Draws the picture. It costs the most, so it is done once the delivery is ours. One that cannot be drawn is left out:
    /// the text says everything.
    pub fn draw(&mut self, room: &Room, gallery: &Gallery) {
        let Some(view) = self.shown.take() else { return };
        let sketch = pictured::picture(&view, &self.message.headline, &reader(room), room.audience);
        self.message.picture = sketch.and_then(Result::ok).and_then(|sketch| gallery.picture(sketch).ok());
    }
}

/// Who reads in a room.
#[must_use]
pub fn reader(room: &Room) -> Reader {
    Reader::new(&room.locale, &room.zone)
}

/// Composes a delivery. `None` when there is nothing that this room may be told.
#[expect(clippy::too_many_lines, reason = "one arm for each thing that can be told")]
pub async fn render(core: &Core, room: &Room, delivery: &Delivery) -> Result<Option<Rendered>, StoreError> {
    let reader = reader(room);
    let now = core.clock.now();
    // What takes an old message's place has its chart again, and is no first telling.
    let (picture, first) = (delivery.message.is_none(), delivery.message.is_none() && delivery.generation == 0);
    if !may_hear(core, room, &delivery.about).await? {
        return Ok(None);
    }
    let mut shown: Option<IncidentView> = None;
    let composed = match &delivery.about {
        About::Incident(id) | About::Level(id, _) => {
            let told = alert(core, room, id, (picture, first), now).await?;
            told.map(|(composed, view)| {
                // A message that is changed keeps the picture it has.
                shown = picture.then_some(view);
                composed
            })
        }
        About::Escalation(id, _) => passed_on(core, room, id, now).await?,
        About::Digest(..) => {
            let Some(kept) = load::<Notice>(&*core.store, &keys::notice(&delivery.about)).await? else {
                return Ok(None);
            };
            let page = groups::page(&kept.value, &room.id);
            super::digests::compose(core, room, kept.value.at, (&delivery.about, page)).await?
        }
        About::FollowUp(name) => super::follow_up::compose(core, name, &reader).await?,
        About::Regret(_, month) => super::regret::compose(core, room, *month).await?,
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
            let notice = load::<Notice>(&*core.store, &keys::notice(&delivery.about)).await?;
            let page = notice.map_or(0, |notice| groups::page(&notice.value, &room.id));
            let view = super::promotion::view(core, (rule, *version), Some(room), page).await?;
            view.map(|view| promotion::compose(&view, &reader, now))
        }
        About::Sample => super::setup::sample::render(core, room, &reader).await?,
        About::Group(_) => {
            let Some(kept) = load::<Notice>(&*core.store, &keys::notice(&delivery.about)).await? else {
                return Ok(None);
            };
            views::group(core, &kept.value, groups::page(&kept.value, &room.id), room.audience)
                .await?
                .map(|view| group::compose_group(&view, &reader, now))
        }
        About::Trouble(_) | About::Word(_) | About::Reply(_) => {
            let Some(kept) = load::<Notice>(&*core.store, &keys::notice(&delivery.about)).await? else {
                return Ok(None);
            };
            let wording = kept.value.wording.as_ref();
            wording.map(|wording| Composed::plain(replies::stored_at(wording, &reader, now)))
        }
    };
    let Some(mut composed) = composed else { return Ok(None) };
    if delivery.maybe_repeat {
        composed.message = incident::mark_repeat(composed.message, &reader);
    }
    let (message, mut buttons) =
        with_buttons(core, room, (&delivery.about, delivery.generation), composed, None).await?;
    if first
        && let Some(view) = &shown
        && let Some(creator) = &view.incident.creator
    {
        // A tip is given when it is told.
        let whose = (creator, view.incident.brand.as_ref(), Some(&view.incident.id));
        super::tipping::give(core, &mut buttons, whose, &view.tips).await?;
    }
    let marker = match &delivery.about {
        About::Incident(id) | About::Level(id, _) | About::Group(id) => id.to_string(),
        About::Ask(_)
        | About::Deed(_)
        | About::Offer(_)
        | About::OfferOver(_)
        | About::Word(_)
        | About::Promotion(..)
        | About::Sample
        | About::Trouble(_)
        | About::Escalation(..)
        | About::Digest(..)
        | About::Regret(..)
        | About::FollowUp(_)
        | About::Reply(_) => message.headline.clone(),
    };
    Ok(Some(Rendered { message, buttons, more: more_line(&reader), marker, shown }))
}

/// An alert, with its chart where it is told for the first time.
async fn alert(
    core: &Core,
    room: &Room,
    id: &IncidentId,
    (picture, first): (bool, bool),
    now: jiff::Timestamp,
) -> Result<Option<(Composed, IncidentView)>, StoreError> {
    let reader = reader(room);
    let Some(kept) = load::<Incident>(&*core.store, &keys::incident(id)).await? else { return Ok(None) };
    let view = views::incident(core, kept.value, picture).await?;
    // What a client was never sent need not be taken back.
    if first && room.audience == Audience::Client && !view.incident.released {
        return Ok(None);
    }
    let Some(composed) = incident::compose(&view, &reader, room.audience, now) else { return Ok(None) };
    Ok(Some((composed, view)))
}

/// An alert that nobody took, where it was passed on to.
async fn passed_on(
    core: &Core,
    room: &Room,
    id: &IncidentId,
    now: jiff::Timestamp,
) -> Result<Option<Composed>, StoreError> {
    let reader = reader(room);
    let Some(kept) = load::<Incident>(&*core.store, &keys::incident(id)).await? else { return Ok(None) };
    let unattended = kept.value.is_unattended().then_some(kept.value.opened_at);
    let view = views::incident(core, kept.value, false).await?;
    let composed = incident::compose(&view, &reader, room.audience, now);
    Ok(composed.map(|composed| escalation::mark(composed, unattended, &reader, now)))
}

/// Whether the person whose direct message this is may still hear of an incident: a role that was taken away ends at once.
async fn may_hear(core: &Core, room: &Room, about: &About) -> Result<bool, StoreError> {
    let (Some(person), About::Incident(id) | About::Escalation(id, _)) = (&room.person, about) else { return Ok(true) };
    let Some(kept) = load::<Incident>(&*core.store, &keys::incident(id)).await? else { return Ok(false) };
    let state = core.state.lock().await;
    Ok(state.catalog.hears(person, kept.value.brand.as_ref(), kept.value.campaign.as_ref()))
}

/// The line for what did not fit. The number is filled in by the renderer, so it is asked for as a word.
#[must_use]
pub fn more_line(reader: &Reader) -> String {
    let said = crate::words::wording::say!(reader.words(), "behind-why", count = 7);
    said.replace('7', "{count}")
}

/// Gives every button its token, and keeps what it means. The token of a purpose in a room is always the same, so an edit
/// changes no button and a repeat adds none. `asker`: who reads it as an answer; what decides about money is theirs alone,
/// and only for a moment.
pub async fn with_buttons(
    core: &Core,
    room: &Room,
    (about, generation): (&About, u32),
    mut composed: Composed,
    asker: Option<&Identity>,
) -> Result<(Message, Transaction), StoreError> {
    let now = core.clock.now();
    let minutes = core.config.people.confirm_minutes;
    let bound = |purpose: &ButtonPurpose| asker.filter(|_| consent::is_bound(purpose)).map(ToString::to_string);
    let until = |purpose: &ButtonPurpose| {
        let long = match purpose {
            ButtonPurpose::Level { .. } => LEVEL_BUTTON_FOR,
            bound if asker.is_some() && consent::is_bound(bound) => jiff::SignedDuration::from_mins(i64::from(minutes)),
            _ => BUTTON_FOR,
        };
        now.checked_add(long).unwrap_or(jiff::Timestamp::MAX)
    };
    if composed.purposes.iter().flatten().any(|purpose| bound(purpose).is_some()) {
        let text = crate::words::consent::expires(minutes, &reader(room));
        composed.message.blocks.push(Block { weight: 0, lines: vec![vec![Run::Plain(text)]] });
    }
    let mut records: Vec<ButtonRecord> = Vec::new();
    let message = composed.with_tokens(|purpose| {
        // A question that was asked anew is another question.
        let asked = bound(purpose).map(|who| format!("{who}\0{now}")).unwrap_or_default();
        // Nor does a button of an old message do what one of the new message does.
        let asked = if 0 < generation { format!("{asked}\0{generation}") } else { asked };
        let token = token(room, about, purpose, &asked);
        records.push(ButtonRecord {
            token: token.clone(),
            room: room.id.clone(),
            about: about.clone(),
            purpose: purpose.clone(),
            bound: bound(purpose),
            generation,
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

fn token(room: &Room, about: &About, purpose: &ButtonPurpose, asked: &str) -> String {
    // A purpose is plain data; the fallback only keeps two of them apart.
    let meaning = serde_json::to_string(purpose).unwrap_or_else(|_| format!("{purpose:?}"));
    let digest = Sha256::digest(format!("{}\0{about}\0{meaning}{asked}", room.id).as_bytes());
    BASE32_NOPAD.encode(digest.get(..15).unwrap_or_default())
}
