//! Two rules on 43 days of 3,100 real channels, compared fire by fire with a computation in another language.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::ids::{CreatorId, Platform, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form, Missing, Reading, SeriesKey};
use plimsoll::domain::verdict::Verdict;
use plimsoll::rules::backtest::{Fire, HORIZON, Hold, Judge, Look, Outcome, Replay, Stage, backtest};
use plimsoll::rules::benchmark::own;
use plimsoll::rules::guards::{Alarm, Switches};
use plimsoll::rules::history::{History, Said};
use plimsoll::rules::readings::{Readings, Span, Want};
use plimsoll::rules::window::{Frame, Window};

const VIEWS: Want = Want { metric: Metric::Views, platform: None };
const FOLLOWERS: Want = Want { metric: Metric::Followers, platform: Some(Platform::Twitch) };
const DAY: Window = Window::Days(1);
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/creators_2026");
    if folder.join("polls.csv").exists() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

/// The replay: a history that has heard every poll, in the order in which they became known.
struct World {
    history: History,
    alarms: Vec<Alarm>,
    subjects: Vec<Subject>,
    polls: Vec<Timestamp>,
    /// Where the first rule fired while the polls came in, as `subject at` lines.
    live: Vec<String>,
}

/// What `changes` says of one creator in one poll: subscribers and views on one platform, followers on another.
type Cells = [String; 3];

fn changes(folder: &Path) -> HashMap<u32, Vec<(usize, Cells)>> {
    let mut text = String::new();
    let file = std::fs::File::open(folder.join("changes.csv.gz")).expect("changes");
    GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    let mut changed: HashMap<u32, Vec<(usize, Cells)>> = HashMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let row =
            (cells[1].parse().expect("a creator"), [cells[2].to_owned(), cells[3].to_owned(), cells[4].to_owned()]);
        changed.entry(cells[0].parse().expect("a poll")).or_default().push(row);
    }
    changed
}

/// The series of one creator, and what the last poll said of them.
struct Channel {
    series: [(SeriesKey, u32); 3],
    said: [Result<i64, Absence>; 3],
}

impl Channel {
    fn new(history: &mut History, creator: usize) -> Self {
        let subject = subject(creator);
        let mut series = |metric, platform| {
            let key = SeriesKey { subject: subject.clone(), metric, platform };
            let number = history.series(&key);
            (key, number)
        };
        Self {
            series: [
                series(Metric::Followers, Platform::Youtube),
                series(Metric::Followers, Platform::Twitch),
                series(Metric::Views, Platform::Youtube),
            ],
            said: [Err(Absence::NotYet); 3],
        }
    }
}

/// The program at work: judges each day once, when its lag has passed, with what is known by then.
#[derive(Default)]
struct Live {
    judged: Option<Span>,
    fires: Vec<String>,
}

impl Live {
    fn judge(&mut self, history: &History, creators: impl Iterator<Item = usize>, now: Timestamp) {
        let frame = Frame { lag: SignedDuration::from_hours(3), ..Frame::utc() };
        let Some(window) = DAY.due(self.judged, now, now, &frame) else {
            return;
        };
        self.judged = Some(window);
        let view = history.view();
        let look = Look { window, first: window };
        for creator in creators {
            let subject = subject(creator);
            if views_fall(&view, &subject, look) == Verdict::Holds {
                self.fires.push(format!("{subject} {}", window.until));
            }
        }
    }
}

fn subject(creator: usize) -> Subject {
    Subject::Creator(CreatorId::new(&creator.to_string()).expect("an id"))
}

fn read(cell: &str) -> Result<i64, Absence> {
    match cell {
        "" => Err(Absence::NotYet),
        "-1" => Err(Absence::Hidden),
        "GONE" => Err(Absence::Gone),
        count => Ok(count.parse().expect("a count")),
    }
}

