//! `/hooks/SOURCE` over real HTTP: who may push, what is kept of it, when it is answered, and what it wakes.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply;
use plimsoll::app::clicks::Counter;
use plimsoll::app::config::Config;
use plimsoll::app::core::Core;
use plimsoll::app::hooks::{HookRecord, Inbox};
use plimsoll::app::service::Service;
use plimsoll::domain::link::Slug;
use plimsoll::http::signature::Scheme;
use plimsoll::sim::feed::FeedSim;
use plimsoll::store::memory::MemoryStore;
use plimsoll::store::records::scan_range;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Store, keys};
use plimsoll::time::{Clock, Driver};
use plimsoll::web::{Click, Clicks, Hook, HookKept, Hooks, Landing, Signer, Web};
use reqwest::Client;
use secrecy::SecretString;
use serde_json::json;
use sha2::Sha256;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

const SECRET: &str = "hook-CANARY";
const START: &str = "2026-07-01T12:00:00Z";

fn client() -> Client {
    // Not through `plimsoll::http`: this is the platform.
    #[expect(clippy::disallowed_methods, reason = "a client of its own, as a platform has")]
    Client::builder().build().expect("a client")
}

async fn send(client: &Client, url: &str, headers: &[(&str, String)], body: &[u8]) -> Option<u16> {
    let mut request = client.post(url).body(body.to_vec());
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    #[expect(clippy::disallowed_methods, reason = "a client of its own, as a platform has")]
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let said = answer.text().await.ok()?;
    assert!(!said.contains("CANARY") && said.len() < 100, "{said}");
    Some(status)
}

