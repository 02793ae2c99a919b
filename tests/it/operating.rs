//! The program as its operator sees it: ready or why not, its figures, its heartbeat, its log, its end. The real program over
//! real HTTP, and, where the store must fail, the service in this process.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use plimsoll::app::clicks::Counter;
use plimsoll::app::config::Config;
use plimsoll::app::core::Core;
use plimsoll::app::hooks::Inbox;
use plimsoll::app::service::Service;
use plimsoll::app::vitals::table::{ALL, Kind};
use plimsoll::domain::ids::RoomId;
use plimsoll::domain::person::{Address, Chat, Room};
use plimsoll::sim::feed::FeedSim;
use plimsoll::sim::telegram::{ChatId, Fault, NewUser, Scope, Shown, TelegramConfig, TelegramSim};
use plimsoll::store::memory::MemoryStore;
use plimsoll::store::records::load;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Committed, Kept, Key, Store, StoreError, Table, Transaction, keys};
use plimsoll::time::Clock;
use plimsoll::web::Web;
use reqwest::Client;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long anything may take before the test gives it up.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// What must never be seen.
const CANARY: &str = "beat-CANARY-7f3a";

const DOCUMENTS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "UTC"
currency = "EUR"
[[creator]]
id = "alma"
name = "Alma Lind"
accounts = { twitch = "alma" }
[[creator]]
id = "bea"
name = "Bea Holm"
accounts = { twitch = "bea" }
[[campaign]]
id = "spring"
brand = "nordbo"
starts = "2026-03-01"
ends = "2036-03-01"
[[partnership]]
campaign = "spring"
creator = "alma"
[[partnership]]
campaign = "spring"
creator = "bea"
[[room]]
id = "team"
brand = "nordbo"
audience = "internal"
locale = "en"
"#;

const RULES: &str = r#"
[[rule]]
id = "many-followers"
kind = "opportunity"
scope = "creator"
when = "followers > 100"
window = "1h"
mode = "propose"
"#;

/// One for each creator; the second waits for the room's limit.
const ALERTS: usize = 2;

/// The world around one program.
struct World {
    folder: TempDir,
    clock: Clock,
    telegram: TelegramSim,
    token: String,
    team: ChatId,
    feed: FeedSim,
    /// Whether the heartbeat is taken.
    taken: Arc<AtomicBool>,
}

/// A running program. Killed when it is dropped.
struct Program {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    reader: Option<std::thread::JoinHandle<()>>,
    url: String,
}

impl Program {
    fn said(&self) -> Vec<String> {
        self.said.lock().expect("whole").clone()
    }

