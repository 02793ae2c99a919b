//! `import deals` and `export deals`: the cells travel, files and questions stay with whoever asks.

use super::{Answer, Body, Refusal, Request, actor};
use crate::app::core::Core;
use crate::app::deals::{self, DealsError, DealsExport, DealsImport};

impl From<DealsError> for Refusal {
    fn from(error: DealsError) -> Self {
        match error {
            DealsError::Input(line) => Self::Input(line),
            DealsError::Apply(error) => error.into(),
        }
    }
}

/// Takes the deals in the body, or says what that would change. The answer is the outcome, for whoever asked to show.
pub(super) async fn import(core: &Core, request: &Request, body: &Body, trial: bool) -> Result<Answer, Refusal> {
    let unreadable = |why: String| Refusal::Failed(format!("the cells of the sheet did not arrive: {why}"));
    let text = body.read().and_then(std::io::read_to_string).map_err(|error| unreadable(error.to_string()))?;
    let given: DealsImport = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    let actor = actor(core, request).await?;
    let outcome = deals::import_deals(core, given, &actor, trial).await?;
    told(&outcome)
}

/// The deals as a sheet.
pub(super) async fn export(core: &Core, what: &DealsExport) -> Result<Answer, Refusal> {
    told(&deals::export_deals(core, what).await?)
}

fn told(what: &impl serde::Serialize) -> Result<Answer, Refusal> {
    let json = serde_json::to_value(what)
        .map_err(|error| Refusal::Failed(format!("the answer cannot be written: {error}")))?;
    Ok(Answer::done(&json, String::new()))
}
