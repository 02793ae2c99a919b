//! The client's rooms: which alerts they are shown, who decides that, and which amounts stand in them.
//!
//! Owns: showing an alert and taking it back, billed amounts, and who counts as a client where there is no room to say so.
//! Survives: a kill anywhere. What is shown and who is told of it are one transaction.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;

use super::catalog::{About, Catalog};
use super::commands::Asked;
use super::core::{Core, State};
use super::{cycle, pieces, proposing, views};
use crate::domain::action::{Deed, Object};
use crate::domain::consent::Release;
use crate::domain::ids::BrandId;
use crate::domain::money::Money;
use crate::domain::person::{Audience, Person, Reach, Role, Room};
use crate::outbox::delivery::{Delivery, State as Stand};
use crate::outbox::incident::{Event, Happened, Incident, IncidentId};
use crate::outbox::notice::{About as Told, Notice};
use crate::rules::rule::{Kind, Rule};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};
use crate::words::client::ClientReply;
use crate::words::message::Message;
use crate::words::replies::Reply;
use crate::words::view::{Member, Names};

/// How often a transaction is made anew because a deliverer recorded an attempt meanwhile.
const TRIES_MAX: u32 = 10;

impl Catalog {
    /// The client's rooms that may be shown something: of its brand, or of every brand that works with its creator.
    #[must_use]
    pub fn client_rooms(&self, about: &About) -> Vec<&Room> {
        let brands: BTreeSet<&BrandId> = match (&about.brand, &about.creator) {
            (Some(brand), _) => BTreeSet::from([brand]),
            (None, Some(creator)) => self.brands_of(creator).collect(),
            (None, None) => BTreeSet::new(),
        };
        let rooms = self.rooms.values().filter(|room| room.audience == Audience::Client);
        rooms
            .filter(|room| room.brand.as_ref().is_some_and(|brand| brands.contains(brand)))
            .filter(|room| room.campaign.is_none() || room.campaign == about.campaign)
            .collect()
    }

    /// For whom an answer in a direct message is. A client owner is a client where an agency works for the brand; a brand
    /// that works for itself has no costs to hide from its owner.
    #[must_use]
    pub fn audience_of(&self, person: Option<&Person>) -> Audience {
        let Some(person) = person else { return Audience::Internal };
        if person.creator.is_some() {
            return Audience::Creator;
        }
        // Whoever answers for creators, and has no other role, sits on their side of the table.
        let mut roles = self.grants_of(&person.id).map(|grant| grant.role).peekable();
        if roles.peek().is_some() && roles.all(|role| matches!(role, Role::Creator | Role::TalentManager)) {
            return Audience::Creator;
        }
        let mut mine = self.grants.iter().filter(|grant| grant.person == person.id).peekable();
        if mine.peek().is_none() || !mine.all(|grant| grant.role == Role::ClientOwner) {
            return Audience::Internal;
        }
        let mine = self.grants.iter().filter(|grant| grant.person == person.id);
        let brands: BTreeSet<&BrandId> = mine.filter_map(|grant| self.brand_of_reach(&grant.reach)).collect();
        let agency = self.grants.iter().filter(|grant| grant.role == Role::Agency && grant.person != person.id);
        let mut agency = agency.map(|grant| self.brand_of_reach(&grant.reach));
        let served = agency.any(|brand| brand.is_none_or(|brand| brands.is_empty() || brands.contains(brand)));
        if served { Audience::Client } else { Audience::Internal }
    }

    /// The brand that a reach lies in; `None` for all of them.
    fn brand_of_reach<'a>(&'a self, reach: &'a Reach) -> Option<&'a BrandId> {
        match reach {
            Reach::All => None,
            Reach::Brand(brand) => Some(brand),
            Reach::Campaign(id) => self.campaigns.get(id).map(|one| &one.brand),
        }
    }
}

/// What the client is billed of what a deed would save; `None` where that is not declared, or nothing is left to save.
#[must_use]
pub fn billed(state: &State, deed: &Deed, now: Timestamp) -> Option<Money> {
    let (billed, left, whole) = match deed.object() {
        Object::Boost(id) => {
            let boost = state.catalog.boosts.get(id)?;
            (boost.billed?, proposing::stake(state, boost, now)?.saves, boost.budget)
        }
        Object::Deliverable(partnership, id) => {
            let piece = state.catalog.piece(partnership, id)?;
            (piece.billed?, pieces::part_of(state, &deed.object(), now)?.0.avoidable, piece.fee)
        }
        Object::Code(..) | Object::Link(..) | Object::Fix(..) => return None,
    };
    let share = Decimal::from(left.minor).checked_div(Decimal::from(whole.minor))?;
    billed.share(share).ok().filter(|money| 0 < money.minor)
}

/// What of all that an incident offers to stop the client is billed; `None` where one part of it is not declared.
fn billed_in(core: &Core, state: &State, incident: &Incident, now: Timestamp) -> Option<Money> {
    let mut sum: Option<Money> = None;
    for deed in &incident.options {
        let Some(option) = views::option(core, state, deed, incident.opened_at, now) else { continue };
        if !option.running || option.avoidable.is_none_or(|money| money.minor <= 0) {
            continue;
        }
        let more = option.billed?;
        sum = Some(match sum {
            Some(sum) => sum.checked_add(more).ok()?,
            None => more,
        });
    }
    sum
}

