//! `plimsoll export`: what is kept, as files for people. So far `export deals`.

use clap::{Args, Subcommand};

use super::deals::ExportDeals;
use super::{CliError, Common};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "`plimsoll export deals --help` shows an example.")]
pub struct Export {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Campaigns, creators, deals and deliverables as a spreadsheet that `import deals` reads again
    Deals(ExportDeals),
}

impl Export {
    /// Writes what is asked for.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        match self.what {
            What::Deals(deals) => deals.run(common).await,
        }
    }
}
