//! Commands while the service runs: the real program twice, one as the service and one as the terminal, with the emulated
//! chat and feed in this process.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::person::Person;
use plimsoll::sim::feed::FeedSim;
use plimsoll::sim::telegram::{ChatId, NewUser, Shown, TelegramConfig, TelegramSim};
use plimsoll::store::records::read_journal;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Store as _, Transaction};
use plimsoll::time::Clock;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take before the test gives it up.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

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

[[campaign]]
id = "spring"
brand = "nordbo"
starts = "2026-03-01"
ends = "2036-03-01"

[[partnership]]
campaign = "spring"
creator = "alma"

[[room]]
id = "team"
brand = "nordbo"
audience = "internal"
"#;

const MANY: &str = r#"
[[rule]]
id = "many-followers"
kind = "opportunity"
scope = "creator"
when = "followers > 100"
window = "1h"
mode = "propose"
"#;

const FALL: &str = r#"
[[rule]]
id = "views-fall"
kind = "stop_loss"
scope = "creator"
when = "views < 100"
window = "1d"
mode = "propose"
"#;

const NUMBERS: &str = "time,creator,platform,metric,form,value\n2026-03-01,alma,youtube,views,amount:P1D,10\n";

const DEALS: &str =
    "Brand,Campaign,Creator,Platform,Format,Fee,Due\nNordbo,spring,Alma Lind,instagram,reel,100.00 EUR,2026-03-20\n";

/// What came of one command.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

/// A folder with a program in it.
struct Desk(TempDir);

impl Desk {
    /// With documents and files in it, and a store.
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        for (name, text) in [
            ("documents.toml", DOCUMENTS),
            ("many.toml", MANY),
            ("fall.toml", FALL),
            ("numbers.csv", NUMBERS),
            ("deals.csv", DEALS),
            ("bad.csv", "time,creator,platform,metric,form,value\nnever,alma,youtube,views,total,1\n"),
            ("posts.csv", "post,creator,platform,published_at,format,text\nabc,alma,youtube,2026-03-02,video,Hello\n"),
        ] {
            std::fs::write(desk.path().join(name), text).expect("written");
        }
        assert_eq!(desk.run(&["apply", "documents.toml"]).code, Some(0));
        desk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn socket(&self) -> PathBuf {
        self.path().join("data/control.sock")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(words).current_dir(self.path()).env("USER", "tester").stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        let ended = self.command(words).output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: ended.status.code(), out: text(&ended.stdout), err: text(&ended.stderr) }
    }

    #[track_caller]
    fn done(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{words:?}");
        ran.out
    }

    /// Starts the service with these settings, and waits until it runs.
    fn serve(&self, settings: &[String]) -> Service {
        let mut command = self.command(&["run"]);
        for set in settings {
            command.args(["--set", set]);
        }
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let log = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut service = Service { child, log, seen: String::new() };
        while !service.seen.contains(" running") {
            let read = service.log.read_line(&mut service.seen).expect("a log");
            assert_ne!(read, 0, "ended early: {}", service.seen);
        }
        service
    }

    /// The journal's lines of these deeds: who did which, on what.
    fn journal(&self, deeds: &[&str]) -> Vec<String> {
        wait(async {
            let store = SledStore::open(&self.path().join("data"), &Options::default()).expect("the store opens");
            let lines = read_journal(&store, 1, 100_000).await.expect("a journal");
            store.close().await.expect("closed");
            let of = lines.into_iter().map(|(_, line)| line).filter(|line| deeds.contains(&line.deed.as_str()));
            of.map(|line| format!("{} {} {}", line.actor, line.deed, line.subject)).collect()
        })
    }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// Settings of a service that reaches nobody: it answers the terminal all the same.
fn alone() -> Vec<String> {
    vec!["telegram.token=1:T".to_owned(), "telegram.api_url=http://127.0.0.1:9".to_owned()]
}

/// A running service. Killed when it is dropped.
struct Service {
    child: Child,
    log: BufReader<ChildStderr>,
    seen: String,
}

impl Service {
    fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(name).arg(self.child.id().to_string()).status().expect("kill");
        assert!(sent.success());
    }

    /// Told to end; what it logged.
    fn stop(mut self) -> String {
        self.signal("-TERM");
        while self.log.read_line(&mut self.seen).expect("a log") != 0 {}
        assert_eq!(self.child.wait().expect("an end").code(), Some(0), "{}", self.seen);
        std::mem::take(&mut self.seen)
    }

    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("an end");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Somebody that commands can be said as.
