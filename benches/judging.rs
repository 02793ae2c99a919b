//! Ten rules over thousands of partnerships whose eight numbers all change at every tick: how much of the processor it takes
//! to take them in, keep them and judge them.
//!
//! `cargo bench --bench judging` has 10,000 partnerships and 24 ticks (others may be given: `-- 50000 24`). The ticks run
//! first without rules and then with them, so that what judging costs is told apart from what numbers cost anyway. One
//! evaluation is one rule judged on one partnership because an input changed, on the full path: windows, guards, phases, and
//! the receipt where something changed. Nothing fires, as on most days. The store is sled, with a sync for each commit.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a program of its own that measures and prints")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::config::Config;
use plimsoll::app::core::Core;
use plimsoll::app::watch::take_in;
use plimsoll::domain::document::Documents;
use plimsoll::domain::ids::{Platform, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::rules::file::parse_rules;
use plimsoll::sources::Fetched;
use plimsoll::store::Store;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::time::{Clock, Driver};

const START: &str = "2026-06-15T09:00:00Z";
const TICK: SignedDuration = SignedDuration::from_secs(5);

/// The shapes of Prometheus' ten in this field: money, rates, own past, windows against each other.
const RULES: [&str; 10] = [
    "when = \"spend > money('500.00 EUR') && roas < 0.6\"\nwindow = \"24h\"\nfor = \"1h\"",
    "when = \"er_views < 0.5 * own(er_views)\"\nwindow = \"24h\"\nown = \"7d\"",
    "when = \"clicks > 200 && orders == 0\"\nwindow = \"24h\"",
    "when = \"cpa > money('50.00 EUR')\"\nwindow = \"24h\"",
    "when = \"ctr < 0.001 && views > 10000\"\nwindow = \"24h\"",
    "when = \"cpc > money('5.00 EUR')\"\nwindow = \"24h\"",
    "when = \"views <= 0\"\nwindow = \"1h\"",
    "when = \"spend > 5 * prev(spend) && spend > money('500.00 EUR')\"\nwindow = \"1h\"",
    "when = \"views > 10 * prev(views)\"\nwindow = \"1h\"",
    "when = \"comments / likes > 1\"\nwindow = \"24h\"",
];

/// What each number grows by in an hour, in units or cents, before it is multiplied by a creator's size.
const NUMBERS: [(Metric, Platform, i64); 8] = [
    (Metric::Views, Platform::Instagram, 4_000),
    (Metric::Likes, Platform::Instagram, 240),
    (Metric::Comments, Platform::Instagram, 30),
    (Metric::Shares, Platform::Instagram, 20),
    (Metric::Clicks, Platform::Instagram, 60),
    (Metric::Orders, Platform::Shop, 4),
    (Metric::Revenue, Platform::Shop, 24_000),
    (Metric::Spend, Platform::MetaAds, 6_000),
];

fn subject(number: u32) -> Subject {
    format!("partnership/spring/c{number:06}").parse().expect("a subject")
}

/// What the platforms say of everybody at an instant.
fn told(subjects: &[Subject], start: Timestamp, at: Timestamp) -> Vec<Sample> {
    let minutes = at.duration_since(start).as_secs() / 5;
    let hours = 24 * 40 * 720 + minutes;
    let mut samples = Vec::with_capacity(subjects.len() * NUMBERS.len());
    for (number, subject) in (1..).zip(subjects) {
        for (metric, platform, by) in NUMBERS {
            let money = matches!(metric, Metric::Revenue | Metric::Spend);
            samples.push(Sample {
                series: SeriesKey { subject: subject.clone(), metric, platform },
                value: hours * by * (1 + number % 7) / 720,
                currency: money.then(|| "EUR".parse().expect("a currency")),
                form: Form::Total { at },
                known_at: at,
                provisional: false,
                self_reported: false,
            });
        }
    }
    samples
}

fn documents(count: u32) -> Documents {
    let mut text = String::from(
        "[[brand]]\nid = \"nordbo\"\nname = \"Nordbo\"\ncurrency = \"EUR\"\nzone = \"UTC\"\n\n[[campaign]]\nid = \"spring\"\n\
         name = \"Spring\"\nbrand = \"nordbo\"\ngoal = \"sales\"\nstarts = 2026-05-01\nends = 2026-07-31\n",
    );
    for number in 0..count {
        write!(
            text,
            "[[creator]]\nid = \"c{number:06}\"\nname = \"Creator {number}\"\n[[partnership]]\ncampaign = \"spring\"\n\
             creator = \"c{number:06}\"\n"
        )
        .expect("text");
    }
    Documents::from_toml(&text).expect("documents")
}

/// User and system time of this process so far.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let behind = stat.rsplit_once(')').expect("a name").1;
    let ticks: u64 = behind.split_whitespace().skip(11).take(2).map(|one| one.parse::<u64>().expect("ticks")).sum();
    Duration::from_millis(ticks * 10)
}

