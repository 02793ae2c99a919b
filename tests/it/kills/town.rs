//! A small town whose program is the real binary on a real store: emulated services behind gates, numbers that flip, and
//! people who press what they are shown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::ids::{BrandId, PersonId, RoomId};
use plimsoll::domain::person::{Address, Chat, Grant, Identity, Person, Reach, Role, Room};
use plimsoll::http::{Api, Body, Limits};
use plimsoll::sim::adhook::AdHookSim;
use plimsoll::sim::discord::{BucketRule, DiscordConfig, DiscordSim, Message, Snowflake};
use plimsoll::sim::feed::FeedSim;
use plimsoll::sim::telegram::{ChatId, FloodConfig, NewUser, Shown, TelegramConfig, TelegramSim, UserId};
use plimsoll::store::records::load;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Store as _, Transaction, keys};
use plimsoll::time::Clock;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::disk;
use super::gate::{self, Moment, Passing, Warden};
use super::hands::{Hands, Place};

const DISCORD_TOKEN: &str = "town.discord.token";
const SECRET: &str = "town webhook secret";
const TELEGRAM_TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

/// Both rooms, by the names they have in the documents.
pub const ROOMS: [&str; 2] = ["team-discord", "team-telegram"];

/// How the first moments of a life go.
enum Began {
    Spoke,
    Ended,
}

/// A program that has asked nobody anything by then does not work.
const BEGIN_MAX: Duration = Duration::from_secs(30);

/// A life that has not come to its moment by then, after its first words, ends all the same.
const LIFE_MAX: Duration = Duration::from_secs(3);

/// A life in which nothing has come to hang by then ends all the same.
const HANG_MAX: Duration = Duration::from_secs(10);

/// Nothing was told, asked or answered for so long: it is quiet.
const QUIET: Duration = Duration::from_millis(2_500);

/// Presses in one life.
const PRESSES_MAX: u32 = 5;

/// Which creators' numbers are bad now.
type Bad = Arc<Mutex<BTreeMap<String, bool>>>;

/// What somebody pressed, and where it was seen.
#[derive(Debug, Clone)]
pub struct Pressed {
    pub incident: String,
    pub label: String,
    /// On Discord: the interaction.
    pub interaction: Option<Snowflake>,
}

/// How the program is to die, and on what disk.
#[derive(Debug, Clone, Default)]
pub struct Fate {
    /// At something that passes a gate.
    pub moment: Option<Moment>,
    /// At a write or sync of the store, counted from 1.
    pub at_write: Option<u64>,
    /// By abort there.
    pub abort: bool,
    /// What is written and synced is noted, for a power cut.
    pub noted: bool,
    /// The disk says that it has synced and has not.
    pub lies: bool,
}

pub struct Town {
    folder: tempfile::TempDir,
    pub clock: Clock,
    pub telegram: TelegramSim,
    pub discord: DiscordSim,
    pub ads: AdHookSim,
    pub hands: Hands,
    _feed: FeedSim,
    warden: Arc<Warden>,
    passed: mpsc::UnboundedReceiver<Passing>,
    pub team_chat: ChatId,
    pub team_channel: Snowflake,
    maja: UserId,
    jonas: Snowflake,
    flips: Arc<AtomicBool>,
    dice: ChaCha8Rng,
    pub pressed: Vec<Pressed>,
    /// When each life began.
    pub lives: Vec<Timestamp>,
    /// What the last life said on stderr.
    pub last_words: Arc<Mutex<String>>,
}

