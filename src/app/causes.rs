//! What lies with a brand: found by a rule with a `cause`, or said by a person; and what it spares creators.
//!
//! Owns: when such a time begins, ends and is lifted, as versions that know when they were believed; that alerts about
//! creators which it explains are closed with it; what a person declares or takes back. Which numbers it takes out of the
//! judging is [`crate::rules::excuse`]'s to say. Survives: a kill anywhere. A turn of a rule is kept in the transaction of its
//! memory, and what was not kept is judged again.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, civil};
use serde_json::json;

use super::commands::{Asked, unknown};
use super::core::{Core, State};
use super::cycle::{self, Fired};
use super::records::{EXCUSE_VERSIONS_MAX, ExcuseRecord, ExcuseVersion};
use super::resolve::{Meant, resolve};
use super::watch;
use crate::domain::ids::{RuleId, Subject};
use crate::outbox::incident::{Happened, Incident, Stage};
use crate::rules::excuse::{Cause, Excuse};
use crate::rules::lifecycle::{Memory, Phase};
use crate::rules::receipt::Receipt;
use crate::rules::rule::Mode;
use crate::rules::window::Window;
use crate::store::records::{Loaded, load};
use crate::store::{StoreError, Transaction, keys};
use crate::words::buttons::Composed;
use crate::words::cause::{self, CauseReply};
use crate::words::command::{Moment, What};
use crate::words::view::{CauseView, ExcusedView};

/// The longest time that a person may say lies with the brand: a campaign of a quarter; more than that is another campaign.
const DECLARED_MAX: SignedDuration = SignedDuration::from_hours(92 * 24);

/// How a rule's change turns what is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It begins to lie with the brand.
    Open,
    /// It has recovered.
    Close,
    /// It never was: the condition held only for a moment.
    Lift,
}

/// What a change of a brand's or a campaign's rule does to what is believed; `None`: nothing.
#[must_use]
pub fn turned(excuses: &BTreeMap<u64, ExcuseRecord>, one: &Fired) -> Option<ExcuseRecord> {
    let change = one.judgement.change?;
    let rule = one.rule.rule.rule();
    match one.subject {
        Subject::Brand(_) | Subject::Campaign(_) => {}
        Subject::Partnership(..) | Subject::Creator(_) | Subject::Post(..) => return None,
    }
    let of_rule = |one_of: &&ExcuseRecord| one_of.rule.as_ref() == Some(&rule.id) && one_of.scope == one.subject;
    let lasting = excuses.values().find(|kept| of_rule(kept) && kept.lasts());
    let begins =
        matches!(change.from, Phase::Quiet | Phase::Resolved) && matches!(change.to, Phase::Pending | Phase::Firing);
    let turn = match (lasting, change.to) {
        (None, _) if begins && rule.mode != Mode::Shadow => Turn::Open,
        (Some(_), Phase::Resolved) => Turn::Close,
        (Some(_), Phase::Quiet) => Turn::Lift,
        (_, _) => return None,
    };
    let by = format!("rule:{}", rule.id);
    let known_at = change.at;
    let mut record = match lasting {
        Some(kept) => kept.clone(),
        None => ExcuseRecord {
            id: next_id(excuses),
            scope: one.subject.clone(),
            cause: rule.cause?,
            rule: Some(rule.id.clone()),
            reason: None,
            versions: Vec::new(),
            spared: Vec::new(),
        },
    };
    let from = record.versions.last().map_or_else(|| began(&one.judgement.receipt, change.to), |kept| kept.from);
    let version = match turn {
        Turn::Open => ExcuseVersion { known_at, from, until: None, lifted: false, by },
        Turn::Close => ExcuseVersion { known_at, from, until: Some(change.at), lifted: false, by },
        Turn::Lift => ExcuseVersion { known_at, from, until: Some(change.at), lifted: true, by },
    };
    push(&mut record, version);
    Some(record)
}

fn next_id(excuses: &BTreeMap<u64, ExcuseRecord>) -> u64 {
    excuses.last_key_value().map_or(1, |(id, _)| id.saturating_add(1))
}

fn push(record: &mut ExcuseRecord, version: ExcuseVersion) {
    record.versions.push(version);
    if EXCUSE_VERSIONS_MAX < record.versions.len() {
        record.versions.remove(0);
    }
}

