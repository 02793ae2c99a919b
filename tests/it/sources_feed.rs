//! The generic feed against the emulated one, and the recorded creators served poll by poll.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;

use flate2::read::GzDecoder;
use jiff::Timestamp;
use plimsoll::domain::sample::Absence;
use plimsoll::sim::feed::FeedSim;
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::world::Replay;
use plimsoll::sim::youtube::{YoutubeConfig as SimConfig, YoutubeSim, YoutubeWorld};
use plimsoll::sources::generic::{Generic, GenericConfig};
use plimsoll::sources::youtube::{Youtube, YoutubeConfig};
use plimsoll::sources::{Fate, Fetched, Request, Source, Target};
use plimsoll::time::Clock;
use secrecy::SecretString;

fn start() -> Timestamp {
    "2026-06-12T15:58:47Z".parse().expect("an instant")
}

fn twitch(base_url: &str) -> GenericConfig {
    let text = format!(
        r#"
        base_url = "{base_url}"
        allowed_hosts = ["127.0.0.1"]
        path = "/twitch.json"
        token = "feed-token"
        platform = "twitch"
        rows = "$.rows[*]"
        id = "$.login"
        [[fields]]
        metric = "followers"
        path = "$.followers"
        form = "gauge"
        "#
    );
    toml::from_str(&text).expect("a config")
}

