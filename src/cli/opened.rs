//! The store and the program on it, opened for one command.
//!
//! Refuses: a store in use, and a place without a store where one is only looked into.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rand::TryRngCore as _;
use rand::rngs::OsRng;

use super::CliError;
use crate::app::config::Config;
use crate::app::core::Core;
use crate::store::memory::MemoryStore;
use crate::store::postgres::{self, PgStore};
use crate::store::sled::{Options, SledStore};
use crate::store::{Store, StoreError};
use crate::time::Clock;

/// An open store with the program's picture of it.
pub struct Opened {
    /// What the commands work with.
    pub core: Arc<Core>,
    store: Option<Place>,
}

/// A store that is open, and where.
#[derive(Clone)]
pub enum Place {
    /// In the data folder.
    Folder(Arc<SledStore>),
    /// In a database.
    Database(Arc<PgStore>),
}

impl Place {
    /// The store of a configuration; it is made where there is none.
    pub async fn open(config: &Config) -> Result<Self, CliError> {
        if config.store.is_database() {
            // Commands find the service through its socket there.
            make_private(&config.store.folder)?;
            let store = PgStore::open(&config.store.url, &in_database(config)).await?;
            return Ok(Self::Database(Arc::new(store)));
        }
        let (folder, options) = (config.store.folder.clone(), in_folder(config));
        let opening = tokio::task::spawn_blocking(move || SledStore::open(&folder, &options));
        let opened = opening.await.map_err(|stopped| {
            CliError::Failed(anyhow::Error::new(stopped).context("the database stopped while it was opened"))
        })?;
        Ok(Self::Folder(Arc::new(opened?)))
    }

    /// Whether there is a store where a configuration says.
    pub async fn is_there(config: &Config) -> Result<bool, CliError> {
        if config.store.is_database() {
            return Ok(PgStore::is_there(&config.store.url).await?);
        }
        Ok(std::fs::read_dir(&config.store.folder).is_ok_and(|mut entries| entries.next().is_some()))
    }

    /// As the program works with it.
    pub fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Folder(store) => Arc::clone(store) as Arc<dyn Store>,
            Self::Database(store) => Arc::clone(store) as Arc<dyn Store>,
        }
    }

    async fn stopped(&self) -> String {
        match self {
            Self::Folder(store) => store.stopped().await,
            Self::Database(store) => store.stopped().await,
        }
    }

    /// Writes what is left and lets go of it.
    pub async fn close(&self) -> Result<(), StoreError> {
        match self {
            Self::Folder(store) => store.close().await,
            Self::Database(store) => store.close().await,
        }
    }
}

/// Where the store of a configuration is, as it is shown.
pub fn place_of(config: &Config) -> String {
    let address = config.store.is_database().then(|| postgres::shown(&config.store.url));
    address.unwrap_or_else(|| config.store.folder.display().to_string())
}

fn in_folder(config: &Config) -> Options {
    Options {
        cache_bytes: config.store.cache_mib.saturating_mul(1 << 20),
        verify: config.store.verify,
        hangs_after: hangs_after(config),
    }
}

/// What can be chosen about a store in a database, as configured.
pub fn in_database(config: &Config) -> postgres::Options {
    let connections = config.store.connections;
    postgres::Options { connections, hangs_after: hangs_after(config), ..postgres::Options::default() }
}

fn hangs_after(config: &Config) -> Duration {
    Duration::try_from(config.store.hangs_after.0).unwrap_or(Options::default().hangs_after)
}

/// Makes the data folder for its owner alone, where there is none.
fn make_private(folder: &Path) -> Result<(), CliError> {
    let mut making = std::fs::DirBuilder::new();
    making.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut making, 0o700);
    making.create(folder).map_err(|error| {
        CliError::Failed(anyhow::anyhow!("could not make the data folder `{}`: {error}", folder.display()))
    })
}

/// A number nobody can guess: one-time codes are made from it.
fn seed() -> Result<u64, CliError> {
    OsRng
        .try_next_u64()
        .map_err(|error| CliError::Failed(anyhow::anyhow!("the system has no random numbers to give: {error}")))
}

impl Opened {
    /// Opens the store, or makes it.
    pub async fn open(config: Config) -> Result<Self, CliError> {
        let store = Place::open(&config).await?;
        match Core::open(Clock::system(), store.store(), config, seed()?).await {
            Ok(core) => Ok(Self { core, store: Some(store) }),
            Err(error) => {
                // The first error is the one that is told; a database is let go of, so that nobody waits for it.
                drop(store.close().await);
                Err(error.into())
            }
        }
    }

    /// Opens a store that must be there already: asking makes nothing.
    pub async fn open_existing(config: Config) -> Result<Self, CliError> {
        if !Place::is_there(&config).await? {
            return Err(CliError::input(format!(
                "there is no store in `{}`; `plimsoll apply` makes one, --set {}=… names another",
                place_of(&config),
                if config.store.is_database() { "store.url" } else { "store.folder" }
            )));
        }
        Self::open(config).await
    }

    /// Opens the store, or, where there is none, one in memory that is forgotten: a trial makes nothing.
    pub async fn open_for_trial(config: Config) -> Result<Self, CliError> {
        if Place::is_there(&config).await? {
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
