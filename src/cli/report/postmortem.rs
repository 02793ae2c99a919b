//! `plimsoll report postmortem|portfolio`: what a campaign was, as text, JSON, HTML or Markdown; its questions and answers;
//! the next line-up.
//!
//! JSON of `report postmortem`: `{"campaign","name","brand","currency","starts","ends","at","stage":{"stage":"runs"|"counts"|
//! "over","until"},"goal","results":[{"metric","wanted","reached":T,"is_goal"}],"effort":{"planned_cost":T,"cost":T,
//! "planned_hours":T,"hours":T,"unread","promised","out","in_time","stopped"},"creators":[{"creator","name","out","promised",
//! "late","alerts","cost":T,"orders":T,"roi":T,"minimum","standing":S}],"timeline":[{"at","who","happened",…}],"stops":[{"at",
//! "who","deed","by","undone","avoidable","saved":T}],"learned":[{"lesson",…}],"remarks":[{"at","by","about","text","tag"}],
//! "answers":[{"question","area","by_choice","counts":[yes,partly,no],"quotes":[[text,who]],"shown","hidden"}],"steps":[{
//! "number","text","owner","due","done"}],"next":T,"gaps","money":F}` with T = `{"value":…}` or `{"absent":WHY}`, F as in
//! `report roi`, S = null or `{"creator","count","posts","share","range":[low,high],"chance","choice":"keep"|"unsure"|"end"}`.
//! `next.value`, which is also the JSON of `report portfolio`, is `{"yardstick":{"against"},"portfolio":{"standings":[S],"new",
//! "shape"},"names","candidates":[{"creator","name","standing":S}],"shifts":[{"from","to","minor","chance","gain":[expected,
//! low,high]}]}`. Of `--questions`: `{"form","toml"}`; of `--answers`: `{"answers","person"}`; of `--line-up`: `{"toml"}`; of
//! `--facts`: `{"title","markdown"}`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::super::asking::asked;
use super::super::deals::write;
use super::super::{CliError, Common, say};
use crate::app::control::postmortem::{Form, Part, Wanted};
use crate::app::control::{Body, Report, Which, Wish};
use crate::domain::ids::CampaignId;
use crate::report::postmortem::form::FORM_MAX;

/// What a page is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Html,
    Md,
}

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    En,
    Sv,
}

/// How and where a page is written.
#[derive(Debug, Args)]
struct Written {
    /// What to write; as the file's name says where it is not given, and text to the terminal
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// In which language; the brand's where it is not said
    #[arg(long, value_enum)]
    language: Option<Language>,
    /// Where to; - is the terminal
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// The arguments of `report postmortem`.
#[derive(Debug, Args)]
#[command(after_help = "\
HTML is one file that asks for nothing else: mail it, or open it in any browser. What nobody told is absent, with the reason: \
hours come from notes (`note spring 6.5 h editing #hours`), planned hours and cost from `plan` of the campaign. Answers \
without a name are shown only where three or more are. docs/postmortem.md tells how everything is worked out.

Example:
  plimsoll report postmortem --campaign spring spring.html
  plimsoll report postmortem --campaign spring --facts --format md > facts.md
  plimsoll report postmortem --campaign spring --questions > form.toml
  plimsoll report postmortem --campaign spring --answers form.toml
  plimsoll report postmortem --campaign spring --line-up > next.toml && plimsoll check next.toml")]
pub struct PostmortemReport {
    /// Which campaign
    #[arg(long, value_name = "ID")]
    campaign: CampaignId,
    /// Only the facts sheet and the agenda, without names
    #[arg(long, conflicts_with_all = ["questions", "answers", "line_up"])]
    facts: bool,
    /// The questions as a form to fill in, one for each person
    #[arg(long, conflicts_with_all = ["answers", "line_up", "format"])]
    questions: bool,
    /// A form that was filled in: its answers are kept
    #[arg(long, value_name = "FORM", conflicts_with_all = ["line_up", "format", "file"])]
    answers: Option<PathBuf>,
    /// The next line-up as documents for `plimsoll apply`
    #[arg(long, conflicts_with = "format")]
    line_up: bool,
    #[command(flatten)]
    written: Written,
}

/// The arguments of `report portfolio`.
#[derive(Debug, Args)]
#[command(after_help = "\
Each creator is judged by what came back for what they cost; few orders are drawn towards the others, and the range is told. \
Keep: it pays with 80 % or more. Do not ask again like this: with 20 % or less. Between the two nobody can say.

Example:
  plimsoll report portfolio --campaign spring")]
pub struct PortfolioReport {
    /// Which campaign
    #[arg(long, value_name = "ID")]
    campaign: CampaignId,
    #[command(flatten)]
    written: Written,
}

impl PostmortemReport {
    /// Makes the report, and prints or writes it.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let (part, body) = match &self.answers {
            Some(path) => (Part::Answers, filled(path)?),
            None if self.facts => (Part::Facts, Body::Empty),
            None if self.questions => (Part::Questions, Body::Empty),
            None if self.line_up => (Part::LineUp, Body::Empty),
            None => (Part::Whole, Body::Empty),
        };
        self.written.make(common, self.campaign, part, body).await
    }
}