impl Town {
    /// Everything set up, the program not yet running.
    pub async fn found(seed: u64, creators: usize) -> Self {
        let clock = Clock::system();
        let flood = FloodConfig { enabled: false, ..FloodConfig::default() };
        let telegram = TelegramConfig { token: TELEGRAM_TOKEN.into(), flood, seed, ..TelegramConfig::default() };
        let telegram = TelegramSim::start(clock.clone(), telegram).await.expect("Telegram");
        let mut config = DiscordConfig::new(DISCORD_TOKEN);
        // Limits are not what this is about.
        for rule in [&mut config.message_create, &mut config.message_edit, &mut config.other, &mut config.global] {
            *rule = BucketRule::per_secs(10_000, 1);
        }
        let discord = DiscordSim::start(clock.clone(), config).await.expect("Discord");
        let names: Vec<String> = (0..creators).map(|n| format!("creator{n}")).collect();
        let boosts: Vec<_> = names.iter().map(|name| (format!("boost-{name}"), "active".to_owned())).collect();
        let ads = AdHookSim::start(&clock, SECRET, &boosts).await.expect("an ad platform");
        let flips = Arc::new(AtomicBool::new(true));
        let feed = start_feed(&clock, seed, &names, &flips).await;
        let (warden, passed) = Warden::new();
        let folder = tempfile::tempdir().expect("a folder");
        let addresses = [
            gate::open(&clock, &warden, "telegram", &telegram.base_url()).await,
            gate::open(&clock, &warden, "discord", &discord.api_url()).await,
            gate::open(&clock, &warden, "ads", &ads.url()).await,
            gate::open(&clock, &warden, "feed", &feed.base_url()).await,
        ];
        let hands = Hands::start(&clock, seed, creators).await;
        let sources = hands.sources(&warden).await;
        write_files(folder.path(), (&addresses, &sources), (seed, &names, &feed.base_url()), clock.now());
        let maja = telegram.add_user(NewUser::named("Maja", "en"));
        let team_chat = telegram.add_supergroup("Nordbo team", maja, false).expect("a group");
        telegram.add_bot(team_chat, maja).expect("added");
        let jonas = discord.create_user("Jonas", "en-GB");
        let guild = discord.create_guild("Nordbo", "en-GB", jonas);
        let team_channel = discord.create_channel(guild, "campaigns");
        let town = Self {
            folder,
            clock,
            telegram,
            discord,
            ads,
            hands,
            _feed: feed,
            warden,
            passed,
            team_chat,
            team_channel,
            maja,
            jonas,
            flips,
            dice: ChaCha8Rng::seed_from_u64(seed),
            pressed: Vec::new(),
            lives: Vec::new(),
            last_words: Arc::default(),
        };
        for words in [&["apply", "documents.toml", "rules.toml"][..], &["import", "base.csv"]] {
            let done = town.command(words).output().expect("the program starts");
            assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
        }
        town.settle(guild).await;
        town
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The store, which nobody else has open.
    pub fn store(&self) -> Result<SledStore, plimsoll::store::StoreError> {
        SledStore::open(&self.data(), &Options::default())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(words).args(["--config", "plimsoll.toml"]).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Maja and Jonas may do everything, and both rooms are where they are.
    async fn settle(&self, guild: Snowflake) {
        let store = self.store().expect("the store opens");
        let mut transaction = Transaction::new();
        let now = self.clock.now();
        let people = [
            ("maja", "Maja", Chat::Telegram, self.maja.0.to_string()),
            ("jonas", "Jonas", Chat::Discord, self.jonas.to_string()),
        ];
        for (id, name, chat, user) in people {
            let id: PersonId = id.parse().expect("an id");
            let identities = vec![Identity { chat, user }];
            let person = Person { id: id.clone(), name: name.to_owned(), identities, creator: None, locale: None };
            let reach = Reach::Brand(BrandId::new("nordbo").expect("an id"));
            let grant = Grant { person: id, role: Role::Agency, reach, by: "terminal:town".to_owned(), at: now };
            transaction.create(&person).expect("a person");
            transaction.create(&grant).expect("a grant");
        }
        let places = [
            (Chat::Discord, self.team_channel.to_string(), Some(guild.to_string())),
            (Chat::Telegram, self.team_chat.0.to_string(), None),
        ];
        for (room, (chat, place, guild)) in ROOMS.into_iter().zip(places) {
            let key = keys::room(&RoomId::new(room).expect("an id"));
            let mut room = load::<Room>(&store, &key).await.expect("readable").expect("applied");
            room.value.address = Some(Address { chat, place, topic: None, guild });
            transaction.update(&room).expect("a room");
        }
        store.commit(transaction).await.expect("kept");
        store.close().await.expect("closed");
    }

    fn notes(&self) -> PathBuf {
        self.folder.path().join("notes")
    }

    /// Starts the program.
    fn start(&mut self, fate: &Fate) -> mpsc::UnboundedReceiver<()> {
        let mut command = self.command(&["run"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).env("LD_PRELOAD", disk::shim());
        // The path as the kernel names it.
        let data = std::fs::canonicalize(self.data()).expect("the data folder");
        command.env("POWER_CUT_FOLDER", data).env("POWER_CUT_HOW", if fate.abort { "abort" } else { "kill" });
        if let Some(at) = fate.at_write {
            command.env("POWER_CUT_AT", at.to_string());
        }
        if fate.noted {
            command.env("POWER_CUT_LOG", self.notes());
        }
        if fate.lies {
            command.env("POWER_CUT_LIE", "yes");
        }
        let mut child = command.spawn().expect("the program starts");
        let words = Arc::clone(&self.last_words);
        words.lock().expect("whole").clear();
        let log = BufReader::new(child.stderr.take().expect("a pipe"));
        let (tell, ended) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                writeln!(words.lock().expect("whole"), "{line}").expect("written");
            }
            // Its last file handle is gone: it is dead.
            tell.send(()).unwrap_or_default();
        });
        while self.passed.try_recv().is_ok() {}
        self.lives.push(self.clock.now());
        self.warden.watch(child, fate.moment.clone());
        ended
    }

