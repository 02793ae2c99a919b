//! Facebook Pages: followers of a Page, its published posts, and what became of each.
//!
//! Owns: whose token asks about which Page, and what is asked less of when an answer says that it was too much.
//! Refuses: guessing. A count that a post does not have is hidden (`shares` is left out while there are none), an empty list
//! of insights is "not yet"; neither is 0.
//!
//! **Tokens.** A Page is asked about with the token of whoever connected it, else with the one token of the configuration (a
//! system user's, or of an app with Page Public Content Access). Accounts are the numbers of Pages; a post's id begins with
//! its Page's.
//!
//! **Insights** (`post_media_view`, `post_total_media_view_unique`) come with the posts in one question. One name that the
//! platform has dropped, or a right that lacks, fails all of it: then the posts are asked about without, and the insights
//! are absent with that reason.
//!
//! **Limits.** At 90 % of an allowance, and at any throttle, a Page is not asked about any more until the platform's own
//! estimate has passed, in this poll or a later one: asking on makes the block longer.

mod settings;
mod wire;

#[cfg(test)]
mod recorded;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::sync::Mutex;

use super::json::Garbled;
use super::quota::calls;
use super::wanted::{self, Count, Voice, Wanted};
use super::{Fetched, Reach, Request, Source, SourceError, Target};
use crate::domain::ids::{CreatorId, Platform};
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;
use crate::http::Api;
use crate::http::graph::{Fault, Graph, GraphTrouble, Page, Usage, is_id, next_page};
use crate::http::signed::{Question, Signed};
use crate::http::tokens::{Accounts, Dialect, Grant, Tokens};

pub use settings::{FacebookSettings, source};

/// What people call it.
const TITLE: &str = "Facebook";

/// What a poll is charged in.
pub const CALLS: &str = "calls";

const FOLLOWERS: Count = Count::gauge(Metric::Followers);

/// Where a number of a post stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// In a field, by the steps to it.
    Field(&'static [&'static str]),
    /// Among the insights, by name.
    Insight(&'static str),
}

/// A number of a post.
#[derive(Debug, Clone, Copy)]
struct OfPost {
    count: Count,
    stands: Stands,
}

impl OfPost {
    fn is_insight(&self) -> bool {
        matches!(self.stands, Stands::Insight(_))
    }
}

const OF_POST: [OfPost; 5] = [
    OfPost { count: Count::total(Metric::Likes), stands: Stands::Field(&["reactions", "summary", "total_count"]) },
    OfPost { count: Count::total(Metric::Comments), stands: Stands::Field(&["comments", "summary", "total_count"]) },
    OfPost { count: Count::total(Metric::Shares), stands: Stands::Field(&["shares", "count"]) },
    OfPost { count: Count::total(Metric::Views), stands: Stands::Insight("post_media_view") },
    OfPost { count: Count::total(Metric::Reach), stands: Stands::Insight("post_total_media_view_unique") },
];

const POST_FIELDS: &str =
    "id,message,created_time,shares,reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0)";

/// Field expansion: <https://developers.facebook.com/docs/graph-api/guides/field-expansion>.
const INSIGHT_FIELDS: &str = ",insights.metric(post_media_view,post_total_media_view_unique){name,values}";

/// Ids a question. The documented most of `?ids=` is 50.
const IDS_MAX: usize = 50;

/// How long a Page rests where the platform names no time: its allowances roll over an hour.
const REST: SignedDuration = SignedDuration::from_mins(15);

/// How it is set up.
pub struct FacebookConfig {
    /// Where to ask.
    pub api: Api,
    /// The version of the Graph.
    pub version: String,
    /// The token for Pages that nobody has connected; empty where there is none.
    pub token: SecretString,
    /// The app: its id and secret, to renew the tokens of those who have.
    pub app: (String, SecretString),
    /// Who has connected a Page.
    pub accounts: Arc<dyn Accounts>,
    /// Whether to ask for insights.
    pub insights: bool,
    /// Pages of 100 posts that are read of one Page in one fetch.
    pub pages_max: u32,
}

/// The source. Remembers the tokens of each Page, and which Page rests until when.
pub struct Facebook {
    config: FacebookConfig,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// With whose token: that of somebody who has connected, or the one of the configuration.
    graphs: BTreeMap<String, (Graph, bool)>,
    rests: BTreeMap<String, Timestamp>,
}

