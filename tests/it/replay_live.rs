//! The whole program on six weeks of 3,116 real creators: polled, judged, committed, told in both emulated chats.
//!
//! The platforms are emulated and show what was read from the real ones, poll by poll. The clock stands at the time of a
//! poll when it is made, because the API gives no times of its own: what it says was observed when it was asked. Where
//! two polls have one time, the second is made a second later. After the last one, a minute before midnight, the same
//! numbers are read once more after it, so that the last day is judged.
//!
//! What is compared with the other language is not fires but incidents: which window opened one and which ended it. An
//! open one does not fire again; one that is over does. `tests/python/backtest_reference.py incidents` walks the days of
//! each creator with the same sentence of the design.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use flate2::read::GzDecoder;
use jiff::{SignedDuration, Timestamp};
use plimsoll::app::config::{Config, SourceConfig};
use plimsoll::app::core::Core;
use plimsoll::app::people::{self, Speaker};
use plimsoll::app::records::Gift;
use plimsoll::app::service::Service;
use plimsoll::app::{apply, sourcing, watch};
use plimsoll::domain::ids::{RoomId, SourceId};
use plimsoll::domain::person::{Address, Chat, Identity};
use plimsoll::outbox::delivery::{Delivery, State};
use plimsoll::outbox::incident::{Incident, Stage};
use plimsoll::outbox::notice::About;
use plimsoll::sim::discord::{DiscordConfig, DiscordSim, Snowflake};
use plimsoll::sim::feed::FeedSim;
use plimsoll::sim::telegram::{ChatId, NewUser, TelegramConfig, TelegramSim, UserId};
use plimsoll::sim::world::replay::Replay;
use plimsoll::sim::youtube::{YoutubeConfig, YoutubeSim, YoutubeWorld};
use plimsoll::sources::Source;
use plimsoll::store::Store;
use plimsoll::store::memory::MemoryStore;
use plimsoll::store::records::{read_journal, scan_all};
use plimsoll::time::{Clock, Driver};

const TELEGRAM_TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const DISCORD_TOKEN: &str = "MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

/// Room, and whether it is one of the operators'.
const ROOMS: [(&str, Chat, bool); 4] = [
    ("team-discord", Chat::Discord, false),
    ("team-telegram", Chat::Telegram, false),
    ("ops-discord", Chat::Discord, true),
    ("ops-telegram", Chat::Telegram, true),
];

const RULES: &str = r#"
[[rule]]
id = "views-fall"
kind = "downgrade"
scope = "creator"
when = "views < 0.25 * own(views) && own(views) >= 100"
window = "1d"
own = "7d"
mode = "propose"

[[rule]]
id = "views-fall-2"
kind = "downgrade"
scope = "creator"
when = "views < 0.25 * own(views) && own(views) >= 100"
window = "1d"
own = "7d"
for = "2 windows"
mode = "propose"

[[rule]]
id = "followers-halved"
kind = "downgrade"
scope = "creator"
when = "followers@twitch < 0.5 * prev(followers@twitch)"
window = "1h"
mode = "propose"
"#;

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/creators_2026");
    if folder.join("polls.csv").exists() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

fn replay(folder: &Path) -> Replay {
    let open = |name: &str| BufReader::new(std::fs::File::open(folder.join(name)).expect("a table"));
    let changes = BufReader::new(GzDecoder::new(open("changes.csv.gz")));
    Replay::read(open("creators.csv"), open("polls.csv"), changes).expect("tables")
}

/// Every poll with the instant at which it is made, and one more look after the last midnight.
fn polls(replay: &Replay) -> Vec<(u32, Timestamp)> {
    let mut polls: Vec<(u32, Timestamp)> = Vec::new();
    for poll in replay.polls() {
        let after = polls.last().map(|(_, at)| *at + SignedDuration::from_secs(1));
        polls.push((poll.poll, after.map_or(poll.poll_time, |after| std::cmp::max(poll.poll_time, after))));
    }
    let (last, _) = *polls.last().expect("polls");
    polls.push((last, "2026-07-25T00:30:00Z".parse().expect("an instant")));
    polls
}

/// What the other computation says.
fn reference(folder: &Path, words: &[&str]) -> serde_json::Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/backtest_reference.py");
    let out =
        Command::new("python3").arg(script).arg(words[0]).arg(folder).args(&words[1..]).output().expect("python3");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("JSON")
}

