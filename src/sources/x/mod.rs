//! X, API v2: followers of accounts and the public numbers of posts, with the bearer token of an app.
//!
//! Owns: which calls a request becomes, what each costs, and that a day costs no more than the operator allows.
//! Refuses: guessing. An id that the platform says is not there is gone, one that it may not show us is hidden, and one that
//! it says nothing about is a garbled answer.
//!
//! **Money.** A post that is read costs half a cent and an account one cent, once a UTC day however often. So the source asks
//! for nothing beyond an account's newest posts, and after the first look only for those since the newest it knows. What
//! would cost more than is left of the day's cap is not asked; what was paid for today still is.
//!
//! **Limits** count per endpoint and 15 minutes; the answers say how many are left and until when. An endpoint that is used
//! up is not asked before that.
//!
//! The API gives no time stamp: a number was so when we asked.

mod ledger;
mod settings;
mod wire;

#[cfg(test)]
mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Mutex;

use super::json::{self, Garbled};
use super::quota::calls;
use super::wanted::{self, Count, Voice, Wanted};
use super::{Fetched, Reach, Request, Source, SourceError, Target};
use crate::domain::ids::{CreatorId, Platform};
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;
use crate::http::Answer;
use crate::http::signed::{Question, Signed, SignedError};
use ledger::{Ledger, Resource, next_midnight};
use wire::Of;

pub use ledger::CENTS;
pub use settings::{XSettings, source};

/// What people call it.
const TITLE: &str = "X";

const FOLLOWERS: Count = Count::gauge(Metric::Followers);

const OF_POST: [Count; 5] = [
    Count::total(Metric::Views),
    Count::total(Metric::Likes),
    Count::total(Metric::Comments),
    Count::total(Metric::Shares),
    Count::total(Metric::Saves),
];

/// Ids and names a call (<https://docs.x.com/x-api/posts/get-posts-by-ids>).
const IDS_MAX: usize = 100;

/// How few and how many posts one list may hold (<https://docs.x.com/x-api/users/get-posts>).
const UPLOADS_MIN: u32 = 5;
const UPLOADS_MAX: u32 = 100;

/// The window of every limit.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

const USERS: &str = "users/by";
const POSTS: &str = "tweets";
/// Stands for `users/ID/tweets`, which is one endpoint to the limits.
const TIMELINES: &str = "users/tweets";

/// How it is set up.
#[derive(Debug)]
pub struct XConfig {
    /// Where and as whom to ask.
    signed: Signed,
    /// Posts that are listed of one account in one fetch, at most.
    uploads_max: u32,
    /// What a UTC day may cost.
    cents_per_day: u32,
    /// What was paid for today.
    ledger: Ledger,
}

/// The source. Remembers which endpoints are used up, and the newest post of each account.
#[derive(Debug)]
pub struct X {
    config: XConfig,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    used_up: BTreeMap<&'static str, Timestamp>,
    newest: BTreeMap<String, String>,
}

/// A request, sorted by the calls it becomes.
#[derive(Debug, Default)]
struct Work {
    accounts: Wanted,
    posts: Wanted,
    makers: BTreeMap<String, CreatorId>,
    uploads: BTreeMap<String, (CreatorId, Option<Timestamp>)>,
}

impl Work {
    fn sort(request: &Request) -> Result<Self, SourceError> {
        let mut work = Self::default();
        for target in &request.targets {
            match target {
                Target::Account { subject, id } => wanted::add(&mut work.accounts, username(id)?, subject),
                Target::Uploads { creator, id, since } => {
                    let name = username(id)?;
                    // Its id is needed to list its posts.
                    work.accounts.entry(name.clone()).or_default();
                    work.uploads.insert(name, (creator.clone(), *since));
                }
                Target::Post { subject, id, creator } => {
                    let id = post(id)?;
                    if let Some(creator) = creator {
                        work.makers.insert(id.clone(), creator.clone());
                    }
                    wanted::add(&mut work.posts, id, subject);
                }
            }
        }
        Ok(work)
    }
}

fn username(given: &str) -> Result<String, SourceError> {
    let name = given.strip_prefix('@').unwrap_or(given);
    let fits = (1..=15).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if fits { Ok(name.to_lowercase()) } else { Err(bad(given, "a name has 1 to 15 characters of a-z, 0-9 and `_`")) }
}

