//! `plimsoll check` and `plimsoll test-rules`: looks everything over, offline.
//!
//! JSON of `check`: `{"files":N,"errors":[LINE],"findings":[LINE]}` with LINE =
//! `{"file","line","column","weight","what","remedy"}`; `weight` is `error`, `useless` or `advice`, `remedy` may be empty.
//! JSON of `test-rules`: `{"rules":[{"rule","cases":[{"name","expect","got","seen","passed"}]}],"passed":N,"failed":N}`.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::backtest::{cases, numbers};
use super::{CliError, Common, first_of, one_line};
use crate::app::catalog::Catalog;
use crate::app::config::Config;
use crate::app::core::switches;
use crate::app::schedule::Schedule;
use crate::app::{apply, coverage, service, sourcing, telemetry};
use crate::domain::document::{Document, Documents};
use crate::domain::ids::{Scope, Subject};
use crate::domain::num::u64_of_len;
use crate::rules::backtest::ruled::complete;
use crate::rules::error::RuleError;
use crate::rules::file::{RulesFile, parse_rules};
use crate::rules::history::History;
use crate::rules::judge::Context;
use crate::rules::lint::deals::{self, Agreed};
use crate::rules::lint::past;
use crate::rules::lint::{Finding, Sources, Weight, lint_file};
use crate::rules::rule_test::{RuleResult, run_file};
use crate::sources::Outside;
use crate::time::Clock;

/// The arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = "Reads the configuration, builds every source and chat from it without calling any, and looks \
                  over each file given: documents, rules, or folders of them. Rules are held against what the sources tell, \
                  against each other, against the deals in the files and, with --data, against the past. Nothing is asked over the network; \
                  nothing is stored.")]
pub struct Check {
    /// Files of documents or rules, or folders of them; without any only the configuration is checked
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Files of numbers, as `plimsoll import` takes them: says which lines are where things usually are
    #[arg(long, value_name = "FILE.csv", num_args = 1..)]
    data: Vec<PathBuf>,
}

/// One thing to say about one place.
#[derive(Debug)]
struct Line {
    file: String,
    row: u32,
    column: u32,
    weight: &'static str,
    what: String,
    remedy: String,
}

impl Line {
    fn of_rule(file: &str, error: &RuleError, weight: &'static str) -> Self {
        let (row, column) = error.at.as_ref().map_or((1, 1), |at| (at.line, at.column));
        let (what, remedy) = (error.text.clone(), error.remedy.clone());
        Self { file: file.to_owned(), row, column, weight, what, remedy }
    }

    fn of_finding(file: &str, finding: &Finding) -> Self {
        let weight = match finding.weight {
            Weight::Advice => "advice",
            Weight::Useless => "useless",
        };
        Self::of_rule(file, &finding.about, weight)
    }

    fn text(&self) -> String {
        let Self { file, row, column, what, remedy, weight } = self;
        let weight = if *weight == "error" { String::new() } else { format!("{weight}: ") };
        let remedy = if remedy.is_empty() { String::new() } else { format!("; {remedy}") };
        format!("{file}:{row}:{column}: {weight}{what}{remedy}")
    }

    fn json(&self) -> Value {
        json!({
            "file": self.file, "line": self.row, "column": self.column, "weight": self.weight,
            "what": self.what, "remedy": self.remedy,
        })
    }
}

