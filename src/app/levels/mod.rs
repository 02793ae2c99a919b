//! Levels that may be lost: the case behind a downgrade's incident, carried from its notice to its end.
//!
//! Owns: that the creator hears first, that the clock starts with their hearing, and that each step is one transaction with
//! its notices, its line in the journal and, where a level changes, the new version of the document. What is to be done is
//! decided by [`crate::rules::downgrade`]. Survives: a kill anywhere. A case says what it waits for, and the next start
//! finds it where it stands.

mod answer;
mod mediation;
pub(super) mod numbers;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

pub use answer::{appeal, criteria, press};

use super::apply::put_level;
use super::catalog::{About as Known, Groups, judging};
use super::core::{Core, State};
use super::cycle::{self, Fired};
use super::past::memory;
use super::records::{LevelCase, MemoryRecord};
use crate::domain::habits::Topic;
use crate::domain::ids::{BrandId, CreatorId, ProgramId, RuleId, Subject};
use crate::domain::person::Room;
use crate::domain::verdict::Verdict;
use crate::outbox::delivery::Delivery;
use crate::outbox::incident::{Event, Happened, Incident, Stage as Shown};
use crate::outbox::notice::{About, Notice, Urgency};
use crate::outbox::retry;
use crate::rules::downgrade::{Case, Facts, Milestone, Side, Stage, Step};
use crate::rules::eval::Scratch;
use crate::rules::excuse::overlap;
use crate::rules::judge::Change;
use crate::rules::lifecycle::{Memory, Phase, Reason};
use crate::rules::readings::Span;
use crate::rules::rule::Kind;
use crate::store::records::{Loaded, load, scan_range};
use crate::store::{Key, StoreError, Table, Transaction, keys};

/// Cases looked at in one round; a programme has hundreds of members, and few of them are in danger at once.
const ROUND_MAX: usize = 10_000;

/// What a firing downgrade rule begins.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Whose programme it is.
    pub brand: BrandId,
    /// Which.
    pub program: ProgramId,
    /// Who may lose the level.
    pub creator: CreatorId,
    /// The case.
    pub case: Case,
}

/// What a firing rule begins, if it is about a level and its creator is on it.
#[must_use]
pub fn opening(state: &State, one: &Fired, now: Timestamp) -> Option<Opening> {
    let rule = one.rule.rule.rule();
    let (Kind::Downgrade, Subject::Creator(creator)) = (rule.kind, &one.subject) else { return None };
    let (id, level) = (rule.program.as_ref()?, rule.level.as_deref()?);
    let program = state.catalog.programs.get(id)?;
    let member = state.catalog.members.get(&(id.clone(), creator.clone()))?;
    let below = program.below(level)?;
    let zone = state.catalog.brands.get(&program.brand).map_or(jiff::tz::TimeZone::UTC, |brand| brand.zone.rules());
    let since = member.since.0.to_zoned(zone).ok()?.timestamp();
    let length =
        |given: Option<crate::rules::rule::Length>| given.map_or(SignedDuration::ZERO, crate::rules::rule::Length::get);
    let case = Case::open((level, &below.name), now, since, (length(rule.grace), length(rule.stay)));
    Some(Opening { brand: program.brand.clone(), program: id.clone(), creator: creator.clone(), case })
}

/// Keeps a new case beside its incident, over an older one of the same rule and creator. Its notice is the creator's own:
/// told by itself, and worth telling as long as the case lasts.
pub async fn begin(
    core: &Core,
    transaction: &mut Transaction,
    notice: &mut Notice,
    opening: &Opening,
    incident: &Incident,
) -> Result<(), StoreError> {
    let Opening { program, creator, case, .. } = opening.clone();
    notice.cause = format!("level/{}", incident.id.as_str());
    notice.expires_at = std::cmp::max(notice.expires_at, notice.at.checked_add(case.grace).unwrap_or(notice.at));
    let (rule, subject) = (incident.rule.clone(), incident.subject.clone());
    let kept = load::<LevelCase>(&*core.store, &keys::rule_and_subject(&rule, &subject)).await?;
    let record = LevelCase { rule, subject, creator, program, incident: incident.id.clone(), case };
    transaction.set(kept.as_ref(), &record)?;
    Ok(())
}