fn post(given: &str) -> Result<String, SourceError> {
    let fits = (1..=19).contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(given.to_owned()) } else { Err(bad(given, "a post id has 1 to 19 digits")) }
}

fn bad(given: &str, why: &'static str) -> SourceError {
    SourceError::BadTarget { platform: TITLE, id: given.to_owned(), why }
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

/// Calls of a request: users and posts in batches, a list an account.
fn calls_of(request: &Request) -> Option<u32> {
    let work = Work::sort(request).ok()?;
    let lists = u32::try_from(work.uploads.len()).unwrap_or(u32::MAX);
    Some(calls(work.accounts.len(), IDS_MAX).saturating_add(calls(work.posts.len(), IDS_MAX)).saturating_add(lists))
}

/// What all requests of one UTC day cost, in cents: each post and user once, however often it is asked for, and of each list
/// as many posts as may be new on its first look of the day.
fn cost_of_day(day: &[Request], uploads_max: u32) -> u32 {
    let (mut users, mut posts, mut lists) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for work in day.iter().filter_map(|request| Work::sort(request).ok()) {
        users.extend(work.accounts.into_keys());
        posts.extend(work.posts.into_keys());
        lists.extend(work.uploads.into_keys());
    }
    let count = |all: &BTreeSet<String>| u32::try_from(all.len()).unwrap_or(u32::MAX);
    let posts = count(&posts).saturating_add(count(&lists).saturating_mul(uploads_max));
    let users = Ledger::price_of_any(Resource::User, count(&users));
    Ledger::cents(users.saturating_add(Ledger::price_of_any(Resource::Post, posts)))
}

/// One fetch while it runs.
struct Round {
    voice: Voice,
    out: Fetched,
    /// Why no further call is made at all.
    stopped: Option<Absence>,
}

impl Round {
    /// Keeps the failure and decides whether it stops the calls after it; answers why the numbers of this call are absent.
    fn fail(&mut self, error: SourceError) -> Absence {
        let why = error.absence();
        // Each endpoint has a limit of its own, and what was paid for today may still be asked.
        if matches!(error.reach(), Reach::Account | Reach::Platform) {
            self.stopped = Some(why);
        }
        self.out.fail(error);
        why
    }
}

#[async_trait]
impl Source for X {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let work = Work::sort(request)?;
        let voice = Voice { platform: Platform::X, now: request.now };
        let mut round = Round { voice, out: Fetched::default(), stopped: None };
        let mut memory = self.memory.lock().await;
        let mut ids = BTreeMap::new();
        for batch in wanted::batch(&work.accounts, IDS_MAX) {
            ids.extend(self.look_up(Of::Users, &batch, &BTreeMap::new(), &mut memory, &mut round).await);
        }
        for batch in wanted::batch(&work.posts, IDS_MAX) {
            self.look_up(Of::Posts, &batch, &work.makers, &mut memory, &mut round).await;
        }
        for (name, (creator, since)) in &work.uploads {
            if let Some(id) = ids.get(name) {
                self.uploads(id, creator, *since, &mut memory, &mut round).await;
            }
        }
        Ok(round.out)
    }
}

impl X {
    /// A source that has asked nothing yet.
    #[must_use]
    fn new(config: XConfig) -> Self {
        Self { config, memory: Mutex::default() }
    }

    /// One lookup; answers the id of each that was found.
    async fn look_up(
        &self,
        of: Of,
        batch: &Wanted,
        makers: &BTreeMap<String, CreatorId>,
        memory: &mut Memory,
        round: &mut Round,
    ) -> BTreeMap<String, String> {
        let ids = wanted::join(batch);
        let now = round.voice.now;
        let (endpoint, resource, query) = match of {
            Of::Users => (USERS, Resource::User, vec![("usernames", ids.as_str()), ("user.fields", "public_metrics")]),
            Of::Posts => {
                let fields = "public_metrics,created_at,author_id";
                (POSTS, Resource::Post, vec![("ids", ids.as_str()), ("tweet.fields", fields)])
            }
        };
        let price = self.config.ledger.price(resource, batch.keys(), now);
        let read = match self.ask((endpoint, endpoint), &query, price, memory, round).await {
            Ok(body) => wire::numbers(&body, of, batch, round.voice, &mut round.out)
                .and_then(|found| wire::made_by(&body, makers, &mut round.out).map(|()| found))
                .map_err(garbled),
            Err(error) => Err(error),
        };
        match read {
            Ok(found) => {
                self.pay(resource, found.keys(), round);
                found
            }
            Err(error) => {
                if was_perhaps_answered(&error) {
                    // It may be on the bill.
                    self.pay(resource, batch.keys(), round);
                }
                let why = round.fail(error);
                let why = if why == Absence::Gone { Absence::Garbled } else { why };
                round.voice.lack_all(batch, of.counts(), why, &mut round.out);
                BTreeMap::new()
            }
        }
    }

