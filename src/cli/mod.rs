//! The command line, one file per command.
//!
//! Owns: what is typed, what is printed (results on stdout, logs on stderr) and the exit code: 0 done, 1 failed, 2 the
//! input was wrong. An error is one line: what, where, remedy.

mod asking;
mod audit;
mod backtest;
mod backup;
mod check;
mod codes;
mod connect;
mod coverage;
mod deals;
mod demo;
mod discover;
mod doctor;
mod documents;
mod export;
mod import;
mod init;
mod migrate;
mod opened;
mod outbox;
mod people;
mod plan;
mod poll;
mod report;
mod run;
mod storm;
mod why;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

use crate::app::apply::ApplyError;
use crate::app::config::{Config, ConfigError};
use crate::app::control::{first_of, one_line};
use crate::store::StoreError;

/// Plimsoll stops influencer campaigns from wasting money and treats creators fairly while doing it.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What works on every command.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The configuration file; plimsoll.toml in the current folder where there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One setting, over file and environment; repeatable
    #[arg(long = "set", global = true, value_name = "KEY.PATH=VALUE")]
    sets: Vec<String>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    json: bool,
    /// Act as this person, with their rights, instead of as the terminal
    #[arg(long = "as", global = true, value_name = "PERSON")]
    acting: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole program on an emulated world, without any file or account
    Demo(demo::Demo),
    /// Set up from nothing: ask, write, check the bots, bind the rooms, show a sample alert
    Init(init::Init),
    /// Run the service until it is told to stop
    Run(run::Run),
    /// Check configuration, documents and rules, offline
    Check(check::Check),
    /// Look everything over, live: credentials, rooms, sources, quotas, disk; each with its remedy
    Doctor(doctor::Doctor),
    /// Take documents and rules into the store, and say what changes
    Apply(documents::Apply),
    /// Fetch once from a source and print what would be stored; nothing is
    Poll(poll::Poll),
    /// Say how many calls a number of creators costs, what share of each quota and what money, and what does not fit
    Plan(plan::Plan),
    /// List the shop's codes and links, with the creator each probably belongs to
    Discover(discover::Discover),
    /// Look up in the shop whether each partnership's codes work
    Preflight(discover::Preflight),
    /// List the codes of partnerships and what they are at their shops, or make one
    Codes(codes::Codes),
    /// Say who is judged on what, and what is missing, worst first
    Coverage(coverage::Coverage),
    /// Take numbers or posts from a CSV file, or deals from a spreadsheet, into the store
    Import(import::Import),
    /// Write deals as a spreadsheet
    Export(export::Export),
    /// Say what campaigns cost, and what came back for it
    Report(report::Report),
    /// Run the cases that rules carry
    TestRules(check::TestRules),
    /// Replay history and say when each rule would have fired, and whether it was right
    Backtest(backtest::Backtest),
    /// Say what a rule sees in a subject, whether it fired or not
    Why(why::Why),
    /// Say something as if it had been typed in a chat
    Say(people::Say),
    /// Look at deliveries, and retry or drop them
    Outbox(outbox::Outbox),
    /// Say who did what, when and why
    Audit(audit::Audit),
    /// Write everything into one file, while the service runs
    Backup(backup::Backup),
    /// Make a store from such a file, and look it over
    Restore(backup::Restore),
    /// Write the store anew in less room, while nothing runs on it
    Compact(backup::Compact),
    /// Move everything into a PostgreSQL database, and look it over
    Migrate(migrate::Migrate),
    /// Print a one-time code that gives somebody a role when they send it to the bot
    Code(people::Code),
    /// Give a person a role
    Grant(people::GrantArgs),
    /// Take a role from a person
    Revoke(people::GrantArgs),
    /// Let an account's owner give access to it, and keep the tokens sealed
    Connect(connect::Connect),
    /// Forget the tokens of an account
    Disconnect(connect::Disconnect),
    /// Run the program through simulated years in which everything goes wrong, and check what must hold at every step
    Storm(storm::Storm),
}

/// Why a command ended badly.
#[derive(Debug)]
pub enum CliError {
    /// What was given cannot be used: exit code 2.
    Input(String),
    /// It was tried and failed: exit code 1.
    Failed(anyhow::Error),
    /// Another process works on the store: exit code 1.
    InUse(String),
}

impl CliError {
    /// The input was wrong, in one line.
    pub fn input(what: impl Into<String>) -> Self {
        Self::Input(what.into())
    }
}

impl From<anyhow::Error> for CliError {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::InUse { folder } => Self::InUse(format!(
                "the store in `{folder}` is in use; stop the plimsoll that runs on it first, or say it in a chat"
            )),
            other => Self::Failed(other.into()),
        }
    }
}

