//! People: one-time codes, joining identities, grants, and binding rooms to places.
//!
//! A code is eight characters of 32 (40 bits), lives minutes, works once, and only its hash is kept.

use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::catalog::Catalog;
use super::core::Core;
use super::records::{CodeRecord, Gift};
use crate::domain::ids::{CreatorId, PersonId, RoomId};
use crate::domain::person::{Address, Audience, Grant, Identity, Person, Reach, Role, Room};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};

/// What a code is made of: no letters or digits that are mistaken for each other.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why nothing came of it. The sentence is made by whoever answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No such code, or used, or too old: all three sound the same, so that a guess learns nothing.
    BadCode,
    /// The identity already belongs to somebody else.
    Taken,
    /// The person already has an identity on this platform.
    SecondIdentity,
    /// The code is for a room, and this was a direct message; or the other way round.
    WrongPlace,
    /// There is no such person.
    NoPerson,
    /// They do not have that role there.
    NoGrant,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// The speaker now has a role.
    Role {
        /// Who they are now.
        person: PersonId,
        /// Which.
        role: Role,
    },
    /// The speaker is a person known from the other platform.
    Identity {
        /// Who.
        person: PersonId,
    },
    /// The place is now this room.
    Room {
        /// Which.
        room: RoomId,
    },
}

/// Who speaks, and where.
#[derive(Debug, Clone)]
pub struct Speaker {
    /// The platform's user.
    pub identity: Identity,
    /// What the platform calls them.
    pub name: String,
    /// Their client's language.
    pub locale: Option<String>,
    /// Where they speak.
    pub address: Address,
    /// It is a direct message.
    pub direct: bool,
}

/// Makes a code and keeps its hash. The code itself is only in the answer.
pub async fn make_code(core: &Core, gift: Gift, by: &str) -> Result<(String, Timestamp), StoreError> {
    let minutes = i64::from(core.config.people.code_minutes);
    make_code_for(core, gift, by, SignedDuration::from_mins(minutes)).await
}

/// The same, living so long: an invitation that is sent to somebody waits until they read it.
pub async fn make_code_for(
    core: &Core,
    gift: Gift,
    by: &str,
    lives: SignedDuration,
) -> Result<(String, Timestamp), StoreError> {
    let code: String = core.roll(|dice| {
        (0..8).map(|_| ALPHABET.get(dice.random_range(0..ALPHABET.len())).copied().map_or('0', char::from)).collect()
    });
    let expires_at = core.clock.now().checked_add(lives).unwrap_or(Timestamp::MAX);
    let record = CodeRecord { hash: hash(&code), gift: gift.clone(), by: by.to_owned(), expires_at, used: None };
    let mut transaction = Transaction::new();
    transaction.create(&record)?;
    let detail = json!({ "gives": gift, "until": expires_at });
    transaction.append_journal(&core.line_by(by, "code_made", "code", detail))?;
    core.store.commit(transaction).await?;
    let (first, second) = code.split_at(4);
    Ok((format!("{first}-{second}"), expires_at))
}

/// What somebody typed, as it was made: case, blanks and hyphens do not matter, O is 0, I and L are 1.
fn tidy(given: &str) -> String {
    given
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

fn hash(code: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(code.as_bytes()))
}

/// Uses a code. All it changes is one transaction, with the code's own end in it.
pub async fn use_code(core: &Core, given: &str, speaker: &Speaker) -> Result<Result<Joined, Refusal>, StoreError> {
    let pen = core.pen.lock().await;
    let now = core.clock.now();
    let Some(mut code) = load::<CodeRecord>(&*core.store, hash(&tidy(given)).as_bytes()).await? else {
        return Ok(Err(Refusal::BadCode));
    };
    if code.value.used.is_some() || code.value.expires_at <= now {
        return Ok(Err(Refusal::BadCode));
    }
    let mut transaction = Transaction::new();
    let joined = match code.value.gift.clone() {
        Gift::Room { room } => bind(core, &mut transaction, &room, speaker).await?,
        Gift::Role { .. } | Gift::Identity { .. } if !speaker.direct => Err(Refusal::WrongPlace),
        Gift::Identity { person } => join(core, &mut transaction, &person, speaker).await?,
        Gift::Role { role, reach, name, creator } => {
            let by = code.value.by.clone();
            take_role(core, &mut transaction, speaker, Offer { role, reach, name, creator, by }).await?
        }
    };
    let Ok(joined) = joined else { return Ok(joined) };
    code.value.used = Some((speaker.identity.to_string(), now));
    transaction.update(&code)?;
    let detail = json!({ "gives": code.value.gift, "by": code.value.by });
    transaction.append_journal(&core.line_by(&speaker.identity.to_string(), "code_used", "code", detail))?;
    core.store.commit(transaction).await?;
    drop(pen);
    core.reload().await?;
    Ok(Ok(joined))
}

