//! No secret leaves: the real service and every command of the terminal, with each secret of the configuration set to a word
//! that nothing else has, every library logging all it can, and every platform answering with what it was told.
#![cfg(unix)]

mod find;
mod hostile;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use hmac::{Hmac, Mac as _};
use jiff::SignedDuration;
use plimsoll::app::config::{Config, Kind};
use plimsoll::app::vault::seal::KeyPlace;
use plimsoll::app::vault::{Sealed, Vault};
use plimsoll::http::tokens::TokenSet;
use plimsoll::sim::discord::{DiscordConfig, DiscordSim, Given, Snowflake};
use plimsoll::sim::telegram::{ChatId, NewUser, TelegramConfig, TelegramSim, UserId};
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::time::Clock;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use sha2::Sha256;
use tempfile::TempDir;

use find::found;
use hostile::Hostile;

/// How long anything may take before the test gives it up.
const PATIENCE: SignedDuration = SignedDuration::from_secs(90);

const TELEGRAM: &str = "123456:CANARYtelegram";
const DISCORD: &str = "CANARYdiscord";
const HOOK: &str = "CANARYhooksecret";
/// 32 bytes that have the mark in them.
const VAULT: &[u8; 32] = b"CANARYvaultkeyCANARYvaultkey-012";

/// One source: its name, its settings without schedule and address, whom it is asked about, and the brand it is of.
struct One {
    name: &'static str,
    kind: &'static str,
    more: &'static str,
    ask: &'static str,
    shop: bool,
}

const fn one(name: &'static str, kind: &'static str, more: &'static str, ask: &'static str) -> One {
    One { name, kind, more, ask, shop: false }
}

const fn shop(name: &'static str, kind: &'static str, more: &'static str) -> One {
    One { name, kind, more, ask: "code:ALMA10", shop: true }
}

/// Every kind of source, in every way to sign in.
const SOURCES: [One; 19] = [
    one("youtube", "youtube", "key = \"CANARYyoutube\"", "UC_x5XG1OV2P6uZZ5FSM9Ttw"),
    one(
        "analytics",
        "youtube_analytics",
        "client_id = \"i\"\nclient_secret = \"CANARYanalytics\"",
        "UC_x5XG1OV2P6uZZ5FSM9Ttw",
    ),
    one(
        "instagram",
        "instagram",
        "login = \"facebook\"\nclient_id = \"i\"\nclient_secret = \"CANARYinstagram\"\ndiscovery_user_id = \"17841\"\n\
         discovery_token = \"CANARYdiscovery\"",
        "almalind",
    ),
    one("tiktok", "tiktok", "client_key = \"i\"\nclient_secret = \"CANARYtiktok\"", "alma"),
    one("twitch", "twitch", "client_id = \"i\"\nclient_secret = \"CANARYtwitch\"", "alma"),
    one("x", "x", "token = \"CANARYxtoken\"", "alma"),
    one(
        "pages",
        "facebook",
        "token = \"CANARYpages\"\nclient_id = \"i\"\nclient_secret = \"CANARYpagessecret\"",
        "112233",
    ),
    one("meta", "meta_ads", "token = \"CANARYmeta\"\naccount = \"act_1\"", "120210000000000001"),
    one(
        "meta-app",
        "meta_ads",
        "client_id = \"i\"\nclient_secret = \"CANARYmetasecret\"\naccount = \"act_2\"",
        "120210000000000002",
    ),
    one("ads", "tiktok_ads", "token = \"CANARYads\"\nadvertiser_id = \"7001\"", "1700000000000001"),
    one(
        "ads-app",
        "tiktok_ads",
        "client_id = \"i\"\nclient_secret = \"CANARYadssecret\"\nadvertiser_id = \"7002\"",
        "1700000000000002",
    ),
    one(
        "search",
        "google_ads",
        "customer_id = \"123-456-7890\"\ndeveloper_token = \"CANARYdeveloper\"\nclient_id = \"i\"\n\
         client_secret = \"CANARYsearch\"\nrefresh_token_file = \"search.refresh\"",
        "21000000001",
    ),
    shop(
        "site",
        "ga4",
        "property = \"123456789\"\nclient_id = \"i\"\nclient_secret = \"CANARYsite\"\nrefresh_token_file = \"site.refresh\"",
    ),
    shop("shop", "shopify", "token = \"CANARYshop\""),
    shop("shop-app", "shopify", "client_id = \"i\"\nclient_secret = \"CANARYshopsecret\""),
    shop(
        "shop-refresh",
        "shopify",
        "client_id = \"i\"\nclient_secret = \"CANARYshopother\"\nrefresh_token_file = \"shop.refresh\"",
    ),
    shop("checkout", "stripe", "key = \"rk_live_CANARYstripe\"\ncurrency = \"EUR\""),
    shop(
        "webshop",
        "woocommerce",
        "consumer_key = \"ck_CANARYwookey\"\nconsumer_secret = \"cs_CANARYwoosecret\"\ncurrency = \"EUR\"",
    ),
    one("feed", "generic", "", "alma"),
];

