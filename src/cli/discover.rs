//! `plimsoll discover` and `plimsoll preflight`: what a shop has, and whether what was agreed works there.
//!
//! JSON of `discover`: `{"source","codes":[{"code","title","kind","status","starts","ends","used","shared","owners":
//! ["CAMPAIGN/CREATOR"],"probably":[GUESS],"add":{"partnership","line"}|null}],"links":[{"source","medium","campaign",
//! "content","orders","codes":[…],"probably":[GUESS]}],"links_absent":null|REASON,"cut":false}` with GUESS =
//! `{"creator","likeness":"same"|"part"|"near","name"}`; `ends` is null where there is no end; `cut` says that there are
//! more codes.
//! JSON of `preflight`: `{"source","partnerships":[{"partnership","fine","checks":[{"check","code","outcome":"fine"|
//! "note"|"wrong","text"}]}],"wrong":N}`, N counting partnerships; exit 1 where it is not 0.

use clap::Args;
use jiff::SignedDuration;
use serde_json::Value;

use super::asking::{ask, asked};
use super::{CliError, Common, say};
use crate::app::control::{Body, Wish, check_shop};
use crate::domain::written::parse_length;

/// The arguments of `discover`.
#[derive(Debug, Args)]
#[command(
    after_help = "Lists the shop's discount codes and the links of recent orders, each with the creators it may \
                        belong to by its letters, and the line to add. Nothing is assigned: plimsoll discover --back 14d"
)]
pub struct Discover {
    /// The shop, as the configuration names it; needed only where there are several
    source: Option<String>,
    /// How far back orders are looked at for their links
    #[arg(long, default_value = "30d", value_name = "TIME", value_parser = length)]
    back: SignedDuration,
}

/// The arguments of `preflight`.
#[derive(Debug, Args)]
#[command(
    after_help = "Looks up each running partnership's codes in the shop (there, active, with a discount of its own, \
                        for as long as the campaign lasts, ordered with), opens its landing page with its UTM parameters, \
                        asks whether the creator's accounts are there and their tokens live, and whether rights cover its \
                        boosts. Exit 1 where something is wrong: plimsoll preflight"
)]
pub struct Preflight {
    /// The shop, as the configuration names it; needed only where there are several
    source: Option<String>,
}

fn length(given: &str) -> Result<SignedDuration, String> {
    parse_length(given).ok_or_else(|| "it is not a length of time; write it like `36h` or `14d`".to_owned())
}

impl Discover {
    /// Asks and prints.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let wish = Wish::Discover { source: self.source, back_secs: self.back.as_secs() };
        ask(common, common.config()?, wish, Body::Empty).await
    }
}

impl Preflight {
    /// Looks everything over and prints.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        check_shop(&config, self.source.as_deref()).map_err(CliError::Input)?;
        let wish = Wish::Preflight { source: self.source };
        let (json, text) = asked(common, config, wish, Body::Empty).await?;
        say(if common.json { &json } else { &text })?;
        let document: Value = serde_json::from_str(&json).unwrap_or_default();
        let all = document.get("partnerships").and_then(Value::as_array).map_or(0, Vec::len);
        match document.get("wrong").and_then(Value::as_u64) {
            Some(0) | None => Ok(()),
            Some(n) => Err(CliError::Failed(anyhow::anyhow!("{n} of {all} partnerships are not ready"))),
        }
    }
}
