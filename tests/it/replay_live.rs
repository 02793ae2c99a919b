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
use plimsoll::app::groups::members;
use plimsoll::app::people::{self, Speaker};
use plimsoll::app::records::Gift;
use plimsoll::app::service::Service;
use plimsoll::app::{apply, watch};
use plimsoll::domain::ids::{RoomId, SourceId};
use plimsoll::domain::person::{Address, Chat, Identity};
use plimsoll::outbox::delivery::{Delivery, State};
use plimsoll::outbox::incident::{Incident, IncidentId, Stage};
use plimsoll::outbox::notice::{About, Notice};
use plimsoll::sim::discord::{DiscordConfig, DiscordSim, Snowflake};
use plimsoll::sim::feed::FeedSim;
use plimsoll::sim::telegram::{ChatId, NewUser, TelegramConfig, TelegramSim, UserId};
use plimsoll::sim::world::replay::Replay;
use plimsoll::sim::youtube::{YoutubeConfig, YoutubeSim, YoutubeWorld};
use plimsoll::sources::{Outside, Source};
use plimsoll::store::memory::MemoryStore;
use plimsoll::store::records::{load, read_journal, scan_all};
use plimsoll::store::{Store, keys};
use plimsoll::time::{Clock, Driver};

const TELEGRAM_TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const DISCORD_TOKEN: &str = "MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

/// The poll that said 0 followers of every second account.
const AT_532: &str = "2026-07-15T22:47:47Z";

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
kind = "stop_loss"
scope = "creator"
when = "views < 0.25 * own(views) && own(views) >= 100"
window = "1d"
own = "7d"
mode = "propose"

[[rule]]
id = "views-fall-2"
kind = "stop_loss"
scope = "creator"
when = "views < 0.25 * own(views) && own(views) >= 100"
window = "1d"
own = "7d"
for = "2 windows"
mode = "propose"

[[rule]]
id = "followers-halved"
kind = "stop_loss"
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
    eprintln!("skipped: {} is not there", folder.display());
    None
}

