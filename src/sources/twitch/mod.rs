//! Twitch Helix: followers, who watches now, and views of videos. Public numbers, with a token of our own app.
//!
//! Owns: which calls a request becomes, and waiting for points by the platform's own figures.
//! Refuses: guessing. A login that is not found is gone. Who is offline has no audience to count: that is "not yet", never 0.
//!
//! **Followers** need, by the letter, a token of the channel or of its moderators; a token of our own is answered with the
//! total all the same, by most accounts. Where it is refused (401), followers are absent as unauthorised and the rest goes on:
//! that is no outage. Another feed may tell them then.
//!
//! **Points.** 800 a minute, one a call (<https://dev.twitch.tv/docs/api/guide#twitch-rate-limits>). The source waits for the
//! reset that the platform names, up to `WAIT_MAX` a poll, and then says that it was asked to slow down.
//!
//! The API gives no time stamp: a number was so when we asked.

mod settings;
mod wire;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Mutex;

use super::json::{self, Garbled};
use super::quota::{batches, calls};
use super::wanted::{self, Count, Voice, Wanted};
use super::{Fetched, Reach, Request, Source, SourceError, Target};
use crate::domain::ids::{CreatorId, Platform};
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;
use crate::http::Answer;
use crate::http::signed::{Question, Signed};
use crate::time::Clock;

pub use settings::{TwitchSettings, source};

/// What people call it.
const TITLE: &str = "Twitch";

/// What a poll is charged in.
pub const POINTS: &str = "points";

const FOLLOWERS: Count = Count::gauge(Metric::Followers);
const LIVE: Count = Count::gauge(Metric::LiveViewers);
const VIEWS: Count = Count::total(Metric::Views);

/// Ids and logins a call (<https://dev.twitch.tv/docs/api/reference/#get-users>).
const IDS_MAX: usize = 100;

/// The longest a poll waits for points in all: two minutes are 1,600 calls.
const WAIT_MAX: SignedDuration = SignedDuration::from_mins(2);

/// The bucket is full again after this long, whatever the platform's clock says.
const REFILL: SignedDuration = SignedDuration::from_secs(60);

/// How often one call is tried when it meets an empty bucket.
const TRIES_MAX: u32 = 3;

/// How it is set up.
#[derive(Debug)]
pub struct TwitchConfig {
    /// Where and as whom to ask.
    pub signed: Signed,
    /// To wait for points.
    pub clock: Clock,
    /// Whether to ask who watches now.
    pub live: bool,
    /// Pages of 100 videos that are read of one account in one fetch.
    pub pages_max: u32,
}

/// The source. Remembers until when the bucket is empty.
#[derive(Debug)]
pub struct Twitch {
    config: TwitchConfig,
    empty_until: Mutex<Option<Timestamp>>,
}

/// A request, sorted by the calls it becomes.
#[derive(Debug, Default)]
struct Work {
    accounts: Wanted,
    videos: Wanted,
    makers: BTreeMap<String, CreatorId>,
    uploads: BTreeMap<String, (CreatorId, Option<Timestamp>)>,
}

impl Work {
    fn sort(request: &Request) -> Result<Self, SourceError> {
        let mut work = Self::default();
        for target in &request.targets {
            match target {
                Target::Account { subject, id } => wanted::add(&mut work.accounts, login(id)?, subject),
                Target::Uploads { creator, id, since } => {
                    work.uploads.insert(login(id)?, (creator.clone(), *since));
                }
                Target::Post { subject, id, creator } => {
                    let id = video(id)?;
                    if let Some(creator) = creator {
                        work.makers.insert(id.clone(), creator.clone());
                    }
                    wanted::add(&mut work.videos, id, subject);
                }
            }
        }
        Ok(work)
    }
}

/// What a request costs at least: names and audiences in batches, followers one by one, and the first page of each list of
/// videos.
#[must_use]
pub fn cost(request: &Request, live: bool) -> Vec<(String, u32)> {
    let Ok(work) = Work::sort(request) else { return Vec::new() };
    let mut names: BTreeMap<&String, bool> = work.accounts.keys().map(|login| (login, true)).collect();
    for login in work.uploads.keys() {
        names.entry(login).or_insert(false);
    }
    let names: Vec<bool> = names.into_values().collect();
    // Audiences are asked for by the same batches, where somebody in them wants to know.
    let audiences = batches(&names, IDS_MAX).filter(|batch| live && batch.contains(&true)).count();
    let one_by_one = calls(work.accounts.len().saturating_add(work.uploads.len()), 1);
    let sum = [calls(names.len(), IDS_MAX), calls(audiences, 1), one_by_one, calls(work.videos.len(), IDS_MAX)];
    match sum.into_iter().fold(0, u32::saturating_add) {
        0 => Vec::new(),
        points => vec![(POINTS.to_owned(), points)],
    }
}

