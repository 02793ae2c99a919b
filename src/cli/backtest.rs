//! `plimsoll backtest RULES --data FILE.csv…`: replays history through rules, offline.
//!
//! JSON: `{"rules":[{"rule","subjects","fires":[{"subject","at","e_value","spent","saved","outcome"}],"wrong_share",
//! "saved","lost"}]}`; `outcome` is `right`, `wrong` or `open`, `subjects` counts those that could be judged at least
//! once. What cannot be said is null: plain rules have no evidence.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::SignedDuration;

use super::import::{bar, sheet_of};
use super::{CliError, Common, first_of};
use crate::app::apply;
use crate::app::catalog::Catalog;
use crate::app::control::import::post_of;
use crate::app::core::{context, switches};
use crate::domain::ids::Subject;
use crate::domain::num::u64_of_len;
use crate::domain::sample_csv::{read_posts, read_samples};
use crate::domain::verdict::Verdict;
use crate::rules::backtest::{
    BacktestReport, HORIZON, Hold, Judge, Outcome, Replay, RuleReport, Stage, Worth, backtest,
};
use crate::rules::check::CheckedRule;
use crate::rules::eval::Scratch;
use crate::rules::file::parse_rules;
use crate::rules::guards::Switches;
use crate::rules::history::History;
use crate::rules::judge::Context;
use crate::rules::readings::Want;
use crate::rules::rule::{For, Kind, Length, Method};
use crate::rules::window::{Frame, Window};

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "Each rule is judged at every window's end of the data, as it would have been live, with what \
                  was known then. A fire of a rule about a fall against `own(…)` is right unless the mean of the \
                  next windows is back at `own`; of other rules it stays open.")]
pub struct Backtest {
    /// The file of rules, or a folder of them
    rules: PathBuf,
    /// Files of numbers, as `plimsoll import` takes them; repeatable
    #[arg(long, value_name = "FILE.csv", required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// A file of posts, for rules over the last posts
    #[arg(long, value_name = "FILE")]
    posts: Option<PathBuf>,
    /// Files of documents: zones, deals and targets come from them; without any, days are days in UTC and there is no target
    #[arg(long, value_name = "PATH", num_args = 1..)]
    documents: Vec<PathBuf>,
    /// Heed the guards against a source that stands still or jumps, or not; as configured where it is not said
    #[arg(long, value_name = "on|off")]
    guards: Option<Guards>,
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
        let history = self.history(&mut catalog, guards)?;
        let report = replay(&rules, &history, &catalog, guards);
        let document = serde_json::to_value(&report).map_err(|error| CliError::Failed(error.into()))?;
        common.print(&document, &table(&report))
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
        let mut history = History::new(guards);
        let mut samples = Vec::new();
        for path in &self.data {
            samples.extend(sheet_of(path, read_samples)?.rows.into_iter().map(|row| row.sample));
        }
        if let Some(path) = &self.posts {
            for row in sheet_of(path, read_posts)?.rows {
                history.add_post(&post_of(&row, None).facts());
                catalog.posts.insert((row.platform, row.post), row.creator);
            }
        }
        // What the guards would have told is told live, not here.
        drop(history.append_all(samples));
        Ok(history)
    }
}

