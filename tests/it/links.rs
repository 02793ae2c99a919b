//! Tracking links of the real program over real HTTP: where they lead, what is counted, and that a kill loses no answer.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};

use plimsoll::app::clicks::ClickHour;
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::Sample;
use plimsoll::store::records::scan_all;
use plimsoll::store::samples::{Row, load_history};
use plimsoll::store::sled::{Options, SledStore};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use tempfile::TempDir;

const DOCUMENTS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "UTC"
currency = "EUR"
fallback = "https://shop.example/"
[[creator]]
id = "alma"
[[creator]]
id = "bea"
[[creator]]
id = "cleo"
[[campaign]]
id = "spring"
brand = "nordbo"
starts = "2026-03-01"
ends = "2036-03-01"
landing = "https://shop.example/p?size=4&utm_source=old#top"
[[partnership]]
campaign = "spring"
creator = "alma"
link = "Alma-Spring"
[[partnership]]
campaign = "spring"
creator = "bea"
link = "bea-spring"
landing = "https://shop.example/bea"
[[partnership]]
campaign = "spring"
creator = "cleo"
link = "cleo-spring"
state = "ended"
"#;

const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile";

/// The program with its links, until it is ended.
struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["run", "--set", "web.listen=127.0.0.1:0", "--set", "log.filter=info"])
            // A feed that is never polled: a service needs something to do.
            .args(["--set", r#"sources.feed={kind="generic", schedule="0 0 1 1 *", feed={base_url="http://127.0.0.1:9", allowed_hosts=["127.0.0.1:9"], path="/", platform="twitch", rows="$[*]", id="$.id", fields=[]}}"#])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let mut said = Vec::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("ended: {said:?}")).expect("text");
            let address =
                line.split("web.address=").nth(1).map(|rest| rest.split_whitespace().next().unwrap_or("").to_owned());
            said.push(line);
            if let Some(address) = address {
                break address;
            }
        };
        // The log goes on; nobody reads it, and a full pipe would stop the program.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url: format!("http://{address}") }
    }

    fn end(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
        assert!(self.child.wait().expect("it ends").success());
    }

    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it ends");
    }
}

fn client() -> Client {
    // Not through `plimsoll::http`: this is the browser.
    #[expect(clippy::disallowed_methods, reason = "a client of its own, as a visitor has")]
    Client::builder().redirect(Policy::none()).build().expect("a client")
}

async fn visit(client: &Client, url: &str, agent: &str, more: &[(&'static str, &str)]) -> Option<Response> {
    let mut request = client.get(url).header("user-agent", agent);
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    #[expect(clippy::disallowed_methods, reason = "a client of its own, as a visitor has")]
    request.send().await.ok()
}

fn desk() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("documents.toml"), DOCUMENTS).expect("written");
    let mut apply = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let applied = apply.args(["apply", "documents.toml"]).current_dir(folder.path()).output().expect("it runs");
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    folder
}

async fn kept(folder: &Path) -> (Vec<ClickHour>, Vec<Sample>) {
    let store = SledStore::open(&folder.join("data"), &Options::default()).expect("the store opens");
    let hours = scan_all::<ClickHour>(&store).await.expect("read").into_iter().map(|one| one.value).collect();
    let mut samples = Vec::new();
    load_history(&store, jiff::Timestamp::MIN, &mut |_, row| {
        if let Row::Samples(more) = row {
            samples.extend(more);
        }
    })
    .await
    .expect("read");
    store.close().await.expect("closed");
    (hours, samples)
}

fn location(answer: &Response) -> &str {
    answer.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or("nowhere")
}