/// The program, its chats and its sources.
struct World {
    driver: Driver,
    core: Arc<Core>,
    service: Option<Service>,
    telegram: TelegramSim,
    discord: DiscordSim,
    places: BTreeMap<&'static str, String>,
    replay: Arc<Replay>,
    sources: Vec<(SourceId, SourceConfig, Arc<dyn Source>)>,
    // They serve until they are dropped.
    _servers: (YoutubeSim, FeedSim),
}

impl World {
    async fn new(folder: &Path, from: u32, sets: &[&str]) -> Self {
        let replay = Arc::new(replay(folder));
        let first = replay.polls().iter().find(|poll| poll.poll == from).expect("a poll").poll_time;
        let (clock, driver) = Clock::simulated(first - SignedDuration::from_hours(1));
        let telegram = TelegramSim::start(clock.clone(), TelegramConfig::default()).await.expect("starts");
        let discord = DiscordSim::start(clock.clone(), DiscordConfig::new(DISCORD_TOKEN)).await.expect("starts");
        let youtube = YoutubeSim::start(&clock, YoutubeConfig::default(), Arc::clone(&replay) as Arc<dyn YoutubeWorld>)
            .await
            .expect("starts");
        let shown = Arc::clone(&replay);
        let document = move |path: &str, _| (path == "/followers.json").then(|| shown.follower_rows());
        let feed = FeedSim::start(&clock, None, Box::new(document)).await.expect("starts");
        let mut settings = vec![
            format!("telegram.token={TELEGRAM_TOKEN}"),
            format!("telegram.api_url={}", telegram.base_url()),
            format!("discord.token={DISCORD_TOKEN}"),
            format!("discord.application_id=\"{}\"", discord.bot()),
            format!("discord.api_url={}", discord.api_url()),
            format!("discord.gateway_url={}", discord.gateway_url()),
        ];
        settings.extend(sets.iter().map(|&set| set.to_owned()));
        let config = Config::load(None, &settings).expect("a configuration");
        // Three million rows of samples: what is on disk is proved elsewhere, here the time of the disk is saved.
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let core = Core::open(clock, store, config, 7).await.expect("opens");
        let sources = sources(&youtube, &feed);
        let mut world = Self {
            driver,
            core,
            service: None,
            telegram,
            discord,
            places: BTreeMap::new(),
            replay,
            sources,
            _servers: (youtube, feed),
        };
        world.apply().await;
        world.bind().await;
        world.service = Some(Service::start(Arc::clone(&world.core)).expect("starts"));
        world.driver.run_for(SignedDuration::from_mins(1)).await.expect("quiet");
        world
    }

