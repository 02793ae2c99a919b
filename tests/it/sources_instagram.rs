//! The Instagram source against the emulated API of both logins, over real HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use plimsoll::app::config::{Kind, SourceConfig};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form};
use plimsoll::http::tokens::{Accounts, TokenKeeper, TokenSet};
use plimsoll::sim::instagram::{Insights, InstagramConfig, InstagramSim, InstagramWorld, Login, Product, Standing};
use plimsoll::sim::loopback::Fault;
use plimsoll::sources::instagram::{CALLS, DISCOVERY, Instagram, InstagramSettings};
use plimsoll::sources::{Fate, Fetched, Outside, Request, Source, SourceError, Target};
use plimsoll::time::{Clock, Driver};
use secrecy::{ExposeSecret as _, SecretString};

use super::polled::{at, reasons};

fn start() -> Timestamp {
    at("2026-07-01T12:00:00Z")
}

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// The tokens of one account, in memory.
#[derive(Debug)]
struct Kept(Mutex<TokenSet>);

#[async_trait]
impl TokenKeeper for Kept {
    async fn load(&self) -> std::io::Result<TokenSet> {
        Ok(self.0.lock().expect("a lock").clone())
    }

    async fn keep(&self, tokens: &TokenSet) -> std::io::Result<()> {
        *self.0.lock().expect("a lock") = tokens.clone();
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Shelf(Mutex<BTreeMap<String, Arc<Kept>>>);

#[async_trait]
impl Accounts for Shelf {
    async fn keeper(&self, account: &str) -> std::io::Result<Option<Arc<dyn TokenKeeper>>> {
        let kept = self.0.lock().expect("a lock").get(account).cloned();
        Ok(kept.map(|kept| kept as Arc<dyn TokenKeeper>))
    }
}

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: InstagramSim,
    shelf: Arc<Shelf>,
    login: Login,
    settings: InstagramSettings,
    source: Arc<Instagram>,
}

async fn stage_with(login: Login, config: InstagramConfig, more: &str) -> Stage {
    let (clock, driver) = Clock::simulated(start());
    let sim = InstagramSim::start(&clock, config, Arc::new(InstagramWorld::new())).await.expect("free ports");
    let own = sim.world().add_profile("nordbo", Standing::Professional, 900);
    let own_token = sim.connect_at("nordbo", Login::Facebook, start());
    let word = if login == Login::Instagram { "instagram" } else { "facebook" };
    let discovery = format!(
        "discovery_user_id = \"{own}\"\ndiscovery_token = \"{own_token}\"\ndiscovery_url = \"{}\"",
        sim.base_url(Login::Facebook)
    );
    let text = format!(
        "login = \"{word}\"\nbase_url = \"{}\"\nclient_id = \"sim-app\"\nclient_secret = \"sim-secret\"\n{}\n",
        sim.base_url(login),
        more.replace("DISCOVERY", &discovery)
    );
    let settings: InstagramSettings = toml::from_str(&text).expect("settings");
    let shelf = Arc::new(Shelf::default());
    let source = source(&settings, &clock, &shelf);
    Stage { clock, driver, sim, shelf, login, settings, source }
}

fn source(settings: &InstagramSettings, clock: &Clock, shelf: &Arc<Shelf>) -> Arc<Instagram> {
    let outside = Outside { clock: clock.clone(), accounts: Arc::clone(shelf) as Arc<dyn Accounts> };
    Arc::new(Instagram::new(settings, &outside).expect("a source"))
}

async fn stage(login: Login) -> Stage {
    stage_with(login, InstagramConfig::default(), "account_days = 0").await
}

fn account(name: &str) -> Target {
    Target::Account { subject: format!("creator/{name}").parse().expect("a subject"), id: format!("{name}lind") }
}

fn uploads(name: &str, since: Option<Timestamp>) -> Target {
    Target::Uploads { creator: name.parse().expect("an id"), id: format!("{name}lind"), since }
}

fn post(name: &str, code: &str) -> Target {
    let subject = format!("post/instagram/{code}").parse().expect("a subject");
    Target::Post { subject, id: code.to_owned(), creator: Some(name.parse().expect("an id")) }
}

impl Stage {
    fn world(&self) -> &InstagramWorld {
        self.sim.world()
    }

    /// A creator with a professional account.
    fn creator(&self, name: &str) {
        self.world().add_profile(&format!("{name}lind"), Standing::Professional, 12_345);
    }

    /// The creator connects, so long ago.
    fn connect(&self, name: &str, ago: SignedDuration) -> Arc<Kept> {
        let (handle, issued) = (format!("{name}lind"), self.clock.now() - ago);
        let token = self.sim.connect_at(&handle, self.login, issued);
        let set = TokenSet {
            access: Some(SecretString::from(token)),
            access_until: Some(issued + hours(60 * 24)),
            ..TokenSet::default()
        };
        let kept = Arc::new(Kept(Mutex::new(set)));
        self.shelf.0.lock().expect("a lock").insert(handle, Arc::clone(&kept));
        kept
    }

    /// Something posted so long ago, with numbers.
    fn post(&self, name: &str, product: Product, code: &str, ago: SignedDuration) -> String {
        let id = self.world().add_media(&format!("{name}lind"), product, code, self.clock.now() - ago);
        let numbers = [
            ("views", 5_000),
            ("reach", 3_200),
            ("saved", 40),
            ("shares", 30),
            ("link_clicks", 17),
            ("ig_reels_video_view_total_time", 30_017_581),
            ("ig_reels_avg_watch_time", 12_549),
            ("impressions", 9_999),
        ];
        self.world().set(&id, &numbers);
        self.world().change(&id, |media| (media.likes, media.comments) = (412, 37));
        id
    }

