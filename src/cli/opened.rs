//! The store and the program on it, opened for one command.
//!
//! Refuses: a store in use, and a place without a store where one is only looked into.

use std::path::Path;
use std::sync::Arc;

use rand::TryRngCore as _;
use rand::rngs::OsRng;

use super::CliError;
use crate::app::config::Config;
use crate::app::core::Core;
use crate::store::Store;
use crate::store::memory::MemoryStore;
use crate::store::sled::{Options, SledStore};
use crate::time::Clock;

/// An open store with the program's picture of it.
pub struct Opened {
    /// What the commands work with.
    pub core: Arc<Core>,
    store: Option<Arc<SledStore>>,
}

/// Opens the store of a configuration, or makes it.
pub async fn store(config: &Config) -> Result<Arc<SledStore>, CliError> {
    let folder = config.store.folder.clone();
    let options = Options {
        cache_bytes: config.store.cache_mib.saturating_mul(1 << 20),
        verify: config.store.verify,
        hangs_after: std::time::Duration::try_from(config.store.hangs_after.0)
            .unwrap_or(Options::default().hangs_after),
    };
    let opening = tokio::task::spawn_blocking(move || SledStore::open(&folder, &options));
    let opened = opening.await.map_err(|stopped| {
        CliError::Failed(anyhow::Error::new(stopped).context("the database stopped while it was opened"))
    })?;
    Ok(Arc::new(opened?))
}

/// A number nobody can guess: one-time codes are made from it.
fn seed() -> Result<u64, CliError> {
    OsRng
        .try_next_u64()
        .map_err(|error| CliError::Failed(anyhow::anyhow!("the system has no random numbers to give: {error}")))
}

fn has_store(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

impl Opened {
    /// Opens the store, or makes it.
    pub async fn open(config: Config) -> Result<Self, CliError> {
        let store = store(&config).await?;
        let core = Core::open(Clock::system(), Arc::clone(&store) as Arc<dyn Store>, config, seed()?).await?;
        Ok(Self { core, store: Some(store) })
    }

    /// Opens a store that must be there already: asking makes nothing.
    pub async fn open_existing(config: Config) -> Result<Self, CliError> {
        if !has_store(&config.store.folder) {
            return Err(CliError::input(format!(
                "there is no store in `{}`; `plimsoll apply` makes one, --set store.folder=… names another",
                config.store.folder.display()
            )));
        }
        Self::open(config).await
    }

    /// Opens the store, or, where there is none, one in memory that is forgotten: a trial makes nothing.
    pub async fn open_for_trial(config: Config) -> Result<Self, CliError> {
        if has_store(&config.store.folder) {
            return Self::open(config).await;
        }
        let core = Core::open(Clock::system(), Arc::new(MemoryStore::new()), config, seed()?).await?;
        Ok(Self { core, store: None })
    }

    /// Returns once the store has stopped after a failure, with why.
    pub async fn stopped(&self) -> String {
        match &self.store {
            Some(store) => store.stopped().await,
            None => std::future::pending().await,
        }
    }

    /// Writes what is left and lets go of the folder.
    pub async fn close(self) -> Result<(), CliError> {
        match self.store {
            Some(store) => Ok(store.close().await?),
            None => Ok(()),
        }
    }

    /// Closes after work, whatever came of it; the work's own error is the one that is told.
    pub async fn after<T>(self, done: Result<T, CliError>) -> Result<T, CliError> {
        let closed = self.close().await;
        let done = done?;
        closed.map(|()| done)
    }
}