impl Check {
    /// Checks and prints.
    pub fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        configuration(&config)?;
        let files = apply::files_of(&self.paths).map_err(CliError::input)?;
        let mut lines = Vec::new();
        let mut found = Found::default();
        for file in &files {
            look_over(file, &mut lines, &mut found)?;
        }
        let Found { documents, rules } = found;
        let mut catalog = dangling(&documents, &mut lines);
        let happened = if self.data.is_empty() { None } else { Some(happened(&self.data, &mut catalog, &config)?) };
        let (sources, agreed) = (Sources { feeds: sourcing::feeds(&config) }, agreed(&catalog));
        for (name, file) in &rules {
            let mut findings = lint_file(file, &sources);
            findings.extend(deals::look(file, &agreed));
            if let Some((history, subjects, now)) = &happened {
                findings.extend(past::look(file, subjects, &history.view(), *now));
            }
            lines.extend(findings.iter().map(|finding| Line::of_finding(name, finding)));
        }
        lines.sort_by(|one, other| (&one.file, one.row, one.column).cmp(&(&other.file, other.row, other.column)));
        let of = |error: bool| -> Vec<Value> {
            lines.iter().filter(|line| (line.weight == "error") == error).map(Line::json).collect()
        };
        let (errors, findings) = (of(true), of(false));
        let count = errors.len();
        let mut text: Vec<String> = lines.iter().map(Line::text).collect();
        if lines.is_empty() {
            text.push(match files.len() {
                0 => "the configuration is fine".to_owned(),
                1 => "the configuration and 1 file are fine".to_owned(),
                n => format!("the configuration and {n} files are fine"),
            });
        }
        common.print(&json!({ "files": files.len(), "errors": errors, "findings": findings }), &text.join("\n"))?;
        match count {
            0 => Ok(()),
            1 => Err(CliError::input("1 error; correct it and check again")),
            n => Err(CliError::input(format!("{n} errors; correct them and check again"))),
        }
    }
}

/// What the configuration says beyond its form: filters, schedules, addresses, credentials that must be there.
fn configuration(config: &Config) -> Result<(), CliError> {
    let wrong = |place: String, what: String| CliError::input(format!("configuration: {place}: {what}"));
    telemetry::filter(&config.log)?;
    let outside = Outside::alone(Clock::system());
    for (id, source) in &config.sources {
        let when = &source.common;
        Schedule::new(&when.schedule, when.zone.rules())
            .map_err(|error| wrong(format!("sources.{id}.schedule"), error.to_string()))?;
        source.kind.settings().build(&outside).map_err(|error| wrong(format!("sources.{id}"), error.to_string()))?;
    }
    let unusable = |error: anyhow::Error| CliError::input(format!("configuration: {}", one_line(&error)));
    service::chats(config, &Clock::system()).map_err(unusable)?;
    service::hands(config).map_err(unusable)?;
    Ok(())
}

fn read(file: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(file).map_err(|error| {
        CliError::input(format!("{}: cannot be read ({error}); give a text file that is there", file.display()))
    })
}

/// What the files hold, each with the name of its file.
#[derive(Default)]
struct Found {
    documents: Vec<(String, Document)>,
    rules: Vec<(String, RulesFile)>,
}

fn look_over(file: &Path, lines: &mut Vec<Line>, found: &mut Found) -> Result<(), CliError> {
    let text = read(file)?;
    let name = file.display().to_string();
    if apply::is_rules(&text) {
        let file = parse_rules(&text, Some(&name));
        if let Err(errors) = file.check() {
            lines.extend(errors.iter().map(|error| Line::of_rule(&name, error, "error")));
        }
        found.rules.push((name, file));
        return Ok(());
    }
    match Documents::from_toml(&text) {
        Ok(all) => found.documents.extend(all.into_list().map(|one| (name.clone(), one))),
        Err(error) => {
            let place = |n| u32::try_from(n).unwrap_or(u32::MAX);
            let (row, column) = (place(error.line), place(error.column));
            let (file, what) = (name, error.what);
            lines.push(Line { file, row, column, weight: "error", what, remedy: String::new() });
        }
    }
    Ok(())
}

