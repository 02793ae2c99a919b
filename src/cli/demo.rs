//! `plimsoll demo`: the whole program on the emulated world, with a page or without.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::run::End;
use super::{CliError, Common, say};
use crate::app::demo::page::{Options, SPEED, SPEEDS, Show};
use crate::app::demo::{World, summary};

/// The longest demo: the creators' lives are worked out for 400 days.
const DAYS_MAX: i64 = 366;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "\
Open the address that it prints. The page shows the team's Discord channel, the team's Telegram group and a creator's \
direct message side by side, and you have the hands of Jonas, Maja and Alma in them: press buttons, type /status or /why. \
Time stands while nobody has the page open. Ctrl-C ends it.

  plimsoll demo                            the page, on a free port
  plimsoll demo --port 8080 --speed 3600   on this port, an hour a second
  plimsoll demo --headless --days 30       no page: what thirty days bring

Everything is on this machine: emulated platforms on loopback, a store in a temporary folder that is removed at the end.")]
pub struct Demo {
    /// Without a page: run the days as fast as they go and print what happened as one JSON document
    #[arg(long, conflicts_with_all = ["port", "speed"])]
    headless: bool,
    /// How many simulated days to run without a page
    #[arg(long, default_value_t = 30, requires = "headless", value_parser = clap::value_parser!(i64).range(1..=DAYS_MAX))]
    days: i64,
    /// Which world: the same seed gives the same people, numbers and troubles
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The port of the page on 127.0.0.1; 0 is a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Simulated seconds in a real second while time plays, from 1 to 86400
    #[arg(long, default_value_t = SPEED, value_parser = speed)]
    speed: f64,
}

fn speed(given: &str) -> Result<f64, String> {
    match given.parse::<f64>() {
        Ok(speed) if SPEEDS.contains(&speed) => Ok(speed),
        Ok(_) | Err(_) => Err(format!("expected {} to {}", SPEEDS.start(), SPEEDS.end())),
    }
}

impl Demo {
    /// Runs the world with its page, or without.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let folder = TemporaryFolder::new()?;
        let world = World::start(self.seed, folder.path()).await?;
        if self.headless { self.count(world).await } else { self.show(world, common).await }
    }

    /// The page, until the wish to end.
    async fn show(self, world: World, common: &Common) -> Result<(), CliError> {
        let mut wish = End::listen()?;
        let show = Show::open(world, Options { port: self.port, speed: self.speed }).await?;
        let url = show.url();
        let text = format!("Open {url} in a browser. Ctrl-C ends the demo and removes everything it made.");
        common.print(&json!({ "url": url }), &text)?;
        let end = CancellationToken::new();
        let running = show.run(&end);
        tokio::pin!(running);
        tokio::select! {
            ended = &mut running => return Ok(ended?),
            () = wish.come() => end.cancel(),
        }
        Ok(running.await?)
    }

    /// So many days as fast as they go, and the summary.
    async fn count(self, mut world: World) -> Result<(), CliError> {
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
