//! `plimsoll coverage`: who is judged on what, and what is missing.
//!
//! JSON: `{"partnerships":[{"partnership","judged","cannot":[{"cause":"no_target"|"absent"|"too_small"|"unknown","metric",
//! "platform","why","rules":[RULE]}],"metrics":[{"metric","platform","stands":"fresh"|"stale"|"never","at"}]}],"whole":N,
//! "gaps":N}`, worst first.

use clap::Args;

use super::asking::ask;
use super::{CliError, Common};
use crate::app::control::{Body, Wish};

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Asks every rule in force about every running partnership, its creator, its campaign and its brand, \
                  and says of each which rules judge it, and what keeps the others from it: a target that the deal does not \
                  name, a number that does not arrive and why, a budget too small for the rule to ever fire. The worst come \
                  first: plimsoll coverage nordbo --json"
)]
pub struct Coverage {
    /// Only what is under this brand, campaign, creator or partnership (CAMPAIGN/CREATOR)
    #[arg(value_name = "SUBJECT")]
    subject: Option<String>,
}

impl Coverage {
    /// Looks and prints.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        ask(common, common.config()?, Wish::Coverage { subject: self.subject }, Body::Empty).await
    }
}