impl From<ApplyError> for CliError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Input(lines) => Self::Input(first_of(&lines)),
            ApplyError::Store(error) => error.into(),
        }
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Invalid(what) => Self::Input(format!("configuration: {what}")),
            ConfigError::Secret { .. } => Self::Input(one_line(&anyhow::Error::from(error))),
        }
    }
}

impl Common {
    /// The configuration, all layers read.
    fn config(&self) -> Result<Config, CliError> {
        let beside = PathBuf::from("plimsoll.toml");
        let file = self.config.clone().or_else(|| beside.is_file().then_some(beside));
        Ok(Config::load(file.as_deref(), &self.sets)?)
    }

    /// Prints the result: one JSON document, or the text.
    fn print(&self, json: &serde_json::Value, text: &str) -> Result<(), CliError> {
        if self.json { say(&json.to_string()) } else { say(text) }
    }
}

/// One line or more on stdout. A closed pipe (`plimsoll … | head`) is the reader's wish, not a failure.
fn say(text: &str) -> Result<(), CliError> {
    match writeln!(std::io::stdout().lock(), "{}", text.trim_end()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::Failed(anyhow::Error::new(error).context("could not write the result")))
        }
        _ => Ok(()),
    }
}

/// What is wrong with the arguments, on one line.
fn mistyped(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim);
    let lines = lines
        .filter(|line| !line.is_empty() && !line.starts_with("Usage:") && !line.starts_with("For more information"));
    let mut said = String::new();
    for line in lines {
        if !said.is_empty() {
            said.push_str(if said.ends_with(':') { " " } else { "; " });
        }
        said.push_str(line.trim_start_matches("error: "));
    }
    format!("{said}; --help says more")
}

/// Parses the arguments and runs the command.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            drop(writeln!(std::io::stderr().lock(), "plimsoll: {}", mistyped(&error)));
            return ExitCode::from(2);
        }
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // Nothing can be said about a terminal that cannot be written to.
            drop(error.print());
            return ExitCode::from(code);
        }
    };
    let ended = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let ended = runtime.block_on(dispatch(cli));
            runtime.shutdown_timeout(std::time::Duration::from_secs(2));
            ended
        }
        Err(error) => Err(CliError::Failed(anyhow::Error::new(error).context("could not start the runtime"))),
    };
    let (line, code) = match ended {
        Ok(()) => return ExitCode::SUCCESS,
        Err(CliError::Input(what)) => (what.replace('\n', "; "), 2),
        Err(CliError::Failed(error)) => (one_line(&error), 1),
        Err(CliError::InUse(line)) => (line, 1),
    };
    drop(writeln!(std::io::stderr().lock(), "plimsoll: {line}"));
    ExitCode::from(code)
}

async fn dispatch(cli: Cli) -> Result<(), CliError> {
    let Cli { common, command } = cli;
    match command {
        Command::Demo(demo) => demo.run(&common).await,
        Command::Init(init) => Box::pin(init.run(&common)).await,
        Command::Run(run) => run.run(&common).await,
        Command::Check(check) => check.run(&common),
        Command::Doctor(doctor) => doctor.run(&common).await,
        Command::Apply(apply) => apply.run(&common).await,
        Command::Poll(poll) => Box::pin(poll.run(&common)).await,
        Command::Plan(plan) => plan.run(&common),
        Command::Discover(discover) => Box::pin(discover.run(&common)).await,
        Command::Preflight(preflight) => Box::pin(preflight.run(&common)).await,
        Command::Codes(codes) => codes.run(&common).await,
        Command::Coverage(coverage) => coverage.run(&common).await,
        Command::Import(import) => Box::pin(import.run(&common)).await,
        Command::Export(export) => export.run(&common).await,
        Command::Report(report) => Box::pin(report.run(&common)).await,
        Command::TestRules(test) => test.run(&common),
        Command::Backtest(backtest) => backtest.run(&common),
        Command::Why(why) => why.run(&common).await,
        Command::Say(say) => say.run(&common).await,
        Command::Outbox(outbox) => outbox.run(&common).await,
        Command::Audit(audit) => audit.run(&common).await,
        Command::Backup(backup) => backup.run(&common).await,
        Command::Restore(restore) => Box::pin(restore.run(&common)).await,
        Command::Compact(compact) => compact.run(&common).await,
        Command::Migrate(migrate) => Box::pin(migrate.run(&common)).await,
        Command::Code(code) => code.run(&common).await,
        Command::Grant(grant) => grant.grant(&common).await,
        Command::Revoke(grant) => grant.revoke(&common).await,
        Command::Connect(connect) => Box::pin(connect.run(&common)).await,
        Command::Disconnect(disconnect) => Box::pin(disconnect.run(&common)).await,
        Command::Storm(storm) => storm.run(&common).await,
    }
}
