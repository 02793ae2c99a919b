//! How many tracking links a second the program answers, and how soon, with every click on disk before its answer.
//!
//! `cargo bench --bench redirects` starts the program itself as a second process, sends it 2,000 requests a second for
//! twenty seconds over 64 connections that stay open, whether or not earlier ones were answered, and prints the delay
//! from the moment at which each request was due to its answer. Beside it: how long this disk takes for one `fdatasync`, which
//! every answer has to wait for. It fails where the 99th of a hundred takes 5 ms or more, or a click is lost.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a program of its own that measures and prints"
)]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use plimsoll::app::clicks::ClickHour;
use plimsoll::store::records::scan_all;
use plimsoll::store::sled::{Options, SledStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PER_SECOND: u32 = 2_000;
const SECONDS: u32 = 20;
const CONNECTIONS: u32 = 64;
const P99_MAX: Duration = Duration::from_millis(5);
const CREATORS: u32 = 50;

const REQUEST_HEAD: &str = "Host: localhost\r\nUser-Agent: Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 \
                            (KHTML, like Gecko) Chrome/140.0 Mobile\r\nAccept: text/html\r\n\r\n";

fn documents() -> String {
    let mut text = "[[brand]]\nid = \"nordbo\"\nname = \"Nordbo\"\nzone = \"UTC\"\ncurrency = \"EUR\"\n\
                    [[campaign]]\nid = \"spring\"\nbrand = \"nordbo\"\nstarts = \"2026-03-01\"\nends = \"2036-03-01\"\n\
                    landing = \"https://shop.example/p\"\n"
        .to_owned();
    for number in 0..CREATORS {
        writeln!(
            text,
            "[[creator]]\nid = \"c{number}\"\n[[partnership]]\ncampaign = \"spring\"\ncreator = \"c{number}\"\nlink = \"link-{number}\""
        )
        .expect("text");
    }
    text
}

/// The program, and where it answers.
fn start(folder: &Path) -> (Child, String) {
    std::fs::write(folder.join("documents.toml"), documents()).expect("written");
    let program = env!("CARGO_BIN_EXE_plimsoll");
    let applied =
        Command::new(program).args(["apply", "documents.toml"]).current_dir(folder).output().expect("it runs");
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    let feed = r#"sources.feed={kind="generic", schedule="0 0 1 1 *", feed={base_url="http://127.0.0.1:9", allowed_hosts=["127.0.0.1:9"], path="/", platform="twitch", rows="$[*]", id="$.id", fields=[]}}"#;
    let mut child = Command::new(program)
        .args(["run", "--set", "web.listen=127.0.0.1:0", "--set", "web.check_pages=0s", "--set", "log.filter=info"])
        .args(["--set", feed])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let address = loop {
        let line = lines.next().expect("it says where it listens").expect("text");
        if let Some(rest) = line.split("web.address=").nth(1) {
            break rest.split_whitespace().next().unwrap_or_default().to_owned();
        }
    };
    std::thread::spawn(move || lines.for_each(drop));
    (child, address)
}

/// The middle and the 99th of a hundred `fdatasync`s of 4 KiB on this disk.
fn fdatasync(folder: &Path) -> (Duration, Duration) {
    let mut file = std::fs::File::create(folder.join("probe")).expect("a file");
    let mut all: Vec<Duration> = (0..300)
        .map(|_| {
            file.write_all(&[7; 4096]).expect("written");
            let begun = Instant::now();
            file.sync_data().expect("synced");
            begun.elapsed()
        })
        .collect();
    all.sort_unstable();
    (all[150], all[297])
}

/// Requests that are due one after another, over one connection; the delay of each.
async fn visitor(address: String, number: u32, begun: Instant) -> Vec<Duration> {
    let mut stream = TcpStream::connect(&address).await.expect("it listens");
    stream.set_nodelay(true).expect("a socket");
    let mut delays = Vec::new();
    let mut buffer = vec![0_u8; 4096];
    let mut at = number;
    while at < PER_SECOND * SECONDS {
        let due = begun + Duration::from_secs(1) * at / PER_SECOND;
        tokio::time::sleep_until(due.into()).await;
        let request = format!("GET /go/link-{} HTTP/1.1\r\n{REQUEST_HEAD}", at % CREATORS);
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut read = 0;
        loop {
            let more = stream.read(&mut buffer[read..]).await.expect("answered");
            assert!(0 < more, "the connection ended");
            read += more;
            if buffer[..read].ends_with(b"\r\n\r\n") {
                break;
            }
        }
        assert!(buffer.starts_with(b"HTTP/1.1 302"), "{}", String::from_utf8_lossy(&buffer[..read]));
        delays.push(due.elapsed());
        at += CONNECTIONS;
    }
    delays
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let (middle, late) = fdatasync(folder.path());
    println!("fdatasync of 4 KiB here: median {middle:.2?}, p99 {late:.2?}");
    let (mut child, address) = start(folder.path());
    // Connections are made before the clock starts.
    let begun = Instant::now() + Duration::from_millis(500);
    let visitors = (0..CONNECTIONS).map(|number| tokio::spawn(visitor(address.clone(), number, begun)));
    let mut delays = Vec::new();
    for visitor in visitors.collect::<Vec<_>>() {
        delays.extend(visitor.await.expect("a visitor"));
    }
    let took = begun.elapsed();
    let ended = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert!(ended.success() && child.wait().expect("it ends").success());
    let store = SledStore::open(&folder.path().join("data"), &Options::default()).expect("the store opens");
    let counted: i64 = scan_all::<ClickHour>(&store).await.expect("read").iter().map(|one| one.value.people).sum();
    delays.sort_unstable();
    let sent = delays.len();
    let of = |share: usize| delays[sent * share / 1000];
    println!(
        "{sent} redirects in {:.1} s: median {:.2?}, p99 {:.2?}, p99.9 {:.2?}, longest {:.2?}; {counted} clicks kept",
        took.as_secs_f64(),
        of(500),
        of(990),
        of(999),
        delays[sent - 1],
    );
    assert_eq!(usize::try_from(counted).ok(), Some(sent), "each answer was counted, and nothing else");
    assert!(of(990) < P99_MAX, "p99 {:?} is more than {P99_MAX:?}", of(990));
}