fn login(given: &str) -> Result<String, SourceError> {
    let fits =
        (1..=25).contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let why = "a login has 1 to 25 characters of a-z, 0-9 and `_`, as in the channel's address";
    if fits { Ok(given.to_lowercase()) } else { Err(bad(given, why)) }
}

fn video(given: &str) -> Result<String, SourceError> {
    let digits = given.strip_prefix('v').unwrap_or(given);
    let fits = (1..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(digits.to_owned()) } else { Err(bad(given, "a video id is a number")) }
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
    waited: SignedDuration,
    /// Why no further call is made at all.
    stopped: Option<Absence>,
}

impl Round {
    /// Keeps the failure and decides whether it stops the calls after it; answers why the numbers of this call are absent.
    fn fail(&mut self, error: SourceError) -> Absence {
        let why = error.absence();
        if error.reach() != Reach::Question {
            self.stopped = Some(why);
        }
        self.out.fail(error);
        why
    }
}

#[async_trait]
impl Source for Twitch {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let work = Work::sort(request)?;
        let voice = Voice { platform: Platform::Twitch, now: request.now };
        let mut round = Round { voice, out: Fetched::default(), waited: SignedDuration::ZERO, stopped: None };
        let ids = self.accounts(&work, &mut round).await;
        for (login, (creator, since)) in &work.uploads {
            if let Some(id) = ids.get(login) {
                self.uploads(id, creator, *since, &mut round).await;
            }
        }
        for batch in wanted::batch(&work.videos, IDS_MAX) {
            self.videos(batch, &work.makers, &mut round).await;
        }
        Ok(round.out)
    }
}

impl Twitch {
    /// A source that has asked nothing yet.
    #[must_use]
    pub fn new(config: TwitchConfig) -> Self {
        Self { config, empty_until: Mutex::default() }
    }

    /// Everything about accounts; answers the id of each login that exists.
    async fn accounts(&self, work: &Work, round: &mut Round) -> BTreeMap<String, String> {
        let mut ids = BTreeMap::new();
        let mut all = work.accounts.clone();
        for login in work.uploads.keys() {
            all.entry(login.clone()).or_default();
        }
        let mut closed = false;
        for batch in wanted::batch(&all, IDS_MAX) {
            let found = match self.users(&batch, round).await {
                Ok(found) => found,
                Err(why) => {
                    self.lack(&batch, why, round);
                    continue;
                }
            };
            let (here, absent): (Wanted, Wanted) =
                batch.into_iter().partition(|(login, _)| found.ids.contains_key(login));
            self.lack(&absent, if found.whole { Absence::Gone } else { Absence::Garbled }, round);
            if self.config.live {
                let asked: Wanted = here.iter().filter(|row| !row.1.is_empty()).map(cloned).collect();
                self.live(&asked, round).await;
            }
            for (login, subjects) in here.iter().filter(|row| !row.1.is_empty()) {
                let Some(id) = found.ids.get(login) else { continue };
                match self.followers(id, &mut closed, round).await {
                    Ok(count) => round.voice.say(subjects, FOLLOWERS, count, &mut round.out),
                    Err(why) => round.voice.lack(subjects, &[FOLLOWERS], why, &mut round.out),
                }
            }
            ids.extend(found.ids);
        }
        ids
    }

    fn lack(&self, wanted: &Wanted, why: Absence, round: &mut Round) {
        let counts: &[Count] = if self.config.live { &[FOLLOWERS, LIVE] } else { &[FOLLOWERS] };
        round.voice.lack_all(wanted, counts, why, &mut round.out);
    }

    async fn users(&self, batch: &Wanted, round: &mut Round) -> Result<wire::Users, Absence> {
        let query: Vec<(&str, &str)> = batch.keys().map(|login| ("login", login.as_str())).collect();
        let body = match self.ask("users", &query, |answer| answer.status == 401, round).await {
            Ok(body) => body,
            Err(error) => return Err(round.fail(error)),
        };
        wire::users(&body, batch, &mut round.out).map_err(|error| round.fail(garbled(error)))
    }

    async fn live(&self, asked: &Wanted, round: &mut Round) {
        if asked.is_empty() {
            return;
        }
        let mut query: Vec<(&str, &str)> = asked.keys().map(|login| ("user_login", login.as_str())).collect();
        // One page holds as many as are asked about.
        query.push(("first", "100"));
        let read = match self.ask("streams", &query, |answer| answer.status == 401, round).await {
            Ok(body) => wire::streams(&body, asked, round.voice, &mut round.out).map_err(garbled),
            Err(error) => Err(error),
        };
        if let Err(error) = read {
            let why = not_gone(round.fail(error));
            round.voice.lack_all(asked, &[LIVE], why, &mut round.out);
        }
    }

