//! Client libraries that others wrote, in another language, against the emulators: discord.py and python-telegram-bot do
//! with them what they do with the real services.
//!
//! An emulator that is only ever spoken to by the program it was written for can be wrong in the same way as the program.
//! The scripts are in `tests/python/`; `tests/all` makes their environment in `target/second-clients`. A script tells
//! what it saw as JSON lines; here are the people it talks with. What a library warns of in its log is told too, and
//! counts: whatever it does not understand of the emulators shows there alone.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::SignedDuration;
use plimsoll::sim::discord::{
    BucketRule, Choice, DiscordConfig, DiscordSim, GatewayFault, Message, Outcome, RequestSeen, Snowflake,
};
use plimsoll::sim::telegram::{self, FloodConfig, NewUser, Scope, TelegramConfig, TelegramSim};
use plimsoll::time::Clock;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::discord_schema::{spec, validate_request};

/// How long, in real time, a story waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A script at work.
struct Script {
    child: Child,
    lines: mpsc::UnboundedReceiver<Value>,
    /// Seen before it was asked for: a client's handlers run in any order.
    early: Vec<Value>,
    /// Everything, for the failure's message.
    all: Vec<Value>,
}

impl Script {
    fn start(name: &str, arguments: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("target/second-clients/bin/python3");
        assert!(
            python.exists(),
            "{} is missing: `bash tests/all clients` makes it (Python 3.10 or newer with venv, and PyPI)",
            python.display()
        );
        let mut child = Command::new(python)
            .args(["-u", "-B"])
            .arg(root.join("tests/python").join(name))
            .args(arguments)
            .env_remove("PYTHONPATH")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let (tell, lines) = mpsc::unbounded_channel();
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let said = serde_json::from_str(&line).unwrap_or_else(|_| json!({"saw": "no JSON", "line": line}));
                // The story may have ended already.
                drop(tell.send(said));
            }
        });
        Self { child, lines, early: Vec::new(), all: Vec::new() }
    }

    /// Waits until the script has seen this: every field that `wanted` names.
    async fn saw(&mut self, wanted: Value) -> Value {
        if let Some(at) = self.early.iter().position(|said| fits(said, &wanted)) {
            return self.early.remove(at);
        }
        loop {
            #[expect(clippy::disallowed_methods, reason = "what a client never tells must fail in real time")]
            let next = tokio::time::timeout(PATIENCE, self.lines.recv()).await;
            let Ok(Some(said)) = next else { panic!("{wanted} was not seen; {}", self.told()) };
            self.all.push(said.clone());
            if fits(&said, &wanted) {
                return said;
            }
            self.early.push(said);
        }
    }

    /// What it has said and left on stderr. Ends it.
    fn told(&mut self) -> String {
        let mut text = String::from("it said:\n");
        for line in &self.all {
            writeln!(text, "{line}").expect("written");
        }
        drop(self.child.kill());
        let mut last = String::new();
        if let Some(err) = &mut self.child.stderr {
            drop(err.read_to_string(&mut last));
        }
        text + &last
    }

    /// Waits for its end, and answers what it said beyond what was asked for.
    async fn end(mut self) -> Vec<Value> {
        self.saw(json!({"saw": "out"})).await;
        while let Some(more) = self.lines.recv().await {
            self.early.push(more);
        }
        let mut left = String::new();
        self.child.stderr.take().expect("a pipe").read_to_string(&mut left).expect("text");
        assert!(self.child.wait().expect("ends").success(), "{left}");
        assert_eq!(left, "", "a crash or a warning of Python's");
        std::mem::take(&mut self.early)
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // A story that failed leaves nobody behind; one that ended has nobody left.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn fits(said: &Value, wanted: &Value) -> bool {
    let wanted = wanted.as_object().expect("an object");
    wanted.iter().all(|(key, value)| said.get(key) == Some(value))
}

/// The log lines among what was said, and the rest.
fn logs(said: Vec<Value>) -> (Vec<String>, Vec<Value>) {
    let (logs, rest): (Vec<_>, Vec<_>) = said.into_iter().partition(|one| one["saw"] == "log");
    (logs.iter().map(|log| log["text"].as_str().unwrap_or_default().to_owned()).collect(), rest)
}

const TOKEN: &str = "MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

