//! `plimsoll storm`: simulated years in which everything goes wrong, one seed a thread.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::{CliError, Common, say};
use crate::app::storm::{DAYS_MAX, DAYS_MIN, Options, Outcome, StormError, run};
use crate::time::Clock;

/// The most seeds at once: a run of many thousand is a script's business.
const SEEDS_MAX: u64 = 10_000;

/// The arguments.
#[derive(Debug, Args)]
#[command(after_help = "\
A storm is a year of three campaigns and twelve creators in this process: lost replies, full disks, clocks that are set, \
restarts, revoked tokens, people who press twice. What must hold is checked at every commit, message and order. The first \
thing that does not hold ends it with exit code 1 and the command that shows the same again. That every kind of fault has \
come twenty times (an order that the platform ignores: once) is asked of storms of 90 days and more; shorter ones only count.

  plimsoll storm                       the year of seed 1
  plimsoll storm --seed 17 --days 30   a month of seed 17
  plimsoll storm --seeds 60 --json     sixty years, one seed on each core at a time")]
pub struct Storm {
    /// How many seeds, one after the other from the first
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=SEEDS_MAX))]
    seeds: u64,
    /// The first seed: the same seed is the same storm
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many days each storm lasts
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(i64).range(DAYS_MIN..=DAYS_MAX))]
    days: i64,
}

/// What the threads share.
struct Shared {
    first: u64,
    days: i64,
    count: u64,
    next: AtomicU64,
    stop: AtomicBool,
    bar: ProgressBar,
    done: Mutex<BTreeMap<u64, Result<Told, StormError>>>,
}

/// A storm that was weathered, and how long it took.
struct Told {
    outcome: Outcome,
    seconds: f64,
}

impl Storm {
    /// Runs them.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let shared = Arc::new(Shared {
            first: self.seed,
            days: self.days,
            count: self.seeds,
            next: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            bar: progress(self.days.unsigned_abs().saturating_mul(self.seeds)),
            done: Mutex::default(),
        });
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let threads = std::cmp::min(cores, usize::try_from(self.seeds).unwrap_or(cores));
        let mut working = Vec::new();
        for _ in 0..threads {
            let shared = Arc::clone(&shared);
            working.push(tokio::task::spawn_blocking(move || work(&shared)));
        }
        for thread in working {
            thread.await.map_err(anyhow::Error::from)?.map_err(|error| CliError::Failed(error.into()))?;
        }
        shared.bar.finish_and_clear();
        let done = std::mem::take(&mut *shared.done.lock().unwrap_or_else(PoisonError::into_inner));
        let mut documents = Vec::new();
        let mut broken = None;
        for one in done.into_values() {
            match one {
                Ok(told) if common.json => documents.push(told.document()),
                Ok(told) => say(&told.line())?,
                Err(error) => broken = broken.or(Some(error)),
            }
        }
        if common.json {
            say(&Value::Array(documents).to_string())?;
        }
        broken.map_or(Ok(()), |error| Err(CliError::Failed(error.into())))
    }
}

/// Takes one seed after the other, until there is none left or one has broken something.
fn work(shared: &Shared) -> std::io::Result<()> {
    while !shared.stop.load(Ordering::SeqCst) {
        let place = shared.next.fetch_add(1, Ordering::SeqCst);
        if shared.count <= place {
            break;
        }
        let seed = shared.first.wrapping_add(place);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let clock = Clock::system();
        let begun = clock.now();
        let options = Options { seed, days: shared.days, sabotage: None };
        let ended = runtime.block_on(run(options, |_| shared.bar.inc(1)));
        let seconds = clock.now().duration_since(begun).as_secs_f64();
        if ended.is_err() {
            shared.stop.store(true, Ordering::SeqCst);
        }
        let told = ended.map(|outcome| Told { outcome, seconds });
        shared.done.lock().unwrap_or_else(PoisonError::into_inner).insert(place, told);
    }
    Ok(())
}

impl Told {
    fn document(&self) -> Value {
        let mut document = self.outcome.document();
        if let Some(fields) = document.as_object_mut() {
            fields.insert("wall_seconds".to_owned(), serde_json::json!((self.seconds * 10.0).round() / 10.0));
        }
        document
    }

    fn line(&self) -> String {
        let Outcome { seed, days, counts, faults, lives, checks, digest, .. } = &self.outcome;
        let faults: Vec<String> = faults.iter().map(|(name, times)| format!("{name} {times}")).collect();
        format!(
            "seed {seed}: {days} days, {} polls, {} samples, {} evaluations, {} incidents, {} deliveries, {} edits, \
             {} actions done, {} verified, {lives} lives, {checks} checks, 0 lost, {:.1} s, {}; {}",
            counts.polls,
            counts.samples,
            counts.evaluations,
            counts.fired,
            counts.telegram + counts.discord,
            counts.edited,
            counts.done,
            counts.verified,
            self.seconds,
            digest.chars().take(12).collect::<String>(),
            faults.join(", "),
        )
    }
}

fn progress(days: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(days);
    match ProgressStyle::with_template("{bar:30} day {pos} of {len}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