    /// Every creator, the rooms and the rules, from files as an operator has them.
    async fn apply(&self) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut text = String::new();
        for account in self.replay.accounts() {
            let known = [("youtube", &account.channel), ("twitch", &account.login)];
            let accounts: Vec<String> = known
                .iter()
                .filter(|(_, id)| !id.is_empty())
                .map(|(platform, id)| format!("{platform} = \"{id}\""))
                .collect();
            text += &format!("[[creator]]\nid = \"{}\"\naccounts = {{ {} }}\n", account.creator, accounts.join(", "));
        }
        for (room, _, operators) in ROOMS {
            let audience = if operators { "operator" } else { "internal" };
            text += &format!("[[room]]\nid = \"{room}\"\naudience = \"{audience}\"\n");
        }
        let paths = [("rules.toml", RULES), ("world.toml", text.as_str())].map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            path
        });
        let given = apply::read(&paths).expect("files");
        let differences = apply::apply(&self.core, given, "terminal:owner", false).await.expect("applied");
        assert_eq!(differences.len(), self.replay.accounts().len() + ROOMS.len() + 3);
    }

    /// Binds each room to a chat of its own, with a code.
    async fn bind(&mut self) {
        let anna = self.telegram.add_user(NewUser::named("Anna", "en"));
        let owner = self.discord.create_user("anna", "en-US");
        let guild = self.discord.create_guild("Agency", "en-US", owner);
        for (room, chat, _) in ROOMS {
            let (place, guild, user) = match chat {
                Chat::Discord => {
                    let channel = self.discord.create_channel(guild, room);
                    (channel.to_string(), Some(guild.to_string()), owner.to_string())
                }
                Chat::Telegram => {
                    let UserId(user) = anna;
                    let group = self.telegram.add_supergroup(room, anna, false).expect("added");
                    self.telegram.add_bot(group, anna).expect("joins");
                    (group.0.to_string(), None, user.to_string())
                }
            };
            let gift = Gift::Room { room: RoomId::new(room).expect("an id") };
            let (code, _) = people::make_code(&self.core, gift, "terminal:owner").await.expect("a code");
            let speaker = Speaker {
                identity: Identity { chat, user },
                name: "Anna".to_owned(),
                locale: None,
                address: Address { chat, place: place.clone(), topic: None, guild },
                direct: false,
            };
            people::use_code(&self.core, &code, &speaker).await.expect("kept").expect("bound");
            self.places.insert(room, place);
        }
    }

    /// Makes these polls of both sources, each at its time, while everything else goes on.
    async fn live(&mut self, polls: Vec<(u32, Timestamp)>) {
        let end = polls.last().expect("polls").1 + SignedDuration::from_hours(2);
        let (core, replay, sources) = (Arc::clone(&self.core), Arc::clone(&self.replay), self.sources.clone());
        let polling = self.core.clock.spawn("polls", move |mut held| async move {
            for (number, at) in polls {
                held.sleep_until(at).await;
                if number % 20 == 1 { eprintln!("TIMING poll {number} {:?} {:?}", std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() % 10_000_000, core.counted()); }
                replay.go_to(number);
                for (id, config, source) in &sources {
                    watch::poll(&core, id, config, &**source).await.expect("kept");
                }
            }
        });
        self.driver.run_until(end).await.expect("quiet");
        polling.await.expect("ends");
    }

    async fn incidents(&self) -> Vec<Incident> {
        let incidents = scan_all::<Incident>(&*self.core.store).await.expect("incidents");
        incidents.into_iter().map(|kept| kept.value).collect()
    }

    /// Every message that a room shows, as text.
    fn said_in(&self, room: &str) -> Vec<String> {
        let place = &self.places[room];
        if room.ends_with("telegram") {
            let chat = ChatId(place.parse().expect("an id"));
            let shown = self.telegram.messages(chat).into_iter().filter(|shown| shown.from_bot);
            return shown.map(|shown| shown.text).collect();
        }
        let channel: Snowflake = place.parse().expect("a snowflake");
        let shown = self.discord.messages(channel).into_iter();
        shown.map(|shown| format!("{} {}", shown.content, serde_json::Value::from(shown.embeds))).collect()
    }

    /// Every incident was told in every team room, in a message of its own or in one of several, and shows how it ended;
    /// nothing is left.
    async fn all_is_told(&self) {
        let kept = scan_all::<Delivery>(&*self.core.store).await.expect("deliveries");
        let deliveries: BTreeMap<(About, RoomId), Delivery> =
            kept.into_iter().map(|one| ((one.value.about.clone(), one.value.room.clone()), one.value)).collect();
        let mut shown: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (room, ..) in ROOMS {
            shown.insert(room, self.said_in(room));
        }
        for delivery in deliveries.values() {
            match &delivery.state {
                State::Sent => assert_eq!(delivery.told_revision, delivery.wanted_revision, "{delivery:?}"),
                State::Grouped { .. } => {}
                other => panic!("left over: {other:?} of {} in {}", delivery.about, delivery.room),
            }
        }
        let mut members: BTreeMap<(String, RoomId), usize> = BTreeMap::new();
        for incident in self.incidents().await {
            for (room, _, operators) in ROOMS {
                let id = RoomId::new(room).expect("an id");
                let told = deliveries.get(&(About::Incident(incident.id.clone()), id.clone()));
                assert_eq!(told.is_some(), !operators, "{} in {room}", incident.id);
                match told.map(|told| &told.state) {
                    Some(State::Grouped { group }) => *members.entry((group.clone(), id)).or_default() += 1,
                    Some(_) => {
                        let mark = format!("#{}", incident.id.as_str());
                        assert!(shown[room].iter().any(|text| text.contains(&mark)), "{mark} is not shown in {room}");
                    }
                    None => {}
                }
            }
        }
        for ((group, room), _) in &members {
            let mark = format!("#{group}");
            let there = shown[room.as_str()].iter().any(|text| text.contains(&mark));
            assert!(there, "{mark} is not shown in {room}");
        }
    }

    async fn end(mut self) {
        if let Some(service) = self.service.take() {
            service.stop().await;
        }
        self.telegram.shutdown().await;
        self.discord.shutdown().await;
    }
}

