//! The file of settings, over the defaults. What it names is not opened.

use secrecy::ExposeSecret as _;

use super::{Became, now, told};
use crate::app::config::Config;
use crate::app::schedule::Schedule;
use crate::app::sourcing;
use crate::http::scripted;
use crate::sources::{Outside, Request};
use crate::time::Clock;

/// Sources that are looked at in one file.
const SOURCES_MAX: usize = 4;

pub(super) fn run(bytes: &[u8]) -> Became {
    let Ok(text) = std::str::from_utf8(bytes) else { return Became::Refused };
    let config = match Config::of_text(text) {
        Ok(config) => config,
        Err(error) => {
            told(&error.to_string());
            return Became::Refused;
        }
    };
    let shown = format!("{config:?}");
    for secret in [&config.telegram.token, &config.discord.token, &config.actions.secret] {
        let secret = secret.expose_secret();
        // A short one is found by chance.
        assert!(secret.len() < 12 || !shown.contains(secret), "a secret is shown");
    }
    if config.sources.len() <= SOURCES_MAX {
        drop(sourcing::feeds(&config));
        sources(&config, &shown);
    }
    Became::Taken
}

fn sources(config: &Config, shown: &str) {
    let (clock, _driver) = Clock::simulated(now());
    let outside = Outside::alone(clock);
    scripted::begin(Vec::new());
    for source in config.sources.values() {
        let secret = source.common.hook_secret.expose_secret();
        assert!(secret.len() < 12 || !shown.contains(secret), "a secret is shown");
        match Schedule::new(&source.common.schedule, source.common.zone.rules()) {
            Ok(schedule) => {
                let next = schedule.next_after(now());
                assert!(next.is_none_or(|next| now() < next), "a tick lies ahead");
            }
            Err(error) => told(&error.to_string()),
        }
        let settings = source.kind.settings();
        let nothing = Request { targets: Vec::new(), now: now() };
        drop((settings.metrics(), settings.asks(), settings.budgets(), settings.cost(&nothing), settings.oauth()));
        let _ = (settings.lag(), settings.renewed(), settings.waits(), settings.calls_max(), settings.money_max());
        if let Err(error) = settings.build(&outside) {
            told(&error.to_string());
        }
    }
    let _ = scripted::end();
}
