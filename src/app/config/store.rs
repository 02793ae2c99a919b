//! Where everything is kept.

use std::path::PathBuf;

use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::ConfigError;
use crate::domain::written::Length;
use crate::store::postgres;

/// No disk that works needs so long for a commit, and a busy one may need more.
const HANGS_AFTER_MIN: SignedDuration = SignedDuration::from_secs(1);

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct StoreConfig {
    pub url: SecretString,
    pub url_file: PathBuf,
    pub connections: u32,
    pub folder: PathBuf,
    pub cache_mib: u64,
    pub verify: bool,
    pub hangs_after: Length,
}

impl StoreConfig {
    /// Whether it is a database and not the embedded store.
    #[must_use]
    pub fn is_database(&self) -> bool {
        !self.url.expose_secret().is_empty()
    }

    /// Refuses an address that cannot be one. Its text is not repeated.
    pub(super) fn check_address(&self) -> Result<(), ConfigError> {
        let fault = self.is_database().then(|| postgres::fault(&self.url)).flatten();
        fault.map_or(Ok(()), |fault| Err(ConfigError::Invalid(format!("`store.url`: {fault}"))))
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.connections == 0 {
            return Err(ConfigError::Invalid(
                "`store.connections` is 0, and reading takes at least 1; write 8".to_owned(),
            ));
        }
        if self.hangs_after.0 < HANGS_AFTER_MIN {
            return Err(ConfigError::Invalid(
                "`store.hangs_after` is under a second, and a busy disk takes longer; write `1m`".to_owned(),
            ));
        }
        Ok(())
    }
}
