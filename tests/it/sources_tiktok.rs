//! The `TikTok` source against the emulated Display API, over real HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::Absence;
use plimsoll::http::tokens::{Accounts, TokenKeeper, TokenSet};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::tiktok::{Consent, TiktokBoard, TiktokConfig as SimConfig, TiktokSim, UserNow, VideoNow};
use plimsoll::sources::tiktok::{ENDPOINTS, Tiktok, TiktokConfig, USER_INFO, VIDEO_LIST, VIDEO_QUERY, cost};
use plimsoll::sources::{Fate, Fetched, Request, Source, SourceError, Target};
use plimsoll::time::{Clock, Driver};
use secrecy::SecretString;

use super::polled::{failure, reasons};

const ALL: [&str; 4] = ["user.info.basic", "user.info.profile", "user.info.stats", "video.list"];

fn start() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("an instant")
}

/// How a stop of the program meets the keeping of new tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stops {
    Never,
    BeforeKeeping,
    AfterKeeping,
}

/// Tokens that outlive the program.
#[derive(Debug)]
struct Kept {
    tokens: Mutex<TokenSet>,
    stops: Mutex<Stops>,
    times: Mutex<u32>,
}

#[async_trait]
impl TokenKeeper for Kept {
    async fn load(&self) -> io::Result<TokenSet> {
        Ok(self.tokens.lock().unwrap().clone())
    }

    async fn keep(&self, tokens: &TokenSet) -> io::Result<()> {
        let stops = std::mem::replace(&mut *self.stops.lock().unwrap(), Stops::Never);
        if stops == Stops::BeforeKeeping {
            return Err(io::Error::other("stopped before it was kept"));
        }
        *self.tokens.lock().unwrap() = tokens.clone();
        *self.times.lock().unwrap() += 1;
        if stops == Stops::AfterKeeping { Err(io::Error::other("stopped after it was kept")) } else { Ok(()) }
    }
}

#[derive(Debug, Default)]
struct Vault(Mutex<BTreeMap<String, Arc<Kept>>>);

impl Vault {
    fn put(&self, account: &str, consent: &Consent, scope: Option<&str>) {
        let tokens = TokenSet {
            access: Some(SecretString::from(consent.access.clone())),
            access_until: Some(consent.access_until),
            refresh: Some(SecretString::from(consent.refresh.clone())),
            refresh_until: None,
            scope: scope.map(str::to_owned),
        };
        let kept = Kept { tokens: Mutex::new(tokens), stops: Mutex::new(Stops::Never), times: Mutex::new(0) };
        self.0.lock().unwrap().insert(account.to_owned(), Arc::new(kept));
    }

    fn kept(&self, account: &str) -> Arc<Kept> {
        Arc::clone(&self.0.lock().unwrap()[account])
    }
}

#[async_trait]
impl Accounts for Vault {
    async fn keeper(&self, account: &str) -> io::Result<Option<Arc<dyn TokenKeeper>>> {
        let kept = self.0.lock().unwrap().get(account).cloned();
        Ok(kept.map(|kept| kept as Arc<dyn TokenKeeper>))
    }
}

struct Stage {
    clock: Clock,
    driver: Driver,
    board: Arc<TiktokBoard>,
    sim: TiktokSim,
    vault: Arc<Vault>,
    source: Arc<Tiktok>,
}

fn source(clock: &Clock, sim: &TiktokSim, vault: &Arc<Vault>, calls_per_minute: u32) -> Tiktok {
    Tiktok::new(TiktokConfig {
        base_url: sim.base_url(),
        client_key: "sim-key".to_owned(),
        client_secret: SecretString::from("sim-secret".to_owned()),
        pages_max: 5,
        calls_per_minute,
        accounts: Arc::clone(vault) as Arc<dyn Accounts>,
        clock: clock.clone(),
    })
    .expect("a client")
}

async fn stage_with(config: SimConfig, calls_per_minute: u32) -> Stage {
    let (clock, driver) = Clock::simulated(start());
    let board = Arc::new(TiktokBoard::default());
    let sim = TiktokSim::start(&clock, config, Arc::clone(&board) as _).await.expect("a free port");
    let vault = Arc::new(Vault::default());
    let source = Arc::new(source(&clock, &sim, &vault, calls_per_minute));
    Stage { clock, driver, board, sim, vault, source }
}