/// What points at something that is in none of the files. The store may have it, so it is advice.
fn dangling(documents: &[(String, Document)], lines: &mut Vec<Line>) -> Catalog {
    let mut catalog = Catalog::default();
    for (_, document) in documents {
        catalog.take(document.clone());
    }
    for (file, document) in documents {
        let Some(fault) = catalog.dangling(document) else { continue };
        lines.push(Line {
            file: file.clone(),
            row: 1,
            column: 1,
            weight: "advice",
            what: format!("{} `{}`: {fault}", document.kind(), document.id()),
            remedy: String::new(),
        });
    }
    catalog
}

/// What the files of numbers say, of whom, and the end of it.
type Happened = (History, Vec<(Subject, Context)>, Timestamp);

/// Reads the files of numbers.
fn happened(data: &[PathBuf], catalog: &mut Catalog, config: &Config) -> Result<Happened, CliError> {
    let history = numbers(data, None, catalog, switches(config))?;
    let mut cases = cases(&history, catalog);
    complete(&mut cases, &history);
    let end = history.instants(|_| true).last().copied().unwrap_or(Timestamp::MIN);
    Ok((history, cases.into_iter().map(|(subject, case)| (subject, case.context)).collect(), end))
}

/// Every subject in the files, as agreed.
fn agreed(catalog: &Catalog) -> Vec<Agreed> {
    const SCOPES: [Scope; 5] = [Scope::Brand, Scope::Campaign, Scope::Partnership, Scope::Creator, Scope::Post];
    let subjects = SCOPES.into_iter().flat_map(|scope| catalog.subjects(scope));
    subjects.map(|subject| coverage::agreed(catalog, &subject)).collect()
}

/// The arguments of `test-rules`.
#[derive(Debug, Args)]
#[command(after_help = "A rule carries its cases as [[rule.test]]: what is given, and whether the rule then fires, \
                  stays quiet or cannot know.")]
pub struct TestRules {
    /// Files of rules, or folders of them
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

impl TestRules {
    /// Runs the cases and prints what came of each.
    pub fn run(self, common: &Common) -> Result<(), CliError> {
        let files = apply::files_of(&self.paths).map_err(CliError::input)?;
        let mut results = Vec::new();
        for file in &files {
            let rules = parse_rules(&read(file)?, Some(&file.display().to_string()));
            results.extend(run_file(&rules).map_err(|errors| CliError::input(first_of(&errors)))?);
        }
        let cases = || results.iter().flat_map(|rule| &rule.cases);
        let passed = cases().filter(|case| case.passed()).count();
        let failed = cases().count().saturating_sub(passed);
        let rules: Vec<Value> = results.iter().map(rule_json).collect();
        let mut text: Vec<String> = results.iter().flat_map(rule_lines).collect();
        text.push(format!("{passed} passed, {failed} failed"));
        let document = json!({ "rules": rules, "passed": u64_of_len(passed), "failed": u64_of_len(failed) });
        common.print(&document, &text.join("\n"))?;
        if failed == 0 {
            return Ok(());
        }
        Err(CliError::Failed(anyhow::anyhow!("{failed} of {} cases failed", passed + failed)))
    }
}

fn rule_json(rule: &RuleResult) -> Value {
    let cases: Vec<Value> = rule
        .cases
        .iter()
        .map(|case| {
            json!({
                "name": case.name, "expect": case.expect, "got": case.got, "seen": case.seen,
                "passed": case.passed(),
            })
        })
        .collect();
    json!({ "rule": rule.rule, "cases": cases })
}

fn rule_lines(rule: &RuleResult) -> Vec<String> {
    if rule.cases.is_empty() {
        return vec![format!("-     {}: has no case", rule.rule)];
    }
    rule.cases
        .iter()
        .map(|case| {
            let mark = if case.passed() { "ok  " } else { "FAIL" };
            let mut line = format!("{mark}  {}: {}", rule.rule, case.name);
            if !case.passed() {
                let (expect, got, seen) = (case.expect.as_str(), case.got.as_str(), case.seen.join(", "));
                line = format!("{line} (expected {expect}, got {got}: {seen})");
            }
            line
        })
        .collect()
}
