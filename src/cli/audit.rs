//! `plimsoll audit`: who did what, when and why.
//!
//! JSON: `{"removed","entries":[{"number","at","actor","who","deed","subject","incident","why","detail"}]}`, the oldest
//! first; `who` is null for the program itself, `detail` (and `why`) for a client. `removed` is null, or where the beginning
//! was cut off: `{"first","until","sha256"}`.

use clap::Args;
use jiff::Timestamp;

use super::asking::ask;
use super::{CliError, Common};
use crate::app::control::{Body, Wish};

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "With --as PERSON only what that person may see: a client sees what was decided and done for their \
                  brand. plimsoll audit --csv > audit.csv makes a file that spreadsheets read."
)]
pub struct Audit {
    /// Only what has to do with this: a person, an alert's id, a creator, a campaign, room/ID, a deed
    about: Option<String>,
    /// Only from this moment on: 2026-03-04T10:00:00Z
    #[arg(long, value_name = "INSTANT")]
    since: Option<Timestamp>,
    /// Print a CSV file instead of a table
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

impl Audit {
    /// Reads the journal and prints it.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let wish = Wish::Audit { about: self.about, since: self.since, csv: self.csv };
        ask(common, common.config()?, wish, Body::Empty).await
    }
}
