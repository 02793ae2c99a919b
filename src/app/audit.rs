//! Who did what, when and why: the journal, for whoever may read it.
//!
//! Owns: which lines are somebody's deeds (a person's, or an action on money), and which of them a reader may see: the
//! team's everything of its brands, a client what was decided and done for theirs. Refuses: people's words to clients, and
//! where an agency works for them what is paid and that there are alerts nobody has shown them. The journal is read from its
//! end, a bounded number of lines at a time.

use jiff::Timestamp;
use serde_json::Value;

use super::commands::Asked;
use super::core::{Core, State};
use super::retention::{Cut, retained};
use super::views;
use crate::domain::action::Deed;
use crate::domain::document::PartnershipRef;
use crate::domain::ids::{BoostId, BrandId, CampaignId, PersonId, RoomId, RuleId, Subject};
use crate::domain::journal::JournalEntry;
use crate::domain::person::{Audience, Reach, Role};
use crate::outbox::incident::{Incident, IncidentId};
use crate::store::records::{last_journal, load, read_journal};
use crate::store::{Store, StoreError, keys};
use crate::words::audit::{self, AuditLine, AuditView, PAGE};
use crate::words::buttons::Composed;

/// Lines of the journal looked through for one answer in a chat. What is older is for the terminal, which reads all.
const LOOK_MAX: u64 = 50_000;

/// Lines read at once.
const CHUNK: u64 = 500;

/// What the program does by itself that moves money or reaches people; everything else it notes is not an audit's.
const OWN_DEEDS: [&str; 7] = [
    "proposal_moved",
    "level_changed",
    "incident_escalated",
    "escalation_failed",
    "excuse_opened",
    "excuse_closed",
    "room_closed",
];

/// What clients see of their brand: what was decided, what was done, and who may.
const FOR_CLIENTS: [&str; 11] = [
    "action_approved",
    "proposal_rejected",
    "proposal_moved",
    "incident_acknowledged",
    "incident_snoozed",
    "excuse_declared",
    "excuse_lifted",
    "grant_given",
    "grant_revoked",
    "rule_mode_set",
    "level_changed",
];

/// Of these, what is about an alert and nothing else.
const ABOUT_ALERTS: [&str; 3] = ["proposal_rejected", "incident_acknowledged", "incident_snoozed"];

/// Who reads: what they may see.
#[derive(Debug, Clone)]
pub struct Sight {
    /// The brands they may see everything of; `None`: all.
    team: Option<Vec<BrandId>>,
    /// The brands they see as a client.
    client: Vec<BrandId>,
    /// Everybody in the place reads it: only its brand, and as a client where it is a client's room.
    place: Option<(Option<BrandId>, Audience)>,
    /// An agency works for whoever reads it: of alerts that were not shown to them, and of what is paid, they hear nothing.
    kept_from: bool,
}

impl Sight {
    /// Whoever sits at the terminal of the installation.
    #[must_use]
    pub fn all() -> Self {
        Self { team: None, client: Vec::new(), place: None, kept_from: false }
    }

    /// Of somebody, where they ask.
    #[must_use]
    pub fn of(state: &State, asked: &Asked) -> Self {
        let at = &asked.speaker.address;
        let room = state.catalog.room_at(at.chat, &at.place, at.topic).filter(|_| !asked.speaker.direct);
        let place = room.map(|room| (room.brand.clone(), room.audience));
        let kept_from = asked.audience == Audience::Client;
        let mut sight = Self { team: Some(Vec::new()), client: Vec::new(), place, kept_from };
        let Some(person) = &asked.person else { return sight };
        for grant in state.catalog.grants_of(&person.id) {
            let brands: Option<Vec<BrandId>> = match &grant.reach {
                Reach::All => None,
                Reach::Brand(id) => Some(vec![id.clone()]),
                Reach::Campaign(id) => {
                    Some(state.catalog.campaigns.get(id).map(|one| one.brand.clone()).into_iter().collect())
                }
            };
            match (grant.role, brands) {
                (Role::Manager | Role::Agency | Role::Operator, None) => sight.team = None,
                (Role::Manager | Role::Agency | Role::Operator, Some(brands)) => {
                    if let Some(team) = &mut sight.team {
                        team.extend(brands);
                    }
                }
                (Role::ClientOwner, None) => sight.client.extend(state.catalog.brands.keys().cloned()),
                (Role::ClientOwner, Some(brands)) => sight.client.extend(brands),
                (Role::Creator | Role::TalentManager | Role::Analyst, _) => {}
            }
        }
        sight
    }

    fn is_of_team(&self, brand: Option<&BrandId>) -> bool {
        match (&self.team, brand) {
            (None, _) => true,
            (Some(team), Some(brand)) => team.contains(brand),
            (Some(_), None) => false,
        }
    }

