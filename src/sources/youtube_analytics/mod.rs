//! `YouTube` Analytics v2: what only the owner of a channel is told, per Pacific day, for the channel and each of its posts.
//!
//! Owns: which reports a request becomes, whose token each is asked with, and which days are read again.
//! Refuses: what the Data API tells as totals (views, likes, comments): two sources of one series would be added up.
//!
//! **Days.** A report ends at the last day on which all its metrics are there, two or three days back; later days are not
//! yet, never 0. Each poll reads the last `restated` days again, and `back` for a channel or post it has not met.
//!
//! **No row.** A report without rows leaves `rows` out: nothing is known. A post without a row on the last day that its
//! channel has was watched by too few to be shown. Facts: <https://developers.google.com/youtube/analytics/data_model>.

mod settings;
mod wire;

#[cfg(test)]
mod recorded;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::google::{self, Day, Told};
use super::json::{self, Garbled};
use super::quota::{batches, calls, pacific};
use super::{Fetched, Reach, Request, Source, SourceError, Target};
use crate::domain::ids::{CreatorId, Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Missing, Sample, SeriesKey};
use crate::http::google::{Logins, Refusal, refuses_token};
use crate::http::signed::{Question, Signed};
use crate::http::tokens::TokenError;
use wire::Row;

pub use settings::YoutubeAnalyticsSettings;

/// What people call it.
const TITLE: &str = "YouTube Analytics";

/// Charged by every report; the project's own number a day stands in its console.
pub const QUERIES: &str = "reports.query";

/// What it tells of channels and posts.
pub const METRICS: [Metric; 2] = [Metric::Shares, Metric::WatchSeconds];

/// When the numbers of a day are there.
pub const LAG: SignedDuration = SignedDuration::from_hours(72);

/// Posts a report. A filter may name 500 (<https://developers.google.com/youtube/analytics/dimensions#Filters>); 200 keep
/// the address under 4 KiB, which every server on the way takes.
const VIDEOS_MAX: usize = 200;

/// Rows a page.
const ROWS_MAX: usize = 200;

/// Pages of one report. 200 posts on 90 days are 90 pages.
const PAGES_MAX: usize = 100;

/// Days before yesterday, and yesterday, that are not shown yet: what [`LAG`] comes to.
const UNSHOWN: i64 = 2;

/// The longest id that is asked about. Channels have 24 characters, posts 11.
const ID_LEN_MAX: usize = 64;

/// How it is set up.
#[derive(Debug)]
pub struct YoutubeAnalyticsConfig {
    /// The app, and the creators who let it in.
    pub logins: Logins,
    /// Days that are read of whom it meets first.
    pub back: i64,
    /// Days that are read again at each poll.
    pub restated: i64,
}

/// The source. Remembers up to which day it has read whom.
#[derive(Debug)]
pub struct YoutubeAnalytics {
    config: YoutubeAnalyticsConfig,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// Up to which day, by channel or post.
    read: BTreeMap<String, Date>,
    told: Told,
}

impl YoutubeAnalytics {
    /// A source that has read nothing yet.
    #[must_use]
    pub fn new(config: YoutubeAnalyticsConfig) -> Self {
        Self { config, memory: Mutex::default() }
    }
}

/// What a request costs at least.
#[must_use]
pub fn cost(request: &Request) -> Vec<(String, u32)> {
    let Ok(work) = sort(request) else { return Vec::new() };
    let reports = work.channels.values().map(|channel| 1 + calls(channel.videos.len(), VIDEOS_MAX));
    let units = reports.fold(0_u32, u32::saturating_add);
    if units == 0 { Vec::new() } else { vec![(QUERIES.to_owned(), units)] }
}