    /// How many follow. `closed`: the platform has said that it does not tell us.
    async fn followers(&self, id: &str, closed: &mut bool, round: &mut Round) -> Result<i64, Absence> {
        if *closed {
            return Err(Absence::Unauthorized);
        }
        let query = [("broadcaster_id", id), ("first", "1")];
        match self.ask("channels/followers", &query, is_bad_token, round).await {
            Ok(body) => wire::followers(&body).map_err(|error| round.fail(garbled(error))),
            // The same token has just been taken for the names: it is this number that it does not open.
            Err(SourceError::Unauthorized { reason, .. }) if reason != BAD_TOKEN => {
                *closed = true;
                tracing::info!("Twitch does not tell followers to this app; they are absent");
                Err(Absence::Unauthorized)
            }
            Err(error) => Err(round.fail(error)),
        }
    }

    async fn uploads(&self, id: &str, creator: &CreatorId, since: Option<Timestamp>, round: &mut Round) {
        let mut cursor: Option<String> = None;
        for _ in 0..self.config.pages_max {
            let mut query = vec![("user_id", id), ("first", "100")];
            if let Some(cursor) = &cursor {
                query.push(("after", cursor));
            }
            let read = match self.ask("videos", &query, |answer| answer.status == 401, round).await {
                Ok(body) => wire::page(&body, creator, &mut round.out).map_err(garbled),
                // The account is there: it has no video.
                Err(SourceError::Gone { .. }) => return,
                Err(error) => Err(error),
            };
            let page = match read {
                Ok(page) => page,
                Err(error) => {
                    round.fail(error);
                    return;
                }
            };
            let old = matches!((page.oldest, since), (Some(oldest), Some(since)) if oldest < since);
            match page.next {
                Some(next) if !old && cursor.as_ref() != Some(&next) => cursor = Some(next),
                Some(_) | None => return,
            }
        }
    }

    /// The views of videos. "Not found" about several says that none is there, or that one is not: they are asked in
    /// halves until it is about one.
    async fn videos(&self, batch: Wanted, makers: &BTreeMap<String, CreatorId>, round: &mut Round) {
        let mut open = vec![batch];
        while let Some(batch) = open.pop() {
            let query: Vec<(&str, &str)> = batch.keys().map(|id| ("id", id.as_str())).collect();
            let read = match self.ask("videos", &query, |answer| answer.status == 401, round).await {
                Ok(body) => wire::videos(&body, &batch, makers, round.voice, &mut round.out).map_err(garbled),
                Err(SourceError::Gone { .. }) if batch.len() == 1 => {
                    round.voice.lack_all(&batch, &[VIEWS], Absence::Gone, &mut round.out);
                    Ok(())
                }
                Err(SourceError::Gone { .. }) => {
                    open.extend(wanted::batch(&batch, batch.len().div_ceil(2)));
                    Ok(())
                }
                Err(error) => Err(error),
            };
            if let Err(error) = read {
                let why = round.fail(error);
                round.voice.lack_all(&batch, &[VIEWS], why, &mut round.out);
            }
        }
    }

    /// One question, asked when there are points for it.
    async fn ask(
        &self,
        path: &str,
        query: &[(&str, &str)],
        refused: impl Fn(&Answer) -> bool,
        round: &mut Round,
    ) -> Result<Value, SourceError> {
        if let Some(why) = round.stopped {
            return Err(stopped(why));
        }
        let mut tries = 1;
        loop {
            self.wait_for_points(round).await?;
            let (answer, calls) =
                self.config.signed.ask(Question::get(path, query), self.config.clock.now(), &refused).await;
            round.out.charge(POINTS, calls);
            let answer = answer.map_err(|error| SourceError::of_signed(TITLE, error))?;
            self.note_points(&answer).await;
            match answer.status {
                200..300 => return json::parse(&answer.body).map_err(garbled),
                429 if tries < TRIES_MAX => tries += 1,
                _ => return Err(self.sort(&answer).await),
            }
        }
    }

