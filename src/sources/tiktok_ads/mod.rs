//! The reports of the `TikTok` API for Business, version 1.3: what boosts cost and brought, by day.
//!
//! Owns: which days are read, of which objects, in how many questions; and when a day without a row is a day without delivery.
//! Refuses: half a report. Where one page of it did not come, none of it is told.
//! Survives: days that are restated for a week (they are read again at each poll), throttling (it waits, longer each time),
//! and a restart (everything is read anew, as far back as is set).
//!
//! A row is the object's whole day in the advertiser's zone. `TikTok` writes none for a day on which nothing was delivered, and
//! none for a day whose numbers have not come yet. So such a day is 0 only where it is settled, or where the object itself
//! says that it does not run; else it is absent.

mod failure;
mod report;
mod settings;

#[cfg(test)]
mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::json::Garbled;
use super::quota::{batches, calls};
use super::tiktok::limit::rest;
use super::{Fetched, Reach, Request, Source, SourceError, Target};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::{Metric, Unit};
use crate::domain::money::Currency;
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};
use crate::http::tiktok_business::{Account, AskError, Business, Level, Meaning, meaning, object};
use crate::time::Clock;
use report::{CLAIMS, Column, DELIVERY, Rows};

pub use settings::{TiktokAdsSettings, client, level, source};

/// What people call it.
const TITLE: &str = "TikTok Ads";

/// The bucket that every question is charged to.
pub const CALLS: &str = "calls";

/// Days of one question with `stat_time_day`.
const DAYS_MAX: usize = 30;

/// Objects of one question: what the lists of objects take; for reports nothing is said.
const IDS_MAX: usize = 100;

/// Rows of a page at most.
const PAGE_SIZE: &str = "1000";

/// Pages of one question. 100 objects × 30 days are 3; more is a report that does not end.
const PAGES_MAX: i64 = 10;

/// Days that are read again at each poll, today among them: claims are credited to the day of the view or the click up to
/// seven days before (the usual attribution window).
const AGAIN: i64 = 8;

/// How long after its end a day may still change much (unverified: "24 to 48 hours").
const SETTLES: SignedDuration = SignedDuration::from_hours(48);

/// Waits after an answer that says "too often", longer each time; then the poll gives up and says so.
const WAITS: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// How to reach the API.
#[derive(Debug, Clone)]
pub struct TiktokAdsConfig {
    /// The advertiser.
    pub client: Arc<Business>,
    /// What a bare `ref` names.
    pub usual: Level,
    /// How far back something new is read.
    pub back: SignedDuration,
    /// Whether the orders and the revenue that `TikTok` claims are told.
    pub orders: bool,
    /// To wait.
    pub clock: Clock,
}

/// The source. Remembers what the advertiser's days and money are in, and up to which day each object was told.
#[derive(Debug)]
pub struct TiktokAds {
    config: TiktokAdsConfig,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    books: Option<Books>,
    told: BTreeMap<(Level, String), Date>,
}

/// What days and money are in.
#[derive(Debug, Clone)]
struct Books {
    zone: TimeZone,
    currency: Currency,
}

/// What it tells of boosts.
#[must_use]
pub fn metrics(orders: bool) -> Vec<Metric> {
    columns(orders).iter().map(|column| column.metric).collect()
}

fn columns(orders: bool) -> Vec<Column> {
    DELIVERY.into_iter().chain(CLAIMS.into_iter().filter(|_| orders)).collect()
}

/// The objects asked about on each level, with those whose numbers they are.
type Asked = BTreeMap<Level, BTreeMap<String, Vec<Subject>>>;

fn sort(request: &Request, usual: Level) -> Result<Asked, SourceError> {
    let bad = |id: &str, why| SourceError::BadTarget { platform: TITLE, id: id.to_owned(), why };
    let mut asked = Asked::new();
    for target in &request.targets {
        let Target::Account { subject, id } = target else {
            return Err(bad(target.id(), "an advertiser has campaigns, ad groups and ads only"));
        };
        let why = "a boost's ref is `campaign:`, `adgroup:` or `ad:` and the digits of its id";
        let (level, id) = object(id, usual).ok_or_else(|| bad(id, why))?;
        let subjects = asked.entry(level).or_default().entry(id.to_owned()).or_default();
        if !subjects.contains(subject) {
            subjects.push(subject.clone());
        }
    }
    Ok(asked)
}

