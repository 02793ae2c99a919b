//! Connected accounts against the emulated authorization servers, over real HTTP: every dialect from consent to its end, and
//! what a kill at the worst moment leaves.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use plimsoll::app::config::Config;
use plimsoll::app::vault::seal::KeyPlace;
use plimsoll::app::vault::{Sealed, Vault};
use plimsoll::domain::ids::SourceId;
use plimsoll::http::oauth::providers::{self, Provider};
use plimsoll::http::oauth::{OauthApp, OauthError};
use plimsoll::http::tokens::{Renewal, TokenError, TokenKeeper, TokenSet, Tokens};
use plimsoll::http::{Api, Body, Limits};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::oauth::{OauthConfig, OauthSim};
use plimsoll::store::Store;
use plimsoll::store::memory::MemoryStore;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::time::{Clock, Driver};
use secrecy::{ExposeSecret as _, SecretString};

const BACK: &str = "http://127.0.0.1:7777/callback";
const KEY: &str = "vault.key=0101010101010101010101010101010101010101010101010101010101010101";

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn source() -> SourceId {
    "social".parse().expect("a source")
}

fn settings() -> Config {
    Config::load(None, &[KEY.to_owned()]).expect("settings")
}

fn app(provider: &'static Provider, base: &str) -> OauthApp {
    let scopes: &[&str] = match provider.name {
        "x" => &["tweet.read", "offline.access"],
        "tiktok_ads" => &[],
        _ => &["one.read", "two.read"],
    };
    let secret = SecretString::from("sim-secret".to_owned());
    OauthApp {
        authorize_url: base.to_owned(),
        token_url: base.to_owned(),
        ..OauthApp::new(provider, "sim-app", secret, scopes)
    }
}

/// Opens the address as a browser does; where that is sent.
async fn browse(url: &str) -> String {
    let url = url::Url::parse(url).expect("an address");
    let api = Api::new(&url.origin().ascii_serialization(), Limits::default()).expect("a client");
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = api.send(reqwest::Method::GET, url.path(), &query, &[], Body::Empty).await.expect("an answer");
    assert_eq!(answer.status, 302, "{}", String::from_utf8_lossy(&answer.body));
    answer.header("location").expect("a way back").to_owned()
}

/// The whole way from the address to tokens.
async fn consent(app: &OauthApp, now: Timestamp) -> Result<TokenSet, OauthError> {
    let attempt = app.begin(BACK, [3; 32], [4; 32])?;
    let back = browse(&attempt.url).await;
    let code = app.code(&attempt, &back)?;
    app.exchange(&attempt, &code, now).await
}

async fn keep(vault: &Arc<Vault>, account: &str, tokens: &TokenSet) {
    let key = KeyPlace::of(&settings().vault).read().expect("a key");
    let sealed = Sealed::new(&key, &source(), account, tokens).expect("sealed");
    vault.connect(&source(), account, sealed, "terminal:anna").await.expect("connected");
}

fn plain(token: &SecretString) -> &str {
    token.expose_secret()
}

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: OauthSim,
    vault: Arc<Vault>,
}

impl Stage {
    async fn new(config: OauthConfig) -> Self {
        let (clock, driver) = Clock::simulated(at("2026-03-02T12:00:00Z"));
        let sim = OauthSim::start(&clock, config).await.expect("a free port");
        let vault = Vault::new(Arc::new(MemoryStore::new()), &settings().vault, &clock);
        Self { clock, driver, sim, vault }
    }

    fn app(&self, provider: &'static Provider) -> OauthApp {
        app(provider, &self.sim.base_url())
    }

    async fn connect(&self, provider: &'static Provider) -> OauthApp {
        let app = self.app(provider);
        let tokens = consent(&app, self.clock.now()).await.expect("connected");
        keep(&self.vault, "alma", &tokens).await;
        app
    }

    fn tokens(&self, app: &OauthApp) -> Tokens {
        app.tokens(self.vault.keeper(&source(), "alma")).expect("an address")
    }

    async fn pass(&mut self, hours: i64) {
        self.driver.run_for(SignedDuration::from_hours(hours)).await.expect("quiet");
    }

    async fn refused(&self) -> Option<String> {
        let list = self.vault.list().await.expect("listed");
        list.first().and_then(|one| one.refused.as_ref().map(|refused| refused.reason.clone()))
    }

    fn asked(&self, app: &OauthApp) -> u64 {
        self.sim.asked(app.provider.renew.1)
    }
}

/// Rights as they are kept, hours until an access token has ended, days until the connection has: `None` where it has no end.
type Expected = (&'static Provider, &'static str, i64, Option<i64>);

