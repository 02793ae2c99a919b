//! `plimsoll import deals FILE.xlsx|csv` and `plimsoll export deals`: deals from the spreadsheet people have, and back.
//!
//! JSON of `import deals`: `{"sheet","header_row","mapping":[{"column","header","field","certainty","sample","why"}],
//! "changes":{"new":[{"kind","id"}],"changed":[{"kind","id","fields":[{"field","from","to"}]}],"unchanged":N},
//! "rejected":[{"row","column","value","why"}],"notes":[…],"taken":N,"applied":bool}`. `field` is null for a column that is
//! not used, and `why` says why; `certainty` is `said`, `certain`, `likely`, `values` or `weak`. `taken` counts rows, and
//! a row that is rejected may be in `rejected` more than once.
//!
//! JSON of `export deals`: `{"columns":[…],"rows":[[…]]}`, or `{"file","rows":N}` where it went to a file.

mod shown;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::asking::answered;
use super::{CliError, Common, say};
use crate::app::config::Config;
use crate::app::control::{Body, Wish};
use crate::app::deals::{DealsExport, DealsImport, Outcome};
use crate::domain::ids::{BrandId, CampaignId};
use crate::domain::num::u64_of_len;
use crate::domain::sheet::grid::{Cell, Grid};
use crate::domain::sheet::mapping::Mapping;
use crate::report::sheet;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "\
The columns are guessed from their headers (English, Swedish, German) and shown before anything happens: campaigns, \
creators, fees, dates, codes, links, states; one row a deliverable, or one row a deal with columns like `Reel 1 fee` and \
`Reel 1 date`. Titles above the header, merged cells, totals and empty rows are recognised. Dates, amounts (`4 000 kr`, \
`€1.2k`) and shares are read as people write them; where there are two ways to read one, the row says so and is left out. \
A row is taken whole or not at all, every rejected row is told with its reason, what a cell leaves out stays as it is, and \
the same file again changes nothing.

Example:
  plimsoll import deals deals.xlsx --default currency=SEK --default zone=Europe/Stockholm
  plimsoll import deals deals.xlsx --default currency=SEK --default zone=Europe/Stockholm --yes

The first only shows what would happen. The second applies it and saves the mapping as deals.xlsx.mapping.toml, which is \
read the next time; a wrong guess is put right there, by a line like \"Pris\" = \"fee\", or \"-\" for a column that is not used.")]
pub struct ImportDeals {
    /// The spreadsheet: .xlsx, or .csv with any separator and encoding
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The sheet of the workbook; the one that looks like deals where it is not said
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// What to take where the sheet says nothing: brand, campaign, currency, zone, platform, dates (dmy or mdy); repeatable
    #[arg(long = "default", value_name = "KEY=VALUE")]
    defaults: Vec<String>,
    /// Read which column is what from this file instead of FILE.mapping.toml
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Write down which column is what
    #[arg(long, value_name = "FILE")]
    save_mapping: Option<PathBuf>,
    /// Apply without asking
    #[arg(long)]
    yes: bool,
    /// Only say what would change
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Take nothing if a row cannot be taken
    #[arg(long)]
    strict: bool,
}

