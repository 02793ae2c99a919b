//! `plimsoll why SUBJECT RULE [--at T]`: what a rule sees in a subject, fired or not.
//!
//! JSON: the receipt in its canonical form; the same samples and rule at the same instant give the same bytes.

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::asking::ask;
use super::{CliError, Common};
use crate::app::control::{Body, Wish};
use crate::domain::ids::RuleId;

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Says what was seen and what was allowed, whether or not the rule fired: plimsoll why alma cpa-stop --at 2026-03-21"
)]
pub struct Why {
    /// Who or what: `alma`, `creator/alma`, `spring/alma`, `post/youtube/ID`
    subject: String,
    /// The rule, by its id
    rule: String,
    /// With what was known at this instant, or at the end of this day in UTC; now where it is not said
    #[arg(long, value_name = "T", value_parser = instant)]
    at: Option<Timestamp>,
}

fn instant(given: &str) -> Result<Timestamp, String> {
    let end_of_day = || -> Option<Timestamp> {
        let day: Date = (given.len() == "2026-06-12".len()).then(|| given.parse().ok())??;
        Some(day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    given
        .parse()
        .ok()
        .or_else(end_of_day)
        .ok_or_else(|| "it is not a time; write it like 2026-06-12T15:58:47Z, or a date".to_owned())
}

impl Why {
    /// Judges and prints.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let rule = RuleId::new(&self.rule).map_err(|error| CliError::input(format!("`{}`: {error}", self.rule)))?;
        ask(common, config, Wish::Why { subject: self.subject, rule, at: self.at }, Body::Empty).await
    }
}