fn account(id: &str) -> Target {
    Target::Account { subject: format!("creator/{id}").parse().expect("a subject"), id: id.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_with_a_feed_is_a_typed_absence() {
    let (clock, _driver) = Clock::simulated(start());
    let document = |path: &str, _now: Timestamp| {
        (path == "/twitch.json").then(|| serde_json::json!({"rows": [{"login": "a", "followers": 7}]}))
    };
    let sim = FeedSim::start(&clock, Some("feed-token".to_owned()), Box::new(document)).await.expect("a free port");
    let source = Generic::new(twitch(&sim.base_url())).expect("a client");
    let request = Request { targets: vec![account("a"), account("b")], now: clock.now() };
    let fetched = source.fetch(&request).await.expect("asked");
    assert_eq!((fetched.samples.len(), fetched.samples[0].value), (1, 7));
    assert_eq!((fetched.missing.len(), fetched.missing[0].why), (1, Absence::Gone));
    assert_eq!(fetched.units, [("calls".to_owned(), 1)]);

    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    for (fault, why, fate) in [
        (Fault::LoseReply, Absence::Unreachable, Fate::Retry),
        (Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        (answer(200, r#"{"error":"try later"}"#), Absence::Garbled, Fate::Diagnose),
        (answer(401, ""), Absence::Unauthorized, Fate::TellOwner),
        (answer(429, ""), Absence::Unreachable, Fate::SlowDown(None)),
        (answer(404, ""), Absence::Garbled, Fate::TellOwner),
        (answer(500, ""), Absence::Unreachable, Fate::Retry),
    ] {
        let shown = format!("{fault:?}");
        sim.faults().next(fault);
        let fetched = source.fetch(&request).await.expect("asked");
        assert!(fetched.samples.is_empty() && fetched.missing.len() == 2, "{shown}");
        assert!(fetched.missing.iter().all(|missing| missing.why == why), "{shown}");
        assert_eq!(fetched.partial.map(|error| error.fate()), Some(fate), "{shown}");
    }

    let wrong = GenericConfig { token: Some(SecretString::from("other".to_owned())), ..twitch(&sim.base_url()) };
    let wrong = Generic::new(wrong).expect("a client");
    let error = wrong.fetch(&request).await.expect("asked").partial.expect("refused");
    assert_eq!(error.to_string(), "the feed refused our credentials: `status 401`");
}

fn table(name: &str) -> Option<Box<dyn BufRead>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/creators_2026").join(name);
    let Ok(file) = File::open(path) else {
        eprintln!("skipped: no recorded creators at ../shared/data/creators_2026");
        return None;
    };
    let plain: Box<dyn Read> = if name == "changes.csv.gz" { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    Some(Box::new(BufReader::new(plain)))
}

/// The state of every creator at a poll, read by lines: subscribers, followers, views.
fn by_hand(poll: u32) -> Option<BTreeMap<String, [String; 3]>> {
    let mut state = BTreeMap::new();
    for line in table("changes.csv.gz")?.lines().skip(1) {
        let line = line.expect("a line");
        let cells: Vec<&str> = line.split(',').collect();
        if poll < cells[0].parse().expect("a poll") {
            break;
        }
        state.insert(cells[1].to_owned(), [cells[2], cells[3], cells[4]].map(str::to_owned));
    }
    Some(state)
}

struct Stage {
    replay: Arc<Replay>,
    channels: Youtube,
    followers: Generic,
    _servers: (YoutubeSim, FeedSim),
}

async fn stage() -> Option<Stage> {
    let replay = Replay::read(table("creators.csv")?, table("polls.csv")?, table("changes.csv.gz")?);
    let replay = Arc::new(replay.expect("tables"));
    let (clock, _driver) = Clock::simulated(start());
    let world = Arc::clone(&replay) as Arc<dyn YoutubeWorld>;
    let youtube = YoutubeSim::start(&clock, SimConfig::default(), world).await.expect("a free port");
    let rows = Arc::clone(&replay);
    let document = move |_path: &str, _now: Timestamp| Some(rows.follower_rows());
    let feed = FeedSim::start(&clock, Some("feed-token".to_owned()), Box::new(document)).await.expect("a free port");
    let channels = Youtube::new(YoutubeConfig {
        base_url: youtube.base_url(),
        key: SecretString::from("sim-key".to_owned()),
        pages_max: 1,
    });
    let followers = Generic::new(twitch(&feed.base_url())).expect("a client");
    Some(Stage { replay, channels: channels.expect("a client"), followers, _servers: (youtube, feed) })
}

impl Stage {
    /// Fetches both platforms at a poll; answers by creator and metric what came.
    async fn at(&self, poll: u32) -> [Fetched; 2] {
        self.replay.go_to(poll);
        let target = |creator: u32, id: &str| Target::Account {
            subject: format!("creator/c{creator}").parse().expect("a subject"),
            id: id.to_owned(),
        };
        let accounts = self.replay.accounts();
        let channels = accounts.iter().filter(|account| !account.channel.is_empty());
        let logins = accounts.iter().filter(|account| !account.login.is_empty());
        let channels = channels.map(|account| target(account.creator, &account.channel)).collect();
        let logins = logins.map(|account| target(account.creator, &account.login)).collect();
        let now = start();
        let channels = self.channels.fetch(&Request { targets: channels, now }).await.expect("asked");
        let logins = self.followers.fetch(&Request { targets: logins, now }).await.expect("asked");
        assert!(channels.partial.is_none() && logins.partial.is_none());
        [channels, logins]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_creators_come_through_both_sources_as_they_were() {
    let Some(stage) = stage().await else { return };
    assert_eq!(stage.replay.polls().len(), 673);
    for poll in [1, 166, 532, 543, 673] {
        let Some(want) = by_hand(poll) else { return };
        let fetched = stage.at(poll).await;
        let accounts: BTreeMap<String, &plimsoll::sim::world::replay::Account> =
            stage.replay.accounts().iter().map(|account| (format!("creator/c{}", account.creator), account)).collect();
        for sample in fetched.iter().flat_map(|fetched| &fetched.samples) {
            let row = &want[&accounts[&sample.series.subject.to_string()].creator.to_string()];
            let cell = match (sample.series.platform.as_str(), sample.series.metric.as_str()) {
                ("youtube", "followers") => &row[0],
                ("twitch", "followers") => &row[1],
                ("youtube", "views") => &row[2],
                other => panic!("nobody told {other:?}"),
            };
            assert_eq!(*cell, sample.value.to_string(), "poll {poll} {}", sample.series.subject);
        }
        // Nothing was lost on the way either: as many numbers as cells of those who have an account.
        let cells = |wanted: &dyn Fn(&plimsoll::sim::world::replay::Account) -> Vec<usize>| {
            let told = |account: &&plimsoll::sim::world::replay::Account| {
                let row = want.get(&account.creator.to_string());
                let cells = wanted(account);
                row.map_or(0, |row| cells.iter().filter(|cell| row[**cell].parse::<i64>().is_ok()).count())
            };
            stage.replay.accounts().iter().map(|account| told(&account)).sum::<usize>()
        };
        let youtube = cells(&|account| if account.channel.is_empty() { vec![] } else { vec![0, 2] });
        let twitch = cells(&|account| if account.login.is_empty() { vec![] } else { vec![1] });
        assert_eq!([fetched[0].samples.len(), fetched[1].samples.len()], [youtube, twitch], "poll {poll}");
        assert_eq!(fetched[0].units, [("general".to_owned(), 60)], "3,000 channels are 60 calls");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_poll_that_says_zero_for_all_is_told_as_it_was_said() {
    let Some(stage) = stage().await else { return };
    let zeros = |fetched: &Fetched| fetched.samples.iter().filter(|sample| sample.value == 0).count();
    let [_, before] = stage.at(531).await;
    let [_, during] = stage.at(532).await;
    let [_, after] = stage.at(533).await;
    assert_eq!((zeros(&during), during.samples.len()), (1_549, 1_680), "the other 131 kept their number");
    assert!(zeros(&before) < 10 && zeros(&after) < 10, "{} {}", zeros(&before), zeros(&after));
}
