//! Workers of one database, each a process of its own, and a feed that takes its time to answer.

#![expect(
    clippy::disallowed_methods,
    reason = "processes are waited for in real time, and a feed of our own keeps none"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

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
"#;

/// What a feed was asked.
#[derive(Debug, Default, Clone)]
pub struct Asked {
    /// Answers, by path.
    pub answers: BTreeMap<String, u64>,
    /// Questions that wait for their answer now.
    pub at_once: usize,
    /// The most that ever did.
    pub most_at_once: usize,
}

impl Asked {
    /// All answers.
    pub fn all(&self) -> u64 {
        self.answers.values().sum()
    }
}

/// A feed that answers after a while.
#[derive(Clone)]
pub struct Feed {
    /// Where it is.
    pub base_url: String,
    asked: Arc<Mutex<Asked>>,
    after: Duration,
}

impl Feed {
    /// Answers everything so late.
    pub async fn start(after: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("an address"));
        let feed = Self { base_url, asked: Arc::default(), after };
        let one = feed.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let one = one.clone();
                // Whoever asks may be killed at any moment.
                tokio::spawn(async move { drop(one.serve(stream).await) });
            }
        });
        feed
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Asked {
        self.asked.lock().expect("not poisoned").clone()
    }

    /// From now on the most at once is counted anew.
    pub fn count_anew(&self) {
        let mut asked = self.asked.lock().expect("not poisoned");
        asked.most_at_once = asked.at_once;
    }

    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        loop {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await?);
            }
            let path = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
            {
                let mut asked = self.asked.lock().expect("not poisoned");
                asked.at_once += 1;
                asked.most_at_once = std::cmp::max(asked.most_at_once, asked.at_once);
            }
            tokio::time::sleep(self.after).await;
            let followers = {
                let mut asked = self.asked.lock().expect("not poisoned");
                asked.at_once -= 1;
                let answers = asked.answers.entry(path).or_default();
                *answers += 1;
                1_000 + *answers
            };
            let body = format!(r#"{{"rows":[{{"login":"alma","followers":{followers}}}]}}"#);
            let length = body.len();
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await?;
        }
    }
}

/// A worker.
pub struct Worker {
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Where they work.
pub struct Town {
    folder: tempfile::TempDir,
    settings: Vec<String>,
}

impl Town {
    /// With so many sources at a feed, each polled once a second.
    pub fn new(url: &str, feed: &Feed, sources: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = format!("[store]\nurl_file = \"{}\"\n", folder.path().join("postgres.url").display());
        for n in 0..sources {
            let _ = write!(
                config,
                "\n[sources.feed-{n}]\nkind = \"generic\"\nschedule = \"* * * * * *\"\n\n[sources.feed-{n}.feed]\n\
                 base_url = \"{}\"\nallowed_hosts = [\"127.0.0.1\"]\npath = \"/{n}.json\"\nplatform = \"twitch\"\n\
                 rows = \"$.rows[*]\"\nid = \"$.login\"\nprivate_addresses = true\n\
                 fields = [{{ metric = \"followers\", path = \"$.followers\", form = \"gauge\" }}]\n",
                feed.base_url
            );
        }
        for (name, text) in [("postgres.url", url), ("documents.toml", DOCUMENTS), ("plimsoll.toml", &config)] {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let town = Self { folder, settings: Vec::new() };
        let applied = town.command("desk", &["apply", "documents.toml"]).output().expect("the program starts");
        assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
        town
    }

    /// With one more setting for all.
    #[must_use]
    pub fn with(mut self, setting: &str) -> Self {
        self.settings.push(setting.to_owned());
        self
    }

    /// Where its files are.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, name: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(words).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command.args(["--set", &format!("store.folder={name}")]);
        for setting in &self.settings {
            command.args(["--set", setting]);
        }
        command
    }

    /// Starts a worker that has so many polls in flight.
    pub fn worker(&self, name: &str, in_flight: usize) -> Worker {
        let mut command = self.command(name, &["run", "--set", &format!("polling.in_flight={in_flight}")]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|read| 0 < read) {
                kept.lock().expect("not poisoned").push_str(&std::mem::take(&mut line));
            }
        });
        Worker { child, log }
    }
}

/// Waits until something is so; it is looked at often, and has a minute.
pub async fn until(what: &str, so: impl Fn() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_mins(1), "not within a minute: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

impl Worker {
    /// What it has logged.
    pub fn log(&self) -> String {
        self.log.lock().expect("not poisoned").clone()
    }

    /// Waits until it has logged something.
    pub async fn says(&self, what: &str) {
        let began = Instant::now();
        while !self.log().contains(what) {
            assert!(began.elapsed() < Duration::from_mins(1), "`{what}` not within a minute:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Processor time that it has used, user and system, in seconds.
    pub fn processor(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        // Behind the name in brackets; a hundred ticks are a second.
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or_default();
        (ticks(11) + ticks(12)) / 100.0
    }

    /// Sends it a signal: `STOP`, `CONT`, `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|sent| sent.success()));
    }

    /// Ends it where it stands.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        self.child.wait().expect("gone")
    }
}
