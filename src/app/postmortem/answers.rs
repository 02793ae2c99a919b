//! Asking everybody who took part, and keeping what they answer.
//!
//! Owns: who is asked, that everybody answers a question once, and that an anonymous answer leads to nobody: neither its
//! record nor the journal says who gave it or when. Survives: a kill anywhere; an answer and the mark that somebody has
//! answered are one transaction.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE32_NOPAD;
use rand::RngCore as _;
use serde_json::json;

use super::due;
use super::records::{AnswerRecord, AskedRecord, Giver};
use crate::app::commands::{Asked, unknown};
use crate::app::core::{Core, State};
use crate::app::resolve::{Meant, resolve};
use crate::app::{cycle, word};
use crate::domain::document::PartnershipRef;
use crate::domain::ids::{CampaignId, CreatorId, PersonId, Subject};
use crate::domain::person::{Person, Room};
use crate::domain::questionnaire::{QUESTIONS, Question, Reply};
use crate::report::postmortem::answers::{Gathered, Kept, gather};
use crate::report::postmortem::form::Filled;
use crate::store::records::{Record as _, load, scan_range};
use crate::store::{StoreError, Transaction, keys};
use crate::words::buttons::Composed;
use crate::words::postmortem::{self as words, AskedView, QuestionView};

/// Who asks when nobody did.
pub(super) const PROGRAM: &str = "plimsoll";

/// Bytes of a key that is drawn by lot.
const LOT: usize = 16;

/// What kept answers may be shown as.
pub(super) async fn gathered(core: &Core, id: &CampaignId) -> Result<Vec<Gathered>, StoreError> {
    let (from, until) = keys::answers_of(id);
    let records = scan_range::<AnswerRecord>(&*core.store, &from, &until).await?;
    let state = core.state.lock().await;
    let name = |giver: &Giver| match giver {
        Giver::Person(id) => {
            Some(state.catalog.people.get(id).map_or_else(|| id.to_string(), |person| person.name.clone()))
        }
        Giver::Nobody(_) => None,
    };
    let kept: Vec<Kept> = records
        .into_iter()
        .map(|one| one.value)
        .map(|one| Kept { by: name(&one.giver), question: one.question, reply: one.reply })
        .collect();
    Ok(gather(&kept))
}

/// Everybody who took part in a campaign: who decides or looks into it, and its creators.
fn took_part(state: &State, id: &CampaignId) -> Vec<Person> {
    let catalog = &state.catalog;
    let about = catalog.about(&Subject::Campaign(id.clone()));
    let creators: BTreeSet<_> =
        catalog.partnerships.keys().filter(|at| at.campaign == *id).map(|at| at.creator.clone()).collect();
    let on_team = |person: &Person| {
        let (brand, campaign) = (about.brand.as_ref(), about.campaign.as_ref());
        catalog.hears(&person.id, brand, campaign) || catalog.decides(&person.id, brand, campaign)
    };
    let own = |person: &Person| person.creator.as_ref().is_some_and(|creator| creators.contains(creator));
    catalog.people.values().filter(|person| on_team(person) || own(person)).cloned().collect()
}

/// Whether somebody may answer: they took part.
pub(crate) fn may_answer(state: &State, person: &Person, id: &CampaignId) -> bool {
    took_part(state, id).iter().any(|one| one.id == person.id)
}

/// The creator that somebody is in a campaign.
pub(crate) fn own_part(state: &State, asked: &Asked, campaign: Option<&CampaignId>) -> Option<CreatorId> {
    let creator = asked.person.as_ref()?.creator.clone()?;
    let at = PartnershipRef { campaign: campaign?.clone(), creator };
    state.catalog.partnerships.contains_key(&at).then_some(at.creator)
}

/// A campaign by what was typed, or what helps.
pub(super) async fn campaign(core: &Core, asked: &Asked, typed: &str) -> Result<CampaignId, Composed> {
    let found = resolve(&core.state.lock().await.catalog, typed);
    match found {
        Some(Meant::Subject(Subject::Campaign(id))) => Ok(id),
        _ => Err(Composed::plain(unknown(core, asked, typed).await.say(&asked.reader, core.clock.now()))),
    }
}

/// Answers `ask`: everybody with a direct message is asked there, once; the others are counted.
pub async fn ask(core: &Core, asked: &Asked, typed: &str) -> Result<Composed, StoreError> {
    let id = match campaign(core, asked, typed).await {
        Ok(id) => id,
        Err(helps) => return Ok(helps),
    };
    let view = send(core, &id, &asked.actor()).await?;
    Ok(words::asked(&view, &asked.reader))
}