impl std::fmt::Debug for Facebook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Facebook({:?})", self.config.api)
    }
}

/// A request, sorted by Page.
#[derive(Debug, Default)]
struct Work {
    accounts: Wanted,
    posts: BTreeMap<String, Wanted>,
    makers: BTreeMap<String, CreatorId>,
    uploads: BTreeMap<String, (CreatorId, Option<Timestamp>)>,
}

impl Work {
    fn sort(request: &Request) -> Result<Self, SourceError> {
        let mut work = Self::default();
        for target in &request.targets {
            match target {
                Target::Account { subject, id } => wanted::add(&mut work.accounts, page_id(id)?, subject),
                Target::Uploads { creator, id, since } => {
                    work.uploads.insert(page_id(id)?, (creator.clone(), *since));
                }
                Target::Post { subject, id, creator } => {
                    let page = page_of(id)?;
                    if let Some(creator) = creator {
                        work.makers.insert(id.clone(), creator.clone());
                    }
                    wanted::add(work.posts.entry(page).or_default(), id.clone(), subject);
                }
            }
        }
        Ok(work)
    }
}

/// What a request costs at least: one call for each Page's own numbers, its posts in batches, and the first page of its list.
#[must_use]
pub fn cost(request: &Request) -> Vec<(String, u32)> {
    let Ok(work) = Work::sort(request) else { return Vec::new() };
    let pages = calls(work.accounts.len().saturating_add(work.uploads.len()), 1);
    match work.posts.values().map(|posts| calls(posts.len(), IDS_MAX)).fold(pages, u32::saturating_add) {
        0 => Vec::new(),
        units => vec![(CALLS.to_owned(), units)],
    }
}

fn page_id(given: &str) -> Result<String, SourceError> {
    if is_id(given) { Ok(given.to_owned()) } else { Err(bad(given, "an account is the number of a Page")) }
}

fn page_of(post: &str) -> Result<String, SourceError> {
    match post.split_once('_') {
        Some((page, rest)) if is_id(page) && is_id(rest) => Ok(page.to_owned()),
        Some(_) | None => Err(bad(post, "a post is the number of its Page, `_` and a number")),
    }
}

fn bad(given: &str, why: &'static str) -> SourceError {
    SourceError::BadTarget { platform: TITLE, id: given.to_owned(), why }
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

/// One fetch while it runs.
struct Round {
    voice: Voice,
    out: Fetched,
    /// Why nothing more is asked about a Page.
    stopped: BTreeMap<String, Absence>,
}

/// Why there is no document, and what the same answer says of the allowances.
type Trouble = (GraphTrouble, Usage);

impl Round {
    /// Keeps the failure, and decides whether it stops what else is asked about the Page.
    fn fail(&mut self, page: &str, error: SourceError) -> Absence {
        let why = error.absence();
        if error.reach() != Reach::Question {
            self.stopped.insert(page.to_owned(), why);
        }
        self.out.fail(error);
        why
    }
}

#[async_trait]
impl Source for Facebook {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let work = Work::sort(request)?;
        let voice = Voice { platform: Platform::Facebook, now: request.now };
        let mut round = Round { voice, out: Fetched::default(), stopped: BTreeMap::new() };
        let mut memory = self.memory.lock().await;
        for (page, subjects) in &work.accounts {
            match self.followers(page, &mut memory, &mut round).await {
                Ok(Some(count)) => round.voice.say(subjects, FOLLOWERS, count, &mut round.out),
                Ok(None) => round.voice.lack(subjects, &[FOLLOWERS], Absence::Hidden, &mut round.out),
                Err(why) => round.voice.lack(subjects, &[FOLLOWERS], why, &mut round.out),
            }
        }
        for (page, wanted) in &work.posts {
            for batch in wanted::batch(wanted, IDS_MAX) {
                self.posts(page, batch, &work.makers, &mut memory, &mut round).await;
            }
        }
        for (page, (creator, since)) in &work.uploads {
            self.uploads(page, creator, *since, &mut memory, &mut round).await;
        }
        Ok(round.out)
    }
}

impl Facebook {
    /// A source that has asked nothing yet.
    #[must_use]
    pub fn new(config: FacebookConfig) -> Self {
        Self { config, memory: Mutex::default() }
    }

