//! `report postmortem` and `report portfolio`: what a campaign was, and whom to work with next time. Only answers that are
//! handed in change anything.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::{Answer, Body, Refusal};
use crate::app::core::Core;
use crate::app::postmortem::{self, answers};
use crate::domain::ids::CampaignId;
use crate::report::page::Page;
use crate::report::postmortem::{PostMortem, facts, form, page};
use crate::words::wording::{Locale, Reader};

/// Which part of it, in which form, in which language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Which part.
    pub part: Part,
    /// In which form.
    pub form: Form,
    /// In which language; the brand's where it is not said.
    pub language: Option<String>,
}

/// A part of a post-mortem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All of it.
    Whole,
    /// The facts sheet and the agenda, without names.
    Facts,
    /// The questions, as a form to fill in.
    Questions,
    /// A form that was filled in: its answers are kept.
    Answers,
    /// The next line-up as documents.
    LineUp,
    /// Whom to work with next time.
    Portfolio,
}

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// For a terminal.
    Text,
    /// As one file of HTML.
    Html,
    /// As Markdown.
    Markdown,
}

fn written(page: &Page, form: Form) -> String {
    match form {
        Form::Text => page.to_text(),
        Form::Html => page.to_html(),
        Form::Markdown => page.to_markdown(),
    }
}

pub(super) async fn report(core: &Core, id: &CampaignId, wanted: &Wanted, body: &Body) -> Result<Answer, Refusal> {
    let mut reader = postmortem::reader(core, id).await;
    if let Some(language) = &wanted.language {
        reader.locale = Locale::of(language);
    }
    match wanted.part {
        Part::Questions => return Ok(questions(core, id, &reader).await),
        Part::Answers => return take(core, id, body).await,
        Part::Whole | Part::Facts | Part::LineUp | Part::Portfolio => {}
    }
    let now = core.clock.now();
    let found = postmortem::gather(core, id, now).await?;
    let failed = |error: serde_json::Error| Refusal::Failed(format!("the report cannot be written: {error}"));
    match wanted.part {
        Part::LineUp => {
            let text = postmortem::line_up(core, &found, &reader, now).await;
            let text = text.ok_or_else(|| Refusal::Failed(format!("`{id}` cannot be moved into days to come")))?;
            Ok(Answer::done(&json!({ "toml": text }), text))
        }
        Part::Portfolio => {
            let json = match &found.next {
                Ok(next) => serde_json::to_value(next).map_err(failed)?,
                Err(missing) => json!({ "absent": missing.to_string() }),
            };
            Ok(Answer::done(&json, written(&page::portfolio_page(&found, &reader), wanted.form)))
        }
        Part::Facts => {
            let page = facts::facts(&found, &reader);
            let text = written(&page, wanted.form);
            Ok(Answer::done(&json!({ "title": page.title, "markdown": page.to_markdown() }), text))
        }
        Part::Whole | Part::Questions | Part::Answers => {
            let text = written(&page::page(&found, &reader), wanted.form);
            Ok(Answer::done(&document(&found).map_err(failed)?, text))
        }
    }
}

/// The report as JSON, with its money as `report roi` tells it.
fn document(found: &PostMortem) -> Result<serde_json::Value, serde_json::Error> {
    let mut json = serde_json::to_value(found)?;
    if let Some(map) = json.as_object_mut() {
        map.insert("money".to_owned(), serde_json::Value::Object(super::roi::figures(&found.money)));
    }
    Ok(json)
}

async fn questions(core: &Core, id: &CampaignId, reader: &Reader) -> Answer {
    let name = core.state.lock().await.catalog.campaign_name(id);
    let number = answers::form_number(core);
    let text = form::write(id, &name, &number, reader);
    Answer::done(&json!({ "form": number, "toml": text }), text)
}

/// Keeps a form's answers. They must be of the campaign that was named.
async fn take(core: &Core, id: &CampaignId, body: &Body) -> Result<Answer, Refusal> {
    use std::io::Read as _;
    let from = body.read().map_err(|error| Refusal::Failed(format!("the form did not arrive: {error}")))?;
    let most = u64::try_from(form::FORM_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    from.take(most).read_to_string(&mut text).map_err(|error| Refusal::Input(format!("the form: {error}")))?;
    let filled = form::read(&text).map_err(|error| Refusal::Input(format!("the form: {error}")))?;
    if filled.campaign != *id {
        return Err(Refusal::Input(format!("the form is about `{}`, not about `{id}`", filled.campaign)));
    }
    let kept = match answers::take_form(core, &filled).await {
        Ok(kept) => kept,
        Err(answers::FormRefused::Store(error)) => return Err(Refusal::Store(error)),
        Err(other) => return Err(Refusal::Input(other.to_string())),
    };
    let whose = filled.person.as_deref().unwrap_or("nobody");
    let text = match kept {
        0 => "the form has no answers; nothing is kept".to_owned(),
        1 => format!("1 answer is kept, from {whose}"),
        _ => format!("{kept} answers are kept, from {whose}"),
    };
    Ok(Answer::done(&json!({ "answers": kept, "person": filled.person }), text))
}