    fn pay<'a>(&self, resource: Resource, ids: impl Iterator<Item = &'a String>, round: &mut Round) {
        let cents = self.config.ledger.pay(resource, ids, round.voice.now);
        if 0 < cents {
            round.out.charge(CENTS, cents);
        }
    }

    /// The newest posts of an account: those since the newest that is known, and at first as many as one list may hold.
    async fn uploads(
        &self,
        id: &str,
        creator: &CreatorId,
        since: Option<Timestamp>,
        memory: &mut Memory,
        round: &mut Round,
    ) {
        let path = format!("users/{id}/tweets");
        let most = self.config.uploads_max.to_string();
        let newest = memory.newest.get(id).cloned();
        let since = since.and_then(|since| Timestamp::from_second(since.as_second()).ok()).map(|at| at.to_string());
        let mut query =
            vec![("max_results", most.as_str()), ("exclude", "retweets,replies"), ("tweet.fields", "created_at")];
        match (&newest, &since) {
            (Some(newest), _) => query.push(("since_id", newest)),
            (None, Some(since)) => query.push(("start_time", since)),
            (None, None) => {}
        }
        let price = Ledger::price_of_any(Resource::Post, self.config.uploads_max);
        let read = match self.ask((TIMELINES, &path), &query, price, memory, round).await {
            Ok(body) => wire::listed(&body, creator, &mut round.out).map_err(garbled),
            Err(error) => Err(error),
        };
        match read {
            Ok(posts) => {
                self.pay(Resource::Post, posts.iter(), round);
                // Ids grow with time, and are compared as numbers.
                let newest = posts.into_iter().chain(newest).max_by_key(|id| (id.len(), id.clone()));
                memory.newest.extend(newest.map(|newest| (id.to_owned(), newest)));
            }
            Err(error) => {
                round.fail(error);
            }
        }
    }

    /// One question, where its endpoint is not used up and its price fits under the cap.
    async fn ask(
        &self,
        (endpoint, path): (&'static str, &str),
        query: &[(&str, &str)],
        price: u32,
        memory: &mut Memory,
        round: &mut Round,
    ) -> Result<Value, SourceError> {
        let now = round.voice.now;
        match round.stopped {
            Some(Absence::Unauthorized) => {
                return Err(SourceError::Unauthorized { platform: TITLE, reason: "status 401".to_owned() });
            }
            Some(_) => return Err(SourceError::SlowDown { platform: TITLE, wait: None }),
            None => {}
        }
        if let Some(until) = memory.used_up.get(endpoint).filter(|until| now < **until) {
            return Err(slow_down(*until, now));
        }
        if !self.config.ledger.may_pay(price, self.config.cents_per_day, now) {
            return Err(SourceError::QuotaSpent { bucket: CENTS.to_owned(), until: next_midnight(now) });
        }
        let (answer, _) = self.config.signed.ask(Question::get(path, query), now, |_| false).await;
        let answer = answer.map_err(|error: SignedError| SourceError::of_signed(TITLE, error))?;
        if let Some(until) = used_up(&answer, now) {
            memory.used_up.insert(endpoint, until);
        }
        if answer.is_success() { json::parse(&answer.body).map_err(garbled) } else { Err(sort(&answer, now)) }
    }
}

/// Whether the platform may have answered what we could not read.
fn was_perhaps_answered(error: &SourceError) -> bool {
    match error {
        SourceError::Unreachable { cause, .. } => !cause.never_left(),
        SourceError::Garbled { .. } => true,
        SourceError::QuotaSpent { .. }
        | SourceError::SlowDown { .. }
        | SourceError::Unauthorized { .. }
        | SourceError::Gone { .. }
        | SourceError::Broken { .. }
        | SourceError::Refused { .. }
        | SourceError::BadTarget { .. }
        | SourceError::Misconfigured { .. } => false,
    }
}