/// When it began, as far as the readings say: at the start of the first window in which the condition held. A window without
/// a beginning of its own (the deal, posts) says only that it is so now.
fn began(receipt: &Receipt, to: Phase) -> Timestamp {
    let window = match to {
        Phase::Firing => receipt.windows.first(),
        Phase::Quiet | Phase::Pending | Phase::Recovering | Phase::Resolved => receipt.windows.last(),
    };
    match receipt.window {
        Window::Days(_) | Window::Hours(_) => window.map_or(receipt.at, |window| window.from),
        Window::Deal | Window::LastPosts(_) => receipt.at,
    }
}

/// What is believed once these have happened; `None` where they change nothing of it.
#[must_use]
pub fn believed(excuses: &BTreeMap<u64, ExcuseRecord>, fired: &[Fired]) -> Option<BTreeMap<u64, ExcuseRecord>> {
    let mut after: Option<BTreeMap<u64, ExcuseRecord>> = None;
    for one in fired {
        if let Some(record) = turned(after.as_ref().unwrap_or(excuses), one) {
            after.get_or_insert_with(|| excuses.clone()).insert(record.id, record);
        }
    }
    after
}

/// Rules that are under way on creators, partnerships and posts and need a number that was broken by what differs between
/// two beliefs: they are looked at again, whether or not they have news.
#[must_use]
pub fn concerned(state: &State, after: &BTreeMap<u64, ExcuseRecord>) -> BTreeSet<(RuleId, Subject)> {
    let before = &state.catalog.excuses;
    let differs = |subject: &Subject, rule: &RuleId| {
        let Some(ruled) = state.rules.get(rule) else { return false };
        let about = state.catalog.about(subject);
        let then = state.catalog.excused(before, subject, &about, None);
        let now = state.catalog.excused(after, subject, &about, None);
        then != now && then.iter().chain(&now).any(|one: &Excuse| one.concerns(&ruled.rule))
    };
    let under_way = |memory: &Memory| match memory.phase {
        Phase::Pending | Phase::Firing | Phase::Recovering => true,
        Phase::Quiet | Phase::Resolved => false,
    };
    let all = state.memory.iter().filter(|(_, _, memory)| under_way(memory));
    let moved = all.filter(|(rule, subject, _)| differs(subject, rule));
    moved.map(|(rule, subject, _)| (rule.clone(), subject.clone())).collect()
}

/// The excuse that explains why an incident is closed: the newest of those that reach its firing.
#[must_use]
pub fn explains(excused: &[Excuse], opened_at: Timestamp) -> Option<u64> {
    excused.iter().rfind(|one| one.lasts(opened_at)).or(excused.last()).map(|one| one.id)
}

/// One excuse as people are told of it.
fn view(state: &State, record: &ExcuseRecord, excuse: &Excuse) -> ExcusedView {
    let names = super::views::names(state, &record.scope);
    ExcusedView {
        cause: excuse.cause,
        brand: names.brand.unwrap_or_else(|| record.scope.to_string()),
        from: excuse.from,
        until: excuse.until,
    }
}

/// Excuses of a receipt as people are told of them, as they are believed now.
#[must_use]
pub fn views(state: &State, excused: &[Excuse]) -> Vec<ExcusedView> {
    let known = excused.iter().filter_map(|one| {
        let record = state.catalog.excuses.get(&one.id)?;
        Some(view(state, record, &record.excuse(None)?))
    });
    known.collect()
}

/// The excuse that closed an incident.
#[must_use]
pub fn closed_by(state: &State, incident: &Incident) -> Option<ExcusedView> {
    let id = incident.events.iter().rev().find_map(|event| match event.what {
        Happened::BrandCause { excuse } => Some(excuse),
        _ => None,
    })?;
    let record = state.catalog.excuses.get(&id).filter(|_| incident.stage == Stage::Resolved)?;
    // Also what was lifted later was the reason then.
    let last = record.versions.iter().rfind(|version| !version.lifted)?;
    let excuse = Excuse { id, from: last.from, until: last.until, cause: record.cause, by: last.by.clone() };
    Some(view(state, record, &excuse))
}

/// What an incident of a brand or a campaign spares its creators, where it does.
#[must_use]
pub fn of_incident(state: &State, incident: &Incident) -> Option<CauseView> {
    let record = linked(state, incident)?;
    let excuse = record.excuse(None)?;
    let creators = state.catalog.creators_within(&record.scope);
    Some(CauseView {
        span: view(state, record, &excuse),
        creators: creators.iter().map(|id| state.catalog.creator_name(id)).collect(),
        closed: u32::try_from(record.spared.len()).unwrap_or(u32::MAX),
    })
}