/// Alma with 45 videos and Bo with 3, both connected with every right.
async fn stage() -> Stage {
    let stage = stage_with(SimConfig::default(), 480).await;
    stage.join("alma", 45);
    stage.join("bo", 3);
    stage
}

fn video_id(creator: &str, number: usize) -> String {
    let own = creator.bytes().map(u64::from).sum::<u64>();
    format!("{}", 7_123_456_000_000_000_000 + own * 1_000_000 + u64::try_from(number).expect("small"))
}

fn subject(text: &str) -> plimsoll::domain::ids::Subject {
    text.parse().expect("a subject")
}

impl Stage {
    /// An account with so many videos, an hour apart; not connected.
    fn add(&self, creator: &str, videos: usize) {
        let count = i64::try_from(videos).expect("small");
        let (username, likes) = (format!("{creator}.tt"), Some(412 * count));
        let user = UserNow { username: username.clone(), followers: Some(11_234), likes, videos: Some(count) };
        self.board.set_user(&username, user);
        for number in 0..videos {
            let age = SignedDuration::from_hours(i64::try_from(number).expect("small") + 1);
            self.board.set_video(&username, Self::video(creator, number, start() - age));
        }
    }

    fn video(creator: &str, number: usize, published_at: Timestamp) -> VideoNow {
        VideoNow {
            id: video_id(creator, number),
            published_at,
            title: format!("Video {number}"),
            description: "#ad".to_owned(),
            length_secs: 19,
            views: Some(1_000 + i64::try_from(number).expect("small")),
            likes: Some(412),
            comments: Some(37),
            shares: Some(19),
        }
    }

    fn connect(&self, creator: &str, scopes: &[&str], known: bool) {
        let account = format!("{creator}.tt");
        let consent = self.sim.connect(&account, scopes);
        let scope = known.then_some(consent.scope.as_str());
        self.vault.put(&account, &consent, scope);
    }

    fn join(&self, creator: &str, videos: usize) {
        self.add(creator, videos);
        self.connect(creator, &ALL, true);
    }

    /// The program stops and starts again: what it remembered is gone, what was kept is not.
    fn restart(&mut self) {
        self.source = Arc::new(source(&self.clock, &self.sim, &self.vault, 480));
    }

    async fn fetch(&self, targets: Vec<Target>) -> Fetched {
        self.source.fetch(&Request { targets, now: self.clock.now() }).await.expect("asked")
    }

    /// Polls while simulated time may move; answers when it was done, too.
    async fn poll(&mut self, targets: Vec<Target>, within: SignedDuration) -> (Fetched, Timestamp) {
        let request = Request { targets, now: self.clock.now() };
        let source = Arc::clone(&self.source);
        let task = self.clock.spawn("poll", |held| async move {
            let fetched = source.fetch(&request).await.expect("asked");
            (fetched, held.clock().now())
        });
        self.driver.run_for(within).await.expect("quiet");
        task.await.expect("ends")
    }
}

fn account(creator: &str) -> Target {
    Target::Account { subject: subject(&format!("creator/{creator}")), id: format!("{creator}.tt") }
}

fn post(creator: &str, number: usize) -> Target {
    let id = video_id(creator, number);
    let creator = Some(creator.parse().expect("an id"));
    Target::Post { subject: subject(&format!("post/tiktok/{id}")), id, creator }
}

fn everything(creator: &str, videos: usize) -> Vec<Target> {
    std::iter::once(account(creator)).chain((0..videos).map(|number| post(creator, number))).collect()
}