    /// Asks it to end and waits for that; how long it took, and all it said.
    fn end(mut self, clock: &Clock) -> (SignedDuration, Vec<String>) {
        let begin = clock.now();
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
        let ended = self.child.wait().expect("an end");
        let took = clock.now().duration_since(begin);
        // What it said last may still be on its way.
        self.reader.take().expect("a reader").join().expect("all is read");
        assert_eq!(ended.code(), Some(0), "{:?}", self.said());
        (took, self.said())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl World {
    async fn new() -> Self {
        let clock = Clock::system();
        let config = TelegramConfig::default();
        let token = config.token.expose_secret().to_owned();
        let telegram = TelegramSim::start(clock.clone(), config).await.expect("a free port");
        let maja = telegram.add_user(NewUser::named("Maja", "en"));
        let team = telegram.add_supergroup("Nordbo team", maja, false).expect("a group");
        telegram.add_bot(team, maja).expect("added");
        let taken = Arc::new(AtomicBool::new(false));
        let beats = Arc::clone(&taken);
        let answer = move |path: &str, _: Timestamp| match path {
            "/twitch.json" => {
                Some(json!({"rows": [{"login": "alma", "followers": 5_000}, {"login": "bea", "followers": 7_000}]}))
            }
            path if path.contains(CANARY) => beats.load(Ordering::SeqCst).then(|| json!("ok")),
            _ => None,
        };
        let feed = FeedSim::start(&clock, None, Box::new(answer)).await.expect("a free port");
        let folder = tempfile::tempdir().expect("a folder");
        let world = Self { folder, clock, telegram, token, team, feed, taken };
        world.settle().await;
        world
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Everything is applied and the room is where it is.
    async fn settle(&self) {
        std::fs::write(self.path().join("documents.toml"), DOCUMENTS).expect("written");
        let mut apply = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        std::fs::write(self.path().join("rules.toml"), RULES).expect("written");
        let done =
            apply.args(["apply", "documents.toml", "rules.toml"]).current_dir(self.path()).output().expect("it runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let store = SledStore::open(&self.path().join("data"), &Options::default()).expect("the store opens");
        let key = keys::room(&RoomId::new("team").expect("an id"));
        let mut room = load::<Room>(&store, &key).await.expect("readable").expect("applied");
        let place = self.team.0.to_string();
        room.value.address = Some(Address { chat: Chat::Telegram, place, topic: None, guild: None });
        let mut transaction = Transaction::new();
        transaction.update(&room).expect("a room");
        store.commit(transaction).await.expect("kept");
        store.close().await.expect("closed");
    }

    fn start(&self) -> Program {
        let source = format!(
            "sources.twitch={{ kind = \"generic\", schedule = \"* * * * * *\", feed = {{ base_url = \"{}\", \
             allowed_hosts = [\"127.0.0.1\"], path = \"/twitch.json\", platform = \"twitch\", rows = \"$.rows[*]\", \
             id = \"$.login\", fields = [{{ metric = \"followers\", path = \"$.followers\", form = \"gauge\" }}] }} }}",
            self.feed.base_url()
        );
        let sets = [
            source,
            format!("telegram.token=\"{}\"", self.token),
            format!("telegram.api_url={}", self.telegram.base_url()),
            format!("heartbeat.url={}/beat/{CANARY}", self.feed.base_url()),
            "heartbeat.every=1s".to_owned(),
            "web.listen=127.0.0.1:0".to_owned(),
            "log.json=true".to_owned(),
            "delivery.lease=1s".to_owned(),
        ];
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.arg("run").current_dir(self.path()).stdin(Stdio::null()).stdout(Stdio::null());
        for set in &sets {
            command.args(["--set", set]);
        }
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        let mut early = Vec::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("ended: {early:?}"));
            let told: Option<Value> = serde_json::from_str(&line).ok();
            early.push(line);
            if let Some(address) = told.as_ref().and_then(|told| told["fields"]["web.address"].as_str()) {
                break address.to_owned();
            }
        };
        let said = Arc::new(Mutex::new(early));
        let more = Arc::clone(&said);
        // The log goes on; a full pipe would stop the program.
        let reader = std::thread::spawn(move || lines.for_each(|line| more.lock().expect("whole").push(line)));
        Program { child, said, reader: Some(reader), url: format!("http://{address}") }
    }

    /// What goes wrong with the alert, whether it goes with a picture or without.
    fn on_alert(&self, fault: &Fault) {
        for method in ["sendMessage", "sendPhoto"] {
            self.telegram.inject(fault.clone(), Scope::method(method), 1);
        }
    }

    fn told(&self) -> Vec<Shown> {
        let ours = |shown: &Shown| shown.from_bot && shown.text.contains("followers");
        self.telegram.messages(self.team).into_iter().filter(ours).collect()
    }

    /// How many of them say that they may be a repeat.
    fn marked(&self) -> usize {
        self.told().iter().filter(|shown| shown.text.contains("you may have seen this already")).count()
    }

    fn beats(&self) -> usize {
        self.feed.asked(&format!("/beat/{CANARY}"))
    }

    /// Waits until something is so.
    async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let give_up = self.clock.now() + PATIENCE;
        let mut held = self.clock.hold("test");
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(self.clock.now() < give_up, "still waiting for {what}");
            held.sleep_until(self.clock.now() + SignedDuration::from_millis(20)).await;
        }
    }
}

/// What is answered at an address: status, kind, text.
async fn get(url: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
    // Not through `plimsoll::http`: this is a monitor.
    #[expect(clippy::disallowed_methods, reason = "a client of its own, as a monitor has")]
    let client = Client::builder().build().expect("a client");
    let request = headers.iter().fold(client.get(url), |request, (name, value)| request.header(*name, *value));
    #[expect(clippy::disallowed_methods, reason = "a client of its own, as a monitor has")]
    let answer = request.send().await.expect("an answer");
    let kind = answer.headers().get("content-type").map_or("", |kind| kind.to_str().unwrap_or_default()).to_owned();
    (answer.status().as_u16(), kind, answer.text().await.expect("a text"))
}

