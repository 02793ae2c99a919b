//! `plimsoll doctor`: everything that the installation rests on, looked at live.
//!
//! JSON: `{"findings":[{"about","stand":"ok"|"warn"|"bad","what","remedy"}],"bad":N,"warn":N}`; exit 1 where `bad` is not 0.

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::asking::answered;
use super::{CliError, Common};
use crate::app::control::{Body, Wish};
use crate::app::setup::{Finding, Stand};

/// The arguments: there are none beside those of every command.
#[derive(Debug, Args)]
#[command(
    after_help = "Asks every bot, room and source one cheap question and reads what each hand would act on; sends \
                  nothing into a room and changes nothing. What is asked of a source is charged to its quota. Each line is \
                  ok, warn or bad, what was seen, and what to do; exit 1 where something is bad. Works while the service \
                  runs, and without it: plimsoll doctor --json"
)]
pub struct Doctor {}

#[derive(Debug, Deserialize)]
struct Examined {
    findings: Vec<Finding>,
}

impl Doctor {
    /// Looks and prints.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let Examined { findings } = answered(common, config, Wish::Doctor, Body::Empty).await?;
        let count = |stand: Stand| findings.iter().filter(|one| one.stand == stand).count();
        let (bad, warn) = (count(Stand::Bad), count(Stand::Warn));
        let mut lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        lines.push(format!("{} looked at: {bad} bad, {warn} worth a look", findings.len()));
        common.print(&json!({ "findings": findings, "bad": bad, "warn": warn }), &lines.join("\n"))?;
        match bad {
            0 => Ok(()),
            1 => Err(CliError::Failed(anyhow::anyhow!("1 thing is bad; its line says what to do"))),
            n => Err(CliError::Failed(anyhow::anyhow!("{n} things are bad; each line says what to do"))),
        }
    }
}
