//! The demo as a person sees it: the page in a real browser, the world behind it at the demo's pace.
//!
//! The pictures of this test stay below `target/tmp`. One of them is in the README:
//! `pngquant --force --quality 80-98 --output docs/demo.png target/tmp/demo-light.png`

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;

use plimsoll::app::demo::World;
use plimsoll::app::demo::page::{Options, Show};
use plimsoll::sim::shopify::{ShopWorld, Status};
use plimsoll::time::Clock;
use tokio_util::sync::CancellationToken;

use crate::browser::{DOWN, ENTER, Page, TAB};

/// A world with its page, and a browser that looks at it.
struct Visit {
    page: Page,
    shop: Arc<ShopWorld>,
    clock: Clock,
    end: CancellationToken,
    running: tokio::task::JoinHandle<anyhow::Result<()>>,
    folder: tempfile::TempDir,
}

impl Visit {
    async fn begin(seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let world = World::start(seed, folder.path()).await.expect("the world starts");
        let (clock, shop) = (world.clock.clone(), Arc::clone(world.shop.world()));
        let show = Show::open(world, Options::default()).await.expect("the page is served");
        let (url, end) = (show.url(), CancellationToken::new());
        let theirs = end.clone();
        let running = clock.spawn("show", |held| async move {
            // Moving time is not being at work in it.
            drop(held);
            show.run(&theirs).await
        });
        Self { page: Page::open(&url).await, shop, clock, end, running, folder }
    }

