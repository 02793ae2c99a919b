//! `YouTube` Data API v3: channels, uploads playlists, statistics of videos. Public numbers, by API key.
//!
//! Owns: which calls a request becomes, which bucket each is charged to, and when one failure stops the calls after it.
//! Refuses: guessing. An id the platform does not return is gone, a count it does not return is hidden, and a subscriber
//! number is what the platform rounded it to.
//!
//! The API gives no time stamp: a number was so when we asked.

mod failure;
mod settings;
mod wire;

#[cfg(test)]
mod recorded;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::json::{self, Garbled};
use super::quota::{batches, calls};
use super::{Fetched, Reach, Request, Source, SourceError, Target};
use crate::domain::ids::{CreatorId, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;
use crate::http::{Api, Body, HttpError, Limits};
use wire::{CHANNEL, Count, VIDEO};

pub use settings::YoutubeSettings;

/// What people call it.
const TITLE: &str = "YouTube";

/// Charged by every method but the one below: 10,000 units a day by default
/// (<https://developers.google.com/youtube/v3/determine_quota_cost>).
pub const GENERAL: &str = "general";

/// Charged by `videos:batchGetStats` alone, 10,000 units a day by default.
pub const BATCH_STATS: &str = "videos.batchGetStats";

/// What it tells of channels and videos.
pub const METRICS: [Metric; 5] = [Metric::Views, Metric::Followers, Metric::Videos, Metric::Likes, Metric::Comments];

/// How often channel totals are renewed at the least: they move once or twice a day, in waves.
pub const RENEWED: SignedDuration = SignedDuration::from_hours(24);

/// Units a day a Google Cloud project has in each bucket unless it was granted more.
pub const UNITS_PER_DAY: u32 = 10_000;

/// Ids a call. The published description of `videos:batchGetStats` and `maxResults` of the lists say 50.
const IDS_MAX: usize = 50;

/// The longest id that is asked about. Channels have 24 characters, videos 11.
const ID_LEN_MAX: usize = 64;

/// How to reach the API.
#[derive(Debug, Clone)]
pub struct YoutubeConfig {
    /// `https://www.googleapis.com/youtube/v3`, or where an emulator listens.
    pub base_url: String,
    /// The API key. Sent as the query parameter `key`; addresses never reach a log or an error.
    pub key: SecretString,
    /// Pages of 50 posts that are read of one account in one fetch.
    pub pages_max: u32,
}

/// The source. Holds no state: everything it knows is in its configuration.
#[derive(Debug)]
pub struct Youtube {
    api: Api,
    key: SecretString,
    pages_max: u32,
}

impl Youtube {
    /// A client; the base address must be http or https.
    pub fn new(config: YoutubeConfig) -> Result<Self, SourceError> {
        let api = Api::new(&config.base_url, Limits::default()).map_err(|cause| SourceError::Misconfigured {
            setting: "base_url",
            given: config.base_url.clone(),
            why: cause.to_string(),
        })?;
        Ok(Self { api, key: config.key, pages_max: config.pages_max })
    }
}

/// What a request costs at least: the first page of each account's uploads is counted, later pages are not, nor is the
/// fallback when `videos:batchGetStats` does not exist.
#[must_use]
pub fn cost(request: &Request) -> Vec<(String, u32)> {
    let Ok(work) = Work::sort(request) else {
        return Vec::new();
    };
    let uploads = u32::try_from(work.uploads.len()).unwrap_or(u32::MAX);
    let general = calls(work.channels.len(), IDS_MAX).saturating_add(uploads);
    let stats = calls(work.videos.len(), IDS_MAX);
    [(GENERAL, general), (BATCH_STATS, stats)]
        .into_iter()
        .filter(|row| 0 < row.1)
        .map(|(bucket, units)| (bucket.to_owned(), units))
        .collect()
}

/// A request, sorted by the calls it becomes.
#[derive(Debug, Default)]
struct Work {
    /// Every channel that is asked about, with those who want its numbers (nobody, where only its uploads are wanted).
    channels: BTreeMap<String, Vec<Subject>>,
    videos: BTreeMap<String, Vec<Subject>>,
    makers: BTreeMap<String, CreatorId>,
    uploads: BTreeMap<String, (CreatorId, Option<Timestamp>)>,
}

impl Work {
    fn sort(request: &Request) -> Result<Self, SourceError> {
        let mut work = Self::default();
        for target in &request.targets {
            let id = check_id(target.id())?;
            match target {
                Target::Account { subject, .. } => add(work.channels.entry(id).or_default(), subject),
                Target::Uploads { creator, since, .. } => {
                    work.channels.entry(id.clone()).or_default();
                    work.uploads.insert(id, (creator.clone(), *since));
                }
                Target::Post { subject, creator, .. } => {
                    if let Some(creator) = creator {
                        work.makers.insert(id.clone(), creator.clone());
                    }
                    add(work.videos.entry(id).or_default(), subject);
                }
            }
        }
        Ok(work)
    }
}

fn add(subjects: &mut Vec<Subject>, subject: &Subject) {
    if !subjects.contains(subject) {
        subjects.push(subject.clone());
    }
}

/// Ids are joined by commas in the address, so anything else than their alphabet would ask for something else.
fn check_id(given: &str) -> Result<String, SourceError> {
    let fits = (1..=ID_LEN_MAX).contains(&given.len())
        && given.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if fits {
        Ok(given.to_owned())
    } else {
        Err(SourceError::BadTarget {
            platform: TITLE,
            id: given.to_owned(),
            why: "an id has 1 to 64 characters of a-z, A-Z, 0-9, `-` and `_`",
        })
    }
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

/// One fetch while it runs.
struct Round {
    now: Timestamp,
    out: Fetched,
    /// Why no further call is made at all.
    stopped: Option<Absence>,
    /// Why no further call is charged to a bucket.
    spent: BTreeMap<&'static str, Absence>,
}

impl Round {
    fn blocked(&self, bucket: &str) -> Option<Absence> {
        self.stopped.or_else(|| self.spent.get(bucket).copied())
    }

    /// Keeps the failure and decides which calls it stops; answers why the numbers of this call are absent.
    fn fail(&mut self, bucket: &'static str, error: SourceError) -> Absence {
        let why = error.absence();
        match error.reach() {
            Reach::Quota => drop(self.spent.insert(bucket, why)),
            Reach::Platform | Reach::Account | Reach::Pace => self.stopped = Some(why),
            Reach::Question => {}
        }
        self.out.fail(error);
        why
    }

    fn absent(&mut self, asked: &BTreeMap<String, Vec<Subject>>, counts: &[Count], why: Absence) {
        for subject in asked.values().flatten() {
            wire::absent(subject, counts, why, self.now, &mut self.out);
        }
    }
}

#[async_trait]
impl Source for Youtube {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let work = Work::sort(request)?;
        let mut round = Round { now: request.now, out: Fetched::default(), stopped: None, spent: BTreeMap::new() };
        let playlists = self.channels(&work.channels, !work.uploads.is_empty(), &mut round).await;
        for (channel, (creator, since)) in &work.uploads {
            if let Some(playlist) = playlists.get(channel) {
                self.uploads(playlist, creator, *since, &mut round).await;
            }
        }
        self.videos(&work, &mut round).await;
        Ok(round.out)
    }
}

impl Youtube {
    /// One GET. Whatever is answered costs a unit, and so may what was lost on the way back.
    async fn call(
        &self,
        bucket: &'static str,
        path: &str,
        query: &[(&str, &str)],
        round: &mut Round,
    ) -> Result<Value, SourceError> {
        let mut query = query.to_vec();
        query.push(("key", self.key.expose_secret()));
        let answer = match self.api.send(Method::GET, path, &query, &[], Body::Empty).await {
            Ok(answer) => answer,
            Err(cause) => {
                if !cause.never_left() {
                    round.out.charge(bucket, 1);
                }
                return Err(unreachable_or_too_large(cause));
            }
        };
        round.out.charge(bucket, 1);
        if answer.is_success() {
            json::parse(&answer.body).map_err(garbled)
        } else {
            let wait = answer.header("retry-after");
            Err(failure::sort(answer.status, wait, &answer.body, bucket, round.now))
        }
    }

    /// The numbers of channels; answers the uploads playlist of each where `uploads` are wanted, and asks for no more than
    /// that: a part that nobody reads is most of an answer.
    async fn channels(
        &self,
        asked: &BTreeMap<String, Vec<Subject>>,
        uploads: bool,
        round: &mut Round,
    ) -> BTreeMap<String, String> {
        let parts = if uploads { "statistics,contentDetails" } else { "statistics" };
        let mut playlists = BTreeMap::new();
        for batch in batch(asked) {
            if let Some(why) = round.blocked(GENERAL) {
                round.absent(&batch, &CHANNEL, why);
                continue;
            }
            let ids = join(&batch);
            let query = [("part", parts), ("id", ids.as_str()), ("maxResults", "50")];
            let read = self.call(GENERAL, "channels", &query, round).await.and_then(|body| {
                let rows = wire::Rows::read(&body, "youtube#channelListResponse").map_err(garbled)?;
                wire::numbers(&rows, &CHANNEL, &batch, round.now, &mut round.out);
                if uploads {
                    playlists.extend(wire::playlists(&rows, &mut round.out));
                }
                Ok(())
            });
            if let Err(error) = read {
                let why = gone_only_alone(round.fail(GENERAL, error), batch.len());
                round.absent(&batch, &CHANNEL, why);
            }
        }
        playlists
    }

    /// The newest posts of a playlist, page by page.
    async fn uploads(&self, playlist: &str, creator: &CreatorId, since: Option<Timestamp>, round: &mut Round) {
        let mut token: Option<String> = None;
        for _ in 0..self.pages_max {
            if round.blocked(GENERAL).is_some() {
                return;
            }
            let mut query = vec![("part", "contentDetails,snippet"), ("playlistId", playlist), ("maxResults", "50")];
            if let Some(token) = &token {
                query.push(("pageToken", token));
            }
            let read = self.call(GENERAL, "playlistItems", &query, round).await;
            let page = match read.and_then(|body| wire::page(&body, creator, &mut round.out).map_err(garbled)) {
                Ok(page) => page,
                // The channel is there, or we would not know the playlist: it has no public post.
                Err(SourceError::Gone { .. }) => return,
                Err(error) => {
                    round.fail(GENERAL, error);
                    return;
                }
            };
            let old = matches!((page.oldest, since), (Some(oldest), Some(since)) if oldest < since);
            match page.next {
                Some(next) if !old => token = Some(next),
                Some(_) | None => return,
            }
        }
    }

    /// The numbers of videos: from `videos:batchGetStats`, or from `videos` where that method does not exist. Never from
    /// the second because the first is out of quota: that would burn the other bucket.
    async fn videos(&self, work: &Work, round: &mut Round) {
        let mut method = &BATCH_GET_STATS;
        for batch in batch(&work.videos) {
            loop {
                if let Some(why) = round.blocked(method.bucket) {
                    round.absent(&batch, &VIDEO, why);
                    break;
                }
                let ids = join(&batch);
                let query = [("part", method.part), ("id", ids.as_str())];
                let read = self.call(method.bucket, method.path, &query, round).await.and_then(|body| {
                    let rows = wire::Rows::read(&body, method.kind).map_err(garbled)?;
                    wire::numbers(&rows, &VIDEO, &batch, round.now, &mut round.out);
                    wire::made_by(&rows, &work.makers, &mut round.out);
                    Ok(())
                });
                match read {
                    Ok(()) => break,
                    Err(error) if std::ptr::eq(method, &raw const BATCH_GET_STATS) && does_not_exist(&error) => {
                        method = &VIDEOS_LIST;
                    }
                    Err(error) => {
                        let why = gone_only_alone(round.fail(method.bucket, error), batch.len());
                        round.absent(&batch, &VIDEO, why);
                        break;
                    }
                }
            }
        }
    }
}

/// A method that gives the numbers of videos.
struct VideoMethod {
    path: &'static str,
    part: &'static str,
    kind: &'static str,
    bucket: &'static str,
}

static BATCH_GET_STATS: VideoMethod = VideoMethod {
    path: "videos:batchGetStats",
    part: "id,snippet,statistics,contentDetails",
    kind: "youtube#batchGetStatsResponse",
    bucket: BATCH_STATS,
};

static VIDEOS_LIST: VideoMethod = VideoMethod {
    path: "videos",
    part: "snippet,statistics,contentDetails",
    kind: "youtube#videoListResponse",
    bucket: GENERAL,
};

/// 404 or 501: the server does not know the method.
fn does_not_exist(error: &SourceError) -> bool {
    matches!(
        error,
        SourceError::Gone { .. } | SourceError::Refused { status: 404, .. } | SourceError::Broken { status: 501, .. }
    )
}

/// "Not found" about one id is an answer about that id; about a list of ids nobody knows which is meant.
fn gone_only_alone(why: Absence, asked: usize) -> Absence {
    if why == Absence::Gone && asked != 1 { Absence::Garbled } else { why }
}

fn unreachable_or_too_large(cause: HttpError) -> SourceError {
    match cause {
        HttpError::TooLarge { .. } => {
            SourceError::Garbled { platform: TITLE, path: "the whole body".to_owned(), expected: "a body under 8 MiB" }
        }
        HttpError::Connect { .. }
        | HttpError::Lost { .. }
        | HttpError::Unmakeable { .. }
        | HttpError::NotPublic { .. }
        | HttpError::Elsewhere { .. }
        | HttpError::BadBase { .. } => SourceError::Unreachable { platform: TITLE, cause },
    }
}

fn batch(asked: &BTreeMap<String, Vec<Subject>>) -> Vec<BTreeMap<String, Vec<Subject>>> {
    let rows: Vec<_> = asked.iter().collect();
    batches(&rows, IDS_MAX)
        .map(|rows| rows.iter().map(|(id, subjects)| ((*id).clone(), (*subjects).clone())).collect())
        .collect()
}

fn join(batch: &BTreeMap<String, Vec<Subject>>) -> String {
    batch.keys().map(String::as_str).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(targets: Vec<Target>) -> Request {
        Request { targets, now: Timestamp::UNIX_EPOCH }
    }

    fn account(id: &str) -> Target {
        Target::Account { subject: "creator/alma".parse().expect("a subject"), id: id.to_owned() }
    }

    #[test]
    fn an_id_that_would_ask_for_something_else_is_not_asked() {
        for id in ["", "a,b", "UC x", "UC&key=1", "../x"] {
            let error = Work::sort(&request(vec![account(id)])).expect_err(id);
            assert!(matches!(&error, SourceError::BadTarget { id: given, .. } if given == id), "{error}");
        }
    }

    #[test]
    fn the_cost_counts_batches_by_bucket() {
        let mut targets: Vec<Target> = (0..51).map(|n| account(&format!("UC{n}"))).collect();
        targets.push(account("UC0"));
        let creator: CreatorId = "alma".parse().expect("an id");
        targets.push(Target::Uploads { creator: creator.clone(), id: "UC0".into(), since: None });
        targets.push(Target::Post {
            subject: "post/youtube/v1".parse().expect("a subject"),
            id: "v1".into(),
            creator: Some(creator),
        });
        assert_eq!(
            cost(&request(targets)),
            [(GENERAL.to_owned(), 3), (BATCH_STATS.to_owned(), 1)],
            "two batches of channels, one page, one batch of videos"
        );
        assert_eq!(cost(&request(Vec::new())), []);
    }
}
