//! Both ends of the socket in one process: what is asked, what garbage does, and how it ends.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::caller::{self, CallError, NAME, Patience, is_served};
use super::door::{self, Door, DoorError};
use super::wire::{self, Said};
use super::{Answer, Body, Progress, Request, Text, Wish};
use crate::app::config::Config;
use crate::app::core::Core;
use crate::domain::num::u64_of_len;
use crate::outbox::delivery::{Delivery, State};
use crate::outbox::incident::Incident;
use crate::outbox::notice::{About, Urgency};
use crate::store::memory::MemoryStore;
use crate::store::records::{read_journal, scan_all};
use crate::store::{Committed, Kept, Key, Store, StoreError, Table, Transaction};
use crate::time::Clock;

const DOCUMENTS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "UTC"
currency = "EUR"
[[creator]]
id = "alma"
name = "Alma Lind"
[[room]]
id = "team"
brand = "nordbo"
audience = "internal"
"#;

const FEW: &str = r#"
[[rule]]
id = "few-views"
kind = "stop_loss"
scope = "creator"
when = "views < 100"
window = "1d"
mode = "propose"
"#;

/// A store whose commits wait while the gate is shut.
#[derive(Default)]
struct Gated {
    inner: MemoryStore,
    shut: AtomicBool,
    /// Told when a commit waits, and when it may go on.
    waits: Notify,
    opened: Notify,
}

#[async_trait]
impl Store for Gated {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        self.inner.get(table, key).await
    }

    async fn scan(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Kept)>, StoreError> {
        self.inner.scan(table, from, until, limit).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError> {
        if self.shut.load(Ordering::SeqCst) {
            self.waits.notify_one();
            self.opened.notified().await;
        }
        self.inner.commit(transaction).await
    }
}

/// A service that does nothing but answer.
struct Served {
    folder: TempDir,
    store: Arc<Gated>,
    core: Arc<Core>,
    stop: CancellationToken,
    work: JoinHandle<()>,
}

impl Served {
    async fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder"), Clock::system()).await
    }

    async fn start_in(folder: TempDir, clock: Clock) -> Self {
        let config = Config::load(None, &[]).expect("the defaults");
        let store = Arc::new(Gated::default());
        let core = Core::open(clock.clone(), Arc::clone(&store) as Arc<dyn Store>, config, 7).await.expect("opens");
        let door = Door::open(folder.path()).await.expect("a door");
        let stop = CancellationToken::new();
        let (theirs, ends) = (Arc::clone(&core), stop.clone());
        let work = clock.spawn("control", move |held| door::run(theirs, door, held, ends));
        Self { folder, store, core, stop, work }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    async fn asks(&self, wish: Wish) -> Answer {
        self.sends(wish, Body::Empty).await
    }

    async fn sends(&self, wish: Wish, body: Body) -> Answer {
        let asked = caller::ask(self.path(), &request(wish), &body, &|_| {}, Patience::default()).await;
        asked.expect("it answers").expect("somebody is there")
    }

    #[track_caller]
    fn applies(&self, text: &str) -> impl Future<Output = Answer> {
        let files = vec![Text { name: "x.toml".to_owned(), text: text.to_owned() }];
        self.asks(Wish::Apply { files, dry_run: false })
    }

    async fn connect(&self) -> UnixStream {
        let mut stream = UnixStream::connect(self.path().join(NAME)).await.expect("connects");
        let greeting = wire::read::<Said>(&mut stream).await.expect("a frame").expect("a greeting");
        assert!(matches!(greeting.0, Said::Greeting { .. }), "{greeting:?}");
        stream
    }

    async fn deeds(&self) -> Vec<String> {
        let lines = read_journal(&*self.core.store, 1, 1_000).await.expect("a journal");
        lines.into_iter().map(|(_, line)| format!("{} {}", line.actor, line.deed)).collect()
    }

    async fn end(self) {
        self.stop.cancel();
        self.work.await.expect("ends");
        assert!(!self.folder.path().join(NAME).exists(), "the socket goes with the service");
    }
}

fn request(wish: Wish) -> Request {
    Request { by: "terminal:anna".to_owned(), acting: None, wish }
}