fn replay(folder: &Path) -> Replay {
    let open = |name: &str| BufReader::new(std::fs::File::open(folder.join(name)).expect("a table"));
    let changes = BufReader::new(GzDecoder::new(open("changes.csv.gz")));
    // One creator has followers in the recording and no login in its table, so could not be asked for.
    let creators = std::fs::read_to_string(folder.join("creators.csv")).expect("a table");
    let row = creators.lines().find(|line| line.starts_with("411,")).expect("a row");
    assert!(row.ends_with(','), "{row}");
    let creators = creators.replace(row, &format!("{row}creator_411"));
    Replay::read(creators.as_bytes(), open("polls.csv"), changes).expect("tables")
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
        // The other computation knows no group to lean on.
        settings.push("benchmarks.own_small=0".to_owned());
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
        world.service = Some(Service::start(&world.core).expect("starts"));
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
            let accounts = accounts.join(", ");
            text.extend([format!("[[creator]]\nid = \"{}\"\naccounts = {{ {accounts} }}\n", account.creator)]);
        }
        for (room, _, operators) in ROOMS {
            let audience = if operators { "operator" } else { "internal" };
            text.extend([format!("[[room]]\nid = \"{room}\"\naudience = \"{audience}\"\n")]);
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
        let mut groups: BTreeMap<(String, RoomId), BTreeSet<String>> = BTreeMap::new();
        for incident in self.incidents().await {
            for (room, _, operators) in ROOMS {
                let id = RoomId::new(room).expect("an id");
                let told = deliveries.get(&(About::Incident(incident.id.clone()), id.clone()));
                assert_eq!(told.is_some(), !operators, "{} in {room}", incident.id);
                match told.map(|told| &told.state) {
                    Some(State::Grouped { group }) => {
                        groups.entry((group.clone(), id)).or_default().insert(incident.id.as_str().to_owned());
                    }
                    Some(_) => {
                        let mark = format!("#{}", incident.id.as_str());
                        assert!(shown[room].iter().any(|text| text.contains(&mark)), "{mark} is not shown in {room}");
                    }
                    None => {}
                }
            }
        }
        for ((group, room), told) in groups {
            let about = About::Group(IncidentId::typed(&group).expect("an id"));
            let notice = load::<Notice>(&*self.core.store, &keys::notice(&about)).await.expect("read").expect("kept");
            let members: BTreeSet<String> =
                members(&notice.value).iter().map(|member| member.as_str().to_owned()).collect();
            assert_eq!(members, told, "who is in group {group} in {room}");
            let mark = format!("#{group}");
            let there = shown[room.as_str()].iter().any(|text| text.contains(&mark));
            assert!(there, "{mark} is not shown in {room}");
        }
        assert_eq!(self.telegram.flood_refusals().total, 0);
        // Edits of messages older than an hour have a limit that Discord tells only by refusing one: now and then it
        // does, and the edit is made when it says.
        let refusals = self.discord.refusals();
        assert!(refusals.keys().all(|refusal| *refusal == (429, 30_046)), "{refusals:?}");
        assert!(refusals.values().sum::<u64>() <= self.core.counted().edited, "{refusals:?}");
    }

    /// How often the journal says that something was done.
    async fn journalled(&self, deed: &str) -> usize {
        let (mut from, mut count) = (0, 0);
        loop {
            let page = read_journal(&*self.core.store, from, 1_000).await.expect("a journal");
            let Some((last, _)) = page.last() else { return count };
            from = last + 1;
            count += page.iter().filter(|(_, line)| line.deed == deed).count();
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
        let source = config.kind.settings().build(&Outside::alone(Clock::system())).expect("a client");
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

/// Operators hear of the two things that were the sources' fault, once each and in both chats, and of nothing else.
async fn operators_are_told_once(world: &World) {
    let notices = scan_all::<Notice>(&*world.core.store).await.expect("notices");
    let mut troubles: Vec<String> = notices
        .iter()
        .filter_map(|notice| match &notice.value.about {
            About::Trouble(what) => Some(what.clone()),
            About::Incident(_)
            | About::Level(..)
            | About::Ask(_)
            | About::Deed(_)
            | About::Offer(_)
            | About::OfferOver(_)
            | About::Word(_)
            | About::Promotion(..)
            | About::Sample
            | About::Escalation(..)
            | About::Digest(..)
            | About::Regret(..)
            | About::FollowUp(_)
            | About::Group(_)
            | About::Reply(_) => None,
        })
        .collect();
    troubles.sort_unstable();
    assert_eq!(troubles, ["implausible/Twitch/2026-07-15T22:47:47Z", "standstill/YouTube/views/2026-06-23"]);
    for room in ["ops-discord", "ops-telegram"] {
        let said = world.said_in(room);
        assert_eq!(said.len(), 2, "{said:#?}");
        // Its own message says when it was over.
        assert!(said[0].contains("YouTube moves again"), "{}", said[0]);
        assert!(said[1].contains("Twitch: 1,549 accounts"), "{}", said[1]);
    }
}

/// At and about the poll that said 0 for half of the fleet, an incident opens only where the other language says so too.
fn nobody_lost_their_followers(folder: &Path, incidents: &[Incident]) {
    let instant = |text: &str| text.parse::<Timestamp>().expect("an instant");
    let around = instant("2026-07-15T11:58:29Z")..=instant("2026-07-16T11:58:59Z");
    let theirs = reference(folder, &["halved", "--disbelieve", "532", "--from", "525", "--until", "540"]);
    let theirs: BTreeSet<String> = theirs[1]["fires"]
        .as_array()
        .expect("fires")
        .iter()
        .map(|fire| format!("{} {}", fire["subject"].as_str().expect("text"), fire["at"].as_str().expect("text")))
        .collect();
    let ours: BTreeSet<String> = incidents
        .iter()
        .filter(|one| one.rule.as_str() == "followers-halved" && around.contains(&one.opened_at))
        .map(|one| format!("{} {}", one.subject, one.opened_at))
        .collect();
    assert_eq!(ours.difference(&theirs).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(ours.iter().all(|one| !one.ends_with(AT_532)), "{ours:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn six_weeks_of_real_creators_live() {
    let Some(folder) = data() else { return };
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not there");
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
    nobody_lost_their_followers(&folder, &incidents);
    operators_are_told_once(&world).await;
    world.all_is_told().await;
    assert_eq!(world.journalled("incident_fired").await, incidents.len());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_guards_off_a_poll_of_zeros_is_told_of_everybody() {
    let Some(folder) = data() else { return };
    let mut world = World::new(&folder, 525, &["guards.implausible=false"]).await;
    let polls = polls(&world.replay).into_iter().filter(|(poll, _)| (525..=535).contains(poll)).collect();
    world.live(polls).await;
    let incidents = world.incidents().await;
    let at_532 = AT_532.parse::<Timestamp>().expect("an instant");
    let lost: BTreeSet<_> = incidents.iter().filter(|one| one.opened_at == at_532).map(|one| &one.subject).collect();
    assert_eq!(lost.len(), 1_549);
    assert!(incidents.iter().all(|one| one.rule.as_str() == "followers-halved"));
    assert_eq!(world.said_in("ops-telegram"), Vec::<String>::new(), "a guard that is off says nothing");
    world.all_is_told().await;
    world.end().await;
}
