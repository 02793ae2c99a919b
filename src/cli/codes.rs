//! `plimsoll codes` and `codes make`: the discount codes of partnerships, at their shops.
//!
//! JSON of `codes`: `{"codes":[{"code","partnership","source","state":"active"|"expired"|"scheduled"|"missing"|"unknown",
//! "kind","starts","ends","used","shared","absent":null|REASON}],"cut":false}`; what a shop did not say is null, `cut` says
//! that there are more. JSON of `codes make`: `{"dry_run","code","partnership","source","percent","ends","made","used",
//! "document":"changed"|"same"}`; `made` is false where the shop had it already.

use clap::{Args, Subcommand};
use rust_decimal::Decimal;

use super::asking::ask;
use super::{CliError, Common};
use crate::app::control::{Body, Wish};
use crate::domain::ids::SourceId;
use crate::domain::written::Percent;

/// The arguments.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Lists who owns which code, at which shop, and what it is there: plimsoll codes --at shop"
)]
pub struct Codes {
    #[command(subcommand)]
    what: Option<What>,
    /// Only at this shop, as the configuration names it
    #[arg(long, value_name = "SOURCE")]
    at: Option<SourceId>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a code at the shop and write it into the partnership's document; said again, nothing is made twice
    #[command(after_help = "plimsoll codes make spring/alma ALMA10 --percent 10 --ends 2026-04-30")]
    Make {
        /// Whose it is: CAMPAIGN/CREATOR
        partnership: String,
        /// What customers type
        code: String,
        /// What it takes off, such as 10 or 12.5
        #[arg(long, value_name = "N", value_parser = percent)]
        percent: Percent,
        /// The shop, as the configuration names it; needed only where the brand has several
        #[arg(long, value_name = "SOURCE")]
        at: Option<SourceId>,
        /// Its last day, in the campaign's zone; without one it has no end
        #[arg(long, value_name = "DAY")]
        ends: Option<String>,
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
}

fn percent(given: &str) -> Result<Percent, String> {
    let number = given.trim().trim_end_matches('%').trim().parse::<Decimal>().ok();
    let fits = number.filter(|number| Decimal::ZERO < *number && *number <= Decimal::ONE_HUNDRED);
    fits.map(Percent).ok_or_else(|| "it is not a share above 0 and at most 100; write it like 10 or 12.5".to_owned())
}

impl Codes {
    /// Lists, or makes one.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let wish = match self.what {
            None => Wish::Codes { at: self.at },
            Some(What::Make { partnership, code, percent, at, ends, dry_run }) => {
                Wish::MakeCode { partnership, code, percent, at, ends, dry_run }
            }
        };
        ask(common, common.config()?, wish, Body::Empty).await
    }
}