/// What a poll costs at least: a report of the last days for each hundred objects of a level. What is new costs more once.
#[must_use]
pub fn cost(request: &Request, usual: Level) -> Vec<(String, u32)> {
    let asked = sort(request, usual).unwrap_or_default();
    let reports = asked.values().map(|ids| calls(ids.len(), IDS_MAX)).fold(0, u32::saturating_add);
    if reports == 0 { Vec::new() } else { vec![(CALLS.to_owned(), reports)] }
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

/// One fetch while it runs.
struct Round {
    now: Timestamp,
    out: Fetched,
    columns: Vec<Column>,
    /// Why no further question is asked.
    stopped: Option<Absence>,
}

impl Round {
    fn fail(&mut self, error: SourceError) -> Absence {
        let why = error.absence();
        if !matches!(error.reach(), Reach::Quota | Reach::Question) {
            self.stopped = Some(why);
        }
        self.out.fail(error);
        why
    }

    fn missing(&mut self, subjects: &[Subject], metric: Metric, why: Absence) {
        let at = self.now;
        self.out.missing.extend(subjects.iter().map(|subject| Missing { series: series(subject, metric), why, at }));
    }

    fn absent<'a>(&mut self, asked: impl IntoIterator<Item = &'a Vec<Subject>>, why: Absence) {
        let columns = self.columns.clone();
        for subjects in asked {
            for column in &columns {
                self.missing(subjects, column.metric, why);
            }
        }
    }
}

fn series(subject: &Subject, metric: Metric) -> SeriesKey {
    SeriesKey { subject: subject.clone(), metric, platform: Platform::TiktokAds }
}

/// The id of an object, and those whose numbers it has.
type One<'a> = (&'a String, &'a Vec<Subject>);

/// Objects that are asked about in one question.
struct Batch<'a> {
    level: Level,
    ids: Vec<One<'a>>,
    /// The first day.
    from: Date,
    /// The last.
    today: Date,
    /// Whether nothing was told of them before.
    new: bool,
}

#[async_trait]
impl Source for TiktokAds {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let asked = sort(request, self.config.usual)?;
        let columns = columns(self.config.orders);
        let mut round = Round { now: request.now, out: Fetched::default(), columns, stopped: None };
        if asked.is_empty() {
            return Ok(round.out);
        }
        let mut memory = self.memory.lock().await;
        let books = match self.books(&mut memory, &mut round).await {
            Ok(books) => books,
            Err(error) => {
                let why = round.fail(error);
                round.absent(asked.values().flat_map(BTreeMap::values), why);
                return Ok(round.out);
            }
        };
        let today = round.now.to_zoned(books.zone.clone()).date();
        for batch in self.batches(&asked, &memory, today) {
            let read = match round.stopped {
                Some(why) => Err(why),
                None => self.rows(&batch, &books, &mut round).await.map_err(|error| round.fail(error)),
            };
            match read {
                Ok(rows) => {
                    self.tell(&batch, &rows, &books, &mut round).await;
                    // What could not be understood is owed still, however far back it is.
                    let whole = batch.ids.iter().filter(|(id, _)| !rows.faults.contains_key(*id));
                    memory.told.extend(whole.map(|(id, _)| ((batch.level, (*id).clone()), today)));
                }
                Err(why) => round.absent(batch.ids.iter().map(|(_, subjects)| *subjects), why),
            }
        }
        Ok(round.out)
    }
}

impl TiktokAds {
    /// A source that has read nothing yet.
    pub fn new(config: TiktokAdsConfig) -> Result<Self, SourceError> {
        if config.back < SignedDuration::from_hours(24) {
            let why = "a first poll reads at least a day".to_owned();
            return Err(SourceError::Misconfigured { setting: "back", given: format!("{:#}", config.back), why });
        }
        Ok(Self { config, memory: Mutex::default() })
    }

    /// One question; where the answer is "too often", again after a wait.
    async fn ask(&self, method: &str, query: &[(&str, &str)], round: &mut Round) -> Result<Value, SourceError> {
        let mut waits = WAITS.into_iter();
        loop {
            let (read, sent) = self.config.client.get(method, query, self.config.clock.now()).await;
            round.out.charge(CALLS, sent);
            let hurry = |error: &AskError| match error {
                AskError::Code { code } => meaning(*code) == Meaning::Hurry,
                AskError::Status { status, .. } => *status == 429,
                AskError::Signed(_) | AskError::Garbled { .. } => false,
            };
            match (read, waits.next()) {
                (Err(error), Some(wait)) if hurry(&error) => rest(&self.config.clock, "tiktok-ads", wait).await,
                (read, _) => return read.map_err(failure::sort),
            }
        }
    }

