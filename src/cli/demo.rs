//! `plimsoll demo`: the whole program on the emulated world.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{CliError, Common, say};
use crate::app::demo::{World, summary};

/// The longest demo: the creators' lives are worked out for 400 days.
const DAYS_MAX: i64 = 366;

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Everything is on this machine: emulated platforms on loopback, a store in a temporary folder that is removed. Try `plimsoll demo --headless --days 30 --seed 7`."
)]
pub struct Demo {
    /// Without a page: run the days as fast as they go and print what happened as one JSON document
    #[arg(long, required = true)]
    headless: bool,
    /// How many simulated days to run
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=DAYS_MAX))]
    days: i64,
    /// Which world: the same seed gives the same bytes
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

impl Demo {
    /// Runs the world and prints the summary.
    pub async fn run(self, _common: &Common) -> Result<(), CliError> {
        let folder = TemporaryFolder::new()?;
        let mut world = World::start(self.seed, folder.path()).await?;
        world.populate();
        let bar = progress(self.days);
        for _ in 0..self.days {
            world.run_days(1).await?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        let document = summary(&world, self.days).await?;
        world.stop().await;
        say(&document.to_string())
    }
}

fn progress(days: i64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(u64::try_from(days).unwrap_or(0));
    match ProgressStyle::with_template("{bar:30} day {pos} of {len}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A fresh folder that is removed at the end.
struct TemporaryFolder(std::path::PathBuf);

impl TemporaryFolder {
    fn new() -> Result<Self, CliError> {
        let base = std::env::temp_dir();
        for n in 0..1000u32 {
            let path = base.join(format!("plimsoll-demo-{}-{n}", std::process::id()));
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    let error =
                        anyhow::Error::new(error).context(format!("could not make a folder in {}", base.display()));
                    return Err(CliError::Failed(error));
                }
            }
        }
        Err(CliError::Failed(anyhow::anyhow!("could not find a free name for a folder in {}", base.display())))
    }

    fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let removed = std::fs::remove_dir_all(&self.0).context("remove the demo's folder");
        if let Err(error) = removed {
            tracing::warn!(error = %error, "a temporary folder was left behind");
        }
    }
}
