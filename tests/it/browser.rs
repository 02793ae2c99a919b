//! A real Chromium without a window, driven over its driver protocol, and the page of the demo in it.
//!
//! Every wait ends with what is waited for, or with the deadline; the browser itself tells when something changed.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;

use axum::http::Method;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Url;
use serde_json::{Value, json};

/// In real time, and far more than a slow machine needs for what it waits for.
const DEADLINE_MS: u64 = 120_000;

/// What a key is in the driver protocol: <https://www.w3.org/TR/webdriver2/#keyboard-actions>.
pub const ENTER: &str = "\u{e007}";
pub const TAB: &str = "\u{e004}";
pub const DOWN: &str = "\u{e015}";

/// The driver's process with the browser below it, ended together.
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start() -> Self {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        let mut process = started.unwrap_or_else(|error| {
            panic!("chromedriver does not start ({error}); install both: apt-get install chromium chromium-driver")
        });
        let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok());
        Self { process, port: port.expect("chromedriver says on which port it is") }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The group, because a driver that is ended does not end its browser.
        drop(Command::new("kill").args(["-KILL", "--", &format!("-{}", self.process.id())]).status());
        drop(self.process.wait());
    }
}

/// A command of the driver that the client has no word for.
#[derive(Debug)]
struct Extra {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extra {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// The page of the demo, open in a browser.
pub struct Page {
    client: Client,
    driver: Driver,
    /// The browser's own folder.
    profile: tempfile::TempDir,
}

impl Page {
    /// Opens an address and waits until the page has been told everything once.
    pub async fn open(url: &str) -> Self {
        let page = Self::open_still(url).await;
        page.until("the page is live", "() => document.body.dataset.ready !== undefined", &[]).await;
        page
    }

