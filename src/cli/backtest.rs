//! `plimsoll backtest RULES --data FILE.csv…`: replays history through rules, offline.
//!
//! JSON: `{"rules":[{"rule","subjects","fires":[{"subject","at","e_value","spent","saved","outcome"}],"wrong_share",
//! "saved","lost"}]}`; `outcome` is `right`, `wrong` or `open`, `subjects` counts those that could be judged at least
//! once. What cannot be said is null: plain rules have no evidence. `saved` and `lost` of a rule count each subject once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::import::{bar, mapped, mapping_of, sheet_of};
use super::{CliError, Common, first_of};
use crate::app::apply;
use crate::app::catalog::Catalog;
use crate::app::control::import::post_of;
use crate::app::core::switches;
use crate::app::replays;
use crate::domain::ids::Subject;
use crate::domain::sample_csv::{read_posts, read_samples};
use crate::rules::backtest::ruled::{Way, complete, replay};
use crate::rules::backtest::{BacktestReport, Case, Outcome, RuleReport};
use crate::rules::check::CheckedRule;
use crate::rules::file::parse_rules;
use crate::rules::guards::Switches;
use crate::rules::history::History;
use crate::words::wording::Reader;

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Each rule is judged at every window's end of the data, rules with evidence at every poll, as it \
                  would have been live; numbers that were restated count as they are now. A fire of a rule about a fall \
                  against `own(…)` is right unless the mean of the next windows is back at `own`. A fire about money is \
                  right if the deal is still beyond the limit when its attribution has closed, and wrong if it would have \
                  met it. `judge = { metric = \"cpa\", horizon = \"14d\" }` in a rule says otherwise. Saved is what was \
                  spent after the fire, less the margin of the orders it brought (the brand's margin_per_order, else what \
                  the deal or the rule says an order may cost); it is lost where that is below zero. Without documents \
                  all numbers of a subject are one deal."
)]
pub struct Backtest {
    /// The file of rules, or a folder of them
    rules: PathBuf,
    /// Files of numbers, as `plimsoll import` takes them; repeatable
    #[arg(long, value_name = "FILE.csv", required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Which column is what, for files with columns of their own; `plimsoll import --help` shows one
    #[arg(long, value_name = "FILE.toml")]
    mapping: Option<PathBuf>,
    /// A file of posts, for rules over the last posts
    #[arg(long, value_name = "FILE")]
    posts: Option<PathBuf>,
    /// Files of documents: zones, deals, targets and margins come from them; without any, days are days in UTC and there is no target
    #[arg(long, value_name = "PATH", num_args = 1..)]
    documents: Vec<PathBuf>,
    /// Heed the guards against a source that stands still or jumps, or not; as configured where it is not said
    #[arg(long, value_name = "on|off")]
    guards: Option<Guards>,
    /// Draw the subject with the most at stake: its value, its line, and each fire as right, wrong or open
    #[arg(long, value_name = "FILE.png")]
    chart: Option<PathBuf>,
}

/// Whether the guards are heeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Guards {
    /// All of them.
    On,
    /// None.
    Off,
}