    /// What the advertiser's days and money are in, asked once.
    async fn books(&self, memory: &mut Memory, round: &mut Round) -> Result<Books, SourceError> {
        if let Some(books) = &memory.books {
            return Ok(books.clone());
        }
        let (read, sent) = self.config.client.account(self.config.clock.now()).await;
        round.out.charge(CALLS, sent);
        let Account { currency, zones } = read.map_err(failure::sort)?;
        let wrong = |path: &str, expected| garbled(Garbled { path: path.to_owned(), expected });
        let currency = currency.parse().map_err(|_| wrong("data.list[0].currency", "an ISO 4217 currency"))?;
        let zone = zones.iter().find_map(|name| TimeZone::get(name).ok());
        let zone = zone.ok_or_else(|| wrong("data.list[0].timezone", "a time zone"))?;
        Ok(memory.books.insert(Books { zone, currency }).clone())
    }

    /// Who is asked about together: objects of one level of which the same days are owed.
    fn batches<'a>(&self, asked: &'a Asked, memory: &Memory, today: Date) -> Vec<Batch<'a>> {
        let back = std::cmp::max(1, self.config.back.as_hours() / 24);
        let ago = |day: Date, days: i64| day.checked_sub(days.days()).unwrap_or(day);
        let mut all = Vec::new();
        for (level, ids) in asked {
            let mut groups: BTreeMap<(Date, bool), Vec<One<'a>>> = BTreeMap::new();
            for (id, subjects) in ids {
                let key = match memory.told.get(&(*level, id.clone())) {
                    Some(told) => (ago(std::cmp::min(*told, today), AGAIN - 1), false),
                    None => (ago(today, back - 1), true),
                };
                groups.entry(key).or_default().push((id, subjects));
            }
            for ((from, new), ids) in groups {
                let parts = batches(&ids, IDS_MAX).map(<[_]>::to_vec);
                all.extend(parts.map(|ids| Batch { level: *level, ids, from, today, new }));
            }
        }
        all
    }

    /// Every row of a batch: at most thirty days a question, each to its last page.
    async fn rows(&self, batch: &Batch<'_>, books: &Books, round: &mut Round) -> Result<Rows, SourceError> {
        let ids: BTreeSet<&str> = batch.ids.iter().map(|(id, _)| id.as_str()).collect();
        let filter = json!([{
            "field_name": batch.level.ids(), "filter_type": "IN", "filter_value": json!(ids).to_string(),
        }]);
        let filter = filter.to_string();
        let dimensions = json!([batch.level.id(), "stat_time_day"]).to_string();
        let keys: Vec<&str> = round.columns.iter().map(|column| column.key).collect();
        let metrics = json!(keys).to_string();
        let data_level = format!("AUCTION_{}", batch.level.word().to_uppercase());
        let mut rows = Rows::default();
        let days: Vec<Date> = batch.from.series(1.day()).take_while(|day| *day <= batch.today).collect();
        for days in days.chunks(DAYS_MAX) {
            let (Some(first), Some(last)) = (days.first(), days.last()) else { continue };
            let (start, end) = (first.to_string(), last.to_string());
            let mut page = 1;
            loop {
                let number = page.to_string();
                let query = [
                    ("advertiser_id", self.config.client.advertiser()),
                    ("service_type", "AUCTION"),
                    ("report_type", "BASIC"),
                    ("data_level", &data_level),
                    ("dimensions", &dimensions),
                    ("metrics", &metrics),
                    ("filtering", &filter),
                    ("start_date", &start),
                    ("end_date", &end),
                    ("page", &number),
                    ("page_size", PAGE_SIZE),
                ];
                let body = self.ask("report/integrated/get/", &query, round).await?;
                let (span, columns) = ((*first, *last), &round.columns);
                let read = report::page(&body, batch.level, &ids, span, columns, books.currency, &mut rows);
                let pages = read.map_err(garbled)?;
                if PAGES_MAX < pages {
                    let path = "data.page_info.total_page".to_owned();
                    return Err(garbled(Garbled { path, expected: "no more pages than there can be rows" }));
                }
                if pages <= page {
                    break;
                }
                page += 1;
            }
        }
        Ok(rows)
    }

    /// Turns the rows into samples; each series asked for is told, or why it is not.
    async fn tell(&self, batch: &Batch<'_>, rows: &Rows, books: &Books, round: &mut Round) {
        let days: Vec<Date> = batch.from.series(1.day()).take_while(|day| *day <= batch.today).collect();
        let spans: Vec<Day> = days.into_iter().filter_map(|date| Day::of(date, books, round.now)).collect();
        let states = self.states(batch, rows, &spans, round).await;
        let none = BTreeMap::new();
        for (id, subjects) in &batch.ids {
            let of = rows.days.get(*id).unwrap_or(&none);
            // Where nobody could be asked, it may run.
            let runs = states.as_ref().is_none_or(|states| states.get(*id).copied().unwrap_or(false));
            let exists = states.as_ref().is_none_or(|states| states.contains_key(*id));
            if of.is_empty() && !exists {
                round.absent([*subjects], Absence::Gone);
                continue;
            }
            // Before its first row nothing is known to have been there to deliver.
            let first = of.keys().next().copied();
            let begins = if batch.new { first } else { Some(batch.from) };
            let nothing = |span: &Day| {
                if span.settled { begins.is_some_and(|begins| begins <= span.date) } else { !runs }
            };
            for column in round.columns.clone() {
                if let Some(fault) = rows.faults.get(*id).and_then(|faults| faults.get(&column.metric)) {
                    round.fail(garbled(fault.clone()));
                    round.missing(subjects, column.metric, Absence::Garbled);
                    continue;
                }
                let mut told = Vec::with_capacity(spans.len());
                let mut untold = false;
                for span in &spans {
                    match of.get(&span.date).map(|day| day.values.get(&column.metric)) {
                        Some(Some(value)) => told.push((span, *value)),
                        // A day that is not told makes the sum over the days unknown.
                        Some(None) => untold = true,
                        None if nothing(span) => told.push((span, 0)),
                        None => {}
                    }
                }
                if untold || told.is_empty() {
                    round.missing(subjects, column.metric, Absence::NotYet);
                } else {
                    samples(&told, column.metric, subjects, books.currency, round);
                }
            }
        }
    }

    /// Whether those run of whom a row is missing that may still come; `None` where that could not be learned. Whoever has
    /// all rows counts as running.
    async fn states(
        &self,
        batch: &Batch<'_>,
        rows: &Rows,
        spans: &[Day],
        round: &mut Round,
    ) -> Option<BTreeMap<String, bool>> {
        let fresh: Vec<Date> = spans.iter().filter(|span| !span.settled).map(|span| span.date).collect();
        let whole = |id: &String| rows.days.get(id).is_some_and(|of| fresh.iter().all(|date| of.contains_key(date)));
        let (whole, silent): (Vec<&String>, Vec<&String>) =
            batch.ids.iter().map(|(id, _)| *id).partition(|id| whole(id));
        let mut states: BTreeMap<String, bool> = whole.into_iter().map(|id| (id.clone(), true)).collect();
        if silent.is_empty() {
            return Some(states);
        }
        let filter = json!({batch.level.ids(): silent}).to_string();
        let fields = json!([batch.level.id(), "operation_status", "secondary_status"]).to_string();
        let query = [
            ("advertiser_id", self.config.client.advertiser()),
            ("filtering", filter.as_str()),
            ("fields", fields.as_str()),
            ("page", "1"),
            ("page_size", "100"),
        ];
        let method = format!("{}/get/", batch.level.word());
        let read = self.ask(&method, &query, round).await;
        match read.and_then(|body| report::delivering(&body, batch.level, &mut states).map_err(garbled)) {
            Ok(_) => Some(states),
            Err(error) => {
                round.fail(error);
                None
            }
        }
    }
}

/// A day of the advertiser.
#[derive(Debug, Clone, Copy)]
struct Day {
    date: Date,
    from: Timestamp,
    until: Timestamp,
    /// Its numbers are final enough, and so is a missing row.
    settled: bool,
}

impl Day {
    fn of(date: Date, books: &Books, now: Timestamp) -> Option<Self> {
        let start = |date: Date| date.to_zoned(books.zone.clone()).ok().map(|zoned| zoned.timestamp());
        let (from, until) = (start(date)?, start(date.tomorrow().ok()?)?);
        let settled = until.checked_add(SETTLES).is_ok_and(|settled| settled <= now);
        Some(Self { date, from, until, settled })
    }
}

fn samples(told: &[(&Day, i64)], metric: Metric, subjects: &[Subject], currency: Currency, round: &mut Round) {
    let currency = (metric.unit() == Unit::Money).then_some(currency);
    for subject in subjects {
        round.out.samples.extend(told.iter().map(|(day, value)| Sample {
            series: series(subject, metric),
            value: *value,
            currency,
            form: Form::Amount { from: day.from, until: day.until },
            known_at: round.now,
            provisional: !day.settled,
            self_reported: false,
        }));
    }
}
