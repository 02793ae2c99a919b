//! What is kept about a creator, whole, as a file: their chats, roles, deals, offers, levels, posts, numbers, and what they did.
//!
//! Owns: that nothing is in it that is not theirs to see. Every record is copied field by field from a list, so that a new field
//! is left out until somebody decides; what a client pays, what a deal is judged by and anybody else's numbers are never in it.
//! Survives: any amount of numbers; beyond what a chat takes as a file the oldest are left out, and the file says how many.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::core::Core;
use super::super::postmortem::records::{AnswerRecord, Giver};
use super::super::records::{AccountRecord, LevelCase};
use super::super::tipping::GivenTip;
use crate::domain::document::{Partnership, PartnershipRef};
use crate::domain::ids::{CreatorId, Subject};
use crate::domain::journal::JournalEntry;
use crate::domain::metric::Unit;
use crate::domain::offer::Offer;
use crate::domain::person::{Grant, Person};
use crate::domain::sample::Sample;
use crate::store::records::{last_journal, read_journal, scan_all, scan_range};
use crate::store::samples::{self, Row};
use crate::store::{StoreError, keys};
use crate::words::message::File;

/// Numbers in a file: about 150 bytes each, so 6 MB of the 10 MB that Discord takes
/// (<https://discord.com/developers/docs/reference#uploading-files>).
const NUMBERS_MAX: usize = 40_000;

/// Lines of the journal looked through, from its end, and how many of the creator's own are in the file.
const LOOK_MAX: u64 = 100_000;
const DEEDS_MAX: usize = 5_000;

/// Rows read at once.
const PAGE: usize = 2_000;

/// The file about a creator, and how many older numbers are not in it. `person`: whoever they are in the chats, where they have joined.
pub async fn about(core: &Core, creator: &CreatorId, person: Option<&Person>) -> Result<(File, usize), StoreError> {
    let (numbers, left_out) = numbers(core, creator).await?;
    let deeds = match person {
        Some(person) => deeds(core, person).await?,
        None => Vec::new(),
    };
    let grants = match person {
        Some(person) => {
            let (from, until) = keys::grants_of(&person.id);
            scan_range::<Grant>(&*core.store, &from, &until).await?
        }
        None => Vec::new(),
    };
    let roles = grants.iter().map(|kept| only(&kept.value, &["role", "reach", "by", "at"]));
    let whole = json!({
        "made_at": core.clock.now(),
        "creator": creator_of(core, creator).await,
        "person": person.map(|person| only(person, &["id", "name", "locale", "identities"])),
        "roles": roles.collect::<Vec<_>>(),
        "accounts_connected": accounts(core, creator).await?,
        "deals": deals(core, creator).await,
        "offers": offers(core, creator).await?,
        "levels": levels(core, creator).await?,
        "posts": posts(core, creator).await,
        "tips": tips(core, creator).await?,
        "numbers": numbers,
        "older_numbers_left_out": left_out,
        "questions_answered": answered(core, person).await?,
        "what_you_did": deeds,
    });
    // Plain data; the fallback only keeps the one line.
    let bytes = serde_json::to_vec_pretty(&whole).unwrap_or_else(|_| whole.to_string().into_bytes());
    let file = File { name: format!("{creator}.json"), mime: "application/json", bytes };
    Ok((file, left_out))
}

/// What somebody answered by name when they were asked about a campaign; what they said without it leads to nobody.
async fn answered(core: &Core, person: Option<&Person>) -> Result<Vec<Value>, StoreError> {
    let Some(person) = person else { return Ok(Vec::new()) };
    let whose = Giver::Person(person.id.clone());
    let all = scan_all::<AnswerRecord>(&*core.store).await?;
    let own = all.iter().filter(|one| one.value.giver == whose);
    Ok(own.map(|one| only(&one.value, &["campaign", "question", "reply"])).collect())
}

/// The named fields of a record, as they are kept.
fn only(record: &impl Serialize, fields: &[&str]) -> Value {
    let Ok(Value::Object(all)) = serde_json::to_value(record) else { return Value::Null };
    Value::Object(all.into_iter().filter(|(name, _)| fields.contains(&name.as_str())).collect::<Map<_, _>>())
}

async fn creator_of(core: &Core, creator: &CreatorId) -> Value {
    let state = core.state.lock().await;
    let known = state.catalog.creators.get(creator);
    known.map_or(Value::Null, |one| only(one, &["id", "name", "zone", "locale", "accounts", "managed_by", "state"]))
}

/// What they were told to try, and what came of it.
async fn tips(core: &Core, creator: &CreatorId) -> Result<Vec<Value>, StoreError> {
    let (from, until) = keys::tips_of(creator);
    let kept = scan_range::<GivenTip>(&*core.store, &from, &until).await?;
    Ok(kept.iter().map(|kept| only(&kept.value, &["tip", "at", "due", "came"])).collect())
}

async fn accounts(core: &Core, creator: &CreatorId) -> Result<Vec<Value>, StoreError> {
    let kept = scan_all::<AccountRecord>(&*core.store).await?;
    let state = core.state.lock().await;
    let own: Vec<&String> =
        state.catalog.creators.get(creator).map(|one| one.accounts.values().collect()).unwrap_or_default();
    let theirs = kept.iter().filter(|kept| own.iter().any(|id| **id == kept.value.account));
    // What is sealed of it is a key, not something known about them.
    Ok(theirs
        .map(|kept| only(&kept.value, &["source", "account", "scope", "by", "connected_at", "renewed_at"]))
        .collect())
}