const DIALECTS: [Expected; 7] = [
    (&providers::GOOGLE, "one.read two.read", 1, None),
    (&providers::INSTAGRAM, "one.read two.read", 24 * 60, Some(60)),
    (&providers::FACEBOOK, "one.read two.read", 24 * 60, Some(60)),
    (&providers::TIKTOK, "one.read two.read", 2, Some(180)),
    (&providers::SHOPIFY, "one.read two.read", 1, Some(90)),
    (&providers::TWITCH, "one.read two.read", 4, None),
    (&providers::X, "tweet.read offline.access", 2, Some(183)),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_dialect_goes_from_consent_to_renewal() {
    for (provider, scope, hours, _) in DIALECTS {
        let name = provider.name;
        let mut stage = Stage::new(OauthConfig::default()).await;
        let app = stage.connect(provider).await;
        let kept = stage.vault.list().await.expect("listed").remove(0);
        assert_eq!(kept.scope.as_deref(), Some(scope), "{name}");
        let before = stage.asked(&app);
        let first = stage.tokens(&app).get(stage.clock.now()).await.expect("a token");
        assert!(stage.sim.is_good(plain(&first.secret)), "{name}");
        assert_eq!(stage.asked(&app), before, "{name}: what was just given is used");

        let exchanges = matches!(provider.dialect.renewal, Renewal::Exchange { .. });
        stage.pass(if exchanges { 24 * 40 } else { hours }).await;
        let tokens = stage.tokens(&app);
        let old = tokens.get(stage.clock.now()).await.expect("a token");
        let next = if exchanges { tokens.renew(&old, stage.clock.now()).await.expect("renewed") } else { old };
        assert_eq!(stage.asked(&app), before + 1, "{name}");
        assert_ne!(plain(&next.secret), plain(&first.secret), "{name}");
        assert!(stage.sim.is_good(plain(&next.secret)), "{name}");
        let renewed = stage.vault.list().await.expect("listed").remove(0);
        assert_eq!(renewed.renewed_at, stage.clock.now(), "{name}: the new ones are kept");
        assert_eq!(renewed.scope.as_deref(), Some(scope), "{name}: the rights are not forgotten");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_has_ended_is_refused_once_and_not_asked_again() {
    for (provider, _, _, days) in DIALECTS {
        let name = provider.name;
        let mut stage = Stage::new(OauthConfig::default()).await;
        let app = stage.connect(provider).await;
        if let Some(days) = days {
            // X does not say when; it has ended all the same.
            stage.pass(24 * days + 1).await;
        } else {
            stage.sim.revoke_all();
            stage.pass(5).await;
        }
        let before = stage.asked(&app);
        let tokens = stage.tokens(&app);
        for _ in 0..5 {
            let error = tokens.get(stage.clock.now()).await.expect_err("it has ended");
            assert!(matches!(error, TokenError::Refused { .. }), "{name}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{name}");
        }
        assert_eq!(stage.asked(&app), before + 1, "{name}");
        assert_eq!(stage.refused().await.as_deref(), Some("invalid_grant"), "{name}");
        let keeper = stage.vault.accounts(&source()).keeper("alma").await.expect("read");
        assert!(keeper.is_none(), "{name}: who asks for it is told that nobody has connected it");
        // Consent makes it good again, without a start.
        stage.connect(provider).await;
        assert!(tokens.get(stage.clock.now()).await.is_ok(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advertisers_token_has_no_end_until_it_is_taken_back() {
    let mut stage = Stage::new(OauthConfig::default()).await;
    let app = stage.connect(&providers::TIKTOK_ADS).await;
    stage.pass(24 * 400).await;
    let tokens = stage.tokens(&app);
    let token = tokens.get(stage.clock.now()).await.expect("a token");
    assert!(stage.sim.is_good(plain(&token.secret)));
    let before = stage.asked(&app);
    assert!(tokens.renew(&token, stage.clock.now()).await.is_err(), "the platform refused it");
    assert_eq!((stage.asked(&app), stage.refused().await.as_deref()), (before, Some("invalid_grant")));
}

#[tokio::test(flavor = "multi_thread")]
async fn googles_testing_apps_end_after_seven_days_and_say_so() {
    let mut stage = Stage::new(OauthConfig { google_testing: true, ..OauthConfig::default() }).await;
    let app = stage.connect(&providers::GOOGLE).await;
    let ends = stage.vault.list().await.expect("listed").remove(0).ends();
    assert_eq!(ends, Some(at("2026-03-09T11:59:59Z")));
    stage.pass(24 * 7).await;
    assert!(stage.tokens(&app).get(stage.clock.now()).await.is_err());
    assert_eq!(stage.refused().await.as_deref(), Some("invalid_grant"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_with_its_verifier_and_a_denial_is_told() {
    let stage = Stage::new(OauthConfig::default()).await;
    for provider in providers::ALL {
        let app = stage.app(provider);
        let attempt = app.begin(BACK, [3; 32], [4; 32]).expect("an address");
        let code = app.code(&attempt, &browse(&attempt.url).await).expect("a code");
        app.exchange(&attempt, &code, stage.clock.now()).await.expect("exchanged");
        let error = app.exchange(&attempt, &code, stage.clock.now()).await.expect_err("used up");
        assert!(matches!(error, OauthError::NoToken { .. }), "{}: {error:?}", provider.name);
    }
    for provider in [&providers::GOOGLE, &providers::TIKTOK, &providers::X] {
        let app = stage.app(provider);
        let attempt = app.begin(BACK, [3; 32], [4; 32]).expect("an address");
        let code = app.code(&attempt, &browse(&attempt.url).await).expect("a code");
        let thief = app.begin(BACK, [3; 32], [5; 32]).expect("an address");
        assert!(app.exchange(&thief, &code, stage.clock.now()).await.is_err(), "{}", provider.name);
    }
    stage.sim.deny();
    let denied = consent(&stage.app(&providers::GOOGLE), stage.clock.now()).await.expect_err("they said no");
    assert_eq!(denied.to_string(), "Google gave no code: `access_denied`; open the address again and agree");
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_need_a_new_token_one_is_fetched() {
    let mut stage = Stage::new(OauthConfig::default()).await;
    let app = stage.connect(&providers::TIKTOK).await;
    stage.pass(3).await;
    let before = stage.asked(&app);
    // A source and an action, each with tokens of its own over the same account.
    let several = [Arc::new(stage.tokens(&app)), Arc::new(stage.tokens(&app))];
    let tasks = (0..16).map(|n| {
        let (tokens, now) = (Arc::clone(&several[n % 2]), stage.clock.now());
        stage
            .clock
            .spawn(format!("asker {n}"), move |_held| async move { tokens.get(now).await.map(|token| token.secret) })
    });
    let mut seen = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        seen.push(plain(&task.await.expect("ends").expect("a token")).to_owned());
    }
    seen.dedup();
    assert_eq!((seen.len(), stage.asked(&app)), (1, before + 1));
    assert_eq!(stage.refused().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_refused_in_mid_poll_is_renewed_and_one_renewed_elsewhere_is_found() {
    let stage = Stage::new(OauthConfig::default()).await;
    let app = stage.connect(&providers::TIKTOK).await;
    let (one, other) = (stage.tokens(&app), stage.tokens(&app));
    let now = stage.clock.now();
    let (first, same) = (one.get(now).await.expect("a token"), other.get(now).await.expect("a token"));
    stage.sim.end_access();
    let before = stage.asked(&app);
    let next = one.renew(&first, now).await.expect("renewed");
    let found = other.renew(&same, now).await.expect("found");
    assert_eq!(plain(&next.secret), plain(&found.secret), "the second finds what the first fetched");
    assert_eq!(stage.asked(&app), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_costs_no_connection() {
    let mut stage = Stage::new(OauthConfig::default()).await;
    let app = stage.connect(&providers::TIKTOK).await;
    stage.pass(3).await;
    let tokens = stage.tokens(&app);
    let wrong_app = r#"{"error":"invalid_client","error_description":"CANARY"}"#;
    for (status, body) in [(500, "{}"), (429, "{}"), (200, "garbage"), (200, "{}"), (401, wrong_app), (404, "")] {
        stage.sim.faults().next(Fault::Answer { status, body: body.to_owned() });
        let error = tokens.get(stage.clock.now()).await.expect_err("a fault");
        assert!(!format!("{error} {error:?}").contains("CANARY"));
    }
    stage.sim.faults().down(true);
    assert!(tokens.get(stage.clock.now()).await.is_err());
    stage.sim.faults().down(false);
    assert_eq!(stage.refused().await, None, "nothing of this says that the account is over");
    let token = tokens.get(stage.clock.now()).await.expect("a token");
    assert!(stage.sim.is_good(plain(&token.secret)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_rotation_is_asked_once_more_and_then_told() {
    let mut stage = Stage::new(OauthConfig::default()).await;
    let app = stage.connect(&providers::TIKTOK).await;
    stage.pass(3).await;
    let tokens = stage.tokens(&app);
    stage.sim.faults().next(Fault::LoseReply);
    assert!(matches!(tokens.get(stage.clock.now()).await, Err(TokenError::Unreachable { .. })));
    let before = stage.asked(&app);
    for _ in 0..3 {
        assert!(matches!(tokens.get(stage.clock.now()).await, Err(TokenError::Refused { .. })));
    }
    assert_eq!((stage.asked(&app), stage.refused().await.as_deref()), (before + 1, Some("invalid_grant")));
}

// Without the prefix of settings: a process of its own would take them for some.
const FOLDER: &str = "VAULT_TEST_FOLDER";
const SERVER: &str = "VAULT_TEST_SERVER";
const MOMENT: &str = "VAULT_TEST_MOMENT";

#[expect(clippy::disallowed_methods, reason = "the environment is how a test tells its child what to do")]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A keeper whose process ends hard just before or just after renewed tokens are kept.
#[derive(Debug)]
struct Doomed {
    inner: Arc<dyn TokenKeeper>,
    before: bool,
}

#[async_trait]
impl TokenKeeper for Doomed {
    async fn load(&self) -> std::io::Result<TokenSet> {
        self.inner.load().await
    }

    async fn keep(&self, tokens: &TokenSet) -> std::io::Result<()> {
        if !self.before {
            self.inner.keep(tokens).await?;
        }
        std::process::abort()
    }
}

fn vault_in(folder: &Path) -> (Arc<SledStore>, Arc<Vault>) {
    let store = Arc::new(SledStore::open(folder, &Options::default()).expect("opens"));
    let vault = Vault::new(Arc::clone(&store) as Arc<dyn Store>, &settings().vault, &Clock::system());
    (store, vault)
}

/// The child's part; on its own it is a test that has nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn child_renews_and_dies() {
    let (Some(folder), Some(server), Some(moment)) = (told(FOLDER), told(SERVER), told(MOMENT)) else { return };
    let (_store, vault) = vault_in(Path::new(&folder));
    let inner = vault.keeper(&source(), "alma");
    let tokens = app(&providers::TIKTOK, &server)
        .tokens(Arc::new(Doomed { inner, before: moment == "before" }))
        .expect("an address");
    let now = Clock::system().now();
    let token = tokens.get(now).await.expect("a token");
    drop(tokens.renew(&token, now).await);
    panic!("it was to die");
}

/// Connects, lets a child renew and die at a moment; the store as it left it, and the server.
async fn after_a_kill(moment: &str) -> (tempfile::TempDir, OauthSim, OauthApp) {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Clock::system();
    let sim = OauthSim::start(&clock, OauthConfig::default()).await.expect("a free port");
    let app = app(&providers::TIKTOK, &sim.base_url());
    let tokens = consent(&app, clock.now()).await.expect("connected");
    let (store, vault) = vault_in(folder.path());
    keep(&vault, "alma", &tokens).await;
    store.close().await.expect("closed");
    drop((store, vault));
    let mut child = Command::new(std::env::current_exe().expect("this binary"));
    child.args(["--exact", "vault::child_renews_and_dies", "--nocapture"]);
    child.env(FOLDER, folder.path()).env(SERVER, sim.base_url()).env(MOMENT, moment);
    child.stdout(Stdio::null()).stderr(Stdio::null());
    let ended = tokio::task::spawn_blocking(move || child.status()).await.expect("ends").expect("starts");
    assert_eq!(ended.code(), None, "it died by a signal");
    sim.end_access_but_newest();
    (folder, sim, app)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_keeping_loses_nothing() {
    let (folder, sim, app) = after_a_kill("after").await;
    let (_store, vault) = vault_in(folder.path());
    let before = sim.asked(app.provider.renew.1);
    let tokens = app.tokens(vault.keeper(&source(), "alma")).expect("an address");
    let now = Clock::system().now();
    let token = tokens.get(now).await.expect("what was kept");
    assert!(sim.is_good(plain(&token.secret)), "it is the new one");
    assert_eq!(sim.asked(app.provider.renew.1), before, "and nobody had to ask for it");
    let next = tokens.renew(&token, now).await.expect("the kept refresh token works");
    assert!(sim.is_good(plain(&next.secret)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_answer_and_keeping_is_told_and_not_tried_for_ever() {
    let (folder, sim, app) = after_a_kill("before").await;
    let (_store, vault) = vault_in(folder.path());
    let before = sim.asked(app.provider.renew.1);
    let tokens = app.tokens(vault.keeper(&source(), "alma")).expect("an address");
    let now = Clock::system().now();
    let old = tokens.get(now).await.expect("the old one");
    assert!(!sim.is_good(plain(&old.secret)), "which its platform does not take any more");
    for _ in 0..3 {
        assert!(matches!(tokens.renew(&old, now).await, Err(TokenError::Refused { .. })));
    }
    assert_eq!(sim.asked(app.provider.renew.1), before + 1);
    let kept = vault.list().await.expect("listed").remove(0);
    assert_eq!(kept.refused.map(|refused| refused.reason).as_deref(), Some("invalid_grant"));
}