/// Peak memory in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("a peak");
    line.split_whitespace().nth(1).expect("a figure").parse::<u64>().expect("kB") >> 10
}

/// So many ticks; answers the processor's time and the longest tick.
async fn ticks(
    core: &Core,
    driver: &mut Driver,
    subjects: &[Subject],
    start: Timestamp,
    count: u32,
) -> (Duration, Duration) {
    let source = SourceId::new("town").expect("an id");
    let (mut took, mut longest) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..count {
        driver.run_for(TICK).await.expect("quiet");
        let now = core.clock.now();
        let fetched = Fetched { samples: told(subjects, start, now), ..Fetched::default() };
        let before = processor();
        take_in(core, &source, subjects.len(), fetched, now).await.expect("taken in");
        let tick = processor().saturating_sub(before);
        took += tick;
        longest = std::cmp::max(longest, tick);
    }
    (took, longest)
}

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let mut given = std::env::args().skip(1).filter_map(|word| word.parse().ok());
    let (count, rounds) = (given.next().unwrap_or(10_000), given.next().unwrap_or(24));
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let store: Arc<dyn Store> = Arc::new(SledStore::open(folder.path(), &Options::default()).expect("opens"));
    let start: Timestamp = START.parse().expect("an instant");
    let (clock, mut driver) = Clock::simulated(start);
    let config = Config::load(None, &[]).expect("the defaults");
    let core = Core::open(clock, store, config, 1).await.expect("opens");
    let file = PathBuf::from("bench.toml");
    let documents = documents(count).into_list().map(|one| (file.clone(), one)).collect();
    apply(&core, Given { documents, rules: Vec::new() }, "bench", false).await.expect("applied");
    let subjects: Vec<Subject> = (0..count).map(subject).collect();
    let source = SourceId::new("town").expect("an id");
    // Every window that a rule looks at lies in what was said before.
    for hours in [240, 216, 192, 168, 144, 120, 96, 72, 48, 24, 2, 1] {
        let at = start.checked_sub(SignedDuration::from_hours(hours)).expect("in range");
        let fetched = Fetched { samples: told(&subjects, start, at), ..Fetched::default() };
        take_in(&core, &source, subjects.len(), fetched, at).await.expect("taken in");
    }
    let (without, _) = ticks(&core, &mut driver, &subjects, start, rounds).await;
    let text: Vec<String> = (1..)
        .zip(RULES)
        .map(|(number, rule)| {
            format!("[[rule]]\nid = \"rule-{number}\"\nkind = \"stop_loss\"\nscope = \"partnership\"\nmode = \"propose\"\n{rule}\n\n")
        })
        .collect();
    let parsed = parse_rules(&text.concat(), None);
    assert!(parsed.check().is_ok(), "{:?}", parsed.check());
    let rules = parsed.rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(&core, Given { documents: Vec::new(), rules }, "bench", false).await.expect("applied");
    let before = core.counted();
    let (with, longest) = ticks(&core, &mut driver, &subjects, start, rounds).await;
    let after = core.counted();
    let evaluations = after.evaluations - before.evaluations;
    assert_eq!(after.fired, before.fired, "nothing fires");
    let alone = with.saturating_sub(without);
    let rate = |took: Duration| f64::from(u32::try_from(evaluations).expect("fits")) / took.as_secs_f64();
    println!("{count} partnerships, {} rules, {rounds} ticks: {evaluations} evaluations", RULES.len());
    println!("without rules {without:.2?}, with them {with:.2?} of the processor; longest tick {longest:.2?}");
    println!("judging alone {:.0} evaluations a second, with taking in and keeping {:.0}", rate(alone), rate(with));
    println!("peak memory {} MiB", peak());
}