    /// The Graph as whoever may ask about a Page sees it; `None`: nobody may.
    async fn graph(&self, page: &str, memory: &mut Memory) -> Result<Option<Graph>, SourceError> {
        let config = &self.config;
        let keeper = config.accounts.keeper(page).await.map_err(|cause| SourceError::Misconfigured {
            setting: "accounts",
            given: page.to_owned(),
            why: cause.to_string(),
        })?;
        // Somebody may have connected it since, or taken that back.
        let connected = keeper.is_some();
        if let Some((graph, _)) = memory.graphs.get(page).filter(|known| known.1 == connected) {
            return Ok(Some(graph.clone()));
        }
        let grant = match keeper {
            Some(keeper) => Grant::Account { id: config.app.0.clone(), secret: config.app.1.clone(), keeper },
            None if config.token.expose_secret().is_empty() => return Ok(None),
            None => Grant::Fixed(config.token.clone()),
        };
        let path = format!("/{}/oauth/access_token", config.version);
        let tokens = Tokens::new(config.api.clone(), &path, Dialect::FACEBOOK, grant);
        let graph = Graph::new(Signed::bearer(config.api.clone(), Arc::new(tokens)), &config.version);
        memory.graphs.insert(page.to_owned(), (graph.clone(), connected));
        Ok(Some(graph))
    }

    /// One question about a Page. The outer error says that it was not asked; it has been kept.
    async fn ask(
        &self,
        page: &str,
        path: &str,
        query: &[(&str, &str)],
        memory: &mut Memory,
        round: &mut Round,
    ) -> Result<Result<Value, Trouble>, Absence> {
        let now = round.voice.now;
        if let Some(why) = round.stopped.get(page) {
            return Err(*why);
        }
        if let Some(until) = memory.rests.get(page).copied().filter(|until| now < *until) {
            let wait = std::time::Duration::try_from(until.duration_since(now)).ok();
            return Err(round.fail(page, SourceError::SlowDown { platform: TITLE, wait }));
        }
        let graph = match self.graph(page, memory).await {
            Ok(Some(graph)) => graph,
            Ok(None) => {
                // Nobody has connected it, which is known where it was set up: the number is absent, and no outage told.
                round.stopped.insert(page.to_owned(), Absence::Unauthorized);
                return Err(Absence::Unauthorized);
            }
            Err(error) => return Err(round.fail(page, error)),
        };
        let asked = graph.ask(Question::get(&graph.path(path), query), now).await;
        round.out.charge(CALLS, asked.requests);
        let usage = asked.usage;
        let throttled = matches!(&asked.document, Err(GraphTrouble::Said(error)) if error.fault == Fault::Throttled);
        if throttled || usage.is_spent() {
            let rest = usage.wait.and_then(|wait| SignedDuration::try_from(wait).ok()).unwrap_or(REST);
            memory.rests.insert(page.to_owned(), now.saturating_add(rest).unwrap_or(Timestamp::MAX));
        }
        Ok(asked.document.map_err(|trouble| (trouble, usage)))
    }

    async fn followers(&self, page: &str, memory: &mut Memory, round: &mut Round) -> Result<Option<i64>, Absence> {
        let read = match self.ask(page, page, &[("fields", "id,followers_count")], memory, round).await? {
            Ok(body) => wire::followers(&body, page).map_err(garbled),
            Err((trouble, usage)) => Err(SourceError::of_graph(TITLE, trouble, usage)),
        };
        match read {
            Ok(count) => Ok(count),
            // It is that Page which is not there: no failure of the source.
            Err(SourceError::Gone { .. }) => Err(Absence::Gone),
            Err(error) => Err(round.fail(page, error)),
        }
    }

