//! `plimsoll poll SOURCE --id ID…`: one fetch, stored nowhere.

use clap::Args;

use super::opened::Opened;
use super::{CliError, Common};
use crate::app::config::{Config, SourceConfig};
use crate::app::sourcing;
use crate::domain::ids::SourceId;
use crate::sources::Outside;
use crate::sources::{self, SourceError};
use crate::time::Clock;

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

impl Poll {
    /// Fetches and prints.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let id = SourceId::new(&self.source).map_err(|error| CliError::input(error.to_string()))?;
        let Some(settings) = config.sources.get(&id) else {
            let known: Vec<&str> = config.sources.keys().map(SourceId::as_str).collect();
            let known =
                if known.is_empty() { "none is configured".to_owned() } else { format!("known: {}", known.join(", ")) };
            return Err(CliError::input(format!("there is no source `{id}` in the configuration; {known}")));
        };
        let opened = opened(&config, settings).await?;
        let done = self.fetch(common, &id, settings, opened.as_ref()).await;
        match opened {
            Some(opened) => opened.after(done).await,
            None => done,
        }
    }

    async fn fetch(
        &self,
        common: &Common,
        id: &SourceId,
        settings: &SourceConfig,
        opened: Option<&Opened>,
    ) -> Result<(), CliError> {
        let alone = Outside::alone(Clock::system());
        let outside = match opened {
            Some(opened) => Outside { accounts: opened.core.vault.accounts(id), ..alone },
            None => alone,
        };
        let source = settings
            .kind
            .settings()
            .build(&outside)
            .map_err(|error| CliError::input(format!("source `{id}`: {error}")))?;
        let request = sourcing::ad_hoc(settings, &self.ids, Clock::system().now()).map_err(CliError::input)?;
        let fetched = source.fetch(&request).await.map_err(|error| refused(id, error))?;
        let document = sources::poll_json(id.as_str(), &fetched);
        let text = serde_json::to_string_pretty(&document).map_err(|error| CliError::Failed(error.into()))?;
        common.print(&document, &text)?;
        match fetched.partial {
            Some(error) => Err(refused(id, error)),
            None => Ok(()),
        }
    }
}

/// The store, where the source reads accounts that people have connected: their tokens are there. While a service runs on
/// the store it alone renews them, so nothing is fetched beside it.
async fn opened(config: &Config, settings: &SourceConfig) -> Result<Option<Opened>, CliError> {
    if settings.oauth().is_none() {
        return Ok(None);
    }
    Opened::open_for_trial(config.clone()).await.map(Some)
}

/// A failure of a source, with its remedy.
pub(super) fn refused(id: &SourceId, error: SourceError) -> CliError {
    match error {
        SourceError::Unauthorized { .. } => {
            CliError::Failed(anyhow::anyhow!("source `{id}`: {error}; put credentials that work under [sources.{id}]"))
        }
        SourceError::BadTarget { .. } | SourceError::Misconfigured { .. } => CliError::input(error.to_string()),
        other => CliError::Failed(anyhow::Error::new(other).context(format!("source `{id}`"))),
    }
}
