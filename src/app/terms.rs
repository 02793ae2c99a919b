//! `deal`: the terms in force, for whoever may see them.
//!
//! Owns: whose deal is meant, from which seat it is looked at, and that nothing is in the view that is not for that seat.
//! Refuses: wording.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::catalog::Catalog;
use super::commands::{Asked, unknown};
use super::core::{Core, State};
use super::deals::{FieldChange, fields};
use super::offers;
use super::records::{DocumentRecord, HistoryRecord};
use super::resolve::{Meant, resolve};
use super::views;
use crate::domain::deal::title_of;
use crate::domain::document::{Deliverable, Document, PartnershipRef, Running};
use crate::domain::ids::{CampaignId, CreatorId, Subject};
use crate::domain::money::Money;
use crate::domain::person::{Audience, Grant, Person, Reach, Role, Room};
use crate::store::records::{load, scan_range};
use crate::store::{StoreError, keys};
use crate::words::buttons::Composed;
use crate::words::deal::{CHANGES_MAX, ChangeLine, DealView, PieceLine, Seat, compose, which};
use crate::words::number;
use crate::words::pages::paged;
use crate::words::wording::{Reader, say};

/// Whether somebody is a creator, or answers for them.
#[must_use]
pub(super) fn is_own(catalog: &Catalog, person: &Person, creator: &CreatorId) -> bool {
    person.creator.as_ref() == Some(creator) || managed(catalog, person).any(|one| one == creator)
}

/// The creators somebody answers for.
pub(super) fn managed<'a>(catalog: &'a Catalog, person: &'a Person) -> impl Iterator<Item = &'a CreatorId> {
    let by = |managed: &Option<String>| managed.as_deref() == Some(person.id.as_str());
    catalog.creators.values().filter(move |one| by(&one.managed_by)).map(|one| &one.id)
}

/// Whether a grant reaches a campaign.
fn reaches(state: &State, grant: &Grant, campaign: &CampaignId) -> bool {
    match &grant.reach {
        Reach::All => true,
        Reach::Brand(id) => state.catalog.campaigns.get(campaign).is_some_and(|one| one.brand == *id),
        Reach::Campaign(id) => id == campaign,
    }
}

/// Whether one of somebody's roles of this kind reaches a campaign.
pub(super) fn has_role(state: &State, person: &Person, roles: &[Role], campaign: &CampaignId) -> bool {
    let mut mine = state.catalog.grants.iter().filter(|grant| grant.person == person.id);
    mine.any(|grant| roles.contains(&grant.role) && reaches(state, grant, campaign))
}

/// Somebody stands between the client and the creators.
fn has_agency(state: &State, campaign: &CampaignId) -> bool {
    state.catalog.grants.iter().any(|grant| grant.role == Role::Agency && reaches(state, grant, campaign))
}

/// The roles of the team.
const TEAM: [Role; 3] = [Role::Analyst, Role::Manager, Role::Agency];

/// Whether somebody may see what a campaign costs: the team, and a client who has no agency between them and their creators.
pub(super) fn sees_costs(state: &State, person: &Person, campaign: &CampaignId) -> bool {
    has_role(state, person, &TEAM, campaign)
        || (has_role(state, person, &[Role::ClientOwner], campaign) && !has_agency(state, campaign))
}

/// From which seat somebody may look at a deal, here. A client who has no agency between them and their creators is of the
/// team: what is paid is their own cost.
fn seat(state: &State, asked: &Asked, at: &PartnershipRef) -> Option<Seat> {
    let person = asked.person.as_ref()?;
    if is_own(&state.catalog, person, &at.creator) {
        return Some(Seat::Creator);
    }
    let team = has_role(state, person, &TEAM, &at.campaign);
    let client = has_role(state, person, &[Role::ClientOwner], &at.campaign);
    match asked.audience {
        _ if !team && !client => None,
        Audience::Creator | Audience::Operator => None,
        Audience::Internal if team || !asked.speaker.direct || !has_agency(state, &at.campaign) => Some(Seat::Team),
        Audience::Internal | Audience::Client => Some(Seat::Client),
    }
}

