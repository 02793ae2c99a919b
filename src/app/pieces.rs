//! Commands about promised pieces: hold, release, live; what can be stopped; and people's remarks.
//!
//! Every effect is safe to repeat: what was asked is found asked, what is out is found out.

use jiff::Timestamp;
use serde_json::json;

use super::apply::put_document;
use super::asking;
use super::booking;
use super::commands::{Asked, open_incidents, unknown};
use super::core::{Core, State};
use super::cycle;
use super::deciding::{draft, last_state};
use super::proposing;
use super::resolve::{self, Meant, resolve};
use super::views;
use crate::domain::action::{Deed, Object};
use crate::domain::cost;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Deliverable, Document, PartnershipRef, Running};
use crate::domain::ids::{DeliverableId, Platform, PostRef, Subject};
use crate::domain::money::Money;
use crate::domain::person::{Audience, Reach, Role};
use crate::domain::post_url;
use crate::outbox::incident::{Event, Happened, Incident};
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Transaction, keys};
use crate::words::asking::{CHOICES_MAX, SureView, Told, choices, sure, which};
use crate::words::buttons::{ButtonPurpose, Composed};
use crate::words::command::{Command, Needs, What};
use crate::words::view::OptionView;

/// Letters of a remark. As long as a person reads in an alert's history; the rest belongs into a document.
const NOTE_MAX: usize = 1_000;

/// Open alerts that one remark is noted in, at most: a remark about a whole brand stands in the journal.
const NOTED_IN_MAX: usize = 8;

/// How often a transaction is made anew because somebody was quicker.
const TRIES_MAX: u32 = 10;

fn plain(asked: &Asked, told: &Told) -> Composed {
    Composed::plain(told.say(&asked.reader))
}

/// Whether somebody's roles reach a partnership, or it is their own.
fn reaches(state: &State, asked: &Asked, needs: Needs, partnership: &PartnershipRef) -> bool {
    let Some(person) = &asked.person else { return false };
    if needs == Needs::Tell && super::terms::is_own(&state.catalog, person, &partnership.creator) {
        return true;
    }
    let brand = state.catalog.campaigns.get(&partnership.campaign).map(|one| &one.brand);
    let covers = |reach: &Reach| match reach {
        Reach::All => true,
        Reach::Brand(id) => Some(id) == brand,
        Reach::Campaign(id) => *id == partnership.campaign,
    };
    let counts = |role: Role| needs.roles().contains(&role) && !matches!(role, Role::Creator | Role::TalentManager);
    let mut grants = state.catalog.grants.iter().filter(|grant| grant.person == person.id);
    grants.any(|grant| counts(grant.role) && covers(&grant.reach))
}

/// The pieces that somebody named, as far as they may touch them. `Err`: nothing has that name.
fn named(
    state: &State,
    asked: &Asked,
    needs: Needs,
    what: &str,
    piece: Option<&str>,
) -> Result<Vec<Deliverable>, Told> {
    let catalog = &state.catalog;
    let one = |partnership: &PartnershipRef, id: &DeliverableId| catalog.piece(partnership, id).cloned();
    let found: Vec<Deliverable> = match (piece.and_then(|piece| resolve(catalog, piece)), piece, resolve(catalog, what))
    {
        (Some(Meant::Deliverable(partnership, id)), ..) | (_, None, Some(Meant::Deliverable(partnership, id))) => {
            one(&partnership, &id).into_iter().collect()
        }
        (_, Some(piece), Some(Meant::Subject(subject))) => {
            resolve::pieces(catalog, &subject, piece).into_iter().cloned().collect()
        }
        (_, None, Some(Meant::Subject(subject))) => catalog.pieces_of(&subject).into_iter().cloned().collect(),
        _ => {
            return Err(Told::UnknownPiece {
                given: piece.map_or_else(|| what.to_owned(), |piece| format!("{what} {piece}")),
            });
        }
    };
    if let (true, Some(piece)) = (found.is_empty(), piece) {
        return Err(Told::UnknownPiece { given: piece.to_owned() });
    }
    Ok(found.into_iter().filter(|one| reaches(state, asked, needs, &one.partnership)).collect())
}