/// discord.py in a guild with Anna.
struct Guild {
    sim: DiscordSim,
    script: Script,
    clock: Clock,
    channel: Snowflake,
    anna: Snowflake,
}

impl Guild {
    async fn begin() -> Self {
        let clock = Clock::system();
        let mut config = DiscordConfig::new(TOKEN);
        config.message_create = BucketRule::per_secs(3, 1);
        let sim = DiscordSim::start(clock.clone(), config).await.expect("starts");
        let anna = sim.create_user("anna", "sv-SE");
        let guild = sim.create_guild("Nordbo", "en-US", anna);
        let channel = sim.create_channel(guild, "alerts");
        let mut script = Script::start("discord_client.py", &[&sim.api_url(), TOKEN, &guild.to_string()]);
        script.saw(json!({"saw": "in", "name": "plimsoll", "shards": 1, "commands": ["form", "pause"]})).await;
        script.saw(json!({"saw": "ready", "user": "plimsoll", "guild": "Nordbo", "channels": ["alerts"]})).await;
        Self { sim, script, clock, channel, anna }
    }

    /// Anna asks the bot for something in the channel.
    fn asks(&self, what: &str) {
        let text = format!("<@{}> {what}", self.sim.bot());
        self.sim.post(self.anna, self.channel, &text).expect("posts");
    }

    /// Anna asks for an alert; it is there.
    async fn alert(&mut self) -> Message {
        self.asks("alert");
        self.script.saw(json!({"saw": "message", "author": "anna", "guild": "Nordbo"})).await;
        let sent = self.script.saw(json!({"saw": "sent", "image": 1, "whole": true})).await;
        self.script.saw(json!({"saw": "own", "embeds": 1, "files": 1})).await;
        self.message(&sent)
    }

    fn message(&self, said: &Value) -> Message {
        let id = said["id"].as_str().expect("an id").parse().expect("a snowflake");
        self.sim.message(id).expect("a message")
    }

    async fn presses(&mut self, message: &Message, label: &str) -> Snowflake {
        let press = self.sim.press(self.anna, message.id, label).expect("pressed");
        self.script.saw(json!({"saw": "pressed", "user": "anna", "message": message.id.to_string()})).await;
        press
    }