fn with_anna(desk: &Desk) {
    wait(async {
        let store = SledStore::open(&desk.path().join("data"), &Options::default()).expect("the store opens");
        let mut transaction = Transaction::new();
        let id = "anna".parse().expect("an id");
        let person = Person { id, name: "Anna".to_owned(), identities: Vec::new(), creator: None, locale: None };
        transaction.create(&person).expect("a person");
        store.commit(transaction).await.expect("kept");
        store.close().await.expect("closed");
    });
}

/// Every command that touches the store, good and bad; each leaves what the next one finds, so that the whole list can
/// be said again.
const SAID: [&[&str]; 32] = [
    &["apply", "fall.toml", "documents.toml"],
    &["apply", "fall.toml", "--dry-run", "--json"],
    &["apply", "documents.toml", "--as", "anna"],
    &["import", "numbers.csv"],
    &["import", "numbers.csv", "--json"],
    &["import", "bad.csv"],
    &["import", "nowhere.csv"],
    &["import", "--posts", "posts.csv"],
    &["import", "numbers.csv", "--as", "eve"],
    &["import", "deals", "deals.csv", "--yes"],
    &["import", "deals", "deals.csv", "--dry-run", "--json"],
    &["import", "deals", "bad.csv", "--yes"],
    &["export", "deals"],
    &["export", "deals", "--brand", "nowhere"],
    &["why", "alma", "views-fall", "--at", "2026-03-01"],
    &["why", "alma", "views-fall", "--at", "2026-03-01", "--json"],
    &["why", "alma", "views-fal"],
    &["why", "nobody", "views-fall"],
    &["outbox", "list"],
    &["outbox", "list", "--json"],
    &["outbox", "retry", "x@y"],
    &["outbox", "drop", "x@y", "--reason", "old"],
    &["grant", "anna", "manager", "brand/nordbo"],
    &["say", "status", "--as", "anna"],
    &["say", "why-not alma views-fall", "--as", "anna"],
    &["say", "rubbish", "--as", "anna", "--json"],
    &["grant", "anna", "agency", "all", "--as", "anna"],
    &["revoke", "anna", "manager", "brand/nordbo", "--json"],
    &["revoke", "anna", "manager", "brand/nordbo"],
    &["grant", "eve", "manager", "all"],
    &["code", "--room", "nowhere"],
    &["code", "--role", "creator", "--brand", "nordbo"],
];

#[test]
fn every_command_says_the_same_with_and_without_the_service() {
    let desk = Desk::new();
    with_anna(&desk);
    desk.done(&["apply", "fall.toml"]);
    desk.done(&["import", "deals", "deals.csv", "--yes"]);
    let all = |desk: &Desk| -> Vec<Ran> { SAID.iter().map(|words| desk.run(words)).collect() };
    let deeds = ["samples_imported", "posts_imported", "grant_given", "grant_revoked", "refused", "document_applied"];
    let before = desk.journal(&deeds).len();
    let without = all(&desk);
    let journaled = desk.journal(&deeds).split_off(before);
    let service = desk.serve(&alone());
    let with = all(&desk);
    for ((words, with), without) in SAID.iter().zip(&with).zip(&without) {
        assert_eq!(with, without, "{words:?}");
    }
    assert_eq!(with.iter().filter(|ran| ran.code == Some(0)).count(), 16, "{with:#?}");
    assert!(with.iter().all(|ran| ran.code != Some(1) || ran.err.lines().count() == 1), "{with:#?}");
    std::fs::write(desk.path().join("deals.csv"), DEALS.replace("100.00 EUR", "120.00 EUR")).expect("written");
    assert!(desk.done(&["import", "deals", "deals.csv", "--yes"]).contains("1 changed"));
    assert!(desk.done(&["export", "deals"]).contains("120.00"), "the service knows it at once");
    let made: Value = serde_json::from_str(&desk.done(&["code", "--room", "team", "--json"])).expect("JSON");
    assert!(made["send"].as_str().expect("text").starts_with("/bind "), "{made}");
    service.stop();
    let mut all = desk.journal(&deeds);
    assert_eq!(all.pop().as_deref(), Some("terminal:tester document_applied deliverable/spring/alma/reel-1"));
    assert_eq!(all[all.len() - journaled.len()..], journaled, "the same is journaled, by the same");
    assert!(journaled.contains(&"terminal:tester samples_imported file/numbers.csv".to_owned()), "{journaled:?}");
    assert!(!desk.socket().exists(), "a clean end leaves no socket");
}