/// The case of an incident, while it is the newest of its rule and creator.
pub async fn case_of(core: &Core, incident: &Incident) -> Result<Option<Loaded<LevelCase>>, StoreError> {
    let kept = load::<LevelCase>(&*core.store, &keys::rule_and_subject(&incident.rule, &incident.subject)).await?;
    Ok(kept.filter(|kept| kept.value.incident == incident.id))
}

/// An incident ended by its rule: with the numbers the level stays, otherwise there is nothing to decide any more.
pub async fn rule_ended(
    core: &Core,
    transaction: &mut Transaction,
    incident: &Incident,
    change: Change,
) -> Result<(), StoreError> {
    let Some(mut kept) = case_of(core, incident).await? else { return Ok(()) };
    let recovered = change.reason == Reason::Recovered;
    let Some(after) = kept.value.case.rule_ended(recovered, change.at) else { return Ok(()) };
    let was_told = kept.value.case.told_at.is_some();
    kept.value.case = after;
    let step = if recovered { Milestone::Kept } else { Milestone::Withdrawn };
    journal(core, transaction, &kept.value, step, "plimsoll")?;
    if was_told {
        let rooms = rooms(core, &kept.value, Whom::Creator).await;
        tell(core, transaction, &kept.value, step, &rooms).await?;
    }
    transaction.update(&kept)?;
    Ok(())
}

/// Takes every case as far as it goes now; answers when the next is due.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    let (from, until) = keys::all();
    let rows = core.store.scan(Table::DueLevels, &from, &until, ROUND_MAX).await?;
    let mut wake: Option<Timestamp> = None;
    for (row, kept) in rows {
        let (at, key) = keys::read_due(&row)?;
        // Who is not told yet waits for a delivery, not for a time.
        let telling = kept.bytes == Stage::Telling.as_str().as_bytes();
        let next = if at <= core.clock.now() || telling { carry_on(core, &key).await? } else { Some(at) };
        wake = match (wake, next.filter(|at| *at != Timestamp::MAX)) {
            (Some(one), Some(other)) => Some(std::cmp::min(one, other)),
            (one, other) => one.or(other),
        };
    }
    Ok(wake)
}

/// Takes one case step by step until it has to wait.
async fn carry_on(core: &Core, key: &Key) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let pen = core.pen.lock().await;
        let Some(kept) = load::<LevelCase>(&*core.store, key).await? else { return Ok(None) };
        if kept.value.case.stage == Stage::Telling {
            tell_creator_too(core, &kept.value).await?;
        }
        let now = core.clock.now();
        let step = kept.value.case.next(&facts(core, &kept.value).await?, now);
        if let Step::Wait(at) = step {
            return Ok(at);
        }
        match take(core, kept, step, now).await {
            // Somebody was quicker, such as a delivery that was recorded: it is looked at as it is now.
            Ok(()) | Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        drop(pen);
        if matches!(step, Step::Lower) {
            core.reload().await?;
        }
    }
}

/// A creator who came to a chat only after the rule had fired is told there as well.
async fn tell_creator_too(core: &Core, case: &LevelCase) -> Result<(), StoreError> {
    let about = About::Incident(case.incident.clone());
    let mut untold = Vec::new();
    for room in rooms(core, case, Whom::Creator).await {
        if load::<Delivery>(&*core.store, &keys::delivery(&about, &room.id)).await?.is_none() {
            untold.push(room);
        }
    }
    let incident = load::<Incident>(&*core.store, &keys::incident(&case.incident)).await?;
    let Some(incident) = incident.filter(|_| !untold.is_empty()) else { return Ok(()) };
    let mut transaction = Transaction::new();
    let notice = notice(core, about, incident.value.revision);
    cycle::deliver_to(core, &mut transaction, &notice, &untold.iter().collect::<Vec<_>>()).await?;
    core.store.commit(transaction).await?;
    cycle::ring_deliverers(core);
    Ok(())
}