/// Whether a deal may be spoken of in the room where somebody asks.
fn fits_room(state: &State, asked: &Asked, at: &PartnershipRef) -> bool {
    if asked.speaker.direct {
        return true;
    }
    let place = &asked.speaker.address;
    let Some(room) = state.catalog.room_at(place.chat, &place.place, place.topic) else { return false };
    let Room { brand, campaign, creator, .. } = room;
    let of = state.catalog.campaigns.get(&at.campaign).map(|one| &one.brand);
    brand.as_ref().is_none_or(|brand| Some(brand) == of)
        && campaign.as_ref().is_none_or(|campaign| *campaign == at.campaign)
        && (room.audience != Audience::Creator || creator.as_ref() == Some(&at.creator))
}

/// The running deals that somebody means, as far as they may look at them. `None`: nothing has that name.
pub(super) fn meant(state: &State, asked: &Asked, typed: Option<&str>) -> Option<Vec<(PartnershipRef, Seat)>> {
    let catalog = &state.catalog;
    let may = |at: &PartnershipRef| {
        let seat = seat(state, asked, at).filter(|_| fits_room(state, asked, at))?;
        Some((at.clone(), seat))
    };
    let runs = |at: &&PartnershipRef| catalog.partnerships.get(*at).is_some_and(|one| one.state == Running::Active);
    let Some(typed) = typed else {
        let person = asked.person.as_ref()?;
        let own = catalog.partnerships.keys().filter(|at| is_own(catalog, person, &at.creator)).filter(runs);
        return Some(own.filter_map(may).collect());
    };
    let one = |at: PartnershipRef| may(&at).into_iter().collect();
    Some(match resolve(catalog, typed)? {
        Meant::Subject(Subject::Partnership(campaign, creator)) => one(PartnershipRef { campaign, creator }),
        Meant::Deliverable(at, _) | Meant::Code(at, _) | Meant::Link(at, _) => one(at),
        Meant::Boost(id) => one(catalog.boosts.get(&id)?.partnership.clone()),
        Meant::Subject(subject) => catalog
            .partnerships
            .keys()
            .filter(|at| catalog.is_within(at, &subject))
            .filter(runs)
            .filter_map(may)
            .collect(),
    })
}

/// What a deal is called among others of the same creator, or of the same brand.
fn label(state: &State, at: &PartnershipRef, seat: Seat) -> String {
    let campaign = state.catalog.campaign_name(&at.campaign);
    match seat {
        Seat::Creator => campaign,
        Seat::Team | Seat::Client => format!("{} · {campaign}", state.catalog.creator_name(&at.creator)),
    }
}

/// Answers `deal`.
pub async fn deal(
    core: &Core,
    asked: &Asked,
    (typed, page): (Option<&str>, u32),
    now: Timestamp,
) -> Result<Composed, StoreError> {
    let found = meant(&*core.state.lock().await, asked, typed);
    let Some(found) = found else {
        let given = typed.unwrap_or_default();
        return Ok(Composed::plain(unknown(core, asked, given).await.say(&asked.reader, now)));
    };
    match found.as_slice() {
        [(at, seat)] => {
            let view = view(core, at, *seat, &asked.reader, now).await?;
            let whole = compose(&view, &asked.reader, now);
            Ok(paged(whole, page, &format!("deal {at}"), &asked.reader))
        }
        several => {
            let state = core.state.lock().await;
            let deals: Vec<_> = several.iter().map(|(at, seat)| (label(&state, at, *seat), at.to_string())).collect();
            Ok(which(typed.unwrap_or_default(), &deals, &asked.reader))
        }
    }
}