fn deed_about(piece: &Deliverable, holds: bool) -> Deed {
    let (partnership, deliverable) = (piece.partnership.clone(), piece.id.clone());
    if holds { Deed::Hold { partnership, deliverable } } else { Deed::Release { partnership, deliverable } }
}

/// `Alma: Reel 2`.
fn label(state: &State, piece: &Deliverable) -> String {
    let creator = state.catalog.creator_name(&piece.partnership.creator);
    format!("{}: {}", creator.split_whitespace().next().unwrap_or(&creator), deed_about(piece, true).title())
}

/// The pieces that somebody tells something about: a creator's own where no deal is named with it.
pub(super) fn told_of(state: &State, asked: &Asked, needs: Needs, piece: &str) -> Vec<Deliverable> {
    let own = asked.person.as_ref().and_then(|person| person.creator.as_ref()).map(ToString::to_string);
    let found = match own.filter(|_| !piece.contains('/')) {
        Some(creator) => named(state, asked, needs, &creator, Some(piece)),
        None => named(state, asked, needs, piece, None),
    };
    found.unwrap_or_default()
}

/// `hold` and `release`: asks first; asks which one where several are meant.
pub async fn hold_or_release(
    core: &Core,
    asked: &Asked,
    what: &str,
    piece: Option<&str>,
    holds: bool,
) -> Result<Composed, StoreError> {
    let state = core.state.lock().await;
    let found = match named(&state, asked, Needs::Money, what, piece) {
        Ok(found) => found,
        Err(told) => {
            let is_known = piece.is_some() || resolve(&state.catalog, what).is_some();
            drop(state);
            if is_known {
                return Ok(plain(asked, &told));
            }
            return Ok(Composed::plain(unknown(core, asked, what).await.say(&asked.reader, core.clock.now())));
        }
    };
    let fits = |one: &&Deliverable| {
        if holds { one.state.is_ahead() } else { one.state == DeliverableState::Held }
    };
    let fitting: Vec<&Deliverable> = found.iter().filter(fits).collect();
    let deed = match (fitting.as_slice(), found.as_slice()) {
        // What was named by itself is answered for itself, whatever state it is in.
        ([one], _) => deed_about(one, holds),
        ([], [one]) => deed_about(one, holds),
        ([], _) if holds => return Ok(plain(asked, &Told::NothingToHold { name: what.to_owned() })),
        ([], _) => return Ok(plain(asked, &Told::NothingToRelease { name: what.to_owned() })),
        (several, _) => {
            let pieces =
                several.iter().map(|one| (label(&state, one), ButtonPurpose::Choose { deed: deed_about(one, holds) }));
            return Ok(which(pieces.collect(), &asked.reader));
        }
    };
    drop(state);
    choose(core, asked, deed).await
}

/// One thing was chosen: says what it saves and what it does not do, and asks. Somebody who is sure already is not asked.
pub async fn choose(core: &Core, asked: &Asked, deed: Deed) -> Result<Composed, StoreError> {
    if asked.confirmed {
        return Ok(plain(asked, &asking::ask_for(core, asked, deed).await?));
    }
    let now = core.clock.now();
    let state = core.state.lock().await;
    if let Some(told) = asking::standing(&state, &deed, now) {
        return Ok(plain(asked, &told));
    }
    let Some(placed) = proposing::placed(core, &state, &deed) else {
        return Ok(plain(asked, &Told::UnknownPiece { given: deed.typed() }));
    };
    let stake = proposing::stake_of(&state, &deed, now);
    let saves = stake.map(|stake| stake.saves);
    let about = (placed.subject, placed.source, placed.object);
    let draft = draft(asked, about, deed.clone(), saves, now);
    let Some(mut ask) = asking::view(&state, &draft) else {
        return Ok(plain(asked, &Told::UnknownPiece { given: deed.typed() }));
    };
    let client = asked.audience == Audience::Client;
    let saves = if client { super::client::billed(&state, &deed, now) } else { draft.saves };
    if client {
        (ask.fee, ask.owed) = (None, None);
    }
    let cancel = match &deed {
        Deed::Hold { partnership, deliverable } => {
            Some(Deed::Cancel { partnership: partnership.clone(), deliverable: deliverable.clone() })
        }
        _ => None,
    };
    Ok(sure(&SureView { ask, saves, cancel }, &asked.reader))
}