/// The newest excuse that hangs on an incident's rule and subject and reaches its firing.
fn linked<'a>(state: &'a State, incident: &Incident) -> Option<&'a ExcuseRecord> {
    let reaches = |record: &ExcuseRecord| {
        let last = record.versions.last();
        last.is_some_and(|one| one.from <= incident.opened_at && one.until.is_none_or(|end| incident.opened_at <= end))
    };
    state.catalog.excuses.values().rfind(|record| {
        record.rule.as_ref() == Some(&incident.rule) && record.scope == incident.subject && reaches(record)
    })
}

/// What a person means: a brand or a campaign, and the incident on it where they named one.
struct Target {
    scope: Subject,
    incident: Option<Incident>,
}

async fn target(core: &Core, what: &What) -> Result<Result<Target, CauseReply>, StoreError> {
    if let Some(id) = &what.incident
        && let Some(kept) = load::<Incident>(&*core.store, &keys::incident(id)).await?
    {
        let scope = kept.value.subject.clone();
        return Ok(match scope {
            Subject::Brand(_) | Subject::Campaign(_) => Ok(Target { scope, incident: Some(kept.value) }),
            Subject::Partnership(..) | Subject::Creator(_) | Subject::Post(..) => Err(CauseReply::NotABrand),
        });
    }
    Ok(match resolve(&core.state.lock().await.catalog, &what.typed) {
        Some(Meant::Subject(scope @ (Subject::Brand(_) | Subject::Campaign(_)))) => {
            Ok(Target { scope, incident: None })
        }
        Some(_) => Err(CauseReply::NotABrand),
        None => Err(CauseReply::Unknown),
    })
}

/// What a person said about a time.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// A brand, a campaign, or an incident of one.
    pub what: &'a What,
    /// Since when; not needed for an incident.
    pub from: Option<Moment>,
    /// Until when; now, or as long as the incident lasts.
    pub to: Option<Moment>,
    /// Why.
    pub reason: Option<&'a str>,
}

/// A person says that a time lies with the brand. Asks first.
pub async fn declare(core: &Core, asked: &Asked, said: Said<'_>) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let plain = |reply: CauseReply| Ok(Composed::plain(reply.say(&asked.reader, now)));
    let target = match target(core, said.what).await? {
        Ok(target) => target,
        Err(CauseReply::Unknown) => {
            return Ok(Composed::plain(unknown(core, asked, &said.what.typed).await.say(&asked.reader, now)));
        }
        Err(reply) => return plain(reply),
    };
    let state = core.state.lock().await;
    let Some((from, until)) = span_of(&state, &target, &said, now) else { return plain(CauseReply::NoSpan) };
    let cause = target.incident.as_ref().and_then(|one| state.rules.get(&one.rule)?.rule.rule().cause);
    let (cause, by) = (cause.unwrap_or(Cause::Other), format!("chat:{}", asked.actor()));
    let rule = target.incident.as_ref().map(|one| one.rule.clone());
    let same = |kept: &&ExcuseRecord| kept.scope == target.scope && kept.rule == rule;
    let covers = |kept: &ExcuseRecord| {
        kept.excuse(None).is_some_and(|one| {
            one.from <= from
                && (one.until.is_none() || until.is_some_and(|until| one.until.is_some_and(|end| until <= end)))
        })
    };
    let is_kept = state.catalog.excuses.values().any(|kept| same(&kept) && covers(kept));
    let record = ExcuseRecord {
        id: next_id(&state.catalog.excuses),
        scope: target.scope.clone(),
        cause,
        rule,
        reason: said.reason.map(str::to_owned),
        versions: vec![ExcuseVersion { known_at: now, from, until, lifted: false, by }],
        spared: Vec::new(),
    };
    let creators = state.catalog.creators_within(&target.scope).len();
    let excuse = Excuse { id: record.id, from, until, cause, by: String::new() };
    let shown = view(&state, &record, &excuse);
    let zone = state.catalog.about(&target.scope).zone;
    drop(state);
    if is_kept {
        return plain(CauseReply::Declared { span: shown });
    }
    if !asked.confirmed {
        let typed = retyped(&said, (from, until), &zone);
        let creators = u32::try_from(creators).unwrap_or(u32::MAX);
        return Ok(cause::confirm_declare(&shown, creators, &typed, &asked.reader, now));
    }
    keep(core, asked, record, target.incident.as_ref(), "excuse_declared").await?;
    plain(CauseReply::Declared { span: shown })
}

