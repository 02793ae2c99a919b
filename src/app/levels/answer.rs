//! What people answer to a notice about a level: an objection, a decision, a telling by hand.
//!
//! Every answer is checked against the case as it is kept now; given twice it finds itself done.

use jiff::{SignedDuration, Timestamp};

use super::super::commands::{Asked, own_creator};
use super::super::listen::refuse;
use super::super::{cycle, views};
use super::{Core, LevelCase, Loaded, Milestone, Moved, case_of, mediation, move_on, numbers, put_level};
use crate::domain::ids::{RuleId, Subject};
use crate::outbox::incident::{Incident, IncidentId};
use crate::rules::downgrade::{Case, Refused, Side};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};
use crate::words::buttons::{Composed, LevelAnswer};
use crate::words::level;
use crate::words::message::Message;
use crate::words::permission::Reason;
use crate::words::replies::{LevelReply, Reply};

/// A button was pressed.
pub async fn press(core: &Core, asked: &Asked, id: &IncidentId, answer: LevelAnswer) -> Result<Composed, StoreError> {
    if answer == LevelAnswer::Text {
        return text(core, asked, id).await;
    }
    carry_out(core, asked, id, answer, None).await
}

/// The creator says in their own words what is wrong.
pub async fn appeal(core: &Core, asked: &Asked, id: &IncidentId, text: &str) -> Result<Composed, StoreError> {
    carry_out(core, asked, id, LevelAnswer::Appeal, Some(text)).await
}

async fn carry_out(
    core: &Core,
    asked: &Asked,
    id: &IncidentId,
    answer: LevelAnswer,
    text: Option<&str>,
) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let plain = |reply: Reply| Ok(Composed::plain(reply.say(&asked.reader, now)));
    let level_reply = |reply: LevelReply| Ok(Composed::plain(reply.say(&asked.reader)));
    let pen = core.pen.lock().await;
    let Some((incident, kept)) = found(core, id).await? else {
        return plain(Reply::UnknownIncident { given: id.to_string() });
    };
    let own = answer.is_own();
    let creator = asked.person.as_ref().and_then(|person| person.creator.as_ref());
    if own && creator != Some(&kept.value.creator) {
        return refuse(core, asked, &format!("incident/{}", id.as_str()), Reason::OwnOnly).await.map(Composed::plain);
    }
    let level = kept.value.case.from.clone();
    let lengths = (core.config.levels.mediation.0, core.config.levels.extension.0);
    let (after, step, reply) = match decided(&kept.value.case, answer, (text, &asked.name(), lengths), now) {
        Ok((after, step)) => (after, step, said(answer, step, id, level, text.is_some())),
        Err(refused) => return level_reply(LevelReply::Refused { refused }),
    };
    if after == kept.value.case {
        return level_reply(reply);
    }
    let mut transaction = Transaction::new();
    let mut incident = incident;
    if step == Some(Milestone::Agreed) {
        mediation::ask(core, asked, &mut transaction, (&kept.value, &after), &mut incident.value).await?;
    }
    if step == Some(Milestone::Restored) {
        let by = format!("chat:{}", asked.actor());
        put_level(core, &mut transaction, (&kept.value.program, &kept.value.creator), &after.from, &by).await?;
    }
    if let Some(step) = step {
        let team_too = !kept.value.case.team_told && after.team_told;
        let moved = Moved { step, by: Some((asked.actor(), asked.name())), team_too };
        move_on(core, &mut transaction, kept, incident, after, moved).await?;
    } else {
        posted(core, asked, &mut transaction, (kept, incident), after).await?;
    }
    core.store.commit(transaction).await?;
    drop(pen);
    if step == Some(Milestone::Restored) {
        core.reload().await?;
    }
    cycle::ring_deliverers(core);
    core.bells.levels.ring();
    core.bells.act.ring();
    level_reply(reply)
}

/// The creator wants a reminder; their message loses the button.
async fn posted(
    core: &Core,
    asked: &Asked,
    transaction: &mut Transaction,
    (mut kept, mut incident): (Loaded<LevelCase>, Loaded<Incident>),
    after: Case,
) -> Result<(), StoreError> {
    kept.value.case = after;
    let detail = serde_json::json!({ "incident": kept.value.incident.as_str() });
    transaction.append_journal(&core.line_by(&asked.actor(), "level_keep_posted", &kept.value.subject, detail))?;
    incident.value.revision = incident.value.revision.saturating_add(1);
    cycle::tell_again(core, transaction, &incident.value).await?;
    transaction.update(&incident)?;
    transaction.update(&kept)?;
    Ok(())
}

async fn found(core: &Core, id: &IncidentId) -> Result<Option<(Loaded<Incident>, Loaded<LevelCase>)>, StoreError> {
    let Some(incident) = load::<Incident>(&*core.store, &keys::incident(id)).await? else { return Ok(None) };
    let kept = case_of(core, &incident.value).await?;
    Ok(kept.map(|kept| (incident, kept)))
}