    /// Waits until the program has begun to work. A busy machine may take its time to start it.
    async fn begin(&mut self, ended: &mut mpsc::UnboundedReceiver<()>) -> Began {
        #[expect(clippy::disallowed_methods, reason = "a program that never speaks must fail in real time")]
        let began = tokio::time::timeout(BEGIN_MAX, async {
            tokio::select! {
                _ = ended.recv() => Began::Ended,
                _ = self.passed.recv() => Began::Spoke,
            }
        });
        began.await.expect("it begins to work")
    }

    /// One life of the program, until its fate, in which people press what they see. Answers whether it met the fate.
    pub async fn live(&mut self, fate: &Fate) -> bool {
        let mut ended = self.start(fate);
        let mut presses = 0;
        let began = self.begin(&mut ended).await;
        let life = async {
            if matches!(began, Began::Ended) {
                return;
            }
            loop {
                tokio::select! {
                    _ = ended.recv() => return,
                    passing = self.passed.recv() => {
                        if passing.is_some_and(|one| one.is_work()) && presses < PRESSES_MAX && self.dice.random_bool(0.3) {
                            presses += u32::from(press(
                                &mut self.dice, &self.telegram, &self.discord, &mut self.pressed,
                                (self.team_chat, self.maja), (self.team_channel, self.jonas),
                            ));
                        }
                    }
                }
            }
        };
        #[expect(clippy::disallowed_methods, reason = "a fate that does not come must not keep the test")]
        let met = tokio::time::timeout(LIFE_MAX, life).await.is_ok();
        if !met {
            self.warden.kill();
            ended.recv().await;
        }
        let by_itself = self.warden.bury();
        assert!(!by_itself, "it was to die: {}", self.last_words.lock().expect("whole"));
        met
    }

    /// A life in which a request is never answered: while it hangs the program is asked to end. Answers how long that took;
    /// `None` where nothing came to hang.
    pub async fn end_while(&mut self, hangs: (&'static str, &'static str)) -> Option<SignedDuration> {
        self.warden.hang(Some(hangs));
        let mut ended = self.start(&Fate::default());
        let mut presses = 0;
        let life = async {
            while !self.warden.is_hung() {
                tokio::select! {
                    _ = ended.recv() => panic!("it ended: {}", self.last_words.lock().expect("whole")),
                    passing = self.passed.recv() => {
                        if passing.is_some_and(|one| one.is_work()) && presses < PRESSES_MAX && self.dice.random_bool(0.3) {
                            presses += u32::from(press(
                                &mut self.dice, &self.telegram, &self.discord, &mut self.pressed,
                                (self.team_chat, self.maja), (self.team_channel, self.jonas),
                            ));
                        }
                    }
                }
            }
        };
        #[expect(clippy::disallowed_methods, reason = "what does not come to hang must not keep the test")]
        let hung = tokio::time::timeout(HANG_MAX, life).await.is_ok();
        self.warden.hang(None);
        if !hung {
            self.warden.kill();
            ended.recv().await;
            assert!(!self.warden.bury());
            return None;
        }
        let asked = self.clock.now();
        self.warden.terminate();
        ended.recv().await;
        let took = self.clock.now().duration_since(asked);
        assert!(self.warden.bury(), "it ends cleanly: {}", self.last_words.lock().expect("whole"));
        Some(took)
    }