    /// Opens a page that is told nothing: what is in it is all there is.
    pub async fn open_still(url: &str) -> Self {
        let driver = Driver::start();
        let profile = tempfile::tempdir().expect("a folder");
        let folder = format!("--user-data-dir={}", profile.path().display());
        // Root may not use the sandbox; the only page that is opened is ours.
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
            "--no-first-run",
            &folder,
        ];
        let wanted = json!({
            "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": DEADLINE_MS + 10_000 },
        });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted.as_object().expect("an object").clone());
        let client = builder
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .expect("a browser; install it: apt-get install chromium chromium-driver");
        let page = Self { client, driver, profile };
        page.size(1600, 1000).await;
        page.light().await;
        page.client.goto(url).await.expect("the page opens");
        page
    }

    /// Ends the browser.
    pub async fn close(self) {
        let Self { client, driver, profile } = self;
        client.close().await.expect("the browser closes");
        drop(driver);
        drop(profile);
    }

    /// What a function of the page answers.
    pub async fn ask(&self, function: &str, given: &[&str]) -> Value {
        let given = given.iter().map(|one| json!(one)).collect();
        self.client.execute(&format!("return ({function})(...arguments)"), given).await.expect("the page answers")
    }

    /// Waits until a function of the page answers something true, and answers that.
    pub async fn until(&self, what: &str, function: &str, given: &[&str]) -> Value {
        let script = format!(
            "const given = [...arguments]; const done = given.pop(); const most = given.pop();
             const look = () => {{ try {{ return ({function})(...given) || null }} catch {{ return null }} }};
             const now = look(); if (now) return done(now);
             const watch = new MutationObserver(() => {{ const seen = look(); if (seen) end(seen) }});
             const timer = setTimeout(() => end(null), most);
             const end = (seen) => {{ watch.disconnect(); clearTimeout(timer); done(seen) }};
             watch.observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});"
        );
        let mut arguments: Vec<Value> = given.iter().map(|one| json!(one)).collect();
        arguments.push(json!(DEADLINE_MS));
        let seen = self.client.execute_async(&script, arguments).await.expect("the page answers");
        if seen.is_null() {
            let shown = self.ask("() => document.body.innerText", &[]).await;
            panic!("never: {what}. The page shows:\n{}", shown.as_str().unwrap_or_default());
        }
        seen
    }

    /// Waits until a room says something, and answers the whole room.
    pub async fn wait_for(&self, room: &str, text: &str) -> String {
        let script = "(room, text) => { const all = document.querySelector(`[data-room=${room}] .messages`).textContent; return all.includes(text) && all }";
        let all = self.until(&format!("{room} says `{text}`"), script, &[room, text]).await;
        all.as_str().unwrap_or_default().to_owned()
    }

    /// Presses the newest button of a room that says so.
    pub async fn press(&self, room: &str, label: &str) {
        let at =
            format!("//section[@data-room=\"{room}\"]//article//button[contains(normalize-space(.), \"{label}\")]");
        self.click_last(&format!("{room} has the button `{label}`"), &at).await;
    }

    /// Presses something outside of messages, by the words or the label on it.
    pub async fn click(&self, label: &str) {
        let at = format!(
            "//button[contains(normalize-space(.), \"{label}\") or @aria-label=\"{label}\"][not(ancestor::article)]"
        );
        self.click_last(&format!("there is a button `{label}`"), &at).await;
    }

    /// Closes what Telegram showed in a box, and answers what it said.
    pub async fn answer(&self, room: &str) -> String {
        let script = "(room) => document.querySelector(`[data-room=${room}] [role=alertdialog] p`)?.textContent";
        let said = self.until(&format!("{room} shows a box"), script, &[room]).await;
        let at = format!("//section[@data-room=\"{room}\"]//*[@role=\"alertdialog\"]//button");
        self.click_last("the box can be closed", &at).await;
        said.as_str().unwrap_or_default().to_owned()
    }

    /// A live page may draw a message anew between finding a button and pressing it; the new one is pressed then.
    async fn click_last(&self, what: &str, at: &str) {
        let last =
            "(at) => document.evaluate(`count(${at})`, document, null, XPathResult.NUMBER_TYPE, null).numberValue > 0";
        for _ in 0..5 {
            self.until(what, last, &[at]).await;
            let found = self.client.find_all(Locator::XPath(at)).await.expect("buttons");
            let Some(button) = found.into_iter().next_back() else { continue };
            match button.click().await {
                Ok(()) => return,
                Err(error) if error.to_string().contains("stale") => {}
                Err(error) => panic!("{what}, but it cannot be pressed: {error}"),
            }
        }
        panic!("{what}, but it is drawn anew all the time");
    }

    /// Types into a room's line without sending it.
    pub async fn type_into(&self, room: &str, keys: &str) {
        let line = format!("[data-room={room}] .composer input");
        let line = self.client.find(Locator::Css(&line)).await.expect("a line to type in");
        line.send_keys(keys).await.expect("typed");
    }

    /// Types something and sends it, and waits until it has gone.
    pub async fn type_command(&self, room: &str, text: &str) {
        self.type_into(room, text).await;
        self.type_into(room, ENTER).await;
        let script = "(room) => document.querySelector(`[data-room=${room}] .composer input`).value === ''";
        // An emptied line is no change of the document; the list above it goes, and the message comes.
        self.until(&format!("`{text}` is sent in {room}"), script, &[room]).await;
    }

    /// How far a beat of the story is: `waiting`, `now` or `done`.
    pub async fn beat(&self, id: &str) -> String {
        let script = "(id) => document.querySelector(`[data-beat=\"${id}\"]`)?.dataset.state";
        self.ask(script, &[id]).await.as_str().unwrap_or("absent").to_owned()
    }

    /// Waits until a beat is that far.
    pub async fn wait_for_beat(&self, id: &str, state: &str) {
        let script = "(id, state) => document.querySelector(`[data-beat=\"${id}\"]`)?.dataset.state === state";
        self.until(&format!("the beat `{id}` is {state}"), script, &[id, state]).await;
    }

    /// The size of the window's inside, in CSS pixels.
    pub async fn size(&self, width: u32, height: u32) {
        let body = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.devtools("Emulation.setDeviceMetricsOverride", &body).await;
    }

    /// What the machine prefers.
    pub async fn dark(&self) {
        self.scheme("dark").await;
    }

    /// See above.
    pub async fn light(&self) {
        self.scheme("light").await;
    }

    async fn scheme(&self, value: &str) {
        // What moves looks different in every picture; the page stops it for those who wish so.
        let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        let body = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }, still] });
        self.devtools("Emulation.setEmulatedMedia", &body).await;
    }

    async fn devtools(&self, command: &str, given: &Value) {
        let body = json!({ "cmd": command, "params": given });
        self.client.issue_cmd(Extra { path: "goog/cdp/execute", body }).await.expect("the browser does it");
    }

    /// Warnings and errors of the page and of the browser about it, since the last time.
    pub async fn complaints(&self) -> Vec<String> {
        let body = json!({ "type": "browser" });
        let told = self.client.issue_cmd(Extra { path: "se/log", body }).await.expect("the browser's log");
        let lines = told.as_array().cloned().unwrap_or_default();
        let bad = lines.iter().filter(|line| matches!(line["level"].as_str(), Some("SEVERE" | "WARNING")));
        bad.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// A picture of the page, kept below `target/tmp`.
    pub async fn picture(&self, name: &str) -> PathBuf {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let picture = self.client.screenshot().await.expect("a picture");
        std::fs::write(&path, picture).expect("written");
        path
    }
}