/// Asks everybody who took part, has a direct message and was not asked before. Where nobody told it to, the team is told.
pub(super) async fn send(core: &Core, id: &CampaignId, actor: &str) -> Result<AskedView, StoreError> {
    let _pen = core.pen.lock().await;
    let mut view = AskedView { id: id.to_string(), ..AskedView::default() };
    let (people, rooms) = {
        let state = core.state.lock().await;
        view.campaign = state.catalog.campaign_name(id);
        let people = took_part(&state, id);
        let open = |room: &&Room| room.address.is_some() && room.closed.is_none();
        let rooms: BTreeMap<PersonId, Vec<Room>> = people
            .iter()
            .map(|one| (one.id.clone(), state.catalog.directs_of(&one.id).into_iter().filter(open).cloned().collect()))
            .collect();
        (people, rooms)
    };
    let mut transaction = Transaction::new();
    for person in &people {
        let own = rooms.get(&person.id).map(Vec::as_slice).unwrap_or_default();
        if own.is_empty() {
            view.unreached.push(person.name.clone());
            continue;
        }
        let key = keys::asked(id, &person.id);
        let was_asked = load::<AskedRecord>(&*core.store, &key).await?.is_some();
        // Whoever has answered something knows the questions.
        if was_asked || !answered(core, id, &person.id).await?.is_empty() {
            view.before = view.before.saturating_add(1);
            continue;
        }
        let record = AskedRecord { campaign: id.clone(), person: person.id.clone(), unnamed: BTreeSet::new() };
        transaction.create(&record)?;
        let name = format!("questions/{id}/{}", person.id);
        let args = [("campaign", json!(view.campaign)), ("id", json!(id.to_string()))];
        word::tell(core, &mut transaction, own, &name, ("word-questions", &args)).await?;
        view.asked = view.asked.saturating_add(1);
    }
    if 0 < view.asked {
        let subject = Subject::Campaign(id.clone());
        let detail = json!({ "people": view.asked });
        transaction.append_journal(&core.line_by(actor, "questions_asked", &subject, detail))?;
        if actor == PROGRAM {
            let args = due::word(&view.campaign, id, view.asked, view.unreached.len());
            let team: Vec<Room> = {
                let state = core.state.lock().await;
                state.catalog.followers(&state.catalog.about(&subject)).into_iter().cloned().collect()
            };
            word::tell(core, &mut transaction, &team, &format!("questions/{id}"), ("word-questions-sent", &args))
                .await?;
        }
        core.store.commit(transaction).await?;
        cycle::ring_deliverers(core);
    }
    Ok(view)
}

/// What `answer` was given behind the campaign.
struct Typed<'a> {
    anonymous: bool,
    question: Option<&'static Question>,
    skips: bool,
    rest: &'a str,
}

/// Words that ask for no name, in any of the languages.
const UNNAMED: [&str; 4] = ["anonymous", "anon", "anonymt", "anonym"];

/// Words that pass over a question.
const SKIP: [&str; 3] = ["skip", "hoppa", "nästa"];

fn first(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

fn read(text: &str) -> Typed<'_> {
    let (word, rest) = first(text);
    let anonymous = UNNAMED.contains(&word.to_lowercase().as_str());
    let text = if anonymous { rest } else { text.trim() };
    let (word, rest) = first(text);
    let question = Question::named(word);
    let rest = if question.is_some() { rest } else { text };
    Typed { anonymous, question, skips: SKIP.contains(&rest.to_lowercase().as_str()), rest }
}

/// Answers `answer`: keeps what was answered, and asks the next question.
pub async fn answer(core: &Core, asked: &Asked, typed: &str, text: Option<&str>) -> Result<Composed, StoreError> {
    let id = match campaign(core, asked, typed).await {
        Ok(id) => id,
        Err(helps) => return Ok(helps),
    };
    let Some(person) = &asked.person else { return Ok(words::not_yours(&asked.reader)) };
    if !may_answer(&*core.state.lock().await, person, &id) {
        return Ok(words::not_yours(&asked.reader));
    }
    let given = read(text.unwrap_or_default());
    let mut view = QuestionView {
        id: id.to_string(),
        campaign: core.state.lock().await.catalog.campaign_name(&id),
        anonymous: given.anonymous,
        ..QuestionView::default()
    };
    let mut after = 0;
    if let Some(question) = given.question {
        after = question.number();
        if !given.skips {
            let Some(reply) = Reply::read(question, given.rest) else {
                view.question = Some(question);
                return Ok(words::question(&view, &asked.reader));
            };
            view.again = !keep(core, (&id, &person.id), question, reply, given.anonymous).await?;
            view.kept = Some(question);
        }
    } else if !given.rest.is_empty() {
        view.unread = true;
    }
    let done = answered(core, &id, &person.id).await?;
    let open = |one: &&Question| !done.contains(one.id);
    view.question = QUESTIONS.iter().skip(after).find(open);
    view.left = QUESTIONS.iter().skip(after).filter(open).count();
    Ok(words::question(&view, &asked.reader))
}

