//! The settings of what is looked at again afterwards: stops, what was set, tips.

use serde::Deserialize;

use super::ConfigError;
use crate::app::schedule::Schedule;
use crate::domain::written::Length;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct RegretConfig {
    pub post: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct AdjustConfig {
    pub days: u32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct TipsConfig {
    pub follow_up: Length,
}

impl RegretConfig {
    /// Whether its schedule can be read.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.post.trim().is_empty() {
            return Ok(());
        }
        let read = Schedule::new(&self.post, jiff::tz::TimeZone::UTC);
        read.map(drop).map_err(|error| ConfigError::Invalid(format!("`regret.post`: {error}")))
    }
}

impl AdjustConfig {
    /// Whether so many days can be compared.
    pub(super) fn check(self) -> Result<(), ConfigError> {
        if (1..=90).contains(&self.days) {
            return Ok(());
        }
        Err(ConfigError::Invalid(format!(
            "`adjust.days` is {}, and 1 to 90 days before and after a change can be compared; a week has each of its days once",
            self.days
        )))
    }
}