async fn view(
    core: &Core,
    at: &PartnershipRef,
    seat: Seat,
    reader: &Reader,
    now: Timestamp,
) -> Result<DealView, StoreError> {
    let changes = match seat {
        Seat::Client => (Vec::new(), 0),
        Seat::Team | Seat::Creator => changes(core, at, seat, reader).await?,
    };
    let mut offered = offers::open_about(core, at).await?;
    offered.retain(|one| match seat {
        Seat::Team => true,
        Seat::Creator => one.is_sent(),
        Seat::Client => false,
    });
    let state = core.state.lock().await;
    let catalog = &state.catalog;
    let subject = at.subject();
    let zone = catalog.about(&subject).zone;
    let kept = catalog.partnerships.get(at);
    let mut pieces: Vec<&Deliverable> = catalog.pieces_in(at).collect();
    pieces.sort_by(|one, other| (one.due, &one.id).cmp(&(other.due, &other.id)));
    let line = |piece: &Deliverable| PieceLine {
        title: title_of(&piece.id),
        platform: piece.platform,
        format: piece.format.clone(),
        state: piece.state,
        price: match seat {
            Seat::Team | Seat::Creator => Some(piece.fee),
            Seat::Client => piece.billed,
        },
        due: piece.due,
        ahead: piece.state.is_ahead(),
        free_until: piece.cancellable_until(&zone).filter(|until| now < *until).filter(|_| piece.state.is_ahead()),
        owed: Some(piece.owed_share(&zone, now)),
    };
    let team = seat == Seat::Team;
    let boosts = catalog.boosts_of(&subject).into_iter();
    let paid = |money: Option<Money>| money.filter(|_| seat != Seat::Client);
    Ok(DealView {
        names: views::names(&state, &subject),
        seat,
        ended: kept.is_none_or(|one| one.state != Running::Active),
        pieces: pieces.into_iter().map(line).collect(),
        commission: kept.and_then(|one| one.commission).filter(|_| seat != Seat::Client),
        per_thousand: paid(kept.and_then(|one| one.per_thousand_views)),
        product: kept.and_then(|one| one.product_cost).filter(|_| team),
        boosts: boosts.map(|boost| (boost.id.to_string(), Some(boost.budget).filter(|_| team))).collect(),
        codes: kept.map(|one| one.codes.clone()).unwrap_or_default(),
        link: kept.and_then(|one| one.link.clone()),
        rights: kept.map(|one| one.rights.iter().map(|right| (right.kind, right.until)).collect()).unwrap_or_default(),
        exclusivity: kept.and_then(|one| one.exclusivity.as_ref()).map(|one| (one.against.clone(), one.until)),
        offers: offered.iter().map(|offer| offers::view(&state, offer, now)).collect(),
        changes,
    })
}

/// What of a deal its creator is told when it changes: what they promised and are paid, and nothing the brand wants of it.
const OWN_FIELDS: [&str; 21] = [
    "fee",
    "due",
    "draft_due",
    "proof_due",
    "report_due",
    "format",
    "platform",
    "state",
    "cancel_by",
    "kill_fee",
    "post",
    "live_at",
    "commission",
    "per_thousand_views",
    "codes",
    "link",
    "rights",
    "exclusivity",
    "disclosure",
    "starts",
    "shipped",
];

/// Versions of a deal and its pieces that are looked through, each.
const VERSIONS_MAX: usize = 40;