/// Accounts that people connected: source, account, and what of theirs is sealed in the store.
const CONNECTED: [(&str, &str); 6] = [
    ("analytics", "UC_x5XG1OV2P6uZZ5FSM9Ttw"),
    ("instagram", "almalind"),
    ("tiktok", "alma"),
    ("pages", "112233"),
    ("meta-app", "act_2"),
    ("ads-app", "7002"),
];

fn settings(hostile: &Hostile) -> String {
    let mut text = format!(
        "[telegram]\ntoken = \"{TELEGRAM}\"\n[discord]\ntoken = \"{DISCORD}\"\n[actions]\nurl = \"{}\"\n\
         secret = \"CANARYactions\"\n[vault]\nkey = \"{}\"\n[web]\nlisten = \"127.0.0.1:0\"\n",
        hostile.url("actions"),
        data_encoding::HEXLOWER.encode(VAULT)
    );
    for One { name, kind, more, shop, .. } in &SOURCES {
        let brand = if *shop { format!("brand = \"{name}\"\n") } else { String::new() };
        let address = match *kind {
            "generic" => String::new(),
            _ => format!("base_url = \"{}\"\n", hostile.url(name)),
        };
        let tokens = match *kind {
            "youtube_analytics" | "ga4" | "google_ads" | "twitch" => format!("token_url = \"{}\"\n", hostile.url(name)),
            "instagram" => format!("discovery_url = \"{}\"\n", hostile.url(name)),
            _ => String::new(),
        };
        writeln!(
            text,
            "[sources.{name}]\nkind = \"{kind}\"\nschedule = \"0 0 1 1 *\"\nhook_secret = \"{HOOK}\"\n\
             hook_signature = \"plimsoll\"\nhook_token = \"CANARYhooktoken\"\n{brand}{address}{tokens}{more}"
        )
        .expect("text");
    }
    let feed = format!(
        "[sources.feed.feed]\nbase_url = \"http://127.0.0.1:{}\"\nallowed_hosts = [\"127.0.0.1\"]\npath = \"/feed\"\n\
         token = \"CANARYfeed\"\nplatform = \"twitch\"\nrows = \"$.rows[*]\"\nid = \"$.id\"\n\
         fields = [{{ metric = \"followers\", path = \"$.n\", form = \"gauge\" }}]\n",
        hostile.port
    );
    text + &feed
}