struct Offer {
    role: Role,
    reach: Reach,
    name: Option<String>,
    creator: Option<CreatorId>,
    by: String,
}

async fn take_role(
    core: &Core,
    transaction: &mut Transaction,
    speaker: &Speaker,
    offer: Offer,
) -> Result<Result<Joined, Refusal>, StoreError> {
    let known = core.state.lock().await.catalog.person_of(&speaker.identity).cloned();
    let person = if let Some(person) = known {
        if offer.creator.is_some() && person.creator != offer.creator {
            return Ok(Err(Refusal::Taken));
        }
        person.id
    } else {
        let id = free_id(core, offer.name.as_deref().unwrap_or(&speaker.name)).await?;
        transaction.create(&Person {
            id: id.clone(),
            name: offer.name.clone().unwrap_or_else(|| speaker.name.clone()),
            identities: vec![speaker.identity.clone()],
            creator: offer.creator.clone(),
            locale: speaker.locale.clone(),
        })?;
        id
    };
    let grant =
        Grant { person: person.clone(), role: offer.role, reach: offer.reach, by: offer.by, at: core.clock.now() };
    let kept = load::<Grant>(&*core.store, &keys::grant(&grant.person, grant.role, &grant.reach)).await?;
    transaction.set(kept.as_ref(), &grant)?;
    direct_room(core, transaction, (&person, offer.creator.as_ref()), Some(&grant.reach), speaker).await?;
    Ok(Ok(Joined::Role { person, role: offer.role }))
}

/// A direct message is a room: a creator's own notices go there, and whatever else somebody asks to be told. Whoever has both
/// platforms has two, and is told in both.
async fn direct_room(
    core: &Core,
    transaction: &mut Transaction,
    (person, creator): (&PersonId, Option<&CreatorId>),
    reach: Option<&Reach>,
    speaker: &Speaker,
) -> Result<(), StoreError> {
    let name = format!("dm-{}-{}", speaker.identity.chat.as_str(), speaker.identity.user);
    let Ok(id) = RoomId::new(&name) else { return Ok(()) };
    let kept = load::<Room>(&*core.store, &keys::room(&id)).await?;
    let state = core.state.lock().await;
    let known = state.catalog.people.get(person).and_then(|one| one.creator.clone());
    let creator = creator.cloned().or(known);
    let zone = zone_of(&state.catalog, person, creator.as_ref(), reach);
    drop(state);
    let before = kept.as_ref().map(|kept| &kept.value);
    let room = Room {
        id,
        address: Some(speaker.address.clone()),
        audience: if creator.is_some() { Audience::Creator } else { Audience::Internal },
        brand: None,
        campaign: None,
        person: Some(person.clone()).filter(|_| creator.is_none()),
        creator,
        locale: speaker.locale.clone().unwrap_or_else(|| "en".to_owned()),
        zone,
        quiet: before.and_then(|room| room.quiet.clone()),
        closed: None,
        closed_at: None,
        habits: before.map(|room| room.habits.clone()).unwrap_or_default(),
    };
    transaction.set(kept.as_ref(), &room)?;
    Ok(())
}

/// The zone of somebody's days: a creator's own, else that of a brand they work for.
fn zone_of(catalog: &Catalog, person: &PersonId, creator: Option<&CreatorId>, reach: Option<&Reach>) -> String {
    if let Some(creator) = creator.and_then(|id| catalog.creators.get(id)) {
        return creator.zone.as_str().to_owned();
    }
    let reaches = reach.into_iter().chain(catalog.grants_of(person).map(|grant| &grant.reach));
    let brands = reaches.filter_map(|reach| match reach {
        Reach::Brand(id) => catalog.brands.get(id),
        Reach::Campaign(id) => catalog.campaigns.get(id).and_then(|one| catalog.brands.get(&one.brand)),
        Reach::All => catalog.brands.values().next(),
    });
    brands.map(|brand| brand.zone.as_str().to_owned()).next().unwrap_or_else(|| "UTC".to_owned())
}