fn mac(secret: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    parts.iter().fold(mac, hmac::Mac::chain_update).finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// As Shopify and `WooCommerce` sign.
fn base64(secret: &str, body: &[u8]) -> String {
    data_encoding::BASE64.encode(&mac(secret, &[body]))
}

/// As Stripe and this program sign.
fn dated(secret: &str, body: &[u8], at: Timestamp) -> String {
    let time = at.as_second().to_string();
    format!("t={time},v1={}", hex(&mac(secret, &[time.as_bytes(), b".", body])))
}

fn now() -> Timestamp {
    START.parse().expect("an instant")
}

fn later(secs: i64) -> Timestamp {
    now() + SignedDuration::from_secs(secs)
}

/// The program with a feed that nothing polls by itself, and a source for each way to sign.
struct Stage {
    core: Arc<Core>,
    driver: Driver,
    service: Service,
    url: String,
    client: Client,
    // It serves until it is dropped.
    _feed: FeedSim,
}

impl Stage {
    async fn new() -> Self {
        let (clock, driver) = Clock::simulated(now());
        let document = |path: &str, _| (path == "/f").then(|| json!([{"id": "alma", "followers": 1200}]));
        let feed = FeedSim::start(&clock, None, Box::new(document)).await.expect("starts");
        let host = feed.base_url().replace("http://", "");
        let source = |name: &str, more: &str| {
            format!(
                "sources.{name}={{kind=\"generic\", schedule=\"0 0 1 1 *\", {more} feed={{base_url=\"http://{host}\", \
                 allowed_hosts=[\"{host}\"], path=\"/f\", platform=\"twitch\", rows=\"$[*]\", id=\"$.id\", \
                 fields=[{{metric=\"followers\", path=\"$.followers\", form=\"gauge\"}}]}}}}"
            )
        };
        let signed = |way: &str| format!("hook_secret=\"{SECRET}\", hook_signature=\"{way}\", hook_token=\"agreed\",");
        let mut sets = vec![source("feed", &format!("hook_secret=\"{SECRET}\",")), source("deaf", "")];
        sets.extend(["shopify", "stripe", "woocommerce", "meta"].map(|way| source(way, &signed(way))));
        let config = Config::load(None, &sets).expect("a configuration");
        assert!(!format!("{config:?}").contains("CANARY"));
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let core = Core::open(clock.clone(), store, config, 7).await.expect("opens");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("world.toml");
        std::fs::write(&path, "[[creator]]\nid = \"alma\"\naccounts = { twitch = \"alma\" }\n").expect("written");
        let given = apply::read(&[path]).expect("files");
        apply::apply(&core, given, "terminal:owner", false).await.expect("applied");
        let mut service = Service::start(&core).expect("starts");
        let counter = Arc::new(Counter::new(Arc::clone(&core)));
        let (clicks, hooks) = (Arc::clone(&counter), Arc::new(Inbox::new(Arc::clone(&core))));
        let web = Web::bind("127.0.0.1:0", clicks, hooks, clock, [7; 32], false).await.expect("listens");
        let url = format!("http://{}/hooks", web.address().expect("an address"));
        service.answer_links(web, &counter);
        Self { core, driver, service, url, client: client(), _feed: feed }
    }

    async fn push(&self, source: &str, headers: &[(&str, String)], body: &[u8]) -> u16 {
        send(&self.client, &format!("{}/{source}", self.url), headers, body).await.expect("an answer")
    }

    async fn kept(&self) -> Vec<HookRecord> {
        records(&*self.core.store).await
    }
}

async fn records(store: &dyn Store) -> Vec<HookRecord> {
    let (from, until) = keys::beginning_with(b"r");
    scan_range::<HookRecord>(store, &from, &until).await.expect("read").into_iter().map(|one| one.value).collect()
}

fn flipped(body: &[u8]) -> Vec<u8> {
    let mut other = body.to_vec();
    other[0] ^= 1;
    other
}

/// A name, headers, a body, and the status it is answered with.
type Case<'a> = (&'a str, Vec<(&'static str, String)>, &'a [u8], u16);

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_signed_as_agreed_is_taken() {
    let stage = Stage::new().await;
    let order = br##"{"id":820982911946154508,"name":"#9999"}"##;
    let event = br#"{"id":"evt_1","type":"charge.refunded"}"#;
    let hub = br#"{"object":"page","entry":[]}"#;
    let plain = |name: &'static str, value: String| vec![(name, value)];
    let shopify = plain("X-Shopify-Hmac-SHA256", base64(SECRET, order));
    let stripe = |at: Timestamp| plain("Stripe-Signature", dated(SECRET, event, at));
    let rolled = format!("{},v1={}", dated("old", event, now()), hex(&mac(SECRET, &[b"1782907200.", event])));
    assert_eq!(now().as_second(), 1_782_907_200);
    let ours = plain("Plimsoll-Signature", dated(SECRET, event, now()));
    let woo = plain("X-WC-Webhook-Signature", base64(SECRET, order));
    let meta = plain("X-Hub-Signature-256", format!("sha256={}", hex(&mac(SECRET, &[hub]))));
    let cut = |headers: &[(&'static str, String)]| {
        vec![(headers[0].0, headers[0].1.chars().take(headers[0].1.len() - 4).collect::<String>())]
    };
    let (bad_order, bad_event, bad_hub) = (flipped(order), flipped(event), flipped(hub));
    // What is refused first, so that nothing is taken for a repeat.
    let table: Vec<Case<'_>> = vec![
        ("shopify", vec![], order, 401),
        ("shopify", shopify.clone(), &bad_order, 401),
        ("shopify", shopify.clone(), &order[1..], 401),
        ("shopify", cut(&shopify), order, 401),
        ("shopify", plain("X-Shopify-Hmac-SHA256", base64("other", order)), order, 401),
        ("shopify", woo.clone(), order, 401),
        ("stripe", stripe(now()), &bad_event, 401),
        ("stripe", cut(&stripe(now())), event, 401),
        ("stripe", stripe(later(-301)), event, 401),
        ("stripe", stripe(later(301)), event, 401),
        ("stripe", plain("Stripe-Signature", dated("old", event, now())), event, 401),
        ("feed", plain("Plimsoll-Signature", dated(SECRET, event, later(-301))), event, 401),
        ("feed", ours.clone(), &bad_event, 401),
        ("feed", stripe(now()), event, 401),
        ("woocommerce", woo.clone(), &bad_order, 401),
        ("woocommerce", vec![], order, 401),
        ("meta", meta.clone(), &bad_hub, 401),
        ("meta", cut(&meta), hub, 401),
        ("deaf", ours.clone(), event, 404),
        ("nobody", ours.clone(), event, 404),
        ("..%2Ffeed", ours.clone(), event, 404),
    ];
    for (source, headers, body, want) in &table {
        let got = stage.push(source, headers, body).await;
        assert_eq!(got, *want, "{source} {headers:?} {}", String::from_utf8_lossy(body));
    }
    assert_eq!(stage.push("woocommerce", &[], b"webhook_id=7").await, 200, "the shop tries the address out");
    assert_eq!(stage.kept().await, [], "nothing of all that was kept");
    for (source, headers, body) in [
        ("shopify", shopify, order.as_slice()),
        ("stripe", stripe(later(-300)), event),
        ("feed", ours, event),
        ("woocommerce", woo, order),
        ("meta", meta, hub),
    ] {
        assert_eq!(stage.push(source, &headers, body).await, 200, "{source}");
    }
    let rolled_body = plain("Stripe-Signature", rolled);
    assert_eq!(stage.push("stripe", &rolled_body, event).await, 200, "one of two secrets while they change");
    let sources: Vec<String> = stage.kept().await.iter().map(|one| one.source.to_string()).collect();
    assert_eq!(sources, ["feed", "meta", "shopify", "stripe", "woocommerce"]);
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_twice_is_answered_and_kept_once() {
    let stage = Stage::new().await;
    let push = async |source: &'static str, sign: (&'static str, String), id: &'static str, body: &[u8]| {
        let named = |name: &'static str| (name, id.to_owned());
        let headers = [sign, named("X-Shopify-Event-Id"), named("X-WC-Webhook-Delivery-ID")];
        (stage.push(source, &headers, body).await, stage.kept().await.len())
    };
    let shop = |body: &[u8]| ("X-Shopify-Hmac-SHA256", base64(SECRET, body));
    assert_eq!(push("shopify", shop(b"{1}"), "e1", b"{1}").await, (200, 1));
    assert_eq!(push("shopify", shop(b"{1}"), "e1", b"{1}").await, (200, 1), "sent again");
    assert_eq!(push("shopify", shop(b"{1}"), "e2", b"{1}").await, (200, 1), "replayed under another id");
    assert_eq!(push("shopify", shop(b"{2}"), "e2", b"{2}").await, (200, 2), "another event");
    let woo = |body: &[u8]| ("X-WC-Webhook-Signature", base64(SECRET, body));
    assert_eq!(push("woocommerce", woo(b"{1}"), "e1", b"{1}").await, (200, 3), "another source");
    let body = br#"{"id":"evt_1","type":"charge.refunded"}"#;
    let stripe = |secs| ("Stripe-Signature", dated(SECRET, body, later(secs)));
    assert_eq!(push("stripe", stripe(0), "", body).await, (200, 4));
    assert_eq!(push("stripe", stripe(-60), "", body).await, (200, 4), "signed anew, the same event");
    let nameless = ("Plimsoll-Signature", dated(SECRET, b"ping", now()));
    assert_eq!(push("feed", nameless.clone(), "", b"ping").await, (200, 5));
    assert_eq!(push("feed", nameless, "", b"ping").await, (200, 5), "the same words signed at the same time");
    let later = ("Plimsoll-Signature", dated(SECRET, b"ping", later(1)));
    assert_eq!(push("feed", later, "", b"ping").await, (200, 6));
    let first = stage.kept().await.into_iter().find(|one| one.source.as_str() == "shopify").expect("kept");
    assert_eq!((first.event.as_str(), first.at, first.size, first.by_body), ("e1", now(), 3, true));
    assert_eq!(first.body.as_deref(), Some("ezF9"));
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_an_end_and_a_hook_is_posted() {
    let stage = Stage::new().await;
    let sign = |body: &[u8]| [("Plimsoll-Signature", dated(SECRET, body, now()))];
    let most = vec![b'x'; 1 << 20];
    assert_eq!(stage.push("feed", &sign(&most), &most).await, 200);
    let kept = stage.kept().await;
    assert_eq!((kept[0].size, &kept[0].body), (1 << 20, &None), "too large to keep, known by its digest");
    let more = vec![b'x'; (1 << 20) + 1];
    assert_eq!(stage.push("feed", &sign(&more), &more).await, 413);
    assert_eq!(stage.push("nobody", &sign(&more), &more).await, 404, "who it is comes first");
    let asked = async |method: reqwest::Method, path: &str| {
        let request = stage.client.request(method, format!("{}/{path}", stage.url));
        #[expect(clippy::disallowed_methods, reason = "a client of its own, as a platform has")]
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    };
    for method in [reqwest::Method::GET, reqwest::Method::PUT, reqwest::Method::DELETE] {
        assert_eq!(asked(method, "feed").await.0, 405);
    }
    let challenge = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
    let meta = reqwest::Method::GET;
    assert_eq!(asked(meta.clone(), &format!("meta?{challenge}agreed")).await, (200, "1158201444".to_owned()));
    assert_eq!(asked(meta.clone(), &format!("meta?{challenge}guessed")).await.0, 403);
    assert_eq!(asked(meta.clone(), &format!("meta?{challenge}")).await.0, 403);
    let script = "meta?hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=agreed";
    assert_eq!(asked(meta.clone(), script).await.0, 403, "only what a challenge looks like is said back");
    assert_eq!(asked(meta, "nobody").await.0, 404);
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_brings_the_numbers_without_waiting_for_the_tick() {
    let mut stage = Stage::new().await;
    stage.driver.run_for(SignedDuration::from_secs(1)).await.expect("quiet");
    assert_eq!((stage.core.counted().polls, stage.core.counted().samples), (0, 0), "the next tick is half a year away");
    let push = async |stage: &Stage, n: u32| {
        let body = format!("{{\"id\":\"event-{n}\",\"type\":\"follow\"}}");
        let sign = [("Plimsoll-Signature", dated(SECRET, body.as_bytes(), now()))];
        assert_eq!(stage.push("feed", &sign, body.as_bytes()).await, 200);
    };
    push(&stage, 0).await;
    stage.driver.run_for(SignedDuration::from_secs(1)).await.expect("quiet");
    assert_eq!((stage.core.counted().polls, stage.core.counted().samples), (1, 1));
    for n in 1..40 {
        push(&stage, n).await;
    }
    stage.driver.run_for(SignedDuration::from_secs(28)).await.expect("quiet");
    assert_eq!(stage.core.counted().polls, 1, "not yet: half a minute has not passed");
    stage.driver.run_for(SignedDuration::from_secs(2)).await.expect("quiet");
    assert_eq!(stage.core.counted().polls, 2, "thirty-nine hooks are one poll");
    stage.driver.run_for(SignedDuration::from_secs(120)).await.expect("quiet");
    assert_eq!(stage.core.counted().polls, 2);
    push(&stage, 3).await;
    stage.driver.run_for(SignedDuration::from_secs(60)).await.expect("quiet");
    assert_eq!(stage.core.counted().polls, 2, "what was kept before wakes nobody");
    stage.service.stop().await;
}

/// Whoever keeps hooks when the test lets them.
#[derive(Default)]
struct Slow {
    entered: Notify,
    leave: Notify,
    fails: Mutex<usize>,
    told: Mutex<Vec<&'static str>>,
}

#[async_trait]
impl Hooks for Slow {
    fn signer(&self, _: &str) -> Option<Signer> {
        let secret = SecretString::from(SECRET.to_owned());
        Some(Signer { scheme: Scheme::Shopify, secret, verify_token: SecretString::from(String::new()) })
    }

    async fn keep(&self, _: Hook) -> HookKept {
        self.entered.notify_one();
        self.leave.notified().await;
        let mut fails = self.fails.lock().expect("whole");
        if *fails == 0 {
            self.told.lock().expect("whole").push("kept");
            return HookKept::New;
        }
        *fails -= 1;
        HookKept::Failed
    }
}

struct NoLinks;

#[async_trait]
impl Clicks for NoLinks {
    fn landing(&self, _: &Slug) -> Option<Landing> {
        None
    }

    async fn keep(&self, _: Click) -> bool {
        false
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_comes_after_the_keeping_and_a_failure_asks_for_it_again() {
    let slow = Arc::new(Slow::default());
    *slow.fails.lock().expect("whole") = 1;
    let clock = Clock::system();
    let hooks = Arc::clone(&slow);
    let web = Web::bind("127.0.0.1:0", Arc::new(NoLinks), hooks, clock.clone(), [7; 32], false).await.expect("listens");
    let url = format!("http://{}", web.address().expect("an address"));
    let stop = CancellationToken::new();
    let end = stop.clone();
    let server = clock.spawn("web", move |held| web.serve(held, end));
    for want in [503, 200] {
        let (theirs, to) = (Arc::clone(&slow), format!("{url}/hooks/shop"));
        let sent = clock.spawn("platform", |held| async move {
            let headers = [("X-Shopify-Hmac-SHA256", base64(SECRET, b"{}"))];
            let status = send(&client(), &to, &headers, b"{}").await;
            theirs.told.lock().expect("whole").push("answered");
            drop(held);
            status
        });
        slow.entered.notified().await;
        // Others are answered meanwhile: there was time for an answer, and there is none.
        #[expect(clippy::disallowed_methods, reason = "a client of its own, as a platform has")]
        let health = client().get(format!("{url}/healthz")).send().await.expect("an answer");
        assert_eq!((health.status().as_u16(), sent.is_finished()), (200, false));
        slow.leave.notify_one();
        assert_eq!(sent.await.expect("ends"), Some(want));
    }
    assert_eq!(*slow.told.lock().expect("whole"), ["answered", "kept", "answered"]);
    stop.cancel();
    server.await.expect("ends");
}

/// The program as a process of its own.
fn start(folder: &Path) -> (Child, String) {
    let feed = "{kind=\"generic\", schedule=\"0 0 1 1 *\", hook_secret_file=\"feed.hook\", feed={base_url=\"http://127.0.0.1:9\", \
                allowed_hosts=[\"127.0.0.1:9\"], path=\"/\", platform=\"twitch\", rows=\"$[*]\", id=\"$.id\", fields=[]}}";
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["run", "--set", "web.listen=127.0.0.1:0", "--set", "log.filter=info"])
        .args(["--set", &format!("sources.feed={feed}")])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let mut said = Vec::new();
    let url = loop {
        let line = lines.next().unwrap_or_else(|| panic!("ended: {said:?}")).expect("text");
        let address = line.split("web.address=").nth(1).and_then(|rest| rest.split_whitespace().next());
        if let Some(address) = address {
            break format!("http://{address}/hooks/feed");
        }
        said.push(line);
    };
    // The log goes on; nobody reads it, and a full pipe would stop the program.
    std::thread::spawn(move || lines.for_each(drop));
    (child, url)
}

#[tokio::test]
async fn what_was_answered_before_a_kill_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("feed.hook"), format!("{SECRET}\n")).expect("written");
    let answered: Mutex<BTreeMap<String, usize>> = Mutex::default();
    for round in 0..2 {
        let (mut child, url) = start(folder.path());
        let count = AtomicUsize::new(0);
        let crowd = (0..4).map(|who| {
            let (answered, count, url) = (&answered, &count, &url);
            async move {
                let client = client();
                // Until the program is gone; bounded all the same.
                for n in 0..5000 {
                    let event = format!("{round}-{who}-{n}");
                    let body = format!("{{\"id\":\"{event}\",\"type\":\"x\"}}");
                    let sign = dated(SECRET, body.as_bytes(), Clock::system().now());
                    match send(&client, url, &[("Plimsoll-Signature", sign)], body.as_bytes()).await {
                        Some(200) => {
                            answered.lock().expect("whole").insert(event, round);
                            count.fetch_add(1, Ordering::SeqCst);
                        }
                        _ => return,
                    }
                }
            }
        });
        let killer = async {
            while count.load(Ordering::SeqCst) < 25 {
                tokio::task::yield_now().await;
            }
            child.kill().expect("killed");
            child.wait().expect("it ends");
        };
        futures_util::future::join(futures_util::future::join_all(crowd), killer).await;
        let store = SledStore::open(&folder.path().join("data"), &Options::default()).expect("the store opens");
        let kept: Vec<String> = records(&store).await.into_iter().map(|one| one.event).collect();
        store.close().await.expect("closed");
        for event in answered.lock().expect("whole").keys() {
            assert!(kept.contains(event), "{event} was answered and is not kept");
        }
    }
    assert!(50 <= answered.lock().expect("whole").len());
}
