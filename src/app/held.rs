//! `data`: what is kept about a creator, how to have it as a file, and how to leave.
//!
//! Owns: that leaving ends role and direct message at once, in one transaction with its line in the journal and the word to
//! the team. Refuses: deleting what pay is reckoned from; deals, pieces, numbers and the journal stay, and the creator is
//! told so before.

use jiff::Timestamp;
use serde_json::json;

use super::commands::{Asked, own_creator};
use super::core::Core;
use super::records::{AccountRecord, LevelCase};
use super::{own, word};
use crate::domain::ids::{CreatorId, Subject};
use crate::domain::offer::Offer;
use crate::domain::person::{Grant, Person, Role, Room};
use crate::store::records::{load, scan_all, scan_range};
use crate::store::{StoreError, Transaction, keys};
use crate::words::buttons::Composed;
use crate::words::command::Held;
use crate::words::held::{HeldView, compose, done, sure, whole};
use crate::words::permission::Reason;
use crate::words::replies;

mod file;

/// How often leaving is tried anew because a deliverer recorded an attempt meanwhile.
const TRIES_MAX: u32 = 10;

/// Answers `data`.
pub async fn data(core: &Core, asked: &Asked, what: Option<Held>, who: Option<&str>) -> Result<Composed, StoreError> {
    let command = if what == Some(Held::File) { "data file" } else { "data" };
    let creator = match own::whose(core, asked, who, command).await? {
        Ok(creator) => creator,
        Err(instead) => return Ok(instead),
    };
    let is_own = own_creator(asked).as_ref() == Some(&creator);
    let Some(person) = asked.person.as_ref().filter(|_| what != Some(Held::Leave) || is_own) else {
        // Nobody leaves for somebody else.
        return Ok(Composed::plain(replies::refusal(Reason::OwnOnly, &asked.reader)));
    };
    match what {
        None => Ok(compose(&view(core, asked, &creator).await?, &asked.reader)),
        Some(Held::File) => file_of(core, asked, &creator).await,
        Some(Held::Leave) if !asked.confirmed => Ok(sure(&asked.reader)),
        Some(Held::Leave) => {
            leave(core, asked, &creator, person).await?;
            Ok(Composed::plain(done(&asked.reader)))
        }
    }
}

async fn view(core: &Core, asked: &Asked, creator: &CreatorId) -> Result<HeldView, StoreError> {
    let offers = scan_all::<Offer>(&*core.store).await?;
    let cases = scan_all::<LevelCase>(&*core.store).await?;
    let accounts = scan_all::<AccountRecord>(&*core.store).await?;
    let state = core.state.lock().await;
    let catalog = &state.catalog;
    let known = catalog.creators.get(creator);
    let own: Vec<&String> = known.map(|one| one.accounts.values().collect()).unwrap_or_default();
    let subject = Subject::Creator(creator.clone());
    let deals = catalog.partnerships.keys().filter(|at| at.creator == *creator).count();
    let pieces = catalog.deliverables.values().filter(|one| catalog.is_within(&one.partnership, &subject)).count();
    let person = catalog.people.values().find(|one| one.creator.as_ref() == Some(creator));
    let identities = person.iter().flat_map(|one| &one.identities);
    Ok(HeldView {
        who: own::named(asked, creator),
        name: catalog.creator_name(creator),
        chats: identities.map(|identity| identity.chat.title().to_owned()).collect(),
        accounts: known.map(|one| one.accounts.keys().map(|at| at.title().to_owned()).collect()).unwrap_or_default(),
        connected: accounts.iter().filter(|kept| own.iter().any(|id| **id == kept.value.account)).count(),
        posts: catalog.posts.values().filter(|maker| *maker == creator).count(),
        deals: (deals, pieces),
        offers: offers.iter().filter(|kept| kept.value.partnership.creator == *creator).count(),
        levels: (
            catalog.memberships(creator).count(),
            cases.iter().filter(|kept| kept.value.creator == *creator).count(),
        ),
    })
}

/// All that is kept, as a file in the direct message; that it was had stands in the journal.
async fn file_of(core: &Core, asked: &Asked, creator: &CreatorId) -> Result<Composed, StoreError> {
    let person = {
        let state = core.state.lock().await;
        state.catalog.people.values().find(|one| one.creator.as_ref() == Some(creator)).cloned()
    };
    let (file, left_out) = file::about(core, creator, person.as_ref()).await?;
    let subject = Subject::Creator(creator.clone());
    let mut transaction = Transaction::new();
    transaction.append_journal(&core.line_by(&asked.actor(), "data_given", &subject, json!({})))?;
    core.store.commit(transaction).await?;
    Ok(Composed::plain(whole(file, left_out, &asked.reader)))
}

async fn leave(core: &Core, asked: &Asked, creator: &CreatorId, person: &Person) -> Result<(), StoreError> {
    let pen = core.pen.lock().await;
    let mut tries = 1;
    loop {
        match leave_once(core, asked, creator, person).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
            gone => break gone?,
        }
    }
    drop(pen);
    core.reload().await?;
    super::cycle::ring_deliverers(core);
    Ok(())
}

async fn leave_once(core: &Core, asked: &Asked, creator: &CreatorId, person: &Person) -> Result<(), StoreError> {
    let now: Timestamp = core.clock.now();
    let mut transaction = Transaction::new();
    let (from, until) = keys::grants_of(&person.id);
    let grants = scan_range::<Grant>(&*core.store, &from, &until).await?;
    let own = |grant: &Grant| grant.role == Role::Creator;
    for grant in grants.iter().filter(|kept| own(&kept.value)) {
        transaction.delete(grant);
    }
    let rooms: Vec<Room> = {
        let state = core.state.lock().await;
        state.catalog.creator_rooms(creator).into_iter().cloned().collect()
    };
    let places: Vec<String> =
        person.identities.iter().map(|one| format!("dm-{}-{}", one.chat.as_str(), one.user)).collect();
    for room in rooms.iter().filter(|room| places.iter().any(|id| room.id.as_str() == id)) {
        if let Some(mut kept) = load::<Room>(&*core.store, &keys::room(&room.id)).await? {
            kept.value.address = None;
            kept.value.closed = Some("they left".to_owned());
            transaction.update(&kept)?;
        }
    }
    if let Some(mut kept) = load::<Person>(&*core.store, &keys::person(&person.id)).await? {
        // Who has another role stays who they are; who was only a creator is not known by their chats any more.
        kept.value.creator = None;
        if grants.iter().all(|grant| own(&grant.value)) {
            kept.value.identities.clear();
        }
        transaction.update(&kept)?;
    }
    let subject = Subject::Creator(creator.clone());
    let detail = json!({ "person": person.id, "rooms": rooms.iter().map(|room| &room.id).collect::<Vec<_>>() });
    transaction.append_journal(&core.line_by(&asked.actor(), "creator_left", &subject, detail))?;
    let args = [("name", core.state.lock().await.catalog.creator_name(creator))];
    let name = format!("left/{creator}/{now}");
    word::tell_team(core, &mut transaction, &subject, &name, ("word-left", &args)).await?;
    core.store.commit(transaction).await.map(drop)
}
