//! `plimsoll connect` as people meet it: the real program, the emulated authorization server, and a browser between them.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::config::Config;
use plimsoll::app::control::{self, Answer, Body as Content, Request, Seat, Text, Wish};
use plimsoll::app::core::Core;
use plimsoll::app::vault::seal::KeyPlace;
use plimsoll::app::vault::{Sealed, watch};
use plimsoll::domain::ids::SourceId;
use plimsoll::domain::person::{Address, Audience, Chat, Room};
use plimsoll::http::tokens::TokenSet;
use plimsoll::http::{Api, Body, Limits};
use plimsoll::outbox::delivery::Delivery;
use plimsoll::outbox::notice::{About, Notice};
use plimsoll::sim::oauth::{OauthConfig, OauthSim};
use plimsoll::sim::shopify::{ShopConfig, ShopSim, ShopWorld};
use plimsoll::sources::{Outside, Request as Poll, SourceError, Target};
use plimsoll::store::memory::MemoryStore;
use plimsoll::store::records::scan_all;
use plimsoll::store::{Store, Transaction};
use plimsoll::time::{Clock, Driver};
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a program in it, and the server it talks to.
struct Desk {
    folder: TempDir,
    sim: OauthSim,
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Desk {
    async fn new() -> Self {
        let sim = OauthSim::start(&Clock::system(), OauthConfig::default()).await.expect("a free port");
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!(
            "[vault]\nkey_file = \"vault.key\"\n[telegram]\ntoken = \"1:T\"\napi_url = \"http://127.0.0.1:9\"\n\
             [sources.shop]\nkind = \"shopify\"\nshop = \"nordbo\"\nbase_url = \"{}\"\nschedule = \"0 0 1 1 *\"\n\
             client_id = \"sim-app\"\nclient_secret = \"sim-secret\"\nconnected = true\n",
            sim.base_url()
        );
        std::fs::write(folder.path().join("plimsoll.toml"), text).expect("written");
        Self { folder, sim }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn start(&self, words: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(words).current_dir(self.path()).env("USER", "tester");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
    }

    fn run(&self, words: &[&str], typed: &str) -> Ran {
        let mut child = self.start(words);
        child.stdin.take().expect("a pipe").write_all(typed.as_bytes()).expect("typed");
        ended(child, String::new())
    }
}

/// What came of a command; no token is in it.
fn ended(child: Child, before: String) -> Ran {
    let ended = child.wait_with_output().expect("ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ran = Ran { code: ended.status.code(), out: text(&ended.stdout), err: before + &text(&ended.stderr) };
    assert!(!ran.out.contains("CANARY") && !ran.err.contains("CANARY"), "{} {}", ran.out, ran.err);
    ran
}

/// The address that the command says, and what it said before.
fn address(log: &mut BufReader<ChildStderr>) -> (String, String) {
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        assert_ne!(log.read_line(&mut line).expect("a pipe"), 0, "ended: {seen}");
        if line.starts_with("http") {
            return (line.trim().to_owned(), seen);
        }
        seen.push_str(&line);
    }
}

/// What a browser sees at an address: the status, and where it is sent.
async fn browse(url: &str) -> (u16, String) {
    let url = url::Url::parse(url).expect("an address");
    let api = Api::new(&url.origin().ascii_serialization(), Limits::default()).expect("a client");
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = api.send(reqwest::Method::GET, url.path(), &query, &[], Body::Empty).await.expect("an answer");
    (answer.status, answer.header("location").unwrap_or_default().to_owned())
}

/// Starts `connect`, agrees in a browser, and comes back.
async fn agree(desk: &Desk, words: &[&str]) -> Ran {
    let mut child = desk.start(words);
    let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
    let (url, seen) = address(&mut log);
    let (status, back) = browse(&url).await;
    assert_eq!(status, 302);
    // What is not the way back of this attempt is turned away, and waited on.
    let origin = url::Url::parse(&back).expect("an address").origin().ascii_serialization();
    assert_eq!(browse(&format!("{origin}/favicon.ico")).await.0, 404);
    assert_eq!(browse(&format!("{origin}/callback?code=evil&state=evil")).await.0, 400);
    assert_eq!(browse(&back).await.0, 200);
    ended(child, seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_connected_listed_and_forgotten() {
    let desk = Desk::new().await;
    let ran = agree(&desk, &["connect", "shop"]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.out.starts_with("connected `nordbo` at `shop`\nmay: read_orders read_discounts write_discounts\n"),
        "{}",
        ran.out
    );
    assert!(ran.err.starts_with("made the key `vault.key`"), "{}", ran.err);
    let mode = std::fs::metadata(desk.path().join("vault.key")).expect("a key").permissions().mode();
    assert_eq!(mode & 0o077, 0, "only its owner may read it");

    let again = agree(&desk, &["connect", "shopify", "--json"]).await;
    let document: Value = serde_json::from_str(&again.out).expect("one JSON document");
    assert_eq!((document["again"].as_bool(), document["source"].as_str()), (Some(true), Some("shop")));

    let list = desk.run(&["connect", "--list"], "");
    assert!(list.out.starts_with("shop nordbo: connected until "), "{} {}", list.out, list.err);
    let list: Value = serde_json::from_str(&desk.run(&["connect", "--list", "--json"], "").out).expect("JSON");
    assert_eq!(list["accounts"][0]["scope"], "read_orders read_discounts write_discounts");
    let gone = desk.run(&["disconnect", "shop"], "");
    assert_eq!(gone.code, Some(0), "{}", gone.err);
    let none = desk.run(&["disconnect", "shop"], "");
    assert_eq!(none.code, Some(2));
    assert_eq!(
        desk.run(&["connect", "--list"], "").out,
        "no account is connected; `plimsoll connect SOURCE` connects one\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_can_be_pasted_and_a_token_brought_along() {
    let desk = Desk::new().await;
    let mut child = desk.start(&["connect", "shop", "--paste", "--account", "nordbo"]);
    let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
    let (url, _) = address(&mut log);
    let (_, back) = browse(&url).await;
    child.stdin.take().expect("a pipe").write_all(format!("{back}\n").as_bytes()).expect("typed");
    let ran = ended(child, String::new());
    assert_eq!(ran.code, Some(0), "{} {}", ran.out, ran.err);

    let typed = desk.run(&["connect", "shop", "--token", "--account", "b", "--expires", "60d"], "CANARY-brought\n");
    assert!(typed.out.starts_with("connected `b` at `shop`\nmay: what the app may"), "{} {}", typed.out, typed.err);
    std::fs::write(desk.path().join("t"), "CANARY-file\n").expect("written");
    let from_file = desk.run(&["connect", "shop", "--token-file", "t", "--refresh", "--account", "c"], "");
    assert!(from_file.out.contains("refresh token: has no end"), "{} {}", from_file.out, from_file.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_connected_says_why() {
    let desk = Desk::new().await;
    let check = |words: &[&str], typed: &str, code: i32, want: &str| {
        let ran = desk.run(words, typed);
        assert_eq!((ran.code, ran.err.trim_end()), (Some(code), want), "{words:?}");
    };
    let unknown = "plimsoll: there is no source `tiktok` in the configuration; can be connected: shop";
    check(&["connect", "tiktok"], "", 2, unknown);
    let no_key = "plimsoll: the tokens of connected accounts need a key; set vault.key_file (`plimsoll connect` makes the \
                  file) or vault.key";
    check(&["connect", "shop", "--set", "vault.key_file="], "", 2, no_key);
    std::fs::write(desk.path().join("vault.key"), "x").expect("written");
    let bad = "plimsoll: the file of vault.key_file is no key; write 32 bytes as base64 or hex, such as `openssl rand -base64 \
               32` prints";
    check(&["connect", "shop"], "", 2, bad);
    std::fs::remove_file(desk.path().join("vault.key")).expect("removed");
    let ran = desk.run(&["connect", "shop", "--token"], "\n");
    assert!(ran.err.ends_with("plimsoll: that is no token; give one line with nothing else in it\n"), "{}", ran.err);
    let ran = desk.run(&["connect", "shop", "--wait", "1s"], "");
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("nobody came back within 1 s"), "{}", ran.err);
    desk.sim.deny();
    let ran = agree(&desk, &["connect", "shop"]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.is_empty() || !ran.err.contains("panicked"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_service_runs_it_keeps_the_tokens() {
    let desk = Desk::new().await;
    let mut service = desk.start(&["run"]);
    let mut log = BufReader::new(service.stderr.take().expect("a pipe"));
    let mut seen = String::new();
    while !seen.contains(" running") {
        assert_ne!(log.read_line(&mut seen).expect("a log"), 0, "ended early: {seen}");
    }
    // The key is made while it runs, and it finds it.
    let ran = agree(&desk, &["connect", "shop"]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(desk.run(&["connect", "--list"], "").out.starts_with("shop nordbo: connected until "));
    // Another key than the service's would seal what nobody can open.
    std::fs::write(desk.path().join("other.key"), "02".repeat(32)).expect("written");
    let ran = desk.run(&["connect", "shop", "--token", "--set", "vault.key_file=other.key"], "CANARY-token\n");
    assert!(ran.err.contains("seals with another key than this command"), "{}", ran.err);
    assert!(Command::new("kill").args(["-TERM", &service.id().to_string()]).status().expect("kill").success());
    assert!(service.wait().expect("ends").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_read_with_the_tokens_that_its_owner_gave() {
    let (clock, mut driver) = Clock::simulated(at("2026-03-02T12:20:00Z"));
    let sim =
        ShopSim::start(&clock, ShopConfig::default(), Arc::new(ShopWorld::new("SEK"))).await.expect("a free port");
    let stage = stage(&clock, &sim.base_url(), "sim-app").await;
    let settings = stage.core.config.sources.get(&shop()).expect("the shop").kind.settings();
    let outside = Outside { clock: clock.clone(), accounts: stage.core.vault.accounts(&shop()) };
    let source = settings.build(&outside).expect("a source");
    let target = Target::Account { subject: "brand/nordbo".parse().expect("a subject"), id: "shop".to_owned() };
    let mut poll = async || {
        let (source, request) = (Arc::clone(&source), Poll { targets: vec![target.clone()], now: clock.now() });
        let task = clock.spawn("poll", |held| async move {
            let fetched = source.fetch(&request).await;
            drop(held);
            fetched
        });
        driver.run_for(SignedDuration::from_secs(120)).await.expect("quiet");
        task.await.expect("ends")
    };
    let fetched = poll().await.expect("asked");
    let unknown = matches!(fetched.partial, Some(SourceError::Unauthorized { .. }));
    assert!(unknown && fetched.samples.is_empty(), "nobody has connected it: {:?}", fetched.partial);
    let refresh = Some(SecretString::from("shprt_1".to_owned()));
    stage.keep(&TokenSet { refresh, ..TokenSet::default() }).await;
    assert!(poll().await.expect("read").partial.is_none());
    assert_eq!(sim.tokens_given(), 1);
    let kept = stage.core.vault.list().await.expect("listed").remove(0);
    assert!(kept.refreshable && kept.access_until.is_some(), "the rotated one is kept");
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn shop() -> SourceId {
    "shop".parse().expect("a source")
}

const DOCUMENTS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "UTC"
currency = "EUR"
[[creator]]
id = "alma"
name = "Alma Lind"
locale = "sv"
accounts = { shop = "nordbo" }
"#;

struct Stage {
    core: Arc<Core>,
    store: Arc<MemoryStore>,
}

/// A program on a store in memory whose shop is connected through an app.
async fn stage(clock: &Clock, base: &str, app: &str) -> Stage {
    let sets = [
        format!("vault.key={}", "01".repeat(32)),
        format!(
            "sources.shop={{kind=\"shopify\", shop=\"nordbo\", base_url=\"{base}\", schedule=\"0 0 1 1 *\", \
             client_id=\"{app}\", client_secret=\"sim-secret\", connected=true}}"
        ),
    ];
    let config = Config::load(None, &sets).expect("settings");
    let store = Arc::new(MemoryStore::new());
    let core = Core::open(clock.clone(), Arc::clone(&store) as Arc<dyn Store>, config, 7).await.expect("opens");
    let files = vec![Text { name: "documents.toml".to_owned(), text: DOCUMENTS.to_owned() }];
    let wish = Wish::Apply { files, dry_run: false };
    let request = Request { by: "terminal:anna".to_owned(), acting: None, wish };
    let answer = control::answer(&core, Seat::Service, &request, &Content::Empty, &|_| {}).await;
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    Stage { core, store }
}

impl Stage {
    async fn keep(&self, tokens: &TokenSet) {
        let key = KeyPlace::of(&self.core.config.vault).read().expect("a key");
        let sealed = Sealed::new(&key, &shop(), "nordbo", tokens).expect("sealed");
        self.core.vault.connect(&shop(), "nordbo", sealed, "terminal:anna").await.expect("connected");
    }

    async fn room(&self, id: &str, audience: Audience) {
        let room = Room {
            id: id.parse().expect("an id"),
            address: Some(Address { chat: Chat::Telegram, place: id.to_owned(), topic: None, guild: None }),
            audience,
            brand: None,
            campaign: None,
            creator: (audience == Audience::Creator).then(|| "alma".parse().expect("an id")),
            locale: "en".to_owned(),
            zone: "UTC".to_owned(),
            quiet: None,
            closed: None,
            closed_at: None,
            person: None,
            habits: plimsoll::domain::habits::Habits::default(),
        };
        let mut transaction = Transaction::new();
        transaction.create(&room).expect("a room");
        self.store.commit(transaction).await.expect("kept");
        self.core.reload().await.expect("read again");
    }

    /// What is told of troubles: key of the sentence and the rooms it goes to.
    async fn told(&self) -> Vec<(String, Vec<String>)> {
        let deliveries = scan_all::<Delivery>(&*self.store).await.expect("deliveries");
        let notices = scan_all::<Notice>(&*self.store).await.expect("notices");
        let of = |about: &About| {
            let of = deliveries.iter().filter(|one| one.value.about == *about);
            of.map(|one| one.value.room.to_string()).collect::<Vec<_>>()
        };
        let key = |notice: &Notice| notice.wording.as_ref().map(|wording| wording.key.clone()).unwrap_or_default();
        notices.iter().map(|one| (key(&one.value), of(&one.value.about))).collect()
    }

    /// Looks after accounts until there is nothing more to do now.
    async fn round(&self) -> Option<Timestamp> {
        let mut wake = watch::round(&self.core).await.expect("looked");
        for _ in 0..3 {
            wake = watch::round(&self.core).await.expect("looked");
        }
        wake
    }
}

fn want(told: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let rooms = |rooms: &[&str]| rooms.iter().map(|&room| room.to_owned()).collect();
    told.iter().map(|(key, to)| ((*key).to_owned(), rooms(to))).collect()
}

fn ninety_days(clock: &Clock) -> TokenSet {
    let secret = |text: &str| Some(SecretString::from(text.to_owned()));
    let until = |hours: i64| clock.now().checked_add(SignedDuration::from_hours(hours)).ok();
    TokenSet {
        access: secret("CANARY-a"),
        access_until: until(1),
        refresh: secret("shprt_1"),
        refresh_until: until(24 * 90),
        scope: None,
    }
}

async fn go(driver: &mut Driver, days: i64) {
    driver.run_for(SignedDuration::from_hours(24 * days)).await.expect("quiet");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unused_connection_is_renewed_half_way_by_itself() {
    let (clock, mut driver) = Clock::simulated(at("2026-03-02T12:00:00Z"));
    let sim =
        ShopSim::start(&clock, ShopConfig::default(), Arc::new(ShopWorld::new("SEK"))).await.expect("a free port");
    let stage = stage(&clock, &sim.base_url(), "sim-app").await;
    stage.room("ops", Audience::Operator).await;
    stage.keep(&ninety_days(&clock)).await;
    assert_eq!(stage.round().await, Some(at("2026-04-16T12:00:00Z")), "nothing to do before half-way");
    assert_eq!(sim.tokens_given(), 0);
    go(&mut driver, 45).await;
    stage.round().await;
    assert_eq!(sim.tokens_given(), 1);
    let kept = stage.core.vault.list().await.expect("listed").remove(0);
    assert_eq!(kept.ends(), Some(at("2026-07-15T12:00:00Z")));
    assert_eq!(stage.told().await, want(&[]), "and nobody had to hear of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_hear_before_it_ends_and_the_creator_when_it_has() {
    let (clock, mut driver) = Clock::simulated(at("2026-03-02T12:00:00Z"));
    let sim =
        ShopSim::start(&clock, ShopConfig::default(), Arc::new(ShopWorld::new("SEK"))).await.expect("a free port");
    // An app with a wrong id renews nothing: that is no fault of the account.
    let stage = stage(&clock, &sim.base_url(), "wrong-app").await;
    stage.room("ops", Audience::Operator).await;
    stage.room("alma-dm", Audience::Creator).await;
    stage.keep(&ninety_days(&clock)).await;
    go(&mut driver, 82).await;
    stage.round().await;
    assert_eq!(stage.told().await, want(&[]));
    go(&mut driver, 1).await;
    stage.round().await;
    assert_eq!(stage.told().await, want(&[("trouble-account-ends", &["ops"])]));
    go(&mut driver, 7).await;
    stage.round().await;
    stage.round().await;
    let all = [
        ("trouble-account-ends", &["ops"][..]),
        ("trouble-account-refused-asked", &["ops"]),
        ("trouble-reconsent", &["alma-dm"]),
    ];
    assert_eq!(stage.told().await, want(&all));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_chat_the_operators_get_a_text_to_copy_in_the_creators_language() {
    let (clock, mut driver) = Clock::simulated(at("2026-03-02T12:00:00Z"));
    let sim =
        ShopSim::start(&clock, ShopConfig::default(), Arc::new(ShopWorld::new("SEK"))).await.expect("a free port");
    let stage = stage(&clock, &sim.base_url(), "sim-app").await;
    stage.room("ops", Audience::Operator).await;
    let refresh = Some(SecretString::from("shprt_stolen".to_owned()));
    stage.keep(&TokenSet { refresh, ..ninety_days(&clock) }).await;
    go(&mut driver, 46).await;
    stage.round().await;
    assert_eq!(stage.told().await, want(&[("trouble-account-refused-copy", &["ops"])]));
    let notice = scan_all::<Notice>(&*stage.store).await.expect("notices").remove(0).value;
    let text = notice.wording.expect("a sentence").args["text"].as_str().expect("text").to_owned();
    insta::assert_snapshot!(text, @r"
    🟡 Jag kan inte längre se dina siffror på the shop (nordbo)
    Åtkomsten du gav har tagit slut. Ett nytt lösenord gör det, eller tiden. Inget räknas dig till last under tiden.
    Teamet skickar dig en adress: öppna den och godkänn på nytt.
    ");
}
