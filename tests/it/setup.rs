//! From an empty folder to alerts: the real program against the emulated chats and shop, and a fortnight in shadow in
//! virtual time on the store that it made.
#![cfg(unix)]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use plimsoll::app::config::Config;
use plimsoll::app::core::Core;
use plimsoll::app::people::make_code;
use plimsoll::app::records::Gift;
use plimsoll::app::service::Service;
use plimsoll::app::setup::discord::permissions;
use plimsoll::domain::person::{Reach, Role};
use plimsoll::sim::discord::{DiscordConfig, DiscordSim, Given, Snowflake};
use plimsoll::sim::shopify::{NewDiscount, ShopConfig, ShopSim, ShopWorld};
use plimsoll::sim::telegram::{ChatId, NewUser, TelegramConfig, TelegramSim, UserId};
use plimsoll::store::Store;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::time::Clock;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take before the test gives it up.
const PATIENCE: Duration = Duration::from_mins(2);

const DISCORD_TOKEN: &str = "discord-CANARY";

/// Both chats with one person in them, who can do what setting up asks of a person.
struct Chats {
    telegram: TelegramSim,
    discord: DiscordSim,
    maja: UserId,
    team: ChatId,
    jonas: Snowflake,
    guild: Snowflake,
    channel: Snowflake,
}

impl Chats {
    async fn start(clock: &Clock) -> Self {
        let telegram = TelegramSim::start(clock.clone(), TelegramConfig::default()).await.expect("a free port");
        let discord = DiscordSim::start(clock.clone(), DiscordConfig::new(DISCORD_TOKEN)).await.expect("a free port");
        let maja = telegram.add_user(NewUser::named("Maja", "en"));
        let team = telegram.add_supergroup("Nordbo team", maja, false).expect("a group");
        let jonas = discord.create_user("Maja", "en-GB");
        let guild = discord.create_guild("Nordbo", "en-GB", jonas);
        let channel = discord.create_channel(guild, "alerts");
        Self { telegram, discord, maja, team, jonas, guild, channel }
    }

    fn settings(&self) -> [String; 3] {
        [
            format!("telegram.api_url={}", self.telegram.base_url()),
            format!("discord.api_url={}", self.discord.api_url()),
            format!("discord.gateway_url={}", self.discord.gateway_url()),
        ]
    }

    /// Does what a line of `init` asks of a person.
    fn obey(&self, line: &str) {
        let after = |mark: &str| line.split_once(mark).map(|(_, rest)| rest.split([' ', '`']).next().expect("a word"));
        // Commands are there once the program has registered them.
        let slash = |place, name: &str, code: &str| {
            let (clock, words) = (Clock::system(), [("code", Given::Text(code.to_owned()))]);
            let give_up = clock.now() + SignedDuration::try_from(PATIENCE).expect("in range");
            while let Err(refused) = self.discord.slash(self.jonas, place, name, &words) {
                assert!(clock.now() < give_up, "{refused}");
                std::thread::yield_now();
            }
        };
        if let Some(code) = after("?start=") {
            self.telegram.user_starts(self.maja, Some(code)).expect("started");
        } else if let Some(code) = after("?startgroup=") {
            self.telegram.add_bot_with(self.team, self.maja, code).expect("added");
        } else if let Some(code) = after("send `/link ") {
            slash(self.discord.dm(self.jonas), "link", code);
        } else if let Some(code) = after("send `/bind ") {
            slash(self.channel, "bind", code);
        } else if line.starts_with("A sample alert is in every room") {
            let sample = self.telegram.messages(self.team).into_iter().rev().find(|one| one.text.contains("SAMPLE"));
            let sample = sample.expect("the sample");
            for wanted in ["Stop boost", "I've got it"] {
                let label = sample.buttons.iter().flatten().find(|label| label.starts_with(wanted)).expect("a button");
                self.telegram.user_presses(self.team, self.maja, sample.message_id, label).expect("pressed");
            }
        }
    }
}

/// What came of one command.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("one JSON document: {self:?}"))
    }
}

