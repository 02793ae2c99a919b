//! What was said and done in a campaign: notes of the journal, alerts, actions.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::Value;

use super::called;
use crate::app::core::{Core, State};
use crate::app::{regret, views};
use crate::domain::action::{Proposal, ProposalStage};
use crate::domain::deal::title_of;
use crate::domain::document::{Campaign, PartnershipRef};
use crate::domain::effort;
use crate::domain::ids::{BrandId, CampaignId, CreatorId, Subject};
use crate::domain::money::Money;
use crate::domain::standing::{end_of, start_of};
use crate::insight::regret::Untold;
use crate::outbox::incident::Incident;
use crate::report::postmortem::{Happening, Missing, Moment, Remark, Stop};
use crate::store::records::{last_journal, load, read_journal};
use crate::store::{Store, StoreError, Table, keys};

/// Lines of the journal that are read at once.
const CHUNK: u64 = 500;

/// Rows of an index that are read at once.
const ROWS: usize = 500;

/// Tags whose notes are shown in people's own words, in any of the languages.
const TOLD_TAGS: [&str; 9] =
    ["learning", "learned", "lesson", "roadblock", "blocker", "lärdom", "lärdomar", "hinder", "idea"];

/// A remark of the journal.
struct Note {
    at: Timestamp,
    actor: String,
    subject: Subject,
    text: String,
    tag: Option<String>,
}

/// What was heard.
pub(super) struct Heard {
    notes: Vec<Note>,
    incidents: Vec<Incident>,
    /// Actions of the campaign that were verified, and when.
    done: Vec<(Proposal, Timestamp)>,
    /// What each stop saved in the end, by its proposal, where its attribution window has closed.
    saved: BTreeMap<u64, Result<Money, Untold>>,
}

/// Reads everything of a campaign up to `now`.
pub(super) async fn hear(core: &Core, campaign: &Campaign, now: Timestamp) -> Result<Heard, StoreError> {
    let zone = core.state.lock().await.catalog.about(&Subject::Campaign(campaign.id.clone())).zone;
    let since = start_of(campaign.starts, &zone).unwrap_or(Timestamp::MIN);
    let notes = notes(core, &campaign.id, since).await?;
    let incidents = incidents(core, &campaign.id, since).await?;
    let fits = |_: Option<&BrandId>, of: Option<&CampaignId>| of == Some(&campaign.id);
    let again = regret::found(core, &regret::Wanted { fits: &fits, after: None, until: now }).await?;
    let saved = again.cases.into_iter().filter(|case| case.done);
    let saved = saved.filter_map(|case| Some((case.proposal?, case.balance.map(|balance| balance.net)))).collect();
    let proposals = core.all_proposals().await?;
    let state = core.state.lock().await;
    let own = |one: &Proposal| state.catalog.about(&one.subject).campaign.as_ref() == Some(&campaign.id);
    let verified = |one: &Proposal| match one.stage {
        ProposalStage::Verified { at, .. } if at <= now && own(one) => Some((one.clone(), at)),
        _ => None,
    };
    let done = proposals.iter().filter_map(|kept| verified(&kept.value)).collect();
    Ok(Heard { notes, incidents, done, saved })
}

/// The notes about a campaign or anything in it, the oldest first.
async fn notes(core: &Core, id: &CampaignId, since: Timestamp) -> Result<Vec<Note>, StoreError> {
    let store: &dyn Store = &*core.store;
    let mut until = last_journal(store).await?.saturating_add(1);
    let mut found = Vec::new();
    'back: while 1 < until {
        let from = std::cmp::max(until.saturating_sub(CHUNK), 1);
        let limit = usize::try_from(until - from).unwrap_or(usize::MAX);
        let rows = read_journal(store, from, limit).await?;
        let state = core.state.lock().await;
        for (_, entry) in rows.into_iter().rev().filter(|(number, _)| *number < until) {
            if entry.at < since {
                break 'back;
            }
            let Ok(subject) = entry.subject.parse::<Subject>() else { continue };
            if entry.deed != "note" || !is_of(&state, &subject, id) {
                continue;
            }
            let text = |name: &str| entry.detail.get(name).and_then(Value::as_str).map(str::to_owned);
            let Some(said) = text("text") else { continue };
            found.push(Note { at: entry.at, actor: entry.actor.clone(), subject, text: said, tag: text("tag") });
        }
        until = from;
    }
    found.reverse();
    Ok(found)
}

/// Whether a remark belongs to a campaign: it is about it or something in it, or about one of its creators, of whom people
/// speak without saying where.
fn is_of(state: &State, subject: &Subject, id: &CampaignId) -> bool {
    match subject {
        Subject::Creator(creator) => {
            let at = PartnershipRef { campaign: id.clone(), creator: creator.clone() };
            state.catalog.partnerships.contains_key(&at)
        }
        other => state.catalog.about(other).campaign.as_ref() == Some(id),
    }
}

