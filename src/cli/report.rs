//! `plimsoll report roi|ledger|regret|postmortem|portfolio`: what campaigns cost, what came back, whether stops were right,
//! what a campaign was in the end.
//!
//! JSON of `report ledger`: `{"entries":[{"day","kind":"accrual"|"payment","what":"fee"|"kill_fee"|"product"|"earned"|
//! "boost_PLATFORM","reversal","brand","partnership","deliverable","account","po","invoice","invoiced","vat_rate","net",
//! "vat","gross","told"}],"totals":[{"accrued_net","accrued_vat","accrued_gross","paid_gross","due_gross"}],"told",
//! "told_absent","gaps":[…]}`, a total a currency. `told` is the net amount in the currency of `--in`, null where there is
//! no rate, and `told_absent` says which is missing.
//!
//! JSON of `report roi`: `{"campaign","brand","currency","attribution","at","total":F,"partnerships":[F and "partnership"],
//! "by":[{"partnership","claim","name","orders","revenue","counted","absent"}],"nobodys","goal","aim":{"promised":{"metric",
//! "wanted","promised","short","without"},"pace":{"reached","due","days_gone","days","share"},"spread":{CREATOR:N}},
//! "gaps":[…]}` with `nobodys` = `[{"orders","revenue"}]` and F = `{"cost","revenue","margin","profit","roi","roas","cpa","margin_per_order","emv","per":[{"metric",
//! "of","count","cost_minor","revenue_minor","margin_minor"}],"absent":{FIGURE:WHY}}`; what is absent is null and has its
//! reason under `absent`. Amounts in `per` are in minor units, to a hundredth of one.
//!
//! JSON of `report regret`: `{"campaign","at","total":S,"rules":[S and "rule"],"calls":[{"proposal","incident","rule",
//! "subject","do","object","done","at","closed","verdict":"right"|"wrong"|"untold","why","would_spend","would_bring","net",
//! "orders","beyond"}],"pending","next","assumption"}` with S = `{"calls","right","wrong","untold","wrong_share":{"share",
//! "low","high"},"saved":[…],"lost":[…],"missed":[…],"spared":[…],"advice":{"advice":"too_few"|"keep"|"raise",…}}`; sums are
//! lists of amounts, one a currency. `rule` is null for what people stopped without an alert; `beyond` is null where it is not
//! known or nothing came of the money at all.

mod postmortem;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::asking::{answered, ask};
use super::deals::{raw, write};
use super::{CliError, Common};
use crate::app::control::{Body, Report as Wanted, Which, Wish};
use crate::domain::ids::CampaignId;
use crate::domain::money::Currency;
use crate::domain::sheet::grid::Grid;
use crate::insight::attribution::Attribution;
use crate::report::sheet::{self, SheetError};

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "`plimsoll report ledger --help`, `plimsoll report roi --help` and `plimsoll report regret --help` show examples. \
                        docs/ledger.md and docs/insight.md say how every figure is worked out."
)]
pub struct Report {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// What came back for what a campaign cost: ROI, ROAS, CPA, revenue by code and link
    Roi(RoiReport),
    /// What was accrued and paid, line by line, with accounts, orders, invoices and VAT
    Ledger(LedgerReport),
    /// Which stops were right, which were wrong, what that saved and lost, by rule
    Regret(RegretReport),
    /// What a campaign was, in the end: goals, plan and actual, who brought what, what was learned, what comes next
    Postmortem(postmortem::PostmortemReport),
    /// Whom to keep, whom not to ask again, whom to try, and how sure that is
    Portfolio(postmortem::PortfolioReport),
}

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
    Xlsx,
}

/// How orders are credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum How {
    FirstTouch,
    LastTouch,
    CodeWins,
}

impl From<How> for Attribution {
    fn from(how: How) -> Self {
        match how {
            How::FirstTouch => Self::FirstTouch,
            How::LastTouch => Self::LastTouch,
            How::CodeWins => Self::CodeWins,
        }
    }
}

