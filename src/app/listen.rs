//! The listener: takes what people did out of the inbox, checks who they are and what they may, does it, and answers.
//!
//! Owns: the check, made again for every command and every button. Survives: a kill at any point. What was kept is
//! answered after the restart; effects are safe to repeat, and a repeated update is recognised by its row.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::catalog::{About, Catalog};
use super::choosing;
use super::commands::{self, Asked};
use super::core::Core;
use super::deciding;
use super::ears::{Ears, answers_aloud};
use super::people::Speaker;
use super::records::{ButtonRecord, INBOX_KEPT, InboxRecord};
use super::resolve::{Meant, resolve};
use super::{deliver, groups, pieces, render, trouble};
use crate::chat::Chats;
use crate::chat::inbound::{Alarm, Inbound, PlaceKind, What};
use crate::domain::action::Proposal;
use crate::domain::ids::RoomId;
use crate::domain::offer::Offer;
use crate::domain::person::{Address, Audience, Chat, Person, Reach, Room};
use crate::outbox::incident::Incident;
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Table, Transaction, keys};
use crate::words::buttons::{ButtonPurpose, Composed};
use crate::words::command::{Command, Name, Needs, from_options, parse};
use crate::words::message::Message;
use crate::words::permission::{Ask, Decision, Facts, Membership, Reason, may};
use crate::words::replies::{self, Reply};
use crate::words::trouble::Trouble;
use crate::words::wording::Reader;

mod asked;
mod paging;
mod saying;

use asked::{incident_asked, offer_asked, subject_asked};
use paging::{hanging, open_here};
use saying::{hush, say};

/// Rows of what is not answered that are looked at together.
const PAGE: usize = 100;

/// Answers everything that waits on a platform, oldest first.
pub async fn round(core: &Arc<Core>, chats: &Arc<Chats>, ears: &Ears, chat: Chat) -> Result<(), StoreError> {
    for alarm in ears.take_alarms() {
        hear(core, alarm).await?;
    }
    while let Some(record) = oldest(core, chat).await? {
        answer(core, chats, record).await?;
    }
    Ok(())
}

/// The oldest thing from a platform that is not answered.
async fn oldest(core: &Core, chat: Chat) -> Result<Option<Loaded<InboxRecord>>, StoreError> {
    let (mut from, until) = keys::all();
    loop {
        let rows = core.store.scan(Table::Unanswered, &from, &until, PAGE).await?;
        for (row, _) in &rows {
            let (_, key) = keys::read_due(row)?;
            if let Some(record) = load::<InboxRecord>(&*core.store, &key).await?
                && record.value.chat == chat
            {
                return Ok(Some(record));
            }
        }
        match rows.last() {
            Some((last, _)) if PAGE <= rows.len() => from = keys::after(last),
            _ => return Ok(None),
        }
    }
}

async fn hear(core: &Core, alarm: Alarm) -> Result<(), StoreError> {
    match alarm {
        Alarm::OtherPoller { chat, .. } => {
            trouble::begin(core, &Trouble::OtherPoller { bot: chat.title().to_owned() }).await
        }
        Alarm::BadToken { chat, .. } => {
            trouble::begin(core, &Trouble::TokenRefused { source: chat.title().to_owned() }).await
        }
        Alarm::OtherPollerGone { chat } => {
            core.journal(core.line("other_poller_gone", format!("chat/{}", chat.as_str()), json!({}))).await?;
            trouble::end(core, &format!("other_poller/{}", chat.title())).await.map(drop)
        }
        Alarm::Unreadable { chat, id, reason } => {
            let detail = json!({ "id": id, "reason": reason });
            core.journal(core.line("update_unreadable", format!("chat/{}", chat.as_str()), detail)).await
        }
    }
}

