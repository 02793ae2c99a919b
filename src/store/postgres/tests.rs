//! What only a store in a database can do wrong: on a real server, with connections that are really cut.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::server::{PASSWORD, Server};
use super::{Options, PgStore};
use crate::store::{Expect, Store, StoreError, Table, Transaction, Write, keys};

mod copying;
mod crew;
mod subset;
mod views;

/// A lease that a test can wait for.
fn short() -> Options {
    Options { lease: Duration::from_secs(2), ..Options::default() }
}

fn secret(url: String) -> SecretString {
    SecretString::from(url)
}

async fn open(url: &str) -> Result<PgStore, StoreError> {
    PgStore::open(&secret(url.to_owned()), &short()).await
}

#[expect(clippy::disallowed_methods, reason = "servers and networks are real here, and so is their time")]
fn spawn<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> tokio::task::JoinHandle<T> {
    tokio::spawn(work)
}

/// An error with its cause, as it is printed.
fn told(error: &StoreError) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}

fn append(text: &str) -> Transaction {
    Transaction {
        expect: Vec::new(),
        writes: vec![Write::Append { table: Table::Journal, bytes: text.as_bytes().to_vec() }],
    }
}

async fn journal(store: &PgStore) -> Vec<String> {
    let (from, until) = keys::all();
    let rows = store.scan(Table::Journal, &from, &until, usize::MAX).await.expect("reads");
    rows.into_iter().map(|(_, kept)| String::from_utf8(kept.bytes).expect("text")).collect()
}

/// What happens to the next COMMIT that comes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// The connection breaks before the server hears of it.
    Before,
    /// The server does it, and the connection breaks before the answer.
    After,
}

/// A network between the program and the server.
struct Network {
    port: u16,
    next: Arc<Mutex<Option<Cut>>>,
}

impl Network {
    async fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (next, target) = (Arc::new(Mutex::new(None)), server.port());
        let told = Arc::clone(&next);
        spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(("127.0.0.1", target)).await.expect("the server listens");
                spawn(carry(near, far, Arc::clone(&told)));
            }
        });
        Self { port, next }
    }

    fn cut(&self, cut: Cut) {
        *self.next.lock().expect("a lock") = Some(cut);
    }

    fn was_cut(&self) -> bool {
        self.next.lock().expect("a lock").is_none()
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }
}

