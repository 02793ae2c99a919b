//! Where logs go: to stderr, filtered as the configuration says. Results go to stdout and never through here.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use super::config::{ConfigError, LogConfig};

mod lines;

/// Reads the filter. It is written like `info,serenity=warn`.
pub fn filter(log: &LogConfig) -> Result<EnvFilter, ConfigError> {
    EnvFilter::try_new(&log.filter).map_err(|error| {
        ConfigError::Invalid(format!(
            "`{}` is not a filter ({error}) (`log.filter`); write it like `info,serenity=warn`",
            log.filter
        ))
    })
}

/// Starts logging. Once in a process; a second start changes nothing.
pub fn start(log: &LogConfig) -> Result<(), ConfigError> {
    // Colours are for terminals; in a file they are noise.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter(log)?)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if log.json {
        // Whoever reads lines of JSON reads nothing else.
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let why = panic.payload_as_str().unwrap_or_default();
            tracing::error!(panic.place = place, panic.why = why, "a part of the program has stopped");
        }));
    }
    // Already started: the first one stays, and says the same.
    drop(if log.json { builder.event_format(lines::Lines).try_init() } else { builder.try_init() });
    Ok(())
}