fn documents() -> String {
    let mut text = String::from(
        "[[creator]]\nid = \"alma\"\nname = \"Alma\"\naccounts = { youtube = \"UC_x5XG1OV2P6uZZ5FSM9Ttw\", \
         instagram = \"almalind\", tiktok = \"alma\", twitch = \"alma\", x = \"alma\", facebook = \"112233\" }\n\
         [[room]]\nid = \"team\"\nbrand = \"nordbo\"\naudience = \"internal\"\n\
         [[room]]\nid = \"operators\"\naudience = \"operator\"\n",
    );
    let shops = SOURCES.iter().filter(|one| one.shop).map(|one| one.name);
    for name in ["nordbo", "second"].into_iter().chain(shops) {
        write!(
            text,
            "[[brand]]\nid = \"{name}\"\nname = \"{name}\"\nzone = \"UTC\"\ncurrency = \"EUR\"\n\
             [[campaign]]\nid = \"{name}-c\"\nbrand = \"{name}\"\nstarts = \"2026-01-01\"\nends = \"2036-03-01\"\n\
             [[partnership]]\ncampaign = \"{name}-c\"\ncreator = \"alma\"\ncodes = [\"ALMA10\"]\nlink = \"alma-{name}\"\n\
             landing = \"https://shop.example/boots\"\n"
        )
        .expect("text");
    }
    for (id, campaign, source, object) in [
        ("b1", "nordbo-c", "meta", "120210000000000001"),
        ("b2", "second-c", "meta-app", "120210000000000002"),
        ("b3", "nordbo-c", "ads", "1700000000000001"),
        ("b4", "second-c", "ads-app", "1700000000000002"),
        ("b5", "nordbo-c", "search", "21000000001"),
    ] {
        write!(
            text,
            "[[boost]]\nid = \"{id}\"\npartnership = \"{campaign}/alma\"\nsource = \"{source}\"\nref = \"{object}\"\n\
             budget = \"6000.00 EUR\"\n"
        )
        .expect("text");
    }
    text
}

/// All that left the program, by where it was seen.
#[derive(Default)]
struct Left(Vec<(String, Vec<u8>)>);

impl Left {
    fn add(&mut self, place: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push((place.into(), bytes.into()));
    }

    /// Everything that is kept below a folder, names included.
    fn folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let kind = path.symlink_metadata().expect("there").file_type();
            if kind.is_dir() {
                self.folder(&path);
            } else if kind.is_file() {
                self.add(path.display().to_string(), std::fs::read(&path).expect("read"));
            }
        }
    }

    fn faults(&self) -> Vec<String> {
        self.0.iter().filter_map(|(place, bytes)| found(bytes).map(|what| format!("{place}: {what}"))).collect()
    }
}

struct Desk(TempDir);