/// What can be stopped in a subject, with the money of each; `None` where boosts are all there is.
pub async fn stoppable(core: &Core, asked: &Asked, subject: &Subject) -> Result<Option<Composed>, StoreError> {
    let now = core.clock.now();
    let state = core.state.lock().await;
    let mut deeds: Vec<Deed> = Vec::new();
    let boosts = state.catalog.boosts_of(subject).into_iter();
    deeds.extend(boosts.map(|boost| Deed::StopBoost { boost: boost.id.clone() }));
    let pieces = state.catalog.pieces_of(subject).into_iter().filter(|one| one.state.is_ahead());
    deeds.extend(pieces.map(|piece| deed_about(piece, true)));
    let running = state.catalog.partnerships.iter().filter(|(_, one)| one.state == Running::Active);
    for (key, one) in running.filter(|(key, _)| state.catalog.is_within(key, subject)) {
        let codes = one.codes.iter().map(|code| Deed::EndCode { partnership: key.clone(), code: code.clone() });
        let link = one.link.iter().map(|link| Deed::CutLink { partnership: key.clone(), link: link.clone() });
        deeds.extend(codes.chain(link).filter(|deed| proposing::placed(core, &state, deed).is_some()));
    }
    if deeds.iter().all(|deed| matches!(deed, Deed::StopBoost { .. })) {
        return Ok(None);
    }
    drop(state);
    let mut options: Vec<OptionView> = Vec::new();
    for deed in deeds {
        let is_so = deed.asks().is_none() && last_state(core, &deed.object()).await? == Some(deed.desired());
        let state = core.state.lock().await;
        let option = views::option(core, &state, &deed, now, now).filter(|option| !is_so && option.running);
        let option = option.map(|option| match asked.audience {
            Audience::Client => OptionView { avoidable: option.billed, ..option },
            Audience::Internal | Audience::Creator | Audience::Operator => option,
        });
        options.extend(option.filter(|_| options.len() < CHOICES_MAX));
    }
    let state = core.state.lock().await;
    let owed = proposing::accrued(&state, subject, now).map(|sum| sum.owed);
    let owed = owed.filter(|_| asked.audience != Audience::Client);
    let names = views::names(&state, subject);
    let name = names.creator.or(names.campaign).or(names.brand).unwrap_or_else(|| subject.to_string());
    Ok((!options.is_empty()).then(|| choices(&name, &options, owed, &asked.reader, now)))
}

/// `live URL`: this piece is out. Matched by platform and creator; where several fit, the person says which.
pub async fn live(core: &Core, asked: &Asked, url: &str, piece: Option<&str>) -> Result<Composed, StoreError> {
    let Some((platform, post)) = post_url::read(url) else {
        return Ok(plain(asked, &Told::UnknownPiece { given: url.to_owned() }));
    };
    let state = core.state.lock().await;
    let found = match piece {
        Some(piece) => {
            let own = asked.person.as_ref().and_then(|person| person.creator.as_ref()).map(ToString::to_string);
            let whose = if piece.contains('/') { None } else { own };
            match whose {
                Some(creator) => named(&state, asked, Needs::Tell, &creator, Some(piece)),
                None => named(&state, asked, Needs::Tell, piece, None),
            }
        }
        None => Ok(open_on(&state, asked, platform, &post)),
    };
    let found = match found {
        Ok(found) => found,
        Err(told) => return Ok(plain(asked, &told)),
    };
    let one = match found.as_slice() {
        [] => return Ok(plain(asked, &Told::NothingOpen { platform: platform.title().to_owned() })),
        [one] => one.clone(),
        several => {
            let button = |one: &Deliverable| {
                let command = format!("live {url} {}/{}", one.partnership, one.id);
                (label(&state, one), ButtonPurpose::Confirm { command })
            };
            return Ok(which(several.iter().map(button).collect(), &asked.reader));
        }
    };
    let published = state.catalog.published.get(&(platform, post.clone())).copied();
    drop(state);
    let at = published.unwrap_or_else(|| core.clock.now());
    let told = go_live(core, asked, &one, at, post).await?;
    Ok(plain(asked, &told))
}