    /// Lets the power go after a life whose disk was noted.
    pub fn cut(&mut self, some_survive: bool) -> disk::Lost {
        let (data, notes) = (self.data(), self.notes());
        disk::cut(&data, &notes, some_survive.then_some(&mut self.dice))
    }

    /// A life in which nothing new happens, until it is quiet; ended as an operator ends it.
    pub async fn calm_down(&mut self) {
        self.flips.store(false, Ordering::SeqCst);
        let mut ended = self.start(&Fate::default());
        let began = self.begin(&mut ended).await;
        assert!(matches!(began, Began::Spoke), "it works: {}", self.last_words.lock().expect("whole"));
        loop {
            #[expect(clippy::disallowed_methods, reason = "quiet is when nothing has come for a while")]
            let next = tokio::time::timeout(QUIET, work(&mut self.passed)).await;
            if next.is_err() {
                break;
            }
        }
        self.warden.terminate();
        ended.recv().await;
        let well = self.warden.bury();
        assert!(well, "it ends cleanly: {}", self.last_words.lock().expect("whole"));
    }
}

/// The misfortune itself, for the check of the check.
impl Town {
    /// Somebody with the bot's tokens tells the newest alert of each room once more, on Telegram twice.
    pub async fn tell_again(&self) {
        let copy = |text: String| incident_of(&text).map(|id| format!("once more · #{id}"));
        let discord = alerts(&self.discord, self.team_channel).iter().rev().find_map(|one| copy(discord_text(one)));
        let mut telegram = self.telegram.messages(self.team_chat).into_iter().rev().filter(|one| one.from_bot);
        let telegram = telegram.find_map(|one| copy(telegram_text(&one)));
        let bot = HeaderValue::from_str(&format!("Bot {DISCORD_TOKEN}")).expect("a header");
        let send = async |url: &str, path: &str, headers: &[(HeaderName, HeaderValue)], body: Value| {
            let api = Api::new(url, Limits::default()).expect("a client");
            let body = Body::Json(body.to_string().into_bytes());
            let answer = api.send(Method::POST, path, &[], headers, body).await.expect("an answer");
            assert_eq!(answer.status, 200);
        };
        let path = format!("/api/v10/channels/{}/messages", self.team_channel);
        let body = json!({ "content": discord.expect("an alert") });
        send(&self.discord.api_url(), &path, &[(AUTHORIZATION, bot)], body).await;
        let body = json!({ "chat_id": self.team_chat.0, "text": telegram.expect("an alert") });
        for _ in 0..2 {
            send(&self.telegram.base_url(), &format!("/bot{TELEGRAM_TOKEN}/sendMessage"), &[], body.clone()).await;
        }
    }
}

/// Waits for something that is work.
async fn work(passed: &mut mpsc::UnboundedReceiver<Passing>) {
    while let Some(passing) = passed.recv().await {
        if passing.is_work() {
            return;
        }
    }
}

/// One of the buttons; money first, for there is most to lose.
fn choose(dice: &mut ChaCha8Rng, labels: &[String]) -> Option<String> {
    // What `Why` answers is a message of its own with the same id, and looks like a repeat.
    let labels: Vec<&String> = labels.iter().filter(|label| !label.starts_with("Why")).collect();
    let about_money =
        |label: &&&String| ["Stop", "End", "Cut", "Undo", "Yes"].iter().any(|start| label.starts_with(start));
    let money: Vec<&&String> = labels.iter().filter(about_money).collect();
    let chosen = if dice.random_bool(0.7) { money.choose(dice).copied() } else { None };
    chosen.or_else(|| labels.choose(dice)).map(|label| (*label).clone())
}

