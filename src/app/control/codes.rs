//! `codes` and `codes make`: discount codes of partnerships at the shops.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Answer, Progress, Refusal, Request, Tell, actor, one_line};
use crate::actions::coin::Made;
use crate::app::apply::Change;
use crate::app::codes::{self, CodesError, Outcome, Owned, Wanted};
use crate::app::core::Core;
use crate::domain::ids::SourceId;
use crate::domain::num::u64_of_len;

impl From<CodesError> for Refusal {
    fn from(error: CodesError) -> Self {
        match error {
            CodesError::Input(line) => Self::Input(line),
            CodesError::Store(error) => Self::Store(error),
            CodesError::NotMade { .. } | CodesError::NotAsked { .. } | CodesError::NotThere { .. } => {
                Self::Failed(one_line(&anyhow::Error::new(error)))
            }
        }
    }
}

/// Makes a code, or says what that would do.
pub(super) async fn make(
    core: &Core,
    request: &Request,
    wanted: &Wanted<'_>,
    dry_run: bool,
) -> Result<Answer, Refusal> {
    let by = actor(core, request).await?;
    let outcome = codes::make(core, wanted, &by, dry_run).await?;
    let document = json!({
        "dry_run": dry_run, "code": outcome.code, "partnership": outcome.partnership, "source": outcome.source,
        "percent": wanted.percent, "ends": outcome.ends_at, "made": outcome.made == Made::New, "used": outcome.used,
        "document": outcome.document.as_str(),
    });
    Ok(Answer::done(&document, said(&outcome, wanted, dry_run)))
}

fn said(outcome: &Outcome, wanted: &Wanted<'_>, dry_run: bool) -> String {
    let Outcome { partnership, source, code, .. } = outcome;
    let percent = wanted.percent.0.normalize();
    let ends = outcome.ends_at.map_or_else(|| "no end".to_owned(), |at| format!("until {}", moment(at)));
    let first = match (outcome.made, dry_run) {
        (Made::New, false) => format!("made {code} at `{source}` for {partnership}: {percent} % off, {ends}"),
        (Made::New, true) => format!("would make {code} at `{source}` for {partnership}: {percent} % off, {ends}"),
        (Made::Already, false) => {
            format!("{code} is there already at `{source}`, {percent} % off, {ends}, used {} times", outcome.used)
        }
        (Made::Already, true) => {
            format!(
                "{code} is there already at `{source}`, {ends}, used {} times; what it takes off is checked when it is made",
                outcome.used
            )
        }
    };
    let mut lines = vec![first];
    match (outcome.document, dry_run) {
        (Change::Same, _) => lines.push(format!("{partnership} lists it already")),
        (Change::Added | Change::Changed, true) => lines.push(format!("would write it into {partnership}")),
        (Change::Added | Change::Changed, false) => {
            lines.push(format!(
                "written into {partnership}; add it to `codes` in your file too, before you change that"
            ));
        }
    }
    if dry_run {
        lines.push("nothing was made or stored".to_owned());
    }
    lines.join("\n")
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Who owns which code, at which shop, and what it is there.
pub(super) async fn list(core: &Core, at: Option<&SourceId>, tell: Tell<'_>) -> Result<Answer, Refusal> {
    let told = |done: usize, of: usize| tell(Progress { done: u64_of_len(done), of: u64_of_len(of) });
    let (codes, cut) = codes::list(core, at, &told).await?;
    let rows: Vec<Value> = codes.iter().map(row).collect();
    let mut lines: Vec<String> = codes.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("no running partnership has a code; `plimsoll codes make` makes one".to_owned());
    }
    if cut {
        lines.push("there are more codes than these; name one shop with --at".to_owned());
    }
    Ok(Answer::done(&json!({ "codes": rows, "cut": cut }), lines.join("\n")))
}

fn row(one: &Owned) -> Value {
    let there = one.there.as_ref().ok().and_then(Option::as_ref);
    json!({
        "code": one.code, "partnership": one.partnership, "source": one.source, "state": state(one),
        "kind": there.map(|code| &code.kind), "starts": there.map(|code| code.starts_at),
        "ends": there.and_then(|code| code.ends_at), "used": there.map(|code| code.used),
        "shared": there.map(crate::sources::orders::Code::is_shared), "absent": one.there.as_ref().err(),
    })
}

/// `active`, `expired`, `scheduled`; `missing` where the shop has no such code, `unknown` where it could not be asked.
fn state(one: &Owned) -> String {
    match &one.there {
        Ok(Some(code)) => code.status.to_lowercase(),
        Ok(None) => "missing".to_owned(),
        Err(_) => "unknown".to_owned(),
    }
}

fn line(one: &Owned) -> String {
    let at = one.source.as_ref().map_or_else(String::new, |id| format!(" at `{id}`"));
    let more = match &one.there {
        Ok(Some(code)) => {
            let shared = if code.is_shared() { ", shares its discount" } else { "" };
            let ends = code.ends_at.map_or_else(|| "no end".to_owned(), |at| format!("until {}", moment(at)));
            format!("{}, {ends}, used {} times{shared}", state(one), code.used)
        }
        Ok(None) => "missing; the shop has no such code".to_owned(),
        Err(why) => format!("unknown; {why}"),
    };
    format!("{}  {}{at}: {more}", one.code, one.partnership)
}