/// The pieces that a post may be: on its platform, not out yet, of whoever made it, within somebody's reach; or the piece
/// that it is known to be.
fn open_on(state: &State, asked: &Asked, platform: Platform, post: &PostRef) -> Vec<Deliverable> {
    let mine = |one: &&Deliverable| one.platform == platform && reaches(state, asked, Needs::Tell, &one.partnership);
    let all = || state.catalog.deliverables.values().filter(mine);
    if let Some(known) = all().find(|one| one.post.as_ref() == Some(post)) {
        return vec![known.clone()];
    }
    let maker = state.catalog.posts.get(&(platform, post.clone()));
    let open = |one: &&Deliverable| {
        let runs = state.catalog.partnerships.get(&one.partnership).is_some_and(|one| one.state == Running::Active);
        runs && (one.state.is_ahead() || one.state == DeliverableState::Held)
            && maker.is_none_or(|maker| *maker == one.partnership.creator)
    };
    let mut found: Vec<Deliverable> = all().filter(open).cloned().collect();
    found.sort_by(|one, other| (one.due, &one.id).cmp(&(other.due, &other.id)));
    found
}

async fn go_live(
    core: &Core,
    asked: &Asked,
    piece: &Deliverable,
    at: Timestamp,
    post: PostRef,
) -> Result<Told, StoreError> {
    let what = deed_about(piece, true).title();
    let was_out = piece.state.is_out();
    let after = piece.gone_live(at, post);
    if after != *piece {
        keep_live(core, asked, &after, at).await?;
    }
    // Done again where only this was lost: the fee is in the book once, a question is settled once.
    booking::book(core).await?;
    asking::settled(core, &after, &asked.actor()).await?;
    let fee = if asked.audience == Audience::Client { piece.billed } else { Some(piece.fee) };
    let fee = fee.filter(|fee| 0 < fee.minor && !was_out);
    Ok(Told::Live { what, fee })
}

/// Keeps that a piece is out; the picture in memory follows.
async fn keep_live(core: &Core, asked: &Asked, after: &Deliverable, at: Timestamp) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let mut tries = 1;
    loop {
        let mut transaction = Transaction::new();
        put_document(core, &mut transaction, Document::Deliverable(after.clone()), &asked.actor()).await?;
        let id = format!("{}/{}", after.partnership, after.id);
        let detail = json!({ "deliverable": id, "post": after.post, "at": at });
        let subject = after.partnership.subject();
        transaction.append_journal(&core.line_by(&asked.actor(), "went_live", &subject, detail))?;
        match core.store.commit(transaction).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
            done => {
                done?;
                core.take_document(Document::Deliverable(after.clone())).await;
                core.bells.deals.ring();
                return Ok(());
            }
        }
    }
}