#[test]
fn a_second_service_is_refused_with_the_remedy() {
    let desk = Desk::new();
    let service = desk.serve(&alone());
    let mode = |path: &Path| path.symlink_metadata().expect("there").permissions().mode() & 0o777;
    assert!(desk.socket().symlink_metadata().expect("there").file_type().is_socket());
    assert_eq!((mode(&desk.socket()), mode(&desk.path().join("data"))), (0o600, 0o700));
    let second = desk.run(&["run", "--set", "telegram.token=1:T", "--set", "log.filter=off"]);
    assert_eq!(
        (second.code, second.out.as_str(), second.err.trim_end()),
        (
            Some(1),
            "",
            "plimsoll: a plimsoll runs on `data` already; stop it first, or give this one a folder of its own with --set \
             store.folder=…"
        )
    );
    desk.done(&["outbox", "list"]);
    service.stop();
}

#[test]
fn a_killed_service_is_nobody_and_the_next_takes_its_place() {
    let desk = Desk::new();
    let service = desk.serve(&alone());
    desk.done(&["apply", "fall.toml"]);
    service.kill();
    assert!(desk.socket().exists(), "nobody was left to remove it");
    assert_eq!(desk.done(&["apply", "fall.toml"]).trim_end(), "0 added, 0 changed, 1 same");
    let service = desk.serve(&alone());
    desk.done(&["apply", "many.toml"]);
    assert!(service.stop().contains("stopped"));
    assert_eq!(desk.journal(&["rule_applied"]).len(), 2, "each of them kept what it answered");
}

#[test]
fn a_service_that_hangs_is_told_and_its_store_left_alone() {
    let desk = Desk::new();
    let service = desk.serve(&alone());
    service.signal("-STOP");
    let ran = desk.run(&["apply", "fall.toml"]);
    service.signal("-CONT");
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.trim_end()),
        (
            Some(1),
            "",
            "plimsoll: the plimsoll that runs on `data` does not answer; look at its log, or end it and try again"
        )
    );
    assert_eq!(desk.done(&["outbox", "list"]).trim_end(), "everything is told", "it goes on");
    service.stop();
    assert_eq!(desk.journal(&["rule_applied"]).len(), 0, "what was given up was not done later");
}

#[test]
fn commands_at_once_are_all_done_and_all_seen() {
    let desk = Desk::new();
    let service = desk.serve(&alone());
    let names: Vec<String> = (0..12).map(|n| format!("c{n}")).collect();
    let children: Vec<Child> = names
        .iter()
        .map(|name| {
            let file = format!("{name}.toml");
            let text = format!("[[creator]]\nid = \"{name}\"\nname = \"{name}\"\n");
            std::fs::write(desk.path().join(&file), text).expect("written");
            desk.command(&["apply", &file]).stdout(Stdio::null()).spawn().expect("the program starts")
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().expect("an end").code(), Some(0));
    }
    // The running service knows every one of them, not only its store.
    for name in &names {
        desk.done(&["code", "--role", "creator", "--all", "--creator", name]);
    }
    service.stop();
    assert_eq!(desk.journal(&["code_made"]).len(), names.len());
}

/// Waits until something is so.
async fn until<T>(clock: &Clock, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let give_up = clock.now().checked_add(PATIENCE).expect("in range");
    let mut held = clock.hold("test");
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(clock.now() < give_up, "still waiting for {what}");
        let next = clock.now().checked_add(Duration::from_millis(20)).expect("in range");
        held.sleep_until(next).await;
    }
}

fn told(telegram: &TelegramSim, chat: ChatId, words: &str) -> Option<Shown> {
    telegram.messages(chat).into_iter().find(|shown| shown.from_bot && shown.text.contains(words))
}

