//! `plimsoll poll SOURCE --id ID…`: one fetch, stored nowhere.

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use super::asking::answered;
use super::{CliError, Common};
use crate::app::control::{Body, Wish};
use crate::domain::ids::SourceId;

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Calls the platform once with the configured credentials: plimsoll poll youtube --id UCabc --id post:dQw4"
)]
pub struct Poll {
    /// The source, as the configuration names it
    source: String,
    /// Accounts or posts to ask about, as the platform names them; a post is written `post:ID`; repeatable
    #[arg(long = "id", value_name = "ID", required = true)]
    ids: Vec<String>,
}

/// What came of it.
#[derive(Deserialize)]
struct Polled {
    polled: Value,
    /// Why it is not all there is.
    failed: Option<String>,
}

impl Poll {
    /// Fetches and prints.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let source = SourceId::new(&self.source).map_err(|error| CliError::input(error.to_string()))?;
        let wish = Wish::Poll { source, ids: self.ids };
        let done: Polled = answered(common, common.config()?, wish, Body::Empty).await?;
        let text = serde_json::to_string_pretty(&done.polled).map_err(|error| CliError::Failed(error.into()))?;
        common.print(&done.polled, &text)?;
        done.failed.map_or(Ok(()), |line| Err(CliError::Failed(anyhow::anyhow!(line))))
    }
}