/// What a request costs where all that can have rows has them: the days that are read again, less those that are not shown
/// yet, for each post; a page that is full is followed by another.
fn estimate(request: &Request, restated: i64) -> u32 {
    let Ok(work) = sort(request) else { return 0 };
    let days = usize::try_from(restated - UNSHOWN).unwrap_or(0);
    let pages = |videos: usize| u32::try_from(videos.saturating_mul(days) / ROWS_MAX + 1).unwrap_or(u32::MAX);
    let of = |channel: &Channel| {
        let (whole, rest) = (channel.videos.len() / VIDEOS_MAX, channel.videos.len() % VIDEOS_MAX);
        let whole = calls(whole, 1).saturating_mul(pages(VIDEOS_MAX));
        let rest = if rest == 0 { 0 } else { pages(rest) };
        whole.saturating_add(rest).saturating_add(pages(1))
    };
    work.channels.values().map(of).fold(0, u32::saturating_add)
}

/// A request, sorted.
#[derive(Debug, Default)]
struct Work {
    channels: BTreeMap<String, Channel>,
    /// Posts of makers who have no channel in the request.
    orphans: Vec<Subject>,
}

/// What is asked of one channel.
#[derive(Debug, Default)]
struct Channel {
    subjects: Vec<Subject>,
    videos: BTreeMap<String, Vec<Subject>>,
}

fn add(subjects: &mut Vec<Subject>, subject: &Subject) {
    if !subjects.contains(subject) {
        subjects.push(subject.clone());
    }
}

fn bad(id: &str, why: &'static str) -> SourceError {
    SourceError::BadTarget { platform: TITLE, id: id.to_owned(), why }
}

/// Ids stand in filters, so anything else than their alphabet would ask for something else.
fn check_id(given: &str) -> Result<String, SourceError> {
    let fits = (1..=ID_LEN_MAX).contains(&given.len())
        && given.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let why = "an id has 1 to 64 characters of a-z, A-Z, 0-9, `-` and `_`";
    if fits { Ok(given.to_owned()) } else { Err(bad(given, why)) }
}

/// A request by channel. A post is asked of the channel of its maker; one whose maker has no channel in the request is
/// asked of the only channel there is, and else not at all.
fn sort(request: &Request) -> Result<Work, SourceError> {
    let mut work = Work::default();
    let mut makers: BTreeMap<CreatorId, String> = BTreeMap::new();
    for target in &request.targets {
        match target {
            Target::Account { subject, id } => {
                let id = check_id(id)?;
                if let Subject::Creator(creator) = subject {
                    makers.insert(creator.clone(), id.clone());
                }
                add(&mut work.channels.entry(id).or_default().subjects, subject);
            }
            Target::Uploads { id, .. } => return Err(bad(id, "the Data API lists posts")),
            Target::Post { .. } => {}
        }
    }
    let only = work.channels.keys().next().filter(|_| work.channels.len() == 1).cloned();
    for target in &request.targets {
        let Target::Post { subject, id, creator } = target else { continue };
        let known = creator.as_ref().map_or(only.as_ref(), |creator| makers.get(creator));
        let id = check_id(id)?;
        match known.and_then(|channel| work.channels.get_mut(channel)) {
            Some(channel) => add(channel.videos.entry(id).or_default(), subject),
            None if creator.is_some() => add(&mut work.orphans, subject),
            None => return Err(bad(&id, "name the one channel it is on beside it")),
        }
    }
    Ok(work)
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

fn series(subject: &Subject, metric: Metric) -> SeriesKey {
    SeriesKey { subject: subject.clone(), metric, platform: Platform::Youtube }
}

fn absent<'a>(subjects: impl IntoIterator<Item = &'a Subject>, why: Absence, at: Timestamp, out: &mut Fetched) {
    for subject in subjects {
        out.missing.extend(METRICS.map(|metric| Missing { series: series(subject, metric), why, at }));
    }
}

fn pacific_day(date: Date) -> Option<Day> {
    Day::new(date, &pacific())
}

/// One fetch while it runs.
struct Round {
    now: Timestamp,
    /// The last whole Pacific day.
    yesterday: Date,
    out: Fetched,
    /// Why no further report is asked for.
    stopped: Option<Absence>,
}

