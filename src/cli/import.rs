//! `plimsoll import FILE.csv` and `import --posts FILE`: numbers and posts from a file into the store; `import deals` is
//! in [`super::deals`].
//!
//! Rows that are good are taken, bad ones are told with their reason; a file without a good row changes nothing, and with
//! `--strict` so does one with a bad row. The same file again changes nothing. With `--mapping` a file of any columns is
//! read here; what travels on is the numbers in it, as a file of our own columns.
//!
//! JSON: `{"rows":N,"taken":N,"rejected":[{"line","column","what","remedy"}]}`; `rejected` has the first 1,000. With
//! `--mapping` also `"samples":N`: a row may hold several numbers, or be a part of one.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::asking::{answered, ask};
use super::deals::ImportDeals;
use super::{CliError, Common};
use crate::app::config::Config;
use crate::app::control::import::{error_json, nothing_in, unreadable};
use crate::app::control::{Body, Wish};
use crate::domain::mapped_csv::{self, Mapped, Mapping};
use crate::domain::num::u64_of_len;
use crate::domain::sample_csv::{Sheet, read_posts, read_samples, write_samples};

/// Rejected rows that are listed on a terminal; the rest is counted.
const LISTED_MAX: usize = 50;

/// What the help says after the arguments.
static HELP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "Columns of a file of numbers: time, campaign, creator, platform, post, metric, form, value, currency, with form = \
         total, gauge or amount:P1D (a duration that begins at time). Columns of a file of posts: post, creator, platform, \
         published_at, format, text. A running service judges the new numbers at once. `import deals` reads a spreadsheet \
         of deals; its own --help shows how.\n\nFiles with other columns take a mapping, a small TOML file that says which \
         column is what:\n\n{}\nHeaders are compared without case, accents and line breaks. Numbers may be written as people \
         write them: 1.2M, 3,4K, 1 234, −5. Empty cells, N/A, - and #VALUE! say that there is no number; they are never 0. \
         Any separator, UTF-8, UTF-16 or Windows-1252.",
        mapped_csv::EXAMPLE.lines().fold(String::new(), |text, line| text + "    " + line + "\n")
    )
});

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = HELP.as_str())]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Import {
    #[command(subcommand)]
    what: Option<What>,
    /// The file of numbers
    #[arg(value_name = "FILE.csv", required_unless_present = "posts", conflicts_with = "posts")]
    file: Option<PathBuf>,
    /// Which column is what, for a file with columns of its own (see the example below)
    #[arg(long, value_name = "FILE.toml", conflicts_with = "posts")]
    mapping: Option<PathBuf>,
    /// Take all rows or none: one that cannot be taken refuses the file
    #[arg(long)]
    strict: bool,
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
            return Box::pin(deals.run(common)).await;
        }
        let config = common.config()?;
        let strict = self.strict;
        // Bad rows are told here, and a file without a good one before anything is opened or made.
        let (path, wish) = match (self.file, self.posts) {
            (Some(path), None) => {
                let file = path.display().to_string();
                let wish = Wish::ImportSamples { file };
                if let Some(mapping) = self.mapping {
                    let mapped = mapped(&path, &mapping_of(&mapping)?, strict)?;
                    return send(common, config, wish, mapped).await;
                }
                all_or(strict, &path, &sheet_of(&path, read_samples)?)?;
                (path, wish)
            }
            (None, Some(path)) => {
                all_or(strict, &path, &sheet_of(&path, read_posts)?)?;
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

/// Has the numbers of a mapped file taken, and says what became of its rows.
async fn send(common: &Common, config: Config, wish: Wish, mapped: Mapped) -> Result<(), CliError> {
    let bytes = write_samples(&mapped.rows).map_err(|error| CliError::Failed(error.into()))?;
    let answer: Value = answered(common, config, wish, Body::Bytes(Arc::new(bytes))).await?;
    let (rows, samples) = (mapped.taken.saturating_add(mapped.rejected), mapped.rows.len());
    if answer.get("taken").and_then(Value::as_u64) != Some(u64_of_len(samples)) {
        // What this program writes it also reads; another version may not.
        return Err(CliError::Failed(anyhow::anyhow!("not all numbers were taken: {answer}")));
    }
    let rejected: Vec<Value> = mapped.errors.iter().map(error_json).collect();
    let text = match mapped.rejected {
        0 => format!("{rows} rows, all taken: {samples} numbers"),
        n => format!("{rows} rows, {} taken, {n} rejected: {samples} numbers", mapped.taken),
    };
    let document = json!({ "rows": rows, "taken": mapped.taken, "rejected": rejected, "samples": samples });
    common.print(&document, &text)
}

/// Reads a mapping file.
pub fn mapping_of(path: &Path) -> Result<Mapping, CliError> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        CliError::input(format!("{name}: cannot be read ({error}); `plimsoll import --help` shows a mapping"))
    })?;
    Mapping::from_toml(&text)
        .map_err(|why| CliError::input(format!("{name}: {why}; `plimsoll import --help` shows one")))
}

/// Reads a file by a mapping and tells which rows cannot be taken. A file without a good row is refused.
pub fn mapped(path: &Path, mapping: &Mapping, strict: bool) -> Result<Mapped, CliError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| CliError::Input(unreadable(&name, &error)))?;
    let read = mapped_csv::read(&bytes, mapping).map_err(|why| CliError::input(format!("{name}: {why}")))?;
    let sheet = Sheet { rows: read.rows, errors: read.errors, rejected: read.rejected };
    if sheet.rows.is_empty() {
        if 1 < sheet.errors.len() {
            list(path, &sheet);
        }
        return Err(CliError::Input(nothing_in(&name, &sheet)));
    }
    list(path, &sheet);
    all_or(strict, path, &sheet)?;
    Ok(Mapped { rows: sheet.rows, errors: sheet.errors, ..read })
}

/// Refuses a file with a bad row, where all or none is asked for.
fn all_or<T>(strict: bool, path: &Path, sheet: &Sheet<T>) -> Result<(), CliError> {
    match (strict, sheet.errors.first()) {
        (true, Some(first)) => Err(CliError::input(format!(
            "{}: {} rows cannot be taken, the first because of {first}; --strict takes all or none, nothing was changed",
            path.display(),
            sheet.rejected
        ))),
        (_, _) => Ok(()),
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