/// What is known about a case now.
async fn facts(core: &Core, case: &LevelCase) -> Result<Facts, StoreError> {
    let (from, until) = keys::deliveries_of(&About::Incident(case.incident.clone()));
    let deliveries = scan_range::<Delivery>(&*core.store, &from, &until).await?;
    let state = core.state.lock().await;
    let own = state.catalog.creator_rooms(&case.creator);
    let delivered_at = deliveries
        .iter()
        .filter(|one| own.iter().any(|room| room.id == one.value.room))
        .filter_map(|one| one.value.message.as_ref().map(|message| message.sent_at))
        .min();
    let member = state.catalog.members.get(&(case.program.clone(), case.creator.clone()));
    let ruled = state.rules.get(&case.rule);
    let active = member.filter(|one| one.state == crate::domain::document::Running::Active);
    let level = active.filter(|_| ruled.is_some()).map(|one| one.level.clone());
    let (verdict, newest) = stand(core, &state, case);
    let fresh = newest.is_some_and(|at| core.clock.now().duration_since(at) <= core.config.guards.freshness.0);
    let (excused, excuse_lasts) = excused(core, &state, case);
    Ok(Facts { delivered_at, reachable: !own.is_empty(), level, verdict, fresh, excused, excuse_lasts })
}

/// How much of the time since the creator was told lies with a brand and breaks what the level asks for; whether it lasts.
fn excused(core: &Core, state: &State, case: &LevelCase) -> (SignedDuration, bool) {
    let (Some(ruled), Some(told_at)) = (state.rules.get(&case.rule), case.case.told_at) else {
        return (SignedDuration::ZERO, false);
    };
    let now = core.clock.now();
    let about = state.catalog.about(&case.subject);
    let ours = || about.excused.iter().filter(|one| one.concerns(&ruled.rule));
    (overlap(ours(), Span { from: told_at, until: now }), ours().any(|one| one.lasts(now)))
}

/// Whether the criterion is not met now, and when the newest number in it was observed.
fn stand(core: &Core, state: &State, case: &LevelCase) -> (Verdict, Option<Timestamp>) {
    let Some(ruled) = state.rules.get(&case.rule) else { return (Verdict::Unknown, None) };
    let now = core.clock.now();
    let (about, view) = (state.catalog.about_at(&case.subject, now), state.history.view());
    let context = judging((&state.catalog, &view), &mut Groups::default(), (&case.subject, &about), ruled, now);
    let verdict = ruled.rule.verdict_only(&case.subject, &context, &view, now, &mut Scratch::default());
    let judged = super::views::judged(state, &case.rule, &case.subject, now);
    (verdict, judged.and_then(|judged| super::views::data_at(&judged.receipt)))
}

/// Takes a step: the case, its incident, the level, the journal and every notice in one transaction.
async fn take(core: &Core, kept: Loaded<LevelCase>, step: Step, now: Timestamp) -> Result<(), StoreError> {
    let Some(incident) = load::<Incident>(&*core.store, &keys::incident(&kept.value.incident)).await? else {
        return Ok(());
    };
    let mut transaction = Transaction::new();
    let mut forgotten = None;
    let after = kept.value.case.after(step, now);
    let rule = format!("rule:{}", kept.value.rule);
    match step {
        Step::Wait(_) => {}
        Step::LookAgain(_) => {
            let mut kept = kept;
            kept.value.case = after;
            transaction.update(&kept)?;
        }
        Step::TellTeam => {
            let mut kept = kept;
            kept.value.case = after;
            tell_team_too(core, &mut transaction, &kept.value, &incident.value).await?;
            transaction.update(&kept)?;
        }
        Step::Start(_) => {
            let tell = !kept.value.case.team_told;
            move_on(core, &mut transaction, kept, incident, after, Moved::by_program(Milestone::Told, tell)).await?;
        }
        Step::Remind => {
            move_on(core, &mut transaction, kept, incident, after, Moved::by_program(Milestone::Reminded, false))
                .await?;
        }
        Step::Extend(_) => {
            let moved = Moved::by_program(Milestone::Extended, false);
            move_on(core, &mut transaction, kept, incident, after, moved).await?;
        }
        Step::EndTalk => {
            let moved = Moved::by_program(Milestone::Unagreed, false);
            move_on(core, &mut transaction, kept, incident, after, moved).await?;
        }
        Step::Keep => {
            forgotten = forget(core, &mut transaction, &kept.value, now).await?;
            move_on(core, &mut transaction, kept, incident, after, Moved::by_program(Milestone::Kept, false)).await?;
        }
        Step::Withdraw => {
            let moved = Moved::by_program(Milestone::Withdrawn, false);
            move_on(core, &mut transaction, kept, incident, after, moved).await?;
        }
        Step::Lower => {
            let member = (&kept.value.program, &kept.value.creator);
            put_level(core, &mut transaction, member, &after.to, &rule).await?;
            let moved = Moved::by_program(Milestone::Lowered, false);
            move_on(core, &mut transaction, kept, incident, after, moved).await?;
        }
        Step::OfferBack => {
            let moved = Moved::by_program(Milestone::Offered, false);
            move_on(core, &mut transaction, kept, incident, after, moved).await?;
        }
        Step::Close => {
            let moved = Moved::by_program(Milestone::Closed, false);
            move_on(core, &mut transaction, kept, incident, after, moved).await?;
        }
    }
    core.store.commit(transaction).await?;
    if let Some(((rule, subject), memory)) = forgotten {
        core.state.lock().await.memory.put(rule, subject, memory);
    }
    cycle::ring_deliverers(core);
    Ok(())
}

