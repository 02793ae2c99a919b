//! Instagram: accounts, posts and stories of creators who connected, and the public numbers of those who did not.
//!
//! Owns: which calls a request becomes, what each costs, which failure stops which calls, and that an account is asked in one
//! way only: by its own token where there is one, else through discovery.
//! Refuses: guessing. An insight that is left out is absent, likes that are left out are hidden, and a number below the
//! platform's privacy threshold is too few. `paging.next` holds the token and is never used.
//! Survives: a metric that a version of the API does not know any more: one such name fails a whole call, so the names are
//! then tried one by one, once, and what works is remembered.
//!
//! What a poll costs, in calls. A connected account: 1 for its own numbers, 1 for each day that may be restated (its days are
//! Pacific days), 1 a page of 50 uploads, 1 for its stories, and 1 for the insights of each post. An account that is not
//! connected: 1 for everything, and 1 more for each further page of 25 posts. The allowance of a connected account is 4,800
//! calls a day for each impression it has; discovery has 200 calls an hour for each user of the app, in all.
//! <https://developers.facebook.com/docs/graph-api/overview/rate-limiting>
//!
//! A post is named by what stands in its address, as documents and people name it (`C8xYz` of `instagram.com/reel/C8xYz`);
//! the platform's own id of it is learned from the list of uploads. Views of a post are organic where its creator is
//! connected (`views`) and those of reels with advertising where not (`view_count`): they step where a creator connects.

mod connected;
mod discovery;
mod lines;
mod metrics;
mod settings;
mod wire;
mod work;

#[cfg(test)]
mod recorded;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::json::Garbled;
use super::quota::calls;
use super::settings::Outside;
use super::{Fetched, Request, Source, SourceError};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};
use crate::http::graph::{Asked, Fault, Graph, GraphTrouble, Usage, is_id, is_version};
use crate::http::signed::{Question, Signed};
use crate::http::tokens::{Dialect, Grant, Tokens};
use crate::http::{Api, Limits};
use discovery::Discovery;
use lines::{Lines, Way};
use metrics::Kind;
use work::{Known, Post, Wanted, Work};

pub use settings::{InstagramSettings, Login};

/// What people call it.
const TITLE: &str = "Instagram";

/// Calls about connected accounts are charged to this.
pub const CALLS: &str = "calls";

/// Calls of discovery are charged to this: the app's own allowance of a rolling hour.
pub const DISCOVERY: &str = "discovery";

/// What it tells of accounts, posts and stories.
pub const METRICS: [Metric; 10] = [
    Metric::Followers,
    Metric::Posts,
    Metric::Views,
    Metric::Reach,
    Metric::Likes,
    Metric::Comments,
    Metric::Saves,
    Metric::Shares,
    Metric::StoryLinkTaps,
    Metric::WatchSeconds,
];

/// How late insights may be, and how long those of a day or a new post may still change.
pub const LATE: SignedDuration = SignedDuration::from_hours(48);

/// Of an account, whoever asks.
const OF_ACCOUNT: [Metric; 2] = [Metric::Followers, Metric::Posts];

/// Of a post of which nothing is known, not even what it is: what all kinds have.
const OF_ANY_POST: [Metric; 3] = [Metric::Views, Metric::Reach, Metric::Shares];

/// How long nothing is asked where the platform is near its limit and does not say for how long.
const REST: Duration = Duration::from_mins(15);

/// Posts on a page of uploads. The platform gives 100 at most; with all fields 50 are under 200 KiB.
const PAGE: usize = 50;

/// The source. What it remembers can be learned again; the tokens are kept elsewhere.
#[derive(Debug)]
pub struct Instagram {
    lines: Lines,
    discovery: Option<Discovery>,
    pages_max: u32,
    account_days: u32,
    known: Mutex<Known>,
}

fn wrong(setting: &'static str, given: &str, why: &str) -> SourceError {
    SourceError::Misconfigured { setting, given: given.to_owned(), why: why.to_owned() }
}

fn api(setting: &'static str, base: &str) -> Result<Api, SourceError> {
    Api::new(base, Limits::default()).map_err(|cause| wrong(setting, base, &cause.to_string()))
}