impl ImportDeals {
    /// Reads, shows, asks and applies.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let beside = beside(&self.file);
        let (mut mapping, mapped_by) = self.mapping(&beside)?;
        for given in &self.defaults {
            mapping.set(given).map_err(|why| CliError::input(format!("--default: {why}")))?;
        }
        let book = book_of(&self.file).await?;
        let given = DealsImport { grids: book.grids, sheet: self.sheet.clone(), mapping, strict: self.strict };
        let mut outcome = self.once(config.clone(), common, &given, true).await?;
        let notes = mapped_by.map(|path| format!("the columns are read as {} says", path.display()));
        outcome.reading.notes.splice(0..0, notes.into_iter().chain(book.how));
        let differs = !outcome.new.is_empty() || !outcome.changed.is_empty();
        let refused = self.refused(&outcome);
        let ask = !self.yes && !self.dry_run && !common.json && std::io::stdin().is_terminal();
        if ask && differs && refused.is_none() {
            say(&shown::text(&outcome, &self.file, None))?;
        }
        let wanted = self.yes || (ask && differs && refused.is_none() && agreed()?);
        if wanted && refused.is_none() && !self.dry_run {
            let applied = self.once(config, common, &given, false).await?;
            let notes = std::mem::take(&mut outcome.reading.notes);
            outcome = applied;
            outcome.reading.notes = notes;
            self.save(&beside, &mut outcome)?;
        } else if let Some(path) = &self.save_mapping {
            write_mapping(path, &outcome.reading.mapping)?;
        }
        let ending = shown::ending(&outcome, differs, self.dry_run);
        if ask && differs && refused.is_none() {
            say(&ending)?;
        } else {
            common.print(&shown::json(&outcome), &shown::text(&outcome, &self.file, Some(&ending)))?;
        }
        refused.map_or(Ok(()), Err)
    }

    async fn once(
        &self,
        config: Config,
        common: &Common,
        given: &DealsImport,
        trial: bool,
    ) -> Result<Outcome, CliError> {
        let cells = serde_json::to_vec(given).map_err(|error| CliError::Failed(error.into()))?;
        let body = Body::Bytes(Arc::new(cells));
        let outcome = answered(common, config, Wish::ImportDeals { trial }, body).await;
        outcome.map_err(|error| match error {
            CliError::Input(what) => CliError::Input(format!("{}: {what}", self.file.display())),
            other @ (CliError::Failed(_) | CliError::InUse(_)) => other,
        })
    }

    /// Why nothing of it is taken.
    fn refused(&self, outcome: &Outcome) -> Option<CliError> {
        let reading = &outcome.reading;
        let first = reading.rejected.first().map(shown::rejected_line);
        let name = self.file.display();
        match first {
            Some(first) if reading.taken == 0 => {
                let rows = shown::rejected_rows(reading);
                Some(CliError::input(format!("{name}: none of {rows} rows can be taken, the first because of {first}")))
            }
            None if reading.taken == 0 => {
                Some(CliError::input(format!("{name}: there is no deal below the header; nothing was changed")))
            }
            Some(first) if self.strict => {
                Some(CliError::input(format!("{name}: nothing was changed (--strict): {first}")))
            }
            _ => None,
        }
    }

    /// The mapping that is meant, and the file it is from where nobody named one.
    fn mapping(&self, beside: &Path) -> Result<(Mapping, Option<PathBuf>), CliError> {
        let path = match &self.mapping {
            Some(path) => path.as_path(),
            None if beside.is_file() => beside,
            None => return Ok((Mapping::default(), None)),
        };
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| CliError::input(format!("{name}: cannot be read ({error}); give a mapping file")))?;
        let mapping = Mapping::from_toml(&text).map_err(|why| CliError::input(format!("{name}: {why}")))?;
        Ok((mapping, self.mapping.is_none().then(|| path.to_path_buf())))
    }

    /// Saves the mapping of what was applied: where it is asked for, or beside the sheet where none is.
    fn save(&self, beside: &Path, outcome: &mut Outcome) -> Result<(), CliError> {
        if let Some(path) = &self.save_mapping {
            return write_mapping(path, &outcome.reading.mapping);
        }
        if self.mapping.is_some() || beside.exists() {
            return Ok(());
        }
        let name = beside.display();
        // The deals are in; a folder that cannot be written to is no reason to say otherwise.
        let note = match write_mapping(beside, &outcome.reading.mapping) {
            Ok(()) => format!("the mapping is saved as {name} and is read the next time"),
            Err(_) => format!("the mapping could not be saved as {name}; --save-mapping FILE names another place"),
        };
        outcome.reading.notes.push(note);
        Ok(())
    }
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".mapping.toml");
    PathBuf::from(name)
}

fn write_mapping(path: &Path, mapping: &Mapping) -> Result<(), CliError> {
    let text =
        mapping.to_toml().map_err(|why| CliError::Failed(anyhow::anyhow!("could not write a mapping: {why}")))?;
    write(path, text.as_bytes())
}

/// Bytes into a file.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let cannot =
        |error| CliError::Failed(anyhow::Error::new(error).context(format!("could not write {}", path.display())));
    std::fs::write(path, bytes).map_err(cannot)
}

/// Reads the file away from the runtime: it may take a second, and a reader that stops must not stop the program.
async fn book_of(path: &Path) -> Result<sheet::Book, CliError> {
    let name = path.display().to_string();
    let cannot = |why: String| CliError::input(format!("{name}: {why}"));
    let size = std::fs::metadata(path)
        .map_err(|error| cannot(format!("cannot be read ({error}); give an .xlsx or .csv file")))?
        .len();
    if u64_of_len(sheet::FILE_MAX) < size {
        return Err(cannot(format!(
            "it has {size} bytes and at most {} are read; delete pictures and other sheets",
            sheet::FILE_MAX
        )));
    }
    let bytes =
        std::fs::read(path).map_err(|error| cannot(format!("cannot be read ({error}); give an .xlsx or .csv file")))?;
    let read = tokio::task::spawn_blocking(move || sheet::read(&bytes)).await;
    let broken =
        || cannot("it cannot be read as a workbook: open it in a spreadsheet program and save it again".to_owned());
    read.map_err(|_| broken())?.map_err(|error| cannot(error.to_string()))
}