/// An incident as one line among others, for whoever reads; `None` where they are not shown it.
#[must_use]
pub fn member(
    core: &Core,
    state: &State,
    incident: &Incident,
    names: &Names,
    audience: Audience,
    now: Timestamp,
) -> Option<Member> {
    let member = views::member_of(incident, names);
    match audience {
        Audience::Internal | Audience::Creator => Some(member),
        Audience::Client if incident.released => {
            Some(Member { avoidable: billed_in(core, state, incident, now), ..member })
        }
        Audience::Client | Audience::Operator => None,
    }
}

/// Whether the client's rooms are shown what a rule tells without a person's word.
#[must_use]
pub fn at_once(state: &State, rule: &Rule, about: &About) -> bool {
    let brand = about.brand.as_ref().and_then(|id| state.catalog.brands.get(id));
    let release = rule.release.or_else(|| brand.map(|brand| brand.release)).unwrap_or_default();
    release == Release::AtOnce && rule.kind != Kind::Downgrade && !state.catalog.client_rooms(about).is_empty()
}

/// Shows an alert to the client, or takes it back from them. Safe to repeat.
pub async fn show(core: &Core, asked: &Asked, id: &IncidentId, yes: bool) -> Result<Message, StoreError> {
    let now = core.clock.now();
    let _pen = core.pen.lock().await;
    for tries in 1.. {
        let Some(incident) = load::<Incident>(&*core.store, &keys::incident(id)).await? else {
            return Ok(Reply::UnknownIncident { given: id.to_string() }.say(&asked.reader, now));
        };
        if incident.value.kind == Kind::Downgrade.as_str() {
            return Ok(ClientReply::NotThis { id: id.to_string() }.say(&asked.reader));
        }
        let state = core.state.lock().await;
        let mut about = state.catalog.about(&incident.value.subject);
        about.brand = about.brand.or_else(|| incident.value.brand.clone());
        let rooms: Vec<Room> = state.catalog.client_rooms(&about).into_iter().cloned().collect();
        drop(state);
        if rooms.is_empty() {
            return Ok(ClientReply::NoRoom.say(&asked.reader));
        }
        if incident.value.released == yes {
            return Ok(came(id, yes, rooms.len()).say(&asked.reader));
        }
        let mut incident = incident;
        incident.value.released = yes;
        let what = if yes { Happened::Shown } else { Happened::Hidden };
        let deed = if yes { "incident_shown" } else { "incident_hidden" };
        let mut transaction = Transaction::new();
        let names: Vec<&str> = rooms.iter().map(|room| room.id.as_str()).collect();
        let detail = json!({ "incident": id.as_str(), "rooms": names });
        transaction.append_journal(&core.line_by(&asked.actor(), deed, &incident.value.subject, detail))?;
        cycle::note(core, &mut transaction, incident, Event { at: now, by: Some(asked.name()), what }).await?;
        if yes && let Some(notice) = load::<Notice>(&*core.store, &keys::notice(&Told::Incident(id.clone()))).await? {
            deliver(core, &mut transaction, notice.value, &rooms, now).await?;
        }
        match core.store.commit(transaction).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => {}
            done => {
                done?;
                if yes {
                    wake(core, id, &rooms, now).await?;
                }
                cycle::ring_deliverers(core);
                return Ok(came(id, yes, rooms.len()).say(&asked.reader));
            }
        }
    }
    Ok(Reply::Cancelled.say(&asked.reader, now))
}

fn came(id: &IncidentId, yes: bool, rooms: usize) -> ClientReply {
    let id = id.to_string();
    if yes {
        ClientReply::Shown { id, rooms: u32::try_from(rooms).unwrap_or(u32::MAX) }
    } else {
        ClientReply::Hidden { id }
    }
}

/// What was taken back before it was sent is due again. Where only this is lost the next change is told.
async fn wake(core: &Core, id: &IncidentId, rooms: &[Room], now: Timestamp) -> Result<(), StoreError> {
    for room in rooms {
        let key = keys::delivery(&Told::Incident(id.clone()), &room.id);
        let Some(kept) = load::<Delivery>(&*core.store, &key).await? else { continue };
        if !matches!(kept.value.state, Stand::Expired { .. }) {
            continue;
        }
        let expires_at = now.checked_add(core.config.delivery.expires.0).unwrap_or(now);
        let after = Delivery { state: Stand::Due { not_before: now }, expires_at, tries: 0, ..kept.value.clone() };
        let mut transaction = Transaction::new();
        transaction.set(Some(&kept), &after)?;
        match core.store.commit(transaction).await {
            Err(StoreError::Conflict { .. }) | Ok(_) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A delivery in every client's room that has none yet; those that have one were asked to be told again.
async fn deliver(
    core: &Core,
    transaction: &mut Transaction,
    notice: Notice,
    rooms: &[Room],
    now: Timestamp,
) -> Result<(), StoreError> {
    let expires_at = now.checked_add(core.config.delivery.expires.0).unwrap_or(now);
    let notice = Notice { at: now, revision: notice.revision.saturating_add(1), expires_at, ..notice };
    let mut new = Vec::new();
    for room in rooms {
        if load::<Delivery>(&*core.store, &keys::delivery(&notice.about, &room.id)).await?.is_none() {
            new.push(room);
        }
    }
    cycle::deliver_to(core, transaction, &notice, &new).await
}