/// The figures of a page, by name with labels; every line is looked at as Prometheus does.
fn figures(text: &str) -> BTreeMap<String, f64> {
    let types: BTreeMap<&str, Kind> = ALL.iter().map(|metric| (metric.name, metric.kind)).collect();
    let mut figures = BTreeMap::new();
    let (mut typed, mut helped) = (BTreeSet::new(), BTreeSet::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            assert!(helped.insert(rest.split(' ').next().expect("a name")), "{line}");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a type");
            assert_eq!(types.get(name).map(|kind| kind.as_str()), Some(kind), "{line}");
            assert!(typed.insert(name), "{line}");
        } else {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            let bare = name.split('{').next().expect("a name");
            assert!(typed.contains(bare) && helped.contains(bare), "{line}");
            let value: f64 = value.parse().expect("a number");
            assert!(value.is_finite() && 0.0 <= value, "{line}");
            assert!(figures.insert(name.to_owned(), value).is_none(), "{line} is there twice");
        }
    }
    assert_eq!(typed.len(), ALL.len());
    figures
}

fn is(figures: &BTreeMap<String, f64>, name: &str, at_least: f64, at_most: f64) -> bool {
    let figure = figures.get(name).unwrap_or_else(|| panic!("{name} is not told: {figures:#?}"));
    (at_least..=at_most).contains(figure)
}

fn count(lines: &[String], words: &str) -> usize {
    lines.iter().filter(|line| line.contains(words)).count()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one evening of a service")]
async fn an_operator_sees_how_it_is_while_it_is_well_and_when_it_is_not() {
    let world = World::new().await;
    let program = world.start();
    let page = |path: &str| format!("{}{path}", program.url);
    world.until("ready", async || (get(&page("/readyz"), &[]).await.0 == 200).then_some(())).await;
    world.until("the alerts", async || (world.told().len() == ALERTS).then_some(())).await;
    assert_eq!(get(&page("/readyz"), &[]).await.2, "ready\n");

    // A heartbeat that is not taken is said once, and then that it is.
    world.until("three beats", async || (3 <= world.beats()).then_some(())).await;
    world.taken.store(true, Ordering::SeqCst);
    let again = "the heartbeat is taken again";
    world.until("it is taken", async || (count(&program.said(), again) == 1).then_some(())).await;
    assert_eq!(count(&program.said(), "the heartbeat failed;"), 1, "{:#?}", program.said());

    let well = world
        .until("the figures", async || {
            let (status, kind, text) = get(&page("/metrics"), &[]).await;
            assert_eq!((status, kind.as_str()), (200, "text/plain; version=0.0.4; charset=utf-8"));
            for secret in [CANARY, &world.token, "Alma", "alma", "many-followers", "spring", "nordbo", "team"] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
            let figures = figures(&text);
            is(&figures, "plimsoll_deliveries_total{chat=\"telegram\",outcome=\"sent\"}", 2.0, 2.0).then_some(figures)
        })
        .await;
    let build = format!("plimsoll_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    for (name, at_least, at_most) in [
        (build.as_str(), 1.0, 1.0),
        ("plimsoll_ready", 1.0, 1.0),
        ("plimsoll_store_broken", 0.0, 0.0),
        ("plimsoll_polls_total{source=\"twitch\",outcome=\"answered\"}", 1.0, 500.0),
        ("plimsoll_polls_total{source=\"twitch\",outcome=\"failed\"}", 0.0, 0.0),
        ("plimsoll_source_answer_age_seconds{source=\"twitch\"}", 0.0, 30.0),
        ("plimsoll_source_lag_seconds{source=\"twitch\"}", 0.0, 30.0),
        ("plimsoll_source_failing{source=\"twitch\"}", 0.0, 0.0),
        ("plimsoll_samples_total", 1.0, 500.0),
        ("plimsoll_evaluations_total", 1.0, 500.0),
        ("plimsoll_incidents_total{change=\"fired\"}", 2.0, 2.0),
        ("plimsoll_incidents_open{kind=\"opportunity\",urgency=\"informational\"}", 2.0, 2.0),
        ("plimsoll_limiter_waits_total{chat=\"telegram\"}", 1.0, 100.0),
        ("plimsoll_deliveries_due{chat=\"telegram\"}", 0.0, 0.0),
        ("plimsoll_deliveries_oldest_due_seconds{chat=\"telegram\"}", 0.0, 0.0),
        ("plimsoll_inbox_unanswered", 0.0, 0.0),
        ("plimsoll_chat_connected{chat=\"telegram\"}", 1.0, 1.0),
        ("plimsoll_chat_heard_age_seconds{chat=\"telegram\"}", 0.0, 60.0),
        ("plimsoll_store_size_bytes", 1.0, 1e9),
        ("plimsoll_disk_free_bytes", 1.0, 1e18),
        ("plimsoll_part_age_seconds{part=\"act\"}", 0.0, 60.0),
        ("plimsoll_heartbeats_total{outcome=\"failed\"}", 3.0, 100.0),
        ("plimsoll_heartbeats_total{outcome=\"sent\"}", 1.0, 100.0),
    ] {
        assert!(is(&well, name, at_least, at_most), "{name} is {:?}", well.get(name));
    }
    let started = well.get("plimsoll_start_time_seconds").expect("told");
    assert!((started - world.clock.now().as_duration().as_secs_f64()).abs() < 120.0, "{started}");
    assert!(!well.keys().any(|name| name.contains("chat=\"discord\"")), "a chat that is not configured has no figures");

    // Whoever comes through a proxy comes from outside.
    for header in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        for path in ["/metrics", "/readyz"] {
            assert_eq!(get(&page(path), &[(header, "192.0.2.7")]).await.0, 404, "{header} {path}");
        }
    }
    assert_eq!(get(&page("/healthz"), &[("x-forwarded-for", "192.0.2.7")]).await.0, 200);

    // The token is revoked. A slow start may have been said to be no readiness already.
    let unready = || count(&program.said(), "not ready; no heartbeat");
    let earlier = unready();
    let refused = Fault::Answer { status: 401, description: "Unauthorized".to_owned(), parameters: None };
    world.telegram.inject(refused, Scope::any(), 1_000_000);
    let source = world.telegram.add_user(NewUser::named("Nils", "en"));
    // Something to hear, so that the poll that waits ends now.
    world.telegram.user_starts(source, None).expect("started");
    let (status, reasons) = world
        .until("not ready", async || {
            let (status, _, text) = get(&page("/readyz"), &[]).await;
            (status != 200).then_some((status, text))
        })
        .await;
    assert_eq!(status, 503);
    assert_eq!(reasons, "Telegram refuses the bot: Unauthorized; set telegram.token_file and start again\n");
    assert_eq!(get(&page("/healthz"), &[]).await.0, 200, "it lives");
    world.until("said", async || (unready() == earlier + 1).then_some(())).await;
    let (before, then) = (world.beats(), world.clock.now() + SignedDuration::from_secs(3));
    world.until("three seconds", async || (then < world.clock.now()).then_some(())).await;
    assert_eq!(world.beats(), before, "no heartbeat while it is not ready");
    let ill = figures(&get(&page("/metrics"), &[]).await.2);
    assert!(is(&ill, "plimsoll_ready", 0.0, 0.0));
    assert!(is(&ill, "plimsoll_chat_connected{chat=\"telegram\"}", 0.0, 0.0));

    let (took, log) = program.end(&world.clock);
    assert!(took < SignedDuration::from_secs(10), "{took:?}");
    for line in &log {
        let told: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let whole = ["timestamp", "level", "target"].iter().all(|key| told[*key].is_string());
        assert!(whole && told["fields"]["message"].is_string(), "{line}");
        assert!(!line.contains(CANARY) && !line.contains(&world.token) && !line.contains("Alma"), "{line}");
    }
    assert!(5 < log.len() && count(&log, "\"stopped\"") == 1, "{log:#?}");
}

