//! Google Ads: spend, clicks and impressions of boosts, per day of the customer's zone, by `searchStream`.
//!
//! Owns: the questions a request becomes, and what a day without a row means.
//! Refuses: to take conversions for orders unless it is told what they are (`conversions`): a shop counts its own orders, and a
//! campaign's conversions may be calls or visits.
//!
//! **A boost** is a campaign (`ref = "123"` or `campaigns/123`) or an ad group (`adGroups/456`). One that the customer does
//! not have is gone.
//!
//! **No row.** A report by day leaves out days on which everything is 0
//! (<https://developers.google.com/google-ads/api/docs/reporting/zero-metrics>). So a boost that is there has spent nothing on
//! a day without a row, once that day and the three hours Google takes for it are over; before that nothing is known.
//!
//! **Days.** Each poll reads the last `restated` days again: spend is corrected for days, conversions are credited to the day
//! of their click for as long as the conversion window is. Today is a day that is not over: provisional, and stated anew.
//!
//! **Operations.** A question is one, whatever it finds; 15,000 in 24 hours with basic access.

mod settings;
mod wire;

#[cfg(test)]
mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Mutex;

use super::google::{self, Told};
use super::json::{self, Field, Garbled};
use super::quota::{batches, calls};
use super::{Fetched, Reach, Request, Source, SourceError, Target};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Missing, Sample, SeriesKey};
use crate::http::google::{AdsAccount, Refusal};
use wire::{Customer, Level, Row};

pub use settings::{GoogleAdsSettings, account};

/// What people call it.
const TITLE: &str = "Google Ads";

/// Charged by every question.
pub const OPERATIONS: &str = "operations";

/// When the spend of a day is there.
pub const LAG: SignedDuration = SignedDuration::from_hours(3);

/// When the spend of a day is not corrected any more, about.
const SETTLED: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Ids a question. A list in GAQL may have 20,000; 1,000 of 12 digits are 14 KB.
const IDS_MAX: usize = 1_000;

/// How it is set up.
#[derive(Debug)]
pub struct GoogleAdsConfig {
    /// The customer.
    pub account: Arc<AdsAccount>,
    /// What is told.
    pub metrics: Vec<Metric>,
    /// Days that are read at each poll, today included.
    pub restated: i64,
}

/// The source. Remembers what it told.
#[derive(Debug)]
pub struct GoogleAds {
    config: GoogleAdsConfig,
    told: Mutex<Told>,
}

impl GoogleAds {
    /// A source that has told nothing yet.
    #[must_use]
    pub fn new(config: GoogleAdsConfig) -> Self {
        Self { config, told: Mutex::default() }
    }
}

/// What a request costs at least.
#[must_use]
pub fn cost(request: &Request) -> Vec<(String, u32)> {
    let Ok(work) = sort(request) else { return Vec::new() };
    let questions = work.values().map(|asked| calls(asked.len(), IDS_MAX).saturating_mul(2));
    let units = questions.fold(0_u32, u32::saturating_add);
    if units == 0 { Vec::new() } else { vec![(OPERATIONS.to_owned(), units)] }
}

type Asked = BTreeMap<String, Vec<Subject>>;

fn bad(id: &str, why: &'static str) -> SourceError {
    SourceError::BadTarget { platform: TITLE, id: id.to_owned(), why }
}

/// `123`, `campaigns/123`, `adGroups/456`, with or without `customers/1/` before it.
fn read_ref(given: &str) -> Result<(Level, String), SourceError> {
    let parts: Vec<&str> = given.trim().split('/').collect();
    let (level, id) = match parts.as_slice() {
        [id] | ["campaigns", id] | ["customers", _, "campaigns", id] => (Level::Campaign, *id),
        ["adGroups", id] | ["customers", _, "adGroups", id] => (Level::AdGroup, *id),
        _ => (Level::Campaign, ""),
    };
    if (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok((level, id.to_owned()))
    } else {
        Err(bad(given, "write a campaign as `123456` and an ad group as `adGroups/123456`"))
    }
}