/// What every report takes.
#[derive(Debug, Args)]
struct Written {
    /// What to write; as the file's name says where it is not given, and text to the terminal
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to; - is the terminal
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// The arguments of `report ledger`.
#[derive(Debug, Args)]
#[command(after_help = "\
A fee is accrued when its post is live, a kill fee when its piece is cancelled, commission and pay per views with their \
days, boosts with the ad report, the product when it is sent. Nothing that was posted changes: what is not so any more has \
a line that takes it back. Account, PO, invoice, VAT and days of payment come from `books` of the campaign, the partnership \
or the deliverable, or from the columns of `import deals`. The sheets of a workbook are the lines, the months and the totals.

Example:
  plimsoll report ledger --campaign spring
  plimsoll report ledger ledger-2026.xlsx
  plimsoll report ledger --campaign spring --format csv --in EUR > spring.csv")]
struct LedgerReport {
    /// Only this campaign's lines
    #[arg(long, value_name = "ID")]
    campaign: Option<CampaignId>,
    /// Tell it in this currency, by the dated rates that were applied
    #[arg(long = "in", value_name = "CURRENCY")]
    told: Option<Currency>,
    #[command(flatten)]
    written: Written,
}

/// The arguments of `report roi`.
#[derive(Debug, Args)]
#[command(after_help = "\
ROI = (margin − cost) ÷ cost: 0 % is money back, −100 % is all of it lost. Cost is what the ledger has accrued, margin what \
the credited orders leave after discount, VAT, returns, goods and shipping. A figure that cannot be known is told as absent, \
with why; nothing is guessed. Orders are credited once: as the campaign's `credit` declares, or as --attribution says. Sums \
of shops and analytics do not say which link was followed first; --orders FILE.csv hands in the orders one by one, with the \
columns order,day,value,currency,code,first_link,last_link, a refund as a line below zero with the number of its order.

Example:
  plimsoll report roi --campaign spring
  plimsoll report roi --campaign spring --attribution first-touch --orders orders.csv
  plimsoll report roi --campaign spring --in EUR spring.xlsx")]
struct RoiReport {
    /// Which campaign
    #[arg(long, value_name = "ID")]
    campaign: CampaignId,
    /// How orders are credited; as the campaign declares where it is not said
    #[arg(long, value_enum)]
    attribution: Option<How>,
    /// The orders one by one
    #[arg(long, value_name = "FILE.csv")]
    orders: Option<PathBuf>,
    /// Tell it in this currency, by the dated rates that were applied
    #[arg(long = "in", value_name = "CURRENCY")]
    told: Option<Currency>,
    #[command(flatten)]
    written: Written,
}

/// The arguments of `report regret`.
#[derive(Debug, Args)]
#[command(after_help = "\
A stop is judged again when its attribution window has closed and all orders of the money before it are there. Saved is what \
would have been spent at the pace of the week before, less the margin which that money would have brought at the rate of the \
money before; below zero it was lost. Stops that a rule asked for and nobody did are counted apart. Another line is suggested \
for a rule only from 8 calls with money on. The sheets of a workbook are the calls and the rules.

Example:
  plimsoll report regret
  plimsoll report regret --campaign spring regret.xlsx
  plimsoll report regret --format json")]
struct RegretReport {
    /// Only this campaign's stops
    #[arg(long, value_name = "ID")]
    campaign: Option<CampaignId>,
    #[command(flatten)]
    written: Written,
}

impl Report {
    /// Makes the report and prints or writes it.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        match self.what {
            What::Ledger(LedgerReport { campaign, told, written }) => {
                let wanted = Wanted { told, ..Wanted::of(Which::Ledger, campaign) };
                written.make(common, wanted, Body::Empty).await
            }
            What::Roi(RoiReport { campaign, attribution, orders, told, written }) => {
                let how = attribution.map(Into::into);
                let body = orders.as_deref().map_or(Ok(Body::Empty), body_of)?;
                let (campaign, orders) = (Some(campaign), orders.is_some());
                let wanted = Wanted { how, told, orders, ..Wanted::of(Which::Roi, campaign) };
                written.make(common, wanted, body).await
            }
            What::Regret(RegretReport { campaign, written }) => {
                written.make(common, Wanted::of(Which::Regret, campaign), Body::Empty).await
            }
            What::Postmortem(wanted) => wanted.run(common).await,
            What::Portfolio(wanted) => wanted.run(common).await,
        }
    }
}