/// The same with its times written out, so that what is confirmed is what was shown.
fn retyped(said: &Said<'_>, (from, until): (Timestamp, Option<Timestamp>), zone: &jiff::tz::TimeZone) -> String {
    let written = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let mut typed = format!("excuse \"{}\"", said.what.typed);
    if let (Some(_), Some(until)) = (said.from, until) {
        typed = format!("{typed} {} {}", written(from), written(until));
        if let Some(reason) = said.reason {
            typed = format!("{typed} {reason}");
        }
    }
    typed
}

fn span_of(state: &State, target: &Target, said: &Said<'_>, now: Timestamp) -> Option<(Timestamp, Option<Timestamp>)> {
    let zone = state.catalog.about(&target.scope).zone;
    let at = |moment: Moment, ends: bool| instant(moment, ends, &zone, now);
    let (from, until) = match (said.from, &target.incident) {
        (Some(from), _) => (at(from, false)?, Some(said.to.map_or(Some(now), |to| at(to, true))?)),
        (None, Some(incident)) => {
            let receipt: Option<Receipt> = serde_json::from_value(incident.receipt.clone()).ok();
            let from = receipt.map_or(incident.opened_at, |receipt| began(&receipt, Phase::Firing));
            (from, incident.resolved_at.filter(|_| incident.stage == Stage::Resolved))
        }
        (None, None) => return None,
    };
    let end = until.unwrap_or(now);
    let fits = from < end && end.duration_since(from) <= DECLARED_MAX && end.duration_since(now) <= DECLARED_MAX;
    fits.then_some((from, until))
}

/// An instant as it was said: a day begins at its midnight and ends at the next one.
fn instant(moment: Moment, ends: bool, zone: &jiff::tz::TimeZone, now: Timestamp) -> Option<Timestamp> {
    let of = |at: civil::DateTime| Some(at.to_zoned(zone.clone()).ok()?.timestamp());
    match moment {
        Moment::Now => Some(now),
        Moment::Day(day) if ends => of(day.tomorrow().ok()?.at(0, 0, 0, 0)),
        Moment::Day(day) => of(day.at(0, 0, 0, 0)),
        Moment::At(at) => of(at),
        Moment::Clock(time) => of(now.to_zoned(zone.clone()).date().to_datetime(time)),
    }
}

/// A person says that it did not lie with the brand after all. Asks first.
pub async fn lift(core: &Core, asked: &Asked, what: &What) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let plain = |reply: CauseReply| Ok(Composed::plain(reply.say(&asked.reader, now)));
    let target = match target(core, what).await? {
        Ok(target) => target,
        Err(CauseReply::Unknown) => {
            return Ok(Composed::plain(unknown(core, asked, &what.typed).await.say(&asked.reader, now)));
        }
        Err(reply) => return plain(reply),
    };
    let state = core.state.lock().await;
    let found = match &target.incident {
        Some(incident) => linked(&state, incident).filter(|record| record.excuse(None).is_some()),
        None => state.catalog.excuses.values().rfind(|kept| kept.scope == target.scope && kept.excuse(None).is_some()),
    };
    let Some((mut record, excuse)) = found.cloned().and_then(|record| Some((record.clone(), record.excuse(None)?)))
    else {
        return plain(CauseReply::NothingToLift);
    };
    let shown = view(&state, &record, &excuse);
    drop(state);
    if !asked.confirmed {
        return Ok(cause::confirm_lift(&shown, &format!("unexcuse \"{}\"", what.typed), &asked.reader, now));
    }
    let by = format!("chat:{}", asked.actor());
    let until = Some(excuse.until.unwrap_or(now));
    push(&mut record, ExcuseVersion { known_at: now, from: excuse.from, until, lifted: true, by });
    keep(core, asked, record, target.incident.as_ref(), "excuse_lifted").await?;
    plain(CauseReply::Lifted { span: shown })
}