/// Somebody presses a button on one of the newest messages. Answers whether they found one.
fn press(
    dice: &mut ChaCha8Rng,
    telegram: &TelegramSim,
    discord: &DiscordSim,
    pressed: &mut Vec<Pressed>,
    (chat, maja): (ChatId, UserId),
    (channel, jonas): (Snowflake, Snowflake),
) -> bool {
    if dice.random_bool(0.5) {
        let shown: Vec<Shown> = telegram.messages(chat).into_iter().rev().filter(|one| one.from_bot).take(8).collect();
        let Some(one) = shown.choose(dice) else { return false };
        let labels: Vec<String> = one.buttons.iter().flatten().cloned().collect();
        let Some(label) = choose(dice, &labels) else { return false };
        let Some(incident) = incident_of(&telegram_text(one)) else { return false };
        let done = telegram.user_presses(chat, maja, one.message_id, &label).is_ok();
        if done {
            pressed.push(Pressed { incident, label, interaction: None });
        }
        return done;
    }
    let shown: Vec<Message> = alerts(discord, channel).into_iter().rev().take(8).collect();
    let Some(one) = shown.choose(dice) else { return false };
    let labels: Vec<String> = one.buttons().into_iter().map(|button| button.label).collect();
    let Some(label) = choose(dice, &labels) else { return false };
    let Some(incident) = incident_of(&discord_text(one)) else { return false };
    let Ok(interaction) = discord.press(jonas, one.id, &label) else { return false };
    pressed.push(Pressed { incident, label, interaction: Some(interaction) });
    true
}

/// What the bot told in a channel: answers to people left out.
pub fn alerts(discord: &DiscordSim, channel: Snowflake) -> Vec<Message> {
    let told = |one: &Message| one.interaction.is_none() && one.ephemeral_for.is_none() && one.author == discord.bot();
    discord.messages(channel).into_iter().filter(told).collect()
}

/// All the words of a message on Discord.
pub fn discord_text(message: &Message) -> String {
    let mut text = message.content.clone();
    for embed in &message.embeds {
        collect(embed, &mut text);
    }
    text
}