/// A remark: the tag is the first word that begins with `#`.
fn tagged(text: &str) -> (String, Option<String>) {
    let is_tag = |word: &&str| {
        word.strip_prefix('#')
            .is_some_and(|tag| !tag.is_empty() && tag.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_'))
    };
    let tag = text.split_whitespace().find(is_tag);
    let words: Vec<&str> = text.split_whitespace().filter(|word| Some(*word) != tag).collect();
    let text: String = words.join(" ").chars().take(NOTE_MAX).collect();
    (text, tag.map(|tag| tag.trim_start_matches('#').to_lowercase()))
}

/// What a remark is about: the subject, what to call it, and the piece, if it is one.
fn remarked_on(state: &State, typed: &str) -> Option<(Subject, String, Option<String>)> {
    let (subject, piece) = match resolve(&state.catalog, typed)? {
        Meant::Subject(subject) => (subject, None),
        Meant::Deliverable(partnership, id) => (partnership.subject(), Some(format!("{partnership}/{id}"))),
        Meant::Code(partnership, _) | Meant::Link(partnership, _) => (partnership.subject(), None),
        Meant::Boost(id) => (state.catalog.boosts.get(&id)?.partnership.subject(), None),
    };
    Some((subject, typed.to_owned(), piece))
}

/// Keeps a remark in the journal, and in the open alerts it is about.
pub async fn note(core: &Core, asked: &Asked, about: &What, text: &str) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let (text, tag) = tagged(text);
    let incident = match &about.incident {
        Some(id) => load::<Incident>(&*core.store, &keys::incident(id)).await?,
        None => None,
    };
    let meant = match &incident {
        Some(kept) => Some((kept.value.subject.clone(), kept.value.id.to_string(), None)),
        None => remarked_on(&*core.state.lock().await, &about.typed),
    };
    let Some((subject, name, piece)) = meant else {
        return Ok(Composed::plain(unknown(core, asked, &about.typed).await.say(&asked.reader, now)));
    };
    let _pen = core.pen.lock().await;
    let mut tries = 1;
    loop {
        let mut incidents: Vec<Loaded<Incident>> = match &incident {
            Some(kept) => load::<Incident>(&*core.store, kept.key()).await?.into_iter().collect(),
            None => open_incidents(core, Some(&subject)).await?,
        };
        incidents.truncate(NOTED_IN_MAX);
        let ids: Vec<&str> = incidents.iter().map(|kept| kept.value.id.as_str()).collect();
        let detail = json!({ "text": text, "tag": tag, "deliverable": piece, "incidents": ids });
        let mut transaction = Transaction::new();
        transaction.append_journal(&core.line_by(&asked.actor(), "note", &subject, detail))?;
        for kept in incidents {
            let what = Happened::Noted { text: text.clone(), tag: tag.clone() };
            cycle::note(core, &mut transaction, kept, Event { at: now, by: Some(asked.name()), what }).await?;
        }
        match core.store.commit(transaction).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
            done => {
                done?;
                break;
            }
        }
    }
    cycle::ring_deliverers(core);
    Ok(plain(asked, &Told::Noted { name }))
}

/// What somebody pressed that is about people's deeds.
pub async fn pressed(core: &Core, asked: &Asked, purpose: &ButtonPurpose) -> Result<Option<Composed>, StoreError> {
    let told = match purpose {
        ButtonPurpose::Sure { deed } => asking::ask_for(core, asked, deed.clone()).await?,
        ButtonPurpose::Answer { proposal, yes } => {
            let voice = asking::Voice { actor: &asked.actor(), noted_by: None };
            asking::answered(core, *proposal, *yes, &voice).await?
        }
        ButtonPurpose::Record { proposal, yes } => {
            let voice = asking::Voice { actor: &asked.actor(), noted_by: Some(asked.name()) };
            asking::answered(core, *proposal, *yes, &voice).await?
        }
        _ => return Ok(None),
    };
    Ok(Some(plain(asked, &told)))
}

/// A deed as a button means it: with people it is asked about here; else the command that does it.
pub async fn begin(core: &Core, asked: &Asked, deed: &Deed) -> Result<Result<Composed, Command>, StoreError> {
    if deed.asks().is_none() {
        return Ok(Err(Command::Pause { what: deed.typed() }));
    }
    choose(core, asked, deed.clone()).await.map(Ok)
}

/// Where the money of a piece stands, for whoever lists it.
#[must_use]
pub fn part_of(state: &State, object: &Object<'_>, now: Timestamp) -> Option<(cost::Part, Option<Timestamp>, bool)> {
    let Object::Deliverable(partnership, id) = object else { return None };
    let piece = state.catalog.piece(partnership, id)?;
    let zone = state.catalog.about(&partnership.subject()).zone;
    let part = cost::part_of(piece, &zone, now).ok()?;
    Some((part, piece.cancellable_until(&zone).filter(|until| now < *until), piece.state.is_ahead()))
}

/// The money that is owed in a subject whatever is done, where its deals have pieces.
#[must_use]
pub fn owed(state: &State, subject: &Subject, now: Timestamp) -> Option<Money> {
    if state.catalog.pieces_of(subject).is_empty() {
        return None;
    }
    proposing::accrued(state, subject, now).map(|sum| sum.owed)
}
