//! `plimsoll backup FILE` and `plimsoll restore FILE`: everything in one file, and back. `plimsoll compact`: the store in
//! less room.
//!
//! JSON of `compact`: `{"folder","records","bytes_before","bytes_after"}`.
//! JSON of `backup`: `{"file","records","bytes"}`. Of `restore`: `{"folder","records","receipts":{"same","differ":[id],
//! "too_old"}}`.

use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::asking::ask;
use super::import::bar;
use super::opened::{Opened, in_database, place_of};
use super::run::refuse_second;
use super::{CliError, Common, say};
use crate::app::config::Config;
use crate::app::control::{Body, Receipts, Wish, verify};
use crate::store::postgres::PgStore;
use crate::store::sled::SledStore;

/// The arguments of `backup`.
#[derive(Debug, Args)]
#[command(
    after_help = "Works while the service runs, which goes on judging and telling; the file is the store as it was at \
                  one instant. It has everything but the key of the vault ([vault] in the configuration): keep that \
                  elsewhere. The file gets its name once it is whole; one of the same name is replaced then.\n\n  \
                  plimsoll backup /backups/plimsoll-$(date +%F).backup"
)]
pub struct Backup {
    /// The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Backup {
    /// Has it written by whoever has the store open.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let path = std::path::absolute(&self.file)
            .map_err(|error| CliError::input(format!("`{}` names no file: {error}", self.file.display())))?;
        ask(common, common.config()?, Wish::Backup { path }, Body::Empty).await
    }
}

/// The arguments of `restore`.
#[derive(Debug, Args)]
#[command(
    after_help = "Into the data folder or the database of the configuration, which must not have a store yet; nothing is \
                  changed there until the backup was read whole. Afterwards every record is read back and the receipts of \
                  the newest alerts are worked out again: they must say what they said.\n\n  \
                  plimsoll restore /backups/plimsoll-2026-11-22.backup --set store.folder=data-restored"
)]
pub struct Restore {
    /// The file that `plimsoll backup` has written
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Restore {
    /// Makes a store from the file, and looks it over.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let place = place_of(&config);
        refuse_second(&config.store.folder).await?;
        let records = fill(&config, &self.file).await?;
        let receipts = Looked::over(config).await?;
        if common.json {
            let json = json!({ "folder": place, "records": records, "receipts": receipts.json() });
            return say(&json.to_string());
        }
        say(&format!("{records} records restored into {place}; {receipts}"))
    }
}

/// Fills the store of a configuration, which must be empty, with a backup: how many records it has.
pub(super) async fn fill(config: &Config, from: &Path) -> Result<u64, CliError> {
    let bar = bar(0, "{pos} of {len} records");
    let shown = bar.clone();
    let tell = move |done, of| {
        shown.set_length(of);
        shown.set_position(done);
    };
    let restored = if config.store.is_database() {
        PgStore::restore(&config.store.url, &in_database(config), from, &tell).await
    } else {
        let (from, into) = (from.to_owned(), config.store.folder.clone());
        let restoring = tokio::task::spawn_blocking(move || SledStore::restore(&into, &from, &tell));
        restoring.await.map_err(|stopped| CliError::Failed(anyhow::Error::new(stopped)))?
    };
    bar.finish_and_clear();
    Ok(restored?.total())
}

/// What came of working receipts out again.
pub(super) struct Looked(Receipts);

impl Looked {
    /// Opens a store that was filled and works its newest receipts out again.
    pub async fn over(config: Config) -> Result<Self, CliError> {
        let opened = Opened::open_existing(config).await?;
        let verified = verify(&opened.core).await.map_err(CliError::from);
        let receipts = opened.after(verified).await?;
        if receipts.differ.is_empty() {
            return Ok(Self(receipts));
        }
        Err(CliError::Failed(anyhow::anyhow!(
            "the store is restored, but the receipts of {} say something else than when they were written; restore it \
             with the program and configuration that made the backup",
            receipts.differ.join(", ")
        )))
    }

    /// As JSON.
    pub fn json(&self) -> serde_json::Value {
        json!({ "same": self.0.same, "differ": self.0.differ, "too_old": self.0.too_old })
    }
}

impl fmt::Display for Looked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} receipts say what they said", self.0.same)?;
        match self.0.too_old {
            0 => Ok(()),
            old => write!(f, ", {old} need numbers that are not kept any more"),
        }
    }
}

/// The arguments of `compact`: there are none beside those of every command.
#[derive(Debug, Args)]
#[command(
    after_help = "The store's files never shrink by themselves: what retention has removed leaves room inside. This \
                  writes the store anew and reads all of it back before the old one goes. The service must not run \
                  meanwhile, and the disk needs room for a second store and a backup beside the old one. Broken off, \
                  it leaves the store as it was."
)]
pub struct Compact {}

impl Compact {
    /// Writes the store anew.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        if config.store.is_database() {
            return Err(CliError::input(
                "the store is in a database, which gives room back by itself (VACUUM); `compact` is for the one in the data folder",
            ));
        }
        let folder = config.store.folder.clone();
        refuse_second(&folder).await?;
        if !folder.join("sled").exists() && !folder.join("compact").exists() {
            return Err(CliError::input(format!(
                "there is no store in `{}`; --set store.folder=… names another",
                folder.display()
            )));
        }
        let bar = bar(0, "{pos} of {len} records");
        let (into, shown) = (folder.clone(), bar.clone());
        let compacting = tokio::task::spawn_blocking(move || {
            SledStore::compact(&into, &|done, of| {
                shown.set_length(of);
                shown.set_position(done);
            })
        });
        let came = compacting.await.map_err(|stopped| CliError::Failed(anyhow::Error::new(stopped)))?;
        bar.finish_and_clear();
        let came = came?;
        let json = json!({
            "folder": folder, "records": came.records, "bytes_before": came.before, "bytes_after": came.after
        });
        let kib = |bytes: u64| bytes.div_ceil(1 << 10);
        let text = format!(
            "{} records in {}: {} KiB before, {} KiB now",
            came.records,
            folder.display(),
            kib(came.before),
            kib(came.after)
        );
        common.print(&json, &text)
    }
}