fn done(answer: &Answer) -> &str {
    match answer {
        Answer::Done { text, .. } => text,
        Answer::Refused { line, .. } => panic!("{line}"),
    }
}

fn line(answer: &Answer) -> (u8, &str) {
    match answer {
        Answer::Refused { exit, line } => (*exit, line),
        Answer::Done { text, .. } => panic!("{text}"),
    }
}

/// What the service says to these bytes.
async fn said_to(stream: &mut UnixStream, bytes: &[u8]) -> Answer {
    stream.write_all(bytes).await.expect("sent");
    stream.shutdown().await.expect("no more");
    match wire::read::<Said>(stream).await.expect("a frame").expect("a word") {
        (Said::Answer(answer), _) => answer,
        (other, _) => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_is_done_and_journaled_by_who_asked() {
    let served = Served::start().await;
    let mode = |name: &str| served.path().join(name).metadata().expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(NAME), 0o600);
    assert!(is_served(served.path()).await);
    assert!(done(&served.applies(DOCUMENTS).await).ends_with("3 added, 0 changed, 0 same"));
    assert_eq!(served.core.state.lock().await.catalog.rooms.len(), 1, "the running service knows");
    let wish = Wish::Code { gift: crate::app::records::Gift::Room { room: "team".parse().expect("an id") } };
    assert!(done(&served.asks(wish).await).contains("/bind "));
    let wish = Wish::OutboxDrop { key: "x".to_owned(), reason: "y".to_owned() };
    let answer = served.asks(wish).await;
    assert_eq!(line(&answer), (2, "there is no delivery `x`; `plimsoll outbox list` has them"));
    let mut want = vec!["terminal:anna document_applied"; 3];
    want.push("terminal:anna code_made");
    assert_eq!(served.deeds().await, want);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_refused_in_a_line_and_the_service_lives_on() {
    let served = Served::start().await;
    let mut good = Vec::new();
    wire::write(&mut good, &request(Wish::OutboxList), 0).await.expect("written");
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = good.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    };
    let other = "the plimsoll that runs here is 0.1.0 and does not know what was asked; start it again with this \
                 program, or use its own";
    for (bytes, want) in [
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), "this is the control socket of plimsoll; ask through a plimsoll command"),
        (good[..good.len() - 1].to_vec(), "the request ended in the middle; ask again"),
        (good[..3].to_vec(), "the request ended in the middle; ask again"),
        (with(8, &9_u16.to_be_bytes()), other),
        (with(good.len() - 1, b"?"), other),
        (
            with(10, &u32::MAX.to_be_bytes()),
            "4294967295 bytes are more than the 33554432 that are taken at once; give it in parts",
        ),
        (
            with(14, &u64::MAX.to_be_bytes()),
            "18446744073709551615 bytes are more than the 268435456 that are taken at once; give it in parts",
        ),
    ] {
        let answer = said_to(&mut served.connect().await, &bytes).await;
        assert_eq!(line(&answer), (1, want));
        assert_eq!(done(&served.asks(Wish::OutboxList).await), "everything is told");
    }
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_request_is_out_is_left_alone() {
    let served = Served::start().await;
    let now = served.core.clock.now();
    let about = About::Trouble("x".to_owned());
    let (early, late) = (now - SignedDuration::from_secs(9), now + SignedDuration::from_hours(1));
    for (room, until) in [("out", late), ("lost", early)] {
        let mut transaction = Transaction::new();
        let delivery = Delivery {
            about: about.clone(),
            room: room.parse().expect("an id"),
            urgency: Urgency::Critical,
            cause: "test".to_owned(),
            wanted_revision: 1,
            told_revision: 0,
            state: State::Sending { revision: 1, since: early, until },
            message: None,
            maybe_repeat: false,
            expires_at: late,
            tries: 1,
            attempts: Vec::new(),
            generation: 0,
            earlier: None,
            marker: None,
        };
        transaction.create(&delivery).expect("a delivery");
        served.core.store.commit(transaction).await.expect("kept");
    }
    let retry = |room: &str| served.asks(Wish::OutboxRetry { key: format!("trouble/x@{room}") });
    let refused = "`trouble/x@out` is being sent right now; `plimsoll outbox list` says what comes of it";
    assert_eq!(line(&retry("out").await), (1, refused));
    assert_eq!(done(&retry("lost").await), "trouble/x@lost is due now");
    let kept = scan_all::<Delivery>(&*served.core.store).await.expect("deliveries");
    let repeats = kept.iter().map(|kept| kept.value.maybe_repeat).collect::<Vec<_>>();
    assert_eq!(repeats, [true, false], "the one that was lost may have left before");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_stops_nothing() {
    let served = Served::start().await;
    done(&served.applies(DOCUMENTS).await);
    let before = served.deeds().await.len();
    served.store.shut.store(true, Ordering::SeqCst);
    let mut stream = served.connect().await;
    let wish = Wish::Code { gift: crate::app::records::Gift::Room { room: "team".parse().expect("an id") } };
    wire::write(&mut stream, &request(wish), 0).await.expect("sent");
    served.store.waits.notified().await;
    drop(stream);
    served.store.shut.store(false, Ordering::SeqCst);
    served.store.opened.notify_one();
    let (core, store) = (Arc::clone(&served.core), Arc::clone(&served.store));
    served.end().await;
    assert_eq!(read_journal(&*core.store, 1, 1_000).await.expect("a journal").len(), before + 1);
    drop(store);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_without_a_chat_gets_an_invitation_of_their_own() {
    let served = Served::start().await;
    done(
        &served
            .applies("[[creator]]\nid = \"bo\"\nname = \"Bo Ek\"\n[[creator]]\nid = \"alma\"\nname = \"Alma Lind\"\n")
            .await,
    );
    let told = done(&served.asks(Wish::Invite { reach: crate::domain::person::Reach::All }).await).to_owned();
    let rows: Vec<Vec<&str>> = told.lines().map(|line| line.split('\t').collect()).collect();
    let names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(names, ["Alma Lind", "Bo Ek"]);
    for row in &rows {
        // Without a bot on Telegram there is no link: the code is typed.
        assert_eq!(row[2], format!("/link {}", row[1]));
    }
    assert_ne!(rows[0][1], rows[1][1]);
    assert_eq!(served.deeds().await.iter().filter(|deed| deed.ends_with("code_made")).count(), 2);
    let unknown = crate::domain::person::Reach::Brand("acme".parse().expect("an id"));
    assert_eq!(line(&served.asks(Wish::Invite { reach: unknown }).await).0, 2);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_waits_for_what_is_under_way_and_for_nobody_else() {
    let served = Served::start().await;
    done(&served.applies(DOCUMENTS).await);
    let mut idle = served.connect().await;
    served.store.shut.store(true, Ordering::SeqCst);
    let mut busy = served.connect().await;
    let wish = Wish::Code { gift: crate::app::records::Gift::Room { room: "team".parse().expect("an id") } };
    wire::write(&mut busy, &request(wish), 0).await.expect("sent");
    served.store.waits.notified().await;
    served.stop.cancel();
    let answer = said_to(&mut idle, b"").await;
    assert_eq!(line(&answer), (1, "the plimsoll that runs here is stopping; try again when it has stopped"));
    assert!(!served.work.is_finished(), "one request is under way");
    served.store.shut.store(false, Ordering::SeqCst);
    served.store.opened.notify_one();
    let word = wire::read::<Said>(&mut busy).await.expect("a frame").expect("a word");
    assert!(matches!(&word.0, Said::Answer(Answer::Done { text, .. }) if text.contains("/bind ")), "{word:?}");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_at_once_than_anybody_types_are_told_to_wait() {
    let served = Served::start().await;
    let mut idle = Vec::new();
    for _ in 0..16 {
        idle.push(served.connect().await);
    }
    let answer = served.asks(Wish::OutboxList).await;
    assert_eq!(line(&answer), (1, "16 commands are under way already; try again when one of them is done"));
    let mut first = idle.remove(0);
    first.shutdown().await.expect("no more");
    assert_eq!(first.read(&mut [0; 1]).await.expect("the end"), 0);
    // Its place is free once its task has ended, which it does after the connection.
    while matches!(served.asks(Wish::OutboxList).await, Answer::Refused { .. }) {
        tokio::task::yield_now().await;
    }
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_hangs_is_given_up_and_told_from_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let ask = |patience| {
        let path = folder.path().to_path_buf();
        async move { caller::ask(&path, &request(Wish::OutboxList), &Body::Empty, &|_| {}, patience).await }
    };
    let short = Duration::from_millis(50);
    assert!(matches!(ask(Patience::default()).await, Ok(None)), "nobody is there");
    let listener = UnixListener::bind(folder.path().join(NAME)).expect("listens");
    let hurried = Patience { greeting: short, word: short };
    let silent = ask(hurried).await.expect_err("no greeting");
    assert!(matches!(silent, CallError::Silent { .. }), "{silent}");
    let (mut half, _) = listener.accept().await.expect("the caller that has left");
    half.write_all(b"plim").await.expect_err("it has left");
    let clock = Clock::system();
    let greeter = clock.spawn("greeter", |_held| async move {
        let (mut stream, _) = listener.accept().await.expect("a caller");
        let greeting = Said::Greeting { program: "0".to_owned() };
        wire::write(&mut stream, &greeting, 0).await.expect("greeted");
        let asked = wire::read::<Request>(&mut stream).await.expect("a frame").expect("a request").0;
        wire::write(&mut stream, &Said::Progress(Progress { done: 1, of: 2 }), 0).await.expect("said");
        (asked, stream.read(&mut [0; 1]).await.expect("the end"), listener)
    });
    let stuck = ask(Patience { greeting: Duration::from_secs(5), word: short }).await.expect_err("no answer");
    assert!(matches!(stuck, CallError::Stuck { .. }), "{stuck}");
    let (asked, _, listener) = greeter.await.expect("ends");
    assert_eq!(asked, request(Wish::OutboxList));
    drop(listener);
    assert!(matches!(ask(Patience::default()).await, Ok(None)), "a socket that was left is nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_told_before_anything_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = UnixListener::bind(folder.path().join(NAME)).expect("listens");
    let newer = Clock::system().spawn("newer", |_held| async move {
        let (mut stream, _) = listener.accept().await.expect("a caller");
        let mut bytes = Vec::new();
        wire::write(&mut bytes, &"hello", 0).await.expect("written");
        bytes[8..10].copy_from_slice(&(super::wire::VERSION + 1).to_be_bytes());
        stream.write_all(&bytes).await.expect("sent");
        // A connection that is dropped with bytes in it ends with a reset.
        stream.read(&mut [0; 1]).await.unwrap_or(0)
    });
    let asked =
        caller::ask(folder.path(), &request(Wish::OutboxList), &Body::Empty, &|_| {}, Patience::default()).await;
    let line = asked.expect_err("another version").to_string().replace(&folder.path().display().to_string(), "data");
    assert_eq!(
        line,
        "the plimsoll that runs on `data` is of another version; start it again with this program, or use its own"
    );
    assert_eq!(newer.await.expect("ends"), 0, "nothing was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_was_left_is_replaced_and_nothing_else_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(NAME);
    drop(UnixListener::bind(&path).expect("listens"));
    assert!(path.exists() && !is_served(folder.path()).await);
    let door = Door::open(folder.path()).await.expect("replaced");
    assert!(is_served(folder.path()).await);
    assert!(matches!(Door::open(folder.path()).await, Err(DoorError::Taken { .. })));
    // Somebody else's socket under the same name is left where it is.
    std::fs::remove_file(&path).expect("removed");
    let other = UnixListener::bind(&path).expect("listens");
    drop(door);
    assert!(path.exists());
    drop(other);
    std::fs::remove_file(&path).expect("removed");
    std::fs::write(&path, "a file").expect("written");
    assert!(matches!(Door::open(folder.path()).await, Err(DoorError::Occupied { .. })));
    assert_eq!(std::fs::read_to_string(&path).expect("there"), "a file");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_deeper_than_a_socket_may_be_is_reached_all_the_same() {
    let outer = tempfile::tempdir().expect("a folder");
    let deep = outer.path().join("d".repeat(200));
    std::fs::create_dir(&deep).expect("made");
    let inner = tempfile::tempdir_in(&deep).expect("a folder");
    let served = Served::start_in(inner, Clock::system()).await;
    assert_eq!(done(&served.asks(Wish::OutboxList).await), "everything is told");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_command_holds_no_time() {
    let (clock, mut driver) = Clock::simulated("2026-06-12T12:00:00Z".parse().expect("an instant"));
    let setting_up = clock.hold("setting up");
    let served = Served::start_in(tempfile::tempdir().expect("a folder"), clock.clone()).await;
    let idle = served.connect().await;
    assert_eq!(done(&served.asks(Wish::OutboxList).await), "everything is told");
    drop(setting_up);
    let end = "2026-06-13T12:00:00Z".parse().expect("an instant");
    driver.run_until(end).await.expect("nobody holds a token");
    assert_eq!(clock.now(), end);
    drop(idle);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_are_imported_while_it_runs_are_judged_whole() {
    let served = Served::start().await;
    done(&served.applies(DOCUMENTS).await);
    done(&served.applies(FEW).await);
    let today = served.core.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let yesterday = today.yesterday().expect("in range");
    let rows = |rows: &[&str]| {
        let text = format!("time,creator,platform,metric,form,value\n{}\n", rows.join("\n"));
        Body::Bytes(Arc::new(text.into_bytes()))
    };
    let wish = || Wish::ImportSamples { file: "views.csv".to_owned() };
    // Levels are read again with everything else, amounts are added: either way the picture has both.
    let body = rows(&[&format!("{yesterday},alma,twitch,followers,gauge,7")]);
    assert_eq!(done(&served.sends(wish(), body).await), "1 rows, all taken");
    assert_eq!(scan_all::<Incident>(&*served.core.store).await.expect("incidents").len(), 0);
    let row = format!("{yesterday},alma,youtube,views,amount:P1D,10");
    let body = rows(&[&row, "never,alma,youtube,views,total,1"]);
    let answer = served.sends(wish(), body).await;
    assert_eq!(done(&answer), "2 rows, 1 taken, 1 rejected");
    let fired = scan_all::<Incident>(&*served.core.store).await.expect("incidents");
    assert_eq!(fired.len(), 1);
    assert_eq!(fired[0].value.subject.to_string(), "creator/alma");
    assert_eq!(served.core.state.lock().await.history.subjects().len(), 1);
    let deeds = served.deeds().await;
    assert_eq!(deeds.iter().filter(|deed| *deed == "terminal:anna samples_imported").count(), 2);
    let bad = served.sends(wish(), rows(&["never,alma,youtube,views,total,1"])).await;
    assert_eq!(line(&bad).0, 2);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_request_says_how_far_it_is() {
    let served = Served::start().await;
    let mut text = String::from("time,creator,platform,metric,form,value\n");
    for n in 0..2_001 {
        writeln!(text, "2026-03-01,c{n},youtube,views,amount:P1D,1").expect("text");
    }
    served.store.shut.store(true, Ordering::SeqCst);
    let mut stream = served.connect().await;
    let wish = request(Wish::ImportSamples { file: "many.csv".to_owned() });
    wire::write(&mut stream, &wish, u64_of_len(text.len())).await.expect("sent");
    stream.write_all(text.as_bytes()).await.expect("sent");
    // Two thousand subjects are one part; the commit of the next one waits while the first is told.
    served.store.waits.notified().await;
    served.store.opened.notify_one();
    let word = wire::read::<Said>(&mut stream).await.expect("a frame").expect("a word").0;
    assert_eq!(word, Said::Progress(Progress { done: 2_000, of: 2_001 }));
    served.store.shut.store(false, Ordering::SeqCst);
    served.store.opened.notify_one();
    let answer = loop {
        match wire::read::<Said>(&mut stream).await.expect("a frame").expect("a word").0 {
            Said::Answer(answer) => break answer,
            Said::Progress(at) => assert_eq!(at, Progress { done: 2_001, of: 2_001 }),
            Said::Greeting { .. } => panic!("greeted twice"),
        }
    };
    assert_eq!(done(&answer), "2001 rows, all taken");
    served.end().await;
}
