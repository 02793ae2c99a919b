//! The settings of the heartbeat.

use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::ConfigError;
use crate::domain::written::Length;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct HeartbeatConfig {
    pub url: SecretString,
    pub url_file: PathBuf,
    pub every: Length,
}

impl HeartbeatConfig {
    /// Where it goes; `None` where it is off.
    #[must_use]
    pub fn address(&self) -> Option<reqwest::Url> {
        let url = reqwest::Url::parse(self.url.expose_secret()).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).then_some(url)
    }

    /// What is wrong with it, without the address: it is a secret.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.url.expose_secret().is_empty() {
            return Ok(());
        }
        if self.address().is_none() {
            return Err(ConfigError::Invalid(
                "`heartbeat.url` is not an http or https address; take it from the service that is to ring".to_owned(),
            ));
        }
        if self.every.0.is_zero() {
            return Err(ConfigError::Invalid("`heartbeat.every` is `0s`; once a minute is usual".to_owned()));
        }
        Ok(())
    }
}