    /// How a line of a brand is seen: `Some(true)` as a client, `None` not at all.
    fn sees(&self, brand: Option<&BrandId>, deed: &str) -> Option<bool> {
        let client_place = match &self.place {
            Some((of, audience)) => {
                if of.is_some() && of.as_ref() != brand {
                    return None;
                }
                *audience == Audience::Client
            }
            None => false,
        };
        if self.is_of_team(brand) && !client_place {
            return Some(false);
        }
        let theirs = brand.is_some_and(|brand| self.client.contains(brand)) || self.is_of_team(brand);
        (theirs && FOR_CLIENTS.contains(&deed)).then_some(true)
    }

    /// Whether nothing is seen but as a client.
    fn is_client(&self) -> bool {
        let nothing = self.team.as_ref().is_some_and(Vec::is_empty);
        nothing || self.place.as_ref().is_some_and(|(_, audience)| *audience == Audience::Client)
    }
}

/// A line of the audit, with its number and the entry it was made of.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its number in the journal.
    pub number: u64,
    /// The line as people read it.
    pub line: AuditLine,
    /// Its details, where the reader may see them.
    pub detail: Option<Value>,
    /// As it is kept.
    pub entry: JournalEntry,
}

/// What is asked of the journal.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Only what has to do with this.
    pub about: Option<String>,
    /// Only from then on.
    pub since: Option<Timestamp>,
    /// Pass over so many.
    pub skip: usize,
    /// At most so many; `None`: all.
    pub most: Option<usize>,
    /// Look through at most so many lines.
    pub look: Option<u64>,
}

/// The deeds that a reader may see, the newest first.
pub async fn find(core: &Core, sight: &Sight, question: &Question) -> Result<Vec<Found>, StoreError> {
    let store: &dyn Store = &*core.store;
    let mut until = last_journal(store).await?.saturating_add(1);
    let floor = question.look.map_or(1, |look| until.saturating_sub(look));
    let (mut found, mut passed) = (Vec::new(), 0);
    while 1 < until && floor < until {
        let from = std::cmp::max(until.saturating_sub(CHUNK), 1);
        let limit = usize::try_from(until - from).unwrap_or(usize::MAX);
        let rows = read_journal(store, from, limit).await?;
        let state = core.state.lock().await;
        // Where the beginning was cut off, later lines answer for it.
        for (number, entry) in rows.into_iter().rev().filter(|(number, _)| *number < until) {
            if question.since.is_some_and(|since| entry.at < since) {
                return Ok(found);
            }
            let Some(mut one) = seen(&state, sight, number, entry) else { continue };
            let as_client = one.detail.is_none();
            if as_client && sight.kept_from && !is_shown(core, one.line.incident.as_deref()).await? {
                if ABOUT_ALERTS.contains(&one.entry.deed.as_str()) {
                    continue;
                }
                one.line.incident = None;
            }
            if !question.about.as_ref().is_none_or(|about| concerns(&state, &one, about)) {
                continue;
            }
            if passed < question.skip {
                passed += 1;
                continue;
            }
            found.push(one);
            if question.most.is_some_and(|most| most <= found.len()) {
                return Ok(found);
            }
        }
        until = from;
    }
    Ok(found)
}

/// Whether an alert was shown to the client: of any other they are not told that there is one.
async fn is_shown(core: &Core, incident: Option<&str>) -> Result<bool, StoreError> {
    let Some(id) = incident.and_then(IncidentId::typed) else { return Ok(false) };
    let kept = load::<Incident>(&*core.store, &keys::incident(&id)).await?;
    Ok(kept.is_some_and(|kept| kept.value.released))
}

/// A line as a reader sees it; `None` where it is nobody's deed, or not theirs to see.
fn seen(state: &State, sight: &Sight, number: u64, entry: JournalEntry) -> Option<Found> {
    let by_program = entry.actor == "plimsoll" || entry.actor.starts_with("rule/") || entry.actor.starts_with("rule:");
    if by_program && !OWN_DEEDS.contains(&entry.deed.as_str()) {
        return None;
    }
    let stage = entry.detail.get("stage").and_then(|stage| stage.get("stage")).and_then(Value::as_str);
    if by_program && stage.is_some_and(|stage| matches!(stage, "approved" | "doing" | "done" | "proposed")) {
        // Steps on the way; where it ends is told.
        return None;
    }
    let brand = brand_of(state, &entry);
    let client = sight.sees(brand.as_ref(), &entry.deed)?;
    let text = |name: &str| entry.detail.get(name).and_then(Value::as_str).map(str::to_owned);
    let deed = match (entry.deed.as_str(), stage) {
        ("proposal_moved", Some(stage)) => format!("action_{stage}"),
        (deed, _) => deed.to_owned(),
    };
    let action = entry.detail.get("do").and_then(|deed| serde_json::from_value::<Deed>(deed.clone()).ok());
    if client && sight.kept_from && action.as_ref().is_some_and(Deed::sets_amount) {
        // What a boost may spend and what a creator gets is between the agency and whom it pays.
        return None;
    }
    let why = text("reason").or_else(|| text("text")).or_else(|| text("why"));
    let line = AuditLine {
        at: entry.at,
        who: (!by_program).then(|| who(state, &entry.actor)),
        deed,
        action,
        what: what(state, &entry.subject),
        incident: text("incident"),
        // What people write is the team's.
        why: why.filter(|_| !client),
    };
    let detail = (!client).then(|| entry.detail.clone());
    Some(Found { number, line, detail, entry })
}