    /// Ends the story; every request fits Discord's published schema. Answers what discord.py warned of.
    async fn end(self) -> Vec<String> {
        self.asks("bye");
        let (warnings, rest) = logs(self.script.end().await);
        let mishaps: Vec<_> = rest.iter().filter(|said| said["saw"] == "error" || said["saw"] == "no JSON").collect();
        assert!(mishaps.is_empty(), "{mishaps:?}");
        self.sim.shutdown().await;
        if let Some(spec) = spec() {
            for RequestSeen { method, path, body, .. } in self.sim.requests() {
                if body["recipient_id"].is_u64() {
                    // discord.py writes this id as a number, which Discord takes and its schema does not know.
                    continue;
                }
                assert_eq!(validate_request(&spec, &method, &path, &body), Ok(()), "{method} {path} {body}");
            }
        }
        warnings
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_py_sends_edits_is_pressed_and_asked() {
    let mut story = Guild::begin().await;
    let alert = story.alert().await;
    assert_eq!((alert.content.as_str(), alert.pings.everyone), ("over its limit @everyone", false));
    assert_eq!(alert.attachments[0].description.as_deref(), Some("spend by day"));

    let why = story.presses(&alert, "Why").await;
    story
        .script
        .saw(json!({"saw": "answered", "to": "v1:why", "content": "Because of the numbers.", "ephemeral": true}))
        .await;
    let Ok(Outcome::Replied { message }) = story.sim.outcome(why) else { panic!("{:?}", story.sim.outcome(why)) };
    let told = story.sim.message(message).expect("a message");
    assert_eq!((told.content.as_str(), told.ephemeral_for), ("Because of the numbers.", Some(story.anna)));

    let stop = story.presses(&alert, "Stop the boost").await;
    story.script.saw(json!({"saw": "answered", "to": "v1:stop"})).await;
    assert!(matches!(story.sim.outcome(stop), Ok(Outcome::Updated { message }) if message == alert.id));
    let seen = story.sim.message(alert.id).expect("a message");
    assert_eq!((seen.content.as_str(), seen.buttons().len()), ("Stopped.", 0));
    story.script.saw(json!({"saw": "changed", "after": "Stopped."})).await;

    story.asks(&format!("edit {}", alert.id));
    story.script.saw(json!({"saw": "edited", "content": "resolved", "embeds": 0, "stamped": true})).await;
    let seen = story.sim.message(alert.id).expect("a message");
    assert_eq!((seen.content.as_str(), seen.attachments.len(), seen.edits.len()), ("resolved", 0, 2));
    story.asks("history");
    story.script.saw(json!({"saw": "history", "count": 4})).await;
    story.asks(&format!("delete {}", alert.id));
    story.script.saw(json!({"saw": "refused", "status": 404, "code": 10008})).await;
    story.script.saw(json!({"saw": "deleted", "content": "resolved"})).await;

    let (sim, anna, channel) = (story.sim.clone(), story.anna, story.channel);
    let typed = sim.autocomplete(anna, channel, "pause", &[("what", "spr".into())], "what").expect("typed");
    story.script.saw(json!({"saw": "typed", "typed": "spr", "user": "anna"})).await;
    let command = sim.slash(anna, channel, "pause", &[("what", "spring".into())]).expect("sent");
    story.script.saw(json!({"saw": "slash", "what": "spring", "user": "anna", "locale": "sv-SE"})).await;
    story.script.saw(json!({"saw": "answered", "to": "pause", "content": "paused spring"})).await;
    assert!(matches!(sim.outcome(command), Ok(Outcome::Replied { .. })));
    // The commands came after it on the same connection, so the suggestion has been answered.
    let spring = vec![Choice { name: "Spring Launch".to_owned(), value: json!("spring") }];
    assert_eq!(sim.outcome(typed).expect("known"), Outcome::Choices(spring));

    let form = sim.slash(anna, channel, "form", &[]).expect("sent");
    story.script.saw(json!({"saw": "answered", "to": "form opened"})).await;
    let filled = sim.submit_modal(form, &[("budget", "120")]).expect("sent");
    story.script.saw(json!({"saw": "form", "budget": "120", "user": "anna"})).await;
    story.script.saw(json!({"saw": "answered", "to": "form"})).await;
    assert!(matches!(sim.outcome(filled), Ok(Outcome::Replied { .. })));

    story.asks(&format!("direct {anna}"));
    let sent = story.script.saw(json!({"saw": "sent", "direct": true})).await;
    assert_eq!(story.message(&sent).channel, sim.dm(anna));
    sim.accept_dms(anna, false);
    story.asks(&format!("direct {anna}"));
    story.script.saw(json!({"saw": "refused", "status": 403, "code": 50007})).await;
    assert_eq!(story.end().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_py_keeps_the_limits_that_it_is_told_of_and_waits_out_a_429() {
    let mut story = Guild::begin().await;
    story.asks("burst 7");
    story.script.saw(json!({"saw": "burst", "count": 7})).await;
    assert_eq!(story.sim.refusals(), plimsoll::sim::discord::Refusals::default(), "the headers told it in time");
    // What nobody can foresee: others have used up the limit that it shares with them.
    let until = story.clock.now().checked_add(SignedDuration::from_millis(1_500)).expect("in range");
    story.sim.exhaust_shared(story.channel, until);
    story.asks("burst 1");
    story.script.saw(json!({"saw": "burst", "count": 1})).await;
    assert!(until <= story.clock.now(), "it waited as long as it was told");
    assert_eq!(story.sim.refusals().get(&(429, 0)), Some(&1));
    assert_eq!(story.sim.invalid_requests(), 0, "a shared limit is nobody's fault");
    assert_eq!(story.sim.messages(story.channel).iter().filter(|one| one.content.starts_with("burst")).count(), 8);
    let warnings = story.end().await;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("We are being rate limited. POST"), "{warnings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_py_resumes_and_misses_nothing() {
    let mut story = Guild::begin().await;
    let alert = story.alert().await;
    let before = story.sim.gateway_counts();
    // Asked while nobody is there: the session keeps it.
    story.sim.gateway_fault(GatewayFault::Cut);
    let stop = story.presses(&alert, "Stop the boost").await;
    story.script.saw(json!({"saw": "answered", "to": "v1:stop"})).await;
    story.script.saw(json!({"saw": "resumed"})).await;
    assert!(matches!(story.sim.outcome(stop), Ok(Outcome::Updated { .. })));
    for fault in [GatewayFault::Reconnect, GatewayFault::Close(4000), GatewayFault::InvalidSession(true)] {
        story.sim.gateway_fault(fault);
        story.script.saw(json!({"saw": "resumed"})).await;
        story.asks("history");
        story.script.saw(json!({"saw": "history"})).await;
    }
    let counts = story.sim.gateway_counts();
    assert_eq!((counts.identified - before.identified, counts.resumed - before.resumed), (0, 4));
    story.sim.gateway_fault(GatewayFault::InvalidSession(false));
    story.script.saw(json!({"saw": "ready", "guild": "Nordbo"})).await;
    story.asks("history");
    story.script.saw(json!({"saw": "history"})).await;
    assert_eq!(story.sim.gateway_counts().identified, before.identified + 1);
    assert_eq!(story.end().await, [""; 0]);
}

/// python-telegram-bot with Maja.
struct Town {
    sim: TelegramSim,
    script: Script,
    maja: telegram::UserId,
}

impl Town {
    async fn begin(limited: bool) -> Self {
        let flood = FloodConfig { enabled: limited, ..FloodConfig::default() };
        let config = TelegramConfig { flood, ..TelegramConfig::default() };
        let token = config.token.clone();
        let sim = TelegramSim::start(Clock::system(), config).await.expect("starts");
        let maja = sim.add_user(NewUser::named("Maja", "sv"));
        let mut script = Script::start("telegram_client.py", &[&sim.base_url(), token.expose_secret()]);
        script.saw(json!({"saw": "in", "name": "plimsoll_bot", "menu": ["alert", "who"]})).await;
        sim.user_starts(maja, Some("ABCD1234")).expect("starts");
        script.saw(json!({"saw": "started", "payload": ["ABCD1234"], "user": "Maja", "language": "sv"})).await;
        script.saw(json!({"saw": "welcomed", "user": "Maja"})).await;
        Self { sim, script, maja }
    }

    fn says(&self, text: &str) {
        self.sim.user_sends(self.sim.private_chat(self.maja), self.maja, text).expect("sent");
    }

    async fn end(self) -> (Vec<String>, Vec<Value>) {
        self.says("/bye");
        let (warnings, rest) = logs(self.script.end().await);
        let mishaps: Vec<_> = rest.iter().filter(|said| said["saw"] == "error" || said["saw"] == "no JSON").collect();
        assert!(mishaps.is_empty(), "{mishaps:?}");
        self.sim.shutdown().await;
        (warnings, rest)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn python_telegram_bot_sends_edits_and_is_pressed() {
    let mut story = Town::begin(false).await;
    let (sim, maja) = (story.sim.clone(), story.maja);
    let chat = sim.private_chat(maja);
    assert_eq!(sim.menu(chat, maja).len(), 2);
    story.says("hello");
    story.script.saw(json!({"saw": "message", "text": "hello", "user": "Maja", "chat": "private"})).await;
    story.says("/alert");
    let sent =
        story.script.saw(json!({"saw": "sent", "text": "Spring: over its limit & rising", "bold": ["Spring"]})).await;
    let alert = sent["id"].as_i64().expect("an id");
    assert_eq!(sim.message(chat, alert).expect("there").buttons, [["Stop the boost", "Why"]]);

    let why = sim.user_presses(chat, maja, alert, "Why").expect("pressed");
    story.script.saw(json!({"saw": "pressed", "data": "v1:why", "user": "Maja", "message": alert})).await;
    story.script.saw(json!({"saw": "answered", "data": "v1:why"})).await;
    let answer = sim.answer(&why).expect("answered");
    assert_eq!((answer.text.as_str(), answer.show_alert), ("Because of the numbers.", true));
    let stop = sim.user_presses(chat, maja, alert, "Stop the boost").expect("pressed");
    story.script.saw(json!({"saw": "answered", "data": "v1:stop"})).await;
    assert_eq!(sim.answer(&stop).expect("answered").text, "Stopped.");
    let seen = sim.message(chat, alert).expect("there");
    assert_eq!((seen.text.as_str(), seen.buttons.len(), seen.history.len()), ("Stopped.", 0, 1));

    story.says(&format!("/edit {alert}"));
    story.script.saw(json!({"saw": "edited", "text": "resolved", "stamped": true})).await;
    let same = "Message is not modified: specified new message content and reply markup are exactly the same as a \
                current content and reply markup of the message";
    story.script.saw(json!({"saw": "refused", "why": same})).await;
    story.script.saw(json!({"saw": "refused", "why": "Message to edit not found"})).await;
    assert!(sim.message(chat, alert).expect("there").deleted_at.is_some());
    story.says("/picture");
    let captions = json!(["chart", "resolved", "resolved twice"]);
    story.script.saw(json!({"saw": "sent", "whole": true, "captions": captions})).await;
    assert_eq!(story.end().await.0, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn python_telegram_bot_understands_groups_and_refusals() {
    let mut story = Town::begin(false).await;
    let (sim, maja) = (story.sim.clone(), story.maja);
    let group = sim.add_group("Nordbo team", maja).expect("a group");
    sim.add_bot(group, maja).expect("added");
    let joined = json!({"saw": "standing", "old": "left", "new": "member", "chat": "Nordbo team"});
    story.script.saw(joined).await;
    sim.user_sends(group, maja, "/who").expect("sent");
    story.script.saw(json!({"saw": "who", "standing": "creator", "chat": "Nordbo team", "count": 2})).await;
    let moved = sim.upgrade_group(group).expect("upgraded");
    story.says(&format!("/tell {}", group.0));
    story.script.saw(json!({"saw": "migrated", "to": moved.0})).await;
    sim.kick_bot(moved, maja).expect("kicked");
    story.says(&format!("/tell {}", moved.0));
    let why = "Forbidden: bot was kicked from the supergroup chat";
    story.script.saw(json!({"saw": "forbidden", "why": why})).await;
    let blocker = sim.add_user(NewUser::named("Bo", "en"));
    sim.user_starts(blocker, None).expect("starts");
    story.script.saw(json!({"saw": "welcomed", "user": "Bo"})).await;
    sim.user_blocks_bot(blocker).expect("blocked");
    story.says(&format!("/tell {}", blocker.0));
    story.script.saw(json!({"saw": "forbidden", "why": "Forbidden: bot was blocked by the user"})).await;
    story.says("/tell 77");
    story.script.saw(json!({"saw": "refused", "why": "Chat not found"})).await;
    assert_eq!(story.end().await.0, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn python_telegram_bot_waits_out_a_flood_and_comes_back() {
    let mut story = Town::begin(true).await;
    let (sim, maja) = (story.sim.clone(), story.maja);
    let chat = sim.private_chat(maja);
    story.says("/burst 6");
    let burst = story.script.saw(json!({"saw": "burst"})).await;
    let waits = burst["waits"].as_array().expect("a list").len();
    assert_eq!(sim.flood_refusals().total, u64::try_from(waits).expect("few"));
    assert!((1..=4).contains(&waits), "three fit at once, then one a second, and a wait is honest: {burst}");
    assert_eq!(sim.messages(chat).iter().filter(|one| one.text.starts_with("burst")).count(), 6);

    // An answer that was lost comes again, and nothing comes twice.
    sim.inject(telegram::Fault::LoseReply, Scope::method("getUpdates"), 1);
    story.says("first");
    story.script.saw(json!({"saw": "message", "text": "first"})).await;
    story.says("second");
    story.script.saw(json!({"saw": "message", "text": "second"})).await;
    story.script.saw(json!({"saw": "poll failed", "conflict": false})).await;
    sim.down(true);
    story.says("while it was away");
    story.script.saw(json!({"saw": "poll failed", "kind": "NetworkError"})).await;
    sim.down(false);
    story.script.saw(json!({"saw": "message", "text": "while it was away"})).await;

    sim.inject(telegram::Fault::LoseReply, Scope::method("sendMessage"), 1);
    let before = sim.messages(chat).len();
    story.says(&format!("/tell {}", maja.0));
    story.script.saw(json!({"saw": "lost", "kind": "NetworkError"})).await;
    assert_eq!(
        sim.messages(chat).len(),
        before + 2,
        "the question, and an answer whose arrival the client cannot know"
    );
    let (warnings, rest) = story.end().await;
    let ours = |text: &String| text.contains("502 Bad Gateway");
    assert!(warnings.iter().all(ours), "what it warns of is what was done to it: {warnings:?}");
    assert!(rest.iter().all(|said| said["saw"] != "message"), "nothing was heard twice: {rest:?}");
}