fn value(fetched: &Fetched, of: &str, metric: Metric) -> Option<i64> {
    let of = subject(of);
    let mut found = fetched.samples.iter().filter(|one| one.series.subject == of && one.series.metric == metric);
    found.next().map(|sample| sample.value)
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_come_in_batches_of_twenty_with_each_creators_own_token() {
    let stage = stage().await;
    stage.board.remove_video("alma.tt", &video_id("alma", 7));
    let mut targets = everything("alma", 45);
    targets.extend(everything("bo", 3));
    let fetched = stage.fetch(targets.clone()).await;
    assert_eq!(failure(&fetched), "");
    assert_eq!(value(&fetched, "creator/alma", Metric::Followers), Some(11_234));
    assert_eq!(value(&fetched, "creator/bo", Metric::Likes), Some(3 * 412));
    let first = format!("post/tiktok/{}", video_id("alma", 0));
    assert_eq!(value(&fetched, &first, Metric::Views), Some(1_000));
    assert_eq!(fetched.samples.len() + fetched.missing.len(), 2 * 3 + 48 * 4, "each series once");
    let gone = format!("post/tiktok/{}", video_id("alma", 7));
    assert!(fetched.missing.iter().all(|one| one.series.subject == subject(&gone) && one.why == Absence::Gone));
    assert_eq!((fetched.missing.len(), fetched.posts.len()), (4, 47));
    let now = stage.clock.now();
    assert!(fetched.samples.iter().all(|one| one.form.observed_at() == now && one.known_at == now));
    let units: BTreeMap<String, u32> = fetched.units.into_iter().collect();
    assert_eq!(units, BTreeMap::from([(USER_INFO.to_owned(), 2), (VIDEO_QUERY.to_owned(), 4)]));
    let sizes: Vec<usize> =
        stage.sim.seen().iter().filter_map(|seen| seen.body["filters"]["video_ids"].as_array().map(Vec::len)).collect();
    assert_eq!(sizes, [20, 20, 5, 3]);
    let planned: BTreeMap<String, u32> = cost(&Request { targets, now }).into_iter().collect();
    assert_eq!(planned, units, "what is planned is what is asked");
    for endpoint in ENDPOINTS {
        assert_eq!(stage.sim.units(endpoint), u64::from(units.get(endpoint).copied().unwrap_or(0)), "{endpoint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_creators_video_is_gone_and_not_zero() {
    let stage = stage().await;
    let id = video_id("bo", 0);
    let stolen = Target::Post { subject: subject("post/tiktok/1"), id, creator: Some("alma".parse().expect("an id")) };
    let fetched = stage.fetch(vec![account("alma"), stolen]).await;
    assert_eq!((fetched.missing.len(), reasons(&fetched)), (4, BTreeSet::from([Absence::Gone])));
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_found_page_by_page_and_no_further_than_asked() {
    let stage = stage().await;
    let uploads = |since| Target::Uploads { creator: "alma".parse().expect("an id"), id: "alma.tt".into(), since };
    let whole = stage.fetch(vec![uploads(None)]).await;
    let found: Vec<&str> = whole.posts.iter().map(|post| post.post.as_str()).collect();
    let there: Vec<String> = (0..45).map(|number| video_id("alma", number)).collect();
    assert_eq!(found, there.iter().map(String::as_str).collect::<Vec<_>>(), "newest first, each once");
    assert_eq!(whole.units, [(VIDEO_LIST.to_owned(), 3)]);
    assert!(whole.samples.is_empty() && whole.missing.is_empty() && whole.partial.is_none());
    let recent = stage.fetch(vec![uploads(Some(start() - SignedDuration::from_hours(5)))]).await;
    assert_eq!((recent.posts.len(), recent.units), (20, vec![(VIDEO_LIST.to_owned(), 1)]));
    let pages: Vec<_> = stage.sim.seen().iter().map(|seen| seen.body["cursor"].as_i64()).collect();
    let cursor = |number| Some((start() - SignedDuration::from_hours(number)).as_millisecond());
    assert_eq!(pages, [None, cursor(20), cursor(40), None], "the cursor is a time in milliseconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_connected_is_unauthorized_and_nobody_else() {
    let stage = stage().await;
    stage.add("cleo", 2);
    let mut targets = everything("cleo", 2);
    targets.extend(everything("bo", 3));
    targets.push(post("dana", 0));
    let fetched = stage.fetch(targets).await;
    assert_eq!(value(&fetched, "creator/bo", Metric::Followers), Some(11_234));
    assert_eq!((fetched.missing.len(), reasons(&fetched)), (3 + 2 * 4 + 4, BTreeSet::from([Absence::Unauthorized])));
    assert_eq!(failure(&fetched), "TikTok refused our credentials: `not_connected`");
    assert_eq!(stage.sim.seen().len(), 2, "nothing is asked without a token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_was_not_given_takes_only_its_own_numbers() {
    let stage = stage().await;
    let refused = "TikTok refused our credentials: `scope_not_authorized`";
    for (scopes, known, samples, asked) in [
        (vec!["user.info.basic", "video.list"], true, 12, 1),
        (vec!["user.info.stats"], true, 3, 1),
        // Nobody knows the rights: the name is tried with the counts, and then the counts alone.
        (vec!["user.info.stats", "video.list"], false, 15, 3),
        (vec!["user.info.basic", "video.list"], false, 12, 3),
        (vec!["user.info.stats"], false, 3, 3),
    ] {
        stage.connect("bo", &scopes, known);
        let restarted = source(&stage.clock, &stage.sim, &stage.vault, 480);
        let before = stage.sim.seen().len();
        let request = Request { targets: everything("bo", 3), now: stage.clock.now() };
        let fetched = restarted.fetch(&request).await.expect("asked");
        assert_eq!(fetched.samples.len(), samples, "{scopes:?}");
        assert_eq!(fetched.samples.len() + fetched.missing.len(), 15, "{scopes:?}");
        assert!(fetched.missing.iter().all(|one| one.why == Absence::Unauthorized), "{scopes:?}");
        assert_eq!(failure(&fetched), if samples == 15 { "" } else { refused }, "{scopes:?}");
        assert_eq!(stage.sim.seen().len() - before, asked, "{scopes:?}");
    }
    stage.connect("bo", &ALL, true);
    stage.sim.set_scopes("bo.tt", &["user.info.stats"]);
    let fetched = source(&stage.clock, &stage.sim, &stage.vault, 480)
        .fetch(&Request { targets: everything("bo", 3), now: stage.clock.now() })
        .await
        .expect("asked");
    assert_eq!((fetched.samples.len(), failure(&fetched).as_str()), (3, refused), "a right taken back behind our back");
    assert_eq!(stage.sim.tokens_given(), 2 + 6, "a missing right is no reason to renew a token");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_account_is_never_taken_for_the_creators() {
    let stage = stage().await;
    let user = UserNow { username: "bo_private".into(), followers: Some(12), likes: Some(1), videos: Some(3) };
    stage.board.set_user("bo.tt", user);
    let fetched = stage.fetch(everything("bo", 3)).await;
    assert!(fetched.samples.is_empty());
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unauthorized]));
    assert_eq!(failure(&fetched), "TikTok refused our credentials: `connected_as_another_account`");
    let user = UserNow { username: "Bo.TT".into(), followers: Some(12), likes: Some(1), videos: None };
    stage.board.set_user("bo.tt", user);
    let fetched = stage.fetch(vec![account("bo")]).await;
    assert_eq!(value(&fetched, "creator/bo", Metric::Followers), Some(12), "the case of a name means nothing");
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Hidden]), "a count that is left out is no zero");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_mid_poll_is_renewed_once() {
    let mut stage = stage().await;
    stage.driver.run_for(SignedDuration::from_mins(118)).await.expect("quiet");
    // The token is good when the poll begins, and has ended when the first answer is worked out.
    stage.sim.faults().next_for("user.info", Fault::Hang(SignedDuration::from_mins(5)));
    let (fetched, _) = stage.poll(everything("alma", 45), SignedDuration::from_mins(10)).await;
    assert_eq!((failure(&fetched).as_str(), fetched.missing.len()), ("", 0));
    assert_eq!((stage.sim.tokens_given(), *stage.vault.kept("alma.tt").times.lock().unwrap()), (3, 1));
    // Taken back in mid-poll: one refusal, one new token, and the same question again.
    stage.sim.end_tokens();
    let before = stage.sim.units("user.info");
    let fetched = stage.fetch(everything("alma", 45)).await;
    assert_eq!((failure(&fetched).as_str(), fetched.missing.len()), ("", 0));
    assert_eq!((stage.sim.units("user.info") - before, stage.sim.tokens_given()), (2, 4));
    assert!(fetched.units.contains(&(USER_INFO.to_owned(), 2)), "what was refused was asked: {:?}", fetched.units);
    for hours in 0..3 {
        stage.driver.run_for(SignedDuration::from_hours(2)).await.expect("quiet");
        assert_eq!(failure(&stage.fetch(everything("alma", 45)).await), "", "{hours}");
    }
    assert_eq!(stage.sim.tokens_given(), 7, "each refresh token works once, and the next is used");
    stage.sim.end_tokens();
    let (one, two) = tokio::join!(stage.fetch(everything("alma", 1)), stage.fetch(everything("alma", 1)));
    assert_eq!((failure(&one), failure(&two), stage.sim.tokens_given()), (String::new(), String::new(), 8));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_between_keeping_a_rotated_token_and_using_it_loses_nothing() {
    let mut stage = stage().await;
    stage.driver.run_for(SignedDuration::from_hours(3)).await.expect("quiet");
    *stage.vault.kept("alma.tt").stops.lock().unwrap() = Stops::AfterKeeping;
    let fetched = stage.fetch(everything("alma", 1)).await;
    assert!(fetched.samples.is_empty() && fetched.partial.is_some(), "the program stops here");
    let given = stage.sim.tokens_given();
    stage.restart();
    let fetched = stage.fetch(everything("alma", 1)).await;
    assert_eq!((failure(&fetched).as_str(), fetched.samples.len()), ("", 7));
    assert_eq!(stage.sim.tokens_given(), given, "what was kept is used, and nothing is renewed a second time");

    stage.driver.run_for(SignedDuration::from_hours(3)).await.expect("quiet");
    *stage.vault.kept("alma.tt").stops.lock().unwrap() = Stops::BeforeKeeping;
    stage.fetch(everything("alma", 1)).await;
    stage.restart();
    let fetched = stage.fetch(everything("alma", 1)).await;
    assert_eq!(failure(&fetched), "TikTok refused our credentials: `invalid_grant`");
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unauthorized]), "what was never kept is lost, and said");
    stage.connect("alma", &ALL, true);
    stage.restart();
    assert_eq!(failure(&stage.fetch(everything("alma", 1)).await), "", "until the creator connects again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_was_taken_back_is_told_and_stops_nobody_else() {
    for failures_as_200 in [false, true] {
        let stage = stage_with(SimConfig { failures_as_200, ..SimConfig::default() }, 480).await;
        stage.join("alma", 45);
        stage.join("bo", 3);
        stage.sim.revoke("alma.tt");
        let mut targets = everything("alma", 45);
        targets.extend(everything("bo", 3));
        let fetched = stage.fetch(targets).await;
        assert_eq!((fetched.samples.len(), fetched.missing.len()), (15, 3 + 45 * 4));
        assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unauthorized]));
        assert_eq!(failure(&fetched), "TikTok refused our credentials: `invalid_grant`");
        assert_eq!(stage.sim.units("user.info"), 2, "one question tells it; the rest would be refused as well");
        assert_eq!((stage.sim.units("token"), stage.sim.units("video.query")), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_with_status_200_is_a_failure() {
    let stage = stage_with(SimConfig { failures_as_200: true, ..SimConfig::default() }, 480).await;
    stage.join("bo", 3);
    stage.sim.end_tokens();
    let fetched = stage.fetch(everything("bo", 3)).await;
    assert_eq!((failure(&fetched).as_str(), fetched.samples.len()), ("", 15), "a refused token is renewed");
    stage.sim.set_scopes("bo.tt", &["video.list"]);
    let fetched = stage.fetch(everything("bo", 3)).await;
    assert_eq!(failure(&fetched), "TikTok refused our credentials: `scope_not_authorized`");
    assert_eq!(fetched.samples.len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_waits_for_its_turn_in_the_window() {
    let mut stage = stage_with(SimConfig { per_minute: 5, ..SimConfig::default() }, 5).await;
    let creators: Vec<String> = (0..12).map(|number| format!("c{number}")).collect();
    for creator in &creators {
        stage.join(creator, 1);
    }
    let targets: Vec<Target> = creators.iter().flat_map(|creator| everything(creator, 1)).collect();
    let (fetched, done) = stage.poll(targets, SignedDuration::from_secs(600)).await;
    assert_eq!((failure(&fetched).as_str(), fetched.missing.len(), stage.sim.throttled()), ("", 0, 0));
    assert_eq!(done, start() + SignedDuration::from_secs(120), "five a minute: 5 + 5 + 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_window_stops_its_method_for_a_minute_and_no_other() {
    let stage = stage_with(SimConfig { per_minute: 3, ..SimConfig::default() }, 480).await;
    for creator in ["alma", "bo", "cleo", "dana"] {
        stage.join(creator, 1);
    }
    stage.add("alma", 45);
    let mut targets = everything("alma", 45);
    targets.extend(["bo", "cleo"].iter().flat_map(|creator| everything(creator, 1)));
    let fetched = stage.fetch(targets).await;
    assert_eq!(value(&fetched, "creator/cleo", Metric::Followers), Some(11_234), "accounts have a window of their own");
    assert_eq!((fetched.missing.len(), reasons(&fetched)), (8, BTreeSet::from([Absence::Unreachable])));
    let error = fetched.partial.expect("told");
    assert_eq!(error.fate(), Fate::SlowDown(Some(std::time::Duration::from_mins(1))));
    assert_eq!(stage.sim.throttled(), 1, "it is not asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_is_a_typed_absence() {
    let stage = stage().await;
    let faults = stage.sim.faults();
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let minute = Some(std::time::Duration::from_mins(1));
    for (fault, why, fate) in [
        (Fault::LoseReply, Absence::Unreachable, Fate::Retry),
        (Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        (answer(200, "{}"), Absence::Garbled, Fate::Diagnose),
        (answer(429, ""), Absence::Unreachable, Fate::SlowDown(minute)),
        (answer(503, "busy"), Absence::Unreachable, Fate::Retry),
        (answer(401, ""), Absence::Unauthorized, Fate::TellOwner),
        (answer(400, r#"{"error":{"code":"invalid_params"}}"#), Absence::Garbled, Fate::TellOwner),
        (answer(200, r#"{"data":{"user":{}},"error":{"code":"ok"}}"#), Absence::Hidden, Fate::Retry),
        (answer(200, r#"{"data":{},"error":{"code":"ok"}}"#), Absence::Garbled, Fate::Diagnose),
    ] {
        let shown = format!("{fault:?}");
        faults.next_for("user.info", fault);
        let fetched = stage.fetch(vec![account("bo")]).await;
        assert_eq!((fetched.samples.len(), fetched.missing.len()), (0, 3), "{shown}");
        assert_eq!(reasons(&fetched), BTreeSet::from([why]), "{shown}");
        match fetched.partial {
            Some(error) => assert_eq!(error.fate(), fate, "{shown}"),
            None => assert_eq!(why, Absence::Hidden, "{shown}"),
        }
    }
    faults.next_for("video.query", Fault::Garbage);
    let fetched = stage.fetch(everything("alma", 45)).await;
    assert_eq!(fetched.missing.len(), 20 * 4, "a batch that cannot be read spoils no other");
    faults.down(true);
    let fetched = stage.fetch([everything("alma", 45), everything("bo", 3)].concat()).await;
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unreachable]));
    assert_eq!(fetched.missing.len(), 3 + 45 * 4 + 3 + 3 * 4);
    faults.down(false);
    assert_eq!((failure(&stage.fetch(everything("bo", 3)).await).as_str(), faults.waiting()), ("", 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_broken_account_does_not_silence_the_rest_and_a_broken_platform_is_left_alone() {
    let stage = stage().await;
    let creators: Vec<String> = (0..6).map(|number| format!("c{number}")).collect();
    for creator in &creators {
        stage.connect(creator, &ALL, true);
    }
    stage.add("c1", 0);
    let targets = |names: &[&str]| names.iter().map(|name| account(name)).collect::<Vec<_>>();
    let fetched = stage.fetch(targets(&["c0", "c1"])).await;
    assert_eq!(value(&fetched, "creator/c1", Metric::Followers), Some(11_234));
    let before = stage.sim.units("user.info");
    let fetched = stage.fetch(targets(&["c0", "c2", "c3", "c4", "c5"])).await;
    assert_eq!((fetched.missing.len(), stage.sim.units("user.info") - before), (15, 3));
    assert_eq!(failure(&fetched), "TikTok failed with status 500");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_none_is_said_and_the_rest_is_answered() {
    let stage = stage().await;
    let short = Target::Post {
        subject: subject("post/tiktok/ZMabc"),
        id: "ZMabc".to_owned(),
        creator: Some("bo".parse().expect("an id")),
    };
    let fetched = stage.fetch([everything("bo", 3), vec![short]].concat()).await;
    assert_eq!((fetched.samples.len(), fetched.missing.len()), (15, 4));
    assert!(matches!(fetched.partial, Some(SourceError::BadTarget { id, .. }) if id == "ZMabc"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_shown() {
    let stage = stage().await;
    stage.sim.revoke("bo.tt");
    let refused = stage.fetch(everything("bo", 1)).await.partial.expect("refused");
    stage.sim.faults().down(true);
    let lost = stage.fetch(everything("alma", 1)).await.partial.expect("lost");
    let mut text = format!("{refused} {refused:?} {lost} {lost:?} {:?} {:?}", stage.source, stage.vault);
    let mut cause = std::error::Error::source(&lost);
    while let Some(error) = cause {
        text = format!("{text} {error} {error:?}");
        cause = error.source();
    }
    for secret in ["act.sim", "rft.sim", "sim-secret"] {
        assert!(!text.contains(secret), "{text}");
    }
}