async fn deals(core: &Core, creator: &CreatorId) -> Vec<Value> {
    const DEAL: [&str; 12] = [
        "campaign",
        "codes",
        "link",
        "landing",
        "commission",
        "per_thousand_views",
        "shipped",
        "starts",
        "rights",
        "exclusivity",
        "disclosure",
        "state",
    ];
    const PIECE: [&str; 14] = [
        "id",
        "platform",
        "format",
        "fee",
        "draft_due",
        "due",
        "proof_due",
        "report_due",
        "cancel_by",
        "kill_fee",
        "state",
        "post",
        "live_at",
        "reported_at",
    ];
    let state = core.state.lock().await;
    let catalog = &state.catalog;
    let theirs = catalog.partnerships.iter().filter(|(at, _)| at.creator == *creator);
    let deal = |(at, one): (&PartnershipRef, &Partnership)| {
        let pieces = catalog.deliverables.values().filter(|piece| piece.partnership == *at);
        let mut deal = only(one, &DEAL);
        if let Value::Object(fields) = &mut deal {
            fields.insert("pieces".to_owned(), pieces.map(|piece| only(piece, &PIECE)).collect());
        }
        deal
    };
    theirs.map(deal).collect()
}

/// Offers that are, or were, before them.
async fn offers(core: &Core, creator: &CreatorId) -> Result<Vec<Value>, StoreError> {
    let all = scan_all::<Offer>(&*core.store).await?;
    let theirs = all.iter().map(|kept| &kept.value).filter(|one| one.partnership.creator == *creator);
    let seen = theirs.filter(|one| one.is_sent() || one.stage.is_over());
    Ok(seen.map(|one| only(one, &["number", "partnership", "term", "was", "side", "note", "until", "stage"])).collect())
}

async fn levels(core: &Core, creator: &CreatorId) -> Result<Value, StoreError> {
    let cases = scan_all::<LevelCase>(&*core.store).await?;
    let cases = cases.iter().filter(|kept| kept.value.creator == *creator);
    let cases: Vec<Value> = cases.map(|kept| only(&kept.value, &["program", "incident", "case"])).collect();
    let state = core.state.lock().await;
    let now: Vec<Value> = state
        .catalog
        .memberships(creator)
        .map(|one| only(one, &["program", "level", "since", "acknowledged", "state"]))
        .collect();
    Ok(json!({ "now": now, "in_question": cases }))
}

async fn posts(core: &Core, creator: &CreatorId) -> Vec<Value> {
    let state = core.state.lock().await;
    let theirs = state.catalog.posts.iter().filter(|(_, maker)| *maker == creator);
    theirs.map(|((platform, post), _)| json!({ "platform": platform, "post": post })).collect()
}

/// What was counted of them and of their posts, the newest first, and how many older ones are left out. Money is the team's.
async fn numbers(core: &Core, creator: &CreatorId) -> Result<(Vec<Value>, usize), StoreError> {
    let mut subjects = BTreeSet::from([Subject::Creator(creator.clone())]);
    {
        let state = core.state.lock().await;
        let theirs = state.catalog.posts.iter().filter(|(_, maker)| *maker == creator);
        subjects.extend(theirs.map(|((platform, post), _)| Subject::Post(*platform, post.clone())));
    }
    let mut all: Vec<Sample> = Vec::new();
    let mut left_out = 0_usize;
    samples::of_subjects(&*core.store, &subjects, Timestamp::MIN, &mut |_, row| {
        let Row::Samples(own) = row else { return };
        all.extend(own.into_iter().filter(|one| one.currency.is_none() && one.series.metric.unit() != Unit::Money));
        if NUMBERS_MAX.saturating_mul(2) < all.len() {
            left_out = left_out.saturating_add(newest(&mut all));
        }
    })
    .await?;
    left_out = left_out.saturating_add(newest(&mut all));
    let row = |one: &Sample| {
        json!({
            "of": one.series.subject, "platform": one.series.platform, "what": one.series.metric, "value": one.value,
            "form": one.form, "known_at": one.known_at, "told_by_hand": one.self_reported,
        })
    };
    Ok((all.iter().map(row).collect(), left_out))
}

/// Keeps the newest; answers how many went.
fn newest(all: &mut Vec<Sample>) -> usize {
    all.sort_by_key(|one| std::cmp::Reverse(one.form.observed_at()));
    let over = all.len().saturating_sub(NUMBERS_MAX);
    all.truncate(NUMBERS_MAX);
    over
}

/// What they did here, the newest first.
async fn deeds(core: &Core, person: &Person) -> Result<Vec<Value>, StoreError> {
    let last = last_journal(&*core.store).await?;
    let mut from = std::cmp::max(last.saturating_sub(LOOK_MAX), 1);
    let mut own: Vec<JournalEntry> = Vec::new();
    loop {
        let page = read_journal(&*core.store, from, PAGE).await?;
        let Some((end, _)) = page.last() else { break };
        from = end.saturating_add(1);
        own.extend(page.into_iter().map(|(_, entry)| entry).filter(|entry| entry.actor == person.id.as_str()));
    }
    let line =
        |one: &JournalEntry| json!({ "at": one.at, "deed": one.deed, "about": one.subject, "detail": one.detail });
    Ok(own.iter().rev().take(DEEDS_MAX).map(line).collect())
}