impl Desk {
    fn new(settings: &str) -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        for (name, text) in [
            ("plimsoll.toml", settings),
            ("documents.toml", &documents()),
            ("search.refresh", "CANARYsearchrefresh"),
            ("site.refresh", "CANARYsiterefresh"),
            ("shop.refresh", "CANARYshoprefresh"),
        ] {
            std::fs::write(desk.path().join(name), text).expect("written");
        }
        desk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(words).current_dir(self.path());
        command.env("USER", "tester").env("RUST_BACKTRACE", "1").stdin(Stdio::null());
        command
    }

    /// Says a command; whatever comes of it, what it prints has left.
    fn say(&self, words: &[&str], left: &mut Left) -> (Option<i32>, String) {
        let ended = self.command(words).output().expect("the program starts");
        let out = String::from_utf8_lossy(&ended.stdout).into_owned();
        left.add(format!("stdout of {words:?}"), ended.stdout);
        left.add(format!("stderr of {words:?}"), ended.stderr);
        (ended.status.code(), out)
    }

    fn serve(&self, sets: &[String]) -> Service {
        let mut command = self.command(&["run", "--set", "log.filter=trace"]);
        for set in sets {
            command.args(["--set", set]);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let log = Arc::new(Mutex::new(String::new()));
        let (mut lines, shared) = (BufReader::new(child.stderr.take().expect("a pipe")), Arc::clone(&log));
        std::thread::spawn(move || {
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|read| read != 0) {
                shared.lock().expect("not poisoned").push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        Service { child, log }
    }
}

struct Service {
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Service {
    fn logged(&self) -> String {
        self.log.lock().expect("not poisoned").clone()
    }

    /// Told to end; all that it said.
    fn stop(mut self, name: &str, left: &mut Left) {
        let sent = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().expect("kill");
        assert!(sent.success());
        let mut out = Vec::new();
        self.child.stdout.take().expect("a pipe").read_to_end(&mut out).expect("read");
        self.child.wait().expect("an end");
        left.add(format!("stdout of run, {name}"), out);
        left.add(format!("log of run, {name}"), self.logged());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits for something that comes of other programs.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let clock = Clock::system();
    let give_up = clock.now() + PATIENCE;
    let (_nobody, never) = mpsc::channel::<()>();
    while !is_so() {
        assert!(clock.now() < give_up, "{what}");
        let _ = never.recv_timeout(Duration::from_millis(20));
    }
}

/// A signed hook, as a platform sends it.
fn hook(address: &str, source: &str) -> String {
    let at = Clock::system().now().as_second().to_string();
    let body = format!("{{\"id\":\"event-{source}\"}}");
    let mac = Hmac::<Sha256>::new_from_slice(HOOK.as_bytes()).expect("any length");
    let mac = mac.chain_update(&at).chain_update(".").chain_update(&body).finalize().into_bytes();
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(
        stream,
        "POST /hooks/{source} HTTP/1.1\r\nhost: {address}\r\nplimsoll-signature: t={at},v1={}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        data_encoding::HEXLOWER.encode(&mac),
        body.len()
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

/// Seals tokens of connected accounts in the store, as `plimsoll connect` does.
async fn connect(desk: &Desk, config: &Config) {
    let store = Arc::new(SledStore::open(&desk.data(), &Options::default()).expect("the store opens"));
    let clock = Clock::system();
    let vault = Vault::new(Arc::clone(&store) as _, &config.vault, &clock);
    let key = KeyPlace::of(&config.vault).read().expect("a key");
    for (source, account) in CONNECTED {
        let token = |what: &str| Some(SecretString::from(format!("CANARYvault{what}{account}")));
        let tokens = TokenSet {
            access: token("access"),
            access_until: Some(clock.now() + SignedDuration::from_secs(3600)),
            refresh: token("refresh"),
            refresh_until: None,
            scope: None,
        };
        let source = source.parse().expect("an id");
        let sealed = Sealed::new(&key, &source, account, &tokens).expect("sealed");
        vault.connect(&source, account, sealed, "terminal:tester").await.expect("connected");
    }
    drop(vault);
    store.close().await.expect("closed");
}

/// Each kind there is has a source here, and each of its secrets is set in one of them.
fn covers_everything(config: &Config) {
    let kinds: BTreeSet<&str> = config.sources.values().map(|source| source.kind.name()).collect();
    assert_eq!(kinds, Kind::NAMES.iter().copied().collect(), "a kind without a canary");
    let mut set: BTreeMap<(String, &str), bool> = BTreeMap::new();
    for source in config.sources.values() {
        let mut source = source.clone();
        let kind = source.kind.name().to_owned();
        for secret in source.kind.settings_mut().secrets() {
            *set.entry((kind.clone(), secret.setting)).or_default() |=
                secret.secret.expose_secret().contains(find::MARK);
        }
        for secret in source.common.secrets() {
            *set.entry(("common".to_owned(), secret.setting)).or_default() |=
                secret.secret.expose_secret().contains(find::MARK);
        }
    }
    let bare: Vec<_> = set.iter().filter(|(_, set)| !**set).map(|(which, _)| which).collect();
    assert!(bare.is_empty(), "secrets without a canary: {bare:?}");
    assert!(25 <= config.secrets().len(), "{}", config.secrets().len());
}

struct Chats {
    telegram: TelegramSim,
    discord: DiscordSim,
    maja: UserId,
    team: ChatId,
    jonas: Snowflake,
    channel: Snowflake,
}

impl Chats {
    async fn start(clock: &Clock) -> Self {
        let config = TelegramConfig { token: SecretString::from(TELEGRAM.to_owned()), ..TelegramConfig::default() };
        let telegram = TelegramSim::start(clock.clone(), config).await.expect("a free port");
        let discord = DiscordSim::start(clock.clone(), DiscordConfig::new(DISCORD)).await.expect("a free port");
        let maja = telegram.add_user(NewUser::named("Maja", "en"));
        let team = telegram.add_supergroup("Nordbo team", maja, false).expect("a group");
        telegram.add_bot(team, maja).expect("added");
        let jonas = discord.create_user("Jonas", "en-GB");
        let guild = discord.create_guild("Nordbo", "en-GB", jonas);
        let channel = discord.create_channel(guild, "operators");
        Self { telegram, discord, maja, team, jonas, channel }
    }

    fn settings(&self) -> Vec<String> {
        vec![
            format!("telegram.api_url={}", self.telegram.base_url()),
            format!("discord.api_url={}", self.discord.api_url()),
            format!("discord.gateway_url={}", self.discord.gateway_url()),
        ]
    }

    /// Joins both people and both rooms, and asks what is to be asked.
    fn join(&self, desk: &Desk, left: &mut Left) {
        let code = |words: &[&str], left: &mut Left| {
            let (status, out) = desk.say(&[&["code", "--json"], words].concat(), left);
            assert_eq!(status, Some(0), "{out}");
            let made: Value = serde_json::from_str(&out).expect("JSON");
            made["send"].as_str().expect("text").rsplit(' ').next().expect("a code").to_owned()
        };
        let agency = code(&["--role", "agency", "--all", "--name", "Maja"], left);
        self.telegram.user_starts(self.maja, Some(&agency.replace('-', ""))).expect("started");
        let operator = code(&["--role", "operator", "--all", "--name", "Jonas"], left);
        let slash = |place, name: &str, given: &[(&str, Given)]| {
            until("the commands are registered", || self.discord.slash(self.jonas, place, name, given).is_ok());
        };
        slash(self.discord.dm(self.jonas), "link", &[("code", Given::Text(operator))]);
        let room = code(&["--room", "team"], left);
        self.telegram.user_sends(self.team, self.maja, &format!("/bind {room}")).expect("sent");
        let room = code(&["--room", "operators"], left);
        slash(self.channel, "bind", &[("code", Given::Text(room))]);
        until("both have joined, and both rooms", || {
            let (_, list) = desk.say(&["audit", "--json"], left);
            4 <= list.matches("code_used").count()
        });
    }

    fn ask(&self) {
        for text in ["/status", "/coverage", "/desk", "/audit", "/help", "/pause alma-nordbo", "/why alma"] {
            self.telegram.user_sends(self.team, self.maja, text).expect("sent");
        }
        until("answers", || 6 <= self.telegram.messages(self.team).iter().filter(|message| message.from_bot).count());
    }

    /// Everything that stands in either chat.
    fn read(&self, left: &mut Left) {
        for message in self.telegram.messages(self.team) {
            left.add("a message on Telegram", format!("{message:?}"));
            left.add("a picture on Telegram", message.photo.map(|photo| photo.to_vec()).unwrap_or_default());
        }
        for place in [self.channel, self.discord.dm(self.jonas)] {
            for message in self.discord.messages(place) {
                left.add("a message on Discord", format!("{message:?}"));
            }
        }
        assert!(self.discord.messages(self.channel).len() > 1, "the operators are told of what fails");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_leaves_or_is_kept_whatever_goes_wrong() {
    let (clock, hostile) = (Clock::system(), Hostile::start());
    let chats = Chats::start(&clock).await;
    let desk = Desk::new(&settings(&hostile));
    let config = Config::load(Some(&desk.path().join("plimsoll.toml")), &[]).expect("a configuration");
    covers_everything(&config);
    let mut left = Left::default();
    left.add("Debug of the configuration", format!("{config:?} {config:#?}"));
    let applied = tokio::task::block_in_place(|| desk.say(&["apply", "documents.toml"], &mut left));
    assert_eq!(
        applied.0,
        Some(0),
        "{:?}",
        left.0.iter().map(|(_, text)| String::from_utf8_lossy(text)).collect::<Vec<_>>()
    );
    connect(&desk, &config).await;
    tokio::task::block_in_place(|| {
        with_everything(&desk, &chats, &hostile, &mut left);
        without_chats(&desk, &hostile, &mut left);
    });
    let told = hostile.secrets();
    let missing: Vec<&str> = [
        "CANARYyoutube",
        "CANARYtwitch",
        "CANARYxtoken",
        "CANARYmeta",
        "CANARYads",
        "CANARYshop",
        "CANARYfeed",
        "CANARYtelegram",
        "CANARYsearchrefresh",
        "CANARYfreshaccess",
    ]
    .into_iter()
    .filter(|secret| !told.iter().any(|one| one.contains(secret)))
    .collect();
    assert!(missing.is_empty(), "never on the wire, so nothing is proved of them: {missing:?} in {told:?}");
    left.folder(&desk.data());
    let backup = std::fs::read(desk.path().join("copy")).expect("a backup");
    left.add("the backup", backup);
    let faults = left.faults();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), left.0.len(), faults.join("\n"));
    // What was given anew is in the files of the operator, for nobody else.
    for name in ["search.refresh", "site.refresh", "shop.refresh"] {
        let path = desk.path().join(name);
        if std::fs::read_to_string(&path).expect("there").contains("fresh") {
            let mode = path.metadata().expect("there").permissions().mode() & 0o077;
            assert!(mode == 0 || name_is_old(&path), "{name} is read by others");
        }
    }
}

/// Whether a file is as the test wrote it.
fn name_is_old(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| !text.contains("CANARYfreshrefresh"))
}

/// The service with both chats, every source woken, and every command that shows something.
fn with_everything(desk: &Desk, chats: &Chats, hostile: &Hostile, left: &mut Left) {
    let service = desk.serve(&chats.settings());
    until("it runs", || service.logged().contains("listening for tracking links"));
    let log = service.logged();
    let (_, after) = log.split_once("web.address=").expect("an address");
    let address: String =
        after.chars().take_while(|letter| letter.is_ascii_digit() || ".:".contains(*letter)).collect();
    chats.join(desk, left);
    for One { name, .. } in &SOURCES {
        let answer = hook(&address, name);
        assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
        left.add("the answer to a hook", answer);
    }
    // Those that nobody's rule or deal asks anything of yet are asked below, by name.
    until("the sources are asked", || 8 <= hostile.places().len());
    for _ in 0..3 {
        desk.say(&["doctor", "--json"], left);
    }
    for One { name, ask, .. } in &SOURCES {
        for _ in 0..2 {
            desk.say(&["poll", name, "--id", ask, "--json"], left);
        }
    }
    for words in [
        &["check", "documents.toml", "--json"][..],
        &["plan", "--creators", "5", "--json"],
        &["coverage", "--json"],
        &["discover", "--json"],
        &["why", "alma", "no-rule", "--json"],
        &["outbox", "list", "--json"],
        &["audit", "--json"],
        &["connect", "--list", "--json"],
        &["backup", "copy"],
    ] {
        desk.say(words, left);
    }
    chats.ask();
    chats.read(left);
    let kept = std::fs::metadata(desk.data()).expect("there").permissions().mode() & 0o777;
    assert_eq!(kept, 0o700);
    service.stop("with everything", left);
}

/// Both chats are worse than the sources: they repeat the address with the token in it, speak no TLS, or are not there.
fn without_chats(desk: &Desk, hostile: &Hostile, left: &mut Left) {
    let settings = |url: &str, gateway: &str| {
        let set = |key: &str, value: &str| format!("{key}={value}");
        vec![set("telegram.api_url", url), set("discord.api_url", url), set("discord.gateway_url", gateway)]
    };
    let plain = hostile.url("chat");
    let port = hostile.port;
    let tls = format!("https://127.0.0.1:{port}");
    for (name, url, gateway, signs) in [
        ("echoed", plain.as_str(), format!("ws://127.0.0.1:{port}/gateway"), 6),
        ("no TLS", tls.as_str(), format!("wss://127.0.0.1:{port}/gateway"), 3),
        ("nobody there", "http://127.0.0.1:9", "ws://127.0.0.1:9/gateway".to_owned(), 0),
    ] {
        let met = || hostile.seen.met.load(std::sync::atomic::Ordering::SeqCst);
        let before = met();
        let service = desk.serve(&settings(url, &gateway));
        until(name, || {
            let log = service.logged();
            log.contains(" running") && log.contains("Telegram") && before + signs <= met()
        });
        service.stop(name, left);
    }
}