impl Backtest {
    /// Replays and prints.
    pub fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let guards = match self.guards {
            Some(Guards::On) => Switches { standstill: true, implausible: true },
            Some(Guards::Off) => Switches::off(),
            None => switches(&config),
        };
        let rules = self.rules()?;
        let mut catalog = self.catalog()?;
        catalog.maturity = config.maturity.clone();
        catalog.k = Some(config.evidence.k);
        let history = self.history(&mut catalog, guards)?;
        catalog.benchmarks = config.benchmarks.clone().into();
        let end = history.instants(|_| true).last().copied().unwrap_or(Timestamp::MIN);
        catalog.measure(&history.view_with(guards, None), end);
        let mut cases = cases(&history, &catalog);
        complete(&mut cases, &history);
        replays::compare(&mut cases, &catalog, &rules);
        let way = Way { guards, after: None, until: None, threads: threads() };
        let bar = bar(0, "{pos} of {len} subjects");
        let report = replay(&rules, &cases, &history, way, &|done, of| {
            bar.set_length(of);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        if let Some(path) = &self.chart {
            self.draw(path, &rules, &cases, &history, &report)?;
        }
        let document = serde_json::to_value(&report).map_err(|error| CliError::Failed(error.into()))?;
        common.print(&document, &table(&report))
    }

    fn draw(
        &self,
        path: &Path,
        rules: &[CheckedRule],
        cases: &BTreeMap<Subject, Case>,
        history: &History,
        report: &BacktestReport,
    ) -> Result<(), CliError> {
        let reader = Reader::new("en", "UTC");
        let nothing =
            || CliError::Failed(anyhow::anyhow!("there is nothing to draw: no rule of {} fired", self.rules.display()));
        let drawn = replays::picture(rules, cases, history, report, &reader).ok_or_else(nothing)?;
        let picture = drawn.map_err(|error| CliError::Failed(error.into()))?;
        std::fs::write(path, picture.png)
            .map_err(|error| CliError::Failed(anyhow::anyhow!("{}: cannot be written ({error})", path.display())))
    }

    fn rules(&self) -> Result<Vec<CheckedRule>, CliError> {
        let mut rules = Vec::new();
        for file in apply::files_of(std::slice::from_ref(&self.rules)).map_err(CliError::input)? {
            let name = file.display().to_string();
            let text = std::fs::read_to_string(&file)
                .map_err(|error| CliError::input(format!("{name}: cannot be read ({error}); give a file of rules")))?;
            let checked = parse_rules(&text, Some(&name)).check();
            rules.extend(checked.map_err(|errors| CliError::input(first_of(&errors)))?);
        }
        if rules.is_empty() {
            return Err(CliError::input(format!("{}: there is no [[rule]] in it", self.rules.display())));
        }
        Ok(rules)
    }

    fn catalog(&self) -> Result<Catalog, CliError> {
        let mut catalog = Catalog::default();
        for (_, document) in apply::read(&self.documents)?.documents {
            catalog.take(document);
        }
        Ok(catalog)
    }

    fn history(&self, catalog: &mut Catalog, guards: Switches) -> Result<History, CliError> {
        let mut history = numbers(&self.data, self.mapping.as_deref(), catalog, guards)?;
        if let Some(path) = &self.posts {
            for row in sheet_of(path, read_posts)?.rows {
                history.add_post(&post_of(&row, None).facts());
                catalog.posts.insert((row.platform, row.post), row.creator);
            }
        }
        Ok(history)
    }
}

/// Files of numbers as a history; whose the posts in them are goes into the catalog.
pub(super) fn numbers(
    data: &[PathBuf],
    mapping: Option<&Path>,
    catalog: &mut Catalog,
    guards: Switches,
) -> Result<History, CliError> {
    let mut history = History::new(guards);
    let mut samples = Vec::new();
    let mapping = mapping.map(mapping_of).transpose()?;
    for path in data {
        let rows = match &mapping {
            Some(mapping) => mapped(path, mapping, false)?.rows,
            None => sheet_of(path, read_samples)?.rows,
        };
        for row in rows {
            if let (Subject::Post(platform, post), Some(creator)) = (&row.sample.series.subject, row.creator) {
                catalog.posts.insert((*platform, post.clone()), creator);
            }
            samples.push(row.sample);
        }
    }
    // What the guards would have told is told live, not here.
    drop(history.append_all(samples));
    Ok(history)
}

/// How many threads share the work: one for each processor, at most eight.
fn threads() -> usize {
    std::cmp::min(std::thread::available_parallelism().map_or(1, usize::from), 8)
}

/// Everybody in a history, as the documents know them.
pub(super) fn cases(history: &History, catalog: &Catalog) -> BTreeMap<Subject, Case> {
    let subjects = history.subjects().into_iter();
    subjects.map(|subject| (subject.clone(), replays::case(catalog, subject, 1))).collect()
}

fn table(report: &BacktestReport) -> String {
    let width = report.rules.iter().map(|rule| rule.rule.as_str().len()).fold("rule".len(), std::cmp::max);
    let money = report.rules.iter().any(|rule| rule.saved.is_some() || rule.lost.is_some());
    let mut heads = vec!["subjects", "fires", "right", "wrong", "open", "wrong share"];
    if money {
        heads.extend(["saved", "lost"]);
    }
    let rows: Vec<Vec<String>> = report.rules.iter().map(|rule| cells(rule, money)).collect();
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| {
            rows.iter()
                .filter_map(|row| row.get(at))
                .map(|cell| cell.chars().count())
                .fold(std::cmp::max(head.len(), 8), std::cmp::max)
        })
        .collect();
    let line = |name: &str, cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!("{cell:>width$}", width = *width)).collect();
        format!("{name:<width$}  {}", cells.join("  "))
    };
    let mut lines = vec![line("rule", &mut heads.iter().map(|head| (*head).to_owned()))];
    lines.extend(report.rules.iter().zip(rows).map(|(rule, row)| line(rule.rule.as_str(), &mut row.into_iter())));
    lines.push("--json lists every fire".to_owned());
    lines.join("\n")
}

fn cells(rule: &RuleReport, money: bool) -> Vec<String> {
    let count = |outcome| rule.fires.iter().filter(|fire| fire.outcome == outcome).count().to_string();
    let amount =
        |amount: Option<crate::domain::money::Money>| amount.map_or("-".to_owned(), |amount| amount.to_string());
    let mut cells = vec![
        rule.subjects.to_string(),
        rule.fires.len().to_string(),
        count(Outcome::Right),
        count(Outcome::Wrong),
        count(Outcome::Open),
        rule.wrong_share.map_or("-".to_owned(), |share| format!("{:.1} %", 100.0 * share)),
    ];
    if money {
        cells.extend([amount(rule.saved), amount(rule.lost)]);
    }
    cells
}
