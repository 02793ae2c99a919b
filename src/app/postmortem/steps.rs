//! Next steps after a campaign: written down in a chat, told at their owner's desk until somebody says that they are done.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::answers::campaign;
use super::called;
use super::records::StepRecord;
use crate::app::catalog::About;
use crate::app::commands::Asked;
use crate::app::core::{Core, State};
use crate::app::records::Counters;
use crate::domain::ids::{CampaignId, CreatorId, PersonId, Subject};
use crate::domain::person::Person;
use crate::report::postmortem::Step;
use crate::store::records::{load, scan_all};
use crate::store::{StoreError, Table, Transaction, keys};
use crate::words::buttons::Composed;
use crate::words::desk::Todo;
use crate::words::postmortem::{self as words, StepTold};

/// Letters of a step: it is a line on a desk, not a page.
const TEXT_MAX: usize = 300;

/// Steps of one campaign that are open at once. More is a backlog, which has a place of its own elsewhere.
const OPEN_MAX: usize = 50;

/// Open steps that are looked through for one desk.
const LOOK_MAX: usize = 2_000;

/// Words before the last day, in any of the languages.
const BY: [&str; 4] = ["by", "due", "senast", "till"];

/// What was typed behind the campaign: the step, who does it (`@maja`), by when (`by 2026-05-01`).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Typed {
    text: String,
    owner: Option<String>,
    due: Option<Date>,
}

fn read(text: &str) -> Typed {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (mut kept, mut owner, mut due) = (Vec::new(), None, None);
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let day =
            words.get(at.saturating_add(1)).and_then(|next| next.trim_end_matches(['.', ',']).parse::<Date>().ok());
        match (word.strip_prefix('@'), day) {
            (Some(name), _) if !name.is_empty() && owner.is_none() => {
                owner = Some(name.trim_end_matches(['.', ',']).to_lowercase());
            }
            (_, Some(day)) if BY.contains(&word.to_lowercase().as_str()) && due.is_none() => {
                due = Some(day);
                at = at.saturating_add(1);
            }
            _ => kept.push(*word),
        }
        at = at.saturating_add(1);
    }
    Typed { text: kept.join(" "), owner, due }
}

/// Who is meant by a name: their id, or their name or its first word where only one has it.
fn person_meant(state: &State, given: &str) -> Option<PersonId> {
    let people = &state.catalog.people;
    if let Some(found) = PersonId::new(given).ok().filter(|id| people.contains_key(id)) {
        return Some(found);
    }
    let named = |one: &&Person| {
        let name = one.name.to_lowercase();
        name == given || name.split_whitespace().next() == Some(given)
    };
    let mut found = people.values().filter(named);
    let first = found.next()?;
    found.next().is_none().then(|| first.id.clone())
}

/// Answers `step`: writes a next step down.
pub async fn write_down(core: &Core, asked: &Asked, typed: &str, text: &str) -> Result<Composed, StoreError> {
    let id = match campaign(core, asked, typed).await {
        Ok(id) => id,
        Err(helps) => return Ok(helps),
    };
    let said = |told: &StepTold| words::step(told, &asked.reader, core.clock.now());
    let read = read(text);
    if read.text.is_empty() {
        return Ok(said(&StepTold::Empty { id: id.to_string() }));
    }
    if TEXT_MAX < read.text.chars().count() {
        return Ok(said(&StepTold::TooLong { max: TEXT_MAX }));
    }
    let _pen = core.pen.lock().await;
    let owner = match &read.owner {
        None => None,
        Some(given) => match person_meant(&*core.state.lock().await, given) {
            Some(person) => Some(person),
            None => return Ok(said(&StepTold::NoPerson { given: given.clone() })),
        },
    };
    if OPEN_MAX <= of(core, &id).await?.iter().filter(|one| one.done.is_none()).count() {
        return Ok(said(&StepTold::TooMany { max: OPEN_MAX }));
    }
    let kept = core.counters().await?;
    let mut counters: Counters = kept.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
    counters.step = counters.step.saturating_add(1);
    let record = StepRecord {
        number: counters.step,
        campaign: id,
        text: read.text,
        owner,
        due: read.due,
        by: asked.actor(),
        at: core.clock.now(),
        done: None,
    };
    let detail = json!({ "step": record.number, "text": record.text, "owner": record.owner, "due": record.due });
    let subject = Subject::Campaign(record.campaign.clone());
    let mut transaction = Transaction::new();
    transaction.set(kept.as_ref(), &counters)?;
    transaction.create(&record)?;
    transaction.append_journal(&core.line_by(&asked.actor(), "step_written", &subject, detail))?;
    core.store.commit(transaction).await?;
    let todo = todo(&*core.state.lock().await, &record);
    Ok(said(&StepTold::Written { step: todo }))
}