/// What to call an actor: a person's name where it is one.
fn who(state: &State, actor: &str) -> String {
    let id = actor.strip_prefix("chat:").unwrap_or(actor);
    let person = PersonId::new(id).ok().and_then(|id| state.catalog.people.get(&id));
    person.map_or_else(|| actor.to_owned(), |person| person.name.clone())
}

/// What to call what was done something to.
fn what(state: &State, subject: &str) -> String {
    let Ok(subject) = subject.parse::<Subject>() else { return subject.to_owned() };
    let names = views::names(state, &subject);
    let parts: Vec<String> = [names.creator, names.campaign].into_iter().flatten().collect();
    if parts.is_empty() { names.brand.unwrap_or_else(|| subject.to_string()) } else { parts.join(" · ") }
}

/// The brand that a line belongs to, if it belongs to one.
fn brand_of(state: &State, entry: &JournalEntry) -> Option<BrandId> {
    let catalog = &state.catalog;
    let of_campaign = |id: &str| {
        let id = CampaignId::new(id).ok()?;
        catalog.campaigns.get(&id).map(|one| one.brand.clone())
    };
    if let Ok(subject) = entry.subject.parse::<Subject>() {
        let about = catalog.about(&subject);
        return about.brand.or_else(|| {
            // Somebody who works for several brands is no single brand's business.
            let mut brands = catalog.brands_of(about.creator.as_ref()?).cloned();
            let first = brands.next()?;
            brands.all(|other| other == first).then_some(first)
        });
    }
    let (kind, id) = entry.subject.split_once('/')?;
    match kind {
        "room" => catalog.room(&RoomId::new(id).ok()?)?.brand.clone(),
        "rule" => super::promotion::brand_of(state, &RuleId::new(id).ok()?),
        "deliverable" => of_campaign(id.split('/').next()?),
        "boost" => {
            let PartnershipRef { campaign, .. } = &catalog.boosts.get(&BoostId::new(id).ok()?)?.partnership;
            catalog.campaigns.get(campaign).map(|one| one.brand.clone())
        }
        "person" => match serde_json::from_value::<Reach>(entry.detail.get("reach")?.clone()).ok()? {
            Reach::Brand(id) => Some(id),
            Reach::Campaign(id) => of_campaign(id.as_str()),
            Reach::All => None,
        },
        _ => None,
    }
}

/// Whether a line has to do with what was asked about: a person, an alert, a creator, a room, a deed.
fn concerns(state: &State, one: &Found, about: &str) -> bool {
    let wanted = about.trim().trim_start_matches('#').to_lowercase();
    let meant = match super::resolve::resolve(&state.catalog, about) {
        Some(super::resolve::Meant::Subject(subject)) => Some(subject),
        Some(_) | None => None,
    };
    if let (Some(meant), Ok(subject)) = (&meant, one.entry.subject.parse::<Subject>()) {
        let about = state.catalog.about(&subject);
        let within = match meant {
            Subject::Brand(id) => about.brand.as_ref() == Some(id),
            Subject::Campaign(id) => about.campaign.as_ref() == Some(id),
            Subject::Creator(id) => about.creator.as_ref() == Some(id),
            Subject::Partnership(..) | Subject::Post(..) => subject == *meant,
        };
        if within {
            return true;
        }
    }
    let has = |text: &str| text.to_lowercase() == wanted || text.to_lowercase().ends_with(&format!("/{wanted}"));
    has(&one.entry.actor)
        || one.line.who.as_deref().is_some_and(has)
        || has(&one.entry.subject)
        || has(&one.line.deed)
        || one.line.incident.as_deref().is_some_and(has)
}

/// What was cut off the beginning of the journal, if anything was.
pub async fn removed(store: &dyn Store) -> Result<Option<Cut>, StoreError> {
    Ok(retained(store).await?.and_then(|kept| kept.value.journal))
}

/// A page of the audit in a chat.
pub async fn in_chat(
    core: &Core,
    asked: &Asked,
    about: Option<&str>,
    page: u32,
    now: Timestamp,
) -> Result<Composed, StoreError> {
    let page = page.saturating_sub(1);
    let sight = Sight::of(&*core.state.lock().await, asked);
    let question = Question {
        about: about.map(str::to_owned),
        skip: usize::try_from(page).unwrap_or(usize::MAX).saturating_mul(PAGE),
        most: Some(PAGE.saturating_add(1)),
        look: Some(LOOK_MAX),
        ..Question::default()
    };
    let found = find(core, &sight, &question).await?;
    let more = PAGE < found.len();
    let lines = found.into_iter().take(PAGE).map(|one| one.line).collect();
    let gone_until = removed(&*core.store).await?.filter(|_| !more).map(|cut| cut.until);
    let view = AuditView { about: question.about, lines, page, more, client: sight.is_client(), gone_until };
    Ok(audit::compose(&view, &asked.reader, now))
}
