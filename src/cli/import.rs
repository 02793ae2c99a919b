//! `plimsoll import FILE.csv` and `import --posts FILE`: numbers and posts from a file into the store; `import deals` is
//! in [`super::deals`].
//!
//! Rows that are good are taken, bad ones are told with their reason; a file without a good row changes nothing. The same
//! file again changes nothing.
//!
//! JSON: `{"rows":N,"taken":N,"rejected":[{"line","column","what","remedy"}]}`; `rejected` has the first 1,000.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::asking::ask;
use super::deals::ImportDeals;
use super::{CliError, Common};
use crate::app::control::import::{nothing_in, unreadable};
use crate::app::control::{Body, Wish};
use crate::domain::num::u64_of_len;
use crate::domain::sample_csv::{Sheet, read_posts, read_samples};

/// Rejected rows that are listed on a terminal; the rest is counted.
const LISTED_MAX: usize = 50;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Columns of a file of numbers: time, campaign, creator, platform, post, metric, form, value, \
                  currency, with form = total, gauge or amount:P1D (a duration that begins at time). Columns of a \
                  file of posts: post, creator, platform, published_at, format, text. A running service judges the new \
                  numbers at once. `import deals` reads a spreadsheet of deals; its own --help shows how.")]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Import {
    #[command(subcommand)]
    what: Option<What>,
    /// The file of numbers
    #[arg(value_name = "FILE.csv", required_unless_present = "posts", conflicts_with = "posts")]
    file: Option<PathBuf>,
    /// A file of posts instead
    #[arg(long, value_name = "FILE")]
    posts: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Take campaigns, creators, deals and deliverables from a spreadsheet as people keep it
    Deals(ImportDeals),
}

impl Import {
    /// Imports and says what was taken.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        if let Some(What::Deals(deals)) = self.what {
            return deals.run(common).await;
        }
        let config = common.config()?;
        // Bad rows are told here, and a file without a good one before anything is opened or made.
        let (path, wish) = match (self.file, self.posts) {
            (Some(path), None) => {
                drop(sheet_of(&path, read_samples)?);
                let file = path.display().to_string();
                (path, Wish::ImportSamples { file })
            }
            (None, Some(path)) => {
                drop(sheet_of(&path, read_posts)?);
                let file = path.display().to_string();
                (path, Wish::ImportPosts { file })
            }
            (None, None) | (Some(_), Some(_)) => {
                return Err(CliError::input("give one file: FILE.csv, or --posts FILE"));
            }
        };
        ask(common, config, wish, Body::File(path)).await
    }
}

/// Reads a file and tells which rows cannot be taken. A file without a good row is refused.
pub fn sheet_of<T>(
    path: &Path,
    read: impl FnOnce(indicatif::ProgressBarIter<File>) -> Sheet<T>,
) -> Result<Sheet<T>, CliError> {
    let name = path.display().to_string();
    let cannot = |error: std::io::Error| CliError::Input(unreadable(&name, &error));
    let file = File::open(path).map_err(cannot)?;
    let size = file.metadata().map_err(cannot)?.len();
    let bar = bar(size, "{bytes} of {total_bytes}");
    let sheet = read(bar.wrap_read(file));
    bar.finish_and_clear();
    if !sheet.rows.is_empty() {
        list(path, &sheet);
        return Ok(sheet);
    }
    if 1 < sheet.errors.len() {
        list(path, &sheet);
    }
    Err(CliError::Input(nothing_in(&name, &sheet)))
}

/// A bar on stderr, if that is a terminal.
pub fn bar(total: u64, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{bar:40}} {what}, {{eta}} left"));
    let bar = ProgressBar::new(total);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn list<T>(path: &Path, sheet: &Sheet<T>) {
    use std::io::Write as _;
    let mut err = std::io::stderr().lock();
    for error in sheet.errors.iter().take(LISTED_MAX) {
        // Nothing can be said about a terminal that cannot be written to.
        drop(writeln!(err, "{}: {error}", path.display()));
    }
    let more = sheet.rejected.saturating_sub(u64_of_len(LISTED_MAX));
    if 0 < more {
        drop(writeln!(err, "{}: and {more} more rows that cannot be taken", path.display()));
    }
}