#[test]
#[expect(clippy::too_many_lines, reason = "one evening of a service")]
fn what_is_asked_while_it_runs_takes_effect_at_once() {
    let desk = Desk::new();
    wait(async {
        let clock = Clock::system();
        let config = TelegramConfig::default();
        let token = config.token.expose_secret().to_owned();
        let telegram = TelegramSim::start(clock.clone(), config).await.expect("a free port");
        let maja = telegram.add_user(NewUser::named("Maja", "en"));
        let team = telegram.add_supergroup("Nordbo team", maja, false).expect("a group");
        telegram.add_bot(team, maja).expect("added");
        let direct = telegram.private_chat(maja);
        // More followers at every poll, so that every poll has news.
        let followers = |path: &str, now: Timestamp| {
            (path == "/twitch.json")
                .then(|| serde_json::json!({"rows": [{"login": "alma", "followers": now.as_second()}]}))
        };
        let feed = FeedSim::start(&clock, None, Box::new(followers)).await.expect("a free port");
        let source = format!(
            r#"sources.twitch={{ kind = "generic", schedule = "* * * * * *", feed = {{ base_url = "{}",
            allowed_hosts = ["127.0.0.1"], path = "/twitch.json", platform = "twitch", rows = "$.rows[*]",
            id = "$.login", fields = [{{ metric = "followers", path = "$.followers", form = "gauge" }}] }} }}"#,
            feed.base_url()
        );
        let settings = [
            format!("telegram.token=\"{token}\""),
            format!("telegram.api_url={}", telegram.base_url()),
            source.replace('\n', " "),
        ];
        let service = desk.serve(&settings);
        let code = |words: &[&str]| -> String {
            let made: Value = serde_json::from_str(&desk.done(words)).expect("JSON");
            made["code"].as_str().expect("a code").to_owned()
        };

        // A code from the terminal is good in the chat of the running service.
        let role = code(&["code", "--role", "agency", "--all", "--name", "Maja", "--json"]);
        telegram.user_starts(maja, Some(&role.replace('-', ""))).expect("started");
        until(&clock, "an answer to the code", || told(&telegram, direct, "Maja")).await;
        let bind = code(&["code", "--room", "team", "--json"]);
        telegram.user_sends(team, maja, &format!("/bind {bind}")).expect("sent");
        until(&clock, "the room to be bound", || told(&telegram, team, "team")).await;

        // A rule applied while it runs is in force at the next poll.
        assert_eq!(desk.done(&["apply", "many.toml"]).lines().next_back(), Some("1 added, 0 changed, 0 same"));
        let alert = until(&clock, "the alert", || told(&telegram, team, "followers")).await;
        let id = alert.text.rsplit('#').next().expect("an id").trim().to_owned();

        // What is said at the terminal is seen in the chat.
        desk.done(&["say", &format!("ack {id}"), "--as", "maja"]);
        until(&clock, "who has it", || {
            let now = telegram.messages(team).into_iter().find(|shown| shown.message_id == alert.message_id)?;
            now.text.contains("Maja").then_some(())
        })
        .await;
        assert!(desk.done(&["why", "alma", "many-followers"]).contains("Alma Lind"));

        // Numbers that are imported while it runs are judged.
        desk.done(&["apply", "fall.toml"]);
        let yesterday = clock.now().to_zoned(jiff::tz::TimeZone::UTC).date().yesterday().expect("in range");
        let rows = NUMBERS.replace("2026-03-01", &yesterday.to_string());
        std::fs::write(desk.path().join("yesterday.csv"), rows).expect("written");
        desk.done(&["import", "yesterday.csv"]);
        until(&clock, "the alert of what was imported", || told(&telegram, team, "views")).await;

        desk.done(&["backup", "alerts.backup"]);

        // A role that is taken ends at once.
        desk.done(&["revoke", "maja", "agency", "all"]);
        let before = telegram.messages(direct).len();
        telegram.user_sends(direct, maja, "/status").expect("sent");
        until(&clock, "an answer to one without a role", || {
            (before + 1 < telegram.messages(direct).len()).then_some(())
        })
        .await;
        let last = telegram.messages(direct).pop().expect("an answer");
        assert!(last.from_bot && !last.text.contains("Alma"), "{}", last.text);

        let log = service.stop();
        assert!(!log.contains("ERROR") && !log.contains(&token), "{log}");
        telegram.shutdown().await;
    });
    // What was told is worked out again from a backup, and says the same.
    let restored = desk.done(&["restore", "alerts.backup", "--set", "store.folder=again"]);
    assert!(restored.contains("; 2 receipts say what they said"), "{restored}");
    let by_maja = desk.journal(&["incident_acknowledged", "acknowledged"]);
    assert_eq!(by_maja.len(), 1, "{by_maja:?}");
}

