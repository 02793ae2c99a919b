//! `plimsoll apply PATH…`: documents and rules into the store, with the difference.
//!
//! JSON: `{"dry_run":bool,"changes":[{"kind","id","change"}]}`; `change` is `added`, `changed` or `same`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::opened::Opened;
use super::{CliError, Common};
use crate::app::apply::{self, Change, Difference, Given};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "All files are one change: a mistake in one of them changes nothing. What is not in the files \
                  stays as it is; something ends by `state = \"ended\"`. Every earlier version is kept.")]
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
        let given = apply::read(&self.paths)?;
        let opened = if self.dry_run { Opened::open_for_trial(config).await? } else { Opened::open(config).await? };
        let done = take(&opened, common, given, self.dry_run).await;
        let differences = opened.after(done).await?;
        let changes: Vec<_> = differences
            .iter()
            .map(|one| json!({ "kind": one.kind, "id": one.id, "change": one.change.as_str() }))
            .collect();
        common.print(&json!({ "dry_run": self.dry_run, "changes": changes }), &text(&differences, self.dry_run))
    }
}

async fn take(opened: &Opened, common: &Common, given: Given, dry_run: bool) -> Result<Vec<Difference>, CliError> {
    let actor = opened.actor(common).await?;
    Ok(apply::apply(&opened.core, given, &actor, dry_run).await?)
}

fn text(differences: &[Difference], dry_run: bool) -> String {
    let count = |change| differences.iter().filter(|one| one.change == change).count();
    let mut lines: Vec<String> = differences
        .iter()
        .filter(|one| one.change != Change::Same)
        .map(|one| format!("{:<8} {}/{}", one.change.as_str(), one.kind, one.id))
        .collect();
    let (added, changed, same) = (count(Change::Added), count(Change::Changed), count(Change::Same));
    let trial = if dry_run { "; nothing was stored" } else { "" };
    lines.push(format!("{added} added, {changed} changed, {same} same{trial}"));
    lines.join("\n")
}