impl World {
    fn new(folder: &Path) -> Self {
        let changed = changes(folder);
        let mut history = History::new(Switches::default());
        let mut channels: HashMap<usize, Channel> = HashMap::new();
        let mut alarms = Vec::new();
        let mut live = Live::default();
        let text = std::fs::read_to_string(folder.join("polls.csv")).expect("polls");
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let number: u32 = cells[0].parse().expect("a poll");
            let at: Timestamp = cells[1].parse().expect("a time");
            let known: Timestamp = cells[2].parse().expect("a time");
            for (creator, cells) in changed.get(&number).map(Vec::as_slice).unwrap_or_default() {
                let channel = channels.entry(*creator).or_insert_with(|| Channel::new(&mut history, *creator));
                let gone = cells.iter().any(|cell| cell == "GONE");
                for (place, cell) in cells.iter().enumerate() {
                    let said = if gone { Err(Absence::Gone) } else { read(cell) };
                    if let (Err(why), true) = (said, channel.said[place] != said) {
                        history.append_missing(&Missing { series: channel.series[place].0.clone(), why, at });
                    }
                    channel.said[place] = said;
                }
            }
            let mut said = Vec::with_capacity(channels.len() * 3);
            for channel in channels.values() {
                for place in 0..3 {
                    if let Ok(value) = channel.said[place] {
                        said.push(Said {
                            series: channel.series[place].1,
                            form: if place == 2 { Form::Total { at } } else { Form::Gauge { at } },
                            value,
                            currency: None,
                        });
                    }
                }
            }
            alarms.extend(history.append_said(&said, known).alarms);
            live.judge(&history, channels.keys().copied(), known);
        }
        // Nothing more comes; the last day is over a day later.
        live.judge(&history, channels.keys().copied(), "2026-07-25T12:00:00Z".parse().expect("a time"));
        live.fires.sort_unstable();
        let mut creators: Vec<usize> = channels.keys().copied().collect();
        creators.sort_unstable();
        Self {
            polls: history.instants(|_| true),
            subjects: creators.into_iter().map(subject).collect(),
            history,
            alarms,
            live: live.fires,
        }
    }

    fn replay(&self, rule: Replay<'_>, guards: Switches, ends: [Option<&str>; 2]) -> Vec<Fire> {
        let instant = |text: Option<&str>| text.map(|text| text.parse().expect("a time"));
        let stage = Stage {
            subjects: &self.subjects,
            frame: &|_| Frame::utc(),
            polls: &self.polls,
            after: instant(ends[0]),
            until: instant(ends[1]),
            threads: 2,
        };
        let view = self.history.view_with(guards, None);
        let mut report = backtest(&[rule], &stage, &view, &|_, _| {});
        let mut fires = report.rules.remove(0).fires;
        fires.sort_by_key(|fire| (fire.subject.to_string(), fire.at));
        fires
    }

    fn falls(&self, windows: u32, guards: Switches) -> Vec<Fire> {
        let rule = Replay {
            rule: "views-fall".parse().expect("an id"),
            window: DAY,
            hold: Hold::Windows(windows),
            cooldown: None,
            judge: Judge::Fall { want: VIEWS, own: WEEK, windows: HORIZON, rises: false },
            when: &views_fall,
        };
        self.replay(rule, guards, [None, None])
    }

    fn halved(&self, guards: Switches) -> Vec<Fire> {
        let rule = Replay {
            rule: "followers-halved".parse().expect("an id"),
            window: Window::Hours(1),
            hold: Hold::Windows(1),
            cooldown: None,
            judge: Judge::Nobody,
            when: &followers_halved,
        };
        // Polls 525 to 540.
        self.replay(rule, guards, [Some("2026-07-15T11:58:00Z"), Some("2026-07-16T11:59:00Z")])
    }
}

/// `views < 0.25 * own(views) && own(views) >= 100`, `own = "7d"`.
fn views_fall(readings: &dyn Readings, subject: &Subject, look: Look) -> Verdict {
    let views = readings.over(subject, VIEWS, look.window).reading;
    let own = own(readings, subject, VIEWS, DAY, WEEK, look.first, &Frame::utc()).reading;
    match (views, own) {
        (Reading::Value(views), Reading::Value(own)) => Verdict::known(views < 0.25 * own && own >= 100.0),
        _ => Verdict::Unknown,
    }
}

/// `followers@twitch < 0.5 * prev(followers@twitch)`.
fn followers_halved(readings: &dyn Readings, subject: &Subject, look: Look) -> Verdict {
    let before = Window::Hours(1).back(look.window, 1, &Frame::utc()).expect("an hour");
    let now = readings.over(subject, FOLLOWERS, look.window).reading;
    match (now, readings.over(subject, FOLLOWERS, before).reading) {
        (Reading::Value(now), Reading::Value(before)) => Verdict::known(now < 0.5 * before),
        _ => Verdict::Unknown,
    }
}

