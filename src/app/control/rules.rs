//! `apply` and `why`: documents and rules into the store, and what a rule sees.

use jiff::Timestamp;
use serde_json::json;

use super::{Answer, Refusal, Request, Text, actor};
use crate::app::apply::{self, Change, Difference};
use crate::app::core::{Core, State};
use crate::app::past::{self, PastError};
use crate::app::resolve::{Meant, nearest_subject, resolve};
use crate::app::views;
use crate::domain::ids::{RuleId, Subject};
use crate::domain::person::Audience;
use crate::rules::error::nearest;
use crate::words::answers::{self, Known};
use crate::words::phrase;
use crate::words::wording::Reader;

/// Applies files and says what changed.
pub(super) async fn apply(core: &Core, request: &Request, files: &[Text], dry_run: bool) -> Result<Answer, Refusal> {
    let given = apply::read_texts(files.iter().map(|file| (file.name.as_str(), file.text.as_str())))?;
    let actor = actor(core, request).await?;
    let differences = apply::apply(core, given, &actor, dry_run).await?;
    let changes: Vec<_> = differences
        .iter()
        .map(|one| json!({ "kind": one.kind, "id": one.id, "change": one.change.as_str() }))
        .collect();
    Ok(Answer::done(&json!({ "dry_run": dry_run, "changes": changes }), text(&differences, dry_run)))
}

fn text(differences: &[Difference], dry_run: bool) -> String {
    let count = |change| differences.iter().filter(|one| one.change == change).count();
    let mut lines: Vec<String> = differences
        .iter()
        .filter(|one| one.change != Change::Same)
        .map(|one| format!("{:<8} {}/{}", one.change.as_str(), one.kind, one.id))
        .collect();
    let (added, changed, same) = (count(Change::Added), count(Change::Changed), count(Change::Same));
    let trial = if dry_run { "; nothing was stored" } else { "" };
    lines.push(format!("{added} added, {changed} changed, {same} same{trial}"));
    lines.join("\n")
}

/// Judges one rule on one subject and says what was seen.
pub(super) async fn why(core: &Core, subject: &str, rule: &RuleId, at: Option<Timestamp>) -> Result<Answer, Refusal> {
    let state = core.state.lock().await;
    let subject = meant(&state, subject)?;
    let now = core.clock.now();
    if let Some(at) = at {
        drop(state);
        return why_then(core, &subject, rule, at).await;
    }
    let Some((view, receipt)) = views::judged_view(&state, rule, &subject, now) else {
        return Err(no_rule(&state, rule));
    };
    let zone = state.catalog.about(&subject).zone;
    let reader = Reader::new("en", zone.iana_name().unwrap_or("UTC"));
    let message = answers::why_not(&view, &reader, Audience::Internal, now);
    let json = receipt.canonical();
    // A rule that compares nothing of the window itself has no sentence; its receipt still says everything.
    let text = message.map_or_else(|| json.clone(), |message| phrase::plain(&message));
    Ok(Answer::Done { json, text })
}

/// The same as it was at an instant.
async fn why_then(core: &Core, subject: &Subject, rule: &RuleId, at: Timestamp) -> Result<Answer, Refusal> {
    let then = match past::judged(core, rule, subject, at).await {
        Ok(then) => then,
        Err(PastError::UnknownRule) => return Err(no_rule(&*core.state.lock().await, rule)),
        Err(error @ PastError::NotKept { .. }) => return Err(Refusal::input(error.to_string())),
        Err(PastError::Store(error)) => return Err(error.into()),
    };
    let json = then.judgement.receipt.canonical();
    let state = core.state.lock().await;
    let reader = Reader::new("en", then.about.zone.iana_name().unwrap_or("UTC"));
    let (view, _) = views::judgement_view(&state, &then.ruled, subject, then.judgement, at);
    let known = Known { at, in_force: then.in_force, differs: then.differs };
    let message = answers::why_then(&view, known, &reader, Audience::Internal);
    let text = message.map_or_else(|| json.clone(), |message| phrase::plain(&message));
    Ok(Answer::Done { json, text })
}

fn no_rule(state: &State, rule: &RuleId) -> Refusal {
    let known = state.rules.keys().map(RuleId::as_str);
    let remedy = nearest(rule.as_str(), known)
        .map_or("`plimsoll apply` takes rules in".to_owned(), |near| format!("did you mean `{near}`?"));
    Refusal::input(format!("there is no rule `{rule}` in force; {remedy}"))
}

fn meant(state: &State, given: &str) -> Result<Subject, Refusal> {
    match resolve(&state.catalog, given) {
        Some(Meant::Subject(subject)) => Ok(subject),
        Some(Meant::Boost(id)) => state
            .catalog
            .boosts
            .get(&id)
            .map(|boost| boost.partnership.subject())
            .ok_or_else(|| Refusal::input(format!("there is no boost `{id}`"))),
        Some(Meant::Code(partnership, _) | Meant::Link(partnership, _) | Meant::Deliverable(partnership, _)) => {
            Ok(partnership.subject())
        }
        None => {
            let remedy = nearest_subject(&state.catalog, given)
                .map_or("`plimsoll apply` takes them in".to_owned(), |near| format!("did you mean `{near}`?"));
            Err(Refusal::input(format!("nothing is called `{given}`; {remedy}")))
        }
    }
}
