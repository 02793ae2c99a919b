//! `plimsoll why SUBJECT RULE [--at T]`: what a rule sees in a subject, fired or not.
//!
//! JSON: the receipt in its canonical form; the same samples and rule at the same instant give the same bytes.

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::opened::Opened;
use super::{CliError, Common, say};
use crate::app::core::State;
use crate::app::resolve::{Meant, nearest_subject, resolve};
use crate::app::views;
use crate::domain::ids::{RuleId, Subject};
use crate::domain::person::Audience;
use crate::rules::error::nearest;
use crate::time::Clock;
use crate::words::answers;
use crate::words::phrase;
use crate::words::wording::Reader;

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
        let opened = Opened::open_existing(config).await?;
        let done = {
            let state = opened.core.state.lock().await;
            self.answer(common, &state, &rule)
        };
        let answer = opened.after(done).await?;
        say(&answer)
    }

    fn answer(&self, common: &Common, state: &State, rule: &RuleId) -> Result<String, CliError> {
        let subject = self.meant(state)?;
        let now = Clock::system().now();
        let judged = match self.at {
            Some(at) => views::judged_then(state, rule, &subject, at),
            None => views::judged_view(state, rule, &subject, now),
        };
        let Some((view, receipt)) = judged else {
            let known = state.rules.keys().map(RuleId::as_str);
            let remedy = nearest(rule.as_str(), known)
                .map_or("`plimsoll apply` takes rules in".to_owned(), |near| format!("did you mean `{near}`?"));
            return Err(CliError::input(format!("there is no rule `{rule}` in force; {remedy}")));
        };
        if common.json {
            return Ok(receipt.canonical());
        }
        let zone = state.catalog.about(&subject).zone;
        let reader = Reader::new("en", zone.iana_name().unwrap_or("UTC"));
        let message = answers::why_not(&view, &reader, Audience::Internal, self.at.unwrap_or(now));
        // A rule that compares nothing of the window itself has no sentence; its receipt still says everything.
        Ok(message.map_or_else(|| receipt.canonical(), |message| phrase::plain(&message)))
    }

    fn meant(&self, state: &State) -> Result<Subject, CliError> {
        match resolve(&state.catalog, &self.subject) {
            Some(Meant::Subject(subject)) => Ok(subject),
            Some(Meant::Boost(id)) => state
                .catalog
                .boosts
                .get(&id)
                .map(|boost| boost.partnership.subject())
                .ok_or_else(|| CliError::input(format!("there is no boost `{id}`"))),
            Some(Meant::Code(partnership, _) | Meant::Deliverable(partnership, _)) => Ok(partnership.subject()),
            None => {
                let remedy = nearest_subject(&state.catalog, &self.subject)
                    .map_or("`plimsoll apply` takes them in".to_owned(), |near| format!("did you mean `{near}`?"));
                Err(CliError::input(format!("nothing is called `{}`; {remedy}", self.subject)))
            }
        }
    }
}