/// Answers `done`: a step is done. Said again it stays so.
pub async fn done(core: &Core, asked: &Asked, number: u64) -> Result<Composed, StoreError> {
    let said = |told: &StepTold| words::step(told, &asked.reader, core.clock.now());
    let _pen = core.pen.lock().await;
    let Some(mut kept) = load::<StepRecord>(&*core.store, &keys::number(number)).await? else {
        return Ok(said(&StepTold::Unknown { number }));
    };
    let todo = todo(&*core.state.lock().await, &kept.value);
    if let Some((by, at)) = &kept.value.done {
        let by = called(&*core.state.lock().await, by);
        return Ok(said(&StepTold::Already { step: todo, by, at: *at }));
    }
    kept.value.done = Some((asked.actor(), core.clock.now()));
    let subject = Subject::Campaign(kept.value.campaign.clone());
    let detail = json!({ "step": number, "text": kept.value.text });
    let mut transaction = Transaction::new();
    transaction.update(&kept)?;
    transaction.append_journal(&core.line_by(&asked.actor(), "step_done", &subject, detail))?;
    core.store.commit(transaction).await?;
    Ok(said(&StepTold::Done { step: todo }))
}

/// What a step is about, for whoever asks who may speak of it; and the creator whose own it is, where they do it themselves.
pub(crate) async fn about(
    core: &Core,
    asked: &Asked,
    number: u64,
) -> Result<Option<(About, Option<CreatorId>)>, StoreError> {
    let Some(kept) = load::<StepRecord>(&*core.store, &keys::number(number)).await? else { return Ok(None) };
    let about = core.state.lock().await.catalog.about(&Subject::Campaign(kept.value.campaign));
    let own = asked.person.as_ref().filter(|person| kept.value.owner.as_ref() == Some(&person.id));
    Ok(Some((about, own.and_then(|person| person.creator.clone()))))
}

fn todo(state: &State, one: &StepRecord) -> Todo {
    let owner = one.owner.as_ref().and_then(|id| state.catalog.people.get(id));
    Todo {
        number: one.number,
        campaign: state.catalog.campaign_name(&one.campaign),
        text: one.text.clone(),
        owner: owner.map(|person| person.name.clone()),
        due: one.due,
    }
}

/// The open steps of somebody: their own, and nobody's of what they decide about. What is due first stands first.
pub(crate) async fn open_for(core: &Core, person: &PersonId) -> Result<Vec<Todo>, StoreError> {
    let (from, until) = keys::all();
    let mut found = Vec::new();
    for (key, _) in core.store.scan(Table::OpenSteps, &from, &until, LOOK_MAX).await? {
        let Some(kept) = load::<StepRecord>(&*core.store, &key).await? else { continue };
        let state = core.state.lock().await;
        let brand = state.catalog.campaigns.get(&kept.value.campaign).map(|one| one.brand.clone());
        let mine = match &kept.value.owner {
            Some(owner) => owner == person,
            None => state.catalog.decides(person, brand.as_ref(), Some(&kept.value.campaign)),
        };
        if mine {
            found.push(todo(&state, &kept.value));
        }
    }
    found.sort_by_key(|one| (one.due.unwrap_or(Date::MAX), one.number));
    Ok(found)
}

/// The steps of a campaign, in the order in which they were written down.
pub(super) async fn of(core: &Core, id: &CampaignId) -> Result<Vec<Step>, StoreError> {
    let all = scan_all::<StepRecord>(&*core.store).await?;
    let state = core.state.lock().await;
    let own = all.into_iter().map(|kept| kept.value).filter(|one| one.campaign == *id);
    Ok(own.map(|one| step(&state, one)).collect())
}

fn step(state: &State, one: StepRecord) -> Step {
    let done: Option<Timestamp> = one.done.map(|(_, at)| at);
    let owner = one.owner.map(|id| called(state, id.as_str()));
    Step { number: one.number, text: one.text, owner, due: one.due, done }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_step_has_a_text_and_may_have_an_owner_and_a_day() {
        let typed = |text: &str, owner: Option<&str>, due| Typed {
            text: text.to_owned(),
            owner: owner.map(str::to_owned),
            due,
        };
        for (given, wanted) in [
            ("book the studio earlier", typed("book the studio earlier", None, None)),
            ("book the studio @Maja by 2026-05-01", typed("book the studio", Some("maja"), Some(date(2026, 5, 1)))),
            ("boka studion senast 2026-05-01, @maja.", typed("boka studion", Some("maja"), Some(date(2026, 5, 1)))),
            ("decide by Friday", typed("decide by Friday", None, None)),
            ("mail a@b.example", typed("mail a@b.example", None, None)),
            ("@", typed("@", None, None)),
            ("", typed("", None, None)),
        ] {
            assert_eq!(read(given), wanted, "{given}");
        }
    }
}