/// Until when an endpoint is used up, where an answer says that it is.
fn used_up(answer: &Answer, now: Timestamp) -> Option<Timestamp> {
    let left: Option<u32> = answer.header("x-rate-limit-remaining").and_then(|text| text.trim().parse().ok());
    if answer.status != 429 && left != Some(0) {
        return None;
    }
    let reset = answer.header("x-rate-limit-reset").and_then(|text| text.trim().parse().ok());
    let reset = reset.and_then(|secs| Timestamp::from_second(secs).ok());
    // A clock that goes wrong by hours must not stop us for hours, nor make us ask at once.
    let latest = now.saturating_add(WINDOW).unwrap_or(Timestamp::MAX);
    let soonest = now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
    Some(reset.map_or(latest, |reset| reset.clamp(soonest, latest)))
}

fn slow_down(until: Timestamp, now: Timestamp) -> SourceError {
    SourceError::SlowDown { platform: TITLE, wait: Duration::try_from(until.duration_since(now)).ok() }
}

/// Problems with a meaning of their own; any other is judged by its status.
const PROBLEMS: [&str; 6] = [
    "usage-capped",
    "rate-limit-exceeded",
    "not-authorized-for-resource",
    "client-forbidden",
    "resource-not-found",
    "invalid-request",
];

/// What an answer that is not 2xx means: `{"title","detail","type","status"}`.
fn sort(answer: &Answer, now: Timestamp) -> SourceError {
    let (platform, status) = (TITLE, answer.status);
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let kind = body.get("type").and_then(Value::as_str).map(wire::problem).unwrap_or_default();
    let known = PROBLEMS.iter().find(|known| **known == kind);
    let reason = known.map_or_else(|| format!("status {status}"), |&known| known.to_owned());
    match (known.copied(), status) {
        // The month's posts, or the money that was paid in: looked at again tomorrow.
        (Some("usage-capped"), _) | (_, 402) => {
            SourceError::QuotaSpent { bucket: "credits".to_owned(), until: next_midnight(now) }
        }
        (Some("rate-limit-exceeded"), _) | (_, 429) => {
            slow_down(used_up(answer, now).unwrap_or_else(|| now.saturating_add(WINDOW).unwrap_or(now)), now)
        }
        (_, 401 | 403) => SourceError::Unauthorized { platform, reason },
        (_, 404) => SourceError::Gone { platform, reason },
        (_, 500..) => SourceError::Broken { platform, status },
        _ => SourceError::Refused { platform, status, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str) -> Target {
        Target::Account { subject: "creator/alma".parse().expect("a subject"), id: id.to_owned() }
    }

    fn request(targets: Vec<Target>) -> Request {
        Request { targets, now: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn an_id_that_would_ask_for_something_else_is_not_asked() {
        for id in ["", "a,b", "a&b", "https://x.com/alma", "sixteen_letters_", "é"] {
            assert!(matches!(Work::sort(&request(vec![account(id)])), Err(SourceError::BadTarget { .. })), "{id}");
        }
        for id in ["", "1,2", "12345678901234567890", "-1", "x"] {
            let subject = "post/x/1".parse().expect("a subject");
            let post = Target::Post { subject, id: id.to_owned(), creator: None };
            assert!(matches!(Work::sort(&request(vec![post])), Err(SourceError::BadTarget { .. })), "{id}");
        }
        assert!(Work::sort(&request(vec![account("@AlmaLind")])).expect("sorted").accounts.contains_key("almalind"));
    }

    #[test]
    fn a_day_costs_each_resource_once_however_often_it_is_asked_for() {
        let subject = "post/x/1".parse().expect("a subject");
        let post = Target::Post { subject, id: "1".to_owned(), creator: None };
        let creator: CreatorId = "alma".parse().expect("an id");
        let list = Target::Uploads { creator, id: "alma".to_owned(), since: None };
        let hour = request(vec![account("alma"), account("bo"), post, list]);
        // Two users at a cent, one post at half a cent, ten that may be new.
        assert_eq!(cost_of_day(&vec![hour; 24], 10), 8);
        assert_eq!(cost_of_day(&[], 10), 0);
        assert_eq!(calls_of(&request(vec![account("alma"), account("bo")])), Some(1));
    }
}