impl Instagram {
    /// The source as it is set.
    pub fn new(settings: &InstagramSettings, outside: &Outside) -> Result<Self, SourceError> {
        let version = &settings.api_version;
        if !is_version(version) {
            return Err(wrong("api_version", version, "a version is written like `v25.0`"));
        }
        let base = match (settings.base_url.as_str(), settings.login) {
            ("", Login::Instagram) => "https://graph.instagram.com".to_owned(),
            ("", Login::Facebook) => settings::facebook_address(),
            (given, _) => given.to_owned(),
        };
        let lines = Lines {
            api: api("base_url", &base)?,
            version: version.clone(),
            login: settings.login,
            app: (settings.client_id.clone(), settings.client_secret.clone()),
            accounts: Arc::clone(&outside.accounts),
            held: tokio::sync::Mutex::default(),
        };
        Ok(Self {
            lines,
            discovery: Self::discovery(settings)?,
            pages_max: settings.pages_max,
            account_days: settings.account_days,
            known: Mutex::default(),
        })
    }

    /// Discovery is asked in the name of an own professional account, with Facebook Login whatever creators connect with.
    fn discovery(settings: &InstagramSettings) -> Result<Option<Discovery>, SourceError> {
        let (user, token) = (&settings.discovery_user_id, &settings.discovery_token);
        if user.is_empty() && token.expose_secret().is_empty() {
            return Ok(None);
        }
        if !is_id(user) {
            return Err(wrong("discovery_user_id", user, "it is the number of your own professional account"));
        }
        if token.expose_secret().is_empty() {
            return Err(wrong("discovery_token_file", "", "discovery needs a token with Facebook Login"));
        }
        let api = api("discovery_url", &settings.discovery_url)?;
        let tokens = Tokens::new(api.clone(), "", Dialect::FACEBOOK, Grant::Fixed(token.clone()));
        let graph = Graph::new(Signed::bearer(api, Arc::new(tokens)), &settings.api_version);
        Ok(Some(Discovery { graph, user: user.clone() }))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request costs at least: one call for each account. Whether an account is connected is not known here: where it is,
/// its days, its uploads and the insights of its posts come on top, and where not, its calls are charged to discovery.
#[must_use]
pub fn cost(request: &Request) -> Vec<(String, u32)> {
    let work = Work::sort(request, &mut Known::default());
    match calls(work.accounts.len(), 1) {
        0 => Vec::new(),
        units => vec![(CALLS.to_owned(), units)],
    }
}

/// What a request costs where every account is connected: its own numbers and each of its days, a page of uploads and one of
/// stories where those are wanted, posts that are not on it by their ids, and the insights of each post.
fn estimate(request: &Request, account_days: u32) -> u32 {
    let work = Work::sort(request, &mut Known::default());
    let of = |wanted: &Wanted| {
        let own = if wanted.subjects.is_empty() { 0 } else { account_days.saturating_add(1) };
        let (lists, shown) = if wanted.uploads.is_some() { (2, PAGE) } else { (0, 0) };
        let by_ids = calls(wanted.posts.len().saturating_sub(shown), connected::IDS_MAX);
        [own, lists, by_ids, calls(wanted.posts.len(), 1)].into_iter().fold(0, u32::saturating_add)
    };
    work.accounts.values().map(of).fold(0, u32::saturating_add)
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

/// Why a call gave no document.
#[derive(Debug)]
struct Trouble {
    /// What the Graph said, where it spoke.
    fault: Option<Fault>,
    subcode: Option<i64>,
    error: SourceError,
}

impl From<Garbled> for Trouble {
    fn from(given: Garbled) -> Self {
        Self { fault: None, subcode: None, error: garbled(given) }
    }
}

impl Trouble {
    fn of(trouble: GraphTrouble, usage: Usage) -> Self {
        let (fault, subcode) = match &trouble {
            GraphTrouble::Said(error) => (Some(error.fault), error.subcode),
            GraphTrouble::Unanswered(_) | GraphTrouble::Status { .. } | GraphTrouble::Garbled { .. } => (None, None),
        };
        Self { fault, subcode, error: SourceError::of_graph(TITLE, trouble, usage) }
    }

    /// Why its numbers are absent. Here somebody who asks us to slow down has an allowance that is used up.
    fn absence(&self) -> Absence {
        match self.error {
            SourceError::SlowDown { .. } => Absence::QuotaSpent,
            _ => self.error.absence(),
        }
    }
}

/// One fetch while it runs.
#[derive(Debug)]
struct Round {
    now: Timestamp,
    out: Fetched,
    /// Why no further call is made at all.
    stopped: Option<Absence>,
}

impl Round {
    fn series(subject: &Subject, metric: Metric) -> SeriesKey {
        SeriesKey { subject: subject.clone(), metric, platform: Platform::Instagram }
    }

    fn tell(&mut self, subjects: &[Subject], metric: Metric, value: i64, form: Form, provisional: bool) {
        let known_at = self.now;
        self.out.samples.extend(subjects.iter().map(|subject| Sample {
            series: Self::series(subject, metric),
            value,
            currency: None,
            form,
            known_at,
            provisional,
            self_reported: false,
        }));
    }

    fn absent(&mut self, subjects: &[Subject], metrics: &[Metric], why: Absence) {
        let at = self.now;
        let rows = subjects.iter().flat_map(|subject| metrics.iter().map(move |metric| (subject, *metric)));
        let missing = rows.map(|(subject, metric)| Missing { series: Self::series(subject, metric), why, at });
        self.out.missing.extend(missing);
    }

    /// A post of which nothing came.
    fn post_absent(&mut self, post: &Post, kind: Option<Kind>, why: Absence) {
        let Some(kind) = kind else {
            self.absent(&post.subjects, &OF_ANY_POST, why);
            return;
        };
        let insights: Vec<Metric> = kind.core().iter().map(|insight| insight.metric).collect();
        self.absent(&post.subjects, kind.fields(), why);
        self.absent(&post.subjects, &insights, why);
    }

    /// An account's own numbers, with those of its days where they would have been asked for.
    fn account_absent(&mut self, subjects: &[Subject], days: bool, why: Absence) {
        self.absent(subjects, &OF_ACCOUNT, why);
        if days {
            let metrics: Vec<Metric> = Kind::Day.core().iter().map(|insight| insight.metric).collect();
            self.absent(subjects, &metrics, why);
        }
    }

    /// An account and all its posts.
    fn all_absent(&mut self, wanted: &Wanted, days: bool, why: Absence) {
        self.account_absent(&wanted.subjects, days, why);
        for post in wanted.posts.values() {
            self.post_absent(post, None, why);
        }
    }

    /// One question, charged to a bucket.
    async fn ask(
        &mut self,
        graph: &Graph,
        bucket: &str,
        rest: &str,
        query: &[(&str, &str)],
    ) -> (Result<Value, Trouble>, Usage) {
        let Asked { document, usage, requests } = graph.ask(Question::get(&graph.path(rest), query), self.now).await;
        self.out.charge(bucket, requests);
        (document.map_err(|trouble| Trouble::of(trouble, usage)), usage)
    }

    fn rest(&self, wait: Option<Duration>) -> Timestamp {
        let wait = SignedDuration::try_from(wait.unwrap_or(REST)).unwrap_or(SignedDuration::MAX);
        self.now.saturating_add(wait).unwrap_or(Timestamp::MAX)
    }
}

#[async_trait]
impl Source for Instagram {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let work = Work::sort(request, &mut self.known());
        let mut round = Round { now: request.now, out: Fetched::default(), stopped: None };
        for (handle, wanted) in &work.accounts {
            self.account(handle, wanted, &mut round).await;
        }
        for (account, wanted) in &work.nameless {
            round.all_absent(wanted, false, Absence::Garbled);
            let why = "a handle has 1 to 30 characters of a-z, 0-9, `.` and `_`";
            round.out.fail(SourceError::BadTarget { platform: TITLE, id: account.clone(), why });
        }
        for (id, post) in &work.homeless {
            round.post_absent(post, None, Absence::Garbled);
            let why = "ask about its creator's account too: a post is reached through its account";
            round.out.fail(SourceError::BadTarget { platform: TITLE, id: id.clone(), why });
        }
        Ok(round.out)
    }
}

impl Instagram {
    /// One account, in the one way that is open to it.
    async fn account(&self, handle: &str, wanted: &Wanted, round: &mut Round) {
        let days = 0 < self.account_days;
        let resting = self.known().rests(handle, round.now).then_some(Absence::QuotaSpent);
        if let Some(why) = round.stopped.or(resting) {
            round.all_absent(wanted, days, why);
            return;
        }
        match self.lines.way(&wanted.account, round.now).await {
            Way::Open { graph, user } => connected::Visit::new(self, handle, wanted, graph, user).run(round).await,
            Way::Unconnected => match &self.discovery {
                Some(discovery) => discovery.look(self, handle, wanted, round).await,
                None => round.all_absent(wanted, days, Absence::Unauthorized),
            },
            Way::Refused => {
                round.all_absent(wanted, days, Absence::Unauthorized);
                let reason = format!("{}: connect it again", wanted.account);
                round.out.fail(SourceError::Unauthorized { platform: TITLE, reason });
            }
            Way::Broken(error) => {
                round.all_absent(wanted, days, error.absence());
                round.out.fail(error);
            }
        }
    }
}

/// Pieces of media by what they are named by, and by the platform's id.
type Pieces = BTreeMap<String, wire::Piece>;

fn index(pieces: &mut Pieces, found: Vec<wire::Piece>) {
    for piece in found {
        pieces.insert(piece.id.clone(), piece.clone());
        pieces.insert(piece.post.as_str().to_owned(), piece);
    }
}