/// A reply that takes a while is waited for: the message is known to have been told, and nobody hears of a possible repeat.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_when_it_is_told_to_end_is_finished() {
    let world = World::new().await;
    world.on_alert(&Fault::Delay(SignedDuration::from_secs(3)));
    let program = world.start();
    // The emulated chat has the message and keeps its answer back.
    world.until("the alert", async || world.told().pop()).await;
    let (took, log) = program.end(&world.clock);
    assert!(SignedDuration::from_secs(1) < took && took < SignedDuration::from_secs(10), "{took:?}");
    assert_eq!(count(&log, "still under way"), 0, "{log:#?}");
    told_once_after_a_restart(&world).await;
    assert_eq!(world.marked(), 0, "its answer was heard: {:#?}", world.told());
}

/// A reply that never comes is not waited for, and nothing is lost by that.
#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_when_it_is_told_to_end_is_taken_up_again() {
    let world = World::new().await;
    world.on_alert(&Fault::Hang(SignedDuration::from_hours(1)));
    let program = world.start();
    world
        .until("the request", async || {
            let asked = world.telegram.requests();
            asked.iter().any(|request| request.method.to_ascii_lowercase().starts_with("send")).then_some(())
        })
        .await;
    let (took, log) = program.end(&world.clock);
    assert!(took < SignedDuration::from_secs(10), "{took:?}");
    assert_eq!(count(&log, "still under way"), 1, "{log:#?}");
    assert_eq!(world.told().len(), 0);
    told_once_after_a_restart(&world).await;
    assert_eq!(world.marked(), 1, "nobody knows whether it was heard: {:#?}", world.told());
}