/// Whether the other language is on this machine.
fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: python3 is not there");
    }
    found
}

/// What the other computation says, run by run, as `subject at outcome` lines.
fn reference(folder: &Path, words: &[&str]) -> Vec<Vec<String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/backtest_reference.py");
    let out =
        Command::new("python3").arg(script).arg(words[0]).arg(folder).args(&words[1..]).output().expect("python3");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let runs = answer.as_array().expect("runs").iter();
    runs.map(|run| {
        let fires = run["fires"].as_array().expect("fires").iter();
        fires
            .map(|fire| {
                let cell = |name: &str| fire[name].as_str().expect("text").to_owned();
                format!("{} {} {}", cell("subject"), cell("at"), cell("outcome"))
            })
            .collect()
    })
    .collect()
}

fn told(fires: &[Fire]) -> Vec<String> {
    fires
        .iter()
        .map(|fire| {
            let outcome = match fire.outcome {
                Outcome::Right => "right",
                Outcome::Wrong => "wrong",
                Outcome::Open => "open",
            };
            format!("{} {} {outcome}", fire.subject, fire.at)
        })
        .collect()
}

#[track_caller]
fn same(ours: &[Fire], theirs: &[String], at_least: usize) {
    let ours = told(ours);
    let only = |one: &[String], other: &[String]| -> Vec<String> {
        let other: std::collections::HashSet<&String> = other.iter().collect();
        one.iter().filter(|fire| !other.contains(fire)).take(5).cloned().collect()
    };
    assert_eq!((only(&ours, theirs), only(theirs, &ours)), (vec![], vec![]), "ours alone, theirs alone");
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.len() >= at_least, "{} fires prove little", ours.len());
}

#[test]
fn the_backtest_agrees_with_another_language_fire_by_fire() {
    let Some(folder) = data().filter(|_| has_python()) else {
        return;
    };
    let world = World::new(&folder);
    let theirs = reference(&folder, &["fall", "--for", "1,2", "--absent", "2026-06-23,2026-06-24"]);
    let runs = [(1, Switches::off()), (1, Switches::default()), (2, Switches::off()), (2, Switches::default())];
    assert_eq!(theirs.len(), runs.len());
    for ((windows, guards), theirs) in runs.into_iter().zip(&theirs) {
        let ours = world.falls(windows, guards);
        same(&ours, theirs, 1_000);
        if (windows, guards) == (1, Switches::default()) {
            let mut replayed: Vec<String> = ours.iter().map(|fire| format!("{} {}", fire.subject, fire.at)).collect();
            replayed.sort_unstable();
            assert!(replayed == world.live, "what fires live is what fires in the replay");
        }
    }
    let theirs = reference(&folder, &["halved", "--disbelieve", "532", "--from", "525", "--until", "540"]);
    let at_532 = "2026-07-15T22:47:47Z".parse().unwrap();
    for (guards, theirs, want) in [(Switches::off(), &theirs[0], 1_549), (Switches::default(), &theirs[1], 0)] {
        let fires = world.halved(guards);
        same(&fires, theirs, want);
        assert_eq!(fires.iter().filter(|fire| fire.at == at_532).count(), want);
    }
    the_operators_are_told_once(&world);
}

/// In six weeks: one standstill, one implausible poll, each told when it begins and when it is over.
fn the_operators_are_told_once(world: &World) {
    let instant = |text: &str| text.parse::<Timestamp>().unwrap();
    let [
        Alarm::StandstillBegan { platform: Platform::Youtube, metric: Metric::Views, since, share, fleet },
        Alarm::StandstillEnded { until, .. },
        Alarm::Implausible { at, accounts, of, .. },
        Alarm::ImplausibleSettled { confirmed, taken_back, .. },
    ] = world.alarms.as_slice()
    else {
        panic!("other alarms: {:#?}", world.alarms);
    };
    assert_eq!((*since, *until), (instant("2026-06-23T00:00:00Z"), instant("2026-06-25T00:00:00Z")));
    assert!(*share > 0.98 && *fleet > 1_800, "{share} of {fleet}");
    assert_eq!((*at, *accounts), (instant("2026-07-15T22:47:47Z"), 1_549));
    assert!(*of >= 1_549);
    assert_eq!((*confirmed, *taken_back), (0, 1_549));
}
