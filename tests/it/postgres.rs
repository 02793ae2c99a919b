//! A store moves into a database, and every command works on it as it did: the program itself, on a real server.

use std::path::Path;
use std::process::{Command, Stdio};

use plimsoll::outbox::incident::Incident;
use plimsoll::store::Store;
use plimsoll::store::postgres::{Options, PgStore};
use plimsoll::store::records::scan_all;
use plimsoll::store::sled::{self, SledStore};
use secrecy::SecretString;
use serde_json::Value;
use server::{PASSWORD, Server};

#[path = "../../src/store/postgres/server.rs"]
#[expect(dead_code, reason = "other tests crash it and speak with it")]
pub mod server;

struct Desk(tempfile::TempDir);

impl Desk {
    /// With the store that an earlier version has left, and an address in a file.
    fn new(url: &str) -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        std::fs::write(desk.0.path().join("postgres.url"), format!("{url}\n")).expect("written");
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/store-v1.backup");
        desk.done(&["restore", &kept.display().to_string()]);
        desk
    }

    fn run(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(words).current_dir(self.0.path()).env("USER", "tester").stdin(Stdio::null());
        let ended = command.output().expect("the program starts");
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            assert!(!text.contains(PASSWORD), "{words:?}: {text}");
            text
        };
        (ended.status.code(), text(&ended.stdout), text(&ended.stderr))
    }

    #[track_caller]
    fn done(&self, words: &[&str]) -> String {
        let (code, out, err) = self.run(words);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{words:?}");
        out
    }

    /// The same on the database.
    #[track_caller]
    fn moved(&self, words: &[&str]) -> String {
        self.done(&[words, &["--set", "store.url_file=postgres.url"]].concat())
    }
}

async fn receipts(store: &dyn Store) -> Vec<String> {
    let incidents = scan_all::<Incident>(store).await.expect("incidents");
    incidents.into_iter().map(|kept| format!("{} {} {}", kept.value.id, kept.version, kept.value.receipt)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_moves_into_a_database_and_says_what_it_said() {
    let server = Server::shared();
    let url = server.url(&server.database());
    let desk = Desk::new(&url);
    let at = |name: &str| desk.0.path().join(name);
    let before = desk.done(&["audit", "--csv"]);

    let came: Value =
        serde_json::from_str(&desk.done(&["migrate", "--to-file", "postgres.url", "--json"])).expect("JSON");
    assert_eq!(came["receipts"], serde_json::json!({ "same": 3, "differ": [], "too_old": 0 }), "{came}");
    assert!(came["to"].as_str().expect("text").starts_with("postgres://postgres@127.0.0.1:"), "{came}");
    assert!(!at("data/migrate.backup").exists());
    assert_eq!(desk.moved(&["audit", "--csv"]), before, "the journal, line by line");

    let secret = SecretString::from(url.clone());
    let (embedded, database) = (
        SledStore::open(&at("data"), &sled::Options::default()).expect("is as it was"),
        PgStore::open(&secret, &Options::default()).await.expect("opens"),
    );
    let told = receipts(&embedded).await;
    assert_eq!(told.len(), 3);
    assert_eq!(receipts(&database).await, told, "receipts are the same, byte by byte");
    embedded.close().await.expect("closes");
    let (code, _, held) = desk.run(&["outbox", "list", "--set", "store.url_file=postgres.url"]);
    assert_eq!(code, Some(1));
    assert!(held.contains(&format!("which process {} on ", std::process::id())), "{held}");
    database.close().await.expect("closes");

    // Everything else goes on there, and back again.
    let listed = desk.moved(&["outbox", "list", "--json"]);
    assert_eq!(listed, desk.done(&["outbox", "list", "--json"]));
    desk.moved(&["backup", "from-database.backup"]);
    desk.done(&["restore", "from-database.backup", "--set", "store.folder=back"]);
    let back = SledStore::open(&at("back"), &sled::Options::default()).expect("opens");
    assert_eq!(receipts(&back).await, told);
    back.close().await.expect("closes");
}

#[test]
fn what_cannot_be_done_is_one_line_with_a_remedy() {
    let server = Server::shared();
    let (full, nowhere) = (server.url(&server.database()), server.url("nowhere"));
    let desk = Desk::new(&full);
    let (_, host) = full.rsplit_once('@').expect("a host");
    let (_, port) = host.split_once('/').expect("a database").0.rsplit_once(':').expect("a port");
    let told = |words: &[&str]| {
        let (code, out, err) = desk.run(words);
        assert_eq!(out, "", "{words:?}");
        format!("{code:?} {}", err.replace(host, "HOST/DATABASE").replace(port, "5432").trim_end())
    };
    desk.done(&["migrate", "--to", &full]);
    insta::assert_snapshot!(told(&["migrate", "--to", &full]), @"Some(1) plimsoll: could not restore into the database: `postgres://postgres@HOST/DATABASE` has a store already; name an empty database (CREATE DATABASE … OWNER postgres)");
    insta::assert_snapshot!(told(&["migrate", "--to", &nowhere]), @"Some(1) plimsoll: could not open the store: `127.0.0.1:5432` has no database `nowhere`; make it with: CREATE DATABASE nowhere OWNER postgres");
    insta::assert_snapshot!(told(&["migrate", "--to", "data"]), @"Some(2) plimsoll: the address to migrate to cannot be used: it is not an address; write postgres://USER:PASSWORD@HOST:5432/DATABASE, and %-escape what is special in the password");
    insta::assert_snapshot!(told(&["migrate"]), @"Some(2) plimsoll: the following required arguments were not provided: --to <URL>; --help says more");
    insta::assert_snapshot!(told(&["compact", "--set", "store.url_file=postgres.url"]), @"Some(2) plimsoll: the store is in a database, which gives room back by itself (VACUUM); `compact` is for the one in the data folder");
    let empty = format!("store.url={}", server.url(&server.database()));
    let asked = desk.run(&["why", "creator/alma", "fall", "--set", &empty]).2;
    assert!(asked.contains("there is no store in `postgres://postgres@127.0.0.1:"), "{asked}");
    assert!(asked.contains("--set store.url=… names another"), "{asked}");
}