#[tokio::test]
async fn links_lead_to_their_pages_and_everyone_is_counted_for_what_they_are() {
    let folder = desk();
    let program = Program::start(folder.path());
    let client = client();
    let go = |slug: &str| format!("{}/go/{slug}", program.url);
    let get = async |slug: &str, agent: &str, more: &[(&'static str, &str)]| {
        visit(&client, &go(slug), agent, more).await.expect("an answer")
    };
    let alma = get("ALMA-spring?to=https://evil.example&utm_source=evil", PHONE, &[]).await;
    assert_eq!(alma.status(), 302);
    assert_eq!(
        location(&alma),
        "https://shop.example/p?size=4&utm_source=alma&utm_medium=influencer&utm_campaign=spring#top"
    );
    assert_eq!(alma.headers().get("cache-control").expect("said"), "no-store");
    assert_eq!(
        location(&get("bea-spring", PHONE, &[]).await),
        "https://shop.example/bea?utm_source=bea&utm_medium=influencer&utm_campaign=spring"
    );
    // What has ended still leads to the product; only the credit is gone.
    assert_eq!(location(&get("cleo-spring", PHONE, &[]).await), "https://shop.example/p?size=4&utm_source=old#top");
    for odd in ["nobody", "..%2f..%2fetc", "https:%2f%2fevil.example", "%00", "a%0d%0aLocation:%20x"] {
        let answer = get(odd, PHONE, &[]).await;
        assert_eq!((answer.status().as_u16(), location(&answer)), (404, "nowhere"), "{odd}");
    }
    // The same phone again, a laptop, a preview, and a browser that looks ahead.
    get("alma-spring", PHONE, &[]).await;
    get("alma-spring", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", &[]).await;
    get("alma-spring", "TelegramBot (like TwitterBot)", &[]).await;
    get("alma-spring", PHONE, &[("sec-purpose", "prefetch")]).await;
    let health = visit(&client, &format!("{}/healthz", program.url), PHONE, &[]).await.expect("an answer");
    assert_eq!(health.status(), 200);
    program.end();
    // Another start states what was not stated yet.
    Program::start(folder.path()).end();

    let (hours, samples) = kept(folder.path()).await;
    let sum = |creator: &str, of: fn(&ClickHour) -> i64| -> i64 {
        hours.iter().filter(|one| one.partnership.creator.as_str() == creator).map(of).sum()
    };
    let alma = [sum("alma", |one| one.people), sum("alma", |one| one.programs), sum("alma", |one| one.prefetches)];
    assert_eq!(alma, [3, 1, 1]);
    assert_eq!(sum("alma", |one| one.visitors), 2);
    assert_eq!((sum("bea", |one| one.people), sum("cleo", |one| one.people)), (1, 1));
    // The newest statement of each hour.
    let stated = |metric| -> i64 {
        let mut newest = std::collections::BTreeMap::new();
        for one in samples.iter().filter(|one| one.series.metric == metric) {
            newest.insert((one.series.clone(), one.form.observed_at()), one.value);
        }
        newest.values().sum()
    };
    assert_eq!((stated(Metric::Clicks), stated(Metric::BotClicks), stated(Metric::Visitors)), (5, 1, 4));
}

#[tokio::test]
async fn what_was_answered_before_a_kill_was_counted() {
    let folder = desk();
    let mut answered_in_all = 0;
    let mut sent_in_all = 0;
    for round in 0..3_u64 {
        let program = Program::start(folder.path());
        let url = format!("{}/go/alma-spring", program.url);
        let (sent, answered) = (AtomicI64::new(0), AtomicI64::new(0));
        let enough = 60 + i64::try_from(round * 37).expect("small");
        let crowd = (0..8).map(|_| async {
            let client = client();
            // Until the program is gone; bounded all the same.
            for _ in 0..10_000 {
                sent.fetch_add(1, Ordering::SeqCst);
                match visit(&client, &url, PHONE, &[]).await {
                    Some(answer) if answer.status() == 302 => drop(answered.fetch_add(1, Ordering::SeqCst)),
                    _ => return,
                }
            }
        });
        let killer = async {
            while answered.load(Ordering::SeqCst) < enough {
                tokio::task::yield_now().await;
            }
            program.kill();
        };
        futures_util::future::join(futures_util::future::join_all(crowd), killer).await;
        answered_in_all += answered.load(Ordering::SeqCst);
        sent_in_all += sent.load(Ordering::SeqCst);
        let (hours, _) = kept(folder.path()).await;
        let counted: i64 = hours.iter().map(|one| one.people).sum();
        assert!(
            answered_in_all <= counted && counted <= sent_in_all,
            "answered {answered_in_all}, counted {counted}, sent {sent_in_all}"
        );
    }
}
