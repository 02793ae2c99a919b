//! `plimsoll migrate --to URL`: the store into another place, with everything in it.
//!
//! JSON: `{"from","to","records","receipts":{"same","differ":[id],"too_old"}}`.
//!
//! It goes by a backup: one file with everything, beside the store, which is gone afterwards. The store it comes from is
//! open for that time, so nothing is written behind its back, and stays as it was.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use clap::Args;
use secrecy::SecretString;
use serde_json::json;

use super::backup::{Looked, fill};
use super::opened::{Place, place_of};
use super::run::refuse_second;
use super::{CliError, Common};
use crate::app::config::Config;
use crate::store::postgres::{self, PgStore};

/// The arguments of `migrate`.
#[derive(Debug, Args)]
#[command(
    after_help = "The service must not run meanwhile, and the database must be empty. Everything is read back there and \
                  compared, and the receipts of the newest alerts are worked out again: they must say what they said. The \
                  store it comes from stays as it was. Broken off, it is begun again with the same command. Afterwards put \
                  the address into store.url_file and start the service.\n\n  \
                  plimsoll migrate --to-file secrets/postgres.url\n  \
                  plimsoll migrate --to 'postgres://plimsoll:…@db.example/plimsoll?sslmode=verify-full'"
)]
pub struct Migrate {
    /// Where to: postgres://USER:PASSWORD@HOST:PORT/DATABASE. Others on this machine see what is typed here
    #[arg(long, value_name = "URL", required_unless_present = "to_file", conflicts_with = "to_file")]
    to: Option<SecretString>,
    /// A file with nothing but that address
    #[arg(long, value_name = "FILE")]
    to_file: Option<PathBuf>,
}

impl Migrate {
    /// Moves everything, and looks it over.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let mut target = config.clone();
        target.store.url = self.address()?;
        if let Some(fault) = postgres::fault(&target.store.url) {
            return Err(CliError::input(format!("the address to migrate to cannot be used: {fault}")));
        }
        // What cannot be reached is said before anything is written.
        PgStore::is_there(&target.store.url).await?;
        refuse_second(&config.store.folder).await?;
        if !Place::is_there(&config).await? {
            return Err(CliError::input(format!("there is no store in `{}` to migrate", place_of(&config))));
        }
        let from = Place::open(&config).await?;
        let moved = moved(&from, &config, &target).await;
        let closed = from.close().await;
        let (records, receipts) = moved?;
        closed?;
        let (from, to) = (place_of(&config), place_of(&target));
        let json = json!({ "from": from, "to": to, "records": records, "receipts": receipts.json() });
        let text = format!(
            "{records} records are in {to} now; {receipts}. Name it in store.url_file and start the service; {from} is as it was, \
             and nothing writes it any more"
        );
        common.print(&json, &text)
    }

    fn address(&self) -> Result<SecretString, CliError> {
        let Some(path) = &self.to_file else { return Ok(self.to.clone().unwrap_or_default()) };
        let text = std::fs::read_to_string(path).map_err(|error| {
            CliError::input(format!("could not read `{}`, named by --to-file: {error}", path.display()))
        })?;
        Ok(SecretString::from(text.trim().to_owned()))
    }
}

async fn moved(from: &Place, config: &Config, target: &Config) -> Result<(u64, Looked), CliError> {
    let file = config.store.folder.join("migrate.backup");
    let filled = async {
        from.store().backup(&file, &Arc::new(AtomicU64::new(0))).await?;
        fill(target, &file).await
    };
    let filled = filled.await;
    remove(&file)?;
    let records = filled?;
    Ok((records, Looked::over(target.clone()).await?))
}

/// Removes what has served its purpose, where it is there.
fn remove(file: &Path) -> Result<(), CliError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(CliError::Failed(
            anyhow::Error::new(error).context(format!("could not remove `{}`; remove it by hand", file.display())),
        )),
        _ => Ok(()),
    }
}