async fn join(
    core: &Core,
    transaction: &mut Transaction,
    person: &PersonId,
    speaker: &Speaker,
) -> Result<Result<Joined, Refusal>, StoreError> {
    let Some(mut kept) = load::<Person>(&*core.store, &keys::person(person)).await? else {
        return Ok(Err(Refusal::NoPerson));
    };
    if core.state.lock().await.catalog.person_of(&speaker.identity).is_some() {
        return Ok(Err(Refusal::Taken));
    }
    if kept.value.identities.iter().any(|identity| identity.chat == speaker.identity.chat) {
        return Ok(Err(Refusal::SecondIdentity));
    }
    kept.value.identities.push(speaker.identity.clone());
    transaction.update(&kept)?;
    direct_room(core, transaction, (person, kept.value.creator.as_ref()), None, speaker).await?;
    Ok(Ok(Joined::Identity { person: person.clone() }))
}

async fn bind(
    core: &Core,
    transaction: &mut Transaction,
    room: &RoomId,
    speaker: &Speaker,
) -> Result<Result<Joined, Refusal>, StoreError> {
    let Some(mut kept) = load::<Room>(&*core.store, &keys::room(room)).await? else {
        return Ok(Err(Refusal::BadCode));
    };
    let taken = core
        .state
        .lock()
        .await
        .catalog
        .rooms
        .values()
        .any(|other| other.id != *room && other.address.as_ref() == Some(&speaker.address));
    if taken {
        return Ok(Err(Refusal::Taken));
    }
    kept.value.address = Some(speaker.address.clone());
    kept.value.closed = None;
    kept.value.closed_at = None;
    transaction.update(&kept)?;
    Ok(Ok(Joined::Room { room: room.clone() }))
}

/// An id made of a name, with a number behind it where it is taken.
async fn free_id(core: &Core, name: &str) -> Result<PersonId, StoreError> {
    let plain: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(32).collect();
    let plain = if plain.is_empty() { "person".to_owned() } else { plain };
    for n in 1..10_000u32 {
        let candidate = if n == 1 { plain.clone() } else { format!("{plain}-{n}") };
        let Ok(id) = PersonId::new(&candidate) else { continue };
        if load::<Person>(&*core.store, &keys::person(&id)).await?.is_none() {
            return Ok(id);
        }
    }
    Err(StoreError::Failed { deed: "find a free id for a person", cause: "ten thousand of that name".into() })
}

/// Gives a known person a role.
pub async fn grant(
    core: &Core,
    person: &PersonId,
    role: Role,
    reach: Reach,
    by: &str,
) -> Result<Result<(), Refusal>, StoreError> {
    let pen = core.pen.lock().await;
    if load::<Person>(&*core.store, &keys::person(person)).await?.is_none() {
        return Ok(Err(Refusal::NoPerson));
    }
    let grant = Grant { person: person.clone(), role, reach, by: by.to_owned(), at: core.clock.now() };
    let kept = load::<Grant>(&*core.store, &keys::grant(person, role, &grant.reach)).await?;
    let mut transaction = Transaction::new();
    transaction.set(kept.as_ref(), &grant)?;
    let detail = json!({ "role": role, "reach": grant.reach });
    transaction.append_journal(&core.line_by(by, "grant_given", format!("person/{person}"), detail))?;
    core.store.commit(transaction).await?;
    drop(pen);
    core.reload().await?;
    Ok(Ok(()))
}

/// Takes a role away; it ends at once, because every command and button asks again.
pub async fn revoke(
    core: &Core,
    person: &PersonId,
    role: Role,
    reach: &Reach,
    by: &str,
) -> Result<Result<(), Refusal>, StoreError> {
    let pen = core.pen.lock().await;
    let Some(kept) = load::<Grant>(&*core.store, &keys::grant(person, role, reach)).await? else {
        return Ok(Err(Refusal::NoGrant));
    };
    let mut transaction = Transaction::new();
    transaction.delete(&kept);
    let detail = json!({ "role": role, "reach": reach });
    transaction.append_journal(&core.line_by(by, "grant_revoked", format!("person/{person}"), detail))?;
    core.store.commit(transaction).await?;
    drop(pen);
    core.reload().await?;
    Ok(Ok(()))
}