#[test]
fn a_hang_up_ends_nothing_and_a_bad_document_changes_nothing_while_it_runs() {
    let desk = Desk::new();
    let service = desk.serve(&alone());
    service.signal("-HUP");
    desk.done(&["apply", "many.toml"]);
    // The one reads well by itself; only the store knows that its campaign is nowhere.
    let bad = "[[partnership]]\ncampaign = \"nowhere\"\ncreator = \"alma\"\n";
    std::fs::write(desk.path().join("bad.toml"), format!("{FALL}\n")).expect("written");
    std::fs::write(desk.path().join("worse.toml"), bad).expect("written");
    let changed = MANY.replace("followers > 100", "followers > 200");
    std::fs::write(desk.path().join("changed.toml"), changed).expect("written");
    let refused = desk.run(&["apply", "changed.toml", "bad.toml", "worse.toml"]);
    assert!(refused.code == Some(2) && refused.err.contains("nowhere"), "{}", refused.err);
    assert_eq!(
        desk.done(&["apply", "many.toml", "--dry-run"]).trim_end(),
        "0 added, 0 changed, 1 same; nothing was stored"
    );
    assert!(desk.run(&["why", "alma", "views-fall"]).err.contains("there is no rule"));
    let log = service.stop();
    assert!(log.contains("SIGHUP reads nothing again") && log.contains("plimsoll apply"), "{log}");
}

#[test]
fn doctor_asks_the_running_service_about_its_own_settings_and_it_goes_on() {
    let desk = Desk::new();
    let service = desk.serve(&alone());
    let ran = desk.run(&["doctor", "--json"]);
    let doctor: Value = serde_json::from_str(&ran.out).expect("one JSON document");
    let findings = doctor["findings"].as_array().expect("findings");
    // Only the service was given a token: what is said of Telegram is what it sees.
    let of_telegram =
        |one: &&Value| one["about"].as_str().is_some_and(|about| about.to_lowercase().contains("telegram"));
    let telegram = findings.iter().find(of_telegram).expect("a line about Telegram");
    assert_eq!((&telegram["stand"], ran.code), (&"bad".into(), Some(1)), "{doctor}");
    assert!(telegram["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{telegram}");
    desk.done(&["outbox", "list"]);
    service.stop();
}

#[test]
fn a_backup_made_beside_the_service_is_the_store_as_it_was() {
    let desk = Desk::new();
    let service = desk.serve(&alone());
    desk.done(&["apply", "fall.toml"]);
    desk.done(&["import", "numbers.csv"]);
    let made: Value = serde_json::from_str(&desk.done(&["backup", "a.backup", "--json"])).expect("JSON");
    assert!(made["records"].as_u64().is_some_and(|records| 5 < records), "{made}");
    // What comes after it is not in it.
    desk.done(&["apply", "many.toml"]);

    let refused = desk.run(&["restore", "a.backup"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("a plimsoll runs on `data` already"), "{}", refused.err);
    let log = service.stop();
    assert!(!log.contains("ERROR"), "{log}");
    let refused = desk.run(&["restore", "a.backup"]);
    assert!(refused.code == Some(1) && refused.err.contains("move it away first"), "{}", refused.err);

    let said = desk.done(&["restore", "a.backup", "--set", "store.folder=again"]);
    assert!(said.contains("records restored into again"), "{said}");
    let at = Clock::system().now().to_string();
    let why = |folder: &str, rule: &str| desk.run(&["why", "alma", rule, "--at", &at, "--json", "--set", folder]);
    assert_eq!(why("store.folder=again", "views-fall"), why("store.folder=data", "views-fall"));
    assert_eq!(why("store.folder=data", "many-followers").code, Some(0));
    assert_eq!(why("store.folder=again", "many-followers").code, Some(2));

    std::fs::write(desk.path().join("torn.backup"), b"half of something").expect("written");
    let torn = desk.run(&["restore", "torn.backup", "--set", "store.folder=third"]);
    assert!(torn.code == Some(1) && torn.err.contains("take another one"), "{}", torn.err);
    assert!(!desk.path().join("third").exists());
}