fn collect(value: &Value, text: &mut String) {
    match value {
        Value::String(words) => writeln!(text, "\n{words}").expect("written"),
        Value::Array(list) => list.iter().for_each(|one| collect(one, text)),
        Value::Object(map) => map.values().for_each(|one| collect(one, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The words of a message on Telegram, as it was first sent.
pub fn telegram_text(shown: &Shown) -> String {
    shown.history.first().map_or_else(|| shown.text.clone(), |first| first.text.clone())
}

/// The incident (or group) that a message is about: the id in its last line.
pub fn incident_of(text: &str) -> Option<String> {
    let mut ids = text.split([' ', '\n']).filter_map(|word| word.strip_prefix('#'));
    ids.rfind(|id| id.len() == 4 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())).map(str::to_owned)
}

async fn start_feed(clock: &Clock, seed: u64, names: &[String], flips: &Arc<AtomicBool>) -> FeedSim {
    let bad: Bad = Arc::new(Mutex::new(names.iter().map(|name| (name.clone(), false)).collect()));
    let dice = Mutex::new(ChaCha8Rng::seed_from_u64(!seed));
    let flips = Arc::clone(flips);
    let document = move |path: &str, _: Timestamp| -> Option<Value> {
        let (mut bad, mut dice) = (bad.lock().ok()?, dice.lock().ok()?);
        if flips.load(Ordering::SeqCst) {
            for state in bad.values_mut() {
                *state ^= dice.random_bool(0.12);
            }
        }
        let rows: Vec<Value> = bad
            .iter()
            .map(|(name, bad)| match path {
                "/ads.json" => json!({
                    "boost": format!("boost-{name}"), "spend": "120.00", "orders": if *bad { 1 } else { 100 },
                }),
                _ => json!({ "login": name, "followers": if *bad { 10 } else { 1_000 } }),
            })
            .collect();
        Some(json!({ "rows": rows }))
    };
    FeedSim::start(clock, None, Box::new(document)).await.expect("a feed")
}

const RULES: &str = r#"
[[rule]]
id = "cpa-stop"
kind = "stop_loss"
scope = "partnership"
when = "cpa > target.cpa"
window = "1h"
mode = "propose"
then = [ { do = "stop_boost" }, { do = "end_code" }, { do = "cut_link" } ]

[[rule]]
id = "crowd-gone"
kind = "stop_loss"
scope = "creator"
when = "followers@twitch < 100"
window = "1h"
mode = "propose"
then = [ { do = "notify" } ]
"#;

/// The configuration: every address is a gate's, every second is a tick, and no limit makes anybody wait.
fn configuration(addresses: &[String; 4], hands: &str) -> String {
    let [telegram, discord, ads, feed] = addresses;
    let source = |name: &str, platform: &str, path: &str, id: &str, fields: &str| {
        format!(
            r#"
kind = "generic"
schedule = "* * * * * *"
[sources.{name}.feed]
base_url = "http://{feed}"
allowed_hosts = ["127.0.0.1"]
path = "{path}"
platform = "{platform}"
rows = "$.rows[*]"
id = "{id}"
fields = [ {fields} ]
"#
        )
    };
    let spend = r#"{ metric = "spend", path = "$.spend", form = "total", currency = "EUR" }"#;
    let orders = r#"{ metric = "orders", path = "$.orders", form = "total" }"#;
    let followers = r#"{ metric = "followers", path = "$.followers", form = "gauge" }"#;
    format!(
        r#"
[telegram]
token = "{TELEGRAM_TOKEN}"
api_url = "http://{telegram}"
[discord]
token = "{DISCORD_TOKEN}"
api_url = "http://{discord}"
gateway_url = "ws://{discord}"
[sources.agency]{ads_source}
[sources.twitch]{twitch_source}
{hands}
[web]
listen = "127.0.0.1:0"
[guards]
standstill = false
implausible = false
actions_per_day = 1000000
cool_off = "0s"
[actions]
url = "http://{ads}"
secret = "{SECRET}"
[delivery]
lease = "1s"
[limits.telegram]
per_second = 1000
per_room_per_second = 1000
per_group_per_minute = 60000
[limits.discord]
per_second = 1000
"#,
        ads_source = source("agency", "facebook", "/ads.json", "$.boost", &format!("{spend}, {orders}")),
        twitch_source = source("twitch", "twitch", "/followers.json", "$.login", followers),
    )
}

fn write_files(
    folder: &Path,
    (addresses, hands): (&[String; 4], &str),
    (seed, names, page): (u64, &[String], &str),
    now: Timestamp,
) {
    let day = |days: i64| {
        let at = now.checked_add(SignedDuration::from_hours(24 * days)).expect("in range");
        at.strftime("%Y-%m-%d").to_string()
    };
    let mut documents = format!(
        r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "EUR"
margin_per_order = "44.00 EUR"
[[campaign]]
id = "spring"
name = "Spring Launch"
brand = "nordbo"
goal = "sales"
starts = {}
ends = {}
target = {{ cpa = "45.00 EUR" }}
"#,
        day(-30),
        day(60)
    );
    for room in ROOMS {
        write!(documents, "[[room]]\nid = \"{room}\"\nbrand = \"nordbo\"\naudience = \"internal\"\nlocale = \"en\"\n")
            .expect("written");
    }
    let mut base = String::from("time,campaign,creator,platform,metric,form,value,currency\n");
    // Nothing before the campaign, and nothing until now: a window of an hour and the deal both have a beginning.
    let early = now.checked_sub(SignedDuration::from_hours(2)).expect("in range").strftime("%Y-%m-%dT%H:%M:%SZ");
    let times = [format!("{}T12:00:00Z", day(-31)), early.to_string()];
    for (n, name) in names.iter().enumerate() {
        let place = Place::of(seed, n);
        let (lines, more) = place.documents(n, page);
        // The numbers of every deal are those of a boost; where something else is acted on, that one is over.
        let over = if place == Place::Webhook { "active" } else { "ended" };
        write!(
            documents,
            "[[creator]]\nid = \"{name}\"\nname = \"Name of {name}\"\naccounts = {{ twitch = \"{name}\" }}\n\
             [[partnership]]\ncampaign = \"spring\"\ncreator = \"{name}\"\n{lines}\
             [[boost]]\nid = \"{name}-boost\"\npartnership = \"spring/{name}\"\nsource = \"agency\"\n\
             ref = \"boost-{name}\"\nbudget = \"6000.00 EUR\"\nstate = \"{over}\"\n{more}"
        )
        .expect("written");
        for time in &times {
            writeln!(base, "{time},spring,{name},facebook,spend,total,0,EUR").expect("written");
            writeln!(base, "{time},spring,{name},facebook,orders,total,0,").expect("written");
        }
    }
    let config = configuration(addresses, hands);
    for (name, text) in [
        ("plimsoll.toml", config.as_str()),
        ("documents.toml", &documents),
        ("rules.toml", RULES),
        ("base.csv", &base),
        ("google.token", "1//ads"),
    ] {
        std::fs::write(folder.join(name), text).expect("written");
    }
}