    /// Waits until the bucket has points, if it is known to be empty.
    async fn wait_for_points(&self, round: &mut Round) -> Result<(), SourceError> {
        let clock = &self.config.clock;
        let wait = self.empty_for().await;
        if wait.is_zero() {
            return Ok(());
        }
        round.waited = round.waited.saturating_add(wait);
        if WAIT_MAX < round.waited {
            return Err(SourceError::SlowDown { platform: TITLE, wait: Duration::try_from(wait).ok() });
        }
        let mut held = clock.hold("twitch");
        // Whoever asked us holds a token that it cannot give back while it waits for us.
        let parked = clock.park();
        held.sleep_until(clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX)).await;
        drop(parked);
        Ok(())
    }

    async fn empty_for(&self) -> SignedDuration {
        let until = *self.empty_until.lock().await;
        let left = until.map_or(SignedDuration::ZERO, |until| until.duration_since(self.config.clock.now()));
        std::cmp::max(left, SignedDuration::ZERO)
    }

    /// Writes down when there will be points again, where an answer says that there are none.
    async fn note_points(&self, answer: &Answer) {
        let left: Option<u32> = answer.header("ratelimit-remaining").and_then(|text| text.trim().parse().ok());
        if answer.status != 429 && left != Some(0) {
            return;
        }
        let now = self.config.clock.now();
        let latest = now.saturating_add(REFILL).unwrap_or(Timestamp::MAX);
        let reset = answer.header("ratelimit-reset").and_then(|text| text.trim().parse().ok());
        let reset = reset.and_then(|secs| Timestamp::from_second(secs).ok());
        // A clock that goes wrong by hours must not stop us for hours, nor make us ask at once.
        let soonest = now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
        *self.empty_until.lock().await = Some(reset.map_or(latest, |reset| reset.clamp(soonest, latest)));
    }

    async fn sort(&self, answer: &Answer) -> SourceError {
        let (platform, status) = (TITLE, answer.status);
        match status {
            401 if is_bad_token(answer) => SourceError::Unauthorized { platform, reason: BAD_TOKEN.to_owned() },
            401 | 403 => SourceError::Unauthorized { platform, reason: format!("status {status}") },
            404 => SourceError::Gone { platform, reason: "status 404".to_owned() },
            429 => SourceError::SlowDown { platform, wait: Duration::try_from(self.empty_for().await).ok() },
            500.. => SourceError::Broken { platform, status },
            _ => SourceError::Refused { platform, status, reason: "no reason given".to_owned() },
        }
    }
}

fn cloned((id, subjects): (&String, &Vec<crate::domain::ids::Subject>)) -> (String, Vec<crate::domain::ids::Subject>) {
    (id.clone(), subjects.clone())
}

/// The reason where it is the token itself that is refused, and not what it may do.
const BAD_TOKEN: &str = "invalid_token";

/// `{"error":"Unauthorized","status":401,"message":"Invalid OAuth token"}`; other messages name a right that is missing.
fn is_bad_token(answer: &Answer) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let message = body.get("message").and_then(Value::as_str).unwrap_or_default();
    answer.status == 401 && message.eq_ignore_ascii_case("invalid oauth token")
}

/// Nobody can say from "not found" about a list who is meant.
fn not_gone(why: Absence) -> Absence {
    if why == Absence::Gone { Absence::Garbled } else { why }
}

/// What stopped an earlier call of this poll stops this one. The first failure has been kept already.
fn stopped(why: Absence) -> SourceError {
    match why {
        Absence::Unauthorized => SourceError::Unauthorized { platform: TITLE, reason: BAD_TOKEN.to_owned() },
        Absence::NotYet
        | Absence::Hidden
        | Absence::TooFew
        | Absence::Gone
        | Absence::Stale { .. }
        | Absence::QuotaSpent
        | Absence::Unreachable
        | Absence::Garbled => SourceError::SlowDown { platform: TITLE, wait: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_would_ask_for_something_else_is_not_asked() {
        let request = |target| Request { targets: vec![target], now: Timestamp::UNIX_EPOCH };
        let account = |id: &str| Target::Account { subject: "creator/alma".parse().expect("a subject"), id: id.into() };
        let post = |id: &str| Target::Post {
            subject: "post/twitch/1".parse().expect("a subject"),
            id: id.into(),
            creator: None,
        };
        for id in ["", "a,b", "a&first=1", "https://twitch.tv/alma", "é"] {
            assert!(matches!(Work::sort(&request(account(id))), Err(SourceError::BadTarget { .. })), "{id}");
        }
        for id in ["", "1,2", "vv1", "-1", "clip"] {
            assert!(matches!(Work::sort(&request(post(id))), Err(SourceError::BadTarget { .. })), "{id}");
        }
        let work = Work::sort(&request(account("AlmaLive"))).expect("sorted");
        assert!(work.accounts.contains_key("almalive"), "logins have no case");
        assert!(Work::sort(&request(post("v123"))).expect("sorted").videos.contains_key("123"));
    }
}