/// The rule begins anew: the numbers decided, so what it remembers of this time is over. Its cooldown stays.
async fn forget(
    core: &Core,
    transaction: &mut Transaction,
    case: &LevelCase,
    now: Timestamp,
) -> Result<Option<((RuleId, Subject), Memory)>, StoreError> {
    let key = keys::rule_and_subject(&case.rule, &case.subject);
    let Some(mut kept) = load::<MemoryRecord>(&*core.store, &key).await? else { return Ok(None) };
    let before = kept.value.memory.clone();
    let after = Memory { phase: Phase::Resolved, since: Some(now), acknowledged: None, snoozed_until: None, ..before };
    let before = std::mem::replace(&mut kept.value.memory, after.clone());
    transaction.update(&kept)?;
    memory::note(core, transaction, (&case.rule, &case.subject), (&before, &after), None)?;
    Ok(Some(((case.rule.clone(), case.subject.clone()), after)))
}

/// How a case moved.
struct Moved {
    step: Milestone,
    /// Who moved it; the program itself where nobody did: actor and name.
    by: Option<(String, String)>,
    /// The team's rooms are told of the incident for the first time.
    team_too: bool,
}

impl Moved {
    fn by_program(step: Milestone, team_too: bool) -> Self {
        Self { step, by: None, team_too }
    }
}

/// Notes a step in case, incident and journal, and tells whom it concerns.
async fn move_on(
    core: &Core,
    transaction: &mut Transaction,
    mut kept: Loaded<LevelCase>,
    mut incident: Loaded<Incident>,
    after: Case,
    moved: Moved,
) -> Result<(), StoreError> {
    let now = core.clock.now();
    kept.value.case = after;
    let case = &kept.value;
    let step = moved.step;
    if !case.case.is_open() && incident.value.stage != Shown::Resolved {
        incident.value.stage = Shown::Resolved;
        incident.value.resolved_at = Some(now);
        core.count(|counts| counts.resolved += 1);
    }
    let actor = moved.by.as_ref().map_or("plimsoll", |by| by.0.as_str());
    journal(core, transaction, case, step, actor)?;
    let by = moved.by.as_ref().map(|by| by.1.clone());
    let event = Event { at: now, by, what: Happened::Level { step } };
    cycle::note(core, transaction, incident.clone(), event.clone()).await?;
    if moved.team_too {
        let mut shown = incident.value;
        shown.note(event);
        tell_team_too(core, transaction, case, &shown).await?;
    }
    let was_told = case.case.told_at.is_some();
    let (creator, team) = match step {
        Milestone::Told | Milestone::Withdrawn | Milestone::Closed | Milestone::Extended => (false, false),
        Milestone::Mediating | Milestone::Suggested => heard_by(&case.case),
        Milestone::Agreed | Milestone::Unagreed => (was_told, true),
        Milestone::Reminded | Milestone::Kept | Milestone::StoodBy | Milestone::Restored => (was_told, false),
        Milestone::Appealed | Milestone::Offered => (false, true),
        Milestone::Lowered => (true, true),
    };
    let mut rooms_told = Vec::new();
    if creator {
        rooms_told.extend(rooms(core, case, Whom::Creator).await);
    }
    if team {
        rooms_told.extend(rooms(core, case, Whom::Team).await);
    }
    tell(core, transaction, case, step, &rooms_told).await?;
    let asked = [Milestone::Appealed, Milestone::Offered, Milestone::Mediating, Milestone::Suggested];
    for asked in asked.into_iter().filter(|asked| *asked != step) {
        tell_again(core, transaction, &About::Level(case.incident.clone(), asked)).await?;
    }
    transaction.update(&kept)?;
    Ok(())
}