/// The questions that somebody has answered.
async fn answered(core: &Core, id: &CampaignId, person: &PersonId) -> Result<BTreeSet<String>, StoreError> {
    let asked = load::<AskedRecord>(&*core.store, &keys::asked(id, person)).await?;
    let mut done = asked.map(|kept| kept.value.unnamed).unwrap_or_default();
    for question in &QUESTIONS {
        let key = keys::answer(id, question.id, "p", person.as_str());
        if load::<AnswerRecord>(&*core.store, &key).await?.is_some() {
            done.insert(question.id.to_owned());
        }
    }
    Ok(done)
}

/// Keeps an answer. `false`: without a name it was answered before, and stays as it was.
async fn keep(
    core: &Core,
    (id, person): (&CampaignId, &PersonId),
    question: &Question,
    reply: Reply,
    anonymous: bool,
) -> Result<bool, StoreError> {
    let _pen = core.pen.lock().await;
    let kept = load::<AskedRecord>(&*core.store, &keys::asked(id, person)).await?;
    let mut asked = kept.as_ref().map_or_else(
        || AskedRecord { campaign: id.clone(), person: person.clone(), unnamed: BTreeSet::new() },
        |kept| kept.value.clone(),
    );
    if asked.unnamed.contains(question.id) {
        return Ok(false);
    }
    let (campaign, question) = (id.clone(), question.id.to_owned());
    let mut transaction = Transaction::new();
    let named = keys::answer(id, &question, "p", person.as_str());
    let before = load::<AnswerRecord>(&*core.store, &named).await?;
    if anonymous {
        // What was said by name before is taken back: nobody counts twice.
        if let Some(before) = &before {
            transaction.delete(before);
        }
        let lot = core.roll(|dice| {
            let mut bytes = [0_u8; LOT];
            dice.fill_bytes(&mut bytes);
            BASE32_NOPAD.encode(&bytes)
        });
        asked.unnamed.insert(question.clone());
        transaction.set(kept.as_ref(), &asked)?;
        transaction.create(&AnswerRecord { campaign, question, giver: Giver::Nobody(lot), reply })?;
    } else {
        let line = core.line_by(
            person.as_str(),
            "question_answered",
            Subject::Campaign(id.clone()),
            json!({ "question": question }),
        );
        transaction.append_journal(&line)?;
        let record = AnswerRecord { campaign, question, giver: Giver::Person(person.clone()), reply };
        transaction.set(before.as_ref(), &record)?;
    }
    core.store.commit(transaction).await?;
    Ok(true)
}

/// Why a form is not taken.
#[derive(Debug, thiserror::Error)]
pub enum FormRefused {
    /// There is no such person.
    #[error("there is no person `{0}`; `plimsoll grant` shows who there is")]
    Person(String),
    /// They took no part.
    #[error("`{0}` took no part in the campaign: no role in it, and no partnership")]
    NoPart(String),
    /// The store did not answer.
    #[error("could not keep the answers")]
    Store(#[from] StoreError),
}

/// Keeps the answers of a form. Handed in again, they take the place of the earlier ones.
pub async fn take_form(core: &Core, form: &Filled) -> Result<usize, FormRefused> {
    let giver = match &form.person {
        None => Giver::Nobody(format!("form-{}", form.number)),
        Some(given) => {
            let state = core.state.lock().await;
            let known = PersonId::new(given).ok().and_then(|id| state.catalog.people.get(&id).cloned());
            let person = known.ok_or_else(|| FormRefused::Person(given.clone()))?;
            if !may_answer(&state, &person, &form.campaign) {
                return Err(FormRefused::NoPart(given.clone()));
            }
            Giver::Person(person.id)
        }
    };
    let _pen = core.pen.lock().await;
    let mut transaction = Transaction::new();
    for (question, reply) in &form.replies {
        let record = AnswerRecord {
            campaign: form.campaign.clone(),
            question: question.id.to_owned(),
            giver: giver.clone(),
            reply: reply.clone(),
        };
        let before = load::<AnswerRecord>(&*core.store, &record.key()).await?;
        transaction.set(before.as_ref(), &record)?;
    }
    if let Giver::Person(person) = &giver {
        let detail = json!({ "questions": form.replies.len(), "form": form.number });
        let line = core.line_by(person.as_str(), "question_answered", Subject::Campaign(form.campaign.clone()), detail);
        transaction.append_journal(&line)?;
    }
    core.store.commit(transaction).await.map_err(FormRefused::Store)?;
    Ok(form.replies.len())
}

/// The number of a form that is written now.
#[must_use]
pub fn form_number(core: &Core) -> String {
    core.roll(|dice| {
        let mut bytes = [0_u8; LOT / 2];
        dice.fill_bytes(&mut bytes);
        BASE32_NOPAD.encode(&bytes)
    })
}