/// The two accounts that are polled, as a configuration file describes them.
fn sources(youtube: &YoutubeSim, feed: &FeedSim) -> Vec<(SourceId, SourceConfig, Arc<dyn Source>)> {
    let videos = format!(
        "kind = \"youtube\"\nbase_url = \"{}\"\nkey = \"sim-key\"\nschedule = \"0 * * * *\"\nvideos = false\n",
        youtube.base_url()
    );
    let followers = format!(
        "kind = \"generic\"\nschedule = \"0 * * * *\"\n[feed]\nbase_url = \"{}\"\nallowed_hosts = [\"127.0.0.1\"]\n\
         path = \"/followers.json\"\nplatform = \"twitch\"\nrows = \"$.rows[*]\"\nid = \"$.login\"\n\
         fields = [ {{ metric = \"followers\", path = \"$.followers\", form = \"gauge\" }} ]\n",
        feed.base_url()
    );
    let one = |id: &str, text: &str| {
        let config: SourceConfig = toml::from_str(text).expect("a source");
        let source = sourcing::build(&config).expect("a client");
        (SourceId::new(id).expect("an id"), config, source)
    };
    vec![one("youtube", &videos), one("twitch", &followers)]
}

/// `subject opened resolved`: by the midnights that ended the windows.
fn midnights(incidents: &[Incident], rule: &str) -> Vec<String> {
    let midnight = |at: Timestamp| at.strftime("%Y-%m-%dT00:00:00Z").to_string();
    let mut lines: Vec<String> = incidents
        .iter()
        .filter(|incident| incident.rule.as_str() == rule)
        .map(|one| {
            let resolved = one.resolved_at.map_or("open".to_owned(), midnight);
            assert_eq!(one.resolved_at.is_some(), one.stage == Stage::Resolved);
            format!("{} {} {resolved}", one.subject, midnight(one.opened_at))
        })
        .collect();
    lines.sort_unstable();
    lines
}

#[track_caller]
fn same(ours: &[String], theirs: &[String]) {
    let (left, right): (BTreeSet<&String>, BTreeSet<&String>) = (ours.iter().collect(), theirs.iter().collect());
    let ours_alone: Vec<_> = left.difference(&right).take(8).collect();
    let theirs_alone: Vec<_> = right.difference(&left).take(8).collect();
    assert!(ours_alone.is_empty() && theirs_alone.is_empty(), "ours {ours_alone:#?}, theirs {theirs_alone:#?}");
    assert_eq!(ours.len(), theirs.len());
}

fn told_once(world: &World, words: &str) {
    for room in ["ops-discord", "ops-telegram"] {
        let said = world.said_in(room);
        let count = said.iter().filter(|text| text.contains(words)).count();
        assert_eq!(count, 1, "`{words}` in {room}: {said:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn six_weeks_of_real_creators_live() {
    let Some(folder) = data() else { return };
    if Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: python3 is not there");
        return;
    }
    let mut world = World::new(&folder, 1, &[]).await;
    let polls = polls(&world.replay);
    assert_eq!(polls.len(), 674);
    world.live(polls).await;

    let incidents = world.incidents().await;
    let theirs = reference(&folder, &["incidents", "--for", "1,2", "--absent", "2026-06-23,2026-06-24"]);
    for (rule, run) in ["views-fall", "views-fall-2"].iter().zip(theirs.as_array().expect("runs")) {
        let cell = |one: &serde_json::Value, name: &str| one[name].as_str().unwrap_or("open").to_owned();
        let theirs: Vec<String> = run["incidents"]
            .as_array()
            .expect("incidents")
            .iter()
            .map(|one| format!("{} {} {}", cell(one, "subject"), cell(one, "opened"), cell(one, "resolved")))
            .collect();
        same(&midnights(&incidents, rule), &theirs);
        assert!(200 < theirs.len(), "{} incidents prove little", theirs.len());
    }
    world.all_is_told().await;
    world.end().await;
}