/// Marks what was answered. Its row stays, so that a repeat of the same update is recognised; old rows are dropped here.
async fn done(core: &Core, mut record: Loaded<InboxRecord>) -> Result<(), StoreError> {
    record.value.inbound = None;
    let mut transaction = Transaction::new();
    transaction.update(&record)?;
    match core.store.commit(transaction).await {
        Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Forgets answered rows older than [`INBOX_KEPT`].
pub async fn forget(core: &Core) -> Result<(), StoreError> {
    let oldest = core.clock.now().checked_sub(INBOX_KEPT).unwrap_or(Timestamp::MIN);
    let all = crate::store::records::scan_all::<InboxRecord>(&*core.store).await?;
    for record in all.iter().filter(|record| record.value.inbound.is_none() && record.value.at < oldest) {
        let mut transaction = Transaction::new();
        transaction.delete(record);
        core.store.commit(transaction).await?;
    }
    Ok(())
}

async fn answer(core: &Arc<Core>, chats: &Arc<Chats>, record: Loaded<InboxRecord>) -> Result<(), StoreError> {
    let Some(inbound) = record.value.inbound.clone() else { return done(core, record).await };
    let said = match &inbound.what {
        _ if record.value.too_much.is_some() => too_much(core, &inbound, record.value.too_much.unwrap_or(0)).await,
        What::Command { name, rest, args } => {
            let text = format!("/{name} {rest}");
            let (parsed, text) = if args.is_empty() {
                (parse(text.trim()), text.trim())
            } else {
                (Name::typed(name).map_or_else(|| parse(name), |name| from_options(name, args)), "")
            };
            Box::pin(asked_command(core, chats, &inbound, (parsed, text))).await?
        }
        // In a group people talk to each other; only in a direct message is every line meant for us.
        What::Text { text, .. } if inbound.place == Some(PlaceKind::Private) => {
            Box::pin(asked_command(core, chats, &inbound, (parse(text), text))).await?
        }
        What::Press { token, .. } => Box::pin(pressed(core, chats, &inbound, token)).await?,
        What::Moved { to } => {
            if let Some(address) = &inbound.address {
                deliver::moved(core, address, to).await?;
            }
            None
        }
        What::BotMembership { present } => {
            if let (Some(address), true) = (&inbound.address, *present) {
                chats.reopen(address);
            }
            None
        }
        What::Text { .. } | What::Member { .. } | What::Unknown { .. } => None,
    };
    // Marked before it is answered: an answer that is lost is asked for again by its person, an effect is not repeated.
    let key = saying::key_of(&record.value);
    done(core, record).await?;
    let Some(said) = said else {
        hush(chats, &inbound).await;
        return Ok(());
    };
    say(core, chats, &inbound, said, key).await
}

/// What is answered, and how.
struct Said {
    composed: Composed,
    room: Room,
    /// Also as a message, where a short line in place does not hold it.
    aloud: bool,
}

/// Says that it was too much at once, and for how long nothing is heard.
async fn too_much(core: &Core, inbound: &Inbound, secs: u32) -> Option<Said> {
    let (_, _, _, room) = who(core, inbound).await?;
    let reader = render::reader(&room);
    let composed = Composed::plain(Reply::TooMuch { secs }.say(&reader, core.clock.now()));
    Some(Said { composed, room, aloud: !matches!(inbound.what, What::Press { .. }) })
}

async fn who(core: &Core, inbound: &Inbound) -> Option<(Speaker, Option<Person>, Option<Room>, Room)> {
    let (from, address) = (inbound.from.clone()?, inbound.address.clone()?);
    if from.bot {
        return None;
    }
    let direct = inbound.place == Some(PlaceKind::Private);
    let state = core.state.lock().await;
    let person = if from.anonymous { None } else { state.catalog.person_of(&from.identity).cloned() };
    let room = state.catalog.room_at(address.chat, &address.place, address.topic);
    let room = room.and_then(|room| state.catalog.heard_as(&room.id));
    let speaker =
        Speaker { identity: from.identity, name: from.name, locale: from.locale, address: address.clone(), direct };
    // A direct message that is no room of its own is answered as one.
    let place = room.clone().unwrap_or_else(|| Room {
        id: direct_id(&address),
        address: Some(address),
        audience: state.catalog.audience_of(person.as_ref()),
        brand: None,
        campaign: None,
        creator: person.as_ref().and_then(|one| one.creator.clone()),
        locale: person
            .as_ref()
            .and_then(|one| one.locale.clone())
            .or_else(|| speaker.locale.clone())
            .unwrap_or_else(|| "en".to_owned()),
        zone: "UTC".to_owned(),
        quiet: None,
        closed: None,
        closed_at: None,
        person: None,
        habits: crate::domain::habits::Habits::default(),
    });
    Some((speaker, person, room, place))
}

fn direct_id(address: &Address) -> RoomId {
    let text = format!("dm-{}-{}", address.chat.as_str(), address.place.trim_start_matches('-'));
    // A place is digits and a sign, so this is an id; the fallback never comes up.
    RoomId::new(&text).unwrap_or_else(|_| fallback_room())
}

fn fallback_room() -> RoomId {
    #[expect(clippy::expect_used, reason = "a constant that is an id")]
    RoomId::new("dm").expect("`dm` is an id")
}

async fn asked_command(
    core: &Core,
    chats: &Chats,
    inbound: &Inbound,
    (parsed, typed): (Result<Command, crate::words::command::Teach>, &str),
) -> Result<Option<Said>, StoreError> {
    let Some((speaker, person, room, place)) = who(core, inbound).await else { return Ok(None) };
    let reader = render::reader(&place);
    let asked =
        Asked { person, speaker, audience: place.audience, reader, confirmed: false, file: inbound.file.clone() };
    let composed = match parsed {
        Err(teach) => choosing::teach(core, &asked, &teach, typed).await?,
        Ok(command) => permitted(core, Some(chats), &asked, room.as_ref(), command).await?,
    };
    Ok(Some(Said { composed, room: place, aloud: true }))
}

/// Checks that a command may be carried out, and carries it out; a refusal is polite and journaled.
pub async fn permitted(
    core: &Core,
    chats: Option<&Chats>,
    asked: &Asked,
    room: Option<&Room>,
    command: Command,
) -> Result<Composed, StoreError> {
    let name = command.name();
    match check(core, chats, asked, room, Ask::Command(&command)).await? {
        Decision::Allowed => {
            let _turn = core.turn.lock().await;
            commands::execute(core, asked, command).await
        }
        Decision::Refused { reason } => {
            refuse(core, asked, &format!("command/{}", name.as_str()), reason).await.map(Composed::plain)
        }
    }
}

pub(super) async fn refuse(core: &Core, asked: &Asked, what: &str, reason: Reason) -> Result<Message, StoreError> {
    let detail = json!({ "who": asked.speaker.identity.to_string(), "reason": reason.key() });
    core.journal(core.line_by(&asked.actor(), "refused", what, detail)).await?;
    Ok(replies::refusal(reason, &asked.reader))
}

/// Whether somebody may do something, as things are now.
pub async fn check(
    core: &Core,
    chats: Option<&Chats>,
    asked: &Asked,
    room: Option<&Room>,
    ask: Ask<'_>,
) -> Result<Decision, StoreError> {
    let mut facts = facts_of(core, asked, room, ask).await?;
    let (grants, known) = {
        let state = core.state.lock().await;
        (state.catalog.grants.clone(), room.is_some())
    };
    let money = matches!(ask.needs(), Needs::Money | Needs::Show | Needs::Terms);
    if let (true, true, false, Some(chats)) = (money, known, asked.speaker.direct, chats) {
        facts.membership = match chats.is_member(&asked.speaker.address, &asked.speaker.identity.user).await {
            Ok(true) => Membership::Member,
            Ok(false) => Membership::Stranger,
            Err(_) => Membership::Unknown,
        };
    }
    if let Some(person) = &asked.person {
        let state = core.state.lock().await;
        facts.managed = super::terms::managed(&state.catalog, person).cloned().collect();
    }
    Ok(may(ask, &grants, room, asked.person.as_ref(), &facts))
}

/// What an ask is about: brand, campaign and creator, as far as it is about one.
async fn facts_of(core: &Core, asked: &Asked, room: Option<&Room>, ask: Ask<'_>) -> Result<Facts, StoreError> {
    // What a button would say is about what the same words typed are about.
    let inner = match ask {
        Ask::Button(ButtonPurpose::Ask { command } | ButtonPurpose::Confirm { command }) => parse(command).ok(),
        Ask::Button(_) | Ask::Command(_) => None,
    };
    let ask = inner.as_ref().map_or(ask, Ask::Command);
    let client = asked.audience == Audience::Client;
    let mut facts = Facts { direct: asked.speaker.direct, client, ..Facts::default() };
    if let Some(incident) = incident_asked(ask) {
        if let Some(kept) = load::<Incident>(&*core.store, &keys::incident(&incident)).await? {
            facts.brand = kept.value.brand;
            facts.campaign = kept.value.campaign;
            facts.creator = kept.value.creator;
            facts.released = kept.value.released;
        }
        if facts.brand.is_some() || facts.creator.is_some() {
            fill_brand(core, &mut facts, room).await;
            return Ok(facts);
        }
    }
    if let Ask::Button(
        ButtonPurpose::Answer { proposal, .. }
        | ButtonPurpose::Record { proposal, .. }
        | ButtonPurpose::Tell { proposal, .. },
    ) = ask
        && let Some(kept) = load::<Proposal>(&*core.store, &keys::number(*proposal)).await?
    {
        let about = core.state.lock().await.catalog.about(&kept.value.subject);
        return Ok(Facts { brand: about.brand, campaign: about.campaign, creator: about.creator, ..facts });
    }
    if let Some(number) = offer_asked(ask)
        && let Some(kept) = load::<Offer>(&*core.store, &keys::number(number)).await?
    {
        let about = core.state.lock().await.catalog.about(&kept.value.partnership.subject());
        return Ok(Facts { brand: about.brand, campaign: about.campaign, creator: about.creator, ..facts });
    }
    if let Ask::Command(Command::Done { step }) = ask
        && let Some((about, creator)) = super::postmortem::steps::about(core, asked, *step).await?
    {
        return Ok(Facts { brand: about.brand, campaign: about.campaign, creator, ..facts });
    }
    let state = core.state.lock().await;
    if let Some(rule) = ask.rule() {
        return Ok(Facts { brand: super::promotion::brand_of(&state, rule), ..facts });
    }
    if let Some(typed) = subject_asked(ask) {
        if let Some(about) = about_typed(&state.catalog, &typed) {
            facts.brand = about.brand;
            facts.campaign = about.campaign;
            facts.creator = about.creator;
        }
        if let Ask::Command(Command::Answer { .. }) = ask {
            facts.creator = super::postmortem::answers::own_part(&state, asked, facts.campaign.as_ref());
        }
    } else if let Ask::Command(Command::Grant { reach, .. } | Command::Revoke { reach, .. }) = ask {
        match reach {
            Reach::Brand(id) => facts.brand = Some(id.clone()),
            Reach::Campaign(id) => {
                facts.campaign = Some(id.clone());
                facts.brand = state.catalog.campaigns.get(id).map(|one| one.brand.clone());
            }
            Reach::All => {}
        }
    } else if let Some(person) = &asked.person {
        facts.creator.clone_from(&person.creator);
    }
    drop(state);
    fill_brand(core, &mut facts, room).await;
    Ok(facts)
}

/// What something that was typed is about.
fn about_typed(catalog: &Catalog, typed: &str) -> Option<About> {
    let subject = match resolve(catalog, typed)? {
        Meant::Subject(subject) => subject,
        Meant::Boost(id) => catalog.boosts.get(&id)?.partnership.subject(),
        Meant::Code(partnership, _) | Meant::Link(partnership, _) | Meant::Deliverable(partnership, _) => {
            partnership.subject()
        }
    };
    Some(catalog.about(&subject))
}

/// A creator on their own belongs to every brand they work with: the room's, where it is among them, else the first.
async fn fill_brand(core: &Core, facts: &mut Facts, room: Option<&Room>) {
    if facts.brand.is_some() {
        return;
    }
    let state = core.state.lock().await;
    let rooms = room.and_then(|room| room.brand.clone());
    facts.brand = match &facts.creator {
        Some(creator) => {
            let brands: Vec<_> = state.catalog.brands_of(creator).cloned().collect();
            rooms.filter(|brand| brands.contains(brand)).or_else(|| brands.first().cloned())
        }
        None => rooms,
    };
}

async fn pressed(core: &Core, chats: &Chats, inbound: &Inbound, token: &str) -> Result<Option<Said>, StoreError> {
    let now = core.clock.now();
    let Some((speaker, person, room, place)) = who(core, inbound).await else { return Ok(None) };
    let reader = render::reader(&place);
    let asked = Asked { person, speaker, audience: place.audience, reader, confirmed: true, file: None };
    let button = load::<ButtonRecord>(&*core.store, token.as_bytes()).await?;
    // A button is bound to its room: forwarded elsewhere, or older than its time, it is only a picture of one.
    let button = button.filter(|button| button.value.room == place.id && now < button.value.expires_at);
    let Some(button) = hanging(core, button).await? else {
        let what = format!("button/{}", if token.len() <= 40 { token } else { "too long" });
        core.journal(core.line_by(&asked.actor(), "refused", &what, json!({ "reason": "old_button" }))).await?;
        let composed = Composed::plain(Reply::OldButton.say(&asked.reader, now));
        return Ok(Some(Said { composed, room: place, aloud: false }));
    };
    if button.value.bound.as_ref().is_some_and(|whose| *whose != asked.speaker.identity.to_string()) {
        let what = format!("button/{token}");
        core.journal(core.line_by(&asked.actor(), "refused", &what, json!({ "reason": "not_yours" }))).await?;
        let composed = Composed::plain(crate::words::consent::not_yours(&asked.reader));
        return Ok(Some(Said { composed, room: place, aloud: false }));
    }
    let purpose = button.value.purpose;
    if let Decision::Refused { reason } = check(core, Some(chats), &asked, room.as_ref(), Ask::Button(&purpose)).await?
    {
        let composed = Composed::plain(refuse(core, &asked, &format!("button/{token}"), reason).await?);
        return Ok(Some(Said { composed, room: place, aloud: false }));
    }
    let aloud = answers_aloud(&purpose);
    if let (ButtonPurpose::Page { page, .. }, Some(room)) = (&purpose, &room) {
        groups::turn_to(core, &button.value.about, &room.id, *page).await?;
        return Ok(None);
    }
    // Much money is asked about once more, with buttons that a short line in place does not hold.
    let may_ask = matches!(purpose, ButtonPurpose::Approve { .. } | ButtonPurpose::Undo { .. });
    let composed = Box::pin(press(core, chats, &asked, room.as_ref(), purpose)).await?;
    Ok(composed.map(|composed| {
        let aloud = aloud || (may_ask && !composed.purposes.is_empty());
        Said { composed, room: place, aloud }
    }))
}

/// Whether a button says a command, which has its turn when it is carried out.
fn is_said(purpose: &ButtonPurpose) -> bool {
    matches!(
        purpose,
        ButtonPurpose::Do { .. }
            | ButtonPurpose::Choose { .. }
            | ButtonPurpose::Confirm { .. }
            | ButtonPurpose::Ask { .. }
            | ButtonPurpose::MyNumbers { .. }
    )
}

async fn press(
    core: &Core,
    chats: &Chats,
    asked: &Asked,
    room: Option<&Room>,
    purpose: ButtonPurpose,
) -> Result<Option<Composed>, StoreError> {
    let now = core.clock.now();
    let reader: &Reader = &asked.reader;
    let plain = |reply: Reply| Some(Composed::plain(reply.say(reader, now)));
    let confirmed = matches!(purpose, ButtonPurpose::Confirm { .. });
    let purpose = match purpose {
        ButtonPurpose::Really { what } => *what,
        once => match super::consent::twice(core, asked, &once).await? {
            Some(asks) => return Ok(Some(asks)),
            None => once,
        },
    };
    let _turn = if is_said(&purpose) { None } else { Some(core.turn.lock().await) };
    Ok(match purpose {
        ButtonPurpose::Approve { incident, proposal } => {
            plain(deciding::answer_proposals(core, asked, &incident, Some(proposal), None).await?)
        }
        ButtonPurpose::Reject { incident, proposal } => {
            plain(deciding::answer_proposals(core, asked, &incident, proposal, Some("button".to_owned())).await?)
        }
        ref told @ (ButtonPurpose::Sure { .. }
        | ButtonPurpose::Answer { .. }
        | ButtonPurpose::Record { .. }
        | ButtonPurpose::Tell { .. }) => pieces::pressed(core, asked, told).await?,
        ButtonPurpose::Undo { incident, proposal } => {
            plain(deciding::undo(core, asked, &incident, Some(proposal)).await?)
        }
        ButtonPurpose::TakeBack { proposal, .. } => plain(deciding::take_back(core, asked, proposal).await?),
        ButtonPurpose::Ack { incident } => plain(deciding::acknowledge(core, asked, &incident).await?),
        ButtonPurpose::Snooze { incident, secs } => {
            plain(deciding::snooze(core, asked, &incident, SignedDuration::from_secs(i64::from(secs))).await?)
        }
        ButtonPurpose::Why { incident } => match load::<Incident>(&*core.store, &keys::incident(&incident)).await? {
            Some(kept) => Some(Composed::plain(commands::why_incident(core, asked, (kept.value, None), now).await?)),
            None => plain(Reply::UnknownIncident { given: incident.to_string() }),
        },
        ButtonPurpose::Do { deed, .. } | ButtonPurpose::Choose { deed } => {
            let unsure = Asked { confirmed: false, ..asked.clone() };
            Some(match pieces::begin(core, &unsure, &deed).await? {
                Ok(asks) => asks,
                Err(command) => permitted(core, Some(chats), &unsure, room, command).await?,
            })
        }
        ButtonPurpose::Confirm { command } | ButtonPurpose::Ask { command } => match parse(&command) {
            Ok(command) => {
                let asked = Asked { confirmed, ..asked.clone() };
                Some(permitted(core, Some(chats), &asked, room, command).await?)
            }
            Err(teach) => Some(choosing::teach(core, asked, &teach, &command).await?),
        },
        ButtonPurpose::Cancel => plain(Reply::Cancelled),
        ButtonPurpose::Page { .. } | ButtonPurpose::Really { .. } => None,
        ButtonPurpose::Show { incident, yes } => Some(super::client::show(core, asked, &incident, yes).await?.into()),
        ButtonPurpose::Open { incident } => {
            open_here(core, room, &incident).await?;
            None
        }
        ButtonPurpose::Level { incident, answer } => Some(super::levels::press(core, asked, &incident, answer).await?),
        ButtonPurpose::Rule { rule, version, answer } => {
            Some(super::promotion::press(core, asked, (&rule, version), answer).await?)
        }
        ButtonPurpose::Sample { button } => Some(super::setup::sample::press(core, asked, button).await?),
        ButtonPurpose::Offer { offer, answer } => Some(super::offers::press(core, asked, offer, answer).await?),
        ButtonPurpose::MyNumbers { subject } => {
            let about = core.state.lock().await.catalog.about(&subject);
            let who = about.creator.map(|id| id.to_string());
            Some(permitted(core, Some(chats), asked, room, Command::Me { who }).await?)
        }
    })
}