/// The alerts of a campaign, the oldest first.
async fn incidents(core: &Core, id: &CampaignId, since: Timestamp) -> Result<Vec<Incident>, StoreError> {
    let mut found: BTreeMap<(Timestamp, String), Incident> = BTreeMap::new();
    let mut keep = |incident: Incident| {
        if incident.campaign.as_ref() == Some(id) && since <= incident.opened_at {
            found.insert((incident.opened_at, incident.id.to_string()), incident);
        }
    };
    for kept in crate::app::commands::open_incidents(core, None).await? {
        keep(kept.value);
    }
    let (_, mut from) = keys::due_until(since);
    let (_, until) = keys::all();
    loop {
        let rows = core.store.scan(Table::EndedIncidents, &from, &until, ROWS).await?;
        for (key, _) in &rows {
            let (_, id) = keys::read_due(key)?;
            if let Some(kept) = load::<Incident>(&*core.store, &id).await? {
                keep(kept.value);
            }
        }
        match rows.last() {
            Some((last, _)) if rows.len() == ROWS => from = keys::after(last),
            _ => break,
        }
    }
    Ok(found.into_values().collect())
}

fn tagged(note: &Note, wanted: impl Fn(&str) -> bool) -> bool {
    note.tag.as_deref().is_some_and(wanted)
}

impl Heard {
    /// The hours that were told, and how many notes of hours could not be read.
    pub(super) fn hours(&self) -> (Option<Decimal>, u32) {
        let told = self.notes.iter().filter(|note| tagged(note, effort::is_hours)).map(|note| effort::told(&note.text));
        told.fold((None, 0), |(sum, unread): (Option<Decimal>, u32), one| match one {
            Some(hours) => (sum.unwrap_or_default().checked_add(hours).or(sum), unread),
            None => (sum, unread.saturating_add(1)),
        })
    }

    /// Alerts about a creator.
    pub(super) fn alerts(&self, creator: &CreatorId) -> u32 {
        let own = self.incidents.iter().filter(|one| one.creator.as_ref() == Some(creator)).count();
        u32::try_from(own).unwrap_or(u32::MAX)
    }

    /// What people wrote under a tag that is looked for here.
    pub(super) fn remarks(&self, state: &State) -> Vec<Remark> {
        let is_told = |tag: &str| TOLD_TAGS.contains(&tag.to_lowercase().as_str());
        let remark = |note: &Note| Remark {
            at: note.at,
            by: called(state, &note.actor),
            about: views::names(state, &note.subject).creator,
            text: note.text.clone(),
            tag: note.tag.clone(),
        };
        self.notes.iter().filter(|note| tagged(note, is_told)).map(remark).collect()
    }

    fn is_undone(&self, number: u64) -> bool {
        self.done.iter().any(|(other, _)| other.undoes == Some(number))
    }

    /// What was stopped, the earliest first.
    pub(super) fn stops(&self, state: &State) -> Vec<Stop> {
        let stops = self.done.iter().filter(|(one, _)| one.deed.stops() && one.undoes.is_none());
        let mut all: Vec<Stop> = stops
            .map(|(one, at)| Stop {
                at: *at,
                who: views::names(state, &one.subject).creator,
                deed: one.deed.clone(),
                by: one.agreed.last().map_or_else(|| called(state, &one.asked_by), |agreed| agreed.name.clone()),
                undone: self.is_undone(one.number),
                avoidable: one.saves,
                saved: self
                    .saved
                    .get(&one.number)
                    .map_or(Err(Missing::NotJudged), |saved| saved.map_err(Missing::Untold)),
            })
            .collect();
        all.sort_by_key(|one| one.at);
        all
    }

    /// What happened, in the order of time.
    pub(super) fn timeline(&self, state: &State, campaign: &Campaign, now: Timestamp) -> Vec<Moment> {
        let catalog = &state.catalog;
        let zone = catalog.about(&Subject::Campaign(campaign.id.clone())).zone;
        let mut all = Vec::new();
        let began = start_of(campaign.starts, &zone).map(|at| (at, Happening::Began));
        let ended = end_of(campaign.ends, &zone).and_then(|at| at.checked_sub(SignedDuration::from_nanos(1)).ok());
        let ended = ended.map(|at| (at, Happening::Ended));
        let days = began.into_iter().chain(ended);
        all.extend(days.map(|(at, what)| Moment { at, who: None, what }));
        let pieces = catalog.deliverables.values().filter(|one| one.partnership.campaign == campaign.id);
        all.extend(pieces.filter_map(|piece| {
            let who = Some(catalog.creator_name(&piece.partnership.creator));
            Some(Moment { at: piece.live_at?, who, what: Happening::Live { piece: title_of(&piece.id) } })
        }));
        all.extend(self.incidents.iter().map(|one| Moment {
            at: one.opened_at,
            who: views::names(state, &one.subject).creator,
            what: Happening::Fired { kind: one.kind.clone() },
        }));
        all.extend(self.done.iter().map(|(one, at)| {
            let undone = one.undoes.and_then(|number| self.done.iter().find(|(other, _)| other.number == number));
            let what = match undone {
                Some((other, _)) => Happening::Undone { deed: other.deed.clone() },
                None => Happening::Done { deed: one.deed.clone() },
            };
            Moment { at: *at, who: views::names(state, &one.subject).creator, what }
        }));
        let others = self.notes.iter().filter(|note| !tagged(note, effort::is_hours));
        all.extend(others.map(|note| Moment {
            at: note.at,
            who: views::names(state, &note.subject).creator,
            what: Happening::Noted { text: note.text.clone(), tag: note.tag.clone() },
        }));
        all.retain(|one| one.at <= now);
        all.sort_by_key(|one| one.at);
        all
    }
}