async fn told_once_after_a_restart(world: &World) {
    let program = world.start();
    world.until("the alerts", async || (ALERTS <= world.told().len()).then_some(())).await;
    // Long enough for a claim that was left behind to run out and be told again.
    let then = world.clock.now() + SignedDuration::from_secs(4);
    world.until("a while", async || (then < world.clock.now()).then_some(())).await;
    program.end(&world.clock);
    let told = world.told();
    let about: BTreeSet<&str> = told.iter().filter_map(|shown| shown.text.rsplit('#').next()).collect();
    assert_eq!((told.len(), about.len()), (ALERTS, ALERTS), "{told:#?}");
}

/// A store that can be made to fail, or to answer nothing.
#[derive(Default)]
struct Ailing {
    inner: MemoryStore,
    how: AtomicU8,
}

const WELL: u8 = 0;
const FAILS: u8 = 1;
const HANGS: u8 = 2;

impl Ailing {
    async fn suffer(&self) -> Result<(), StoreError> {
        match self.how.load(Ordering::SeqCst) {
            WELL => Ok(()),
            FAILS => Err(StoreError::Failed { deed: "read a record", cause: "the disk is gone".into() }),
            _ => std::future::pending().await,
        }
    }
}

#[async_trait]
impl Store for Ailing {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        self.suffer().await?;
        self.inner.get(table, key).await
    }

    async fn scan(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Kept)>, StoreError> {
        self.suffer().await?;
        self.inner.scan(table, from, until, limit).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError> {
        self.suffer().await?;
        self.inner.commit(transaction).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_or_hangs_is_said_and_the_figures_go_on() {
    let clock = Clock::system();
    let store = Arc::new(Ailing::default());
    let config = Config::load(None, &[]).expect("a configuration");
    let core = Core::open(clock.clone(), Arc::clone(&store) as Arc<dyn Store>, config, 7).await.expect("opens");
    let mut service = Service::start(&core).expect("starts");
    let counter = Arc::new(Counter::new(Arc::clone(&core)));
    let hooks = Arc::new(Inbox::new(Arc::clone(&core)));
    let links = Arc::clone(&counter);
    let web = Web::bind("127.0.0.1:0", links, hooks, clock.clone(), [7; 32], false).await.expect("listens");
    let url = format!("http://{}", web.address().expect("an address"));
    service.answer_links(web, &counter);
    let look = async || {
        let (status, _, reasons) = get(&format!("{url}/readyz"), &[]).await;
        let (ok, _, text) = get(&format!("{url}/metrics"), &[]).await;
        assert_eq!(ok, 200);
        (status, reasons, figures(&text))
    };
    for (how, status, reason, broken) in [
        (WELL, 200, "ready\n", 0.0),
        (FAILS, 503, "the store does not work: could not read a record: the disk is gone\n", 1.0),
        (WELL, 200, "ready\n", 0.0),
        (HANGS, 503, "the store does not work: it does not answer\n", 1.0),
    ] {
        store.how.store(how, Ordering::SeqCst);
        let begin = clock.now();
        let (said, reasons, figures) = look().await;
        assert!(clock.now().duration_since(begin) < SignedDuration::from_secs(9), "nobody waits for ever");
        assert_eq!((said, reasons.as_str()), (status, reason));
        assert!(is(&figures, "plimsoll_store_broken", broken, broken));
        assert!(is(&figures, "plimsoll_ready", 1.0 - broken, 1.0 - broken));
        assert!(figures.contains_key("plimsoll_evaluations_total"), "what is known without a store");
        assert_eq!(
            figures.contains_key("plimsoll_inbox_unanswered"),
            how == WELL,
            "what is not known is not told as 0"
        );
    }
    store.how.store(WELL, Ordering::SeqCst);
    #[expect(clippy::disallowed_methods, reason = "an end that hangs must fail")]
    let ended = tokio::time::timeout(Duration::from_secs(20), service.stop()).await;
    ended.expect("it ends");
}
