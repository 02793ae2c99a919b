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
use serde_json::json;

use super::deals::ImportDeals;
use super::opened::Opened;
use super::{CliError, Common};
use crate::app::core::Core;
use crate::app::records::PostRecord;
use crate::domain::num::u64_of_len;
use crate::domain::sample::Sample;
use crate::domain::sample_csv::{PostRow, RowError, SampleRow, Sheet, read_posts, read_samples};
use crate::store::limits::{CHANGE_COST, CYCLE_SUBJECTS_MAX, TRANSACTION_MAX, split_cycle};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, Write, keys, samples};

/// Rejected rows that are listed on a terminal; the rest is counted.
const LISTED_MAX: usize = 50;

/// Bytes of one transaction: half of what the store takes, so that no count of ours has to be exact.
const PART_MAX: usize = TRANSACTION_MAX / 2;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Columns of a file of numbers: time, campaign, creator, platform, post, metric, form, value, \
                  currency, with form = total, gauge or amount:P1D (a duration that begins at time). Columns of a \
                  file of posts: post, creator, platform, published_at, format, text. `import deals` reads a \
                  spreadsheet of deals; its own --help shows how.")]
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
        match (self.file, self.posts) {
            (Some(path), None) => {
                let sheet = sheet_of(&path, read_samples)?;
                let opened = Opened::open(config).await?;
                let done = take_samples(&opened, common, &path, &sheet).await;
                opened.after(done).await?;
                tell(common, &sheet)
            }
            (None, Some(path)) => {
                let sheet = sheet_of(&path, read_posts)?;
                let opened = Opened::open(config).await?;
                let done = take_posts(&opened, common, &path, &sheet).await;
                opened.after(done).await?;
                tell(common, &sheet)
            }
            (None, None) | (Some(_), Some(_)) => Err(CliError::input("give one file: FILE.csv, or --posts FILE")),
        }
    }
}

/// Reads a file and tells which rows cannot be taken. A file without a good row is refused.
pub fn sheet_of<T>(
    path: &Path,
    read: impl FnOnce(indicatif::ProgressBarIter<File>) -> Sheet<T>,
) -> Result<Sheet<T>, CliError> {
    let name = path.display();
    let cannot = |error: std::io::Error| CliError::input(format!("{name}: cannot be read ({error}); give a CSV file"));
    let file = File::open(path).map_err(cannot)?;
    let size = file.metadata().map_err(cannot)?.len();
    let bar = bar(size, "{bytes} of {total_bytes}");
    let sheet = read(bar.wrap_read(file));
    bar.finish_and_clear();
    if !sheet.rows.is_empty() {
        list(path, &sheet);
        return Ok(sheet);
    }
    match sheet.errors.as_slice() {
        [] => Err(CliError::input(format!("{name}: there is no row below the header; nothing was changed"))),
        [only] => Err(CliError::input(format!("{name}: {only}"))),
        [first, ..] => {
            list(path, &sheet);
            let count = sheet.rejected;
            Err(CliError::input(format!("{name}: none of {count} rows can be taken, the first because of {first}")))
        }
    }
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

fn tell<T>(common: &Common, sheet: &Sheet<T>) -> Result<(), CliError> {
    let taken = u64_of_len(sheet.rows.len());
    let rejected: Vec<_> = sheet.errors.iter().map(error_json).collect();
    let rows = taken.saturating_add(sheet.rejected);
    let text = match sheet.rejected {
        0 => format!("{taken} rows, all taken"),
        n => format!("{rows} rows, {taken} taken, {n} rejected"),
    };
    common.print(&json!({ "rows": rows, "taken": taken, "rejected": rejected }), &text)
}

fn error_json(error: &RowError) -> serde_json::Value {
    json!({ "line": error.line, "column": error.column, "what": error.what, "remedy": error.remedy })
}

async fn take_samples(opened: &Opened, common: &Common, path: &Path, sheet: &Sheet<SampleRow>) -> Result<(), CliError> {
    let actor = opened.actor(common).await?;
    let all: Vec<Sample> = sheet.rows.iter().map(|row| row.sample.clone()).collect();
    let bar = bar(u64_of_len(all.len()), "{pos} of {len} numbers");
    for part in split_cycle(all, |sample| sample.series.subject.clone()) {
        for writes in portions(samples::writes_of(&part, &[]).writes) {
            opened.core.store.commit(Transaction { expect: Vec::new(), writes }).await?;
        }
        bar.inc(u64_of_len(part.len()));
    }
    bar.finish_and_clear();
    Ok(journal(&opened.core, &actor, "samples_imported", path, sheet.rows.len(), sheet.rejected).await?)
}

/// Changes in portions that one transaction takes.
fn portions(writes: Vec<Write>) -> Vec<Vec<Write>> {
    let mut portions: Vec<Vec<Write>> = Vec::new();
    let mut room = 0;
    for write in writes {
        let size = CHANGE_COST
            + match &write {
                Write::Put { key, bytes, .. } => key.len() + bytes.len(),
                Write::Delete { key, .. } => key.len(),
                Write::Append { bytes, .. } => bytes.len(),
            };
        match portions.last_mut() {
            Some(last) if size <= room => {
                room -= size;
                last.push(write);
            }
            _ => {
                room = PART_MAX.saturating_sub(size);
                portions.push(vec![write]);
            }
        }
    }
    portions
}

async fn take_posts(opened: &Opened, common: &Common, path: &Path, sheet: &Sheet<PostRow>) -> Result<(), CliError> {
    let actor = opened.actor(common).await?;
    let store = &*opened.core.store;
    let bar = bar(u64_of_len(sheet.rows.len()), "{pos} of {len} posts");
    // A post that comes twice is taken as its last row says; one transaction writes a key once.
    let mut last = std::collections::BTreeMap::new();
    for row in &sheet.rows {
        last.insert((row.platform, row.post.clone()), row);
    }
    let rows: Vec<&PostRow> = last.into_values().collect();
    for part in rows.chunks(CYCLE_SUBJECTS_MAX) {
        let mut transaction = Transaction::new();
        for row in part {
            let kept = load::<PostRecord>(store, &keys::post(row.platform, &row.post)).await?;
            let record = post_of(row, kept.as_ref().map(|kept| &kept.value));
            if kept.as_ref().is_none_or(|kept| kept.value != record) {
                transaction.set(kept.as_ref(), &record)?;
            }
        }
        if !transaction.writes.is_empty() {
            store.commit(transaction).await?;
        }
        bar.inc(u64_of_len(part.len()));
    }
    bar.finish_and_clear();
    Ok(journal(&opened.core, &actor, "posts_imported", path, sheet.rows.len(), sheet.rejected).await?)
}

/// A post as its row says; what the row leaves empty stays as it was.
pub fn post_of(row: &PostRow, kept: Option<&PostRecord>) -> PostRecord {
    let filled = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
    PostRecord {
        platform: row.platform,
        post: row.post.clone(),
        creator: row.creator.clone(),
        published_at: row.published_at,
        title: kept.and_then(|kept| kept.title.clone()),
        text: filled(&row.text).or_else(|| kept.and_then(|kept| kept.text.clone())),
        format: filled(&row.format).or_else(|| kept.and_then(|kept| kept.format.clone())),
    }
}

async fn journal(
    core: &Core,
    actor: &str,
    deed: &str,
    path: &Path,
    taken: usize,
    rejected: u64,
) -> Result<(), StoreError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let detail = json!({ "taken": taken, "rejected": rejected });
    core.journal(core.line_by(actor, deed, format!("file/{name}"), detail)).await
}