fn sort(request: &Request) -> Result<BTreeMap<Level, Asked>, SourceError> {
    let mut work: BTreeMap<Level, Asked> = BTreeMap::new();
    for target in &request.targets {
        let Target::Account { subject, id } = target else { return Err(bad(target.id(), "only boosts live here")) };
        let (level, id) = read_ref(id)?;
        let subjects = work.entry(level).or_default().entry(id).or_default();
        if !subjects.contains(subject) {
            subjects.push(subject.clone());
        }
    }
    Ok(work)
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

/// The numbers of one day of a boost.
type Numbers = BTreeMap<Metric, Result<i64, Garbled>>;

/// What is known of a boost: its days with a row, or why nothing is.
type Known = Result<BTreeMap<Date, Numbers>, Absence>;

/// One fetch while it runs.
struct Round {
    now: Timestamp,
    out: Fetched,
    /// Why no further question is asked.
    stopped: Option<Absence>,
    customer: Option<Customer>,
    known: BTreeMap<(Level, String), Known>,
}

impl Round {
    fn fail(&mut self, error: SourceError) -> Absence {
        let why = error.absence();
        if error.reach() != Reach::Question {
            self.stopped = Some(why);
        }
        self.out.fail(error);
        why
    }

    fn keep(&mut self, level: Level, id: &str, known: Known) {
        self.known.insert((level, id.to_owned()), known);
    }

    fn keep_all(&mut self, level: Level, ids: &[&str], why: Absence) {
        for id in ids {
            self.keep(level, id, Err(why));
        }
    }
}

#[async_trait]
impl Source for GoogleAds {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let work = sort(request)?;
        let mut round =
            Round { now: request.now, out: Fetched::default(), stopped: None, customer: None, known: BTreeMap::new() };
        let mut told = self.told.lock().await;
        for (level, asked) in &work {
            let ids: Vec<&str> = asked.keys().map(String::as_str).collect();
            for batch in batches(&ids, IDS_MAX) {
                if let Some(why) = round.stopped {
                    round.keep_all(*level, batch, why);
                } else if let Err(error) = self.read(*level, batch, &mut round).await {
                    let why = round.fail(error);
                    round.keep_all(*level, batch, why);
                }
            }
        }
        for (subject, boosts) in by_subject(&work) {
            self.tell(subject, &boosts, &mut round);
        }
        told.keep_news(&mut round.out, request.now);
        Ok(round.out)
    }
}

/// The boosts of each subject: a partnership may have several, and its numbers are their sums.
fn by_subject(work: &BTreeMap<Level, Asked>) -> BTreeMap<&Subject, Vec<(Level, &String)>> {
    let mut all: BTreeMap<&Subject, Vec<(Level, &String)>> = BTreeMap::new();
    for (level, asked) in work {
        for (id, subjects) in asked {
            for subject in subjects {
                all.entry(subject).or_default().push((*level, id));
            }
        }
    }
    all
}

impl GoogleAds {
    /// Reads one batch: which of it there are, and their days.
    async fn read(&self, level: Level, ids: &[&str], round: &mut Round) -> Result<(), SourceError> {
        let (of, list) = (level.resource(), ids.join(", "));
        let query = format!(
            "SELECT customer.currency_code, customer.time_zone, {of}.id, {of}.status FROM {of} WHERE {of}.id IN ({list})"
        );
        let body = self.ask(&query, round).await?;
        let standing = rows(&body, round.now)?;
        let (there, customer) = wire::standing(&standing, level, ids).map_err(garbled)?;
        let there: BTreeSet<&str> = there.into_iter().collect();
        for id in ids.iter().filter(|id| !there.contains(**id)) {
            round.keep(level, id, Err(Absence::Gone));
        }
        let Some(customer) = customer else { return Ok(()) };
        let today = google::date_of(round.now, &customer.zone);
        let days = (google::before(today, self.config.restated - 1), today);
        round.customer = Some(customer.clone());
        let names: Vec<&str> = self.config.metrics.iter().filter_map(|metric| column(*metric)).collect();
        let (there, names) = (Vec::from_iter(there), names.join(", "));
        let query = format!(
            "SELECT {of}.id, segments.date, {names} FROM {of} WHERE {of}.id IN ({}) AND segments.date BETWEEN '{}' AND '{}'",
            there.join(", "),
            days.0,
            days.1,
        );
        let body = self.ask(&query, round).await?;
        let mut found: BTreeMap<&str, BTreeMap<Date, Numbers>> =
            there.iter().map(|id| (*id, BTreeMap::new())).collect();
        for field in rows(&body, round.now)? {
            let row = wire::day(&field, level, &there, days).map_err(garbled)?;
            let numbers = self.numbers(&row, &customer);
            let before = found.entry(row.id).or_default().insert(row.day, numbers);
            if before.is_some() {
                return Err(garbled(field.garbled("one row for each day")));
            }
        }
        for (id, days) in found {
            round.keep(level, id, Ok(days));
        }
        Ok(())
    }

    fn numbers(&self, row: &Row<'_>, customer: &Customer) -> Numbers {
        self.config.metrics.iter().map(|metric| (*metric, row.value(*metric, customer.currency))).collect()
    }