/// A folder with a program in it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        desk.write("telegram.txt", &format!("{}\n", TelegramConfig::default().token.expose_secret()));
        desk.write("discord.txt", &format!("{DISCORD_TOKEN}\n"));
        desk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).expect("written");
    }

    fn command(&self, words: &[&str], sets: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(words).current_dir(self.path()).env("USER", "tester").stdin(Stdio::null());
        for set in sets {
            command.args(["--set", set]);
        }
        command
    }

    fn run(&self, words: &[&str], sets: &[String]) -> Ran {
        let ended = self.command(words, sets).output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: ended.status.code(), out: text(&ended.stdout), err: text(&ended.stderr) }
    }

    #[track_caller]
    fn done(&self, words: &[&str]) -> Ran {
        let ran = self.run(words, &[]);
        assert_eq!(ran.code, Some(0), "{words:?} {ran:?}");
        ran
    }

    /// Sets up: every line that asks something of a person is heard by one, until the program ends or `stop` says so.
    fn init(&self, chats: &Chats, words: &[&str], stop: impl Fn(&str) -> bool) -> Ran {
        let all = [&["init", "--json"], words].concat();
        let mut command = self.command(&all, &chats.settings());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let (sender, lines) = mpsc::channel();
        let log = BufReader::new(child.stderr.take().expect("a pipe"));
        std::thread::spawn(move || log.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut err = String::new();
        loop {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    writeln!(err, "{line}").expect("text");
                    if stop(&line) {
                        signal(&child, "-INT");
                    } else {
                        chats.obey(&line);
                    }
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    child.kill().expect("killed");
                    panic!("nothing more was said after: {err}");
                }
            }
        }
        let ended = child.wait_with_output().expect("an end");
        Ran { code: ended.status.code(), out: String::from_utf8_lossy(&ended.stdout).into_owned(), err }
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").arg(name).arg(child.id().to_string()).status().expect("kill").success());
}

const ANSWERS: [&str; 10] = [
    "--telegram-token-file",
    "telegram.txt",
    "--discord-token-file",
    "discord.txt",
    "--brand",
    "Nordbo",
    "--zone",
    "Europe/Stockholm",
    "--currency",
    "EUR",
];

fn findings<'a>(doctor: &'a Value, stand: &str) -> Vec<&'a Value> {
    doctor["findings"].as_array().expect("findings").iter().filter(|one| one["stand"] == stand).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_stopped_at_any_point_and_goes_on_from_there() {
    let clock = Clock::system();
    let (desk, chats) = (Desk::new(), Chats::start(&clock).await);
    let stopped =
        tokio::task::block_in_place(|| desk.init(&chats, &ANSWERS, |line| line.starts_with("There (1 of 4)")));
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    assert!(
        stopped.err.contains("plimsoll: stopped; what is done stays, run init again and it goes on from here"),
        "{stopped:?}"
    );
    assert!(stopped.err.contains("&scope=bot+applications.commands&permissions=274878024704"), "{stopped:?}");
    let before = std::fs::read_to_string(desk.path().join("documents.toml")).expect("written");
    // The second time nothing is asked: what is there is read.
    let ran = tokio::task::block_in_place(|| desk.init(&chats, &[], |_| false));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let report = ran.json();
    assert!(report["files"].as_array().expect("files").iter().all(|file| file["new"] == false), "{report}");
    assert_eq!(report["sample"]["pressed_by"], "Maja");
    assert_eq!(report["rooms"], serde_json::json!(["nordbo-telegram", "nordbo-discord"]));
    assert_eq!(std::fs::read_to_string(desk.path().join("documents.toml")).expect("there"), before);
    for text in [&stopped.err, &stopped.out, &ran.err, &ran.out] {
        assert!(!text.contains("CANARY") && !text.contains("AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"), "{text}");
    }
    let secret = desk.path().join("secrets/discord.token");
    assert_eq!(std::fs::metadata(&secret).expect("there").permissions().mode() & 0o777, 0o600);
    // Pressed in one chat, it shows in the other; the button that would stop something only said so.
    let seen: Vec<String> = chats.discord.messages(chats.channel).into_iter().map(|one| format!("{one:?}")).collect();
    assert!(seen.iter().any(|one| one.contains("Maja has it")), "it is edited there too: {seen:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_is_told_before_anything_is_written() {
    let clock = Clock::system();
    let (desk, chats) = (Desk::new(), Chats::start(&clock).await);
    desk.write("bad.txt", "123456:not-a-token-of-anybody");
    let sets = chats.settings();
    let refused = |words: &[&str], want: &str| {
        let ran = desk.run(words, &sets);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(want), "{ran:?}");
        assert!(!desk.path().join("plimsoll.toml").exists() && !desk.path().join("secrets").exists(), "{ran:?}");
    };
    refused(
        &["init", "--telegram-token-file", "bad.txt"],
        "telegram: Telegram does not know this token; copy it again",
    );
    refused(&["init", "--telegram-token-file", "nowhere.txt"], "nowhere.txt: the token cannot be read");
    refused(&["init"], "which chats? give --chats, `chats` in the file of --answers, or PLIMSOLL_INIT_CHATS");
    refused(
        &["init", "--chats", "discord"],
        "no token for Discord: give --discord-token-file, or PLIMSOLL_DISCORD__TOKEN",
    );
    refused(&["init", "--telegram-token-file", "telegram.txt", "--zone", "x"], "which brand? give --brand");
    desk.write(
        "answers.toml",
        "brand = \"Nordbo\"\nzone = \"Mars\"\ncurrency = \"EUR\"\ntelegram_token_file = \"telegram.txt\"\n",
    );
    refused(&["init", "--answers", "answers.toml"], "--zone: `Mars` is no zone; write it like Europe/Stockholm");
    desk.write("wrong.toml", "brnad = \"Nordbo\"\n");
    refused(&["init", "--answers", "wrong.toml"], "`brnad`");
    let ran = desk.run(&["init", "--answers", "answers.toml", "--zone", "UTC", "--no-wait", "--json"], &sets);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()["telegram"]["bot"], "plimsoll_bot");
    let ran = desk.run(&["check", "documents.toml", "rules"], &[]);
    assert_eq!(ran.code, Some(0), "what is written checks out: {ran:?}");
}

