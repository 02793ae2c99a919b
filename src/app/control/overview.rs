//! `doctor` and `coverage`: how the installation stands. Nothing is changed.

use serde_json::json;

use super::{Answer, Refusal, Tell};
use crate::app::core::Core;
use crate::app::{coverage, doctor};
use crate::words::phrase::plain;
use crate::words::wording::Reader;

/// Looks everything over.
pub(super) async fn doctor(core: &Core, tell: Tell<'_>) -> Answer {
    let findings = doctor::examine(core, tell).await;
    let text: Vec<String> = findings.iter().map(ToString::to_string).collect();
    Answer::done(&json!({ "findings": findings }), text.join("\n"))
}

/// Who is judged on what, and what is missing.
pub(super) async fn coverage(core: &Core, subject: Option<&str>) -> Result<Answer, Refusal> {
    let now = core.clock.now();
    let reader = Reader::new("en", "UTC");
    let view = coverage::whole(core, subject, now).await.map_err(|nearest| {
        let hint = nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
        Refusal::input(format!("there is no `{}` in what was applied{hint}", subject.unwrap_or_default()))
    })?;
    let json = coverage::json_of(&view);
    let text = plain(&crate::words::coverage::whole(&view, &reader, now)).replace("\n\n", "\n");
    Ok(Answer::done(&json, text))
}