impl Round {
    /// Keeps the failure, and whether it stops everything after it.
    fn fail(&mut self, error: SourceError) -> Absence {
        let why = error.absence();
        // Another channel has another token.
        if !matches!(error.reach(), Reach::Account | Reach::Question) {
            self.stopped = Some(why);
        }
        self.out.fail(error);
        why
    }

    /// Tells the rows of whoever they are about; a number that cannot be read makes its series garbled. Which is the last
    /// day that was told.
    fn tell(&mut self, subjects: &[Subject], rows: &[Row]) -> Option<Date> {
        let mut faults: BTreeMap<Metric, Garbled> = BTreeMap::new();
        for row in rows {
            let Some(day) = pacific_day(row.day) else { continue };
            let provisional = self.now < day.until.saturating_add(LAG).unwrap_or(Timestamp::MAX);
            for (metric, value) in METRICS.iter().zip(&row.values) {
                let value = match value {
                    Ok(value) => *value,
                    Err(fault) => {
                        faults.insert(*metric, fault.clone());
                        continue;
                    }
                };
                self.out.samples.extend(subjects.iter().map(|subject| Sample {
                    series: series(subject, *metric),
                    value,
                    currency: None,
                    form: day.form(),
                    known_at: self.now,
                    provisional,
                    self_reported: false,
                }));
            }
        }
        for (metric, fault) in faults {
            let missing = |subject| Missing { series: series(subject, metric), why: Absence::Garbled, at: self.now };
            self.out.missing.extend(subjects.iter().map(missing));
            self.out.fail(garbled(fault));
        }
        rows.iter().map(|row| row.day).max()
    }

    /// Whether a day should have been there by now.
    fn is_due(&self, date: Date) -> Option<Day> {
        pacific_day(date).filter(|day| day.until.saturating_add(LAG).unwrap_or(Timestamp::MAX) <= self.now)
    }
}

#[async_trait]
impl Source for YoutubeAnalytics {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let work = sort(request)?;
        let now = request.now;
        let yesterday = google::before(google::date_of(now, &pacific()), 1);
        let mut round = Round { now, yesterday, out: Fetched::default(), stopped: None };
        let mut memory = self.memory.lock().await;
        absent(&work.orphans, Absence::Unauthorized, now, &mut round.out);
        for (id, channel) in &work.channels {
            let everybody = || channel.subjects.iter().chain(channel.videos.values().flatten());
            if let Some(why) = round.stopped {
                absent(everybody(), why, now, &mut round.out);
                continue;
            }
            match self.config.logins.of(id).await {
                Ok(signed) => self.channel(id, channel, &signed, &mut memory.read, &mut round).await,
                // Most creators connect nothing; that is no failure of ours.
                Err(TokenError::Refused { reason }) if reason == "not_connected" => {
                    absent(everybody(), Absence::Unauthorized, now, &mut round.out);
                }
                Err(error) => {
                    let why = round.fail(SourceError::of_token(TITLE, error));
                    absent(everybody(), why, now, &mut round.out);
                }
            }
        }
        memory.told.keep_news(&mut round.out, now);
        Ok(round.out)
    }
}

impl YoutubeAnalytics {
    /// The first day to read of somebody.
    fn since(&self, id: &str, read: &BTreeMap<String, Date>, yesterday: Date) -> Date {
        let earliest = google::before(yesterday, self.config.back - 1);
        let Some(last) = read.get(id) else { return earliest };
        let again = google::before(yesterday, self.config.restated - 1);
        std::cmp::max(earliest, std::cmp::min(again, last.tomorrow().unwrap_or(*last)))
    }