/// Nine hundred deals of forty brands, the first of them the one that was set up.
fn sheet(today: jiff::civil::Date) -> String {
    let mut text = String::from("Client,Campaign,Creator,TikTok,Format,Fee,Post date,Promo code\n");
    for deal in 0..900_i64 {
        let brand = if deal % 40 == 0 { "Nordbo".to_owned() } else { format!("Brand {}", deal % 40) };
        let (who, due) = (deal % 450, today + (deal % 5 + 2).days());
        writeln!(
            text,
            "{brand},Spring,Creator {who},https://www.tiktok.com/@creator{who},TikTok,{}.00 EUR,{due},CODE{deal}",
            1000 + deal
        )
        .expect("text");
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_empty_folder_nine_hundred_deals_are_live_and_after_a_fortnight_what_would_have_been_told() {
    let clock = Clock::system();
    let (desk, chats) = (Desk::new(), Chats::start(&clock).await);
    let shop = ShopWorld::new("EUR");
    let began = clock.now() - SignedDuration::from_hours(24 * 60);
    for deal in 0..900 {
        shop.add_discount(NewDiscount::basic(&format!("CODE{deal}"), 10, began));
    }
    let plus = ShopConfig { bucket: 20_000.0, restore: 1_000.0, ..ShopConfig::default() };
    let shop = ShopSim::start(&clock, plus, Arc::new(shop)).await.expect("a free port");
    let today = clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    tokio::task::block_in_place(|| live(&desk, &chats, &shop, today));
    fortnight(&desk).await;
}

/// `init`, `import deals`, `discover`, `preflight`, and what `doctor` and `coverage` say of it.
fn live(desk: &Desk, chats: &Chats, shop: &ShopSim, today: jiff::civil::Date) {
    let ran = desk.init(chats, &ANSWERS, |_| false);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    desk.write("deals.csv", &sheet(today));
    let money = ["--default", "currency=EUR", "--default", "zone=Europe/Stockholm", "--yes", "--json"];
    let imported = desk.done(&[&["import", "deals", "deals.csv"], &money[..]].concat()).json();
    assert_eq!(imported["taken"], 900, "{imported}");
    let config = std::fs::read_to_string(desk.path().join("plimsoll.toml")).expect("written");
    let source = format!(
        "\n[sources.shop]\nkind = \"shopify\"\nbase_url = \"{}\"\ntoken_file = \"secrets/shop.token\"\nschedule = \"*/15 * * * *\"\n\n\
         [preflight]\npages = false\nhandles = false\n",
        shop.base_url()
    );
    desk.write("secrets/shop.token", "shpat_sim\n");
    desk.write("plimsoll.toml", &format!("{config}{source}"));
    let found = desk.done(&["discover", "--json"]).json();
    assert_eq!(found["codes"].as_array().map(Vec::len), Some(900));
    let owned = found["codes"].as_array().expect("codes").iter().filter(|code| code["owners"] != serde_json::json!([]));
    assert_eq!(owned.count(), 900, "each code is of somebody");
    let ready = desk.done(&["preflight", "--json"]).json();
    assert_eq!((ready["partnerships"].as_array().map(Vec::len), &ready["wrong"]), (Some(900), &serde_json::json!(0)));
    examined(desk, chats);
    let covered = desk.done(&["coverage", "--json"]).json();
    let all = covered["partnerships"].as_array().expect("partnerships");
    assert_eq!(all.len(), 900);
    let missing = |one: &Value, metric: &str| {
        let causes = one["cannot"].as_array().expect("causes").iter();
        causes.filter(|cause| cause["cause"] == "no_target").any(|cause| cause["metric"] == metric)
    };
    assert!(all.iter().all(|one| missing(one, "cpa")), "the sheet names no cost per order: {}", all[0]);
    let of_one = desk.done(&["coverage", "nordbo", "--json"]).json();
    assert_eq!(of_one["partnerships"].as_array().map(Vec::len), Some(23));
}

/// A room where the bot may not post charts is bad until its role may.
fn examined(desk: &Desk, chats: &Chats) {
    let ran = desk.run(&["doctor", "--json"], &[]);
    let doctor = ran.json();
    assert_eq!(ran.code, Some(1), "{doctor}");
    let bad = findings(&doctor, "bad");
    assert_eq!(bad.len(), 1, "{bad:?}");
    assert_eq!(bad[0]["about"], "room/nordbo-discord");
    let what = bad[0]["what"].as_str().expect("text");
    assert!(what.contains("Embed Links (an alert is an embed), Attach Files (charts)"), "{what}");
    assert!(bad[0]["remedy"].as_str().expect("text").contains("permissions=274878024704"), "{bad:?}");
    let role = chats.discord.create_role(chats.guild, "Plimsoll", permissions()).expect("a role");
    chats.discord.add_member(chats.guild, chats.discord.bot(), &[role]).expect("joined");
    let ran = desk.run(&["doctor"], &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for line in [
        "ok    telegram: the token is @plimsoll_bot's",
        "ok    room/nordbo-telegram: “Nordbo team” on Telegram takes text and charts",
        "ok    room/nordbo-discord: #alerts on Discord, with all 5 rights it needs",
        "ok    hand/shop: `CODE",
        "ok    clock: within 30 s of Telegram's",
        "warn  source/shop: it has never been polled; `plimsoll run` polls it at its schedule",
    ] {
        assert!(ran.out.contains(line), "{line} in {}", ran.out);
    }
    // Nine hundred codes were just looked over: what is left of the shop's points for that minute says what is told.
    let told = ["ok    source/shop: answers:", "warn  source/shop: not asked: its quota `points` is used up"];
    assert!(told.into_iter().any(|line| ran.out.contains(line)), "{}", ran.out);
}

/// The store that was made, in virtual time from now on: pieces become overdue, nobody is told, and after two weeks the room
/// is.
async fn fortnight(desk: &Desk) {
    let start: Timestamp = Clock::system().now() + SignedDuration::from_mins(1);
    let (clock, mut driver) = Clock::simulated(start);
    let setting_up = clock.hold("setting up");
    let telegram = TelegramSim::start(clock.clone(), TelegramConfig::default()).await.expect("a free port");
    let maja = telegram.add_user(NewUser::named("Maja", "en"));
    let team = telegram.add_supergroup("Nordbo team", maja, false).expect("a group");
    telegram.add_bot(team, maja).expect("added");
    let mut config = Config::load(Some(&desk.path().join("plimsoll.toml")), &[]).expect("a configuration");
    config.sources.clear();
    config.discord.token = SecretString::from(String::new());
    config.telegram.api_url = telegram.base_url();
    let store = SledStore::open(&desk.path().join("data"), &Options::default()).expect("the store opens");
    let store: Arc<dyn Store> = Arc::new(store);
    let core = Core::open(clock.clone(), store, config, 7).await.expect("opens");
    let service = Service::start(&core).expect("starts");
    let gift = Gift::Room { room: "nordbo-telegram".parse().expect("an id") };
    let (code, _) = make_code(&core, gift, "test").await.expect("a code");
    telegram.user_sends(team, maja, &format!("/bind {code}")).expect("sent");
    let gift = Gift::Role { role: Role::Agency, reach: Reach::All, name: None, creator: None };
    let (code, _) = make_code(&core, gift, "test").await.expect("a code");
    telegram.user_starts(maja, Some(&code)).expect("started");
    drop(setting_up);
    driver.run_until(start + SignedDuration::from_hours(24 * 13)).await.expect("nobody holds a token");
    let said = |words: &str| telegram.messages(team).into_iter().find(|one| one.from_bot && one.text.contains(words));
    assert!(said("would have raised").is_none(), "a rule in shadow tells nobody");
    driver.run_until(start + SignedDuration::from_hours(24 * 16)).await.expect("nobody holds a token");
    let asked = said("late-post watched for 14 days").expect("the summary");
    assert!(asked.text.contains("it would have raised 900 alerts"), "{}", asked.text);
    assert!(asked.text.contains("877 of them were about other brands."), "{}", asked.text);
    assert_eq!(asked.text.matches("• Creator ").count(), 5, "the worst five are named: {}", asked.text);
    assert_eq!(asked.buttons[0], ["Let it propose", "Keep watching"]);
    let held = clock.hold("a person");
    let further = asked.buttons[1].iter().find(|label| label.contains("Page 2 of 5")).expect("the rest is a page away");
    telegram.user_presses(team, maja, asked.message_id, further).expect("pressed");
    drop(held);
    driver.run_until(clock.now() + SignedDuration::from_mins(2)).await.expect("nobody holds a token");
    let turned = telegram.message(team, asked.message_id).expect("there");
    assert!(turned.buttons[1][0].contains("Page 1 of 5"), "{turned:?}");
    assert_ne!(turned.text, asked.text);
    let held = clock.hold("the end");
    service.stop().await;
    drop(held);
}