/// Bytes of a file of orders: two million of them.
const ORDERS_MAX: u64 = 256 << 20;

fn body_of(path: &Path) -> Result<Body, CliError> {
    let name = path.display();
    let cannot = |error| CliError::input(format!("{name}: cannot be read ({error}); give a CSV file of orders"));
    let size = std::fs::metadata(path).map_err(cannot)?.len();
    if ORDERS_MAX < size {
        return Err(CliError::input(format!(
            "{name}: it has {size} bytes and at most {ORDERS_MAX} are read; split it by campaign"
        )));
    }
    Ok(Body::Bytes(Arc::new(std::fs::read(path).map_err(cannot)?)))
}

impl Written {
    async fn make(self, common: &Common, mut wanted: Wanted, body: Body) -> Result<(), CliError> {
        let config = common.config()?;
        let file = self.file.clone().filter(|file| file.as_os_str() != "-");
        let format = self.format(common, file.as_deref())?;
        wanted.sheets = matches!(format, Format::Csv | Format::Xlsx);
        if !wanted.sheets {
            let common = Common { json: format == Format::Json, ..common.clone() };
            return ask(&common, config, Wish::Report { wanted }, body).await;
        }
        let grids: Vec<Grid> = answered(common, config, Wish::Report { wanted }, body).await?;
        let first = grids.first().cloned().unwrap_or_default();
        let failed = |error: SheetError| CliError::Failed(error.into());
        let bytes = match format {
            Format::Xlsx => sheet::to_workbook(&grids),
            Format::Csv | Format::Text | Format::Json => sheet::to_csv(&first, file.is_some()),
        };
        let bytes = bytes.map_err(failed)?;
        let Some(file) = file else { return raw(&bytes) };
        write(&file, &bytes)?;
        let (rows, name) = (first.rows.len().saturating_sub(1), file.display().to_string());
        common.print(&json!({ "file": name, "rows": rows }), &format!("{rows} lines in {name}"))
    }

    fn format(&self, common: &Common, file: Option<&Path>) -> Result<Format, CliError> {
        let ending = file.and_then(Path::extension).map(|ending| ending.to_string_lossy().to_lowercase());
        let named = match ending.as_deref() {
            Some("csv" | "txt") => Some(Format::Csv),
            Some("xlsx") => Some(Format::Xlsx),
            _ => None,
        };
        let wish = |what: &str| Err(CliError::input(what.to_owned()));
        match (self.format, file) {
            (Some(Format::Text | Format::Json), Some(_)) => {
                wish("text and JSON go to the terminal: leave the file out, or write > FILE")
            }
            (Some(Format::Xlsx), None) if std::io::stdout().is_terminal() => {
                wish("a workbook is nothing for a terminal: give a file")
            }
            (Some(Format::Csv | Format::Xlsx | Format::Text), None) if common.json => {
                wish("--json and another --format do not go together")
            }
            (Some(format), _) => Ok(format),
            (None, None) => Ok(if common.json { Format::Json } else { Format::Text }),
            (None, Some(file)) => named.ok_or_else(|| {
                CliError::input(format!(
                    "{}: its name does not say what to write: end it in .xlsx or .csv, or say --format",
                    file.display()
                ))
            }),
        }
    }
}