    /// Nothing was complained about, and everything ends.
    async fn end(self) {
        let Self { page, end, running, folder, .. } = self;
        assert_eq!(page.complaints().await, Vec::<String>::new());
        page.close().await;
        end.cancel();
        running.await.expect("no panic").expect("the world ran to its end");
        drop(folder);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guided_story_is_played_by_pressing_what_it_says() {
    let visit = Visit::begin(7).await;
    let page = &visit.page;
    page.wait_for("direct", "You are Alma here now").await;
    assert_eq!(page.beat("wrong-link").await, "waiting");

    a_wrong_link(page).await;
    a_leaked_code(page).await;
    // Off in the shop itself, not only in what is said about it.
    assert_eq!(visit.shop.discount("CLEO10", visit.clock.now()), Some(Status::Expired));
    a_shop_that_stops_selling(page).await;
    a_level_told_first(page).await;
    page.picture("demo-after.png").await;
    visit.end().await;
}

/// Until a beat of the story is there, as a visitor in a hurry does it.
async fn skip_to(page: &Page, beat: &str) {
    page.click("Skip ahead").await;
    page.wait_for_beat(beat, "now").await;
}

async fn a_wrong_link(page: &Page) {
    skip_to(page, "wrong-link").await;
    for room in ["discord", "telegram"] {
        page.wait_for(room, "link clicks").await;
    }
    let chart = "(room) => { const all = [...document.querySelectorAll(`[data-room=${room}] article img`)]; return all.length > 0 && all.every((one) => one.complete && one.naturalWidth > 300) }";
    for room in ["discord", "telegram"] {
        page.until("the chart is shown", chart, &[room]).await;
    }
    page.until("time waits", "() => document.getElementById('slower').textContent === 'waiting for you'", &[]).await;
    page.press("discord", "Ask Alma to fix").await;
    page.wait_for("telegram", "Alma was asked").await;
    page.wait_for("direct", "link").await;
    page.picture("demo-light.png").await;
    page.dark().await;
    page.picture("demo-dark.png").await;
    page.light().await;
    page.press("direct", "Fixed").await;
    assert!(!page.answer("direct").await.is_empty(), "Telegram says that it arrived");
    for room in ["discord", "telegram"] {
        page.wait_for(room, "Alma confirmed").await;
    }
    page.wait_for_beat("wrong-link", "done").await;
}

async fn a_leaked_code(page: &Page) {
    skip_to(page, "leaked-code").await;
    page.press("telegram", "End code CLEO10").await;
    assert!(page.answer("telegram").await.starts_with("Agreed for #"));
    let told = page.wait_for("discord", "the shop says ended").await;
    assert!(told.contains("Code CLEO10 ended by Maja") && told.contains("(edited)"), "{told}");
    page.press("discord", "Why").await;
    page.wait_for("discord", "the platform says ended").await;
    page.press("discord", "Dismiss message").await;
    page.wait_for_beat("leaked-code", "done").await;
}

async fn a_shop_that_stops_selling(page: &Page) {
    skip_to(page, "shop-stops").await;
    page.press("discord", "I've got it").await;
    page.wait_for("telegram", "Jonas has it").await;
    page.type_command("discord", "/status").await;
    let told = page.wait_for("discord", "Jonasused /status").await;
    assert!(told.contains("Only you can see this"), "{told}");
    page.wait_for_beat("shop-stops", "done").await;
}

async fn a_level_told_first(page: &Page) {
    skip_to(page, "downgrade").await;
    page.wait_for("direct", "from Gold to Silver").await;
    page.press("direct", "Something is wrong").await;
    for room in ["discord", "telegram"] {
        page.until(
            "the team is asked",
            "(room) => [...document.querySelectorAll(`[data-room=${room}] article button`)].some((one) => one.textContent.includes('Keep Gold'))",
            &[room],
        )
        .await;
    }
    page.press("telegram", "Keep Gold").await;
    page.wait_for("direct", "you keep Gold").await;
    page.wait_for_beat("downgrade", "done").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_offered_completed_and_refused_as_the_apps_do() {
    let visit = Visit::begin(7).await;
    let page = &visit.page;
    let list = |room: &str| {
        format!(
            "(text) => [...document.querySelectorAll('[data-room={room}] .suggestions li')].some((one) => one.textContent.includes(text))"
        )
    };
    let held = "(room, text) => document.querySelector(`[data-room=${room}] .composer input`).value === text";

    page.type_into("discord", "/stat").await;
    page.until("Discord offers /status", &list("discord"), &["/status"]).await;
    page.type_into("discord", TAB).await;
    page.until("the bot's own completions come", &list("discord"), &["Spring Launch"]).await;
    page.type_into("discord", "al").await;
    page.until("fewer of them", "(text) => [...document.querySelectorAll('[data-room=discord] [role=option]')].map((one) => one.textContent).join() === text", &["Alma"]).await;
    page.type_into("discord", DOWN).await;
    page.type_into("discord", ENTER).await;
    page.until("the line is completed", held, &["discord", "/status subject:alma "]).await;
    page.type_into("discord", ENTER).await;
    page.wait_for("discord", "used /status").await;

    page.type_into("telegram", "/he").await;
    page.until("Telegram offers /help", &list("telegram"), &["/help"]).await;
    page.type_into("telegram", "lp").await;
    page.type_into("telegram", ENTER).await;
    page.wait_for("telegram", "What you can say here").await;

    // What people write is never read as markup of the page.
    let written = "<img src=x> & <b>so on</b>";
    for room in ["discord", "telegram", "direct"] {
        page.type_command(room, written).await;
        page.wait_for(room, written).await;
    }

    let refused = "(text) => [...document.querySelectorAll('.toast')].some((one) => one.textContent.includes(text))";
    page.type_into("discord", "/nonsense").await;
    page.type_into("discord", ENTER).await;
    page.until("the app refuses", refused, &["there is no command `/nonsense`"]).await;
    // The browser notes an answer of 422 by itself; nothing else may be noted.
    let complaints = page.complaints().await;
    assert!(complaints.iter().all(|one| one.contains("/act") && one.contains("422")), "{complaints:?}");
    visit.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_at_home_on_a_phone_in_light_and_in_dark() {
    let visit = Visit::begin(7).await;
    let page = &visit.page;
    let shown = "() => [...document.querySelectorAll('main > .room')].filter((one) => one.checkVisibility()).map((one) => one.dataset.room).join(' ')";
    let tabs = "() => document.querySelector('[role=tablist]').checkVisibility()";
    let sideways = "() => document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll('.messages')].some((one) => one.scrollWidth > one.clientWidth)";
    let ground = "() => getComputedStyle(document.body).backgroundColor";

    assert_eq!(page.ask(shown, &[]).await, "discord telegram direct");
    assert_eq!(page.ask(tabs, &[]).await, false);
    let light = page.ask(ground, &[]).await;
    page.dark().await;
    // The button says so when the page has heard of it.
    page.click("Change to light").await;
    assert_eq!(page.ask(ground, &[]).await, light, "the visitor's wish comes first");
    page.click("Change to dark").await;
    assert_ne!(page.ask(ground, &[]).await, light);
    page.click("Change to light").await;

    page.size(390, 844).await;
    assert_eq!(page.ask(tabs, &[]).await, true);
    for (tab, room) in [("Discord", "discord"), ("Alma", "direct"), ("Telegram", "telegram")] {
        page.click(tab).await;
        assert_eq!(page.ask(shown, &[]).await, room);
        assert_eq!(page.ask(sideways, &[]).await, false, "{room} scrolls sideways");
        page.picture(&format!("demo-phone-{room}.png")).await;
    }
    page.type_command("telegram", "/status").await;
    page.wait_for("telegram", "Spring Launch").await;
    assert_eq!(page.ask(sideways, &[]).await, false);
    visit.end().await;
}

/// What a browser would be answered, as text.
fn get(address: &str, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    write!(stream, "GET {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n").expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

#[test]
fn the_command_says_where_the_page_is_and_ends_without_a_trace() {
    let temporary = tempfile::tempdir().expect("a folder");
    let mut demo = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["demo", "--seed", "3"])
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut line = String::new();
    BufReader::new(demo.stdout.as_mut().expect("its output")).read_line(&mut line).expect("a line");
    assert!(line.contains("Ctrl-C ends the demo"), "{line}");
    let (_, after) = line.split_once("http://").expect("an address");
    let address = after.split(' ').next().expect("an address");
    let page = get(address, "/", &format!("Host: {address}\r\n"));
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("<title>Plimsoll: the demo</title>"), "{page}");
    let elsewhere = get(address, "/", "Host: evil.example\r\n");
    assert!(elsewhere.starts_with("HTTP/1.1 403"), "{elsewhere}");
    assert_eq!(std::fs::read_dir(temporary.path()).expect("a folder").count(), 1, "its store is there");
    assert!(Command::new("kill").args(["-INT", &demo.id().to_string()]).status().expect("kill").success());
    assert!(demo.wait().expect("it ends").success());
    assert_eq!(std::fs::read_dir(temporary.path()).expect("a folder").count(), 0, "its store is gone");
}