/// Whom the newest word of a talk is for: the creator, the team.
fn heard_by(case: &Case) -> (bool, bool) {
    let Some(mediation) = &case.mediation else { return (false, false) };
    match mediation.suggestion.as_ref().map_or(mediation.side, |one| one.side) {
        Side::Brand => (true, false),
        Side::Creator => (false, true),
    }
}

fn journal(
    core: &Core,
    transaction: &mut Transaction,
    case: &LevelCase,
    step: Milestone,
    actor: &str,
) -> Result<(), StoreError> {
    let detail = json!({
        "incident": case.incident.as_str(), "rule": case.rule, "program": case.program, "case": case.case,
    });
    transaction.append_journal(&core.line_by(actor, &format!("level_{}", step.as_str()), &case.subject, detail))?;
    Ok(())
}

#[derive(Clone, Copy)]
enum Whom {
    Creator,
    Team,
}

async fn rooms(core: &Core, case: &LevelCase, whom: Whom) -> Vec<Room> {
    let state = core.state.lock().await;
    let found = match whom {
        Whom::Creator => state.catalog.creator_rooms(&case.creator),
        Whom::Team => {
            let brand = state.catalog.programs.get(&case.program).map(|one| one.brand.clone());
            let about = Known { brand, ..state.catalog.about(&case.subject) };
            let mut rooms = state.catalog.followers(&about);
            rooms.extend(state.catalog.subscribers(&about, Topic::Downgrade));
            rooms
        }
    };
    found.into_iter().cloned().collect()
}

/// The incident's message, in the team's rooms as well from now on.
async fn tell_team_too(
    core: &Core,
    transaction: &mut Transaction,
    case: &LevelCase,
    incident: &Incident,
) -> Result<(), StoreError> {
    let notice = notice(core, About::Incident(incident.id.clone()), incident.revision);
    let rooms = rooms(core, case, Whom::Team).await;
    cycle::deliver_to(core, transaction, &notice, &rooms.iter().collect::<Vec<_>>()).await
}

fn notice(core: &Core, about: About, revision: u32) -> Notice {
    let now = core.clock.now();
    Notice {
        cause: about.to_string(),
        about,
        revision,
        urgency: Urgency::Informational,
        at: now,
        expires_at: now.checked_add(core.config.delivery.expires.0).unwrap_or(now),
        wording: None,
    }
}

/// A message of its own about a step.
async fn tell(
    core: &Core,
    transaction: &mut Transaction,
    case: &LevelCase,
    step: Milestone,
    rooms: &[Room],
) -> Result<(), StoreError> {
    if rooms.is_empty() {
        return Ok(());
    }
    let about = About::Level(case.incident.clone(), step);
    let kept = load::<Notice>(&*core.store, &keys::notice(&about)).await?;
    let revision = kept.as_ref().map_or(1, |kept| kept.value.revision.saturating_add(1));
    let notice = notice(core, about, revision);
    transaction.set(kept.as_ref(), &notice)?;
    cycle::deliver_to(core, transaction, &notice, &rooms.iter().collect::<Vec<_>>()).await
}

/// Asks rooms that were told of a step to be shown how it stands now.
async fn tell_again(core: &Core, transaction: &mut Transaction, about: &About) -> Result<(), StoreError> {
    let Some(mut notice) = load::<Notice>(&*core.store, &keys::notice(about)).await? else { return Ok(()) };
    notice.value.revision = notice.value.revision.saturating_add(1);
    let (from, until) = keys::deliveries_of(about);
    for delivery in scan_range::<Delivery>(&*core.store, &from, &until).await? {
        let after = retry::want(delivery.value.clone(), notice.value.revision, core.clock.now());
        transaction.set(Some(&delivery), &after)?;
    }
    transaction.update(&notice)?;
    Ok(())
}