/// Carries both ways until one side ends, or it is cut.
async fn carry(mut near: TcpStream, mut far: TcpStream, next: Arc<Mutex<Option<Cut>>>) {
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = near.read(&mut asked) => {
                let Some(bytes) = read.ok().filter(|count| 0 < *count).map(|count| &asked[..count]) else { return };
                let commits = bytes.windows(7).any(|part| part == b"COMMIT\0");
                let cut = if commits { next.lock().expect("a lock").take() } else { None };
                if cut == Some(Cut::Before) {
                    return;
                }
                if far.write_all(bytes).await.is_err() {
                    return;
                }
                if cut == Some(Cut::After) {
                    // The server answers once it is done.
                    drop(far.read(&mut answered).await);
                    return;
                }
            }
            read = far.read(&mut answered) => {
                let Some(bytes) = read.ok().filter(|count| 0 < *count).map(|count| &answered[..count]) else { return };
                if near.write_all(bytes).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_done_once() {
    let server = Server::shared();
    let database = server.database();
    let network = Network::to(server).await;
    let store = open(&network.url(&database)).await.expect("opens");
    for (n, cut) in [Cut::After, Cut::Before, Cut::After].into_iter().enumerate() {
        network.cut(cut);
        let number = store.commit(append(&format!("{n}"))).await.expect("commits").numbers;
        assert!(network.was_cut(), "{cut:?}");
        assert_eq!(number, [u64::try_from(n).expect("few") + 1], "{cut:?}");
    }
    assert_eq!(journal(&store).await, ["0", "1", "2"]);
    store.close().await.expect("closes");
    assert!(store.commit(append("late")).await.is_err());
    assert!(store.get(Table::Journal, b"").await.is_err());
}

#[tokio::test]
async fn a_conflict_whose_connection_broke_stays_one() {
    let server = Server::shared();
    let network = Network::to(server).await;
    let store = open(&network.url(&server.database())).await.expect("opens");
    let once = Transaction {
        expect: vec![(Table::Meta, b"x".to_vec(), Expect::Absent)],
        writes: vec![Write::Put { table: Table::Meta, key: b"x".to_vec(), bytes: Vec::new() }],
    };
    network.cut(Cut::After);
    store.commit(once.clone()).await.expect("was done, so it is no conflict with itself");
    assert!(matches!(store.commit(once).await, Err(StoreError::Conflict { .. })));
    assert_eq!(store.get(Table::Meta, b"x").await.expect("reads").expect("is there").version, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_in_the_middle_of_commits_loses_nothing_and_doubles_nothing() {
    const WRITERS: usize = 8;
    const EACH: usize = 60;
    const CRASHES: usize = 3;
    let server = Server::own();
    let store = Arc::new(open(&server.url(&server.database())).await.expect("opens"));
    let (done, mut how_many) = tokio::sync::watch::channel(0_usize);
    let done = Arc::new(done);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (store, done) = (Arc::clone(&store), Arc::clone(&done));
            spawn(async move {
                let mut numbers = Vec::new();
                for n in 0..EACH {
                    let text = format!("{writer}/{n}");
                    numbers.push((store.commit(append(&text)).await.expect("commits").numbers[0], text));
                    done.send_modify(|done| *done += 1);
                }
                numbers
            })
        })
        .collect();
    for crash in 1..=CRASHES {
        how_many.wait_for(|done| WRITERS * EACH * crash / (CRASHES + 1) <= *done).await.expect("they go on");
        tokio::task::block_in_place(|| {
            server.crash();
            server.start();
        });
    }
    let mut wanted = Vec::new();
    for writer in writers {
        wanted.extend(writer.await.expect("no panic"));
    }
    wanted.sort();
    let numbers: Vec<u64> = wanted.iter().map(|one| one.0).collect();
    let count = u64::try_from(WRITERS * EACH).expect("few");
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>(), "numbers have no gaps");
    let texts: Vec<String> = wanted.into_iter().map(|one| one.1).collect();
    assert_eq!(journal(&store).await, texts, "each under the number it was told");
    store.close().await.expect("closes");
}

#[tokio::test]
async fn one_process_works_on_a_database_and_lets_go_of_it() {
    let server = Server::shared();
    let url = server.url(&server.database());
    let first = open(&url).await.expect("opens");
    first.commit(append("first")).await.expect("commits");
    let second = open(&url).await.expect_err("in use");
    assert!(matches!(second, StoreError::InUse { .. }), "{second}");
    let line = second.to_string();
    assert!(line.contains(&format!("process {} on ", std::process::id())) && !line.contains(PASSWORD), "{line}");
    first.close().await.expect("closes");
    first.close().await.expect("closing twice is closing once");
    let again = open(&url).await.expect("opens at once");
    assert_eq!(journal(&again).await, ["first"]);
}

#[tokio::test]
async fn who_was_away_and_comes_back_late_does_no_harm() {
    let server = Server::shared();
    let database = server.database();
    let url = server.url(&database);
    let paused = open(&url).await.expect("opens");
    paused.commit(append("before")).await.expect("commits");
    // What a pause comes to: the lease has run out, and nobody renewed it.
    server.say(&database, "UPDATE plimsoll_lease SET until = now() - INTERVAL '1 second'");
    let taken = open(&url).await.expect("takes it over");
    taken.commit(append("taken over")).await.expect("commits");
    let refused = paused.commit(append("late")).await.expect_err("the lease is another's");
    let refused = told(&refused).replace(&server.port().to_string(), "5432").replace(&database, "plimsoll");
    insta::assert_snapshot!(refused, @"could not go on: another process has taken the database `postgres://postgres@127.0.0.1:5432/plimsoll` over, because this one did not answer for too long");
    assert!(paused.stopped().await.contains("another process has taken"));
    assert!(paused.get(Table::Journal, b"").await.is_err(), "and nobody acts on what it reads");
    assert_eq!(journal(&taken).await, ["before", "taken over"]);
    taken.commit(append("goes on")).await.expect("commits");
}

#[tokio::test]
async fn whoever_takes_over_from_a_crashed_process_waits_for_its_lease() {
    let server = Server::shared();
    let database = server.database();
    let url = server.url(&database);
    open(&url).await.expect("opens").close().await.expect("closes");
    server.say(&database, "UPDATE plimsoll_lease SET holder = 'a crashed one', until = now() + INTERVAL '2 seconds'");
    let store = open(&url).await.expect("opens, once it has run out");
    store.commit(append("goes on")).await.expect("commits");
}

#[tokio::test]
async fn a_database_that_stays_away_stops_the_store() {
    let server = Server::own();
    let options = Options { hangs_after: Duration::from_secs(1), ..short() };
    let url = secret(server.url(&server.database()));
    let store = PgStore::open(&url, &options).await.expect("opens");
    server.crash();
    let refused = told(&store.commit(append("nowhere")).await.expect_err("nobody answers"));
    assert!(refused.contains("no PostgreSQL answers at `127.0.0.1:"), "{refused}");
    assert!(store.stopped().await.contains("no PostgreSQL answers"));
    let after = told(&store.commit(append("nowhere")).await.expect_err("has stopped"));
    assert!(after.contains("the store stopped earlier"), "{after}");
    let gone = told(&PgStore::open(&url, &options).await.expect_err("nobody answers"));
    assert!(gone.contains("start it, or name another in store.url") && !gone.contains(PASSWORD), "{gone}");
}

/// Opens what cannot be opened, and says what it is told, without what differs from run to run.
async fn refused(url: &str) -> String {
    let error = told(&open(url).await.expect_err(url));
    assert!(!error.contains(PASSWORD), "{error}");
    error.replace(&Server::shared().port().to_string(), "5432")
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_place_and_remedy() {
    let server = Server::shared();
    let database = server.database();
    let wrong = server.url(&database).replace(PASSWORD, "CANARY-of-the-database-wrong");
    insta::assert_snapshot!(refused(&wrong).await, @"could not open the store: `127.0.0.1:5432` does not let `postgres` in: the password in store.url is wrong, or pg_hba.conf has no line for this user and machine");
    insta::assert_snapshot!(refused(&server.url("nowhere")).await, @"could not open the store: `127.0.0.1:5432` has no database `nowhere`; make it with: CREATE DATABASE nowhere OWNER postgres");
    insta::assert_snapshot!(refused(&format!("{}?sslmode=require", server.url(&database))).await, @"could not open the store: `127.0.0.1:5432` and this program agree on no TLS (error occurred while attempting to establish a TLS connection: server does not support TLS); look at sslmode and sslrootcert in store.url");
    server.say("postgres", &format!("ALTER DATABASE {database} SET default_transaction_read_only = on"));
    insta::assert_snapshot!(refused(&server.url(&database)).await, @"could not open the store: `127.0.0.1:5432` can only be read: it is a replica, or set so; name the primary in store.url");
    let (lossy, newer) = (server.database(), server.database());
    server.say("postgres", &format!("ALTER DATABASE {lossy} SET synchronous_commit = off"));
    let told = refused(&server.url(&lossy)).await.replace(&lossy, "plimsoll");
    insta::assert_snapshot!(told, @"could not open the store: `127.0.0.1:5432` confirms what it has not written (synchronous_commit = off), and an alert could be lost; say: ALTER DATABASE plimsoll SET synchronous_commit = on");
    open(&server.url(&newer)).await.expect("opens").close().await.expect("closes");
    server.say(&newer, "UPDATE plimsoll_schema SET version = 99");
    insta::assert_snapshot!(refused(&server.url(&newer)).await, @"cannot read the store: the database has schema 99 and this program knows schemas 1 to 4; run the newer program, or restore a backup into an empty database");
    let said = super::look_over(
        &super::Address::read(&secret(server.url("plimsoll"))).expect("an address"),
        "90624",
        "off",
        "on",
    );
    let said = said.expect_err("too old").replace(&server.port().to_string(), "5432");
    insta::assert_snapshot!(said, @"`127.0.0.1:5432` is PostgreSQL 9.6.24; version 13 or newer is needed");
}

#[tokio::test]
async fn the_least_rights_are_enough_and_fewer_are_told() {
    let server = Server::shared();
    let database = server.database();
    server.say(&database, &format!("DROP ROLE IF EXISTS worker; CREATE ROLE worker LOGIN PASSWORD '{PASSWORD}'"));
    let url = server.url(&database).replace("postgres:CANARY", "worker:CANARY");
    let told = refused(&url).await.replace(&database, "plimsoll");
    insta::assert_snapshot!(told, @"could not open the store: `worker` may not do that in `plimsoll`; let the owner of the database say: GRANT CREATE, USAGE ON SCHEMA public TO worker");
    open(&server.url(&database)).await.expect("the owner makes the tables").close().await.expect("closes");
    // What docs/postgres.md says.
    server.say(
        &database,
        "GRANT SELECT, INSERT, UPDATE, DELETE ON plimsoll_records, plimsoll_counters, plimsoll_daily, plimsoll_ledger, \
         plimsoll_workers, plimsoll_polls TO worker; \
         GRANT SELECT, UPDATE ON plimsoll_schema, plimsoll_lease TO worker",
    );
    let store = open(&url).await.expect("opens");
    store.commit(append("with few rights")).await.expect("commits");
    let removed = Write::Delete { table: Table::Journal, key: keys::number(1) };
    store.commit(Transaction { expect: Vec::new(), writes: vec![removed] }).await.expect("commits");
    store.close().await.expect("closes");
}