    async fn channel(
        &self,
        id: &str,
        channel: &Channel,
        signed: &Signed,
        read: &mut BTreeMap<String, Date>,
        round: &mut Round,
    ) {
        let posts = || channel.videos.values().flatten();
        let from = self.since(id, read, round.yesterday);
        let rows = match self.report(id, "day", None, from, signed, round).await {
            Ok(rows) => rows,
            Err(error) => {
                let why = round.fail(error);
                absent(channel.subjects.iter().chain(posts()), why, round.now, &mut round.out);
                return;
            }
        };
        let Some(last) = round.tell(&channel.subjects, &rows) else {
            absent(channel.subjects.iter().chain(posts()), Absence::NotYet, round.now, &mut round.out);
            return;
        };
        read.insert(id.to_owned(), last);
        if let Some(due) = last.tomorrow().ok().and_then(|next| round.is_due(next)) {
            absent(&channel.subjects, Absence::NotYet, due.until, &mut round.out);
        }
        let videos: Vec<(&String, &Vec<Subject>)> = channel.videos.iter().collect();
        for batch in batches(&videos, VIDEOS_MAX) {
            self.videos(id, batch, last, signed, read, round).await;
        }
    }

    async fn videos(
        &self,
        channel: &str,
        batch: &[(&String, &Vec<Subject>)],
        last: Date,
        signed: &Signed,
        read: &mut BTreeMap<String, Date>,
        round: &mut Round,
    ) {
        let everybody = || batch.iter().flat_map(|(_, subjects)| subjects.iter());
        if let Some(why) = round.stopped {
            absent(everybody(), why, round.now, &mut round.out);
            return;
        }
        let from = batch.iter().map(|(id, _)| self.since(id, read, round.yesterday)).min().unwrap_or(last);
        let ids: Vec<&str> = batch.iter().map(|(id, _)| id.as_str()).collect();
        let rows = match self.report(channel, "day,video", Some(&ids), from, signed, round).await {
            Ok(rows) => rows,
            Err(error) => {
                let why = round.fail(error);
                absent(everybody(), why, round.now, &mut round.out);
                return;
            }
        };
        for (id, subjects) in batch {
            let theirs: Vec<Row> = rows.iter().filter(|row| row.video.as_ref() == Some(*id)).cloned().collect();
            let told = round.tell(subjects, &theirs);
            read.insert((*id).clone(), last);
            if told < Some(last)
                && let Some(day) = pacific_day(last)
            {
                absent(*subjects, Absence::TooFew, day.until, &mut round.out);
            }
        }
    }

    /// All pages of one report.
    async fn report(
        &self,
        channel: &str,
        dimensions: &str,
        videos: Option<&[&str]>,
        from: Date,
        signed: &Signed,
        round: &mut Round,
    ) -> Result<Vec<Row>, SourceError> {
        let ids = format!("channel=={channel}");
        let (start, end) = (from.to_string(), round.yesterday.to_string());
        let filters = videos.map(|ids| format!("video=={}", ids.join(",")));
        let most = ROWS_MAX.to_string();
        let mut all = Vec::new();
        for page in 0..PAGES_MAX {
            let index = (page * ROWS_MAX + 1).to_string();
            let mut query = vec![
                ("ids", ids.as_str()),
                ("startDate", &start),
                ("endDate", &end),
                ("metrics", wire::METRIC_NAMES),
                ("dimensions", dimensions),
                ("sort", dimensions),
                ("maxResults", &most),
                ("startIndex", &index),
            ];
            if let Some(filters) = &filters {
                query.push(("filters", filters));
            }
            let (answer, asked) = signed.ask(Question::get("reports", &query), round.now, refuses_token).await;
            round.out.charge(QUERIES, asked);
            let answer = answer.map_err(|error| SourceError::of_signed(TITLE, error))?;
            if !answer.is_success() {
                return Err(google::sort(TITLE, Refusal::of(&answer), QUERIES, round.now));
            }
            let body = json::parse(&answer.body).map_err(garbled)?;
            let rows = wire::rows(&body, videos, from, round.yesterday).map_err(garbled)?;
            let whole = rows.len() < ROWS_MAX;
            all.extend(rows);
            if whole {
                return Ok(all);
            }
        }
        Err(garbled(Garbled { path: "rows".to_owned(), expected: "a report that ends" }))
    }
}
