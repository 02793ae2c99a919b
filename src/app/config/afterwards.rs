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

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct PostmortemConfig {
    pub ask: String,
}

/// Whether the schedules can be read; an empty one is never.
pub(super) fn check(regret: &RegretConfig, postmortem: &PostmortemConfig) -> Result<(), ConfigError> {
    for (name, given) in [("regret.post", &regret.post), ("postmortem.ask", &postmortem.ask)] {
        if !given.trim().is_empty() {
            Schedule::new(given, jiff::tz::TimeZone::UTC)
                .map_err(|error| ConfigError::Invalid(format!("`{name}`: {error}")))?;
        }
    }
    Ok(())
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