/// Asks at the terminal.
fn agreed() -> Result<bool, CliError> {
    let failed = |error| CliError::Failed(anyhow::Error::new(error).context("could not ask"));
    let mut out = std::io::stdout().lock();
    write!(out, "\nApply this? [y/N] ").and_then(|()| out.flush()).map_err(failed)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(failed)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "j" | "ja"))
}

/// What a sheet is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SheetFormat {
    Xlsx,
    Csv,
}

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "\
One row a deliverable; a deal without deliverables is one row. `import deals` reads every column again without guessing, \
and an export that nobody changed changes nothing.

Example:
  plimsoll export deals --brand nordbo deals.xlsx
  plimsoll export deals --campaign spring > spring.csv

Without a file, or with -, CSV goes to the terminal. Cells that begin like a formula are written as text.")]
pub struct ExportDeals {
    /// Only this brand's deals
    #[arg(long, value_name = "ID")]
    brand: Option<BrandId>,
    /// Only this campaign's deals
    #[arg(long, value_name = "ID")]
    campaign: Option<CampaignId>,
    /// What to write; as the file's name says where it is not given, and CSV to the terminal
    #[arg(long, value_enum)]
    format: Option<SheetFormat>,
    /// Where to; - is the terminal
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl ExportDeals {
    /// Writes the sheet.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let file = self.file.clone().filter(|file| file.as_os_str() != "-");
        let format = self.format(file.as_deref())?;
        let what = DealsExport { brand: self.brand.clone(), campaign: self.campaign.clone() };
        let grid: Grid = answered(common, config, Wish::ExportDeals { what }, Body::Empty).await?;
        let rows = grid.rows.len().saturating_sub(1);
        let failed = |error: sheet::SheetError| CliError::Failed(error.into());
        let Some(file) = file else {
            if common.json {
                return say(&grid_json(&grid).to_string());
            }
            let bytes = match format {
                SheetFormat::Csv => sheet::to_csv(&grid, false),
                SheetFormat::Xlsx => sheet::to_xlsx(&grid),
            };
            return raw(&bytes.map_err(failed)?);
        };
        let bytes = match format {
            SheetFormat::Csv => sheet::to_csv(&grid, true),
            SheetFormat::Xlsx => sheet::to_xlsx(&grid),
        };
        write(&file, &bytes.map_err(failed)?)?;
        let name = file.display().to_string();
        common.print(&json!({ "file": name, "rows": rows }), &format!("{rows} rows in {name}"))
    }

    fn format(&self, file: Option<&Path>) -> Result<SheetFormat, CliError> {
        let ending = file.and_then(Path::extension).map(|ending| ending.to_string_lossy().to_lowercase());
        match (self.format, file, ending.as_deref()) {
            (Some(SheetFormat::Xlsx), None, _) if std::io::stdout().is_terminal() => {
                Err(CliError::input("a workbook is nothing for a terminal: give a file"))
            }
            (Some(format), _, _) => Ok(format),
            (None, None, _) | (None, Some(_), Some("csv" | "txt")) => Ok(SheetFormat::Csv),
            (None, Some(_), Some("xlsx")) => Ok(SheetFormat::Xlsx),
            (None, Some(file), _) => Err(CliError::input(format!(
                "{}: its name does not say what to write: end it in .xlsx or .csv, or say --format",
                file.display()
            ))),
        }
    }
}

/// Bytes on stdout, unchanged. A closed pipe is the reader's wish.
pub(super) fn raw(bytes: &[u8]) -> Result<(), CliError> {
    match std::io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::Failed(anyhow::Error::new(error).context("could not write the result")))
        }
        _ => Ok(()),
    }
}

fn grid_json(grid: &Grid) -> Value {
    let row = |cells: &Vec<Cell>| cells.iter().map(cell_json).collect::<Vec<_>>();
    let (columns, rows) = grid.rows.split_first().map_or((Vec::new(), &[][..]), |(first, rest)| (row(first), rest));
    json!({ "columns": columns, "rows": rows.iter().map(row).collect::<Vec<_>>() })
}

fn cell_json(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Flag(flag) => json!(flag),
        Cell::Text(text) => json!(text),
        Cell::Number { .. } | Cell::Moment(_) | Cell::Error(_) => json!(cell.shown()),
    }
}