    async fn fetch(&self, targets: Vec<Target>) -> Fetched {
        self.source.fetch(&Request { targets, now: self.clock.now() }).await.expect("asked")
    }

    /// Calls by the last part of their path, without those before the given one.
    fn calls(&self, since: u64) -> Vec<String> {
        let seen = self.sim.seen();
        let new = usize::try_from(self.sim.requests() - since).expect("few");
        let last = |path: &str| path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default().to_owned();
        seen[seen.len() - new..].iter().map(|seen| last(&seen.path)).collect()
    }

    async fn go(&mut self, span: SignedDuration) {
        self.driver.run_for(span).await.expect("quiet");
    }
}

fn value(fetched: &Fetched, subject: &str, metric: Metric) -> Option<i64> {
    let mut of = fetched
        .samples
        .iter()
        .filter(|sample| sample.series.subject.to_string() == subject && sample.series.metric == metric);
    of.next().map(|sample| sample.value)
}

fn why(fetched: &Fetched, subject: &str, metric: Metric) -> Option<Absence> {
    let mut of = fetched
        .missing
        .iter()
        .filter(|missing| missing.series.subject.to_string() == subject && missing.series.metric == metric);
    of.next().map(|missing| missing.why)
}

/// Each series is answered: a number, or why there is none; never both.
#[track_caller]
fn each_series_once(fetched: &Fetched) {
    let mut seen = BTreeSet::new();
    for sample in &fetched.samples {
        assert!(seen.insert((sample.series.clone(), sample.form)), "{:?} twice", sample.series);
    }
    for missing in &fetched.missing {
        let there = fetched.samples.iter().any(|sample| sample.series == missing.series);
        assert!(!there, "{:?} is there and missing", missing.series);
    }
    let absent: BTreeSet<_> = fetched.missing.iter().map(|missing| &missing.series).collect();
    assert_eq!(absent.len(), fetched.missing.len(), "one reason each");
}

const C_REEL: &str = "post/instagram/Creel";
const C_FEED: &str = "post/instagram/Cfeed";
const STORY: &str = "post/instagram/2421224614649404224";

fn alma_whole() -> Vec<Target> {
    vec![
        account("alma"),
        uploads("alma", None),
        post("alma", "Creel"),
        post("alma", "Cfeed"),
        post("alma", "2421224614649404224"),
    ]
}

async fn alma(login: Login) -> Stage {
    let stage = stage(login).await;
    stage.creator("alma");
    stage.connect("alma", hours(30 * 24));
    stage.post("alma", Product::Reels, "Creel", hours(30));
    stage.post("alma", Product::Feed, "Cfeed", hours(100));
    stage.post("alma", Product::Story, "2421224614649404224", hours(3));
    stage
}

async fn numbers_come_as_the_platform_shows_them(login: Login, calls: u32) {
    let stage = alma(login).await;
    let fetched = stage.fetch(alma_whole()).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?} {:?}", fetched.partial, fetched.missing);
    each_series_once(&fetched);
    let now = stage.clock.now();
    for (subject, metric, want) in [
        ("creator/alma", Metric::Followers, 12_345),
        ("creator/alma", Metric::Posts, 2),
        (C_REEL, Metric::Views, 5_000),
        (C_REEL, Metric::Reach, 3_200),
        (C_REEL, Metric::Likes, 412),
        (C_REEL, Metric::Comments, 37),
        (C_REEL, Metric::Saves, 40),
        (C_REEL, Metric::Shares, 30),
        (C_REEL, Metric::WatchSeconds, 30_017),
        (C_FEED, Metric::Saves, 40),
        (STORY, Metric::StoryLinkTaps, 17),
        (STORY, Metric::Views, 5_000),
    ] {
        assert_eq!(value(&fetched, subject, metric), Some(want), "{subject} {metric}");
    }
    assert_eq!(fetched.samples.len(), 2 + 7 + 6 + 4, "a feed post has no watch time, a story no saves and likes");
    let young = fetched.samples.iter().filter(|sample| sample.provisional);
    let young: BTreeSet<String> = young.map(|sample| sample.series.subject.to_string()).collect();
    assert_eq!(young, BTreeSet::from([C_REEL.to_owned(), STORY.to_owned()]), "insights settle for 48 hours");
    assert!(fetched.samples.iter().all(|sample| sample.form.observed_at() == now));
    let found: BTreeSet<&str> = fetched.posts.iter().map(|post| post.post.as_str()).collect();
    assert_eq!(found, BTreeSet::from(["2421224614649404224", "Cfeed", "Creel"]), "named as their addresses name them");
    assert_eq!(fetched.units, [(CALLS.to_owned(), calls)]);
    assert_eq!(stage.sim.requests(), u64::from(calls));
    for seen in stage.sim.seen() {
        assert!(seen.path.starts_with("/v25.0/"), "{} has no version", seen.path);
        assert!(!seen.token_in_query, "logs keep addresses: {}", seen.path);
        assert!(!format!("{:?}", seen.query).contains("impressions"), "{:?}", seen.query);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_come_with_instagram_login() {
    // The account, a page of uploads, the stories, and the insights of three.
    numbers_come_as_the_platform_shows_them(Login::Instagram, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_come_with_facebook_login_once_the_page_is_found() {
    numbers_come_as_the_platform_shows_them(Login::Facebook, 7).await;
    let stage = alma(Login::Facebook).await;
    stage.fetch(vec![account("alma")]).await;
    let before = stage.sim.requests();
    stage.fetch(vec![account("alma")]).await;
    assert_eq!(stage.sim.requests() - before, 1, "the id is known by now");
}

#[tokio::test(flavor = "multi_thread")]
async fn known_posts_are_asked_by_their_ids_fifty_at_a_time() {
    let stage = stage(Login::Facebook).await;
    stage.creator("alma");
    stage.connect("alma", hours(48));
    let codes: Vec<String> = (0..60).map(|number| format!("C{number:02}")).collect();
    let ids: Vec<String> =
        codes.iter().zip(60..).map(|(code, age)| stage.post("alma", Product::Feed, code, hours(age))).collect();
    let posts = || [account("alma")].into_iter().chain(codes.iter().map(|code| post("alma", code)));
    let first = stage.fetch(posts().collect()).await;
    assert_eq!((first.samples.len(), first.missing.len()), (2 + 60 * 6, 0), "{:?}", first.partial);
    let before = stage.sim.requests();
    let again = stage.fetch(posts().collect()).await;
    assert_eq!(again.samples.len(), 2 + 60 * 6);
    assert_eq!(stage.sim.requests() - before, 1 + 2 + 60, "the account, two batches of ids, insights of each");
    // One of them is deleted: its batch fails as a whole, and the others lose nothing.
    stage.world().change(&ids[7], |media| media.deleted = true);
    let less = stage.fetch(posts().collect()).await;
    assert_eq!((less.samples.len(), less.partial.is_none()), (2 + 59 * 6, true));
    assert_eq!(reasons(&less), BTreeSet::from([Absence::Gone]));
    assert_eq!(why(&less, "post/instagram/C07", Metric::Likes), Some(Absence::Gone));
    let before = stage.sim.requests();
    stage.fetch(posts().collect()).await;
    assert_eq!(stage.sim.requests() - before, 1 + 2 + 59, "what is gone is not looked for every time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_empty_and_still_have_a_next_one() {
    let stage = stage(Login::Instagram).await;
    stage.creator("alma");
    stage.connect("alma", hours(48));
    for number in 0..120 {
        let id = stage.post("alma", Product::Feed, &format!("C{number:03}"), hours(number + 1));
        if (50..100).contains(&number) {
            stage.world().change(&id, |media| media.deleted = true);
        }
    }
    let whole = stage.fetch(vec![uploads("alma", None)]).await;
    assert_eq!(whole.posts.len(), 70);
    assert_eq!(stage.calls(0), ["media", "media", "media", "stories"]);
    let before = stage.sim.requests();
    let recent = stage.fetch(vec![uploads("alma", Some(start() - hours(10)))]).await;
    assert_eq!((recent.posts.len(), stage.calls(before)), (50, vec!["media".to_owned(), "stories".to_owned()]));
    assert!(recent.samples.is_empty() && recent.missing.is_empty() && recent.partial.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_too_much_is_asked_for_in_halves() {
    let stage = alma(Login::Instagram).await;
    let too_much = r#"{"error":{"message":"Please reduce the amount of data you're asking for","code":1}}"#;
    stage.sim.faults().next_for("list", Fault::Answer { status: 500, body: too_much.to_owned() });
    let fetched = stage.fetch(vec![uploads("alma", None)]).await;
    assert_eq!((fetched.posts.len(), fetched.partial.is_none()), (3, true));
    let limits: Vec<_> =
        stage.sim.seen().iter().filter_map(|seen| seen.query.iter().find(|pair| pair.0 == "limit").cloned()).collect();
    assert_eq!(limits.iter().map(|pair| pair.1.as_str()).collect::<Vec<_>>(), ["50", "25", "50"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_metric_that_is_not_known_costs_itself_alone_and_is_learned_once() {
    let dropped = vec![("REELS".to_owned(), "saved".to_owned())];
    let config = InstagramConfig { dropped, ..InstagramConfig::default() };
    let mut stage = stage_with(Login::Instagram, config, "account_days = 0").await;
    stage.creator("alma");
    stage.connect("alma", hours(48));
    for code in ["Creel", "Cmore"] {
        stage.post("alma", Product::Reels, code, hours(60));
    }
    stage.post("alma", Product::Feed, "Cfeed", hours(61));
    let targets = || vec![account("alma"), post("alma", "Creel"), post("alma", "Cmore"), post("alma", "Cfeed")];
    let insights = |calls: Vec<String>| calls.iter().filter(|call| *call == "insights").count();
    let first = stage.fetch(targets()).await;
    each_series_once(&first);
    assert!(first.partial.is_none(), "{:?}", first.partial);
    assert_eq!(insights(stage.calls(0)), 1 + 5 + 1 + 1, "all, each alone, what works for the next, the other kind");
    for subject in [C_REEL, "post/instagram/Cmore"] {
        assert_eq!(why(&first, subject, Metric::Saves), Some(Absence::Garbled));
        assert_eq!(value(&first, subject, Metric::Views), Some(5_000));
        assert_eq!(value(&first, subject, Metric::WatchSeconds), Some(30_017));
    }
    assert_eq!(value(&first, C_FEED, Metric::Saves), Some(40), "another kind is not concerned");
    let before = stage.sim.requests();
    let second = stage.fetch(targets()).await;
    assert_eq!(insights(stage.calls(before)), 3);
    assert_eq!((second.samples.len(), second.missing.len()), (first.samples.len(), first.missing.len()));
    stage.go(hours(25)).await;
    let before = stage.sim.requests();
    stage.fetch(targets()).await;
    assert_eq!(insights(stage.calls(before)), 1 + 5 + 1 + 1, "a day later it is tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn insights_that_are_not_there_are_absent_and_not_zero() {
    let stage = alma(Login::Facebook).await;
    let empty = stage.post("alma", Product::Feed, "Cempty", hours(5));
    let before = stage.post("alma", Product::Feed, "Cbefore", hours(900));
    let few = stage.post("alma", Product::Story, "2421", hours(1));
    let half = stage.post("alma", Product::Reels, "Chalf", hours(1));
    stage.world().change(&empty, |media| media.insights = Insights::Empty);
    stage.world().change(&before, |media| media.insights = Insights::BeforeConversion);
    stage.world().set(&few, &[("reach", 4)]);
    stage.world().change(&half, |media| media.numbers.retain(|name, _| name != "saved"));
    let codes = ["Cempty", "Cbefore", "2421", "Chalf", "Creel"];
    let targets =
        [account("alma"), uploads("alma", None)].into_iter().chain(codes.iter().map(|code| post("alma", code)));
    let fetched = stage.fetch(targets.collect()).await;
    each_series_once(&fetched);
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    for (code, metric, want) in [
        ("Cempty", Metric::Views, Absence::NotYet),
        ("Cbefore", Metric::Reach, Absence::Hidden),
        ("2421", Metric::StoryLinkTaps, Absence::TooFew),
        ("Chalf", Metric::Saves, Absence::NotYet),
    ] {
        let subject = format!("post/instagram/{code}");
        assert_eq!((value(&fetched, &subject, metric), why(&fetched, &subject, metric)), (None, Some(want)), "{code}");
    }
    assert_eq!(value(&fetched, "post/instagram/Chalf", Metric::Views), Some(5_000));
    assert_eq!(value(&fetched, "post/instagram/Cempty", Metric::Likes), Some(412), "a field, not an insight");
    assert!(fetched.samples.iter().all(|sample| sample.value != 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_is_gone_after_a_day_and_costs_nothing_then() {
    let mut stage = alma(Login::Instagram).await;
    let targets = || vec![account("alma"), post("alma", "2421224614649404224")];
    assert_eq!(value(&stage.fetch(targets()).await, STORY, Metric::Reach), Some(3_200));
    stage.go(hours(21)).await;
    let before = stage.sim.requests();
    let over = stage.fetch(targets()).await;
    assert_eq!((why(&over, STORY, Metric::Reach), over.partial.is_none()), (Some(Absence::Gone), true));
    assert_eq!(stage.sim.requests() - before, 1, "the account alone");
    let fresh = source(&stage.settings, &stage.clock, &stage.shelf);
    let asked = fresh.fetch(&Request { targets: targets(), now: stage.clock.now() }).await.expect("asked");
    assert_eq!((why(&asked, STORY, Metric::Reach), asked.partial.is_none()), (Some(Absence::Gone), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_stories_are_not_listed_they_are_not_said_to_be_gone() {
    let config = InstagramConfig { stories_for_all: false, ..InstagramConfig::default() };
    let stage = stage_with(Login::Instagram, config, "account_days = 0\nDISCOVERY").await;
    for name in ["alma", "bo"] {
        stage.creator(name);
        stage.post(name, Product::Feed, &format!("C{name}"), hours(60));
    }
    stage.connect("alma", hours(48));
    stage.post("alma", Product::Story, "2421224614649404224", hours(3));
    let targets = || {
        let alma = [account("alma"), uploads("alma", None), post("alma", "Calma"), post("alma", "2421224614649404224")];
        alma.into_iter().chain([account("bo"), post("bo", "Cbo"), post("bo", "2421224614649404225")]).collect()
    };
    let fetched = stage.fetch(targets()).await;
    each_series_once(&fetched);
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(why(&fetched, STORY, Metric::StoryLinkTaps), Some(Absence::Unauthorized));
    let other = "post/instagram/2421224614649404225";
    assert_eq!(why(&fetched, other, Metric::Views), Some(Absence::Unauthorized), "nor through discovery");
    assert_eq!(value(&fetched, "post/instagram/Calma", Metric::Views), Some(5_000));
    assert_eq!(value(&fetched, "post/instagram/Cbo", Metric::Likes), Some(412));
    let stories = |calls: Vec<String>| calls.iter().filter(|call| *call == "stories").count();
    let before = stage.sim.requests();
    stage.fetch(targets()).await;
    assert_eq!((stories(stage.calls(0)), stories(stage.calls(before))), (1, 0), "it is not asked for every time");
}

#[tokio::test(flavor = "multi_thread")]
async fn days_of_an_account_are_pacific_amounts_that_are_read_again() {
    let mut stage = stage_with(Login::Instagram, InstagramConfig::default(), "account_days = 3").await;
    stage.creator("alma");
    stage.connect("alma", hours(48));
    for (day, reach) in [("2026-06-28", 800), ("2026-06-29", 900), ("2026-06-30", 700), ("2026-07-01", 5)] {
        stage.world().set_day("almalind", day.parse().expect("a day"), &[("reach", reach), ("views", reach * 2)]);
    }
    let read = |fetched: &Fetched, metric| -> Vec<(String, String, i64, bool)> {
        let of = fetched.samples.iter().filter(|sample| sample.series.metric == metric);
        of.map(|sample| match sample.form {
            Form::Amount { from, until } => (from.to_string(), until.to_string(), sample.value, sample.provisional),
            other => panic!("{other:?} is no amount"),
        })
        .collect()
    };
    let row = |from: &str, until: &str, value, open| (from.to_owned(), until.to_owned(), value, open);
    let fetched = stage.fetch(vec![account("alma")]).await;
    each_series_once(&fetched);
    let (last, before) =
        (("2026-06-29T07:00:00Z", "2026-06-30T07:00:00Z"), ("2026-06-28T07:00:00Z", "2026-06-29T07:00:00Z"));
    let want = [row(last.0, last.1, 900, true), row(before.0, before.1, 800, false)];
    assert_eq!(read(&fetched, Metric::Reach), want, "yesterday is not there yet, and today is not over");
    assert_eq!(read(&fetched, Metric::Views)[0].2, 1_800);
    assert_eq!(why(&fetched, "creator/alma", Metric::Likes), Some(Absence::NotYet), "an empty set is not 0");
    assert_eq!(fetched.units, [(CALLS.to_owned(), 1 + 3)]);
    stage.world().set_day("almalind", "2026-06-29".parse().expect("a day"), &[("reach", 950)]);
    stage.go(hours(6)).await;
    assert_eq!(
        read(&stage.fetch(vec![account("alma")]).await, Metric::Reach)[0].2,
        950,
        "a restated day is read again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_mid_poll_is_renewed_and_the_question_asked_again() {
    let stage = alma(Login::Instagram).await;
    let expired = r#"{"error":{"message":"Error validating access token: Session has expired","type":"OAuthException","code":190,"error_subcode":463}}"#;
    stage.sim.faults().next_for("insights", Fault::Answer { status: 400, body: expired.to_owned() });
    let fetched = stage.fetch(alma_whole()).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?} {:?}", fetched.partial, fetched.missing);
    let calls = stage.calls(0);
    assert_eq!(calls.iter().filter(|call| *call == "refresh_access_token").count(), 1);
    let kept = stage.shelf.0.lock().expect("a lock")["almalind"].0.lock().expect("a lock").clone();
    assert_eq!(kept.access_until, Some(stage.clock.now() + hours(60 * 24)), "the new one is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_taken_back_is_told_once_and_not_sent_again() {
    let stage = alma(Login::Instagram).await;
    stage.creator("bo");
    stage.connect("bo", hours(48));
    stage.sim.end_tokens("almalind", 460);
    let targets = || alma_whole().into_iter().chain([account("bo")]).collect::<Vec<_>>();
    let fetched = stage.fetch(targets()).await;
    each_series_once(&fetched);
    assert_eq!(value(&fetched, "creator/bo", Metric::Followers), Some(12_345), "another creator's token is good");
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unauthorized]));
    assert_eq!(fetched.missing.len(), 2 + 3 + 3 + 4, "the account, what any post has, and what a story has");
    let error = fetched.partial.expect("a failure");
    assert_eq!((error.fate(), error.to_string().contains("almalind")), (Fate::TellOwner, true), "{error}");
    let before = stage.sim.requests();
    let again = stage.fetch(targets()).await;
    assert_eq!(stage.calls(before), ["me"], "bo's alone");
    assert_eq!((reasons(&again), again.partial.is_some()), (BTreeSet::from([Absence::Unauthorized]), true));
    // She connects anew; a new token is too young to be renewed, and need not be.
    stage.connect("alma", hours(0));
    let back = stage.fetch(targets()).await;
    assert!(back.missing.is_empty() && back.partial.is_none(), "{:?}", back.partial);
    for sample in stage.shelf.0.lock().expect("a lock").values() {
        let secret = sample.0.lock().expect("a lock").access.clone().expect("a token");
        assert!(!format!("{error:?}{:?}", again.partial).contains(secret.expose_secret()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_has_ended_cannot_be_renewed_and_one_without_an_end_need_not() {
    for login in [Login::Instagram, Login::Facebook] {
        let stage = stage(login).await;
        stage.creator("alma");
        let kept = stage.connect("alma", hours(60 * 24));
        let late = stage.fetch(vec![account("alma")]).await;
        assert_eq!(reasons(&late), BTreeSet::from([Absence::Unauthorized]));
        assert_eq!(stage.calls(0).len(), 1, "the token server, and then nobody");
        assert!(late.partial.expect("a failure").to_string().contains("almalind"));
        drop(kept);
        // A page's token or a system user's has no end.
        let kept = stage.connect("alma", hours(59 * 24));
        kept.0.lock().expect("a lock").access_until = None;
        let before = stage.sim.requests();
        assert_eq!(stage.fetch(vec![account("alma")]).await.samples.len(), 2);
        assert!(!stage.calls(before).iter().any(|call| call.ends_with("access_token")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_an_account_that_was_connected_by_another_are_nobodys() {
    let stage = stage(Login::Instagram).await;
    stage.creator("alma");
    stage.creator("bo");
    let kept = stage.connect("bo", hours(48));
    stage.shelf.0.lock().expect("a lock").insert("almalind".to_owned(), kept);
    stage.post("bo", Product::Feed, "Cbo", hours(60));
    let fetched = stage.fetch(vec![account("alma"), uploads("alma", None)]).await;
    assert!(fetched.samples.is_empty() && fetched.posts.is_empty());
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unauthorized]));
    let text = fetched.partial.expect("a failure").to_string();
    assert_eq!(text, "Instagram refused our credentials: `almalind: it was connected as bolind`");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_connected_has_public_numbers_by_discovery_alone() {
    let stage = stage_with(Login::Instagram, InstagramConfig::default(), "DISCOVERY").await;
    for name in ["alma", "bo"] {
        stage.creator(name);
    }
    stage.connect("bo", hours(48));
    let reel = stage.post("alma", Product::Reels, "Creel", hours(30));
    stage.world().set(&reel, &[("view_count", 10_132)]);
    let hidden = stage.post("alma", Product::Feed, "Cfeed", hours(40));
    stage.world().change(&hidden, |media| media.likes_hidden = true);
    let targets = vec![
        account("alma"),
        uploads("alma", None),
        post("alma", "Creel"),
        post("alma", "Cfeed"),
        post("alma", "Cgone"),
    ];
    let fetched = stage.fetch(targets.into_iter().chain([account("bo")]).collect()).await;
    each_series_once(&fetched);
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    for (subject, metric, want) in [
        ("creator/alma", Metric::Followers, 12_345),
        ("creator/alma", Metric::Posts, 2),
        (C_REEL, Metric::Likes, 412),
        (C_REEL, Metric::Views, 10_132),
        (C_FEED, Metric::Comments, 37),
    ] {
        assert_eq!(value(&fetched, subject, metric), Some(want), "{subject} {metric}");
    }
    assert_eq!(why(&fetched, C_FEED, Metric::Likes), Some(Absence::Hidden));
    assert_eq!(why(&fetched, C_FEED, Metric::Views), None, "a photo has no public views: nobody speaks of them");
    assert_eq!(why(&fetched, "post/instagram/Cgone", Metric::Likes), Some(Absence::Gone));
    assert_eq!(fetched.posts.len(), 2);
    let discovered =
        stage.sim.seen().iter().filter(|seen| format!("{:?}", seen.query).contains("business_discovery")).count();
    assert_eq!(discovered, 1, "one call for all of alma, none for bo, who is connected");
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_pages_by_cursor_and_does_not_look_further_than_set() {
    let stage = stage_with(Login::Instagram, InstagramConfig::default(), "pages_max = 2\nDISCOVERY").await;
    stage.creator("alma");
    for number in 0..60 {
        stage.post("alma", Product::Feed, &format!("C{number:02}"), hours(number + 1));
    }
    let targets = vec![uploads("alma", None), post("alma", "C30"), post("alma", "C55")];
    let fetched = stage.fetch(targets).await;
    assert_eq!((fetched.posts.len(), fetched.units.as_slice()), (50, &[(DISCOVERY.to_owned(), 2)][..]));
    assert_eq!(value(&fetched, "post/instagram/C30", Metric::Likes), Some(412));
    assert_eq!(why(&fetched, "post/instagram/C55", Metric::Likes), Some(Absence::QuotaSpent), "not said to be gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_discovery_cannot_see_is_gone_and_its_posts_are_hidden() {
    let stage = stage_with(Login::Facebook, InstagramConfig::default(), "DISCOVERY").await;
    stage.world().add_profile("almalind", Standing::Personal, 700);
    stage.world().add_profile("bolind", Standing::AgeGated, 700);
    let targets = vec![account("alma"), post("alma", "C1"), account("bo"), account("nobody")];
    let fetched = stage.fetch(targets).await;
    each_series_once(&fetched);
    assert!(fetched.samples.is_empty());
    for name in ["alma", "bo", "nobody"] {
        assert_eq!(why(&fetched, &format!("creator/{name}"), Metric::Followers), Some(Absence::Gone), "{name}");
    }
    assert_eq!(why(&fetched, "post/instagram/C1", Metric::Likes), Some(Absence::Hidden), "it was not taken down");
    assert!(matches!(fetched.partial, Some(SourceError::BadTarget { id, .. }) if id == "almalind"));
    let none = stage_with(Login::Instagram, InstagramConfig::default(), "").await;
    let fetched = none.fetch(vec![account("alma"), post("alma", "C1")]).await;
    assert_eq!((reasons(&fetched), none.sim.requests()), (BTreeSet::from([Absence::Unauthorized]), 0));
    assert!(fetched.partial.is_none(), "nobody has connected, and that is no failure");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_near_its_limit_is_asked_for_less_and_then_for_nothing() {
    let config = InstagramConfig { account_calls_per_day: 200, ..InstagramConfig::default() };
    let mut stage = stage_with(Login::Instagram, config, "account_days = 3").await;
    for name in ["alma", "bo"] {
        stage.creator(name);
        stage.connect(name, hours(48));
    }
    stage.post("alma", Product::Feed, "Cnew", hours(60));
    stage.post("alma", Product::Feed, "Cold", hours(300));
    let targets = || vec![account("alma"), post("alma", "Cnew"), post("alma", "Cold"), account("bo")];
    stage.sim.spend_account("almalind", 150);
    let high = stage.fetch(targets()).await;
    each_series_once(&high);
    assert!(high.partial.is_none());
    assert_eq!(value(&high, "post/instagram/Cnew", Metric::Views), Some(5_000), "what is new goes on");
    assert_eq!(why(&high, "post/instagram/Cold", Metric::Views), Some(Absence::QuotaSpent));
    assert_eq!(value(&high, "post/instagram/Cold", Metric::Likes), Some(412), "it came with the list");
    assert_eq!(why(&high, "creator/alma", Metric::Reach), Some(Absence::QuotaSpent));
    assert_eq!(why(&high, "creator/bo", Metric::Reach), Some(Absence::NotYet), "another account has its own allowance");
    stage.sim.spend_account("almalind", 40);
    let stop = stage.fetch(targets()).await;
    assert_eq!(why(&stop, "post/instagram/Cnew", Metric::Views), Some(Absence::QuotaSpent));
    assert_eq!(value(&stop, "creator/alma", Metric::Followers), Some(12_345), "the answer that said so is used");
    let before = stage.sim.requests();
    let rest = stage.fetch(targets()).await;
    assert_eq!(why(&rest, "creator/alma", Metric::Followers), Some(Absence::QuotaSpent));
    assert_eq!(stage.sim.requests() - before, 1 + 3, "bo's alone");
    // Over the limit the platform says for how long; it is a day until the first calls leave the window.
    stage.go(SignedDuration::from_mins(16)).await;
    stage.sim.spend_account("almalind", 20);
    let over = stage.fetch(vec![account("alma")]).await;
    assert_eq!(
        (why(&over, "creator/alma", Metric::Followers), over.partial.is_none()),
        (Some(Absence::QuotaSpent), true)
    );
    let before = stage.sim.requests();
    stage.go(hours(20)).await;
    stage.fetch(vec![account("alma")]).await;
    assert_eq!(stage.sim.requests(), before, "nobody asks while it is throttled");
    stage.go(hours(5)).await;
    assert_eq!(value(&stage.fetch(vec![account("alma")]).await, "creator/alma", Metric::Followers), Some(12_345));
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_near_the_limit_of_the_app_rests_for_everybody_and_connected_creators_do_not() {
    let mut stage = stage_with(Login::Instagram, InstagramConfig::default(), "account_days = 0\nDISCOVERY").await;
    for name in ["alma", "bo", "cy"] {
        stage.creator(name);
    }
    stage.connect("cy", hours(48));
    let all = || vec![account("alma"), account("bo"), account("cy")];
    stage.sim.spend_app(179);
    let stop = stage.fetch(all()).await;
    assert_eq!(value(&stop, "creator/alma", Metric::Followers), Some(12_345));
    assert_eq!(why(&stop, "creator/bo", Metric::Followers), Some(Absence::QuotaSpent));
    assert_eq!(value(&stop, "creator/cy", Metric::Followers), Some(12_345));
    stage.go(SignedDuration::from_mins(20)).await;
    stage.sim.spend_app(30);
    let over = stage.fetch(all()).await;
    assert!(matches!(over.partial, Some(SourceError::SlowDown { .. })), "{:?}", over.partial);
    assert_eq!(why(&over, "creator/alma", Metric::Followers), Some(Absence::QuotaSpent));
    assert_eq!(value(&over, "creator/cy", Metric::Followers), Some(12_345));
    stage.go(hours(2)).await;
    assert!(stage.fetch(all()).await.missing.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_throttle_is_told_by_its_code_whatever_its_status() {
    for (status, code) in [(403, 4), (400, 17), (400, 32), (400, 613), (429, 80_002), (400, 80_002)] {
        let stage = alma(Login::Facebook).await;
        let body =
            format!(r#"{{"error":{{"message":"m","type":"OAuthException","code":{code},"is_transient":true}}}}"#);
        stage.sim.faults().next_for("list", Fault::Answer { status, body });
        let fetched = stage.fetch(alma_whole()).await;
        each_series_once(&fetched);
        assert_eq!(value(&fetched, "creator/alma", Metric::Followers), Some(12_345));
        assert_eq!(reasons(&fetched), BTreeSet::from([Absence::QuotaSpent]), "{code}");
        assert_eq!(stage.sim.requests(), 3, "{code}: nothing is asked after it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_is_a_typed_absence() {
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let permission = r#"{"error":{"message":"(#10) Application does not have permission","code":10}}"#;
    for (fault, kind, absence, fate) in [
        (Fault::LoseReply, "account", Absence::Unreachable, Fate::Retry),
        (Fault::Garbage, "account", Absence::Garbled, Fate::Diagnose),
        (answer(200, "[]"), "account", Absence::Garbled, Fate::Diagnose),
        (answer(200, r#"{"followers_count":"many"}"#), "account", Absence::Garbled, Fate::Diagnose),
        (answer(503, "<html>"), "account", Absence::Unreachable, Fate::Retry),
        (answer(200, r#"{"data":{}}"#), "list", Absence::Garbled, Fate::Diagnose),
        (answer(200, r#"{"data":[{"id":7}]}"#), "list", Absence::Garbled, Fate::Diagnose),
        (answer(500, r#"{"error":{"code":2,"is_transient":true}}"#), "insights", Absence::Unreachable, Fate::Retry),
        (
            answer(200, r#"{"data":[{"name":"views","values":[{"value":1.5}]}]}"#),
            "insights",
            Absence::Garbled,
            Fate::Diagnose,
        ),
        (answer(400, permission), "insights", Absence::Unauthorized, Fate::TellOwner),
        (answer(400, "{}"), "insights", Absence::Garbled, Fate::TellOwner),
    ] {
        let stage = alma(Login::Instagram).await;
        let text = format!("{kind} {fault:?}");
        stage.sim.faults().next_for(kind, fault);
        let fetched = stage.fetch(alma_whole()).await;
        each_series_once(&fetched);
        assert_eq!(reasons(&fetched), BTreeSet::from([absence]), "{text}");
        let error = fetched.partial.expect("a failure");
        assert_eq!(error.fate(), fate, "{text}: {error}");
        assert_eq!(stage.sim.faults().waiting(), 0, "{text}");
        let back = stage.fetch(alma_whole()).await;
        assert!(back.missing.is_empty() && back.partial.is_none(), "{text}: {:?}", back.partial);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_down_is_asked_once_and_one_that_hangs_is_waited_for() {
    let mut stage = alma(Login::Instagram).await;
    stage.creator("bo");
    stage.connect("bo", hours(48));
    stage.sim.faults().down(true);
    let fetched = stage.fetch(vec![account("alma"), account("bo")]).await;
    assert_eq!((reasons(&fetched), stage.sim.requests()), (BTreeSet::from([Absence::Unreachable]), 1));
    stage.sim.faults().down(false);
    stage.sim.faults().next(Fault::Hang(SignedDuration::from_secs(20)));
    let (source, request) =
        (Arc::clone(&stage.source), Request { targets: vec![account("bo")], now: stage.clock.now() });
    let task = stage.clock.spawn("poll", |held| async move {
        let fetched = source.fetch(&request).await;
        drop(held);
        fetched
    });
    stage.go(SignedDuration::from_secs(30)).await;
    let fetched = task.await.expect("ends").expect("asked");
    assert_eq!(value(&fetched, "creator/bo", Metric::Followers), Some(12_345));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_that_cannot_be_and_a_post_without_a_home_spoil_nothing_else() {
    let stage = alma(Login::Instagram).await;
    stage.creator("bo");
    stage.connect("bo", hours(48));
    let odd = Target::Account { subject: "creator/odd".parse().expect("a subject"), id: "a/b?c".to_owned() };
    let fetched = stage.fetch(vec![account("alma"), account("bo"), odd, post("eve", "Cx")]).await;
    assert_eq!(why(&fetched, "creator/odd", Metric::Followers), Some(Absence::Garbled));
    assert_eq!(why(&fetched, "post/instagram/Cx", Metric::Views), Some(Absence::Garbled));
    assert_eq!(value(&fetched, "creator/alma", Metric::Followers), Some(12_345));
    let error = fetched.partial.expect("a failure").to_string();
    assert_eq!(error, "`a/b?c` cannot be asked of Instagram: a handle has 1 to 30 characters of a-z, 0-9, `.` and `_`");
}

#[test]
fn settings_that_cannot_work_are_found_before_anything_runs() {
    let (clock, _driver) = Clock::simulated(start());
    let outside = Outside::alone(clock);
    for (text, want) in [
        ("api_version = \"25\"", "`25` does not work as `api_version`: a version is written like `v25.0`"),
        ("base_url = \"ftp://x\"", "`ftp://x` does not work as `base_url`: `ftp://x` is not an http or https address"),
        (
            "discovery_token = \"t\"",
            "`` does not work as `discovery_user_id`: it is the number of your own professional account",
        ),
        (
            "discovery_user_id = \"17\"",
            "`` does not work as `discovery_token_file`: discovery needs a token with Facebook Login",
        ),
    ] {
        let settings: InstagramSettings = toml::from_str(text).expect("settings");
        assert_eq!(Instagram::new(&settings, &outside).expect_err("wrong").to_string(), want);
    }
}

/// The commented section of `config/default.toml`, as somebody would uncomment it.
#[test]
fn the_section_of_the_default_settings_is_understood_and_says_the_defaults() {
    let text = include_str!("../../config/default.toml");
    let section = text.split("# [sources.instagram]\n").nth(1).expect("a section");
    let lines = section.lines().take_while(|line| line.starts_with("# "));
    let set = lines.filter_map(|line| line.strip_prefix("# ")).filter(|line| {
        line.split_once(" = ").is_some_and(|(key, _)| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
    });
    let set: Vec<&str> = set.collect();
    let read = |text: &str| toml::from_str::<SourceConfig>(text).expect("a source");
    let all = read(&set.join("\n"));
    let Kind::Instagram(all) = all.kind else { panic!("another kind") };
    let bare = read("kind = \"instagram\"\nschedule = \"0 * * * *\"");
    let Kind::Instagram(bare) = bare.kind else { panic!("another kind") };
    let numbers = |one: &InstagramSettings| {
        let calls = (one.calls_per_day, one.discovery_calls_per_hour);
        (one.login, one.api_version.clone(), one.media, one.pages_max, one.account_days, calls)
    };
    assert_eq!(numbers(&all), numbers(&bare));
    assert_eq!((&all.base_url, &all.discovery_url), (&bare.base_url, &bare.discovery_url));
    assert!(all.discovery_user_id.starts_with("1784") && all.client_secret_file.ends_with("instagram.secret"));
}