/// Keeps what a person said, shows it where its incident is shown, and looks again at whom it concerns.
async fn keep(
    core: &Core,
    asked: &Asked,
    record: ExcuseRecord,
    incident: Option<&Incident>,
    deed: &str,
) -> Result<(), StoreError> {
    let pen = core.pen.lock().await;
    let kept = load::<ExcuseRecord>(&*core.store, &keys::number(record.id)).await?;
    let mut transaction = Transaction::new();
    transaction.set(kept.as_ref(), &record)?;
    let detail = json!({ "excuse": record, "incident": incident.map(|one| one.id.as_str()) });
    transaction.append_journal(&core.line_by(&asked.actor(), deed, &record.scope, detail))?;
    if let Some(incident) = incident {
        show_again(core, &mut transaction, incident).await?;
    }
    core.store.commit(transaction).await?;
    let mut state = core.state.lock().await;
    let mut after = state.catalog.excuses.clone();
    after.insert(record.id, record);
    let again = concerned(&state, &after);
    state.catalog.excuses = after;
    state.judged.clear();
    drop(state);
    drop(pen);
    cycle::ring_deliverers(core);
    core.bells.levels.ring();
    watch::judge_again(core, &again).await
}

/// Asks the rooms of an incident to be shown it as it is now.
pub async fn show_again(core: &Core, transaction: &mut Transaction, incident: &Incident) -> Result<(), StoreError> {
    let Some(mut kept) = load::<Incident>(&*core.store, &keys::incident(&incident.id)).await? else { return Ok(()) };
    kept.value.revision = kept.value.revision.saturating_add(1);
    cycle::tell_again(core, transaction, &kept.value).await?;
    transaction.update(&kept)?;
    Ok(())
}

/// What became of the excuses of a cycle: those that turned, and the alerts they closed, each written once.
#[derive(Debug, Default)]
pub struct Turned(BTreeMap<u64, (Option<Loaded<ExcuseRecord>>, ExcuseRecord, bool)>);

impl Turned {
    /// Follows a rule's change. The journal says what is believed now.
    pub async fn follow(&mut self, core: &Core, transaction: &mut Transaction, one: &Fired) -> Result<(), StoreError> {
        let mut excuses = core.state.lock().await.catalog.excuses.clone();
        excuses.extend(self.0.iter().map(|(id, (_, record, _))| (*id, record.clone())));
        let Some(record) = turned(&excuses, one) else { return Ok(()) };
        let deed = match record.versions.last() {
            Some(last) if last.lifted => "excuse_lifted",
            Some(last) if last.until.is_some() => "excuse_closed",
            Some(_) | None => "excuse_opened",
        };
        let detail = json!({ "excuse": record.id, "cause": record.cause, "version": record.versions.last() });
        transaction.append_journal(&core.line(deed, &record.scope, detail))?;
        let kept = load::<ExcuseRecord>(&*core.store, &keys::number(record.id)).await?;
        self.0.insert(record.id, (kept, record, false));
        Ok(())
    }

    /// Notes that an excuse closed an alert.
    pub async fn spare(&mut self, core: &Core, id: u64, incident: &Incident) -> Result<(), StoreError> {
        if let Entry::Vacant(place) = self.0.entry(id) {
            let Some(kept) = load::<ExcuseRecord>(&*core.store, &keys::number(id)).await? else { return Ok(()) };
            let record = kept.value.clone();
            place.insert((Some(kept), record, false));
        }
        if let Some((_, record, spares)) = self.0.get_mut(&id)
            && record.spared.len() < super::records::SPARED_MAX
            && !record.spared.contains(&incident.id)
        {
            record.spared.push(incident.id.clone());
            *spares = true;
        }
        Ok(())
    }

    /// Writes them down; the brand's own message counts what was closed, unless it is told anew in this cycle anyway.
    pub async fn write(
        &self,
        core: &Core,
        transaction: &mut Transaction,
        told: &BTreeSet<(RuleId, Subject)>,
    ) -> Result<(), StoreError> {
        for (kept, record, spares) in self.0.values() {
            transaction.set(kept.as_ref(), record)?;
            let Some(rule) = record.rule.clone().filter(|_| *spares) else { continue };
            if told.contains(&(rule.clone(), record.scope.clone())) {
                continue;
            }
            if let Some(incident) = cycle::open_incident(core, &rule, &record.scope).await? {
                show_again(core, transaction, &incident.value).await?;
            }
        }
        Ok(())
    }

    /// Shows them in the picture, once they are kept.
    pub fn show(self, state: &mut State) {
        state.catalog.excuses.extend(self.0.into_iter().map(|(id, (_, record, _))| (id, record)));
    }
}
