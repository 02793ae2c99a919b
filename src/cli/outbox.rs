//! `plimsoll outbox list|retry|drop`: what has not been told yet, and what to do about it.
//!
//! JSON of `list`: `{"deliveries":[{"key","state","since","wanted_revision","told_revision","attempts","last"}]}`; `since`
//! is when the notice was made, `last` what came of the last attempt, null before the first. Of `retry` and `drop`:
//! `{"key","state"}`.

use clap::{Args, Subcommand};

use super::asking::ask;
use super::{CliError, Common};
use crate::app::control::{Body, Wish};

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Deliveries are named notice@room, as list shows them: plimsoll outbox retry incident/K7@nordbo-team"
)]
pub struct Outbox {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List what is due, on its way, failed or expired; what was told, alone or in a group, is not listed
    List,
    /// Try a delivery again at once
    Retry {
        /// As `list` shows it: notice@room
        key: String,
    },
    /// Give a delivery up; the journal keeps who and why
    Drop {
        /// As `list` shows it: notice@room
        key: String,
        /// Why
        #[arg(long, value_name = "TEXT", default_value = "dropped by hand")]
        reason: String,
    },
}

impl Outbox {
    /// Lists or changes.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let wish = match self.what {
            What::List => Wish::OutboxList,
            What::Retry { key } => Wish::OutboxRetry { key },
            What::Drop { key, reason } => Wish::OutboxDrop { key, reason },
        };
        ask(common, common.config()?, wish, Body::Empty).await
    }
}