/// Who changed what, the newest first, and how many more there are.
async fn changes(
    core: &Core,
    at: &PartnershipRef,
    seat: Seat,
    reader: &Reader,
) -> Result<(Vec<ChangeLine>, usize), StoreError> {
    let pieces: Vec<Deliverable> = core.state.lock().await.catalog.pieces_in(at).cloned().collect();
    let mut of: Vec<(&str, String, Option<String>)> = vec![("partnership", at.to_string(), None)];
    of.extend(pieces.iter().map(|one| ("deliverable", format!("{at}/{}", one.id), Some(title_of(&one.id)))));
    let mut all = Vec::new();
    for (kind, id, piece) in of {
        let versions = versions(core, kind, &id).await?;
        let state = core.state.lock().await;
        for (older, newer) in std::iter::once(None).chain(versions.iter().map(Some)).zip(&versions) {
            let fields = older.map(|older| fields(&older.0, &newer.0)).unwrap_or_default();
            let told = |one: &FieldChange| seat == Seat::Team || OWN_FIELDS.contains(&one.field.as_str());
            let fields: Vec<_> = fields.into_iter().filter(told).map(|one| worded(&one, reader)).collect();
            if older.is_some() && fields.is_empty() {
                continue;
            }
            let by = by_whom(&state, &newer.1, (at, seat), reader);
            all.push(ChangeLine { at: newer.2, by, piece: piece.clone(), first: older.is_none(), fields });
        }
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.at));
    let older = all.len().saturating_sub(CHANGES_MAX);
    all.truncate(CHANGES_MAX);
    Ok((all, older))
}

/// Every version of a document, oldest first: what it said, by whom, when.
async fn versions(core: &Core, kind: &str, id: &str) -> Result<Vec<(Document, String, Timestamp)>, StoreError> {
    let (from, until) = keys::history_of(kind, id);
    let kept = scan_range::<HistoryRecord>(&*core.store, &from, &until).await?;
    let skip = kept.len().saturating_sub(VERSIONS_MAX);
    let mut all = Vec::new();
    for old in kept.into_iter().skip(skip) {
        // A version that cannot be read any more is passed over: the ones around it still say what changed.
        if let Ok(document) = serde_json::from_value::<Document>(old.value.body) {
            all.push((document, old.value.by, old.value.at));
        }
    }
    let newest = load::<DocumentRecord>(&*core.store, &keys::document(kind, id)).await?;
    all.extend(newest.map(|kept| (kept.value.document, kept.value.by, kept.value.at)));
    Ok(all)
}

fn worded(change: &FieldChange, reader: &Reader) -> (String, String, String) {
    (change.field.clone(), text_of(&change.from, reader), text_of(&change.to, reader))
}

/// A value as documents write it, money as its reader does.
fn text_of(value: &Json, reader: &Reader) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => match text.parse::<Money>() {
            Ok(money) => number::money(reader.locale, money),
            Err(_) => text.clone(),
        },
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::Array(all) => all.iter().map(|one| text_of(one, reader)).collect::<Vec<_>>().join(", "),
        Json::Object(all) => {
            let parts = all.iter().map(|(name, one)| format!("{} {}", name.replace('_', " "), text_of(one, reader)));
            parts.collect::<Vec<_>>().join(" ")
        }
    }
}

/// Who made a version, in words: names for the team; for a creator only themselves and the brand.
fn by_whom(state: &State, by: &str, (at, seat): (&PartnershipRef, Seat), reader: &Reader) -> String {
    let ids = by.strip_prefix("chat:").unwrap_or(by).split(" and ");
    let mut names: Vec<String> = Vec::new();
    for id in ids {
        let person = state.catalog.people.values().find(|person| person.id.as_str() == id);
        let own = person.is_some_and(|person| is_own(&state.catalog, person, &at.creator)) || id == at.creator.as_str();
        let name = match (seat, own, person) {
            (Seat::Creator, true, _) => say!(reader.words(), "deal-you"),
            (Seat::Creator, false, _) => {
                let brand = state.catalog.campaigns.get(&at.campaign).map(|one| &one.brand);
                brand.map_or_else(|| id.to_owned(), |brand| state.catalog.brand_name(brand))
            }
            (_, true, None) => state.catalog.creator_name(&at.creator),
            (_, _, Some(person)) => person.name.clone(),
            (_, _, None) => id.to_owned(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" + ")
}