impl PortfolioReport {
    /// Makes the report, and prints or writes it.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        self.written.make(common, self.campaign, Part::Portfolio, Body::Empty).await
    }
}

fn filled(path: &Path) -> Result<Body, CliError> {
    let name = path.display();
    let cannot = |error| CliError::input(format!("{name}: cannot be read ({error}); give a form that was filled in"));
    let bytes = std::fs::read(path).map_err(cannot)?;
    if FORM_MAX < bytes.len() {
        return Err(CliError::input(format!("{name}: it has {} bytes and a form has at most {FORM_MAX}", bytes.len())));
    }
    Ok(Body::Bytes(Arc::new(bytes)))
}

impl Written {
    async fn make(self, common: &Common, campaign: CampaignId, part: Part, body: Body) -> Result<(), CliError> {
        let config = common.config()?;
        let file = self.file.clone().filter(|file| file.as_os_str() != "-");
        let format = self.format(common, file.as_deref())?;
        let form = match format {
            Format::Html => Form::Html,
            Format::Md => Form::Markdown,
            Format::Text | Format::Json => Form::Text,
        };
        let language = self.language.map(|one| if one == Language::Sv { "sv" } else { "en" }.to_owned());
        let wanted = Report {
            what: Which::Postmortem,
            campaign: Some(campaign),
            how: None,
            told: None,
            orders: false,
            sheets: false,
            postmortem: Some(Wanted { part, form, language }),
        };
        let (json, text) = asked(common, config, Wish::Report { wanted }, body).await?;
        let told = if format == Format::Json { json } else { text };
        let Some(file) = file else { return say(&told) };
        write(&file, told.as_bytes())?;
        let (bytes, name) = (told.len(), file.display().to_string());
        common.print(&json!({ "file": name, "bytes": bytes }), &format!("{bytes} bytes in {name}"))
    }

    fn format(&self, common: &Common, file: Option<&Path>) -> Result<Format, CliError> {
        let ending = file.and_then(Path::extension).map(|ending| ending.to_string_lossy().to_lowercase());
        match (self.format, ending.as_deref()) {
            (Some(Format::Text | Format::Html | Format::Md), _) if common.json && file.is_none() => {
                Err(CliError::input("--json and another --format do not go together".to_owned()))
            }
            (Some(format), _) => Ok(format),
            (None, Some("html" | "htm")) => Ok(Format::Html),
            (None, Some("md" | "markdown")) => Ok(Format::Md),
            (None, Some("json")) => Ok(Format::Json),
            (None, _) => Ok(if common.json && file.is_none() { Format::Json } else { Format::Text }),
        }
    }
}
