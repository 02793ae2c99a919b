//! The Display API v2 of `TikTok`: accounts that creators connected, and their own public videos.
//!
//! Owns: which calls a request becomes for each account, with which token, and when one failure stops the calls after it.
//! Refuses: guessing. There is no number of anybody who did not connect; a video the platform drops is gone; a right that
//! was not given is missing, and what the other rights let be known is told all the same.
//! Survives: a token that ends in mid-poll, and a stop between its renewal and its use ([`crate::http::tokens`]).
//!
//! The API gives no time stamp: a number was so when we asked.

mod failure;
pub(in crate::sources) mod limit;
mod settings;
mod wire;
mod work;

#[cfg(test)]
mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::json::Garbled;
use super::quota::batches;
use super::{Fetched, Request, Source, SourceError};
use crate::domain::ids::{CreatorId, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;
use crate::http::signed::{Content, Question, Signed};
use crate::http::tokens::{Accounts, Dialect, Grant, TokenError, TokenKeeper, Tokens};
use crate::http::{Api, Limits};
use crate::time::Clock;
use limit::{Window, rest};
use wire::{ACCOUNT, VIDEO};
use work::{Person, Work};

pub use settings::TiktokSettings;
pub use work::cost;

/// What people call it.
const TITLE: &str = "TikTok";

/// The bucket of `/v2/user/info/`: 600 requests a minute for an app.
pub const USER_INFO: &str = "user.info";

/// The bucket of `/v2/video/list/`: 600 a minute.
pub const VIDEO_LIST: &str = "video.list";

/// The bucket of `/v2/video/query/`: 600 a minute.
pub const VIDEO_QUERY: &str = "video.query";

/// Every bucket.
pub const ENDPOINTS: [&str; 3] = [USER_INFO, VIDEO_LIST, VIDEO_QUERY];

/// What it tells of accounts and videos.
pub const METRICS: [Metric; 6] =
    [Metric::Views, Metric::Followers, Metric::Videos, Metric::Likes, Metric::Comments, Metric::Shares];

/// What it tells of accounts alone.
pub const METRICS_OF_ACCOUNTS: [Metric; 3] = [Metric::Followers, Metric::Videos, Metric::Likes];

/// Ids a call, and videos a page (<https://developers.tiktok.com/doc/tiktok-api-v2-video-query>).
const IDS_MAX: usize = 20;

/// How long a poll waits in all for its turn: ten windows. More than 4,800 accounts are for another schedule.
const WAIT_MAX: SignedDuration = SignedDuration::from_mins(10);

/// Failures of the platform itself in a row after which no more is asked in this poll.
const BROKEN_MAX: u32 = 3;

/// The right to an account's counts.
const STATS: &str = "user.info.stats";

/// The right to an account's name.
const PROFILE: &str = "user.info.profile";

/// The right to an account's videos.
const VIDEOS: &str = "video.list";

const STATS_FIELDS: &str = "follower_count,likes_count,video_count";
const LIST_FIELDS: &str = "id,create_time,title,video_description,duration";
const QUERY_FIELDS: &str =
    "id,create_time,title,video_description,duration,view_count,like_count,comment_count,share_count";

/// How to reach the API.
#[derive(Debug, Clone)]
pub struct TiktokConfig {
    /// `https://open.tiktokapis.com`, or where an emulator listens.
    pub base_url: String,
    /// The app.
    pub client_key: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// Pages of 20 videos that are read of one account in one fetch.
    pub pages_max: u32,
    /// Requests a minute to each method.
    pub calls_per_minute: u32,
    /// Who has connected.
    pub accounts: Arc<dyn Accounts>,
    /// To wait for a turn.
    pub clock: Clock,
}

/// The source. Remembers each account's tokens, and when each method was asked.
#[derive(Debug)]
pub struct Tiktok {
    config: TiktokConfig,
    api: Api,
    tokens: Mutex<BTreeMap<String, Arc<Tokens>>>,
    window: Mutex<Window>,
}

impl Tiktok {
    /// A client; the base address must be http or https.
    pub fn new(config: TiktokConfig) -> Result<Self, SourceError> {
        let wrong =
            |setting, given: &str, why: String| SourceError::Misconfigured { setting, given: given.to_owned(), why };
        if config.client_key.is_empty() {
            let why = "the client key of your app at developers.tiktok.com".to_owned();
            return Err(wrong("client_key", "", why));
        }
        let base = &config.base_url;
        let api = Api::new(base, Limits::default()).map_err(|cause| wrong("base_url", base, cause.to_string()))?;
        let window = Mutex::new(Window::new(config.calls_per_minute));
        Ok(Self { config, api, tokens: Mutex::default(), window })
    }
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

fn unauthorized(reason: &str) -> SourceError {
    SourceError::Unauthorized { platform: TITLE, reason: reason.to_owned() }
}

/// One fetch while it runs.
struct Round {
    now: Timestamp,
    out: Fetched,
    waited: Duration,
    /// Failures of the platform itself in a row.
    broken: u32,
    /// Why no further call is made at all.
    stopped: Option<Absence>,
    /// Why a method is not asked any more.
    hurried: BTreeMap<&'static str, Absence>,
    /// Whether somebody who is asked about has not connected.
    unconnected: bool,
}

impl Round {
    fn new(now: Timestamp) -> Self {
        Self {
            now,
            out: Fetched::default(),
            waited: Duration::ZERO,
            broken: 0,
            stopped: None,
            hurried: BTreeMap::new(),
            unconnected: false,
        }
    }

    fn blocked(&self, endpoint: &str) -> Option<Absence> {
        self.stopped.or_else(|| self.hurried.get(endpoint).copied())
    }

    /// Keeps the failure and decides which calls it stops; answers why the numbers of this call are absent.
    fn fail(&mut self, endpoint: Option<&'static str>, error: SourceError) -> Absence {
        let why = error.absence();
        match &error {
            SourceError::SlowDown { .. } => match endpoint {
                Some(endpoint) => drop(self.hurried.insert(endpoint, why)),
                None => self.stopped = Some(why),
            },
            SourceError::Unreachable { .. } => self.stopped = Some(why),
            SourceError::Broken { .. } => {
                self.broken += 1;
                if BROKEN_MAX <= self.broken {
                    self.stopped = Some(why);
                }
            }
            SourceError::QuotaSpent { .. }
            | SourceError::Unauthorized { .. }
            | SourceError::Gone { .. }
            | SourceError::Garbled { .. }
            | SourceError::Refused { .. }
            | SourceError::BadTarget { .. }
            | SourceError::Misconfigured { .. } => {}
        }
        self.out.fail(error);
        why
    }
}

/// An account that can be asked.
struct Account {
    signed: Signed,
    /// The rights that were given; `None` where nobody knows.
    rights: Option<BTreeSet<String>>,
}

impl Account {
    fn may(&self, right: &str) -> bool {
        self.rights.as_ref().is_none_or(|rights| rights.contains(right))
    }
}

/// Whether the account can still be asked for something else.
enum Then {
    GoOn,
    Stop(Absence),
}

#[async_trait]
impl Source for Tiktok {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let work = Work::sort(request)?;
        let mut round = Round::new(request.now);
        for (account, person) in &work.people {
            self.person(account, person, &mut round).await;
        }
        for (id, subject) in work.bad {
            wire::absent(&[subject], &VIDEO, Absence::Garbled, round.now, &mut round.out);
            let why = "a video is named by the digits at the end of its address";
            round.out.fail(SourceError::BadTarget { platform: TITLE, id, why });
        }
        // Nobody can be asked for them, and nobody need be told: whose account is missing is known from the documents.
        wire::absent(&work.ownerless, &VIDEO, Absence::Unauthorized, round.now, &mut round.out);
        if round.unconnected {
            round.out.fail(unauthorized("not_connected"));
        }
        Ok(round.out)
    }
}

impl Tiktok {
    /// Everything of one account, with its token.
    async fn person(&self, name: &str, person: &Person, round: &mut Round) {
        if let Some(why) = round.stopped {
            return person.absent(why, round.now, &mut round.out);
        }
        let account = match self.account(name).await {
            Ok(Some(account)) => account,
            Ok(None) => {
                round.unconnected = true;
                return person.absent(Absence::Unauthorized, round.now, &mut round.out);
            }
            Err(error) => {
                let why = round.fail(None, error);
                return person.absent(why, round.now, &mut round.out);
            }
        };
        if let Then::Stop(why) = self.profile(name, &account, &person.subjects, round).await {
            return person.videos_absent(why, round.now, &mut round.out);
        }
        if !account.may(VIDEOS) {
            if person.uploads.is_some() || !person.videos.is_empty() {
                round.out.fail(unauthorized("scope_not_authorized"));
            }
            return person.videos_absent(Absence::Unauthorized, round.now, &mut round.out);
        }
        if let Some((creator, since)) = &person.uploads
            && let Then::Stop(why) = self.uploads(&account, creator, *since, round).await
        {
            return person.videos_absent(why, round.now, &mut round.out);
        }
        self.videos(&account, person, round).await;
    }

    /// The account as it was connected. Each has one set of tokens for as long as the program runs: a second one would use
    /// up the refresh token of the first.
    async fn account(&self, name: &str) -> Result<Option<Account>, SourceError> {
        let kept = |cause| SourceError::of_token(TITLE, TokenError::Keeper { cause });
        let Some(keeper) = self.config.accounts.keeper(name).await.map_err(kept)? else {
            return Ok(None);
        };
        let scope = keeper.load().await.map_err(kept)?.scope;
        let tokens = self.tokens_of(name, keeper).await;
        let given = |scope: String| scope.split([',', ' ']).map(|right| right.trim().to_owned()).collect();
        Ok(Some(Account { signed: Signed::bearer(self.api.clone(), tokens), rights: scope.map(given) }))
    }

    async fn tokens_of(&self, name: &str, keeper: Arc<dyn TokenKeeper>) -> Arc<Tokens> {
        let mut all = self.tokens.lock().await;
        let made = all.entry(name.to_owned()).or_insert_with(|| {
            let (id, secret) = (self.config.client_key.clone(), self.config.client_secret.clone());
            let grant = Grant::Account { id, secret, keeper };
            Arc::new(Tokens::new(self.api.clone(), "/v2/oauth/token/", Dialect::TIKTOK, grant))
        });
        Arc::clone(made)
    }

    /// One question, in its turn. Whatever is answered counts, and so may what was lost on the way back.
    async fn call(
        &self,
        endpoint: &'static str,
        account: &Account,
        fields: &str,
        body: Option<Value>,
        round: &mut Round,
    ) -> Result<Value, SourceError> {
        self.wait_turn(endpoint, round).await?;
        let query = [("fields", fields)];
        let path = match endpoint {
            USER_INFO => "/v2/user/info/",
            VIDEO_LIST => "/v2/video/list/",
            _ => "/v2/video/query/",
        };
        let document = body.map(|body| body.to_string().into_bytes());
        let question = match &document {
            None => Question::get(path, &query),
            Some(document) => {
                Question { method: &Method::POST, path, query: &query, headers: &[], body: Content::Json(document) }
            }
        };
        let now = self.config.clock.now();
        let (answer, sent) = account.signed.ask(question, now, failure::refuses_the_token).await;
        self.window.lock().await.note(endpoint, sent, now);
        round.out.charge(endpoint, sent);
        let read =
            answer.map_err(|error| SourceError::of_signed(TITLE, error)).and_then(|answer| failure::read(&answer));
        if read.is_ok() {
            round.broken = 0;
        }
        read
    }

    /// Waits until the method may be asked, within what a poll may wait in all.
    async fn wait_turn(&self, endpoint: &'static str, round: &mut Round) -> Result<(), SourceError> {
        let wait = self.window.lock().await.wait(endpoint, self.config.clock.now());
        round.waited = round.waited.saturating_add(wait);
        if WAIT_MAX.unsigned_abs() < round.waited {
            return Err(SourceError::SlowDown { platform: TITLE, wait: Some(wait) });
        }
        rest(&self.config.clock, "tiktok", wait).await;
        Ok(())
    }

    /// The account's own numbers. A field without its right fails the whole question, so only those are asked for whose right
    /// was given; where nobody knows the rights, the name is left out at the second try.
    async fn profile(&self, name: &str, account: &Account, subjects: &[Subject], round: &mut Round) -> Then {
        if subjects.is_empty() {
            return Then::GoOn;
        }
        if !account.may(STATS) {
            round.out.fail(unauthorized("scope_not_authorized"));
            wire::absent(subjects, &ACCOUNT, Absence::Unauthorized, round.now, &mut round.out);
            return Then::GoOn;
        }
        let with_name = format!("{STATS_FIELDS},username");
        let mut fields = if account.may(PROFILE) { with_name.as_str() } else { STATS_FIELDS };
        loop {
            if let Some(why) = round.blocked(USER_INFO) {
                wire::absent(subjects, &ACCOUNT, why, round.now, &mut round.out);
                return Then::GoOn;
            }
            let read = self.call(USER_INFO, account, fields, None, round).await;
            let read = read.and_then(|body| {
                let other = wire::username(&body).map_err(garbled)?.is_some_and(|told| !is_name(name, told));
                if other {
                    return Err(unauthorized("connected_as_another_account"));
                }
                wire::account(&body, subjects, round.now, &mut round.out).map_err(garbled)
            });
            match read {
                Ok(()) => return Then::GoOn,
                Err(error) if failure::is_no_right(&error) && fields != STATS_FIELDS => fields = STATS_FIELDS,
                Err(error) => {
                    let then = Self::after(&error);
                    let why = round.fail(Some(USER_INFO), error);
                    wire::absent(subjects, &ACCOUNT, why, round.now, &mut round.out);
                    return then;
                }
            }
        }
    }

    /// Without a token nothing else of the account can be asked; without a right, or with an answer that is wrong, it can.
    fn after(error: &SourceError) -> Then {
        match error {
            SourceError::Unauthorized { .. } if !failure::is_no_right(error) => Then::Stop(Absence::Unauthorized),
            SourceError::Unreachable { .. } | SourceError::Misconfigured { .. } => Then::Stop(error.absence()),
            SourceError::Unauthorized { .. }
            | SourceError::QuotaSpent { .. }
            | SourceError::SlowDown { .. }
            | SourceError::Gone { .. }
            | SourceError::Garbled { .. }
            | SourceError::Broken { .. }
            | SourceError::Refused { .. }
            | SourceError::BadTarget { .. } => Then::GoOn,
        }
    }

    /// The newest posts of an account, page by page.
    async fn uploads(
        &self,
        account: &Account,
        creator: &CreatorId,
        since: Option<Timestamp>,
        round: &mut Round,
    ) -> Then {
        let mut cursor: Option<i64> = None;
        for _ in 0..self.config.pages_max {
            if round.blocked(VIDEO_LIST).is_some() {
                return Then::GoOn;
            }
            let body = match cursor {
                None => json!({"max_count": IDS_MAX}),
                Some(cursor) => json!({"cursor": cursor, "max_count": IDS_MAX}),
            };
            let read = self.call(VIDEO_LIST, account, LIST_FIELDS, Some(body), round).await;
            let page = match read.and_then(|body| wire::page(&body, creator, &mut round.out).map_err(garbled)) {
                Ok(page) => page,
                Err(error) => {
                    let then = Self::after(&error);
                    round.fail(Some(VIDEO_LIST), error);
                    return then;
                }
            };
            let old = matches!((page.oldest, since), (Some(oldest), Some(since)) if oldest < since);
            match page.next {
                // A list that does not move on would be read for ever.
                Some(next) if !old && Some(next) != cursor => cursor = Some(next),
                Some(_) | None => return Then::GoOn,
            }
        }
        Then::GoOn
    }

    /// The numbers of an account's videos, twenty a question.
    async fn videos(&self, account: &Account, person: &Person, round: &mut Round) {
        let rows: Vec<_> = person.videos.iter().collect();
        let mut stopped: Option<Absence> = None;
        for batch in batches(&rows, IDS_MAX) {
            let batch: BTreeMap<String, Vec<Subject>> =
                batch.iter().map(|(id, subjects)| ((*id).clone(), (*subjects).clone())).collect();
            let why = if let Some(why) = stopped.or_else(|| round.blocked(VIDEO_QUERY)) {
                why
            } else {
                let ids: Vec<&str> = batch.keys().map(String::as_str).collect();
                let body = json!({"filters": {"video_ids": ids}});
                let read = self.call(VIDEO_QUERY, account, QUERY_FIELDS, Some(body), round).await;
                let (makers, now) = (&person.makers, round.now);
                let read =
                    read.and_then(|body| wire::numbers(&body, &batch, makers, now, &mut round.out).map_err(garbled));
                let Err(error) = read else { continue };
                if matches!(error, SourceError::Unauthorized { .. }) {
                    stopped = Some(Absence::Unauthorized);
                }
                round.fail(Some(VIDEO_QUERY), error)
            };
            for subjects in batch.values() {
                wire::absent(subjects, &VIDEO, why, round.now, &mut round.out);
            }
        }
    }
}

/// Whether an account calls itself what documents call it; with or without the `@`, and in any case.
fn is_name(documents: &str, told: &str) -> bool {
    documents.trim_start_matches('@').eq_ignore_ascii_case(told)
}