/// The case after an answer, and what that is called; no name for what only its person sees.
fn decided(
    case: &Case,
    answer: LevelAnswer,
    (text, who, lengths): (Option<&str>, &str, (SignedDuration, SignedDuration)),
    now: Timestamp,
) -> Result<(Case, Option<Milestone>), Refused> {
    Ok(match answer {
        // Who objects again, or while another way is looked for, talks about it.
        LevelAnswer::Appeal if case.is_mediated() || case.appeal(text, now) == Err(Refused::Answered) => {
            let after = case.mediate(Side::Creator, text, lengths, now).map_err(|refused| match refused {
                Refused::Talked => Refused::Answered,
                other => other,
            })?;
            (after, Some(Milestone::Mediating))
        }
        LevelAnswer::Mediate { side } => (case.mediate(side, text, lengths, now)?, Some(Milestone::Mediating)),
        LevelAnswer::Suggest { side, way } => (case.suggest(side, way, who, now)?, Some(Milestone::Suggested)),
        LevelAnswer::Agree { side } => (case.agree(side, who, now)?, Some(Milestone::Agreed)),
        LevelAnswer::KeepPosted => (case.keep_posted().ok_or(Refused::Over)?, None),
        LevelAnswer::Appeal | LevelAnswer::TheyObject => (case.appeal(text, now)?, Some(Milestone::Appealed)),
        LevelAnswer::Told => (case.told_by(who, now)?, Some(Milestone::Told)),
        LevelAnswer::Keep => (case.answer(true, who, now)?, Some(Milestone::Kept)),
        LevelAnswer::StandBy => (case.answer(false, who, now)?, Some(Milestone::StoodBy)),
        LevelAnswer::GiveBack => (case.give_back(true, who, now)?, Some(Milestone::Restored)),
        LevelAnswer::Leave => (case.give_back(false, who, now)?, Some(Milestone::Closed)),
        LevelAnswer::Text => (case.clone(), None),
    })
}

fn said(answer: LevelAnswer, step: Option<Milestone>, id: &IncidentId, level: String, in_words: bool) -> LevelReply {
    match answer {
        LevelAnswer::Mediate { side } => LevelReply::Talking { level, side },
        LevelAnswer::Appeal if step == Some(Milestone::Mediating) => LevelReply::Talking { level, side: Side::Creator },
        LevelAnswer::Suggest { side, .. } => LevelReply::Suggested { side },
        LevelAnswer::Agree { .. } => LevelReply::Agreed,
        LevelAnswer::KeepPosted => LevelReply::Posted,
        LevelAnswer::Appeal if in_words => LevelReply::Heard { level },
        LevelAnswer::Appeal => LevelReply::Appealed { level, id: id.clone() },
        LevelAnswer::TheyObject => LevelReply::Heard { level },
        LevelAnswer::Told | LevelAnswer::Text => LevelReply::Told,
        LevelAnswer::Keep => LevelReply::Kept { level },
        LevelAnswer::StandBy => LevelReply::StoodBy,
        LevelAnswer::GiveBack => LevelReply::Restored { level },
        LevelAnswer::Leave => LevelReply::Left,
    }
}

/// The text that a person sends where the program cannot: in the creator's language, times in their zone.
async fn text(core: &Core, asked: &Asked, id: &IncidentId) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let unknown = || Composed::plain(Reply::UnknownIncident { given: id.to_string() }.say(&asked.reader, now));
    let Some((incident, kept)) = found(core, id).await? else { return Ok(unknown()) };
    let theirs = {
        let state = core.state.lock().await;
        state.catalog.creators.get(&kept.value.creator).map_or_else(
            || asked.reader.clone(),
            |one| crate::words::wording::Reader::new(&one.locale, one.zone.as_str()),
        )
    };
    let view = views::incident(core, incident.value, false).await?;
    Ok(level::text_to_send(&view, &theirs, &asked.reader, now).map_or_else(unknown, Composed::plain))
}

/// What a creator's levels ask for, and where they stand.
pub async fn criteria(core: &Core, asked: &Asked, now: Timestamp) -> Result<Message, StoreError> {
    let Some(creator) = own_creator(asked) else {
        return refuse(core, asked, "command/criteria", Reason::NoCreator).await;
    };
    let rules: Vec<RuleId> = core.state.lock().await.rules.keys().cloned().collect();
    let mut cases = Vec::new();
    for rule in rules {
        let key = keys::rule_and_subject(&rule, &Subject::Creator(creator.clone()));
        cases.extend(load::<LevelCase>(&*core.store, &key).await?.map(|kept| kept.value));
    }
    let state = core.state.lock().await;
    let lines = numbers::lines(&state, &creator, &cases, now);
    Ok(level::criteria(&state.catalog.creator_name(&creator), &lines, &asked.reader, now))
}