    async fn ask(&self, query: &str, round: &mut Round) -> Result<Value, SourceError> {
        let (answer, asked) = self.config.account.search(query, round.now).await;
        if 0 < asked {
            round.out.charge(OPERATIONS, asked);
        }
        let answer = answer.map_err(|error| SourceError::of_signed(TITLE, error))?;
        if answer.is_success() {
            json::parse(&answer.body).map_err(garbled)
        } else {
            Err(google::sort(TITLE, Refusal::of(&answer), OPERATIONS, round.now))
        }
    }

    /// Tells what the boosts of a subject add up to. A boost that nothing is known of leaves a hole in every sum.
    fn tell(&self, subject: &Subject, boosts: &[(Level, &String)], round: &mut Round) {
        let unknown = Err(Absence::Garbled);
        let known = boosts.iter().map(|(level, id)| round.known.get(&(*level, (*id).clone())).unwrap_or(&unknown));
        let days: Result<Vec<&BTreeMap<Date, Numbers>>, &Absence> = known.map(Result::as_ref).collect();
        let (days, customer) = match (days, &round.customer) {
            (Ok(days), Some(customer)) => (days, customer),
            (Err(why), _) => return self.absent(subject, *why, round.now, &mut round.out),
            (Ok(_), None) => return self.absent(subject, Absence::Garbled, round.now, &mut round.out),
        };
        let today = google::date_of(round.now, &customer.zone);
        let first = google::before(today, self.config.restated - 1);
        let (mut samples, mut faults) = (Vec::new(), BTreeMap::new());
        for day in google::days(first, today, &customer.zone) {
            let over = |rest: SignedDuration| day.until.saturating_add(rest).unwrap_or(Timestamp::MAX) <= round.now;
            let rows: Vec<&Numbers> = days.iter().filter_map(|boost| boost.get(&day.date)).collect();
            if rows.is_empty() && !over(LAG) {
                continue;
            }
            for metric in &self.config.metrics {
                let value = match sum(&rows, *metric) {
                    Ok(value) => value,
                    Err(fault) => {
                        faults.insert(*metric, fault);
                        continue;
                    }
                };
                let is_money = matches!(metric, Metric::Spend | Metric::Revenue);
                samples.push(Sample {
                    series: series(subject, *metric),
                    value,
                    currency: is_money.then_some(customer.currency),
                    form: day.form(),
                    known_at: round.now,
                    // Credit for conversions comes later than what was spent.
                    provisional: !over(SETTLED) || !is_paid(*metric),
                    self_reported: false,
                });
            }
        }
        round.out.samples.extend(samples);
        for (metric, fault) in faults {
            let why = Absence::Garbled;
            round.out.missing.push(Missing { series: series(subject, metric), why, at: round.now });
            round.out.fail(garbled(fault));
        }
    }

    fn absent(&self, subject: &Subject, why: Absence, at: Timestamp, out: &mut Fetched) {
        let missing = |metric: &Metric| Missing { series: series(subject, *metric), why, at };
        out.missing.extend(self.config.metrics.iter().map(missing));
    }
}

/// The rows of an answer, or the error it broke off with.
fn rows(body: &Value, now: Timestamp) -> Result<Vec<Field<'_>>, SourceError> {
    wire::results(body).map_err(garbled)?.map_err(|batch| {
        let status = batch.pointer("/error/code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
        let refusal = Refusal::read(status.unwrap_or(500), None, batch.to_string().as_bytes());
        google::sort(TITLE, refusal, OPERATIONS, now)
    })
}

/// What Google calls a metric.
fn column(metric: Metric) -> Option<&'static str> {
    match metric {
        Metric::Spend => Some("metrics.cost_micros"),
        Metric::Clicks => Some("metrics.clicks"),
        Metric::Impressions => Some("metrics.impressions"),
        Metric::Revenue => Some("metrics.conversions_value"),
        Metric::Orders | Metric::Leads | Metric::SignUps | Metric::Installs => Some("metrics.conversions"),
        _ => None,
    }
}

/// Whether it is settled within days; conversions are credited for as long as their window is, all of `restated` here.
fn is_paid(metric: Metric) -> bool {
    matches!(metric, Metric::Spend | Metric::Clicks | Metric::Impressions)
}

fn sum(rows: &[&Numbers], metric: Metric) -> Result<i64, Garbled> {
    let mut sum = 0_i64;
    for row in rows {
        match row.get(&metric) {
            Some(Ok(value)) => sum = sum.saturating_add(*value),
            Some(Err(fault)) => return Err(fault.clone()),
            None => {}
        }
    }
    Ok(sum)
}

fn series(subject: &Subject, metric: Metric) -> SeriesKey {
    SeriesKey { subject: subject.clone(), metric, platform: Platform::GoogleAds }
}
