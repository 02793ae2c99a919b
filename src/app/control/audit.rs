//! `audit`: who did what, when and why, all of it, as a table, a document or a CSV file.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::people::asked_by;
use super::{Answer, Refusal, Request, person};
use crate::app::audit::{Found, Question, Sight, find, removed};
use crate::app::core::Core;
use crate::app::listen;
use crate::app::retention::Cut;
use crate::domain::sheet::grid::{Cell, Grid};
use crate::report::sheet::to_csv;
use crate::words::command::Command;
use crate::words::permission::{Ask, Decision};
use crate::words::phrase::plain;
use crate::words::replies;

/// The columns of the file, and the names in JSON.
const COLUMNS: [&str; 8] = ["number", "at", "actor", "who", "deed", "subject", "incident", "why"];

/// What was asked for.
pub(super) struct Wanted<'a> {
    /// What it has to do with.
    pub about: Option<&'a String>,
    /// From when on.
    pub since: Option<Timestamp>,
    /// The text is a CSV file.
    pub csv: bool,
}

/// Everything that whoever asks may see, the oldest first.
pub(super) async fn audit(core: &Core, request: &Request, wanted: &Wanted<'_>) -> Result<Answer, Refusal> {
    let sight = match person(core, request).await? {
        // Whoever sits at the machine can read the store itself.
        None => Sight::all(),
        Some(person) => {
            let audience = core.state.lock().await.catalog.audience_of(Some(&person));
            let asked = asked_by(person, audience, &request.by, false);
            let command = Command::Audit { about: wanted.about.cloned(), page: 1 };
            if let Decision::Refused { reason } =
                listen::check(core, None, &asked, None, Ask::Command(&command)).await?
            {
                let detail = json!({ "who": asked.speaker.identity.to_string(), "reason": reason.key() });
                core.journal(core.line_by(&asked.actor(), "refused", "command/audit", detail)).await?;
                let said = plain(&replies::refusal(reason, &asked.reader));
                return Err(Refusal::Failed(said.replace("\n\n", "\n")));
            }
            Sight::of(&*core.state.lock().await, &asked)
        }
    };
    let question = Question { about: wanted.about.cloned(), since: wanted.since, ..Question::default() };
    let mut found = find(core, &sight, &question).await?;
    found.reverse();
    let gone = removed(&*core.store).await?;
    let text = if wanted.csv { csv(&found)? } else { table(&found, gone.as_ref()) };
    let entries: Vec<Value> = found.iter().map(entry).collect();
    Ok(Answer::done(&json!({ "removed": gone, "entries": entries }), text))
}

fn entry(one: &Found) -> Value {
    json!({
        "number": one.number, "at": one.entry.at, "actor": one.entry.actor, "who": one.line.who,
        "deed": one.line.deed, "subject": one.entry.subject, "incident": one.line.incident, "why": one.line.why,
        "detail": one.detail,
    })
}

fn cells(one: &Found) -> [String; 8] {
    [
        one.number.to_string(),
        one.entry.at.to_string(),
        one.entry.actor.clone(),
        one.line.who.clone().unwrap_or_default(),
        one.line.deed.clone(),
        one.entry.subject.clone(),
        one.line.incident.clone().unwrap_or_default(),
        one.line.why.clone().unwrap_or_default(),
    ]
}

fn csv(found: &[Found]) -> Result<String, Refusal> {
    let head = COLUMNS.map(Cell::text).to_vec();
    let rows = std::iter::once(head).chain(found.iter().map(|one| cells(one).map(Cell::text).to_vec())).collect();
    let bytes = to_csv(&Grid { name: String::new(), rows, merged: Vec::new() }, false);
    let bytes = bytes.map_err(|error| Refusal::Failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Refusal::Failed(error.to_string()))
}

fn table(found: &[Found], gone: Option<&Cut>) -> String {
    let head = gone.map(|cut| {
        let until = cut.until.strftime("%Y-%m-%d %H:%M UTC");
        format!("lines until {until} were removed ([retention] journal); SHA-256 of what is gone: {}", cut.sha256)
    });
    if found.is_empty() {
        let none = "nobody has done anything that you may see".to_owned();
        return head.into_iter().chain([none]).collect::<Vec<_>>().join("\n");
    }
    let rows = found.iter().map(|one| {
        let at = one.entry.at.strftime("%Y-%m-%d %H:%M UTC");
        let who = one.line.who.as_deref().unwrap_or("plimsoll");
        let incident = one.line.incident.as_ref().map(|id| format!("  #{id}")).unwrap_or_default();
        let why = one.line.why.as_ref().map(|why| format!("  “{}”", why.replace('\n', " "))).unwrap_or_default();
        format!("{at}  {who}  {}  {}{incident}{why}", one.line.deed, one.entry.subject)
    });
    head.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}
