//! `plimsoll apply PATH…`: documents and rules into the store, with the difference.
//!
//! JSON: `{"dry_run":bool,"changes":[{"kind","id","change"}]}`; `change` is `added`, `changed` or `same`.

use std::path::PathBuf;

use clap::Args;

use super::asking::ask;
use super::{CliError, Common};
use crate::app::apply;
use crate::app::control::{Body, Text, Wish};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "All files are one change: a mistake in one of them changes nothing. What is not in the files \
                  stays as it is; something ends by `state = \"ended\"`. Every earlier version is kept. A running \
                  service goes by it from its next poll on.")]
pub struct Apply {
    /// Files of documents or rules, or folders of them
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
}

impl Apply {
    /// Applies and prints the difference.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        // Mistakes are told before anything is opened or made.
        apply::read(&self.paths)?;
        let files = texts(&self.paths)?;
        ask(common, config, Wish::Apply { files, dry_run: self.dry_run }, Body::Empty).await
    }
}

fn texts(paths: &[PathBuf]) -> Result<Vec<Text>, CliError> {
    let files = apply::files_of(paths).map_err(CliError::Input)?;
    let read = files.into_iter().map(|file| {
        let name = file.display().to_string();
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Text { name, text }),
            Err(error) => Err(CliError::input(format!("{name}: cannot be read: {error}"))),
        }
    });
    read.collect()
}