fn replay(rules: &[CheckedRule], history: &History, catalog: &Catalog, guards: Switches) -> BacktestReport {
    let polls = history.instants(|_| true);
    let view = history.view_with(guards, None);
    let contexts: BTreeMap<Subject, Context> = history
        .subjects()
        .into_iter()
        .map(|subject| (subject.clone(), context(&catalog.about(subject), SignedDuration::ZERO, 1)))
        .collect();
    let chosen: Vec<Vec<Subject>> = rules
        .iter()
        .map(|rule| {
            let chosen = contexts.iter().filter(|(subject, context)| rule.selects(subject, context));
            chosen.map(|(subject, _)| subject.clone()).collect()
        })
        .collect();
    let total: usize = chosen.iter().map(Vec::len).sum();
    let bar = bar(u64_of_len(total), "{pos} of {len} subjects");
    let scratch = RefCell::new(Scratch::default());
    let mut reports = Vec::with_capacity(rules.len());
    for (rule, subjects) in rules.iter().zip(&chosen) {
        let frame = |subject: &Subject| contexts.get(subject).map_or_else(Frame::utc, |context| context.frame.clone());
        let stage = Stage { subjects, frame: &frame, polls: &polls, after: None, until: None };
        let replay = Replay {
            rule: rule.rule().id.clone(),
            window: rule.window(),
            hold: hold(rule),
            cooldown: rule.rule().cooldown.map(Length::get),
            judge: judge(rule),
            when: &|readings, subject, look| {
                let over = (look.window, look.first);
                contexts.get(subject).map_or(Verdict::Unknown, |context| {
                    rule.verdict_over(subject, context, readings, over, &mut scratch.borrow_mut())
                })
            },
            worth: &|readings, subject, look| {
                contexts.get(subject).map_or_else(Worth::default, |context| {
                    let weight = rule.weight_over(subject, context, readings, look.window, &mut scratch.borrow_mut());
                    let e_value = weight.filter(|weight| weight.method == Method::Anytime).map(|weight| weight.value);
                    Worth { e_value, ..Worth::default() }
                })
            },
        };
        reports.extend(backtest(&[replay], &stage, &view, &mut |_, _| bar.inc(1)).rules);
    }
    bar.finish_and_clear();
    BacktestReport { rules: reports }
}

fn hold(rule: &CheckedRule) -> Hold {
    match rule.rule().hold {
        For::Windows(windows) => Hold::Windows(windows),
        For::Time(length) if length.is_zero() => Hold::Windows(1),
        For::Time(length) => Hold::Lasting(length.get()),
    }
}

/// A rise is no fall: whether an opportunity was one is not told by what came after. `[rule.judge]` says by which metric
/// and for how long a fall is looked after.
fn judge(rule: &CheckedRule) -> Judge<'static> {
    let written = rule.rule();
    let Some(want) = rule.own_of().filter(|_| written.kind != Kind::Opportunity) else { return Judge::Nobody };
    let by = written.judge.as_ref();
    let want = by.map_or(want, |by| Want { metric: by.metric, ..want });
    let windows = by.map_or(HORIZON, |by| windows_in(by.horizon, rule.window()));
    Judge::Fall { want, own: written.own.get(), windows }
}

/// How many whole windows fit into a length of time; one at least.
fn windows_in(length: Length, window: Window) -> u32 {
    let hours = match window {
        Window::Days(days) => i64::from(days) * 24,
        Window::Hours(hours) => i64::from(hours),
        // These have no length of their own to count by.
        Window::LastPosts(_) | Window::Deal => return HORIZON,
    };
    let count = length.get().as_hours().checked_div(hours).and_then(|count| u32::try_from(count).ok());
    std::cmp::max(count.unwrap_or(1), 1)
}

fn table(report: &BacktestReport) -> String {
    let width = report.rules.iter().map(|rule| rule.rule.as_str().len()).fold("rule".len(), std::cmp::max);
    let heads = ["subjects", "fires", "right", "wrong", "open", "wrong share"];
    let mut lines = vec![format!("{:<width$}  {}", "rule", heads.map(|head| format!("{head:>8}")).join("  "))];
    lines.extend(report.rules.iter().map(|rule| line(rule, width)));
    lines.push("--json lists every fire".to_owned());
    lines.join("\n")
}

fn line(rule: &RuleReport, width: usize) -> String {
    let count = |outcome| rule.fires.iter().filter(|fire| fire.outcome == outcome).count().to_string();
    let share = rule.wrong_share.map_or("-".to_owned(), |share| format!("{:.1} %", 100.0 * share));
    let cells = [
        rule.subjects.to_string(),
        rule.fires.len().to_string(),
        count(Outcome::Right),
        count(Outcome::Wrong),
        count(Outcome::Open),
        share,
    ];
    format!("{:<width$}  {}", rule.rule.as_str(), cells.map(|cell| format!("{cell:>8}")).join("  "))
}