    /// The numbers of posts: with insights, without them where those are what fails, and in halves until it is one post that
    /// is not there.
    async fn posts(
        &self,
        page: &str,
        batch: Wanted,
        makers: &BTreeMap<String, CreatorId>,
        memory: &mut Memory,
        round: &mut Round,
    ) {
        let hidden = if self.config.insights { Ok(()) } else { Err(Absence::Hidden) };
        let mut open = vec![(batch, hidden)];
        while let Some((batch, insights)) = open.pop() {
            let ids = wanted::join(&batch);
            let fields = format!("{POST_FIELDS}{}", if insights.is_ok() { INSIGHT_FIELDS } else { "" });
            let query = [("ids", ids.as_str()), ("fields", fields.as_str())];
            let (trouble, usage) = match self.ask(page, "", &query, memory, round).await {
                Ok(Ok(body)) => {
                    let read = wire::posts(&body, &batch, insights, makers, round.voice, &mut round.out);
                    if let Err(error) = read {
                        let why = round.fail(page, garbled(error));
                        lack(&batch, why, round);
                    }
                    continue;
                }
                Ok(Err(trouble)) => trouble,
                Err(why) => {
                    lack(&batch, why, round);
                    continue;
                }
            };
            let fault = match &trouble {
                GraphTrouble::Said(error) => Some(error.fault),
                GraphTrouble::Unanswered(_) | GraphTrouble::Status { .. } | GraphTrouble::Garbled { .. } => None,
            };
            let error = SourceError::of_graph(TITLE, trouble, usage);
            match (fault, insights) {
                (Some(Fault::Bad | Fault::Permission | Fault::TooFew), Ok(())) => {
                    let why = if fault == Some(Fault::TooFew) { Absence::TooFew } else { error.absence() };
                    if fault != Some(Fault::TooFew) {
                        round.out.fail(error);
                    }
                    open.push((batch, Err(why)));
                }
                (Some(Fault::Gone), _) if batch.len() == 1 => lack(&batch, Absence::Gone, round),
                (Some(Fault::Gone | Fault::TooMuch | Fault::Bad), _) if 1 < batch.len() => {
                    let halves = wanted::batch(&batch, batch.len().div_ceil(2));
                    open.extend(halves.into_iter().map(|half| (half, insights)));
                }
                _ => {
                    let why = round.fail(page, error);
                    lack(&batch, why, round);
                }
            }
        }
    }

    /// The published posts of a Page, newest first, page by page.
    async fn uploads(
        &self,
        page: &str,
        creator: &CreatorId,
        since: Option<Timestamp>,
        memory: &mut Memory,
        round: &mut Round,
    ) {
        let path = format!("{page}/published_posts");
        let since = since.map(|since| since.as_second().to_string());
        let mut after: Option<String> = None;
        for _ in 0..self.config.pages_max {
            let mut query = vec![("fields", "id,message,created_time"), ("limit", "100")];
            query.extend(since.as_deref().map(|since| ("since", since)));
            query.extend(after.as_deref().map(|after| ("after", after)));
            let body = match self.ask(page, &path, &query, memory, round).await {
                Ok(Ok(body)) => body,
                Ok(Err((trouble, usage))) => {
                    round.fail(page, SourceError::of_graph(TITLE, trouble, usage));
                    return;
                }
                Err(_) => return,
            };
            if let Err(error) = wire::listed(&body, creator, &mut round.out) {
                round.fail(page, garbled(error));
                return;
            }
            match next_page(&body) {
                Page::After(next) if after.as_ref() != Some(&next) => after = Some(next),
                Page::After(_) | Page::Last | Page::Nowhere => return,
            }
        }
    }
}

fn lack(batch: &Wanted, why: Absence, round: &mut Round) {
    let counts = OF_POST.map(|one| one.count);
    round.voice.lack_all(batch, &counts, why, &mut round.out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_would_ask_for_something_else_is_not_asked() {
        let request = |target| Request { targets: vec![target], now: Timestamp::UNIX_EPOCH };
        let account = |id: &str| Target::Account { subject: "creator/alma".parse().expect("a subject"), id: id.into() };
        let post = |id: &str| Target::Post {
            subject: "post/facebook/1".parse().expect("a subject"),
            id: id.into(),
            creator: None,
        };
        for id in ["", "me", "1/feed", "1?fields=access_token", "1_2"] {
            assert!(matches!(Work::sort(&request(account(id))), Err(SourceError::BadTarget { .. })), "{id}");
        }
        for id in ["", "1", "1_", "_1", "1_2,3_4", "1_2_3", "a_1"] {
            assert!(matches!(Work::sort(&request(post(id))), Err(SourceError::BadTarget { .. })), "{id}");
        }
        assert!(Work::sort(&request(post("12_34"))).expect("sorted").posts.contains_key("12"));
    }
}
